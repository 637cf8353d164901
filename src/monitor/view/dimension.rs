//! What messages can be broken down by, and whom a failure hits.

use super::Funnel;
use crate::event::Text;
use serde::{Serialize, Serializer};

/// What messages are counted by. A message has one value of each, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dimension {
    /// Callback data.
    Tag,
    /// Business number.
    Number,
    /// Calling code that the recipient's phone begins with.
    Country,
    /// Conversation or pricing category. Failed posts often carry none.
    Category,
    /// Template name. It stands in error texts alone, so only failed messages have one.
    Template,
}

impl Dimension {
    /// Every one, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::Tag, Self::Number, Self::Country, Self::Category, Self::Template];

    /// Its name, which is that of the field in a filter (a country is a beginning of `to`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Number => "number",
            Self::Country => "country",
            Self::Category => "category",
            Self::Template => "template",
        }
    }

    /// The filter expression that selects messages with this value, or without any; `None` where none can.
    pub fn selects(self, group: &Group) -> Option<String> {
        match (self, group) {
            (Self::Number | Self::Tag | Self::Category, Group::Unnamed) => Some(format!("not {}:*", self.as_str())),
            _ => self.term(group),
        }
    }

    /// The filter term that selects messages with this value; `None` where no term can.
    pub fn term(self, group: &Group) -> Option<String> {
        let Group::Named(value) = group else { return None };
        Some(match self {
            Self::Country => format!("to:{}*", value.trim_start_matches('+')),
            _ => term(self.as_str(), value),
        })
    }
}

/// The filter term `field:value`, with the value taken literally.
pub fn term(field: &str, value: &str) -> String {
    let plain = !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if plain { format!("{field}:{value}") } else { format!("{field}:{}", literal(value)) }
}

/// A value in quotes, as the filter language takes it literally.
pub fn literal(value: &str) -> String {
    let escaped =
        value.chars().flat_map(|c| matches!(c, '*' | '?' | '\\' | '"').then_some('\\').into_iter().chain([c]));
    format!("\"{}\"", escaped.collect::<String>())
}

/// One value of a dimension, or what has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The value.
    Named(Text),
    /// Messages of which no event named one.
    Unnamed,
    /// Messages with further values, more than are told apart.
    Others,
}

impl Group {
    /// The value, when there is one.
    pub fn name(&self) -> Option<&Text> {
        match self {
            Self::Named(name) => Some(name),
            Self::Unnamed | Self::Others => None,
        }
    }

    /// For a reader: the value, `none named` or `others`. Not cleaned.
    pub fn label(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Unnamed => "none named",
            Self::Others => "others",
        }
    }
}

impl From<Option<&Text>> for Group {
    fn from(name: Option<&Text>) -> Self {
        name.map_or(Self::Unnamed, |name| Self::Named(name.clone()))
    }
}

/// The value as text; `null` where none was named; what is not told apart as an object, because any text can be a value.
impl Serialize for Group {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Named(name) => serializer.serialize_str(name),
            Self::Unnamed => serializer.serialize_none(),
            Self::Others => serializer.collect_map([("others", true)]),
        }
    }
}

/// Delivery of the messages with one value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DimensionRow {
    /// The value.
    pub value: Group,
    /// Their funnel. Latencies and conflicts are counted by number only and empty otherwise; of templates only failures are
    /// known.
    pub funnel: Funnel,
}

/// Whom a code hits: the values that are over-represented among the messages that failed with it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Hit {
    /// Messages of the cohort that failed with the code.
    pub here: u64,
    /// All other attempted messages of the cohort.
    pub elsewhere: u64,
    /// Whether there are enough of both to judge; without, there are no rows.
    pub judged: bool,
    /// Over-represented values, by dimension in order of strength, most messages first.
    pub rows: Vec<HitRow>,
    /// Templates that the error texts name, most messages first; compared with nothing.
    pub templates: Vec<(Group, u64)>,
}

/// One over-represented value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HitRow {
    /// What it is a value of.
    pub dimension: Dimension,
    /// The value.
    pub value: Group,
    /// Messages with it that failed with the code.
    pub here: u64,
    /// Other attempted messages with it.
    pub elsewhere: u64,
    /// Share of it among the messages with the code.
    pub share: f64,
    /// Share of it among all others.
    pub share_elsewhere: f64,
    /// The first divided by the second; `None` when nothing elsewhere has it.
    pub lift: Option<f64>,
    /// The dimension that explains it, and its lift once that one is fixed.
    pub explained: Option<(Dimension, f64)>,
}
