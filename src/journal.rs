//! The durable log: SQLite, one writer thread, group commit.
//!
//! [`Journal`] is the writer's side and lives in the one process that receives. [`Reader`] reads the same directory from any
//! process. [`operator::Operator`] is the small second database that any process may write.
//!
//! A submission goes this way: [`Writer::submit`] puts it into the `queue`; the `writer` thread takes all that waits, the `log`
//! de-duplicates it in order (`duplicates`), and appends one `page` in one transaction with one sync; then everybody who waited
//! is answered. Behind the commit, threads of their own write the search `index` and move the write-ahead log into the database
//! (`checkpoint`); the writer itself drops what is past `retention` in small slices and notes that it ran (`uptime`).

mod checkpoint;
pub(crate) mod directory;
mod duplicates;
mod index;
mod log;
pub mod operator;
mod page;
mod queue;
mod reader;
mod retention;
mod schema;
mod term;
mod threads;
pub mod upkeep;
mod uptime;
mod writer;

pub use directory::{Holder, holder};
pub use reader::{Reader, Stats};
pub use term::Term;
pub use uptime::Run;

use crate::event::{Event, KeySecret, Millis, Text, Verified};
use bytes::Bytes;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use threads::Threads;
use tokio::sync::{broadcast, oneshot, watch};

/// A request that was accepted and wants to be stored.
#[derive(Debug)]
pub struct Submission {
    /// The raw request.
    pub raw: RawRequest,
    /// What it was decoded to, unnumbered.
    pub events: Vec<Event>,
}

/// A request as it is kept: what verifies and replays it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRequest {
    /// When it was received.
    pub received_at: Millis,
    /// Peer address, without the port.
    pub peer: Text,
    /// Request target.
    pub path: Text,
    /// Headers that verifying and replaying need (signature headers, content type, user agent, forwarding), in wire order.
    pub headers: Vec<(Text, Bytes)>,
    /// Who vouches for it.
    pub verified: Option<Verified>,
    /// The exact bytes of the body.
    pub body: Bytes,
}

/// Marks a request of which a customer was taken out, in the place of a header; its value is when. No sender can set it, as a
/// receiver keeps a few headers only.
pub const REDACTED: &str = "watop-redacted";

impl RawRequest {
    /// When a customer was taken out of it: what is left does not verify and is not what came.
    pub fn redacted(&self) -> Option<&str> {
        let mark = self.headers.iter().find(|(name, _)| name == REDACTED);
        mark.and_then(|(_, at)| std::str::from_utf8(at).ok())
    }
}

/// What a commit says to the request that waited for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The request's number in the journal, from 1.
    pub request: u64,
    /// Events stored for the first time.
    pub events: u32,
    /// Events that were known.
    pub duplicates: u32,
}

/// Counts of one stored request, beside its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RequestSummary {
    /// The request's number.
    pub request: u64,
    /// When it was received.
    pub received_at: Millis,
    /// Events stored for the first time, unrecognised ones included.
    pub events: u32,
    /// Of these, unrecognised.
    pub unrecognised: u32,
    /// Events that were known.
    pub duplicates: u32,
    /// Length of the body in bytes.
    pub bytes: u32,
}

/// One commit: the requests in it, in order, and their new events and amendments, in order of sequence number.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Number of the page, from 1, one per commit; a consumer's cursor.
    pub page: u64,
    /// The requests.
    pub requests: Vec<RequestSummary>,
    /// The events.
    pub events: Vec<Event>,
}

/// Why a submission cannot be stored now; answered 503.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The queue before the writer is full.
    #[error("too many requests wait for the journal")]
    Busy,
    /// The commit failed; the text says how, for the operator only.
    #[error("the journal cannot write: {0}")]
    CannotWrite(String),
    /// The journal is closing.
    #[error("watop is stopping")]
    Closed,
}

/// Whether the journal can write, for `/readyz` and the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// The last commit or probe was synced.
    Writable,
    /// The last commit or probe failed.
    Failing {
        /// What the system said, for the operator.
        reason: String,
        /// Since when.
        since: Millis,
        /// Requests answered 503 since then.
        refused: u64,
    },
}

/// Gauges of the writer, for the header and the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gauges {
    /// Requests waiting for their commit now.
    pub waiting: u64,
    /// Stored events not yet in the search index.
    pub unindexed: u64,
    /// Requests in the last commit.
    pub last_batch: u32,
    /// Time of the last commit, in microseconds.
    pub last_commit_us: u32,
}

/// Settings of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How long requests are kept.
    pub retention: std::time::Duration,
    /// Free disk below which the oldest are removed first, in bytes.
    pub min_free: u64,
    /// Requests that may wait for a commit.
    pub queue: usize,
    /// Bytes that may wait for a commit.
    pub queue_bytes: usize,
    /// Duplicate keys held in memory; older ones are looked up on disk.
    pub recent_keys: usize,
    /// Whether it is opened to receive. Otherwise, as for an import, the time in which it is open does not count as time in which a
    /// receiver ran.
    pub receives: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            retention: std::time::Duration::from_secs(30 * 86_400),
            min_free: 1 << 30,
            queue: 4096,
            queue_bytes: 64 << 20,
            recent_keys: 1 << 20,
            receives: true,
        }
    }
}

/// Why a directory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process receives into it.
    #[error(
        "{dir} is in use: {holder} receives into it; choose another --data-dir or watch that one with `watop watch`"
    )]
    Held {
        /// The directory.
        dir: String,
        /// Who holds it, such as `process 4112 since 2026-01-01T00:00:00Z`.
        holder: String,
    },
    /// Anything else, already worded for the user.
    #[error("{0}")]
    Unusable(String),
}

/// Batches that a lagging consumer may be behind before it has to read on from the disk.
const LIVE: usize = 64;

/// The writer's side. Dropping it commits what waits and releases the lock.
pub struct Journal {
    dir: PathBuf,
    notices: Vec<String>,
    // Before the lock: fields are dropped in order, and the threads write until they are gone.
    threads: Threads,
    _lock: directory::Lock,
}

impl Journal {
    /// Opens or creates the journal in `dir`, takes the lock, checks and upgrades the schema, loads recent keys, starts the writer.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        directory::prepare(dir)?;
        let lock = directory::Lock::take(dir, now())?;
        let schema::Opened { connection, notices } = schema::open(dir, now())?;
        let threads = Threads::start(dir, options, connection)?;
        Ok(Self { dir: dir.to_owned(), notices, threads, _lock: lock })
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What the user should be told about the opening: a damaged file set aside, an upgrade.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The secret that duplicate keys of this journal are hashed with.
    pub fn key_secret(&self) -> KeySecret {
        self.threads.secret
    }

    /// A cheap handle for submitting.
    pub fn writer(&self) -> Writer {
        let Threads { secret, queue, shown, .. } = &self.threads;
        Writer { queue: queue.clone(), shown: shown.clone(), secret: *secret }
    }

    /// Committed batches from now on. A consumer that lags gets `Lagged` and reads on with a [`Reader`] from its last page.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Batch>> {
        self.threads.live.subscribe()
    }

    /// Takes in what a capture says of the past of its journal: when receivers ran, and how many events retention had removed.
    /// Taking in the same again changes nothing.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn take_in_past(&self, runs: &[Run], expired: u64) -> Result<(), OpenError> {
        let path = self.dir.join(directory::JOURNAL);
        let take_in = || -> rusqlite::Result<()> {
            let mut connection = schema::second_connection(&path)?;
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            uptime::take_in(&transaction, runs)?;
            transaction.execute("UPDATE removed SET events = max(events, ?1)", [expired as i64])?;
            transaction.commit()
        };
        take_in().map_err(|error| OpenError::Unusable(format!("{}: {error}", path.display())))
    }

    /// Whether the journal can write.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.threads.health.clone()
    }

    /// Gauges now.
    pub fn gauges(&self) -> Gauges {
        self.threads.shown.gauges(self.threads.queue.waiting())
    }
}

/// Submits requests to the writer thread. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    queue: Arc<queue::Queue>,
    shown: Arc<writer::Shown>,
    secret: KeySecret,
}

impl Writer {
    /// Queues a submission; the answer comes after its commit was synced. Fails at once when the queue is full.
    pub fn submit(
        &self,
        submission: Submission,
    ) -> Result<oneshot::Receiver<Result<Receipt, Unavailable>>, Unavailable> {
        let fingerprints = submission.events.iter().map(|event| event.fingerprint(&self.secret)).collect();
        self.queue.submit(submission, fingerprints)
    }

    /// Asks for a synced probe write unless a commit succeeded within the last second: the word of `/readyz`.
    pub async fn probe(&self) -> Result<(), Unavailable> {
        if (0..1000).contains(&self.shown.since_written()) {
            return Ok(());
        }
        self.queue.probe()?.await.unwrap_or(Err(Unavailable::Closed))
    }
}

/// This machine's clock.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
