//! `watop forward`: what was handed on, what came back, and sending it again.

use super::failure::Failure;
use super::output::{Data, Tone, diagnostic};
use super::window::{Moment, Window, now};
use super::{Common, events};
use crate::capture::{Selected, Selection};
use crate::config::Config;
use crate::event::clean::clean;
use crate::forward::{Address, Resender, Route};
use crate::journal::operator::{Attempt, Operator, Target};
use crate::journal::{RawRequest, Reader};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use std::num::NonZeroU64;

/// List what was forwarded and replayed and what was answered, oldest first, or send requests again
///
/// The list is bounded: the newest 10,000 attempts of the forwarder, of resends and of replays are kept. A target that takes
/// nothing is shown with the reason, and how many requests wait for it.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  watop forward --since 1h --failed
  watop forward --targets
  watop forward --format ndjson | jq 'select(.took_ms > 1000)'
  watop forward resend 417
  watop forward resend --since 2h --filter 'status:failed' --target http://127.0.0.1:3000/hook"
)]
pub(super) struct ForwardArgs {
    #[command(subcommand)]
    command: Option<ForwardCommand>,
    #[command(flatten)]
    window: Window,
    /// Only attempts that were not answered 2xx
    #[arg(long)]
    failed: bool,
    /// Only attempts to this URL
    #[arg(long, value_name = "URL")]
    target: Option<Address>,
    /// Only attempts to deliver this request
    #[arg(long, value_name = "N")]
    request: Option<NonZeroU64>,
    /// How far each target is, instead of the attempts
    #[arg(long, conflicts_with_all = ["failed", "request", "since", "until"])]
    targets: bool,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum ForwardCommand {
    Resend(Resend),
}

/// Send stored requests again, by number or by a filter, beside a running receiver or without one
///
/// Each goes to the targets of the configuration that it is routed to, or to the given ones, with its original bytes and
/// headers and a Watop-Attempt that marks it as a repetition. Exit code 1 when an answer is not 2xx.
#[derive(Debug, Args)]
struct Resend {
    /// Numbers of the requests
    #[arg(value_name = "N", required_unless_present = "filter", conflicts_with_all = ["filter", "since", "until"])]
    requests: Vec<NonZeroU64>,
    /// Every request with an event that this expression finds
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true)]
    filter: Option<String>,
    #[command(flatten)]
    window: Window,
    /// Send to this URL; may stand more than once [default: the targets of the configuration, else those known]
    #[arg(long, value_name = "URL")]
    target: Vec<Address>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Ndjson,
}

pub(super) fn run(common: &Common, args: &ForwardArgs) -> Result<(), Failure> {
    let config = common.load()?.config;
    let mut out = Data::new(common.color);
    match &args.command {
        Some(ForwardCommand::Resend(resend)) => run_resend(&mut out, &config, resend)?,
        None if args.targets => {
            let targets = Operator::open_read_only(&config.data_dir)?.forward_targets()?;
            let last_request = Reader::open(&config.data_dir)?.stats()?.last_request;
            print_targets(&mut out, args.format, &targets, last_request)?;
        }
        None => list(&mut out, &config, args)?,
    }
    Ok(out.flush()?)
}

fn list(out: &mut Data, config: &Config, args: &ForwardArgs) -> Result<(), Failure> {
    let bounds = args.window.bounds(Moment::All, now())?;
    let mut attempts = Operator::open_read_only(&config.data_dir)?.attempts_after(0)?;
    attempts.retain(|attempt| {
        bounds.contains(attempt.at)
            && !(args.failed && attempt.taken())
            && args.target.as_ref().is_none_or(|target| target.shown() == attempt.target)
            && args.request.is_none_or(|request| request.get() == attempt.request)
    });
    if args.format == Format::Text {
        match attempts.is_empty() {
            true => out.line("nothing was forwarded")?,
            false => print_head(out)?,
        }
    }
    attempts.iter().try_for_each(|attempt| print(out, args.format, attempt))
}

fn run_resend(out: &mut Data, config: &Config, args: &Resend) -> Result<(), Failure> {
    let now = now();
    let filter = args.filter.as_deref().map(events::parse).transpose()?;
    let bounds = args.window.bounds(Moment::All, now)?;
    let reader = Reader::open(&config.data_dir)?;
    let mut targets = Vec::new();
    for route in routes(config, args)? {
        targets.push(Resender::open(&config.data_dir, route)?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(error.to_string()))?;
    let (mut sent, mut taken) = (0_u64, 0_u64);
    let mut send = |out: &mut Data, request: u64, raw: &RawRequest| -> Result<(), Failure> {
        for target in &mut targets {
            if !args.target.is_empty() || target.takes(request, raw, now) {
                let attempt = runtime.block_on(target.resend(request, raw.clone()))?;
                sent += 1;
                taken += u64::from(attempt.taken());
                print(out, args.format, &attempt)?;
                out.flush()?;
            }
        }
        Ok(())
    };
    for request in args.requests.iter().map(|request| request.get()) {
        let raw = reader.request(request)?.ok_or_else(|| Failure::failed(format!("there is no request {request}")))?;
        send(out, request, &raw)?;
    }
    if let Some(filter) = filter {
        let selection = Selection { from: bounds.from, to: bounds.to, requests: None, filter: Some(filter), now };
        for next in Selected::new(&reader, selection)? {
            let (request, raw) = next?;
            send(out, request, &raw)?;
        }
    }
    diagnostic(&format!("{sent} sent, {taken} taken"));
    if sent == taken { Ok(()) } else { Err(Failure::told()) }
}

/// Where to resend: the given targets, else those of the configuration, else those that were forwarded to before. What the
/// configuration says about a target holds however it is named.
fn routes(config: &Config, args: &Resend) -> Result<Vec<Route>, Failure> {
    let configured = |address: &Address| {
        let found = config.forward.iter().find(|route| route.to.shown() == address.shown());
        found.cloned().unwrap_or_else(|| Route::new(address.clone()))
    };
    if !args.target.is_empty() {
        args.target.iter().try_for_each(Address::check_argument).map_err(Failure::usage)?;
        return Ok(args.target.iter().map(configured).collect());
    }
    if !config.forward.is_empty() {
        return Ok(config.forward.clone());
    }
    let known = Operator::open_read_only(&config.data_dir)?.forward_targets()?;
    let known: Vec<_> = known.iter().filter_map(|known| known.target.parse().ok()).map(Route::new).collect();
    match known.is_empty() {
        true => Err(Failure::usage("no target is known: name one with --target URL, or write a [[forward]]")),
        false => Ok(known),
    }
}

fn print_head(out: &mut Data) -> Result<(), Failure> {
    let head = format!(
        "{:24}  {:>8}  {:18}  {:>3}  {:>6}  {:>8}  {:30}  answer",
        "at", "request", "kinds", "try", "status", "took", "target"
    );
    Ok(out.line(&out.paint(Tone::Quiet, &head))?)
}

/// One attempt. Everything that came over the wire is cleaned before a terminal sees it.
fn print(out: &mut Data, format: Format, attempt: &Attempt) -> Result<(), Failure> {
    match format {
        Format::Ndjson => Ok(out.line(&super::refused::json(&AttemptRow::from(attempt))?)?),
        Format::Text => print_text(out, attempt),
    }
}

pub(super) fn print_text(out: &mut Data, attempt: &Attempt) -> Result<(), Failure> {
    let (tone, status) = match attempt.status {
        Some(status) => (if attempt.taken() { Tone::Good } else { Tone::Bad }, status.to_string()),
        None => (Tone::Bad, "none".to_owned()),
    };
    let status = out.paint(tone, &format!("{status:>6}"));
    let said = match &attempt.error {
        Some(error) => error.clone(),
        None => String::from_utf8_lossy(&attempt.body).lines().next().unwrap_or_default().chars().take(120).collect(),
    };
    let mut notes = String::new();
    if attempt.origin != crate::journal::operator::Origin::Forward {
        notes.push_str(&format!("  ({})", attempt.origin.as_str()));
    }
    if attempt.given_up {
        notes.push_str("  (given up)");
    }
    let line = format!(
        "{:24}  {:>8}  {:18}  {:>3}  {status}  {:>5} ms  {:30}  {}{notes}",
        attempt.at.rfc3339(),
        attempt.request,
        attempt.kinds,
        attempt.attempt,
        attempt.took_ms,
        clean(&attempt.target),
        clean(&said)
    );
    Ok(out.line(line.trim_end())?)
}

fn print_targets(out: &mut Data, format: Format, targets: &[Target], last_request: u64) -> Result<(), Failure> {
    let rows = targets.iter().map(|target| TargetRow::new(target, last_request));
    if format == Format::Ndjson {
        for row in rows {
            out.line(&super::refused::json(&row)?)?;
        }
        return Ok(());
    }
    if targets.is_empty() {
        return Ok(out.line("nothing is forwarded: name a target with --forward URL, or write a [[forward]]")?);
    }
    let head = format!("{:30}  {:>9}  {:>9}  state", "target", "waiting", "given up");
    out.line(&out.paint(Tone::Quiet, &head))?;
    for row in rows {
        let state = match (&row.fault, &row.fault_since) {
            (Some(fault), Some(since)) => {
                out.paint(Tone::Bad, &format!("takes nothing since {since}: {}", clean(fault)))
            }
            _ => out.paint(Tone::Good, "takes requests"),
        };
        out.line(&format!("{:30}  {:>9}  {:>9}  {state}", clean(row.target), row.waiting, row.given_up))?;
    }
    Ok(())
}

#[derive(Serialize)]
pub(super) struct AttemptRow<'a> {
    /// Null while it is not in the list yet: of what was just sent.
    n: Option<u64>,
    at: String,
    origin: &'a str,
    target: &'a str,
    request: u64,
    kinds: Vec<&'a str>,
    attempt: u32,
    status: Option<u16>,
    took_ms: u32,
    error: Option<&'a str>,
    given_up: bool,
    headers: &'a [(crate::event::Text, String)],
    /// The first bytes, as text; what is not UTF-8 is replaced.
    body: String,
    length: u64,
}

impl<'a> From<&'a Attempt> for AttemptRow<'a> {
    fn from(attempt: &'a Attempt) -> Self {
        Self {
            n: (attempt.n > 0).then_some(attempt.n),
            at: attempt.at.rfc3339(),
            origin: attempt.origin.as_str(),
            target: &attempt.target,
            request: attempt.request,
            kinds: attempt.kinds.split_whitespace().collect(),
            attempt: attempt.attempt,
            status: attempt.status,
            took_ms: attempt.took_ms,
            error: attempt.error.as_deref(),
            given_up: attempt.given_up,
            headers: &attempt.headers,
            body: String::from_utf8_lossy(&attempt.body).into_owned(),
            length: attempt.length,
        }
    }
}

#[derive(Serialize)]
struct TargetRow<'a> {
    target: &'a str,
    cursor: u64,
    open: u64,
    waiting: u64,
    given_up: u64,
    fault: Option<&'a str>,
    fault_since: Option<String>,
    seen_at: String,
}

impl<'a> TargetRow<'a> {
    fn new(target: &'a Target, last_request: u64) -> Self {
        let (fault, since) = target.fault.as_ref().map(|(fault, since)| (fault.as_str(), since.rfc3339())).unzip();
        Self {
            target: &target.target,
            cursor: target.cursor,
            open: target.open,
            waiting: target.open + last_request.saturating_sub(target.cursor),
            given_up: target.given_up,
            fault,
            fault_since: since,
            seen_at: target.seen_at.rfc3339(),
        }
    }
}
