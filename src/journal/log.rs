//! One commit: de-duplicate what is queued, number it, append it, sync it. Nothing outside the transaction changes before the
//! commit has returned, so a failed one leaves no trace: neither in the numbers nor in what counts as known.

use super::duplicates::{Duplicates, Fresh, Known, Verdict, amendment_key};
use super::page::{self, PageError, Place};
use super::queue::Pending;
use super::{Batch, Receipt, RequestSummary};
use crate::event::{Event, Key, KeySecret, Kind, Millis};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

/// Two deliveries of a notice without a time are one event when less than this lies between them, in milliseconds.
pub(super) const TIMELESS: i64 = 24 * 3600 * 1000;

/// What the last committed page ended with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ends {
    /// Page number.
    pub(super) page: u64,
    /// Request number.
    pub(super) request: u64,
    /// Event sequence number.
    pub(super) seq: u64,
    /// Latest receive time.
    pub(super) received_to: Millis,
}

impl Ends {
    /// Of the journal behind `connection`, removed pages included: numbers are never given twice.
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        if let Some(place) = page::last_place(connection)? {
            return Ok(Self {
                page: place.page,
                request: place.last_request(),
                seq: place.last_seq(),
                received_to: place.received_to,
            });
        }
        connection.query_row("SELECT page, request, seq, received_to FROM removed", [], |row| {
            Ok(Self {
                page: row.get::<_, i64>(0)? as u64,
                request: row.get::<_, i64>(1)? as u64,
                seq: row.get::<_, i64>(2)? as u64,
                received_to: Millis(row.get(3)?),
            })
        })
    }
}

/// A committed page, and what each of its requests is told.
pub(super) struct Committed {
    /// The page.
    pub(super) batch: Batch,
    /// In order of the requests.
    pub(super) receipts: Vec<Receipt>,
}

/// Appends one page with everything in `pending`. On an error nothing has changed, and `pending` only has to be answered.
pub(super) fn append(
    connection: &mut Connection,
    duplicates: &mut Duplicates,
    ends: &mut Ends,
    pending: &mut [Pending],
) -> Result<Committed, String> {
    let failed = |error: rusqlite::Error| error.to_string();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let mut draft = Draft::new(*ends);
    for item in pending.iter_mut() {
        draft.add(&transaction, duplicates, item)?;
    }
    let Draft { batch, fresh, amendments, receipts, next } = draft;
    let raw: Vec<_> = pending.iter().map(|item| &item.submission.raw).collect();
    let place = Place {
        page: next.page,
        first_request: ends.request + 1,
        requests: batch.requests.len() as u64,
        first_seq: ends.seq + 1,
        events: batch.events.len() as u64,
        amendments: amendments.len() as u64,
        received_to: next.received_to,
    };
    let (events, requests) = page::encode(&batch, &raw, &place);
    page::insert(&transaction, &place, &events, &requests).map_err(failed)?;
    for (of_seq, seq) in amendments {
        transaction
            .prepare_cached("INSERT INTO amendments (of_seq, seq) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((of_seq as i64, seq as i64)))
            .map_err(failed)?;
    }
    transaction.commit().map_err(failed)?;
    duplicates.remember(fresh, next.seq);
    *ends = next;
    Ok(Committed { batch, receipts })
}

/// A page being put together.
struct Draft {
    batch: Batch,
    fresh: Fresh,
    /// Amended event and amendment.
    amendments: Vec<(u64, u64)>,
    receipts: Vec<Receipt>,
    next: Ends,
}

impl Draft {
    fn new(ends: Ends) -> Self {
        let next = Ends { page: ends.page + 1, ..ends };
        Self {
            batch: Batch { page: next.page, requests: Vec::new(), events: Vec::new() },
            fresh: Fresh::default(),
            amendments: Vec::new(),
            receipts: Vec::new(),
            next,
        }
    }

    fn add(&mut self, connection: &Connection, duplicates: &mut Duplicates, item: &mut Pending) -> Result<(), String> {
        self.next.request += 1;
        let raw = &item.submission.raw;
        self.next.received_to = self.next.received_to.max(raw.received_at);
        let mut summary = RequestSummary {
            request: self.next.request,
            received_at: raw.received_at,
            events: 0,
            unrecognised: 0,
            duplicates: 0,
            bytes: raw.body.len() as u32,
        };
        // Taken, not copied: a submission whose commit failed is answered and dropped.
        for (mut event, &fingerprint) in std::mem::take(&mut item.submission.events).into_iter().zip(&item.fingerprints)
        {
            event.request = self.next.request;
            event.received_at = raw.received_at;
            event.verified.clone_from(&raw.verified);
            let verdict = if event.timeless() {
                timeless(connection, &event).map_err(|error| error.to_string())?
            } else {
                duplicates.judge(event.key, fingerprint, &self.fresh)?
            };
            match verdict {
                Verdict::Repeated => {
                    summary.duplicates += 1;
                    continue;
                }
                Verdict::New => {
                    summary.events += 1;
                    summary.unrecognised += u32::from(event.kind() == Kind::Unrecognised);
                    event.amends = None;
                }
                Verdict::Amends(of_seq) => {
                    summary.duplicates += 1;
                    event.amends = Some(of_seq);
                    self.amendments.push((of_seq, self.next.seq + 1));
                }
            }
            self.next.seq += 1;
            event.seq = self.next.seq;
            if !event.timeless() {
                let (key, seq) = known_as(&event, fingerprint);
                self.fresh.insert(key, Known { seq, fingerprint });
            }
            self.batch.events.push(event);
        }
        self.receipts.push(Receipt {
            request: summary.request,
            events: summary.events,
            duplicates: summary.duplicates,
        });
        self.batch.requests.push(summary);
        Ok(())
    }
}

/// The first event that is not removed.
pub(super) fn first_kept(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT seq FROM removed", [], |row| row.get::<_, i64>(0)).map(|seq| seq as u64 + 1)
}

/// Loads the keys of the events that the index does not cover yet.
pub(super) fn remember_tail(
    connection: &Connection,
    duplicates: &mut Duplicates,
    secret: &KeySecret,
) -> Result<(), PageError> {
    let mut page = duplicates.indexed_page();
    while let Some(batch) = page::next(connection, page)? {
        page = batch.page;
        let mut fresh = Fresh::default();
        for event in batch.events.iter().filter(|event| !event.timeless()) {
            let fingerprint = event.fingerprint(secret);
            let (key, seq) = known_as(event, fingerprint);
            fresh.insert(key, Known { seq, fingerprint });
        }
        if let Some(last) = batch.events.last() {
            duplicates.remember(fresh, last.seq);
        }
    }
    Ok(())
}

/// Under which key a stored event is remembered, and as which event.
pub(super) fn known_as(event: &Event, fingerprint: u64) -> (Key, u64) {
    match event.amends {
        Some(of_seq) => (amendment_key(event.key, fingerprint), of_seq),
        None => (event.key, event.seq),
    }
}

/// Judges a notice without a time, whose key is its content, by the previous receipt; each receipt extends. Such notices are
/// rare, so they may look at the disk inside the commit. Rolled back with it.
fn timeless(connection: &Connection, event: &Event) -> rusqlite::Result<Verdict> {
    let key = event.key.0.to_le_bytes();
    let previous: Option<i64> = connection
        .prepare_cached("SELECT received_at FROM timeless WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    let repeated = previous.is_some_and(|previous| event.received_at.0.saturating_sub(previous) < TIMELESS);
    // A clock that was set back must not shorten the memory.
    let latest = previous.map_or(event.received_at.0, |previous| previous.max(event.received_at.0));
    connection
        .prepare_cached("INSERT OR REPLACE INTO timeless (key, received_at) VALUES (?1, ?2)")?
        .execute((key, latest))?;
    Ok(if repeated { Verdict::Repeated } else { Verdict::New })
}
