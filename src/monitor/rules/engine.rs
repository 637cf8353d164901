//! Judges every rule for every entity at the turn of a minute.

use super::Rule;
use super::alert::RuleAlert;
use super::counts::Counts;
use super::measure::{self, Values};
use super::state::State;
use crate::event::{Millis, Text};
use crate::monitor::rollup::{Minute, Minutes, minute_of};
use std::collections::BTreeMap;

/// Entities of one rule that are judged at a time, those with the most behind them first: entities are named by strangers.
const ENTITIES: usize = 200;

/// What a rule must know besides what a monitor counts.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Requests answered 401, by minute since 1970.
    pub refused: BTreeMap<u32, u64>,
    /// Times in which no receiver ran, ascending.
    pub gaps: Vec<(Millis, Millis)>,
}

impl Facts {
    /// Whether no receiver ran for some of the span.
    pub(super) fn was_down(&self, span: Minutes) -> bool {
        let (from, to) = (i64::from(span.from) * 60_000, i64::from(span.to) * 60_000);
        self.gaps.iter().any(|(start, end)| start.0 < to && from < end.0)
    }

    /// Whether no receiver ran at this moment.
    pub(super) fn is_down(&self, at: Millis) -> bool {
        self.gaps.iter().any(|(start, end)| *start < at && at <= *end)
    }

    /// When the receiver began to run again for the last time before `at`.
    pub(super) fn up_since(&self, at: Millis) -> Option<Millis> {
        self.gaps.iter().map(|(_, end)| *end).filter(|end| *end <= at).max()
    }
}

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It opened.
    Opened,
    /// It became critical.
    Escalated,
    /// It is still open.
    Reminded,
    /// It is over.
    Resolved,
}

impl What {
    /// The word for it in what programs read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Escalated => "escalated",
            Self::Reminded => "reminded",
            Self::Resolved => "resolved",
        }
    }
}

/// Something that happened at the turn of a minute.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What.
    pub what: What,
    /// The alert after it.
    pub alert: RuleAlert,
    /// When.
    pub at: Millis,
}

/// The rules and what is open by them.
#[derive(Debug, Default)]
pub struct Engine {
    rules: Vec<Judged>,
    /// Open by a rule that is no more, or judges something else now.
    orphans: Vec<RuleAlert>,
    /// Up to here everything was decided before.
    decided: Option<Millis>,
}

#[derive(Debug)]
struct Judged {
    rule: Rule,
    states: BTreeMap<Option<Text>, State>,
    left_out: usize,
}

impl Engine {
    /// Nothing is open.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Self {
        let judged = |rule| Judged { rule, states: BTreeMap::new(), left_out: 0 };
        Self { rules: rules.into_iter().map(judged).collect(), ..Self::default() }
    }

    /// Takes up what was open after the minute that turned at `decided`. Minutes up to there are judged again only for what is
    /// about to change; what they changed is not decided twice.
    pub fn resume(&mut self, open: impl IntoIterator<Item = RuleAlert>, decided: Option<Millis>) {
        self.decided = decided;
        for alert in open {
            match self.rules.iter_mut().find(|judged| alert.is_of(&judged.rule)) {
                Some(judged) => {
                    judged.states.insert(alert.entity.clone(), State::resume(alert));
                }
                None => self.orphans.push(alert),
            }
        }
    }

    /// Judges the minute that turns at `at`, a whole minute. Minutes are judged in order, each once.
    pub fn tick(&mut self, counts: &Counts, facts: &Facts, at: Millis) -> Vec<Change> {
        let decided = self.decided.is_some_and(|decided| at <= decided);
        let mut changes = Vec::new();
        if !decided {
            for mut alert in self.orphans.drain(..) {
                alert.resolved_at = Some(at);
                changes.push(Change { what: What::Resolved, alert, at });
            }
        }
        for judged in &mut self.rules {
            let values = measure::measure(&judged.rule, counts, facts, at);
            judged.tick(values, at, decided, &mut changes);
        }
        changes
    }

    /// Every alert that is open.
    pub fn open(&self) -> impl Iterator<Item = &RuleAlert> {
        let alerts = self.rules.iter().flat_map(|judged| judged.states.values().filter_map(State::alert));
        self.orphans.iter().chain(alerts)
    }

    /// Rules by name with the number of entities that were not judged in the last minute, where there were any.
    pub fn left_out(&self) -> impl Iterator<Item = (&Text, usize)> {
        self.rules.iter().filter(|judged| judged.left_out > 0).map(|judged| (&judged.rule.name, judged.left_out))
    }

    /// The rules.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|judged| &judged.rule)
    }

    /// Whether nothing is open or about to open.
    pub(super) fn is_idle(&self) -> bool {
        self.orphans.is_empty() && self.rules.iter().all(|judged| judged.states.is_empty())
    }

    /// The longest time that a rule looks back, in minutes.
    pub fn looks_back(&self) -> Minute {
        self.rules().map(|rule| rule.window + rule.hold).max().unwrap_or(0)
    }
}

impl Judged {
    fn tick(&mut self, values: Values, at: Millis, decided: bool, changes: &mut Vec<Change>) {
        let values = self.bounded(values);
        let gone = self.states.keys().filter(|entity| !values.contains_key(*entity)).cloned();
        let entities: Vec<Option<Text>> = gone.chain(values.keys().cloned()).collect();
        for entity in entities {
            let state = self.states.entry(entity.clone()).or_default();
            let alone = self.rule.metric.stands_alone() && state.alert().is_some();
            let value = values.get(&entity).copied();
            let value = value.filter(|value| alone || value.volume >= self.rule.min_volume);
            if let Some((what, alert)) = state.step(&self.rule, entity.as_ref(), value, at, decided) {
                changes.push(Change { what, alert, at });
            }
            if state.is_idle() {
                self.states.remove(&entity);
            }
        }
    }

    /// The values of what is open already and of the largest others.
    fn bounded(&mut self, mut values: Values) -> Values {
        self.left_out = values.len().saturating_sub(ENTITIES);
        if self.left_out > 0 {
            let rank = |entity: &Option<Text>, volume: u64| (self.states.contains_key(entity), volume);
            let mut ranks: Vec<_> = values.iter().map(|(entity, value)| (rank(entity, value.volume), entity)).collect();
            ranks.sort_by(|a, b| b.cmp(a));
            let gone: Vec<Option<Text>> = ranks[ENTITIES..].iter().map(|(_, entity)| (*entity).clone()).collect();
            for entity in &gone {
                values.remove(entity);
            }
        }
        values
    }
}

/// The minute that has turned last at `now`.
pub(super) fn turn(now: Millis) -> Millis {
    Millis(i64::from(minute_of(now.0)) * 60_000)
}
