//! What the traffic promises to those who look at it.

use super::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const START: Millis = Millis(1_773_297_000_250);

fn traffic(seed: u64) -> impl Iterator<Item = Delivery> {
    at_rate(Settings::DEFAULT_RATE, seed)
}

fn at_rate(rate: f64, seed: u64) -> impl Iterator<Item = Delivery> {
    Traffic::new(Settings { seed, rate, start: START })
}

fn within(seconds: u64) -> impl Iterator<Item = Delivery> {
    until(seconds, traffic(7))
}

fn until(seconds: u64, traffic: impl Iterator<Item = Delivery>) -> impl Iterator<Item = Delivery> {
    traffic.take_while(move |delivery| delivery.at_ms < seconds * 1000)
}

/// The objects that hold `statuses`, `messages` or an event: of the flat shape the top, of the envelope each value.
fn values(delivery: &Delivery) -> Vec<(Option<String>, Value)> {
    let top: Value = serde_json::from_slice(&delivery.body).expect("JSON");
    match top["entry"].as_array() {
        None => vec![(top["field"].as_str().map(str::to_owned), top)],
        Some(entries) => entries
            .iter()
            .flat_map(|entry| entry["changes"].as_array().expect("changes"))
            .map(|change| (change["field"].as_str().map(str::to_owned), change["value"].clone()))
            .collect(),
    }
}

fn elements(delivery: &Delivery, name: &str) -> Vec<Value> {
    values(delivery).into_iter().filter_map(|(_, value)| value[name].as_array().cloned()).flatten().collect()
}

fn statuses(deliveries: impl Iterator<Item = Delivery>) -> impl Iterator<Item = (u64, Value)> {
    deliveries
        .filter(|delivery| delivery.fault.is_none())
        .flat_map(|delivery| elements(&delivery, "statuses").into_iter().map(move |status| (delivery.at_ms, status)))
}

fn effective_code(error: &Value) -> Option<i64> {
    error["meta_code"].as_i64().or_else(|| error["code"].as_i64())
}

#[test]
fn the_same_settings_give_the_same_bytes_and_another_seed_gives_others() {
    let first: Vec<Delivery> = traffic(7).take(3_000).collect();
    assert!(traffic(7).take(3_000).eq(first.iter().cloned()));
    assert!(!traffic(8).take(3_000).eq(first));
}

#[test]
fn deliveries_come_in_time_order() {
    let times: Vec<u64> = traffic(7).take(20_000).map(|delivery| delivery.at_ms).collect();
    assert!(times.is_sorted());
}

#[test]
fn the_rate_is_the_one_asked_for_over_a_simulated_day() {
    const DAY_S: u64 = 24 * 60;
    let count = statuses(until(DAY_S, at_rate(30.0, 7))).count();
    let rate = count as f64 / DAY_S as f64;
    assert!((28.0..32.0).contains(&rate), "{rate} statuses/s");
}

#[test]
fn every_pane_has_rows_within_ten_seconds() {
    let (mut shapes, mut fields, mut types, mut names, mut faults) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), Vec::new());
    for delivery in within(10) {
        if let Some(fault) = delivery.fault {
            faults.push(fault);
            continue;
        }
        shapes.insert(format!("{:?}", delivery.shape));
        fields.extend(values(&delivery).into_iter().filter_map(|(field, _)| field));
        names.extend(elements(&delivery, "statuses").iter().map(|status| status["status"].to_string()));
        for message in elements(&delivery, "messages") {
            let kind = message["type"].as_str().expect("a type").to_owned();
            types.insert(message[&kind]["type"].as_str().map_or(kind, str::to_owned));
        }
    }
    assert_eq!(shapes.len(), 3, "{shapes:?}");
    assert_eq!(names.len(), 4, "sent, delivered, read, failed: {names:?}");
    for field in ["message_template_status_update", "message_template_quality_update", "template_category_update"] {
        assert!(fields.contains(field), "{field}");
    }
    for field in ["account_update", "account_review_update", "phone_number_name_update", "tracking_events"] {
        assert!(fields.contains(field), "{field}");
    }
    let expected = "text image video voice audio document sticker location contacts button_reply list_reply nfm_reply \
        call_permission_reply button order reaction edit revoke user_changed_number request_welcome unsupported";
    let missing: Vec<&str> = expected.split_whitespace().filter(|&kind| !types.contains(kind)).collect();
    assert!(missing.is_empty(), "no {missing:?} among {types:?}");
    assert!(faults.len() >= 2, "{faults:?}");
}

#[test]
fn all_four_wrong_signatures_turn_up_in_the_first_minute_and_then_rarely() {
    let faults: BTreeSet<String> = within(60).filter_map(|delivery| Some(format!("{:?}", delivery.fault?))).collect();
    assert_eq!(faults.len(), Fault::ALL.len(), "{faults:?}");
    let later =
        until(1_260, at_rate(10.0, 7)).filter(|delivery| delivery.at_ms > 60_000 && delivery.fault.is_some()).count();
    assert!((3..20).contains(&later), "{later} in 20 minutes");
}

#[test]
fn an_ordinary_quarter_of_an_hour_has_the_usual_funnel_and_failures() {
    // Between the first incident and the second.
    let (from, to) = (10 * 60_000, 25 * 60_000);
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut codes: BTreeMap<i64, usize> = BTreeMap::new();
    let mut generations = BTreeSet::new();
    for (at_ms, status) in statuses(until(25 * 60, at_rate(60.0, 7))) {
        if (from..to).contains(&at_ms) {
            let name = status["status"].as_str().expect("a status").to_owned();
            reached.entry(name).or_default().insert(status["id"].to_string());
            for error in status["errors"].as_array().into_iter().flatten() {
                *codes.entry(effective_code(error).expect("a code")).or_default() += 1;
                generations.insert((error["code"] == 10_000, status["meta_message_id"].is_string()));
            }
        }
    }
    let count = |name: &str| reached[name].len() as f64;
    let share = |part: f64, whole: f64| part / whole;
    let delivered = share(count("delivered"), count("sent"));
    assert!((0.94..0.98).contains(&delivered), "{delivered} of sent");
    let read = share(count("read"), count("delivered"));
    assert!((0.48..0.56).contains(&read), "{read} of delivered");
    let failed: usize = codes.values().sum();
    assert!((0.014..0.022).contains(&share(failed as f64, count("sent"))), "{failed} failed");
    let most: Vec<i64> = {
        let mut codes: Vec<(usize, i64)> = codes.iter().map(|(&code, &count)| (count, code)).collect();
        codes.sort_unstable_by(|left, right| right.cmp(left));
        codes.into_iter().map(|(_, code)| code).collect()
    };
    assert_eq!(most[..2], [131_026, 131_049]);
    for code in [131_047, 130_472, 10_002, 131_056, 131_053, 131_000, 132_000] {
        assert!(codes.contains_key(&code), "{code} in {codes:?}");
    }
    assert!(generations.contains(&(true, false)) && generations.contains(&(false, true)));
    assert!(!codes.contains_key(&132_015), "no template is paused now");
}

#[test]
fn the_incident_pauses_one_template_fails_its_messages_and_ends() {
    let mut story = Vec::new();
    let mut failures: Vec<u64> = Vec::new();
    for delivery in within(9 * 60) {
        for (field, value) in values(&delivery) {
            let value = if delivery.shape == Shape::Meta { value } else { value["value"].clone() };
            let about = (value["message_template_name"].as_str(), value["message_template_language"].as_str());
            if field.is_some() && about == (Some("order_update"), Some("en_US")) {
                story.extend(value["event"].as_str().or(value["new_quality_score"].as_str()).map(str::to_owned));
            }
        }
        for status in elements(&delivery, "statuses") {
            let paused = |error: &Value| effective_code(error) == Some(132_015);
            if status["errors"].as_array().is_some_and(|errors| errors.iter().any(paused)) {
                assert_eq!(status["biz_opaque_callback_data"], "order-update");
                failures.push(delivery.at_ms);
            }
        }
    }
    assert_eq!(story, ["GREEN", "YELLOW", "RED", "PAUSED", "REINSTATED", "GREEN"]);
    let (first, last) = (failures[0], failures[failures.len() - 1]);
    assert!((40_000..60_000).contains(&first), "the first at {first} ms");
    assert!((330_000..420_000).contains(&last), "the last at {last} ms");
    assert!(failures.len() > 500, "{} failed with it", failures.len());
}

#[test]
fn some_deliveries_repeat_overtake_contradict_and_hold_several_statuses() {
    let mut bodies = BTreeSet::new();
    let (mut repeated, mut batches, mut total) = (0, 0, 0);
    let mut ladder: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for delivery in within(6 * 60).filter(|delivery| delivery.fault.is_none()) {
        total += 1;
        let batch = elements(&delivery, "statuses");
        batches += usize::from(batch.len() > 1);
        for status in batch {
            let name = status["status"].as_str().expect("a status").to_owned();
            ladder.entry(status["id"].to_string()).or_default().push(name);
        }
        repeated += usize::from(!bodies.insert(delivery.body));
    }
    assert!(repeated * 200 > total, "{repeated} of {total} repeat an earlier body");
    assert!(batches > 200, "{batches} posts with several statuses");
    let before = |names: &[String], first: &str, second: &str| {
        let position = |wanted: &str| names.iter().position(|name| name == wanted);
        position(first).zip(position(second)).is_some_and(|(first, second)| first < second)
    };
    assert!(ladder.values().filter(|names| before(names, "delivered", "sent")).count() > 100);
    assert!(ladder.values().any(|names| before(names, "failed", "delivered")), "a timeout with a late delivery");
}

#[test]
fn only_what_is_history_has_provider_times_long_past() {
    let mut late = 0;
    for delivery in within(120) {
        for message in elements(&delivery, "messages") {
            let provider: i64 = message["timestamp"].as_str().and_then(|text| text.parse().ok()).expect("seconds");
            let now = (START.0 + i64::try_from(delivery.at_ms).expect("small")) / 1000;
            assert!(provider <= now, "nobody writes in the future");
            if now - provider > 60 {
                late += 1;
                assert!(delivery.at_ms < 3_000, "history comes first");
            }
        }
    }
    assert_eq!(late, 8);
}

#[test]
fn the_transport_lag_looks_sound_from_the_third_second_on() {
    // Over what came so far, as a gauge over the last minute sees it.
    let mut lags: Vec<i64> = Vec::new();
    for delivery in within(30) {
        let received = (START.0 + i64::try_from(delivery.at_ms).expect("small")) / 1000;
        for element in ["statuses", "messages"].into_iter().flat_map(|name| elements(&delivery, name)) {
            let provider: i64 = element["timestamp"].as_str().and_then(|text| text.parse().ok()).expect("seconds");
            lags.push(received - provider);
        }
        if delivery.at_ms > 3_000 {
            lags.sort_unstable();
            let p95 = lags[lags.len() * 95 / 100];
            assert!(p95 <= 5, "{p95} s after {} ms", delivery.at_ms);
        }
    }
}
