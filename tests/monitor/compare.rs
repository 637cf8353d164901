//! What changed between two windows, and what does not count as a change.

use crate::{MINUTE, SECOND, START, failed, monitor, scope, status, with_status};
use watop::event::StatusName::Delivered;
use watop::event::{Event, Millis};
use watop::monitor::compare::{Change, Comparison, Measure, Subject, Turn};
use watop::monitor::view::{Dimension, Group, Scope};

const HALF: i64 = 15 * MINUTE;

/// Two windows of a quarter of an hour each, the second after the first, which is a whole one after the start of everything.
fn compared(events: &[Event]) -> Comparison {
    monitor(events).compare(&scope(HALF, 2 * HALF), &scope(2 * HALF, 3 * HALF))
}

/// A message every second with the tag and number that `of` gives; it fails with a code when that says so.
fn traffic(of: impl Fn(i64) -> Option<(&'static str, &'static str, Option<i64>)>) -> Vec<Event> {
    let message = |second: i64| {
        let (tag, number, code) = of(second)?;
        let (at, id) = (second * SECOND, format!("m{second}"));
        let event = code.map_or_else(|| status(at, &id, Delivered), |code| failed(at, &id, &[code]));
        let event = Event { number: Some(number.into()), ..event };
        Some(with_status(event, |status| status.tag = Some(tag.into())))
    };
    (0..3 * HALF / SECOND).filter_map(message).collect()
}

fn is_now(second: i64) -> bool {
    second * SECOND >= 2 * HALF
}

fn find<'a>(comparison: &'a Comparison, subject: &Subject, measure: Measure) -> Option<&'a Change> {
    comparison.changes.iter().find(|change| change.subject == *subject && change.measure == measure)
}

fn tag(tag: &str) -> Subject {
    Subject::Value(Dimension::Tag, Group::Named(tag.into()))
}

#[test]
fn nothing_changed_when_both_windows_are_alike() {
    let same = compared(&traffic(|second| Some(("daily", "1", (second % 50 == 0).then_some(131_026)))));
    assert_eq!(same.changes, []);
    assert_eq!((same.before.attempted, same.now.attempted), (900, 900));
    assert!(same.unsure > 0 && same.overall.len() == 4);
    assert!(same.overall.iter().all(|change| change.turn.is_none()));
}

#[test]
fn a_code_never_seen_before_comes_first() {
    let events = traffic(|second| Some(("daily", "1", (is_now(second) && second % 30 == 0).then_some(132_015))));
    let changed = compared(&events);
    let first = &changed.changes[0];
    assert!(matches!(&first.subject, Subject::Code(Some(132_015), short) if short == "Template paused"), "{first:?}");
    assert_eq!((first.turn, first.before, first.now), (Some(Turn::New), (0, 900), (30, 900)));
}

#[test]
fn a_code_that_was_seen_earlier_is_not_new() {
    let events =
        traffic(|second| Some(("daily", "1", (second == 5 || (is_now(second) && second % 9 == 0)).then_some(132_015))));
    let changed = compared(&events);
    assert_eq!(changed.changes[0].turn, Some(Turn::Rose));
    let (low, high) = changed.changes[0].interval;
    let share = 100.0 / 900.0;
    assert!(low.unwrap() < share && share < high.unwrap() && low.unwrap() > 0.09, "{low:?} {high:?}");
}

#[test]
fn what_fails_more_is_named_by_tag_and_number() {
    let events = traffic(|second| {
        let promo = second % 3 == 0;
        let fails = if promo && is_now(second) { second % 6 == 0 } else { second % 60 == 1 };
        Some((if promo { "promo" } else { "daily" }, if promo { "1" } else { "2" }, fails.then_some(131_026)))
    });
    let changed = compared(&events);
    let promo = find(&changed, &tag("promo"), Measure::FailureRate).unwrap();
    assert_eq!((promo.turn, promo.now), (Some(Turn::Rose), (150, 300)));
    assert!(find(&changed, &tag("daily"), Measure::FailureRate).is_none());
    let number = Subject::Value(Dimension::Number, Group::Named("1".into()));
    assert!(find(&changed, &number, Measure::FailureRate).is_some());
}

#[test]
fn what_usually_talks_and_fell_silent_is_quiet() {
    let events = traffic(|second| {
        let promo = second % 3 == 0;
        if promo && is_now(second) { None } else { Some((if promo { "promo" } else { "daily" }, "1", None)) }
    });
    let changed = compared(&events);
    assert_eq!((changed.changes[0].subject.clone(), changed.changes[0].turn), (tag("promo"), Some(Turn::Quiet)));
    assert_eq!(changed.changes[0].change, Some(0.0));
}

#[test]
fn few_messages_are_not_judged() {
    let events = traffic(|second| {
        (second % 60 == 0).then_some(("daily", "1", (is_now(second) && second % 120 == 0).then_some(131_026)))
    });
    let changed = compared(&events);
    assert!(changed.too_few > 0);
    assert!(changed.changes.iter().all(|change| change.turn == Some(Turn::New)), "{:?}", changed.changes);
}

#[test]
fn a_window_still_open_is_compared_by_the_time_that_has_passed() {
    let events = traffic(|second| (second * SECOND < 2 * HALF + 5 * MINUTE).then_some(("daily", "1", None)));
    let open = Scope { as_of: Millis(START + 2 * HALF + 5 * MINUTE), ..scope(2 * HALF, 3 * HALF) };
    let changed = monitor(&events).compare(&scope(HALF, 2 * HALF), &open);
    assert_eq!(changed.changes, [], "a third of the messages in a third of the time");
    assert_eq!(changed.now.to, open.as_of);
    assert_eq!(changed.overall[0].now, (300, 300));
}

#[test]
fn what_is_kept_only_from_within_the_window_before_says_so() {
    let events: Vec<Event> = traffic(|second| (second * SECOND >= HALF + 5 * MINUTE).then_some(("daily", "1", None)));
    assert_eq!(compared(&events).known_since, Some(Millis(START + HALF + 5 * MINUTE)));
    assert_eq!(compared(&traffic(|_| Some(("daily", "1", None)))).known_since, None);
}
