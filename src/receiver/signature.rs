//! Signature schemes over raw bytes (PROTOCOL §2).
//!
//! A scheme is *present* in a request when it has secrets and its signature header is there. One present scheme that verifies is
//! enough, whatever the body's shape. [`sign_nxcloud`] and [`sign_meta`] are the senders' side of the same.

pub(super) mod meta;
pub(super) mod nxcloud;

use crate::config::{Algorithm, Signing};
use crate::event::{Millis, Verified};
use axum::http::HeaderMap;
use axum::http::header::HeaderValue;
use bytes::Bytes;

/// Signs a body as NXCloud does; the headers to send, in order. Used by `send`, `demo` and tests.
///
/// `bizType` is 2, which stands for WhatsApp. The `algorithm` header is sent for SHA-256 only: silence means MD5.
pub fn sign_nxcloud(
    body: &[u8],
    secret: &[u8],
    access_key: &str,
    action: &str,
    ts_ms: i64,
    algorithm: Algorithm,
) -> Vec<(&'static str, String)> {
    let ts = ts_ms.to_string();
    let text = nxcloud::SignedText {
        access_key: access_key.as_bytes(),
        action: action.as_bytes(),
        biz_type: b"2",
        ts: ts.as_bytes(),
        body,
    };
    let sign = hex::encode(text.digest(algorithm, secret));
    let mut headers = vec![
        ("accessKey", access_key.to_owned()),
        ("ts", ts),
        ("bizType", "2".to_owned()),
        ("action", action.to_owned()),
        ("sign", sign),
    ];
    if algorithm == Algorithm::Sha256 {
        headers.push(("algorithm", "sha256".to_owned()));
    }
    headers
}

/// Signs a body as Meta does; the header to send.
pub fn sign_meta(body: &Bytes, app_secret: &[u8]) -> (&'static str, String) {
    let mac = meta::Key::new(app_secret).mac(body);
    ("X-Hub-Signature-256", format!("sha256={}", hex::encode(mac)))
}

/// Why a request is not believed; each becomes a 401. Messages never hold an expected value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// No present scheme, or a present one lacks a header.
    Missing(String),
    /// A signature that no configured secret gives, or a header it cannot be checked by.
    Bad(&'static str),
    /// The digest is right, but `ts` is further from now than the tolerance.
    Stale {
        /// Who would have vouched for it.
        verified: Verified,
        /// Receive time minus `ts` in milliseconds; negative when `ts` lies ahead.
        age_ms: i64,
    },
}

impl Fault {
    /// Which fault is told when several present schemes fail: the one nearest to being right.
    fn rank(&self) -> u8 {
        match self {
            Self::Bad(_) => 0,
            Self::Missing(_) => 1,
            Self::Stale { .. } => 2,
        }
    }
}

/// Everything requests are verified with, prepared once per configuration.
pub(super) struct Verifier {
    nxcloud: nxcloud::Checker,
    meta: meta::Checker,
}

impl Verifier {
    /// Prepares the secrets of `signing`.
    pub(super) fn new(signing: &Signing) -> Self {
        Self { nxcloud: nxcloud::Checker::new(signing), meta: meta::Checker::new(&signing.meta) }
    }

    /// Whether there is any secret; without one requests are accepted unverified.
    pub(super) fn has_secrets(&self) -> bool {
        self.nxcloud.has_secrets() || self.meta.has_secrets()
    }

    /// The NXCloud side, for the explanation of a mismatch.
    pub(super) fn nxcloud(&self) -> &nxcloud::Checker {
        &self.nxcloud
    }

    /// The Meta side, for the explanation of a mismatch.
    pub(super) fn meta(&self) -> &meta::Checker {
        &self.meta
    }

    /// Checks a request received at `now` against every present scheme.
    pub(super) fn verify(&self, headers: &HeaderMap, body: &[u8], now: Millis) -> Result<Verified, Fault> {
        let mut fault: Option<Fault> = None;
        for outcome in [self.nxcloud.check(headers, body, now), self.meta.check(headers, body)].into_iter().flatten() {
            match outcome {
                Ok(verified) => return Ok(verified),
                Err(next) if fault.as_ref().is_none_or(|told| told.rank() < next.rank()) => fault = Some(next),
                Err(_) => {}
            }
        }
        Err(fault.unwrap_or_else(|| Fault::Missing(self.expected())))
    }

    /// What a request without any signature is told.
    fn expected(&self) -> String {
        let schemes: Vec<&str> = [
            self.nxcloud.has_secrets().then_some("accessKey, ts, bizType, action and sign"),
            self.meta.has_secrets().then_some("X-Hub-Signature-256"),
        ]
        .into_iter()
        .flatten()
        .collect();
        format!("this request is not signed: expected the header {}", schemes.join(", or "))
    }
}

/// A header that may stand at most once.
enum Single<'a> {
    Absent,
    Once(&'a [u8]),
    Repeated,
}

fn single<'a>(headers: &'a HeaderMap, name: &str) -> Single<'a> {
    let mut values = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    match (values.next(), values.next()) {
        (None, _) => Single::Absent,
        (Some(value), None) => Single::Once(value),
        (Some(_), Some(_)) => Single::Repeated,
    }
}

/// Decodes `N` bytes of hex, in either case; anything else is `None`.
pub(super) fn decode_hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests;
