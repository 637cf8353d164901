//! Verifying a request that was captured: what a receiver with this configuration would say, and why.

use super::explain::{self, explain};
use super::signature::nxcloud::read_ts;
use super::signature::{Fault, Verifier};
use crate::config::Signing;
use crate::event::{Millis, Scheme, Text, Verified};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It verifies.
    Verifies {
        /// Scheme and label of the secret.
        by: Verified,
        /// The digest, where the scheme has several.
        algorithm: Option<&'static str>,
    },
    /// It is signed correctly, but too long before or after it was received.
    Stale {
        /// Scheme and label of the secret.
        by: Verified,
        /// Receive time minus `ts`, in milliseconds.
        age_ms: i64,
    },
    /// It does not verify.
    Wrong {
        /// What the sender would be told.
        message: String,
        /// Which usual mistake explains it.
        explanation: String,
    },
    /// No secret is configured: it would be taken unverified.
    Unverified,
}

/// Verifies a request as if it had been received at `at`; without a time, as if no time had passed since it was signed.
///
/// # Errors
/// A header that cannot be one.
pub fn examine(
    signing: &Signing,
    headers: &[(Text, Vec<u8>)],
    body: &[u8],
    at: Option<Millis>,
) -> Result<Finding, String> {
    let verifier = Verifier::new(signing);
    if !verifier.has_secrets() {
        return Ok(Finding::Unverified);
    }
    let headers = header_map(headers)?;
    let sent_at = headers.get("ts").and_then(|ts| read_ts(ts.as_bytes()));
    let at = at.or(sent_at).unwrap_or_default();
    Ok(match verifier.verify(&headers, body, at) {
        Ok(by) => Finding::Verifies { algorithm: algorithm(&by, &headers), by },
        Err(Fault::Stale { verified, age_ms }) => Finding::Stale { by: verified, age_ms },
        Err(Fault::Missing(message)) => wrong(&verifier, &headers, body, message),
        Err(Fault::Bad(message)) => wrong(&verifier, &headers, body, message.to_owned()),
    })
}

fn wrong(verifier: &Verifier, headers: &HeaderMap, body: &[u8], message: String) -> Finding {
    let explanation = match body.len() {
        ..=explain::LIMIT => explain(verifier, headers, body),
        length => {
            format!("the body is too large to look for the mistake: {length} of at most {} bytes", explain::LIMIT)
        }
    };
    Finding::Wrong { message, explanation }
}

/// The digest of a signature that verified, by its length.
fn algorithm(by: &Verified, headers: &HeaderMap) -> Option<&'static str> {
    match (by.scheme, headers.get("sign")?.len()) {
        (Scheme::Nxcloud, 32) => Some("md5"),
        (Scheme::Nxcloud, _) => Some("sha256"),
        (Scheme::Meta, _) => None,
    }
}

/// Headers as a request has them.
pub(super) fn header_map(headers: &[(Text, Vec<u8>)]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let wrong = |what: &str| format!("{name:?} has {what} that no header can have");
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("a name"))?;
        map.append(key, HeaderValue::from_bytes(value).map_err(|_| wrong("a value"))?);
    }
    Ok(map)
}
