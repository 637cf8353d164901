//! Graphemes on whose width terminals do not agree: families and flags, skin tones, keycaps, conjuncts. Some terminals join
//! their characters, some put one after the other, some know no emoji at all. Wherever the cursor ends up, and whatever such a
//! grapheme leaves in cells that are not its own, the row around it must stay as it is meant.
//!
//! So its cells are blanked before it is drawn, the cursor is set behind it, and the cells that it may have run into are drawn again.

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::Rect;
use std::collections::BTreeSet;
use unicode_width::UnicodeWidthChar;

/// What stands on the terminal, as far as it was drawn.
#[derive(Debug, Default)]
pub(super) struct Shown(Buffer);

/// Rows and columns of cells to be drawn once more.
type Again = BTreeSet<(u16, u16)>;

/// Cells that are drawn one after the other; between two runs the cursor is set anew.
pub(super) type Run = Vec<(u16, u16, Cell)>;

impl Shown {
    /// Nothing is known any more.
    pub(super) fn forget(&mut self) {
        self.0 = Buffer::default();
    }

    /// The runs that draw these cells safely, in their order.
    pub(super) fn runs<'a>(&mut self, content: impl Iterator<Item = (u16, u16, &'a Cell)>) -> Vec<Run> {
        let mut runs = vec![Run::new()];
        let mut again = Again::new();
        let mut hidden = (0, 0..0);
        for (x, y, cell) in content {
            // What stood here may have run into what is behind it.
            again.extend(self.behind(x, y));
            self.note(x, y, cell);
            // A cell below a sign that was just drawn: it was blanked before, drawn now it would cut the sign in two.
            if hidden.0 == y && hidden.1.contains(&x) {
                continue;
            }
            hidden = (y, x + 1..x + cell.symbol().cell_width().max(1));
            again.remove(&(y, x));
            self.add(&mut runs, x, y, cell, &mut again);
        }
        while let Some((y, x)) = again.pop_first() {
            let is_below = (1..=x.min(WIDEST)).any(|by| self.0[(x - by, y)].symbol().cell_width() > by);
            if !is_below {
                let cell = self.0[(x, y)].clone();
                runs.push(Run::new());
                self.add(&mut runs, x, y, &cell, &mut again);
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    fn add(&self, runs: &mut Vec<Run>, x: u16, y: u16, cell: &Cell, again: &mut Again) {
        let Some(reach) = reach(cell.symbol()) else {
            if let Some(run) = runs.last_mut() {
                run.push((x, y, cell.clone()));
            }
            return;
        };
        let width = cell.symbol().cell_width().max(1);
        let mut blank = cell.clone();
        blank.set_symbol(" ");
        runs.push((x..x + width).map(|x| (x, y, blank.clone())).collect());
        runs.push(vec![(x, y, cell.clone())]);
        runs.push(Run::new());
        again.extend((x + width..self.0.area.right().min(x + reach)).map(|x| (y, x)));
    }

    /// Cells that what stands somewhere takes or reaches, beside its first.
    fn behind(&self, x: u16, y: u16) -> impl Iterator<Item = (u16, u16)> + use<> {
        let symbol = self.0.cell((x, y)).map_or("", |cell| cell.symbol());
        let reach = reach(symbol).unwrap_or(0).max(symbol.cell_width());
        (x + 1..self.0.area.right().min(x + reach)).map(move |x| (y, x))
    }

    fn note(&mut self, x: u16, y: u16, cell: &Cell) {
        if !self.0.area.contains((x, y).into()) {
            let area = Rect::new(0, 0, self.0.area.width.max(x + 1), self.0.area.height.max(y + 1));
            let mut larger = Buffer::empty(area);
            larger.merge(&self.0);
            self.0 = larger;
        }
        let mut below = cell.clone();
        below.set_symbol(" ");
        for x in x..self.0.area.right().min(x + cell.symbol().cell_width().max(1)) {
            self.0[(x, y)] = below.clone();
        }
        self.0[(x, y)] = cell.clone();
    }
}

/// Cells that a grapheme takes at most, beside its first: no writing has wider ones in one row of a list.
const WIDEST: u16 = 8;

/// The most cells that any terminal gives a grapheme, where they do not agree.
fn reach(symbol: &str) -> Option<u16> {
    let mut characters = symbol.chars();
    let (Some(first), second) = (characters.next(), characters.next()) else { return None };
    let alone = second.is_none();
    if alone && first < '\u{1f000}' {
        return None;
    }
    let wide = |c: char| match c.width() {
        None | Some(0) => 0,
        Some(_) if c >= '\u{2100}' => 2,
        Some(width) => width,
    };
    let most: usize = symbol.chars().map(wide).sum();
    let selects = symbol.contains(['\u{fe0e}', '\u{fe0f}', '\u{200d}', '\u{20e3}']);
    let agreed = !alone && !selects && most == usize::from(symbol.cell_width());
    // A variation selector makes a sign wide where it is known.
    (!agreed).then(|| u16::try_from(most.max(2)).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::super::backend::Frugal;
    use super::super::backend::tests::Sink;
    use crate::tui::widgets::cut::tests::HARD;
    use ratatui::backend::CrosstermBackend;
    use ratatui::buffer::CellWidth;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use ratatui::{Terminal, TerminalOptions, Viewport};
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthChar;

    /// How terminals see text: the pieces that they take as one, and the cells they give each.
    #[derive(Debug, Clone, Copy)]
    enum Eyes {
        /// Whole graphemes, as wide as Unicode says: kitty, Windows Terminal, newer VTE.
        Joining,
        /// One character after the other: xterm, tmux, older VTE.
        Splitting,
        /// No emoji at all: one cell for each.
        Narrow,
    }

    const WIDTH: usize = 40;

    impl Eyes {
        fn pieces(self, text: &str) -> Vec<(String, usize)> {
            match self {
                Self::Joining => text.graphemes(true).map(|one| (one.to_owned(), one.cell_width().into())).collect(),
                Self::Splitting => text.chars().map(|c| (c.to_string(), c.width().unwrap_or(0))).collect(),
                Self::Narrow => {
                    let narrow =
                        |c: char| if c >= '\u{2600}' { c.width().unwrap_or(0).min(1) } else { c.width().unwrap_or(0) };
                    text.chars().map(|c| (c.to_string(), narrow(c))).collect()
                }
            }
        }

        /// The rows after these bytes.
        fn see(self, bytes: &[u8], rows: usize) -> Vec<Vec<String>> {
            let text = str::from_utf8(bytes).unwrap();
            let mut screen = vec![vec![String::from(" "); WIDTH * 2]; rows];
            let (mut x, mut y) = (0, 0);
            let mut parts = text.split('\u{1b}');
            let plain = parts.next().unwrap_or_default().to_owned();
            let parts = std::iter::once(plain).chain(parts.map(|part| {
                let end = part.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                format!("{}\u{0}{}", &part[..=end], &part[end + 1..])
            }));
            for part in parts {
                let (code, text) = part.split_once('\u{0}').unwrap_or(("", &part));
                if let Some(at) = code.strip_prefix('[').and_then(|code| code.strip_suffix('H')) {
                    let (row, column) = at.split_once(';').unwrap();
                    (y, x) = (row.parse::<usize>().unwrap() - 1, column.parse::<usize>().unwrap() - 1);
                }
                for (piece, width) in self.pieces(text) {
                    // A sign of which a part is overwritten is gone: its other cells are blank.
                    let from = (0..=x).rev().find(|cell| !screen[y][*cell].is_empty()).unwrap_or(0);
                    let to = (x + width..WIDTH * 2).find(|cell| !screen[y][*cell].is_empty()).unwrap_or(WIDTH * 2);
                    let (from, to) = if width == 0 { (x, x) } else { (from, to) };
                    for (cell, shown) in screen[y].iter_mut().enumerate().take(to).skip(from) {
                        *shown = match cell {
                            _ if cell == x => piece.clone(),
                            _ if (x..x + width).contains(&cell) => String::new(),
                            _ => " ".to_owned(),
                        };
                    }
                    x += width;
                }
            }
            screen
        }
    }

    #[test]
    fn no_border_is_broken_whatever_a_terminal_thinks_of_a_grapheme() {
        for eyes in [Eyes::Joining, Eyes::Splitting, Eyes::Narrow] {
            let sink = Sink::default();
            let backend = Frugal::new(CrosstermBackend::new(sink.clone()));
            let rows = HARD.len();
            let viewport = Viewport::Fixed(Rect::new(0, 0, WIDTH as u16, rows as u16));
            let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
            // The texts move over the rows from frame to frame, and back to where they were.
            for turn in [0, 1, 5, 1, 0] {
                let draw = |frame: &mut ratatui::Frame<'_>| {
                    for y in 0..rows {
                        let buffer = frame.buffer_mut();
                        buffer.set_string(0, y as u16, "|", Style::new());
                        let text = HARD[(y + turn) % rows];
                        let (end, _) = buffer.set_stringn(1, y as u16, text, 20, Style::new());
                        buffer.set_string(end, y as u16, "|", Style::new());
                        buffer.set_string(WIDTH as u16 - 2, y as u16, "5|", Style::new());
                    }
                };
                terminal.draw(draw).map(drop).unwrap();
                let screen = eyes.see(&sink.0.borrow(), rows);
                for (y, row) in screen.iter().enumerate() {
                    let text = HARD[(y + turn) % rows];
                    let shown = row.concat();
                    assert_eq!(
                        (row[0].as_str(), row[WIDTH - 2].as_str(), row[WIDTH - 1].as_str()),
                        ("|", "5", "|"),
                        "{eyes:?} {shown:?}"
                    );
                    let end = 1 + crate::tui::widgets::cut::width(crate::tui::widgets::cut::head(text, 20));
                    assert_eq!(row[end], "|", "{eyes:?}, turn {turn}: {text:?} is {shown:?}");
                    assert!(
                        row[end + 1..WIDTH - 2].iter().all(|cell| cell == " "),
                        "{eyes:?}, turn {turn}: something is left in {shown:?} {row:?}"
                    );
                    assert!(row[WIDTH..].iter().all(|cell| cell == " "), "{eyes:?}: {shown:?}");
                }
            }
        }
    }
}
