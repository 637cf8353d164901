//! What happened before the curtain rises: an hour of seeded traffic with a template that is paused at its end, the examples of
//! the protocol, refused requests, and a forward target that fails.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use watop::event::{Millis, Origin, Scheme, Text, Verified, decode};
use watop::journal::operator::{Attempt, Fate, Operator, Refused, RefusedCount};
use watop::journal::{Batch, Journal, Options, RawRequest, Reader, Receipt, Submission, Unavailable};
use watop::receiver::{Finding, examine};
use watop::simulate::{Delivery, Secrets, Settings, Traffic, signed_request};
use watop::tui::panes::Intake;

/// 14:32:07 on 12 March 2026 in Hong Kong, where the screen's clock stands.
pub(crate) const NOW: Millis = Millis(1_773_297_127_000);

/// An ordinary half hour, and the last three minutes of a busier one, in which a template is paused.
const BEFORE: Settings = Settings { seed: 7, rate: 1.2, start: Millis(NOW.0 - 26 * 60_000) };
const INCIDENT: Settings = Settings { seed: 8, rate: 6.0, start: Millis(NOW.0 - 190_000) };

/// Requests that wait together at most.
const TOGETHER: usize = 500;

/// A data directory and what a screen is told of it.
pub(crate) struct World {
    directory: Arc<tempfile::TempDir>,
    pub(crate) batches: Vec<Arc<Batch>>,
    pub(crate) intake: Intake,
}

impl World {
    /// Nothing was posted yet.
    pub(crate) fn empty() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Journal::open(directory.path(), Options::default()).unwrap();
        Self { directory: directory.into(), batches: Vec::new(), intake: intake() }
    }

    /// An ordinary half hour, and an incident at its end.
    pub(crate) fn of_an_incident() -> Self {
        Self::with_bodies(|body| body)
    }

    /// The same with every body as `put` puts it.
    pub(crate) fn with_bodies(put: impl Fn(bytes::Bytes) -> bytes::Bytes) -> Self {
        let directory = tempfile::tempdir().unwrap();
        // The tests have a clock of their own: nothing may be too old for the journal's.
        let options = Options { retention: Duration::from_secs(100 * 365 * 86_400), ..Options::default() };
        let journal = Journal::open(directory.path(), options).unwrap();
        let before = Traffic::new(BEFORE).map(|delivery| (at(&BEFORE, &delivery), delivery));
        let incident = Traffic::new(INCIDENT).map(|delivery| (at(&INCIDENT, &delivery), delivery));
        let traffic = before.take_while(|(at, _)| *at < INCIDENT.start).chain(incident.take_while(|(at, _)| *at < NOW));
        let (faulty, sound): (Vec<_>, Vec<_>) = traffic.partition(|(_, delivery)| delivery.fault.is_some());
        let examples = examples().into_iter().map(|body| (BEFORE.start, body));
        let posts = examples.chain(sound.into_iter().map(|(at, delivery)| (at, delivery.body)));
        let posts: Vec<_> = posts.map(|(at, body)| (at, put(body))).collect();
        for together in posts.chunks(TOGETHER) {
            let receipts: Vec<_> = together.iter().map(|(at, body)| post(&journal, *at, body)).collect();
            for receipt in receipts {
                receipt.blocking_recv().unwrap().unwrap();
            }
        }
        let mut operator = Operator::open(directory.path()).unwrap();
        refuse(&mut operator, &faulty);
        forward(&mut operator, posts.len() as u64);
        drop(journal);
        let batches = batches(directory.path());
        Self { directory: directory.into(), batches, intake: intake() }
    }

    /// The same with another door.
    pub(crate) fn with_intake(&self, intake: Intake) -> Self {
        Self { directory: self.directory.clone(), batches: self.batches.clone(), intake }
    }

    /// The data directory.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }
}

pub(crate) fn secrets() -> Secrets {
    Secrets::new("nxcloud's", "fme2na3k", "meta's")
}

fn intake() -> Intake {
    Intake::new("http://127.0.0.1:8787/webhook".to_owned(), Millis(NOW.0 - 90_000), &secrets().signing())
}

fn at(settings: &Settings, delivery: &Delivery) -> Millis {
    Millis(settings.start.0 + i64::try_from(delivery.at_ms).unwrap())
}

fn post(
    journal: &Journal,
    received_at: Millis,
    body: &bytes::Bytes,
) -> oneshot::Receiver<Result<Receipt, Unavailable>> {
    let verified = Some(Verified { scheme: Scheme::Nxcloud, secret: "demo".into() });
    let origin = Origin { received_at, verified: verified.clone() };
    let events = decode(body, &origin, &journal.key_secret());
    let raw = RawRequest {
        received_at,
        peer: "203.0.113.7".into(),
        path: "/webhook".into(),
        headers: vec![
            ("content-type".into(), "application/json".into()),
            ("accesskey".into(), "fme2na3k".into()),
            ("sign".into(), "9d0d5b1e0c1b4f2f8f3c1f7a".into()),
        ],
        verified,
        body: body.clone(),
    };
    journal.writer().submit(Submission { raw, events }).unwrap()
}

/// The protocol's examples, in the order of their numbers.
fn examples() -> Vec<bytes::Bytes> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/examples");
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).unwrap().into()).collect()
}

/// What would have been answered 401, with the explanation that a receiver would have found.
fn refuse(operator: &mut Operator, faulty: &[(Millis, Delivery)]) {
    let signing = secrets().signing();
    let address = SocketAddr::from(([127, 0, 0, 1], 8787));
    let mut counts = BTreeMap::new();
    let mut list = Vec::new();
    for (at, delivery) in faulty {
        let at = *at;
        let request = signed_request(address, "/webhook", &secrets(), delivery, at);
        let (headers, body) = parts(&request);
        let raw: Vec<(Text, Vec<u8>)> =
            headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
        let (reason, explanation) = match examine(&signing, &raw, &body, Some(at)).unwrap() {
            Finding::Stale { .. } => (
                "stale_timestamp",
                "correctly signed, 12 min old: if retries keep their ts, set ts_tolerance = off".to_owned(),
            ),
            Finding::Wrong { explanation, .. } if raw.iter().any(|(name, _)| name.eq_ignore_ascii_case("sign")) => {
                ("bad_signature", explanation)
            }
            Finding::Wrong { explanation, .. } => ("missing_signature", explanation),
            found => panic!("{found:?} is no fault"),
        };
        *counts.entry((at.0.div_euclid(60_000) * 60_000, reason)).or_insert(0) += 1;
        list.push(Refused {
            n: 0,
            at,
            peer: "203.0.113.24".into(),
            path: "/webhook".into(),
            answer: 401,
            reason: reason.into(),
            explanation: Some(explanation),
            headers,
            length: body.len() as u64,
            body,
        });
    }
    let counts = counts.into_iter().map(|((minute, reason), count)| RefusedCount {
        minute: Millis(minute),
        reason: reason.into(),
        answer: 401,
        count,
    });
    operator.add_refused(list, counts.collect()).unwrap();
}

/// Headers and body of a request as it is sent.
fn parts(request: &[u8]) -> (Vec<(Text, String)>, Vec<u8>) {
    let end = request.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = str::from_utf8(&request[..end]).unwrap();
    let headers = head.lines().skip(1).map(|line| line.split_once(": ").unwrap());
    (headers.map(|(name, value)| (name.into(), value.to_owned())).collect(), request[end + 4..].to_vec())
}

/// A target that took what came at first, then answered slowly and wrong, and now takes nothing.
fn forward(operator: &mut Operator, requests: u64) {
    const TARGET: &str = "http://127.0.0.1:3000/hook";
    let from = requests - 40;
    operator.forward_start(TARGET, b"journal", from, BEFORE.start).unwrap();
    let numbers: Vec<u64> = (from + 1..=requests).collect();
    operator.forward_take(TARGET, requests, &numbers, 0).unwrap();
    operator.forward_begin(TARGET, &numbers[..32]).unwrap();
    let ended: Vec<_> = numbers[..32].iter().zip(0_u32..).map(|(request, at)| attempt(TARGET, *request, at)).collect();
    let fault = ("answers 503", Millis(NOW.0 - 42_000));
    operator.forward_end(TARGET, &ended, Some(fault), NOW).unwrap();
}

fn attempt(target: &str, request: u64, at: u32) -> (Attempt, Fate) {
    let (status, body, error, fate) = match at {
        0..24 => (Some(200), "ok", None, Fate::Done),
        24..28 => (Some(500), "TypeError: cannot read properties of undefined (reading 'id')", None, Fate::GivenUp),
        28..30 => (None, "", Some("no answer within 10 s".to_owned()), Fate::Again(Millis(NOW.0 + 5_000))),
        _ => (Some(503), "upstream unavailable", None, Fate::Again(Millis(NOW.0 + 9_000))),
    };
    let attempt = Attempt {
        at: Millis(NOW.0 - 90_000 + i64::from(at) * 1_500),
        target: target.into(),
        request,
        kinds: "status".into(),
        attempt: 1,
        took_ms: 8 + at * at,
        status,
        error,
        given_up: fate == Fate::GivenUp,
        headers: vec![("server".into(), "handler/1".to_owned())],
        body: body.into(),
        length: body.len() as u64,
        ..Attempt::default()
    };
    (attempt, fate)
}

fn batches(directory: &Path) -> Vec<Arc<Batch>> {
    let reader = Reader::open(directory).unwrap();
    let pages = std::iter::successors(reader.next(0).unwrap(), |batch| reader.next(batch.page).unwrap());
    pages.map(Arc::new).collect()
}
