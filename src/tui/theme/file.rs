//! Theme files: what stands in them, checked, with errors that name the line.

use super::{Appearance, Glyph, Role, colour};
use crate::query::suggest::closest;
use ratatui::style::{Color, Modifier};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use unicode_width::UnicodeWidthStr;

/// A theme that cannot be used: where and why, for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ThemeError(pub(super) String);

/// What a role is painted with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    pub(super) colour: Option<Color>,
    pub(super) modifiers: Modifier,
}

/// A checked theme file, with what it inherits merged in.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// What the theme calls itself.
    pub(super) title: Option<String>,
    pub(super) appearance: Appearance,
    /// The theme it is taken from.
    pub(super) inherits: Option<String>,
    /// The files it was read from, itself first, with their state before they were read.
    pub(super) files: Vec<super::Seen>,
    palette: HashMap<String, Color>,
    /// Role name to its words; resolved late, so that an overridden palette reaches inherited roles.
    roles: HashMap<&'static str, String>,
    glyphs: HashMap<&'static str, &'static str>,
}

impl Source {
    /// Parses and checks a theme; `file` names it in errors, `parent` finds what it inherits.
    pub(super) fn parse(file: &str, text: &str, parent: Parent<'_>) -> Result<Self, ThemeError> {
        let at = Place { file, text };
        let root = DeTable::parse(text).map_err(|error| at.error(error.span().unwrap_or(0..0), error.message()))?;
        let mut source = Self::default();
        let sections = root.into_inner();
        if let Some(meta) = section(&sections, "meta") {
            source.read_meta(&at, meta, parent)?;
        }
        for (key, value) in &sections {
            let Some(table) = value.get_ref().as_table() else {
                return Err(at.error(key.span(), &format!("{} must be a section, such as [roles]", key.get_ref())));
            };
            match key.get_ref().as_ref() {
                "meta" => {}
                "palette" => source.read_palette(&at, table)?,
                "roles" | "series" => {}
                "glyphs" => source.read_glyphs(&at, table)?,
                _ => return Err(at.unknown("section", key, ["meta", "palette", "roles", "series", "glyphs"])),
            }
        }
        for name in ["roles", "series"] {
            if let Some(table) = section(&sections, name) {
                source.read_roles(&at, table)?;
            }
        }
        Ok(source)
    }

    /// What the theme paints `role` with, if it says.
    pub(super) fn paint(&self, role: Role) -> Option<Paint> {
        self.roles.get(role.name()).and_then(|words| self.parse_paint(words).ok())
    }

    /// The theme's own sign.
    pub(super) fn glyph(&self, glyph: Glyph) -> Option<&'static str> {
        self.glyphs.get(glyph.name()).copied()
    }

    fn read_meta(&mut self, at: &Place<'_>, table: &DeTable<'_>, parent: Parent<'_>) -> Result<(), ThemeError> {
        if let Some((_, value)) = table.iter().find(|(key, _)| key.get_ref() == "inherits") {
            let name = string(at, "inherits", value)?;
            *self = parent(name).map_err(|error| at.error(value.span(), &error.0))?;
            self.title = None;
            self.inherits = Some(name.to_owned());
        }
        for (key, value) in table {
            let text = string(at, key.get_ref(), value)?;
            match key.get_ref().as_ref() {
                "name" => self.title = Some(text.to_owned()),
                "inherits" => {}
                "appearance" => {
                    let wrong = || at.error(value.span(), "appearance is \"dark\", \"light\" or \"any\"");
                    self.appearance = Appearance::named(text).ok_or_else(wrong)?;
                }
                _ => return Err(at.unknown("key", key, ["name", "appearance", "inherits"])),
            }
        }
        Ok(())
    }

    fn read_palette(&mut self, at: &Place<'_>, table: &DeTable<'_>) -> Result<(), ThemeError> {
        for (key, value) in table {
            let text = string(at, key.get_ref(), value)?;
            let colour = colour::parse(text)
                .ok_or_else(|| at.error(value.span(), &format!("{text:?} is no colour: write it as \"#rrggbb\"")))?;
            self.palette.insert(key.get_ref().to_string(), colour);
        }
        Ok(())
    }

    fn read_roles(&mut self, at: &Place<'_>, table: &DeTable<'_>) -> Result<(), ThemeError> {
        for (key, value) in table {
            let name = key.get_ref();
            let role = Role::ALL.iter().find(|role| role.name() == name);
            let role = role.ok_or_else(|| at.unknown("role", key, Role::ALL.iter().map(|role| role.name())))?;
            let words = string(at, name, value)?;
            self.parse_paint(words).map_err(|word| {
                let help = "a colour is \"#rrggbb\", a name from [palette], one of the terminal's sixteen, or reset";
                at.error(value.span(), &format!("{word:?} is neither a colour nor a modifier: {help}"))
            })?;
            self.roles.insert(role.name(), words.to_owned());
        }
        Ok(())
    }

    fn read_glyphs(&mut self, at: &Place<'_>, table: &DeTable<'_>) -> Result<(), ThemeError> {
        for (key, value) in table {
            let name = key.get_ref();
            let glyph = Glyph::ALL.iter().find(|glyph| glyph.name() == name);
            let glyph = glyph.ok_or_else(|| at.unknown("glyph", key, Glyph::ALL.iter().map(|glyph| glyph.name())))?;
            let sign = string(at, name, value)?;
            let cells = glyph.sign().width();
            if sign.width() != cells || sign.chars().any(char::is_control) {
                return Err(
                    at.error(value.span(), &format!("{name} must be {cells} cell(s) wide, this is {}", sign.width()))
                );
            }
            self.glyphs.insert(glyph.name(), kept(sign));
        }
        Ok(())
    }

    /// Reads `[colour] [modifier…]`; the error is the word that is neither.
    fn parse_paint<'a>(&self, words: &'a str) -> Result<Paint, &'a str> {
        let mut paint = Paint { colour: None, modifiers: Modifier::empty() };
        for word in words.split_whitespace() {
            let modifier = match word {
                "bold" => Modifier::BOLD,
                "dim" => Modifier::DIM,
                "italic" => Modifier::ITALIC,
                "underline" => Modifier::UNDERLINED,
                "reverse" => Modifier::REVERSED,
                _ => Modifier::empty(),
            };
            if !modifier.is_empty() {
                paint.modifiers |= modifier;
            } else if paint.colour.is_none() {
                paint.colour = Some(self.palette.get(word).copied().or_else(|| colour::parse(word)).ok_or(word)?);
            } else {
                return Err(word);
            }
        }
        Ok(paint)
    }
}

/// Finds the theme that another one inherits.
pub(super) type Parent<'a> = &'a dyn Fn(&str) -> Result<Source, ThemeError>;

/// A sign for the life of the process, as themes hold it: each is kept once, however often its file is read again.
fn kept(sign: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut signs = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = signs.get(sign) {
        return known;
    }
    let new: &'static str = sign.to_owned().leak();
    signs.insert(new);
    new
}

fn section<'a, 't>(sections: &'a DeTable<'t>, name: &str) -> Option<&'a DeTable<'t>> {
    sections.iter().find(|(key, _)| key.get_ref() == name).and_then(|(_, value)| value.get_ref().as_table())
}

fn string<'a>(at: &Place<'_>, key: &str, value: &'a Spanned<DeValue<'_>>) -> Result<&'a str, ThemeError> {
    let text = value.get_ref().as_str();
    text.ok_or_else(|| at.error(value.span(), &format!("{key} must be text in quotes")))
}

/// A file and its text, to name a line of it.
struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

impl Place<'_> {
    fn error(&self, span: Range<usize>, message: &str) -> ThemeError {
        let before = self.text.as_bytes().iter().take(span.start);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        ThemeError(format!("{}:{line}: {message}", self.file))
    }

    /// A key that means nothing, with the one that was probably meant.
    fn unknown<'k>(
        &self,
        what: &str,
        key: &Spanned<Cow<'_, str>>,
        known: impl IntoIterator<Item = &'k str>,
    ) -> ThemeError {
        let (name, known) = (key.get_ref(), Vec::from_iter(known));
        let help = match closest(name, known.iter().copied()) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("there are {}", known.join(", ")),
        };
        self.error(key.span(), &format!("unknown {what} {name}, {help}"))
    }
}
