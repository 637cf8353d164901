//! Sums per minute, hour and day of receive time, so that any span of whole minutes is answered from a few dozen of them.

use super::view::Span;
use std::collections::BTreeMap;

/// Minutes since 1970, UTC.
pub(super) type Minute = u32;

const HOUR: Minute = 60;
const DAY: Minute = 24 * HOUR;

/// Values that can be added up and taken away again.
pub(super) trait Sum: Default {
    /// What one entry adds.
    type Part: ?Sized;

    /// Adds an entry.
    fn add(&mut self, part: &Self::Part);

    /// Takes an entry away that was added before.
    fn take(&mut self, part: &Self::Part);

    /// Adds another sum.
    fn join(&mut self, other: &Self);

    /// Whether nothing is in it: such a bucket is dropped.
    fn is_empty(&self) -> bool;
}

/// The same entries summed at three grains.
#[derive(Debug, Default)]
pub(super) struct Rollup<S> {
    minutes: BTreeMap<Minute, S>,
    hours: BTreeMap<Minute, S>,
    days: BTreeMap<Minute, S>,
}

impl<S: Sum> Rollup<S> {
    pub(super) fn add(&mut self, minute: Minute, part: &S::Part) {
        self.minutes.entry(minute).or_default().add(part);
        self.hours.entry(minute / HOUR).or_default().add(part);
        self.days.entry(minute / DAY).or_default().add(part);
    }

    pub(super) fn take(&mut self, minute: Minute, part: &S::Part) {
        let grains = [(&mut self.minutes, minute), (&mut self.hours, minute / HOUR), (&mut self.days, minute / DAY)];
        for (grain, at) in grains {
            if let Some(sum) = grain.get_mut(&at) {
                sum.take(part);
                if sum.is_empty() {
                    grain.remove(&at);
                }
            }
        }
    }

    /// Shows every bucket of the coarsest grain that fits into the span, finer ones at its edges.
    pub(super) fn visit(&self, span: Minutes, mut see: impl FnMut(&S)) {
        self.visit_grain(span, &mut see, Grain::Day);
    }

    fn visit_grain(&self, span: Minutes, see: &mut impl FnMut(&S), grain: Grain) {
        let Some((length, finer)) = grain.parts() else {
            self.minutes.range(span.from..span.to).for_each(|(_, sum)| see(sum));
            return;
        };
        let (first, last) = (span.from.div_ceil(length), span.to / length);
        if first >= last {
            return self.visit_grain(span, see, finer);
        }
        self.visit_grain(Minutes { from: span.from, to: first * length }, see, finer);
        let buckets = if length == DAY { &self.days } else { &self.hours };
        buckets.range(first..last).for_each(|(_, sum)| see(sum));
        self.visit_grain(Minutes { from: last * length, to: span.to }, see, finer);
    }

    /// The sum over the span.
    pub(super) fn total(&self, span: Minutes) -> S {
        let mut total = S::default();
        self.visit(span, |sum| total.join(sum));
        total
    }

    /// The buckets of single minutes in the span, oldest first.
    pub(super) fn minutes(&self, span: Minutes) -> impl Iterator<Item = (Minute, &S)> {
        self.minutes.range(span.from..span.to.max(span.from)).map(|(minute, sum)| (*minute, sum))
    }
}

#[derive(Clone, Copy)]
enum Grain {
    Day,
    Hour,
    Minute,
}

impl Grain {
    /// Length in minutes and the next finer grain; `None` for the finest.
    fn parts(self) -> Option<(Minute, Self)> {
        match self {
            Self::Day => Some((DAY, Self::Hour)),
            Self::Hour => Some((HOUR, Self::Minute)),
            Self::Minute => None,
        }
    }
}

/// A span in minutes, `to` exclusive and never below `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Minutes {
    pub(super) from: Minute,
    pub(super) to: Minute,
}

impl Minutes {
    pub(super) fn of(span: Span) -> Self {
        let from = minute_of(span.from.0);
        Self { from, to: minute_of(span.to.0.saturating_add(59_999)).max(from) }
    }

    /// The part before `minute` and the part from it on.
    pub(super) fn split(self, minute: Minute) -> (Self, Self) {
        let cut = minute.clamp(self.from, self.to);
        (Self { from: self.from, to: cut }, Self { from: cut, to: self.to })
    }
}

/// The minute of a time in milliseconds; times before 1970 count as the first minute.
pub(super) fn minute_of(millis: i64) -> Minute {
    Minute::try_from(millis.div_euclid(60_000).max(0)).unwrap_or(Minute::MAX - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Count(u64);

    impl Sum for Count {
        type Part = u64;
        fn add(&mut self, part: &u64) {
            self.0 += part;
        }
        fn take(&mut self, part: &u64) {
            self.0 -= part;
        }
        fn join(&mut self, other: &Self) {
            self.0 += other.0;
        }
        fn is_empty(&self) -> bool {
            self.0 == 0
        }
    }

    #[test]
    fn any_span_sums_to_its_minutes() {
        let mut rollup = Rollup::<Count>::default();
        let end = 5 * DAY;
        for minute in (0..end).step_by(7) {
            rollup.add(minute, &u64::from(minute + 1));
        }
        for (from, to) in
            [(0, end), (1, 2), (59, 61), (60, 120), (61, 3 * DAY + 5), (DAY, 2 * DAY), (DAY - 1, DAY + 1), (9, 9)]
        {
            let naive: u64 = (from..to).filter(|minute| minute % 7 == 0).map(|minute| u64::from(minute + 1)).sum();
            assert_eq!(rollup.total(Minutes { from, to }).0, naive, "{from}..{to}");
        }
    }

    #[test]
    fn what_is_taken_away_leaves_no_bucket_behind() {
        let mut rollup = Rollup::<Count>::default();
        rollup.add(1234, &3);
        rollup.take(1234, &3);
        assert!(rollup.minutes.is_empty() && rollup.hours.is_empty() && rollup.days.is_empty());
    }
}
