mod properties;

use super::*;
use crate::event::*;

const NOW: Millis = Millis(1_767_225_600_000);

/// The one event of a body, as the receiver would make it.
fn event(body: &str) -> Event {
    let verified = Some(Verified { scheme: Scheme::Nxcloud, secret: "2026".into() });
    let origin = Origin { received_at: Millis(NOW.0 - 60_000), verified };
    let mut events = decode(body.as_bytes(), &origin, &KeySecret([7; 16]));
    assert_eq!(events.len(), 1, "{body}");
    Event { seq: 7, request: 3, ..events.remove(0) }
}

fn failed() -> Event {
    event(
        r#"{"business_phone": "85230174859", "statuses": [{
            "id": "wamid.5c1e", "meta_message_id": "wamid.HBgN", "status": "failed", "timestamp": "1767225535",
            "recipient_id": "+5215512345", "biz_opaque_callback_data": "promo-7",
            "conversation": {"id": "c", "origin": {"type": "utility"}},
            "costs": [{"currency": "USD", "price": 0.1381, "foreign_price": 0.02, "cdr_type": 4, "direction": 1}],
            "errors": [
                {"code": 10000, "meta_code": 132015, "title": "Template is Paused"},
                {"code": 131000, "title": "Something went wrong"}]}]}"#,
    )
}

fn order() -> Event {
    event(
        r#"{"merchant_phone": "85230174859", "contacts": [{"wa_id": "85266120298", "profile": {"name": "Jay 周"}}],
            "messages": [{"id": "wamid.in", "from": "85266120298", "type": "order", "order": {"text": "Please hurry",
            "product_items": [{"quantity": 1, "item_price": 1000, "currency": "CNY"},
                              {"quantity": 2, "item_price": 62, "currency": "CNY"}]}}]}"#,
    )
}

fn paused() -> Event {
    event(
        r#"{"field": "message_template_status_update", "value": {"business_phone": "85230174859", "event": "PAUSED",
            "message_template_id": 771, "message_template_name": "order_update", "message_template_language": "en_US",
            "time": 1767225535, "other_info": {"title": "SECOND_PAUSE"}}}"#,
    )
}

/// Which of the three events above an expression finds.
fn found(expression: &str) -> String {
    let filter = Filter::parse(expression).unwrap_or_else(|error| panic!("{}", error.with_caret(expression)));
    [('f', failed()), ('o', order()), ('p', paused())]
        .iter()
        .filter(|(_, event)| filter.matches(event, b"", NOW))
        .map(|(letter, _)| *letter)
        .collect()
}

#[test]
fn every_field_reads_what_it_says() {
    for (expression, expected) in [
        ("kind:status", "f"),
        ("kind:inbound", "o"),
        ("KIND:Template", "p"),
        ("status:failed", "f"),
        ("code:132015", "f"),
        ("code:131000", "f"),
        ("code:10000", ""),
        ("platform_code:10000", "f"),
        ("from:852*", "o"),
        ("from:5215512345", ""),
        ("to:+52*", "f"),
        ("to:52*", "f"),
        ("number:8523*", "fop"),
        ("customer:85266120298", "o"),
        ("name:jay*", "o"),
        ("tag:promo-7", "f"),
        ("template:order_*", "p"),
        ("template:welcome*", ""),
        ("type:order", "o"),
        ("field:message_template_*", "p"),
        ("event:paused", "p"),
        ("subject:771*", "p"),
        ("category:marketing", "f"),
        ("category:utility", "f"),
        ("amount>0.01", "f"),
        ("amount>0.02", ""),
        ("severity:critical", "p"),
        ("id:wamid.5c1e", "f"),
        ("id:wamid.HBg*", "f"),
        ("text:*hurry", "o"),
        ("text:2?items*", "o"),
        ("title:*paused*", "f"),
        ("title:SECOND*", "p"),
        ("age<2m", "fop"),
        ("age>2m", ""),
        ("age:30s..90s", "fop"),
        ("age:<2m", "fop"),
        ("received>-2m", "fop"),
        ("received:>-2m", "fop"),
        ("received<-2m", ""),
        ("received:-2m..-30s", "fop"),
        ("received:..now", "fop"),
        ("received>=2025-12-31T00:00:00Z", "fop"),
        ("received:2025-12-31T00:00:00Z..2026-01-02T00:00:00Z", "fop"),
        ("received:2020-01-01", ""),
        ("-received>2026-06-01", "fop"),
        ("lag:5s..", "fp"),
        ("lag>5s", ""),
        ("scheme:meta", ""),
        ("secret:2026", "fop"),
        ("seq:7", "fop"),
        ("request>3", ""),
    ] {
        assert_eq!(found(expression), expected, "{expression}");
    }
}

#[test]
fn every_example_in_the_list_of_fields_is_a_valid_term() {
    for field in FIELDS {
        assert!(field.example.starts_with(field.name), "{}", field.example);
        let read = if field.is_of_message() { Filter::parse_for_messages } else { Filter::parse };
        read(field.example).unwrap_or_else(|error| panic!("{}", error.with_caret(field.example)));
    }
}

#[test]
fn terms_join_by_and_or_not_and_parentheses() {
    for (expression, expected) in [
        ("", "fop"),
        ("   ", "fop"),
        ("kind:status kind:inbound", ""),
        ("kind:status or kind:inbound", "fo"),
        ("kind:status OR kind:inbound AND type:order", "fo"),
        ("(kind:status or kind:inbound) type:order", "o"),
        ("not kind:status", "op"),
        ("-kind:status -kind:inbound", "p"),
        ("-(kind:status or kind:inbound)", "p"),
        ("not not kind:status", "f"),
        ("not kind:status kind:inbound", "o"),
        ("kind:inbound and -type:text", "o"),
        ("-type:text", "fop"),
        ("tag:*", "f"),
        ("-tag:*", "op"),
        ("((kind:status))", "f"),
    ] {
        assert_eq!(found(expression), expected, "{expression}");
    }
}

#[test]
fn numbers_take_ranges_comparisons_and_globs() {
    for expression in [
        "code:131000..131999",
        "code>132000",
        "code>=132015",
        "code<131001",
        "code:1320*",
        "code:..131000",
        "code:13????",
    ] {
        assert_eq!(found(expression), "f", "{expression}");
    }
    for expression in ["code:131001..132014", "code>132015", "code<131000", "code:14*"] {
        assert_eq!(found(expression), "", "{expression}");
    }
}

#[test]
fn values_can_be_quoted_and_regular_expressions() {
    for (expression, expected) in [
        (r#"name:"jay 周""#, "o"),
        (r#"name:"*y 周""#, "o"),
        ("title:~/^Template is/", "f"),
        ("title:~/^template IS/", ""),
        ("title:~/^template IS/i", "f"),
        (r"text:~/2 items, (CNY|USD) [\d,.]+/", "o"),
        (r"text:~/a\/b/", ""),
        (r#""hurry""#, "o"),
        (r#""1,124""#, "o"),
        (r#""wrong" or "JAY""#, "fo"),
        (r#"-"paused""#, "op"),
    ] {
        assert_eq!(found(expression), expected, "{expression}");
    }
}

#[test]
fn paths_start_at_the_top_and_value_finds_the_event() {
    let flat =
        br#"{"app_id":"749","channel":2,"statuses":[{"id":"a","errors":[{"title":"Account locked","code":131031}]}]}"#;
    let envelope = br#"{"entry":[{"changes":[{"value":{"statuses":[
        {"id":"a","errors":[{"code":1}]},{"id":"b","errors":[{"title":"Account locked"}]}]}}]}]}"#;
    let mut second = failed();
    second.path = "$.entry[0].changes[0].value.statuses[1]".into();
    for (expression, in_flat, in_envelope) in [
        ("statuses[0].id:a", true, false),
        ("statuses[*].errors[0].code:131031", true, false),
        ("statuses[0].errors[0].code:131000..131999", true, false),
        ("statuses[0].errors[0].code>200000", false, false),
        ("value.channel:2", true, false),
        ("value.statuses[0].id:a", true, true),
        ("value.errors[0].title:~/locked/", true, true),
        ("value.id:b", false, true),
        ("entry[0].changes[0].value.statuses[*].id:b", false, true),
        ("value.missing:*", false, false),
        ("-value.missing:*", true, true),
        ("statuses[0]:*", false, false),
    ] {
        let filter = Filter::parse(expression).unwrap();
        assert!(filter.needs_body(), "{expression}");
        assert_eq!(filter.matches(&failed(), flat, NOW), in_flat, "{expression} in the flat post");
        assert_eq!(filter.matches(&second, envelope, NOW), in_envelope, "{expression} in the envelope");
    }
}

#[test]
fn quoted_text_searches_the_event_s_own_strings() {
    let body = br#"{"channel":{"label":"blue"},"statuses":[{"id":"first"},{"id":"second","note":["deep"]}]}"#;
    let mut second = failed();
    second.path = "$.statuses[1]".into();
    for (expression, expected) in
        [(r#""second""#, true), (r#""DEEP""#, true), (r#""blue""#, true), (r#""first""#, false), (r#""note""#, false)]
    {
        let filter = Filter::parse(expression).unwrap();
        assert_eq!(filter.matches(&second, body, NOW), expected, "{expression}");
    }
}

#[test]
fn a_body_that_cannot_be_read_has_no_fields() {
    let filter = Filter::parse(r#""x" or value.a:*"#).unwrap();
    for body in [&b""[..], b"not json", b"\xff\xfe", b"[1]", b"7"] {
        assert!(!filter.matches(&failed(), body, NOW));
    }
}

#[test]
fn only_what_is_measured_from_now_changes_with_time() {
    for (expression, moves) in
        [("received>-15m", true), ("received:-2h..", true), ("received>14:00", false), ("received:2026-01-01", false)]
    {
        assert_eq!(Filter::parse(expression).unwrap().depends_on_time(), moves, "{expression}");
    }
}

#[test]
fn only_paths_and_quoted_text_need_the_body() {
    assert!(!Filter::parse("status:failed -(code:1 or tag:*)").unwrap().needs_body());
    assert!(Filter::parse("status:failed or not \"x\"").unwrap().needs_body());
}

/// The part of an expression that is blamed, and the message.
fn mistake(expression: &str) -> (&str, String) {
    let error = Filter::parse(expression).expect_err(expression);
    (expression.get(error.span.clone()).unwrap_or_else(|| panic!("{error:?} in {expression}")), error.message)
}

#[test]
fn mistakes_are_explained_in_place() {
    for (expression, blamed, message) in [
        ("status:failed coed:132015", "coed", "unknown field coed, did you mean code?"),
        ("kind:inbond", "inbond", "kind is never inbond, did you mean inbound?"),
        ("severity:bad", "bad", "it is one of info, good, warning, critical"),
        ("code:abc", "abc", "code is a number"),
        ("code:131000..x", "131000..x", "code is a number"),
        ("age<ten", "age<ten", "age is a length of time"),
        ("age:10m", "10m", "age is a length of time"),
        ("name<5", "name<5", "name is text and has no order"),
        ("received>soon", "received>soon", "received is a time, such as received>-15m"),
        ("received:-15m", "-15m", "received is a time"),
        ("received:10:00..x", "10:00..x", "received is a time"),
        ("received:~/1/", "received:~", "received is a time"),
        ("status:", "status:", "a value is missing here, such as status:failed"),
        ("status:failed )", ")", "there is no ( for this )"),
        ("(status:failed", "(", "this ( is never closed"),
        ("()", "(", "nothing inside"),
        ("status:failed or", "or", "or needs a term on its right"),
        ("or status:failed", "or", "or needs a term on its left"),
        ("status:failed and or kind:status", "and", "and needs a term on its right"),
        ("not", "not", "needs a term to negate"),
        ("- status:failed", "-", "needs a term to negate"),
        ("\"open", "\"", "never closed"),
        ("\"\"", "\"\"", "between the quotes"),
        ("title:~/[/", "/[/", "unclosed character class"),
        ("title:~/abc", "/", "no closing /"),
        ("title:~abc", ":~", "between slashes"),
        ("title:~/(a{1000}){1000}/", "/(a{1000}){1000}/", "too large"),
        ("failed", "failed", "write status:failed"),
        ("inbound", "inbound", "write kind:inbound"),
        ("status", "status", "give status a value, such as status:failed"),
        ("131049", "131049", "write code:131049"),
        ("+85230174859", "+85230174859", "write customer:85230174859"),
        ("hello", "hello", "in quotes to search the text"),
        ("code=1", "=", "write code:…"),
        ("code!=1", "!", "write -code:…"),
        (":x", ":", "a field is missing"),
        ("statuses[x].id:1", "[x].id", "write an array position as [0] or [*]"),
        ("statuses[0.id:1", "[0.id", "this [ is never closed"),
        ("value..id:1", ".id", "a key is missing here"),
        ("value.n<x", "value.n<x", "< compares with a number"),
    ] {
        let (text, said) = mistake(expression);
        assert_eq!(text, blamed, "{expression}: {said}");
        assert!(said.contains(message), "{expression}: {said}");
    }
}

#[test]
fn deep_and_long_expressions_are_refused_not_followed() {
    for expression in ["(".repeat(100), "-".repeat(100) + "a:b", "not ".repeat(100) + "kind:status"] {
        assert!(mistake(&expression).1.contains("nests at most 64 deep"), "{expression}");
    }
    let nested = format!("{}kind:status{}", "(".repeat(64), ")".repeat(64));
    assert_eq!(found(&nested), "f");
    assert!(mistake(&"kind:status ".repeat(400)).1.contains("at most 4096 bytes"));
}

#[test]
fn the_caret_stands_under_the_mistake_by_display_width() {
    let expression = "name:周 coed:1";
    let error = Filter::parse(expression).unwrap_err();
    assert_eq!(error.with_caret(expression), "name:周 coed:1\n        ^^^^\nunknown field coed, did you mean code?");
}

#[test]
fn an_expression_cannot_send_control_characters_to_the_terminal() {
    for expression in ["\x1b[2Jcoed:1", "\x1bcoed:1", "kind:\u{9b}2J", "\"\x07"] {
        let shown = Filter::parse(expression).unwrap_err().with_caret(expression);
        assert!(!shown.contains(['\x1b', '\x07', '\u{9b}']), "{shown:?}");
    }
}

#[test]
fn terms_hold_of_several_events_together() {
    let filter = Filter::parse("status:failed kind:inbound (type:order or -tag:promo-7)").unwrap();
    let held = |event: &Event| filter.held(event, b"", NOW);
    let (one, other) = (held(&failed()), held(&order()));
    assert!(!filter.selects(&one) && !filter.selects(&other));
    let mut both = one.clone();
    both.join(&other);
    assert!(filter.selects(&both));
    let mut twice = other.clone();
    twice.join(&one);
    assert_eq!(both, twice);
    for text in ["status:failed", "kind:inbound", "-status:failed", "title:*paused* or age<1s", ""] {
        let filter = Filter::parse(text).unwrap();
        for event in [failed(), order(), paused()] {
            let held = filter.held(&event, b"", NOW);
            assert_eq!(filter.selects(&held), filter.matches(&event, b"", NOW), "{text} of one event alone");
        }
    }
}

#[test]
fn more_terms_than_a_word_has_bits_are_told_apart() {
    let text: Vec<String> = (0..100).map(|code| format!("code:{code}")).collect();
    let filter = Filter::parse(&format!("({}) not code:131000", text.join(" or "))).unwrap();
    assert!(!filter.selects(&filter.held(&failed(), b"", NOW)));
    let filter = Filter::parse(&format!("{} or code:131000", text.join(" or "))).unwrap();
    assert!(filter.selects(&filter.held(&failed(), b"", NOW)));
    assert!(!filter.depends_on_time() && Filter::parse("-age<5m").unwrap().depends_on_time());
}

/// A status of one message, received `minutes` before now; the provider's time is `at` seconds after some other.
fn stage(status: &str, at: i64, minutes: i64) -> Event {
    let at = 1_767_000_000 + at;
    let body = format!(r#"{{"statuses": [{{"id": "wamid.1", "status": "{status}", "timestamp": "{at}"}}]}}"#);
    Event { received_at: Millis(NOW.0 - minutes * 60_000), ..event(&body) }
}

#[test]
fn what_a_message_became_is_told_by_its_events_together() {
    let sent = || stage("sent", 100, 9);
    let (day, delivered) = (24 * 60, || stage("delivered", 103, 8));
    for (events, outcome, others) in [
        (vec![sent()], "waiting", "silent conflict"),
        (vec![stage("sent", 100, day)], "waiting", "silent"),
        (vec![stage("sent", 100, day + 1)], "silent", "waiting"),
        (vec![stage("sent", 100, day + 1), delivered()], "delivered", "silent waiting"),
        (vec![sent(), delivered()], "delivered", "waiting read conflict"),
        (vec![stage("played", 110, 7), sent()], "read", "delivered"),
        (vec![sent(), stage("failed", 101, 8)], "failed", "waiting conflict"),
        (vec![stage("failed", 101, 8), delivered()], "conflict", "failed"),
        (vec![stage("failed", 101, 8), delivered()], "delivered", "failed"),
        (vec![order()], "", "waiting silent read delivered failed conflict"),
    ] {
        let is = |outcome: &str| {
            let filter = Filter::parse_for_messages(&format!("outcome:{outcome}")).unwrap();
            let mut held = Held::default();
            events.iter().for_each(|event| held.join(&filter.held(event, b"", NOW)));
            filter.selects(&held)
        };
        assert!(outcome.is_empty() || is(outcome), "{outcome}");
        for other in others.split_whitespace() {
            assert!(!is(other), "{outcome} is not {other}");
        }
    }
}

#[test]
fn how_long_it_took_is_known_where_both_stages_were_seen() {
    let took = |text: &str, events: &[Event]| {
        let filter = Filter::parse_for_messages(text).unwrap();
        let mut held = Held::default();
        events.iter().rev().for_each(|event| held.join(&filter.held(event, b"", NOW)));
        filter.selects(&held)
    };
    let events = [stage("sent", 100, 9), stage("delivered", 103, 8), stage("delivered", 105, 7), stage("read", 102, 6)];
    assert!(took("deliver_s:3", &events) && took("deliver_s>=3 deliver_s<4", &events), "the earliest of each");
    assert!(took("read_s:0", &events), "clocks that disagree count as none elapsed");
    assert!(!took("deliver_s>=0 or read_s>=0", &events[..1]));
    assert!(took("not deliver_s>=0", &events[..1]));
}

#[test]
fn a_field_of_messages_selects_no_single_events() {
    for text in ["outcome:failed", "code:1 or -deliver_s>3", "read_s:1..2"] {
        let error = Filter::parse(text).unwrap_err();
        assert!(error.message.contains("whole messages"), "{}", error.message);
        assert!(text[error.span].ends_with(|c: char| c.is_ascii_lowercase()), "{text}");
        assert!(Filter::parse_for_messages(text).unwrap().asks_of_messages());
    }
    assert!(Filter::parse_for_messages("outcome:waiting").unwrap().depends_on_time());
}
