//! Delivery to handlers: what is forwarded and replayed, in which order, and what happens when a handler or watop itself fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

#[path = "forward/delivery.rs"]
mod delivery;
#[path = "forward/replay.rs"]
mod replay;
#[path = "forward/resend.rs"]
mod resend;
#[path = "support/watop.rs"]
mod support;
#[path = "forward/target.rs"]
mod target;

use bytes::Bytes;
use std::path::{Path, PathBuf};
use std::process::Output;
use support::{PATH, Serving, report, secrets, watop};
use watop::config::Algorithm;
use watop::event::Millis;
use watop::simulate::client::Connection;
use watop::simulate::{Delivery, Shape, signed_request};

fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

/// Runs a command on a data directory, however it ends.
fn outcome(data_dir: &Path, arguments: &[&str]) -> Output {
    watop(data_dir).args(arguments).arg("--data-dir").arg(data_dir).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// One JSON object per line.
fn lines(out: &str) -> Vec<serde_json::Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A data directory with the examples in it, forwarded to nobody.
fn stored() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(dir.path());
    post_all(&serving, examples());
    serving.stop();
    assert_eq!(report(dir.path())["ingest"]["requests"], 58);
    dir
}

/// The examples of the protocol, by name.
fn examples() -> Vec<Bytes> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/examples");
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert_eq!(files.len(), 58);
    files.into_iter().map(|file| std::fs::read(file).unwrap().into()).collect()
}

/// A status of a message, as NXCloud posts it.
fn status(id: &str, status: &str) -> Bytes {
    let ts = now().0 / 1000;
    format!(r#"{{"statuses":[{{"id":"{id}","status":"{status}","timestamp":"{ts}","recipient_id":"85251"}}]}}"#).into()
}

/// Posts `bodies` one after the other, signed; each must be answered 200. Gives the numbers of the requests.
fn post_all(serving: &Serving, bodies: impl IntoIterator<Item = Bytes>) -> Vec<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = Connection::open(serving.address).await.unwrap();
        let mut requests = Vec::new();
        for (position, body) in bodies.into_iter().enumerate() {
            let shape = match position % 3 {
                0 => Shape::Meta,
                1 => Shape::Nxcloud(Algorithm::Md5),
                _ => Shape::Nxcloud(Algorithm::Sha256),
            };
            let delivery = Delivery { at_ms: 0, shape, body, fault: None };
            let request = signed_request(serving.address, PATH, &secrets(), &delivery, now());
            let answer = connection.post(&request).await.unwrap();
            assert_eq!(answer.status, 200);
            requests.push(answer.request.unwrap());
        }
        requests
    })
}
