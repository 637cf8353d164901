//! The Events tab: the live tail, the filter over it, and the inspector of one event.

mod draw;
mod filter;
mod inspector;
mod json;
mod list;
pub mod row;

pub use inspector::scheme_word;

use super::action::Action;
use super::areas::Hit;
use super::export::Export;
use super::lang::Lang;
use super::look::Look;
use super::page::{Copied, Outcome, Page};
use super::panes::Context;
use super::store::{Job, Rows, RowsJob};
use super::widgets::words::Words;
use crate::event::{Detail, Event, Millis};
use crate::journal::{Batch, RawRequest};
use crate::query::Filter;
use filter::{FilterBar, Typed};
use inspector::{Inspector, View};
use list::{Begin, List};
use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use serde_json::Value;
use std::collections::BTreeMap;

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

/// The tab. It reads nothing before it was opened for the first time.
#[derive(Debug, Default)]
pub struct EventsTab {
    list: List,
    bar: FilterBar,
    inspector: Inspector,
    focus: Focus,
    zoomed: bool,
    /// The list does not stick to its end.
    held: bool,
    /// The view is frozen: nothing newer is shown.
    paused: bool,
    /// The list is read from the start of the window, and its first row is wanted.
    seeking: bool,
    /// Sequence number of the row under the cursor.
    selected: Option<u64>,
    /// Sequence number of the first row shown, when held.
    top: Option<u64>,
    /// Rows and lines that were drawn last: what a page is.
    room: usize,
    inspector_room: usize,
    /// The event that was asked for, and when.
    asked: Option<(u64, Millis)>,
    /// Events of the window, and the stamp of the view they were counted for.
    counted: (u64, u64),
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
        if self.bar.on { &self.bar.expression } else { "" }
    }

    /// Puts another filter in force and shows the newest that it selects.
    pub fn filter(&mut self, expression: &str) {
        self.bar.set(expression);
        self.start_over();
    }

    fn start_over(&mut self) {
        self.list.restart(Begin::End);
        (self.held, self.selected, self.top) = (false, None, None);
    }

    /// Out of the inspector, out of the zoom, off the selected event; then it is for others.
    fn back(&mut self) -> Outcome {
        if self.zoomed {
            self.zoomed = false;
        } else if self.focus == Focus::Inspector {
            self.focus = Focus::List;
        } else if self.selected.is_some() {
            self.selected = None;
        } else {
            return Outcome::Ignored;
        }
        Outcome::Changed
    }

    fn scroll(&mut self, action: Action) -> Outcome {
        let page = self.inspector_room.max(2) - 1;
        let top = &mut self.inspector.top;
        *top = match action {
            Action::Up => top.saturating_sub(1),
            Action::Down => *top + 1,
            Action::PageUp => top.saturating_sub(page),
            Action::PageDown => *top + page,
            Action::First => 0,
            Action::Last => usize::MAX / 2,
            _ => return Outcome::Ignored,
        };
        Outcome::Changed
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

    /// To the first event of the window: read from there, when it is not here.
    fn go_to_start(&mut self) {
        self.held = true;
        if self.list.whole {
            self.selected = self.list.rows().front().map(|row| row.seq);
            self.top = self.selected;
        } else {
            self.list.restart(Begin::Start);
            self.seeking = true;
        }
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
        let scanning = self.bar.active() && !self.list.full();
        let older = scanning || self.first_row() < NEAR || self.list.rows().len() < self.room;
        let near_end = self.first_row() + self.room + NEAR >= self.list.rows().len();
        let newer = !self.paused && (!self.held || near_end);
        self.list.job(ctx.scope.span, &self.bar.filter, now, older, newer)
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
        if std::mem::take(&mut self.seeking) {
            self.go_to_start();
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
            (Action::Filter, _) => self.bar.open(),
            (Action::FilterOff, _) if !self.bar.expression.is_empty() => {
                self.bar.toggle();
                self.start_over();
            }
            (Action::Back, _) => return self.back(),
            (Action::Open, Focus::List) => self.focus = Focus::Inspector,
            (Action::Follow, Focus::List) if self.held => self.follow(),
            (Action::Follow, Focus::List) => {
                self.held = true;
                self.top = self.first_shown();
            }
            (Action::Last, Focus::List) => {
                self.selected = None;
                self.follow();
            }
            (Action::First, Focus::List) => self.go_to_start(),
            (Action::Left, Focus::Inspector) => self.inspector.turn_by(-1),
            (Action::Right, Focus::Inspector) => self.inspector.turn_by(1),
            (_, Focus::Inspector) => return self.scroll(action),
            (_, Focus::List) => return self.walk(action),
        }
        Outcome::Changed
    }

    fn actions(&self) -> Vec<Action> {
        use Action::{
            Back, Down, Filter, FilterOff, First, Follow, Last, Left, NextPane, Open, PageDown, PageUp, PreviousPane,
            Raw, Right, Up, Zoom,
        };
        let mut actions = vec![Down, Up, PageDown, PageUp, First, Last, NextPane, PreviousPane, Zoom, Raw, Filter];
        match self.focus {
            Focus::List => actions.extend([Follow, Open]),
            Focus::Inspector => actions.extend([Left, Right]),
        }
        if !self.bar.expression.is_empty() {
            actions.push(FilterOff);
        }
        if self.focus == Focus::Inspector || self.zoomed || self.selected.is_some() {
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
            (Some(INSPECTOR), _, head) => {
                self.focus = Focus::Inspector;
                if let Some(view) = head.and_then(|at| View::ALL.get(at)) {
                    self.inspector.turn(*view);
                }
            }
            _ => return Outcome::Ignored,
        }
        Outcome::Changed
    }

    fn remember(&self) -> Option<(&'static str, Value)> {
        Some(("events", Value::from(self.expression())))
    }

    fn recall(&mut self, left: &BTreeMap<String, Value>) {
        let filter = left.get("events").and_then(Value::as_str).unwrap_or_default();
        if Filter::parse(filter).is_ok() {
            self.filter(filter);
        }
    }

    fn copy(&self, what: Copied, look: &Look) -> Option<String> {
        if what == Copied::Path {
            return Some(self.expression())
                .filter(|filter| !filter.is_empty())
                .map(|filter| look.filter(filter).into());
        }
        let (event, _) = self.inspector.parts().filter(|_| self.selected == self.inspector.seq())?;
        match &event?.detail {
            Detail::Status(status) => Some(look.id(&status.message_id).into()),
            Detail::Inbound(inbound) => Some(look.id(&inbound.message_id).into()),
            Detail::Template(notice) | Detail::Account(notice) => {
                Some(look.about(&notice.subject, event?.number.as_deref()).into())
            }
            Detail::Other(other) => other.id.as_deref().map(|id| look.id(id).into()),
            Detail::Unrecognised(_) => None,
        }
    }

    fn export(&self, _ctx: &Context<'_>) -> Option<Export> {
        Some(Export::Events(self.expression().to_owned()))
    }

    fn jobs(&mut self, ctx: &Context<'_>, now: Millis) -> Vec<Job> {
        self.follow_window(ctx);
        if self.trouble.as_ref().is_some_and(|(_, again)| now < *again) {
            return Vec::new();
        }
        let mut jobs = Vec::new();
        jobs.extend(self.row_job(ctx, now).map(Job::Rows));
        jobs.extend(self.inspector_job(now));
        jobs
    }

    fn live(&mut self, batch: &Batch, ctx: &Context<'_>, now: Millis) {
        if self.paused {
            self.list.attached = false;
        } else {
            self.list.live(batch, ctx.scope.span, &self.bar.filter, now);
        }
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
        if !paused && !self.held {
            self.list.restart(Begin::End);
        }
    }

    fn leave(&mut self) {
        self.list.attached = false;
    }

    fn key(&mut self, key: KeyEvent) {
        if self.bar.key(key) == Typed::Filtered {
            self.start_over();
        }
    }

    fn paste(&mut self, text: &str) {
        if self.bar.paste(text) == Typed::Filtered {
            self.start_over();
        }
    }

    fn prompt(&self, lang: Lang) -> Option<Vec<(&'static str, &'static str)>> {
        self.bar.prompt.as_ref()?;
        Some(vec![
            ("Enter", lang.pick("apply", "应用")),
            ("Esc", lang.pick("keep last good", "保留上次有效条件")),
            ("Ctrl-U", lang.pick("clear", "清空")),
            ("Ctrl-W", lang.pick("word back", "删除一词")),
        ])
    }

    fn draw_prompt(&self, frame: &mut Frame<'_>, row: Rect, ctx: &Context<'_>) {
        self.draw_typed(frame, row, ctx.look);
    }
}
