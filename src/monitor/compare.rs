//! What changed between two windows: differences that chance does not explain, the gravest first.
//!
//! Shares (failures, codes, reads) are compared as proportions, volumes as rates over the time that has passed; see
//! [`super::interval`]. Nothing is judged under 30 messages, and a difference counts when its 99.9 % interval leaves out "no
//! change": many things are compared at once, and of a thousand that did not change one would be named.

mod shown;

use super::Monitor;
use super::hit::FEW;
use super::interval::{JUDGED, Rate, SHOWN, Share, difference, ratio};
use super::view::{Dimension, Failure, Funnel, Group, Scope, rfc3339};
use crate::event::Millis;
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Messages with a code below which it is not named as new.
const FEW_OF_CODE: u64 = 5;
/// The dimensions that every message has.
const COMPARED: [Dimension; 4] = [Dimension::Number, Dimension::Category, Dimension::Country, Dimension::Tag];

/// Two windows side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What is compared with.
    pub before: Window,
    /// What is looked at.
    pub now: Window,
    /// When what is kept begins, if that is after the start of the window before: then it is compared with a part.
    #[serde(serialize_with = "optional_rfc3339")]
    pub known_since: Option<Millis>,
    /// All messages together, changed or not: volume, failed, settled, read.
    pub overall: Vec<Change>,
    /// What changed, the gravest first.
    pub changes: Vec<Change>,
    /// Differences that may be chance.
    pub unsure: u64,
    /// Differences that were not judged, because there were too few messages.
    pub too_few: u64,
}

/// A window of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Window {
    /// Start.
    #[serde(serialize_with = "rfc3339")]
    pub from: Millis,
    /// End, exclusive; for the window that is still open the time it was looked at.
    #[serde(serialize_with = "rfc3339")]
    pub to: Millis,
    /// Its messages.
    pub attempted: u64,
}

/// What a difference is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// All messages.
    All,
    /// An effective code and its short name.
    Code(Option<i64>, String),
    /// A value of a dimension.
    Value(Dimension, Group),
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Messages with a code, of those attempted.
    CodeRate,
    /// Failed, of those attempted.
    FailureRate,
    /// Delivered, of those delivered or failed.
    SettledRate,
    /// Read, of those delivered.
    ReadRate,
    /// Messages attempted, over time.
    Volume,
}

/// Which way it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// A code that was never seen before in what is kept.
    New,
    /// Nothing came any more of what usually talks.
    Quiet,
    /// Not there in the window before.
    Appeared,
    /// More.
    Rose,
    /// Less.
    Fell,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// What is compared.
    pub measure: Measure,
    /// Which way it went; `None` when it may be chance or was not judged.
    pub turn: Option<Turn>,
    /// Count before, and what it is a part of: messages, of a volume seconds.
    pub before: (u64, u64),
    /// The same now.
    pub now: (u64, u64),
    /// The difference of two shares, of volumes the ratio of the rates; `None` where that is infinite.
    pub change: Option<f64>,
    /// Its 95 % interval.
    pub interval: (Option<f64>, Option<f64>),
    /// By how many standard deviations it differs.
    #[serde(skip)]
    pub strength: f64,
}

impl Monitor {
    /// What changed from one scope to another.
    pub fn compare(&self, before: &Scope, now: &Scope) -> Comparison {
        let sides = Sides { monitor: self, before, now };
        let mut all = sides.codes();
        all.extend(COMPARED.into_iter().flat_map(|dimension| sides.dimension(dimension)));
        all.extend(sides.templates());
        let judged = |change: &Judged| change.enough;
        let too_few = all.iter().filter(|change| !judged(change)).count() as u64;
        let unsure = all.iter().filter(|change| judged(change) && change.change.turn.is_none()).count() as u64;
        let mut changes: Vec<Change> = all.into_iter().map(|judged| judged.change).collect();
        changes.retain(|change| change.turn.is_some());
        changes.sort_by(order);
        let since = self.extent().map(|(first, _)| first);
        Comparison {
            before: sides.window(before),
            now: sides.window(now),
            known_since: since.filter(|since| *since >= Millis(before.span.from.0.saturating_add(60_000))),
            overall: sides.overall(),
            changes,
            unsure,
            too_few,
        }
    }
}

/// New and quiet first, then failures, then the rest, then volumes; within these the surest.
fn order(a: &Change, b: &Change) -> Ordering {
    let class = |change: &Change| match (change.turn, change.measure) {
        (Some(Turn::New | Turn::Quiet), _) => 0,
        (_, Measure::CodeRate | Measure::FailureRate) => 1,
        (_, Measure::SettledRate | Measure::ReadRate) => 2,
        (_, Measure::Volume) => 3,
    };
    let named = |change: &Change| format!("{:?} {:?}", change.subject, change.measure);
    class(a).cmp(&class(b)).then(b.strength.abs().total_cmp(&a.strength.abs())).then_with(|| named(a).cmp(&named(b)))
}

/// A difference, and whether there was enough to judge it.
struct Judged {
    change: Change,
    enough: bool,
}

struct Sides<'a> {
    monitor: &'a Monitor,
    before: &'a Scope,
    now: &'a Scope,
}

impl Sides<'_> {
    fn window(&self, scope: &Scope) -> Window {
        let to = scope.span.to.min(scope.as_of.max(scope.span.from));
        Window { from: scope.span.from, to, attempted: self.monitor.funnel(scope).attempted }
    }

    fn funnels(&self) -> (Funnel, Funnel) {
        (self.monitor.funnel(self.before), self.monitor.funnel(self.now))
    }

    fn overall(&self) -> Vec<Change> {
        let (before, now) = self.funnels();
        let both = |of: fn(&Funnel) -> Share| (of(&before), of(&now));
        let mut rows = vec![self.volume(Subject::All, before.attempted, now.attempted)];
        rows.push(proportion(Subject::All, Measure::FailureRate, both(failed)));
        rows.push(proportion(Subject::All, Measure::SettledRate, both(settled)));
        rows.push(proportion(Subject::All, Measure::ReadRate, both(read)));
        rows.into_iter().map(|judged| judged.change).collect()
    }

    fn codes(&self) -> Vec<Judged> {
        let (before, now) = self.funnels();
        let mut codes: BTreeMap<Option<i64>, (u64, u64, String)> = BTreeMap::new();
        let failures = |scope| -> Vec<Failure> { self.monitor.failures(scope) };
        for failure in failures(self.before) {
            codes.insert(failure.code, (failure.messages, 0, failure.short));
        }
        for failure in failures(self.now) {
            let entry = codes.entry(failure.code).or_default();
            (entry.1, entry.2) = (failure.messages, failure.short);
        }
        let row = |(code, (was, is, short)): (Option<i64>, (u64, u64, String))| {
            let share = |part, funnel: &Funnel| Share { part, whole: funnel.attempted };
            let shares = (share(was, &before), share(is, &now));
            let mut judged = proportion(Subject::Code(code, short), Measure::CodeRate, shares);
            let first = self.monitor.first_seen(code);
            if was == 0 && is >= FEW_OF_CODE && first.is_some_and(|first| first >= self.now.span.from) {
                judged.change.turn = Some(Turn::New);
                judged.enough = true;
            }
            judged
        };
        codes.into_iter().map(row).collect()
    }

    fn dimension(&self, dimension: Dimension) -> Vec<Judged> {
        let mut values: BTreeMap<Group, (Funnel, Funnel)> = BTreeMap::new();
        for row in self.monitor.by(dimension, self.before) {
            values.entry(row.value).or_default().0 = row.funnel;
        }
        for row in self.monitor.by(dimension, self.now) {
            values.entry(row.value).or_default().1 = row.funnel;
        }
        let rows = values.into_iter().flat_map(|(value, (before, now))| {
            let subject = || Subject::Value(dimension, value.clone());
            let shares = (failed(&before), failed(&now));
            let volume = self.volume(subject(), before.attempted, now.attempted);
            [proportion(subject(), Measure::FailureRate, shares), volume]
        });
        rows.collect()
    }

    /// Failures that name a template, of all attempted: how many messages used it is not told.
    fn templates(&self) -> Vec<Judged> {
        let (before, now) = self.funnels();
        let mut values: BTreeMap<Group, (u64, u64)> = BTreeMap::new();
        for row in self.monitor.by(Dimension::Template, self.before) {
            values.entry(row.value).or_default().0 = row.funnel.attempted;
        }
        for row in self.monitor.by(Dimension::Template, self.now) {
            values.entry(row.value).or_default().1 = row.funnel.attempted;
        }
        let named = values.into_iter().filter(|(value, _)| value.name().is_some());
        let rows = named.map(|(value, (was, is))| {
            let share = |part, funnel: &Funnel| Share { part, whole: funnel.attempted };
            let subject = Subject::Value(Dimension::Template, value);
            proportion(subject, Measure::FailureRate, (share(was, &before), share(is, &now)))
        });
        rows.collect()
    }

    /// Volumes, over the time that has passed of each window.
    fn volume(&self, subject: Subject, was: u64, is: u64) -> Judged {
        let seconds = |scope: &Scope| {
            let until = scope.span.to.min(scope.as_of);
            (until.0.saturating_sub(scope.span.from.0) / 1000).max(1) as u64
        };
        let (before_s, now_s) = (seconds(self.before), seconds(self.now));
        let rate = |count, seconds: u64| Rate { count, seconds: seconds as f64 };
        let (before, now) = (rate(was, before_s), rate(is, now_s));
        let (value, low, high) = ratio(before, now, SHOWN);
        let (_, surely_low, surely_high) = ratio(before, now, JUDGED);
        let expected = (was + is) as f64 * before.seconds / (before.seconds + now.seconds);
        let strength = (expected - was as f64) / expected.max(1.0).sqrt();
        let enough = was + is >= FEW;
        let turn = match (was, is) {
            (1.., 0) if was >= FEW && surely_high < 1.0 => Some(Turn::Quiet),
            (0, 1..) if is >= FEW && surely_low > 1.0 => Some(Turn::Appeared),
            _ if surely_low > 1.0 => Some(Turn::Rose),
            _ if surely_high < 1.0 => Some(Turn::Fell),
            _ => None,
        };
        // Of nothing against nothing there is nothing to say.
        let finite = |value: f64| (value.is_finite() && was + is > 0).then_some(value);
        let change = Change {
            subject,
            measure: Measure::Volume,
            turn: turn.filter(|_| enough),
            before: (was, before_s),
            now: (is, now_s),
            change: finite(value),
            interval: (finite(low), finite(high)),
            strength,
        };
        Judged { change, enough }
    }
}

/// Compares two shares.
fn proportion(subject: Subject, measure: Measure, (before, now): (Share, Share)) -> Judged {
    let (low, high) = difference(before, now, SHOWN);
    let (surely_low, surely_high) = difference(before, now, JUDGED);
    let enough = before.whole >= FEW && now.whole >= FEW;
    let turn = if surely_low > 0.0 {
        Some(Turn::Rose)
    } else if surely_high < 0.0 {
        Some(Turn::Fell)
    } else {
        None
    };
    let change = now.value() - before.value();
    let pooled = Share { part: before.part + now.part, whole: before.whole + now.whole }.value();
    let deviation =
        (pooled * (1.0 - pooled) * (1.0 / before.whole.max(1) as f64 + 1.0 / now.whole.max(1) as f64)).sqrt();
    let change = Change {
        subject,
        measure,
        turn: turn.filter(|_| enough),
        before: (before.part, before.whole),
        now: (now.part, now.whole),
        change: Some(change).filter(|_| before.whole > 0 && now.whole > 0),
        interval: (Some(low), Some(high)),
        strength: if deviation > 0.0 { change / deviation } else { 0.0 },
    };
    Judged { change, enough }
}

fn failed(funnel: &Funnel) -> Share {
    Share { part: funnel.outcomes.failed, whole: funnel.attempted }
}

fn settled(funnel: &Funnel) -> Share {
    Share { part: funnel.delivered, whole: funnel.delivered + funnel.outcomes.failed }
}

fn read(funnel: &Funnel) -> Share {
    Share { part: funnel.read, whole: funnel.delivered }
}

fn optional_rfc3339<S: Serializer>(at: &Option<Millis>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => rfc3339(at, serializer),
        None => serializer.serialize_none(),
    }
}
