//! Charts over time: columns on a scale that starts at 0 and ends at a round number, over an axis with round clock times.

use super::cut;
use super::format;
use super::words::Words;
use crate::event::Millis;
use crate::tui::look::Look;
use crate::tui::theme::Role;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::ops::Range;

/// A time axis: where it starts and what a column is.
#[derive(Debug, Clone, Copy)]
pub struct Times<'a> {
    /// Start of the first column.
    pub from: Millis,
    /// Length of a column, in seconds.
    pub column_s: u32,
    /// Number of columns.
    pub columns: usize,
    /// Cells a column takes.
    pub cells: usize,
    /// Zone of the clock times.
    pub zone: &'a TimeZone,
}

impl Times<'_> {
    /// Start of column `at`.
    pub fn start(&self, at: usize) -> Millis {
        Millis(self.from.0 + at as i64 * i64::from(self.column_s) * 1000)
    }

    /// Width of the chart in cells.
    pub fn width(&self) -> usize {
        self.columns * self.cells
    }

    /// The cell a time falls on.
    fn cell(&self, at: Millis) -> Option<usize> {
        let column = (at.0 - self.from.0).div_euclid(i64::from(self.column_s.max(1)) * 1000);
        let cell = usize::try_from(column).ok()? * self.cells;
        (cell < self.width()).then_some(cell)
    }
}

/// Something to mark on the axis.
#[derive(Debug, Clone)]
pub struct Mark<'a> {
    /// When it was.
    pub at: Millis,
    /// Its sign.
    pub sign: &'a str,
    /// Beside the sign where there is room for it.
    pub words: String,
    /// Its style.
    pub style: Style,
}

/// The end of a scale that starts at 0 and holds `greatest`: a round number.
pub fn scale(greatest: f64) -> f64 {
    if greatest <= 0.0 || !greatest.is_finite() {
        return 1.0;
    }
    let power = 10f64.powf(greatest.log10().floor());
    let steps = [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    steps.iter().map(|step| step * power).find(|top| *top >= greatest * 0.9999).unwrap_or(10.0 * power)
}

/// Draws columns from the bottom of `area`, in eighths of a cell. A value of 0 leaves the lowest line in the colour of the grid;
/// `None`, a time for which nothing can be said, is left open.
pub fn columns(
    buffer: &mut Buffer,
    area: Rect,
    look: &Look,
    values: &[Option<f64>],
    cells: usize,
    top: f64,
    style: impl Fn(usize) -> Style,
) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let signs = look.levels();
    let eighths = signs.len();
    let height = usize::from(area.height) * eighths;
    for (x, cell) in (area.left()..area.right()).zip(0..) {
        let column = cell / cells.max(1);
        let Some(Some(value)) = values.get(column) else { continue };
        let filled = ((value / top * height as f64).round() as usize).clamp(1, height);
        let style = if *value > 0.0 { style(column) } else { look.style(Role::Grid) };
        for (y, below) in (area.top()..area.bottom()).rev().zip((0..).map(|row| row * eighths)) {
            let Some(here) = filled.checked_sub(below + 1) else { break };
            if let Some(sign) = signs.get(here.min(eighths - 1)) {
                buffer[(x, y)].set_symbol(sign).set_style(style);
            }
        }
    }
}

/// Draws the axis into the first row of `area`: clock times at round distances, and the marks, which come first. Earlier
/// marks take precedence; one without room for its words on either side is its sign alone. Columns that are `None` leave the axis open.
pub fn axis(
    buffer: &mut Buffer,
    area: Rect,
    look: &Look,
    times: &Times<'_>,
    marks: &[Mark<'_>],
    open: impl Fn(usize) -> bool,
) {
    let width = times.width().min(area.width.into());
    let signs = Signs::of(look);
    let mut taken = vec![false; width];
    let faint = look.style(Role::Faint);
    for cell in 0..width {
        let sign = if open(cell / times.cells.max(1)) { " " } else { signs.line };
        Words::new(look).styled(faint, sign).draw(buffer, area.x + cell as u16, area.y, 1);
    }
    // The signs first, so that the words of one never cover another's.
    let place = |mark: &Mark<'_>| {
        let cell = times.cell(mark.at)?;
        claim(&mut taken, cell..cell + 1, cell..cell + 1).then_some(cell)
    };
    let placed: Vec<_> = marks.iter().map(place).collect();
    for (mark, cell) in marks.iter().zip(placed).filter_map(|(mark, cell)| Some((mark, cell?))) {
        let len = 1 + cut::width(&mark.words);
        // What is new stands at the right edge: there the words are left of their sign.
        let (after, before) = (cell + 1..cell + 1 + len, cell.checked_sub(len));
        let (from, text) = if claim(&mut taken, after.clone(), cell + 1..after.end + 1) {
            (cell, format!("{} {}", mark.sign, mark.words))
        } else if let Some(from) = before.filter(|from| claim(&mut taken, *from..cell, from.saturating_sub(1)..cell)) {
            (from, format!("{} {}", mark.words, mark.sign))
        } else {
            (cell, mark.sign.to_owned())
        };
        let room = area.width - from as u16;
        Words::new(look).styled(mark.style, text).draw(buffer, area.x + from as u16, area.y, room);
    }
    let step = tick_step(times);
    let with_seconds = step % 60 != 0;
    for cell in (0..width).step_by(times.cells.max(1)) {
        let at = times.start(cell / times.cells.max(1));
        if local_seconds(at, times.zone).rem_euclid(step) >= i64::from(times.column_s) {
            continue;
        }
        let label = match step {
            86_400.. => format::day(at, times.start(times.columns), times.zone, look.lang),
            _ if with_seconds => format::clock(at, times.zone),
            _ => format::hour_minute(at, times.zone),
        };
        let end = cell + 1 + cut::width(&label);
        if claim(&mut taken, cell..end, cell.saturating_sub(1)..end + 1) {
            let words = Words::new(look).styled(faint, signs.tick).muted(label);
            words.draw(buffer, area.x + cell as u16, area.y, area.width - cell as u16);
        }
    }
}

/// Draws the scale left of a chart: the label, the end of the scale, the line in the last column of `area`. A label that would
/// touch the figure stands a row lower, where there is one.
pub fn side(buffer: &mut Buffer, area: Rect, look: &Look, label: &str, top: f64) {
    let signs = Signs::of(look);
    let Some(x) = area.right().checked_sub(1).filter(|x| *x >= area.x) else { return };
    let faint = look.style(Role::Faint);
    let figure = label_of(top);
    let (room, apart) = (usize::from(x - area.x), cut::width(label) + 1 + cut::width(&figure));
    let lower = u16::from(apart > room && area.height > 1);
    Words::new(look).muted(label).draw(buffer, area.x, area.y + lower, x - area.x);
    for y in area.top()..area.bottom() {
        Words::new(look).styled(faint, signs.side).draw(buffer, x, y, 1);
    }
    Words::new(look).styled(faint, signs.mark).draw(buffer, x, area.y, 1);
    Words::new(look).muted(figure).draw_right(buffer, x, area.y, x - area.x);
}

/// The end of a scale in as few digits as it has.
fn label_of(top: f64) -> String {
    if top >= 1.0 && top.fract() == 0.0 {
        format::thousands(top as u64)
    } else {
        format!("{}", (top * 100.0).round() / 100.0)
    }
}

/// Draws the scale of bars that are shares of a whole into the first two rows of `area`, which is as wide as they are.
pub fn shares(buffer: &mut Buffer, area: Rect, look: &Look) {
    const LEAST: u16 = 24;
    let signs = Signs::of(look);
    let Some(last) = area.width.checked_sub(1).filter(|_| area.width >= LEAST && area.height >= 2) else { return };
    let rule = signs.line.repeat(area.width.into());
    Words::new(look).role(Role::Faint, rule).draw(buffer, area.x, area.y, area.width);
    let mut end = area.x;
    for (quarter, label) in (0..=4).zip(["0", "25", "50", "75", "100 %"]) {
        let x = area.x + last * quarter / 4;
        let sign = match quarter {
            0 => signs.left,
            4 => signs.right,
            _ => signs.cross,
        };
        Words::new(look).role(Role::Faint, sign).draw(buffer, x, area.y, 1);
        // The figures end at their marks, but the first begins at its own.
        let from = (x + 1).saturating_sub(label.len() as u16).max(end);
        end = Words::new(look).muted(label).draw(buffer, from, area.y + 1, area.right().saturating_sub(from)) + 1;
    }
}

/// Draws the corner where the scale meets the axis.
pub fn corner(buffer: &mut Buffer, x: u16, y: u16, look: &Look) {
    Words::new(look).role(Role::Faint, Signs::of(look).corner).draw(buffer, x, y, 1);
}

struct Signs {
    line: &'static str,
    tick: &'static str,
    side: &'static str,
    mark: &'static str,
    corner: &'static str,
    left: &'static str,
    cross: &'static str,
    right: &'static str,
}

impl Signs {
    fn of(look: &Look) -> Self {
        if look.ascii() {
            Self { line: "-", tick: "+", side: "|", mark: "+", corner: "+", left: "+", cross: "+", right: "+" }
        } else {
            Self {
                line: "─", tick: "┴", side: "│", mark: "┤", corner: "└", left: "├", cross: "┼", right: "┤"
            }
        }
    }
}

/// Takes `cells`, if they are there and nothing `around` them is taken yet.
fn claim(taken: &mut [bool], cells: Range<usize>, around: Range<usize>) -> bool {
    let around = around.start..around.end.min(taken.len());
    let free = cells.end <= taken.len() && taken.get(around).is_some_and(|cells| cells.iter().all(|taken| !taken));
    if let Some(cells) = taken.get_mut(cells).filter(|_| free) {
        cells.fill(true);
    }
    free
}

/// Seconds between the clock times of an axis: round, and far enough apart for their labels.
fn tick_step(times: &Times<'_>) -> i64 {
    // Calm on a wide chart; on a narrow one at least one time.
    let apart = if times.width() < 40 { 9 } else { 16 };
    let least = apart * i64::from(times.column_s) / times.cells.max(1) as i64;
    let (minute, hour, day) = (60, 3600, 86_400);
    let steps = [5, 10, 15, 30, minute, 2 * minute, 3 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute];
    let long = [hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day];
    steps.into_iter().chain(long).find(|step| *step >= least).unwrap_or(30 * day)
}

/// Seconds of the local clock, so that ticks stand at round local times.
fn local_seconds(at: Millis, zone: &TimeZone) -> i64 {
    let offset = jiff::Timestamp::from_millisecond(at.0).map_or(0, |at| zone.to_offset(at).seconds());
    at.0.div_euclid(1000) + i64::from(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(zone: &TimeZone) -> Times<'_> {
        // 14:17:00 at UTC+8, a quarter of an hour in columns of 10 s.
        Times { from: Millis(1_773_296_220_000), column_s: 10, columns: 90, cells: 1, zone }
    }

    fn line(buffer: &Buffer, y: u16) -> String {
        (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn scales_end_at_a_round_number() {
        assert_eq!(
            [0.0, 0.03, 0.8, 5.2, 6.0, 56.0, 142.0, 1_001.0].map(scale),
            [1.0, 0.03, 0.8, 6.0, 6.0, 60.0, 150.0, 1_500.0]
        );
    }

    #[test]
    fn the_end_of_a_scale_is_written_without_needless_digits() {
        assert_eq!([1_500.0, 5.0, 1.5, 0.3].map(label_of), ["1,500", "5", "1.5", "0.3"]);
    }

    #[test]
    fn columns_are_drawn_in_eighths_and_gaps_stay_open() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
        let values = [Some(0.0), Some(1.0), Some(8.0), Some(12.0), None, Some(16.0)];
        columns(&mut buffer, Rect::new(0, 0, 6, 2), &look, &values, 1, 16.0, |_| look.style(Role::Area));
        assert_eq!(line(&buffer, 0), "   ▄ █");
        assert_eq!(line(&buffer, 1), "▁▁██ █");
        assert_eq!(buffer[(0, 1)].fg, look.style(Role::Grid).fg.unwrap(), "nothing came, and that is known");
        assert_eq!(buffer[(1, 1)].fg, look.style(Role::Area).fg.unwrap());
    }

    #[test]
    fn shares_are_measured_in_quarters_of_their_bars() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        let mut buffer = Buffer::empty(Rect::new(0, 0, 41, 2));
        shares(&mut buffer, Rect::new(0, 0, 41, 2), &look);
        assert_eq!(line(&buffer, 0), "├─────────┼─────────┼─────────┼─────────┤");
        assert_eq!(line(&buffer, 1), "0        25        50        75     100 %");
        let mut narrow = Buffer::empty(Rect::new(0, 0, 20, 2));
        shares(&mut narrow, Rect::new(0, 0, 20, 2), &look);
        assert_eq!(line(&narrow, 0), "");
    }

    #[test]
    fn clock_times_are_round_in_the_zone_of_the_screen() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let mut buffer = Buffer::empty(Rect::new(0, 0, 90, 1));
        axis(&mut buffer, Rect::new(0, 0, 90, 1), &look, &times(&zone), &[], |_| false);
        let shown = "──────┴14:18────────────┴14:21────────────┴14:24────────────┴14:27────────────┴14:30──────";
        assert_eq!(line(&buffer, 0), shown.to_owned());
    }

    #[test]
    fn marks_take_precedence_over_clock_times_and_keep_their_words_on_the_side_that_has_room() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let mark = |seconds: i64, words: &str| Mark {
            at: Millis(1_773_296_220_000 + seconds * 1000),
            sign: "✖",
            words: words.to_owned(),
            style: look.style(Role::Failed),
        };
        let marks = [mark(122, "14:19 template paused"), mark(890, "14:31 too long for here"), mark(5_000, "later")];
        let mut buffer = Buffer::empty(Rect::new(0, 0, 90, 1));
        axis(&mut buffer, Rect::new(0, 0, 90, 1), &look, &times(&zone), &marks, |column| column == 0);
        let shown = line(&buffer, 0);
        assert!(shown.starts_with(" ───────────✖ 14:19 template paused──"), "{shown}");
        assert!(
            shown.ends_with("─14:31 too long for here ✖"),
            "words that have no room on the right stand left: {shown}"
        );
        assert!(!shown.contains("14:18") && shown.contains("14:24"), "{shown}");
    }

    #[test]
    fn the_words_of_a_mark_cover_no_other_mark() {
        let look = Look::new(crate::tui::theme::Theme::dark());
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let mark = |seconds: i64, sign: &'static str, words: &str| {
            let at = Millis(1_773_296_220_000 + seconds * 1000);
            Mark { at, sign, words: words.to_owned(), style: look.style(Role::Failed) }
        };
        let marks = [mark(400, "✖", "the worst"), mark(430, "!", "near"), mark(450, "i", "right of it")];
        let mut buffer = Buffer::empty(Rect::new(0, 0, 90, 1));
        axis(&mut buffer, Rect::new(0, 0, 90, 1), &look, &times(&zone), &marks, |_| false);
        let shown = line(&buffer, 0);
        assert!(shown.contains("─the worst ✖──!─i right of it─"), "{shown}");
    }

    #[test]
    fn ticks_follow_the_length_of_a_column() {
        let zone = TimeZone::UTC;
        let step = |column_s, cells| tick_step(&Times { column_s, cells, ..times(&zone) });
        assert_eq!([step(1, 1), step(10, 1), step(60, 1), step(300, 1), step(7200, 1)], [30, 180, 1800, 7200, 172_800]);
        assert_eq!(step(60, 2), 600);
        let narrow = Times { column_s: 60, columns: 26, ..times(&zone) };
        assert_eq!(tick_step(&narrow), 600, "a quarter of an hour in few cells has a time, too");
    }
}
