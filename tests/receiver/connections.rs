//! Slow, large, many and odd: what a connection may and may not do.

use crate::harness::{Client, Request, STATUS, Server, signed, unsigned};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::timeout;
use watop::config::{Algorithm, Signing};
use watop::journal::operator::Operator;
use watop::journal::{Journal, Options};
use watop::receiver::Receiver;

const SHORT: Duration = Duration::from_millis(300);
/// Between two bytes of a slow client: each comes well within any deadline.
const DRIP: Duration = Duration::from_millis(20);

/// Sends byte after byte until the other side answers or ends the connection; how long that took.
async fn drip(client: &mut Client, bytes: impl IntoIterator<Item = u8>) -> Duration {
    let started = Instant::now();
    for byte in bytes {
        if !client.try_send(&[byte]).await || timeout(DRIP, client.stirs()).await.is_ok() {
            break;
        }
        assert!(started.elapsed() < 20 * SHORT, "a slow client is listened to for ever");
    }
    started.elapsed()
}

async fn short_deadlines() -> Server {
    let short = |setup: &mut crate::harness::Setup| {
        setup.receiver.header_timeout = SHORT;
        setup.receiver.body_timeout = SHORT;
    };
    signed().with(short).start().await
}

#[tokio::test]
async fn headers_that_come_byte_by_byte_are_cut_off_without_an_answer() {
    let server = short_deadlines().await;
    let mut client = server.connect().await;
    let took = drip(&mut client, Request::post(STATUS).header("X-Padding", &"x".repeat(10_000)).bytes()).await;
    assert!(took >= SHORT - DRIP, "{took:?}");
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_cut_off() {
    let server = short_deadlines().await;
    let mut client = server.connect().await;
    let started = Instant::now();
    assert!(client.is_closed().await);
    assert!(started.elapsed() >= SHORT / 2 && started.elapsed() < 10 * SHORT);
}

#[tokio::test]
async fn a_connection_may_rest_between_requests_but_its_next_header_has_a_deadline() {
    let server = short_deadlines().await;
    let mut client = server.connect().await;
    assert!(client.is_served().await);
    assert!(timeout(3 * SHORT, client.stirs()).await.is_err(), "a resting connection is kept");
    assert!(client.is_served().await);
    drip(&mut client, Request::post(STATUS).header("X-Padding", &"x".repeat(10_000)).bytes()).await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_a_timeout() {
    let server = short_deadlines().await;
    let head = Request::post("").head();
    let announced = std::iter::repeat_n(b'x', 10_000);
    let chunks = b"1\r\nx\r\n".iter().copied().cycle().take(10_000);
    for (length, body) in [
        ("Content-Length: 10000", Box::new(announced) as Box<dyn Iterator<Item = u8>>),
        ("Transfer-Encoding: chunked", Box::new(chunks)),
    ] {
        let mut client = server.connect().await;
        client.send(format!("{head}{length}\r\n\r\n").as_bytes()).await;
        let took = drip(&mut client, body).await;
        assert!(took >= SHORT - DRIP, "{length}: {took:?}");
        let answer = client.answer().await.unwrap();
        answer.assert_refused(408, "timeout");
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(client.is_closed().await);
    }
    let refused = server.refused().await;
    assert_eq!(refused.iter().map(|entry| entry.answer).collect::<Vec<_>>(), [408, 408]);
    assert!(refused[0].body.starts_with(b"xx") && refused[0].length == 10_000, "{:?}", refused[0]);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_timeout_too() {
    let server = signed().start().await;
    let mut client = server.connect().await;
    client.send(format!("{}Content-Length: 100\r\n\r\nabc", Request::post("").head()).as_bytes()).await;
    client.finish_sending().await;
    client.answer().await.unwrap().assert_refused(408, "timeout");
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_and_the_sender_gets_to_know() {
    let server = signed().start().await;
    let large = Request::post(vec![b' '; 9 << 20]).meta();
    let answer = server.ask(&large).await;
    answer.assert_refused(413, "too_large");
    assert_eq!(answer.header("connection"), Some("close"));

    let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
    let mut client = server.connect().await;
    client.send(format!("{}Transfer-Encoding: chunked\r\n\r\n", Request::post("").head()).as_bytes()).await;
    client.send(&chunk.repeat(9 * 16)).await;
    client.send(b"0\r\n\r\n").await;
    client.answer().await.unwrap().assert_refused(413, "too_large");
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn an_announced_length_over_the_cap_is_refused_before_the_body() {
    let server = signed().start().await;
    let mut client = server.connect().await;
    client.send(format!("{}Content-Length: 9437184\r\n\r\n", Request::post("").head()).as_bytes()).await;
    client.answer().await.unwrap().assert_refused(413, "too_large");
    assert!(client.is_closed().await, "the rest is not waited for");
}

#[tokio::test]
async fn a_body_up_to_the_cap_is_taken() {
    let server = signed().start().await;
    let body = [b"\"".as_slice(), &vec![b'x'; (4 << 20) - 2], b"\""].concat();
    let answer = server.ask(&Request::post(body.clone()).nxcloud(Algorithm::Md5)).await;
    answer.assert_success();
    assert!(server.stored(&answer).body == body);
    let over = [body.as_slice(), b" "].concat();
    server.ask(&Request::post(over).meta()).await.assert_refused(413, "too_large");
}

#[tokio::test]
async fn keep_alive_and_pipelining() {
    let server = signed().start().await;
    let mut client = server.connect().await;
    let good = Request::post(STATUS).meta();
    let batch = [good.bytes(), Request::post("{}").bytes(), Request::get("/healthz").bytes(), good.bytes()].concat();
    for _ in 0..2 {
        client.send(&batch).await;
        client.answer().await.unwrap().assert_success();
        client.answer().await.unwrap().assert_refused(401, "missing_signature");
        assert_eq!(client.answer().await.unwrap().text(), "ok");
        client.answer().await.unwrap().assert_success();
    }
}

#[tokio::test]
async fn chunked_bodies_are_verified_as_the_bytes_they_carry() {
    let server = signed().start().await;
    let request = Request::post(STATUS).nxcloud(Algorithm::Sha256);
    let chunks: String = STATUS
        .as_bytes()
        .chunks(7)
        .map(|chunk| format!("{:x};ext=1\r\n{}\r\n", chunk.len(), std::str::from_utf8(chunk).unwrap()))
        .collect();
    let mut client = server.connect().await;
    client
        .send(
            format!("{}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\nX-Trailer: 1\r\n\r\n", request.head()).as_bytes(),
        )
        .await;
    let answer = client.answer().await.unwrap();
    answer.assert_success();
    assert_eq!(server.stored(&answer).body, STATUS.as_bytes());
    assert!(client.is_served().await);
}

#[tokio::test]
async fn expect_100_continue() {
    let server = signed().start().await;
    let request = Request::post(STATUS).meta().header("Expect", "100-continue");
    let bytes = request.bytes();
    let (head, body) = bytes.split_at(bytes.len() - STATUS.len());
    let mut client = server.connect().await;
    client.send(head).await;
    assert_eq!(client.answer().await.unwrap().status, 100);
    client.send(body).await;
    client.answer().await.unwrap().assert_success();

    let too_large = format!("{}Expect: 100-continue\r\nContent-Length: 9437184\r\n\r\n", Request::post("").head());
    let mut client = server.connect().await;
    client.send(too_large.as_bytes()).await;
    client.answer().await.unwrap().assert_refused(413, "too_large");
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_sender_may_close_its_side_once_the_request_is_sent() {
    let server = signed().start().await;
    let mut client = server.connect().await;
    client.send(&Request::post(STATUS).meta().bytes()).await;
    client.finish_sending().await;
    client.answer().await.unwrap().assert_success();
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn what_is_not_http_gets_a_bare_answer() {
    let server = signed().start().await;
    for (bytes, status) in [
        (b"hello\r\n\r\n".to_vec(), 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 400),
        (Request::get("/").header("X-Long", &"x".repeat(300_000)).bytes(), 431),
    ] {
        let mut client = server.connect().await;
        client.try_send(&bytes).await;
        assert_eq!(client.answer().await.unwrap().status, status);
    }
}

#[tokio::test]
async fn a_flood_of_idle_connections_locks_nobody_out() {
    let server = signed().with(|setup| setup.receiver.connections = 4).start().await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut silent = server.connect().await;
        idle.push(silent.try_send(b"POST /webhook HTTP/1.1\r\n").await.then_some(silent));
        let mut resting = server.connect().await;
        idle.push(resting.is_served().await.then_some(resting));
    }
    let started = Instant::now();
    server.ask(&Request::post(STATUS).meta()).await.assert_success();
    assert!(started.elapsed() < Duration::from_secs(5), "no deadline had to pass: {:?}", started.elapsed());
}

#[tokio::test]
async fn a_request_under_way_keeps_its_place_and_the_next_waits_for_it() {
    let server = signed().with(|setup| setup.receiver.connections = 1).start().await;
    let bytes = Request::post(STATUS).meta().bytes();
    let (begin, end) = bytes.split_at(bytes.len() - 10);
    let mut first = server.connect().await;
    first.send(begin).await;
    assert!(timeout(SHORT, first.stirs()).await.is_err());
    let mut second = server.connect().await;
    second.send(&bytes).await;
    assert!(timeout(SHORT, second.stirs()).await.is_err(), "there is one place only");
    first.send(end).await;
    first.answer().await.unwrap().assert_success();
    second.answer().await.unwrap().assert_success();
}

#[tokio::test]
async fn what_cannot_be_listened_on_is_said_with_the_way_out() {
    let server = signed().start().await;
    let dir = TempDir::new().unwrap();
    let journal = std::sync::Arc::new(Journal::open(dir.path(), Options::default()).unwrap());
    let mut config = unsigned().receiver;
    config.listen = server.receiver.address();
    let operator = || Operator::open(dir.path()).unwrap();
    let taken = Receiver::start(&config, Signing::default(), journal.clone(), operator()).await.err().unwrap();
    assert!(taken.contains(&config.listen.to_string()) && taken.contains("--listen 127.0.0.1:0"), "{taken}");

    config.listen = "127.0.0.1:0".parse().unwrap();
    for path in ["webhook", "", "/healthz", "/readyz", "/a b", "/a?b", "/é"] {
        config.path = path.to_owned();
        let said = Receiver::start(&config, Signing::default(), journal.clone(), operator()).await.err().unwrap();
        assert!(said.contains("--path"), "{path}: {said}");
    }
}
