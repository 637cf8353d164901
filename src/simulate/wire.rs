//! From content to the bytes of a post: NXCloud's flat shape and Meta's envelope.

use super::Shape;
use super::chance::Chance;
use super::world::{Number, Speaks};
use bytes::Bytes;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The names of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MessageId {
    /// `id`.
    pub(super) id: String,
    /// `meta_message_id`, on NXCloud once Meta has taken the message.
    pub(super) meta: Option<String>,
}

impl MessageId {
    /// NXCloud gives an id of its own and tells Meta's beside it; Meta has just the one.
    pub(super) fn new(shape: Shape, phone: &str, chance: &mut Chance) -> Self {
        let meta = meta_id(phone, chance);
        match shape {
            Shape::Nxcloud(_) => Self { id: format!("wamid.{}", chance.hex(32)), meta: Some(meta) },
            Shape::Meta => Self { id: meta, meta: None },
        }
    }
}

/// An id as Meta makes them: base64 with the user's phone in clear inside (PROTOCOL §7.24).
pub(super) fn meta_id(phone: &str, chance: &mut Chance) -> String {
    let unique = chance.hex(18).to_uppercase();
    let mut bytes = vec![0x1c, 0x18, u8::try_from(phone.len()).unwrap_or(0)];
    bytes.extend_from_slice(phone.as_bytes());
    bytes.extend_from_slice(&[0x15, 0x02, 0x00, 0x11, 0x18, 0x12]);
    bytes.extend_from_slice(unique.as_bytes());
    bytes.push(0);
    format!("wamid.{}", base64(&bytes))
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, &byte| group << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let sextet = group >> (18 - 6 * place) & 63;
            text.push(if place <= chunk.len() { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
    text
}

/// Something a post tells about one number.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) number: &'static Number,
    pub(super) shape: Shape,
    pub(super) content: Content,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    /// One element of `statuses`. NXCloud's frame around it is full for what Meta's webhook told, else bare.
    Status { status: Value, full_frame: bool },
    /// One element of `messages`, and who wrote it.
    Message { message: Value, contact: Option<Value> },
    /// A template or account event, or any other field, at a provider time in seconds.
    Notice { field: &'static str, value: Value, at: i64 },
}

/// The shape in which a number's next message is told.
pub(super) fn shape(number: &Number, chance: &mut Chance) -> Shape {
    match number.speaks {
        Speaks::Nxcloud => Shape::Nxcloud(number.algorithm),
        Speaks::Meta => Shape::Meta,
        Speaks::Both if chance.happens(0.5) => Shape::Meta,
        Speaks::Both => Shape::Nxcloud(number.algorithm),
    }
}

/// The body of a post with one item, or with several statuses that Meta collected for one number. `items` is not empty.
pub(super) fn body(items: Vec<Item>) -> Bytes {
    let (number, shape) = (items[0].number, items[0].shape);
    let value = match shape {
        Shape::Nxcloud(_) => items.into_iter().map(nxcloud).next().unwrap_or_default(),
        Shape::Meta => meta(number, items),
    };
    let text = value.to_string();
    match shape {
        Shape::Nxcloud(_) => text.into(),
        Shape::Meta => escaped(&text).into(),
    }
}

fn nxcloud(Item { number, content, .. }: Item) -> Value {
    match content {
        Content::Status { status, full_frame: false } => json!({
            "statuses": [status],
            "business_phone": number.phone,
            "messaging_product": "whatsapp",
        }),
        Content::Status { status, full_frame: true } => json!({
            "messaging_product": "whatsapp",
            "metadata": metadata(number),
            "statuses": [status],
            "app_id": number.app_id,
            "business_phone": number.phone,
            "merchant_phone": number.phone,
            "channel": 2,
        }),
        Content::Message { message, contact } => {
            let mut post = json!({
                "messages": [message],
                "merchant_phone": number.phone,
                "messaging_product": "whatsapp",
            });
            if let Some(contact) = contact {
                post["contacts"] = json!([contact]);
            }
            post
        }
        Content::Notice { field, mut value, at } => {
            value["business_phone"] = number.phone.into();
            value["wabaId"] = number.waba.into();
            value["time"] = at.into();
            json!({ "field": field, "value": value })
        }
    }
}

fn meta(number: &Number, items: Vec<Item>) -> Value {
    let (mut statuses, mut changes, mut time) = (Vec::new(), Vec::new(), None);
    for item in items {
        match item.content {
            Content::Status { status, .. } => statuses.push(status),
            Content::Message { message, contact } => {
                let mut value =
                    json!({ "messaging_product": "whatsapp", "metadata": metadata(number), "messages": [message] });
                if let Some(contact) = contact {
                    value["contacts"] = json!([contact]);
                }
                changes.push(json!({ "field": "messages", "value": value }));
            }
            Content::Notice { field, value, at } => {
                time = Some(at);
                changes.push(json!({ "field": field, "value": value }));
            }
        }
    }
    if !statuses.is_empty() {
        let value = json!({ "messaging_product": "whatsapp", "metadata": metadata(number), "statuses": statuses });
        changes.push(json!({ "field": "messages", "value": value }));
    }
    let mut entry = json!({ "id": number.waba, "changes": changes });
    if let Some(time) = time {
        entry["time"] = time.into();
    }
    json!({ "object": "whatsapp_business_account", "entry": [entry] })
}

fn metadata(number: &Number) -> Value {
    json!({ "display_phone_number": number.phone, "phone_number_id": number.phone_number_id })
}

/// JSON as Meta sends it: everything outside ASCII as lower-case `\uXXXX` (PROTOCOL §2.2).
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads_as_the_standard_says() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn metas_ids_look_like_metas() {
        let id = meta_id("85255311705", &mut Chance::new(1));
        assert!(id.starts_with("wamid.HBgLODUyNTUzMTE3MDUVAgARGB"), "{id}");
    }

    #[test]
    fn escaping_keeps_the_meaning_and_leaves_only_ascii() {
        let value = json!({ "name": "陈 👍🏽 Siobhán" });
        let text = escaped(&value.to_string());
        assert!(text.is_ascii());
        assert!(text.contains("\\u9648"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
