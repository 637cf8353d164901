//! Many deliveries at once, in any order and any number of times, are counted exactly.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
#![expect(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

#[path = "support/count.rs"]
mod count;
#[path = "support/watop.rs"]
mod support;
#[path = "support/wild.rs"]
mod wild;

use count::{Count, comparable};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use support::{PATH, Serving, report, secrets};
use watop::event::Millis;
use watop::simulate::client::Connection;
use watop::simulate::{Delivery, Settings, Traffic, signed_request};

const SEED: u64 = 20_000;

fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

/// 20,000 deliveries: simulated traffic, wild ones, and repetitions of both, shuffled.
fn deliveries() -> Vec<Delivery> {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let start = Millis(now().0 - 600_000);
    let traffic = Traffic::new(Settings { seed: SEED, rate: Settings::DEFAULT_RATE, start });
    let mut deliveries: Vec<Delivery> = traffic.take(13_000).collect();
    deliveries.extend(wild::deliveries(&mut rng, start.0 / 1000, 3_000));
    while deliveries.len() < 20_000 {
        deliveries.push(deliveries[rng.usize(..deliveries.len())].clone());
    }
    rng.shuffle(&mut deliveries);
    deliveries
}

/// Posts everything over several connections; each answer must be the one that the delivery deserves.
async fn post(address: SocketAddr, deliveries: &[Delivery]) {
    const CONNECTIONS: usize = 8;
    let share = deliveries.len().div_ceil(CONNECTIONS);
    let tasks: Vec<_> = deliveries
        .chunks(share)
        .map(|part| {
            let part = part.to_vec();
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await.expect("it listens");
                for delivery in part {
                    let request = signed_request(address, PATH, &secrets(), &delivery, now());
                    let answer = connection.post(&request).await.expect("an answer");
                    let deserved = if delivery.fault.is_some() { 401 } else { 200 };
                    assert_eq!(answer.status, deserved, "{delivery:?}");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("every answer is right");
    }
}

/// Compares what the program reports with the independent count, number by number.
fn assert_counted(data_dir: &Path, count: &Count) {
    let mut expected = count.report();
    let mut found = comparable(&report(data_dir));
    for part in ["time_to_deliver_s", "time_to_read_s"] {
        let (expected, found) = (expected["funnel"][part].take(), found["funnel"][part].take());
        assert_eq!(found["count"], expected["count"], "{part}");
        for percentile in ["p50", "p95", "p99"] {
            let [expected, found] = [&expected, &found].map(|latency| latency[percentile].as_f64().expect("a number"));
            let tolerance = (expected * 0.03).max(1.0);
            assert!((found - expected).abs() <= tolerance, "{part} {percentile}: {found}, not {expected}");
        }
    }
    // Two messages in one second: either may be the last.
    let (expected_rows, found_rows) = (rows(&mut expected, "conversations"), rows(&mut found, "conversations"));
    for (expected, found) in expected_rows.iter_mut().zip(found_rows) {
        let candidates = expected["last_type"].take();
        let last_type = found["last_type"].take();
        assert!(candidates.as_array().is_some_and(|types| types.contains(&last_type)), "{last_type} in {expected}");
    }
    for part in ["failures", "conversations", "alerts", "costs"] {
        let (expected, found) = (rows(&mut expected, part), rows(&mut found, part));
        for (expected, found) in expected.iter().zip(found.iter()) {
            assert_eq!(found, expected, "{part}");
        }
        assert_eq!(found.len(), expected.len(), "rows of {part}");
    }
    assert_eq!(found, expected);
}

fn rows<'a>(report: &'a mut Value, part: &str) -> &'a mut Vec<Value> {
    report[part].as_array_mut().expect("a list")
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_deliveries_are_counted_exactly_now_after_a_restart_and_when_they_come_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let deliveries = deliveries();
    let mut count = Count::default();
    let stored = || deliveries.iter().filter(|delivery| delivery.fault.is_none());
    stored().for_each(|delivery| count.add(&delivery.body));
    let refused = deliveries.iter().filter(|delivery| delivery.fault.is_some()).count();

    let serving = Serving::start(dir.path());
    post(serving.address, &deliveries).await;
    assert_counted(dir.path(), &count);
    serving.stop();
    assert_counted(dir.path(), &count);
    assert_eq!(report(dir.path())["ingest"]["refused"], refused);

    let serving = Serving::start(dir.path());
    assert_counted(dir.path(), &count);
    post(serving.address, &deliveries).await;
    stored().for_each(|delivery| count.add(&delivery.body));
    assert_counted(dir.path(), &count);
    serving.stop();
}
