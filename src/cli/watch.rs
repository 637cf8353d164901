//! `watop` without a subcommand: receive and watch in one process. [`source`](self::source) watches without receiving.

mod source;

pub(super) use source::{Watch, watch};

use super::failure::Failure;
use super::receive::{POLL, Reload, Running, labels};
use super::window::now;
use super::{Common, ReceiveArgs, ScreenArgs};
use crate::config::{self, Config};
use crate::journal::Reader;
use crate::receiver::Receiver;
use crate::source::live;
use crate::tui;
use crate::tui::keymap::Keymap;
use crate::tui::notice::Notice;
use crate::tui::panes::Intake;
use crate::tui::theme::{Depth, Shelf};
use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Runtime;

pub(super) fn run(common: &Common, receive: &ReceiveArgs, screen: &ScreenArgs) -> Result<(), Failure> {
    let (mut config, reload) = Reload::first(common, receive)?;
    screen.lay_over(&mut config.screen);
    require_terminal(&config.screen)?;
    check_screen(&config.screen).map_err(Failure::usage)?;
    let runtime = Runtime::new().map_err(|error| Failure::failed(error.to_string()))?;
    let running = runtime.block_on(Running::start(&config))?;
    running.tell_notices();
    let reload = Arc::new(Mutex::new(reload));
    let reloading = runtime.spawn(reload_on_change(Arc::clone(&running.receiver), Arc::clone(&reload)));
    let shown = show(&config, &running, Some(reload_when_asked(Arc::clone(&running.receiver), reload)));
    reloading.abort();
    runtime.block_on(async {
        // Ends when the task has let go of the receiver.
        let _ = reloading.await;
        running.stop().await;
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

/// Shows a running receiver until the user leaves. `reload` reads the configuration again, where there is one.
pub(super) fn show(config: &Config, running: &Running, reload: Option<tui::Reload>) -> Result<(), Failure> {
    let reader = Reader::open(&config.data_dir)?;
    let masker = reader.masker()?;
    let feed = live(&running.journal, reader)
        .map_err(|error| Failure::failed(format!("no thread to read the journal: {error}")))?;
    let receiver = Arc::clone(&running.receiver);
    tui::run(tui::Start {
        screen: config.screen.clone(),
        masker,
        settings: config.monitor,
        rules: config.rules.0.clone(),
        feed,
        data_dir: config.data_dir.clone(),
        routes: config.forward.clone(),
        intake: Intake::new(running.url.clone(), now(), &config.signing),
        vitals: Box::new(move || receiver.vitals()),
        health: running.receiver.health(),
        clock: Arc::new(now),
        reload,
    })
    .map_err(Failure::failed)
}

/// Takes new secrets when their files change. What is wrong is not taken, and `watop check` says why: there is no line on the
/// screen to print to.
async fn reload_on_change(receiver: Arc<Receiver>, reload: Arc<Mutex<Reload>>) {
    let mut poll = tokio::time::interval(POLL);
    loop {
        poll.tick().await;
        if let Ok(mut reload) = reload.lock()
            && reload.is_due()
            && let Ok(signing) = reload.again()
        {
            receiver.reload(signing);
        }
    }
}

/// Takes new secrets when the user asks, and says what is wrong with them.
fn reload_when_asked(receiver: Arc<Receiver>, reload: Arc<Mutex<Reload>>) -> tui::Reload {
    Box::new(move |lang| {
        // Poisoned only when reading panicked; the next reading starts from the files again.
        let mut reload = reload.lock().unwrap_or_else(PoisonError::into_inner);
        match reload.again() {
            Ok(signing) => {
                let said = lang.pick("configuration read again; secrets in force: ", "已重新读取配置;生效的密钥:");
                let said = format!("{said}{}", labels(&signing));
                receiver.reload(signing);
                Notice::done(said)
            }
            Err(error) => Notice::wrong(error.to_string()),
        }
    })
}
