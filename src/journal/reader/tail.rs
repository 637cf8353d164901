//! What the search index does not cover yet, made ready for many look-ups: who follows a list of messages looks up each of them,
//! and must not read the tail for each.

use crate::journal::Batch;
use crate::journal::term::Plain;
use foldhash::quality::RandomState;
use hashbrown::HashMap;
use std::hash::BuildHasher;

/// Terms of the pages behind `from`, up to `to`. Stored pages do not change, so what is held cannot grow stale.
#[derive(Debug, Default)]
pub(super) struct Tail {
    from: u64,
    to: u64,
    hasher: RandomState,
    seqs: HashMap<u64, Vec<u64>, RandomState>,
}

impl Tail {
    /// Makes ready for pages behind `covered`, the last one that the index covers. Returns the page behind which to read on.
    pub(super) fn begin(&mut self, covered: u64) -> u64 {
        // What the index covers by now is held twice, which does no harm, until it is most of what is held.
        let held = self.to.saturating_sub(self.from);
        if covered < self.from || covered.saturating_sub(self.from) > held / 2 {
            *self = Self { from: covered, to: covered, ..Self::default() };
        }
        self.to
    }

    /// Adds the page behind those that are held.
    pub(super) fn add(&mut self, batch: &Batch) {
        self.to = batch.page;
        for event in &batch.events {
            for term in Plain::all(event) {
                let seqs = self.seqs.entry(self.hasher.hash_one(&term)).or_default();
                seqs.push(event.amends.unwrap_or(event.seq));
            }
        }
    }

    /// Events with the term, and perhaps another one whose hash is the same.
    pub(super) fn candidates(&self, term: &Plain<'_>) -> &[u64] {
        self.seqs.get(&self.hasher.hash_one(term)).map_or(&[], Vec::as_slice)
    }
}
