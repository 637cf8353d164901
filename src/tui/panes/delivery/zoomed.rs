//! The funnel on the whole screen: the cohort in slices of time, and by business number.

use super::super::layout::split_rows;
use super::super::list::List;
use super::super::{Pane, Place, View};
use super::{hit, outcomes, settled_value};
use crate::event::clean::clean;
use crate::monitor::view::{Funnel, NumberRow};
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{Column, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{bars, format, frame};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows of the table by number that are worth more than further slices of time: frame, head, four numbers, rule, sum, notes.
const BY_NUMBER: u16 = 11;
/// Frame and head of the slices.
const AROUND_COHORTS: u16 = 3;

/// Slices of time there is room for.
pub(in crate::tui::panes) fn cohort_rows(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(BY_NUMBER + AROUND_COHORTS))
}

/// Draws both panes.
pub(super) fn draw(buffer: &mut Buffer, at: Place, view: &View<'_>, list: &mut List) {
    let slices = view.data.cohorts.len().min(cohort_rows(at.area)) as u16;
    let above = if slices > 0 { slices + AROUND_COHORTS } else { 0 };
    let (cohorts, numbers) = split_rows(at.area, above);
    if slices > 0 {
        draw_cohorts(buffer, cohorts, view);
    }
    draw_numbers(buffer, numbers, view, list, at.focused);
}

#[derive(Clone, Copy)]
enum Slice {
    Start,
    Messages,
    Outcomes,
    Settled,
}

fn draw_cohorts(buffer: &mut Buffer, area: Rect, view: &View<'_>) {
    let data = view.data;
    let legend =
        outcomes(view, &data.funnel).iter().filter(|outcome| outcome.count > 0).fold(view.words(), |words, outcome| {
            let gap = if words.is_empty() { "" } else { "  " };
            words.muted(gap).then(outcome.label(view)).muted(format!(" {}", outcome.name))
        });
    let totals = vec![legend.clone().muted(format!(" · cohort {}", data.window)), legend];
    let inner = frame::draw(buffer, area, view.look, "Cohorts", totals, false);
    let columns = [
        Column::text(Slice::Start, "from", 6),
        Column::number(Slice::Messages, "msgs", 9),
        Column::text(Slice::Outcomes, "outcomes of the messages that began then", 8).after(2).grows(),
        Column::number(Slice::Settled, "settled", 7).after(2),
    ];
    Table::new(view.look, &columns, data.cohorts.len()).draw(buffer, inner, |row, column, width| {
        let Some((from, funnel)) = data.cohorts.get(row) else { return view.words() };
        match column {
            Slice::Start => view.words().muted(format::since(*from, data.scope.as_of, view.zone)),
            Slice::Messages => view.words().value(format::count(funnel.attempted, width)),
            Slice::Outcomes => {
                let shares = outcomes(view, funnel).map(|outcome| (outcome.count, outcome.glyph, outcome.role));
                bars::shares(view.look, width, &shares)
            }
            Slice::Settled => settled_value(view, funnel),
        }
    });
}

/// A column of the tables by number.
#[derive(Clone, Copy)]
enum Of {
    Number,
    Count(fn(&Funnel) -> u64),
    Failed,
    Settled,
    SoFar,
    Bounds,
    Outcomes,
    Deliver,
    DeliverBoth,
}

fn draw_numbers(buffer: &mut Buffer, area: Rect, view: &View<'_>, list: &mut List, focused: bool) {
    let data = view.data;
    let totals = vec![view.words().muted(format!("by number · cohort {}", data.window))];
    let inner = frame::draw(buffer, area, view.look, Pane::Delivery.name(), totals, focused);
    if data.funnel.attempted == 0 {
        let hint = "statuses of what you send are counted here";
        return super::super::draw_empty(buffer, inner, view, "no message began in this window", hint);
    }
    let columns = [
        Column::text(Of::Number, "number", 13).grows(),
        Column::number(Of::Count(|funnel| funnel.attempted), "attempted", 9),
        Column::number(Of::Count(|funnel| funnel.sent), "sent", 8).goes(4),
        Column::number(Of::Count(|funnel| funnel.delivered), "delivered", 10),
        Column::number(Of::Count(|funnel| funnel.read), "read", 8).goes(3),
        Column::number(Of::Failed, "failed", 8),
        Column::number(Of::Count(|funnel| funnel.outcomes.waiting), "waiting", 8).goes(2),
        Column::number(Of::Count(|funnel| funnel.outcomes.silent), "silent", 7).goes(6),
        Column::number(Of::Settled, "settled", 9),
        Column::number(Of::SoFar, "so far", 8).goes(5),
        Column::number(Of::Bounds, "bounds", 12).after(2).goes(7),
        Column::number(Of::DeliverBoth, "p50 / p95", 11).after(2).goes(1),
    ];
    // Rule, sum and notes below the numbers.
    let (rows, below) = split_rows(inner, inner.height.saturating_sub(4).min(data.numbers.len() as u16 + 1));
    let mut table = Table::new(view.look, &columns, data.numbers.len());
    list.place(&mut table, rows.height, focused);
    table.draw(buffer, rows, |row, of, width| number_cell(view, data.numbers.get(row), of, width));
    let rule = view.look.glyph(Glyph::Rule).repeat(below.width.into());
    let mut rows = super::Rows(below);
    let row = rows.next();
    view.words().role(Role::Grid, rule).draw(buffer, row.x, row.y, row.width);
    let row = rows.next();
    let sum = columns.map(|column| Column { head: "", ..column });
    Table::new(view.look, &sum, 1).draw(buffer, row, |_, of, width| match of {
        Of::Number => view.words().strong("all"),
        of => funnel_cell(view, &data.funnel, of, width),
    });
    let conflicts = format::thousands(data.funnel.conflicts);
    let notes = [
        format!("settled = delivered / (delivered + failed)   so far = delivered / sent   conflicts {conflicts}"),
        "latency only where both stages were seen; provider clock, 1 s grain".to_owned(),
    ];
    for note in notes {
        let row = rows.next();
        view.words().muted(note).draw(buffer, row.x, row.y, row.width);
    }
}

/// The breakdown within the pane on a wide screen.
pub(super) fn draw_breakdown(buffer: &mut Buffer, area: Rect, view: &View<'_>) {
    let columns = [
        Column::text(Of::Number, "number", 13),
        Column::number(Of::Count(|funnel| funnel.attempted), "attempted", 10),
        Column::number(Of::Count(|funnel| funnel.delivered), "delivered", 10),
        Column::number(Of::Failed, "failed", 8),
        Column::number(Of::Count(|funnel| funnel.outcomes.waiting), "waiting", 8),
        Column::number(Of::Settled, "settled", 8),
        Column::text(Of::Outcomes, "", 8).after(3).grows(),
        Column::number(Of::Deliver, "deliver p95", 11).after(2),
    ];
    let numbers = &view.data.numbers;
    let table = Table::new(view.look, &columns, numbers.len());
    table.draw(buffer, area, |row, of, width| number_cell(view, numbers.get(row), of, width));
}

fn number_cell<'a>(view: &View<'a>, row: Option<&'a NumberRow>, of: Of, width: usize) -> Words<'a> {
    match (row, of) {
        (None, _) => view.words(),
        (Some(NumberRow { number: Some(number), .. }), Of::Number) => view.words().value(clean(number)),
        (Some(_), Of::Number) => view.words().muted("none named"),
        (Some(row), of) => funnel_cell(view, &row.funnel, of, width),
    }
}

fn funnel_cell<'a>(view: &View<'a>, funnel: &Funnel, of: Of, width: usize) -> Words<'a> {
    let words = view.words();
    match of {
        Of::Number => words,
        Of::Count(count) => words.value(format::count(count(funnel), width)),
        Of::Failed if hit(view, funnel) => words.bold(Role::Failed, format::count(funnel.outcomes.failed, width)),
        Of::Failed => words.value(format::count(funnel.outcomes.failed, width)),
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
