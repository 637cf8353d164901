//! What a filter over counts selects: messages, inbound messages, alerts, each with all of its events.

use crate::event::{Detail, Event};
use crate::query::{Filter, Held, Sets};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::hash::BuildHasher;

/// Number of a unit, or of a set of terms.
type Index = u32;

/// Units under each of their names, and which terms of the filter hold of each.
#[derive(Debug)]
pub(super) struct Units {
    filter: Filter,
    hasher: RandomState,
    names: HashMap<u64, Index>,
    units: Vec<Unit>,
    sets: Sets,
}

#[derive(Debug, Clone, Copy)]
struct Unit {
    /// Its set of terms.
    set: Index,
    /// The unit it was united with.
    united: Option<std::num::NonZeroU32>,
}

/// What one event did to its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing that was handed over or kept back before is wrong now.
    None,
    /// The unit is selected now and was not before: its earlier events are missing.
    Selected,
    /// The unit is not selected any more, or two units of different fates are one: what was counted is wrong.
    Upset,
}

impl Units {
    pub(super) fn new(filter: Filter) -> Self {
        Self { filter, hasher: RandomState::default(), names: HashMap::new(), units: Vec::new(), sets: Sets::default() }
    }

    pub(super) fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Takes in one event of which these terms hold.
    pub(super) fn see(&mut self, event: &Event, mut held: Held) -> Turn {
        let (name, other) = self.names_of(event);
        let known: Vec<Index> =
            [self.find(name), other.and_then(|other| self.find(other))].into_iter().flatten().collect();
        let was: Vec<bool> = known.iter().map(|unit| self.is_selected(*unit)).collect();
        known.iter().for_each(|unit| held.join(self.sets.held(self.units[*unit as usize].set)));
        let set = self.sets.number(&self.filter, held);
        let unit = known.iter().copied().min().unwrap_or(self.units.len() as Index);
        match self.units.get_mut(unit as usize) {
            Some(known) => known.set = set,
            None => self.units.push(Unit { set, united: None }),
        }
        for gone in known.into_iter().filter(|known| *known != unit) {
            // Numbers start at 0, so that of a united unit is kept plus one.
            self.units[gone as usize].united = std::num::NonZeroU32::new(unit + 1);
        }
        self.names.insert(name, unit);
        other.into_iter().for_each(|other| _ = self.names.insert(other, unit));
        let is = self.sets.is_selected(set);
        match (is, was.contains(&true), was.contains(&false)) {
            (true, false, true) => Turn::Selected,
            (true, true, true) | (false, true, _) => Turn::Upset,
            _ => Turn::None,
        }
    }

    /// Whether the unit of an event that was seen is selected.
    pub(super) fn selects(&self, event: &Event) -> bool {
        self.find(self.names_of(event).0).is_some_and(|unit| self.is_selected(unit))
    }

    /// Forgets everything seen.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.filter.clone());
    }

    fn is_selected(&self, unit: Index) -> bool {
        self.sets.is_selected(self.units[unit as usize].set)
    }

    fn find(&self, name: u64) -> Option<Index> {
        let mut unit = *self.names.get(&name)?;
        while let Some(next) = self.units[unit as usize].united {
            unit = next.get() - 1;
        }
        Some(unit)
    }

    /// The hashes of an event's names. What is no message and no alert is one unit with the amendments of its event.
    fn names_of(&self, event: &Event) -> (u64, Option<u64>) {
        match &event.detail {
            Detail::Status(status) => {
                let name = |id: &str| self.hasher.hash_one((0u8, id, status.participant.as_deref()));
                (name(&status.message_id), status.meta_message_id.as_deref().map(name))
            }
            Detail::Inbound(inbound) => (self.hasher.hash_one((1u8, inbound.message_id.as_str())), None),
            Detail::Template(notice) | Detail::Account(notice) => {
                (self.hasher.hash_one((2u8, notice.alert_id.as_str())), None)
            }
            Detail::Other(_) | Detail::Unrecognised(_) => {
                (self.hasher.hash_one((3u8, event.amends.unwrap_or(event.seq))), None)
            }
        }
    }
}
