//! The journal by behaviour: what is answered is stored, counted once, found again.

use bytes::Bytes;
use serde_json::{Value, json};
use std::path::Path;
use watop::event::{self, Event, Millis, Origin, Text};
use watop::journal::{Journal, Options, RawRequest, Reader, Receipt, Submission, Unavailable};
use watop::source::{self, Feed};

/// 2026-01-01T00:00:00Z.
const T0: i64 = 1_767_225_600_000;

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
    assert_eq!(post(&journal, &body, T0).unwrap(), Receipt { request: 1, events: 2, duplicates: 0 });
    let reader = Reader::open(dir.path()).unwrap();
    let stored = events(&reader);
    let expected = submission(&journal, &body, T0).events;
    assert_eq!(stored.len(), 2);
    for ((stored, expected), seq) in stored.into_iter().zip(expected).zip(1..) {
        assert_eq!(stored, Event { seq, request: 1, ..expected });
    }
    assert_eq!(reader.request(1).unwrap(), Some(raw(&body, T0)));
    assert_eq!(reader.request(2).unwrap(), None);
    let stats = reader.stats().unwrap();
    assert_eq!((stats.last_page, stats.last_seq, stats.last_request, stats.start), (1, 2, 1, Some(Millis(T0))));
    drop(journal);
    assert_eq!(events(&reader).len(), 2, "after the receiver ended too");
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
        post(&journal, &status(&format!("old{n}"), "sent"), T0).unwrap();
    }
    let mut feed = source::live(&journal, Reader::open(dir.path()).unwrap()).unwrap();
    // Many more than the live channel holds, before anything is taken from the source.
    for n in 0..300 {
        post(&journal, &status(&format!("new{n}"), "sent"), T0).unwrap();
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
        post(&journal, &status(&n.to_string(), "sent"), T0).unwrap();
    }
    assert_eq!(pages(&mut feed, 10).0, (1..=10).collect::<Vec<_>>());
    drop(journal);
    let journal = open(&data);
    post(&journal, &status("11", "sent"), T0).unwrap();
    assert_eq!(pages(&mut feed, 11).0, [11]);
}
