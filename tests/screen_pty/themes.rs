//! Themes as the terminal and the user's files have them.

use super::{PATIENCE, Seen, Terminal, free_port, watop};
use std::time::{Duration, Instant};

/// Whether the screen stands on this ground.
fn is_ground(seen: &Seen, (r, g, b): (u8, u8, u8)) -> bool {
    seen.screen.screen().cell(20, 1).is_some_and(|cell| cell.bgcolor() == vt100::Color::Rgb(r, g, b))
}

fn wait_for_ground(terminal: &Terminal, wanted: (u8, u8, u8)) {
    terminal.wait_for("ground", |seen| is_ground(seen, wanted).then_some(()));
}

const LIGHT: (u8, u8, u8) = (0xfb, 0xfb, 0xf9);

#[test]
fn a_terminal_that_says_it_is_light_gets_the_light_theme() {
    let mut terminal = watop((120, 36), free_port(), &[("WATOP_NO_PROBE", "0")]);
    terminal.wait_for("question", |seen| String::from_utf8_lossy(&seen.bytes).contains("\x1b]11;?").then_some(()));
    terminal.press("\x1b]10;rgb:0000/0000/0000\x1b\\\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62c");
    terminal.wait_for_text("READY");
    wait_for_ground(&terminal, LIGHT);
    terminal.press("q");
    assert_eq!(terminal.wait_for_exit().exit_code(), 0);
}

#[test]
fn a_terminal_that_answers_nothing_gets_the_dark_theme_and_keeps_its_keys() {
    let mut terminal = watop((120, 36), free_port(), &[("WATOP_NO_PROBE", "0")]);
    terminal.wait_for_text("READY");
    terminal.wait_for("the terminal's own ground", |seen| {
        (seen.screen.screen().cell(20, 1)?.bgcolor() == vt100::Color::Default).then_some(())
    });
    // Too late: it is no key, and changes nothing.
    terminal.press("\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
    terminal.press("2");
    terminal.wait_for_text("0 hidden");
    terminal.press("q");
    assert_eq!(terminal.wait_for_exit().exit_code(), 0);
}

#[test]
fn a_theme_file_is_taken_when_it_changes_and_the_key_reaches_one_that_came_later() {
    let home = tempfile::tempdir().unwrap();
    let themes = home.path().join("watop/themes");
    std::fs::create_dir_all(&themes).unwrap();
    let write = |name: &str, ground: &str| {
        let text = format!("[meta]\nname = \"{name}\"\ninherits = \"dark\"\n[roles]\nground = \"{ground}\"\n");
        std::fs::write(themes.join(format!("{name}.toml")), text).unwrap();
    };
    write("mine", "#010203");
    let config = home.path().join("watop/config.toml");
    std::fs::write(&config, "[screen]\ntheme = \"mine\"\n").unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()];
    let mut terminal = Terminal::start((120, 36), &arguments, &[]);
    terminal.wait_for_text("READY");
    wait_for_ground(&terminal, (1, 2, 3));
    write("mine", "#0405");
    terminal.wait_for_text("THEME");
    write("mine", "#040506");
    wait_for_ground(&terminal, (4, 5, 6));

    write("later", "#070809");
    // The files are looked at now and then: until they were, the key goes through the others.
    let deadline = Instant::now() + PATIENCE;
    loop {
        terminal.press("T");
        terminal.written_within(Duration::from_millis(300));
        if is_ground(&terminal.seen.0.lock().unwrap(), (7, 8, 9)) {
            break;
        }
        assert!(Instant::now() < deadline, "the new theme is not found");
    }
    terminal.press("q");
    assert_eq!(terminal.wait_for_exit().exit_code(), 0);
}
