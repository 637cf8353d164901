//! A look at a theme: its roles as swatches, its glyphs beside their ASCII twins, and a piece of the screen drawn in it.

use super::{Glyph, Plane, Role, Theme};
use crate::tui::look::Look;
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{bars, frame};
use ratatui::backend::IntoCrossterm as _;
use ratatui::buffer::{Buffer, Cell};
use ratatui::crossterm::style::{ContentStyle, force_color_output};
use ratatui::layout::Rect;

/// Cells of a line.
const WIDTH: u16 = 78;
/// Roles and glyphs side by side.
const COLUMNS: usize = 3;

/// The preview, line by line: with the escapes of its colours, or as plain text.
pub fn lines(theme: &Theme, colour: bool) -> Vec<String> {
    let buffer = draw(&Look::new(theme.clone()));
    // Whether there is colour is said by the caller, who has looked at NO_COLOR.
    force_color_output(colour);
    buffer.content.chunks(usize::from(buffer.area.width)).map(|row| line(row, colour)).collect()
}

/// One row, each run of cells of one style together.
fn line(row: &[Cell], colour: bool) -> String {
    let runs = row.chunk_by(|a, b| a.style() == b.style()).map(|run| {
        let text: String = run.iter().map(Cell::symbol).collect();
        let style: ContentStyle = run.first().map(Cell::style).unwrap_or_default().into_crossterm();
        if colour { style.apply(text).to_string() } else { text }
    });
    let line: String = runs.collect();
    if colour { line } else { line.trim_end().to_owned() }
}

fn draw(look: &Look) -> Buffer {
    let rows = |count: usize| u16::try_from(count.div_ceil(COLUMNS)).unwrap_or(u16::MAX);
    let (roles, glyphs) = (rows(Role::ALL.len()), rows(Glyph::ALL.len()));
    let screen = roles + glyphs + 4;
    let area = Rect::new(0, 0, WIDTH, screen + 9);
    let mut buffer = Buffer::empty(area);
    buffer.set_style(area, look.style(Role::Ground).patch(look.style(Role::Text)));
    Words::new(look).strong("roles").draw(&mut buffer, 1, 0, WIDTH);
    cells(&mut buffer, 1, Role::ALL.iter().map(|role| swatch(look, *role)));
    let about = Words::new(look).strong("glyphs").muted(" and their ASCII twins");
    about.draw(&mut buffer, 1, roles + 2, WIDTH);
    cells(&mut buffer, roles + 3, Glyph::ALL.iter().map(|glyph| twins(look, *glyph)));
    sample(&mut buffer, screen, look);
    buffer
}

/// Draws `words` in columns from row `top` on.
fn cells<'a>(buffer: &mut Buffer, top: u16, words: impl Iterator<Item = Words<'a>>) {
    let column = WIDTH / COLUMNS as u16;
    let rows = (top..).flat_map(|y| (0..COLUMNS as u16).map(move |at| (1 + at * column, y)));
    for (words, (x, y)) in words.zip(rows) {
        words.draw(buffer, x, y, column - 1);
    }
}

/// A role as it looks, and its name.
fn swatch(look: &Look, role: Role) -> Words<'_> {
    let sample = match role.plane() {
        Plane::Ink => look.glyph(Glyph::BarRead).repeat(2) + " Aa",
        Plane::Ground => " Aa  ".to_owned(),
    };
    Words::new(look).role(role, sample).text(format!("  {}", role.name()))
}

/// A glyph, its twin and its name.
fn twins(look: &Look, glyph: Glyph) -> Words<'_> {
    Words::new(look).strong(look.glyph(glyph)).to(3).muted(glyph.ascii()).to(6).text(glyph.name())
}

/// A verdict and a pane.
fn sample(buffer: &mut Buffer, top: u16, look: &Look) {
    let strip = Rect::new(0, top, WIDTH, 2);
    buffer.set_style(strip, look.style(Role::GroundTrouble));
    let head = Words::new(look).text(" ").glyph(Role::Failed, Glyph::Critical).bold(Role::Failed, " TROUBLE  ");
    let head = head.strong("131026").text(" undeliverable, 42 of 1,204 messages").muted("  since 14:02");
    head.draw(buffer, 0, top, WIDTH);
    let hint = Words::new(look).text("   ").role(Role::Accent, "e").muted(" explain  ");
    hint.role(Role::Accent, "?").muted(" help").draw(buffer, 0, top + 1, WIDTH);

    let totals = vec![Words::new(look).muted("messages ").strong("1,204")];
    let inner = frame::draw(buffer, Rect::new(0, top + 2, WIDTH, 7), look, "Delivery", totals, true);
    let stages = [("sent", 1_204, Role::Neutral), ("delivered", 1_031, Role::Delivered), ("read", 688, Role::Read)];
    for ((name, count, role), y) in stages.into_iter().zip(inner.top()..) {
        let words = Words::new(look).muted(name).to(11).strong(format!("{count:>5}")).text("  ");
        words.then(bars::funnel(look, 40, count, 1_204, role)).draw(buffer, inner.x, y, inner.width);
    }
    let failed = Words::new(look).muted("failed").to(11).bold(Role::Failed, "   42").text("  ");
    let failed = failed.bold(Role::Failed, "3.5 %").muted(" usual ").role(Role::FailedUsual, "0.9 %").text("  ");
    let failed = failed.glyph(Role::Warn, Glyph::Rising).role(Role::Warn, " rising").text("  ");
    let failed = failed.glyph(Role::Ok, Glyph::Good).role(Role::Ok, " verified");
    failed.draw(buffer, inner.x, inner.y + 3, inner.width);
    let row = Rect { y: inner.y + 4, height: 1, ..inner };
    buffer.set_style(row, look.style(Role::Selection));
    let cursor = Words::new(look).glyph(Role::Accent, Glyph::Cursor).text(" the selected row");
    cursor.draw(buffer, inner.x, row.y, inner.width);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn every_role_and_glyph_of_every_theme_is_shown_by_name() {
        for name in Theme::names() {
            let text = lines(&Theme::load(name, Depth::True, false).unwrap(), false).join("\n");
            let names = Role::ALL.iter().map(|role| role.name()).chain(Glyph::ALL.iter().map(|glyph| glyph.name()));
            for name in names {
                assert!(text.split_whitespace().any(|word| word == name), "{name} is missing in\n{text}");
            }
            assert!(text.contains("TROUBLE") && text.contains("the selected row"), "{text}");
        }
    }

    #[test]
    fn without_colour_there_is_no_escape_and_in_ascii_no_other_sign() {
        let text = lines(&Theme::load("dark", Depth::None, true).unwrap(), false).join("\n");
        assert!(text.chars().all(|c| c == '\n' || (' '..='~').contains(&c)), "{text}");
    }

    #[test]
    fn a_role_is_shown_in_its_colour() {
        let text = lines(&Theme::dark(), true).join("\n");
        assert!(text.contains("38;2;255;123;114"), "the red of failures");
    }
}
