//! The filter language (DESIGN §7).

use crate::event::{Event, Millis};

/// A parsed filter expression.
#[derive(Debug, Clone)]
pub struct Filter {}

/// Why an expression is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// What is wrong and what to write instead.
    pub message: String,
    /// Byte range in the expression.
    pub span: std::ops::Range<usize>,
}

impl FilterError {
    /// The expression, a line of carets under the mistake (by display width), and the message.
    pub fn with_caret(&self, expression: &str) -> String {
        let _ = expression;
        unimplemented!()
    }
}

impl Filter {
    /// Parses an expression; an empty one matches everything.
    pub fn parse(expression: &str) -> Result<Self, FilterError> {
        let _ = expression;
        unimplemented!()
    }

    /// Whether evaluating needs the raw body (field paths, quoted text).
    pub fn needs_body(&self) -> bool {
        unimplemented!()
    }

    /// Tests one event. `body` may be empty unless [`Self::needs_body`]; `now` is for `age`.
    pub fn matches(&self, event: &Event, body: &[u8], now: Millis) -> bool {
        let _ = (event, body, now);
        unimplemented!()
    }
}
