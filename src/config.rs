//! Settings in layers: defaults < file < environment < flags. This module holds the resolved values and their defaults;
//! [`layers`] reads them.

mod file;
mod forward;
mod lang;
pub mod layers;
pub mod places;
mod printed;
mod rules;
mod secrets;
#[cfg(test)]
mod tests;
pub mod units;

pub use lang::Lang;
pub use printed::default_file;
pub(crate) use secrets::is_private;

use crate::event::{Scheme, Text};
use crate::notify::Target;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Why a configuration is refused: names the file, line and key, the variable or the flag, and says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub(crate) String);

/// Everything a command can be started with, resolved and checked.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Data directory; empty in the default, which knows no platform.
    pub data_dir: PathBuf,
    /// The receiver.
    pub receiver: Receiver,
    /// Secrets and what is accepted by them.
    pub signing: Signing,
    /// The journal.
    pub journal: crate::journal::Options,
    /// The monitor.
    pub monitor: crate::monitor::Settings,
    /// What is watched for.
    pub rules: Rules,
    /// Where requests are forwarded to.
    pub forward: Vec<crate::forward::Route>,
    /// The screen.
    pub screen: Screen,
}

/// The rules in force, the built-in ones first.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules(pub Vec<RuleSetting>);

impl Default for Rules {
    /// The built-in ones, shown on the screen.
    fn default() -> Self {
        let screen = |rule| RuleSetting { rule, notify: vec![Target::Screen] };
        Self(crate::monitor::rules::builtin().into_iter().map(screen).collect())
    }
}

/// A rule and who is told when it is broken.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSetting {
    /// The rule.
    pub rule: crate::monitor::rules::Rule,
    /// Who is told.
    pub notify: Vec<Target>,
}

/// Where and how to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Listen address; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The only path that takes posts.
    pub path: String,
    /// Body of the 200 answer.
    pub answer: String,
    /// Largest body, in bytes.
    pub body_limit: usize,
    /// Time for the body to arrive.
    pub body_timeout: Duration,
    /// Time for the headers to arrive.
    pub header_timeout: Duration,
    /// Connections at once.
    pub connections: usize,
}

impl Default for Receiver {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
            path: "/webhook".to_owned(),
            answer: "success".to_owned(),
            body_limit: 4 << 20,
            body_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(10),
            connections: 1024,
        }
    }
}

/// What requests are verified against. Reloaded while running.
#[derive(Debug, Clone)]
pub struct Signing {
    /// Accepted NXCloud algorithms; exactly one pins it and the header is ignored.
    pub algorithms: Vec<Algorithm>,
    /// How far `ts` may be from now; `None` is off.
    pub ts_tolerance: Option<Duration>,
    /// NXCloud secrets.
    pub nxcloud: Vec<Secret>,
    /// Meta app secrets.
    pub meta: Vec<Secret>,
    /// Token of the Meta handshake.
    pub verify_token: Option<SecretText>,
}

impl Default for Signing {
    /// No secrets; both NXCloud algorithms; five minutes of tolerance.
    fn default() -> Self {
        Self {
            algorithms: vec![Algorithm::Md5, Algorithm::Sha256],
            ts_tolerance: Some(Duration::from_secs(300)),
            nxcloud: Vec::new(),
            meta: Vec::new(),
            verify_token: None,
        }
    }
}

impl Signing {
    /// Whether any secret is configured.
    pub fn any(&self) -> bool {
        !self.nxcloud.is_empty() || !self.meta.is_empty()
    }

    /// Schemes with at least one secret.
    pub fn schemes(&self) -> Vec<Scheme> {
        let mut schemes = Vec::new();
        if !self.nxcloud.is_empty() {
            schemes.push(Scheme::Nxcloud);
        }
        if !self.meta.is_empty() {
            schemes.push(Scheme::Meta);
        }
        schemes
    }
}

/// Digest of the NXCloud scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// The platform's default.
    Md5,
    /// The better one.
    Sha256,
}

impl Algorithm {
    /// Its name in the header and the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha256 => "sha256",
        }
    }
}

/// A labelled secret.
#[derive(Debug, Clone)]
pub struct Secret {
    /// What it is called on screen and in events.
    pub label: Text,
    /// The secret itself.
    pub value: SecretText,
    /// `accessKey` that must come with it, when set.
    pub access_key: Option<Text>,
}

/// Secret text: never printed, not even by `{:?}`.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretText(Vec<u8>);

impl SecretText {
    /// Wraps a secret.
    pub fn new(value: impl Into<Vec<u8>>) -> Self {
        Self(value.into())
    }

    /// The secret's bytes, for digesting only.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// The screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// Theme name; `None` chooses by the terminal's ground.
    pub theme: Option<String>,
    /// Directory of the user's own themes, which need not exist.
    pub themes: Option<PathBuf>,
    /// Whether the terminal may be asked whether its ground is light.
    pub detect: bool,
    /// The language; `None` takes the locale's.
    pub lang: Option<Lang>,
    /// ASCII glyphs only.
    pub ascii: bool,
    /// Start masked.
    pub mask: bool,
    /// Whether the mouse is taken from the terminal.
    pub mouse: bool,
    /// Start without what was left the last time.
    pub fresh: bool,
    /// Lines in place of a drawn screen.
    pub plain: bool,
    /// The language was asked for on the command line: what was left the last time does not count.
    pub lang_asked: bool,
    /// Key bindings from `[keys]`: action name to key names.
    pub keys: Vec<(String, Vec<String>)>,
}

impl Default for Screen {
    /// A theme and a language by the surroundings, nothing masked, the mouse taken, the usual keys.
    fn default() -> Self {
        Self {
            theme: None,
            themes: None,
            detect: true,
            lang: None,
            ascii: false,
            mask: false,
            mouse: true,
            fresh: false,
            plain: false,
            lang_asked: false,
            keys: Vec::new(),
        }
    }
}
