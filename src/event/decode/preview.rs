//! What a customer's message says, in one line for a reader (PROTOCOL §4.2).

use super::first;
use crate::event::json::{Document, Kind, Value};
use crate::event::{ErrorItem, Text};
use compact_str::{CompactString, format_compact};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Longest preview, in characters.
pub(super) const PREVIEW: usize = 200;

/// What a message says.
pub(super) struct Content {
    /// `type` as on the wire.
    pub(super) r#type: Text,
    /// The customer's own words.
    pub(super) text: Option<Text>,
    /// Those, or a description, for a reader; any length.
    pub(super) preview: Text,
}

/// Types of inbound messages; the key of the payload tells the type of a message that does not name it.
pub const TYPES: [&str; 14] = [
    "text",
    "image",
    "video",
    "audio",
    "voice",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "button",
    "order",
    "reaction",
    "system",
];

/// Reads the payload of a message. `errors` are the message's.
pub(super) fn content(message: Value, errors: &[ErrorItem]) -> Content {
    let r#type = type_of(message);
    let (text, preview) = match message.get(&r#type) {
        Some(payload) => describe(&r#type, payload, errors),
        None => (None, without_payload(&r#type, message, errors)),
    };
    let preview = match product(message) {
        Some(product) => format_compact!("{preview} · {product}"),
        None => preview,
    };
    Content { r#type, text, preview }
}

/// The type of a message, also where it does not name it.
pub(super) fn type_of(message: Value) -> Text {
    first(message, &["type"])
        .or_else(|| TYPES.iter().find(|&&key| message.get(key).is_some()).map(|&key| key.into()))
        .unwrap_or(CompactString::const_new("unknown"))
}

/// The product asked about.
fn product(message: Value) -> Option<Text> {
    let product = message.get("context")?.get("referred_product")?;
    let id = first(product, &["product_retailer_id"])?;
    Some(match first(product, &["catalog_id"]) {
        Some(catalogue) => format_compact!("product {id} in catalogue {catalogue}"),
        None => format_compact!("product {id}"),
    })
}

type Said = (Option<Text>, Text);

fn describe(r#type: &str, payload: Value, errors: &[ErrorItem]) -> Said {
    match r#type {
        "text" => {
            let body = payload.get("body").and_then(Value::filled).or_else(|| payload.filled());
            (body.clone(), body.unwrap_or_default())
        }
        "image" | "video" => media(r#type, payload),
        "audio" if payload.get("voice").is_some_and(Value::truth) => (None, "voice note".into()),
        "audio" => media(r#type, payload),
        "voice" => (None, "voice note".into()),
        "document" => document(payload),
        "sticker" => (None, labelled("sticker", " ", emojis(payload))),
        "location" => (None, labelled("location", ": ", place(payload))),
        "contacts" => (None, cards(payload)),
        "interactive" => interactive(payload),
        "button" => chosen("button", first(payload, &["text", "payload"])),
        "order" => (first(payload, &["text"]), order(payload)),
        "reaction" => match first(payload, &["emoji"]) {
            Some(emoji) => (Some(emoji.clone()), format_compact!("reaction {emoji}")),
            None => (None, "reaction removed".into()),
        },
        "system" => system(payload),
        "edit" => match payload.get("message").filter(|message| message.get("edit").is_none()) {
            Some(message) => {
                let edited = content(message, &[]);
                (edited.text, format_compact!("edited: {}", edited.preview))
            }
            None => (None, "edited".into()),
        },
        "revoke" => (None, "deleted by the customer".into()),
        "unsupported" | "unknown" | "errors" | "ephemeral" => (None, unsupported(r#type, payload, errors)),
        _ => {
            let text = first(payload, &["body", "text", "caption", "title"]).or_else(|| payload.filled());
            (text.clone(), labelled(r#type, ": ", text.or_else(|| some(summary(payload)))))
        }
    }
}

fn without_payload(r#type: &str, message: Value, errors: &[ErrorItem]) -> Text {
    match r#type {
        "request_welcome" => "chat opened".into(),
        "voice" => "voice note".into(),
        "revoke" => "deleted by the customer".into(),
        "edit" => "edited".into(),
        "reaction" => "reaction removed".into(),
        "media_placeholder" => "media placeholder".into(),
        "referral" => labelled("from ad", ": ", first(message, &["headline"])),
        _ if !errors.is_empty() => unsupported(r#type, message, errors),
        _ => r#type.into(),
    }
}

/// `label`, and behind it what is known.
fn labelled(label: &str, between: &str, what: Option<Text>) -> Text {
    match what {
        Some(what) => format_compact!("{label}{between}{what}"),
        None => label.into(),
    }
}

fn some(text: Text) -> Option<Text> {
    Some(text).filter(|text| !text.is_empty())
}

/// A choice the customer made: its label is what they said.
fn chosen(label: &str, choice: Option<Text>) -> Said {
    (choice.clone(), labelled(label, ": ", choice))
}

fn media(label: &str, payload: Value) -> Said {
    match first(payload, &["caption"]) {
        Some(caption) => (Some(caption.clone()), format_compact!("{label}: {caption}")),
        None => (None, labelled(label, " ", first(payload, &["mime_type"]))),
    }
}

fn document(payload: Value) -> Said {
    let name = first(payload, &["filename"]);
    let caption = first(payload, &["caption"]);
    let preview = match (&name, &caption) {
        (Some(name), Some(caption)) if name != caption => format_compact!("file: {name} · {caption}"),
        (Some(one), _) | (None, Some(one)) => format_compact!("file: {one}"),
        (None, None) => labelled("file", " ", first(payload, &["mime_type"])),
    };
    (caption, preview)
}

fn emojis(payload: Value) -> Option<Text> {
    let list = payload.get("metadata")?.get("emojis")?;
    some(list.items().filter_map(Value::filled).collect())
}

fn place(payload: Value) -> Option<Text> {
    let named: Vec<Text> = ["name", "address"].iter().filter_map(|key| first(payload, &[key])).collect();
    if named.is_empty() {
        Some(format_compact!("{}, {}", first(payload, &["latitude"])?, first(payload, &["longitude"])?))
    } else {
        Some(named.join(", ").into())
    }
}

fn cards(payload: Value) -> Text {
    let name = |card: Value| {
        let name = card.get("name")?;
        first(name, &["formatted_name", "first_name"]).or_else(|| name.filled())
    };
    let phone = |card: Value| first(card.get("phones")?.items().next()?, &["phone", "wa_id"]);
    let count = payload.items().count();
    let shown = payload.items().next().and_then(|card| name(card).or_else(|| phone(card)));
    match (shown, count) {
        (Some(shown), 2..) => format_compact!("contacts: {shown} +{}", count - 1),
        (shown, _) => labelled("contact", ": ", shown),
    }
}

fn interactive(payload: Value) -> Said {
    let kind = first(payload, &["type"]).unwrap_or_default();
    let Some(reply) = payload.get(&kind) else { return (None, labelled("interactive", ": ", some(kind))) };
    match kind.as_str() {
        "button_reply" => chosen("button", first(reply, &["title", "id"])),
        "list_reply" => chosen("list", first(reply, &["title", "id"])),
        "nfm_reply" => {
            let answers = answers(reply).or_else(|| first(reply, &["body", "name"]));
            (answers.clone(), labelled("form", ": ", answers))
        }
        "call_permission_reply" => chosen("call permission", first(reply, &["response"])),
        _ => (None, labelled(&kind, ": ", some(summary(reply)))),
    }
}

/// The answers of a form, which come as JSON in a string (PROTOCOL §7.12: it may be invalid, or not an object).
fn answers(reply: Value) -> Option<Text> {
    let inner = reply.get("response_json")?;
    let source = inner.text();
    let parsed = source.as_deref().and_then(|source| Document::parse(source).ok());
    let form = parsed.as_ref().map_or(inner, Document::root);
    if !form.is_object() {
        return inner.filled();
    }
    let values: Vec<Text> = form
        .entries()
        .filter(|(name, _)| name != "flow_token")
        .filter_map(|(_, value)| {
            value
                .filled()
                .or_else(|| some(value.items().filter_map(Value::filled).collect::<Vec<_>>().join(", ").into()))
        })
        .collect();
    some(values.join(" · ").into())
}

fn order(payload: Value) -> Text {
    let items = payload.get("product_items");
    let count = items.map_or(0, |items| items.items().count());
    let counted = format_compact!("{count} {}", if count == 1 { "item" } else { "items" });
    match items.and_then(totals) {
        Some(totals) => format_compact!("{counted}, {totals}"),
        None => counted,
    }
}

/// Total per currency, never across. `None` when a line cannot be counted exactly: a wrong total is worse than none.
fn totals(items: Value) -> Option<Text> {
    let mut totals: BTreeMap<Text, Decimal> = BTreeMap::new();
    for item in items.items() {
        let quantity = item.get("quantity")?.decimal()?;
        let price = item.get("item_price")?.decimal()?;
        let total = totals.entry(first(item, &["currency"])?).or_default();
        *total = total.checked_add(price.checked_mul(quantity)?)?;
    }
    let totals: Vec<Text> =
        totals.iter().map(|(currency, total)| format_compact!("{currency} {}", amount(*total))).collect();
    some(totals.join(" + ").into())
}

/// An amount with thousands separators and at least two decimals, never rounded.
pub(super) fn amount(amount: Decimal) -> Text {
    let exact = amount.normalize();
    let digits = format_compact!("{:.*}", exact.scale().max(2) as usize, exact.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, "00"));
    let mut grouped = CompactString::const_new(if exact.is_sign_negative() { "-" } else { "" });
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format_compact!("{grouped}.{fraction}")
}

fn system(payload: Value) -> Said {
    let body = first(payload, &["body"]);
    let preview = body.clone().or_else(|| {
        let kind = first(payload, &["type"])?.replace('_', " ");
        Some(labelled(&kind, ": ", first(payload, &["wa_id", "new_wa_id", "user_id", "identity"])))
    });
    (body, labelled("system", ": ", preview))
}

fn unsupported(r#type: &str, payload: Value, errors: &[ErrorItem]) -> Text {
    let label = labelled(r#type, ": ", first(payload, &["type"]).filter(|inner| inner != r#type));
    match errors.first() {
        Some(ErrorItem { code: Some(code), .. }) => format_compact!("{label} ({code})"),
        Some(ErrorItem { title: Some(title), .. }) => format_compact!("{label} ({title})"),
        _ => label,
    }
}

/// The scalars of a value as `name: value · …`, for things that nobody has described yet. Stops when a line is full.
pub(super) fn summary(value: Value) -> Text {
    summary_without(value, &[])
}

/// The same, leaving out members named in `skip`.
pub(super) fn summary_without(value: Value, skip: &[&str]) -> Text {
    let mut line = Text::default();
    let mut skipping: Option<usize> = None;
    for step in value.walk() {
        if skipping.is_some_and(|depth| step.depth > depth) {
            continue;
        }
        let name = step.name.as_deref().unwrap_or_default();
        skipping = skip.contains(&name).then_some(step.depth);
        if skipping.is_some() || matches!(step.value.kind(), Kind::Null) {
            continue;
        }
        if let Some(text) = step.value.filled() {
            if !line.is_empty() {
                line.push_str(" · ");
            }
            if !name.is_empty() {
                line.push_str(name);
                line.push_str(": ");
            }
            line.push_str(&text);
        }
        if line.len() > 4 * PREVIEW {
            break;
        }
    }
    line
}

/// A text as one line of at most `longest` characters: runs of blanks and line breaks become one blank, the rest is cut off.
pub(super) fn line(text: &str, longest: usize) -> Text {
    let mut line = Text::default();
    let mut characters = 0;
    for word in text.split_whitespace() {
        let blank = if line.is_empty() { "" } else { " " };
        for c in blank.chars().chain(word.chars()) {
            if characters == longest {
                line.pop();
                line.push('…');
                return line;
            }
            line.push(c);
            characters += 1;
        }
    }
    line
}
