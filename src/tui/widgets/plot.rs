//! Charts over time in their room: one or more series one below the other, each on its own scale, over one axis.
//!
//! Every chart of the screen is drawn by this, so that scale, corner, clock times, gaps and marks look and behave alike.

use super::chart::{self, Mark, Times};
use crate::event::Millis;
use crate::tui::look::Look;
use crate::tui::theme::Role;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns over time: where they begin, how long each is, how many there are.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Start of the first column.
    pub from: Millis,
    /// Length of a column, in seconds.
    pub column_s: u32,
    /// Number of columns.
    pub columns: usize,
}

/// One series of a plot, in the rows it takes.
pub struct Series<'s> {
    /// The first row, counted from the top of the plot.
    pub row: u16,
    /// How many rows it takes.
    pub rows: u16,
    /// What it counts, beside its scale; empty where the title says so.
    pub label: &'s str,
    /// A value per column.
    pub values: &'s [f64],
    /// The least its scale ends at, so that a single event is no peak.
    pub least: f64,
}

/// A chart over time in the room it has.
pub struct Plot<'a> {
    look: &'a Look,
    times: Times<'a>,
    area: Rect,
    side: u16,
    open: Vec<bool>,
}

impl<'a> Plot<'a> {
    /// Lays columns into `area`, right of `side` cells for the scale; a column takes as many cells as there are for each.
    pub fn new(look: &'a Look, zone: &'a TimeZone, area: Rect, side: u16, span: Span) -> Self {
        let room = usize::from(area.width.saturating_sub(side));
        let columns = span.columns.min(room);
        let cells = (room / span.columns.max(1)).max(1);
        let times = Times { from: span.from, column_s: span.column_s.max(1), columns, cells, zone };
        Self { look, times, area, side, open: Vec::new() }
    }

    /// Leaves columns open about which nothing can be said: those in which no receiver ran and `counts` has nothing.
    pub fn with_gaps(mut self, gaps: &[(Millis, Millis)], counts: &[u64]) -> Self {
        let within = |at: Millis| gaps.iter().any(|(from, to)| *from <= at && at < *to);
        let middle = |column| Millis(self.times.start(column).0.midpoint(self.times.start(column + 1).0));
        let open = |(column, count): (usize, &u64)| *count == 0 && within(middle(column));
        self.open = counts.iter().enumerate().map(open).collect();
        self
    }

    /// The time axis, for what stands beside the columns.
    pub fn times(&self) -> &Times<'a> {
        &self.times
    }

    /// Where the columns are, from the first row of the plot to its axis.
    pub fn columns(&self) -> Rect {
        let width = u16::try_from(self.times.width()).unwrap_or(u16::MAX);
        let room = self.area.width.saturating_sub(self.side);
        Rect { x: self.area.x + self.side.min(self.area.width), width: width.min(room), ..self.area }
    }

    /// Whether nothing can be said about a column.
    pub fn is_open(&self, column: usize) -> bool {
        self.open.get(column) == Some(&true)
    }

    /// Draws one series with its scale.
    pub fn draw(&self, buffer: &mut Buffer, series: &Series<'_>, style: impl Fn(usize) -> Style) {
        let known = |(column, value): (usize, &f64)| (!self.is_open(column)).then_some(*value);
        let values: Vec<Option<f64>> = series.values.iter().enumerate().map(known).collect();
        let top = chart::scale(values.iter().copied().flatten().fold(series.least, f64::max));
        let rows = Rect { y: self.area.y + series.row, height: series.rows, ..self.area }.intersection(self.area);
        chart::side(buffer, Rect { width: self.side, ..rows }, self.look, series.label, top);
        let columns = Rect { y: rows.y, height: rows.height, ..self.columns() };
        chart::columns(buffer, columns, self.look, &values, self.times.cells, top, style);
    }

    /// Draws the axis into the last row: clock times, and the marks before them. The columns above become a place to point at.
    pub fn draw_axis(&self, buffer: &mut Buffer, marks: &[Mark<'_>]) {
        let Some(y) = self.area.bottom().checked_sub(1).filter(|y| *y >= self.area.y) else { return };
        let axis = Rect { y, height: 1, ..self.columns() };
        self.look.areas.add_chart(self.columns(), &self.times);
        chart::corner(buffer, axis.x.saturating_sub(1), y, self.look);
        chart::axis(buffer, axis, self.look, &self.times, marks, |column| self.is_open(column));
    }

    /// Draws a single series and its axis into the whole room, in the colour of `role`.
    pub fn draw_alone(&self, buffer: &mut Buffer, label: &str, counts: &[u64], role: Role, marks: &[Mark<'_>]) {
        let values: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
        let series = Series { row: 0, rows: self.area.height.saturating_sub(1), label, values: &values, least: 4.0 };
        self.draw(buffer, &series, |_| self.look.style(role));
        self.draw_axis(buffer, marks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;

    const FROM: Millis = Millis(1_773_295_200_000);

    fn lines(buffer: &Buffer) -> Vec<String> {
        let line = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..buffer.area.height).map(|y| line(y).trim_end().to_owned()).collect()
    }

    fn drawn(width: u16, rows: u16, counts: &[u64], label: &str, gaps: &[(Millis, Millis)]) -> (Vec<String>, Look) {
        let look = Look::new(Theme::dark());
        let area = Rect::new(0, 0, width, rows);
        let mut buffer = Buffer::empty(area);
        let span = Span { from: FROM, column_s: 60, columns: counts.len() };
        let zone = TimeZone::UTC;
        let plot = Plot::new(&look, &zone, area, 8, span).with_gaps(gaps, counts);
        plot.draw_alone(&mut buffer, label, counts, Role::Area, &[]);
        (lines(&buffer), look)
    }

    #[test]
    fn scale_columns_and_axis_meet_in_one_corner() {
        let counts = [0, 0, 4, 8, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8];
        let (shown, _) = drawn(28, 3, &counts, "", &[]);
        assert_eq!(
            shown,
            ["      8┤   ██           ████", "       │▁▁████▁▁▁▁▁▁▁▁▁▁████", "       └┴06:00────┴06:10────"]
        );
    }

    #[test]
    fn a_column_takes_the_cells_that_are_there_for_it() {
        let (shown, _) = drawn(28, 2, &[1, 2, 3, 4, 4], "", &[]);
        assert_eq!(shown.first().map(String::as_str), Some("      4┤▂▂▂▂▄▄▄▄▆▆▆▆████████"));
    }

    #[test]
    fn a_label_makes_room_for_the_end_of_the_scale() {
        let tall = drawn(28, 3, &[9_000; 20], "failed", &[]).0;
        assert_eq!(tall.first().map(|line| line.split_at(7).0), Some(" 10,000"));
        assert!(tall.get(1).is_some_and(|line| line.starts_with("failed │")), "{tall:?}");
        let small = drawn(28, 3, &[1; 20], "f", &[]).0;
        assert!(small.first().is_some_and(|line| line.starts_with("f     4┤")), "{small:?}");
    }

    #[test]
    fn a_gap_stays_open_in_the_columns_and_on_the_axis_but_not_where_something_came() {
        let at = |minute: i64| Millis(FROM.0 + minute * 60_000);
        let (shown, _) =
            drawn(28, 2, &[4, 0, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4], "", &[(at(1), at(4))]);
        assert_eq!(shown.first().map(String::as_str), Some("      4┤█  █████████████████"));
        assert!(shown.get(1).is_some_and(|line| line.starts_with("       └┴06:00")), "{shown:?}");
    }

    #[test]
    fn the_columns_can_be_pointed_at() {
        let (_, look) = drawn(28, 3, &[1; 20], "", &[]);
        assert!(look.areas.at(10, 0).chart.is_some());
        assert!(look.areas.at(3, 0).chart.is_none());
    }

    #[test]
    fn no_room_is_no_chart_and_no_panic() {
        for (width, rows) in [(0, 0), (4, 1), (9, 2), (28, 1)] {
            drawn(width, rows, &[1, 2, 3], "label", &[]);
        }
    }
}
