//! What the tests of the journal share: bodies, posting, reading everything back.

use bytes::Bytes;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use watop::event::{self, Event, Millis, Origin};
use watop::journal::{Journal, Options, RawRequest, Reader, Receipt, Submission, Unavailable};
use watop::source::Feed;

/// When the test began, UTC ms: what is past retention would be removed at once.
pub(crate) static T0: LazyLock<i64> = LazyLock::new(now);
pub(crate) const DAY: i64 = 86_400_000;

pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

pub(crate) fn open(dir: &Path) -> Journal {
    open_with(dir, Options::default())
}

pub(crate) fn open_with(dir: &Path, options: Options) -> Journal {
    Journal::open(dir, options).unwrap()
}

pub(crate) fn raw(body: &Value, received_at: i64) -> RawRequest {
    RawRequest {
        received_at: Millis(received_at),
        peer: "203.0.113.7".into(),
        path: "/webhook".into(),
        headers: vec![("x-hub-signature-256".into(), Bytes::from_static(b"sha256=00\xff"))],
        verified: None,
        body: body.to_string().into(),
    }
}

pub(crate) fn submission(journal: &Journal, body: &Value, received_at: i64) -> Submission {
    let raw = raw(body, received_at);
    let origin = Origin { received_at: raw.received_at, verified: None };
    let events = event::decode(&raw.body, &origin, &journal.key_secret());
    Submission { raw, events }
}

/// Posts a body as the receiver does, and waits for its answer.
pub(crate) fn post(journal: &Journal, body: &Value, received_at: i64) -> Result<Receipt, Unavailable> {
    journal.writer().submit(submission(journal, body, received_at))?.blocking_recv().expect("the writer answers")
}

pub(crate) fn status(id: &str, status: &str) -> Value {
    json!({"business_phone": "85212345678", "statuses": [
        {"id": id, "status": status, "timestamp": "1767225600", "recipient_id": "4915112345678"}]})
}

/// All batches, as committed.
pub(crate) fn events(reader: &Reader) -> Vec<Event> {
    let mut events = Vec::new();
    let mut page = 0;
    while let Some(batch) = reader.next(page).unwrap() {
        page = batch.page;
        events.extend(batch.events);
    }
    events
}

/// Events as a list shows them: amendments merged in.
pub(crate) fn settled(reader: &Reader) -> Vec<Event> {
    let mut events = Vec::new();
    let mut page = 0;
    while let Some(mut batch) = reader.next(page).unwrap() {
        page = batch.page;
        reader.settle(&mut batch).unwrap();
        events.extend(batch.events);
    }
    events
}

/// Many requests at once, so that they share commits; all are answered.
pub(crate) fn post_all(journal: &Journal, bodies: impl IntoIterator<Item = (Value, i64)>) -> Vec<Receipt> {
    let writer = journal.writer();
    let answers: Vec<_> = bodies
        .into_iter()
        .map(|(body, at)| writer.submit(submission(journal, &body, at)).expect("there is room"))
        .collect();
    answers.into_iter().map(|answer| answer.blocking_recv().unwrap().unwrap()).collect()
}

/// A body with `count` statuses of different messages.
pub(crate) fn many(first: usize, count: usize) -> Value {
    let statuses: Vec<_> = (first..first + count)
        .map(|n| {
            json!({"id": format!("wamid.{n}"), "status": "sent", "timestamp": "1767225600",
                   "recipient_id": format!("49151{:07}", n / 3)})
        })
        .collect();
    json!({"business_phone": "85212345678", "statuses": statuses})
}

/// Waits for a condition that another thread brings about.
pub(crate) fn wait(mut condition: impl FnMut() -> bool) {
    let end = std::time::Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(std::time::Instant::now() < end, "waited a minute in vain");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Pages of a source until it has handed over `until`, and how many of them were history.
pub(crate) fn pages(feed: &mut tokio::sync::mpsc::Receiver<Feed>, until: u64) -> (Vec<u64>, usize) {
    let (mut pages, mut history) = (Vec::new(), 0);
    while pages.last() != Some(&until) {
        match feed.blocking_recv().expect("the source goes on") {
            Feed::History { batch, done, total } => {
                history += 1;
                assert!(done <= total, "{done} of {total}");
                pages.push(batch.page);
            }
            Feed::Live(batch) => pages.push(batch.page),
            Feed::CaughtUp | Feed::Writer(_) | Feed::Ended(_) => {}
            Feed::Lost(reason) => panic!("{reason}"),
            Feed::Rewritten => panic!("nobody changed what is stored"),
        }
    }
    (pages, history)
}
