//! What an action does to the state: pure.

use super::action::Action;
use super::app::App;
use super::command::{self, Command};
use super::input::Input;
use super::keymap::{Key, Match};
use super::lang::{Lang, say};
use super::notice::Notice;
use super::overlays::{Bar, Did, Help, Over, Palette};
use super::page::{Copied, Outcome};
use super::period::{Period, Window};
use super::place::{Open, Place};
use super::point;
use super::title::Title;
use super::wrap::first;
use crate::event::Millis;
use ratatui::crossterm::event::KeyEvent;

/// What is left to do for the one who owns the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: the screen looks as before.
    Nothing,
    /// Draw.
    Draw,
    /// Write the whole screen anew.
    Redraw,
    /// Hand this to the terminal's clipboard.
    Copy(String),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Read the configuration again.
    Reload,
    /// Go back to the shell until it lets us go on.
    Suspend,
    /// Leave.
    Quit,
}

/// Takes in what came from the terminal. Keys go to what is on top: what lies over the screen, a prompt, then actions.
pub fn input(app: &mut App, input: Input, now: Millis) -> Effect {
    match input {
        Input::Key(key) => key_pressed(app, key, now),
        Input::Paste(text) => {
            match &mut app.over {
                Some(Over::Help(help)) => help.paste(&text),
                Some(Over::Bar(bar)) => bar.paste(&text),
                Some(Over::Palette(palette)) => palette.paste(&text),
                None => app.pasted(&text, now),
            }
            Effect::Draw
        }
        Input::Mouse(event) => point::mouse(app, event, now),
        Input::Resized => Effect::Draw,
        Input::Vanished => Effect::Quit,
    }
}

fn key_pressed(app: &mut App, key: KeyEvent, now: Millis) -> Effect {
    let noticed = app.notice.take().is_some();
    if let Some(over) = app.over.take() {
        return over_key(app, over, key, now);
    }
    if app.page().prompt(app.look.lang).is_some() {
        app.typed(key, now);
        return Effect::Draw;
    }
    match chord(app, Key::from(key)) {
        Some(action) => update(app, action, now),
        None if noticed || !app.pending.is_empty() => Effect::Draw,
        None => Effect::Nothing,
    }
}

/// The action whose last key this is. A key that goes on with no chord ends the one that was begun, and does nothing else.
fn chord(app: &mut App, key: Key) -> Option<Action> {
    let begun = !app.pending.is_empty();
    app.pending.push(key);
    match app.known.keymap.find(&app.pending) {
        Match::Pending => return None,
        Match::Action(action) => {
            app.pending.clear();
            return Some(action);
        }
        Match::Nothing => app.pending.clear(),
    }
    if begun {
        app.notice = Some(Notice::wrong(app.look.lang.pick("no keys begin like this", "没有这样的按键组合")));
    }
    None
}

/// A key for what lies over the screen.
fn over_key(app: &mut App, mut over: Over, key: KeyEvent, now: Millis) -> Effect {
    let did = match &mut over {
        Over::Help(help) => {
            let action = app.known.keymap.action(Key::from(key));
            let closed = help.key(key, action);
            if closed && action == Some(Action::Quit) {
                return Effect::Quit;
            }
            if closed { Did::Close } else { Did::Nothing }
        }
        Over::Bar(bar) => bar.key(key, &app.commands(now), &app.history, &app.look),
        Over::Palette(palette) => palette.key(key, &app.commands(now)),
    };
    ran(app, over, did, now)
}

/// Does what a key or a click meant to what lies over the screen.
pub(super) fn ran(app: &mut App, over: Over, did: Did, now: Millis) -> Effect {
    match did {
        Did::Nothing => app.over = Some(over),
        Did::Close => {}
        Did::Edit(line) => app.lay_over(Over::Bar(Bar::new(&line)), now),
        Did::Run(command, line) => {
            app.history.add(&line);
            return match run(app, command, now) {
                Effect::Nothing => Effect::Draw,
                effect => effect,
            };
        }
    }
    Effect::Draw
}

/// Runs a command.
pub fn run(app: &mut App, command: Command, now: Millis) -> Effect {
    match command {
        Command::Act(action) => return update(app, action, now),
        Command::Window(window) => {
            let end = app.known.period.end.filter(|_| window != Window::All);
            app.look_at(Period { window, end });
        }
        Command::Between(from, to) => app.look_at(Period::between(from, to, now)),
        Command::GoTo(at) => go_to(app, at, now),
        Command::Alert { later } => to_alert(app, later, now),
        Command::Filter(filter) => {
            go(app, Place::Events { filter });
        }
        Command::Number(number) => {
            app.known.narrowing.look_at(number);
            app.moved();
        }
        Command::Sort(order) => app.page_mut().sort(order),
        Command::Theme(name) => {
            if let Some(theme) = app.themes.iter().find(|theme| theme.name() == name) {
                app.look.theme = theme.clone();
            }
        }
        Command::Lang(lang) => app.look.lang = lang,
        Command::Export { file, replace } => app.export(file, replace, now),
    }
    Effect::Draw
}

/// Does what was asked: the screen's own actions here, the others by the component that is looked at.
pub fn update(app: &mut App, action: Action, now: Millis) -> Effect {
    match action {
        Action::Quit => return Effect::Quit,
        Action::Suspend => return Effect::Suspend,
        Action::Redraw => return Effect::Redraw,
        Action::Reload => return Effect::Reload,
        Action::Help => app.over = Some(Over::Help(Help::new(valid(app, now)))),
        Action::Command => app.lay_over(Over::Bar(Bar::new("")), now),
        Action::GoTo => app.lay_over(Over::Bar(Bar::new("goto ")), now),
        Action::Palette => {
            app.lay_over(Over::Bar(Bar::new("")), now);
            let offers = command::palette(&valid(app, now), &app.commands(now), app.look.lang);
            app.over = Some(Over::Palette(Palette::new(offers)));
        }
        Action::Theme => next_theme(app),
        Action::Language => {
            let next = Lang::ALL.into_iter().cycle().skip_while(|lang| *lang != app.look.lang).nth(1);
            app.look.lang = next.unwrap_or_default();
        }
        Action::Mask => app.look.masker = if app.look.masker.is_none() { Some(app.masker.clone()) } else { None },
        Action::Mouse => return mouse(app),
        Action::Copy => return copy(app, Copied::Value),
        Action::CopyPath => return copy(app, Copied::Path),
        Action::Export => {
            let line = format!("export {}", app.export_name(now));
            app.lay_over(Over::Bar(Bar::new(&line)), now);
        }
        Action::Overview => go(app, Place::Overview),
        Action::Events => go(app, Place::Events { filter: app.pages.events.expression().to_owned() }),
        Action::Messages => go(app, Place::Messages { filter: app.pages.messages.expression().to_owned() }),
        Action::Refused => go(app, Place::Refused),
        Action::Forward => go(app, Place::Forward { request: None }),
        Action::Costs => go(app, Place::Costs),
        Action::Changes if app.at == Place::Changes => return Effect::Nothing,
        Action::Changes => app.open(Open::changes()),
        Action::Pause => app.toggle_pause(now),
        Action::Narrower => return look(app, app.known.period.narrower()),
        Action::Wider => return look(app, app.known.period.wider()),
        Action::StepBack => return look(app, app.known.period.back(now, app.start())),
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
    if action == Action::Back && app.at == Place::Overview && app.give_up_filter() {
        return Effect::Draw;
    }
    match (app.page_mut().act(action), action) {
        (Outcome::Ignored, Action::Back) => walk_back(app),
        (Outcome::Ignored, Action::Explain) => explain(app),
        (Outcome::Ignored, Action::Next | Action::Previous) if app.at == Place::Overview => {
            to_alert(app, action == Action::Next, now);
            Effect::Draw
        }
        (Outcome::Ignored, Action::FilterOff) if app.known.narrowing.exists() => {
            app.toggle_filter(now);
            Effect::Draw
        }
        (Outcome::Ignored, Action::Filter) => {
            update(app, Action::Events, now);
            app.page_mut().act(Action::Filter);
            Effect::Draw
        }
        (outcome, _) => opened(app, outcome),
    }
}

/// Does what a page asks for.
pub(super) fn opened(app: &mut App, outcome: Outcome) -> Effect {
    match outcome {
        Outcome::Ignored => return Effect::Nothing,
        Outcome::Changed => {}
        Outcome::Refuse(en, zh) => app.notice = Some(Notice::wrong(app.look.lang.pick(&en, &zh))),
        Outcome::Open(open) => app.open(open),
    }
    Effect::Draw
}

/// Takes the mouse, or leaves it to the terminal.
fn mouse(app: &mut App) -> Effect {
    app.mouse = !app.mouse;
    let lang = app.look.lang;
    app.notice = Some(Notice::done(if app.mouse {
        lang.pick("the mouse works; with Shift the terminal selects", "鼠标已启用;按住 Shift 由终端选择文字")
    } else {
        lang.pick("the mouse is the terminal's own", "鼠标交还给终端")
    }));
    Effect::Mouse(app.mouse)
}

/// Most bytes handed to the terminal's clipboard: terminals drop what is longer, some without a word.
const CLIPBOARD: usize = 74_000;

fn copy(app: &mut App, what: Copied) -> Effect {
    let lang = app.look.lang;
    let Some(text) = app.page().copy(what, &app.look).filter(|text| !text.is_empty()) else {
        app.notice = Some(Notice::wrong(lang.pick("nothing to copy here", "这里没有可复制的内容")));
        return Effect::Draw;
    };
    if text.len() > CLIPBOARD {
        let (length, most) = (text.len(), CLIPBOARD);
        app.notice = Some(Notice::wrong(say!(
            app.look,
            "{length} bytes are too many for a terminal's clipboard ({most}); export them instead",
            "{length} 字节超出终端剪贴板上限({most}),请改用导出"
        )));
        return Effect::Draw;
    }
    let shown = first(&text, 60);
    app.notice = Some(Notice::done(say!(app.look, "sent to the terminal: {shown}", "已发送到终端:{shown}")));
    Effect::Copy(text)
}

/// Puts a time in the middle of the window.
fn go_to(app: &mut App, at: Millis, now: Millis) {
    app.look_at(app.known.period.around(at, now));
    app.page_mut().go_to(at);
}

/// Puts the next later or earlier alert in the middle of the window: from the one that was jumped to last, else from the window.
fn to_alert(app: &mut App, later: bool, now: Millis) {
    let all = Period { window: Window::All, end: None }.scope(now, app.start());
    let mut alerts = app.known.monitor.alerts(&all);
    alerts.sort_by(|a, b| (a.last_at, &a.id).cmp(&(b.last_at, &b.id)));
    let known = app.alert.as_ref().and_then(|id| alerts.iter().position(|alert| alert.id == *id));
    let edge = app.scope(now).span;
    let at = match (known, later) {
        (Some(at), true) => Some(at + 1),
        (Some(at), false) => at.checked_sub(1),
        (None, true) => Some(alerts.partition_point(|alert| alert.last_at < edge.to)),
        (None, false) => alerts.partition_point(|alert| alert.last_at < edge.to).checked_sub(1),
    };
    let count = alerts.len();
    let Some((at, alert)) = at.and_then(|at| Some((at + 1, alerts.get(at)?))) else {
        app.notice = Some(Notice::wrong(match later {
            true => app.look.lang.pick("no later alert", "没有更晚的告警"),
            false => app.look.lang.pick("no earlier alert", "没有更早的告警"),
        }));
        return;
    };
    let (what, title) = (&alert.what, app.look.about(&alert.title, alert.number.as_deref()));
    let said = say!(app.look, "alert {at} of {count}: {what} {title}", "告警 {at}/{count}:{what} {title}");
    let (id, when) = (alert.id.clone(), alert.last_at);
    app.notice = Some(Notice::done(said));
    go_to(app, when, now);
    app.alert = Some(id);
}

/// To where the last drill-down came from, else to the overview.
fn walk_back(app: &mut App) -> Effect {
    match app.walk_back() {
        true => {}
        false if app.at == Place::Overview && app.known.narrowing.all_numbers() => app.moved(),
        false if app.at == Place::Overview => return Effect::Nothing,
        false => go(app, Place::Overview),
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
    app.open(Open::events(filter, Title::new().said("what it rests on", "结论依据")));
    Effect::Draw
}

fn go(app: &mut App, place: Place) {
    // A window that was only borrowed is given back.
    let lent = app.path.drain(..).find_map(|step| step.period);
    lent.into_iter().for_each(|period| app.look_at(period));
    app.show(place);
    app.moved();
}

fn next_theme(app: &mut App) {
    let at = app.themes.iter().position(|theme| theme.name() == app.look.theme.name()).map_or(0, |at| at + 1);
    if let Some(theme) = app.themes.get(at).or(app.themes.first()) {
        app.look.theme = theme.clone();
    }
}

fn look(app: &mut App, period: Option<Period>) -> Effect {
    let Some(period) = period else { return Effect::Nothing };
    app.alert = None;
    app.look_at(period);
    Effect::Draw
}

fn back_to_now(app: &mut App) {
    app.alert = None;
    app.look_at(Period { end: None, ..app.known.period });
    app.go_on();
    app.moved();
}

/// Every action that would do something now, for footer and help.
pub fn valid(app: &App, now: Millis) -> Vec<Action> {
    let mut actions = app.page().actions();
    let offered = [
        (
            Action::Back,
            app.at != Place::Overview || !app.path.is_empty() || app.known.narrowing.number().is_some() || app.reads(),
        ),
        (Action::Overview, app.at != Place::Overview),
        (Action::Events, !matches!(app.at, Place::Events { .. })),
        (Action::Messages, !matches!(app.at, Place::Messages { .. })),
        (Action::Refused, app.at != Place::Refused),
        (Action::Forward, app.at != Place::Forward { request: None }),
        (Action::Costs, app.at != Place::Costs),
        (Action::Changes, app.at != Place::Changes),
        (Action::Explain, app.glance.verdict.proof.is_some()),
        (Action::Filter, true),
        (Action::Command, true),
        (Action::Palette, true),
        (Action::FilterOff, app.known.narrowing.exists()),
        (Action::Number, app.known.narrowing.number().is_some() || !app.glance.numbers.is_empty()),
        (Action::Pause, true),
        (Action::Narrower, app.known.period.narrower().is_some()),
        (Action::Wider, app.known.period.wider().is_some()),
        (Action::StepBack, app.known.period.back(now, app.start()).is_some()),
        (Action::StepForward, app.known.period.forward(now).is_some()),
        (Action::Now, app.known.period.end.is_some() || app.pause.is_some()),
        (Action::Previous, app.at == Place::Overview && app.start().is_some()),
        (Action::Next, app.at == Place::Overview && app.known.period.end.is_some()),
        (Action::GoTo, app.known.monitor.extent().is_some()),
        (Action::Copy, app.page().copy(Copied::Value, &app.look).is_some()),
        (Action::CopyPath, app.page().copy(Copied::Path, &app.look).is_some()),
        (Action::Export, true),
        (Action::Language, true),
        (Action::Mouse, true),
        (Action::Reload, app.reloads),
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
