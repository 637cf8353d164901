//! What changed.

use crate::{NOW, Screen, line};

/// A calm window, then one in which a code appears that was never there.
fn turned(width: u16, height: u16) -> Screen {
    let mut screen = Screen::new(width, height);
    screen.now = NOW - 25 * 60_000;
    for _ in 0..60 {
        screen.post("delivered", None);
        screen.arrive();
    }
    screen.now = NOW - 5 * 60_000;
    for at in 0..60 {
        let failed = at % 2 == 0;
        screen.post(if failed { "failed" } else { "delivered" }, failed.then_some(131_026));
        screen.arrive();
    }
    screen
}

#[test]
fn a_new_code_stands_first_with_both_sides_and_their_interval() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let mut screen = turned(size.0, size.1);
        let page = screen.press("v");
        assert!(page.contains("Overview › What changed"), "{page}");
        let new = line(&page, "▌");
        for part in ["new", "131026 Undeliverable", "50.0 %", "0 %", "+50.0", " to "] {
            assert!(new.contains(part), "{part} in {new}");
        }
        assert!(line(&page, "failed, of attempted").contains("rose"), "{page}");
        assert!(page.contains("with fewer than 30 messages on a side"), "{page}");
    }
}

#[test]
fn a_difference_opens_its_messages_and_esc_walks_back() {
    let mut screen = turned(120, 36);
    screen.press("v");
    let messages = screen.press("\n");
    assert!(messages.contains("code:131026 outcome:failed") && messages.contains("30 of "), "{messages}");
    assert!(messages.contains("What changed › 131026 Undeliverable"), "{messages}");
    assert!(screen.press("\u{1b}").contains("All messages"));
    assert!(!screen.press("\u{1b}").contains("What changed ›"));
}

#[test]
fn nothing_is_claimed_against_a_window_without_messages() {
    let mut screen = Screen::new(120, 36);
    for _ in 0..40 {
        screen.post("sent", None);
        screen.arrive();
    }
    let page = screen.press("v");
    assert!(
        page.contains("nothing to compare with") && !page.contains("appeared") && !page.contains("differences"),
        "{page}"
    );
}
