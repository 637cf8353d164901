//! Time from the last byte of a request to its answer, over about the last minute.

use std::array;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Buckets per doubling: a percentile is off by at most 1/16.
const STEPS: u64 = 8;
/// Up to 2^32 µs, which is over an hour.
const BUCKETS: usize = 32 * STEPS as usize;
/// Length of each of the two halves.
const HALF: Duration = Duration::from_secs(30);

/// A histogram that many requests record into at once, without a lock. The last full half minute and the running one are
/// shown together. A count may go astray while a half is being cleared, which is fine for a gauge.
pub(super) struct Latency {
    started: Instant,
    halves: [Half; 2],
}

struct Half {
    /// Number of the half minute that is counted here.
    number: AtomicU64,
    buckets: [AtomicU32; BUCKETS],
}

impl Latency {
    pub(super) fn new() -> Self {
        let half = |number| Half { number: AtomicU64::new(number), buckets: array::from_fn(|_| AtomicU32::new(0)) };
        Self { started: Instant::now(), halves: [half(0), half(1)] }
    }

    /// Counts one answer.
    pub(super) fn record(&self, took: Duration) {
        self.record_at(self.started.elapsed(), took);
    }

    /// Median and 99th percentile in microseconds; `None` when nothing was answered.
    pub(super) fn percentiles(&self) -> Option<(u64, u64)> {
        self.percentiles_at(self.started.elapsed())
    }

    fn record_at(&self, age: Duration, took: Duration) {
        let number = half_number(age);
        let [even, odd] = &self.halves;
        let half = if number.is_multiple_of(2) { even } else { odd };
        let counted = half.number.load(Relaxed);
        if counted < number && half.number.compare_exchange(counted, number, Relaxed, Relaxed).is_ok() {
            half.buckets.iter().for_each(|bucket| bucket.store(0, Relaxed));
        }
        if let Some(bucket) = half.buckets.get(bucket_of(took)) {
            bucket.fetch_add(1, Relaxed);
        }
    }

    fn percentiles_at(&self, age: Duration) -> Option<(u64, u64)> {
        let oldest = half_number(age).saturating_sub(1);
        let mut counts = [0_u64; BUCKETS];
        for half in self.halves.iter().filter(|half| half.number.load(Relaxed) >= oldest) {
            for (count, bucket) in counts.iter_mut().zip(&half.buckets) {
                *count += u64::from(bucket.load(Relaxed));
            }
        }
        let total: u64 = counts.iter().sum();
        let nearest_rank = |percent: u64| {
            let rank = (total * percent).div_ceil(100);
            let mut seen = 0;
            counts.iter().position(|count| {
                seen += count;
                seen >= rank
            })
        };
        if total == 0 {
            return None;
        }
        Some((middle_of(nearest_rank(50)?), middle_of(nearest_rank(99)?)))
    }
}

fn half_number(age: Duration) -> u64 {
    age.as_secs() / HALF.as_secs()
}

/// Logarithmic with linear steps inside each doubling; the first `STEPS` values have a bucket each.
fn bucket_of(took: Duration) -> usize {
    let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    if us < STEPS {
        return us as usize;
    }
    let doubling = u64::from(us.ilog2() - STEPS.ilog2());
    let step = (us >> doubling) - STEPS;
    ((doubling + 1) * STEPS + step).min(BUCKETS as u64 - 1) as usize
}

fn middle_of(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < STEPS {
        return bucket;
    }
    let doubling = bucket / STEPS - 1;
    ((bucket % STEPS + STEPS) << doubling) + (1 << doubling) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_a_sixteenth() {
        let latency = Latency::new();
        assert_eq!(latency.percentiles_at(Duration::ZERO), None);
        for us in 1..=10_000 {
            latency.record_at(Duration::ZERO, Duration::from_micros(us));
        }
        let (median, high) = latency.percentiles_at(Duration::ZERO).unwrap();
        assert!((4_687..=5_313).contains(&median), "{median}");
        assert!((9_281..=10_519).contains(&high), "{high}");
    }

    #[test]
    fn every_duration_has_a_bucket_that_holds_it() {
        for us in [0, 1, 7, 8, 9, 15, 16, 17, 1000, 65_535, 65_536, 3_000_000, u64::from(u32::MAX)] {
            let middle = middle_of(bucket_of(Duration::from_micros(us)));
            assert!(middle.abs_diff(us) * 16 <= us, "{us} is shown as {middle}");
        }
        assert!(bucket_of(Duration::MAX) < BUCKETS);
    }

    #[test]
    fn what_is_older_than_a_minute_is_gone() {
        let latency = Latency::new();
        let at = Duration::from_secs;
        latency.record_at(at(0), Duration::from_micros(5));
        assert_eq!(latency.percentiles_at(at(59)), Some((5, 5)));
        assert_eq!(latency.percentiles_at(at(60)), None);
        latency.record_at(at(61), Duration::from_micros(7));
        assert_eq!(latency.percentiles_at(at(61)), Some((7, 7)));
    }
}
