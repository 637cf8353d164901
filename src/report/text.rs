//! A report for people: 80 columns, no colour, no control characters.

use super::Report;
use crate::event::clean::clean;
use crate::event::{Millis, Severity, Text};
use crate::monitor::view::{Alert, Conversation, Cost, Dimension, DimensionRow, Failure, Funnel, Ingest, Latency};
use crate::tui::widgets::cut::{cut, width};
use crate::tui::widgets::format::{countdown, duration, percent, thousands};
use std::borrow::Cow;

/// Columns of a line.
const WIDTH: usize = 80;
/// Stands where something was cut off.
const CUT: &str = "…";

pub(super) fn write(report: &Report) -> String {
    let mut page = Page(String::new());
    head(&mut page, report);
    if let Some(comparison) = &report.extras.comparison {
        super::compare::text(&mut page, comparison);
    }
    funnel(&mut page, &report.funnel);
    breakdowns(&mut page, &report.extras.by);
    failures(&mut page, &report.failures);
    conversations(&mut page, &report.conversations, report.scope.as_of);
    alerts(&mut page, &report.alerts);
    costs(&mut page, &report.costs);
    page.0
}

/// Text that grows line by line.
pub(super) struct Page(String);

impl Page {
    pub(super) fn line(&mut self, text: &str) {
        self.0.push_str(&cut(text.trim_end(), WIDTH, CUT));
        self.0.push('\n');
    }

    pub(super) fn section(&mut self, title: &str) {
        self.0.push('\n');
        self.line(title);
    }

    /// Long text on as many lines as it needs, each below column `indent`.
    fn wrapped(&mut self, indent: usize, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && indent + width(&line) + 1 + width(word) > WIDTH {
                self.line(&format!("{:indent$}{line}", ""));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.line(&format!("{:indent$}{line}", ""));
        }
    }
}

fn head(page: &mut Page, report: &Report) {
    let Report { scope, ingest, extras, .. } = report;
    let number = scope.number.as_ref().map_or("all numbers".to_owned(), |number| format!("number {}", clean(number)));
    page.line(&format!("watop report  {} to {}", seconds(scope.span.from), seconds(scope.span.to)));
    page.line(&format!("as of {}, {number}", seconds(scope.as_of)));
    if let Some(filter) = &extras.filter {
        page.line(&format!("filter: {}", clean(filter)));
    }
    // Requests, and what was refused, belong to no number.
    page.section(if scope.number.is_some() { "RECEIVED  over all numbers" } else { "RECEIVED" });
    let Ingest { requests, events, duplicates, unrecognised, refused, expired } = *ingest;
    page.line(&format!(
        "  requests {}   events {}   duplicates {}",
        thousands(requests),
        thousands(events),
        thousands(duplicates)
    ));
    page.line(&format!(
        "  unrecognised {}   refused {}   removed by retention {}",
        thousands(unrecognised),
        thousands(refused),
        thousands(expired)
    ));
}

fn funnel(page: &mut Page, funnel: &Funnel) {
    page.section("DELIVERY  messages first seen in the window");
    let share = |part: u64, whole: u64| (whole > 0).then(|| percent(part as f64 / whole as f64));
    let mut stage = |name: &str, count: u64, of: &str, whole: u64| {
        let rate = share(count, whole).map(|rate| format!("{rate:>7} of {of}")).unwrap_or_default();
        page.line(&format!("  {name:<12}{:>10}  {rate}", thousands(count)));
    };
    stage("attempted", funnel.attempted, "", 0);
    stage("sent", funnel.sent, "attempted", funnel.attempted);
    stage("delivered", funnel.delivered, "sent", funnel.sent);
    stage("read", funnel.read, "delivered", funnel.delivered);
    let outcomes = &funnel.outcomes;
    let named = [
        ("read", outcomes.read),
        ("delivered", outcomes.delivered),
        ("failed", outcomes.failed),
        ("waiting", outcomes.waiting),
        ("silent", outcomes.silent),
    ];
    let named: Vec<_> = named.iter().map(|(name, count)| format!("{name} {}", thousands(*count))).collect();
    page.line(&format!("  outcomes    {}", named.join(" · ")));
    if funnel.conflicts > 0 {
        page.line(&format!("  conflicts   {} failed and yet delivered or read", thousands(funnel.conflicts)));
    }
    let settled = funnel.delivered + outcomes.failed;
    if let Some(rate) = share(funnel.delivered, settled) {
        page.line(&format!("  settled     {rate} delivered of {} delivered or failed", thousands(settled)));
    }
    for (name, times) in [("to deliver", &funnel.time_to_deliver_s), ("to read", &funnel.time_to_read_s)] {
        if let Latency { count, p50: Some(p50), p95: Some(p95), p99: Some(p99) } = *times {
            let [p50, p95, p99] = [p50, p95, p99].map(|time| duration(i64::try_from(time).unwrap_or(i64::MAX)));
            page.line(&format!("  {name:<12}p50 {p50} · p95 {p95} · p99 {p99}  of {}", thousands(count)));
        }
    }
}

fn breakdowns(page: &mut Page, dimensions: &[(Dimension, Vec<DimensionRow>)]) {
    for (dimension, rows) in dimensions {
        page.section(&format!("BY {}", dimension.as_str().to_uppercase()));
        page.line(&format!(
            "  {:<28}{:>10}{:>11}{:>10}{:>9}{:>10}",
            "", "attempted", "delivered", "read", "failed", "settled"
        ));
        for DimensionRow { value, funnel } in rows {
            let settled = funnel.settled().map_or("-".to_owned(), percent);
            let value = fill(&cut(&clean(value.label()), 27, CUT), 28);
            let [attempted, delivered, read, failed] =
                [funnel.attempted, funnel.delivered, funnel.read, funnel.outcomes.failed].map(thousands);
            page.line(&format!("  {value}{attempted:>10}{delivered:>11}{read:>10}{failed:>9}{settled:>10}"));
        }
        if rows.is_empty() {
            page.line("  none");
        }
    }
}

fn failures(page: &mut Page, failures: &[Failure]) {
    page.section("FAILURES  by code");
    if failures.is_empty() {
        page.line("  none");
    }
    for failure in failures {
        let code = failure.code.map_or("no code".to_owned(), |code| code.to_string());
        let title = clean(&failure.title);
        page.line(&format!("  {code:<8}{:>9}  {title}", thousands(failure.messages)));
        let recipients = counted(failure.recipients, "recipient");
        let retry = if failure.retryable { "may pass later" } else { "not retryable" };
        page.line(&format!("{:21}class {} · {recipients} · {retry}", "", clean(&failure.class)));
        page.line(&format!("{:21}{} to {}", "", seconds(failure.first_at), seconds(failure.last_at)));
        page.wrapped(21, &clean(&failure.advice));
    }
}

fn conversations(page: &mut Page, conversations: &[Conversation], as_of: Millis) {
    page.section("CONVERSATIONS  inbound in the window, last first");
    if conversations.is_empty() {
        page.line("  none");
    }
    for conversation in conversations {
        let customer = fill(&or_dash(conversation.customer.as_ref()), 18);
        let name = conversation.name.as_ref().map(|name| clean(name)).unwrap_or_default();
        let name = fill(&cut(&name, 16, CUT), 16);
        let number = fill(&or_dash(conversation.number.as_ref()), 14);
        let left = match (conversation.window_closes_at.0 - as_of.0).div_euclid(1000) {
            left @ 1.. => format!("{} left", countdown(left)),
            _ => "closed".to_owned(),
        };
        page.line(&format!("  {customer} {name} {:>5} in  to {number}  {left}", thousands(conversation.inbound)));
        let at = seconds(conversation.last_inbound_at);
        let (kind, preview) = (clean(&conversation.last_type), clean(&conversation.preview));
        // The preview of what is not text names its type.
        match preview.starts_with(&*kind) {
            true => page.line(&format!("    {at}  {preview}")),
            false => page.line(&format!("    {at}  {kind}: {preview}")),
        }
    }
}

fn alerts(page: &mut Page, alerts: &[Alert]) {
    page.section("ALERTS  templates and account");
    if alerts.is_empty() {
        page.line("  none");
    }
    for alert in alerts {
        let severity = match alert.severity {
            Severity::Critical => "CRITICAL",
            Severity::Warning => "warning",
            Severity::Good => "good",
            Severity::Info => "info",
        };
        let state = match (&alert.superseded_by, alert.acknowledged) {
            (Some(_), _) => "  (superseded)",
            (None, true) => "  (acknowledged)",
            (None, false) => "",
        };
        page.line(&format!("  {severity:<9} {}  {}{state}", seconds(alert.at), clean(&alert.what)));
        let (title, subject) = (clean(&alert.title), clean(&alert.subject));
        match title.ends_with(&*subject) {
            true => page.line(&format!("{:12}{title}", "")),
            false => page.line(&format!("{:12}{title} · {subject}", "")),
        }
        page.wrapped(12, &clean(&alert.detail));
    }
}

fn costs(page: &mut Page, costs: &[Cost]) {
    page.section("COSTS  of messages first seen in the window");
    if costs.is_empty() {
        page.line("  none");
    }
    for cost in costs {
        let amount = cost.amount.map_or("-".to_owned(), |amount| amount.normalize().to_string());
        let currency = cost.currency.as_ref().map_or("".into(), |currency| clean(currency));
        let cny = cost.cny.map(|cny| format!("CNY {}", cny.normalize())).unwrap_or_default();
        let what = fill(&format!("{} {}", clean(&cost.direction), clean(&cost.category)), 34);
        let price = format!("{currency:<4}{amount:>12}");
        page.line(&format!("  {what} {price}  {cny:>14}  {:>9}", thousands(cost.messages)));
    }
}

/// `1 recipient`, `1,204 recipients`.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", thousands(count), if count == 1 { "" } else { "s" })
}

pub(super) fn seconds(at: Millis) -> String {
    Millis(at.0.div_euclid(1000) * 1000).rfc3339()
}

/// `text` filled up with blanks to `room` cells.
pub(super) fn fill(text: &str, room: usize) -> String {
    format!("{text}{:missing$}", "", missing = room.saturating_sub(width(text)))
}

/// Cleaned text, `-` where there is none.
pub(super) fn or_dash(text: Option<&Text>) -> Cow<'_, str> {
    text.map_or(Cow::Borrowed("-"), |text| clean(text))
}
