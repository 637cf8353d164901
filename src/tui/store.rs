//! Reading the journal for the screen, on a thread of its own: jobs in, answers out.
//!
//! A job is short ([`Slice::SHORT`]): long work is many jobs, so that it can be changed or dropped between two of them.

mod resend;

pub use resend::{Resend, Resent};

use super::events_tab::columns::Column;
use super::events_tab::row::Row;
use super::export::{self, ExportJob};
use super::messages_tab::read::{self, Found, MessagesJob};
use super::story_page;
use crate::event::{Event, Millis, Text};
use crate::forward::Route;
use crate::journal::operator::{Acknowledged, Attempt, NoticeState, Operator, Refused, RefusedCount, Target};
use crate::journal::{Batch, OpenError, RawRequest, Reader};
use crate::monitor::rules::RuleAlert;
use crate::monitor::view::Span;
use crate::query::Filter;
use crate::source::filtered::{self, Limit, Step};
use crate::source::message::gather;
use crate::source::thread::{self, Piece, Who};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Sender;

/// How much one job reads before it answers with what it has.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    /// The time it takes.
    pub time: Duration,
    /// The rows it finds.
    pub rows: usize,
}

impl Slice {
    /// So little that a key is answered at once whatever is read.
    pub const SHORT: Self = Self { time: Duration::from_millis(30), rows: 500 };
    /// Everything: what is found does not depend on how fast it is read, nor on which requests were committed together.
    pub const WHOLE: Self = Self { time: Duration::MAX, rows: usize::MAX };

    /// Whether a job that began then has read enough.
    pub(super) fn is_over(&self, began: Instant, rows: usize) -> bool {
        rows >= self.rows || began.elapsed() >= self.time
    }
}

/// Where requests are forwarded to at present.
pub type Routes = tokio::sync::watch::Receiver<Vec<Route>>;

/// What the screen wants to know.
#[derive(Debug, Clone)]
pub enum Job {
    /// Events before or after a page.
    Rows(RowsJob),
    /// One event and the request that brought it.
    Event {
        /// The event's sequence number.
        seq: u64,
        /// Its request's number.
        request: u64,
    },
    /// Messages before a page.
    Messages(MessagesJob),
    /// Everything about one message.
    Story {
        /// Its id or meta id.
        id: Text,
    },
    /// One raw request.
    Request(u64),
    /// Refused requests: counts of the span, and the list when it is looked at.
    Refused {
        /// The span of the counts.
        span: Span,
        /// Whether the list is wanted.
        list: bool,
    },
    /// What was forwarded: attempts behind a number, the newest at most so many.
    Forwarded {
        /// Number of the newest attempt that is known.
        after: u64,
        /// How many at most.
        most: usize,
    },
    /// Send requests again.
    Resend(Resend),
    /// A slice of a conversation.
    Thread(ThreadJob),
    /// Times in the span in which no receiver ran.
    Gaps(Span),
    /// A file to be written. It may take long, so it does not keep the others waiting.
    Export(Box<ExportJob>),
    /// The counts of what a filter selects, from now on.
    Count {
        /// Which filter it is for.
        generation: u64,
        /// Selects.
        filter: Arc<Filter>,
        /// How far is counted.
        limit: Limit,
    },
    /// Pages that came while nothing was counted: those after one, up to another.
    Missed {
        /// The last page that is counted.
        after: u64,
        /// The last page that is wanted.
        up_to: u64,
    },
    /// What rules decided, and who acknowledged what.
    Alerts,
    /// Acknowledges an alert with a note, or takes that back; then the same.
    Acknowledge {
        /// The alert's id.
        alert: Text,
        /// The note; `None` takes back.
        note: Option<Text>,
    },
}

/// A slice of the list of events.
#[derive(Debug, Clone)]
pub struct RowsJob {
    /// Which list it is for: an answer for an older one is thrown away.
    pub generation: u64,
    /// Where to read.
    pub from: Edge,
    /// The receive times wanted.
    pub span: Span,
    /// The events wanted.
    pub filter: Arc<Filter>,
    /// The columns whose values the rows are to hold.
    pub columns: Arc<[&'static Column]>,
    /// For `age` in the filter.
    pub now: Millis,
}

/// A slice of a conversation.
#[derive(Debug, Clone)]
pub struct ThreadJob {
    /// Which conversation it is for: an answer for an older one is thrown away.
    pub generation: u64,
    /// Whose.
    pub who: Who,
    /// What of it.
    pub wanted: Wanted,
}

/// What of a conversation is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// What there is: the events that may belong to it.
    Candidates,
    /// The last of these, which are older than what is known.
    Older(Vec<u64>),
    /// The last of these, which are newer.
    Newer(Vec<u64>),
}

/// What was read of a conversation.
#[derive(Debug)]
pub struct ThreadRead {
    /// The job's.
    pub generation: u64,
    /// The job's.
    pub wanted: Wanted,
    /// Events that are still to be read, ascending.
    pub left: Vec<u64>,
    /// What was read, oldest first.
    pub pieces: Vec<Piece>,
}

/// Where a slice of rows is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Forwards from the start of the span.
    Start,
    /// Backwards from the end of the span.
    End,
    /// Forwards from a time in the span.
    At(Millis),
    /// Backwards from the page before this one.
    Before(u64),
    /// Forwards from the page after this one.
    After(u64),
}

/// What a [`Job`] found.
#[derive(Debug)]
pub enum Answer {
    /// To [`Job::Rows`].
    Rows(Rows),
    /// To [`Job::Event`]. Either may have been removed by retention.
    Event {
        /// The event's sequence number.
        seq: u64,
        /// The event, amendments merged in.
        event: Option<Box<Event>>,
        /// The request that brought it.
        raw: Option<Box<RawRequest>>,
    },
    /// To [`Job::Messages`].
    Messages(Found),
    /// To [`Job::Story`].
    Story {
        /// The job's.
        id: Text,
        /// `None`: the journal does not know it.
        found: Option<Box<story_page::Found>>,
    },
    /// To [`Job::Request`].
    Request {
        /// The job's.
        request: u64,
        /// `None`: it was removed.
        raw: Option<Box<RawRequest>>,
    },
    /// To [`Job::Refused`].
    Refused {
        /// Counts per minute and reason.
        counts: Vec<RefusedCount>,
        /// The kept requests, newest first, when they were wanted.
        list: Option<Vec<Refused>>,
    },
    /// To [`Job::Forwarded`].
    Forwarded(Forwarded),
    /// To [`Job::Resend`].
    Resent(Resent),
    /// To [`Job::Alerts`] and [`Job::Acknowledge`].
    Alerts {
        /// Who acknowledged what, by alert id.
        acknowledged: Vec<(Text, Acknowledged)>,
        /// The alerts of rules, open and resolved.
        rules: Vec<RuleAlert>,
        /// Forward targets that take nothing.
        down: usize,
        /// Targets of notices that could not be told the last time.
        untold: Vec<NoticeState>,
    },
    /// To [`Job::Thread`].
    Thread(ThreadRead),
    /// To [`Job::Gaps`].
    Gaps {
        /// The times.
        gaps: Vec<(Millis, Millis)>,
        /// Since when everything is kept, where older events were removed.
        kept_from: Option<Millis>,
    },
    /// To [`Job::Export`].
    Exported {
        /// The file.
        file: PathBuf,
        /// How many lines it has, or what is wrong, in words for the user.
        lines: Result<u64, String>,
    },
    /// To [`Job::Count`].
    Counting {
        /// The job's.
        generation: u64,
        /// Where the counts come from; or why they cannot, in words for the user.
        steps: Result<tokio::sync::mpsc::Receiver<Step>, String>,
    },
    /// To [`Job::Missed`].
    Missed {
        /// The pages, in order.
        batches: Vec<Batch>,
        /// Up to where they were read: what is not among them before that was removed.
        reached: u64,
    },
    /// The journal could not be read, in words for the user.
    Failed(String),
}

/// What was forwarded.
#[derive(Debug)]
pub struct Forwarded {
    /// Every target.
    pub targets: Vec<Target>,
    /// Number of the last request in the journal.
    pub last_request: u64,
    /// Attempts, oldest first.
    pub attempts: Vec<Attempt>,
}

/// A slice of the list of events, oldest first.
#[derive(Debug)]
pub struct Rows {
    /// The job's.
    pub generation: u64,
    /// The job's.
    pub from: Edge,
    /// The rows.
    pub rows: Vec<Row>,
    /// Events that the filter left out.
    pub hidden: u64,
    /// The page before which or after which it began.
    pub began: u64,
    /// The last page that was read; where it began, when there was none.
    pub page: u64,
    /// When the last request that was read was received.
    pub reached: Option<Millis>,
    /// Whether there is nothing more to read in this direction now.
    pub end: bool,
}

/// Starts the reading thread on the data directory `dir`. It ends when nobody asks any more.
///
/// Requests are sent again on a thread of their own, one after the other: a slow handler keeps nobody from reading.
pub(super) fn start(dir: PathBuf, routes: Routes, answers: Sender<Answer>) -> io::Result<mpsc::Sender<Job>> {
    let (jobs, asked) = mpsc::channel();
    let resends = resend::start(dir.clone(), routes, answers.clone())?;
    std::thread::Builder::new().name("screen-reader".into()).spawn(move || {
        for job in asked {
            if let Job::Export(_) = job {
                let (dir, answers) = (dir.clone(), answers.clone());
                std::thread::spawn(move || answer(&dir, job, Slice::SHORT).map(|answer| answers.blocking_send(answer)));
                continue;
            }
            if let Job::Resend(wanted) = job {
                // That thread lives as long as this one.
                let _ = resends.send(wanted);
                continue;
            }
            let answer = answer(&dir, job, Slice::SHORT).unwrap_or_else(|error| Answer::Failed(error.to_string()));
            if answers.blocking_send(answer).is_err() {
                return;
            }
        }
    })?;
    Ok(jobs)
}

/// Does one job. Opens what it needs: a reader that stays open would pin the journal while nobody looks.
///
/// # Errors
/// The journal or the operator's database cannot be read.
pub fn answer(dir: &Path, job: Job, slice: Slice) -> Result<Answer, OpenError> {
    Ok(match job {
        Job::Rows(job) => Answer::Rows(read_rows(&Reader::open(dir)?, &job, slice)?),
        Job::Event { seq, request } => {
            let reader = Reader::open(dir)?;
            let event = reader.event(seq)?.map(Box::new);
            Answer::Event { seq, event, raw: reader.request(request)?.map(Box::new) }
        }
        Job::Messages(job) => Answer::Messages(read::read(&Reader::open(dir)?, &job, slice)?),
        Job::Story { id } => Answer::Story { found: story(dir, &id)?.map(Box::new), id },
        Job::Request(request) => Answer::Request { request, raw: Reader::open(dir)?.request(request)?.map(Box::new) },
        Job::Refused { span, list } => {
            // What is only watched stays as it is.
            let operator = Operator::open_read_only(dir)?;
            let counts = operator.refused_counts(span.from, span.to)?;
            Answer::Refused { counts, list: list.then(|| operator.refused()).transpose()? }
        }
        Job::Export(job) => Answer::Exported { lines: export::write(dir, &job), file: job.file },
        Job::Gaps(span) => {
            let reader = Reader::open(dir)?;
            let stats = reader.stats()?;
            let kept_from = stats.start.filter(|_| stats.expired > 0);
            Answer::Gaps { gaps: reader.gaps(span.from, span.to)?, kept_from }
        }
        Job::Forwarded { after, most } => {
            let operator = Operator::open_read_only(dir)?;
            Answer::Forwarded(Forwarded {
                targets: operator.forward_targets()?,
                last_request: Reader::open(dir)?.stats()?.last_request,
                attempts: operator.newest_attempts(after, most)?,
            })
        }
        Job::Resend(wanted) => Answer::Resent(resend::resend(dir, &[], wanted)),
        Job::Thread(job) => Answer::Thread(read_thread(&Reader::open(dir)?, job, slice)?),
        Job::Missed { after, up_to } => read_missed(&Reader::open(dir)?, after, up_to, slice)?,
        Job::Count { generation, filter, limit } => {
            let steps = filtered::follow(dir, Filter::clone(&filter), limit).map_err(|error| error.to_string());
            Answer::Counting { generation, steps }
        }
        Job::Alerts => alerts(&Operator::open_read_only(dir)?)?,
        Job::Acknowledge { alert, note } => {
            let mut operator = Operator::open(dir)?;
            let (who, at) = (login(), Millis(jiff::Timestamp::now().as_millisecond()));
            match note {
                Some(note) => operator.acknowledge(&alert, &who, &note, at)?,
                None => operator.unacknowledge(&alert, &who, at).map(drop)?,
            }
            alerts(&operator)?
        }
    })
}

fn read_missed(reader: &Reader, after: u64, up_to: u64, slice: Slice) -> Result<Answer, OpenError> {
    let began = Instant::now();
    let (mut batches, mut reached, mut events) = (Vec::new(), after, 0);
    while reached < up_to && (batches.is_empty() || !slice.is_over(began, events)) {
        match reader.next(reached)?.filter(|batch| batch.page <= up_to) {
            Some(batch) => {
                (reached, events) = (batch.page, events + batch.events.len());
                batches.push(batch);
            }
            None => reached = up_to,
        }
    }
    Ok(Answer::Missed { batches, reached })
}

fn alerts(operator: &Operator) -> Result<Answer, OpenError> {
    let (acknowledged, rules) = (operator.acknowledged()?, RuleAlert::stored(operator.rule_alerts()?));
    let down = operator.forward_targets()?.iter().filter(|target| target.fault.is_some()).count();
    Ok(Answer::Alerts { acknowledged, rules, down, untold: operator.failed_notices()? })
}

/// Who sits at this terminal, as the login says.
fn login() -> String {
    let named = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    named("USER").or_else(|| named("LOGNAME")).or_else(|| named("USERNAME")).unwrap_or_else(|| "somebody".to_owned())
}

fn read_thread(reader: &Reader, job: ThreadJob, slice: Slice) -> Result<ThreadRead, OpenError> {
    let ThreadJob { generation, who, wanted } = job;
    let (mut left, pieces) = match &wanted {
        Wanted::Candidates => (thread::candidates(reader, &who)?, Vec::new()),
        Wanted::Older(seqs) | Wanted::Newer(seqs) => {
            let (pieces, left) = thread::read(reader, &who, seqs, slice.rows, slice.time)?;
            (seqs.iter().take(left).copied().collect(), pieces)
        }
    };
    left.shrink_to_fit();
    Ok(ThreadRead { generation, wanted, left, pieces })
}

/// A message, and where its requests were forwarded to.
fn story(dir: &Path, id: &str) -> Result<Option<story_page::Found>, OpenError> {
    let Some(material) = gather(&Reader::open(dir)?, id)? else { return Ok(None) };
    let operator = Operator::open_read_only(dir)?;
    let mut attempts = Vec::new();
    for carrier in &material.requests {
        attempts.extend(operator.attempts_of(carrier.request)?);
    }
    Ok(Some(story_page::Found { material, attempts }))
}

fn read_rows(reader: &Reader, job: &RowsJob, slice: Slice) -> Result<Rows, OpenError> {
    let started = Instant::now();
    let (page, back) = match job.from {
        Edge::Start => (reader.page_at(job.span.from)?.saturating_sub(1), false),
        Edge::At(at) => (reader.page_at(at.max(job.span.from))?.saturating_sub(1), false),
        Edge::End => (end_page(reader, job)?, true),
        Edge::Before(page) => (page, true),
        Edge::After(page) => (page, false),
    };
    let mut found = Rows {
        generation: job.generation,
        from: job.from,
        rows: Vec::new(),
        hidden: 0,
        began: page,
        page,
        reached: None,
        end: false,
    };
    loop {
        let batch = if back { reader.previous(found.page)? } else { reader.next(found.page)? };
        let Some(mut batch) = batch else {
            found.end = true;
            break;
        };
        found.page = batch.page;
        found.reached = batch.requests.first().map(|request| request.received_at).or(found.reached);
        reader.settle(&mut batch)?;
        if back {
            batch.events.reverse();
        }
        take(reader, job, batch, &mut found)?;
        let left = |at| if back { at < job.span.from } else { at >= job.span.to };
        found.end = found.reached.is_some_and(left);
        // At the end, so that every job gets on by a page at least.
        if found.end || slice.is_over(started, found.rows.len()) {
            break;
        }
    }
    if back {
        found.rows.reverse();
    }
    Ok(found)
}

/// The page after the last one that can hold events of the span.
fn end_page(reader: &Reader, job: &RowsJob) -> Result<u64, OpenError> {
    if job.span.to > job.now { Ok(reader.stats()?.last_page + 1) } else { Ok(reader.page_at(job.span.to)? + 1) }
}

/// Adds the rows of one batch.
fn take(reader: &Reader, job: &RowsJob, batch: Batch, found: &mut Rows) -> Result<(), OpenError> {
    let mut body = (0, None);
    for event in batch.events {
        if !job.span.contains(event.received_at) {
            continue;
        }
        if job.filter.needs_body() && body.0 != event.request {
            body = (event.request, reader.request(event.request)?);
        }
        let bytes = body.1.as_ref().map_or(&[][..], |raw| &raw.body);
        if job.filter.matches(&event, bytes, job.now) {
            found.rows.push(Row::new(&event, batch.page, &job.columns));
        } else {
            found.hidden += 1;
        }
    }
    Ok(())
}
