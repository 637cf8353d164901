//! How the Costs tab is drawn: the costs with a total per currency, the business numbers beside them, the trend below.

use super::data::{Data, Row, Total};
use super::{CostsTab, Side};
use crate::event::Text;
use crate::event::clean::clean;
use crate::tui::areas::Spot;
use crate::tui::lang::say;
use crate::tui::panes::Context;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::plot::{Plot, Series, Span};
use crate::tui::widgets::table::{self, Column, Cursor, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{format, frame as border, spark};
use crate::tui::wrap::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use rust_decimal::Decimal;

/// Columns of the trend that are asked for at most.
pub(super) const COLUMNS: usize = 60;
/// Width from which the numbers stand beside the costs.
const BOTH: u16 = 110;
/// Cells of the scale left of the trend.
const SCALE: u16 = 9;
/// Rows of the list from which there is room to say what amounts mean.
const ROOMY: u16 = 20;
/// Cells of a trend within a row.
const SPARK: u16 = 15;

/// Columns of the trend there is room for.
pub(super) fn columns(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(4 + SCALE)).clamp(1, COLUMNS)
}

/// A column of the costs and of their totals.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Currency,
    Category,
    Direction,
    Amount,
    Cny,
    Messages,
    Share,
    Trend,
}

/// How wide amounts are and how many decimals they have, so that they stand at their points.
#[derive(Debug, Clone, Copy)]
struct Money {
    scale: u32,
    width: u16,
}

impl Money {
    fn of(amounts: impl Iterator<Item = Option<Decimal>> + Clone) -> Self {
        let scale = amounts.clone().flatten().map(|amount| amount.normalize().scale()).max().unwrap_or(0);
        let widths = amounts.flatten().map(|amount| format::amount(amount.normalize(), scale).len());
        Self { scale, width: widths.max().unwrap_or(0).max(8) as u16 }
    }

    fn words<'a>(self, words: Words<'a>, amount: Option<Decimal>) -> Words<'a> {
        words.value_or_nothing(amount.map(|amount| format::amount(amount.normalize(), self.scale)))
    }
}

impl CostsTab {
    /// Draws the whole page.
    pub(super) fn draw_all(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let trend = if area.height >= 26 { (area.height / 3).clamp(6, 14) } else { 0 };
        let [lists, trend] = Layout::vertical([Constraint::Fill(1), Constraint::Length(trend)]).areas(area);
        if area.width < BOTH {
            match self.side {
                Side::Costs => self.draw_costs(buffer, lists, ctx),
                Side::Numbers => self.draw_numbers(buffer, lists, ctx),
            }
        } else {
            let numbers = (area.width / 3).min(64);
            let [costs, numbers] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(numbers)]).areas(lists);
            self.draw_costs(buffer, costs, ctx);
            self.draw_numbers(buffer, numbers, ctx);
        }
        if trend.height > 0 {
            self.draw_trend(buffer, trend, ctx);
        }
    }

    fn draw_costs(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        ctx.look.areas.add(area, Spot::Pane(Side::Costs as usize));
        let look = ctx.look;
        let window = ctx.window;
        let totals = Words::new(look).muted(say!(look, "cohort {window}", "批次 {window}"));
        let focused = self.side == Side::Costs;
        let inner = border::draw(buffer, area, look, look.lang.pick("Costs", "费用"), vec![totals], focused);
        let row = self.row();
        let Data { rows, totals, unpriced, .. } = &self.data;
        if rows.is_empty() {
            return draw_empty(buffer, inner, ctx);
        }
        let notes = notes(*unpriced, inner, ctx);
        let below = (totals.len() + 1 + notes.len()).min(usize::from(inner.height.saturating_sub(3))) as u16;
        let [list, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(inner);
        let columns = cost_columns(&self.data, ctx);
        let money = |of: fn(&Row) -> Option<Decimal>, all: fn(&Total) -> Option<Decimal>| {
            Money::of(rows.iter().map(of).chain(totals.iter().map(all)))
        };
        let amounts = money(|row| row.cost.amount, |total| total.amount);
        let cnys = money(|row| row.cost.cny, |total| total.cny);
        self.room = usize::from(list.height.saturating_sub(1));
        self.tops[0] = table::scroll(self.tops[0], row, rows.len(), self.room.max(1));
        let cursor = Some(Cursor { row, focused });
        let table = Table { look, columns: &columns, rows: rows.len(), top: self.tops[0], cursor };
        table.draw(buffer, list, |at, cell, width| {
            rows.get(at).map_or_else(|| Words::new(look), |row| cost_words(row, cell, width, (amounts, cnys), ctx))
        });

        let rule = look.glyph(Glyph::Rule).repeat(below.width.into());
        Words::new(look).role(Role::Grid, rule).draw(buffer, below.x, below.y, below.width);
        let sums = Rect { y: below.y + 1, height: below.height.saturating_sub(1).min(totals.len() as u16), ..below };
        let headless = columns.map(|column| Column { head: "", ..column });
        Table::new(look, &headless, totals.len()).draw(buffer, sums, |at, cell, width| {
            totals.get(at).map_or_else(|| Words::new(look), |total| sum_words(total, cell, width, (amounts, cnys), ctx))
        });
        // No rows to go to.
        look.areas.add(below, Spot::Pane(Side::Costs as usize));
        for (line, y) in notes.into_iter().zip(sums.bottom()..below.bottom()) {
            Words::new(look).muted(line).draw(buffer, below.x, y, below.width);
        }
    }

    fn draw_numbers(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        ctx.look.areas.add(area, Spot::Pane(Side::Numbers as usize));
        let look = ctx.look;
        let focused = self.side == Side::Numbers;
        let name = look.lang.pick("By number", "按号码");
        let inner = border::draw(buffer, area, look, name, Vec::new(), focused);
        let numbers = &self.data.numbers;
        if numbers.is_empty() {
            return;
        }
        let amounts = Money::of(numbers.iter().map(|total| total.amount));
        let cnys = Money::of(numbers.iter().map(|total| total.cny));
        let columns = [
            Column::text(Number::Name, look.lang.pick("number", "号码"), 8).grows(),
            Column::text(Number::Currency, "", 4),
            Column::number(Number::Amount, look.lang.pick("amount", "金额"), amounts.width),
            Column::number(Number::Cny, "CNY", cnys.width).goes(2),
            Column::number(Number::Lines, look.lang.pick("lines", "费用行"), 7).goes(1),
        ];
        self.tops[1] = table::scroll(self.tops[1], self.number, numbers.len(), usize::from(inner.height.max(2) - 1));
        let cursor = focused.then_some(Cursor { row: self.number, focused });
        let table = Table { look, columns: &columns, rows: numbers.len(), top: self.tops[1], cursor };
        table.draw(buffer, inner, |at, cell, width| {
            let words = Words::new(look);
            let Some(total) = numbers.get(at) else { return words };
            match (cell, &total.number) {
                (Number::Name, Some(number)) => {
                    let number = look.phone(number);
                    let short = || format::phone(&number, look.glyph(Glyph::Cut));
                    words.value(if number.chars().count() <= width { number.to_string() } else { short() })
                }
                (Number::Name, None) => words.muted(look.lang.pick("none named", "未指明")),
                (Number::Currency, _) => currency(words, total.currency.as_ref()),
                (Number::Amount, _) => amounts.words(words, total.amount),
                (Number::Cny, _) => cnys.words(words, total.cny),
                (Number::Lines, _) => words.muted(format::count(total.lines, width)),
            }
        });
    }

    /// The row under the cursor over time.
    fn draw_trend(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let data = &self.data;
        let name = look.lang.pick("Trend", "趋势");
        let Some(row) = data.rows.get(self.row()) else { return };
        let per = format::duration(data.column_s.into());
        let unit = match &row.cost.currency {
            Some(currency) if row.cost.amount.is_some() => clean(currency).into_owned(),
            _ => look.lang.pick("messages", "条").to_owned(),
        };
        let (category, direction) = (&row.cost.category, &row.cost.direction);
        let about = format!("{} {}", terms::category(look.lang, category), terms::direction(look.lang, direction));
        let totals = Words::new(look).value(format!("{unit} {about}")).muted(say!(
            look,
            " per {per}, by when a message began",
            "，每 {per}，按消息起始时间"
        ));
        let short = Words::new(look).value(format!("{unit} {about}")).muted(say!(look, " per {per}", "，每 {per}"));
        let inner = border::draw(buffer, area, look, name, vec![totals, short], false);
        if inner.height < 3 || data.columns == 0 {
            return;
        }
        let span = Span { from: data.from, column_s: data.column_s, columns: data.columns };
        let plot = Plot::new(look, ctx.zone, inner, SCALE, span);
        let last = data.columns - 1;
        let series = Series { row: 0, rows: inner.height - 1, label: "", values: &row.trend, least: 0.0 };
        plot.draw(buffer, &series, |column| {
            look.style(if column == last && data.filling { Role::Faint } else { Role::Area })
        });
        plot.draw_axis(buffer, &[]);
    }
}

/// A column of the business numbers.
#[derive(Debug, Clone, Copy)]
enum Number {
    Name,
    Currency,
    Amount,
    Cny,
    Lines,
}

fn cost_columns(data: &Data, ctx: &Context<'_>) -> [Column<Cell>; 8] {
    let lang = ctx.look.lang;
    let width = |of: fn(&Row) -> Option<Decimal>, all: fn(&Total) -> Option<Decimal>| {
        Money::of(data.rows.iter().map(of).chain(data.totals.iter().map(all))).width
    };
    [
        Column::text(Cell::Currency, lang.pick("currency", "币种"), 8),
        Column::text(Cell::Category, lang.pick("category", "类别"), 14).grows(),
        Column::text(Cell::Direction, lang.pick("direction", "方向"), 9).goes(2),
        Column::number(Cell::Amount, lang.pick("amount", "金额"), width(|row| row.cost.amount, |total| total.amount)),
        Column::number(Cell::Cny, "CNY", width(|row| row.cost.cny, |total| total.cny)).after(2).goes(1),
        Column::number(Cell::Messages, lang.pick("msgs", "消息"), 8).after(2).goes(1),
        Column::number(Cell::Share, lang.pick("share", "占比"), 7).goes(1),
        Column::text(Cell::Trend, lang.pick("trend", "趋势"), SPARK).after(2).goes(3),
    ]
}

fn cost_words<'a>(row: &Row, cell: Cell, width: usize, money: (Money, Money), ctx: &Context<'a>) -> Words<'a> {
    let words = Words::new(ctx.look);
    let cost = &row.cost;
    match cell {
        Cell::Currency => currency(words, cost.currency.as_ref()),
        Cell::Category => words.value(terms::category(ctx.look.lang, &cost.category).into_owned()),
        Cell::Direction => words.muted(terms::direction(ctx.look.lang, &cost.direction).into_owned()),
        Cell::Amount => money.0.words(words, cost.amount),
        Cell::Cny => money.1.words(words, cost.cny),
        Cell::Messages => words.value(format::count(cost.messages, width)),
        Cell::Share => match row.share {
            Some(share) => words.muted(format::percent(share)),
            None => words.nothing(),
        },
        Cell::Trend => {
            let greatest = row.trend.iter().copied().fold(0.0, f64::max);
            // A trend is drawn from whole numbers; the height of its cells is all that counts.
            let slices: Vec<u64> = row.trend.iter().map(|value| (value / greatest.max(1e-12) * 1e6) as u64).collect();
            words.role(Role::Neutral, spark::trend(&slices, slices.len().min(width), 1.0, ctx.look))
        }
    }
}

fn sum_words<'a>(total: &Total, cell: Cell, width: usize, money: (Money, Money), ctx: &Context<'a>) -> Words<'a> {
    let words = Words::new(ctx.look);
    match cell {
        Cell::Currency => currency(words, total.currency.as_ref()),
        Cell::Category => words.strong(ctx.look.lang.pick("all", "合计")),
        Cell::Amount => money.0.words(words, total.amount),
        Cell::Cny => money.1.words(words, total.cny),
        Cell::Messages => words.muted(format::count(total.lines, width)),
        Cell::Direction | Cell::Share | Cell::Trend => words,
    }
}

fn currency<'a>(words: Words<'a>, currency: Option<&Text>) -> Words<'a> {
    match currency {
        Some(currency) => words.strong(clean(currency).into_owned()),
        None => words.nothing(),
    }
}

/// How many messages have no amount and, where there is room, what amounts mean.
fn notes(unpriced: u64, area: Rect, ctx: &Context<'_>) -> Vec<String> {
    let look = ctx.look;
    let mut notes = Vec::new();
    if unpriced > 0 {
        let count = format::thousands(unpriced);
        notes.push(say!(
            look,
            "{count} without amount, in no total: Meta's pricing names a category alone",
            "{count} 条无金额，不计入合计：Meta 的计费信息只有类别"
        ));
    }
    if area.height >= ROOMY {
        let meaning = look.lang.pick(
            "amounts are exact and never added up across currencies; CNY is the wire's own price",
            "金额为精确值，不同币种不相加；CNY 为报文自带价格",
        );
        notes.push(meaning.to_owned());
    }
    notes.iter().flat_map(|note| wrap(note, area.width.into())).collect()
}

fn draw_empty(buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
    let pick = |en, zh| ctx.look.lang.pick(en, zh);
    let lines = [
        pick("no message of this window has costs", "此窗口内的消息没有费用"),
        pick("costs arrive with statuses, a moment after sending", "费用随状态到达，略晚于发送"),
    ];
    for (line, y) in lines.into_iter().zip(area.top()..area.bottom()) {
        Words::new(ctx.look).muted(line).draw(buffer, area.x, y, area.width);
    }
}
