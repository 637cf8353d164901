//! The counting of events: a pure state machine without I/O, clock or terminal (DESIGN §4).
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
mod names;
mod rates;
mod rollup;
mod verdict;
pub mod view;

use crate::event::{Detail, Event, Inbound, Millis, Status, StatusName, Text};
use crate::journal::{Batch, RequestSummary};
use costs::Payer;
use foldhash::fast::RandomState;
use intern::Name;
use jiff::tz::TimeZone;
use messages::Part;
use rollup::{Minute, Minutes, Rollup, minute_of};
use std::hash::BuildHasher;
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
    hasher: RandomState,
    texts: intern::Names,
    messages: messages::Messages,
    cohorts: Rollup<cohorts::Cohorts>,
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
        if event.amends.is_none() {
            let number = self.texts.intern(event.number.as_deref());
            self.rates.see(event, number);
        }
        match &event.detail {
            Detail::Status(status) => self.fold_status(event, status),
            Detail::Inbound(inbound) => self.fold_inbound(event, inbound),
            Detail::Template(notice) | Detail::Account(notice) => self.alerts.see(event, notice),
            Detail::Other(_) | Detail::Unrecognised(_) => {}
        }
    }

    fn fold_status(&mut self, event: &Event, status: &Status) {
        let change = self.messages.see(event, status, &mut self.texts);
        let index = change.index;
        if let Some((gone, part)) = &change.united {
            self.cohorts.take(part.minute, part);
            self.failures.settle(*gone, Some(part), None);
            self.failures.unite(index, *gone, &self.texts);
            self.costs.unite(Payer::Outgoing(index), Payer::Outgoing(*gone));
        }
        let after = self.messages.get(index).part();
        self.settle(index, change.before.as_ref(), &after);
        if status.status == StatusName::Failed {
            self.failures.see(index, event, status, &mut self.texts);
        }
        let payer = Payer::Outgoing(index);
        let at = event.provider_at.map(|at| at.0);
        self.costs.see(payer, &status.costs, at, after.minute, after.number);
        self.costs.place(payer, after.minute, after.number);
        self.conversations.see_answer(event, status);
    }

    fn settle(&mut self, index: names::Index, before: Option<&Part>, after: &Part) {
        if before == Some(after) {
            return;
        }
        if let Some(before) = before {
            self.cohorts.take(before.minute, before);
        }
        self.cohorts.add(after.minute, after);
        self.failures.settle(index, before, Some(after));
    }

    fn fold_inbound(&mut self, event: &Event, inbound: &Inbound) {
        self.conversations.see(event, inbound);
        let payer = Payer::Inbound(self.hasher.hash_one(inbound.message_id.as_str()));
        let received = minute_of(event.received_at.0);
        let minute = self.costs.minute(payer).map_or(received, |minute| minute.min(received));
        let number = self.texts.intern(event.number.as_deref());
        self.costs.see(payer, &inbound.costs, event.provider_at.map(|at| at.0), minute, number);
        self.costs.place(payer, minute, number);
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
        self.failures.rows(scope, known_since, &self.messages, &self.texts)
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
