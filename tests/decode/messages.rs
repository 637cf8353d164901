//! What a customer's message says in one line.

use super::*;

#[test]
fn previews_of_what_the_page_does_not_show() {
    let cases = [
        (json!({"type": "image", "image": {"caption": "invoice\n photo"}}), "image: invoice photo"),
        (json!({"type": "audio", "audio": {"voice": true, "mime_type": "audio/ogg"}}), "voice note"),
        (
            json!({"type": "document", "document": {"filename": "a.pdf", "caption": "please quote"}}),
            "file: a.pdf · please quote",
        ),
        (json!({"type": "sticker", "sticker": {"id": "1"}}), "sticker"),
        (json!({"type": "location", "location": {"latitude": "22.5", "longitude": 113.9}}), "location: 22.5, 113.9"),
        (json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "Li Wei"}}]}), "contact: Li Wei"),
        (
            json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "Li Wei"}}, {}, {}]}),
            "contacts: Li Wei +2",
        ),
        (json!({"type": "contacts", "contacts": []}), "contact"),
        (json!({"type": "button", "button": {"text": "Stop", "payload": "STOP"}}), "button: Stop"),
        (json!({"type": "reaction", "reaction": {"message_id": "m", "emoji": ""}}), "reaction removed"),
        (json!({"type": "reaction", "reaction": {"message_id": "m"}}), "reaction removed"),
        (
            json!({"type": "interactive", "interactive": {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}}),
            "call permission: accept",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "new_reply", "new_reply": {"a": 1}}}),
            "new_reply: a: 1",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{broken", "body": "Sent"}}}),
            "form: {broken",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "[1]"}}}),
            "form: [1]",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": {"a": ["x", "y"]}}}}),
            "form: x, y",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "{\"flow_token\":\"t\"}"}}}),
            "form: Sent",
        ),
        (
            json!({"type": "system", "system": {"body": "Jay changed from 1 to 2", "type": "user_changed_number"}}),
            "system: Jay changed from 1 to 2",
        ),
        (
            json!({"type": "system", "system": {"type": "user_changed_number", "wa_id": "2"}}),
            "system: user changed number: 2",
        ),
        (json!({"type": "request_welcome"}), "chat opened"),
        (
            json!({"type": "edit", "edit": {"original_message_id": "o", "message": {"type": "text", "text": {"body": "better"}}}}),
            "edited: better",
        ),
        (json!({"type": "revoke", "revoke": {"original_message_id": "o"}}), "deleted by the customer"),
        (
            json!({"type": "unsupported", "unsupported": {"type": "poll"}, "errors": [{"code": 131051}]}),
            "unsupported: poll (131051)",
        ),
        (json!({"type": "unknown", "errors": [{"code": 501, "title": "Unknown"}]}), "unknown (501)"),
        (json!({"type": "hologram", "hologram": {"body": "help me"}}), "hologram: help me"),
        (json!({"type": "hologram", "hologram": {"depth": 3}}), "hologram: depth: 3"),
        (json!({"type": "hologram"}), "hologram"),
        (json!({"text": {"body": "no type"}}), "no type"),
        (json!({}), "unknown"),
    ];
    for (facts, expected) in cases {
        assert_eq!(preview(facts.clone()), expected, "{facts}");
    }
}

#[test]
fn edits_and_revocations_point_at_the_message() {
    for r#type in ["edit", "revoke"] {
        let event = message(json!({"type": r#type, r#type: {"original_message_id": "o"}}));
        assert_eq!(inbound(&event).context.as_deref(), Some("o"), "{type}");
    }
}

#[test]
fn orders_are_added_up_exactly_and_by_currency() {
    let order = |items: Value| preview(json!({"type": "order", "order": {"product_items": items}}));
    assert_eq!(
        order(
            json!([{"quantity": 3, "item_price": 0.1, "currency": "USD"}, {"quantity": "2.0", "item_price": "1234567.005", "currency": "CNY"},
                     {"quantity": 1, "item_price": 0.2, "currency": "USD"}])
        ),
        "3 items, CNY 2,469,134.01 + USD 0.50"
    );
    assert_eq!(order(json!([{"quantity": 1, "item_price": 0.125, "currency": "USD"}])), "1 item, USD 0.125");
    assert_eq!(order(json!([{"quantity": 1, "item_price": "dear", "currency": "USD"}])), "1 item");
    assert_eq!(order(json!([])), "0 items");
}

#[test]
fn a_preview_is_one_line_of_at_most_200_characters() {
    let long = preview(json!({"type": "text", "text": {"body": "牛肉\n".repeat(500)}}));
    assert_eq!(long.chars().count(), 200);
    assert!(long.ends_with('…') && !long.contains('\n'));
    assert_eq!(preview(json!({"type": "text", "text": {"body": "x".repeat(200)}})), "x".repeat(200));
}
