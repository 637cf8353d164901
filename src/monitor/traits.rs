//! What messages are counted by beside their number: country, category and callback data, each in a byte or two of a record.

use super::view::Group;
use crate::event::{Event, Status, Text, country};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::hash::BuildHasher;

/// Different callback data that are told apart. They may differ from message to message.
const TAGS: usize = 1024;
/// Different categories. The protocol has a dozen.
const CATEGORIES: usize = 48;

/// The traits of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Traits {
    pub(super) tag: u16,
    pub(super) category: u8,
    /// Place in the list of calling codes, plus one; 0 for none.
    pub(super) country: u8,
}

/// The texts behind traits.
#[derive(Debug)]
pub(super) struct Known {
    tags: Values,
    categories: Values,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            tags: Values::new(TAGS, usize::from(u16::MAX)),
            categories: Values::new(CATEGORIES, usize::from(u8::MAX)),
        }
    }
}

impl Known {
    /// What one status says.
    pub(super) fn of(&mut self, event: &Event, status: &Status) -> Traits {
        let country = event.customer.as_deref().and_then(country::code_of).map_or(0, |at| at as u8 + 1);
        let tag = status.tag.as_deref().map_or(0, |tag| self.tags.number(Key { rank: 0, text: tag.into() }));
        let category = self.category(status).map_or(0, |key| self.categories.number(key));
        Traits { tag: tag as u16, category: category as u8, country }
    }

    /// The category by name; else that of a cost line, a plain `message` or `free` one last.
    fn category(&self, status: &Status) -> Option<Key> {
        let ranked = |text: &Text| {
            let rank = if matches!(text.as_str(), "message" | "free" | "unknown") { 2 } else { 1 };
            Key { rank, text: text.clone() }
        };
        let spelled = |named: &Text| if named.contains('-') { named.replace('-', "_").into() } else { named.clone() };
        let named = status.category.as_ref().map(|named| Key { rank: 0, text: spelled(named) });
        named.or_else(|| status.costs.iter().map(|line| ranked(&line.category)).min())
    }

    /// Of two events of one message, whatever their order.
    pub(super) fn join(&self, a: Traits, b: Traits) -> Traits {
        let country = match (a.country, b.country) {
            (0, one) | (one, 0) => one,
            (a, b) => a.min(b),
        };
        Traits {
            tag: self.tags.first(a.tag.into(), b.tag.into()) as u16,
            category: self.categories.first(a.category.into(), b.category.into()) as u8,
            country,
        }
    }

    pub(super) fn tag(&self, traits: Traits) -> Group {
        self.tags.group(traits.tag.into())
    }

    pub(super) fn category_of(&self, traits: Traits) -> Group {
        self.categories.group(traits.category.into())
    }

    pub(super) fn country(&self, traits: Traits) -> Group {
        match usize::from(traits.country).checked_sub(1) {
            Some(at) => Group::Named(format!("+{}", country::CODES[at]).into()),
            None => Group::Unnamed,
        }
    }
}

/// A text, and how much it says: where a message names several, the lowest rank stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    rank: u8,
    text: Text,
}

/// Texts by small number, never more than so many of them. When there are more, those stay whose hash lies in one half of what
/// stayed before, and all others are counted together: what stays depends on what was ever seen, not on when.
#[derive(Debug)]
struct Values {
    most: usize,
    last: usize,
    numbers: HashMap<Key, u32>,
    /// By number, from 1; those that did not stay are `None`.
    keys: Vec<Option<Key>>,
    /// Leading zeros that the hash of a text must have to stay.
    zeros: u32,
}

impl Values {
    fn new(most: usize, last: usize) -> Self {
        Self { most, last, numbers: HashMap::new(), keys: Vec::new(), zeros: 0 }
    }

    /// The number of everything that did not stay.
    fn others(&self) -> u32 {
        self.last as u32
    }

    fn number(&mut self, key: Key) -> u32 {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        if !stays(&key, self.zeros) {
            return self.others();
        }
        if self.keys.len() + 1 >= self.last {
            return self.others();
        }
        self.keys.push(Some(key.clone()));
        let number = self.keys.len() as u32;
        self.numbers.insert(key, number);
        while self.numbers.len() > self.most {
            self.zeros += 1;
            let zeros = self.zeros;
            for (_, gone) in self.numbers.extract_if(|key, _| !stays(key, zeros)) {
                self.keys[gone as usize - 1] = None;
            }
        }
        number
    }

    fn key(&self, number: u32) -> Option<&Key> {
        self.keys.get(number.checked_sub(1)? as usize)?.as_ref()
    }

    /// Which of two stands: the lower rank, then what stays longer, so that what did not stay never hides what did.
    fn first(&self, a: u32, b: u32) -> u32 {
        let order = |number: u32| match (number, self.key(number)) {
            (0, _) => (3, u8::MAX, u64::MAX),
            (_, Some(key)) => (0, key.rank, hash(key)),
            (_, None) => (1, u8::MAX, u64::MAX),
        };
        if order(b) < order(a) { b } else { a }
    }

    fn group(&self, number: u32) -> Group {
        match (number, self.key(number)) {
            (0, _) => Group::Unnamed,
            (_, Some(key)) => Group::Named(key.text.clone()),
            (_, None) => Group::Others,
        }
    }
}

fn hash(key: &Key) -> u64 {
    FixedState::with_seed(0x7761_746f_7000).hash_one(key.text.as_str())
}

fn stays(key: &Key, zeros: u32) -> bool {
    hash(key).leading_zeros() >= zeros
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(at: usize) -> Key {
        Key { rank: 0, text: format!("tag-{at}").into() }
    }

    #[test]
    fn traits_are_small() {
        assert_eq!(size_of::<Traits>(), 4);
        assert!(country::CODES.len() < usize::from(u8::MAX));
    }

    #[test]
    fn what_stays_of_too_many_does_not_depend_on_their_order() {
        let stay = |order: &mut dyn Iterator<Item = usize>| {
            let mut values = Values::new(64, 60_000);
            order.for_each(|at| {
                values.number(key(at));
            });
            let mut stay: Vec<Text> = values.numbers.keys().map(|key| key.text.clone()).collect();
            stay.sort();
            assert!((17..=64).contains(&stay.len()), "{}", stay.len());
            assert!(values.keys.iter().flatten().count() == stay.len(), "no text is kept that is not used");
            stay
        };
        assert_eq!(stay(&mut (0..5_000)), stay(&mut (0..5_000).rev()));
    }

    #[test]
    fn what_did_not_stay_is_one_group_and_gives_way_to_what_did() {
        let mut values = Values::new(8, 200);
        let numbers: Vec<u32> = (0..100).map(|at| values.number(key(at))).collect();
        let groups: Vec<Group> = numbers.iter().map(|number| values.group(*number)).collect();
        let named = groups.iter().position(|group| matches!(group, Group::Named(_))).unwrap();
        let other = groups.iter().position(|group| *group == Group::Others).unwrap();
        for (a, b) in [(named, other), (other, named)] {
            assert_eq!(values.first(numbers[a], numbers[b]), numbers[named]);
        }
        assert_eq!(values.first(0, numbers[other]), numbers[other]);
    }
}
