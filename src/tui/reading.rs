//! How far a list was read for its filter, in words.

use super::lang::say;
use super::panes::Context;
use super::theme::Role;
use super::widgets::words::Words;
use crate::event::Millis;

/// How much of the window was read from its end back to `reached`; `stopped`: its user gave that up.
pub(super) fn progress<'a>(ctx: &Context<'a>, reached: Option<Millis>, stopped: bool) -> Words<'a> {
    let span = ctx.scope.span;
    let end = span.to.0.min(ctx.scope.as_of.0);
    let done = reached.map_or(0, |at| end.saturating_sub(at.0));
    let percent = (done.saturating_mul(100) / (end - span.from.0).max(1)).clamp(0, 99);
    let words = Words::new(ctx.look);
    if stopped {
        let text = say!(ctx.look, "stopped at {percent} %, / Enter goes on", "停在 {percent} %,按 / Enter 继续");
        return words.role(Role::Warn, text);
    }
    words.muted(say!(ctx.look, "read {percent} %", "已读取 {percent} %"))
}
