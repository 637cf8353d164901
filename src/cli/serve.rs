//! `watop serve`: receive without a screen.

use super::failure::Failure;
use super::receive::{Reload, Running, announce};
use super::{Common, ReceiveArgs, output};
use crate::config::Lang;
use crate::event::clean::clean;
use clap::Args;

/// Receive without a screen, as a service
///
/// Prints one line to stderr when ready, such as `listening on http://127.0.0.1:8787/webhook`. Secrets, rules and forward targets
/// are read again on SIGHUP and when their files change; what is wrong is said and not taken. SIGTERM and Ctrl-C finish what waits and end with exit code 0.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop serve                                        127.0.0.1:8787/webhook
  watop serve --listen 127.0.0.1:0 --data-dir /tmp/w any free port, a journal of its own
  watop serve --forward http://127.0.0.1:3000/hook   hand each request on to your handler
  WATOP_NXCLOUD_SECRET=… watop serve --listen 0.0.0.0:8787")]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) receive: ReceiveArgs,
}

pub(super) fn run(common: &Common, receive: &ReceiveArgs) -> Result<(), Failure> {
    let (config, mut reload) = Reload::first(common, receive)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::failed(error.to_string()))?;
    runtime.block_on(async {
        let mut signals = Signals::new().map_err(|error| Failure::failed(format!("cannot handle signals: {error}")))?;
        let mut running = Running::start(&config).await?;
        output::line(&format!("listening on {}", running.url));
        running.tell_notices();
        if !config.signing.any() {
            output::diagnostic(
                "no signature secret is configured: every post is taken UNVERIFIED; \
                 set WATOP_NXCLOUD_SECRET or WATOP_META_APP_SECRET, see watop check",
            );
        }
        serve(&mut running, &mut signals, &mut reload).await;
        running.stop().await;
        Ok(())
    })
}

/// Until a signal ends it.
async fn serve(running: &mut Running, signals: &mut Signals, reload: &mut Reload) {
    let mut health = running.receiver.health();
    let mut before = health.borrow_and_update().clone();
    loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::Stop => return,
                Signal::Reload => take_again(running, reload).await,
            },
            () = reload.due() => take_again(running, reload).await,
            notice = running.notice() => output::diagnostic(&clean(&notice)),
            changed = health.changed() => {
                if changed.is_err() {
                    return;
                }
                let now = health.borrow_and_update().clone();
                announce(&now, &before);
                before = now;
            }
        }
    }
}

async fn take_again(running: &mut Running, reload: &mut Reload) {
    match reload.again(running).await {
        Ok(taken) => output::diagnostic(&clean(&taken.said(Lang::En))),
        Err(error) => output::diagnostic(&error),
    }
}

/// What a signal asks for.
enum Signal {
    Stop,
    #[cfg_attr(not(unix), expect(dead_code, reason = "only SIGHUP asks for it"))]
    Reload,
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Stop,
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.hang_up.recv() => Signal::Reload,
        }
    }
}

/// Where there are no other signals than Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::Stop,
            Err(_) => std::future::pending().await,
        }
    }
}
