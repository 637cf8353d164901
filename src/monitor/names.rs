//! Which message an id names. A message may have several names: its `id`, its `meta_message_id`.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Number of a message's record.
pub(super) type Index = u32;

const SHARDS: usize = 256;

/// 64-bit hashes of names, keyed at random per process, in shards, so that no single table ever stops the fold to grow.
#[derive(Debug)]
pub(super) struct Names {
    hasher: RandomState,
    shards: Vec<HashTable<(u64, Index)>>,
}

impl Default for Names {
    fn default() -> Self {
        Self { hasher: RandomState::default(), shards: (0..SHARDS).map(|_| HashTable::new()).collect() }
    }
}

impl Names {
    /// The hash of a message's name; in groups a message is an id and a participant.
    pub(super) fn hash(&self, id: &str, participant: Option<&str>) -> u64 {
        self.hasher.hash_one((id, participant))
    }

    /// The record under a name.
    pub(super) fn get(&self, name: u64) -> Option<Index> {
        self.shards[shard(name)].find(name, |entry| entry.0 == name).map(|entry| entry.1)
    }

    /// Gives a record a name that it does not have yet.
    pub(super) fn set(&mut self, name: u64, index: Index) {
        let table = &mut self.shards[shard(name)];
        match table.find_mut(name, |entry| entry.0 == name) {
            Some(entry) => entry.1 = index,
            None => {
                table.insert_unique(name, (name, index), |entry| entry.0);
            }
        }
    }
}

/// The shard by the middle bits: the table itself uses the lowest and the highest.
fn shard(name: u64) -> usize {
    (name >> 32) as usize % SHARDS
}
