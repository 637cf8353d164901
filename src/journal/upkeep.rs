//! Changing what is stored: the only way but retention. Holds the writer's lock, so it never runs beside a receiver: a receiver
//! goes on from what it holds in memory of the journal (keys of duplicates, the last numbers, where the index is), and each of
//! these would have to be changed with the pages, between two commits, for as long as it takes. Stopping it for that time loses
//! nothing that was answered, and senders repeat the rest.
//!
//! Pages are replaced in place, some per transaction, and keep their numbers and times. The search index is thrown away first and
//! made anew at the end: it can always be made from the journal, so whatever happens in between leaves nothing wrong behind.

mod forget;
mod reread;
mod sheet;

pub use forget::Forgotten;
pub use reread::{Counts, Reread};

use super::{OpenError, directory, index, schema};
use crate::event::KeySecret;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// Pages that are changed in one transaction.
const STRIDE: u64 = 256;

/// Tells how far long work is: pages done, pages in all.
pub type Progress<'p> = &'p mut dyn FnMut(u64, u64);

/// A journal that is being changed, or only looked at.
pub struct Upkeep {
    dir: PathBuf,
    secret: KeySecret,
    connection: Connection,
    /// `None`: only looked at.
    lock: Option<directory::Lock>,
    notices: Vec<String>,
}

impl Upkeep {
    /// Takes the lock of `dir`. `None` when there is no journal.
    ///
    /// # Errors
    /// A receiver holds it, it is damaged, or it cannot be read.
    pub fn open(dir: &Path) -> Result<Option<Self>, OpenError> {
        let path = dir.join(directory::JOURNAL);
        if !path.exists() {
            return Ok(None);
        }
        directory::prepare(dir)?;
        let lock = directory::Lock::take(dir, super::now())?;
        let schema::Opened { connection, notices } = schema::open_sound(dir)?;
        // What is deleted is overwritten, not only given up.
        connection.pragma_update(None, "secure_delete", true).map_err(|error| unusable(&path, &error))?;
        Ok(Some(Self { notices, ..Self::with(dir, connection, Some(lock))? }))
    }

    /// Looks at the journal in `dir` without changing it, also beside a receiver. `None` when there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn look(dir: &Path) -> Result<Option<Self>, OpenError> {
        let path = dir.join(directory::JOURNAL);
        match schema::open_read_only(&path)? {
            Some(connection) if schema::check_readable(&connection, &path)? => {
                Self::with(dir, connection, None).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn with(dir: &Path, connection: Connection, lock: Option<directory::Lock>) -> Result<Self, OpenError> {
        let identity = schema::Identity::load(&connection);
        let secret = identity.map_err(|error| unusable(&dir.join(directory::JOURNAL), &error))?.secret;
        Ok(Self { dir: dir.to_owned(), secret, connection, lock, notices: Vec::new() })
    }

    /// What the user should be told of the opening, such as an upgrade that kept a copy.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Whether this may change something.
    fn writes(&self) -> bool {
        self.lock.is_some()
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> OpenError {
        unusable(&self.dir.join(directory::JOURNAL), error)
    }

    fn last_page(&self) -> Result<u64, OpenError> {
        super::log::Ends::load(&self.connection).map(|ends| ends.page).map_err(|error| self.failed(&error))
    }

    /// Tells who watches that something other than the journal's pages was changed, too: what they know of it is out of date.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn announce(&self) -> Result<(), OpenError> {
        note_rewritten(&self.connection).map_err(|error| self.failed(&error))
    }

    /// Before the first change.
    fn drop_index(&self) -> Result<(), OpenError> {
        directory::remove(&self.dir, directory::INDEX)
    }

    /// After the last change.
    fn make_index(&self) -> Result<(), OpenError> {
        index::make(&self.dir)
    }

    /// Leaves nothing of what was deleted in the files: neither in pages that are free nor in the write-ahead log.
    fn scrub(&self) -> Result<(), OpenError> {
        scrub(&self.connection).map_err(|error| self.failed(&error))
    }
}

/// Notes that stored pages were changed, within the caller's transaction: who reads them reads them again.
fn note_rewritten(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("UPDATE rewritten SET times = times + 1", []).map(drop)
}

/// Writes a database anew without its free pages, and cuts its write-ahead log.
pub(super) fn scrub(connection: &Connection) -> Result<(), String> {
    connection.execute_batch("VACUUM").map_err(|error| {
        format!("what was erased may still stand in free parts of the file: {error}; make room on the disk and run this again")
    })?;
    let busy: i64 = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    match busy {
        0 => Ok(()),
        _ => Err("what was erased may still stand in the write-ahead log, because another process reads it: \
                  end watop there and run this again"
            .to_owned()),
    }
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> OpenError {
    OpenError::Unusable(format!("{}: {error}", path.display()))
}
