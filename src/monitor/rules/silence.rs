//! Whether a silence is out of the ordinary.
//!
//! What came before it is looked at as far back as the rule's window and the journal reach: where nothing came for as long, or
//! nothing at the same clock time a day earlier, such a silence is usual. Otherwise the events per minute of that time say how
//! many were to be expected, and by Poisson none comes with the chance of e to the minus that. A silence longer than a third of
//! the window is not judged any more, so a night's or a weekend's is judged in its first hours or never.

use super::engine::Facts;
use crate::event::Millis;
use crate::monitor::intern::Name;
use crate::monitor::rates::Rates;
use crate::monitor::rollup::{Minute, Minutes, minute_of};

/// How many times as long the time before a silence must be.
const LONGER: Minute = 3;
const DAY: Minute = 24 * 60;

pub(super) struct Silence<'a> {
    pub(super) rates: &'a Rates,
    pub(super) facts: &'a Facts,
    /// `None` for all numbers together.
    pub(super) number: Option<Name>,
    /// When the last event was received.
    pub(super) last: Millis,
    pub(super) at: Millis,
}

impl Silence<'_> {
    /// How long it lasts. While no receiver ran nothing could be heard, so that time is not counted.
    pub(super) fn seconds(&self) -> f64 {
        let since = self.facts.up_since(self.at).map_or(self.last, |up| up.max(self.last));
        (self.at.0 - since.0).max(0) as f64 / 1000.0
    }

    /// The events that were to be expected in its whole minutes, rounded down; 0 when such a silence is usual.
    pub(super) fn expected(&self, window: Minute) -> u64 {
        let after = minute_of(self.last.0) + 1;
        let up = self.facts.up_since(self.at).map_or(0, |up| minute_of(up.0.saturating_add(59_999)));
        let (from, to) = (after.max(up), minute_of(self.at.0));
        let length = to.saturating_sub(from);
        if length == 0 || length > window / LONGER || self.was_silent_a_day_ago(from, to) {
            return 0;
        }
        let (mut minutes, mut events, mut pause) = (0, 0, 0);
        for minute in after.saturating_sub(window)..after {
            let minute = Minutes { from: minute, to: minute + 1 };
            if self.facts.was_down(minute) || !self.is_known(minute.from) {
                continue;
            }
            let count = self.events(minute);
            pause = if count == 0 { pause + 1 } else { 0 };
            if pause >= length {
                return 0;
            }
            (minutes, events) = (minutes + 1, events + count);
        }
        // Of a journal that began a short while ago less is asked, but no less than is asked of any silence.
        if minutes < u64::from(LONGER * length) {
            return 0;
        }
        (events * u64::from(length)).checked_div(minutes).unwrap_or(0)
    }

    fn was_silent_a_day_ago(&self, from: Minute, to: Minute) -> bool {
        let span = Minutes { from: from.saturating_sub(DAY), to: to.saturating_sub(DAY) };
        self.is_known(span.from) && !self.facts.was_down(span) && self.events(span) == 0
    }

    fn is_known(&self, minute: Minute) -> bool {
        self.rates.known_since().is_some_and(|first| first <= minute)
    }

    fn events(&self, span: Minutes) -> u64 {
        self.rates.events_of(span, self.number.map(Some))
    }
}
