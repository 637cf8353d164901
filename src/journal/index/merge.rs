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
