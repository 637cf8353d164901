//! The writer thread: takes what is queued, commits it, answers. Between commits it keeps the journal in order.

use super::directory::{self, Identity};
use super::duplicates::Duplicates;
use super::log::{self, Committed, Ends};
use super::queue::{Queue, Taken, Work};
use super::uptime::{HEARTBEAT, Run};
use super::{Batch, Gauges, Health, Unavailable, schema};
use crate::event::Millis;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, watch};

/// How long a failing journal waits for a request before it tries by itself whether it can write again.
const RETRY: Duration = Duration::from_secs(1);

/// What the writer shows of itself to other threads.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) last_seq: AtomicU64,
    pub(super) indexed_seq: AtomicU64,
    pub(super) last_batch: AtomicU32,
    pub(super) last_commit_us: AtomicU32,
    /// When the last commit succeeded, UTC ms.
    pub(super) written_at: AtomicI64,
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
}

/// Everything the writer thread owns.
pub(super) struct Thread {
    pub(super) connection: Connection,
    pub(super) duplicates: Duplicates,
    pub(super) ends: Ends,
    pub(super) run: Run,
    pub(super) beaten: Instant,
    pub(super) files: [Identity; 2],
    pub(super) queue: Arc<Queue>,
    pub(super) shown: Arc<Shown>,
    pub(super) health: watch::Sender<Health>,
    pub(super) live: broadcast::Sender<Arc<Batch>>,
}

impl Thread {
    /// Runs until the queue is closed and empty.
    pub(super) fn run(mut self) {
        loop {
            let deadline = Instant::now() + RETRY;
            match self.queue.take(deadline) {
                Taken::Work(work) => self.commit(work),
                Taken::Idle => {}
                Taken::Closed => break,
            }
            self.beat();
        }
        // The next start sees an unclean end when this fails, and a gap that begins a little early.
        let _ = self.run.end(&self.connection, super::now());
    }

    /// Notes once a minute that the receiver runs.
    fn beat(&mut self) {
        if self.beaten.elapsed() < HEARTBEAT {
            return;
        }
        self.beaten = Instant::now();
        let began = Instant::now();
        let outcome = self
            .files_in_place()
            .and_then(|()| self.run.beat(&self.connection, super::now()).map_err(|error| error.to_string()));
        match outcome {
            Ok(()) => self.succeeded(began),
            Err(reason) => self.failed(&reason, 0),
        }
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
        self.shown.last_seq.store(self.ends.seq, Relaxed);
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
        self.health.send_modify(|health| {
            let (since, refused) = match health {
                Health::Failing { since, refused, .. } => (*since, *refused),
                Health::Writable => (super::now(), 0),
            };
            *health = Health::Failing { reason: reason.to_owned(), since, refused: refused + requests };
        });
    }
}

/// The files whose names must not change under the writer.
pub(super) fn files(dir: &Path) -> std::io::Result<[Identity; 2]> {
    let journal = dir.join(directory::JOURNAL);
    let log = schema::with_suffix(&journal, "-wal");
    Ok([Identity::of(&journal)?, Identity::of(&log)?])
}
