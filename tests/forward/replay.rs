//! `watop replay`.

use crate::support::{PATH, Serving, report, run};
use crate::target::{Post, Target};
use crate::{examples, lines, outcome, post_all, status, stored, text};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use watop::journal::Reader;

#[test]
fn all_examples_arrive_byte_exact_with_their_original_signature_headers() {
    let dir = stored();
    let target = Target::start();
    let said = outcome(dir.path(), &["replay", "--to", &target.url()]);
    assert!(said.status.success(), "{said:?}");
    assert!(text(&said.stderr).contains("58 sent") && text(&said.stderr).contains("58 answered 2xx"), "{said:?}");
    let posts: BTreeMap<_, _> = target.posts().into_iter().map(|post| (post.request(), post)).collect();
    let reader = Reader::open(dir.path()).unwrap();
    for (body, request) in examples().into_iter().zip(1..) {
        let post = &posts[&request];
        assert_eq!(post.body, body, "request {request}");
        assert_eq!(post.header("watop-replay"), "true");
        for (name, value) in reader.request(request).unwrap().unwrap().headers {
            assert_eq!(post.headers[name.as_str()].as_bytes(), value, "request {request}, {name}");
        }
    }
}

#[test]
fn a_capture_file_is_replayed_as_its_journal_is() {
    let dir = stored();
    let file = dir.path().join("all.ndjson.zst");
    run(dir.path(), &["export", "--output", file.to_str().unwrap()]);
    let (target, elsewhere) = (Target::start(), tempfile::tempdir().unwrap());
    let url = target.url();
    run(dir.path(), &["replay", "--to", &url]);
    let said = outcome(elsewhere.path(), &["replay", file.to_str().unwrap(), "--to", &url]);
    assert!(said.status.success(), "{said:?}");
    let posts = target.posts();
    let sorted = |posts: &[Post]| {
        let mut posts: Vec<_> = posts.iter().map(|post| (post.request(), post.body.clone())).collect();
        posts.sort();
        posts
    };
    assert_eq!(posts.len(), 116);
    assert_eq!(sorted(&posts[..58]), sorted(&posts[58..]));
    let signature = |post: &Post| post.headers.get("sign").or(post.headers.get("x-hub-signature-256")).cloned();
    assert!(posts.iter().all(|post| signature(post).is_some()));
    // The same deliveries, wherever they are kept: nothing is new to a comparison.
    let compared = outcome(dir.path(), &["replay", file.to_str().unwrap(), "--to", &url, "--compare"]);
    assert!(text(&compared.stderr).contains("0 changed, 0 not replayed"), "{compared:?}");
}

#[test]
fn a_bundle_is_replayed_in_either_form_and_says_that_it_is_masked() {
    let dir = stored();
    for name in ["bundle", "bundle.tar.zst"] {
        let bundle = dir.path().join(name);
        let bundle = bundle.to_str().unwrap();
        run(dir.path(), &["bundle", "--output", bundle]);
        let planned = outcome(dir.path(), &["replay", bundle, "--to", "http://127.0.0.1:9/", "--dry-run"]);
        assert_eq!(text(&planned.stdout).lines().count(), 58, "{planned:?}");
        assert!(text(&planned.stderr).contains("is masked: its bodies are not the originals"), "{planned:?}");
        let marked = outcome(dir.path(), &["replay", bundle, "--to", "http://127.0.0.1:9/", "--marked"]);
        assert!(marked.status.code() == Some(2) && text(&marked.stderr).contains("goes with a data directory"));
    }
    let nowhere = outcome(dir.path(), &["replay", "nowhere", "--to", "http://127.0.0.1:9/"]);
    assert!(nowhere.status.code() == Some(2) && text(&nowhere.stderr).contains("there is no nowhere"), "{nowhere:?}");
}

#[test]
fn resigned_requests_are_accepted_by_another_receiver() {
    let dir = stored();
    for resign in ["nxcloud", "meta"] {
        for algorithm in ["md5", "sha256"] {
            let other = tempfile::tempdir().unwrap();
            let serving = Serving::start(other.path());
            let url = format!("http://{}{PATH}", serving.address);
            run(dir.path(), &["replay", "--to", &url, "--resign", resign, "--algorithm", algorithm]);
            serving.stop();
            assert_eq!(report(other.path())["funnel"], report(dir.path())["funnel"]);
            let reader = Reader::open(other.path()).unwrap();
            let verified = reader.request(1).unwrap().unwrap().verified.unwrap();
            assert_eq!(verified.scheme.as_str(), resign);
        }
    }
    let wrong = outcome(dir.path(), &["replay", "--to", "http://127.0.0.1:9/", "--resign", "other"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("nxcloud, meta, env"), "{wrong:?}");
}

#[test]
fn filter_window_and_number_choose_what_is_sent() {
    let dir = stored();
    let count = |arguments: &[&str]| {
        let target = Target::start();
        let url = target.url();
        let all: Vec<_> = ["replay", "--to", &url].iter().chain(arguments).copied().collect();
        let said = outcome(dir.path(), &all);
        assert!(said.status.success(), "{said:?}");
        target.posts().iter().map(Post::request).collect::<BTreeSet<_>>()
    };
    assert_eq!(count(&["--filter", "status:failed"]).len(), 23);
    assert_eq!(count(&["--filter", "kind:inbound"]).len(), 17);
    assert_eq!(count(&["--request", "7"]), BTreeSet::from([7]));
    assert_eq!(count(&["--until", "2020-01-01T00:00:00Z"]).len(), 0);
    assert_eq!(count(&["--since", "10m"]).len(), 58);
    assert_eq!(count(&["--dry-run"]).len(), 0);
    let planned = run(dir.path(), &["replay", "--to", "http://127.0.0.1:9/", "--dry-run", "--format", "ndjson"]);
    assert_eq!(lines(&planned).len(), 58);
}

/// The numbers of the requests that a filter makes `export`, `events` and `replay` take.
fn taken_by(dir: &Path, filter: &str) -> [BTreeSet<u64>; 3] {
    let numbers = |arguments: &[&str]| -> BTreeSet<u64> {
        let all: Vec<_> = arguments.iter().copied().chain(["--filter", filter]).collect();
        lines(&run(dir, &all)).iter().filter_map(|line| line["request"].as_u64()).collect()
    };
    [
        numbers(&["export"]),
        numbers(&["events", "--format", "ndjson"]),
        numbers(&["replay", "--to", "http://127.0.0.1:9/", "--dry-run", "--format", "ndjson"]),
    ]
}

#[test]
fn a_filter_means_the_same_requests_whether_they_are_listed_exported_or_replayed() {
    let dir = stored();
    // Fields that an event has from the journal, not from its body, and a few of the other kind.
    let filters = [
        "seq:1..3",
        "-seq<40",
        "request:7",
        "scheme:meta",
        "age<1h",
        "age>1h",
        "code:131009 or seq:2",
        "status:failed",
    ];
    for filter in filters {
        let [exported, listed, replayed] = taken_by(dir.path(), filter);
        assert_eq!((&exported, &replayed), (&listed, &listed), "{filter}");
        assert_eq!(listed.is_empty(), filter == "age>1h", "{filter}: {listed:?}");
    }
}

#[test]
fn a_delivery_that_only_repeated_an_event_is_found_by_what_it_says_and_has_no_number_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(dir.path());
    let sent = status("wamid.1", "sent");
    post_all(&serving, [sent.clone(), status("wamid.2", "sent"), sent]);
    serving.stop();
    let [exported, listed, replayed] = taken_by(dir.path(), "id:wamid.1");
    assert_eq!((exported, replayed), (BTreeSet::from([1, 3]), BTreeSet::from([1, 3])), "both deliveries said it");
    assert_eq!(listed, BTreeSet::from([1]), "it is one event");
    for (filter, requests) in [("seq:1", vec![1]), ("seq<9", vec![1, 2]), ("-seq:1", vec![2]), ("request:3", vec![3])] {
        let [exported, _, replayed] = taken_by(dir.path(), filter);
        let requests = BTreeSet::from_iter(requests);
        assert_eq!((exported, replayed), (requests.clone(), requests), "{filter}");
    }
}

#[test]
fn numbers_of_events_cannot_be_asked_of_a_capture_file() {
    let dir = stored();
    let file = dir.path().join("all.ndjson");
    let file = file.to_str().unwrap();
    run(dir.path(), &["export", "--output", file]);
    let replay =
        |filter| outcome(dir.path(), &["replay", file, "--to", "http://127.0.0.1:9/", "--dry-run", "--filter", filter]);
    let said = replay("seq:5");
    assert_eq!(said.status.code(), Some(2), "{said:?}");
    assert!(
        text(&said.stderr).contains("keeps no numbers of events") && text(&said.stderr).contains("request:N"),
        "{said:?}"
    );
    assert_eq!(text(&replay("request:5").stdout).lines().count(), 1);
}

#[test]
fn requests_of_one_message_are_replayed_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(dir.path());
    let stages = ["sent", "delivered", "read"];
    let bodies = stages.iter().flat_map(|stage| (0..10).map(move |id| status(&format!("wamid.{id}"), stage)));
    post_all(&serving, bodies);
    serving.stop();
    let target = Target::start();
    run(dir.path(), &["replay", "--to", &target.url(), "--speed", "1000x", "--concurrency", "8"]);
    let mut last = BTreeMap::new();
    for post in target.taken() {
        let body: serde_json::Value = serde_json::from_slice(&post.body).unwrap();
        let before = last.insert(body["statuses"][0]["id"].to_string(), post.request());
        assert!(before < Some(post.request()));
    }
    assert_eq!(last.len(), 10);
}

#[test]
fn the_spacing_of_the_original_is_planned_at_the_speed_that_is_asked_for() {
    let dir = stored();
    let planned = |speed: &str| {
        let arguments = ["replay", "--to", "http://127.0.0.1:9/", "--dry-run", "--format", "ndjson", "--speed", speed];
        let last = lines(&run(dir.path(), &arguments)).pop().unwrap();
        last["after_ms"].as_u64().unwrap()
    };
    let (kept, tenth) = (planned("1x"), planned("10x"));
    assert!(kept > 0 && tenth == kept / 10 && planned("max") == 0, "{kept} and {tenth}");
    assert_eq!(outcome(dir.path(), &["replay", "--to", "http://127.0.0.1:9/", "--speed", "0x"]).status.code(), Some(2));
}

#[test]
fn answers_that_changed_since_the_last_replay_are_reported() {
    let dir = stored();
    let broken = Arc::new(AtomicBool::new(false));
    let is_broken = Arc::clone(&broken);
    let target = Target::answering(move |post| match (post.request(), is_broken.load(Ordering::Relaxed)) {
        (17, true) => (500, "broken".to_owned()),
        (18, true) => (200, "taken otherwise".to_owned()),
        _ => (200, "taken".to_owned()),
    });
    let url = target.url();
    let compare = ["replay", "--to", &url, "--compare", "--fail-if", "changed"];
    let first = outcome(dir.path(), &compare);
    assert!(first.status.success() && text(&first.stderr).contains("0 changed, 58 not replayed"), "{first:?}");
    let second = outcome(dir.path(), &compare);
    assert!(second.status.success() && text(&second.stderr).contains("0 changed, 0 not replayed"), "{second:?}");
    assert_eq!(text(&second.stdout), "");
    broken.store(true, Ordering::Relaxed);
    let third = outcome(dir.path(), &compare);
    assert_eq!(third.status.code(), Some(3), "{third:?}");
    assert!(text(&third.stderr).contains("2 answers changed"), "{third:?}");
    let changed: BTreeSet<_> = text(&third.stdout).lines().map(|line| line.trim().to_owned()).collect();
    assert_eq!(changed, BTreeSet::from(["17  200 → 500".to_owned(), "18  200, another body".to_owned()]));
    let replayed = lines(&run(dir.path(), &["forward", "--request", "17", "--format", "ndjson"]));
    let statuses: Vec<_> = replayed.iter().map(|row| row["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(200), Some(200), Some(500)]);
    assert!(replayed.iter().all(|row| row["origin"] == "replay"));
}

#[test]
fn a_replay_to_nobody_ends_at_once_and_says_so() {
    let dir = stored();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = outcome(dir.path(), &["replay", "--to", &format!("http://{nobody}/")]);
    assert_eq!(said.status.code(), Some(1));
    assert!(text(&said.stderr).contains("cannot connect"), "{said:?}");
    let empty = tempfile::tempdir().unwrap();
    let said = outcome(empty.path(), &["replay", "--to", &format!("http://{nobody}/")]);
    assert!(said.status.code() == Some(2) && text(&said.stderr).contains("holds no journal"), "{said:?}");
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0, "nothing is made");
}

#[test]
fn ctrl_c_ends_a_replay_with_its_summary() {
    let dir = stored();
    let target = Target::start();
    target.close();
    let child = crate::watop(dir.path())
        .args(["replay", "--to", &target.url(), "--concurrency", "2", "--timeout", "1s", "--data-dir"])
        .arg(dir.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    target.wait(|posts| posts.len() == 2);
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT).unwrap();
    // What is under way is waited for until its timeout, and no more is sent.
    let said = child.wait_with_output().unwrap();
    assert_eq!(said.status.code(), Some(1));
    let errors = text(&said.stderr);
    assert!(
        errors.contains("2 sent in ")
            && errors.contains("2 not answered")
            && errors.contains("stopped before everything was sent"),
        "{errors}"
    );
}
