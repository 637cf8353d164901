//! `operator.db`: what people and the receiver note beside the journal. Any process, short transactions.

mod accepted;
mod alerts;
mod attempts;
mod forget;
mod forwarding;

pub use accepted::Asked;
pub use alerts::{Acknowledged, NoticeState, StoredAlert};
pub use attempts::{Attempt, Origin, Replayed};
pub use forget::Erased;
pub use forwarding::{Fate, Open, Target};

use super::{OpenError, directory, schema};
use crate::event::{Millis, Text};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Refused requests that are kept.
const ENTRIES: i64 = 1000;
/// Bytes of refused requests that are kept. The newest one is kept whatever its size.
const BYTES: i64 = 2 << 20;
/// How long counts per minute are kept, in milliseconds.
const COUNTS: i64 = 90 * 86_400_000;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS refused (
        n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, peer TEXT NOT NULL, path TEXT NOT NULL,
        answer INTEGER NOT NULL, reason TEXT NOT NULL, explanation TEXT, headers BLOB NOT NULL, body BLOB NOT NULL,
        length INTEGER NOT NULL, bytes INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS refused_counts (
        minute INTEGER NOT NULL, reason TEXT NOT NULL, answer INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (minute, reason, answer)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS accepted (
        n INTEGER PRIMARY KEY, asked_at INTEGER NOT NULL, request INTEGER, failure TEXT);";

/// A refused request, kept in a bounded list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Refused {
    /// Its number, from 1.
    pub n: u64,
    /// When it came.
    pub at: Millis,
    /// Peer address.
    pub peer: Text,
    /// Request target.
    pub path: Text,
    /// Status that was answered.
    pub answer: u16,
    /// Error name, such as `bad_signature`.
    pub reason: Text,
    /// What would have matched, for the operator.
    pub explanation: Option<String>,
    /// Headers that came with it, values cut, secrets never.
    pub headers: Vec<(Text, String)>,
    /// First bytes of the body; the whole body when the signature was right and only stale.
    pub body: Vec<u8>,
    /// Length of the whole body in bytes, as far as it was read.
    pub length: u64,
}

/// Refused requests per minute and reason; survives restarts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCount {
    /// Start of the minute.
    pub minute: Millis,
    /// Error name.
    pub reason: Text,
    /// Answered status.
    pub answer: u16,
    /// How many.
    pub count: u64,
}

/// An alert that somebody has taken note of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The alert's id.
    pub alert: Text,
    /// Who.
    pub who: Text,
    /// What they noted.
    pub note: String,
    /// When.
    pub at: Millis,
}

/// What a capture brings for this database.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    /// Requests that were refused.
    pub refused: Vec<Refused>,
    /// How many were refused, by minute.
    pub counts: Vec<RefusedCount>,
    /// Alerts that somebody has taken note of.
    pub acknowledged: Vec<Acknowledgement>,
    /// Alerts of rules.
    pub alerts: Vec<StoredAlert>,
}

/// The second database of a data directory.
pub struct Operator {
    path: PathBuf,
    connection: Connection,
}

impl Operator {
    /// Opens or creates `operator.db` in `dir`.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        directory::prepare(dir)?;
        let path = dir.join(directory::OPERATOR);
        directory::private_file(&path)?;
        Self::set_up(path.clone(), || {
            let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            connection.busy_timeout(Duration::from_secs(5))?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            make_tables(&connection)?;
            Ok(connection)
        })
    }

    /// Opens `operator.db` in `dir` for reading only, and makes nothing: without one, everything is empty.
    pub fn open_read_only(dir: &Path) -> Result<Self, OpenError> {
        let path = dir.join(directory::OPERATOR);
        match schema::open_read_only(&path)? {
            Some(connection) => Self::set_up(path, || {
                accepted::stand_in(&connection)?;
                Ok(connection)
            }),
            None => Self::set_up(path, || {
                let connection = Connection::open_in_memory()?;
                make_tables(&connection)?;
                Ok(connection)
            }),
        }
    }

    fn set_up(path: PathBuf, open: impl FnOnce() -> rusqlite::Result<Connection>) -> Result<Self, OpenError> {
        match open() {
            Ok(connection) => Ok(Self { path, connection }),
            Err(error) if schema::damaged(&error) => Err(OpenError::Unusable(format!(
                "{} is damaged ({error}); move it away and start again: it holds the refused list, acknowledgements and forwarding's cursors and answers only",
                path.display()
            ))),
            Err(error) => Err(OpenError::Unusable(format!("{} cannot be opened: {error}", path.display()))),
        }
    }

    fn failed(&self, error: &rusqlite::Error) -> OpenError {
        OpenError::Unusable(format!("{}: {error}", self.path.display()))
    }

    /// Adds refused requests and counts in one transaction, keeping at most 1,000 entries and 2 MiB. Numbers `n` are given here.
    pub fn add_refused(&mut self, entries: Vec<Refused>, counts: Vec<RefusedCount>) -> Result<(), OpenError> {
        add_refused(&mut self.connection, &entries, &counts)
            .map_err(|error| OpenError::Unusable(format!("{}: {error}", self.path.display())))
    }

    /// The kept refused requests, newest first.
    pub fn refused(&self) -> Result<Vec<Refused>, OpenError> {
        let read = || -> rusqlite::Result<Vec<Refused>> {
            self.connection
                .prepare_cached("SELECT refused.*, request FROM refused LEFT JOIN accepted USING (n) ORDER BY n DESC")?
                .query_map([], read_refused)?
                .collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// One kept refused request.
    pub fn refused_one(&self, n: u64) -> Result<Option<Refused>, OpenError> {
        self.connection
            .prepare_cached("SELECT refused.*, request FROM refused LEFT JOIN accepted USING (n) WHERE n = ?1")
            .and_then(|mut one| one.query_row([n as i64], read_refused).optional())
            .map_err(|error| self.failed(&error))
    }

    /// Counts per minute and reason that overlap `from..to`, oldest first.
    pub fn refused_counts(&self, from: Millis, to: Millis) -> Result<Vec<RefusedCount>, OpenError> {
        let read = || -> rusqlite::Result<Vec<RefusedCount>> {
            self.connection
                .prepare_cached(
                    "SELECT minute, reason, answer, count FROM refused_counts
                     WHERE minute > ?1 AND minute < ?2 ORDER BY minute, reason, answer",
                )?
                .query_map((from.0.saturating_sub(60_000), to.0), |row| {
                    Ok(RefusedCount {
                        minute: Millis(row.get(0)?),
                        reason: row.get::<_, String>(1)?.into(),
                        answer: row.get(2)?,
                        count: row.get::<_, i64>(3)? as u64,
                    })
                })?
                .collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// Acknowledged alerts with all that is known of them, oldest first.
    pub fn acknowledgements(&self) -> Result<Vec<Acknowledgement>, OpenError> {
        let read = || -> rusqlite::Result<Vec<Acknowledgement>> {
            self.connection
                .prepare_cached("SELECT alert, who, note, at FROM acknowledged ORDER BY at, alert")?
                .query_map([], |row| {
                    Ok(Acknowledgement {
                        alert: row.get::<_, String>(0)?.into(),
                        who: row.get::<_, String>(1)?.into(),
                        note: row.get(2)?,
                        at: Millis(row.get(3)?),
                    })
                })?
                .collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// Takes in what another directory noted, in one transaction. What is known already is not counted again: of a minute's counts
    /// the larger stands, of two acknowledgements the later. Answers how many refused requests were new.
    pub fn take_in(&mut self, beside: Beside) -> Result<u64, OpenError> {
        let Beside { mut refused, counts, acknowledged, alerts } = beside;
        let path = self.path.clone();
        let mut take_in = || -> rusqlite::Result<u64> {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut fresh = Vec::new();
            for entry in refused.drain(..) {
                let known = transaction
                    .prepare_cached("SELECT 1 FROM refused WHERE at = ?1 AND peer = ?2 AND reason = ?3 AND body = ?4")?
                    .exists((entry.at.0, entry.peer.as_str(), entry.reason.as_str(), &entry.body))?;
                fresh.extend((!known).then_some(entry));
            }
            insert_refused(&transaction, &fresh)?;
            add_counts(&transaction, &counts, "max(count, excluded.count)")?;
            for acknowledgement in &acknowledged {
                let Acknowledgement { alert, who, note, at } = acknowledgement;
                transaction.execute(
                    "INSERT INTO acknowledged VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE
                     SET who = excluded.who, note = excluded.note, at = excluded.at WHERE excluded.at > at",
                    (alert.as_str(), who.as_str(), note, at.0),
                )?;
            }
            alerts::insert_unknown(&transaction, &alerts)?;
            transaction.commit()?;
            Ok(fresh.len() as u64)
        };
        take_in().map_err(|error| OpenError::Unusable(format!("{}: {error}", path.display())))
    }
}

fn make_tables(connection: &Connection) -> rusqlite::Result<()> {
    let tables = [SCHEMA, alerts::SCHEMA, attempts::SCHEMA, forwarding::SCHEMA].concat();
    connection.execute_batch(&format!("BEGIN IMMEDIATE; {tables} COMMIT;"))
}

fn add_refused(connection: &mut Connection, entries: &[Refused], counts: &[RefusedCount]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    insert_refused(&transaction, entries)?;
    add_counts(&transaction, counts, "count + excluded.count")?;
    transaction.commit()
}

/// Adds to the list and cuts it to its bounds.
fn insert_refused(transaction: &Connection, entries: &[Refused]) -> rusqlite::Result<()> {
    // More than the list holds would be inserted only to be deleted again.
    for entry in &entries[entries.len().saturating_sub(ENTRIES as usize)..] {
        #[expect(clippy::expect_used, reason = "postcard fails only on sequences of unknown length")]
        let headers = postcard::to_stdvec(&entry.headers).expect("a list of texts");
        let bytes =
            entry.body.len() + headers.len() + entry.path.len() + entry.explanation.as_ref().map_or(0, String::len);
        transaction
            .prepare_cached(
                "INSERT INTO refused (at, peer, path, answer, reason, explanation, headers, body, length, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                entry.at.0,
                entry.peer.as_str(),
                entry.path.as_str(),
                entry.answer,
                entry.reason.as_str(),
                &entry.explanation,
                headers,
                &entry.body,
                entry.length as i64,
                bytes as i64,
            ))?;
    }
    transaction.execute("DELETE FROM refused WHERE n <= (SELECT max(n) FROM refused) - ?1", [ENTRIES])?;
    transaction.execute("DELETE FROM accepted WHERE n < (SELECT min(n) FROM refused)", [])?;
    transaction.execute(
        "DELETE FROM refused WHERE n < (SELECT max(n) FROM refused) AND n IN (
             SELECT n FROM (SELECT n, sum(bytes) OVER (ORDER BY n DESC) AS total FROM refused) WHERE total > ?1)",
        [BYTES],
    )?;
    Ok(())
}

/// Adds counts; `joined` is what two counts of the same come to. Forgets what is old.
fn add_counts(transaction: &Connection, counts: &[RefusedCount], joined: &str) -> rusqlite::Result<()> {
    for count in counts {
        transaction
            .prepare_cached(&format!(
                "INSERT INTO refused_counts (minute, reason, answer, count) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET count = {joined}"
            ))?
            .execute((count.minute.0, count.reason.as_str(), count.answer, count.count as i64))?;
    }
    transaction
        .execute("DELETE FROM refused_counts WHERE minute < (SELECT max(minute) FROM refused_counts) - ?1", [COUNTS])
        .map(drop)
}

fn read_refused(row: &Row) -> rusqlite::Result<Refused> {
    let headers: Vec<u8> = row.get("headers")?;
    let explanation: Option<String> = row.get("explanation")?;
    let accepted: Option<i64> = row.get("request")?;
    Ok(Refused {
        n: row.get::<_, i64>("n")? as u64,
        at: Millis(row.get("at")?),
        peer: row.get::<_, String>("peer")?.into(),
        path: row.get::<_, String>("path")?.into(),
        answer: row.get("answer")?,
        reason: row.get::<_, String>("reason")?.into(),
        explanation: match accepted {
            Some(request) => Some(format!("taken in as request {request}; {}", explanation.unwrap_or_default())),
            None => explanation,
        },
        // Headers of a later form are left out rather than the whole entry.
        headers: postcard::from_bytes(&headers).unwrap_or_default(),
        body: row.get("body")?,
        length: row.get::<_, i64>("length")? as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: usize) -> Refused {
        Refused {
            n: 0,
            at: Millis(1_700_000_000_000),
            peer: "203.0.113.7".into(),
            path: "/webhook".into(),
            answer: 401,
            reason: "bad_signature".into(),
            explanation: Some("the secret `old` would have matched".into()),
            headers: vec![("sign".into(), "00".into())],
            body: vec![b'x'; body],
            length: body as u64,
        }
    }

    fn count(minute: i64, count: u64) -> RefusedCount {
        RefusedCount { minute: Millis(minute), reason: "bad_signature".into(), answer: 401, count }
    }

    #[test]
    fn entries_are_kept_newest_first_with_numbers_that_never_repeat() {
        let dir = tempfile::tempdir().unwrap();
        let mut operator = Operator::open(dir.path()).unwrap();
        operator.add_refused(vec![refused(3), refused(4)], vec![]).unwrap();
        drop(operator);
        let mut operator = Operator::open(dir.path()).unwrap();
        operator.add_refused((0..1500).map(|_| refused(5)).collect(), vec![]).unwrap();
        let kept = operator.refused().unwrap();
        assert_eq!(kept.len(), 1000);
        assert!(kept.windows(2).all(|pair| pair[0].n > pair[1].n));
        assert!(kept[999].n > 2);
        let newest = operator.refused_one(kept[0].n).unwrap().unwrap();
        assert_eq!(newest, Refused { n: kept[0].n, ..refused(5) });
        assert_eq!(operator.refused_one(1).unwrap(), None);
    }

    #[test]
    fn large_entries_push_out_older_ones_but_the_newest_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut operator = Operator::open(dir.path()).unwrap();
        operator.add_refused(vec![refused(1 << 20), refused(1 << 19), refused(1 << 19)], vec![]).unwrap();
        assert_eq!(operator.refused().unwrap().len(), 2, "headers and words count too");
        operator.add_refused(vec![refused(3 << 20)], vec![]).unwrap();
        let kept = operator.refused().unwrap();
        assert_eq!(kept.iter().map(|entry| entry.body.len()).collect::<Vec<_>>(), [3 << 20]);
    }

    #[test]
    fn counts_add_up_over_restarts_and_are_found_by_overlap() {
        let dir = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let mut operator = Operator::open(dir.path()).unwrap();
            operator.add_refused(vec![], vec![count(60_000, 2), count(120_000, 1)]).unwrap();
        }
        let operator = Operator::open_read_only(dir.path()).unwrap();
        let counts = |from, to| operator.refused_counts(Millis(from), Millis(to)).unwrap();
        assert_eq!(counts(0, 200_000), [count(60_000, 4), count(120_000, 2)]);
        assert_eq!(counts(119_999, 120_000), [count(60_000, 4)]);
        assert_eq!(counts(120_000, 120_001), [count(120_000, 2)]);
    }

    #[test]
    fn reading_where_nothing_is_makes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let operator = Operator::open_read_only(dir.path()).unwrap();
        assert!(operator.refused().unwrap().is_empty());
        assert!(operator.acknowledged().unwrap().is_empty());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
