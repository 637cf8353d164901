//! The word of an expression that the cursor stands in.

use std::ops::Range;

/// A term, or what may become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word<'t> {
    /// Where it stands, without a `-` before it.
    pub(super) span: Range<usize>,
    /// Nothing follows it.
    pub(super) last: bool,
    /// What of it is completed.
    pub(super) part: Part<'t>,
}

/// The part of a word that the cursor stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// The name of a field, as far as it is typed; the bytes it takes; whether a `:` follows.
    Field { typed: &'t str, span: Range<usize>, colon: bool },
    /// The value of a field, as far as it is typed, and the bytes it takes.
    Value { field: &'t str, typed: &'t str, span: Range<usize> },
    /// Something that nothing can be offered for: quoted text, a comparison, a regular expression.
    Other,
}

impl<'t> Word<'t> {
    /// The word of `text` in which the byte offset `cursor` lies.
    pub(super) fn at(text: &'t str, cursor: usize) -> Self {
        let (mut start, mut end) = (0, text.len());
        let (mut quoted, mut escaped) = (false, false);
        for (at, c) in text.char_indices() {
            if std::mem::take(&mut escaped) {
                continue;
            }
            match c {
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                c if !quoted && (c.is_whitespace() || matches!(c, '(' | ')')) => {
                    if at >= cursor {
                        end = at;
                        break;
                    }
                    start = at + c.len_utf8();
                }
                _ => {}
            }
        }
        if start < cursor && text.get(start..).is_some_and(|rest| rest.starts_with('-')) {
            start += 1;
        }
        let typed = text.get(start..cursor).unwrap_or_default();
        let rest = text.get(cursor..end).unwrap_or_default();
        Self { span: start..end, last: end == text.len(), part: part(typed, rest, start) }
    }

    /// Whether nothing of it is typed.
    pub(super) fn is_empty(&self) -> bool {
        self.span.is_empty()
    }
}

/// What `typed`, which begins at `start`, ends with; `rest` is what follows of the word.
fn part<'t>(typed: &'t str, rest: &'t str, start: usize) -> Part<'t> {
    let of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = typed.find(|c: char| !of_name(c)).map_or(typed, |end| typed.split_at(end).0);
    let cursor = start + typed.len();
    if name.len() == typed.len() {
        let follows = rest.find(|c: char| !of_name(c)).unwrap_or(rest.len());
        let colon = rest.get(follows..).is_some_and(|rest| rest.starts_with(':'));
        return Part::Field { typed, span: start..cursor + follows, colon };
    }
    match typed.get(name.len()..).and_then(|after| after.strip_prefix(':')) {
        Some(value) if !name.is_empty() && !value.starts_with('~') => {
            Part::Value { field: name, typed: value, span: cursor - value.len()..cursor + rest.len() }
        }
        _ => Part::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_under_the_cursor_is_a_field_a_value_or_nothing_that_can_be_completed() {
        let part = |text| Word::at(text, text.len()).part;
        assert_eq!(part("status:failed co"), Part::Field { typed: "co", span: 14..16, colon: false });
        assert_eq!(part("-(tag:ord"), Part::Value { field: "tag", typed: "ord", span: 6..9 });
        assert_eq!(part("tag:\"a b"), Part::Value { field: "tag", typed: "\"a b", span: 4..8 });
        assert_eq!(part("x:1 -to:"), Part::Value { field: "to", typed: "", span: 8..8 });
        for other in ["\"some te", "code>13", "tag:~/^o", "value.errors[0].co"] {
            assert_eq!(part(other), Part::Other, "{other}");
        }
    }

    #[test]
    fn what_follows_the_cursor_belongs_to_it() {
        assert_eq!(Word::at("sta:failed to:1", 2).part, Part::Field { typed: "st", span: 0..3, colon: true });
        let value = Word::at("status:failed to:1", 9);
        assert_eq!(value.part, Part::Value { field: "status", typed: "fa", span: 7..13 });
        assert_eq!(value.span, 0..13);
    }
}
