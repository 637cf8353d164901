//! Sums per minute, ten minutes, hour and day of receive time, so that any span of whole minutes is answered from a few dozen of them.

use super::view::Span;
use std::collections::BTreeMap;

/// Minutes since 1970, UTC.
pub(super) type Minute = u32;

const TEN: Minute = 10;
const HOUR: Minute = 60;
const DAY: Minute = 24 * HOUR;

/// Values that can be added up.
pub(super) trait Sum: Default {
    /// What one entry adds.
    type Part: ?Sized;

    /// Adds an entry.
    fn add(&mut self, part: &Self::Part);

    /// Adds another sum.
    fn join(&mut self, other: &Self);
}

/// Sums whose entries can be taken away again.
pub(super) trait Take: Sum {
    /// Takes away an entry that was added before.
    fn take(&mut self, part: &Self::Part);

    /// Replaces an entry that was added before.
    fn change(&mut self, before: &Self::Part, after: &Self::Part) {
        self.take(before);
        self.add(after);
    }
}

/// The same entries summed by minute, ten minutes, hour and day: an hour that is not whole is a dozen sums, not sixty.
#[derive(Debug, Default)]
pub(super) struct Rollup<S> {
    days: BTreeMap<Minute, Day<S>>,
}

#[derive(Debug, Default)]
struct Day<S> {
    sum: S,
    hours: [Option<Box<Hour<S>>>; 24],
}

#[derive(Debug)]
struct Hour<S> {
    sum: S,
    tens: [S; 6],
    minutes: [S; 60],
}

impl<S: Default> Default for Hour<S> {
    fn default() -> Self {
        Self {
            sum: S::default(),
            tens: std::array::from_fn(|_| S::default()),
            minutes: std::array::from_fn(|_| S::default()),
        }
    }
}

impl<S: Sum> Rollup<S> {
    pub(super) fn add(&mut self, minute: Minute, part: &S::Part) {
        self.each(minute).into_iter().for_each(|sum| sum.add(part));
    }

    pub(super) fn take(&mut self, minute: Minute, part: &S::Part)
    where
        S: Take,
    {
        self.each(minute).into_iter().for_each(|sum| sum.take(part));
    }

    /// Replaces or moves an entry, adds a new one or takes one away.
    pub(super) fn settle(&mut self, before: Option<(Minute, &S::Part)>, after: Option<(Minute, &S::Part)>)
    where
        S: Take,
    {
        match (before, after) {
            (Some((from, before)), Some((to, after))) if from == to => {
                self.each(to).into_iter().for_each(|sum| sum.change(before, after));
            }
            (before, after) => {
                before.into_iter().for_each(|(minute, part)| self.take(minute, part));
                after.into_iter().for_each(|(minute, part)| self.add(minute, part));
            }
        }
    }

    /// The sums that a minute belongs to: of its day, its hour, its ten minutes and itself.
    pub(super) fn each(&mut self, minute: Minute) -> [&mut S; 4] {
        let day = self.days.entry(minute / DAY).or_default();
        let hour = day.hours[(minute % DAY / HOUR) as usize].get_or_insert_default();
        let Hour { sum, tens, minutes } = &mut **hour;
        [&mut day.sum, sum, &mut tens[(minute % HOUR / TEN) as usize], &mut minutes[(minute % HOUR) as usize]]
    }

    /// Replaces the sum of a minute, and those it belongs to by what their parts add up to: for what cannot be taken away
    /// from a sum, such as its largest entry.
    pub(super) fn mend(&mut self, minute: Minute, sum: S) {
        let day = self.days.entry(minute / DAY).or_default();
        let hour = day.hours[(minute % DAY / HOUR) as usize].get_or_insert_default();
        hour.minutes[(minute % HOUR) as usize] = sum;
        let ten = minute % HOUR / TEN;
        hour.tens[ten as usize] = joined(hour.minutes[(ten * TEN) as usize..][..TEN as usize].iter());
        hour.sum = joined(hour.tens.iter());
        day.sum = joined(day.hours.iter().flatten().map(|hour| &hour.sum));
    }

    /// Shows the coarsest sums that make up the span.
    pub(super) fn visit(&self, span: Minutes, mut see: impl FnMut(&S)) {
        for (at, day) in self.days.range(span.from / DAY..span.to.div_ceil(DAY)) {
            match span.within(at * DAY, DAY) {
                Minutes { from: 0, to: DAY } => see(&day.sum),
                part => day.visit(part, &mut see),
            }
        }
    }

    /// The sum over the span.
    pub(super) fn total(&self, span: Minutes) -> S {
        let mut total = S::default();
        self.visit(span, |sum| total.join(sum));
        total
    }
}

fn joined<'a, S: Sum + 'a>(parts: impl Iterator<Item = &'a S>) -> S {
    let mut sum = S::default();
    parts.for_each(|part| sum.join(part));
    sum
}

impl<S> Day<S> {
    fn visit(&self, span: Minutes, see: &mut impl FnMut(&S)) {
        for (at, hour) in (0..).zip(&self.hours) {
            let Some(hour) = hour else { continue };
            match span.within(at * HOUR, HOUR) {
                Minutes { from: 0, to: HOUR } => see(&hour.sum),
                part => hour.visit(part, see),
            }
        }
    }
}

impl<S> Hour<S> {
    fn visit(&self, span: Minutes, see: &mut impl FnMut(&S)) {
        for (at, ten) in (0..).zip(&self.tens) {
            match span.within(at * TEN, TEN) {
                Minutes { from: 0, to: TEN } => see(ten),
                part => self.minutes[(at * TEN + part.from) as usize..(at * TEN + part.to) as usize]
                    .iter()
                    .for_each(&mut *see),
            }
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

    /// The part within the `length` minutes from `start` on, counted from there.
    fn within(self, start: Minute, length: Minute) -> Self {
        let from = self.from.clamp(start, start + length) - start;
        Self { from, to: (self.to.clamp(start, start + length) - start).max(from) }
    }

    /// The part before `minute` and the part from it on.
    pub(super) fn split(self, minute: Minute) -> (Self, Self) {
        let cut = minute.clamp(self.from, self.to);
        (Self { from: self.from, to: cut }, Self { from: cut, to: self.to })
    }
}

/// The last minute that counts: no day ends beyond what a number holds.
pub(super) const LAST: Minute = Minute::MAX / DAY * DAY - 1;

/// The minute of a time in milliseconds; times before 1970 count as the first minute, times after some 8,000 years as the last.
pub(super) fn minute_of(millis: i64) -> Minute {
    Minute::try_from(millis.div_euclid(60_000).max(0)).map_or(LAST, |minute| minute.min(LAST))
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
        fn join(&mut self, other: &Self) {
            self.0 += other.0;
        }
    }

    impl Take for Count {
        fn take(&mut self, part: &u64) {
            self.0 -= part;
        }
    }

    #[test]
    fn any_span_sums_to_its_minutes() {
        let mut rollup = Rollup::<Count>::default();
        let end = 5 * DAY;
        for minute in (0..end).step_by(7) {
            rollup.add(minute, &u64::from(minute + 1));
        }
        for (from, to) in [
            (0, end),
            (1, 2),
            (3, 38),
            (59, 61),
            (60, 120),
            (61, 3 * DAY + 5),
            (DAY, 2 * DAY),
            (DAY - 1, DAY + 1),
            (9, 9),
        ] {
            let naive: u64 = (from..to).filter(|minute| minute % 7 == 0).map(|minute| u64::from(minute + 1)).sum();
            assert_eq!(rollup.total(Minutes { from, to }).0, naive, "{from}..{to}");
        }
    }

    #[test]
    fn a_mended_minute_stands_in_every_sum() {
        let mut rollup = Rollup::<Count>::default();
        for (minute, part) in [(1234, 3), (1235, 4), (1234 + HOUR, 5)] {
            rollup.add(minute, &part);
        }
        rollup.mend(1234, Count(1));
        let spans = [(1234, 1235, 1), (1200, 1260, 5), (0, DAY, 10)];
        for (from, to, expected) in spans {
            assert_eq!(rollup.total(Minutes { from, to }).0, expected, "{from}..{to}");
        }
    }

    #[test]
    fn what_is_taken_away_is_in_no_sum_any_more() {
        let mut rollup = Rollup::<Count>::default();
        rollup.add(1234, &3);
        rollup.add(1234, &4);
        rollup.take(1234, &3);
        for span in [Minutes { from: 1234, to: 1235 }, Minutes { from: 1200, to: 1260 }, Minutes { from: 0, to: DAY }] {
            assert_eq!(rollup.total(span).0, 4);
        }
    }
}
