//! The filter over the whole screen, one business number, and which conversations are listed.

use crate::{NOW, Screen, line};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use serde_json::Value;
use watop::config::Lang;
use watop::event::Millis;
use watop::source::filtered::Step;
use watop::tui::input::Input;
use watop::tui::update;

impl Screen {
    /// Takes in what the filter selects until all of it is counted.
    fn counted(&mut self) -> String {
        loop {
            let step = self.app.counting().unwrap().blocking_recv().unwrap();
            let whole = matches!(step, Step::Current);
            self.app.counted(step);
            if whole {
                return self.shown();
            }
        }
    }

    fn toggled(&mut self) -> String {
        self.key(KeyCode::Char('t'), KeyModifiers::CONTROL);
        self.shown()
    }

    /// A status of another message, sent by a business number.
    fn sent(&mut self, id: &str, number: &str, status: &str, code: Option<i64>) {
        self.now += 1_000;
        let errors = code.map(|code| format!(r#","errors":[{{"code":{code},"title":"no"}}]"#)).unwrap_or_default();
        let at = self.now / 1000;
        let body = format!(
            r#"{{"statuses":[{{"id":"{id}","status":"{status}","timestamp":"{at}","recipient_id":"85266120298"{errors}}}],"business_phone":"{number}"}}"#
        );
        self.commit(body.as_bytes());
    }

    /// A customer writes.
    fn written(&mut self, customer: &str, name: &str, words: &str, seconds_ago: i64) {
        let at = NOW / 1000 - seconds_ago;
        let body = format!(
            r#"{{"contacts":[{{"profile":{{"name":"{name}"}},"wa_id":"{customer}"}}],"messages":[{{"id":"in-{customer}","from":"{customer}","timestamp":"{at}","type":"text","text":{{"body":"{words}"}}}}],"business_phone":"85230174859"}}"#
        );
        self.commit(body.as_bytes());
    }

    /// What the command line reports of the same journal.
    fn report(&self, filter: &str) -> Value {
        let command = std::process::Command::new(env!("CARGO_BIN_EXE_watop"))
            .args(["report", "--format", "json", "--filter", filter, "--since", "2026-03-12T14:18:00Z"])
            .args(["--until", "2026-03-12T14:33:00Z", "--data-dir"])
            .arg(self.directory.path())
            .output()
            .unwrap();
        assert!(command.status.success(), "{}", String::from_utf8_lossy(&command.stderr));
        serde_json::from_slice(&command.stdout).unwrap()
    }
}

/// Messages of two numbers: `a` was sent and then failed, `b` was read, `c` failed otherwise, `d` is of another number.
fn several(width: u16, height: u16, lang: Lang) -> Screen {
    let mut screen = Screen::in_language(width, height, lang);
    for (id, number, status, code) in [
        ("a", "85230174859", "sent", None),
        ("b", "85230174859", "sent", None),
        ("a", "85230174859", "failed", Some(131_026)),
        ("b", "85230174859", "read", None),
        ("c", "85230174859", "failed", Some(131_049)),
        ("d", "16692041193", "failed", Some(131_026)),
    ] {
        screen.sent(id, number, status, code);
    }
    screen
}

/// The figure in a row of the funnel.
fn figure(screen: &str, stage: &str) -> u64 {
    let row = line(screen, &format!("│ {stage}")).split(stage).nth(1).unwrap();
    let digits: String = row.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no figure for {stage} on\n{screen}"))
}

#[test]
fn a_filter_on_the_overview_counts_what_the_report_counts() {
    let mut screen = several(120, 36, Lang::En);
    let before = screen.shown();
    assert_eq!(figure(&before, "attempted"), 4, "{before}");
    assert!(before.contains("all numbers · no filter"), "{before}");

    let filter = "code:131026 number:852*";
    let scanning = screen.press(&format!("/{filter}\n"));
    assert!(line(&scanning, "15 m").contains(&format!("/ {filter} scanning 0 %")), "{scanning}");
    assert!(scanning.matches("scanning 0 %").count() >= 5, "every pane says so:\n{scanning}");
    assert_eq!(figure(&scanning, "attempted"), 4, "what was counted before stands until it is read:\n{scanning}");

    let filtered = screen.counted();
    let report = screen.report(filter);
    assert!(!filtered.contains("scanning"), "{filtered}");
    assert!(line(&filtered, "15 m").contains(&format!("/ {filter} 1 of 4")), "{filtered}");
    for (stage, key) in [("attempted", "attempted"), ("sent ", "sent"), ("delivered ", "delivered"), ("read ", "read")]
    {
        assert_eq!(
            Some(figure(&filtered, stage)),
            report["funnel"][key].as_u64(),
            "{stage} of {report:#} on\n{filtered}"
        );
    }
    assert_eq!(figure(&filtered, "attempted"), 1);
    assert!(!filtered.contains("131049") && filtered.contains("131026"), "{filtered}");

    // A message that is selected from now on counts with all of its events.
    screen.sent("b", "85230174859", "failed", Some(131_026));
    screen.shown();
    let live = screen.counted();
    assert_eq!(figure(&live, "attempted"), 2, "{live}");
}

#[test]
fn what_only_whole_messages_have_selects_on_the_overview_as_in_the_report() {
    for (filter, attempted) in [("outcome:failed", 3), ("outcome:read", 1), ("outcome:failed number:852*", 2)] {
        let mut screen = several(120, 36, Lang::En);
        screen.press(&format!("/{filter}\n"));
        let filtered = screen.counted();
        let report = screen.report(filter);
        assert_eq!(figure(&filtered, "attempted"), attempted, "{filter}\n{filtered}");
        assert_eq!(report["funnel"]["attempted"], attempted, "{filter}\n{report:#}");
        let messages = screen.press("3");
        assert!(messages.contains(&format!(" {attempted} of 4 outbound")), "{filter}\n{messages}");
        let events = screen.press("2");
        let said = line(&events, "hidden");
        assert!(said.contains("6 shown · 0 hidden · the screen's filter is of messages"), "none is left out\n{events}");
        let wrong = screen.press("/outcome:failed\n");
        assert!(wrong.contains("whole messages only"), "{wrong}");
    }
}

#[test]
fn trouble_that_the_filter_leaves_out_is_still_told() {
    let mut screen = several(120, 36, Lang::En);
    screen.now += 70 * 60_000;
    for at in 0..60 {
        screen.sent(&format!("x{at}"), "16692041193", "failed", Some(131_042));
        screen.shown();
    }
    let all = screen.shown();
    assert!(line(&all, "131042").contains("TROUBLE"), "{all}");
    screen.press("/code:131049\n");
    let filtered = screen.counted();
    let verdict = line(&filtered, "outside of what is shown:");
    assert!(verdict.contains("TROUBLE") && verdict.contains("131042"), "{filtered}");
    let events = screen.press("2");
    assert!(line(&events, "TROUBLE").contains("outside: 131042"), "{events}");
    let off = {
        screen.press("1");
        screen.toggled()
    };
    assert!(!off.contains("outside"), "{off}");
}

#[test]
fn a_pasted_filter_is_in_force_like_a_typed_one() {
    let mut screen = several(120, 36, Lang::En);
    screen.press("/");
    update::input(&mut screen.app, Input::Paste("code:131049".to_owned()), Millis(screen.now));
    let pasted = screen.press("\n");
    assert!(pasted.contains("scanning"), "{pasted}");
    assert_eq!(figure(&screen.counted(), "attempted"), 1);
}

#[test]
fn a_filter_is_switched_off_and_on_and_removed() {
    let mut screen = several(120, 36, Lang::En);
    screen.press("/code:131049\n");
    assert_eq!(figure(&screen.counted(), "attempted"), 1);
    let off = screen.toggled();
    assert!(line(&off, "15 m").contains("/ code:131049 off"), "{off}");
    assert_eq!(figure(&off, "attempted"), 4, "{off}");
    let on = screen.toggled();
    assert_eq!(figure(&on, "attempted"), 1, "{on}");

    screen.toggled();
    let again = screen.press("/\n");
    assert_eq!(figure(&again, "attempted"), 1, "the same filter, entered again, is in force:\n{again}");

    let other = screen.press("/ or code:131026\n");
    assert!(other.contains("scanning"), "{other}");
    assert_eq!(figure(&other, "attempted"), 1, "{other}");
    assert_eq!(figure(&screen.counted(), "attempted"), 3);
    screen.press("/");
    screen.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    let all = screen.press("\n");
    assert!(all.contains("no filter"), "{all}");
    assert_eq!(figure(&all, "attempted"), 4, "{all}");
    assert!(screen.app.counting().is_none(), "nobody reads for it any more");
}

#[test]
fn a_wrong_filter_is_explained_and_one_that_is_cleared_changes_nothing() {
    let mut screen = several(120, 36, Lang::En);
    let wrong = screen.press("/coed:1\n");
    assert!(wrong.contains("^"), "the mistake is explained in place:\n{wrong}");
    screen.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    let left = screen.press("\x1b");
    assert!(left.contains("no filter"), "{left}");
    assert!(screen.app.counting().is_none());
}

#[test]
fn lists_obey_the_filter_of_the_screen_within_their_own() {
    let mut screen = several(120, 36, Lang::En);
    screen.press("/status:failed or status:read\n");
    screen.counted();
    let events = screen.press("2");
    assert!(line(&events, "hidden").contains("4 shown"), "{events}");
    let both = screen.press("/code:131049 or code:131026\n");
    assert!(line(&both, "hidden").contains("3 shown"), "{both}");
    let messages = screen.press("3");
    assert!(messages.contains("4 of 4 outbound"), "{messages}");
}

#[test]
fn one_business_number_is_looked_at_and_then_all_again() {
    let mut screen = several(120, 36, Lang::En);
    screen.shown();
    let one = screen.press("#");
    assert!(line(&one, "15 m").contains("1669…193"), "{one}");
    assert_eq!(figure(&one, "attempted"), 1, "{one}");
    assert_eq!(figure(&screen.press("#"), "attempted"), 3);
    assert!(line(&screen.press("2"), "hidden").contains("5 shown"), "lists obey it, too");
    screen.press("1");
    let all = screen.press("\x1b");
    assert!(all.contains("all numbers"), "{all}");
    assert_eq!(figure(&all, "attempted"), 4, "{all}");
}

#[test]
fn a_masked_filter_shows_no_phone_and_chinese_speaks_chinese() {
    let mut screen = several(120, 36, Lang::Zh);
    // A wide character takes two cells: the second is a blank here.
    let scanning = screen.press("/to:85266120298 status:failed\n").replace(' ', "");
    assert!(scanning.contains("扫描中0%"), "{scanning}");
    let masked = screen.press("M");
    assert!(masked.contains("/ to:\"+852 ∙ ") && !masked.contains("85266120298"), "{masked}");
}

#[test]
fn a_frozen_view_shows_a_new_filter_once_it_is_counted() {
    let mut screen = several(120, 36, Lang::En);
    screen.shown();
    screen.press(" ");
    screen.press("/code:131049\n");
    let filtered = screen.counted();
    assert!(filtered.contains("PAUSED"), "{filtered}");
    assert_eq!(figure(&filtered, "attempted"), 1, "{filtered}");
}

#[test]
fn zoomed_conversations_are_sorted_picked_and_found() {
    let mut screen = Screen::new(120, 36);
    screen.written("85266120298", "Chan", "where is my parcel", 60);
    screen.written("5215512345678", "Lopez", "gracias", 23 * 3_600 + 1_800);
    screen.written("447700900123", "Smith", "hello", 7_200);
    screen.now = NOW + 1_000;
    // The business answered Chan.
    screen.sent("x", "85230174859", "sent", None);
    screen.press("]]]]]");
    let zoomed = screen.press("\tz");
    let place = |screen: &str, name: &str| screen.lines().position(|line| line.contains(name));
    assert!(place(&zoomed, "Lopez") < place(&zoomed, "Chan"), "what closes soon stands first:\n{zoomed}");
    let newest = screen.press("s");
    assert!(newest.contains("newest first"), "{newest}");
    assert!(place(&newest, "Chan") < place(&newest, "Smith"), "{newest}");
    assert!(place(&newest, "Smith") < place(&newest, "Lopez"), "{newest}");
    let unread = screen.press("W");
    assert!(unread.contains("unread only") && !unread.contains("Chan") && unread.contains("Smith"), "{unread}");
    let found = screen.press("/GRAC\n");
    assert!(found.contains("Lopez") && !found.contains("Smith"), "{found}");
    let none = screen.press("/zzz\n");
    assert!(none.contains("no conversation is like that"), "{none}");
    let all = screen.press("/\x1bW");
    assert!(["Chan", "Smith", "Lopez"].iter().all(|name| all.contains(name)), "{all}");
}

#[test]
fn an_empty_pane_says_what_is_left_out() {
    let mut screen = several(120, 36, Lang::En);
    assert!(!screen.shown().contains("left out"), "nothing is");
    screen.press("/tag:nobody\n");
    let shown = screen.counted();
    assert!(shown.matches("all but this is left out: tag:nobody").count() >= 2, "{shown}");
}

#[test]
fn each_list_says_how_much_of_it_the_filter_shows() {
    let mut screen = several(120, 36, Lang::En);
    screen.written("85266120298", "Chan", "where is my parcel", 60);
    screen.written("447700900123", "Smith", "hello", 120);
    screen.shown();
    screen.press("/code:131049 or from:852*\n");
    let filtered = screen.counted();
    assert!(line(&filtered, "Failures by code").contains("1 of 3 · 100 % of attempted"), "{filtered}");
    assert!(line(&filtered, "Conversations").contains("1 of 2 · 1 open"), "{filtered}");
    let zoomed = screen.press("\tz");
    assert!(zoomed.contains("1 of 2 · 1 open"), "{zoomed}");
    let messages = screen.press("3");
    assert!(messages.contains("1 of 4 outbound · 1 inbound"), "{messages}");
    assert!(screen.press("4").contains("the filter hides none of them"));
    screen.press("1z");
    let off = screen.toggled();
    assert!(line(&off, "Failures by code").contains(" 3 · 75.0 % of attempted"), "{off}");
}

#[test]
fn a_scan_is_given_up_and_what_was_counted_before_goes_on() {
    let mut screen = several(120, 36, Lang::En);
    screen.press("/code:131049\n");
    screen.counted();
    let scanning = screen.press("/ or code:131026\n");
    assert!(scanning.contains("scanning 0 %") && scanning.contains("Esc stop reading"), "{scanning}");
    let before = screen.press("\x1b");
    assert!(before.contains("given up: / code:131049 is in force again"), "{before}");
    assert!(line(&before, "15 m").contains("/ code:131049 1 of 4"), "{before}");
    screen.sent("b", "85230174859", "failed", Some(131_049));
    screen.shown();
    assert_eq!(figure(&screen.counted(), "attempted"), 2, "its counts follow what comes");

    let mut screen = several(120, 36, Lang::En);
    screen.press("/code:131049\n");
    let all = screen.press("\x1b");
    assert!(all.contains("given up: nothing is filtered") && all.contains("no filter"), "{all}");
    assert_eq!(figure(&all, "attempted"), 4);
    assert!(screen.app.counting().is_none(), "nobody reads for it any more");
}

#[test]
fn a_filter_that_is_counted_already_is_not_counted_anew() {
    let mut screen = several(120, 36, Lang::En);
    screen.press("/code:131049\n");
    screen.counted();
    screen.press("/ or code:131026\n");
    screen.press("/");
    screen.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    let back = screen.press("code:131049\n");
    assert!(!back.contains("scanning"), "{back}");
    assert_eq!(figure(&back, "attempted"), 1, "{back}");
}

#[test]
fn the_prompt_switches_the_filter_off_and_on() {
    let mut screen = several(120, 36, Lang::En);
    screen.press("/code:131049\n");
    screen.counted();
    screen.press("/");
    assert!(screen.toggled().contains("switched off"));
    let off = screen.press("\n");
    assert!(line(&off, "15 m").contains("/ code:131049 off"), "{off}");
    assert_eq!(figure(&screen.toggled(), "attempted"), 1);
    for tab in ["2", "3"] {
        screen.press(tab);
        screen.press("/code:131049\n");
        screen.press("/");
        screen.toggled();
        let off = screen.press("\n");
        assert!(off.contains("/ code:131049 off"), "{off}");
        let on = screen.toggled();
        assert!(on.contains("/ code:131049") && !on.contains("131049 off"), "{on}");
        let off = screen.toggled();
        assert!(off.contains("/ code:131049 off"), "switched off, not removed:\n{off}");
        let entered = screen.press("/\n");
        assert!(!entered.contains("131049 off"), "entered again it is in force:\n{entered}");
    }
}

#[test]
fn a_filter_over_a_frozen_view_counts_up_to_its_moment() {
    let mut screen = Screen::new(120, 36);
    screen.sent("m-1", "85230174859", "failed", Some(131_026));
    screen.sent("m-2", "85230174859", "sent", None);
    screen.shown();
    screen.press(" ");
    screen.sent("m-3", "85230174859", "failed", Some(131_026));
    screen.shown();
    screen.press("/status:failed");
    screen.key(KeyCode::Enter, KeyModifiers::NONE);
    screen.shown();
    let frozen = screen.counted();
    assert!(line(&frozen, "│ attempted").contains(" 1 "), "{frozen}");
    assert!(line(&frozen, "status:failed").contains("1 of 2"), "{frozen}");
    screen.press(" ");
    let live = screen.counted();
    assert!(line(&live, "│ attempted").contains(" 2 "), "{live}");
    assert!(line(&live, "status:failed").contains("2 of 3"), "{live}");
}

#[test]
fn of_a_long_filter_the_end_goes_before_the_count() {
    let mut screen = several(120, 36, Lang::En);
    screen.press("/code:131049 or code:131026 or code:131053 or code:1\n");
    let filtered = screen.counted();
    let row = line(&filtered, "15 m");
    assert!(row.contains("/ code:131049 or code:") && row.contains("… 3 of 4"), "{filtered}");
}
