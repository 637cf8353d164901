//! A backend that writes nothing when nothing changed, brackets what it writes as one synchronized update, and draws graphemes
//! of unsure width so that no terminal is put out by them.

use super::unsure::Shown;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use std::io::{self, Write};

const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";

/// Wraps a backend. Between two flushes, the first thing that has to be written opens a synchronized update; the flush closes it.
pub(super) struct Frugal<B> {
    inner: B,
    writing: bool,
    cursor: Option<Cursor>,
    shown: Shown,
}

/// Where the cursor was put last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    Hidden,
    Shown(Option<Position>),
}

impl<B: Backend<Error = io::Error> + Write> Frugal<B> {
    pub(super) fn new(inner: B) -> Self {
        Self { inner, writing: false, cursor: None, shown: Shown::default() }
    }

    /// Forgets where the cursor was: somebody else wrote to the terminal.
    pub(super) fn forget_cursor(&mut self) {
        self.cursor = None;
    }

    /// Writes bytes that change no cell, with the next flush.
    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_all(bytes)
    }

    fn begin(&mut self) -> io::Result<()> {
        if !self.writing {
            self.writing = true;
            self.inner.write_all(BEGIN_UPDATE)?;
        }
        Ok(())
    }
}

impl<B: Backend<Error = io::Error> + Write> Backend for Frugal<B> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.begin()?;
        if let Some(Cursor::Shown(at)) = &mut self.cursor {
            *at = None; // drawing moves it
        }
        for run in self.shown.runs(content) {
            self.inner.draw(run.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor == Some(Cursor::Hidden) {
            return Ok(());
        }
        self.begin()?;
        self.cursor = Some(Cursor::Hidden);
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if matches!(self.cursor, Some(Cursor::Shown(_))) {
            return Ok(());
        }
        self.begin()?;
        self.cursor = Some(Cursor::Shown(None));
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal could hang on one that does not answer; the screen is drawn whole, so the answer does not matter.
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor == Some(Cursor::Shown(Some(position))) {
            return Ok(());
        }
        self.begin()?;
        if let Some(Cursor::Shown(at)) = &mut self.cursor {
            *at = Some(position);
        }
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.begin()?;
        self.shown.forget();
        self.inner.clear()
    }

    fn clear_region(&mut self, kind: ClearType) -> io::Result<()> {
        self.begin()?;
        // Also when the size changes: what stood on a wider screen must not be drawn again on this one.
        if kind == ClearType::All {
            self.shown.forget();
        }
        self.inner.clear_region(kind)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.writing {
            self.writing = false;
            self.inner.write_all(END_UPDATE)?;
        }
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use ratatui::backend::CrosstermBackend;
    use ratatui::layout::Rect;
    use ratatui::style::{Modifier, Style};
    use ratatui::{Terminal, TerminalOptions, Viewport};
    use std::cell::RefCell;
    use std::rc::Rc;

    /// A terminal that keeps what is written to it.
    #[derive(Clone, Default)]
    pub(in crate::tui::term) struct Sink(pub(in crate::tui::term) Rc<RefCell<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn terminal() -> (Terminal<Frugal<CrosstermBackend<Sink>>>, Sink) {
        let sink = Sink::default();
        let backend = Frugal::new(CrosstermBackend::new(sink.clone()));
        let viewport = Viewport::Fixed(Rect::new(0, 0, 20, 2));
        (Terminal::with_options(backend, TerminalOptions { viewport }).unwrap(), sink)
    }

    #[test]
    fn a_frame_is_one_synchronized_update() {
        let (mut terminal, sink) = terminal();
        terminal.draw(|frame| frame.buffer_mut().set_string(0, 0, "hello", Style::new())).map(|_| ()).unwrap();
        let written = sink.0.borrow().clone();
        assert!(written.starts_with(BEGIN_UPDATE) && written.ends_with(END_UPDATE));
    }

    #[test]
    fn an_unchanged_frame_writes_nothing() {
        let (mut terminal, sink) = terminal();
        for _ in 0..2 {
            sink.0.borrow_mut().clear();
            terminal.draw(|frame| frame.buffer_mut().set_string(0, 0, "hello", Style::new())).map(|_| ()).unwrap();
        }
        assert!(sink.0.borrow().is_empty());
    }

    #[test]
    fn an_unchanged_frame_with_a_cursor_writes_nothing() {
        let (mut terminal, sink) = terminal();
        for _ in 0..3 {
            sink.0.borrow_mut().clear();
            terminal.draw(|frame| frame.set_cursor_position((3, 1))).map(|_| ()).unwrap();
        }
        assert!(sink.0.borrow().is_empty());
    }

    #[test]
    fn nothing_that_was_cleared_is_drawn_again() {
        let sink = Sink::default();
        let mut backend = Frugal::new(CrosstermBackend::new(sink.clone()));
        backend.draw([(9, 0, &Cell::new("条"))].into_iter()).unwrap();
        backend.clear_region(ClearType::All).unwrap();
        sink.0.borrow_mut().clear();
        backend.draw([(9, 0, &Cell::new("|"))].into_iter()).unwrap();
        let written = String::from_utf8(sink.0.borrow().clone()).unwrap();
        let (_, after) = written.split_once('|').unwrap();
        assert!(!after.contains('H'), "the cursor goes nowhere else: {written:?}");
    }

    #[test]
    fn modifiers_without_colours_write_no_sgr_that_resets_them() {
        let (mut terminal, sink) = terminal();
        let bold = Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED);
        terminal.draw(|frame| frame.buffer_mut().set_string(0, 0, "hello", bold)).map(|_| ()).unwrap();
        let written = String::from_utf8(sink.0.borrow().clone()).unwrap();
        let (before, _) = written.split_once("hello").unwrap();
        let bold_at = before.find("\x1b[1m").unwrap();
        assert!(!before[bold_at..].contains("\x1b[m") && !before[bold_at..].contains("\x1b[0m"), "{written:?}");
    }
}
