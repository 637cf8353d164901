//! A journal that cannot write, or not yet: 503, recovery by itself, and stopping with answers outstanding.

use crate::harness::{Request, STATUS, Server, signed};
use rusqlite::Connection;
use std::sync::Arc;
use std::time::{Duration, Instant};
use watop::journal::Health;

fn journal_db(server: &Server) -> Connection {
    let connection = Connection::open(server.dir.path().join("journal.db")).unwrap();
    connection.busy_timeout(Duration::from_secs(5)).unwrap();
    connection
}

/// Makes every write fail at once, as a full disk does.
fn fill_disk(server: &Server) {
    for table in ["pages", "raw", "probe"] {
        let trigger = format!(
            "CREATE TRIGGER full_{table} BEFORE INSERT ON {table}
             BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        );
        journal_db(server).execute_batch(&trigger).unwrap();
    }
}

fn empty_disk(server: &Server) {
    journal_db(server)
        .execute_batch("DROP TRIGGER full_pages; DROP TRIGGER full_raw; DROP TRIGGER full_probe")
        .unwrap();
}

/// Makes every write wait until this is dropped.
fn hold_disk(server: &Server) -> Connection {
    let connection = journal_db(server);
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

async fn until(mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(10), "the condition never holds");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_503_and_is_over_when_it_is_over() {
    let server = signed().start().await;
    let request = Request::post(STATUS).meta();
    fill_disk(&server);
    let mut client = server.connect().await;
    for refused in 1..=2 {
        client.send(&request.bytes()).await;
        let answer = client.answer().await.unwrap();
        answer.assert_refused(503, "unavailable");
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert!(!answer.text().contains("disk is full"), "what the system says is the operator's");
        assert_eq!(server.receiver.vitals().unavailable, refused);
    }
    assert!(matches!(&*server.receiver.health().borrow(), Health::Failing { reason, .. } if reason.contains("full")));
    let unready = server.ask(&Request::get("/readyz")).await;
    unready.assert_refused(503, "unavailable");
    assert_eq!(unready.header("retry-after"), Some("1"));
    assert_eq!(server.ask(&Request::get("/healthz")).await.status, 200, "the process lives");

    empty_disk(&server);
    client.send(&request.bytes()).await;
    client.answer().await.unwrap().assert_success();
    assert_eq!(server.events().len(), 1, "nothing of what was answered 503 counts");
    assert_eq!(*server.receiver.health().borrow(), Health::Writable);
    assert_eq!(server.ask(&Request::get("/readyz")).await.status, 200);
    assert!(server.refused().await.is_empty(), "an unavailable journal is no fault of the request");
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_comes_back_without_traffic() {
    let server = signed().start().await;
    fill_disk(&server);
    server.ask(&Request::post(STATUS).meta()).await.assert_refused(503, "unavailable");
    server.ask(&Request::get("/readyz")).await.assert_refused(503, "unavailable");
    empty_disk(&server);
    let started = Instant::now();
    while server.ask(&Request::get("/readyz")).await.status != 200 {
        assert!(started.elapsed() < Duration::from_secs(10), "never ready again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_503_at_once_and_what_waits_is_still_stored() {
    let server = signed().with(|setup| setup.journal.queue = 2).start().await;
    let request = Request::post(STATUS).meta();
    let held = hold_disk(&server);
    let mut waiting = Vec::new();
    for expected in 1..=2 {
        let mut client = server.connect().await;
        client.send(&request.bytes()).await;
        until(|| server.journal.gauges().waiting == expected).await;
        waiting.push(client);
    }
    let answer = server.ask(&request).await;
    answer.assert_refused(503, "unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    drop(held);
    for mut client in waiting {
        client.answer().await.unwrap().assert_success();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_hangs_up_early_changes_nothing_for_others() {
    let server = signed().start().await;
    let held = hold_disk(&server);
    let mut gone = server.connect().await;
    gone.send(&Request::post(STATUS).meta().bytes()).await;
    until(|| server.journal.gauges().waiting == 1).await;
    drop(gone);
    drop(held);
    let again = server.ask(&Request::post(STATUS).meta()).await;
    again.assert_success();
    assert_eq!(server.events().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_finishes_what_waits_for_its_commit() {
    let server = signed().start().await;
    let mut resting = server.connect().await;
    assert!(resting.is_served().await);
    let held = hold_disk(&server);
    let mut client = server.connect().await;
    client.send(&Request::post(STATUS).meta().bytes()).await;
    until(|| server.journal.gauges().waiting == 1).await;

    let address = server.receiver.address();
    let stopping = tokio::spawn(server.receiver.stop());
    assert!(resting.is_closed().await, "connections without a request end at once");
    assert!(!stopping.is_finished());
    drop(held);
    let answer = client.answer().await.unwrap();
    answer.assert_success();
    assert_eq!(answer.header("connection"), Some("close"));
    stopping.await.unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
    // Its owner's alone, to be closed: a worker thread lets go of it a moment after it has answered.
    until(|| Arc::strong_count(&server.journal) == 1).await;
}
