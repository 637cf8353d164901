//! What is left out of everything that is counted and listed: by a filter over the whole screen, and by a business number.
//!
//! The events that the filter selects are counted on a thread of their own ([`crate::source::filtered`]); what it hands over is
//! taken in here. Until another filter was read to the end, the counts of before stand.

use super::filter_bar::everything;
use super::lang::say;
use super::look::Look;
use super::store::Job;
use super::widgets::format;
use crate::event::{Millis, Text};
use crate::journal::operator::Acknowledged;
use crate::monitor::rules::RuleAlert;
use crate::monitor::view::term;
use crate::monitor::{Monitor, Settings};
use crate::query::{Filter, HORIZON};
use crate::source::filtered::{Filtered, Limit, Step};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Time after which a journal that could not be read is tried again, in milliseconds.
const RETRY_AFTER: i64 = 2_000;

/// Filter and number of the screen, and the counts that the filter selects.
#[derive(Debug)]
pub struct Narrowing {
    settings: Settings,
    /// The filter that is counted; empty when there is none.
    expression: String,
    /// The filter is switched off.
    off: bool,
    number: Option<Text>,
    /// Counts that are complete.
    counts: Option<Filtered>,
    /// The filter they are of.
    counted: String,
    /// Counts of a filter that is read for the first time.
    coming: Option<Filtered>,
    /// Where they come from. Dropping it ends the thread that reads.
    steps: Option<mpsc::Receiver<Step>>,
    /// The same of the counts that stand, while others are read. Nobody takes it: its thread waits.
    parked: Option<mpsc::Receiver<Step>>,
    /// How far is counted.
    limit: Limit,
    /// Changes with the filter: what was read for another one is thrown away.
    generation: u64,
    /// When the reading is to be asked for; `None`: it was.
    ask_at: Option<Millis>,
    /// Filter and number as one expression, for lists of messages.
    whole: String,
    /// The same for lists of events: a filter that asks of whole messages selects no single one.
    of_events: String,
    /// What is known of alerts beside the journal, for any counts.
    acknowledged: Vec<(Text, Acknowledged)>,
    rules: Vec<RuleAlert>,
}

/// What a step of the reading changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// How far it is.
    Progress,
    /// What is counted.
    Counts,
    /// Another filter is counted from now on.
    Filter,
}

impl Narrowing {
    /// Nothing is left out.
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            expression: String::new(),
            off: false,
            number: None,
            counts: None,
            counted: String::new(),
            coming: None,
            steps: None,
            parked: None,
            limit: Limit::default(),
            generation: 0,
            ask_at: None,
            whole: String::new(),
            of_events: String::new(),
            acknowledged: Vec::new(),
            rules: Vec::new(),
        }
    }

    /// The counts of the filter, while it is on and once they are complete.
    pub(super) fn monitor(&self) -> Option<&Monitor> {
        self.counts.as_ref().filter(|_| self.on()).map(|counts| &counts.monitor)
    }

    /// Only this business number.
    pub(super) fn number(&self) -> Option<&Text> {
        self.number.as_ref()
    }

    /// What is left out, as an expression; empty when nothing.
    pub(super) fn whole(&self) -> &str {
        &self.whole
    }

    /// Whether events are listed that the filter would leave out, because it can only be asked of whole messages.
    pub(super) fn spares_events(&self) -> bool {
        self.of_events != self.whole
    }

    /// Whether there is a filter, on or off.
    pub(super) fn exists(&self) -> bool {
        !self.expression.is_empty()
    }

    /// Whether a filter is in force.
    pub(super) fn on(&self) -> bool {
        !self.off && self.exists()
    }

    /// How much of the journal was read for a filter that is not counted yet, in percent.
    pub(super) fn scanning(&self) -> Option<u64> {
        let (done, total) = self.coming.as_ref().filter(|_| self.on())?.progress.unwrap_or_default();
        Some(done.saturating_mul(100).checked_div(total).unwrap_or(0).min(99))
    }

    /// Why the filter cannot be counted.
    pub(super) fn lost(&self) -> Option<&str> {
        self.coming.as_ref().or(self.counts.as_ref()).filter(|_| self.on())?.lost.as_deref()
    }

    /// The filter as it may be shown: values that may tell of a person go where everything is masked.
    pub(super) fn shown(&self, look: &Look) -> String {
        look.filter(self.expression.trim()).into_owned()
    }

    /// How far a filter is that is not counted yet. Where the screen has no row of tabs (`bare`) also what is left out.
    pub(super) fn note(&self, look: &Look, bare: bool) -> Option<String> {
        let scanning = self.scanning().map(|percent| scanning(look, percent));
        let number = self.number.as_ref().map(|number| look.phone(number).into_owned());
        let filter = self.on().then(|| format!("/ {}", self.shown(look)));
        let left_out = number.into_iter().chain(filter).filter(|_| bare);
        let note = scanning.into_iter().chain(left_out).collect::<Vec<_>>().join(" ");
        (!note.is_empty()).then_some(note)
    }

    /// Puts a filter in force, or keeps it switched off; an empty one removes it. Says whether something else is left out now.
    pub(super) fn filter(&mut self, expression: &str, on: bool, now: Millis) -> bool {
        let switched = std::mem::replace(&mut self.off, !on) == on;
        if self.expression == expression {
            self.join();
            return switched;
        }
        expression.clone_into(&mut self.expression);
        if self.exists() && self.coming.is_some() && self.expression == self.counted {
            self.go_back();
            return true;
        }
        // The thread of the counts that stand waits until others are complete; that of counts that were not ends when dropped.
        let steps = self.steps.take();
        if self.coming.take().is_none() {
            self.parked = steps;
        }
        self.ask_at = None;
        self.generation += 1;
        if self.exists() {
            self.coming = Some(Filtered::new(self.settings));
            self.ask_at = Some(now);
        } else {
            (self.counts, self.counted, self.parked) = (None, String::new(), None);
        }
        self.join();
        true
    }

    /// Ends the reading for a filter that is not counted yet. Says which filter is in force again: the one whose counts stand.
    pub(super) fn give_up(&mut self) -> Option<String> {
        self.scanning()?;
        self.expression.clone_from(&self.counted);
        self.go_back();
        Some(self.expression.clone())
    }

    /// Back to the counts that stand, which go on where they stopped.
    fn go_back(&mut self) {
        (self.steps, self.coming, self.ask_at) = (self.parked.take(), None, None);
        self.generation += 1;
        self.join();
    }

    /// Looks at one business number, or at all.
    pub(super) fn look_at(&mut self, number: Option<Text>) {
        self.number = number;
        self.join();
    }

    /// To the next of these business numbers, after the last to all of them.
    pub(super) fn next_number(&mut self, mut numbers: Vec<Text>) {
        numbers.sort_unstable();
        self.number = numbers.into_iter().find(|number| self.number.as_ref().is_none_or(|now| number > now));
        self.join();
    }

    /// All business numbers. Says whether it was one.
    pub(super) fn all_numbers(&mut self) -> bool {
        let was = self.number.take().is_some();
        self.join();
        was
    }

    fn join(&mut self) {
        let filter = self.on().then(|| self.expression.clone());
        let number = self.number.as_ref().map(|number| term("number", number));
        let of_events = filter.clone().filter(|filter| Filter::parse(filter).is_ok());
        let [whole, of_events] = [filter, of_events]
            .map(|filter| within(&filter.unwrap_or_default(), number.as_deref().unwrap_or_default()));
        (self.whole, self.of_events) = (whole, of_events);
    }

    /// Counts up to a page of the journal and no further; `None`: everything.
    pub(super) fn count_up_to(&mut self, page: Option<u64>) {
        self.limit.set(page.unwrap_or(Limit::NONE));
    }

    /// The reading, when it is to be asked for.
    pub(super) fn job(&mut self, now: Millis) -> Option<Job> {
        self.ask_at.take_if(|at| now >= *at)?;
        let filter = Filter::parse_for_messages(&self.expression).ok()?.with_horizon(self.settings.horizon);
        let limit = self.limit.clone();
        Some(Job::Count { generation: self.generation, filter: Arc::new(filter), limit })
    }

    /// The reading has begun, or cannot begin.
    pub(super) fn began(&mut self, generation: u64, began: Result<mpsc::Receiver<Step>, String>, now: Millis) {
        if generation != self.generation {
            return;
        }
        match began {
            Ok(steps) => self.steps = Some(steps),
            Err(why) => {
                self.take(Step::Lost(why));
                self.ask_at = Some(Millis(now.0 + RETRY_AFTER));
            }
        }
    }

    /// Where the steps of the reading come from, while there is one.
    pub(super) fn steps(&mut self) -> Option<&mut mpsc::Receiver<Step>> {
        self.steps.as_mut()
    }

    /// Takes in what rules decided, and who acknowledged what.
    pub(super) fn judged(&mut self, acknowledged: &[(Text, Acknowledged)], rules: &[RuleAlert]) {
        (self.acknowledged, self.rules) = (acknowledged.to_vec(), rules.to_vec());
        self.judge();
    }

    fn judge(&mut self) {
        if let Some(mut counts) = self.counts.take() {
            self.judge_in(&mut counts.monitor);
            self.counts = Some(counts);
        }
    }

    /// Puts what is known of alerts beside the journal into a monitor.
    fn judge_in(&self, monitor: &mut Monitor) {
        monitor.set_acknowledged(self.acknowledged.iter().cloned());
        monitor.set_rule_alerts(self.rules.clone());
    }

    /// A monitor for everything, that has seen nothing of the journal yet.
    pub(super) fn anew(&self) -> Monitor {
        let mut monitor = Monitor::new(self.settings);
        self.judge_in(&mut monitor);
        monitor
    }

    /// Takes in a step of the reading.
    pub(super) fn take(&mut self, step: Step) -> Change {
        let whole = matches!(step, Step::Current);
        let change = self.step(step);
        if whole {
            // The counts may be other ones than before.
            self.judge();
        }
        change
    }

    fn step(&mut self, step: Step) -> Change {
        let change = match step {
            Step::Scanning(..) | Step::Restart | Step::Lost(_) => Change::Progress,
            Step::Batch(..) | Step::Current => Change::Counts,
        };
        let Some(coming) = &mut self.coming else {
            if let Some(counts) = &mut self.counts {
                counts.take(step);
            }
            return change;
        };
        coming.take(step);
        if !coming.is_current() {
            return Change::Progress;
        }
        self.counts = self.coming.take();
        self.counted.clone_from(&self.expression);
        self.parked = None;
        Change::Filter
    }
}

/// The filter of a list within that of the screen.
#[derive(Debug)]
pub(super) struct Within {
    /// The list is one of messages, not of single events.
    of_messages: bool,
    outer: String,
    own: String,
    horizon: Duration,
    filter: Arc<Filter>,
}

impl Default for Within {
    fn default() -> Self {
        Self {
            of_messages: false,
            outer: String::new(),
            own: String::new(),
            horizon: HORIZON,
            filter: Arc::new(everything()),
        }
    }
}

impl Within {
    /// For a list of messages.
    pub(super) fn of_messages() -> Self {
        Self { of_messages: true, ..Self::default() }
    }

    /// Takes in the filter of the screen. Says whether it is another one.
    pub(super) fn turn(&mut self, narrowing: &Narrowing) -> bool {
        let outer = if self.of_messages { &narrowing.whole } else { &narrowing.of_events };
        let horizon = narrowing.settings.horizon;
        let differs = self.outer != *outer || self.horizon != horizon;
        if differs {
            self.outer.clone_from(outer);
            self.horizon = horizon;
            self.read();
        }
        differs
    }

    /// Whether the screen leaves something out.
    pub(super) fn narrowed(&self) -> bool {
        !self.outer.is_empty()
    }

    /// Both filters as one.
    pub(super) fn filter(&mut self, own: &str) -> Arc<Filter> {
        if self.own != own {
            own.clone_into(&mut self.own);
            self.read();
        }
        Arc::clone(&self.filter)
    }

    fn read(&mut self) {
        // Either was read before, for events or for messages as its list needs it: in brackets they can be read together.
        let whole = Filter::parse_for_messages(&within(&self.outer, &self.own)).unwrap_or_else(|_| everything());
        self.filter = Arc::new(whole.with_horizon(self.horizon));
    }
}

/// In words: how much was read.
pub(super) fn scanning(look: &Look, percent: u64) -> String {
    say!(look, "scanning {percent} %", "扫描中 {percent} %")
}

/// In words: how much is shown of what there is.
pub(super) fn passing(look: &Look, shown: u64, all: u64) -> String {
    let (shown, all) = (format::thousands(shown), format::thousands(all));
    say!(look, "{shown} of {all}", "{shown}/{all}")
}

/// Two expressions as one; either may be empty.
fn within(outer: &str, own: &str) -> String {
    match (outer.trim(), own.trim()) {
        ("", one) | (one, "") => one.to_owned(),
        (outer, own) => format!("({outer}) ({own})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_filters_are_both_in_force_whatever_stands_between_their_terms() {
        let (mut both, mut screen) = (Within::of_messages(), Narrowing::new(Settings::default()));
        screen.filter("status:failed or status:read", true, Millis(0));
        assert!(both.turn(&screen));
        assert!(!both.turn(&screen));
        assert_eq!(within(&both.outer, "code:1 or code:2"), "(status:failed or status:read) (code:1 or code:2)");
        assert_eq!(
            (within("", " kind:inbound "), within("kind:inbound", "")),
            ("kind:inbound".into(), "kind:inbound".into())
        );
    }
}
