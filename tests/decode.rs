//! Bodies that the page does not print: Meta's envelope, every quirk a receiver must survive, hostile shapes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::prelude::*;
use serde_json::{Value, json};
use watop::event::{
    CostLine, Detail, Event, Inbound, KeySecret, Kind, Millis, Notice, Origin, Other, Seconds, Severity, Status,
    StatusName, decode,
};

const SECRET: KeySecret = KeySecret([7; 16]);

fn decoded(body: impl AsRef<[u8]>) -> Vec<Event> {
    let events = decode(body.as_ref(), &Origin { received_at: Millis(1_750_000_000_000), verified: None }, &SECRET);
    assert!(!events.is_empty(), "every body yields an event");
    events
}

fn read(body: &Value) -> Vec<Event> {
    decoded(body.to_string())
}

#[track_caller]
fn only(body: &Value) -> Event {
    let mut events = read(body);
    assert_eq!(events.len(), 1, "{events:#?}");
    events.remove(0)
}

fn meta(field: &str, value: Value) -> Value {
    json!({"object": "whatsapp_business_account",
           "entry": [{"id": "102290129340398", "time": 1750000001, "changes": [{"field": field, "value": value}]}]})
}

fn status(event: &Event) -> &Status {
    let Detail::Status(status) = &event.detail else { panic!("{event:#?} is a status") };
    status
}

fn inbound(event: &Event) -> &Inbound {
    let Detail::Inbound(inbound) = &event.detail else { panic!("{event:#?} is inbound") };
    inbound
}

fn notice(event: &Event) -> &Notice {
    let (Detail::Template(notice) | Detail::Account(notice)) = &event.detail else { panic!("{event:#?} is a notice") };
    notice
}

fn other(event: &Event) -> &Other {
    let Detail::Other(other) = &event.detail else { panic!("{event:#?} is other") };
    other
}

#[track_caller]
fn unrecognised(event: &Event, path: &str, reason: &str) {
    let Detail::Unrecognised(unrecognised) = &event.detail else { panic!("{event:#?} is unrecognised") };
    assert_eq!((event.path.as_str(), unrecognised.reason.as_str()), (path, reason));
}

fn failed(errors: Value) -> Event {
    only(&json!({"statuses": [{"id": "1", "status": "failed", "timestamp": "1750000000", "errors": errors}]}))
}

fn message(facts: Value) -> Event {
    let mut message = json!({"id": "1", "from": "85255311705", "timestamp": "1750000000"});
    message.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
    only(&json!({"messages": [message]}))
}

fn preview(facts: Value) -> String {
    inbound(&message(facts)).preview.to_string()
}

mod meta_envelope {
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
        assert_eq!(
            subject("phone_number_quality_update", json!({"display_phone_number": "1555"})),
            "102290129340398 1555"
        );
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
}

mod statuses {
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
        let long =
            error(json!({"code": 1, "title": "t", "message": "t", "error_data": {"details": "d"}, "href": "/docs"}));
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
        let template = |text: &str| {
            status(&failed(json!([{"code": 132015, "title": text}]))).template.as_deref().map(str::to_owned)
        };
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
}

mod messages {
    use super::*;

    #[test]
    fn previews_of_what_the_page_does_not_show() {
        let cases = [
            (json!({"type": "image", "image": {"caption": "invoice\n photo"}}), "image: invoice photo"),
            (json!({"type": "audio", "audio": {"voice": true, "mime_type": "audio/ogg"}}), "voice note"),
            (
                json!({"type": "document", "document": {"filename": "a.pdf", "caption": "please quote"}}),
                "file: a.pdf · please quote",
            ),
            (json!({"type": "sticker", "sticker": {"id": "1"}}), "sticker"),
            (
                json!({"type": "location", "location": {"latitude": "22.5", "longitude": 113.9}}),
                "location: 22.5, 113.9",
            ),
            (json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "Li Wei"}}]}), "contact: Li Wei"),
            (
                json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "Li Wei"}}, {}, {}]}),
                "contacts: Li Wei +2",
            ),
            (json!({"type": "contacts", "contacts": []}), "contact"),
            (json!({"type": "button", "button": {"text": "Stop", "payload": "STOP"}}), "button: Stop"),
            (json!({"type": "reaction", "reaction": {"message_id": "m", "emoji": ""}}), "reaction removed"),
            (json!({"type": "reaction", "reaction": {"message_id": "m"}}), "reaction removed"),
            (
                json!({"type": "interactive", "interactive": {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}}),
                "call permission: accept",
            ),
            (
                json!({"type": "interactive", "interactive": {"type": "new_reply", "new_reply": {"a": 1}}}),
                "new_reply: a: 1",
            ),
            (
                json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{broken", "body": "Sent"}}}),
                "form: {broken",
            ),
            (
                json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "[1]"}}}),
                "form: [1]",
            ),
            (
                json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": {"a": ["x", "y"]}}}}),
                "form: x, y",
            ),
            (
                json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": "{\"flow_token\":\"t\"}"}}}),
                "form: Sent",
            ),
            (
                json!({"type": "system", "system": {"body": "Jay changed from 1 to 2", "type": "user_changed_number"}}),
                "system: Jay changed from 1 to 2",
            ),
            (
                json!({"type": "system", "system": {"type": "user_changed_number", "wa_id": "2"}}),
                "system: user changed number: 2",
            ),
            (json!({"type": "request_welcome"}), "chat opened"),
            (
                json!({"type": "edit", "edit": {"original_message_id": "o", "message": {"type": "text", "text": {"body": "better"}}}}),
                "edited: better",
            ),
            (json!({"type": "revoke", "revoke": {"original_message_id": "o"}}), "deleted by the customer"),
            (
                json!({"type": "unsupported", "unsupported": {"type": "poll"}, "errors": [{"code": 131051}]}),
                "unsupported: poll (131051)",
            ),
            (json!({"type": "unknown", "errors": [{"code": 501, "title": "Unknown"}]}), "unknown (501)"),
            (json!({"type": "hologram", "hologram": {"body": "help me"}}), "hologram: help me"),
            (json!({"type": "hologram", "hologram": {"depth": 3}}), "hologram: depth: 3"),
            (json!({"type": "hologram"}), "hologram"),
            (json!({"text": {"body": "no type"}}), "no type"),
            (json!({}), "unknown"),
        ];
        for (facts, expected) in cases {
            assert_eq!(preview(facts.clone()), expected, "{facts}");
        }
    }

    #[test]
    fn edits_and_revocations_point_at_the_message() {
        for r#type in ["edit", "revoke"] {
            let event = message(json!({"type": r#type, r#type: {"original_message_id": "o"}}));
            assert_eq!(inbound(&event).context.as_deref(), Some("o"), "{type}");
        }
    }

    #[test]
    fn orders_are_added_up_exactly_and_by_currency() {
        let order = |items: Value| preview(json!({"type": "order", "order": {"product_items": items}}));
        assert_eq!(
            order(
                json!([{"quantity": 3, "item_price": 0.1, "currency": "USD"}, {"quantity": "2.0", "item_price": "1234567.005", "currency": "CNY"},
                         {"quantity": 1, "item_price": 0.2, "currency": "USD"}])
            ),
            "3 items, CNY 2,469,134.01 + USD 0.50"
        );
        assert_eq!(order(json!([{"quantity": 1, "item_price": 0.125, "currency": "USD"}])), "1 item, USD 0.125");
        assert_eq!(order(json!([{"quantity": 1, "item_price": "dear", "currency": "USD"}])), "1 item");
        assert_eq!(order(json!([])), "0 items");
    }

    #[test]
    fn a_preview_is_one_line_of_at_most_200_characters() {
        let long = preview(json!({"type": "text", "text": {"body": "牛肉\n".repeat(500)}}));
        assert_eq!(long.chars().count(), 200);
        assert!(long.ends_with('…') && !long.contains('\n'));
        assert_eq!(preview(json!({"type": "text", "text": {"body": "x".repeat(200)}})), "x".repeat(200));
    }
}

mod tolerance {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_cost_a_character_not_the_event() {
        let event =
            decoded(b"{\"statuses\":[{\"id\":\"a\xff\",\"status\":\"read\",\"timestamp\":\"1750000000\"}]}".as_slice())
                .remove(0);
        assert_eq!(status(&event).message_id, "a\u{fffd}");
        assert_eq!(event.provider_at, Some(Seconds(1750000000)));
    }

    #[test]
    fn odd_characters_do_not_lose_a_good_status() {
        for odd in ["\\ud800", "\\u0000", "\u{1}", "\\ud83d\\ud83d"] {
            let body = format!(
                "\u{feff}{{\"x\":\"{odd}\",\"statuses\":[{{\"id\":\"1\",\"status\":\"read\",\"note\":\"{odd}\"}}]}}"
            );
            assert_eq!(status(&decoded(&body)[0]).status, StatusName::Read, "{odd:?}");
        }
    }

    #[test]
    fn depth_does_not_lose_what_stands_beside_it() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let body = format!(
            "{{\"statuses\":[{},{{\"id\":\"1\",\"status\":\"read\",\"x\":{}}}],\"y\":{}}}",
            deep(5000),
            deep(5000),
            deep(100_000)
        );
        let events = decoded(&body);
        unrecognised(&events[0], "$.statuses[0]", "not an object");
        assert_eq!(status(&events[1]).status, StatusName::Read);
        let edits = format!("{}1{}", "{\"type\":\"edit\",\"edit\":{\"message\":".repeat(50_000), "}}".repeat(50_000));
        let body = format!("{{\"messages\":[{{\"id\":\"1\",\"type\":\"edit\",\"edit\":{{\"message\":{edits}}}}}]}}");
        assert_eq!(inbound(&decoded(&body)[0]).preview, "edited");
        let novelty = format!("{{\"field\":\"novelty\",\"value\":{{\"a\":{}}}}}", deep(100_000));
        assert_eq!(decoded(&novelty)[0].kind(), Kind::Other);
    }

    #[test]
    fn bodies_of_no_known_shape_are_one_event() {
        let cases: [(&[u8], &str); 11] = [
            (b"{\"calls\":[]}", "nothing in it"),
            (b"", "empty body"),
            (b" \n", "empty body"),
            (b"[{\"statuses\":[]}]", "the body is an array, not an object"),
            (b"7", "the body is a scalar, not an object"),
            (b"null", "the body is a scalar, not an object"),
            (b"{}", "unknown shape: no entry, no field with a value, no statuses, no messages"),
            (
                b"{\"field\":\"x\",\"value\":1}",
                "unknown shape: no entry, no field with a value, no statuses, no messages",
            ),
            (b"{\"statuses\":[]}", "neither statuses nor messages nor errors in it"),
            (b"\xff\xfe", "not JSON: expected a value at line 1 column 1"),
            (b"sign=1&body=2", "not JSON: expected a value at line 1 column 1"),
        ];
        for (body, reason) in cases {
            let events = decoded(body);
            assert_eq!(events.len(), 1);
            unrecognised(&events[0], "$", reason);
        }
    }

    #[test]
    fn a_flood_of_elements_is_counted_not_stored_one_by_one() {
        let events = decoded(format!("{{\"statuses\":[{}0]}}", "0,".repeat(99_999)));
        assert_eq!(events.len(), 1001);
        unrecognised(&events[1000], "$", "99000 more elements of this body are not listed one by one");
        let calls = decoded(format!("{{\"calls\":[{}{{}}]}}", "{},".repeat(150_000)));
        assert_eq!(calls.len(), 100_001);
        unrecognised(&calls[100_000], "$", "50001 more elements of this body are not listed one by one");
    }

    #[test]
    fn the_business_number_is_the_first_that_is_named() {
        let number = |facts: Value| {
            let mut body = json!({"statuses": [{"id": "1", "status": "sent"}]});
            body.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
            only(&body).number.map(|number| number.to_string())
        };
        let all = json!({"metadata": {"display_phone_number": "3"}, "merchant_phone": "2", "business_phone": "1"});
        assert_eq!(number(all).as_deref(), Some("1"));
        assert_eq!(
            number(json!({"metadata": {"display_phone_number": "3"}, "merchant_phone": "2"})).as_deref(),
            Some("2")
        );
        assert_eq!(
            number(json!({"metadata": {"display_phone_number": 3}, "merchant_phone": ""})).as_deref(),
            Some("3")
        );
        assert_eq!(number(json!({})), None);
    }

    #[test]
    fn flat_lists_of_other_things_are_kept_too() {
        let events = read(&json!({"calls": [{"id": "c", "event": "terminate"}], "business_phone": "852"}));
        assert_eq!((other(&events[0]).field.as_str(), events[0].path.as_str()), ("calls", "$.calls[0]"));
    }
}

mod identity {
    use super::*;

    fn key(body: Value) -> watop::event::Key {
        only(&body).key
    }

    fn sent(facts: Value) -> Value {
        let mut status = json!({"id": "1", "status": "sent", "timestamp": "1750000000"});
        status.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
        json!({"statuses": [status]})
    }

    #[test]
    fn a_status_is_its_id_participant_status_time_and_codes() {
        let original = key(sent(json!({})));
        for same in [
            json!({"recipient_id": "852"}),
            json!({"timestamp": 1750000000}),
            json!({"timestamp": "1750000000123"}),
            json!({"costs": [{"price": 1}]}),
            json!({"meta_message_id": "m"}),
        ] {
            assert_eq!(key(sent(same.clone())), original, "{same}");
        }
        for different in [
            json!({"id": "2"}),
            json!({"status": "read"}),
            json!({"timestamp": "1750000001"}),
            json!({"timestamp": "TIMESTAMP"}),
            json!({"recipient_participant_id": "852"}),
            json!({"errors": [{"code": 1}]}),
        ] {
            assert_ne!(key(sent(different.clone())), original, "{different}");
        }
        let errors = |errors: Value| key(sent(json!({"errors": errors})));
        assert_ne!(
            errors(json!([{"code": 1}, {"code": 2}])),
            errors(json!([{"code": 2}, {"code": 1}])),
            "in wire order"
        );
        assert_eq!(
            errors(json!([{"code": 10000, "meta_code": 5}])),
            errors(json!([{"code": "5", "title": "x"}])),
            "effective"
        );
        assert_ne!(
            key(sent(json!({"timestamp": "DATE"}))),
            key(sent(json!({"timestamp": "TIMESTAMP"}))),
            "words count as words"
        );
        let body = |id: &str, participant: &str| key(sent(json!({"id": id, "recipient_participant_id": participant})));
        assert_ne!(body("ab", "c"), body("a", "bc"), "parts do not run together");
    }

    #[test]
    fn the_same_event_has_one_key_in_both_shapes() {
        let status = json!({"id": "1", "status": "sent", "timestamp": "1750000000"});
        assert_eq!(key(json!({"statuses": [status]})), key(meta("messages", json!({"statuses": [status]}))));
        let paused =
            json!({"event": "PAUSED", "message_template_id": 1, "message_template_language": "en", "time": 1750000000});
        assert_eq!(
            key(json!({"field": "message_template_status_update", "value": paused})),
            key(meta("message_template_status_update", paused))
        );
    }

    #[test]
    fn an_inbound_message_is_its_id_and_never_a_status() {
        let inbound = |facts: Value| message(facts).key;
        assert_eq!(inbound(json!({"type": "text"})), inbound(json!({"type": "image", "timestamp": "1"})));
        assert_ne!(inbound(json!({})), inbound(json!({"id": "2"})));
        assert_ne!(inbound(json!({})), key(sent(json!({}))));
    }

    #[test]
    fn a_timeless_notice_is_its_content_not_its_bytes() {
        let account = |body: &str| {
            let event = decoded(body).remove(0);
            assert!(event.timeless());
            event.key
        };
        let original = account(r#"{"field":"account_update","value":{"event":"X","a":1,"b":{"c":"牛","d":[1,2]}}}"#);
        for same in [
            r#"{"value":{"b":{"d":[1,2],"c":"\u725b"},"a":"1","event":"X"},"field":"account_update"}"#,
            r#"{"field":"account_update","value":{"event":"X","a":2,"a":1,"n":null,"b":{"c":"牛","d":[1,2]}} }"#,
        ] {
            assert_eq!(account(same), original, "{same}");
        }
        for different in [
            r#"{"field":"account_update","value":{"event":"X","a":1,"b":{"c":"牛","d":[2,1]}}}"#,
            r#"{"field":"account_update","value":{"event":"X","a":2,"b":{"c":"牛","d":[1,2]}}}"#,
            r#"{"field":"account_update","value":{"event":"X","a":1,"b":{"c":"牛","d":[1,2]},"e":0}}"#,
            r#"{"field":"account_update","value":{"event":"X","a":1,"b":{"c":"牛"},"d":[1,2]}}"#,
        ] {
            assert_ne!(account(different), original, "{different}");
        }
        let timed = |time: i64, cause: &str| {
            key(json!({"field": "account_update", "value": {"event": "X", "time": time, "why": cause}}))
        };
        assert_eq!(timed(1750000000, "a"), timed(1750000000, "b"), "with a time, the time tells them apart");
        assert_ne!(timed(1750000000, "a"), timed(1750000001, "a"));
    }

    #[test]
    fn unreadable_bodies_are_their_bytes() {
        assert_eq!(decoded("[1]")[0].key, decoded("[1]")[0].key);
        assert_ne!(decoded("[1]")[0].key, decoded("[1] ")[0].key);
        let other_journal = decode(b"[1]", &Origin { received_at: Millis(0), verified: None }, &KeySecret([8; 16]));
        assert_ne!(decoded("[1]")[0].key, other_journal[0].key, "keys belong to one journal");
    }

    #[test]
    fn alert_ids_do_not_depend_on_the_journal() {
        let body = br#"{"field":"account_update","value":{"event":"X","wabaId":"1","time":1750000000}}"#;
        let id = |secret, received_at| {
            let events =
                decode(body, &Origin { received_at: Millis(received_at), verified: None }, &KeySecret([secret; 16]));
            notice(&events[0]).alert_id.clone()
        };
        assert_eq!(id(1, 5), id(2, 6));
        assert_eq!(id(1, 5).len(), 16);
    }

    #[test]
    fn a_fingerprint_is_about_what_is_said_not_when() {
        let body = br#"{"field":"account_update","value":{"event":"ACCOUNT_DELETED","wabaId":"1"}}"#;
        let print = |body: &[u8], received_at| {
            decode(body, &Origin { received_at: Millis(received_at), verified: None }, &SECRET)[0].fingerprint(&SECRET)
        };
        assert_eq!(print(body, 1), print(body, 2));
        let more = sent(json!({"costs": [{"price": 1}]})).to_string();
        assert_ne!(print(more.as_bytes(), 1), print(sent(json!({})).to_string().as_bytes(), 1));
        assert_eq!(print(more.as_bytes(), 1), print(format!(" {more}").as_bytes(), 1));
    }
}

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
