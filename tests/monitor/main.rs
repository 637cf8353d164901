//! The monitor counts by plain definitions, whatever the order: against a naive reference, and definition by definition.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod activity;
mod alerts;
mod compare;
mod conversations;
mod costs;
mod deliveries;
mod dimensions;
mod failures;
mod filtered;
mod funnel;
mod order;
mod reference;
mod rules;
mod verdict;

use watop::event::{
    CostLine, Detail, ErrorItem, Event, Inbound, Key, Millis, Notice, Seconds, Severity, Status, StatusName, Text,
};
use watop::journal::{Batch, RequestSummary};
use watop::monitor::Monitor;
use watop::monitor::view::{Acknowledged, Scope, Span};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 2026-03-12 14:00:00 UTC: a whole hour, but no whole day.
const START: i64 = 1_773_324_000_000;

/// An event received and dated `at` milliseconds after the start.
fn event(at: i64, detail: Detail) -> Event {
    Event {
        seq: 1,
        request: 1,
        received_at: Millis(START + at),
        key: Key(0),
        amends: None,
        verified: None,
        path: "$".into(),
        provider_at: Some(Seconds((START + at) / SECOND)),
        number: Some("85290000001".into()),
        customer: Some("85261111111".into()),
        name: None,
        detail,
    }
}

fn status_of(id: &str, name: StatusName) -> Status {
    Status {
        message_id: id.into(),
        meta_message_id: None,
        participant: None,
        status: name,
        errors: Vec::new(),
        costs: Vec::new(),
        tag: None,
        category: None,
        template: None,
        conversation: None,
        expires_at: None,
    }
}

/// A status of message `id`.
fn status(at: i64, id: &str, name: StatusName) -> Event {
    event(at, Detail::Status(status_of(id, name)))
}

/// A failed status of message `id` with these codes.
fn failed(at: i64, id: &str, codes: &[i64]) -> Event {
    let errors = codes.iter().map(|&code| error(code)).collect();
    event(at, Detail::Status(Status { errors, ..status_of(id, StatusName::Failed) }))
}

fn error(code: i64) -> ErrorItem {
    ErrorItem { code: Some(code), platform_code: None, title: None, details: None, href: None }
}

/// An inbound text.
fn inbound(at: i64, id: &str, text: &str) -> Event {
    let inbound = Inbound {
        message_id: id.into(),
        meta_message_id: None,
        r#type: "text".into(),
        text: Some(text.into()),
        preview: text.into(),
        context: None,
        context_meta_id: None,
        errors: Vec::new(),
        costs: Vec::new(),
        group: None,
        referral: None,
        older: Vec::new(),
    };
    event(at, Detail::Inbound(inbound))
}

/// A notice; its id is made of everything that a real one is hashed from.
fn notice(at: i64, kind: &str, subject: &str, value: &str, severity: Severity) -> Event {
    let notice = Notice {
        field: kind.into(),
        event: Some(value.into()),
        kind: kind.into(),
        subject: subject.into(),
        title: subject.into(),
        cause: Text::default(),
        severity,
        reinstates: false,
        waba: None,
        template_id: None,
        template: None,
        language: None,
        category: None,
        alert_id: format!("{kind}/{subject}/{value}/{at}").into(),
    };
    event(at, Detail::Template(notice))
}

fn cost(category: &str, currency: Option<&str>, amount: Option<&str>) -> CostLine {
    CostLine {
        category: category.into(),
        direction: "outbound".into(),
        currency: currency.map(Text::from),
        amount: amount.map(|amount| amount.parse().unwrap()),
        cny: None,
    }
}

/// Changes the status inside an event.
fn with_status(mut event: Event, change: impl FnOnce(&mut Status)) -> Event {
    let Detail::Status(status) = &mut event.detail else { panic!("{event:?} is a status") };
    change(status);
    event
}

/// Changes the inbound message inside an event.
fn with_inbound(mut event: Event, change: impl FnOnce(&mut Inbound)) -> Event {
    let Detail::Inbound(inbound) = &mut event.detail else { panic!("{event:?} is inbound") };
    change(inbound);
    event
}

/// Changes the notice inside an event.
fn with_notice(mut event: Event, change: impl FnOnce(&mut Notice)) -> Event {
    let (Detail::Template(notice) | Detail::Account(notice)) = &mut event.detail else {
        panic!("{event:?} is a notice")
    };
    change(notice);
    event
}

/// The request that brought one event, as the journal counts it.
fn request(event: &Event) -> RequestSummary {
    let new = u32::from(event.amends.is_none());
    let unrecognised = u32::from(matches!(event.detail, Detail::Unrecognised(_)));
    RequestSummary {
        request: event.request,
        received_at: event.received_at,
        events: new,
        unrecognised,
        duplicates: 1 - new,
        bytes: 700,
    }
}

/// A monitor that has seen these events, each in a request of its own.
fn monitor<'a>(events: impl IntoIterator<Item = &'a Event>) -> Monitor {
    let mut monitor = Monitor::default();
    let events: Vec<Event> = events.into_iter().cloned().collect();
    monitor.fold_batch(&Batch { page: 1, requests: events.iter().map(request).collect(), events });
    monitor
}

/// Milliseconds from and to after the start, of all numbers, as of its end.
fn scope(from: i64, to: i64) -> Scope {
    let span = Span { from: Millis(START + from), to: Millis(START + to) };
    Scope { span, as_of: span.to, number: None }
}

/// Everything in the first day.
fn all() -> Scope {
    scope(0, DAY)
}

/// Somebody's word.
fn acknowledged() -> Acknowledged {
    Acknowledged { who: "ops".into(), note: Text::default(), at: Millis(START) }
}

fn notice_of(event: &Event) -> &Notice {
    let (Detail::Template(notice) | Detail::Account(notice)) = &event.detail else { panic!("{event:?} is a notice") };
    notice
}
