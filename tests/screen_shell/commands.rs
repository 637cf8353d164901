//! Keys, chords, the command bar, the palette, jumps in time, copies and exports.

use super::*;

fn keys(bindings: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    let owned = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
    bindings.iter().map(|(action, keys)| ((*action).to_owned(), owned(keys))).collect()
}

fn control(screen: &mut Screen, character: char) -> String {
    screen.key(KeyCode::Char(character), KeyModifiers::CONTROL);
    screen.shown()
}

/// A template is paused at the screen's time.
fn template_paused(screen: &mut Screen) {
    let seconds = screen.now / 1000;
    let body = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"104","time":{seconds},"changes":[{{"field":"message_template_status_update","value":{{"event":"PAUSED","message_template_id":7,"message_template_name":"order_update","message_template_language":"en_US","reason":"NONE"}}}}]}}]}}"#
    );
    screen.commit(body.as_bytes());
}

#[test]
fn a_chord_that_was_begun_shows_how_it_can_go_on() {
    let mut screen =
        Screen::with_keys(120, 36, &keys(&[("events", &["g e"]), ("refused", &["g r"]), ("first", &["Home"])]));
    screen.post("sent", None);
    let begun = screen.press("g");
    let footer = begun.lines().last().unwrap();
    assert!(footer.contains("g …") && footer.contains("e events") && footer.contains("r refused requests"), "{footer}");
    assert!(screen.press("e").contains("in the window"));
    let stray = screen.press("gq");
    assert!(stray.contains("no keys begin like this"), "q ends the chord and does not quit:\n{stray}");
    assert!(!screen.press("j").contains("no keys begin"), "a notice goes with the next key");
}

#[test]
fn a_command_is_completed_run_and_remembered() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    let typed = screen.press(":win");
    assert!(typed.lines().last().unwrap().starts_with(" :win"), "{typed}");
    assert!(typed.contains("window 6h"), "what it takes is shown:\n{typed}");
    let ran = screen.press("\t6h\n");
    assert!(ran.contains("window 6 h"), "{ran}");
    screen.press(":");
    screen.key(KeyCode::Up, KeyModifiers::NONE);
    assert!(screen.shown().lines().last().unwrap().starts_with(" :window 6h"));
    assert_eq!(screen.key(KeyCode::Esc, KeyModifiers::NONE), Effect::Draw);
    assert!(screen.shown().lines().last().unwrap().contains("help"));
}

#[test]
fn a_wrong_command_is_explained_above_it_and_stays_to_be_mended() {
    let mut screen = Screen::new(80, 24);
    let wrong = screen.press(":theme lihgt\n");
    let lines: Vec<_> = wrong.lines().collect();
    assert!(lines[22].contains("there is no theme lihgt"), "{wrong}");
    assert!(lines[23].starts_with(" :theme lihgt"), "{wrong}");
    assert!(!screen.press("\x1b").contains("lihgt"));
}

#[test]
fn pasted_text_is_typed_into_the_bar_and_never_run() {
    let mut screen = Screen::new(80, 24);
    screen.press(":");
    update::input(&mut screen.app, Input::Paste("window 6h\nquit\n".to_owned()), Millis(screen.now));
    let shown = screen.shown();
    assert!(shown.lines().last().unwrap().starts_with(" :window 6hquit"), "{shown}");
}

#[test]
fn the_palette_finds_actions_and_commands_and_runs_them() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut screen = Screen::new(width, height);
        screen.post("sent", None);
        screen.shown();
        let open = control(&mut screen, 'p');
        assert!(open.contains("Palette") && open.contains("next pane"), "{open}");
        let found = screen.press("win1h");
        assert!(found.contains("window 1h"), "{found}");
        screen.press("\n");
        let past = screen.press("{");
        assert!(width < 70 || past.contains("1 h"), "{past}");
    }
}

#[test]
fn every_action_can_be_run_by_its_name() {
    use watop::tui::action::Action;
    for action in Action::ALL {
        let mut screen = Screen::new(120, 36);
        screen.post("failed", Some(131_026));
        screen.shown();
        screen.press(&format!(":{}", action.name()));
        let effect = screen.key(KeyCode::Enter, KeyModifiers::NONE);
        assert_ne!(effect, Effect::Nothing, "{}", action.name());
        screen.shown();
    }
}

#[test]
fn a_window_from_one_time_to_another_is_shown_with_its_edges() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.now += 3 * 3_600_000;
    let shown = screen.press(":from 14:20 to 15:07\n");
    assert!(line(&shown, "window").contains("47 m  14:20–15:07"), "{shown}");
    assert!(line(&shown, "watop").contains("◀"), "{shown}");
    let back = screen.press("{");
    assert!(line(&back, "window").contains("14:20–15:07"), "nothing older is known: it stays\n{back}");
    assert!(screen.press("0").contains("● LIVE"));
}

#[test]
fn t_asks_for_a_time_and_puts_it_in_the_middle_of_the_window() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.now += 3 * 3_600_000;
    assert!(screen.press("t").lines().last().unwrap().starts_with(" :goto "));
    let shown = screen.press("14:40\n");
    assert!(line(&shown, "window").contains("14:33–14:48"), "{shown}");
}

#[test]
fn n_goes_from_alert_to_alert_and_says_which() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    for _ in 0..2 {
        template_paused(&mut screen);
        screen.now += 2 * 3_600_000;
    }
    screen.shown();
    let last = screen.press("N");
    assert!(last.contains("alert 2 of 2: template paused order_update"), "{last}");
    assert!(line(&last, "window").contains("16:25–16:40"), "{last}");
    let first = screen.press("N");
    assert!(first.contains("alert 1 of 2"), "{first}");
    assert!(line(&first, "window").contains("14:25–14:40"), "{first}");
    assert!(screen.press("N").contains("no earlier alert"));
    assert!(screen.press("n").contains("alert 2 of 2"));
    assert!(screen.press("n").contains("no later alert"));
}

#[test]
fn one_number_alone_is_looked_at() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.posted += 1;
    let other = r#"{"statuses":[{"id":"wamid.x","status":"sent","timestamp":"1773325920","recipient_id":"852"}],"business_phone":"16693334444"}"#;
    screen.commit(other.as_bytes());
    assert!(screen.shown().contains("all numbers"));
    let one = screen.press(":number 1669\n");
    assert!(line(&one, "window").contains("1669…444"), "{one}");
    assert!(line(&one, "│ attempted").contains(" 1 "), "{one}");
    assert!(screen.press(":number all\n").contains("all numbers"));
}

#[test]
fn what_is_shown_is_exported_and_no_file_is_replaced_unasked() {
    let mut screen = Screen::new(120, 36);
    for code in [131_026, 131_026, 131_049] {
        screen.post("failed", Some(code));
    }
    screen.post("sent", None);
    screen.shown();
    let path = |name: &str| screen.directory.path().join(name);
    let (list, picture, events) = (path("codes.csv"), path("screen.txt"), path("events.ndjson"));
    let said = screen.press(&format!(":export {}\n", list.display()));
    assert!(said.contains("2 lines written"), "{said}");
    let codes = std::fs::read_to_string(&list).unwrap();
    assert!(codes.lines().next().unwrap().starts_with("code,"), "{codes}");
    assert!(codes.contains("131026") && codes.contains("131049"), "{codes}");
    let again = screen.press(&format!(":export {}\n", list.display()));
    assert!(again.contains("write export! to replace it"), "{again}");
    assert!(screen.press(&format!(":export! {}\n", list.display())).contains("2 lines written"));
    screen.press(&format!(":export {}\n", picture.display()));
    let drawn = std::fs::read_to_string(&picture).unwrap();
    assert!(drawn.contains("Failures by code") && !drawn.contains(":export"), "{drawn}");
    screen.press("2/status:failed\n");
    let said = screen.press(&format!(":export {}\n", events.display()));
    assert!(said.contains("3 lines written"), "{said}");
    assert_eq!(std::fs::read_to_string(&events).unwrap().lines().count(), 3);
    assert!(screen.press(":export list.doc\n").contains("the name says the format"));
}

#[test]
fn the_value_or_the_filter_under_the_cursor_is_copied() {
    let mut screen = Screen::new(120, 36);
    screen.post("failed", Some(131_026));
    screen.shown();
    let copied = |screen: &mut Screen, key| screen.key(KeyCode::Char(key), KeyModifiers::NONE);
    assert_eq!(copied(&mut screen, 'y'), Effect::Copy("131026".to_owned()));
    assert!(screen.shown().contains("sent to the terminal: 131026"));
    assert_eq!(copied(&mut screen, 'Y'), Effect::Copy("code:131026 outcome:failed".to_owned()));
    screen.press("2");
    screen.press("k");
    assert_eq!(copied(&mut screen, 'y'), Effect::Copy("wamid.1".to_owned()));
}

#[test]
fn tabs_are_switched_to_by_name_and_number() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    assert!(screen.press(":tab mess\n").contains(" Messages   no filter"));
    assert!(screen.press(":tab 1\n").contains("Failures by code"));
    let wrong = screen.press(":tab 7\n");
    assert!(wrong.contains("write 1 to 6 or a name: overview, events, messages, refused, forward, costs"), "{wrong}");
}

#[test]
fn every_list_that_sorts_is_sorted_by_a_column_either_way_round() {
    let mut screen = Screen::new(120, 36);
    for code in [131_026, 131_049, 131_049, 131_053] {
        screen.post("failed", Some(code));
    }
    screen.shown();
    let nothing = screen.press(":sort code\n");
    assert!(nothing.contains("nothing here can be sorted"), "{nothing}");
    screen.press("\x1bz");
    let offered = screen.press(":sort co");
    assert!(offered.contains("sort code asc") && offered.contains("sort code desc"), "{offered}");
    let place = |screen: &str, what: &str| screen.lines().position(|line| line.contains(what)).unwrap();
    let up = screen.press("de\n");
    assert!(up.contains("code▲") && place(&up, "131026") < place(&up, "131049"), "{up}");
    let down = screen.press(":sort code desc\n");
    assert!(down.contains("code▼") && place(&down, "131053") < place(&down, "131026"), "{down}");
    let left = screen.app.left();
    screen.app.recall(&left, false);
    assert!(screen.shown().contains("code▼"), "it is remembered");
    let most = screen.press(":sort messages\n");
    assert!(most.contains("msgs▼") && place(&most, "131049") < place(&most, "131026"), "{most}");
    let least = screen.press(":sort messages asc\n");
    assert!(least.contains("msgs▲") && place(&least, "131026") < place(&least, "131049"), "{least}");
    screen.press("z\tz");
    let newest = screen.press(":sort last\n");
    assert!(newest.contains("newest first"), "{newest}");
    let again = screen.press(":sort last desc\n");
    assert!(again.contains("newest first"), "the same once more changes nothing:\n{again}");
    assert!(!screen.press(":sort closes\n").contains("newest first"));
    let wrong = screen.press(":sort closes desc\n");
    assert!(wrong.contains("write closes asc"), "{wrong}");
}
