//! The journal of this process: its live channel, caught up from the disk.

use super::tail::Tail;
use super::{Feed, spawn};
use crate::journal::{Batch, Journal, Reader};
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};

/// Everything in `journal`, then what it commits from now on, until the journal is dropped.
pub fn live(journal: &Journal, reader: Reader) -> std::io::Result<mpsc::Receiver<Feed>> {
    // Subscribed before the history is read, so that nothing falls between the two.
    let commits = journal.subscribe();
    spawn(reader, move |tail| follow_commits(tail, commits))
}

/// Hands over what the channel brings. What it does not bring, because this thread was waiting for its consumer, is read.
pub(super) fn follow_commits(tail: &mut Tail, mut commits: broadcast::Receiver<Arc<Batch>>) -> Option<()> {
    // Nothing but the two channels is waited for, so a runtime of this thread's own is enough.
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => return tail.send(Feed::Lost(format!("no runtime to follow the journal: {error}"))),
    };
    let consumer = tail.consumer();
    loop {
        let next = runtime.block_on(async {
            tokio::select! {
                next = commits.recv() => Some(next),
                () = consumer.closed() => None,
            }
        })?;
        match next {
            Ok(batch) => {
                tail.read_up_to(batch.page)?;
                if batch.page > tail.page {
                    tail.page = batch.page;
                    tail.send(Feed::Live(batch))?;
                }
            }
            Err(RecvError::Lagged(_)) => tail.read_up_to(u64::MAX)?,
            Err(RecvError::Closed) => return tail.read_up_to(u64::MAX),
        }
    }
}
