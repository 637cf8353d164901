//! Template and account alerts.

use crate::{DAY, HOUR, MINUTE, SECOND, START, all, failed, monitor, notice, scope, with_notice};
use watop::event::Severity::{Critical, Good, Info, Warning};
use watop::event::{Event, Millis, Seconds};
use watop::monitor::Monitor;
use watop::monitor::view::{Alert, Scope};

fn paused(at: i64, subject: &str) -> Event {
    notice(at, "template_status", subject, "PAUSED", Critical)
}

fn restricted(at: i64) -> Event {
    notice(at, "account_restriction", "WABA 1", "ACCOUNT_RESTRICTION", Critical)
}

fn disabled(at: i64) -> Event {
    notice(at, "disabled_update", "WABA 1", "DISABLED_UPDATE", Critical)
}

fn reinstated(at: i64) -> Event {
    with_notice(notice(at, "disabled_update", "WABA 1", "REINSTATED", Good), |notice| notice.reinstates = true)
}

fn id(event: &Event) -> &str {
    &crate::notice_of(event).alert_id
}

/// Which alert each one gave way to.
fn superseded(monitor: &Monitor, event: &Event) -> Option<String> {
    let alerts = monitor.alerts(&all());
    let alert = alerts.iter().find(|alert| alert.id == id(event)).unwrap();
    alert.superseded_by.as_ref().map(ToString::to_string)
}

fn only(events: &[Event]) -> Alert {
    let mut alerts = monitor(events).alerts(&all());
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    alerts.remove(0)
}

#[test]
fn a_later_event_of_the_same_subject_and_kind_supersedes_and_removes_nothing() {
    let (pause, approval) = (paused(0, "otp en"), notice(HOUR, "template_status", "otp en", "APPROVED", Good));
    for events in [[&pause, &approval], [&approval, &pause]] {
        let monitor = monitor(events);
        assert_eq!(superseded(&monitor, &pause).as_deref(), Some(id(&approval)));
        assert_eq!(superseded(&monitor, &approval), None);
    }
}

#[test]
fn another_subject_or_kind_does_not_supersede() {
    let pause = paused(0, "otp en");
    let others = [
        notice(1, "template_status", "otp zh", "APPROVED", Good),
        notice(2, "template_quality", "otp en", "GREEN", Good),
    ];
    assert_eq!(superseded(&monitor([&pause].into_iter().chain(&others)), &pause), None);
}

#[test]
fn each_gives_way_to_the_next_not_to_the_last() {
    let events = [paused(0, "a"), notice(1000, "template_status", "a", "APPROVED", Good), paused(2000, "a")];
    let monitor = monitor(&events);
    assert_eq!(superseded(&monitor, &events[0]).as_deref(), Some(id(&events[1])));
    assert_eq!(superseded(&monitor, &events[1]).as_deref(), Some(id(&events[2])));
}

#[test]
fn a_reinstating_event_supersedes_disable_and_restriction_of_its_subject() {
    let (restriction, disable, restored) = (restricted(0), disabled(1000), reinstated(2000));
    let violation = notice(500, "account_violation", "WABA 1", "ACCOUNT_VIOLATION", Critical);
    let monitor = monitor([&restored, &restriction, &violation, &disable]);
    assert_eq!(superseded(&monitor, &restriction).as_deref(), Some(id(&restored)));
    assert_eq!(superseded(&monitor, &disable).as_deref(), Some(id(&restored)));
    assert_eq!(superseded(&monitor, &violation), None);
    assert_eq!(superseded(&monitor, &restored), None);
}

#[test]
fn what_was_restricted_after_the_reinstating_event_stands() {
    let restriction = restricted(2000);
    assert_eq!(superseded(&monitor(&[reinstated(1000), restriction.clone()]), &restriction), None);
}

#[test]
fn order_is_by_provider_time_else_by_receive_time() {
    let pause = paused(0, "a");
    let mut approval = notice(HOUR, "template_status", "a", "APPROVED", Good);
    approval.provider_at = Some(Seconds(START / SECOND - 60));
    assert_eq!(superseded(&monitor([&pause, &approval]), &pause), None, "it happened before");
    approval.provider_at = None;
    assert_eq!(superseded(&monitor([&pause, &approval]), &pause).as_deref(), Some(id(&approval)));
    assert_eq!(only(&[approval]).at, Millis(START + HOUR));
}

#[test]
fn superseding_looks_at_everything_kept_not_at_the_window() {
    let events = [paused(0, "a"), notice(2 * DAY, "template_status", "a", "APPROVED", Good)];
    let alerts = monitor(&events).alerts(&scope(0, MINUTE));
    assert_eq!(alerts.len(), 1, "entries are those received in the window");
    assert_eq!(alerts[0].superseded_by.as_deref(), Some(id(&events[1])));
}

#[test]
fn acknowledged_from_outside_and_taken_back() {
    let pause = paused(0, "a");
    let mut monitor = monitor([&pause]);
    monitor.set_acknowledged([(id(&pause).into(), crate::acknowledged())]);
    let alert = &monitor.alerts(&all())[0];
    assert!(alert.acknowledged && !alert.is_open());
    monitor.set_acknowledged([]);
    assert!(monitor.alerts(&all())[0].is_open());
}

#[test]
fn open_ones_first_then_the_most_severe_then_the_newest() {
    let events = [
        notice(0, "template_quality", "old", "RED", Critical),
        notice(1000, "template_quality", "new", "RED", Critical),
        notice(2000, "template_quality", "yellow", "YELLOW", Warning),
        paused(3000, "restored"),
        notice(4000, "template_status", "restored", "APPROVED", Good),
        notice(5000, "template_category", "any", "UTILITY", Info),
    ];
    let alerts = monitor(&events).alerts(&all());
    let subjects: Vec<&str> = alerts.iter().map(|alert| alert.subject.as_str()).collect();
    assert_eq!(subjects, ["new", "old", "yellow", "restored", "any", "restored"]);
    assert_eq!(alerts.iter().filter(|alert| alert.is_open()).count(), 5);
}

#[test]
fn a_later_delivery_is_the_same_alert_received_again() {
    let first = paused(0, "a");
    let again = with_notice(Event { received_at: Millis(START + HOUR), amends: Some(1), ..first.clone() }, |notice| {
        notice.cause = "SECOND_PAUSE".into();
    });
    for events in [[first.clone(), again.clone()], [again, first]] {
        let alert = only(&events);
        assert_eq!((alert.at, alert.last_at), (Millis(START), Millis(START + HOUR)));
        assert_eq!(alert.detail, "SECOND_PAUSE");
    }
}

#[test]
fn a_later_delivery_without_a_time_is_no_alert_of_its_own() {
    let first = Event { provider_at: None, ..paused(0, "a") };
    let again = Event { provider_at: None, amends: Some(1), ..paused(HOUR, "a") };
    assert_ne!(id(&first), id(&again), "their ids are made of the receive time");
    assert_eq!(only(&[first.clone(), again]).id, id(&first));
}

#[test]
fn alerts_obey_the_number() {
    let monitor = monitor(&[paused(0, "a")]);
    let of = |number: &str| monitor.alerts(&Scope { number: Some(number.into()), ..all() }).len();
    assert_eq!((of("85290000001"), of("1")), (1, 0));
}

#[test]
fn about_an_alert_its_template_over_time_and_what_failed_because_of_it_are_known() {
    let of_template = |event, template: Option<&str>| {
        with_notice(event, |notice| {
            (notice.template, notice.template_id) = (template.map(Into::into), template.map(|_| "7".into()));
            (notice.language, notice.waba) = (Some("en_US".into()), Some("WABA".into()));
        })
    };
    let red = of_template(notice(MINUTE, "template_quality", "7 en_US", "RED", Critical), Some("offer"));
    let pause = of_template(paused(2 * MINUTE, "7 en_US"), Some("offer"));
    let elsewhere = of_template(notice(MINUTE, "template_quality", "8 en_US", "RED", Critical), Some("other"));
    let failures = [(MINUTE, 132_000), (3 * MINUTE, 132_015), (4 * MINUTE, 132_015)];
    let failures = failures.map(|(at, code)| failed(at, &format!("m{at}"), &[code]));
    let mut events = vec![red.clone(), pause.clone(), elsewhere];
    events.extend(failures);
    let scope = scope(0, 15 * MINUTE);
    let about = monitor(&events).about(&id(&pause).into(), &scope, 20).expect("the alert is known");
    assert_eq!((about.id.as_ref(), about.waba.as_deref()), (id(&pause), Some("WABA")));
    assert_eq!(about.before.map(|before| before.id.to_string()), Some(id(&red).to_owned()));
    let template = about.template.expect("it is about a template");
    assert_eq!((template.name.as_ref(), template.id.as_deref()), ("offer", Some("7")));
    assert_eq!(template.status.last().map(|state| state.said.to_string()), Some("PAUSED".to_owned()));
    assert_eq!(template.quality.last().map(|state| state.severity), Some(Critical));
    assert_eq!((template.named, template.unnamed), (0, 2), "since the pause, whose code is that of templates");
    assert_eq!(template.failed.counts.iter().sum::<u64>(), 3, "over time also what came before it");
    assert_eq!(monitor(&events).about(&"nobody".into(), &scope, 20), None);
}
