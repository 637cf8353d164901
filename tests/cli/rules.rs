//! `watop check --rules`, and alerts of rules in reports.

use super::*;
use watop::event::{self, Millis, Origin};
use watop::journal::{Journal, Options, RawRequest, Submission};

const MINUTE: i64 = 60_000;

/// A user whose journal holds failures from the twentieth to the eleventh minute before now, and deliveries since.
fn user(config: &str) -> User {
    let user = User::with(&[SECRET]);
    user.write("watop.toml", config);
    let journal = Journal::open(&user.path("data"), Options::default()).unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    for minute in (1..=20).rev() {
        let at = Millis(now - minute * MINUTE);
        let status = if minute > 10 { "failed" } else { "delivered" };
        let body = format!(
            r#"{{"business_phone":"85230174859","statuses":[{{"id":"m{minute}","status":"{status}","timestamp":"{}",
            "recipient_id":"85255311705"}}]}}"#,
            at.0 / 1000
        );
        let origin = Origin { received_at: at, verified: None };
        let events = event::decode(body.as_bytes(), &origin, &journal.key_secret());
        let raw = RawRequest {
            received_at: at,
            peer: "127.0.0.1".into(),
            path: "/webhook".into(),
            headers: Vec::new(),
            verified: None,
            body: body.into(),
        };
        journal.writer().submit(Submission { raw, events }).unwrap().blocking_recv().unwrap().unwrap();
    }
    user
}

fn with<'a>(user: &'a User, arguments: &[&'a str]) -> Vec<String> {
    let common = ["--config", "watop.toml", "--data-dir", "data"];
    let path = |argument: &str| match argument {
        "watop.toml" | "data" => user.path(argument).display().to_string(),
        other => other.to_owned(),
    };
    arguments.iter().chain(&common).map(|argument| path(argument)).collect()
}

const RULE: &str = "[rules]\nbuiltin = false\n[[rule]]\nname = \"failing\"\nmetric = \"failure_rate\"\nabove = 0.5\n\
                    min_volume = 1\nper = \"number\"\n";

fn out(user: &User, arguments: &[&str]) -> String {
    let arguments = with(user, arguments);
    user.out(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_replay_says_when_each_rule_would_have_fired_and_for_how_long() {
    let user = user(&format!("{RULE}[[rule]]\nname = \"never\"\nmetric = \"refused\"\nabove = 5\n"));
    let said = out(&user, &["check", "--rules"]);
    assert!(said.contains("failing  failure_rate > 50.0 % over 5 m per number"), "{said}");
    assert!(said.contains("85230174859  failed 100 % of"), "{said}");
    assert!(said.contains("resolved          85230174859  after ") && said.contains(", worst 100 %"), "{said}");
    assert!(said.contains("opened 1 time, open for ") && said.contains("never fired: never"), "{said}");
    let lines = out(&user, &["check", "--rules", "--format", "ndjson"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| &line["change"]).collect::<Vec<_>>(), ["opened", "resolved"]);
    assert_eq!(lines[0]["id"], lines[1]["id"]);
    let again = out(&user, &["check", "--rules", "--format", "ndjson"]);
    assert_eq!(again.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>(), lines);
    assert_eq!(user.run(&["check", "--since", "1h"]).code, Some(2), "a window goes with --rules");
}

#[test]
fn what_a_running_receiver_decided_stands_in_the_report() {
    let user = user(RULE);
    let arguments = with(&user, &["serve", "--listen", "127.0.0.1:0"]);
    let serving = Serving::start(user.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>()));
    let alerts = || {
        let report: Value = serde_json::from_str(&out(&user, &["report", "--format", "json"])).unwrap();
        report["alerts"].as_array().unwrap().clone()
    };
    wait_until("the rule is judged", || !alerts().is_empty());
    let alerts = alerts();
    assert_eq!((&alerts[0]["kind"], &alerts[0]["subject"]), (&"rule".into(), &"failing · 85230174859".into()));
    assert_eq!((&alerts[0]["severity"], &alerts[0]["acknowledged"]), (&"warning".into(), &false.into()));
    assert!(alerts[0]["resolved_at"].is_string(), "{alerts:?}");
    let replayed = out(&user, &["check", "--rules", "--format", "ndjson"]);
    let replayed: Value = serde_json::from_str(replayed.lines().next().unwrap()).unwrap();
    assert_eq!(alerts[0]["id"], replayed["id"], "a replay opens the same alert");
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn a_program_that_cannot_be_started_is_found_by_check() {
    let user = user(&format!("{RULE}notify = [\"command:./page-me\"]\n"));
    let arguments = with(&user, &["check", "--listen", "127.0.0.1:0"]);
    let said = user.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("page-me") && said.out.contains("chmod +x"), "{}", said.out);
}
