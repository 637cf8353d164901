//! What holds of every expression, whoever wrote it.

use super::*;
use crate::event::Text;
use crate::monitor::view::term;
use proptest::prelude::*;

/// Pieces of which expressions are made, right and wrong.
const PIECES: [&str; 40] = [
    "status:failed",
    "code:131049",
    "code:",
    "code:131000..131999",
    "to:+52*",
    "age<10m",
    "age>",
    "lag>=5s",
    "tag:",
    "\"refund\"",
    "\"",
    "\\",
    "(",
    ")",
    "and",
    "or",
    "not",
    "-",
    ":",
    "~/",
    "/",
    "~/a(b/",
    "..",
    "<",
    ">=",
    "value.errors[0].title:",
    "value.errors[",
    "]",
    ".",
    "*",
    "?",
    "é",
    "电话",
    "\u{202e}",
    "\u{1f469}\u{200d}\u{1f467}",
    "\0",
    " ",
    "\t",
    "99999999999999999999",
    "kind:inbound",
];

/// An error can be shown: it lies within the expression, between characters, and the caret stands under the text.
fn check(expression: &str) -> Result<(), TestCaseError> {
    let error = match Filter::parse(expression) {
        Ok(filter) => {
            prop_assert_eq!(filter.as_str(), expression);
            return Ok(());
        }
        Err(error) => error,
    };
    let span = error.span.clone();
    prop_assert!(span.start <= span.end && span.end <= expression.len(), "{:?} of {:?}", span, expression);
    prop_assert!(expression.get(span.clone()).is_some(), "{:?} cuts a character of {:?}", span, expression);
    prop_assert!(!error.message.is_empty());
    let shown = error.with_caret(expression);
    let lines: Vec<&str> = shown.split('\n').collect();
    prop_assert_eq!(lines.len(), 3, "{:?}", shown);
    prop_assert!(lines[1].trim_start().chars().all(|c| c == '^') && lines[1].contains('^'), "{:?}", shown);
    let caret = lines[1].chars().take_while(|c| *c == ' ').count();
    prop_assert!(caret <= unicode_width::UnicodeWidthStr::width(lines[0]), "{:?}", shown);
    if let Some(fix) = error.fix {
        let mended = format!("{}{fix}{}", &expression[..span.start], &expression[span.end..]);
        let same = Filter::parse(&mended).err().is_some_and(|next| (next.message, next.span) == (error.message, span));
        prop_assert!(!same, "the fix changes nothing: {:?} to {:?}", expression, mended);
    }
    Ok(())
}

/// An expression as a tree, with the ways in which it can be written.
#[derive(Debug, Clone)]
enum Node {
    /// The term with this number.
    Term(usize),
    Not(Box<Node>, bool),
    /// All of them; with the word, or side by side.
    All(Vec<Node>, bool),
    Any(Vec<Node>),
}

/// Terms that differ, so that each can hold or not by itself.
const TERMS: [&str; 5] = ["status:failed", "code:131026", "\"some words\"", "value.a[0].b:~/x y/", "to:+52*"];

impl Node {
    /// As it is written within something else.
    fn text(&self) -> String {
        match self {
            Self::Term(term) => TERMS[*term].to_owned(),
            Self::Not(part, true) => format!("not {}", part.text()),
            Self::Not(part, false) => format!("-{}", part.text()),
            Self::All(parts, word) => {
                let texts: Vec<String> = parts.iter().map(Self::text).collect();
                format!("({})", texts.join(if *word { " and " } else { " " }))
            }
            Self::Any(parts) => {
                // `and` binds more tightly than `or`, so what stands side by side needs no parentheses in here.
                let bare = |part: &Self| {
                    part.text().strip_prefix('(').and_then(|text| text.strip_suffix(')')).map(str::to_owned)
                };
                let text = |part: &Self| match part {
                    Self::All(..) => bare(part).unwrap_or_default(),
                    _ => part.text(),
                };
                format!("({})", parts.iter().map(text).collect::<Vec<_>>().join(" or "))
            }
        }
    }

    fn terms(&self, seen: &mut Vec<usize>) {
        match self {
            Self::Term(term) => seen.push(*term),
            Self::Not(part, _) => part.terms(seen),
            Self::All(parts, _) | Self::Any(parts) => parts.iter().for_each(|part| part.terms(seen)),
        }
    }

    fn holds(&self, held: &[bool]) -> bool {
        match self {
            Self::Term(term) => held[*term],
            Self::Not(part, _) => !part.holds(held),
            Self::All(parts, _) => parts.iter().all(|part| part.holds(held)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(held)),
        }
    }
}

fn any_node() -> impl Strategy<Value = Node> {
    let leaf = (0..TERMS.len()).prop_map(Node::Term);
    leaf.prop_recursive(4, 24, 4, |inner| {
        let parts = || proptest::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            (inner.clone(), any::<bool>()).prop_map(|(part, word)| Node::Not(Box::new(part), word)),
            (parts(), any::<bool>()).prop_map(|(parts, word)| Node::All(parts, word)),
            parts().prop_map(Node::Any),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_an_error_that_can_be_shown(expression in any::<String>()) {
        check(&expression)?;
    }

    #[test]
    fn any_row_of_pieces_is_an_expression_or_an_error_that_can_be_shown(
        pieces in proptest::collection::vec(prop::sample::select(PIECES.to_vec()), 0..12),
        blank in any::<bool>(),
    ) {
        check(&pieces.join(if blank { " " } else { "" }))?;
    }

    /// What is written from a tree selects what the tree says, whichever terms hold.
    #[test]
    fn what_is_written_is_what_is_read(node in any_node(), holding in proptest::collection::vec(any::<bool>(), TERMS.len())) {
        let text = node.text();
        let filter = Filter::parse(&text).map_err(|error| TestCaseError::fail(error.with_caret(&text)))?;
        let mut order = Vec::new();
        node.terms(&mut order);
        let mut held = Held::default();
        order.iter().enumerate().filter(|(_, term)| holding[**term]).for_each(|(at, _)| held.set(at));
        prop_assert_eq!(filter.selects(&held), node.holds(&holding), "{}", text);
        let mut terms = order.iter();
        let holds = filter.expr.holds(&mut |_| terms.next().is_some());
        prop_assert_eq!(holds, node.holds(&[true; TERMS.len()]), "{}", text);
    }

    /// The term behind a number on the screen selects exactly the value it was made of, whatever the value.
    #[test]
    fn a_term_of_a_value_selects_that_value_alone(value in any::<String>(), other in any::<String>()) {
        let text = term("tag", &value);
        let filter = Filter::parse(&text).map_err(|error| TestCaseError::fail(error.with_caret(&text)))?;
        let tagged = |tag: &str| {
            let mut event = failed();
            let crate::event::Detail::Status(status) = &mut event.detail else { unreachable!("it is a status") };
            status.tag = Some(Text::from(tag));
            event
        };
        prop_assert!(filter.matches(&tagged(&value), b"", Millis(0)), "{}", text);
        if value.to_lowercase() != other.to_lowercase() {
            prop_assert!(!filter.matches(&tagged(&other), b"", Millis(0)), "{} is found by {}", other, text);
        }
    }
}
