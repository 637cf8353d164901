//! Rules: what is judged, and the life of an alert.

use crate::{DAY, MINUTE, SECOND, START, failed, inbound, request, scope, status, with_status};
use proptest::prelude::*;
use watop::event::StatusName::{Delivered, Read, Sent};
use watop::event::{Event, Millis, Seconds, Severity};
use watop::journal::Batch;
use watop::monitor::Settings;
use watop::monitor::rules::{Bodies, Bound, Change, Facts, Metric, Per, Rule, Side, Watch, What};

mod only;
mod simulated;

fn rule(metric: Metric, above: f64) -> Rule {
    Rule {
        name: "r".into(),
        metric,
        code: None,
        filter: None,
        window: 5,
        bound: Bound::new(Side::Above, above, None, metric.unit()),
        min_volume: 1,
        per: None,
        hold: 0,
        remind: None,
    }
}

fn below(metric: Metric, bound: f64) -> Rule {
    Rule { bound: Bound::new(Side::Below, bound, None, metric.unit()), ..rule(metric, bound) }
}

/// What a rule says of these events, in order of receipt, each in a batch of its own, up to a minute.
fn judged(rules: impl IntoIterator<Item = Rule>, events: &[Event], until: i64) -> Vec<Change> {
    with_facts(rules, Facts::default(), events, until)
}

fn with_facts(rules: impl IntoIterator<Item = Rule>, facts: Facts, events: &[Event], until: i64) -> Vec<Change> {
    let mut watch = Watch::new(Settings::default(), rules);
    watch.facts = facts;
    let mut events = events.to_vec();
    events.sort_by_key(|event| event.received_at);
    let mut changes = Vec::new();
    for (page, event) in (1..).zip(events) {
        changes
            .extend(watch.fold(&Batch { page, requests: vec![request(&event)], events: vec![event] }, &Bodies::new()));
    }
    changes.extend(watch.advance(Millis(START + until)));
    changes
}

/// What happened and in which minute.
fn life(changes: &[Change]) -> Vec<(What, i64)> {
    changes.iter().map(|change| (change.what, (change.at.0 - START) / MINUTE)).collect()
}

fn of_number(mut event: Event, number: &str) -> Event {
    event.number = Some(number.into());
    event
}

/// In each minute some messages that fail and some that are delivered.
fn traffic(minutes: std::ops::Range<i64>, failing: i64, fine: i64) -> Vec<Event> {
    let of = move |minute: i64| {
        let at = move |n: i64| minute * MINUTE + n * 50;
        let failing = (0..failing).map(move |n| failed(at(n), &format!("f{minute}-{n}"), &[131_026]));
        failing.chain((0..fine).map(move |n| status(at(n), &format!("d{minute}-{n}"), Delivered)))
    };
    minutes.flat_map(of).collect()
}

/// The one value that was judged when the rule opened.
fn opened_with(changes: &[Change]) -> (f64, u64) {
    let opened: Vec<_> = changes.iter().filter(|change| change.what == What::Opened).collect();
    assert_eq!(opened.len(), 1, "{changes:#?}");
    (opened[0].alert.value, opened[0].alert.volume)
}

#[test]
fn rates_of_a_cohort_are_those_of_the_funnel() {
    let mut events = traffic(0..1, 2, 3);
    events.push(status(10 * SECOND, "d0-0", Read));
    events.push(status(11 * SECOND, "waiting", Sent));
    assert_eq!(opened_with(&judged([rule(Metric::FailureRate, 0.1)], &events, MINUTE)), (2.0 / 6.0, 6));
    assert_eq!(opened_with(&judged([below(Metric::SettledRate, 0.9)], &events, MINUTE)), (3.0 / 5.0, 5));
    assert_eq!(opened_with(&judged([below(Metric::ReadRate, 0.9)], &events, MINUTE)), (1.0 / 3.0, 3));
}

#[test]
fn deliver_p95_is_nearest_rank_of_what_was_sent_and_delivered() {
    let mut events = Vec::new();
    for n in 0..20 {
        let id = format!("m{n}");
        events.push(status(0, &id, Sent));
        let mut delivered = status(20 * SECOND, &id, Delivered);
        delivered.provider_at = Some(Seconds((START) / SECOND + n + 1));
        events.push(delivered);
    }
    assert_eq!(opened_with(&judged([rule(Metric::DeliverP95, 5.0)], &events, MINUTE)), (19.0, 20));
}

#[test]
fn a_code_is_counted_by_failed_messages_in_all_or_one_by_one() {
    let mut events = vec![failed(0, "a", &[131_026]), failed(1, "b", &[131_026, 131_049]), failed(2, "c", &[131_026])];
    // A better outcome takes the message out again.
    events.push(status(3, "c", Delivered));
    let counted = Rule { code: Some(131_026), ..rule(Metric::CodeCount, 0.0) };
    assert_eq!(opened_with(&judged([counted], &events, MINUTE)), (2.0, 2));
    let each = Rule { per: Some(Per::Code), ..rule(Metric::CodeCount, 0.0) };
    let changes = judged([each], &events, MINUTE);
    let counts: Vec<_> =
        changes.iter().map(|change| (change.alert.entity.as_deref().unwrap(), change.alert.value)).collect();
    assert_eq!(counts, [("131026", 2.0), ("131049", 1.0)]);
}

#[test]
fn lag_and_events_are_those_received_in_the_window() {
    let mut late = status(30 * SECOND, "a", Sent);
    late.provider_at = Some(Seconds(START / SECOND - 30));
    let events = [status(0, "b", Sent), late];
    assert_eq!(opened_with(&judged([rule(Metric::TransportLag, 30.0)], &events, MINUTE)), (60.0, 2));
    let first = Rule { window: 1, ..rule(Metric::EventsPerSecond, 0.01) };
    assert_eq!(opened_with(&judged([first], &events, MINUTE)), (2.0 / 60.0, 2));
}

#[test]
fn a_fall_of_traffic_is_seen_where_nothing_comes_and_not_before_a_whole_window_is_known() {
    let quiet = Rule { per: Some(Per::Number), min_volume: 0, ..below(Metric::EventsPerSecond, 0.01) };
    let changes = judged([quiet], &traffic(0..10, 0, 5), 20 * MINUTE);
    assert_eq!(life(&changes), [(What::Opened, 15)], "five minutes after the last events");
}

#[test]
fn refused_requests_are_summed_over_the_window() {
    let minute = u32::try_from(START / MINUTE).unwrap();
    let facts = Facts { refused: [(minute, 3), (minute + 1, 4), (minute + 9, 1)].into(), ..Facts::default() };
    let changes = with_facts([rule(Metric::Refused, 6.0)], facts, &[status(0, "a", Sent)], 20 * MINUTE);
    assert_eq!(life(&changes), [(What::Opened, 2), (What::Resolved, 6)]);
    assert_eq!(opened_with(&changes), (7.0, 7));
}

#[test]
fn an_alert_opens_once_escalates_once_and_resolves() {
    let mut events = traffic(0..10, 0, 20);
    events.extend(traffic(10..20, 2, 18));
    events.extend(traffic(20..30, 10, 10));
    events.extend(traffic(30..60, 0, 20));
    let rule = Rule {
        bound: Bound::new(Side::Above, 0.05, Some(0.3), Metric::FailureRate.unit()),
        min_volume: 50,
        hold: 1,
        remind: Some(20),
        ..rule(Metric::FailureRate, 0.05)
    };
    let changes = judged([rule], &events, 60 * MINUTE);
    // 5 min of 10 %: above 5 % once three of the five minutes are. Critical with three of five at 50 %.
    let expected = [(What::Opened, 14), (What::Escalated, 24), (What::Resolved, 36)];
    assert_eq!(life(&changes), expected);
    let ids: std::collections::BTreeSet<_> = changes.iter().map(|change| change.alert.id.clone()).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(changes[0].alert.severity, Severity::Warning);
    let over = &changes[2].alert;
    assert_eq!((over.severity, over.worst), (Severity::Critical, 0.5));
    assert_eq!(over.resolved_at, Some(Millis(START + 36 * MINUTE)));
}

#[test]
fn an_open_alert_is_reminded_of_at_its_interval() {
    let rule = Rule { remind: Some(10), ..rule(Metric::FailureRate, 0.05) };
    let changes = judged([rule], &traffic(0..35, 5, 5), 35 * MINUTE);
    assert_eq!(life(&changes), [(What::Opened, 1), (What::Reminded, 11), (What::Reminded, 21), (What::Reminded, 31)]);
}

#[test]
fn too_little_opens_nothing_and_an_alert_with_nothing_behind_it_resolves_after_a_window() {
    let few = Rule { min_volume: 50, ..rule(Metric::FailureRate, 0.05) };
    assert_eq!(judged([few.clone()], &traffic(0..10, 3, 3), 30 * MINUTE), []);
    let changes = judged([few], &traffic(0..10, 10, 10), 40 * MINUTE);
    // Of the window that ends in minute 13 two minutes have traffic, 40 messages; five such minutes later it is over.
    assert_eq!(life(&changes), [(What::Opened, 3), (What::Resolved, 18)]);
}

#[test]
fn each_number_has_an_alert_of_its_own() {
    let fine = traffic(0..10, 0, 10).into_iter().map(|event| of_number(event, "1"));
    let renamed =
        |event: Event| with_status(event, |status| status.message_id = format!("x{}", status.message_id).into());
    let bad = traffic(0..10, 5, 5).into_iter().map(|event| of_number(renamed(event), "2"));
    let events: Vec<Event> = fine.chain(bad).collect();
    let rule = Rule { per: Some(Per::Number), ..rule(Metric::FailureRate, 0.3) };
    let changes = judged([rule], &events, 10 * MINUTE);
    assert_eq!(life(&changes), [(What::Opened, 1)]);
    assert_eq!(changes[0].alert.number().unwrap(), "2");
}

#[test]
fn categories_countries_and_tags_are_judged_by_themselves() {
    let of = |event: Event, tag: &str, category: &str, customer: &str| {
        let mut event = with_status(event, |status| {
            status.tag = Some(tag.into());
            status.category = Some(category.into());
            status.message_id = format!("{tag}-{}", status.message_id).into();
        });
        event.customer = Some(customer.into());
        event
    };
    let good = traffic(0..5, 0, 10).into_iter().map(|event| of(event, "otp", "authentication", "85261111111"));
    let bad = traffic(0..5, 5, 5).into_iter().map(|event| of(event, "promo", "marketing", "4915112345678"));
    let events: Vec<Event> = good.chain(bad).collect();
    for (per, entity) in [(Per::Tag, "promo"), (Per::Category, "marketing"), (Per::Country, "+49")] {
        let rate = Rule { per: Some(per), ..rule(Metric::FailureRate, 0.3) };
        let count = Rule { per: Some(per), code: Some(131_026), ..rule(Metric::CodeCount, 9.0) };
        for (rule, minute, value) in [(rate, 1, 0.5), (count, 2, 10.0)] {
            let changes = judged([rule], &events, 5 * MINUTE);
            assert_eq!(life(&changes), [(What::Opened, minute)]);
            assert_eq!((changes[0].alert.entity.as_deref(), changes[0].alert.value), (Some(entity), value));
        }
    }
}

fn silence(above: f64) -> Rule {
    Rule { window: 360, min_volume: 10, per: Some(Per::Number), ..rule(Metric::Silence, above) }
}

#[test]
fn a_number_that_talked_all_the_time_and_stopped_is_silent_until_it_talks_again() {
    let mut events = traffic(0..420, 0, 2);
    events.extend(traffic(480..500, 0, 2));
    let changes = judged([silence(900.0)], &events, 500 * MINUTE);
    assert_eq!(life(&changes), [(What::Opened, 435), (What::Resolved, 481)]);
    assert_eq!(changes[0].alert.volume, 30, "15 whole minutes of two each");
}

#[test]
fn silences_that_are_usual_are_none() {
    // A campaign of ten minutes each hour.
    let campaigns: Vec<Event> = (0..8).flat_map(|hour| traffic(hour * 60..hour * 60 + 10, 0, 50)).collect();
    assert_eq!(judged([silence(900.0)], &campaigns, 480 * MINUTE), []);
    assert_eq!(life(&judged([silence(900.0)], &campaigns, 500 * MINUTE)), [(What::Opened, 481)], "the next is overdue");
    // Too little to expect anything: one event in five minutes.
    let seldom: Vec<Event> = (0..90).flat_map(|n| traffic(n * 5..n * 5 + 1, 0, 1)).collect();
    assert_eq!(judged([silence(900.0)], &seldom, 480 * MINUTE), []);
    // It stops every day at the same time; on the first nobody can know.
    let days: Vec<Event> = (0..2).flat_map(|day| traffic(day * 1440..day * 1440 + 600, 0, 2)).collect();
    assert_eq!(life(&judged([silence(900.0)], &days, 2 * DAY)), [(What::Opened, 615), (What::Resolved, 1441)]);
}

#[test]
fn while_no_receiver_runs_nothing_is_silent() {
    let gap = |from: i64, to: i64| (Millis(START + from * MINUTE), Millis(START + to * MINUTE));
    let facts = Facts { gaps: vec![gap(420, 480)], ..Facts::default() };
    let mut events = traffic(0..420, 0, 2);
    assert_eq!(with_facts([silence(900.0)], facts.clone(), &events, 490 * MINUTE), []);
    assert_eq!(life(&with_facts([silence(900.0)], facts.clone(), &events, 500 * MINUTE)), [(What::Opened, 496)]);
    events.extend(traffic(480..500, 0, 2));
    assert_eq!(with_facts([silence(900.0)], facts, &events, 500 * MINUTE), []);
}

/// A whole life of one alert, and the restart in the middle of it at each minute.
#[test]
fn a_restart_neither_opens_again_nor_forgets() {
    let mut events = traffic(0..5, 0, 20);
    events.extend(traffic(5..15, 10, 10));
    events.extend(traffic(15..30, 0, 20));
    events.sort_by_key(|event| event.received_at);
    let rule = || Rule { hold: 2, ..rule(Metric::FailureRate, 0.2) };
    let whole = judged([rule()], &events, 30 * MINUTE);
    assert_eq!(life(&whole), [(What::Opened, 10), (What::Resolved, 21)]);
    for stop in 1..30 {
        let stop = START + stop * MINUTE + 1;
        let before: Vec<Event> = events.iter().filter(|event| event.received_at.0 < stop).cloned().collect();
        let mut changes = judged([rule()], &before, stop - START);
        let open: Vec<_> = changes.last().map(|change| change.alert.clone()).into_iter().collect();
        let open = open.into_iter().filter(|alert| alert.resolved_at.is_none());
        let stored: Vec<_> = open.map(|alert| watop::monitor::rules::RuleAlert::stored([alert.to_store()])).collect();
        let mut watch = Watch::new(Settings::default(), [rule()]);
        let decided = Millis(stop / MINUTE * MINUTE);
        watch.engine_mut().resume(stored.into_iter().flatten(), Some(decided));
        for (page, event) in (1..).zip(&events) {
            let batch = Batch { page, requests: vec![request(event)], events: vec![event.clone()] };
            changes.extend(watch.fold(&batch, &Bodies::new()));
        }
        changes.extend(watch.advance(Millis(START + 30 * MINUTE)));
        assert_eq!(life(&changes), life(&whole), "restarted after minute {}", (stop - START) / MINUTE);
        assert!(changes.iter().all(|change| change.alert.id == whole[0].alert.id));
    }
}

#[test]
fn an_alert_of_a_rule_that_is_no_more_resolves() {
    let opened = judged([rule(Metric::FailureRate, 0.2)], &traffic(0..2, 5, 5), 2 * MINUTE);
    let mut watch = Watch::new(Settings::default(), []);
    watch.engine_mut().resume([opened[0].alert.clone()], None);
    watch.advance(Millis(START + 2 * MINUTE));
    let changes = watch.advance(Millis(START + 3 * MINUTE));
    assert_eq!(life(&changes), [(What::Resolved, 3)]);
}

#[test]
fn entities_beyond_the_bound_are_counted_not_judged() {
    let mut events = Vec::new();
    for n in 0..250i64 {
        let messages = if n < 50 { 2 } else { 1 };
        events.extend((0..messages).map(|m| of_number(failed(n, &format!("{n}-{m}"), &[1]), &format!("n{n}"))));
    }
    let mut watch =
        Watch::new(Settings::default(), [Rule { per: Some(Per::Number), ..rule(Metric::FailureRate, 0.5) }]);
    watch.fold(&Batch { page: 1, requests: events.iter().map(request).collect(), events }, &Bodies::new());
    let changes = watch.advance(Millis(START + MINUTE));
    assert_eq!(changes.len(), 200);
    assert_eq!(watch.engine().left_out().map(|(_, count)| count).collect::<Vec<_>>(), [50]);
    let large = changes.iter().filter(|change| change.alert.volume == 2).count();
    assert_eq!(large, 50, "the largest are judged");
}

#[test]
fn alerts_of_rules_stand_among_the_others() {
    let changes = judged([rule(Metric::FailureRate, 0.2)], &traffic(0..2, 5, 5), 2 * MINUTE);
    let mut monitor = crate::monitor(&traffic(0..2, 5, 5));
    monitor.set_rule_alerts(vec![changes[0].alert.clone()]);
    let alerts = monitor.alerts(&scope(0, 10 * MINUTE));
    let [alert] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!((alert.kind.as_str(), alert.subject.as_str(), alert.is_open()), ("rule", "r", true));
    assert_eq!(alert.detail, "failed 50.0 % of 10 over 5 m, limit 20.0 %");
    monitor.set_acknowledged([(alert.id.clone(), crate::acknowledged())]);
    assert_eq!(monitor.alerts(&scope(0, MINUTE)), [], "not yet open in that minute");
    let later = &monitor.alerts(&scope(5 * MINUTE, 10 * MINUTE))[0];
    assert!(!later.is_open(), "acknowledged");
    let mut over = changes[0].alert.clone();
    over.resolved_at = Some(Millis(START + 4 * MINUTE));
    monitor.set_rule_alerts(vec![over]);
    assert_eq!(monitor.alerts(&scope(5 * MINUTE, 10 * MINUTE)), [], "over before the window");
    assert_eq!(monitor.alerts(&scope(0, 5 * MINUTE))[0].resolved_at, Some(Millis(START + 4 * MINUTE)));
}

proptest! {
    /// However a rate moves around the bound: an alert opens only after it was out for as long as the rule says, resolves only
    /// after it was well inside as long, and in between nothing happens.
    #[test]
    fn nothing_flaps_at_the_threshold(failing in proptest::collection::vec(0i64..=10, 10..60), hold in 0u32..4) {
        let rule = Rule { window: 1, hold, min_volume: 0, ..rule(Metric::FailureRate, 0.5) };
        let events: Vec<Event> =
            (0..).zip(&failing).flat_map(|(minute, failing)| traffic(minute..minute + 1, *failing, 10 - failing)).collect();
        let end = failing.len() as i64 * MINUTE;
        let changes = judged([rule], &events, end);
        // 0.5 itself and the tenth below it are neither out nor well inside: 5 of 10 changes nothing.
        let out = |minute: i64| failing[minute as usize - 1] > 5;
        let well = |minute: i64| failing[minute as usize - 1] < 5;
        let mut open = false;
        for (what, at) in life(&changes) {
            let held = at - i64::from(hold)..=at;
            match what {
                What::Opened => {
                    prop_assert!(!open && held.clone().all(out));
                    open = true;
                }
                What::Resolved => {
                    prop_assert!(open && held.clone().all(well));
                    open = false;
                }
                What::Escalated | What::Reminded => prop_assert!(false),
            }
        }
        if failing.iter().all(|failing| *failing <= 5) {
            prop_assert!(changes.is_empty());
        }
    }
}
