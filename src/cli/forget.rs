//! `watop forget`: erase one customer's data.

use super::Common;
use super::failure::Failure;
use super::output::{Data, Progress, Tone, diagnostic};
use crate::event::person::Person;
use crate::journal::operator::{Erased, Operator};
use crate::journal::upkeep::{Forgotten, Upkeep};
use crate::journal::{OpenError, directory};
use crate::tui::session::Session;
use crate::tui::widgets::format::thousands;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::path::Path;

/// Erase one customer's data, raw bytes included, and say how much went
///
/// Erased are: every event of the customer's messages, the requests that brought them, refused requests and forwarding's answers
/// that name them, and the search index and duplicate keys. A request in which others have something too keeps their part,
/// marked as redacted; it does not verify any more. In texts of others a word takes the customer's place. The files are written
/// anew, so that no byte of the customer is left in them.
///
/// Numbers that arrive masked are compared as exact text. A running receiver must be stopped first; screens that watch the
/// directory let go of the customer by themselves. What the platform delivers again afterwards is new, and seen. Copies elsewhere (captures, backups, what was forwarded) are not this program's to erase.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop forget 85255311705 --dry-run      count what would go
  watop forget 85255311705
  watop forget 852xxxx705                 a number that arrives masked

Exit code 1 when a receiver runs, or when files were set aside that may hold the customer.")]
pub(super) struct Forget {
    /// The customer: phone or user id, as it stands on the wire; a leading + makes no difference
    customer: String,
    /// Only count
    #[arg(long)]
    dry_run: bool,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

/// What is printed.
#[derive(Serialize)]
struct Told<'a> {
    schema: u32,
    dry_run: bool,
    #[serde(flatten)]
    forgotten: &'a Forgotten,
    #[serde(flatten)]
    beside: Erased,
}

pub(super) fn run(common: &Common, args: &Forget) -> Result<(), Failure> {
    let mut person = Person::new(&args.customer).ok_or_else(|| {
        Failure::usage(format!(
            "{:?} is too short to name one customer; write the whole phone or user id",
            args.customer
        ))
    })?;
    let dir = common.load()?.config.data_dir;
    let mut upkeep = open(&dir, args.dry_run, "forget")?;
    let mut progress = Progress::new("forgetting");
    let forgotten = match &mut upkeep {
        Some(upkeep) => upkeep.forget(&mut person, &mut |done, total| progress.step(done, total))?,
        None => Forgotten::default(),
    };
    let mut beside = Erased::default();
    if dir.join(directory::OPERATOR).exists() {
        let operator = if args.dry_run { Operator::open_read_only(&dir) } else { Operator::open(&dir) };
        beside = operator?.forget(&person, &forgotten.requests, args.dry_run)?;
    }
    if let Some(upkeep) = upkeep.filter(|_| !args.dry_run && beside != Erased::default()) {
        upkeep.announce()?;
    }
    if !args.dry_run {
        Session::forget_people(&dir)?;
    }
    drop(progress);
    print(common, args, &forgotten, beside)?;
    if forgotten.files_left.is_empty() {
        return Ok(());
    }
    for file in &forgotten.files_left {
        diagnostic(&format!(
            "{} was set aside and may hold the customer; look at it and remove it yourself",
            file.display()
        ));
    }
    Err(Failure::told())
}

/// Opens the journal to change it, or only to look at it. Who holds it must let go of it first.
pub(super) fn open(dir: &Path, look: bool, command: &str) -> Result<Option<Upkeep>, Failure> {
    match if look { Upkeep::look(dir) } else { Upkeep::open(dir) } {
        Err(OpenError::Held { dir: held, holder }) => {
            let pid = directory::holder(dir).and_then(|holder| holder.pid);
            let how = pid.map_or_else(String::new, |pid| format!(" (kill {pid} lets it finish what waits)"));
            Err(Failure::failed(format!(
                "{held} is in use: {holder} receives into it; stop it, run watop {command} again, and start it{how}"
            )))
        }
        upkeep => {
            let upkeep = upkeep?;
            upkeep.iter().flat_map(Upkeep::notices).for_each(|notice| diagnostic(notice));
            Ok(upkeep)
        }
    }
}

fn print(common: &Common, args: &Forget, forgotten: &Forgotten, beside: Erased) -> Result<(), Failure> {
    let mut out = Data::new(common.color);
    if args.format == Format::Json {
        let told = Told { schema: 1, dry_run: args.dry_run, forgotten, beside };
        out.line(&serde_json::to_string(&told).map_err(std::io::Error::from)?)?;
        return Ok(out.flush()?);
    }
    let counts = [
        (forgotten.messages, "messages known to be theirs"),
        (forgotten.events, "events"),
        (forgotten.duplicates, "further deliveries of these"),
        (forgotten.requests_emptied, "requests that were theirs alone"),
        (forgotten.requests_redacted, "requests that keep what others have in them"),
        (forgotten.events_altered, "events of others that named them"),
        (beside.refused, "refused requests"),
        (beside.answers, "answers of forward targets"),
    ];
    let title = match (args.dry_run, counts.iter().all(|(count, _)| *count == 0)) {
        (_, true) => "nothing of this customer is stored",
        (true, false) => "would erase",
        (false, false) => "erased",
    };
    out.line(&out.paint(Tone::Strong, title))?;
    for (count, what) in counts.iter().filter(|(count, _)| *count > 0) {
        out.line(&format!("{:>12}  {what}", thousands(*count)))?;
    }
    Ok(out.flush()?)
}
