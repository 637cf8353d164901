//! Merging runs into one, a slice at a time, so that new events need not wait for it.

use super::run::{Builder, Entry, IndexError, Run};
use rusqlite::Connection;
use std::sync::Arc;

/// Entries that one slice moves.
const SLICE: usize = 100_000;

/// A merge under way.
pub(super) struct Merge<E> {
    sources: Vec<Source<E>>,
    builder: Builder<E>,
    /// Events before this one are removed; their entries are left out.
    first_kept: u64,
}

struct Source<E> {
    run: Arc<Run>,
    next_chunk: usize,
    entries: std::vec::IntoIter<E>,
    head: Option<E>,
}

impl<E: Entry> Source<E> {
    fn open(connection: &Connection, run: Arc<Run>) -> Result<Self, IndexError> {
        let mut source = Self { run, next_chunk: 0, entries: Vec::new().into_iter(), head: None };
        source.advance(connection)?;
        Ok(source)
    }

    fn advance(&mut self, connection: &Connection) -> Result<(), IndexError> {
        self.head = self.entries.next();
        if self.head.is_none() {
            self.entries = self.run.chunk(connection, self.next_chunk)?.into_iter();
            self.next_chunk += 1;
            self.head = self.entries.next();
        }
        Ok(())
    }
}

impl<E: Entry> Merge<E> {
    /// Begins to merge `runs`, neighbours in order, into the run `id`.
    pub(super) fn begin(
        connection: &Connection,
        runs: &[Arc<Run>],
        id: i64,
        first_kept: u64,
    ) -> Result<Self, IndexError> {
        let entries = runs.iter().map(|run| run.entries).sum();
        let sources = runs.iter().map(|run| Source::open(connection, run.clone())).collect::<Result<_, _>>()?;
        Ok(Self { sources, builder: Builder::new(id, entries), first_kept })
    }

    /// The runs being merged.
    pub(super) fn merged(&self) -> impl Iterator<Item = &Arc<Run>> {
        self.sources.iter().map(|source| &source.run)
    }

    /// Moves some entries. `true`: that were the last.
    pub(super) fn advance(&mut self, connection: &Connection) -> Result<bool, IndexError> {
        for _ in 0..SLICE {
            let least = self.sources.iter_mut().filter(|source| source.head.is_some()).min_by_key(|source| source.head);
            let Some((source, entry)) = least.and_then(|source| source.head.map(|head| (source, head))) else {
                return Ok(true);
            };
            if entry.seq() >= self.first_kept {
                self.builder.push(connection, entry)?;
            }
            source.advance(connection)?;
        }
        Ok(false)
    }

    /// Makes the merged run count in place of its sources. Within the same transaction as the last entries.
    pub(super) fn finish(self, connection: &Connection) -> Result<Run, IndexError> {
        let level = self.sources.iter().map(|source| source.run.level).max().unwrap_or(0) + 1;
        let first = self.sources.iter().map(|source| source.run.first_seq).min().unwrap_or(0);
        let last = self.sources.iter().map(|source| source.run.last_seq).max().unwrap_or(0);
        for source in &self.sources {
            connection.execute("DELETE FROM runs WHERE id = ?1", [source.run.id])?;
        }
        Ok(self.builder.finish(connection, level, first, last)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::run::{KeyEntry, Posting};
    use super::*;
    use crate::event::Key;
    use crate::journal::duplicates::Known;
    use rusqlite::Connection;

    fn index() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(super::super::SCHEMA).unwrap();
        connection
    }

    fn run<E: Entry>(connection: &Connection, id: i64, mut entries: Vec<E>, covers: (u64, u64)) -> Arc<Run> {
        entries.sort_unstable();
        let mut builder = Builder::new(id, entries.len() as u64);
        entries.into_iter().for_each(|entry| builder.push(connection, entry).unwrap());
        Arc::new(builder.finish(connection, 0, covers.0, covers.1).unwrap())
    }

    fn merged<E: Entry>(connection: &Connection, runs: &[Arc<Run>], first_kept: u64) -> Run {
        let mut merge = Merge::<E>::begin(connection, runs, 100, first_kept).unwrap();
        while !merge.advance(connection).unwrap() {}
        merge.finish(connection).unwrap()
    }

    #[test]
    fn postings_survive_chunks_and_merging_in_order() {
        let connection = index();
        let mut random = fastrand::Rng::with_seed(3);
        // A few terms with very many events, and many with few.
        let all: Vec<Posting> = (1..40_001)
            .map(|seq| Posting { term: if seq % 2 == 0 { 5 } else { random.u64(..1 << 12) << 40 }, seq })
            .collect();
        let runs: Vec<_> = (0..4)
            .map(|n| {
                run(
                    &connection,
                    n + 1,
                    all[n as usize * 10_000..][..10_000].to_vec(),
                    (n as u64 * 10_000 + 1, n as u64 * 10_000 + 10_000),
                )
            })
            .collect();
        let whole = merged::<Posting>(&connection, &runs, 101);
        assert_eq!((whole.level, whole.first_seq, whole.last_seq, whole.entries), (1, 1, 40_000, 39_900));
        for term in [5, all[30_000].term, all[0].term, 6] {
            let expected: Vec<_> = all.iter().filter(|entry| entry.term == term && entry.seq > 100).copied().collect();
            assert_eq!(whole.entries_of::<Posting>(&connection, term).unwrap(), expected, "{term}");
        }
        let counting: i64 = connection.query_row("SELECT count(*) FROM runs", [], |row| row.get(0)).unwrap();
        assert_eq!(counting, 1);
    }

    #[test]
    fn the_newest_of_equal_keys_is_known_after_merging() {
        let connection = index();
        let key = |n: u64| Key(u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let entries = |range: std::ops::Range<u64>, from| {
            range.map(|n| KeyEntry { key: key(n), seq: from + n, fingerprint: n }).collect::<Vec<_>>()
        };
        let old = run(&connection, 1, entries(0..1000, 1), (1, 1000));
        let new = run(&connection, 2, entries(900..2000, 1001), (1001, 3000));
        let whole = merged::<KeyEntry>(&connection, &[old, new], 11);
        let known = |n| whole.known(&connection, key(n)).unwrap();
        assert_eq!(known(9), None, "removed");
        assert_eq!(known(10), Some(Known { seq: 11, fingerprint: 10 }));
        assert_eq!(known(950), Some(Known { seq: 1951, fingerprint: 950 }));
        assert_eq!(known(1999), Some(Known { seq: 3000, fingerprint: 1999 }));
        assert_eq!(known(2000), None);
    }

    #[test]
    fn a_run_reads_back_from_its_row_and_damage_is_noticed() {
        let connection = index();
        let entries =
            (0..500u64).map(|n| KeyEntry { key: Key(u128::from(n) << 100), seq: n + 1, fingerprint: 0 }).collect();
        run::<KeyEntry>(&connection, 7, entries, (1, 500));
        let loaded = Run::load::<KeyEntry>(&connection, usize::MAX).unwrap().remove(0);
        assert!(loaded.filter.is_some());
        assert_eq!(loaded.known(&connection, Key(3 << 100)).unwrap().unwrap().seq, 4);
        let without_filter = Run::load::<KeyEntry>(&connection, 0).unwrap().remove(0);
        assert!(without_filter.filter.is_none());
        assert_eq!(without_filter.known(&connection, Key(3 << 100)).unwrap().unwrap().seq, 4);
        connection.execute("UPDATE chunks SET data = x'0102'", []).unwrap();
        assert!(matches!(without_filter.known(&connection, Key(3 << 100)), Err(IndexError::Damaged)));
    }
}
