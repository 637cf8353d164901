//! `watop message`: one message's story.

use super::Common;
use super::failure::Failure;
use super::mask::Masking;
use super::output::{Data, diagnostic, note_absent};
use super::window::now;
use crate::event::Text;
use crate::journal::Reader;
use crate::monitor::story::{Material, Story};
use crate::report::story;
use crate::source::message::{closest, gather};
use clap::{Args, ValueEnum};

/// Tell one message's story: every delivery in order of receipt, what it changed, and where the message stands
///
/// Either name of the message will do, its id or its meta id; the beginning of one too, when only one message of the newest
/// begins like it. In a group each participant has a story of his own. With each delivery: how far it lags behind the provider's
/// clock, whether it came out of order, contradicts, amends or repeats what was known, what it cost, its errors with advice.
/// Beside it: the customer service window and the template's state when the message began, the requests that brought it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop message wamid.HBgLODUyNTUzMTE3MDUVAgARGBI2
  watop message wamid.HBgLODUy --mask
  watop message ID --format json | jq '.stories[].outcome'
  watop message ID --format md >> incident.md

Exit code 1 when the journal does not know the id.")]
pub(super) struct MessageArgs {
    /// The message's id or meta id
    id: Text,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    masking: Masking,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Ndjson,
    Md,
}

pub(super) fn run(common: &Common, args: &MessageArgs) -> Result<(), Failure> {
    let config = common.load()?.config;
    let reader = Reader::open(&config.data_dir)?;
    note_absent(&config.data_dir);
    let (mut id, material) = find(&reader, args.id.trim())?;
    let material = match args.masking.masker(&reader)? {
        Some(masker) => {
            id = masker.id(&id);
            material.masked(&masker)
        }
        None => material,
    };
    let horizon = i64::try_from(config.monitor.horizon.as_millis()).unwrap_or(i64::MAX);
    let stories = Story::tell(&material, now(), horizon);
    let mut out = Data::new(common.color);
    match args.format {
        Format::Text => out.bytes(story::text(&stories).as_bytes())?,
        Format::Md => out.bytes(story::markdown(&stories).as_bytes())?,
        Format::Json => out.line(&story::json(&id, &stories))?,
        Format::Ndjson => {
            for line in story::ndjson(&stories) {
                out.line(&line)?;
            }
        }
    }
    Ok(out.flush()?)
}

/// What the journal holds of the message `id`, or of the only one that begins so.
fn find(reader: &Reader, id: &str) -> Result<(Text, Material), Failure> {
    if let Some(material) = gather(reader, id)? {
        return Ok((id.into(), material));
    }
    let unknown = |more: String| Failure::failed(format!("no message with the id {id} is in the journal{more}"));
    if id.is_empty() {
        return Err(Failure::usage("write the id of a message"));
    }
    let close = closest(reader, id)?;
    let mut close = close.iter();
    match (close.next(), close.len()) {
        (None, _) => Err(unknown(
            "; ids are compared to the letter, and what is past retention is gone: look for the message by its customer, \
             watop events --filter 'to:PHONE'"
                .to_owned(),
        )),
        (Some(only), 0) => {
            diagnostic(&format!("{only} is the only one of the newest ids that begins with {id}"));
            let material = gather(reader, only)?.ok_or_else(|| unknown(String::new()))?;
            Ok((only.clone(), material))
        }
        (Some(first), more) => {
            let shown: Vec<&str> = [first].into_iter().chain(close).take(5).map(Text::as_str).collect();
            let count = more + 1;
            let dots = if count > shown.len() { ", …" } else { "" };
            Err(unknown(format!("; {count} ids begin with it: {}{dots}", shown.join(", "))))
        }
    }
}
