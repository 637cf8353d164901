//! The overview: verdict, activity, and four panes that answer whether it is well, what changed, who is hit, since when.
//!
//! The monitor is asked once per changed state ([`data`]); drawing then takes only these plain values ([`View`]), builds only
//! the rows that are seen, and cleans what came from strangers where a row is made.

mod acknowledge;
mod activity;
mod alerts;
mod conversations;
pub mod data;
mod delivery;
mod failures;
mod figures;
mod first_run;
mod grid;
pub mod intake;
mod layout;
mod list;
mod open;
mod picking;
mod receiver;
pub mod sorting;
mod verdict;

pub use data::OverviewData;
pub use grid::Grid;
pub use intake::{Intake, Watched};
pub use layout::Size;
pub use verdict::{Shown, chip, level, short};

use crate::event::Millis;
use crate::event::clean::clean;
use crate::journal::Health;
use crate::monitor::Monitor;
use crate::monitor::view::{Dimension, Finding, Scope};
use crate::receiver::Vitals;
use crate::tui::action::Action;
use crate::tui::areas::Hit;
use crate::tui::export::Export;
use crate::tui::filter_bar::FilterBar;
use crate::tui::keymap::Keymap;
use crate::tui::lang::{Lang, say};
use crate::tui::look::Look;
use crate::tui::narrowing::{self, Narrowing};
use crate::tui::order::Order;
use crate::tui::page::{Copied, Outcome, Page};
use crate::tui::seen::Seen;
use crate::tui::store::Job;
use crate::tui::theme::Role;
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format};
use acknowledge::Acknowledging;
use data::{Judged, Unfiltered, Wants};
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyEvent};
use ratatui::layout::Rect;
use serde_json::Value;
use std::collections::BTreeMap;
use verdict::Situation;

/// What the overview is drawn from, asked for anew with every frame and key.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Colours and glyphs.
    pub look: &'a Look,
    /// The numbers.
    pub monitor: &'a Monitor,
    /// The numbers of everything, whatever the filter leaves out.
    pub whole: &'a Monitor,
    /// What the numbers and lists leave out.
    pub narrowing: &'a Narrowing,
    /// What is looked at.
    pub scope: &'a Scope,
    /// What the window is called, such as `15 m`.
    pub window: &'a str,
    /// Zone of the clock times.
    pub zone: &'a TimeZone,
    /// Keys named on the screen.
    pub keys: &'a Keymap,
    /// The receiver now.
    pub vitals: &'a Vitals,
    /// Whether the journal can write.
    pub health: &'a Health,
    /// Spans of the window in which no receiver ran.
    pub gaps: &'a [(Millis, Millis)],
    /// Where events come in.
    pub intake: &'a Intake,
    /// Filters that were applied, oldest first.
    pub filters: &'a [String],
    /// Values that filters are completed with.
    pub seen: &'a Seen,
    /// Differs whenever the monitor or the scope differs: the monitor is asked again only then.
    pub stamp: u64,
}

/// One of the panes that take the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    /// Funnel, outcomes, latency.
    Delivery,
    /// Failures by effective code.
    Failures,
    /// Customers who wrote.
    Conversations,
    /// Templates and accounts.
    Alerts,
}

impl Pane {
    /// Every pane, in the order of Tab.
    pub const ALL: [Self; 4] = [Self::Delivery, Self::Failures, Self::Conversations, Self::Alerts];

    /// The name in its frame.
    pub fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Delivery => lang.pick("Delivery", "送达"),
            Self::Failures => lang.pick("Failures by code", "失败（按代码）"),
            Self::Conversations => lang.pick("Conversations", "会话"),
            Self::Alerts => lang.pick("Alerts", "告警"),
        }
    }

    fn stepped(self, by: usize) -> Self {
        let at = (self as usize + by) % Self::ALL.len();
        Self::ALL.get(at).copied().unwrap_or(self)
    }
}

/// What drawing takes: plain values, so that tests and pictures need no monitor.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Colours and glyphs.
    pub look: &'a Look,
    /// Zone of the clock times.
    pub zone: &'a TimeZone,
    /// Keys named on the screen.
    pub keys: &'a Keymap,
    /// The receiver now.
    pub vitals: &'a Vitals,
    /// Whether the journal can write.
    pub health: &'a Health,
    /// Spans of the window in which no receiver ran.
    pub gaps: &'a [(Millis, Millis)],
    /// Where events come in.
    pub intake: &'a Intake,
    /// The numbers.
    pub data: &'a OverviewData,
    /// How much room the screen gives.
    pub size: Size,
    /// What the panes say about the filter while their numbers are not its own yet.
    pub note: Option<&'a str>,
    /// What the panes leave out: filter and number of the screen as one expression, empty when nothing is.
    pub left_out: &'a str,
}

impl<'a> View<'a> {
    /// An empty line.
    fn words(&self) -> Words<'a> {
        Words::new(self.look)
    }

    /// Whether failures are out of the ordinary: only then they are drawn in bright red.
    fn abnormal(&self) -> bool {
        matches!(self.data.verdict.finding, Finding::Outbreak(_))
            || self.data.failures.iter().any(|failure| failure.mark != Default::default())
    }

    /// The verdict as it is shown.
    fn verdict(&self) -> Shown {
        let Self { vitals, health, gaps, intake, data, .. } = *self;
        let (verdict, everything, arrived) = (&data.verdict, data.everything.as_ref(), data.extent.is_some());
        Situation { verdict, everything, arrived, vitals, health, gaps, intake }.verdict()
    }

    /// The text in the language of the screen.
    fn pick(&self, en: &'static str, zh: &'static str) -> &'static str {
        self.look.lang.pick(en, zh)
    }

    /// Seconds from `at` to the moment that is looked at.
    fn age(&self, at: Millis) -> i64 {
        (self.data.scope.as_of.0 - at.0).div_euclid(1000)
    }
}

/// The overview on a monitor: asks it once per changed state, and keeps what was drawn last.
pub struct Overview {
    grid: Grid,
    drawn: Option<Drawn>,
    judged: Option<(u64, Judged)>,
    acknowledging: Acknowledging,
    /// The filter of the screen, while it is typed.
    bar: FilterBar,
}

impl Default for Overview {
    fn default() -> Self {
        Self {
            grid: Grid::default(),
            drawn: None,
            judged: None,
            acknowledging: Acknowledging::default(),
            bar: FilterBar::of_messages(),
        }
    }
}

/// What was drawn last: keys act on what their user saw.
struct Drawn {
    stamp: u64,
    wants: Wants,
    size: Size,
    data: OverviewData,
}

impl Overview {
    /// The filter of the screen and whether it is on, unless it is being typed.
    pub(super) fn filter(&self) -> Option<(&str, bool)> {
        self.bar.keys(Lang::default()).is_none().then(|| (self.bar.last_good(), self.bar.is_on()))
    }

    /// Puts a filter of the screen in force.
    pub(super) fn set_filter(&mut self, expression: &str) {
        self.bar.set(expression);
    }

    /// Switches the filter of the screen off, or on again.
    pub(super) fn toggle_filter(&mut self) {
        self.bar.toggle();
    }

    /// Does what was asked for on what its user saw: nothing before anything was drawn.
    fn act_on_drawn(&mut self, action: Action) -> Outcome {
        let Some(drawn) = &self.drawn else { return Outcome::Ignored };
        if action != Action::Acknowledge {
            return self.grid.act(action, &drawn.data, drawn.size);
        }
        let Some(alert) = self.grid.alert(&drawn.data, drawn.size) else { return Outcome::Ignored };
        self.acknowledging.toggle(alert);
        Outcome::Changed
    }

    /// The verdict as it is shown, for the chip of other screens: the monitor's, with what only the screen knows laid over it.
    pub fn verdict(&mut self, ctx: &Context<'_>) -> Shown {
        let Context { vitals, health, gaps, intake, .. } = *ctx;
        let arrived = ctx.monitor.extent().is_some();
        let Judged { shown: verdict, everything } = &self.judged(ctx);
        Situation { verdict, everything: everything.as_ref(), arrived, vitals, health, gaps, intake }.verdict()
    }

    /// The monitor's verdict, asked once per changed state; where a part is looked at, over everything as well.
    fn judged(&mut self, ctx: &Context<'_>) -> Judged {
        match &self.judged {
            Some((stamp, judged)) if *stamp == ctx.stamp => judged.clone(),
            _ => {
                let narrowed = !ctx.narrowing.whole().is_empty();
                let everything = narrowed.then(|| ctx.whole.verdict(&Scope { number: None, ..ctx.scope.clone() }));
                let judged = Judged { shown: ctx.monitor.verdict(ctx.scope), everything };
                self.judged = Some((ctx.stamp, judged.clone()));
                judged
            }
        }
    }
}

impl Overview {
    /// Whether the verdict has its two rows: not where there is little room, nor above a zoomed pane.
    pub(super) fn has_two_rows(&self) -> bool {
        self.drawn.as_ref().is_some_and(|drawn| drawn.size > Size::One && !self.grid.zoomed(drawn.size))
    }
}

impl Page for Overview {
    fn summary<'a>(&mut self, _ctx: &Context<'a>) -> Vec<Words<'a>> {
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        let size = Size::of(frame.area());
        let wants = self.grid.wants(area, size);
        let known = self.drawn.take().filter(|drawn| drawn.stamp == ctx.stamp && drawn.wants == wants);
        let data = match known {
            Some(drawn) => drawn.data,
            None => OverviewData::ask(ctx, &wants, self.judged(ctx)),
        };
        let Context { look, zone, keys, vitals, health, gaps, intake, .. } = *ctx;
        let note = ctx.narrowing.note(look, size == Size::One);
        let (note, left_out) = (note.as_deref(), ctx.narrowing.whole());
        let view = View { look, zone, keys, vitals, health, gaps, intake, data: &data, size, note, left_out };
        self.grid.draw(frame.buffer_mut(), area, &view);
        self.acknowledging.draw(frame.buffer_mut(), Rect { height: area.height.min(1), ..area }, look);
        self.drawn = Some(Drawn { stamp: ctx.stamp, wants, size, data });
    }

    fn act(&mut self, action: Action) -> Outcome {
        match self.act_on_drawn(action) {
            Outcome::Ignored if action == Action::Filter => {
                self.bar.open();
                Outcome::Changed
            }
            outcome => outcome,
        }
    }

    fn point(&mut self, hit: &Hit) -> Outcome {
        let Some(drawn) = &self.drawn else { return Outcome::Ignored };
        self.grid.point(hit, &drawn.data, drawn.size)
    }

    fn remember(&self) -> Option<(&'static str, Value)> {
        Some(("overview", self.grid.remember()))
    }

    fn recall(&mut self, left: &BTreeMap<String, Value>) {
        if let Some(left) = left.get("overview") {
            self.grid.recall(left);
        }
    }

    fn copy(&self, what: Copied, look: &Look) -> Option<String> {
        self.drawn.as_ref().and_then(|drawn| self.grid.copy(what, &drawn.data, drawn.size, look))
    }

    fn export(&mut self, ctx: &Context<'_>) -> Option<Export> {
        self.drawn.as_ref().map(|drawn| Export::Rows(self.grid.export(ctx.monitor, &drawn.data, drawn.size)))
    }

    fn actions(&self) -> Vec<Action> {
        self.drawn.as_ref().map_or_else(Vec::new, |drawn| self.grid.actions(&drawn.data, drawn.size))
    }

    fn orders(&self) -> Vec<Order> {
        self.drawn.as_ref().map_or_else(Vec::new, |drawn| self.grid.orders(drawn.size))
    }

    fn sort(&mut self, order: Order) {
        if let Some(drawn) = &self.drawn {
            self.grid.sort(order, drawn.size);
        }
    }

    fn jobs(&mut self, _ctx: &Context<'_>, _now: Millis) -> Vec<Job> {
        self.acknowledging.take()
    }

    fn prompt(&self, lang: Lang) -> Option<Vec<(&'static str, &'static str)>> {
        if self.acknowledging.is_typing() {
            return Some(vec![("Enter", lang.pick("acknowledge", "确认")), ("Esc", lang.pick("leave it", "取消"))]);
        }
        if let Some(keys) = self.bar.keys(lang) {
            return Some(keys);
        }
        self.grid.typed()?;
        Some(vec![
            ("Enter", lang.pick("keep", "保留")),
            ("Esc", lang.pick("all", "全部")),
            ("Ctrl-U", lang.pick("clear", "清空")),
        ])
    }

    fn draw_prompt(&mut self, frame: &mut Frame<'_>, row: Rect, ctx: &Context<'_>) {
        self.bar.draw(frame, row, ctx);
        let Some(typed) = self.grid.typed() else { return };
        let (look, buffer) = (ctx.look, frame.buffer_mut());
        ratatui::widgets::Widget::render(ratatui::widgets::Clear, row, buffer);
        buffer.set_style(row, look.style(Role::Strip));
        let what = look.lang.pick("name, phone, number or words: ", "姓名、电话、号码或内容: ");
        let x = Words::new(look).role(Role::Accent, " / ").muted(what).draw(buffer, row.x, row.y, row.width);
        let room = row.right().saturating_sub(x + 1);
        let scroll = typed.visual_scroll(room.into());
        let value = clean(typed.value());
        let shown = value.split_at(cut::head(&value, scroll).len()).1.to_owned();
        Words::new(look).text(shown).draw(buffer, x, row.y, room);
        let cursor = x.saturating_add(u16::try_from(typed.visual_cursor().saturating_sub(scroll)).unwrap_or(u16::MAX));
        frame.set_cursor_position((cursor.min(row.right().saturating_sub(1)), row.y));
    }

    fn key(&mut self, key: KeyEvent, ctx: &Context<'_>) {
        if self.acknowledging.is_typing() {
            self.acknowledging.key(key);
        } else if self.bar.keys(ctx.look.lang).is_some() {
            self.bar.key(key, ctx);
        } else {
            self.grid.type_in(&Event::Key(key));
        }
    }

    fn applied(&mut self) -> Option<String> {
        self.bar.applied()
    }

    fn paste(&mut self, text: &str) {
        if self.acknowledging.is_typing() {
            self.acknowledging.paste(text);
        } else if self.bar.keys(Lang::default()).is_some() {
            self.bar.paste(text);
        } else {
            self.grid.type_in(&Event::Paste(text.to_owned()));
        }
    }
}

/// Where and how a pane is drawn.
#[derive(Clone, Copy)]
struct Place {
    area: Rect,
    focused: bool,
    zoomed: bool,
}

impl Place {
    /// The room of a list, and below it that of the selected row in full: `rows` rows when zoomed on a screen high enough.
    fn with_detail(&self, rows: u16) -> (Rect, Option<Rect>) {
        if !self.zoomed || self.area.height < rows + 10 {
            return (self.area, None);
        }
        let (list, detail) = layout::split_rows(self.area, self.area.height - rows);
        (list, Some(detail))
    }
}

/// Says calmly that there is nothing, and what would stand here.
fn draw_empty(buffer: &mut Buffer, area: Rect, view: &View<'_>, what: &str, hint: &str) {
    view.words().text(what).draw(buffer, area.x, area.y, if area.height > 0 { area.width } else { 0 });
    let hint = match view.left_out {
        "" => view.words().muted(hint),
        filter => {
            let others = view.pick("all but this is left out: ", "其余均被过滤:");
            view.words().role(Role::Warn, others).text(view.look.filter(filter).into_owned())
        }
    };
    hint.draw(buffer, area.x, area.y + 1, if area.height > 1 { area.width } else { 0 });
}

/// How much a list holds, in words; where a filter leaves something out of it, of how much.
fn listed(view: &View<'_>, shown: u64, all: fn(&Unfiltered) -> u64) -> String {
    match &view.data.unfiltered {
        Some(unfiltered) => narrowing::passing(view.look, shown, all(unfiltered)),
        None => format::thousands(shown),
    }
}

/// The totals of a pane behind what its list holds of how much, where a filter leaves something out of it.
fn filtered<'a>(view: &View<'a>, shown: u64, all: fn(&Unfiltered) -> u64, totals: Vec<Words<'a>>) -> Vec<Words<'a>> {
    if view.data.unfiltered.is_none() {
        return totals;
    }
    let listed = view.words().value(listed(view, shown, all));
    let longer = totals.into_iter().map(|totals| listed.clone().muted(" · ").then(totals));
    longer.chain([listed.clone()]).collect()
}

/// Adds to the totals of a pane which of the four it is, where only one is seen.
fn one_of_four<'a>(view: &View<'a>, pane: Pane, totals: Vec<Words<'a>>) -> Vec<Words<'a>> {
    if view.size != Size::One {
        return totals;
    }
    let (at, all) = (pane as usize + 1, Pane::ALL.len());
    let which = || view.words().strong(at.to_string()).muted(say!(view.look, " of {all}", " / {all}"));
    let longer = totals.into_iter().map(|totals| totals.muted(" · ").then(which()));
    longer.chain([which()]).collect()
}

/// The name of a dimension.
pub fn dimension_name(dimension: Dimension, lang: Lang) -> &'static str {
    failures::dimension(dimension, lang)
}
