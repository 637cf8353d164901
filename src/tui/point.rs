//! What the mouse does: whatever a key can do, where it points.

use super::action::Action;
use super::app::App;
use super::areas::{ChartArea, Hit};
use super::command::Command;
use super::overlays::Over;
use super::page::Outcome;
use super::update::{Effect, opened, ran, run, update};
use crate::event::Millis;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// Longest time between the two clicks of a double click, in milliseconds.
const DOUBLE: i64 = 400;

/// Rows a turn of the wheel moves.
const WHEEL: usize = 3;

/// What the mouse is doing.
#[derive(Debug, Default)]
pub(super) struct Pointer {
    /// The last click: where, and when.
    click: Option<(Hit, Millis)>,
    /// The chart that is dragged over: from this column to that one.
    drag: Option<(ChartArea, u16, u16)>,
}

impl Pointer {
    /// Marks the time that is being selected.
    pub(super) fn draw(&self, buffer: &mut Buffer) {
        let Some((chart, from, to)) = self.drag else { return };
        let (left, right) = (from.min(to), from.max(to));
        let selected = Rect { x: left, width: right - left + 1, ..chart.area }.intersection(chart.area);
        buffer.set_style(selected, Style::new().add_modifier(Modifier::REVERSED));
    }
}

/// Takes in what the mouse did.
pub(super) fn mouse(app: &mut App, event: MouseEvent, now: Millis) -> Effect {
    let hit = app.look.areas.at(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => pressed(app, hit, event.column, now),
        MouseEventKind::Drag(MouseButton::Left) => match &mut app.pointer.drag {
            Some((chart, _, to)) => {
                *to = event.column.clamp(chart.area.left(), chart.area.right().saturating_sub(1));
                Effect::Draw
            }
            None => Effect::Nothing,
        },
        MouseEventKind::Up(MouseButton::Left) => released(app, now),
        MouseEventKind::ScrollUp => turned(app, hit, Action::Up, now),
        MouseEventKind::ScrollDown => turned(app, hit, Action::Down, now),
        _ => Effect::Nothing,
    }
}

fn pressed(app: &mut App, hit: Hit, x: u16, now: Millis) -> Effect {
    app.notice = None;
    app.pending.clear();
    let double = app.pointer.click.take().is_some_and(|(last, at)| last == hit && now.0 - at.0 <= DOUBLE);
    app.pointer.click = (!double).then_some((hit, now));
    if let Some(over) = app.over.take() {
        return pressed_over(app, over, hit, now);
    }
    if app.page().prompt(app.look.lang).is_some() {
        return Effect::Nothing;
    }
    if let Some(action) = hit.act {
        return update(app, action, now);
    }
    if let Some(chart) = hit.chart {
        app.pointer.drag = Some((chart, x, x));
        return Effect::Draw;
    }
    let outcome = app.page_mut().point(&hit);
    let changed = outcome != Outcome::Ignored;
    let effect = opened(app, outcome);
    if double && hit.row.is_some() {
        update(app, Action::Open, now)
    } else if changed {
        effect
    } else {
        Effect::Nothing
    }
}

/// A click on what lies over the screen: on a row of the palette it runs it, elsewhere it closes.
fn pressed_over(app: &mut App, mut over: Over, hit: Hit, now: Millis) -> Effect {
    match (&mut over, hit.row) {
        (Over::Palette(palette), Some(row)) => {
            let did = palette.choose(row, &app.commands(now));
            ran(app, over, did, now)
        }
        (Over::Bar(bar), Some(row)) => {
            bar.choose(row, &app.commands(now), &app.look);
            app.over = Some(over);
            Effect::Draw
        }
        _ if hit.pane.is_some() => {
            app.over = Some(over);
            Effect::Nothing
        }
        _ => Effect::Draw,
    }
}

fn released(app: &mut App, now: Millis) -> Effect {
    let Some((chart, from, to)) = app.pointer.drag.take() else { return Effect::Nothing };
    if from == to {
        return Effect::Draw;
    }
    let (start, _) = chart.times(from.min(to));
    let (_, end) = chart.times(from.max(to));
    run(app, Command::Between(start, end), now)
}

fn turned(app: &mut App, hit: Hit, action: Action, now: Millis) -> Effect {
    if let Some(over) = &mut app.over {
        over.scroll(action == Action::Down);
        return Effect::Draw;
    }
    if app.page().prompt(app.look.lang).is_some() {
        return Effect::Nothing;
    }
    // The pane under the mouse is scrolled, whichever has the focus.
    app.page_mut().point(&Hit { pane: hit.pane, ..Hit::default() });
    (0..WHEEL).map(|_| update(app, action, now)).fold(Effect::Nothing, |all, one| match one {
        Effect::Nothing => all,
        other => other,
    })
}
