//! Outgoing messages as evidence: per message the earliest provider time of each stage, whatever order it came in.

use super::cells::Cell;
use super::costs::{Bill, Place};
use super::failures::Failed;
use super::intern::Names as Texts;
use super::latency::{Bin, bin_of};
use super::rollup::{Minute, Minutes, minute_of};
use super::store::{Chunks, Index, Sharded};
use super::traits::Known;
use crate::event::{Event, Status, StatusName};
use foldhash::fast::RandomState;
use std::hash::BuildHasher;

/// A provider time in seconds; 0: the stage was not seen, 1: seen without a time.
type Stamp = u32;
const TIMELESS: Stamp = 1;

/// What is known of one message.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Record {
    /// Minute of the first evidence.
    pub(super) minute: Minute,
    sent: Stamp,
    delivered: Stamp,
    read: Stamp,
    /// Failed evidence, when there is some.
    pub(super) failed: Option<Failed>,
    /// Business number, and what else it is counted by.
    pub(super) cell: Cell,
    pub(super) bill: Option<Bill>,
    /// The record this one was united with, plus one; 0 for none.
    united: Index,
}

/// A message's one outcome, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Read,
    Delivered,
    Failed,
    /// Waiting or silent, by age.
    Rest,
}

/// What a message adds to its cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) minute: Minute,
    pub(super) cell: Cell,
    pub(super) sent: bool,
    pub(super) outcome: Outcome,
    pub(super) conflict: bool,
    pub(super) deliver: Option<Bin>,
    pub(super) read: Option<Bin>,
}

/// What decides between events of one message that name different things.
#[derive(Clone, Copy)]
pub(super) struct Judges<'a> {
    pub(super) texts: &'a Texts,
    pub(super) traits: &'a Known,
}

impl Judges<'_> {
    fn join(self, a: Cell, b: Cell) -> Cell {
        let number = self.texts.smaller(a.number, b.number);
        let traits = if a.traits == b.traits { a.traits } else { self.traits.join(a.traits, b.traits) };
        Cell { number, traits }
    }
}

impl Part {
    pub(super) fn delivered(&self) -> bool {
        matches!(self.outcome, Outcome::Delivered | Outcome::Read)
    }
}

impl Record {
    pub(super) fn place(&self) -> Place {
        Place { minute: self.minute, number: self.cell.number }
    }

    /// What it adds to its cohort. `read` implies `delivered` implies `sent`; latencies only between stages really seen.
    pub(super) fn part(&self) -> Part {
        let delivered = self.delivered != 0 || self.read != 0;
        let outcome = match (self.read != 0, delivered, self.failed.is_some()) {
            (true, ..) => Outcome::Read,
            (_, true, _) => Outcome::Delivered,
            (_, _, true) => Outcome::Failed,
            _ => Outcome::Rest,
        };
        Part {
            minute: self.minute,
            cell: self.cell,
            sent: delivered || self.sent != 0,
            outcome,
            conflict: delivered && self.failed.is_some(),
            deliver: elapsed(self.sent, self.delivered),
            read: elapsed(self.delivered, self.read),
        }
    }

    /// Takes in one status.
    fn see(&mut self, event: &Event, status: &Status, cell: Cell, judges: Judges<'_>) {
        let stamp = event.provider_at.map_or(TIMELESS, |at| Stamp::try_from(at.0).unwrap_or(TIMELESS).max(TIMELESS));
        let stage = match status.status {
            StatusName::Sent => Some(&mut self.sent),
            StatusName::Delivered => Some(&mut self.delivered),
            StatusName::Read | StatusName::Played => Some(&mut self.read),
            StatusName::Failed | StatusName::Deleted | StatusName::Warning | StatusName::Other(_) => None,
        };
        if let Some(stage) = stage {
            *stage = earlier(*stage, stamp);
        }
        self.minute = self.minute.min(minute_of(event.received_at.0));
        self.cell = judges.join(self.cell, cell);
    }

    /// Takes in the stages known under another name of the same message. What failed and what it cost is united by its owner.
    fn unite(&mut self, other: &Self, judges: Judges<'_>) {
        self.minute = self.minute.min(other.minute);
        self.sent = earlier(self.sent, other.sent);
        self.delivered = earlier(self.delivered, other.delivered);
        self.read = earlier(self.read, other.read);
        self.cell = judges.join(self.cell, other.cell);
    }
}

/// The earlier of two stamps; a time says more than none, anything more than not seen.
fn earlier(a: Stamp, b: Stamp) -> Stamp {
    let rank = |stamp: Stamp| match stamp {
        0 => (2, 0),
        TIMELESS => (1, 0),
        time => (0, time),
    };
    if rank(b) < rank(a) { b } else { a }
}

/// Time between two stages that were both seen with their times; clocks that disagree count as none elapsed.
fn elapsed(from: Stamp, to: Stamp) -> Option<Bin> {
    (from > TIMELESS && to > TIMELESS).then(|| bin_of(u64::from(to.saturating_sub(from))))
}

/// Every message, under each of its names.
#[derive(Debug, Default)]
pub(super) struct Messages {
    hasher: RandomState,
    names: Sharded<Index>,
    records: Chunks<Record>,
}

/// What folding a status did to its message.
pub(super) struct Change {
    /// The message.
    pub(super) index: Index,
    /// The message as it was; `None` when it was not seen before.
    pub(super) before: Option<Record>,
    /// The record that was united into it, as it was.
    pub(super) united: Option<(Index, Record)>,
}

impl Messages {
    /// Takes in one status and says what changed.
    pub(super) fn see(&mut self, event: &Event, status: &Status, cell: Cell, judges: Judges<'_>) -> Change {
        let name = self.name(&status.message_id, status);
        let found = self.find(name);
        let other = status.meta_message_id.as_deref().filter(|id| *id != status.message_id);
        let other = other.map(|id| self.name(id, status));
        let other_found = other.and_then(|other| self.find(other));
        let (index, gone) = match (found, other_found) {
            (Some(a), Some(b)) if a != b => (a.min(b), Some(a.max(b))),
            (Some(index), _) | (None, Some(index)) => (index, None),
            (None, None) => (self.records.push(Record { minute: Minute::MAX, ..Record::default() }), None),
        };
        let known = found.is_some() || other_found.is_some();
        let before = known.then(|| *self.records.get(index));
        let united = gone.map(|gone| {
            let record = *self.records.get(gone);
            self.records.get_mut(gone).united = index + 1;
            self.records.get_mut(index).unite(&record, judges);
            (gone, record)
        });
        for (name, found) in [(Some(name), found), (other, other_found)] {
            if let (Some(name), None) = (name, found) {
                self.names.entry(name, || index);
            }
        }
        self.records.get_mut(index).see(event, status, cell, judges);
        Change { index, before, united }
    }

    /// Every message whose first evidence came in these minutes.
    pub(super) fn of_minutes(&self, minutes: Minutes) -> impl Iterator<Item = (Index, &Record)> {
        let within = move |record: &Record| (minutes.from..minutes.to).contains(&record.minute);
        self.records.iter().filter(move |(_, record)| record.united == 0 && within(record))
    }

    pub(super) fn get(&self, index: Index) -> &Record {
        self.records.get(index)
    }

    pub(super) fn get_mut(&mut self, index: Index) -> &mut Record {
        self.records.get_mut(index)
    }

    /// The hash of a message's name; in groups a message is an id and a participant.
    fn name(&self, id: &str, status: &Status) -> u64 {
        match status.participant.as_deref() {
            None => self.hasher.hash_one(id),
            Some(participant) => self.hasher.hash_one((id, participant)),
        }
    }

    fn find(&self, name: u64) -> Option<Index> {
        let mut index = *self.names.get(name)?;
        while let Some(next) = self.records.get(index).united.checked_sub(1) {
            index = next;
        }
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_small() {
        assert_eq!(size_of::<Record>(), 36);
    }
}
