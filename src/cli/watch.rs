//! `watop` without a subcommand: receive and watch in one process. [`source`](self::source) watches without receiving.

mod source;

pub(super) use source::{Watch, watch};

use super::failure::Failure;
use super::receive::{Reload, Running};
use super::window::now;
use super::{Common, ReceiveArgs, ScreenArgs};
use crate::config::{self, Config};
use crate::forward::Route;
use crate::journal::Reader;
use crate::source::live;
use crate::tui::keymap::Keymap;
use crate::tui::notice::Notice;
use crate::tui::panes::Intake;
use crate::tui::theme::{Depth, Shelf};
use crate::tui::{self, Word};
use std::io::IsTerminal as _;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot, watch};

/// Words to the screen that may wait.
const WORDS: usize = 16;

/// A line for the user, in the language of the screen.
type Say = Box<dyn FnOnce(config::Lang) -> Notice + Send>;

pub(super) fn run(common: &Common, receive: &ReceiveArgs, screen: &ScreenArgs) -> Result<(), Failure> {
    let (mut config, reload) = Reload::first(common, receive)?;
    screen.lay_over(&mut config.screen);
    require_terminal(&config.screen)?;
    check_screen(&config.screen).map_err(Failure::usage)?;
    let runtime = Runtime::new().map_err(|error| Failure::failed(error.to_string()))?;
    let running = runtime.block_on(Running::start(&config))?;
    running.tell_notices();
    let (tell, talk) = talk(&config);
    let (end, ended) = oneshot::channel();
    let screen = screen_of(&running, talk);
    let keeping = runtime.spawn(keep(running, reload, tell, ended));
    let shown = screen.and_then(|screen| tui::run(screen).map_err(Failure::failed));
    let _ = end.send(());
    runtime.block_on(async {
        if let Ok(running) = keeping.await {
            running.stop().await;
        }
    });
    shown
}

/// Refuses to draw where nobody could see it; lines go anywhere.
pub(super) fn require_terminal(screen: &config::Screen) -> Result<(), Failure> {
    match screen.plain || std::io::stdout().is_terminal() {
        true => Ok(()),
        false => {
            let message = "stdout is no terminal, so there is nothing to draw on; \
                           use watop serve to receive without a screen, or --plain-screen for lines";
            Err(Failure::usage(message))
        }
    }
}

/// Says what is wrong with the configured theme or keys, before anything is started.
pub(super) fn check_screen(screen: &config::Screen) -> Result<(), String> {
    Keymap::new(&screen.keys).map_err(|error| format!("[keys] in the configuration file: {error}"))?;
    if let Some(theme) = &screen.theme {
        let loaded = Shelf::new(screen.themes.clone()).load(theme, Depth::detect(), screen.ascii);
        loaded.map_err(|error| format!("[screen] theme in the configuration file: {error}"))?;
    }
    Ok(())
}

/// What passes between a screen and whoever keeps its receiver: the screen's end.
pub(super) struct Talk {
    words: mpsc::Receiver<Word>,
    routes: watch::Receiver<Vec<Route>>,
    /// Asks for the configuration to be read again.
    reload: mpsc::Sender<()>,
}

/// The other end.
struct Tell {
    words: mpsc::Sender<Word>,
    routes: watch::Sender<Vec<Route>>,
    reload: mpsc::Receiver<()>,
}

fn talk(config: &Config) -> (Tell, Talk) {
    let (said, words) = mpsc::channel(WORDS);
    let (forward, routes) = watch::channel(config.forward.clone());
    let (ask, asked) = mpsc::channel(1);
    (Tell { words: said, routes: forward, reload: asked }, Talk { words, routes, reload: ask })
}

/// Shows a running receiver, whose configuration does not change, until the user leaves.
pub(super) fn show(running: &Running) -> Result<(), Failure> {
    let (_tell, talk) = talk(running.config());
    let screen = tui::Start { reload: None, ..screen_of(running, talk)? };
    tui::run(screen).map_err(Failure::failed)
}

/// What a screen on a running receiver is started with.
fn screen_of(running: &Running, talk: Talk) -> Result<tui::Start, Failure> {
    let config = running.config();
    let reader = Reader::open(&config.data_dir)?;
    let masker = reader.masker()?;
    let feed = live(&running.journal, reader)
        .map_err(|error| Failure::failed(format!("no thread to read the journal: {error}")))?;
    let receiver = Arc::clone(&running.receiver);
    Ok(tui::Start {
        screen: config.screen.clone(),
        masker,
        settings: config.monitor,
        rules: config.rules.0.clone(),
        feed,
        data_dir: config.data_dir.clone(),
        routes: talk.routes,
        intake: Intake::new(running.url.clone(), now(), &config.signing),
        vitals: Box::new(move || receiver.vitals()),
        health: running.receiver.health(),
        clock: Arc::new(now),
        words: talk.words,
        reload: Some(talk.reload),
    })
}

/// Keeps a receiver while a screen shows it: takes in what changes in the configuration and tells the screen what the user should
/// know. There is no other place to say it.
async fn keep(mut running: Running, mut reload: Reload, mut tell: Tell, mut ended: oneshot::Receiver<()>) -> Running {
    loop {
        let said: Say = tokio::select! {
            _ = &mut ended => return running,
            Some(()) = tell.reload.recv() => take_again(&mut running, &mut reload, &tell).await,
            () = reload.due() => take_again(&mut running, &mut reload, &tell).await,
            notice = running.notice() => Box::new(|_| Notice::wrong(notice)),
        };
        // A screen that takes none is full of them.
        let _ = tell.words.try_send(Word::Say(said));
    }
}

async fn take_again(running: &mut Running, reload: &mut Reload, tell: &Tell) -> Say {
    let outcome = reload.again(running).await;
    let _ = tell.words.send(Word::Rules(running.config().rules.0.clone())).await;
    tell.routes.send_replace(running.config().forward.clone());
    match outcome {
        Ok(taken) => Box::new(move |lang| Notice::done(taken.said(lang))),
        Err(error) => Box::new(|_| Notice::wrong(error)),
    }
}
