//! Failures by effective code: unique (message, code) of messages whose outcome is failed.

use super::intern::{Name, Names as Texts};
use super::messages::{Messages, Outcome, Part};
use super::names::Index;
use super::rollup::{Minute, Minutes};
use super::view::{Failure, Mark, Scope, Span};
use crate::event::{Event, Millis, Status, catalogue};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;

/// Slices of a trend.
const SLICES: i64 = 15;
const FIVE_MINUTES: i64 = 5 * 60_000;
const HOUR: i64 = 60 * 60_000;
/// Time after the start of everything in which a first occurrence says nothing.
const WARM_UP: i64 = 10_000;

/// What the failed statuses of one message said.
#[derive(Debug, Clone, Default)]
struct Failed {
    recipient: Option<u64>,
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
    hasher: RandomState,
    evidence: HashMap<Index, Failed>,
    /// Messages whose outcome is failed, by the minute of their first evidence.
    minutes: BTreeMap<Minute, HashSet<Index>>,
    /// When each code was first received at all.
    first: HashMap<Option<i64>, i64>,
}

impl Failures {
    /// Takes in one failed status.
    pub(super) fn see(&mut self, index: Index, event: &Event, status: &Status, texts: &mut Texts) {
        let failed = self.evidence.entry(index).or_default();
        let recipient = event.customer.as_deref().map(|customer| self.hasher.hash_one(customer));
        failed.recipient = smaller(failed.recipient, recipient);
        let at = event.received_at.0;
        let named = status.errors.iter().map(|error| (error.code, error.platform_code, error.title.as_deref()));
        let unnamed = status.errors.is_empty().then_some((None, None, None));
        for (code, wrapper, title) in named.chain(unnamed) {
            let title = texts.intern(title);
            let wrappers = wrapper.into_iter().collect();
            failed.join(CodeSeen { code, first: at, last: at, wrappers, title }, texts);
            let first = self.first.entry(code).or_insert(at);
            *first = at.min(*first);
        }
    }

    /// Gives what was known of `gone` to `kept`, the same message.
    pub(super) fn unite(&mut self, kept: Index, gone: Index, texts: &Texts) {
        let Some(other) = self.evidence.remove(&gone) else { return };
        let failed = self.evidence.entry(kept).or_default();
        failed.recipient = smaller(failed.recipient, other.recipient);
        for code in other.codes {
            failed.join(code, texts);
        }
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

    /// The rows of a cohort, most messages first, then by code.
    pub(super) fn rows(
        &self,
        scope: &Scope,
        known_since: Option<Millis>,
        messages: &Messages,
        texts: &Texts,
    ) -> Vec<Failure> {
        let mut rows: HashMap<Option<i64>, Row> = HashMap::new();
        self.each(scope.span, scope, messages, texts, |failed, seen| {
            rows.entry(seen.code).or_default().add(failed, seen, scope);
        });
        let mut before: HashMap<Option<i64>, u64> = HashMap::new();
        let usual = Span { from: Millis(scope.span.from.0 - HOUR), to: scope.span.from };
        self.each(usual, scope, messages, texts, |_, seen| *before.entry(seen.code).or_default() += 1);
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
                row.finish(code, mark, texts)
            })
            .collect();
        rows.sort_by(|a, b| b.messages.cmp(&a.messages).then(a.code.cmp(&b.code)));
        rows
    }

    /// Every (failed message, code) whose first evidence lies in the span, with the scope's number.
    fn each<'a>(
        &'a self,
        span: Span,
        scope: &Scope,
        messages: &Messages,
        texts: &Texts,
        mut see: impl FnMut(&'a Failed, &'a CodeSeen),
    ) {
        let number = scope.number.as_deref().map(|number| texts.find(number));
        let minutes = Minutes::of(span);
        for index in self.minutes.range(minutes.from..minutes.to).flat_map(|(_, messages)| messages) {
            if number.is_some_and(|number| number != Some(messages.get(*index).number)) {
                continue;
            }
            let Some(failed) = self.evidence.get(index) else { continue };
            failed.codes.iter().for_each(|seen| see(failed, seen));
        }
    }

    /// Messages of the cohort that failed with `code`.
    pub(super) fn with_code(&self, code: Option<i64>, span: Span) -> impl Iterator<Item = Index> {
        let minutes = Minutes::of(span);
        self.minutes
            .range(minutes.from..minutes.to)
            .flat_map(|(_, messages)| messages)
            .filter(move |index| {
                self.evidence.get(*index).is_some_and(|failed| failed.codes.iter().any(|seen| seen.code == code))
            })
            .copied()
    }

    /// Failures with `code` first received at or after `since`, in the cohort of `span`.
    pub(super) fn received_since(&self, code: Option<i64>, since: Millis, span: Span) -> u64 {
        let recent = |index: &Index| {
            let codes = self.evidence.get(index).map_or(&[][..], |failed| &failed.codes);
            codes.iter().any(|seen| seen.code == code && seen.first >= since.0)
        };
        self.with_code(code, span).filter(recent).count() as u64
    }
}

impl Failed {
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

fn smaller(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
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
#[derive(Default)]
struct Row {
    messages: u64,
    recipients: HashSet<u64>,
    wrappers: BTreeSet<i64>,
    first: i64,
    last: i64,
    recent: u64,
    trend: Vec<u64>,
    titles: HashMap<Name, u64>,
}

impl Row {
    fn add(&mut self, failed: &Failed, seen: &CodeSeen, scope: &Scope) {
        if self.messages == 0 {
            self.first = i64::MAX;
            self.trend = vec![0; SLICES as usize];
        }
        self.messages += 1;
        self.recipients.extend(failed.recipient);
        self.wrappers.extend(&seen.wrappers);
        self.first = self.first.min(seen.first);
        self.last = self.last.max(seen.last);
        self.recent += u64::from(seen.first >= scope.as_of.0 - FIVE_MINUTES);
        *self.titles.entry(seen.title).or_default() += 1;
        let length = (scope.span.to.0 - scope.span.from.0).max(1);
        let slice = ((seen.first - scope.span.from.0).max(0) * SLICES / length).min(SLICES - 1);
        self.trend[slice as usize] += 1;
    }

    /// Whether the code is new or rising. Where nothing older than the window is kept, a code is new when an even spread
    /// over everything kept would put all of its failures after the first one less than once in ten thousand times.
    fn mark(&self, scope: &Scope, usual: &Usual) -> Mark {
        let window = scope.span.to.0 - scope.span.from.0;
        let silent = (usual.first - usual.known_since - WARM_UP).max(0) as f64;
        let busy = (scope.as_of.0 - usual.first).max(1) as f64;
        let chance = (busy / (silent + busy)).powi(self.messages.min(1 << 20) as i32);
        let ripe = scope.span.from.0 - usual.known_since >= window;
        if self.messages >= 5 && usual.first >= scope.span.from.0 && (ripe || chance < 1e-4) {
            return Mark::New;
        }
        let known = (scope.span.from.0 - usual.known_since).clamp(0, HOUR);
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
        let title = entry.map_or_else(wire, |entry| entry.title.clone());
        Failure {
            code,
            platform_codes: self.wrappers.into_iter().collect(),
            messages: self.messages,
            recipients: self.recipients.len() as u64,
            class: entry.map_or(catalogue::UNKNOWN_CLASS, |entry| &entry.class).to_owned(),
            short: code.and_then(catalogue::short).map_or_else(|| title.clone(), str::to_owned),
            title,
            advice: entry.map_or("", |entry| &entry.action).to_owned(),
            retryable: entry.is_some_and(|entry| entry.retryable),
            first_at: Millis(self.first),
            last_at: Millis(self.last),
            trend: self.trend,
            mark,
            wire_title,
        }
    }
}
