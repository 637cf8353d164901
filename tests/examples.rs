//! Each example of the platform's page, asserted for what a monitor must show of it (`protocol/examples/README.md`).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use watop::event::{Detail, Event, Key, KeySecret, Millis, Origin, catalogue, decode};

const RECEIVED_AT: Millis = Millis(1_750_000_000_000);

fn decoded(body: &[u8]) -> Vec<Event> {
    decode(body, &Origin { received_at: RECEIVED_AT, verified: None }, &KeySecret([7; 16]))
}

fn body(file: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/protocol/examples/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Everything an event says, flat, with its kind and, for alerts, what they are called on the screen.
fn said(event: &Event) -> Value {
    // A 128-bit key is no JSON number.
    let mut said = serde_json::to_value(Event { key: Key(0), ..event.clone() }).unwrap();
    let facts = said.as_object_mut().unwrap();
    let detail = facts.remove("detail").unwrap();
    let alert_kind = detail.pointer("/Template/kind").or(detail.pointer("/Account/kind")).cloned();
    for (name, fact) in detail.as_object().unwrap().values().next().unwrap().as_object().unwrap() {
        facts.insert(name.clone(), fact.clone());
    }
    facts.insert("kind".into(), json!(event.kind()));
    facts.insert("alert_kind".into(), json!(alert_kind));
    if let Detail::Template(notice) | Detail::Account(notice) = &event.detail {
        facts.insert("what".into(), json!(notice.what()));
    }
    said
}

/// Asserts that the one event of an example says everything in `expected`.
#[track_caller]
fn shows(file: &str, expected: Value) {
    let events = decoded(&body(file));
    assert_eq!(events.len(), 1, "{file}");
    let said = said(&events[0]);
    for (name, fact) in expected.as_object().unwrap() {
        assert_eq!(said.get(name), Some(fact), "{name} of {file}: {said:#}");
    }
}

/// A failed status: its error, number and customer.
#[track_caller]
fn fails(file: &str, code: i64, wrapper: Option<i64>, class: &str, number: Option<&str>, customer: &str, at: i64) {
    shows(
        file,
        json!({"kind": "status", "status": "Failed", "number": number, "customer": customer, "provider_at": at,
               "name": null, "path": "$.statuses[0]", "costs": [], "template": null, "tag": null}),
    );
    let Detail::Status(status) = &decoded(&body(file))[0].detail else { panic!("{file} is a status") };
    let [error] = status.errors.as_slice() else { panic!("{file} has one error") };
    let original: Value = serde_json::from_slice(&body(file)).unwrap();
    let original = &original["statuses"][0];
    assert_eq!((error.code, error.platform_code), (Some(code), wrapper), "{file}");
    assert_eq!(error.title.as_deref(), original["errors"][0]["title"].as_str(), "{file}");
    assert_eq!(error.href.as_deref(), original["errors"][0]["href"].as_str(), "{file}");
    assert_eq!(Some(status.message_id.as_str()), original["id"].as_str(), "{file}");
    assert_eq!(status.meta_message_id.as_deref(), original["meta_message_id"].as_str(), "{file}");
    assert_eq!(catalogue::lookup(code).map(|entry| entry.class.as_str()), Some(class), "{file}");
}

#[test]
fn plain_statuses() {
    let (id, meta_id) = (
        "wamid.HBgNODYxNzYwNjA1MDgxORUCABEYEjI4RTcyNzFGRDVGQTQwQkQ1RAA=",
        "wamid.HBgNNjI4MTI4MTM3NTYwNBUCABEYEkMzODdBNTEzMTAxNDhFMEI5NQA=",
    );
    let message = |mut facts: Value| {
        let ids = json!({"kind": "status", "message_id": id, "meta_message_id": meta_id, "customer": "86176xxxx0819",
                         "number": null, "errors": []});
        facts.as_object_mut().unwrap().extend(ids.as_object().unwrap().clone());
        facts
    };
    shows(
        "01-status-sent.json",
        message(json!({
            "status": "Sent", "provider_at": 1660019986, "category": "authentication", "expires_at": 1660106400,
            "conversation": "72569257438b471cae074da84bed1b83",
            "costs": [
                {"category": "message", "direction": "outbound", "currency": "USD", "amount": "0", "cny": "0"},
                {"category": "marketing", "direction": "outbound", "currency": "USD", "amount": "0.02", "cny": "0.1381"},
            ],
        })),
    );
    shows(
        "02-status-delivered.json",
        message(json!({"status": "Delivered", "provider_at": 1660019987, "category": "authentication", "costs": [],
                       "conversation": "72569257438b471cae074da84bed1b83", "expires_at": null})),
    );
    shows(
        "03-status-read.json",
        message(
            json!({"status": "Read", "provider_at": 1660019990, "category": null, "conversation": null, "costs": []}),
        ),
    );
}

#[test]
fn failures_of_the_platform() {
    fails("04-failed-9001-system.json", 9001, None, "platform", Some("8523xxxxx862"), "3934xxxxx6000", 1723604140);
    fails("15-failed-10001-engine.json", 10001, None, "platform", Some("852664xxxx105"), "386xxxx1268", 1723500463);
    fails("16-failed-10002-timeout.json", 10002, None, "platform", Some("852xxxx3862"), "417xxxx9752", 1723337517);
}

#[test]
fn wrapped_failures_show_the_real_code() {
    let wrapped = |file, code, class, at| fails(file, code, Some(10000), class, None, "96650xxxx431", at);
    wrapped("06-failed-10000-132005.json", 132005, "template", 1713504965);
    wrapped("07-failed-10000-131009.json", 131009, "request", 1713503819);
    wrapped("08-failed-10000-100.json", 100, "request", 1713500742);
    wrapped("09-failed-10000-131000.json", 131000, "platform", 1713472479);
    wrapped("10-failed-10000-130429.json", 130429, "throttling", 1713367837);
    wrapped("11-failed-10000-132000.json", 132000, "template", 1713426137);
    wrapped("12-failed-10000-10.json", 10, "auth", 1712983756);
    wrapped("13-failed-10000-131056.json", 131056, "throttling", 1712912513);
    wrapped("14-failed-10000-131008-same-id.json", 131008, "request", 1712912513);
}

#[test]
fn a_word_in_place_of_a_time_is_no_time() {
    shows(
        "05-failed-10000-132001-placeholders.json",
        json!({"status": "Failed", "provider_at": null, "message_id": "ID", "customer": "WHATSAPP_ID", "template": null,
               "errors": [{"code": 132001, "platform_code": 10000, "details": null, "href": null,
                           "title": "Meta Error((#132001) Template name does not exist in the translation)"}]}),
    );
}

#[test]
fn direct_failures_show_their_code() {
    let direct = |file, code, class, number, customer, at| fails(file, code, None, class, Some(number), customer, at);
    direct("17-failed-direct-131026.json", 131026, "recipient", "852xxxx3862", "3935xxxx2976", 1723337288);
    direct("18-failed-direct-131053.json", 131053, "media", "852xxxx3862", "9665xxxx5923", 1723337111);
    direct("19-failed-direct-130472.json", 130472, "engagement", "852xxxxx313", "852xxxxx409", 1723345890);
    direct("20-failed-direct-131052.json", 131052, "media", "62852xxxx8036", "62852xxxx8036", 1723370701);
    direct("21-failed-direct-131009.json", 131009, "request", "62852xxxx8036", "5926213711", 1723441066);
    direct("22-failed-direct-131047.json", 131047, "window", "62852xxxx8036", "4915206610292", 1723444780);
    direct("23-failed-direct-131000.json", 131000, "platform", "62852xxxx8036", "971503110900", 1723464255);
    direct("24-failed-direct-131031.json", 131031, "integrity", "852664xxxx105", "6282xxxxxxx9599", 1723616606);
    direct("25-failed-direct-131048.json", 131048, "throttling", "852664xxxx105", "337xxxxx383", 1723639940);
    direct("26-failed-direct-131049.json", 131049, "engagement", "852664xxxx105", "521xxxxxx8569", 1726630150);
}

/// An inbound message from Jay.
#[track_caller]
fn says(file: &str, at: i64, mut expected: Value) {
    let facts = json!({"kind": "inbound", "provider_at": at, "name": "Jay", "path": "$.messages[0]", "older": []});
    let ours = expected.as_object_mut().unwrap();
    for (name, fact) in [("number", "86176xxxx0819"), ("customer", "852xxxx705")] {
        ours.entry(name).or_insert(json!(fact));
    }
    ours.extend(facts.as_object().unwrap().clone());
    shows(file, expected);
    let Detail::Inbound(inbound) = &decoded(&body(file))[0].detail else { panic!("{file} is inbound") };
    assert_eq!(inbound.costs.len(), 1, "{file}");
}

#[test]
fn texts() {
    let text = |text: &str| json!({"type": "text", "text": text, "preview": text});
    says("27-msg-text.json", 1663053831, text("你好"));
    says(
        "37-msg-text-referred-product.json",
        1701846846,
        json!({"type": "text", "text": "我想要", "preview": "我想要 · product qnp7xflxk9 in catalogue 310639698193384",
               "context": "wamid.HBgLODUyNTUzMTE3MDUVAgARGA9wcm9kdWN0X2lucXVpcnkA"}),
    );
    says(
        "40-msg-text-referral-ad.json",
        1700222189,
        json!({"type": "text", "text": "您好,我想多了解一些信息。", "referral": "与我们聊天",
               "costs": [{"category": "message", "direction": "inbound", "currency": "USD", "amount": "0", "cny": "0"}]}),
    );
    says(
        "41-msg-text-quoted-context.json",
        1701856516,
        json!({"type": "text", "text": "OK you", "customer": "85255311705",
               "context": "wamid.d148508dce0149c9aca912ea6fb6035d",
               "context_meta_id": "wamid.HBgLODUyNTUzMTE3MDUVAgARGBI3NEZGOTg5NDc5RkExRjg2RjUA"}),
    );
}

#[test]
fn media() {
    says("28-msg-image.json", 1663053029, json!({"type": "image", "text": null, "preview": "image image/jpeg"}));
    says("29-msg-video.json", 1663054466, json!({"type": "video", "text": null, "preview": "video video/mp4"}));
    says("30-msg-voice.json", 1663055136, json!({"type": "voice", "text": null, "preview": "voice note"}));
    says(
        "31-msg-audio.json",
        1663053098,
        json!({"type": "audio", "text": null, "preview": "audio audio/mpeg", "number": "86176xxxx819"}),
    );
    says(
        "32-msg-document.json",
        1663052759,
        json!({"type": "document", "text": "null.txt", "preview": "file: null.txt"}),
    );
    says("34-msg-sticker.json", 1663054803, json!({"type": "sticker", "text": null, "preview": "sticker ☕🙂"}));
}

#[test]
fn answers_places_orders_and_reactions() {
    says(
        "33-msg-location.json",
        1663053163,
        json!({"type": "location", "preview": "location: KFC (肯德基), 深圳市, 广东"}),
    );
    says(
        "35-msg-interactive-button-reply.json",
        1701849537,
        json!({"type": "interactive", "text": "不愿意", "preview": "button: 不愿意",
               "context": "wamid.HBgLODUyNTUzMTE3MDUVAgARGBJDNDI1ODA3QzE0NkEwMUY1NjQA"}),
    );
    says(
        "36-msg-interactive-list-reply.json",
        1701850329,
        json!({"type": "interactive", "text": "牛肉面", "preview": "list: 牛肉面",
               "context": "wamid.HBgLODUyNTUzMTE3MDUVAgARGBI2NDFBRDA4NzcyOUU3NUJDODIA"}),
    );
    says("38-msg-order.json", 1701847162, json!({"type": "order", "text": null, "preview": "2 items, CNY 1,124.00"}));
    says(
        "39-msg-interactive-nfm-reply.json",
        1701847428,
        json!({"type": "interactive", "text": "0_10分 · 好评,满意", "preview": "form: 0_10分 · 好评,满意",
               "context": "wamid.HBgLODUyNTUzMTE3MDUVAgARGBJFRjIzOTZGNDhBOTRCQTIzNjcA"}),
    );
    says(
        "42-msg-unsupported.json",
        1701861490,
        json!({"type": "unsupported", "text": null, "preview": "unsupported (131051)",
               "errors": [{"code": 131051, "platform_code": null, "title": "Message type is currently not supported.",
                           "details": null, "href": null}]}),
    );
    says(
        "43-msg-reaction.json",
        1724118060,
        json!({"type": "reaction", "text": "👍", "preview": "reaction 👍", "number": "8523xxxx859", "customer": "8617xxxx50819",
               "context": "wamid.4092fc1a7877448f8ec8c8d2216dfdd4",
               "context_meta_id": "wamid.HBgNODYxNzYwNjA1MDgxORUCABISVASBMzBDMjVFNkIxRUFGMzAzNTREAA="}),
    );
}

/// A template event of the page's account: what it is called, how bad it is, whom it is about and why.
#[track_caller]
fn warns(file: &str, what: &str, severity: &str, subject: &str, cause: &str, mut expected: Value) {
    let facts =
        json!({"what": what, "severity": severity, "subject": subject, "cause": cause, "customer": null, "path": "$"});
    expected.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    shows(file, expected);
}

#[test]
fn template_statuses() {
    let status = |event: &str, title: &str, template: &str, language: &str, at: Option<i64>| {
        json!({"kind": "template", "alert_kind": "template_status", "field": "message_template_status_update", "event": event,
               "title": title, "template": template, "language": language, "provider_at": at, "waba": "1049513xxxx7327",
               "number": "1669xxxx193", "category": null, "reinstates": false})
    };
    warns(
        "44-template-status-approved.json",
        "template approved",
        "good",
        "1370101990353470 hu",
        "",
        status("APPROVED", "lostgreethungarian20 hu", "lostgreethungarian20", "hu", Some(1713313467)),
    );
    warns(
        "45-template-status-rejected.json",
        "template rejected",
        "critical",
        "1084366229523542 en",
        "INCORRECT_CATEGORY",
        status("REJECTED", "mulanfreeen en", "mulanfreeen", "en", Some(1713165587)),
    );
    warns(
        "46-template-status-flagged.json",
        "template flagged",
        "warning",
        "TEMPLATE-ID en-US",
        "disabling planned for DATE",
        status("FLAGGED", "My message template en-US", "My message template", "en-US", None),
    );
    warns(
        "47-template-status-paused.json",
        "template paused",
        "critical",
        "6048 en_US",
        "SECOND_PAUSE: Your WhatsApp message template has been paused for 6 hours until Aug 31 at 12:47 AM UTC because it \
         continued to have issues.",
        status("PAUSED", "welcome en_US", "welcome", "en_US", None),
    );
    warns(
        "48-template-status-pending-deletion.json",
        "template pending deletion",
        "info",
        "1137 en_US",
        "",
        status("PENDING_DELETION", "<MY_TEMPLATE_NAME> en_US", "<MY_TEMPLATE_NAME>", "en_US", None),
    );
}

#[test]
fn template_quality_and_category() {
    warns(
        "49-template-quality-yellow.json",
        "quality YELLOW",
        "warning",
        "301336xxxx511624 en_US",
        "UNKNOWN → YELLOW",
        json!({"kind": "template", "alert_kind": "template_quality", "event": "YELLOW", "title": "simon_def2 en_US",
               "provider_at": 1730390145, "number": "852xxxx3867"}),
    );
    warns(
        "50-template-category-no-previous.json",
        "category set",
        "warning",
        "138641***878 zh_CN",
        "MARKETING, announced or in force",
        json!({"kind": "template", "alert_kind": "template_category", "category": "MARKETING", "provider_at": 1745385279,
               "title": "test_service_1 MARKETING", "number": "8523***859"}),
    );
    warns(
        "51-template-category-changed.json",
        "category changed",
        "warning",
        "13864****7878 zh_CN",
        "UTILITY → MARKETING",
        json!({"kind": "template", "alert_kind": "template_category", "category": "MARKETING", "event": "MARKETING",
               "title": "test_service_1 → MARKETING", "number": "8523****59"}),
    );
}

#[test]
fn account_events() {
    let account = |kind: &str, event: &str| {
        json!({"kind": "account", "alert_kind": kind, "event": event, "provider_at": null, "number": "1669xxxx193",
               "waba": "1049513xxxx7327", "template_id": null, "reinstates": false})
    };
    let waba = "1049513xxxx7327";
    warns(
        "52-account-verified.json",
        "account verified",
        "good",
        waba,
        "PHONE_NUMBER",
        account("verified_account", "VERIFIED_ACCOUNT"),
    );
    warns(
        "53-account-disabled-update.json",
        "account disabled",
        "critical",
        waba,
        "SCHEDULE_FOR_DISABLE, DISABLE, REINSTATE · DATE",
        account("disabled_update", "DISABLED_UPDATE"),
    );
    warns(
        "54-account-violation.json",
        "account violation",
        "critical",
        waba,
        "VIOLATION_TYPE",
        account("account_violation", "ACCOUNT_VIOLATION"),
    );
    warns(
        "55-account-restriction.json",
        "account restricted",
        "critical",
        waba,
        "RESTRICTED_BIZ_INITIATED_MESSAGING until TIMESTAMP",
        account("account_restriction", "ACCOUNT_RESTRICTION"),
    );
    warns(
        "56-account-review-approved.json",
        "review APPROVED",
        "good",
        waba,
        "APPROVED",
        account("account_review_update", "APPROVED"),
    );
    warns(
        "57-account-deleted.json",
        "account deleted",
        "critical",
        waba,
        "",
        account("account_deleted", "ACCOUNT_DELETED"),
    );
    warns(
        "58-account-partner-removed.json",
        "partner removed",
        "critical",
        waba,
        "",
        account("partner_removed", "PARTNER_REMOVED"),
    );
}

#[test]
fn documents_that_are_not_json_are_kept_as_unrecognised() {
    shows(
        "46-template-status-flagged.invalid.txt",
        json!({"kind": "unrecognised", "path": "$", "reason": "not JSON: expected a key in quotes at line 13 column 1"}),
    );
    shows(
        "55-account-restriction.invalid.txt",
        json!({"kind": "unrecognised", "path": "$", "reason": "not JSON: expected `,` or `}` at line 8 column 58"}),
    );
}

#[test]
fn the_58_examples_are_58_events() {
    let mut keys = std::collections::HashSet::new();
    let mut files = 0;
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/protocol/examples")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".json") {
            files += 1;
            keys.extend(decoded(&body(&name)).iter().map(|event| event.key));
        }
    }
    assert_eq!((files, keys.len()), (58, 58));
}
