//! A change as programs read it: lines of `watop check --rules --format ndjson`, and what a command of a notice gets.

use super::{Change, Metric, Per, RuleAlert, Side};
use crate::event::{Millis, Severity};
use serde::Serialize;

/// One change of one alert. Keys are only ever added.
#[derive(Debug, Serialize)]
pub struct Told<'a> {
    at: String,
    change: &'static str,
    id: &'a str,
    rule: &'a str,
    per: Option<Per>,
    entity: Option<&'a str>,
    severity: Severity,
    opened_at: String,
    escalated_at: Option<String>,
    resolved_at: Option<String>,
    metric: Metric,
    code: Option<i64>,
    filter: Option<&'a str>,
    window_s: u64,
    side: Side,
    bound: f64,
    value: f64,
    worst: f64,
    volume: u64,
    detail: String,
}

impl<'a> Told<'a> {
    /// The form of a change.
    pub fn of(change: &'a Change) -> Self {
        let alert: &RuleAlert = &change.alert;
        let time = |at: Option<Millis>| at.map(Millis::rfc3339);
        Self {
            at: change.at.rfc3339(),
            change: change.what.name(),
            id: &alert.id,
            rule: &alert.rule,
            per: alert.per,
            entity: alert.entity.as_deref(),
            severity: alert.severity,
            opened_at: alert.opened_at.rfc3339(),
            escalated_at: time(alert.escalated_at),
            resolved_at: time(alert.resolved_at),
            metric: alert.metric,
            code: alert.code,
            filter: alert.filter.as_deref(),
            window_s: u64::from(alert.window) * 60,
            side: alert.side,
            bound: alert.bound,
            value: alert.value,
            worst: alert.worst,
            volume: alert.volume,
            detail: alert.detail(),
        }
    }
}
