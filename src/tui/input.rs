//! What the user does, read on a thread of its own.

use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseEvent};
use std::io;
use std::time::Duration;
use tokio::sync::mpsc::Sender;

/// One thing that came from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed, or repeats.
    Key(KeyEvent),
    /// The mouse was pressed, dragged, released or its wheel turned.
    Mouse(MouseEvent),
    /// Text was pasted: never run as keys.
    Paste(String),
    /// The size changed.
    Resized,
    /// The terminal is gone.
    Vanished,
}

/// How long to wait for what is complete already: a lone resize leaves nothing to read, and without any time crossterm does not look.
const GATHER: Duration = Duration::from_millis(1);

/// Starts the reading thread. It ends when the terminal is gone or nobody listens.
pub(super) fn start(inputs: Sender<Input>) -> io::Result<()> {
    std::thread::Builder::new().name("keyboard".into()).spawn(move || read(&inputs)).map(|_| ())
}

fn read(inputs: &Sender<Input>) {
    let mut late = LateAnswer::default();
    while let Ok(true) = wait_for_key() {
        while let Ok(true) = event::poll(GATHER) {
            let Ok(event) = event::read() else { break };
            let input = match event {
                Event::Key(key) if key.kind == KeyEventKind::Release || late.takes(key) => continue,
                Event::Key(key) => Input::Key(key),
                Event::Paste(text) => Input::Paste(text),
                Event::Mouse(mouse) => Input::Mouse(mouse),
                Event::Resize(..) => Input::Resized,
                _ => continue,
            };
            if inputs.blocking_send(input).is_err() {
                return;
            }
        }
    }
    let _ = inputs.blocking_send(Input::Vanished);
}

/// What a slow terminal answers to the question for its colours when nobody waits for it any more: `ESC ] 11 ; rgb : … ESC \\`. It
/// comes as keys, and must not be taken for any.
#[derive(Debug, Default)]
struct LateAnswer(Option<usize>);

impl LateAnswer {
    /// How it begins, behind `ESC ]` and the number of the colour.
    const BEGIN: &str = "1?;rgb:";

    /// Whether the key is a part of one. What cannot be is a key again.
    fn takes(&mut self, key: KeyEvent) -> bool {
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let KeyCode::Char(c) = key.code else { return false };
        let Some(at) = self.0 else {
            self.0 = (alt && c == ']').then_some(0);
            return self.0.is_some();
        };
        let fits = !alt
            && !control
            && match Self::BEGIN.chars().nth(at) {
                Some('?') => c.is_ascii_digit(),
                Some(begin) => c == begin,
                None => c.is_ascii_hexdigit() || c == '/',
            };
        self.0 = fits.then_some(at + 1);
        fits || (at >= Self::BEGIN.len() && (alt && c == '\\' || control && c == 'g'))
    }
}

/// Waits until the terminal has something to read; `false` when it is gone. crossterm itself would read a vanished terminal
/// for ever at full speed, so it is asked only when there is a key.
#[cfg(target_os = "linux")]
fn wait_for_key() -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, poll};
    use std::io::IsTerminal;
    use std::os::fd::AsFd;
    let stdin = io::stdin();
    let console;
    let terminal = if stdin.is_terminal() {
        stdin.as_fd()
    } else {
        console = std::fs::File::open("/dev/tty")?;
        console.as_fd()
    };
    loop {
        let mut ready = [PollFd::from_borrowed_fd(terminal, PollFlags::IN)];
        match poll(&mut ready, None) {
            Ok(_) => {
                let [ready] = ready;
                let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
                return Ok(!ready.revents().intersects(gone));
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Elsewhere crossterm waits by itself.
#[cfg(not(target_os = "linux"))]
fn wait_for_key() -> io::Result<bool> {
    event::poll(Duration::from_secs(3600)).map(|_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<KeyEvent> {
        let mut modifiers = KeyModifiers::NONE;
        let key = |c| match c {
            '\u{1b}' => {
                modifiers = KeyModifiers::ALT;
                None
            }
            c => Some(KeyEvent::new(KeyCode::Char(c), std::mem::replace(&mut modifiers, KeyModifiers::NONE))),
        };
        text.chars().filter_map(key).collect()
    }

    fn left(text: &str) -> String {
        let mut late = LateAnswer::default();
        let left = keys(text).into_iter().filter(|key| !late.takes(*key));
        left.filter_map(|key| key.code.as_char()).collect()
    }

    #[test]
    fn a_late_answer_is_no_key_and_every_key_around_it_is() {
        assert_eq!(left("2\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\q"), "2q");
        assert_eq!(left("\u{1b}]10;rgb:0000/0000/0000\u{1b}\\\u{1b}]11;rgb:1e1e/1e1e/2e2e\u{1b}\\:"), ":");
        assert_eq!(left("\u{1b}]q"), "q", "a chord of somebody's own");
        assert_eq!(left("\u{1b}]11q"), "q");
    }
}
