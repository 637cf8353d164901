//! HTTP in: size cap, deadlines, signature over the raw bytes, decode, and the answer after the commit.
//!
//! The way of a request: `server` accepts the connection, `connection` minds its deadlines, `routes` finds who answers,
//! `body` reads under a cap, `signature` verifies the bytes as they came, `intake` decodes and commits them. Whatever is
//! refused goes into the list of `refused` requests, with what `explain` makes of a wrong signature.

mod accept;
mod answer;
mod body;
mod connection;
mod examine;
mod explain;
mod handshake;
mod headers;
mod intake;
mod latency;
mod refused;
mod routes;
mod server;
pub mod signature;

pub use accept::{STALE, accept};
pub use examine::{Finding, examine};

use crate::config;
use crate::event::Millis;
use crate::journal::operator::Operator;
use crate::journal::{Gauges, Health, Journal};
use connection::Patience;
use intake::Intake;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A running receiver. Dropping it stops accepting too, but does not wait for anything.
pub struct Receiver {
    address: SocketAddr,
    intake: Arc<Intake>,
    server: JoinHandle<()>,
    stop: watch::Sender<bool>,
    clerk: refused::Clerk,
}

/// What is shown of a running receiver.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vitals {
    /// Median and 99th percentile of the time from the last byte of a request to its answer, over the last minute, in microseconds.
    pub ack_us: Option<(u64, u64)>,
    /// Requests answered 401 since the start.
    pub refused: u64,
    /// Requests answered 503 since the start.
    pub unavailable: u64,
    /// Requests verified since the start by each scheme: NXCloud, Meta.
    pub verified: (u64, u64),
    /// Gauges of the journal.
    pub gauges: Gauges,
}

impl Receiver {
    /// Binds and starts to serve; `operator` takes the refused requests. Once this returns, connections are accepted.
    ///
    /// # Errors
    /// The address cannot be bound or the path cannot be used, worded for the user.
    pub async fn start(
        config: &config::Receiver,
        signing: config::Signing,
        journal: Arc<Journal>,
        mut operator: Operator,
    ) -> Result<Self, String> {
        routes::check_path(&config.path)?;
        let listener = TcpListener::bind(config.listen).await.map_err(|error| cannot_listen(config.listen, &error))?;
        let address = listener.local_addr().map_err(|error| cannot_listen(config.listen, &error))?;

        let (register, clerk) = refused::start(move |entries, counts| operator.add_refused(entries, counts));
        let intake = Arc::new(Intake::new(config, signing, journal, register));
        let router = routes::router(Arc::clone(&intake), &config.path);
        let patience = Patience { header: config.header_timeout, rest: server::REST };
        let (stop, stopping) = watch::channel(false);
        tokio::spawn(accept::Taker::new(Arc::clone(&intake)).run(stopping.clone()));
        let server = tokio::spawn(server::serve(listener, router, patience, config.connections, stopping));
        Ok(Self { address, intake, server, stop, clerk })
    }

    /// The address that was bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes new secrets, algorithms, tolerance and verify token for the requests that come from now on.
    pub fn reload(&self, signing: config::Signing) {
        self.intake.reload(signing);
    }

    /// What is shown of it now.
    pub fn vitals(&self) -> Vitals {
        self.intake.vitals()
    }

    /// Whether the journal can write.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.intake.journal().health()
    }

    /// Stops accepting, finishes what waits for its commit, writes out the refused list. At most 10 s.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.server.await; // it cannot panic, and if it did there would be nothing left to wait for
        self.clerk.stop().await;
    }
}

/// This machine's clock.
fn now() -> Millis {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> String {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there, perhaps another watop: stop it, or take a free port with --listen 127.0.0.1:0"
        }
        io::ErrorKind::PermissionDenied => "ports below 1024 need privileges: choose a higher one with --listen",
        io::ErrorKind::AddrNotAvailable => "no interface of this machine has that address: choose one with --listen",
        _ => "choose another address with --listen",
    };
    format!("cannot listen on {address}: {error}; {advice}")
}
