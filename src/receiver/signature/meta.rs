//! Meta: `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 of the raw body with the app secret (PROTOCOL §2.2).

use super::{Fault, Single, decode_hex, single};
use crate::config::Secret;
use crate::event::{Scheme, Text, Verified};
use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header of the scheme, in lower case as `HeaderMap` wants it.
pub(in crate::receiver) const HEADER: &str = "x-hub-signature-256";

/// An app secret, prepared: both HMAC pads are already digested.
#[derive(Clone)]
pub(in crate::receiver) struct Key(Hmac<Sha256>);

impl Key {
    /// Prepares a secret of any length.
    pub(in crate::receiver) fn new(secret: &[u8]) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        Self(Hmac::new_from_slice(secret).expect("any key length"))
    }

    /// The code of `body`, for signing. Never compare it with `==`.
    pub(in crate::receiver) fn mac(&self, body: &[u8]) -> [u8; 32] {
        self.0.clone().chain_update(body).finalize().into_bytes().into()
    }

    /// Whether `claimed` is the code of `body`; compared in constant time.
    pub(in crate::receiver) fn verifies(&self, body: &[u8], claimed: &[u8; 32]) -> bool {
        self.0.clone().chain_update(body).verify_slice(claimed).is_ok()
    }
}

/// The Meta secrets, prepared.
pub(in crate::receiver) struct Checker {
    keys: Vec<(Text, Key)>,
}

impl Checker {
    pub(super) fn new(secrets: &[Secret]) -> Self {
        Self { keys: secrets.iter().map(|secret| (secret.label.clone(), Key::new(secret.value.bytes()))).collect() }
    }

    pub(super) fn has_secrets(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Labels and keys.
    pub(in crate::receiver) fn keys(&self) -> &[(Text, Key)] {
        &self.keys
    }

    /// `None`: the scheme is not present in this request.
    pub(super) fn check(&self, headers: &HeaderMap, body: &[u8]) -> Option<Result<Verified, Fault>> {
        if !self.has_secrets() {
            return None;
        }
        match single(headers, HEADER) {
            Single::Absent => None,
            Single::Repeated => Some(Err(Fault::Bad("the header X-Hub-Signature-256 stands more than once"))),
            Single::Once(value) => Some(self.verify(value, body)),
        }
    }

    fn verify(&self, value: &[u8], body: &[u8]) -> Result<Verified, Fault> {
        let claimed =
            claim(value).ok_or(Fault::Bad("X-Hub-Signature-256 is not of the form sha256=<64 hex digits>"))?;
        let (label, _) = self
            .keys
            .iter()
            .find(|(_, key)| key.verifies(body, &claimed))
            .ok_or(Fault::Bad("X-Hub-Signature-256 does not fit the body with any configured app secret"))?;
        Ok(Verified { scheme: Scheme::Meta, secret: label.clone() })
    }
}

/// The code that a header value claims.
fn claim(value: &[u8]) -> Option<[u8; 32]> {
    let (prefix, digits) = value.split_at_checked(b"sha256=".len())?;
    prefix.eq_ignore_ascii_case(b"sha256=").then(|| decode_hex(digits))?
}
