//! What must not cost an event.

use super::*;

#[test]
fn bytes_that_are_not_utf8_cost_a_character_not_the_event() {
    let event =
        decoded(b"{\"statuses\":[{\"id\":\"a\xff\",\"status\":\"read\",\"timestamp\":\"1750000000\"}]}".as_slice())
            .remove(0);
    assert_eq!(status(&event).message_id, "a\u{fffd}");
    assert_eq!(event.provider_at, Some(Seconds(1750000000)));
}

#[test]
fn odd_characters_do_not_lose_a_good_status() {
    for odd in ["\\ud800", "\\u0000", "\u{1}", "\\ud83d\\ud83d"] {
        let body = format!(
            "\u{feff}{{\"x\":\"{odd}\",\"statuses\":[{{\"id\":\"1\",\"status\":\"read\",\"note\":\"{odd}\"}}]}}"
        );
        assert_eq!(status(&decoded(&body)[0]).status, StatusName::Read, "{odd:?}");
    }
}

#[test]
fn depth_does_not_lose_what_stands_beside_it() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let body = format!(
        "{{\"statuses\":[{},{{\"id\":\"1\",\"status\":\"read\",\"x\":{}}}],\"y\":{}}}",
        deep(5000),
        deep(5000),
        deep(100_000)
    );
    let events = decoded(&body);
    unrecognised(&events[0], "$.statuses[0]", "not an object");
    assert_eq!(status(&events[1]).status, StatusName::Read);
    let edits = format!("{}1{}", "{\"type\":\"edit\",\"edit\":{\"message\":".repeat(50_000), "}}".repeat(50_000));
    let body = format!("{{\"messages\":[{{\"id\":\"1\",\"type\":\"edit\",\"edit\":{{\"message\":{edits}}}}}]}}");
    assert_eq!(inbound(&decoded(&body)[0]).preview, "edited");
    let novelty = format!("{{\"field\":\"novelty\",\"value\":{{\"a\":{}}}}}", deep(100_000));
    assert_eq!(decoded(&novelty)[0].kind(), Kind::Other);
}

#[test]
fn bodies_of_no_known_shape_are_one_event() {
    let cases: [(&[u8], &str); 11] = [
        (b"{\"calls\":[]}", "nothing in it"),
        (b"", "empty body"),
        (b" \n", "empty body"),
        (b"[{\"statuses\":[]}]", "the body is an array, not an object"),
        (b"7", "the body is a scalar, not an object"),
        (b"null", "the body is a scalar, not an object"),
        (b"{}", "unknown shape: no entry, no field with a value, no statuses, no messages"),
        (b"{\"field\":\"x\",\"value\":1}", "unknown shape: no entry, no field with a value, no statuses, no messages"),
        (b"{\"statuses\":[]}", "neither statuses nor messages nor errors in it"),
        (b"\xff\xfe", "not JSON: expected a value at line 1 column 1"),
        (b"sign=1&body=2", "not JSON: expected a value at line 1 column 1"),
    ];
    for (body, reason) in cases {
        let events = decoded(body);
        assert_eq!(events.len(), 1);
        unrecognised(&events[0], "$", reason);
    }
}

#[test]
fn a_flood_of_elements_is_counted_not_stored_one_by_one() {
    let events = decoded(format!("{{\"statuses\":[{}0]}}", "0,".repeat(99_999)));
    assert_eq!(events.len(), 1001);
    unrecognised(&events[1000], "$", "99000 more elements of this body are not listed one by one");
    let calls = decoded(format!("{{\"calls\":[{}{{}}]}}", "{},".repeat(150_000)));
    assert_eq!(calls.len(), 100_001);
    unrecognised(&calls[100_000], "$", "50001 more elements of this body are not listed one by one");
}

#[test]
fn the_business_number_is_the_first_that_is_named() {
    let number = |facts: Value| {
        let mut body = json!({"statuses": [{"id": "1", "status": "sent"}]});
        body.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
        only(&body).number.map(|number| number.to_string())
    };
    let all = json!({"metadata": {"display_phone_number": "3"}, "merchant_phone": "2", "business_phone": "1"});
    assert_eq!(number(all).as_deref(), Some("1"));
    assert_eq!(number(json!({"metadata": {"display_phone_number": "3"}, "merchant_phone": "2"})).as_deref(), Some("2"));
    assert_eq!(number(json!({"metadata": {"display_phone_number": 3}, "merchant_phone": ""})).as_deref(), Some("3"));
    assert_eq!(number(json!({})), None);
}

#[test]
fn flat_lists_of_other_things_are_kept_too() {
    let events = read(&json!({"calls": [{"id": "c", "event": "terminate"}], "business_phone": "852"}));
    assert_eq!((other(&events[0]).field.as_str(), events[0].path.as_str()), ("calls", "$.calls[0]"));
}
