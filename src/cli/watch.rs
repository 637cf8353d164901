//! `watop` without a subcommand: receive and watch in one process. [`source`](self::source) watches without receiving.

mod source;

pub(super) use source::{Watch, watch};

use super::failure::Failure;
use super::receive::{POLL, Reload, Running};
use super::window::now;
use super::{Common, ReceiveArgs, ScreenArgs};
use crate::config::{self, Config};
use crate::journal::Reader;
use crate::receiver::Receiver;
use crate::source::live;
use crate::tui;
use crate::tui::keymap::Keymap;
use crate::tui::panes::Intake;
use crate::tui::theme::{Depth, Theme};
use std::io::IsTerminal as _;
use std::sync::Arc;
use tokio::runtime::Runtime;

pub(super) fn run(common: &Common, receive: &ReceiveArgs, screen: &ScreenArgs) -> Result<(), Failure> {
    require_terminal()?;
    let (mut config, reload) = Reload::first(common, receive)?;
    config.screen.lang = screen.lang.or(config.screen.lang);
    check_screen(&config.screen).map_err(Failure::usage)?;
    let runtime = Runtime::new().map_err(|error| Failure::failed(error.to_string()))?;
    let running = runtime.block_on(Running::start(&config))?;
    running.tell_notices();
    let reloading = runtime.spawn(reload_on_change(Arc::clone(&running.receiver), reload));
    let shown = show(&config, &running);
    reloading.abort();
    runtime.block_on(async {
        // Ends when the task has let go of the receiver.
        let _ = reloading.await;
        running.stop().await;
    });
    shown
}

/// Refuses to draw where nobody could see it.
pub(super) fn require_terminal() -> Result<(), Failure> {
    match std::io::stdout().is_terminal() {
        true => Ok(()),
        false => {
            let message = "stdout is no terminal, so there is nothing to draw on; \
                           use watop serve to receive without a screen";
            Err(Failure::usage(message))
        }
    }
}

/// Says what is wrong with the configured theme or keys, before anything is started.
pub(super) fn check_screen(screen: &config::Screen) -> Result<(), String> {
    Keymap::new(&screen.keys).map_err(|error| format!("[keys] in the configuration file: {error}"))?;
    if let Some(theme) = &screen.theme {
        let loaded = Theme::load(theme, Depth::detect(), screen.ascii);
        loaded.map_err(|error| format!("[screen] theme in the configuration file: {error}"))?;
    }
    Ok(())
}

/// Shows a running receiver until the user leaves.
pub(super) fn show(config: &Config, running: &Running) -> Result<(), Failure> {
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
    })
    .map_err(Failure::failed)
}

/// Takes new secrets when their files change. What is wrong is not taken, and `watop check` says why: there is no line on the
/// screen to print to.
async fn reload_on_change(receiver: Arc<Receiver>, mut reload: Reload) {
    let mut poll = tokio::time::interval(POLL);
    loop {
        poll.tick().await;
        if reload.is_due()
            && let Ok(signing) = reload.again()
        {
            receiver.reload(signing);
        }
    }
}
