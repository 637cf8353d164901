//! Costs of a cohort.

use crate::{MINUTE, SECOND, all, cost, inbound, monitor, scope, status, with_inbound, with_status};
use watop::event::StatusName::{Delivered, Failed, Sent};
use watop::event::{CostLine, Event, StatusName};
use watop::monitor::view::Scope;

/// A status with cost lines.
fn billed(at: i64, id: &str, name: StatusName, lines: &[CostLine]) -> Event {
    with_status(status(at, id, name), |status| status.costs = lines.to_vec())
}

/// Currency, category, amount, messages.
fn rows<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<(String, String, String, u64)> {
    rows_of(&monitor(events), &all())
}

fn rows_of(monitor: &watop::monitor::Monitor, scope: &Scope) -> Vec<(String, String, String, u64)> {
    let text = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
    let row = |cost: watop::monitor::view::Cost| {
        let (currency, amount) = (cost.currency.map(|c| c.to_string()), cost.amount.map(|amount| amount.to_string()));
        (text(currency), cost.category.to_string(), text(amount), cost.messages)
    };
    monitor.costs(scope).into_iter().map(row).collect()
}

fn row(currency: &str, category: &str, amount: &str, messages: u64) -> (String, String, String, u64) {
    (currency.to_owned(), category.to_owned(), amount.to_owned(), messages)
}

#[test]
fn lines_of_one_sort_within_one_event_add_up_exactly() {
    let lines = [cost("message", Some("USD"), Some("0.1")), cost("message", Some("USD"), Some("0.2"))];
    assert_eq!(rows(&[billed(0, "m", Sent, &lines)]), [row("USD", "message", "0.3", 1)]);
}

#[test]
fn currency_category_and_direction_are_kept_apart() {
    let mut other_way = cost("message", Some("USD"), Some("1"));
    other_way.direction = "inbound".into();
    let lines = [
        cost("message", Some("USD"), Some("1")),
        cost("message", Some("CNY"), Some("7")),
        cost("marketing", Some("USD"), Some("2")),
        other_way,
    ];
    let expected = [
        row("CNY", "message", "7", 1),
        row("USD", "marketing", "2", 1),
        row("USD", "message", "1", 1),
        row("USD", "message", "1", 1),
    ];
    assert_eq!(rows(&[billed(0, "m", Sent, &lines)]), expected);
}

#[test]
fn between_events_of_one_message_the_line_of_the_latest_provider_time_stands() {
    let early = billed(0, "m", Sent, &[cost("message", Some("USD"), Some("9"))]);
    let late = billed(5 * SECOND, "m", Delivered, &[cost("message", Some("USD"), Some("1"))]);
    assert_eq!(rows([&early, &late]), [row("USD", "message", "1", 1)]);
    assert_eq!(rows([&late, &early]), [row("USD", "message", "1", 1)]);
}

#[test]
fn on_a_tie_the_larger_line_stands() {
    let small = billed(0, "m", Sent, &[cost("message", Some("USD"), Some("1"))]);
    let large = billed(0, "m", Delivered, &[cost("message", Some("USD"), Some("2"))]);
    assert_eq!(rows([&small, &large]), [row("USD", "message", "2", 1)]);
    assert_eq!(rows([&large, &small]), [row("USD", "message", "2", 1)]);
}

#[test]
fn lines_of_different_events_and_sorts_stand_side_by_side() {
    let first = billed(0, "m", Sent, &[cost("message", Some("USD"), Some("1"))]);
    let second = billed(5, "m", Delivered, &[cost("marketing", Some("USD"), Some("2"))]);
    assert_eq!(rows([&first, &second]), [row("USD", "marketing", "2", 1), row("USD", "message", "1", 1)]);
}

#[test]
fn a_category_without_an_amount_is_shown_until_it_is_priced() {
    let unpriced = billed(9, "m", Sent, &[cost("marketing", None, None)]);
    let priced = billed(0, "m", Delivered, &[cost("marketing", Some("USD"), Some("0.02"))]);
    assert_eq!(rows([&unpriced]), [row("none", "marketing", "none", 1)]);
    assert_eq!(rows([&unpriced, &priced]), [row("USD", "marketing", "0.02", 1)]);
}

#[test]
fn two_names_of_one_message_make_one_bill() {
    let line = [cost("message", Some("USD"), Some("1"))];
    let both = with_status(status(9, "nx", Failed), |status| status.meta_message_id = Some("wamid".into()));
    let events = [billed(0, "nx", Sent, &line), billed(5, "wamid", Delivered, &line), both];
    assert_eq!(rows(&events[..2]), [row("USD", "message", "2", 2)]);
    assert_eq!(rows(&events), [row("USD", "message", "1", 1)]);
}

#[test]
fn a_bill_belongs_to_its_messages_cohort_and_number() {
    let mut first = status(0, "m", Sent);
    first.number = None;
    let late = billed(10 * MINUTE, "m", Delivered, &[cost("message", Some("USD"), Some("1"))]);
    let number = late.number.clone();
    let monitor = monitor([&first, &late]);
    assert_eq!(rows_of(&monitor, &scope(0, MINUTE)), [row("USD", "message", "1", 1)]);
    assert_eq!(rows_of(&monitor, &scope(10 * MINUTE, 11 * MINUTE)), []);
    assert_eq!(rows_of(&monitor, &Scope { number, ..all() }), [row("USD", "message", "1", 1)]);
    assert_eq!(rows_of(&monitor, &Scope { number: Some("other".into()), ..all() }), []);
}

#[test]
fn what_an_inbound_message_costs_belongs_to_its_first_receipt_in_any_order() {
    let first = inbound(0, "in", "hello");
    let mut again = with_inbound(inbound(5 * MINUTE, "in", "hello"), |inbound| {
        inbound.costs = vec![cost("message", Some("USD"), Some("1"))];
    });
    (again.amends, again.number) = (Some(1), None);
    for events in [[&first, &again], [&again, &first]] {
        let monitor = monitor(events);
        assert_eq!(rows_of(&monitor, &scope(0, MINUTE)), [row("USD", "message", "1", 1)]);
        assert_eq!(rows_of(&monitor, &scope(5 * MINUTE, 6 * MINUTE)), []);
        assert_eq!(rows_of(&monitor, &Scope { number: first.number.clone(), ..all() }).len(), 1);
    }
}

#[test]
fn prices_in_cny_are_summed_beside() {
    let line = CostLine { cny: Some("0.1381".parse().unwrap()), ..cost("marketing", Some("USD"), Some("0.02")) };
    let costs = monitor(&[
        billed(0, "a", Sent, std::slice::from_ref(&line)),
        billed(0, "b", Sent, std::slice::from_ref(&line)),
    ])
    .costs(&all());
    assert_eq!(costs[0].cny.map(|cny| cny.to_string()).as_deref(), Some("0.2762"));
}
