//! One row of failures, and how unusual its code is.

use super::sums::Count;
use crate::event::{Millis, catalogue};
use crate::monitor::bag::Bag;
use crate::monitor::intern::{Name, Names};
use crate::monitor::view::{Failure, Mark, Scope};

/// Time over which *recent* failures are counted, in milliseconds.
pub(super) const RECENT: i64 = 5 * 60_000;
/// Time before the window that is called usual, in milliseconds.
pub(super) const USUAL: i64 = 60 * 60_000;
/// Time after the start of everything in which a first occurrence says nothing.
const WARM_UP: i64 = 10_000;

/// What is known of a code beside the messages of the window.
pub(super) struct History {
    /// When the first request of all was received.
    pub(super) known_since: i64,
    /// Failures in the usual time before the window.
    pub(super) usual: u64,
    /// Failures in the recent time before the moment looked at.
    pub(super) recent: u64,
    /// When the code was first received at all.
    pub(super) first: i64,
}

/// Whether the code is new or rising. Where nothing older than the window is kept, a code is new when an even spread
/// over everything kept would put all of its failures after the first one less than once in ten thousand times.
pub(super) fn mark(messages: u64, scope: &Scope, history: &History) -> Mark {
    let window = scope.span.to.0.saturating_sub(scope.span.from.0);
    let silent = (history.first - history.known_since - WARM_UP).max(0) as f64;
    let busy = (scope.as_of.0 - history.first).max(1) as f64;
    let chance = (busy / (silent + busy)).powi(messages.min(1 << 20) as i32);
    let ripe = scope.span.from.0.saturating_sub(history.known_since) >= window;
    if messages >= 5 && history.first >= scope.span.from.0 && (ripe || chance < 1e-4) {
        return Mark::New;
    }
    let known = scope.span.from.0.saturating_sub(history.known_since).clamp(0, USUAL);
    if known < RECENT {
        return Mark::None;
    }
    let expected = history.usual as f64 * RECENT as f64 / known as f64;
    let risen = history.recent >= 8 && history.recent as f64 > expected + 4.0 * expected.max(1.0).sqrt();
    if risen { Mark::Rising(history.recent as f64 / expected.max(1.0)) } else { Mark::None }
}

/// A row for the reader: the catalogue's words, else the wire's.
pub(super) fn row(
    code: Option<i64>,
    count: &Count,
    recipients: u64,
    trend: Vec<u64>,
    mark: Mark,
    said: &Names,
) -> Failure {
    let most = |texts: &Bag<Name>| {
        let texts = texts.iter().filter_map(|(text, count)| Some((count, said.text(text)?)));
        texts.max().map(|(count, text)| (text.clone(), count))
    };
    let wire_title = most(&count.titles).map(|(title, _)| title);
    let entry = code.and_then(catalogue::lookup);
    let wire = || wire_title.as_deref().unwrap_or("No code given").to_owned();
    let title = entry.map_or_else(wire, |entry| entry.en.title.clone());
    Failure {
        code,
        platform_codes: count.wrappers.iter().map(|(wrapper, _)| wrapper).collect(),
        messages: count.messages,
        recipients,
        class: entry.map_or(catalogue::UNKNOWN_CLASS, |entry| &entry.class).to_owned(),
        short: code.and_then(catalogue::short).map_or_else(|| title.clone(), str::to_owned),
        title,
        advice: entry.map_or("", |entry| &entry.en.action).to_owned(),
        retryable: entry.is_some_and(|entry| entry.retryable),
        first_at: Millis(count.first),
        last_at: Millis(count.last),
        trend,
        mark,
        wire_title,
        wire_details: most(&count.details),
    }
}
