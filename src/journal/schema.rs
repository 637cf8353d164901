//! The tables of `journal.db`, their version, and how connections are set up.

use super::{OpenError, directory};
use crate::event::{KeySecret, Millis};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Marks a SQLite file as a watop journal ("wtop").
const APPLICATION: i32 = 0x7774_6f70;

/// Each step leads from the version of its place to the next: the first one makes an empty file a journal of version 1.
const STEPS: &[&str] = &[
    "
    CREATE TABLE pages (
        page INTEGER PRIMARY KEY,
        first_request INTEGER NOT NULL,
        requests INTEGER NOT NULL,
        first_seq INTEGER NOT NULL,
        events INTEGER NOT NULL,
        amendments INTEGER NOT NULL,
        received_to INTEGER NOT NULL,
        data BLOB NOT NULL);
    CREATE TABLE raw (page INTEGER PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE amendments (of_seq INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (of_seq, seq)) WITHOUT ROWID;
    CREATE TABLE timeless (key BLOB PRIMARY KEY, received_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE runs (start INTEGER PRIMARY KEY, until INTEGER NOT NULL, ended INTEGER NOT NULL);
    CREATE TABLE removed (
        page INTEGER NOT NULL, request INTEGER NOT NULL, seq INTEGER NOT NULL, received_to INTEGER NOT NULL,
        requests INTEGER NOT NULL, events INTEGER NOT NULL);
    INSERT INTO removed VALUES (0, 0, 0, 0, 0, 0);
    CREATE TABLE identity (id BLOB NOT NULL, key BLOB NOT NULL);
    INSERT INTO identity VALUES (randomblob(16), randomblob(16));
    CREATE TABLE probe (one INTEGER PRIMARY KEY, data BLOB NOT NULL);
",
    "
    CREATE TABLE rewritten (times INTEGER NOT NULL);
    INSERT INTO rewritten VALUES (0);
",
];

/// The schema that this version writes.
const NEWEST: u32 = STEPS.len() as u32;

/// What opening a journal for writing came to.
pub(super) struct Opened {
    /// The writer's connection.
    pub(super) connection: Connection,
    /// What the user should be told.
    pub(super) notices: Vec<String>,
}

/// Opens, creates, upgrades or, when it is damaged, sets aside the journal in `dir`. The caller holds the lock.
pub(super) fn open(dir: &Path, now: Millis) -> Result<Opened, OpenError> {
    let path = dir.join(directory::JOURNAL);
    let mut notices = Vec::new();
    let connection = match connect(&path).and_then(|connection| check(connection, &path)) {
        Ok(connection) => connection,
        Err(Refused::Damaged(reason)) => {
            let aside = directory::set_aside(dir, directory::JOURNAL, now)?;
            notices.push(format!(
                "the journal was damaged ({reason}); it was kept as {} and a new one started",
                aside.display()
            ));
            connect(&path).and_then(|connection| check(connection, &path)).map_err(Refused::worded)?
        }
        Err(refused) => return Err(refused.worded()),
    };
    upgraded(connection, &path, notices)
}

/// The same for whoever changes what is stored: a damaged journal stays where it is, and is an error.
pub(super) fn open_sound(dir: &Path) -> Result<Opened, OpenError> {
    let path = dir.join(directory::JOURNAL);
    match connect(&path).and_then(|connection| check(connection, &path)) {
        Ok(connection) => upgraded(connection, &path, Vec::new()),
        Err(Refused::Damaged(reason)) => Err(OpenError::Unusable(format!(
            "the journal is damaged ({reason}); nothing was changed. A receiver keeps it under another name when it starts, \
             and begins a new one"
        ))),
        Err(refused) => Err(refused.worded()),
    }
}

fn upgraded(connection: Connection, path: &Path, mut notices: Vec<String>) -> Result<Opened, OpenError> {
    let copy = upgrade(&connection, path, STEPS).map_err(Refused::worded)?;
    notices.extend(copy.map(|copy| format!("the journal was upgraded; the old one is kept as {}", copy.display())));
    Ok(Opened { connection, notices })
}

/// Why a file cannot be used.
enum Refused {
    Damaged(String),
    Unusable(String),
}

impl Refused {
    fn worded(self) -> OpenError {
        match self {
            Self::Damaged(reason) | Self::Unusable(reason) => OpenError::Unusable(reason),
        }
    }

    fn from(path: &Path, error: &rusqlite::Error) -> Self {
        let text = format!("{}: {error}", path.display());
        if damaged(error) { Self::Damaged(text) } else { Self::Unusable(text) }
    }
}

/// Whether SQLite found the file's content wrong, as opposed to being unable to read or write it.
pub(super) fn damaged(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
}

fn connect(path: &Path) -> Result<Connection, Refused> {
    directory::private_file(path).map_err(|error| Refused::Unusable(error.to_string()))?;
    let set_up = || {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // macOS: F_FULLFSYNC, without which a sync there reaches the disk's cache only.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.set_prepared_statement_cache_capacity(32);
        Ok(connection)
    };
    set_up().map_err(|error| Refused::from(path, &error))
}

/// Looks at what costs no time however large the file is: whose it is, its version, its tables and its newest rows.
fn check(connection: Connection, path: &Path) -> Result<Connection, Refused> {
    let look = || {
        let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if version > 0 && application == APPLICATION {
            connection.query_row("SELECT data FROM pages ORDER BY page DESC LIMIT 1", [], |_| Ok(())).optional()?;
            connection.query_row("SELECT data FROM raw ORDER BY page DESC LIMIT 1", [], |_| Ok(())).optional()?;
        }
        Ok((application, version, tables))
    };
    let (application, version, tables) = look().map_err(|error| Refused::from(path, &error))?;
    if tables > 0 && application != APPLICATION {
        return Err(Refused::Unusable(format!(
            "{} is another program's database; choose another --data-dir",
            path.display()
        )));
    }
    if version > NEWEST {
        return Err(Refused::Unusable(format!(
            "{} was written by a newer watop (schema {version}, this one knows {NEWEST}); install that version or choose another --data-dir",
            path.display()
        )));
    }
    Ok(connection)
}

/// Brings the file to the last version, one step per transaction, after copying what is there. Returns the copy's path.
fn upgrade(connection: &Connection, path: &Path, steps: &[&str]) -> Result<Option<PathBuf>, Refused> {
    let failed = |error: rusqlite::Error| Refused::from(path, &error);
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    let copy = (version > 0 && (version as usize) < steps.len()).then(|| {
        let mut copy = path.to_owned().into_os_string();
        copy.push(format!(".schema-{version}"));
        PathBuf::from(copy)
    });
    if let Some(copy) = &copy {
        // A half-made copy of an earlier attempt; the journal itself is untouched until the copy is whole.
        let _ = std::fs::remove_file(copy);
        directory::private_file(copy).map_err(|error| Refused::Unusable(error.to_string()))?;
        let target = copy.to_string_lossy();
        connection.execute("VACUUM INTO ?1", [&target]).map_err(|error| {
            Refused::Unusable(format!("{} cannot be copied to {target} before its upgrade: {error}", path.display()))
        })?;
    }
    for (step, sql) in steps.iter().enumerate().skip(version as usize) {
        connection
            .execute_batch(&format!(
                "BEGIN IMMEDIATE; {sql}; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {}; COMMIT;",
                step + 1
            ))
            .map_err(failed)?;
    }
    Ok(copy)
}

/// Another connection of the process that writes: for its other threads.
pub(super) fn second_connection(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    Ok(connection)
}

/// What makes a journal this one.
pub(super) struct Identity {
    /// Names it to its index.
    pub(super) id: Vec<u8>,
    /// Its duplicate keys and terms are hashed with it.
    pub(super) secret: KeySecret,
}

impl Identity {
    /// Of the journal behind `connection`.
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        connection.query_row("SELECT id, key FROM identity", [], |row| {
            Ok(Self { id: row.get(0)?, secret: KeySecret(row.get(1)?) })
        })
    }
}

/// Opens a database for reading, as the directory allows it. `None` when there is none yet.
pub(super) fn open_read_only(path: &Path) -> Result<Option<Connection>, OpenError> {
    // An empty file is one that its writer has only just made.
    if std::fs::metadata(path).map_or(true, |metadata| metadata.len() == 0) {
        return Ok(None);
    }
    let failed = |error: &rusqlite::Error| {
        let remedy = if damaged(error) { remedy(path) } else { "" };
        OpenError::Unusable(format!("{} cannot be read: {error}{remedy}", path.display()))
    };
    match read_connection(path, false) {
        Ok(connection) => Ok(Some(connection)),
        // A directory that cannot be written, with nobody writing: what stands in the file is all there is.
        Err(error)
            if matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
                && !with_suffix(path, "-wal").exists() =>
        {
            read_connection(path, true).map(Some).map_err(|error| failed(&error))
        }
        Err(error) => Err(failed(&error)),
    }
}

/// What to do about a damaged file of a data directory, to be read after what is wrong with it.
fn remedy(path: &Path) -> &'static str {
    match path.file_name().is_some_and(|name| name == directory::JOURNAL) {
        true => "; a receiver keeps it under another name when it starts, and begins a new one",
        false => "; move it away: it is not the journal, and a new one is made",
    }
}

fn read_connection(path: &Path, immutable: bool) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if immutable {
        let name: String = path
            .to_string_lossy()
            .bytes()
            .map(|byte| match byte {
                b'/' | b'.' | b'-' | b'_' => (byte as char).to_string(),
                byte if byte.is_ascii_alphanumeric() => (byte as char).to_string(),
                byte => format!("%{byte:02x}"),
            })
            .collect();
        Connection::open_with_flags(format!("file:{name}?immutable=1"), flags | OpenFlags::SQLITE_OPEN_URI)?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(32);
    // Opening is lazy: this is the first look at the file.
    let _: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(connection)
}

/// Refuses to read a journal of another schema or another program's file. `false`: its writer has not made its tables yet.
pub(super) fn check_readable(connection: &Connection, path: &Path) -> Result<bool, OpenError> {
    let look = || -> rusqlite::Result<(i32, u32, i64)> {
        Ok((
            connection.pragma_query_value(None, "application_id", |row| row.get(0))?,
            connection.pragma_query_value(None, "user_version", |row| row.get(0))?,
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
        ))
    };
    let (application, version, tables) =
        look().map_err(|error| OpenError::Unusable(format!("{} cannot be read: {error}", path.display())))?;
    let reason = if tables == 0 && version == 0 {
        return Ok(false);
    } else if application != APPLICATION {
        "is another program's database; choose another --data-dir".into()
    } else if version > NEWEST {
        format!("was written by a newer watop (schema {version}, this one knows {NEWEST})")
    } else if version < NEWEST {
        format!("has the old schema {version}; start `watop serve` once to upgrade it")
    } else {
        return Ok(true);
    };
    Err(OpenError::Unusable(format!("{} {reason}", path.display())))
}

/// A database's companion file, such as its `-wal`.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_schema_is_upgraded_step_by_step_after_a_copy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(directory::JOURNAL);
        let connection = open(dir.path(), Millis(0)).unwrap().connection;
        connection.execute("UPDATE removed SET events = 7", []).unwrap();
        let more = ["ALTER TABLE removed ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 3", "DROP TABLE probe"];
        let steps = [STEPS, &more].concat();
        let copy = upgrade(&connection, &path, &steps).ok().unwrap().expect("a copy was made");
        let version = |connection: &Connection| -> i64 {
            connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
        };
        assert_eq!(version(&connection), i64::from(NEWEST) + 2);
        let upgraded: (i64, i64) = connection
            .query_row("SELECT events, forgotten FROM removed", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(upgraded, (7, 3));
        assert!(upgrade(&connection, &path, &steps).ok().unwrap().is_none(), "once is enough");
        let old = open_read_only(&copy).unwrap().unwrap();
        assert_eq!(version(&old), i64::from(NEWEST));
        assert!(check_readable(&old, &copy).unwrap());
        assert_eq!(old.query_row("SELECT events FROM removed", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
    }

    #[test]
    fn a_step_that_fails_leaves_the_version_before_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(directory::JOURNAL);
        let connection = open(dir.path(), Millis(0)).unwrap().connection;
        let steps = [STEPS, &["DROP TABLE probe; DROP TABLE no_such_table"]].concat();
        assert!(upgrade(&connection, &path, &steps).is_err());
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK").unwrap();
        }
        let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(version, NEWEST);
        connection.execute_batch("SELECT * FROM probe").unwrap();
    }
}
