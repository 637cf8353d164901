//! Failures with the code under the cursor over time, with a scale, clock times and the alerts of the window.

use crate::tui::lang::say;
use crate::tui::panes::{View, activity};
use crate::tui::theme::Role;
use crate::tui::widgets::plot::{Plot, Span};
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
    let span = Span { from: trend.from, column_s: trend.column_s, columns: trend.counts.len() };
    let plot = Plot::new(view.look, view.zone, inner, SIDE, span).with_gaps(view.gaps, &trend.counts);
    plot.draw_alone(buffer, "", &trend.counts, Role::FailedUsual, &activity::marks(view));
}
