//! What a [`super::Monitor`] answers: plain values, serialised exactly as `watop report --format json` prints them.
//! Fields marked `serde(skip)` are for the screen only.

mod about;
mod dimension;

pub use about::{About, AboutTemplate, State};
pub use dimension::{Dimension, DimensionRow, Group, Hit, HitRow, literal, term};

use crate::event::{Millis, Severity, Text};
pub use crate::journal::operator::Acknowledged;
use rust_decimal::Decimal;
use serde::Serialize;

/// A span of receive time, `from` inclusive, `to` exclusive; both on whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Start.
    pub from: Millis,
    /// End.
    pub to: Millis,
}

impl Span {
    /// The whole minutes that cover the last `minutes` minutes before `now`.
    pub fn last(minutes: u32, now: Millis) -> Self {
        Self::covering(Millis(now.0 - i64::from(minutes) * 60_000), Millis(now.0 + 1))
    }

    /// The whole minutes that cover `from..to`.
    pub fn covering(from: Millis, to: Millis) -> Self {
        let minute = 60_000;
        Self {
            from: Millis(from.0.div_euclid(minute) * minute),
            to: Millis(to.0.saturating_add(minute - 1).div_euclid(minute) * minute),
        }
    }

    /// Whether `at` lies in the span.
    pub fn contains(&self, at: Millis) -> bool {
        self.from <= at && at < self.to
    }
}

/// What is looked at: every pane and report obeys one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The window.
    pub span: Span,
    /// Now, or the end of a window that lies in the past.
    pub as_of: Millis,
    /// Only this business number.
    pub number: Option<Text>,
}

impl Scope {
    /// The part of the span that has passed at `as_of`.
    pub fn passed(&self) -> Span {
        Span { to: self.span.to.min(Millis(self.as_of.0.saturating_add(1))), ..self.span }
    }

    /// The window before: as long, and straight before this one.
    pub fn before(&self) -> Self {
        let Span { from, to } = self.span;
        let length = to.0.saturating_sub(from.0);
        let span = Span { from: Millis(from.0.saturating_sub(length)), to: from };
        Self { span, as_of: span.to.min(self.as_of), number: self.number.clone() }
    }
}

/// Activity: what was received in the span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Ingest {
    /// Accepted requests.
    pub requests: u64,
    /// Unique events of every kind.
    pub events: u64,
    /// Further deliveries of known events.
    pub duplicates: u64,
    /// Of the events, unrecognised ones.
    pub unrecognised: u64,
    /// Requests answered 401.
    pub refused: u64,
    /// Removed by retention.
    pub expired: u64,
}

/// The nested counters and the outcomes of a cohort.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Funnel {
    /// Messages with any status evidence.
    pub attempted: u64,
    /// Nested.
    pub sent: u64,
    /// Nested.
    pub delivered: u64,
    /// Nested.
    pub read: u64,
    /// Messages with `failed` and `delivered` or `read`.
    pub conflicts: u64,
    /// Exactly one per message; sums to `attempted`.
    pub outcomes: Outcomes,
    /// Sent to delivered, where both were seen.
    pub time_to_deliver_s: Latency,
    /// Delivered to read, where both were seen.
    pub time_to_read_s: Latency,
}

/// Messages by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Outcomes {
    /// Read.
    pub read: u64,
    /// Delivered, not read.
    pub delivered: u64,
    /// Failed.
    pub failed: u64,
    /// None of these yet.
    pub waiting: u64,
    /// None of these for longer than the horizon.
    pub silent: u64,
}

/// Nearest-rank percentiles in whole seconds, of the provider's clock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Latency {
    /// Messages in which both stages were seen.
    pub count: u64,
    /// Median.
    pub p50: Option<u64>,
    /// 95th percentile.
    pub p95: Option<u64>,
    /// 99th percentile.
    pub p99: Option<u64>,
}

impl Funnel {
    /// delivered / (delivered + failed); `None` without a denominator. `delivered` is the nested counter.
    pub fn settled(&self) -> Option<f64> {
        ratio(self.delivered, self.delivered + self.outcomes.failed)
    }

    /// delivered / sent.
    pub fn so_far(&self) -> Option<f64> {
        ratio(self.delivered, self.sent)
    }

    /// read / delivered.
    pub fn read_rate(&self) -> Option<f64> {
        ratio(self.read, self.delivered)
    }

    /// [delivered / attempted, (attempted − failed) / attempted].
    pub fn bounds(&self) -> Option<(f64, f64)> {
        Some((ratio(self.delivered, self.attempted)?, ratio(self.attempted - self.outcomes.failed, self.attempted)?))
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// How unusual a code is. *Usual* is the hour before the window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Mark {
    /// As usual.
    #[default]
    None,
    /// Not seen before in what is kept, and at least 5.
    New,
    /// Last 5 minutes exceed the usual by this factor, by more than 4 standard deviations, and are at least 8.
    Rising(f64),
}

/// Failures with one effective code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Failure {
    /// Effective code; `None` for a failed status without any.
    pub code: Option<i64>,
    /// Wrappers seen, ascending.
    pub platform_codes: Vec<i64>,
    /// Unique messages whose outcome is failed.
    pub messages: u64,
    /// Distinct recipients of these.
    pub recipients: u64,
    /// Class from the catalogue, `other` when unknown.
    pub class: String,
    /// Title from the catalogue, else the wire's.
    pub title: String,
    /// What to do.
    pub advice: String,
    /// Whether the same message may pass later unchanged.
    pub retryable: bool,
    /// First failure received in the cohort.
    #[serde(serialize_with = "rfc3339")]
    pub first_at: Millis,
    /// Last failure received in the cohort.
    #[serde(serialize_with = "rfc3339")]
    pub last_at: Millis,
    /// Short name for narrow columns, such as `Undeliverable`.
    #[serde(skip)]
    pub short: String,
    /// Failures by when they were received, of messages of whatever cohort; 15 slices of the span, oldest first.
    #[serde(skip)]
    pub trend: Vec<u64>,
    /// New or rising.
    #[serde(skip)]
    pub mark: Mark,
    /// The wire's own title, the most frequent or the greatest text.
    #[serde(skip)]
    pub wire_title: Option<Text>,
    /// Its details likewise, which often say the real reason, and how many of the messages say just this.
    #[serde(skip)]
    pub wire_details: Option<(Text, u64)>,
}

/// One (number, customer) with inbound messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conversation {
    /// Business number, when one was named.
    pub number: Option<Text>,
    /// Customer.
    pub customer: Option<Text>,
    /// Profile name.
    pub name: Option<Text>,
    /// Inbound messages received in the span.
    pub inbound: u64,
    /// Provider time of the last inbound; receive time when it had none.
    #[serde(serialize_with = "rfc3339")]
    pub last_inbound_at: Millis,
    /// That + 24 h.
    #[serde(serialize_with = "rfc3339")]
    pub window_closes_at: Millis,
    /// Type of the last inbound.
    pub last_type: Text,
    /// One line of the last inbound.
    pub preview: Text,
    /// No status of an answer was received since the last inbound.
    #[serde(skip)]
    pub unanswered: bool,
}

/// Conversations around one of them, in the order of the screen: those whose window closes within the hour first, then the
/// newest. Rows of others are counted, not made, so that it costs the same however many there are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConversationPage {
    /// The rows that were asked for.
    pub rows: Vec<Conversation>,
    /// Position of the first of them.
    pub first: usize,
    /// Position of the one they were asked around, when it is still listed.
    pub anchor: Option<usize>,
    /// All that are listed.
    pub total: usize,
    /// Of these, conversations whose window is open.
    pub open: usize,
    /// Of these, conversations whose window closes within the hour.
    pub soon: usize,
}

/// Which conversations are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Around {
    /// Those around this one: its number and customer.
    pub anchor: Option<(Option<Text>, Option<Text>)>,
    /// Else, or when it is gone, those around this position.
    pub row: usize,
    /// So many on either side.
    pub margin: usize,
    /// Of all that there are, these, in this order.
    pub pick: Pick,
}

/// Which conversations are listed, and in which order. With nothing asked for, none is looked into.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pick {
    /// The newest first; else those whose window closes within the hour before the others.
    pub newest: bool,
    /// Only those without an answer since the last inbound.
    pub unread: bool,
    /// Only those with this in name, phone, business number or the last inbound, in lower case; empty: all.
    pub search: String,
}

/// One entry of the alerts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// Plain hash of field, subject, value and time.
    pub id: Text,
    /// Severity.
    pub severity: Severity,
    /// Kind.
    pub kind: Text,
    /// Subject.
    pub subject: Text,
    /// Cause, for a reader.
    pub detail: Text,
    /// Provider time, else receive time.
    #[serde(serialize_with = "rfc3339")]
    pub at: Millis,
    /// Receive time of the last delivery that said it.
    #[serde(serialize_with = "rfc3339")]
    pub last_at: Millis,
    /// The later alert of the same subject and kind.
    pub superseded_by: Option<Text>,
    /// Whether somebody acknowledged it.
    pub acknowledged: bool,
    /// Who, with what note, when.
    pub acknowledgement: Option<Acknowledged>,
    /// When the rule behind it was kept again; `None` of what no rule opened.
    #[serde(serialize_with = "rfc3339_or_null")]
    pub resolved_at: Option<Millis>,
    /// Business number.
    #[serde(skip)]
    pub number: Option<Text>,
    /// For a reader: `template paused`.
    #[serde(skip)]
    pub what: Text,
    /// For a reader: `order_update en_US`.
    #[serde(skip)]
    pub title: Text,
    /// Sequence number of the event.
    #[serde(skip)]
    pub seq: u64,
}

impl Alert {
    /// Whether it still asks for attention: headline counts leave out what is superseded, resolved or acknowledged.
    pub fn is_open(&self) -> bool {
        self.superseded_by.is_none() && self.resolved_at.is_none() && !self.acknowledged
    }
}

/// Costs of one currency, category and direction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// Currency of `amount`.
    pub currency: Option<Text>,
    /// Category label.
    pub category: Text,
    /// The wire's own direction.
    pub direction: Text,
    /// Sum, exact; `None` when no line had an amount.
    pub amount: Option<Decimal>,
    /// Sum of `price`, which is in CNY.
    pub cny: Option<Decimal>,
    /// Messages with such a line.
    pub messages: u64,
}

/// Costs over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CostTrend {
    /// Start of the first column.
    pub from: Millis,
    /// Length of a column in seconds, a round one of whole minutes.
    pub column_s: u32,
    /// Per column, oldest first; the last may still be filling.
    pub columns: Vec<Vec<Cost>>,
}

/// Traffic over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Activity {
    /// Start of the first column.
    pub from: Millis,
    /// Length of a column in seconds: 1, 2, 5, 10, 12, 15, 20, 30, then minutes, then hours.
    pub column_s: u32,
    /// Statuses per column, oldest first; a column still filling is left out.
    pub statuses: Vec<u64>,
    /// Of these, failed.
    pub failed: Vec<u64>,
    /// Alerts to mark: time, severity, what.
    pub marks: Vec<(Millis, Severity, Text)>,
}

/// Something counted over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trend {
    /// Start of the first column.
    pub from: Millis,
    /// Length of a column in seconds, a round one.
    pub column_s: u32,
    /// Per column, oldest first; a column still filling is left out.
    pub counts: Vec<u64>,
}

/// What became of the messages of one part of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct CohortRow {
    /// When their first evidence was received.
    pub span: Span,
    /// Their funnel.
    pub funnel: Funnel,
}

/// Two stages between which time is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// From sent to delivered.
    Deliver,
    /// From delivered to read.
    Read,
}

/// Delivery of one business number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NumberRow {
    /// The number; `None` for statuses that named none.
    pub number: Option<Text>,
    /// Its funnel.
    pub funnel: Funnel,
}

/// Gauges of now.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pulse {
    /// Events per second over the last whole seconds of a minute at most.
    pub events_per_s: f64,
    /// Inbound messages per second, the same way.
    pub inbound_per_s: f64,
    /// Transport lag (receive − provider time), 95th percentile of the last minute, in seconds.
    pub lag_s: Option<i64>,
    /// When the next of these will change if nothing arrives; `None` when nothing will.
    pub changes_at: Option<Millis>,
}

/// Level of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    /// Nothing has arrived yet.
    #[default]
    Ready,
    /// As usual.
    Ok,
    /// Look here.
    Watch,
    /// Act now.
    Trouble,
    /// Nothing can be said.
    Blind,
}

/// The answer to "is it OK, what changed, who is hit, since when, what to do": facts, put into words where they are shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// Level.
    pub level: Level,
    /// Since when.
    pub since: Option<Millis>,
    /// What it rests on.
    pub finding: Finding,
    /// Filter expression that selects the proof.
    pub proof: Option<String>,
}

impl Verdict {
    /// The effective code behind it, when it is one.
    pub fn code(&self) -> Option<i64> {
        match &self.finding {
            Finding::Outbreak(outbreak) => outbreak.failure.code,
            _ => None,
        }
    }
}

/// What a verdict rests on.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Finding {
    /// Nothing has arrived yet.
    #[default]
    Nothing,
    /// Nothing arrives for much longer than usual.
    Silence {
        /// When the last event was received.
        last: Millis,
        /// Seconds since then.
        lasting_s: i64,
        /// The usual longest silence, in seconds.
        usual_s: i64,
    },
    /// A code is out of the ordinary.
    Outbreak(Box<Outbreak>),
    /// An alert is open.
    Alert {
        /// The worst.
        alert: Box<Alert>,
        /// What the messages do meanwhile.
        rates: Rates,
    },
    /// All is as usual.
    Calm {
        /// The usual beside the current.
        rates: Rates,
        /// The newest alert of everything that is kept.
        last_change: Option<Box<Alert>>,
    },
}

/// A code out of the ordinary.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbreak {
    /// Its row.
    pub failure: Failure,
    /// Messages that failed with it within the last minute.
    pub lately: u64,
    /// Whom it hits.
    pub common: Common,
}

/// What most messages with a code have in common and others have not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Common {
    /// Callback data.
    pub tag: Option<Text>,
    /// Business number.
    pub number: Option<Text>,
    /// Conversation category.
    pub category: Option<Text>,
    /// Country prefix.
    pub country: Option<Text>,
    /// Template, as named in the errors.
    pub template: Option<Text>,
}

/// Shares of a cohort beside the usual ones; `None` without a denominator.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rates {
    /// Settled rate.
    pub settled: Option<f64>,
    /// Settled rate of the hour before the window.
    pub usual_settled: Option<f64>,
    /// Failed of attempted.
    pub failed: Option<f64>,
    /// The same of the hour before the window.
    pub usual_failed: Option<f64>,
}

fn rfc3339_or_null<S: serde::Serializer>(at: &Option<Millis>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => rfc3339(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// Formats a time as RFC 3339 in UTC, to the second, or to the millisecond where it has one.
pub fn rfc3339<S: serde::Serializer>(at: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.rfc3339())
}
