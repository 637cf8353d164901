//! `watop refused`: requests that were not taken, and why.

use super::Common;
use super::failure::Failure;
use super::mask::Masking;
use super::output::{Data, Tone};
use crate::capture::masked_refused;
use crate::event::Millis;
use crate::event::clean::{clean, clean_lines, json_escape_controls};
use crate::journal::Reader;
use crate::journal::operator::{Operator, Refused};
use crate::report::rows::RefusedRow;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use std::path::Path;

/// List refused requests with their reasons, newest first, show one whole, or take one in
///
/// The list is bounded: the newest 1,000 are kept. The explanation says which usual mistake would have made the signature
/// match, such as another configured secret or a body that was re-indented on its way.
#[derive(Debug, Args)]
#[command(
    name = "refused",
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  watop refused
  watop refused 17                 with its headers and the beginning of its body
  watop refused accept 17          take in one that was only too old
  watop refused --format ndjson"
)]
pub(super) struct RefusedArgs {
    #[command(subcommand)]
    action: Option<Action>,
    /// Number of the one to show whole
    #[arg(value_name = "N")]
    number: Option<u64>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    masking: Masking,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Take in a request that was signed correctly and only too old
    ///
    /// It is verified again but for its age, stored with the time at which it came, and marked in the list. A running receiver
    /// takes it in within some seconds; without one it is stored at once.
    Accept {
        /// Number of the refused request
        #[arg(value_name = "N")]
        number: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Ndjson,
}

/// One refused request whole.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    row: RefusedRow<'a>,
    answer: u16,
    headers: &'a [(crate::event::Text, String)],
    length: u64,
    /// As text; what is not UTF-8 is replaced.
    body: String,
}

pub(super) fn run(common: &Common, args: &RefusedArgs) -> Result<(), Failure> {
    if let Some(Action::Accept { number }) = args.action {
        return super::accept::run(common, number);
    }
    let config = common.load()?.config;
    let operator = operator(&config.data_dir)?;
    let mut out = Data::new(common.color);
    let masker = args.masking.masker(&Reader::open(&config.data_dir)?)?;
    let shown =
        |refused| masker.as_ref().map_or_else(|| Refused::clone(&refused), |masker| masked_refused(&refused, masker));
    match args.number {
        None => {
            let list = operator.map_or(Ok(Vec::new()), |operator| operator.refused())?;
            let list: Vec<Refused> = list.into_iter().map(shown).collect();
            print_list(&mut out, args.format, &list)?;
        }
        Some(n) => {
            let one = operator.map_or(Ok(None), |operator| operator.refused_one(n))?;
            let one = one.ok_or_else(|| Failure::failed(format!("there is no refused request {n} in the list")))?;
            print_one(&mut out, args.format, &shown(one))?;
        }
    }
    Ok(out.flush()?)
}

/// Opens `operator.db` of a data directory, when it exists: reading must not create anything.
pub(super) fn operator(dir: &Path) -> Result<Option<Operator>, Failure> {
    match dir.join("operator.db").exists() {
        true => Ok(Some(Operator::open(dir)?)),
        false => Ok(None),
    }
}

fn print_list(out: &mut Data, format: Format, list: &[Refused]) -> Result<(), Failure> {
    let rows = list.iter().map(RefusedRow::from);
    match format {
        Format::Ndjson => {
            for row in rows {
                out.line(&json(&row)?)?;
            }
        }
        Format::Json => out.line(&json(&rows.collect::<Vec<_>>())?)?,
        Format::Text if list.is_empty() => out.line("no request was refused")?,
        Format::Text => {
            let head = format!("{:>5}  {:20}  {:15}  {:22}  {}", "n", "at", "peer", "reason", "explanation");
            out.line(&out.paint(Tone::Quiet, &head))?;
            for refused in list {
                let explanation = refused.explanation.as_deref().unwrap_or_default();
                let at = seconds(refused.at);
                let (peer, reason) = (clean(&refused.peer), clean(&refused.reason));
                let line = format!("{:>5}  {at:20}  {peer:15}  {reason:22}  {}", refused.n, clean(explanation));
                out.line(line.trim_end())?;
            }
        }
    }
    Ok(())
}

fn print_one(out: &mut Data, format: Format, refused: &Refused) -> Result<(), Failure> {
    let body = String::from_utf8_lossy(&refused.body);
    if format != Format::Text {
        let whole = Whole {
            row: RefusedRow::from(refused),
            answer: refused.answer,
            headers: &refused.headers,
            length: refused.length,
            body: body.into_owned(),
        };
        out.line(&json(&whole)?)?;
        return Ok(());
    }
    let reason = out.paint(Tone::Bad, &clean(&refused.reason));
    out.line(&format!("refused {}  {}  {} {reason}", refused.n, refused.at.rfc3339(), refused.answer))?;
    out.line(&format!("from    {}", clean(&refused.peer)))?;
    out.line(&format!("path    {}", clean(&refused.path)))?;
    if let Some(explanation) = &refused.explanation {
        out.line(&format!("why     {}", clean(explanation)))?;
    }
    for (name, value) in &refused.headers {
        out.line(&format!("header  {}: {}", clean(name), clean(value)))?;
    }
    let shown = match refused.length > refused.body.len() as u64 {
        true => format!(", the first {} of them:", refused.body.len()),
        false => String::new(),
    };
    out.line(&format!("body    {} bytes{shown}", refused.length))?;
    if !body.is_empty() {
        out.line(clean_lines(&body).trim_end())?;
    }
    Ok(())
}

fn seconds(at: Millis) -> String {
    Millis(at.0.div_euclid(1000) * 1000).rfc3339()
}

/// One line of JSON, with the controls in it escaped.
pub(super) fn json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(value).map_err(std::io::Error::from)?;
    Ok(json_escape_controls(text))
}
