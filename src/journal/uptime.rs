//! When a receiver ran on this journal: one row per run, whose end is moved on once a minute, so that time without a receiver is
//! a visible gap even after a crash.

use crate::event::Millis;
use rusqlite::{Connection, TransactionBehavior};
use std::time::Duration;

/// How often a run notes that it is alive.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(60);

/// How long after its last heartbeat the newest run is taken to be alive, in milliseconds.
const ALIVE: i64 = 90_000;

/// One time that a receiver ran on a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// When it started.
    pub start: Millis,
    /// Its last sign of life.
    pub until: Millis,
    /// Whether it ended cleanly then.
    pub ended: bool,
}

/// The run under way.
#[derive(Debug)]
pub(super) struct Running {
    start: i64,
}

/// Notes that a receiver starts. When the run before did not end cleanly, the newest stored request (`received_to`) may prove
/// that it lived longer than its last heartbeat says.
pub(super) fn begin(connection: &mut Connection, received_to: Millis, now: Millis) -> rusqlite::Result<Running> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let last: Option<i64> = transaction.query_row("SELECT max(start) FROM runs", [], |row| row.get(0))?;
    transaction.execute(
        "UPDATE runs SET until = max(until, ?2) WHERE start = ?1 AND ended = 0",
        (last, received_to.0.min(now.0)),
    )?;
    // Runs are told apart by their start, also when the clock was set back.
    let start = now.0.max(last.map_or(i64::MIN, |last| last + 1));
    transaction.execute("INSERT INTO runs (start, until, ended) VALUES (?1, ?1, 0)", [start])?;
    transaction.commit()?;
    Ok(Running { start })
}

impl Running {
    /// Notes that it is alive.
    pub(super) fn beat(&self, connection: &Connection, now: Millis) -> rusqlite::Result<()> {
        self.note(connection, now, false)
    }

    /// Notes that it ended.
    pub(super) fn end(&self, connection: &Connection, now: Millis) -> rusqlite::Result<()> {
        self.note(connection, now, true)
    }

    fn note(&self, connection: &Connection, now: Millis, ended: bool) -> rusqlite::Result<()> {
        connection
            .prepare_cached("UPDATE runs SET until = max(until, ?2), ended = ?3 WHERE start = ?1")?
            .execute((self.start, now.0, ended))
            .map(drop)
    }
}

/// Every run, in order of start.
fn all(connection: &Connection) -> rusqlite::Result<Vec<Run>> {
    connection
        .prepare_cached("SELECT start, until, ended FROM runs ORDER BY start")?
        .query_map([], |row| Ok(Run { start: Millis(row.get(0)?), until: Millis(row.get(1)?), ended: row.get(2)? }))?
        .collect()
}

/// Runs within `from..to`, cut to it. Of those before it the last one is left as a moment at `from`, so that a gap that reaches
/// into the span has a begin.
pub(super) fn within(connection: &Connection, from: Millis, to: Millis) -> rusqlite::Result<Vec<Run>> {
    let mut runs = all(connection)?;
    runs.retain(|run| run.start < to);
    let before = runs.iter().take_while(|run| run.until < from && run.start < from).count();
    runs.drain(..before.saturating_sub(1));
    for run in &mut runs {
        run.ended |= run.until > to;
        (run.start, run.until) = (run.start.max(from), run.until.clamp(from, to));
    }
    Ok(runs)
}

/// Takes in runs of another journal. Those that are known stay as they are.
pub(super) fn take_in(connection: &Connection, runs: &[Run]) -> rusqlite::Result<()> {
    let mut insert =
        connection.prepare_cached("INSERT OR IGNORE INTO runs (start, until, ended) VALUES (?1, ?2, ?3)")?;
    for run in runs {
        insert.execute((run.start.0, run.until.0, run.ended))?;
    }
    Ok(())
}

/// Spans within `from..to` between runs. The time before the first run is no gap.
pub(super) fn gaps(connection: &Connection, from: Millis, to: Millis) -> rusqlite::Result<Vec<(Millis, Millis)>> {
    let runs = all(connection)?;
    let mut gaps = Vec::new();
    let mut covered: Option<i64> = None;
    let newest = runs.len().saturating_sub(1);
    for (index, run) in runs.into_iter().enumerate() {
        let (start, until, ended) = (run.start.0, run.until.0, run.ended);
        if let Some(covered) = covered
            && covered < start
        {
            gaps.push((covered, start));
        }
        let until = if index == newest && !ended { until + ALIVE } else { until };
        covered = covered.max(Some(until));
    }
    gaps.extend(covered.map(|covered| (covered, i64::MAX)));
    let within = |(start, end): (i64, i64)| (Millis(start.max(from.0)), Millis(end.min(to.0)));
    Ok(gaps.into_iter().map(within).filter(|(start, end)| start < end).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::schema;

    fn journal(dir: &std::path::Path) -> Connection {
        schema::open(dir, Millis(0)).unwrap().connection
    }

    fn gaps_to(connection: &Connection, to: i64) -> Vec<(i64, i64)> {
        let gaps = gaps(connection, Millis(0), Millis(to)).unwrap();
        gaps.into_iter().map(|(from, to)| (from.0, to.0)).collect()
    }

    #[test]
    fn a_crash_leaves_a_gap_from_the_last_sign_of_life() {
        let dir = tempfile::tempdir().unwrap();
        let mut connection = journal(dir.path());
        let run = begin(&mut connection, Millis(0), Millis(1_000_000)).unwrap();
        assert_eq!(gaps_to(&connection, 1_000_000 + ALIVE), [], "alive until it misses its heartbeat");
        run.beat(&connection, Millis(1_060_000)).unwrap();
        assert_eq!(gaps_to(&connection, 1_200_000), [(1_060_000 + ALIVE, 1_200_000)]);
        // A request was stored after that heartbeat, before it died.
        begin(&mut connection, Millis(1_070_000), Millis(1_300_000)).unwrap();
        assert_eq!(gaps_to(&connection, 1_300_000), [(1_070_000, 1_300_000)]);
    }

    #[test]
    fn a_clean_end_leaves_a_gap_from_there_and_asking_cuts_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut connection = journal(dir.path());
        let run = begin(&mut connection, Millis(0), Millis(1000)).unwrap();
        run.end(&connection, Millis(5000)).unwrap();
        assert_eq!(gaps_to(&connection, 9000), [(5000, 9000)]);
        begin(&mut connection, Millis(4999), Millis(7000)).unwrap();
        assert_eq!(gaps_to(&connection, 9000), [(5000, 7000)]);
        assert_eq!(gaps(&connection, Millis(6000), Millis(6500)).unwrap(), [(Millis(6000), Millis(6500))]);
        assert_eq!(gaps(&connection, Millis(7000), Millis(7500)).unwrap(), []);
    }

    #[test]
    fn runs_of_a_span_leave_the_gaps_of_that_span_in_another_journal() {
        let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut connection = journal(dir.path());
        for (start, until) in [(1000, 2000), (3000, 4000), (6000, 7000), (9000, 9500)] {
            begin(&mut connection, Millis(0), Millis(start)).unwrap().end(&connection, Millis(until)).unwrap();
        }
        let copy = journal(copy.path());
        let span = (Millis(5000), Millis(8000));
        let runs = within(&connection, span.0, span.1).unwrap();
        take_in(&copy, &runs).unwrap();
        take_in(&copy, &runs).unwrap();
        assert_eq!(gaps(&copy, span.0, span.1).unwrap(), gaps(&connection, span.0, span.1).unwrap());
        assert_eq!(gaps(&copy, span.0, span.1).unwrap(), [(Millis(5000), Millis(6000)), (Millis(7000), Millis(8000))]);
        assert_eq!(within(&connection, Millis(i64::MIN), Millis(i64::MAX)).unwrap(), all(&connection).unwrap());
    }

    #[test]
    fn a_clock_set_back_keeps_the_runs_apart() {
        let dir = tempfile::tempdir().unwrap();
        let mut connection = journal(dir.path());
        begin(&mut connection, Millis(0), Millis(9000)).unwrap().end(&connection, Millis(9500)).unwrap();
        let run = begin(&mut connection, Millis(0), Millis(3000)).unwrap();
        run.beat(&connection, Millis(3500)).unwrap();
        let runs: i64 = connection.query_row("SELECT count(*) FROM runs", [], |row| row.get(0)).unwrap();
        assert_eq!(runs, 2);
    }
}
