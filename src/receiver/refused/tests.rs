use super::*;
use crate::config::{Algorithm, Secret, SecretText, Signing};
use crate::receiver::signature::sign_nxcloud;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

type Written = (Vec<Refused>, Vec<RefusedCount>);

/// A register whose writes can be looked at and made to fail.
struct Desk {
    register: Arc<Register>,
    clerk: Clerk,
    writes: Arc<Mutex<Vec<(Instant, Written)>>>,
    failing: Arc<AtomicBool>,
    failed: Arc<AtomicUsize>,
}

impl Desk {
    fn new() -> Self {
        let writes: Arc<Mutex<Vec<(Instant, Written)>>> = Arc::default();
        let failing = Arc::new(AtomicBool::new(false));
        let failed = Arc::new(AtomicUsize::new(0));
        let (register, clerk) = start({
            let (writes, failing, failed) = (Arc::clone(&writes), Arc::clone(&failing), Arc::clone(&failed));
            move |entries, counts| {
                if failing.load(Relaxed) {
                    failed.fetch_add(1, Relaxed);
                    return Err(OpenError::Unusable("disk full".to_owned()));
                }
                writes.lock().unwrap().push((Instant::now(), (entries, counts)));
                Ok(())
            }
        });
        Self { register, clerk, writes, failing, failed }
    }

    fn add(&self, note: Note) {
        self.register.add(note.at, note.reason, || note);
    }

    async fn written(&self, writes: usize) -> Vec<(Instant, Written)> {
        loop {
            let seen = self.writes.lock().unwrap().clone();
            if seen.len() >= writes {
                return seen;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn finish(self) -> Written {
        self.clerk.stop().await;
        let mut all = Written::default();
        for (_, (entries, counts)) in self.writes.lock().unwrap().drain(..) {
            all.0.extend(entries);
            all.1.extend(counts);
        }
        all
    }
}

fn note(reason: Reason) -> Note {
    Note {
        at: Millis(1_700_000_012_345),
        peer: "192.0.2.7".into(),
        path: "/webhook".to_owned(),
        reason,
        message: "why".into(),
        remark: Remark::None,
        headers: HeaderMap::new(),
        body: Bytes::from_static(b"body"),
        length: 4,
    }
}

fn total(counts: &[RefusedCount]) -> u64 {
    counts.iter().map(|row| row.count).sum()
}

#[tokio::test]
async fn a_refusal_is_listed_and_counted_in_its_minute() {
    let desk = Desk::new();
    desk.add(note(Reason::NotFound));
    let (entries, counts) = desk.finish().await;
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.reason.as_str(), entry.answer, entry.path.as_str()), ("not_found", 404, "/webhook"));
    assert_eq!((entry.peer.as_str(), entry.explanation.as_deref()), ("192.0.2.7", Some("why")));
    let row = RefusedCount { minute: Millis(1_699_999_980_000), reason: "not_found".into(), answer: 404, count: 1 };
    assert_eq!(counts, [row]);
}

#[tokio::test]
async fn in_a_flood_only_the_counts_grow_and_writes_stay_a_second_apart() {
    let desk = Desk::new();
    desk.add(note(Reason::NotFound));
    let first = desk.written(1).await;
    for _ in 0..1000 {
        desk.add(note(Reason::BadSignature));
    }
    let both = desk.written(2).await;
    assert!(both[1].0 - first[0].0 >= PAUSE);
    let (entries, counts) = desk.finish().await;
    assert_eq!(entries.len(), 1 + QUEUE);
    assert_eq!(total(&counts), 1001);
}

#[tokio::test]
async fn what_cannot_be_written_is_kept_for_the_next_time() {
    let desk = Desk::new();
    desk.failing.store(true, Relaxed);
    desk.add(note(Reason::BadSignature));
    while desk.failed.load(Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    desk.add(note(Reason::BadSignature));
    desk.failing.store(false, Relaxed);
    let (entries, counts) = desk.finish().await;
    assert_eq!((entries.len(), total(&counts)), (2, 2));
}

#[test]
fn counts_that_wait_long_are_added_together_but_never_lost() {
    let mut pending = Pending::default();
    for minute in 0..ROWS as i64 + 100 {
        pending.add_counts(Counts::from([((minute * 60_000, Reason::BadSignature), 3)]));
    }
    assert_eq!(pending.rows().len(), ROWS);
    assert_eq!(total(&pending.rows()), (ROWS as u64 + 100) * 3);
}

#[test]
fn entries_hold_only_a_start_of_what_came() {
    let mut long = note(Reason::TooLarge);
    long.path = "/é".repeat(5000);
    long.body = Bytes::from(vec![b'x'; 10_000]);
    long.headers.insert("user-agent", "a".repeat(10_000).parse().unwrap());
    long.headers.insert("authorization", "Bearer hidden".parse().unwrap());
    let entry = entry(long, true);
    assert_eq!((entry.body.len(), entry.path.chars().count()), (BODY_START, PATH));
    assert_eq!(entry.headers, [("user-agent".into(), "a".repeat(VALUE))]);
}

#[test]
fn a_stale_request_is_kept_whole() {
    let mut stale = note(Reason::StaleTimestamp);
    stale.body = Bytes::from(vec![b'x'; 10_000]);
    stale.headers.insert("sign", "a".repeat(10_000).parse().unwrap());
    let entry = entry(stale, true);
    assert_eq!((entry.body.len(), entry.headers[0].1.len()), (10_000, 10_000));
}

#[test]
fn mismatches_are_explained_a_few_at_a_time() {
    let verifier = Arc::new(Verifier::new(&Signing {
        algorithms: vec![Algorithm::Sha256],
        nxcloud: vec![Secret { label: "2026".into(), value: SecretText::new("s"), access_key: None }],
        ..Signing::default()
    }));
    let mismatch = || {
        let mut note = note(Reason::BadSignature);
        note.remark = Remark::Explain(Arc::clone(&verifier));
        for (name, value) in sign_nxcloud(b"body", b"s", "key", "dr", 1_700_000_000_000, Algorithm::Md5) {
            note.headers.insert(name.parse::<axum::http::HeaderName>().unwrap(), value.parse().unwrap());
        }
        note
    };
    let mut cut = mismatch();
    cut.length = 1_000_000;
    let mut pending = Pending::default();
    pending.add_entries((0..=EXPLAINED).map(|_| mismatch()).collect());
    pending.add_entries(vec![cut]);
    let said: Vec<&str> = pending.entries.iter().filter_map(|entry| entry.explanation.as_deref()).collect();
    assert!(said[..EXPLAINED].iter().all(|said| said.contains("only sha256 is accepted")), "{said:?}");
    assert!(said[EXPLAINED].contains("too many at once"), "{said:?}");
    assert!(said[EXPLAINED + 1].contains("too large"), "{said:?}");
}
