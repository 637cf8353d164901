//! What a terminal is sent to ring and to show a notice on the desktop.

use crate::event::clean::clean;

/// The bell.
pub const BELL: &[u8] = b"\x07";

/// How a terminal is asked for a notice on the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Desktop {
    /// `OSC 9`: iTerm2, WezTerm, kitty, Ghostty, ConEmu; tried where the terminal is not known.
    Osc9,
    /// `OSC 777`: foot, urxvt and what is made of VTE.
    Osc777,
    /// It shows none.
    #[default]
    None,
}

/// A terminal, as its environment describes it; one that shows nothing by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terminal {
    desktop: Desktop,
    tmux: bool,
}

impl Terminal {
    /// Judges by the environment: terminals cannot be asked.
    pub fn of(env: impl Fn(&str) -> Option<String>) -> Self {
        let is = |name: &str, begins: &[&str]| {
            env(name).is_some_and(|value| begins.iter().any(|begin| value.to_lowercase().starts_with(begin)))
        };
        let desktop = if is("TERM", &["linux", "dumb", "vt"]) || is("TERM_PROGRAM", &["apple_terminal"]) {
            Desktop::None
        } else if is("TERM", &["foot", "rxvt"]) || (env("VTE_VERSION").is_some() && env("TMUX").is_none()) {
            Desktop::Osc777
        } else {
            Desktop::Osc9
        };
        Self { desktop, tmux: env("TMUX").is_some() }
    }

    /// Why a notice on the desktop may not show; `None` when nothing speaks against it.
    pub fn doubt(&self) -> Option<&'static str> {
        match (self.desktop, self.tmux) {
            (Desktop::None, _) => Some("this terminal shows no notices on the desktop"),
            (_, true) => Some("tmux passes notices on only with: set -g allow-passthrough on"),
            _ => None,
        }
    }

    /// What to send for a notice. Nothing where the terminal shows none.
    pub fn notice(&self, title: &str, body: &str) -> Vec<u8> {
        // A semicolon would begin another field.
        let (title, body) = (clean(title).replace(';', ","), clean(body).replace(';', ","));
        let sequence = match self.desktop {
            Desktop::None => return Vec::new(),
            Desktop::Osc9 => format!("\x1b]9;{title}: {body}\x1b\\"),
            Desktop::Osc777 => format!("\x1b]777;notify;{title};{body}\x1b\\"),
        };
        let sequence =
            if self.tmux { format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")) } else { sequence };
        sequence.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(env: &[(&str, &str)]) -> Terminal {
        Terminal::of(|name| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn each_terminal_is_asked_in_its_own_way() {
        let sent = |env: &[(&str, &str)]| String::from_utf8(terminal(env).notice("watop", "down; see")).unwrap();
        assert_eq!(sent(&[("TERM_PROGRAM", "iTerm.app")]), "\x1b]9;watop: down, see\x1b\\");
        assert_eq!(sent(&[("TERM", "foot")]), "\x1b]777;notify;watop;down, see\x1b\\");
        assert_eq!(sent(&[("VTE_VERSION", "7402")]), "\x1b]777;notify;watop;down, see\x1b\\");
        assert_eq!(sent(&[("TERM", "linux")]), "");
    }

    #[test]
    fn inside_tmux_it_is_wrapped() {
        let sent = terminal(&[("TMUX", "/tmp/tmux-1/default,1,0"), ("TERM", "tmux-256color")]).notice("a", "b");
        assert_eq!(sent, b"\x1bPtmux;\x1b\x1b]9;a: b\x1b\x1b\\\x1b\\");
    }

    #[test]
    fn what_speaks_against_it_is_said() {
        assert!(terminal(&[("TERM", "linux")]).doubt().is_some());
        assert!(terminal(&[("TMUX", "x")]).doubt().unwrap().contains("allow-passthrough"));
        assert_eq!(terminal(&[("TERM_PROGRAM", "WezTerm")]).doubt(), None);
    }

    #[test]
    fn strangers_cannot_end_the_sequence() {
        let sent = terminal(&[]).notice("a\x1b\\", "b\x07\u{9c}");
        assert_eq!(sent.iter().filter(|byte| **byte == 0x1b).count(), 2);
        assert!(!sent.contains(&7));
    }
}
