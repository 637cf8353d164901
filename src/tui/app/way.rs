//! The way from place to place: what is opened, and back.

use super::App;
use crate::event::Millis;
use crate::tui::period::Period;
use crate::tui::place::{Open, Place, Step, Tab};

impl App {
    /// Opens what is behind something; Esc walks back.
    pub(in crate::tui) fn open(&mut self, open: Open) {
        let [events, messages] = [self.pages.events.expression(), self.pages.messages.expression()].map(str::to_owned);
        let period = open.window.map(|_| self.known.period);
        self.path.push(Step { from: self.here(), title: open.title, events, messages, period });
        if let Some(window) = open.window {
            self.look_at(Period::of(window));
        }
        self.show(open.place);
    }

    /// What is looked at, as it is now: what was edited on the way counts.
    pub(super) fn here(&self) -> Place {
        match &self.at {
            Place::Events { .. } => Place::Events { filter: self.pages.events.expression().to_owned() },
            Place::Messages { .. } => Place::Messages { filter: self.pages.messages.expression().to_owned() },
            other => other.clone(),
        }
    }

    /// The tab in which one is: that of the outermost place.
    pub(in crate::tui) fn tab(&self) -> Tab {
        self.path.first().map_or(&self.at, |step| &step.from).tab()
    }

    /// Looks at a place.
    pub(in crate::tui) fn show(&mut self, place: Place) {
        if std::mem::discriminant(&self.at) != std::mem::discriminant(&place) {
            self.page_mut().leave();
        }
        match &place {
            Place::Events { filter } if self.pages.events.expression() != filter => self.pages.events.filter(filter),
            Place::Events { .. } => {}
            Place::Messages { filter } if self.pages.messages.expression() != filter => {
                self.pages.messages.filter(filter)
            }
            Place::Messages { .. } => self.pages.messages.read_again(),
            Place::Message { id } => self.pages.story.turn_to(id),
            Place::Refused => {
                self.asks.refused = self.asks.refused.max(1);
                self.asks.refused_at = Millis::default();
            }
            Place::Forward { request } => self.pages.forward.choose(*request),
            Place::Thread(who) => self.pages.thread.open(who.clone()),
            Place::Overview | Place::Costs | Place::Changes => {}
        }
        self.at = place;
    }

    /// Back to where the last drill-down came from: what it borrowed is as before. Says whether there was one.
    pub(in crate::tui) fn walk_back(&mut self) -> bool {
        let Some(step) = self.path.pop() else { return false };
        if self.pages.events.expression() != step.events {
            self.pages.events.filter(&step.events);
        }
        if self.pages.messages.expression() != step.messages {
            self.pages.messages.filter(&step.messages);
        }
        step.period.into_iter().for_each(|period| self.look_at(period));
        self.show(step.from);
        true
    }
}
