//! How often each of a few things was counted.

use super::rollup::{Sum, Take};

/// Counts by key, ascending; only keys that were counted are kept. Few keys: a list beats a map. A minute, hour or day holds
/// fewer than 4 G of anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bag<K>(Vec<(K, u32)>);

impl<K> Default for Bag<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Copy> Bag<K> {
    /// Counts a key `count` times more.
    pub(super) fn add(&mut self, key: K, count: u32) {
        match self.0.binary_search_by_key(&key, |entry| entry.0) {
            Ok(at) => self.0[at].1 += count,
            Err(at) => self.0.insert(at, (key, count)),
        }
    }

    /// Counts a key once less.
    pub(super) fn take(&mut self, key: K) {
        if let Ok(at) = self.0.binary_search_by_key(&key, |entry| entry.0) {
            self.0[at].1 -= 1;
            if self.0[at].1 == 0 {
                self.0.remove(at);
            }
        }
    }

    /// How often a key was counted.
    pub(super) fn of(&self, key: K) -> u64 {
        self.0.binary_search_by_key(&key, |entry| entry.0).map_or(0, |at| u64::from(self.0[at].1))
    }

    /// Every key with its count, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = (K, u64)> {
        self.0.iter().map(|(key, count)| (*key, u64::from(*count)))
    }

    /// Adds the counts of another.
    pub(super) fn join(&mut self, other: &Self) {
        other.0.iter().for_each(|(key, count)| self.add(*key, *count));
    }
}

impl<K: Ord + Copy> Sum for Bag<K> {
    type Part = K;

    fn add(&mut self, key: &K) {
        self.add(*key, 1);
    }

    fn join(&mut self, other: &Self) {
        self.join(other);
    }
}

impl<K: Ord + Copy> Take for Bag<K> {
    fn take(&mut self, key: &K) {
        self.take(*key);
    }
}
