//! Reading messages from the journal, a slice at a time.

use crate::event::{Event, Millis, Text};
use crate::journal::{OpenError, Reader, Term};
use crate::monitor::view::Span;
use crate::query::{Filter, Held};
use crate::source::message::{ids, same_message, selected};
use crate::tui::store::Slice;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

/// Events that make a row, more or less.
const EVENTS_PER_ROW: usize = 2;
/// Messages that a word alone finds in all of the journal, the newest.
const BY_WORD: usize = 300;

/// A slice of the list of messages.
#[derive(Debug, Clone)]
pub struct MessagesJob {
    /// Which list it is for.
    pub generation: u64,
    /// Messages to be tested again, and nothing else, since something came of them; none: the list is read on.
    pub turned: Vec<Text>,
    /// The page before which is read; `None`: at the end of the span.
    pub before: Option<u64>,
    /// Receive times wanted.
    pub span: Span,
    /// Selects messages by what all of their events say together.
    pub filter: Arc<Filter>,
    /// Whether it selects at all.
    pub active: bool,
    /// Also looked for in everything the journal holds: an id, a phone or a tag.
    pub word: Option<Text>,
    /// For `age` in the filter.
    pub now: Millis,
}

impl MessagesJob {
    /// What a filter selects is counted elsewhere by when its messages began; a word is looked for wherever it stands.
    fn began(&self) -> Option<Span> {
        self.word.is_none().then_some(self.span)
    }
}

/// What a slice found.
#[derive(Debug)]
pub struct Found {
    /// The job's.
    pub generation: u64,
    /// The job's.
    pub turned: Vec<Text>,
    /// Events of messages, amendments as they were committed.
    pub events: Vec<Event>,
    /// The page that was read last.
    pub page: u64,
    /// How far back was read.
    pub reached: Option<Millis>,
    /// Whether there is nothing more.
    pub end: bool,
}

/// Reads a slice.
pub(in crate::tui) fn read(reader: &Reader, job: &MessagesJob, slice: Slice) -> Result<Found, OpenError> {
    let started = Instant::now();
    let (generation, turned) = (job.generation, job.turned.clone());
    let mut found = Found { generation, turned, events: Vec::new(), page: 0, reached: None, end: false };
    if !job.turned.is_empty() {
        for id in &job.turned {
            found.events.extend(selected(reader, &job.filter, id, job.began(), job.now)?.events);
        }
        return Ok(found);
    }
    found.page = match job.before {
        Some(page) => page,
        None => {
            if let Some(word) = &job.word {
                by_word(reader, word, &mut found.events)?;
            }
            let after = if job.span.to > job.now { reader.stats()?.last_page } else { reader.page_at(job.span.to)? };
            after + 1
        }
    };
    let mut tested: BTreeSet<u64> = BTreeSet::new();
    loop {
        let Some(batch) = reader.previous(found.page)? else {
            found.end = true;
            break;
        };
        found.page = batch.page;
        let reached = batch.requests.first().map(|request| request.received_at);
        for event in batch.events {
            let Some(id) = ids(&event).next().filter(|_| job.span.contains(event.received_at)) else { continue };
            if !job.active {
                found.events.push(event);
            } else if !tested.contains(&event.amends.unwrap_or(event.seq)) && may_turn(&job.filter, &event, job.now) {
                let mut message = selected(reader, &job.filter, id, job.began(), job.now)?;
                tested.append(&mut message.seqs);
                found.events.append(&mut message.events);
            }
        }
        found.reached = reached.or(found.reached);
        found.end = reached.is_some_and(|at| at < job.span.from);
        if found.end || slice.is_over(started, found.events.len() / EVENTS_PER_ROW) {
            break;
        }
    }
    Ok(found)
}

/// Whether an event can be why its message is selected, or is not any more: not when no term holds of it, as long as a message
/// of which none holds is not selected either. Spares most look-ups.
pub(super) fn may_turn(filter: &Filter, event: &Event, now: Millis) -> bool {
    filter.needs_body() || filter.selects(&Held::default()) || filter.held(event, &[], now) != Held::default()
}

/// All events of a message, however old.
fn message(reader: &Reader, id: &str, whole: &mut BTreeSet<u64>, events: &mut Vec<Event>) -> Result<(), OpenError> {
    for seq in same_message(reader, id)? {
        if whole.insert(seq) {
            events.extend(reader.deliveries(seq)?);
        }
    }
    Ok(())
}

/// Messages with this id, phone or tag, the newest of everything the journal holds.
fn by_word(reader: &Reader, word: &Text, events: &mut Vec<Event>) -> Result<(), OpenError> {
    let mut whole = BTreeSet::new();
    for term in [Term::Message(word.clone()), Term::Customer(word.clone()), Term::Tag(word.clone())] {
        for seq in reader.find(&term)?.into_iter().rev().take(BY_WORD) {
            if whole.contains(&seq) {
                continue;
            }
            let Some(event) = reader.event(seq)? else { continue };
            if let Some(id) = ids(&event).next() {
                message(reader, id, &mut whole, events)?;
            }
        }
    }
    Ok(())
}
