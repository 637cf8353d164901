//! The verdict: level, what it rests on, who is hit, since when.

use crate::{HOUR, MINUTE, SECOND, START, failed, monitor, notice, scope, status, with_notice, with_status};
use watop::event::StatusName::{Delivered, Sent};
use watop::event::{Event, Millis, Severity, Text};
use watop::monitor::Monitor;
use watop::monitor::view::{Alert, Common, Finding, Level, Outbreak, Rates, Scope, Verdict};

/// A window of a quarter of an hour after two hours of traffic.
const FROM: i64 = 2 * HOUR;
const TO: i64 = FROM + 15 * MINUTE;

fn verdict(events: &[Event]) -> Verdict {
    monitor(events).verdict(&scope(FROM, TO))
}

fn outbreak_of(verdict: &Verdict) -> &Outbreak {
    match &verdict.finding {
        Finding::Outbreak(outbreak) => outbreak,
        other => panic!("no outbreak: {other:?}"),
    }
}

fn calm(verdict: &Verdict) -> (&Rates, Option<&Alert>) {
    match &verdict.finding {
        Finding::Calm { rates, last_change } => (rates, last_change.as_deref()),
        other => panic!("not calm: {other:?}"),
    }
}

fn hit(tag: &str, number: &str, template: &str) -> Common {
    let some = |text: &str| (!text.is_empty()).then(|| Text::from(text));
    Common { tag: some(tag), number: some(number), template: some(template), ..Common::default() }
}

/// Ten messages a minute, all delivered but every fiftieth, with one tag on one of two numbers.
fn traffic() -> Vec<Event> {
    let message = |i: i64| {
        let at = i * 6 * SECOND;
        let event = if i % 50 == 7 {
            failed(at, &format!("t{i}"), &[131_026])
        } else {
            status(at, &format!("t{i}"), Delivered)
        };
        let number = if i % 2 == 0 { "85290000001" } else { "16690000003" };
        tagged(Event { number: Some(number.into()), ..event }, "daily")
    };
    (0..TO / (6 * SECOND)).map(message).collect()
}

fn tagged(event: Event, tag: &str) -> Event {
    with_status(event, |status| status.tag = Some(tag.into()))
}

/// So many messages of one campaign fail with a code from 3 minutes into the window on, one per second.
fn outbreak(code: i64, count: i64) -> Vec<Event> {
    let message = |i: i64| {
        let event = failed(FROM + 3 * MINUTE + i * SECOND, &format!("o{i}"), &[code]);
        let event = Event { number: Some("85290000001".into()), customer: Some(format!("c{i}").into()), ..event };
        tagged(with_status(event, |status| status.template = Some("order_update".into())), "order-update")
    };
    (0..count).map(message).collect()
}

fn with_outbreak(code: i64, count: i64) -> Vec<Event> {
    traffic().into_iter().chain(outbreak(code, count)).collect()
}

#[test]
fn ready_while_nothing_has_arrived() {
    let verdict = Monitor::default().verdict(&scope(FROM, TO));
    assert_eq!(verdict, Verdict::default());
    assert_eq!(verdict.level, Level::Ready);
}

#[test]
fn ok_says_the_usual_beside_the_current_and_the_last_change() {
    let change = with_notice(notice(HOUR, "template_quality", "spring", "YELLOW", Severity::Warning), |notice| {
        notice.cause = "GREEN → YELLOW".into();
    });
    let verdict = verdict(&traffic().into_iter().chain([change]).collect::<Vec<_>>());
    assert_eq!(verdict.level, Level::Ok);
    let (rates, last_change) = calm(&verdict);
    let usual = Some(0.98);
    assert_eq!((rates.settled, rates.usual_settled), (usual, usual));
    assert_eq!((rates.failed, rates.usual_failed), (Some(0.02), Some(0.02)));
    let changed =
        last_change.map(|alert| (alert.what.as_str(), alert.title.as_str(), alert.detail.as_str(), alert.at.0));
    assert_eq!(changed, Some(("quality YELLOW", "spring", "GREEN → YELLOW", START + HOUR)));
    assert_eq!((verdict.code(), verdict.since, verdict.proof), (None, None, None));
}

#[test]
fn ok_without_anything_to_compare_with() {
    let verdict = verdict(&[status(FROM + 14 * MINUTE, "m", Delivered)]);
    let rates = Rates { settled: Some(1.0), failed: Some(0.0), ..Rates::default() };
    assert_eq!(calm(&verdict), (&rates, None));
}

#[test]
fn ok_when_nothing_is_settled_or_attempted() {
    let waiting = verdict(&[status(FROM + 14 * MINUTE, "m", Sent)]);
    assert_eq!(calm(&waiting).0, &Rates { failed: Some(0.0), ..Rates::default() });
    let idle = verdict(&[status(0, "m", Sent)]);
    assert_eq!(calm(&idle).0, &Rates::default());
}

#[test]
fn it_is_not_ok_where_more_fails_than_is_delivered() {
    let at = |status| status_of(FROM + 14 * MINUTE, status);
    let level = |events: &[Event]| verdict(events).level;
    assert_eq!(level(&[at("f"), at("d")]), Level::Ok);
    assert_eq!(level(&[at("f")]), Level::Watch);
    assert_eq!(level(&[at("f"), at("s")]), Level::Watch, "what waits says nothing");
}

/// A message that failed, was delivered or was sent.
fn status_of(at: i64, what: &str) -> Event {
    match what {
        "f" => failed(at, "f", &[131_026]),
        "d" => status(at, "d", Delivered),
        _ => status(at, "s", Sent),
    }
}

#[test]
fn trouble_says_what_how_many_since_when_who_and_what_to_do() {
    let verdict = verdict(&with_outbreak(132_015, 700));
    assert_eq!((verdict.level, verdict.code()), (Level::Trouble, Some(132_015)));
    assert_eq!(verdict.since, Some(Millis(START + FROM + 3 * MINUTE)));
    let Outbreak { failure, lately, common: found } = outbreak_of(&verdict);
    assert_eq!((failure.messages, failure.recipients, *lately), (700, 700, 40));
    assert_eq!(found, &hit("order-update", "85290000001", "order_update"));
    assert!(failure.advice.starts_with("Stop using it"), "{}", failure.advice);
    assert_eq!(verdict.proof.as_deref(), Some("status:failed code:132015"));
}

#[test]
fn trouble_that_is_over_says_so() {
    let verdict = verdict(&with_outbreak(132_015, 60));
    assert_eq!(outbreak_of(&verdict).lately, 0);
}

#[test]
fn a_few_failures_of_a_new_code_are_watched_and_nobody_is_named() {
    let verdict = verdict(&with_outbreak(132_015, 12));
    assert_eq!(verdict.level, Level::Watch);
    assert_eq!(outbreak_of(&verdict).common, Common::default(), "nothing is judged under 30 messages");
}

#[test]
fn a_few_failures_that_stop_everything_are_trouble() {
    assert_eq!(verdict(&with_outbreak(368, 12)).level, Level::Trouble);
}

#[test]
fn failures_without_a_code_can_be_opened_too() {
    let nameless = outbreak(0, 60).into_iter().map(|event| with_status(event, |status| status.errors.clear()));
    let verdict = verdict(&traffic().into_iter().chain(nameless).collect::<Vec<_>>());
    assert_eq!(
        (verdict.level, verdict.code(), verdict.proof.as_deref()),
        (Level::Trouble, None, Some("status:failed"))
    );
    assert_eq!(outbreak_of(&verdict).failure.messages, 60);
}

#[test]
fn what_everybody_has_in_common_hits_nobody_in_particular() {
    let daily: Vec<Event> = traffic()
        .into_iter()
        .chain(outbreak(132_015, 60))
        .map(|event| tagged(Event { number: Some("85290000001".into()), ..event }, "daily"))
        .collect();
    assert_eq!(outbreak_of(&verdict(&daily)).common, hit("", "", "order_update"));
}

#[test]
fn of_one_number_alone_the_number_is_not_named() {
    let monitor = monitor(&with_outbreak(132_015, 60));
    let scope = Scope { number: Some("85290000001".into()), ..scope(FROM, TO) };
    let verdict = monitor.verdict(&scope);
    assert_eq!(outbreak_of(&verdict).common, hit("order-update", "", "order_update"));
}

#[test]
fn an_open_alert_of_the_window_is_watch_or_trouble_by_its_severity() {
    let alert = |severity| {
        with_notice(notice(FROM, "template_quality", "spring", "YELLOW", severity), |notice| {
            notice.cause = "GREEN → YELLOW".into();
        })
    };
    let with = |alert: Event| traffic().into_iter().chain([alert]).collect::<Vec<_>>();
    let warning = verdict(&with(alert(Severity::Warning)));
    assert_eq!(warning.level, Level::Watch);
    let Finding::Alert { alert: open, rates } = &warning.finding else { panic!("{:?}", warning.finding) };
    assert_eq!((open.what.as_str(), open.title.as_str()), ("quality YELLOW", "spring"));
    assert_eq!((rates.settled, rates.usual_failed), (Some(0.98), Some(0.02)));
    assert_eq!(warning.since, Some(Millis(START + FROM)));
    assert_eq!(verdict(&with(alert(Severity::Critical))).level, Level::Trouble);
    assert_eq!(verdict(&with(alert(Severity::Good))).level, Level::Ok);
    assert_eq!(verdict(&with(alert(Severity::Info))).level, Level::Ok);
}

#[test]
fn an_alert_that_was_acknowledged_or_superseded_is_no_trouble() {
    let pause = notice(FROM, "template_status", "spring", "PAUSED", Severity::Critical);
    let approval = notice(FROM + MINUTE, "template_status", "spring", "APPROVED", Severity::Good);
    let events: Vec<Event> = traffic().into_iter().chain([pause.clone()]).collect();
    let mut monitor = monitor(&events);
    monitor.set_acknowledged([(crate::notice_of(&pause).alert_id.clone(), crate::acknowledged())]);
    assert_eq!(monitor.verdict(&scope(FROM, TO)).level, Level::Ok);
    assert_eq!(verdict(&events.into_iter().chain([approval]).collect::<Vec<_>>()).level, Level::Ok);
}

#[test]
fn a_code_out_of_the_ordinary_says_more_than_an_alert() {
    let alert = notice(FROM, "template_status", "order_update", "PAUSED", Severity::Critical);
    let verdict = verdict(&with_outbreak(132_015, 60).into_iter().chain([alert]).collect::<Vec<_>>());
    assert_eq!(verdict.code(), Some(132_015));
}

/// A live view this long after the last event.
fn after(events: &[Event], silence: i64) -> Verdict {
    let last = events.iter().map(|event| event.received_at).max().unwrap();
    let now = Millis(last.0 + silence);
    let span = watop::monitor::view::Span::last(15, now);
    monitor(events).verdict(&Scope { span, as_of: now, number: None })
}

#[test]
fn blind_when_nothing_arrives_for_much_longer_than_usual() {
    let verdict = after(&traffic(), 4 * MINUTE);
    assert_eq!(verdict.level, Level::Blind);
    let last = Millis(START + TO - 6 * SECOND);
    assert_eq!(verdict.finding, Finding::Silence { last, lasting_s: 240, usual_s: 6 });
    assert_eq!(verdict.since, Some(last));
    assert_eq!(after(&traffic(), 30 * SECOND).level, Level::Ok, "a short pause is never remarkable");
}

#[test]
fn a_pause_that_is_usual_blinds_nobody() {
    let slow: Vec<Event> = (0..60).map(|i| status(i * 2 * MINUTE, &format!("m{i}"), Delivered)).collect();
    assert_eq!(after(&slow, 9 * MINUTE).level, Level::Ok);
    assert_eq!(after(&slow, 11 * MINUTE).level, Level::Blind);
}

#[test]
fn a_few_events_on_a_developers_laptop_make_nothing_usual() {
    let few: Vec<Event> = (0..5).map(|i| status(i * SECOND, &format!("m{i}"), Delivered)).collect();
    assert_eq!(after(&few, HOUR / 2).level, Level::Ok);
    let burst: Vec<Event> = (0..100).map(|i| status(i * SECOND, &format!("m{i}"), Delivered)).collect();
    assert_eq!(after(&burst, HOUR / 2).level, Level::Ok);
}

#[test]
fn a_window_in_the_past_is_not_blind() {
    let events: Vec<Event> = traffic().into_iter().chain([status(9 * HOUR, "later", Delivered)]).collect();
    assert_eq!(verdict(&events).level, Level::Ok);
}
