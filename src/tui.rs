//! The terminal UI: app state and update (pure), input and keymap, panes, overlays, widgets, theme, terminal.
//!
//! [`run`] starts a thread that owns the terminal. It alone waits for it: the receiver, the journal and the source never do.

pub mod action;
pub mod alarm;
pub mod app;
pub mod areas;
pub mod changes_page;
pub mod command;
mod confirm;
pub mod costs_tab;
mod draw;
mod drive;
pub mod events_tab;
pub mod export;
pub mod filter_bar;
mod footer;
pub mod forward_tab;
mod header;
pub mod input;
pub mod keymap;
pub mod lang;
pub mod look;
pub mod messages_tab;
pub mod moment;
mod narrowing;
pub mod notice;
mod order;
mod overlays;
pub mod page;
pub mod panes;
pub mod period;
pub mod place;
mod plain;
mod point;
mod reading;
pub mod refused_tab;
mod seen;
pub mod session;
pub mod store;
pub mod story_page;
mod term;
pub mod terms;
pub mod theme;
pub mod thread;
pub mod title;
mod travel;
pub mod update;
pub mod widgets;
mod wrap;

use crate::config::Screen;
use crate::event::mask::Masker;
use crate::journal::Health;
use crate::monitor::{Monitor, Settings};
use crate::notify::terminal::Terminal;
use crate::receiver::Vitals;
use crate::source::Feed;
use action::Action;
use alarm::Alarm;
use app::{App, Setup};
pub use drive::Clock;
use drive::{Sources, Told};
use keymap::Keymap;
use lang::Lang;
use panes::Intake;
use session::Session;
use std::path::{Path, PathBuf};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use theme::{Depth, Shelf, Theme, ThemeFiles};
use tokio::sync::{mpsc, watch};

/// Time in which the drawing thread must end when the process is asked to; a terminal that takes no bytes may hold it.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the screen is started with.
pub struct Start {
    /// Theme, glyphs, keys.
    pub screen: Screen,
    /// What the privacy key masks with.
    pub masker: Masker,
    /// What is counted.
    pub settings: Settings,
    /// Whom the rules tell: this terminal, where they name it.
    pub rules: Vec<crate::config::RuleSetting>,
    /// History, then everything new.
    pub feed: mpsc::Receiver<Feed>,
    /// The data directory: the lists read the journal, the refused tab the operator's database.
    pub data_dir: PathBuf,
    /// Where requests are forwarded to: what is sent again by hand goes there as configured.
    pub routes: store::Routes,
    /// Where events come in, and who may post them.
    pub intake: Intake,
    /// The receiver's gauges now.
    pub vitals: Box<dyn Fn() -> Vitals + Send>,
    /// Whether the journal can write.
    pub health: watch::Receiver<Health>,
    /// What whoever receives in this process has to tell.
    pub words: mpsc::Receiver<Word>,
    /// Asks for the configuration to be read again, where there is one; a word says what came of it.
    pub reload: Option<mpsc::Sender<()>>,
    /// What time it is for the view.
    pub clock: Clock,
}

/// What whoever receives in this process tells the screen.
pub enum Word {
    /// A line for the user.
    Say(Box<dyn FnOnce(Lang) -> notice::Notice + Send>),
    /// These rules are in force from now on.
    Rules(Vec<crate::config::RuleSetting>),
}

/// Draws until the user leaves, the process is asked to end (SIGTERM, SIGINT, SIGHUP) or the terminal is gone. The terminal is
/// given back before this returns. Blocks; must not be called from inside an async runtime.
///
/// # Errors
/// A theme or a key binding that is wrong, in words for the user; or the terminal cannot be used.
pub fn run(start: Start) -> Result<(), String> {
    let keymap = Keymap::new(&start.screen.keys)?;
    let lang = start.screen.lang.unwrap_or_else(|| Lang::of_locale(|name| std::env::var(name).ok()));
    if start.screen.plain {
        let masker = start.screen.mask.then(|| start.masker.clone());
        let look = look::Look {
            lang,
            masker,
            ..look::Look::new(Theme::load("mono", Depth::None, false).map_err(|error| error.to_string())?)
        };
        return plain::run(start, look, keymap);
    }
    let (themes, theme_files) = themes(&start.screen)?;
    let mut app = App::new(Setup {
        themes,
        lang,
        masker: start.masker,
        masked: start.screen.mask,
        keymap,
        monitor: Monitor::new(start.settings),
        settings: start.settings,
        zone: jiff::tz::TimeZone::system(),
        intake: start.intake,
    })
    .with_alarm(Alarm::new(start.rules, Terminal::of(|name| std::env::var(name).ok())));
    let session = if start.screen.fresh { Ok(None) } else { Session::load(&start.data_dir) };
    app.take_up(session, start.screen.lang_asked);
    app.mouse = start.screen.mouse;
    app.reloads = start.reload.is_some();
    let (input_sender, inputs) = mpsc::channel(64);
    let (told_sender, told) = mpsc::channel(8);
    let (answer_sender, answers) = mpsc::channel(4);
    let failed = |error: std::io::Error| format!("cannot start the screen: {error}");
    let jobs = store::start(start.data_dir.clone(), start.routes, answer_sender).map_err(failed)?;
    let dir = start.data_dir;
    let sources = Sources {
        inputs,
        told,
        feed: start.feed,
        answers,
        health: start.health,
        vitals: start.vitals,
        theme_files,
        jobs,
        clock: start.clock,
        words: start.words,
        reload: start.reload,
    };

    let (ended, end) = std::sync::mpsc::channel();
    let asked = ended.clone();
    let screen = std::thread::Builder::new().name(term::THREAD.into()).spawn(move || {
        let outcome = draw(app, sources, input_sender, &dir);
        // Nobody listens any more when the process was asked to end and patience ran out.
        let _ = ended.send(End::Screen);
        outcome
    });
    let screen = screen.map_err(failed)?;
    listen_for_signals(told_sender, asked).map_err(failed)?;

    if matches!(end.recv(), Ok(End::Asked)) && matches!(end.recv_timeout(PATIENCE), Err(RecvTimeoutError::Timeout)) {
        term::abandon();
        return Ok(());
    }
    screen.join().unwrap_or_else(|_| Err("the screen failed; the messages above say where".to_owned()))
}

/// Why waiting for the screen is over.
enum End {
    /// The drawing thread ended.
    Screen,
    /// The process was asked to end.
    Asked,
}

/// The drawing thread.
fn draw(mut app: App, sources: Sources, inputs: mpsc::Sender<input::Input>, dir: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot use the terminal: {error}; use `watop serve` without one");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(failed)?;
    let mut term = term::Term::enter(app.mouse).map_err(failed)?;
    input::start(inputs).map_err(failed)?;
    // An error from here on means that the terminal is gone: there is nobody to tell.
    let _ = runtime.block_on(drive::run(&mut app, &mut term, sources));
    // How it was left is a convenience, and another's journal may be read-only: failing to keep it is no failure.
    let _ = app.left().save(dir);
    Ok(())
}

/// Passes signals on to the screen, from a thread of its own: the drawing thread may hang in a terminal that takes no bytes.
#[cfg(unix)]
fn listen_for_signals(told: mpsc::Sender<Told>, ended: std::sync::mpsc::Sender<End>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let stream = |kind| {
        let _inside = runtime.enter();
        signal(kind)
    };
    let (mut term, mut int) = (stream(SignalKind::terminate())?, stream(SignalKind::interrupt())?);
    let (mut hup, mut winch) = (stream(SignalKind::hangup())?, stream(SignalKind::window_change())?);
    let mut cont = stream(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        runtime.block_on(async {
            loop {
                let tell = tokio::select! {
                    _ = term.recv() => Told::End,
                    _ = int.recv() => Told::End,
                    _ = hup.recv() => Told::End,
                    _ = cont.recv() => Told::Continued,
                    _ = winch.recv() => Told::Resized,
                    () = told.closed() => return,
                };
                if tell == Told::End {
                    let _ = ended.send(End::Asked);
                }
                // When the screen does not take it in, it is asked to look at all of these anyway.
                let _ = told.try_send(tell);
            }
        });
    })?;
    Ok(())
}

/// Ctrl-C is a key, and there are no other signals here.
#[cfg(not(unix))]
fn listen_for_signals(told: mpsc::Sender<Told>, ended: std::sync::mpsc::Sender<End>) -> std::io::Result<()> {
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        let _kept = ended;
        while !told.is_closed() {
            std::thread::sleep(Duration::from_secs(1));
        }
    })?;
    Ok(())
}

/// The theme to start with and those the theme key goes through, and what reads them again. A theme of the user's that is wrong
/// and not asked for is left out: `watop check` names it.
fn themes(screen: &Screen) -> Result<(Vec<Theme>, ThemeFiles), String> {
    let depth = Depth::detect();
    let shelf = Shelf::new(screen.themes.clone());
    let files = ThemeFiles::new(shelf.clone(), depth, screen.ascii);
    let load = |name: &str| shelf.load(name, depth, screen.ascii).map_err(|error| error.to_string());
    if depth == Depth::None {
        return Ok((vec![load("mono")?], files));
    }
    let first = match &screen.theme {
        Some(name) => load(name)?,
        None if depth == Depth::Sixteen => load("ansi")?,
        None => load(if screen.detect && term::is_light() { "light" } else { "dark" })?,
    };
    let others: Vec<_> = shelf.names().into_iter().filter(|name| name != first.name()).collect();
    let others = others.iter().filter_map(|name| load(name).ok());
    let themes = std::iter::once(first).chain(others).collect();
    Ok((themes, files))
}
