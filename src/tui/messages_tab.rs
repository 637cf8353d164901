//! The Messages tab: one row per message with what became of it; found by id, phone or callback data, or by any filter.
//!
//! Without a filter the newest messages of the window are listed: those of which something came. A filter selects among the
//! messages that began in the window, as it does where messages are counted, by what all of their events say together: each term
//! may hold of another event. A word alone is looked for as the beginning of an id, a phone and a tag in the window, and as the
//! whole of one in everything the journal holds.

mod data;
mod draw;
mod line;
pub mod read;
mod search;

use super::action::Action;
use super::areas::Hit;
use super::export::Export;
use super::filter_bar::{FilterBar, Typed};
use super::lang::Lang;
use super::look::Look;
use super::narrowing::{Within, passing};
use super::page::{Copied, Outcome, Page};
use super::panes::Context;
use super::place::Open;
use super::reading;
use super::store::Job;
use super::theme::Role;
use super::widgets::format;
use super::widgets::words::Words;
use crate::event::{Millis, Text};
use crate::journal::Batch;
use crate::monitor::view::{Span, term};
use crate::source::message::ids;
use data::Messages;
use hashbrown::HashSet;
use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use read::{Found, MessagesJob, may_turn};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Events of messages that are held: enough for some thousand of the newest.
const EVENTS: usize = 20_000;
/// Messages that are tested again at a time.
const TURNED: usize = 100;
/// Messages that may wait for that; of more, reading the list anew is cheaper.
const WAITING: usize = 5_000;
/// Time after which a journal that could not be read is tried again, in milliseconds.
const RETRY_AFTER: i64 = 2_000;

/// The tab. It reads nothing before it was opened for the first time.
#[derive(Debug)]
pub struct MessagesTab {
    bar: FilterBar,
    within: Within,
    list: Messages,
    /// Id and participant of the row under the cursor.
    selected: Option<(Text, Option<Text>)>,
    top: usize,
    room: usize,
    /// Which list is being read: an answer for an older one is thrown away.
    generation: u64,
    reading: bool,
    /// Messages of which something came: the filter is to be tested over them again.
    turned: BTreeSet<Text>,
    /// The last thing that was read were such messages.
    tested: bool,
    /// The page before which is read next; `None` at the end of the window.
    before: Option<u64>,
    /// The whole window was read.
    whole: bool,
    paused: bool,
    span: Option<Span>,
    retry_at: Option<Millis>,
    /// What is shown is of before: the next answer takes its place.
    stale: bool,
    /// Messages that went out in the window, and the stamp of the view they were counted for.
    sent: (u64, u64),
    /// How far back was read.
    reached: Option<Millis>,
    /// No older messages are wanted: the user gave them up.
    stopped: bool,
}

impl Default for MessagesTab {
    fn default() -> Self {
        Self {
            bar: FilterBar::new(search::meaning, search::HINT),
            within: Within::of_messages(),
            list: Messages::default(),
            selected: None,
            top: 0,
            room: 0,
            generation: 0,
            reading: false,
            turned: BTreeSet::new(),
            tested: false,
            before: None,
            whole: false,
            paused: false,
            span: None,
            retry_at: None,
            stale: false,
            sent: (0, 0),
            reached: None,
            stopped: false,
        }
    }
}

impl MessagesTab {
    /// The expression in force.
    pub fn expression(&self) -> &str {
        self.bar.expression()
    }

    /// Puts another filter in force and lists what it selects.
    pub fn filter(&mut self, expression: &str) {
        self.bar.set(expression);
        self.start_over();
    }

    /// Lists something else. What a filter found before is shown until something of the new list is here.
    fn start_over(&mut self) {
        self.read_again();
        if !self.filtered() {
            self.list = Messages::default();
        }
        (self.selected, self.top) = (None, 0);
    }

    /// Whether something is left out.
    fn filtered(&self) -> bool {
        self.bar.active() || self.within.narrowed()
    }

    /// Reads the list anew, and shows it as it was until then.
    pub fn read_again(&mut self) {
        self.generation += 1;
        (self.reading, self.before, self.whole, self.stale) = (false, None, false, true);
        (self.reached, self.stopped) = (None, false);
        self.turned.clear();
    }

    /// Takes in what was read.
    pub fn found(&mut self, found: Found) {
        if found.generation != self.generation {
            return;
        }
        self.reading = false;
        if !found.turned.is_empty() {
            self.list.drop_all(&found.turned.iter().collect::<HashSet<_>>());
            found.events.into_iter().for_each(|event| self.list.take(event));
            return;
        }
        if std::mem::take(&mut self.stale) {
            self.list = Messages::default();
        }
        self.before = Some(found.page);
        self.reached = found.reached.or(self.reached);
        found.events.into_iter().for_each(|event| self.list.take(event));
        self.whole = found.end || self.list.events() >= EVENTS;
    }

    /// The journal could not be read. It is tried again, but not at once.
    pub fn failed(&mut self, now: Millis) {
        self.reading = false;
        self.retry_at = Some(Millis(now.0 + RETRY_AFTER));
    }

    /// A word that is looked for outside of the window, too. What it finds there may be outside the filter of the screen.
    fn word(&self) -> Option<&str> {
        search::word(self.bar.expression()).filter(|_| !self.within.narrowed())
    }

    /// How many messages are listed. Where a filter hides others: of how many that went out in the window, and beside them those
    /// that came in.
    fn listed<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        let look = ctx.look;
        let lang = look.lang;
        let count = self.list.order().len();
        let least = Words::new(look).muted(if self.whole { "" } else { lang.pick("at least ", "至少 ") });
        if !self.filtered() || self.word().is_some() {
            let unit =
                if count == 1 { lang.pick(" message", " 条消息") } else { lang.pick(" messages", " 条消息") };
            return vec![least.value(format::thousands(count as u64)).muted(unit)];
        }
        if self.sent.0 != ctx.stamp {
            self.sent = (ctx.stamp, ctx.whole.counts(ctx.scope).attempted);
        }
        let outbound = self.list.outbound();
        let of = passing(look, outbound as u64, self.sent.1);
        let inbound = format::thousands((count - outbound) as u64);
        let inbound = Words::new(look).value(inbound).muted(lang.pick(" inbound", " 来信"));
        let outbound_words = least.value(of).muted(lang.pick(" outbound", " 发出"));
        std::iter::once(outbound_words).chain((count > outbound).then_some(inbound)).collect()
    }

    fn walk(&mut self, action: Action) -> Outcome {
        let Some(last) = self.list.order().len().checked_sub(1) else { return Outcome::Ignored };
        let page = self.room.max(2) - 1;
        let to = match self.cursor() {
            None if action == Action::Down => Some(0),
            cursor => action.step(cursor.unwrap_or(0), last, page),
        };
        let Some(to) = to else { return Outcome::Ignored };
        self.selected = self.list.name(to);
        Outcome::Changed
    }

    /// The row under the cursor.
    fn cursor(&mut self) -> Option<usize> {
        let selected = self.selected.clone()?;
        self.list.position(&selected)
    }

    fn open(&mut self) -> Outcome {
        let selected = self.cursor().or((!self.list.order().is_empty()).then_some(0));
        match selected.and_then(|row| self.list.name(row)) {
            Some((id, participant)) => {
                self.selected = Some((id.clone(), participant));
                Outcome::Open(Open::message(id))
            }
            None => Outcome::Ignored,
        }
    }
}

impl Page for MessagesTab {
    fn summary<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        let words = || Words::new(ctx.look);
        let lang = ctx.look.lang;
        let filter = self.bar.words(ctx.look);
        let mut summary = vec![filter.unwrap_or_else(|| words().muted(lang.pick("no filter", "无过滤")))];
        summary.extend(self.listed(ctx));
        if self.filtered() && !self.whole {
            summary.push(reading::progress(ctx, self.reached, self.stopped));
        }
        if self.list.events() >= EVENTS {
            summary.push(words().role(Role::Warn, lang.pick("newest only: narrow the window", "仅最新:请缩小窗口")));
        }
        summary
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        self.draw_list(frame.buffer_mut(), area, ctx);
    }

    fn act(&mut self, action: Action) -> Outcome {
        match action {
            Action::Filter => self.bar.open(),
            Action::FilterOff if !self.bar.last_good().is_empty() => {
                self.bar.toggle();
                self.start_over();
            }
            Action::Open => return self.open(),
            Action::Back if self.reads() => self.stopped = true,
            Action::Back if self.selected.is_some() => self.selected = None,
            _ => return self.walk(action),
        }
        Outcome::Changed
    }

    fn point(&mut self, hit: &Hit) -> Outcome {
        match hit.row {
            Some(row) => self.selected = self.list.name(row),
            None => return Outcome::Ignored,
        }
        Outcome::Changed
    }

    fn copy(&self, what: Copied, look: &Look) -> Option<String> {
        let (id, _) = self.selected.as_ref()?;
        Some(match what {
            Copied::Value => look.id(id).into_owned(),
            Copied::Path => look.filter(&term("id", id)).into_owned(),
        })
    }

    fn export(&mut self, ctx: &Context<'_>) -> Option<Export> {
        Some(Export::Shown(line::rows(&mut self.list, ctx)))
    }

    fn actions(&self) -> Vec<Action> {
        use Action::{Back, Down, Filter, FilterOff, First, Last, Open, PageDown, PageUp, Up};
        let mut actions = vec![Down, Up, PageDown, PageUp, First, Last, Open, Filter];
        if !self.bar.last_good().is_empty() {
            actions.push(FilterOff);
        }
        if self.selected.is_some() || self.reads() {
            actions.push(Back);
        }
        actions
    }

    fn jobs(&mut self, ctx: &Context<'_>, now: Millis) -> Vec<Job> {
        let span = ctx.scope.span;
        // A window that moves on with time gets its new messages live; any other is read anew.
        let moved = self.span.replace(span).is_some_and(|before| {
            before != span && !(span.from >= before.from && span.to.0 - before.to.0 <= 120_000 && span.to >= before.to)
        });
        if self.within.turn(ctx.narrowing) || moved {
            self.start_over();
        }
        if self.turned.len() > WAITING {
            self.read_again();
        }
        let whole = self.whole || self.stopped;
        // Whatever arrives, reading on gets its turn.
        let on = self.stale || !whole && std::mem::take(&mut self.tested);
        let turned: Vec<Text> = self.turned.iter().take(if on { 0 } else { TURNED }).cloned().collect();
        let idle = whole && turned.is_empty();
        if self.reading || idle || self.retry_at.is_some_and(|at| now < at) {
            return Vec::new();
        }
        turned.iter().for_each(|id| _ = self.turned.remove(id));
        self.tested = !turned.is_empty();
        (self.reading, self.retry_at) = (true, None);
        vec![Job::Messages(MessagesJob {
            generation: self.generation,
            turned,
            before: self.before,
            span: if self.paused { ctx.scope.passed() } else { span },
            filter: self.within.filter(&search::expression(self.bar.expression())),
            active: self.filtered(),
            word: self.word().map(Text::from),
            now,
        })]
    }

    fn live(&mut self, batch: &Batch, ctx: &Context<'_>, now: Millis) {
        if self.paused {
            return;
        }
        let filter = self.within.filter(&search::expression(self.bar.expression()));
        let active = self.filtered();
        for event in batch.events.iter().filter(|event| ctx.scope.span.contains(event.received_at)) {
            if active && may_turn(&filter, event, now) {
                self.turned.extend(ids(event).next().cloned());
            } else if !active || self.list.knows(event) {
                self.list.take(event.clone());
            }
        }
    }

    fn remember(&self) -> Option<(&'static str, Value)> {
        Some(("messages", Value::from(self.expression())))
    }

    fn recall(&mut self, left: &BTreeMap<String, Value>) {
        let filter = left.get("messages").and_then(Value::as_str).unwrap_or_default();
        if search::meaning(filter).is_ok() {
            self.filter(filter);
        }
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
        if !paused {
            self.read_again();
        }
    }

    fn rewritten(&mut self) {
        self.read_again();
    }

    fn key(&mut self, key: KeyEvent, ctx: &Context<'_>) {
        match self.bar.key(key, ctx) {
            Typed::Filtered => self.start_over(),
            Typed::Applied => self.stopped = false,
            Typed::Nothing => {}
        }
    }

    fn paste(&mut self, text: &str) {
        if self.bar.paste(text) == Typed::Filtered {
            self.start_over();
        }
    }

    fn prompt(&self, lang: Lang) -> Option<Vec<(&'static str, &'static str)>> {
        self.bar.keys(lang)
    }

    fn draw_prompt(&mut self, frame: &mut Frame<'_>, row: Rect, ctx: &Context<'_>) {
        self.bar.draw(frame, row, ctx);
    }

    fn reads(&self) -> bool {
        self.filtered() && !self.whole && !self.stopped
    }

    fn applied(&mut self) -> Option<String> {
        self.bar.applied()
    }
}
