//! A filter over counts: exactly the messages, inbound messages and alerts it selects count, with all of their events.

use crate::deliveries::deliveries;
use crate::order::{scopes, views};
use crate::{MINUTE, SECOND, START, all, failed, inbound, notice, reference, request, status, with_status};
use proptest::prelude::*;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::BTreeSet;
use std::hash::Hash;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Receiver;
use watop::event::StatusName::{Delivered, Read, Sent};
use watop::event::{Detail, Event, Key, Millis, Severity};
use watop::journal::{Journal, Options, RawRequest, Reader, Submission};
use watop::monitor::{Monitor, Settings};
use watop::query::Filter;
use watop::source::filtered::{self, Filtered, Limit, Step};

/// Far more than anything takes, so that a busy machine fails no test.
const PATIENCE: Duration = Duration::from_secs(60);

/// A filter by its terms and what they decide together.
struct Case {
    text: &'static str,
    terms: &'static [&'static str],
    decide: fn(&[bool]) -> bool,
}

static CASES: [Case; 9] = [
    Case { text: "status:failed", terms: &["status:failed"], decide: |held| held[0] },
    Case {
        text: "code:131026 or code:131049",
        terms: &["code:131026", "code:131049"],
        decide: |held| held[0] || held[1],
    },
    Case { text: "status:sent code:131026", terms: &["status:sent", "code:131026"], decide: |held| held[0] && held[1] },
    Case {
        text: "status:sent not status:failed",
        terms: &["status:sent", "status:failed"],
        decide: |held| held[0] && !held[1],
    },
    Case {
        text: "not (status:read or tag:promo-7) kind:status",
        terms: &["status:read", "tag:promo-7", "kind:status"],
        decide: |held| !(held[0] || held[1]) && held[2],
    },
    Case {
        text: "number:85290000001 category:utility",
        terms: &["number:85290000001", "category:utility"],
        decide: |held| held[0] && held[1],
    },
    Case {
        text: "kind:inbound text:*where*",
        terms: &["kind:inbound", "text:*where*"],
        decide: |held| held[0] && held[1],
    },
    Case { text: "severity:critical", terms: &["severity:critical"], decide: |held| held[0] },
    Case { text: "-kind:status", terms: &["kind:status"], decide: |held| !held[0] },
];

/// Everything that counts together with other events: the events of a message, of an inbound message, of an alert.
fn units(events: &[Event]) -> Vec<Vec<&Event>> {
    let mut units = reference::evidence(events);
    let mut keyed: Vec<(String, Vec<&Event>)> = Vec::new();
    for event in events {
        let key = match &event.detail {
            Detail::Status(_) => continue,
            Detail::Inbound(inbound) => format!("inbound {}", inbound.message_id),
            Detail::Template(notice) | Detail::Account(notice) => format!("alert {}", notice.alert_id),
            Detail::Other(_) | Detail::Unrecognised(_) => format!("event {}", event.amends.unwrap_or(event.seq)),
        };
        match keyed.iter_mut().find(|(known, _)| *known == key) {
            Some((_, unit)) => unit.push(event),
            None => keyed.push((key, vec![event])),
        }
    }
    units.extend(keyed.into_iter().map(|(_, unit)| unit));
    units
}

/// A monitor of what the case selects, found the plain way.
fn expected(events: &[Event], case: &Case) -> Monitor {
    let terms: Vec<Filter> = case.terms.iter().map(|term| Filter::parse(term).unwrap()).collect();
    let any = |unit: &[&Event], term: &Filter| unit.iter().any(|event| term.matches(event, &[], Millis(0)));
    let selected = |unit: &Vec<&Event>| {
        let held: Vec<bool> = terms.iter().map(|term| any(unit, term)).collect();
        (case.decide)(&held)
    };
    let mut monitor = Monitor::default();
    for event in units(events).iter().filter(|unit| selected(unit)).flatten() {
        monitor.fold(event);
    }
    let selected = units(events).into_iter().filter(selected).flatten().map(|event| event.request);
    let requests: BTreeSet<u64> = selected.collect();
    for event in events.iter().filter(|event| requests.contains(&event.request)) {
        monitor.fold_request(&request(event));
    }
    for event in events {
        monitor.heard((event.received_at, event.received_at));
    }
    monitor
}

fn open(dir: &Path) -> Journal {
    // The events are as old as the tests.
    let retention = Duration::from_secs(100 * 365 * 86_400);
    Journal::open(dir, Options { retention, min_free: 0, ..Options::default() }).unwrap()
}

/// Commits events, each in a request of its own, as the receiver would.
fn commit(journal: &Journal, events: &[Event]) {
    let answers: Vec<_> = events
        .iter()
        .map(|event| {
            let raw = RawRequest {
                received_at: event.received_at,
                peer: "127.0.0.1".into(),
                path: "/webhook".into(),
                headers: Vec::new(),
                verified: None,
                body: "{}".into(),
            };
            let event = Event { key: key(event), amends: None, seq: 0, request: 0, ..event.clone() };
            journal.writer().submit(Submission { raw, events: vec![event] }).unwrap()
        })
        .collect();
    answers.into_iter().for_each(|answer| _ = answer.blocking_recv().unwrap().unwrap());
}

fn key(event: &Event) -> Key {
    let mut hasher = SipHasher13::new();
    crate::deliveries::key(event).hash(&mut hasher);
    Key(hasher.finish128().as_u128())
}

/// What the journal made of them.
fn stored(dir: &Path) -> Vec<Event> {
    let reader = Reader::open(dir).unwrap();
    let (mut events, mut page) = (Vec::new(), 0);
    while let Some(batch) = reader.next(page).unwrap() {
        page = batch.page;
        events.extend(batch.events);
    }
    events
}

fn counted(dir: &Path, filter: &str) -> Monitor {
    let filter = Filter::parse(filter).unwrap();
    filtered::count(Reader::open(dir).unwrap(), filter, Settings::default(), |_, _| ()).unwrap()
}

/// Everything but what depends on requests that brought nothing new, which the journal does not tell of.
fn told(monitor: &Monitor) -> Vec<String> {
    let ingest = |scope| {
        let ingest = monitor.ingest(scope);
        (ingest.events, ingest.unrecognised)
    };
    let counts = scopes().iter().map(|scope| format!("{:?}", ingest(scope))).collect::<Vec<_>>();
    let views = views(monitor).into_iter().filter(|view| !view.starts_with("Scope")).collect::<Vec<_>>();
    let funnels = scopes().iter().map(|scope| format!("{:?}", monitor.funnel(scope))).collect::<Vec<_>>();
    [counts, views, funnels].concat()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn a_filter_counts_what_the_plain_definition_selects(events in deliveries(60)) {
        let dir = tempfile::tempdir().unwrap();
        commit(&open(dir.path()), &events);
        let stored = stored(dir.path());
        for case in &CASES {
            for (found, expected) in told(&counted(dir.path(), case.text)).iter().zip(&told(&expected(&stored, case))) {
                prop_assert_eq!(found, expected, "{}", case.text);
            }
        }
    }
}

/// The next step, unless none comes in time.
fn before(end: Instant, steps: &mut Receiver<Step>) -> Option<Step> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async { tokio::time::timeout_at(end.into(), steps.recv()).await.ok().map(Option::unwrap) })
}

/// Takes steps until the counts are complete and as they must be.
#[track_caller]
fn until(counts: &mut Filtered, steps: &mut Receiver<Step>, right: impl Fn(&Monitor) -> bool) {
    let end = Instant::now() + PATIENCE;
    while !counts.is_current() || !right(&counts.monitor) {
        let step = before(end, steps);
        assert!(step.is_some(), "the counts are not right in time");
        step.into_iter().for_each(|step| counts.take(step));
    }
}

proptest! {
    #![proptest_config(config(3))]

    #[test]
    fn what_comes_later_is_counted_as_if_it_had_been_there(
        (events, cut) in deliveries(60).prop_flat_map(|events| {
            let most = events.len();
            (Just(events), 0..=most)
        }),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let journal = open(dir.path());
        commit(&journal, &events[..cut]);
        let follow = |case: &'static Case| {
            let mut steps = filtered::follow(dir.path(), Filter::parse(case.text).unwrap(), Limit::default()).unwrap();
            let mut counts = Filtered::new(Settings::default());
            until(&mut counts, &mut steps, |_| true);
            (case, counts, steps)
        };
        let following: Vec<_> = CASES.iter().map(follow).collect();
        commit(&journal, &events[cut..]);
        let stored = stored(dir.path());
        for (case, mut counts, mut steps) in following {
            let expected = told(&expected(&stored, case));
            let end = Instant::now() + PATIENCE;
            while !counts.is_current() || told(&counts.monitor) != expected {
                let step = before(end, &mut steps);
                prop_assert!(step.is_some(), "{} followed from {} of {:#?}", case.text, cut, events);
                step.into_iter().for_each(|step| counts.take(step));
            }
        }
    }
}

#[test]
fn a_message_selected_by_what_comes_later_counts_with_its_earlier_events() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let tagged = |event| with_status(event, |status| status.tag = Some("promo".into()));
    commit(&journal, &[tagged(status(0, "a", Sent)), status(0, "b", Sent), status(SECOND, "b", Delivered)]);
    let mut steps =
        filtered::follow(dir.path(), Filter::parse("status:failed tag:promo").unwrap(), Limit::default()).unwrap();
    let mut counts = Filtered::new(Settings::default());
    until(&mut counts, &mut steps, |monitor| monitor.funnel(&all()).attempted == 0);
    commit(&journal, &[failed(5 * MINUTE, "a", &[131_026])]);
    until(&mut counts, &mut steps, |monitor| monitor.funnel(&all()).attempted > 0);
    let funnel = counts.monitor.funnel(&all());
    assert_eq!((funnel.attempted, funnel.sent, funnel.outcomes.failed), (1, 1, 1));
    assert_eq!(counts.monitor.ingest(&all()).events, 2);
}

#[test]
fn a_message_that_later_proves_to_be_another_one_counts_once() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    commit(&journal, &[failed(0, "a", &[131_026]), status(0, "b", Sent)]);
    let mut steps = filtered::follow(dir.path(), Filter::parse("status:failed").unwrap(), Limit::default()).unwrap();
    let mut counts = Filtered::new(Settings::default());
    until(&mut counts, &mut steps, |monitor| monitor.funnel(&all()).attempted == 1);
    // One commit or two: "b" fails, and is "a".
    let united = with_status(status(2 * MINUTE, "b", Sent), |status| status.meta_message_id = Some("a".into()));
    commit(&journal, &[failed(MINUTE, "b", &[131_026]), united]);
    until(&mut counts, &mut steps, |monitor| monitor.ingest(&all()).events >= 4);
    assert_eq!((counts.monitor.ingest(&all()).events, counts.monitor.funnel(&all()).attempted), (4, 1));
}

#[test]
fn an_alert_selected_by_what_comes_later_counts_with_its_earlier_delivery() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let first = notice(0, "quality_update", "order_update", "RED", Severity::Warning);
    let mut again = Event { received_at: Millis(START + MINUTE), ..first.clone() };
    let Detail::Template(said) = &mut again.detail else { panic!("a template's notice") };
    said.severity = Severity::Critical;
    commit(&journal, &[first]);
    let mut steps =
        filtered::follow(dir.path(), Filter::parse("severity:critical").unwrap(), Limit::default()).unwrap();
    let mut counts = Filtered::new(Settings::default());
    until(&mut counts, &mut steps, |monitor| monitor.alerts(&all()).is_empty());
    commit(&journal, &[again]);
    let whole = counted(dir.path(), "severity:critical").alerts(&all());
    assert_eq!(whole.len(), 1);
    until(&mut counts, &mut steps, |monitor| monitor.alerts(&all()) == whole);
}

#[test]
fn a_message_that_is_not_selected_any_more_is_taken_out_again() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    commit(&journal, &[status(0, "a", Sent), status(0, "b", Sent)]);
    let mut steps =
        filtered::follow(dir.path(), Filter::parse("status:sent not status:read").unwrap(), Limit::default()).unwrap();
    let mut counts = Filtered::new(Settings::default());
    until(&mut counts, &mut steps, |monitor| monitor.funnel(&all()).attempted == 2);
    commit(&journal, &[status(MINUTE, "a", Read)]);
    until(&mut counts, &mut steps, |monitor| monitor.funnel(&all()).attempted == 1);
}

#[test]
fn counts_obey_quoted_words_and_paths_in_the_stored_body() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    commit(&journal, &[inbound(0, "in1", "please refund"), inbound(0, "in2", "thanks")]);
    assert_eq!(counted(dir.path(), "\"refund\"").ingest(&all()).events, 1);
    assert_eq!(counted(dir.path(), "nothing.there:1").ingest(&all()).events, 0);
}

#[test]
fn an_empty_journal_counts_nothing_and_is_current() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    assert_eq!(counted(dir.path(), "status:failed").extent(), None);
    let mut steps = filtered::follow(dir.path(), Filter::parse("status:failed").unwrap(), Limit::default()).unwrap();
    let mut counts = Filtered::new(Settings::default());
    while !counts.is_current() {
        counts.take(steps.blocking_recv().unwrap());
    }
}
