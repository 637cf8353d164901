//! Failures with the code under the cursor over time, with a scale, clock times and the alerts of the window.

use crate::tui::lang::say;
use crate::tui::panes::{View, activity};
use crate::tui::theme::Role;
use crate::tui::widgets::chart::{self, Times};
use crate::tui::widgets::{format, frame};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of the scale, and of frame and blanks around the chart.
const SIDE: u16 = 6;
const EDGES: u16 = 4;

/// Columns there is room for.
pub(super) fn columns(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(SIDE + EDGES))
}

/// Draws the box.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &View<'_>, code: Option<i64>) {
    let trend = &view.data.zoom.trend;
    let code = code.map_or_else(|| view.pick("no code", "无代码").to_owned(), |code| code.to_string());
    let name = say!(view.look, "{code} over time", "{code} 随时间");
    let column = format::duration(trend.column_s.into());
    let peak = trend.counts.iter().copied().max().unwrap_or(0);
    let most = format::thousands(peak);
    let per = match peak {
        0 => say!(view.look, "messages per {column}", "每 {column} 消息数"),
        _ => say!(view.look, "messages per {column} · peak {most}", "每 {column} 消息数 · 峰值 {most}"),
    };
    let inner = frame::draw(buffer, area, view.look, &name, vec![view.words().muted(per)], false);
    if trend.counts.is_empty() || inner.height < 3 {
        let words = view.pick("no column of this window is full yet", "此窗口还没有完整的一列");
        view.words().muted(words).draw(buffer, inner.x, inner.y, inner.width);
        return;
    }
    let room = columns(area);
    let times = Times {
        from: trend.from,
        column_s: trend.column_s.max(1),
        columns: trend.counts.len().min(room),
        cells: (room / trend.counts.len()).max(1),
        zone: view.zone,
    };
    let open = |column: usize| activity::in_gap(view, &times, column) && trend.counts.get(column) == Some(&0);
    let values: Vec<Option<f64>> =
        trend.counts.iter().enumerate().map(|(at, count)| (!open(at)).then_some(*count as f64)).collect();
    let top = chart::scale((peak as f64).max(4.0));
    let height = inner.height - 1;
    chart::side(buffer, Rect { width: SIDE, height, ..inner }, view.look, "", top);
    let plot = Rect { x: inner.x + SIDE, width: times.width() as u16, height, ..inner };
    chart::columns(buffer, plot, view.look, &values, times.cells, top, |_| view.look.style(Role::FailedUsual));
    let axis = Rect { y: plot.bottom(), height: 1, ..plot };
    chart::corner(buffer, axis.x - 1, axis.y, view.look);
    chart::axis(buffer, axis, view.look, &times, &activity::marks(view), open);
}
