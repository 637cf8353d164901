//! Signing as a platform does, with a configured secret.

use crate::config::{Algorithm, Secret, Signing};
use crate::event::{Scheme, Text};
use crate::journal::now;
use crate::receiver::signature::{sign_meta, sign_nxcloud};
use bytes::Bytes;

/// Headers that belong to a signature: a new one replaces them.
const SIGNATURE: [&str; 7] = ["accesskey", "ts", "biztype", "action", "sign", "algorithm", "x-hub-signature-256"];

/// `action` of a delivery report, where the original says nothing else.
const DELIVERY_REPORT: &str = "dr";

/// What signs.
#[derive(Debug, Clone)]
pub struct Signer {
    scheme: Scheme,
    secret: Secret,
    /// Digest of the nxcloud scheme.
    algorithm: Algorithm,
}

impl Signer {
    /// The scheme with the secret of this label, or its first one; `algorithm`, or the first that is accepted.
    ///
    /// # Errors
    /// There is no such secret; says what to configure.
    pub fn of_scheme(
        signing: &Signing,
        scheme: Scheme,
        label: Option<&str>,
        algorithm: Option<Algorithm>,
    ) -> Result<Self, String> {
        let (secrets, how) = match scheme {
            Scheme::Nxcloud => (&signing.nxcloud, "WATOP_NXCLOUD_SECRET or write a [[nxcloud.secret]]"),
            Scheme::Meta => (&signing.meta, "WATOP_META_APP_SECRET or write a [[meta.secret]]"),
        };
        let secret = match label {
            None => secrets.first().ok_or_else(|| format!("there is no secret to sign with: set {how}"))?,
            Some(label) => secrets.iter().find(|secret| secret.label == label).ok_or_else(|| {
                let known: Vec<_> = secrets.iter().map(|secret| secret.label.as_str()).collect();
                format!("there is no secret labelled {label:?}; configured: {}", known.join(", "))
            })?,
        };
        let algorithm = algorithm.or(signing.algorithms.first().copied()).unwrap_or(Algorithm::Md5);
        Ok(Self { scheme, secret: secret.clone(), algorithm })
    }

    /// By one word: `nxcloud` or `meta` for the first secret of that scheme, else the label of a secret of either.
    ///
    /// # Errors
    /// There is no such secret, or one of either scheme.
    pub fn named(signing: &Signing, name: &str, algorithm: Option<Algorithm>) -> Result<Self, String> {
        match name {
            "nxcloud" => return Self::of_scheme(signing, Scheme::Nxcloud, None, algorithm),
            "meta" => return Self::of_scheme(signing, Scheme::Meta, None, algorithm),
            _ => {}
        }
        let nxcloud = Self::of_scheme(signing, Scheme::Nxcloud, Some(name), algorithm);
        let meta = Self::of_scheme(signing, Scheme::Meta, Some(name), algorithm);
        match (nxcloud, meta) {
            (Ok(_), Ok(_)) => Err(format!(
                "{name:?} is the label of an nxcloud and of a meta secret: write nxcloud or meta, or relabel"
            )),
            (Ok(signer), Err(_)) | (Err(_), Ok(signer)) => Ok(signer),
            (Err(_), Err(_)) => {
                let labels = signing.nxcloud.iter().chain(&signing.meta).map(|secret| secret.label.as_str());
                let mut known = vec!["nxcloud", "meta"];
                for label in labels {
                    if !known.contains(&label) {
                        known.push(label);
                    }
                }
                Err(format!("there is no secret labelled {name:?}; write one of {}", known.join(", ")))
            }
        }
    }

    /// The headers of a signature made now. `action` stands for what the post is about, where the scheme asks for it.
    pub fn headers(&self, body: &Bytes, action: Option<&str>) -> Vec<(&'static str, String)> {
        let secret = self.secret.value.bytes();
        match self.scheme {
            Scheme::Nxcloud => {
                // A receiver checks the key only where one is configured; the signature covers it in any case.
                let access_key = self.secret.access_key.as_deref().unwrap_or("watop");
                let action = action.unwrap_or(DELIVERY_REPORT);
                sign_nxcloud(body, secret, access_key, action, now().0, self.algorithm)
            }
            Scheme::Meta => vec![sign_meta(body, secret)],
        }
    }

    /// Headers of a stored request with this signature in place of the original one.
    pub fn replace(&self, headers: &mut Vec<(Text, Bytes)>, body: &Bytes) {
        let action = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("action"));
        let action = action.and_then(|(_, value)| std::str::from_utf8(value).ok()).map(str::to_owned);
        headers.retain(|(name, _)| !SIGNATURE.iter().any(|signature| signature.eq_ignore_ascii_case(name)));
        let signed = self.headers(body, action.as_deref()).into_iter();
        headers.extend(signed.map(|(name, value)| (Text::from(name), Bytes::from(value))));
    }
}
