//! What an action does to the state: pure.

use super::action::Action;
use super::app::{App, Pause};
use super::input::Input;
use super::keymap::Key;
use super::overlays::Help;
use super::page::Outcome;
use super::period::Period;
use super::place::{Open, Place};
use crate::event::Millis;
use ratatui::crossterm::event::KeyEvent;

/// What is left to do for the one who owns the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: the screen looks as before.
    Nothing,
    /// Draw.
    Draw,
    /// Write the whole screen anew.
    Redraw,
    /// Go back to the shell until it lets us go on.
    Suspend,
    /// Leave.
    Quit,
}

/// Takes in what came from the terminal. Keys go to what is on top: the help, a prompt, then actions.
pub fn input(app: &mut App, input: Input, now: Millis) -> Effect {
    match input {
        Input::Key(key) => key_pressed(app, key, now),
        Input::Paste(text) => {
            match &mut app.help {
                Some(help) => help.paste(&text),
                None => app.page_mut().paste(&text),
            }
            Effect::Draw
        }
        Input::Resized => Effect::Draw,
        Input::Vanished => Effect::Quit,
    }
}

fn key_pressed(app: &mut App, key: KeyEvent, now: Millis) -> Effect {
    let action = app.known.keymap.action(Key::from(key));
    if let Some(help) = &mut app.help {
        if help.key(key, action) {
            app.help = None;
        }
        return if action == Some(Action::Quit) && app.help.is_none() { Effect::Quit } else { Effect::Draw };
    }
    if app.page().prompt(app.look.lang).is_some() {
        app.typed(key, now);
        return Effect::Draw;
    }
    action.map_or(Effect::Nothing, |action| update(app, action, now))
}

/// Does what was asked: the screen's own actions here, the others by the component that is looked at.
pub fn update(app: &mut App, action: Action, now: Millis) -> Effect {
    match action {
        Action::Quit => return Effect::Quit,
        Action::Suspend => return Effect::Suspend,
        Action::Redraw => return Effect::Redraw,
        Action::Help => app.help = Some(Help::new(valid(app, now))),
        Action::Theme => next_theme(app),
        Action::Mask => app.look.masker = if app.look.masker.is_none() { Some(app.masker.clone()) } else { None },
        Action::Overview => go(app, Place::Overview),
        Action::Events => go(app, Place::Events { filter: app.pages.events.expression().to_owned() }),
        Action::Messages => go(app, Place::Messages { filter: app.pages.messages.expression().to_owned() }),
        Action::Refused => go(app, Place::Refused),
        Action::Forward => go(app, Place::Forward { request: None }),
        Action::Costs => go(app, Place::Costs),
        Action::Changes if app.at == Place::Changes => return Effect::Nothing,
        Action::Changes => app.open(Open::changes(app.look.lang)),
        Action::Pause => pause(app, now),
        Action::Narrower => return look(app, app.known.period.narrower()),
        Action::Wider => return look(app, app.known.period.wider()),
        Action::StepBack => return look(app, app.known.period.back(now, start(app))),
        Action::StepForward => return look(app, app.known.period.forward(now)),
        Action::Now => back_to_now(app),
        Action::Number => {
            app.known.narrowing.next_number(app.glance.numbers.clone());
            app.moved();
        }
        _ => return page(app, action, now),
    }
    Effect::Draw
}

fn page(app: &mut App, action: Action, now: Millis) -> Effect {
    match (app.page_mut().act(action), action) {
        (Outcome::Changed, _) => Effect::Draw,
        (Outcome::Open(open), _) => {
            app.open(open);
            Effect::Draw
        }
        (Outcome::Ignored, Action::Back) => walk_back(app),
        (Outcome::Ignored, Action::Explain) => explain(app),
        (Outcome::Ignored, Action::FilterOff) if app.known.narrowing.exists() => {
            app.known.narrowing.toggle();
            app.moved();
            Effect::Draw
        }
        (Outcome::Ignored, Action::Filter) => {
            update(app, Action::Events, now);
            app.page_mut().act(Action::Filter);
            Effect::Draw
        }
        (Outcome::Ignored, _) => Effect::Nothing,
    }
}

/// To where the last drill-down came from, else to the overview.
fn walk_back(app: &mut App) -> Effect {
    match app.path.pop() {
        Some(step) => {
            if app.pages.events.expression() != step.filter {
                app.pages.events.filter(&step.filter);
            }
            app.show(step.from);
        }
        None if app.at == Place::Overview && app.known.narrowing.all_numbers() => app.moved(),
        None if app.at == Place::Overview => return Effect::Nothing,
        None => go(app, Place::Overview),
    }
    Effect::Draw
}

/// Opens what the verdict rests on.
fn explain(app: &mut App) -> Effect {
    let verdict = &app.glance.verdict;
    let Some(filter) = verdict.proof.clone() else { return Effect::Nothing };
    if matches!(app.at, Place::Events { .. }) && app.pages.events.expression() == filter {
        return Effect::Nothing;
    }
    let title = verdict.short(&app.look, &app.known.zone);
    app.open(Open::events(filter, title));
    Effect::Draw
}

fn go(app: &mut App, place: Place) {
    app.path.clear();
    app.show(place);
    app.moved();
}

fn next_theme(app: &mut App) {
    let at = app.themes.iter().position(|theme| theme.name() == app.look.theme.name()).map_or(0, |at| at + 1);
    if let Some(theme) = app.themes.get(at).or(app.themes.first()) {
        app.look.theme = theme.clone();
    }
}

fn pause(app: &mut App, now: Millis) {
    app.pause = if app.pause.is_some() { None } else { Some(Pause { at: now, new: 0 }) };
    pause_pages(app);
    app.moved();
}

fn look(app: &mut App, period: Option<Period>) -> Effect {
    let Some(period) = period else { return Effect::Nothing };
    app.known.period = period;
    app.moved();
    Effect::Draw
}

fn back_to_now(app: &mut App) {
    app.known.period.end = None;
    if app.pause.take().is_some() {
        pause_pages(app);
    }
    app.moved();
}

fn pause_pages(app: &mut App) {
    let paused = app.pause.is_some();
    app.pages.all_mut().into_iter().for_each(|page| page.pause(paused));
}

fn start(app: &App) -> Option<Millis> {
    app.known.monitor.extent().map(|(first, _)| first)
}

/// Every action that would do something now, for footer and help.
pub fn valid(app: &App, now: Millis) -> Vec<Action> {
    let mut actions = app.page().actions();
    let offered = [
        (Action::Back, app.at != Place::Overview || !app.path.is_empty() || app.known.narrowing.number().is_some()),
        (Action::Overview, app.at != Place::Overview),
        (Action::Events, !matches!(app.at, Place::Events { .. })),
        (Action::Messages, !matches!(app.at, Place::Messages { .. })),
        (Action::Refused, app.at != Place::Refused),
        (Action::Forward, app.at != Place::Forward { request: None }),
        (Action::Costs, app.at != Place::Costs),
        (Action::Changes, app.at != Place::Changes),
        (Action::Explain, app.glance.verdict.proof.is_some()),
        (Action::Filter, true),
        (Action::FilterOff, app.known.narrowing.exists()),
        (Action::Number, app.known.narrowing.number().is_some() || !app.glance.numbers.is_empty()),
        (Action::Pause, true),
        (Action::Narrower, app.known.period.narrower().is_some()),
        (Action::Wider, app.known.period.wider().is_some()),
        (Action::StepBack, app.known.period.back(now, start(app)).is_some()),
        (Action::StepForward, app.known.period.forward(now).is_some()),
        (Action::Now, app.known.period.end.is_some() || app.pause.is_some()),
        (Action::Theme, app.themes.len() > 1),
        (Action::Mask, true),
        (Action::Redraw, true),
        (Action::Suspend, cfg!(unix)),
        (Action::Help, true),
        (Action::Quit, true),
    ];
    actions.extend(offered.into_iter().filter(|(_, now)| *now).map(|(action, _)| action));
    actions
}
