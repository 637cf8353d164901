//! `watop explain`: what an error code means and what to do.

use super::Common;
use super::failure::Failure;
use super::output::{Data, Tone};
use crate::event::catalogue::{Entry, entries, lookup};
use clap::{Args, ValueEnum};
use serde::Serialize;

/// Say what an error code means and what to do
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop explain 131049
  watop explain 10000 --format json

Exit code 1 when the code is not in the catalogue.")]
pub(super) struct Explain {
    /// The code, as in a status or on the failures pane; or a range of the catalogue, such as 200-299
    code: String,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Serialize)]
struct Explanation<'a> {
    code: &'a str,
    /// The row of the catalogue: the code itself or a range such as `200-299`.
    entry: &'a str,
    title: &'a str,
    class: &'a str,
    advice: &'a str,
    retryable: bool,
    source: &'a str,
}

pub(super) fn run(common: &Common, args: &Explain) -> Result<(), Failure> {
    let code = args.code.trim();
    let entry = find(code)?.ok_or_else(|| {
        Failure::failed(format!(
            "{code} is not in the catalogue; the title and details of the event itself say more: \
             watop events --filter 'code:{code}' --format ndjson"
        ))
    })?;
    let mut out = Data::new(common.color);
    match args.format {
        Format::Text => text(&mut out, code, entry)?,
        Format::Json => {
            let Entry { code: row, source, class, retryable, title, action } = entry;
            let explanation =
                Explanation { code, entry: row, title, class, advice: action, retryable: *retryable, source };
            out.line(&serde_json::to_string(&explanation).map_err(std::io::Error::from)?)?;
        }
    }
    Ok(out.flush()?)
}

/// The row for a code, or for a range written as in the catalogue.
fn find(code: &str) -> Result<Option<&'static Entry>, Failure> {
    match code.parse() {
        Ok(number) => Ok(lookup(number)),
        Err(_) => match entries().iter().find(|entry| entry.code == code) {
            Some(entry) => Ok(Some(entry)),
            None => Err(Failure::usage(format!("{code:?} is not an error code; write a number such as 131049"))),
        },
    }
}

fn text(out: &mut Data, code: &str, entry: &Entry) -> std::io::Result<()> {
    let title = out.paint(Tone::Strong, &entry.title);
    out.line(&format!("{code}  {title}"))?;
    if entry.code != code {
        out.line(&format!("range      {}", entry.code))?;
    }
    out.line(&format!("class      {}", entry.class))?;
    out.line(&format!("advice     {}", entry.action))?;
    let retryable = if entry.retryable { "yes: the same message may pass later" } else { "no: not unchanged" };
    out.line(&format!("retryable  {retryable}"))?;
    out.line(&format!("source     {}", entry.source))
}
