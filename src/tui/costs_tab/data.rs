//! What the Costs tab shows, as plain values: asked of the monitor once per changed state.

use crate::event::{Millis, Text};
use crate::monitor::Monitor;
use crate::monitor::view::{Cost, Scope};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Costs of one currency, category and direction.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) cost: Cost,
    /// Part of what was spent in its currency.
    pub(super) share: Option<f64>,
    /// Per column of the trend: amounts; messages where none has an amount. Only to be drawn: not exact.
    pub(super) trend: Vec<f64>,
}

impl Row {
    /// What it is about: the cursor stays on it.
    pub(super) fn key(&self) -> Key {
        Key(self.cost.currency.clone(), self.cost.category.clone(), self.cost.direction.clone())
    }
}

/// Currency, category and direction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(Option<Text>, Text, Text);

impl Key {
    fn of(cost: &Cost) -> Self {
        Self(cost.currency.clone(), cost.category.clone(), cost.direction.clone())
    }
}

/// Everything of one currency, of one business number or of all.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Total {
    /// The number; `None` where none was named, and in totals over all.
    pub(super) number: Option<Text>,
    pub(super) currency: Option<Text>,
    pub(super) amount: Option<Decimal>,
    pub(super) cny: Option<Decimal>,
    /// Cost lines: a message may have several.
    pub(super) lines: u64,
}

/// Everything the tab shows.
#[derive(Debug, Default)]
pub(super) struct Data {
    /// Most spent first within a currency; without a currency last.
    pub(super) rows: Vec<Row>,
    /// One per currency, in the order of the rows.
    pub(super) totals: Vec<Total>,
    /// One per business number and currency.
    pub(super) numbers: Vec<Total>,
    /// Messages of which only a category is known.
    pub(super) unpriced: u64,
    /// Start of the first column of the trend.
    pub(super) from: Millis,
    /// Length of a column in seconds.
    pub(super) column_s: u32,
    /// Columns of the trend.
    pub(super) columns: usize,
    /// Whether the last column is still filling.
    pub(super) filling: bool,
}

impl Data {
    /// Asks the monitor; the trend has at most `columns` columns.
    pub(super) fn ask(monitor: &Monitor, scope: &Scope, columns: usize) -> Self {
        let costs = monitor.costs(scope);
        let trend = monitor.costs_over_time(scope, columns.max(1));
        let totals = totals(None, &costs);
        let unpriced = costs.iter().filter(|cost| cost.amount.is_none()).map(|cost| cost.messages).sum();
        let by_column: Vec<BTreeMap<Key, &Cost>> =
            trend.columns.iter().map(|costs| costs.iter().map(|cost| (Key::of(cost), cost)).collect()).collect();
        let row = |cost: Cost| {
            let key = Key::of(&cost);
            let priced = cost.amount.is_some();
            let value = |cost: &&Cost| match cost.amount {
                Some(amount) if priced => amount.to_f64().unwrap_or_default(),
                _ if priced => 0.0,
                _ => cost.messages as f64,
            };
            let trend = by_column.iter().map(|column| column.get(&key).map_or(0.0, value)).collect();
            let total = totals.iter().find(|total| total.currency == cost.currency).and_then(|total| total.amount);
            Row { share: share(cost.amount, total), trend, cost }
        };
        let mut rows: Vec<Row> = costs.into_iter().map(row).collect();
        // What costs something first, in every currency, so that few rows hold all of it. Sorting is stable: equal amounts stay in
        // the order of their categories.
        rows.sort_by_key(|row| {
            let free = row.cost.amount.is_none_or(|amount| amount.is_zero());
            (free, row.cost.currency.is_none(), row.cost.currency.clone(), Reverse(row.cost.amount))
        });
        let numbers = monitor.costs_by_number(scope).into_iter();
        let end = trend.from.0 + trend.columns.len() as i64 * i64::from(trend.column_s) * 1000;
        Self {
            rows,
            unpriced,
            numbers: numbers.flat_map(|(number, costs)| self::totals(number, &costs)).collect(),
            from: trend.from,
            column_s: trend.column_s,
            columns: trend.columns.len(),
            filling: end > scope.as_of.0,
            totals,
        }
    }
}

/// Totals per currency, without a currency last.
fn totals(number: Option<Text>, costs: &[Cost]) -> Vec<Total> {
    let mut totals: BTreeMap<(bool, Option<Text>), Total> = BTreeMap::new();
    for cost in costs {
        let total = totals.entry((cost.currency.is_none(), cost.currency.clone())).or_insert_with(|| Total {
            number: number.clone(),
            currency: cost.currency.clone(),
            amount: None,
            cny: None,
            lines: 0,
        });
        total.amount = plus(total.amount, cost.amount);
        total.cny = plus(total.cny, cost.cny);
        total.lines += cost.messages;
    }
    totals.into_values().collect()
}

fn plus(a: Option<Decimal>, b: Option<Decimal>) -> Option<Decimal> {
    match (a, b) {
        // No real bill comes near the largest decimal.
        (Some(a), Some(b)) => Some(a.checked_add(b).unwrap_or(a)),
        (a, b) => a.or(b),
    }
}

fn share(part: Option<Decimal>, whole: Option<Decimal>) -> Option<f64> {
    part?.checked_div(whole?)?.to_f64()
}
