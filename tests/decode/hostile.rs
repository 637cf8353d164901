//! Whatever comes, decode answers with events.

use super::*;
use proptest::prelude::*;

fn any_json() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        Just("statuses"),
        Just("messages"),
        Just("errors"),
        Just("entry"),
        Just("changes"),
        Just("field"),
        Just("value"),
        Just("id"),
        Just("type"),
        Just("status"),
        Just("text"),
        Just("order"),
        Just("product_items"),
        Just("interactive"),
        Just("edit"),
        Just("message"),
        Just("contacts"),
        Just("costs"),
        Just("event"),
        Just("history"),
        Just("calls"),
        Just("ban_info"),
    ];
    let words = prop_oneof![
        Just("messages"),
        Just("account_update"),
        Just("history"),
        Just("calls"),
        Just("text"),
        Just("edit"),
        Just("order"),
        Just("interactive"),
        Just("nfm_reply"),
        Just("failed"),
        Just("template_category_update"),
        Just("security"),
        Just("x"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(7, 60, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::hash_map(names.clone().prop_map(str::to_owned), inner, 0..7)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

fn examples() -> Vec<Vec<u8>> {
    let mut files: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/protocol/examples"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_json_makes_decode_panic(body in any_json()) {
        read(&body);
        read(&json!({"entry": [{"changes": [{"field": "messages", "value": body}]}]}));
    }

    #[test]
    fn no_bytes_make_decode_panic(body in proptest::collection::vec(any::<u8>(), 0..64)) {
        decoded(&body);
    }

    #[test]
    fn no_damage_to_an_example_makes_decode_panic(
        which in any::<prop::sample::Index>(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let examples = examples();
        let mut body = which.get(&examples).clone();
        decoded(&body[..cut.index(body.len())]);
        for (at, byte) in damage {
            let at = at.index(body.len());
            body[at] = byte;
        }
        decoded(&body);
    }
}
