//! Traffic and failures on one time axis: since when something is as it is.

use super::View;
use crate::config::Lang;
use crate::event::{Millis, Severity};
use crate::monitor::view::Level;
use crate::tui::lang::say;
use crate::tui::terms;
use crate::tui::theme::Role;
use crate::tui::widgets::chart::Mark;
use crate::tui::widgets::plot::{Plot, Series, Span};
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
    let room = Rect { width: inner.width.saturating_sub(VALUES), ..inner };
    let span = Span { from: activity.from, column_s: activity.column_s, columns: activity.statuses.len() };
    let plot = Plot::new(view.look, view.zone, room, SIDE, span).with_gaps(view.gaps, &activity.statuses);
    let times = *plot.times();
    let unit = Unit::of(&activity.statuses, times.column_s, view.look.lang);
    let rates = |counts: &[u64]| -> Vec<f64> { counts.iter().map(|count| unit.rate(*count, times.column_s)).collect() };
    let (statuses, failed) = (rates(&activity.statuses), rates(&activity.failed));
    let unusual_from = Some(&view.data.verdict).filter(|verdict| verdict.level == Level::Trouble).and_then(|v| v.since);
    let unusual = |column: usize| unusual_from.is_some_and(|since| times.start(column + 1) > since);

    let failed_row = room.height - 2;
    let series = |row, rows, label, values| Series { row, rows, label, values, least: 0.0 };
    plot.draw(buffer, &series(0, failed_row, unit.of_statuses, &statuses), |_| view.look.style(Role::Area));
    plot.draw(buffer, &series(failed_row, 1, unit.of_failed, &failed), |column| {
        view.look.style(if unusual(column) { Role::Failed } else { Role::FailedUsual })
    });
    plot.draw_axis(buffer, &marks(view));

    let (x, axis) = (plot.columns().right() + 1, plot.columns().bottom() - 1);
    let room = inner.right().saturating_sub(x);
    let known = |values: &[f64]| -> Vec<f64> {
        values.iter().enumerate().filter(|(at, _)| !plot.is_open(*at)).map(|(_, value)| *value).collect()
    };
    let last = |values: &[f64]| values.last().copied().filter(|_| !plot.is_open(values.len() - 1));
    let last = |values: &[f64]| last(values).map_or_else(String::new, format::rate);
    let known = known(&statuses);
    let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
    let now_role = if unusual(times.columns) { Role::Failed } else { Role::Strong };
    let now = view.pick(" now", " 当前");
    let value = |text: String| format!("{text:>4}");
    view.words().strong(value(last(&statuses))).muted(now).draw(buffer, x, inner.y, room);
    view.words().muted(value(format::rate(mean))).muted(view.pick(" mean", " 均值")).draw(buffer, x, inner.y + 1, room);
    view.words().bold(now_role, value(last(&failed))).muted(now).draw(buffer, x, inner.y + failed_row, room);
    let end = times.start(times.columns);
    view.words().muted(format!(" {}", format::hour_minute(end, view.zone))).draw(buffer, x, axis, room);
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
