//! Rows of lists as JSON: the same keys on the command line and in what the screen writes to files.

use crate::event::Text;
use crate::journal::operator::{Attempt, Refused};
use serde::Serialize;

/// An attempt to forward a request.
#[derive(Debug, Serialize)]
pub struct AttemptRow<'a> {
    /// Null while it is not in the list yet: of what was just sent.
    n: Option<u64>,
    at: String,
    origin: &'a str,
    target: &'a str,
    request: u64,
    kinds: Vec<&'a str>,
    attempt: u32,
    status: Option<u16>,
    took_ms: u32,
    error: Option<&'a str>,
    given_up: bool,
    headers: &'a [(Text, String)],
    /// The first bytes, as text; what is not UTF-8 is replaced.
    body: String,
    length: u64,
}

impl<'a> From<&'a Attempt> for AttemptRow<'a> {
    fn from(attempt: &'a Attempt) -> Self {
        Self {
            n: (attempt.n > 0).then_some(attempt.n),
            at: attempt.at.rfc3339(),
            origin: attempt.origin.as_str(),
            target: &attempt.target,
            request: attempt.request,
            kinds: attempt.kinds.split_whitespace().collect(),
            attempt: attempt.attempt,
            status: attempt.status,
            took_ms: attempt.took_ms,
            error: attempt.error.as_deref(),
            given_up: attempt.given_up,
            headers: &attempt.headers,
            body: String::from_utf8_lossy(&attempt.body).into_owned(),
            length: attempt.length,
        }
    }
}

/// A refused request.
#[derive(Debug, Serialize)]
pub struct RefusedRow<'a> {
    n: u64,
    at: String,
    peer: &'a str,
    path: &'a str,
    reason: &'a str,
    explanation: Option<&'a str>,
}

impl<'a> From<&'a Refused> for RefusedRow<'a> {
    fn from(refused: &'a Refused) -> Self {
        Self {
            n: refused.n,
            at: refused.at.rfc3339(),
            peer: &refused.peer,
            path: &refused.path,
            reason: &refused.reason,
            explanation: refused.explanation.as_deref(),
        }
    }
}
