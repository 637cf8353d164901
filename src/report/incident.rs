//! What an incident bundle says beside its report: the beginnings of a summary, and the alerts as a timeline.

use super::Report;
use super::markdown::{Markdown, escaped};
use super::text::{counted, seconds};
use crate::event::clean::clean;
use crate::monitor::figures::{percent, thousands};
use crate::monitor::view::Alert;
use std::cmp::Reverse;

/// Codes that the summary names.
const CODES: usize = 5;

/// The skeleton of a summary: what the numbers say is filled in, what only people know is asked for.
pub fn summary(report: &Report, masked: bool) -> String {
    let mut page = Markdown::default();
    let span = report.scope.span;
    page.line("# Incident summary");
    page.line("");
    page.line(&format!("Window {} to {}.", seconds(span.from), seconds(span.to)));
    page.line(match masked {
        true => {
            "Phone numbers, names, texts and ids are pseudonyms: the same one stands for the same person everywhere."
        }
        false => "**Not masked**: this bundle holds phone numbers, names, texts and ids as they came.",
    });
    page.section("What happened");
    page.line("_In one or two sentences: what broke, for whom, since when, until when._");
    page.section("Impact");
    impact(&mut page, report);
    page.section("Timeline");
    for alert in in_order(report) {
        page.line(&format!("- {}", escaped(&told(alert))));
    }
    page.line("- _when it was noticed, by whom; what was tried; when it was over_");
    for (title, asked) in [
        ("Cause", "_Ours, the platform's, or WhatsApp's? What shows it?_"),
        ("What was done", "_In order, with what each step changed._"),
        ("Follow-up", "_What keeps it from coming back, or shows it sooner next time. Who, until when._"),
    ] {
        page.section(title);
        page.line(asked);
    }
    page.section("Evidence");
    page.line("- `report.md`, `report.txt`, `report.json`: the numbers of the window, and what changed against the one before");
    page.line("- `alerts.txt`: template and account events in order");
    page.line("- `capture.ndjson.zst`: the requests; `watop watch` with this bundle opens it read-only");
    page.line("- `manifest.json`: SHA-256 of each file as it was made; `watop bundle --check` shows edits");
    page.into_text()
}

fn impact(page: &mut Markdown, report: &Report) {
    let funnel = &report.funnel;
    page.line(&format!(
        "- {} attempted, {} delivered, {} failed ({} of those with an outcome)",
        counted(funnel.attempted, "message"),
        thousands(funnel.delivered),
        thousands(funnel.outcomes.failed),
        funnel.settled().map_or_else(|| "no share".to_owned(), |settled| percent(1.0 - settled)),
    ));
    let mut failures: Vec<_> = report.failures.iter().collect();
    failures.sort_by_key(|failure| Reverse(failure.messages));
    for failure in failures.into_iter().take(CODES) {
        let code = failure.code.map_or_else(|| "no code".to_owned(), |code| code.to_string());
        page.line(&format!(
            "- {code} {}: {}, {}, {} to {}",
            escaped(&failure.title),
            counted(failure.messages, "message"),
            counted(failure.recipients, "recipient"),
            seconds(failure.first_at),
            seconds(failure.last_at),
        ));
    }
    page.line(&format!("- {} refused (401)", counted(report.ingest.refused, "request")));
}

/// Template and account events in order of their time, one per line.
pub fn timeline(report: &Report) -> String {
    in_order(report).into_iter().map(|alert| clean(&told(alert)).into_owned() + "\n").collect()
}

fn in_order(report: &Report) -> Vec<&Alert> {
    let mut alerts: Vec<_> = report.alerts.iter().collect();
    alerts.sort_by_key(|alert| (alert.at, alert.seq));
    alerts
}

fn told(alert: &Alert) -> String {
    let mut told = format!("{}  {:8}  {}  {}", seconds(alert.at), alert.severity.as_str(), alert.what, alert.title);
    if !alert.detail.is_empty() {
        told.push_str(&format!(": {}", alert.detail));
    }
    if alert.superseded_by.is_some() {
        told.push_str(", superseded");
    }
    if alert.acknowledged {
        told.push_str(", acknowledged");
    }
    told
}
