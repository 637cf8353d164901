//! What is in force for the account an alert belongs to: restrictions, bans, verification, quality, limits.

use super::sign;
use crate::event::Severity;
use crate::event::clean::clean;
use crate::monitor::view::{About, Alert};
use crate::tui::panes::View;
use crate::tui::terms;
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of what happened, and of since when.
const WHAT: usize = 20;
const SINCE: u16 = 7;

/// Draws the box.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &View<'_>, alert: &Alert, about: Option<&About>) {
    let of = match (about.and_then(|about| about.waba.as_ref()), &alert.number) {
        (Some(waba), _) => view.words().muted("WABA ").muted(clean(waba)),
        (None, Some(number)) => view.words().muted(view.look.phone(number)),
        (None, None) => view.words(),
    };
    let inner = frame::draw(buffer, area, view.look, view.pick("Account", "账户"), vec![of], false);
    let known = about.map_or(&[][..], |about| &about.account);
    if known.is_empty() {
        let what = view.pick("nothing known", "暂无信息");
        let hint = view.pick("restrictions, bans, limits stand here", "限制、封禁、额度会显示在这里");
        return super::super::draw_empty(buffer, inner, view, what, hint);
    }
    let room = inner.width.saturating_sub(SINCE);
    for (alert, y) in known.iter().zip(inner.top()..inner.bottom()) {
        line(view, alert, room.into()).draw(buffer, inner.x, y, room);
        let since = format::since(alert.at, view.data.scope.as_of, view.zone, view.look.lang);
        view.words().muted(since).draw_right(buffer, inner.right(), y, SINCE);
    }
}

fn line<'a>(view: &View<'a>, alert: &'a Alert, room: usize) -> Words<'a> {
    let (role, glyph) = sign(alert.severity);
    let what = terms::alert(view.look, alert);
    let sign = view.words().glyph(role, glyph).muted(" ");
    let loud = alert.severity == Severity::Critical && !alert.acknowledged;
    let sign = if loud { sign.strong(what) } else { sign.value(what) };
    // The title says what is restricted or which number it is; that of the account itself is in the frame.
    let title = terms::alert_title(view.look, alert);
    let why = if title.starts_with("WABA ") { terms::alert_cause(view.look, alert) } else { title };
    let width = sign.width().max(WHAT);
    if room < width + 4 || cut::width(&why) == 0 {
        return sign;
    }
    sign.to(width).muted(" ").text(why)
}
