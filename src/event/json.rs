//! A tolerant, borrowed JSON tree.
//!
//! Why not `serde_json`: it gives up on a whole document for one lone surrogate, one byte of invalid UTF-8 or 128 levels of
//! nesting, and each of those would lose the good statuses that stand beside it. This reader is iterative, so that depth
//! costs nothing but memory, and it keeps numbers as they are written, so that money stays exact. Nodes lie in one vector in
//! the order of the document; text is decoded only when it is asked for.
//!
//! Accessors treat strings, numbers and booleans as interchangeable, because senders do (PROTOCOL §7 Types), and `null` as
//! absent.

mod parse;

use super::{Seconds, Text};
use parse::{Control, Fault, parse};
use rust_decimal::Decimal;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Where and why a body is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, for a reader.
    pub message: &'static str,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for SyntaxError {}

/// Checks that `body` is one JSON document to the letter of RFC 8259, at any depth.
///
/// Stricter than [`Document::parse`]: invalid UTF-8 and raw control characters in strings are errors here, because an
/// unsigned post has nobody who vouches for it.
pub fn check_syntax(body: &[u8]) -> Result<(), SyntaxError> {
    match std::str::from_utf8(body) {
        Ok(text) => parse(text, Control::Refused).map(|_| ()).map_err(|fault| fault.locate(body)),
        Err(error) => Err(Fault { at: error.valid_up_to(), message: "invalid UTF-8" }.locate(body)),
    }
}

/// A parsed document.
#[derive(Debug)]
pub struct Document<'t> {
    text: &'t str,
    nodes: Vec<Node>,
}

impl<'t> Document<'t> {
    /// Parses `text`. Survives any depth, lone surrogates, raw control characters in strings and a byte order mark.
    pub fn parse(text: &'t str) -> Result<Self, SyntaxError> {
        parse(text, Control::Allowed).map(|nodes| Self { text, nodes }).map_err(|fault| fault.locate(text.as_bytes()))
    }

    /// The value at the top.
    pub fn root(&self) -> Value<'_> {
        Value { text: self.text, nodes: &self.nodes, at: 0 }
    }
}

/// What a [`Value`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// One value or key. `start..end` is its text (of a string, between the quotes); `next` is the node after its last descendant.
#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    escaped: bool,
    start: u32,
    end: u32,
    next: u32,
}

/// One value of a [`Document`]; cheap to copy.
#[derive(Clone, Copy)]
pub struct Value<'d> {
    text: &'d str,
    nodes: &'d [Node],
    at: usize,
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source())
    }
}

impl<'d> Value<'d> {
    fn node(self) -> Node {
        let absent = Node { kind: Kind::Null, escaped: false, start: 0, end: 0, next: self.nodes.len() as u32 };
        self.nodes.get(self.at).copied().unwrap_or(absent)
    }

    /// What this value is.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// Whether this is an object.
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether this is an array.
    pub fn is_array(self) -> bool {
        self.kind() == Kind::Array
    }

    /// The text of this value as it stands in the document; of a string, between the quotes.
    pub fn source(self) -> &'d str {
        let node = self.node();
        self.text.get(node.start as usize..node.end as usize).unwrap_or_default()
    }

    /// Where [`Value::source`] stands in the document's text, in bytes.
    pub fn span(self) -> Range<usize> {
        let node = self.node();
        node.start as usize..node.end as usize
    }

    /// The member `key` of an object. Of several with the same name the last counts; `null` counts as absent.
    pub fn get(self, key: &str) -> Option<Value<'d>> {
        let mut found = None;
        for (name, value) in self.members() {
            if name.is(key) {
                found = Some(value);
            }
        }
        found.filter(|value| value.kind() != Kind::Null)
    }

    /// What stands at a path below this value, such as `$.entry[0].changes[1]`; the `$` may be left out.
    pub fn at(self, path: &str) -> Option<Value<'d>> {
        let steps = path.trim_start_matches('$').split(['.', '[']).map(|step| step.trim_end_matches(']'));
        steps.filter(|step| !step.is_empty()).try_fold(self, |value, step| match value.kind() {
            Kind::Array => value.items().nth(step.parse().ok()?),
            _ => value.get(step),
        })
    }

    /// The elements of an array; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Value<'d>> {
        Children { parent: self, at: self.at + 1, end: self.end_of(Kind::Array) }
    }

    /// The members of an object in order, repeated names and `null`s included; nothing for anything else.
    pub fn entries(self) -> impl Iterator<Item = (Cow<'d, str>, Value<'d>)> {
        self.members().map(|(name, value)| (name.decoded(), value))
    }

    fn members(self) -> impl Iterator<Item = (Value<'d>, Value<'d>)> {
        let mut children = Children { parent: self, at: self.at + 1, end: self.end_of(Kind::Object) };
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// Where the children end, if this is of `kind`; before they begin otherwise.
    fn end_of(self, kind: Kind) -> usize {
        let node = self.node();
        if node.kind == kind { node.next as usize } else { 0 }
    }

    /// Whether this is the string `text`.
    fn is(self, text: &str) -> bool {
        let node = self.node();
        if node.escaped {
            self.decoded() == text
        } else {
            (node.end - node.start) as usize == text.len() && self.source() == text
        }
    }

    /// The text of a scalar: a string decoded, a number or boolean as it is written. `None` for `null`, arrays and objects.
    pub fn text(self) -> Option<Cow<'d, str>> {
        match self.kind() {
            Kind::String => Some(self.decoded()),
            Kind::Number | Kind::Bool => Some(Cow::Borrowed(self.source())),
            Kind::Null | Kind::Array | Kind::Object => None,
        }
    }

    fn decoded(self) -> Cow<'d, str> {
        if self.node().escaped { Cow::Owned(unescape(self.source())) } else { Cow::Borrowed(self.source()) }
    }

    /// The text of a scalar, unless it is empty.
    pub fn filled(self) -> Option<Text> {
        self.text().filter(|text| !text.is_empty()).map(Text::from)
    }

    /// A whole number, written as a number or as a string, also as `1.0`.
    pub fn integer(self) -> Option<i64> {
        let text = self.text()?;
        let text = text.trim();
        text.parse().ok().or_else(|| {
            let exact = decimal(text)?.normalize();
            if exact.scale() == 0 { exact.try_into().ok() } else { None }
        })
    }

    /// An exact decimal, written as a number or as a string. `None` when it does not fit 96 bits.
    pub fn decimal(self) -> Option<Decimal> {
        decimal(self.text()?.trim())
    }

    /// Whether this says true.
    pub fn truth(self) -> bool {
        self.text().is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1")
    }

    /// A time: 10 digits are seconds, 13 digits milliseconds, anything else is not a time (PROTOCOL §7 Times).
    pub fn seconds(self) -> Option<Seconds> {
        match self.integer()? {
            seconds @ 1_000_000_000..=9_999_999_999 => Some(Seconds(seconds)),
            millis @ 1_000_000_000_000..=9_999_999_999_999 => Some(Seconds(millis / 1000)),
            _ => None,
        }
    }

    /// This value and everything below it, in the order of the document, each with its depth below this one and the name it
    /// has in its object. Iterative, for whoever draws or digests a whole tree.
    pub fn walk(self) -> impl Iterator<Item = Step<'d>> {
        let end = self.node().next as usize;
        let mut at = self.at;
        let mut open: Vec<(Kind, usize)> = Vec::new();
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            while open.last().is_some_and(|&(_, closes)| at >= closes) {
                open.pop();
            }
            let name = matches!(open.last(), Some((Kind::Object, _))).then(|| {
                at += 1;
                Value { at: at - 1, ..self }
            });
            let value = Value { at, ..self };
            let depth = open.len();
            let node = value.node();
            if matches!(node.kind, Kind::Array | Kind::Object) {
                open.push((node.kind, node.next as usize));
            }
            at += 1;
            Some(Step { depth, name: name.map(Value::decoded), key: name, value })
        })
    }
}

/// One stop of [`Value::walk`].
#[derive(Debug)]
pub struct Step<'d> {
    /// Levels below the value that the walk began at.
    pub depth: usize,
    /// The name in the object around it.
    pub name: Option<Cow<'d, str>>,
    /// The same as it stands in the document.
    pub key: Option<Value<'d>>,
    /// The value.
    pub value: Value<'d>,
}

struct Children<'d> {
    parent: Value<'d>,
    at: usize,
    end: usize,
}

impl<'d> Iterator for Children<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Value<'d>> {
        if self.at >= self.end {
            return None;
        }
        let child = Value { at: self.at, ..self.parent };
        self.at = child.node().next as usize;
        Some(child)
    }
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

/// Decodes escapes that [`parse`] has checked. A surrogate without its partner becomes U+FFFD.
fn unescape(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut after = escape.chars();
        match after.next() {
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('u') => {
                let unit = hex4(after.as_str());
                after = skip(after.as_str(), 4);
                let low = after.as_str().strip_prefix("\\u").map(hex4).filter(|low| (0xdc00..0xe000).contains(low));
                let code = match low {
                    Some(low) if (0xd800..0xdc00).contains(&unit) => {
                        after = skip(after.as_str(), 6);
                        0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    }
                    _ => unit,
                };
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(itself) => text.push(itself),
            None => {}
        }
        rest = after.as_str();
    }
    text.push_str(rest);
    text
}

fn hex4(text: &str) -> u32 {
    text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0xfffd)
}

fn skip(text: &str, bytes: usize) -> std::str::Chars<'_> {
    text.get(bytes..).unwrap_or_default().chars()
}

#[cfg(test)]
mod tests;
