//! The one way out over HTTP for stored and signed requests: one post, one answer, bounded in time and memory.

use super::Address;
use crate::monitor::figures::duration;
use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// First bytes of an answer that are kept.
const FIRST: usize = 1024;
/// Bytes of an answer that are read; a longer one is cut off there.
const READ: u64 = 1 << 20;
/// Headers of an answer that are kept, and bytes of the value of each.
const HEADERS: (usize, usize) = (32, 256);
/// How long connecting may take: less than a whole post, so that a host that is gone is told from one that is slow.
const CONNECT: Duration = Duration::from_secs(10);

/// Headers that belong to one connection or to the bytes on it, not to the request (RFC 9110 §7.6.1). They are set anew.
const HOP_BY_HOP: [&str; 11] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "content-length",
];

/// Posts to one address over connections that are kept open. Cheap to clone. Redirects are answers, not followed.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    to: Address,
    timeout: Duration,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers, cut.
    pub headers: Vec<(String, String)>,
    /// How long to wait before the next post, when it says so.
    pub retry_after: Option<Duration>,
    /// The first bytes of its body.
    pub first: Vec<u8>,
    /// Length of its body in bytes, as far as it was read.
    pub length: u64,
    /// Digest of its body, as far as it was read.
    pub digest: [u8; 16],
}

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// There was no connection, so nothing was sent.
    #[error("{0}")]
    Unreachable(String),
    /// Something may have been sent.
    #[error("{0}")]
    Broken(String),
}

impl Client {
    /// Prepares to post to `to`; each post may take `timeout`.
    pub fn new(to: &Address, timeout: Duration) -> Result<Self, String> {
        // Fails only when one is installed already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .timeout(timeout)
            .connect_timeout(CONNECT.min(timeout))
            .redirect(reqwest::redirect::Policy::none());
        if to.is_loopback() {
            http = http.no_proxy();
        }
        match http.build() {
            Ok(http) => Ok(Self { http, to: to.clone(), timeout }),
            Err(error) => Err(format!("no HTTPS to {to}: {}", chain(&error.without_url()))),
        }
    }

    /// Where it posts.
    pub fn to(&self) -> &Address {
        &self.to
    }

    /// Posts `body` byte for byte. Hop-by-hop headers among `headers` are left out, as is what is no header at all.
    pub async fn post<'h>(
        &self,
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
        body: Bytes,
    ) -> Result<Answer, PostError> {
        let request = self.http.post(self.to.url().clone()).headers(sendable(headers)).body(body);
        let mut response = request.send().await.map_err(|error| self.failed(error))?;
        let mut answer = Answer {
            status: response.status().as_u16(),
            headers: shown(response.headers()),
            retry_after: retry_after(response.headers()),
            first: Vec::new(),
            length: 0,
            digest: [0; 16],
        };
        let mut digest = Sha256::new();
        while answer.length < READ
            && let Some(chunk) = response.chunk().await.map_err(|error| self.failed(error))?
        {
            let room = FIRST.saturating_sub(answer.first.len()).min(chunk.len());
            answer.first.extend_from_slice(&chunk[..room]);
            answer.length += chunk.len() as u64;
            digest.update(&chunk);
        }
        answer.digest.copy_from_slice(&digest.finalize()[..16]);
        Ok(answer)
    }

    fn failed(&self, error: reqwest::Error) -> PostError {
        let error = error.without_url();
        match (error.is_connect(), error.is_timeout()) {
            (true, true) => {
                let within = lasting(CONNECT.min(self.timeout));
                PostError::Unreachable(format!("{} did not take the connection within {within}", self.to))
            }
            (true, false) => PostError::Unreachable(root(&error)),
            (false, true) => {
                PostError::Broken(format!("no whole answer within the timeout of {}", lasting(self.timeout)))
            }
            (false, false) => PostError::Broken(chain(&error)),
        }
    }
}

/// `10 s`; `250 ms` where seconds would not tell.
fn lasting(time: Duration) -> String {
    match i64::try_from(time.as_secs()) {
        Ok(seconds @ 1..) if time.subsec_millis() == 0 => duration(seconds),
        _ => format!("{} ms", time.as_millis()),
    }
}

fn sendable<'h>(headers: impl IntoIterator<Item = (&'h str, &'h [u8])>) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        if HOP_BY_HOP.iter().any(|hop| hop.eq_ignore_ascii_case(name)) {
            continue;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value)) {
            map.append(name, value);
        }
    }
    map
}

fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let (count, length) = HEADERS;
    // A cookie is the target's secret.
    let shown = headers.iter().filter(|(name, _)| *name != "set-cookie").take(count);
    let cut = |value: &HeaderValue| {
        let value = value.as_bytes();
        String::from_utf8_lossy(value.get(..length).unwrap_or(value)).into_owned()
    };
    shown.map(|(name, value)| (name.as_str().to_owned(), cut(value))).collect()
}

/// `Retry-After` in seconds; its other form, a date, is left to the caller's own backoff.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The innermost cause: the ones around a failed connection only say that it failed.
fn root(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    format!("cannot connect: {innermost}")
}

/// An error with its causes: the outermost alone rarely says what happened.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
