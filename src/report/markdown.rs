//! A report as Markdown: for an incident's page or a pull request.

use super::Report;
use super::text::seconds;
use crate::event::clean::clean;
use crate::event::{Severity, Text};
use crate::monitor::figures::{duration, percent, thousands};
use crate::monitor::view::{DimensionRow, Failure, Funnel};
use std::borrow::Cow;

/// Markdown that grows line by line.
#[derive(Default)]
pub(super) struct Markdown(String);

impl Markdown {
    pub(super) fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    pub(super) fn section(&mut self, title: &str) {
        self.line(&format!("\n## {title}\n"));
    }

    /// The head of a table; columns from `figures` on are aligned right.
    pub(super) fn header(&mut self, columns: &[&str], figures: usize) {
        self.row(columns);
        let rules: Vec<&str> = (0..columns.len()).map(|at| if at < figures { "---" } else { "--:" }).collect();
        self.row(&rules);
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    pub(super) fn row(&mut self, cells: &[&str]) {
        self.line(&format!("| {} |", cells.join(" | ")));
    }
}

/// Text from strangers: cleaned, on one line, and only ever text.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in clean(text).chars() {
        if "\\`*_{}[]<>()#|!~&".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn or_dash(text: Option<&Text>) -> Cow<'_, str> {
    text.map_or("–".into(), |text| escaped(text).into())
}

pub(super) fn write(report: &Report) -> String {
    let Report { scope, ingest, extras, .. } = report;
    let mut page = Markdown::default();
    page.line(&format!("# WhatsApp traffic, {} to {}\n", seconds(scope.span.from), seconds(scope.span.to)));
    let number = scope.number.as_ref().map_or("all numbers".to_owned(), |number| format!("number {}", escaped(number)));
    page.line(&format!("As of {}, {number}.", seconds(scope.as_of)));
    if let Some(filter) = &extras.filter {
        page.line(&format!("Filter: {}.", escaped(filter)));
    }
    page.line("");
    let counts = [
        ("requests", ingest.requests),
        ("events", ingest.events),
        ("duplicates", ingest.duplicates),
        ("unrecognised", ingest.unrecognised),
        ("refused", ingest.refused),
    ];
    let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{} {name}", thousands(*count))).collect();
    // Requests, and what was refused, belong to no number.
    let of = if scope.number.is_some() { ", over all numbers" } else { "" };
    page.line(&format!("Received{of}: {}.", counts.join(", ")));
    if let Some(comparison) = &extras.comparison {
        super::compare::markdown(&mut page, comparison);
    }
    funnel(&mut page, &report.funnel);
    for (dimension, rows) in &extras.by {
        breakdown(&mut page, dimension.as_str(), rows);
    }
    failures(&mut page, &report.failures);
    conversations(&mut page, report);
    alerts(&mut page, report);
    costs(&mut page, report);
    page.0
}

fn funnel(page: &mut Markdown, funnel: &Funnel) {
    page.section("Delivery");
    page.header(&["stage", "messages", "of the stage before"], 1);
    let share = |part: u64, whole: u64| if whole > 0 { percent(part as f64 / whole as f64) } else { "–".to_owned() };
    page.row(&["attempted", &thousands(funnel.attempted), ""]);
    let mut before = funnel.attempted;
    for (name, count) in [("sent", funnel.sent), ("delivered", funnel.delivered), ("read", funnel.read)] {
        page.row(&[name, &thousands(count), &share(count, before)]);
        before = count;
    }
    let outcomes = &funnel.outcomes;
    page.line(&format!(
        "\nOutcomes: {} read, {} delivered, {} failed, {} waiting, {} silent. Settled: {}.",
        thousands(outcomes.read),
        thousands(outcomes.delivered),
        thousands(outcomes.failed),
        thousands(outcomes.waiting),
        thousands(outcomes.silent),
        funnel.settled().map_or("–".to_owned(), percent)
    ));
    for (name, times) in
        [("Sent to delivered", &funnel.time_to_deliver_s), ("Delivered to read", &funnel.time_to_read_s)]
    {
        if let (Some(p50), Some(p95)) = (times.p50, times.p95) {
            let [p50, p95] = [p50, p95].map(|time| duration(i64::try_from(time).unwrap_or(i64::MAX)));
            page.line(&format!("{name}: p50 {p50}, p95 {p95}, of {}.", thousands(times.count)));
        }
    }
}

fn breakdown(page: &mut Markdown, dimension: &str, rows: &[DimensionRow]) {
    page.section(&format!("By {dimension}"));
    page.header(&[dimension, "attempted", "delivered", "read", "failed", "settled"], 1);
    for DimensionRow { value, funnel } in rows {
        page.row(&[
            &escaped(value.label()),
            &thousands(funnel.attempted),
            &thousands(funnel.delivered),
            &thousands(funnel.read),
            &thousands(funnel.outcomes.failed),
            &funnel.settled().map_or("–".to_owned(), percent),
        ]);
    }
}

fn failures(page: &mut Markdown, failures: &[Failure]) {
    page.section("Failures");
    if failures.is_empty() {
        return page.line("None.");
    }
    page.header(&["code", "what", "class", "retry", "what to do", "messages", "recipients", "first", "last"], 5);
    for failure in failures {
        page.row(&[
            &failure.code.map_or("none".to_owned(), |code| code.to_string()),
            &escaped(&failure.title),
            &escaped(&failure.class),
            if failure.retryable { "yes" } else { "no" },
            &escaped(&failure.advice),
            &thousands(failure.messages),
            &thousands(failure.recipients),
            &seconds(failure.first_at),
            &seconds(failure.last_at),
        ]);
    }
}

fn conversations(page: &mut Markdown, report: &Report) {
    page.section("Conversations");
    if report.conversations.is_empty() {
        return page.line("None.");
    }
    page.header(&["customer", "name", "number", "last", "inbound", "last at", "window closes"], 4);
    for conversation in &report.conversations {
        let last = format!("{}: {}", conversation.last_type, conversation.preview);
        page.row(&[
            &or_dash(conversation.customer.as_ref()),
            &or_dash(conversation.name.as_ref()),
            &or_dash(conversation.number.as_ref()),
            &escaped(&last),
            &thousands(conversation.inbound),
            &seconds(conversation.last_inbound_at),
            &seconds(conversation.window_closes_at),
        ]);
    }
}

fn alerts(page: &mut Markdown, report: &Report) {
    page.section("Alerts");
    if report.alerts.is_empty() {
        return page.line("None.");
    }
    page.header(&["severity", "at", "what", "subject", "cause", "state"], 6);
    for alert in &report.alerts {
        let severity = match alert.severity {
            Severity::Critical => "**critical**",
            other => other.as_str(),
        };
        let state = match (&alert.superseded_by, alert.acknowledged) {
            (Some(_), _) => "superseded",
            (None, true) => "acknowledged",
            (None, false) => "open",
        };
        let subject = format!("{} · {}", alert.title, alert.subject);
        page.row(&[
            severity,
            &seconds(alert.at),
            &escaped(&alert.what),
            &escaped(&subject),
            &escaped(&alert.detail),
            state,
        ]);
    }
}

fn costs(page: &mut Markdown, report: &Report) {
    page.section("Costs");
    if report.costs.is_empty() {
        return page.line("None.");
    }
    page.header(&["category", "direction", "currency", "amount", "CNY", "messages"], 3);
    for cost in &report.costs {
        let exact =
            |amount: Option<rust_decimal::Decimal>| amount.map_or("–".to_owned(), |a| a.normalize().to_string());
        page.row(&[
            &escaped(&cost.category),
            &escaped(&cost.direction),
            &or_dash(cost.currency.as_ref()),
            &exact(cost.amount),
            &exact(cost.cny),
            &thousands(cost.messages),
        ]);
    }
}
