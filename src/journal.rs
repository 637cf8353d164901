//! The durable log: SQLite, one writer thread, group commit (DESIGN §2).
//!
//! [`Journal`] is the writer's side and lives in the one process that receives. [`Reader`] reads the same directory from any
//! process. [`operator::Operator`] is the small second database that any process may write.

pub mod operator;

use crate::event::{Event, KeySecret, Millis, Text, Verified};
use bytes::Bytes;
use std::path::Path;
use std::sync::Arc;
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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            retention: std::time::Duration::from_secs(30 * 86_400),
            min_free: 1 << 30,
            queue: 4096,
            queue_bytes: 64 << 20,
            recent_keys: 1 << 20,
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

/// The writer's side. Dropping it commits what waits and releases the lock.
pub struct Journal {}

impl Journal {
    /// Opens or creates the journal in `dir`, takes the lock, checks and upgrades the schema, loads recent keys, starts the writer.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        let _ = (dir, options);
        unimplemented!()
    }

    /// The secret that duplicate keys of this journal are hashed with.
    pub fn key_secret(&self) -> KeySecret {
        unimplemented!()
    }

    /// A cheap handle for submitting.
    pub fn writer(&self) -> Writer {
        unimplemented!()
    }

    /// Committed batches from now on. A consumer that lags gets `Lagged` and reads on with a [`Reader`] from its last page.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Batch>> {
        unimplemented!()
    }

    /// Whether the journal can write.
    pub fn health(&self) -> watch::Receiver<Health> {
        unimplemented!()
    }

    /// Gauges now.
    pub fn gauges(&self) -> Gauges {
        unimplemented!()
    }
}

/// Submits requests to the writer thread. Cheap to clone.
#[derive(Clone)]
pub struct Writer {}

impl Writer {
    /// Queues a submission; the answer comes after its commit was synced. Fails at once when the queue is full.
    pub fn submit(
        &self,
        submission: Submission,
    ) -> Result<oneshot::Receiver<Result<Receipt, Unavailable>>, Unavailable> {
        let _ = submission;
        unimplemented!()
    }

    /// Asks for a synced probe write unless a commit succeeded within the last second: the word of `/readyz`.
    pub async fn probe(&self) -> Result<(), Unavailable> {
        unimplemented!()
    }
}

/// Reads a data directory in short transactions, whether or not a receiver runs.
pub struct Reader {}

/// Numbers about the whole journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Last page, 0 when empty.
    pub last_page: u64,
    /// Last event sequence number, 0 when empty.
    pub last_seq: u64,
    /// Last request number, 0 when empty.
    pub last_request: u64,
    /// When the oldest kept request was received.
    pub start: Option<Millis>,
    /// Requests and events removed by retention so far.
    pub expired: u64,
    /// Size on disk, in bytes.
    pub bytes: u64,
}

/// What can be looked up through the search index; each by its exact text on the wire, except phones without a leading `+`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// Message id or meta message id.
    Message(Text),
    /// Customer.
    Customer(Text),
    /// Business number.
    Number(Text),
    /// Effective code.
    Code(i64),
    /// Callback data.
    Tag(Text),
}

impl Reader {
    /// Opens `dir` read-only. An absent journal is an empty one.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let _ = dir;
        unimplemented!()
    }

    /// Numbers about the whole journal.
    pub fn stats(&self) -> Result<Stats, OpenError> {
        unimplemented!()
    }

    /// The first batch after page `after`, if there is one. Batches come in order of page.
    pub fn next(&self, after: u64) -> Result<Option<Batch>, OpenError> {
        let _ = after;
        unimplemented!()
    }

    /// The last batch before page `before`, if there is one: for reading backwards from the newest.
    pub fn previous(&self, before: u64) -> Result<Option<Batch>, OpenError> {
        let _ = before;
        unimplemented!()
    }

    /// The first page with a request received at or after `time` (receive times of one journal rise with its pages).
    pub fn page_at(&self, time: Millis) -> Result<u64, OpenError> {
        let _ = time;
        unimplemented!()
    }

    /// One event by its sequence number, amendments merged in.
    pub fn event(&self, seq: u64) -> Result<Option<Event>, OpenError> {
        let _ = seq;
        unimplemented!()
    }

    /// One raw request by its number.
    pub fn request(&self, request: u64) -> Result<Option<RawRequest>, OpenError> {
        let _ = request;
        unimplemented!()
    }

    /// Sequence numbers of the events with `term`, ascending: from the search index, and by scanning the tail it does not cover yet.
    pub fn find(&self, term: &Term) -> Result<Vec<u64>, OpenError> {
        let _ = term;
        unimplemented!()
    }

    /// Merges amendments into the events of `batch` that they amend, wherever the amendments stand, and drops the amendments
    /// themselves: what a list of events shows.
    pub fn settle(&self, batch: &mut Batch) -> Result<(), OpenError> {
        let _ = batch;
        unimplemented!()
    }

    /// Spans within `from..to` in which no receiver ran on this journal, from its heartbeats.
    pub fn gaps(&self, from: Millis, to: Millis) -> Result<Vec<(Millis, Millis)>, OpenError> {
        let _ = (from, to);
        unimplemented!()
    }
}
