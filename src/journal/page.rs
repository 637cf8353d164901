//! The stored form of a commit, and where to find it.
//!
//! A commit is a page: one row in `pages` (request summaries and events) and one row in `raw` (the requests as they came), both
//! appended under the page's number, so that a commit costs two inserts whatever its size, and reading events never touches bodies.
//!
//! Both blobs are a byte for the version of the form, then postcard compressed with LZ4 and a dictionary of the usual skeletons. postcard does not describe itself, so
//! whoever changes the shape of an event raises [`FORM`] and rebuilds `pages` from `raw`, which is the record.

mod dictionary;

use super::{Batch, RawRequest, RequestSummary};
use crate::event::{Detail, Event, Key, Millis, Seconds, Text, Verified};
use bytes::Bytes;
use dictionary::DICTIONARY;
use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::VecDeque;

/// Version of the stored form, the first byte of each blob.
const FORM: u8 = 1;
/// The form of a page whose events do not simply follow each other: some were taken out, or belong to requests of other pages.
/// Before each event stands its [`Position`].
const SPARSE: u8 = 2;

/// A blob that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
    /// SQLite's word.
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    /// The blob is not what was written.
    #[error("page {page} is damaged: {reason}")]
    Damaged {
        /// The page.
        page: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// A request summary; its number follows from its place.
#[derive(Serialize, Deserialize)]
struct StoredRequest<'a> {
    received_at: Millis,
    verified: Option<Cow<'a, Verified>>,
    events: u32,
    unrecognised: u32,
    duplicates: u32,
    bytes: u32,
}

/// An event without what its place in the page says: its number, and what is common to its request.
#[derive(Serialize, Deserialize)]
struct StoredEvent<'a> {
    request: u32,
    key: [u8; 16],
    amends: Option<u64>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    provider_at: Option<Seconds>,
    number: Option<Cow<'a, Text>>,
    customer: Option<Cow<'a, Text>>,
    name: Option<Cow<'a, Text>>,
    detail: Cow<'a, Detail>,
}

/// Where an event of a sparse page belongs.
#[derive(Serialize, Deserialize)]
struct Position<'a> {
    /// Its sequence number, from the first of the page.
    offset: u32,
    /// Its request, when that is in another page.
    elsewhere: Option<(u64, Millis, Option<Cow<'a, Verified>>)>,
}

/// A raw request.
#[derive(Serialize, Deserialize)]
struct StoredRaw<'a> {
    received_at: Millis,
    peer: &'a str,
    path: &'a str,
    #[serde(borrow)]
    headers: Vec<(&'a str, &'a serde_bytes::Bytes)>,
    verified: Option<Cow<'a, Verified>>,
    #[serde(with = "serde_bytes")]
    body: &'a [u8],
}

/// The two blobs of a page: the numbered batch, and its requests as they came.
///
/// The first is the list of request summaries, the number of events and the events; the second is one list.
pub(super) fn encode(batch: &Batch, raw: &[&RawRequest], place: &Place) -> (Vec<u8>, Vec<u8>) {
    let first_request = place.first_request;
    let here = |request: u64| (first_request..first_request + batch.requests.len() as u64).contains(&request);
    let sparse = (place.first_seq..).zip(&batch.events).any(|(seq, event)| event.seq != seq || !here(event.request));
    let summaries: Vec<_> = batch
        .requests
        .iter()
        .zip(raw)
        .map(|(summary, raw)| StoredRequest {
            received_at: summary.received_at,
            verified: raw.verified.as_ref().map(Cow::Borrowed),
            events: summary.events,
            unrecognised: summary.unrecognised,
            duplicates: summary.duplicates,
            bytes: summary.bytes,
        })
        .collect();
    let mut page = append(Vec::new(), &(summaries, batch.events.len() as u32));
    for event in &batch.events {
        let here = here(event.request);
        if sparse {
            let elsewhere =
                (!here).then(|| (event.request, event.received_at, event.verified.as_ref().map(Cow::Borrowed)));
            page = append(page, &Position { offset: (event.seq - place.first_seq) as u32, elsewhere });
        }
        let stored = StoredEvent {
            request: if here { (event.request - first_request) as u32 } else { 0 },
            key: event.key.0.to_le_bytes(),
            amends: event.amends,
            path: Cow::Borrowed(&event.path),
            provider_at: event.provider_at,
            number: event.number.as_ref().map(Cow::Borrowed),
            customer: event.customer.as_ref().map(Cow::Borrowed),
            name: event.name.as_ref().map(Cow::Borrowed),
            detail: Cow::Borrowed(&event.detail),
        };
        page = append(page, &stored);
    }
    let requests: Vec<StoredRaw> = raw
        .iter()
        .map(|raw| StoredRaw {
            received_at: raw.received_at,
            peer: &raw.peer,
            path: &raw.path,
            headers: raw.headers.iter().map(|(name, value)| (name.as_str(), serde_bytes::Bytes::new(value))).collect(),
            verified: raw.verified.as_ref().map(Cow::Borrowed),
            body: &raw.body,
        })
        .collect();
    (pack(if sparse { SPARSE } else { FORM }, &page), pack(FORM, &append(Vec::new(), &requests)))
}

fn append(plain: Vec<u8>, value: &impl Serialize) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "postcard fails only on sequences of unknown length, and none is stored")]
    postcard::to_extend(value, plain).expect("stored forms have known lengths")
}

fn pack(form: u8, plain: &[u8]) -> Vec<u8> {
    let mut packed = vec![0; 5 + lz4_flex::block::get_maximum_output_size(plain.len())];
    packed[0] = form;
    packed[1..5].copy_from_slice(&(plain.len() as u32).to_le_bytes());
    #[expect(clippy::expect_used, reason = "the buffer has the largest size that LZ4 can need")]
    let length =
        lz4_flex::block::compress_into_with_dict(plain, &mut packed[5..], DICTIONARY).expect("room for the worst case");
    packed.truncate(5 + length);
    packed
}

/// Form and content of a blob.
fn unpack(page: u64, blob: &[u8]) -> Result<(u8, Vec<u8>), PageError> {
    let damaged = |reason: String| PageError::Damaged { page, reason };
    match blob.split_first() {
        Some((&form, rest)) if matches!(form, FORM | SPARSE) => {
            let (length, packed) =
                lz4_flex::block::uncompressed_size(rest).map_err(|error| damaged(error.to_string()))?;
            // LZ4 never shrinks to less than a 255th: a greater length is damage, and not worth its memory.
            if length / 255 > packed.len() {
                return Err(damaged(format!("it claims {length} bytes")));
            }
            lz4_flex::block::decompress_with_dict(packed, length, DICTIONARY)
                .map(|plain| (form, plain))
                .map_err(|error| damaged(error.to_string()))
        }
        Some((form, _)) => Err(damaged(format!("its form {form} is not known to this version of watop"))),
        None => Err(damaged("it is empty".into())),
    }
}

/// Place and size of a page: the columns that finding one needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The page's number.
    pub(super) page: u64,
    /// Number of its first request.
    pub(super) first_request: u64,
    /// Its requests; 0 where all its events belong to requests of earlier pages.
    pub(super) requests: u64,
    /// Sequence number of its first event, or of the next one when it has none.
    pub(super) first_seq: u64,
    /// Its sequence numbers, those of amendments and of events that were taken out included.
    pub(super) events: u64,
    /// Of these, those that count as no event: amendments, and what was taken out.
    pub(super) amendments: u64,
    /// The latest receive time of all requests up to and with this page, so that it never falls from page to page.
    pub(super) received_to: Millis,
}

impl Place {
    const COLUMNS: &'static str = "page, first_request, requests, first_seq, events, amendments, received_to";

    fn read(row: &Row) -> rusqlite::Result<Self> {
        Ok(Self {
            page: row.get::<_, i64>(0)? as u64,
            first_request: row.get::<_, i64>(1)? as u64,
            requests: row.get::<_, i64>(2)? as u64,
            first_seq: row.get::<_, i64>(3)? as u64,
            events: row.get::<_, i64>(4)? as u64,
            amendments: row.get::<_, i64>(5)? as u64,
            received_to: Millis(row.get(6)?),
        })
    }

    /// Sequence number of its last event, or of the last one before it.
    pub(super) fn last_seq(&self) -> u64 {
        self.first_seq + self.events - 1
    }

    /// Number of its last request.
    pub(super) fn last_request(&self) -> u64 {
        self.first_request + self.requests - 1
    }
}

/// Appends a page within the caller's transaction.
pub(super) fn insert(connection: &Connection, place: &Place, page: &[u8], raw: &[u8]) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO pages (page, first_request, requests, first_seq, events, amendments, received_to, data)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute((
            place.page as i64,
            place.first_request as i64,
            place.requests as i64,
            place.first_seq as i64,
            place.events as i64,
            place.amendments as i64,
            place.received_to.0,
            page,
        ))?;
    connection.prepare_cached("INSERT INTO raw (page, data) VALUES (?1, ?2)")?.execute((place.page as i64, raw))?;
    Ok(())
}

/// Removes a page within the caller's transaction, and counts it as removed. Answers its size in bytes.
pub(super) fn remove(connection: &Connection, place: &Place) -> rusqlite::Result<u64> {
    let page = place.page as i64;
    let bytes: i64 = connection
        .prepare_cached(
            "SELECT length(pages.data) + length(raw.data) FROM pages JOIN raw USING (page) WHERE page = ?1",
        )?
        .query_row([page], |row| row.get(0))?;
    connection.prepare_cached("DELETE FROM pages WHERE page = ?1")?.execute([page])?;
    connection.prepare_cached("DELETE FROM raw WHERE page = ?1")?.execute([page])?;
    connection
        .prepare_cached(
            "UPDATE removed SET page = ?1, request = ?2, seq = ?3, received_to = ?4,
                requests = requests + ?5, events = events + ?6",
        )?
        .execute((
            page,
            place.last_request() as i64,
            place.last_seq() as i64,
            place.received_to.0,
            place.requests as i64,
            (place.events - place.amendments) as i64,
        ))?;
    Ok(bytes as u64)
}

/// The first pages after `after`, in order: at most `count`, and no more once their blobs exceed `bytes`.
pub(super) fn after(
    connection: &Connection,
    after: u64,
    count: usize,
    mut bytes: usize,
) -> Result<VecDeque<Batch>, PageError> {
    let mut statement = connection
        .prepare_cached("SELECT page, first_request, first_seq, data FROM pages WHERE page > ?1 ORDER BY page")?;
    let mut rows = statement.query([signed(after)])?;
    let mut batches = VecDeque::new();
    while batches.len() < count
        && bytes > 0
        && let Some(row) = rows.next()?
    {
        let (batch, length) = read(row)?;
        batches.push_back(batch);
        bytes = bytes.saturating_sub(length);
    }
    Ok(batches)
}

/// The first page after `after`.
pub(super) fn next(connection: &Connection, after: u64) -> Result<Option<Batch>, PageError> {
    self::after(connection, after, 1, 1).map(|mut batches| batches.pop_front())
}

/// The last page before `before`.
pub(super) fn previous(connection: &Connection, before: u64) -> Result<Option<Batch>, PageError> {
    one(
        connection,
        "SELECT page, first_request, first_seq, data FROM pages WHERE page < ?1 ORDER BY page DESC LIMIT 1",
        before,
    )
}

/// The page with this number.
pub(super) fn exactly(connection: &Connection, page: u64) -> Result<Option<Batch>, PageError> {
    one(connection, "SELECT page, first_request, first_seq, data FROM pages WHERE page = ?1", page)
}

fn one(connection: &Connection, sql: &str, page: u64) -> Result<Option<Batch>, PageError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([signed(page)])?;
    match rows.next()? {
        Some(row) => read(row).map(|(batch, _)| Some(batch)),
        None => Ok(None),
    }
}

/// A page from its row, and the length of its blob.
fn read(row: &Row) -> Result<(Batch, usize), PageError> {
    let (page, first_request, first_seq): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let page = page as u64;
    let damaged = |error: FromSqlError| PageError::Damaged { page, reason: error.to_string() };
    let blob = row.get_ref(3)?.as_blob().map_err(damaged)?;
    Ok((decode(page, first_request as u64, first_seq as u64, blob)?, blob.len()))
}

fn decode(page: u64, first_request: u64, first_seq: u64, blob: &[u8]) -> Result<Batch, PageError> {
    let damaged = |reason: String| PageError::Damaged { page, reason };
    let (form, plain) = unpack(page, blob)?;
    let ((summaries, count), mut rest): ((Vec<StoredRequest>, u32), _) =
        postcard::take_from_bytes(&plain).map_err(|error| damaged(error.to_string()))?;
    // An event is large: each goes from the bytes to its place without a list in between.
    let mut events = Vec::with_capacity((count as usize).min(rest.len() / size_of::<Key>()));
    for mut seq in (first_seq..).take(count as usize) {
        let mut elsewhere = None;
        if form == SPARSE {
            let position: Position;
            (position, rest) = postcard::take_from_bytes(rest).map_err(|error| damaged(error.to_string()))?;
            seq = first_seq + u64::from(position.offset);
            elsewhere = position.elsewhere;
        }
        let stored: StoredEvent;
        (stored, rest) = postcard::take_from_bytes(rest).map_err(|error| damaged(error.to_string()))?;
        let (request, received_at, verified) = match elsewhere {
            Some((request, received_at, verified)) => (request, received_at, verified.map(Cow::into_owned)),
            None => {
                let request = summaries
                    .get(stored.request as usize)
                    .ok_or_else(|| damaged(format!("event {seq} names a request that is not there")))?;
                (first_request + u64::from(stored.request), request.received_at, request.verified.as_deref().cloned())
            }
        };
        events.push(Event {
            seq,
            request,
            received_at,
            key: Key(u128::from_le_bytes(stored.key)),
            amends: stored.amends,
            verified,
            path: Text::from(stored.path),
            provider_at: stored.provider_at,
            number: stored.number.map(Cow::into_owned),
            customer: stored.customer.map(Cow::into_owned),
            name: stored.name.map(Cow::into_owned),
            detail: stored.detail.into_owned(),
        });
    }
    let requests = (first_request..)
        .zip(summaries)
        .map(|(request, stored)| RequestSummary {
            request,
            received_at: stored.received_at,
            events: stored.events,
            unrecognised: stored.unrecognised,
            duplicates: stored.duplicates,
            bytes: stored.bytes,
        })
        .collect();
    Ok(Batch { page, requests, events })
}

/// One raw request of a page, by its place in it.
pub(super) fn raw(connection: &Connection, page: u64, index: usize) -> Result<Option<RawRequest>, PageError> {
    with_raws(connection, page, |stored| stored.into_iter().nth(index).map(RawRequest::from)).map(Option::flatten)
}

/// All raw requests of a page, in order.
pub(super) fn raws(connection: &Connection, page: u64) -> Result<Vec<RawRequest>, PageError> {
    with_raws(connection, page, |stored| stored.into_iter().map(RawRequest::from).collect())
        .map(Option::unwrap_or_default)
}

fn with_raws<T>(
    connection: &Connection,
    page: u64,
    f: impl FnOnce(Vec<StoredRaw<'_>>) -> T,
) -> Result<Option<T>, PageError> {
    let mut statement = connection.prepare_cached("SELECT data FROM raw WHERE page = ?1")?;
    let mut rows = statement.query([signed(page)])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let damaged = |reason: String| PageError::Damaged { page, reason };
    let (_, plain) = unpack(page, row.get_ref(0)?.as_blob().map_err(|error| damaged(error.to_string()))?)?;
    let stored = postcard::from_bytes(&plain).map_err(|error| damaged(error.to_string()))?;
    Ok(Some(f(stored)))
}

impl From<StoredRaw<'_>> for RawRequest {
    fn from(raw: StoredRaw<'_>) -> Self {
        Self {
            received_at: raw.received_at,
            peer: raw.peer.into(),
            path: raw.path.into(),
            headers: raw
                .headers
                .into_iter()
                .map(|(name, value)| (name.into(), Bytes::copy_from_slice(value)))
                .collect(),
            verified: raw.verified.map(Cow::into_owned),
            body: Bytes::copy_from_slice(raw.body),
        }
    }
}

/// Puts other content in the place of a page, within the caller's transaction. Its numbers and its time stay.
pub(super) fn replace(connection: &Connection, place: &Place, page: &[u8], raw: &[u8]) -> rusqlite::Result<()> {
    connection.prepare_cached("UPDATE pages SET amendments = ?2, data = ?3 WHERE page = ?1")?.execute((
        place.page as i64,
        place.amendments as i64,
        page,
    ))?;
    connection.prepare_cached("UPDATE raw SET data = ?2 WHERE page = ?1")?.execute((place.page as i64, raw))?;
    Ok(())
}

/// The place of the first page after `after`.
pub(super) fn place_after(connection: &Connection, after: u64) -> rusqlite::Result<Option<Place>> {
    place(connection, "SELECT {} FROM pages WHERE page > ?1 ORDER BY page LIMIT 1", after)
}

/// The oldest page.
pub(super) fn first_place(connection: &Connection) -> rusqlite::Result<Option<Place>> {
    place(connection, "SELECT {} FROM pages WHERE page >= ?1 ORDER BY page LIMIT 1", 0)
}

/// The newest page.
pub(super) fn last_place(connection: &Connection) -> rusqlite::Result<Option<Place>> {
    place(connection, "SELECT {} FROM pages WHERE page <= ?1 ORDER BY page DESC LIMIT 1", u64::MAX)
}

/// The first page for which `reached` holds, when it holds for all pages after that one too. Reads a few dozen rows, however
/// long the journal is: numbers and times rise with the page, and pages are removed only from the start.
pub(super) fn first_where(
    connection: &Connection,
    reached: impl Fn(&Place) -> bool,
) -> rusqlite::Result<Option<Place>> {
    let (Some(first), Some(last)) = (first_place(connection)?, last_place(connection)?) else { return Ok(None) };
    if !reached(&last) {
        return Ok(None);
    }
    let (mut low, mut found) = (first.page, last);
    while low < found.page {
        let middle = low + (found.page - low) / 2;
        match place(connection, "SELECT {} FROM pages WHERE page = ?1", middle)? {
            Some(place) if reached(&place) => found = place,
            _ => low = middle + 1,
        }
    }
    Ok(Some(found))
}

fn place(connection: &Connection, sql: &str, page: u64) -> rusqlite::Result<Option<Place>> {
    connection.prepare_cached(&sql.replace("{}", Place::COLUMNS))?.query_row([signed(page)], Place::read).optional()
}

/// SQLite integers are signed; numbers beyond are beyond every row too.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
