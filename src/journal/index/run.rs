//! Sorted runs: immutable lists of entries in order, cut into chunks of one database page each.
//!
//! A run's chunks are rows with neighbouring ids; its row in `runs` is written last and makes it count. Chunks without such a row
//! are rubbish of a merge that did not end, or of runs that are merged or expired, and are swept.

use super::filter::Filter;
use crate::event::Key;
use crate::journal::duplicates::Known;
use crate::journal::page::PageError;
use rusqlite::{Connection, OptionalExtension, Row};
use std::fmt;

/// Length at which a chunk is full: a row of it still fits into one page of SQLite.
const CHUNK: usize = 3900;
/// Chunk ids of one run: `run << SHIFT` and up.
const SHIFT: u32 = 24;

/// Why the index cannot be used now.
#[derive(Debug)]
pub(in crate::journal) enum IndexError {
    /// SQLite's word.
    Database(rusqlite::Error),
    /// The content is not what was written.
    Damaged,
    /// The journal behind it cannot be read.
    Journal(PageError),
}

impl From<PageError> for IndexError {
    fn from(error: PageError) -> Self {
        Self::Journal(error)
    }
}

impl From<rusqlite::Error> for IndexError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => error.fmt(f),
            Self::Journal(error) => error.fmt(f),
            Self::Damaged => f.write_str("its content is damaged"),
        }
    }
}

/// One entry of a run. Entries of a run rise, by [`Entry::rank`] first.
pub(super) trait Entry: Copy + Ord {
    /// Which runs it lives in, as stored.
    const KIND: i64;
    /// What chunks are found by: a uniform hash.
    fn rank(&self) -> u64;
    /// The event it leads to.
    fn seq(&self) -> u64;
    /// Writes it behind `previous` of the same chunk.
    fn write(&self, previous: Option<&Self>, chunk: &mut Vec<u8>);
    /// Reads what [`Entry::write`] wrote. `None`: damaged.
    fn read(previous: Option<&Self>, chunk: &mut &[u8]) -> Option<Self>;
    /// Adds it to the run's filter, if runs of its kind have one.
    fn filter(&self, filter: &mut Filter);
}

/// A duplicate key: 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeyEntry {
    pub(super) key: Key,
    pub(super) seq: u64,
    pub(super) fingerprint: u64,
}

impl Entry for KeyEntry {
    const KIND: i64 = 0;

    fn rank(&self) -> u64 {
        (self.key.0 >> 64) as u64
    }

    fn seq(&self) -> u64 {
        self.seq
    }

    fn write(&self, _previous: Option<&Self>, chunk: &mut Vec<u8>) {
        chunk.extend(self.key.0.to_le_bytes());
        chunk.extend(self.seq.to_le_bytes());
        chunk.extend(self.fingerprint.to_le_bytes());
    }

    fn read(_previous: Option<&Self>, chunk: &mut &[u8]) -> Option<Self> {
        Some(Self {
            key: Key(u128::from_le_bytes(take(chunk)?)),
            seq: u64::from_le_bytes(take(chunk)?),
            fingerprint: u64::from_le_bytes(take(chunk)?),
        })
    }

    fn filter(&self, filter: &mut Filter) {
        filter.insert(self.key.0);
    }
}

/// A term's hash and an event that has it. Events of one term follow each other as differences, mostly of one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Posting {
    pub(super) term: u64,
    pub(super) seq: u64,
}

impl Entry for Posting {
    const KIND: i64 = 1;

    fn rank(&self) -> u64 {
        self.term
    }

    fn seq(&self) -> u64 {
        self.seq
    }

    fn write(&self, previous: Option<&Self>, chunk: &mut Vec<u8>) {
        match previous {
            Some(previous) if previous.term == self.term => write_varint((self.seq - previous.seq) << 1 | 1, chunk),
            _ => {
                write_varint(self.seq << 1, chunk);
                chunk.extend(self.term.to_le_bytes());
            }
        }
    }

    fn read(previous: Option<&Self>, chunk: &mut &[u8]) -> Option<Self> {
        let number = read_varint(chunk)?;
        match previous {
            Some(previous) if number & 1 == 1 => {
                Some(Self { term: previous.term, seq: previous.seq.checked_add(number >> 1)? })
            }
            _ if number & 1 == 1 => None,
            _ => Some(Self { seq: number >> 1, term: u64::from_le_bytes(take(chunk)?) }),
        }
    }

    fn filter(&self, _filter: &mut Filter) {}
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*head)
}

fn write_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// What is known of a run without reading its chunks.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) id: i64,
    /// Runs of one level are merged into one of the next.
    pub(super) level: i64,
    /// The events it covers, whether or not each has an entry.
    pub(super) first_seq: u64,
    pub(super) last_seq: u64,
    pub(super) entries: u64,
    /// Rank of the first entry of each chunk.
    fences: Vec<u64>,
    /// `None` for runs of terms, and where it was not worth its memory.
    pub(super) filter: Option<Filter>,
}

impl Run {
    /// All runs of a kind, oldest first. Filters are loaded for the newest, while they fit into `budget` bytes.
    pub(super) fn load<E: Entry>(connection: &Connection, mut budget: usize) -> Result<Vec<Self>, IndexError> {
        let mut statement = connection.prepare(
            "SELECT id, level, first_seq, last_seq, entries, fences, filter FROM runs
             WHERE kind = ?1 ORDER BY first_seq DESC",
        )?;
        let mut rows = statement.query([E::KIND])?;
        let mut runs = Vec::new();
        while let Some(row) = rows.next()? {
            runs.push(Self::read(row, &mut budget)?);
        }
        runs.reverse();
        Ok(runs)
    }

    fn read(row: &Row, budget: &mut usize) -> Result<Self, IndexError> {
        let (fences, rest) = row.get_ref(5)?.as_blob().map_err(|_| IndexError::Damaged)?.as_chunks::<8>();
        let bytes = row.get_ref(6)?.as_blob_or_null().map_err(|_| IndexError::Damaged)?;
        let bytes = bytes.filter(|bytes| bytes.len() <= *budget);
        let filter = bytes.map(|bytes| Filter::from_bytes(bytes).ok_or(IndexError::Damaged)).transpose()?;
        if !rest.is_empty() {
            return Err(IndexError::Damaged);
        }
        *budget -= filter.as_ref().map_or(0, Filter::size);
        Ok(Self {
            id: row.get(0)?,
            level: row.get(1)?,
            first_seq: row.get::<_, i64>(2)? as u64,
            last_seq: row.get::<_, i64>(3)? as u64,
            entries: row.get::<_, i64>(4)? as u64,
            fences: fences.iter().map(|fence| u64::from_le_bytes(*fence)).collect(),
            filter,
        })
    }

    /// All entries of this rank, in order.
    pub(super) fn entries_of<E: Entry>(&self, connection: &Connection, rank: u64) -> Result<Vec<E>, IndexError> {
        // Entries of one rank may go on over several chunks, and begin at the end of the one before.
        let first = self.fences.partition_point(|fence| *fence < rank).saturating_sub(1);
        let end = self.fences.partition_point(|fence| *fence <= rank);
        let mut found = Vec::new();
        for chunk in first..end {
            found.extend(self.chunk::<E>(connection, chunk)?.into_iter().filter(|entry| entry.rank() == rank));
        }
        Ok(found)
    }

    /// The entries of one chunk; empty past the last.
    pub(super) fn chunk<E: Entry>(&self, connection: &Connection, chunk: usize) -> Result<Vec<E>, IndexError> {
        if chunk >= self.fences.len() {
            return Ok(Vec::new());
        }
        let mut statement = connection.prepare_cached("SELECT data FROM chunks WHERE id = ?1")?;
        let mut rows = statement.query([chunk_ids(self.id).start + chunk as i64])?;
        let row = rows.next()?.ok_or(IndexError::Damaged)?;
        let mut bytes = row.get_ref(0)?.as_blob().map_err(|_| IndexError::Damaged)?;
        let mut entries = Vec::<E>::new();
        while !bytes.is_empty() {
            entries.push(E::read(entries.last(), &mut bytes).ok_or(IndexError::Damaged)?);
        }
        Ok(entries)
    }

    /// What this run knows of a duplicate key: the newest, as an older one may have expired.
    pub(super) fn known(&self, connection: &Connection, key: Key) -> Result<Option<Known>, IndexError> {
        if self.filter.as_ref().is_some_and(|filter| !filter.may_hold(key.0)) {
            return Ok(None);
        }
        let entries = self.entries_of::<KeyEntry>(connection, (key.0 >> 64) as u64)?;
        let newest = entries.into_iter().rfind(|entry| entry.key == key);
        Ok(newest.map(|entry| Known { seq: entry.seq, fingerprint: entry.fingerprint }))
    }
}

/// Ids that the chunks of a run have.
pub(super) fn chunk_ids(run: i64) -> std::ops::Range<i64> {
    run << SHIFT..(run + 1) << SHIFT
}

/// Runs that have chunks, whether they count or not.
pub(super) fn runs_with_chunks(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut runs = Vec::new();
    let mut from = 0;
    let mut next = connection.prepare("SELECT id FROM chunks WHERE id >= ?1 ORDER BY id LIMIT 1")?;
    while let Some(id) = next.query_row([from], |row| row.get::<_, i64>(0)).optional()? {
        runs.push(id >> SHIFT);
        from = ((id >> SHIFT) + 1) << SHIFT;
    }
    Ok(runs)
}

/// Writes a run, entry by entry in order.
pub(super) struct Builder<E> {
    id: i64,
    chunk: Vec<u8>,
    previous: Option<E>,
    fences: Vec<u64>,
    filter: Filter,
    entries: u64,
}

impl<E: Entry> Builder<E> {
    /// Begins the run `id` for at most `entries` entries.
    pub(super) fn new(id: i64, entries: u64) -> Self {
        Self {
            id,
            chunk: Vec::with_capacity(CHUNK + 64),
            previous: None,
            fences: Vec::new(),
            filter: Filter::new(if E::KIND == KeyEntry::KIND { entries } else { 0 }),
            entries: 0,
        }
    }

    /// Adds an entry.
    pub(super) fn push(&mut self, connection: &Connection, entry: E) -> rusqlite::Result<()> {
        if self.chunk.len() >= CHUNK - 40 {
            self.flush(connection)?;
        }
        if self.previous.is_none() {
            self.fences.push(entry.rank());
        }
        entry.write(self.previous.as_ref(), &mut self.chunk);
        entry.filter(&mut self.filter);
        self.previous = Some(entry);
        self.entries += 1;
        Ok(())
    }

    fn flush(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if self.previous.take().is_some() {
            connection
                .prepare_cached("INSERT INTO chunks (id, data) VALUES (?1, ?2)")?
                .execute((chunk_ids(self.id).start + self.fences.len() as i64 - 1, &self.chunk))?;
            self.chunk.clear();
        }
        Ok(())
    }

    /// Makes the run count, as covering the events from `first_seq` to `last_seq`.
    pub(super) fn finish(
        mut self,
        connection: &Connection,
        level: i64,
        first_seq: u64,
        last_seq: u64,
    ) -> rusqlite::Result<Run> {
        self.flush(connection)?;
        let filter = (E::KIND == KeyEntry::KIND).then_some(self.filter);
        let fences: Vec<u8> = self.fences.iter().flat_map(|fence| fence.to_le_bytes()).collect();
        connection
            .prepare_cached(
                "INSERT INTO runs (id, kind, level, first_seq, last_seq, entries, fences, filter)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                self.id,
                E::KIND,
                level,
                first_seq as i64,
                last_seq as i64,
                self.entries as i64,
                fences,
                filter.as_ref().map(Filter::to_bytes),
            ))?;
        Ok(Run { id: self.id, level, first_seq, last_seq, entries: self.entries, fences: self.fences, filter })
    }
}
