//! Outgoing messages as evidence: per message the earliest provider time of each stage, whatever order it came in.

use super::intern::{Name, Names as Texts};
use super::latency::{Bin, bin_of};
use super::names::{Index, Names};
use super::rollup::{Minute, minute_of};
use crate::event::{Event, Status, StatusName};

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
    failed: Stamp,
    /// Business number.
    pub(super) number: Name,
    /// Callback data.
    pub(super) tag: Name,
    /// Template, from error texts.
    pub(super) template: Name,
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
    pub(super) number: Name,
    pub(super) sent: bool,
    pub(super) outcome: Outcome,
    pub(super) conflict: bool,
    pub(super) deliver: Option<Bin>,
    pub(super) read: Option<Bin>,
}

impl Part {
    pub(super) fn delivered(&self) -> bool {
        matches!(self.outcome, Outcome::Delivered | Outcome::Read)
    }
}

impl Record {
    /// What it adds to its cohort. `read` implies `delivered` implies `sent`; latencies only between stages really seen.
    pub(super) fn part(&self) -> Part {
        let delivered = self.delivered != 0 || self.read != 0;
        let outcome = match (self.read != 0, delivered, self.failed != 0) {
            (true, ..) => Outcome::Read,
            (_, true, _) => Outcome::Delivered,
            (_, _, true) => Outcome::Failed,
            _ => Outcome::Rest,
        };
        Part {
            minute: self.minute,
            number: self.number,
            sent: delivered || self.sent != 0,
            outcome,
            conflict: delivered && self.failed != 0,
            deliver: elapsed(self.sent, self.delivered),
            read: elapsed(self.delivered, self.read),
        }
    }

    /// Takes in one status.
    fn see(&mut self, event: &Event, status: &Status, texts: &mut Texts) {
        let stamp = event.provider_at.map_or(TIMELESS, |at| Stamp::try_from(at.0).unwrap_or(TIMELESS).max(TIMELESS));
        let stage = match status.status {
            StatusName::Sent => Some(&mut self.sent),
            StatusName::Delivered => Some(&mut self.delivered),
            StatusName::Read | StatusName::Played => Some(&mut self.read),
            StatusName::Failed => Some(&mut self.failed),
            StatusName::Deleted | StatusName::Warning | StatusName::Other(_) => None,
        };
        if let Some(stage) = stage {
            *stage = earlier(*stage, stamp);
        }
        self.minute = self.minute.min(minute_of(event.received_at.0));
        for (kept, new) in
            [(&mut self.number, &event.number), (&mut self.tag, &status.tag), (&mut self.template, &status.template)]
        {
            let new = texts.intern(new.as_deref());
            *kept = texts.smaller(*kept, new);
        }
    }

    /// Takes in everything known under another name of the same message.
    fn unite(&mut self, other: &Self, texts: &Texts) {
        self.minute = self.minute.min(other.minute);
        for (mine, theirs) in [
            (&mut self.sent, other.sent),
            (&mut self.delivered, other.delivered),
            (&mut self.read, other.read),
            (&mut self.failed, other.failed),
        ] {
            *mine = earlier(*mine, theirs);
        }
        for (mine, theirs) in
            [(&mut self.number, other.number), (&mut self.tag, other.tag), (&mut self.template, other.template)]
        {
            *mine = texts.smaller(*mine, theirs);
        }
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
    names: Names,
    records: Chunks,
}

/// What folding a status did to its message.
pub(super) struct Change {
    /// The message.
    pub(super) index: Index,
    /// What it added to its cohort before; `None` for a message not seen before.
    pub(super) before: Option<Part>,
    /// The record that was united into it, with what that one had added.
    pub(super) united: Option<(Index, Part)>,
}

impl Messages {
    /// Takes in one status and says what changed.
    pub(super) fn see(&mut self, event: &Event, status: &Status, texts: &mut Texts) -> Change {
        let participant = status.participant.as_deref();
        let name = self.names.hash(&status.message_id, participant);
        let other_name = status.meta_message_id.as_deref().map(|id| self.names.hash(id, participant));
        let found = self.find(name);
        let other_found = other_name.and_then(|other| self.find(other));
        let (index, united) = match (found, other_found) {
            (Some(a), Some(b)) if a != b => (a.min(b), Some(a.max(b))),
            (Some(index), _) | (None, Some(index)) => (index, None),
            (None, None) => (self.records.push(Record { minute: Minute::MAX, ..Record::default() }), None),
        };
        let known = found.is_some() || other_found.is_some();
        let before = known.then(|| self.records.get(index).part());
        let united = united.map(|gone| {
            let record = *self.records.get(gone);
            self.records.get_mut(gone).united = index + 1;
            self.records.get_mut(index).unite(&record, texts);
            (gone, record.part())
        });
        for name in [Some(name), other_name].into_iter().flatten() {
            self.names.set(name, index);
        }
        self.records.get_mut(index).see(event, status, texts);
        Change { index, before, united }
    }

    pub(super) fn get(&self, index: Index) -> &Record {
        self.records.get(index)
    }

    fn find(&self, name: u64) -> Option<Index> {
        let mut index = self.names.get(name)?;
        while let Some(next) = self.records.get(index).united.checked_sub(1) {
            index = next;
        }
        Some(index)
    }
}

/// Records in pieces of fixed length, so that growing never copies them.
#[derive(Debug, Default)]
struct Chunks(Vec<Vec<Record>>);

impl Chunks {
    const LENGTH: usize = 1 << 16;

    fn push(&mut self, record: Record) -> Index {
        if self.0.last().is_none_or(|chunk| chunk.len() == Self::LENGTH) {
            self.0.push(Vec::with_capacity(Self::LENGTH));
        }
        let chunk = self.0.len() - 1;
        self.0[chunk].push(record);
        (chunk * Self::LENGTH + self.0[chunk].len() - 1) as Index
    }

    fn get(&self, index: Index) -> &Record {
        &self.0[index as usize / Self::LENGTH][index as usize % Self::LENGTH]
    }

    fn get_mut(&mut self, index: Index) -> &mut Record {
        &mut self.0[index as usize / Self::LENGTH][index as usize % Self::LENGTH]
    }
}
