//! Turns the minutes of a rule engine as events and the clock pass them.

use super::Rule;
use super::counts::{Bodies, Counts};
use super::engine::{Change, Engine, Facts, turn};
use super::metric::Metric;
use crate::event::Millis;
use crate::journal::Batch;
use crate::monitor::rollup::minute_of;
use crate::monitor::{Monitor, Settings};

const MINUTE: i64 = 60_000;
/// Minutes after the last event, beyond the longest window, in which a silence may still be judged.
const SILENCES: i64 = 24 * 60;

/// A monitor and the rules over it. Batches in order of page and a clock give the changes; the same ones give the same.
#[derive(Debug)]
pub struct Watch {
    counts: Counts,
    engine: Engine,
    /// What is not in the batches; whoever owns the watch keeps it up to date.
    pub facts: Facts,
    /// The minute that was judged last, or the first that was seen.
    last: Option<Millis>,
}

impl Watch {
    /// Over nothing yet.
    pub fn new(settings: Settings, rules: impl IntoIterator<Item = Rule>) -> Self {
        let rules: Vec<Rule> = rules.into_iter().collect();
        let counts = Counts::new(settings, &rules);
        Self { counts, engine: Engine::new(rules), facts: Facts::default(), last: None }
    }

    /// Folds a batch, after judging the minutes that turned before it was received. `bodies` are those of its requests, where
    /// [`Counts::needs_bodies`].
    pub fn fold(&mut self, batch: &Batch, bodies: &Bodies) -> Vec<Change> {
        let received = batch.requests.iter().map(|request| request.received_at);
        let changes = received.min().map_or_else(Vec::new, |first| self.advance(first));
        self.counts.fold(batch, bodies);
        changes
    }

    /// Judges the minutes that have turned by `now`. A minute in which no receiver ran is not judged: nothing could be heard.
    pub fn advance(&mut self, now: Millis) -> Vec<Change> {
        let now = turn(now);
        let mut changes = Vec::new();
        let mut at = Millis(self.last.get_or_insert(now).0 + MINUTE);
        while at <= now {
            if self.nothing_can_change(at, now) {
                at = now;
            }
            if !self.facts.is_down(at) {
                changes.extend(self.engine.tick(&self.counts, &self.facts, at));
            }
            self.last = Some(at);
            at.0 += MINUTE;
        }
        changes
    }

    /// Whether every minute from `at` to `now` looks back on nothing at all.
    fn nothing_can_change(&self, at: Millis, now: Millis) -> bool {
        let quiet_from = self.monitor().extent().map_or(0, |(_, last)| last.0)
            + (i64::from(self.engine.looks_back()) + SILENCES) * MINUTE;
        let refuses = || {
            let from = minute_of(at.0).saturating_sub(self.engine.looks_back());
            self.facts.refused.range(from..=minute_of(now.0)).next().is_some()
        };
        // A rule that is broken by nothing at all waits for nothing.
        let waits = || self.engine.rules().all(|rule| rule.metric != Metric::EventsPerSecond);
        at.0 > quiet_from && self.engine.is_idle() && waits() && !refuses()
    }

    /// The minute that was judged last.
    pub fn judged(&self) -> Option<Millis> {
        self.last
    }

    /// The rules and what is open.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The same, to take up what was open.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// What was counted.
    pub fn monitor(&self) -> &Monitor {
        self.counts.monitor()
    }

    /// What the rules are judged by.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Goes on over other counts, which have seen the same events as far as they matter.
    pub fn replace_counts(&mut self, counts: Counts) {
        self.counts = counts;
    }
}
