//! The values that rules judge, from what a monitor counts.

use super::engine::Facts;
use super::silence::Silence;
use super::{Metric, Per, Rule};
use crate::event::{Millis, Text};
use crate::monitor::Monitor;
use crate::monitor::cohorts;
use crate::monitor::intern::Name;
use crate::monitor::rollup::{Minute, Minutes, minute_of};
use crate::monitor::view::{Funnel, Group, Scope, Span};
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
pub(super) fn measure(rule: &Rule, monitor: &Monitor, facts: &Facts, at: Millis) -> Values {
    let to = minute_of(at.0);
    let span = Minutes { from: to.saturating_sub(rule.window), to };
    match rule.metric {
        Metric::FailureRate | Metric::SettledRate | Metric::ReadRate | Metric::DeliverP95 => {
            of_cohort(rule, monitor, span)
        }
        Metric::CodeCount => codes(rule, monitor, span),
        Metric::EventsPerSecond => events(rule, monitor, facts, span),
        Metric::TransportLag => {
            let lag = monitor.rates.lag(span);
            let value = lag.p95.map(|p95| Value { value: p95 as f64, volume: lag.count });
            value.map(|value| (None, value)).into_iter().collect()
        }
        Metric::Refused => {
            let count: u64 = facts.refused.range(span.from..span.to).map(|(_, count)| count).sum();
            Values::from([(None, Value { value: count as f64, volume: count })])
        }
        Metric::Silence => silences(rule, monitor, facts, at),
    }
}

fn of_cohort(rule: &Rule, monitor: &Monitor, span: Minutes) -> Values {
    let value = |funnel: &Funnel| {
        let share =
            |part: u64, whole: u64| (whole > 0).then(|| Value { value: part as f64 / whole as f64, volume: whole });
        match rule.metric {
            Metric::FailureRate => share(funnel.outcomes.failed, funnel.attempted),
            Metric::SettledRate => share(funnel.delivered, funnel.delivered + funnel.outcomes.failed),
            Metric::ReadRate => share(funnel.read, funnel.delivered),
            _ => {
                let latency = &funnel.time_to_deliver_s;
                latency.p95.map(|p95| Value { value: p95 as f64, volume: latency.count })
            }
        }
    };
    let Some(dimension) = rule.per.and_then(Per::dimension) else {
        let all = cohorts::funnel(&monitor.cohorts, span, 0, None);
        return value(&all).map(|value| (None, value)).into_iter().collect();
    };
    let (from, to) = (Millis(i64::from(span.from) * 60_000), Millis(i64::from(span.to) * 60_000));
    let rows = monitor.by(dimension, &Scope { span: Span { from, to }, as_of: to, number: None });
    rows.into_iter().filter_map(|row| Some((Some(entity(row.value)?), value(&row.funnel)?))).collect()
}

fn codes(rule: &Rule, monitor: &Monitor, span: Minutes) -> Values {
    let mut counts: BTreeMap<Option<Text>, u64> = BTreeMap::new();
    if rule.per.is_none() {
        counts.insert(None, 0);
    }
    monitor.failures.tally(span, &monitor.messages, |cell, code| {
        if rule.code.is_some() && code != rule.code {
            return;
        }
        let of = match rule.per {
            None => None,
            Some(per) => match per.dimension() {
                Some(dimension) => entity(monitor.group(dimension, cell)),
                None => code.map(|code| code.to_string().into()),
            },
        };
        if of.is_some() == rule.per.is_some() {
            *counts.entry(of).or_default() += 1;
        }
    });
    counts.into_iter().map(|(entity, count)| (entity, Value { value: count as f64, volume: count })).collect()
}

/// Events per second. A window in which the receiver was down for a while is not judged.
fn events(rule: &Rule, monitor: &Monitor, facts: &Facts, span: Minutes) -> Values {
    if facts.was_down(span) || monitor.rates.known_since().is_none_or(|first| first > span.from) {
        return Values::new();
    }
    let seconds = f64::from(rule.window) * 60.0;
    let value = |events: u64| Value { value: events as f64 / seconds, volume: events };
    let counts = monitor.rates.events(span);
    if rule.per.is_none() {
        return Values::from([(None, value(counts.iter().map(|(_, events)| events).sum()))]);
    }
    let known = monitor.rates.last_by_number(span.to.saturating_sub(KNOWN_FOR));
    let of = |number: Name| counts.iter().find(|entry| entry.0 == number).map_or(0, |entry| entry.1);
    known.filter_map(|(number, _)| Some((Some(named(monitor, number)?), value(of(number))))).collect()
}

fn silences(rule: &Rule, monitor: &Monitor, facts: &Facts, at: Millis) -> Values {
    let since = minute_of(at.0).saturating_sub(7 * KNOWN_FOR);
    let mut known: Vec<(Option<Name>, Millis)> =
        monitor.rates.last_by_number(since).map(|(number, last)| (Some(number), last)).collect();
    if rule.per.is_none() {
        known = known.iter().map(|(_, last)| *last).max().map(|last| (None, last)).into_iter().collect();
    }
    let values = known.into_iter().filter_map(|(number, last)| {
        let entity = number.and_then(|number| named(monitor, number));
        if entity.is_none() && rule.per.is_some() {
            return None;
        }
        let silence = Silence { rates: &monitor.rates, facts, number, last, at };
        let seconds = silence.seconds();
        // What nobody would be told is not worked out.
        let expected = if rule.bound.is_out(seconds) { silence.expected(rule.window) } else { 0 };
        Some((entity, Value { value: seconds, volume: expected }))
    });
    values.collect()
}

/// What is counted under a name of its own.
fn entity(group: Group) -> Option<Text> {
    match group {
        Group::Named(name) => Some(name),
        Group::Unnamed | Group::Others => None,
    }
}

/// The entity of a business number; what names none is no entity.
fn named(monitor: &Monitor, number: Name) -> Option<Text> {
    monitor.texts.text(number).cloned()
}
