//! What is looked for: a filter, or a word alone.

use crate::monitor::view::literal;
use crate::query::{Filter, FilterError};

/// What the empty prompt says.
pub(super) const HINT: (&str, &str) =
    ("id, phone or tag; or a filter such as code:131026", "ID、号码或标签;或过滤条件,如 code:131026");

/// What a text means.
pub(super) fn meaning(text: &str) -> Result<Filter, FilterError> {
    Filter::parse_for_messages(&expression(text))
}

/// The filter that a text stands for: a word alone is sought as the beginning of an id, a phone and a tag.
pub(super) fn expression(text: &str) -> String {
    match word(text) {
        Some(word) => {
            let word = word.strip_prefix('+').unwrap_or(word);
            let begin = literal(word);
            let begin = begin.strip_suffix('"').unwrap_or(&begin);
            format!("id:{begin}*\" or customer:{begin}*\" or tag:{begin}*\"")
        }
        None => text.to_owned(),
    }
}

/// The text, when it is one word without any of the marks of a filter.
pub(super) fn word(text: &str) -> Option<&str> {
    let mark = |c: char| c.is_whitespace() || matches!(c, ':' | '<' | '>' | '"' | '(' | ')');
    (!text.is_empty() && !text.contains(mark) && !text.starts_with('-')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_alone_is_sought_in_ids_phones_and_tags_and_anything_else_is_a_filter() {
        assert_eq!(expression("+4915"), "id:\"4915*\" or customer:\"4915*\" or tag:\"4915*\"");
        assert_eq!(expression("code:131026"), "code:131026");
        assert!(Filter::parse(&expression("wamid.a\"b*")).is_err() || word("wamid.a\"b*").is_none());
        assert!(Filter::parse(&expression("wamid.HBgL/x==")).is_ok());
    }
}
