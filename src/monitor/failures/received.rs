//! Failures by when they were first received: per minute for ever, per second for the last hours.

use super::sums::Key;
use crate::monitor::bag::Bag;
use crate::monitor::rollup::{Minutes, Rollup, minute_of};
use std::collections::BTreeMap;
use std::ops::Range;

/// How long single seconds are kept behind the newest failure.
const SECONDS_KEPT: i64 = 2 * 3600;

/// Each failed message with each of its codes, at the time at which that was first received.
#[derive(Debug, Default)]
pub(super) struct Received {
    minutes: Rollup<Bag<Key>>,
    seconds: BTreeMap<i64, Bag<Key>>,
    /// The first and the last second in which any failed status was received, of whatever became of its message: what is kept
    /// must not depend on the order in which things are learnt.
    known: Option<(i64, i64)>,
}

impl Received {
    /// A failed status was received at this time, in milliseconds.
    pub(super) fn hear(&mut self, at: i64) {
        let second = at.div_euclid(1000);
        let (first, last) = self.known.unwrap_or((second, second));
        self.known = Some((first.min(second), last.max(second)));
        while self.seconds.first_key_value().is_some_and(|(old, _)| *old <= last - SECONDS_KEPT) {
            self.seconds.pop_first();
        }
    }

    pub(super) fn add(&mut self, at: i64, key: Key) {
        self.minutes.add(minute_of(at), &key);
        let second = at.div_euclid(1000);
        if self.keeps(second) {
            self.seconds.entry(second).or_default().add(key, 1);
        }
    }

    pub(super) fn take(&mut self, at: i64, key: Key) {
        self.minutes.take(minute_of(at), &key);
        if let Some(bag) = self.seconds.get_mut(&at.div_euclid(1000)) {
            bag.take(key);
        }
    }

    /// Whether every single second from `start` on is known.
    pub(super) fn has_seconds(&self, start: i64) -> bool {
        self.known.is_none_or(|(first, _)| self.keeps(start.max(first)))
    }

    /// What was first received in these seconds: in whole minutes, or in single seconds as far as they are kept.
    pub(super) fn visit(&self, seconds: Range<i64>, mut see: impl FnMut(Key, u64)) {
        let mut see_all = |bag: &Bag<Key>| bag.iter().for_each(|(key, count)| see(key, count));
        if seconds.start % 60 == 0 && seconds.end % 60 == 0 {
            let [from, to] =
                [seconds.start, seconds.end.max(seconds.start)].map(|at| minute_of(at.saturating_mul(1000)));
            self.minutes.visit(Minutes { from, to }, see_all);
        } else if seconds.start < seconds.end {
            self.seconds.range(seconds).for_each(|(_, bag)| see_all(bag));
        }
    }

    fn keeps(&self, second: i64) -> bool {
        self.known.is_none_or(|(_, last)| second > last - SECONDS_KEPT)
    }
}
