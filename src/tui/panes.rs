//! The overview: verdict, activity, and four panes that answer whether it is well, what changed, who is hit, since when.
//!
//! The monitor is asked once per changed state ([`data`]); drawing then takes only these plain values ([`View`]), builds only
//! the rows that are seen, and cleans what came from strangers where a row is made.

mod activity;
mod alerts;
mod conversations;
pub mod data;
mod delivery;
mod failures;
mod first_run;
pub mod intake;
mod layout;
mod list;
mod open;
mod receiver;
mod shown;
mod verdict;

pub use data::OverviewData;
pub use intake::Intake;
pub use layout::Size;
pub use open::{Open, Outcome};

use crate::event::Millis;
use crate::journal::Health;
use crate::monitor::Monitor;
use crate::monitor::view::{Level, Scope};
use crate::receiver::Vitals;
use crate::tui::action::Action;
use crate::tui::keymap::Keymap;
use crate::tui::theme::Theme;
use crate::tui::widgets::words::Words;
use data::{Listing, Wants};
use jiff::tz::TimeZone;
use layout::Layout;
use list::List;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What the overview is drawn from, asked for anew with every frame and key.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// The numbers.
    pub monitor: &'a Monitor,
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
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivery => "Delivery",
            Self::Failures => "Failures by code",
            Self::Conversations => "Conversations",
            Self::Alerts => "Alerts",
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
    pub theme: &'a Theme,
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
}

impl<'a> View<'a> {
    /// An empty line.
    fn words(&self) -> Words<'a> {
        Words::new(self.theme)
    }

    /// Whether failures are out of the ordinary: only then they are drawn in bright red.
    fn abnormal(&self) -> bool {
        let verdict = &self.data.verdict;
        let judged = matches!(verdict.level, Level::Watch | Level::Trouble) && verdict.code.is_some();
        judged || self.data.failures.iter().any(|failure| failure.mark != Default::default())
    }

    /// Seconds from `at` to the moment that is looked at.
    fn age(&self, at: Millis) -> i64 {
        (self.data.scope.as_of.0 - at.0).div_euclid(1000)
    }
}

/// State of the overview: where the focus and the cursors are, and the numbers last asked for.
#[derive(Default)]
pub struct Overview {
    focus: Option<Pane>,
    zoomed: bool,
    lists: [List; Listing::COUNT],
    drawn: Option<Drawn>,
}

/// What was drawn last: keys act on what their user saw.
struct Drawn {
    stamp: u64,
    wants: Wants,
    size: Size,
    data: OverviewData,
}

impl Overview {
    /// Draws everything between the tabs and the footer into `area`. How much is shown follows from the whole screen.
    pub fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        let size = Size::of(frame.area());
        let wants = self.wants(frame.area(), area);
        let known = self.drawn.take().filter(|drawn| drawn.stamp == ctx.stamp && drawn.wants == wants);
        let data = known.map_or_else(|| OverviewData::ask(ctx.monitor, ctx.scope, ctx.window, &wants), |drawn| drawn.data);
        let view = View {
            theme: ctx.theme,
            zone: ctx.zone,
            keys: ctx.keys,
            vitals: ctx.vitals,
            health: ctx.health,
            gaps: ctx.gaps,
            intake: ctx.intake,
            data: &data,
            size,
        };
        self.render(frame.buffer_mut(), area, &view);
        self.drawn = Some(Drawn { stamp: ctx.stamp, wants, size, data });
    }

    /// Draws given values.
    pub fn render(&mut self, buffer: &mut Buffer, area: Rect, view: &View<'_>) {
        let focus = self.focused(view.size);
        let layout = Layout::new(area, view.size);
        if self.zoomed {
            verdict::draw_chip(buffer, layout.breadcrumb(), view, focus.name());
            return self.pane(buffer, layout.zoomed(), view, focus, true);
        }
        verdict::draw(buffer, layout.verdict, view);
        if view.data.extent.is_none() {
            return first_run::draw(buffer, layout.below_verdict(), view);
        }
        if let Some(area) = layout.activity {
            activity::draw(buffer, area, view);
        }
        if let Some(area) = layout.receiver {
            receiver::draw(buffer, area, view);
        }
        for pane in Pane::ALL {
            if let Some(area) = layout.pane(pane, focus) {
                self.pane(buffer, area, view, pane, pane == focus);
            }
        }
    }

    fn pane(&mut self, buffer: &mut Buffer, area: Rect, view: &View<'_>, pane: Pane, focused: bool) {
        let zoomed = self.zoomed;
        let listing = Listing::of(pane, zoomed);
        let list = &mut self.lists[listing as usize];
        list.settle(view.data, listing);
        let at = Place { area, focused, zoomed };
        match pane {
            Pane::Delivery => delivery::draw(buffer, at, view, list),
            Pane::Failures => failures::draw(buffer, at, view, list),
            Pane::Conversations => conversations::draw(buffer, at, view, list),
            Pane::Alerts => alerts::draw(buffer, at, view, list),
        }
    }

    /// The verdict as it is shown: the monitor's, with what only the screen knows laid over it. For the chip of other screens.
    pub fn verdict(&self, view: &View<'_>) -> crate::monitor::view::Verdict {
        verdict::overlaid(view)
    }

    /// The pane in focus.
    fn focused(&self, size: Size) -> Pane {
        // One pane at a time begins with the funnel; where all are seen, the cursor is best on the failures.
        self.focus.unwrap_or(if size == Size::One { Pane::Delivery } else { Pane::Failures })
    }

    /// What has to be asked of the monitor for a screen of this size.
    fn wants(&self, screen: Rect, area: Rect) -> Wants {
        let size = Size::of(screen);
        let layout = Layout::new(area, size);
        let zoomed = self.zoomed && self.focused(size) == Pane::Delivery;
        Wants {
            columns: layout.activity.map_or(0, activity::columns),
            cohorts: if zoomed { delivery::cohort_rows(layout.zoomed()) } else { 0 },
        }
    }

    /// Does what was asked for, on what was drawn last.
    pub fn act(&mut self, action: Action) -> Outcome {
        let Some(drawn) = self.drawn.take() else { return Outcome::Ignored };
        let outcome = self.act_on(action, &drawn.data, drawn.size);
        self.drawn = Some(drawn);
        outcome
    }

    fn act_on(&mut self, action: Action, data: &OverviewData, size: Size) -> Outcome {
        let pane = self.focused(size);
        let listing = Listing::of(pane, self.zoomed);
        let list = &mut self.lists[listing as usize];
        let page = list.page();
        let changed = match action {
            Action::Open => return open::behind(data, listing, list.row()).map_or(Outcome::Ignored, Outcome::Open),
            Action::Explain => return open::proof(data).map_or(Outcome::Ignored, Outcome::Open),
            Action::NextPane => self.focus_on(pane.stepped(1)),
            Action::PreviousPane => self.focus_on(pane.stepped(Pane::ALL.len() - 1)),
            Action::Zoom => self.zoom(!self.zoomed),
            Action::Back => self.zoom(false),
            Action::Up => list.step(data, listing, -1),
            Action::Down => list.step(data, listing, 1),
            Action::PageUp => list.step(data, listing, -page),
            Action::PageDown => list.step(data, listing, page),
            Action::First => list.step(data, listing, isize::MIN),
            Action::Last => list.step(data, listing, isize::MAX),
            _ => false,
        };
        if changed { Outcome::Changed } else { Outcome::Ignored }
    }

    fn focus_on(&mut self, pane: Pane) -> bool {
        self.focus = Some(pane);
        true
    }

    fn zoom(&mut self, zoomed: bool) -> bool {
        std::mem::replace(&mut self.zoomed, zoomed) != zoomed
    }

    /// What can be done now, most used first: for the footer and the help.
    pub fn actions(&self) -> Vec<Action> {
        let Some(Drawn { data, size, .. }) = &self.drawn else { return Vec::new() };
        if data.extent.is_none() {
            return Vec::new();
        }
        let listed = data.len(Listing::of(self.focused(*size), self.zoomed));
        let mut actions = Vec::new();
        if self.zoomed {
            actions.push(Action::Back);
        }
        actions.extend([Action::NextPane, Action::PreviousPane]);
        if listed > 0 {
            actions.push(Action::Open);
        }
        actions.push(Action::Zoom);
        if listed > 1 {
            let moves = [Action::Up, Action::Down, Action::PageUp, Action::PageDown, Action::First, Action::Last];
            actions.extend(moves);
        }
        if data.verdict.proof.is_some() {
            actions.push(Action::Explain);
        }
        actions
    }
}

/// Where and how a pane is drawn.
#[derive(Clone, Copy)]
struct Place {
    area: Rect,
    focused: bool,
    zoomed: bool,
}

/// Says calmly that there is nothing, and what would stand here.
fn draw_empty(buffer: &mut Buffer, area: Rect, view: &View<'_>, what: &str, hint: &str) {
    view.words().text(what).draw(buffer, area.x, area.y, if area.height > 0 { area.width } else { 0 });
    view.words().muted(hint).draw(buffer, area.x, area.y + 1, if area.height > 1 { area.width } else { 0 });
}

/// Adds to the totals of a pane which of the four it is, where only one is seen.
fn one_of_four<'a>(view: &View<'a>, pane: Pane, totals: Vec<Words<'a>>) -> Vec<Words<'a>> {
    if view.size != Size::One {
        return totals;
    }
    let which = || view.words().strong(format!("{}", pane as usize + 1)).muted(format!(" of {}", Pane::ALL.len()));
    let longer = totals.into_iter().map(|totals| totals.muted(" · ").then(which()));
    longer.chain([which()]).collect()
}
