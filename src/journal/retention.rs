//! What is removed: pages past retention, and the oldest when the disk runs short, in slices between commits. Whatever belongs to a
//! page goes with it in the same transaction, and what went is counted.

use super::directory;
use super::page::{self, Place};
use super::{Options, log::TIMELESS};
use crate::event::Millis;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// Pages and bytes of one slice, so that no commit waits long.
const SLICE: (usize, u64) = (64, 4 << 20);

/// However short the disk is, this much of the newest history stays, in milliseconds.
const LAST_HOUR: i64 = 3600 * 1000;

/// Removes a slice of what is due. Answers the first event that is kept, or `None` when nothing was due.
pub(super) fn slice(
    connection: &mut Connection,
    dir: &Path,
    options: &Options,
    now: Millis,
) -> rusqlite::Result<Option<u64>> {
    let Some(before) = due(connection, dir, options, now)? else { return Ok(None) };
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut last: Option<Place> = None;
    let mut bytes = 0;
    for _ in 0..SLICE.0 {
        let Some(place) = page::first_place(&transaction)?.filter(|place| place.received_to < before) else { break };
        bytes += page::remove(&transaction, &place)?;
        last = Some(place);
        if bytes >= SLICE.1 {
            break;
        }
    }
    let first_kept = last.map(|last| last.last_seq() + 1);
    if let Some(first_kept) = first_kept {
        transaction.execute("DELETE FROM amendments WHERE of_seq < ?1", [first_kept as i64])?;
    }
    transaction.execute("DELETE FROM timeless WHERE received_at < ?1", [now.0.saturating_sub(TIMELESS)])?;
    transaction.execute("DELETE FROM runs WHERE until < ?1 AND start < (SELECT max(start) FROM runs)", [before.0])?;
    transaction.commit()?;
    Ok(first_kept)
}

/// The time before which everything is to go, when the oldest page lies before it.
fn due(connection: &Connection, dir: &Path, options: &Options, now: Millis) -> rusqlite::Result<Option<Millis>> {
    let Some(oldest) = page::first_place(connection)? else { return Ok(None) };
    let retention = i64::try_from(options.retention.as_millis()).unwrap_or(i64::MAX);
    let expired = Millis(now.0.saturating_sub(retention));
    if oldest.received_to < expired {
        return Ok(Some(expired));
    }
    let spared = Millis(now.0.saturating_sub(LAST_HOUR));
    if oldest.received_to >= spared {
        return Ok(None);
    }
    // Removed pages are used again by later commits: they count as free, although the file stays as long as it is.
    let reusable: i64 = connection.query_row(
        "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size",
        [],
        |row| row.get(0),
    )?;
    let short = directory::free(dir).is_some_and(|free| free.saturating_add(reusable as u64) < options.min_free);
    Ok(short.then_some(spared))
}
