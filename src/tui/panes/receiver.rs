//! The receiver itself, on a wide screen.

use super::View;
use crate::tui::lang::say;
use crate::tui::theme::Role;
use crate::tui::widgets::{format, frame};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the pane.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &View<'_>) {
    let gauges = &view.vitals.gauges;
    let waits = match gauges.waiting {
        0 => view.words().muted(view.pick("nothing waits", "无排队")),
        count => {
            let count = format::thousands(count);
            view.words().role(Role::Warn, say!(view.look, "{count} wait", "{count} 排队"))
        }
    };
    let totals = vec![view.words().muted(format!("{} · ", view.data.window)).then(waits)];
    let inner = frame::draw(buffer, area, view.look, view.pick("Receiver", "接收"), totals, false);
    let span = view.data.scope.span;
    let seconds = (span.to.0.min(view.data.scope.as_of.0) - span.from.0).max(1) as f64 / 1000.0;
    let ingest = &view.data.ingest;
    let per_request = if ingest.requests > 0 { ingest.events as f64 / ingest.requests as f64 } else { 0.0 };
    let none = || view.look.glyph(crate::tui::theme::Glyph::NoValue).to_owned();
    let (p50, p99) =
        view.vitals.ack_us.map_or_else(|| (none(), none()), |(p50, p99)| (format::latency(p50), format::latency(p99)));
    let lag = view.data.pulse.lag_s.map_or_else(none, format::duration);
    let commit = format::latency(gauges.last_commit_us.into());
    let rows = [
        (
            view.pick("requests/s", "请求/s"),
            format::rate(ingest.requests as f64 / seconds),
            say!(view.look, "{per_request:.2} events each", "每个含 {per_request:.2} 个事件"),
        ),
        (view.pick("ack p99", "应答 p99"), p99, format!("p50 {p50}")),
        (view.pick("lag p95", "延迟 p95"), lag, view.pick("receive − provider", "接收 − 平台时间").to_owned()),
        (
            view.pick("batch", "批量"),
            format::thousands(gauges.last_batch.into()),
            say!(view.look, "requests in the last sync, {commit}", "上次落盘的请求数，{commit}"),
        ),
        (
            view.pick("index", "索引"),
            format::thousands(gauges.unindexed),
            view.pick("events not yet searchable", "个事件尚不可检索").to_owned(),
        ),
        (
            view.pick("duplicates", "重复"),
            format::thousands(ingest.duplicates),
            view.pick("further deliveries of known events", "已知事件的再次投递").to_owned(),
        ),
    ];
    for ((label, value, note), y) in rows.into_iter().zip(inner.top()..inner.bottom()) {
        view.words().muted(label).draw(buffer, inner.x, y, 12);
        view.words().strong(value).draw_right(buffer, inner.x + 21, y, 9);
        view.words().muted(note).draw(buffer, inner.x + 24, y, inner.width.saturating_sub(24));
    }
}
