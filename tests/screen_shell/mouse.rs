//! The mouse does what keys do, where it points; and how the screen was left comes back.

use super::*;
use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use watop::tui::session::Session;

fn mouse(screen: &mut Screen, kind: MouseEventKind, (column, row): (u16, u16)) -> Effect {
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    update::input(&mut screen.app, Input::Mouse(event), Millis(screen.now))
}

fn click(screen: &mut Screen, at: (u16, u16)) -> String {
    mouse(screen, MouseEventKind::Down(MouseButton::Left), at);
    mouse(screen, MouseEventKind::Up(MouseButton::Left), at);
    screen.shown()
}

/// Where the last line that holds `words` has them, in cells.
fn find(shown: &str, words: &str) -> (u16, u16) {
    let rows: Vec<_> = shown.lines().collect();
    let y = rows.iter().rposition(|row| row.contains(words)).unwrap_or_else(|| panic!("no {words:?} on\n{shown}"));
    let x = rows[y].split(words).next().unwrap().chars().count();
    (x as u16, y as u16)
}

#[test]
fn tabs_footer_and_rows_are_clicked_and_a_double_click_opens() {
    let mut screen = Screen::new(120, 36);
    for code in [131_026, 131_026, 131_049] {
        screen.post("failed", Some(code));
    }
    let shown = screen.shown();
    let events = click(&mut screen, find(&shown, "2 Events"));
    assert!(events.contains("in the window"), "{events}");
    let shown = click(&mut screen, find(&events, "1 Overview"));
    let selected = click(&mut screen, find(&shown, "131049"));
    assert!(line(&selected, "▌").contains("131049"), "{selected}");
    let opened = click(&mut screen, find(&shown, "131049"));
    assert!(opened.contains("code:131049"), "{opened}");
    let help = click(&mut screen, find(&opened, "? help"));
    assert!(help.contains("Keys"), "{help}");
    let closed = click(&mut screen, (0, 0));
    assert!(!closed.contains("┏ Keys"), "{closed}");
}

#[test]
fn the_wheel_moves_the_pane_under_the_mouse() {
    let mut screen = Screen::new(120, 36);
    for code in [131_026, 131_026, 131_026, 131_049, 131_049, 131_047] {
        screen.post("failed", Some(code));
    }
    let shown = screen.shown();
    mouse(&mut screen, MouseEventKind::ScrollDown, find(&shown, "131026"));
    assert!(line(&screen.shown(), "▌").contains("131047"), "three rows further is the last");
    let at = find(&shown, "Conversations");
    mouse(&mut screen, MouseEventKind::ScrollDown, at);
    assert!(screen.shown().contains("┏ Conversations"));
}

#[test]
fn a_drag_over_the_activity_selects_its_time() {
    let mut screen = Screen::new(120, 36);
    for _ in 0..5 {
        screen.post("sent", None);
    }
    screen.now += 5 * 60_000;
    let shown = screen.shown();
    let ((from, y), (to, _)) = (find(&shown, "┴14:25"), find(&shown, "┴14:30"));
    mouse(&mut screen, MouseEventKind::Down(MouseButton::Left), (from, y - 1));
    mouse(&mut screen, MouseEventKind::Drag(MouseButton::Left), (to - 1, y - 1));
    let dragged = screen.shown();
    assert!(dragged.contains("window 15 m"), "nothing is chosen before the button is let go:\n{dragged}");
    mouse(&mut screen, MouseEventKind::Up(MouseButton::Left), (to - 1, y - 1));
    let chosen = screen.shown();
    assert!(line(&chosen, "watop").contains("◀"), "{chosen}");
    assert!(line(&chosen, "window").contains("window 5 m  14:25–14:30"), "{chosen}");
}

#[test]
fn the_palette_is_clicked_too() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.shown();
    screen.key(KeyCode::Char('p'), KeyModifiers::CONTROL);
    let found = screen.press("window1h");
    let ran = click(&mut screen, find(&found, "window 1h"));
    assert!(ran.contains("window 1 h"), "{ran}");
}

#[test]
fn how_the_screen_was_left_comes_back() {
    let mut screen = Screen::new(120, 36);
    screen.post("failed", Some(131_026));
    screen.shown();
    screen.press("z]");
    screen.press("2/status:failed\n");
    let left = screen.app.left();
    left.save(screen.directory.path()).unwrap();
    let left = Session::load(screen.directory.path()).unwrap().unwrap();

    let mut again = Screen::new(120, 36);
    again.app.recall(&left, false);
    again.post("failed", Some(131_026));
    again.post("sent", None);
    let shown = again.shown();
    assert!(line(&shown, "hidden").contains("1 shown · 1 hidden"), "{shown}");
    assert!(shown.contains("window 1 h"), "{shown}");
    assert!(again.press("1").contains("Overview › Failures by code"), "the pane is zoomed again");
}

#[test]
fn what_was_opened_comes_back_and_gives_back_what_it_borrowed() {
    let mut screen = Screen::new(120, 36);
    screen.post("failed", Some(131_026));
    screen.shown();
    screen.press("\n");
    let story = screen.press("\n");
    assert!(line(&story, "Overview ›").contains("131026"), "{story}");
    let left = screen.app.left();
    left.save(screen.directory.path()).unwrap();
    let left = Session::load(screen.directory.path()).unwrap().unwrap();

    let mut again = Screen::new(120, 36);
    again.app.recall(&left, false);
    again.post("failed", Some(131_026));
    let shown = again.shown();
    assert!(shown.contains("Provider clock"), "the story of the message\n{shown}");
    assert!(line(&shown, "Overview ›").contains("›"), "{shown}");
    again.press("\x1b");
    let messages = again.press("3");
    assert!(messages.contains("no filter"), "the list behind the code was only borrowed\n{messages}");
}

#[test]
fn a_past_window_is_shown_on_the_line_of_time_and_a_pause_says_how_to_go_on() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.now += 3 * 3_600_000;
    screen.shown();
    let past = screen.press("{");
    let strip = line(&past, "◀ window");
    assert!(strip.contains("[━") && strip.contains("now") && strip.contains("{ } step 15 m"), "{past}");
    screen.press("0");
    screen.press(" ");
    screen.post("sent", None);
    let paused = screen.shown();
    assert!(line(&paused, "new events since").contains("+1 new events since, all stored"), "{paused}");
    assert!(line(&paused, "new events since").contains("Space go on"), "{paused}");
}

#[test]
fn nothing_of_a_person_stays_on_the_screen_once_it_is_masked() {
    for (width, height) in [(120, 36), (200, 60), (80, 24), (40, 12)] {
        let mut screen = Screen::new(width, height);
        let at = screen.now / 1000;
        let body = format!(
            r#"{{"contacts":[{{"profile":{{"name":"Mei Chan"}},"wa_id":"85255311705"}}],"messages":[{{"from":"85255311705","id":"wamid.HBgLODUyNTUz","timestamp":"{at}","type":"text","text":{{"body":"where is my parcel"}}}}],"business_phone":"85230174859"}}"#
        );
        screen.commit(body.as_bytes());
        screen.post("failed", Some(131_026));
        screen.shown();
        let open = screen.press("\t\n"); // opens the conversation where four panes are seen
        assert!(width < 80 || open.contains("85255311705") || open.contains("Mei"), "{open}");
        screen.press("M");
        // Of a list of events, the rows of path and filter; of everything else, all.
        let above = |shown: String| shown.lines().take(3).collect::<Vec<_>>().join("\n");
        let mut pages = vec![above(screen.shown()), screen.press("1")];
        for _ in 0..4 {
            pages.push(screen.press("\tz"));
            pages.push(screen.press("z"));
        }
        pages.push(above(screen.press("2/to:85266120298\n")));
        pages.push(screen.press("4"));
        for (page, shown) in pages.iter().enumerate() {
            for person in
                ["85255311705", "852…705", "85266120298", "852…298", "Mei", "parcel", "wamid.HBg", "85230174859"]
            {
                assert!(!shown.contains(person), "{person} on page {page} at {width}×{height}:\n{shown}");
            }
        }
    }
}

#[test]
fn marked_events_are_listed_alone_and_come_back_with_columns_sort_and_filters() {
    let mut screen = Screen::new(120, 36);
    for status in ["sent", "delivered", "failed"] {
        screen.post(status, (status == "failed").then_some(131_026));
    }
    for keys in ["2", "k", "m", "k", "m"] {
        screen.press(keys);
    }
    let marked = screen.press("'");
    let path = marked.lines().find(|row| row.contains(" / seq:")).unwrap_or_else(|| panic!("{marked}"));
    assert!(path.contains("2 shown") && path.contains("2 marked"), "{path}");
    screen.press("3/status:failed\n");
    screen.press("1zs");

    let left = screen.app.left();
    assert_eq!(left.marked().len(), 2);
    let file: watop::tui::session::Session = serde_json::from_str(&serde_json::to_string(&left).unwrap()).unwrap();
    let mut again = Screen::new(120, 36);
    again.app.recall(&file, false);
    assert_eq!(again.app.left().pages, left.pages);
}
