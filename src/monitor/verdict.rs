//! The verdict: is it OK, what changed, who is hit, since when, what to do. Judged from counts, worded for a reader.

use super::Monitor;
use super::figures::{age, clock, duration, hour_minute, percent, rate, thousands};
use super::intern::Name;
use super::view::{Alert, Failure, Funnel, Level, Mark, Scope, Span, Verdict};
use crate::event::ids::short_phone;
use crate::event::{Millis, Severity};
use hashbrown::HashMap;
use jiff::tz::TimeZone;

const HOUR: i64 = 3_600_000;
/// Messages below which nothing is judged.
const FEW: u64 = 30;
/// Share of attempted from which a code out of the ordinary is trouble.
const MUCH: f64 = 0.01;
/// Share of a code's messages that must have a thing in common to name it.
const IN_COMMON: f64 = 0.8;
/// How much more frequent that thing must be among them than elsewhere.
const LIFT: f64 = 1.5;
/// Silence shorter than this is never remarkable, in milliseconds.
const PAUSE: i64 = 60_000;

/// Text pieces; `true` marks a value.
type Pieces = Vec<(String, bool)>;

pub(super) fn verdict(monitor: &Monitor, scope: &Scope, zone: &TimeZone) -> Verdict {
    let Some((_, last)) = monitor.extent() else { return Verdict::default() };
    if let Some(blind) = blind(monitor, scope, last) {
        return blind;
    }
    let view = Judged {
        failures: monitor.failures(scope),
        funnel: monitor.funnel(scope),
        alerts: monitor.alerts(scope),
        monitor,
        scope,
        zone,
    };
    view.code().or_else(|| view.alert()).unwrap_or_else(|| view.calm())
}

/// Nothing can be said when nothing arrives for much longer than usual.
fn blind(monitor: &Monitor, scope: &Scope, last: Millis) -> Option<Verdict> {
    let silence = scope.as_of.0 - last.0;
    let usual = monitor.rates.longest_pause()? * 1000;
    let live = scope.span.contains(scope.as_of) || scope.span.to == scope.as_of;
    if !live || silence < PAUSE.max(5 * usual) {
        return None;
    }
    let (silence, usual) = (duration(silence / 60_000 * 60), duration(usual / 1000));
    Some(Verdict {
        level: Level::Blind,
        since: Some(last),
        what: said(&["", "no event for ", &silence, ", usual longest ", &usual, ": sender, tunnel or network"]),
        more: said(&["", "the receiver itself answers; ask the sender whether it still posts to this address"]),
        short: format!("no event for {silence}"),
        ..Verdict::default()
    })
}

struct Judged<'a> {
    monitor: &'a Monitor,
    scope: &'a Scope,
    zone: &'a TimeZone,
    failures: Vec<Failure>,
    funnel: Funnel,
    alerts: Vec<Alert>,
}

impl Judged<'_> {
    /// A code out of the ordinary.
    fn code(&self) -> Option<Verdict> {
        let marked = self.failures.iter().filter(|failure| failure.mark != Mark::None);
        let worst = marked.max_by_key(|failure| failure.messages)?;
        let share = worst.messages as f64 / self.funnel.attempted.max(1) as f64;
        let grave = matches!(worst.class.as_str(), "integrity" | "auth" | "account" | "registration");
        let trouble = grave || (worst.messages >= FEW && share >= MUCH);
        let name = worst.code.map_or_else(|| worst.short.clone(), |code| format!("{code} {}", worst.short));
        let since = self.risen_at(worst);
        let minute = Millis(self.scope.as_of.0 - 60_000);
        let lately = self.monitor.failures.received_since(worst.code, minute, self.scope.span);
        let (ago, still) = (age((self.scope.as_of.0 - since.0) / 1000), rate(lately as f64 / 60.0));
        let mut what = said(&[&name, "  ", &thousands(worst.messages), " messages failed, "]);
        what.extend(said(&[&thousands(worst.recipients), " recipients  since ", &clock(since, self.zone)]));
        what.extend(said(&[
            "",
            &format!(", {ago} ago, "),
            "",
            if lately > 0 { "still " } else { "none in the last minute" },
        ]));
        if lately > 0 {
            what.extend(said(&[&format!("{still}/s")]));
        }
        let code = worst.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        let short = format!("{code} {} msgs since {}", thousands(worst.messages), hour_minute(since, self.zone));
        Some(Verdict {
            level: if trouble { Level::Trouble } else { Level::Watch },
            code: worst.code,
            since: Some(since),
            what,
            more: self.who_and_what_to_do(worst),
            short,
            proof: worst.code.map(|code| format!("status:failed code:{code}")),
        })
    }

    /// When it began: a new code with its first failure, a rising one five minutes ago at the earliest.
    fn risen_at(&self, failure: &Failure) -> Millis {
        match failure.mark {
            Mark::Rising(_) => failure.first_at.max(Millis(self.scope.as_of.0 - 5 * 60_000)),
            Mark::New | Mark::None => failure.first_at,
        }
    }

    fn who_and_what_to_do(&self, failure: &Failure) -> Pieces {
        let mut more = Vec::new();
        let hit = self.hit(failure);
        if !hit.is_empty() {
            more.extend(said(&["", "who "]));
            more.extend(hit);
            more.extend(said(&["", "  "]));
        }
        if !failure.advice.is_empty() {
            more.extend(said(&["", "do ", &failure.advice]));
        }
        more
    }

    /// What most messages with the code have in common and others have not.
    fn hit(&self, failure: &Failure) -> Pieces {
        if failure.messages < FEW {
            return Vec::new();
        }
        let with: Vec<_> = self.monitor.failures.with_code(failure.code, self.scope.span).collect();
        let record = |index: &u32| self.monitor.messages.get(*index);
        let tag = common(with.iter().map(|index| record(index).tag));
        let template = common(with.iter().map(|index| record(index).template));
        let number = common(with.iter().map(|index| record(index).number)).filter(|(number, share)| {
            let here = share * failure.messages as f64;
            let on_it = self.monitor.numbers(&Scope { number: None, ..self.scope.clone() });
            let attempted = |row: &super::view::NumberRow| row.funnel.attempted as f64;
            let text = self.monitor.texts.text(*number);
            let of_it: f64 = on_it.iter().filter(|row| row.number.as_ref() == text).map(attempted).sum();
            let all: f64 = on_it.iter().map(attempted).sum();
            let elsewhere = (of_it - here) / (all - failure.messages as f64).max(1.0);
            *share > LIFT * elsewhere
        });
        let text = |common: Option<(Name, f64)>| common.and_then(|(name, _)| self.monitor.texts.text(name));
        let mut pieces = Vec::new();
        if let Some(tag) = text(tag) {
            pieces.extend(said(&["", "tag ", tag]));
        }
        if let Some(number) = text(number) {
            pieces.extend(said(&["", if pieces.is_empty() { "number " } else { " on " }, &short_phone(number)]));
        }
        if let Some(template) = text(template) {
            pieces.extend(said(&["", if pieces.is_empty() { "template " } else { ", template " }, template]));
        }
        pieces
    }

    /// An alert of the window that is still open.
    fn alert(&self) -> Option<Verdict> {
        let open = self.alerts.iter().filter(|alert| alert.superseded_by.is_none() && !alert.acknowledged);
        let recent = open.filter(|alert| alert.at >= self.scope.span.from && alert.severity >= Severity::Warning);
        let worst = recent.max_by_key(|alert| (alert.severity, alert.at))?;
        let ago = age((self.scope.as_of.0 - worst.at.0) / 1000);
        let mut what = said(&[&worst.what, "  ", &worst.title, &format!(", {ago} ago")]);
        if !worst.detail.is_empty() {
            what.extend(said(&["", &format!("  {}", worst.detail)]));
        }
        Some(Verdict {
            level: if worst.severity == Severity::Critical { Level::Trouble } else { Level::Watch },
            code: None,
            since: Some(worst.at),
            what,
            more: self.rates_line(),
            short: format!("{} {}", worst.what, worst.title),
            proof: Some(format!("subject:\"{}\"", worst.subject)),
        })
    }

    /// As usual.
    fn calm(&self) -> Verdict {
        let settled = self.funnel.settled();
        let usual = self.usual().settled().map(|usual| format!(" usual {}", percent(usual)));
        let short = settled.map_or_else(
            || "nothing settled yet".to_owned(),
            |settled| format!("settled {}{}", percent(settled), usual.unwrap_or_default()),
        );
        Verdict { level: Level::Ok, what: self.rates_line(), more: self.last_change(), short, ..Verdict::default() }
    }

    fn rates_line(&self) -> Pieces {
        let usual = self.usual();
        let usually =
            |share: Option<f64>| share.map_or_else(String::new, |share| format!(", usual {}", percent(share)));
        let failed =
            |funnel: &Funnel| (funnel.attempted > 0).then(|| funnel.outcomes.failed as f64 / funnel.attempted as f64);
        let Some(share) = failed(&self.funnel) else {
            return said(&["", "no message was attempted in this window"]);
        };
        let settled = self.funnel.settled().map_or_else(|| "–".to_owned(), percent);
        let (then, failing) = (usually(usual.settled()), usually(failed(&usual)));
        said(&[
            "",
            "settled ",
            &settled,
            &format!("{then}   ·   failed "),
            &percent(share),
            &format!(" of attempted{failing}"),
        ])
    }

    /// The funnel of the hour before the window, as far as it is kept.
    fn usual(&self) -> Funnel {
        let from = self.scope.span.from;
        let span = Span { from: Millis(from.0 - HOUR), to: from };
        self.monitor.funnel(&Scope { span, as_of: self.scope.as_of, number: self.scope.number.clone() })
    }

    fn last_change(&self) -> Pieces {
        let Some(alert) = self.monitor.alerts.newest() else {
            return said(&["", "last change  none in what is kept"]);
        };
        let ago = age((self.scope.as_of.0 - alert.at.0).max(0) / 1000);
        said(&["", "last change  ", &format!("{} {}", alert.what, alert.title), &format!(", {ago} ago")])
    }
}

/// What at least the wanted share of messages have in common.
fn common(names: impl Iterator<Item = Name>) -> Option<(Name, f64)> {
    let mut counts: HashMap<Name, u64> = HashMap::new();
    let mut all = 0u64;
    for name in names {
        *counts.entry(name).or_default() += 1;
        all += 1;
    }
    let (name, count) = counts.into_iter().max_by_key(|(name, count)| (*count, *name))?;
    let share = count as f64 / all as f64;
    (name != Name::NONE && share >= IN_COMMON).then_some((name, share))
}

/// Pieces that are values and quiet ones in turn, a value first; empty ones are left out.
fn said(texts: &[&str]) -> Pieces {
    let turns = texts.iter().zip([true, false].into_iter().cycle());
    turns.filter(|(text, _)| !text.is_empty()).map(|(text, value)| ((*text).to_owned(), value)).collect()
}
