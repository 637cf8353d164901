//! Which deliveries are known. Recent keys are in memory; whatever is not there is looked up in the index on disk, which decides.

use super::index::Keys;
use crate::event::Key;
use hashbrown::HashMap;

/// Shards of the memory: one growing map would stop the writer for as long as it is copied.
const SHARDS: usize = 256;

/// What is remembered of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// The first event with the key.
    pub(super) seq: u64,
    /// What its delivery said.
    pub(super) fingerprint: u64,
}

/// What a delivery is to the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not seen before.
    New,
    /// Seen before, with nothing to add.
    Repeated,
    /// Seen before as this event, which it says something more or else about.
    Amends(u64),
}

type Map = HashMap<Key, Known, foldhash::fast::RandomState>;

/// The key under which an amendment is remembered: that of its event, altered by what it says. Keys are hashed with a
/// secret, so nobody can aim for another event's.
pub(super) fn amendment_key(key: Key, fingerprint: u64) -> Key {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    Key(key.0 ^ (u128::from(fingerprint) | 1 << 64).wrapping_mul(ODD))
}

/// Decides for each delivery whether it is known.
pub(super) struct Duplicates {
    recent: Recent,
    disk: Keys,
    /// Events before this one are removed, and their keys with them.
    first_kept: u64,
}

/// What one page adds to the memory once it is committed.
#[derive(Default)]
pub(super) struct Fresh(Map);

impl Fresh {
    /// Adds an event of the page under way.
    pub(super) fn insert(&mut self, key: Key, known: Known) {
        self.0.insert(key, known);
    }
}

impl Duplicates {
    /// A memory of `capacity` keys before the index `disk`, empty: everything the index covers counts as forgotten. Events before
    /// `first_kept` are removed.
    pub(super) fn new(capacity: usize, mut disk: Keys, first_kept: u64) -> Self {
        Self { recent: Recent::new(capacity, disk.indexed_seq()), disk, first_kept }
    }

    /// The last page that the index covers.
    pub(super) fn indexed_page(&mut self) -> u64 {
        self.disk.indexed_page()
    }

    /// Judges a delivery that comes after those in `fresh`.
    pub(super) fn judge(&mut self, key: Key, fingerprint: u64, fresh: &Fresh) -> Result<Verdict, String> {
        Ok(match self.known(key, fresh)? {
            None => Verdict::New,
            Some(first) if first.fingerprint == fingerprint => Verdict::Repeated,
            Some(first) => match self.known(amendment_key(key, fingerprint), fresh)? {
                Some(_) => Verdict::Repeated,
                None => Verdict::Amends(first.seq),
            },
        })
    }

    fn known(&mut self, key: Key, fresh: &Fresh) -> Result<Option<Known>, String> {
        if let Some(known) = fresh.0.get(&key) {
            return Ok(Some(*known));
        }
        let known = match self.recent.get(key) {
            Ok(known) => Some(known),
            Err(forgotten) => self.disk.find(key, forgotten)?,
        };
        Ok(known.filter(|known| known.seq >= self.first_kept))
    }

    /// Takes in what a committed page added, whose last event is `last_seq`.
    pub(super) fn remember(&mut self, fresh: Fresh, last_seq: u64) {
        let indexed = self.disk.indexed_seq();
        for (key, known) in fresh.0 {
            self.recent.insert(key, known, last_seq, indexed);
        }
        self.disk.release();
    }

    /// Forgets the events before `first_kept`: a delivery like them is new again.
    pub(super) fn expire(&mut self, first_kept: u64) {
        self.first_kept = first_kept;
    }
}

/// The newest keys, bounded. Each shard has two generations: when the young one is full, the old one is dropped and the young
/// one grows old, so that forgetting costs nothing per key.
struct Recent {
    shards: Vec<Shard>,
    /// Keys per generation and shard.
    generation: usize,
}

#[derive(Default)]
struct Shard {
    young: Map,
    old: Map,
    /// Highest event in `old` and in `young`, at least.
    old_to: u64,
    young_to: u64,
    /// Keys of events after this one are all here.
    forgotten: u64,
}

impl Recent {
    fn new(capacity: usize, forgotten: u64) -> Self {
        let shards = std::iter::repeat_with(|| Shard { forgotten, ..Shard::default() }).take(SHARDS).collect();
        Self { shards, generation: (capacity / (2 * SHARDS)).max(1) }
    }

    /// What is known of `key`, else up to which event keys may have been forgotten.
    fn get(&self, key: Key) -> Result<Known, u64> {
        let shard = &self.shards[shard(key)];
        shard.young.get(&key).or_else(|| shard.old.get(&key)).copied().ok_or(shard.forgotten)
    }

    /// Adds a key that stands in event `seq` or before. A generation is dropped only when the index covers it: until then the
    /// memory outgrows its bound.
    fn insert(&mut self, key: Key, known: Known, seq: u64, indexed: u64) {
        let generation = self.generation;
        let shard = &mut self.shards[shard(key)];
        if shard.young.len() >= generation && shard.old_to <= indexed {
            shard.forgotten = shard.forgotten.max(shard.old_to);
            shard.old.clear();
            std::mem::swap(&mut shard.old, &mut shard.young);
            shard.old_to = std::mem::take(&mut shard.young_to);
        }
        shard.young_to = shard.young_to.max(seq);
        shard.young.insert(key, known);
    }
}

fn shard(key: Key) -> usize {
    (key.0 >> 120) as usize
}
