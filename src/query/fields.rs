//! The fields a filter can name, and how each is read from an event.

use super::delivery::{Delivery, OUTCOMES};
use super::pattern::Value;
use crate::event::decode::TYPES;
use crate::event::{CostLine, Detail, ErrorItem, Event, Inbound, Millis, Notice, Status};
use rust_decimal::Decimal;

/// A field of the filter language.
pub struct Field {
    /// What it is called in an expression.
    pub name: &'static str,
    /// One line for help, completion and the manual.
    pub about: &'static str,
    /// A term that uses it.
    pub example: &'static str,
    pub(super) holds: Holds,
    /// For a field that only a message has, told by its events together: offers its values.
    of_message: Option<OfMessage>,
    read: Read,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// What kind of values a field has, which decides the patterns it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    /// One of these words and nothing else.
    OneOf(&'static [&'static str]),
    /// Text whose leading `+` does not count.
    Phone,
    Number,
    /// A time span, compared in milliseconds.
    Duration,
    /// A point in time.
    Time,
}

/// Offers each value of a field until one is taken.
type Read = fn(&Event, Millis, Test<'_>) -> bool;
type OfMessage = fn(&Delivery, Test<'_>) -> bool;
type Test<'t> = &'t mut dyn FnMut(Value<'_>) -> bool;

impl Field {
    /// Whether any value that `event` has for this field satisfies `test`. An event without the field satisfies nothing.
    pub(super) fn any(&self, event: &Event, now: Millis, test: Test<'_>) -> bool {
        (self.read)(event, now, test)
    }

    /// Whether any value that a message with this delivery has for this field satisfies `test`; `None` for a field of events.
    pub(super) fn any_of_message(&self, delivery: &Delivery, test: Test<'_>) -> Option<bool> {
        self.of_message.map(|read| read(delivery, test))
    }

    /// Whether only a message has it, and no single event.
    pub fn is_of_message(&self) -> bool {
        self.of_message.is_some()
    }

    /// The words it can be, or is known to be; empty where anything can stand.
    pub fn words(&self) -> &'static [&'static str] {
        match self.holds {
            Holds::OneOf(words) => words,
            _ if self.name == "status" => &STATUSES,
            _ if self.name == "type" => &TYPES,
            _ => &[],
        }
    }

    /// Whether it holds lengths of time.
    pub fn is_duration(&self) -> bool {
        self.holds == Holds::Duration
    }

    /// Whether it holds points in time.
    pub fn is_time(&self) -> bool {
        self.holds == Holds::Time
    }

    /// Whether it has an order, and so takes `<`, `>` and ranges.
    pub fn is_ordered(&self) -> bool {
        matches!(self.holds, Holds::Number | Holds::Duration | Holds::Time)
    }

    /// The field called `name`, in upper or lower case.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

pub(super) const KINDS: [&str; 6] = ["status", "inbound", "template", "account", "other", "unrecognised"];
/// The known ones; any other word may come too.
pub(super) const STATUSES: [&str; 7] = ["sent", "delivered", "read", "played", "failed", "deleted", "warning"];
pub(super) const SEVERITIES: [&str; 4] = ["info", "good", "warning", "critical"];
const SCHEMES: [&str; 2] = ["nxcloud", "meta"];

/// Every field, in the order of help.
pub const FIELDS: &[Field] = &[
    Field {
        name: "kind",
        about: "status, inbound, template, account, other or unrecognised",
        example: "kind:inbound",
        holds: Holds::OneOf(&KINDS),
        of_message: None,
        read: |event, _, test| test(Value::Text(event.kind().as_str())),
    },
    Field {
        name: "status",
        about: "delivery status: sent, delivered, read, played, failed, deleted, warning",
        example: "status:failed",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| status(event).is_some_and(|status| test(Value::Text(status.status.as_str()))),
    },
    Field {
        name: "code",
        about: "any effective error code",
        example: "code:131026",
        holds: Holds::Number,
        of_message: None,
        read: |event, _, test| errors(event).iter().filter_map(|error| error.code).any(|code| test(number(code))),
    },
    Field {
        name: "platform_code",
        about: "the platform's code around an effective one",
        example: "platform_code:10000",
        holds: Holds::Number,
        of_message: None,
        read: |event, _, test| {
            errors(event).iter().filter_map(|error| error.platform_code).any(|code| test(number(code)))
        },
    },
    Field {
        name: "from",
        about: "the customer who wrote an inbound message",
        example: "from:852*",
        holds: Holds::Phone,
        of_message: None,
        read: |event, _, test| inbound(event).is_some() && text(event.customer.as_deref(), test),
    },
    Field {
        name: "to",
        about: "the recipient of an outgoing message",
        example: "to:+52*",
        holds: Holds::Phone,
        of_message: None,
        read: |event, _, test| status(event).is_some() && text(event.customer.as_deref(), test),
    },
    Field {
        name: "number",
        about: "the business number",
        example: "number:8523*",
        holds: Holds::Phone,
        of_message: None,
        read: |event, _, test| text(event.number.as_deref(), test),
    },
    Field {
        name: "customer",
        about: "the customer, whoever wrote",
        example: "customer:85266*",
        holds: Holds::Phone,
        of_message: None,
        read: |event, _, test| text(event.customer.as_deref(), test),
    },
    Field {
        name: "name",
        about: "the customer's profile name",
        example: "name:*chan*",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| text(event.name.as_deref(), test),
    },
    Field {
        name: "tag",
        about: "callback data given when sending",
        example: "tag:promo-7",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| text(status(event).and_then(|status| status.tag.as_deref()), test),
    },
    Field {
        name: "template",
        about: "template name, of a template event or in an error's text",
        example: "template:welcome*",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| {
            text(status(event).and_then(|status| status.template.as_deref()), test)
                || text(notice(event).and_then(|notice| notice.template.as_deref()), test)
        },
    },
    Field {
        name: "type",
        about: "type of an inbound message",
        example: "type:order",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| text(inbound(event).map(|inbound| inbound.r#type.as_str()), test),
    },
    Field {
        name: "field",
        about: "webhook field of a template, account or other event",
        example: "field:account_update",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| match &event.detail {
            Detail::Template(notice) | Detail::Account(notice) => test(Value::Text(&notice.field)),
            Detail::Other(other) => test(Value::Text(&other.field)),
            Detail::Status(_) | Detail::Inbound(_) | Detail::Unrecognised(_) => false,
        },
    },
    Field {
        name: "event",
        about: "event, decision or new score of such an event",
        example: "event:PAUSED",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| match &event.detail {
            Detail::Template(notice) | Detail::Account(notice) => text(notice.event.as_deref(), test),
            Detail::Other(other) => text(other.event.as_deref(), test),
            Detail::Status(_) | Detail::Inbound(_) | Detail::Unrecognised(_) => false,
        },
    },
    Field {
        name: "subject",
        about: "template id and language, or WABA, that an alert is about",
        example: "subject:*en_US",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| text(notice(event).map(|notice| notice.subject.as_str()), test),
    },
    Field {
        name: "category",
        about: "conversation, pricing or template category",
        example: "category:marketing",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| {
            text(status(event).and_then(|status| status.category.as_deref()), test)
                || costs(event).iter().any(|line| test(Value::Text(&line.category)))
                || text(notice(event).and_then(|notice| notice.category.as_deref()), test)
        },
    },
    Field {
        name: "amount",
        about: "price of any cost line, in the line's own currency",
        example: "amount>0.05",
        holds: Holds::Number,
        of_message: None,
        read: |event, _, test| {
            costs(event).iter().filter_map(|line| line.amount).any(|amount| test(Value::Number(amount)))
        },
    },
    Field {
        name: "currency",
        about: "currency of any cost line",
        example: "currency:USD",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| {
            costs(event).iter().filter_map(|line| line.currency.as_deref()).any(|currency| test(Value::Text(currency)))
        },
    },
    Field {
        name: "direction",
        about: "direction of any cost line",
        example: "direction:outbound",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| costs(event).iter().any(|line| test(Value::Text(&line.direction))),
    },
    Field {
        name: "severity",
        about: "of a template or account event: info, good, warning or critical",
        example: "severity:critical",
        holds: Holds::OneOf(&SEVERITIES),
        of_message: None,
        read: |event, _, test| notice(event).is_some_and(|notice| test(Value::Text(notice.severity.as_str()))),
    },
    Field {
        name: "id",
        about: "message id or Meta message id",
        example: "id:wamid.5c1e07a2*",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| match &event.detail {
            Detail::Status(Status { message_id, meta_message_id, .. })
            | Detail::Inbound(Inbound { message_id, meta_message_id, .. }) => {
                test(Value::Text(message_id)) || text(meta_message_id.as_deref(), test)
            }
            Detail::Other(other) => text(other.id.as_deref(), test),
            Detail::Template(_) | Detail::Account(_) | Detail::Unrecognised(_) => false,
        },
    },
    Field {
        name: "text",
        about: "what a customer wrote, or its one-line preview",
        example: "text:*refund*",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| match &event.detail {
            Detail::Inbound(inbound) => text(inbound.text.as_deref(), test) || test(Value::Text(&inbound.preview)),
            Detail::Other(other) => test(Value::Text(&other.preview)),
            Detail::Status(_) | Detail::Template(_) | Detail::Account(_) | Detail::Unrecognised(_) => false,
        },
    },
    Field {
        name: "title",
        about: "title or details of an error, title or cause of an alert, reason of an unrecognised body",
        example: "title:*paused*",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| match &event.detail {
            Detail::Template(notice) | Detail::Account(notice) => {
                test(Value::Text(&notice.title)) || test(Value::Text(&notice.cause))
            }
            Detail::Unrecognised(unrecognised) => test(Value::Text(&unrecognised.reason)),
            Detail::Status(_) | Detail::Inbound(_) | Detail::Other(_) => errors(event)
                .iter()
                .any(|error| text(error.title.as_deref(), test) || text(error.details.as_deref(), test)),
        },
    },
    Field {
        name: "outcome",
        about: "of a whole message: read, delivered, failed, waiting or silent; conflict when it failed and was delivered",
        example: "outcome:waiting",
        holds: Holds::OneOf(&OUTCOMES),
        of_message: Some(|delivery, test| delivery.outcomes().any(|outcome| test(Value::Text(outcome)))),
        read: |_, _, _| false,
    },
    Field {
        name: "deliver_s",
        about: "of a whole message: seconds from sent to delivered, by the provider's clock",
        example: "deliver_s>=60",
        holds: Holds::Number,
        of_message: Some(|delivery, test| delivery.deliver_s().is_some_and(test)),
        read: |_, _, _| false,
    },
    Field {
        name: "read_s",
        about: "of a whole message: seconds from delivered to read, by the provider's clock",
        example: "read_s:0..59",
        holds: Holds::Number,
        of_message: Some(|delivery, test| delivery.read_s().is_some_and(test)),
        read: |_, _, _| false,
    },
    Field {
        name: "age",
        about: "time since it was received",
        example: "age<10m",
        holds: Holds::Duration,
        of_message: None,
        read: |event, now, test| test(number(now.0.saturating_sub(event.received_at.0))),
    },
    Field {
        name: "received",
        about: "when it was received: so long ago, a time of the last day, a day, or both",
        example: "received>-15m",
        holds: Holds::Time,
        of_message: None,
        read: |event, now, test| test(Value::Time(event.received_at, now)),
    },
    Field {
        name: "lag",
        about: "receive time minus the provider's time",
        example: "lag>30s",
        holds: Holds::Duration,
        of_message: None,
        read: |event, _, test| {
            event.provider_at.is_some_and(|at| test(number(event.received_at.0.saturating_sub(Millis::from(at).0))))
        },
    },
    Field {
        name: "scheme",
        about: "signature scheme that verified it: nxcloud or meta",
        example: "scheme:meta",
        holds: Holds::OneOf(&SCHEMES),
        of_message: None,
        read: |event, _, test| event.verified.as_ref().is_some_and(|by| test(Value::Text(by.scheme.as_str()))),
    },
    Field {
        name: "secret",
        about: "label of the secret that verified it",
        example: "secret:2026",
        holds: Holds::Text,
        of_message: None,
        read: |event, _, test| text(event.verified.as_ref().map(|by| by.secret.as_str()), test),
    },
    Field {
        name: "seq",
        about: "sequence number of the event in the journal",
        example: "seq:1200..1300",
        holds: Holds::Number,
        of_message: None,
        // One that was not read from a journal has none.
        read: |event, _, test| event.seq != 0 && test(Value::Number(event.seq.into())),
    },
    Field {
        name: "request",
        about: "number of the request that brought it",
        example: "request:417",
        holds: Holds::Number,
        of_message: None,
        read: |event, _, test| test(Value::Number(event.request.into())),
    },
];

fn text(value: Option<&str>, test: Test<'_>) -> bool {
    value.is_some_and(|value| test(Value::Text(value)))
}

fn number(value: i64) -> Value<'static> {
    Value::Number(Decimal::from(value))
}

fn status(event: &Event) -> Option<&Status> {
    match &event.detail {
        Detail::Status(status) => Some(status),
        _ => None,
    }
}

fn inbound(event: &Event) -> Option<&Inbound> {
    match &event.detail {
        Detail::Inbound(inbound) => Some(inbound),
        _ => None,
    }
}

fn notice(event: &Event) -> Option<&Notice> {
    match &event.detail {
        Detail::Template(notice) | Detail::Account(notice) => Some(notice),
        _ => None,
    }
}

fn errors(event: &Event) -> &[ErrorItem] {
    match &event.detail {
        Detail::Status(status) => &status.errors,
        Detail::Inbound(inbound) => &inbound.errors,
        _ => &[],
    }
}

fn costs(event: &Event) -> &[CostLine] {
    match &event.detail {
        Detail::Status(status) => &status.costs,
        Detail::Inbound(inbound) => &inbound.costs,
        _ => &[],
    }
}
