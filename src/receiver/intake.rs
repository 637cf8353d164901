//! What happens to a request whose body is there: verify, decode, commit.

use super::Vitals;
use super::answer::{Reason, Refusal};
use super::body::Bodies;
use super::latency::Latency;
use super::refused::{Register, Remark};
use super::routes::Complaint;
use super::signature::{Fault, Verifier};
use super::{headers, now};
use crate::config::{self, SecretText, Signing};
use crate::event::{KeySecret, Millis, Origin, Scheme, Text, Verified, decode_isolated, json};
use crate::journal::{Health, Journal, RawRequest, Receipt, Submission, Unavailable, Writer};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use bytes::Bytes;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Kept of a header value, in bytes; signature headers are far shorter.
const HEADER_VALUE: usize = 2048;
/// At most one probe write in this time, however often readiness is asked for.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// Everything a request needs, shared by all of them.
pub(super) struct Intake {
    path: String,
    answer: Bytes,
    bodies: Bodies,
    credentials: RwLock<Credentials>,
    journal: Arc<Journal>,
    writer: Writer,
    key_secret: KeySecret,
    refused: Arc<Register>,
    probed: Mutex<Option<Instant>>,
    latency: Latency,
    counters: Counters,
}

/// What is replaced when secrets are reloaded.
struct Credentials {
    verifier: Arc<Verifier>,
    verify_token: Option<SecretText>,
}

#[derive(Default)]
struct Counters {
    refused: AtomicU64,
    unavailable: AtomicU64,
    nxcloud: AtomicU64,
    meta: AtomicU64,
}

impl From<Signing> for Credentials {
    fn from(signing: Signing) -> Self {
        Self { verifier: Arc::new(Verifier::new(&signing)), verify_token: signing.verify_token }
    }
}

impl Intake {
    pub(super) fn new(
        config: &config::Receiver,
        signing: Signing,
        journal: Arc<Journal>,
        refused: Arc<Register>,
    ) -> Self {
        Self {
            path: config.path.clone(),
            answer: Bytes::from(config.answer.clone()),
            bodies: Bodies::new(config.body_limit, config.body_timeout),
            credentials: RwLock::new(signing.into()),
            writer: journal.writer(),
            key_secret: journal.key_secret(),
            journal,
            refused,
            probed: Mutex::default(),
            latency: Latency::new(),
            counters: Counters::default(),
        }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn answer(&self) -> Bytes {
        self.answer.clone()
    }

    pub(super) fn bodies(&self) -> &Bodies {
        &self.bodies
    }

    pub(super) fn refused(&self) -> &Register {
        &self.refused
    }

    pub(super) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What requests are verified with now.
    pub(super) fn verifier(&self) -> Arc<Verifier> {
        Arc::clone(&self.credentials.read().unwrap_or_else(PoisonError::into_inner).verifier)
    }

    pub(super) fn verify_token(&self) -> Option<SecretText> {
        self.credentials.read().unwrap_or_else(PoisonError::into_inner).verify_token.clone()
    }

    pub(super) fn reload(&self, signing: Signing) {
        let credentials = signing.into();
        *self.credentials.write().unwrap_or_else(PoisonError::into_inner) = credentials;
    }

    /// Verifies, decodes and commits one request. When this says yes, it is on disk.
    pub(super) async fn take(&self, parts: &Parts, peer: Text, body: &Bytes) -> Result<Receipt, Complaint> {
        let received_at = now();
        let verified = self.verify(&parts.headers, body, received_at)?;
        let origin = Origin { received_at, verified };
        // In the request's own task.
        let events = decode_isolated(body, &origin, &self.key_secret);
        let target = parts.uri.path_and_query().map_or(parts.uri.path(), |target| target.as_str());
        let raw = RawRequest {
            received_at,
            peer,
            path: target.into(),
            headers: headers::for_journal(&parts.headers, HEADER_VALUE),
            verified: origin.verified,
            body: body.clone(),
        };
        self.commit(Submission { raw, events }).await.map_err(|unavailable| refusal(&unavailable).into())
    }

    fn verify(&self, headers: &HeaderMap, body: &Bytes, now: Millis) -> Result<Option<Verified>, Complaint> {
        let verifier = self.verifier();
        if !verifier.has_secrets() {
            check_unsigned(headers, body)?;
            return Ok(None);
        }
        match verifier.verify(headers, body, now) {
            Ok(verified) => {
                let counter = match verified.scheme {
                    Scheme::Nxcloud => &self.counters.nxcloud,
                    Scheme::Meta => &self.counters.meta,
                };
                counter.fetch_add(1, Relaxed);
                Ok(Some(verified))
            }
            Err(fault) => Err(complaint(fault, verifier)),
        }
    }

    /// Hands a request to the journal and waits until it is synced.
    async fn commit(&self, submission: Submission) -> Result<Receipt, Unavailable> {
        self.writer.submit(submission)?.await.unwrap_or(Err(Unavailable::Closed))
    }

    /// Whether a write can be synced: by a probe, and between two probes by the last commit's word.
    pub(super) async fn ready(&self) -> Result<(), Refusal> {
        let mut probed = self.probed.lock().await;
        let known = probed.is_some_and(|at| at.elapsed() < PROBE_INTERVAL);
        let outcome = if known {
            match &*self.journal.health().borrow() {
                Health::Writable => Ok(()),
                Health::Failing { reason, .. } => Err(Unavailable::CannotWrite(reason.clone())),
            }
        } else {
            let outcome = self.writer.probe().await;
            *probed = Some(Instant::now());
            outcome
        };
        outcome.map_err(|unavailable| refusal(&unavailable))
    }

    pub(super) fn count_answer(&self, took: Duration) {
        self.latency.record(took);
    }

    pub(super) fn count_refusal(&self, reason: Reason) {
        match reason {
            Reason::BadSignature | Reason::MissingSignature | Reason::StaleTimestamp => {
                self.counters.refused.fetch_add(1, Relaxed);
            }
            Reason::Unavailable => {
                self.counters.unavailable.fetch_add(1, Relaxed);
            }
            _ => {}
        }
    }

    pub(super) fn vitals(&self) -> Vitals {
        Vitals {
            ack_us: self.latency.percentiles(),
            refused: self.counters.refused.load(Relaxed),
            unavailable: self.counters.unavailable.load(Relaxed),
            verified: (self.counters.nxcloud.load(Relaxed), self.counters.meta.load(Relaxed)),
            gauges: self.journal.gauges(),
        }
    }
}

/// What is asked of a request that nobody vouches for: JSON by its own word, so that no web page can post here, and in truth.
fn check_unsigned(headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
    let content_type = headers.get(CONTENT_TYPE).map_or(b"".as_slice(), |value| value.as_bytes());
    if !is_json(content_type) {
        return Err(Refusal::new(Reason::UnsupportedMediaType, "the content type must be application/json"));
    }
    json::check_syntax(body).map_err(|error| Refusal::new(Reason::MalformedJson, error.to_string()))
}

/// `application/json` or `application/…+json`, with any parameters.
fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii();
    let Some((r#type, subtype)) = essence.split_at_checked(b"application/".len()) else { return false };
    let suffix = subtype.get(subtype.len().saturating_sub(5)..).unwrap_or_default();
    r#type.eq_ignore_ascii_case(b"application/")
        && (subtype.eq_ignore_ascii_case(b"json") || (subtype.len() > 5 && suffix.eq_ignore_ascii_case(b"+json")))
}

/// What the sender and what the operator is told of a signature that is not believed.
fn complaint(fault: Fault, verifier: Arc<Verifier>) -> Complaint {
    match fault {
        Fault::Missing(message) => {
            Complaint::new(Refusal::new(Reason::MissingSignature, message), Remark::Explain(verifier))
        }
        Fault::Bad(message) => Complaint::new(Refusal::new(Reason::BadSignature, message), Remark::Explain(verifier)),
        Fault::Stale { age_ms, .. } => {
            let (distance, said) = (distance(age_ms), if age_ms < 0 { "ahead of this clock" } else { "old" });
            let message = format!("ts is {distance} {said}, which is more than the tolerance");
            let advice = if age_ms < 0 {
                "compare this machine's clock with the sender's"
            } else {
                "if retries keep their ts, set ts_tolerance = off"
            };
            let remark = Remark::Said(format!("correctly signed, {distance} {said}: {advice}"));
            Complaint::new(Refusal::new(Reason::StaleTimestamp, message), remark)
        }
    }
}

/// A span in its largest unit that fits at least twice, `90 s` and `12 min` rather than `1 min` and `720 s`.
fn distance(ms: i64) -> String {
    let seconds = ms.unsigned_abs() / 1000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The sender learns that nothing was stored; why is for the operator.
fn refusal(unavailable: &Unavailable) -> Refusal {
    Refusal::new(
        Reason::Unavailable,
        match unavailable {
            Unavailable::Busy => "too many requests wait to be stored; this one was not stored, send it again",
            Unavailable::CannotWrite(_) => "the journal cannot be written; nothing was stored, send it again",
            Unavailable::Closed => "watop is stopping; this request was not stored, send it again",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_told_in_a_fitting_unit() {
        let told = [0, 59_999, 119_999, 720_000, -7_199_000, 86_400_000, 200_000_000].map(distance);
        assert_eq!(told, ["0 s", "59 s", "119 s", "12 min", "119 min", "24 h", "2 d"]);
    }
}
