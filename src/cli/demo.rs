//! `watop demo`: the screen on simulated traffic.

use super::ScreenArgs;
use super::failure::Failure;
use super::receive::Running;
use super::watch::{require_terminal, show};
use crate::config::Config;
use crate::query::duration;
use crate::simulate::{Secrets, Settings, drive};
use clap::Args;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::sync::watch;

/// Look around on simulated traffic
///
/// Realistic traffic from a seed is signed and posted over real HTTP to a receiver of its own, on a free port of 127.0.0.1
/// with a temporary journal and secrets of its own. Configuration and environment are ignored and nothing is left behind.
/// Within the first minute one template begins to fail.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop demo
  watop demo --seed 7 --rate 500
  watop demo --duration 2m")]
pub(super) struct Demo {
    /// Seed of everything random: the same seed gives the same traffic
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Delivery statuses per second
    #[arg(long, default_value_t = Settings::DEFAULT_RATE, value_parser = rate)]
    rate: f64,
    /// End the traffic after this long, such as 2m; the screen stays
    #[arg(long, value_parser = time)]
    duration: Option<Duration>,
    #[command(flatten)]
    screen: ScreenArgs,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: Result<f64, _> = text.parse();
    rate.ok().filter(|rate| (0.1..=5000.0).contains(rate)).ok_or_else(|| "write a number from 0.1 to 5000".to_owned())
}

fn time(text: &str) -> Result<Duration, String> {
    duration::parse(text).ok_or_else(|| "write a length of time such as 90s or 2m".to_owned())
}

pub(super) fn run(args: &Demo, screen: ScreenArgs) -> Result<(), Failure> {
    let directory = Directory::create()?;
    let secrets = Secrets::random().map_err(Failure::failed)?;
    let mut config = Config { data_dir: directory.0.clone(), signing: secrets.signing(), ..Config::default() };
    config.receiver.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    screen.lay_over(&mut config.screen);
    args.screen.lay_over(&mut config.screen);
    require_terminal(&config.screen)?;
    let settings = Settings { seed: args.seed, rate: args.rate, start: super::window::now() };

    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::failed(error.to_string()))?;
    let running = runtime.block_on(Running::start(&config))?;
    let (stop, stopped) = watch::channel(false);
    let (address, path) = (running.receiver.address(), config.receiver.path.clone());
    runtime.spawn(drive(address, path, secrets, settings, stopped));
    if let Some(after) = args.duration {
        let stop = stop.clone();
        runtime.spawn(async move {
            tokio::time::sleep(after).await;
            stop.send_replace(true);
        });
    }
    let shown = show(&running);
    stop.send_replace(true);
    runtime.block_on(running.stop());
    shown
}

/// A temporary directory, private to its owner, that goes when the demo ends.
struct Directory(std::path::PathBuf);

impl Directory {
    fn create() -> Result<Self, Failure> {
        let name = format!("watop-demo-{}-{:08x}", std::process::id(), fastrand::u32(..));
        let path = std::env::temp_dir().join(name);
        let create = || {
            let mut builder = std::fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            // Fails when the name is taken, so that nobody can put a directory of his own there.
            builder.create(&path)
        };
        create().map_err(|error| Failure::failed(format!("cannot create {}: {error}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
