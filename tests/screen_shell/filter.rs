//! A filter being typed: what is offered, what is wrong, what was applied before.

use super::{Screen, line};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use watop::config::Lang;

fn screen(width: u16, height: u16) -> Screen {
    let mut screen = Screen::new(width, height);
    screen.post("sent", None);
    screen.post("failed", Some(131_049));
    for _ in 0..2 {
        screen.post("failed", Some(131_026));
    }
    screen.shown();
    screen
}

fn tap(screen: &mut Screen, code: KeyCode) -> String {
    screen.key(code, KeyModifiers::NONE);
    screen.shown()
}

#[test]
fn tab_completes_a_field_and_then_a_live_value() {
    let mut screen = screen(120, 36);
    let fields = screen.press("2/co");
    assert!(line(&fields, "any effective error code").contains("▌code"), "{fields}");
    assert!(!fields.contains("alone is not a term"), "what is being typed is no mistake yet:\n{fields}");
    let values = screen.press("\t");
    assert!(line(&values, " / ").starts_with(" / code:"), "{values}");
    assert!(line(&values, "▌131026").contains("Undeliverable"), "{values}");
    assert!(line(&values, "▌131026").contains(" 2 "), "with how many messages have it:\n{values}");
    tap(&mut screen, KeyCode::Down);
    let taken = screen.press("\t");
    assert!(line(&taken, " / ").starts_with(" / code:131049 "), "{taken}");
    assert!(line(&screen.press("\n"), "hidden").contains("1 shown · 3 hidden"));
}

#[test]
fn outcomes_are_offered_with_how_many_messages_became_that() {
    let mut screen = screen(120, 36);
    let outcomes = screen.press("/outcome:");
    assert!(line(&outcomes, "┃ failed").contains(" 3 "), "{outcomes}");
    assert!(line(&outcomes, "┃ waiting").contains(" 1 "), "{outcomes}");
    let filtered = screen.press("failed\n");
    assert!(line(&filtered, "15 m").contains("/ outcome:failed"), "{filtered}");
}

#[test]
fn a_mistake_is_corrected_by_tab_and_meanwhile_the_last_good_list_stays() {
    let mut screen = screen(120, 36);
    let good = super::rows(&screen.press("2/status:failed"));
    let wrong = screen.press(" coed:13");
    let lines: Vec<_> = wrong.lines().collect();
    let mistake = lines[2].find("coed").unwrap();
    assert_eq!(lines[3].chars().position(|sign| sign == '^'), Some(mistake), "{wrong}");
    assert!(wrong.contains("did you mean code?") && wrong.contains("Tab takes it"), "{wrong}");
    assert!(lines[2].contains("last good: status:failed"), "{wrong}");
    assert_eq!(super::rows(&screen.press("")), good);
    let corrected = screen.press("\t");
    assert!(corrected.lines().nth(2).unwrap().starts_with(" / status:failed code:13"), "{corrected}");
}

#[test]
fn what_was_applied_before_is_walked_back_to_from_any_prompt() {
    let mut screen = screen(120, 36);
    screen.press("2/kind:status\n");
    screen.press("/");
    screen.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    screen.press("code:131026\n");
    screen.press("3/");
    let newest = tap(&mut screen, KeyCode::Up);
    assert!(line(&newest, "history 1 of 2").starts_with(" / code:131026"), "{newest}");
    let oldest = tap(&mut screen, KeyCode::Up);
    assert!(line(&oldest, "history 2 of 2").starts_with(" / kind:status"), "{oldest}");
    tap(&mut screen, KeyCode::Down);
    let empty = tap(&mut screen, KeyCode::Down);
    assert!(!empty.contains("history 1 of 2"), "{empty}");
    screen.press("kind");
    screen.key(KeyCode::Char('r'), KeyModifiers::CONTROL);
    let found = screen.shown();
    assert!(
        line(&found, "history 2 of 2").starts_with(" / kind:status"),
        "only those that hold what is typed:\n{found}"
    );
}

#[test]
fn masked_no_phone_is_offered() {
    let mut screen = screen(120, 36);
    assert!(screen.press("2/number:").contains("▌85230174859"));
    screen.press("\x1bM/");
    screen.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    let masked = screen.press("number:");
    assert!(masked.lines().nth(2).unwrap().starts_with(" / number:"), "{masked}");
    assert!(!masked.contains("85230174859"), "{masked}");
}

#[test]
fn the_language_is_explained_at_every_size_and_in_every_language() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut screen = screen(width, height);
        screen.press("2/");
        let help = tap(&mut screen, KeyCode::F(1));
        assert!(help.contains("What can be written"), "{help}");
        for _ in 0..10 {
            tap(&mut screen, KeyCode::PageDown);
        }
        assert!(screen.shown().contains("request"), "the last field can be reached:\n{}", screen.shown());
        assert!(screen.press("\x1b").contains(" / "), "back in the prompt");
    }
    let mut screen = Screen::in_language(120, 36, Lang::Zh);
    screen.press("2/");
    assert!(tap(&mut screen, KeyCode::F(1)).replace(' ', "").contains("客户,不论谁写的"));
}

/// Everything in one window, committed in as many transactions.
fn long() -> Screen {
    let mut screen = Screen::new(120, 36);
    for at in 0..40 {
        screen.post("failed", Some(if at % 4 == 0 { 131_049 } else { 131_026 }));
        screen.arrive();
    }
    screen.now += 60_000;
    screen
}

#[test]
fn reading_for_a_filter_is_given_up_and_goes_on() {
    for (tab, percent, all) in [("2", 6, "10 shown · 30 hidden"), ("3", 7, "/ code:131049 · 10 of 40 outbound")] {
        let mut screen = long();
        screen.press(tab);
        screen.keys("/code:131049\n");
        let reading = screen.read_a_little();
        assert!(reading.contains(" at least ") && reading.contains(&format!("read {percent} %")), "{reading}");
        assert!(reading.contains("Esc stop reading"), "{reading}");
        let stopped = screen.press("\x1b");
        assert!(stopped.contains(&format!("stopped at {percent} %, / Enter goes on")), "{stopped}");
        assert!(stopped.contains("131049") && stopped.contains(" at least "), "what was found stands:\n{stopped}");
        let whole = screen.press("/\n");
        assert!(whole.contains(all) && !whole.contains("stopped"), "{whole}");
    }
}

#[test]
fn what_was_found_before_stands_until_something_of_the_next_filter_is_found() {
    let mut screen = long();
    screen.press("3/code:131049\n");
    screen.keys("/ status:failed\n");
    assert!(line(&screen.drawn(), "131049").contains("failed"), "nothing of the next filter was read yet");
}

#[test]
fn filters_that_were_applied_are_known_after_a_restart() {
    let mut first = screen(120, 36);
    first.press("2/status:failed\n");
    first.press("/ code:131026\n");
    first.app.left().save(first.directory.path()).unwrap();
    let left = watop::tui::session::Session::load(first.directory.path()).unwrap().unwrap();

    let mut again = screen(120, 36);
    again.app.recall(&left, false);
    again.press("/");
    again.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
    assert!(line(&tap(&mut again, KeyCode::Up), "history 1 of 2").starts_with(" / status:failed code:131026"));
    assert!(line(&tap(&mut again, KeyCode::Up), "history 2 of 2").starts_with(" / status:failed "));
}

#[test]
fn ids_event_names_webhook_fields_and_types_that_came_are_offered() {
    let mut screen = screen(120, 36);
    let paused = r#"{"object":"whatsapp_business_account","entry":[{"id":"104","time":1773325920,"changes":[{"field":"message_template_status_update","value":{"event":"PAUSED","message_template_id":7,"message_template_name":"order_update","message_template_language":"en_US","reason":"NONE"}}]}]}"#;
    screen.commit(paused.as_bytes());
    screen.shown();
    for (typed, offered) in
        [("event:P", "▌PAUSED"), ("field:mess", "▌message_template_status_update"), ("id:wamid", "▌wamid.4")]
    {
        let shown = screen.press(&format!("2/{typed}"));
        assert!(shown.contains(offered), "{typed}:\n{shown}");
        assert!(!shown.contains("messages in 15 m"), "{shown}");
        screen.key(KeyCode::Char('u'), KeyModifiers::CONTROL);
        screen.press("\n");
    }
    screen.press("M");
    assert!(!screen.press("/id:wam").contains("wamid."), "ids hold phones: masked they are not offered");
}

#[test]
fn whatever_arrives_the_window_is_read_to_its_start() {
    let mut screen = long();
    screen.press("3");
    screen.keys("/code:131049\n");
    let read = (0..60).any(|_| {
        screen.post("failed", Some(131_049));
        screen.arrive();
        !screen.read_a_little().contains(" at least ")
    });
    assert!(read, "{}", screen.drawn());
}
