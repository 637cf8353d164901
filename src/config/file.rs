//! The configuration file as it is written, before it is laid over the defaults.

use super::ConfigError;
use super::units::{Listen, Size, Time, TimeOrOff, WebhookPath};
use crate::event::Kind;
use crate::query::{Filter, FilterError};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Everything that can stand in the file. What does not stand there is `None` and keeps its default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) data_dir: Option<PathBuf>,
    pub(super) receiver: Receiver,
    pub(super) nxcloud: Nxcloud,
    pub(super) meta: Meta,
    pub(super) journal: Journal,
    pub(super) monitor: Monitor,
    pub(super) rules: Rules,
    pub(super) rule: Vec<Spanned<Rule>>,
    pub(super) forward: Vec<Spanned<Forward>>,
    pub(super) screen: Screen,
    pub(super) keys: BTreeMap<String, OneOrMany>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Receiver {
    pub(super) listen: Option<Listen>,
    pub(super) path: Option<WebhookPath>,
    pub(super) ts_tolerance: Option<TimeOrOff>,
    pub(super) answer: Option<String>,
    pub(super) body_limit: Option<Size>,
    pub(super) body_timeout: Option<Time>,
    pub(super) header_timeout: Option<Time>,
    pub(super) connections: Option<NonZeroUsize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Nxcloud {
    pub(super) algorithms: Option<Spanned<Vec<Algorithm>>>,
    pub(super) secret: Vec<Spanned<Secret>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Algorithm {
    Md5,
    Sha256,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Meta {
    pub(super) verify_token: Option<Spanned<Hidden>>,
    pub(super) verify_token_env: Option<Spanned<String>>,
    pub(super) verify_token_file: Option<Spanned<PathBuf>>,
    pub(super) secret: Vec<Spanned<Secret>>,
}

/// One labelled secret; exactly one of `env`, `file` and `value` says where it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Secret {
    pub(super) label: Spanned<String>,
    pub(super) env: Option<Spanned<String>>,
    pub(super) file: Option<Spanned<PathBuf>>,
    pub(super) value: Option<Spanned<Hidden>>,
    pub(super) access_key: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Journal {
    pub(super) retention: Option<Time>,
    pub(super) min_free: Option<Size>,
    pub(super) queue: Option<NonZeroUsize>,
    pub(super) queue_bytes: Option<Size>,
    pub(super) recent_keys: Option<NonZeroUsize>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Monitor {
    pub(super) horizon: Option<Time>,
}

/// One forward target.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Forward {
    /// May hold a password.
    pub(super) url: Spanned<Hidden>,
    pub(super) kinds: Option<Spanned<Vec<Kind>>>,
    pub(super) filter: Option<Spanned<String>>,
    pub(super) timeout: Option<Time>,
    pub(super) concurrency: Option<NonZeroUsize>,
    pub(super) retry: Option<Time>,
    pub(super) give_up: Option<Time>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rules {
    pub(super) builtin: Option<bool>,
    pub(super) notify: Option<Vec<Spanned<String>>>,
}

/// One rule. Times are texts and names are checked later, so that the message can say what fits the metric.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) name: Spanned<String>,
    pub(super) metric: Spanned<String>,
    pub(super) code: Option<Spanned<i64>>,
    pub(super) filter: Option<Spanned<String>>,
    pub(super) window: Option<Spanned<String>>,
    pub(super) above: Option<Spanned<f64>>,
    pub(super) below: Option<Spanned<f64>>,
    pub(super) critical_above: Option<Spanned<f64>>,
    pub(super) critical_below: Option<Spanned<f64>>,
    pub(super) clear: Option<Spanned<f64>>,
    pub(super) min_volume: Option<u64>,
    pub(super) per: Option<Spanned<String>>,
    pub(super) r#for: Option<Spanned<String>>,
    pub(super) remind: Option<Spanned<String>>,
    pub(super) notify: Option<Vec<Spanned<String>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Screen {
    pub(super) theme: Option<String>,
    pub(super) detect: Option<bool>,
    pub(super) lang: Option<super::Lang>,
    pub(super) ascii: Option<bool>,
    pub(super) mask: Option<bool>,
    pub(super) mouse: Option<bool>,
}

/// One key or several for an action.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "write a key or a list of keys, such as \"q\" or [\"q\", \"ctrl-c\"]")]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// A secret that stands in the file itself. Nothing about it may reach an error message, not even its type.
pub(super) struct Hidden(pub(super) String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Text {
            fn wrong<E: de::Error>() -> Result<Hidden, E> {
                Err(E::custom("write it as text in quotes"))
            }
        }
        impl<'de> Visitor<'de> for Text {
            type Value = Hidden;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text in quotes")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hidden, E> {
                Ok(Hidden(text.to_owned()))
            }
            fn visit_bool<E: de::Error>(self, _: bool) -> Result<Hidden, E> {
                Self::wrong()
            }
            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Hidden, E> {
                Self::wrong()
            }
            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Hidden, E> {
                Self::wrong()
            }
            fn visit_i128<E: de::Error>(self, _: i128) -> Result<Hidden, E> {
                Self::wrong()
            }
            fn visit_u128<E: de::Error>(self, _: u128) -> Result<Hidden, E> {
                Self::wrong()
            }
            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Hidden, E> {
                Self::wrong()
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// The text of a configuration file, to say where in it something is wrong.
pub(super) struct Source<'t> {
    pub(super) path: &'t Path,
    text: &'t str,
}

impl<'t> Source<'t> {
    /// Parses the text of the file at `path`.
    pub(super) fn parse(path: &'t Path, text: &'t str) -> Result<(File, Self), ConfigError> {
        let source = Self { path, text };
        match toml::from_str(text) {
            Ok(file) => Ok((file, source)),
            Err(error) => Err(source.error(error.span().unwrap_or(0..0), &reworded(error.message()))),
        }
    }

    /// Reads a filter that stands in the file; the error has a caret under the mistake.
    pub(super) fn filter(&self, place: &Spanned<String>) -> Result<Filter, ConfigError> {
        let expression = place.get_ref();
        let wrong = |error: FilterError| format!("the filter is wrong\n{}", error.with_caret(expression));
        Filter::parse(expression).map_err(|error| self.error(place.span(), &wrong(error)))
    }

    /// An error at a place in the file: names the file, the line and the key.
    pub(super) fn error(&self, span: Range<usize>, message: &str) -> ConfigError {
        let line = 1 + self.text.get(..span.start).unwrap_or(self.text).matches('\n').count();
        let place = format!("{}:{line}", self.path.display());
        let key = DeTable::parse(self.text).ok().and_then(|table| key_at(table.get_ref(), &span));
        ConfigError(match key {
            Some(key) => format!("{place}: {key}: {message}"),
            None => format!("{place}: {message}"),
        })
    }
}

/// The dotted name of the innermost key whose own span or whose value's span holds `span`.
fn key_at(table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    let holds = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    table.iter().find_map(|(key, value)| {
        let inner = match value.get_ref() {
            DeValue::Table(table) => key_at(table, span),
            DeValue::Array(elements) => elements.iter().find_map(|element| match element.get_ref() {
                DeValue::Table(table) => key_at(table, span),
                _ => None,
            }),
            _ => None,
        };
        let name = key.get_ref();
        match inner {
            Some(inner) => Some(format!("{name}.{inner}")),
            None => (holds(key.span()) || holds(value.span())).then(|| name.to_string()),
        }
    })
}

/// The parser's word for a mistake, with a suggestion for an unknown key.
fn reworded(message: &str) -> String {
    // "unknown field `lsten`, expected one of `listen`, `path`": what stands between backticks is the key, then the known ones.
    let mut quoted = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown field") {
        return message.to_owned();
    }
    let unknown = quoted.next().unwrap_or_default();
    let known: Vec<_> = quoted.collect();
    match crate::query::suggest::closest(unknown, known.iter().copied()) {
        Some(key) => format!("there is no such key, did you mean {key}?"),
        None => format!("there is no such key, known here: {}", known.join(", ")),
    }
}
