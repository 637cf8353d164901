//! The filter language, the same wherever events are chosen.
//!
//! ```text
//! status:failed code:131049 to:+52* age<10m          terms side by side must all hold
//! kind:inbound (type:order or "refund") -from:852*   or, parentheses, quoted text, negation
//! code:131000..131999 title:~/lock/i                 ranges; regular expressions
//! value.errors[0].title:*locked* lag>=5s             paths into the stored body; comparisons
//! received>-15m received:2026-11-26T10:00..11:00     times: so long ago, the last 14:19, a day, in the zone of this computer
//! outcome:waiting deliver_s>=60                      of whole messages, where messages are selected
//! ```
//!
//! `:` compares the whole value with a glob (`*`, `?`, case does not count). A field that an event does not have satisfies no
//! term, so only `not` or `-` finds such events. [`FIELDS`] lists the fields.

mod delivery;
pub mod duration;
mod fields;
mod held;
pub mod mask;
pub mod moment;
mod parse;
mod path;
mod pattern;
pub(crate) mod suggest;
#[cfg(test)]
mod tests;

pub use fields::{FIELDS, Field};
pub use held::{Held, Sets};

use crate::event::{Event, Millis, Text};
use path::{Body, Path};
use pattern::{Glob, Pattern, Value};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::time::Duration;

/// After this long without delivery or failure a message is silent, unless something else is configured.
pub const HORIZON: Duration = Duration::from_secs(24 * 3600);

/// A parsed filter expression. Two are equal when they were written alike.
#[derive(Debug, Clone)]
pub struct Filter {
    expr: Expr,
    text: Text,
    /// After this long without delivery or failure a message is silent.
    horizon: Duration,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Terms joined by `and`, `or` and `not`. Evaluation asks a closure about each term, so that whoever counts messages can ask
/// whether any event of a message satisfies it.
#[derive(Debug, Clone)]
enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    Term(Term),
}

/// One condition, such as `status:failed`.
#[derive(Debug, Clone)]
enum Term {
    Field {
        field: &'static Field,
        pattern: Pattern,
    },
    Path {
        path: Path,
        pattern: Pattern,
    },
    /// Quoted text, searched in everything the event says.
    Words(Glob),
    /// These events, by sequence number.
    Events(BTreeSet<u64>),
}

/// Why an expression is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// What is wrong and what to write instead.
    pub message: String,
    /// Byte range in the expression.
    pub span: std::ops::Range<usize>,
    /// What was probably meant in place of that range.
    pub fix: Option<String>,
}

impl FilterError {
    /// A mistake for which nothing better is known.
    pub fn new(message: impl Into<String>, span: std::ops::Range<usize>) -> Self {
        Self { message: message.into(), span, fix: None }
    }

    /// The expression, a line of carets under the mistake (by display width), and the message.
    pub fn with_caret(&self, expression: &str) -> String {
        use unicode_width::UnicodeWidthStr;
        // Control characters would move the caret, or worse: each is shown as one character.
        let shown = |range: Option<&str>| -> String {
            range.unwrap_or_default().chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
        };
        let before = shown(expression.get(..self.span.start)).width();
        let under = shown(expression.get(self.span.clone())).width().max(1);
        let expression = shown(Some(expression));
        let message = shown(Some(&self.message));
        format!("{expression}\n{:before$}{}\n{message}", "", "^".repeat(under))
    }
}

impl Filter {
    /// Parses an expression over single events; an empty one matches everything.
    ///
    /// # Errors
    /// It is wrong, or asks for something that only a whole message has, such as its outcome.
    pub fn parse(expression: &str) -> Result<Self, FilterError> {
        Self::read(expression, false)
    }

    /// Parses an expression over whole messages, which may also ask for what their events tell together. It is to be evaluated
    /// by [`Self::held`] and [`Self::selects`].
    ///
    /// # Errors
    /// It is wrong.
    pub fn parse_for_messages(expression: &str) -> Result<Self, FilterError> {
        Self::read(expression, true)
    }

    /// Selects these events, by sequence number, and the amendments of them.
    pub fn of_events(seqs: BTreeSet<u64>) -> Self {
        Self {
            text: format!("{} marked events", seqs.len()).into(),
            expr: Expr::Term(Term::Events(seqs)),
            horizon: HORIZON,
        }
    }

    fn read(expression: &str, of_messages: bool) -> Result<Self, FilterError> {
        let expr = parse::parse(expression, of_messages)?;
        Ok(Self { expr, text: expression.into(), horizon: HORIZON })
    }

    /// The same filter where a message is silent after another time than 24 hours.
    pub fn with_horizon(self, horizon: Duration) -> Self {
        Self { horizon, ..self }
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether evaluating needs the raw body (field paths, quoted text).
    pub fn needs_body(&self) -> bool {
        self.expr.any_term(&|term| matches!(term, Term::Path { .. } | Term::Words(_)))
    }

    /// Whether it asks for the numbers that events have in a journal: what was not read from one has none.
    pub fn needs_numbers(&self) -> bool {
        self.expr.any_term(&|term| match term {
            Term::Field { field, .. } => field.name == "seq",
            Term::Events(_) => true,
            Term::Path { .. } | Term::Words(_) => false,
        })
    }

    /// Tests one event. `body` may be empty unless [`Self::needs_body`]; `now` is for `age`.
    pub fn matches(&self, event: &Event, body: &[u8], now: Millis) -> bool {
        // Read once, and only when a term asks for it.
        let (text, parsed) = (OnceCell::new(), OnceCell::new());
        let parsed =
            || parsed.get_or_init(|| Body::new(text.get_or_init(|| String::from_utf8_lossy(body)), &event.path));
        self.expr.holds(&mut |term| term.holds(event, parsed, now))
    }
}

impl Term {
    /// Tests what the events of a message tell together; `None` for a term that asks for single events.
    fn holds_of_message(&self, delivery: &delivery::Delivery) -> Option<bool> {
        match self {
            Self::Field { field, pattern } => field.any_of_message(delivery, &mut |value| pattern.matches(value)),
            Self::Path { .. } | Self::Words(_) | Self::Events(_) => None,
        }
    }

    /// Tests one event. `body` is asked for only when the term looks into it.
    fn holds<'b, 't: 'b>(&self, event: &Event, body: impl FnOnce() -> &'b Body<'t>, now: Millis) -> bool {
        match self {
            Self::Field { field, pattern } => {
                field.any(event, now, &mut |value| pattern.matches(field.holds.normal(value)))
            }
            Self::Events(seqs) => seqs.contains(&event.amends.unwrap_or(event.seq)),
            Self::Path { path, pattern } => body().any_at(path, &mut |text| pattern.matches(Value::Text(text))),
            Self::Words(words) => {
                let found = |text: &str| words.matches(text);
                ["text", "title", "name"]
                    .into_iter()
                    .filter_map(Field::named)
                    .any(|field| field.any(event, now, &mut |value| matches!(value, Value::Text(text) if found(text))))
                    || body().any_string(&mut |text| found(text))
            }
        }
    }
}

impl Expr {
    fn holds(&self, test: &mut impl FnMut(&Term) -> bool) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(test)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(test)),
            Self::Not(part) => !part.holds(test),
            Self::Term(term) => test(term),
        }
    }

    fn any_term(&self, test: &impl Fn(&Term) -> bool) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.any_term(test)),
            Self::Not(part) => part.any_term(test),
            Self::Term(term) => test(term),
        }
    }
}
