//! Which pieces of the overview are seen, and where, at each size of the screen.

use super::Pane;
use ratatui::layout::Rect;

/// How much room the screen gives. Ordered from little to much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// Under 70 columns or 20 rows: one pane at a time.
    One,
    /// Under 110 columns: the four panes with their most important columns.
    Narrow,
    /// The four panes and the activity.
    Normal,
    /// From 180×50 on: everything.
    Wide,
}

impl Size {
    /// The size class of a whole screen.
    pub fn of(screen: Rect) -> Self {
        match (screen.width, screen.height) {
            (..70, _) | (_, ..20) => Self::One,
            (180.., 50..) => Self::Wide,
            (110.., _) => Self::Normal,
            _ => Self::Narrow,
        }
    }
}

/// The pieces of the overview within the room between tabs and footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    area: Rect,
    size: Size,
    /// One sentence and its consequence.
    pub(super) verdict: Rect,
    /// Traffic and failures over time.
    pub(super) activity: Option<Rect>,
    /// The receiver itself.
    pub(super) receiver: Option<Rect>,
    grid: Rect,
}

impl Layout {
    /// Rows between tabs and footer from which on the activity is shown: 30 of the screen.
    const WITH_ACTIVITY: u16 = 27;
    /// The same with a third chart row: 50 of the screen.
    const WITH_MORE_ACTIVITY: u16 = 47;

    pub(super) fn new(area: Rect, size: Size) -> Self {
        let (verdict, rest) = split_rows(area, if size == Size::One { 1 } else { 2 });
        let with_activity = size >= Size::Normal && area.height >= Self::WITH_ACTIVITY;
        if !with_activity {
            return Self { area, size, verdict, activity: None, receiver: None, grid: rest };
        }
        let (top, grid) = split_rows(rest, if area.height >= Self::WITH_MORE_ACTIVITY { 7 } else { 6 });
        let (activity, receiver) = if size == Size::Wide {
            let (activity, receiver) = split_columns(top, area.width * 61 / 100);
            (activity, Some(receiver))
        } else {
            (top, None)
        };
        Self { area, size, verdict, activity: Some(activity), receiver, grid }
    }

    /// Where a pane is, if it is seen. Left panes are a little narrower: their tables have fewer columns.
    pub(super) fn pane(&self, pane: Pane, focus: Pane) -> Option<Rect> {
        if self.size == Size::One {
            return (pane == focus).then_some(self.grid);
        }
        let (above, below) = split_rows(self.grid, self.grid.height.div_ceil(2));
        let row = if matches!(pane, Pane::Delivery | Pane::Failures) { above } else { below };
        let (left, right) = split_columns(row, 2 + self.area.width * 9 / 20);
        Some(if matches!(pane, Pane::Delivery | Pane::Conversations) { left } else { right })
    }

    /// The row above a zoomed pane.
    pub(super) fn breadcrumb(&self) -> Rect {
        split_rows(self.area, 1).0
    }

    /// The room of a zoomed pane.
    pub(super) fn zoomed(&self) -> Rect {
        split_rows(self.area, 1).1
    }

    /// Everything under the verdict.
    pub(super) fn below_verdict(&self) -> Rect {
        split_rows(self.area, self.verdict.height).1
    }
}

/// The first `rows` rows, and the rest.
pub(super) fn split_rows(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// The first `columns` columns, and the rest.
pub(super) fn split_columns(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    (Rect { width: columns, ..area }, Rect { x: area.x + columns, width: area.width - columns, ..area })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(width: u16, height: u16) -> Layout {
        // Header and tabs above (one row on a small screen), the footer below.
        let size = Size::of(Rect::new(0, 0, width, height));
        let above = if size == Size::One { 1 } else { 2 };
        Layout::new(Rect::new(0, above, width, height - above - 1), size)
    }

    #[test]
    fn size_classes_change_at_their_edges() {
        let of = |width, height| Size::of(Rect::new(0, 0, width, height));
        assert_eq!(
            [of(69, 40), of(70, 19), of(70, 20), of(109, 60)],
            [Size::One, Size::One, Size::Narrow, Size::Narrow]
        );
        assert_eq!(
            [of(110, 20), of(179, 60), of(180, 49), of(180, 50)],
            [Size::Normal, Size::Normal, Size::Normal, Size::Wide]
        );
    }

    #[test]
    fn the_grid_is_the_same_above_and_below() {
        for (width, height, columns, rows) in [(120, 36, 56, [13, 12]), (80, 24, 38, [10, 9]), (200, 60, 92, [24, 24])]
        {
            let layout = layout(width, height);
            let pane = |pane| layout.pane(pane, Pane::Failures).unwrap();
            assert_eq!(pane(Pane::Delivery).width, columns);
            assert_eq!(pane(Pane::Conversations).width, columns);
            assert_eq!(pane(Pane::Alerts).right(), width);
            assert_eq!([pane(Pane::Failures).height, pane(Pane::Alerts).height], rows);
            assert_eq!(pane(Pane::Alerts).bottom(), height - 1);
        }
    }

    #[test]
    fn activity_goes_before_a_pane_loses_a_row_and_the_receiver_before_that() {
        assert!(layout(120, 29).activity.is_none());
        assert_eq!(layout(120, 30).activity.map(|area| area.height), Some(6));
        assert_eq!(layout(120, 50).activity.map(|area| area.height), Some(7));
        assert!(layout(109, 50).activity.is_none());
        assert!(layout(179, 50).receiver.is_none());
        assert_eq!(layout(200, 60).receiver.map(|area| area.width), Some(78));
    }

    #[test]
    fn a_small_screen_shows_the_pane_in_focus_alone() {
        let layout = layout(40, 12);
        assert_eq!(layout.verdict.height, 1);
        assert_eq!(layout.pane(Pane::Alerts, Pane::Alerts), Some(Rect::new(0, 2, 40, 9)));
        assert_eq!(layout.pane(Pane::Delivery, Pane::Alerts), None);
    }
}
