//! The overview: verdict, activity and the four panes.

use super::action::Action;
use super::theme::Theme;
use crate::event::{Millis, Scheme, Text};
use crate::journal::Health;
use crate::monitor::Monitor;
use crate::monitor::view::Scope;
use crate::receiver::Vitals;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Everything the overview is drawn from.
pub struct Context<'a> {
    /// Colours and glyphs.
    pub theme: &'a Theme,
    /// The numbers.
    pub monitor: &'a Monitor,
    /// What is looked at.
    pub scope: &'a Scope,
    /// The zone of clock times.
    pub zone: &'a TimeZone,
    /// Changes whenever the monitor or the scope has changed; stays while the view is frozen.
    pub stamp: u64,
    /// The receiver.
    pub vitals: &'a Vitals,
    /// Whether the journal can write.
    pub health: &'a Health,
    /// Whether anybody may post.
    pub unverified: bool,
    /// Times in which no receiver ran.
    pub gaps: &'a [(Millis, Millis)],
    /// Where the receiver listens.
    pub address: &'a str,
    /// Configured schemes and the labels of their secrets.
    pub schemes: &'a [(Scheme, Vec<Text>)],
}

/// What came of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is not for this component.
    Ignored,
    /// Something may look different now.
    Changed,
    /// The user wants to see what is behind something.
    Open(Open),
}

/// What is behind something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open {
    /// Events.
    Events {
        /// The expression that selects them.
        filter: String,
        /// What they are, for the path.
        title: String,
    },
}

/// The overview's cursors and focus.
#[derive(Debug, Default)]
pub struct Overview {}

impl Overview {
    /// Draws it.
    pub fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        let _ = (frame, area, ctx);
    }

    /// Does what was asked, if it is for the overview.
    pub fn act(&mut self, action: Action, ctx: &Context<'_>) -> Outcome {
        let _ = (action, ctx);
        Outcome::Ignored
    }

    /// What can be done now.
    pub fn actions(&self) -> Vec<Action> {
        Vec::new()
    }
}
