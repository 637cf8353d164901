//! `watop forward`: the list, and sending again by hand.

use crate::support::{Serving, run};
use crate::target::{Post, Target};
use crate::{lines, outcome, post_all, status, stored, text};
use serde_json::Value;

#[test]
fn a_resend_is_marked_and_stands_in_the_list_beside_what_was_forwarded() {
    let dir = tempfile::tempdir().unwrap();
    let target = Target::answering(|post| match post.attempt() {
        1 => (200, "first".to_owned()),
        _ => (202, "again\u{1b}[31m".to_owned()),
    });
    let serving = Serving::start_with(dir.path(), &["--forward", &target.url()]);
    post_all(&serving, [status("wamid.a", "sent"), status("wamid.a", "read")]);
    target.wait_taken(2);
    serving.stop();

    let said = outcome(dir.path(), &["forward", "resend", "2", "--format", "ndjson"]);
    assert!(said.status.success(), "{said:?}");
    assert!(text(&said.stderr).contains("1 sent, 1 taken"));
    assert_eq!(lines(&text(&said.stdout))[0]["n"], Value::Null, "it is told before it is in the list");
    let posts: Vec<_> = target.posts().iter().map(|post| (post.request(), post.attempt())).collect();
    assert_eq!(posts, [(1, 1), (2, 1), (2, 2)]);
    assert_eq!(target.posts()[2].body, target.posts()[1].body);

    let list = lines(&run(dir.path(), &["forward", "--format", "ndjson"]));
    let shown: Vec<_> =
        list.iter().map(|row| (row["request"].as_u64(), row["attempt"].as_u64(), &row["origin"])).collect();
    assert_eq!(shown[2], (Some(2), Some(2), &Value::from("resend")));
    assert_eq!(list[2]["status"], 202);
    assert!(list.iter().all(|row| row["n"].as_u64() > Some(0)));
    assert_eq!(list[0]["kinds"], serde_json::json!(["status"]));
    let listed = run(dir.path(), &["forward", "--request", "2"]);
    assert!(listed.contains("(resend)") && !listed.contains('\u{1b}'), "{listed:?}");
    assert_eq!(run(dir.path(), &["forward", "--failed", "--format", "ndjson"]), "");
    let targets = lines(&run(dir.path(), &["forward", "--targets", "--format", "ndjson"]));
    assert_eq!((&targets[0]["waiting"], &targets[0]["cursor"]), (&Value::from(0), &Value::from(2)));
}

#[test]
fn a_filter_resends_exactly_what_it_finds() {
    let dir = stored();
    let target = Target::start();
    run(dir.path(), &["forward", "resend", "--filter", "kind:inbound", "--target", &target.url()]);
    assert_eq!(target.posts().len(), 17);
    let requests: Vec<_> = target.posts().iter().map(Post::request).collect();
    assert!(requests.is_sorted());
    let wrong = outcome(dir.path(), &["forward", "resend", "--filter", "knd:inbound", "--target", &target.url()]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("^^^"));
}

#[test]
fn a_resend_that_is_not_taken_fails_with_exit_code_1() {
    let dir = stored();
    let target = Target::answering(|_| (307, "elsewhere".to_owned()));
    let said = outcome(dir.path(), &["forward", "resend", "3", "--target", &target.url()]);
    assert_eq!(said.status.code(), Some(1), "a redirect is an answer and not followed: {said:?}");
    assert!(text(&said.stdout).contains("307"));
    assert_eq!(target.posts().len(), 1);
    let unknown = outcome(dir.path(), &["forward", "resend", "999", "--target", &target.url()]);
    assert!(unknown.status.code() == Some(1) && text(&unknown.stderr).contains("no request 999"));
    let nowhere = outcome(stored().path(), &["forward", "resend", "3"]);
    assert!(nowhere.status.code() == Some(2) && text(&nowhere.stderr).contains("--target URL"));
}

#[test]
fn passwords_in_arguments_and_targets_that_lead_back_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let password = outcome(dir.path(), &["serve", "--forward", "http://ana:s3cret@127.0.0.1:9/"]);
    let said = text(&password.stderr);
    assert_eq!(password.status.code(), Some(2), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    assert!(said.contains("[[forward]] in the configuration file"), "{said}");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (listen, url) = (format!("127.0.0.1:{port}"), format!("http://localhost:{port}/hook"));
    let said = outcome(dir.path(), &["serve", "--listen", &listen, "--forward", &url]);
    assert_eq!(said.status.code(), Some(2));
    assert!(text(&said.stderr).contains("would lead back to this receiver"), "{said:?}");
}
