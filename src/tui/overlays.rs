//! What lies over the screen and takes all keys: help, command bar, palette. The screen below stays.

mod bar;
mod help;
mod palette;

pub(super) use bar::{Bar, History};
pub(super) use help::Help;
pub(super) use palette::Palette;

use super::command::Command;
use super::theme::Role;
use crate::tui::look::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

/// What lies over the screen.
pub(super) enum Over {
    /// Every action with its key.
    Help(Help),
    /// A line to type a command into.
    Bar(Bar),
    /// Actions and commands, found by a few letters.
    Palette(Palette),
}

impl Over {
    /// The wheel was turned.
    pub(super) fn scroll(&mut self, down: bool) {
        match self {
            Self::Help(help) => help.scroll(down),
            Self::Palette(palette) => palette.scroll(down),
            Self::Bar(_) => {}
        }
    }
}

/// What a key did to what lies over the screen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Did {
    /// It stays open.
    Nothing,
    /// It is closed.
    Close,
    /// It is closed and a command is to be run, typed as this line.
    Run(Command, String),
    /// The command bar takes over with this line.
    Edit(String),
}

/// Takes colour and weight from what was drawn in `area`, so that what is drawn next stands out.
pub(super) fn dim(buffer: &mut Buffer, area: Rect, look: &Look) {
    let quiet = Style::new().fg(Color::Reset).bg(Color::Reset).remove_modifier(Modifier::all());
    buffer.set_style(area, quiet.patch(look.style(Role::Ground)).patch(look.style(Role::Faint)));
}

/// A box of at most the given size in the middle of `area`.
pub(super) fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}
