//! Whom a notice is for, as it stands in the configuration.

use crate::forward::Address;
use std::fmt;
use std::path::{Path, PathBuf};

/// Whom a notice is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The alerts on the screen and in reports, where every alert stands anyway.
    Screen,
    /// The terminal's bell.
    Bell,
    /// A notice of the desktop, shown by the terminal.
    Desktop,
    /// A program that reads JSON on its standard input. It gets no arguments: what an alert says comes from strangers.
    Command(PathBuf),
    /// An Alertmanager, by the address of its `/api/v2/alerts`.
    Alertmanager(Address),
    /// Whoever takes the webhooks of an Alertmanager, by its own address.
    Webhook(Address),
}

impl Target {
    /// Reads a target. A relative program is looked for from `base` on.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(text: &str, base: &Path) -> Result<Self, String> {
        match text.split_once(':') {
            None => match text {
                "screen" => Ok(Self::Screen),
                "bell" => Ok(Self::Bell),
                "desktop" => Ok(Self::Desktop),
                _ => {
                    let known = ["screen", "bell", "desktop", "command", "webhook", "alertmanager"];
                    Err(match crate::query::suggest::closest(text, known) {
                        Some(name @ ("command" | "webhook" | "alertmanager")) => {
                            format!("{name} needs a target: {}", Self::sample(name))
                        }
                        Some(name) => format!("there is no {text:?}, did you mean {name:?}?"),
                        None => format!("there is no {text:?}, write {}", Self::KNOWN),
                    })
                }
            },
            Some(("command", "")) => Err(format!("name the program: {}", Self::sample("command"))),
            Some(("command", program)) => Ok(Self::Command(base.join(program))),
            Some(("webhook", url)) => Self::address(url, "webhook").map(Self::Webhook),
            Some(("alertmanager", url)) => {
                let endpoint = format!("{}/api/v2/alerts", url.trim_end_matches('/'));
                Self::address(&endpoint, "alertmanager").map(Self::Alertmanager)
            }
            Some(_) => Err(format!("there is no {text:?}, write {}", Self::KNOWN)),
        }
    }

    const KNOWN: &str = "\"screen\", \"bell\", \"desktop\", \"command:./page-me\", \"webhook:http://127.0.0.1:9000/hook\" or \
                         \"alertmanager:http://127.0.0.1:9093\"";

    fn sample(name: &str) -> &'static str {
        match name {
            "command" => "\"command:./page-me\"",
            "webhook" => "\"webhook:http://127.0.0.1:9000/hook\"",
            _ => "\"alertmanager:http://127.0.0.1:9093\"",
        }
    }

    fn address(url: &str, name: &str) -> Result<Address, String> {
        url.parse().map_err(|_| format!("write its address, such as {}", Self::sample(name)))
    }

    /// Whether it holds a password, which then must stand where others cannot read it.
    pub fn has_password(&self) -> bool {
        matches!(self, Self::Alertmanager(address) | Self::Webhook(address) if address.has_password())
    }

    /// Whether only a terminal can carry it.
    pub fn needs_terminal(&self) -> bool {
        matches!(self, Self::Bell | Self::Desktop)
    }
}

/// As it stands in the configuration.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Screen => f.write_str("screen"),
            Self::Bell => f.write_str("bell"),
            Self::Desktop => f.write_str("desktop"),
            Self::Command(program) => write!(f, "command:{}", program.display()),
            Self::Alertmanager(url) => write!(f, "alertmanager:{url}"),
            Self::Webhook(url) => write!(f, "webhook:{url}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Target, String> {
        Target::parse(text, Path::new("/etc/watop"))
    }

    #[test]
    fn targets_are_read() {
        assert_eq!(parse("bell"), Ok(Target::Bell));
        assert_eq!(parse("command:./page-me"), Ok(Target::Command("/etc/watop/./page-me".into())));
        assert_eq!(parse("command:/usr/bin/page"), Ok(Target::Command("/usr/bin/page".into())));
        let alertmanager = parse("alertmanager:http://127.0.0.1:9093").unwrap();
        assert_eq!(alertmanager.to_string(), "alertmanager:http://127.0.0.1:9093/api/v2/alerts");
        let webhook = parse("webhook:https://example.org/hook").unwrap();
        assert_eq!(webhook.to_string(), "webhook:https://example.org/hook");
        let with_password = parse("alertmanager:http://me:secret@host/").unwrap();
        assert!(!format!("{with_password} {with_password:?}").contains("secret"));
    }

    #[test]
    fn what_is_no_target_is_told_how_to_write_it() {
        for (text, says) in [
            ("bel", "did you mean \"bell\""),
            ("command", "command:./page-me"),
            ("command:", "name the program"),
            ("mail:ops@example.org", "alertmanager:http"),
            ("alertmanager:localhost:9093", "such as"),
            ("webhook", "webhook:http://127.0.0.1:9000/hook"),
            ("webhook:example", "such as"),
            ("alertmanager:ftp://me:secret@host/", "such as"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says) && !error.contains("secret@"), "{text}: {error}");
        }
    }
}
