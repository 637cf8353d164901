//! Stored requests in their order, wherever they are kept.

use super::satisfies;
use crate::capture::{self, CaptureError, Entry};
use crate::event::Millis;
use crate::journal::{OpenError, RawRequest, Reader};
use crate::query::Filter;
use std::collections::BTreeSet;
use std::path::Path;

/// Which stored requests are meant.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Received at or after this time.
    pub from: Option<Millis>,
    /// Received before this time.
    pub to: Option<Millis>,
    /// Only these, by number.
    pub requests: Option<BTreeSet<u64>>,
    /// With an event that this finds.
    pub filter: Option<Filter>,
    /// For `age` in the filter.
    pub now: Millis,
}

impl Selection {
    fn selects(&self, request: u64, raw: &RawRequest) -> bool {
        self.requests.as_ref().is_none_or(|only| only.contains(&request))
            && self.from.is_none_or(|from| from <= raw.received_at)
            && self.to.is_none_or(|to| raw.received_at < to)
            && self.filter.as_ref().is_none_or(|filter| satisfies(request, raw, filter, self.now))
    }
}

/// The selected requests of a journal, as it stood when this was made, or of a capture file. After an error nothing more comes.
pub struct Stored {
    selection: Selection,
    kept: Kept,
}

/// Where requests are kept.
enum Kept {
    Journal(Pages),
    Capture(capture::Reader),
}

impl Stored {
    /// Those of the journal that `reader` reads.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn journal(reader: Reader, selection: Selection) -> Result<Self, OpenError> {
        let pages = Pages::new(reader, &selection)?;
        Ok(Self { selection, kept: Kept::Journal(pages) })
    }

    /// Those of the capture file at `path`.
    ///
    /// # Errors
    /// It is not there, or not a capture.
    pub fn capture(path: &Path, selection: Selection) -> Result<Self, CaptureError> {
        Ok(Self { selection, kept: Kept::Capture(capture::Reader::open(path)?) })
    }

    /// How far it is, of how much.
    pub fn progress(&self) -> (u64, u64) {
        match &self.kept {
            Kept::Journal(pages) => (pages.passed - pages.first, pages.last.saturating_sub(pages.first)),
            Kept::Capture(reader) => reader.progress(),
        }
    }

    fn next_kept(&mut self) -> Option<Result<(u64, RawRequest), String>> {
        match &mut self.kept {
            Kept::Journal(pages) => pages.next(),
            Kept::Capture(reader) => reader.find_map(|entry| match entry {
                Ok(Entry::Request { number, raw }) => Some(Ok((number, raw))),
                Ok(_) => None,
                Err(error) => Some(Err(error.to_string())),
            }),
        }
    }
}

impl Iterator for Stored {
    type Item = Result<(u64, RawRequest), String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_kept()? {
                Ok((request, raw)) if !self.selection.selects(request, &raw) => {}
                next => return Some(next),
            }
        }
    }
}

/// A journal, page by page.
struct Pages {
    reader: Reader,
    page: std::vec::IntoIter<(u64, RawRequest)>,
    /// The number before the first, the number handed out last, and the last there is.
    first: u64,
    passed: u64,
    last: u64,
}

impl Pages {
    fn new(reader: Reader, selection: &Selection) -> Result<Self, OpenError> {
        let only = selection.requests.as_ref();
        let last = only.and_then(|only| only.last().copied()).unwrap_or(reader.stats()?.last_request);
        let first = match (only.and_then(|only| only.first().copied()), selection.from) {
            (Some(request), _) => request.saturating_sub(1),
            (None, Some(from)) => reader.request_at(from)?.saturating_sub(1),
            (None, None) => 0,
        };
        Ok(Self { reader, page: Vec::new().into_iter(), first, passed: first, last })
    }

    fn next(&mut self) -> Option<Result<(u64, RawRequest), String>> {
        while self.passed < self.last {
            match self.page.next() {
                Some((request, raw)) if request <= self.last => {
                    self.passed = request;
                    return Some(Ok((request, raw)));
                }
                Some(_) => self.passed = self.last,
                None => match self.reader.requests_after(self.passed) {
                    Ok(page) if page.is_empty() => self.passed = self.last,
                    Ok(page) => self.page = page.into_iter(),
                    Err(error) => {
                        self.passed = self.last;
                        return Some(Err(error.to_string()));
                    }
                },
            }
        }
        None
    }
}
