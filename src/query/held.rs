//! A filter over something that several events tell of, such as a message: a term holds when any of its events satisfies it,
//! and `and`, `or`, `not` combine what holds.

use super::delivery::Delivery;
use super::pattern::Pattern;
use super::{Body, Expr, Filter, Term};
use crate::event::{Event, Millis};
use hashbrown::HashMap;
use std::cell::OnceCell;

/// Which terms of one filter hold, by their order in the expression; and what is known of the message's delivery where the
/// filter asks for that.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Held {
    terms: Vec<u64>,
    delivery: Delivery,
}

impl Held {
    /// What holds of two things that turn out to be one.
    pub fn join(&mut self, other: &Self) {
        if self.terms.len() < other.terms.len() {
            self.terms.resize(other.terms.len(), 0);
        }
        self.terms.iter_mut().zip(&other.terms).for_each(|(mine, others)| *mine |= others);
        self.delivery.join(&other.delivery);
    }

    pub(super) fn set(&mut self, term: usize) {
        if self.terms.len() <= term / 64 {
            self.terms.resize(term / 64 + 1, 0);
        }
        self.terms[term / 64] |= 1 << (term % 64);
    }

    fn has(&self, term: usize) -> bool {
        self.terms.get(term / 64).is_some_and(|terms| terms >> (term % 64) & 1 == 1)
    }
}

/// The sets of terms that hold of the things one filter is asked about, by small number, each with whether it is selected. There
/// are few, so each thing can remember its number alone.
#[derive(Debug, Default)]
pub struct Sets {
    sets: Vec<(Held, bool)>,
    numbers: HashMap<Held, u32>,
}

impl Sets {
    /// The number of a set. All numbers of one `Sets` are of the same filter.
    pub fn number(&mut self, filter: &Filter, held: Held) -> u32 {
        if let Some(number) = self.numbers.get(&held) {
            return *number;
        }
        let number = self.sets.len() as u32;
        self.sets.push((held.clone(), filter.selects(&held)));
        self.numbers.insert(held, number);
        number
    }

    /// The set of a number.
    pub fn held(&self, number: u32) -> &Held {
        &self.sets[number as usize].0
    }

    /// Whether what has this number is selected.
    pub fn is_selected(&self, number: u32) -> bool {
        self.sets[number as usize].1
    }
}

impl Filter {
    /// The terms that one event satisfies. `body` and `now` as for [`Self::matches`].
    pub fn held(&self, event: &Event, body: &[u8], now: Millis) -> Held {
        let (text, parsed) = (OnceCell::new(), OnceCell::new());
        let parsed =
            || parsed.get_or_init(|| Body::new(text.get_or_init(|| String::from_utf8_lossy(body)), &event.path));
        let (mut held, mut at) = (Held::default(), 0);
        self.expr.each_term(&mut |term| {
            if term.holds(event, parsed, now) {
                held.set(at);
            }
            at += 1;
        });
        if self.asks_of_messages() {
            held.delivery = Delivery::of(event, now, self.horizon);
        }
        held
    }

    /// Whether something of which these terms hold is selected.
    pub fn selects(&self, held: &Held) -> bool {
        self.expr.decide(held, &mut 0)
    }

    /// Whether it asks for something that no single event has, such as the outcome of a message.
    pub fn asks_of_messages(&self) -> bool {
        self.expr.any_term(&|term| matches!(term, Term::Field { field, .. } if field.is_of_message()))
    }

    /// Whether what is selected changes with time alone (`age`, `outcome`, `received` so long ago).
    pub fn depends_on_time(&self) -> bool {
        self.expr.any_term(&|term| match term {
            Term::Field { pattern: Pattern::Times(times), .. } => times.moves(),
            Term::Field { field, .. } => ["age", "outcome"].contains(&field.name),
            Term::Path { .. } | Term::Words(_) | Term::Events(_) => false,
        })
    }
}

impl Expr {
    fn each_term(&self, see: &mut impl FnMut(&Term)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.each_term(see)),
            Self::Not(part) => part.each_term(see),
            Self::Term(term) => see(term),
        }
    }

    /// Every part is visited, so that terms are numbered as by [`Self::each_term`].
    fn decide(&self, held: &Held, at: &mut usize) -> bool {
        match self {
            Self::All(parts) => !decisions(parts, held, at).contains(&false),
            Self::Any(parts) => decisions(parts, held, at).contains(&true),
            Self::Not(part) => !part.decide(held, at),
            Self::Term(term) => {
                *at += 1;
                term.holds_of_message(&held.delivery).unwrap_or_else(|| held.has(*at - 1))
            }
        }
    }
}

fn decisions(parts: &[Expr], held: &Held, at: &mut usize) -> Vec<bool> {
    parts.iter().map(|part| part.decide(held, at)).collect()
}
