//! Statuses, their errors and costs.

use super::*;

#[test]
fn codes_come_wrapped_direct_and_as_strings() {
    let codes = |errors: Value| -> Vec<_> {
        status(&failed(errors)).errors.iter().map(|error| (error.code, error.platform_code)).collect()
    };
    assert_eq!(codes(json!([{"code": 10000, "meta_code": 131026}])), [(Some(131026), Some(10000))]);
    assert_eq!(codes(json!([{"code": "10000", "meta_code": "131026"}])), [(Some(131026), Some(10000))]);
    assert_eq!(
        codes(json!([{"code": 10000, "title": "Meta Error((#131056) (Business, Consumer) pair)"}])),
        [(Some(131056), Some(10000))]
    );
    assert_eq!(codes(json!([{"code": 10000, "title": "no number (#) here"}])), [(Some(10000), None)]);
    assert_eq!(
        codes(json!([{"code": 10001, "title": "(#131026)"}])),
        [(Some(10001), None)],
        "only the wrapper's title counts"
    );
    assert_eq!(
        codes(json!([{"code": 131026.0}, {"code": "x"}, "text", {"title": "no code"}])),
        [(Some(131026), None), (None, None), (None, None), (None, None)]
    );
    assert_eq!(codes(json!({"code": 1})), [(Some(1), None)], "an object in place of an array");
    assert_eq!(codes(json!(null)), []);
}

#[test]
fn details_are_kept_where_they_say_more_than_the_title() {
    let error = |error: Value| status(&failed(json!([error]))).errors[0].clone();
    let long = error(json!({"code": 1, "title": "t", "message": "t", "error_data": {"details": "d"}, "href": "/docs"}));
    assert_eq!(
        (long.title.as_deref(), long.details.as_deref(), long.href.as_deref()),
        (Some("t"), Some("d"), Some("/docs"))
    );
    assert_eq!(error(json!({"title": "t", "message": "t"})).details, None);
    assert_eq!(error(json!({"title": "t", "message": "m"})).details.as_deref(), Some("m"));
    assert_eq!(error(json!({"message": "m"})).title.as_deref(), Some("m"));
}

#[test]
fn a_template_is_named_only_where_the_text_names_it() {
    let template =
        |text: &str| status(&failed(json!([{"code": 132015, "title": text}]))).template.as_deref().map(str::to_owned);
    assert_eq!(template("order_update (en_US) is paused").as_deref(), Some("order_update"));
    assert_eq!(template("Template welcome (zh_CN) is disabled").as_deref(), Some("welcome"));
    assert_eq!(
        template("(#132001) template name (order_update) does not exist in en_US").as_deref(),
        Some("order_update")
    );
    assert_eq!(template("spring_sale (de) is paused").as_deref(), Some("spring_sale"));
    for nothing in [
        "Meta Error((#132001) Template name does not exist in the translation)",
        "Meta Error((#131056) (Business Account, Consumer Account) pair rate limit hit)",
        "body: number of localizable_params (1) does not match the expected number of params (0)",
        "System business error()",
        "the answer (no) is final",
        "Wa Engine Error(获取meta message id 失败)",
    ] {
        assert_eq!(template(nothing), None, "{nothing}");
    }
    let event = failed(
        json!([{"code": 132015, "title": "Template is Paused", "error_data": {"details": "order_update (en_US) is paused"}}]),
    );
    assert_eq!(status(&event).template.as_deref(), Some("order_update"), "details count too");
}

#[test]
fn groups_count_participants_and_new_users_have_no_phone() {
    let body = json!({"contacts": [{"user_id": "HK.1", "profile": {"username": "mei"}}],
        "statuses": [{"id": "1", "status": "read", "timestamp": "1750000000", "recipient_user_id": "HK.1"},
                     {"id": "2", "status": "read", "timestamp": "1750000000", "recipient_id": "g1", "recipient_type": "group", "recipient_participant_id": "852"},
                     {"id": "2", "status": "read", "timestamp": "1750000000", "recipient_id": "g1", "participant_recipient_id": "853"}]});
    let events = read(&body);
    assert_eq!((events[0].customer.as_deref(), events[0].name.as_deref()), (Some("HK.1"), Some("mei")));
    let participants: Vec<_> = events.iter().map(|event| status(event).participant.as_deref()).collect();
    assert_eq!(participants, [None, Some("852"), Some("853")]);
    assert_ne!(events[1].key, events[2].key);
}

#[test]
fn a_contact_is_found_by_id_else_only_when_alone() {
    let name = |contacts: Value| {
        let body = json!({"contacts": contacts, "messages": [{"id": "1", "from": "2", "type": "text"}]});
        only(&body).name.map(|name| name.to_string())
    };
    let (one, two) =
        (json!({"wa_id": "1", "profile": {"name": "One"}}), json!({"wa_id": "2", "profile": {"name": "Two"}}));
    assert_eq!(name(json!([one, two])).as_deref(), Some("Two"));
    assert_eq!(name(json!([one])).as_deref(), Some("One"), "masked differently, but alone");
    assert_eq!(name(json!([one, one])), None, "never guessed");
    assert_eq!(name(json!("text")), None);
}

#[test]
fn unknown_statuses_are_kept_by_name() {
    let name = |name: &str| status(&only(&json!({"statuses": [{"id": "1", "status": name}]}))).status.clone();
    assert_eq!(name("played"), StatusName::Played);
    assert_eq!(name("READ"), StatusName::Read);
    assert_eq!(name("teleported"), StatusName::Other("teleported".into()));
}

#[test]
fn cost_labels_depend_on_where_they_stand() {
    let lines = |list: &str, cost: Value| {
        let mut element = json!({"id": "1", "status": "sent", "type": "text"});
        element["costs"] = cost;
        let event = only(&json!({list: [element]}));
        match event.detail {
            Detail::Status(status) => status.costs,
            Detail::Inbound(inbound) => inbound.costs,
            other => panic!("{other:?} has no costs"),
        }
    };
    let labels = |list: &str| -> Vec<String> {
        let costs: Vec<_> =
            [1, 4, 5, 6, 7, 8, 9, 10, 11].iter().map(|cdr| json!({"cdr_type": cdr, "direction": 2})).collect();
        lines(list, json!(costs)).into_iter().map(|line| line.category.to_string()).collect()
    };
    let mut expected = [
        "message",
        "marketing",
        "utility",
        "authentication",
        "service",
        "free",
        "authentication_international",
        "marketing_lite",
        "cdr_11",
    ];
    assert_eq!(labels("statuses"), expected);
    expected[5] = "advertising";
    assert_eq!(labels("messages"), expected);
    let line = lines(
        "statuses",
        json!({"cdr_type": "4", "direction": "3", "price": "0.10", "foreign_price": 1e-2, "currency": "EUR"}),
    )
    .remove(0);
    assert_eq!(
        (line.category.as_str(), line.direction.as_str(), line.currency.as_deref()),
        ("marketing", "3", Some("EUR"))
    );
    assert_eq!(
        (line.cny.map(|cny| cny.to_string()), line.amount.map(|amount| amount.to_string())),
        (Some("0.10".into()), Some("0.01".into()))
    );
}

#[test]
fn what_cannot_be_a_status_is_named_by_its_path() {
    let events = read(
        &json!({"statuses": [{"status": "sent"}, {"id": "", "status": "sent"}, {"id": "1"}, "x", null, {"id": 7, "status": "sent"}]}),
    );
    unrecognised(&events[0], "$.statuses[0]", "a status without an id");
    unrecognised(&events[1], "$.statuses[1]", "a status without an id");
    unrecognised(&events[2], "$.statuses[2]", "a status that does not say which");
    unrecognised(&events[3], "$.statuses[3]", "not an object");
    unrecognised(&events[4], "$.statuses[4]", "not an object");
    assert_eq!(status(&events[5]).message_id, "7");
    assert_ne!(events[0].key, events[1].key);
    unrecognised(&only(&json!({"messages": [{"type": "text"}]})), "$.messages[0]", "a message without an id");
}
