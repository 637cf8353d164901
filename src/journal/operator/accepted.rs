//! Refused requests that somebody wants taken in, and what became of that. Whoever asks and whoever holds the journal are mostly
//! two processes: this table is what they tell each other.

use super::Operator;
use crate::event::Millis;
use crate::journal::OpenError;
use rusqlite::{Connection, OptionalExtension};

/// What became of asking for a refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nobody asked.
    Never,
    /// It waits for the receiver.
    Waiting,
    /// It was taken in as this request.
    Accepted(u64),
    /// It was not, for this reason.
    Failed(String),
}

impl Operator {
    /// Asks the receiver that holds the journal to take in the refused request `n`.
    pub fn ask(&mut self, n: u64, at: Millis) -> Result<(), OpenError> {
        self.connection
            .execute(
                "INSERT INTO accepted (n, asked_at) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at, failure = NULL",
                (n as i64, at.0),
            )
            .map(drop)
            .map_err(|error| self.failed(&error))
    }

    /// What became of the refused request `n`.
    pub fn asked_of(&self, n: u64) -> Result<Asked, OpenError> {
        let row =
            self.connection.prepare_cached("SELECT request, failure FROM accepted WHERE n = ?1").and_then(|mut one| {
                one.query_row([n as i64], |row| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<String>>(1)?)))
                    .optional()
            });
        Ok(match row.map_err(|error| self.failed(&error))? {
            None => Asked::Never,
            Some((Some(request), _)) => Asked::Accepted(request as u64),
            Some((None, Some(failure))) => Asked::Failed(failure),
            Some((None, None)) => Asked::Waiting,
        })
    }

    /// Refused requests that wait to be taken in, oldest first.
    pub fn asked(&self) -> Result<Vec<u64>, OpenError> {
        let read = || -> rusqlite::Result<Vec<u64>> {
            self.connection
                .prepare_cached("SELECT n FROM accepted WHERE request IS NULL AND failure IS NULL ORDER BY n")?
                .query_map([], |row| Ok(row.get::<_, i64>(0)? as u64))?
                .collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// Notes that the refused request `n` was taken in as a request, or why not.
    pub fn answer_asked(&mut self, n: u64, outcome: Result<u64, &str>) -> Result<(), OpenError> {
        self.connection
            .execute(
                "UPDATE accepted SET request = ?2, failure = ?3 WHERE n = ?1",
                (n as i64, outcome.ok().map(|request| request as i64), outcome.err()),
            )
            .map(drop)
            .map_err(|error| self.failed(&error))
    }
}

/// Where an older version made the file, reading it makes no tables: an empty one stands in.
pub(super) fn stand_in(connection: &Connection) -> rusqlite::Result<()> {
    let there: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'accepted'", [], |row| row.get(0))?;
    match there {
        0 => connection.execute_batch("CREATE TEMP TABLE accepted (n, asked_at, request, failure)"),
        _ => Ok(()),
    }
}
