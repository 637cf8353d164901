//! A stored page whole: its events and its requests as they came.

use crate::event::Event;
use crate::journal::page::{self, PageError, Place};
use crate::journal::{Batch, RawRequest};
use rusqlite::Connection;

/// A page that can be changed and written back.
pub(super) struct Sheet {
    pub(super) place: Place,
    pub(super) batch: Batch,
    /// One for each request of the batch.
    pub(super) raw: Vec<RawRequest>,
}

impl Sheet {
    /// The first page after `after`.
    pub(super) fn next(connection: &Connection, after: u64) -> Result<Option<Self>, PageError> {
        let Some(place) = page::place_after(connection, after)? else { return Ok(None) };
        let damaged = |reason: &str| PageError::Damaged { page: place.page, reason: reason.to_owned() };
        let batch = page::exactly(connection, place.page)?.ok_or_else(|| damaged("it went while it was read"))?;
        let raw = page::raws(connection, place.page)?;
        if raw.len() != batch.requests.len() {
            return Err(damaged("its requests and their bodies do not match"));
        }
        Ok(Some(Self { place, batch, raw }))
    }

    /// The stored events and amendments of the request at `index`.
    pub(super) fn events_of(&self, index: usize) -> Vec<Event> {
        let request = self.batch.requests[index].request;
        self.batch.events.iter().filter(|event| event.request == request).cloned().collect()
    }

    /// Writes it over the page it was read from, within the caller's transaction.
    pub(super) fn replace(mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.batch.events.sort_by_key(|event| event.seq);
        let counted = self.batch.events.iter().filter(|event| event.amends.is_none()).count() as u64;
        self.place.amendments = self.place.events - counted;
        let (events, requests) = page::encode(&self.batch, &self.raw.iter().collect::<Vec<_>>(), &self.place);
        page::replace(connection, &self.place, &events, &requests)
    }
}
