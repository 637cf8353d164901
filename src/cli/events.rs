//! `watop events`: list or follow events, one per line.

use super::Common;
use super::failure::Failure;
use super::mask::Masking;
use super::output::{Data, Tone, diagnostic, note_absent};
use super::window::{Bounds, Moment, Window, now};
use crate::event::clean::clean;
use crate::event::mask::Masker;
use crate::event::{Detail, Event, Severity, StatusName, csv, ndjson};
use crate::journal::{Batch, Reader};
use crate::query::{Filter, FilterError};
use crate::report::events::{MARKDOWN_HEAD, line, markdown_row};
use crate::source::{self, Feed};
use clap::{Args, ValueEnum};
use std::path::Path;
use std::sync::Arc;

/// List or follow events, one per line, without a limit
///
/// Works beside a running receiver and without one. Further deliveries of an event are merged into it. In the text form the
/// columns are receive time, kind, business number, customer, lag behind the provider's clock, and what happened.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop events --since 15m
  watop events --follow --filter 'status:failed -code:131026'
  watop events --format ndjson | jq -r 'select(.kind == \"inbound\").text'
  watop events --since 1h --filter 'status:failed' --format csv > failed.csv
  watop events --raw --filter 'request:417'")]
pub(super) struct Events {
    #[command(flatten)]
    window: Window,
    /// Only events that this expression finds, such as 'status:failed code:131049 to:+52* age<10m'
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, default_value = "")]
    filter: String,
    /// Go on with what arrives
    #[arg(long, conflicts_with = "until")]
    follow: bool,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Print the original bodies instead, each once: exact bytes to a pipe or file, cleaned on a terminal
    #[arg(long, conflicts_with_all = ["format", "mask"])]
    raw: bool,
    #[command(flatten)]
    masking: Masking,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Ndjson,
    Csv,
    Md,
}

pub(super) fn run(common: &Common, args: &Events) -> Result<(), Failure> {
    let filter = parse(&args.filter)?;
    let bounds = args.window.bounds(Moment::All, now())?;
    let config = common.load()?.config;
    let dir = &config.data_dir;
    let reader = Reader::open(dir)?;
    note_absent(dir);
    let masker = args.masking.masker(&reader)?;
    let mut printer = Printer { reader, filter, bounds, args, masker, out: Data::new(common.color), last_raw: 0 };
    printer.print_head()?;
    if args.follow { follow(&mut printer, dir) } else { list(&mut printer) }
}

/// Parses a filter over events for the command line: a wrong one is explained with a caret under the mistake.
pub(super) fn parse(expression: &str) -> Result<Filter, Failure> {
    explained(expression, Filter::parse(expression))
}

/// The same over whole messages, where these are counted.
pub(super) fn parse_for_messages(expression: &str) -> Result<Filter, Failure> {
    explained(expression, Filter::parse_for_messages(expression))
}

fn explained(expression: &str, filter: Result<Filter, FilterError>) -> Result<Filter, Failure> {
    filter.map_err(|error| Failure::usage(format!("the filter is wrong\n{}", error.with_caret(expression))))
}

/// Prints what the journal holds now.
fn list(printer: &mut Printer<'_>) -> Result<(), Failure> {
    let last = printer.reader.stats()?.last_page;
    let mut page = match printer.bounds.from {
        Some(from) => printer.reader.page_at(from)?.saturating_sub(1),
        None => 0,
    };
    while page < last
        && let Some(batch) = printer.reader.next(page)?
    {
        page = batch.page;
        printer.print(batch)?;
    }
    Ok(printer.out.flush()?)
}

/// Prints what the journal holds and then what comes, for ever. A journal that cannot be read for a while is waited for.
fn follow(printer: &mut Printer<'_>, dir: &Path) -> Result<(), Failure> {
    let mut source = source::follow(dir)?;
    let mut page = 0;
    while let Some(feed) = source.blocking_recv() {
        match feed {
            // What is stored was changed: what was printed is not printed again.
            Feed::History { batch, .. } if batch.page <= page => {}
            Feed::History { batch, .. } => {
                page = batch.page;
                printer.print(Arc::unwrap_or_clone(batch))?;
            }
            Feed::CaughtUp => printer.out.flush()?,
            Feed::Live(batch) => {
                page = batch.page;
                printer.print(Arc::unwrap_or_clone(batch))?;
                printer.out.flush()?;
            }
            Feed::Lost(why) => diagnostic(&format!("{why}; trying again")),
            Feed::Rewritten | Feed::Writer(_) | Feed::Ended(_) => {}
        }
    }
    Ok(())
}

struct Printer<'a> {
    reader: Reader,
    filter: Filter,
    bounds: Bounds,
    args: &'a Events,
    masker: Option<Masker>,
    out: Data,
    /// The request whose body was printed last: each is printed once.
    last_raw: u64,
}

impl Printer<'_> {
    /// What stands above the events of a format that is a table.
    fn print_head(&mut self) -> Result<(), Failure> {
        match self.args.format {
            Format::Csv if !self.args.raw => self.out.bytes(csv::HEADER.as_bytes())?,
            Format::Md if !self.args.raw => self.out.bytes(MARKDOWN_HEAD.as_bytes())?,
            _ => {}
        }
        Ok(())
    }

    fn print(&mut self, mut batch: Batch) -> Result<(), Failure> {
        self.reader.settle(&mut batch)?;
        let needs_body = self.args.raw || self.filter.needs_body();
        let now = now();
        let mut body = (0, bytes::Bytes::new());
        for event in &batch.events {
            if !self.bounds.contains(event.received_at) {
                continue;
            }
            if needs_body && body.0 != event.request {
                let request = self.reader.request(event.request)?;
                body = (event.request, request.map(|request| request.body).unwrap_or_default());
            }
            if !self.filter.matches(event, &body.1, now) {
                continue;
            }
            // The filter asks for what stands in the journal; only what is shown is masked.
            let masked = self.masker.as_ref().map(|masker| masker.event(event));
            let event = masked.as_ref().unwrap_or(event);
            match (self.args.raw, self.args.format) {
                (true, _) if self.last_raw == event.request => {}
                (true, _) => {
                    self.last_raw = event.request;
                    self.print_raw(&body.1)?;
                }
                (false, Format::Csv) => self.out.bytes(csv::to_csv(event).as_bytes())?,
                (false, Format::Md) => self.out.line(&markdown_row(event))?,
                (false, Format::Ndjson) => self.out.line(&ndjson::to_ndjson(event))?,
                (false, Format::Text) => {
                    let text = line(event);
                    let text = tone(event).map_or_else(|| text.clone(), |tone| self.out.paint(tone, &text));
                    self.out.line(&text)?;
                }
            }
        }
        Ok(())
    }

    fn print_raw(&mut self, body: &[u8]) -> Result<(), Failure> {
        if self.out.terminal {
            self.out.line(&clean(&String::from_utf8_lossy(body)))?;
        } else {
            self.out.bytes(body)?;
            self.out.bytes(b"\n")?;
        }
        Ok(())
    }
}

/// The colour of an event's line.
fn tone(event: &Event) -> Option<Tone> {
    match &event.detail {
        Detail::Status(status) => (status.status == StatusName::Failed).then_some(Tone::Bad),
        Detail::Template(notice) | Detail::Account(notice) => match notice.severity {
            Severity::Critical => Some(Tone::Bad),
            Severity::Warning => Some(Tone::Warning),
            Severity::Good => Some(Tone::Good),
            Severity::Info => None,
        },
        Detail::Unrecognised(_) => Some(Tone::Warning),
        Detail::Inbound(_) | Detail::Other(_) => None,
    }
}
