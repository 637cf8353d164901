use super::*;
use crate::config::{Secret, SecretText};
use crate::event::{Scheme, Text};
use axum::http::header::HeaderName;
use std::time::Duration;

const NX: &str = "abciiiko2k3";
const APP: &str = "0123456789abcdef0123456789abcdef";
/// Keys out of order, blanks and a needless escape: parsing and writing it again gives other bytes.
const BODY: &[u8] = b"{ \"b\": 1.0,\n\"a\": \"\\u0041\xe4\xbd\xa0\" }";
const NOW: Millis = Millis(1_700_000_000_000);

fn secret(label: &str, value: &str, access_key: Option<&str>) -> Secret {
    Secret { label: label.into(), value: SecretText::new(value), access_key: access_key.map(Text::from) }
}

fn signing() -> Signing {
    Signing {
        algorithms: vec![Algorithm::Md5, Algorithm::Sha256],
        ts_tolerance: Some(Duration::from_secs(300)),
        nxcloud: vec![secret("2025", "older secret", None), secret("2026", NX, None)],
        meta: vec![secret("app", APP, None)],
        verify_token: None,
    }
}

fn headers(pairs: impl IntoIterator<Item = (&'static str, String)>) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in pairs {
        map.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    map
}

fn nxcloud_headers(body: &[u8], algorithm: Algorithm) -> HeaderMap {
    headers(sign_nxcloud(body, NX.as_bytes(), "key", "dr", NOW.0, algorithm))
}

fn meta_headers(body: &'static [u8]) -> HeaderMap {
    headers([sign_meta(&Bytes::from_static(body), APP.as_bytes())])
}

fn verify(signing: &Signing, headers: &HeaderMap, body: &[u8]) -> Result<Verified, Fault> {
    Verifier::new(signing).verify(headers, body, NOW)
}

fn by(scheme: Scheme, label: &str) -> Result<Verified, Fault> {
    Ok(Verified { scheme, secret: label.into() })
}

fn kind(outcome: Result<Verified, Fault>) -> &'static str {
    match outcome {
        Ok(_) => "verified",
        Err(Fault::Missing(_)) => "missing",
        Err(Fault::Bad(_)) => "bad",
        Err(Fault::Stale { .. }) => "stale",
    }
}

#[test]
fn published_vectors_verify() {
    let file: serde_json::Value =
        serde_json::from_slice(include_bytes!("../../../tests/protocol/signature_vectors.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 20);
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().unwrap_or_default().to_owned();
        let mut signing = Signing { ts_tolerance: None, ..signing() };
        let body = text("body");
        let (sent, expected) = if text("scheme") == "meta" {
            signing.meta = vec![secret("vector", &text("app_secret"), None)];
            (headers([("x-hub-signature-256", text("x_hub_signature_256"))]), Scheme::Meta)
        } else {
            signing.nxcloud = vec![secret("vector", &text("accessSecret"), None)];
            let header = |name: &str| vector["headers"][name].as_str().unwrap().to_owned();
            let sent = headers([
                ("accesskey", header("accessKey")),
                ("action", header("action")),
                ("biztype", header("bizType")),
                ("ts", header("ts")),
                ("algorithm", text("algorithm")),
                ("sign", text("sign")),
            ]);
            (sent, Scheme::Nxcloud)
        };
        let name = text("name");
        assert_eq!(verify(&signing, &sent, body.as_bytes()), by(expected, "vector"), "{name}");
        let other = format!("{body} ");
        assert_eq!(kind(verify(&signing, &sent, other.as_bytes())), "bad", "{name}: another body must not verify");
    }
}

#[test]
fn the_signature_covers_the_bytes_as_they_came() {
    let rewritten = serde_json::to_vec(&serde_json::from_slice::<serde_json::Value>(BODY).unwrap()).unwrap();
    assert_ne!(rewritten, BODY);
    for algorithm in [Algorithm::Md5, Algorithm::Sha256] {
        let sent = nxcloud_headers(BODY, algorithm);
        assert_eq!(verify(&signing(), &sent, BODY), by(Scheme::Nxcloud, "2026"));
        assert_eq!(kind(verify(&signing(), &sent, &rewritten)), "bad");
    }
    let sent = meta_headers(BODY);
    assert_eq!(verify(&signing(), &sent, BODY), by(Scheme::Meta, "app"));
    assert_eq!(kind(verify(&signing(), &sent, &rewritten)), "bad");
}

#[test]
fn bodies_need_be_neither_text_nor_present() {
    for body in [b"\xff\xfe\0".as_slice(), b""] {
        assert_eq!(verify(&signing(), &nxcloud_headers(body, Algorithm::Md5), body), by(Scheme::Nxcloud, "2026"));
    }
}

#[test]
fn every_secret_of_a_rotation_verifies_and_is_named() {
    let sent = headers(sign_nxcloud(BODY, b"older secret", "key", "dr", NOW.0, Algorithm::Md5));
    assert_eq!(verify(&signing(), &sent, BODY), by(Scheme::Nxcloud, "2025"));

    let mut rotating = signing();
    rotating.meta.push(secret("next", "next app secret", None));
    let sent = headers([sign_meta(&Bytes::from_static(BODY), b"next app secret")]);
    assert_eq!(verify(&rotating, &sent, BODY), by(Scheme::Meta, "next"));
}

#[test]
fn hex_may_be_upper_case() {
    let mut sent = nxcloud_headers(BODY, Algorithm::Sha256);
    let upper = sent["sign"].to_str().unwrap().to_uppercase();
    sent.insert("sign", upper.parse().unwrap());
    assert_eq!(verify(&signing(), &sent, BODY), by(Scheme::Nxcloud, "2026"));

    let mut sent = meta_headers(BODY);
    let upper = sent[meta::HEADER].to_str().unwrap().to_uppercase();
    sent.insert(meta::HEADER, upper.parse().unwrap());
    assert_eq!(verify(&signing(), &sent, BODY), by(Scheme::Meta, "app"));
}

#[test]
fn a_request_without_a_present_scheme_is_missing_its_signature() {
    assert_eq!(kind(verify(&signing(), &HeaderMap::new(), BODY)), "missing");
    let only_meta = Signing { nxcloud: Vec::new(), ..signing() };
    assert_eq!(kind(verify(&only_meta, &nxcloud_headers(BODY, Algorithm::Md5), BODY)), "missing");
    let only_nxcloud = Signing { meta: Vec::new(), ..signing() };
    assert_eq!(kind(verify(&only_nxcloud, &meta_headers(BODY), BODY)), "missing");
    let legacy = headers([("x-hub-signature", "sha1=0000000000000000000000000000000000000000".to_owned())]);
    assert_eq!(kind(verify(&signing(), &legacy, BODY)), "missing");
}

#[test]
fn nxcloud_without_one_of_its_headers_is_missing_its_signature() {
    for name in ["accessKey", "ts", "bizType", "action"] {
        let mut sent = nxcloud_headers(BODY, Algorithm::Md5);
        sent.remove(name);
        assert_eq!(
            verify(&signing(), &sent, BODY),
            Err(Fault::Missing(format!("sign came without the header {name}")))
        );
    }
}

#[test]
fn repeated_headers_are_bad() {
    for name in ["accesskey", "ts", "biztype", "action", "sign"] {
        let mut sent = nxcloud_headers(BODY, Algorithm::Md5);
        sent.append(name.parse::<HeaderName>().unwrap(), sent[name].clone());
        assert_eq!(kind(verify(&signing(), &sent, BODY)), "bad", "{name}");
    }
    let mut sent = nxcloud_headers(BODY, Algorithm::Sha256);
    sent.append("algorithm", "sha256".parse().unwrap());
    assert_eq!(kind(verify(&signing(), &sent, BODY)), "bad");
    let mut sent = meta_headers(BODY);
    sent.append(meta::HEADER, sent[meta::HEADER].clone());
    assert_eq!(kind(verify(&signing(), &sent, BODY)), "bad");
}

#[test]
fn one_present_scheme_that_verifies_is_enough() {
    let mut sent = nxcloud_headers(BODY, Algorithm::Md5);
    sent.insert(meta::HEADER, format!("sha256={}", "0".repeat(64)).parse().unwrap());
    assert_eq!(verify(&signing(), &sent, BODY), by(Scheme::Nxcloud, "2026"));

    let mut sent = meta_headers(BODY);
    sent.insert("sign", "00".parse().unwrap());
    assert_eq!(verify(&signing(), &sent, BODY), by(Scheme::Meta, "app"));
}

#[test]
fn an_algorithm_that_is_not_known_is_bad_unless_one_is_pinned() {
    for name in ["sha1", "", "md5,sha256", "none"] {
        let mut sent = nxcloud_headers(BODY, Algorithm::Md5);
        sent.insert("algorithm", name.parse().unwrap());
        assert_eq!(kind(verify(&signing(), &sent, BODY)), "bad", "{name}");
        let pinned = Signing { algorithms: vec![Algorithm::Md5], ..signing() };
        assert_eq!(verify(&pinned, &sent, BODY), by(Scheme::Nxcloud, "2026"), "{name}");
    }
}

#[test]
fn a_pinned_algorithm_cannot_be_talked_down() {
    let pinned = Signing { algorithms: vec![Algorithm::Sha256], ..signing() };
    let mut sent = nxcloud_headers(BODY, Algorithm::Md5);
    assert_eq!(kind(verify(&pinned, &sent, BODY)), "bad");
    sent.insert("algorithm", "md5".parse().unwrap());
    assert_eq!(kind(verify(&pinned, &sent, BODY)), "bad");

    let mut sent = nxcloud_headers(BODY, Algorithm::Sha256);
    sent.remove("algorithm");
    assert_eq!(verify(&pinned, &sent, BODY), by(Scheme::Nxcloud, "2026"));
}

#[test]
fn an_access_key_that_is_not_the_configured_one_is_bad() {
    let with_key = |key: &str| Signing { nxcloud: vec![secret("2026", NX, Some(key))], ..signing() };
    let sent = nxcloud_headers(BODY, Algorithm::Md5);
    assert_eq!(verify(&with_key("key"), &sent, BODY), by(Scheme::Nxcloud, "2026"));
    assert_eq!(kind(verify(&with_key("yek"), &sent, BODY)), "bad");
    assert_eq!(kind(verify(&with_key("longer"), &sent, BODY)), "bad");
}

#[test]
fn ts_is_ms_or_s_and_nothing_else() {
    let at = |ts: &str| {
        let text =
            nxcloud::SignedText { access_key: b"key", action: b"dr", biz_type: b"2", ts: ts.as_bytes(), body: BODY };
        let sign = hex::encode(text.digest(Algorithm::Md5, NX.as_bytes()));
        let sent = headers([
            ("accesskey", "key".to_owned()),
            ("action", "dr".to_owned()),
            ("biztype", "2".to_owned()),
            ("ts", ts.to_owned()),
            ("sign", sign),
        ]);
        (verify(&signing(), &sent, BODY), verify(&Signing { ts_tolerance: None, ..signing() }, &sent, BODY))
    };
    for ts in ["1700000000000", "1700000000", "1699999700000", "1700000300"] {
        assert_eq!(at(ts).0, by(Scheme::Nxcloud, "2026"), "{ts}");
    }
    for ts in ["1699999699999", "1700000301", "1000000000"] {
        let (checked, off) = at(ts);
        assert_eq!(kind(checked), "stale", "{ts}");
        assert_eq!(off, by(Scheme::Nxcloud, "2026"), "{ts}: tolerance off");
    }
    for ts in ["", "TIMESTAMP", "170000000000", "17000000000000", "+700000000", "-170000000000", "1700000000.00"] {
        let (checked, off) = at(ts);
        assert_eq!(kind(checked), "bad", "{ts}");
        assert_eq!(kind(off), "bad", "{ts}: malformed even with tolerance off");
    }
}

#[test]
fn stale_is_said_only_of_a_right_digest_and_tells_the_age() {
    let later = Millis(NOW.0 + 720_000);
    let verifier = Verifier::new(&signing());
    let sent = nxcloud_headers(BODY, Algorithm::Md5);
    let verified = Verified { scheme: Scheme::Nxcloud, secret: "2026".into() };
    assert_eq!(verifier.verify(&sent, BODY, later), Err(Fault::Stale { verified, age_ms: 720_000 }));
    assert_eq!(kind(verifier.verify(&sent, b"another body", later)), "bad");
}

#[test]
fn signatures_that_are_not_hex_of_the_right_length_are_bad() {
    for sign in ["", "0", "zz", "87c3560d3331ae23f1021e202572235", "87c3560d3331ae23f1021e2025722354ff"] {
        let mut sent = nxcloud_headers(BODY, Algorithm::Md5);
        sent.insert("sign", sign.parse().unwrap());
        assert_eq!(kind(verify(&signing(), &sent, BODY)), "bad", "{sign}");
        for value in [sign.to_owned(), format!("sha256={sign}"), "sha1=".to_owned() + &"0".repeat(64)] {
            let sent = headers([("x-hub-signature-256", value.clone())]);
            assert_eq!(kind(verify(&signing(), &sent, BODY)), "bad", "{value}");
        }
    }
}
