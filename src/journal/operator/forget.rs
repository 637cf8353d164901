//! Erasing one customer from what is noted beside the journal.

use super::{Operator, read_refused};
use crate::event::person::Person;
use crate::journal::{OpenError, upkeep};
use rusqlite::{Connection, TransactionBehavior};
use serde::Serialize;
use std::collections::HashSet;

/// What went, or would go, from `operator.db`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Refused requests.
    pub refused: u64,
    /// Attempts of forwarding and replay whose answers went. That they were made stays.
    pub answers: u64,
}

impl Operator {
    /// Erases refused requests and notes that name the customer, and what was answered to the requests of theirs, `requests`.
    /// Those that wait to be forwarded do not wait any more. With `only_count` nothing is changed.
    pub fn forget(&mut self, person: &Person, requests: &[u64], only_count: bool) -> Result<Erased, OpenError> {
        let failed = |error: &dyn std::fmt::Display| OpenError::Unusable(format!("{}: {error}", self.path.display()));
        let requests: HashSet<u64> = requests.iter().copied().collect();
        let attempts = self.has_table("attempts")?;
        let refused = named(&self.connection, person).map_err(|error| failed(&error))?;
        let answers = if attempts { answers(&self.connection, person, &requests) } else { Ok(Vec::new()) };
        let answers = answers.map_err(|error| failed(&error))?;
        let erased = Erased { refused: refused.len() as u64, answers: answers.len() as u64 };
        if !only_count {
            self.connection.pragma_update(None, "secure_delete", true).map_err(|error| failed(&error))?;
            erase(&mut self.connection, person, (&refused, &answers, &requests)).map_err(|error| failed(&error))?;
            upkeep::scrub(&self.connection).map_err(|error| failed(&error))?;
        }
        Ok(erased)
    }
}

/// Refused requests that name the customer, anywhere.
fn named(connection: &Connection, person: &Person) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare("SELECT refused.*, NULL AS request FROM refused")?;
    let mut rows = statement.query([])?;
    let mut named = Vec::new();
    while let Some(row) = rows.next()? {
        let refused = read_refused(row)?;
        let headers = refused.headers.iter().map(|(_, value)| value.as_bytes());
        let texts =
            [refused.path.as_bytes(), refused.explanation.as_deref().unwrap_or_default().as_bytes(), &refused.body];
        if headers.chain(texts).any(|text| person.in_bytes(text)) {
            named.push(refused.n as i64);
        }
    }
    Ok(named)
}

/// Attempts to deliver one of `requests`, or whose answer names the customer.
fn answers(connection: &Connection, person: &Person, requests: &HashSet<u64>) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare("SELECT n, request, headers, body, error FROM attempts WHERE bytes > 0")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let error: Option<String> = row.get(4)?;
        let texts = [row.get::<_, Vec<u8>>(2)?, row.get(3)?, error.unwrap_or_default().into_bytes()];
        let theirs = requests.contains(&(row.get::<_, i64>(1)? as u64));
        if theirs || texts.iter().any(|text| person.in_bytes(text)) {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

fn erase(
    connection: &mut Connection,
    person: &Person,
    (refused, answers, requests): (&[i64], &[i64], &HashSet<u64>),
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for n in refused {
        transaction.execute("DELETE FROM refused WHERE n = ?1", [n])?;
    }
    for n in answers {
        // An empty list, as postcard writes it.
        transaction.execute(
            "UPDATE attempts SET headers = x'00', body = x'', bytes = 0, error = CASE WHEN error IS NULL THEN NULL ELSE
             'forgotten' END WHERE n = ?1",
            [n],
        )?;
    }
    for request in requests {
        transaction.execute("DELETE FROM replayed WHERE request = ?1", [*request as i64])?;
        transaction.execute("DELETE FROM forward_open WHERE request = ?1", [*request as i64])?;
    }
    let notes: Vec<(String, String)> = transaction
        .prepare("SELECT alert, note FROM acknowledged")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (alert, note) in notes {
        if let Some(without) = person.without(&note) {
            transaction.execute("UPDATE acknowledged SET note = ?2 WHERE alert = ?1", (alert, without))?;
        }
    }
    transaction.commit()
}
