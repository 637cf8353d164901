//! What the events of one message tell of its delivery together: the fields that no single event has.

use super::pattern::Value;
use crate::event::Detail;
use crate::event::{Event, Millis, Seconds, Status, StatusName};
use rust_decimal::Decimal;
use std::time::Duration;

/// The outcomes of a message, and `conflict` for one that failed and was delivered.
pub(super) const OUTCOMES: [&str; 6] = ["read", "delivered", "failed", "waiting", "silent", "conflict"];

/// What is known of one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Stage {
    seen: bool,
    /// The provider's earliest time of it.
    at: Option<i64>,
}

/// The delivery of one message, as far as events of it were seen. Joining is free of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Delivery {
    /// Any status.
    attempted: bool,
    sent: Stage,
    delivered: Stage,
    read: Stage,
    failed: bool,
    /// Its first event was received longer ago than the horizon.
    old: bool,
}

impl Delivery {
    /// What one event tells. `horizon` is the time after which a message without delivery or failure is silent, in whole
    /// minutes.
    pub(super) fn of(event: &Event, now: Millis, horizon: Duration) -> Self {
        let Detail::Status(Status { status, .. }) = &event.detail else { return Self::default() };
        let horizon = i64::try_from(horizon.as_millis()).unwrap_or(i64::MAX);
        let minute = |at: i64| at.div_euclid(60_000);
        let mut told = Self {
            attempted: true,
            old: minute(event.received_at.0) < minute(now.0.saturating_sub(horizon)),
            ..Self::default()
        };
        let stage = Stage { seen: true, at: event.provider_at.map(|Seconds(at)| at) };
        match status {
            StatusName::Sent => told.sent = stage,
            StatusName::Delivered => told.delivered = stage,
            StatusName::Read | StatusName::Played => told.read = stage,
            StatusName::Failed => told.failed = true,
            StatusName::Deleted | StatusName::Warning | StatusName::Other(_) => {}
        }
        told
    }

    /// Takes in what other events of the message tell.
    pub(super) fn join(&mut self, other: &Self) {
        self.attempted |= other.attempted;
        self.failed |= other.failed;
        self.old |= other.old;
        for (mine, others) in
            [(&mut self.sent, other.sent), (&mut self.delivered, other.delivered), (&mut self.read, other.read)]
        {
            mine.seen |= others.seen;
            mine.at = [mine.at, others.at].into_iter().flatten().min();
        }
    }

    /// Its one outcome and, where evidence contradicts itself, `conflict`. `read` implies `delivered`.
    pub(super) fn outcomes(&self) -> impl Iterator<Item = &'static str> {
        let delivered = self.delivered.seen || self.read.seen;
        let outcome = match (self.read.seen, delivered, self.failed) {
            (true, ..) => "read",
            (_, true, _) => "delivered",
            (_, _, true) => "failed",
            _ if self.old => "silent",
            _ => "waiting",
        };
        let conflict = (delivered && self.failed).then_some("conflict");
        self.attempted.then_some(outcome).into_iter().chain(conflict)
    }

    /// Seconds from sent to delivered, where both were seen with their times.
    pub(super) fn deliver_s(&self) -> Option<Value<'static>> {
        elapsed(self.sent, self.delivered)
    }

    /// Seconds from delivered to read, where both were seen with their times.
    pub(super) fn read_s(&self) -> Option<Value<'static>> {
        elapsed(self.delivered, self.read)
    }
}

/// Clocks that disagree count as none elapsed.
fn elapsed(from: Stage, to: Stage) -> Option<Value<'static>> {
    Some(Value::Number(Decimal::from(to.at?.saturating_sub(from.at?).max(0))))
}
