//! A line under construction: pieces of text, each in its role.

use super::cut;
use crate::tui::look::Look;
use crate::tui::theme::{Glyph, Role};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use std::borrow::Cow;

/// Pieces of one line, in order. Labels are muted, values strong.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    look: &'a Look,
    pieces: Vec<(Cow<'a, str>, Style)>,
}

impl<'a> Words<'a> {
    /// An empty line.
    pub fn new(look: &'a Look) -> Self {
        Self { look, pieces: Vec::new() }
    }

    /// Adds text in a style of its own.
    pub fn styled(mut self, style: Style, text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        self.pieces.push((if self.look.ascii() { plain(text) } else { text }, style));
        self
    }

    /// Adds text in a role.
    pub fn role(self, role: Role, text: impl Into<Cow<'a, str>>) -> Self {
        let style = self.look.style(role);
        self.styled(style, text)
    }

    /// Adds text in a role, bold: reserved for what must catch the eye.
    pub fn bold(self, role: Role, text: impl Into<Cow<'a, str>>) -> Self {
        let style = self.look.style(role).add_modifier(Modifier::BOLD);
        self.styled(style, text)
    }

    /// Adds body text.
    pub fn text(self, text: impl Into<Cow<'a, str>>) -> Self {
        self.role(Role::Text, text)
    }

    /// Adds a label or unit.
    pub fn muted(self, text: impl Into<Cow<'a, str>>) -> Self {
        self.role(Role::Muted, text)
    }

    /// Adds a headline value.
    pub fn strong(self, text: impl Into<Cow<'a, str>>) -> Self {
        self.role(Role::Strong, text)
    }

    /// Adds a value among values: the colour of a headline value without its weight.
    pub fn value(self, text: impl Into<Cow<'a, str>>) -> Self {
        let style = Style { add_modifier: Modifier::empty(), ..self.look.style(Role::Strong) };
        self.styled(style, text)
    }

    /// Adds a sign in a role.
    pub fn glyph(self, role: Role, glyph: Glyph) -> Self {
        let sign = self.look.glyph(glyph);
        self.role(role, sign)
    }

    /// Adds the sign for a missing value.
    pub fn nothing(self) -> Self {
        self.glyph(Role::Muted, Glyph::NoValue)
    }

    /// Adds a value, or the sign for a missing one.
    pub fn value_or_nothing(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.value(text),
            None => self.nothing(),
        }
    }

    /// Adds blanks until the line is `width` cells wide; cuts it there when it is wider.
    pub fn to(mut self, width: usize) -> Self {
        let used = self.width();
        if used <= width {
            self.pieces.push((Cow::Owned(" ".repeat(width - used)), Style::default()));
            return self;
        }
        let mark = self.look.glyph(Glyph::Cut);
        let mut room = width.saturating_sub(1);
        let whole = self.pieces.iter().take_while(|(text, _)| {
            let left = room.checked_sub(cut::width(text));
            room = left.unwrap_or(room);
            left.is_some()
        });
        let whole = whole.count();
        self.pieces.truncate(whole + 1);
        if let Some((text, _)) = self.pieces.last_mut() {
            *text = Cow::Owned(if width == 0 { String::new() } else { format!("{}{mark}", cut::head(text, room)) });
        }
        self
    }

    /// Adds the pieces of another line.
    pub fn then(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// Whether nothing would be drawn.
    pub fn is_empty(&self) -> bool {
        self.pieces.iter().all(|(text, _)| text.is_empty())
    }

    /// Display width in cells.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|(text, _)| cut::width(text)).sum()
    }

    /// Draws the line at `(x, y)` in at most `room` cells, cut with the mark for cut text when it is wider. Returns where it
    /// ended.
    pub fn draw(self, buffer: &mut Buffer, x: u16, y: u16, room: u16) -> u16 {
        let area = buffer.area;
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return x;
        }
        let room = room.min(area.right() - x);
        let line = if self.width() > usize::from(room) { self.to(room.into()) } else { self };
        // On a reversed ground a colour would become the ground of its cells alone, and a row under the cursor a patchwork.
        let reversed = buffer[(x, y)].modifier.contains(Modifier::REVERSED);
        let plain = reversed.then(|| line.look.style(Role::Text).fg);
        let mut at = x;
        for (text, style) in &line.pieces {
            let left = usize::from(room - (at - x));
            let style = plain.map_or(*style, |fg| Style { fg, ..*style });
            at = put(buffer, at, y, text, left, style);
        }
        at
    }

    /// Draws the line so that it ends before `end`, in at most `room` cells.
    pub fn draw_right(self, buffer: &mut Buffer, end: u16, y: u16, room: u16) {
        let width = u16::try_from(self.width()).unwrap_or(u16::MAX).min(room);
        self.draw(buffer, end.saturating_sub(width), y, width);
    }
}

/// Writes text into a row of the buffer, at most `room` cells of it. Returns where it ended.
fn put(buffer: &mut Buffer, x: u16, y: u16, text: &str, room: usize, style: Style) -> u16 {
    // The ground stays, also where it is a modifier; nothing else of what was drawn here before shines through.
    let style = style.remove_modifier(Modifier::all() - Modifier::REVERSED - style.add_modifier);
    let style = Style { fg: style.fg.or(Some(Color::Reset)), ..style };
    if cut::simple(text).is_none() {
        return buffer.set_stringn(x, y, text, room, style).0;
    }
    let from = buffer.index_of(x, y);
    let cells = buffer.content.iter_mut().skip(from).take(room);
    let mut end = x;
    for (cell, c) in cells.zip(text.chars()) {
        cell.set_char(c).set_style(style);
        end += 1;
    }
    end
}

/// The marks the screen writes between words, in ASCII.
fn plain(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() {
        return text;
    }
    let twin = |c: char| match c {
        '·' | '–' | '−' => '-',
        '→' | '≥' => '>',
        '▼' => 'v',
        '▲' => '^',
        other => other,
    };
    Cow::Owned(text.chars().map(twin).collect())
}

#[cfg(test)]
mod tests {
    use super::super::cut::tests::HARD;
    use super::*;
    use ratatui::layout::Rect;

    #[test]
    fn a_line_is_drawn_within_its_room_whatever_it_holds() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        for text in HARD {
            for room in 0..20 {
                let mut buffer = Buffer::filled(Rect::new(0, 0, 24, 1), ratatui::buffer::Cell::new("|"));
                let end = Words::new(&look).muted("a ").text(text).strong(" 12").draw(&mut buffer, 2, 0, room);
                assert!(end <= 2 + room, "{text:?} in {room} ended at {end}");
                assert_eq!(buffer[(2 + room, 0)].symbol(), "|", "{text:?} in {room}");
            }
        }
    }

    #[test]
    fn a_line_cut_between_its_pieces_says_so() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        let words = Words::new(&look).text("abc").strong("def").to(4);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        words.draw(&mut buffer, 0, 0, 6);
        assert_eq!(buffer, Buffer::with_lines(["abc…  "]).with_styles_of(&buffer));
    }

    #[test]
    fn words_on_a_reversed_ground_are_of_one_colour() {
        use crate::tui::theme::{Depth, Theme};
        for (theme, depth) in [("ansi", Depth::True), ("dark", Depth::Sixteen), ("light", Depth::Sixteen)] {
            let look = Look::new(Theme::load(theme, depth, false).unwrap());
            let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
            buffer.set_style(Rect::new(0, 0, 12, 1), look.style(Role::Selection));
            for y in 0..2 {
                Words::new(&look).bold(Role::Failed, "132015").role(Role::Faint, "▁▁▅").draw(&mut buffer, 0, y, 12);
            }
            let fg = |x: u16, y: u16| buffer[(x, y)].fg;
            assert_eq!(fg(0, 0), fg(7, 0), "{theme}, {depth:?}");
            assert_eq!(fg(0, 0), look.style(Role::Text).fg.unwrap_or(Color::Reset));
            assert!(buffer[(0, 0)].modifier.contains(Modifier::BOLD | Modifier::REVERSED));
            assert_ne!(fg(0, 1), fg(7, 1), "beside it they keep their own");
        }
    }

    #[test]
    fn padding_and_cutting_give_exactly_the_width() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        for width in 1..12 {
            assert_eq!(Words::new(&look).text("abc").value("1,234").to(width).width(), width);
        }
    }

    #[test]
    fn text_takes_nothing_from_what_it_is_drawn_over_but_the_ground() {
        let look = Look::new(crate::tui::theme::Theme::load("mono", crate::tui::theme::Depth::True, false).unwrap());
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
        buffer.set_style(buffer.area, Style::new().add_modifier(Modifier::DIM | Modifier::REVERSED));
        Words::new(&look).strong("a").muted("b").draw(&mut buffer, 0, 0, 2);
        assert_eq!(buffer[(0, 0)].modifier, Modifier::BOLD | Modifier::REVERSED);
        assert_eq!(buffer[(1, 0)].modifier, Modifier::REVERSED);
    }

    #[test]
    fn words_without_a_colour_of_their_own_have_the_terminals_and_not_that_of_the_frame_below() {
        let look = Look::new(crate::tui::theme::Theme::load("ansi", crate::tui::theme::Depth::Sixteen, false).unwrap());
        let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 1));
        buffer.set_style(buffer.area, look.frame_style(false));
        Words::new(&look).styled(look.title_style(false), "Title").draw(&mut buffer, 0, 0, 5);
        assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset));
    }

    #[test]
    fn nothing_is_drawn_outside_the_buffer() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        Words::new(&look).text("abc").draw(&mut buffer, 9, 0, 5);
        Words::new(&look).text("abc").draw(&mut buffer, 0, 9, 5);
        assert_eq!(buffer, Buffer::empty(Rect::new(0, 0, 4, 1)));
    }

    trait StylesOf {
        fn with_styles_of(self, other: &Buffer) -> Buffer;
    }

    impl StylesOf for Buffer {
        /// The same symbols in the styles of another buffer, so that only symbols are compared.
        fn with_styles_of(mut self, other: &Buffer) -> Buffer {
            for (cell, other) in self.content.iter_mut().zip(&other.content) {
                cell.set_style(other.style());
            }
            self
        }
    }
}
