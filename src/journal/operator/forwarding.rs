//! How far each forward target is: a cursor over the journal, and the requests behind it that are not delivered yet.
//!
//! A request enters the list of open ones in the transaction that moves the cursor over it, and leaves it in the transaction
//! that records its last attempt. Each attempt is counted before it is made, so that whatever dies in between, the next one is
//! known to be a repetition.

use super::attempts::{self, Attempt};
use super::{OpenError, Operator};
use crate::event::{Millis, Text};
use rusqlite::{OptionalExtension, Row, Transaction};

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS forward_targets (
        target TEXT PRIMARY KEY, journal BLOB NOT NULL, cursor INTEGER NOT NULL, given_up INTEGER NOT NULL,
        fault TEXT, fault_since INTEGER, seen_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS forward_open (
        target TEXT NOT NULL, request INTEGER NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL,
        PRIMARY KEY (target, request)) WITHOUT ROWID;";

/// A forward target and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its URL, without a password.
    pub target: Text,
    /// Every request up to this one is delivered, given up, not for this target, or open.
    pub cursor: u64,
    /// Requests taken up and not delivered yet.
    pub open: u64,
    /// Requests that were given up.
    pub given_up: u64,
    /// Why it takes nothing at the moment, and since when.
    pub fault: Option<(String, Millis)>,
    /// When a forwarder to it last ran.
    pub seen_at: Millis,
}

/// A request that is not delivered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// Its number.
    pub request: u64,
    /// Attempts begun so far.
    pub attempts: u32,
    /// Before this time it is not tried again.
    pub next_at: Millis,
}

/// What becomes of a request after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is delivered.
    Done,
    /// It is tried again at this time.
    Again(Millis),
    /// It is not tried again.
    GivenUp,
}

impl Operator {
    /// Takes up the work for `target`: its cursor and its open requests, by number. A new target begins behind
    /// `last_request`, and so does one whose numbers belong to another journal than `journal`.
    pub fn forward_start(
        &mut self,
        target: &str,
        journal: &[u8],
        last_request: u64,
        now: Millis,
    ) -> Result<(u64, Vec<Open>), OpenError> {
        self.write(|transaction| {
            let known: Option<(Vec<u8>, i64)> = transaction
                .query_row("SELECT journal, cursor FROM forward_targets WHERE target = ?1", [target], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()?;
            if let Some((_, cursor)) = known.filter(|(id, _)| id == journal) {
                transaction.execute(
                    "UPDATE forward_targets SET fault = NULL, fault_since = NULL, seen_at = ?2 WHERE target = ?1",
                    (target, now.0),
                )?;
                return Ok((cursor as u64, read_open(transaction, target)?));
            }
            transaction.execute("DELETE FROM forward_open WHERE target = ?1", [target])?;
            transaction.execute(
                "INSERT OR REPLACE INTO forward_targets VALUES (?1, ?2, ?3, 0, NULL, NULL, ?4)",
                (target, journal, last_request as i64, now.0),
            )?;
            Ok((last_request, Vec::new()))
        })
    }

    /// Moves the cursor of `target` and opens `requests`; `lost` were removed by retention before their turn came.
    pub fn forward_take(&mut self, target: &str, cursor: u64, requests: &[u64], lost: u64) -> Result<(), OpenError> {
        self.write(|transaction| {
            for request in requests {
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO forward_open VALUES (?1, ?2, 0, 0)")?
                    .execute((target, *request as i64))?;
            }
            transaction
                .prepare_cached("UPDATE forward_targets SET cursor = ?2, given_up = given_up + ?3 WHERE target = ?1")?
                .execute((target, cursor as i64, lost as i64))
                .map(drop)
        })
    }

    /// Counts the attempts that are about to be made: the number of each, or `None` when somebody else has delivered the
    /// request meanwhile. Synced: not even a loss of power makes a repetition look like a first attempt.
    pub fn forward_begin(&mut self, target: &str, requests: &[u64]) -> Result<Vec<Option<u32>>, OpenError> {
        self.synced(|operator| {
            operator.write(|transaction| requests.iter().map(|request| begin(transaction, target, *request)).collect())
        })
    }

    /// Runs `f` with commits that outlive a loss of power. Other commits, when lost, cost a repetition that is marked as one.
    fn synced<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, OpenError>) -> Result<T, OpenError> {
        let set = |operator: &Self, level: &str| {
            let set = operator.connection.pragma_update(None, "synchronous", level);
            set.map_err(|error| operator.failed(&error))
        };
        set(self, "FULL")?;
        let value = f(self);
        set(self, "NORMAL")?;
        value
    }

    /// Records attempts with what becomes of their requests, and why the target takes nothing at the moment, if so.
    pub fn forward_end(
        &mut self,
        target: &str,
        ended: &[(Attempt, Fate)],
        fault: Option<(&str, Millis)>,
        now: Millis,
    ) -> Result<(), OpenError> {
        self.write(|transaction| {
            for (attempt, fate) in ended {
                attempts::record(transaction, std::slice::from_ref(attempt))?;
                end(transaction, target, attempt.request, *fate)?;
            }
            let (fault, since) = fault.map(|(fault, since)| (fault, since.0)).unzip();
            transaction
                .prepare_cached(
                    "UPDATE forward_targets SET fault = ?2, fault_since = ?3, seen_at = ?4 WHERE target = ?1",
                )?
                .execute((target, fault, since, now.0))
                .map(drop)
        })
    }

    /// Counts an attempt that is made by hand. Its number follows those of the attempts that are known.
    pub fn resend_begin(&mut self, target: &str, request: u64) -> Result<u32, OpenError> {
        self.write(|transaction| {
            if let Some(attempt) = begin(transaction, target, request)? {
                return Ok(attempt);
            }
            let last: Option<u32> = transaction.query_row(
                "SELECT max(attempt) FROM attempts WHERE target = ?1 AND request = ?2 AND origin <> 'replay'",
                (target, request as i64),
                |row| row.get(0),
            )?;
            // A request behind the cursor that is neither open nor in the list was delivered before the list's start.
            let before = last.unwrap_or(0).max(u32::from(is_behind(transaction, target, request)?));
            Ok(before + 1)
        })
    }

    /// Records an attempt that was made by hand. When it was taken, a forwarder has nothing more to do for it.
    pub fn resend_end(&mut self, attempt: &Attempt) -> Result<(), OpenError> {
        self.write(|transaction| {
            attempts::record(transaction, std::slice::from_ref(attempt))?;
            match attempt.taken() {
                true => end(transaction, &attempt.target, attempt.request, Fate::Done),
                false => Ok(()),
            }
        })
    }

    /// Every target that was ever forwarded to, by URL.
    pub fn forward_targets(&self) -> Result<Vec<Target>, OpenError> {
        if !self.has_table("forward_targets")? {
            return Ok(Vec::new());
        }
        let read = || -> rusqlite::Result<Vec<Target>> {
            self.connection
                .prepare_cached(
                    "SELECT target, cursor, given_up, fault, fault_since, seen_at,
                         (SELECT count(*) FROM forward_open WHERE forward_open.target = forward_targets.target)
                     FROM forward_targets ORDER BY target",
                )?
                .query_map([], |row| {
                    let (fault, since): (Option<String>, Option<i64>) = (row.get(3)?, row.get(4)?);
                    Ok(Target {
                        target: row.get::<_, String>(0)?.into(),
                        cursor: row.get::<_, i64>(1)? as u64,
                        given_up: row.get::<_, i64>(2)? as u64,
                        fault: fault.zip(since.map(Millis)),
                        seen_at: Millis(row.get(5)?),
                        open: row.get::<_, i64>(6)? as u64,
                    })
                })?
                .collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// The open requests of a target, by number.
    pub fn forward_open(&self, target: &str) -> Result<Vec<Open>, OpenError> {
        read_open(&self.connection, target).map_err(|error| self.failed(&error))
    }
}

fn read_open(connection: &rusqlite::Connection, target: &str) -> rusqlite::Result<Vec<Open>> {
    let read = |row: &Row| {
        Ok(Open { request: row.get::<_, i64>(0)? as u64, attempts: row.get(1)?, next_at: Millis(row.get(2)?) })
    };
    connection
        .prepare_cached("SELECT request, attempts, next_at FROM forward_open WHERE target = ?1 ORDER BY request")?
        .query_map([target], read)?
        .collect()
}

fn begin(transaction: &Transaction, target: &str, request: u64) -> rusqlite::Result<Option<u32>> {
    transaction
        .prepare_cached(
            "UPDATE forward_open SET attempts = attempts + 1 WHERE target = ?1 AND request = ?2 RETURNING attempts",
        )?
        .query_row((target, request as i64), |row| row.get(0))
        .optional()
}

fn end(transaction: &Transaction, target: &str, request: u64, fate: Fate) -> rusqlite::Result<()> {
    let place = (target, request as i64);
    if let Fate::Again(at) = fate {
        return transaction
            .prepare_cached("UPDATE forward_open SET next_at = ?3 WHERE target = ?1 AND request = ?2")?
            .execute((place.0, place.1, at.0))
            .map(drop);
    }
    transaction.prepare_cached("DELETE FROM forward_open WHERE target = ?1 AND request = ?2")?.execute(place)?;
    if fate == Fate::GivenUp {
        transaction
            .prepare_cached("UPDATE forward_targets SET given_up = given_up + 1 WHERE target = ?1")?
            .execute([target])?;
    }
    Ok(())
}

fn is_behind(transaction: &Transaction, target: &str, request: u64) -> rusqlite::Result<bool> {
    transaction
        .prepare_cached("SELECT 1 FROM forward_targets WHERE target = ?1 AND cursor >= ?2")?
        .exists((target, request as i64))
}
