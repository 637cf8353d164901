//! The requests of a journal that a selection means, one after the other: the same ones whatever is done with them.

use super::{Selection, raw_requests};
use crate::event::Millis;
use crate::journal::{Batch, OpenError, RawRequest, Reader};
use crate::query::Filter;
use bytes::Bytes;
use std::borrow::Borrow;
use std::collections::BTreeSet;

/// The selected requests of a journal as it stood when this was made, in their order. One is selected by the events that are
/// stored, as every list shows them, and by those that its delivery only repeated. After an error nothing more comes.
pub struct Selected<R> {
    reader: R,
    selection: Selection,
    /// Requests with an event that is found and was read later than they came, so that it stands in another page.
    late: BTreeSet<u64>,
    /// The page before the first, the last one looked at, and the last there is.
    first: u64,
    page: u64,
    last: u64,
    /// The last request looked at.
    passed: u64,
    ready: std::vec::IntoIter<(u64, RawRequest)>,
}

impl<R: Borrow<Reader>> Selected<R> {
    /// Those that `selection` means of the journal behind `reader`.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn new(reader: R, selection: Selection) -> Result<Self, OpenError> {
        let journal = reader.borrow();
        let last = journal.stats()?.last_page;
        let first = match selection.from {
            Some(from) => journal.page_at(from)?.saturating_sub(1),
            None => 0,
        };
        let late = match &selection.filter {
            // Nothing is read later unless somebody asked for it.
            Some(filter) if journal.rewritten()? > 0 => late(journal, filter, selection.now, last)?,
            _ => BTreeSet::new(),
        };
        Ok(Self { reader, selection, late, first, page: first, last, passed: 0, ready: Vec::new().into_iter() })
    }

    /// How many pages of how many are done.
    pub fn progress(&self) -> (u64, u64) {
        (self.page.saturating_sub(self.first), self.last.saturating_sub(self.first))
    }

    /// Looks at the next page. Whether there was one.
    fn turn(&mut self) -> Result<bool, OpenError> {
        let reader = self.reader.borrow();
        if let Some(only) = &self.selection.requests {
            let Some(next) = only.range(self.passed + 1..).next() else { return Ok(false) };
            self.page = self.page.max(reader.page_of(*next)?.saturating_sub(1));
        }
        if self.page >= self.last {
            return Ok(false);
        }
        let Some(mut batch) = reader.next(self.page)? else { return Ok(false) };
        self.page = batch.page;
        self.passed = batch.requests.last().map_or(self.passed, |summary| summary.request);
        let selection = &self.selection;
        if !batch.requests.iter().any(|summary| selection.covers(summary.request, summary.received_at)) {
            return Ok(true);
        }
        if selection.filter.is_some() {
            reader.settle(&mut batch)?;
        }
        let mut requests = raw_requests(reader, &batch)?;
        requests.retain(|(number, raw)| selection.covers(*number, raw.received_at) && self.finds(&batch, *number, raw));
        self.ready = requests.into_iter();
        Ok(true)
    }

    /// Whether an event of the request is found: one that is stored, or one that its delivery only repeated.
    fn finds(&self, batch: &Batch, request: u64, raw: &RawRequest) -> bool {
        let Some(filter) = &self.selection.filter else { return true };
        let mut stored = 0;
        for event in batch.events.iter().filter(|event| event.request == request) {
            if filter.matches(event, &raw.body, self.selection.now) {
                return true;
            }
            stored += 1;
        }
        if self.late.contains(&request) {
            return true;
        }
        if filter.needs_numbers() {
            return false;
        }
        // What is not stored in this page was known before, or read later.
        let summary = batch.requests.iter().find(|summary| summary.request == request);
        summary.is_none_or(|summary| summary.duplicates > 0 || summary.events > stored)
            && self.selection.finds_told(request, raw)
    }
}

impl<R: Borrow<Reader>> Iterator for Selected<R> {
    type Item = Result<(u64, RawRequest), OpenError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.ready.next() {
                return Some(Ok(ready));
            }
            match self.turn() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.last = 0;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// Requests with an event that `filter` finds and that stands in a later page than they do.
fn late(reader: &Reader, filter: &Filter, now: Millis, last: u64) -> Result<BTreeSet<u64>, OpenError> {
    let (mut late, mut page) = (BTreeSet::new(), 0);
    while page < last
        && let Some(mut batch) = reader.next(page)?
    {
        page = batch.page;
        let first = batch.requests.first().map_or(u64::MAX, |summary| summary.request);
        if batch.events.iter().all(|event| event.request >= first) {
            continue;
        }
        reader.settle(&mut batch)?;
        for event in batch.events.iter().filter(|event| event.request < first) {
            let body = match filter.needs_body() {
                true => reader.request(event.request)?.map(|raw| raw.body).unwrap_or_default(),
                false => Bytes::new(),
            };
            if filter.matches(event, &body, now) {
                late.insert(event.request);
            }
        }
    }
    Ok(late)
}
