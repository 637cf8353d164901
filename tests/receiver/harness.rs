//! A receiver with its own temporary journal, and a client that hides nothing of HTTP.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use watop::config::{self, Algorithm, Secret, SecretText, Signing};
use watop::event::{Event, Text};
use watop::journal::operator::{Operator, Refused};
use watop::journal::{Journal, Options, RawRequest, Reader};
use watop::receiver::Receiver;
use watop::receiver::signature::{sign_meta, sign_nxcloud};

pub(crate) const NX: &str = "abciiiko2k3";
pub(crate) const APP: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const STATUS: &str =
    r#"{"statuses":[{"id":"wamid.1","status":"read","timestamp":"1660019990","recipient_id":"86176"}]}"#;

/// No answer of a test may take longer: a hang is a failure, not a wait.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    pub(crate) receiver: Receiver,
    pub(crate) journal: Arc<Journal>,
    pub(crate) dir: TempDir,
}

/// How a [`Server`] is started.
pub(crate) struct Setup {
    pub(crate) receiver: config::Receiver,
    pub(crate) signing: Signing,
    pub(crate) journal: Options,
}

pub(crate) fn secret(label: &str, value: &str, access_key: Option<&str>) -> Secret {
    Secret { label: label.into(), value: SecretText::new(value), access_key: access_key.map(Text::from) }
}

/// No secrets at all.
pub(crate) fn unsigned() -> Setup {
    Setup {
        receiver: config::Receiver {
            listen: "127.0.0.1:0".parse().unwrap(),
            path: "/webhook".to_owned(),
            answer: "success".to_owned(),
            body_limit: 4 << 20,
            body_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(10),
            connections: 64,
        },
        signing: Signing {
            algorithms: vec![Algorithm::Md5, Algorithm::Sha256],
            ts_tolerance: Some(Duration::from_secs(300)),
            ..Signing::default()
        },
        journal: Options::default(),
    }
}

/// One secret of each scheme.
pub(crate) fn signed() -> Setup {
    let mut setup = unsigned();
    setup.signing.nxcloud = vec![secret("2026", NX, None)];
    setup.signing.meta = vec![secret("app", APP, None)];
    setup
}

impl Setup {
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) async fn start(self) -> Server {
        let dir = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(dir.path(), self.journal).unwrap());
        let operator = Operator::open(dir.path()).unwrap();
        let receiver = Receiver::start(&self.receiver, self.signing, Arc::clone(&journal), operator).await.unwrap();
        Server { receiver, journal, dir }
    }
}

impl Server {
    pub(crate) async fn connect(&self) -> Client {
        let stream = TcpStream::connect(self.receiver.address()).await.unwrap();
        Client { stream: BufReader::new(stream) }
    }

    /// Sends one request on a connection of its own.
    pub(crate) async fn ask(&self, request: &Request) -> Answer {
        let mut client = self.connect().await;
        client.send(&request.bytes()).await;
        client.answer().await.expect("an answer")
    }

    /// Every stored event, in order.
    pub(crate) fn events(&self) -> Vec<Event> {
        let reader = Reader::open(self.dir.path()).unwrap();
        let mut events = Vec::new();
        let mut page = 0;
        while let Some(batch) = reader.next(page).unwrap() {
            page = batch.page;
            events.extend(batch.events);
        }
        events
    }

    /// The raw request behind an answer.
    pub(crate) fn stored(&self, answer: &Answer) -> RawRequest {
        let number = answer.header("watop-request").expect("a number").parse().unwrap();
        Reader::open(self.dir.path()).unwrap().request(number).unwrap().expect("the request is stored")
    }

    /// Stops the receiver and returns what was refused, oldest first.
    pub(crate) async fn refused(self) -> Vec<Refused> {
        self.receiver.stop().await;
        let mut refused = Operator::open(self.dir.path()).unwrap().refused().unwrap();
        refused.reverse();
        refused
    }
}

/// A request, byte by byte.
#[derive(Clone)]
pub(crate) struct Request {
    line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self { line: format!("{method} {target} HTTP/1.1"), headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A JSON post to the webhook path.
    pub(crate) fn post(body: impl Into<Vec<u8>>) -> Self {
        let request = Self { body: body.into(), ..Self::new("POST", "/webhook") };
        request.header("Content-Type", "application/json")
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// Signed as NXCloud does, now.
    pub(crate) fn nxcloud(self, algorithm: Algorithm) -> Self {
        self.nxcloud_at(algorithm, now_ms())
    }

    pub(crate) fn nxcloud_at(self, algorithm: Algorithm, ts_ms: i64) -> Self {
        let headers = sign_nxcloud(&self.body, NX.as_bytes(), "key", "dr", ts_ms, algorithm);
        headers.into_iter().fold(self, |request, (name, value)| request.header(name, &value))
    }

    /// Signed as Meta does.
    pub(crate) fn meta(self) -> Self {
        let (name, value) = sign_meta(&self.body.clone().into(), APP.as_bytes());
        self.header(name, &value)
    }

    pub(crate) fn head(&self) -> String {
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{}\r\nHost: watop.test\r\n{headers}", self.line)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let head = format!("{}Content-Length: {}\r\n\r\n", self.head(), self.body.len());
        [head.as_bytes(), &self.body].concat()
    }
}

pub(crate) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).await.unwrap();
    }

    /// Sends as far as the other side takes it.
    pub(crate) async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.get_mut().write_all(bytes).await.is_ok()
    }

    /// Ends this side of the connection.
    pub(crate) async fn finish_sending(&mut self) {
        self.stream.get_mut().shutdown().await.unwrap();
    }

    /// The next answer; `None` when the connection ends without one.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        timeout(PATIENCE, self.read_answer(true)).await.expect("the answer takes too long")
    }

    /// The answer to a HEAD request.
    pub(crate) async fn answer_without_body(&mut self) -> Option<Answer> {
        timeout(PATIENCE, self.read_answer(false)).await.expect("the answer takes too long")
    }

    /// Whether the other side ends the connection, with nothing more to say.
    pub(crate) async fn is_closed(&mut self) -> bool {
        let mut rest = Vec::new();
        let outcome = timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await.expect("the connection stays open");
        outcome.is_err() || rest.is_empty()
    }

    /// Ready when the other side says something or ends the connection.
    pub(crate) async fn stirs(&mut self) {
        let _ = self.stream.fill_buf().await;
    }

    /// Whether the connection still serves requests.
    pub(crate) async fn is_served(&mut self) -> bool {
        self.try_send(&Request::get("/healthz").bytes()).await && self.answer().await.is_some_and(|a| a.status == 200)
    }

    async fn read_answer(&mut self, with_body: bool) -> Option<Answer> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await.unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        if with_body && let Some(length) = answer.header("content-length") {
            answer.body = vec![0; length.parse().unwrap()];
            self.stream.read_exact(&mut answer.body).await.unwrap();
        }
        Some(answer)
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// Status, error name and message of a refusal, whose body must be exactly that.
    pub(crate) fn refusal(&self) -> (u16, String, String) {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        let json: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(json.as_object().unwrap().len(), 2, "{json}");
        let text = |key: &str| json[key].as_str().unwrap().to_owned();
        (self.status, text("error"), text("message"))
    }

    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, error: &str) {
        let (answered, name, _) = self.refusal();
        assert_eq!((answered, name.as_str()), (status, error), "{self:?}");
    }

    #[track_caller]
    pub(crate) fn assert_success(&self) {
        assert_eq!((self.status, self.text()), (200, "success"), "{self:?}");
    }
}
