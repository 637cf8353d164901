//! A capture file, as if its requests came in now: taken into a temporary journal that goes with the source.

use super::live::follow_commits;
use super::{Feed, spawn};
use crate::capture::{self, Entry, ImportError, Reader as Capture};
use crate::event::Millis;
use crate::journal::{Journal, Options, Reader};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::mpsc;

/// A capture being read. Dropping it ends that and removes the journal.
pub struct FileSource {
    clock: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
    reading: Option<JoinHandle<()>>,
    dir: TempDir,
}

impl FileSource {
    /// Begins to read the capture that `open` opens, and gives the first of it at once. `open` is asked twice, because what is shown
    /// is dated by the first request before any is taken in.
    ///
    /// # Errors
    /// The capture cannot be opened, or the temporary journal cannot be made.
    pub fn open(open: impl Fn() -> Result<Capture, String>) -> Result<(Self, mpsc::Receiver<Feed>), String> {
        let begins = open()?.find_map(|entry| match entry {
            Ok(Entry::Request { raw, .. }) => Some(raw.received_at),
            _ => None,
        });
        let mut capture = open()?;
        let clock = Arc::new(AtomicI64::new(begins.unwrap_or(capture.header().made_at).0));

        let failed = |error: &dyn std::fmt::Display| format!("cannot make a temporary journal: {error}");
        let dir = tempfile::Builder::new().prefix("watop-file-").tempdir().map_err(|error| failed(&error))?;
        let options = Options { retention: Duration::MAX, min_free: 0, receives: false, ..Options::default() };
        let journal = Journal::open(dir.path(), options).map_err(|error| failed(&error))?;
        let reader = Reader::open(dir.path()).map_err(|error| failed(&error))?;
        let (commits, (end, ended)) = (journal.subscribe(), std::sync::mpsc::channel());
        let feed = spawn(reader, move |tail| {
            follow_commits(tail, commits)?;
            // The journal is closed: the reading thread is at its end, and says how.
            tail.send(Feed::Ended(ended.recv().ok().flatten()))
        });
        let feed = feed.map_err(|error| failed(&error))?;

        let stop = Arc::new(AtomicBool::new(false));
        let reading = std::thread::Builder::new().name("capture".into()).spawn({
            let (clock, stop) = (Arc::clone(&clock), Arc::clone(&stop));
            move || {
                let outcome = read(&mut capture, &journal, &clock, &stop);
                let _ = end.send(outcome.err().map(|error| error.to_string()));
            }
        });
        let reading = Some(reading.map_err(|error| failed(&error))?);
        Ok((Self { clock, stop, reading, dir }, feed))
    }

    /// The temporary data directory.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The capture's own time: when the last request that was read was received. Ages are counted from it.
    pub fn clock(&self) -> impl Fn() -> Millis + Send + Sync + use<> {
        let clock = Arc::clone(&self.clock);
        move || Millis(clock.load(Relaxed))
    }
}

fn read(capture: &mut Capture, journal: &Journal, clock: &AtomicI64, stop: &AtomicBool) -> Result<(), ImportError> {
    let (_, outcome) = capture::import(capture, journal, Millis(i64::MIN), |_, imported| {
        if let Some((_, last)) = imported.extent {
            clock.store(last.0, Relaxed);
        }
        !stop.load(Relaxed)
    });
    outcome
}

impl Drop for FileSource {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        // The journal is closed before its directory goes.
        if let Some(reading) = self.reading.take() {
            let _ = reading.join();
        }
    }
}
