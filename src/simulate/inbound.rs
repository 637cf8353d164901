//! What customers write: every type of message (PROTOCOL §4.2).

use super::Shape;
use super::chance::Chance;
use super::wire::{self, Content, Item, MessageId};
use super::world::{Customer, NUMBERS};
use serde_json::{Value, json};

/// What a customer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Quote,
    FromAd,
    AboutProduct,
    Image,
    Video,
    Voice,
    Audio,
    Document,
    Sticker,
    Location,
    Contacts,
    ButtonReply,
    ListReply,
    FormReply,
    CallPermission,
    QuickReply,
    Order,
    Reaction,
    ReactionRemoved,
    Edit,
    Revoke,
    NumberChanged,
    ChatOpened,
    Unsupported,
}

/// All kinds with their share of an ordinary day, in parts per thousand.
pub(super) static KINDS: [(u32, Kind); 25] = [
    (420, Kind::Text),
    (60, Kind::Quote),
    (20, Kind::FromAd),
    (20, Kind::AboutProduct),
    (75, Kind::Image),
    (15, Kind::Video),
    (40, Kind::Voice),
    (10, Kind::Audio),
    (30, Kind::Document),
    (35, Kind::Sticker),
    (25, Kind::Location),
    (12, Kind::Contacts),
    (60, Kind::ButtonReply),
    (35, Kind::ListReply),
    (25, Kind::FormReply),
    (4, Kind::CallPermission),
    (30, Kind::QuickReply),
    (20, Kind::Order),
    (40, Kind::Reaction),
    (5, Kind::ReactionRemoved),
    (3, Kind::Edit),
    (3, Kind::Revoke),
    (2, Kind::NumberChanged),
    (5, Kind::ChatOpened),
    (6, Kind::Unsupported),
];

static TEXTS: [&str; 20] = [
    "where is my parcel? 🙏",
    "您好,我想多了解一些信息。",
    "OK thank you",
    "Can I change the delivery address?",
    "唔該,幾時送到?",
    "The code does not work",
    "¿Tienen talla M?",
    "still waiting…",
    "please call me back after 6",
    "送到了,谢谢 👍🏽",
    "Is this sale in the shop as well?",
    "STOP",
    "Tá fáilte romhat 🙂",
    "how much is shipping to Kowloon?",
    "I got the wrong size, see photo",
    "مرحبا، متى يصل طلبي؟",
    "Got it 👨‍👩‍👧",
    "可以开发票吗?",
    "hola, ¿siguen abiertos?",
    "first line\nsecond line",
];

/// The message of one customer, at a provider time in seconds.
pub(super) fn item(kind: Kind, customer: &Customer, at: i64, chance: &mut Chance) -> Item {
    let number = &NUMBERS[customer.number];
    let shape = wire::shape(number, chance);
    let mut message = payload(kind, customer, shape, chance);
    let id = wire::meta_id(&customer.phone, chance);
    if let Shape::Nxcloud(_) = shape {
        message["cost"] = json!({
            "currency": number.currency,
            "price": 0,
            "foreign_price": 0,
            "cdr_type": if kind == Kind::FromAd { 8 } else { 1 },
            "message_id": id,
            "direction": 2,
        });
    }
    message["id"] = id.into();
    message["from"] = customer.phone.as_str().into();
    message["timestamp"] = at.to_string().into();
    let contact = json!({ "profile": { "name": customer.name }, "wa_id": customer.phone });
    let contact = (kind != Kind::NumberChanged).then_some(contact);
    Item { number, shape, content: Content::Message { message, contact } }
}

/// `type`, the object named after it and what belongs to it.
fn payload(kind: Kind, customer: &Customer, shape: Shape, chance: &mut Chance) -> Value {
    let text = |chance: &mut Chance| json!({ "type": "text", "text": { "body": *chance.pick(&TEXTS) } });
    let interactive = |reply: Value, chance: &mut Chance| json!({ "type": "interactive", "interactive": reply, "context": context(customer, chance) });
    match kind {
        Kind::Text => text(chance),
        Kind::Quote => {
            let mut message = text(chance);
            message["context"] = context(customer, chance);
            message
        }
        Kind::FromAd => {
            let mut message = text(chance);
            message["referral"] = json!({
                "headline": "与我们聊天",
                "body": "Spring sale: 20 % off until Sunday",
                "source_type": "ad",
                "source_id": "120200744305620497",
                "source_url": "https://fb.me/6cf1tN8rT",
                "media_type": "image",
            });
            message
        }
        Kind::AboutProduct => {
            let mut message = text(chance);
            message["context"] = context(customer, chance);
            message["context"]["referred_product"] =
                json!({ "catalog_id": "310639698193384", "product_retailer_id": "qnp7xflxk9" });
            message
        }
        Kind::Image => media("image", "image/jpeg", Some(("caption", "invoice photo")), chance),
        Kind::Video => media("video", "video/mp4", None, chance),
        Kind::Voice if shape == Shape::Meta => {
            let mut message = media("audio", "audio/ogg; codecs=opus", None, chance);
            message["audio"]["voice"] = true.into();
            message
        }
        Kind::Voice => media("voice", "audio/ogg; codecs=opus", None, chance),
        Kind::Audio => media("audio", "audio/mpeg", None, chance),
        Kind::Document => media("document", "application/pdf", Some(("filename", "询价单_0311.pdf")), chance),
        Kind::Sticker => {
            let mut message = media("sticker", "image/webp", None, chance);
            if shape != Shape::Meta {
                message["sticker"]["metadata"] = json!({
                    "emojis": ["☕", "🙂"], "is-first-party-sticker": 1, "sticker-pack-id": "whatsappcuppy",
                });
            }
            message
        }
        Kind::Location => json!({ "type": "location", "location": {
            "latitude": 22.5508, "longitude": 113.93845, "name": "KFC (肯德基)", "address": "深圳市, 广东",
            "url": "https://foursquare.com/v/4e5b8c3bfa76d0e5e4d7cf2a",
        } }),
        Kind::Contacts => json!({ "type": "contacts", "contacts": [{
            "name": { "formatted_name": "Li Wei", "first_name": "Wei" },
            "phones": [{ "phone": "+86 138 0013 8221", "type": "CELL", "wa_id": "8613800138221" }],
        }] }),
        Kind::ButtonReply => {
            interactive(json!({ "type": "button_reply", "button_reply": { "id": "2", "title": "不愿意" } }), chance)
        }
        Kind::ListReply => interactive(
            json!({ "type": "list_reply", "list_reply": { "id": "2", "title": "牛肉面", "description": "红烧牛肉面" } }),
            chance,
        ),
        Kind::FormReply => {
            let answers = r#"{"screen_0_RadioButtonsGroup_0":"0_10分","flow_token":"AQAAAAACS5FpgQ_cAAAAAD0QI3s","screen_0_TextInput_1":"好评,满意"}"#;
            let reply = json!({ "name": "flow", "body": "已发送", "response_json": answers });
            interactive(json!({ "type": "nfm_reply", "nfm_reply": reply }), chance)
        }
        Kind::CallPermission => interactive(
            json!({ "type": "call_permission_reply", "call_permission_reply": {
                "response": "accept", "expiration_timestamp": 1_804_633_200, "response_source": "user_action",
            } }),
            chance,
        ),
        Kind::QuickReply => json!({
            "type": "button",
            "button": { "text": "Track my order", "payload": "track" },
            "context": context(customer, chance),
        }),
        Kind::Order => json!({ "type": "order", "order": {
            "catalog_id": "310639698193384",
            "text": "",
            "product_items": [
                { "product_retailer_id": "h0v6snwgg6", "quantity": 1.0, "item_price": 124.0, "currency": "CNY" },
                { "product_retailer_id": "qnp7xflxk9", "quantity": 1.0, "item_price": 1000.0, "currency": "CNY" },
            ],
        } }),
        Kind::Reaction => reaction(Some(*chance.pick(&["👍", "❤️", "😂", "🙏"])), customer, chance),
        Kind::ReactionRemoved => reaction(None, customer, chance),
        Kind::Edit => json!({ "type": "edit", "edit": {
            "original_message_id": wire::meta_id(&customer.phone, chance),
            "message": { "type": "text", "text": { "body": "I mean size L" } },
        } }),
        Kind::Revoke => json!({ "type": "revoke", "revoke": {
            "original_message_id": wire::meta_id(&customer.phone, chance),
        } }),
        Kind::NumberChanged => json!({ "type": "system", "system": {
            "type": "user_changed_number",
            "body": format!("{} changed from {} to 85291234567", customer.name, customer.phone),
            "wa_id": "85291234567",
        } }),
        Kind::ChatOpened => json!({ "type": "request_welcome" }),
        Kind::Unsupported => json!({
            "type": "unsupported",
            "errors": [{ "code": 131_051, "title": "Message type is currently not supported." }],
        }),
    }
}

fn media(kind: &str, mime_type: &str, extra: Option<(&str, &str)>, chance: &mut Chance) -> Value {
    let id = chance.hex(32);
    let mut message = json!({ "type": kind, kind: { "id": id, "mime_type": mime_type, "sha256": chance.hex(64) } });
    if let Some((name, value)) = extra {
        message[kind][name] = value.into();
    }
    message
}

fn reaction(emoji: Option<&str>, customer: &Customer, chance: &mut Chance) -> Value {
    let target = answered(customer, chance);
    let mut reaction = json!({ "message_id": target.id });
    if let Some(meta) = target.meta {
        reaction["meta_message_id"] = meta.into();
    }
    if let Some(emoji) = emoji {
        reaction["emoji"] = emoji.into();
    }
    json!({ "type": "reaction", "reaction": reaction })
}

fn context(customer: &Customer, chance: &mut Chance) -> Value {
    let target = answered(customer, chance);
    let mut context = json!({ "from": NUMBERS[customer.number].phone, "id": target.id });
    if let Some(meta) = target.meta {
        context["meta_message_id"] = meta.into();
    }
    context
}

/// The message a customer refers to: the last one they were sent, or one from before the world began.
fn answered(customer: &Customer, chance: &mut Chance) -> MessageId {
    match &customer.last_sent {
        Some(id) => id.clone(),
        None => MessageId { id: wire::meta_id(&customer.phone, chance), meta: None },
    }
}
