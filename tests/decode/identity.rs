//! Duplicate keys, alert ids, fingerprints.

use super::*;

fn key(body: Value) -> watop::event::Key {
    only(&body).key
}

fn sent(facts: Value) -> Value {
    let mut status = json!({"id": "1", "status": "sent", "timestamp": "1750000000"});
    status.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    json!({"statuses": [status]})
}

#[test]
fn a_status_is_its_id_participant_status_time_and_codes() {
    let original = key(sent(json!({})));
    for same in [
        json!({"recipient_id": "852"}),
        json!({"timestamp": 1750000000}),
        json!({"timestamp": "1750000000123"}),
        json!({"costs": [{"price": 1}]}),
        json!({"meta_message_id": "m"}),
    ] {
        assert_eq!(key(sent(same.clone())), original, "{same}");
    }
    for different in [
        json!({"id": "2"}),
        json!({"status": "read"}),
        json!({"timestamp": "1750000001"}),
        json!({"timestamp": "TIMESTAMP"}),
        json!({"recipient_participant_id": "852"}),
        json!({"errors": [{"code": 1}]}),
    ] {
        assert_ne!(key(sent(different.clone())), original, "{different}");
    }
    let errors = |errors: Value| key(sent(json!({"errors": errors})));
    assert_ne!(errors(json!([{"code": 1}, {"code": 2}])), errors(json!([{"code": 2}, {"code": 1}])), "in wire order");
    assert_eq!(
        errors(json!([{"code": 10000, "meta_code": 5}])),
        errors(json!([{"code": "5", "title": "x"}])),
        "effective"
    );
    assert_ne!(
        key(sent(json!({"timestamp": "DATE"}))),
        key(sent(json!({"timestamp": "TIMESTAMP"}))),
        "words count as words"
    );
    let body = |id: &str, participant: &str| key(sent(json!({"id": id, "recipient_participant_id": participant})));
    assert_ne!(body("ab", "c"), body("a", "bc"), "parts do not run together");
}

#[test]
fn the_same_event_has_one_key_in_both_shapes() {
    let status = json!({"id": "1", "status": "sent", "timestamp": "1750000000"});
    assert_eq!(key(json!({"statuses": [status]})), key(meta("messages", json!({"statuses": [status]}))));
    let paused =
        json!({"event": "PAUSED", "message_template_id": 1, "message_template_language": "en", "time": 1750000000});
    assert_eq!(
        key(json!({"field": "message_template_status_update", "value": paused})),
        key(meta("message_template_status_update", paused))
    );
}

#[test]
fn an_inbound_message_is_its_id_and_never_a_status() {
    let inbound = |facts: Value| message(facts).key;
    assert_eq!(inbound(json!({"type": "text"})), inbound(json!({"type": "image", "timestamp": "1"})));
    assert_ne!(inbound(json!({})), inbound(json!({"id": "2"})));
    assert_ne!(inbound(json!({})), key(sent(json!({}))));
}

#[test]
fn a_timeless_notice_is_its_content_not_its_bytes() {
    let account = |body: &str| {
        let event = decoded(body).remove(0);
        assert!(event.timeless());
        event.key
    };
    let original = account(r#"{"field":"account_update","value":{"event":"X","a":1,"b":{"c":"牛","d":[1,2]}}}"#);
    for same in [
        r#"{"value":{"b":{"d":[1,2],"c":"\u725b"},"a":"1","event":"X"},"field":"account_update"}"#,
        r#"{"field":"account_update","value":{"event":"X","a":2,"a":1,"n":null,"b":{"c":"牛","d":[1,2]}} }"#,
    ] {
        assert_eq!(account(same), original, "{same}");
    }
    for different in [
        r#"{"field":"account_update","value":{"event":"X","a":1,"b":{"c":"牛","d":[2,1]}}}"#,
        r#"{"field":"account_update","value":{"event":"X","a":2,"b":{"c":"牛","d":[1,2]}}}"#,
        r#"{"field":"account_update","value":{"event":"X","a":1,"b":{"c":"牛","d":[1,2]},"e":0}}"#,
        r#"{"field":"account_update","value":{"event":"X","a":1,"b":{"c":"牛"},"d":[1,2]}}"#,
    ] {
        assert_ne!(account(different), original, "{different}");
    }
    let timed = |time: i64, cause: &str| {
        key(json!({"field": "account_update", "value": {"event": "X", "time": time, "why": cause}}))
    };
    assert_eq!(timed(1750000000, "a"), timed(1750000000, "b"), "with a time, the time tells them apart");
    assert_ne!(timed(1750000000, "a"), timed(1750000001, "a"));
}

#[test]
fn unreadable_bodies_are_their_bytes() {
    assert_eq!(decoded("[1]")[0].key, decoded("[1]")[0].key);
    assert_ne!(decoded("[1]")[0].key, decoded("[1] ")[0].key);
    let other_journal = decode(b"[1]", &Origin { received_at: Millis(0), verified: None }, &KeySecret([8; 16]));
    assert_ne!(decoded("[1]")[0].key, other_journal[0].key, "keys belong to one journal");
}

#[test]
fn alert_ids_do_not_depend_on_the_journal() {
    let body = br#"{"field":"account_update","value":{"event":"X","wabaId":"1","time":1750000000}}"#;
    let id = |secret, received_at| {
        let events =
            decode(body, &Origin { received_at: Millis(received_at), verified: None }, &KeySecret([secret; 16]));
        notice(&events[0]).alert_id.clone()
    };
    assert_eq!(id(1, 5), id(2, 6));
    assert_eq!(id(1, 5).len(), 16);
}

#[test]
fn a_fingerprint_is_about_what_is_said_not_when() {
    let body = br#"{"field":"account_update","value":{"event":"ACCOUNT_DELETED","wabaId":"1"}}"#;
    let print = |body: &[u8], received_at| {
        decode(body, &Origin { received_at: Millis(received_at), verified: None }, &SECRET)[0].fingerprint(&SECRET)
    };
    assert_eq!(print(body, 1), print(body, 2));
    let more = sent(json!({"costs": [{"price": 1}]})).to_string();
    assert_ne!(print(more.as_bytes(), 1), print(sent(json!({})).to_string().as_bytes(), 1));
    assert_eq!(print(more.as_bytes(), 1), print(format!(" {more}").as_bytes(), 1));
}
