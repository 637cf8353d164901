//! One key of the keyboard, in one spelling.

use crate::query::suggest;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;

/// A key with its modifiers, in one spelling: Shift is part of a character, and letters with Ctrl are lower-case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Key {
    /// Reads `q`, `G`, `Ctrl-C`, `Alt-x`, `Shift-Tab`, `F1`, `PageUp`, `Space` …
    pub fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((modifier, name)) = rest.split_once('-').filter(|(_, name)| !name.is_empty()) {
            modifiers |= match modifier.to_ascii_lowercase().as_str() {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return None,
            };
            rest = name;
        }
        let mut characters = rest.chars();
        let code = match (characters.next(), characters.next()) {
            (Some(character), None) => KeyCode::Char(character),
            _ => named(rest)?,
        };
        Some(Self::new(code, modifiers))
    }

    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let kept = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        let (code, modifiers) = match code {
            KeyCode::Char(character) if kept.contains(KeyModifiers::CONTROL) => {
                (KeyCode::Char(character.to_ascii_lowercase()), kept - KeyModifiers::SHIFT)
            }
            KeyCode::Char(character) if kept.contains(KeyModifiers::SHIFT) => {
                (KeyCode::Char(character.to_ascii_uppercase()), kept - KeyModifiers::SHIFT)
            }
            KeyCode::BackTab => (KeyCode::Tab, kept | KeyModifiers::SHIFT),
            other => (other, kept),
        };
        Self { code, modifiers }
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in
            [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-"), (KeyModifiers::SHIFT, "Shift-")]
        {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(character) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                write!(f, "{}", character.to_ascii_uppercase())
            }
            KeyCode::Char(character) => write!(f, "{character}"),
            KeyCode::F(number) => write!(f, "F{number}"),
            code => f.write_str(NAMES.iter().find(|(_, known)| *known == code).map_or("?", |(name, _)| name)),
        }
    }
}

/// Keys that have a name of more than one character.
const NAMES: &[(&str, KeyCode)] = &[
    ("Space", KeyCode::Char(' ')),
    ("Tab", KeyCode::Tab),
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("Insert", KeyCode::Insert),
    ("Delete", KeyCode::Delete),
    ("Backspace", KeyCode::Backspace),
];

fn named(name: &str) -> Option<KeyCode> {
    if let Some(number) = name.strip_prefix(['F', 'f']).and_then(|digits| digits.parse().ok()) {
        return (1..=24).contains(&number).then_some(KeyCode::F(number));
    }
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, code)| *code)
}

/// The key that a misspelt name was probably meant to be: a wrong modifier, or a wrong name after it.
pub(super) fn closest(text: &str) -> Option<String> {
    let (modifier, name) = match text.rsplit_once('-') {
        Some((modifiers, name)) if !name.is_empty() => {
            let known = suggest::closest(modifiers, ["ctrl", "alt", "shift"])?;
            (format!("{known}-"), name)
        }
        _ => (String::new(), text),
    };
    let plain = name.chars().count() == 1 || named(name).is_some();
    let names: Vec<_> = NAMES.iter().map(|(name, _)| name.to_lowercase()).collect();
    let name = if plain { name } else { suggest::closest(name, names.iter().map(String::as_str))? };
    Key::parse(&format!("{modifier}{name}")).map(|key| key.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_they_are_read() {
        for name in ["q", "G", "Ctrl-C", "Alt-x", "Shift-Tab", "F12", "PageUp", "Space", "-", "Ctrl--", "["] {
            assert_eq!(Key::parse(name).map(|key| key.to_string()).as_deref(), Some(name));
        }
        for name in ["", "Hyper-x", "Ctrl-", "F99", "qq", "Meta-Tab"] {
            assert_eq!(Key::parse(name), None, "{name}");
        }
    }

    #[test]
    fn terminals_that_report_shift_and_those_that_do_not_mean_the_same_key() {
        let bare = Key::from(KeyEvent::new(KeyCode::Char('G'), KeyModifiers::NONE));
        assert_eq!(Key::from(KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT)), bare);
        assert_eq!(Key::from(KeyEvent::new(KeyCode::Char('g'), KeyModifiers::SHIFT)), bare);
        let tab = Key::from(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT));
        assert_eq!(Some(tab), Key::parse("Shift-Tab"));
    }

    #[test]
    fn a_misspelt_key_is_recognised() {
        assert_eq!(closest("Crtl-Z").as_deref(), Some("Ctrl-Z"));
        assert_eq!(closest("PgeUp").as_deref(), Some("PageUp"));
        assert_eq!(closest("nonsense"), None);
    }
}
