//! Capture files: stored requests in a form that outlives the journal, to be kept, sent to a colleague, compared and searched.
//!
//! A capture is lines of JSON, compressed with zstd or not. The first line says what it is, one line follows per
//! request in the order of the journal, then what stands beside the requests, and the last line counts them:
//!
//! ```text
//! {"watop_capture":2,"made_at":"…","by":"watop 0.1.0","masked":false,"from":null,"to":null,"filter":null,"sum":"…"}
//! {"request":1,"received_at":"…","peer":"127.0.0.1","path":"/webhook","verified":{"scheme":"meta","secret":"app"},
//!  "headers":[["content-type","application/json"]],"json":{"object":"whatsapp_business_account",…},"sum":"…"}
//! {"refused":1,"at":"…",…}  {"refused_minute":"…",…}  {"acknowledged":"…",…}  {"rule_alert":"…",…}
//! {"run":"…","until":"…","ended":true,"sum":"…"}  {"expired":12,"sum":"…"}
//! {"end":true,"entries":1,"sum":"…"}
//! ```
//!
//! `refused` and `refused_minute` are what the receiver turned away, `acknowledged` and `rule_alert` who looks after which alert and
//! what rules decided, `run` when a receiver ran, and `expired` how many events retention had removed.
//!
//! A body stands there to the byte: as `json` where it is JSON on one line, so that `grep` and `jq` find their way in, else as
//! `text`, else, when it is not UTF-8, as `base64`. `sum` is the begin of the SHA-256 of all that stands before it in its line.
//!
//! [`Reader`] believes nothing: a line whose sum does not fit, a missing end and a version that it does not know are errors that
//! name the line, and what stood before that line is handed out first.

pub mod bundle;
mod curl;
mod har;
mod import;
mod line;
mod mask;
mod reader;
mod select;
mod selected;
#[cfg(test)]
mod tests;
mod writer;

pub use curl::curl;
pub use har::Har;
pub use import::{ImportError, Imported, import};
pub use line::{Header, read_line};
pub use mask::{masked, masked_header, masked_refused};
pub use reader::{Reader, is_capture};
pub use select::{Captured, Recipe, SelectError, Selection, capture, raw_requests, select};
pub use selected::Selected;
pub use writer::Writer;

use crate::event::Millis;
use crate::journal::operator::{Acknowledgement, Refused, RefusedCount, StoredAlert};
use crate::journal::{RawRequest, Run};

/// The version of the form that is written. Version 1, which has no `rule_alert`, `run` and `expired`, is read, too.
pub const VERSION: u64 = 2;

/// What a line between the first and the last one holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A request that was answered 200.
    Request {
        /// The number it had in its journal.
        number: u64,
        /// The request.
        raw: RawRequest,
    },
    /// A request that was refused.
    Refused(Refused),
    /// How many were refused in a minute.
    RefusedCount(RefusedCount),
    /// An alert that somebody has taken note of.
    Acknowledged(Acknowledgement),
    /// An alert of a rule.
    RuleAlert(StoredAlert),
    /// When a receiver ran: the time between two of these is a gap.
    Run(Run),
    /// Events that retention had removed from the journal.
    Expired(u64),
}

/// Why a capture cannot be read, or not further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// There is nothing that could be read.
    #[error("{0}")]
    Unusable(String),
    /// The line cannot be believed; everything before it was handed out.
    #[error("line {line}: {reason}")]
    Damaged {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// A time as it stands in a capture.
fn read_time(text: &str) -> Option<Millis> {
    let at: Result<jiff::Timestamp, _> = text.parse();
    // What is beyond the calendar is written as a number, see `Millis::rfc3339`.
    at.map_or_else(|_| text.parse().ok(), |at| Some(at.as_millisecond())).map(Millis)
}
