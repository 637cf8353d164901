//! A rule's whole life under the traffic of `watop demo`, by a clock that the test turns.

use super::*;
use watop::event::{self, Origin};
use watop::simulate::{self, Traffic};

/// The first number of the simulation, whose template is paused from second 40 on for five minutes, and again 45 minutes later.
const HIT: &str = "85230174859";

/// The batches of some minutes of simulated traffic, as they come in. What is signed wrong is left out, as a receiver does.
fn batches(minutes: i64) -> Vec<Batch> {
    let settings = simulate::Settings { seed: 1, rate: 12.0, start: Millis(START) };
    let key = event::KeySecret([7; 16]);
    let mut seen = std::collections::HashSet::new();
    let deliveries = Traffic::new(settings).take_while(|delivery| (delivery.at_ms as i64) < minutes * MINUTE);
    let verified = deliveries.filter(|delivery| delivery.fault.is_none());
    let batch = |(page, delivery): (u64, simulate::Delivery)| {
        let received_at = Millis(START + delivery.at_ms as i64);
        let mut events = event::decode(&delivery.body, &Origin { received_at, verified: None }, &key);
        events.retain(|event| seen.insert(event.key));
        for event in &mut events {
            event.request = page;
        }
        let requests = events.first().map(request).into_iter().collect();
        Batch { page, requests, events }
    };
    (1..).zip(verified).map(batch).collect()
}

fn failing() -> Rule {
    let mut rule = Rule { per: Some(Per::Number), min_volume: 50, hold: 1, ..rule(Metric::FailureRate, 0.08) };
    (rule.name, rule.remind, rule.bound.critical) = ("failing".into(), Some(3), Some(0.13));
    rule
}

/// What the batches and the clock up to a minute bring.
fn turned(watch: &mut Watch, batches: &[Batch], until: i64) -> Vec<Change> {
    let mut changes: Vec<Change> = batches.iter().flat_map(|batch| watch.fold(batch, &Bodies::new())).collect();
    changes.extend(watch.advance(Millis(START + until * MINUTE)));
    changes
}

#[test]
fn the_incident_opens_one_alert_that_escalates_is_reminded_of_and_resolves_whatever_restarts() {
    let batches = batches(16);
    let whole = turned(&mut Watch::new(Settings::default(), [failing()]), &batches, 16);
    let lives = life(&whole);
    let minute_of = |what: What| lives.iter().find(|(happened, _)| *happened == what).map(|(_, minute)| *minute);
    assert!((2..=4).contains(&minute_of(What::Opened).unwrap()), "{lives:?}");
    assert!((3..=6).contains(&minute_of(What::Escalated).unwrap()), "{lives:?}");
    assert!((7..=12).contains(&minute_of(What::Resolved).unwrap()), "the pause ends in minute 6: {lives:?}");
    let once = |what: What| lives.iter().filter(|(happened, _)| *happened == what).count() == 1;
    assert!(once(What::Opened) && once(What::Escalated) && once(What::Resolved), "{lives:?}");
    assert!(minute_of(What::Reminded).is_some(), "{lives:?}");
    assert!(whole.iter().all(|change| change.alert.id == whole[0].alert.id));
    assert_eq!(whole[0].alert.entity.as_deref(), Some(HIT), "the other numbers are well");

    for stop in [3, 5, 9] {
        let minute = START + stop * MINUTE;
        let up_to = batches.iter().take_while(|batch| batch.requests.iter().all(|one| one.received_at.0 < minute));
        let before: Vec<Batch> = up_to.cloned().collect();
        let mut first = Watch::new(Settings::default(), [failing()]);
        let mut changes = turned(&mut first, &before, stop);
        let open: Vec<_> = first.engine().open().map(watop::monitor::rules::RuleAlert::to_store).collect();
        let mut second = Watch::new(Settings::default(), [failing()]);
        second.engine_mut().resume(watop::monitor::rules::RuleAlert::stored(open), first.judged());
        changes.extend(turned(&mut second, &batches, 16));
        assert_eq!(life(&changes), lives, "restarted at minute {stop}");
        assert!(changes.iter().all(|change| change.alert.id == whole[0].alert.id));
    }
}

#[test]
fn a_filter_makes_a_rule_of_what_the_incident_is_about() {
    let paused = watop::query::Filter::parse("code:132015").unwrap();
    let rule = Rule { code: Some(132_015), filter: Some(paused), min_volume: 0, ..rule(Metric::CodeCount, 20.0) };
    let changes = turned(&mut Watch::new(Settings::default(), [rule]), &batches(16), 16);
    assert_eq!(changes.iter().map(|change| change.what).collect::<Vec<_>>(), [What::Opened, What::Resolved]);
}

#[test]
fn a_number_that_stops_amid_the_others_is_silent_until_it_talks_again() {
    let mut batches = batches(34);
    let quiet = START + 22 * MINUTE..START + 30 * MINUTE;
    for batch in &mut batches {
        let is_quiet = |event: &Event| event.number.as_deref() == Some(HIT) && quiet.contains(&event.received_at.0);
        batch.events.retain(|event| !is_quiet(event));
    }
    let silent = Rule { window: 60, ..silence(300.0) };
    let changes = turned(&mut Watch::new(Settings::default(), [silent]), &batches, 34);
    assert_eq!(life(&changes), [(What::Opened, 27), (What::Resolved, 31)]);
    assert_eq!(changes[0].alert.entity.as_deref(), Some(HIT));
}
