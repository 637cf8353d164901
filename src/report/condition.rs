//! `--fail-if`: conditions on a report, such as `failure_rate>5%`, by the names that rules use.

use super::Report;
use crate::monitor::view::Pulse;
use crate::query::suggest::closest;
use std::ops::Range;

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    text: String,
    metric: Metric,
    comparison: Comparison,
    bound: f64,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Metric {
    FailureRate,
    SettledRate,
    ReadRate,
    /// Messages with one effective code, or with the most frequent one.
    CodeCount(Option<i64>),
    DeliverP95,
    EventsPerSecond,
    TransportLag,
    Refused,
    Silence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// Names with what they measure, for the message about a wrong one.
const METRICS: [(&str, Metric); 9] = [
    ("failure_rate", Metric::FailureRate),
    ("settled_rate", Metric::SettledRate),
    ("read_rate", Metric::ReadRate),
    ("code_count", Metric::CodeCount(None)),
    ("deliver_p95_s", Metric::DeliverP95),
    ("events_per_s", Metric::EventsPerSecond),
    ("transport_lag_s", Metric::TransportLag),
    ("refused", Metric::Refused),
    ("silence_s", Metric::Silence),
];

/// Longest first, so that `>=` is not read as `>`.
const COMPARISONS: [(&str, Comparison); 4] =
    [(">=", Comparison::AtLeast), ("<=", Comparison::AtMost), (">", Comparison::Above), ("<", Comparison::Below)];

/// What a condition says of a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It holds, with the value.
    Met(f64),
    /// It does not.
    NotMet(f64),
    /// There is nothing to measure.
    NoData,
}

/// Why a condition is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionError {
    /// What is wrong and what to write instead.
    pub message: String,
    /// Byte range in the text.
    pub span: Range<usize>,
}

impl Condition {
    /// Parses `METRIC COMPARISON NUMBER`, such as `failure_rate>5%`, `deliver_p95_s >= 30` or `code_count(131049)>100`.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let wrong = |message: String, span: Range<usize>| ConditionError { message, span };
        let found = COMPARISONS.iter().filter_map(|(sign, comparison)| Some((text.find(sign)?, sign, *comparison)));
        let Some((at, sign, comparison)) = found.min_by_key(|(at, sign, _)| (*at, 2 - sign.len())) else {
            let message = "a comparison is missing: write one such as failure_rate>5%";
            return Err(wrong(message.into(), text.len()..text.len()));
        };
        let name = text[..at].trim();
        let start = text.len() - text.trim_start().len();
        let metric = metric(name).map_err(|message| wrong(message, start..start + name.len()))?;
        let value = text[at + sign.len()..].trim();
        let start = text.len() - text[at + sign.len()..].trim_start().len();
        let bound = number(value)
            .ok_or_else(|| wrong("write a number here, such as 0.05, 5% or 30".into(), start..start + value.len()))?;
        Ok(Self { text: text.trim().to_owned(), metric, comparison, bound })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Tests it. `pulse` is of the report's `as_of`; `last_s` the seconds since the last request, of all that is kept.
    pub fn test(&self, report: &Report, pulse: &Pulse, last_s: Option<f64>) -> Outcome {
        let Some(value) = self.metric.of(report, pulse, last_s) else { return Outcome::NoData };
        let met = match self.comparison {
            Comparison::Above => value > self.bound,
            Comparison::AtLeast => value >= self.bound,
            Comparison::Below => value < self.bound,
            Comparison::AtMost => value <= self.bound,
        };
        if met { Outcome::Met(value) } else { Outcome::NotMet(value) }
    }

    /// A value of its metric for a reader.
    pub fn value_text(&self, value: f64) -> String {
        match self.metric {
            Metric::FailureRate | Metric::SettledRate | Metric::ReadRate => crate::monitor::figures::percent(value),
            _ => format!("{}", (value * 100.0).round() / 100.0),
        }
    }
}

impl ConditionError {
    /// The condition, a line of carets under the mistake, and the message.
    pub fn with_caret(&self, text: &str) -> String {
        let as_filter = crate::query::FilterError::new(self.message.clone(), self.span.clone());
        as_filter.with_caret(text)
    }
}

impl Metric {
    /// Its value; `None` without anything to measure.
    fn of(self, report: &Report, pulse: &Pulse, last_s: Option<f64>) -> Option<f64> {
        let funnel = &report.funnel;
        match self {
            Self::FailureRate => {
                (funnel.attempted > 0).then(|| funnel.outcomes.failed as f64 / funnel.attempted as f64)
            }
            Self::SettledRate => funnel.settled(),
            Self::ReadRate => funnel.read_rate(),
            Self::CodeCount(code) => {
                let rows = report.failures.iter().filter(|failure| code.is_none() || failure.code == code);
                (funnel.attempted > 0).then(|| rows.map(|failure| failure.messages).max().unwrap_or(0) as f64)
            }
            Self::DeliverP95 => funnel.time_to_deliver_s.p95.map(|seconds| seconds as f64),
            Self::EventsPerSecond => {
                let span = &report.scope.span;
                let seconds = (span.to.min(report.scope.as_of).0 - span.from.0) as f64 / 1000.0;
                (last_s.is_some() && seconds > 0.0).then(|| report.ingest.events as f64 / seconds)
            }
            Self::TransportLag => pulse.lag_s.map(|seconds| seconds as f64),
            Self::Refused => Some(report.ingest.refused as f64),
            Self::Silence => last_s,
        }
    }
}

fn metric(name: &str) -> Result<Metric, String> {
    if let Some((_, metric)) = METRICS.iter().find(|(known, _)| *known == name) {
        return Ok(*metric);
    }
    if let Some(code) = name.strip_prefix("code_count(").and_then(|rest| rest.strip_suffix(')')) {
        let code = code.trim().parse().map_err(|_| format!("{code:?} is not an error code"))?;
        return Ok(Metric::CodeCount(Some(code)));
    }
    let names: Vec<&str> = METRICS.iter().map(|(name, _)| *name).collect();
    Err(match closest(name, names.iter().copied()) {
        Some(close) => format!("there is no metric {name:?}, did you mean {close:?}?"),
        None => format!("there is no metric {name:?}; write one of {}", names.join(", ")),
    })
}

/// A number, or percents as a share.
fn number(text: &str) -> Option<f64> {
    let value = match text.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f64>().ok()? / 100.0,
        None => text.parse().ok()?,
    };
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::report;

    fn outcome(text: &str) -> Outcome {
        Condition::parse(text).unwrap().test(&report(), &Pulse::default(), Some(90.0))
    }

    #[test]
    fn every_metric_has_its_value() {
        assert_eq!(outcome("failure_rate>5%"), Outcome::Met(0.06));
        assert_eq!(outcome("failure_rate > 0.06"), Outcome::NotMet(0.06));
        assert_eq!(outcome("failure_rate>=6%"), Outcome::Met(0.06));
        assert_eq!(outcome("settled_rate<95 %"), Outcome::Met(0.9375));
        assert_eq!(outcome("read_rate<=0.5"), Outcome::Met(0.5));
        assert_eq!(outcome("code_count>59"), Outcome::Met(60.0));
        assert_eq!(outcome("code_count(131026)>60"), Outcome::NotMet(60.0));
        assert_eq!(outcome("code_count(131049)>0"), Outcome::NotMet(0.0));
        assert_eq!(outcome("deliver_p95_s>5"), Outcome::Met(7.0));
        assert_eq!(outcome("events_per_s<1"), Outcome::NotMet(12_000.0 / 3600.0));
        assert_eq!(outcome("transport_lag_s>5"), Outcome::NoData);
        assert_eq!(outcome("refused>=3"), Outcome::Met(3.0));
        assert_eq!(outcome("silence_s>60"), Outcome::Met(90.0));
    }

    #[test]
    fn a_wrong_condition_says_where() {
        let error = |text: &str| Condition::parse(text).unwrap_err();
        assert_eq!(error("failure_rat>5%").span, 0..11);
        assert!(error("bananas>5%").message.contains("failure_rate, settled_rate"));
        assert_eq!(error(" failure_rate > 5x").span, 16..18);
        assert_eq!(error("failure_rate").span, 12..12);
        assert_eq!(error("failure_rate>").span, 13..13);
        assert_eq!(error("code_count(x)>1").span, 0..13);
        assert_eq!(error("failure_rate>5x").with_caret("failure_rate>5x").lines().nth(1), Some("             ^^"));
    }
}
