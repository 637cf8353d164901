//! Expressions as they may be shown while people's data are masked.

use super::Field;
use crate::event::mask::Masker;

/// The expression with pseudonyms in place of phones, names, ids and texts that it looks for. It is for reading only: it finds
/// nothing.
pub fn masked(expression: &str, masker: &Masker) -> String {
    let mut shown = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let (piece, after) = match first {
            '"' => delimited(rest, '"'),
            c if c.is_whitespace() || matches!(c, '(' | ')' | '-') => rest.split_at(c.len_utf8()),
            _ => term(rest),
        };
        match first {
            '"' => shown.push_str(&quoted(&masker.text(inner(piece)))),
            c if c.is_whitespace() || matches!(c, '(' | ')' | '-') => shown.push_str(piece),
            _ => shown.push_str(&masked_term(piece, masker)),
        }
        rest = after;
    }
    shown
}

/// `field:value` up to the next blank or parenthesis outside of quotes and slashes.
fn term(text: &str) -> (&str, &str) {
    let mut end = 0;
    while let Some(c) = text[end..].chars().next() {
        if c.is_whitespace() || matches!(c, '(' | ')') {
            break;
        }
        let opens = c == '"' || (c == '/' && text[..end].ends_with('~'));
        end += if opens { delimited(&text[end..], c).0.len() } else { c.len_utf8() };
    }
    text.split_at(end)
}

/// A piece from one delimiter to the next one that is not escaped; all of the text when there is none.
fn delimited(text: &str, delimiter: char) -> (&str, &str) {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == delimiter && !escaped {
            return text.split_at(at + c.len_utf8());
        }
        escaped = c == '\\' && !escaped;
    }
    (text, "")
}

fn inner(quoted: &str) -> &str {
    let inner = quoted.strip_prefix(['"', '/']).unwrap_or(quoted);
    inner.strip_suffix(['"', '/']).unwrap_or(inner)
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn masked_term(term: &str, masker: &Masker) -> String {
    let Some(at) = term.find([':', '<', '>']) else {
        // A word alone is looked for in names and texts, unless it is the beginning of a term.
        let of_the_language = matches!(term, "and" | "or" | "not") || Field::named(term).is_some();
        return if of_the_language { term.to_owned() } else { quoted(&masker.text(term)) };
    };
    let (field, value) = term.split_at(at);
    let value = value.trim_start_matches([':', '<', '>', '=', '~']);
    let operator = &term[at..term.len() - value.len()];
    let bare = inner(value);
    if bare.is_empty() || bare == "*" {
        return term.to_owned();
    }
    let pseudonym = match field.to_ascii_lowercase().as_str() {
        "from" | "to" | "number" | "customer" => masker.phone(bare),
        "name" => masker.name(bare),
        "id" => masker.id(bare),
        "text" | "subject" => masker.text(bare),
        path if path.contains(['.', '[']) => masker.text(bare),
        _ => return term.to_owned(),
    };
    format!("{field}{operator}{}", quoted(&pseudonym))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_an_expression_looks_for_is_not_shown_and_what_is() {
        let masker = Masker::new([7; 16]);
        let shown = masked(
            "(status:failed or code:131026) to:+85266120298 -name:\"Mei 陈\" id:wamid.X \"hello\" text:~/a b/",
            &masker,
        );
        assert!(shown.starts_with("(status:failed or code:131026) to:\"+852 ∙ "), "{shown}");
        for hidden in ["66120298", "Mei", "陈", "wamid", "hello", "a b"] {
            assert!(!shown.contains(hidden), "{hidden} in {shown}");
        }
        assert!(shown.contains(" -name:\"name "), "{shown}");
    }

    #[test]
    fn a_word_alone_may_be_a_name_or_a_phone() {
        let masker = Masker::new([7; 16]);
        assert_eq!(masked("Jane or 85266120298", &masker), "\"4 characters\" or \"11 characters\"");
    }

    #[test]
    fn any_value_and_half_typed_terms_stay() {
        let masker = Masker::new([7; 16]);
        for expression in ["not number:*", "customer:", "age<10m", "status", ""] {
            assert_eq!(masked(expression, &masker), expression);
        }
    }

    #[test]
    fn the_same_phone_has_the_same_pseudonym_as_elsewhere() {
        let masker = Masker::new([7; 16]);
        assert_eq!(masked("to:852", &masker), format!("to:\"{}\"", masker.phone("852")));
    }
}
