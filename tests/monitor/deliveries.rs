//! Random deliveries from small pools of ids, so that they collide, contradict and amend each other.

use crate::{
    DAY, HOUR, MINUTE, SECOND, START, cost, error, event, inbound, notice, status_of, with_inbound, with_notice,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::HashMap;
use watop::event::{
    CostLine, Detail, ErrorItem, Event, Millis, Other, Seconds, Severity, StatusName, Text, Unrecognised,
};

/// Deliveries in the order in which the journal numbered them: receive times rise, and whatever has a known key amends the
/// event that had it first.
pub(crate) fn deliveries(most: usize) -> impl Strategy<Value = Vec<Event>> {
    vec(delivery(), 0..most).prop_map(numbered)
}

fn numbered(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| event.received_at);
    let mut first: HashMap<String, u64> = HashMap::new();
    for (event, seq) in events.iter_mut().zip(1..) {
        (event.seq, event.request) = (seq, seq);
        event.amends = Some(*first.entry(key(event)).or_insert(seq)).filter(|first| *first != seq);
    }
    events
}

/// What makes two deliveries one event.
pub(crate) fn key(event: &Event) -> String {
    match &event.detail {
        Detail::Status(status) => {
            let codes: Vec<_> = status.errors.iter().map(|error| error.code).collect();
            let message = (&status.message_id, &status.participant, &status.status);
            format!("{message:?} {:?} {codes:?}", event.provider_at)
        }
        Detail::Inbound(inbound) => format!("inbound {}", inbound.message_id),
        Detail::Template(notice) | Detail::Account(notice) => notice.alert_id.to_string(),
        Detail::Other(_) | Detail::Unrecognised(_) => format!("{}", event.seq),
    }
}

fn delivery() -> impl Strategy<Value = Event> {
    let when = (received(), weighted(0.9, prop_oneof![0..9i64, 0..4000i64]));
    let who = (weighted(0.8, number()), weighted(0.9, customer()), weighted(0.3, text(&["Ana", "Jay", "周敏"])));
    (when, who, detail()).prop_map(|((received, lag), (number, customer, name), detail)| {
        let mut event = event(received, detail);
        event.provider_at = lag.map(|lag| Seconds((START + received) / SECOND - lag));
        (event.number, event.customer, event.name) = (number, customer, name);
        dated(event)
    })
}

/// Receive times over three hours, some days later: close enough to meet in one minute, far enough for every grain.
fn received() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0..2 * MINUTE, 4 => 0..3 * HOUR, 1 => 2 * DAY..2 * DAY + 2 * HOUR]
}

/// An alert id holds its time.
fn dated(event: Event) -> Event {
    let at = event.provider_at.map_or(event.received_at, Millis::from).0;
    match event.detail {
        Detail::Template(_) | Detail::Account(_) => with_notice(event, |notice| {
            notice.alert_id = format!("{} {} {:?} {at}", notice.kind, notice.subject, notice.event).into();
        }),
        _ => event,
    }
}

fn detail() -> impl Strategy<Value = Detail> {
    prop_oneof![
        12 => status(),
        3 => customers_message(),
        2 => template_or_account(),
        1 => Just(Detail::Unrecognised(Unrecognised { reason: "not JSON".into() })),
        1 => Just(Detail::Other(Other { field: "calls".into(), event: None, id: None, preview: "call".into() })),
    ]
}

fn status() -> impl Strategy<Value = Detail> {
    use StatusName::{Deleted, Delivered, Failed, Played, Read, Sent, Warning};
    let name = prop_oneof![
        2 => Just(Sent), 2 => Just(Delivered), 2 => Just(Read), 1 => Just(Played), 3 => Just(Failed),
        1 => select(vec![Deleted, Warning, StatusName::Other("pending".into())]),
    ];
    let ids = (id(), weighted(0.4, id()), weighted(0.15, text(&["p1", "p2"])));
    let category = weighted(0.2, text(&["utility", "marketing-lite"]));
    let texts = (weighted(0.3, text(&["spring", "promo-7"])), weighted(0.1, text(&["welcome", "otp"])), category);
    (name, ids, texts, vec(fault(), 0..3), costs()).prop_map(|(name, ids, texts, errors, costs)| {
        let mut status = status_of(&ids.0, name);
        (status.meta_message_id, status.participant) = (ids.1, ids.2);
        (status.tag, status.template, status.category) = texts;
        status.costs = costs;
        if status.status == StatusName::Failed {
            status.errors = errors;
        }
        Detail::Status(status)
    })
}

/// NXCloud's own ids and Meta's: either may stand in either place.
fn id() -> impl Strategy<Value = Text> {
    prop_oneof![(0..8u8).prop_map(|id| format!("nx{id}").into()), (0..8u8).prop_map(|id| format!("wamid.{id}").into())]
}

fn number() -> impl Strategy<Value = Text> {
    text(&["85290000001", "85290000002", "16690000003"])
}

fn customer() -> impl Strategy<Value = Text> {
    text(&["85261111111", "852xxxx705", "5215512345", "5212", "BR.7"])
}

fn text(texts: &'static [&'static str]) -> impl Strategy<Value = Text> {
    select(texts).prop_map(Text::from)
}

fn fault() -> impl Strategy<Value = ErrorItem> {
    let code = weighted(0.9, select(vec![131_026, 131_049, 132_015, 999_999]));
    let wrapper = weighted(0.4, select(vec![10_000, 10_001]));
    let title = weighted(0.6, text(&["(#131026) Undeliverable", "Spam rate", "Paused"]));
    (code, wrapper, title).prop_map(|(code, platform_code, title)| ErrorItem { code, platform_code, title, ..error(0) })
}

fn costs() -> impl Strategy<Value = Vec<CostLine>> {
    let category = select(vec!["message", "marketing"]);
    let amount = weighted(0.8, select(vec!["0.02", "0.1381", "1", "-0.5"]));
    let line = (category, weighted(0.7, select(vec!["USD", "CNY"])), amount, any::<bool>(), any::<bool>());
    let line = line.prop_map(|(category, currency, amount, inbound, chinese)| CostLine {
        direction: if inbound { "inbound" } else { "outbound" }.into(),
        cny: chinese.then(|| "0.07".parse().unwrap()),
        ..cost(category, currency, amount)
    });
    prop_oneof![2 => Just(Vec::new()), 1 => vec(line, 1..4)]
}

fn customers_message() -> impl Strategy<Value = Detail> {
    (0..6u8, select(vec!["hello", "where is it?", "STOP"]), costs()).prop_map(|(id, text, costs)| {
        with_inbound(inbound(0, &format!("in{id}"), text), |inbound| inbound.costs = costs).detail
    })
}

fn template_or_account() -> impl Strategy<Value = Detail> {
    let of = |kind: &'static str, values: &'static [&'static str], template: bool| {
        (select(values), select(vec!["otp en", "WABA 1"]), severity(), any::<bool>(), select(vec!["", "spam", "GREEN"]))
            .prop_map(move |(value, subject, severity, reinstates, cause)| {
                let event = with_notice(notice(0, kind, subject, value, severity), |notice| {
                    notice.reinstates = reinstates;
                    notice.cause = cause.into();
                });
                match event.detail {
                    Detail::Template(notice) if !template => Detail::Account(notice),
                    detail => detail,
                }
            })
    };
    prop_oneof![
        of("template_status", &["PAUSED", "APPROVED"], true),
        of("template_quality", &["RED", "GREEN"], true),
        of("account_restriction", &["ACCOUNT_RESTRICTION"], false),
        of("disabled_update", &["DISABLED_UPDATE"], false),
    ]
}

fn severity() -> impl Strategy<Value = Severity> {
    select(vec![Severity::Info, Severity::Good, Severity::Warning, Severity::Critical])
}
