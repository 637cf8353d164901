//! The search index behind the commit: from terms to events, and from duplicate keys to the events they stand for.
//!
//! A tree of random keys would cost more than the commit itself. Instead a thread of its own takes the events of some ten thousand
//! new commits at a time, sorts their entries and writes them as one sorted run; when there are several runs of one size they
//! are merged into one of the next. Few runs have to be asked, and nearly all writing is sequential.
//!
//! All of it can be made again from the journal, so it lives in a database of its own (`index.db`) whose writes neither wait for
//! the disk nor stand in the way of a commit. What it does not cover yet (the tail) is scanned by whoever searches, and its keys
//! are in the writer's memory.

mod filter;
mod merge;
mod run;

use super::duplicates::Known;
use super::log::{Ends, first_kept, known_as};
use super::page;
use super::term::Plain;
use super::writer::Shown;
use super::{OpenError, directory, schema};
use crate::event::{Key, KeySecret};
use filter::Filter;
use merge::Merge;
pub(super) use run::IndexError;
use run::{Builder, Entry, KeyEntry, Posting, Run, chunk_ids, runs_with_chunks};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// Events, or pages, that make a run. Until then they are the tail.
pub(super) const RUN: u64 = 1 << 15;
/// Runs of one level that are merged.
const FANOUT: usize = 8;
/// Memory for the filters of key runs, in bytes: about 25 million keys. Older runs are asked on disk.
const FILTERS: usize = 32 << 20;
/// Chunks that are swept at a time.
const SWEEP: i64 = 4096;
/// Version of the file; another one is thrown away and made again.
const VERSION: i64 = 2;

const SCHEMA: &str = "
    CREATE TABLE state (journal BLOB NOT NULL, page INTEGER NOT NULL, seq INTEGER NOT NULL);
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, level INTEGER NOT NULL, first_seq INTEGER NOT NULL,
        last_seq INTEGER NOT NULL, entries INTEGER NOT NULL, fences BLOB NOT NULL, filter BLOB);
    CREATE TABLE chunks (id INTEGER PRIMARY KEY, data BLOB NOT NULL);";

/// The runs that count now, and what they cover.
#[derive(Debug, Clone, Default)]
struct Runs {
    keys: Vec<Arc<Run>>,
    terms: Vec<Arc<Run>>,
    /// Last page and last event that are covered.
    page: u64,
    seq: u64,
}

impl Runs {
    fn load(connection: &Connection) -> Result<Self, IndexError> {
        let arcs = |runs: Vec<Run>| runs.into_iter().map(Arc::new).collect();
        let (page, seq): (i64, i64) =
            connection.query_row("SELECT page, seq FROM state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            keys: arcs(Run::load::<KeyEntry>(connection, FILTERS)?),
            terms: arcs(Run::load::<Posting>(connection, 0)?),
            page: page as u64,
            seq: seq as u64,
        })
    }
}

impl Runs {
    fn all(&self) -> impl Iterator<Item = &Arc<Run>> {
        self.keys.iter().chain(&self.terms)
    }
}

type Shared = Arc<Mutex<Arc<Runs>>>;

/// The duplicate keys on disk, as the writer asks them.
pub(super) struct Keys {
    path: PathBuf,
    connection: Connection,
    shared: Shared,
    /// The runs in use since the last [`Keys::release`]; their chunks stay until then.
    held: Option<Arc<Runs>>,
}

impl Keys {
    fn runs(&mut self) -> &Arc<Runs> {
        self.held.get_or_insert_with(|| self.shared.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// The last event that is covered.
    pub(super) fn indexed_seq(&mut self) -> u64 {
        self.runs().seq
    }

    /// The last page that is covered.
    pub(super) fn indexed_page(&mut self) -> u64 {
        self.runs().page
    }

    /// What is known of `key` from the runs that hold any event up to `forgotten`, the newest first.
    pub(super) fn find(&mut self, key: Key, forgotten: u64) -> Result<Option<Known>, String> {
        let runs = self.runs().clone();
        for run in runs.keys.iter().rev().filter(|run| run.first_seq <= forgotten) {
            let known = run.known(&self.connection, key).map_err(|error| {
                format!("{}: {error}; stop watop, remove this file and start again", self.path.display())
            })?;
            if known.is_some() {
                return Ok(known);
            }
        }
        Ok(None)
    }

    /// Lets go of the runs until the next question.
    pub(super) fn release(&mut self) {
        self.held = None;
    }
}

/// Opens the index of the journal `id` in `dir`, whose last page is `last_page`; one that is damaged, of another version, of
/// another journal or ahead of this one is made anew.
pub(super) fn open(dir: &Path, id: &[u8], last_page: u64) -> Result<(Connection, Keys), OpenError> {
    let path = dir.join(directory::INDEX);
    let failed = |error: IndexError| OpenError::Unusable(format!("{} cannot be opened: {error}", path.display()));
    let usable = connect(&path).and_then(|connection| {
        let usable = belongs(&connection, id, last_page)?;
        Ok(if usable { Some((Runs::load(&connection)?, connection)) } else { None })
    });
    let (runs, connection) = match usable {
        Ok(Some(usable)) => usable,
        // Whatever is wrong with it, a new one will do; if not, that says why.
        Ok(None) | Err(_) => {
            directory::remove(dir, directory::INDEX)?;
            let connection = connect(&path).map_err(failed)?;
            create(&connection, id).map_err(|error| failed(error.into()))?;
            (Runs::default(), connection)
        }
    };
    let reading = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        Ok(connection)
    };
    let keys = Keys {
        connection: reading().map_err(|error| failed(error.into()))?,
        path,
        shared: Arc::new(Mutex::new(Arc::new(runs))),
        held: None,
    };
    Ok((connection, keys))
}

/// Makes the index of the journal in `dir` from its pages, where nobody writes.
pub(super) fn make(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(directory::JOURNAL);
    let failed = |error: &dyn std::fmt::Display| OpenError::Unusable(format!("{}: {error}", path.display()));
    let journal = schema::second_connection(&path).map_err(|error| failed(&error))?;
    let schema::Identity { id, secret } = schema::Identity::load(&journal).map_err(|error| failed(&error))?;
    let ends = Ends::load(&journal).map_err(|error| failed(&error))?;
    let (index, keys) = open(dir, &id, ends.page)?;
    let shown = Arc::new(Shown::default());
    shown.committed(&ends);
    let indexer = Indexer::new(index, &keys, journal, secret, shown, Arc::default());
    let mut indexer = indexer.map_err(|error| failed(&error))?;
    drop(keys);
    while indexer.work().map_err(|error| failed(&error))? {}
    Ok(())
}

fn connect(path: &Path) -> Result<Connection, IndexError> {
    directory::private_file(path).map_err(|_| IndexError::Database(rusqlite::Error::InvalidPath(path.to_owned())))?;
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // What a power cut takes is indexed again; what it leaves is whole.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "journal_size_limit", 16 << 20)?;
    Ok(connection)
}

fn create(connection: &Connection, id: &[u8]) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(&format!("{SCHEMA} PRAGMA user_version = {VERSION};"))?;
    transaction.execute("INSERT INTO state (journal, page, seq) VALUES (?1, 0, 0)", [id])?;
    transaction.commit()
}

fn belongs(connection: &Connection, id: &[u8], last_page: u64) -> Result<bool, IndexError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != VERSION {
        return Ok(false);
    }
    let (journal, page): (Vec<u8>, i64) =
        connection.query_row("SELECT journal, page FROM state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(journal == id && page as u64 <= last_page)
}

/// Events that may have a term, from the runs, ascending, and the last page they cover. `None`: there is no index of this journal.
pub(super) fn candidates(connection: &Connection, id: &[u8], term: u64) -> Result<Option<(Vec<u64>, u64)>, IndexError> {
    let transaction = connection.unchecked_transaction()?;
    if !belongs(&transaction, id, u64::MAX)? {
        return Ok(None);
    }
    let page: i64 = transaction.query_row("SELECT page FROM state", [], |row| row.get(0))?;
    let mut found = Vec::new();
    for run in Run::load::<Posting>(&transaction, 0)? {
        found.extend(run.entries_of::<Posting>(&transaction, term)?.into_iter().map(|posting| posting.seq));
    }
    found.sort_unstable();
    found.dedup();
    Ok(Some((found, page as u64)))
}

/// The thread that writes the index.
pub(super) struct Indexer {
    index: Connection,
    /// Reads the journal.
    journal: Connection,
    secret: KeySecret,
    shared: Shared,
    shown: Arc<Shown>,
    stop: Arc<AtomicBool>,
    next_run: i64,
    job: Option<Job>,
    /// Runs whose chunks are to be swept, once nobody uses them.
    dead: Vec<(Weak<Run>, i64)>,
}

/// A merge under way, of either kind.
enum Job {
    Keys(Merge<KeyEntry>),
    Terms(Merge<Posting>),
}

impl Indexer {
    /// An indexer for the index that `keys` reads.
    pub(super) fn new(
        index: Connection,
        keys: &Keys,
        journal: Connection,
        secret: KeySecret,
        shown: Arc<Shown>,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, IndexError> {
        let runs = keys.shared.lock().unwrap_or_else(PoisonError::into_inner).clone();
        shown.indexed(runs.page, runs.seq);
        let shared = keys.shared.clone();
        let mut indexer =
            Self { index, journal, secret, shared, shown, stop, next_run: 1, job: None, dead: Vec::new() };
        indexer.find_rubbish()?;
        let highest = runs.all().map(|run| run.id).chain(indexer.dead.iter().map(|(_, id)| *id)).max();
        indexer.next_run = highest.unwrap_or(0) + 1;
        Ok(indexer)
    }

    /// Finds the chunks that a merge left which did not come to its end.
    fn find_rubbish(&mut self) -> Result<(), IndexError> {
        let runs = self.runs();
        for id in runs_with_chunks(&self.index)? {
            if !runs.all().any(|run| run.id == id) && !self.dead.iter().any(|(_, dead)| *dead == id) {
                self.dead.push((Weak::new(), id));
            }
        }
        Ok(())
    }

    /// Runs until it is stopped; sleeps (parked) while there is too little to do.
    pub(super) fn run(mut self) {
        while !self.stop.load(Relaxed) {
            match self.work() {
                Ok(true) => {}
                Ok(false) => std::thread::park(),
                // A full disk, mostly: the writer reports that, and the index catches up afterwards.
                Err(_) => {
                    std::thread::park_timeout(Duration::from_secs(1));
                    self.job = None;
                    let _ = self.find_rubbish();
                }
            }
        }
    }

    /// Does one slice of what there is to do; `false`: nothing.
    fn work(&mut self) -> Result<bool, IndexError> {
        let indexed = self.index_new()?;
        self.drop_expired()?;
        self.begin_merge()?;
        let merged = self.merge()?;
        let swept = self.sweep()?;
        Ok(indexed || merged || swept)
    }

    fn runs(&self) -> Arc<Runs> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes `runs` those that count.
    fn publish(&self, runs: Runs) {
        self.shown.indexed(runs.page, runs.seq);
        *self.shared.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(runs);
    }

    /// Writes one run of each kind from the tail, when that is long enough.
    fn index_new(&mut self) -> Result<bool, IndexError> {
        if !self.shown.tail_is_long() {
            return Ok(false);
        }
        let mut runs = Runs::clone(&self.runs());
        let (page, seq) = (runs.page, runs.seq);
        let (mut keys, mut terms) = (Vec::new(), Vec::new());
        while runs.seq < seq + RUN && runs.page < page + RUN {
            let Some(batch) = page::next(&self.journal, runs.page)? else { break };
            for event in &batch.events {
                // What an amendment adds is found as the event that it amends.
                let seq = event.amends.unwrap_or(event.seq);
                terms.extend(Plain::all(event).map(|term| Posting { term: term.hash(&self.secret), seq }));
                if !event.timeless() {
                    let fingerprint = event.fingerprint(&self.secret);
                    let (key, seq) = known_as(event, fingerprint);
                    keys.push(KeyEntry { key, seq, fingerprint });
                }
            }
            runs.page = batch.page;
            runs.seq = batch.events.last().map_or(runs.seq, |event| event.seq);
        }
        keys.sort_unstable();
        terms.sort_unstable();
        terms.dedup();
        let transaction = self.index.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let key_run = write_run(&transaction, self.next_run, &keys, seq + 1, runs.seq)?;
        let term_run = write_run(&transaction, self.next_run + 1, &terms, seq + 1, runs.seq)?;
        transaction.execute("UPDATE state SET page = ?1, seq = ?2", (runs.page as i64, runs.seq as i64))?;
        transaction.commit()?;
        self.next_run += 2;
        runs.keys.extend(key_run.map(Arc::new));
        runs.terms.extend(term_run.map(Arc::new));
        self.publish(runs);
        Ok(true)
    }

    /// Drops runs of removed events only.
    fn drop_expired(&mut self) -> Result<(), IndexError> {
        let first_kept = first_kept(&self.journal)?;
        let old = self.runs();
        let merging = |run: &Run| match &self.job {
            Some(Job::Keys(merge)) => merge.merged().any(|merged| merged.id == run.id),
            Some(Job::Terms(merge)) => merge.merged().any(|merged| merged.id == run.id),
            None => false,
        };
        let expired: Vec<i64> =
            old.all().filter(|run| run.last_seq < first_kept && !merging(run)).map(|run| run.id).collect();
        if expired.is_empty() {
            return Ok(());
        }
        let transaction = self.index.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for id in &expired {
            transaction.execute("DELETE FROM runs WHERE id = ?1", [id])?;
        }
        transaction.commit()?;
        self.replace(&old, &expired, |_| {});
        Ok(())
    }

    /// Publishes the `old` runs without those that are `gone`; their chunks are swept once nobody asks them any more.
    fn replace(&mut self, old: &Arc<Runs>, gone: &[i64], add: impl FnOnce(&mut Runs)) {
        let mut runs = Runs::clone(old);
        runs.keys.retain(|run| !gone.contains(&run.id));
        runs.terms.retain(|run| !gone.contains(&run.id));
        add(&mut runs);
        self.publish(runs);
        self.dead.extend(old.all().filter(|run| gone.contains(&run.id)).map(|run| (Arc::downgrade(run), run.id)));
    }

    /// Begins a merge where enough runs of a level stand side by side, the smallest first.
    fn begin_merge(&mut self) -> Result<(), IndexError> {
        if self.job.is_some() {
            return Ok(());
        }
        let runs = self.runs();
        let first_kept = first_kept(&self.journal)?;
        self.job = if let Some(group) = group(&runs.keys) {
            Some(Job::Keys(Merge::begin(&self.index, group, self.next_run, first_kept)?))
        } else if let Some(group) = group(&runs.terms) {
            Some(Job::Terms(Merge::begin(&self.index, group, self.next_run, first_kept)?))
        } else {
            None
        };
        self.next_run += i64::from(self.job.is_some());
        Ok(())
    }

    /// Moves the merge on by a slice.
    fn merge(&mut self) -> Result<bool, IndexError> {
        let Some(mut job) = self.job.take() else { return Ok(false) };
        let transaction = self.index.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = match &mut job {
            Job::Keys(merge) => merge.advance(&transaction)?,
            Job::Terms(merge) => merge.advance(&transaction)?,
        };
        if !done {
            transaction.commit()?;
            self.job = Some(job);
            return Ok(true);
        }
        let (gone, mut run, keys) = match job {
            Job::Keys(merge) => (ids(&merge), merge.finish(&transaction)?, true),
            Job::Terms(merge) => (ids(&merge), merge.finish(&transaction)?, false),
        };
        transaction.commit()?;
        let old = self.runs();
        self.replace(&old, &gone, |runs| {
            let kept: usize = runs.keys.iter().filter_map(|run| run.filter.as_ref()).map(Filter::size).sum();
            if kept + run.filter.as_ref().map_or(0, Filter::size) > FILTERS {
                run.filter = None;
            }
            let list = if keys { &mut runs.keys } else { &mut runs.terms };
            let place = list.partition_point(|other| other.first_seq < run.first_seq);
            list.insert(place, Arc::new(run));
        });
        Ok(true)
    }

    /// Removes some chunks of runs that nobody uses.
    fn sweep(&mut self) -> Result<bool, IndexError> {
        let Some(place) = self.dead.iter().position(|(run, _)| run.strong_count() == 0) else { return Ok(false) };
        let ids = chunk_ids(self.dead[place].1);
        let removed = self.index.execute(
            "DELETE FROM chunks WHERE id IN (SELECT id FROM chunks WHERE id >= ?1 AND id < ?2 LIMIT ?3)",
            (ids.start, ids.end, SWEEP),
        )?;
        if removed == 0 {
            self.dead.swap_remove(place);
        }
        Ok(true)
    }
}

fn ids<E: Entry>(merge: &Merge<E>) -> Vec<i64> {
    merge.merged().map(|run| run.id).collect()
}

/// The oldest runs of the lowest level that has enough of them.
fn group(runs: &[Arc<Run>]) -> Option<&[Arc<Run>]> {
    runs.chunk_by(|a, b| a.level == b.level)
        .filter(|level| level.len() >= FANOUT)
        .min_by_key(|level| level[0].level)
        .map(|level| &level[..FANOUT])
}

/// Writes sorted entries as a run of the lowest level; no entries make no run.
fn write_run<E: Entry>(
    connection: &Connection,
    id: i64,
    entries: &[E],
    first_seq: u64,
    last_seq: u64,
) -> rusqlite::Result<Option<Run>> {
    if entries.is_empty() {
        return Ok(None);
    }
    let mut builder = Builder::new(id, entries.len() as u64);
    for entry in entries {
        builder.push(connection, *entry)?;
    }
    builder.finish(connection, 0, first_seq, last_seq).map(Some)
}
