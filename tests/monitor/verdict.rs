//! The verdict: level, wording, who is hit, what to do.

use crate::{HOUR, MINUTE, SECOND, START, failed, monitor, notice, scope, status, with_notice, with_status};
use jiff::tz::TimeZone;
use watop::event::StatusName::{Delivered, Sent};
use watop::event::{Event, Millis, Severity};
use watop::monitor::Monitor;
use watop::monitor::view::{Level, Scope, Verdict};

/// A window of a quarter of an hour after two hours of traffic.
const FROM: i64 = 2 * HOUR;
const TO: i64 = FROM + 15 * MINUTE;

fn verdict(events: &[Event]) -> Verdict {
    monitor(events).verdict(&scope(FROM, TO), &TimeZone::UTC)
}

fn words(pieces: &[(String, bool)]) -> String {
    pieces.iter().map(|(text, _)| text.as_str()).collect()
}

fn values(pieces: &[(String, bool)]) -> Vec<&str> {
    pieces.iter().filter(|(_, value)| *value).map(|(text, _)| text.as_str()).collect()
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
    let verdict = Monitor::default().verdict(&scope(FROM, TO), &TimeZone::UTC);
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
    assert_eq!(words(&verdict.what), "settled 98.0 %, usual 98.0 %   ·   failed 2.0 % of attempted, usual 2.0 %");
    assert_eq!(values(&verdict.what), ["98.0 %", "2.0 %"]);
    assert_eq!(words(&verdict.more), "last change  quality YELLOW spring GREEN → YELLOW, 1 h ago");
    assert_eq!(verdict.short, "settled 98.0 % usual 98.0 %");
    assert_eq!((verdict.code, verdict.since, verdict.proof), (None, None, None));
}

#[test]
fn ok_without_anything_to_compare_with() {
    let verdict = verdict(&[status(FROM + 14 * MINUTE, "m", Delivered)]);
    assert_eq!(words(&verdict.what), "settled 100 %   ·   failed 0 % of attempted");
    assert_eq!(words(&verdict.more), "last change  none in what is kept");
}

#[test]
fn ok_when_nothing_is_settled_or_attempted() {
    let waiting = verdict(&[status(FROM + 14 * MINUTE, "m", Sent)]);
    assert_eq!(
        (words(&waiting.what), waiting.short.as_str()),
        ("settled –   ·   failed 0 % of attempted".into(), "nothing settled yet")
    );
    let idle = verdict(&[status(0, "m", Sent)]);
    assert_eq!(words(&idle.what), "no message was attempted in this window");
}

#[test]
fn trouble_says_what_how_many_since_when_who_and_what_to_do() {
    let verdict = verdict(&with_outbreak(132_015, 700));
    assert_eq!((verdict.level, verdict.code), (Level::Trouble, Some(132_015)));
    assert_eq!(verdict.since, Some(Millis(START + FROM + 3 * MINUTE)));
    assert_eq!(
        words(&verdict.what),
        "132015 Template paused  700 messages failed, 700 recipients  since 16:03:00, 12 m ago, still 0.7/s"
    );
    assert_eq!(words(&verdict.more), "who tag order-update on 852…001, template order_update  do stop using it");
    assert_eq!(values(&verdict.more), ["order-update", "852…001", "order_update", "stop using it"]);
    assert_eq!(verdict.short, "132015 700 msgs since 16:03");
    assert_eq!(verdict.proof.as_deref(), Some("status:failed code:132015"));
}

#[test]
fn trouble_that_is_over_says_so() {
    let verdict = verdict(&with_outbreak(132_015, 60));
    assert!(words(&verdict.what).ends_with("12 m ago, none in the last minute"), "{}", words(&verdict.what));
}

#[test]
fn a_few_failures_of_a_new_code_are_watched_and_nobody_is_named() {
    let verdict = verdict(&with_outbreak(132_015, 12));
    assert_eq!(verdict.level, Level::Watch);
    assert_eq!(words(&verdict.more), "do stop using it", "nothing is judged under 30 messages");
}

#[test]
fn a_few_failures_that_stop_everything_are_trouble() {
    assert_eq!(verdict(&with_outbreak(368, 12)).level, Level::Trouble);
}

#[test]
fn failures_without_a_code_can_be_opened_too() {
    let nameless = outbreak(0, 60).into_iter().map(|event| with_status(event, |status| status.errors.clear()));
    let verdict = verdict(&traffic().into_iter().chain(nameless).collect::<Vec<_>>());
    assert_eq!((verdict.level, verdict.code, verdict.proof.as_deref()), (Level::Trouble, None, Some("status:failed")));
    assert_eq!(verdict.short, "no code 60 msgs since 16:03");
}

#[test]
fn what_everybody_has_in_common_hits_nobody_in_particular() {
    let daily: Vec<Event> = traffic()
        .into_iter()
        .chain(outbreak(132_015, 60))
        .map(|event| tagged(Event { number: Some("85290000001".into()), ..event }, "daily"))
        .collect();
    assert_eq!(words(&verdict(&daily).more), "who template order_update  do stop using it");
}

#[test]
fn of_one_number_alone_the_number_is_not_named() {
    let monitor = monitor(&with_outbreak(132_015, 60));
    let scope = Scope { number: Some("85290000001".into()), ..scope(FROM, TO) };
    let verdict = monitor.verdict(&scope, &TimeZone::UTC);
    assert_eq!(words(&verdict.more), "who tag order-update, template order_update  do stop using it");
}

#[test]
fn clock_times_are_written_in_the_zone_of_the_screen() {
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let verdict = monitor(&with_outbreak(132_015, 60)).verdict(&scope(FROM, TO), &zone);
    assert!(words(&verdict.what).contains("since 00:03:00"), "{}", words(&verdict.what));
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
    assert_eq!(words(&warning.what), "quality YELLOW  spring, 15 m ago  GREEN → YELLOW");
    assert_eq!(words(&warning.more), "settled 98.0 %, usual 98.0 %   ·   failed 2.0 % of attempted, usual 2.0 %");
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
    assert_eq!(monitor.verdict(&scope(FROM, TO), &TimeZone::UTC).level, Level::Ok);
    assert_eq!(verdict(&events.into_iter().chain([approval]).collect::<Vec<_>>()).level, Level::Ok);
}

#[test]
fn a_code_out_of_the_ordinary_says_more_than_an_alert() {
    let alert = notice(FROM, "template_status", "order_update", "PAUSED", Severity::Critical);
    let verdict = verdict(&with_outbreak(132_015, 60).into_iter().chain([alert]).collect::<Vec<_>>());
    assert_eq!(verdict.code, Some(132_015));
}

/// A live view this long after the last event.
fn after(events: &[Event], silence: i64) -> Verdict {
    let last = events.iter().map(|event| event.received_at).max().unwrap();
    let now = Millis(last.0 + silence);
    let span = watop::monitor::view::Span::last(15, now);
    monitor(events).verdict(&Scope { span, as_of: now, number: None }, &TimeZone::UTC)
}

#[test]
fn blind_when_nothing_arrives_for_much_longer_than_usual() {
    let verdict = after(&traffic(), 4 * MINUTE);
    assert_eq!(verdict.level, Level::Blind);
    assert_eq!(words(&verdict.what), "no event for 4 m, usual longest 6 s: sender, tunnel or network");
    assert_eq!(words(&verdict.more), "last event 16:14:54  do ask the sender whether it still posts to this address");
    assert_eq!(verdict.short, "no event for 4 m");
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
