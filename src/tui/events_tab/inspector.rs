//! One event from all sides: what it says, the body that brought it, its headers, and who vouches for it.

use super::json::{self, Line};
use super::row::{of_severity, status_word};
use crate::event::clean::clean;
use crate::event::{Detail, ErrorItem, Event, Millis, Notice, Scheme, Status, catalogue};
use crate::journal::RawRequest;
use crate::tui::panes::Context;
use crate::tui::theme::Role;
use crate::tui::widgets::format;
use crate::tui::wrap::{first, wrap};
use jiff::tz::TimeZone;

/// A side of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum View {
    /// The normalised event.
    #[default]
    Event,
    /// The body, laid out.
    Json,
    /// The stored headers.
    Headers,
    /// The body as it stands.
    Raw,
    /// Who vouches for it.
    Verdict,
}

impl View {
    /// Every side, in the order of their words.
    pub(super) const ALL: [Self; 5] = [Self::Event, Self::Json, Self::Headers, Self::Raw, Self::Verdict];

    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Json => "json",
            Self::Headers => "headers",
            Self::Raw => "raw",
            Self::Verdict => "verdict",
        }
    }
}

/// The event that is looked at.
#[derive(Debug, Default)]
pub(super) struct Inspector {
    /// The side shown.
    pub view: View,
    /// The first line shown.
    pub top: usize,
    shown: Option<Shown>,
}

#[derive(Debug)]
struct Shown {
    seq: u64,
    event: Option<Box<Event>>,
    raw: Option<Box<RawRequest>>,
    /// Lines, of the view and the width they were made for.
    lines: Option<((View, usize), Vec<Line>)>,
}

impl Inspector {
    /// The event that is shown.
    pub(super) fn seq(&self) -> Option<u64> {
        self.shown.as_ref().map(|shown| shown.seq)
    }

    /// The event that is shown, and its request; either may be gone from the journal.
    pub(super) fn parts(&self) -> Option<(Option<&Event>, Option<&RawRequest>)> {
        self.shown.as_ref().map(|shown| (shown.event.as_deref(), shown.raw.as_deref()))
    }

    /// Shows another event.
    pub(super) fn show(&mut self, seq: u64, event: Option<Box<Event>>, raw: Option<Box<RawRequest>>) {
        if self.seq() != Some(seq) {
            self.top = 0;
        }
        self.shown = Some(Shown { seq, event, raw, lines: None });
    }

    /// Turns to another side.
    pub(super) fn turn(&mut self, view: View) {
        if self.view != view {
            self.view = view;
            self.top = 0;
        }
    }

    /// Turns to the side `by` places further.
    pub(super) fn turn_by(&mut self, by: isize) {
        let at = View::ALL.iter().position(|view| *view == self.view).unwrap_or(0);
        let count = View::ALL.len() as isize;
        let next = (at as isize + by).rem_euclid(count) as usize;
        self.turn(View::ALL.get(next).copied().unwrap_or_default());
    }

    /// The lines of the side shown, for a pane of `width` cells.
    pub(super) fn lines(&mut self, ctx: &Context<'_>, width: usize) -> &[Line] {
        let view = self.view;
        let Some(shown) = &mut self.shown else { return &[] };
        if shown.lines.as_ref().is_none_or(|(made_for, _)| *made_for != (view, width)) {
            let lines = match (view, &shown.event, &shown.raw) {
                (View::Event, Some(event), _) => of_event(event, ctx.zone, width),
                (View::Verdict, _, Some(raw)) => of_verdict(raw, width),
                (View::Json, _, Some(raw)) => json::lines(&raw.body),
                (View::Headers, _, Some(raw)) => of_headers(raw, width),
                (View::Raw, _, Some(raw)) => of_raw(raw, width),
                _ => vec![vec![(Role::Muted, "no longer in the journal: removed by retention".to_owned())]],
            };
            shown.lines = Some(((view, width), lines));
        }
        shown.lines.as_ref().map_or(&[], |(_, lines)| lines)
    }
}

/// Lines of a label and a value, which is broken where it is long.
struct Facts {
    width: usize,
    lines: Vec<Line>,
}

/// Characters kept of one value.
const LONGEST: usize = 4096;

/// Bytes of a body shown as they stand; the journal and `watop events --raw` have all of them.
const RAW: usize = 256 << 10;

/// Cells of a label.
const LABEL: usize = 10;

impl Facts {
    fn new(width: usize) -> Self {
        Self { width, lines: Vec::new() }
    }

    fn line(&mut self, label: &str, value: &str) {
        self.coloured(label, Role::Text, value);
    }

    fn coloured(&mut self, label: &str, role: Role, value: &str) {
        self.labelled(label, LABEL, role, value);
    }

    fn labelled(&mut self, label: &str, indent: usize, role: Role, value: &str) {
        for (at, line) in wrap(&clean(first(value, LONGEST)), self.width.saturating_sub(indent)).into_iter().enumerate()
        {
            let label = if at == 0 { label } else { "" };
            self.lines.push(vec![(Role::Muted, format!("{label:<indent$}")), (role, line)]);
        }
    }

    /// A line for a value that may be missing.
    fn some(&mut self, label: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(label, value);
        }
    }

    fn blank(&mut self) {
        self.lines.push(Vec::new());
    }
}

fn of_event(event: &Event, zone: &TimeZone, width: usize) -> Vec<Line> {
    let mut facts = Facts::new(width);
    match &event.detail {
        Detail::Status(status) => status_facts(&mut facts, status),
        Detail::Inbound(inbound) => {
            facts.coloured("inbound", Role::Strong, &inbound.r#type);
            facts.line("says", &inbound.preview);
            facts.some("text", inbound.text.as_deref());
            facts.line("message", &inbound.message_id);
            facts.some("meta id", inbound.meta_message_id.as_deref());
            facts.some("answers", inbound.context.as_deref());
            facts.some("group", inbound.group.as_deref());
            facts.some("ad", inbound.referral.as_deref());
            error_facts(&mut facts, &inbound.errors);
        }
        Detail::Template(notice) | Detail::Account(notice) => notice_facts(&mut facts, notice),
        Detail::Other(other) => {
            facts.line("field", &other.field);
            facts.some("event", other.event.as_deref());
            facts.some("id", other.id.as_deref());
            facts.line("says", &other.preview);
        }
        Detail::Unrecognised(what) => facts.coloured("unread", Role::Warn, &what.reason),
    }
    facts.blank();
    facts.some("customer", event.customer.as_deref());
    facts.some("name", event.name.as_deref());
    facts.some("number", event.number.as_deref());
    facts.line("received", &format!("{}  {}", format::clock(event.received_at, zone), event.received_at.rfc3339()));
    match event.provider_at.map(Millis::from) {
        Some(at) => {
            let lag = event.received_at.0.saturating_sub(at.0) / 1000;
            facts.line("provider", &format!("{}  lag {}", format::clock(at, zone), format::duration(lag)));
        }
        None => facts.line("provider", "no time on the wire"),
    }
    facts.line("event", &format!("{} of request {}", format::thousands(event.seq), format::thousands(event.request)));
    facts.line("path", &event.path);
    facts.lines
}

fn status_facts(facts: &mut Facts, status: &Status) {
    let role = if status.errors.is_empty() { Role::Strong } else { Role::Failed };
    facts.coloured("status", role, &status_word(&status.status));
    error_facts(facts, &status.errors);
    facts.line("message", &status.message_id);
    facts.some("meta id", status.meta_message_id.as_deref());
    facts.some("member", status.participant.as_deref());
    facts.some("category", status.category.as_deref());
    facts.some("tag", status.tag.as_deref());
    facts.some("template", status.template.as_deref());
    for cost in &status.costs {
        let amount = |currency: &str, amount: Option<_>| match amount {
            Some(amount) => format!("{currency} {amount} "),
            None => String::new(),
        };
        let currency = cost.currency.as_deref().unwrap_or_default();
        let (amount, cny) = (amount(currency, cost.amount), amount("CNY", cost.cny));
        facts.line("cost", &format!("{amount}{cny}{} {}", cost.category, cost.direction));
    }
    facts.some("session", status.conversation.as_deref());
}

fn error_facts(facts: &mut Facts, errors: &[ErrorItem]) {
    for error in errors {
        let code = error.code.map_or_else(|| "no code".to_owned(), |code| code.to_string());
        let wrapper = error.platform_code.map(|code| format!(" in {code}")).unwrap_or_default();
        facts.coloured(
            "error",
            Role::Failed,
            &format!("{code}{wrapper} {}", error.title.as_deref().unwrap_or_default()),
        );
        facts.some("details", error.details.as_deref());
        if let Some(entry) = error.code.and_then(catalogue::lookup) {
            let retry = if entry.retryable { "may pass later" } else { "will not pass later" };
            facts.line("class", &format!("{} · {retry}", entry.class));
            facts.line("do", &entry.en.action);
        }
        facts.some("help", error.href.as_deref());
    }
}

fn notice_facts(facts: &mut Facts, notice: &Notice) {
    facts.coloured("what", of_severity(notice.severity).1, &notice.what());
    facts.line("about", &notice.title);
    facts.line("cause", &notice.cause);
    facts.line("field", &notice.field);
    facts.some("event", notice.event.as_deref());
    facts.line("subject", &notice.subject);
    facts.some("template", notice.template.as_deref());
    facts.some("language", notice.language.as_deref());
    facts.some("category", notice.category.as_deref());
    facts.some("WABA", notice.waba.as_deref());
    facts.line("alert", &notice.alert_id);
}

fn of_headers(raw: &RawRequest, width: usize) -> Vec<Line> {
    let mut facts = Facts::new(width);
    facts.line("peer", &raw.peer);
    facts.line("path", &raw.path);
    facts.blank();
    let widest = raw.headers.iter().map(|(name, _)| name.len()).max().unwrap_or(0).min(28);
    for (name, value) in &raw.headers {
        facts.labelled(&clean(name), widest + 1, Role::Text, &String::from_utf8_lossy(value));
    }
    facts.lines
}

/// The body as text, broken at the width of the pane.
fn of_raw(raw: &RawRequest, width: usize) -> Vec<Line> {
    let shown = raw.body.get(..RAW).unwrap_or(&raw.body);
    let text = String::from_utf8_lossy(shown);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        lines.extend(wrap(&clean(line), width).into_iter().map(|line| vec![(Role::Text, line)]));
    }
    if shown.len() < raw.body.len() {
        let rest = format::thousands((raw.body.len() - shown.len()) as u64);
        lines.push(vec![(Role::Warn, format!("{rest} bytes more"))]);
    }
    lines
}

fn of_verdict(raw: &RawRequest, width: usize) -> Vec<Line> {
    let mut facts = Facts::new(width);
    match &raw.verified {
        Some(verified) => {
            facts.coloured("verdict", Role::Ok, "verified");
            facts.line("scheme", scheme_word(verified.scheme));
            facts.line("secret", &verified.secret);
            facts.blank();
            let means = match verified.scheme {
                Scheme::Nxcloud => "sorted headers, body and secret give the digest in the header sign",
                Scheme::Meta => "HMAC-SHA256 of the body with the app secret is in X-Hub-Signature-256",
            };
            facts.line("means", means);
        }
        None => {
            facts.coloured("verdict", Role::Failed, "UNVERIFIED");
            facts.line("means", "no secret was configured when it came: anybody may have sent it");
        }
    }
    facts.line("bytes", &format::thousands(raw.body.len() as u64));
    facts.lines
}

/// The name of a scheme, as configured.
pub fn scheme_word(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Nxcloud => "nxcloud",
        Scheme::Meta => "meta",
    }
}
