//! Delivery by one dimension, and whom a failure hits.

use crate::{MINUTE, SECOND, START, failed, monitor, scope, status, with_status};
use watop::event::StatusName::{Delivered, Sent};
use watop::event::{Event, Millis};
use watop::monitor::Monitor;
use watop::monitor::view::{Dimension, Group, Hit, HitRow, Scope, Stretch};

const CODE: i64 = 132_015;

fn window() -> Scope {
    scope(0, 60 * MINUTE)
}

/// One message with a number, a customer and a tag; it fails with [`CODE`] or is delivered.
fn message(at: i64, fails: bool, number: &str, customer: &str, tag: &str) -> Event {
    let id = format!("m{at}");
    let event = if fails { failed(at * SECOND, &id, &[CODE]) } else { status(at * SECOND, &id, Delivered) };
    let event = Event { number: Some(number.into()), customer: Some(customer.into()), ..event };
    with_status(event, |status| status.tag = Some(tag.into()))
}

fn hit(events: &[Event]) -> Hit {
    monitor(events).hit(Some(CODE), &window())
}

fn row(hit: &Hit, dimension: Dimension) -> Option<&HitRow> {
    hit.rows.iter().find(|row| row.dimension == dimension)
}

#[test]
fn each_message_counts_once_under_each_dimension() {
    let events = [
        message(1, false, "852900", "85261111111", "promo"),
        message(2, true, "852900", "5215512345", "promo"),
        message(3, false, "16690", "+85262222222", "order"),
        status(4 * SECOND, "bare", Sent),
    ];
    let monitor = monitor(&events);
    let rows = |dimension| -> Vec<(String, u64, u64)> {
        let rows = monitor.by(dimension, &window());
        rows.iter()
            .map(|row| (row.value.label().to_owned(), row.funnel.attempted, row.funnel.outcomes.failed))
            .collect()
    };
    assert_eq!(rows(Dimension::Tag), [("promo".into(), 2, 1), ("order".into(), 1, 0), ("none named".into(), 1, 0)]);
    assert_eq!(rows(Dimension::Country), [("+852".into(), 3, 0), ("+52".into(), 1, 1)]);
    assert_eq!(rows(Dimension::Category), [("none named".into(), 4, 1)]);
    assert_eq!(rows(Dimension::Template), [("none named".into(), 1, 1)]);
    let of_number = Scope { number: Some("16690".into()), ..window() };
    assert_eq!(monitor.by(Dimension::Tag, &of_number).len(), 1);
    assert_eq!(monitor.by(Dimension::Tag, &Scope { number: Some("nobody's".into()), ..window() }), []);
}

#[test]
fn a_country_term_and_a_tag_term_select_their_messages() {
    let term = |dimension: Dimension, value: &str| dimension.term(&Group::Named(value.into()));
    assert_eq!(term(Dimension::Country, "+852").as_deref(), Some("to:852*"));
    assert_eq!(term(Dimension::Tag, "promo-7").as_deref(), Some("tag:promo-7"));
    assert_eq!(term(Dimension::Tag, "a \"b\"").as_deref(), Some("tag:\"a \\\"b\\\"\""));
    assert_eq!(Dimension::Tag.term(&Group::Others), None);
}

#[test]
fn a_thousand_and_more_tags_are_counted_together_beyond_what_is_told_apart() {
    let events: Vec<Event> =
        (0..3_000).map(|at| message(at, false, "1", "85261111111", &format!("order {at}"))).collect();
    let rows = monitor(&events).by(Dimension::Tag, &window());
    assert_eq!(rows[0].value, Group::Others);
    assert!(rows.len() <= 1_025, "{}", rows.len());
    assert_eq!(rows.iter().map(|row| row.funnel.attempted).sum::<u64>(), 3_000);
    let backwards: Vec<Event> = events.into_iter().rev().collect();
    assert_eq!(monitor(&backwards).by(Dimension::Tag, &window()), rows);
}

#[test]
fn whom_a_failure_hits_is_what_is_frequent_there_and_not_elsewhere() {
    let events: Vec<Event> = (0..400)
        .map(|at| match at % 4 {
            0 => message(at, true, "852900", "85261111111", "order"),
            1 => message(at, false, "852900", "85261111111", "promo"),
            2 => message(at, false, "852900", "85261111111", "daily"),
            _ => message(at, false, "852900", "85261111111", if at % 8 == 3 { "order" } else { "promo" }),
        })
        .collect();
    let hit = hit(&events);
    assert_eq!((hit.here, hit.elsewhere, hit.judged), (100, 300, true));
    let tag = row(&hit, Dimension::Tag).unwrap();
    assert_eq!((tag.value.label(), tag.here, tag.elsewhere), ("order", 100, 50));
    assert!((tag.lift.unwrap() - 6.0).abs() < 1e-9, "{:?}", tag.lift);
    assert_eq!(tag.explained, None);
    assert_eq!(hit.rows.len(), 1, "what all have in common hits nobody: {:?}", hit.rows);
}

#[test]
fn what_only_goes_together_with_the_cause_is_marked_as_explained() {
    // The number fails whatever the country; its customers are mostly in Hong Kong, those of the other one are not.
    let events: Vec<Event> = (0..1_000)
        .map(|at| {
            let bad = at % 2 == 0;
            let customer = if (at / 2) % 10 < if bad { 8 } else { 2 } { "85261111111" } else { "5215512345" };
            message(at, bad && (at / 20) % 2 == 0, if bad { "852900" } else { "16690" }, customer, "daily")
        })
        .collect();
    let hit = hit(&events);
    let (number, country) = (row(&hit, Dimension::Number).unwrap(), row(&hit, Dimension::Country).unwrap());
    assert_eq!((number.value.label(), number.explained), ("852900", None));
    assert_eq!(country.value.label(), "+852");
    let (by, lift) = country.explained.unwrap();
    assert!(by == Dimension::Number && (0.95..1.05).contains(&lift), "{by:?} {lift}");
    assert!(country.lift.unwrap() > 1.5);
}

#[test]
fn two_causes_of_their_own_explain_each_other_not() {
    let events: Vec<Event> = (0..4_000)
        .map(|at| {
            let number = if at % 2 == 0 { "852900" } else { "16690" };
            let customer = if at % 3 == 0 { "85261111111" } else { "5215512345" };
            let fails = number == "852900" && customer.starts_with("852") && at % 5 < 3;
            message(at, fails, number, customer, "daily")
        })
        .collect();
    let hit = monitor(&events).hit(Some(CODE), &scope(0, 120 * MINUTE));
    assert_eq!(row(&hit, Dimension::Number).unwrap().explained, None);
    assert_eq!(row(&hit, Dimension::Country).unwrap().explained, None);
}

#[test]
fn nothing_is_judged_under_thirty_messages() {
    let few: Vec<Event> =
        (0..300).map(|at| message(at, at < 29, "1", "85261111111", if at < 29 { "bad" } else { "good" })).collect();
    let hit_few = hit(&few);
    assert_eq!((hit_few.here, hit_few.judged, hit_few.rows.len()), (29, false, 0));
    let nobody_else: Vec<Event> = (0..100).map(|at| message(at, at < 80, "1", "85261111111", "t")).collect();
    assert!(!hit(&nobody_else).judged);
    assert_eq!(Monitor::default().hit(Some(CODE), &window()), Hit::default());
}

#[test]
fn what_nothing_else_has_knows_no_lift() {
    let events: Vec<Event> = (0..200)
        .map(|at| message(at, at % 2 == 0, "1", "85261111111", if at % 2 == 0 { "bad" } else { "good" }))
        .collect();
    let hit = hit(&events);
    assert_eq!(row(&hit, Dimension::Tag).map(|row| (row.lift, row.share, row.share_elsewhere)), Some((None, 1.0, 0.0)));
}

#[test]
fn templates_come_from_the_error_text_alone() {
    let events: Vec<Event> = (0..80)
        .map(|at| {
            with_status(message(at, at % 2 == 0, "1", "85261111111", "t"), |status| {
                status.template = (at % 4 == 0).then(|| "order_update".into());
            })
        })
        .collect();
    assert_eq!(hit(&events).templates, [(Group::Named("order_update".into()), 20)]);
}

#[test]
fn parts_of_a_window_sum_to_it_and_are_round() {
    let events: Vec<Event> = (0..60).map(|at| message(at * 20, at % 3 == 0, "1", "85261111111", "t")).collect();
    let monitor = monitor(&events);
    let scope = scope(MINUTE, 18 * MINUTE);
    let parts = monitor.parts(&scope, 10);
    assert_eq!(parts.len(), 9, "two minutes each");
    assert_eq!(
        (parts[0].span.to.0 - parts[0].span.from.0, parts[1].span.to.0 - parts[1].span.from.0),
        (MINUTE, 2 * MINUTE)
    );
    let sum =
        |count: fn(&watop::monitor::view::Funnel) -> u64| parts.iter().map(|part| count(&part.funnel)).sum::<u64>();
    let whole = monitor.funnel(&scope);
    assert_eq!(
        (sum(|funnel| funnel.attempted), sum(|funnel| funnel.outcomes.failed)),
        (whole.attempted, whole.outcomes.failed)
    );
}

#[test]
fn the_trend_of_a_code_counts_its_messages_where_they_failed() {
    let events: Vec<Event> = (0..120).map(|at| message(at, at >= 60, "1", "85261111111", "t")).collect();
    let trend = monitor(&events).failure_trend(Some(CODE), &scope(0, 2 * MINUTE), 8);
    assert_eq!((trend.column_s, trend.counts), (15, vec![0, 0, 0, 0, 15, 15, 15, 15]));
}

#[test]
fn a_column_of_a_trend_still_filling_is_there_when_it_is_a_rise_already() {
    let counts = |failed: &[i64]| {
        let events: Vec<Event> = failed.iter().map(|at| message(*at, true, "1", "85261111111", "t")).collect();
        let now = Scope { as_of: Millis(START + 100 * SECOND), ..scope(0, 2 * MINUTE) };
        monitor(&events).failure_trend(Some(CODE), &now, 8).counts
    };
    assert_eq!(counts(&[92, 95]), [0, 0, 0, 0, 0, 0, 2], "the first of a new code");
    assert_eq!(counts(&[76, 77, 78, 92]), [0, 0, 0, 0, 0, 3], "no false fall");
}

#[test]
fn latencies_are_counted_between_round_edges() {
    let mut events = Vec::new();
    for (id, seconds) in [("a", 0), ("b", 1), ("c", 5), ("d", 90)] {
        events.push(status(0, id, Sent));
        events.push(status(seconds * SECOND, id, Delivered));
    }
    let monitor = monitor(&events);
    assert_eq!(monitor.took(&window(), Stretch::Deliver, &[1, 2, 60]), [1, 1, 1, 1]);
    assert_eq!(monitor.took(&window(), Stretch::Read, &[60]), [0, 0]);
}
