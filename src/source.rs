//! Where a view's events come from: the live channel, caught up from the journal, or another process's journal.

use crate::journal::Batch;
use std::sync::Arc;

/// What a source hands to its consumer, in order of page, without holes.
#[derive(Debug, Clone)]
pub enum Feed {
    /// History that stood in the journal at the start: `done` of `total` pages so far.
    History {
        /// The batch.
        batch: Arc<Batch>,
        /// Pages read.
        done: u64,
        /// Pages there were at the start.
        total: u64,
    },
    /// All history was handed over.
    CaughtUp,
    /// Something new.
    Live(Arc<Batch>),
    /// The source failed, in words for the user; it goes on trying.
    Lost(String),
}
