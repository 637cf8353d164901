//! NXCloud: a plain digest over sorted headers, the raw body and a suffix secret (PROTOCOL §2.1).

use super::{Fault, Single, decode_hex, single};
use crate::config::{Algorithm, Secret, Signing};
use crate::event::{Millis, Scheme, Verified};
use axum::http::HeaderMap;
use md5::{Digest, Md5};
use sha2::Sha256;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// What is digested, apart from the secret. Header values are taken as the bytes they arrived as.
#[derive(Debug, Clone, Copy)]
pub(in crate::receiver) struct SignedText<'a> {
    /// `accessKey`.
    pub(in crate::receiver) access_key: &'a [u8],
    /// `action`, whatever it is: no page gives the value for WhatsApp receipts.
    pub(in crate::receiver) action: &'a [u8],
    /// `bizType`.
    pub(in crate::receiver) biz_type: &'a [u8],
    /// `ts`.
    pub(in crate::receiver) ts: &'a [u8],
    /// The raw body; an empty one leaves its part of the text out altogether.
    pub(in crate::receiver) body: &'a [u8],
}

impl SignedText<'_> {
    /// The digest with `secret`, for signing. Never compare it with `==`.
    pub(in crate::receiver) fn digest(&self, algorithm: Algorithm, secret: &[u8]) -> Vec<u8> {
        match algorithm {
            Algorithm::Md5 => with_secret(self.begin::<Md5>(), secret).to_vec(),
            Algorithm::Sha256 => with_secret(self.begin::<Sha256>(), secret).to_vec(),
        }
    }

    /// Digests everything before the secret, so that several secrets share the work.
    pub(in crate::receiver) fn begin<D: Digest>(&self) -> D {
        let mut digest = D::new();
        for part in [
            b"accessKey=".as_slice(),
            self.access_key,
            b"&action=",
            self.action,
            b"&bizType=",
            self.biz_type,
            b"&ts=",
            self.ts,
        ] {
            digest.update(part);
        }
        if !self.body.is_empty() {
            digest.update(b"&body=");
            digest.update(self.body);
        }
        digest
    }
}

/// Closes a digest begun by [`SignedText::begin`].
pub(in crate::receiver) fn with_secret<D: Digest>(begun: D, secret: &[u8]) -> md5::digest::Output<D> {
    begun.chain_update(b"&accessSecret=").chain_update(secret).finalize()
}

/// The value of `sign`, decoded; its length says which digest it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::receiver) enum Sign {
    /// 16 bytes.
    Md5([u8; 16]),
    /// 32 bytes.
    Sha256([u8; 32]),
}

impl Sign {
    /// Reads hex of either case.
    pub(in crate::receiver) fn read(value: &[u8]) -> Option<Self> {
        match value.len() {
            32 => decode_hex(value).map(Self::Md5),
            64 => decode_hex(value).map(Self::Sha256),
            _ => None,
        }
    }

    /// The algorithm that gives a digest of this length.
    pub(in crate::receiver) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Md5(_) => Algorithm::Md5,
            Self::Sha256(_) => Algorithm::Sha256,
        }
    }

    /// The first of `secrets` that gives this digest of `text`; digests are compared in constant time.
    pub(in crate::receiver) fn find<'s>(
        &self,
        text: &SignedText<'_>,
        secrets: impl IntoIterator<Item = &'s Secret>,
    ) -> Option<&'s Secret> {
        fn first<'s, D: Digest + Clone>(
            begun: &D,
            sign: &[u8],
            secrets: impl IntoIterator<Item = &'s Secret>,
        ) -> Option<&'s Secret> {
            secrets
                .into_iter()
                .find(|secret| with_secret(begun.clone(), secret.value.bytes()).as_slice().ct_eq(sign).into())
        }
        match self {
            Self::Md5(sign) => first(&text.begin::<Md5>(), sign, secrets),
            Self::Sha256(sign) => first(&text.begin::<Sha256>(), sign, secrets),
        }
    }
}

/// The headers of a request, each where it stands exactly once.
struct Claim<'a> {
    text: SignedText<'a>,
    sign: &'a [u8],
    algorithm: Single<'a>,
}

/// The NXCloud secrets and what is accepted by them.
pub(in crate::receiver) struct Checker {
    secrets: Vec<Secret>,
    accepted: Accepted,
    tolerance: Option<Duration>,
}

/// Which digests may come. With one pinned the `algorithm` header is ignored: whoever sends cannot choose the weaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accepted {
    Both,
    Pinned(Algorithm),
}

impl Checker {
    pub(super) fn new(signing: &Signing) -> Self {
        let accepts = |algorithm| signing.algorithms.contains(&algorithm);
        let accepted = match (accepts(Algorithm::Md5), accepts(Algorithm::Sha256)) {
            (true, false) => Accepted::Pinned(Algorithm::Md5),
            (false, true) => Accepted::Pinned(Algorithm::Sha256),
            (true, true) | (false, false) => Accepted::Both, // none named is the default, which is both
        };
        Self { secrets: signing.nxcloud.clone(), accepted, tolerance: signing.ts_tolerance }
    }

    pub(super) fn has_secrets(&self) -> bool {
        !self.secrets.is_empty()
    }

    /// The labelled secrets.
    pub(in crate::receiver) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The one accepted algorithm, when there is only one.
    pub(in crate::receiver) fn pinned(&self) -> Option<Algorithm> {
        match self.accepted {
            Accepted::Both => None,
            Accepted::Pinned(algorithm) => Some(algorithm),
        }
    }

    /// `None`: the scheme is not present in this request.
    pub(super) fn check(&self, headers: &HeaderMap, body: &[u8], now: Millis) -> Option<Result<Verified, Fault>> {
        if !self.has_secrets() {
            return None;
        }
        match Claim::read(headers, body) {
            Ok(None) => None,
            Ok(Some(claim)) => Some(self.verify(&claim, now)),
            Err(fault) => Some(Err(fault)),
        }
    }

    fn verify(&self, claim: &Claim<'_>, now: Millis) -> Result<Verified, Fault> {
        const MISMATCH: Fault = Fault::Bad("sign does not fit the headers and the body with any configured secret");
        let algorithm = self.algorithm(&claim.algorithm)?;
        let sign = Sign::read(claim.sign).filter(|sign| sign.algorithm() == algorithm).ok_or(MISMATCH)?;
        let with_access_key = self.secrets.iter().filter(|secret| access_key_fits(secret, claim.text.access_key));
        let secret = sign.find(&claim.text, with_access_key).ok_or(MISMATCH)?;
        let sent_at = read_ts(claim.text.ts).ok_or(Fault::Bad("ts is neither 13 digits (ms) nor 10 digits (s)"))?;

        let verified = Verified { scheme: Scheme::Nxcloud, secret: secret.label.clone() };
        let age_ms = now.0 - sent_at.0;
        match self.tolerance {
            Some(tolerance) if u128::from(age_ms.unsigned_abs()) > tolerance.as_millis() => {
                Err(Fault::Stale { verified, age_ms })
            }
            _ => Ok(verified),
        }
    }

    fn algorithm(&self, header: &Single<'_>) -> Result<Algorithm, Fault> {
        match (self.accepted, header) {
            (Accepted::Pinned(algorithm), _) => Ok(algorithm),
            (Accepted::Both, Single::Absent) => Ok(Algorithm::Md5),
            (Accepted::Both, Single::Once(name)) if name.eq_ignore_ascii_case(b"md5") => Ok(Algorithm::Md5),
            (Accepted::Both, Single::Once(name)) if name.eq_ignore_ascii_case(b"sha256") => Ok(Algorithm::Sha256),
            (Accepted::Both, Single::Once(_)) => Err(Fault::Bad("the algorithm header is neither md5 nor sha256")),
            (Accepted::Both, Single::Repeated) => Err(Fault::Bad("the header algorithm stands more than once")),
        }
    }
}

impl<'a> Claim<'a> {
    /// `Ok(None)`: there is no `sign` header at all.
    fn read(headers: &'a HeaderMap, body: &'a [u8]) -> Result<Option<Self>, Fault> {
        let sign = match single(headers, "sign") {
            Single::Absent => return Ok(None),
            Single::Once(sign) => sign,
            Single::Repeated => return Err(Fault::Bad("the header sign stands more than once")),
        };
        let needed = |name: &'static str| match single(headers, name) {
            Single::Once(value) => Ok(value),
            Single::Absent => Err(Fault::Missing(format!("sign came without the header {name}"))),
            Single::Repeated => Err(Fault::Bad("a signed header stands more than once")),
        };
        let text = SignedText {
            access_key: needed("accessKey")?,
            action: needed("action")?,
            biz_type: needed("bizType")?,
            ts: needed("ts")?,
            body,
        };
        Ok(Some(Self { text, sign, algorithm: single(headers, "algorithm") }))
    }
}

/// Whether the `accessKey` header is the one configured with `secret`, if one is.
pub(in crate::receiver) fn access_key_fits(secret: &Secret, header: &[u8]) -> bool {
    secret.access_key.as_ref().is_none_or(|expected| expected.as_bytes().ct_eq(header).into())
}

/// Reads `ts`: 13 digits are milliseconds, 10 digits seconds, anything else is not a time (PROTOCOL §7.2).
pub(in crate::receiver) fn read_ts(value: &[u8]) -> Option<Millis> {
    if !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: i64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    match value.len() {
        13 => Some(Millis(number)),
        10 => Some(Millis(number * 1000)),
        _ => None,
    }
}
