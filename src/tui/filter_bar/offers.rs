//! What could come next: the fields whose name begins as typed, or the values of a field.

use super::live::{Value, values};
use super::word::{Part, Word};
use crate::monitor::view::Span;
use crate::query::{FIELDS, Field};
use crate::tui::panes::Context;
use std::ops::Range;

/// Values that are offered; further ones need another letter.
const MOST: usize = 100;

/// What is offered for the word under the cursor.
#[derive(Debug, Default)]
pub(super) struct Offers {
    /// The field whose values they are; without one they are fields.
    pub(super) field: Option<&'static Field>,
    pub(super) rows: Vec<Offer>,
    /// The row that is taken.
    pub(super) row: usize,
    /// The row was chosen by the user.
    chosen: bool,
    /// What a taken one replaces.
    span: Range<usize>,
    /// What is put behind it.
    behind: &'static str,
    live: Option<Live>,
}

/// Something to take.
#[derive(Debug, Clone)]
pub(super) enum Offer {
    Field(&'static Field),
    Value(Value),
}

/// All values of a field, as they were when one began to write one: what arrives meanwhile costs no key anything.
#[derive(Debug)]
struct Live {
    field: &'static str,
    window: Span,
    values: Vec<Value>,
}

impl Offers {
    /// Every field, for an empty prompt.
    pub(super) fn fields() -> Self {
        Self { rows: FIELDS.iter().map(Offer::Field).collect(), behind: ":", ..Self::default() }
    }

    /// What fits a word; `known` is what was offered before.
    pub(super) fn of(word: &Word<'_>, known: Self, ctx: &Context<'_>) -> Self {
        match &word.part {
            Part::Field { typed, span, colon } => {
                let named = fitting(typed, FIELDS.iter(), |field| field.name);
                Self {
                    rows: named.into_iter().map(Offer::Field).collect(),
                    span: span.clone(),
                    behind: if *colon { "" } else { ":" },
                    ..Self::default()
                }
            }
            Part::Value { field, typed, span } => match Field::named(field) {
                Some(field) => Self::values(field, typed, span.clone(), word.last, known, ctx),
                None => Self::default(),
            },
            Part::Other => Self::default(),
        }
    }

    fn values(
        field: &'static Field,
        typed: &str,
        span: Range<usize>,
        last: bool,
        known: Self,
        ctx: &Context<'_>,
    ) -> Self {
        let window = ctx.scope.span;
        let same = |live: &Live| live.field == field.name && live.window == window;
        let live = known.live.filter(same);
        let live = live.unwrap_or_else(|| Live { field: field.name, window, values: values(field, ctx) });
        let bare = typed.trim_start_matches(['"', '+']);
        let found = fitting(bare, live.values.iter(), |value| value.text.trim_start_matches('+'));
        let mut rows: Vec<_> = found.into_iter().take(MOST).cloned().map(Offer::Value).collect();
        // What is typed already needs no offer.
        if matches!(rows.as_slice(), [Offer::Value(only)] if only.term == typed) {
            rows.clear();
        }
        let behind = if last { " " } else { "" };
        Self { field: Some(field), rows, span, behind, live: Some(live), ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether the user went to a row.
    pub(super) fn is_chosen(&self) -> bool {
        self.chosen && !self.is_empty()
    }

    pub(super) fn step(&mut self) {
        self.chosen = true;
        self.row = (self.row + 1).min(self.rows.len().saturating_sub(1));
    }

    /// Up; from the first row back to typing.
    pub(super) fn step_back(&mut self) {
        self.chosen = self.row > 0;
        self.row = self.row.saturating_sub(1);
    }

    /// What the row under the cursor puts in place of what.
    pub(super) fn taken(&self) -> Option<(Range<usize>, String)> {
        let text = match self.rows.get(self.row)? {
            Offer::Field(field) => field.name,
            Offer::Value(value) => &value.term,
        };
        Some((self.span.clone(), format!("{text}{}", self.behind)))
    }
}

/// Those that begin as typed, then those that hold it; both in their order, and upper and lower case alike.
fn fitting<'v, T>(typed: &str, all: impl Iterator<Item = &'v T>, text: impl Fn(&T) -> &str) -> Vec<&'v T> {
    let typed = typed.to_lowercase();
    let place = |one: &T| text(one).to_lowercase().find(&typed);
    let (mut begin, mut hold) = (Vec::new(), Vec::new());
    for one in all {
        match place(one) {
            Some(0) => begin.push(one),
            Some(_) => hold.push(one),
            None => {}
        }
    }
    begin.append(&mut hold);
    begin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_begin_as_typed_come_before_those_that_hold_it() {
        let names: Vec<_> = fitting("Co", FIELDS.iter(), |field| field.name).iter().map(|field| field.name).collect();
        assert_eq!(names, ["code", "platform_code", "outcome"]);
    }

    #[test]
    fn up_from_the_first_row_is_back_to_typing() {
        let mut offers = Offers::fields();
        offers.step();
        assert!(offers.is_chosen());
        assert_eq!(offers.taken(), Some((0..0, "status:".to_owned())));
        offers.step_back();
        assert!(offers.is_chosen(), "the first row");
        offers.step_back();
        assert!(!offers.is_chosen());
        assert_eq!(offers.taken(), Some((0..0, "kind:".to_owned())));
    }
}
