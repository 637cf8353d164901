//! Writing a capture.

use super::Entry;
use super::line::{self, Header};
use crate::journal::RawRequest;
use std::io::{self, Write};

/// Writes a capture. One without its [`Writer::end`] is read as cut off.
pub struct Writer<W: Write> {
    out: W,
    entries: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a capture.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn new(out: W, header: &Header) -> io::Result<Self> {
        let mut writer = Self { out, entries: 0 };
        writer.line(&line::write_header(header)?)?;
        Ok(writer)
    }

    /// Adds a request with the number it has in its journal.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn request(&mut self, number: u64, raw: &RawRequest) -> io::Result<()> {
        self.entries += 1;
        self.line(&line::write_request(number, raw)?)
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        self.entries += 1;
        self.line(&line::write_entry(entry)?)
    }

    /// Writes the last line and hands back the output.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn end(mut self) -> io::Result<W> {
        self.line(&line::write_end(self.entries)?)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")
    }
}
