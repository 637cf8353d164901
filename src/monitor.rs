//! The counting of events: a pure state machine without I/O, clock or terminal.
//!
//! Whoever needs numbers (screen, report, metrics) owns a [`Monitor`] and folds the same batches into it. The result is a
//! function of the *set* of deliveries: any order, any repetition and any split into batches gives the same numbers.
//! Per-minute cohort buckets by business number answer every window, so a query costs by window, never by history.

mod alerts;
mod cohorts;
mod conversations;
mod costs;
mod failures;
pub mod figures;
mod intern;
mod latency;
mod messages;
mod rates;
mod rollup;
mod store;
pub mod story;
mod verdict;
pub mod view;

use crate::event::{Detail, Event, Millis, Status, StatusName, Text};
use crate::journal::{Batch, RequestSummary};
use intern::Name;
use jiff::tz::TimeZone;
use messages::{Change, Part, Record};
use rollup::{Minute, Minutes, Rollup, minute_of};
use store::Index;
use view::*;

/// What the monitor counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// After this long without delivery or failure a message is silent; counted in whole minutes.
    pub horizon: std::time::Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { horizon: std::time::Duration::from_secs(24 * 3600) }
    }
}

/// State of everything seen.
#[derive(Debug, Default)]
pub struct Monitor {
    settings: Settings,
    texts: intern::Names,
    messages: messages::Messages,
    cohorts: Rollup<cohorts::Cohorts>,
    tags: Rollup<cohorts::Slots>,
    failures: failures::Failures,
    conversations: conversations::Conversations,
    alerts: alerts::Alerts,
    costs: costs::Costs,
    rates: rates::Rates,
}

impl Monitor {
    /// An empty monitor.
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Folds one committed batch.
    pub fn fold_batch(&mut self, batch: &Batch) {
        for summary in &batch.requests {
            self.fold_request(summary);
        }
        for event in &batch.events {
            self.fold(event);
        }
    }

    /// Folds one event, or an amendment: that is folded for what it adds and counted nowhere.
    pub fn fold(&mut self, event: &Event) {
        let number = self.texts.intern(event.number.as_deref());
        if event.amends.is_none() {
            self.rates.see(event, number);
        }
        match &event.detail {
            Detail::Status(status) => self.fold_status(event, status, number),
            Detail::Inbound(inbound) => {
                self.conversations.see(event, inbound);
                self.costs.see_inbound(event, inbound, number, &self.texts);
            }
            Detail::Template(notice) | Detail::Account(notice) => self.alerts.see(event, notice),
            Detail::Other(_) | Detail::Unrecognised(_) => {}
        }
    }

    fn fold_status(&mut self, event: &Event, status: &Status, number: Name) {
        let Change { index, before, united } = self.messages.see(event, status, number, &self.texts);
        let from = before.as_ref().map(Record::place);
        if let Some((gone, other)) = united {
            self.settle(gone, Some(&other.part()), None);
            let record = self.messages.get_mut(index);
            record.failed = self.failures.unite(record.failed, other.failed);
            record.bill = self.costs.unite((record.bill, from.unwrap_or_default()), (other.bill, other.place()));
        }
        let record = self.messages.get_mut(index);
        if status.status == StatusName::Failed {
            record.failed = self.failures.see(record.failed, event, status);
        }
        let to = record.place();
        record.bill = self.costs.settle(record.bill, (from.unwrap_or(to), to), &status.costs, event.provider_at);
        let after = record.part();
        self.settle(index, before.map(|record| record.part()).as_ref(), Some(&after));
        self.conversations.see_answer(event, status);
    }

    /// Moves what a message adds to its cohort.
    fn settle(&mut self, index: Index, before: Option<&Part>, after: Option<&Part>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.cohorts.take(before.minute, before);
        }
        if let Some(after) = after {
            self.cohorts.add(after.minute, after);
        }
        let tagged = |part: Option<&Part>| part.map(|part| (part.minute, part.tag));
        if tagged(before) != tagged(after) {
            tagged(before).into_iter().for_each(|(minute, tag)| self.tags.take(minute, &tag));
            tagged(after).into_iter().for_each(|(minute, tag)| self.tags.add(minute, &tag));
        }
        self.failures.settle(index, before, after);
    }

    /// Folds the counts of one request.
    pub fn fold_request(&mut self, summary: &RequestSummary) {
        self.rates.see_request(summary);
    }

    /// Sets who acknowledged which alerts: alert id and who.
    pub fn set_acknowledged(&mut self, acknowledged: &[(Text, Text)]) {
        self.alerts.acknowledge(acknowledged.iter().map(|(alert, _)| alert.clone()));
    }

    /// Requests, events and duplicates received in the span, of all numbers: a request has none. `refused` and `expired`
    /// are 0 here: their owners add them.
    pub fn ingest(&self, scope: &Scope) -> Ingest {
        self.rates.ingest(Minutes::of(scope.span))
    }

    /// The funnel of the cohort.
    pub fn funnel(&self, scope: &Scope) -> Funnel {
        match self.number(scope) {
            Some(None) => Funnel::default(),
            number => {
                cohorts::funnel(&self.cohorts, Minutes::of(scope.span), self.silent_before(scope), number.flatten())
            }
        }
    }

    /// Failures by effective code, most messages first, then by code. Complete.
    pub fn failures(&self, scope: &Scope) -> Vec<Failure> {
        let known_since = self.extent().map(|(first, _)| first);
        self.failures.rows(scope, self.number(scope), known_since, &self.messages)
    }

    /// Conversations with an inbound message received in the span, last inbound newest first.
    pub fn conversations(&self, scope: &Scope) -> Vec<Conversation> {
        self.conversations.rows(scope)
    }

    /// Alerts received in the span: what is neither superseded nor acknowledged first, then the most severe, then the newest.
    pub fn alerts(&self, scope: &Scope) -> Vec<Alert> {
        self.alerts.rows(scope)
    }

    /// Costs of the cohort, by currency, category, direction.
    pub fn costs(&self, scope: &Scope) -> Vec<Cost> {
        self.costs.rows(Minutes::of(scope.span), self.number(scope))
    }

    /// Traffic and failures over time, in at most `columns` columns of a round length.
    pub fn activity(&self, scope: &Scope, columns: usize) -> Activity {
        let mut activity = self.rates.activity(scope, columns, self.number(scope));
        activity.marks = self.alerts.marks(scope);
        activity
    }

    /// Delivery by business number, most attempted first.
    pub fn numbers(&self, scope: &Scope) -> Vec<NumberRow> {
        let only = self.number(scope);
        let mut rows: Vec<NumberRow> =
            cohorts::funnels(&self.cohorts, Minutes::of(scope.span), self.silent_before(scope))
                .into_iter()
                .filter(|(number, _)| only.is_none_or(|only| only == Some(*number)))
                .map(|(number, funnel)| NumberRow { number: self.texts.text(number).cloned(), funnel })
                .collect();
        rows.sort_by(|a, b| b.funnel.attempted.cmp(&a.funnel.attempted).then_with(|| a.number.cmp(&b.number)));
        rows
    }

    /// Gauges of now: rates and lag.
    pub fn pulse(&self, now: Millis) -> Pulse {
        self.rates.pulse(now)
    }

    /// The verdict over the messages: what changed, who is hit, since when, what to do.
    /// Clock times in its wording are written in `zone`.
    pub fn verdict(&self, scope: &Scope, zone: &TimeZone) -> Verdict {
        verdict::verdict(self, scope, zone)
    }

    /// When the first and the last request folded so far were received.
    pub fn extent(&self) -> Option<(Millis, Millis)> {
        self.rates.extent()
    }

    /// The scope's number: `None` for all, `Some(None)` for one that no event named.
    fn number(&self, scope: &Scope) -> Option<Option<Name>> {
        scope.number.as_deref().map(|number| self.texts.find(number))
    }

    /// The minute before which a message without delivery or failure is silent.
    fn silent_before(&self, scope: &Scope) -> Minute {
        let horizon = i64::try_from(self.settings.horizon.as_millis()).unwrap_or(i64::MAX);
        minute_of(scope.as_of.0.saturating_sub(horizon))
    }
}
