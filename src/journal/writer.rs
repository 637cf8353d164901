//! The writer thread: takes what is queued, commits it, answers. Between commits it keeps the journal in order.

use super::checkpoint::Checkpoint;
use super::directory::{self, Identity};
use super::duplicates::Duplicates;
use super::log::{self, Committed, Ends};
use super::queue::{Queue, Taken, Work};
use super::uptime::{self, HEARTBEAT, Running};
use super::{Batch, Gauges, Health, Options, Unavailable, index, retention, schema};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, watch};

/// How long a failing journal waits for a request before it tries by itself whether it can write again.
const RETRY: Duration = Duration::from_secs(1);

/// What the writer and the indexer show of themselves to other threads.
#[derive(Debug, Default)]
pub(super) struct Shown {
    last_page: AtomicU64,
    last_seq: AtomicU64,
    indexed_page: AtomicU64,
    indexed_seq: AtomicU64,
    last_batch: AtomicU32,
    last_commit_us: AtomicU32,
    /// When the last commit succeeded, UTC ms; 0 when it failed.
    written_at: AtomicI64,
}

impl Shown {
    /// As gauges; the queue knows `waiting`.
    pub(super) fn gauges(&self, waiting: usize) -> Gauges {
        Gauges {
            waiting: waiting as u64,
            unindexed: self.last_seq.load(Relaxed).saturating_sub(self.indexed_seq.load(Relaxed)),
            last_batch: self.last_batch.load(Relaxed),
            last_commit_us: self.last_commit_us.load(Relaxed),
        }
    }

    /// The journal ends here.
    pub(super) fn committed(&self, ends: &Ends) {
        self.last_page.store(ends.page, Relaxed);
        self.last_seq.store(ends.seq, Relaxed);
    }

    /// The index reaches up to here.
    pub(super) fn indexed(&self, page: u64, seq: u64) {
        self.indexed_page.store(page, Relaxed);
        self.indexed_seq.store(seq, Relaxed);
    }

    /// Whether enough is not yet indexed to make a run of it.
    pub(super) fn tail_is_long(&self) -> bool {
        let longer = |last: &AtomicU64, indexed: &AtomicU64| last.load(Relaxed) >= indexed.load(Relaxed) + index::RUN;
        longer(&self.last_seq, &self.indexed_seq) || longer(&self.last_page, &self.indexed_page)
    }

    /// Milliseconds since something was synced.
    pub(super) fn since_written(&self) -> i64 {
        super::now().0 - self.written_at.load(Relaxed)
    }
}

/// Everything the writer thread owns.
pub(super) struct Thread {
    pub(super) connection: Connection,
    pub(super) duplicates: Duplicates,
    pub(super) ends: Ends,
    /// Noted with the first heartbeat; `None` until that could be written.
    pub(super) run: Option<Running>,
    pub(super) dir: PathBuf,
    pub(super) options: Options,
    pub(super) checkpoint: Checkpoint,
    pub(super) indexer: std::thread::Thread,
    pub(super) files: [Identity; 2],
    pub(super) queue: Arc<Queue>,
    pub(super) shown: Arc<Shown>,
    pub(super) health: watch::Sender<Health>,
    pub(super) live: broadcast::Sender<Arc<Batch>>,
}

impl Thread {
    /// Runs until the queue is closed and empty.
    pub(super) fn run(mut self) {
        self.beat();
        let mut beaten = Instant::now();
        let mut removing = true;
        loop {
            let patience = match (removing, self.failing()) {
                (true, false) => Duration::ZERO,
                (_, true) => RETRY,
                (false, false) => HEARTBEAT.saturating_sub(beaten.elapsed()),
            };
            match self.queue.take(Instant::now() + patience) {
                Taken::Work(work) => self.commit(work),
                Taken::Idle if self.failing() => self.commit(Work::default()),
                Taken::Idle => {}
                Taken::Closed => break,
            }
            if beaten.elapsed() >= HEARTBEAT {
                beaten = Instant::now();
                removing = true;
                self.beat();
            }
            removing = removing && self.remove_some();
            self.checkpoint.after_commit(&self.connection);
            if self.shown.tail_is_long() {
                self.indexer.unpark();
            }
        }
        if let Some(run) = &self.run {
            // The next start sees an unclean end when this fails, and a gap that begins a little early.
            let _ = run.end(&self.connection, super::now());
        }
    }

    /// Notes once a minute that the receiver runs.
    fn beat(&mut self) {
        let began = Instant::now();
        let now = super::now();
        let outcome = self.files_in_place().and_then(|()| {
            match &self.run {
                Some(run) => run.beat(&self.connection, now),
                None if !self.options.receives => Ok(()),
                None => uptime::begin(&mut self.connection, self.ends.received_to, now).map(|run| self.run = Some(run)),
            }
            .map_err(|error| error.to_string())
        });
        match outcome {
            Ok(()) => self.succeeded(began),
            Err(reason) => self.failed(&reason, 0),
        }
    }

    /// Removes a slice of what is past retention; `false`: nothing is. A failure is tried again with the next heartbeat.
    fn remove_some(&mut self) -> bool {
        match retention::slice(&mut self.connection, &self.dir, &self.options, super::now()) {
            Ok(Some(first_kept)) => {
                self.duplicates.expire(first_kept);
                self.indexer.unpark();
                true
            }
            Ok(None) | Err(_) => false,
        }
    }

    fn failing(&self) -> bool {
        *self.health.borrow() != Health::Writable
    }

    fn commit(&mut self, mut work: Work) {
        let began = Instant::now();
        let outcome = self.files_in_place().and_then(|()| {
            if work.pending.is_empty() {
                self.probe().map(|()| None)
            } else {
                log::append(&mut self.connection, &mut self.duplicates, &mut self.ends, &mut work.pending).map(Some)
            }
        });
        let (requests, bytes) = work.size();
        self.queue.release(requests, bytes);
        match outcome {
            Ok(committed) => {
                self.succeeded(began);
                self.answer(work, committed);
            }
            Err(reason) => {
                self.failed(&reason, requests as u64);
                let unavailable = Unavailable::CannotWrite(reason);
                for pending in work.pending {
                    let _ = pending.answer.send(Err(unavailable.clone()));
                }
                for probe in work.probes {
                    let _ = probe.send(Err(unavailable.clone()));
                }
            }
        }
    }

    /// Answers go out first; views come after. A waiter that is gone is no concern of the journal: the request is stored.
    fn answer(&self, work: Work, committed: Option<Committed>) {
        for probe in work.probes {
            let _ = probe.send(Ok(()));
        }
        let Some(Committed { batch, receipts }) = committed else { return };
        for (pending, receipt) in work.pending.into_iter().zip(receipts) {
            let _ = pending.answer.send(Ok(receipt));
        }
        self.shown.last_batch.store(batch.requests.len() as u32, Relaxed);
        self.shown.committed(&self.ends);
        if self.live.receiver_count() > 0 {
            let _ = self.live.send(Arc::new(batch));
        }
    }

    fn files_in_place(&self) -> Result<(), String> {
        self.files.iter().try_for_each(Identity::check)
    }

    /// A write that is as likely to fail as a commit is.
    fn probe(&mut self) -> Result<(), String> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO probe (one, data) VALUES (1, zeroblob(32768))")
            .and_then(|mut probe| probe.execute([]))
            .map(drop)
            .map_err(|error| error.to_string())
    }

    fn succeeded(&self, began: Instant) {
        self.shown.last_commit_us.store(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX), Relaxed);
        self.shown.written_at.store(super::now().0, Relaxed);
        self.health.send_if_modified(|health| {
            let recovered = *health != Health::Writable;
            *health = Health::Writable;
            recovered
        });
    }

    fn failed(&self, reason: &str, requests: u64) {
        self.shown.written_at.store(0, Relaxed);
        self.health.send_modify(|health| {
            let (since, refused) = match health {
                Health::Failing { since, refused, .. } => (*since, *refused),
                Health::Writable => (super::now(), 0),
            };
            *health = Health::Failing { reason: reason.to_owned(), since, refused: refused + requests };
        });
    }
}

/// However the writer ends, nobody waits for it in vain.
impl Drop for Thread {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.failed("the writer broke down; restart watop", 0);
        }
        self.queue.abandon();
    }
}

/// The files whose names must not change under the writer.
pub(super) fn files(dir: &Path) -> std::io::Result<[Identity; 2]> {
    let journal = dir.join(directory::JOURNAL);
    let log = schema::with_suffix(&journal, "-wal");
    Ok([Identity::of(&journal)?, Identity::of(&log)?])
}
