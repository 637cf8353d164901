//! What waits for the writer: bounded by count and bytes, so that a slow disk costs answers and never memory.

use super::{Receipt, Submission, Unavailable};
use crate::event::Event;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::oneshot;

/// Requests in one page at most.
const PAGE_REQUESTS: usize = 1024;
/// Bytes in one page at most, unless a single request is larger.
const PAGE_BYTES: usize = 8 << 20;

/// How a submission is answered.
pub(super) type Answer = oneshot::Sender<Result<Receipt, Unavailable>>;
/// How a probe is answered.
pub(super) type ProbeAnswer = oneshot::Sender<Result<(), Unavailable>>;

/// A submission in the queue.
#[derive(Debug)]
pub(super) struct Pending {
    /// What is to be stored.
    pub(super) submission: Submission,
    /// Fingerprints of its events, made in the task that submits: the writer's time is everybody's.
    pub(super) fingerprints: Vec<u64>,
    /// Who waits.
    pub(super) answer: Answer,
}

impl Pending {
    /// Memory it takes, in bytes: a small body can decode to many events.
    fn cost(&self) -> usize {
        let raw = &self.submission.raw;
        let headers: usize = raw.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        size_of::<Self>() + raw.body.len() + headers + self.submission.events.len() * size_of::<Event>()
    }
}

/// What the writer does next.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// For one page, in order of arrival.
    pub(super) pending: Vec<Pending>,
    /// To be answered by the outcome of the same commit.
    pub(super) probes: Vec<ProbeAnswer>,
    cost: usize,
}

/// Why the writer woke up.
pub(super) enum Taken {
    /// There is work.
    Work(Work),
    /// The deadline passed.
    Idle,
    /// Nothing waits and nothing will come.
    Closed,
}

#[derive(Default)]
struct State {
    pending: VecDeque<Pending>,
    probes: Vec<ProbeAnswer>,
    /// Requests and bytes not yet answered, those of the commit under way included.
    waiting: usize,
    waiting_bytes: usize,
    asleep: bool,
    closed: bool,
}

/// The queue before the writer.
pub(super) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    requests: usize,
    bytes: usize,
}

impl Queue {
    /// A queue for so many requests and bytes.
    pub(super) fn new(requests: usize, bytes: usize) -> Self {
        Self { state: Mutex::default(), arrived: Condvar::new(), requests, bytes }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a submission, or says at once that there is no room. An empty queue takes a submission of any size.
    pub(super) fn submit(
        &self,
        submission: Submission,
        fingerprints: Vec<u64>,
    ) -> Result<oneshot::Receiver<Result<Receipt, Unavailable>>, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let pending = Pending { submission, fingerprints, answer };
        let cost = pending.cost();
        let mut state = self.state();
        if state.closed {
            return Err(Unavailable::Closed);
        }
        if state.waiting >= self.requests || (state.waiting > 0 && state.waiting_bytes + cost > self.bytes) {
            return Err(Unavailable::Busy);
        }
        state.waiting += 1;
        state.waiting_bytes += cost;
        state.pending.push_back(pending);
        self.wake(state);
        Ok(answered)
    }

    /// Queues a probe.
    pub(super) fn probe(&self) -> Result<oneshot::Receiver<Result<(), Unavailable>>, Unavailable> {
        let (answer, answered) = oneshot::channel();
        let mut state = self.state();
        if state.closed {
            return Err(Unavailable::Closed);
        }
        if state.probes.len() >= self.requests {
            return Err(Unavailable::Busy);
        }
        state.probes.push(answer);
        self.wake(state);
        Ok(answered)
    }

    /// Takes no more; what waits is still handed out.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        self.wake(state);
    }

    /// Takes no more, and drops what waits unanswered: nobody is left to write it.
    pub(super) fn abandon(&self) {
        let mut state = self.state();
        state.closed = true;
        state.pending.clear();
        state.probes.clear();
    }

    /// A notification is a system call: only for a writer that sleeps.
    fn wake(&self, mut state: MutexGuard<'_, State>) {
        let asleep = std::mem::take(&mut state.asleep);
        drop(state);
        if asleep {
            self.arrived.notify_one();
        }
    }

    /// Requests that wait for their commit now.
    pub(super) fn waiting(&self) -> usize {
        self.state().waiting
    }

    /// Waits for work until `deadline`; takes what fits into one page.
    pub(super) fn take(&self, deadline: Instant) -> Taken {
        let mut state = self.state();
        while state.pending.is_empty() && state.probes.is_empty() {
            if state.closed {
                return Taken::Closed;
            }
            let now = Instant::now();
            if now >= deadline {
                return Taken::Idle;
            }
            state.asleep = true;
            (state, _) = self.arrived.wait_timeout(state, deadline - now).unwrap_or_else(PoisonError::into_inner);
            state.asleep = false;
        }
        let mut work = Work { probes: std::mem::take(&mut state.probes), ..Work::default() };
        while let Some(pending) = state.pending.front() {
            let cost = pending.cost();
            let full = work.pending.len() == PAGE_REQUESTS || work.cost + cost > PAGE_BYTES;
            if full && !work.pending.is_empty() {
                break;
            }
            work.cost += cost;
            work.pending.extend(state.pending.pop_front());
        }
        Taken::Work(work)
    }

    /// Gives back the room that `requests` of `bytes` took, before they are answered.
    pub(super) fn release(&self, requests: usize, bytes: usize) {
        let mut state = self.state();
        state.waiting -= requests;
        state.waiting_bytes -= bytes;
    }
}

impl Work {
    /// Requests and bytes to [`Queue::release`].
    pub(super) fn size(&self) -> (usize, usize) {
        (self.pending.len(), self.cost)
    }
}
