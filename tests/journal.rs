//! The journal by behaviour: what is answered is stored, counted once, found again.

use bytes::Bytes;
use std::path::Path;
use watop::event::{Detail, Event, Inbound, Key, Millis, Seconds, Text};
use watop::journal::{Journal, Options, RawRequest, Reader, Receipt, Submission, Unavailable};
use watop::source::{self, Feed};

/// 2026-01-01T00:00:00Z.
const T0: i64 = 1_767_225_600_000;

fn event(id: &str, text: &str) -> Event {
    let key = id
        .bytes()
        .fold(7u128, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(0x0100_0000_01b3_0000_0000_9e37_79b9_7f4b));
    Event {
        seq: 0,
        request: 0,
        received_at: Millis(0),
        key: Key(key.rotate_right(40)),
        amends: None,
        verified: None,
        path: "$.messages[0]".into(),
        provider_at: Some(Seconds(T0 / 1000)),
        number: Some("85212345678".into()),
        customer: Some("+4915112345678".into()),
        name: None,
        detail: Detail::Inbound(Inbound {
            message_id: id.into(),
            meta_message_id: None,
            r#type: "text".into(),
            text: Some(text.into()),
            preview: text.into(),
            context: None,
            errors: vec![],
            costs: vec![],
            group: None,
            referral: None,
        }),
    }
}

fn raw(body: &str, received_at: i64) -> RawRequest {
    RawRequest {
        received_at: Millis(received_at),
        peer: "203.0.113.7".into(),
        path: "/webhook".into(),
        headers: vec![("x-hub-signature-256".into(), Bytes::from_static(b"sha256=00\xff"))],
        verified: None,
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

fn submit(journal: &Journal, events: Vec<Event>, received_at: i64) -> Result<Receipt, Unavailable> {
    let submission = Submission { raw: raw("{}", received_at), events };
    journal.writer().submit(submission)?.blocking_recv().expect("the writer answers")
}

fn open(dir: &Path) -> Journal {
    Journal::open(dir, Options::default()).unwrap()
}

fn texts(reader: &Reader) -> Vec<(u64, Text)> {
    let mut found = Vec::new();
    let mut page = 0;
    while let Some(batch) = reader.next(page).unwrap() {
        page = batch.page;
        found.extend(batch.events.iter().map(|event| match &event.detail {
            Detail::Inbound(inbound) => (event.seq, inbound.text.clone().unwrap_or_default()),
            _ => (event.seq, Text::default()),
        }));
    }
    found
}

#[test]
fn a_reader_sees_what_was_answered() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let receipt = submit(&journal, vec![event("a", "one"), event("b", "two")], T0).unwrap();
    assert_eq!(receipt, Receipt { request: 1, events: 2, duplicates: 0 });
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(texts(&reader), [(1, "one".into()), (2, "two".into())]);
    assert_eq!(reader.request(1).unwrap(), Some(raw("{}", T0)));
    assert_eq!(reader.request(2).unwrap(), None);
    let stats = reader.stats().unwrap();
    assert_eq!((stats.last_page, stats.last_seq, stats.last_request, stats.start), (1, 2, 1, Some(Millis(T0))));
    drop(journal);
    assert_eq!(texts(&reader).len(), 2, "after the receiver ended too");
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
        submit(&journal, vec![event(&format!("old{n}"), "")], T0).unwrap();
    }
    let mut feed = source::live(&journal, Reader::open(dir.path()).unwrap()).unwrap();
    // Many more than the live channel holds, before anything is taken from the source.
    for n in 0..300 {
        submit(&journal, vec![event(&format!("new{n}"), "")], T0).unwrap();
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
        submit(&journal, vec![event(&n.to_string(), "")], T0).unwrap();
    }
    assert_eq!(pages(&mut feed, 10).0, (1..=10).collect::<Vec<_>>());
    drop(journal);
    let journal = open(&data);
    submit(&journal, vec![event("11", "")], T0).unwrap();
    assert_eq!(pages(&mut feed, 11).0, [11]);
}
