//! `watop import`: a capture file into a data directory.

use super::Common;
use super::export::counted;
use super::failure::Failure;
use super::output::{Progress, diagnostic};
use super::window::now;
use crate::capture::bundle::Bundle;
use crate::capture::{self, ImportError, Imported, Reader};
use crate::event::Millis;
use crate::journal::{Journal, Options};
use crate::query::duration;
use clap::Args;
use std::path::{Path, PathBuf};

/// Read capture files, or the captures of bundles, into a data directory
///
/// Requests keep their receive times and which secret verified them, and are decoded again. What the journal knows already counts
/// as a duplicate, so importing twice adds no event. A damaged file is taken up to the damage, with exit code 1. Refused while a
/// receiver holds the directory. Requests older than retention are kept until a receiver opens the directory.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop import all.ndjson.zst
  watop import incident.ndjson --data-dir /tmp/incident && watop report --since all --data-dir /tmp/incident
  ssh host watop export --since 1h --output - | watop import - --data-dir /tmp/host")]
pub(super) struct Import {
    /// Capture files, in the order in which they are read; - is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(common: &Common, args: &Import) -> Result<(), Failure> {
    let config = common.load()?.config;
    // Opened first: what cannot be read makes no data directory.
    let captures: Result<Vec<_>, Failure> = args.files.iter().map(PathBuf::as_path).map(open).collect();
    let captures = captures?;
    // A short disk is a reason to fail, not to remove what is older; and what the capture holds is wanted, however old.
    let options =
        Options { retention: std::time::Duration::MAX, min_free: 0, receives: false, ..config.journal.clone() };
    let journal = Journal::open(&config.data_dir, options)?;
    journal.notices().iter().for_each(|notice| diagnostic(notice));
    let retention = i64::try_from(config.journal.retention.as_millis()).unwrap_or(i64::MAX);
    let old = Millis(now().0.saturating_sub(retention));
    for (file, mut capture) in args.files.iter().zip(captures) {
        let mut progress = Progress::new("importing");
        let (imported, outcome) = capture::import(&mut capture, &journal, old, |capture, _| {
            let (done, total) = capture.progress();
            progress.step(done, total);
            true
        });
        drop(progress);
        let name = file.display();
        diagnostic(&format!("{name}: {}", told(&imported, capture.header().masked)));
        if imported.old > 0 {
            diagnostic(&format!(
                "{} older than the retention of {}: kept until a receiver opens this directory, which removes them; \
                 set [journal] retention to keep them longer",
                counted(imported.old, "request"),
                duration::format(config.journal.retention),
            ));
        }
        outcome.map_err(|error| match error {
            ImportError::Capture(error) => {
                Failure::failed(format!("{name}: {error}; what stands before that is imported"))
            }
            error => Failure::failed(format!("{name}: {error}; what was told above is imported")),
        })?;
    }
    Ok(())
}

fn open(file: &Path) -> Result<Reader, Failure> {
    let capture = match file == Path::new("-") {
        true => Reader::new(std::io::stdin()),
        false => Bundle::open(file).and_then(|bundle| bundle.capture()),
    };
    capture.map_err(|error| Failure::failed(format!("{}: {error}", file.display())))
}

fn told(imported: &Imported, masked: bool) -> String {
    let Imported { requests, events, duplicates, refused, extent, .. } = *imported;
    let mut told = format!(
        "imported {} with {}, {}",
        counted(requests, "request"),
        counted(events, "new event"),
        counted(duplicates, "duplicate")
    );
    if refused > 0 {
        told.push_str(&format!(", and {}", counted(refused, "refused request")));
    }
    if let Some((first, last)) = extent {
        told.push_str(&format!(", received {} to {}", first.rfc3339(), last.rfc3339()));
    }
    if masked {
        told.push_str("; masked: its bodies are not the originals");
    }
    told
}
