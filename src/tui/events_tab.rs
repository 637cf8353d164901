//! The Events tab: the live tail, the filter over it, and the inspector of one event.

mod again;
pub mod columns;
mod draw;
mod inspector;
mod list;
mod marks;
pub mod row;
mod seeking;

pub use inspector::scheme_word;

use super::action::Action;
use super::areas::Hit;
use super::export::Export;
use super::filter_bar::{FilterBar, Typed};
use super::lang::Lang;
use super::look::Look;
use super::narrowing::Within;
use super::page::{Copied, Outcome, Page};
use super::panes::Context;
use super::place::{Open, Place};
use super::store::{Job, Rows, RowsJob};
use super::title::Title;
use super::widgets::words::Words;
use crate::event::{Event, Millis, Text};
use crate::journal::{Batch, RawRequest};
use crate::query::Filter;
use crate::source::thread::Who;
use again::Again;
use columns::{Chooser, Column};
use inspector::{Inspector, View};
use list::{Begin, List};
use marks::Marks;
use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The halves, for the mouse.
const LIST: usize = 0;
const INSPECTOR: usize = 1;

/// In follow, the newest event is inspected at most this often, so that it can be read.
const INSPECT_EVERY: i64 = 1_000;

/// Time after which a journal that could not be read is tried again, in milliseconds.
const RETRY_AFTER: i64 = 2_000;

/// Rows from the oldest one at which older ones are read.
const NEAR: usize = 100;

/// Which half of the tab the keys go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Focus {
    #[default]
    List,
    Inspector,
}

/// The row wanted of a list that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seek {
    /// The first of the window.
    First,
    /// The first at or after a time.
    Time(Millis),
    /// The one of an event.
    Event(u64),
}

/// The tab. It reads nothing before it was opened for the first time.
#[derive(Debug, Default)]
pub struct EventsTab {
    list: List,
    bar: FilterBar,
    within: Within,
    inspector: Inspector,
    marks: Marks,
    /// The columns, while they are chosen.
    chooser: Option<Chooser>,
    focus: Focus,
    zoomed: bool,
    /// The list does not stick to its end.
    held: bool,
    /// The view is frozen: nothing newer is shown.
    paused: bool,
    /// The list is read from where it was not, and a row of it is wanted.
    seeking: Option<Seek>,
    /// Sequence number of the row under the cursor.
    selected: Option<u64>,
    /// Sequence number of the first row shown, when held.
    top: Option<u64>,
    /// Rows and lines that were drawn last: what a page is.
    room: usize,
    /// The event that was asked for, and when.
    asked: Option<(u64, Millis)>,
    /// Events of the window, and the stamp of the view they were counted for.
    counted: (u64, u64),
    /// What is sent again.
    again: Again,
    /// Scope the list was read for.
    span: Option<crate::monitor::view::Span>,
    /// What the reader said when it could not read, and when it is asked again.
    trouble: Option<(String, Millis)>,
}

impl EventsTab {
    /// Whether the list sticks to its end.
    pub fn follows(&self) -> bool {
        !self.held
    }

    /// Whether a filter is in force.
    pub fn filtered(&self) -> bool {
        self.bar.active()
    }

    /// The expression in force.
    pub fn expression(&self) -> &str {
        self.bar.expression()
    }

    /// Puts another filter in force and shows the newest that it selects.
    pub fn filter(&mut self, expression: &str) {
        self.bar.set(expression);
        self.start_over();
    }

    /// The filter in force within that of the screen.
    fn filter_within(&mut self) -> Arc<Filter> {
        self.within.filter(self.bar.expression())
    }

    fn start_over(&mut self) {
        self.list.restart(Begin::End);
        (self.held, self.selected, self.top) = (false, None, None);
    }

    /// Out of the inspector, out of the zoom, off a reading for the filter, off the selected event; then it is for others.
    fn back(&mut self) -> Outcome {
        if self.zoomed {
            self.zoomed = false;
        } else if self.focus == Focus::Inspector {
            self.focus = Focus::List;
        } else if self.reads() {
            self.list.stopped = true;
        } else if self.selected.is_some() {
            self.selected = None;
        } else {
            return Outcome::Ignored;
        }
        Outcome::Changed
    }

    /// Where the request of the event that is inspected was forwarded to.
    fn forwarded(&self) -> Outcome {
        let event = self.inspector.parts().and_then(|(event, _)| event);
        event.map_or(Outcome::Ignored, |event| Outcome::Open(Open::forwarded(event.request)))
    }

    /// Moves the cursor in the list. From an end that is followed it starts at the last row, and holds the list.
    fn walk(&mut self, action: Action) -> Outcome {
        let rows = self.list.rows();
        let Some(last) = rows.len().checked_sub(1) else { return Outcome::Ignored };
        let shown = self.first_row()..self.first_row() + self.room.max(1);
        let cursor = self.selected.map(|seq| self.list.position(seq)).filter(|at| shown.contains(at));
        let page = self.room.max(2) - 1;
        let to = match action {
            Action::Up => cursor.map_or(last.min(shown.end.saturating_sub(1)), |at| at.saturating_sub(1)),
            Action::Down => cursor.map_or(last.min(shown.end.saturating_sub(1)), |at| at + 1),
            Action::PageUp => cursor.unwrap_or(shown.end).saturating_sub(page),
            Action::PageDown => cursor.unwrap_or(shown.start) + page,
            _ => return Outcome::Ignored,
        };
        let to = to.min(last);
        self.held = true;
        self.selected = rows.get(to).map(|row| row.seq);
        let first = super::widgets::table::scroll(shown.start, to, rows.len(), self.room.max(1));
        self.top = rows.get(first).map(|row| row.seq);
        Outcome::Changed
    }

    /// Sticks to the end of the list again; the event under the cursor stays in the inspector.
    fn follow(&mut self) {
        self.held = false;
        self.top = None;
        if !self.list.attached && !self.paused {
            self.list.restart(Begin::End);
        }
    }

    /// The names of the columns shown, in their order.
    pub fn columns(&self) -> Vec<&'static str> {
        self.list.columns().iter().map(|column| column.name).collect()
    }

    /// Shows other columns; names that are none are left out, and without any the choice stays.
    pub fn choose_columns<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        let columns: Vec<_> = names.into_iter().filter_map(Column::named).collect();
        if !columns.is_empty() {
            self.show_columns(columns);
        }
    }

    fn show_columns(&mut self, columns: Vec<&'static Column>) {
        if **self.list.columns() == *columns {
            return;
        }
        let here = self.held.then(|| self.first_shown().and_then(|seq| self.row(seq))).flatten();
        let at = here.map(|row| row.received_at);
        self.list.choose(columns, at.map_or(Begin::End, Begin::At));
    }

    /// The row of an event, if it is here.
    fn row(&self, seq: u64) -> Option<&row::Row> {
        self.list.rows().get(self.list.position(seq)).filter(|row| row.seq == seq)
    }

    /// The first row shown.
    fn first_row(&self) -> usize {
        let end = self.list.rows().len().saturating_sub(self.room.max(1));
        match self.top.filter(|_| self.held) {
            Some(seq) => self.list.position(seq).min(end),
            None => end,
        }
    }

    fn first_shown(&self) -> Option<u64> {
        self.list.rows().get(self.first_row()).map(|row| row.seq)
    }

    fn row_job(&mut self, ctx: &Context<'_>, now: Millis) -> Option<RowsJob> {
        let older = self.scans() || self.first_row() < NEAR || self.list.rows().len() < self.room;
        let older = older && !self.list.stopped;
        let near_end = self.first_row() + self.room + NEAR >= self.list.rows().len();
        let newer = !self.paused && (!self.held || near_end);
        let filter = self.filter_within();
        let span = if self.paused { ctx.scope.passed() } else { ctx.scope.span };
        self.list.job(span, &filter, now, older, newer)
    }

    /// Whether the window is read to its start for the filter.
    fn scans(&self) -> bool {
        let filtered = self.bar.active() || self.within.narrowed();
        filtered && !self.list.full() && !self.list.whole && !self.list.stopped
    }

    /// The window moves on with time, or was changed by the user.
    fn follow_window(&mut self, ctx: &Context<'_>) {
        let span = ctx.scope.span;
        let before = self.span.replace(span);
        let Some(before) = before.filter(|before| *before != span) else { return };
        let moves_on = span.from >= before.from && span.to >= before.to && span.to.0 - before.to.0 <= 120_000;
        if !moves_on || span.to.0 - span.from.0 > before.to.0 - before.from.0 + 60_000 {
            self.list.restart(Begin::End);
        } else if !self.held {
            self.list.drop_before(span.from);
        }
    }

    /// The message that the event under the cursor is about.
    fn message(&self) -> Option<Text> {
        self.row(self.selected?)?.leads.as_ref()?.message.clone()
    }

    /// The conversation that the event under the cursor belongs to.
    fn conversation(&self) -> Option<Open> {
        let leads = self.row(self.selected?)?.leads.as_ref()?;
        let (number, customer) = (leads.number.clone(), leads.customer.clone()?);
        let title = Title::new().phone(customer.clone());
        Some(Open::at(Place::Thread(Who { number, customer }), title))
    }

    /// A key while the columns are chosen.
    fn choose(&mut self, key: KeyEvent) {
        let Some(chooser) = &mut self.chooser else { return };
        match key.code {
            KeyCode::Char('j') | KeyCode::Down => chooser.step(1),
            KeyCode::Char('k') | KeyCode::Up => chooser.step(-1),
            KeyCode::Char('J') | KeyCode::Right => chooser.shift(1),
            KeyCode::Char('K') | KeyCode::Left => chooser.shift(-1),
            KeyCode::Char(' ') => chooser.toggle(),
            KeyCode::Char('r') => chooser.reset(),
            KeyCode::Enter | KeyCode::Char('q') => {
                let chosen = chooser.chosen();
                self.chooser = None;
                self.show_columns(chosen);
            }
            KeyCode::Esc => self.chooser = None,
            _ => {}
        }
    }

    /// The event to inspect: the one under the cursor, else now and then the newest.
    fn inspector_job(&mut self, now: Millis) -> Option<Job> {
        let wanted = match self.selected {
            Some(seq) => seq,
            None => self.list.rows().back()?.seq,
        };
        let due = self.selected.is_some() || self.asked.is_none_or(|(_, at)| now.0 - at.0 >= INSPECT_EVERY);
        if !due || self.asked.is_some_and(|(seq, _)| seq == wanted) {
            return None;
        }
        let row = self.list.rows().get(self.list.position(wanted)).filter(|row| row.seq == wanted)?;
        self.asked = Some((wanted, now));
        Some(Job::Event { seq: row.seq, request: row.request })
    }

    /// Takes in rows.
    pub fn rows(&mut self, found: Rows) {
        self.trouble = None;
        self.list.answered(found);
        if let Some(seek) = self.seeking {
            self.seek(seek);
        }
    }

    /// Takes in an event to inspect.
    pub fn event(&mut self, seq: u64, event: Option<Box<Event>>, raw: Option<Box<RawRequest>>) {
        if self.asked.is_some_and(|(asked, _)| asked == seq) {
            self.inspector.show(seq, event, raw);
        }
    }

    /// The journal could not be read. It is tried again, but not at once.
    pub fn failed(&mut self, why: String, now: Millis) {
        self.list.reading = false;
        self.trouble = Some((why, Millis(now.0 + RETRY_AFTER)));
    }
}

impl Page for EventsTab {
    fn summary<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        self.counts(ctx)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        self.draw_halves(frame, area, ctx);
    }

    fn act(&mut self, action: Action) -> Outcome {
        match (action, self.focus) {
            (Action::NextPane | Action::PreviousPane, Focus::List) => self.focus = Focus::Inspector,
            (Action::NextPane | Action::PreviousPane, Focus::Inspector) => self.focus = Focus::List,
            (Action::Zoom, _) => self.zoomed = !self.zoomed,
            (Action::Raw, _) => {
                self.inspector.turn(View::Raw);
                self.focus = Focus::Inspector;
            }
            (Action::Forwarded, _) => return self.forwarded(),
            (Action::FilterOff, _) if !self.bar.last_good().is_empty() => {
                self.bar.toggle();
                self.start_over();
            }
            (Action::Conversation, _) => return self.conversation().map_or(Outcome::Ignored, Outcome::Open),
            (Action::Columns, _) => self.chooser = Some(Chooser::new(self.list.columns())),
            (Action::Mark, _) => return self.mark(),
            (Action::Resend, _) => return self.resend(),
            (Action::ResendShown, _) => return self.resend_marked(),
            (Action::Back, _) if self.again.confirm.drop() => {}
            (Action::Back, _) => return self.back(),
            (Action::Marked, _) => return self.only_marked(),
            (Action::NextMark, _) => return self.go_to_mark(false),
            (Action::PreviousMark, _) => return self.go_to_mark(true),
            (_, Focus::Inspector) if self.inspector.act(action) => {}
            (Action::Filter, _) => self.bar.open(),
            (Action::Open, Focus::List) => match self.message() {
                Some(message) => return Outcome::Open(Open::message(message)),
                None => self.focus = Focus::Inspector,
            },
            (Action::Follow, Focus::List) if self.held => self.follow(),
            (Action::Follow, Focus::List) => {
                self.held = true;
                self.top = self.first_shown();
            }
            (Action::Last, Focus::List) => {
                self.selected = None;
                self.follow();
            }
            (Action::First, Focus::List) => self.seek(Seek::First),
            (Action::Next, Focus::List) => return self.go_to_failure(false),
            (Action::Previous, Focus::List) => return self.go_to_failure(true),
            (_, Focus::Inspector) => return Outcome::Ignored,
            (_, Focus::List) => return self.walk(action),
        }
        Outcome::Changed
    }

    fn actions(&self) -> Vec<Action> {
        use Action::{
            Back, Columns, Down, Filter, FilterOff, First, Follow, Forwarded, Last, Mark, Marked, Next, NextMark,
            NextPane, Open, PageDown, PageUp, Previous, PreviousMark, PreviousPane, Raw, Resend, ResendShown, Up, Zoom,
        };
        let mut actions =
            vec![Down, Up, PageDown, PageUp, First, Last, NextPane, PreviousPane, Zoom, Raw, Filter, Columns];
        match self.focus {
            Focus::List => actions.extend([Follow, Open, Next, Previous]),
            Focus::Inspector => actions.extend(self.inspector.actions()),
        }
        if self.inspector.seq().is_some() {
            actions.push(Forwarded);
        }
        if !self.bar.last_good().is_empty() {
            actions.push(FilterOff);
        }
        if self.selected.is_some() {
            actions.extend([Mark, Resend]);
            actions.extend(self.conversation().map(|_| Action::Conversation));
        }
        if !self.marks.is_empty() {
            actions.extend([NextMark, PreviousMark, Marked, ResendShown]);
        }
        if self.focus == Focus::Inspector || self.zoomed || self.selected.is_some() || self.scans() {
            actions.push(Back);
        }
        actions
    }

    fn point(&mut self, hit: &Hit) -> Outcome {
        match (hit.pane, hit.row, hit.head) {
            (Some(LIST), Some(row), _) => {
                self.focus = Focus::List;
                self.top = self.first_shown();
                self.held = true;
                self.selected = self.list.rows().get(row).map(|row| row.seq);
            }
            (Some(LIST), ..) => self.focus = Focus::List,
            (Some(INSPECTOR), row, head) => {
                self.focus = Focus::Inspector;
                self.inspector.point(row, head);
            }
            _ => return Outcome::Ignored,
        }
        Outcome::Changed
    }

    fn remember(&self) -> Option<(&'static str, Value)> {
        let left = json!({ "filter": self.expression(), "columns": self.columns(), "marks": self.marks.left() });
        Some(("events", left))
    }

    fn recall(&mut self, left: &BTreeMap<String, Value>) {
        let Some(left) = left.get("events") else { return };
        let filter = left.get("filter").and_then(Value::as_str).unwrap_or_default();
        if Filter::parse(filter).is_ok() {
            self.filter(filter);
        }
        let list = |name| left.get(name).and_then(Value::as_array).into_iter().flatten();
        self.choose_columns(list("columns").filter_map(Value::as_str));
        self.marks.recall(list("marks").filter_map(|mark| Some((mark.get(0)?.as_u64()?, mark.get(1)?.as_i64()?))));
    }

    fn export(&mut self, _ctx: &Context<'_>) -> Option<Export> {
        Some(Export::Events { filter: self.expression().to_owned(), whole: false })
    }

    fn jobs(&mut self, ctx: &Context<'_>, now: Millis) -> Vec<Job> {
        if self.within.turn(ctx.narrowing) {
            self.start_over();
        }
        self.follow_window(ctx);
        if self.trouble.as_ref().is_some_and(|(_, again)| now < *again) {
            return Vec::new();
        }
        self.again.confirm.tick(now);
        let mut jobs = Vec::new();
        jobs.extend(self.resend_job());
        jobs.extend(self.row_job(ctx, now).map(Job::Rows));
        jobs.extend(self.inspector_job(now));
        jobs
    }

    fn live(&mut self, batch: &Batch, ctx: &Context<'_>, now: Millis) {
        if self.paused {
            self.list.attached = false;
        } else {
            let filter = self.filter_within();
            self.list.live(batch, ctx.scope.span, &filter, now);
        }
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
        if !paused && !self.held {
            self.list.restart(Begin::End);
        }
    }

    fn rewritten(&mut self) {
        let shown = self.top.or(self.selected).and_then(|seq| self.marks.time(seq));
        self.list.restart(shown.filter(|_| self.held).map_or(Begin::End, Begin::At));
        self.inspector.forget();
        self.asked = None;
    }

    fn leave(&mut self) {
        self.list.attached = false;
    }

    fn go_to(&mut self, at: Millis) {
        self.seek(Seek::Time(at));
    }

    fn copy(&self, what: Copied, look: &Look) -> Option<String> {
        if self.focus == Focus::Inspector && self.inspector.has_tree() {
            return self.inspector.copied(what, look);
        }
        let row = self.row(self.selected?)?;
        let message = row.leads.as_ref().and_then(|leads| leads.message.as_ref());
        Some(match message.filter(|_| what == Copied::Value) {
            Some(message) => look.id(message).into_owned(),
            None => format!("seq:{}", row.seq),
        })
    }

    fn key(&mut self, key: KeyEvent, ctx: &Context<'_>) {
        if self.chooser.is_some() {
            self.choose(key);
        } else if self.inspector.is_typing() {
            self.inspector.key(key);
        } else {
            match self.bar.key(key, ctx) {
                Typed::Filtered => self.start_over(),
                Typed::Applied => self.list.stopped = false,
                Typed::Nothing => {}
            }
        }
    }

    fn paste(&mut self, text: &str) {
        if self.inspector.is_typing() {
            self.inspector.paste(text);
        } else if self.bar.paste(text) == Typed::Filtered {
            self.start_over();
        }
    }

    fn prompt(&self, lang: Lang) -> Option<Vec<(&'static str, &'static str)>> {
        if self.chooser.is_some() {
            return Some(vec![
                ("j k", lang.pick("move", "移动")),
                ("Space", lang.pick("show, hide", "显示,隐藏")),
                ("J K", lang.pick("order", "排序")),
                ("r", lang.pick("reset", "重置")),
                ("Enter", lang.pick("done", "完成")),
            ]);
        }
        if self.inspector.is_typing() {
            return Some(vec![("Enter", lang.pick("go there", "定位")), ("Esc", lang.pick("close", "关闭"))]);
        }
        self.bar.keys(lang)
    }

    fn draw_prompt(&mut self, frame: &mut Frame<'_>, row: Rect, ctx: &Context<'_>) {
        self.bar.draw(frame, row, ctx);
    }

    fn reads(&self) -> bool {
        self.scans() && self.focus == Focus::List && !self.zoomed
    }

    fn applied(&mut self) -> Option<String> {
        self.bar.applied()
    }
}
