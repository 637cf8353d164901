//! The counting of events: a pure state machine without I/O, clock or terminal (DESIGN §4).
//!
//! Whoever needs numbers (screen, report, metrics) owns a [`Monitor`] and folds the same batches into it. The result is a
//! function of the *set* of deliveries: any order, any repetition and any split into batches gives the same numbers.
//! Per-minute cohort buckets by business number answer every window, so a query costs by window, never by history.

pub mod view;

use crate::event::{Event, Millis, Text};
use crate::journal::{Batch, RequestSummary};
use view::*;

/// What the monitor counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// After this long without delivery or failure a message is silent.
    pub horizon: std::time::Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { horizon: std::time::Duration::from_secs(24 * 3600) }
    }
}

/// State of everything seen.
pub struct Monitor {}

impl Monitor {
    /// An empty monitor.
    pub fn new(settings: Settings) -> Self {
        let _ = settings;
        unimplemented!()
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

    /// Folds one event or amendment.
    pub fn fold(&mut self, event: &Event) {
        let _ = event;
        unimplemented!()
    }

    /// Folds the counts of one request.
    pub fn fold_request(&mut self, summary: &RequestSummary) {
        let _ = summary;
        unimplemented!()
    }

    /// Sets who acknowledged which alerts (from `operator.db`).
    pub fn set_acknowledged(&mut self, acknowledged: &[(Text, Text)]) {
        let _ = acknowledged;
        unimplemented!()
    }

    /// Requests, events and duplicates received in the span. `refused` and `expired` are 0 here: their owners add them.
    pub fn ingest(&self, scope: &Scope) -> Ingest {
        let _ = scope;
        unimplemented!()
    }

    /// The funnel of the cohort.
    pub fn funnel(&self, scope: &Scope) -> Funnel {
        let _ = scope;
        unimplemented!()
    }

    /// Failures by effective code, most messages first, then by code. Complete.
    pub fn failures(&self, scope: &Scope) -> Vec<Failure> {
        let _ = scope;
        unimplemented!()
    }

    /// Conversations with an inbound message received in the span, last inbound newest first.
    pub fn conversations(&self, scope: &Scope) -> Vec<Conversation> {
        let _ = scope;
        unimplemented!()
    }

    /// Alerts received in the span, most severe first, then newest; superseded and acknowledged ones after the others.
    pub fn alerts(&self, scope: &Scope) -> Vec<Alert> {
        let _ = scope;
        unimplemented!()
    }

    /// Costs of the cohort, by currency, category, direction.
    pub fn costs(&self, scope: &Scope) -> Vec<Cost> {
        let _ = scope;
        unimplemented!()
    }

    /// Traffic and failures over time, in at most `columns` columns of a round length.
    pub fn activity(&self, scope: &Scope, columns: usize) -> Activity {
        let _ = (scope, columns);
        unimplemented!()
    }

    /// Delivery by business number, most attempted first.
    pub fn numbers(&self, scope: &Scope) -> Vec<NumberRow> {
        let _ = scope;
        unimplemented!()
    }

    /// Gauges of now: rates and lag.
    pub fn pulse(&self, now: Millis) -> Pulse {
        let _ = now;
        unimplemented!()
    }

    /// The verdict over the messages: what changed, who is hit, since when, what to do.
    pub fn verdict(&self, scope: &Scope) -> Verdict {
        let _ = scope;
        unimplemented!()
    }

    /// When the first and the last request folded so far were received.
    pub fn extent(&self) -> Option<(Millis, Millis)> {
        unimplemented!()
    }
}
