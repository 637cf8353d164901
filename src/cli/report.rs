//! `watop report`: what happened in a window, without a screen.

use super::Common;
use super::failure::Failure;
use super::mask::Masking;
use super::output::{Data, Progress};
use super::refused::operator;
use super::window::{Bounds, Moment, Window, now};
use crate::event::{Millis, Text};
use crate::journal::Reader;
use crate::monitor::view::{Scope, Span};
use crate::monitor::{Monitor, Settings};
use crate::report::Report;
use clap::{Args, ValueEnum};
use std::path::Path;

/// What happened in a window: funnel, failures, conversations, alerts, costs
///
/// Funnel, failures and costs are about messages whose first status arrived in the window, whatever became of them since;
/// the rest is about what arrived in it. A window is whole minutes, and the edges used are shown. Works beside a running
/// receiver and without one; whatever was answered 200 before the report started is in it.
#[derive(Debug, Args)]
#[command(
    name = "report",
    after_help = "\
Examples:
  watop report                                              the last hour
  watop report --since 24h --number 85230174859
  watop report --since 2026-01-01T00:00:00Z --until 2026-01-02T00:00:00Z
  watop report --since all --format json | jq .funnel"
)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    window: Window,
    /// Only this business number, as it stands on the wire
    #[arg(long, value_name = "NUMBER")]
    number: Option<Text>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    masking: Masking,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// The window when none is asked for.
const LAST_HOUR: Moment = Moment::Ago(3_600_000);

pub(super) fn run(common: &Common, args: &ReportArgs) -> Result<(), Failure> {
    let now = now();
    let bounds = args.window.bounds(LAST_HOUR, now)?;
    let config = common.load()?.config;
    let mut report = report(&config.data_dir, config.monitor, bounds, args.number.clone(), now)?;
    if let Some(masker) = args.masking.masker(&Reader::open(&config.data_dir)?)? {
        report = report.masked(&masker);
    }
    let mut out = Data::new(common.color);
    match args.format {
        Format::Text => out.bytes(report.text().as_bytes())?,
        Format::Json => out.line(&report.json().map_err(std::io::Error::from)?)?,
    }
    Ok(out.flush()?)
}

fn report(
    dir: &Path,
    settings: Settings,
    bounds: Bounds,
    number: Option<Text>,
    now: Millis,
) -> Result<Report, Failure> {
    let reader = Reader::open(dir)?;
    let stats = reader.stats()?;
    let mut monitor = fold(&reader, stats.last_page, settings)?;
    let span = span(bounds, monitor.extent(), now);
    let scope = Scope { span, as_of: now.min(span.to), number };
    let mut refused = 0;
    if let Some(operator) = operator(dir)? {
        monitor.set_acknowledged(&operator.acknowledged()?);
        let counts = operator.refused_counts(span.from, span.to)?;
        refused = counts.iter().filter(|count| count.answer == 401).map(|count| count.count).sum();
    }
    Ok(Report::new(&monitor, scope, refused, stats.expired))
}

/// Folds every page up to `last`: what a message is depends on all that was ever said about it, also before the window.
fn fold(reader: &Reader, last: u64, settings: Settings) -> Result<Monitor, Failure> {
    let mut monitor = Monitor::new(settings);
    let mut progress = Progress::new("reading the journal");
    let mut page = 0;
    while page < last
        && let Some(batch) = reader.next(page)?
    {
        page = batch.page;
        monitor.fold_batch(&batch);
        progress.step(page, last);
    }
    Ok(monitor)
}

/// The whole minutes to look at. Without bounds: from the minute of the first request to the one that covers now, or the
/// last request where the clock has stepped back since.
fn span(bounds: Bounds, extent: Option<(Millis, Millis)>, now: Millis) -> Span {
    let (first, last) = extent.unwrap_or((now, now));
    let end = if bounds.from.is_none() { now.max(last) } else { now };
    Span::covering(bounds.from.unwrap_or(first), bounds.to.unwrap_or(Millis(end.0 + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_767_225_630_500);
    const MINUTE: i64 = 60_000;

    #[test]
    fn all_is_from_the_first_request_s_minute_to_the_one_that_covers_now() {
        let all = Bounds { from: None, to: None };
        let first = Millis(NOW.0 - 10 * MINUTE - 1);
        let span = span(all, Some((first, first)), NOW);
        assert!(span.contains(first) && span.contains(NOW));
        assert_eq!(span.to.0 - span.from.0, 12 * MINUTE - if first.0 % MINUTE < NOW.0 % MINUTE { MINUTE } else { 0 });
    }

    #[test]
    fn a_request_that_the_clock_dates_after_now_is_in_all() {
        let later = Millis(NOW.0 + 5 * MINUTE);
        assert!(span(Bounds { from: None, to: None }, Some((NOW, later)), NOW).contains(later));
    }

    #[test]
    fn an_empty_journal_has_the_minute_of_now() {
        let span = span(Bounds { from: None, to: None }, None, NOW);
        assert_eq!(span.to.0 - span.from.0, MINUTE);
    }
}
