//! How failures are sorted.

use crate::monitor::view::Failure;
use crate::tui::order::{Direction, Order};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// By what failures are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// Most messages first.
    #[default]
    Messages,
    /// Most recipients first.
    Recipients,
    /// The last to begin first.
    First,
    /// The last seen first.
    Last,
    /// By code.
    Code,
}

impl Sort {
    const ALL: [Self; 5] = [Self::Messages, Self::Recipients, Self::First, Self::Last, Self::Code];

    /// The next one.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Messages => Self::Recipients,
            Self::Recipients => Self::First,
            Self::First => Self::Last,
            Self::Last => Self::Code,
            Self::Code => Self::Messages,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Recipients => "recipients",
            Self::First => "first",
            Self::Last => "last",
            Self::Code => "code",
        }
    }

    /// Which way round it is unless it is reversed.
    fn usual(self) -> Direction {
        if self == Self::Code { Direction::Ascending } else { Direction::Descending }
    }

    /// Every order of the failures.
    pub(super) fn orders() -> Vec<Order> {
        let both = |by: Self| {
            let (usual, other) = match by.usual() {
                Direction::Ascending => (Direction::Ascending, Direction::Descending),
                Direction::Descending => (Direction::Descending, Direction::Ascending),
            };
            [usual, other].map(|direction| Order { column: by.name(), direction })
        };
        Self::ALL.into_iter().flat_map(both).collect()
    }
}

/// By what, and whether the other way round than usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sorting {
    /// By what.
    pub by: Sort,
    /// The other way round.
    pub reversed: bool,
}

impl Sorting {
    /// What an order of [`Sort::orders`] means.
    pub(super) fn of(order: Order) -> Option<Self> {
        let by = Sort::ALL.into_iter().find(|by| by.name() == order.column)?;
        Some(Self { by, reversed: order.direction != by.usual() })
    }

    /// After a click on the head of a column: the second one turns it round.
    pub(super) fn pointed(self, by: Sort) -> Self {
        Self { by, reversed: self.by == by && !self.reversed }
    }

    /// Sorts failures that come with most messages first.
    pub(super) fn sort(self, failures: &mut [Failure]) {
        // Sorting is stable: among equals the most messages stay first.
        match self.by {
            Sort::Messages => {}
            Sort::Recipients => failures.sort_by_key(|failure| Reverse(failure.recipients)),
            Sort::First => failures.sort_by_key(|failure| Reverse(failure.first_at)),
            Sort::Last => failures.sort_by_key(|failure| Reverse(failure.last_at)),
            Sort::Code => failures.sort_by_key(|failure| failure.code),
        }
        if self.reversed {
            failures.reverse();
        }
    }

    /// Which way round a column is sorted, if it is sorted by.
    pub(super) fn direction(self, by: Sort) -> Option<Direction> {
        let ascending = (by.usual() == Direction::Ascending) != self.reversed;
        let direction = if ascending { Direction::Ascending } else { Direction::Descending };
        (self.by == by).then_some(direction)
    }
}
