//! The values that rules judge, from what is counted.

use super::counts::Counts;
use super::engine::Facts;
use super::sift::Sift;
use super::silence::Silence;
use super::{Metric, Per, Rule};
use crate::event::{Millis, Text};
use crate::monitor::Monitor;
use crate::monitor::cells::Cell;
use crate::monitor::cohorts;
use crate::monitor::intern::Name;
use crate::monitor::latency::Histogram;
use crate::monitor::messages::{Outcome, Part};
use crate::monitor::rates::Rates;
use crate::monitor::rollup::{Minute, Minutes, minute_of};
use crate::monitor::view::{Funnel, Latency, Scope, Span};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// A value and what stands behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Value {
    pub(super) value: f64,
    pub(super) volume: u64,
}

/// The values of a rule by entity; `None` is everything together.
pub(super) type Values = BTreeMap<Option<Text>, Value>;

/// How long something that was seen is expected to be seen again, in minutes.
const KNOWN_FOR: Minute = 24 * 60;

/// What a rule judges at the turn of a minute.
pub(super) fn measure(rule: &Rule, counts: &Counts, facts: &Facts, at: Millis) -> Values {
    let to = minute_of(at.0);
    let span = Minutes { from: to.saturating_sub(rule.window), to };
    let measured = Measured { rule, monitor: counts.monitor(), sift: counts.sift(rule), facts };
    match rule.metric {
        Metric::FailureRate if rule.per == Some(Per::Code) => measured.rates_of_codes(span),
        Metric::FailureRate | Metric::SettledRate | Metric::ReadRate | Metric::DeliverP95 => measured.of_cohort(span),
        Metric::CodeCount => measured.codes(span),
        Metric::EventsPerSecond => measured.events(span),
        Metric::TransportLag => measured.lags(span),
        Metric::Refused => {
            let count: u64 = facts.refused.range(span.from..span.to).map(|(_, count)| count).sum();
            Values::from([(None, Value { value: count as f64, volume: count })])
        }
        Metric::Silence => measured.silences(at),
    }
}

/// One rule over what was counted for it.
struct Measured<'a> {
    rule: &'a Rule,
    monitor: &'a Monitor,
    sift: Option<&'a Sift>,
    facts: &'a Facts,
}

/// The messages of a cohort, as far as rules look at them.
#[derive(Default)]
struct Tally {
    attempted: u64,
    failed: u64,
    delivered: u64,
    read: u64,
    deliver: Histogram,
}

impl Tally {
    fn add(&mut self, part: &Part) {
        self.attempted += 1;
        self.failed += u64::from(part.outcome == Outcome::Failed);
        self.delivered += u64::from(part.delivered());
        self.read += u64::from(part.outcome == Outcome::Read);
        part.deliver.into_iter().for_each(|bin| self.deliver.add(bin, 1));
    }

    fn funnel(&self) -> Funnel {
        let mut funnel = Funnel {
            attempted: self.attempted,
            delivered: self.delivered,
            read: self.read,
            time_to_deliver_s: self.deliver.latency(),
            ..Funnel::default()
        };
        funnel.outcomes.failed = self.failed;
        funnel
    }
}

impl Measured<'_> {
    fn of_cohort(&self, span: Minutes) -> Values {
        let values = self.funnels(span).into_iter();
        values.filter_map(|(entity, funnel)| Some((entity, cohort_value(self.rule.metric, &funnel)?))).collect()
    }

    /// The funnel of each entity in the cohort of the span, as far as rules look at one.
    fn funnels(&self, span: Minutes) -> Vec<(Option<Text>, Funnel)> {
        let dimension = self.rule.per.and_then(Per::dimension);
        match (self.sift, dimension) {
            (Some(sift), _) => {
                let mut tallies: HashMap<Option<Text>, Tally> = HashMap::new();
                for (index, record) in self.monitor.messages.of_minutes(span) {
                    if sift.selects(index)
                        && let Some(entity) = self.entity(record.cell)
                    {
                        tallies.entry(entity).or_default().add(&record.part());
                    }
                }
                tallies.into_iter().map(|(entity, tally)| (entity, tally.funnel())).collect()
            }
            (None, None) => vec![(None, cohorts::funnel(&self.monitor.cohorts, span, 0, None))],
            (None, Some(dimension)) => {
                let (from, to) = (Millis(i64::from(span.from) * 60_000), Millis(i64::from(span.to) * 60_000));
                let scope = Scope { span: Span { from, to }, as_of: to, number: None };
                let rows = self.monitor.by(dimension, &scope).into_iter();
                rows.filter_map(|row| Some((Some(row.value.name()?.clone()), row.funnel))).collect()
            }
        }
    }

    /// What a message is judged under: everything together without `per`, nothing when it names none.
    fn entity(&self, cell: Cell) -> Option<Option<Text>> {
        match self.rule.per.and_then(Per::dimension) {
            None => Some(None),
            Some(dimension) => self.monitor.group(dimension, cell).name().cloned().map(Some),
        }
    }

    /// Failed messages by entity and code.
    fn failed(&self, span: Minutes, mut see: impl FnMut(Option<Text>, Option<i64>)) {
        self.monitor.failures.tally(span, &self.monitor.messages, |index, cell, code| {
            if self.sift.is_none_or(|sift| sift.selects(index))
                && let Some(entity) = self.entity(cell)
            {
                see(entity, code);
            }
        });
    }

    fn codes(&self, span: Minutes) -> Values {
        let rule = self.rule;
        let mut counts: BTreeMap<Option<Text>, u64> = BTreeMap::new();
        if rule.per.is_none() {
            counts.insert(None, 0);
        }
        self.failed(span, |entity, code| {
            let wanted = rule.code.is_none() || code == rule.code;
            let of = if rule.per == Some(Per::Code) { code.map(of_code) } else { entity };
            if wanted && of.is_some() == rule.per.is_some() {
                *counts.entry(of).or_default() += 1;
            }
        });
        counts.into_iter().map(|(entity, count)| (entity, Value { value: count as f64, volume: count })).collect()
    }

    /// For each code the share of the attempted messages that failed with it.
    fn rates_of_codes(&self, span: Minutes) -> Values {
        let attempted = self.funnels(span).first().map_or(0, |(_, funnel)| funnel.attempted);
        let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
        self.failed(span, |_, code| code.into_iter().for_each(|code| *counts.entry(code).or_default() += 1));
        let values = counts.into_iter().filter_map(|(code, count)| Some((code, share(count, attempted)?)));
        values.map(|(code, value)| (Some(of_code(code)), value)).collect()
    }

    /// The events that count.
    fn rates(&self) -> &Rates {
        self.sift.and_then(Sift::events).map_or(&self.monitor.rates, |events| &events.rates)
    }

    /// Events per second. A window in which the receiver was down for a while is not judged.
    fn events(&self, span: Minutes) -> Values {
        let rates = self.rates();
        if self.facts.was_down(span) || rates.known_since().is_none_or(|first| first > span.from) {
            return Values::new();
        }
        let seconds = f64::from(self.rule.window) * 60.0;
        let value = |events: u64| Value { value: events as f64 / seconds, volume: events };
        let counts = rates.events(span);
        if self.rule.per.is_none() {
            return Values::from([(None, value(counts.iter().map(|(_, events)| events).sum()))]);
        }
        let known = rates.last_by_number(span.to.saturating_sub(KNOWN_FOR));
        let of = |name: Name| counts.iter().find(|entry| entry.0 == name).map_or(0, |entry| entry.1);
        known.filter_map(|(name, _)| Some((Some(self.named(name)?), value(of(name))))).collect()
    }

    fn lags(&self, span: Minutes) -> Values {
        let value = |lag: Latency| Some(Value { value: lag.p95? as f64, volume: lag.count });
        let Some(events) = self.sift.and_then(Sift::events) else {
            return value(self.monitor.rates.lag(span)).map(|value| (None, value)).into_iter().collect();
        };
        let lags = events.lags(span.from, span.to).into_iter();
        let lags = lags.map(|(name, lags)| (self.named(name), lags.latency()));
        lags.filter(|(entity, _)| entity.is_some() == self.rule.per.is_some())
            .filter_map(|(entity, lag)| Some((entity, value(lag)?)))
            .collect()
    }

    fn silences(&self, at: Millis) -> Values {
        let (rule, rates) = (self.rule, self.rates());
        let since = minute_of(at.0).saturating_sub(7 * KNOWN_FOR);
        let mut known: Vec<(Option<Name>, Millis)> =
            rates.last_by_number(since).map(|(name, last)| (Some(name), last)).collect();
        if rule.per.is_none() {
            known = known.iter().map(|(_, last)| *last).max().map(|last| (None, last)).into_iter().collect();
        }
        let values = known.into_iter().filter_map(|(number, last)| {
            let entity = number.and_then(|name| self.named(name));
            if entity.is_none() && rule.per.is_some() {
                return None;
            }
            let silence = Silence { rates, facts: self.facts, number, last, at };
            let seconds = silence.seconds();
            // What nobody would be told is not worked out.
            let expected = if rule.bound.is_out(seconds) { silence.expected(rule.window) } else { 0 };
            Some((entity, Value { value: seconds, volume: expected }))
        });
        values.collect()
    }

    /// The entity behind a name; what names none is no entity.
    fn named(&self, name: Name) -> Option<Text> {
        self.monitor.texts.text(name).cloned()
    }
}

fn cohort_value(metric: Metric, funnel: &Funnel) -> Option<Value> {
    match metric {
        Metric::FailureRate => share(funnel.outcomes.failed, funnel.attempted),
        Metric::SettledRate => share(funnel.delivered, funnel.delivered + funnel.outcomes.failed),
        Metric::ReadRate => share(funnel.read, funnel.delivered),
        _ => {
            let latency = &funnel.time_to_deliver_s;
            latency.p95.map(|p95| Value { value: p95 as f64, volume: latency.count })
        }
    }
}

fn share(part: u64, whole: u64) -> Option<Value> {
    (whole > 0).then(|| Value { value: part as f64 / whole as f64, volume: whole })
}

fn of_code(code: i64) -> Text {
    code.to_string().into()
}
