//! Everything else that is known to exist: calls, groups, echoes, history, unknown fields. Kept and listed.

use super::preview::{PREVIEW, content, line, summary, summary_without};
use super::{Facts, Frame, Post, first};
use crate::event::json::Value;
use crate::event::{Detail, Other, Text};
use compact_str::format_compact;

/// Lists whose elements are events of their own, by the key they stand under; also the flat shapes they may come in.
/// History and contact synchronisation are not among them: thousands of entries in one post are one event.
pub(super) const LISTS: [&str; 6] =
    ["calls", "groups", "message_echoes", "user_preferences", "automatic_events", "user_id_update"];

impl Post<'_> {
    /// The value of a field that is neither messages nor a template nor an account event.
    pub(super) fn field(&mut self, field: &str, frame: &Frame, path: &str) {
        let before = self.events.len();
        for key in LISTS {
            if let Some(list) = frame.value.get(key).filter(|list| list.is_array()) {
                self.others(field, list, frame, &format!("{path}.value.{key}"));
            }
        }
        if field == "calls" {
            self.each(frame, "statuses", &format!("{path}.value"), Self::status);
            self.each(frame, "errors", &format!("{path}.value"), Self::error);
        }
        if self.events.len() == before {
            self.other(field, frame.value, frame, path.into());
        }
    }

    /// Each element of a list.
    pub(super) fn others(&mut self, field: &str, list: Value, frame: &Frame, path: &str) {
        for (i, element) in list.items().enumerate() {
            let path = format_compact!("{path}[{i}]");
            if element.is_object() {
                self.other(field, element, frame, path);
            } else {
                self.unrecognised(&path, "not an object");
            }
        }
    }

    /// One event about `value`, an element of a list or a whole value.
    pub(super) fn other(&mut self, field: &str, value: Value, frame: &Frame, path: Text) {
        let event = first(value, &["event", "event_name", "action", "status", "type", "value"]);
        let id = first(value, &["id"]);
        let provider_at = ["timestamp", "time"].iter().find_map(|key| value.get(key)?.seconds()).or(frame.entry_at);
        let other = Other { preview: line(&preview(field, value), PREVIEW), field: field.into(), event, id };
        let said = other.event.as_deref().unwrap_or_default();
        let facts = Facts {
            key: self.secret.other(field, said, other.id.as_deref(), provider_at, value),
            provider_at,
            number: frame.number.clone().or_else(|| first(frame.value, &["display_phone_number"])),
            customer: customer(field, value),
            name: None,
            detail: Detail::Other(other),
        };
        self.push(path, facts);
    }
}

/// The customer, where the field says which of the parties that is.
fn customer(field: &str, value: Value) -> Option<Text> {
    match field {
        "message_echoes" | "smb_message_echoes" => first(value, &["to", "to_user_id"]),
        "calls" if first(value, &["direction"]).as_deref() == Some("BUSINESS_INITIATED") => first(value, &["to"]),
        "calls" => first(value, &["recipient_id", "from", "from_user_id"]),
        "user_preferences" => first(value, &["wa_id", "user_id"]),
        _ => None,
    }
}

fn preview(field: &str, value: Value) -> Text {
    match field {
        "history" => history(value),
        "message_echoes" | "smb_message_echoes" => {
            format_compact!("sent from the phone app: {}", content(value, &[]).preview)
        }
        _ if value.is_object() => summary_without(value, &["messaging_product", "metadata", "contacts", "session"]),
        _ => summary(value),
    }
}

/// How much history came, not what it says.
fn history(value: Value) -> Text {
    let chunks = || value.get("history").into_iter().flat_map(Value::items);
    let threads = || chunks().filter_map(|chunk| chunk.get("threads")).flat_map(Value::items);
    let loose = value.get("messages").map_or(0, |messages| messages.items().count());
    let messages: usize = threads().filter_map(|thread| thread.get("messages")).map(|list| list.items().count()).sum();
    let mut said = format_compact!("{} threads, {} messages", threads().count(), messages + loose);
    for chunk in chunks() {
        let progress = chunk.get("metadata").and_then(|metadata| first(metadata, &["progress"]));
        let errors = chunk.get("errors").map(summary);
        for part in [progress.map(|progress| format_compact!("progress {progress} %")), errors].into_iter().flatten() {
            said.push_str(" · ");
            said.push_str(&part);
        }
    }
    said
}
