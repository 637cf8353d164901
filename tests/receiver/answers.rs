//! Who is answered what, and what is stored of it.

use crate::harness::{Request, STATUS, Server, signed, unsigned};
use std::fs;
use watop::config::{Algorithm, SecretText};
use watop::event::Kind;

#[tokio::test]
async fn a_verified_request_is_stored_before_it_is_answered() {
    let server = signed().start().await;
    let answer = server.ask(&Request::post(STATUS).nxcloud(Algorithm::Md5)).await;
    answer.assert_success();
    assert_eq!(answer.header("watop-request"), Some("1"));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(server.stored(&answer).body, STATUS.as_bytes());
    assert_eq!(server.events().len(), 1);
}

#[tokio::test]
async fn the_same_delivery_again_is_kept_but_its_events_are_not_stored_twice() {
    let server = signed().start().await;
    let request = Request::post(STATUS).meta();
    for number in ["1", "2"] {
        let answer = server.ask(&request).await;
        answer.assert_success();
        assert_eq!(answer.header("watop-request"), Some(number));
        assert_eq!(server.stored(&answer).body, STATUS.as_bytes());
    }
    assert_eq!(server.events().len(), 1);
}

#[tokio::test]
async fn every_example_of_the_platform_is_taken() {
    let server = signed().start().await;
    let mut posted = 0;
    for entry in fs::read_dir("tests/protocol/examples").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let algorithm = if posted % 2 == 0 { Algorithm::Md5 } else { Algorithm::Sha256 };
            server.ask(&Request::post(fs::read(path).unwrap()).nxcloud(algorithm)).await.assert_success();
            posted += 1;
        }
    }
    assert_eq!(posted, 58);
    let kinds: Vec<Kind> = server.events().iter().map(|event| event.kind()).collect();
    assert_eq!(kinds.len(), 58);
    assert!(!kinds.contains(&Kind::Unrecognised));
}

#[tokio::test]
async fn a_verified_body_is_never_refused_for_its_content() {
    let server = signed().start().await;
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    let invalid = fs::read("tests/protocol/examples/46-template-status-flagged.invalid.txt").unwrap();
    for body in [b"".as_slice(), b"not json", b"\xff\xfe\x00", b"[]", b"42", b"{}", deep.as_bytes(), &invalid] {
        for request in [Request::post(body).meta(), Request::post(body).nxcloud(Algorithm::Sha256)] {
            let answer = server.ask(&request.without("content-type")).await;
            answer.assert_success();
            assert_eq!(server.stored(&answer).body, body);
        }
    }
    let events = server.events();
    assert_eq!(events.len(), 8, "one for each body, whatever signed it");
    assert!(events.iter().all(|event| event.kind() == Kind::Unrecognised));
}

#[tokio::test]
async fn the_answer_to_success_is_configurable() {
    let server = signed().with(|setup| setup.receiver.answer = "EVENT_RECEIVED".to_owned()).start().await;
    assert_eq!(server.ask(&Request::post(STATUS).meta()).await.text(), "EVENT_RECEIVED");
}

#[tokio::test]
async fn only_what_verifies_and_replays_is_stored_of_the_headers() {
    let server = signed().start().await;
    let request = Request::post(STATUS)
        .nxcloud(Algorithm::Sha256)
        .header("Authorization", "Bearer hidden")
        .header("User-Agent", "platform/1.0")
        .header("X-Forwarded-For", "203.0.113.9");
    let stored = server.stored(&server.ask(&request).await);
    let names: Vec<&str> = stored.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["content-type", "accesskey", "ts", "biztype", "action", "sign", "algorithm", "user-agent", "x-forwarded-for"]
    );
    assert_eq!((stored.peer.as_str(), stored.path.as_str()), ("127.0.0.1", "/webhook"));
}

#[tokio::test]
async fn without_secrets_json_is_asked_for_and_anything_json_is_taken() {
    let server = unsigned().start().await;
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    for body in [STATUS, "{}", "[]", "42", "\"text\"", &deep] {
        server.ask(&Request::post(body)).await.assert_success();
    }
    let kinds: Vec<Kind> = server.events().iter().map(|event| event.kind()).collect();
    assert_eq!(kinds.len(), 6);
    assert_eq!(kinds.iter().filter(|kind| **kind == Kind::Unrecognised).count(), 5);
    assert!(server.events().iter().all(|event| event.verified.is_none()));
}

#[tokio::test]
async fn without_secrets_what_is_not_json_is_refused_with_its_place() {
    let server = unsigned().start().await;
    let unclosed = "[".repeat(5000);
    for (body, place) in [
        (b"{\"a\": 1,\n\"b\" 2}".as_slice(), "line 2 column 5"),
        (b"", "line 1 column 1"),
        (b"{\"a\": \"\xff\"}", "line 1 column 8"),
        (unclosed.as_bytes(), "line 1 column 5001"),
    ] {
        let (status, error, message) = server.ask(&Request::post(body)).await.refusal();
        assert_eq!((status, error.as_str()), (400, "malformed_json"));
        assert!(message.contains(place), "{message}");
    }
    assert!(server.events().is_empty());
}

#[tokio::test]
async fn without_secrets_the_content_type_must_be_json() {
    let server = unsigned().start().await;
    for taken in
        ["application/json", "Application/JSON; charset=utf-8", "application/json;x", "application/cloudevents+json"]
    {
        let request = Request::post(STATUS).without("content-type").header("Content-Type", taken);
        server.ask(&request).await.assert_success();
    }
    for refused in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/+json", "json"]
    {
        let request = Request::post(STATUS).without("content-type").header("Content-Type", refused);
        server.ask(&request).await.assert_refused(415, "unsupported_media_type");
    }
    let none = Request::post(STATUS).without("content-type");
    server.ask(&none).await.assert_refused(415, "unsupported_media_type");
}

const HANDSHAKE: &str = "/webhook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";

async fn with_token(token: Option<&str>) -> Server {
    signed().with(|setup| setup.signing.verify_token = token.map(SecretText::new)).start().await
}

#[tokio::test]
async fn the_handshake_echoes_the_challenge_for_the_right_token() {
    let server = with_token(Some("to ken")).await;
    let answer = server.ask(&Request::get(&format!("{HANDSHAKE}to%20ken"))).await;
    assert_eq!((answer.status, answer.text()), (200, "1158201444"));
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
}

#[tokio::test]
async fn the_handshake_echoes_nothing_otherwise() {
    let server = with_token(Some("token")).await;
    for (target, status, error) in [
        (format!("{HANDSHAKE}wrong"), 403, "bad_verify_token"),
        (HANDSHAKE.to_owned(), 403, "bad_verify_token"),
        (format!("{HANDSHAKE}token%0a"), 403, "bad_verify_token"),
        ("/webhook".to_owned(), 405, "method_not_allowed"),
        ("/webhook?challenge=1158201444".to_owned(), 405, "method_not_allowed"),
    ] {
        let answer = server.ask(&Request::get(&target)).await;
        answer.assert_refused(status, error);
        assert!(!answer.text().contains("1158201444"), "{target}");
    }
    with_token(None).await.ask(&Request::get(&format!("{HANDSHAKE}token"))).await.assert_refused(404, "not_found");
}

#[tokio::test]
async fn other_paths_and_methods_are_refused_with_the_way_to_go() {
    let server = signed().start().await;
    for target in ["/", "/webhook/", "/Webhook", "/other?x=1", "/webhook%2f"] {
        let (status, error, message) = server.ask(&Request::new("POST", target)).await.refusal();
        assert_eq!((status, error.as_str()), (404, "not_found"), "{target}");
        assert!(message.contains("POST /webhook"), "{message}");
    }
    for (method, target, allow) in [
        ("PUT", "/webhook", "GET, HEAD, POST"),
        ("OPTIONS", "/webhook", "GET, HEAD, POST"),
        ("GET", "/webhook", "POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("DELETE", "/readyz", "GET, HEAD"),
    ] {
        let answer = server.ask(&Request::new(method, target)).await;
        answer.assert_refused(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some(allow), "{method} {target}");
    }
}

#[tokio::test]
async fn any_visible_path_can_be_configured() {
    for path in ["/", "/a/b", "/{hook}", "/:x/*y", "/webhook/~%7B"] {
        let server = signed().with(|setup| setup.receiver.path = path.to_owned()).start().await;
        let mut request = Request::new("POST", path).header("Content-Type", "application/json");
        request.body = STATUS.into();
        server.ask(&request.meta()).await.assert_success();
        let (_, _, message) = server.ask(&Request::get("/elsewhere")).await.refusal();
        assert!(message.contains(path), "{message}");
    }
}

#[tokio::test]
async fn health_and_readiness_are_told() {
    let server = signed().start().await;
    assert_eq!(server.ask(&Request::get("/healthz")).await.status, 200);
    assert_eq!(server.ask(&Request::get("/readyz")).await.status, 200);
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let server = with_token(Some("token")).await;
    for (target, status) in [("/healthz", 200), ("/webhook", 405), ("/nothing", 404)] {
        let mut client = server.connect().await;
        client.send(&Request::new("HEAD", target).bytes()).await;
        assert_eq!(client.answer_without_body().await.unwrap().status, status, "{target}");
        assert!(client.is_served().await, "nothing but the head was sent");
    }
}
