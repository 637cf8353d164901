//! Failed messages summed by business number and code.

use super::evidence::{CodeSeen, Evidence};
use crate::monitor::bag::Bag;
use crate::monitor::cells::Cell;
use crate::monitor::intern::Name;
use crate::monitor::rollup::Sum;
use crate::monitor::traits::Traits;

/// What failures are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::monitor) struct Key {
    pub(in crate::monitor) number: Name,
    /// Effective code; `None` for a failed status without any.
    pub(in crate::monitor) code: Option<i64>,
}

/// One failed message with one of its codes.
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) recipient: Name,
    pub(super) seen: CodeSeen,
    traits: Traits,
    template: Name,
}

impl Entry {
    /// A message's entries: one for each of its codes.
    pub(super) fn all(cell: Cell, evidence: &Evidence) -> impl Iterator<Item = Self> {
        evidence.codes.iter().map(move |seen| Self {
            key: Key { number: cell.number, code: seen.code },
            recipient: evidence.recipient,
            seen: seen.clone(),
            traits: cell.traits,
            template: evidence.template,
        })
    }
}

/// What a row of failures adds up.
#[derive(Debug, Clone)]
pub(super) struct Count {
    pub(super) messages: u64,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) wrappers: Bag<i64>,
    pub(super) titles: Bag<Name>,
    pub(super) details: Bag<Name>,
}

impl Default for Count {
    fn default() -> Self {
        Self {
            messages: 0,
            first: i64::MAX,
            last: i64::MIN,
            wrappers: Bag::default(),
            titles: Bag::default(),
            details: Bag::default(),
        }
    }
}

impl Count {
    pub(super) fn join(&mut self, other: &Self) {
        self.messages += other.messages;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.wrappers.join(&other.wrappers);
        self.titles.join(&other.titles);
        self.details.join(&other.details);
    }
}

/// Whom failures hit.
#[derive(Debug, Clone, Default)]
pub(in crate::monitor) struct Whom {
    /// By what else the messages are counted.
    pub(in crate::monitor) traits: Bag<Traits>,
    /// By the template that their error texts name: texts of the failures.
    pub(in crate::monitor) templates: Bag<Name>,
}

/// Sums of one number and code.
#[derive(Debug, Clone, Default)]
pub(super) struct Failed {
    pub(super) count: Count,
    pub(super) whom: Whom,
}

/// Sums of one span by number and code, ascending. Only those with messages are kept.
#[derive(Debug, Default)]
pub(super) struct Sums(Vec<(Key, Failed)>);

impl Sums {
    pub(super) fn iter(&self) -> impl Iterator<Item = &(Key, Failed)> {
        self.0.iter()
    }

    /// Takes away an entry that was added before. Returns whether the first or the last time may be another's now, which only
    /// who knows all entries can tell.
    pub(super) fn take(&mut self, entry: &Entry) -> bool {
        let Ok(at) = self.0.binary_search_by_key(&entry.key, |sum| sum.0) else { return false };
        let Failed { count, whom } = &mut self.0[at].1;
        count.messages -= 1;
        if count.messages == 0 {
            self.0.remove(at);
            return false;
        }
        entry.seen.wrappers.iter().for_each(|wrapper| count.wrappers.take(*wrapper));
        count.titles.take(entry.seen.title);
        count.details.take(entry.seen.details);
        whom.traits.take(entry.traits);
        whom.templates.take(entry.template);
        entry.seen.first == count.first || entry.seen.last == count.last
    }

    fn of(&mut self, key: Key) -> &mut Failed {
        let at = self.0.binary_search_by_key(&key, |sum| sum.0).unwrap_or_else(|at| {
            self.0.insert(at, (key, Failed::default()));
            at
        });
        &mut self.0[at].1
    }
}

impl Sum for Sums {
    type Part = Entry;

    fn add(&mut self, entry: &Entry) {
        let Failed { count, whom } = self.of(entry.key);
        count.messages += 1;
        count.first = count.first.min(entry.seen.first);
        count.last = count.last.max(entry.seen.last);
        entry.seen.wrappers.iter().for_each(|wrapper| count.wrappers.add(*wrapper, 1));
        count.titles.add(entry.seen.title, 1);
        count.details.add(entry.seen.details, 1);
        whom.traits.add(entry.traits, 1);
        whom.templates.add(entry.template, 1);
    }

    fn join(&mut self, other: &Self) {
        for (key, sum) in &other.0 {
            let Failed { count, whom } = self.of(*key);
            count.join(&sum.count);
            whom.join(&sum.whom);
        }
    }
}

impl Whom {
    pub(super) fn join(&mut self, other: &Self) {
        self.traits.join(&other.traits);
        self.templates.join(&other.templates);
    }
}
