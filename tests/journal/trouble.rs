//! The journal in trouble: held by another, damaged, on a full disk, moved away, overrun.

use crate::support::*;
use std::path::Path;
use watop::journal::operator::Operator;
use watop::journal::{Health, Journal, OpenError, Options, Reader, Receipt, Unavailable};

#[test]
fn a_second_writer_is_told_who_holds_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let Err(OpenError::Held { holder, .. }) = Journal::open(dir.path(), Options::default()) else {
        panic!("a second writer was let in");
    };
    assert!(holder.starts_with(&format!("process {} since 20", std::process::id())), "{holder}");
    drop(journal);
    open(dir.path());
}

#[test]
fn a_damaged_journal_is_set_aside_and_said() {
    for damage in ["not a database", ""] {
        let dir = tempfile::tempdir().unwrap();
        let journal = open(dir.path());
        for n in 0..200 {
            post(&journal, &status(&n.to_string(), "sent"), *T0).unwrap();
        }
        drop(journal);
        let path = dir.path().join("journal.db");
        let mut content = std::fs::read(&path).unwrap();
        match damage {
            "" => content.truncate(content.len() / 2),
            text => content[..text.len()].copy_from_slice(text.as_bytes()),
        }
        std::fs::write(&path, &content).unwrap();
        let journal = open(dir.path());
        assert!(journal.notices()[0].contains("damaged"), "{:?}", journal.notices());
        assert_eq!(post(&journal, &status("a", "sent"), *T0).unwrap().request, 1);
        let aside = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_string_lossy().contains("journal.db.damaged-"))
            .expect("the damaged file is kept");
        assert_eq!(std::fs::read(aside).unwrap(), content);
    }
}

#[test]
fn a_newer_schema_and_another_programs_file_are_refused_untouched() {
    for (pragma, word) in [("user_version = 99", "newer watop"), ("application_id = 1", "another program")] {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path()));
        let path = dir.path().join("journal.db");
        rusqlite::Connection::open(&path).unwrap().execute_batch(&format!("PRAGMA {pragma}")).unwrap();
        let before = std::fs::read(&path).unwrap();
        for error in [
            Journal::open(dir.path(), Options::default()).err().unwrap().to_string(),
            Reader::open(dir.path()).err().unwrap().to_string(),
        ] {
            assert!(error.contains(word), "{error}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[test]
fn a_reader_in_a_transaction_does_not_stop_commits() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    post(&journal, &status("a", "sent"), *T0).unwrap();
    let connection = rusqlite::Connection::open(dir.path().join("journal.db")).unwrap();
    connection.execute_batch("BEGIN").unwrap();
    let count = || connection.query_row("SELECT count(*) FROM pages", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count(), 1);
    for n in 0..100 {
        post(&journal, &many(n * 100, 100), *T0).unwrap();
    }
    assert_eq!(count(), 1, "the transaction was open all the time");
    assert_eq!(*journal.health().borrow(), Health::Writable);
}

#[test]
fn the_queue_is_bounded_and_room_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { queue: 4, ..Options::default() };
    let journal = open_with(dir.path(), options);
    // Another process's write transaction holds the writer up.
    let connection = rusqlite::Connection::open(dir.path().join("journal.db")).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    let writer = journal.writer();
    let answers: Vec<_> =
        (0..4).map(|n| writer.submit(submission(&journal, &status(&n.to_string(), "sent"), *T0)).unwrap()).collect();
    assert_eq!(journal.gauges().waiting, 4);
    assert_eq!(post(&journal, &status("5", "sent"), *T0), Err(Unavailable::Busy));
    connection.execute_batch("ROLLBACK").unwrap();
    let receipts: Vec<_> = answers.into_iter().map(|answer| answer.blocking_recv().unwrap().unwrap().request).collect();
    assert_eq!(receipts, [1, 2, 3, 4]);
    assert_eq!(post(&journal, &status("5", "sent"), *T0).unwrap().request, 5);
}

#[test]
fn what_waits_is_committed_when_the_journal_closes() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let writer = journal.writer();
    let submissions: Vec<_> = (0..100).map(|n| submission(&journal, &status(&n.to_string(), "sent"), *T0)).collect();
    let answers: Vec<_> = submissions.into_iter().map(|submission| writer.submit(submission).unwrap()).collect();
    let late = submission(&journal, &status("late", "sent"), *T0);
    drop(journal);
    assert!(answers.into_iter().all(|answer| answer.blocking_recv().unwrap().is_ok()));
    assert_eq!(writer.submit(late).err(), Some(Unavailable::Closed));
    assert_eq!(events(&Reader::open(dir.path()).unwrap()).len(), 100);
}

#[cfg(unix)]
#[test]
fn everything_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("deep/data");
    let journal = open(&data);
    let _operator = Operator::open(&data).unwrap();
    post(&journal, &status("a", "sent"), *T0).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_reader_says_that_its_journal_was_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let journal = open(&data);
    post(&journal, &status("a", "sent"), *T0).unwrap();
    let reader = Reader::open(&data).unwrap();
    drop(journal);
    std::fs::rename(&data, dir.path().join("away")).unwrap();
    assert!(reader.stats().unwrap_err().to_string().contains("removed or replaced"));
    let _other = open(&data);
    assert!(reader.next(0).unwrap_err().to_string().contains("removed or replaced"));
}

#[test]
fn a_journal_that_is_moved_away_is_not_written_and_works_again_when_it_is_back() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let journal = open(&data);
    post(&journal, &status("a", "sent"), *T0).unwrap();
    std::fs::rename(&data, dir.path().join("away")).unwrap();
    let failed = post(&journal, &status("b", "sent"), *T0);
    assert!(matches!(&failed, Err(Unavailable::CannotWrite(reason)) if reason.contains("removed")), "{failed:?}");
    assert!(matches!(&*journal.health().borrow(), Health::Failing { refused: 1, .. }));
    std::fs::rename(dir.path().join("away"), &data).unwrap();
    assert_eq!(post(&journal, &status("b", "sent"), *T0).unwrap(), Receipt { request: 2, events: 1, duplicates: 0 });
    assert_eq!(*journal.health().borrow(), Health::Writable);
}

/// A limit on the size of files stands for the full disk: SQLite meets it where it meets that one, at the commit. It belongs to the
/// process and comes with a signal, so this test runs itself again as a process of its own that ignores the signal.
#[cfg(unix)]
#[test]
fn a_full_disk_fails_the_whole_batch_and_the_journal_recovers() {
    const NAME: &str = "trouble::a_full_disk_fails_the_whole_batch_and_the_journal_recovers";
    if std::env::var_os("WATOP_TEST_FULL_DISK").is_some() {
        return full_disk();
    }
    let child = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg(NAME)
        .env("WATOP_TEST_FULL_DISK", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}\n{}", String::from_utf8_lossy(&child.stderr));
}

#[cfg(unix)]
fn full_disk() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = |current| {
        let maximum = getrlimit(Resource::Fsize).maximum;
        setrlimit(Resource::Fsize, Rlimit { current, maximum }).unwrap();
    };
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    post(&journal, &status("before", "sent"), *T0).unwrap();
    let log = std::fs::metadata(dir.path().join("journal.db-wal")).unwrap().len();
    limit(Some(log + 20_000));
    let big = |n: usize| (many(n * 1000, 1000), *T0);
    let (body, at) = big(0);
    let Err(Unavailable::CannotWrite(reason)) = post(&journal, &body, at) else { panic!("it fitted") };
    assert!(!reason.is_empty());
    let failing = post(&journal, &body, at);
    assert!(matches!(failing, Err(Unavailable::CannotWrite(_))), "{failing:?}");
    assert!(matches!(&*journal.health().borrow(), Health::Failing { refused: 2, .. }));
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(events(&reader).len(), 1, "what is there can be read");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(runtime.block_on(journal.writer().probe()).is_err());
    limit(None);
    wait(|| *journal.health().borrow() == Health::Writable);
    assert_eq!(post(&journal, &body, at).unwrap(), Receipt { request: 2, events: 1000, duplicates: 0 });
    assert_eq!(events(&reader).last().unwrap().seq, 1001);
    assert_eq!(runtime.block_on(journal.writer().probe()), Ok(()));
}
