//! Rows under column heads. Only the rows that are seen are built: the cost of a table does not grow with its length.

use super::words::Words;
use crate::tui::areas::Spot;
use crate::tui::look::Look;
use crate::tui::theme::{Glyph, Role};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The side of a column its words stand on: text left, numbers right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A column, named by a key of the caller's.
#[derive(Debug, Clone, Copy)]
pub struct Column<K> {
    /// Whose column it is.
    pub key: K,
    /// Word over it.
    pub head: &'static str,
    /// Its side.
    pub side: Side,
    /// Width in cells; the least width of the column that grows.
    pub width: u16,
    /// Whether it takes the width that is left. Of several the last does.
    pub grows: bool,
    /// Cells between it and the column before.
    pub gap: u16,
    /// The columns with the greatest `goes` go first when it is narrow; those with 0 never.
    pub goes: u8,
}

impl<K: Copy> Column<K> {
    /// A column of text, one cell after the one before it.
    pub const fn text(key: K, head: &'static str, width: u16) -> Self {
        Self { key, head, side: Side::Left, width, grows: false, gap: 1, goes: 0 }
    }

    /// A column of numbers, one cell after the one before it.
    pub const fn number(key: K, head: &'static str, width: u16) -> Self {
        Self { key, head, side: Side::Right, width, grows: false, gap: 1, goes: 0 }
    }

    /// The same column taking what is left of the width.
    pub const fn grows(self) -> Self {
        Self { grows: true, ..self }
    }

    /// The same column `gap` cells after the one before it.
    pub const fn after(self, gap: u16) -> Self {
        Self { gap, ..self }
    }

    /// The same column, going as `goes` says.
    pub const fn goes(self, goes: u8) -> Self {
        Self { goes, ..self }
    }
}

/// Which row the cursor is on, and whether the table has the focus.
#[derive(Debug, Clone, Copy)]
pub struct Cursor {
    /// Row.
    pub row: usize,
    /// Whether keys go to this table.
    pub focused: bool,
}

/// A column with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Placed<K> {
    key: K,
    /// Its place among all columns, seen or not.
    place: usize,
    head: &'static str,
    side: Side,
    x: u16,
    width: u16,
}

impl<K> Placed<K> {
    /// Draws words on the column's side; on the left they may be `room` cells wide.
    fn draw(&self, buffer: &mut Buffer, y: u16, words: Words<'_>, room: u16) {
        match self.side {
            Side::Left => _ = words.draw(buffer, self.x, y, room),
            Side::Right => words.draw_right(buffer, self.x + self.width, y, room),
        }
    }
}

/// A table to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a, 'c, K> {
    /// Colours and glyphs.
    pub look: &'a Look,
    /// Its columns, from left to right.
    pub columns: &'c [Column<K>],
    /// How many rows it has.
    pub rows: usize,
    /// The first row to show.
    pub top: usize,
    /// Where the cursor is.
    pub cursor: Option<Cursor>,
}

impl<'a, 'c, K: Copy> Table<'a, 'c, K> {
    /// A table that is shown from its first row on, without a cursor.
    pub fn new(look: &'a Look, columns: &'c [Column<K>], rows: usize) -> Self {
        Self { look, columns, rows, top: 0, cursor: None }
    }

    /// Rows that are seen in `height` rows of the screen: heads take one, unless all are empty.
    pub fn room(&self, height: u16) -> usize {
        usize::from(height.saturating_sub(u16::from(has_heads(self.columns))))
    }

    /// The cells of a column within `area`, when it is seen: for what stands below a table.
    pub fn cells(&self, area: Rect, column: usize) -> Option<Rect> {
        let placed = place(self.columns, area).into_iter().find(|placed| placed.place == column)?;
        Some(Rect { x: placed.x, width: placed.width, ..area })
    }

    /// The places of the columns that are seen in `area`, among all columns.
    pub fn seen(&self, area: Rect) -> Vec<usize> {
        place(self.columns, area).iter().map(|column| column.place).collect()
    }

    /// Where the cell of a row and of the column with this place is drawn in `area`; `None` when it is not seen.
    pub fn cell(&self, area: Rect, row: usize, column: usize) -> Option<Rect> {
        let room = self.room(area.height);
        let at = row.checked_sub(self.top).filter(|at| *at < room && row < self.rows)?;
        let column = place(self.columns, area).into_iter().find(|placed| placed.place == column)?;
        Some(Rect::new(column.x, area.bottom() - room as u16 + at as u16, column.width, 1))
    }

    /// Draws the heads and the rows that fit. `cell` builds one cell: row, column, and its width, so that a shorter wording can be
    /// chosen.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, mut cell: impl FnMut(usize, K, usize) -> Words<'a>) {
        let placed = place(self.columns, area);
        let room = self.room(area.height);
        let first = area.bottom() - room as u16;
        if first > area.top() {
            for column in &placed {
                // Over the rows, too: a click on a cell tells the column as well.
                let seen = self.rows.saturating_sub(self.top).min(room) as u16;
                self.look.areas.add(Rect::new(column.x, first - 1, column.width, seen + 1), Spot::Head(column.place));
                column.draw(buffer, first - 1, Words::new(self.look).muted(column.head), column.width + 1);
            }
        }
        for (row, y) in (self.top..self.rows).take(room).zip(first..) {
            self.look.areas.add(Rect::new(area.x.saturating_sub(1), y, area.width + 2, 1), Spot::Row(row));
            if let Some(cursor) = self.cursor.filter(|cursor| cursor.row == row) {
                mark(buffer, area, y, self.look, cursor.focused);
            }
            for column in &placed {
                column.draw(buffer, y, cell(row, column.key, column.width.into()), column.width);
            }
        }
    }
}

fn has_heads<K>(columns: &[Column<K>]) -> bool {
    columns.iter().any(|column| !column.head.is_empty())
}

/// Marks the row under the cursor, from the blank before the table to the blank after it.
pub fn mark(buffer: &mut Buffer, area: Rect, y: u16, look: &Look, focused: bool) {
    let row = Rect::new(area.x.saturating_sub(1), y, area.width + 2, 1).intersection(buffer.area);
    let ground = if focused { Role::Selection } else { Role::SelectionIdle };
    buffer.set_style(row, look.style(ground));
    let sign = if focused { Role::Accent } else { Role::Faint };
    Words::new(look).glyph(sign, Glyph::Cursor).draw(buffer, row.x, y, 1);
}

/// The first row to show so that `cursor` is seen: as before if it is, else by as little scrolling as possible.
pub fn scroll(top: usize, cursor: usize, rows: usize, room: usize) -> usize {
    let room = room.max(1);
    top.clamp((cursor + 1).saturating_sub(room), cursor).min(rows.saturating_sub(room))
}

/// Marks on the right frame which part of the whole is seen.
pub fn scroll_mark(buffer: &mut Buffer, area: Rect, look: &Look, first: usize, room: usize, rows: usize) {
    if rows <= room || area.height < 3 {
        return;
    }
    let track = usize::from(area.height - 3);
    let at = first * track / (rows - room).max(1);
    let y = area.y + 1 + u16::try_from(at.min(track)).unwrap_or(0);
    Words::new(look).glyph(Role::AccentDim, Glyph::ScrollBar).draw(buffer, area.right() - 1, y, 1);
}

fn place<K: Copy>(columns: &[Column<K>], area: Rect) -> Vec<Placed<K>> {
    let mut kept: Vec<(usize, &Column<K>)> = columns.iter().enumerate().collect();
    let needs = |kept: &[(usize, &Column<K>)]| {
        kept.iter().skip(1).map(|(_, c)| c.gap + c.width).sum::<u16>() + kept.first().map_or(0, |(_, c)| c.width)
    };
    while needs(&kept) > area.width {
        let Some(at) = (0..kept.len()).rev().filter(|at| kept[*at].1.goes > 0).max_by_key(|at| kept[*at].1.goes) else {
            break;
        };
        kept.remove(at);
    }
    let left = area.width.saturating_sub(needs(&kept));
    let grows = kept.iter().rposition(|(_, column)| column.grows);
    let mut x = area.left();
    let mut placed = Vec::with_capacity(kept.len());
    for (at, (place, column)) in kept.into_iter().enumerate() {
        if at > 0 {
            x += column.gap;
        }
        let more = if grows == Some(at) { left } else { 0 };
        let width = (column.width + more).min(area.right().saturating_sub(x));
        // Where even those that stay do not fit, the last are not seen at all.
        if width > 0 {
            placed.push(Placed { key: column.key, place, head: column.head, side: column.side, x, width });
        }
        x += width;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::super::cut::tests::HARD;
    use super::*;

    const COLUMNS: [Column<char>; 4] = [
        Column::number('n', "code", 6),
        Column::text('t', "what", 6).grows(),
        Column::text('c', "class", 5).goes(1),
        Column::number('m', "msgs", 5),
    ];

    fn shown(width: u16, rows: usize, top: usize, cursor: Option<Cursor>) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width + 2, 4));
        let look = Look::new(crate::tui::theme::Theme::dark());
        let area = Rect::new(1, 0, width, 4);
        let table = Table { top, cursor, ..Table::new(&look, &COLUMNS, rows) };
        table.draw(&mut buffer, area, |row, key, _| match key {
            'n' => Words::new(&look).value(row.to_string()),
            't' => Words::new(&look).text("Undeliverable"),
            'c' => Words::new(&look).muted("class"),
            _ => Words::new(&look).value("1,234"),
        });
        let rows = buffer.content.chunks(usize::from(width) + 2);
        rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned()).collect()
    }

    #[test]
    fn heads_stand_over_their_columns_side() {
        assert_eq!(
            shown(36, 2, 0, Some(Cursor { row: 1, focused: true })),
            [
                "   code what              class  msgs",
                "      0 Undeliverable     class 1,234",
                "▌     1 Undeliverable     class 1,234",
                ""
            ]
            .map(str::to_owned)
        );
    }

    #[test]
    fn the_least_important_column_goes_and_text_is_cut() {
        assert_eq!(shown(22, 1, 0, None)[1], "      0 Undelive… 1,234");
    }

    #[test]
    fn only_the_rows_that_are_seen_are_built() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 5));
        let mut built = Vec::new();
        let table = Table { top: 10, ..Table::new(&look, &COLUMNS[..1], 1_000_000) };
        table.draw(&mut buffer, Rect::new(1, 0, 28, 5), |row, _, _| {
            built.push(row);
            Words::new(&look).text("x")
        });
        assert_eq!((table.room(5), built), (4, vec![10, 11, 12, 13]));
    }

    #[test]
    fn no_cell_leaves_its_column_whatever_it_holds() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        for text in HARD {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 2));
            let columns = [Column::text(0, "", 7), Column::text(1, "", 8).after(0)];
            Table::new(&look, &columns, 1).draw(&mut buffer, Rect::new(1, 0, 18, 1), |_, key, _| {
                Words::new(&look).text(if key == 0 { text } else { "|" })
            });
            assert_eq!(buffer[(8, 0)].symbol(), "|", "{text}");
        }
    }

    #[test]
    fn scrolling_moves_as_little_as_possible() {
        assert_eq!(scroll(0, 3, 10, 5), 0);
        assert_eq!(scroll(0, 5, 10, 5), 1);
        assert_eq!(scroll(4, 2, 10, 5), 2);
        assert_eq!(scroll(8, 9, 10, 5), 5, "no empty rows at the end");
        assert_eq!(scroll(3, 0, 0, 5), 0);
        assert_eq!(scroll(0, 2, 10, 0), 2, "no room at all");
    }
}
