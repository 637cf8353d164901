//! The life of one alert: hysteresis by time and by value.

use super::alert::RuleAlert;
use super::engine::What;
use super::measure::Value;
use super::{Bound, Rule};
use crate::event::{Millis, Severity, Text};

/// What is known of one rule and entity between two minutes.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// Since when the value is out of bounds, and since when beyond the critical one.
    out: Option<Millis>,
    critical: Option<Millis>,
    open: Option<Open>,
}

/// An alert that is open.
#[derive(Debug, Clone)]
struct Open {
    alert: RuleAlert,
    /// Since when the value is well, or not known.
    well: Option<Millis>,
    told: Millis,
}

impl State {
    /// An alert that was open when the state was lost.
    pub(super) fn resume(alert: RuleAlert) -> Self {
        let told = alert.reminded_at.or(alert.escalated_at).unwrap_or(alert.opened_at);
        Self { open: Some(Open { alert, well: None, told }), ..Self::default() }
    }

    /// Whether nothing is known that matters.
    pub(super) fn is_idle(&self) -> bool {
        self.out.is_none() && self.open.is_none()
    }

    pub(super) fn alert(&self) -> Option<&RuleAlert> {
        self.open.as_ref().map(|open| &open.alert)
    }

    /// Judges a value at the turn of a minute; `None`: too little is known. `decided`: what opens, escalates and resolves here
    /// was decided before and is not decided again.
    pub(super) fn step(
        &mut self,
        rule: &Rule,
        entity: Option<&Text>,
        value: Option<Value>,
        at: Millis,
        decided: bool,
    ) -> Option<(What, RuleAlert)> {
        let known = value.map(|value| value.value);
        keep(&mut self.out, known.is_some_and(|value| rule.bound.is_out(value)), at);
        keep(&mut self.critical, known.is_some_and(|value| rule.bound.is_critical(value)), at);
        let hold = i64::from(rule.hold) * 60_000;
        let held = |since: Option<Millis>| since.is_some_and(|since| at.0 - since.0 >= hold);
        let (out, critical) = (held(self.out), held(self.critical));
        let Some(open) = &mut self.open else {
            let value = value.filter(|_| out && !decided)?;
            let severity = if critical { Severity::Critical } else { Severity::Warning };
            let alert = RuleAlert::open(rule, entity, value, severity, at);
            self.open = Some(Open { alert: alert.clone(), well: None, told: at });
            return Some((What::Opened, alert));
        };
        open.see(&rule.bound, value);
        let well = known.is_none_or(|value| rule.bound.is_well(value));
        keep(&mut open.well, well, at);
        let whole = if known.is_some() { hold } else { hold.max(i64::from(rule.window) * 60_000) };
        let resolves = open.well.is_some_and(|since| at.0 - since.0 >= whole);
        let reminds = rule.remind.is_some_and(|minutes| at.0 - open.told.0 >= i64::from(minutes) * 60_000);
        if decided {
            return None;
        }
        if resolves {
            let mut open = self.open.take()?;
            open.alert.resolved_at = Some(at);
            return Some((What::Resolved, open.alert));
        }
        if critical && open.alert.severity < Severity::Critical {
            open.alert.severity = Severity::Critical;
            open.alert.escalated_at = Some(at);
            open.told = at;
            return Some((What::Escalated, open.alert.clone()));
        }
        if reminds {
            open.alert.reminded_at = Some(at);
            open.told = at;
            return Some((What::Reminded, open.alert.clone()));
        }
        None
    }
}

impl Open {
    fn see(&mut self, bound: &Bound, value: Option<Value>) {
        if let Some(Value { value, volume }) = value {
            self.alert.value = value;
            self.alert.volume = volume;
            self.alert.worst = bound.worse(self.alert.worst, value);
        }
    }
}

/// Keeps the time since which something holds.
fn keep(since: &mut Option<Millis>, holds: bool, at: Millis) {
    *since = holds.then(|| since.unwrap_or(at));
}
