//! Who looks after which alert, and what rules decided.

use super::{OpenError, Operator};
use crate::event::{Millis, Text};
use rusqlite::{Row, TransactionBehavior};

/// Alerts of rules that are kept, and for how long after they were resolved, in milliseconds.
const KEPT: i64 = 10_000;
const KEPT_FOR: i64 = 90 * 86_400_000;

pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS acknowledged (
        alert TEXT PRIMARY KEY, who TEXT NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS acknowledgements (
        n INTEGER PRIMARY KEY AUTOINCREMENT, alert TEXT NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL,
        withdrawn INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS rule_alerts (
        id TEXT PRIMARY KEY, opened INTEGER NOT NULL, resolved INTEGER, told TEXT NOT NULL, alert TEXT NOT NULL)
        WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS notices (
        target TEXT PRIMARY KEY, at INTEGER NOT NULL, failure TEXT) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS rules_judged (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL);";

/// Somebody's word that an alert is looked after.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Acknowledged {
    /// Who.
    pub who: Text,
    /// What was noted; may be empty.
    pub note: Text,
    /// When.
    #[serde(serialize_with = "rfc3339")]
    pub at: Millis,
}

fn rfc3339<S: serde::Serializer>(at: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.rfc3339())
}

/// An alert of a rule as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAlert {
    /// Its id.
    pub id: Text,
    /// When it opened.
    pub opened_at: Millis,
    /// When it resolved.
    pub resolved_at: Option<Millis>,
    /// The last of its changes that was told to somebody; empty before the first.
    pub told: Text,
    /// The alert itself, as JSON; the monitor knows its form.
    pub alert: String,
}

/// How telling a target went the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeState {
    /// The target, as configured.
    pub target: Text,
    /// When.
    pub at: Millis,
    /// Why it failed.
    pub failure: Option<String>,
}

impl NoticeState {
    /// In words for the user.
    pub fn worded(&self) -> String {
        let (target, at) = (&self.target, self.at.rfc3339());
        match &self.failure {
            Some(why) => format!("a notice to {target} failed at {at}: {why}"),
            None => format!("the notice to {target} at {at} was taken"),
        }
    }
}

impl Operator {
    /// Marks an alert as acknowledged by `who`, with a note. Acknowledging again replaces the note.
    pub fn acknowledge(&mut self, alert: &str, who: &str, note: &str, at: Millis) -> Result<(), OpenError> {
        let write = |connection: &mut rusqlite::Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction
                .execute("INSERT OR REPLACE INTO acknowledged VALUES (?1, ?2, ?3, ?4)", (alert, who, note, at.0))?;
            remember(&transaction, (alert, who, note, at.0, false))?;
            transaction.commit()
        };
        write(&mut self.connection).map_err(|error| self.failed(&error))
    }

    /// Takes an acknowledgement back. Says whether there was one.
    pub fn unacknowledge(&mut self, alert: &str, who: &str, at: Millis) -> Result<bool, OpenError> {
        let write = |connection: &mut rusqlite::Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let was = transaction.execute("DELETE FROM acknowledged WHERE alert = ?1", [alert])? > 0;
            if was {
                remember(&transaction, (alert, who, "", at.0, true))?;
            }
            transaction.commit().map(|()| was)
        };
        write(&mut self.connection).map_err(|error| self.failed(&error))
    }

    /// Acknowledged alerts, by id, the earliest acknowledged first.
    pub fn acknowledged(&self) -> Result<Vec<(Text, Acknowledged)>, OpenError> {
        self.list("SELECT alert, who, note, at FROM acknowledged ORDER BY at, alert", |row| {
            Ok((row.get::<_, String>(0)?.into(), read_acknowledgement(row)?))
        })
    }

    /// Everything that was ever acknowledged and taken back (`true`) of one alert, in order.
    pub fn acknowledgement_history(&self, alert: &str) -> Result<Vec<(Acknowledged, bool)>, OpenError> {
        let read = || -> rusqlite::Result<Vec<(Acknowledged, bool)>> {
            self.connection
                .prepare_cached(
                    "SELECT alert, who, note, at, withdrawn FROM acknowledgements WHERE alert = ?1 ORDER BY n",
                )?
                .query_map([alert], |row| Ok((read_acknowledgement(row)?, row.get(4)?)))?
                .collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// Stores what rules decided up to `judged`, in one transaction. What was told stays as it was stored.
    pub fn store_rule_alerts(&mut self, alerts: &[StoredAlert], judged: Millis) -> Result<(), OpenError> {
        let write = |connection: &mut rusqlite::Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for alert in alerts {
                transaction
                    .prepare_cached(
                        "INSERT INTO rule_alerts (id, opened, resolved, told, alert) VALUES (?1, ?2, ?3, ?4, ?5)
                         ON CONFLICT DO UPDATE SET resolved = excluded.resolved, alert = excluded.alert",
                    )?
                    .execute((
                        alert.id.as_str(),
                        alert.opened_at.0,
                        alert.resolved_at.map(|at| at.0),
                        alert.told.as_str(),
                        &alert.alert,
                    ))?;
            }
            transaction.execute("INSERT OR REPLACE INTO rules_judged VALUES (1, ?1)", [judged.0])?;
            transaction.execute("DELETE FROM rule_alerts WHERE resolved < ?1", [judged.0 - KEPT_FOR])?;
            transaction.execute(
                "DELETE FROM rule_alerts WHERE resolved IS NOT NULL AND id NOT IN
                     (SELECT id FROM rule_alerts ORDER BY opened DESC LIMIT ?1)",
                [KEPT],
            )?;
            transaction.commit()
        };
        write(&mut self.connection).map_err(|error| self.failed(&error))
    }

    /// Notes which change of an alert was told last.
    pub fn told(&mut self, alert: &str, told: &str) -> Result<(), OpenError> {
        self.connection
            .execute("UPDATE rule_alerts SET told = ?2 WHERE id = ?1", (alert, told))
            .map(drop)
            .map_err(|error| self.failed(&error))
    }

    /// The alerts of rules, open and resolved, the earliest first.
    pub fn rule_alerts(&self) -> Result<Vec<StoredAlert>, OpenError> {
        self.list("SELECT id, opened, resolved, told, alert FROM rule_alerts ORDER BY opened, id", |row| {
            Ok(StoredAlert {
                id: row.get::<_, String>(0)?.into(),
                opened_at: Millis(row.get(1)?),
                resolved_at: row.get::<_, Option<i64>>(2)?.map(Millis),
                told: row.get::<_, String>(3)?.into(),
                alert: row.get(4)?,
            })
        })
    }

    /// Notes how telling a target went.
    pub fn note_notice(&mut self, target: &str, failure: Option<&str>, at: Millis) -> Result<(), OpenError> {
        self.connection
            .execute("INSERT OR REPLACE INTO notices VALUES (?1, ?2, ?3)", (target, at.0, failure))
            .map(drop)
            .map_err(|error| self.failed(&error))
    }

    /// How telling each target went the last time.
    pub fn notices(&self) -> Result<Vec<NoticeState>, OpenError> {
        self.list("SELECT target, at, failure FROM notices ORDER BY target", |row| {
            Ok(NoticeState { target: row.get::<_, String>(0)?.into(), at: Millis(row.get(1)?), failure: row.get(2)? })
        })
    }

    /// Targets that could not be told the last time.
    pub fn failed_notices(&self) -> Result<Vec<NoticeState>, OpenError> {
        let mut failed = self.notices()?;
        failed.retain(|notice| notice.failure.is_some());
        Ok(failed)
    }

    /// Forgets how telling targets went that are not told any more: all but `targets`.
    pub fn keep_notices(&mut self, targets: &[String]) -> Result<(), OpenError> {
        for gone in self.notices()?.into_iter().filter(|notice| targets.iter().all(|target| *notice.target != **target))
        {
            self.connection
                .execute("DELETE FROM notices WHERE target = ?1", [gone.target.as_str()])
                .map_err(|error| self.failed(&error))?;
        }
        Ok(())
    }

    /// Up to which minute rules have decided; `None` before they were ever judged here.
    pub fn rules_judged(&self) -> Result<Option<Millis>, OpenError> {
        Ok(self.list("SELECT at FROM rules_judged", |row| Ok(Millis(row.get(0)?)))?.pop())
    }

    /// Every row of a query. Where an older operator.db, opened for reading only, has no such table yet, there is none.
    fn list<T>(&self, sql: &str, read: impl FnMut(&Row) -> rusqlite::Result<T>) -> Result<Vec<T>, OpenError> {
        let rows = || self.connection.prepare_cached(sql)?.query_map([], read)?.collect::<rusqlite::Result<Vec<T>>>();
        match rows() {
            Err(error) if error.to_string().starts_with("no such table") => Ok(Vec::new()),
            rows => rows.map_err(|error| self.failed(&error)),
        }
    }
}

/// Stores alerts of rules that are not known yet; what was decided here about the others stands.
pub(super) fn insert_unknown(transaction: &rusqlite::Connection, alerts: &[StoredAlert]) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO rule_alerts (id, opened, resolved, told, alert) VALUES (?1, ?2, ?3, ?4, ?5)";
    for alert in alerts {
        let StoredAlert { id, opened_at, resolved_at, told, alert } = alert;
        let row = (id.as_str(), opened_at.0, resolved_at.map(|at| at.0), told.as_str(), alert);
        transaction.prepare_cached(sql)?.execute(row)?;
    }
    Ok(())
}

fn remember(transaction: &rusqlite::Transaction<'_>, entry: (&str, &str, &str, i64, bool)) -> rusqlite::Result<()> {
    let sql = "INSERT INTO acknowledgements (alert, who, note, at, withdrawn) VALUES (?1, ?2, ?3, ?4, ?5)";
    transaction.prepare_cached(sql)?.execute(entry).map(drop)
}

fn read_acknowledgement(row: &Row) -> rusqlite::Result<Acknowledged> {
    Ok(Acknowledged {
        who: row.get::<_, String>(1)?.into(),
        note: row.get::<_, String>(2)?.into(),
        at: Millis(row.get(3)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(who: &str, note: &str, at: i64) -> Acknowledged {
        Acknowledged { who: who.into(), note: note.into(), at: Millis(at) }
    }

    #[test]
    fn acknowledging_again_replaces_and_the_history_keeps_everything() {
        let dir = tempfile::tempdir().unwrap();
        let mut operator = Operator::open(dir.path()).unwrap();
        operator.acknowledge("a1", "ana", "looking", Millis(1)).unwrap();
        operator.acknowledge("b2", "ben", "", Millis(2)).unwrap();
        operator.acknowledge("a1", "cem", "done", Millis(3)).unwrap();
        let now = operator.acknowledged().unwrap();
        assert_eq!(now, [("b2".into(), by("ben", "", 2)), ("a1".into(), by("cem", "done", 3))]);
        assert!(operator.unacknowledge("a1", "ana", Millis(4)).unwrap());
        assert!(!operator.unacknowledge("a1", "ana", Millis(5)).unwrap(), "there is none any more");
        assert_eq!(operator.acknowledged().unwrap(), [("b2".into(), by("ben", "", 2))]);
        let history = operator.acknowledgement_history("a1").unwrap();
        assert_eq!(
            history,
            [(by("ana", "looking", 1), false), (by("cem", "done", 3), false), (by("ana", "", 4), true)]
        );
    }

    fn stored(id: &str, opened: i64, resolved: Option<i64>) -> StoredAlert {
        StoredAlert {
            id: id.into(),
            opened_at: Millis(opened),
            resolved_at: resolved.map(Millis),
            told: Text::default(),
            alert: "{}".into(),
        }
    }

    #[test]
    fn what_rules_decided_survives_and_what_was_told_is_not_forgotten_by_a_change() {
        let dir = tempfile::tempdir().unwrap();
        let mut operator = Operator::open(dir.path()).unwrap();
        assert_eq!(operator.rules_judged().unwrap(), None);
        operator.store_rule_alerts(&[stored("a", 60_000, None)], Millis(60_000)).unwrap();
        operator.told("a", "opened").unwrap();
        operator.store_rule_alerts(&[stored("a", 60_000, Some(120_000))], Millis(120_000)).unwrap();
        drop(operator);
        let operator = Operator::open_read_only(dir.path()).unwrap();
        assert_eq!(operator.rules_judged().unwrap(), Some(Millis(120_000)));
        let expected = StoredAlert { told: "opened".into(), ..stored("a", 60_000, Some(120_000)) };
        assert_eq!(operator.rule_alerts().unwrap(), [expected]);
    }

    #[test]
    fn resolved_alerts_go_after_a_while_and_open_ones_never() {
        let dir = tempfile::tempdir().unwrap();
        let mut operator = Operator::open(dir.path()).unwrap();
        operator.store_rule_alerts(&[stored("open", 1, None), stored("old", 1, Some(2))], Millis(3)).unwrap();
        operator.store_rule_alerts(&[], Millis(3 + KEPT_FOR)).unwrap();
        let kept: Vec<Text> = operator.rule_alerts().unwrap().into_iter().map(|alert| alert.id).collect();
        assert_eq!(kept, ["open"]);
    }
}
