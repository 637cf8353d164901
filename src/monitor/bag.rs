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

    /// The greatest key that was counted.
    pub(super) fn last(&self) -> Option<K> {
        self.0.last().map(|(key, _)| *key)
    }

    /// Every key with its count, ascending, as they are kept.
    pub(super) fn counts(&self) -> &[(K, u32)] {
        &self.0
    }

    /// Adds the counts of another. Both ascend, so each key is looked for from the last one on.
    pub(super) fn join(&mut self, other: &Self) {
        let mut at = 0;
        for (key, count) in &other.0 {
            at += self.0[at..].iter().take_while(|entry| entry.0 < *key).count();
            match self.0.get_mut(at) {
                Some(entry) if entry.0 == *key => entry.1 += count,
                _ => self.0.insert(at, (*key, *count)),
            }
        }
    }
}

/// From keys that ascend, each with its count.
impl<K> FromIterator<(K, u32)> for Bag<K> {
    fn from_iter<I: IntoIterator<Item = (K, u32)>>(counts: I) -> Self {
        Self(counts.into_iter().collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(keys: &[u8]) -> Bag<u8> {
        let mut bag = Bag::default();
        keys.iter().for_each(|key| bag.add(*key, 1));
        bag
    }

    #[test]
    fn joined_bags_count_everything_of_both_in_order() {
        for (a, b) in [(&[1, 3, 3, 9][..], &[0, 3, 4, 9, 10][..]), (&[], &[2, 1]), (&[5], &[])] {
            let mut joined = bag(a);
            joined.join(&bag(b));
            assert_eq!(joined, bag(&[a, b].concat()), "{a:?} {b:?}");
        }
    }

    #[test]
    fn what_was_taken_as_often_as_it_was_added_is_gone() {
        let mut bag = bag(&[1, 1, 2]);
        [1, 2, 7].into_iter().for_each(|key| bag.take(key));
        assert_eq!(bag.iter().collect::<Vec<_>>(), [(1, 1)]);
        assert_eq!((bag.of(1), bag.of(2)), (1, 0));
    }
}
