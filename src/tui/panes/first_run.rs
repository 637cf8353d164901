//! Nothing has arrived yet: where to post, who may, what to try.

use super::View;
use crate::event::Scheme;
use crate::event::clean::clean;
use crate::tui::action::Action;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::frame;
use crate::tui::widgets::words::Words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Widest the boxes become: lines stay easy to read.
const WIDTH: u16 = 76;

/// A line of a box: left, and right-aligned.
type Line<'a> = (Words<'a>, Words<'a>);

/// Draws the boxes into the middle of `area`, as many as fit.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &View<'_>) {
    if view.intake.watched.is_some() {
        // There is no address to post to, and the verdict says why nothing is shown.
        return;
    }
    let boxes = [address(view), access(view), attempts(view)];
    // With room to spare the boxes stand apart and have a blank line below their text.
    let lines: usize = boxes.iter().map(|block| block.lines.len()).sum();
    let airy = usize::from(area.height) >= lines + 3 * 3 + 2;
    let height = |block: &Block<'_>| block.lines.len() as u16 + if airy { 3 } else { 2 };
    let gap = u16::from(airy);
    let used: u16 = boxes.iter().map(|block| height(block) + gap).sum::<u16>() - gap;
    let width = area.width.min(WIDTH);
    let x = area.x + (area.width - width) / 2;
    let mut y = area.y + area.height.saturating_sub(used) / 3;
    for block in boxes {
        let height = height(&block);
        if y + height > area.bottom() {
            return;
        }
        let inner = frame::draw(buffer, Rect::new(x, y, width, height), view.look, block.name, block.totals, false);
        for ((left, right), y) in block.lines.into_iter().zip(inner.top()..) {
            let room = inner.width.saturating_sub(right.width() as u16 + 1);
            right.draw_right(buffer, inner.right(), y, inner.width);
            left.draw(buffer, inner.x, y, room);
        }
        y += height + gap;
    }
}

struct Block<'a> {
    name: &'static str,
    totals: Vec<Words<'a>>,
    lines: Vec<Line<'a>>,
}

fn address<'a>(view: &View<'a>) -> Block<'a> {
    let none = || view.words();
    let reach = if view.intake.loopback() {
        vec![none().muted("loopback only: a tunnel or proxy must bring it here"), none().muted("loopback only")]
    } else {
        vec![none().muted("reachable from outside this machine"), none().muted("reachable")]
    };
    let ok = |text: &'static str| none().glyph(Role::Ok, Glyph::Good).muted(text);
    let handshake =
        if view.intake.handshake { ok(" token set") } else { none().nothing().muted(" no verify token configured") };
    let lines = vec![
        (none().strong(clean(&view.intake.address)), none()),
        (none().muted("GET  ").text("verification handshake   ").then(handshake), none()),
        (
            none().muted("POST ").text("events                   ").then(ok(" answered 200 after they are on disk")),
            none(),
        ),
    ];
    Block { name: "Address", totals: reach, lines }
}

fn access<'a>(view: &View<'a>) -> Block<'a> {
    let none = || view.words();
    if view.intake.unverified() {
        let totals = vec![none().bold(Role::Warn, "UNVERIFIED")];
        let lines = vec![
            (none().text("anyone who reaches the address: no secret is configured"), none()),
            (none().muted("set ").value("WATOP_NXCLOUD_SECRET").muted(" or ").value("WATOP_META_APP_SECRET"), none()),
        ];
        return Block { name: "Who may post", totals, lines };
    }
    let scheme = |access: &'a super::intake::Access| {
        let name = match access.scheme {
            Scheme::Nxcloud => "nxcloud   ",
            Scheme::Meta => "meta      ",
        };
        let count = access.labels.len();
        let secrets = if count == 1 { " 1 secret ".to_owned() } else { format!(" {count} secrets ") };
        let labels = access.labels.iter().map(|label| clean(label)).collect::<Vec<_>>().join(", ");
        let left = none().muted(name).glyph(Role::Ok, Glyph::Good).text(secrets).muted(labels);
        (left, none().muted(access.form.as_str()))
    };
    let mut lines: Vec<_> = view.intake.schemes.iter().map(scheme).collect();
    let refused = view.keys.key(Action::Refused).map_or_else(String::new, |key| format!("{key} "));
    let hint =
        none().muted("a wrong signature shows under ").role(Role::Accent, refused).muted("Refused, with the reason");
    lines.push((none(), none()));
    lines.push((hint, none()));
    Block { name: "Who may post", totals: vec![none().glyph(Role::Ok, Glyph::Good).muted(" verified")], lines }
}

fn attempts<'a>(view: &View<'a>) -> Block<'a> {
    let none = || view.words();
    let to = clean(&view.intake.address);
    let lines = vec![
        (none().value(format!("watop send FILE --to {to}")), none().muted("one signed event")),
        (none().value("watop demo"), none().muted("realistic traffic, own journal")),
        (none().value("watop check"), none().muted("secrets, port, disk, terminal")),
    ];
    Block { name: "Try it", totals: Vec::new(), lines }
}
