//! A conversation: what a customer wrote, rendered for a reader, with the answers and how far each came in line.

mod boxes;
mod draw;
mod entries;
mod lines;

use super::action::Action;
use super::areas::Hit;
use super::export::Export;
use super::lang::Lang;
use super::look::Look;
use super::order::{Direction, Order};
use super::page::{Copied, Outcome, Page};
use super::panes::Context;
use super::place::Open;
use super::store::{Job, ThreadJob, ThreadRead, Wanted};
use super::title::Title;
use super::widgets::words::Words;
use crate::event::{Millis, Text};
use crate::journal::Batch;
use crate::monitor::Monitor;
use crate::source::thread::{Piece, Who};
use entries::Entries;
use ratatui::Frame;
use ratatui::crossterm::event::{Event as Pressed, KeyCode, KeyEvent};
use ratatui::layout::Rect;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// Pieces held at most: older ones are left to the list of events.
const HELD: usize = 20_000;

/// Candidates handed to one job.
const SLICE: usize = 400;

/// Messages from the oldest one at which older ones are read.
const NEAR: usize = 60;

/// Time after which a journal that could not be read is tried again, in milliseconds.
const RETRY_AFTER: i64 = 2_000;

/// The page of one conversation at a time.
#[derive(Default)]
pub struct Thread {
    who: Option<Who>,
    /// Which conversation an answer must be for.
    generation: u64,
    /// Everything that may belong to it and is not read yet, ascending; `None` before the index was asked.
    older: Option<Vec<u64>>,
    /// What came live since and is not read yet.
    newer: Vec<u64>,
    reading: bool,
    pieces: VecDeque<Piece>,
    entries: Entries,
    /// The same pieces, counted.
    totals: Monitor,
    /// The message under the cursor; `None`: the newest, whichever that is.
    cursor: Option<Text>,
    /// The first message shown.
    top: usize,
    /// Messages that were drawn last.
    room: usize,
    newest_first: bool,
    paused: bool,
    /// What is looked for.
    wanted: String,
    typed: Option<Input>,
    /// What the reader said when it could not read, and when it is asked again.
    trouble: Option<(String, Millis)>,
}

impl Thread {
    /// Shows a conversation: from its newest message on, unless it is the one that was shown before.
    pub fn open(&mut self, who: Who) {
        if self.who.as_ref() == Some(&who) {
            return;
        }
        *self = Self {
            who: Some(who),
            generation: self.generation + 1,
            newest_first: self.newest_first,
            paused: self.paused,
            ..Self::default()
        };
    }

    /// Takes in what was read.
    pub fn found(&mut self, read: ThreadRead) {
        if read.generation != self.generation {
            return;
        }
        self.reading = false;
        self.trouble = None;
        match read.wanted {
            Wanted::Candidates => self.begin(read.left),
            Wanted::Older(seqs) => {
                if let Some(older) = &mut self.older {
                    older.truncate(older.len() - seqs.len());
                    older.extend(read.left);
                }
            }
            Wanted::Newer(seqs) => self.newer.retain(|seq| !seqs.contains(seq) || read.left.contains(seq)),
        }
        self.take(read.pieces);
    }

    /// Takes in what there is: what is older than what is held, and what is newer.
    fn begin(&mut self, candidates: Vec<u64>) {
        let held = |piece: Option<&Piece>| piece.map(|piece| piece.event.seq);
        let (first, last) = (held(self.pieces.front()), held(self.pieces.back()));
        let (older, newer): (Vec<u64>, Vec<u64>) =
            candidates.into_iter().partition(|seq| first.is_none_or(|first| *seq < first));
        self.older = Some(older);
        self.newer.extend(newer.into_iter().filter(|seq| last.is_none_or(|last| *seq > last)));
        self.newer.sort_unstable();
        self.newer.dedup();
    }

    fn take(&mut self, pieces: Vec<Piece>) {
        if pieces.is_empty() {
            return;
        }
        for piece in pieces {
            let at = self.pieces.partition_point(|known| known.event.seq < piece.event.seq);
            if self.pieces.get(at).is_some_and(|known| known.event.seq == piece.event.seq) {
                continue;
            }
            self.totals.fold(&piece.event);
            self.pieces.insert(at, piece);
        }
        while self.pieces.len() > HELD {
            self.pieces.pop_front();
        }
        self.entries = Entries::of(&self.pieces);
    }

    /// The journal could not be read. It is tried again, but not at once.
    pub fn failed(&mut self, why: String, now: Millis) {
        if std::mem::take(&mut self.reading) {
            self.trouble = Some((why, Millis(now.0 + RETRY_AFTER)));
        }
    }

    /// Whether nothing older is left to read here.
    fn is_whole(&self) -> bool {
        self.older.as_ref().is_some_and(Vec::is_empty)
    }

    fn is_full(&self) -> bool {
        self.pieces.len() >= HELD
    }

    /// The place of the message under the cursor.
    fn place(&self) -> usize {
        let last = self.entries.all().len().saturating_sub(1);
        self.cursor.as_ref().and_then(|id| self.entries.place_of(id)).unwrap_or(last)
    }

    /// Places in the order in which they are shown, which also turns them back.
    fn turned(&self, at: usize) -> usize {
        if self.newest_first { self.entries.all().len().saturating_sub(at + 1) } else { at }
    }

    /// Puts the cursor on a row.
    fn go_to_row(&mut self, row: usize) {
        let last = self.entries.all().len().saturating_sub(1);
        let at = self.turned(row.min(last));
        // On the newest the cursor goes on with what comes.
        self.cursor = self.entries.all().get(at).filter(|_| at < last).map(|entry| entry.id.clone());
    }

    /// To the next message, in the order of the screen, that is looked for; else to the next answer that failed.
    fn go_to_next(&mut self, back: bool) -> Outcome {
        let all = self.entries.all();
        let is = |row: usize| {
            let entry = all.get(self.turned(row));
            entry
                .is_some_and(|entry| if self.wanted.is_empty() { entry.failed() } else { entry.contains(&self.wanted) })
        };
        let (row, count) = (self.turned(self.place()), all.len());
        let mut steps = (1..=count).map(|step| if back { (row + count - step) % count } else { (row + step) % count });
        match steps.find(|row| is(*row)) {
            Some(row) => {
                self.go_to_row(row);
                Outcome::Changed
            }
            None => Outcome::Ignored,
        }
    }

    /// The story of the message under the cursor, or its events.
    fn behind(&self, events: bool) -> Option<Open> {
        let id = &self.entries.all().get(self.place())?.id;
        if !events {
            return Some(Open::message(id.clone()));
        }
        Some(Open::events(crate::monitor::view::term("id", id), Title::new().id(id.clone())))
    }
}

impl Page for Thread {
    fn summary<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        self.counts(ctx)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        self.draw_all(frame, area, ctx);
    }

    fn act(&mut self, action: Action) -> Outcome {
        let row = self.turned(self.place());
        let page = self.room.max(2) - 1;
        if let Some(to) = action.step(row, usize::MAX - 1, page) {
            self.go_to_row(to);
            return Outcome::Changed;
        }
        match action {
            Action::Sort => self.newest_first = !self.newest_first,
            Action::Next => return self.go_to_next(false),
            Action::Previous => return self.go_to_next(true),
            Action::Filter => self.typed = Some(Input::default()),
            Action::Open | Action::Raw => {
                return self.behind(action == Action::Raw).map_or(Outcome::Ignored, Outcome::Open);
            }
            Action::Back if !self.wanted.is_empty() => self.wanted.clear(),
            _ => return Outcome::Ignored,
        }
        Outcome::Changed
    }

    fn point(&mut self, hit: &Hit) -> Outcome {
        match hit.row {
            Some(row) => self.go_to_row(row),
            None => return Outcome::Ignored,
        }
        Outcome::Changed
    }

    fn export(&mut self, _ctx: &Context<'_>) -> Option<Export> {
        Some(Export::Events { filter: self.who.as_ref()?.filter(), whole: true })
    }

    fn remember(&self) -> Option<(&'static str, Value)> {
        Some(("thread", Value::from(self.newest_first)))
    }

    fn recall(&mut self, left: &BTreeMap<String, Value>) {
        self.newest_first = left.get("thread").and_then(Value::as_bool).unwrap_or(false);
    }

    fn orders(&self) -> Vec<Order> {
        let order = |direction| Order { column: "time", direction };
        vec![order(Direction::Ascending), order(Direction::Descending)]
    }

    fn sort(&mut self, order: Order) {
        self.newest_first = order.direction == Direction::Descending;
    }

    fn actions(&self) -> Vec<Action> {
        use Action::{Back, Down, Filter, First, Last, Next, Open, PageDown, PageUp, Previous, Raw, Sort, Up};
        let mut actions = vec![Back];
        if !self.entries.all().is_empty() {
            actions.extend([Open, Raw, Next, Previous, Sort, Filter, Down, Up, PageDown, PageUp, First, Last]);
        }
        actions
    }

    fn jobs(&mut self, _ctx: &Context<'_>, now: Millis) -> Vec<Job> {
        if self.reading || self.trouble.as_ref().is_some_and(|(_, again)| now < *again) {
            return Vec::new();
        }
        let Some(who) = self.who.clone() else { return Vec::new() };
        let near = self.place() < NEAR || !self.wanted.is_empty() || self.entries.all().len() < NEAR;
        let wanted = match &self.older {
            None => Wanted::Candidates,
            Some(_) if !self.newer.is_empty() && !self.paused => {
                Wanted::Newer(self.newer.iter().take(SLICE).copied().collect())
            }
            Some(older) if near && !older.is_empty() && !self.is_full() => {
                Wanted::Older(older.iter().skip(older.len().saturating_sub(SLICE)).copied().collect())
            }
            Some(_) => return Vec::new(),
        };
        self.reading = true;
        vec![Job::Thread(ThreadJob { generation: self.generation, who, wanted })]
    }

    fn live(&mut self, batch: &Batch, _ctx: &Context<'_>, _now: Millis) {
        let Some(who) = &self.who else { return };
        // What an amendment adds is read with the event that it amends.
        let of = batch.events.iter().filter(|event| event.amends.is_none() && who.has(event));
        self.newer.extend(of.map(|event| event.seq));
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    fn rewritten(&mut self) {
        if let Some(who) = self.who.take() {
            self.open(who);
        }
    }

    fn leave(&mut self) {
        // What comes while it is not looked at is not told: it is looked for when one comes back.
        (self.generation, self.older, self.reading) = (self.generation + 1, None, false);
        self.newer.clear();
    }

    fn copy(&self, what: Copied, look: &Look) -> Option<String> {
        let entry = self.entries.all().get(self.place())?;
        Some(match what {
            Copied::Value => look.id(&entry.id).into_owned(),
            Copied::Path => format!("seq:{}", entry.seq),
        })
    }

    fn prompt(&self, lang: Lang) -> Option<Vec<(&'static str, &'static str)>> {
        self.typed.as_ref()?;
        Some(vec![("Enter", lang.pick("search", "查找")), ("Esc", lang.pick("close", "关闭"))])
    }

    fn key(&mut self, key: KeyEvent, _ctx: &Context<'_>) {
        let Some(input) = &mut self.typed else { return };
        match key.code {
            KeyCode::Esc => self.typed = None,
            KeyCode::Enter => {
                self.typed = None;
                self.go_to_next(true);
            }
            _ => {
                input.handle_event(&Pressed::Key(key));
                self.wanted = input.value().to_lowercase();
            }
        }
    }

    fn paste(&mut self, text: &str) {
        let Some(input) = &mut self.typed else { return };
        for character in text.chars().filter(|character| !character.is_control()) {
            input.handle(tui_input::InputRequest::InsertChar(character));
        }
        self.wanted = input.value().to_lowercase();
    }
}
