//! What `watop`, `watop serve` and `watop demo` have in common: a journal, a receiver that writes to it, forwarding and rules
//! that read from it, and a configuration that can change while they run.

mod reload;

pub(super) use reload::Reload;

use super::failure::Failure;
use super::output;
use crate::config::{Config, Secret, Signing};
use crate::forward::{Forwarder, check_loops};
use crate::journal::operator::Operator;
use crate::journal::{Health, Journal};
use crate::notify::{self, Notifier};
use crate::receiver::Receiver;
use std::sync::Arc;

/// A journal, the receiver that writes to it, and the forwarder and the rules that read from it.
pub(super) struct Running {
    pub(super) journal: Arc<Journal>,
    /// Shared with whoever shows its vitals; they let go of it before [`Self::stop`].
    pub(super) receiver: Arc<Receiver>,
    forwarder: Forwarder,
    notifier: Notifier,
    /// What is in force.
    config: Config,
    /// Where it listens, as a URL.
    pub(super) url: String,
}

impl Running {
    /// Opens the journal and starts to receive.
    pub(super) async fn start(config: &Config) -> Result<Self, Failure> {
        let journal = Arc::new(Journal::open(&config.data_dir, config.journal.clone())?);
        let operator = Operator::open(&config.data_dir)?;
        let mut forwarder = Forwarder::open(&config.data_dir, &config.forward)?;
        let receiver = Receiver::start(&config.receiver, config.signing.clone(), Arc::clone(&journal), operator);
        let receiver = Arc::new(receiver.await.map_err(Failure::failed)?);
        check_loops(&config.forward, receiver.address()).map_err(Failure::usage)?;
        forwarder.start(&journal).map_err(|error| Failure::failed(format!("no thread to forward: {error}")))?;
        let notifier = Notifier::start(&journal, notify::Setup::new(config))
            .map_err(|error| Failure::failed(format!("no thread to judge rules: {error}")))?;
        let url = format!("http://{}{}", receiver.address(), config.receiver.path);
        Ok(Self { journal, receiver, forwarder, notifier, config: config.clone(), url })
    }

    /// What is in force.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Puts other secrets, rules and forward targets in force. Rules and forwarding that changed go on where they were, as after
    /// a restart: no alert opens twice, nothing is forwarded twice unmarked.
    ///
    /// # Errors
    /// In words for the user. What is wrong is not taken; what could not be started again does not run.
    pub(super) async fn take(&mut self, fresh: Config) -> Result<(), String> {
        check_loops(&fresh.forward, self.receiver.address())?;
        self.receiver.reload(fresh.signing.clone());
        self.config.signing = fresh.signing;
        let failed = |what: &str, error: String| format!("{what}, start watop again: {error}");
        if self.config.rules != fresh.rules {
            self.config.rules = fresh.rules;
            let old = std::mem::take(&mut self.notifier);
            // It waits for what is being told. One that panicked has said so.
            let _ = tokio::task::spawn_blocking(move || old.stop()).await;
            self.notifier = Notifier::start(&self.journal, notify::Setup::new(&self.config))
                .map_err(|error| failed("rules are not judged any more", error.to_string()))?;
        }
        if self.config.forward != fresh.forward {
            self.config.forward = fresh.forward;
            let old = std::mem::take(&mut self.forwarder);
            let _ = tokio::task::spawn_blocking(move || old.stop()).await;
            let stopped = |error: String| failed("nothing is forwarded any more", error);
            let next = Forwarder::open(&self.config.data_dir, &self.config.forward);
            self.forwarder = next.map_err(|error| stopped(error.to_string()))?;
            self.forwarder.start(&self.journal).map_err(|error| stopped(error.to_string()))?;
        }
        Ok(())
    }

    /// What the user should be told: a target that takes nothing, or takes again. Waits until there is something.
    pub(super) async fn notice(&mut self) -> String {
        tokio::select! {
            notice = self.forwarder.notice() => notice,
            notice = self.notifier.notice() => notice,
        }
    }

    /// Prints what the journal has to say about its opening, such as a damaged file that was set aside.
    pub(super) fn tell_notices(&self) {
        self.journal.notices().iter().for_each(|notice| output::diagnostic(notice));
    }

    /// Stops to receive, commits what waits, and records what posts under way bring.
    pub(super) async fn stop(self) {
        self.forwarder.halt();
        if let Some(receiver) = Arc::into_inner(self.receiver) {
            receiver.stop().await;
        }
        self.forwarder.stop();
        self.notifier.stop();
        drop(self.journal);
    }
}

/// The labels of all secrets, for the user; never a secret.
pub(super) fn labels(signing: &Signing) -> String {
    let of = |scheme: &str, secrets: &[Secret]| {
        let labels: Vec<_> = secrets.iter().map(|secret| secret.label.as_str()).collect();
        (!labels.is_empty()).then(|| format!("{scheme} {}", labels.join(", ")))
    };
    let schemes: Vec<_> = [of("nxcloud", &signing.nxcloud), of("meta", &signing.meta)].into_iter().flatten().collect();
    if schemes.is_empty() { "none".to_owned() } else { schemes.join("; ") }
}

/// Says on stderr how the journal fares, when that changes.
pub(super) fn announce(health: &Health, before: &Health) {
    match (before, health) {
        (Health::Writable, Health::Failing { reason, .. }) => {
            output::diagnostic(&format!("the journal cannot write: {reason}; posts are answered 503 until it can"));
        }
        (Health::Failing { .. }, Health::Writable) => output::diagnostic("the journal writes again"),
        (Health::Writable, Health::Writable) | (Health::Failing { .. }, Health::Failing { .. }) => {}
    }
}
