//! Stored requests in their order, wherever they are kept.

use crate::capture::{self, Entry, Selected, Selection};
use crate::journal::{OpenError, RawRequest, Reader};

/// The selected requests of a journal, as it stood when this was made, or of a capture file. After an error nothing more comes.
pub struct Stored(Kept);

/// Where requests are kept.
enum Kept {
    Journal(Box<Selected<Reader>>),
    Capture(capture::Reader, Box<Selection>),
}

impl Stored {
    /// Those of the journal that `reader` reads.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn journal(reader: Reader, selection: Selection) -> Result<Self, OpenError> {
        Ok(Self(Kept::Journal(Box::new(Selected::new(reader, selection)?))))
    }

    /// Those of a capture.
    ///
    /// # Errors
    /// The filter asks for the numbers of events, which a capture does not keep; in words for the user.
    pub fn capture(reader: capture::Reader, selection: Selection) -> Result<Self, String> {
        match selection.filter.as_ref().is_some_and(|filter| filter.needs_numbers()) {
            true => Err("the filter asks for seq, and a capture file keeps no numbers of events: \
                         select by request:N, or watop import it and name the data directory"
                .to_owned()),
            false => Ok(Self(Kept::Capture(reader, Box::new(selection)))),
        }
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
