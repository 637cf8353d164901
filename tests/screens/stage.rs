//! The program on a test terminal: keys in, cells out, with the journal of a [`World`] behind it and a clock that stands.

use crate::world::{NOW, World};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use std::path::PathBuf;
use watop::config::Lang;
use watop::event::Millis;
use watop::event::mask::Masker;
use watop::monitor::Monitor;
use watop::receiver::Vitals;
use watop::source::Feed;
use watop::tui::app::{App, Setup};
use watop::tui::input::Input;
use watop::tui::keymap::Keymap;
use watop::tui::store::{self, Slice};
use watop::tui::theme::{Depth, Theme};
use watop::tui::update;

/// Panes of the overview.
const PANES: usize = 4;

/// The themes it is drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dress {
    /// Dark, all colours, Unicode.
    Dark,
    /// No colour, ASCII glyphs.
    MonoAscii,
}

impl Dress {
    pub(crate) fn theme(self) -> Theme {
        match self {
            Self::Dark => Theme::load("dark", Depth::True, false).unwrap(),
            Self::MonoAscii => Theme::load("mono", Depth::None, true).unwrap(),
        }
    }
}

pub(crate) struct Stage {
    pub(crate) app: App,
    /// What time it is.
    pub(crate) now: Millis,
    terminal: Terminal<TestBackend>,
    directory: PathBuf,
    dress: Dress,
    /// How often the focus went on to the next pane since it was on the first.
    tabs: usize,
}

impl Stage {
    /// The overview, with everything read.
    pub(crate) fn new(world: &World, lang: Lang, (width, height): (u16, u16)) -> Self {
        let app = App::new(Setup {
            themes: vec![Dress::Dark.theme(), Dress::MonoAscii.theme()],
            lang,
            masker: Masker::new([7; 16]),
            masked: false,
            keymap: Keymap::new(&[]).unwrap(),
            monitor: Monitor::new(Default::default()),
            settings: Default::default(),
            zone: jiff::tz::TimeZone::fixed(jiff::tz::offset(8)),
            intake: world.intake.clone(),
        });
        let terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut stage =
            Self { app, now: NOW, terminal, directory: world.path().to_owned(), dress: Dress::Dark, tabs: 0 };
        let total = world.batches.len() as u64;
        for (batch, done) in world.batches.iter().zip(1..) {
            stage.app.feed(Feed::History { batch: batch.clone(), done, total }, NOW);
        }
        stage.app.feed(Feed::CaughtUp, NOW);
        if total > 0 {
            let gauges = watop::journal::Gauges::default();
            let verified = (9_214, 388);
            stage.app.vitals(Vitals { ack_us: Some((1_800, 7_600)), refused: 20, unavailable: 0, verified, gauges });
        }
        stage.settle();
        stage
    }

    pub(crate) fn size(&self) -> (u16, u16) {
        let area = self.terminal.backend().buffer().area;
        (area.width, area.height)
    }

    /// Presses keys; each is one character, control characters as terminals send them.
    pub(crate) fn press(&mut self, keys: &str) {
        self.tabs += keys.matches('\t').count();
        for (at, character) in keys.char_indices() {
            self.key(character);
            // What is typed into a prompt asks for nothing until its end.
            let line = keys[..at].rsplit('\n').next().unwrap_or_default();
            let typing = line.contains(['/', ':']) && character != '\n' && at + 1 < keys.len();
            if typing { self.draw() } else { self.settle() }
        }
    }

    /// The value under the cursor, as its key copies it.
    pub(crate) fn copied(&mut self) -> String {
        self.copied_by('y')
    }

    /// What finds it, as its key copies that.
    pub(crate) fn copied_path(&mut self) -> String {
        self.copied_by('Y')
    }

    fn copied_by(&mut self, key: char) -> String {
        let key = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
        match update::input(&mut self.app, Input::Key(key), self.now) {
            update::Effect::Copy(value) => value,
            other => panic!("nothing is copied: {other:?}"),
        }
    }

    fn key(&mut self, character: char) {
        let key = match character {
            '\n' => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
            '\u{1b}' => KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE),
            '\t' => KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE),
            '\u{1}'..='\u{1a}' => {
                let letter = char::from(b'a' + u8::try_from(character).unwrap() - 1);
                KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)
            }
            other => KeyEvent::new(KeyCode::Char(other), KeyModifiers::NONE),
        };
        update::input(&mut self.app, Input::Key(key), self.now);
    }

    /// A click; twice at the same place is a double click.
    pub(crate) fn click(&mut self, at: (u16, u16)) {
        self.point(MouseEventKind::Down(MouseButton::Left), at);
        self.point(MouseEventKind::Up(MouseButton::Left), at);
        self.settle();
    }

    /// The button goes down at one place and up at another.
    pub(crate) fn drag(&mut self, from: (u16, u16), to: (u16, u16)) {
        self.point(MouseEventKind::Down(MouseButton::Left), from);
        self.point(MouseEventKind::Drag(MouseButton::Left), to);
        self.point(MouseEventKind::Up(MouseButton::Left), to);
        self.settle();
    }

    fn point(&mut self, kind: MouseEventKind, (column, row): (u16, u16)) {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        update::input(&mut self.app, Input::Mouse(event), self.now);
    }

    /// The rows of the screen.
    pub(crate) fn rows(&mut self) -> Vec<String> {
        let buffer = self.shown(Dress::Dark);
        let width = usize::from(buffer.area.width);
        buffer.content.chunks(width).map(|row| row.iter().map(|cell| cell.symbol()).collect()).collect()
    }

    /// What the command `export` writes for what is shown; empty when it writes nothing.
    pub(crate) fn exported(&mut self, format: &str) -> String {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(format!("shown.{format}"));
        self.press(&format!(":\u{15}export {}\n", file.display()));
        std::fs::read_to_string(file).unwrap_or_default()
    }

    /// Back to the overview as it was at first: nothing over it, now, nothing zoomed, focus on the first pane.
    pub(crate) fn go_home(&mut self) {
        ['\u{1b}', '\u{1b}', '\u{1b}', '\u{1b}', '1', '0'].into_iter().for_each(|key| self.key(key));
        let panes = std::mem::take(&mut self.tabs) % PANES;
        self.press(&"\t".repeat((PANES - panes) % PANES));
        self.tabs = 0;
    }

    /// Draws, reading from the journal whatever the screen asks for, until it asks for nothing more.
    fn settle(&mut self) {
        for _ in 0..1_000 {
            self.draw();
            let jobs = self.app.jobs(self.now);
            if jobs.is_empty() {
                return;
            }
            for job in jobs {
                self.app.answered(store::answer(&self.directory, job, Slice::WHOLE).unwrap(), self.now);
            }
        }
        panic!("the screen never stops reading");
    }

    fn draw(&mut self) {
        self.terminal.draw(|frame| self.app.draw(frame, self.now)).unwrap();
    }

    /// What is shown, in this dress.
    pub(crate) fn shown(&mut self, dress: Dress) -> Buffer {
        if self.dress != dress {
            self.app.themed(Ok(dress.theme()));
            self.dress = dress;
        }
        self.settle();
        // What was drawn, not what the test terminal holds: that one leaves the second cell of a wide sign as it was.
        let now = self.now;
        self.terminal.draw(|frame| self.app.draw(frame, now)).unwrap().buffer.clone()
    }
}
