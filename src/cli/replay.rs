//! `watop replay`: deliver stored requests again.

use super::export::counted;
use super::failure::Failure;
use super::output::{Data, Progress, Tone, diagnostic};
use super::send::Digest;
use super::window::{Moment, Window, now};
use super::{Common, events, forward, marked, refused};
use crate::capture::bundle::{Bundle, is_bundle};
use crate::capture::{CaptureError, Selection};
use crate::config::{Algorithm, Config};
use crate::event::Millis;
use crate::forward::replay::{Answered, End, Replay, ReplayError, Speed};
use crate::forward::{Address, Client, Signer, Stored};
use crate::journal::operator::{Operator, Replayed};
use crate::journal::{RawRequest, Reader};
use crate::query::duration;
use crate::report::rows::AttemptRow;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Deliver stored requests again: original bytes and signature, original order, and original spacing where wanted
///
/// SOURCE is a data directory, a capture file or a bundle. Requests of one message go one after the other, others side by side. Each carries Watop-Request
/// and Watop-Replay. Answers are recorded, see `watop forward`. Text output lists what was not answered 2xx and, with
/// --compare, what changed; ndjson lists every answer. Exit code 1 when a request was not answered 2xx, with --compare when
/// one was not answered at all; 3 when --fail-if holds.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop replay --to http://127.0.0.1:3000/hook --since 1h
  watop replay /var/lib/watop --to http://127.0.0.1:3000/hook --speed 10x --filter 'kind:inbound'
  watop replay incident.ndjson.zst --to http://127.0.0.1:8787/webhook --resign nxcloud
  watop replay --to http://127.0.0.1:3000/hook --marked
  watop replay --to http://127.0.0.1:3000/hook --compare --fail-if changed")]
pub(super) struct ReplayArgs {
    /// Data directory, capture file or bundle to read from [default: the configured data directory]
    #[arg(value_name = "SOURCE")]
    source: Option<PathBuf>,
    /// Where to
    #[arg(long, value_name = "URL")]
    to: Address,
    #[command(flatten)]
    window: Window,
    /// Only requests with an event that this expression finds
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, default_value = "")]
    filter: String,
    /// Only requests with an event that was marked when the screen of SOURCE, a data directory, was left
    #[arg(long, conflicts_with_all = ["filter", "request"])]
    marked: bool,
    /// Only this request
    #[arg(long, value_name = "N", conflicts_with_all = ["since", "until"])]
    request: Option<NonZeroU64>,
    /// Spacing of the original: 1x keeps it, 10x makes it ten times as fast, max leaves it out
    #[arg(long, default_value = "max", value_parser = speed)]
    speed: Speed,
    /// Sign anew: nxcloud or meta for the first secret of that scheme, or the label of a secret
    #[arg(long, value_name = "LABEL")]
    resign: Option<String>,
    /// Digest of a new nxcloud signature [default: the first accepted one]
    #[arg(long, value_enum, requires = "resign")]
    algorithm: Option<Digest>,
    /// Requests under way at once
    #[arg(long, value_name = "COUNT", default_value_t = NonZeroUsize::new(4).unwrap_or(NonZeroUsize::MIN))]
    concurrency: NonZeroUsize,
    /// Time for one answer
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time)]
    timeout: Duration,
    /// Report requests whose answer, by status or body, differs from that of the last replay to this URL
    #[arg(long)]
    compare: bool,
    /// End with exit code 3 when an answer changed, or when one is not 2xx
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_if: Option<FailIf>,
    /// Send nothing, list what would be sent
    #[arg(long)]
    dry_run: bool,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailIf {
    Changed,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Ndjson,
}

fn speed(text: &str) -> Result<Speed, String> {
    let times = || text.strip_suffix('x')?.parse().ok().filter(|times: &f64| times.is_finite() && *times > 0.0);
    match text {
        "max" => Ok(Speed::Max),
        _ => times().map(Speed::Times).ok_or_else(|| "write 1x, 10x, 0.5x or max".to_owned()),
    }
}

fn time(text: &str) -> Result<Duration, String> {
    let time = duration::parse(text).filter(|time| !time.is_zero());
    time.ok_or_else(|| "write a length of time such as 30s".to_owned())
}

pub(super) fn run(common: &Common, args: &ReplayArgs) -> Result<(), Failure> {
    args.to.check_argument().map_err(Failure::usage)?;
    let filter = events::parse(&args.filter)?;
    let bounds = args.window.bounds(Moment::All, now())?;
    let config = common.load()?.config;
    let place = args.source.clone().unwrap_or_else(|| config.data_dir.clone());
    let requests = match args.marked {
        true if is_capture(&place) => {
            let message = "--marked goes with a data directory: marks are those of its screen";
            return Err(Failure::usage(message));
        }
        true => Some(marked::requests(&place)?),
        false => args.request.map(|request| BTreeSet::from([request.get()])),
    };
    let filter = (!args.filter.trim().is_empty()).then_some(filter);
    let selection = Selection { from: bounds.from, to: bounds.to, requests, filter, now: now() };
    let (stored, dir) = stored(&place, selection, &config.data_dir)?;
    let source = RefCell::new(stored);
    let requests = std::iter::from_fn(|| source.borrow_mut().next());
    let mut out = Data::new(common.color);
    if args.dry_run {
        return dry_run(&mut out, args, requests);
    }
    let replay = Replay {
        client: Client::new(&args.to, args.timeout).map_err(Failure::failed)?,
        operator: Operator::open(&dir)?,
        signer: signer(&config, args)?,
        speed: args.speed,
        concurrency: args.concurrency.get(),
    };
    let mut tally = Tally::new(args);
    let mut progress = Progress::new("replaying");
    let trouble = Cell::new(None);
    let tell = |answered: &Answered| {
        tally.count(answered);
        let (done, total) = source.borrow().progress();
        progress.step(done, total);
        if let Err(error) = print(&mut out, args, answered) {
            trouble.set(Some(error));
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    let stop = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let end = runtime.block_on(replay.run(requests, tell, stop));
    drop(progress);
    out.flush()?;
    if let Some(failure) = trouble.take() {
        return Err(failure);
    }
    diagnostic(&tally.summary());
    tally.verdict(end)
}

/// A capture file or a bundle in either form.
fn is_capture(place: &Path) -> bool {
    place.is_file() || is_bundle(place)
}

/// What is stored at `place`, and where its answers are recorded: beside the journal that was replayed; those of a capture in
/// the directory that is `configured`.
fn stored(place: &Path, selection: Selection, configured: &Path) -> Result<(Stored, PathBuf), Failure> {
    let failed = |error: CaptureError| Failure::failed(format!("{}: {error}", place.display()));
    if is_capture(place) {
        let capture = Bundle::open(place).and_then(|bundle| bundle.capture()).map_err(failed)?;
        if capture.header().masked {
            diagnostic(&format!(
                "{} is masked: its bodies are not the originals, and no signature goes with them",
                place.display()
            ));
        }
        return Ok((Stored::capture(capture, selection).map_err(Failure::usage)?, configured.to_owned()));
    }
    if place.join("journal.db").exists() {
        return Ok((Stored::journal(Reader::open(place)?, selection)?, place.to_owned()));
    }
    let place = match place.exists() {
        true => format!("{} holds no journal", place.display()),
        false => format!("there is no {}", place.display()),
    };
    Err(Failure::usage(format!("{place}: name a data directory, a capture file or a bundle")))
}

fn signer(config: &Config, args: &ReplayArgs) -> Result<Option<Signer>, Failure> {
    let Some(name) = &args.resign else { return Ok(None) };
    let signer = Signer::named(&config.signing, name, args.algorithm.map(Algorithm::from));
    signer.map(Some).map_err(Failure::usage)
}

fn dry_run(
    out: &mut Data,
    args: &ReplayArgs,
    requests: impl Iterator<Item = Result<(u64, RawRequest), String>>,
) -> Result<(), Failure> {
    let (mut count, mut first) = (0_u64, None);
    for next in requests {
        let (request, raw) = next.map_err(Failure::failed)?;
        let first = *first.get_or_insert(raw.received_at);
        let after_first = Duration::from_millis(u64::try_from(raw.received_at.0 - first.0).unwrap_or(0));
        let row = Planned {
            request,
            received_at: raw.received_at.rfc3339(),
            after_ms: u64::try_from(args.speed.offset(after_first).as_millis()).unwrap_or(u64::MAX),
            bytes: raw.body.len(),
        };
        let line = match args.format {
            Format::Ndjson => refused::json(&row)?,
            Format::Text => {
                format!("{:>8}  {:24}  +{} ms  {} bytes", row.request, row.received_at, row.after_ms, row.bytes)
            }
        };
        out.line(&line)?;
        count += 1;
    }
    out.flush()?;
    diagnostic(&format!("{count} would be sent to {}", args.to));
    Ok(())
}

#[derive(Serialize)]
struct Planned {
    request: u64,
    received_at: String,
    after_ms: u64,
    bytes: usize,
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    attempt: AttemptRow<'a>,
    /// Null unless compared, or when there was no earlier replay.
    changed: Option<bool>,
    /// The status of the last replay.
    before: Option<u16>,
}

/// One answer, as far as the format lists it.
fn print(out: &mut Data, args: &ReplayArgs, answered: &Answered) -> Result<(), Failure> {
    let compared = args.compares().then(|| answered.changed()).flatten();
    if args.format == Format::Ndjson {
        let before = answered.before.as_ref().filter(|_| args.compares()).and_then(|before| before.status);
        let row = Row { attempt: (&answered.attempt).into(), changed: compared, before };
        return Ok(out.line(&refused::json(&row)?)?);
    }
    if compared == Some(true) {
        let change = out.paint(Tone::Warning, &change(answered));
        return Ok(out.line(&format!("{:>8}  {change}", answered.attempt.request))?);
    }
    match answered.attempt.taken() {
        true => Ok(()),
        false => forward::print_text(out, &answered.attempt),
    }
}

/// How an answer changed, such as `200 → 500` or `200, another body`.
fn change(Answered { answer, before, .. }: &Answered) -> String {
    let word = |it: &Replayed| it.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    match before {
        Some(before) if before.status == answer.status => format!("{}, another body", word(answer)),
        Some(before) => format!("{} → {}", word(before), word(answer)),
        None => word(answer),
    }
}

/// What came of a replay, counted.
struct Tally<'a> {
    args: &'a ReplayArgs,
    began: Millis,
    sent: u64,
    taken: u64,
    unanswered: u64,
    took_ms: u64,
    slowest_ms: u32,
    changed: u64,
    unknown: u64,
}

impl<'a> Tally<'a> {
    fn new(args: &'a ReplayArgs) -> Self {
        Self { args, began: now(), sent: 0, taken: 0, unanswered: 0, took_ms: 0, slowest_ms: 0, changed: 0, unknown: 0 }
    }

    fn count(&mut self, answered: &Answered) {
        let attempt = &answered.attempt;
        self.sent += 1;
        self.taken += u64::from(attempt.taken());
        self.unanswered += u64::from(attempt.status.is_none());
        self.took_ms += u64::from(attempt.took_ms);
        self.slowest_ms = self.slowest_ms.max(attempt.took_ms);
        match answered.changed() {
            Some(changed) => self.changed += u64::from(changed),
            None => self.unknown += 1,
        }
    }

    fn summary(&self) -> String {
        let Self { sent, taken, unanswered, .. } = *self;
        let refused = sent - taken - unanswered;
        let seconds = (now().0 - self.began.0) as f64 / 1000.0;
        let mean = self.took_ms.checked_div(sent).unwrap_or(0);
        let mut summary = format!(
            "{sent} sent in {seconds:.1} s: {taken} answered 2xx, {refused} answered otherwise, {unanswered} not answered; \
             mean {mean} ms, slowest {} ms",
            self.slowest_ms
        );
        if self.args.compares() {
            summary.push_str(&format!("; {} changed, {} not replayed there before", self.changed, self.unknown));
        }
        summary
    }

    fn verdict(&self, end: Result<End, ReplayError>) -> Result<(), Failure> {
        match end {
            Err(error) => return Err(Failure::failed(error.to_string())),
            Ok(End::Unreachable(why)) => return Err(Failure::failed(format!("{}: {why}", self.args.to))),
            Ok(End::Stopped) => return Err(Failure::failed("stopped before everything was sent")),
            Ok(End::Complete) => {}
        }
        let failed = self.taken < self.sent;
        match self.args.fail_if {
            Some(FailIf::Changed) if self.changed > 0 => {
                Err(Failure::met(format!("{} changed", counted(self.changed, "answer"))))
            }
            Some(FailIf::Failed) if failed => {
                Err(Failure::met(format!("not answered 2xx: {}", counted(self.sent - self.taken, "request"))))
            }
            _ if self.args.compares() && self.unanswered == 0 => Ok(()),
            _ if failed => Err(Failure::told()),
            _ => Ok(()),
        }
    }
}

impl ReplayArgs {
    fn compares(&self) -> bool {
        self.compare || self.fail_if == Some(FailIf::Changed)
    }
}
