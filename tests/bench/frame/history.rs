//! A journal of a given length, written without HTTP.

use std::path::Path;
use std::time::Duration;
use watop::event::{KeySecret, Millis, Origin, decode};
use watop::journal::{Journal, Options, RawRequest, Submission};
use watop::simulate::{Settings, Traffic};

/// Events per second of the history: where it ends, the window is as busy as the longest one's, unless it is shorter.
const RATE: f64 = 120.0;

/// One customer who never wrote before writes for so many events: open conversations grow with the day.
const EVENTS_PER_CUSTOMER: usize = 40;

/// Submissions that wait for their commit at once.
const IN_FLIGHT: usize = 2_000;

/// The end of every history: 2026-03-12 14:32:00 UTC.
pub(crate) const NOW: i64 = 1_773_325_920_000;

/// Deliveries of the simulated world and of strangers, decoded, in time order.
pub(crate) struct Source {
    traffic: Traffic,
    start: i64,
    secret: KeySecret,
    made: usize,
}

impl Source {
    /// A source whose first `events` events end about now.
    pub(crate) fn new(events: usize, secret: KeySecret) -> Self {
        let start = NOW - (events as f64 / RATE * 1000.0) as i64;
        let traffic = Traffic::new(Settings { seed: 1, rate: RATE, start: Millis(start) });
        Self { traffic, start, secret, made: 0 }
    }

    /// The next request.
    pub(crate) fn next(&mut self) -> Submission {
        self.made += 1;
        let delivery = self.traffic.find(|delivery| delivery.fault.is_none()).expect("traffic without end");
        let at = self.start + i64::try_from(delivery.at_ms).expect("a time");
        if self.made.is_multiple_of(EVENTS_PER_CUSTOMER) {
            let body = format!(
                r#"{{"messages":[{{"from":"8526{:07}","id":"wamid.n{}","timestamp":"{}","type":"text","text":{{"body":"hello"}}}}],"business_phone":"85230174859"}}"#,
                self.made,
                self.made,
                at / 1000
            );
            return self.submission(at, body.into());
        }
        self.submission(at, delivery.body)
    }

    fn submission(&self, at: i64, body: bytes::Bytes) -> Submission {
        let origin = Origin { received_at: Millis(at), verified: None };
        let events = decode(&body, &origin, &self.secret);
        let raw = RawRequest {
            received_at: Millis(at),
            peer: "127.0.0.1".into(),
            path: "/webhook".into(),
            headers: vec![("content-type".into(), "application/json".into())],
            verified: None,
            body,
        };
        Submission { raw, events }
    }
}

/// Opens a journal in `dir` and fills it with at least `events` events. Gives the source, to go on.
pub(crate) fn write(dir: &Path, events: usize) -> (Journal, Source) {
    let options = Options { retention: Duration::from_secs(100 * 365 * 86_400), ..Options::default() };
    let journal = Journal::open(dir, options).expect("a journal");
    let mut source = Source::new(events, journal.key_secret());
    let mut written = 0;
    let mut waiting = std::collections::VecDeque::new();
    while written < events || !waiting.is_empty() {
        if written < events {
            let submission = source.next();
            written += submission.events.len();
            waiting.push_back(journal.writer().submit(submission).expect("room in the queue"));
        }
        if waiting.len() >= IN_FLIGHT || written >= events {
            let receipt = waiting.pop_front().expect("something waits");
            receipt.blocking_recv().expect("an answer").expect("a commit");
        }
    }
    (journal, source)
}
