//! `watop reread`: decode stored raw requests again.

use super::Common;
use super::failure::Failure;
use super::forget::{Format, open};
use super::output::{Data, Progress, Tone};
use crate::journal::upkeep::{Counts, Reread};
use crate::tui::widgets::format::thousands;
use clap::Args;
use serde::Serialize;

/// Decode all stored requests again with what this version can read, and say what changed
///
/// Of use after an upgrade: what an earlier version could not read becomes an event. An event that is the same keeps its number,
/// and alerts keep their ids, so acknowledgements and notes still hold. It may be interrupted and run again; a second run changes
/// nothing. A running receiver must be stopped first; --dry-run may run beside it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop reread --dry-run
  watop reread
  watop reread --format json | jq '.after.unrecognised'

Exit code 1 when a receiver runs.")]
pub(super) struct RereadArgs {
    /// Only count
    #[arg(long)]
    dry_run: bool,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Serialize)]
struct Told<'a> {
    schema: u32,
    dry_run: bool,
    #[serde(flatten)]
    reread: &'a Reread,
}

pub(super) fn run(common: &Common, args: &RereadArgs) -> Result<(), Failure> {
    let dir = common.load()?.config.data_dir;
    let mut progress = Progress::new("reading again");
    let reread = match open(&dir, args.dry_run, "reread")? {
        Some(mut upkeep) => upkeep.reread(&mut |done, total| progress.step(done, total))?,
        None => Reread::default(),
    };
    drop(progress);
    let mut out = Data::new(common.color);
    if args.format == Format::Json {
        let told = Told { schema: 1, dry_run: args.dry_run, reread: &reread };
        out.line(&serde_json::to_string(&told).map_err(std::io::Error::from)?)?;
        return Ok(out.flush()?);
    }
    let (requests, changed) = (thousands(reread.requests), thousands(reread.changed));
    let would = if args.dry_run { "would change" } else { "changed" };
    out.line(&format!("{requests} requests read again, {changed} {would}"))?;
    out.line(&out.paint(Tone::Quiet, &format!("{:<14}{:>14}{:>14}", "", "before", "after")))?;
    for (name, count) in ROWS {
        let (before, after) = (count(&reread.before), count(&reread.after));
        let row = format!("{name:<14}{:>14}{:>14}", thousands(before), thousands(after));
        out.line(&if before == after { row } else { out.paint(Tone::Strong, &row) })?;
    }
    Ok(out.flush()?)
}

type Row = (&'static str, fn(&Counts) -> u64);

const ROWS: [Row; 9] = [
    ("events", |counts| counts.events),
    ("duplicates", |counts| counts.duplicates),
    ("status", |counts| counts.status),
    ("  failed", |counts| counts.failed),
    ("inbound", |counts| counts.inbound),
    ("template", |counts| counts.template),
    ("account", |counts| counts.account),
    ("other", |counts| counts.other),
    ("unrecognised", |counts| counts.unrecognised),
];
