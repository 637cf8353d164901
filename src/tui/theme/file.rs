//! Theme files: what stands in them, checked, with errors that name the line.

use super::{Glyph, Role, colour, embedded};
use ratatui::style::{Color, Modifier};
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
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
    pub(super) name: String,
    palette: HashMap<String, Color>,
    /// Role name to its words; resolved late, so that an overridden palette reaches inherited roles.
    roles: HashMap<&'static str, String>,
    glyphs: HashMap<&'static str, &'static str>,
}

impl Source {
    /// Reads a theme file. Its text is kept for the life of the process, as the theme is.
    pub(super) fn read(path: &Path) -> Result<Self, ThemeError> {
        let shown = path.display().to_string();
        let text =
            std::fs::read_to_string(path).map_err(|error| ThemeError(format!("cannot read {shown}: {error}")))?;
        Self::parse(&shown, text.leak())
    }

    /// Parses and checks a theme; `file` names it in errors.
    pub(super) fn parse(file: &str, text: &'static str) -> Result<Self, ThemeError> {
        let at = Place { file, text };
        let root = DeTable::parse(text).map_err(|error| at.error(error.span().unwrap_or(0..0), error.message()))?;
        let mut source = Self::default();
        let sections = root.into_inner();
        if let Some(meta) = section(&sections, "meta") {
            source.read_meta(&at, meta)?;
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
                other => {
                    let known = "meta, palette, roles, series, glyphs";
                    return Err(at.error(key.span(), &format!("unknown section [{other}]: there are {known}")));
                }
            }
        }
        for name in ["roles", "series"] {
            if let Some(table) = section(&sections, name) {
                source.read_roles(&at, table)?;
            }
        }
        if source.name.is_empty() {
            source.name = file.to_owned();
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

    fn read_meta(&mut self, at: &Place, table: &DeTable<'static>) -> Result<(), ThemeError> {
        if let Some((_, value)) = table.iter().find(|(key, _)| key.get_ref() == "inherits") {
            let parent = string(at, "inherits", value)?;
            *self = embedded(parent).map_err(|error| at.error(value.span(), &error.0))?;
            self.name.clear();
        }
        for (key, value) in table {
            let text = string(at, key.get_ref(), value)?;
            match key.get_ref().as_ref() {
                "name" => self.name = text.to_owned(),
                "inherits" => {}
                "appearance" if ["dark", "light", "any"].contains(&text) => {}
                "appearance" => return Err(at.error(value.span(), "appearance is \"dark\", \"light\" or \"any\"")),
                other => {
                    return Err(
                        at.error(key.span(), &format!("unknown key {other}: [meta] has name, appearance, inherits"))
                    );
                }
            }
        }
        Ok(())
    }

    fn read_palette(&mut self, at: &Place, table: &DeTable<'static>) -> Result<(), ThemeError> {
        for (key, value) in table {
            let text = string(at, key.get_ref(), value)?;
            let colour = colour::parse(text)
                .ok_or_else(|| at.error(value.span(), &format!("{text:?} is no colour: write it as \"#rrggbb\"")))?;
            self.palette.insert(key.get_ref().to_string(), colour);
        }
        Ok(())
    }

    fn read_roles(&mut self, at: &Place, table: &DeTable<'static>) -> Result<(), ThemeError> {
        for (key, value) in table {
            let name = key.get_ref();
            let role = Role::ALL.iter().find(|role| role.name() == name);
            let role = role.ok_or_else(|| at.error(key.span(), &format!("unknown role {name}")))?;
            let words = string(at, name, value)?;
            self.parse_paint(words).map_err(|word| {
                let help = "a colour is \"#rrggbb\", a name from [palette], one of the terminal's sixteen, or reset";
                at.error(value.span(), &format!("{word:?} is neither a colour nor a modifier: {help}"))
            })?;
            self.roles.insert(role.name(), words.to_owned());
        }
        Ok(())
    }

    fn read_glyphs(&mut self, at: &Place, table: &DeTable<'static>) -> Result<(), ThemeError> {
        for (key, value) in table {
            let name = key.get_ref();
            let glyph = Glyph::ALL.iter().find(|glyph| glyph.name() == name);
            let glyph = glyph.ok_or_else(|| at.error(key.span(), &format!("unknown glyph {name}")))?;
            let sign = string(at, name, value)?;
            let cells = glyph.sign().width();
            if sign.width() != cells || sign.chars().any(char::is_control) {
                return Err(
                    at.error(value.span(), &format!("{name} must be {cells} cell(s) wide, this is {}", sign.width()))
                );
            }
            self.glyphs.insert(glyph.name(), sign.to_owned().leak());
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

fn section<'a>(sections: &'a DeTable<'static>, name: &str) -> Option<&'a DeTable<'static>> {
    sections.iter().find(|(key, _)| key.get_ref() == name).and_then(|(_, value)| value.get_ref().as_table())
}

fn string<'a>(at: &Place, key: &str, value: &'a Spanned<DeValue<'static>>) -> Result<&'a str, ThemeError> {
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
}
