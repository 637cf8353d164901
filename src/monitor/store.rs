//! Containers that grow without ever stopping the fold to move what they hold.

use hashbrown::HashTable;

/// Number of something in [`Chunks`].
pub(super) type Index = u32;

const SHARDS: usize = 256;

/// Values under 64-bit hashes, in shards, so that no single table ever grows for long. Hashes are keyed at random by whoever
/// makes them, because ids are chosen by strangers.
#[derive(Debug)]
pub(super) struct Sharded<V>(Vec<HashTable<Entry<V>>>);

/// The hash in halves: an entry of a number takes 12 bytes instead of 16.
#[derive(Debug)]
struct Entry<V> {
    hash: [u32; 2],
    value: V,
}

impl<V> Entry<V> {
    fn hash(&self) -> u64 {
        u64::from(self.hash[0]) << 32 | u64::from(self.hash[1])
    }
}

impl<V> Default for Sharded<V> {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| HashTable::new()).collect())
    }
}

impl<V> Sharded<V> {
    pub(super) fn get(&self, hash: u64) -> Option<&V> {
        self.find(hash, |_| true)
    }

    /// The value under a hash that several may share.
    pub(super) fn find(&self, hash: u64, is: impl Fn(&V) -> bool) -> Option<&V> {
        let found = self.0[shard(hash)].find(hash, |entry| entry.hash() == hash && is(&entry.value));
        found.map(|entry| &entry.value)
    }

    /// The value under a hash, made where there is none yet.
    pub(super) fn entry(&mut self, hash: u64, new: impl FnOnce() -> V) -> &mut V {
        let entry = self.0[shard(hash)].entry(hash, |entry| entry.hash() == hash, Entry::hash);
        &mut entry.or_insert_with(|| Entry::new(hash, new())).into_mut().value
    }

    /// Adds a value beside others under the same hash.
    pub(super) fn insert(&mut self, hash: u64, value: V) {
        self.0[shard(hash)].insert_unique(hash, Entry::new(hash, value), Entry::hash);
    }
}

impl<V> Entry<V> {
    fn new(hash: u64, value: V) -> Self {
        Self { hash: [(hash >> 32) as u32, hash as u32], value }
    }
}

/// The shard by the middle bits: the table itself uses the lowest and the highest.
fn shard(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

/// A list in pieces of fixed length, so that growing never copies them.
#[derive(Debug)]
pub(super) struct Chunks<T>(Vec<Vec<T>>);

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Chunks<T> {
    const LENGTH: usize = 1 << 14;

    pub(super) fn push(&mut self, value: T) -> Index {
        if self.0.last().is_none_or(|chunk| chunk.len() == Self::LENGTH) {
            self.0.push(Vec::with_capacity(Self::LENGTH));
        }
        let chunk = self.0.len() - 1;
        self.0[chunk].push(value);
        (chunk * Self::LENGTH + self.0[chunk].len() - 1) as Index
    }

    pub(super) fn get(&self, index: Index) -> &T {
        &self.0[index as usize / Self::LENGTH][index as usize % Self::LENGTH]
    }

    /// How many there are, which is the number of the next.
    pub(super) fn len(&self) -> Index {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * Self::LENGTH + last.len()) as Index
    }

    /// Every value with its number, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Index, &T)> {
        (0..).zip(self.0.iter().flatten())
    }

    pub(super) fn get_mut(&mut self, index: Index) -> &mut T {
        &mut self.0[index as usize / Self::LENGTH][index as usize % Self::LENGTH]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_a_number_is_small() {
        assert_eq!(size_of::<Entry<Index>>(), 12);
    }

    #[test]
    fn values_are_found_again_across_shards_and_growth() {
        let hash = |at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut sharded = Sharded::default();
        for at in 0..10_000 {
            *sharded.entry(hash(at), || 0) += at;
        }
        assert!((0..10_000).all(|at| sharded.get(hash(at)) == Some(&at)));
        assert_eq!(sharded.get(hash(10_000)), None);
    }

    #[test]
    fn values_may_share_a_hash() {
        let mut sharded = Sharded::default();
        sharded.insert(1, "a");
        sharded.insert(1, "b");
        assert_eq!((sharded.find(1, |v| *v == "b"), sharded.find(1, |v| *v == "c")), (Some(&"b"), None));
    }

    #[test]
    fn a_list_grows_by_chunks() {
        let mut chunks = Chunks::default();
        let many = Chunks::<usize>::LENGTH as u32 * 2 + 1;
        assert!((0..many).all(|at| chunks.push(at) == at));
        *chunks.get_mut(many - 1) += 5;
        assert_eq!((*chunks.get(0), *chunks.get(many - 1)), (0, many + 4));
    }
}
