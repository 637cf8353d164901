//! The three threads of an open journal: the writer, the indexer and the copier of the write-ahead log.

use super::checkpoint::{self, Checkpoint, Wal};
use super::duplicates::Duplicates;
use super::index::{self, Indexer};
use super::log::{self, Ends};
use super::queue::Queue;
use super::writer::{self, Shown};
use super::{Batch, Health, LIVE, OpenError, Options, directory, schema, uptime};
use crate::event::KeySecret;
use rusqlite::Connection;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{Builder, JoinHandle};
use tokio::sync::{broadcast, watch};

/// An open journal's threads. Dropping them commits what waits and ends them.
pub(super) struct Threads {
    pub(super) secret: KeySecret,
    pub(super) queue: Arc<Queue>,
    pub(super) shown: Arc<Shown>,
    pub(super) health: watch::Receiver<Health>,
    pub(super) live: broadcast::Sender<Arc<Batch>>,
    stop: Arc<AtomicBool>,
    /// In the order in which they end: the writer calls the others.
    handles: Vec<JoinHandle<()>>,
}

impl Threads {
    /// Brings the journal behind `connection` to where it was left, and starts.
    pub(super) fn start(dir: &Path, options: Options, mut connection: Connection) -> Result<Self, OpenError> {
        let path = dir.join(directory::JOURNAL);
        let failed = |error: &dyn Display| OpenError::Unusable(format!("{} cannot be opened: {error}", path.display()));
        let schema::Identity { id, secret } = schema::Identity::load(&connection).map_err(|error| failed(&error))?;
        let ends = Ends::load(&connection).map_err(|error| failed(&error))?;
        let (index, keys) = index::open(dir, &id, ends.page)?;

        let shown = Arc::new(Shown::default());
        shown.committed(&ends);
        let stop = Arc::new(AtomicBool::new(false));
        let second = || schema::second_connection(&path).map_err(|error| failed(&error));
        let indexer = Indexer::new(index, &keys, second()?, secret, shown.clone(), stop.clone())
            .map_err(|error| OpenError::Unusable(format!("{}: {error}", dir.join(directory::INDEX).display())))?;
        let first_kept = log::first_kept(&connection).map_err(|error| failed(&error))?;
        let mut duplicates = Duplicates::new(options.recent_keys, keys, first_kept);
        log::remember_tail(&connection, &mut duplicates, &secret).map_err(|error| failed(&error))?;

        let indexer = spawn("journal index", move || indexer.run()).map_err(|error| failed(&error))?;
        let wal = Arc::new(Wal::default());
        let copier = {
            let (connection, wal, stop) = (second()?, wal.clone(), stop.clone());
            spawn("journal checkpoint", move || checkpoint::run(&connection, &wal, &stop))
                .map_err(|error| failed(&error))?
        };

        let queue = Arc::new(Queue::new(options.queue, options.queue_bytes));
        let (health_sender, health) = watch::channel(Health::Writable);
        let (live, _) = broadcast::channel(LIVE);
        let run = uptime::begin(&connection, ends.received_to, super::now()).map_err(|error| failed(&error))?;
        let checkpoint =
            Checkpoint::set_up(&mut connection, wal, copier.thread().clone()).map_err(|error| failed(&error))?;
        let writer = writer::Thread {
            connection,
            duplicates,
            ends,
            run,
            dir: dir.to_owned(),
            options,
            checkpoint,
            indexer: indexer.thread().clone(),
            files: writer::files(dir).map_err(|error| failed(&error))?,
            queue: queue.clone(),
            shown: shown.clone(),
            health: health_sender,
            live: live.clone(),
        };
        let writer = spawn("journal", move || writer.run()).map_err(|error| failed(&error))?;
        Ok(Self { secret, queue, shown, health, live, stop, handles: vec![writer, indexer, copier] })
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    Builder::new().name(name.into()).spawn(run)
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.queue.close();
        for (index, handle) in self.handles.drain(..).enumerate() {
            if index > 0 {
                self.stop.store(true, Relaxed);
                handle.thread().unpark();
            }
            // A thread that panicked has nothing left to finish.
            let _ = handle.join();
        }
    }
}
