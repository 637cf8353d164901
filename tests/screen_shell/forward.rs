//! The Forward tab.

use super::{NOW, Screen, line};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use std::io::{Read, Write};
use std::net::TcpListener;
use watop::event::Millis;
use watop::journal::operator::{Attempt, Fate, Operator};

const TARGET: &str = "http://127.0.0.1:9/hook";

/// A screen with three requests, of which one was taken, one failed, and one is open.
fn forwarded(width: u16, height: u16, target: &str) -> Screen {
    let mut screen = Screen::new(width, height);
    for status in ["sent", "delivered", "read"] {
        screen.post(status, None);
    }
    let mut operator = Operator::open(screen.directory.path()).unwrap();
    operator.forward_start(target, b"journal", 0, Millis(NOW)).unwrap();
    operator.forward_take(target, 3, &[1, 2, 3], 0).unwrap();
    operator.forward_begin(target, &[1, 2]).unwrap();
    let attempt = |request, status, took_ms, body: &str| Attempt {
        at: Millis(NOW + request as i64),
        target: target.into(),
        request,
        kinds: "status".into(),
        attempt: 1,
        took_ms,
        status: Some(status),
        headers: vec![("server".into(), "handler/1".to_owned())],
        body: body.into(),
        length: body.len() as u64,
        ..Attempt::default()
    };
    let ended = [
        (attempt(1, 200, 12, "taken"), Fate::Done),
        (attempt(2, 500, 212, "stack\u{1b}[31m trace"), Fate::Again(Millis(NOW + 9_000))),
    ];
    operator.forward_end(target, &ended, Some(("answers 503", Millis(NOW))), Millis(NOW)).unwrap();
    screen
}

#[test]
fn targets_attempts_and_both_sides_of_one_are_shown() {
    let mut screen = forwarded(120, 36, TARGET);
    let shown = screen.press("5");
    assert!(line(&shown, "1 Overview").contains("5 Forward"), "{shown}");
    assert!(shown.contains("✖ http://127.0.0.1:9/hook takes nothing since 14:32:00: answers 503"), "{shown}");
    let all = line(&shown, "all targets");
    let figures: Vec<_> = all.split_whitespace().collect();
    assert!(figures.windows(4).any(|row| row == ["2", "1", "0", "1"]), "waiting, 2xx, 4xx, 5xx: {all}");
    assert!(line(&shown, "✖ 500").contains("stack�[31m trace"), "{shown}");
    assert!(line(&shown, "✓ 200").contains("12 ms"), "{shown}");
    assert!(shown.contains("Request 2") && shown.contains("content-type: application/json"), "{shown}");
    assert!(shown.contains("\"status\":\"delivered\"") && shown.contains("server: handler/1"), "{shown}");
    assert!(line(&shown, "in the window").contains("2 in the window · 1 not taken"), "{shown}");

    let failed = screen.press("F");
    assert!(!failed.contains("✓ 200") && failed.contains("only those not taken"), "{failed}");
    let masked = screen.press("M");
    assert!(!masked.contains("\"status\":\"delivered\"") && !masked.contains("trace"), "{masked}");
}

#[test]
fn one_walks_from_an_attempt_to_its_events_and_from_an_event_to_its_attempts() {
    let mut screen = forwarded(120, 36, TARGET);
    let events = {
        screen.press("5");
        screen.press("j\n")
    };
    assert!(line(&events, "Forward ›").contains("request 1"), "{events}");
    assert_eq!(super::rows(&events), 1, "{events}");
    let back = screen.press("\x1b");
    assert!(back.contains("✖ 500") && back.contains("✓ 200"), "{back}");
    screen.press("2");
    screen.press("kk");
    let attempts = screen.press("w");
    assert!(attempts.contains("✖ 500") && !attempts.contains("✓ 200"), "only those of request 2\n{attempts}");
    assert!(line(&attempts, "Events ›").contains("request 2"), "{attempts}");
    assert!(screen.press("5").contains("✓ 200"), "all of them");
}

/// A handler that takes so many requests: its address, and the number and the attempt of each.
fn handler_of(requests: usize) -> (String, std::thread::JoinHandle<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let handler = std::thread::spawn(move || {
        let mut marks = Vec::new();
        while marks.len() < requests {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut head, mut bytes) = (String::new(), [0; 4096]);
            while !head.contains("}]") {
                let count = stream.read(&mut bytes).unwrap();
                head.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
            }
            stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 6\r\nconnection: close\r\n\r\nagain!").unwrap();
            let mark = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
            marks.push((mark("watop-request: "), mark("watop-attempt: ")));
        }
        marks
    });
    (url, handler)
}

#[test]
fn a_request_is_sent_again_by_a_key_and_everything_shown_by_two() {
    let (url, handler) = handler_of(3);
    let mut screen = forwarded(120, 36, &url);
    screen.press("5");
    let shown = screen.press("R");
    assert!(shown.contains("✓ 202") && shown.contains("again!"), "{shown}");
    screen.now += 2_000;
    screen.key(KeyCode::Char('r'), KeyModifiers::CONTROL);
    assert!(line(&screen.shown(), "once more").contains("send 2 again? Ctrl-R"));
    screen.key(KeyCode::Char('r'), KeyModifiers::CONTROL);
    let shown = screen.shown();
    assert_eq!(shown.matches("✓ 202").count(), 4, "three in the list, one in detail\n{shown}");
    let sent: Vec<_> = handler.join().unwrap();
    let sent: Vec<_> = sent.iter().map(|(request, attempt)| (request.as_str(), attempt.as_str())).collect();
    assert_eq!(sent, [("2", "2"), ("1", "2"), ("2", "3")]);
}

#[test]
fn marked_events_and_the_one_under_the_cursor_are_sent_again() {
    let (url, handler) = handler_of(3);
    let mut screen = forwarded(120, 36, &url);
    screen.press("2");
    let one = screen.press("kR");
    assert!(one.contains("1 sent again, 1 taken"), "{one}");
    screen.press("mkkm");
    screen.key(KeyCode::Char('r'), KeyModifiers::CONTROL);
    let asked = screen.shown();
    assert!(asked.contains("send the requests of 2 marked again? Ctrl-R once more"), "{asked}");
    let dropped = screen.press("\x1b");
    assert!(!dropped.contains("once more") && dropped.contains("2 marked"), "{dropped}");
    screen.key(KeyCode::Char('r'), KeyModifiers::CONTROL);
    screen.key(KeyCode::Char('r'), KeyModifiers::CONTROL);
    let sent = screen.shown();
    assert!(sent.contains("2 sent again, 2 taken; the answers are listed under Forward"), "{sent}");
    let sent: Vec<_> = handler.join().unwrap().into_iter().map(|(request, _)| request).collect();
    assert_eq!(sent, ["3", "1", "3"]);
}

#[test]
fn what_cannot_be_sent_again_says_why() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.press("2");
    let told = screen.press("kR");
    assert!(told.contains("nothing is forwarded: start with --forward URL"), "{told}");
}

#[test]
fn the_tab_says_what_to_do_where_nothing_is_forwarded_and_fits_every_size() {
    let mut screen = Screen::new(120, 36);
    assert!(screen.press("5").contains("--forward URL"));
    for (width, height) in [(40, 12), (80, 24), (200, 60)] {
        let mut screen = forwarded(width, height, TARGET);
        let shown = screen.press("5");
        assert!(shown.contains("500"), "{width}×{height}\n{shown}");
    }
}
