//! Focus, zoom and cursors of the four panes: pure state, drawn and moved on given values.

use super::data::{Key, Listing, OverviewData, Wants};
use super::figures::Figure;
use super::layout::Layout;
use super::list::List;
use super::open;
use super::picking::Picking;
use super::sorting::{Sort, Sorting};
use super::{Pane, Place, Size, View};
use super::{activity, alerts, conversations, delivery, failures, first_run, receiver, verdict};
use crate::monitor::Monitor;
use crate::monitor::view::{Alert, Dimension, Pick};
use crate::tui::action::Action;
use crate::tui::areas::{Hit, Spot};
use crate::tui::export::Row;
use crate::tui::look::Look;
use crate::tui::order::{Direction, Order};
use crate::tui::page::{Copied, Outcome};
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::Event;
use ratatui::layout::Rect;
use serde::Deserialize;
use serde_json::{Value, json};
use tui_input::Input;

/// How conversations are sorted: what closes soon first, or the newest.
const CLOSES: Order = Order { column: "closes", direction: Direction::Ascending };
const LAST: Order = Order { column: "last", direction: Direction::Descending };

/// The dimension that zoomed delivery is broken down by.
#[derive(Debug, Clone, Copy)]
struct By(Dimension);

impl Default for By {
    fn default() -> Self {
        Self(Dimension::Number)
    }
}

impl By {
    fn next(&mut self) -> bool {
        self.0 = match self.0 {
            Dimension::Number => Dimension::Category,
            Dimension::Category => Dimension::Country,
            Dimension::Country => Dimension::Tag,
            Dimension::Tag | Dimension::Template => Dimension::Number,
        };
        true
    }
}

/// Where the focus and the cursors are.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    focus: Option<Pane>,
    zoomed: bool,
    by: By,
    sort: Sorting,
    pick: Picking,
    /// What is listed beside the table of a zoomed pane, when the focus is there.
    beside: Option<Listing>,
    lists: [List; Listing::COUNT],
    /// The figure under the cursor of the breakdown, and those that were seen last, by their place in [`Figure::ALL`].
    figure: usize,
    figures: Vec<usize>,
}

impl Grid {
    /// Draws the values into the room between tabs and footer.
    pub fn draw(&mut self, buffer: &mut Buffer, area: Rect, view: &View<'_>) {
        let focus = self.focused(view.size);
        let layout = Layout::new(area, view.size);
        if self.zoomed(view.size) {
            verdict::draw_chip(buffer, layout.breadcrumb(), view, focus.name(view.look.lang));
            return self.draw_pane(buffer, layout.zoomed(), view, focus, true);
        }
        verdict::draw(buffer, layout.verdict, view);
        if view.data.verdict.proof.is_some() {
            view.look.areas.add(layout.verdict, Spot::Act(Action::Explain));
        }
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
                self.draw_pane(buffer, area, view, pane, pane == focus);
            }
        }
    }

    fn draw_pane(&mut self, buffer: &mut Buffer, area: Rect, view: &View<'_>, pane: Pane, focused: bool) {
        let zoomed = self.zoomed(view.size);
        let at = Place { area, focused, zoomed };
        let listing = Listing::of(pane, zoomed);
        let beside = Some(self.listing(view.data, view.size)).filter(|beside| *beside != listing).map(|beside| {
            let list = &mut self.lists[beside as usize];
            list.settle(view.data, beside);
            (beside, list.row())
        });
        let list = &mut self.lists[listing as usize];
        list.settle(view.data, listing);
        view.look.areas.add(area, Spot::Pane(pane as usize));
        match pane {
            Pane::Delivery if zoomed => {
                self.figures = delivery::draw_zoomed(buffer, at, view, list, beside, self.figure);
                self.figure = if self.figures.contains(&self.figure) { self.figure } else { 0 };
            }
            Pane::Delivery => delivery::draw(buffer, at, view, list),
            Pane::Failures => failures::draw(buffer, at, view, list, beside.filter(|_| zoomed).map(|(_, row)| row)),
            Pane::Conversations => conversations::draw(buffer, at, view, list),
            Pane::Alerts => alerts::draw(buffer, at, view, list),
        }
        if let Some(note) = view.note.filter(|_| area.height > 1) {
            let words = view.words().role(Role::Warn, format!(" {note} "));
            words.draw(buffer, area.x + 2, area.bottom() - 1, area.width.saturating_sub(4));
        }
    }

    /// Does what was asked for, on the values that were drawn last.
    pub fn act(&mut self, action: Action, data: &OverviewData, size: Size) -> Outcome {
        let pane = self.focused(size);
        let zoomed = self.zoomed(size);
        let listing = self.listing(data, size);
        let moved = match action {
            Action::NextPane if zoomed => self.step_beside(data, pane, true),
            Action::PreviousPane if zoomed => self.step_beside(data, pane, false),
            _ => false,
        };
        if moved {
            return Outcome::Changed;
        }
        let figure = self.figure();
        let list = &mut self.lists[listing as usize];
        let page = list.page();
        let changed = match action {
            Action::Left if listing == Listing::Groups => self.step_figure(false),
            Action::Right if listing == Listing::Groups => self.step_figure(true),
            Action::Open => {
                return open::behind(data, listing, list.row(), figure).map_or(Outcome::Ignored, Outcome::Open);
            }
            Action::Back if self.beside.take().is_some() => true,
            Action::NextPane => self.focus_on(pane.stepped(1)),
            Action::PreviousPane => self.focus_on(pane.stepped(Pane::ALL.len() - 1)),
            // The pane stays in focus when the screen becomes one of another size.
            Action::Zoom if size > Size::One => self.focus_on(pane) && self.zoom(!zoomed),
            Action::Back if zoomed => self.zoom(false),
            Action::Dimension if zoomed && pane == Pane::Delivery => self.by.next(),
            Action::Sort if zoomed && pane == Pane::Failures => self.sort_by_next(),
            Action::Sort | Action::Unread | Action::Filter if zoomed && pane == Pane::Conversations => {
                return self.pick_by(action);
            }
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

    /// Takes a click: the pane gets the focus, the row the cursor.
    pub(super) fn point(&mut self, hit: &Hit, data: &OverviewData, size: Size) -> Outcome {
        let zoomed = self.zoomed(size);
        let listing = match hit.pane.map(|at| (Pane::ALL.get(at), Listing::at(at))) {
            Some((Some(pane), _)) => {
                self.focus_on(*pane);
                if let Some(head) = hit.head.filter(|_| zoomed && hit.row.is_none()) {
                    self.sort_by(*pane, head);
                }
                Listing::of(*pane, zoomed)
            }
            Some((None, Some(beside))) => {
                self.beside = Some(beside);
                beside
            }
            _ => return Outcome::Ignored,
        };
        if let Some(row) = hit.row {
            self.lists[listing as usize].select(data, listing, row);
        }
        let figure = hit.head.and_then(|place| place.checked_sub(delivery::FIGURES));
        if let Some(figure) = figure.filter(|figure| listing == Listing::Groups && *figure < Figure::ALL.len()) {
            self.figure = figure;
        }
        Outcome::Changed
    }

    /// The alert under the cursor, where the alerts have the focus.
    pub(super) fn alert<'d>(&self, data: &'d OverviewData, size: Size) -> Option<&'d Alert> {
        let pane = self.focused(size);
        let listing = Listing::of(pane, self.zoomed(size));
        if pane == Pane::Alerts { data.alerts.get(self.lists[listing as usize].row()) } else { None }
    }

    /// What can be done now, most used first.
    pub fn actions(&self, data: &OverviewData, size: Size) -> Vec<Action> {
        if data.extent.is_none() {
            return Vec::new();
        }
        let zoomed = self.zoomed(size);
        let listed = data.len(self.listing(data, size));
        let mut actions = Vec::new();
        if zoomed {
            actions.push(Action::Back);
        }
        actions.push(Action::NextPane);
        if listed > 0 {
            actions.push(Action::Open);
        }
        if self.alert(data, size).is_some() {
            actions.push(Action::Acknowledge);
        }
        if size > Size::One {
            actions.push(Action::Zoom);
        }
        match self.focused(size) {
            Pane::Delivery if zoomed => {
                actions.push(Action::Dimension);
                if self.listing(data, size) == Listing::Groups && self.figures.len() > 1 {
                    actions.extend([Action::Left, Action::Right]);
                }
            }
            Pane::Failures if zoomed && listed > 1 => actions.push(Action::Sort),
            Pane::Conversations if zoomed => actions.extend([Action::Sort, Action::Unread, Action::Filter]),
            _ => {}
        }
        if data.verdict.proof.is_some() {
            actions.push(Action::Explain);
        }
        if listed > 1 {
            let moves = [Action::Down, Action::Up, Action::PageDown, Action::PageUp, Action::First, Action::Last];
            actions.extend(moves);
        }
        actions.push(Action::PreviousPane);
        actions
    }

    /// What is under the cursor, or the filter that finds what is behind it.
    pub(super) fn copy(&self, what: Copied, data: &OverviewData, size: Size, look: &Look) -> Option<String> {
        let listing = self.listing(data, size);
        let row = self.lists.get(listing as usize)?.row();
        match what {
            Copied::Value => open::value(data, listing, row, self.figure(), look),
            Copied::Path => {
                Some(look.filter(&open::behind(data, listing, row, self.figure())?.place.filter()?).into_owned())
            }
        }
    }

    /// What the pane in focus lists.
    pub(super) fn export(&self, monitor: &Monitor, data: &OverviewData, size: Size) -> Vec<Row> {
        match Listing::of(self.focused(size), self.zoomed(size)) {
            Listing::Stages | Listing::Cohorts | Listing::Deliver | Listing::Read => vec![Row::of(&data.funnel)],
            Listing::Groups => data.zoom.groups.iter().map(|group| Row::group(data.zoom.dimension, group)).collect(),
            Listing::Codes | Listing::Hits => data.failures.iter().map(Row::of).collect(),
            Listing::Conversations => data.all_conversations(monitor).iter().map(Row::of).collect(),
            Listing::Alerts => data.alerts.iter().map(Row::of).collect(),
        }
    }

    /// Focus, zoom and how the panes list, for the next start.
    pub(super) fn remember(&self) -> Value {
        json!({
            "pane": self.focus.map(|pane| pane as usize),
            "zoomed": self.zoomed,
            "by": self.by.0.as_str(),
            "sort": self.sort.by,
            "reversed": self.sort.reversed,
            "newest": self.pick.pick.newest,
            "unread": self.pick.pick.unread,
        })
    }

    /// Takes up again what was remembered.
    pub(super) fn recall(&mut self, left: &Value) {
        let pane = left.get("pane").and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
        self.focus = pane.and_then(|at| Pane::ALL.get(at)).copied();
        let is = |name| left.get(name).and_then(Value::as_bool).unwrap_or(false);
        self.zoomed = is("zoomed");
        (self.pick.pick.newest, self.pick.pick.unread) = (is("newest"), is("unread"));
        let by = left.get("by").and_then(Value::as_str);
        let by = Dimension::ALL.into_iter().find(|dimension| Some(dimension.as_str()) == by);
        self.by = by.filter(|by| *by != Dimension::Template).map_or_else(By::default, By);
        let by = left.get("sort").and_then(|sort| Sort::deserialize(sort).ok()).unwrap_or_default();
        self.sort = Sorting { by, reversed: is("reversed") };
    }

    /// What has to be asked of the monitor for this room.
    pub(super) fn wants(&self, area: Rect, size: Size) -> Wants {
        let layout = Layout::new(area, size);
        let pick = if self.zoomed(size) { self.pick.pick.clone() } else { Pick::default() };
        let conversations = self.lists[Listing::Conversations as usize].around(area.height, pick);
        if !self.zoomed(size) {
            let columns = layout.activity.map_or(0, activity::columns);
            let outcomes = layout.pane(Pane::Delivery, self.focused(size)).is_some_and(delivery::is_full);
            return Wants { columns, outcomes, numbers: size == Size::Wide, conversations, ..Wants::default() };
        }
        match self.focused(size) {
            Pane::Delivery => {
                let area = layout.zoomed();
                let (cohorts, times) = (delivery::cohort_rows(area, size), delivery::has_times(area, size));
                Wants { cohorts, times, groups: Some(self.by.0), ..Wants::default() }
            }
            Pane::Failures => {
                let list = &self.lists[Listing::Codes as usize];
                let code = list.on().and_then(|key| if let Key::Code(code) = key { Some(*code) } else { None });
                let trend = failures::trend_columns(layout.zoomed(), size);
                // The marks of the activity stand on the axis of the trend, too.
                Wants { columns: trend, trend, code: (list.row(), code), sort: self.sort, ..Wants::default() }
            }
            Pane::Conversations => Wants { conversations, ..Wants::default() },
            Pane::Alerts => {
                let list = &self.lists[Listing::Alerts as usize];
                let alert = list.on().and_then(|key| if let Key::Alert(id) = key { Some(id.clone()) } else { None });
                let columns = alerts::trend_columns(layout.zoomed(), size);
                Wants { columns, alert: Some((list.row(), alert)), ..Wants::default() }
            }
        }
    }

    /// How the zoomed pane in focus can be sorted.
    pub(super) fn orders(&self, size: Size) -> Vec<Order> {
        match self.focused(size) {
            Pane::Failures if self.zoomed(size) => Sort::orders(),
            Pane::Conversations if self.zoomed(size) => vec![CLOSES, LAST],
            _ => Vec::new(),
        }
    }

    /// Sorts the pane in focus in one of its orders.
    pub(super) fn sort(&mut self, order: Order, size: Size) {
        match self.focused(size) {
            Pane::Failures => self.sort = Sorting::of(order).unwrap_or(self.sort),
            Pane::Conversations if self.pick.pick.newest != (order == LAST) => _ = self.pick_by(Action::Sort),
            _ => {}
        }
    }

    /// The pane in focus.
    fn focused(&self, size: Size) -> Pane {
        // One pane at a time begins with the funnel; where all are seen, the cursor is best on the failures.
        self.focus.unwrap_or(if size == Size::One { Pane::Delivery } else { Pane::Failures })
    }

    /// What the cursor moves over.
    fn listing(&self, data: &OverviewData, size: Size) -> Listing {
        let (pane, zoomed) = (self.focused(size), self.zoomed(size));
        let beside = self.beside.filter(|beside| zoomed && Listing::beside(pane).contains(beside));
        beside.filter(|beside| data.len(*beside) > 0).unwrap_or(Listing::of(pane, zoomed))
    }

    /// Moves the focus to what a zoomed pane lists beside its table, and back. Says whether there was somewhere to go.
    fn step_beside(&mut self, data: &OverviewData, pane: Pane, forward: bool) -> bool {
        let listed = Listing::beside(pane).iter().copied().filter(|beside| data.len(*beside) > 0);
        let stops: Vec<Option<Listing>> = std::iter::once(None).chain(listed.map(Some)).collect();
        let at = stops.iter().position(|stop| *stop == self.beside).unwrap_or(0);
        let to = if forward { Some(at + 1) } else { at.checked_sub(1) };
        let Some(stop) = to.and_then(|to| stops.get(to)) else { return false };
        self.beside = *stop;
        true
    }

    /// Whether the pane in focus has the screen. Where only one is seen it has it anyway.
    pub(super) fn zoomed(&self, size: Size) -> bool {
        self.zoomed && size > Size::One
    }

    /// Lists other conversations, or in another order; the cursor goes to the first of them.
    fn pick_by(&mut self, action: Action) -> Outcome {
        match action {
            Action::Sort => self.pick.pick.newest = !self.pick.pick.newest,
            Action::Unread => self.pick.pick.unread = !self.pick.pick.unread,
            _ => return self.pick.open(),
        }
        self.lists[Listing::Conversations as usize].reset();
        Outcome::Changed
    }

    /// What is looked for among conversations, while it is typed.
    pub(in crate::tui) fn typed(&self) -> Option<&Input> {
        self.pick.typed.as_ref()
    }

    /// A key or pasted text while something is looked for.
    pub(in crate::tui) fn type_in(&mut self, event: &Event) {
        if self.pick.take(event) {
            self.lists[Listing::Conversations as usize].reset();
        }
    }

    /// The figure under the cursor of the breakdown.
    fn figure(&self) -> Figure {
        Figure::ALL.get(self.figure).copied().unwrap_or(Figure::ALL[0])
    }

    /// Moves the cursor of the breakdown to the next figure that is seen, or to the one before.
    fn step_figure(&mut self, on: bool) -> bool {
        let at = self.figures.iter().position(|figure| *figure == self.figure);
        let to = at.and_then(|at| if on { at.checked_add(1) } else { at.checked_sub(1) });
        let figure = to.and_then(|to| self.figures.get(to)).copied();
        self.figure = figure.unwrap_or(self.figure);
        figure.is_some()
    }

    /// Sorts by the column whose head was clicked, where the pane can.
    fn sort_by(&mut self, pane: Pane, head: usize) {
        match pane {
            Pane::Failures => self.sort = failures::sorts_by(head).map_or(self.sort, |by| self.sort.pointed(by)),
            Pane::Conversations => {
                let newest = conversations::newest_by(head).unwrap_or(self.pick.pick.newest);
                if newest != self.pick.pick.newest {
                    self.pick_by(Action::Sort);
                }
            }
            _ => {}
        }
    }

    fn sort_by_next(&mut self) -> bool {
        self.sort = Sorting { by: self.sort.by.next(), reversed: false };
        true
    }

    fn focus_on(&mut self, pane: Pane) -> bool {
        self.focus = Some(pane);
        self.beside = None;
        true
    }

    fn zoom(&mut self, zoomed: bool) -> bool {
        self.beside = None;
        std::mem::replace(&mut self.zoomed, zoomed) != zoomed
    }
}
