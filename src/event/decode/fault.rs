//! Errors of statuses and messages (PROTOCOL §3.5).

use super::first;
use crate::event::json::Value;
use crate::event::{ErrorItem, Text};
use regex::Regex;
use std::sync::LazyLock;

/// NXCloud's code for "WhatsApp refused it": the real one stands in `meta_code` or in the title.
const WRAPPER: i64 = 10000;

/// The errors of an element, in wire order.
pub(super) fn errors(element: Value) -> Vec<ErrorItem> {
    match element.get("errors") {
        Some(list) if list.is_array() => list.items().filter_map(error).collect(),
        Some(single) => error(single).into_iter().collect(),
        None => Vec::new(),
    }
}

/// One error; a bare text is kept as its title.
pub(super) fn error(value: Value) -> Option<ErrorItem> {
    if !value.is_object() {
        return Some(ErrorItem {
            code: None,
            platform_code: None,
            title: Some(value.filled()?),
            details: None,
            href: None,
        });
    }
    let message = first(value, &["message"]);
    let title = first(value, &["title"]).or_else(|| message.clone());
    let details = value
        .get("error_data")
        .and_then(|data| if data.is_object() { first(data, &["details"]) } else { data.filled() })
        .or(message)
        .filter(|details| Some(details) != title.as_ref());
    let wire = value.get("code").and_then(Value::integer);
    let code = value.get("meta_code").and_then(Value::integer).or_else(|| match wire {
        Some(WRAPPER) => title.as_deref().and_then(wrapped).or(wire),
        _ => wire,
    });
    Some(ErrorItem {
        code,
        platform_code: wire.filter(|_| wire != code),
        title,
        details,
        href: first(value, &["href"]),
    })
}

/// The number after `(#`.
fn wrapped(title: &str) -> Option<i64> {
    let (_, after) = title.split_once("(#")?;
    let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    after.get(..digits)?.parse().ok()
}

/// The template's name, where the error text really has it: `order_update (en_US) is paused`, `template name (order_update)
/// does not exist in en_US`. A language without a region counts only behind a name that cannot be a common word.
pub(super) fn template_name(errors: &[ErrorItem]) -> Option<Text> {
    #[expect(clippy::expect_used, reason = "a constant pattern, compiled by the tests")]
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?x)
            \b[Tt]emplate \s (?:name \s)? \(([a-z0-9_]+)\)
            | \b([a-z0-9_]+) \s \([a-z]{2,3} [_-] [A-Z]{2,4}\)
            | \b([a-z0-9]+_[a-z0-9_]+) \s \([a-z]{2,3}\)",
        )
        .expect("a valid pattern")
    });
    let texts = errors.iter().flat_map(|error| [&error.details, &error.title]).flatten();
    texts.filter(|text| text.contains('(')).find_map(|text| {
        let found = NAMED.captures(text)?;
        found.iter().skip(1).flatten().next().map(|name| name.as_str().into())
    })
}
