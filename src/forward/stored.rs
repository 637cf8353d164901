//! Stored requests in their order, wherever they are kept.

use crate::capture::{self, CaptureError, Entry, Selected, Selection};
use crate::journal::{OpenError, RawRequest, Reader};
use std::path::Path;

/// The selected requests of a journal, as it stood when this was made, or of a capture file. After an error nothing more comes.
pub struct Stored(Kept);

/// Where requests are kept.
enum Kept {
    Journal(Box<Selected<Reader>>),
    Capture(capture::Reader, Box<Selection>),
}

/// Why there are no stored requests.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// It is not there, or not a capture.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// What is asked for cannot be known of what is kept there.
    #[error("{0}")]
    Unanswerable(String),
}

impl Stored {
    /// Those of the journal that `reader` reads.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn journal(reader: Reader, selection: Selection) -> Result<Self, OpenError> {
        Ok(Self(Kept::Journal(Box::new(Selected::new(reader, selection)?))))
    }

    /// Those of the capture file at `path`.
    ///
    /// # Errors
    /// It is not there, or not a capture; or the filter asks for the numbers of events, which a capture does not keep.
    pub fn capture(path: &Path, selection: Selection) -> Result<Self, StoredError> {
        if selection.filter.as_ref().is_some_and(|filter| filter.needs_numbers()) {
            let message = "the filter asks for seq, and a capture file keeps no numbers of events: \
                           select by request:N, or watop import it and name the data directory";
            return Err(StoredError::Unanswerable(message.to_owned()));
        }
        Ok(Self(Kept::Capture(capture::Reader::open(path)?, Box::new(selection))))
    }

    /// How far it is, of how much.
    pub fn progress(&self) -> (u64, u64) {
        match &self.0 {
            Kept::Journal(selected) => selected.progress(),
            Kept::Capture(reader, _) => reader.progress(),
        }
    }
}

impl Iterator for Stored {
    type Item = Result<(u64, RawRequest), String>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Kept::Journal(selected) => selected.next().map(|next| next.map_err(|error| error.to_string())),
            Kept::Capture(reader, selection) => reader.find_map(|entry| match entry {
                Ok(Entry::Request { number, raw }) => {
                    let wanted = selection.covers(number, raw.received_at) && selection.finds_told(number, &raw);
                    wanted.then_some(Ok((number, raw)))
                }
                Ok(_) => None,
                Err(error) => Some(Err(error.to_string())),
            }),
        }
    }
}
