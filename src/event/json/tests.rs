use super::*;

fn text_of(json: &str) -> String {
    let document = Document::parse(json).unwrap_or_else(|error| panic!("{json}: {error}"));
    document.root().text().map(Cow::into_owned).unwrap_or_default()
}

fn check(json: &str) -> Result<(), String> {
    check_syntax(json.as_bytes()).map_err(|error| error.to_string())
}

#[test]
fn the_last_of_several_members_counts() {
    let document = Document::parse(r#"{"a":1,"b":2,"\u0061":3,"c":4,"c":null}"#).unwrap();
    let get = |key| document.root().get(key).and_then(Value::integer);
    assert_eq!((get("a"), get("b"), get("c"), get("d")), (Some(3), Some(2), None, None));
}

#[test]
fn strings_numbers_and_booleans_are_interchangeable() {
    let document =
        Document::parse(r#"["131026", 131026, 131026.0, " 7 ", true, "x", "", 1e2, null, [], 0.5]"#).unwrap();
    let integers: Vec<_> = document.root().items().map(Value::integer).collect();
    let expected = [Some(131026), Some(131026), Some(131026), Some(7), None, None, None, Some(100), None, None, None];
    assert_eq!(integers, expected);
    let texts: Vec<_> = document.root().items().map(|value| value.text().map(Cow::into_owned)).collect();
    assert_eq!(texts[1].as_deref(), Some("131026"));
    assert_eq!(texts[4].as_deref(), Some("true"));
    assert_eq!(texts[8..10], [None, None]);
}

#[test]
fn money_is_exact() {
    let decimal = |json: &str| Document::parse(json).unwrap().root().decimal().map(|decimal| decimal.to_string());
    assert_eq!(decimal("0.1381").as_deref(), Some("0.1381"));
    assert_eq!(decimal("\"0.02\"").as_deref(), Some("0.02"));
    assert_eq!(decimal("1.5e-3").as_deref(), Some("0.0015"));
    assert_eq!(decimal("9007199254740993").as_deref(), Some("9007199254740993"));
    assert_eq!(decimal("1e400"), None);
    assert_eq!(decimal("\"free\""), None);
}

#[test]
fn only_ten_and_thirteen_digits_are_times() {
    let seconds = |json: &str| Document::parse(json).unwrap().root().seconds().map(|at| at.0);
    assert_eq!(seconds("\"1660019986\""), Some(1660019986));
    assert_eq!(seconds("1660019986"), Some(1660019986));
    assert_eq!(seconds("1660019986123"), Some(1660019986));
    for not_a_time in ["\"TIMESTAMP\"", "0", "-1660019986", "166001998", "16600199861234", "null", "\"April 17, 2025\""]
    {
        assert_eq!(seconds(not_a_time), None, "{not_a_time}");
    }
}

#[test]
fn escapes_are_decoded_and_lone_surrogates_replaced() {
    assert_eq!(text_of(r#""\"\\\/\b\f\n\r\t\u725b""#), "\"\\/\u{8}\u{c}\n\r\t牛");
    assert_eq!(text_of(r#""\ud83d\udc4d""#), "👍");
    assert_eq!(text_of(r#""a\ud800b""#), "a\u{fffd}b");
    assert_eq!(text_of(r#""\udc4d\ud83d""#), "\u{fffd}\u{fffd}");
    assert_eq!(text_of(r#""\ud83d\ud83d\udc4d\u0000""#), "\u{fffd}👍\0");
    assert_eq!(text_of("\u{feff} \"bom\" "), "bom");
    assert_eq!(text_of("\"raw\ttab\0\""), "raw\ttab\0", "survived, though not to the letter");
}

#[test]
fn depth_costs_only_memory() {
    let deep = format!("{}1{}", "[{\"a\":".repeat(100_000), "}]".repeat(100_000));
    check(&deep).unwrap();
    let document = Document::parse(&deep).unwrap();
    assert_eq!(document.root().walk().count(), 200_001);
    assert_eq!(document.root().walk().last().map(|step| step.depth), Some(200_000));
}

#[test]
fn a_walk_names_members_and_counts_levels() {
    let document = Document::parse(r#"{"a":[1,{"b":2}],"c":{},"d":3}"#).unwrap();
    let steps: Vec<_> =
        document.root().walk().map(|step| (step.depth, step.name.unwrap_or_default().into_owned())).collect();
    let expected = [(0, ""), (1, "a"), (2, ""), (2, ""), (3, "b"), (1, "c"), (1, "d")];
    assert_eq!(steps, expected.map(|(depth, name)| (depth, name.to_owned())));
}

#[test]
fn faults_are_located() {
    assert_eq!(check(""), Err("expected a value at line 1 column 1".into()));
    assert_eq!(check("{\"a\": 1,\n  \"é\" 2}"), Err("expected `:` at line 2 column 7".into()));
    assert_eq!(check("[1, 2,]"), Err("expected a value at line 1 column 7".into()));
    assert_eq!(check("{} {}"), Err("text after the end of the document at line 1 column 4".into()));
    assert_eq!(check("{\"a\":1,}"), Err("expected a key in quotes at line 1 column 8".into()));
    assert_eq!(
        check_syntax(b"{\"a\":\n\"\xff\"}").map_err(|e| e.to_string()),
        Err("invalid UTF-8 at line 2 column 2".into())
    );
}

#[test]
fn an_unsigned_post_is_held_to_the_letter() {
    for bad in [
        "\"a\nb\"",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "nul",
        "tru",
        "\"\\x\"",
        "\"\\u12\"",
        "\"",
        "[",
        "{\"a\"}",
        "'a'",
        "[1}",
        "\0",
    ] {
        assert!(check(bad).is_err(), "{bad:?}");
        assert!(serde_json::from_str::<serde_json::Value>(bad).is_err(), "{bad:?}: the reference agrees");
    }
    for good in ["0", "-0.5e+10", " [ ] ", "{}", "\"\\ud800\"", "null", "[[],{}]", "{\"\":\"\"}"] {
        assert_eq!(check(good), Ok(()), "{good:?}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn agrees_with_the_reference_about_what_is_json(text in "[\\[\\]{}\":,0-9eE.+\\-truefalsn \\\\u\n]{0,16}") {
        proptest::prop_assert_eq!(check(&text).is_ok(), serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
    }
}
