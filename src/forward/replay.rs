//! Delivering stored requests again: the original bytes, with the original signature or a new one, in the original order and,
//! where wanted, with the original spacing.

use super::client::{Client, PostError};
use super::queue::Queue;
use super::route::Content;
use super::sign::Signer;
use super::{Mark, deliver};
use crate::event::Millis;
use crate::journal::operator::{Attempt, Operator, Origin, Replayed};
use crate::journal::{OpenError, RawRequest, now};
use foldhash::fast::RandomState;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;
use tokio::time::sleep;

/// Requests, and bytes of their bodies, that are read before their time.
const AHEAD: (usize, usize) = (256, 16 << 20);
/// Answers that are recorded together.
const RECORDED: usize = 64;

/// How the spacing of the original is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// This many times as fast.
    Times(f64),
    /// As fast as the target answers.
    Max,
}

impl Speed {
    /// When a request is sent that came this long after the first one.
    pub fn offset(self, after_first: Duration) -> Duration {
        match self {
            Self::Times(times) => {
                Duration::try_from_secs_f64(after_first.as_secs_f64() / times).unwrap_or(Duration::MAX)
            }
            Self::Max => Duration::ZERO,
        }
    }
}

/// A replay to one target.
pub struct Replay {
    /// Posts.
    pub client: Client,
    /// Where answers are recorded and looked up.
    pub operator: Operator,
    /// Signs anew; `None` keeps the original signature.
    pub signer: Option<Signer>,
    /// How the spacing is kept.
    pub speed: Speed,
    /// Posts at once; those of one message go one after the other.
    pub concurrency: usize,
}

/// A request that was replayed.
#[derive(Debug)]
pub struct Answered {
    /// What came of it.
    pub attempt: Attempt,
    /// What was answered this time.
    pub answer: Replayed,
    /// What was answered when it was last replayed to this target.
    pub before: Option<Replayed>,
}

impl Answered {
    /// Whether status or body differ from those of the last replay; `None` when there was none.
    pub fn changed(&self) -> Option<bool> {
        let before = self.before.as_ref()?;
        Some(before.status != self.answer.status || before.digest != self.answer.digest)
    }
}

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Everything was sent.
    Complete,
    /// It was told to stop.
    Stopped,
    /// There was no connection: more would not have arrived either.
    Unreachable(String),
}

/// Why a replay cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// Answers cannot be recorded.
    #[error(transparent)]
    Record(#[from] OpenError),
    /// The source cannot be read further, in words for the user.
    #[error("{0}")]
    Source(String),
}

/// What is under way and what waits for its time. Requests are known by their place, for numbers are the source's affair.
struct Schedule {
    queue: Queue,
    hasher: RandomState,
    waiting: HashMap<u64, (u64, RawRequest)>,
    bytes: usize,
    places: u64,
    /// When the first one was sent, and when it was received.
    began: Option<(Millis, Millis)>,
}

impl Schedule {
    fn has_room(&self) -> bool {
        self.waiting.len() < AHEAD.0 && self.bytes < AHEAD.1
    }

    fn push(&mut self, request: u64, raw: RawRequest, speed: Speed) {
        let (began, first) = *self.began.get_or_insert_with(|| (now(), raw.received_at));
        let after_first = u64::try_from(raw.received_at.0.saturating_sub(first.0)).unwrap_or(0);
        let at = super::strain::after(began, speed.offset(Duration::from_millis(after_first)));
        let messages = Content::of(request, &raw).messages(&self.hasher);
        self.places += 1;
        self.queue.push(self.places, messages, raw.received_at, at);
        self.bytes += raw.body.len();
        self.waiting.insert(self.places, (request, raw));
    }

    fn take(&mut self, now: Millis) -> Option<(u64, u64, RawRequest)> {
        let (place, _) = self.queue.take(now)?;
        let (request, raw) = self.waiting.remove(&place)?;
        self.bytes -= raw.body.len();
        Some((place, request, raw))
    }
}

type UnderWay = FuturesUnordered<BoxFuture<'static, (u64, Answered, Option<PostError>)>>;

impl Replay {
    /// Replays `requests` and hands each answer to `tell`, as they come. Ends early, with what is under way answered, when
    /// `stop` is ready.
    ///
    /// # Errors
    /// The source or `operator.db` fails; what was answered before is recorded.
    pub async fn run(
        mut self,
        requests: impl Iterator<Item = Result<(u64, RawRequest), String>>,
        mut tell: impl FnMut(&Answered),
        stop: impl Future<Output = ()>,
    ) -> Result<End, ReplayError> {
        let mut requests = requests.fuse();
        let mut schedule = Schedule {
            queue: Queue::default(),
            hasher: RandomState::default(),
            waiting: HashMap::new(),
            bytes: 0,
            places: 0,
            began: None,
        };
        let (mut under_way, mut recorded) = (UnderWay::new(), Vec::new());
        let (mut end, mut failed) = (None, None);
        let mut exhausted = false;
        tokio::pin!(stop);
        loop {
            while end.is_none() && !exhausted && schedule.has_room() {
                match requests.next() {
                    Some(Ok((request, raw))) => schedule.push(request, raw, self.speed),
                    // What was read before is sent; then the error is told.
                    Some(Err(error)) => (exhausted, failed) = (true, Some(ReplayError::Source(error))),
                    None => exhausted = true,
                }
            }
            while end.is_none()
                && under_way.len() < self.concurrency
                && let Some((place, request, raw)) = schedule.take(now())
            {
                under_way.push(self.post(place, request, raw)?);
            }
            if under_way.is_empty() && (end.is_some() || (exhausted && schedule.waiting.is_empty())) {
                break;
            }
            let next = schedule.queue.next_due().filter(|_| end.is_none() && under_way.len() < self.concurrency);
            let pause = next.map(|at| Duration::from_millis(u64::try_from(at.0 - now().0).unwrap_or(0)));
            tokio::select! {
                () = &mut stop, if end.is_none() => end = Some(End::Stopped),
                Some((place, answered, error)) = under_way.next() => {
                    schedule.queue.done(place);
                    if let Some(PostError::Unreachable(why)) = error {
                        end = Some(End::Unreachable(why));
                    }
                    tell(&answered);
                    recorded.push(answered);
                    if recorded.len() >= RECORDED {
                        self.record(&mut recorded)?;
                    }
                }
                () = sleep(pause.unwrap_or_default()), if pause.is_some() => {}
            }
        }
        self.record(&mut recorded)?;
        self.operator.trim_replayed()?;
        match failed {
            Some(error) => Err(error),
            None => Ok(end.unwrap_or(End::Complete)),
        }
    }

    fn post(
        &self,
        place: u64,
        request: u64,
        mut raw: RawRequest,
    ) -> Result<BoxFuture<'static, (u64, Answered, Option<PostError>)>, OpenError> {
        let delivery = name(&raw);
        let before = self.operator.replayed(self.client.to().shown(), &delivery)?;
        if let Some(signer) = &self.signer {
            signer.replace(&mut raw.headers, &raw.body);
        }
        let client = self.client.clone();
        Ok(Box::pin(async move {
            let (attempt, outcome) = deliver(&client, Origin::Replay, request, Mark::Replay, raw).await;
            let (status, digest) = outcome.as_ref().map_or((None, [0; 16]), |it| (Some(it.status), it.digest));
            let answer = Replayed { delivery, request, status, digest, at: attempt.at };
            (place, Answered { attempt, answer, before }, outcome.err())
        }))
    }

    fn record(&mut self, answered: &mut Vec<Answered>) -> Result<(), OpenError> {
        let (attempts, answers): (Vec<_>, Vec<_>) = answered.drain(..).map(|it| (it.attempt, it.answer)).unzip();
        self.operator.record_replay(self.client.to().shown(), &attempts, &answers)
    }
}

/// Names a delivery by what stays the same wherever it is stored: when it came and what it said.
fn name(raw: &RawRequest) -> [u8; 16] {
    let digest = Sha256::new().chain_update(raw.received_at.0.to_le_bytes()).chain_update(&raw.body).finalize();
    let mut name = [0; 16];
    name.copy_from_slice(&digest[..16]);
    name
}
