//! A frozen view.
//!
//! Counting on behind it would show other numbers at each look. So nothing that comes meanwhile is counted: it stands in the
//! journal, and is read from there once the view goes on, however much it is.

use super::{App, Flow};
use crate::event::Millis;
use crate::journal::Batch;
use crate::monitor::Meter;
use crate::monitor::view::Pulse;
use crate::tui::store::Job;

/// Missed pages from which on it is told how far counting is: fewer are counted before one could read it.
const MANY: u64 = 1_000;
/// Time after which a journal that could not be read is tried again, in milliseconds.
const RETRY_AFTER: i64 = 2_000;

/// A frozen view.
#[derive(Debug)]
pub(in crate::tui) struct Pause {
    /// When it was frozen.
    pub(in crate::tui) at: Millis,
    /// Events that came since.
    pub(in crate::tui) new: u64,
    /// The gauges go on.
    meter: Meter,
}

/// How far the journal is counted.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// The last page that is counted.
    counted: u64,
    /// The last page that came.
    came: u64,
    /// The last page that was counted when the view went on.
    resumed_at: u64,
    /// Missed pages are being read.
    reading: bool,
    /// When they may be asked for.
    ask_at: Millis,
}

impl App {
    /// Freezes the view, or lets it go on.
    pub(in crate::tui) fn toggle_pause(&mut self, now: Millis) {
        if !self.go_on() {
            self.pause = Some(Pause { at: now, new: 0, meter: self.known.monitor.meter() });
            self.known.narrowing.count_up_to(Some(self.reached.counted));
            self.pages.all_mut().into_iter().for_each(|page| page.pause(true));
        }
        self.moved();
    }

    /// Lets a frozen view go on. Says whether it was one.
    pub(in crate::tui) fn go_on(&mut self) -> bool {
        if self.pause.take().is_none() {
            return false;
        }
        self.reached.resumed_at = self.reached.counted;
        self.known.narrowing.count_up_to(None);
        self.pages.all_mut().into_iter().for_each(|page| page.pause(false));
        true
    }

    /// Gauges of the moment, those of a frozen view too.
    pub(in crate::tui) fn pulse(&self, now: Millis) -> Pulse {
        self.pause.as_ref().map_or_else(|| self.known.monitor.pulse(now), |pause| pause.meter.pulse(now))
    }

    /// Counts a page that came, unless the view is frozen or pages before it are missing.
    pub(super) fn count(&mut self, batch: &Batch) {
        if self.pause.is_none() && self.reached.counted == self.reached.came {
            self.known.monitor.fold_batch(batch);
            self.reached.counted = batch.page;
        }
        self.reached.came = batch.page;
    }

    /// A page of those that are counted anew, beside what is shown.
    pub(super) fn counted_anew(&mut self, page: u64) {
        self.reached.came = page;
    }

    /// What was counted anew is shown from now on, in a frozen view too: a filter over it counts as far.
    pub(super) fn all_is_counted(&mut self) {
        self.reached.counted = self.reached.came;
        let frozen = self.pause.is_some();
        self.known.narrowing.count_up_to(frozen.then_some(self.reached.counted));
    }

    /// A new page goes on the gauges of a frozen view.
    pub(super) fn meter(&mut self, batch: &Batch) {
        if let Some(pause) = &mut self.pause {
            pause.new += batch.events.iter().filter(|event| event.amends.is_none()).count() as u64;
            pause.meter.see(batch);
        }
    }

    /// The pages that are missing since the view was frozen, when they are to be read.
    pub(super) fn missed_job(&mut self, now: Millis) -> Option<Job> {
        let Reached { counted, came, reading, ask_at, .. } = self.reached;
        if self.pause.is_some() || reading || counted >= came || now < ask_at {
            return None;
        }
        self.reached.reading = true;
        Some(Job::Missed { after: counted, up_to: came })
    }

    /// Counts pages that were missing; `reached`: all up to there were read.
    pub(super) fn missed(&mut self, batches: &[Batch], reached: u64) {
        self.reached.reading = false;
        // Frozen again meanwhile, or counted anew.
        if self.pause.is_some() || reached <= self.reached.counted {
            return;
        }
        for batch in batches.iter().filter(|batch| batch.page > self.reached.counted) {
            self.known.monitor.fold_batch(batch);
        }
        self.reached.counted = reached;
        self.changed();
    }

    /// Missing pages could not be read.
    pub(super) fn missed_nothing(&mut self, now: Millis) {
        if std::mem::take(&mut self.reached.reading) {
            self.reached.ask_at = Millis(now.0 + RETRY_AFTER);
        }
    }

    /// How many pages are counted of how many, while that is worth telling: at the start, and after a long pause.
    pub(in crate::tui) fn behind(&self) -> Option<(u64, u64)> {
        if let Flow::Behind(done, total) = self.known.flow {
            return Some((done, total));
        }
        let Reached { counted, came, resumed_at, .. } = self.reached;
        let missed = came.saturating_sub(resumed_at);
        (self.pause.is_none() && counted < came && missed >= MANY).then_some((counted - resumed_at, missed))
    }
}
