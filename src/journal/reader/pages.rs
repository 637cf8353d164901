//! Pages that were decoded lately: whoever looks up one event after the other finds most of them in few pages.

use super::super::Batch;
use super::super::page::{self, PageError};
use rusqlite::Connection;
use std::collections::VecDeque;
use std::sync::Arc;

/// Pages and events held at most.
const MOST: (usize, usize) = (128, 5_000);

/// Decoded pages, those that were asked for last at the end. What was changed since in the journal is read again.
#[derive(Default)]
pub(super) struct Pages {
    /// How often stored pages had been changed when these were read.
    rewritten: u64,
    held: VecDeque<Arc<Batch>>,
    events: usize,
}

impl Pages {
    /// A page as it is stored.
    pub(super) fn get(&mut self, connection: &Connection, page: u64) -> Result<Option<Arc<Batch>>, PageError> {
        let rewritten = rewritten(connection)?;
        if rewritten != self.rewritten {
            *self = Self { rewritten, ..Self::default() };
        }
        if let Some(batch) = self.held.iter().position(|batch| batch.page == page).and_then(|at| self.held.remove(at)) {
            self.held.push_back(Arc::clone(&batch));
            return Ok(Some(batch));
        }
        let Some(batch) = page::exactly(connection, page)?.map(Arc::new) else { return Ok(None) };
        self.events += batch.events.len();
        self.held.push_back(Arc::clone(&batch));
        while self.held.len() > MOST.0 || (self.events > MOST.1 && self.held.len() > 1) {
            self.events -= self.held.pop_front().map_or(0, |gone| gone.events.len());
        }
        Ok(Some(batch))
    }
}

/// How often stored pages were changed.
pub(super) fn rewritten(connection: &Connection) -> rusqlite::Result<u64> {
    let times: i64 = connection.prepare_cached("SELECT times FROM rewritten")?.query_row([], |row| row.get(0))?;
    Ok(times as u64)
}
