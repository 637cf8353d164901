//! Delivery statuses (PROTOCOL §3).

use super::cost::{Place, costs};
use super::fault::{errors, template_name};
use super::{Facts, Frame, Post, first};
use crate::event::json::Value;
use crate::event::{Detail, Status, StatusName, Text};

impl Post<'_> {
    pub(super) fn status(&mut self, frame: &Frame, element: Value, path: Text) {
        if element.get("type").and_then(Value::text).as_deref() == Some("call") {
            return self.other("calls", element, frame, path);
        }
        let Some(message_id) = first(element, &["id"]) else {
            return self.unrecognised(&path, "a status without an id");
        };
        let Some(name) = element.get("status").and_then(Value::text).filter(|name| !name.is_empty()) else {
            return self.unrecognised(&path, "a status that does not say which");
        };
        let recipient = first(element, &["recipient_id", "recipient_user_id"]);
        let contact = frame.contacts.find(recipient.as_ref());
        let conversation = element.get("conversation");
        let errors = errors(element);
        let status = Status {
            message_id,
            meta_message_id: first(element, &["meta_message_id"]),
            participant: first(element, &["recipient_participant_id", "participant_recipient_id"]),
            status: status_name(&name),
            costs: costs(element, Place::Status),
            tag: first(element, &["biz_opaque_callback_data"]),
            category: element
                .get("pricing")
                .and_then(|pricing| first(pricing, &["category"]))
                .or_else(|| first(conversation?.get("origin")?, &["type"])),
            template: template_name(&errors),
            conversation: conversation.and_then(|conversation| first(conversation, &["id"])),
            expires_at: conversation.and_then(|conversation| conversation.get("expiration_timestamp")?.seconds()),
            errors,
        };
        let timestamp = element.get("timestamp");
        let provider_at = timestamp.and_then(Value::seconds);
        let facts = Facts {
            key: self.secret.status(&status, provider_at, &timestamp.and_then(Value::text).unwrap_or_default()),
            provider_at,
            number: frame.number.clone(),
            name: contact.and_then(|contact| contact.name.clone()),
            customer: recipient.or_else(|| contact?.user_id.clone()),
            detail: Detail::Status(status),
        };
        self.push(path, facts);
    }
}

fn status_name(name: &str) -> StatusName {
    const KNOWN: [StatusName; 7] = [
        StatusName::Sent,
        StatusName::Delivered,
        StatusName::Read,
        StatusName::Failed,
        StatusName::Played,
        StatusName::Deleted,
        StatusName::Warning,
    ];
    let known = KNOWN.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(name));
    known.unwrap_or_else(|| StatusName::Other(name.into()))
}
