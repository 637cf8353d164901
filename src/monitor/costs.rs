//! Costs: per message the lines that stand, summed by currency, category and direction. Exact decimals.

use super::intern::{Name, Names as Texts};
use super::rollup::{Minute, Minutes, Rollup, Sum, Take, minute_of};
use super::store::{Chunks, Index, Sharded};
use super::view::Cost;
use crate::event::{CostLine, Event, Inbound, Seconds, Text};
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::num::NonZeroU32;

/// What lines are added up by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Sort {
    currency: Option<Text>,
    category: Text,
    direction: Text,
}

/// An amount of one sort. Few are different, so messages refer to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Price {
    sort: Index,
    amount: Option<Decimal>,
    cny: Option<Decimal>,
}

/// A line of a bill.
#[derive(Debug, Clone, Copy)]
struct Line {
    price: Index,
    /// Provider time of its event in seconds, 0 without one; the later line of a sort stands, on a tie the larger amount.
    at: u32,
}

/// The lines that stand for one message, by sort; mostly one.
#[derive(Debug)]
#[expect(clippy::box_collection, reason = "a third less for each of the many messages with one line")]
enum Lines {
    One(Line),
    Many(Box<Vec<Line>>),
}

impl Lines {
    fn as_slice(&self) -> &[Line] {
        match self {
            Self::One(line) => std::slice::from_ref(line),
            Self::Many(lines) => lines,
        }
    }
}

/// Number of a message's bill, from 1.
pub(super) type Bill = NonZeroU32;

/// The cohort that a message belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) minute: Minute,
    pub(super) number: Name,
}

/// What is known of an inbound message.
#[derive(Debug)]
struct Received {
    place: Place,
    bill: Option<Bill>,
}

/// Costs of every message that has some.
#[derive(Debug, Default)]
pub(super) struct Costs {
    hasher: RandomState,
    sorts: Vec<Sort>,
    sort_numbers: HashMap<Sort, Index>,
    prices: Vec<Price>,
    price_numbers: HashMap<Price, Index>,
    bills: Chunks<Lines>,
    inbound: Sharded<Received>,
    sums: Rollup<Sums>,
}

impl Costs {
    /// Takes in what an event says of a message that moves between two places, and returns its bill.
    pub(super) fn settle(
        &mut self,
        bill: Option<Bill>,
        (from, to): (Place, Place),
        lines: &[CostLine],
        at: Option<Seconds>,
    ) -> Option<Bill> {
        if lines.is_empty() && (bill.is_none() || from == to) {
            return bill;
        }
        let lines = self.added_up(lines, at);
        self.change(bill, (from, to), &lines)
    }

    /// Gives the bill of another record of the same message to this one, where it stands now.
    pub(super) fn unite(&mut self, kept: (Option<Bill>, Place), gone: (Option<Bill>, Place)) -> Option<Bill> {
        let Some(other) = gone.0 else { return kept.0 };
        for price in self.counted(other) {
            self.sums.take(gone.1.minute, &(gone.1.number, price));
        }
        let lines = self.bills.get(other.get() - 1).as_slice().to_vec();
        self.change(kept.0, (kept.1, kept.1), &lines)
    }

    /// Takes in an inbound message: what it costs belongs to the minute in which it was first received, and to the smallest
    /// number that any delivery named.
    pub(super) fn see_inbound(&mut self, event: &Event, inbound: &Inbound, number: Name, texts: &Texts) {
        let hash = self.hasher.hash_one(inbound.message_id.as_str());
        let new = Place { minute: minute_of(event.received_at.0), number };
        let known = self.inbound.entry(hash, || Received { place: new, bill: None });
        let (bill, from) = (known.bill, known.place);
        let to = Place { minute: from.minute.min(new.minute), number: texts.smaller(from.number, number) };
        known.place = to;
        let bill = self.settle(bill, (from, to), &inbound.costs, event.provider_at);
        self.inbound.entry(hash, || Received { place: to, bill: None }).bill = bill;
    }

    /// Puts lines on a bill and moves it.
    fn change(&mut self, bill: Option<Bill>, (from, to): (Place, Place), lines: &[Line]) -> Option<Bill> {
        let before = bill.map_or_else(Vec::new, |bill| self.counted(bill));
        let bill = lines.iter().fold(bill, |bill, line| self.stand(bill, *line));
        let after = bill.map_or_else(Vec::new, |bill| self.counted(bill));
        if (from, &before) != (to, &after) {
            before.into_iter().for_each(|price| self.sums.take(from.minute, &(from.number, price)));
            after.into_iter().for_each(|price| self.sums.add(to.minute, &(to.number, price)));
        }
        bill
    }

    /// Puts a line on a bill unless another of its sort stands.
    fn stand(&mut self, bill: Option<Bill>, new: Line) -> Option<Bill> {
        let Some(bill) = bill else {
            return Bill::new(self.bills.push(Lines::One(new)) + 1);
        };
        let prices = &self.prices;
        let price = |line: Line| prices[line.price as usize];
        let rank = |line: Line| (line.at, price(line).amount, price(line).cny);
        let lines = self.bills.get_mut(bill.get() - 1);
        match (lines.as_slice().binary_search_by_key(&price(new).sort, |line| price(*line).sort), lines) {
            (Ok(_), Lines::One(line)) => *line = if rank(new) > rank(*line) { new } else { *line },
            (Ok(at), Lines::Many(lines)) => lines[at] = if rank(new) > rank(lines[at]) { new } else { lines[at] },
            (Err(at), Lines::Many(lines)) => lines.insert(at, new),
            (Err(at), one @ Lines::One(_)) => {
                let mut lines = one.as_slice().to_vec();
                lines.insert(at, new);
                *one = Lines::Many(Box::new(lines));
            }
        }
        Some(bill)
    }

    /// Within one event, lines of one sort add up.
    fn added_up(&mut self, lines: &[CostLine], at: Option<Seconds>) -> Vec<Line> {
        let at = at.map_or(0, |at| at.0.clamp(1, i64::from(u32::MAX)) as u32);
        let mut sums: BTreeMap<Index, (Option<Decimal>, Option<Decimal>)> = BTreeMap::new();
        for line in lines {
            let sum = sums.entry(self.sort(line)).or_default();
            *sum = (plus(sum.0, line.amount), plus(sum.1, line.cny));
        }
        let prices = sums.into_iter().map(|(sort, (amount, cny))| Price { sort, amount, cny });
        prices.map(|price| Line { price: self.price(price), at }).collect()
    }

    fn sort(&mut self, line: &CostLine) -> Index {
        let sort = Sort {
            currency: line.currency.clone(),
            category: line.category.clone(),
            direction: line.direction.clone(),
        };
        *self.sort_numbers.entry(sort).or_insert_with_key(|sort| {
            self.sorts.push(sort.clone());
            self.sorts.len() as Index - 1
        })
    }

    fn price(&mut self, price: Price) -> Index {
        *self.price_numbers.entry(price).or_insert_with(|| {
            self.prices.push(price);
            self.prices.len() as Index - 1
        })
    }

    /// What a bill adds to the sums: a category without an amount gives way to the same category with one.
    fn counted(&self, bill: Bill) -> Vec<Price> {
        let lines = self.bills.get(bill.get() - 1).as_slice();
        let prices: Vec<Price> = lines.iter().map(|line| self.prices[line.price as usize]).collect();
        if prices.len() == 1 || prices.iter().all(|price| price.amount.is_some()) {
            return prices;
        }
        let kind = |price: &Price| {
            let sort = &self.sorts[price.sort as usize];
            (&sort.category, &sort.direction)
        };
        let priced: HashSet<_> = prices.iter().filter(|price| price.amount.is_some()).map(kind).collect();
        prices.iter().filter(|price| price.amount.is_some() || !priced.contains(&kind(price))).copied().collect()
    }

    /// The costs of a cohort, by currency, category, direction.
    pub(super) fn rows(&self, span: Minutes, number: Option<Option<Name>>) -> Vec<Cost> {
        let mut totals: HashMap<Index, Tally> = HashMap::new();
        self.sums.visit(span, |sums| {
            for ((of, sort), tally) in &sums.0 {
                if number.is_none_or(|number| number == Some(*of)) {
                    totals.entry(*sort).or_default().join(tally);
                }
            }
        });
        self.in_order(totals)
    }

    /// The same for each business number.
    pub(super) fn rows_by_number(&self, span: Minutes) -> Vec<(Name, Vec<Cost>)> {
        let mut numbers: HashMap<Name, HashMap<Index, Tally>> = HashMap::new();
        self.sums.visit(span, |sums| {
            for ((number, sort), tally) in &sums.0 {
                numbers.entry(*number).or_default().entry(*sort).or_default().join(tally);
            }
        });
        let rows = numbers.into_iter().map(|(number, totals)| (number, self.in_order(totals)));
        rows.filter(|(_, rows)| !rows.is_empty()).collect()
    }

    fn in_order(&self, totals: HashMap<Index, Tally>) -> Vec<Cost> {
        let some = totals.into_iter().filter(|(_, tally)| tally.messages > 0);
        let mut rows: Vec<(&Sort, Tally)> = some.map(|(sort, tally)| (&self.sorts[sort as usize], tally)).collect();
        rows.sort_by_key(|(sort, _)| *sort);
        rows.into_iter().map(|(sort, tally)| tally.row(sort)).collect()
    }
}

/// The lines that stand for one message, from the lines of its events and their provider times.
pub(super) fn standing<'e>(events: impl IntoIterator<Item = (&'e [CostLine], Option<Seconds>)>) -> Vec<CostLine> {
    let mut costs = Costs::default();
    let place = Place::default();
    let settle = |costs: &mut Costs, bill, (lines, at)| costs.settle(bill, (place, place), lines, at);
    let bill = events.into_iter().fold(None, |bill, event| settle(&mut costs, bill, event));
    let line = |price: Price| {
        let sort = costs.sorts[price.sort as usize].clone();
        let Sort { currency, category, direction } = sort;
        CostLine { category, direction, currency, amount: price.amount, cny: price.cny }
    };
    bill.map_or_else(Vec::new, |bill| costs.counted(bill)).into_iter().map(line).collect()
}

/// A sum too large for a decimal stays what it was: no real bill comes near.
fn plus(a: Option<Decimal>, b: Option<Decimal>) -> Option<Decimal> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.checked_add(b).unwrap_or(a)),
        (a, b) => a.or(b),
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

    fn row(self, sort: &Sort) -> Cost {
        let some = |count, sum: Decimal| (count > 0).then(|| sum.normalize());
        Cost {
            currency: sort.currency.clone(),
            category: sort.category.clone(),
            direction: sort.direction.clone(),
            amount: some(self.amounts, self.amount),
            cny: some(self.cnys, self.cny),
            messages: self.messages,
        }
    }
}

/// Sums of one span, by number and sort.
#[derive(Debug, Default)]
struct Sums(BTreeMap<(Name, Index), Tally>);

impl Sum for Sums {
    type Part = (Name, Price);

    fn add(&mut self, (number, price): &(Name, Price)) {
        let tally = self.0.entry((*number, price.sort)).or_default();
        tally.messages += 1;
        tally.amounts += u64::from(price.amount.is_some());
        tally.cnys += u64::from(price.cny.is_some());
        let (amount, cny) = (price.amount.unwrap_or_default(), price.cny.unwrap_or_default());
        tally.amount = tally.amount.checked_add(amount).unwrap_or(tally.amount);
        tally.cny = tally.cny.checked_add(cny).unwrap_or(tally.cny);
    }

    fn join(&mut self, other: &Self) {
        for (key, tally) in &other.0 {
            self.0.entry(*key).or_default().join(tally);
        }
    }
}

impl Take for Sums {
    fn take(&mut self, (number, price): &(Name, Price)) {
        let tally = self.0.entry((*number, price.sort)).or_default();
        tally.messages -= 1;
        tally.amounts -= u64::from(price.amount.is_some());
        tally.cnys -= u64::from(price.cny.is_some());
        let (amount, cny) = (price.amount.unwrap_or_default(), price.cny.unwrap_or_default());
        tally.amount = tally.amount.checked_sub(amount).unwrap_or(tally.amount);
        tally.cny = tally.cny.checked_sub(cny).unwrap_or(tally.cny);
    }
}
