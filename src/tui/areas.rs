//! Where things were drawn, so that the mouse finds them: recorded while drawing, forgotten before the next frame.

use super::action::Action;
use super::widgets::chart::Times;
use crate::event::Millis;
use ratatui::layout::{Position, Rect};
use std::cell::RefCell;

/// What was drawn somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A word or key that stands for an action.
    Act(Action),
    /// A pane, by a number of its page's own.
    Pane(usize),
    /// A row of the list in a pane.
    Row(usize),
    /// A column head of the list in a pane, or another word that is chosen by a click, by its place among its like.
    Head(usize),
    /// A chart over time: its first column's start, the length of a column in milliseconds, and its cells.
    Chart(Millis, i64, u16),
}

/// Everything at one place, the innermost of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hit {
    /// The action it stands for.
    pub act: Option<Action>,
    /// The pane.
    pub pane: Option<usize>,
    /// The row.
    pub row: Option<usize>,
    /// The column head.
    pub head: Option<usize>,
    /// The chart, where it is.
    pub chart: Option<ChartArea>,
}

/// A chart over time on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChartArea {
    /// Where it is.
    pub area: Rect,
    from: Millis,
    column_ms: i64,
    cells: u16,
}

impl ChartArea {
    /// The time at the left edge of the column at `x`, and at its right edge.
    pub fn times(&self, x: u16) -> (Millis, Millis) {
        let x = x.clamp(self.area.left(), self.area.right().saturating_sub(1));
        let column = i64::from((x - self.area.left()) / self.cells.max(1));
        let from = self.from.0 + column * self.column_ms;
        (Millis(from), Millis(from + self.column_ms))
    }
}

/// The places of one frame.
#[derive(Debug, Clone, Default)]
pub struct Areas(RefCell<Vec<(Rect, Spot)>>);

impl Areas {
    /// Forgets everything: a new frame is drawn, or something over the old one.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Records what was drawn in `area`, over what was drawn there before.
    pub fn add(&self, area: Rect, spot: Spot) {
        self.0.borrow_mut().push((area, spot));
    }

    /// Records a chart over time.
    pub fn add_chart(&self, area: Rect, times: &Times<'_>) {
        let cells = u16::try_from(times.cells).unwrap_or(1);
        self.add(area, Spot::Chart(times.from, i64::from(times.column_s) * 1000, cells));
    }

    /// What is at a place. A pane covers what was drawn there before it.
    pub fn at(&self, x: u16, y: u16) -> Hit {
        let mut hit = Hit::default();
        for (area, spot) in self.0.borrow().iter().rev().filter(|(area, _)| area.contains(Position { x, y })) {
            match *spot {
                Spot::Act(action) => hit.act = hit.act.or(Some(action)),
                Spot::Row(row) => hit.row = hit.row.or(Some(row)),
                Spot::Head(head) => hit.head = hit.head.or(Some(head)),
                Spot::Chart(from, column_ms, cells) => {
                    hit.chart = hit.chart.or(Some(ChartArea { area: *area, from, column_ms, cells }));
                }
                Spot::Pane(pane) => {
                    hit.pane = Some(pane);
                    break;
                }
            }
        }
        hit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_of_each_kind_is_found() {
        let areas = Areas::default();
        areas.add(Rect::new(0, 0, 40, 10), Spot::Pane(3));
        areas.add(Rect::new(1, 2, 38, 1), Spot::Row(7));
        let hit = areas.at(5, 2);
        assert_eq!((hit.pane, hit.row, hit.head), (Some(3), Some(7), None));
        assert_eq!(areas.at(5, 3).row, None);
        areas.add(Rect::new(0, 0, 40, 10), Spot::Pane(4));
        assert_eq!((areas.at(5, 2).pane, areas.at(5, 2).row), (Some(4), None), "covered");
        areas.clear();
        assert_eq!(areas.at(5, 2), Hit::default());
    }

    #[test]
    fn a_cell_of_a_chart_is_a_span_of_time() {
        let chart = ChartArea { area: Rect::new(10, 0, 20, 4), from: Millis(60_000), column_ms: 10_000, cells: 2 };
        assert_eq!(chart.times(10), (Millis(60_000), Millis(70_000)));
        assert_eq!(chart.times(13), (Millis(70_000), Millis(80_000)));
        assert_eq!(chart.times(99), chart.times(29), "beyond its edge is its last column");
    }
}
