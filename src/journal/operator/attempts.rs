//! What was delivered to whom and what came back: a bounded list, and the last answer per replayed request.

use super::{OpenError, Operator};
use crate::event::{Millis, Text};
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, TransactionBehavior};

/// Attempts of one origin that are kept, and their bytes.
const KEPT: (i64, i64) = (10_000, 8 << 20);
/// How often the bounds are looked at, in attempts: the list may be longer by this much.
const TRIM_EVERY: i64 = 256;
/// Answers of replays that are remembered for comparison.
const REPLAYED: i64 = 1_000_000;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS attempts (
        n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, origin TEXT NOT NULL, target TEXT NOT NULL,
        request INTEGER NOT NULL, kinds TEXT NOT NULL, attempt INTEGER NOT NULL, took_ms INTEGER NOT NULL, status INTEGER,
        error TEXT, given_up INTEGER NOT NULL, headers BLOB NOT NULL, body BLOB NOT NULL, length INTEGER NOT NULL,
        bytes INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS attempts_of_request ON attempts (request, n);
    CREATE INDEX IF NOT EXISTS attempts_of_origin ON attempts (origin, n, bytes);
    CREATE TABLE IF NOT EXISTS replayed (
        target TEXT NOT NULL, delivery BLOB NOT NULL, request INTEGER NOT NULL, status INTEGER, digest BLOB NOT NULL,
        at INTEGER NOT NULL, PRIMARY KEY (target, delivery)) WITHOUT ROWID;";

/// Why a request was sent to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// By the forwarder, as it came.
    #[default]
    Forward,
    /// By hand, again.
    Resend,
    /// By `watop replay`.
    Replay,
}

impl Origin {
    /// The name in lists and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Resend => "resend",
            Self::Replay => "replay",
        }
    }

    fn from_name(name: &str) -> Self {
        match name {
            "resend" => Self::Resend,
            "replay" => Self::Replay,
            _ => Self::Forward,
        }
    }
}

/// One attempt to deliver a request, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempt {
    /// Its number in the list, from 1; given when it is recorded.
    pub n: u64,
    /// When it began.
    pub at: Millis,
    /// Why it was made.
    pub origin: Origin,
    /// The target's URL, without a password.
    pub target: Text,
    /// Number of the request, in the journal or capture file that it was read from.
    pub request: u64,
    /// Kinds of the request's events, each once, joined by a blank.
    pub kinds: Text,
    /// `Watop-Attempt`: which try to deliver this request to this target it was, from 1; 0 when nothing was sent.
    pub attempt: u32,
    /// From the start to the end of the answer, in milliseconds.
    pub took_ms: u32,
    /// The answered status; `None` when no answer came.
    pub status: Option<u16>,
    /// Why no whole answer came, for the operator.
    pub error: Option<String>,
    /// Nothing more is tried.
    pub given_up: bool,
    /// Headers of the answer, values cut.
    pub headers: Vec<(Text, String)>,
    /// First bytes of the answer's body.
    pub body: Vec<u8>,
    /// Length of the answer's body in bytes, as far as it was read.
    pub length: u64,
}

impl Attempt {
    /// Whether the target took the request: it answered 2xx.
    pub fn taken(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// What a target answered to a replayed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// Names the delivery by receive time and body, so that it is the same in a journal and in a capture of it.
    pub delivery: [u8; 16],
    /// Its number in the source.
    pub request: u64,
    /// The answered status; `None` when no answer came.
    pub status: Option<u16>,
    /// Digest of the answer's body.
    pub digest: [u8; 16],
    /// When.
    pub at: Millis,
}

impl Operator {
    /// Adds attempts. Their numbers are given here.
    pub fn record_attempts(&mut self, attempts: &[Attempt]) -> Result<(), OpenError> {
        self.write(|transaction| record(transaction, attempts))
    }

    /// The kept attempts after number `after`, oldest first.
    pub fn attempts_after(&self, after: u64) -> Result<Vec<Attempt>, OpenError> {
        self.read_attempts("SELECT * FROM attempts WHERE n > ?1 ORDER BY n", [after as i64])
    }

    /// Of the kept attempts after number `after` the newest, at most `most`, oldest first.
    pub fn newest_attempts(&self, after: u64, most: usize) -> Result<Vec<Attempt>, OpenError> {
        let sql = "SELECT * FROM (SELECT * FROM attempts WHERE n > ?1 ORDER BY n DESC LIMIT ?2) ORDER BY n";
        self.read_attempts(sql, (after as i64, most as i64))
    }

    /// The kept attempts to deliver one request, oldest first: the facts of "Forwarded".
    pub fn attempts_of(&self, request: u64) -> Result<Vec<Attempt>, OpenError> {
        self.read_attempts(
            "SELECT * FROM attempts WHERE request = ?1 AND origin <> 'replay' ORDER BY n",
            [request as i64],
        )
    }

    fn read_attempts(&self, sql: &str, parameters: impl Params) -> Result<Vec<Attempt>, OpenError> {
        if !self.has_table("attempts")? {
            return Ok(Vec::new());
        }
        let read = || -> rusqlite::Result<Vec<Attempt>> {
            self.connection.prepare_cached(sql)?.query_map(parameters, read_attempt)?.collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// What `target` answered to a delivery when it was last replayed there.
    pub fn replayed(&self, target: &str, delivery: &[u8; 16]) -> Result<Option<Replayed>, OpenError> {
        self.connection
            .prepare_cached("SELECT request, status, digest, at FROM replayed WHERE target = ?1 AND delivery = ?2")
            .and_then(|mut one| {
                let read = |row: &Row| {
                    Ok(Replayed {
                        delivery: *delivery,
                        request: row.get::<_, i64>(0)? as u64,
                        status: row.get(1)?,
                        digest: row.get(2)?,
                        at: Millis(row.get(3)?),
                    })
                };
                one.query_row((target, delivery), read).optional()
            })
            .map_err(|error| self.failed(&error))
    }

    /// Records attempts of a replay to `target` and what was answered to each, in one transaction.
    pub fn record_replay(&mut self, target: &str, attempts: &[Attempt], answers: &[Replayed]) -> Result<(), OpenError> {
        self.write(|transaction| {
            record(transaction, attempts)?;
            for answer in answers {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO replayed VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                    .execute((
                        target,
                        answer.delivery,
                        answer.request as i64,
                        answer.status,
                        answer.digest,
                        answer.at.0,
                    ))?;
            }
            Ok(())
        })
    }

    /// Forgets the oldest answers of replays beyond the bound. Called once per replay: it looks at all of them.
    pub fn trim_replayed(&mut self) -> Result<(), OpenError> {
        self.write(|transaction| {
            let count: i64 = transaction.query_row("SELECT count(*) FROM replayed", [], |row| row.get(0))?;
            if count > REPLAYED {
                transaction.execute(
                    "DELETE FROM replayed WHERE (target, delivery) IN
                         (SELECT target, delivery FROM replayed ORDER BY at LIMIT ?1)",
                    [count - REPLAYED],
                )?;
            }
            Ok(())
        })
    }

    /// Runs `f` in one transaction that nobody else can come between.
    pub(super) fn write<T>(&mut self, f: impl FnOnce(&Transaction) -> rusqlite::Result<T>) -> Result<T, OpenError> {
        let run = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = f(&transaction)?;
            transaction.commit().map(|()| value)
        };
        run(&mut self.connection).map_err(|error| self.failed(&error))
    }

    /// Whether a table is there: a file of an earlier version, opened for reading only, may lack it.
    pub(super) fn has_table(&self, name: &str) -> Result<bool, OpenError> {
        self.connection
            .prepare_cached("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1")
            .and_then(|mut one| one.exists([name]))
            .map_err(|error| self.failed(&error))
    }
}

/// Adds attempts within the caller's transaction and drops the oldest beyond the bounds.
pub(super) fn record(transaction: &Transaction, attempts: &[Attempt]) -> rusqlite::Result<()> {
    let mut due = Vec::new();
    for attempt in attempts {
        #[expect(clippy::expect_used, reason = "postcard fails only on sequences of unknown length")]
        let headers = postcard::to_stdvec(&attempt.headers).expect("a list of texts");
        let bytes = attempt.body.len() + headers.len() + attempt.error.as_ref().map_or(0, String::len);
        transaction
            .prepare_cached(
                "INSERT INTO attempts (at, origin, target, request, kinds, attempt, took_ms, status, error, given_up,
                     headers, body, length, bytes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute((
                attempt.at.0,
                attempt.origin.as_str(),
                attempt.target.as_str(),
                attempt.request as i64,
                attempt.kinds.as_str(),
                attempt.attempt,
                attempt.took_ms,
                attempt.status,
                &attempt.error,
                attempt.given_up,
                headers,
                &attempt.body,
                attempt.length as i64,
                bytes as i64,
            ))?;
        if transaction.last_insert_rowid() % TRIM_EVERY == 0 && !due.contains(&attempt.origin) {
            due.push(attempt.origin);
        }
    }
    due.into_iter().try_for_each(|origin| trim(transaction, origin))
}

fn trim(transaction: &Transaction, origin: Origin) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "DELETE FROM attempts WHERE origin = ?1 AND n < (SELECT max(n) FROM attempts WHERE origin = ?1) AND n IN (
                 SELECT n FROM (
                     SELECT n, count(*) OVER newest AS place, sum(bytes) OVER newest AS total
                     FROM attempts WHERE origin = ?1 WINDOW newest AS (ORDER BY n DESC))
                 WHERE place > ?2 OR total > ?3)",
        )?
        .execute((origin.as_str(), KEPT.0, KEPT.1))
        .map(drop)
}

fn read_attempt(row: &Row) -> rusqlite::Result<Attempt> {
    let headers: Vec<u8> = row.get("headers")?;
    Ok(Attempt {
        n: row.get::<_, i64>("n")? as u64,
        at: Millis(row.get("at")?),
        origin: Origin::from_name(&row.get::<_, String>("origin")?),
        target: row.get::<_, String>("target")?.into(),
        request: row.get::<_, i64>("request")? as u64,
        kinds: row.get::<_, String>("kinds")?.into(),
        attempt: row.get("attempt")?,
        took_ms: row.get("took_ms")?,
        status: row.get("status")?,
        error: row.get("error")?,
        given_up: row.get("given_up")?,
        // Headers of a later form are left out rather than the whole entry.
        headers: postcard::from_bytes(&headers).unwrap_or_default(),
        body: row.get("body")?,
        length: row.get::<_, i64>("length")? as u64,
    })
}
