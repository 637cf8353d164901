//! Masking the body of a request, so that what is decoded from it joins and counts like the original.
//!
//! Each value is judged by its name and by what stands around it. Among messages, contacts and everything unknown only values
//! that are known to be no person's stay; in template and account events, which are about the business, only phones go. Nothing
//! else of the body changes: not its blanks, not the order of its members, and not which bodies are equal to each other.

use super::{Masker, PERSON};
use crate::event::Text;
use crate::event::decode::is_about_business;
use crate::event::json::{Document, Kind, Step, Value};
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::HashMap;
use std::ops::Range;

/// Names of values that are a phone or stand for one. Also any name that ends in one of [`PHONE_ENDS`].
const PHONES: [&str; 13] = [
    "from",
    "to",
    "phone",
    "input",
    "sender",
    "recipient",
    "recipient_id",
    "participant",
    "recipient_participant_id",
    "participant_recipient_id",
    "identity",
    "requester",
    "previous_user_id",
];
const PHONE_ENDS: [&str; 4] = ["_phone", "phone_number", "wa_id", "user_id"];

/// Names of values that are a person's name.
const NAMES: [&str; 7] = ["name", "username", "formatted_name", "first_name", "middle_name", "last_name", "full_name"];

/// Words and identifiers of the platform and the business.
const WORDS: [&str; 27] = [
    "object",
    "messaging_product",
    "field",
    "type",
    "status",
    "event",
    "category",
    "currency",
    "direction",
    "channel",
    "recipient_type",
    "pricing_model",
    "mime_type",
    "source_type",
    "source_id",
    "biz_opaque_callback_data",
    "phone_number_id",
    "wabaId",
    "waba_id",
    "app_id",
    "catalog_id",
    "product_retailer_id",
    "flow_id",
    "item_price",
    "quantity",
    "event_name",
    "cdr_type",
];

/// Names of values that stay when they are numbers, also when written as strings. Also any name that ends in `timestamp`.
const NUMBERS: [&str; 10] = [
    "time",
    "start_time",
    "end_time",
    "duration",
    "code",
    "meta_code",
    "price",
    "foreign_price",
    "progress",
    "chunk_order",
];

/// Objects whose texts are the platform's own, unless somebody's number is quoted in them.
const PLATFORM: [&str; 3] = ["errors", "error", "error_data"];

/// Digits (or what stands for them in a masked number) in a row from which a sentence of the platform quotes a phone.
const LONG_NUMBER: usize = 10;

/// Shortest phone or id, in bytes, that is looked for where it may be quoted.
const SHORTEST_QUOTE: usize = 7;

/// Who a part of a body is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    People,
    Business,
}

impl Masker {
    /// The body with pseudonyms for everything that is somebody's. What is no JSON object becomes one word, the same for the same
    /// bytes, that is none either.
    pub fn body(&self, body: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(body);
        let opaque = || format!("masked {} bytes {}", body.len(), self.pseudonym("body", body, 32));
        match Document::parse(&text) {
            Ok(document) => match document.root().kind() {
                Kind::Object => self.object(&text, document.root()).into_bytes(),
                Kind::Array => format!("[\"{}\"]", opaque()).into_bytes(),
                _ => format!("\"{}\"", opaque()).into_bytes(),
            },
            Err(_) if body.iter().all(u8::is_ascii_whitespace) => body.to_vec(),
            Err(_) => opaque().into_bytes(),
        }
    }

    fn object(&self, text: &str, root: Value) -> String {
        let mut walk = Walk { masker: self, levels: Vec::new(), found: HashMap::new() };
        let mut edits = Vec::new();
        let mut kept = Vec::new();
        for step in root.walk() {
            walk.enter(&step);
            if let Some(key) = step.key.filter(|key| is_long_number(key.source())) {
                edits.push((key.span(), escaped(&self.phone(key.source()))));
            }
            match walk.judge(&step) {
                Some(Fate::Masked(masked)) => edits.push((step.value.span(), quoted(step.value, &masked))),
                Some(Fate::Word) => kept.push((step.value, false)),
                Some(Fate::Sentence) => kept.push((step.value, true)),
                Some(Fate::Number) | None => {}
            }
        }
        let quotes = Quotes::new(walk.found);
        for (value, sentence) in kept.into_iter().filter(|(value, _)| value.source().len() >= SHORTEST_QUOTE) {
            let said = value.text().unwrap_or_default();
            let quoting = quotes.replace(&said);
            let scrubbed = if sentence { self.without_long_numbers(&quoting) } else { quoting };
            if scrubbed != said {
                edits.push((value.span(), quoted(value, &scrubbed)));
            }
        }
        edits.sort_by_key(|(span, _)| span.start);
        spliced(text, &edits)
    }

    /// A text of the platform with a pseudonym for each number in it that is long enough to be a phone.
    pub fn without_long_numbers(&self, text: &str) -> String {
        let mut scrubbed = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(is_digit) {
            let (before, from) = rest.split_at(at);
            let length = from.find(|c| !is_digit(c)).unwrap_or(from.len());
            let (number, after) = from.split_at(length);
            scrubbed.push_str(before);
            if is_long_number(number) {
                scrubbed.push_str(&self.phone(number))
            } else {
                scrubbed.push_str(number)
            }
            rest = after;
        }
        scrubbed.push_str(rest);
        scrubbed
    }
}

/// Digits, and the letters and stars that platforms put in their place.
fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || c == 'x' || c == '*'
}

fn is_long_number(text: &str) -> bool {
    text.len() >= LONG_NUMBER && text.chars().all(is_digit) && text.bytes().filter(u8::is_ascii_digit).count() >= 5
}

/// The way through a document, with what is known of where it is.
struct Walk<'m> {
    masker: &'m Masker,
    /// The values around, the outermost first, and the one that is looked at.
    levels: Vec<Level>,
    /// What was masked and may be quoted elsewhere, and what stands for it.
    found: HashMap<String, String>,
}

/// One value on the way.
struct Level {
    /// Its name; an element of a list has its list's.
    name: Text,
    /// The name of what it stands in.
    around: Text,
    about: About,
}

/// What becomes of a scalar.
enum Fate {
    /// It is a number, and stays.
    Number,
    /// It stays, but for what is quoted in it of what was masked.
    Word,
    /// It is a sentence and stays, but for that and for long numbers.
    Sentence,
    /// This stands for it.
    Masked(String),
}

impl Walk<'_> {
    fn enter(&mut self, step: &Step) {
        self.levels.truncate(step.depth);
        let above = self.levels.last();
        let (outer, inherited) =
            above.map_or_else(Default::default, |level| (level.around.clone(), level.name.clone()));
        let (name, around) = match &step.name {
            Some(name) => (name.as_ref().into(), inherited),
            None => (inherited, outer),
        };
        let about = above.map_or(About::People, |level| level.about);
        let about = if is_change(step.depth, &name) { whom(step.value).unwrap_or(about) } else { about };
        self.levels.push(Level { name, around, about });
    }

    fn judge(&mut self, step: &Step) -> Option<Fate> {
        let text = step.value.text().filter(|text| !text.is_empty() && step.value.kind() != Kind::Bool)?;
        let Level { name, around, about } = self.levels.last()?;
        let (name, around, business) = (name.as_str(), around.as_str(), *about == About::Business);
        let phone = PHONES.contains(&name) || PHONE_ENDS.iter().any(|end| name.ends_with(end));
        let id = name == "id" || name == "mid" || name.ends_with("_id");
        let number = NUMBERS.contains(&name) || name.ends_with("timestamp");
        let spaced = text.contains(' ');
        let masked: String = if number && step.value.decimal().is_some() {
            return Some(Fate::Number);
        } else if name == "id" && around == "entry" && step.depth == 3 {
            return Some(Fate::Word);
        } else if phone {
            self.masker.phone(&text).into()
        } else if business {
            return Some(if spaced { Fate::Sentence } else { Fate::Word });
        } else if WORDS.contains(&name) {
            return Some(Fate::Word);
        } else if PLATFORM.contains(&around) {
            return Some(Fate::Sentence);
        } else if id {
            self.masker.id(&text).into()
        } else if NAMES.contains(&name) {
            return Some(Fate::Masked(self.masker.name(&text).into()));
        } else if step.value.kind() == Kind::Number && text.len() <= 4 {
            return Some(Fate::Number);
        } else {
            let pseudonym = self.masker.pseudonym("text", text.as_bytes(), PERSON);
            return Some(Fate::Masked(format!("{} ∙ {pseudonym}", self.masker.text(&text))));
        };
        let bare = text.strip_prefix('+').unwrap_or(&text);
        if bare.len() >= SHORTEST_QUOTE {
            self.found.insert(bare.to_owned(), masked.clone());
        }
        Some(Fate::Masked(masked))
    }
}

/// What was masked, to be found where it is quoted.
struct Quotes {
    finder: Option<AhoCorasick>,
    masked: Vec<String>,
}

impl Quotes {
    fn new(found: HashMap<String, String>) -> Self {
        let (plain, masked): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(plain);
        Self { finder: finder.ok().filter(|finder| finder.patterns_len() > 0), masked }
    }

    fn replace(&self, text: &str) -> String {
        match &self.finder {
            Some(finder) => finder.replace_all(text, &self.masked),
            None => text.to_owned(),
        }
    }
}

/// Whether a value at this place is a `field` with its `value`: the body itself, or a change in an envelope. What looks like one
/// anywhere else is somebody's own words.
fn is_change(depth: usize, name: &str) -> bool {
    depth == 0 || (depth == 4 && name == "changes")
}

/// Whom a `field` with its `value` is about.
fn whom(value: Value) -> Option<About> {
    let field = value.get("field").filter(|field| field.kind() == Kind::String)?.text()?;
    value.get("value")?;
    Some(if is_about_business(&field) { About::Business } else { About::People })
}

/// The new text of a value as it stands in the document: a number becomes a string.
fn quoted(value: Value, text: &str) -> String {
    if value.kind() == Kind::String { escaped(text) } else { format!("\"{}\"", escaped(text)) }
}

/// A text as it stands between the quotes of a JSON string.
fn escaped(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json[1..json.len() - 1].to_owned()
}

/// `text` with each span replaced; spans come in order.
fn spliced(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for (span, with) in edits {
        new.push_str(text.get(at..span.start).unwrap_or_default());
        new.push_str(with);
        at = span.end;
    }
    new.push_str(text.get(at..).unwrap_or_default());
    new
}

#[cfg(test)]
mod tests;
