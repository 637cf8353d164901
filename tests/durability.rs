//! What was answered 200 is stored: after `kill -9`, after a restart, and counted right for every example of the protocol.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
#![expect(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

#[path = "support/watop.rs"]
mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::{PATH, Serving, report, run, secrets};
use tokio::sync::Notify;
use watop::config::Algorithm;
use watop::event::Millis;
use watop::simulate::client::Connection;
use watop::simulate::{Delivery, Settings, Shape, Traffic, signed_request};

fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

/// What an event is known by: the message's id and, of a status, its value.
type Name = (String, Option<String>);

/// The statuses and messages that a body tells of.
fn names(body: &[u8]) -> Vec<Name> {
    let top: Value = serde_json::from_slice(body).expect("JSON");
    let values = match top["entry"][0]["changes"].as_array() {
        Some(changes) => changes.iter().map(|change| &change["value"]).collect(),
        None => vec![&top],
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let elements = values.iter().flat_map(|value| [&value["statuses"], &value["messages"]]);
    elements
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|element| Some((text(&element["id"])?, text(&element["status"]))))
        .collect()
}

/// A request that was answered 200.
struct Stored {
    request: u64,
    names: Vec<Name>,
}

/// Posts `deliveries` one after the other until one is not answered.
async fn post_until_it_dies(
    address: SocketAddr,
    deliveries: Vec<Delivery>,
    answered: Arc<AtomicUsize>,
    enough: (usize, Arc<Notify>),
) -> Vec<Stored> {
    let mut stored = Vec::new();
    let Ok(mut connection) = Connection::open(address).await else { return stored };
    for delivery in deliveries {
        let request = signed_request(address, PATH, &secrets(), &delivery, now());
        let Ok(answer) = connection.post(&request).await else { break };
        assert_eq!(answer.status, 200);
        let request = answer.request.expect("a stored request has a number");
        stored.push(Stored { request, names: names(&delivery.body) });
        if answered.fetch_add(1, Ordering::Relaxed) + 1 == enough.0 {
            enough.1.notify_one();
        }
    }
    stored
}

/// One round: traffic over several connections, and `kill -9` once `kill_after` requests are answered.
async fn round(data_dir: &Path, seed: u64, kill_after: usize) -> Vec<Stored> {
    const CONNECTIONS: usize = 16;
    const MORE_THAN_ENOUGH: usize = 12_000;
    let serving = Serving::start(data_dir);
    let mut seen = BTreeSet::new();
    let mut queues = vec![Vec::new(); CONNECTIONS];
    // Only what tells of something new: then each event must carry the number of the request that was answered.
    let traffic = Traffic::new(Settings { seed, rate: Settings::DEFAULT_RATE, start: now() })
        .filter(|delivery| delivery.fault.is_none())
        .filter(|delivery| {
            let names = names(&delivery.body);
            !names.is_empty() && names.into_iter().all(|name| seen.insert(name))
        });
    for (position, delivery) in traffic.take(MORE_THAN_ENOUGH).enumerate() {
        queues[position % CONNECTIONS].push(delivery);
    }
    let answered = Arc::new(AtomicUsize::new(0));
    let enough = Arc::new(Notify::new());
    let tasks: Vec<_> = queues
        .into_iter()
        .map(|queue| {
            let enough = (kill_after, enough.clone());
            tokio::spawn(post_until_it_dies(serving.address, queue, answered.clone(), enough))
        })
        .collect();
    tokio::time::timeout(support::PATIENCE, enough.notified()).await.expect("it answers");
    // Dropped is killed, as by `kill -9`.
    drop(serving);
    let mut stored = Vec::new();
    for task in tasks {
        stored.extend(task.await.expect("no panic"));
    }
    assert!(stored.len() < MORE_THAN_ENOUGH, "killed in the middle of the traffic");
    stored
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_answered_200_is_lost_by_kill_9() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut moments = fastrand::Rng::with_seed(3);
    let mut stored = Vec::new();
    for seed in 0..5 {
        stored.extend(round(dir.path(), seed, moments.usize(200..2_500)).await);
    }
    let mut kept: BTreeMap<Name, u64> = BTreeMap::new();
    for line in run(dir.path(), &["events", "--format", "ndjson"]).lines() {
        let event: Value = serde_json::from_str(line).expect("one JSON object per line");
        if let Some(id) = event["message_id"].as_str() {
            let status = event["status"].as_str().map(str::to_owned);
            kept.insert((id.to_owned(), status), event["request"].as_u64().expect("a number"));
        }
    }
    let numbers: BTreeSet<u64> = stored.iter().map(|stored| stored.request).collect();
    assert_eq!(numbers.len(), stored.len(), "no two requests are answered with one number");
    for Stored { request, names } in &stored {
        for name in names {
            assert_eq!(kept.get(name), Some(request), "{name:?} was answered 200 as request {request}");
        }
    }
}

/// The protocol's examples, in order of their names.
fn examples() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/examples");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files.iter().map(|path| std::fs::read(path).expect("an example")).collect()
}

/// Posts every example once, signed with md5 and sha256 in turn.
async fn post_examples(address: SocketAddr) {
    let mut connection = Connection::open(address).await.expect("it listens");
    let algorithms = [Algorithm::Md5, Algorithm::Sha256].into_iter().cycle();
    for (body, algorithm) in examples().into_iter().zip(algorithms) {
        let delivery = Delivery { at_ms: 0, body: body.into(), shape: Shape::Nxcloud(algorithm), fault: None };
        let request = signed_request(address, PATH, &secrets(), &delivery, now());
        assert_eq!(connection.post(&request).await.expect("an answer").status, 200);
    }
}

/// The figures that the examples must give; `times` is how often each was posted.
fn assert_examples_are_counted(report: &Value, times: u64) {
    let ingest = &report["ingest"];
    assert_eq!(ingest["requests"], 58 * times);
    assert_eq!(ingest["events"], 58);
    assert_eq!(ingest["duplicates"], 58 * (times - 1));
    assert_eq!(ingest["unrecognised"], 0);
    assert_eq!(ingest["refused"], 0);
    let funnel = &report["funnel"];
    let steps = ["attempted", "sent", "delivered", "read"].map(|step| funnel[step].as_u64().expect("a count"));
    assert_eq!(steps, [23, 1, 1, 1]);
    assert_eq!(funnel["outcomes"]["failed"], 22);
    let list = |name: &str| report[name].as_array().expect("a list").clone();
    assert_eq!(list("failures").len(), 21, "effective codes");
    let conversations = list("conversations");
    assert_eq!(conversations.len(), 4);
    assert_eq!(conversations.iter().filter_map(|row| row["inbound"].as_u64()).sum::<u64>(), 17);
    assert_eq!(list("alerts").len(), 15);
    let usd_out: Vec<String> = list("costs")
        .iter()
        .filter(|cost| cost["currency"] == "USD" && cost["direction"] == "outbound")
        .filter_map(|cost| cost["amount"].as_str().map(str::to_owned))
        .filter(|amount| !amount.trim_matches(['0', '.']).is_empty())
        .collect();
    assert_eq!(usd_out, ["0.02"]);
}

#[tokio::test]
async fn the_protocols_examples_are_counted_right_whatever_is_repeated_or_restarted() {
    let dir = tempfile::tempdir().expect("a directory");
    let serving = Serving::start(dir.path());
    post_examples(serving.address).await;
    post_examples(serving.address).await;
    assert_examples_are_counted(&report(dir.path()), 2);
    serving.stop();
    assert_examples_are_counted(&report(dir.path()), 2);
    let serving = Serving::start(dir.path());
    assert_examples_are_counted(&report(dir.path()), 2);
    post_examples(serving.address).await;
    assert_examples_are_counted(&report(dir.path()), 3);
    serving.stop();
}
