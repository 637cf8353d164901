//! What a running receiver takes in when its configuration changes.

use super::*;
use rustix::process::Signal;

/// A receiver with a configuration file that can be rewritten.
struct Changing {
    user: User,
    serving: Serving,
}

impl Changing {
    fn start(config: &str) -> Self {
        let user = User::with(&[SECRET]);
        let file = user.write("watop.toml", config);
        let serving = user.serve(&["--config", file.to_str().unwrap()]);
        Self { user, serving }
    }

    /// Rewrites the file, asks for it to be read and waits for what is said.
    fn change(&self, config: &str, says: &[&str]) {
        self.user.write("watop.toml", config);
        self.serving.signal(Signal::HUP);
        self.serving.says(says);
    }

    fn post(&self, name: &str) {
        assert_eq!(self.user.send(&self.serving, &[example(name)]).code, Some(0));
    }

    /// Waits until so many events arrived at `target`; what was forwarded, and what was said of it, when they do not.
    fn forwards(&self, target: &User, events: usize) {
        let end = Instant::now() + PATIENCE;
        while target.out(&["events"]).lines().count() != events {
            let known = || (self.user.run(&["forward"]), self.serving.lines.try_iter().collect::<Vec<_>>());
            assert!(Instant::now() < end, "{events} events: {:?}", known());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn forward(to: &Serving) -> String {
    format!("[[forward]]\nurl = \"{}\"\n", to.url)
}

#[test]
fn a_forward_target_is_taken_in_changed_and_let_go_without_a_restart() {
    let changing = Changing::start("");
    let (first, second) = (User::with(&[SECRET]), User::with(&[SECRET]));
    let (to_first, to_second) = (first.serve(&[]), second.serve(&[]));

    changing.post("01-status-sent.json");
    changing.change(&forward(&to_first), &["configuration read again", "forward targets: 1"]);
    changing.post("02-status-delivered.json");
    changing.forwards(&first, 1);

    changing.change(&forward(&to_second), &["forward targets: 1"]);
    changing.post("03-status-read.json");
    changing.forwards(&second, 1);

    changing.change("", &["forward targets: 0"]);
    changing.post("04-failed-9001-system.json");
    // The first target comes back and takes up where it was: what came meanwhile is forwarded, and nothing twice.
    changing.change(&forward(&to_first), &["forward targets: 1"]);
    changing.forwards(&first, 3);
    changing.forwards(&second, 1);
    let report = first.json(&["report", "--since", "all", "--format", "json"]);
    assert_eq!(report["ingest"]["duplicates"], 0);
    assert_eq!(changing.serving.stop(), Some(0));
}

#[test]
fn a_broken_file_is_named_and_what_was_in_force_stays() {
    let target = User::with(&[SECRET]);
    let to = target.serve(&[]);
    let changing = Changing::start(&forward(&to));
    changing.change(
        "[[rule]]\nname = \"r\"\nmetric = \"failure_rat\"\nabove = 0.1\n",
        &["watop.toml:3: rule.metric", "did you mean \"failure_rate\"", "stays in force"],
    );
    changing.post("01-status-sent.json");
    changing.forwards(&target, 1);
    // A target that leads back to the receiver is found out before anything changes.
    changing.change(&forward(&changing.serving), &["would lead back"]);
    changing.post("02-status-delivered.json");
    changing.forwards(&target, 2);
}

#[test]
fn rules_are_taken_in_and_what_must_wait_is_named() {
    let changing = Changing::start("[rules]\nbuiltin = false\n");
    let rule = "[[rule]]\nname = \"r\"\nmetric = \"failure_rate\"\nabove = 0.1\n";
    changing.change(&format!("[rules]\nbuiltin = false\n{rule}"), &["rules: 1;"]);
    changing.change(
        &format!("[receiver]\nanswer = \"ok\"\n[journal]\nretention = \"7d\"\n{rule}"),
        &["rules: 8;", "not before watop is started again: [receiver], [journal]"],
    );
    assert_eq!(changing.serving.stop(), Some(0));
}
