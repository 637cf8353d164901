//! What the user does, read on a thread of its own.

use ratatui::crossterm::event::{self, Event, KeyEvent, KeyEventKind, MouseEvent};
use std::io;
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

/// Starts the reading thread. It ends when the terminal is gone or nobody listens.
pub(super) fn start(inputs: Sender<Input>) -> io::Result<()> {
    std::thread::Builder::new().name("keyboard".into()).spawn(move || read(&inputs)).map(|_| ())
}

fn read(inputs: &Sender<Input>) {
    while let Ok(true) = wait_for_key() {
        // Whatever is complete already, without waiting: a lone resize leaves nothing to read.
        while let Ok(true) = event::poll(std::time::Duration::ZERO) {
            let Ok(event) = event::read() else { break };
            let input = match event {
                Event::Key(key) if key.kind != KeyEventKind::Release => Input::Key(key),
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
    event::poll(std::time::Duration::from_secs(3600)).map(|_| true)
}
