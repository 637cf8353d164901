//! What changed: the window that is looked at against the one before, the gravest difference first.

mod draw;

use super::action::Action;
use super::areas::Hit;
use super::export::{Export, Row};
use super::lang::say;
use super::look::Look;
use super::page::{Copied, Outcome, Page};
use super::panes::Context;
use super::place::Open;
use super::widgets::format;
use super::widgets::words::Words;
use crate::monitor::compare::{Change, Comparison, Measure, Subject, Turn};
use crate::monitor::view::{Span, term};
use ratatui::Frame;
use ratatui::layout::Rect;
use serde::Serialize;

/// The two lists that the cursor goes through as if they were one.
#[derive(Debug, Clone, Copy)]
enum Part {
    Overall,
    Changes,
}

/// The page.
#[derive(Debug, Default)]
pub struct ChangesPage {
    /// The state it was asked at, and the comparison.
    known: Option<(u64, Comparison)>,
    /// The difference under the cursor; the gravest, as long as none was selected.
    selected: Option<(Subject, Measure)>,
    top: usize,
    room: usize,
    /// How it was put for the reader last, the number that was looked at, and the window before: keys act on that.
    look: Option<Look>,
    number: Option<String>,
    before: Option<Span>,
}

impl ChangesPage {
    /// Asks the monitor, once per changed state. Against a window without messages everything is new: that is no difference.
    fn ask(&mut self, ctx: &Context<'_>) {
        if self.known.as_ref().is_none_or(|(stamp, _)| *stamp != ctx.stamp) {
            let mut comparison = ctx.monitor.compare(&ctx.scope.before(), ctx.scope);
            if comparison.before.attempted == 0 {
                comparison.changes.clear();
                comparison.overall.iter_mut().for_each(|change| change.turn = None);
            }
            self.known = Some((ctx.stamp, comparison));
        }
    }

    /// Everything the cursor moves over: all messages together, then what changed.
    fn rows(&self) -> Vec<&Change> {
        self.known.iter().flat_map(|(_, known)| known.overall.iter().chain(&known.changes)).collect()
    }

    /// The row under the cursor.
    fn row(&self) -> usize {
        let rows = self.rows();
        let is = |change: &&Change| {
            self.selected
                .as_ref()
                .is_some_and(|(subject, measure)| change.subject == *subject && change.measure == *measure)
        };
        let overall = self.known.as_ref().map_or(0, |(_, known)| known.overall.len());
        rows.iter().position(is).unwrap_or(if rows.len() > overall { overall } else { 0 })
    }

    fn walk(&mut self, action: Action) -> Outcome {
        let (row, page) = (self.row(), self.room.max(2) - 1);
        let Some(last) = self.rows().len().checked_sub(1) else { return Outcome::Ignored };
        let Some(to) = action.step(row, last, page) else { return Outcome::Ignored };
        self.select(to);
        Outcome::Changed
    }

    /// Puts the cursor on a row.
    fn select(&mut self, row: usize) {
        self.selected = self.rows().get(row).map(|change| (change.subject.clone(), change.measure));
    }

    /// The messages behind a difference.
    fn open(&self) -> Option<Open> {
        let change = *self.rows().get(self.row())?;
        let mut filter = filter(change)?;
        if let Some(number) = self.number.as_ref().filter(|_| !filter.contains("number:")) {
            filter = format!("{filter} {}", term("number", number));
        }
        let open = Open::messages(filter, draw::title(&change.subject));
        // What went quiet is seen where it still talked.
        let quiet = change.turn == Some(Turn::Quiet);
        Some(match self.before.filter(|_| quiet) {
            Some(before) => open.within(before),
            None => open,
        })
    }
}

/// A difference as a row of a file: counts with what they are a part of.
#[derive(Serialize)]
struct Line {
    subject: String,
    measure: Measure,
    turn: Option<Turn>,
    before: u64,
    before_of: u64,
    now: u64,
    now_of: u64,
    change: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

impl Line {
    fn new(change: &Change, look: &Look) -> Self {
        Self {
            subject: draw::title(&change.subject).shown(look),
            measure: change.measure,
            turn: change.turn,
            before: change.before.0,
            before_of: change.before.1,
            now: change.now.0,
            now_of: change.now.1,
            change: change.change,
            low: change.interval.0,
            high: change.interval.1,
        }
    }
}

/// Selects the messages that a difference is about; `None` where no expression can.
fn filter(change: &Change) -> Option<String> {
    let of = match &change.subject {
        Subject::All => String::new(),
        Subject::Code(Some(code), _) => format!("code:{code} "),
        Subject::Code(None, _) => "not code>=0 ".to_owned(),
        Subject::Value(dimension, value) => format!("{} ", dimension.selects(value)?),
    };
    let became = match change.measure {
        Measure::CodeRate | Measure::FailureRate => "outcome:failed",
        Measure::SettledRate => "(outcome:delivered or outcome:read or outcome:failed)",
        Measure::ReadRate => "outcome:read",
        Measure::Volume => "kind:status",
    };
    Some(format!("{of}{became}"))
}

impl Page for ChangesPage {
    fn summary<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        self.ask(ctx);
        let Some((_, known)) = &self.known else { return Vec::new() };
        let words = || Words::new(ctx.look);
        if known.before.attempted == 0 {
            return vec![words().muted(ctx.look.lang.pick("nothing to compare with", "无从比较"))];
        }
        let changes = format::thousands(known.changes.len() as u64);
        let named = if known.changes.len() == 1 { " difference" } else { " differences" };
        let mut summary = vec![words().value(changes).muted(ctx.look.lang.pick(named, " 处变化"))];
        if known.unsure > 0 {
            let unsure = format::thousands(known.unsure);
            summary.push(words().muted(say!(ctx.look, "{unsure} may be chance", "{unsure} 处可能是偶然")));
        }
        summary
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        self.ask(ctx);
        self.draw_all(frame.buffer_mut(), area, ctx);
        self.look = Some(ctx.look.clone());
        self.number = ctx.scope.number.as_ref().map(ToString::to_string);
        self.before = Some(ctx.scope.before().span);
    }

    fn act(&mut self, action: Action) -> Outcome {
        match action {
            Action::Open => self.open().map_or(Outcome::Ignored, Outcome::Open),
            _ => self.walk(action),
        }
    }

    fn point(&mut self, hit: &Hit) -> Outcome {
        let before = match hit.pane {
            Some(pane) if pane == Part::Overall as usize => 0,
            Some(pane) if pane == Part::Changes as usize => {
                self.known.as_ref().map_or(0, |(_, known)| known.overall.len())
            }
            _ => return Outcome::Ignored,
        };
        hit.row.into_iter().for_each(|row| self.select(before + row));
        Outcome::Changed
    }

    fn copy(&self, what: Copied, look: &Look) -> Option<String> {
        match what {
            Copied::Value => Some(draw::title(&self.rows().get(self.row())?.subject).shown(look)),
            Copied::Path => Some(look.filter(&self.open()?.place.filter()?).into_owned()),
        }
    }

    fn export(&mut self, ctx: &Context<'_>) -> Option<Export> {
        let rows = self.rows().into_iter().map(|change| Row::of(&Line::new(change, ctx.look)));
        Some(Export::Shown(rows.collect()))
    }

    fn actions(&self) -> Vec<Action> {
        use Action::{Down, First, Last, Open, PageDown, PageUp, Up};
        if self.rows().is_empty() { Vec::new() } else { vec![Open, Down, Up, PageDown, PageUp, First, Last] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::view::{Dimension, Group};

    #[test]
    fn what_is_behind_a_difference_is_a_filter_that_parses() {
        let subjects = [
            Subject::All,
            Subject::Code(Some(131_026), "Undeliverable".to_owned()),
            Subject::Code(None, String::new()),
            Subject::Value(Dimension::Number, Group::Unnamed),
            Subject::Value(Dimension::Tag, Group::Named("promo \"7\"*".into())),
            Subject::Value(Dimension::Country, Group::Named("+52".into())),
        ];
        let measures =
            [Measure::CodeRate, Measure::FailureRate, Measure::SettledRate, Measure::ReadRate, Measure::Volume];
        for (subject, measure) in subjects.iter().flat_map(|subject| measures.map(|measure| (subject, measure))) {
            let change = Change {
                subject: subject.clone(),
                measure,
                turn: None,
                before: (0, 0),
                now: (0, 0),
                change: None,
                interval: (None, None),
                strength: 0.0,
            };
            crate::query::Filter::parse_for_messages(&filter(&change).unwrap()).unwrap();
        }
    }
}
