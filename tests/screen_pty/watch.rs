//! A screen on a directory in which another process changes what is stored.

use crate::{Terminal, inbound, status};
use std::path::Path;
use std::process::Command;
use watop::event::{Millis, Origin, decode};
use watop::journal::{Journal, Options, RawRequest, Submission};

/// Stores a body now, as a version did that read `seen` in it.
fn store(journal: &Journal, body: &str, seen: &str) {
    let received_at = Millis(jiff::Timestamp::now().as_millisecond());
    let raw = RawRequest {
        received_at,
        peer: "127.0.0.1".into(),
        path: "/webhook".into(),
        headers: Vec::new(),
        verified: None,
        body: bytes::Bytes::copy_from_slice(body.as_bytes()),
    };
    let events = decode(seen.as_bytes(), &Origin { received_at, verified: None }, &journal.key_secret());
    journal.writer().submit(Submission { raw, events }).unwrap().blocking_recv().unwrap().unwrap();
}

/// A directory with three statuses, one of which could not be read, and a message from a customer.
pub(crate) fn filled(dir: &Path) {
    let journal = Journal::open(dir, Options::default()).unwrap();
    store(&journal, &status(1), &status(1));
    store(&journal, &status(2), &status(2));
    store(&journal, &status(3), "[]");
    let hello = inbound("Chan Tai Man", "where is my parcel");
    store(&journal, &hello, &hello);
}

/// Runs watop on the directory, as another process.
fn run(dir: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_watop"))
        .args(arguments)
        .arg("--data-dir")
        .arg(dir)
        .env("XDG_CONFIG_HOME", dir)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn watching(dir: &Path) -> Terminal {
    let terminal = Terminal::start((120, 36), &["watch", dir.to_str().unwrap()], &[]);
    terminal.wait_for_text("where is my parcel");
    terminal
}

#[test]
fn whoever_is_forgotten_by_another_process_leaves_the_screen_and_its_lists() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let mut terminal = watching(dir.path());
    terminal.press("2");
    terminal.wait_for_text("4 in the window");
    terminal.press(" ");
    terminal.wait_for_text("PAUSED");
    run(dir.path(), &["forget", "85255311705"]);
    // Also a frozen list shows nobody who is not there any more.
    terminal.wait_for_text("3 in the window");
    terminal.wait_for("a list without them", |seen| {
        let shown = seen.screen.screen().contents();
        (!shown.contains("where is my parcel") && !shown.contains("852…705")).then_some(())
    });
    terminal.press("1");
    terminal.wait_for("an overview without them", |seen| {
        let shown = seen.screen.screen().contents();
        (shown.contains("Conversations") && !shown.contains("where is my parcel")).then_some(())
    });
}

#[test]
fn what_another_process_reads_again_is_counted_and_listed_anew() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let mut terminal = watching(dir.path());
    terminal.press("/");
    terminal.press("kind:status\r");
    terminal.press("3");
    terminal.wait_for_text("2 of 2 outbound");
    run(dir.path(), &["reread"]);
    terminal.wait_for_text("3 of 3 outbound");
    terminal.wait_for_text("wamid.3");
}

#[test]
fn what_another_process_imports_comes_to_the_screen() {
    let (dir, from) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    filled(from.path());
    let file = from.path().join("all.ndjson");
    run(from.path(), &["export", "--output", file.to_str().unwrap()]);
    let mut terminal = Terminal::start((120, 36), &["watch", dir.path().to_str().unwrap()], &[]);
    terminal.wait_for_text("1 Overview  2 Events");
    terminal.press("3");
    terminal.wait_for_text("no message in this window");
    run(dir.path(), &["import", file.to_str().unwrap()]);
    terminal.wait_for_text("4 messages");
    terminal.press("1");
    terminal.wait_for_text("where is my parcel");
}
