//! The Costs tab: what messages cost, by currency, category and direction, by business number, and over time.
//!
//! Amounts are exact decimals and are added up within one currency only.

mod data;
mod draw;

use super::action::Action;
use super::areas::Hit;
use super::export::{Export, Row};
use super::lang::say;
use super::look::Look;
use super::page::{Copied, Outcome, Page};
use super::panes::Context;
use super::place::Open;
use super::title::Title;
use super::widgets::format;
use super::widgets::words::Words;
use crate::event::Text;
use crate::event::clean::clean;
use crate::monitor::view::{Dimension, term};
use data::{Data, Key};
use ratatui::Frame;
use ratatui::layout::Rect;

/// One of the two lists that take the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Side {
    #[default]
    Costs,
    Numbers,
}

/// The tab.
#[derive(Debug, Default)]
pub struct CostsTab {
    data: Data,
    /// The state and the columns that `data` is of.
    asked: Option<(u64, usize)>,
    side: Side,
    /// The row under the cursor; the first, as long as none was selected.
    selected: Option<Key>,
    number: usize,
    tops: [usize; 2],
    room: usize,
    /// How it was put for the reader last: the path is named in the same words.
    look: Option<Look>,
}

impl CostsTab {
    fn ask(&mut self, ctx: &Context<'_>, columns: usize) {
        if self.asked != Some((ctx.stamp, columns)) {
            self.asked = Some((ctx.stamp, columns));
            self.data = Data::ask(ctx.monitor, ctx.scope, columns);
        }
    }

    /// The row of the costs under the cursor.
    fn row(&self) -> usize {
        let at = |key: &Key| self.data.rows.iter().position(|row| row.key() == *key);
        self.selected.as_ref().and_then(at).unwrap_or(0)
    }

    fn walk(&mut self, action: Action) -> Outcome {
        let (at, rows) = match self.side {
            Side::Costs => (self.row(), self.data.rows.len()),
            Side::Numbers => (self.number, self.data.numbers.len()),
        };
        let Some(last) = rows.checked_sub(1) else { return Outcome::Ignored };
        let page = self.room.max(2) - 1;
        let Some(to) = action.step(at, last, page) else { return Outcome::Ignored };
        self.select(to);
        Outcome::Changed
    }

    /// Puts the cursor of the list in focus on a row.
    fn select(&mut self, row: usize) {
        match self.side {
            Side::Costs => self.selected = self.data.rows.get(row).map(data::Row::key),
            Side::Numbers => self.number = row,
        }
    }

    /// The events behind the row under the cursor.
    fn open(&self) -> Option<Open> {
        let currency = |currency: Option<&Text>| match currency {
            Some(currency) => Title::new().text(currency.to_string()),
            None => Title::new().said("no currency", "无币种"),
        };
        Some(match self.side {
            Side::Costs => {
                let cost = &self.data.rows.get(self.row())?.cost;
                let terms = [term("category", &cost.category), term("direction", &cost.direction)].join(" ");
                let title = currency(cost.currency.as_ref()).value(Dimension::Category, cost.category.to_string());
                Open::events(format!("{terms} {}", currency_term(cost.currency.as_ref())), title)
            }
            Side::Numbers => {
                let total = self.data.numbers.get(self.number)?;
                let title = currency(total.currency.as_ref());
                let (of, title) = match &total.number {
                    Some(number) => (term("number", number), title.phone(number.clone())),
                    None => ("not number:*".to_owned(), title.said("no number", "无号码")),
                };
                Open::events(format!("{of} {}", currency_term(total.currency.as_ref())), title)
            }
        })
    }
}

/// Selects what has costs in a currency; without one, costs that name none.
fn currency_term(currency: Option<&Text>) -> String {
    currency.map_or("category:* not currency:*".to_owned(), |currency| term("currency", currency))
}

impl Page for CostsTab {
    fn summary<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        self.ask(ctx, self.asked.map_or(draw::COLUMNS, |(_, columns)| columns));
        let words = || Words::new(ctx.look);
        let mut summary: Vec<Words<'a>> = Vec::new();
        for total in &self.data.totals {
            if let (Some(currency), Some(amount)) = (&total.currency, total.amount) {
                let currency = clean(currency).into_owned();
                summary.push(words().muted(format!("{currency} ")).value(format::amount(amount, 2)));
            }
        }
        if self.data.unpriced > 0 {
            let count = format::thousands(self.data.unpriced);
            summary.push(words().muted(say!(ctx.look, "{count} without amount", "{count} 条无金额")));
        }
        summary
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        self.ask(ctx, draw::columns(area));
        self.number = self.number.min(self.data.numbers.len().saturating_sub(1));
        self.draw_all(frame.buffer_mut(), area, ctx);
        self.look = Some(ctx.look.clone());
    }

    fn act(&mut self, action: Action) -> Outcome {
        match action {
            Action::Open => self.open().map_or(Outcome::Ignored, Outcome::Open),
            Action::NextPane | Action::PreviousPane if !self.data.rows.is_empty() => {
                self.side = if self.side == Side::Costs { Side::Numbers } else { Side::Costs };
                Outcome::Changed
            }
            _ => self.walk(action),
        }
    }

    fn point(&mut self, hit: &Hit) -> Outcome {
        self.side = match hit.pane {
            Some(pane) if pane == Side::Costs as usize => Side::Costs,
            Some(pane) if pane == Side::Numbers as usize => Side::Numbers,
            _ => return Outcome::Ignored,
        };
        hit.row.into_iter().for_each(|row| self.select(row));
        Outcome::Changed
    }

    fn copy(&self, what: Copied, look: &Look) -> Option<String> {
        let (currency, amount) = match self.side {
            Side::Costs => self.data.rows.get(self.row()).map(|row| (&row.cost.currency, row.cost.amount)),
            Side::Numbers => self.data.numbers.get(self.number).map(|total| (&total.currency, total.amount)),
        }?;
        match what {
            Copied::Value => Some(format!("{} {}", clean(currency.as_ref()?), amount?.normalize())),
            Copied::Path => Some(look.filter(&self.open()?.place.filter()?).into_owned()),
        }
    }

    fn export(&mut self, _ctx: &Context<'_>) -> Option<Export> {
        Some(Export::Rows(match self.side {
            Side::Costs => self.data.rows.iter().map(|row| Row::of(&row.cost)).collect(),
            Side::Numbers => self.data.numbers.iter().map(Row::of).collect(),
        }))
    }

    fn actions(&self) -> Vec<Action> {
        use Action::{Down, First, Last, NextPane, Open, PageDown, PageUp, PreviousPane, Up};
        if self.data.rows.is_empty() {
            return Vec::new();
        }
        vec![NextPane, Open, Down, Up, PageDown, PageUp, First, Last, PreviousPane]
    }
}
