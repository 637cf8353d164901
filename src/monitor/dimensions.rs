//! Delivery by one dimension.

use super::cells::{self, Cell};
use super::view::{Dimension, DimensionRow, Funnel, Group, Outcomes, Scope};
use super::{Minutes, Monitor};
use hashbrown::HashMap;

impl Monitor {
    /// Delivery of the cohort by one dimension, most attempted first, then by value; messages that no event gave a value, and
    /// those whose values are too many to tell apart, have a row each. Of [`Dimension::Template`] failed messages alone.
    pub fn by(&self, dimension: Dimension, scope: &Scope) -> Vec<DimensionRow> {
        let mut rows: Vec<DimensionRow> = match dimension {
            Dimension::Number => {
                let row = |row: super::view::NumberRow| DimensionRow {
                    value: row.number.as_ref().into(),
                    funnel: row.funnel,
                };
                self.numbers(scope).into_iter().map(row).collect()
            }
            Dimension::Template => self.failed_by_template(scope),
            Dimension::Tag | Dimension::Country | Dimension::Category => {
                let number = self.number(scope);
                let key = |cell: Cell| {
                    let wanted = number.is_none_or(|number| number == Some(cell.number));
                    wanted.then(|| cell.only(dimension))
                };
                let sums = cells::funnels(&self.cells, Minutes::of(scope.span), self.silent_before(scope), key);
                let mut groups: HashMap<Group, Funnel> = HashMap::new();
                for (cell, funnel) in sums {
                    groups.entry(self.group(dimension, cell)).or_default().join_counts(&funnel);
                }
                groups.into_iter().map(|(value, funnel)| DimensionRow { value, funnel }).collect()
            }
        };
        rows.sort_by(|a, b| b.funnel.attempted.cmp(&a.funnel.attempted).then_with(|| a.value.cmp(&b.value)));
        rows
    }

    /// What a cell says of a dimension. Cells know no templates.
    pub(super) fn group(&self, dimension: Dimension, cell: Cell) -> Group {
        match dimension {
            Dimension::Tag => self.traits.tag(cell.traits),
            Dimension::Number => self.texts.text(cell.number).into(),
            Dimension::Country => self.traits.country(cell.traits),
            Dimension::Category => self.traits.category_of(cell.traits),
            Dimension::Template => Group::Unnamed,
        }
    }

    fn failed_by_template(&self, scope: &Scope) -> Vec<DimensionRow> {
        let failed = self.failures.templates(scope.span, self.number(scope), &self.messages);
        let row = |(template, (messages, sent))| DimensionRow {
            value: self.failures.text(template).into(),
            funnel: Funnel {
                attempted: messages,
                sent,
                outcomes: Outcomes { failed: messages, ..Outcomes::default() },
                ..Funnel::default()
            },
        };
        failed.into_iter().map(row).collect()
    }
}

impl Cell {
    /// The cell with what one dimension looks at, and nothing else.
    pub(super) fn only(self, dimension: Dimension) -> Self {
        let mut cell = Self::default();
        match dimension {
            Dimension::Tag => cell.traits.tag = self.traits.tag,
            Dimension::Number => cell.number = self.number,
            Dimension::Country => cell.traits.country = self.traits.country,
            Dimension::Category => cell.traits.category = self.traits.category,
            Dimension::Template => {}
        }
        cell
    }
}

impl Funnel {
    /// Adds the counters of other messages. Latencies stay: percentiles do not add up.
    fn join_counts(&mut self, other: &Self) {
        self.attempted += other.attempted;
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.read += other.read;
        self.conflicts += other.conflicts;
        self.outcomes.read += other.outcomes.read;
        self.outcomes.delivered += other.outcomes.delivered;
        self.outcomes.failed += other.outcomes.failed;
        self.outcomes.waiting += other.outcomes.waiting;
        self.outcomes.silent += other.outcomes.silent;
    }
}
