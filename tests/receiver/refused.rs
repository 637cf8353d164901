//! What the operator finds of refused requests.

use crate::harness::{Request, STATUS, now_ms, signed, unsigned};
use watop::config::{Algorithm, SecretText};
use watop::event::Millis;
use watop::journal::operator::Operator;

#[tokio::test]
async fn every_refusal_is_listed_with_what_came() {
    let server = unsigned().with(|setup| setup.receiver.body_limit = 1000).start().await;
    server.ask(&Request::post("{nonsense").header("User-Agent", "curl").header("Cookie", "hidden")).await;
    server.ask(&Request::post(STATUS).without("content-type")).await;
    server.ask(&Request::post(vec![b' '; 1001])).await;
    let mut elsewhere = Request::new("POST", "/elsewhere?token=hidden");
    elsewhere.body = b"start of the body".to_vec();
    server.ask(&elsewhere).await;
    server.ask(&Request::new("PUT", "/webhook")).await;

    let refused = server.refused().await;
    let found: Vec<(&str, u16)> = refused.iter().map(|entry| (entry.reason.as_str(), entry.answer)).collect();
    assert_eq!(
        found,
        [
            ("malformed_json", 400),
            ("unsupported_media_type", 415),
            ("too_large", 413),
            ("not_found", 404),
            ("method_not_allowed", 405)
        ]
    );
    let malformed = &refused[0];
    assert_eq!((malformed.peer.as_str(), malformed.path.as_str()), ("127.0.0.1", "/webhook"));
    assert_eq!((malformed.body.as_slice(), malformed.length), (b"{nonsense".as_slice(), 9));
    assert!(malformed.explanation.as_deref().unwrap().contains("line 1 column 2"), "{malformed:?}");
    assert!((now_ms() - malformed.at.0).abs() < 60_000);
    assert_eq!(refused[2].length, 1001);
    assert_eq!((refused[3].path.as_str(), refused[3].body.as_slice()), ("/elsewhere", b"start of the body".as_slice()));
    assert!(!format!("{refused:?}").contains("hidden"), "neither cookies nor queries are kept");
}

#[tokio::test]
async fn a_mismatch_is_explained_to_the_operator_only() {
    let server = signed().start().await;
    let mut indented = Request::post("{\"id\":1,\"statuses\":[]}").nxcloud(Algorithm::Md5);
    indented.body = b"{\n  \"id\": 1,\n  \"statuses\": []\n}".to_vec();
    let answer = server.ask(&indented).await;
    assert!(!answer.text().contains("compact"));
    let refused = server.refused().await;
    let explanation = refused[0].explanation.as_deref().unwrap();
    assert!(explanation.contains("\"2026\"") && explanation.contains("written compactly"), "{explanation}");
}

#[tokio::test]
async fn a_stale_request_is_kept_whole_with_its_advice() {
    let server = signed().start().await;
    let body = format!("{{\"padding\":\"{}\"}}", "x".repeat(100_000));
    let request = Request::post(body.clone()).nxcloud_at(Algorithm::Sha256, now_ms() - 725_000);
    server.ask(&request).await.assert_refused(401, "stale_timestamp");
    let refused = server.refused().await;
    assert_eq!(
        refused[0].explanation.as_deref(),
        Some("correctly signed, 12 min old: if retries keep their ts, set ts_tolerance = off")
    );
    assert_eq!(refused[0].body, body.as_bytes());
    for name in ["accesskey", "ts", "biztype", "action", "sign", "algorithm"] {
        assert!(refused[0].headers.iter().any(|(kept, _)| kept == name), "{name}");
    }
}

#[tokio::test]
async fn a_flood_is_counted_in_full() {
    let server = signed().start().await;
    let mut client = server.connect().await;
    for _ in 0..1500 {
        client.send(&Request::post("{}").bytes()).await;
        client.answer().await.unwrap().assert_refused(401, "missing_signature");
    }
    assert_eq!(server.receiver.vitals().refused, 1500);
    server.receiver.stop().await;
    let operator = Operator::open(server.dir.path()).unwrap();
    let counts = operator.refused_counts(Millis(0), Millis(i64::MAX)).unwrap();
    assert_eq!(counts.iter().map(|row| row.count).sum::<u64>(), 1500);
    assert!(counts.iter().all(|row| (row.reason.as_str(), row.answer) == ("missing_signature", 401)));
    assert!(operator.refused().unwrap().len() <= 1000);
}

#[tokio::test]
async fn a_handshake_with_a_wrong_token_leaves_no_token_behind() {
    let server = signed().with(|setup| setup.signing.verify_token = Some(SecretText::new("right"))).start().await;
    let target = "/webhook?hub.mode=subscribe&hub.verify_token=almost-right&hub.challenge=1";
    server.ask(&Request::get(target)).await.assert_refused(403, "bad_verify_token");
    let refused = server.refused().await;
    assert_eq!((refused[0].reason.as_str(), refused[0].answer), ("bad_verify_token", 403));
    assert!(!format!("{refused:?}").contains("almost"));
}
