use super::*;
use crate::event::{KeySecret, Millis, Origin, decode};

const WHO: &str = "85255311705";

fn person() -> Person {
    Person::new(WHO).unwrap()
}

fn redact(body: &str) -> Option<String> {
    let origin = Origin { received_at: Millis(0), verified: None };
    let redacted = person().redact(body.as_bytes(), |body| decode(body, &origin, &KeySecret([0; 16])));
    redacted.map(|redacted| String::from_utf8(redacted.body).unwrap())
}

fn status(of: &str) -> String {
    format!(r#"{{"id":"m-{of}","status":"sent","timestamp":"1767225600","recipient_id":"{of}"}}"#)
}

#[test]
fn elements_go_with_the_right_comma_wherever_they_stand() {
    let (mine, a, b) = (status(WHO), status("111111"), status("222222"));
    let body = |statuses: &[&str]| format!(r#"{{"statuses": [ {} ], "note": 1}}"#, statuses.join(" , "));
    for (before, after) in [
        (vec![&mine, &a, &b], vec![&a, &b]),
        (vec![&a, &mine, &b], vec![&a, &b]),
        (vec![&a, &b, &mine], vec![&a, &b]),
        (vec![&mine, &a, &mine], vec![&a]),
        (vec![&a, &mine, &mine], vec![&a]),
        (vec![&mine, &mine, &a], vec![&a]),
    ] {
        let before: Vec<&str> = before.into_iter().map(String::as_str).collect();
        let redacted = redact(&body(&before)).unwrap();
        let left: serde_json::Value = serde_json::from_str(&redacted).expect("still JSON");
        let expected: Vec<serde_json::Value> = after.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        assert_eq!(left["statuses"], serde_json::Value::from(expected), "{redacted}");
        assert_eq!(left["note"], 1);
    }
}

#[test]
fn a_body_of_theirs_alone_or_one_that_cannot_be_told_apart_goes_whole() {
    assert_eq!(redact(&format!(r#"{{"statuses":[{}]}}"#, status(WHO))).unwrap(), "");
    assert_eq!(redact(&format!("not JSON but +{WHO}")).unwrap(), "");
    let key = format!(r#"{{"statuses":[{}],"by":{{"{WHO}":1}}}}"#, status("111111"));
    assert_eq!(redact(&key).unwrap(), "", "a name of a member cannot be taken out");
    assert_eq!(redact(&format!(r#"{{"statuses":[{}]}}"#, status("111111"))), None);
}

#[test]
fn a_word_takes_their_place_in_what_others_say() {
    let text = |words: &str| {
        format!(
            r#"{{"messages":[{{"id":"1","from":"111111","type":"text","text":{{"body":"{words}"}}}}],"phone":{WHO}}}"#
        )
    };
    let redacted = redact(&text(&format!("call \\\"+{WHO}\\\" \\u0038 now"))).unwrap();
    let left: serde_json::Value = serde_json::from_str(&redacted).unwrap();
    assert_eq!(left["messages"][0]["text"]["body"], "call \"+forgotten\" 8 now");
    assert_eq!(left["phone"], "forgotten");
}

#[test]
fn a_longer_number_is_somebody_else() {
    assert!(person().in_bytes(b"tel:85255311705;") && person().in_bytes(b"x85255311705y"));
    assert!(!person().in_bytes(b"852553117051") && !person().in_bytes(b"185255311705"));
    assert_eq!(person().without("a 85255311705, b 85255311705").as_deref(), Some("a forgotten, b forgotten"));
}

#[test]
fn ids_of_theirs_within_those_of_others_are_left_alone() {
    let mut person = person();
    let origin = Origin { received_at: Millis(0), verified: None };
    for id in ["A", "1001", "m-100100100", "m-1001001007", "wamid.HBgL/x"] {
        let body =
            format!(r#"{{"statuses":[{{"id":"{id}","status":"sent","timestamp":"1","recipient_id":"{WHO}"}}]}}"#);
        for event in decode(body.as_bytes(), &origin, &KeySecret([0; 16])) {
            assert!(person.learn(&event), "{id}");
        }
    }
    person.compile();
    for others in
        ["PAUSED", "A-1", "wamid.AAAA1001", "x-1001", "m-1001001001", "xm-100100100", "wamid.HBgL/xy", "852553117050"]
    {
        assert_eq!(person.without(others), None, "{others}");
    }
    for (theirs, left) in [
        ("A", "forgotten"),
        ("1001", "forgotten"),
        ("see m-100100100, m-1001001007", "see forgotten, forgotten"),
        ("id=wamid.HBgL/x&a", "id=forgotten&a"),
        ("tel85255311705x", "telforgottenx"),
    ] {
        assert_eq!(person.without(theirs).as_deref(), Some(left));
    }
    assert!(person.in_bytes(br#"{"id":"1001"}"#) && person.in_bytes(br#"{"id":"wamid.HBgL\/x"}"#));
}
