//! How many different people failures reached.

use super::sums::Key;
use crate::monitor::bag::Bag;
use crate::monitor::intern::Name;
use crate::monitor::rollup::{LAST, Minute, Minutes, Rollup};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

/// Recipients of failed messages by the minute of their *latest* one: of each there is only one, so that who failed since a
/// minute is a sum, and not a set to be made of everybody.
#[derive(Debug, Default)]
pub(super) struct Recipients {
    groups: HashMap<Group, u32>,
    latest: HashMap<(u32, Name), Minute>,
    /// The minutes of their other failed messages, of the few who have several.
    earlier: HashMap<(u32, Name), Vec<Minute>>,
    counts: Rollup<Bag<u32>>,
}

/// Failures of one number, or of all, with one code.
type Group = (Option<Name>, Option<i64>);

impl Recipients {
    pub(super) fn add(&mut self, minute: Minute, key: Key, recipient: Name) {
        for who in self.places(key, recipient) {
            match self.latest.entry(who) {
                Entry::Vacant(entry) => {
                    entry.insert(minute);
                    self.counts.add(minute, &who.0);
                }
                Entry::Occupied(mut entry) => {
                    let older = minute.min(*entry.get());
                    self.earlier.entry(who).or_default().push(older);
                    if older < minute {
                        entry.insert(minute);
                        self.counts.settle(Some((older, &who.0)), Some((minute, &who.0)));
                    }
                }
            }
        }
    }

    /// Takes away what was added before.
    pub(super) fn take(&mut self, minute: Minute, key: Key, recipient: Name) {
        for who in self.places(key, recipient) {
            let latest = self.latest.get(&who).copied().unwrap_or_default();
            let earlier = self.earlier.get_mut(&who);
            let gone = earlier.and_then(|earlier| {
                let at = if minute == latest {
                    (0..earlier.len()).max_by_key(|at| earlier[*at])
                } else {
                    earlier.iter().position(|other| *other == minute)
                };
                Some((earlier.swap_remove(at?), earlier.is_empty()))
            });
            if let Some((_, true)) = gone {
                self.earlier.remove(&who);
            }
            match gone {
                Some((other, _)) if minute == latest => {
                    self.latest.insert(who, other);
                    self.counts.settle(Some((latest, &who.0)), Some((other, &who.0)));
                }
                Some(_) => {}
                None => {
                    self.latest.remove(&who);
                    self.counts.take(minute, &who.0);
                }
            }
        }
    }

    /// Distinct recipients of failures since a minute, by code, of one number or of all.
    pub(super) fn since(&self, minute: Minute, number: Option<Name>) -> impl Fn(Option<i64>) -> u64 {
        // Groups are numbered from 0.
        let mut counts = vec![0; self.groups.len()];
        self.counts.visit(Minutes { from: minute, to: LAST + 1 }, |groups| {
            groups.counts().iter().for_each(|(group, count)| counts[*group as usize] += u64::from(*count));
        });
        move |code| self.groups.get(&(number, code)).map_or(0, |group| counts[*group as usize])
    }

    /// Where a recipient is counted; nowhere when nobody named one.
    fn places(&mut self, key: Key, recipient: Name) -> impl Iterator<Item = (u32, Name)> + use<> {
        let groups = [(None, key.code), (Some(key.number), key.code)].map(|group| {
            let next = self.groups.len() as u32;
            *self.groups.entry(group).or_insert(next)
        });
        groups.into_iter().map(move |group| (group, recipient)).filter(|(_, recipient)| *recipient != Name::NONE)
    }
}
