//! Traffic and failures on one time axis: since when something is as it is.

use super::View;
use crate::config::Lang;
use crate::event::{Millis, Severity};
use crate::monitor::view::Level;
use crate::tui::lang::say;
use crate::tui::terms;
use crate::tui::theme::Role;
use crate::tui::widgets::chart::{self, Mark, Times};
use crate::tui::widgets::{format, frame};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Cells left of the chart: label, end of the scale, line.
const SIDE: u16 = 16;
/// Cells right of it: the values of now and in the mean.
const VALUES: u16 = 10;
/// Frame and blank on both sides.
const EDGES: u16 = 4;

/// Columns the chart has room for.
pub(super) fn columns(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(EDGES + SIDE + VALUES))
}

/// Draws the pane.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &View<'_>) {
    let activity = &view.data.activity;
    let column = format::duration(activity.column_s.into());
    let by = view.pick("by receive time", "按接收时间");
    let window = &view.data.window;
    let long = say!(view.look, "{window} · {column} per column · {by}", "{window} · 每列 {column} · {by}");
    let totals = vec![view.words().muted(long), view.words().muted(by)];
    let inner = frame::draw(buffer, area, view.look, view.pick("Activity", "流量"), totals, false);
    if activity.statuses.is_empty() || inner.height < 4 {
        let text = view.pick("no column of this window is full yet", "此窗口还没有填满的列");
        view.words().muted(text).draw(buffer, inner.x, inner.y, inner.width);
        return;
    }
    let room = columns(area);
    let times = Times {
        from: activity.from,
        column_s: activity.column_s.max(1),
        columns: activity.statuses.len().min(room),
        cells: (room / activity.statuses.len()).max(1),
        zone: view.zone,
    };
    let open = |column: usize| in_gap(view, &times, column) && activity.statuses.get(column) == Some(&0);
    let unit = Unit::of(&activity.statuses, times.column_s, view.look.lang);
    let series = |counts: &[u64]| -> Vec<Option<f64>> {
        let value = |(column, count): (usize, &u64)| (!open(column)).then(|| unit.rate(*count, times.column_s));
        counts.iter().enumerate().map(value).collect()
    };
    let (statuses, failed) = (series(&activity.statuses), series(&activity.failed));
    let unusual_from = Some(&view.data.verdict).filter(|verdict| verdict.level == Level::Trouble).and_then(|v| v.since);
    let unusual = |column: usize| unusual_from.is_some_and(|since| times.start(column + 1) > since);

    let failed_row = inner.height - 2;
    let chart = |y: u16, height: u16| Rect::new(inner.x + SIDE, inner.y + y, times.width() as u16, height);
    let side = |y: u16, height: u16| Rect::new(inner.x, inner.y + y, SIDE, height);
    let (top, failed_top) = (scale(&statuses), scale(&failed));
    chart::side(buffer, side(0, failed_row), view.look, unit.of_statuses, top);
    chart::columns(buffer, chart(0, failed_row), view.look, &statuses, times.cells, top, |_| {
        view.look.style(Role::Area)
    });
    chart::side(buffer, side(failed_row, 1), view.look, unit.of_failed, failed_top);
    chart::columns(buffer, chart(failed_row, 1), view.look, &failed, times.cells, failed_top, |column| {
        view.look.style(if unusual(column) { Role::Failed } else { Role::FailedUsual })
    });
    let axis = chart(failed_row + 1, 1);
    view.look.areas.add_chart(chart(0, failed_row + 2), &times);
    chart::corner(buffer, axis.x - 1, axis.y, view.look);
    chart::axis(buffer, axis, view.look, &times, &marks(view), open);

    let x = axis.right() + 1;
    let room = inner.right().saturating_sub(x);
    let last = |values: &[Option<f64>]| values.last().copied().flatten().map_or_else(String::new, format::rate);
    let known: Vec<f64> = statuses.iter().copied().flatten().collect();
    let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
    let now_role = if unusual(times.columns) { Role::Failed } else { Role::Strong };
    let now = view.pick(" now", " 当前");
    let value = |text: String| format!("{text:>4}");
    view.words().strong(value(last(&statuses))).muted(now).draw(buffer, x, inner.y, room);
    view.words().muted(value(format::rate(mean))).muted(view.pick(" mean", " 均值")).draw(buffer, x, inner.y + 1, room);
    view.words().bold(now_role, value(last(&failed))).muted(now).draw(buffer, x, inner.y + failed_row, room);
    let end = times.start(times.columns);
    view.words().muted(format!(" {}", format::hour_minute(end, view.zone))).draw(buffer, x, axis.y, room);
}

/// Rates are per second; where less than one comes in a second, per minute.
struct Unit {
    seconds: f64,
    of_statuses: &'static str,
    of_failed: &'static str,
}

impl Unit {
    fn of(statuses: &[u64], column_s: u32, lang: Lang) -> Self {
        let peak = statuses.iter().copied().max().unwrap_or(0);
        if peak == 0 || peak >= u64::from(column_s) {
            Self {
                seconds: 1.0,
                of_statuses: lang.pick("statuses/s", "状态/s"),
                of_failed: lang.pick("failed/s", "失败/s"),
            }
        } else {
            Self {
                seconds: 60.0,
                of_statuses: lang.pick("statuses/m", "状态/m"),
                of_failed: lang.pick("failed/m", "失败/m"),
            }
        }
    }

    fn rate(&self, count: u64, column_s: u32) -> f64 {
        count as f64 * self.seconds / f64::from(column_s)
    }
}

fn scale(values: &[Option<f64>]) -> f64 {
    chart::scale(values.iter().copied().flatten().fold(0.0, f64::max))
}

/// Whether no receiver ran for most of a column.
pub(super) fn in_gap(view: &View<'_>, times: &Times<'_>, column: usize) -> bool {
    let middle = Millis(times.start(column).0.midpoint(times.start(column + 1).0));
    view.gaps.iter().any(|(from, to)| *from <= middle && middle < *to)
}

/// The alerts to mark, the worst first.
pub(super) fn marks<'a>(view: &View<'a>) -> Vec<Mark<'a>> {
    let mut marks: Vec<_> = view.data.activity.marks.iter().collect();
    marks.sort_by_key(|(at, severity, _)| (std::cmp::Reverse(*severity), *at));
    let mark = |(at, severity, what): &(Millis, Severity, crate::event::Text)| {
        let (role, glyph) = super::alerts::sign(*severity);
        let style = view.look.style(role);
        let style = if *severity == Severity::Critical { style.add_modifier(Modifier::BOLD) } else { style };
        let words = format!("{} {}", format::hour_minute(*at, view.zone), terms::happened(view.look.lang, what));
        Mark { at: *at, sign: view.look.glyph(glyph), words, style }
    };
    // Beyond a handful only the signs would fit, and the axis must stay readable.
    marks.into_iter().filter(|(_, severity, _)| *severity != Severity::Info).take(8).map(mark).collect()
}
