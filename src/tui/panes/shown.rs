//! Text of strangers on its way to the screen.

use std::borrow::Cow;

/// The text as it may be drawn: nothing in it moves the cursor, hides or reorders what stands beside it.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
    if text.contains(harmful) { Cow::Owned(text.replace(harmful, "\u{fffd}")) } else { Cow::Borrowed(text) }
}
