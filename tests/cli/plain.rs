//! `--plain-screen`: changes as lines, commands typed as lines; and `watop keys`.

use super::*;

/// A running `watop --plain-screen`; killed at the end unless it left.
struct Lines {
    child: Child,
    said: mpsc::Receiver<String>,
}

impl Lines {
    fn start(user: &User, arguments: &[&str]) -> Self {
        let mut command = user.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, said) = mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { child, said }
    }

    fn types(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next line that holds `words`; everything before it is plain text.
    fn says(&self, words: &str) -> String {
        loop {
            let line = self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("nothing said {words:?}"));
            assert!(!line.contains('\x1b') && !line.contains(['│', '┃', '─']), "{line:?} is drawn");
            if line.contains(words) {
                return line;
            }
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn changes_are_told_as_lines_and_commands_answered() {
    let user = User::with(&[SECRET]);
    let mut lines = Lines::start(&user, &["--plain-screen", "--listen", "127.0.0.1:0"]);
    let first = lines.says("receiving at ");
    let url = first.split_whitespace().find(|word| word.starts_with("http")).unwrap().trim_end_matches(';').to_owned();
    let failed = example("17-failed-direct-131026.json");
    let sent = user.run(&["send", "--to", &url, failed.to_str().unwrap()]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    lines.says("new failure code 131026");
    lines.types("failures");
    lines.says("131026 ");
    lines.types("open 131026");
    lines.says("what to do: ");
    lines.types("events status:failed");
    lines.says("131026");
    lines.types("window 6h");
    lines.says("window 6 h");
    lines.types("windwo 6h");
    lines.says("did you mean window?");
    lines.types("zoom");
    lines.says("type help");
    lines.types("help");
    lines.says("quit: ");
    lines.types("quit");
    assert!(lines.child.wait().unwrap().success());
}

#[test]
fn a_dumb_terminal_gets_lines_by_itself() {
    let user = User::with(&[SECRET, ("TERM", "dumb")]);
    let mut lines = Lines::start(&user, &["--listen", "127.0.0.1:0", "--lang", "zh"]);
    lines.says("接收地址");
    lines.types("quit");
    assert!(lines.child.wait().unwrap().success());
}

#[test]
fn keys_lists_every_action_with_the_keys_in_force() {
    let user = User::new();
    let config = user.write("config.toml", "[keys]\nzoom = \"g z\"\nfirst = \"Home\"\n");
    let config = config.to_str().unwrap();
    let listed = user.json(&["keys", "--format", "json", "--config", config]);
    let zoom = listed["actions"].as_array().unwrap().iter().find(|row| row["action"] == "zoom").unwrap();
    assert_eq!(zoom["keys"][0], "g z");
    assert!(user.out(&["keys"]).contains("quit"));
    let table = user.out(&["keys", "--format", "md"]);
    assert!(table.lines().any(|line| line == "| `z` | `zoom` | zoom the pane |"), "{table}");
    let wrong = user.write("wrong.toml", "[keys]\nzom = \"F5\"\n");
    let said = user.run(&["keys", "--config", wrong.to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("did you mean zoom?"), "{}", said.err);
}

#[test]
fn a_filter_may_begin_with_the_sign_that_turns_it_around() {
    let user = User::new();
    for command in ["events", "export", "report"] {
        let said = user.run(&[command, "--filter", "-code:131026"]);
        assert_eq!(said.code, Some(0), "{command}: {said:?}");
    }
    let said = user.run(&["events", "--filter", "--since"]);
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.err.contains("the filter is wrong"), "{said:?}");
}

#[test]
fn a_directory_without_a_journal_is_named_beside_what_is_printed_of_it() {
    let user = User::new();
    for command in [&["report"][..], &["events"], &["export"], &["message", "wamid.1"]] {
        let said = user.run(command);
        assert!(said.err.contains("holds no journal yet") && said.err.contains("--data-dir"), "{command:?}: {said:?}");
    }
    let line = user.run(&["report", "--oneline"]);
    assert_eq!(line.err, "", "a prompt is not the place");
}
