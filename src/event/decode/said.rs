//! What a customer's message says, in its parts, for whoever shows a conversation: a pure look at one element of a stored body
//! (PROTOCOL §4.2). Tolerant like the decoder: what is missing is `None`, what is unknown is kept as a summary.

use super::{fault, first, preview};
use crate::event::json::{Document, Value};
use crate::event::{ErrorItem, Seconds, Text};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Longest list kept of one message: rows of an order, cards, answers of a form.
const MOST: usize = 200;

/// A message from a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// `type` as on the wire.
    pub r#type: Text,
    /// What it says.
    pub content: Content,
    /// The message it quotes or answers, by both of its names.
    pub quotes: Option<Named>,
    /// Whether it was forwarded, and often.
    pub forwarded: Option<Forwarded>,
    /// The product it asks about.
    pub product: Option<Product>,
    /// The ad or post it came from.
    pub referral: Option<Referral>,
}

/// A message by its names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// `id`.
    pub id: Option<Text>,
    /// `meta_message_id`.
    pub meta_id: Option<Text>,
}

/// How often a message was passed on before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forwarded {
    /// A few times.
    Yes,
    /// Many times.
    Often,
}

/// A product of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The retailer's own id.
    pub id: Text,
    /// The catalogue.
    pub catalogue: Option<Text>,
}

/// An ad or a post.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Referral {
    /// `ad` or `post`.
    pub source: Option<Text>,
    /// Its id.
    pub id: Option<Text>,
    /// Its headline.
    pub headline: Option<Text>,
    /// Its address.
    pub url: Option<Text>,
}

/// The parts of a message, by what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the wire")]
pub enum Content {
    /// Words.
    Text { body: Text },
    /// An image, video, audio, voice note or document.
    Media { kind: Media, mime: Option<Text>, file: Option<Text>, caption: Option<Text>, id: Option<Text> },
    /// A sticker and what it stands for.
    Sticker { emojis: Text, pack: Option<Text>, first_party: bool, animated: bool },
    /// A place.
    Location {
        name: Option<Text>,
        address: Option<Text>,
        latitude: Option<Text>,
        longitude: Option<Text>,
        url: Option<Text>,
    },
    /// People.
    Contacts { cards: Vec<Card>, count: usize },
    /// A button of a template.
    Button { label: Text, payload: Option<Text> },
    /// A button or row of a message that offered some.
    Choice { list: bool, title: Text, description: Option<Text>, id: Option<Text> },
    /// A form that was filled in. Without its answers its own words stand.
    Form { name: Option<Text>, body: Option<Text>, answers: Vec<(Text, Text)> },
    /// An answer to the question whether one may call.
    CallPermission { response: Option<Text>, until: Option<Seconds> },
    /// An order.
    Order(Order),
    /// A reaction; without an emoji it was taken back.
    Reaction { emoji: Option<Text>, to: Named },
    /// Something about the customer's account.
    System { body: Option<Text>, kind: Option<Text>, now: Option<Text> },
    /// The chat was opened for the first time.
    Welcome,
    /// Another wording of an earlier message.
    Edit { of: Named, content: Option<Box<Content>> },
    /// An earlier message was deleted.
    Revoke { of: Named },
    /// Something the platform does not pass on.
    Unsupported { kind: Option<Text>, errors: Vec<ErrorItem> },
    /// Something nobody has described yet: its scalars.
    Other { summary: Text },
}

/// Kinds of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Media {
    Image,
    Video,
    Audio,
    Voice,
    Document,
}

/// A person's card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Name.
    pub name: Option<Text>,
    /// The first phone.
    pub phone: Option<Text>,
    /// The first mail address.
    pub mail: Option<Text>,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// The catalogue.
    pub catalogue: Option<Text>,
    /// What the customer wrote with it.
    pub text: Option<Text>,
    /// Its rows, in wire order.
    pub items: Vec<OrderItem>,
    /// How many rows it has.
    pub count: usize,
    /// The total per currency. `None` when a row cannot be counted exactly: a wrong total is worse than none.
    pub totals: Option<Vec<(Text, Decimal)>>,
}

/// An amount with thousands separators and at least two decimals, never rounded.
pub fn amount(amount: Decimal) -> Text {
    preview::amount(amount)
}

/// A row of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItem {
    /// The retailer's own id.
    pub product: Option<Text>,
    /// How many.
    pub quantity: Option<Decimal>,
    /// The price of one.
    pub price: Option<Decimal>,
    /// Its currency.
    pub currency: Option<Text>,
}

impl OrderItem {
    /// Price of all of them.
    pub fn amount(&self) -> Option<Decimal> {
        self.price?.checked_mul(self.quantity?)
    }
}

/// Reads the message that stands at `path` (such as `$.messages[0]`) in a stored body. `None` when there is none.
pub fn said(body: &[u8], path: &str) -> Option<Said> {
    let text = String::from_utf8_lossy(body);
    let document = Document::parse(&text).ok()?;
    let message = document.root().at(path).filter(|message| message.is_object())?;
    let errors = fault::errors(message);
    let r#type = preview::type_of(message);
    let context = message.get("context");
    Some(Said {
        content: content(&r#type, message, errors),
        quotes: context.map(|context| named(context, "id")).filter(|named| *named != Named::default()),
        forwarded: context.and_then(forwarded),
        product: context.and_then(|context| context.get("referred_product")).and_then(product),
        referral: message.get("referral").map(referral),
        r#type,
    })
}

fn content(r#type: &str, message: Value<'_>, errors: Vec<ErrorItem>) -> Content {
    let Some(payload) = message.get(r#type) else { return without_payload(r#type, message, errors) };
    let one = |keys: &[&str]| first(payload, keys);
    match r#type {
        "text" => Content::Text { body: one(&["body"]).or_else(|| payload.filled()).unwrap_or_default() },
        "image" => media(Media::Image, payload),
        "video" => media(Media::Video, payload),
        "voice" => media(Media::Voice, payload),
        "audio" if payload.get("voice").is_some_and(Value::truth) => media(Media::Voice, payload),
        "audio" => media(Media::Audio, payload),
        "document" => media(Media::Document, payload),
        "sticker" => sticker(payload),
        "location" => Content::Location {
            name: one(&["name"]),
            address: one(&["address"]),
            latitude: one(&["latitude"]),
            longitude: one(&["longitude"]),
            url: one(&["url"]),
        },
        "contacts" => {
            Content::Contacts { cards: payload.items().take(MOST).map(card).collect(), count: payload.items().count() }
        }
        "interactive" => interactive(payload),
        "button" => {
            let payload_id = one(&["payload"]);
            Content::Button {
                label: one(&["text"]).or_else(|| payload_id.clone()).unwrap_or_default(),
                payload: payload_id,
            }
        }
        "order" => Content::Order(order(payload)),
        "reaction" => Content::Reaction { emoji: one(&["emoji"]), to: named(payload, "message_id") },
        "system" => Content::System {
            body: one(&["body"]),
            kind: one(&["type"]),
            now: one(&["wa_id", "new_wa_id", "user_id", "identity"]),
        },
        "edit" => {
            let inner = payload.get("message").filter(|inner| inner.get("edit").is_none());
            let inner = inner.map(|inner| Box::new(content(&preview::type_of(inner), inner, Vec::new())));
            Content::Edit { of: named(payload, "original_message_id"), content: inner }
        }
        "revoke" => Content::Revoke { of: named(payload, "original_message_id") },
        "unsupported" | "unknown" | "errors" | "ephemeral" => Content::Unsupported { kind: one(&["type"]), errors },
        _ => Content::Other { summary: preview::summary(payload) },
    }
}

fn without_payload(r#type: &str, message: Value<'_>, errors: Vec<ErrorItem>) -> Content {
    match r#type {
        "request_welcome" => Content::Welcome,
        "voice" => media(Media::Voice, message),
        "revoke" => Content::Revoke { of: Named::default() },
        "edit" => Content::Edit { of: Named::default(), content: None },
        "reaction" => Content::Reaction { emoji: None, to: Named::default() },
        "unsupported" | "unknown" | "errors" | "ephemeral" => Content::Unsupported { kind: None, errors },
        _ if !errors.is_empty() => Content::Unsupported { kind: None, errors },
        _ => Content::Other { summary: Text::default() },
    }
}

fn named(value: Value<'_>, id: &str) -> Named {
    Named { id: first(value, &[id]), meta_id: first(value, &["meta_message_id"]) }
}

fn forwarded(context: Value<'_>) -> Option<Forwarded> {
    let is = |key| context.get(key).is_some_and(Value::truth);
    if is("frequently_forwarded") { Some(Forwarded::Often) } else { is("forwarded").then_some(Forwarded::Yes) }
}

fn product(value: Value<'_>) -> Option<Product> {
    Some(Product { id: first(value, &["product_retailer_id"])?, catalogue: first(value, &["catalog_id"]) })
}

fn referral(value: Value<'_>) -> Referral {
    Referral {
        source: first(value, &["source_type"]),
        id: first(value, &["source_id"]),
        headline: first(value, &["headline"]),
        url: first(value, &["source_url"]),
    }
}

fn media(kind: Media, payload: Value<'_>) -> Content {
    let one = |key| first(payload, &[key]);
    // A file's name given again as its caption says nothing more.
    let (file, caption) = (one("filename"), one("caption"));
    let caption = caption.filter(|caption| Some(caption) != file.as_ref());
    Content::Media { kind, mime: one("mime_type"), file, caption, id: one("id") }
}

fn sticker(payload: Value<'_>) -> Content {
    let metadata = payload.get("metadata");
    let emojis = metadata.and_then(|metadata| metadata.get("emojis"));
    Content::Sticker {
        emojis: emojis.into_iter().flat_map(Value::items).take(MOST).filter_map(Value::filled).collect(),
        pack: metadata.and_then(|metadata| first(metadata, &["sticker-pack-id", "sticker-pack-name"])),
        first_party: metadata.and_then(|metadata| metadata.get("is-first-party-sticker")).is_some_and(Value::truth),
        animated: payload.get("animated").is_some_and(Value::truth),
    }
}

fn card(value: Value<'_>) -> Card {
    let of_first = |list: &str, keys: &[&str]| first(value.get(list)?.items().next()?, keys);
    let name = value.get("name");
    Card {
        name: name.and_then(|name| first(name, &["formatted_name", "first_name"]).or_else(|| name.filled())),
        phone: of_first("phones", &["phone", "wa_id"]),
        mail: of_first("emails", &["email"]),
    }
}

fn interactive(payload: Value<'_>) -> Content {
    let kind = first(payload, &["type"]).unwrap_or_default();
    let Some(reply) = payload.get(&kind) else { return Content::Other { summary: preview::summary(payload) } };
    let one = |keys: &[&str]| first(reply, keys);
    match kind.as_str() {
        "button_reply" | "list_reply" => {
            let id = one(&["id"]);
            Content::Choice {
                list: kind == "list_reply",
                title: one(&["title"]).or_else(|| id.clone()).unwrap_or_default(),
                description: one(&["description"]),
                id,
            }
        }
        "nfm_reply" => Content::Form { name: one(&["name"]), body: one(&["body"]), answers: answers(reply) },
        "call_permission_reply" => Content::CallPermission {
            response: one(&["response"]),
            until: reply.get("expiration_timestamp").and_then(Value::seconds),
        },
        _ => Content::Other { summary: preview::summary(reply) },
    }
}

/// The answers of a form, which come as JSON in a string (PROTOCOL §7.12: it may be invalid, or not an object).
fn answers(reply: Value<'_>) -> Vec<(Text, Text)> {
    let Some(inner) = reply.get("response_json") else { return Vec::new() };
    let source = inner.text();
    let parsed = source.as_deref().and_then(|source| Document::parse(source).ok());
    let form = parsed.as_ref().map_or(inner, Document::root);
    let value = |value: Value<'_>| {
        let list = || value.items().filter_map(Value::filled).collect::<Vec<_>>().join(", ");
        value.filled().unwrap_or_else(|| if value.is_array() { list().into() } else { preview::summary(value) })
    };
    let entries = form.entries().filter(|(name, _)| name != "flow_token").take(MOST);
    entries.map(|(name, answer)| (Text::from(name), value(answer))).collect()
}

fn order(payload: Value<'_>) -> Order {
    let rows = || payload.get("product_items").into_iter().flat_map(Value::items);
    let mut totals: Option<BTreeMap<Text, Decimal>> = Some(BTreeMap::new());
    let mut items = Vec::new();
    let mut count = 0;
    for row in rows() {
        let item = OrderItem {
            product: first(row, &["product_retailer_id"]),
            quantity: row.get("quantity").and_then(Value::decimal),
            price: row.get("item_price").and_then(Value::decimal),
            currency: first(row, &["currency"]),
        };
        totals = totals.and_then(|mut totals| {
            let total = totals.entry(item.currency.clone()?).or_default();
            *total = total.checked_add(item.amount()?)?;
            Some(totals)
        });
        count += 1;
        if items.len() < MOST {
            items.push(item);
        }
    }
    let totals = totals.filter(|totals| !totals.is_empty()).map(|totals| totals.into_iter().collect());
    Order { catalogue: first(payload, &["catalog_id"]), text: first(payload, &["text"]), items, count, totals }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str) -> Said {
        let body = format!(r#"{{"entry":[{{"changes":[{{"value":{{"messages":[{{"id":"0"}},{message}]}}}}]}}]}}"#);
        said(body.as_bytes(), "$.entry[0].changes[0].value.messages[1]").unwrap()
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn words_with_what_they_quote_and_where_they_came_from() {
        let said = of(
            r#"{"type":"text","text":{"body":"OK\nyou"},"context":{"from":"1","id":"wamid.1","meta_message_id":"m","forwarded":true,
            "referred_product":{"catalog_id":"31","product_retailer_id":"qnp"}},
            "referral":{"headline":"与我们聊天","source_type":"ad","source_id":"12","source_url":"https://fb.me/6"}}"#,
        );
        assert_eq!(said.content, Content::Text { body: "OK\nyou".into() });
        assert_eq!(said.quotes, Some(Named { id: Some("wamid.1".into()), meta_id: Some("m".into()) }));
        assert_eq!(said.forwarded, Some(Forwarded::Yes));
        assert_eq!(said.product, Some(Product { id: "qnp".into(), catalogue: Some("31".into()) }));
        let referral = said.referral.unwrap();
        assert_eq!((referral.source.as_deref(), referral.id.as_deref()), (Some("ad"), Some("12")));
        let forwarded = of(r#"{"type":"text","text":{"body":"x"},"context":{"frequently_forwarded":true}}"#);
        assert_eq!((forwarded.quotes, forwarded.forwarded), (None, Some(Forwarded::Often)));
    }

    #[test]
    fn media_of_every_kind() {
        let kind = |message: &str| match of(message).content {
            Content::Media { kind, file, caption, .. } => (kind, file, caption),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            kind(r#"{"type":"image","image":{"mime_type":"image/jpeg","caption":"look"}}"#).2.as_deref(),
            Some("look")
        );
        assert_eq!(kind(r#"{"type":"audio","audio":{"voice":true}}"#).0, Media::Voice);
        assert_eq!(kind(r#"{"type":"audio","audio":{"mime_type":"audio/mpeg"}}"#).0, Media::Audio);
        assert_eq!(kind(r#"{"type":"voice","voice":{"id":"1"}}"#).0, Media::Voice);
        assert_eq!(kind(r#"{"type":"video","video":{"id":"1"}}"#).0, Media::Video);
        let file = kind(r#"{"type":"document","document":{"filename":"null.txt","caption":"null.txt"}}"#);
        assert_eq!(file, (Media::Document, Some("null.txt".into()), None));
        let sticker = of(
            r#"{"type":"sticker","sticker":{"animated":false,"metadata":{"emojis":["☕","🙂"],"is-first-party-sticker":1,"sticker-pack-id":"cuppy"}}}"#,
        );
        let expected =
            Content::Sticker {
                emojis: "☕🙂".into(), pack: Some("cuppy".into()), first_party: true, animated: false
            };
        assert_eq!(sticker.content, expected);
    }

    #[test]
    fn choices_forms_and_reactions() {
        let choice = of(
            r#"{"type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"2","title":"牛肉面","description":"红烧"}}}"#,
        );
        let expected = Content::Choice {
            list: true,
            title: "牛肉面".into(),
            description: Some("红烧".into()),
            id: Some("2".into()),
        };
        assert_eq!(choice.content, expected);
        let form = of(
            r#"{"type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"{\"a\":\"0_10分\",\"flow_token\":\"t\",\"b\":[\"x\",\"y\"]}","body":"已发送","name":"flow"}}}"#,
        );
        let Content::Form { answers, .. } = form.content else { panic!("no form") };
        assert_eq!(answers, [("a".into(), "0_10分".into()), ("b".into(), "x, y".into())]);
        let broken = of(
            r#"{"type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"{oops","body":"sent"}}}"#,
        );
        assert!(matches!(broken.content, Content::Form { answers, body: Some(_), .. } if answers.is_empty()));
        let taken_back = of(r#"{"type":"reaction","reaction":{"message_id":"m","emoji":""}}"#);
        assert!(matches!(taken_back.content, Content::Reaction { emoji: None, .. }));
        let button = of(r#"{"type":"button","button":{"payload":"STOP"}}"#);
        assert_eq!(button.content, Content::Button { label: "STOP".into(), payload: Some("STOP".into()) });
    }

    #[test]
    fn an_order_is_added_up_exactly_or_not_at_all() {
        let order = |items: &str| match of(&format!(
            r#"{{"type":"order","order":{{"catalog_id":"31","product_items":[{items}]}}}}"#
        ))
        .content
        {
            Content::Order(order) => order,
            other => panic!("{other:?}"),
        };
        let row = |quantity: &str, price: &str| {
            format!(r#"{{"product_retailer_id":"p","quantity":{quantity},"item_price":{price},"currency":"CNY"}}"#)
        };
        let two = order(&format!("{},{}", row("1.0", "124.0"), row("\"2\"", "\"500.05\"")));
        assert_eq!(two.totals, Some(vec![("CNY".into(), decimal("1124.10"))]));
        assert_eq!((two.count, two.items[1].amount()), (2, Some(decimal("1000.10"))));
        assert_eq!(order(&row("\"many\"", "1")).totals, None);
        assert_eq!(order("").totals, None);
    }

    #[test]
    fn edits_revocations_and_what_is_not_passed_on() {
        let edit =
            of(r#"{"type":"edit","edit":{"original_message_id":"m","message":{"type":"text","text":{"body":"new"}}}}"#);
        let content = Some(Box::new(Content::Text { body: "new".into() }));
        assert_eq!(edit.content, Content::Edit { of: Named { id: Some("m".into()), meta_id: None }, content });
        let revoke = of(r#"{"type":"revoke","revoke":{"original_message_id":"m"}}"#);
        assert!(matches!(revoke.content, Content::Revoke { of } if of.id.as_deref() == Some("m")));
        let unsupported =
            of(r#"{"type":"unsupported","errors":[{"code":131051,"title":"no"}],"unsupported":{"type":"poll"}}"#);
        let Content::Unsupported { kind, errors } = unsupported.content else { panic!("supported") };
        assert_eq!((kind.as_deref(), errors[0].code), (Some("poll"), Some(131_051)));
        assert!(matches!(of(r#"{"type":"request_welcome"}"#).content, Content::Welcome));
        assert!(
            matches!(of(r#"{"type":"novelty","novelty":{"a":"b"}}"#).content, Content::Other { summary } if summary == "a: b")
        );
    }

    #[test]
    fn people_and_places() {
        let cards = of(
            r#"{"type":"contacts","contacts":[{"name":{"formatted_name":"Li Wei"},"phones":[{"phone":"+86138"}]},{}]}"#,
        );
        let Content::Contacts { cards, count } = cards.content else { panic!("no cards") };
        assert_eq!((count, cards[0].name.as_deref(), cards[0].phone.as_deref()), (2, Some("Li Wei"), Some("+86138")));
        let place = of(r#"{"type":"location","location":{"latitude":"22.5","longitude":113.9}}"#);
        assert!(matches!(place.content, Content::Location { latitude: Some(_), longitude: Some(_), name: None, .. }));
    }

    #[test]
    fn a_path_that_leads_nowhere_is_no_message() {
        assert_eq!(said(b"{\"messages\":[1]}", "$.messages[0]"), None);
        assert_eq!(said(b"{}", "$.messages[0]"), None);
        assert_eq!(said(b"oops", "$"), None);
    }
}
