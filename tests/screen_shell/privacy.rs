//! The privacy key: on no page and under no overlay stands anything of anybody while it is on, and all of it comes back.

use super::{NOW, Screen};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use watop::event::Millis;
use watop::journal::operator::{Attempt, Fate, Operator, Refused, RefusedCount};

const CUSTOMER: &str = "85255311705";
const NUMBER: &str = "85230174859";
/// Everything of somebody in what is posted below: whole, as phones and ids are cut, and as bytes.
const PERSONAL: [&str; 13] = [
    CUSTOMER,
    NUMBER,
    "852…705",
    "852…859",
    "5311705",
    "Quentin",
    "Zephyr",
    "rendezvous",
    "HBgLODUy",
    "203.0.113.77",
    "visitor-key",
    "51 75 65 6e",
    "corr-4711",
];

/// A day with a bit of everything that names somebody.
fn a_day(width: u16, height: u16) -> Screen {
    let mut screen = Screen::new(width, height);
    let status = |name: &str, at: i64, more: &str| {
        format!(
            r#"{{"statuses":[{{"id":"wamid.HBgLODUyNTUzMTE3MDU-{at}","status":"{name}","timestamp":"{at}","recipient_id":"{CUSTOMER}","biz_opaque_callback_data":"spring"{more}}}],"business_phone":"{NUMBER}"}}"#
        )
    };
    let at = NOW / 1000;
    for (name, second) in [("sent", 1), ("delivered", 1), ("sent", 2)] {
        screen.commit(status(name, at + second, r#","pricing":{"category":"marketing"},"cost":{"cdr_type":1,"direction":1,"currency":"USD","price":"0.1","foreign_price":"0.02"}"#).as_bytes());
        screen.now += 1_000;
    }
    let error = format!(
        r#","errors":[{{"code":131026,"title":"Undeliverable","error_data":{{"details":"no account at {CUSTOMER}"}}}}]"#
    );
    screen.commit(status("failed", at + 3, &error).as_bytes());
    for (id, said) in [
        ("a", r#""type":"text","text":{"body":"rendezvous at the pier"}"#),
        ("b", r#""type":"image","image":{"id":"m","mime_type":"image/jpeg","caption":"rendezvous"}"#),
    ] {
        screen.now += 1_000;
        let body = format!(
            r#"{{"contacts":[{{"profile":{{"name":"Quentin Zephyr"}},"wa_id":"{CUSTOMER}"}}],"merchant_phone":"{NUMBER}","messages":[{{"from":"{CUSTOMER}","id":"wamid.HBgLODUy{id}","timestamp":"{}",{said}}}]}}"#,
            screen.now / 1000
        );
        screen.commit(body.as_bytes());
    }
    screen.commit(
        format!(
            r#"{{"entry":[{{"id":"104951380217327","time":{at},"changes":[{{"field":"phone_number_quality_update","value":{{"display_phone_number":"{NUMBER}","event":"FLAGGED","current_limit":"TIER_1K"}}}}]}}],"object":"whatsapp_business_account"}}"#
        )
        .as_bytes(),
    );
    let mut operator = Operator::open(screen.directory.path()).unwrap();
    let refused = Refused {
        n: 0,
        at: Millis(screen.now),
        peer: "203.0.113.77".into(),
        path: "/webhook?token=visitor-key".into(),
        answer: 401,
        reason: "bad_signature".into(),
        explanation: Some("no configured secret matches".to_owned()),
        headers: vec![("x-correlation".into(), "corr-4711".to_owned()), ("user-agent".into(), "okhttp".to_owned())],
        body: b"Quentin Zephyr".to_vec(),
        length: 14,
    };
    let count = RefusedCount { minute: Millis(NOW), reason: "bad_signature".into(), answer: 401, count: 1 };
    operator.add_refused(vec![refused], vec![count]).unwrap();
    let target = "http://127.0.0.1:9/hook";
    operator.forward_start(target, b"journal", 0, Millis(NOW)).unwrap();
    operator.forward_take(target, 2, &[1, 2], 0).unwrap();
    operator.forward_begin(target, &[1]).unwrap();
    let attempt = Attempt {
        at: Millis(NOW),
        target: target.into(),
        request: 1,
        kinds: "status".into(),
        attempt: 1,
        took_ms: 3,
        status: Some(200),
        headers: vec![("x-correlation".into(), "corr-4711".to_owned())],
        body: "stored for Quentin Zephyr".into(),
        length: 25,
        ..Attempt::default()
    };
    operator.forward_end(target, &[(attempt, Fate::Done)], None, Millis(NOW)).unwrap();
    screen.now += 2_000;
    screen.shown();
    screen
}

/// Every way through the screen, by the keys that lead there from the overview.
const WAYS: [(&str, &str); 30] = [
    ("overview", ""),
    ("failures", "z"),
    ("conversations", "\tz"),
    ("alerts", "\t\tz"),
    ("delivery", "\t\t\tz"),
    ("an alert's events", "\t\t\n"),
    ("sent", "\t\t\tj\n"),
    ("a code's messages", "\n"),
    ("a failed message", "\n\n"),
    ("a failed message's request", "\n\n\n"),
    ("thread", "\t\n"),
    ("a message of the thread", "\t\nk\n"),
    ("changes", "v"),
    ("events", "2"),
    ("an event", "2\n"),
    ("an event, next view", "2\nl"),
    ("an event, third view", "2\nll"),
    ("an event, fourth view", "2\nlll"),
    ("an event, last view", "2\nllll"),
    ("events of a customer", "2/from:85255311705\n"),
    ("a filter being typed", "2/from:85255311705"),
    ("a wrong filter over a good one", "2/from:85255311705\n/\t and ("),
    ("a filter off", "2/name:Quentin\n"),
    ("messages", "3"),
    ("messages of a customer", "3/85255311705\n"),
    ("messages with a word", "3/Quentin\n"),
    ("refused", "4"),
    ("forward", "5"),
    ("costs", "6"),
    ("one number", "#"),
];

fn leaks(screen: &str) -> Vec<&'static str> {
    // Wide characters are followed by a blank cell, none of which is in what is looked for.
    PERSONAL.into_iter().filter(|personal| screen.contains(personal)).collect()
}

#[test]
fn masked_no_page_shows_anything_of_anybody_and_unmasked_all_of_it_comes_back() {
    let mut named = std::collections::BTreeSet::new();
    let mut failures = Vec::new();
    for (what, keys) in WAYS {
        let mut screen = a_day(160, 50);
        let open = screen.press(keys);
        named.extend(leaks(&open));
        let typed = keys.contains('/') && !keys.ends_with('\n');
        // In a line that is being typed M is a letter: there the key comes first.
        if !typed {
            let masked = screen.press("M");
            if !leaks(&masked).is_empty() {
                failures.push(format!("{what}, masked when open: {:?} on\n{masked}", leaks(&masked)));
            }
            let again = screen.press("M");
            if again != open {
                failures.push(format!("{what} does not come back:\n{open}\n{again}"));
            }
        }
        let mut screen = a_day(160, 50);
        screen.press("M");
        let masked = screen.press(keys);
        let typing = typed && leaks(&masked) == [CUSTOMER, "5311705"] && line_of_the_filter(&masked);
        if !leaks(&masked).is_empty() && !typing {
            failures.push(format!("{what}, opened masked: {:?} on\n{masked}", leaks(&masked)));
        }
    }
    assert!(failures.is_empty(), "{} leaks\n{}", failures.len(), failures.join("\n"));
    assert_eq!(named.len(), PERSONAL.len(), "only {named:?} was ever on the screen");
}

/// What somebody is typing is theirs to see: it stands in one line alone.
fn line_of_the_filter(screen: &str) -> bool {
    screen.lines().filter(|line| !leaks(line).is_empty()).count() == 1
}

#[test]
fn what_was_typed_before_does_not_come_up_again_while_masked() {
    let mut screen = a_day(120, 36);
    screen.press("2/from:85255311705\n");
    screen.press("/");
    screen.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    screen.press("name:Quentin\n");
    screen.press("M/");
    screen.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    for _ in 0..4 {
        screen.key(KeyCode::Up, KeyModifiers::NONE);
        let shown = screen.shown();
        assert!(leaks(&shown).is_empty(), "{:?} on\n{shown}", leaks(&shown));
    }
    screen.press("\x1b:number 8523");
    let shown = screen.shown();
    assert!(!shown.contains(NUMBER), "{shown}");
}

#[test]
fn one_person_has_one_pseudonym_on_every_page() {
    let mut screen = a_day(160, 50);
    screen.press("M");
    let thread = screen.press("\t\n");
    let at = thread.find("name ").unwrap();
    let name: String = thread[at..].chars().take("name 88a93f82".len()).collect();
    for keys in ["1z", "2/kind:inbound\n"] {
        let page = screen.press(keys);
        assert!(page.contains(&name), "{name} is not on\n{page}");
    }
}

#[test]
fn of_masked_bytes_the_count_is_that_of_those_that_came() {
    let mut screen = a_day(160, 50);
    screen.press("M");
    let refused = screen.press("4");
    assert!(refused.contains("14 of 14 kept"), "{refused}");
    assert!(!refused.contains("from from"), "{refused}");
}
