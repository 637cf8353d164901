//! Decoding every stored request again, with what this version can read.
//!
//! An event whose key is the same keeps its sequence number. What is read for the first time takes the numbers of what it replaces
//! (mostly one unrecognised event); where there are not enough of them, the rest gets new numbers in a page without requests at
//! the end of the journal. Running it again changes nothing more, so it may be interrupted at any time.

mod request;

use super::sheet::Sheet;
use super::{Progress, STRIDE, Upkeep, note_rewritten};
use crate::event::{Detail, Event, Kind, Millis, StatusName};
use crate::journal::log::Ends;
use crate::journal::page::{self, PageError, Place};
use crate::journal::{Batch, OpenError};
use hashbrown::{HashMap, HashSet};
use request::{Held, Reading, decoded};
use rusqlite::Connection;
use serde::Serialize;

/// What stands in the journal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Unique events.
    pub events: u64,
    /// Further deliveries.
    pub duplicates: u64,
    /// Delivery statuses.
    pub status: u64,
    /// Of these, failures.
    pub failed: u64,
    /// Messages from customers.
    pub inbound: u64,
    /// Template events.
    pub template: u64,
    /// Account events.
    pub account: u64,
    /// Events of other fields.
    pub other: u64,
    /// What cannot be read.
    pub unrecognised: u64,
}

impl Counts {
    fn add(&mut self, batch: &Batch) {
        self.duplicates += batch.requests.iter().map(|summary| u64::from(summary.duplicates)).sum::<u64>();
        batch.events.iter().for_each(|event| self.add_event(event));
    }

    fn add_event(&mut self, event: &Event) {
        if event.amends.is_some() {
            return;
        }
        self.events += 1;
        *match event.kind() {
            Kind::Status => &mut self.status,
            Kind::Inbound => &mut self.inbound,
            Kind::Template => &mut self.template,
            Kind::Account => &mut self.account,
            Kind::Other => &mut self.other,
            Kind::Unrecognised => &mut self.unrecognised,
        } += 1;
        if matches!(&event.detail, Detail::Status(status) if status.status == StatusName::Failed) {
            self.failed += 1;
        }
    }
}

/// What reading again came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Reread {
    /// Requests decoded.
    pub requests: u64,
    /// Of these, requests whose events are other ones now.
    pub changed: u64,
    /// Before.
    pub before: Counts,
    /// After.
    pub after: Counts,
}

/// What is known of the keys that requests may newly have.
type Known = HashMap<crate::event::Key, Vec<Held>>;

impl Upkeep {
    /// Decodes everything again. Looking only, counts what would change.
    ///
    /// # Errors
    /// The journal cannot be read or written. What was done by then is done, and the next run goes on.
    pub fn reread(&mut self, progress: Progress) -> Result<Reread, OpenError> {
        let last = self.last_page()?;
        let wanted = self.survey(last, progress)?;
        let mut pass =
            Pass { known: self.known(&wanted, last)?, ends: Ends::default(), sum: Reread::default(), late: Vec::new() };
        pass.ends = Ends::load(&self.connection).map_err(|error| self.failed(&error))?;
        let mut dropped = false;
        let mut page = 0;
        while page < last {
            let outcome = self.reread_some(page, last, &mut pass, &mut dropped);
            page = match outcome.map_err(|error| self.failed(&error))? {
                Some(reached) => reached,
                None => break,
            };
            progress(last + page, 2 * last);
        }
        if dropped {
            self.make_index()?;
        }
        Ok(pass.sum)
    }

    /// Keys that requests have now and that were not stored with them: of further deliveries, or read for the first time.
    fn survey(&self, last: u64, progress: Progress) -> Result<HashSet<crate::event::Key>, OpenError> {
        let mut wanted = HashSet::new();
        let mut page = 0;
        while page < last
            && let Some(sheet) = Sheet::next(&self.connection, page).map_err(|error| self.failed(&error))?
        {
            page = sheet.place.page;
            for index in 0..sheet.raw.len() {
                let Some(fresh) = decoded(&sheet.raw[index], &self.secret) else { continue };
                let summary = sheet.batch.requests[index];
                let reading = Reading::of(sheet.events_of(index), fresh, &self.secret);
                if reading.is_more_than(summary.duplicates) {
                    wanted.extend(reading.unmatched.iter().map(|event| event.key));
                }
            }
            progress(page, 2 * last);
        }
        Ok(wanted)
    }

    /// Where these keys are stored.
    fn known(&self, wanted: &HashSet<crate::event::Key>, last: u64) -> Result<Known, OpenError> {
        let mut known = Known::new();
        let mut page = if wanted.is_empty() { last } else { 0 };
        while page < last
            && let Some(batch) = page::next(&self.connection, page).map_err(|error| self.failed(&error))?
        {
            page = batch.page;
            for event in batch.events.iter().filter(|event| wanted.contains(&event.key)) {
                known.entry(event.key).or_default().push(Held::stood(event, &self.secret));
            }
        }
        Ok(known)
    }

    /// Reads some pages after `after` again, in one transaction, and says which was the last.
    fn reread_some(
        &self,
        after: u64,
        last: u64,
        pass: &mut Pass,
        dropped: &mut bool,
    ) -> Result<Option<u64>, PageError> {
        let transaction = self.connection.unchecked_transaction()?;
        let (mut page, mut rewritten) = (None, false);
        for _ in 0..STRIDE {
            let Some(mut sheet) = Sheet::next(&transaction, page.unwrap_or(after))? else { break };
            if sheet.place.page > last {
                break;
            }
            page = Some(sheet.place.page);
            pass.sum.before.add(&sheet.batch);
            let changed = pass.read(&mut sheet, &self.secret);
            pass.sum.after.add(&sheet.batch);
            if !changed.any || !self.writes() {
                continue;
            }
            if !std::mem::replace(dropped, true) {
                self.drop_index().map_err(|error| PageError::Damaged { page: after, reason: error.to_string() })?;
            }
            changed.note(&transaction)?;
            sheet.replace(&transaction)?;
            rewritten = true;
        }
        if rewritten {
            note_rewritten(&transaction)?;
        }
        let late = std::mem::take(&mut pass.late);
        late.iter().for_each(|event| pass.sum.after.add_event(event));
        if self.writes() && !late.is_empty() {
            append(&transaction, late, &mut pass.ends)?;
        }
        transaction.commit()?;
        Ok(page)
    }
}

/// Appends a page of events whose requests stand in earlier pages.
fn append(connection: &Connection, events: Vec<Event>, ends: &mut Ends) -> rusqlite::Result<()> {
    ends.page += 1;
    let place = Place {
        page: ends.page,
        first_request: ends.request + 1,
        requests: 0,
        first_seq: ends.seq + 1 - events.len() as u64,
        events: events.len() as u64,
        amendments: events.iter().filter(|event| event.amends.is_some()).count() as u64,
        received_to: ends.received_to,
    };
    let batch = Batch { page: place.page, requests: Vec::new(), events };
    let (events, requests) = page::encode(&batch, &[], &place);
    page::insert(connection, &place, &events, &requests)
}

/// One way through the journal.
struct Pass {
    known: Known,
    /// `seq` is the last number given.
    ends: Ends,
    sum: Reread,
    /// Events that got new numbers in this transaction.
    late: Vec<Event>,
}

/// What a page's events became.
#[derive(Default)]
struct Changed {
    any: bool,
    /// Numbers whose event went.
    gone: Vec<u64>,
    /// Amended event and amendment.
    amendments: Vec<(u64, u64)>,
    /// Newly read notices without a time.
    timeless: Vec<(crate::event::Key, Millis)>,
}

impl Changed {
    fn note(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut delete = connection.prepare_cached("DELETE FROM amendments WHERE of_seq = ?1 OR seq = ?1")?;
        for seq in &self.gone {
            delete.execute([*seq as i64])?;
        }
        let mut insert =
            connection.prepare_cached("INSERT OR REPLACE INTO amendments (of_seq, seq) VALUES (?1, ?2)")?;
        for (of_seq, seq) in &self.amendments {
            insert.execute((*of_seq as i64, *seq as i64))?;
        }
        let mut remember = connection.prepare_cached(
            "INSERT INTO timeless (key, received_at) VALUES (?1, ?2)
             ON CONFLICT DO UPDATE SET received_at = max(received_at, excluded.received_at)",
        )?;
        for (key, at) in &self.timeless {
            remember.execute((key.0.to_le_bytes(), at.0))?;
        }
        Ok(())
    }
}

impl Pass {
    /// Reads all requests of a page again.
    fn read(&mut self, sheet: &mut Sheet, secret: &crate::event::KeySecret) -> Changed {
        let mut changed = Changed::default();
        for index in 0..sheet.raw.len() {
            self.sum.requests += 1;
            let Some(fresh) = decoded(&sheet.raw[index], secret) else { continue };
            let old = sheet.events_of(index);
            let mut summary = sheet.batch.requests[index];
            let reading = Reading::of(old.clone(), fresh, secret);
            let read = reading.settle(&mut summary, &mut self.known, &mut self.ends.seq, secret);
            if read.events == old && read.late.is_empty() && summary == sheet.batch.requests[index] {
                continue;
            }
            self.sum.changed += 1;
            changed.any = true;
            let stays = |seq: u64| read.events.iter().any(|event| event.seq == seq);
            let (went, stayed): (Vec<&Event>, Vec<&Event>) = old.iter().partition(|event| !stays(event.seq));
            let other = |event: &&Event| read.events.iter().any(|now| now.seq == event.seq && now.key != event.key);
            changed.gone.extend(went.iter().copied().chain(stayed.into_iter().filter(other)).map(|event| event.seq));
            let new = |event: &&Event| !old.iter().any(|old| old.seq == event.seq && old.key == event.key);
            for event in read.events.iter().filter(new).chain(&read.late) {
                changed.amendments.extend(event.amends.map(|of| (of, event.seq)));
                if event.timeless() {
                    changed.timeless.push((event.key, event.received_at));
                }
            }
            sheet.batch.requests[index] = summary;
            sheet.batch.events.retain(|event| event.request != summary.request);
            sheet.batch.events.extend(read.events);
            self.late.extend(read.late);
        }
        sheet.batch.events.sort_by_key(|event| event.seq);
        changed
    }
}
