//! What lies over the screen: the help. The screen below stays, dimmed.

mod help;

pub(super) use help::Help;

use super::theme::Role;
use crate::tui::look::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

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
