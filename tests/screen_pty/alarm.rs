//! Bell and desktop notices, as the terminal gets them.

use crate::Terminal;
use crate::watch::filled;
use std::path::Path;
use watop::event::{Millis, Severity};
use watop::journal::operator::Operator;
use watop::monitor::rules::{Metric, Per, RuleAlert, Side};

const RULES: &str = "[rules]\nbuiltin = false\n[[rule]]\nname = \"failures up\"\nmetric = \"failure_rate\"\nabove = 0.05\n\
                     per = \"number\"\nnotify = [\"bell\", \"desktop\"]\n";

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Stores, as whoever receives does, that the rule was broken for one business number.
fn decide(dir: &Path, id: &str, resolved: bool) {
    let opened_at = Millis(now().div_euclid(60_000) * 60_000);
    let alert = RuleAlert {
        id: id.into(),
        rule: "failures up".into(),
        per: Some(Per::Number),
        entity: Some("85230174859".into()),
        severity: Severity::Critical,
        opened_at,
        escalated_at: None,
        reminded_at: None,
        resolved_at: resolved.then_some(opened_at),
        metric: Metric::FailureRate,
        code: None,
        filter: None,
        window: 5,
        side: Side::Above,
        bound: 0.05,
        value: 0.075,
        volume: 1204,
        worst: 0.075,
    };
    Operator::open(dir).unwrap().store_rule_alerts(&[alert.to_store()], opened_at).unwrap();
}

/// A screen on a directory in which one alert stands already. Acknowledging it makes the screen look for what was decided since.
fn watching(dir: &Path, environment: &[(&str, &str)]) -> Terminal {
    filled(dir);
    decide(dir, "old", false);
    let config = dir.join("watop.toml");
    std::fs::write(&config, RULES).unwrap();
    let (dir, config) = (dir.to_str().unwrap(), config.to_str().unwrap());
    let terminal = Terminal::start((120, 36), &["watch", dir, "--config", config], environment);
    terminal.wait_for_text("1 critical");
    terminal
}

fn acknowledge(terminal: &mut Terminal) {
    // From the failures past the conversations to the alerts.
    terminal.press("\t\t");
    terminal.press("a");
    terminal.wait_for_text("note");
    terminal.press("seen\r");
    terminal.wait_for_text("acknowledged");
}

/// What was written from the byte `from` on, once `text` is in it.
fn written_after(terminal: &Terminal, from: usize, text: &str) -> Vec<u8> {
    terminal.wait_for(text, |seen| {
        let written = &seen.bytes[from..];
        written.windows(text.len()).any(|window| window == text.as_bytes()).then(|| written.to_vec())
    })
}

#[test]
fn an_alert_rings_and_is_shown_on_the_desktop_in_the_way_of_each_terminal() {
    let said = "failures up 85230174859: failed 7.5 % of 1,204";
    for (environment, begin, end) in [
        (&[("TERM_PROGRAM", "WezTerm")][..], "\x1b]9;watop: CRITICAL ", "\x1b\\"),
        (&[("TERM", "foot")], "\x1b]777;notify;watop;CRITICAL ", "\x1b\\"),
        (
            &[("TERM", "tmux-256color"), ("TMUX", "/tmp/tmux-1/default,1,0")],
            "\x1bPtmux;\x1b\x1b]9;watop: CRITICAL ",
            "\x1b\x1b\\\x1b\\",
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let mut terminal = watching(dir.path(), environment);
        let begun = terminal.wait_for("what stood there before rings for nothing", |seen| {
            (!seen.bytes.contains(&7)).then_some(seen.bytes.len())
        });
        decide(dir.path(), "new", false);
        acknowledge(&mut terminal);
        let written = written_after(&terminal, begun, said);
        let text = String::from_utf8_lossy(&written);
        let notice = text.find(&format!("{begin}{said}")).unwrap_or_else(|| panic!("no {begin:?} in {text:?}"));
        assert!(text[notice..].contains(end), "{text:?}");
        assert_eq!(written.iter().filter(|byte| **byte == 7).count(), 1, "one bell");
        assert!(text.find('\x07') < Some(notice), "{text:?}");
        // Nothing of it is drawn, and the screen goes on.
        terminal.wait_for("a screen as before", |seen| {
            let shown = seen.screen.screen().contents();
            (shown.contains("1 acknowledged") && !shown.contains("notify")).then_some(())
        });
    }
}

#[test]
fn what_is_over_is_shown_without_a_bell_and_masked_it_names_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let mut terminal = watching(dir.path(), &[("TERM_PROGRAM", "iTerm.app")]);
    terminal.press("M");
    terminal.wait_for_text("+852 ∙");
    let begun = terminal.wait_for("bytes", |seen| Some(seen.bytes.len()));
    decide(dir.path(), "over", true);
    acknowledge(&mut terminal);
    let written = written_after(&terminal, begun, "resolved failures up");
    assert!(!written.contains(&7));
    let notice = String::from_utf8_lossy(&written);
    let notice = &notice[notice.find("\x1b]9;").unwrap()..];
    assert!(!notice[..notice.find("\x1b\\").unwrap()].contains("85230174859"), "{notice:?}");
}
