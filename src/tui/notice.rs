//! One line for the user about what was just done, in place of the footer's hints until the next key.

use super::look::Look;
use super::theme::{Glyph, Role};
use super::widgets::words::Words;
use crate::event::clean::clean;

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    text: String,
    wrong: bool,
}

impl Notice {
    /// Something was done.
    pub fn done(text: impl Into<String>) -> Self {
        Self { text: text.into(), wrong: false }
    }

    /// Something could not be done: what, and what to do about it.
    pub fn wrong(text: impl Into<String>) -> Self {
        Self { text: text.into(), wrong: true }
    }

    /// What is said, not cleaned.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// As it is drawn.
    pub(super) fn words<'a>(&self, look: &'a Look) -> Words<'a> {
        let (role, glyph) = if self.wrong { (Role::Warn, Glyph::Warning) } else { (Role::Ok, Glyph::Good) };
        Words::new(look).glyph(role, glyph).text(" ").text(clean(&self.text).into_owned())
    }
}
