//! Bodies that the page does not print: Meta's envelope, every quirk a receiver must survive, hostile shapes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod hostile;
mod identity;
mod messages;
mod meta_envelope;
mod statuses;
mod tolerance;

use serde_json::{Value, json};
use watop::event::{
    CostLine, Detail, Event, Inbound, KeySecret, Kind, Millis, Notice, Origin, Other, Seconds, Severity, Status,
    StatusName, decode,
};

const SECRET: KeySecret = KeySecret([7; 16]);

fn decoded(body: impl AsRef<[u8]>) -> Vec<Event> {
    let events = decode(body.as_ref(), &Origin { received_at: Millis(1_750_000_000_000), verified: None }, &SECRET);
    assert!(!events.is_empty(), "every body yields an event");
    events
}

fn read(body: &Value) -> Vec<Event> {
    decoded(body.to_string())
}

#[track_caller]
fn only(body: &Value) -> Event {
    let mut events = read(body);
    assert_eq!(events.len(), 1, "{events:#?}");
    events.remove(0)
}

fn meta(field: &str, value: Value) -> Value {
    json!({"object": "whatsapp_business_account",
           "entry": [{"id": "102290129340398", "time": 1750000001, "changes": [{"field": field, "value": value}]}]})
}

fn status(event: &Event) -> &Status {
    let Detail::Status(status) = &event.detail else { panic!("{event:#?} is a status") };
    status
}

fn inbound(event: &Event) -> &Inbound {
    let Detail::Inbound(inbound) = &event.detail else { panic!("{event:#?} is inbound") };
    inbound
}

fn notice(event: &Event) -> &Notice {
    let (Detail::Template(notice) | Detail::Account(notice)) = &event.detail else { panic!("{event:#?} is a notice") };
    notice
}

fn other(event: &Event) -> &Other {
    let Detail::Other(other) = &event.detail else { panic!("{event:#?} is other") };
    other
}

#[track_caller]
fn unrecognised(event: &Event, path: &str, reason: &str) {
    let Detail::Unrecognised(unrecognised) = &event.detail else { panic!("{event:#?} is unrecognised") };
    assert_eq!((event.path.as_str(), unrecognised.reason.as_str()), (path, reason));
}

fn failed(errors: Value) -> Event {
    only(&json!({"statuses": [{"id": "1", "status": "failed", "timestamp": "1750000000", "errors": errors}]}))
}

fn message(facts: Value) -> Event {
    let mut message = json!({"id": "1", "from": "85255311705", "timestamp": "1750000000"});
    message.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    only(&json!({"messages": [message]}))
}

fn preview(facts: Value) -> String {
    inbound(&message(facts)).preview.to_string()
}
