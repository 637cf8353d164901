use crate::event::{
    CostLine, Detail, ErrorItem, Event, Inbound, Key, KeySecret, Millis, Notice, Seconds, Severity, Status, StatusName,
    Text,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn word() -> impl Strategy<Value = Text> {
    prop_oneof![Just("a"), Just("b"), Just("c")].prop_map(Text::from)
}

fn costs() -> impl Strategy<Value = Vec<CostLine>> {
    vec(
        (word(), option::of(word()), option::of(0i64..3), option::of(0i64..3)).prop_map(
            |(category, currency, amount, cny)| CostLine {
                category,
                direction: "outbound".into(),
                currency,
                amount: amount.map(Into::into),
                cny: cny.map(Into::into),
            },
        ),
        0..3,
    )
}

fn errors(codes: Vec<i64>) -> impl Strategy<Value = Vec<ErrorItem>> {
    let one = |code| {
        (option::of(word()), option::of(word()), option::of(Just(10000))).prop_map(
            move |(title, details, platform_code)| ErrorItem {
                code: Some(code),
                platform_code,
                title,
                details,
                href: None,
            },
        )
    };
    codes.into_iter().map(one).collect::<Vec<_>>()
}

fn status() -> impl Strategy<Value = Detail> {
    (errors(vec![131026, 131049]), costs(), option::of(word()), option::of(word()), option::of(word())).prop_map(
        |(errors, costs, tag, conversation, meta)| {
            Detail::Status(Status {
                message_id: "id".into(),
                meta_message_id: meta,
                participant: None,
                status: StatusName::Failed,
                errors,
                costs,
                tag,
                category: None,
                template: None,
                conversation,
                expires_at: None,
            })
        },
    )
}

fn inbound() -> impl Strategy<Value = Detail> {
    let errors = prop_oneof![errors(vec![]), errors(vec![131051]), errors(vec![1, 2])];
    (word(), option::of(word()), errors, costs(), option::of(word())).prop_map(
        |(r#type, text, errors, costs, context)| {
            Detail::Inbound(Inbound {
                message_id: "id".into(),
                meta_message_id: None,
                r#type,
                preview: text.clone().unwrap_or_default(),
                text,
                context,
                context_meta_id: None,
                errors,
                costs,
                group: None,
                referral: None,
                older: Vec::new(),
            })
        },
    )
}

fn notice() -> impl Strategy<Value = Detail> {
    (word(), word(), option::of(word()), any::<bool>()).prop_map(|(cause, alert_id, category, reinstates)| {
        Detail::Account(Notice {
            field: "account_update".into(),
            event: None,
            kind: "account_update".into(),
            subject: "1".into(),
            title: "WABA 1".into(),
            cause,
            severity: if reinstates { Severity::Good } else { Severity::Critical },
            reinstates,
            waba: None,
            template_id: None,
            template: None,
            language: None,
            category,
            alert_id,
        })
    })
}

/// Three deliveries of one event, in which everything outside its key may differ.
fn three() -> impl Strategy<Value = [Event; 3]> {
    let event = |detail: BoxedStrategy<Detail>, varying: bool| {
        let at = if varying { option::of(1i64..4).boxed() } else { Just(Some(1)).boxed() };
        (detail, at, 0i64..3, 0u64..3, option::of(word()), option::of(word())).prop_map(
            |(detail, at, received_at, seq, number, name)| Event {
                seq,
                request: seq,
                received_at: Millis(received_at),
                key: Key(1),
                amends: None,
                verified: None,
                path: "$".into(),
                provider_at: at.map(Seconds),
                number,
                customer: None,
                name,
                detail,
            },
        )
    };
    prop_oneof![
        proptest::array::uniform3(event(status().boxed(), false)),
        proptest::array::uniform3(event(inbound().boxed(), true)),
        proptest::array::uniform3(event(notice().boxed(), false)),
    ]
}

fn merged(one: &Event, two: &Event) -> Event {
    let mut one = one.clone();
    one.merge(two);
    one
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merging_is_commutative_associative_and_idempotent([a, b, c] in three()) {
        prop_assert_eq!(merged(&a, &a), a.clone());
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&merged(&a, &b), &a), merged(&a, &b));
    }

    #[test]
    fn equal_fingerprints_mean_that_a_delivery_adds_nothing([a, b, _] in three()) {
        let secret = KeySecret([1; 16]);
        let union = merged(&a, &b);
        if a.fingerprint(&secret) == b.fingerprint(&secret) {
            prop_assert_eq!(union.fingerprint(&secret), a.fingerprint(&secret));
        }
    }
}

fn text_at(at: i64, text: Option<&str>, context: Option<&str>) -> Event {
    Event {
        seq: 0,
        request: 0,
        received_at: Millis(0),
        key: Key(1),
        amends: None,
        verified: None,
        path: "$".into(),
        provider_at: Some(Seconds(at)),
        number: None,
        customer: None,
        name: None,
        detail: Detail::Inbound(Inbound {
            message_id: "id".into(),
            meta_message_id: None,
            r#type: "text".into(),
            text: text.map(Into::into),
            preview: text.unwrap_or_default().into(),
            context: context.map(Into::into),
            context_meta_id: None,
            errors: Vec::new(),
            costs: Vec::new(),
            group: None,
            referral: None,
            older: Vec::new(),
        }),
    }
}

#[test]
fn the_later_provider_time_wins_fact_by_fact() {
    let union = merged(
        &merged(&text_at(5, Some("new"), None), &text_at(3, Some("old"), Some("z"))),
        &text_at(4, None, Some("a")),
    );
    let Detail::Inbound(inbound) = union.detail else { panic!("an inbound message") };
    assert_eq!(union.provider_at, Some(Seconds(5)));
    assert_eq!(inbound.text.as_deref(), Some("new"));
    assert_eq!(inbound.context.as_deref(), Some("a"), "of 4, which is later than 3");
}
