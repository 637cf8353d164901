//! Erasing one customer from the journal, raw bytes included.
//!
//! A request in which others are named too keeps their part, under the mark [`REDACTED`] and without the signature that no longer
//! fits; one that was the customer's alone keeps its number and its time, and no body. Erased events count as removed. Their
//! duplicate keys go with the index: when the platform delivers one of them again, that is a new event, seen like any other.

use super::sheet::Sheet;
use super::{Progress, STRIDE, Upkeep, note_rewritten};
use crate::event::person::{Person, Redacted};
use crate::event::{KeySecret, Kind, Millis, Origin, decode_isolated};
use crate::journal::page::{self, PageError};
use crate::journal::{OpenError, REDACTED, directory, now};
use rusqlite::Connection;
use serde::Serialize;
use std::path::PathBuf;

/// Headers that are made from the bytes of the body, and fit no other.
const SIGNATURES: [&str; 2] = ["sign", "x-hub-signature-256"];

/// What went, or would go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// Messages that were the customer's or to them.
    pub messages: u64,
    /// Events erased.
    pub events: u64,
    /// Further deliveries of these that no longer count.
    pub duplicates: u64,
    /// Events of others in which the customer was named.
    pub events_altered: u64,
    /// Requests of which no body is left.
    pub requests_emptied: u64,
    /// Requests that keep what others have in them.
    pub requests_redacted: u64,
    /// Numbers of these requests.
    #[serde(skip)]
    pub requests: Vec<u64>,
    /// Files in the data directory that were set aside and may hold the customer. Nobody but their owner can judge them.
    pub files_left: Vec<PathBuf>,
}

impl Upkeep {
    /// Erases everything of `person`, who learns the ids of their messages on the way. Looking only, counts it.
    ///
    /// # Errors
    /// The journal cannot be read or written. What was erased by then is erased, and the next run goes on.
    pub fn forget(&mut self, person: &mut Person, progress: Progress) -> Result<Forgotten, OpenError> {
        let last = self.last_page()?;
        self.learn(person, last)?;
        let mut forgotten = Forgotten { messages: person.messages() as u64, ..Forgotten::default() };
        if self.writes() {
            self.drop_index()?;
        }
        let mut page = 0;
        while page < last {
            let outcome = self.forget_some(person, page, &mut forgotten);
            page = match outcome.map_err(|error| self.failed(&error))? {
                Some(reached) => reached,
                None => break,
            };
            progress(page, last);
        }
        if self.writes() {
            self.scrub()?;
            self.make_index()?;
        }
        forgotten.files_left = directory::set_aside_files(&self.dir)?;
        Ok(forgotten)
    }

    /// Goes over the events until nothing new is learnt: one message may be known by several names.
    fn learn(&self, person: &mut Person, last: u64) -> Result<(), OpenError> {
        loop {
            let mut learnt = false;
            let mut page = 0;
            while page < last
                && let Some(batch) = page::next(&self.connection, page).map_err(|error| self.failed(&error))?
            {
                page = batch.page;
                for event in &batch.events {
                    learnt |= person.learn(event);
                }
            }
            if !learnt {
                person.compile();
                return Ok(());
            }
        }
    }

    /// Erases from some pages after `after` in one transaction, and says which was the last.
    fn forget_some(&self, person: &Person, after: u64, sum: &mut Forgotten) -> Result<Option<u64>, PageError> {
        let transaction = self.connection.unchecked_transaction()?;
        let (mut page, mut changed) = (None, false);
        for _ in 0..STRIDE {
            let Some(mut sheet) = Sheet::next(&transaction, page.unwrap_or(after))? else { break };
            page = Some(sheet.place.page);
            let erased = sheet.forget(person, &self.secret, now(), sum);
            if let Some(erased) = erased.filter(|_| self.writes()) {
                sheet.replace(&transaction)?;
                count_removed(&transaction, &erased)?;
                changed = true;
            }
        }
        if changed {
            note_rewritten(&transaction)?;
        }
        transaction.commit()?;
        Ok(page)
    }
}

/// Numbers of events that were erased from a page, and how many of them counted.
struct Erased {
    seqs: Vec<u64>,
    events: u64,
}

/// Erased events are removed ones, and their amendments lead nowhere.
fn count_removed(connection: &Connection, erased: &Erased) -> rusqlite::Result<()> {
    connection.execute("UPDATE removed SET events = events + ?1", [erased.events as i64])?;
    let mut amendments = connection.prepare_cached("DELETE FROM amendments WHERE of_seq = ?1 OR seq = ?1")?;
    for seq in &erased.seqs {
        amendments.execute([*seq as i64])?;
    }
    Ok(())
}

impl Sheet {
    /// Takes the customer out. `None`: there was nothing.
    fn forget(&mut self, person: &Person, secret: &KeySecret, now: Millis, sum: &mut Forgotten) -> Option<Erased> {
        let before = sum.clone();
        let mut erased = Erased { seqs: Vec::new(), events: 0 };
        for index in 0..self.raw.len() {
            self.forget_request(index, person, secret, now, sum);
        }
        self.batch.events.retain_mut(|event| {
            if person.owns(event) {
                erased.seqs.push(event.seq);
                erased.events += u64::from(event.amends.is_none());
                return false;
            }
            if let Some(without) = person.without_in(event) {
                sum.events_altered += 1;
                *event = without;
            }
            true
        });
        sum.events += erased.events;
        (*sum != before).then_some(erased)
    }

    fn forget_request(&mut self, index: usize, person: &Person, secret: &KeySecret, now: Millis, sum: &mut Forgotten) {
        let raw = &mut self.raw[index];
        let origin = Origin { received_at: raw.received_at, verified: raw.verified.clone() };
        let redacted = person.redact(&raw.body, |body| decode_isolated(body, &origin, secret));
        let mut changed = redacted.is_some();
        for text in [&mut raw.path, &mut raw.peer] {
            if let Some(without) = person.without(text) {
                (*text, changed) = (without.into(), true);
            }
        }
        for (_, value) in &mut raw.headers {
            if let Some(without) = person.without(&String::from_utf8_lossy(value)) {
                (*value, changed) = (without.into(), true);
            }
        }
        if !changed {
            return;
        }
        raw.headers.retain(|(name, _)| name != REDACTED && !SIGNATURES.contains(&name.as_str()));
        raw.headers.push((REDACTED.into(), now.rfc3339().into()));
        sum.requests.push(self.batch.requests[index].request);
        let Some(Redacted { body, erased, kept }) = redacted else {
            sum.requests_redacted += 1;
            return;
        };
        match body.is_empty() {
            true => sum.requests_emptied += 1,
            false => sum.requests_redacted += 1,
        }
        raw.body = body.into();
        let request = self.batch.requests[index].request;
        let summary = &mut self.batch.requests[index];
        summary.bytes = raw.body.len() as u32;
        let stored = self.batch.events.iter_mut().filter(|event| event.request == request);
        let (mut events, mut amendments) = (0, 0);
        for event in stored {
            if person.owns(event) {
                events += u32::from(event.amends.is_none());
                amendments += u32::from(event.amends.is_some());
                summary.unrecognised -= u32::from(event.kind() == Kind::Unrecognised && event.amends.is_none());
            } else if let Some(moved) = kept.iter().find(|moved| moved.key == event.key) {
                event.path.clone_from(&moved.path);
                // It may have come with a contact that was the customer's.
                if event.name != moved.name {
                    event.name.clone_from(&moved.name);
                    sum.events_altered += 1;
                }
            }
        }
        // What was told again and not stored is known from the body alone.
        let repeats = (erased.len() as u32).saturating_sub(events + amendments);
        let duplicates = summary.duplicates.min(amendments + repeats);
        summary.duplicates -= duplicates;
        summary.events -= events;
        sum.duplicates += u64::from(duplicates);
    }
}
