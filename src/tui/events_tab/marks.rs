//! Marked events: for coming back to them, and for acting on all of them at once.

use crate::event::Millis;
use std::collections::BTreeMap;

/// Marks kept at most: the oldest goes when there is another one.
const MOST: usize = 10_000;

/// Events by sequence number, with the time they were received.
#[derive(Debug, Default)]
pub(super) struct Marks(BTreeMap<u64, Millis>);

impl Marks {
    /// Marks an event, or takes its mark away.
    pub(super) fn toggle(&mut self, seq: u64, received_at: Millis) {
        if self.0.remove(&seq).is_none() {
            self.0.insert(seq, received_at);
        }
        if self.0.len() > MOST {
            self.0.pop_first();
        }
    }

    /// Whether an event is marked.
    pub(super) fn has(&self, seq: u64) -> bool {
        self.0.contains_key(&seq)
    }

    /// When a marked event was received.
    pub(super) fn time(&self, seq: u64) -> Option<Millis> {
        self.0.get(&seq).copied()
    }

    /// The mark after `from`, or before it; around the end.
    pub(super) fn beside(&self, from: Option<u64>, back: bool) -> Option<u64> {
        let from = from.unwrap_or(u64::MAX);
        let first = |mut keys: std::collections::btree_map::Range<'_, u64, Millis>| keys.next().map(|(seq, _)| *seq);
        if back {
            let before = self.0.range(..from).next_back().map(|(seq, _)| *seq);
            before.or_else(|| self.0.last_key_value().map(|(seq, _)| *seq))
        } else {
            first(self.0.range(from.saturating_add(1)..)).or_else(|| first(self.0.range(..)))
        }
    }

    /// Marks these again: sequence numbers with times in milliseconds.
    pub(super) fn recall(&mut self, marks: impl IntoIterator<Item = (u64, i64)>) {
        self.0.extend(marks.into_iter().take(MOST).map(|(seq, at)| (seq, Millis(at))));
    }

    /// Every mark with its time in milliseconds, as [`Self::recall`] takes them.
    pub(super) fn left(&self) -> Vec<(u64, i64)> {
        self.0.iter().map(|(seq, at)| (*seq, at.0)).collect()
    }

    /// Whether nothing is marked.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every marked event, ascending.
    pub(super) fn all(&self) -> Vec<u64> {
        self.0.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_walked_in_order_around_the_end() {
        let mut marks = Marks::default();
        for seq in [30, 10, 20] {
            marks.toggle(seq, Millis(seq as i64));
        }
        assert_eq!(marks.beside(Some(10), false), Some(20));
        assert_eq!(marks.beside(Some(30), false), Some(10));
        assert_eq!(marks.beside(Some(10), true), Some(30));
        assert_eq!(marks.beside(Some(25), true), Some(20));
        assert_eq!(marks.beside(None, true), Some(30));
        marks.toggle(20, Millis(0));
        assert_eq!((marks.all(), marks.has(20)), (vec![10, 30], false));
    }

    #[test]
    fn there_is_a_bound() {
        let mut marks = Marks::default();
        (0..MOST as u64 + 5).for_each(|seq| marks.toggle(seq, Millis(0)));
        assert_eq!((marks.all().len(), marks.has(4), marks.has(5)), (MOST, false, true));
    }
}
