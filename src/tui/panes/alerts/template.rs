//! A template over time: its status, quality and category as three lines, above the messages that failed because of it.

use super::sign;
use crate::event::clean::clean;
use crate::event::{Millis, Severity};
use crate::monitor::view::{AboutTemplate, State};
use crate::tui::lang::say;
use crate::tui::panes::{View, activity};
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::chart::Times;
use crate::tui::widgets::plot::{Plot, Span};
use crate::tui::widgets::{format, frame};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of labels and scale, and of frame and blanks around the chart.
const SIDE: u16 = 10;
const EDGES: u16 = 4;
/// Lines above the chart, and rows from which on a blank stands between.
const LINES: u16 = 3;
const APART: u16 = 7;

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
    let above = LINES + u16::from(inner.height >= APART);
    if failed.counts.is_empty() || inner.height < above + 2 {
        let words = view.pick("no column of this window is full yet", "此窗口还没有完整的一列");
        view.words().muted(words).draw(buffer, inner.x, inner.y, inner.width);
        return;
    }
    let span = Span { from: failed.from, column_s: failed.column_s, columns: failed.counts.len() };
    let below = Rect { y: inner.y + above, height: inner.height - above, ..inner };
    let chart = Plot::new(view.look, view.zone, below, SIDE, span).with_gaps(view.gaps, &failed.counts);
    let (plot, times) = (chart.columns(), *chart.times());
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
        draw_states(buffer, row, inner.right(), view, &times, states);
    }
    let role = if view.abnormal() { Role::Failed } else { Role::FailedUsual };
    chart.draw_alone(buffer, view.pick("failed", "失败"), &failed.counts, role, &activity::marks(view));
}

/// One value over time: each from where it began, the last named in any case, if need be beyond the last column up to `right`.
fn draw_states(buffer: &mut Buffer, row: Rect, right: u16, view: &View<'_>, times: &Times<'_>, states: &[State]) {
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
        let last = at + 1 == states.len();
        let room = if last { right.saturating_sub(row.x + start) } else { end.saturating_sub(*start) };
        if width < room {
            label.draw(buffer, row.x + start, row.y, width);
        } else if last {
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
