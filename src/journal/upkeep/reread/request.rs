//! One request read again: which of its elements are the events that were stored, and what becomes of the others.

use super::Known;
use crate::event::{Event, KeySecret, Kind, Millis, Origin, TIMELESS_MS, decode};
use crate::journal::{RawRequest, RequestSummary};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a request decodes to now. `None`: a body that was erased, or one that this version breaks down on; it stays as it is.
pub(super) fn decoded(raw: &RawRequest, secret: &KeySecret) -> Option<Vec<Event>> {
    if raw.body.is_empty() && raw.redacted().is_some() {
        return None;
    }
    let origin = Origin { received_at: raw.received_at, verified: raw.verified.clone() };
    catch_unwind(AssertUnwindSafe(|| decode(&raw.body, &origin, secret))).ok()
}

/// A stored event with a key that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    /// The event that a further delivery repeats or amends.
    seq: u64,
    request: u64,
    received_at: Millis,
    fingerprint: u64,
    /// It stood in the journal before this run, as its own event.
    stood: bool,
}

impl Held {
    /// An event that stood in the journal before.
    pub(super) fn stood(event: &Event, secret: &KeySecret) -> Self {
        Self { stood: event.amends.is_none(), ..Self::of(event, secret) }
    }

    fn of(event: &Event, secret: &KeySecret) -> Self {
        Self {
            stood: false,
            seq: event.amends.unwrap_or(event.seq),
            request: event.request,
            received_at: event.received_at,
            fingerprint: event.fingerprint(secret),
        }
    }
}

/// What was stored beside what is read now.
pub(super) struct Reading {
    /// Stored event and what it reads now, in order of number.
    matched: Vec<(Event, Event)>,
    /// Stored events that are not read any more, in order of number.
    gone: Vec<Event>,
    /// What is read now and was not stored with this request, in order of the body.
    pub(super) unmatched: Vec<Event>,
}

/// What is to be stored of a request.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// In the request's own page, in order of number.
    pub(super) events: Vec<Event>,
    /// With new numbers.
    pub(super) late: Vec<Event>,
}

impl Reading {
    /// Matches by key: first what says the same, then what says something else now.
    pub(super) fn of(mut stored: Vec<Event>, fresh: Vec<Event>, secret: &KeySecret) -> Self {
        let mut matched = Vec::new();
        let mut take = |fresh: Vec<Event>, same: &dyn Fn(&Event, &Event) -> bool| {
            let mut rest = Vec::new();
            for event in fresh {
                match stored.iter().position(|stored| stored.key == event.key && same(stored, &event)) {
                    Some(place) => matched.push((stored.remove(place), event)),
                    None => rest.push(event),
                }
            }
            rest
        };
        let rest = take(fresh, &|stored, event| stored.fingerprint(secret) == event.fingerprint(secret));
        let unmatched = take(rest, &|_, _| true);
        Self { matched, gone: stored, unmatched }
    }

    /// Whether more was read than the `duplicates` of the request explain: some of it is read for the first time.
    pub(super) fn is_more_than(&self, duplicates: u32) -> bool {
        let amendments =
            self.matched.iter().map(|(stored, _)| stored).chain(&self.gone).filter(|event| event.amends.is_some());
        self.unmatched.len() > (duplicates as usize).saturating_sub(amendments.count())
    }

    /// Gives everything its number, and counts it. `last` is the last number given so far.
    pub(super) fn settle(
        self,
        summary: &mut RequestSummary,
        known: &mut Known,
        last: &mut u64,
        secret: &KeySecret,
    ) -> Read {
        let more = self.is_more_than(summary.duplicates);
        let mut read = Read::default();
        let (mut repeats, mut elsewhere) = (0, 0);
        for (stored, fresh) in self.matched {
            read.events.push(Event { seq: stored.seq, request: stored.request, amends: stored.amends, ..fresh });
        }
        let mut free = self.gone.iter().map(|event| event.seq);
        for event in self.unmatched {
            if !more {
                repeats += 1;
                continue;
            }
            let mut event = Event { request: summary.request, ..event };
            let held = known.entry(event.key).or_default();
            let near = |held: &&Held| (held.received_at.0 - event.received_at.0).abs() < TIMELESS_MS;
            let first = held.iter().find(|held| !event.timeless() || near(held)).copied();
            let fingerprint = event.fingerprint(secret);
            let said = held.iter().find(|held| held.fingerprint == fingerprint);
            match (first, said) {
                // Read by an earlier run, and stored at the end of the journal.
                (Some(_), Some(said)) if said.stood && said.request == summary.request => elsewhere += 1,
                (Some(_), Some(_)) => repeats += 1,
                (Some(_), None) if event.timeless() => repeats += 1,
                (first, _) => {
                    event.amends = first.map(|first| first.seq);
                    let number = free.next();
                    event.seq = number.unwrap_or_else(|| {
                        *last += 1;
                        *last
                    });
                    held.push(Held::of(&event, secret));
                    if number.is_some() { &mut read.events } else { &mut read.late }.push(event);
                }
            }
        }
        read.events.sort_by_key(|event| event.seq);
        let stored = || read.events.iter().chain(&read.late);
        let first = || stored().filter(|event| event.amends.is_none());
        summary.events = first().count() as u32 + elsewhere;
        summary.unrecognised = first().filter(|event| event.kind() == Kind::Unrecognised).count() as u32;
        summary.duplicates = repeats + (stored().count() - first().count()) as u32;
        read
    }
}
