//! Where a view's events come from: the live channel, caught up from the journal, or another process's journal.
//!
//! A source is a thread that reads and a bounded channel that it fills. A slow consumer makes the thread wait and nothing else:
//! the journal is never waited for, and what was missed meanwhile is read from the disk. The thread ends when the consumer is
//! dropped.

pub mod message;

pub mod filtered;

use crate::journal::{Batch, Journal, OpenError, Reader};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};

/// Batches between a source and its consumer.
const AHEAD: usize = 16;

/// How long a follower waits before it looks at another process's journal again: short while something comes, longer while
/// nothing does.
const POLL: (Duration, Duration) = (Duration::from_millis(25), Duration::from_millis(250));

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

/// Everything in `journal`, then what it commits from now on, until the journal is dropped.
pub fn live(journal: &Journal, reader: Reader) -> std::io::Result<mpsc::Receiver<Feed>> {
    // Subscribed before the history is read, so that nothing falls between the two.
    let commits = journal.subscribe();
    spawn(reader, move |tail| tail.follow_commits(commits))
}

/// Everything in the journal in `dir`, then what another process commits there. An absent journal is waited for.
pub fn follow(dir: &Path) -> Result<mpsc::Receiver<Feed>, OpenError> {
    let reader = Reader::open(dir)?;
    spawn(reader, Tail::follow_file)
        .map_err(|error| OpenError::Unusable(format!("no thread to read {}: {error}", dir.display())))
}

fn spawn(
    reader: Reader,
    follow: impl FnOnce(&mut Tail) -> Option<()> + Send + 'static,
) -> std::io::Result<mpsc::Receiver<Feed>> {
    let (feed, consumer) = mpsc::channel(AHEAD);
    std::thread::Builder::new().name("source".into()).spawn(move || {
        let mut tail = Tail { reader, feed, page: 0, lost: None };
        // `None` says that the consumer is gone, which is how a source is stopped.
        let _ = tail.history().and_then(|()| follow(&mut tail));
    })?;
    Ok(consumer)
}

/// A cursor over the journal that hands on what it passes. Its methods answer `None` when the consumer is gone.
struct Tail {
    reader: Reader,
    feed: mpsc::Sender<Feed>,
    /// The last page handed over.
    page: u64,
    /// The failure that was last told.
    lost: Option<String>,
}

impl Tail {
    fn history(&mut self) -> Option<()> {
        let end = loop {
            match self.reader.stats() {
                Ok(stats) => break stats.last_page,
                Err(error) => self.lost(&error)?,
            }
        };
        let mut total = 0;
        while self.page < end {
            let Some(batch) = self.next()? else { break };
            if total == 0 {
                total = end + 1 - batch.page.min(end);
            }
            let done = total - end.saturating_sub(batch.page);
            self.send(Feed::History { batch: Arc::new(batch), done, total })?;
        }
        self.send(Feed::CaughtUp)
    }

    /// Hands over what the channel brings. What it does not bring, because this thread was waiting for its consumer, is read.
    fn follow_commits(&mut self, mut commits: broadcast::Receiver<Arc<Batch>>) -> Option<()> {
        // Nothing but the two channels is waited for, so a runtime of this thread's own is enough.
        let runtime = match tokio::runtime::Builder::new_current_thread().build() {
            Ok(runtime) => runtime,
            Err(error) => return self.send(Feed::Lost(format!("no runtime to follow the journal: {error}"))),
        };
        let feed = self.feed.clone();
        loop {
            let next = runtime.block_on(async {
                tokio::select! {
                    next = commits.recv() => Some(next),
                    () = feed.closed() => None,
                }
            })?;
            match next {
                Ok(batch) => {
                    self.read_up_to(batch.page)?;
                    if batch.page > self.page {
                        self.page = batch.page;
                        self.send(Feed::Live(batch))?;
                    }
                }
                Err(RecvError::Lagged(_)) => self.read_up_to(u64::MAX)?,
                Err(RecvError::Closed) => return self.read_up_to(u64::MAX),
            }
        }
    }

    /// Looks at the file again and again; costs nothing measurable while nothing happens.
    fn follow_file(&mut self) -> Option<()> {
        let mut pause = POLL.0;
        while !self.feed.is_closed() {
            let before = self.page;
            self.read_up_to(u64::MAX)?;
            pause = if self.page > before { POLL.0 } else { (pause * 2).min(POLL.1) };
            std::thread::sleep(pause);
        }
        None
    }

    /// Hands over what the journal holds between the last page and `end`, exclusive.
    fn read_up_to(&mut self, end: u64) -> Option<()> {
        while self.page + 1 < end {
            let Some(batch) = self.next()? else { break };
            self.send(Feed::Live(Arc::new(batch)))?;
        }
        Some(())
    }

    /// The next page of the journal; the inner `None` when there is none yet.
    fn next(&mut self) -> Option<Option<Batch>> {
        loop {
            match self.reader.next(self.page) {
                Ok(batch) => {
                    self.lost = None;
                    self.page = batch.as_ref().map_or(self.page, |batch| batch.page);
                    return Some(batch);
                }
                Err(error) => self.lost(&error)?,
            }
        }
    }

    /// Tells a failure once, and waits before the next try.
    fn lost(&mut self, error: &OpenError) -> Option<()> {
        let reason = error.to_string();
        if self.lost.as_ref() != Some(&reason) {
            self.lost = Some(reason.clone());
            self.send(Feed::Lost(reason))?;
        }
        std::thread::sleep(POLL.1);
        if self.feed.is_closed() { None } else { Some(()) }
    }

    fn send(&self, feed: Feed) -> Option<()> {
        self.feed.blocking_send(feed).ok()
    }
}
