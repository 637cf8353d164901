//! Messages by everything that they are counted by at once, so that each dimension and each pair of them can be summed.

use super::intern::Name;
use super::messages::{Outcome, Part};
use super::rollup::{Minute, Minutes, Rollup, Sum, Take};
use super::traits::Traits;
use super::view::{Funnel, Outcomes};
use hashbrown::HashMap;
use std::hash::Hash;

/// What messages of one cell have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Cell {
    pub(super) number: Name,
    pub(super) traits: Traits,
}

/// Nested counters of one cell. A minute, hour or day holds fewer than 4 G messages.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    attempted: u32,
    sent: u32,
    delivered: u32,
    read: u32,
    failed: u32,
}

/// Cells of one span, ascending. Only cells with messages are kept: at most as many as there are messages.
#[derive(Debug, Clone, Default)]
pub(super) struct Cells(Vec<(Cell, Count)>);

impl Cells {
    fn of(&mut self, cell: Cell) -> &mut Count {
        let at = self.0.binary_search_by_key(&cell, |entry| entry.0).unwrap_or_else(|at| {
            self.0.insert(at, (cell, Count::default()));
            at
        });
        &mut self.0[at].1
    }
}

impl Count {
    fn see(&mut self, part: &Part, step: impl Fn(&mut u32)) {
        step(&mut self.attempted);
        if part.sent {
            step(&mut self.sent);
        }
        if part.delivered() {
            step(&mut self.delivered);
        }
        match part.outcome {
            Outcome::Read => step(&mut self.read),
            Outcome::Failed => step(&mut self.failed),
            Outcome::Delivered | Outcome::Rest => {}
        }
    }

    fn join(&mut self, other: &Self) {
        self.attempted += other.attempted;
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.read += other.read;
        self.failed += other.failed;
    }
}

impl Sum for Cells {
    type Part = Part;

    fn add(&mut self, part: &Part) {
        self.of(part.cell).see(part, |count| *count += 1);
    }

    fn join(&mut self, other: &Self) {
        for (cell, count) in &other.0 {
            self.of(*cell).join(count);
        }
    }
}

impl Take for Cells {
    fn take(&mut self, part: &Part) {
        let Ok(at) = self.0.binary_search_by_key(&part.cell, |entry| entry.0) else { return };
        self.0[at].1.see(part, |count| *count -= 1);
        if self.0[at].1.attempted == 0 {
            self.0.remove(at);
        }
    }

    fn change(&mut self, before: &Part, after: &Part) {
        if before.cell == after.cell {
            let count = self.of(after.cell);
            count.see(before, |count| *count -= 1);
            count.see(after, |count| *count += 1);
        } else {
            self.take(before);
            self.add(after);
        }
    }
}

/// Messages with one value: those of minutes in which a message without an outcome is silent, and all.
#[derive(Debug, Clone, Copy, Default)]
struct Both {
    old: Count,
    all: Count,
}

/// The funnels of the span by what `value` says of a cell; `None` leaves the cell out. Without latencies and conflicts.
pub(super) fn funnels<V: Eq + Hash>(
    cells: &Rollup<Cells>,
    span: Minutes,
    silent_before: Minute,
    value: impl Fn(Cell) -> Option<V>,
) -> HashMap<V, Funnel> {
    let (old, young) = span.split(silent_before);
    let mut sums: HashMap<V, Both> = HashMap::new();
    for (span, is_old) in [(old, true), (young, false)] {
        cells.visit(span, |bucket| {
            for (cell, count) in &bucket.0 {
                let Some(value) = value(*cell) else { continue };
                let both = sums.entry(value).or_default();
                both.all.join(count);
                if is_old {
                    both.old.join(count);
                }
            }
        });
    }
    sums.into_iter().map(|(value, both)| (value, both.funnel())).collect()
}

/// Attempted messages of the span by cell.
pub(super) fn attempted(cells: &Rollup<Cells>, span: Minutes) -> HashMap<Cell, u64> {
    let mut sums: HashMap<Cell, u64> = HashMap::new();
    cells.visit(span, |bucket| {
        for (cell, count) in &bucket.0 {
            *sums.entry(*cell).or_default() += u64::from(count.attempted);
        }
    });
    sums
}

impl Both {
    fn funnel(&self) -> Funnel {
        let [attempted, sent, delivered, read, failed] =
            [self.all.attempted, self.all.sent, self.all.delivered, self.all.read, self.all.failed].map(u64::from);
        let rest = |count: &Count| u64::from(count.attempted - count.delivered - count.failed);
        let silent = rest(&self.old);
        Funnel {
            attempted,
            sent,
            delivered,
            read,
            outcomes: Outcomes { read, delivered: delivered - read, failed, waiting: rest(&self.all) - silent, silent },
            ..Funnel::default()
        }
    }
}
