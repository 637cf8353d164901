//! What was received when: per minute for ever, per second for the last hours, lags for the last minutes.

use super::intern::Name;
use super::latency::{Histogram, bin_of};
use super::rollup::{Minutes, Rollup, Sum, minute_of};
use super::view::{Activity, Ingest, Pulse, Scope};
use crate::event::{Detail, Event, Millis, Status, StatusName};
use crate::journal::RequestSummary;
use std::collections::BTreeMap;

/// How long single seconds are kept behind the newest.
const SECONDS_KEPT: i64 = 2 * 3600;
/// Seconds that a rate is taken over.
const RATE_SPAN: i64 = 10;
/// Seconds that the lag is taken over.
const LAG_SPAN: i64 = 60;
/// Round lengths of a chart's columns, in seconds.
const COLUMNS: [u32; 16] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];

/// Events of one second or minute and one number.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    events: u32,
    statuses: u32,
    failed: u32,
    inbound: u32,
}

/// What one event adds.
pub(super) struct Received {
    number: Name,
    count: Count,
}

/// Counts by business number.
#[derive(Debug, Clone, Default)]
struct Counts(Vec<(Name, Count)>);

impl Counts {
    /// The sum over one number, or over all.
    fn of(&self, number: Option<Option<Name>>) -> Count {
        let mut sum = Count::default();
        for (_, count) in self.0.iter().filter(|entry| number.is_none_or(|number| number == Some(entry.0))) {
            sum.events += count.events;
            sum.statuses += count.statuses;
            sum.failed += count.failed;
            sum.inbound += count.inbound;
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
        let count = &mut self.0[at].1;
        count.events += part.count.events;
        count.statuses += part.count.statuses;
        count.failed += part.count.failed;
        count.inbound += part.count.inbound;
    }

    fn take(&mut self, _: &Received) {
        // What was received stays received.
    }

    fn join(&mut self, other: &Self) {
        for (number, count) in &other.0 {
            self.add(&Received { number: *number, count: *count });
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Counts of requests.
#[derive(Debug, Clone, Copy, Default)]
struct Requests(Ingest);

impl Sum for Requests {
    type Part = RequestSummary;

    fn add(&mut self, part: &RequestSummary) {
        self.0.requests += 1;
        self.0.events += u64::from(part.events);
        self.0.duplicates += u64::from(part.duplicates);
        self.0.unrecognised += u64::from(part.unrecognised);
    }

    fn take(&mut self, _: &RequestSummary) {
        // What was received stays received.
    }

    fn join(&mut self, other: &Self) {
        self.0.requests += other.0.requests;
        self.0.events += other.0.events;
        self.0.duplicates += other.0.duplicates;
        self.0.unrecognised += other.0.unrecognised;
    }

    fn is_empty(&self) -> bool {
        self.0.requests == 0
    }
}

/// Everything about when things were received.
#[derive(Debug, Default)]
pub(super) struct Rates {
    requests: Rollup<Requests>,
    minutes: Rollup<Counts>,
    seconds: BTreeMap<i64, Counts>,
    lags: BTreeMap<i64, Histogram>,
    extent: Option<(Millis, Millis)>,
}

impl Rates {
    pub(super) fn see_request(&mut self, summary: &RequestSummary) {
        let at = summary.received_at;
        self.requests.add(minute_of(at.0), summary);
        let (first, last) = self.extent.unwrap_or((at, at));
        self.extent = Some((first.min(at), last.max(at)));
    }

    /// Takes in one event, not an amendment.
    pub(super) fn see(&mut self, event: &Event, number: Name) {
        let failed = matches!(&event.detail, Detail::Status(Status { status: StatusName::Failed, .. }));
        let count = Count {
            events: 1,
            statuses: u32::from(matches!(event.detail, Detail::Status(_))),
            failed: u32::from(failed),
            inbound: u32::from(matches!(event.detail, Detail::Inbound(_))),
        };
        let part = Received { number, count };
        self.minutes.add(minute_of(event.received_at.0), &part);
        let second = event.received_at.0.div_euclid(1000);
        let newest = self.seconds.last_key_value().map_or(second, |(newest, _)| *newest);
        if second <= newest - SECONDS_KEPT {
            return;
        }
        self.seconds.entry(second).or_default().add(&part);
        if let Some(at) = event.provider_at {
            let lag = second.saturating_sub(at.0).clamp(0, i64::from(u32::MAX));
            self.lags.entry(second).or_default().add(bin_of(lag.unsigned_abs()), 1);
        }
        if second > newest {
            self.seconds = self.seconds.split_off(&(second - SECONDS_KEPT + 1));
            self.lags = self.lags.split_off(&(second - LAG_SPAN));
        }
    }

    pub(super) fn extent(&self) -> Option<(Millis, Millis)> {
        self.extent
    }

    pub(super) fn ingest(&self, span: Minutes) -> Ingest {
        self.requests.total(span).0
    }

    pub(super) fn pulse(&self, now: Millis) -> Pulse {
        let second = now.0.div_euclid(1000);
        let recent = self.seconds.range(second - RATE_SPAN..second);
        let sum = recent.fold(Count::default(), |mut sum, (_, counts)| {
            let count = counts.of(None);
            sum.events += count.events;
            sum.inbound += count.inbound;
            sum
        });
        let mut lags = Histogram::default();
        self.lags.range(second - LAG_SPAN..=second).for_each(|(_, lag)| lags.join(lag));
        let alive = self.seconds.last_key_value().is_some_and(|(newest, _)| second - newest <= LAG_SPAN);
        Pulse {
            events_per_s: f64::from(sum.events) / RATE_SPAN as f64,
            inbound_per_s: f64::from(sum.inbound) / RATE_SPAN as f64,
            lag_s: lags.latency().p95.and_then(|lag| i64::try_from(lag).ok()),
            changes_at: alive.then_some(Millis((second + 1) * 1000)),
        }
    }

    /// Traffic and failures in at most `columns` columns; one still filling is left out.
    pub(super) fn activity(&self, scope: &Scope, columns: usize, number: Option<Option<Name>>) -> Activity {
        let until = scope.span.to.min(scope.as_of);
        let length = (scope.span.to.0 - scope.span.from.0).max(1000) / 1000;
        let fits = |column: &&u32| length.div_euclid(i64::from(**column)) <= columns.max(1) as i64;
        let by_second = self.seconds.first_key_value().is_some_and(|(first, _)| {
            let kept_from = self.seconds.last_key_value().map_or(*first, |(newest, _)| newest - SECONDS_KEPT);
            scope.span.from.0.div_euclid(1000) > kept_from
                || self.extent.is_none_or(|extent| extent.0.0 / 1000 > kept_from)
        });
        let whole_minutes = |column: &&u32| by_second || **column >= 60;
        let column_s = *COLUMNS.iter().filter(whole_minutes).find(fits).unwrap_or(&86_400);
        let step = i64::from(column_s);
        let from = scope.span.from.0.div_euclid(1000).div_euclid(step) * step;
        let count = (until.0.div_euclid(1000) - from).div_euclid(step).clamp(0, columns.max(1) as i64) as usize;
        let mut activity = Activity {
            from: Millis(from * 1000),
            column_s,
            statuses: vec![0; count],
            failed: vec![0; count],
            marks: Vec::new(),
        };
        let mut put = |second: i64, counts: &Counts| {
            if let Some(column) =
                usize::try_from((second - from).div_euclid(step)).ok().filter(|column| *column < count)
            {
                let sum = counts.of(number);
                activity.statuses[column] += u64::from(sum.statuses);
                activity.failed[column] += u64::from(sum.failed);
            }
        };
        if column_s < 60 {
            self.seconds.range(from..until.0.div_euclid(1000)).for_each(|(second, counts)| put(*second, counts));
        } else {
            let minutes = self.minutes.minutes(Minutes::of(scope.span));
            minutes.for_each(|(minute, counts)| put(i64::from(minute) * 60, counts));
        }
        activity
    }

    /// The longest time without any event among the last kept seconds before the newest, in seconds.
    pub(super) fn longest_pause(&self) -> Option<i64> {
        let seconds: Vec<i64> = self.seconds.keys().copied().collect();
        seconds.windows(2).map(|pair| pair[1] - pair[0]).max()
    }
}
