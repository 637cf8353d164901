//! Capture files as a user makes and reads them: the real binary on the examples of the protocol.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/watop.rs"]
#[expect(dead_code, reason = "here the binary itself signs")]
mod support;

use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use support::{PATH, Serving, report, run, watop};
use watop::capture::{self, Entry};
use watop::event::{Millis, Severity};
use watop::journal::operator::Operator;
use watop::journal::{Journal, Options, RawRequest, Reader};
use watop::monitor::rules::{Metric, Per, RuleAlert, Side};

/// The examples of the protocol, the two that are no JSON among them.
fn examples() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/examples");
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension != "md"));
    files.sort();
    assert_eq!(files.len(), 60);
    files
}

/// A data directory with every example in it, some of them twice, and a refused request.
fn filled(dir: &Path) {
    let serving = Serving::start(dir);
    let to = format!("http://{}{PATH}", serving.address);
    let files = examples();
    let files: Vec<_> = files.iter().chain(&files[..5]).map(|file| file.to_str().unwrap()).collect();
    run(dir, &[&["send", "--to", &to, "--as", "meta"], &files[..]].concat());
    run(dir, &["send", "--to", &to, files[7]]);
    let refused = watop(dir).args(["send", "--as", "none", "--to", &to, files[0]]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    serving.stop();
}

/// What a data directory holds, but for when that was looked at.
fn counted(dir: &Path) -> Value {
    let mut report = report(dir);
    for of_now in ["as_of", "window"] {
        report.as_object_mut().unwrap().remove(of_now);
    }
    report
}

fn requests(dir: &Path) -> Vec<RawRequest> {
    let reader = Reader::open(dir).unwrap();
    (1..=reader.stats().unwrap().last_request).map(|number| reader.request(number).unwrap().unwrap()).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a command on a data directory that must end with this exit code, and gives what it told.
fn fails(dir: &Path, code: i32, arguments: &[&str]) -> String {
    let output = watop(dir).args(arguments).arg("--data-dir").arg(dir).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
    said(&output)
}

struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn name(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Makes the data directory `data` with everything in it.
    fn filled(&self) -> PathBuf {
        filled(&self.path("data"));
        self.path("data")
    }
}

#[test]
fn what_is_exported_and_imported_is_the_same_to_the_byte() {
    let home = Home::new();
    let data = home.filled();
    let before = counted(&data);
    assert_eq!(before["ingest"]["refused"], 1);
    for name in ["all.ndjson", "all.ndjson.zst"] {
        let (file, copy) = (home.name(name), home.path(&format!("copy of {name}")));
        run(&data, &["export", "--output", &file]);
        run(&copy, &["import", &file]);
        assert_eq!(counted(&copy), before);
        assert_eq!(requests(&copy), requests(&data));
        assert_eq!(run(&copy, &["events", "--raw"]), run(&data, &["events", "--raw"]));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let sizes = ["all.ndjson", "all.ndjson.zst"].map(|name| fs::metadata(home.path(name)).unwrap().len());
    assert!(sizes[1] * 3 < sizes[0], "{sizes:?}");
}

/// The same capture, made `hours` earlier.
fn earlier(capture: &[u8], hours: i64) -> Vec<u8> {
    let mut reader = capture::Reader::new(std::io::Cursor::new(capture.to_vec())).unwrap();
    let mut writer = capture::Writer::new(Vec::new(), reader.header()).unwrap();
    let back = |at: &mut Millis| at.0 -= hours * 3_600_000;
    for entry in reader.by_ref() {
        let mut entry = entry.unwrap();
        match &mut entry {
            Entry::Request { raw, .. } => back(&mut raw.received_at),
            Entry::Refused(refused) => back(&mut refused.at),
            Entry::RefusedCount(count) => back(&mut count.minute),
            Entry::Run(run) => {
                back(&mut run.start);
                back(&mut run.until);
            }
            other => panic!("{other:?}"),
        }
        writer.entry(&entry).unwrap();
    }
    writer.end().unwrap()
}

/// A data directory of some hours ago, with everything that a report or a screen may tell of beside the requests: a gap between two
/// receivers, events that retention removed, alerts of a rule, one of them acknowledged and one over.
fn lived_in(home: &Home, dir: &Path) {
    let now = home.path("now");
    filled(&now);
    Serving::start(&now).stop();
    let file = home.path("earlier.ndjson");
    fs::write(&file, earlier(run(&now, &["export"]).as_bytes(), 3)).unwrap();
    run(dir, &["import", file.to_str().unwrap()]);
    let journal = Journal::open(dir, Options { receives: false, ..Options::default() }).unwrap();
    journal.take_in_past(&[], 12).unwrap();
    drop(journal);
    let opened_at = Millis((jiff::Timestamp::now().as_millisecond().div_euclid(60_000) - 180) * 60_000);
    let alert = |id: &str, entity: &str, resolved_at| RuleAlert {
        id: id.into(),
        rule: "failures up".into(),
        per: Some(Per::Number),
        entity: Some(entity.into()),
        severity: Severity::Warning,
        opened_at,
        escalated_at: None,
        reminded_at: None,
        resolved_at,
        metric: Metric::FailureRate,
        code: None,
        filter: Some("to:85255311705".into()),
        window: 5,
        side: Side::Above,
        bound: 0.05,
        value: 0.075,
        volume: 1204,
        worst: 0.075,
    };
    let alerts = [alert("a1", "85230174859", None), alert("b2", "85230174860", Some(opened_at))];
    let mut operator = Operator::open(dir).unwrap();
    operator.store_rule_alerts(&alerts.each_ref().map(RuleAlert::to_store), opened_at).unwrap();
    operator.acknowledge("a1", "ana", "looking", opened_at).unwrap();
}

/// The report as it stands on standard output, of all of it and of some hours up to `until`.
fn printed(dir: &Path, until: &str) -> [String; 2] {
    let all = run(dir, &["report", "--since", "all", "--until", until, "--format", "json"]);
    [all, run(dir, &["report", "--since", "4h", "--until", until, "--format", "json"])]
}

#[test]
fn the_report_of_an_import_is_that_of_the_original_to_the_byte() {
    let home = Home::new();
    let data = home.path("data");
    lived_in(&home, &data);
    let until = (jiff::Timestamp::now() - jiff::SignedDuration::from_mins(150)).to_string();
    let before = printed(&data, &until);
    assert!(before[0].contains("\"expired\": 12") && before[0].contains("\"ana\""), "{}", before[0]);
    let file = home.name("all.ndjson");
    run(&data, &["export", "--output", &file]);
    let copy = home.path("copy");
    run(&copy, &["import", &file]);
    let since_began = |dir: &Path| Reader::open(dir).unwrap().gaps(Millis(0), Millis(i64::MAX)).unwrap();
    assert_eq!(since_began(&copy), since_began(&data), "when no receiver ran");
    assert_eq!(since_began(&copy).len(), 2);
    assert_eq!(printed(&copy, &until), before);
    run(&copy, &["import", &file]);
    assert_eq!(counted(&copy)["ingest"]["expired"], 12, "is no more for being told twice");

    let masked = run(&data, &["export", "--mask"]);
    assert!(masked.contains("\"rule_alert\":\"a1\"") && masked.contains("\"run\":"), "{masked}");
    for personal in ["85230174859", "85230174860", "85255311705", "ana\""] {
        assert!(!masked.contains(personal), "{personal} in {masked}");
    }
}

#[test]
fn importing_twice_adds_only_duplicates() {
    let home = Home::new();
    let data = home.filled();
    let (file, copy) = (home.name("all.ndjson"), home.path("copy"));
    run(&data, &["export", "--output", &file]);
    run(&copy, &["import", &file]);
    run(&copy, &["import", &file]);
    let (before, mut after) = (counted(&data), counted(&copy));
    let ingest = |report: &Value, name: &str| report["ingest"][name].as_u64().unwrap();
    assert_eq!(ingest(&after, "requests"), 2 * ingest(&before, "requests"));
    assert_eq!(ingest(&after, "events"), ingest(&before, "events"));
    let (events, duplicates) = (ingest(&before, "events"), ingest(&before, "duplicates"));
    assert_eq!(ingest(&after, "duplicates"), events + 2 * duplicates);
    after["ingest"] = before["ingest"].clone();
    assert_eq!(after, before, "also what was refused is not counted again");
}

#[test]
fn nothing_personal_is_left_of_a_masked_capture_and_it_counts_like_the_original() {
    let home = Home::new();
    let data = home.filled();
    let (file, copy) = (home.name("masked.ndjson"), home.path("copy"));
    run(&data, &["export", "--mask", "--output", &file]);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("{\"watop_capture\":2,") && text.contains("\"masked\":true"));
    for personal in personal() {
        assert!(!text.contains(&personal), "{personal}");
    }
    assert!(!text.contains("127.0.0.1") && !text.contains("\"sign\"") && !text.contains("x-hub-signature"));
    run(&copy, &["import", &file]);
    let (before, after) = (counted(&data), counted(&copy));
    for same in ["ingest", "funnel", "failures", "costs"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    for counted in ["conversations", "alerts"] {
        let count = |report: &Value| report[counted].as_array().unwrap().len();
        assert_eq!(count(&after), count(&before), "{counted}");
    }
    // The same pseudonyms every time, so that two captures can be joined.
    run(&data, &["export", "--mask", "--output", &home.name("again.ndjson")]);
    let lines = |name: &str| {
        fs::read_to_string(home.path(name)).unwrap().lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines("again.ndjson"), lines("masked.ndjson"));
}

/// Phones, names, texts and ids of the examples.
fn personal() -> Vec<String> {
    const KEYS: [&str; 14] = [
        "from",
        "wa_id",
        "recipient_id",
        "business_phone",
        "merchant_phone",
        "display_phone_number",
        "phone_number",
        "meta_message_id",
        "body",
        "caption",
        "filename",
        "address",
        "emoji",
        "response_json",
    ];
    let mut found = Vec::new();
    for file in examples() {
        let Ok(json) = serde_json::from_slice::<Value>(&fs::read(file).unwrap()) else { continue };
        let mut values = vec![(String::new(), json)];
        while let Some((key, value)) = values.pop() {
            match value {
                Value::Object(members) => {
                    // A profile's name and a message's id; elsewhere these are the business's.
                    if let (true, Some(name)) = (key == "profile", members.get("name").and_then(Value::as_str)) {
                        found.push(name.to_owned());
                    }
                    if let (true, Some(id)) =
                        (key == "statuses" || key == "messages", members.get("id").and_then(Value::as_str))
                    {
                        found.push(id.to_owned());
                    }
                    values.extend(members);
                }
                Value::Array(items) => values.extend(items.into_iter().map(|item| (key.clone(), item))),
                Value::String(text) if KEYS.contains(&key.as_str()) => found.push(text),
                _ => {}
            }
        }
    }
    found.retain(|text| text.chars().count() > 2);
    assert!(found.len() > 100, "{}", found.len());
    found
}

#[test]
fn a_damaged_file_is_imported_up_to_the_damage() {
    let home = Home::new();
    let data = home.filled();
    let file = home.name("all.ndjson");
    run(&data, &["export", "--output", &file]);
    let whole = fs::read(&file).unwrap();
    let fourth = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(2).unwrap().0 + 1;

    let mut flipped = whole.clone();
    flipped[fourth + 60] ^= 4;
    for (name, bytes) in [("flipped", flipped.as_slice()), ("cut", &whole[..fourth + 60])] {
        fs::write(home.path(name), bytes).unwrap();
        let told = fails(&home.path(&format!("of {name}")), 1, &["import", &home.name(name)]);
        assert!(told.contains("imported 2 requests") && told.contains(": line 4: it was"), "{told}");
        assert_eq!(requests(&home.path(&format!("of {name}"))), requests(&data)[..2]);
    }
    for (name, bytes, why) in [
        ("later", [b"{\"watop_capture\":9}\n".as_slice(), &whole].concat(), "line 1: the capture has version 9"),
        ("other", fs::read(&examples()[0]).unwrap(), "line 1: this is no capture file"),
        ("noise", b"\xff\xfe\x00\n".to_vec(), "line 1: this is no capture file: it is not text"),
        ("converted", String::from_utf8_lossy(&whole).replace('\n', "\r\n").into(), "line 1: it ends with CR LF"),
    ] {
        fs::write(home.path(name), bytes).unwrap();
        let told = fails(&home.path("nothing"), 1, &["import", &home.name(name)]);
        assert!(told.contains(why), "{told}");
    }
    assert!(!home.path("nothing").exists(), "what cannot be read makes no data directory");
}

#[test]
fn what_a_receiver_holds_is_not_imported_into() {
    let home = Home::new();
    let data = home.filled();
    let file = home.name("all.ndjson");
    run(&data, &["export", "--output", &file]);
    let serving = Serving::start(&data);
    let told = fails(&data, 1, &["import", &file]);
    assert!(told.contains("is in use: process "), "{told}");
    serving.stop();
}

#[test]
fn files_are_whole_or_not_there_and_none_is_overwritten_unasked() {
    let home = Home::new();
    let data = home.filled();
    let file = home.name("a.ndjson");
    fs::write(&file, "mine").unwrap();
    let told = fails(&data, 2, &["export", "--output", &file]);
    assert!(told.contains("exists") && told.contains("--force"), "{told}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    run(&data, &["export", "--force", "--output", &file]);
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 1 + 66 + 2 + 1 + 1, "and the run that took them");
    fails(&data, 1, &["export", "--output", &home.name("no/such/directory")]);
    fails(&data, 2, &["export", "--output", &home.name("data")]);
    let left: Vec<_> = fs::read_dir(home.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_filter_takes_requests_with_a_matching_event_repeated_ones_too() {
    let home = Home::new();
    let data = home.filled();
    let exported = |arguments: &[&str]| run(&data, &[&["export"], arguments].concat());
    let count = |capture: &str| capture.lines().filter(|line| line.starts_with("{\"request\":")).count();
    assert_eq!(count(&exported(&["--filter", "kind:inbound"])), 17);
    // Of the 23, examples 4 and 5 were sent twice, and example 8 by the other platform too.
    assert_eq!(count(&exported(&["--filter", "status:failed"])), 26);
    assert_eq!(count(&exported(&["--request", "7"])), 1);
    assert_eq!(count(&exported(&["--until", "2020-01-01T00:00:00Z", "--since", "all"])), 0);
    assert!(fails(&data, 1, &["export", "--request", "700"]).contains("holds no request 700"));
    assert!(fails(&data, 2, &["export", "--filter", "status:"]).contains('^'));
}

#[test]
fn other_forms_hold_what_is_shown() {
    let home = Home::new();
    let data = home.filled();
    let csv = run(&data, &["export", "--format", "csv", "--filter", "kind:inbound"]);
    assert_eq!(csv.lines().count(), 18);
    assert!(csv.starts_with("seq,request,received_at,kind,"));
    let masked = run(&data, &["export", "--format", "csv", "--mask"]);
    assert!(!masked.contains("85255311705") && masked.contains("'+852 "), "a leading + is no formula");
    let har: Value = serde_json::from_str(&run(&data, &["export", "--format", "har", "--request", "1"])).unwrap();
    let body = har["log"]["entries"][0]["request"]["postData"]["text"].as_str().unwrap().as_bytes().to_vec();
    assert_eq!(body, fs::read(&examples()[0]).unwrap());
    let curl = run(&data, &["export", "--format", "curl", "--request", "1"]);
    assert!(curl.starts_with("curl -sS ") && curl.contains("x-hub-signature-256: sha256="), "{curl}");
    let masked = run(&data, &["export", "--format", "curl", "--request", "1", "--mask"]);
    assert!(!masked.contains("x-hub-signature-256") && !masked.contains("86176"), "{masked}");
}

#[test]
fn what_is_older_than_retention_is_imported_and_told() {
    let home = Home::new();
    let data = home.filled();
    let capture = run(&data, &["export", "--request", "1"]);
    let Value::String(at) =
        serde_json::from_str::<Value>(capture.lines().nth(1).unwrap()).unwrap()["received_at"].take()
    else {
        panic!("a time")
    };
    // A year earlier: the sums are made anew by the library.
    let mut reader = watop::capture::Reader::new(std::io::Cursor::new(capture.into_bytes())).unwrap();
    let Some(Ok(watop::capture::Entry::Request { number, raw })) = reader.next() else { panic!("a request") };
    let at: jiff::Timestamp = at.parse().unwrap();
    let old = watop::event::Millis(at.as_millisecond() - 365 * 86_400_000);
    let mut writer = watop::capture::Writer::new(Vec::new(), reader.header()).unwrap();
    writer.request(number, &RawRequest { received_at: old, ..raw }).unwrap();
    fs::write(home.path("old.ndjson"), writer.end().unwrap()).unwrap();

    let copy = home.path("copy");
    let output = watop(&copy).args(["import", &home.name("old.ndjson"), "--data-dir"]).arg(&copy).output().unwrap();
    assert!(
        output.status.success() && said(&output).contains("1 request older than the retention of 30d"),
        "{output:?}"
    );
    assert_eq!(requests(&copy)[0].received_at, old);
    assert_eq!(counted(&copy)["funnel"]["attempted"], 1);
}

/// The files of a directory with their content.
fn files(dir: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn a_bundle_holds_everything_masked_in_both_forms_and_shows_edits() {
    let home = Home::new();
    let data = home.filled();
    let (dir, archive) = (home.path("incident"), home.path("incident.tar.zst"));
    run(&data, &["bundle", "--output", dir.to_str().unwrap()]);
    run(&data, &["bundle", "--output", archive.to_str().unwrap()]);
    let found = files(&dir);
    let names: Vec<_> = found.keys().map(String::as_str).collect();
    let expected =
        ["alerts.txt", "capture.ndjson.zst", "manifest.json", "report.json", "report.md", "report.txt", "summary.md"];
    assert_eq!(names, expected);
    for (name, content) in &found {
        let mode = fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
        let text = String::from_utf8_lossy(content);
        // The page's stand-in for a phone number is a word of the platform, too.
        for personal in personal().iter().filter(|text| text.len() > 4 && *text != "PHONE_NUMBER") {
            assert!(!text.contains(personal), "{personal} in {name}");
        }
    }
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    let text = |name: &str| String::from_utf8(found[name].clone()).unwrap();
    assert_eq!(text("alerts.txt").lines().count(), 15);
    assert!(
        text("summary.md").contains("22 failed")
            && serde_json::from_str::<Value>(&text("report.json")).unwrap()["compare"].is_object(),
        "{}",
        text("summary.md")
    );

    for bundle in [&dir, &archive] {
        let bundle = bundle.to_str().unwrap();
        assert_eq!(run(&data, &["bundle", "--check", bundle]).matches("unchanged").count(), 6);
        let copy = home.path(&format!("copy {}", bundle.len()));
        run(&copy, &["import", bundle]);
        for same in ["ingest", "funnel", "failures", "costs"] {
            assert_eq!(counted(&copy)[same], counted(&data)[same], "{same}");
        }
        assert!(fails(&data, 2, &["bundle", "--output", bundle]).contains("exists"));
    }
    fs::write(dir.join("report.txt"), "all is well").unwrap();
    fs::remove_file(dir.join("alerts.txt")).unwrap();
    let output = watop(&data).args(["bundle", "--check", dir.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.lines().any(|line| line.starts_with("report.txt ") && line.ends_with(" EDITED"))
            && told.lines().any(|line| line.starts_with("alerts.txt ") && line.ends_with(" MISSING"))
            && told.matches("unchanged").count() == 4,
        "{told}"
    );
}

#[test]
fn a_directory_that_is_not_there_is_named_before_anything_is_read() {
    let home = Home::new();
    for command in ["export", "bundle"] {
        let said = fails(&home.path("data"), 1, &[command, "--output", home.path("none/x.tar").to_str().unwrap()]);
        assert!(said.contains("there is no directory") && !said.contains(".part"), "{said}");
    }
}

#[test]
fn what_is_no_bundle_is_told_by_what_it_is() {
    let home = Home::new();
    let data = home.path("data");
    for name in ["b.zip", "b.tar.gz", "b.ndjson.zst"] {
        let said = fails(&data, 2, &["bundle", "--output", home.path(name).to_str().unwrap()]);
        assert!(said.contains("a directory, or a file that ends in .tar or .tar.zst"), "{name}: {said}");
    }
    let check = |name: &str, content: &[u8]| {
        fs::write(home.path(name), content).unwrap();
        fails(&data, 1, &["bundle", "--check", home.path(name).to_str().unwrap()])
    };
    let said = check("other", b"GET / HTTP/1.1");
    assert!(said.contains("this is no capture file"), "{said}");
    let archive = home.path("whole.tar.zst");
    run(&data, &["bundle", "--output", archive.to_str().unwrap()]);
    let whole = fs::read(&archive).unwrap();
    let said = check("half.tar.zst", &whole[..whole.len() / 2]);
    assert!(said.contains("cannot be read"), "{said}");
    let capture = home.path("c.ndjson");
    run(&data, &["export", "--output", capture.to_str().unwrap()]);
    let said = check("c2.ndjson", &fs::read(&capture).unwrap());
    assert!(said.contains("it is a capture and no bundle"), "{said}");
}

#[test]
fn watching_needs_a_terminal_and_something_to_watch() {
    let home = Home::new();
    assert!(fails(&home.path("data"), 2, &["watch"]).contains("stdout is no terminal"));
}
