//! The row that says where in time the view is, when it is not now: paused, in the past, or before what is kept.

use super::action::Action;
use super::app::App;
use super::areas::Spot;
use super::keymap::Keymap;
use super::lang::say;
use super::look::Look;
use super::theme::{Glyph, Role};
use super::widgets::format;
use super::widgets::strip::{self, Segment};
use super::widgets::words::Words;
use crate::event::Millis;
use crate::monitor::view::Scope;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of the time line.
const LINE: usize = 40;

/// Draws the row over `row`, when there is something to say.
pub(super) fn draw(buffer: &mut Buffer, row: Rect, app: &App, scope: &Scope, now: Millis) {
    let look = &app.look;
    let Some((role, left)) = said(app, look, scope, now) else { return };
    let ground = if role == Role::Warn { Role::GroundWatch } else { Role::Strip };
    for x in row.left()..row.right() {
        buffer[(x, row.y)].reset();
    }
    buffer.set_style(row, look.style(Role::Text).patch(look.style(ground)));
    let inner = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
    strip::draw(buffer, inner, 3, left, keys(app, look));
    look.areas.add(row, Spot::Pane(usize::MAX));
}

fn said<'a>(app: &'a App, look: &'a Look, scope: &Scope, now: Millis) -> Option<(Role, Vec<Segment<'a>>)> {
    let zone = &app.known.zone;
    if let Some(pause) = &app.pause {
        let at = Words::new(look)
            .glyph(Role::Warn, Glyph::Paused)
            .bold(Role::Warn, format!(" {}", format::clock(pause.at, zone)));
        let age = format::age((now.0 - pause.at.0) / 1000);
        let at = at.muted(say!(look, " {age} ago", " {age} 前"));
        let new = Words::new(look).value(format!("+{}", format::thousands(pause.new)));
        let new = new.muted(look.lang.pick(" new events since, all stored", " 个新事件,均已存储"));
        return Some((Role::Warn, vec![Segment::new(0, at), Segment::new(1, new)]));
    }
    if let Some(kept) = app.known.kept_from.filter(|kept| scope.span.from < *kept) {
        let gone = format::duration((kept.0.min(scope.span.to.0) - scope.span.from.0) / 1000);
        let from = format!("{} {}", format::day(kept, scope.as_of, zone, look.lang), format::hour_minute(kept, zone));
        let words = Words::new(look).glyph(Role::Warn, Glyph::Warning).text(say!(
            look,
            " kept from {from}: {gone} of this window are gone; numbers are for the rest",
            " 保留自 {from}:此窗口有 {gone} 已被清除;数字仅为其余部分"
        ));
        return Some((Role::Warn, vec![Segment::new(0, words)]));
    }
    app.known.period.end?;
    let times = format!("{}–{}", format::hour_minute(scope.span.from, zone), format::hour_minute(scope.span.to, zone));
    let window = Words::new(look).glyph(Role::Warn, Glyph::Past).muted(look.lang.pick(" window ", " 窗口 "));
    let window = window.strong(times).muted(format!(" {}", format::day(scope.span.from, scope.as_of, zone, look.lang)));
    let line = line(app, look, scope, now);
    Some((Role::Ok, vec![Segment::new(0, window), Segment::new(3, line)]))
}

/// All that is kept as a line, with the window on it.
fn line<'a>(app: &App, look: &'a Look, scope: &Scope, now: Millis) -> Words<'a> {
    let start = app.start().unwrap_or(scope.span.from).0.min(scope.span.from.0);
    let whole = (now.0 - start).max(1);
    let cell = |at: i64| usize::try_from((at - start) * LINE as i64 / whole).unwrap_or(0).min(LINE - 1);
    let (from, to) = (cell(scope.span.from.0), cell(scope.span.to.0));
    let many = |glyph: Glyph, count: usize| look.glyph(glyph).repeat(count);
    let words = Words::new(look).role(Role::Faint, many(Glyph::FunnelTrack, from));
    let inside = format!("[{}]", many(Glyph::FunnelFull, (to - from).max(1)));
    words
        .role(Role::Accent, inside)
        .role(Role::Faint, many(Glyph::FunnelTrack, LINE - 1 - to))
        .muted(look.lang.pick(" now", " 现在"))
}

/// How to go on from here.
fn keys<'a>(app: &App, look: &'a Look) -> Vec<Segment<'a>> {
    let step = app.known.period.window.label();
    let hints: [(u8, String, &[Action]); 5] = [
        (0, look.lang.pick("go on", "继续").to_owned(), &[Action::Pause]),
        (2, say!(look, "step {step}", "步进 {step}"), &[Action::StepBack, Action::StepForward]),
        (4, look.lang.pick("alerts", "告警").to_owned(), &[Action::Next, Action::Previous]),
        (5, look.lang.pick("time", "时刻").to_owned(), &[Action::GoTo]),
        (1, look.lang.pick("now", "现在").to_owned(), &[Action::Now]),
    ];
    let wanted = |actions: &[Action]| app.pause.is_some() || actions != [Action::Pause];
    let hints = hints.into_iter().filter(|(.., actions)| wanted(actions));
    hints.map(|(goes, word, actions)| Segment::new(goes, hint(&app.known.keymap, look, actions, word))).collect()
}

fn hint<'a>(keymap: &Keymap, look: &'a Look, actions: &[Action], word: String) -> Words<'a> {
    let keys: Vec<_> = actions.iter().filter_map(|action| keymap.key(*action)).map(ToString::to_string).collect();
    Words::new(look).role(Role::Accent, keys.join(" ")).muted(format!(" {word}"))
}
