//! Delivery to one target: a cursor over the journal, a queue of open requests, a few posts under way.
//!
//! It runs in a thread of its own and reads from the disk, so nothing it does or waits for is in the way of a receiver. What it
//! has done stands in `operator.db` before it does the next thing: see [`crate::journal::operator`].

use super::client::{Answer, Client, PostError};
use super::queue::Queue;
use super::route::Content;
use super::strain::{Strain, after};
use super::{Mark, Route, backoff, deliver};
use crate::event::{Millis, Text};
use crate::journal::operator::{Attempt, Fate, Operator, Origin};
use crate::journal::{Batch, OpenError, RawRequest, Reader, now};
use crate::query::duration;
use foldhash::fast::RandomState;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

/// Requests that may be open: those that fail wait beside those that go on.
const OPEN: usize = 10_000;
/// Longest pause before a request is tried again.
const LONGEST: Duration = Duration::from_secs(300);
/// How often the cursor is stored while it passes requests that are not for this target.
const STORE: i64 = 1000;
/// Pause after the disk failed.
const TROUBLE: Duration = Duration::from_secs(1);
/// Time for posts under way once the forwarder is told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// One target at work.
pub(super) struct Delivery {
    route: Route,
    /// The target's name in `operator.db`.
    target: Text,
    client: Client,
    reader: Reader,
    operator: Operator,
    notices: mpsc::Sender<String>,
    hasher: RandomState,
    queue: Queue,
    strain: Strain,
    /// Requests up to this one were taken up.
    cursor: u64,
    /// The cursor as it is stored, and since when.
    stored: (u64, Millis),
    /// Whether the journal holds nothing after the cursor.
    caught_up: bool,
    /// Requests read last, for the posts that follow.
    page: Vec<(u64, RawRequest)>,
    /// Attempts that are over and not recorded yet.
    ended: Vec<(Attempt, Fate)>,
}

/// A post that is over.
struct Ended {
    attempt: Attempt,
    received_at: Millis,
    outcome: Result<Answer, PostError>,
}

type UnderWay = FuturesUnordered<BoxFuture<'static, Ended>>;

impl Delivery {
    /// Takes up the work where it was left; a new target begins with what is received from now on.
    pub(super) fn open(
        route: Route,
        reader: Reader,
        mut operator: Operator,
        notices: mpsc::Sender<String>,
    ) -> Result<Self, OpenError> {
        let target: Text = route.to.shown().into();
        let client = Client::new(&route.to, route.timeout).map_err(OpenError::Unusable)?;
        let journal = reader.identity()?.unwrap_or_default();
        let (cursor, open) = operator.forward_start(&target, &journal, reader.stats()?.last_request, now())?;
        let mut delivery = Self {
            route,
            target,
            client,
            reader,
            operator,
            notices,
            hasher: RandomState::default(),
            queue: Queue::default(),
            strain: Strain::default(),
            cursor,
            stored: (cursor, now()),
            caught_up: false,
            page: Vec::new(),
            ended: Vec::new(),
        };
        for open in open {
            let raw = delivery.raw(open.request)?;
            // One that retention has removed meanwhile is given up when its turn comes.
            let messages = raw.as_ref().map(|raw| Content::of(open.request, raw).messages(&delivery.hasher));
            let received_at = raw.map_or(Millis(0), |raw| raw.received_at);
            delivery.queue.push(open.request, messages.unwrap_or_default(), received_at, open.next_at);
        }
        Ok(delivery)
    }

    /// Delivers until `stop` says so.
    pub(super) async fn run(mut self, mut commits: broadcast::Receiver<Arc<Batch>>, mut stop: watch::Receiver<bool>) {
        let mut under_way = UnderWay::new();
        let mut received = true;
        loop {
            let pause = match self.step(&mut under_way) {
                Ok(()) => self.pause(under_way.len()),
                Err(error) => {
                    self.tell(format!("forwarding to {} waits: {error}", self.target));
                    Some(TROUBLE)
                }
            };
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(ended) = under_way.next() => {
                    self.learn(ended);
                    // Whatever ended together is recorded together.
                    while let Some(Some(ended)) = futures_util::FutureExt::now_or_never(under_way.next()) {
                        self.learn(ended);
                    }
                }
                commit = commits.recv(), if received && self.caught_up => {
                    received = !matches!(commit, Err(RecvError::Closed));
                    self.caught_up = false;
                }
                () = sleep(pause.unwrap_or_default()), if pause.is_some() => {}
            }
        }
        let rest = async {
            while let Some(ended) = under_way.next().await {
                self.learn(ended);
            }
        };
        // Whoever does not answer in time is sent the same again after the next start, marked as a repetition.
        let _ = timeout(LAST_ANSWERS, rest).await;
        let _ = self.record().and_then(|()| self.operator.forward_take(&self.target, self.cursor, &[], 0));
    }

    /// Records what is over, reads on, starts what may go.
    fn step(&mut self, under_way: &mut UnderWay) -> Result<(), OpenError> {
        self.record()?;
        self.read_ahead()?;
        self.start(under_way)?;
        // What was given up without a post.
        self.record()
    }

    fn record(&mut self) -> Result<(), OpenError> {
        if self.ended.is_empty() {
            return Ok(());
        }
        self.operator.forward_end(&self.target, &self.ended, self.strain.fault(), now())?;
        for (attempt, fate) in self.ended.drain(..) {
            match fate {
                Fate::Again(at) => self.queue.again(attempt.request, at),
                Fate::Done | Fate::GivenUp => self.queue.done(attempt.request),
            }
        }
        Ok(())
    }

    /// Reads the journal while there is less to send than may be sent.
    fn read_ahead(&mut self) -> Result<(), OpenError> {
        let most = self.route.concurrency;
        let now = now();
        while !self.caught_up
            && self.strain.rests_until(now).is_none()
            && self.queue.len() < OPEN
            && self.queue.due(now, most) < most
        {
            let page = self.reader.requests_after(self.cursor)?;
            let (Some((first, _)), Some((last, _))) = (page.first(), page.last()) else {
                self.caught_up = true;
                break;
            };
            let (lost, last) = (first - self.cursor - 1, *last);
            let taken: Vec<_> = page.iter().filter_map(|(request, raw)| self.take_up(*request, raw, now)).collect();
            if !taken.is_empty() || lost > 0 {
                let requests: Vec<_> = taken.iter().map(|(request, ..)| *request).collect();
                self.operator.forward_take(&self.target, last, &requests, lost)?;
                self.stored = (last, now);
            }
            self.cursor = last;
            self.page = page;
            for (request, messages, received_at) in taken {
                self.queue.push(request, messages, received_at, Millis(0));
            }
        }
        if self.store_at().is_some_and(|at| at <= now) {
            self.operator.forward_take(&self.target, self.cursor, &[], 0)?;
            self.stored = (self.cursor, now);
        }
        Ok(())
    }

    /// When the cursor is to be stored, once it has passed requests that are not for this target.
    fn store_at(&self) -> Option<Millis> {
        let (cursor, since) = self.stored;
        (cursor != self.cursor).then_some(Millis(since.0 + STORE))
    }

    /// A request with its messages and its receive time, when it goes to this target.
    fn take_up(&self, request: u64, raw: &RawRequest, now: Millis) -> Option<(u64, Vec<u64>, Millis)> {
        let content = Content::of(request, raw);
        let goes = content.goes(&self.route.kinds, self.route.filter.as_ref(), &raw.body, now);
        goes.then(|| (request, content.messages(&self.hasher), raw.received_at))
    }

    /// Starts as many posts as there is room for.
    fn start(&mut self, under_way: &mut UnderWay) -> Result<(), OpenError> {
        let now = now();
        let room = self.strain.room(now, self.route.concurrency).saturating_sub(under_way.len());
        let mut due = Vec::new();
        while due.len() < room
            && let Some((request, received_at)) = self.queue.take(now)
        {
            match after(received_at, self.route.give_up) <= now {
                true => self.give_up_unsent(request, received_at, now),
                false => due.push((request, received_at)),
            }
        }
        if due.is_empty() {
            return Ok(());
        }
        let requests: Vec<_> = due.iter().map(|(request, _)| *request).collect();
        let begun = self.operator.forward_begin(&self.target, &requests).inspect_err(|_| {
            requests.iter().for_each(|request| self.queue.again(*request, Millis(0)));
        })?;
        for ((request, received_at), number) in due.into_iter().zip(begun) {
            match (number, self.raw(request)) {
                (None, _) => self.queue.done(request),
                (Some(number), Ok(Some(raw))) => under_way.push(self.post(request, received_at, raw, number)),
                (Some(_), Ok(None)) => self.give_up_unsent(request, Millis(0), now),
                (Some(_), Err(error)) => {
                    self.queue.again(request, after(now, TROUBLE));
                    self.tell(format!("request {request} waits to be forwarded: {error}"));
                }
            }
        }
        Ok(())
    }

    fn post(&self, request: u64, received_at: Millis, raw: RawRequest, number: u32) -> BoxFuture<'static, Ended> {
        let client = self.client.clone();
        Box::pin(async move {
            let (attempt, outcome) = deliver(&client, Origin::Forward, request, Mark::Attempt(number), raw).await;
            Ended { attempt, received_at, outcome }
        })
    }

    /// Learns from a post that is over: what becomes of its request, and how the target fares.
    fn learn(&mut self, ended: Ended) {
        let Ended { mut attempt, received_at, outcome } = ended;
        let (now, before) = (now(), self.strain.fault().is_some());
        self.strain.learn(&outcome, self.route.retry, now);
        let next_at = match outcome {
            // Nothing was sent, so the request is not to blame: it goes first when the target is back.
            Err(PostError::Unreachable(_)) => now,
            _ => after(now, backoff::pause(self.route.retry, LONGEST, attempt.attempt)),
        };
        let fate = match attempt.taken() {
            true => Fate::Done,
            false if next_at >= after(received_at, self.route.give_up) => Fate::GivenUp,
            false => Fate::Again(next_at),
        };
        attempt.given_up = fate == Fate::GivenUp;
        self.ended.push((attempt, fate));
        match (before, self.strain.fault()) {
            (false, Some((fault, _))) => {
                self.tell(format!("{} takes nothing: {fault}; it is tried again until it does", self.target));
            }
            (true, None) => self.tell(format!("{} takes requests again", self.target)),
            _ => {}
        }
    }

    fn give_up_unsent(&mut self, request: u64, received_at: Millis, now: Millis) {
        let why = match received_at {
            Millis(0) => "retention removed it before it was delivered".to_owned(),
            _ => format!("older than give_up, {}, before it was delivered", duration::format(self.route.give_up)),
        };
        let about = Attempt {
            at: now,
            target: self.target.clone(),
            request,
            given_up: true,
            error: Some(why),
            ..Attempt::default()
        };
        self.ended.push((about, Fate::GivenUp));
    }

    /// A request by its number; mostly one that was just read.
    fn raw(&mut self, request: u64) -> Result<Option<RawRequest>, OpenError> {
        let find = |page: &[(u64, RawRequest)]| {
            let found = page.binary_search_by_key(&request, |(number, _)| *number);
            found.ok().map(|index| page[index].1.clone())
        };
        if let Some(raw) = find(&self.page) {
            return Ok(Some(raw));
        }
        self.page = self.reader.requests_after(request.saturating_sub(1))?;
        Ok(find(&self.page))
    }

    /// How long nothing happens by itself: until the target's rest is over, the next request may go or the cursor is stored.
    fn pause(&self, under_way: usize) -> Option<Duration> {
        let now = now();
        let room = self.strain.room(now, self.route.concurrency) > under_way;
        let next = self.strain.rests_until(now).or_else(|| self.queue.next_due().filter(|_| room));
        let next = next.into_iter().chain(self.store_at()).min()?;
        Some(Duration::from_millis(u64::try_from(next.0 - now.0).unwrap_or(0)))
    }

    /// Tells whoever runs the forwarder; nobody has to listen.
    fn tell(&self, notice: String) {
        let _ = self.notices.try_send(notice);
    }
}
