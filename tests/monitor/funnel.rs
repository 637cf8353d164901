//! Funnel, outcomes, rates and latency of a cohort.

use crate::{DAY, HOUR, MINUTE, SECOND, START, all, failed, monitor, scope, status, with_status};
use watop::event::StatusName::{self, Deleted, Delivered, Failed, Played, Read, Sent, Warning};
use watop::event::{Event, Millis, Seconds};
use watop::monitor::view::{Funnel, Latency, Outcomes, Scope};
use watop::monitor::{Monitor, Settings};

/// The funnel of one message with these statuses.
fn of(statuses: &[StatusName]) -> Funnel {
    let events: Vec<Event> = (0..).zip(statuses).map(|(at, name)| status(at * SECOND, "m", name.clone())).collect();
    monitor(&events).funnel(&all())
}

fn steps(funnel: &Funnel) -> [u64; 4] {
    [funnel.attempted, funnel.sent, funnel.delivered, funnel.read]
}

const NONE: Outcomes = Outcomes { read: 0, delivered: 0, failed: 0, waiting: 0, silent: 0 };

#[test]
fn each_step_implies_the_ones_before() {
    assert_eq!(steps(&of(&[Read])), [1, 1, 1, 1]);
    assert_eq!(steps(&of(&[Delivered])), [1, 1, 1, 0]);
    assert_eq!(steps(&of(&[Sent])), [1, 1, 0, 0]);
    assert_eq!(steps(&of(&[Sent, Delivered, Read])), [1, 1, 1, 1], "steps of one message are one message");
}

#[test]
fn played_counts_as_read() {
    assert_eq!(of(&[Played]).outcomes, Outcomes { read: 1, ..NONE });
    assert_eq!(steps(&of(&[Played])), [1, 1, 1, 1]);
}

#[test]
fn a_message_with_only_failed_is_attempted_not_sent() {
    assert_eq!(steps(&of(&[Failed])), [1, 0, 0, 0]);
    assert_eq!(of(&[Failed]).outcomes, Outcomes { failed: 1, ..NONE });
    assert_eq!(steps(&of(&[Sent, Failed])), [1, 1, 0, 0]);
}

#[test]
fn deleted_warning_and_unknown_statuses_are_attempts_and_nothing_else() {
    for flag in [Deleted, Warning, StatusName::Other("pending".into())] {
        assert_eq!(steps(&of(std::slice::from_ref(&flag))), [1, 0, 0, 0], "{flag:?}");
        assert_eq!(of(&[flag.clone(), Delivered]).outcomes, Outcomes { delivered: 1, ..NONE }, "{flag:?}");
        assert_eq!(of(&[Read, flag.clone()]).outcomes, Outcomes { read: 1, ..NONE }, "{flag:?}");
    }
}

#[test]
fn the_better_outcome_stands_and_the_contradiction_is_counted() {
    for (statuses, outcome, conflicts) in [
        ([Delivered, Failed], Outcomes { delivered: 1, ..NONE }, 1),
        ([Failed, Delivered], Outcomes { delivered: 1, ..NONE }, 1),
        ([Failed, Read], Outcomes { read: 1, ..NONE }, 1),
        ([Sent, Failed], Outcomes { failed: 1, ..NONE }, 0),
        ([Delivered, Read], Outcomes { read: 1, ..NONE }, 0),
    ] {
        let funnel = of(&statuses);
        assert_eq!((funnel.outcomes, funnel.conflicts), (outcome, conflicts), "{statuses:?}");
    }
}

#[test]
fn outcomes_sum_to_attempted() {
    let events = [
        status(0, "a", Read),
        status(0, "b", Delivered),
        failed(0, "c", &[1]),
        status(0, "d", Sent),
        status(0, "e", Warning),
        failed(0, "b", &[1]),
    ];
    let funnel = monitor(&events).funnel(&all());
    let Outcomes { read, delivered, failed, waiting, silent } = funnel.outcomes;
    assert_eq!((read, delivered, failed, waiting, silent), (1, 1, 1, 2, 0));
    assert_eq!(funnel.attempted, 5);
}

#[test]
fn a_message_waits_until_the_horizon_and_is_silent_from_then_on() {
    let monitor = monitor(&[status(0, "m", Sent)]);
    let as_of = |at| Scope { as_of: Millis(START + at), ..scope(0, MINUTE) };
    let outcomes = |at| monitor.funnel(&as_of(at)).outcomes;
    assert_eq!(outcomes(DAY), Outcomes { waiting: 1, ..NONE });
    assert_eq!(outcomes(DAY + MINUTE - 1), Outcomes { waiting: 1, ..NONE }, "ages are counted in whole minutes");
    assert_eq!(outcomes(DAY + MINUTE), Outcomes { silent: 1, ..NONE });
}

#[test]
fn the_horizon_can_be_chosen() {
    let mut monitor = Monitor::new(Settings { horizon: std::time::Duration::from_secs(3600) });
    monitor.fold(&status(0, "m", Sent));
    let scope = Scope { as_of: Millis(START + HOUR + MINUTE), ..all() };
    assert_eq!(monitor.funnel(&scope).outcomes, Outcomes { silent: 1, ..NONE });
}

#[test]
fn only_what_has_no_outcome_waits() {
    let monitor = monitor(&[status(0, "a", Delivered), failed(0, "b", &[1])]);
    let late = Scope { as_of: Millis(START + 3 * DAY), ..all() };
    assert_eq!(monitor.funnel(&late).outcomes, Outcomes { delivered: 1, failed: 1, ..NONE });
}

#[test]
fn a_cohort_is_the_messages_first_received_in_the_window_and_later_events_still_update_them() {
    let monitor = monitor(&[status(30 * SECOND, "m", Sent), status(10 * MINUTE, "m", Delivered)]);
    assert_eq!(steps(&monitor.funnel(&scope(0, MINUTE))), [1, 1, 1, 0]);
    assert_eq!(monitor.funnel(&scope(10 * MINUTE, 11 * MINUTE)), Funnel::default());
}

#[test]
fn cohorts_follow_receive_time_not_provider_time() {
    let mut event = status(5 * MINUTE, "m", Sent);
    event.provider_at = Some(Seconds(START / SECOND));
    let monitor = monitor(&[event]);
    assert_eq!(monitor.funnel(&scope(0, MINUTE)).attempted, 0);
    assert_eq!(monitor.funnel(&scope(5 * MINUTE, 6 * MINUTE)).attempted, 1);
}

#[test]
fn an_earlier_receipt_moves_a_message_to_an_earlier_cohort() {
    let monitor = monitor(&[status(90 * MINUTE, "m", Delivered), status(0, "m", Sent)]);
    assert_eq!(monitor.funnel(&scope(90 * MINUTE, 91 * MINUTE)).attempted, 0);
    assert_eq!(steps(&monitor.funnel(&scope(0, MINUTE))), [1, 1, 1, 0]);
}

#[test]
fn in_groups_each_participant_is_a_message() {
    let to = |participant: &str, name| {
        with_status(status(0, "m", name), |status| status.participant = Some(participant.into()))
    };
    let monitor = monitor(&[to("p1", Read), to("p2", Delivered), to("p2", Sent), status(0, "m", Sent)]);
    assert_eq!(steps(&monitor.funnel(&all())), [3, 3, 2, 1]);
}

#[test]
fn an_event_with_both_names_makes_two_messages_one() {
    let both = with_status(status(2 * SECOND, "nx", Sent), |status| status.meta_message_id = Some("wamid".into()));
    let events = [status(0, "nx", Sent), failed(SECOND, "wamid", &[131_026]), both, status(MINUTE, "wamid", Delivered)];
    let mut monitor = Monitor::default();
    let mut attempted = Vec::new();
    for event in &events {
        monitor.fold(event);
        attempted.push(monitor.funnel(&all()).attempted);
    }
    assert_eq!(attempted, [1, 2, 1, 1]);
    let funnel = monitor.funnel(&all());
    assert_eq!((steps(&funnel), funnel.conflicts), ([1, 1, 1, 0], 1));
    assert_eq!(funnel.time_to_deliver_s.p50, Some(60), "from the one name's first stage to the other's");
    assert_eq!(monitor.failures(&all()), []);
}

#[test]
fn repetition_changes_nothing() {
    let events = [status(0, "m", Sent), failed(SECOND, "n", &[1])];
    let again = events.clone().map(|event| Event { amends: Some(1), ..event });
    let once = monitor(&events);
    let twice = monitor(events.iter().chain(&again));
    assert_eq!(once.funnel(&all()), twice.funnel(&all()));
    assert_eq!(once.failures(&all()), twice.failures(&all()));
}

#[test]
fn the_earliest_time_of_each_stage_counts_for_latency() {
    let events = [
        status(0, "m", Sent),
        status(9 * SECOND, "m", Delivered),
        status(4 * SECOND, "m", Delivered),
        status(60 * SECOND, "m", Read),
    ];
    let funnel = monitor(&events).funnel(&all());
    assert_eq!(funnel.time_to_deliver_s, Latency { count: 1, p50: Some(4), p95: Some(4), p99: Some(4) });
    assert_eq!(funnel.time_to_read_s.p50, Some(56));
}

#[test]
fn latency_is_taken_only_between_stages_really_seen() {
    assert_eq!(of(&[Sent, Read]).time_to_deliver_s, Latency::default(), "delivered is only implied");
    assert_eq!(of(&[Sent, Read]).time_to_read_s, Latency::default());
    assert_eq!(of(&[Delivered, Read]).time_to_read_s.count, 1);
    let timeless = Event { provider_at: None, ..status(0, "m", Sent) };
    let monitor = monitor(&[timeless, status(SECOND, "m", Delivered)]);
    assert_eq!(monitor.funnel(&all()).time_to_deliver_s, Latency::default());
    assert_eq!(steps(&monitor.funnel(&all())), [1, 1, 1, 0], "a stage without a time was seen all the same");
}

#[test]
fn clocks_that_disagree_make_no_negative_latency() {
    let events = [status(5 * SECOND, "m", Sent), status(3 * SECOND, "m", Delivered)];
    assert_eq!(monitor(&events).funnel(&all()).time_to_deliver_s.p50, Some(0));
}

#[test]
fn percentiles_are_nearest_rank_with_their_count() {
    let deliveries = (1..=100).flat_map(|at| {
        let id = format!("m{at}");
        [status(0, &id, Sent), status(at * 60 * SECOND, &id, Delivered)]
    });
    let events: Vec<Event> = deliveries.collect();
    let latency = monitor(&events).funnel(&all()).time_to_deliver_s;
    assert_eq!(latency.count, 100);
    for (shown, exact) in [(latency.p50, 3000), (latency.p95, 5700), (latency.p99, 5940)] {
        assert!(shown.unwrap().abs_diff(exact) * 100 <= exact * 3, "{shown:?} for {exact}");
    }
}

#[test]
fn rates_have_their_denominators() {
    let funnel = Funnel {
        attempted: 100,
        sent: 90,
        delivered: 60,
        read: 30,
        outcomes: Outcomes { read: 30, delivered: 30, failed: 15, waiting: 25, silent: 0 },
        ..Funnel::default()
    };
    assert_eq!(funnel.settled(), Some(0.8));
    assert_eq!(funnel.so_far(), Some(60.0 / 90.0));
    assert_eq!(funnel.read_rate(), Some(0.5));
    assert_eq!(funnel.bounds(), Some((0.6, 0.85)));
    let none = Funnel::default();
    assert_eq!((none.settled(), none.so_far(), none.read_rate(), none.bounds()), (None, None, None, None));
}

#[test]
fn a_number_belongs_to_the_message_once_any_event_gave_it() {
    let numbered =
        |at, id, name, number: Option<&str>| Event { number: number.map(Into::into), ..status(at, id, name) };
    let events = [
        numbered(0, "a", Sent, None),
        numbered(1, "a", Read, Some("n1")),
        numbered(2, "b", Sent, Some("n2")),
        numbered(3, "b", Delivered, None),
        numbered(4, "c", Sent, None),
        numbered(5, "d", Sent, Some("n2")),
    ];
    let monitor = monitor(&events);
    let rows: Vec<_> = monitor.numbers(&all()).into_iter().map(|row| (row.number, steps(&row.funnel))).collect();
    assert_eq!(rows, [(Some("n2".into()), [2, 2, 1, 0]), (None, [1, 1, 0, 0]), (Some("n1".into()), [1, 1, 1, 1])]);
    let only = |number: &str| steps(&monitor.funnel(&Scope { number: Some(number.into()), ..all() }));
    assert_eq!((only("n1"), only("n2"), only("n3")), ([1, 1, 1, 1], [2, 2, 1, 0], [0, 0, 0, 0]));
}
