//! What a term compares a value with: a glob, a regular expression, a range of numbers or of times.

use super::moment::Times;
use crate::event::Millis;
use jiff::tz::TimeZone;
use regex::Regex;
use rust_decimal::Decimal;

/// One value of a field.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Number(Decimal),
    /// A time, and the time now that it is compared at.
    Time(Millis, Millis),
}

/// The right-hand side of a term.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    Glob(Glob),
    Regex(Regex),
    Range(Range),
    Times(Times),
}

impl Pattern {
    /// Whether `value` satisfies the pattern. Numbers match globs by their digits; text matches a range when it is a number.
    pub(super) fn matches(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Glob(glob), Value::Text(text)) => glob.matches(text),
            (Self::Glob(glob), Value::Number(number)) => glob.matches(&number.to_string()),
            (Self::Regex(regex), Value::Text(text)) => regex.is_match(text),
            (Self::Regex(regex), Value::Number(number)) => regex.is_match(&number.to_string()),
            (Self::Range(range), Value::Text(text)) => text.parse().is_ok_and(|number| range.contains(number)),
            (Self::Range(range), Value::Number(number)) => range.contains(number),
            (Self::Times(times), Value::Time(at, now)) => times.contains(at, now, &TimeZone::system()),
            // Patterns are read for the kind of their field.
            (Self::Times(_), _) | (_, Value::Time(..)) => false,
        }
    }
}

/// A range of numbers; an absent end is open.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Range {
    pub(super) low: Option<Bound>,
    pub(super) high: Option<Bound>,
}

/// One end of a range.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    pub(super) at: Decimal,
    pub(super) inclusive: bool,
}

impl Range {
    fn contains(&self, number: Decimal) -> bool {
        let above = |low: Bound| number > low.at || (low.inclusive && number == low.at);
        let below = |high: Bound| number < high.at || (high.inclusive && number == high.at);
        self.low.is_none_or(above) && self.high.is_none_or(below)
    }
}

/// A pattern over the whole text, upper and lower case alike: `*` is any run of characters, `?` any one, `\` takes the next
/// character as it stands.
#[derive(Debug, Clone)]
pub(super) struct Glob(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Run,
    One,
    Char(char),
}

impl Glob {
    pub(super) fn new(pattern: &str) -> Self {
        let mut pieces = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            pieces.push(match c {
                '*' => Piece::Run,
                '?' => Piece::One,
                '\\' => Piece::Char(fold(chars.next().unwrap_or('\\'))),
                c => Piece::Char(fold(c)),
            });
        }
        Self(pieces)
    }

    /// Matches every text that holds `words` somewhere, taken literally.
    pub(super) fn containing(words: &str) -> Self {
        let literal = words.chars().map(|c| Piece::Char(fold(c)));
        Self(std::iter::once(Piece::Run).chain(literal).chain(std::iter::once(Piece::Run)).collect())
    }

    /// Whether there is no wildcard in it.
    pub(super) fn is_literal(&self) -> bool {
        self.0.iter().all(|piece| matches!(piece, Piece::Char(_)))
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let mut rest = text.chars();
        let mut at = 0;
        // Where to go on when what follows the last `*` does not fit here: that `*` takes one character more.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut ahead = rest.clone();
            let fits = match self.0.get(at) {
                None if rest.as_str().is_empty() => return true,
                None => false,
                Some(Piece::Run) => {
                    at += 1;
                    retry = Some((at, rest.clone()));
                    continue;
                }
                Some(Piece::One) => ahead.next().is_some(),
                Some(Piece::Char(wanted)) => ahead.next().is_some_and(|c| fold(c) == *wanted),
            };
            if fits {
                at += 1;
                rest = ahead;
                continue;
            }
            let Some((after_run, from)) = &mut retry else { return false };
            if from.next().is_none() {
                return false;
            }
            at = *after_run;
            rest = from.clone();
        }
    }
}

/// One character without its case. Letters whose lower case is several characters keep the first.
fn fold(c: char) -> char {
    if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next().unwrap_or(c) }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Glob, Range};
    use proptest::prelude::*;

    #[test]
    fn globs_match_the_whole_text_without_regard_to_case() {
        for (glob, text, expected) in [
            ("failed", "FAILED", true),
            ("fail", "failed", false),
            ("852*", "85230174859", true),
            ("*4859", "85230174859", true),
            ("8?2*9", "85230174859", true),
            ("*", "", true),
            ("?", "", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*ab", "aab", true),
            ("*abc", "ababc", true),
            ("订单*", "订单已发", true),
            ("É*", "état", true),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
        ] {
            assert_eq!(Glob::new(glob).matches(text), expected, "{glob} on {text}");
        }
    }

    #[test]
    fn searched_words_are_literal() {
        assert!(Glob::containing("50% *off*").matches("now 50% *OFF* today"));
        assert!(!Glob::containing("a*b").matches("a and b"));
    }

    #[test]
    fn range_ends_are_inclusive_or_not() {
        let end = |at: i64, inclusive| Some(Bound { at: at.into(), inclusive });
        let range = Range { low: end(1, true), high: end(3, false) };
        assert_eq!([0, 1, 2, 3].map(|n| range.contains(n.into())), [false, true, true, false]);
        assert!(Range { low: end(1, false), high: None }.contains(i64::MAX.into()));
    }

    proptest! {
        #[test]
        fn a_glob_agrees_with_the_same_regular_expression(glob in "[ab*?]{0,8}", text in "[ab]{0,10}") {
            let regex = format!("^(?s:{})$", glob.replace('*', ".*").replace('?', "."));
            let expected = regex::Regex::new(&regex).unwrap().is_match(&text);
            prop_assert_eq!(Glob::new(&glob).matches(&text), expected);
        }
    }
}
