//! Rules: what is out of bounds, since when, and when it was over. Pure: a [`Monitor`](super::Monitor) and a clock in, changes out.
//!
//! A rule is judged at the turn of every minute over the whole minutes before it, per entity where it has a `per`. What it
//! judges is on one side of its bound for as long as `for` says before an alert opens; the alert escalates once, when the
//! critical bound is crossed as long, and resolves when the value is back within `clear`, again as long. In between nothing
//! happens, so a value at the bound does not flap. A value that too little stands behind opens nothing, and resolves after a
//! whole window of it.
//!
//! [`Watch`] folds a journal and turns the minutes as its events and the clock pass them, so that a replay judges the same
//! values as whoever ran at the time, and the ids, made of rule, entity and opening minute, are the same.

mod alert;
mod builtin;
mod counts;
mod engine;
mod measure;
mod metric;
mod sift;
mod silence;
mod state;
mod told;
mod watch;

pub use alert::RuleAlert;
pub use builtin::builtin;
pub use counts::{Bodies, Counts};
pub use engine::{Change, Engine, Facts, What};
pub use metric::{Metric, Unit};
pub use told::Told;
pub use watch::Watch;

use super::view::Dimension;
use crate::event::Text;
use crate::query::Filter;
use serde::{Deserialize, Serialize};

/// One rule, checked: bounds that cannot be crossed and metrics that have no such `per` are refused where it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What it is called; no two rules share a name.
    pub name: Text,
    /// What is judged.
    pub metric: Metric,
    /// The effective code that [`Metric::CodeCount`] counts; `None` with it: each code is an entity.
    pub code: Option<i64>,
    /// What alone is judged. It does not ask for `age`: that changes by itself, and a rule has its window.
    pub filter: Option<Filter>,
    /// Whole minutes it is judged over, at least 1.
    pub window: u32,
    /// When it is out of bounds.
    pub bound: Bound,
    /// What must stand behind a value before it counts; see [`Metric::default_volume`].
    pub min_volume: u64,
    /// What it is judged for one by one; `None`: everything together.
    pub per: Option<Per>,
    /// Minutes that a condition must hold to open, escalate or resolve.
    pub hold: u32,
    /// Minutes between reminders of an alert that is open and not acknowledged.
    pub remind: Option<u32>,
}

/// What a rule judges one by one. What names none is judged by none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// Business number.
    Number,
    /// Effective code.
    Code,
    /// Conversation or pricing category.
    Category,
    /// Calling code of the recipient.
    Country,
    /// Callback data.
    Tag,
}

/// The wrong side of a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Greater is worse.
    Above,
    /// Smaller is worse.
    Below,
}

/// Where a value gets out of bounds and where it is well again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// Which side is wrong.
    pub side: Side,
    /// Beyond it an alert opens.
    pub open: f64,
    /// Beyond it the alert is critical.
    pub critical: Option<f64>,
    /// Not beyond it the alert resolves; on the right side of `open`, or `open` itself.
    pub clear: f64,
}

impl Bound {
    /// A bound whose `clear` lies a tenth inside: of `open`, for a share of what is nearer of nothing and all.
    pub fn new(side: Side, open: f64, critical: Option<f64>, unit: Unit) -> Self {
        let margin = 0.1 * if unit == Unit::Share { open.min(1.0 - open).max(0.0) } else { open };
        let clear = match side {
            Side::Above => open - margin,
            Side::Below => open + margin,
        };
        Self { side, open, critical, clear }
    }

    fn beyond(&self, value: f64, limit: f64) -> bool {
        match self.side {
            Side::Above => value > limit,
            Side::Below => value < limit,
        }
    }

    fn is_out(&self, value: f64) -> bool {
        self.beyond(value, self.open)
    }

    fn is_critical(&self, value: f64) -> bool {
        self.critical.is_some_and(|limit| self.beyond(value, limit))
    }

    fn is_well(&self, value: f64) -> bool {
        !self.beyond(value, self.clear)
    }

    /// The worse of two values.
    fn worse(&self, a: f64, b: f64) -> f64 {
        match self.side {
            Side::Above => a.max(b),
            Side::Below => a.min(b),
        }
    }
}

impl Per {
    /// Every one, with its name in the configuration.
    pub const ALL: [(&'static str, Self); 5] = [
        ("number", Self::Number),
        ("code", Self::Code),
        ("category", Self::Category),
        ("country", Self::Country),
        ("tag", Self::Tag),
    ];

    /// The dimension that messages are counted by; a code is none, for a message can have several.
    fn dimension(self) -> Option<Dimension> {
        match self {
            Self::Number => Some(Dimension::Number),
            Self::Code => None,
            Self::Category => Some(Dimension::Category),
            Self::Country => Some(Dimension::Country),
            Self::Tag => Some(Dimension::Tag),
        }
    }

    /// The name in the configuration.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, per)| *per == self).map_or("", |(name, _)| name)
    }
}
