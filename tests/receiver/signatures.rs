//! Signatures over the wire. The rules themselves are unit-tested beside their code; here is what a sender gets to see.

use crate::harness::{APP, NX, Request, STATUS, now_ms, secret, signed};
use watop::config::{Algorithm, Signing};
use watop::event::{Scheme, Verified};

/// Parsing and writing it again gives other bytes.
const BODY: &[u8] = b"{ \"statuses\":\n[], \"x\": 1.0, \"name\": \"\\u725b\xe5\xb0\x8f\" }";

#[tokio::test]
async fn each_scheme_and_algorithm_verifies_the_bytes_as_sent_and_is_recorded() {
    let server = signed().start().await;
    let nxcloud = Verified { scheme: Scheme::Nxcloud, secret: "2026".into() };
    let meta = Verified { scheme: Scheme::Meta, secret: "app".into() };
    for (request, expected) in [
        (Request::post(BODY).nxcloud(Algorithm::Md5), &nxcloud),
        (Request::post(BODY).nxcloud(Algorithm::Sha256), &nxcloud),
        (Request::post(BODY).meta(), &meta),
    ] {
        let answer = server.ask(&request).await;
        answer.assert_success();
        assert_eq!(server.stored(&answer).verified.as_ref(), Some(expected));

        let mut rewritten = request;
        rewritten.body = serde_json::to_vec(&serde_json::from_slice::<serde_json::Value>(BODY).unwrap()).unwrap();
        server.ask(&rewritten).await.assert_refused(401, "bad_signature");
    }
    assert_eq!(server.receiver.vitals().verified, (2, 1));
    assert_eq!(server.receiver.vitals().refused, 3);
}

#[tokio::test]
async fn what_is_not_signed_is_refused() {
    let server = signed().start().await;
    server.ask(&Request::post(STATUS)).await.assert_refused(401, "missing_signature");
    server.ask(&Request::post("")).await.assert_refused(401, "missing_signature");
    let legacy = Request::post(STATUS).header("X-Hub-Signature", "sha1=0000000000000000000000000000000000000000");
    server.ask(&legacy).await.assert_refused(401, "missing_signature");
    for name in ["accessKey", "ts", "bizType", "action"] {
        let request = Request::post(STATUS).nxcloud(Algorithm::Md5).without(name);
        server.ask(&request).await.assert_refused(401, "missing_signature");
    }
    assert!(server.events().is_empty());
}

#[tokio::test]
async fn repeated_and_conflicting_headers() {
    let server = signed().start().await;
    let nxcloud = Request::post(STATUS).nxcloud(Algorithm::Md5);
    let wrong = "0".repeat(32);
    for sign in [wrong.as_str(), "", &"f".repeat(64)] {
        server.ask(&nxcloud.clone().header("sign", sign)).await.assert_refused(401, "bad_signature");
    }
    server.ask(&nxcloud.clone().header("ts", &now_ms().to_string())).await.assert_refused(401, "bad_signature");

    let meta = Request::post(STATUS).meta();
    let wrong_meta = format!("sha256={}", "0".repeat(64));
    server.ask(&meta.clone().header("X-Hub-Signature-256", &wrong_meta)).await.assert_refused(401, "bad_signature");

    // Two schemes that disagree: one that verifies is enough.
    server.ask(&nxcloud.header("X-Hub-Signature-256", &wrong_meta)).await.assert_success();
    server.ask(&meta.header("sign", &wrong)).await.assert_success();
}

#[tokio::test]
async fn a_wrong_signature_is_refused_without_the_expected_one() {
    let server = signed().start().await;
    let right = Request::post(STATUS).nxcloud(Algorithm::Sha256);
    let sign = right.head().lines().find_map(|line| line.strip_prefix("sign: ").map(str::to_owned)).unwrap();
    let answer = server.ask(&right.without("sign").header("sign", &"0".repeat(64))).await;
    answer.assert_refused(401, "bad_signature");
    assert!(!answer.text().contains(&sign) && !answer.text().contains(NX) && !answer.text().contains(APP));
}

#[tokio::test]
async fn a_pinned_algorithm_refuses_the_other_whatever_the_header_says() {
    let server = signed().with(|setup| setup.signing.algorithms = vec![Algorithm::Sha256]).start().await;
    let md5 = Request::post(STATUS).nxcloud(Algorithm::Md5);
    server.ask(&md5).await.assert_refused(401, "bad_signature");
    server.ask(&md5.header("algorithm", "md5")).await.assert_refused(401, "bad_signature");
    let sha256 = Request::post(STATUS).nxcloud(Algorithm::Sha256).without("algorithm");
    server.ask(&sha256).await.assert_success();
    server.ask(&sha256.header("algorithm", "md5")).await.assert_success();
}

#[tokio::test]
async fn an_old_ts_is_stale_unless_tolerance_is_off() {
    let old = Request::post(STATUS).nxcloud_at(Algorithm::Md5, now_ms() - 720_000);
    let ahead = Request::post(STATUS).nxcloud_at(Algorithm::Md5, now_ms() + 720_000);
    let server = signed().start().await;
    for request in [&old, &ahead] {
        server.ask(request).await.assert_refused(401, "stale_timestamp");
    }
    let mut forged = old.clone();
    forged.body = b"{}".to_vec();
    server.ask(&forged).await.assert_refused(401, "bad_signature");

    let server = signed().with(|setup| setup.signing.ts_tolerance = None).start().await;
    for request in [&old, &ahead] {
        server.ask(request).await.assert_success();
    }
}

#[tokio::test]
async fn reloaded_secrets_count_from_the_next_request_on() {
    let server = signed().start().await;
    let mut client = server.connect().await;
    let request = Request::post(STATUS).meta();
    client.send(&request.bytes()).await;
    client.answer().await.unwrap().assert_success();

    server.receiver.reload(Signing { meta: vec![secret("next", "another", None)], ..Signing::default() });
    client.send(&request.bytes()).await;
    client.answer().await.unwrap().assert_refused(401, "bad_signature");
}
