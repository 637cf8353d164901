//! A filter over counts: finds the messages, inbound messages and alerts that it selects, and hands over all of their events and
//! no others, to be folded into a monitor of their own.
//!
//! A message may be selected by what comes later, so the journal is read twice: first to learn what holds of each, then to hand
//! over. Afterwards each new page is looked at once: when a message becomes selected its earlier events are looked up through the
//! index; when one ceases to be (`not`), what was handed over is wrong and the second reading starts again, at most every
//! few seconds.

mod units;

use crate::event::{Detail, Event, Millis, Status, Text};
use crate::journal::{Batch, OpenError, Reader, RequestSummary, Term};
use crate::monitor::{Monitor, Settings};
use crate::query::Filter;
use hashbrown::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use units::{Turn, Units};

/// Steps between the thread and its consumer.
const AHEAD: usize = 16;
/// How long after a reading another one may start: at least this, and some times what the last one took.
const REST: Duration = Duration::from_secs(2);
const REST_FACTOR: u32 = 10;
/// How long the thread waits before it looks at the journal again: short while something comes.
const POLL: (Duration, Duration) = (Duration::from_millis(25), Duration::from_millis(250));
/// Messages in one page whose earlier events are looked up; of more, reading everything again is cheaper.
const LOOKED_UP: usize = 64;
/// What is selected by age is found anew so often.
const AGE: Duration = Duration::from_secs(60);

/// What a filtered source hands over, in order.
#[derive(Debug)]
pub enum Step {
    /// What was handed over so far is void: begin with an empty monitor.
    Restart,
    /// The journal is being read: so many pages of so many.
    Scanning(u64, u64),
    /// Events of what is selected, with the requests that brought them for the first time, and when the first and the last
    /// request of all that was read was received.
    Batch(Batch, (Millis, Millis)),
    /// Everything there is was handed over.
    Current,
    /// The journal cannot be read, in words for the user; it is tried again.
    Lost(String),
}

/// A monitor that counts what a filter selects, and how far it is.
#[derive(Debug)]
pub struct Filtered {
    settings: Settings,
    /// What is selected, as far as it was handed over. While a first reading goes on it is empty.
    pub monitor: Monitor,
    /// The next monitor, while the events of a further reading come in: until it is whole the last one stands.
    next: Option<Monitor>,
    /// Pages read of pages in all, while the journal is being read.
    pub progress: Option<(u64, u64)>,
    /// Why the journal cannot be read.
    pub lost: Option<String>,
}

impl Filtered {
    /// Nothing was handed over yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, monitor: Monitor::new(settings), next: None, progress: Some((0, 0)), lost: None }
    }

    /// Takes in what the source hands over.
    pub fn take(&mut self, step: Step) {
        self.lost = None;
        match step {
            Step::Restart => self.next = Some(Monitor::new(self.settings)),
            Step::Scanning(done, total) => self.progress = Some((done, total)),
            Step::Batch(batch, heard) => {
                let monitor = self.next.as_mut().unwrap_or(&mut self.monitor);
                monitor.fold_batch(&batch);
                monitor.heard(heard);
            }
            Step::Current => {
                self.progress = None;
                if let Some(monitor) = self.next.take() {
                    self.monitor = monitor;
                }
            }
            Step::Lost(why) => self.lost = Some(why),
        }
    }

    /// Whether the counts are complete.
    pub fn is_current(&self) -> bool {
        self.progress.is_none() && self.next.is_none()
    }
}

/// Up to which page a filtered source reads, as whoever counts wants it: what comes behind it waits until it is set further on.
#[derive(Debug, Clone)]
pub struct Limit(Arc<AtomicU64>);

impl Limit {
    /// Everything is read.
    pub const NONE: u64 = u64::MAX;

    /// Reads up to this page from now on. What was read further already stays.
    pub fn set(&self, page: u64) {
        self.0.store(page, Relaxed);
    }

    fn page(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(Self::NONE)))
    }
}

/// Everything in the journal in `dir` that `filter` selects, then what is committed there from now on, up to `limit`. Ends when
/// the consumer is dropped.
///
/// # Errors
/// The directory cannot be read.
pub fn follow(dir: &Path, filter: Filter, limit: Limit) -> Result<mpsc::Receiver<Step>, OpenError> {
    let reader = Reader::open(dir)?;
    let (steps, consumer) = mpsc::channel(AHEAD);
    let thread = std::thread::Builder::new().name("filter".into());
    let run = move || {
        let mut chosen = Chosen::new(reader, filter, limit);
        // `None` says that the consumer is gone, which is how it is stopped.
        let _ = Thread { steps, lost: None }.run(&mut chosen);
    };
    thread.spawn(run).map_err(|error| OpenError::Unusable(format!("no thread to read {}: {error}", dir.display())))?;
    Ok(consumer)
}

/// Everything in the journal behind `reader` that `filter` selects, counted at once. `progress` is told pages read and pages
/// in all.
///
/// # Errors
/// The journal cannot be read.
pub fn count(
    reader: Reader,
    filter: Filter,
    settings: Settings,
    mut progress: impl FnMut(u64, u64),
) -> Result<Monitor, OpenError> {
    let mut chosen = Chosen::new(reader, filter, Limit::default());
    let mut filtered = Filtered::new(settings);
    chosen.read(&mut |step| {
        if let Step::Scanning(done, total) = step {
            progress(done, total);
        }
        filtered.take(step);
        Some(())
    })?;
    filtered.take(Step::Current);
    Ok(filtered.monitor)
}

/// Takes steps; answers `None` when nobody wants any more.
type Sink<'a> = &'a mut dyn FnMut(Step) -> Option<()>;

/// What is selected of a journal.
struct Chosen {
    reader: Reader,
    units: Units,
    limit: Limit,
    /// The last page that was taken in.
    page: u64,
    /// Requests of which something was handed over.
    requests: HashSet<u64>,
    heard: Option<(Millis, Millis)>,
    /// How often stored pages had been changed when the first of them was read.
    rewritten: u64,
    /// What was handed over is wrong.
    upset: bool,
}

impl Chosen {
    fn new(reader: Reader, filter: Filter, limit: Limit) -> Self {
        Self {
            reader,
            units: Units::new(filter),
            limit,
            page: 0,
            requests: HashSet::new(),
            heard: None,
            rewritten: 0,
            upset: false,
        }
    }

    /// Reads the whole journal twice. The inner `None`: nobody wants any more.
    fn read(&mut self, sink: Sink<'_>) -> Result<Option<()>, OpenError> {
        self.rewritten = self.reader.rewritten()?;
        let last = self.reader.stats()?.last_page.min(self.limit.page());
        self.units.clear();
        self.page = 0;
        self.heard = None;
        while let Some(batch) = self.next(last)? {
            self.see(&batch)?;
            if sink(Step::Scanning(self.page, 2 * last)).is_none() {
                return Ok(None);
            }
        }
        self.hand_over(last, sink)
    }

    /// Hands over everything that is selected up to the page `last`.
    fn hand_over(&mut self, last: u64, sink: Sink<'_>) -> Result<Option<()>, OpenError> {
        self.requests.clear();
        self.upset = false;
        self.page = 0;
        while let Some(batch) = self.next(last)? {
            if sink(Step::Scanning(last + self.page, 2 * last)).is_none() {
                return Ok(None);
            }
            let batch = self.chosen(batch);
            if let Some(heard) = self.heard
                && sink(Step::Batch(batch, heard)).is_none()
            {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    /// The next page up to `last`.
    fn next(&mut self, last: u64) -> Result<Option<Batch>, OpenError> {
        if self.page >= last {
            return Ok(None);
        }
        let batch = self.reader.next(self.page)?.filter(|batch| batch.page <= last);
        if let Some(batch) = &batch {
            self.page = batch.page;
        }
        Ok(batch)
    }

    /// Takes in what holds of the events of a page. Answers the messages whose earlier events are missing.
    fn see(&mut self, batch: &Batch) -> Result<Vec<Event>, OpenError> {
        for summary in &batch.requests {
            let at = summary.received_at;
            let (first, last) = self.heard.unwrap_or((at, at));
            self.heard = Some((first.min(at), last.max(at)));
        }
        let now = now();
        let mut body = (0, bytes::Bytes::new());
        let mut missing = Vec::new();
        for event in &batch.events {
            if self.units.filter().needs_body() && body.0 != event.request {
                let request = self.reader.request(event.request)?;
                body = (event.request, request.map(|request| request.body).unwrap_or_default());
            }
            let held = self.units.filter().held(event, &body.1, now);
            match self.units.see(event, held) {
                Turn::None => {}
                Turn::Selected if !names(event).is_empty() => missing.push(event.clone()),
                // What has no name in the index is found by reading everything.
                Turn::Selected | Turn::Upset => self.upset = true,
            }
        }
        Ok(missing)
    }

    /// What is selected of a page.
    fn chosen(&mut self, mut batch: Batch) -> Batch {
        batch.events.retain(|event| self.units.selects(event));
        let named: HashSet<u64> = batch.events.iter().map(|event| event.request).collect();
        batch.requests.retain(|summary| named.contains(&summary.request) && self.requests.insert(summary.request));
        batch
    }

    /// Takes in a new page: its events, and the earlier ones of what it selects.
    fn take_in(&mut self, batch: Batch) -> Result<Batch, OpenError> {
        let missing = self.see(&batch)?;
        let first = batch.events.first().map_or(0, |event| event.seq);
        self.upset |= missing.len() > LOOKED_UP;
        let mut earlier = Vec::new();
        if !self.upset {
            for event in &missing {
                earlier.extend(self.evidence(event)?.into_iter().filter(|event| event.seq < first));
            }
        }
        earlier.sort_by_key(|event| event.seq);
        earlier.dedup_by_key(|event| event.seq);
        let mut batch = self.chosen(batch);
        for event in &earlier {
            if self.requests.insert(event.request) {
                batch.requests.push(summary(event));
            }
        }
        earlier.append(&mut batch.events);
        Ok(Batch { events: earlier, ..batch })
    }

    /// Every delivery about the message or inbound message of `event` up to that, found by its names and by the further names
    /// that these deliveries give it. What comes later may unite it with a message that was handed over already.
    fn evidence(&self, event: &Event) -> Result<Vec<Event>, OpenError> {
        let mut ids: Vec<Text> = names(event);
        let mut found: Vec<Event> = Vec::new();
        let mut at = 0;
        while at < ids.len() {
            for seq in self.reader.find(&Term::Message(ids[at].clone()))? {
                if found.iter().any(|event| event.seq == seq) {
                    continue;
                }
                let deliveries = self.reader.deliveries(seq)?.into_iter().filter(|other| other.seq <= event.seq);
                for other in deliveries.filter(|other| same_kind(event, other)) {
                    ids.extend(names(&other).into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>());
                    found.push(other);
                }
            }
            at += 1;
        }
        Ok(found)
    }
}

/// The thread that reads, and what it tells.
struct Thread {
    steps: mpsc::Sender<Step>,
    /// The failure that was last told.
    lost: Option<String>,
}

impl Thread {
    fn run(&mut self, chosen: &mut Chosen) -> Option<()> {
        let (mut pause, mut fresh, mut first) = (POLL.0, true, true);
        let mut read_at = Instant::now();
        let mut rest = REST;
        loop {
            // A journal that cannot be read is told below.
            fresh |= chosen.reader.rewritten().is_ok_and(|times| times != chosen.rewritten);
            let old = chosen.units.filter().depends_on_time() && read_at.elapsed() >= AGE;
            let due = fresh || old || (chosen.upset && read_at.elapsed() >= rest);
            let before = chosen.page;
            let started = Instant::now();
            let steps = self.steps.clone();
            let mut sink = |step| steps.blocking_send(step).ok();
            let done = if due {
                let restart = if first { Some(()) } else { sink(Step::Restart) };
                first = false;
                restart.map_or(Ok(None), |()| match fresh || old {
                    true => chosen.read(&mut sink),
                    false => {
                        let last = chosen.page;
                        chosen.hand_over(last, &mut sink)
                    }
                })
            } else {
                Self::go_on(chosen, &mut sink)
            };
            match done {
                Ok(going) => {
                    going?;
                    self.lost = None;
                    if due {
                        (fresh, read_at) = (false, Instant::now());
                        rest = REST.max(started.elapsed() * REST_FACTOR);
                    }
                    if due || chosen.page > before {
                        self.steps.blocking_send(Step::Current).ok()?;
                    }
                }
                Err(error) => {
                    // What was handed over of a reading that broke off is void.
                    fresh |= due;
                    self.told(&error)?;
                }
            }
            pause = if chosen.page > before { POLL.0 } else { (pause * 2).min(POLL.1) };
            std::thread::sleep(pause);
            if self.steps.is_closed() {
                return None;
            }
        }
    }

    /// Hands over what new pages bring.
    fn go_on(chosen: &mut Chosen, sink: Sink<'_>) -> Result<Option<()>, OpenError> {
        while let Some(batch) = chosen.reader.next(chosen.page)?.filter(|batch| batch.page <= chosen.limit.page()) {
            let page = batch.page;
            let batch = chosen.take_in(batch)?;
            chosen.page = page;
            if let Some(heard) = chosen.heard
                && sink(Step::Batch(batch, heard)).is_none()
            {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    /// Tells a failure once.
    fn told(&mut self, error: &OpenError) -> Option<()> {
        let reason = error.to_string();
        if self.lost.as_ref() != Some(&reason) {
            self.lost = Some(reason.clone());
            self.steps.blocking_send(Step::Lost(reason)).ok()?;
        }
        Some(())
    }
}

/// The ids that an event gives its message.
fn names(event: &Event) -> Vec<Text> {
    match &event.detail {
        Detail::Status(status) => {
            [Some(status.message_id.clone()), status.meta_message_id.clone()].into_iter().flatten().collect()
        }
        Detail::Inbound(inbound) => vec![inbound.message_id.clone()],
        _ => Vec::new(),
    }
}

/// Whether two events that share an id are about one message.
fn same_kind(a: &Event, b: &Event) -> bool {
    match (&a.detail, &b.detail) {
        (Detail::Status(Status { participant: a, .. }), Detail::Status(Status { participant: b, .. })) => a == b,
        (Detail::Inbound(_), Detail::Inbound(_)) => true,
        _ => false,
    }
}

/// The request that brought an event, as far as the event tells.
fn summary(event: &Event) -> RequestSummary {
    RequestSummary {
        request: event.request,
        received_at: event.received_at,
        events: 1,
        unrecognised: 0,
        duplicates: 0,
        bytes: 0,
    }
}

/// The clock that `age` is measured by.
fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
