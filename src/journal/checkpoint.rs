//! Moving the write-ahead log into the database, off the commit path.
//!
//! SQLite would do it inside a commit, which then takes milliseconds. Here a thread of its own copies while the writer goes on; but
//! a log that is always being written never ends, so when it is long the writer itself copies the little that is left just after
//! such a pass, and its next commit begins the log anew. A reader that does not end its transaction holds that up, never a commit.

use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread::Thread;

/// Pages of log after which the thread copies.
const STEP: u64 = 1024;
/// Pages of log after which the writer begins it anew.
const RESTART: u64 = 8 * STEP;
/// Size to which the log's file is cut when it was longer, in bytes. Below, it is written over again and again, which syncs faster
/// than a file that grows.
const FILE: u64 = 2 * RESTART * 4096;

/// What writer and thread tell each other.
#[derive(Debug, Default)]
pub(super) struct Wal {
    /// Pages in the log, as of the last commit.
    pages: AtomicU64,
    /// The thread has copied all that there was a moment ago.
    copied: AtomicBool,
}

/// The writer's side.
pub(super) struct Checkpoint {
    wal: Arc<Wal>,
    copier: Thread,
    /// Length of the log when the thread was last called.
    called_at: u64,
}

impl Checkpoint {
    /// Takes checkpoints out of the commits of `connection`.
    pub(super) fn set_up(connection: &mut Connection, wal: Arc<Wal>, copier: Thread) -> rusqlite::Result<Self> {
        connection.pragma_update(None, "journal_size_limit", FILE as i64)?;
        let hooked = wal.clone();
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            hooked.pages.store(u64::try_from(pages).unwrap_or(0), Relaxed);
            Ok(())
        }))?;
        Ok(Self { wal, copier, called_at: 0 })
    }

    /// After a commit was answered: calls the thread, or ends what it began.
    pub(super) fn after_commit(&mut self, connection: &Connection) {
        let pages = self.wal.pages.load(Relaxed);
        if pages < self.called_at {
            self.called_at = 0;
        }
        if pages >= RESTART && self.wal.copied.swap(false, Relaxed) {
            passive(connection);
        } else if pages >= self.called_at + STEP {
            self.called_at = pages;
            self.copier.unpark();
        }
    }
}

/// The thread: copies whenever it is called, until it is stopped.
pub(super) fn run(connection: &Connection, wal: &Wal, stop: &AtomicBool) {
    while !stop.load(Relaxed) {
        std::thread::park();
        passive(connection);
        wal.copied.store(true, Relaxed);
    }
}

/// Copies what no reader still needs from the log alone. A failure (a full disk) shows at the next commit that needs the room.
fn passive(connection: &Connection) {
    let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
}
