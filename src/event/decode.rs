//! Wire formats to events: which shape a body has (PROTOCOL §1), and the walk through it.

mod cost;
mod fault;
mod inbound;
mod notice;
mod other;
mod preview;
pub mod said;
mod status;

pub use preview::TYPES;

use super::json::{Document, Kind, Value};
use super::{Detail, Event, Key, KeySecret, Origin, Seconds, Text, Unrecognised};
use compact_str::format_compact;
use std::borrow::Cow;

/// Decodes one body. Never fails and never panics on content: what cannot be read becomes [`Detail::Unrecognised`].
/// Every body yields at least one event. `seq` and `request` are 0: the journal numbers events.
pub fn decode(body: &[u8], origin: &Origin, secret: &KeySecret) -> Vec<Event> {
    let mut post =
        Post { body, origin, secret, events: Vec::with_capacity(1), unreadable: 0, beyond: 0, body_digest: None };
    // Bytes that are not UTF-8 become U+FFFD: within a string they cost a character, not the event.
    let text = std::str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
    match Document::parse(&text) {
        Ok(document) => post.top(document.root()),
        Err(_) if body.iter().all(u8::is_ascii_whitespace) => post.unrecognised("$", "empty body"),
        Err(error) => post.unrecognised("$", &format!("not JSON: {error}")),
    }
    post.finish()
}

/// Elements of one body that are named one by one when they cannot be read, and events of one body at all. The rest share one
/// event, so that a body of millions of commas does not become millions of events. (Meta promises up to 1,000 in a post.)
const NAMED_UNREADABLE: usize = 1000;
const EVENTS: usize = 100_000;

/// One body being decoded.
struct Post<'a> {
    body: &'a [u8],
    origin: &'a Origin,
    secret: &'a KeySecret,
    events: Vec<Event>,
    /// Elements so far that could not be read.
    unreadable: usize,
    /// Elements beyond the bounds.
    beyond: usize,
    /// Of the body, once something in it could not be read.
    body_digest: Option<u128>,
}

/// What an element shares with the elements beside it.
struct Frame<'d> {
    /// The value it stands in.
    value: Value<'d>,
    /// The business phone.
    number: Option<Text>,
    /// The contacts.
    contacts: Contacts,
    /// `wabaId`, else the id of the entry around it.
    waba: Option<Text>,
    /// The time of the entry around it.
    entry_at: Option<Seconds>,
}

/// The entry of a Meta envelope around a change.
#[derive(Clone, Copy, Default)]
struct Entry<'d> {
    id: Option<Value<'d>>,
    time: Option<Value<'d>>,
}

/// Whether what comes under `field` is a template or account event.
pub(super) fn is_about_business(field: &str) -> bool {
    matches!(Class::of(field), Class::Template | Class::Account)
}

/// What an event says of itself before it becomes one.
struct Facts {
    key: Key,
    provider_at: Option<Seconds>,
    number: Option<Text>,
    customer: Option<Text>,
    name: Option<Text>,
    detail: Detail,
}

/// How a `field` is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Messages,
    Template,
    Account,
    Other,
}

impl Class {
    fn of(field: &str) -> Self {
        const ACCOUNT: [&str; 4] = ["account_", "phone_number_", "business_", "payment_"];
        const TEMPLATE: [&str; 2] = ["template_", "message_template_"];
        match field {
            "messages" => Self::Messages,
            "security" | "partner_solutions" | "flows" => Self::Account,
            _ if ACCOUNT.iter().any(|prefix| field.starts_with(prefix)) => Self::Account,
            _ if TEMPLATE.iter().any(|prefix| field.starts_with(prefix)) => Self::Template,
            _ => Self::Other,
        }
    }
}

impl Post<'_> {
    fn top(&mut self, top: Value) {
        let list = |key| top.get(key).filter(|value| value.is_array());
        if !top.is_object() {
            let what = if top.is_array() { "an array" } else { "a scalar" };
            self.unrecognised("$", &format!("the body is {what}, not an object"));
        } else if let Some(entries) = list("entry") {
            self.envelope(entries);
        } else if let (Some(field), Some(value)) = (
            top.get("field").filter(|field| field.kind() == Kind::String).and_then(Value::filled),
            top.get("value").filter(|value| value.is_object()),
        ) {
            self.change(&field, value, "$", Entry::default());
        } else if list("statuses").is_some() || list("messages").is_some() {
            self.messages(&Frame::new(top, Entry::default()), "$");
        } else if let Some((key, list)) = other::LISTS.iter().find_map(|&key| Some((key, list(key)?))) {
            self.others(key, list, &Frame::new(top, Entry::default()), &format!("$.{key}"));
        } else {
            self.unrecognised("$", "unknown shape: no entry, no field with a value, no statuses, no messages");
        }
    }

    fn envelope(&mut self, entries: Value) {
        let mut empty = true;
        for (e, entry) in entries.items().enumerate() {
            empty = false;
            let path = format!("$.entry[{e}]");
            let Some(changes) = entry.get("changes").filter(|changes| changes.is_array()) else {
                self.unrecognised(&path, "an entry without changes");
                continue;
            };
            let around = Entry { id: entry.get("id"), time: entry.get("time") };
            let mut unchanged = true;
            for (c, change) in changes.items().enumerate() {
                unchanged = false;
                let path = format!("{path}.changes[{c}]");
                match (change.get("field").and_then(Value::filled), change.get("value")) {
                    (Some(field), Some(value)) => self.change(&field, value, &path, around),
                    (None, Some(value)) if is_messages(value) => self.change("messages", value, &path, around),
                    (None, _) => self.unrecognised(&path, "a change without a field"),
                    (_, None) => self.unrecognised(&path, "a change without a value"),
                }
            }
            if unchanged {
                self.unrecognised(&path, "an entry with nothing in it");
            }
        }
        if empty {
            self.unrecognised("$", "an envelope with nothing in it");
        }
    }

    /// One `field` with its `value`; `path` names what they stand in.
    fn change(&mut self, field: &str, value: Value, path: &str, entry: Entry) {
        let frame = Frame::new(value, entry);
        match Class::of(field) {
            Class::Other => self.field(field, &frame, path),
            _ if !value.is_object() => self.unrecognised(path, &format!("the value of {field} is not an object")),
            Class::Messages => self.messages(&frame, &format!("{path}.value")),
            Class::Template => self.template(field, &frame, path),
            Class::Account => self.account(field, &frame, path),
        }
    }

    /// Statuses, inbound messages and out-of-band errors, any of which may stand beside the others.
    fn messages(&mut self, frame: &Frame, path: &str) {
        let before = self.events.len();
        self.each(frame, "statuses", path, Self::status);
        self.each(frame, "messages", path, Self::inbound);
        self.each(frame, "errors", path, Self::error);
        if self.events.len() == before {
            self.unrecognised(path, "neither statuses nor messages nor errors in it");
        }
    }

    fn each(&mut self, frame: &Frame, key: &str, path: &str, one: fn(&mut Self, &Frame, Value, Text)) {
        let Some(list) = frame.value.get(key) else { return };
        if !list.is_array() {
            self.unrecognised(&format!("{path}.{key}"), "not an array");
        }
        for (i, element) in list.items().enumerate() {
            let path = format_compact!("{path}.{key}[{i}]");
            if element.is_object() {
                one(self, frame, element, path);
            } else {
                self.unrecognised(&path, "not an object");
            }
        }
    }

    fn unrecognised(&mut self, path: &str, reason: &str) {
        self.unreadable += 1;
        if self.unreadable > NAMED_UNREADABLE {
            self.beyond += 1;
            return;
        }
        let facts = self.unreadable_facts(path, reason);
        self.push(path.into(), facts);
    }

    fn unreadable_facts(&mut self, path: &str, reason: &str) -> Facts {
        let digest = *self.body_digest.get_or_insert_with(|| self.secret.body(self.body));
        Facts {
            key: self.secret.unrecognised(digest, path),
            provider_at: None,
            number: None,
            customer: None,
            name: None,
            detail: Detail::Unrecognised(Unrecognised { reason: reason.into() }),
        }
    }

    fn finish(mut self) -> Vec<Event> {
        if self.events.is_empty() {
            self.unrecognised("$", "nothing in it");
        }
        if self.beyond > 0 {
            let reason = format!("{} more elements of this body are not listed one by one", self.beyond);
            let facts = self.unreadable_facts("$", &reason);
            let event = self.event("$".into(), facts);
            self.events.push(event);
        }
        self.events
    }

    fn push(&mut self, path: Text, facts: Facts) {
        if self.events.len() < EVENTS {
            let event = self.event(path, facts);
            self.events.push(event);
        } else {
            self.beyond += 1;
        }
    }

    fn event(&self, path: Text, facts: Facts) -> Event {
        Event {
            seq: 0,
            request: 0,
            received_at: self.origin.received_at,
            key: facts.key,
            amends: None,
            verified: self.origin.verified.clone(),
            path,
            provider_at: facts.provider_at,
            number: facts.number,
            customer: facts.customer,
            name: facts.name,
            detail: facts.detail,
        }
    }
}

fn is_messages(value: Value) -> bool {
    ["statuses", "messages"].iter().any(|key| value.get(key).is_some_and(Value::is_array))
}

/// The first of `keys` that is there and not empty.
fn first(value: Value, keys: &[&str]) -> Option<Text> {
    keys.iter().find_map(|key| value.get(key).and_then(Value::filled))
}

impl<'d> Frame<'d> {
    fn new(value: Value<'d>, entry: Entry) -> Self {
        let number = first(value, &["business_phone", "merchant_phone"])
            .or_else(|| value.get("metadata")?.get("display_phone_number")?.filled());
        Self {
            value,
            number,
            contacts: Contacts::new(value),
            waba: first(value, &["wabaId", "waba_id"]).or_else(|| entry.id?.filled()),
            entry_at: entry.time.and_then(Value::seconds),
        }
    }
}

/// The contacts of a value, found by `wa_id` or `user_id`.
struct Contacts {
    people: Vec<Contact>,
    /// (id, index into `people`), sorted: a hostile value may have as many contacts as messages.
    ids: Vec<(Text, usize)>,
}

#[derive(Default)]
struct Contact {
    name: Option<Text>,
    user_id: Option<Text>,
}

impl Contacts {
    fn new(value: Value) -> Self {
        let mut contacts = Self { people: Vec::new(), ids: Vec::new() };
        for contact in value.get("contacts").into_iter().flat_map(Value::items).filter(|contact| contact.is_object()) {
            let at = contacts.people.len();
            let user_id = first(contact, &["user_id"]);
            contacts.ids.extend(first(contact, &["wa_id"]).map(|id| (id, at)));
            contacts.ids.extend(user_id.clone().map(|id| (id, at)));
            let name = contact.get("profile").and_then(|profile| first(profile, &["name", "username"]));
            contacts.people.push(Contact { name, user_id });
        }
        contacts.ids.sort();
        contacts
    }

    /// The contact with this id; else, when there is just one contact, that one (PROTOCOL §4.1).
    fn find(&self, id: Option<&Text>) -> Option<&Contact> {
        let at = id.and_then(|id| {
            let at = self.ids.partition_point(|(known, _)| known < id);
            self.ids.get(at).filter(|(known, _)| known == id).map(|&(_, at)| at)
        });
        match (at, self.people.as_slice()) {
            (Some(at), people) => people.get(at),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }
}
