//! The command line as a user meets it: the real binary, its output, its exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

#[path = "cli/marked.rs"]
mod marked;
#[path = "cli/message.rs"]
mod message;
#[path = "cli/plain.rs"]
mod plain;
#[path = "cli/reload.rs"]
mod reload;
#[path = "cli/report.rs"]
mod report;
#[path = "cli/rules.rs"]
mod rules;
#[path = "cli/upkeep.rs"]
mod upkeep;

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const SECRET: (&str, &str) = ("WATOP_NXCLOUD_SECRET", "a secret that is never shown");
/// Far more than anything takes, so that a busy machine fails no test.
const PATIENCE: Duration = Duration::from_secs(60);

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/examples").join(name)
}

fn examples() -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(example("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

/// A user with a home directory of his own.
struct User {
    home: tempfile::TempDir,
    env: Vec<(&'static str, &'static str)>,
}

/// What a command said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl User {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), env: Vec::new() }
    }

    fn with(env: &[(&'static str, &'static str)]) -> Self {
        Self { env: env.to_vec(), ..Self::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watop"));
        command.env_clear().env("HOME", self.home.path()).envs(self.env.iter().copied()).args(arguments);
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Runs a command that must succeed and gives its stdout.
    fn out(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        said.out
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.out(arguments)).unwrap()
    }

    fn send(&self, serving: &Serving, files: &[PathBuf]) -> Said {
        let files = files.iter().map(|file| file.to_str().unwrap());
        let arguments: Vec<_> = ["send", "--to", &serving.url].into_iter().chain(files).collect();
        self.run(&arguments)
    }

    fn serve(&self, more: &[&str]) -> Serving {
        let arguments: Vec<_> = ["serve", "--listen", "127.0.0.1:0"].iter().chain(more).copied().collect();
        Serving::start(self.command(&arguments))
    }
}

/// A running `watop serve`; killed at the end unless it was stopped.
struct Serving {
    child: Child,
    url: String,
    lines: mpsc::Receiver<String>,
}

impl Serving {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut serving = Self { child, url: String::new(), lines };
        let first = serving.line();
        serving.url = first.strip_prefix("listening on ").unwrap_or_else(|| panic!("{first}")).to_owned();
        serving
    }

    /// The next line on stderr.
    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line on stderr")
    }

    /// Waits until stderr says something with all of `parts` in one line.
    fn says(&self, parts: &[&str]) {
        loop {
            let line = self.line();
            if parts.iter().all(|part| line.contains(part)) {
                return;
            }
        }
    }

    fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    fn stop(mut self) -> Option<i32> {
        self.signal(rustix::process::Signal::TERM);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_is_sent_is_reported_and_listed_while_running_and_after_a_restart() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    assert!(serving.url.ends_with("/webhook"));
    let said = user.send(&serving, &examples());
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(said.out.lines().filter(|line| line.starts_with("200 ")).count(), 58);

    let check = || {
        let report = user.json(&["report", "--since", "all", "--format", "json"]);
        assert_eq!(report["schema"], 1);
        assert_eq!(report["ingest"]["events"], 58);
        assert_eq!(report["funnel"]["attempted"], 23);
        assert_eq!(report["funnel"]["outcomes"]["failed"], 22);
        assert_eq!(report["failures"].as_array().unwrap().len(), 21);
        assert_eq!(report["conversations"].as_array().unwrap().len(), 4);
        assert_eq!(report["alerts"].as_array().unwrap().len(), 15);
        assert_eq!(user.out(&["events"]).lines().count(), 58);
        assert_eq!(user.out(&["events", "--filter", "status:failed"]).lines().count(), 23);
        assert_eq!(user.out(&["events", "--filter", "code:131009 or code:131000"]).lines().count(), 4);
    };
    check();
    assert_eq!(serving.stop(), Some(0));
    check();

    let serving = user.serve(&[]);
    assert_eq!(user.send(&serving, &examples()).code, Some(0));
    check();
    let ingest = &user.json(&["report", "--since", "all", "--format", "json"])["ingest"];
    assert_eq!((&ingest["requests"], &ingest["duplicates"]), (&116.into(), &58.into()));
}

#[test]
fn what_was_answered_outlives_kill_9() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    assert_eq!(user.send(&serving, &examples()).code, Some(0));
    drop(serving);
    assert_eq!(user.out(&["events"]).lines().count(), 58);
    let again = user.serve(&[]);
    assert_eq!(again.stop(), Some(0));
}

#[test]
fn the_report_has_every_key_in_order_and_says_its_window() {
    let user = User::new();
    let text = user.out(&["report", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let mut at = 0;
    for key in [
        "schema",
        "as_of",
        "window",
        "from",
        "to",
        "ingest",
        "requests",
        "events",
        "duplicates",
        "unrecognised",
        "refused",
        "expired",
        "funnel",
        "attempted",
        "sent",
        "delivered",
        "read",
        "conflicts",
        "outcomes",
        "read",
        "delivered",
        "failed",
        "waiting",
        "silent",
        "time_to_deliver_s",
        "count",
        "p50",
        "p95",
        "p99",
        "time_to_read_s",
        "failures",
        "conversations",
        "alerts",
        "costs",
    ] {
        let found = text[at..].find(&format!("\"{key}\"")).unwrap_or_else(|| panic!("{key} after byte {at} of {text}"));
        at += found + 1;
    }
    let time = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let (from, to) = (time(&report["window"]["from"]), time(&report["window"]["to"]));
    assert_eq!((from.as_second() % 60, to.as_second() % 60), (0, 0));
    assert!((60..=61).contains(&((to.as_second() - from.as_second()) / 60)), "{text}");
    assert!(time(&report["as_of"]) <= to);

    let past = ["report", "--format", "json", "--since", "2026-01-01T00:00:30Z", "--until", "2026-01-01T01:00:00Z"];
    let report = user.json(&past);
    assert_eq!(report["window"]["from"], "2026-01-01T00:00:00Z");
    assert_eq!(report["as_of"], "2026-01-01T01:00:00Z");
    assert!(!user.path(".local").exists(), "reading creates nothing");
}

#[test]
fn the_text_report_fits_80_columns_and_holds_no_control_characters() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    let hostile = r#"{"contacts":[{"profile":{"name":"\u001b]52;c;eHg=\u0007\u202ename"},"wa_id":"1"}],"merchant_phone":"2",
        "messages":[{"from":"1","id":"x","timestamp":"1767225600","type":"text","text":{"body":"\u009b2J\u001b[2J"}}]}"#;
    let mut files = examples();
    files.push(user.write("hostile.json", hostile));
    assert_eq!(user.send(&serving, &files).code, Some(0));
    let report = user.out(&["report", "--since", "all"]);
    for section in ["RECEIVED", "DELIVERY", "FAILURES", "CONVERSATIONS", "ALERTS", "COSTS"] {
        assert!(report.contains(section), "{report}");
    }
    let events = user.out(&["events"]);
    for text in [&report, &events] {
        assert!(!text.chars().any(|c| c != '\n' && c.is_control() || c == '\u{202e}'), "{text:?}");
    }
    let width = |line: &str| unicode_width::UnicodeWidthStr::width(line);
    assert!(report.lines().all(|line| width(line) <= 80), "{report}");
    let json =
        user.out(&["report", "--since", "all", "--format", "json"]) + &user.out(&["events", "--format", "ndjson"]);
    assert!(json.contains("\\u001b") && json.contains("\\u202e") && !json.contains(['\u{1b}', '\u{9b}', '\u{202e}']));
}

#[test]
fn ndjson_has_the_promised_keys_and_raw_is_byte_exact() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    let body = "{ \"statuses\" : [{\"id\":\"a\",\"status\":\"sent\",\"timestamp\":\"1767225600\"},\n\t{\"id\":\"b\",\"status\":\"sent\",\"timestamp\":\"1767225600\"}] }";
    let file = user.write("two.json", body);
    assert_eq!(user.send(&serving, &[file.clone(), example("24-failed-direct-131031.json"), file]).code, Some(0));

    let line = user.out(&["events", "--format", "ndjson", "--filter", "code:131031"]);
    let mut at = 0;
    for key in "seq request received_at kind provider_at number customer message_id meta_message_id status code codes \
                platform_code title type text field event subject tag template category costs scheme secret"
        .split_whitespace()
    {
        at += line[at..].find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{key} in {line}")) + 1;
    }
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&event["scheme"], &event["secret"]), (&"nxcloud".into(), &"env".into()));

    let filter = ["events", "--filter", "code:131031", "--format"];
    let table = |format| user.out(&[&filter[..], &[format]].concat());
    let csv = table("csv");
    assert!(csv.starts_with("seq,request,received_at,kind,") && csv.lines().count() == 2, "{csv}");
    assert!(csv.contains(",failed,131031,131031,"), "{csv}");
    let markdown: Vec<String> = table("md").lines().map(str::to_owned).collect();
    assert!(markdown[0].starts_with("| received | kind |") && markdown.len() == 3, "{markdown:?}");
    assert!(markdown[2].contains("| status |") && markdown[2].contains("131031"), "{markdown:?}");

    assert_eq!(user.out(&["events", "--raw", "--filter", "status:sent"]), format!("{body}\n"));
    assert_eq!(user.out(&["events", "--filter", "value.statuses[1].id:b id:b"]).lines().count(), 1);
    assert_eq!(user.out(&["events", "--since", "1h"]).lines().count(), 3);
    assert_eq!(user.out(&["events", "--until", "2026-01-01T00:00:00Z"]).lines().count(), 0);
}

#[test]
fn following_shows_what_stands_there_and_what_comes() {
    let user = User::with(&[SECRET]);
    // Nothing runs yet and no journal exists: both are waited for.
    let mut follow = user.command(&["events", "--follow", "--format", "ndjson", "--filter", "status:*"]);
    let mut follow = follow.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(follow.stdout.take().unwrap()).lines();
    let mut statuses = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };

    let serving = user.serve(&[]);
    let three = ["01-status-sent.json", "27-msg-text.json", "02-status-delivered.json"].map(example);
    assert_eq!(user.send(&serving, &three).code, Some(0));
    assert_eq!(statuses()["status"], "sent");
    assert_eq!(statuses()["status"], "delivered");
    drop(serving);
    let serving = user.serve(&[]);
    assert_eq!(user.send(&serving, &[example("03-status-read.json")]).code, Some(0));
    assert_eq!(statuses()["status"], "read");
    follow.kill().unwrap();
    follow.wait().unwrap();
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    let many: String =
        (0..3000).map(|n| format!("{{\"id\":\"{n}\",\"status\":\"sent\",\"timestamp\":\"1767225600\"}},")).collect();
    let file = user.write("many.json", &format!("{{\"statuses\":[{}]}}", many.trim_end_matches(',')));
    assert_eq!(user.send(&serving, &[file]).code, Some(0));
    let mut events = user.command(&["events", "--format", "ndjson"]);
    let mut child = events.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn refused_requests_are_listed_with_their_reason() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    let stranger = User::with(&[("WATOP_NXCLOUD_SECRET", "another one")]);
    let said = stranger.send(&serving, &[example("01-status-sent.json")]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.starts_with("401") && said.out.contains("bad_signature"), "{said:?}");

    wait_until("the refused request is listed", || user.out(&["refused", "--format", "ndjson"]).lines().count() == 1);
    let line = user.out(&["refused", "--format", "ndjson"]);
    let refused: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(refused.as_object().unwrap().len(), 6);
    assert!(line.starts_with("{\"n\":1,\"at\":\""), "{line}");
    for (key, value) in [("peer", "127.0.0.1"), ("path", "/webhook"), ("reason", "bad_signature")] {
        assert_eq!(refused[key], value);
    }
    assert_eq!(user.json(&["refused", "--format", "json"])[0], refused);
    assert!(user.out(&["refused"]).contains("bad_signature"));
    let whole = user.out(&["refused", "1"]);
    assert!(whole.contains("header  sign: ") && whole.contains("wamid."), "{whole}");
    assert!(!whole.contains(SECRET.1));
    assert_eq!(user.run(&["refused", "2"]).code, Some(1));
    let report = user.json(&["report", "--format", "json"]);
    assert_eq!((&report["ingest"]["refused"], &report["ingest"]["events"]), (&1.into(), &0.into()));
}

#[test]
fn a_wrong_filter_gets_a_caret_under_the_mistake() {
    let user = User::new();
    let said = user.run(&["events", "--filter", "status:failed coed:131049"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert!(said.err.contains("\nstatus:failed coed:131049\n              ^^^^\n"), "{}", said.err);
    assert!(said.err.contains("did you mean code?"), "{}", said.err);
}

#[test]
fn a_wrong_configuration_names_file_line_and_key() {
    let user = User::new();
    let file = user.write("watop.toml", "[receiver]\n\nlsten = \"127.0.0.1:0\"\n");
    for command in [&["serve"][..], &["report"], &["events"], &["send", "x", "--to", "http://127.0.0.1:1/"]] {
        let config = ["--config", file.to_str().unwrap()];
        let said = user.run(&[command, &config].concat());
        assert_eq!(said.code, Some(2), "{said:?}");
        let expected =
            format!("watop: {}:3: receiver.lsten: there is no such key, did you mean listen?\n", file.display());
        assert_eq!(said.err, expected);
    }
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let user = User::new();
    for arguments in [
        &["nonsense"][..],
        &["--listen", "8787"],
        &["report", "--since", "yesterday"],
        &["report", "--since", "1h", "--until", "2h"],
        &["events", "--raw", "--format", "ndjson"],
        &["--allow-unsigned", "report"],
        &["explain", "abc"],
        &["man", "nonsense"],
        &["serve", "--listen", "0.0.0.0:0"],
        &["send", "x", "--to", "http://127.0.0.1:1/", "--as", "meta"],
        &[],
    ] {
        let said = user.run(arguments);
        assert_eq!(said.code, Some(2), "{arguments:?}: {said:?}");
        assert!(!said.err.is_empty() && said.out.is_empty(), "{arguments:?}: {said:?}");
    }
    assert!(user.run(&[]).err.contains("watop serve"));
    assert!(user.run(&["serve", "--listen", "0.0.0.0:0"]).err.contains("--allow-unsigned"));
}

#[test]
fn help_and_version_go_to_stdout() {
    let user = User::new();
    assert!(user.out(&["--version"]).starts_with("watop "));
    for command in [
        "demo",
        "serve",
        "report",
        "events",
        "explain",
        "send",
        "refused",
        "check",
        "completions",
        "man",
        "message",
        "forget",
        "reread",
    ] {
        assert!(user.out(&[command, "--help"]).contains("Examples:"), "{command}");
        assert!(user.out(&["man", command]).contains(".TH"), "{command}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(user.out(&["completions", shell]).contains("explain"), "{shell}");
    }
}

#[test]
fn error_codes_are_explained() {
    let user = User::new();
    let text = user.out(&["explain", "131049"]);
    for word in ["131049", "class", "advice", "retryable", "source"] {
        assert!(text.contains(word), "{text}");
    }
    let chinese = user.out(&["explain", "131049", "--lang", "zh"]);
    assert!(chinese.contains("处理       至少等 24 小时"), "{chinese}");
    let explained = user.json(&["explain", "250", "--format", "json"]);
    assert_eq!((&explained["code"], &explained["entry"]), (&"250".into(), &"200-299".into()));
    let unknown = user.run(&["explain", "77777"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(1), ""));
    assert!(unknown.err.contains("77777 is not in the catalogue"));
}

#[test]
fn without_a_secret_the_receiver_says_unverified() {
    let user = User::new();
    let serving = user.serve(&[]);
    assert!(serving.line().contains("UNVERIFIED"));
    let said = user.send(&serving, &[example("01-status-sent.json")]);
    assert_eq!(said.code, Some(0));
    assert!(said.err.contains("unsigned"));
}

#[test]
fn secrets_are_read_again_when_they_change_and_kept_when_they_are_wrong() {
    let user = User::new();
    let config = "[[nxcloud.secret]]\nlabel = \"new\"\nfile = \"nx\"\n";
    let file = user.write("watop.toml", config);
    user.write("nx", "first\n");
    let serving = user.serve(&["--config", file.to_str().unwrap()]);
    let first = User::with(&[("WATOP_NXCLOUD_SECRET", "first")]);
    let second = User::with(&[("WATOP_NXCLOUD_SECRET", "the second")]);
    let sent = |user: &User| user.send(&serving, &[example("01-status-sent.json")]).code == Some(0);
    assert!(sent(&first) && !sent(&second));

    user.write("nx", "the second\n");
    serving.says(&["configuration read again; secrets: nxcloud new"]);
    assert!(sent(&second) && !sent(&first));

    user.write("watop.toml", "[[nxcloud.secret]]\nlable = \"new\"\n");
    serving.signal(rustix::process::Signal::HUP);
    serving.says(&["watop.toml:2: nxcloud.secret.lable", "stays in force"]);
    assert!(sent(&second));

    user.write("watop.toml", "");
    serving.signal(rustix::process::Signal::HUP);
    serving.says(&["no signature secret is left"]);
    assert!(sent(&second) && !sent(&first));
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn a_second_receiver_on_one_journal_is_told_who_holds_it() {
    let user = User::with(&[SECRET]);
    let _serving = user.serve(&[]);
    let said = user.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("is in use") && said.err.contains("--data-dir"), "{}", said.err);
}

#[test]
fn check_says_what_to_mend_and_changes_nothing() {
    let user = User::new();
    let said = user.run(&["check", "--listen", "127.0.0.1:0"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.out.contains("warn  secrets"), "{}", said.out);
    assert_eq!(fs::read_dir(user.home.path()).unwrap().count(), 0, "check creates nothing");

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = user.run(&["check", "--listen", &address]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.out.contains("fail  port") && said.out.contains("another program"), "{}", said.out);

    let file = user.write("watop.toml", "[[meta.secret]]\nlabel = \"app\"\nfile = \"app\"\n");
    let secret = user.write("app", "hidden\n");
    let config = file.to_str().unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    let said = user.run(&["check", "--listen", "127.0.0.1:0", "--config", config]);
    assert!(said.out.contains("ok    secrets        meta app") && said.out.contains("chmod 600"), "{}", said.out);
    assert!(!said.out.contains("hidden"));

    let serving = User::with(&[SECRET]).serve(&[]);
    let address = serving.url.trim_start_matches("http://").trim_end_matches("/webhook");
    assert!(user.out(&["check", "--listen", address]).contains("in use by a receiver"));

    user.write("watop.toml", "[screen]\ntheme = \"drak\"\n[keys]\nquit = \"no such key\"\n");
    let said = user.run(&["check", "--listen", "127.0.0.1:0", "--config", config]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("fail  screen"), "{}", said.out);

    user.write("watop.toml", "nonsense = 1\n");
    let said = user.run(&["check", "--config", config]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.contains("fail  configuration") && said.out.contains("watop.toml:1: nonsense"), "{}", said.out);
}

#[test]
fn the_printed_configuration_is_valid() {
    let user = User::new();
    let file = user.write("watop.toml", &user.out(&["check", "--print-config"]));
    let said = user.run(&["check", "--config", file.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert_eq!(said.code, Some(0), "{said:?}");
}

#[test]
fn send_posts_the_bytes_of_stdin_signed_in_every_way() {
    let user = User::with(&[SECRET, ("WATOP_META_APP_SECRET", "app secret")]);
    let serving = user.serve(&[]);
    for (n, how) in [&["--as", "nxcloud"][..], &["--algorithm", "sha256"], &["--as", "meta"]].iter().enumerate() {
        let mut command = user.command(&[&["send", "-", "--to", &serving.url], *how].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let body = format!("{{ \"statuses\":[ {{\"id\":\"{n}\", \"status\":\"sent\"}} ] }}\r\n");
        child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{how:?}");
        assert_eq!(user.out(&["events", "--raw", "--filter", &format!("id:{n}")]), format!("{body}\n"));
    }
    let schemes = user.out(&["events", "--format", "ndjson"]);
    assert_eq!(schemes.matches("\"scheme\":\"nxcloud\"").count(), 2);
    assert_eq!(schemes.matches("\"scheme\":\"meta\"").count(), 1);

    let said =
        user.run(&["send", example("01-status-sent.json").to_str().unwrap(), "--to", &serving.url, "--as", "none"]);
    assert_eq!(said.code, Some(1));
    assert!(said.out.starts_with("401"));
    let gone = user.run(&["send", example("01-status-sent.json").to_str().unwrap(), "--to", "http://127.0.0.1:1/"]);
    assert_eq!(gone.code, Some(1));
    assert!(gone.err.contains("01-status-sent.json"), "{gone:?}");
}

#[test]
fn themes_are_listed_and_shown_and_a_mistake_in_one_is_named() {
    let home = tempfile::tempdir().unwrap();
    let themes = home.path().join("themes");
    std::fs::create_dir(&themes).unwrap();
    std::fs::write(themes.join("night.toml"), "[meta]\ninherits = \"dark\"\n[roles]\ntext = \"#010203\"\n").unwrap();
    std::fs::write(themes.join("torn.toml"), "[meta]\n[rolls]\n").unwrap();
    let config = home.path().join("config.toml");
    std::fs::write(&config, "").unwrap();
    let theme = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watop"));
        command
            .env_clear()
            .env("HOME", home.path())
            .arg("theme")
            .args(arguments)
            .arg("--config")
            .arg(&config)
            .arg("--data-dir")
            .arg(home.path());
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, list, _) = theme(&[]);
    assert_eq!(code, Some(0));
    assert!(list.contains("high-contrast") && list.contains("night.toml, from dark"), "{list}");
    assert!(list.contains("torn.toml:2: unknown section rolls, did you mean roles?"), "{list}");
    let (code, shown, _) = theme(&["night"]);
    assert_eq!(code, Some(0));
    assert!(shown.contains("ground_trouble") && shown.contains("TROUBLE") && !shown.contains('\x1b'), "{shown}");
    let (_, json, _) = theme(&["night", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["roles"]["text"]["ink"], &json["inherits"]), (&"#010203".into(), &"dark".into()));
    let (code, _, error) = theme(&["nihgt"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("did you mean night?"), "{error}");
}
