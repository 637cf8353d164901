//! Reading a data directory from any process, in short transactions: a long one would stop the write-ahead log from being reused.

use super::page::{self, PageError};
use super::{Batch, OpenError, RawRequest, directory, schema};
use crate::event::{Detail, Event, Millis, Text};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Reads a data directory in short transactions, whether or not a receiver runs.
pub struct Reader {
    dir: PathBuf,
    journal: PathBuf,
    /// Opened at the first use after the journal was made.
    connection: Mutex<Option<Connection>>,
}

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

impl Term {
    /// Whether `event` has this term.
    pub fn of(&self, event: &Event) -> bool {
        Self::all(event).any(|term| term == *self)
    }

    /// All terms of `event`.
    fn all(event: &Event) -> impl Iterator<Item = Self> {
        let phone = |text: &Text| Text::from(text.strip_prefix('+').unwrap_or(text));
        let (ids, errors, tag) = match &event.detail {
            Detail::Status(status) => {
                ([Some(&status.message_id), status.meta_message_id.as_ref()], &status.errors[..], status.tag.clone())
            }
            Detail::Inbound(inbound) => {
                ([Some(&inbound.message_id), inbound.meta_message_id.as_ref()], &inbound.errors[..], None)
            }
            _ => ([None, None], &[][..], None),
        };
        let customer = event.customer.as_ref().map(|customer| Self::Customer(phone(customer)));
        let number = event.number.as_ref().map(|number| Self::Number(phone(number)));
        ids.into_iter()
            .flatten()
            .map(|id| Self::Message(id.clone()))
            .chain(customer)
            .chain(number)
            .chain(errors.iter().filter_map(|error| error.code).map(Self::Code))
            .chain(tag.map(Self::Tag))
    }
}

impl Reader {
    /// Opens `dir` read-only. An absent journal is an empty one, until it appears.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let reader = Self { dir: dir.to_owned(), journal: dir.join(directory::JOURNAL), connection: Mutex::default() };
        reader.read(Ok(()), |_| Ok(()))?;
        Ok(reader)
    }

    /// Runs `f` in one read transaction, or answers `empty` when there is no journal yet.
    fn read<T>(
        &self,
        empty: Result<T, OpenError>,
        f: impl FnOnce(&Connection) -> Result<T, PageError>,
    ) -> Result<T, OpenError> {
        let mut slot = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.is_none() {
            let Some(connection) = schema::open_read_only(&self.journal)? else { return empty };
            if !schema::check_readable(&connection, &self.journal)? {
                return empty;
            }
            *slot = Some(connection);
        }
        let Some(connection) = slot.as_ref() else { return empty };
        let read = || {
            let transaction = connection.unchecked_transaction()?;
            let value = f(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        read().map_err(|error: PageError| {
            OpenError::Unusable(format!("{} cannot be read: {error}", self.journal.display()))
        })
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

    /// The first batch after page `after`, if there is one. Batches come in order of page.
    pub fn next(&self, after: u64) -> Result<Option<Batch>, OpenError> {
        self.read(Ok(None), |connection| page::next(connection, after))
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

    /// One event by its sequence number, amendments merged in.
    pub fn event(&self, seq: u64) -> Result<Option<Event>, OpenError> {
        self.read(Ok(None), |connection| {
            let Some(mut event) = stored_event(connection, seq)? else { return Ok(None) };
            for (_, amendment) in amendments(connection, seq, seq)? {
                if let Some(amendment) = stored_event(connection, amendment)? {
                    event.merge(&amendment);
                }
            }
            Ok(Some(event))
        })
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

    /// Sequence numbers of the events with `term`, ascending: from the search index, and by scanning the tail it does not cover yet.
    pub fn find(&self, term: &Term) -> Result<Vec<u64>, OpenError> {
        let mut found = Vec::new();
        let mut page = 0;
        while let Some(mut batch) = self.next(page)? {
            page = batch.page;
            self.settle(&mut batch)?;
            found.extend(batch.events.iter().filter(|event| term.of(event)).map(|event| event.seq));
        }
        Ok(found)
    }

    /// Spans within `from..to` in which no receiver ran on this journal, from its heartbeats. The time before its first start is
    /// no gap.
    pub fn gaps(&self, from: Millis, to: Millis) -> Result<Vec<(Millis, Millis)>, OpenError> {
        self.read(Ok(Vec::new()), |connection| Ok(super::uptime::gaps(connection, from, to)?))
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
                if let (Ok(amended), Some(amendment)) = (amended, stored_event(connection, seq)?) {
                    batch.events[amended].merge(&amendment);
                }
            }
            Ok(())
        })
    }
}

/// An event as it was committed.
fn stored_event(connection: &Connection, seq: u64) -> Result<Option<Event>, PageError> {
    let Some(place) = page::first_where(connection, |place| place.last_seq() >= seq)? else { return Ok(None) };
    if place.first_seq > seq {
        return Ok(None);
    }
    let batch = page::exactly(connection, place.page)?;
    Ok(batch.and_then(|batch| batch.events.into_iter().find(|event| event.seq == seq)))
}

/// Amended events from `first` to `last` with their amendments, in order of both.
fn amendments(connection: &Connection, first: u64, last: u64) -> rusqlite::Result<Vec<(u64, u64)>> {
    connection
        .prepare_cached("SELECT of_seq, seq FROM amendments WHERE of_seq BETWEEN ?1 AND ?2 ORDER BY of_seq, seq")?
        .query_map((first as i64, last as i64), |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64)))?
        .collect()
}
