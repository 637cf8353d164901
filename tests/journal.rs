//! The journal by behaviour: what is answered is stored, counted once, found again.

use bytes::Bytes;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use watop::event::{self, Event, Key, Millis, Origin};
use watop::journal::operator::Operator;
use watop::journal::{
    Health, Journal, OpenError, Options, RawRequest, Reader, Receipt, Stats, Submission, Term, Unavailable,
};
use watop::source::{self, Feed};

/// When the test began, UTC ms: what is past retention would be removed at once.
static T0: LazyLock<i64> = LazyLock::new(now);
const DAY: i64 = 86_400_000;

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

fn open(dir: &Path) -> Journal {
    open_with(dir, Options::default())
}

fn open_with(dir: &Path, options: Options) -> Journal {
    Journal::open(dir, options).unwrap()
}

fn raw(body: &Value, received_at: i64) -> RawRequest {
    RawRequest {
        received_at: Millis(received_at),
        peer: "203.0.113.7".into(),
        path: "/webhook".into(),
        headers: vec![("x-hub-signature-256".into(), Bytes::from_static(b"sha256=00\xff"))],
        verified: None,
        body: body.to_string().into(),
    }
}

fn submission(journal: &Journal, body: &Value, received_at: i64) -> Submission {
    let raw = raw(body, received_at);
    let origin = Origin { received_at: raw.received_at, verified: None };
    let events = event::decode(&raw.body, &origin, &journal.key_secret());
    Submission { raw, events }
}

/// Posts a body as the receiver does, and waits for its answer.
fn post(journal: &Journal, body: &Value, received_at: i64) -> Result<Receipt, Unavailable> {
    journal.writer().submit(submission(journal, body, received_at))?.blocking_recv().expect("the writer answers")
}

fn status(id: &str, status: &str) -> Value {
    json!({"business_phone": "85212345678", "statuses": [
        {"id": id, "status": status, "timestamp": "1767225600", "recipient_id": "4915112345678"}]})
}

/// All batches, as committed.
fn events(reader: &Reader) -> Vec<Event> {
    let mut events = Vec::new();
    let mut page = 0;
    while let Some(batch) = reader.next(page).unwrap() {
        page = batch.page;
        events.extend(batch.events);
    }
    events
}

/// Events as a list shows them: amendments merged in.
fn settled(reader: &Reader) -> Vec<Event> {
    let mut events = Vec::new();
    let mut page = 0;
    while let Some(mut batch) = reader.next(page).unwrap() {
        page = batch.page;
        reader.settle(&mut batch).unwrap();
        events.extend(batch.events);
    }
    events
}

#[test]
fn a_reader_sees_what_was_answered() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let body = json!({"statuses": [status("a", "sent")["statuses"][0], status("b", "read")["statuses"][0]]});
    assert_eq!(post(&journal, &body, *T0).unwrap(), Receipt { request: 1, events: 2, duplicates: 0 });
    let reader = Reader::open(dir.path()).unwrap();
    let stored = events(&reader);
    let expected = submission(&journal, &body, *T0).events;
    assert_eq!(stored.len(), 2);
    for ((stored, expected), seq) in stored.into_iter().zip(expected).zip(1..) {
        assert_eq!(stored, Event { seq, request: 1, ..expected });
    }
    assert_eq!(reader.request(1).unwrap(), Some(raw(&body, *T0)));
    assert_eq!(reader.request(2).unwrap(), None);
    let stats = reader.stats().unwrap();
    assert_eq!((stats.last_page, stats.last_seq, stats.last_request, stats.start), (1, 2, 1, Some(Millis(*T0))));
    drop(journal);
    assert_eq!(events(&reader).len(), 2, "after the receiver ended too");
}

/// Many requests at once, so that they share commits; all are answered.
fn post_all(journal: &Journal, bodies: impl IntoIterator<Item = (Value, i64)>) -> Vec<Receipt> {
    let writer = journal.writer();
    let answers: Vec<_> = bodies
        .into_iter()
        .map(|(body, at)| writer.submit(submission(journal, &body, at)).expect("there is room"))
        .collect();
    answers.into_iter().map(|answer| answer.blocking_recv().unwrap().unwrap()).collect()
}

/// A body with `count` statuses of different messages.
fn many(first: usize, count: usize) -> Value {
    let statuses: Vec<_> = (first..first + count)
        .map(|n| {
            json!({"id": format!("wamid.{n}"), "status": "sent", "timestamp": "1767225600",
                   "recipient_id": format!("49151{:07}", n / 3)})
        })
        .collect();
    json!({"business_phone": "85212345678", "statuses": statuses})
}

#[test]
fn duplicates_are_known_in_one_batch_in_later_ones_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let body = json!({"statuses": [status("a", "sent")["statuses"][0], status("a", "sent")["statuses"][0]]});
    assert_eq!(post(&journal, &body, *T0).unwrap(), Receipt { request: 1, events: 1, duplicates: 1 });
    let receipts = post_all(&journal, (0..50).map(|_| (body.clone(), *T0 + 5)));
    assert!(receipts.iter().all(|receipt| (receipt.events, receipt.duplicates) == (0, 2)), "{receipts:?}");
    drop(journal);
    let journal = open(dir.path());
    assert_eq!(post(&journal, &body, *T0 + 9).unwrap(), Receipt { request: 52, events: 0, duplicates: 2 });
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(events(&reader).len(), 1);
    assert_eq!(reader.request(52).unwrap(), Some(raw(&body, *T0 + 9)), "the request itself is kept");
}

#[test]
fn a_delivery_that_says_more_amends_and_any_order_gives_the_same_event() {
    let plain = status("a", "sent");
    let mut tagged = plain.clone();
    tagged["statuses"][0]["biz_opaque_callback_data"] = "promo-7".into();
    let mut named = plain.clone();
    named["statuses"][0]["meta_message_id"] = "wamid.X".into();
    let orders = [[&plain, &tagged, &named], [&named, &tagged, &plain], [&tagged, &plain, &named]];
    let mut outcomes = Vec::new();
    for order in orders {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = open(dir.path());
        let mut receipts = Vec::new();
        for round in 0..3 {
            for body in order {
                receipts.push(post(&journal, body, *T0 + round).unwrap());
            }
            drop(journal);
            journal = open(dir.path());
        }
        let counts: Vec<_> = receipts.iter().map(|receipt| (receipt.events, receipt.duplicates)).collect();
        assert_eq!(counts, [[(1, 0)].as_slice(), [(0, 1)].repeat(8).as_slice()].concat());
        let reader = Reader::open(dir.path()).unwrap();
        let stored = events(&reader);
        assert_eq!(stored.iter().map(|event| event.amends).collect::<Vec<_>>(), [None, Some(1), Some(1)]);
        let settled = settled(&reader);
        assert_eq!(settled.len(), 1);
        let one = reader.event(1).unwrap().unwrap();
        assert_eq!(one, settled[0]);
        for term in [Term::Tag("promo-7".into()), Term::Message("wamid.X".into()), Term::Message("a".into())] {
            assert_eq!(reader.find(&term).unwrap(), [1], "{term:?}");
        }
        outcomes.push(Event { key: Key(0), ..one });
    }
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:#?}");
}

#[test]
fn a_notice_without_a_time_is_the_same_within_a_day_of_the_last_receipt() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    let body = json!({"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}});
    let start = *T0 - 10 * DAY;
    let mut counts = Vec::new();
    for at in [0, DAY - 1, 2 * DAY - 2, 3 * DAY - 1, 3 * DAY - 2] {
        counts.push(post(&journal, &body, start + at).unwrap().events);
        drop(journal);
        journal = open(dir.path());
    }
    assert_eq!(
        counts,
        [1, 0, 0, 1, 0],
        "each receipt extends; the fourth came a day and a millisecond after the third"
    );
}

#[test]
fn keys_older_than_memory_and_terms_are_found_through_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { recent_keys: 16, ..Options::default() };
    let journal = open_with(dir.path(), options.clone());
    const EVENTS: usize = 70_000;
    for first in (0..EVENTS).step_by(1000) {
        post(&journal, &many(first, 1000), *T0).unwrap();
    }
    wait(|| journal.gauges().unindexed < 32_768);
    assert_eq!(post(&journal, &many(0, 2000), *T0).unwrap().duplicates, 2000);
    assert_eq!(post(&journal, &many(EVENTS - 2000, 2000), *T0).unwrap().duplicates, 2000);
    assert_eq!(post(&journal, &many(EVENTS, 10), *T0).unwrap().events, 10);
    drop(journal);
    let journal = open_with(dir.path(), options);
    assert!(journal.gauges().unindexed < 32_768, "the index was kept: {:?}", journal.gauges());
    assert_eq!(post(&journal, &many(1000, 500), *T0).unwrap().duplicates, 500);
    let reader = Reader::open(dir.path()).unwrap();
    for n in [0, 1, 40_000, EVENTS - 1, EVENTS + 9] {
        assert_eq!(reader.find(&Term::Message(format!("wamid.{n}").into())).unwrap(), [n as u64 + 1]);
    }
    assert_eq!(reader.find(&Term::Customer("+491510000001".into())).unwrap(), [4, 5, 6]);
    assert_eq!(reader.find(&Term::Number("85212345678".into())).unwrap().len(), EVENTS + 10);
    assert_eq!(reader.find(&Term::Code(131026)).unwrap(), [0u64; 0]);
    // The index can be made again from the journal.
    drop(journal);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(dir.path().join(format!("index.db{suffix}")));
    }
    assert_eq!(reader.find(&Term::Customer("491510000001".into())).unwrap(), [4, 5, 6], "without an index too");
    let journal = open(dir.path());
    assert_eq!(post(&journal, &many(0, 100), *T0).unwrap().duplicates, 100);
    wait(|| journal.gauges().unindexed < 32_768);
    assert_eq!(reader.find(&Term::Customer("491510000001".into())).unwrap(), [4, 5, 6]);
}

/// Waits for a condition that another thread brings about.
fn wait(mut condition: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(std::time::Instant::now() < end, "waited a minute in vain");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn past_retention_everything_goes_and_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let mut amended = status("old1", "sent");
    amended["statuses"][0]["biz_opaque_callback_data"] = "promo".into();
    let old = *T0 - 3 * DAY;
    for body in [&status("old0", "sent"), &status("old1", "sent"), &amended, &status("old2", "sent")] {
        post(&journal, body, old).unwrap();
    }
    post(&journal, &status("new", "sent"), *T0).unwrap();
    drop(journal);
    let options = Options { retention: Duration::from_secs(2 * 86_400), ..Options::default() };
    let journal = open_with(dir.path(), options);
    let reader = Reader::open(dir.path()).unwrap();
    wait(|| reader.stats().unwrap().expired == 3);
    let stats = reader.stats().unwrap();
    assert_eq!((stats.start, stats.last_seq, stats.last_request), (Some(Millis(*T0)), 5, 5));
    assert_eq!(settled(&reader).len(), 1);
    assert_eq!(reader.request(1).unwrap(), None);
    assert_eq!(reader.event(2).unwrap(), None);
    assert_eq!(reader.find(&Term::Message("old1".into())).unwrap(), [0u64; 0]);
    // Its keys went too, and numbers go on.
    let receipt = post(&journal, &status("old1", "sent"), *T0).unwrap();
    assert_eq!(receipt, Receipt { request: 6, events: 1, duplicates: 0 });
    assert_eq!(reader.event(6).unwrap().unwrap().seq, 6);
}

#[test]
fn numbers_go_on_after_everything_was_removed() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    post(&journal, &status("a", "sent"), *T0 - 40 * DAY).unwrap();
    drop(journal);
    let journal = open(dir.path());
    let reader = Reader::open(dir.path()).unwrap();
    wait(|| reader.stats().unwrap().expired == 1);
    assert_eq!(reader.stats().unwrap().start, None);
    drop(journal);
    let journal = open(dir.path());
    assert_eq!(post(&journal, &status("a", "sent"), *T0).unwrap(), Receipt { request: 2, events: 1, duplicates: 0 });
    assert_eq!(reader.next(0).unwrap().unwrap().page, 2);
}

#[test]
fn pages_are_found_by_time_also_when_the_clock_steps_back() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    for (n, at) in [0, 1000, 400, 2000, 2000, 3000].into_iter().enumerate() {
        post(&journal, &status(&n.to_string(), "sent"), *T0 + at).unwrap();
    }
    let reader = Reader::open(dir.path()).unwrap();
    let at = |offset| reader.page_at(Millis(*T0 + offset)).unwrap();
    assert_eq!([at(-5), at(0), at(1), at(1000), at(1001), at(2000), at(2001), at(3001)], [1, 1, 2, 2, 4, 4, 6, 7]);
    assert_eq!(reader.previous(u64::MAX).unwrap().unwrap().page, 6);
    assert_eq!(reader.previous(6).unwrap().unwrap().page, 5);
    assert_eq!(reader.previous(1).unwrap(), None);
    assert_eq!(reader.next(6).unwrap(), None);
}

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
fn an_absent_journal_is_empty_and_reading_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(reader.stats().unwrap(), Stats::default());
    assert_eq!(reader.next(0).unwrap(), None);
    assert_eq!(reader.page_at(Millis(0)).unwrap(), 1);
    assert_eq!(reader.find(&Term::Code(1)).unwrap(), [0u64; 0]);
    assert_eq!(reader.gaps(Millis(0), Millis(*T0)).unwrap(), []);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
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
fn time_without_a_receiver_is_a_gap() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    drop(journal);
    let ended = now();
    wait(|| now() > ended + 20);
    let journal = open(dir.path());
    let reader = Reader::open(dir.path()).unwrap();
    let gaps = reader.gaps(Millis(*T0 - DAY), Millis(*T0 + 30_000)).unwrap();
    let [(from, to)] = gaps[..] else { panic!("{gaps:?}") };
    assert!(to.0 - from.0 >= 20 && from.0 >= *T0, "{gaps:?}");
    drop(journal);
    let gaps = reader.gaps(Millis(*T0), Millis(*T0 + DAY)).unwrap();
    assert_eq!(gaps.len(), 2);
    assert_eq!(gaps[1].1, Millis(*T0 + DAY), "it goes on until one runs again");
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
    const NAME: &str = "a_full_disk_fails_the_whole_batch_and_the_journal_recovers";
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

/// Pages of a source until it has handed over `until`, and how many of them were history.
fn pages(feed: &mut tokio::sync::mpsc::Receiver<Feed>, until: u64) -> (Vec<u64>, usize) {
    let (mut pages, mut history) = (Vec::new(), 0);
    while pages.last() != Some(&until) {
        match feed.blocking_recv().expect("the source goes on") {
            Feed::History { batch, done, total } => {
                history += 1;
                assert!(done <= total, "{done} of {total}");
                pages.push(batch.page);
            }
            Feed::Live(batch) => pages.push(batch.page),
            Feed::CaughtUp => {}
            Feed::Lost(reason) => panic!("{reason}"),
        }
    }
    (pages, history)
}

#[test]
fn a_live_source_hands_over_history_and_then_commits_without_hole_or_repetition() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    for n in 0..20 {
        post(&journal, &status(&format!("old{n}"), "sent"), *T0).unwrap();
    }
    let mut feed = source::live(&journal, Reader::open(dir.path()).unwrap()).unwrap();
    // Many more than the live channel holds, before anything is taken from the source.
    for n in 0..300 {
        post(&journal, &status(&format!("new{n}"), "sent"), *T0).unwrap();
    }
    let (pages, history) = pages(&mut feed, 320);
    assert_eq!(pages, (1..=320).collect::<Vec<_>>());
    assert!(history >= 20);
}

#[test]
fn a_follower_sees_a_journal_appear_and_grow() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let mut feed = source::follow(&data).unwrap();
    assert!(matches!(feed.blocking_recv(), Some(Feed::CaughtUp)));
    let journal = open(&data);
    for n in 0..10 {
        post(&journal, &status(&n.to_string(), "sent"), *T0).unwrap();
    }
    assert_eq!(pages(&mut feed, 10).0, (1..=10).collect::<Vec<_>>());
    drop(journal);
    let journal = open(&data);
    post(&journal, &status("11", "sent"), *T0).unwrap();
    assert_eq!(pages(&mut feed, 11).0, [11]);
}
