use super::*;
use crate::event::{Detail, Event, KeySecret, Millis, Origin, decode};
use proptest::prelude::*;
use std::path::Path;

fn masker() -> Masker {
    Masker::new([7; 16])
}

fn masked(body: &str) -> String {
    String::from_utf8(masker().body(body.as_bytes())).unwrap()
}

fn decoded(body: &[u8]) -> Vec<Event> {
    decode(body, &Origin { received_at: Millis(0), verified: None }, &KeySecret([1; 16]))
}

/// What counts: everything of an event but who and what words. `phone` is what becomes of one.
fn counted(event: &Event, phone: fn(&str) -> Text) -> String {
    let counts = match &event.detail {
        Detail::Status(status) => {
            let codes: Vec<_> = status.errors.iter().map(|error| (error.code, error.platform_code)).collect();
            let about = (&status.tag, &status.category, &status.template, status.expires_at);
            format!("{:?} {codes:?} {:?} {about:?}", status.status, status.costs)
        }
        Detail::Inbound(inbound) => format!("{} {:?}", inbound.r#type, inbound.costs),
        Detail::Template(notice) | Detail::Account(notice) => {
            let who = (&notice.waba, &notice.template_id, &notice.template, &notice.language, &notice.category);
            format!("{} {:?} {:?} {who:?}", notice.kind, notice.event, notice.severity)
        }
        Detail::Other(other) => format!("{} {:?}", other.field, other.event),
        Detail::Unrecognised(unrecognised) => unrecognised.reason.clone().into(),
    };
    let phone = |one: &Option<Text>| one.as_deref().map(phone);
    format!("{:?} {} {:?} {:?} {counts}", event.provider_at, event.path, phone(&event.number), phone(&event.customer))
}

fn examples() -> Vec<(String, Vec<u8>)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/examples");
    let mut examples: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .filter(|(name, _)| name != "README.md")
        .collect();
    examples.sort();
    examples
}

#[test]
fn every_example_decodes_to_what_it_counted_before() {
    for (name, body) in examples().into_iter().filter(|(name, _)| !name.contains("invalid")) {
        let before: Vec<_> = decoded(&body).iter().map(|event| counted(event, |one| masker().phone(one))).collect();
        let after: Vec<_> =
            decoded(&masker().body(&body)).iter().map(|event| counted(event, |one| one.into())).collect();
        assert_eq!(before, after, "{name}");
    }
}

/// Names of values that a person would not want to see again.
const PERSONAL: [&str; 22] = [
    "from",
    "wa_id",
    "recipient_id",
    "business_phone",
    "merchant_phone",
    "display_phone_number",
    "phone_number",
    "name",
    "body",
    "caption",
    "filename",
    "address",
    "title",
    "description",
    "response_json",
    "emoji",
    "sha256",
    "url",
    "headline",
    "latitude",
    "longitude",
    "meta_message_id",
];

#[test]
fn nothing_of_a_person_is_left_of_any_example() {
    let mut looked_for = 0;
    for (name, body) in examples().into_iter().filter(|(name, _)| !name.contains("invalid")) {
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let masked = String::from_utf8(masker().body(&body)).unwrap();
        let after: serde_json::Value = serde_json::from_str(&masked).unwrap();
        let business = json.get("field").is_some();
        let mut values = vec![(String::new(), String::new(), &json)];
        while let Some((around, key, value)) = values.pop() {
            match value {
                serde_json::Value::Object(members) => {
                    values.extend(members.iter().map(|(name, value)| (key.clone(), name.clone(), value)));
                }
                serde_json::Value::Array(items) => {
                    values.extend(items.iter().map(|value| (around.clone(), key.clone(), value)));
                }
                scalar => {
                    let text = scalar.as_str().map_or_else(|| scalar.to_string(), str::to_owned);
                    let words = business && !key.ends_with("phone") && !key.ends_with("phone_number");
                    let platform = around == "errors" || around == "error_data" || words;
                    if PERSONAL.contains(&key.as_str()) && !platform && text.chars().count() > 1 {
                        looked_for += 1;
                        assert!(!after.to_string().contains(&text), "{key} of {name}: {text} in {masked}");
                    }
                }
            }
        }
    }
    assert!(looked_for > 100, "{looked_for}");
}

#[test]
fn joins_survive_by_either_name_and_between_bodies() {
    let one = masked(
        r#"{"statuses":[{"id":"ID-ONE-1","meta_message_id":"wamid.ABCD","recipient_id":"+85255311705","status":"sent"}]}"#,
    );
    let other = masked(
        r#"{"messages":[{"from":"85255311705","id":"x","context":{"id":"wamid.ABCD"},"type":"text","text":{"body":"hi"}}]}"#,
    );
    let value = |json: &str, path: &str| {
        serde_json::from_str::<serde_json::Value>(json).unwrap().pointer(path).unwrap().as_str().unwrap().to_owned()
    };
    assert_eq!(value(&one, "/statuses/0/meta_message_id"), value(&other, "/messages/0/context/id"));
    assert_eq!(value(&one, "/statuses/0/recipient_id"), value(&other, "/messages/0/from"));
    assert!(value(&one, "/statuses/0/recipient_id").starts_with("+852 "));
}

#[test]
fn blanks_order_and_repeated_names_stay() {
    let body = "{ \"type\" : \"a\",\n\t\"from\": 85255311705 , \"from\":\"\", \"x\": [ null, true, 12, -1.5 ] }";
    let phone = masker().phone("85255311705");
    assert_eq!(masked(body), body.replace("85255311705", &format!("\"{phone}\"")));
}

#[test]
fn what_is_quoted_elsewhere_goes_there_too() {
    let text = masked(
        r#"{"statuses":[{"id":"wamid.HBgLODUy","status":"failed","recipient_id":"85255311705","biz_opaque_callback_data":"c-85255311705",
        "errors":[{"code":131026,"title":"wamid.HBgLODUy to +85255311705 failed, not 4915206610292","message":"(#131026) 20260101"}]}]}"#,
    );
    for gone in ["85255311705", "HBgL", "4915206610292"] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
    assert!(text.contains("(#131026) 20260101") && text.contains("131026"), "{text}");
}

#[test]
fn words_that_look_like_a_change_are_still_somebody_s() {
    let text = masked(
        r#"{"messages":[{"id":"1","from":"2","type":"x","x":{"field":"account_update","value":{"secret":"my secret"}}}]}"#,
    );
    assert!(!text.contains("my secret"), "{text}");
    let text = masked(
        r#"{"object":"o","entry":[{"id":"104951300007327","changes":[{"value":{"reason":"my business"},"field":"account_update"}]}]}"#,
    );
    assert!(text.contains("my business") && text.contains("104951300007327"), "{text}");
}

#[test]
fn what_is_no_object_is_one_word_of_the_same_kind() {
    assert_eq!(masker().body(b" \n"), b" \n");
    for (body, reason) in [("[\"my secret\"]", "an array"), ("\"my secret\"", "a scalar"), ("my secret {", "not JSON")]
    {
        let text = masked(body);
        assert!(!text.contains("my secret"), "{text}");
        let [event] = &decoded(text.as_bytes())[..] else { panic!("one event") };
        let Detail::Unrecognised(unrecognised) = &event.detail else { panic!("{event:?}") };
        assert!(unrecognised.reason.contains(reason), "{unrecognised:?}");
    }
    assert_ne!(masker().body(b"\xff"), masker().body(b"\xfe"));
    assert_eq!(masked("x1"), masked("x1"));
}

proptest! {
    #[test]
    fn any_object_stays_one_and_loses_its_texts(words in proptest::collection::vec("[a-z\"\\\\\u{1f600}]{8,12}", 1..5)) {
        let json = serde_json::json!({"messages": words, "note": {"deep": words}}).to_string();
        let text = masked(&json);
        let after: serde_json::Value = serde_json::from_str(&text).unwrap();
        for word in &words {
            prop_assert!(!after.to_string().contains(word.as_str()), "{} in {}", word, text);
        }
        prop_assert_eq!(after["messages"].as_array().map(Vec::len), Some(words.len()));
    }

    #[test]
    fn any_bytes_are_masked_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = masker().body(&bytes);
    }
}
