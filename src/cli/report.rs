//! `watop report`: what happened in a window, without a screen.

mod recent;

use super::Common;
use super::events::parse_for_messages;
use super::failure::Failure;
use super::mask::Masking;
use super::output::{Data, Progress, Tone, diagnostic, note_absent};
use super::refused::operator;
use super::window::{Bounds, Moment, Window, now, shifted};
use crate::config::Config;
use crate::event::clean::clean;
use crate::event::{Millis, Text};
use crate::journal::operator::Operator;
use crate::journal::{Reader, Stats};
use crate::monitor::rules::RuleAlert;
use crate::monitor::view::{Dimension, Level, Pulse, Scope, Span};
use crate::monitor::{Monitor, Settings};
use crate::query::Filter;
use crate::report::condition::{Condition, Outcome};
use crate::report::oneline::Status;
use crate::report::{Extras, Report};
use crate::source::filtered;
use crate::tui::look::Look;
use crate::tui::panes;
use crate::tui::theme::Theme;
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
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
  watop report --since all --format json | jq .funnel
  watop report --since 15m --compare                        what changed against the 15 minutes before
  watop report --compare 24h-ago --format md                against the same hour yesterday
  watop report --by number --by tag                         whom it concerns
  watop report --filter 'tag:promo-7 not code:131049'       of some messages only
  watop report --since 5m --fail-if 'failure_rate>5%'       exit code 3 when it does
  watop report --oneline                                    for a shell prompt or a status bar

Metrics of --fail-if: failure_rate, settled_rate, read_rate, code_count, code_count(CODE), deliver_p95_s,
events_per_s, transport_lag_s, refused, silence_s."
)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    window: Window,
    /// Only this business number, as it stands on the wire
    #[arg(long, value_name = "NUMBER")]
    number: Option<Text>,
    /// Only what this expression selects: a message counts with all of its events when they satisfy it together
    #[arg(long, value_name = "EXPR", allow_hyphen_values = true, conflicts_with = "oneline")]
    filter: Option<String>,
    /// csv is one table: the breakdowns of --by, else the failures
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    masking: Masking,
    /// Say what changed: against the window before, the same window so long ago (24h-ago), or FROM..TO
    #[arg(long, value_name = "WINDOW", num_args = 0..=1, default_missing_value = "before")]
    compare: Option<String>,
    /// Break delivery down by number, category, country, tag or template; may be given several times
    #[arg(long, value_name = "DIMENSION", value_enum)]
    by: Vec<By>,
    /// End with exit code 3 when this holds, such as 'failure_rate>5%'; may be given several times
    #[arg(long, value_name = "CONDITION")]
    fail_if: Vec<String>,
    /// One short line instead [default window: 15m]; of a long journal only what is recent is read
    #[arg(long, conflicts_with_all = ["format", "compare", "by"])]
    oneline: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Ndjson,
    Csv,
    Md,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Number,
    Category,
    Country,
    Tag,
    Template,
}

impl From<By> for Dimension {
    fn from(by: By) -> Self {
        match by {
            By::Number => Self::Number,
            By::Category => Self::Category,
            By::Country => Self::Country,
            By::Tag => Self::Tag,
            By::Template => Self::Template,
        }
    }
}

/// The windows when none is asked for.
const LAST_HOUR: Moment = Moment::Ago(3_600_000);
const LAST_QUARTER: Moment = Moment::Ago(900_000);

pub(super) fn run(common: &Common, args: &ReportArgs) -> Result<(), Failure> {
    let conditions = conditions(&args.fail_if)?;
    args.filter.as_deref().map(parse_for_messages).transpose()?;
    let now = now();
    let bounds = args.window.bounds(if args.oneline { LAST_QUARTER } else { LAST_HOUR }, now)?;
    let config = common.load()?.config;
    let reader = Reader::open(&config.data_dir)?;
    let looked = Looked::at(&reader, &config.data_dir, config.monitor, bounds, args, now)?;
    let report = looked.report(args)?;
    let mut out = Data::new(common.color);
    if args.oneline {
        print_line(&mut out, &looked.status(&report))?;
    } else {
        let shown = match args.masking.masker(&reader)? {
            Some(masker) => report.clone().masked(&masker),
            None => report.clone(),
        };
        print(&mut out, &shown, args.format)?;
    }
    out.flush()?;
    if !args.oneline {
        note_absent(&config.data_dir);
        tell_failed_notices(&config.data_dir)?;
    }
    judge(&conditions, &report, &looked)
}

/// A report with everything in it: broken down by each dimension, and what changed against the window before. Everything there is
/// has no window before it.
pub(super) fn whole(reader: &Reader, config: &Config, bounds: Bounds, now: Millis) -> Result<Report, Failure> {
    let args = ReportArgs {
        window: Window::default(),
        number: None,
        filter: None,
        format: Format::Text,
        masking: Masking { mask: false },
        compare: bounds.from.map(|_| "before".to_owned()),
        by: By::value_variants().to_vec(),
        fail_if: Vec::new(),
        oneline: false,
    };
    Looked::at(reader, &config.data_dir, config.monitor, bounds, &args, now)?.report(&args)
}

fn print(out: &mut Data, report: &Report, format: Format) -> Result<(), Failure> {
    let failed = std::io::Error::from;
    match format {
        Format::Text => out.bytes(report.text().as_bytes())?,
        Format::Md => out.bytes(report.markdown().as_bytes())?,
        Format::Csv => out.bytes(report.csv().as_bytes())?,
        Format::Json => out.line(&report.json().map_err(failed)?)?,
        Format::Ndjson => out.bytes(report.ndjson().map_err(failed)?.as_bytes())?,
    }
    Ok(())
}

fn print_line(out: &mut Data, status: &Status) -> Result<(), Failure> {
    let tone = match status.level {
        Level::Ok => Tone::Good,
        Level::Watch | Level::Blind => Tone::Warning,
        Level::Trouble => Tone::Bad,
        Level::Ready => Tone::Quiet,
    };
    let (glyph, words) = status.parts();
    Ok(out.line(&format!("{} {}", out.paint(tone, glyph), clean(&words)))?)
}

/// Says whom the receiver could not tell of an alert: what it decided stands in the report, but somebody may not know.
fn tell_failed_notices(dir: &Path) -> Result<(), Failure> {
    let Some(operator) = operator(dir)? else { return Ok(()) };
    for notice in operator.failed_notices()? {
        diagnostic(&notice.worded());
    }
    Ok(())
}

/// Parses `--fail-if`: a wrong one is explained with a caret under the mistake.
fn conditions(texts: &[String]) -> Result<Vec<Condition>, Failure> {
    let parse = |text: &String| {
        Condition::parse(text)
            .map_err(|error| Failure::usage(format!("the condition is wrong\n{}", error.with_caret(text))))
    };
    texts.iter().map(parse).collect()
}

/// Fails when any condition is met, after all of them were told.
fn judge(conditions: &[Condition], report: &Report, looked: &Looked) -> Result<(), Failure> {
    let last_s = looked.last_s().map(|seconds| seconds as f64);
    let mut met = Vec::new();
    for condition in conditions {
        match condition.test(report, &looked.pulse(), last_s) {
            Outcome::Met(value) => met.push(format!("{} is met: {}", condition.text(), condition.value_text(value))),
            Outcome::NotMet(_) => {}
            Outcome::NoData => diagnostic(&format!("{} is not tested: nothing to measure", condition.text())),
        }
    }
    if met.is_empty() { Ok(()) } else { Err(Failure::met(met.join("\nwatop: "))) }
}

/// What a report is made of.
struct Looked {
    monitor: Monitor,
    scope: Scope,
    stats: Stats,
    refused: u64,
}

impl Looked {
    fn at(
        reader: &Reader,
        dir: &Path,
        settings: Settings,
        bounds: Bounds,
        args: &ReportArgs,
        now: Millis,
    ) -> Result<Self, Failure> {
        let stats = reader.stats()?;
        let mut monitor = match (args.filter.as_deref(), bounds.from.filter(|_| args.oneline)) {
            (Some(filter), _) => fold_filtered(dir, parse_for_messages(filter)?, settings)?,
            (None, Some(from)) => recent::fold(reader, from, settings)?,
            (None, None) => fold(reader, stats.last_page, settings)?,
        };
        let span = span(bounds, monitor.extent(), now);
        let scope = Scope { span, as_of: now.min(span.to), number: args.number.clone() };
        let mut refused = 0;
        if let Some(operator) = operator(dir)? {
            monitor.set_acknowledged(operator.acknowledged()?);
            monitor.set_rule_alerts(RuleAlert::stored(operator.rule_alerts()?));
            refused = count_refused(&operator, span)?;
        }
        Ok(Self { monitor, scope, stats, refused })
    }

    fn report(&self, args: &ReportArgs) -> Result<Report, Failure> {
        let Self { monitor, scope, stats, refused } = self;
        let by = args.by.iter().map(|by| Dimension::from(*by));
        let before = args.compare.as_deref().map(|window| shifted(window, scope)).transpose()?;
        let extras = Extras {
            filter: args.filter.clone(),
            by: by.map(|dimension| (dimension, monitor.by(dimension, scope))).collect(),
            comparison: before.map(|before| monitor.compare(&before, scope)),
        };
        Ok(Report { extras, ..Report::new(monitor, scope.clone(), *refused, stats.expired) })
    }

    fn status(&self, report: &Report) -> Status {
        let verdict = self.monitor.verdict(&self.scope);
        let look = Look::new(Theme::dark());
        Status {
            level: verdict.level,
            short: panes::short(&verdict, &look, &TimeZone::system()),
            funnel: report.funnel.clone(),
            events_per_s: self.pulse().events_per_s,
            alerts: report.alerts.iter().filter(|alert| alert.is_open()).count() as u64,
            refused: self.refused,
            last_s: self.last_s(),
        }
    }

    fn pulse(&self) -> Pulse {
        self.monitor.pulse(self.scope.as_of)
    }

    /// Seconds from the last request to the end of the window.
    fn last_s(&self) -> Option<i64> {
        let (_, last) = self.monitor.extent()?;
        Some((self.scope.as_of.0.saturating_sub(last.0) / 1000).max(0))
    }
}

fn count_refused(operator: &Operator, span: Span) -> Result<u64, Failure> {
    let counts = operator.refused_counts(span.from, span.to)?;
    Ok(counts.iter().filter(|count| count.answer == 401).map(|count| count.count).sum())
}

/// Folds what a filter selects.
fn fold_filtered(dir: &Path, filter: Filter, settings: Settings) -> Result<Monitor, Failure> {
    let mut progress = Progress::new("reading the journal");
    Ok(filtered::count(Reader::open(dir)?, filter.with_horizon(settings.horizon), settings, |done, total| {
        progress.step(done, total)
    })?)
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
    let to = bounds.to.unwrap_or(Millis(end.0 + 1));
    // A window that ends before anything came is empty, and does not run backwards.
    Span::covering(bounds.from.unwrap_or(first.min(to)), to)
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
