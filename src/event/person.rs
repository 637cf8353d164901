//! Erasing one customer: which events are theirs, and what is left of texts and bodies without them.
//!
//! A customer is known by the exact text that stands on the wire, apart from a leading `+`, and through their events by the ids of
//! their messages. What is theirs goes whole; where something of others names them, a word takes the place of the name.

use super::json::{Document, Kind, Value};
use super::{Detail, Event, Text};
use regex::bytes::Regex;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

/// Stands where the customer was named.
const WORD: &str = "forgotten";
/// Texts that one pattern looks for.
const PATTERN: usize = 1000;
/// Ids shorter than this, in bytes, may stand in other texts by chance.
const SHORT: usize = 8;

/// One customer, to be erased.
#[derive(Debug)]
pub struct Person {
    /// Phone or user id, without a leading `+`.
    name: Text,
    /// Ids of their messages.
    ids: BTreeSet<Text>,
    /// Find the name and the ids in bytes.
    patterns: Vec<Regex>,
}

/// What is left of a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Redacted {
    /// The body without the customer; empty when nothing of anybody else was in it.
    pub body: Vec<u8>,
    /// Events that were the customer's.
    pub erased: Vec<Event>,
    /// Events of others, as the remaining body tells them.
    pub kept: Vec<Event>,
}

impl Person {
    /// The customer with this phone or user id. `None` when it is too short to be told from other text.
    pub fn new(name: &str) -> Option<Self> {
        let name = name.trim();
        let name = name.strip_prefix('+').unwrap_or(name);
        let mut person = Self { name: name.into(), ids: BTreeSet::new(), patterns: Vec::new() };
        person.compile();
        (name.chars().count() >= 5).then_some(person)
    }

    /// Learns the ids of the message that an event is about, when the event is the customer's. `true`: there was something new.
    /// An id in a group is the group's.
    pub fn learn(&mut self, event: &Event) -> bool {
        if !self.owns(event) {
            return false;
        }
        let (id, meta_id) = match &event.detail {
            Detail::Status(status) if status.participant.is_none() => (&status.message_id, &status.meta_message_id),
            Detail::Inbound(inbound) => (&inbound.message_id, &inbound.meta_message_id),
            _ => return false,
        };
        let known = self.ids.len();
        self.ids.extend([Some(id), meta_id.as_ref()].into_iter().flatten().cloned());
        self.ids.len() > known
    }

    /// Makes ready to find what was learnt.
    pub fn compile(&mut self) {
        let mut texts: Vec<String> =
            [&self.name].into_iter().chain(&self.ids).flat_map(|text| spellings(text)).collect();
        // Where one begins with another the longer is found.
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        let pattern = |texts: &[String]| {
            let alternatives: Vec<String> = texts.iter().map(|text| regex::escape(text)).collect();
            // A pattern of plain texts is always valid; one too large for its limit finds nothing, so the limit is lifted.
            regex::bytes::RegexBuilder::new(&alternatives.join("|")).size_limit(usize::MAX).build().ok()
        };
        // Short ones are looked for apart, so that none takes a part of what a longer one would find.
        let (long, short) = texts.split_at(texts.partition_point(|text| text.len() >= SHORT));
        self.patterns = [long, short].into_iter().flat_map(|texts| texts.chunks(PATTERN)).filter_map(pattern).collect();
    }

    /// How many message ids are known to be theirs.
    pub fn messages(&self) -> usize {
        self.ids.len()
    }

    /// Whether an event is theirs: they are its customer or participant, or it is about one of their messages.
    pub fn owns(&self, event: &Event) -> bool {
        if event.customer.as_deref().is_some_and(|customer| self.is(customer)) {
            return true;
        }
        match &event.detail {
            Detail::Status(status) => match &status.participant {
                Some(participant) => self.is(participant),
                None => {
                    self.ids.contains(&status.message_id)
                        || status.meta_message_id.as_ref().is_some_and(|id| self.ids.contains(id))
                }
            },
            Detail::Inbound(inbound) => self.ids.contains(&inbound.message_id),
            _ => false,
        }
    }

    /// Whether bytes name the customer or one of their messages.
    pub fn in_bytes(&self, bytes: &[u8]) -> bool {
        self.patterns
            .iter()
            .any(|pattern| pattern.find_iter(bytes).any(|found| self.stands_alone(bytes, &found.range())))
    }

    /// The text with a word in the place of the customer; `None` when they are not named.
    pub fn without(&self, text: &str) -> Option<String> {
        if !self.in_bytes(text.as_bytes()) {
            return None;
        }
        let mut text = Cow::Borrowed(text);
        for pattern in &self.patterns {
            let mut kept = Vec::new();
            let mut from = 0;
            for found in
                pattern.find_iter(text.as_bytes()).filter(|found| self.stands_alone(text.as_bytes(), &found.range()))
            {
                kept.extend_from_slice(&text.as_bytes()[from..found.start()]);
                kept.extend_from_slice(WORD.as_bytes());
                from = found.end();
            }
            kept.extend_from_slice(&text.as_bytes()[from..]);
            text = Cow::Owned(String::from_utf8_lossy(&kept).into_owned());
        }
        Some(text.into_owned())
    }

    /// An event of somebody else with a word in the place of the customer; `None` when it does not name them.
    pub fn without_in(&self, event: &Event) -> Option<Event> {
        let facts = (&event.number, &event.customer, &event.name, &event.detail);
        let told = serde_json::to_string(&facts).unwrap_or_default();
        let (number, customer, name, detail) = serde_json::from_str(&self.without(&told)?).ok()?;
        Some(Event { number, customer, name, detail, ..event.clone() })
    }

    /// A body without the customer, with the events that were in it; `decode` reads a body. `None` when it has nothing of theirs.
    pub fn redact(&self, body: &[u8], decode: impl Fn(&[u8]) -> Vec<Event>) -> Option<Redacted> {
        let events = decode(body);
        if !events.iter().any(|event| self.owns(event)) && !self.in_bytes(body) {
            return None;
        }
        let (erased, others): (Vec<Event>, Vec<Event>) = events.into_iter().partition(|event| self.owns(event));
        let emptied = |erased: Vec<Event>, kept| Some(Redacted { body: Vec::new(), erased, kept });
        let readable = others.iter().any(|event| !matches!(event.detail, Detail::Unrecognised(_)));
        let text = String::from_utf8_lossy(body);
        let (true, Ok(document)) = (readable, Document::parse(&text)) else {
            // Nothing of anybody else, or bytes in which nobody can tell what belongs to whom.
            return emptied(erased, others);
        };
        let paths: HashSet<&str> = erased.iter().map(|event| event.path.as_str()).collect();
        let body = self.cut(&text, document.root(), &paths).into_bytes();
        if self.in_bytes(&body) {
            return emptied(erased, others);
        }
        // Elements moved up where others went, and with a contact its name went.
        let mut told: HashMap<_, Event> = decode(&body).into_iter().map(|event| (event.key, event)).collect();
        let kept = others.into_iter().map(|event| match told.remove(&event.key) {
            Some(Event { path, name, .. }) => Event { path, name, ..event },
            None => event,
        });
        Some(Redacted { body, erased, kept: kept.collect() })
    }

    /// Whether what was found names the customer and is not a part of something else: the customer's name of a longer number, an id
    /// of a longer word. A short id names a message only where it is the whole text: it may stand in anybody's ids by chance.
    fn stands_alone(&self, bytes: &[u8], found: &Range<usize>) -> bool {
        let before = found.start.checked_sub(1).and_then(|at| bytes.get(at));
        let (text, after) = (&bytes[found.clone()], bytes.get(found.end));
        if text.len() < SHORT && text != self.name.as_bytes() {
            return [before, after].into_iter().flatten().all(|beside| *beside == b'"');
        }
        let joins: fn(&u8) -> bool =
            if text == self.name.as_bytes() { u8::is_ascii_digit } else { u8::is_ascii_alphanumeric };
        let joined = |one: Option<&u8>, other: Option<&u8>| one.is_some_and(joins) && other.is_some_and(joins);
        !(joined(before, text.first()) || joined(text.last(), after))
    }

    fn is(&self, text: &str) -> bool {
        text.strip_prefix('+').unwrap_or(text) == self.name
    }

    /// The document without the elements that are the customer's, and with a word where they are named.
    fn cut(&self, text: &str, root: Value, paths: &HashSet<&str>) -> String {
        let mut result = String::with_capacity(text.len());
        let mut done = 0;
        let mut open: Vec<Level> = Vec::new();
        let mut path = String::from("$");
        for step in root.walk() {
            let span = step.value.span();
            if span.start < done {
                continue;
            }
            open.truncate(step.depth);
            let mut element = false;
            if let Some(level) = open.last_mut() {
                path.truncate(level.path);
                element = level.kind == Kind::Array;
                match &step.name {
                    Some(name) => path.extend([".", name]),
                    None => path.push_str(&format!("[{}]", level.children)),
                }
                level.children += 1;
            }
            if element && (paths.contains(path.as_str()) || self.is_about(step.value)) {
                let kept = open.last().is_some_and(|level| level.kept);
                let cut = with_comma(text, around(text, step.value), kept);
                result.push_str(&text[done..cut.start.max(done)]);
                done = cut.end;
                continue;
            }
            if let Some(level) = open.last_mut() {
                level.kept = true;
            }
            match step.value.kind() {
                Kind::Array | Kind::Object => {
                    open.push(Level { kind: step.value.kind(), children: 0, kept: false, path: path.len() });
                }
                Kind::String | Kind::Number => {
                    if let Some(without) = step.value.text().and_then(|text| self.without(&text)) {
                        let around = around(text, step.value);
                        result.push_str(&text[done..around.start]);
                        // A text has no way to fail.
                        result.push_str(&serde_json::to_string(&without).unwrap_or_default());
                        done = around.end;
                    }
                }
                Kind::Null | Kind::Bool => {}
            }
        }
        result.push_str(&text[done..]);
        result
    }

    /// Whether an element says by one of its own members that it is about the customer or one of their messages.
    fn is_about(&self, element: Value) -> bool {
        element.entries().any(|(_, value)| value.text().is_some_and(|text| self.is(&text)))
            || element.get("id").and_then(Value::filled).is_some_and(|id| self.ids.contains(&id))
                && element.get("recipient_participant_id").is_none()
    }
}

/// One array or object that is being walked through.
struct Level {
    kind: Kind,
    /// Children so far.
    children: usize,
    /// Whether one of them was kept.
    kept: bool,
    /// Length of its path.
    path: usize,
}

/// A text as it may stand in a body: a slash may be escaped in JSON.
fn spellings(text: &str) -> Vec<String> {
    let escaped = text.replace('/', "\\/");
    if escaped == text { vec![text.to_owned()] } else { vec![text.to_owned(), escaped] }
}

/// Where a value stands, a string with its quotes.
fn around(text: &str, value: Value) -> Range<usize> {
    let span = value.span();
    let quoted = value.kind() == Kind::String && text.as_bytes().get(span.end) == Some(&b'"');
    if quoted { span.start - 1..span.end + 1 } else { span }
}

/// An element of an array with the comma before it, where one before it stays, else with the comma after it.
fn with_comma(text: &str, element: Range<usize>, kept: bool) -> Range<usize> {
    let bytes = text.as_bytes();
    if kept {
        let before = bytes[..element.start].iter().rposition(|byte| !byte.is_ascii_whitespace());
        let comma = before.filter(|at| bytes[*at] == b',');
        return comma.unwrap_or(element.start)..element.end;
    }
    let after = bytes[element.end..].iter().position(|byte| !byte.is_ascii_whitespace());
    let comma = after.map(|at| element.end + at).filter(|at| bytes[*at] == b',');
    element.start..comma.map_or(element.end, |at| at + 1)
}

#[cfg(test)]
mod tests;
