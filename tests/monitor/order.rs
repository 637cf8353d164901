//! The numbers are a function of the set of deliveries, and the right function.

use crate::deliveries::deliveries;
use crate::{DAY, HOUR, MINUTE, START, all, monitor, reference, request, status, with_status};
use proptest::prelude::*;
use proptest::sample::Index;
use watop::event::{Event, Millis, StatusName, Text};
use watop::journal::Batch;
use watop::monitor::Monitor;
use watop::monitor::view::{Around, Conversation, Dimension, DimensionRow, Funnel, Latency, Mark, Pick, Scope, Span};

/// Windows at each grain and across their edges, of all numbers, of one, of one that nobody named.
pub(crate) fn scopes() -> Vec<Scope> {
    let spans = [
        (0, MINUTE),
        (MINUTE, 16 * MINUTE),
        (0, HOUR),
        (50 * MINUTE, 130 * MINUTE),
        (2 * DAY, 3 * DAY),
        (-DAY, 9 * DAY),
    ];
    let scope = |(from, to), number: Option<&str>| {
        let span = Span { from: Millis(START + from), to: Millis(START + to) };
        Scope { span, as_of: span.to.min(Millis(START + 2 * DAY + 3 * HOUR)), number: number.map(Into::into) }
    };
    let one = [(0, HOUR), (-DAY, 9 * DAY)].map(|span| scope(span, Some("85290000001")));
    spans.map(|span| scope(span, None)).into_iter().chain(one).chain([scope((0, HOUR), Some("nobody's"))]).collect()
}

/// Everything a monitor says, as text.
pub(crate) fn views(monitor: &Monitor) -> Vec<String> {
    let of_scope = |scope: &Scope| {
        [
            format!("{:?} {:?} {:?}", scope, monitor.ingest(scope), monitor.funnel(scope)),
            format!("{:?}", monitor.failures(scope)),
            format!("{:?}", monitor.conversations(scope)),
            format!("{:?}", monitor.conversations_around(scope, &Around { margin: 9, ..Around::default() })),
            format!("{:?}", monitor.alerts(scope)),
            format!("{:?}", monitor.costs(scope)),
            format!("{:?}", monitor.numbers(scope)),
            format!("{:?}", Dimension::ALL.map(|dimension| monitor.by(dimension, scope))),
            format!("{:?}", [Some(131_026), Some(132_015), None].map(|code| monitor.hit(code, scope))),
            format!("{:?} {:?}", monitor.activity(scope, 90), monitor.activity(scope, 7)),
            format!("{:?}", [Some(131_026), None].map(|code| monitor.failure_trend(code, scope, 90))),
            format!("{:?}", monitor.verdict(scope)),
        ]
    };
    let pulses = [2 * MINUTE, 3 * HOUR, 3 * DAY].map(|at| monitor.pulse(Millis(START + at)));
    let whole = format!("{:?} {:?}", monitor.extent(), pulses);
    scopes().iter().flat_map(of_scope).chain([whole]).collect()
}

/// Folds the deliveries as commits of any size would bring them.
fn folded(events: &[Event], commits: &[Index]) -> Monitor {
    let mut cuts: Vec<usize> = commits.iter().map(|at| at.index(events.len() + 1)).chain([0, events.len()]).collect();
    cuts.sort_unstable();
    let mut monitor = Monitor::default();
    for (page, cut) in (1..).zip(cuts.windows(2)) {
        let events = events[cut[0]..cut[1]].to_vec();
        monitor.fold_batch(&Batch { page, requests: events.iter().map(request).collect(), events });
    }
    monitor
}

#[track_caller]
fn assert_same(views: &[String], expected: &[String], how: &str) {
    for (view, expected) in views.iter().zip(expected) {
        assert_eq!(view, expected, "{how}");
    }
}

/// Percentiles may be off by 3 % or 1 s, their counts not.
fn assert_close(shown: &mut Latency, exact: &Latency) {
    for (shown, exact) in [(shown.p50, exact.p50), (shown.p95, exact.p95), (shown.p99, exact.p99)] {
        let (Some(shown), Some(exact)) = (shown, exact) else { continue };
        assert!(shown.abs_diff(exact) as f64 <= (exact as f64 * 0.03).max(1.0), "{shown} for {exact}");
    }
    if shown.count == exact.count {
        *shown = exact.clone();
    }
}

/// The dimension's rows without what is counted by number only.
fn counters(monitor: &Monitor, dimension: Dimension, scope: &Scope) -> Vec<DimensionRow> {
    let plain = |row: DimensionRow| {
        let funnel = Funnel {
            conflicts: 0,
            time_to_deliver_s: Latency::default(),
            time_to_read_s: Latency::default(),
            ..row.funnel
        };
        DimensionRow { funnel, ..row }
    };
    monitor.by(dimension, scope).into_iter().map(plain).collect()
}

/// Which of two tags or categories stands for a message that named both, found out with a message that does nothing else.
fn stands(dimension: Dimension, a: &Text, b: &Text) -> Text {
    let named = |text: &Text| {
        with_status(status(0, "m", StatusName::Sent), |status| match dimension {
            Dimension::Tag => status.tag = Some(text.clone()),
            _ => status.category = Some(text.clone()),
        })
    };
    let rows = monitor(&[named(a), named(b)]).by(dimension, &all());
    rows[0].value.name().unwrap().clone()
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() }
}

/// The list of a screen holds the same conversations, in its order; any part of it is that part of the whole.
fn assert_listed(monitor: &Monitor, scope: &Scope) {
    let whole = monitor.conversations_around(scope, &Around { margin: usize::MAX / 4, ..Around::default() });
    let who = |row: &Conversation| (row.number.clone(), row.customer.clone());
    let (mut listed, mut known): (Vec<_>, Vec<_>) =
        (whole.rows.iter().map(who).collect(), monitor.conversations(scope).iter().map(who).collect());
    listed.sort();
    known.sort();
    assert_eq!(listed, known);

    let left = |row: &Conversation| row.window_closes_at.0 - scope.as_of.0;
    let stretch = |row: &Conversation| match left(row) {
        ..=0 => 2,
        1..HOUR => 0,
        _ => 1,
    };
    assert!(whole.rows.is_sorted_by_key(|row| (stretch(row), -row.last_inbound_at.0)));
    let counted = |up_to: i32| whole.rows.iter().filter(|row| stretch(row) <= up_to).count();
    assert_eq!((whole.total, whole.open, whole.soon), (whole.rows.len(), counted(1), counted(0)));

    let picked =
        |pick: Pick| monitor.conversations_around(scope, &Around { margin: usize::MAX / 4, pick, ..Around::default() });
    let newest = picked(Pick { newest: true, ..Pick::default() });
    assert!(newest.rows.is_sorted_by_key(|row| -row.last_inbound_at.0));
    assert_eq!((newest.total, newest.open, newest.soon), (whole.total, whole.open, whole.soon));
    let unread: Vec<_> = whole.rows.iter().filter(|row| row.unanswered).cloned().collect();
    assert_eq!(picked(Pick { unread: true, ..Pick::default() }).rows, unread);
    if let Some(customer) = whole.rows.first().and_then(|row| row.customer.clone()) {
        let found = picked(Pick { search: customer.to_lowercase().to_string(), ..Pick::default() });
        assert!(found.total > 0 && found.total <= whole.total);
        assert!(found.rows.iter().any(|row| row.customer.as_ref() == Some(&customer)));
    }

    for (row, conversation) in whole.rows.iter().enumerate() {
        let part = monitor
            .conversations_around(scope, &Around { anchor: Some(who(conversation)), margin: 1, ..Around::default() });
        let expected = &whole.rows[row.saturating_sub(1)..(row + 2).min(whole.total)];
        assert_eq!((part.anchor, part.first, &part.rows[..]), (Some(row), row.saturating_sub(1), expected));
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_order_any_repetition_and_any_commits_give_the_same_numbers(
        (in_order, shuffled) in deliveries(60).prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
        again in prop::collection::vec(any::<(Index, Index)>(), 0..20),
        commits in prop::collection::vec(any::<Index>(), 0..9),
    ) {
        let expected = views(&folded(&in_order, &[]));
        assert_same(&views(&folded(&shuffled, &commits)), &expected, "another order");

        let mut repeated = folded(&shuffled, &commits);
        for (which, _) in again.iter().filter(|_| !shuffled.is_empty()) {
            let event = which.get(&shuffled);
            repeated.fold(&Event { amends: Some(event.amends.unwrap_or(event.seq)), ..event.clone() });
        }
        assert_same(&views(&repeated), &expected, "repeated afterwards");

        let mut events = shuffled.clone();
        let mut monitor = Monitor::default();
        for (which, place) in again.iter().filter(|_| !shuffled.is_empty()) {
            let event = which.get(&shuffled);
            let copy = Event { amends: Some(event.amends.unwrap_or(event.seq)), ..event.clone() };
            events.insert(place.index(events.len()), copy);
        }
        shuffled.iter().for_each(|event| monitor.fold_request(&request(event)));
        events.iter().for_each(|event| monitor.fold(event));
        assert_same(&views(&monitor), &expected, "repeated before");
    }

    #[test]
    fn numbers_are_those_of_the_plain_definitions(events in deliveries(60).prop_shuffle()) {
        let monitor = folded(&events, &[]);
        let messages = reference::messages(&events);
        for scope in scopes() {
            prop_assert_eq!(monitor.ingest(&scope), reference::ingest(&events, &scope));

            let (mut funnel, exact) = (monitor.funnel(&scope), reference::of_scope(&messages, &scope));
            assert_close(&mut funnel.time_to_deliver_s, &exact.time_to_deliver_s);
            assert_close(&mut funnel.time_to_read_s, &exact.time_to_read_s);
            prop_assert_eq!(funnel, exact);

            let (mut numbers, exact) = (monitor.numbers(&scope), reference::numbers(&messages, &scope));
            for (row, exact) in numbers.iter_mut().zip(&exact) {
                assert_close(&mut row.funnel.time_to_deliver_s, &exact.funnel.time_to_deliver_s);
                assert_close(&mut row.funnel.time_to_read_s, &exact.funnel.time_to_read_s);
            }
            prop_assert_eq!(numbers, exact);

            for dimension in Dimension::ALL {
                let exact = reference::by(&messages, dimension, &scope, &stands);
                prop_assert_eq!(counters(&monitor, dimension, &scope), exact);
            }

            let mut failures = monitor.failures(&scope);
            for failure in &failures {
                prop_assert_eq!(monitor.hit(failure.code, &scope).here, failure.messages);
            }
            failures.iter_mut().for_each(|failure| failure.mark = Mark::None);
            prop_assert_eq!(failures, reference::failures(&messages, &scope));
            prop_assert_eq!(monitor.conversations(&scope), reference::conversations(&events, &scope));
            assert_listed(&monitor, &scope);
            prop_assert_eq!(monitor.alerts(&scope), reference::alerts(&events, &scope));
            prop_assert_eq!(monitor.costs(&scope), reference::costs(&events, &scope));

            for columns in [7, 48, 90] {
                for code in [Some(131_026), None] {
                    let trend = monitor.failure_trend(code, &scope, columns);
                    let exact = reference::failure_trend(&messages, code, &scope, &trend);
                    prop_assert_eq!(&trend.counts, &exact, "{} in {} s", columns, trend.column_s);
                }
                let activity = monitor.activity(&scope, columns);
                let count = activity.statuses.len();
                prop_assert!(count <= columns);
                let exact = reference::columns(&events, &scope, activity.from, activity.column_s, count);
                prop_assert_eq!((activity.statuses, activity.failed), exact, "{} s from {:?}", activity.column_s, activity.from);
                prop_assert_eq!(activity.marks, reference::marks(&events, &scope));
            }
        }
    }
}
