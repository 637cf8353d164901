//! Local delivery: every stored request goes on, byte for byte, to the handlers of a developer or an application.
//!
//! A [`Route`] says where requests go and which ones. For each there is one `delivery`: it follows the journal by a cursor that
//! outlives restarts, keeps the requests of one message in order (`queue`), lets a target that is down rest (`strain`), tries
//! again what was not answered 2xx (`backoff`), and records every attempt. Delivery is at least once: a repetition carries
//! `Watop-Attempt` greater than 1, whoever died in between.
//!
//! [`Client`] is the one way out over HTTP for these, for `replay` and for `watop send`.

mod address;
mod backoff;
mod client;
mod delivery;
mod queue;
pub mod replay;
mod resend;
mod route;
mod sign;
mod stored;
mod strain;

pub use address::Address;
pub use client::{Answer, Client, PostError};
pub use resend::{Resender, usual};
pub use sign::Signer;
pub use stored::Stored;

use crate::event::Kind;
use crate::journal::operator::{Attempt, Operator, Origin};
use crate::journal::{Journal, OpenError, RawRequest, Reader, now};
use crate::query::Filter;
use delivery::Delivery;
use route::Content;
use std::net::SocketAddr;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Where requests go, and which.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Where.
    pub to: Address,
    /// Only requests with at least one event of these kinds; empty: all.
    pub kinds: Vec<Kind>,
    /// Only requests with at least one such event that satisfies this.
    pub filter: Option<Filter>,
    /// Time for one post with its whole answer.
    pub timeout: Duration,
    /// Posts at once; those of one message go one after the other in any case.
    pub concurrency: usize,
    /// Pause before the first repetition; it doubles with each further one.
    pub retry: Duration,
    /// Age, counted from the receipt, at which a request is given up.
    pub give_up: Duration,
}

impl Route {
    /// Everything, to this address, with the usual patience.
    pub fn new(to: Address) -> Self {
        Self {
            to,
            kinds: Vec::new(),
            filter: None,
            timeout: Duration::from_secs(10),
            concurrency: 4,
            retry: Duration::from_secs(1),
            give_up: Duration::from_secs(86_400),
        }
    }
}

/// Deliveries to all targets, ready to start or running.
pub struct Forwarder {
    ready: Vec<Delivery>,
    running: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
    notices: mpsc::Receiver<String>,
}

/// Notices that may wait for whoever listens.
const NOTICES: usize = 16;

/// One without targets.
impl Default for Forwarder {
    fn default() -> Self {
        let notices = mpsc::channel(1).1;
        Self { ready: Vec::new(), running: Vec::new(), stop: watch::Sender::new(true), notices }
    }
}

impl Forwarder {
    /// Takes up the work in a data directory. A new target gets what is received from now on, so this comes before a receiver
    /// takes anything.
    pub fn open(dir: &Path, routes: &[Route]) -> Result<Self, OpenError> {
        let (sender, notices) = mpsc::channel(NOTICES);
        let open =
            |route: &Route| Delivery::open(route.clone(), Reader::open(dir)?, Operator::open(dir)?, sender.clone());
        let ready = routes.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { ready, running: Vec::new(), stop: watch::Sender::new(false), notices })
    }

    /// Starts to deliver what `journal` holds and commits.
    pub fn start(&mut self, journal: &Journal) -> std::io::Result<()> {
        for delivery in self.ready.drain(..) {
            let (commits, stop) = (journal.subscribe(), self.stop.subscribe());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let run = move || runtime.block_on(delivery.run(commits, stop));
            self.running.push(std::thread::Builder::new().name("forward".into()).spawn(run)?);
        }
        Ok(())
    }

    /// What the user should be told: a target that went down or came back. Waits for ever once there is nothing more to come.
    pub async fn notice(&mut self) -> String {
        match self.notices.recv().await {
            Some(notice) => notice,
            None => std::future::pending().await,
        }
    }

    /// Tells the deliveries to end; [`Self::stop`] waits for them.
    pub fn halt(&self) {
        self.stop.send_replace(true);
    }

    /// Ends the deliveries: posts under way have a few seconds, and what they bring is recorded.
    pub fn stop(self) {
        self.halt();
        for thread in self.running {
            // A delivery that panicked has said so, and its state is on the disk.
            let _ = thread.join();
        }
    }
}

/// Refuses routes that lead back to the receiver itself: each request would come back for ever.
pub fn check_loops(routes: &[Route], listen: SocketAddr) -> Result<(), String> {
    match routes.iter().find(|route| route.to.leads_to(listen)) {
        Some(route) => Err(format!(
            "forwarding to {} would lead back to this receiver, which listens on {listen}; name your handler's address",
            route.to
        )),
        None => Ok(()),
    }
}

/// What tells a handler why it gets a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// The attempt's number, as `Watop-Attempt`: greater than 1 is a repetition.
    Attempt(u32),
    /// `Watop-Replay: true`.
    Replay,
}

/// Posts a request with its own headers, its number and the mark. Gives the attempt, not yet recorded, and its outcome.
async fn deliver(
    client: &Client,
    origin: Origin,
    request: u64,
    mark: Mark,
    raw: RawRequest,
) -> (Attempt, Result<Answer, PostError>) {
    let (at, kinds) = (now(), Content::of(request, &raw).kinds());
    let (name, value, number) = match mark {
        Mark::Attempt(number) => ("watop-attempt", number.to_string(), number),
        Mark::Replay => ("watop-replay", "true".to_owned(), 1),
    };
    let marked_request = request.to_string();
    let marks = [("watop-request", marked_request.as_bytes()), (name, value.as_bytes())];
    let headers = raw.headers.iter().map(|(name, value)| (name.as_str(), value.as_ref())).chain(marks);
    let began = Instant::now();
    let outcome = client.post(headers, raw.body.clone()).await;
    let target = client.to().shown().into();
    let took_ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
    let about = Attempt { at, origin, target, request, kinds, attempt: number, took_ms, ..Attempt::default() };
    let attempt = match &outcome {
        Ok(answer) => Attempt {
            status: Some(answer.status),
            headers: answer.headers.iter().map(|(name, value)| (name.into(), value.clone())).collect(),
            body: answer.first.clone(),
            length: answer.length,
            ..about
        },
        Err(error) => Attempt { error: Some(error.to_string()), ..about },
    };
    (attempt, outcome)
}
