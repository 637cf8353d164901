//! Delivery by the minute of a message's first evidence, and by business number.

use super::bag::Bag;
use super::intern::Name;
use super::latency::{Histogram, Pile};
use super::messages::{Outcome, Part};
use super::rollup::{Minute, Minutes, Rollup, Sum, Take};
use super::view::{Funnel, Outcomes};

/// Messages of one business number.
#[derive(Debug, Clone, Default)]
pub(super) struct Cohort {
    counts: Counts,
    deliver: Histogram,
    to_read: Histogram,
}

/// Its nested counters.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    attempted: u64,
    sent: u64,
    delivered: u64,
    read: u64,
    failed: u64,
    conflicts: u64,
}

/// Cohorts of one span by business number. Few numbers: a list beats a map.
#[derive(Debug, Clone, Default)]
pub(super) struct Cohorts(Vec<(Name, Cohort)>);

impl Cohorts {
    fn of(&mut self, number: Name) -> &mut Cohort {
        let at = match self.0.binary_search_by_key(&number, |entry| entry.0) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (number, Cohort::default()));
                at
            }
        };
        &mut self.0[at].1
    }
}

impl Sum for Cohorts {
    type Part = Part;

    fn add(&mut self, part: &Part) {
        let cohort = self.of(part.cell.number);
        cohort.counts.see(part, |count, by| *count += by);
        if let Some(bin) = part.deliver {
            cohort.deliver.add(bin, 1);
        }
        if let Some(bin) = part.read {
            cohort.to_read.add(bin, 1);
        }
    }

    fn join(&mut self, other: &Self) {
        for (number, cohort) in &other.0 {
            self.of(*number).join(cohort);
        }
    }
}

impl Take for Cohorts {
    fn take(&mut self, part: &Part) {
        let cohort = self.of(part.cell.number);
        cohort.counts.see(part, |count, by| *count -= by);
        if let Some(bin) = part.deliver {
            cohort.deliver.take(bin);
        }
        if let Some(bin) = part.read {
            cohort.to_read.take(bin);
        }
    }
}

impl Counts {
    fn see(&mut self, part: &Part, step: impl Fn(&mut u64, u64)) {
        step(&mut self.attempted, 1);
        step(&mut self.sent, u64::from(part.sent));
        step(&mut self.delivered, u64::from(part.delivered()));
        step(&mut self.read, u64::from(part.outcome == Outcome::Read));
        step(&mut self.failed, u64::from(part.outcome == Outcome::Failed));
        step(&mut self.conflicts, u64::from(part.conflict));
    }

    fn join(&mut self, other: &Self) {
        self.attempted += other.attempted;
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.read += other.read;
        self.failed += other.failed;
        self.conflicts += other.conflicts;
    }

    /// Messages without delivery or failure.
    fn rest(&self) -> u64 {
        self.attempted - self.delivered - self.failed
    }

    /// Without latencies.
    fn funnel(&self, silent: u64) -> Funnel {
        Funnel {
            attempted: self.attempted,
            sent: self.sent,
            delivered: self.delivered,
            read: self.read,
            conflicts: self.conflicts,
            outcomes: Outcomes {
                read: self.read,
                delivered: self.delivered - self.read,
                failed: self.failed,
                waiting: self.rest() - silent,
                silent,
            },
            ..Funnel::default()
        }
    }
}

impl Cohort {
    fn join(&mut self, other: &Self) {
        self.counts.join(&other.counts);
        self.deliver.join(&other.deliver);
        self.to_read.join(&other.to_read);
    }

    fn funnel(&self, silent: u64) -> Funnel {
        Funnel {
            time_to_deliver_s: self.deliver.latency(),
            time_to_read_s: self.to_read.latency(),
            ..self.counts.funnel(silent)
        }
    }
}

/// The funnel of each number in the span, in no particular order. Messages whose first evidence came in a minute before
/// `silent_before` are silent when nothing settled them.
pub(super) fn funnels(cohorts: &Rollup<Cohorts>, span: Minutes, silent_before: Minute) -> Vec<(Name, Funnel)> {
    let (old, young) = span.split(silent_before);
    let (old, mut all) = (cohorts.total(old), cohorts.total(young));
    let silent: Vec<(Name, u64)> = old.0.iter().map(|(number, cohort)| (*number, cohort.counts.rest())).collect();
    all.join(&old);
    let silent = |number| silent.iter().find(|entry| entry.0 == number).map_or(0, |entry| entry.1);
    let attempted = all.0.iter().filter(|(_, cohort)| cohort.counts.attempted > 0);
    attempted.map(|(number, cohort)| (*number, cohort.funnel(silent(*number)))).collect()
}

/// The funnel of one number, or of all.
pub(super) fn funnel(cohorts: &Rollup<Cohorts>, span: Minutes, silent_before: Minute, number: Option<Name>) -> Funnel {
    let (old, young) = span.split(silent_before);
    let (old, mut all) = (merged(cohorts, old, number), merged(cohorts, young, number));
    all.join(&old);
    all.funnel(old.counts.rest())
}

/// The same without latencies: summing these is most of the work.
pub(super) fn counts(cohorts: &Rollup<Cohorts>, span: Minutes, silent_before: Minute, number: Option<Name>) -> Funnel {
    let (old, young) = span.split(silent_before);
    let [old, mut all] = [old, young].map(|span| {
        let mut sum = Counts::default();
        visit(cohorts, span, number, |cohort| sum.join(&cohort.counts));
        sum
    });
    all.join(&old);
    all.funnel(old.rest())
}

/// Attempted messages of each number in the span that has some.
pub(super) fn attempted(cohorts: &Rollup<Cohorts>, span: Minutes) -> Bag<Name> {
    let mut sums = Bag::default();
    cohorts.visit(span, |bucket| {
        for (number, cohort) in bucket.0.iter().filter(|(_, cohort)| cohort.counts.attempted > 0) {
            sums.add(*number, u32::try_from(cohort.counts.attempted).unwrap_or(u32::MAX));
        }
    });
    sums
}

/// Latencies of one number, or of all: from sent to delivered, and from delivered to read.
pub(super) fn latencies(cohorts: &Rollup<Cohorts>, span: Minutes, number: Option<Name>) -> (Histogram, Histogram) {
    let all = merged(cohorts, span, number);
    (all.deliver, all.to_read)
}

fn merged(cohorts: &Rollup<Cohorts>, span: Minutes, number: Option<Name>) -> Cohort {
    let (mut counts, mut deliver, mut to_read) = (Counts::default(), Pile::default(), Pile::default());
    visit(cohorts, span, number, |cohort| {
        counts.join(&cohort.counts);
        deliver.add(&cohort.deliver);
        to_read.add(&cohort.to_read);
    });
    Cohort { counts, deliver: deliver.sum(), to_read: to_read.sum() }
}

/// Shows the cohorts of one number, or of all, that make up the span.
fn visit(cohorts: &Rollup<Cohorts>, span: Minutes, number: Option<Name>, mut see: impl FnMut(&Cohort)) {
    cohorts.visit(span, |bucket| {
        let wanted = bucket.0.iter().filter(|entry| number.is_none_or(|number| number == entry.0));
        wanted.for_each(|(_, cohort)| see(cohort));
    });
}
