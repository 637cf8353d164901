//! How a command ends when it does not end well.

use crate::config::ConfigError;
use crate::journal::OpenError;

/// Why a command ends early, and with which exit code.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    message: Option<String>,
}

impl Failure {
    /// The work failed: exit code 1.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { code: 1, message: Some(message.into()) }
    }

    /// The command or the configuration is wrong: exit code 2.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: Some(message.into()) }
    }

    /// A condition that was to be told is met: exit code 3.
    pub(super) fn met(message: impl Into<String>) -> Self {
        Self { code: 3, message: Some(message.into()) }
    }

    /// The work failed and everything about it is printed already: exit code 1.
    pub(super) fn told() -> Self {
        Self { code: 1, message: None }
    }

    /// Nobody reads the output any more, as behind `| head`: a quiet end with exit code 0.
    fn unread() -> Self {
        Self { code: 0, message: None }
    }

    pub(super) fn code(&self) -> u8 {
        self.code
    }

    pub(super) fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::failed(error.to_string())
    }
}

/// An error of writing to stdout.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::unread(),
            _ => Self::failed(format!("cannot write to stdout: {error}")),
        }
    }
}
