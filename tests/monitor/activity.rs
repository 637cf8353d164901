//! What was received when: ingest, columns, marks, the pulse.

use crate::{DAY, HOUR, MINUTE, SECOND, START, all, failed, inbound, monitor, notice, request, scope, status};
use watop::event::StatusName::Sent;
use watop::event::{Detail, Event, Millis, Seconds, Severity, Unrecognised};
use watop::journal::RequestSummary;
use watop::monitor::Monitor;
use watop::monitor::view::{Ingest, Level, Pulse, Scope, Span};

#[test]
fn ingest_counts_requests_unique_events_duplicates_and_what_could_not_be_read() {
    let unread = crate::event(0, Detail::Unrecognised(Unrecognised { reason: "no JSON".into() }));
    let mut monitor = monitor(&[status(0, "m", Sent), inbound(0, "in", "hello"), unread]);
    monitor.fold_request(&RequestSummary { events: 0, duplicates: 3, ..request(&status(0, "m", Sent)) });
    let expected = Ingest { requests: 4, events: 3, duplicates: 3, unrecognised: 1, refused: 0, expired: 0 };
    assert_eq!(monitor.ingest(&all()), expected);
    assert_eq!(monitor.ingest(&Scope { number: Some("nobody".into()), ..all() }), expected, "requests have no number");
    assert_eq!(monitor.ingest(&scope(MINUTE, HOUR)), Ingest::default());
}

#[test]
fn amendments_are_not_events() {
    let event = failed(0, "m", &[1]);
    let again = Event { amends: Some(1), ..event.clone() };
    let monitor = monitor([&event, &again]);
    assert_eq!((monitor.ingest(&all()).events, monitor.ingest(&all()).duplicates), (1, 1));
    let activity = monitor.activity(&scope(0, MINUTE), 60);
    assert_eq!((activity.statuses[0], activity.failed[0]), (1, 1));
    assert_eq!(monitor.pulse(Millis(START + SECOND)).events_per_s, 0.1);
}

#[test]
fn columns_are_the_shortest_round_length_that_fits() {
    let monitor = monitor(&[status(0, "m", Sent)]);
    let length = |to, columns| monitor.activity(&scope(0, to), columns).column_s;
    assert_eq!(length(MINUTE, 60), 1);
    assert_eq!(length(15 * MINUTE, 90), 10);
    assert_eq!(length(16 * MINUTE, 90), 12);
    assert_eq!(length(16 * MINUTE, 58), 20);
    assert_eq!(length(HOUR, 90), 60);
    assert_eq!((length(16 * MINUTE, 24), length(HOUR, 24)), (45, 180), "few columns are not half empty");
    assert_eq!(length(DAY, 90), 1200);
    assert_eq!(length(DAY, 7), 21_600);
}

#[test]
fn a_long_history_is_shown_in_columns_of_whole_days() {
    let monitor = monitor(&[status(0, "a", Sent), status(390 * DAY, "b", Sent)]);
    let activity = monitor.activity(&scope(0, 400 * DAY), 90);
    assert_eq!(activity.column_s, 5 * 86_400);
    assert!(activity.statuses.len() <= 90);
    assert_eq!(activity.statuses.iter().sum::<u64>(), 2);
}

#[test]
fn a_window_without_an_end_and_an_absurd_time_are_survived() {
    let mut absurd = notice(0, "template_status", "a", "PAUSED", Severity::Critical);
    absurd.provider_at = Some(Seconds(i64::MIN));
    let events = [absurd, failed(0, "m", &[1]), inbound(0, "in", "hello")];
    let monitor = monitor(&events);
    let span = Span { from: Millis(0), to: Millis(i64::MAX) };
    let ever = Scope { span, as_of: Millis(START + HOUR), number: None };
    assert_eq!(monitor.funnel(&ever).attempted, 1);
    assert_eq!(monitor.failures(&ever).len() + monitor.conversations(&ever).len() + monitor.alerts(&ever).len(), 3);
    assert!(monitor.activity(&ever, 90).statuses.len() <= 90);
    assert_eq!(monitor.verdict(&ever).level, Level::Trouble);
}

#[test]
fn columns_count_statuses_and_failed_ones_by_receive_time() {
    let mut late = status(25 * SECOND, "c", Sent);
    late.provider_at = Some(Seconds(START / SECOND));
    let events = [status(0, "a", Sent), failed(9 * SECOND, "b", &[1]), late, inbound(5 * SECOND, "in", "hello")];
    let activity = monitor(&events).activity(&scope(0, 15 * MINUTE), 90);
    assert_eq!((activity.statuses.len(), activity.from), (90, Millis(START)));
    assert_eq!(activity.statuses[..3], [2, 0, 1]);
    assert_eq!(activity.failed[..3], [1, 0, 0]);
}

#[test]
fn a_column_still_filling_is_left_out() {
    let monitor = monitor(&[status(0, "a", Sent), status(14 * SECOND, "b", Sent)]);
    let now = Scope { as_of: Millis(START + 15 * SECOND), ..scope(0, 15 * MINUTE) };
    assert_eq!(monitor.activity(&now, 90).statuses, [1]);
}

#[test]
fn the_newest_column_is_there_though_the_window_starts_between_two_columns() {
    let monitor = monitor(&[status(DAY + HOUR - MINUTE, "m", Sent)]);
    let activity = monitor.activity(&scope(HOUR - MINUTE, DAY + HOUR), 48);
    assert!(activity.statuses.len() <= 48);
    assert_eq!(activity.statuses.last(), Some(&1));
    assert_eq!(activity.from.0 % (i64::from(activity.column_s) * SECOND), 0, "columns start at round times");
}

#[test]
fn single_seconds_long_past_are_shown_by_the_minute() {
    let monitor = monitor(&[status(0, "old", Sent), status(DAY, "new", Sent)]);
    let activity = monitor.activity(&scope(0, 2 * MINUTE), 200);
    assert_eq!((activity.column_s, activity.statuses), (60, vec![1, 0]));
}

#[test]
fn activity_obeys_the_number() {
    let other = Event { number: Some("n2".into()), ..status(0, "m", Sent) };
    let monitor = monitor(&[other, status(0, "n", Sent)]);
    let of =
        |number: &str| monitor.activity(&Scope { number: Some(number.into()), ..scope(0, MINUTE) }, 60).statuses[0];
    assert_eq!((of("n2"), of("nobody")), (1, 0));
}

#[test]
fn alerts_that_matter_are_marked_at_their_receipt() {
    let paused = |received, happened| {
        let mut late = notice(received, "template_status", "a", "PAUSED", Severity::Critical);
        late.provider_at = Some(Seconds(START / SECOND + happened));
        late
    };
    let (late, long_ago) = (paused(MINUTE, 10), paused(2 * MINUTE, -600));
    let good = notice(0, "template_quality", "a", "GREEN", Severity::Good);
    let activity = monitor(&[late, long_ago, good]).activity(&scope(0, 15 * MINUTE), 90);
    assert_eq!(
        activity.marks,
        [(Millis(START + MINUTE), Severity::Critical, "template paused".into())],
        "not what came late"
    );
}

#[test]
fn the_pulse_is_the_rate_of_the_last_whole_seconds() {
    let events: Vec<Event> = (0..30).map(|at| status(at * SECOND, &format!("m{at}"), Sent)).collect();
    let mut monitor = monitor(&events);
    monitor.fold(&inbound(28 * SECOND, "in", "hello"));
    let pulse = monitor.pulse(Millis(START + 30 * SECOND));
    assert_eq!((pulse.events_per_s, pulse.inbound_per_s), (1.1, 0.1));
    let second = Millis(START + 31 * SECOND);
    assert_eq!(pulse.changes_at, Some(second), "it may change with the next second");
}

#[test]
fn an_idle_pulse_is_zero_and_changes_no_more() {
    let monitor = monitor(&[status(0, "m", Sent)]);
    assert_eq!(monitor.pulse(Millis(START + HOUR)), Pulse::default());
    assert_eq!(Monitor::default().pulse(Millis(START)), Pulse::default());
}

#[test]
fn lag_is_receive_minus_provider_time_of_the_last_minute() {
    let lagging = |at: i64, lag: i64| Event {
        provider_at: Some(Seconds((START + at) / SECOND - lag)),
        ..status(at, &format!("{at}"), Sent)
    };
    let monitor = monitor(&[lagging(0, 50), lagging(90 * SECOND, 3), lagging(95 * SECOND, 7)]);
    assert_eq!(monitor.pulse(Millis(START + 100 * SECOND)).lag_s, Some(7));
}

#[test]
fn the_extent_is_that_of_the_requests() {
    let monitor = monitor(&[status(MINUTE, "b", Sent), status(0, "a", Sent)]);
    assert_eq!(monitor.extent(), Some((Millis(START), Millis(START + MINUTE))));
    assert_eq!(Monitor::default().extent(), None);
}
