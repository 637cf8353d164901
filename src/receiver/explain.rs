//! What went wrong with a signature: the usual mistakes are tried, and the one that would have matched is named.
//!
//! For the operator only. It says how far a forged request was from being right, so it must never reach the HTTP answer.

mod reencode;

use super::signature::Verifier;
use super::signature::meta;
use super::signature::nxcloud::{Sign, SignedText, access_key_fits, read_ts};
use crate::config::{Algorithm, Secret};
use axum::http::HeaderMap;

/// Bodies beyond this many bytes are not examined: forty forms of each are digested with every secret.
pub(super) const LIMIT: usize = 64 << 10;
/// Secrets tried of each scheme.
const SECRETS: usize = 16;
/// Values of `action` that the platform's pages use somewhere.
const ACTIONS: [&str; 5] = ["dr", "mo", "mt", "send", "mtsend"];

/// Says which usual mistake explains the signature of a refused request. `body` is the whole body, at most [`LIMIT`] bytes.
pub(super) fn explain(verifier: &Verifier, headers: &HeaderMap, body: &[u8]) -> String {
    let case = Case::new(verifier, headers, body);
    case.sign().or_else(|| case.hub_signature()).unwrap_or_else(|| case.unexplained())
}

/// One refused request and the secrets to try it with.
struct Case<'a> {
    verifier: &'a Verifier,
    /// The signed headers, when they are all there.
    text: Option<SignedText<'a>>,
    algorithm: Option<&'a [u8]>,
    sign: Option<&'a [u8]>,
    hub: Option<&'a [u8]>,
    legacy: bool,
    body: &'a [u8],
}

impl<'a> Case<'a> {
    fn new(verifier: &'a Verifier, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        let header = |name: &str| headers.get(name).map(|value| value.as_bytes());
        let text = || {
            Some(SignedText {
                access_key: header("accesskey")?,
                action: header("action")?,
                biz_type: header("biztype")?,
                ts: header("ts")?,
                body,
            })
        };
        Self {
            verifier,
            text: text(),
            algorithm: header("algorithm"),
            sign: header("sign"),
            hub: header(meta::HEADER),
            legacy: header("x-hub-signature").is_some(),
            body,
        }
    }

    fn secrets(&self) -> impl Iterator<Item = &'a Secret> {
        self.verifier.nxcloud().secrets().iter().take(SECRETS)
    }

    /// What is wrong with `sign`.
    fn sign(&self) -> Option<String> {
        let sign = Sign::read(self.sign?)?;
        self.text
            .and_then(|text| self.nxcloud_digest(&sign, text))
            .or_else(|| self.keyed(&sign).map(|matched| format!("sign holds Meta's kind of signature: {matched}")))
    }

    /// What is wrong with `X-Hub-Signature-256`.
    fn hub_signature(&self) -> Option<String> {
        let value = self.hub?;
        let digits = value.strip_prefix(b"sha256=").unwrap_or(value);
        let sign = Sign::read(digits)?;
        if let Some(matched) = self.keyed(&sign) {
            let prefix = if digits.len() == value.len() { ", but the prefix sha256= is missing" } else { "" };
            return Some(format!("{matched}{prefix}"));
        }
        let secret = sign.find(&self.text?, self.secrets())?;
        Some(format!(
            "X-Hub-Signature-256 holds NXCloud's signature with the secret {:?}: it belongs into the header sign",
            secret.label
        ))
    }

    /// Tries `sign` as what it should be: NXCloud's digest, with one thing mistaken.
    fn nxcloud_digest(&self, sign: &Sign, text: SignedText<'a>) -> Option<String> {
        let try_with = |text: &SignedText<'_>| sign.find(text, self.secrets());
        for form in reencode::forms(self.body) {
            if let Some(secret) = try_with(&SignedText { body: &form.bytes, ..text }) {
                let matched = format!("the secret {:?} with {} matches", secret.label, sign.algorithm().name());
                return Some(match form.description {
                    Some(change) => format!("{matched} once {change}: the body is not sent as it was signed"),
                    None => format!("{matched}{}", self.refused_although(secret, sign.algorithm(), &text)),
                });
            }
        }
        for secret in self.secrets() {
            let Some(access_key) = &secret.access_key else { continue };
            if sign.find(&SignedText { access_key: access_key.as_bytes(), ..text }, [secret]).is_some() {
                return Some(format!(
                    "the secret {:?} matches with its configured accessKey: the header accessKey holds another",
                    secret.label
                ));
            }
        }
        for action in ACTIONS {
            if let Some(secret) = try_with(&SignedText { action: action.as_bytes(), ..text }) {
                return Some(format!(
                    "the secret {:?} matches with the action {action:?}: the header action holds another",
                    secret.label
                ));
            }
        }
        let secret = try_with(&SignedText { body: b"", ..text })?;
        Some(format!("the secret {:?} matches without the body: the body was not signed", secret.label))
    }

    /// Why a digest that is right was refused all the same.
    fn refused_although(&self, secret: &Secret, algorithm: Algorithm, text: &SignedText<'_>) -> String {
        let mut faults = Vec::new();
        if !access_key_fits(secret, text.access_key) {
            faults.push("the header accessKey is not the one configured with it".to_owned());
        }
        match self.verifier.nxcloud().pinned() {
            Some(pinned) if pinned != algorithm => {
                faults.push(format!("only {} is accepted (nxcloud.algorithms)", pinned.name()));
            }
            Some(_) => {}
            None if self.algorithm.is_none() && algorithm == Algorithm::Sha256 => {
                faults.push("without an algorithm header md5 is expected".to_owned());
            }
            None if self.algorithm.is_some_and(|sent| !sent.eq_ignore_ascii_case(algorithm.name().as_bytes())) => {
                faults.push("the algorithm header says something else".to_owned());
            }
            None => {}
        }
        if read_ts(text.ts).is_none() {
            faults.push("ts is not a time of 13 digits (ms) or 10 digits (s)".to_owned());
        }
        if faults.is_empty() { String::new() } else { format!(", but {}", faults.join(", and ")) }
    }

    /// Tries a signature as HMAC-SHA256 of the body, keyed with any secret there is.
    fn keyed(&self, sign: &Sign) -> Option<String> {
        let Sign::Sha256(claimed) = sign else { return None };
        for form in reencode::forms(self.body) {
            let by_meta = self.verifier.meta().keys().iter().take(SECRETS);
            if let Some((label, _)) = by_meta.into_iter().find(|(_, key)| key.verifies(&form.bytes, claimed)) {
                return Some(match form.description {
                    Some(change) => {
                        format!("the app secret {label:?} matches once {change}: the body is not sent as it was signed")
                    }
                    None => format!("the app secret {label:?} matches"),
                });
            }
            let mut by_nxcloud = self.secrets();
            let found = by_nxcloud.find(|secret| meta::Key::new(secret.value.bytes()).verifies(&form.bytes, claimed));
            if let Some(secret) = found {
                return Some(format!(
                    "the NXCloud secret {:?} matches as Meta app secret: configure it under [[meta.secret]]",
                    secret.label
                ));
            }
        }
        None
    }

    fn unexplained(&self) -> String {
        let nxcloud_ready = !self.verifier.nxcloud().secrets().is_empty();
        let meta_ready = !self.verifier.meta().keys().is_empty();
        let said = match (self.sign, self.hub) {
            (Some(_), None) if !nxcloud_ready => "signed as NXCloud does, but no NXCloud secret is configured",
            (None, Some(_)) if !meta_ready => "signed as Meta does, but no Meta app secret is configured",
            (None, None) if self.legacy => {
                "only Meta's older X-Hub-Signature (SHA-1) came, which is not accepted: X-Hub-Signature-256 is needed"
            }
            (None, None) => "no signature header came: is signing switched on at the sender?",
            (Some(_), _) if self.text.is_none() => "one of accessKey, ts, bizType, action is missing beside sign",
            _ => "none of the usual mistakes explains it: most likely the sender signs with another secret",
        };
        said.to_owned()
    }
}

#[cfg(test)]
mod tests;
