//! What changed, for people: as text of 80 columns and as Markdown.

use super::markdown::{self, Markdown};
use super::text::{Page, fill, seconds};
use crate::event::clean::clean;
use crate::monitor::compare::{Change, Comparison, Measure, Subject, Turn};
use crate::monitor::figures::thousands;
use crate::tui::widgets::cut::cut;
use std::borrow::Cow;

/// How differences were judged, said wherever they are shown.
const HOW: [&str; 2] = [
    "named when a 99.9 % interval leaves out no change; shown are 95 % intervals:",
    "shares by Newcombe's score interval, volumes as a ratio of Poisson rates",
];

pub(super) fn text(page: &mut Page, comparison: &Comparison) {
    page.section("WHAT CHANGED");
    page.line(&format!("  now     {} to {}", seconds(comparison.now.from), seconds(comparison.now.to)));
    page.line(&format!("  before  {} to {}", seconds(comparison.before.from), seconds(comparison.before.to)));
    if let Some(since) = comparison.known_since {
        page.line(&format!("  nothing is kept from before {}", seconds(since)));
    }
    page.line(&format!("  {:<39}{:>10}{:>10}  {}", "", "now", "before", "change"));
    for change in &comparison.overall {
        let named = measure(change.measure);
        page.line(&row(&fill(named, 39), change));
    }
    for change in &comparison.changes {
        let subject = fill(&cut(&subject(&change.subject), 22, "…"), 23);
        let named = change.turn.map_or("", turn);
        page.line(&row(&format!("{named:<9}{subject}{:<7}", short_measure(change.measure)), change));
    }
    if comparison.changes.is_empty() {
        page.line("  nothing that chance does not explain");
    }
    page.line(&format!("  {}", left_out(comparison)));
    HOW.iter().for_each(|line| page.line(&format!("  {line}")));
}

fn row(subject: &str, change: &Change) -> String {
    let (now, before) = (change.side(change.now), change.side(change.before));
    format!("  {subject}{now:>10}{before:>10}  {}", difference(change))
}

pub(super) fn markdown(page: &mut Markdown, comparison: &Comparison) {
    page.section("What changed");
    page.line(&format!(
        "{} to {}, compared with {} to {}.",
        seconds(comparison.now.from),
        seconds(comparison.now.to),
        seconds(comparison.before.from),
        seconds(comparison.before.to)
    ));
    if let Some(since) = comparison.known_since {
        page.line(&format!("Nothing is kept from before {}.", seconds(since)));
    }
    page.line("");
    page.header(&["", "what", "measure", "now", "before", "change"], 3);
    for change in comparison.overall.iter().chain(&comparison.changes) {
        let subject = subject(&change.subject);
        page.row(&[
            change.turn.map_or("", turn),
            &markdown::escaped(&subject),
            measure(change.measure),
            &change.side(change.now),
            &change.side(change.before),
            &difference(change),
        ]);
    }
    page.line("");
    page.line(&format!("{}; {} {}.", left_out(comparison), HOW[0], HOW[1]));
}

fn left_out(comparison: &Comparison) -> String {
    let (unsure, few) = (thousands(comparison.unsure), thousands(comparison.too_few));
    format!("not named: {unsure} that may be chance, {few} with fewer than 30 messages")
}

/// For a reader, cleaned.
fn subject(subject: &Subject) -> Cow<'_, str> {
    match subject {
        Subject::All => "all".into(),
        Subject::Code(Some(code), short) => format!("{code} {}", clean(short)).into(),
        Subject::Code(None, _) => "no code".into(),
        Subject::Value(dimension, value) => format!("{} {}", dimension.as_str(), clean(value.label())).into(),
    }
}

fn turn(turn: Turn) -> &'static str {
    match turn {
        Turn::New => "new",
        Turn::Quiet => "quiet",
        Turn::Appeared => "appeared",
        Turn::Rose => "rose",
        Turn::Fell => "fell",
    }
}

fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::CodeRate => "messages with it, of attempted",
        Measure::FailureRate => "failed, of attempted",
        Measure::SettledRate => "delivered, of delivered or failed",
        Measure::ReadRate => "read, of delivered",
        Measure::Volume => "messages attempted",
    }
}

fn short_measure(measure: Measure) -> &'static str {
    match measure {
        Measure::CodeRate | Measure::FailureRate => "failed",
        Measure::SettledRate => "settled",
        Measure::ReadRate => "read",
        Measure::Volume => "msgs",
    }
}

/// `+5.1 (4.8 to 5.4)` in points, or `×2.4 (2.3 to 2.5)`.
fn difference(change: &Change) -> String {
    let bound = |value: Option<f64>, none: &str| value.map_or(none.to_owned(), |value| change.figure(value));
    let (low, high) = (bound(change.interval.0, "0"), bound(change.interval.1, "∞"));
    change.difference().map_or("-".to_owned(), |difference| format!("{difference} ({low} to {high})"))
}
