//! What a page is: everything between tabs and footer that takes keys, one per place.

use super::action::Action;
use super::areas::Hit;
use super::export::Export;
use super::lang::Lang;
use super::look::Look;
use super::order::Order;
use super::panes::Context;
use super::place::Open;
use super::store::Job;
use super::widgets::words::Words;
use crate::event::Millis;
use crate::journal::Batch;
use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use serde_json::Value;
use std::collections::BTreeMap;

/// What an action did.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Nothing: it is not for this page.
    Ignored,
    /// The page looks different now.
    Changed,
    /// Something else is to be shown.
    Open(Open),
    /// It cannot be done, and why: in English, in Chinese.
    Refuse(String, String),
}

/// What of the thing under the cursor is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// Its value: an id, a phone, a number.
    Value,
    /// Where it stands: a path, or the filter that finds it.
    Path,
}

/// A page. It is pure: it draws what it knows and asks for what it does not know by [`Page::jobs`].
pub trait Page {
    /// Counts for the row above the page, the most important first.
    fn summary<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>>;

    /// Draws the page. `area` is below the row of the path; the overview has that row too, for its verdict.
    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>);

    /// Does what was asked for, on what was drawn last.
    fn act(&mut self, action: Action) -> Outcome;

    /// Takes a click: the pane under it gets the focus, the row the cursor, a column head sorts.
    fn point(&mut self, _hit: &Hit) -> Outcome {
        Outcome::Ignored
    }

    /// What can be done now, most used first: for footer, help and palette.
    fn actions(&self) -> Vec<Action>;

    /// How what it lists can be sorted now, of each column the usual way first.
    fn orders(&self) -> Vec<Order> {
        Vec::new()
    }

    /// Sorts what it lists in one of its orders.
    fn sort(&mut self, _order: Order) {}

    /// What has to be read for what is looked at: called while the page is looked at.
    fn jobs(&mut self, _ctx: &Context<'_>, _now: Millis) -> Vec<Job> {
        Vec::new()
    }

    /// Takes in a live batch: called while the page is looked at.
    fn live(&mut self, _batch: &Batch, _ctx: &Context<'_>, _now: Millis) {}

    /// Freezes the view, or lets it go on: called also while the page is not looked at.
    fn pause(&mut self, _paused: bool) {}

    /// The page is no longer looked at.
    fn leave(&mut self) {}

    /// What is stored was changed: what is held of it is read again. Called also while the page is not looked at.
    fn rewritten(&mut self) {}

    /// Goes to what happened at a time: the window has it in its middle already.
    fn go_to(&mut self, _at: Millis) {}

    /// What it wants to know again on the next start, under a name of its own.
    fn remember(&self) -> Option<(&'static str, Value)> {
        None
    }

    /// Takes up what the pages remembered, by their names; what it cannot read it leaves alone.
    fn recall(&mut self, _left: &BTreeMap<String, Value>) {}

    /// What is under the cursor, to be copied as it may be shown.
    fn copy(&self, _what: Copied, _look: &Look) -> Option<String> {
        None
    }

    /// What it lists, whole, to be written to a file; `None` when only the screen itself can be.
    fn export(&mut self, _ctx: &Context<'_>) -> Option<Export> {
        None
    }

    /// While text is typed into the page: the keys it takes then and what they do. All keys go to [`Page::key`].
    fn prompt(&self, _lang: Lang) -> Option<Vec<(&'static str, &'static str)>> {
        None
    }

    /// Draws what is typed into the row of the path.
    fn draw_prompt(&mut self, _frame: &mut Frame<'_>, _row: Rect, _ctx: &Context<'_>) {}

    /// A key while text is typed.
    fn key(&mut self, _key: KeyEvent, _ctx: &Context<'_>) {}

    /// Pasted text: never run as keys.
    fn paste(&mut self, _text: &str) {}

    /// Whether older things are read for a filter, until [`Action::Back`] gives that up.
    fn reads(&self) -> bool {
        false
    }

    /// The filter that was typed and applied since this was asked last.
    fn applied(&mut self) -> Option<String> {
        None
    }
}
