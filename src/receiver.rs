//! HTTP in: size cap, deadlines, signature over the raw bytes, decode, and the answer after the commit (DESIGN §3).

pub mod signature;

use crate::config;
use crate::journal::operator::Operator;
use crate::journal::{Gauges, Health, Journal};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;

/// A running receiver.
pub struct Receiver {}

/// What is shown of a running receiver.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vitals {
    /// Median and 99th percentile of the time from the last byte of a request to its answer, over the last minute, in microseconds.
    pub ack_us: Option<(u64, u64)>,
    /// Requests answered 401 since the start.
    pub refused: u64,
    /// Requests answered 503 since the start.
    pub unavailable: u64,
    /// Schemes that verified something: NXCloud, Meta.
    pub verified: (u64, u64),
    /// Gauges of the journal.
    pub gauges: Gauges,
}

impl Receiver {
    /// Binds and starts to serve. `operator` takes the refused requests.
    pub async fn start(
        config: &config::Receiver,
        signing: config::Signing,
        journal: Arc<Journal>,
        operator: Operator,
    ) -> Result<Self, String> {
        let _ = (config, signing, journal, operator);
        unimplemented!()
    }

    /// The address that was bound.
    pub fn address(&self) -> SocketAddr {
        unimplemented!()
    }

    /// Takes new secrets and limits for the requests that come from now on.
    pub fn reload(&self, signing: config::Signing) {
        let _ = signing;
        unimplemented!()
    }

    /// What is shown of it now.
    pub fn vitals(&self) -> Vitals {
        unimplemented!()
    }

    /// Whether the journal can write.
    pub fn health(&self) -> watch::Receiver<Health> {
        unimplemented!()
    }

    /// Stops accepting, finishes what waits for its commit, writes out the refused list. At most 10 s.
    pub async fn stop(self) {
        unimplemented!()
    }
}
