//! Taking a capture into a journal.

use super::{CaptureError, Entry, Reader};
use crate::event::{Event, Millis, Origin, decode_isolated};
use crate::journal::operator::{Beside, Operator};
use crate::journal::{Journal, OpenError, RawRequest, Receipt, Run, Submission, Unavailable, Writer};
use std::collections::VecDeque;
use tokio::sync::oneshot;

/// Requests, and bytes of memory, on their way to the disk at once: what fills a commit, and less than the journal's queue holds.
const AHEAD: (usize, usize) = (2048, 32 << 20);

/// What an import brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Requests stored.
    pub requests: u64,
    /// Of these, received before the time that was asked about.
    pub old: u64,
    /// Events stored for the first time.
    pub events: u64,
    /// Events that were known.
    pub duplicates: u64,
    /// Refused requests that were not known.
    pub refused: u64,
    /// Receive times of the first and the last request, in order of time.
    pub extent: Option<(Millis, Millis)>,
}

/// Why an import ended early. What came before it is stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The capture cannot be read further.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The journal takes no more.
    #[error(transparent)]
    Journal(#[from] Unavailable),
    /// What stands beside the journal cannot be written.
    #[error(transparent)]
    Beside(#[from] OpenError),
}

/// Takes a capture into a journal in the way that requests come there, with their own receive times and verdicts. Tells
/// `progress` after each entry what is stored so far; it may stop the import by answering `false`.
///
/// Requests received before `old` are counted: what retention will remove as soon as a receiver opens the journal.
pub fn import(
    capture: &mut Reader,
    journal: &Journal,
    old: Millis,
    mut progress: impl FnMut(&Reader, &Imported) -> bool,
) -> (Imported, Result<(), ImportError>) {
    let mut import = Import {
        journal,
        writer: journal.writer(),
        old,
        waiting: VecDeque::new(),
        cost: 0,
        imported: Imported::default(),
    };
    let mut aside = Aside::default();
    let mut outcome = Ok(());
    while let Some(entry) = capture.next() {
        outcome = match entry {
            Ok(Entry::Request { raw, .. }) => import.submit(raw),
            Ok(entry) => aside.add(entry, journal),
            Err(error) => Err(error.into()),
        };
        if outcome.is_err() || !progress(capture, &import.imported) {
            break;
        }
    }
    // Also after damage: what stood before it is kept.
    let settled = import.settle();
    let stored = aside.store(journal);
    (Imported { refused: aside.fresh, ..import.imported }, outcome.and(settled).and(stored))
}

/// Requests under way into the journal.
struct Import<'a> {
    journal: &'a Journal,
    writer: Writer,
    old: Millis,
    /// In order.
    waiting: VecDeque<Waiting>,
    cost: usize,
    imported: Imported,
}

/// A request that waits for its commit.
struct Waiting {
    at: Millis,
    cost: usize,
    answer: oneshot::Receiver<Result<Receipt, Unavailable>>,
}

impl Import<'_> {
    fn submit(&mut self, raw: RawRequest) -> Result<(), ImportError> {
        let at = raw.received_at;
        let origin = Origin { received_at: at, verified: raw.verified.clone() };
        let events = decode_isolated(&raw.body, &origin, &self.journal.key_secret());
        let cost = raw.body.len() + events.len() * size_of::<Event>();
        // With nothing under way the journal takes a request of any size.
        while !self.waiting.is_empty() && (self.waiting.len() >= AHEAD.0 || self.cost + cost > AHEAD.1) {
            self.settle_one()?;
        }
        let answer = self.writer.submit(Submission { raw, events })?;
        self.cost += cost;
        self.waiting.push_back(Waiting { at, cost, answer });
        Ok(())
    }

    /// Waits for the oldest one.
    fn settle_one(&mut self) -> Result<(), ImportError> {
        let Some(Waiting { at, cost, answer }) = self.waiting.pop_front() else { return Ok(()) };
        self.cost -= cost;
        let receipt = answer.blocking_recv().unwrap_or(Err(Unavailable::Closed))?;
        let imported = &mut self.imported;
        imported.requests += 1;
        imported.old += u64::from(at < self.old);
        imported.events += u64::from(receipt.events);
        imported.duplicates += u64::from(receipt.duplicates);
        let (first, last) = imported.extent.unwrap_or((at, at));
        imported.extent = Some((first.min(at), last.max(at)));
        Ok(())
    }

    fn settle(&mut self) -> Result<(), ImportError> {
        let mut outcome = Ok(());
        while !self.waiting.is_empty() {
            outcome = outcome.and(self.settle_one());
        }
        outcome
    }
}

/// What is no request, gathered into few transactions.
#[derive(Default)]
struct Aside {
    /// For the operator's database.
    beside: Beside,
    /// When a receiver ran.
    runs: Vec<Run>,
    /// Events that retention had removed.
    expired: u64,
    gathered: usize,
    /// Refused requests that were not known.
    fresh: u64,
}

impl Aside {
    const GATHERED: usize = 1000;

    fn add(&mut self, entry: Entry, journal: &Journal) -> Result<(), ImportError> {
        match entry {
            Entry::Request { .. } => {}
            Entry::Refused(refused) => self.beside.refused.push(refused),
            Entry::RefusedCount(count) => self.beside.counts.push(count),
            Entry::Acknowledged(acknowledgement) => self.beside.acknowledged.push(acknowledgement),
            Entry::RuleAlert(alert) => self.beside.alerts.push(alert),
            Entry::Run(run) => self.runs.push(run),
            Entry::Expired(expired) => self.expired = self.expired.max(expired),
        }
        self.gathered += 1;
        if self.gathered >= Self::GATHERED { self.store(journal) } else { Ok(()) }
    }

    fn store(&mut self, journal: &Journal) -> Result<(), ImportError> {
        let Self { beside, runs, expired, fresh, .. } = std::mem::take(self);
        self.fresh = fresh;
        if beside != Beside::default() {
            self.fresh += Operator::open(journal.dir())?.take_in(beside)?;
        }
        if !runs.is_empty() || expired > 0 {
            journal.take_in_past(&runs, expired)?;
        }
        Ok(())
    }
}
