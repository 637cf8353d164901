//! The forwarder of a running receiver.

use crate::support::Serving;
use crate::target::{Post, Target};
use crate::{examples, post_all, status};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, TcpListener};
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;
use watop::journal::operator::{Attempt, Operator, Target as State};

/// A data directory with a configuration file that forwards to `url` with short pauses.
struct Setup {
    dir: TempDir,
}

impl Setup {
    fn new(url: &str, more: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let text = format!("[[forward]]\nurl = \"{url}\"\nretry = \"10ms\"\n{more}\n");
        std::fs::write(dir.path().join("watop.toml"), text).unwrap();
        Self { dir }
    }

    fn serve(&self) -> Serving {
        let config = self.dir.path().join("watop.toml");
        Serving::start_with(self.dir.path(), &["--config", config.to_str().unwrap()])
    }

    fn operator(&self) -> Operator {
        Operator::open_read_only(self.dir.path()).unwrap()
    }

    /// Waits until the recorded attempts are enough.
    fn wait_attempts(&self, enough: impl Fn(&[Attempt]) -> bool) -> Vec<Attempt> {
        wait(|| self.operator().attempts_after(0).unwrap(), |attempts| enough(attempts))
    }

    /// Waits until the targets are as far as they should be.
    fn wait_targets(&self, enough: impl Fn(&[State]) -> bool) {
        wait(|| self.operator().forward_targets().unwrap(), |targets| enough(targets));
    }
}

/// Looks at the disk until what stands there is enough.
fn wait<T: std::fmt::Debug>(look: impl Fn() -> T, enough: impl Fn(&T) -> bool) -> T {
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    loop {
        let seen = look();
        if enough(&seen) {
            return seen;
        }
        assert!(std::time::Instant::now() < deadline, "waited in vain for {seen:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// An address of loopback where nobody listens.
fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Statuses of several messages, mixed: those of one message in their order.
fn mixed(messages: usize) -> Vec<Bytes> {
    let stages = ["sent", "delivered", "read"];
    stages
        .iter()
        .flat_map(|stage| (0..messages).map(move |message| status(&format!("wamid.{message}"), stage)))
        .collect()
}

/// Nothing came twice without a mark, and every number up to `count` was taken.
fn assert_complete(posts: &[Post], count: u64) {
    let mut seen = BTreeSet::new();
    for post in posts {
        assert!(seen.insert((post.request(), post.attempt())), "request {} came twice unmarked", post.request());
    }
    let taken: BTreeSet<_> = posts.iter().filter(|post| post.answered == Some(200)).map(Post::request).collect();
    assert_eq!(taken, (1..=count).collect());
}

/// The requests of each message were taken in the order of their receipt.
fn assert_in_order(taken: &[Post]) {
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for post in taken {
        let body: serde_json::Value = serde_json::from_slice(&post.body).unwrap();
        let id = body["statuses"][0]["id"].as_str().unwrap().to_owned();
        let request = post.request();
        let before = last.insert(id.clone(), request);
        assert!(before < Some(request), "{id}: {request} after {before:?}");
    }
}

#[test]
fn every_request_arrives_byte_exact_with_its_signature_headers() {
    let target = Target::start();
    let setup = Setup::new(&target.url(), "");
    let serving = setup.serve();
    let requests = post_all(&serving, examples());
    target.wait_taken(58);
    let posts: BTreeMap<_, _> = target.taken().into_iter().map(|post| (post.request(), post)).collect();
    for (position, (body, request)) in examples().into_iter().zip(requests).enumerate() {
        let post = &posts[&request];
        assert_eq!(post.body, body, "request {request}");
        assert_eq!(post.attempt(), 1);
        assert_eq!(post.header("content-type"), "application/json");
        assert_eq!(post.header("host"), target.address.to_string());
        let signature = if position % 3 == 0 { "x-hub-signature-256" } else { "sign" };
        assert!(!post.header(signature).is_empty(), "{post:?}");
    }
    let attempts = setup.wait_attempts(|attempts| attempts.len() == 58);
    assert!(attempts.iter().all(|attempt| attempt.taken() && attempt.body == b"taken" && attempt.attempt == 1));
    assert!(attempts.iter().any(|attempt| attempt.kinds == "inbound"));
}

#[test]
fn a_target_that_does_not_answer_delays_no_sender() {
    let target = Target::start();
    target.close();
    let setup = Setup::new(&target.url(), "");
    let serving = setup.serve();
    // All of these are answered while the target has answered nothing.
    let requests = post_all(&serving, mixed(20));
    assert_eq!((requests.len(), target.taken().len()), (60, 0));
    target.open();
    target.wait_taken(60);
    assert_complete(&target.posts(), 60);
    assert_in_order(&target.taken());
}

#[test]
fn what_a_target_that_is_down_misses_arrives_when_it_is_back() {
    let address = nobody();
    let setup = Setup::new(&format!("http://{address}/hook"), "");
    let serving = setup.serve();
    post_all(&serving, mixed(10));
    let attempts = setup.wait_attempts(|attempts| attempts.len() >= 3);
    assert!(attempts.iter().all(|attempt| attempt.error.as_ref().unwrap().contains("refused")), "{attempts:?}");
    let state = &setup.operator().forward_targets().unwrap()[0];
    assert!(state.fault.as_ref().is_some_and(|(fault, _)| fault.contains("refused")), "{state:?}");
    let target = Target::at(address, |_| (200, String::new()));
    target.wait_taken(30);
    assert_complete(&target.posts(), 30);
    assert_in_order(&target.taken());
}

#[test]
fn a_target_that_comes_back_and_takes_a_second_and_a_half_gets_everything_in_order() {
    let address = nobody();
    let setup = Setup::new(&format!("http://{address}/hook"), "");
    let serving = setup.serve();
    post_all(&serving, mixed(2));
    setup.wait_attempts(|attempts| !attempts.is_empty());
    let target = Target::at(address, |_| {
        std::thread::sleep(Duration::from_millis(1500));
        (200, "late".to_owned())
    });
    target.wait(|posts| !posts.is_empty());
    // The target answers one after the other, each after its time: these are answered while it is at the first ones.
    let more: Vec<_> = ["sent", "delivered"].into_iter().map(|stage| status("wamid.new", stage)).collect();
    post_all(&serving, more);
    assert!(target.taken().len() < 8, "answers wait for no target");
    target.wait_taken(8);
    serving.stop();
    assert_complete(&target.posts(), 8);
    assert_in_order(&target.taken());
    let repeated = target.posts().iter().filter(|post| post.attempt() > 1).count();
    let attempts = setup.operator().attempts_after(0).unwrap();
    let failed: BTreeSet<_> = attempts.iter().filter(|it| !it.taken()).map(|it| it.request).collect();
    assert_eq!(repeated, failed.len(), "each that was tried while the target was down is marked, and no other");
    assert!(attempts.iter().filter(|it| it.taken()).all(|it| it.took_ms >= 1500), "{attempts:?}");
}

#[test]
fn a_target_that_answers_after_the_timeout_is_sent_the_same_again_with_a_mark() {
    let slow = Mutex::new(true);
    let target = Target::answering(move |_| {
        if std::mem::take(&mut *slow.lock().unwrap()) {
            std::thread::sleep(Duration::from_millis(1500));
        }
        (200, "taken".to_owned())
    });
    let setup = Setup::new(&target.url(), "timeout = \"1s\"");
    let serving = setup.serve();
    post_all(&serving, [status("wamid.a", "sent"), status("wamid.a", "read")]);
    let attempts = setup.wait_attempts(|attempts| attempts.iter().filter(|attempt| attempt.taken()).count() == 2);
    let seen: Vec<_> = attempts.iter().map(|it| (it.request, it.attempt, it.status)).collect();
    // How often it was in vain depends on the machine; the first always is.
    assert_eq!(seen[0], (1, 1, None), "{attempts:?}");
    assert!(
        attempts[0].error.as_ref().is_some_and(|error| error.contains("within the timeout of 1 s")),
        "{attempts:?}"
    );
    assert_complete(&target.posts(), 2);
    assert!(seen.is_sorted_by_key(|(request, ..)| *request), "the second status waits for the first: {seen:?}");
}

#[test]
fn a_request_that_fails_holds_up_its_own_message_only_and_is_repeated_with_a_mark() {
    // The first status of every third message fails twice.
    let failures = Mutex::new(BTreeMap::<u64, u32>::new());
    let target = Target::answering(move |post| {
        let mut failures = failures.lock().unwrap();
        let count = failures.entry(post.request()).or_default();
        if post.request() <= 12 && post.request().is_multiple_of(3) && *count < 2 {
            *count += 1;
            return (500, "not yet".to_owned());
        }
        (200, "taken".to_owned())
    });
    let setup = Setup::new(&target.url(), "");
    let serving = setup.serve();
    post_all(&serving, mixed(12));
    target.wait_taken(36);
    let posts = target.posts();
    assert_complete(&posts, 36);
    assert_in_order(&target.taken());
    for request in [3, 6, 9, 12] {
        let of_request = posts.iter().filter(|post| post.request() == request);
        let tries: Vec<_> = of_request.map(|post| (post.attempt(), post.answered)).collect();
        assert_eq!(tries, [(1, Some(500)), (2, Some(500)), (3, Some(200))]);
    }
    let attempts = setup.wait_attempts(|attempts| attempts.len() == 44);
    assert_eq!(attempts.iter().filter(|attempt| attempt.status == Some(500)).count(), 8);
    assert_eq!(setup.operator().attempts_of(3).unwrap().len(), 3);
}

#[test]
fn a_restart_goes_on_where_it_was() {
    let address = nobody();
    let setup = Setup::new(&format!("http://{address}/hook"), "");
    let serving = setup.serve();
    post_all(&serving, mixed(5));
    serving.stop();
    let target = Target::at(address, |_| (200, String::new()));
    let serving = setup.serve();
    target.wait_taken(15);
    serving.stop();
    // The third run has nothing left to deliver but what comes.
    let serving = setup.serve();
    post_all(&serving, [status("wamid.last", "sent")]);
    target.wait_taken(16);
    drop(serving);
    assert_complete(&target.posts(), 16);
    assert_in_order(&target.taken());
}

#[test]
fn after_kill_9_everything_is_delivered_and_what_was_under_way_is_marked_as_a_repetition() {
    let target = Target::start();
    target.close();
    let setup = Setup::new(&target.url(), "");
    let serving = setup.serve();
    post_all(&serving, mixed(8));
    target.wait(|posts| posts.len() == 4);
    drop(serving);
    target.open();
    let serving = setup.serve();
    let delivered = |posts: &[Post]| posts.iter().map(Post::request).collect::<BTreeSet<_>>().len() == 24;
    target.wait(delivered);
    target.wait(|posts| posts.iter().filter(|post| post.answered.is_some()).count() >= 24);
    serving.stop();
    assert_complete(&target.posts(), 24);
    let repeated: Vec<_> = target.posts().into_iter().filter(|post| post.attempt() == 2).collect();
    assert_eq!(repeated.len(), 4, "those that were under way");
}

#[test]
fn routes_choose_by_kind_and_filter() {
    let (inbound, failed) = (Target::start(), Target::start());
    let more = format!(
        "kinds = [\"inbound\", \"template\"]\n[[forward]]\nurl = \"{}\"\nfilter = \"status:failed\"",
        failed.url()
    );
    let setup = Setup::new(&inbound.url(), &more);
    let serving = setup.serve();
    post_all(&serving, examples());
    inbound.wait_taken(17 + 8);
    failed.wait_taken(23);
    // Also what is not for a target is behind it soon, with nothing more coming.
    setup.wait_targets(|targets| targets.iter().all(|target| target.cursor == 58 && target.open == 0));
    serving.stop();
    assert_eq!((inbound.posts().len(), failed.posts().len()), (25, 23));
}

#[test]
fn a_request_that_is_too_old_is_given_up_and_that_is_seen() {
    let target = Target::answering(|_| (400, "no".to_owned()));
    let setup = Setup::new(&target.url(), "give_up = \"100ms\"");
    let serving = setup.serve();
    post_all(&serving, [status("wamid.a", "sent"), status("wamid.a", "read")]);
    let attempts = setup.wait_attempts(|attempts| attempts.iter().filter(|attempt| attempt.given_up).count() == 2);
    assert!(attempts[0].attempt == 1 && attempts[0].status == Some(400));
    serving.stop();
    let state = &setup.operator().forward_targets().unwrap()[0];
    assert_eq!((state.given_up, state.open), (2, 0));
}

#[test]
fn a_target_begins_with_what_comes_after_it_was_named() {
    let dir = tempfile::tempdir().unwrap();
    let serving = Serving::start(dir.path());
    post_all(&serving, [status("wamid.a", "sent")]);
    serving.stop();
    let target = Target::start();
    let serving = Serving::start_with(dir.path(), &["--forward", &target.url()]);
    post_all(&serving, [status("wamid.a", "read")]);
    target.wait_taken(1);
    serving.stop();
    let requests: Vec<_> = target.posts().iter().map(Post::request).collect();
    assert_eq!(requests, [2]);
}
