//! The one place that prints: data to stdout, diagnostics to stderr.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

/// Data for whoever reads stdout. Written through a buffer: call [`Self::finish`] at the end.
pub(super) struct Data {
    out: BufWriter<Stdout>,
    /// Whether a person looks at it on a terminal.
    pub(super) terminal: bool,
    colour: bool,
}

/// What a piece of text means, for colour.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tone {
    Strong,
    Quiet,
    Good,
    Warning,
    Bad,
}

/// Says so when nothing was ever received into `dir`: what is printed of it is true and may not be what was meant.
pub(super) fn note_absent(dir: &Path) {
    if !dir.join("journal.db").exists() {
        let dir = dir.display();
        diagnostic(&format!(
            "{dir} holds no journal yet: nothing was received there; another one is named with --data-dir"
        ));
    }
}

impl Data {
    pub(super) fn new(colour: Colour) -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = match colour {
            Colour::Auto => terminal && !plain,
            Colour::Always => true,
            Colour::Never => false,
        };
        Self { out: BufWriter::with_capacity(64 << 10, stdout), terminal, colour }
    }

    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(b"\n")
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// `text` in the colour of `tone`, where colours are wanted.
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Strong => "1",
            Tone::Quiet => "2",
            Tone::Good => "32",
            Tone::Warning => "33",
            Tone::Bad => "31",
        };
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Hands over what is in the buffer.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// One line for the user on stderr. A stderr that is gone must not stop a receiver.
pub(super) fn line(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The same, marked as watop's.
pub(super) fn diagnostic(message: &str) {
    line(&format!("watop: {message}"));
}

/// Progress of long work: nothing within the first second, nothing where stderr is no terminal.
pub(super) struct Progress {
    what: &'static str,
    next: Option<Instant>,
    shown: bool,
}

impl Progress {
    const PATIENCE: Duration = Duration::from_secs(1);
    const PACE: Duration = Duration::from_millis(100);

    pub(super) fn new(what: &'static str) -> Self {
        let next = io::stderr().is_terminal().then(|| Instant::now() + Self::PATIENCE);
        Self { what, next, shown: false }
    }

    /// Says how far the work is.
    pub(super) fn step(&mut self, done: u64, total: u64) {
        let Some(next) = self.next.filter(|next| *next <= Instant::now()) else { return };
        self.next = Some(next + Self::PACE);
        self.shown = true;
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
        let _ = write!(io::stderr(), "\r\x1b[K{} {percent} %", self.what);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
