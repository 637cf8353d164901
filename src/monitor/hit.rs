//! Whom a failure hits: what is over-represented among the messages that failed with a code, and what only seems to be because
//! it goes together with something else.

use super::cells::{self, Cell};
use super::failures::Whom;
use super::view::{Dimension, Group, Hit, HitRow, Scope};
use super::{Minutes, Monitor};
use hashbrown::HashMap;

/// Messages below which nothing is judged, here or elsewhere.
pub(super) const FEW: u64 = 30;
/// Messages with a value below which it is not named.
const FEW_OF_VALUE: u64 = 5;
/// How much more frequent a value must be here than elsewhere.
const LIFT: f64 = 1.5;
/// Standard deviations by which the two shares must differ: many values are looked at, so chance has many tries.
const SURE: f64 = 4.0;
/// Lift below which a value is explained by what was fixed.
const EXPLAINED: f64 = 1.25;
/// Values of one dimension that are named.
const NAMED: usize = 3;

/// The dimensions that every message has.
const COMPARED: [Dimension; 4] = [Dimension::Tag, Dimension::Number, Dimension::Country, Dimension::Category];

/// Messages with the code and attempted ones in all, under one value or one pair of values.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    here: u64,
    attempted: u64,
}

impl Count {
    fn join(&mut self, other: Self) {
        self.here += other.here;
        self.attempted += other.attempted;
    }
}

impl Monitor {
    /// Whom failures with `code` hit within the scope.
    pub fn hit(&self, code: Option<i64>, scope: &Scope) -> Hit {
        let number = self.number(scope);
        let whom = self.failures.whom(code, scope.span, number);
        let mut counts: HashMap<Cell, Count> = HashMap::new();
        for (cell, attempted) in cells::attempted(&self.cells, Minutes::of(scope.span)) {
            if number.is_none_or(|number| number == Some(cell.number)) {
                counts.entry(cell).or_default().attempted += attempted;
            }
        }
        for (number, whom) in &whom {
            for (traits, here) in whom.traits.iter() {
                counts.entry(Cell { number: *number, traits }).or_default().here += here;
            }
        }
        let here = counts.values().map(|count| count.here).sum();
        let elsewhere = counts.values().map(|count| count.attempted).sum::<u64>().saturating_sub(here);
        let mut hit = Hit { here, elsewhere, judged: here >= FEW && elsewhere >= FEW, ..Hit::default() };
        hit.templates = self.templates(whom.values());
        if hit.judged {
            hit.rows = self.crowd(&counts, here, elsewhere).rows(scope.number.is_some());
        }
        hit
    }

    /// The cells by the values of each dimension. Values are numbered: there are few, and many cells.
    fn crowd(&self, counts: &HashMap<Cell, Count>, here: u64, elsewhere: u64) -> Crowd {
        let mut values = COMPARED.map(|_| Vec::new());
        let mut numbers: [HashMap<Cell, usize>; COMPARED.len()] = std::array::from_fn(|_| HashMap::new());
        let mut number = |cell: Cell, at: usize| {
            *numbers[at].entry(cell.only(COMPARED[at])).or_insert_with(|| {
                // What is counted together, such as tags that are too many to tell apart, has one number.
                let (value, known) = (self.group(COMPARED[at], cell), &mut values[at]);
                known.iter().position(|other| *other == value).unwrap_or_else(|| {
                    known.push(value);
                    known.len() - 1
                })
            })
        };
        let cells = counts.iter().map(|(cell, count)| (std::array::from_fn(|at| number(*cell, at)), *count)).collect();
        Crowd { values, cells, here, elsewhere }
    }

    fn templates<'a>(&self, whom: impl Iterator<Item = &'a Whom>) -> Vec<(Group, u64)> {
        let mut counts: HashMap<Group, u64> = HashMap::new();
        for (template, messages) in whom.flat_map(|whom| whom.templates.iter()) {
            *counts.entry(self.failures.text(template).into()).or_default() += messages;
        }
        let mut rows: Vec<_> = counts.into_iter().filter(|(group, _)| group.name().is_some()).collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rows
    }
}

/// All messages of the scope by their values.
struct Crowd {
    /// The values of each dimension by their numbers.
    values: [Vec<Group>; COMPARED.len()],
    /// Messages by the number of their value of each dimension.
    cells: Vec<([usize; COMPARED.len()], Count)>,
    here: u64,
    elsewhere: u64,
}

/// The over-represented values of one dimension.
struct Suspect {
    dimension: usize,
    /// By how many standard deviations the strongest stands out.
    strength: f64,
    rows: Vec<HitRow>,
}

impl Crowd {
    /// The strongest dimension is taken for the cause; each further one only as far as no cause before it explains it.
    fn rows(&self, one_number: bool) -> Vec<HitRow> {
        let dimensions = (0..COMPARED.len()).filter(|at| !(one_number && COMPARED[*at] == Dimension::Number));
        let mut suspects: Vec<Suspect> = dimensions.filter_map(|dimension| self.suspect(dimension)).collect();
        suspects.sort_by(|a, b| b.strength.total_cmp(&a.strength).then(a.dimension.cmp(&b.dimension)));
        let mut causes: Vec<usize> = Vec::new();
        for suspect in &mut suspects {
            for row in &mut suspect.rows {
                let fixed =
                    causes.iter().map(|cause| (*cause, self.lift_within(suspect.dimension, &row.value, *cause)));
                let least = fixed.min_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, lift)| *lift < EXPLAINED);
                row.explained = least.map(|(cause, lift)| (COMPARED[cause], lift));
            }
            if suspect.rows.iter().any(|row| row.explained.is_none()) {
                causes.push(suspect.dimension);
            }
        }
        suspects.into_iter().flat_map(|suspect| suspect.rows).collect()
    }

    fn suspect(&self, dimension: usize) -> Option<Suspect> {
        let mut counts = vec![Count::default(); self.values[dimension].len()];
        for (values, count) in &self.cells {
            counts[values[dimension]].join(*count);
        }
        let mut rows: Vec<(f64, HitRow)> = self.values[dimension]
            .iter()
            .zip(counts)
            .filter(|(value, count)| value.name().is_some() && count.here >= FEW_OF_VALUE)
            .filter_map(|(value, count)| self.stands_out(dimension, value, count))
            .collect();
        rows.sort_by(|a, b| b.1.here.cmp(&a.1.here).then_with(|| a.1.value.cmp(&b.1.value)));
        rows.truncate(NAMED);
        let strength = rows.iter().map(|(strength, _)| *strength).max_by(f64::total_cmp)?;
        Some(Suspect { dimension, strength, rows: rows.into_iter().map(|(_, row)| row).collect() })
    }

    /// Compares the two shares of a value by the pooled test of two proportions.
    fn stands_out(&self, dimension: usize, value: &Group, count: Count) -> Option<(f64, HitRow)> {
        let elsewhere = count.attempted.saturating_sub(count.here);
        let (n, others) = (self.here as f64, self.elsewhere as f64);
        let (share, share_elsewhere) = (count.here as f64 / n, elsewhere as f64 / others);
        let pooled = (count.here + elsewhere) as f64 / (n + others);
        let deviation = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / others)).sqrt();
        let strength = (share - share_elsewhere) / deviation;
        let lift = (elsewhere > 0).then(|| share / share_elsewhere);
        let row = HitRow {
            dimension: COMPARED[dimension],
            value: value.clone(),
            here: count.here,
            elsewhere,
            share,
            share_elsewhere,
            lift,
            explained: None,
        };
        (strength > SURE && lift.is_none_or(|lift| lift > LIFT)).then_some((strength, row))
    }

    /// How much more frequent a value is among the messages with the code than it would be if, under each value of `fixed`, it
    /// were as frequent as among all messages attempted there (indirect standardisation).
    fn lift_within(&self, dimension: usize, value: &Group, fixed: usize) -> f64 {
        #[derive(Clone, Default)]
        struct Stratum {
            all: Count,
            with_value: u64,
        }
        let number = self.values[dimension].iter().position(|other| other == value);
        let mut strata = vec![Stratum::default(); self.values[fixed].len()];
        let mut here = 0;
        for (values, count) in &self.cells {
            let stratum = &mut strata[values[fixed]];
            stratum.all.join(*count);
            if Some(values[dimension]) == number {
                stratum.with_value += count.attempted;
                here += count.here;
            }
        }
        let expected: f64 = strata
            .iter()
            .filter(|stratum| stratum.all.attempted > 0)
            .map(|stratum| stratum.all.here as f64 * stratum.with_value as f64 / stratum.all.attempted as f64)
            .sum();
        if expected > 0.0 { here as f64 / expected } else { f64::INFINITY }
    }
}
