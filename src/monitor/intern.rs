//! Texts that occur again and again, kept once.

use crate::event::Text;
use hashbrown::HashMap;

/// A kept text; 0 stands for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Name(u32);

impl Name {
    pub(super) const NONE: Self = Self(0);
}

/// Texts by number. Grows with the number of distinct texts only.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<Text, u32>,
    texts: Vec<Text>,
}

impl Names {
    pub(super) fn intern(&mut self, text: Option<&str>) -> Name {
        let Some(text) = text else { return Name::NONE };
        if let Some(number) = self.numbers.get(text) {
            return Name(*number);
        }
        self.texts.push(text.into());
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.into(), number);
        Name(number)
    }

    /// The number of a text that was seen.
    pub(super) fn find(&self, text: &str) -> Option<Name> {
        self.numbers.get(text).map(|number| Name(*number))
    }

    pub(super) fn text(&self, name: Name) -> Option<&Text> {
        self.texts.get((name.0 as usize).checked_sub(1)?)
    }

    /// Where events of one message name different things the smallest text stands, so that order does not matter.
    pub(super) fn smaller(&self, a: Name, b: Name) -> Name {
        match (self.text(a), self.text(b)) {
            (Some(x), Some(y)) => {
                if y < x {
                    b
                } else {
                    a
                }
            }
            (None, _) => b,
            (_, None) => a,
        }
    }
}
