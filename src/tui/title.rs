//! What an opened place is called in the path: kept as what it is about, and put into words when it is drawn, so that the privacy
//! key and the language hold for what was opened before they were pressed.

use super::look::Look;
use super::terms;
use crate::event::Text;
use crate::event::clean::clean;
use crate::event::ids::short_id;
use crate::monitor::view::{Alert, Dimension};

/// A name made of parts; a blank between them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Title(Vec<Part>);

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Said(&'static str, &'static str),
    Text(String),
    Code(Option<i64>, String),
    Person(Text),
    Phone(Text),
    Id(Text),
    Alert(Box<Alert>),
    Value(Dimension, String),
}

impl Title {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A request, by the number it has in the journal.
    pub fn request(request: u64) -> Self {
        Self::new().said("request", "请求").text(request.to_string())
    }

    /// Words of our own, in English and Chinese.
    pub fn said(self, en: &'static str, zh: &'static str) -> Self {
        self.with(Part::Said(en, zh))
    }

    /// A value that messages are broken down by.
    pub fn value(self, dimension: Dimension, value: impl Into<String>) -> Self {
        self.with(Part::Value(dimension, value.into()))
    }

    /// A text that names nobody: a tag, a request's number.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with(Part::Text(text.into()))
    }

    /// An effective code with the short name that its messages gave.
    pub fn code(self, code: Option<i64>, short: impl Into<String>) -> Self {
        self.with(Part::Code(code, short.into()))
    }

    /// A person's name.
    pub fn person(self, name: impl Into<Text>) -> Self {
        self.with(Part::Person(name.into()))
    }

    /// A phone or user id.
    pub fn phone(self, phone: impl Into<Text>) -> Self {
        self.with(Part::Phone(phone.into()))
    }

    /// A message id.
    pub fn id(self, id: impl Into<Text>) -> Self {
        self.with(Part::Id(id.into()))
    }

    /// An alert.
    pub fn alert(self, alert: &Alert) -> Self {
        self.with(Part::Alert(Box::new(alert.clone())))
    }

    fn with(mut self, part: Part) -> Self {
        self.0.push(part);
        self
    }

    /// In words, as they may be shown now.
    pub fn shown(&self, look: &Look) -> String {
        let words = self.0.iter().map(|part| part.shown(look)).filter(|words| !words.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }
}

impl Part {
    fn shown(&self, look: &Look) -> String {
        match self {
            Self::Said(en, zh) => look.lang.pick(*en, *zh).to_owned(),
            Self::Text(text) => clean(text).into_owned(),
            Self::Code(code, short) => {
                let short = terms::short(look, *code, short);
                code.map_or_else(|| short.to_string(), |code| format!("{code} {short}"))
            }
            Self::Person(name) => look.person(name).into_owned(),
            Self::Phone(phone) => look.phone(phone).into_owned(),
            Self::Id(id) if look.masker.is_some() => look.id(id).into_owned(),
            Self::Id(id) => clean(&short_id(id)).into_owned(),
            Self::Value(dimension, value) => terms::value(look, *dimension, value).into_owned(),
            Self::Alert(alert) => format!("{} {}", terms::alert(look, alert), terms::alert_title(look, alert)),
        }
    }
}
