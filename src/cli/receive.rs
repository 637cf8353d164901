//! What `watop`, `watop serve` and `watop demo` have in common: a journal, a receiver that writes to it, secrets that can
//! change while it runs.

use super::failure::Failure;
use super::output;
use super::{Common, ENV, ReceiveArgs};
use crate::config::layers::{Flags, Stamps, check_exposure, load};
use crate::config::{Config, ConfigError, Signing};
use crate::forward::{Forwarder, check_loops};
use crate::journal::operator::Operator;
use crate::journal::{Health, Journal};
use crate::notify::{self, Notifier};
use crate::receiver::Receiver;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How often files are looked at for changes.
pub(super) const POLL: Duration = Duration::from_secs(2);

/// A journal, the receiver that writes to it, and the forwarder and the rules that read from it.
pub(super) struct Running {
    pub(super) journal: Arc<Journal>,
    /// Shared with whoever shows its vitals or gives it new secrets; they let go of it before [`Self::stop`].
    pub(super) receiver: Arc<Receiver>,
    pub(super) forwarder: Forwarder,
    pub(super) notifier: Notifier,
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
        Ok(Self { journal, receiver, forwarder, notifier, url })
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

/// Reads the configuration again when it changes.
pub(super) struct Reload {
    flags: Flags,
    allow_unsigned: bool,
    /// The address that was bound: it stays, so new secrets are judged by it.
    listen: SocketAddr,
    /// Whether what is in force has a secret.
    verifies: bool,
    files: Vec<PathBuf>,
    stamps: Stamps,
}

impl Reload {
    /// Loads the configuration for the first time.
    pub(super) fn first(common: &Common, receive: &ReceiveArgs) -> Result<(Config, Self), Failure> {
        let flags = common.flags_with(receive);
        let loaded = load(&flags, ENV)?;
        let (files, config) = (loaded.files(), loaded.config);
        check_exposure(&config, receive.allow_unsigned)?;
        let stamps = Stamps::of(&files);
        let listen = config.receiver.listen;
        let verifies = config.signing.any();
        Ok((config, Self { flags, allow_unsigned: receive.allow_unsigned, listen, verifies, files, stamps }))
    }

    /// Whether a file has changed since it was last read, or last found wrong.
    pub(super) fn is_due(&self) -> bool {
        Stamps::of(&self.files) != self.stamps
    }

    /// Reads everything again. On an error whoever receives keeps what it has.
    pub(super) fn again(&mut self) -> Result<Signing, ConfigError> {
        // Taken before reading, so that a change in between is seen next time.
        self.stamps = Stamps::of(&self.files);
        let loaded = load(&self.flags, ENV)?;
        let (files, mut config) = (loaded.files(), loaded.config);
        if files != self.files {
            self.stamps = Stamps::of(&files);
            self.files = files;
        }
        config.receiver.listen = self.listen;
        // A file that is gone for a moment while an editor replaces it must not open the door to unsigned posts.
        if self.verifies && !config.signing.any() {
            let message = "no signature secret is left; to take posts unverified, start watop again";
            return Err(ConfigError(message.to_owned()));
        }
        self.verifies = config.signing.any();
        check_exposure(&config, self.allow_unsigned)?;
        Ok(config.signing)
    }
}

/// The labels of all secrets, for the user; never a secret.
pub(super) fn labels(signing: &Signing) -> String {
    let of = |scheme: &str, secrets: &[crate::config::Secret]| {
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
