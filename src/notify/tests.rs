//! Notices by real programs and a real server, over a real journal.

use super::*;
use crate::event::{self, Origin, Text};
use crate::journal::operator::Operator;
use crate::journal::{Options, RawRequest, Submission};
use crate::monitor::rules::{Bound, Metric, Rule, Side, Unit};
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const MINUTE: i64 = 60_000;

fn rule() -> Rule {
    Rule {
        name: "failures up".into(),
        metric: Metric::FailureRate,
        code: None,
        filter: None,
        window: 5,
        bound: Bound::new(Side::Above, 0.2, None, Unit::Share),
        min_volume: 1,
        per: None,
        hold: 0,
        remind: None,
    }
}

fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

/// A journal whose last minutes are full of failures, and a directory for programs beside it.
struct House {
    dir: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let house = Self { dir: tempfile::tempdir().unwrap() };
        let journal = house.journal();
        for minute in (1..10).rev() {
            let at = Millis(now().0 - minute * MINUTE);
            let body = json!({"business_phone": "85212345678", "statuses": [
                {"id": format!("m{minute}"), "status": "failed", "timestamp": (at.0 / 1000).to_string(),
                 "recipient_id": "4915112345678", "errors": [{"code": 131026, "title": "Undeliverable"}]}]});
            let raw = RawRequest {
                received_at: at,
                peer: "127.0.0.1".into(),
                path: "/webhook".into(),
                headers: Vec::new(),
                verified: None,
                body: body.to_string().into(),
            };
            let origin = Origin { received_at: at, verified: None };
            let events = event::decode(&raw.body, &origin, &journal.key_secret());
            journal.writer().submit(Submission { raw, events }).unwrap().blocking_recv().unwrap().unwrap();
        }
        house
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.dir.path().join("data"), Options::default()).unwrap()
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// What the notifier is started with, at a time so much later than now.
    fn setup(&self, notify: Vec<Target>, later: i64) -> Setup {
        let clock = Box::new(move || Millis(now().0 + later));
        let rules = vec![RuleSetting { rule: rule(), notify }];
        Setup { dir: self.data(), settings: Settings::default(), rules, clock }
    }

    /// A program that adds what it reads to `heard`.
    fn program(&self, name: &str, script: &str) -> Target {
        let path = self.dir.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        Target::Command(path)
    }

    fn listening(&self) -> Target {
        self.program("page-me", &format!("cat >> {}", self.dir.path().join("heard").display()))
    }

    fn heard(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.dir.path().join("heard")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn told(&self) -> Vec<Text> {
        let alerts = Operator::open(&self.data()).unwrap().rule_alerts().unwrap();
        alerts.into_iter().map(|alert| alert.told).collect()
    }
}

/// Longer than two turns of the minute: what was missed at one is taken up at the next.
const PATIENCE: Duration = Duration::from_secs(150);

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn changes(heard: &[Value]) -> Vec<&str> {
    heard
        .iter()
        .flat_map(|run| run["alerts"].as_array().unwrap())
        .map(|alert| alert["change"].as_str().unwrap())
        .collect()
}

#[test]
fn a_program_is_told_once_over_restarts_and_told_when_it_is_over() {
    let house = House::new();
    for _ in 0..2 {
        let journal = house.journal();
        let notifier = Notifier::start(&journal, house.setup(vec![house.listening()], 0)).unwrap();
        wait_until("told", || house.told() == ["opened"]);
        notifier.stop();
    }
    let heard = house.heard();
    assert_eq!(changes(&heard), ["opened"]);
    let alert = &heard[0]["alerts"][0];
    assert_eq!((&heard[0]["version"], &heard[0]["more"]), (&json!(1), &json!(0)));
    assert_eq!(
        (&alert["rule"], &alert["metric"], &alert["severity"]),
        (&json!("failures up"), &json!("failure_rate"), &json!("warning"))
    );
    assert_eq!((&alert["value"], &alert["window_s"], &alert["resolved_at"]), (&json!(1.0), &json!(300), &Value::Null));
    // Half an hour later nothing failed for long.
    let journal = house.journal();
    let notifier = Notifier::start(&journal, house.setup(vec![house.listening()], 30 * MINUTE)).unwrap();
    wait_until("resolved", || house.told() == ["resolved"]);
    notifier.stop();
    let heard = house.heard();
    assert_eq!(changes(&heard), ["opened", "resolved"]);
    assert_eq!(heard[0]["alerts"][0]["id"], heard[1]["alerts"][0]["id"]);
}

#[test]
fn a_program_that_fails_is_named_with_what_it_said() {
    let house = House::new();
    let journal = house.journal();
    let target = house.program("broken", "echo 'no route to pager' >&2; exit 3");
    let mut notifier = Notifier::start(&journal, house.setup(vec![target], 0)).unwrap();
    let notice = notice(&mut notifier);
    assert!(notice.contains("broken") && notice.contains("no route to pager"), "{notice}");
    let failing = Operator::open(&house.data()).unwrap().notices().unwrap();
    assert!(failing[0].failure.as_deref().unwrap().contains("no route to pager"), "{failing:?}");
    notifier.stop();
}

#[test]
fn what_cannot_be_started_is_named() {
    let house = House::new();
    let journal = house.journal();
    let target = Target::Command(Path::new("/nowhere/page-me").into());
    let mut notifier = Notifier::start(&journal, house.setup(vec![target], 0)).unwrap();
    let notice = notice(&mut notifier);
    assert!(notice.contains("/nowhere/page-me") && notice.contains("cannot be started"), "{notice}");
    notifier.stop();
}

/// The next notice for the user.
fn notice(notifier: &mut Notifier) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let notice = async { tokio::time::timeout(PATIENCE, notifier.notice()).await };
    runtime.block_on(notice).expect("a notice in time")
}

/// An Alertmanager that is unavailable the first time.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<(u32, Vec<Value>)>>);

async fn take(State(taken): State<Taken>, body: String) -> StatusCode {
    let mut taken = taken.0.lock().unwrap();
    taken.0 += 1;
    if taken.0 == 1 {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    taken.1.push(serde_json::from_str(&body).unwrap());
    StatusCode::OK
}

#[test]
fn an_alertmanager_is_told_in_its_own_format_and_again_when_it_was_unavailable() {
    let (house, taken, runtime) = (House::new(), Taken::default(), tokio::runtime::Runtime::new().unwrap());
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().route("/am/api/v2/alerts", axum::routing::post(take)).with_state(taken.clone());
    runtime.spawn(async move { axum::serve(listener, router).await });
    let target = Target::parse(&format!("alertmanager:http://{address}/am/"), Path::new("")).unwrap();
    let journal = house.journal();
    let notifier = Notifier::start(&journal, house.setup(vec![target.clone()], 0)).unwrap();
    wait_until("told", || house.told() == ["opened"]);
    notifier.stop();
    drop(journal);
    let journal = house.journal();
    let notifier = Notifier::start(&journal, house.setup(vec![target], 30 * MINUTE)).unwrap();
    wait_until("resolved", || house.told() == ["resolved"]);
    notifier.stop();
    let taken = taken.0.lock().unwrap();
    let [open, over] = [&taken.1[0][0], &taken.1[taken.1.len() - 1][0]];
    assert_eq!(open["labels"], json!({"alertname": "failures up", "severity": "warning", "source": "watop"}));
    assert_eq!(open["labels"], over["labels"], "the same alert");
    assert_eq!(open["startsAt"], over["startsAt"]);
    let time = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(time(&open["endsAt"]).as_millisecond() > now().0 + 3 * MINUTE, "open for some minutes more");
    assert!(time(&over["endsAt"]) < time(&open["endsAt"]) + Duration::from_secs(1800));
    assert!(open["annotations"]["description"].as_str().unwrap().starts_with("failed 100 %"), "{open}");
}

#[test]
fn a_storm_is_told_at_once_and_the_rest_is_counted() {
    let standing = standing_alert();
    let change = |n: i64| {
        let mut watch = crate::monitor::rules::Watch::new(Settings::default(), []);
        let mut alert = standing.clone();
        alert.id = n.to_string().into();
        watch.engine_mut().resume([alert], None);
        watch.advance(Millis(0));
        watch.advance(Millis(MINUTE)).remove(0)
    };
    let storm: Vec<_> = (0..32).map(change).collect();
    let told: Value = serde_json::from_slice(&command::input(&storm)).unwrap();
    assert_eq!((told["alerts"].as_array().unwrap().len(), &told["more"]), (20, &json!(12)));
}

/// An alert as a journal gives it.
fn standing_alert() -> RuleAlert {
    let house = House::new();
    let journal = house.journal();
    let notifier = Notifier::start(&journal, house.setup(vec![Target::Screen], 0)).unwrap();
    wait_until("opened", || house.told() == ["opened"]);
    notifier.stop();
    let mut alerts = RuleAlert::stored(Operator::open(&house.data()).unwrap().rule_alerts().unwrap());
    alerts.remove(0)
}
