//! Erasing one customer from what is noted beside the journal.

use super::{Operator, read_refused};
use crate::event::person::Person;
use crate::journal::{OpenError, upkeep};
use rusqlite::Connection;

impl Operator {
    /// Erases refused requests and notes that name the customer, and says how many. With `only_count` nothing is changed.
    pub fn forget(&mut self, person: &Person, only_count: bool) -> Result<u64, OpenError> {
        let failed = |error: &dyn std::fmt::Display| OpenError::Unusable(format!("{}: {error}", self.path.display()));
        if only_count {
            return named(&self.connection, person).map(|named| named.len() as u64).map_err(|error| failed(&error));
        }
        self.connection.pragma_update(None, "secure_delete", true).map_err(|error| failed(&error))?;
        let erased = erase(&mut self.connection, person).map_err(|error| failed(&error))?;
        upkeep::scrub(&self.connection).map_err(|error| failed(&error))?;
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

fn erase(connection: &mut Connection, person: &Person) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let named = named(&transaction, person)?;
    for n in &named {
        transaction.execute("DELETE FROM refused WHERE n = ?1", [n])?;
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
    transaction.commit()?;
    Ok(named.len() as u64)
}
