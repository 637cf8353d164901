//! `operator.db`: what people and the receiver note beside the journal. Any process, short transactions.

use super::OpenError;
use crate::event::{Millis, Text};
use std::path::Path;

/// A refused request, kept in a bounded list (DESIGN §3).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Refused {
    /// Its number, from 1.
    pub n: u64,
    /// When it came.
    pub at: Millis,
    /// Peer address.
    pub peer: Text,
    /// Request target.
    pub path: Text,
    /// Status that was answered.
    pub answer: u16,
    /// Error name, such as `bad_signature`.
    pub reason: Text,
    /// What would have matched, for the operator.
    pub explanation: Option<String>,
    /// Headers that came with it, values cut, secrets never.
    pub headers: Vec<(Text, String)>,
    /// First bytes of the body; the whole body when the signature was right and only stale.
    pub body: Vec<u8>,
    /// Length of the whole body in bytes, as far as it was read.
    pub length: u64,
}

/// Refused requests per minute and reason; survives restarts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCount {
    /// Start of the minute.
    pub minute: Millis,
    /// Error name.
    pub reason: Text,
    /// Answered status.
    pub answer: u16,
    /// How many.
    pub count: u64,
}

/// The second database of a data directory.
pub struct Operator {}

impl Operator {
    /// Opens or creates `operator.db` in `dir`.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let _ = dir;
        unimplemented!()
    }

    /// Adds refused requests and counts in one transaction, keeping at most 1,000 entries and 2 MiB. Numbers `n` are given here.
    pub fn add_refused(&mut self, entries: Vec<Refused>, counts: Vec<RefusedCount>) -> Result<(), OpenError> {
        let _ = (entries, counts);
        unimplemented!()
    }

    /// The kept refused requests, newest first.
    pub fn refused(&self) -> Result<Vec<Refused>, OpenError> {
        unimplemented!()
    }

    /// One kept refused request.
    pub fn refused_one(&self, n: u64) -> Result<Option<Refused>, OpenError> {
        let _ = n;
        unimplemented!()
    }

    /// Counts per minute and reason that overlap `from..to`, oldest first.
    pub fn refused_counts(&self, from: Millis, to: Millis) -> Result<Vec<RefusedCount>, OpenError> {
        let _ = (from, to);
        unimplemented!()
    }

    /// Marks an alert as acknowledged by `who`, with a note. Acknowledging again replaces the note.
    pub fn acknowledge(&mut self, alert: &str, who: &str, note: &str, at: Millis) -> Result<(), OpenError> {
        let _ = (alert, who, note, at);
        unimplemented!()
    }

    /// Acknowledged alerts: alert id and who.
    pub fn acknowledged(&self) -> Result<Vec<(Text, Text)>, OpenError> {
        unimplemented!()
    }
}
