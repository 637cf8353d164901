use super::*;
use crate::config::{SecretText, Signing};
use crate::event::Text;
use crate::receiver::signature::{sign_meta, sign_nxcloud};
use bytes::Bytes;

const NX: &[u8] = b"abciiiko2k3";
const APP: &[u8] = b"0123456789abcdef";
const BODY: &str = "{\"name\":\"牛小信\",\"id\":10001}";

fn secret(label: &str, value: &[u8], access_key: Option<&str>) -> Secret {
    Secret { label: label.into(), value: SecretText::new(value), access_key: access_key.map(Text::from) }
}

fn signing() -> Signing {
    Signing {
        algorithms: vec![Algorithm::Md5, Algorithm::Sha256],
        nxcloud: vec![secret("2026", NX, Some("key"))],
        meta: vec![secret("app", APP, None)],
        ..Signing::default()
    }
}

fn headers<const N: usize>(pairs: [(&str, &str); N]) -> HeaderMap {
    pairs.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

fn signed(body: &str, access_key: &str, action: &str, algorithm: Algorithm) -> HeaderMap {
    sign_nxcloud(body.as_bytes(), NX, access_key, action, 1_700_000_000_000, algorithm)
        .into_iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect()
}

fn explained(signing: &Signing, headers: &HeaderMap, body: &str) -> String {
    explain(&Verifier::new(signing), headers, body.as_bytes())
}

#[track_caller]
fn assert_says(said: &str, expected: &[&str]) {
    for part in expected {
        assert!(said.contains(part), "{said:?} lacks {part:?}");
    }
}

#[test]
fn a_body_written_anew_is_recognised() {
    let compact = BODY;
    let spaced = "{\"name\": \"牛小信\", \"id\": 10001}";
    let indented = "{\n  \"name\": \"牛小信\",\n  \"id\": 10001\n}";
    let escaped = "{\"name\":\"\\u725b\\u5c0f\\u4fe1\",\"id\":10001}";
    let newline = "{\"name\":\"牛小信\",\"id\":10001}\n";
    let indented_newline = "{\n  \"name\": \"牛小信\",\n  \"id\": 10001\n}\n";
    let indented_two = "{\n  \"name\": \"牛小信\",\n  \"id\": 10001\n}\n\n";
    let indented_crlf = "{\r\n  \"name\": \"牛小信\",\r\n  \"id\": 10001\r\n}";
    for (signed_as, sent_as, said) in [
        (compact, spaced, "written compactly"),
        (spaced, compact, "blank after each comma"),
        (indented, compact, "indented by 2"),
        (compact, indented, "written compactly"),
        (escaped, compact, "as \\u escapes"),
        (compact, escaped, "as plain text"),
        (compact, newline, "space around it is removed"),
        (newline, compact, "newline is added"),
        (indented_newline, indented_two, "the newline at its end is removed"),
        (indented, indented_crlf, "CR LF is written as LF"),
    ] {
        let sent = signed(signed_as, "key", "dr", Algorithm::Md5);
        assert_says(&explained(&signing(), &sent, sent_as), &["\"2026\"", said, "not sent as it was signed"]);

        let (name, value) = sign_meta(&Bytes::from_static(signed_as.as_bytes()), APP);
        let sent = headers([(name, &value)]);
        assert_says(&explained(&signing(), &sent, sent_as), &["\"app\"", said, "not sent as it was signed"]);
    }
}

#[test]
fn the_wrong_algorithm_is_recognised() {
    let pinned = Signing { algorithms: vec![Algorithm::Sha256], ..signing() };
    let sent = signed(BODY, "key", "dr", Algorithm::Md5);
    assert_says(&explained(&pinned, &sent, BODY), &["with md5 matches", "only sha256 is accepted"]);

    let mut sent = signed(BODY, "key", "dr", Algorithm::Sha256);
    sent.remove("algorithm");
    assert_says(&explained(&signing(), &sent, BODY), &["with sha256 matches", "without an algorithm header"]);
    sent.insert("algorithm", "sha512".parse().unwrap());
    assert_says(&explained(&signing(), &sent, BODY), &["with sha256 matches", "header says something else"]);
}

#[test]
fn a_wrong_access_key_is_recognised_in_the_header_and_in_the_text() {
    let sent = signed(BODY, "other", "dr", Algorithm::Md5);
    assert_says(&explained(&signing(), &sent, BODY), &["accessKey is not the one configured"]);
    let mut sent = signed(BODY, "key", "dr", Algorithm::Md5);
    sent.insert("accesskey", "other".parse().unwrap());
    assert_says(&explained(&signing(), &sent, BODY), &["matches with its configured accessKey"]);
}

#[test]
fn a_sibling_action_is_recognised() {
    let mut sent = signed(BODY, "key", "mt", Algorithm::Md5);
    sent.insert("action", "dr".parse().unwrap());
    assert_says(&explained(&signing(), &sent, BODY), &["action \"mt\""]);
}

#[test]
fn a_body_that_was_not_signed_is_recognised() {
    let sent = signed("", "key", "dr", Algorithm::Md5);
    assert_says(&explained(&signing(), &sent, BODY), &["without the body"]);
}

#[test]
fn a_ts_that_is_no_time_is_recognised() {
    let text = SignedText { access_key: b"key", action: b"dr", biz_type: b"2", ts: b"now", body: BODY.as_bytes() };
    let sign = hex::encode(text.digest(Algorithm::Md5, NX));
    let sent = headers([("accesskey", "key"), ("action", "dr"), ("biztype", "2"), ("ts", "now"), ("sign", &sign)]);
    assert_says(&explained(&signing(), &sent, BODY), &["ts is not a time"]);
}

#[test]
fn schemes_mixed_up_are_recognised() {
    let (_, hub) = sign_meta(&Bytes::from_static(BODY.as_bytes()), APP);
    let digits = hub.strip_prefix("sha256=").unwrap();
    assert_says(&explained(&signing(), &headers([("sign", digits)]), BODY), &["Meta's kind", "\"app\""]);
    let bare = headers([("x-hub-signature-256", digits)]);
    assert_says(&explained(&signing(), &bare, BODY), &["\"app\" matches", "prefix sha256= is missing"]);

    let mut sent = signed(BODY, "key", "dr", Algorithm::Sha256);
    let sign = sent.remove("sign").unwrap();
    sent.insert("x-hub-signature-256", sign);
    assert_says(&explained(&signing(), &sent, BODY), &["NXCloud's signature", "\"2026\"", "header sign"]);

    let misplaced = Signing { nxcloud: vec![secret("misplaced", APP, None)], meta: Vec::new(), ..signing() };
    let sent = headers([("x-hub-signature-256", &hub)]);
    assert_says(&explained(&misplaced, &sent, BODY), &["\"misplaced\"", "[[meta.secret]]"]);
}

#[test]
fn what_cannot_be_tried_is_said_plainly() {
    let sent = signed(BODY, "key", "dr", Algorithm::Md5);
    let only_meta = Signing { nxcloud: Vec::new(), ..signing() };
    assert_says(&explained(&only_meta, &sent, BODY), &["no NXCloud secret is configured"]);
    assert_says(&explained(&signing(), &HeaderMap::new(), BODY), &["no signature header came"]);
    let legacy = headers([("x-hub-signature", "sha1=00")]);
    assert_says(&explained(&signing(), &legacy, BODY), &["SHA-1"]);
    let unknown = Signing { nxcloud: vec![secret("2026", b"not it", None)], ..signing() };
    assert_says(&explained(&unknown, &sent, BODY), &["another secret"]);
}

#[test]
fn an_explanation_never_holds_a_secret_or_an_expected_value() {
    let sent = signed(BODY, "other", "dr", Algorithm::Md5);
    let said = explained(&signing(), &sent, BODY);
    assert!(!said.contains("abciiiko2k3") && !said.contains(sent["sign"].to_str().unwrap()), "{said}");
}
