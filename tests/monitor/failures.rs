//! Failures by effective code.

use crate::{DAY, HOUR, MINUTE, SECOND, START, all, error, failed, monitor, scope, status, with_status};
use watop::event::{ErrorItem, Event, Millis, StatusName};
use watop::monitor::view::{Failure, Mark, Scope};

fn counts(failures: &[Failure]) -> Vec<(Option<i64>, u64)> {
    failures.iter().map(|failure| (failure.code, failure.messages)).collect()
}

fn titled(code: i64, wrapper: Option<i64>, title: &str) -> ErrorItem {
    ErrorItem { platform_code: wrapper, title: Some(title.into()), ..error(code) }
}

/// `count` messages that failed with `code`, one per second from `at` on.
fn burst(code: i64, at: i64, count: i64) -> Vec<Event> {
    (0..count).map(|i| failed(at + i * SECOND, &format!("{code}/{at}/{i}"), &[code])).collect()
}

/// A delivered message that makes the journal begin here.
fn beginning(at: i64) -> Event {
    status(at, &format!("first {at}"), StatusName::Delivered)
}

fn mark(monitor: &watop::monitor::Monitor, scope: &Scope, code: i64) -> Mark {
    monitor.failures(scope).iter().find(|failure| failure.code == Some(code)).unwrap().mark
}

#[test]
fn one_row_per_effective_code_most_messages_first_then_by_code() {
    let events =
        [failed(0, "a", &[131_049]), failed(0, "b", &[131_026]), failed(0, "c", &[470]), failed(0, "d", &[470])];
    assert_eq!(counts(&monitor(&events).failures(&all())), [(Some(470), 2), (Some(131_026), 1), (Some(131_049), 1)]);
}

#[test]
fn a_status_that_lists_several_errors_counts_under_each() {
    let monitor = monitor(&[failed(0, "m", &[131_026, 131_049])]);
    assert_eq!(counts(&monitor.failures(&all())), [(Some(131_026), 1), (Some(131_049), 1)]);
    assert_eq!(monitor.funnel(&all()).outcomes.failed, 1);
}

#[test]
fn a_message_counts_once_per_code() {
    let events = [failed(0, "m", &[1, 1]), failed(MINUTE, "m", &[1]), failed(2 * MINUTE, "m", &[2])];
    assert_eq!(counts(&monitor(&events).failures(&all())), [(Some(1), 1), (Some(2), 1)]);
}

#[test]
fn only_messages_whose_outcome_is_failed_count() {
    let mut events = vec![failed(0, "m", &[131_026]), failed(0, "n", &[131_026])];
    assert_eq!(counts(&monitor(&events).failures(&all())), [(Some(131_026), 2)]);
    events.push(status(HOUR, "m", StatusName::Delivered));
    assert_eq!(counts(&monitor(&events).failures(&all())), [(Some(131_026), 1)], "delivered after all");
    events.push(status(2 * HOUR, "n", StatusName::Read));
    assert_eq!(monitor(&events).failures(&all()), []);
}

#[test]
fn a_failed_status_without_a_code_has_a_row_of_its_own() {
    let nameless =
        with_status(failed(0, "b", &[]), |status| status.errors = vec![ErrorItem { code: None, ..error(0) }]);
    let failures = monitor(&[failed(0, "a", &[]), nameless]).failures(&all());
    assert_eq!(counts(&failures), [(None, 2)]);
    let Failure { class, title, retryable, .. } = &failures[0];
    assert_eq!((class.as_str(), title.as_str(), *retryable), ("other", "No code given", false));
}

#[test]
fn wrappers_seen_are_listed_ascending_and_once() {
    let wrapped = |id, wrapper| with_status(failed(0, id, &[]), |s| s.errors = vec![titled(131_026, wrapper, "t")]);
    let events =
        [wrapped("a", Some(10_001)), wrapped("b", Some(10_000)), wrapped("c", None), wrapped("d", Some(10_000))];
    assert_eq!(monitor(&events).failures(&all())[0].platform_codes, [10_000, 10_001]);
}

#[test]
fn recipients_are_distinct_and_those_that_nobody_named_are_none() {
    let to = |id, customer: Option<&str>| Event { customer: customer.map(Into::into), ..failed(0, id, &[1]) };
    let events =
        [to("a", Some("852")), to("b", Some("852")), to("c", Some("852xxxx705")), to("d", None), to("e", None)];
    let row = &monitor(&events).failures(&all())[0];
    assert_eq!((row.messages, row.recipients), (5, 2));
}

#[test]
fn first_and_last_are_receive_times_of_the_failure() {
    let events = [status(0, "m", StatusName::Sent), failed(MINUTE, "m", &[1]), failed(DAY + 5, "m", &[1])];
    let row = &monitor(&events).failures(&scope(0, MINUTE))[0];
    assert_eq!((row.first_at, row.last_at), (Millis(START + MINUTE), Millis(START + DAY + 5)));
}

#[test]
fn title_class_and_advice_come_from_the_catalogue_and_the_wires_words_stand_beside() {
    let said = |id, title| with_status(failed(0, id, &[]), |s| s.errors = vec![titled(131_026, Some(10_000), title)]);
    let row = &monitor(&[said("a", "Rare"), said("b", "Common"), said("c", "Common")]).failures(&all())[0];
    assert_eq!((row.class.as_str(), row.retryable, row.short.as_str()), ("recipient", false, "Undeliverable"));
    assert_eq!(row.title, "Message cannot be delivered to this user");
    assert!(row.advice.contains("another channel"), "{}", row.advice);
    assert_eq!(row.wire_title.as_deref(), Some("Common"), "the most frequent one");
}

#[test]
fn the_wires_details_stand_beside_with_how_many_messages_say_so() {
    let said = |id, details: Option<&str>| {
        let error = ErrorItem { details: details.map(Into::into), ..titled(131_053, None, "Media upload error") };
        with_status(failed(0, id, &[]), |status| status.errors = vec![error])
    };
    let events =
        [said("a", Some("too large")), said("b", Some("no webp")), said("c", Some("no webp")), said("d", None)];
    assert_eq!(monitor(&events).failures(&all())[0].wire_details, Some(("no webp".into(), 2)));
    assert_eq!(monitor(&[said("d", None)]).failures(&all())[0].wire_details, None);
}

#[test]
fn an_unknown_code_takes_the_wires_title() {
    let event = with_status(failed(0, "m", &[]), |s| s.errors = vec![titled(777_777, None, "Something new")]);
    let row = &monitor(&[event]).failures(&all())[0];
    assert_eq!((row.class.as_str(), row.title.as_str(), row.advice.as_str()), ("other", "Something new", ""));
}

#[test]
fn the_trend_has_fifteen_slices_by_receive_time() {
    let events = [failed(0, "a", &[1]), failed(59 * SECOND, "b", &[1]), failed(14 * MINUTE, "c", &[1])];
    let mut expected = vec![0; 15];
    (expected[0], expected[14]) = (2, 1);
    assert_eq!(monitor(&events).failures(&scope(0, 15 * MINUTE))[0].trend, expected);
}

#[test]
fn failures_obey_the_number() {
    let on = |id, number: &str| Event { number: Some(number.into()), ..failed(0, id, &[1]) };
    let monitor = monitor(&[on("a", "n1"), on("b", "n2"), on("c", "n2")]);
    let of = |number: &str| counts(&monitor.failures(&Scope { number: Some(number.into()), ..all() }));
    assert_eq!((of("n1"), of("n2"), of("n3")), (vec![(Some(1), 1)], vec![(Some(1), 2)], vec![]));
}

#[test]
fn a_code_is_new_when_nothing_earlier_is_kept_and_at_least_five_came() {
    let with = |count| {
        let events: Vec<Event> = [beginning(0)].into_iter().chain(burst(132_015, 100 * MINUTE, count)).collect();
        mark(&monitor(&events), &scope(90 * MINUTE, 105 * MINUTE), 132_015)
    };
    assert_eq!((with(4), with(5)), (Mark::None, Mark::New));
}

#[test]
fn a_code_that_came_before_the_window_is_not_new() {
    let earlier = failed(10 * MINUTE, "earlier", &[132_015]);
    let events: Vec<Event> = [beginning(0), earlier].into_iter().chain(burst(132_015, 100 * MINUTE, 6)).collect();
    assert_eq!(mark(&monitor(&events), &scope(90 * MINUTE, 105 * MINUTE), 132_015), Mark::None);
}

#[test]
fn a_code_that_came_before_in_a_message_delivered_since_is_not_new() {
    let earlier = [failed(10 * MINUTE, "earlier", &[132_015]), status(11 * MINUTE, "earlier", StatusName::Delivered)];
    let events: Vec<Event> = [beginning(0)].into_iter().chain(earlier).chain(burst(132_015, 100 * MINUTE, 6)).collect();
    assert_eq!(mark(&monitor(&events), &scope(90 * MINUTE, 105 * MINUTE), 132_015), Mark::None);
}

#[test]
fn in_a_young_journal_in_which_everything_began_at_once_nothing_is_new_or_rising() {
    let codes = [131_026, 131_049, 132_015];
    let events: Vec<Event> =
        [beginning(0)].into_iter().chain(codes.into_iter().flat_map(|code| burst(code, SECOND, 120))).collect();
    let monitor = monitor(&events);
    for to in [3, 4, 15] {
        for code in codes {
            let window = Scope { as_of: Millis(START + 3 * MINUTE), ..scope((to - 15) * MINUTE, to * MINUTE) };
            assert_eq!(mark(&monitor, &window, code), Mark::None, "{code} {to}");
        }
    }
}

#[test]
fn a_code_that_breaks_out_late_in_a_young_journal_is_new() {
    let usual = burst(131_026, SECOND, 600);
    let events: Vec<Event> = [beginning(0)].into_iter().chain(usual).chain(burst(132_015, 9 * MINUTE, 40)).collect();
    let window = scope(-5 * MINUTE, 10 * MINUTE);
    let monitor = monitor(&events);
    assert_eq!(mark(&monitor, &window, 132_015), Mark::New);
    assert_eq!(mark(&monitor, &window, 131_026), Mark::None);
}

/// A code with `usual` failures in the hour before the window and `recent` in its last five minutes.
fn rising(usual: i64, recent: i64) -> Mark {
    let before = (0..usual).map(|i| failed(MINUTE + i * (HOUR - 2 * MINUTE) / usual.max(1), &format!("u{i}"), &[1]));
    let events: Vec<Event> =
        [beginning(0)].into_iter().chain(before).chain(burst(1, HOUR + 11 * MINUTE, recent)).collect();
    mark(&monitor(&events), &scope(HOUR, HOUR + 15 * MINUTE), 1)
}

#[test]
fn a_code_rises_when_its_last_five_minutes_exceed_the_usual_by_more_than_four_deviations() {
    assert_eq!(rising(108, 21), Mark::None, "9 is usual in 5 minutes: 9 + 4 · 3 is not exceeded");
    assert_eq!(rising(108, 22), Mark::Rising(22.0 / 9.0));
}

#[test]
fn a_code_rises_only_from_eight_on() {
    assert_eq!(rising(1, 7), Mark::None);
    assert_eq!(rising(1, 8), Mark::Rising(8.0));
}
