//! Failures by effective code: unique (message, code) of messages whose outcome is failed.
//!
//! Sums per minute of the cohort answer every window; what cannot be summed is made so: the first and the last time by mending
//! the sums of a minute when a message leaves it, distinct recipients by keeping only the latest message of each.

mod evidence;
mod received;
mod recipients;
mod row;
mod sums;

use super::bag::Bag;
use super::cells::Cell;
use super::intern::Name;
use super::messages::{Messages, Outcome, Record};
use super::rates::Grid;
use super::rollup::{Minute, Minutes, Rollup, Sum as _};
use super::store::{Chunks, Index};
use super::view::{Failure, Scope, Span};
use crate::event::{Event, Millis, Status, Text, catalogue};
use evidence::{Evidence, Texts};
use hashbrown::{HashMap, HashSet};
use row::{History, RECENT, USUAL};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
pub(super) use sums::Whom;
use sums::{Count, Entry, Key, Sums};

/// Slices of a trend.
const SLICES: i64 = 15;
const MINUTE: i64 = 60;

/// Number of a message's failed evidence, from 1.
pub(super) type Failed = NonZeroU32;

/// Everything failed evidence says, and the sums of those messages that did fail.
#[derive(Debug, Default)]
pub(super) struct Failures {
    texts: Texts,
    evidence: Chunks<Evidence>,
    /// When each code was first received at all.
    first: HashMap<Option<i64>, i64>,
    /// Messages whose outcome is failed, by the minute of their first evidence.
    minutes: BTreeMap<Minute, HashSet<Index>>,
    sums: Rollup<Sums>,
    recipients: recipients::Recipients,
    received: received::Received,
}

/// Where a failed message counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    index: Index,
    minute: Minute,
    cell: Cell,
    failed: Failed,
}

impl Place {
    /// Where a message counts; nowhere unless its outcome is failed.
    pub(super) fn of(index: Index, record: &Record) -> Option<Self> {
        let failed = record.failed.filter(|_| record.part().outcome == Outcome::Failed)?;
        Some(Self { index, minute: record.minute, cell: record.cell, failed })
    }
}

impl Failures {
    /// Takes in one failed status and returns the evidence of its message, which must count nowhere meanwhile.
    pub(super) fn see(&mut self, known: Option<Failed>, event: &Event, status: &Status) -> Option<Failed> {
        let new = Evidence::of(event, status, &mut self.texts);
        for seen in &new.codes {
            let first = self.first.entry(seen.code).or_insert(seen.first);
            *first = seen.first.min(*first);
        }
        self.received.hear(event.received_at.0);
        self.join(known, new)
    }

    /// Joins what is known of one message under two names, neither of which may count anywhere meanwhile.
    pub(super) fn unite(&mut self, kept: Option<Failed>, gone: Option<Failed>) -> Option<Failed> {
        let Some(gone) = gone else { return kept };
        let other = std::mem::take(self.evidence.get_mut(gone.get() - 1));
        self.join(kept, other)
    }

    fn join(&mut self, known: Option<Failed>, new: Evidence) -> Option<Failed> {
        let Some(known) = known else {
            return Failed::new(self.evidence.push(new) + 1);
        };
        self.evidence.get_mut(known.get() - 1).join(new, &self.texts);
        Some(known)
    }

    /// Counts a message that failed.
    pub(super) fn enter(&mut self, place: Place) {
        self.minutes.entry(place.minute).or_default().insert(place.index);
        for entry in Entry::all(place.cell, self.evidence.get(place.failed.get() - 1)) {
            self.sums.add(place.minute, &entry);
            self.recipients.add(place.minute, entry.key, entry.recipient);
            self.received.add(entry.seen.first, entry.key);
        }
    }

    /// Counts a message no longer that entered as it is.
    pub(super) fn leave(&mut self, place: Place, messages: &Messages) {
        if let Some(others) = self.minutes.get_mut(&place.minute) {
            others.remove(&place.index);
            if others.is_empty() {
                self.minutes.remove(&place.minute);
            }
        }
        let mut torn = false;
        for entry in Entry::all(place.cell, self.evidence.get(place.failed.get() - 1)) {
            torn |= self.sums.each(place.minute).into_iter().fold(false, |torn, sums| sums.take(&entry) | torn);
            self.recipients.take(place.minute, entry.key, entry.recipient);
            self.received.take(entry.seen.first, entry.key);
        }
        if torn {
            self.mend(place.minute, messages);
        }
    }

    /// Sums a minute anew.
    fn mend(&mut self, minute: Minute, messages: &Messages) {
        let mut sums = Sums::default();
        for index in self.minutes.get(&minute).into_iter().flatten() {
            let record = messages.get(*index);
            let evidence = record.failed.map(|failed| self.evidence.get(failed.get() - 1));
            let entries = evidence.into_iter().flat_map(|evidence| Entry::all(record.cell, evidence));
            entries.for_each(|entry| sums.add(&entry));
        }
        self.sums.mend(minute, sums);
    }

    /// The rows of a cohort, most messages first, then by code. `number` is the scope's: `None` for all.
    pub(super) fn rows(
        &self,
        scope: &Scope,
        number: Option<Option<Name>>,
        known_since: Option<Millis>,
        messages: &Messages,
    ) -> Vec<Failure> {
        if number == Some(None) {
            return Vec::new();
        }
        let number = number.flatten();
        let mut counts: BTreeMap<Option<i64>, Count> = BTreeMap::new();
        self.sums.visit(Minutes::of(scope.span), |sums| {
            for (key, failed) in sums.iter().filter(|(key, _)| of_number(key, number)) {
                counts.entry(key.code).or_default().join(&failed.count);
            }
        });
        let recipients = self.recipients(scope.span, number, messages);
        let usual = self.usual(scope.span, number);
        let recent =
            self.received(Span { from: Millis(scope.as_of.0.saturating_sub(RECENT)), to: scope.as_of }, number);
        let mut trends = self.trends(scope.span, number);
        let mut rows: Vec<Failure> = counts
            .into_iter()
            .map(|(code, count)| {
                let history = History {
                    known_since: known_since.map_or(scope.span.from.0, |at| at.0),
                    usual: usual.of(code),
                    recent: recent(code),
                    first: self.first.get(&code).copied().unwrap_or(count.first),
                };
                let mark = row::mark(count.messages, scope, &history);
                let trend = trends.remove(&code).unwrap_or_else(|| vec![0; SLICES as usize]);
                row::row(code, &count, recipients(code), trend, mark, &self.texts.said)
            })
            .collect();
        rows.sort_by(|a, b| b.messages.cmp(&a.messages).then(a.code.cmp(&b.code)));
        rows
    }

    /// Failed messages of the usual time before a window, by code.
    fn usual(&self, span: Span, number: Option<Name>) -> Bag<Option<i64>> {
        let mut usual = Bag::default();
        let before = Span { from: Millis(span.from.0.saturating_sub(USUAL)), to: span.from };
        self.sums.visit(Minutes::of(before), |sums| {
            for (key, failed) in sums.iter().filter(|(key, _)| of_number(key, number)) {
                usual.add(key.code, u32::try_from(failed.count.messages).unwrap_or(u32::MAX));
            }
        });
        usual
    }

    /// Failures first received in a span, by code, of messages of whatever cohort.
    fn received(&self, span: Span, number: Option<Name>) -> impl Fn(Option<i64>) -> u64 + use<> {
        let seconds = span.from.0.div_euclid(1000)..span.to.0.saturating_add(999).div_euclid(1000);
        let counts = self.received.by_code(&[seconds], |key| of_number(key, number));
        move |code| counts.get(&code).and_then(|counts| counts.first()).copied().unwrap_or(0)
    }

    /// Distinct recipients of the cohort by code. Everybody since a minute is a sum; a window that ended before the newest
    /// failures is counted out.
    fn recipients<'a>(
        &'a self,
        span: Span,
        number: Option<Name>,
        messages: &'a Messages,
    ) -> Box<dyn Fn(Option<i64>) -> u64 + 'a> {
        let minutes = Minutes::of(span);
        if self.minutes.range(minutes.to..).next().is_none() {
            return Box::new(self.recipients.since(minutes.from, number));
        }
        let mut recipients: HashMap<Option<i64>, HashSet<Name>> = HashMap::new();
        for (_, evidence) in self.of_cohort(span, number.map(Some), messages) {
            for seen in evidence.codes.iter().filter(|_| evidence.recipient != Name::NONE) {
                recipients.entry(seen.code).or_default().insert(evidence.recipient);
            }
        }
        Box::new(move |code| recipients.get(&code).map_or(0, |recipients| recipients.len() as u64))
    }

    /// Failures by code and by when they were first received, in slices of the span: to the second where that is kept, else to
    /// the minute, which in a longer window makes no difference to the eye.
    fn trends(&self, span: Span, number: Option<Name>) -> HashMap<Option<i64>, Vec<u64>> {
        let (from, to) = (span.from.0.div_euclid(1000), span.to.0.div_euclid(1000));
        let length = to.saturating_sub(from);
        let grain = if self.received.has_seconds(from) { 1 } else { MINUTE };
        // Rounded up: what lies at a time belongs to the last slice that begins at it or before.
        let start =
            |slice: i64| from + (length / grain).saturating_mul(slice).saturating_add(SLICES - 1) / SLICES * grain;
        let slices: Vec<_> = (0..SLICES).map(|slice| start(slice)..start(slice + 1)).collect();
        self.received.by_code(&slices, |key| of_number(key, number))
    }

    /// Failures with `code` by when they were first received, in at most `columns` columns. One still filling would look like a
    /// fall; it is there when it holds more than the one before it already.
    pub(super) fn trend(
        &self,
        code: Option<i64>,
        scope: &Scope,
        number: Option<Option<Name>>,
        columns: usize,
    ) -> (Grid, Vec<u64>) {
        let finest = if self.received.has_seconds(scope.span.from.0.div_euclid(1000)) { 1 } else { MINUTE };
        let grid = Grid::of(scope, columns, finest);
        let starts = (0..=grid.whole).map(|column| grid.first + column * grid.step);
        let columns: Vec<_> = starts.map(|start| start..start + grid.step).collect();
        let wanted = |key: &Key| key.code == code && number.is_none_or(|number| number == Some(key.number));
        let mut counts =
            self.received.by_code(&columns, wanted).remove(&code).unwrap_or_else(|| vec![0; columns.len()]);
        let filling = counts.pop().filter(|_| scope.as_of < scope.span.to);
        counts.extend(filling.filter(|filling| *filling > counts.last().copied().unwrap_or(0)));
        (grid, counts)
    }

    /// Failures with `code` first received in a span.
    pub(super) fn count(&self, code: Option<i64>, span: Span, number: Option<Option<Name>>) -> u64 {
        match number {
            Some(None) => 0,
            number => self.received(span, number.flatten())(code),
        }
    }

    /// Whom failures with `code` hit: failed messages of the cohort by business number.
    pub(super) fn whom(&self, code: Option<i64>, span: Span, number: Option<Option<Name>>) -> BTreeMap<Name, Whom> {
        let mut whom: BTreeMap<Name, Whom> = BTreeMap::new();
        self.sums.visit(Minutes::of(span), |sums| {
            for (key, failed) in sums.iter().filter(|(key, _)| key.code == code) {
                if number.is_none_or(|number| number == Some(key.number)) {
                    whom.entry(key.number).or_default().join(&failed.whom);
                }
            }
        });
        whom
    }

    /// Every failed message of the cohort.
    fn of_cohort<'a>(
        &'a self,
        span: Span,
        number: Option<Option<Name>>,
        messages: &'a Messages,
    ) -> impl Iterator<Item = (&'a Record, &'a Evidence)> {
        let minutes = Minutes::of(span);
        let failed = self.minutes.range(minutes.from..minutes.to).flat_map(|(_, messages)| messages);
        let records = failed.map(|index| messages.get(*index));
        let of_number = records.filter(move |record| number.is_none_or(|number| number == Some(record.cell.number)));
        of_number.filter_map(|record| Some((record, self.evidence.get(record.failed?.get() - 1))))
    }

    /// Shows each code of every failed message of the cohort.
    pub(super) fn tally(&self, span: Minutes, messages: &Messages, mut see: impl FnMut(Index, Cell, Option<i64>)) {
        for index in self.minutes.range(span.from..span.to).flat_map(|(_, messages)| messages) {
            let record = messages.get(*index);
            let codes = record.failed.map_or(&[][..], |failed| &self.evidence.get(failed.get() - 1).codes);
            codes.iter().for_each(|seen| see(*index, record.cell, seen.code));
        }
    }

    /// Failed messages of the cohort that failed because of a template: their error texts name it, or they have a code of class
    /// template and name none. When each was first received so, and whether it names it.
    pub(super) fn of_template<'a>(
        &'a self,
        template: &str,
        span: Span,
        number: Option<Option<Name>>,
        messages: &'a Messages,
    ) -> impl Iterator<Item = (Millis, bool)> {
        let class = |code: &i64| catalogue::lookup(*code).is_some_and(|entry| entry.class == "template");
        let of_class: HashSet<Option<i64>> =
            self.first.keys().copied().filter(|code| code.as_ref().is_some_and(class)).collect();
        let wanted = self.texts.names.find(template);
        self.of_cohort(span, number, messages).filter_map(move |(_, evidence)| {
            let named = wanted == Some(evidence.template);
            if !named && self.text(evidence.template).is_some() {
                return None;
            }
            let because = evidence.codes.iter().filter(|seen| named || of_class.contains(&seen.code));
            Some((Millis(because.map(|seen| seen.first).min()?), named))
        })
    }

    /// When a code was first received at all.
    pub(super) fn first_seen(&self, code: Option<i64>) -> Option<Millis> {
        self.first.get(&code).copied().map(Millis)
    }

    /// Failed messages of the cohort by the template that their error texts name: how many, and how many of these were sent.
    pub(super) fn templates(
        &self,
        span: Span,
        number: Option<Option<Name>>,
        messages: &Messages,
    ) -> HashMap<Name, (u64, u64)> {
        let mut counts: HashMap<Name, (u64, u64)> = HashMap::new();
        for (record, failed) in self.of_cohort(span, number, messages) {
            let (messages, sent) = counts.entry(failed.template).or_default();
            *messages += 1;
            *sent += u64::from(record.part().sent);
        }
        counts
    }

    /// A text that the evidence names.
    pub(super) fn text(&self, name: Name) -> Option<&Text> {
        self.texts.names.text(name)
    }
}

/// Whether a key is of the number, or of any when there is none.
fn of_number(key: &Key, number: Option<Name>) -> bool {
    number.is_none_or(|number| number == key.number)
}
