//! The terminal: switched on and off by one guard, drawn to through one buffer.
//!
//! Whatever [`Term::enter`] switches on, [`Term::leave`] switches off in reverse order: when the guard is dropped, before a
//! panic is reported, and around a suspension.

mod backend;
mod clipboard;
mod mouse;
mod unsure;

use backend::Frugal;
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::crossterm::{cursor, execute, style};
use ratatui::{Frame, Terminal};
use std::io::{self, BufWriter, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// One frame of a large terminal fits: a frame is one write.
const BUFFER: usize = 64 << 10;

/// Whether the terminal is ours now; what the panic hook and the supervising thread go by.
static ON: AtomicBool = AtomicBool::new(false);

/// Name of the thread that draws: a panic of another thread must not be printed over the screen.
pub(super) const THREAD: &str = "screen";

/// The terminal while it is ours.
pub(super) struct Term {
    terminal: Terminal<Frugal<CrosstermBackend<BufWriter<Stdout>>>>,
    /// Whether the mouse is ours.
    mouse: bool,
}

impl Term {
    /// Takes the terminal.
    pub(super) fn enter(mouse: bool) -> io::Result<Self> {
        install_panic_hook();
        // Colour is the theme's business. Left to itself, crossterm answers NO_COLOR with empty SGRs, which reset bold and reverse.
        style::force_color_output(true);
        switch_on(mouse)?;
        let backend = Frugal::new(CrosstermBackend::new(BufWriter::with_capacity(BUFFER, io::stdout())));
        Ok(Self { terminal: Terminal::new(backend)?, mouse })
    }

    /// Draws one frame. What has not changed is not written; when nothing has, nothing is. An error means that the terminal is gone.
    pub(super) fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render).map(|_| ())
    }

    /// Sends what draws nothing: a bell, a notice. An error means that the terminal is gone.
    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout();
        out.write_all(bytes)?;
        out.flush()
    }

    /// Forgets what the terminal shows: the next frame is written whole.
    pub(super) fn redraw(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// Hands text to the terminal's clipboard. Whether it takes it is not said.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        self.terminal
            .backend_mut()
            .write_all(clipboard::sequence(text, std::env::var_os("TMUX").is_some()).as_bytes())?;
        self.terminal.backend_mut().flush()
    }

    /// Takes the mouse, or leaves it to the terminal.
    pub(super) fn take_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        if on { execute!(io::stdout(), mouse::Take) } else { execute!(io::stdout(), mouse::Leave) }
    }

    /// Gives the terminal back, for a suspension.
    pub(super) fn leave(&mut self) {
        switch_off();
    }

    /// Takes it again after [`Self::leave`], or after a stop from outside: the shell has set its own modes meanwhile.
    pub(super) fn enter_again(&mut self) -> io::Result<()> {
        switch_off();
        switch_on(self.mouse)?;
        self.terminal.backend_mut().forget_cursor();
        self.redraw()
    }
}

impl Drop for Term {
    fn drop(&mut self) {
        // Here and not later: what ratatui writes when it is dropped would reach the terminal after it was given back.
        let _ = self.terminal.show_cursor();
        let _ = self.terminal.backend_mut().flush();
        switch_off();
    }
}

fn switch_on(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    ON.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    if mouse { execute!(io::stdout(), mouse::Take) } else { Ok(()) }
}

/// Gives the terminal back if it is ours. Nothing that fails here can be helped: the terminal may be gone.
fn switch_off() {
    if ON.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stdout(), mouse::Leave, cursor::Show, DisableBracketedPaste, LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}

/// The last resort when the drawing thread hangs in a terminal that takes no more bytes: the modes can still be set back.
pub(super) fn abandon() {
    if ON.swap(false, Ordering::SeqCst) {
        let _ = disable_raw_mode();
    }
}

/// Restores the terminal before a panic of the drawing thread is reported. Panics of other threads are not printed while the
/// screen is up: they would be drawn over it, and each of those threads tells its failure through its own channel.
fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name() == Some(THREAD) {
                switch_off();
            }
            if !ON.load(Ordering::SeqCst) {
                report(panic);
            }
        }));
    });
}

/// Stops the whole process group, as Ctrl-Z does where no program has taken the key, and returns after it goes on.
#[cfg(unix)]
pub(super) fn stop_group() {
    let _ = io::stdout().flush();
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
    // The stop may come a moment after the call returns; time does not pass for a stopped process.
    std::thread::sleep(std::time::Duration::from_millis(100));
}

/// There is no job control here.
#[cfg(not(unix))]
pub(super) fn stop_group() {}

/// Whether the terminal's ground is light: asked of the terminal, which gets a quarter of a second to answer. `WATOP_NO_PROBE=1`
/// leaves it in peace.
pub(super) fn is_light() -> bool {
    use terminal_colorsaurus::{QueryOptions, ThemeMode, theme_mode};
    if std::env::var_os("WATOP_NO_PROBE").is_some_and(|value| !value.is_empty() && value != "0") {
        return false;
    }
    let mut options = QueryOptions::default();
    options.timeout = std::time::Duration::from_millis(250);
    matches!(theme_mode(options), Ok(ThemeMode::Light))
}
