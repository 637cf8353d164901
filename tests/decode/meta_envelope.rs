//! Meta's envelope and the fields that come only in it.

use super::*;

#[test]
fn every_entry_change_and_list_is_walked_in_order() {
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": "Sheena"}, "wa_id": "16505551234"}, {"wa_id": "2"}],
        "messages": [{"from": "16505551234", "id": "wamid.in", "timestamp": "1749416383", "type": "text",
                      "text": {"body": "hi"}}],
        "statuses": [
            {"id": "wamid.out", "status": "sent", "timestamp": "1750263773", "recipient_id": "16505551234",
             "biz_opaque_callback_data": "promo-7",
             "conversation": {"id": "c1", "origin": {"type": "marketing"}},
             "pricing": {"billable": true, "pricing_model": "PMP", "type": "regular", "category": "authentication-international"}},
            {"id": "wamid.out", "status": "delivered", "timestamp": "1750263774", "recipient_id": "16505551234"},
        ],
        "errors": [{"code": 131031, "title": "locked", "message": "locked", "error_data": {"details": "why"}}],
    });
    let mut body = meta("messages", value.clone());
    body["entry"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "2", "changes": [{"field": "messages", "value": value}, 7]}));
    let events = read(&body);
    let paths: Vec<_> = events.iter().map(|event| event.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "$.entry[0].changes[0].value.statuses[0]",
            "$.entry[0].changes[0].value.statuses[1]",
            "$.entry[0].changes[0].value.messages[0]",
            "$.entry[0].changes[0].value.errors[0]",
            "$.entry[1].changes[0].value.statuses[0]",
            "$.entry[1].changes[0].value.statuses[1]",
            "$.entry[1].changes[0].value.messages[0]",
            "$.entry[1].changes[0].value.errors[0]",
            "$.entry[1].changes[1]",
        ]
    );
    assert_eq!(events[0].number.as_deref(), Some("15550783881"));
    assert_eq!(events[0].name.as_deref(), Some("Sheena"));
    let sent = status(&events[0]);
    assert_eq!(sent.tag.as_deref(), Some("promo-7"));
    assert_eq!(sent.category.as_deref(), Some("authentication-international"), "as on the wire");
    let priced = CostLine {
        category: "authentication_international".into(),
        direction: "outbound".into(),
        currency: None,
        amount: None,
        cny: None,
    };
    assert_eq!(sent.costs, [priced], "a category without an amount");
    let error = notice(&events[3]);
    assert_eq!(events[3].kind(), Kind::Account);
    assert_eq!(error.cause, "131031 locked · why");
    assert_eq!((error.what().as_str(), error.severity), ("error 131031", Severity::Critical));
    assert_eq!((error.subject.as_str(), error.title.as_str()), ("102290129340398", "WABA 102290129340398"));
    assert_eq!(events[0].key, events[4].key, "the same status again");
}

#[test]
fn a_quality_update_is_known_by_its_key_and_timed_by_its_entry() {
    let event = only(&meta(
        "message_template_status_update",
        json!({"previous_quality_score": "GREEN", "new_quality_score": "RED", "message_template_id": 806312974732579i64,
               "message_template_name": "welcome_template", "message_template_language": "en-US"}),
    ));
    let notice = notice(&event);
    assert_eq!((notice.kind.as_str(), notice.what().as_str()), ("template_quality", "quality RED"));
    assert_eq!((notice.severity, notice.cause.as_str()), (Severity::Critical, "GREEN → RED"));
    assert_eq!((notice.subject.as_str(), event.path.as_str()), ("806312974732579 en-US", "$.entry[0].changes[0]"));
    assert_eq!(event.provider_at, Some(Seconds(1750000001)));
    assert!(!event.timeless());
}

#[test]
fn a_category_change_announced_names_both_sides_the_right_way_round() {
    let event = only(&meta(
        "template_category_update",
        json!({"message_template_name": "welcome", "new_category": "UTILITY", "correct_category": "MARKETING",
               "category_update_timestamp": 1746169200}),
    ));
    let notice = notice(&event);
    assert_eq!(notice.cause, "UTILITY → MARKETING, announced");
    assert_eq!((notice.category.as_deref(), notice.title.as_str()), (Some("MARKETING"), "welcome → MARKETING"));
}

#[test]
fn severities_of_account_fields() {
    use Severity::{Critical, Good, Info, Warning};
    let cases = [
        (
            "account_update",
            json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}),
            Good,
            "account reinstated",
        ),
        (
            "account_update",
            json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}),
            Critical,
            "account disabled",
        ),
        ("account_update", json!({"event": "PARTNER_APP_UNINSTALLED"}), Critical, "partner app uninstalled"),
        ("account_update", json!({"event": "ACCOUNT_RECONNECTED"}), Info, "account reconnected"),
        ("account_update", json!({"event": "BRAND_NEW_EVENT"}), Info, "brand new event"),
        ("account_review_update", json!({"decision": "REJECTED"}), Critical, "review REJECTED"),
        ("account_review_update", json!({"decision": "PENDING"}), Warning, "review PENDING"),
        (
            "account_alerts",
            json!({"entity_type": "BUSINESS", "entity_id": "9", "alert_info":
            {"alert_severity": "WARNING", "alert_type": "PROFILE_PICTURE_LOST"}}),
            Warning,
            "profile picture lost",
        ),
        (
            "account_alerts",
            json!({"alert_severity": "CRITICAL", "alert_type": "OBA_REJECTED"}),
            Critical,
            "oba rejected",
        ),
        (
            "phone_number_name_update",
            json!({"decision": "REJECTED", "requested_verified_name": "Northwind"}),
            Critical,
            "display name",
        ),
        ("phone_number_name_update", json!({"decision": "APPROVED"}), Good, "display name"),
        ("phone_number_quality_update", json!({"event": "DOWNGRADE"}), Critical, "number downgrade"),
        ("phone_number_quality_update", json!({"event": "FLAGGED"}), Warning, "number flagged"),
        ("phone_number_quality_update", json!({"event": "ONBOARDING"}), Info, "number onboarding"),
        ("security", json!({"event": "PIN_CHANGED"}), Critical, "pin changed"),
        ("flows", json!({"event": "FLOW_STATUS_CHANGE", "new_status": "BLOCKED"}), Critical, "flow status change"),
        ("flows", json!({"event": "ENDPOINT_LATENCY", "alert_state": "DEACTIVATED"}), Info, "endpoint latency"),
        ("payment_configuration_update", json!({"status": "Needs Testing"}), Warning, "payments needs testing"),
        ("payment_configuration_update", json!({"status": "Active"}), Info, "payments active"),
        ("partner_solutions", json!({"event": "SOLUTION_CREATED"}), Info, "solution created"),
        (
            "business_capability_update",
            json!({"max_daily_conversations_per_business": "TIER_250"}),
            Info,
            "limits changed",
        ),
    ];
    for (field, value, severity, what) in cases {
        let event = only(&meta(field, value.clone()));
        assert_eq!(event.kind(), Kind::Account, "{field}");
        assert_eq!((notice(&event).severity, notice(&event).what().as_str()), (severity, what), "{field} {value}");
    }
}

#[test]
fn events_about_several_things_in_one_account_have_their_own_subjects() {
    let subject = |field: &str, value| notice(&only(&meta(field, value))).subject.to_string();
    assert_eq!(subject("phone_number_quality_update", json!({"display_phone_number": "1555"})), "102290129340398 1555");
    assert_eq!(subject("flows", json!({"flow_id": 6627}),), "102290129340398 6627");
    assert_eq!(subject("account_update", json!({"event": "ACCOUNT_DELETED"})), "102290129340398");
    assert_eq!(subject("account_alerts", json!({"entity_id": "102290129340398"})), "102290129340398");
}

#[test]
fn only_a_single_reinstating_state_reinstates() {
    let reinstates = |state: Value| {
        let value = json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state}});
        notice(&only(&meta("account_update", value))).reinstates
    };
    assert!(reinstates(json!("REINSTATE")));
    assert!(reinstates(json!(["REINSTATE"])));
    assert!(!reinstates(json!(["DISABLE", "REINSTATE"])));
    assert!(!reinstates(json!("DISABLE")));
}

#[test]
fn calls_are_no_messages() {
    let events = read(&meta(
        "calls",
        json!({"metadata": {"display_phone_number": "1555"},
               "calls": [{"id": "wacid.1", "from": "852", "event": "connect", "timestamp": "1750000000", "direction": "USER_INITIATED",
                          "session": {"sdp": "v=0"}}],
               "statuses": [{"id": "wacid.1", "type": "call", "status": "RINGING", "timestamp": "1750000000", "recipient_id": "852"}]}),
    ));
    let said: Vec<_> =
        events.iter().map(|event| (other(event).field.as_str(), other(event).event.as_deref())).collect();
    assert_eq!(said, [("calls", Some("connect")), ("calls", Some("RINGING"))]);
    assert_ne!(events[0].key, events[1].key);
    assert!(events.iter().all(|event| event.customer.as_deref() == Some("852")));
    assert!(!other(&events[0]).preview.contains("v=0"), "no session descriptions in a line");
}

#[test]
fn history_is_one_event_however_long() {
    let thread =
        json!({"id": "852", "messages": vec![json!({"id": "1", "type": "text", "text": {"body": "old"}}); 500]});
    let event = only(&meta(
        "history",
        json!({"history": [{"metadata": {"phase": 1, "progress": 55}, "threads": vec![thread; 3]}]}),
    ));
    assert_eq!(other(&event).preview, "3 threads, 1500 messages · progress 55 %");
}

#[test]
fn echoes_preferences_and_groups_are_kept_one_by_one() {
    let echoes = json!({"message_echoes": [
        {"from": "1555", "to": "852", "id": "wamid.e", "timestamp": "1750000000", "type": "text", "text": {"body": "from the app"}}]});
    let event = only(&meta("smb_message_echoes", echoes));
    assert_eq!(other(&event).preview, "sent from the phone app: from the app");
    assert_eq!((event.customer.as_deref(), other(&event).id.as_deref()), (Some("852"), Some("wamid.e")));
    let stop = json!({"user_preferences": [{"wa_id": "852", "category": "marketing_messages", "value": "stop", "timestamp": 1750000000}]});
    let event = only(&meta("user_preferences", stop));
    assert_eq!((event.customer.as_deref(), other(&event).event.as_deref()), (Some("852"), Some("stop")));
    let groups = json!({"groups": [{"type": "group_suspend", "group_id": "g1", "timestamp": "1750000000"}, 5]});
    let events = read(&meta("group_status_update", groups));
    assert_eq!(other(&events[0]).event.as_deref(), Some("group_suspend"));
    unrecognised(&events[1], "$.entry[0].changes[0].value.groups[1]", "not an object");
}

#[test]
fn an_unknown_field_is_kept_whatever_its_value() {
    for value in [json!({"a": {"b": 1}, "c": ["x"]}), json!("text"), json!([1, 2]), json!(7)] {
        let event = only(&meta("tracking_events", value));
        assert_eq!((event.kind(), other(&event).field.as_str()), (Kind::Other, "tracking_events"));
        assert!(!other(&event).preview.is_empty());
    }
    assert_eq!(other(&only(&meta("novelty", json!({"a": {"b": 1}, "c": ["x"]})))).preview, "b: 1 · x");
}

#[test]
fn envelopes_with_nothing_in_them_say_so() {
    unrecognised(&only(&json!({"entry": []})), "$", "an envelope with nothing in it");
    unrecognised(&only(&json!({"entry": [{"changes": []}]})), "$.entry[0]", "an entry with nothing in it");
    unrecognised(&only(&json!({"entry": [1]})), "$.entry[0]", "an entry without changes");
    unrecognised(
        &only(&json!({"entry": [{"changes": [{"value": {}}]}]})),
        "$.entry[0].changes[0]",
        "a change without a field",
    );
    unrecognised(
        &only(&json!({"entry": [{"changes": [{"field": "x"}]}]})),
        "$.entry[0].changes[0]",
        "a change without a value",
    );
    unrecognised(
        &only(&meta("messages", json!({"metadata": {}}))),
        "$.entry[0].changes[0].value",
        "neither statuses nor messages nor errors in it",
    );
    unrecognised(
        &only(&meta("account_update", json!(["x"]))),
        "$.entry[0].changes[0]",
        "the value of account_update is not an object",
    );
}
