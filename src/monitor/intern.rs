//! Texts that occur again and again, kept once.

use super::store::{Chunks, Index, Sharded};
use crate::event::Text;
use foldhash::fast::RandomState;
use std::hash::BuildHasher;

/// A kept text; 0 stands for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Name(u32);

impl Name {
    pub(super) const NONE: Self = Self(0);
}

/// Texts by number. Grows with the number of distinct texts only.
#[derive(Debug, Default)]
pub(super) struct Names {
    hasher: RandomState,
    numbers: Sharded<Index>,
    texts: Chunks<Text>,
}

impl Names {
    pub(super) fn intern(&mut self, text: Option<&str>) -> Name {
        let Some(text) = text else { return Name::NONE };
        self.find(text).unwrap_or_else(|| {
            let index = self.texts.push(text.into());
            self.numbers.insert(self.hasher.hash_one(text), index);
            Name(index + 1)
        })
    }

    /// The same, but no more than `most` texts are kept: to one beyond them stands none.
    pub(super) fn intern_up_to(&mut self, most: Index, text: Option<&str>) -> Name {
        match text {
            Some(text) if self.texts.len() >= most => self.find(text).unwrap_or(Name::NONE),
            text => self.intern(text),
        }
    }

    /// The number of a text that was seen.
    pub(super) fn find(&self, text: &str) -> Option<Name> {
        let index = self.numbers.find(self.hasher.hash_one(text), |index| self.texts.get(*index) == text)?;
        Some(Name(index + 1))
    }

    pub(super) fn text(&self, name: Name) -> Option<&Text> {
        Some(self.texts.get(name.0.checked_sub(1)?))
    }

    /// Where events of one message name different things the smallest text stands, so that order does not matter.
    pub(super) fn smaller(&self, a: Name, b: Name) -> Name {
        if a == b {
            return a;
        }
        match (self.text(a), self.text(b)) {
            (Some(x), Some(y)) if x < y => a,
            (Some(_), None) => a,
            _ => b,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_texts_are_kept_than_asked_for() {
        let mut names = Names::default();
        let [a, b] = ["a", "b"].map(|text| names.intern_up_to(2, Some(text)));
        assert_eq!(names.intern_up_to(2, Some("c")), Name::NONE);
        assert_eq!(names.intern_up_to(2, Some("a")), a);
        assert_eq!([a, b].map(|name| names.text(name).map(|text| text.as_str())), [Some("a"), Some("b")]);
    }
}
