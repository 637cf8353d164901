//! Folding only what is recent, so that one line about now does not cost the whole journal.

use super::Failure;
use crate::event::{Detail, Event, Millis, Status, StatusName};
use crate::journal::Reader;
use crate::monitor::{Monitor, Settings};
use foldhash::fast::RandomState;
use hashbrown::HashSet;
use std::hash::BuildHasher;

/// What is read before the window: what is usual is judged by it.
const BEFORE: i64 = 3_600_000;

/// Folds what was received from an hour before `from` on. Messages that were sent before that are left out, or they would seem
/// to begin with their first later status. A journal that is not older is folded whole.
pub(super) fn fold(reader: &Reader, from: Millis, settings: Settings) -> Result<Monitor, Failure> {
    let start = reader.page_at(Millis(from.0.saturating_sub(BEFORE)))?.saturating_sub(1);
    let mut monitor = Monitor::new(settings);
    if reader.previous(start + 1)?.is_none() {
        each(reader, 0, |batch| monitor.fold_batch(&batch))?;
        return Ok(monitor);
    }
    let mut begun = Begun::default();
    each(reader, start, |batch| batch.events.iter().for_each(|event| begun.see(event)))?;
    each(reader, start, |mut batch| {
        batch.events.retain(|event| begun.holds(event));
        monitor.fold_batch(&batch);
    })?;
    Ok(monitor)
}

fn each(reader: &Reader, after: u64, mut see: impl FnMut(crate::journal::Batch)) -> Result<(), Failure> {
    let (mut page, last) = (after, reader.stats()?.last_page);
    while page < last
        && let Some(batch) = reader.next(page)?
    {
        page = batch.page;
        see(batch);
    }
    Ok(())
}

/// Messages whose beginning was read.
#[derive(Default)]
struct Begun {
    hasher: RandomState,
    names: HashSet<u64>,
}

impl Begun {
    fn see(&mut self, event: &Event) {
        if let Detail::Status(status) = &event.detail
            && matches!(status.status, StatusName::Sent | StatusName::Failed)
        {
            let names = self.names_of(status);
            self.names.extend(names.into_iter().flatten());
        }
    }

    fn holds(&self, event: &Event) -> bool {
        match &event.detail {
            Detail::Status(status) => {
                self.names_of(status).into_iter().flatten().any(|name| self.names.contains(&name))
            }
            _ => true,
        }
    }

    fn names_of(&self, status: &Status) -> [Option<u64>; 2] {
        let name = |id: &str| self.hasher.hash_one((id, status.participant.as_deref()));
        [Some(name(&status.message_id)), status.meta_message_id.as_deref().map(name)]
    }
}
