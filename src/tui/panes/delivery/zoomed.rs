//! The funnel on the whole screen: the cohort in slices of time, and by business number.

use super::super::data::Listing;
use super::super::failures;
use super::super::figures::{Became, Figure, Stage};
use super::super::layout::{split_columns, split_rows};
use super::super::list::List;
use super::super::{Pane, Place, Size, View};
use super::{hit, outcomes, settled_value, took};
use crate::monitor::view::{Dimension, DimensionRow, Funnel, NumberRow, Stretch};
use crate::tui::action::Action;
use crate::tui::areas::Spot;
use crate::tui::lang::say;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{Column, Cursor, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{bars, chart, cut, format, frame};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Rows of the table by number that are worth more than further slices of time: frame, head, four numbers, rule, sum, notes.
const BY_NUMBER: u16 = 11;
/// The same on a low screen: one note.
const LEAST_BY_NUMBER: u16 = 10;
/// Frame and head of the slices.
const AROUND_COHORTS: u16 = 3;
/// Rows of the scale below the slices.
const SCALE: u16 = 2;
/// Cells of a box that says how long it took, and of one that has to be narrow.
const TIMES: u16 = 50;
const NARROW_TIMES: u16 = 38;

/// How long it took, beside the slices of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Times {
    /// There is no room.
    None,
    /// One of the two boxes: that of the cursor, else how long it took to be delivered.
    One,
    /// One beside the other.
    Beside,
    /// One below the other.
    Stacked,
}

impl Times {
    fn of(area: Rect, size: Size) -> Self {
        match area.height {
            ..20 => Self::None,
            height if size >= Size::Normal && height >= 2 * took::ROWS + BY_NUMBER => Self::Stacked,
            _ if area.width >= 3 * NARROW_TIMES => Self::Beside,
            _ => Self::One,
        }
    }

    /// Rows that the boxes take.
    fn rows(self) -> u16 {
        match self {
            Self::None => 0,
            Self::One | Self::Beside => took::ROWS,
            Self::Stacked => 2 * took::ROWS,
        }
    }
}

/// Slices of time there is room for.
pub(in crate::tui::panes) fn cohort_rows(area: Rect, size: Size) -> usize {
    let rows = match Times::of(area, size) {
        // A row is left for what the bars mean, which has no room in the frame.
        Times::One | Times::Beside => took::ROWS - AROUND_COHORTS - 1,
        Times::None | Times::Stacked => area.height.saturating_sub(BY_NUMBER + AROUND_COHORTS),
    };
    rows.into()
}

/// Whether there is room for how long messages took.
pub(in crate::tui::panes) fn has_times(area: Rect, size: Size) -> bool {
    Times::of(area, size) != Times::None
}

/// Draws the panes. With `beside`, the focus is on a row of what is listed beside the table. `figure` is the one under the cursor
/// of the breakdown. Says which figures are seen.
pub(in crate::tui::panes) fn draw(
    buffer: &mut Buffer,
    at: Place,
    view: &View<'_>,
    list: &mut List,
    beside: Option<(Listing, usize)>,
    figure: usize,
) -> Vec<usize> {
    let cursor = |listing| beside.filter(|(on, _)| at.focused && *on == listing).map(|(_, row)| row);
    let slices = view.data.cohorts.len().min(cohort_rows(at.area, view.size)) as u16;
    let times = Times::of(at.area, view.size);
    let above = if slices > 0 { (slices + AROUND_COHORTS).max(times.rows()) } else { 0 };
    let (above, groups) = split_rows(at.area, above);
    if slices > 0 {
        let boxes = match times {
            Times::None => 0,
            Times::One => NARROW_TIMES,
            Times::Beside => 2 * NARROW_TIMES,
            Times::Stacked => TIMES,
        };
        let (cohorts, boxes) = split_columns(above, above.width - boxes);
        draw_cohorts(buffer, cohorts, view, cursor(Listing::Cohorts));
        draw_times(buffer, boxes, view, times, [cursor(Listing::Deliver), cursor(Listing::Read)]);
    }
    draw_groups(buffer, groups, view, list, (at.focused && beside.is_none()).then_some(figure))
}

fn draw_times(
    buffer: &mut Buffer,
    area: Rect,
    view: &View<'_>,
    times: Times,
    [on_deliver, on_read]: [Option<usize>; 2],
) {
    let (zoom, funnel) = (&view.data.zoom, &view.data.funnel);
    let which = |at: usize| if times == Times::One { Some((at, 2)) } else { None };
    let deliver = |buffer: &mut Buffer, area| {
        let counted = (zoom.deliver.as_slice(), &funnel.time_to_deliver_s);
        took::draw(buffer, area, view, Stretch::Deliver, counted, on_deliver, which(1));
    };
    let read = |buffer: &mut Buffer, area| {
        let counted = (zoom.read.as_slice(), &funnel.time_to_read_s);
        took::draw(buffer, area, view, Stretch::Read, counted, on_read, which(2));
    };
    match times {
        Times::None => {}
        Times::One if on_read.is_some() => read(buffer, area),
        Times::One => deliver(buffer, area),
        Times::Beside => {
            let (left, right) = split_columns(area, NARROW_TIMES);
            deliver(buffer, left);
            read(buffer, right);
        }
        Times::Stacked => {
            let (above, below) = split_rows(area, took::ROWS);
            deliver(buffer, above);
            read(buffer, Rect { height: took::ROWS.min(below.height), ..below });
        }
    }
}

#[derive(Clone, Copy)]
enum Slice {
    Start,
    Messages,
    Outcomes,
    Settled,
}

fn draw_cohorts(buffer: &mut Buffer, area: Rect, view: &View<'_>, cursor: Option<usize>) {
    let data = view.data;
    view.look.areas.add(area, Listing::Cohorts.spot());
    let became = outcomes(view, &data.funnel);
    let legend_with = |gap: &'static str| {
        became.iter().filter(|outcome| outcome.count > 0).fold(view.words(), |words, outcome| {
            let gap = if words.is_empty() { "" } else { gap };
            words.muted(gap).then(outcome.label(view)).muted(format!(" {}", outcome.name))
        })
    };
    let legend = legend_with("  ");
    let cohort = view.words().muted(super::cohort(view));
    let totals = vec![legend.clone().muted(format!(" · {}", super::cohort(view))), legend.clone(), cohort];
    let named_above = cut::width(view.pick("Cohorts", "分批")) + 8 + legend.width() <= usize::from(area.width);
    let inner = frame::draw(buffer, area, view.look, view.pick("Cohorts", "分批"), totals, cursor.is_some());
    let head = match area.width {
        ..60 => view.pick("outcomes", "结果"),
        _ => view.pick("outcomes of the messages that began then", "该时段起始消息的结果"),
    };
    let columns = [
        Column::text(Slice::Start, view.pick("from", "起始"), 7),
        Column::number(Slice::Messages, view.pick("msgs", "消息"), 8),
        Column::text(Slice::Outcomes, head, 8).after(2).grows(),
        Column::number(Slice::Settled, view.pick("settled", "终态率"), 7).after(2),
    ];
    let mut table = Table::new(view.look, &columns, data.cohorts.len());
    table.cursor = cursor.map(|row| Cursor { row, focused: true });
    table.draw(buffer, inner, |row, column, width| {
        let Some((span, funnel)) = data.cohorts.get(row) else { return view.words() };
        match column {
            Slice::Start => view.words().muted(format::since(span.from, data.scope.as_of, view.zone, view.look.lang)),
            Slice::Messages => view.words().value(format::count(funnel.attempted, width)),
            Slice::Outcomes => {
                let shares = outcomes(view, funnel).map(|outcome| (outcome.count, outcome.glyph, outcome.role));
                bars::shares(view.look, width, &shares)
            }
            Slice::Settled => settled_value(view, funnel),
        }
    });
    let below = split_rows(inner, data.cohorts.len() as u16 + 1).1;
    if !named_above {
        let row = Rect { y: inner.bottom().saturating_sub(1), ..below };
        let legend = if legend.width() > row.width.into() { legend_with(" ") } else { legend };
        legend.draw(buffer, row.x, row.y, if below.height > 0 { row.width } else { 0 });
    } else if below.height >= SCALE {
        if let Some(bars) = table.cells(below, 2) {
            chart::shares(buffer, bars, view.look);
        }
        let all = format::thousands(data.funnel.attempted);
        let all = say!(view.look, "{all} in all", "共 {all}");
        view.words().muted(all).draw(buffer, below.x, below.y + 1, 16);
    }
}

/// The dimensions that delivery is broken down by, in the order of their key.
const DIMENSIONS: [Dimension; 4] = [Dimension::Number, Dimension::Category, Dimension::Country, Dimension::Tag];

/// A column of the tables by number and other dimensions.
#[derive(Clone, Copy)]
enum Of {
    Number,
    Figure(Figure),
    Settled,
    SoFar,
    Bounds,
    Outcomes,
    Deliver,
    DeliverBoth,
}

/// The place of the first figure among the columns of the breakdown.
pub(in crate::tui::panes) const FIGURES: usize = 1;

/// Draws the breakdown. With a `figure` it has the focus, and that is the one under the cursor.
fn draw_groups(buffer: &mut Buffer, area: Rect, view: &View<'_>, list: &mut List, figure: Option<usize>) -> Vec<usize> {
    let focused = figure.is_some();
    let data = view.data;
    let (groups, dimension) = (&data.zoom.groups, data.zoom.dimension);
    let name = failures::dimension(dimension, view.look.lang);
    let by = say!(view.look, "by {name}", "按{name}");
    let key = view.keys.key(Action::Dimension).map_or_else(String::new, |key| format!("{key}: "));
    let dimensions = DIMENSIONS.into_iter().fold(view.words().muted(key), |words, of| {
        let gap = if of == DIMENSIONS[0] { "" } else { " · " };
        let name = failures::dimension(of, view.look.lang);
        let words = words.muted(gap);
        if of == dimension { words.strong(name) } else { words.muted(name) }
    });
    let totals = vec![dimensions.muted(format!("   {}", super::cohort(view))), view.words().muted(by)];
    let inner = frame::draw(buffer, area, view.look, Pane::Delivery.name(view.look.lang), totals, focused);
    if data.funnel.attempted == 0 {
        super::draw_empty(buffer, inner, view);
        return Vec::new();
    }
    // In the order of `Figure::ALL`.
    let [attempted, sent, delivered, read, failed, waiting, silent] =
        Figure::ALL.map(|figure| Column::number(Of::Figure(figure), figure.name(view.look.lang), 8));
    let columns = [
        Column::text(Of::Number, name, 13).grows(),
        Column { width: 9, ..attempted },
        sent.goes(4),
        Column { width: 10, ..delivered },
        read.goes(3),
        failed,
        waiting.goes(2),
        Column { width: 7, ..silent }.goes(7),
        Column::number(Of::Settled, view.pick("settled", "终态率"), 9),
        Column::number(Of::SoFar, view.pick("so far", "送达率"), 8).goes(5),
        Column::number(Of::Bounds, view.pick("bounds", "区间"), 12).after(2).goes(6),
        Column::number(Of::DeliverBoth, "p50 / p95", 11).after(2).goes(1),
    ];
    // Rule, sum and notes below the numbers.
    let below = if area.height > LEAST_BY_NUMBER { 4 } else { 3 };
    let (rows, below) = split_rows(inner, inner.height.saturating_sub(below).min(groups.len() as u16 + 1));
    let mut table = Table::new(view.look, &columns, groups.len());
    list.place(&mut table, rows.height, focused);
    table.draw(buffer, rows, |row, of, width| group_cell(view, groups.get(row), of, width));
    if let Some(cell) = figure.and_then(|figure| table.cell(rows, list.row(), FIGURES + figure)) {
        let digits = cell.positions().filter(|at| buffer[*at].symbol() != " ").map(|at| at.x).min();
        let x = digits.unwrap_or(cell.x);
        buffer.set_style(Rect { x, width: cell.right() - x, ..cell }, Modifier::UNDERLINED);
    }
    let seen = table.seen(rows).into_iter().filter_map(|place| place.checked_sub(FIGURES));
    let seen = seen.filter(|figure| *figure < Figure::ALL.len()).collect();
    let rule = view.look.glyph(Glyph::Rule).repeat(below.width.into());
    let mut rows = super::Rows(below);
    let row = rows.next();
    view.words().role(Role::Grid, rule).draw(buffer, row.x, row.y, row.width);
    let row = rows.next();
    let sum = columns.map(|column| Column { head: "", ..column });
    Table::new(view.look, &sum, 1).draw(buffer, row, |_, of, width| match of {
        Of::Number => view.words().strong(view.pick("all", "合计")),
        of => funnel_cell(view, &data.funnel, of, width),
    });
    let conflicts = format::thousands(data.funnel.conflicts);
    let settled = view.pick("settled = delivered / (delivered + failed)", "终态率 = 送达 / (送达 + 失败)");
    let so_far = view.pick("so far = delivered / sent", "送达率 = 送达 / 发送");
    let conflicts = say!(view.look, "conflicts {conflicts}", "冲突 {conflicts}");
    let silent = format::thousands(data.funnel.outcomes.silent);
    let silent = say!(view.look, "silent {silent}", "无回音 {silent}");
    let notes = [format!("{settled}   {so_far}   {conflicts}   {silent}"), format!("{settled}   {conflicts}")];
    let [long, short] = notes.map(|note| view.words().muted(note));
    let row = rows.next();
    if long.width() <= row.width.into() { long } else { short }.draw(buffer, row.x, row.y, row.width);
    let row = rows.next();
    let grain = view.pick(
        "latency only where both stages were seen; provider clock, 1 s grain",
        "仅在两个阶段都出现时计算时延；平台时钟，精度 1 s",
    );
    view.words().muted(grain).draw(buffer, row.x, row.y, row.width);
    // The sum is no row to go to.
    view.look.areas.add(below, Spot::Pane(Pane::Delivery as usize));
    seen
}

/// The breakdown within the pane on a wide screen.
pub(super) fn draw_breakdown(buffer: &mut Buffer, area: Rect, view: &View<'_>) {
    let figure = |figure: Figure, width| Column::number(Of::Figure(figure), figure.name(view.look.lang), width);
    let columns = [
        Column::text(Of::Number, view.pick("number", "号码"), 13),
        figure(Figure::Stage(Stage::Attempted), 10),
        figure(Figure::Stage(Stage::Delivered), 10),
        figure(Figure::Became(Became::Failed), 8),
        figure(Figure::Became(Became::Waiting), 8),
        Column::number(Of::Settled, view.pick("settled", "终态率"), 8),
        Column::text(Of::Outcomes, "", 8).after(3).grows(),
        Column::number(Of::Deliver, view.pick("deliver p95", "送达 p95"), 11).after(2),
    ];
    let numbers = &view.data.numbers;
    let table = Table::new(view.look, &columns, numbers.len());
    table.draw(buffer, area, |row, of, width| number_cell(view, numbers.get(row), of, width));
    view.look.areas.add(area, Spot::Pane(Pane::Delivery as usize));
}

fn group_cell<'a>(view: &View<'a>, row: Option<&'a DimensionRow>, of: Of, width: usize) -> Words<'a> {
    match (row, of) {
        (None, _) => view.words(),
        (Some(row), Of::Number) => failures::value(view, view.data.zoom.dimension, &row.value),
        (Some(row), of) => funnel_cell(view, &row.funnel, of, width),
    }
}

fn number_cell<'a>(view: &View<'a>, row: Option<&'a NumberRow>, of: Of, width: usize) -> Words<'a> {
    match (row, of) {
        (None, _) => view.words(),
        (Some(NumberRow { number: Some(number), .. }), Of::Number) => view.words().value(view.look.phone(number)),
        (Some(_), Of::Number) => view.words().muted(view.pick("none named", "未指明")),
        (Some(row), of) => funnel_cell(view, &row.funnel, of, width),
    }
}

fn funnel_cell<'a>(view: &View<'a>, funnel: &Funnel, of: Of, width: usize) -> Words<'a> {
    let words = view.words();
    match of {
        Of::Number => words,
        Of::Figure(figure @ Figure::Became(Became::Failed)) if hit(view, funnel) => {
            words.bold(Role::Failed, format::count(figure.count(funnel), width))
        }
        Of::Figure(figure) => words.value(format::count(figure.count(funnel), width)),
        Of::Settled => settled_value(view, funnel),
        Of::SoFar => words.value_or_nothing(funnel.so_far().map(format::percent)),
        Of::Bounds => match funnel.bounds() {
            Some(bounds) => words.muted(format::percent_range(bounds)),
            None => words.nothing(),
        },
        Of::Outcomes => {
            let shares = outcomes(view, funnel).map(|outcome| (outcome.count, outcome.glyph, outcome.role));
            bars::shares(view.look, width, &shares)
        }
        Of::Deliver => words.value_or_nothing(super::seconds(funnel.time_to_deliver_s.p95)),
        Of::DeliverBoth => {
            let words = words.value_or_nothing(super::seconds(funnel.time_to_deliver_s.p50));
            words.muted(" / ").value_or_nothing(super::seconds(funnel.time_to_deliver_s.p95))
        }
    }
}
