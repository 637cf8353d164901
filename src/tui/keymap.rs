//! Which key asks for what: defaults as data, overrides from `[keys]`, lookups for keys, footer and help.

use super::action::Action;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::HashMap;
use std::fmt;

/// The keys of every action, the most telling first: footer and help show that one.
const DEFAULTS: &[(Action, &[&str])] = &[
    (Action::NextPane, &["Tab"]),
    (Action::PreviousPane, &["Shift-Tab"]),
    (Action::Up, &["k", "Up"]),
    (Action::Down, &["j", "Down"]),
    (Action::Left, &["h", "Left"]),
    (Action::Right, &["l", "Right"]),
    (Action::PageUp, &["Ctrl-B", "PageUp"]),
    (Action::PageDown, &["Ctrl-F", "PageDown"]),
    (Action::First, &["g", "Home"]),
    (Action::Last, &["G", "End"]),
    (Action::Overview, &["1"]),
    (Action::Events, &["2"]),
    (Action::Messages, &["3"]),
    (Action::Refused, &["4"]),
    (Action::Forward, &["5"]),
    (Action::Costs, &["6"]),
    (Action::Next, &["n"]),
    (Action::Previous, &["N"]),
    (Action::NextMark, &["u"]),
    (Action::PreviousMark, &["U"]),
    (Action::Back, &["Esc"]),
    (Action::Open, &["Enter"]),
    (Action::Zoom, &["z"]),
    (Action::Changes, &["v"]),
    (Action::Explain, &["e"]),
    (Action::Raw, &["r"]),
    (Action::Forwarded, &["w"]),
    (Action::Conversation, &["c"]),
    (Action::Filter, &["/"]),
    (Action::FilterOff, &["Ctrl-T"]),
    (Action::Number, &["#"]),
    (Action::Pause, &["Space"]),
    (Action::Narrower, &["["]),
    (Action::Wider, &["]"]),
    (Action::StepBack, &["{"]),
    (Action::StepForward, &["}"]),
    (Action::Now, &["0"]),
    (Action::Follow, &["f"]),
    (Action::Acknowledge, &["a"]),
    (Action::Sort, &["s"]),
    (Action::Unread, &["W"]),
    (Action::FailedOnly, &["F"]),
    (Action::Resend, &["R"]),
    (Action::ResendShown, &["Ctrl-R"]),
    (Action::Dimension, &["d"]),
    (Action::Columns, &["C"]),
    (Action::Mark, &["m"]),
    (Action::FoldLevel, &["-"]),
    (Action::UnfoldLevel, &["+"]),
    (Action::FoldAll, &["_"]),
    (Action::UnfoldAll, &["*"]),
    (Action::Theme, &["T"]),
    (Action::Mask, &["M"]),
    (Action::Redraw, &["Ctrl-L"]),
    (Action::Suspend, &["Ctrl-Z"]),
    (Action::Help, &["?", "F1"]),
    (Action::Quit, &["q", "Ctrl-C"]),
];

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

/// The key bindings in force.
#[derive(Debug, Clone)]
pub struct Keymap {
    actions: HashMap<Key, Action>,
    keys: HashMap<Action, Vec<Key>>,
}

impl Keymap {
    /// The defaults, with `overrides` from `[keys]`: action name to the keys that replace its default ones.
    ///
    /// # Errors
    /// One line per mistake: an unknown action, an unknown key, or a key that two actions claim.
    pub fn new(overrides: &[(String, Vec<String>)]) -> Result<Self, String> {
        let mut mistakes = Vec::new();
        let mut keymap = Self { actions: HashMap::new(), keys: HashMap::new() };
        for (name, _) in overrides {
            if !Action::ALL.iter().any(|action| action.name() == name) {
                mistakes.push(format!("[keys] {name}: there is no such action; `watop keys` lists them"));
            }
        }
        for (action, defaults) in DEFAULTS {
            let chosen = overrides.iter().find(|(name, _)| name == action.name());
            let names: Vec<&str> =
                chosen.map_or(defaults.to_vec(), |(_, names)| names.iter().map(String::as_str).collect());
            for name in names {
                match Key::parse(name) {
                    None => mistakes.push(format!(
                        "[keys] {}: there is no key {name:?}; write it like q, G, Ctrl-C, F1, Space, PageUp",
                        action.name()
                    )),
                    Some(key) => mistakes.extend(keymap.bind(key, *action)),
                }
            }
        }
        if mistakes.is_empty() { Ok(keymap) } else { Err(mistakes.join("\n")) }
    }

    /// Binds a key; the mistake, when another action has it.
    fn bind(&mut self, key: Key, action: Action) -> Option<String> {
        let owner = *self.actions.entry(key).or_insert(action);
        if owner != action {
            let (a, b) = (owner.name(), action.name());
            return Some(format!("[keys] {key}: bound to both {a} and {b}; give one of them another key"));
        }
        self.keys.entry(action).or_default().push(key);
        None
    }

    /// What `key` asks for.
    pub fn action(&self, key: Key) -> Option<Action> {
        self.actions.get(&key).copied()
    }

    /// The key to show for `action`: its first one. `None` when it was bound to nothing.
    pub fn key(&self, action: Action) -> Option<Key> {
        self.keys.get(&action).and_then(|keys| keys.first()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overridden(action: &str, keys: &[&str]) -> Result<Keymap, String> {
        Keymap::new(&[(action.to_owned(), keys.iter().map(|key| (*key).to_owned()).collect())])
    }

    #[test]
    fn every_action_has_a_default_key_and_none_is_claimed_twice() {
        let keymap = Keymap::new(&[]).unwrap();
        for action in Action::ALL {
            assert!(keymap.key(*action).is_some(), "{}", action.name());
        }
    }

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
    fn an_override_replaces_all_keys_of_its_action() {
        let keymap = overridden("zoom", &["F5"]).unwrap();
        assert_eq!(keymap.action(Key::parse("F5").unwrap()), Some(Action::Zoom));
        assert_eq!(keymap.action(Key::parse("z").unwrap()), None);
    }

    #[test]
    fn mistakes_are_named() {
        assert!(overridden("zoomm", &["F5"]).unwrap_err().contains("zoomm"));
        assert!(overridden("zoom", &["Crtl-Z"]).unwrap_err().contains("\"Crtl-Z\""));
        let error = overridden("zoom", &["q"]).unwrap_err();
        assert!(error.contains("zoom") && error.contains("quit") && error.contains(" q:"), "{error}");
    }
}
