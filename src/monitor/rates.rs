//! What was received when: per minute for ever, per second for the last hours, lags for the last minutes.

use super::intern::Name;
use super::latency::{Histogram, Pile, bin_of};
use super::rollup::{Minute, Minutes, Rollup, Sum, minute_of};
use super::view::{Activity, Ingest, Latency, Pulse, Scope};
use crate::event::{Detail, Event, Millis, Status, StatusName};
use crate::journal::RequestSummary;
use hashbrown::HashMap;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::OnceLock;

/// How long single seconds are kept behind the newest.
const SECONDS_KEPT: i64 = 2 * 3600;
/// Seconds that a rate is taken over.
const RATE_SPAN: i64 = 10;
/// Seconds that the lag is taken over.
const LAG_SPAN: i64 = 60;
/// Minutes that lags are kept of.
const LAG_MINUTES: i64 = DAY / 60;
/// Seconds over which, and seconds with an event in them from which on, a longest pause is the usual one.
const KNOWN_SPAN: i64 = 600;
const KNOWN_SECONDS: usize = 30;
/// Round lengths of a chart's columns, in seconds; beyond, whole days.
const COLUMNS: [i64; 21] =
    [1, 2, 5, 10, 12, 15, 20, 30, 45, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 21_600, DAY];
/// Those of them that are taken only where no more than so many columns fit: the next one would leave half of the room empty.
const LESS_ROUND: [i64; 2] = [45, 180];
const FEW_COLUMNS: usize = 40;
const DAY: i64 = 86_400;

/// The columns of a chart over a scope, in seconds: each whole, so that the first may begin before the span and one still filling
/// is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    /// Start of the first column.
    pub(super) first: i64,
    /// Length of each, a round one.
    pub(super) step: i64,
    /// How many there are.
    pub(super) whole: i64,
}

impl Grid {
    /// At most `columns` columns of the shortest round length from `finest` on.
    pub(super) fn of(scope: &Scope, columns: usize, finest: i64) -> Self {
        let (start, end) = (scope.span.from.0.div_euclid(1000), scope.span.to.0.div_euclid(1000));
        let first = |step: i64| start.div_euclid(step) * step;
        let needs = |step: i64| end.saturating_sub(first(step)).saturating_add(step - 1).div_euclid(step);
        let whole_days = || (end.saturating_sub(start) / DAY / (columns as i64 - 1).max(1) + 1) * DAY;
        let taken = |step: &i64| *step >= finest && (columns <= FEW_COLUMNS || !LESS_ROUND.contains(step));
        let mut lengths = COLUMNS.into_iter().filter(taken);
        let step = lengths.find(|step| needs(*step) <= columns as i64).unwrap_or_else(whole_days);
        let until = scope.span.to.min(scope.as_of).0.div_euclid(1000);
        Self { first: first(step), step, whole: (until - first(step)).div_euclid(step).max(0) }
    }

    /// Counts something into the column of its time, when it is in one.
    pub(super) fn count(&self, counts: &mut [u64], at: Millis) {
        let column = (at.0.div_euclid(1000) - self.first).div_euclid(self.step);
        if let Some(count) = usize::try_from(column).ok().and_then(|column| counts.get_mut(column)) {
            *count += 1;
        }
    }
}

/// Events of one second or minute and one number.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    events: u32,
    statuses: u32,
    failed: u32,
    inbound: u32,
    unrecognised: u32,
}

/// What one event adds.
pub(super) struct Received {
    number: Name,
    count: Count,
}

/// Counts by business number.
#[derive(Debug, Clone, Default)]
struct Counts(Vec<(Name, Count)>);

impl Count {
    fn join(&mut self, other: Self) {
        self.events += other.events;
        self.statuses += other.statuses;
        self.failed += other.failed;
        self.inbound += other.inbound;
        self.unrecognised += other.unrecognised;
    }
}

impl Counts {
    /// The sum over one number, or over all.
    fn of(&self, number: Option<Option<Name>>) -> Count {
        let mut sum = Count::default();
        for (_, count) in self.0.iter().filter(|entry| number.is_none_or(|number| number == Some(entry.0))) {
            sum.join(*count);
        }
        sum
    }
}

impl Sum for Counts {
    type Part = Received;

    fn add(&mut self, part: &Received) {
        let at = self.0.iter().position(|entry| entry.0 == part.number).unwrap_or_else(|| {
            self.0.push((part.number, Count::default()));
            self.0.len() - 1
        });
        self.0[at].1.join(part.count);
    }

    fn join(&mut self, other: &Self) {
        for (number, count) in &other.0 {
            self.add(&Received { number: *number, count: *count });
        }
    }
}

/// Counts of requests.
#[derive(Debug, Clone, Copy, Default)]
struct Requests(Ingest);

impl Sum for Requests {
    type Part = RequestSummary;

    fn add(&mut self, part: &RequestSummary) {
        self.0.requests += 1;
        self.0.duplicates += u64::from(part.duplicates);
    }

    fn join(&mut self, other: &Self) {
        self.0.requests += other.0.requests;
        self.0.duplicates += other.0.duplicates;
    }
}

/// Everything about when things were received.
#[derive(Debug, Default)]
pub(super) struct Rates {
    requests: Rollup<Requests>,
    minutes: Rollup<Counts>,
    seconds: Recent<Counts>,
    /// The longest time without any event within these, worked out when asked after another second was added.
    longest_pause: OnceLock<Option<i64>>,
    lags: Recent<Histogram>,
    /// The same by minute.
    lag_minutes: Recent<Histogram>,
    /// When the last event of each number was received.
    last: HashMap<Name, Millis>,
    extent: Option<(Millis, Millis)>,
}

impl Rates {
    pub(super) fn see_request(&mut self, summary: &RequestSummary) {
        self.requests.add(minute_of(summary.received_at.0), summary);
        self.heard((summary.received_at, summary.received_at));
    }

    /// Something was received from the one time to the other.
    pub(super) fn heard(&mut self, (from, to): (Millis, Millis)) {
        let (first, last) = self.extent.unwrap_or((from, to));
        self.extent = Some((first.min(from), last.max(to)));
    }

    /// Takes in one event, not an amendment.
    pub(super) fn see(&mut self, event: &Event, number: Name) {
        let failed = matches!(&event.detail, Detail::Status(Status { status: StatusName::Failed, .. }));
        let count = Count {
            events: 1,
            statuses: u32::from(matches!(event.detail, Detail::Status(_))),
            failed: u32::from(failed),
            inbound: u32::from(matches!(event.detail, Detail::Inbound(_))),
            unrecognised: u32::from(matches!(event.detail, Detail::Unrecognised(_))),
        };
        let part = Received { number, count };
        self.minutes.add(minute_of(event.received_at.0), &part);
        let second = event.received_at.0.div_euclid(1000);
        if self.seconds.newest() != Some(second) {
            self.longest_pause.take();
        }
        if let Some(counts) = self.seconds.at(second, SECONDS_KEPT) {
            counts.add(&part);
        }
        let last = self.last.entry(number).or_insert(event.received_at);
        *last = event.received_at.max(*last);
        if let Some(at) = event.provider_at {
            let lag = second.saturating_sub(at.0).clamp(0, i64::from(u32::MAX));
            let bin = bin_of(lag.unsigned_abs());
            let (lags, minutes) =
                (self.lags.at(second, LAG_SPAN + 1), self.lag_minutes.at(second.div_euclid(60), LAG_MINUTES));
            lags.into_iter().chain(minutes).for_each(|lags| lags.add(bin, 1));
        }
    }

    /// A copy that knows only what gauges of the moment need.
    pub(super) fn of_the_moment(&self) -> Self {
        Self { seconds: self.seconds.clone(), lags: self.lags.clone(), ..Self::default() }
    }

    pub(super) fn extent(&self) -> Option<(Millis, Millis)> {
        self.extent
    }

    /// The first minute that is wholly known; `None` before anything was received.
    pub(super) fn known_since(&self) -> Option<Minute> {
        self.extent.map(|(first, _)| minute_of(first.0.saturating_add(59_999)))
    }

    /// Events received in the span, by business number.
    pub(super) fn events(&self, span: Minutes) -> Vec<(Name, u64)> {
        let counts = self.minutes.total(span).0;
        counts.into_iter().map(|(number, count)| (number, u64::from(count.events))).collect()
    }

    /// Events received in the span, of one number or of all.
    pub(super) fn events_of(&self, span: Minutes, number: Option<Option<Name>>) -> u64 {
        let mut events = 0;
        self.minutes.visit(span, |counts| events += u64::from(counts.of(number).events));
        events
    }

    /// When the last event of each business number was received, where that was in `since` or after it.
    pub(super) fn last_by_number(&self, since: Minute) -> impl Iterator<Item = (Name, Millis)> {
        let since = i64::from(since) * 60_000;
        self.last.iter().map(|(number, last)| (*number, *last)).filter(move |(_, last)| last.0 >= since)
    }

    /// Transport lag of what was received in the span, of which the last day is kept.
    pub(super) fn lag(&self, span: Minutes) -> Latency {
        let mut lags = Pile::default();
        let minutes = self.lag_minutes.range(i64::from(span.from)..i64::from(span.to));
        minutes.for_each(|(_, lag)| lags.add(lag));
        lags.sum().latency()
    }

    pub(super) fn ingest(&self, span: Minutes) -> Ingest {
        let mut events = Count::default();
        self.minutes.visit(span, |counts| events.join(counts.of(None)));
        let (events, unrecognised) = (u64::from(events.events), u64::from(events.unrecognised));
        Ingest { events, unrecognised, ..self.requests.total(span).0 }
    }

    pub(super) fn pulse(&self, now: Millis) -> Pulse {
        let second = now.0.div_euclid(1000);
        let recent = self.seconds.range(second - RATE_SPAN..second).map(|(_, counts)| counts.of(None));
        let (events, inbound) = recent.fold((0, 0), |sum, count| (sum.0 + count.events, sum.1 + count.inbound));
        let mut lags = Pile::default();
        self.lags.range(second - LAG_SPAN..second + 1).for_each(|(_, lag)| lags.add(lag));
        let lags = lags.sum();
        let alive = self.seconds.newest().is_some_and(|newest| second - newest <= LAG_SPAN);
        Pulse {
            events_per_s: f64::from(events) / RATE_SPAN as f64,
            inbound_per_s: f64::from(inbound) / RATE_SPAN as f64,
            lag_s: lags.latency().p95.and_then(|lag| i64::try_from(lag).ok()),
            changes_at: alive.then_some(Millis((second + 1) * 1000)),
        }
    }

    /// Traffic and failures in at most `columns` columns of a round length, each whole: the first may begin before the span,
    /// one still filling is left out.
    pub(super) fn activity(&self, scope: &Scope, columns: usize, number: Option<Option<Name>>) -> Activity {
        let finest = if self.has_seconds(scope.span.from.0.div_euclid(1000)) { 1 } else { 60 };
        let Grid { first, step, whole } = Grid::of(scope, columns, finest);
        let starts = (0..whole).map(|column| first + column * step);
        let counts = starts.map(|from| self.received(from, from + step, number));
        let (statuses, failed) = counts.map(|count| (u64::from(count.statuses), u64::from(count.failed))).unzip();
        let column_s = u32::try_from(step).unwrap_or(u32::MAX);
        Activity { from: Millis(first * 1000), column_s, statuses, failed, marks: Vec::new() }
    }

    /// What was received from one second to another, either single seconds that are kept or whole minutes.
    fn received(&self, from: i64, to: i64, number: Option<Option<Name>>) -> Count {
        let mut sum = Count::default();
        if to - from < 60 {
            self.seconds.range(from..to).for_each(|(_, counts)| sum.join(counts.of(number)));
        } else {
            let span = Minutes { from: minute_of(from * 1000), to: minute_of(to * 1000) };
            self.minutes.visit(span, |counts| sum.join(counts.of(number)));
        }
        sum
    }

    /// Whether every second from `start` on is still kept.
    fn has_seconds(&self, start: i64) -> bool {
        let Some(newest) = self.seconds.newest() else { return true };
        let kept_from = newest - SECONDS_KEPT + 1;
        start >= kept_from || self.extent.is_none_or(|(first, _)| first.0.div_euclid(1000) >= kept_from)
    }

    /// The longest time without any event in the last hours before the newest, in seconds. `None` while too little is known
    /// to call anything usual.
    pub(super) fn longest_pause(&self) -> Option<i64> {
        *self.longest_pause.get_or_init(|| {
            let known = self.seconds.newest()? - self.seconds.0.front()?.0;
            let seconds = self.seconds.0.iter().map(|(second, _)| second);
            let pauses = seconds.clone().zip(seconds.skip(1)).map(|(one, next)| next - one);
            pauses.max().filter(|_| known >= KNOWN_SPAN && self.seconds.0.len() >= KNOWN_SECONDS)
        })
    }
}

/// Something per second, ascending, of the last seconds before the newest.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent<T>(VecDeque<(i64, T)>);

impl<T: Default> Recent<T> {
    /// What belongs to a second, unless it lies `kept` seconds or more behind the newest.
    pub(super) fn at(&mut self, second: i64, kept: i64) -> Option<&mut T> {
        let newest = self.newest();
        if newest.is_some_and(|newest| second <= newest - kept) {
            return None;
        }
        if newest.is_none_or(|newest| second > newest) {
            self.0.push_back((second, T::default()));
            while self.0.front().is_some_and(|(old, _)| *old <= second - kept) {
                self.0.pop_front();
            }
        }
        let at = if newest <= Some(second) { self.0.len() - 1 } else { self.place(second) };
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// Where a second before the newest stands, put there when it is new.
    fn place(&mut self, second: i64) -> usize {
        self.0.binary_search_by_key(&second, |(at, _)| *at).unwrap_or_else(|at| {
            self.0.insert(at, (second, T::default()));
            at
        })
    }

    fn newest(&self) -> Option<i64> {
        self.0.back().map(|(second, _)| *second)
    }

    pub(super) fn range(&self, seconds: Range<i64>) -> impl Iterator<Item = &(i64, T)> {
        let at = |second: i64| self.0.partition_point(|(at, _)| *at < second);
        self.0.range(at(seconds.start)..at(seconds.end.max(seconds.start)))
    }
}
