//! Costs: per message the lines that stand, summed by currency, category and direction. Exact decimals.

use super::intern::Name;
use super::rollup::{Minute, Minutes, Rollup, Sum};
use super::view::Cost;
use crate::event::{CostLine, Text};
use hashbrown::HashMap;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What lines are added up by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sort {
    currency: Option<Text>,
    category: Text,
    direction: Text,
}

/// The line of one sort that stands for one message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Standing {
    /// Provider time of its event; the later one stands, on a tie the larger amount.
    at: i64,
    amount: Option<Decimal>,
    cny: Option<Decimal>,
}

/// Costs of one message.
#[derive(Debug, Clone, Default)]
pub(super) struct Bill {
    minute: Minute,
    number: Name,
    lines: BTreeMap<Sort, Standing>,
}

/// Which message a bill belongs to: an outgoing one by its record, an inbound one by the hash of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Payer {
    Outgoing(u32),
    Inbound(u64),
}

/// Costs of every message that has some.
#[derive(Debug, Default)]
pub(super) struct Costs {
    bills: HashMap<Payer, Bill>,
    sums: Rollup<Sums>,
}

impl Costs {
    /// Takes in the lines of one event, dated by the provider's time.
    pub(super) fn see(&mut self, payer: Payer, lines: &[CostLine], at: Option<i64>, minute: Minute, number: Name) {
        if lines.is_empty() {
            return;
        }
        let known = self.bills.get(&payer);
        let mut bill = known.cloned().unwrap_or(Bill { minute, number, lines: BTreeMap::new() });
        for (sort, standing) in added_up(lines, at.unwrap_or(i64::MIN)) {
            bill.stand(sort, standing);
        }
        self.replace(payer, Some(bill));
    }

    /// Moves a bill to where its message now belongs.
    pub(super) fn place(&mut self, payer: Payer, minute: Minute, number: Name) {
        let Some(bill) = self.bills.get(&payer).filter(|bill| (bill.minute, bill.number) != (minute, number)) else {
            return;
        };
        let moved = Bill { minute, number, lines: bill.lines.clone() };
        self.replace(payer, Some(moved));
    }

    /// The minute an inbound message's bill stands in: the earliest in which it was received.
    pub(super) fn minute(&self, payer: Payer) -> Option<Minute> {
        self.bills.get(&payer).map(|bill| bill.minute)
    }

    /// Gives the bill of `gone` to `kept`, the same message.
    pub(super) fn unite(&mut self, kept: Payer, gone: Payer) {
        let Some(other) = self.bills.get(&gone).cloned() else { return };
        self.replace(gone, None);
        let mut bill = self.bills.get(&kept).cloned().unwrap_or(Bill { lines: BTreeMap::new(), ..other });
        for (sort, standing) in other.lines {
            bill.stand(sort, standing);
        }
        self.replace(kept, Some(bill));
    }

    fn replace(&mut self, payer: Payer, bill: Option<Bill>) {
        if let Some(old) = self.bills.remove(&payer) {
            self.sums.take(old.minute, &old);
        }
        if let Some(bill) = bill {
            self.sums.add(bill.minute, &bill);
            self.bills.insert(payer, bill);
        }
    }

    /// The costs of a cohort, by currency, category, direction.
    pub(super) fn rows(&self, span: Minutes, number: Option<Option<Name>>) -> Vec<Cost> {
        let mut total: BTreeMap<Sort, Tally> = BTreeMap::new();
        self.sums.visit(span, |sums| {
            for ((of, sort), tally) in &sums.0 {
                if number.is_none_or(|number| number == Some(*of)) {
                    total.entry(sort.clone()).or_default().join(tally);
                }
            }
        });
        total.into_iter().map(|(sort, tally)| tally.row(sort)).collect()
    }
}

/// Within one event, lines of one sort add up.
fn added_up(lines: &[CostLine], at: i64) -> BTreeMap<Sort, Standing> {
    let mut sorts: BTreeMap<Sort, Standing> = BTreeMap::new();
    for line in lines {
        let sort = Sort {
            currency: line.currency.clone(),
            category: line.category.clone(),
            direction: line.direction.clone(),
        };
        let sum = sorts.entry(sort).or_insert(Standing { at, amount: None, cny: None });
        sum.amount = plus(sum.amount, line.amount);
        sum.cny = plus(sum.cny, line.cny);
    }
    sorts
}

/// A sum too large for a decimal stays what it was: no real bill comes near.
fn plus(a: Option<Decimal>, b: Option<Decimal>) -> Option<Decimal> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.checked_add(b).unwrap_or(a)),
        (a, b) => a.or(b),
    }
}

impl Bill {
    fn stand(&mut self, sort: Sort, new: Standing) {
        let standing = self.lines.entry(sort).or_insert_with(|| new.clone());
        if new > *standing {
            *standing = new;
        }
    }

    /// The lines that count: a category without an amount gives way to the same category with one.
    fn counted(&self) -> impl Iterator<Item = (&Sort, &Standing)> {
        let priced = |sort: &Sort| {
            self.lines.iter().any(|(other, line)| {
                line.amount.is_some() && other.category == sort.category && other.direction == sort.direction
            })
        };
        self.lines.iter().filter(move |(sort, line)| line.amount.is_some() || !priced(sort))
    }
}

/// Sums of one sort.
#[derive(Debug, Clone, Default)]
struct Tally {
    messages: u64,
    amounts: u64,
    amount: Decimal,
    cnys: u64,
    cny: Decimal,
}

impl Tally {
    fn join(&mut self, other: &Self) {
        self.messages += other.messages;
        self.amounts += other.amounts;
        self.cnys += other.cnys;
        self.amount = self.amount.checked_add(other.amount).unwrap_or(self.amount);
        self.cny = self.cny.checked_add(other.cny).unwrap_or(self.cny);
    }

    fn row(self, sort: Sort) -> Cost {
        let some = |count, sum: Decimal| (count > 0).then(|| sum.normalize());
        Cost {
            currency: sort.currency,
            category: sort.category,
            direction: sort.direction,
            amount: some(self.amounts, self.amount),
            cny: some(self.cnys, self.cny),
            messages: self.messages,
        }
    }
}

/// Sums of one span, by number and sort.
#[derive(Debug, Default)]
struct Sums(HashMap<(Name, Sort), Tally>);

impl Sum for Sums {
    type Part = Bill;

    fn add(&mut self, bill: &Bill) {
        for (sort, line) in bill.counted() {
            let tally = self.0.entry((bill.number, sort.clone())).or_default();
            tally.messages += 1;
            tally.amounts += u64::from(line.amount.is_some());
            tally.cnys += u64::from(line.cny.is_some());
            let (amount, cny) = (line.amount.unwrap_or_default(), line.cny.unwrap_or_default());
            tally.amount = tally.amount.checked_add(amount).unwrap_or(tally.amount);
            tally.cny = tally.cny.checked_add(cny).unwrap_or(tally.cny);
        }
    }

    fn take(&mut self, bill: &Bill) {
        for (sort, line) in bill.counted() {
            let key = (bill.number, sort.clone());
            let Some(tally) = self.0.get_mut(&key) else { continue };
            tally.messages -= 1;
            tally.amounts -= u64::from(line.amount.is_some());
            tally.cnys -= u64::from(line.cny.is_some());
            let (amount, cny) = (line.amount.unwrap_or_default(), line.cny.unwrap_or_default());
            tally.amount = tally.amount.checked_sub(amount).unwrap_or(tally.amount);
            tally.cny = tally.cny.checked_sub(cny).unwrap_or(tally.cny);
            if tally.messages == 0 {
                self.0.remove(&key);
            }
        }
    }

    fn join(&mut self, other: &Self) {
        for (key, tally) in &other.0 {
            self.0.entry(key.clone()).or_default().join(tally);
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
