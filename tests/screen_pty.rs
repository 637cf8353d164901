//! The real binary in a real pseudo terminal: what reaches the terminal, and how it is given back.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]
#![cfg(unix)]

#[path = "screen_pty/alarm.rs"]
mod alarm;
#[path = "screen_pty/themes.rs"]
mod themes;
#[path = "screen_pty/watch.rs"]
mod watch;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Longest wait for anything: generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// A terminal with watop in it.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Box<dyn Write + Send>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// Home, configuration and data of the process.
    _home: tempfile::TempDir,
}

/// What came out of it.
struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
    /// The reading thread lets go of the terminal with the next bytes.
    let_go: bool,
}

impl Terminal {
    fn start(size: (u16, u16), arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::open(size, arguments, environment, true)
    }

    /// A terminal that takes `read` bytes, or stops taking any once its buffer is full.
    fn open((cols, rows): (u16, u16), arguments: &[&str], environment: &[(&str, &str)], read: bool) -> Self {
        let home = tempfile::tempdir().unwrap();
        let pair = native_pty_system().openpty(PtySize { rows, cols, ..PtySize::default() }).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_watop"));
        command.args(arguments);
        command.env_clear();
        for (name, value) in
            [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("WATOP_NO_PROBE", "1"), ("TZ", "UTC")]
        {
            command.env(name, value);
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        command.env("HOME", home.path());
        command.env("XDG_STATE_HOME", home.path());
        command.env("XDG_CONFIG_HOME", home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        let seen = Seen {
            screen: vt100::Parser::new(cells(rows), cells(cols), 0),
            bytes: Vec::new(),
            closed: false,
            let_go: false,
        };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        if read {
            let reader = pair.master.try_clone_reader().unwrap();
            std::thread::spawn({
                let seen = Arc::clone(&seen);
                move || take_in(reader, &seen)
            });
        }
        let keys = pair.master.take_writer().unwrap();
        Self { child, master: Some(pair.master), keys, seen, _home: home }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until `holds`; the panic says what was on the screen instead.
    fn wait_for<T>(&self, what: &str, holds: impl FnMut(&Seen) -> Option<T>) -> T {
        self.wait_within(PATIENCE, what, holds)
    }

    fn wait_within<T>(&self, patience: Duration, what: &str, mut holds: impl FnMut(&Seen) -> Option<T>) -> T {
        let (seen, changed) = &*self.seen;
        let deadline = Instant::now() + patience;
        let mut seen = seen.lock().unwrap();
        loop {
            if let Some(found) = holds(&seen) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no {what} within {patience:?} on\n{}", seen.screen.screen().contents());
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    fn wait_for_text(&self, text: &str) {
        self.wait_for(text, |seen| seen.screen.screen().contents().contains(text).then_some(()));
    }

    /// The bytes written within `time`.
    fn written_within(&self, time: Duration) -> Vec<u8> {
        let (seen, changed) = &*self.seen;
        let mut seen = seen.lock().unwrap();
        let before = seen.bytes.len();
        let deadline = Instant::now() + time;
        while let Some(left) = deadline.checked_duration_since(Instant::now()) {
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
        seen.bytes[before..].to_vec()
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.process_id().unwrap() as i32).unwrap();
        kill_process(pid, signal).unwrap();
    }

    fn resize(&mut self, cols: u16, rows: u16) {
        self.seen.0.lock().unwrap().screen.screen_mut().set_size(cells(rows), cells(cols));
        self.master.as_ref().unwrap().resize(PtySize { rows, cols, ..PtySize::default() }).unwrap();
    }

    /// Waits for the end of the process and says how it ended.
    fn wait_for_exit(&mut self) -> portable_pty::ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the process does not end");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Waits until everything was read that the process had written before it ended.
    fn everything_written(&self) -> String {
        self.wait_for("end of output", |seen| seen.closed.then(|| String::from_utf8_lossy(&seen.bytes).into_owned()))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

fn take_in(mut reader: Box<dyn Read + Send>, seen: &(Mutex<Seen>, Condvar)) {
    let mut buffer = [0; 16 << 10];
    loop {
        let count = reader.read(&mut buffer).unwrap_or(0);
        let mut seen_now = seen.0.lock().unwrap();
        seen_now.screen.process(&buffer[..count]);
        seen_now.bytes.extend_from_slice(&buffer[..count]);
        seen_now.closed = count == 0 || seen_now.let_go;
        seen.1.notify_all();
        if seen_now.closed {
            return;
        }
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// watop on a port of its own, with nothing configured: anybody may post.
fn watop(size: (u16, u16), port: u16, environment: &[(&str, &str)]) -> Terminal {
    Terminal::start(size, &["--listen", &format!("127.0.0.1:{port}")], environment)
}

/// Posts a body and returns the status of the answer.
fn post(port: u16, body: &str) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0))
}

fn status(id: u64) -> String {
    format!(
        r#"{{"statuses":[{{"id":"wamid.{id}","status":"sent","timestamp":"1773297126","recipient_id":"85266120298"}}]}}"#
    )
}

fn inbound(name: &str, text: &str) -> String {
    let value = serde_json::json!({
        "contacts": [{"profile": {"name": name}, "wa_id": "85255311705"}],
        "messages": [{"from": "85255311705", "id": "wamid.in", "timestamp": "1773297126", "type": "text", "text": {"body": text}}],
        "business_phone": "85230174859"
    });
    value.to_string()
}

#[test]
fn q_gives_the_terminal_back_and_exits_0() {
    let mut terminal = Terminal::start((120, 36), &["demo"], &[]);
    terminal.wait_for_text("watop  ● LIVE");
    terminal.press("q");
    assert_eq!(terminal.wait_for_exit().exit_code(), 0);
    let written = terminal.everything_written();
    for switch in ["?1049", "?2004"] {
        let on = written.find(&format!("\x1b[{switch}h")).unwrap();
        let off = written.rfind(&format!("\x1b[{switch}l")).unwrap();
        assert!(on < off, "{switch} is switched on and off again");
    }
    assert!(written.rfind("\x1b[?25h") > written.rfind("\x1b[?25l"), "the cursor is shown again");
    assert_eq!(written.matches("\x1b[?2026h").count(), written.matches("\x1b[?2026l").count(), "every frame is closed");
}

#[test]
fn the_screen_fits_every_size_and_says_when_it_cannot() {
    let mut terminal = Terminal::start((120, 36), &["demo"], &[]);
    terminal.wait_for_text("1 Overview  2 Events");
    for (cols, rows) in [(80, 24), (40, 12), (200, 60)] {
        terminal.resize(cols, rows);
        terminal.wait_for(&format!("footer at {cols}×{rows}"), |seen| {
            let lines: Vec<_> = seen.screen.screen().rows(0, cols).collect();
            let footer = lines.get(usize::from(rows) - 1)?;
            (lines.len() == usize::from(rows) && footer.contains("? help")).then_some(())
        });
    }
    terminal.resize(36, 10);
    terminal.wait_for_text("watop needs 40×12, this is 36×10");
}

#[test]
fn the_first_key_after_a_resize_acts_at_once() {
    let mut terminal = Terminal::start((120, 36), &["demo"], &[]);
    terminal.wait_for_text("1 Overview  2 Events");
    for (cols, key, shown) in
        [(100, "2", "in the window"), (110, "6", "by when a message began"), (120, "4", "of at most")]
    {
        terminal.resize(cols, 36);
        terminal.wait_for("the new size", |seen| {
            let footer = seen.screen.screen().rows(0, cols).nth(35)?;
            footer.trim_end().ends_with("UTC").then_some(())
        });
        terminal.press(key);
        terminal.wait_for_text(shown);
    }
}

#[test]
fn an_idle_screen_writes_nothing() {
    let terminal = watop((120, 36), free_port(), &[]);
    terminal.wait_for_text("READY");
    // The first frames, and a turn of the minute, may still write.
    let quiet = (0..20).any(|_| terminal.written_within(Duration::from_secs(3)).is_empty());
    assert!(quiet, "no three seconds of silence in a minute");
}

#[test]
fn without_colour_bold_and_reverse_still_reach_the_terminal() {
    let mut terminal = watop((120, 36), free_port(), &[("NO_COLOR", "1")]);
    terminal.wait_for_text("READY");
    terminal.press("2");
    terminal.wait_for_text("0 hidden");
    terminal.wait_for("bold name and reversed tab", |seen| {
        let screen = seen.screen.screen();
        let name = screen.cell(0, 1)?;
        let tab = screen.cell(1, 13)?;
        (name.contents() == "w" && name.bold() && tab.contents() == "2" && tab.inverse()).then_some(())
    });
    terminal.press("q");
    terminal.wait_for_exit();
    let written = terminal.everything_written();
    assert!(!written.contains("\x1b[38;") && !written.contains("\x1b[48;"), "no colour is written");
}

#[test]
fn a_closed_terminal_ends_the_process() {
    let mut terminal = Terminal::start((120, 36), &["demo"], &[]);
    terminal.wait_for_text("● LIVE");
    terminal.seen.0.lock().unwrap().let_go = true;
    terminal.wait_for("terminal closed", |seen| seen.closed.then_some(()));
    terminal.master = None;
    terminal.keys = Box::new(std::io::sink());
    terminal.wait_for_exit();
}

#[test]
fn sigterm_gives_the_terminal_back_and_exits_0() {
    let mut terminal = watop((120, 36), free_port(), &[]);
    terminal.wait_for_text("READY");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit().exit_code(), 0);
    assert!(terminal.everything_written().contains("\x1b[?1049l"));
}

#[test]
fn a_stop_gives_the_terminal_back_and_going_on_draws_everything_anew() {
    let mut terminal = watop((120, 36), free_port(), &[]);
    terminal.wait_for_text("READY");
    let drawn = |seen: &Seen| String::from_utf8_lossy(&seen.bytes).matches("READY").count();
    let before = terminal.wait_for("first frame", |seen| Some(drawn(seen)));
    terminal.press("\x1a");
    terminal.wait_for("terminal given back", |seen| {
        String::from_utf8_lossy(&seen.bytes).contains("\x1b[?1049l").then_some(())
    });
    // Without a shell above it nothing holds the process stopped, or the signal is dropped: both go on.
    terminal.signal(Signal::CONT);
    terminal.wait_for("whole screen again", |seen| (drawn(seen) > before).then_some(()));
    terminal.press("q");
    assert_eq!(terminal.wait_for_exit().exit_code(), 0);
}

#[test]
fn a_terminal_that_takes_no_bytes_delays_neither_answers_nor_the_end() {
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let mut terminal = Terminal::open((120, 36), &["--listen", &listen], &[], false);
    let deadline = Instant::now() + PATIENCE;
    while post(port, &status(0)).is_err() {
        assert!(Instant::now() < deadline, "watop does not listen");
        std::thread::park_timeout(Duration::from_millis(20));
    }
    for id in 1..300 {
        assert_eq!(post(port, &status(id)).unwrap(), 200);
    }
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit().exit_code(), 0);
}

#[test]
fn hostile_text_changes_nothing_but_its_own_cells() {
    let port = free_port();
    let mut terminal = watop((120, 36), port, &[]);
    terminal.wait_for_text("READY");
    terminal.press("2");
    terminal.wait_for_text("0 hidden");
    let hostile = "\x1b[2J\x1b]52;c;aGk=\x07\u{9b}31m\u{202e}evil\u{200b}\r\n\x1b]0;title\x07";
    assert_eq!(post(port, &inbound(hostile, hostile)).unwrap(), 200);
    terminal.wait_for_text("inbound");
    terminal.press("k\tl");
    terminal.wait_for_text("messages");
    let lines = terminal.wait_for("screen", |seen| Some(seen.screen.screen().rows(0, 120).collect::<Vec<_>>()));
    assert!(lines[0].starts_with(" watop"), "{lines:?}");
    let frames: Vec<_> =
        lines[4..34].iter().map(|line| (line.chars().next(), line.trim_end().chars().last())).collect();
    assert!(
        frames.iter().all(|(left, right)| is_frame(*left) && is_frame(*right)),
        "a border is broken:\n{}",
        lines.join("\n")
    );
    terminal.press("q");
    terminal.wait_for_exit();
    let written = terminal.everything_written();
    assert!(!written.contains("\x1b]") && !written.contains('\u{9b}') && !written.contains('\u{202e}'));
}

fn is_frame(sign: Option<char>) -> bool {
    sign.is_some_and(|sign| "┃│█".contains(sign))
}

/// A data directory with one inbound message in it, and the process that receives into it.
fn receiver(dir: &std::path::Path) -> (std::process::Child, u16) {
    let port = free_port();
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_watop"))
        .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data-dir"])
        .arg(dir)
        .env_clear()
        .env("HOME", dir)
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + PATIENCE;
    while post(port, &inbound("Jay Chan", "the first words")).is_err() {
        assert!(Instant::now() < deadline, "watop does not listen");
        std::thread::park_timeout(Duration::from_millis(20));
    }
    (child, port)
}

/// Looks at the events, the inspector with the body, and the refused list, whatever is watched.
fn looks_around(terminal: &mut Terminal, text: &str) {
    terminal.press("2");
    terminal.wait_for_text("inbound");
    terminal.press("k\r");
    terminal.wait_for_text(text);
    terminal.press("4");
    terminal.wait_for_text("Refused");
    terminal.press("1");
    terminal.wait_for_text("Conversations");
}

#[test]
fn a_journal_is_watched_while_another_process_receives_and_when_nobody_does() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("data");
    let (mut child, port) = receiver(&dir);
    let mut terminal = Terminal::start((120, 36), &["watch", dir.to_str().unwrap()], &[]);
    terminal.wait_for_text("○ WATCH  journal of another process, pid ");
    looks_around(&mut terminal, "the first words");
    assert_eq!(post(port, &inbound("Ana", "later words").replace("wamid.in", "wamid.in2")).unwrap(), 200);
    looks_around(&mut terminal, "later words");
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::TERM).unwrap();
    child.wait().unwrap();
    terminal.wait_for_text("○ WATCH  journal, nobody receives");
    terminal.press("q");
    assert_eq!(terminal.wait_for_exit().exit_code(), 0);
}

#[test]
fn a_capture_file_is_watched_as_it_was_at_its_end_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let (dir, tmp) = (home.path().join("data"), home.path().join("tmp"));
    std::fs::create_dir(&tmp).unwrap();
    let (mut child, _) = receiver(&dir);
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    child.wait().unwrap();
    let capture = home.path().join("incident.ndjson.zst");
    let bundle = home.path().join("bundle");
    for (command, output) in [("export", &capture), ("bundle", &bundle)] {
        let made = std::process::Command::new(env!("CARGO_BIN_EXE_watop"))
            .args([command, "--output", output.to_str().unwrap(), "--data-dir", dir.to_str().unwrap()])
            .status();
        assert!(made.unwrap().success());
    }
    let temporary = [("TMPDIR", tmp.to_str().unwrap())];
    for (source, text) in [(&capture, "the first words"), (&bundle, "15 characters")] {
        let mut terminal = Terminal::start((120, 36), &["watch", source.to_str().unwrap()], &temporary);
        terminal.wait_for_text("○ FILE  ");
        terminal.wait_for_text(", ended");
        looks_around(&mut terminal, text);
        terminal.press("q");
        assert_eq!(terminal.wait_for_exit().exit_code(), 0);
        assert_eq!(std::fs::read_dir(&tmp).unwrap().count(), 0, "the temporary journal is gone");
    }
    let plain = zstd::decode_all(std::fs::File::open(&capture).unwrap()).unwrap();
    let cut = home.path().join("cut.ndjson");
    std::fs::write(&cut, &plain[..plain.len() - 9]).unwrap();
    let mut terminal = Terminal::start((120, 36), &["watch", cut.to_str().unwrap()], &temporary);
    terminal.wait_for_text("DAMAGED line 4: it was cut off");
    looks_around(&mut terminal, "the first words");
}

#[test]
fn the_mouse_clicks_tabs_and_is_given_back() {
    let mut terminal = watop((120, 36), free_port(), &[]);
    terminal.wait_for_text("READY");
    let at = |column: u16, row: u16| format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m");
    terminal.press(&at(15, 2));
    terminal.wait_for_text("0 hidden");
    terminal.press("\x1bOQ");
    terminal.wait_for_text("the mouse is the terminal's own");
    terminal.press("q");
    assert_eq!(terminal.wait_for_exit().exit_code(), 0);
    let written = terminal.everything_written();
    for switch in ["?1000", "?1002", "?1006"] {
        assert!(written.find(&format!("\x1b[{switch}h")) < written.rfind(&format!("\x1b[{switch}l")), "{switch}");
    }
    assert!(!written.contains("?1003h"), "a mouse that is only moved is never reported");
}

#[test]
fn the_mouse_is_left_alone_where_it_is_configured_so() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    std::fs::write(&config, "[screen]\nmouse = false\n").unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()];
    let mut terminal = Terminal::start((120, 36), &arguments, &[]);
    terminal.wait_for_text("READY");
    terminal.press("q");
    terminal.wait_for_exit();
    assert!(!terminal.everything_written().contains("?1000h"));
}

#[test]
fn a_copy_goes_to_the_clipboard_of_the_terminal_through_tmux_too() {
    for (environment, sequence) in [
        (vec![], "\x1b]52;c;MTMxMDI2\x07"),
        (vec![("TMUX", "/tmp/tmux")], "\x1bPtmux;\x1b\x1b]52;c;MTMxMDI2\x07\x1b\\"),
    ] {
        let port = free_port();
        let mut terminal = watop((120, 36), port, &environment);
        terminal.wait_for_text("READY");
        let failed =
            status(1).replace(r#""status":"sent""#, r#""status":"failed","errors":[{"code":131026,"title":"no"}]"#);
        assert_eq!(post(port, &failed).unwrap(), 200);
        terminal.wait_for_text("131026");
        terminal.press("y");
        terminal.wait_for_text("sent to the terminal: 131026");
        let written = terminal.wait_for("bytes", |seen| Some(String::from_utf8_lossy(&seen.bytes).into_owned()));
        assert!(written.contains(sequence), "{environment:?}");
    }
}

#[test]
fn pasted_text_goes_into_a_prompt_and_runs_nothing() {
    let mut terminal = watop((120, 36), free_port(), &[]);
    terminal.wait_for_text("READY");
    terminal.press("\x1b[200~q2\x1b[201~");
    terminal.press(":");
    terminal.wait_for_text(" :");
    terminal.press("\x1b[200~window 6h\r\nq\x1b[201~");
    terminal.wait_for_text(":window 6hq");
}

#[test]
fn a_frame_of_live_traffic_takes_few_bytes() {
    let terminal = Terminal::start((120, 36), &["demo"], &[]);
    terminal.wait_for_text("watop  ● LIVE");
    let written = terminal.written_within(Duration::from_secs(4));
    let frames = String::from_utf8_lossy(&written).matches("\x1b[?2026h").count();
    let each = written.len() / frames.max(1);
    eprintln!("{frames} frames in 4 s, {each} bytes each at 120×36");
    assert!(frames > 0, "traffic is drawn");
    assert!(frames <= 4 * 31 + 4, "{frames} frames in 4 s: at most 30 a second");
    assert!(each < 16 << 10, "{each} bytes a frame: only what changed is written");
}

/// Longest wait for what is decided at the turn of a minute: the second one, should the first be missed.
const TURNS: Duration = Duration::from_secs(150);

#[test]
fn a_rule_rings_the_bell_shows_a_desktop_notice_through_tmux_and_a_program_that_fails_is_named() {
    let (port, config) = (free_port(), tempfile::NamedTempFile::new().unwrap());
    let rule = "[rules]\nbuiltin = false\nnotify = [\"bell\", \"desktop\", \"command:./no-such-program\"]\n\
                [[rule]]\nname = \"failing\"\nmetric = \"failure_rate\"\nabove = 0.1\nmin_volume = 1\nfor = \"0m\"\n";
    std::fs::write(config.path(), rule).unwrap();
    let arguments = ["--listen", &format!("127.0.0.1:{port}"), "--config", config.path().to_str().unwrap()];
    let terminal = Terminal::start((120, 36), &arguments, &[("TMUX", "/tmp/tmux-1/default,1,0")]);
    terminal.wait_for_text("READY");
    assert_eq!(post(port, &status(1).replace("\"sent\"", "\"failed\"")).unwrap(), 200);
    let told = |what: &str, bytes: &'static str| {
        terminal.wait_within(TURNS, what, |seen| String::from_utf8_lossy(&seen.bytes).contains(bytes).then_some(()));
    };
    told("notice of the desktop", "\x1bPtmux;\x1b\x1b]9;watop: WARNING failing: failed 100 % of 1 over 5 m");
    // The bells that end a title or a clipboard sequence stand within one; this one stands alone.
    told("bell", "\x07\x1bPtmux;");
    told("failure of the program", "no-such-program: cannot be started");
}

#[test]
fn a_configuration_that_becomes_wrong_is_told_on_the_screen_and_what_was_read_before_stays() {
    let config = tempfile::NamedTempFile::new().unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--config", config.path().to_str().unwrap()];
    let mut terminal = Terminal::start((120, 36), &arguments, &[]);
    terminal.wait_for_text("READY");
    std::fs::write(config.path(), "[rules]\nbuiltn = false\n").unwrap();
    terminal.wait_for_text("rules.builtn: there is no such key, did you mean builtin?");
    std::fs::write(config.path(), "[rules]\nbuiltin = false\n").unwrap();
    terminal.wait_for_text("configuration read again; secrets: none; rules: 0");
    terminal.press("q");
    assert_eq!(terminal.wait_for_exit().exit_code(), 0);
}
