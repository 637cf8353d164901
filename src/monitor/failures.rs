//! Failures by effective code: unique (message, code) of messages whose outcome is failed.

use super::cells::Cell;
use super::intern::{Name, Names as Texts};
use super::messages::{Messages, Outcome, Part, Record};
use super::rates::Grid;
use super::rollup::{Minute, Minutes};
use super::store::{Chunks, Index};
use super::view::{Failure, Mark, Scope, Span};
use crate::event::{Event, Millis, Status, Text, catalogue};
use hashbrown::{HashMap, HashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

/// Slices of a trend.
const SLICES: i64 = 15;
const FIVE_MINUTES: i64 = 5 * 60_000;
const HOUR: i64 = 60 * 60_000;
/// Time after the start of everything in which a first occurrence says nothing.
const WARM_UP: i64 = 10_000;

/// Number of a message's failed evidence, from 1.
pub(super) type Failed = NonZeroU32;

/// What the failed statuses of one message said. Where they contradict each other the smallest text stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    recipient: Name,
    template: Name,
    codes: Vec<CodeSeen>,
}

#[derive(Debug, Clone)]
struct CodeSeen {
    code: Option<i64>,
    first: i64,
    last: i64,
    wrappers: Vec<i64>,
    title: Name,
}

/// Failed evidence of every message that has some.
#[derive(Debug, Default)]
pub(super) struct Failures {
    /// Everything the evidence names: recipients are too many to share the names of the monitor.
    texts: Texts,
    evidence: Chunks<Evidence>,
    /// Messages whose outcome is failed, by the minute of their first evidence.
    minutes: BTreeMap<Minute, HashSet<Index>>,
    /// When each code was first received at all.
    first: HashMap<Option<i64>, i64>,
}

impl Failures {
    /// Takes in one failed status and returns the evidence of its message.
    pub(super) fn see(&mut self, known: Option<Failed>, event: &Event, status: &Status) -> Option<Failed> {
        let at = event.received_at.0;
        let mut new = Evidence {
            recipient: self.texts.intern(event.customer.as_deref()),
            template: self.texts.intern(status.template.as_deref()),
            codes: Vec::with_capacity(status.errors.len().max(1)),
        };
        let named = status.errors.iter().map(|error| (error.code, error.platform_code, error.title.as_deref()));
        let unnamed = status.errors.is_empty().then_some((None, None, None));
        for (code, wrapper, title) in named.chain(unnamed) {
            let title = self.texts.intern(title);
            let wrappers = wrapper.into_iter().collect();
            new.join(CodeSeen { code, first: at, last: at, wrappers, title }, &self.texts);
            let first = self.first.entry(code).or_insert(at);
            *first = at.min(*first);
        }
        self.join(known, new)
    }

    /// Joins what is known of one message under two names.
    pub(super) fn unite(&mut self, kept: Option<Failed>, gone: Option<Failed>) -> Option<Failed> {
        let Some(gone) = gone else { return kept };
        let other = std::mem::take(self.evidence.get_mut(gone.get() - 1));
        self.join(kept, other)
    }

    fn join(&mut self, known: Option<Failed>, new: Evidence) -> Option<Failed> {
        let Some(known) = known else {
            return Failed::new(self.evidence.push(new) + 1);
        };
        let kept = self.evidence.get_mut(known.get() - 1);
        kept.recipient = self.texts.smaller(kept.recipient, new.recipient);
        kept.template = self.texts.smaller(kept.template, new.template);
        new.codes.into_iter().for_each(|code| kept.join(code, &self.texts));
        Some(known)
    }

    /// Moves a message between the minutes of failed messages as its outcome changes.
    pub(super) fn settle(&mut self, index: Index, before: Option<&Part>, after: Option<&Part>) {
        let minute = |part: Option<&Part>| part.filter(|part| part.outcome == Outcome::Failed).map(|part| part.minute);
        let (before, after) = (minute(before), minute(after));
        if before == after {
            return;
        }
        if let Some(minute) = before
            && let Some(messages) = self.minutes.get_mut(&minute)
        {
            messages.remove(&index);
            if messages.is_empty() {
                self.minutes.remove(&minute);
            }
        }
        if let Some(minute) = after {
            self.minutes.entry(minute).or_default().insert(index);
        }
    }

    /// The rows of a cohort, most messages first, then by code. `number` is the scope's: `None` for all.
    pub(super) fn rows(
        &self,
        scope: &Scope,
        number: Option<Option<Name>>,
        known_since: Option<Millis>,
        messages: &Messages,
    ) -> Vec<Failure> {
        let mut rows: HashMap<Option<i64>, Row> = HashMap::new();
        self.each(scope.span, number, messages, |failed, seen| {
            rows.entry(seen.code).or_insert_with(Row::new).add(failed, seen, scope);
        });
        let mut before: HashMap<Option<i64>, u64> = HashMap::new();
        let usual = Span { from: Millis(scope.span.from.0.saturating_sub(HOUR)), to: scope.span.from };
        self.each(usual, number, messages, |_, seen| *before.entry(seen.code).or_default() += 1);
        let known_since = known_since.map_or(scope.span.from.0, |at| at.0);
        let mut rows: Vec<Failure> = rows
            .into_iter()
            .map(|(code, row)| {
                let history = Usual {
                    known_since,
                    in_hour: before.get(&code).copied().unwrap_or(0),
                    first: self.first.get(&code).copied().unwrap_or(row.first),
                };
                let mark = row.mark(scope, &history);
                row.finish(code, mark, &self.texts)
            })
            .collect();
        rows.sort_by(|a, b| b.messages.cmp(&a.messages).then(a.code.cmp(&b.code)));
        rows
    }

    /// Every (failed message, code) whose first evidence lies in the span, with the scope's number.
    fn each<'a>(
        &'a self,
        span: Span,
        number: Option<Option<Name>>,
        messages: &'a Messages,
        mut see: impl FnMut(&'a Evidence, &'a CodeSeen),
    ) {
        for (_, evidence) in self.of_cohort(span, number, messages) {
            evidence.codes.iter().for_each(|seen| see(evidence, seen));
        }
    }

    fn of_cohort<'a>(
        &'a self,
        span: Span,
        number: Option<Option<Name>>,
        messages: &'a Messages,
    ) -> impl Iterator<Item = (&'a Record, &'a Evidence)> {
        self.of_minutes(Minutes::of(span), number, messages)
    }

    fn of_minutes<'a>(
        &'a self,
        minutes: Minutes,
        number: Option<Option<Name>>,
        messages: &'a Messages,
    ) -> impl Iterator<Item = (&'a Record, &'a Evidence)> {
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

    /// Failed messages of the cohort with `code`.
    pub(super) fn with_code<'a>(
        &'a self,
        code: Option<i64>,
        span: Span,
        number: Option<Option<Name>>,
        messages: &'a Messages,
    ) -> impl Iterator<Item = With> {
        self.of_cohort(span, number, messages).filter_map(move |(record, evidence)| {
            let seen = evidence.codes.iter().find(|seen| seen.code == code)?;
            Some(With { cell: record.cell, template: evidence.template, first: Millis(seen.first) })
        })
    }

    /// Failed messages of the cohort with `code` by when it was first received, in columns.
    pub(super) fn trend(
        &self,
        code: Option<i64>,
        span: Span,
        number: Option<Option<Name>>,
        messages: &Messages,
        grid: Grid,
    ) -> Vec<u64> {
        let mut counts = vec![0; usize::try_from(grid.whole).unwrap_or(0)];
        for with in self.with_code(code, span, number, messages) {
            grid.count(&mut counts, with.first);
        }
        counts
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
        let wanted = self.texts.find(template);
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
        self.texts.text(name)
    }
}

impl Evidence {
    /// Takes in one code, or what is known of it under another name of the message.
    fn join(&mut self, new: CodeSeen, texts: &Texts) {
        let Some(seen) = self.codes.iter_mut().find(|seen| seen.code == new.code) else {
            self.codes.push(new);
            return;
        };
        seen.first = seen.first.min(new.first);
        seen.last = seen.last.max(new.last);
        seen.title = texts.smaller(seen.title, new.title);
        for wrapper in new.wrappers {
            if !seen.wrappers.contains(&wrapper) {
                seen.wrappers.push(wrapper);
            }
        }
    }
}

/// A failed message with a code. `template` is a text of the failures.
pub(super) struct With {
    pub(super) cell: Cell,
    pub(super) template: Name,
    /// When the code was first received.
    pub(super) first: Millis,
}

/// What is known of a code before the window.
struct Usual {
    /// When the first request of all was received.
    known_since: i64,
    /// Failures in the hour before the window.
    in_hour: u64,
    /// When the code was first received at all.
    first: i64,
}

/// One row being counted.
struct Row {
    messages: u64,
    recipients: HashSet<Name>,
    wrappers: BTreeSet<i64>,
    first: i64,
    last: i64,
    recent: u64,
    trend: Vec<u64>,
    titles: HashMap<Name, u64>,
}

impl Row {
    fn new() -> Self {
        Self {
            messages: 0,
            recipients: HashSet::new(),
            wrappers: BTreeSet::new(),
            first: i64::MAX,
            last: i64::MIN,
            recent: 0,
            trend: vec![0; SLICES as usize],
            titles: HashMap::new(),
        }
    }

    fn add(&mut self, failed: &Evidence, seen: &CodeSeen, scope: &Scope) {
        self.messages += 1;
        self.recipients.insert(failed.recipient);
        self.wrappers.extend(&seen.wrappers);
        self.first = self.first.min(seen.first);
        self.last = self.last.max(seen.last);
        self.recent += u64::from(seen.first >= scope.as_of.0 - FIVE_MINUTES);
        *self.titles.entry(seen.title).or_default() += 1;
        let length = scope.span.to.0.saturating_sub(scope.span.from.0).max(1);
        let slice =
            (seen.first.saturating_sub(scope.span.from.0).max(0).saturating_mul(SLICES) / length).min(SLICES - 1);
        self.trend[slice as usize] += 1;
    }

    /// Whether the code is new or rising. Where nothing older than the window is kept, a code is new when an even spread
    /// over everything kept would put all of its failures after the first one less than once in ten thousand times.
    fn mark(&self, scope: &Scope, usual: &Usual) -> Mark {
        let window = scope.span.to.0.saturating_sub(scope.span.from.0);
        let silent = (usual.first - usual.known_since - WARM_UP).max(0) as f64;
        let busy = (scope.as_of.0 - usual.first).max(1) as f64;
        let chance = (busy / (silent + busy)).powi(self.messages.min(1 << 20) as i32);
        let ripe = scope.span.from.0.saturating_sub(usual.known_since) >= window;
        if self.messages >= 5 && usual.first >= scope.span.from.0 && (ripe || chance < 1e-4) {
            return Mark::New;
        }
        let known = scope.span.from.0.saturating_sub(usual.known_since).clamp(0, HOUR);
        if known < FIVE_MINUTES {
            return Mark::None;
        }
        let expected = usual.in_hour as f64 * FIVE_MINUTES as f64 / known as f64;
        let risen = self.recent >= 8 && self.recent as f64 > expected + 4.0 * expected.max(1.0).sqrt();
        if risen { Mark::Rising(self.recent as f64 / expected.max(1.0)) } else { Mark::None }
    }

    fn finish(self, code: Option<i64>, mark: Mark, texts: &Texts) -> Failure {
        let wire_title = self
            .titles
            .iter()
            .filter_map(|(title, count)| Some((count, texts.text(*title)?)))
            .max()
            .map(|(_, title)| title.clone());
        let entry = code.and_then(catalogue::lookup);
        let wire = || wire_title.as_deref().unwrap_or("No code given").to_owned();
        let title = entry.map_or_else(wire, |entry| entry.en.title.clone());
        Failure {
            code,
            platform_codes: self.wrappers.into_iter().collect(),
            messages: self.messages,
            recipients: self.recipients.iter().filter(|recipient| **recipient != Name::NONE).count() as u64,
            class: entry.map_or(catalogue::UNKNOWN_CLASS, |entry| &entry.class).to_owned(),
            short: code.and_then(catalogue::short).map_or_else(|| title.clone(), str::to_owned),
            title,
            advice: entry.map_or("", |entry| &entry.en.action).to_owned(),
            retryable: entry.is_some_and(|entry| entry.retryable),
            first_at: Millis(self.first),
            last_at: Millis(self.last),
            trend: self.trend,
            mark,
            wire_title,
        }
    }
}
