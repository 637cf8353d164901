//! Rules over a part of the traffic, and judged one by one for what a monitor does not count by.

use super::*;
use bytes::Bytes;
use watop::query::Filter;

fn only(filter: &str) -> Option<Filter> {
    Some(Filter::parse(filter).unwrap())
}

fn tagged(event: Event, tag: &str) -> Event {
    with_status(event, |status| status.tag = Some(tag.into()))
}

fn from_customer(mut event: Event, customer: &str) -> Event {
    event.customer = Some(customer.into());
    event
}

#[test]
fn a_message_counts_with_all_of_its_evidence_when_any_event_of_it_is_selected() {
    let events = [
        // The tag stands in the first status alone.
        tagged(status(0, "a", Sent), "promo"),
        failed(1, "a", &[131_026]),
        status(2, "b", Delivered),
        tagged(status(3, "c", Delivered), "promo"),
        failed(4, "d", &[131_026]),
    ];
    let rule = Rule { filter: only("tag:promo"), ..rule(Metric::FailureRate, 0.1) };
    let changes = judged([rule], &events, MINUTE);
    assert_eq!(opened_with(&changes), (0.5, 2));
    assert_eq!(changes[0].alert.detail(), "failed 50.0 % of 2 over 5 m, limit 10.0 %, of tag:promo");
}

#[test]
fn a_message_that_a_later_event_deselects_counts_no_more() {
    // Failed otherwise than with 131026, of what did not fail with it.
    let rule = Rule { filter: only("not code:131026"), ..rule(Metric::FailureRate, 0.1) };
    let mut events = vec![status(0, "a", Sent), status(1, "b", Delivered), failed(2, "c", &[131_049])];
    assert_eq!(opened_with(&judged([rule.clone()], &events, MINUTE)), (1.0 / 3.0, 3));
    events.push(failed(3, "a", &[131_026]));
    assert_eq!(opened_with(&judged([rule], &events, MINUTE)), (1.0 / 2.0, 2));
}

#[test]
fn two_names_of_one_message_share_what_holds_of_it() {
    let mut events = vec![tagged(status(0, "a", Sent), "promo"), failed(1, "wamid.a", &[131_026])];
    let promo = || Rule { filter: only("tag:promo"), ..rule(Metric::FailureRate, 0.1) };
    assert_eq!(judged([promo()], &events, MINUTE), [], "two messages so far");
    events.push(with_status(status(2, "a", Sent), |status| status.meta_message_id = Some("wamid.a".into())));
    assert_eq!(opened_with(&judged([promo()], &events, MINUTE)), (1.0, 1));
}

#[test]
fn codes_and_latencies_are_filtered_like_rates() {
    let mut events = vec![tagged(failed(0, "a", &[131_026]), "promo"), failed(1, "b", &[131_026])];
    let count = Rule { filter: only("tag:promo"), code: Some(131_026), ..rule(Metric::CodeCount, 0.0) };
    assert_eq!(opened_with(&judged([count], &events, MINUTE)), (1.0, 1));
    for (id, tag, seconds) in [("c", "promo", 40), ("d", "otp", 2)] {
        let mut delivered = status(50 * SECOND, id, Delivered);
        delivered.provider_at = Some(Seconds(START / SECOND + seconds));
        events.extend([tagged(status(2, id, Sent), tag), delivered]);
    }
    let slow = Rule { filter: only("tag:otp"), ..rule(Metric::DeliverP95, 1.0) };
    assert_eq!(opened_with(&judged([slow], &events, MINUTE)), (2.0, 1));
    let each = Rule { per: Some(Per::Tag), ..rule(Metric::DeliverP95, 10.0) };
    let changes = judged([each], &events, MINUTE);
    assert_eq!((changes[0].alert.entity.as_deref(), opened_with(&changes)), (Some("promo"), (40.0, 1)));
}

#[test]
fn the_share_of_each_code_is_of_all_attempted() {
    let events =
        [failed(0, "a", &[131_026]), failed(1, "b", &[131_049]), failed(2, "c", &[131_026]), status(3, "d", Delivered)];
    let each = Rule { per: Some(Per::Code), ..rule(Metric::FailureRate, 0.3) };
    let changes = judged([each], &events, MINUTE);
    assert_eq!((changes[0].alert.entity.as_deref(), opened_with(&changes)), (Some("131026"), (0.5, 4)));
}

#[test]
fn events_are_filtered_one_by_one() {
    let events = [inbound(0, "i", "hello"), status(1, "a", Sent), status(2, "a", Delivered)];
    let of = |filter: &str| Rule { window: 1, filter: only(filter), ..rule(Metric::EventsPerSecond, 0.001) };
    assert_eq!(opened_with(&judged([of("kind:inbound")], &events, MINUTE)), (1.0 / 60.0, 1));
    assert_eq!(opened_with(&judged([of("status:sent")], &events, MINUTE)), (1.0 / 60.0, 1), "not what the message has");
}

#[test]
fn lag_is_judged_for_each_number_country_and_tag() {
    let late = |event: Event, seconds: i64| {
        let mut event = event;
        event.provider_at = Some(Seconds(event.received_at.0 / SECOND - seconds));
        event
    };
    let mut events = Vec::new();
    for n in 0..3 {
        let slow = tagged(late(status(n, &format!("s{n}"), Sent), 40), "promo");
        events.push(from_customer(of_number(slow, "1"), "4915112345678"));
        let fast = tagged(late(status(n, &format!("f{n}"), Sent), 2), "otp");
        events.push(from_customer(of_number(fast, "2"), "85261111111"));
    }
    for (per, entity) in [(Per::Number, "1"), (Per::Country, "+49"), (Per::Tag, "promo")] {
        let changes = judged([Rule { per: Some(per), ..rule(Metric::TransportLag, 30.0) }], &events, MINUTE);
        assert_eq!((changes[0].alert.entity.as_deref(), opened_with(&changes)), (Some(entity), (40.0, 3)));
    }
}

#[test]
fn a_tag_that_went_quiet_is_silent_while_the_number_talks() {
    let of = |tag: &str, minutes: std::ops::Range<i64>| -> Vec<Event> {
        let named = |event: Event| {
            with_status(event, |status| {
                status.message_id = format!("{tag}-{}", status.message_id).into();
                status.tag = Some(tag.into());
            })
        };
        traffic(minutes, 0, 2).into_iter().map(named).collect()
    };
    let events: Vec<Event> = of("otp", 0..480).into_iter().chain(of("promo", 0..420)).collect();
    let rule = Rule { per: Some(Per::Tag), ..silence(900.0) };
    let changes = judged([rule], &events, 480 * MINUTE);
    assert_eq!(life(&changes), [(What::Opened, 435)]);
    assert_eq!(changes[0].alert.entity.as_deref(), Some("promo"));
}

#[test]
fn a_filter_may_look_into_the_stored_body() {
    let event = failed(0, "a", &[131_026]);
    let of = |filter: &str| {
        let mut watch =
            Watch::new(Settings::default(), [Rule { filter: only(filter), ..rule(Metric::FailureRate, 0.5) }]);
        assert!(watch.counts().needs_bodies());
        let body = Bytes::from_static(br#"{"statuses":[{"id":"a","errors":[{"message":"account locked"}]}]}"#);
        let batch = Batch { page: 1, requests: vec![request(&event)], events: vec![event.clone()] };
        watch.fold(&batch, &Bodies::from_iter([(event.request, body)]));
        watch.advance(Millis(START + MINUTE)).len()
    };
    assert_eq!((of("statuses[0].errors[0].message:*locked*"), of("statuses[0].errors[0].message:*quota*")), (1, 0));
}
