//! One normalised [`Event`] for everything the platforms post.
//!
//! This module knows nobody else: no I/O, no clock, no terminal. [`decode`] turns the raw bytes of one request into events;
//! the types here say what an event is; [`Event::merge`] and [`Event::fingerprint`] how two deliveries of it are joined.
//!
//! `PROTOCOL §n` beside a fact names the section of the webhook fact sheet it was taken from.

pub mod catalogue;
pub mod clean;
pub mod country;
pub mod csv;
pub mod decode;
pub mod ids;
mod isolated;
pub mod json;
mod key;
pub mod mask;
mod merge;
pub mod ndjson;
mod notice;
pub mod person;

pub use decode::decode;
pub use isolated::decode_isolated;
pub use key::TIMELESS_MS;
pub(crate) use key::rule_alert_id;

use compact_str::CompactString;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Short text that mostly fits without an allocation. Holds what stood on the wire: clean it before it is drawn.
pub type Text = CompactString;

/// A point in time, UTC milliseconds since 1970: the receiver's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Millis(pub i64);

/// A point in time, UTC seconds since 1970: the provider's clock, which has a grain of one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Seconds(pub i64);

impl Millis {
    /// RFC 3339 in UTC, with milliseconds only where there are some.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).map_or_else(|_| self.0.to_string(), |at| at.to_string())
    }
}

impl From<Seconds> for Millis {
    fn from(seconds: Seconds) -> Self {
        Self(seconds.0.saturating_mul(1000))
    }
}

/// The signature scheme that verified a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Digest over sorted headers, body and secret (PROTOCOL §2.1).
    Nxcloud,
    /// `X-Hub-Signature-256` (PROTOCOL §2.2).
    Meta,
}

impl Scheme {
    /// The name in filters and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nxcloud => "nxcloud",
            Self::Meta => "meta",
        }
    }
}

/// Which scheme and which labelled secret verified a request. `None` where one stands: no secret was configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// The scheme that matched.
    pub scheme: Scheme,
    /// The label of the secret that matched; never the secret.
    pub secret: Text,
}

/// 128-bit duplicate key, hashed with the journal's own secret: two deliveries with one key are the same event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Key(pub u128);

/// One thing that happened, as one element of one request told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Sequence number in the journal, from 1; 0 until the journal has numbered it.
    pub seq: u64,
    /// Number of the request that brought it, from 1; 0 until numbered.
    pub request: u64,
    /// When the request was received.
    pub received_at: Millis,
    /// Duplicate key.
    pub key: Key,
    /// Sequence number of the first event with the same key, when this is a later delivery of it that holds something more.
    /// Such an amendment is folded for what it adds and counts as a duplicate, never as an event.
    pub amends: Option<u64>,
    /// Who vouches for it; `None` when no secret was configured.
    pub verified: Option<Verified>,
    /// Where in the body the element stood, as a JSON path such as `$.entry[0].changes[0].value.statuses[1]`.
    pub path: Text,
    /// The provider's time, when it was a time (PROTOCOL §7 Times).
    pub provider_at: Option<Seconds>,
    /// The business phone, as text.
    pub number: Option<Text>,
    /// The customer as text: `from` of an inbound message, `recipient_id` of a status, else the `user_id`. Never guessed:
    /// numbers that arrive masked are kept as they are.
    pub customer: Option<Text>,
    /// The contact's profile name.
    pub name: Option<Text>,
    /// What happened.
    pub detail: Detail,
}

/// What kind of thing an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A delivery status of an outgoing message.
    Status,
    /// A message from a customer.
    Inbound,
    /// A template's status, quality or category.
    Template,
    /// Something about the account, number or business.
    Account,
    /// Kept and listed, never an alert by itself.
    Other,
    /// Could not be read.
    Unrecognised,
}

impl Kind {
    /// The name in filters and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Inbound => "inbound",
            Self::Template => "template",
            Self::Account => "account",
            Self::Other => "other",
            Self::Unrecognised => "unrecognised",
        }
    }
}

/// The part of an event that depends on its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Detail {
    /// See [`Status`].
    Status(Status),
    /// See [`Inbound`].
    Inbound(Inbound),
    /// A template event.
    Template(Notice),
    /// An account event.
    Account(Notice),
    /// Any other field.
    Other(Other),
    /// A body or an element that cannot be read.
    Unrecognised(Unrecognised),
}

/// A delivery status of one outgoing message (PROTOCOL §3).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Status {
    /// `id` as on the wire. Opaque.
    pub message_id: Text,
    /// `meta_message_id`: the other name of the same message.
    pub meta_message_id: Option<Text>,
    /// The participant, in groups: a message is (id, participant).
    pub participant: Option<Text>,
    /// The status value.
    pub status: StatusName,
    /// Errors in wire order.
    pub errors: Vec<ErrorItem>,
    /// Cost lines in wire order; also Meta's `pricing`, then without amounts.
    pub costs: Vec<CostLine>,
    /// `biz_opaque_callback_data`: the campaign tag.
    pub tag: Option<Text>,
    /// Conversation or pricing category, as on the wire.
    pub category: Option<Text>,
    /// Template name, found in the error text only: statuses do not carry it.
    pub template: Option<Text>,
    /// `conversation.id`.
    pub conversation: Option<Text>,
    /// `conversation.expiration_timestamp`.
    pub expires_at: Option<Seconds>,
}

/// A delivery status value (PROTOCOL §3.3). Unknown ones are kept as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StatusName {
    /// Accepted by WhatsApp.
    Sent,
    /// On the device.
    Delivered,
    /// Displayed.
    Read,
    /// Voice message played: counts as read.
    Played,
    /// Not sent or not delivered.
    Failed,
    /// Side flag.
    Deleted,
    /// Side flag.
    Warning,
    /// Unknown: a side flag too.
    Other(Text),
}

/// One error of a status or message (PROTOCOL §3.5).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ErrorItem {
    /// Effective code: `meta_code`; else, when `code` is 10000, the number after `(#` in the title; else `code`.
    pub code: Option<i64>,
    /// The wire's `code` when it is a wrapper, that is when it differs from the effective code.
    pub platform_code: Option<i64>,
    /// The wire's title.
    pub title: Option<Text>,
    /// `error_data.details` or `message`, when it says more than the title.
    pub details: Option<Text>,
    /// Help link.
    pub href: Option<Text>,
}

/// One cost line (PROTOCOL §3.1). Amounts are exact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CostLine {
    /// Label of the category: `message`, `marketing`, … or `cdr_N` (PROTOCOL §3.2).
    pub category: Text,
    /// The wire's own direction: `outbound` (1), `inbound` (2), or the bare number as text.
    pub direction: Text,
    /// Currency of `amount`.
    pub currency: Option<Text>,
    /// `foreign_price`; `None` when only Meta's pricing category is known.
    pub amount: Option<Decimal>,
    /// `price`, which is in CNY.
    pub cny: Option<Decimal>,
}

/// A message from a customer (PROTOCOL §4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Inbound {
    /// `id`.
    pub message_id: Text,
    /// `meta_message_id`, where one is given for the message itself.
    pub meta_message_id: Option<Text>,
    /// `type` as on the wire.
    pub r#type: Text,
    /// The customer's own words: body, caption, label of the chosen button or row, emoji.
    pub text: Option<Text>,
    /// One line for a reader, such as `button: 不愿意` or `2 items, CNY 1,124.00`; never longer than 200 characters.
    pub preview: Text,
    /// The message it answers, quotes, edits, revokes or reacts to.
    pub context: Option<Text>,
    /// The other name (`meta_message_id`) of that message, when both were given.
    pub context_meta_id: Option<Text>,
    /// Errors (unsupported messages).
    pub errors: Vec<ErrorItem>,
    /// Cost lines.
    pub costs: Vec<CostLine>,
    /// `group_id`.
    pub group: Option<Text>,
    /// Ad or post the conversation came from: its headline or id.
    pub referral: Option<Text>,
    /// Facts that stand only in deliveries of an earlier provider time, with that time. An inbound message is known by its id
    /// alone, so its deliveries may differ in time, and joining them in any order needs to know how old each fact is.
    /// Sorted by fact; empty unless such deliveries were merged.
    pub older: Vec<(Text, Option<Seconds>)>,
}

/// How much an alert asks for attention. Sorted: the worst is greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing to do.
    Info,
    /// Good news.
    Good,
    /// Look here.
    Warning,
    /// Act now.
    Critical,
}

impl Severity {
    /// The name in filters and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// A template or account event: one entry of the alerts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Notice {
    /// The field, as on the wire.
    pub field: Text,
    /// The value of `event`, decision or new score, upper-case as on the wire: `PAUSED`, `YELLOW`, `ACCOUNT_RESTRICTION`.
    pub event: Option<Text>,
    /// Alert kind: `template_status`, `template_quality`, `template_category`, else the lower-case account event or field.
    pub kind: Text,
    /// Who it is about: template id + language, or the WABA, then followed by the number, flow or configuration when the event
    /// is about one of several in it. Joined by a blank.
    pub subject: Text,
    /// For a reader: `order_update en_US`, `vip_early → MARKETING`, `business-initiated`, `WABA 1049513xxxx7327`.
    pub title: Text,
    /// Why, for a reader: `GREEN → YELLOW`, `SECOND_PAUSE: …`.
    pub cause: Text,
    /// How bad.
    pub severity: Severity,
    /// A reinstating event: supersedes disable and restriction of the same subject.
    pub reinstates: bool,
    /// WABA id.
    pub waba: Option<Text>,
    /// Template id.
    pub template_id: Option<Text>,
    /// Template name.
    pub template: Option<Text>,
    /// Template language.
    pub language: Option<Text>,
    /// Category now in force or announced.
    pub category: Option<Text>,
    /// Alert id: 16 hex digits of a plain hash of field, subject, value and provider time (receive time where there is none).
    /// Survives restart and import.
    pub alert_id: Text,
}

/// Anything else with a known envelope: calls, groups, echoes, history, unknown fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Other {
    /// `field`, or the top-level key it was found under.
    pub field: Text,
    /// Its `event`, `type` or status, when it has one.
    pub event: Option<Text>,
    /// Its own id, when it has one.
    pub id: Option<Text>,
    /// One line for a reader.
    pub preview: Text,
}

/// A body, or an element of one, that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unrecognised {
    /// Why, for a reader.
    pub reason: Text,
}

/// Where a request came from and what was kept of it: what [`decode`] needs beside the body.
#[derive(Debug, Clone)]
pub struct Origin {
    /// When the request was received.
    pub received_at: Millis,
    /// Who vouches for it.
    pub verified: Option<Verified>,
}

/// Secret that duplicate keys are hashed with; one per journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeySecret(pub [u8; 16]);

impl Event {
    /// The kind of this event.
    pub fn kind(&self) -> Kind {
        match self.detail {
            Detail::Status(_) => Kind::Status,
            Detail::Inbound(_) => Kind::Inbound,
            Detail::Template(_) => Kind::Template,
            Detail::Account(_) => Kind::Account,
            Detail::Other(_) => Kind::Other,
            Detail::Unrecognised(_) => Kind::Unrecognised,
        }
    }
}
