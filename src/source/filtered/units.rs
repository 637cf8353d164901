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
    /// What became of its events so far.
    fate: Fate,
}

/// What became of the events of a unit that were decided on.
#[derive(Debug, Clone, Copy, Default)]
struct Fate {
    /// Some were handed over.
    handed_over: bool,
    /// Some were left out.
    left_out: bool,
}

/// What one event did to its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing that was handed over or left out before is wrong now.
    None,
    /// The unit is selected now, and events of it were left out: they are to be handed over.
    Selected,
    /// Events were handed over and the unit is not selected any more, or two units of different fates are one: what was counted is
    /// wrong.
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
        let mut fate = Fate::default();
        for unit in known.iter().map(|unit| self.units[*unit as usize]) {
            held.join(self.sets.held(unit.set));
            fate.handed_over |= unit.fate.handed_over;
            fate.left_out |= unit.fate.left_out;
        }
        let set = self.sets.number(&self.filter, held);
        let turn = match (self.sets.is_selected(set), fate.handed_over, fate.left_out) {
            (true, false, true) => Turn::Selected,
            (true, true, true) | (false, true, _) => Turn::Upset,
            _ => Turn::None,
        };
        if turn == Turn::Selected {
            fate = Fate { handed_over: true, left_out: false };
        }
        let unit = known.iter().copied().min().unwrap_or(self.units.len() as Index);
        match self.units.get_mut(unit as usize) {
            Some(known) => (known.set, known.fate) = (set, fate),
            None => self.units.push(Unit { set, united: None, fate }),
        }
        for gone in known.into_iter().filter(|known| *known != unit) {
            // Numbers start at 0, so that of a united unit is kept plus one.
            self.units[gone as usize].united = std::num::NonZeroU32::new(unit + 1);
        }
        self.names.insert(name, unit);
        other.into_iter().for_each(|other| _ = self.names.insert(other, unit));
        turn
    }

    /// Decides on an event that was seen: whether it is handed over, as its unit is selected, or left out.
    pub(super) fn decide(&mut self, event: &Event) -> bool {
        let Some(unit) = self.find(self.names_of(event).0) else { return false };
        let selected = self.is_selected(unit);
        let fate = &mut self.units[unit as usize].fate;
        if selected {
            fate.handed_over = true
        } else {
            fate.left_out = true
        }
        selected
    }

    /// Nothing was handed over or left out: everything is decided on again.
    pub(super) fn undecide(&mut self) {
        self.units.iter_mut().for_each(|unit| unit.fate = Fate::default());
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
