//! The refused requests: a bounded list with explanations, and counts that miss none.
//!
//! A refusal is counted in memory and, while there is room in a short queue, noted whole. One task takes what is noted, explains
//! mismatched signatures and writes list and counts, at most once a second. In a flood only the counts grow.

use super::answer::Reason;
use super::explain::{self, explain};
use super::headers;
use super::signature::Verifier;
use crate::event::{Millis, Text};
use crate::journal::OpenError;
use crate::journal::operator::{Refused, RefusedCount};
use axum::http::HeaderMap;
use bytes::Bytes;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{sleep, timeout};

/// Notes waiting to be written; over it only counts grow. Also the number of entries that outlast a failing disk. As many as are
/// kept at all: the retries of a whole outage may be refused within a second.
const QUEUE: usize = 1_000;
/// Bytes of bodies and headers in these; as much as a few of the largest that are kept whole.
const QUEUE_BYTES: usize = 8 << 20;
/// Pause between two writes.
const PAUSE: Duration = Duration::from_secs(1);
/// Time for the last write when the receiver stops.
const LAST_WRITE: Duration = Duration::from_millis(1500);
/// Explanations per write: trying the usual mistakes costs some milliseconds for a large body, far less for a usual one.
const EXPLAINED: usize = 32;
/// Kept of a body, in bytes.
const BODY_START: usize = 512;
/// Kept of a header value, in bytes.
const VALUE: usize = 512;
/// Kept of a path, in characters.
const PATH: usize = 256;
/// Rows of counts kept while they cannot be written; beyond it the oldest minutes are added together.
const ROWS: usize = 4096;

/// A refused request as the receiver hands it over.
pub(super) struct Note {
    pub(super) at: Millis,
    pub(super) peer: Text,
    /// Without the query.
    pub(super) path: String,
    pub(super) reason: Reason,
    /// What the sender was told.
    pub(super) message: Cow<'static, str>,
    pub(super) remark: Remark,
    pub(super) headers: HeaderMap,
    /// What was read of the body.
    pub(super) body: Bytes,
    /// Length of the whole body in bytes, as far as it is known.
    pub(super) length: u64,
}

impl Note {
    /// Whether the request is kept with all its bytes, so that it can still be taken in.
    fn is_whole(&self) -> bool {
        self.reason == Reason::StaleTimestamp
    }

    /// Memory that it takes, in bytes.
    fn cost(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        self.body.len() + headers
    }

    /// Lets go of a body that is too large to be examined, but for its start.
    fn cut(mut self) -> Self {
        if !self.is_whole() && self.body.len() > explain::LIMIT {
            self.body = Bytes::copy_from_slice(self.body.get(..BODY_START).unwrap_or_default());
        }
        self
    }
}

/// What the operator is told beside the message.
pub(super) enum Remark {
    /// The message says it all.
    None,
    /// This, in place of the message.
    Said(String),
    /// Which usual mistake of signing it was, with these secrets.
    Explain(Arc<Verifier>),
}

/// Minute, reason: how many.
type Counts = BTreeMap<(i64, Reason), u64>;

/// Where refusals are noted.
pub(super) struct Register {
    counts: Mutex<Counts>,
    queue: mpsc::Sender<Note>,
    queued_bytes: AtomicUsize,
}

/// The task that writes.
pub(super) struct Clerk {
    task: JoinHandle<()>,
    stop: watch::Sender<()>,
}

/// Starts the task; `write` takes entries and counts to the disk.
pub(super) fn start<W>(write: W) -> (Arc<Register>, Clerk)
where
    W: FnMut(Vec<Refused>, Vec<RefusedCount>) -> Result<(), OpenError> + Send + 'static,
{
    let (queue, notes) = mpsc::channel(QUEUE);
    let register = Arc::new(Register { counts: Mutex::default(), queue, queued_bytes: AtomicUsize::new(0) });
    let (stop, stopping) = watch::channel(());
    let task = tokio::spawn(keep(Arc::clone(&register), notes, write, stopping));
    (register, Clerk { task, stop })
}

impl Register {
    /// Counts a refusal, and notes it while there is room. `note` is only made when there is.
    pub(super) fn add(&self, at: Millis, reason: Reason, note: impl FnOnce() -> Note) {
        // Counted first: a note makes the task write, and the count must be there by then.
        let minute = at.0 - at.0.rem_euclid(60_000);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((minute, reason)).or_default() += 1;
        drop(counts);
        if self.queued_bytes.load(Relaxed) > QUEUE_BYTES {
            return;
        }
        if let Ok(place) = self.queue.try_reserve() {
            let note = note().cut();
            self.queued_bytes.fetch_add(note.cost(), Relaxed);
            place.send(note);
        }
    }

    /// Empties the queue into `batch`.
    fn take_notes(&self, notes: &mut mpsc::Receiver<Note>, batch: &mut Vec<Note>) {
        while let Ok(note) = notes.try_recv() {
            batch.push(note);
        }
        self.queued_bytes.fetch_sub(batch.iter().map(Note::cost).sum(), Relaxed);
    }

    fn take_counts(&self) -> Counts {
        mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clerk {
    /// Writes what is still there, then ends.
    pub(super) async fn stop(self) {
        drop(self.stop);
        let _ = timeout(LAST_WRITE, self.task).await; // a disk that hangs must not keep the process
    }
}

/// What is not written yet.
#[derive(Default)]
struct Pending {
    entries: Vec<Refused>,
    counts: Counts,
}

/// Runs until the sender of `stop` is gone.
async fn keep<W>(register: Arc<Register>, mut notes: mpsc::Receiver<Note>, mut write: W, mut stop: watch::Receiver<()>)
where
    W: FnMut(Vec<Refused>, Vec<RefusedCount>) -> Result<(), OpenError> + Send + 'static,
{
    let mut pending = Pending::default();
    loop {
        let mut batch = Vec::new();
        if pending.counts.is_empty() {
            tokio::select! {
                _ = notes.recv_many(&mut batch, QUEUE) => {}
                _ = stop.changed() => {}
            }
        }
        let last = stop.has_changed().is_err();
        register.take_notes(&mut notes, &mut batch);
        pending.add_counts(register.take_counts());
        let written = spawn_blocking(move || {
            pending.add_entries(batch);
            if !pending.counts.is_empty() && write(pending.entries.clone(), pending.rows()).is_ok() {
                pending = Pending::default();
            }
            (pending, write)
        });
        match written.await {
            Ok(kept) => (pending, write) = kept,
            Err(_) => return, // the write panicked: requests are still refused, only not listed
        }
        if last {
            return;
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            _ = stop.changed() => {}
        }
    }
}

impl Pending {
    fn add_counts(&mut self, counts: Counts) {
        for (key, count) in counts {
            *self.counts.entry(key).or_default() += count;
        }
        while self.counts.len() > ROWS {
            let Some(((minute, reason), count)) = self.counts.pop_first() else { break };
            let later = self.counts.keys().find(|(_, other)| *other == reason).copied();
            *self.counts.entry(later.unwrap_or((minute, reason))).or_default() += count;
        }
    }

    fn add_entries(&mut self, notes: Vec<Note>) {
        let mut explained = 0;
        for note in notes {
            let examine = matches!(note.remark, Remark::Explain(_)) && explained < EXPLAINED;
            explained += usize::from(examine);
            self.entries.push(entry(note, examine));
        }
        let mut bytes = 0;
        let fits = |entry: &&Refused| {
            bytes += entry.body.len();
            bytes <= QUEUE_BYTES
        };
        let kept = self.entries.iter().rev().take(QUEUE).take_while(fits).count();
        self.entries.drain(..self.entries.len() - kept);
    }

    fn rows(&self) -> Vec<RefusedCount> {
        let row = |(&(minute, reason), &count): (&(i64, Reason), &u64)| RefusedCount {
            minute: Millis(minute),
            reason: reason.name().into(),
            answer: reason.status().as_u16(),
            count,
        };
        self.counts.iter().map(row).collect()
    }
}

/// Makes the entry of the list. A request that was correctly signed and only stale is kept whole, so that it can be taken in.
fn entry(note: Note, examine: bool) -> Refused {
    let whole = note.is_whole();
    let explanation = match note.remark {
        Remark::None => note.message.into_owned(),
        Remark::Said(said) => said,
        Remark::Explain(verifier) => {
            let mistake = if note.body.len() as u64 != note.length {
                "the body is too large to look for the mistake".to_owned()
            } else if examine {
                explain(&verifier, &note.headers, &note.body)
            } else {
                "too many at once to look for the mistake".to_owned()
            };
            format!("{}; {mistake}", note.message)
        }
    };
    let value_limit = if whole { usize::MAX } else { VALUE };
    let headers = headers::kept(&note.headers, value_limit)
        .map(|(name, value)| (Text::new(name), String::from_utf8_lossy(value).into_owned()))
        .collect();
    let start = if whole { &note.body } else { note.body.get(..BODY_START).unwrap_or(&note.body) };
    Refused {
        n: 0, // numbered when it is written
        at: note.at,
        peer: note.peer,
        path: note.path.chars().take(PATH).collect(),
        answer: note.reason.status().as_u16(),
        reason: note.reason.name().into(),
        explanation: Some(explanation),
        headers,
        body: start.to_vec(),
        length: note.length,
    }
}

#[cfg(test)]
mod tests;
