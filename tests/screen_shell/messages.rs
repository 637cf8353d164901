//! The Messages tab and the screen of one message.

use crate::{NOW, Screen, line};
use watop::journal::operator::{Attempt, Operator};

const ID: &str = "wamid.HBgLODUyNTUzMTE3MDU";

fn status(name: &str, seconds: i64, more: &str) -> String {
    let at = NOW / 1000 + seconds;
    format!(
        r#"{{"statuses":[{{"id":"{ID}","status":"{name}","timestamp":"{at}","recipient_id":"85255311705"{more}}}],"business_phone":"85230174859"}}"#
    )
}

/// A message that failed, arrived late all the same, was told again and amended; and some plain ones beside it.
fn told(width: u16, height: u16) -> Screen {
    let mut screen = Screen::new(width, height);
    let inbound = format!(
        r#"{{"messages":[{{"id":"in","from":"85255311705","timestamp":"{}","type":"text","text":{{"body":"hello"}}}}],"business_phone":"85230174859"}}"#,
        NOW / 1000 - 60
    );
    screen.commit(inbound.as_bytes());
    let cost = r#","biz_opaque_callback_data":"parcel-eta","costs":[{"currency":"USD","price":0.1167,"foreign_price":0.0169,"cdr_type":5,"direction":1}]"#;
    for (second, body) in [
        (1, status("failed", 1, r#","errors":[{"code":10002,"title":"timeout"}]"#)),
        (41, status("delivered", 40, "")),
        (42, status("sent", 1, "")),
        (42, status("sent", 1, cost)),
        (44, status("delivered", 40, "")),
        (80, status("read", 77, "")),
    ] {
        screen.now = NOW + second * 1000;
        screen.commit(body.as_bytes());
    }
    for code in [None, Some(131_026), Some(131_026), None] {
        screen.post(if code.is_some() { "failed" } else { "sent" }, code);
    }
    screen
}

#[test]
fn each_message_is_one_row_with_what_became_of_it() {
    let mut screen = told(120, 36);
    let list = screen.press("3");
    assert!(line(&list, "Messages").contains("3 Messages"), "{list}");
    assert!(list.contains("6 messages"), "{list}");
    let row = line(&list, "parcel-eta");
    for part in ["read conflict", "10002", "37 s", "852…705"] {
        assert!(row.contains(part), "{part} in {row}");
    }
    assert!(line(&list, "131026").contains("failed"));
    screen.post("delivered", None);
    assert!(screen.shown().contains("7 messages"), "what arrives is listed");
}

#[test]
fn a_word_finds_a_message_by_id_phone_or_tag_and_a_filter_by_anything() {
    for (typed, found) in [(ID, 1), ("wamid.HBg", 1), ("+85255311705", 2), ("parcel", 1), ("nobody", 0)] {
        let mut screen = told(120, 36);
        screen.press("3/");
        let list = screen.press(typed);
        let list = format!("{list}{}", screen.press("\n"));
        let counted = if found == 1 { "· 1 message ".to_owned() } else { format!("· {found} messages ") };
        assert!(list.contains(&counted), "{typed}: {list}");
    }
    let mut screen = told(120, 36);
    let failed = screen.press("3/code:131026\n");
    assert!(failed.contains("· 2 of 5 outbound "), "{failed}");
    let mut screen = told(120, 36);
    let wrong = screen.press("3/coed:1");
    assert!(wrong.contains("^^^^") && wrong.contains("unknown field coed, did you mean code?"), "{wrong}");
}

#[test]
fn a_story_tells_every_delivery_and_opens_its_raw_request() {
    let mut screen = told(120, 36);
    let attempt = Attempt {
        at: watop::event::Millis(NOW),
        target: "http://127.0.0.1:3000/hook".into(),
        request: 2,
        status: Some(200),
        took_ms: 12,
        ..Attempt::default()
    };
    Operator::open(screen.directory.path()).unwrap().record_attempts(&[attempt]).unwrap();
    screen.press("3/parcel");
    screen.press("\n");
    let story = screen.press("\n");
    for part in [
        "4 events, 2 duplicates · order of receipt",
        "10002 ",
        "late: contradicts failed;",
        "out of order, changes",
        "+ amended",
        "cost, tag added",
        "= duplicate",
        "USD 0.0169 CNY 0.1167",
        "37 s to read",
        "open until",
        "6 posts",
        "http://127.0.0.1:3000/hook",
        "200 ×1",
        "nothing for",
        "✓✓ read conflict",
    ] {
        assert!(story.contains(part), "{part} in\n{story}");
    }
    assert!(line(&story, "Messages ›").contains("wamid.HBgLODUy"), "{story}");
    let raw = screen.press("j\n");
    assert!(raw.contains("Raw request 3") && raw.contains("\"delivered\"") && raw.contains("content-type"), "{raw}");
    assert!(screen.press("\x1b").contains("Story"));
    assert!(screen.press("\x1b").contains("newest first"), "back to the list");
}

#[test]
fn a_story_goes_on_while_it_is_looked_at() {
    let mut screen = Screen::new(120, 36);
    screen.commit(status("sent", 0, "").as_bytes());
    screen.press("3");
    let story = screen.press("\n");
    assert!(story.contains("1 event · order"), "{story}");
    screen.now += 2_000;
    screen.commit(status("delivered", 1, "").as_bytes());
    let story = screen.shown();
    assert!(story.contains("2 events · order") && story.contains("✓ delivered"), "{story}");
}

#[test]
fn the_failures_lead_to_their_messages() {
    let mut screen = told(120, 36);
    assert!(screen.press("1").contains("Failures"));
    let list = screen.press("\n");
    assert!(line(&list, "Messages").contains("3 Messages"), "{list}");
    assert!(list.contains("/ code:131026 outcome:failed"), "{list}");
    assert!(list.contains("2 of 5 outbound"), "{list}");
    assert!(screen.press("\n").contains("Story"));
    screen.press("\x1b");
    assert!(screen.press("\x1b\x1b").contains("Failures"), "the path leads back");
}

#[test]
fn masked_neither_list_nor_story_nor_raw_request_shows_anybody() {
    let mut screen = told(120, 36);
    screen.press("M");
    let pages =
        [screen.press("3"), screen.press("/parcel"), screen.press("\n"), screen.press("\n"), screen.press("\n")];
    assert!(pages[3].contains("Story") && pages[4].contains("Raw request"));
    for page in pages {
        for personal in ["85255311705", "852…705", "HBgLODUy", "hello"] {
            assert!(!page.contains(personal), "{personal} in\n{page}");
        }
    }
}

#[test]
fn every_size_shows_the_story_within_its_frame() {
    for (width, height) in [(200, 60), (120, 36), (80, 24), (40, 12)] {
        let mut screen = told(width, height);
        screen.press("3/parcel");
        screen.press("\n");
        for keys in ["\n", "\t", "\t", "\n"] {
            let shown = screen.press(keys);
            let rows: Vec<&str> = shown.lines().collect();
            assert!(rows.iter().all(|row| row.chars().count() <= usize::from(width)), "{shown}");
            assert!(shown.contains("━┓") && shown.contains("━┛"), "a pane has the focus at {width}×{height}:\n{shown}");
        }
    }
}

#[test]
fn a_filter_is_tested_over_all_that_the_events_of_a_message_say_together() {
    for (typed, found) in [
        // The code and the cost are said by two events, the delivery by a third.
        ("status:delivered code:10002", 1),
        ("status:delivered code:131026", 0),
        ("tag:parcel-eta code:10002 not status:played", 1),
        ("tag:parcel-eta not status:read", 0),
        ("kind:status not status:failed", 2),
        ("\"timeout\" status:read", 1),
    ] {
        let mut screen = told(120, 36);
        screen.press("3/");
        screen.press(typed);
        let list = screen.press("\n");
        assert!(list.contains(&format!("· {found} of 5 outbound ")), "{typed}: {list}");
    }
}

#[test]
fn a_message_comes_and_goes_as_its_events_turn_the_filter() {
    for (typed, before, after) in [
        ("status:sent not status:delivered", "· 1 of 1 outbound ", "· 0 of 1 outbound "),
        ("status:sent status:delivered", "· 0 of 1 outbound ", "· 1 of 1 outbound "),
    ] {
        let mut screen = Screen::new(120, 36);
        screen.commit(status("sent", 0, "").as_bytes());
        screen.press("3/");
        screen.press(typed);
        let list = screen.press("\n");
        assert!(list.contains(before), "{typed}: {list}");
        screen.now += 2_000;
        screen.commit(status("delivered", 1, "").as_bytes());
        let list = screen.shown();
        assert!(list.contains(after), "{typed}: {list}");
    }
}

#[test]
fn a_drill_down_only_borrows_the_list_of_messages() {
    let mut screen = Screen::new(120, 36);
    screen.post("failed", Some(131_026));
    screen.shown();
    screen.press("3/status:failed\n");
    screen.press("1");
    assert!(screen.press("\n").contains("/ code:131026 outcome:failed"));
    screen.press("\x1b");
    let own = screen.press("3");
    assert!(own.contains("/ status:failed"), "{own}");
}
