//! Stored requests in their order, wherever they are kept.

use super::satisfies;
use crate::event::Millis;
use crate::journal::{OpenError, RawRequest, Reader};
use crate::query::Filter;

/// Which stored requests are meant.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Received at or after this time.
    pub from: Option<Millis>,
    /// Received before this time.
    pub to: Option<Millis>,
    /// Only this one.
    pub request: Option<u64>,
    /// With an event that this finds.
    pub filter: Option<Filter>,
    /// For `age` in the filter.
    pub now: Millis,
}

impl Selection {
    fn selects(&self, request: u64, raw: &RawRequest) -> bool {
        self.request.is_none_or(|only| only == request)
            && self.from.is_none_or(|from| from <= raw.received_at)
            && self.to.is_none_or(|to| raw.received_at < to)
            && self.filter.as_ref().is_none_or(|filter| satisfies(request, raw, filter, self.now))
    }
}

/// Requests of a journal, as it stood when this was made, page by page.
pub struct Stored {
    reader: Reader,
    selection: Selection,
    page: std::vec::IntoIter<(u64, RawRequest)>,
    /// The number before the first, the number handed out or passed last, and the last there is.
    first: u64,
    passed: u64,
    last: u64,
}

impl Stored {
    /// The selected requests of the journal that `reader` reads.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn journal(reader: Reader, selection: Selection) -> Result<Self, OpenError> {
        let last = selection.request.unwrap_or(reader.stats()?.last_request);
        let first = match (selection.request, selection.from) {
            (Some(request), _) => request.saturating_sub(1),
            (None, Some(from)) => reader.request_at(from)?.saturating_sub(1),
            (None, None) => 0,
        };
        Ok(Self { reader, selection, page: Vec::new().into_iter(), first, passed: first, last })
    }

    /// How far it is, of how much.
    pub fn progress(&self) -> (u64, u64) {
        (self.passed - self.first, self.last.saturating_sub(self.first))
    }
}

impl Iterator for Stored {
    type Item = Result<(u64, RawRequest), String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            for (request, raw) in self.page.by_ref() {
                if request > self.last {
                    return None;
                }
                self.passed = request;
                if self.selection.selects(request, &raw) {
                    return Some(Ok((request, raw)));
                }
            }
            if self.passed >= self.last {
                return None;
            }
            match self.reader.requests_after(self.passed) {
                Ok(page) if page.is_empty() => return None,
                Ok(page) => self.page = page.into_iter(),
                Err(error) => {
                    self.passed = self.last;
                    return Some(Err(error.to_string()));
                }
            }
        }
    }
}
