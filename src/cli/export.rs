//! `watop export`: what the journal holds, as a file.

use super::Common;
use super::events;
use super::failure::Failure;
use super::marked;
use super::mask::Masking;
use super::output::{Progress, diagnostic, note_absent};
use super::target::Target;
use super::window::{Moment, Window, now};
use crate::capture::{self, Har, Recipe, SelectError, Selection, curl, masked};
use crate::config::Config;
use crate::event::csv;
use crate::journal::operator::Operator;
use crate::journal::{RawRequest, Reader};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use std::io::{self, Write};
use std::path::PathBuf;

/// Write what the journal holds to a file
///
/// The usual form is a capture: one line of JSON per request with its exact bytes, headers, receive time and which secret verified
/// it, and lines for what was refused. `watop import` and `watop watch` read it. A name that ends in .zst is compressed. The file
/// appears when it is whole, private to its owner, and replaces nothing unless --force is given.
///
/// With --filter, requests are taken that brought a matching event, whole. With --mask, phone numbers, names, texts and ids are
/// replaced by pseudonyms everywhere; such a capture counts like the original and verifies no more.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop export --output all.ndjson.zst
  watop export --since 2h --filter 'status:failed' --mask --output incident.ndjson
  watop export --output - | jq 'select(.json) | .json.entry[0].id'
  watop export --format csv --since 24h --output events.csv
  watop export --marked --output marked.ndjson
  watop export --format curl --request 417")]
pub(super) struct Export {
    /// Where to write; - is stdout
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    #[command(flatten)]
    window: Window,
    /// Only requests with an event that this expression finds
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, default_value = "")]
    filter: String,
    /// Only requests with an event that was marked when the screen was left
    #[arg(long, conflicts_with_all = ["filter", "request"])]
    marked: bool,
    /// Only the request with this number
    #[arg(long, value_name = "N", conflicts_with_all = ["filter", "since", "until"])]
    request: Option<u64>,
    /// ndjson is a capture file, csv the events one per row, har and curl are for other tools
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
    #[command(flatten)]
    masking: Masking,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Ndjson,
    Csv,
    Har,
    Curl,
}

pub(super) fn run(common: &Common, args: &Export) -> Result<(), Failure> {
    let now = now();
    let expression = args.request.map_or_else(|| args.filter.clone(), |number| format!("request:{number}"));
    let filter = events::parse(&expression)?;
    let bounds = args.window.bounds(Moment::All, now)?;
    let config = common.load()?.config;
    let (filter, expression) = match args.marked {
        true => marked::events(&config.data_dir)?,
        false => (filter, expression),
    };
    let reader = Reader::open(&config.data_dir)?;
    note_absent(&config.data_dir);
    if let Some(number) = args.request
        && reader.request(number)?.is_none()
    {
        let message = format!("the journal in {} holds no request {number}", config.data_dir.display());
        return Err(Failure::failed(message));
    }
    let everything = expression.trim().is_empty();
    let selection =
        Selection { from: bounds.from, to: bounds.to, requests: None, filter: (!everything).then_some(filter), now };
    let target = Target::create(&args.output, args.force)?;
    let export = Exporter { reader, config, selection, args, expression: &expression };
    let (target, told) = match args.format {
        Format::Ndjson => export.capture(target),
        Format::Csv => export.csv(target),
        Format::Har => export.har(target),
        Format::Curl => export.curl(target),
    }?;
    target.finish()?;
    if args.output.as_os_str() != "-" {
        diagnostic(&format!("{told} in {}", args.output.display()));
    }
    Ok(())
}

struct Exporter<'a> {
    reader: Reader,
    config: Config,
    selection: Selection,
    args: &'a Export,
    expression: &'a str,
}

/// What was written to, and what is said of it.
type Written = Result<(Target, String), Failure>;

impl Exporter<'_> {
    fn capture(&self, target: Target) -> Written {
        let masker = self.args.masking.masker(&self.reader)?;
        let recipe = Recipe { selection: &self.selection, filter: self.expression, masker: masker.as_ref() };
        let operator = Operator::open_read_only(&self.config.data_dir)?;
        let mut progress = Progress::new("exporting");
        let step = |done, total| progress.step(done, total);
        let captured = capture::capture(&self.reader, Some(&operator), &recipe, target, step);
        let (target, captured) = captured.map_err(|error| self.failed(error))?;
        let mut told = counted(captured.requests, "request");
        if captured.refused > 0 {
            told = format!("{told} and {}", counted(captured.refused, "refused one"));
        }
        Ok((target, if masker.is_some() { format!("{told}, masked,") } else { told }))
    }

    fn csv(&self, mut target: Target) -> Written {
        let masker = self.args.masking.masker(&self.reader)?;
        let nothing = events::parse("")?;
        let filter = self.selection.filter.as_ref().unwrap_or(&nothing);
        let mut rows = 0;
        let mut write = |row: &str| target.write_all(row.as_bytes()).map_err(|error| self.unwritten(&error));
        write(csv::HEADER)?;
        let mut progress = Progress::new("exporting");
        let last = self.reader.stats()?.last_page;
        let mut page = match self.selection.from {
            Some(from) => self.reader.page_at(from)?.saturating_sub(1),
            None => 0,
        };
        while page < last
            && let Some(mut batch) = self.reader.next(page)?
        {
            page = batch.page;
            progress.step(page, last);
            self.reader.settle(&mut batch)?;
            let bodies = if filter.needs_body() { capture::raw_requests(&self.reader, &batch)? } else { Vec::new() };
            for event in &batch.events {
                let body = match bodies.binary_search_by_key(&event.request, |(number, _)| *number) {
                    Ok(at) => bodies[at].1.body.clone(),
                    // One that was read later stands in another page than its request.
                    Err(_) if filter.needs_body() => {
                        self.reader.request(event.request)?.map(|raw| raw.body).unwrap_or_default()
                    }
                    Err(_) => Bytes::new(),
                };
                if self.selection.spans(event.received_at) && filter.matches(event, &body, self.selection.now) {
                    rows += 1;
                    let masked = masker.as_ref().map(|masker| masker.event(event));
                    write(&csv::to_csv(masked.as_ref().unwrap_or(event)))?;
                }
            }
        }
        Ok((target, counted(rows, "event")))
    }

    fn har(&self, target: Target) -> Written {
        let mut har = Har::new(target).map_err(|error| self.unwritten(&error))?;
        let requests = self.each(|number, raw| har.add(number, &raw, &self.url(&raw)))?;
        Ok((har.end().map_err(|error| self.unwritten(&error))?, counted(requests, "request")))
    }

    fn curl(&self, mut target: Target) -> Written {
        let requests = self.each(|_, raw| target.write_all(curl(&raw, &self.url(&raw)).as_bytes()))?;
        Ok((target, counted(requests, "request")))
    }

    /// Hands each selected request to `take`, masked where that is asked for, and counts them.
    fn each(&self, mut take: impl FnMut(u64, RawRequest) -> io::Result<()>) -> Result<u64, Failure> {
        let masker = self.args.masking.masker(&self.reader)?;
        let mut taken = 0;
        let mut mask = |number, raw| {
            taken += 1;
            take(
                number,
                match &masker {
                    Some(masker) => masked(&raw, masker),
                    None => raw,
                },
            )
        };
        match self.args.request {
            // It need not be looked for.
            Some(number) => {
                if let Some(raw) = self.reader.request(number)? {
                    mask(number, raw).map_err(|error| self.unwritten(&error))?;
                }
            }
            None => {
                let mut progress = Progress::new("exporting");
                let step = |done, total| progress.step(done, total);
                capture::select(&self.reader, &self.selection, step, mask).map_err(|error| self.failed(error))?;
            }
        }
        Ok(taken)
    }

    /// Where the request came in, as far as that is known: the host is this one.
    fn url(&self, raw: &RawRequest) -> String {
        format!("http://{}{}", self.config.receiver.listen, raw.path)
    }

    fn failed(&self, error: SelectError<io::Error>) -> Failure {
        match error {
            SelectError::Journal(error) => error.into(),
            SelectError::Taker(error) => self.unwritten(&error),
        }
    }

    fn unwritten(&self, error: &io::Error) -> Failure {
        super::target::unwritten(&self.args.output, error)
    }
}

/// `1 request`, `58 requests`.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
