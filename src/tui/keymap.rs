//! Which keys ask for what: defaults as data, overrides from `[keys]`, lookups for keys, footer and help.
//!
//! A binding is one key or a chord, keys pressed one after the other (`g g`, `Ctrl-X f`). No binding begins with another one, so
//! that every key decides at once and nothing has to be waited for.

mod key;

pub use key::Key;

use super::action::Action;
use crate::query::suggest;
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
    (Action::Command, &[":"]),
    (Action::Palette, &["Ctrl-P"]),
    (Action::Number, &["#"]),
    (Action::Pause, &["Space"]),
    (Action::Narrower, &["["]),
    (Action::Wider, &["]"]),
    (Action::StepBack, &["{"]),
    (Action::StepForward, &["}"]),
    (Action::Now, &["0"]),
    (Action::GoTo, &["t"]),
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
    (Action::Marked, &["'"]),
    (Action::FoldLevel, &["-"]),
    (Action::UnfoldLevel, &["+"]),
    (Action::FoldAll, &["_"]),
    (Action::UnfoldAll, &["*"]),
    (Action::Copy, &["y"]),
    (Action::CopyPath, &["Y"]),
    (Action::Export, &["x"]),
    (Action::Theme, &["T"]),
    (Action::Language, &["L"]),
    (Action::Mouse, &["F2"]),
    (Action::Reload, &["F5"]),
    (Action::Mask, &["M"]),
    (Action::Redraw, &["Ctrl-L"]),
    (Action::Suspend, &["Ctrl-Z"]),
    (Action::Help, &["?", "F1"]),
    (Action::Quit, &["q", "Ctrl-C"]),
];

/// Keys pressed one after the other; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Chord(Vec<Key>);

impl Chord {
    /// Reads `q`, `Ctrl-C`, `g g`, `Ctrl-X f`: keys with blanks between.
    ///
    /// # Errors
    /// The name that is no key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let keys = text.split_whitespace().map(|name| Key::parse(name).ok_or_else(|| name.to_owned()));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(text.to_owned()) } else { Ok(Self(keys)) }
    }

    /// The keys after the first ones `pressed`, when it begins with those.
    fn after(&self, pressed: &[Key]) -> Option<&[Key]> {
        self.0.strip_prefix(pressed)
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(&self.0))
    }
}

fn written(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

/// What the keys pressed so far ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// This.
    Action(Action),
    /// More keys: they begin a chord.
    Pending,
    /// Nothing.
    Nothing,
}

/// The key bindings in force.
#[derive(Debug, Clone)]
pub struct Keymap {
    actions: HashMap<Chord, Action>,
    chords: HashMap<Action, Vec<Chord>>,
}

impl Keymap {
    /// The defaults, with `overrides` from `[keys]`: action name to the keys that replace its default ones.
    ///
    /// # Errors
    /// One line per mistake: an unknown action, an unknown key, keys that two actions claim, or a chord that begins with another
    /// binding.
    pub fn new(overrides: &[(String, Vec<String>)]) -> Result<Self, String> {
        let mut mistakes: Vec<String> = overrides.iter().filter_map(|(name, _)| unknown(name)).collect();
        let mut keymap = Self { actions: HashMap::new(), chords: HashMap::new() };
        for (action, defaults) in DEFAULTS {
            let chosen = overrides.iter().find(|(name, _)| name == action.name());
            let names: Vec<&str> =
                chosen.map_or(defaults.to_vec(), |(_, names)| names.iter().map(String::as_str).collect());
            for name in names {
                match Chord::parse(name) {
                    Err(wrong) => mistakes.push(no_key(*action, &wrong)),
                    Ok(chord) => mistakes.extend(keymap.bind(chord, *action)),
                }
            }
        }
        mistakes.extend(keymap.beginnings());
        if mistakes.is_empty() { Ok(keymap) } else { Err(mistakes.join("\n")) }
    }

    /// Binds keys; the mistake, when another action has them.
    fn bind(&mut self, chord: Chord, action: Action) -> Option<String> {
        let owner = *self.actions.entry(chord.clone()).or_insert(action);
        if owner != action {
            let (a, b) = (owner.name(), action.name());
            return Some(format!("[keys] {chord}: bound to both {a} and {b}; give one of them another key"));
        }
        self.chords.entry(action).or_default().push(chord);
        None
    }

    /// Bindings that could never be reached, because another one begins like them and ends before.
    fn beginnings(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        for (long, action) in &self.actions {
            for end in 1..long.0.len() {
                let short = Chord(long.0.get(..end).unwrap_or_default().to_vec());
                if let Some(owner) = self.actions.get(&short) {
                    let (a, b) = (action.name(), owner.name());
                    mistakes.push(format!(
                        "[keys] {long}: {a} cannot be reached, because {short} alone is {b}; give {b} another key"
                    ));
                }
            }
        }
        mistakes.sort();
        mistakes
    }

    /// What the keys pressed one after the other ask for.
    pub fn find(&self, pressed: &[Key]) -> Match {
        if let Some(action) = self.actions.get(&Chord(pressed.to_vec())) {
            return Match::Action(*action);
        }
        if self.actions.keys().any(|chord| chord.after(pressed).is_some()) { Match::Pending } else { Match::Nothing }
    }

    /// What one key asks for by itself.
    pub fn action(&self, key: Key) -> Option<Action> {
        match self.find(&[key]) {
            Match::Action(action) => Some(action),
            Match::Pending | Match::Nothing => None,
        }
    }

    /// How a chord that was begun can go on: the keys still to press and the action, in the order of the actions.
    pub fn endings(&self, pressed: &[Key]) -> Vec<(String, Action)> {
        let all = Action::ALL.iter().flat_map(|action| self.keys(*action).iter().map(move |chord| (chord, *action)));
        all.filter_map(|(chord, action)| Some((written(chord.after(pressed)?), action))).collect()
    }

    /// The keys to show for `action`: its first binding. `None` when it was bound to nothing.
    pub fn key(&self, action: Action) -> Option<&Chord> {
        self.keys(action).first()
    }

    /// Every binding of `action`.
    pub fn keys(&self, action: Action) -> &[Chord] {
        self.chords.get(&action).map_or(&[], Vec::as_slice)
    }
}

fn unknown(name: &str) -> Option<String> {
    if Action::named(name).is_some() {
        return None;
    }
    let meant = suggest::closest(name, Action::ALL.iter().map(|action| action.name()));
    let meant = meant.map_or_else(String::new, |meant| format!(", did you mean {meant}?"));
    Some(format!("[keys] {name}: there is no such action{meant}; `watop keys` lists them"))
}

fn no_key(action: Action, wrong: &str) -> String {
    let meant = key::closest(wrong).map_or_else(String::new, |meant| format!(", did you mean {meant}?"));
    format!(
        "[keys] {}: there is no key {wrong:?}{meant}; write it like q, G, Ctrl-C, F1, Space, PageUp, or several with blanks \
         between for a chord",
        action.name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overridden(action: &str, keys: &[&str]) -> Result<Keymap, String> {
        Keymap::new(&[(action.to_owned(), keys.iter().map(|key| (*key).to_owned()).collect())])
    }

    fn pressed(keys: &str) -> Vec<Key> {
        Chord::parse(keys).unwrap().0
    }

    #[test]
    fn every_action_has_a_default_key_and_none_is_claimed_twice() {
        let keymap = Keymap::new(&[]).unwrap();
        for action in Action::ALL {
            assert!(keymap.key(*action).is_some(), "{}", action.name());
        }
    }

    #[test]
    fn an_override_replaces_all_keys_of_its_action() {
        let keymap = overridden("zoom", &["F7"]).unwrap();
        assert_eq!(keymap.find(&pressed("F7")), Match::Action(Action::Zoom));
        assert_eq!(keymap.find(&pressed("z")), Match::Nothing);
    }

    #[test]
    fn a_chord_is_pending_until_its_last_key() {
        let keymap = overridden("zoom", &["Ctrl-X f", "Ctrl-X Ctrl-F"]).unwrap();
        assert_eq!(keymap.find(&pressed("Ctrl-X")), Match::Pending);
        assert_eq!(keymap.find(&pressed("Ctrl-X f")), Match::Action(Action::Zoom));
        assert_eq!(keymap.find(&pressed("Ctrl-X q")), Match::Nothing);
        let endings = keymap.endings(&pressed("Ctrl-X"));
        assert_eq!(endings, [("f".to_owned(), Action::Zoom), ("Ctrl-F".to_owned(), Action::Zoom)]);
        assert_eq!(keymap.key(Action::Zoom).unwrap().to_string(), "Ctrl-X f");
    }

    #[test]
    fn mistakes_are_named() {
        assert!(
            overridden("zoomm", &["F5"]).unwrap_err().contains("zoomm: there is no such action, did you mean zoom?")
        );
        let error = overridden("zoom", &["Crtl-Z"]).unwrap_err();
        assert!(error.contains("\"Crtl-Z\", did you mean Ctrl-Z?"), "{error}");
        let error = overridden("zoom", &["q"]).unwrap_err();
        assert!(error.contains("zoom") && error.contains("quit") && error.contains(" q:"), "{error}");
    }

    #[test]
    fn a_chord_that_another_binding_hides_is_named() {
        let error = overridden("zoom", &["q z"]).unwrap_err();
        assert_eq!(error, "[keys] q z: zoom cannot be reached, because q alone is quit; give quit another key");
    }
}
