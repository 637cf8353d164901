//! Where events come in and who may post them: what the first screen tells.

use crate::config::{Algorithm, Signing};
use crate::event::{Millis, Scheme, Text};
use crate::journal::Holder;
use std::time::Duration;

/// The receiver's door, as far as it may be shown: labels, never secrets.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// The whole address, such as `http://127.0.0.1:8787/webhook`.
    pub address: String,
    /// Since when the receiver listens.
    pub since: Millis,
    /// Whether Meta's handshake is answered.
    pub handshake: bool,
    /// Schemes with secrets; none means that nobody vouches for what is posted.
    pub schemes: Vec<Access>,
    /// What is watched without receiving; `None`: this process receives.
    pub watched: Option<Watched>,
}

/// What is watched without receiving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watched {
    /// A journal, and the other process that writes it, if one does.
    Journal(Option<Holder>),
    /// A capture file or a bundle of this name.
    File(String),
}

/// A scheme with its secrets.
#[derive(Debug, Clone)]
pub struct Access {
    /// The scheme.
    pub scheme: Scheme,
    /// Labels of its secrets.
    pub labels: Vec<Text>,
    /// What a signature must be.
    pub form: Form,
}

/// What a signature must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// NXCloud's `sign`: by one of these algorithms, and how far its time may be from now; `None` for any time.
    Nxcloud {
        /// Accepted ones.
        algorithms: Vec<Algorithm>,
        /// Of `ts`.
        tolerance: Option<Duration>,
    },
    /// Meta's `X-Hub-Signature-256`.
    Meta,
}

impl Intake {
    /// What may be shown of `signing`.
    pub fn new(address: String, since: Millis, signing: &Signing) -> Self {
        let access = |scheme| {
            let (secrets, form) = match scheme {
                Scheme::Nxcloud => {
                    let (algorithms, tolerance) = (signing.algorithms.clone(), signing.ts_tolerance);
                    (&signing.nxcloud, Form::Nxcloud { algorithms, tolerance })
                }
                Scheme::Meta => (&signing.meta, Form::Meta),
            };
            Access { scheme, labels: secrets.iter().map(|secret| secret.label.clone()).collect(), form }
        };
        let schemes = signing.schemes().into_iter().map(access).collect();
        Self { address, since, handshake: signing.verify_token.is_some(), schemes, watched: None }
    }

    /// Of a screen that only watches.
    pub fn watching(watched: Watched, since: Millis) -> Self {
        Self { since, watched: Some(watched), ..Self::default() }
    }

    /// Whether nobody vouches for what is posted.
    pub fn unverified(&self) -> bool {
        self.watched.is_none() && self.schemes.is_empty()
    }

    /// Whether only this machine can reach the address.
    pub fn loopback(&self) -> bool {
        let host = self.address.split_once("://").map_or(self.address.as_str(), |(_, rest)| rest);
        ["127.", "[::1]", "localhost"].iter().any(|start| host.starts_with(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Secret, SecretText};

    #[test]
    fn labels_are_shown_and_secrets_are_not() {
        let secret = Secret { label: "2026-02".into(), value: SecretText::new("hush"), access_key: None };
        let signing = Signing {
            algorithms: vec![Algorithm::Md5, Algorithm::Sha256],
            ts_tolerance: Some(std::time::Duration::from_secs(300)),
            nxcloud: vec![secret],
            ..Signing::default()
        };
        let intake = Intake::new("http://127.0.0.1:8787/webhook".to_owned(), Millis(0), &signing);
        assert!(intake.loopback() && !intake.unverified() && !intake.handshake);
        let shown = format!("{intake:?}");
        assert!(shown.contains("2026-02") && shown.contains("Md5, Sha256") && shown.contains("300s"), "{shown}");
        assert!(!shown.contains("hush"));
    }

    #[test]
    fn an_open_address_is_not_loopback() {
        let intake = Intake { address: "http://0.0.0.0:8787/webhook".to_owned(), ..Intake::default() };
        assert!(!intake.loopback() && intake.unverified());
    }
}
