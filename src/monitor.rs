//! The counting of events: a pure state machine without I/O, clock or terminal.
//!
//! Whoever needs numbers (screen, report, metrics) owns a [`Monitor`] and folds the same batches into it. The result is a
//! function of the *set* of deliveries: any order, any repetition and any split into batches gives the same numbers.
//! Per-minute cohort buckets by business number answer every window, so a query costs by window, never by history.

mod alerts;
mod bag;
mod cells;
mod cohorts;
pub mod compare;
mod conversations;
mod costs;
mod dimensions;
mod failures;
pub mod figures;
mod hit;
mod intern;
pub mod interval;
mod latency;
mod messages;
mod rates;
mod rollup;
pub mod rules;
mod store;
pub mod story;
mod traits;
mod verdict;
pub mod view;

use crate::event::{Detail, Event, Millis, Status, StatusName, Text};
use crate::journal::{Batch, RequestSummary};
use cells::Cell;
use intern::Name;
use messages::{Change, Judges, Part, Record};
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
        Self { horizon: crate::query::HORIZON }
    }
}

/// The outgoing message that an event is about.
#[derive(Debug, Clone, Copy)]
struct Touched {
    index: Index,
    /// What was taken for another message until then.
    united: Option<Index>,
}

/// Gauges of the moment, for whoever counts nothing meanwhile.
#[derive(Debug)]
pub struct Meter(rates::Rates);

impl Meter {
    /// Takes in one committed batch.
    pub fn see(&mut self, batch: &Batch) {
        for event in batch.events.iter().filter(|event| event.amends.is_none()) {
            self.0.see(event, Name::NONE);
        }
    }

    /// Gauges of now: rates and lag.
    pub fn pulse(&self, now: Millis) -> Pulse {
        self.0.pulse(now)
    }
}

/// State of everything seen.
#[derive(Debug, Default)]
pub struct Monitor {
    settings: Settings,
    texts: intern::Names,
    messages: messages::Messages,
    cohorts: Rollup<cohorts::Cohorts>,
    traits: traits::Known,
    cells: Rollup<cells::Cells>,
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

    /// After this long without delivery or failure a message is silent, in milliseconds.
    pub fn horizon_ms(&self) -> i64 {
        i64::try_from(self.settings.horizon.as_millis()).unwrap_or(i64::MAX)
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
        self.take_in(event);
    }

    /// Folds one event and says which outgoing message it is about.
    fn take_in(&mut self, event: &Event) -> Option<Touched> {
        let number = self.texts.intern(event.number.as_deref());
        if event.amends.is_none() {
            self.rates.see(event, number);
        }
        match &event.detail {
            Detail::Status(status) => return Some(self.fold_status(event, status, number)),
            Detail::Inbound(inbound) => {
                self.conversations.see(event, inbound);
                self.costs.see_inbound(event, inbound, number, &self.texts);
            }
            Detail::Template(notice) | Detail::Account(notice) => self.alerts.see(event, notice),
            Detail::Other(_) | Detail::Unrecognised(_) => {}
        }
        None
    }

    fn fold_status(&mut self, event: &Event, status: &Status, number: Name) -> Touched {
        let cell = Cell { number, traits: self.traits.of(event, status) };
        let judges = Judges { texts: &self.texts, traits: &self.traits };
        let Change { index, before, united } = self.messages.see(event, status, cell, judges);
        let from = before.as_ref().map(Record::place);
        let touched = Touched { index, united: united.as_ref().map(|(gone, _)| *gone) };
        let mut failed = before.as_ref().and_then(|before| failures::Place::of(index, before));
        if status.status == StatusName::Failed || united.is_some() {
            // What is known of its failure changes: it counts as it was before that, and enters anew.
            failed.take().into_iter().for_each(|place| self.failures.leave(place, &self.messages));
        }
        if let Some((gone, other)) = united {
            let place = failures::Place::of(gone, &other);
            place.into_iter().for_each(|place| self.failures.leave(place, &self.messages));
            self.settle(Some(&other.part()), None);
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
        let (after, fails) = (record.part(), failures::Place::of(index, record));
        self.settle(before.map(|record| record.part()).as_ref(), Some(&after));
        if failed != fails {
            failed.into_iter().for_each(|place| self.failures.leave(place, &self.messages));
            fails.into_iter().for_each(|place| self.failures.enter(place));
        }
        self.conversations.see_answer(event, status);
        touched
    }

    /// Moves what a message adds to its cohort.
    fn settle(&mut self, before: Option<&Part>, after: Option<&Part>) {
        if before == after {
            return;
        }
        let at = |part: Option<&'_ Part>| part.map(|part| part.minute);
        let (from, to) = (at(before).zip(before), at(after).zip(after));
        self.cohorts.settle(from, to);
        self.cells.settle(from, to);
    }

    /// Folds the counts of one request.
    pub fn fold_request(&mut self, summary: &RequestSummary) {
        self.rates.see_request(summary);
    }

    /// Requests were received from the one time to the other, although not everything they brought is folded: what is known of
    /// these times is complete for what this monitor counts.
    pub fn heard(&mut self, span: (Millis, Millis)) {
        self.rates.heard(span);
    }

    /// Sets who acknowledged which alerts, by alert id.
    pub fn set_acknowledged(&mut self, acknowledged: impl IntoIterator<Item = (Text, Acknowledged)>) {
        self.alerts.acknowledge(acknowledged.into_iter().collect());
    }

    /// Sets the alerts of rules, open and resolved: they stand among those of templates and accounts.
    pub fn set_rule_alerts(&mut self, alerts: Vec<rules::RuleAlert>) {
        self.alerts.set_rules(alerts);
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

    /// The funnel of the cohort without latencies, for whoever compares many.
    pub fn counts(&self, scope: &Scope) -> Funnel {
        match self.number(scope) {
            Some(None) => Funnel::default(),
            number => {
                cohorts::counts(&self.cohorts, Minutes::of(scope.span), self.silent_before(scope), number.flatten())
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

    /// The same conversations around one of them, in the order of the screen. `inbound` is the count of all that is kept.
    pub fn conversations_around(&self, scope: &Scope, around: &Around) -> ConversationPage {
        let past = self.extent().is_some_and(|(_, last)| last >= scope.span.to);
        self.conversations.around(scope, around, past)
    }

    /// Alerts received in the span, and those of rules that were open in it: what is open first, then the most severe, then the
    /// newest.
    pub fn alerts(&self, scope: &Scope) -> Vec<Alert> {
        self.alerts.rows(scope)
    }

    /// What is known around an alert by its id; what failed because of its template, in at most `columns` columns.
    pub fn about(&self, alert: &Text, scope: &Scope, columns: usize) -> Option<About> {
        let mut about = self.alerts.about(alert, scope)?;
        if let Some(template) = &mut about.template {
            let since = self.alerts.at(alert).unwrap_or(scope.span.from);
            let grid = rates::Grid::of(scope, columns, 1);
            let column_s = u32::try_from(grid.step).unwrap_or(u32::MAX);
            let mut counts = vec![0; usize::try_from(grid.whole).unwrap_or(0)];
            let failed = self.failures.of_template(&template.name, scope.span, self.number(scope), &self.messages);
            for (first, named) in failed {
                grid.count(&mut counts, first);
                if first >= since {
                    *if named { &mut template.named } else { &mut template.unnamed } += 1;
                }
            }
            template.failed = Trend { from: Millis(grid.first.saturating_mul(1000)), column_s, counts };
        }
        Some(about)
    }

    /// Costs of the cohort, by currency, category, direction.
    pub fn costs(&self, scope: &Scope) -> Vec<Cost> {
        self.costs.rows(Minutes::of(scope.span), self.number(scope))
    }

    /// The same of each business number, in the order of the numbers.
    pub fn costs_by_number(&self, scope: &Scope) -> Vec<(Option<Text>, Vec<Cost>)> {
        let only = self.number(scope);
        let rows = self.costs.rows_by_number(Minutes::of(scope.span)).into_iter();
        let rows = rows.filter(|(number, _)| only.is_none_or(|only| only == Some(*number)));
        let mut rows: Vec<_> = rows.map(|(number, costs)| (self.texts.text(number).cloned(), costs)).collect();
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows
    }

    /// The same of each part of the scope, as [`Monitor::parts`] divides it.
    pub fn costs_over_time(&self, scope: &Scope, columns: usize) -> CostTrend {
        let grid = rates::Grid::of(scope, columns, 60);
        CostTrend {
            from: Millis(grid.first.saturating_mul(1000)),
            column_s: u32::try_from(grid.step).unwrap_or(u32::MAX),
            columns: spans(scope, columns).map(|span| self.costs(&Scope { span, ..scope.clone() })).collect(),
        }
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

    /// The business numbers that anything was sent from, most attempted first; whichever the scope looks at.
    pub fn number_names(&self, scope: &Scope) -> Vec<Text> {
        let attempted = cohorts::attempted(&self.cohorts, Minutes::of(scope.span));
        let named = attempted.iter().filter_map(|(number, attempted)| Some((self.texts.text(number)?, attempted)));
        let mut names: Vec<_> = named.collect();
        names.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        names.into_iter().map(|(name, _)| name.clone()).collect()
    }

    /// Messages of the cohort by how long a stretch took: below the first edge, between each and the next, and from the last
    /// on. Edges are seconds, ascending.
    pub fn took(&self, scope: &Scope, stretch: Stretch, edges: &[u64]) -> Vec<u64> {
        let number = match self.number(scope) {
            Some(None) => return vec![0; edges.len() + 1],
            number => number.flatten(),
        };
        let (deliver, read) = cohorts::latencies(&self.cohorts, Minutes::of(scope.span), number);
        let histogram = match stretch {
            Stretch::Deliver => deliver,
            Stretch::Read => read,
        };
        histogram.between(edges)
    }

    /// The cohort in at most `rows` parts of a round length of whole minutes, oldest first. Unlike the columns of a chart the
    /// part still filling is there, and the first and the last may be cut by the span.
    pub fn parts(&self, scope: &Scope, rows: usize) -> Vec<CohortRow> {
        let funnel = |span| self.funnel(&Scope { span, ..scope.clone() });
        spans(scope, rows).map(|span| CohortRow { span, funnel: funnel(span) }).collect()
    }

    /// Messages that failed with `code`, by when that was first received, in at most `columns` columns.
    pub fn failure_trend(&self, code: Option<i64>, scope: &Scope, columns: usize) -> Trend {
        let (grid, counts) = self.failures.trend(code, scope, self.number(scope), columns);
        let column_s = u32::try_from(grid.step).unwrap_or(u32::MAX);
        Trend { from: Millis(grid.first.saturating_mul(1000)), column_s, counts }
    }

    /// When a code was first received at all, in everything kept.
    pub fn first_seen(&self, code: Option<i64>) -> Option<Millis> {
        self.failures.first_seen(code)
    }

    /// Gauges of now: rates and lag.
    pub fn pulse(&self, now: Millis) -> Pulse {
        self.rates.pulse(now)
    }

    /// The same gauges, to go on by themselves from here.
    pub fn meter(&self) -> Meter {
        Meter(self.rates.of_the_moment())
    }

    /// The verdict over the messages: what changed, who is hit, since when, what to do.
    pub fn verdict(&self, scope: &Scope) -> Verdict {
        verdict::verdict(self, scope)
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

/// A scope in at most `rows` parts of a round length of whole minutes, up to the moment that is looked at.
fn spans(scope: &Scope, rows: usize) -> impl Iterator<Item = Span> {
    let (rates::Grid { first, step, .. }, span) = (rates::Grid::of(scope, rows, 60), scope.span);
    let until = span.to.min(Millis(scope.as_of.0.saturating_add(1)));
    let starts = (0..).map(move |row| Millis((first + row * step).saturating_mul(1000)));
    starts.take_while(move |start| *start < until).take(rows).map(move |start| Span {
        from: start.max(span.from),
        to: Millis(start.0.saturating_add(step * 1000)).min(span.to),
    })
}
