//! A whole screen on a test terminal over a journal, as the program runs it, without its threads.

use crate::history::{self, NOW, Source};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast;
use watop::config::Lang;
use watop::event::Millis;
use watop::event::mask::Masker;
use watop::journal::{Batch, Journal, Reader};
use watop::monitor::Monitor;
use watop::monitor::view::{Scope, Span};
use watop::query::Filter;
use watop::source::{Feed, filtered};
use watop::tui::app::{App, Setup};
use watop::tui::input::Input;
use watop::tui::keymap::Keymap;
use watop::tui::panes::Intake;
use watop::tui::store::{self, Slice};
use watop::tui::theme::{Depth, Theme};
use watop::tui::update;

pub(crate) struct Screen {
    app: App,
    terminal: Terminal<TestBackend>,
    journal: Journal,
    commits: broadcast::Receiver<Arc<Batch>>,
    source: Source,
    directory: tempfile::TempDir,
    now: i64,
    events: usize,
}

impl Screen {
    /// A screen that has read a history of `events` events.
    pub(crate) fn with_history(events: usize) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let (journal, source) = history::write(directory.path(), events);
        let commits = journal.subscribe();
        let app = App::new(Setup {
            themes: vec![Theme::load("dark", Depth::True, false).expect("the embedded theme")],
            lang: Lang::En,
            masker: Masker::new([7; 16]),
            masked: false,
            keymap: Keymap::new(&[]).expect("the default keys"),
            monitor: Monitor::new(Default::default()),
            settings: Default::default(),
            zone: jiff::tz::TimeZone::UTC,
            intake: Intake { address: "http://127.0.0.1:8787/webhook".to_owned(), ..Intake::default() },
        });
        let terminal = Terminal::new(TestBackend::new(120, 36)).expect("a terminal");
        let mut screen = Self { app, terminal, journal, commits, source, directory, now: NOW, events };
        screen.read_history();
        screen
    }

    fn read_history(&mut self) {
        let reader = Reader::open(self.directory.path()).expect("the journal");
        let mut page = 0;
        while let Some(batch) = reader.next(page).expect("a page") {
            page = batch.page;
            self.app.feed(Feed::History { batch: Arc::new(batch), done: page, total: page }, Millis(self.now));
        }
        self.app.feed(Feed::CaughtUp, Millis(self.now));
        self.draw();
    }

    /// How long it takes until a filter over the whole screen has counted the journal, and how many messages it selects. The
    /// screen shows the counts of before meanwhile.
    pub(crate) fn filter(&self, expression: &str) -> (Duration, u64) {
        let filter = Filter::parse_for_messages(expression).expect("a filter");
        let reader = Reader::open(self.directory.path()).expect("the journal");
        let started = Instant::now();
        let monitor = filtered::count(reader, filter, Default::default(), |_, _| {}).expect("counts");
        let took = started.elapsed();
        let all = Scope { span: Span::covering(Millis(0), Millis(self.now)), as_of: Millis(self.now), number: None };
        (took, monitor.counts(&all).attempted)
    }

    pub(crate) fn events(&self) -> usize {
        self.events
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    }

    pub(crate) fn press(&mut self, key: char) {
        self.code(if key == '\t' { KeyCode::Tab } else { KeyCode::Char(key) });
    }

    fn code(&mut self, code: KeyCode) {
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        update::input(&mut self.app, Input::Key(key), Millis(self.now));
    }

    /// How long the slowest key takes, with the frame that shows what it did, while `typed` is typed into the prompt; what arrives
    /// in between makes everything that is known old. Of some rounds the median.
    pub(crate) fn slowest_key(&mut self, typed: &str, rounds: usize) -> Duration {
        let mut took = Vec::new();
        for _ in 0..rounds {
            self.press('/');
            let mut slowest = Duration::ZERO;
            for key in typed.chars() {
                self.live(1);
                self.draw();
                let began = Instant::now();
                self.press(key);
                slowest = slowest.max(began.elapsed() + self.draw());
            }
            self.code(KeyCode::Esc);
            took.push(slowest);
        }
        took.sort_unstable();
        took.get(rounds / 2).copied().unwrap_or_default()
    }

    /// Commits so many further requests and hands them to the screen.
    pub(crate) fn live(&mut self, requests: usize) {
        for _ in 0..requests {
            let submission = self.source.next();
            self.now = self.now.max(submission.raw.received_at.0);
            let receipt = self.journal.writer().submit(submission).expect("room in the queue");
            receipt.blocking_recv().expect("an answer").expect("a commit");
            let batch = self.commits.blocking_recv().expect("a commit");
            self.app.feed(Feed::Live(batch), Millis(self.now));
        }
    }

    /// Draws one frame and says how long that took; then reads what the frame asked for.
    pub(crate) fn draw(&mut self) -> Duration {
        let now = Millis(self.now);
        let began = Instant::now();
        self.terminal.draw(|frame| self.app.draw(frame, now)).expect("a frame");
        let took = began.elapsed();
        for job in self.app.jobs(now) {
            let answer = store::answer(self.directory.path(), job, Slice::SHORT).expect("an answer");
            self.app.answered(answer, now);
        }
        took
    }
}
