//! The client: one thread, many connections, requests that were made beforehand.

use crate::pool::Pool;
use crate::server::Served;
use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use watop::simulate::client::Connection;

/// What one loaded round showed.
pub(crate) struct Round {
    requests: usize,
    took: Duration,
    /// Sorted.
    latencies: Vec<Duration>,
    /// Processor time per request, in microseconds.
    pub(crate) server_us: f64,
    pub(crate) client_us: f64,
}

impl Round {
    pub(crate) fn rate(&self) -> f64 {
        self.requests as f64 / self.took.as_secs_f64()
    }

    pub(crate) fn percentile_ms(&self, percent: usize) -> f64 {
        let rank = (self.latencies.len() * percent).div_ceil(100).saturating_sub(1);
        self.latencies.get(rank).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }
}

/// Posts the whole pool over `connections`, each sending its next request as soon as its last one is answered.
pub(crate) fn loaded(address: SocketAddr, pool: &Pool, connections: usize, served: &Served) -> Round {
    let cpu_before = (served.processor_time(), processor_time(std::process::id()));
    let began = Instant::now();
    let mut latencies = on_one_thread(post_all(address, pool, connections));
    let took = began.elapsed();
    let per_request = |before: Option<Duration>, after: Option<Duration>| {
        after.zip(before).map_or(f64::NAN, |(after, before)| (after - before).as_secs_f64() * 1e6 / pool.len() as f64)
    };
    let server_us = per_request(cpu_before.0, served.processor_time());
    let client_us = per_request(cpu_before.1, processor_time(std::process::id()));
    latencies.sort_unstable();
    assert_eq!(latencies.len(), pool.len());
    Round { requests: pool.len(), took, latencies, server_us, client_us }
}

/// Posts the pool over one connection, one request after the other.
pub(crate) fn quiet(address: SocketAddr, pool: &Pool) -> Vec<Duration> {
    on_one_thread(post_all(address, pool, 1))
}

fn on_one_thread<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(work)
}

async fn post_all(address: SocketAddr, pool: &Pool, connections: usize) -> Vec<Duration> {
    let next = Rc::new(Cell::new(0));
    let work = (0..connections).map(|_| post_some(address, pool, next.clone()));
    futures_util::future::join_all(work).await.into_iter().flatten().collect()
}

async fn post_some(address: SocketAddr, pool: &Pool, next: Rc<Cell<usize>>) -> Vec<Duration> {
    let mut connection = Connection::open(address).await.expect("it listens");
    let mut latencies = Vec::new();
    while let Some(request) = pool.get(next.replace(next.get() + 1)) {
        let began = Instant::now();
        let answer = connection.post(request).await.expect("an answer");
        assert_eq!(answer.status, 200);
        latencies.push(began.elapsed());
    }
    latencies
}

/// Processor time a process has used so far, where the system tells it.
pub(crate) fn processor_time(process: u32) -> Option<Duration> {
    const TICKS_PER_SECOND: u64 = 100;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold blanks; user and system time are the 12th and 13th field after it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}
