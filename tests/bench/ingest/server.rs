//! The servers that are compared, each in a child process: this same program, started with `--serve`.

use crate::load::processor_time;
use crate::pool::{PATH, SECRET};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use watop::config::{self, Secret, SecretText, Signing};
use watop::journal::operator::Operator;
use watop::journal::{Journal, Options, Reader};
use watop::monitor::{Monitor, Settings};
use watop::receiver::Receiver;
use watop::source::Feed;

/// How much a server does before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Reads the body.
    Bare,
    /// And verifies the signature.
    Verified,
    /// The receiver and its journal, as `watop serve` runs them.
    Stored,
    /// And a monitor that folds every batch, as `watop` with a screen does.
    Everything,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Bare, Self::Verified, Self::Stored, Self::Everything];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Verified => "verified",
            Self::Stored => "stored",
            Self::Everything => "everything",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Bare => "bare axum: reads the body, answers",
            Self::Verified => "verified: and checks the HMAC",
            Self::Stored => "stored: decoded, unique, synced, indexed",
            Self::Everything => "everything: and folded into a monitor",
        }
    }

    /// The least share of the bare server's rate that we mean to keep.
    pub(crate) fn goal(self) -> Option<f64> {
        match self {
            Self::Bare | Self::Verified => None,
            Self::Stored => Some(0.55),
            Self::Everything => Some(0.45),
        }
    }

    pub(crate) fn is_stored(self) -> bool {
        matches!(self, Self::Stored | Self::Everything)
    }

    pub(crate) fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or_else(|| panic!("no server is named {name}"))
    }
}

/// A server in its process. Dropping it ends the process.
pub(crate) struct Served {
    child: Child,
    pub(crate) address: SocketAddr,
    talk: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
}

impl Served {
    pub(crate) fn start(kind: Kind, dir: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--serve", kind.name()])
            .arg(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts once more");
        let commands = child.stdin.take().expect("piped");
        let mut answers = BufReader::new(child.stdout.take().expect("piped"));
        let mut address = String::new();
        answers.read_line(&mut address).expect("it says where it listens");
        let address = address.trim().parse().expect("an address");
        Self { child, address, talk: RefCell::new((commands, answers)) }
    }

    /// Stored events that are not yet in the search index, or not yet folded if those are more.
    pub(crate) fn backlog(&self) -> u64 {
        let (commands, answers) = &mut *self.talk.borrow_mut();
        writeln!(commands, "backlog").expect("it listens");
        let mut answer = String::new();
        answers.read_line(&mut answer).expect("it answers");
        answer.trim().parse().expect("a number")
    }

    pub(crate) fn processor_time(&self) -> Option<Duration> {
        processor_time(self.child.id())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The child's side: serves until it is ended or its parent is gone. Each line on stdin asks how far it is behind.
pub(crate) fn run(kind: Kind, dir: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let bare = match kind {
        Kind::Bare => Some(Router::new().route(PATH, post(async |_: Bytes| "success"))),
        Kind::Verified => Some(Router::new().route(PATH, post(verify))),
        Kind::Stored | Kind::Everything => None,
    };
    if let Some(router) = bare {
        println!("{}", runtime.block_on(serve(router)));
        std::io::stdin().lines().for_each(|_| println!("0"));
        return;
    }
    std::fs::create_dir_all(dir).expect("a directory");
    let journal = Arc::new(Journal::open(dir, Options::default()).expect("a journal"));
    let folded = (kind == Kind::Everything).then(|| fold(&journal, dir));
    let operator = Operator::open(dir).expect("operator.db");
    let settings = settings();
    let started = runtime.block_on(Receiver::start(&settings, signing(), journal.clone(), operator));
    let receiver = started.expect("it listens");
    println!("{}", receiver.address());
    let reader = Reader::open(dir).expect("a journal");
    for _ in std::io::stdin().lines() {
        // Every event of this load is new, so that the last number is their count.
        let stored = reader.stats().expect("a readable journal").last_seq;
        let unfolded = folded.as_ref().map_or(0, |folded| stored.saturating_sub(folded.load(Relaxed)));
        println!("{}", journal.gauges().unindexed.max(unfolded));
    }
    runtime.block_on(receiver.stop());
}

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        axum::serve(
            axum::serve::ListenerExt::tap_io(listener, |stream| {
                let _ = stream.set_nodelay(true);
            }),
            router,
        )
        .await
    });
    address
}

/// The least that a receiver must do: the digest of the body against the header.
async fn verify(headers: HeaderMap, body: Bytes) -> Result<&'static str, StatusCode> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).expect("any length will do");
    mac.update(&body);
    let signature = headers.get("x-hub-signature-256").and_then(|value| value.as_bytes().strip_prefix(b"sha256="));
    let signature = signature.and_then(|hex| hex::decode(hex).ok()).ok_or(StatusCode::UNAUTHORIZED)?;
    mac.verify_slice(&signature).map(|()| "success").map_err(|_| StatusCode::UNAUTHORIZED)
}

/// Folds what is committed into a monitor, as the screen does; returns how many events it has folded.
fn fold(journal: &Journal, dir: &Path) -> Arc<AtomicU64> {
    let reader = Reader::open(dir).expect("a journal");
    let mut feed = watop::source::live(journal, reader).expect("a thread");
    let folded = Arc::new(AtomicU64::new(0));
    let count = folded.clone();
    std::thread::spawn(move || {
        let mut monitor = Monitor::new(Settings::default());
        while let Some(feed) = feed.blocking_recv() {
            if let Feed::History { batch, .. } | Feed::Live(batch) = feed {
                monitor.fold_batch(&batch);
                count.fetch_add(batch.events.len() as u64, Relaxed);
            }
        }
    });
    folded
}

fn signing() -> Signing {
    let secret = Secret { label: "bench".into(), value: SecretText::new(SECRET), access_key: None };
    Signing { meta: vec![secret], ..Signing::default() }
}

fn settings() -> config::Receiver {
    config::Receiver {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        path: PATH.to_owned(),
        answer: "success".to_owned(),
        body_limit: 4 << 20,
        body_timeout: Duration::from_secs(10),
        header_timeout: Duration::from_secs(10),
        connections: 1024,
    }
}
