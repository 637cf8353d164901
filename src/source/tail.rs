//! A cursor over a journal that hands on what it passes.

use super::Feed;
use crate::journal::{Batch, OpenError, Reader};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long to wait before a journal that could not be read is tried again.
const RETRY: Duration = Duration::from_millis(250);

/// The thread's side of a source. Its methods answer `None` when the consumer is gone.
pub(super) struct Tail {
    reader: Reader,
    feed: mpsc::Sender<Feed>,
    /// The last page handed over.
    pub(super) page: u64,
    /// How often stored pages had been changed when the first page was handed over.
    rewritten: u64,
    /// The failure that was last told.
    lost: Option<String>,
}

impl Tail {
    pub(super) fn new(reader: Reader, feed: mpsc::Sender<Feed>) -> Self {
        Self { reader, feed, page: 0, rewritten: 0, lost: None }
    }

    /// Hands over everything that stands in the journal now.
    pub(super) fn history(&mut self) -> Option<()> {
        let end = loop {
            // In this order: a change in between is noticed afterwards.
            match self.reader.rewritten().and_then(|times| Ok((times, self.reader.stats()?))) {
                Ok((times, stats)) => {
                    self.rewritten = times;
                    break stats.last_page;
                }
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

    /// Hands over everything again when what is stored was changed since.
    pub(super) fn look_for_changes(&mut self) -> Option<()> {
        match self.reader.rewritten() {
            Ok(times) if times == self.rewritten => Some(()),
            Ok(_) => {
                self.page = 0;
                self.send(Feed::Rewritten)?;
                self.history()
            }
            Err(error) => self.lost(&error),
        }
    }

    /// Hands over what the journal holds between the last page and `end`, exclusive.
    pub(super) fn read_up_to(&mut self, end: u64) -> Option<()> {
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
        std::thread::sleep(RETRY);
        if self.is_unheard() { None } else { Some(()) }
    }

    pub(super) fn send(&self, feed: Feed) -> Option<()> {
        self.feed.blocking_send(feed).ok()
    }

    /// Whether the consumer is gone.
    pub(super) fn is_unheard(&self) -> bool {
        self.feed.is_closed()
    }

    /// The way to the consumer.
    pub(super) fn consumer(&self) -> mpsc::Sender<Feed> {
        self.feed.clone()
    }
}
