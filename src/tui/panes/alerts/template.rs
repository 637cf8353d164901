//! A template over time: its status, quality and category as three lines, above the messages that failed because of it.

use super::sign;
use crate::event::clean::clean;
use crate::event::{Millis, Severity};
use crate::monitor::view::{AboutTemplate, State};
use crate::tui::lang::say;
use crate::tui::panes::{View, activity};
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::chart::{self, Times};
use crate::tui::widgets::{format, frame};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of labels and scale, and of frame and blanks around the chart.
const SIDE: u16 = 10;
const EDGES: u16 = 4;
/// Rows above the chart: three lines and a blank.
const ABOVE: u16 = 4;

/// Columns there is room for.
pub(super) fn columns(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(SIDE + EDGES))
}

/// Draws the box.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &View<'_>, template: &AboutTemplate) {
    let failed = &template.failed;
    let title = clean(&template.title);
    let name = say!(view.look, "{title} over time", "{title} 随时间");
    let column = format::duration(failed.column_s.into());
    let all = format::thousands(failed.counts.iter().sum());
    let long = say!(view.look, "{all} failed · {column} per column", "{all} 条失败 · 每列 {column}");
    let inner = frame::draw(buffer, area, view.look, &name, vec![view.words().muted(long)], false);
    if failed.counts.is_empty() || inner.height < ABOVE + 2 {
        let words = view.pick("no column of this window is full yet", "此窗口还没有完整的一列");
        view.words().muted(words).draw(buffer, inner.x, inner.y, inner.width);
        return;
    }
    let room = columns(area);
    let times = Times {
        from: failed.from,
        column_s: failed.column_s.max(1),
        columns: failed.counts.len().min(room),
        cells: (room / failed.counts.len()).max(1),
        zone: view.zone,
    };
    let plot = Rect { x: inner.x + SIDE, width: times.width() as u16, ..inner };
    for (at, (label, states)) in [
        (view.pick("status", "状态"), &template.status),
        (view.pick("quality", "质量"), &template.quality),
        (view.pick("category", "分类"), &template.category),
    ]
    .into_iter()
    .enumerate()
    {
        let row = Rect { y: inner.y + at as u16, height: 1, ..plot };
        view.words().muted(label).draw(buffer, inner.x, row.y, SIDE);
        draw_states(buffer, row, view, &times, states);
    }
    draw_failed(
        buffer,
        Rect { y: inner.y + ABOVE, height: inner.height - ABOVE - 1, ..plot },
        view,
        &times,
        &failed.counts,
    );
}

/// One value over time: each from where it began, the last named in any case.
fn draw_states(buffer: &mut Buffer, row: Rect, view: &View<'_>, times: &Times<'_>, states: &[State]) {
    if states.is_empty() {
        view.words().nothing().draw(buffer, row.x, row.y, row.width);
        return;
    }
    let starts: Vec<u16> = states.iter().map(|state| cell(times, state.since, row.width)).collect();
    for (at, (state, start)) in states.iter().zip(&starts).enumerate() {
        let end = starts.get(at + 1).copied().unwrap_or(row.width);
        let line = match state.severity {
            Severity::Critical => Glyph::FunnelFull,
            _ => Glyph::Rule,
        };
        let (role, glyph) = sign(state.severity);
        let loud = state.severity >= Severity::Warning;
        let line_role = if loud { role } else { Role::Faint };
        let rule = view.look.glyph(line).repeat(usize::from(end.saturating_sub(*start)));
        view.words().role(line_role, rule).draw(buffer, row.x + start, row.y, end.saturating_sub(*start));
        let said = clean(&state.said);
        let label = match state.severity {
            Severity::Critical => view.words().bold(role, format!("{} {said} ", view.look.glyph(glyph))),
            _ if loud => view.words().role(role, format!("{} {said} ", view.look.glyph(glyph))),
            _ => view.words().value(format!("{said} ")),
        };
        let width = u16::try_from(label.width()).unwrap_or(u16::MAX);
        if width < end.saturating_sub(*start) {
            label.draw(buffer, row.x + start, row.y, width);
        } else if at + 1 == states.len() {
            // What holds now is always said, even where it began too lately for its name.
            view.words().muted(" ").then(label).draw_right(buffer, row.right(), row.y, row.width);
        }
    }
}

/// The cell in which a value began: the first when that was before the chart, at most the last.
fn cell(times: &Times<'_>, since: Option<Millis>, width: u16) -> u16 {
    let Some(since) = since else { return 0 };
    let column = (since.0 - times.from.0).max(0) / (i64::from(times.column_s.max(1)) * 1000);
    let cell = column.saturating_mul(times.cells as i64);
    u16::try_from(cell).unwrap_or(u16::MAX).min(width.saturating_sub(1))
}

fn draw_failed(buffer: &mut Buffer, plot: Rect, view: &View<'_>, times: &Times<'_>, counts: &[u64]) {
    let open = |column: usize| activity::in_gap(view, times, column) && counts.get(column) == Some(&0);
    let values: Vec<Option<f64>> =
        counts.iter().enumerate().map(|(at, count)| (!open(at)).then_some(*count as f64)).collect();
    let peak = counts.iter().copied().max().unwrap_or(0);
    let top = chart::scale((peak as f64).max(4.0));
    let side = Rect { x: plot.x - SIDE, width: SIDE, ..plot };
    chart::side(buffer, side, view.look, "", top);
    let label_y = plot.y + u16::from(plot.height > 1);
    view.words().muted(view.pick("failed", "失败")).draw(buffer, side.x, label_y, SIDE - 1);
    let role = if view.abnormal() { Role::Failed } else { Role::FailedUsual };
    chart::columns(buffer, plot, view.look, &values, times.cells, top, |_| view.look.style(role));
    let axis = Rect { y: plot.bottom(), height: 1, ..plot };
    chart::corner(buffer, axis.x - 1, axis.y, view.look);
    chart::axis(buffer, axis, view.look, times, &activity::marks(view), open);
}
