//! `watop forget`, `reread`, `refused accept` and `check --request`.

use super::*;
use serde_json::json;
use std::net::TcpStream;
use watop::config::Algorithm;
use watop::receiver::signature::sign_nxcloud;
use watop::tui::place::Place;
use watop::tui::session::Session;

const CUSTOMER: &str = "85255311705";

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn body(id: &str) -> String {
    format!(
        r#"{{"business_phone":"85230174859","statuses":[{{"id":"{id}","status":"sent","timestamp":"1767225600","recipient_id":"{CUSTOMER}"}}]}}"#
    )
}

/// Headers of a body signed this many milliseconds ago.
fn headers(body: &str, ago: i64) -> String {
    let signed = sign_nxcloud(body.as_bytes(), SECRET.1.as_bytes(), "key", "dr", now_ms() - ago, Algorithm::Md5);
    signed.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

/// Posts a body and gives the status line.
fn post(serving: &Serving, headers: &str, body: &str) -> String {
    let (address, path) = serving.url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let head = "Content-Type: application/json\r\nConnection: close\r\n";
    write!(stream, "POST /{path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n{head}{headers}\r\n{body}")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap().to_owned()
}

/// The number of the refused request with this reason, once it is listed.
fn listed(user: &User, reason: &str) -> u64 {
    let end = Instant::now() + PATIENCE;
    loop {
        for line in user.out(&["refused", "--format", "ndjson"]).lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
            assert_eq!(keys.len(), 6, "the keys are fixed: {keys:?}");
            if row["reason"] == reason {
                return row["n"].as_u64().unwrap();
            }
        }
        assert!(Instant::now() < end, "{reason} is not listed");
    }
}

fn data_dir(user: &User) -> PathBuf {
    let checked = user.run(&["check"]).out;
    let disk = checked.lines().find(|line| line.contains("disk")).unwrap();
    PathBuf::from(disk.split_whitespace().nth(2).unwrap().trim_end_matches(','))
}

#[test]
fn a_stale_request_is_taken_in_by_the_receiver_that_runs_and_without_one() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    let stale = body("late-1");
    assert!(post(&serving, &headers(&stale, 3_600_000), &stale).contains("401"));
    let n = listed(&user, "stale_timestamp").to_string();
    let checked = user.run(&["check", "--refused", &n]);
    assert_eq!(checked.code, Some(1));
    assert!(checked.out.contains("correctly signed (nxcloud, secret \"env\"), but 1 h old"), "{checked:?}");
    assert_eq!(user.out(&["refused", "accept", &n]), format!("refused request {n} is taken in as request 1\n"));
    assert!(user.out(&["refused", "accept", &n]).contains("was taken in before, as request 1"));
    assert!(user.out(&["refused"]).contains("taken in as request 1; correctly signed"));
    let event: Value = serde_json::from_str(&user.out(&["events", "--format", "ndjson"])).unwrap();
    assert_eq!((&event["message_id"], &event["scheme"]), (&"late-1".into(), &"nxcloud".into()));

    let second = body("late-2");
    post(&serving, &headers(&second, 7_200_000), &second);
    post(&serving, "", "{}");
    let unsigned = listed(&user, "missing_signature").to_string();
    drop(serving);
    let said = user.run(&["refused", "accept", &unsigned]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(said.err.contains("it was refused as missing_signature"), "{said:?}");
    assert!(user.run(&["refused", "accept", "999"]).err.contains("there is no refused request 999"));
    let newest = listed(&user, "stale_timestamp").to_string();
    assert_ne!(newest, n);
    assert_eq!(
        user.out(&["refused", "accept", &newest]),
        format!("refused request {newest} is taken in as request 2\n")
    );
    assert_eq!(user.out(&["events"]).lines().count(), 2);
    let other = User { home: user.home, env: vec![("WATOP_NXCLOUD_SECRET", "another one")] };
    assert!(other.out(&["refused", "accept", &newest]).contains("before"));
}

#[test]
fn forgetting_leaves_no_byte_in_any_file_and_says_what_went() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    for id in ["a", "b", "a"] {
        assert!(post(&serving, &headers(&body(id), 0), &body(id)).contains("200"));
    }
    post(&serving, "", &body("refused"));
    listed(&user, "missing_signature");
    let held = user.run(&["forget", CUSTOMER]);
    assert_eq!(held.code, Some(1));
    assert!(held.err.contains("receives into it; stop it, run watop forget again"), "{held:?}");
    assert!(held.err.contains("(kill ") && held.err.contains("lets it finish what waits)"), "{held:?}");
    let looked = user.json(&["forget", CUSTOMER, "--dry-run", "--format", "json"]);
    serving.stop();
    let dir = data_dir(&user);
    let files_with = |text: &str| {
        let files = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
        let holds =
            |path: &PathBuf| fs::read(path).unwrap().windows(text.len()).any(|window| window == text.as_bytes());
        files.filter(holds).count()
    };
    // How a screen was left names people, too; what names nobody stays.
    let mut left = Session::new();
    left.opened = Some(Place::Messages { filter: format!("to:{CUSTOMER}") });
    left.pages.insert("messages".to_owned(), format!("customer:{CUSTOMER}").into());
    left.pages.insert("events".to_owned(), json!({ "filter": format!("from:{CUSTOMER}"), "columns": ["who"] }));
    left.save(&dir).unwrap();
    assert!(files_with(CUSTOMER) >= 3, "journal, refused list and how a screen was left");
    let mut told = user.json(&["forget", &format!("+{CUSTOMER}"), "--format", "json"]);
    assert_eq!(told["dry_run"].take(), false);
    for (key, count) in [("messages", 2), ("events", 2), ("duplicates", 1), ("requests_emptied", 3), ("refused", 1)] {
        assert_eq!((&told[key], &looked[key]), (&count.into(), &count.into()), "{key}");
    }
    assert_eq!(files_with(CUSTOMER), 0);
    assert_eq!(Session::load(&dir).unwrap().unwrap().pages["events"], json!({ "columns": ["who"] }));
    assert!(user.out(&["forget", CUSTOMER]).contains("nothing of this customer is stored"));
    let report = user.json(&["report", "--since", "all", "--format", "json"]);
    assert_eq!(report["ingest"]["events"], 0);
    assert_eq!(report["ingest"]["expired"], 2);
    assert_eq!(user.run(&["forget", "852"]).code, Some(2));
    fs::write(dir.join("journal.db.damaged-1"), CUSTOMER).unwrap();
    let said = user.run(&["forget", CUSTOMER]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("journal.db.damaged-1 was set aside"), "{said:?}");
}

#[test]
fn reading_again_tells_before_and_after_and_refuses_beside_a_receiver() {
    let user = User::with(&[SECRET]);
    assert!(user.out(&["reread"]).contains("0 requests read again"));
    let serving = user.serve(&[]);
    assert!(post(&serving, &headers(&body("a"), 0), &body("a")).contains("200"));
    assert_eq!(user.run(&["reread"]).code, Some(1));
    assert!(user.out(&["reread", "--dry-run"]).contains("1 requests read again, 0 would change"));
    drop(serving);
    let told = user.json(&["reread", "--format", "json"]);
    assert_eq!((&told["requests"], &told["changed"], &told["after"]["status"]), (&1.into(), &0.into(), &1.into()));
    assert_eq!(told["before"], told["after"]);
}

#[test]
fn a_captured_request_is_explained() {
    let user = User::with(&[SECRET]);
    let body = body("a");
    let headers = headers(&body, 86_400_000);
    let good = user.write("good.http", &format!("POST /webhook HTTP/1.1\r\n{headers}\r\n{body}"));
    let said = user.run(&["check", "--request", good.to_str().unwrap()]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("verifies\n  nxcloud, secret \"env\", md5"), "{said:?}");
    let newline = user.write("newline.http", &format!("{headers}\r\n{body}\n"));
    let said = user.run(&["check", "--request", newline.to_str().unwrap()]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.out.contains("does not verify") && said.out.contains("the secret \"env\" with md5 matches once"),
        "{said:?}"
    );
    assert!(!said.out.contains(SECRET.1));
    let said = user.run(&["check", "--request", user.write("no.http", "nonsense").to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    let said = User::new().run(&["check", "--request", good.to_str().unwrap()]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("no signature secret is configured"), "{said:?}");
}

#[test]
fn what_was_exported_is_explained_in_every_form() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    assert_eq!(user.send(&serving, &[example("01-status-sent.json"), example("03-status-read.json")]).code, Some(0));
    let file = |name: &str| user.path(name).display().to_string();
    for name in ["all.ndjson", "all.ndjson.zst"] {
        user.out(&["export", "--output", &file(name)]);
        let said = user.out(&["check", "--request", &file(name)]);
        assert_eq!(said.matches("verifies\n  nxcloud, secret \"env\", md5").count(), 2, "{name}: {said}");
        assert!(said.contains("request 2"), "{name}: {said}");
    }
    let capture = fs::read_to_string(file("all.ndjson")).unwrap();
    let line = capture.lines().nth(2).unwrap();
    let har = user.out(&["export", "--request", "2", "--format", "har"]);
    let curl = user.out(&["export", "--request", "2", "--format", "curl"]);
    let stranger = User::with(&[("WATOP_NXCLOUD_SECRET", "another secret")]);
    for (name, text) in [("line.ndjson", line), ("one.har", &har), ("one.sh", &curl)] {
        user.write(name, text);
        let said = user.out(&["check", "--request", &file(name)]);
        assert!(said.starts_with("verifies\n  nxcloud, secret \"env\", md5"), "{name}: {said}");
        let said = stranger.run(&["check", "--request", &file(name)]);
        assert_eq!(said.code, Some(1), "{name}: {said:?}");
        assert!(said.out.starts_with("does not verify"), "{name}: {said:?}");
    }
    user.out(&["export", "--mask", "--output", &file("masked.ndjson")]);
    let said = user.run(&["check", "--request", &file("masked.ndjson")]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("masked"), "{said:?}");
}

#[test]
fn a_damaged_journal_is_neither_changed_nor_moved_by_reread_and_forget() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    assert_eq!(post(&serving, &headers(&body("wamid.1"), 0), &body("wamid.1")), "HTTP/1.1 200 OK");
    assert_eq!(serving.stop(), Some(0));
    let dir = data_dir(&user);
    fs::write(dir.join("journal.db"), "this is no database, and longer than the header of one would have to be")
        .unwrap();
    let before = fs::read(dir.join("journal.db")).unwrap();
    for command in [&["reread"][..], &["forget", CUSTOMER]] {
        let said = user.run(command);
        assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{command:?}: {said:?}");
        assert!(said.err.contains("the journal is damaged") && said.err.contains("nothing was changed"), "{said:?}");
        assert_eq!(fs::read(dir.join("journal.db")).unwrap(), before);
    }
    for command in [&["report"][..], &["events"], &["export"]] {
        let said = user.run(command);
        assert_eq!(said.code, Some(1), "{command:?}: {said:?}");
        assert!(said.err.contains("a receiver keeps it under another name when it starts"), "{command:?}: {said:?}");
    }
}
