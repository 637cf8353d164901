//! Reading a capture, line by line.

use super::line::{self, Header, Line};
use super::{CaptureError, Entry};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Longest line, in bytes: far more than the largest body that a receiver takes comes to.
const LONGEST: u64 = 1 << 30;

/// The first bytes of what zstd compressed.
pub(super) const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Whether bytes begin like a capture, compressed or not.
pub fn is_capture(bytes: &[u8]) -> bool {
    bytes.starts_with(&ZSTD) || bytes.starts_with(b"{\"watop_capture\":")
}

/// Reads a capture. Iterating gives its entries in order, and at most one error, which ends it.
pub struct Reader {
    input: Box<dyn BufRead + Send>,
    header: Header,
    /// The line read last.
    line: u64,
    buffer: Vec<u8>,
    entries: u64,
    ended: bool,
    consumed: Arc<AtomicU64>,
    length: u64,
}

impl Reader {
    /// Opens the capture file at `path`, compressed or not.
    ///
    /// # Errors
    /// There is no such file, or its first line is not that of a capture of this version.
    pub fn open(path: &Path) -> Result<Self, CaptureError> {
        let unusable = |error: io::Error| CaptureError::Unusable(format!("cannot be read: {error}"));
        let file = File::open(path).map_err(unusable)?;
        let metadata = file.metadata().map_err(unusable)?;
        if metadata.is_dir() {
            return Err(CaptureError::Unusable("is a directory, not a capture file".into()));
        }
        Ok(Self { length: metadata.len(), ..Self::new(file)? })
    }

    /// Reads a capture from `input`, compressed or not.
    ///
    /// # Errors
    /// The first line is not that of a capture of this version.
    pub fn new(input: impl Read + Send + 'static) -> Result<Self, CaptureError> {
        let damaged = |reason: String| CaptureError::Damaged { line: 1, reason };
        let consumed = Arc::new(AtomicU64::new(0));
        let mut input = BufReader::with_capacity(64 << 10, Counted { input, count: Arc::clone(&consumed) });
        let begin = input.fill_buf().map_err(|error| damaged(error.to_string()))?;
        let compressed = begin.starts_with(&ZSTD);
        let input: Box<dyn BufRead + Send> = if compressed {
            let decoder =
                zstd::stream::read::Decoder::with_buffer(input).map_err(|error| damaged(error.to_string()))?;
            Box::new(BufReader::with_capacity(64 << 10, decoder))
        } else {
            Box::new(input)
        };
        let header = Header::new(crate::event::Millis(0));
        let mut reader =
            Self { input, header, line: 0, buffer: Vec::new(), entries: 0, ended: false, consumed, length: 0 };
        let first = reader.next_line()?.ok_or_else(|| damaged("the file is empty".into()))?;
        reader.header = line::read_header(&first).map_err(damaged)?;
        Ok(reader)
    }

    /// What the capture says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Bytes of the file read so far, and its length; 0 where that is not known.
    pub fn progress(&self) -> (u64, u64) {
        (self.consumed.load(Relaxed), self.length)
    }

    /// The next line without its break, `None` behind the last one.
    fn next_line(&mut self) -> Result<Option<String>, CaptureError> {
        self.line += 1;
        self.buffer.clear();
        let read = (&mut self.input).take(LONGEST).read_until(b'\n', &mut self.buffer);
        // Compressed input that is cut off or altered shows here.
        let read = read.map_err(|error| self.damaged(format!("it cannot be read: {error}")))?;
        if read == 0 {
            return Ok(None);
        }
        let whole = self.buffer.pop_if(|byte| *byte == b'\n').is_some();
        if !whole && read as u64 == LONGEST {
            return Err(self.damaged(format!("it is longer than {LONGEST} bytes")));
        }
        match std::str::from_utf8(&self.buffer) {
            Ok(line) => Ok(Some(line.to_owned())),
            Err(_) if self.line == 1 => Err(self.damaged("this is no capture file: it is not text".into())),
            Err(error) => Err(self.damaged(format!("it was altered: {error}"))),
        }
    }

    fn next_entry(&mut self) -> Result<Option<Entry>, CaptureError> {
        let Some(line) = self.next_line()? else {
            let reason = format!("the file ends without its last line: it was cut off after {} entries", self.entries);
            return Err(self.damaged(reason));
        };
        match line::read_any(&line).map_err(|reason| self.damaged(reason))? {
            Line::Entry(entry) => {
                self.entries += 1;
                Ok(Some(entry))
            }
            Line::End(entries) if entries != self.entries => Err(self.damaged(format!(
                "the capture had {entries} entries, and {} stand here: lines were removed or repeated",
                self.entries
            ))),
            Line::End(_) => match self.next_line()? {
                Some(_) => Err(self.damaged("something stands behind the last line".into())),
                None => Ok(None),
            },
        }
    }

    fn damaged(&self, reason: String) -> CaptureError {
        CaptureError::Damaged { line: self.line, reason }
    }
}

impl Iterator for Reader {
    type Item = Result<Entry, CaptureError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_entry();
        self.ended = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

/// Counts what is read.
struct Counted<R> {
    input: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.count.fetch_add(read as u64, Relaxed);
        Ok(read)
    }
}
