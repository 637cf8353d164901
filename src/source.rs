//! Where a view's events come from: this process's live channel, another process's journal, or a capture file.
//!
//! A source is a thread that reads and a bounded channel that it fills. A slow consumer makes the thread wait and nothing else:
//! the journal is never waited for, and what was missed meanwhile is read from the disk. The thread ends when the consumer is
//! dropped.

mod file;
pub mod filtered;
mod follow;
mod live;
pub mod message;
mod tail;
pub mod thread;

pub use file::FileSource;
pub use follow::follow;
pub use live::live;

use crate::journal::{Batch, Holder, Reader};
use std::sync::Arc;
use tail::Tail;
use tokio::sync::mpsc;

/// Batches between a source and its consumer.
const AHEAD: usize = 16;

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
    /// What was handed over is void, because what is stored was changed: everything comes again, as history.
    Rewritten,
    /// Something new.
    Live(Arc<Batch>),
    /// The source failed, in words for the user; it goes on trying.
    Lost(String),
    /// Who writes the journal that is followed, from now on; `None`: nobody.
    Writer(Option<Holder>),
    /// A capture file was read to its end, or to where it is damaged, in words for the user. Nothing more comes.
    Ended(Option<String>),
}

/// Starts the thread: everything that stands in the journal, then what `follow` hands over.
fn spawn(
    reader: Reader,
    follow: impl FnOnce(&mut Tail) -> Option<()> + Send + 'static,
) -> std::io::Result<mpsc::Receiver<Feed>> {
    let (feed, consumer) = mpsc::channel(AHEAD);
    std::thread::Builder::new().name("source".into()).spawn(move || {
        let mut tail = Tail::new(reader, feed);
        // `None` says that the consumer is gone, which is how a source is stopped.
        let _ = tail.history().and_then(|()| follow(&mut tail));
    })?;
    Ok(consumer)
}
