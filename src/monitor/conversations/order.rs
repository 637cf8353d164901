//! Conversations in the order of their last messages, and how many there are without walking them.

use super::Rank;
use crate::monitor::rollup::{LAST, Minutes, Rollup, Sum, Take, minute_of};
use crate::monitor::store::Index;
use std::collections::BTreeSet;
use std::ops::Range;

/// Clocks apart by more than this, in milliseconds, are the exception: such conversations are kept apart and walked.
const APART: i64 = 60_000;

/// When the last message of a conversation was written, and when the last one was received, in milliseconds: `i64::MIN` when
/// none was.
pub(super) type Times = (Option<i64>, i64);

/// Every conversation whose last message has a time.
#[derive(Debug, Default)]
pub(super) struct Order {
    ranks: BTreeSet<Rank>,
    /// How many have their last message in a minute.
    by_time: Rollup<Count>,
    /// How many were received last in a minute.
    by_receipt: Rollup<Count>,
    /// Those whose last message was written, by its provider's clock, long after it was received.
    ahead: BTreeSet<Rank>,
}

#[derive(Debug, Default)]
struct Count(usize);

impl Sum for Count {
    type Part = ();

    fn add(&mut self, (): &()) {
        self.0 += 1;
    }

    fn join(&mut self, other: &Self) {
        self.0 += other.0;
    }
}

impl Take for Count {
    fn take(&mut self, (): &()) {
        self.0 -= 1;
    }
}

impl Order {
    /// The times of a conversation have changed. `rank` is where one with such a time stands.
    pub(super) fn settle(&mut self, before: Times, after: Times, rank: impl Fn(i64) -> Rank) {
        let minute = |at: Option<i64>| at.map(|at| (minute_of(at), &()));
        let received = |(_, received): Times| (received > i64::MIN).then_some(received);
        if before.0 != after.0 {
            self.by_time.settle(minute(before.0), minute(after.0));
            before.0.map(|at| self.ranks.remove(&rank(at)));
            self.ranks.extend(after.0.map(&rank));
        }
        if before.1 != after.1 {
            self.by_receipt.settle(minute(received(before)), minute(received(after)));
        }
        let ahead = |(at, received): Times| at.filter(|at| at.saturating_sub(received) > APART);
        if ahead(before) != ahead(after) {
            ahead(before).map(|at| self.ahead.remove(&rank(at)));
            self.ahead.extend(ahead(after).map(&rank));
        }
    }

    /// All of them, the oldest first.
    pub(super) fn ranks(&self) -> &BTreeSet<Rank> {
        &self.ranks
    }

    /// Of those that were received from `from` on, a whole minute: how many have their last message within each of two stretches
    /// of time that follow each other, the second without an end, and how many before them. The stretches begin at `from` or
    /// later. `received` says when a conversation was received last.
    pub(super) fn counts(&self, from: i64, soon: Range<i64>, received: impl Fn(Index) -> i64) -> [usize; 3] {
        let whole = Minutes { from: minute_of(from), to: LAST + 1 };
        let all = self.by_receipt.total(whole).0;
        let [soon, later] =
            [soon.clone(), soon.end..i64::MAX].map(|times| self.between(&times) - self.early(&times, from, &received));
        [soon, later, all - soon - later]
    }

    /// How many have their last message within these times: those of whole minutes are counted already.
    fn between(&self, times: &Range<i64>) -> usize {
        let walked = |from: i64, to: i64| self.ranks.range((from, 0, 0)..(to, 0, 0)).count();
        let first = times.start.div_euclid(60_000) + 1;
        let end = times.end.div_euclid(60_000);
        if end <= first || first < 0 {
            return walked(times.start, times.end);
        }
        let whole =
            Minutes { from: minute_of(first * 60_000), to: minute_of(times.end).max(minute_of(first * 60_000)) };
        let (whole, rest) = match times.end {
            i64::MAX => (Minutes { to: LAST + 1, ..whole }, 0),
            end_ms => (whole, walked(end * 60_000, end_ms)),
        };
        walked(times.start, first * 60_000) + self.by_time.total(whole).0 + rest
    }

    /// How many of those were received before `from`, although they were written later: within the usual difference of clocks
    /// only where the times begin, else they are kept apart.
    fn early(&self, times: &Range<i64>, from: i64, received: &impl Fn(Index) -> i64) -> usize {
        let near = times.start.saturating_add(APART).min(times.end);
        let near_ones = self.ranks.range((times.start, 0, 0)..(near, 0, 0));
        let far_ones = self.ahead.range((near, 0, 0)..(times.end, 0, 0));
        near_ones.chain(far_ones).filter(|(.., index)| received(*index) < from).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_800_000_000_000;

    /// When a message was written and how long after that, or before, it was received.
    fn message() -> impl Strategy<Value = (i64, i64)> {
        let apart = prop_oneof![-2_000..5_000_i64, -400_000_i64..400_000, -200_000_000_i64..200_000_000];
        (NOW - 200_000_000..NOW + 100_000, apart)
    }

    proptest! {
        #[test]
        fn counted_is_what_a_walk_finds(
            threads in prop::collection::vec(prop::collection::vec(message(), 1..4), 0..60),
            soon in 0..100_000_000_i64,
            length in 1..10_000_000_i64,
            earlier in 0..100_000_000_i64,
        ) {
            let mut order = Order::default();
            let mut all: Vec<Times> = Vec::new();
            for (index, messages) in (0..).zip(&threads) {
                let mut times: Times = (None, i64::MIN);
                for (written, later) in messages {
                    let after = (times.0.max(Some(*written)), times.1.max(written + later));
                    order.settle(times, after, |at| (at, 0, index));
                    times = after;
                }
                all.push(times);
            }
            let soon = NOW - soon..NOW - soon + length;
            let from = (soon.start - earlier).div_euclid(60_000) * 60_000;
            let counted = order.counts(from, soon.clone(), |index| all[index as usize].1);
            let listed = |times: Range<i64>| {
                all.iter().filter(|(at, received)| at.is_some_and(|at| times.contains(&at)) && *received >= from).count()
            };
            let walked = [soon.clone(), soon.end..i64::MAX, i64::MIN..soon.start].map(listed);
            prop_assert_eq!(counted, walked);
            prop_assert_eq!(order.ranks().len(), all.len());
        }
    }
}
