//! Messages from customers (PROTOCOL §4).

use super::cost::{Place, costs};
use super::fault::errors;
use super::preview::{PREVIEW, content, line};
use super::{Facts, Frame, Post, first};
use crate::event::json::Value;
use crate::event::{Detail, Inbound, Text};

impl Post<'_> {
    pub(super) fn inbound(&mut self, frame: &Frame, element: Value, path: Text) {
        let Some(message_id) = first(element, &["id"]) else {
            return self.unrecognised(&path, "a message without an id");
        };
        let from = first(element, &["from", "from_user_id"]);
        let contact = frame.contacts.find(from.as_ref());
        let errors = errors(element);
        let content = content(element, &errors);
        let (context, context_meta_id) = context(element, &content.r#type);
        let inbound = Inbound {
            message_id,
            meta_message_id: first(element, &["meta_message_id"]),
            r#type: content.r#type,
            text: content.text,
            preview: line(&content.preview, PREVIEW),
            context,
            context_meta_id,
            errors,
            costs: costs(element, Place::Inbound),
            group: first(element, &["group_id"]),
            referral: element
                .get("referral")
                .and_then(|referral| first(referral, &["headline", "source_id", "source_url"])),
            older: Vec::new(),
        };
        let facts = Facts {
            key: self.secret.inbound(&inbound.message_id),
            provider_at: element.get("timestamp").and_then(Value::seconds),
            number: frame.number.clone(),
            name: contact.and_then(|contact| contact.name.clone()),
            customer: from.or_else(|| contact?.user_id.clone()),
            detail: Detail::Inbound(inbound),
        };
        self.push(path, facts);
    }
}

/// The message this one answers, quotes, edits, revokes or reacts to, and its other name.
fn context(element: Value, r#type: &str) -> (Option<Text>, Option<Text>) {
    let target = match r#type {
        "reaction" => element.get("reaction").map(|reaction| (first(reaction, &["message_id"]), reaction)),
        "edit" | "revoke" => element.get(r#type).map(|about| (first(about, &["original_message_id"]), about)),
        _ => element.get("context").map(|context| (first(context, &["id"]), context)),
    };
    let Some((id, target)) = target else { return (None, None) };
    let meta_id = first(target, &["meta_message_id"]);
    if id.is_some() { (id, meta_id) } else { (meta_id, None) }
}
