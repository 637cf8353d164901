//! What a rule can judge.

use super::Per;
use crate::monitor::figures::{duration, percent, rate, thousands};
use serde::{Deserialize, Serialize};

/// What a rule judges, over the whole minutes of its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Failed of attempted, of the cohort.
    FailureRate,
    /// Delivered of delivered and failed, of the cohort.
    SettledRate,
    /// Failed messages with one effective code, of the cohort.
    CodeCount,
    /// Read of delivered, of the cohort.
    ReadRate,
    /// 95th percentile of sent to delivered, of the cohort.
    #[serde(rename = "deliver_p95_s")]
    DeliverP95,
    /// Events received.
    #[serde(rename = "events_per_s")]
    EventsPerSecond,
    /// 95th percentile of receive − provider time, of the events received.
    #[serde(rename = "transport_lag_s")]
    TransportLag,
    /// Requests answered 401.
    Refused,
    /// Time since the last event of something that usually talks.
    #[serde(rename = "silence_s")]
    Silence,
}

/// How a metric's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// From 0 to 1.
    Share,
    /// Seconds.
    Seconds,
    /// Whole things.
    Count,
    /// Things per second.
    PerSecond,
}

impl Metric {
    /// Every one, with its name in the configuration.
    pub const ALL: [(&'static str, Self); 9] = [
        ("failure_rate", Self::FailureRate),
        ("settled_rate", Self::SettledRate),
        ("code_count", Self::CodeCount),
        ("read_rate", Self::ReadRate),
        ("deliver_p95_s", Self::DeliverP95),
        ("events_per_s", Self::EventsPerSecond),
        ("transport_lag_s", Self::TransportLag),
        ("refused", Self::Refused),
        ("silence_s", Self::Silence),
    ];

    /// The name in the configuration.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, metric)| *metric == self).map_or("", |(name, _)| name)
    }

    /// The unit of its values and bounds.
    pub fn unit(self) -> Unit {
        match self {
            Self::FailureRate | Self::SettledRate | Self::ReadRate => Unit::Share,
            Self::DeliverP95 | Self::TransportLag | Self::Silence => Unit::Seconds,
            Self::CodeCount | Self::Refused => Unit::Count,
            Self::EventsPerSecond => Unit::PerSecond,
        }
    }

    /// Why it cannot be judged one by one for these; `None` when it can.
    pub fn refuses(self, per: Per) -> Option<&'static str> {
        match (self, per) {
            (Self::Refused, _) => Some("a refused request is not read, so it names none"),
            (Self::FailureRate | Self::CodeCount, Per::Code) => None,
            (_, Per::Code) => Some("only failed messages have a code: use failure_rate or code_count"),
            _ => None,
        }
    }

    /// Whether it judges events as they come in, and not the messages that they tell of.
    pub fn is_of_events(self) -> bool {
        matches!(self, Self::EventsPerSecond | Self::TransportLag | Self::Silence)
    }

    /// What stands behind a value where the rule does not say: attempted messages (`failure_rate`), settled, delivered or
    /// timed ones, events with a provider time; for `silence_s` the events that were to be expected in the time of silence,
    /// of which by Poisson none comes once in 20,000 times. Counts and rates of events are judged as they are.
    pub fn default_volume(self) -> u64 {
        match self {
            Self::FailureRate | Self::SettledRate | Self::ReadRate | Self::DeliverP95 => 50,
            Self::TransportLag => 20,
            Self::Silence => 10,
            Self::CodeCount | Self::EventsPerSecond | Self::Refused => 0,
        }
    }

    /// Whether the value of an open alert says all: silence goes on being silence when nothing is to be expected any more.
    pub(super) fn stands_alone(self) -> bool {
        self == Self::Silence
    }

    /// A value, for a reader.
    pub fn write(self, value: f64) -> String {
        match self.unit() {
            Unit::Share => percent(value),
            Unit::Seconds => duration(value as i64),
            Unit::Count => thousands(value as u64),
            Unit::PerSecond => format!("{}/s", rate(value)),
        }
    }
}
