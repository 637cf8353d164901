//! Untrusted text made harmless: names, messages, error titles and headers come from strangers.
//!
//! Each C0, C1 and bidi control becomes one visible `�`, so that the reader sees that something stood there. Characters that
//! show nothing go, except joiners, variation selectors and tags where the writing itself needs them: an emoji family, a flag,
//! Persian, Devanagari. What is left is only ever text: it cannot move a cursor, turn a line around or hide.

use std::borrow::Cow;

/// Stands for one control character.
const SHOWN: char = '�';

/// `text` on one line: line breaks become `�` like any other control.
pub fn clean(text: &str) -> Cow<'_, str> {
    clean_with(text, false)
}

/// `text` on as many lines as it has: `\n`, and `\r\n` as one, stay line breaks.
pub fn clean_lines(text: &str) -> Cow<'_, str> {
    clean_with(text, true)
}

fn clean_with(text: &str, lines: bool) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) || text.chars().all(|c| class(c) == Class::Plain) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match class(c) {
            Class::Plain => cleaned.push(c),
            Class::Control if lines && c == '\n' => cleaned.push('\n'),
            Class::Control if lines && c == '\r' && rest.as_str().starts_with('\n') => {}
            Class::Control => cleaned.push(SHOWN),
            Class::Invisible => {}
            Class::Joiner => {
                if needs_joiner(c, &cleaned, rest.clone().next()) {
                    cleaned.push(c);
                }
            }
            Class::Selector => {
                if needs_selector(c, cleaned.chars().next_back(), rest.clone().next()) {
                    cleaned.push(c);
                }
            }
            Class::Tag => {
                // A flag of a region is spelled in tags behind a black flag. Anywhere else tags are hidden text.
                let after = rest.as_str();
                let spelled = after.trim_start_matches(|c| class(c) == Class::Tag);
                let tags =
                    text.get(text.len() - after.len() - c.len_utf8()..text.len() - spelled.len()).unwrap_or_default();
                if cleaned.ends_with(BLACK_FLAG) && is_region(tags) {
                    cleaned.push_str(tags);
                }
                rest = spelled.chars();
            }
        }
    }
    Cow::Owned(cleaned)
}

/// JSON text in which every character that [`clean`] would touch is written as `\uXXXX`. Nothing is lost: `serde_json` leaves
/// C1, bidi and invisible characters as they are. To be used on finished JSON, where such characters stand only in strings;
/// line breaks and tabs between tokens stay.
pub fn json_escape_controls(json: String) -> String {
    let harmless = |c: char| class(c) == Class::Plain || matches!(c, '\n' | '\t' | '\r');
    if json.bytes().all(|byte| (0x20..0x7f).contains(&byte)) || json.chars().all(harmless) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 32);
    for c in json.chars() {
        if harmless(c) {
            escaped.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}

/// One field of CSV: cleaned, with a `'` before a leading `= + - @` that a spreadsheet would take for a formula, and in quotes
/// where it needs them.
pub fn csv_field(text: &str) -> Cow<'_, str> {
    let cleaned = clean(text);
    let cleaned = match cleaned.starts_with(['=', '+', '-', '@']) {
        true => Cow::Owned(format!("'{cleaned}")),
        false => cleaned,
    };
    if cleaned.contains([',', '"', ';']) {
        Cow::Owned(format!("\"{}\"", cleaned.replace('"', "\"\"")))
    } else {
        cleaned
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Shown as it is.
    Plain,
    /// C0, C1, bidi and line separators: shown as `�`.
    Control,
    /// Shows nothing and is needed by no writing: goes.
    Invisible,
    /// Zero-width joiner and non-joiner.
    Joiner,
    /// Variation selector.
    Selector,
    /// Letter of a hidden tag.
    Tag,
}

fn class(c: char) -> Class {
    match c {
        ' '..='~' => Class::Plain,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Class::Control,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Class::Control,
        '\u{200c}' | '\u{200d}' => Class::Joiner,
        '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{e0100}'..='\u{e01ef}' => Class::Selector,
        '\u{e0020}'..='\u{e007f}' => Class::Tag,
        // Soft hyphen, grapheme joiner, fillers, inherent vowels, zero-width space, word joiner and invisible operators,
        // deprecated format characters, byte order mark, annotations, shorthand and musical formats, other tags.
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' => Class::Invisible,
        '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' => Class::Invisible,
        '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' => Class::Invisible,
        '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => Class::Invisible,
        _ => Class::Plain,
    }
}

const BLACK_FLAG: char = '\u{1f3f4}';

/// Whether tags spell a region, such as `gbsct`, and end as they must.
fn is_region(tags: &str) -> bool {
    let Some(spelled) = tags.strip_suffix('\u{e007f}') else { return false };
    let letters =
        spelled.chars().filter(|c| matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}')).count();
    (3..=6).contains(&letters) && letters == spelled.chars().count()
}

/// Whether a joiner stands where emoji or a script needs it. `before` is the text kept so far.
fn needs_joiner(joiner: char, before: &str, next: Option<char>) -> bool {
    let previous = before.chars().next_back();
    let joins = |c: Option<char>| c.is_some_and(is_joining_script);
    // Behind an emoji stand its modifiers.
    let base = before.chars().rev().find(|&c| !matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}'));
    if joiner == '\u{200d}' && next.is_some_and(is_pictograph) && base.is_some_and(is_pictograph) {
        return true;
    }
    // Between two letters; at the end of a word only where it shapes the letter before it.
    joins(previous)
        && (joins(next) || previous.is_some_and(is_virama) || (joiner == '\u{200d}' && joins_visibly(previous)))
}

fn joins_visibly(letter: Option<char>) -> bool {
    matches!(letter, Some('\u{620}'..='\u{6d3}'))
}

/// Whether a variation selector has a base that varies.
fn needs_selector(selector: char, previous: Option<char>, next: Option<char>) -> bool {
    let Some(base) = previous else { return false };
    match selector {
        '\u{fe0e}' | '\u{fe0f}' if matches!(base, '0'..='9' | '#' | '*') => next == Some('\u{20e3}'),
        '\u{fe0e}' | '\u{fe0f}' => is_pictograph(base),
        '\u{180b}'..='\u{180f}' => matches!(base, '\u{1820}'..='\u{18aa}'),
        '\u{fe00}'..='\u{fe02}' => {
            is_ideograph(base) || matches!(base, '\u{2200}'..='\u{22ff}' | '\u{2a00}'..='\u{2aff}')
        }
        _ => is_ideograph(base),
    }
}

fn is_pictograph(c: char) -> bool {
    matches!(c,
        '©' | '®' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}'
        | '\u{24c2}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}'
        | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1f1e5}' | '\u{1f200}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Scripts in which a joiner changes how letters are drawn: the Arabic family and those of India and its neighbours.
fn is_joining_script(c: char) -> bool {
    matches!(c,
        '\u{620}'..='\u{65f}' | '\u{66e}'..='\u{6ef}' | '\u{6fa}'..='\u{77f}' | '\u{7ca}'..='\u{7ff}' | '\u{840}'..='\u{dff}'
        | '\u{f00}'..='\u{109f}' | '\u{1700}'..='\u{17b3}' | '\u{17b6}'..='\u{180a}' | '\u{1810}'..='\u{18aa}'
        | '\u{1a20}'..='\u{1cff}' | '\u{a840}'..='\u{a8ff}' | '\u{a930}'..='\u{a9ff}' | '\u{aa00}'..='\u{aadf}'
        | '\u{abc0}'..='\u{abff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10d00}'..='\u{10d3f}'
        | '\u{11000}'..='\u{11fff}' | '\u{1e900}'..='\u{1e95f}')
}

/// Signs that take the vowel off a consonant: the joiner behind one chooses between conjunct and half form.
fn is_virama(c: char) -> bool {
    matches!(
        c,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
            | '\u{1039}'
            | '\u{17d2}'
    )
}

#[cfg(test)]
mod tests;
