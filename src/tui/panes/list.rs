//! The cursor of a pane: on a thing, not on a row.

use super::data::{Key, Listing, OverviewData};
use crate::monitor::view::{Around, Pick};
use crate::tui::widgets::table::{self, Cursor, Table};

/// Cursor and scrolling of one pane. Until it is moved the cursor stays on the first row; from then on it stays on the thing
/// it was moved to, wherever that goes.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    anchor: Option<Anchor>,
    row: usize,
    top: usize,
    room: usize,
}

/// What the cursor holds on to.
#[derive(Debug, Clone)]
enum Anchor {
    /// What stands in the row, as soon as it is known.
    Row,
    /// A thing.
    On(Key),
}

impl List {
    /// Finds the row of the thing again. If it is gone the cursor stays where it was.
    pub(super) fn settle(&mut self, data: &OverviewData, listing: Listing) {
        let len = data.len(listing);
        let on = match self.anchor.take() {
            None => {
                self.row = 0;
                return;
            }
            Some(Anchor::Row) => data.key(listing, self.row),
            Some(Anchor::On(key)) => {
                if !data.is(listing, self.row, &key) {
                    let found = data.position(listing, &key);
                    self.row = found.unwrap_or(self.row.min(len.saturating_sub(1)));
                }
                Some(key)
            }
        };
        self.anchor = Some(on.map_or(Anchor::Row, Anchor::On));
    }

    /// Back to the first row.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Moves by `by` rows, as far as there are any. Returns whether it moved.
    pub(super) fn step(&mut self, data: &OverviewData, listing: Listing, by: isize) -> bool {
        let Some(last) = data.len(listing).checked_sub(1) else { return false };
        let to = self.row.saturating_add_signed(by).min(last);
        let moved = to != self.row || self.anchor.is_none();
        self.row = to;
        self.anchor = Some(data.key(listing, to).map_or(Anchor::Row, Anchor::On));
        moved
    }

    /// Puts the cursor on a row.
    pub(super) fn select(&mut self, data: &OverviewData, listing: Listing, row: usize) {
        if row < data.len(listing) {
            self.row = row;
            self.anchor = Some(data.key(listing, row).map_or(Anchor::Row, Anchor::On));
        }
    }

    /// The thing that the cursor was moved to.
    pub(super) fn on(&self) -> Option<&Key> {
        match &self.anchor {
            Some(Anchor::On(key)) => Some(key),
            Some(Anchor::Row) | None => None,
        }
    }

    /// Which conversations have to be known to draw and to move by a page of `rows`.
    pub(super) fn around(&self, rows: u16, pick: Pick) -> Around {
        let anchor = match self.on() {
            Some(Key::Conversation(number, customer)) => Some((number.clone(), customer.clone())),
            _ => None,
        };
        Around { anchor, row: self.row, margin: 2 * usize::from(rows), pick }
    }

    /// The row under the cursor.
    pub(super) fn row(&self) -> usize {
        self.row
    }

    /// Rows of a page.
    pub(super) fn page(&self) -> isize {
        self.room.saturating_sub(1).max(1) as isize
    }

    /// Scrolls a table in `height` rows of the screen so that the cursor is seen, and puts it there.
    pub(super) fn place<K: Copy>(&mut self, table: &mut Table<'_, '_, K>, height: u16, focused: bool) {
        self.room = table.room(height);
        self.top = table::scroll(self.top, self.row, table.rows, self.room);
        table.top = self.top;
        table.cursor = self.cursor(focused);
    }

    /// The cursor to draw: a pane without the focus shows one only after it was moved there.
    pub(super) fn cursor(&self, focused: bool) -> Option<Cursor> {
        (focused || self.anchor.is_some()).then_some(Cursor { row: self.row, focused })
    }
}
