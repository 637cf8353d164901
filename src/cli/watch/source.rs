//! `watop watch`: watch without receiving.

use super::check_screen;
use crate::capture::bundle::{self, Bundle};
use crate::cli::failure::Failure;
use crate::cli::window::now;
use crate::cli::{Common, ScreenArgs};
use crate::config::Config;
use crate::event::mask::Masker;
use crate::journal::{Health, Reader, holder};
use crate::receiver::Vitals;
use crate::source::{FileSource, follow};
use crate::tui::panes::{Intake, Watched};
use crate::tui::{self, Clock, Start};
use clap::Args;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Watch without receiving: a data directory, a capture file or a bundle
///
/// A data directory is read only, live while another process receives into it. A capture file is shown as the screen was at its
/// end: ages and windows count back from the last request in it. Panes and keys are those of `watop`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop watch                        the journal that watop serve writes
  watop watch /var/lib/watop         another data directory
  watop watch incident.ndjson.zst    a capture file, see watop export
  watop watch incident-bundle        what watop bundle made")]
pub(in crate::cli) struct Watch {
    /// A data directory, a capture file or a bundle [default: the configured data directory]
    source: Option<PathBuf>,
    #[command(flatten)]
    screen: ScreenArgs,
}

/// Shows a source until the user leaves.
pub(in crate::cli) fn watch(common: &Common, args: Watch, screen: &ScreenArgs) -> Result<(), Failure> {
    let mut config = common.load()?.config;
    screen.lay_over(&mut config.screen);
    args.screen.lay_over(&mut config.screen);
    if !config.screen.plain && !std::io::stdout().is_terminal() {
        let message = "stdout is no terminal, so there is nothing to draw on; use watop report or watop events instead";
        return Err(Failure::usage(message));
    }
    check_screen(&config.screen).map_err(Failure::usage)?;
    match args.source {
        None => journal(&config, config.data_dir.clone()),
        Some(source) if source.is_dir() && !bundle::is_bundle(&source) => journal(&config, source),
        Some(source) if source.exists() => file(&config, &source),
        Some(source) => Err(Failure::failed(format!("{}: no such data directory or capture file", source.display()))),
    }
}

/// The journal in a data directory, whoever writes it.
fn journal(config: &Config, dir: PathBuf) -> Result<(), Failure> {
    let masker = Reader::open(&dir)?.masker()?;
    let feed = follow(&dir)?;
    let intake = Intake::watching(Watched::Journal(holder(&dir)), now());
    show(config, dir, feed, intake, masker, Arc::new(now))
}

/// A capture file or a bundle.
fn file(config: &Config, path: &Path) -> Result<(), Failure> {
    let failed = |error: String| Failure::failed(format!("{}: {error}", path.display()));
    let bundle = Bundle::open(path).map_err(|error| failed(error.to_string()))?;
    let open = || bundle.capture().map_err(|error| error.to_string());
    let (source, feed) = FileSource::open(open).map_err(failed)?;
    let masker = Reader::open(source.dir())?.masker()?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let edited = bundle.edited();
    let name = match edited.is_empty() {
        true => name.into_owned(),
        false => format!("{name}, EDITED since it was made: {}", edited.join(", ")),
    };
    let intake = Intake::watching(Watched::File(name), source.clock()());
    let dir = source.dir().to_owned();
    show(config, dir, feed, intake, masker, Arc::new(source.clock()))
}

fn show(
    config: &Config,
    data_dir: PathBuf,
    feed: tokio::sync::mpsc::Receiver<crate::source::Feed>,
    intake: Intake,
    masker: Masker,
    clock: Clock,
) -> Result<(), Failure> {
    let (_writable, health) = tokio::sync::watch::channel(Health::Writable);
    tui::run(Start {
        screen: config.screen.clone(),
        masker,
        settings: config.monitor,
        rules: config.rules.0.clone(),
        feed,
        data_dir,
        routes: tokio::sync::watch::channel(config.forward.clone()).1,
        intake,
        vitals: Box::new(Vitals::default),
        health,
        words: tokio::sync::mpsc::channel(1).1,
        reload: None,
        clock,
    })
    .map_err(Failure::failed)
}
