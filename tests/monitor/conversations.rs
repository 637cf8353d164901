//! Conversations: who wrote, when their window closes, and whether they were answered.

use crate::{DAY, HOUR, MINUTE, SECOND, START, all, inbound, monitor, scope, status, with_inbound};
use watop::event::StatusName::{Delivered, Failed, Read, Sent};
use watop::event::{Event, Millis, Seconds, Text};
use watop::monitor::view::{Around, Conversation, Scope};

fn from(event: Event, number: Option<&str>, customer: &str) -> Event {
    Event { number: number.map(Into::into), customer: Some(customer.into()), ..event }
}

fn named(event: Event, name: &str) -> Event {
    Event { name: Some(name.into()), ..event }
}

fn only<'a>(events: impl IntoIterator<Item = &'a Event>) -> Conversation {
    let mut rows = monitor(events).conversations(&all());
    assert_eq!(rows.len(), 1, "{rows:#?}");
    rows.remove(0)
}

#[test]
fn a_conversation_is_a_number_or_none_and_a_customer() {
    let events = [
        from(inbound(0, "a", "1"), Some("n1"), "852"),
        from(inbound(1, "b", "2"), Some("n1"), "852"),
        from(inbound(2000, "c", "3"), Some("n2"), "852"),
        from(inbound(3000, "d", "4"), None, "852"),
        from(inbound(4000, "e", "5"), None, "852xxxx705"),
    ];
    let rows = monitor(&events).conversations(&all());
    let shown: Vec<(Option<&str>, &str, u64)> =
        rows.iter().map(|row| (row.number.as_deref(), row.customer.as_deref().unwrap(), row.inbound)).collect();
    assert_eq!(shown, [(None, "852xxxx705", 1), (None, "852", 1), (Some("n2"), "852", 1), (Some("n1"), "852", 2)]);
}

#[test]
fn the_last_message_is_the_latest_by_provider_time_whatever_came_last() {
    let late = inbound(5 * MINUTE, "late", "new");
    let mut delayed = inbound(6 * MINUTE, "delayed", "old");
    delayed.provider_at = Some(Seconds(START / SECOND));
    let row = only([&late, &delayed]);
    assert_eq!((row.preview.as_str(), row.last_inbound_at), ("new", Millis(START + 5 * MINUTE)));
    assert_eq!(row.inbound, 2);
}

#[test]
fn the_window_closes_a_day_after_the_last_message() {
    let row = only(&[inbound(0, "a", "1"), inbound(HOUR, "b", "2")]);
    assert_eq!(row.window_closes_at, Millis(START + HOUR + DAY));
}

#[test]
fn without_a_provider_time_the_receive_time_stands() {
    let row = only(&[Event { provider_at: None, ..inbound(1234, "a", "1") }]);
    assert_eq!(row.last_inbound_at, Millis(START + 1234));
}

#[test]
fn on_a_tie_the_greater_id_is_the_last() {
    assert_eq!(only(&[inbound(0, "b", "second"), inbound(0, "a", "first")]).preview, "second");
}

#[test]
fn inbound_counts_messages_received_in_the_window() {
    let monitor = monitor(&[inbound(0, "a", "1"), inbound(2 * MINUTE, "b", "2"), inbound(3 * MINUTE, "c", "3")]);
    let rows = monitor.conversations(&scope(0, 3 * MINUTE));
    assert_eq!(rows[0].inbound, 2);
    assert_eq!(rows[0].preview, "3", "the last message is the last, also when it came after the window");
    assert_eq!(monitor.conversations(&scope(MINUTE, 2 * MINUTE)), [], "nobody wrote in it");
}

#[test]
fn a_window_shorter_than_a_day_counts_those_that_wrote_in_it() {
    let events = [
        from(inbound(0, "a", "1"), None, "852"),
        from(inbound(30 * MINUTE, "b", "2"), None, "853"),
        from(inbound(59 * MINUTE, "c", "3"), None, "854"),
    ];
    let scope = scope(45 * MINUTE, 60 * MINUTE);
    let page = monitor(&events).conversations_around(&scope, &Around { margin: 9, ..Around::default() });
    assert_eq!((page.total, page.open, page.soon, page.rows.len()), (1, 1, 0, 1), "{page:#?}");
}

#[test]
fn a_later_delivery_is_not_another_message_but_says_more() {
    let first = inbound(0, "a", "1");
    let amendment = Event { amends: Some(1), ..named(inbound(MINUTE, "a", "1"), "Ana") };
    let row = only([&first, &Event { provider_at: first.provider_at, ..amendment }]);
    assert_eq!((row.inbound, row.name.as_deref()), (1, Some("Ana")));
    assert_eq!(row.last_inbound_at, Millis(START));
}

#[test]
fn an_amendment_without_a_time_does_not_say_when_the_customer_wrote() {
    let first = inbound(0, "a", "1");
    let amendment = Event { amends: Some(1), provider_at: None, ..inbound(HOUR, "a", "1") };
    assert_eq!(only([&first, &amendment]).last_inbound_at, Millis(START));
    assert_eq!(only([&amendment, &first]).last_inbound_at, Millis(START));
}

#[test]
fn the_name_is_the_latest_then_the_greater_text() {
    let events =
        [named(inbound(SECOND, "b", "2"), "Bea"), named(inbound(0, "a", "1"), "Zoe"), inbound(MINUTE, "c", "3")];
    assert_eq!(only(&events).name.as_deref(), Some("Bea"));
    let tied = [named(inbound(0, "a", "1"), "Ana"), named(inbound(0, "b", "2"), "Bea")];
    assert_eq!(only(&tied).name.as_deref(), Some("Bea"));
}

#[test]
fn a_message_sent_or_failed_since_the_last_inbound_answers_it() {
    let question = inbound(MINUTE, "a", "1");
    let unanswered = |events: &[Event]| only([&question].into_iter().chain(events)).unanswered;
    assert!(unanswered(&[]));
    assert!(unanswered(&[status(0, "before", Sent)]));
    assert!(
        unanswered(&[status(2 * MINUTE, "before", Delivered), status(2 * MINUTE, "before", Read)]),
        "it was written before"
    );
    assert!(!unanswered(&[status(2 * MINUTE, "m", Sent)]));
    assert!(!unanswered(&[status(2 * MINUTE, "m", Failed)]));
    assert!(unanswered(&[from(status(2 * MINUTE, "m", Sent), Some("85290000001"), "somebody else")]));
    assert!(unanswered(&[from(status(2 * MINUTE, "m", Sent), None, "85261111111")]), "on another number");
}

#[test]
fn an_answer_folded_before_its_question_counts_all_the_same() {
    assert!(!only(&[status(2 * MINUTE, "m", Sent), inbound(MINUTE, "a", "1")]).unanswered);
}

#[test]
fn conversations_obey_the_number() {
    let monitor = monitor(&[from(inbound(0, "a", "1"), Some("n1"), "852"), from(inbound(0, "b", "2"), None, "852")]);
    let of = |number: &str| monitor.conversations(&Scope { number: Some(number.into()), ..all() }).len();
    assert_eq!((of("n1"), of("n2")), (1, 0));
}

#[test]
fn the_type_is_that_of_the_last_message() {
    let sticker = with_inbound(inbound(SECOND, "b", "sticker"), |inbound| inbound.r#type = Text::from("sticker"));
    assert_eq!(only(&[inbound(0, "a", "1"), sticker]).last_type, "sticker");
}
