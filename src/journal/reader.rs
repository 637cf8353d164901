//! Reading a data directory from any process, in short transactions: a long one would stop the write-ahead log from being reused.

mod pages;
mod tail;

use super::directory::Identity;
use super::page::{self, PageError};
use super::term::{Plain, Term};
use super::{Batch, OpenError, RawRequest, directory, index, schema};
use crate::event::mask::Masker;
use crate::event::{Event, KeySecret, Millis};
use pages::Pages;
use rusqlite::Connection;
use std::collections::VecDeque;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tail::Tail;

/// Reads a data directory in short transactions, whether or not a receiver runs.
pub struct Reader {
    dir: PathBuf,
    journal: PathBuf,
    /// Opened at the first use after the journal was made.
    opened: Mutex<Option<Opened>>,
    ahead: Mutex<Ahead>,
    /// For looking things up; boxed: a reader is also held by those who never do.
    look_up: Box<LookUp>,
}

/// What looking things up goes through.
#[derive(Default)]
struct LookUp {
    /// The search index, as long as the same file stands there.
    index: Mutex<Option<Opened>>,
    /// What the index does not cover yet.
    tail: Mutex<Tail>,
    pages: Mutex<Pages>,
}

/// A connection, and the file that it reads.
struct Opened {
    connection: Connection,
    file: Identity,
}

/// Pages read in advance for whoever reads one after the other: many pages are small, and a transaction for each would cost more
/// than the page. Stored pages do not change, so what is held cannot grow stale.
#[derive(Default)]
struct Ahead {
    /// The page handed out last.
    after: u64,
    pages: VecDeque<Batch>,
}

/// Pages and bytes (compressed) read in advance.
const AHEAD: (usize, usize) = (64, 64 << 10);

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
    /// Events removed by retention so far.
    pub expired: u64,
    /// Size on disk, in bytes.
    pub bytes: u64,
}

impl Reader {
    /// Opens `dir` read-only. An absent journal is an empty one, until it appears.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let reader = Self {
            dir: dir.to_owned(),
            journal: dir.join(directory::JOURNAL),
            opened: Mutex::default(),
            ahead: Mutex::default(),
            look_up: Box::default(),
        };
        reader.read(Ok(()), |_| Ok(()))?;
        Ok(reader)
    }

    /// Runs `f` in one read transaction, or answers `empty` when there is no journal yet.
    fn read<T>(
        &self,
        empty: Result<T, OpenError>,
        f: impl FnOnce(&Connection) -> Result<T, PageError>,
    ) -> Result<T, OpenError> {
        let unreadable =
            |error: &dyn Display| OpenError::Unusable(format!("{} cannot be read: {error}", self.journal.display()));
        let mut slot = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none() {
            let Some(connection) = schema::open_read_only(&self.journal)? else { return empty };
            if !schema::check_readable(&connection, &self.journal)? {
                return empty;
            }
            let file = Identity::of(&self.journal).map_err(|error| unreadable(&error))?;
            *slot = Some(Opened { connection, file });
        }
        let Some(Opened { connection, file }) = slot.as_ref() else { return empty };
        // Numbers of another journal that came in its place would continue these without meaning.
        file.check().map_err(|error| unreadable(&error))?;
        let read = || {
            let transaction = connection.unchecked_transaction()?;
            let value = f(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        read().map_err(|error: PageError| unreadable(&error))
    }

    /// Numbers about the whole journal.
    pub fn stats(&self) -> Result<Stats, OpenError> {
        let bytes = directory::size(&self.dir);
        self.read(Ok(Stats { bytes, ..Stats::default() }), |connection| {
            let ends = super::log::Ends::load(connection)?;
            let start = match page::first_place(connection)? {
                Some(first) => page::exactly(connection, first.page)?
                    .and_then(|batch| batch.requests.iter().map(|summary| summary.received_at).min()),
                None => None,
            };
            let expired: i64 = connection.query_row("SELECT events FROM removed", [], |row| row.get(0))?;
            Ok(Stats {
                last_page: ends.page,
                last_seq: ends.seq,
                last_request: ends.request,
                start,
                expired: expired as u64,
                bytes,
            })
        })
    }

    /// How often stored pages were changed, by forgetting or reading again: whoever holds something of them reads again when this
    /// has risen.
    pub fn rewritten(&self) -> Result<u64, OpenError> {
        self.read(Ok(0), |connection| Ok(pages::rewritten(connection)?))
    }

    /// The first batch after page `after`, if there is one. Batches come in order of page.
    pub fn next(&self, after: u64) -> Result<Option<Batch>, OpenError> {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        if ahead.after != after || ahead.pages.is_empty() {
            // Who goes on where the last page ended will go on after this one too.
            let (count, bytes) = if ahead.after == after && after > 0 { AHEAD } else { (1, 1) };
            ahead.pages = self.read(Ok(VecDeque::new()), |connection| page::after(connection, after, count, bytes))?;
        }
        let batch = ahead.pages.pop_front();
        ahead.after = batch.as_ref().map_or(after, |batch| batch.page);
        Ok(batch)
    }

    /// The last batch before page `before`, if there is one: for reading backwards from the newest.
    pub fn previous(&self, before: u64) -> Result<Option<Batch>, OpenError> {
        self.read(Ok(None), |connection| page::previous(connection, before))
    }

    /// The first page with a request received at or after `time`: all requests of the pages before it were received earlier.
    /// Without such a page, the one that will come next.
    pub fn page_at(&self, time: Millis) -> Result<u64, OpenError> {
        self.read(Ok(1), |connection| {
            Ok(match page::first_where(connection, |place| place.received_to >= time)? {
                Some(place) => place.page,
                None => super::log::Ends::load(connection)?.page + 1,
            })
        })
    }

    /// The page with the request of this number, or with the first one after it; without one, the page that will come next.
    pub fn page_of(&self, request: u64) -> Result<u64, OpenError> {
        self.read(Ok(1), |connection| {
            Ok(match page::first_where(connection, |place| place.last_request() >= request)? {
                Some(place) => place.page,
                None => super::log::Ends::load(connection)?.page + 1,
            })
        })
    }

    /// One event by its sequence number, amendments merged in.
    pub fn event(&self, seq: u64) -> Result<Option<Event>, OpenError> {
        let merge = |mut event: Event, amendment: Event| {
            event.merge(&amendment);
            event
        };
        Ok(self.deliveries(seq)?.into_iter().reduce(merge))
    }

    /// One event by its sequence number and then its amendments, in order of receipt, each as it was committed.
    pub fn deliveries(&self, seq: u64) -> Result<Vec<Event>, OpenError> {
        self.read(Ok(Vec::new()), |connection| {
            let Some(event) = self.stored_event(connection, seq)? else { return Ok(Vec::new()) };
            let mut deliveries = vec![event];
            for (_, amendment) in amendments(connection, seq, seq)? {
                deliveries.extend(self.stored_event(connection, amendment)?);
            }
            Ok(deliveries)
        })
    }

    /// The secret that duplicate keys of this journal are hashed with; `None` when there is no journal yet.
    pub fn key_secret(&self) -> Result<Option<KeySecret>, OpenError> {
        self.read(Ok(None), |connection| Ok(Some(schema::Identity::load(connection)?.secret)))
    }

    /// Masks with pseudonyms that stay the same as long as the journal does, whoever asks. Without a journal there is nothing to
    /// join, and any pseudonyms will do.
    pub fn masker(&self) -> Result<Masker, OpenError> {
        let secret = self.key_secret()?.unwrap_or(KeySecret([0; 16]));
        Ok(Masker::new(secret.derive("pseudonyms")))
    }

    /// One raw request by its number.
    pub fn request(&self, request: u64) -> Result<Option<RawRequest>, OpenError> {
        self.read(Ok(None), |connection| {
            match page::first_where(connection, |place| place.last_request() >= request)? {
                Some(place) if place.first_request <= request => {
                    page::raw(connection, place.page, (request - place.first_request) as usize)
                }
                _ => Ok(None),
            }
        })
    }

    /// The requests after number `after` that stand in one page, with their numbers, in order; none when there is none yet.
    /// For going through all of them: each page is read once.
    pub fn requests_after(&self, after: u64) -> Result<Vec<(u64, RawRequest)>, OpenError> {
        self.read(Ok(Vec::new()), |connection| {
            let Some(place) = page::first_where(connection, |place| place.last_request() > after)? else {
                return Ok(Vec::new());
            };
            let numbered = (place.first_request..).zip(page::raws(connection, place.page)?);
            Ok(numbered.filter(|(request, _)| *request > after).collect())
        })
    }

    /// Number of the first request of the first page with a request received at or after `time`, or of the one that will
    /// come next: all requests before it were received earlier.
    pub fn request_at(&self, time: Millis) -> Result<u64, OpenError> {
        self.read(Ok(1), |connection| {
            Ok(match page::first_where(connection, |place| place.received_to >= time)? {
                Some(place) => place.first_request,
                None => super::log::Ends::load(connection)?.request + 1,
            })
        })
    }

    /// What tells this journal from every other one, as long as there is one: its numbers mean nothing elsewhere.
    pub fn identity(&self) -> Result<Option<Vec<u8>>, OpenError> {
        self.read(Ok(None), |connection| Ok(Some(schema::Identity::load(connection)?.id)))
    }

    /// Sequence numbers of the events with `term`, ascending: from the search index, and by scanning the tail it does not cover yet.
    pub fn find(&self, term: &Term) -> Result<Vec<u64>, OpenError> {
        self.confirm(self.candidates_of(term)?, &Plain::of(term))
    }

    /// The same without looking at the events the index names: almost all of them have the term. For whoever reads them in slices
    /// and looks for himself.
    pub fn candidates_of(&self, term: &Term) -> Result<Vec<u64>, OpenError> {
        let plain = Plain::of(term);
        let (mut candidates, covered) = self.candidates(&plain)?;
        let mut tail = self.look_up.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let mut page = tail.begin(covered);
        while let Some(batch) = self.next(page)? {
            page = batch.page;
            tail.add(&batch);
        }
        candidates.extend(tail.candidates(&plain));
        candidates.sort_unstable();
        candidates.dedup();
        Ok(candidates)
    }

    /// Events that the index names for `term`, and the last page it covers. Without an index of this journal: none and 0.
    fn candidates(&self, term: &Plain) -> Result<(Vec<u64>, u64), OpenError> {
        let identity = self.read(Ok(None), |connection| Ok(Some(schema::Identity::load(connection)?)))?;
        let path = self.dir.join(directory::INDEX);
        let mut slot = self.look_up.index.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_none_or(|opened| opened.file.check().is_err()) {
            let file = Identity::of(&path).ok();
            *slot = schema::open_read_only(&path)?.zip(file).map(|(connection, file)| Opened { connection, file });
        }
        let (Some(identity), Some(index)) = (identity, slot.as_ref()) else { return Ok((Vec::new(), 0)) };
        let found = index::candidates(&index.connection, &identity.id, term.hash(&identity.secret));
        if found.is_err() {
            *slot = None;
        }
        found
            .map(Option::unwrap_or_default)
            .map_err(|error| OpenError::Unusable(format!("{} cannot be read: {error}", path.display())))
    }

    /// Of `candidates`, ascending, those that are there and have `term`: the index knows hashes, and forgets nothing by itself.
    fn confirm(&self, candidates: Vec<u64>, term: &Plain) -> Result<Vec<u64>, OpenError> {
        let mut confirmed = Vec::new();
        for seq in candidates {
            let event = self.event(seq)?.filter(|event| event.amends.is_none());
            if event.is_some_and(|event| Plain::all(&event).any(|other| other == *term)) {
                confirmed.push(seq);
            }
        }
        Ok(confirmed)
    }

    /// An event as it was committed.
    fn stored_event(&self, connection: &Connection, seq: u64) -> Result<Option<Event>, PageError> {
        let Some(place) = page::first_where(connection, |place| place.last_seq() >= seq)? else { return Ok(None) };
        if place.first_seq > seq {
            return Ok(None);
        }
        let batch = self.look_up.pages.lock().unwrap_or_else(PoisonError::into_inner).get(connection, place.page)?;
        Ok(batch.and_then(|batch| batch.events.iter().find(|event| event.seq == seq).cloned()))
    }

    /// The batch with the event `seq`, as it was committed.
    pub fn batch_of(&self, seq: u64) -> Result<Option<Batch>, OpenError> {
        self.read(Ok(None), |connection| match page::first_where(connection, |place| place.last_seq() >= seq)? {
            Some(place) if place.first_seq <= seq => page::exactly(connection, place.page),
            _ => Ok(None),
        })
    }

    /// Spans within `from..to` in which no receiver ran on this journal, from its heartbeats. The time before its first start is
    /// no gap.
    pub fn gaps(&self, from: Millis, to: Millis) -> Result<Vec<(Millis, Millis)>, OpenError> {
        self.read(Ok(Vec::new()), |connection| Ok(super::uptime::gaps(connection, from, to)?))
    }

    /// When receivers ran on this journal within `from..to`, in order.
    pub fn runs(&self, from: Millis, to: Millis) -> Result<Vec<super::Run>, OpenError> {
        self.read(Ok(Vec::new()), |connection| Ok(super::uptime::within(connection, from, to)?))
    }

    /// Merges amendments into the events of `batch` that they amend, wherever the amendments stand, and drops the amendments
    /// themselves: what a list of events shows.
    pub fn settle(&self, batch: &mut Batch) -> Result<(), OpenError> {
        batch.events.retain(|event| event.amends.is_none());
        let (Some(first), Some(last)) = (batch.events.first(), batch.events.last()) else { return Ok(()) };
        let (first, last) = (first.seq, last.seq);
        self.read(Ok(()), |connection| {
            for (of_seq, seq) in amendments(connection, first, last)? {
                let amended = batch.events.binary_search_by_key(&of_seq, |event| event.seq);
                if let (Ok(amended), Some(amendment)) = (amended, self.stored_event(connection, seq)?) {
                    batch.events[amended].merge(&amendment);
                }
            }
            Ok(())
        })
    }
}

/// Amended events from `first` to `last` with their amendments, in order of both.
fn amendments(connection: &Connection, first: u64, last: u64) -> rusqlite::Result<Vec<(u64, u64)>> {
    connection
        .prepare_cached("SELECT of_seq, seq FROM amendments WHERE of_seq BETWEEN ?1 AND ?2 ORDER BY of_seq, seq")?
        .query_map((first as i64, last as i64), |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64)))?
        .collect()
}
