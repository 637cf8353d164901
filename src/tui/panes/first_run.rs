//! Nothing has arrived yet: where to post, who may, what to try.

use super::View;
use super::intake::Form;
use crate::event::Scheme;
use crate::event::clean::clean;
use crate::tui::action::Action;
use crate::tui::lang::say;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{format, frame};
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
        let long =
            view.pick("loopback only: a tunnel or proxy must bring it here", "仅限本机：需要隧道或代理转发到这里");
        vec![none().muted(long), none().muted(view.pick("loopback only", "仅限本机"))]
    } else {
        let long = view.pick("reachable from outside this machine", "本机之外可以访问");
        vec![none().muted(long), none().muted(view.pick("reachable", "可访问"))]
    };
    let ok = |text: &'static str| none().glyph(Role::Ok, Glyph::Good).muted(text);
    let handshake = if view.intake.handshake {
        ok(view.pick(" token set", " 已设令牌"))
    } else {
        none().nothing().muted(view.pick(" no verify token configured", " 未配置验证令牌"))
    };
    let stored = ok(view.pick(" answered 200 after they are on disk", " 落盘之后才应答 200"));
    let line = |method, what| none().muted(method).text(what).to(30);
    let lines = vec![
        (none().strong(clean(&view.intake.address)), none()),
        (line("GET  ", view.pick("verification handshake", "验证握手")).then(handshake), none()),
        (line("POST ", view.pick("events", "事件")).then(stored), none()),
    ];
    Block { name: view.pick("Address", "地址"), totals: reach, lines }
}

fn access<'a>(view: &View<'a>) -> Block<'a> {
    let none = || view.words();
    if view.intake.unverified() {
        let totals = vec![none().bold(Role::Warn, view.pick("UNVERIFIED", "未验签"))];
        let lines = vec![
            (
                none().text(view.pick(
                    "anyone who reaches the address: no secret is configured",
                    "任何能访问此地址的人：没有配置密钥",
                )),
                none(),
            ),
            (
                none()
                    .muted(view.pick("set ", "请设置 "))
                    .value("WATOP_NXCLOUD_SECRET")
                    .muted(view.pick(" or ", " 或 "))
                    .value("WATOP_META_APP_SECRET"),
                none(),
            ),
        ];
        return Block { name: view.pick("Who may post", "谁可以推送"), totals, lines };
    }
    let scheme = |access: &'a super::intake::Access| {
        let name = match access.scheme {
            Scheme::Nxcloud => "nxcloud   ",
            Scheme::Meta => "meta      ",
        };
        let count = access.labels.len();
        let plural = if count == 1 { "" } else { "s" };
        let secrets = say!(view.look, " {count} secret{plural} ", " {count} 个密钥 ");
        let labels = access.labels.iter().map(|label| clean(label)).collect::<Vec<_>>().join(", ");
        let left = none().muted(name).glyph(Role::Ok, Glyph::Good).text(secrets).muted(labels);
        (left, none().muted(form(view, &access.form)))
    };
    let mut lines: Vec<_> = view.intake.schemes.iter().map(scheme).collect();
    let refused = view.keys.key(Action::Refused).map_or_else(String::new, |key| format!("{key} "));
    let hint = none()
        .muted(view.pick("a wrong signature shows under ", "签名错误会出现在 "))
        .role(Role::Accent, refused)
        .muted(view.pick("Refused, with the reason", "拒收，并说明原因"));
    lines.push((none(), none()));
    lines.push((hint, none()));
    let verified = none().glyph(Role::Ok, Glyph::Good).muted(view.pick(" verified", " 已验签"));
    Block { name: view.pick("Who may post", "谁可以推送"), totals: vec![verified], lines }
}

/// What a signature must be.
fn form(view: &View<'_>, form: &Form) -> String {
    match form {
        Form::Meta => "X-Hub-Signature-256".to_owned(),
        Form::Nxcloud { algorithms, tolerance } => {
            let names: Vec<_> = algorithms.iter().map(|algorithm| algorithm.name()).collect();
            let names = names.join(view.pick(" or ", " 或 "));
            match tolerance {
                Some(tolerance) => {
                    let within = format::duration(i64::try_from(tolerance.as_secs()).unwrap_or(i64::MAX));
                    say!(view.look, "{names}, ts within {within}", "{names}，ts 相差 {within} 以内")
                }
                None => say!(view.look, "{names}, any ts", "{names}，不限 ts"),
            }
        }
    }
}

fn attempts<'a>(view: &View<'a>) -> Block<'a> {
    let none = || view.words();
    let to = clean(&view.intake.address);
    let lines = vec![
        (
            none().value(format!("watop send FILE --to {to}")),
            none().muted(view.pick("one signed event", "一个已签名的事件")),
        ),
        (
            none().value("watop demo"),
            none().muted(view.pick("realistic traffic, own journal", "逼真的流量，独立的日志")),
        ),
        (
            none().value("watop check"),
            none().muted(view.pick("secrets, port, disk, terminal", "密钥、端口、磁盘、终端")),
        ),
    ];
    Block { name: view.pick("Try it", "试一试"), totals: Vec::new(), lines }
}
