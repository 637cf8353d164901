//! Failures by when they were first received: per minute for ever, per second for the last hours.

use super::sums::Key;
use crate::monitor::bag::Bag;
use crate::monitor::rollup::{Minutes, Rollup, minute_of};
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::ops::Range;

/// How long single seconds are kept behind the newest failure.
const SECONDS_KEPT: i64 = 2 * 3600;

/// Each failed message with each of its codes, at the time at which that was first received.
#[derive(Debug, Default)]
pub(super) struct Received {
    /// What is counted, numbered in the order in which it was first seen: adding up by number needs no search.
    keys: Vec<Key>,
    numbers: HashMap<Key, u32>,
    minutes: Rollup<Bag<u32>>,
    seconds: BTreeMap<i64, Bag<u32>>,
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
        let number = *self.numbers.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.keys.len() as u32 - 1
        });
        self.minutes.add(minute_of(at), &number);
        let second = at.div_euclid(1000);
        if self.keeps(second) {
            self.seconds.entry(second).or_default().add(number, 1);
        }
    }

    /// Takes away what was added before.
    pub(super) fn take(&mut self, at: i64, key: Key) {
        let Some(number) = self.numbers.get(&key).copied() else { return };
        self.minutes.take(minute_of(at), &number);
        if let Some(bag) = self.seconds.get_mut(&at.div_euclid(1000)) {
            bag.take(number);
        }
    }

    /// Whether every single second from `start` on is known.
    pub(super) fn has_seconds(&self, start: i64) -> bool {
        self.known.is_none_or(|(first, _)| self.keeps(start.max(first)))
    }

    /// What was first received in each of these spans of seconds, by code, of the keys that are `wanted`. Whole minutes are always
    /// known, other seconds as far as they are kept.
    pub(super) fn by_code(
        &self,
        spans: &[Range<i64>],
        wanted: impl Fn(&Key) -> bool,
    ) -> HashMap<Option<i64>, Vec<u64>> {
        let mut counts = vec![0; self.keys.len() * spans.len()];
        for (at, span) in spans.iter().enumerate() {
            self.visit(span, |number, count| counts[number as usize * spans.len() + at] += count);
        }
        let mut codes: HashMap<Option<i64>, Vec<u64>> = HashMap::new();
        let keys = self.keys.iter().zip(counts.chunks(spans.len().max(1)));
        for (key, counts) in keys.filter(|(key, _)| wanted(key)) {
            let sums = codes.entry(key.code).or_insert_with(|| vec![0; spans.len()]);
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        codes
    }

    /// Shows the sums that make up a span of seconds: those of whole minutes, and of the seconds before and after them.
    fn visit(&self, seconds: &Range<i64>, mut see: impl FnMut(u32, u64)) {
        let mut see_all = |bag: &Bag<u32>| bag.iter().for_each(|(number, count)| see(number, count));
        let whole = seconds.start.saturating_add(59).div_euclid(60)..seconds.end.div_euclid(60);
        let (before, after) = if whole.is_empty() {
            (seconds.clone(), 0..0)
        } else {
            let [from, to] = [whole.start, whole.end].map(|minute| minute_of(minute.saturating_mul(60_000)));
            self.minutes.visit(Minutes { from, to }, &mut see_all);
            (seconds.start..whole.start * 60, whole.end * 60..seconds.end)
        };
        for seconds in [before, after].into_iter().filter(|seconds| !seconds.is_empty()) {
            self.seconds.range(seconds).for_each(|(_, bag)| see_all(bag));
        }
    }

    fn keeps(&self, second: i64) -> bool {
        self.known.is_none_or(|(_, last)| second > last - SECONDS_KEPT)
    }
}
