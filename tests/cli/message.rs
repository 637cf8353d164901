//! `watop message` and `--mask`.

use super::*;

/// A user whose journal holds two statuses of one message, one of them delivered twice, and a message from its recipient.
fn user() -> (User, &'static str) {
    let user = User::with(&[SECRET]);
    let id = "wamid.HBgLODUyNTUzMTE3MDU";
    let status = |name: &str, second: u64| {
        format!(
            r#"{{"business_phone":"85230174859","statuses":[{{"id":"{id}","status":"{name}","timestamp":"{}","recipient_id":"85255311705",
            "errors":[{{"code":131049,"title":"<b>not delivered</b>"}}]}}]}}"#,
            1_767_225_600 + second
        )
    };
    let inbound = r#"{"business_phone":"85230174859","contacts":[{"profile":{"name":"Jay Chan"},"wa_id":"85255311705"}],
        "messages":[{"id":"wamid.in","from":"85255311705","timestamp":"1767225000","type":"text","text":{"body":"my words"}}]}"#;
    let files = [
        user.write("1.json", inbound),
        user.write("2.json", &status("failed", 0)),
        user.write("3.json", &status("delivered", 39)),
        user.write("4.json", &status("failed", 0)),
    ];
    let serving = user.serve(&[]);
    assert_eq!(user.send(&serving, &files).code, Some(0));
    (user, id)
}

#[test]
fn a_message_s_story_is_told_in_every_form() {
    let (user, id) = user();
    let text = user.out(&["message", id]);
    for part in [
        "outcome       delivered, conflict",
        "2 events, 1 duplicate, in order of receipt",
        "131049 ",
        "late: contradicts failed",
        "= duplicate",
        "nxcloud, secret",
        "PROVIDER CLOCK  39 s",
        "open until",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let json = user.json(&["message", id, "--format", "json"]);
    assert_eq!((&json["schema"], &json["id"]), (&1.into(), &id.into()));
    let story = &json["stories"][0];
    assert_eq!(
        (&story["outcome"], &story["conflict"], &story["duplicates"]),
        (&"delivered".into(), &true.into(), &1.into())
    );
    assert_eq!(story["steps"][0]["event"]["code"], 131_049);
    assert_eq!(story["requests"][2]["duplicate"], true);
    let lines = user.out(&["message", id, "--format", "ndjson"]);
    let effects: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["effect"].clone()).collect();
    assert_eq!(effects, ["first", "contradicts_failed", "repeats"]);
    let markdown = user.out(&["message", id, "--format", "md"]);
    assert!(markdown.contains("| received | lag |") && !markdown.contains("<b>"), "{markdown}");
}

#[test]
fn the_beginning_of_an_id_finds_the_only_one_and_an_unknown_id_ends_with_1() {
    let (user, id) = user();
    let said = user.run(&["message", "wamid.HBgL"]);
    assert_eq!(said.code, Some(0));
    assert!(said.out.contains(id) && said.err.contains("is the only one"), "{said:?}");
    let said = user.run(&["message", "wamid."]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(said.err.contains("2 ids begin with it"), "{said:?}");
    let said = user.run(&["message", "nothing"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("no message with the id nothing"), "{said:?}");
}

#[test]
fn masked_output_holds_nothing_personal_and_its_pseudonyms_join() {
    let (user, id) = user();
    let personal = ["85255311705", "85230174859", "Jay", "my words", "HBgLODUy"];
    let events = user.out(&["events", "--mask", "--format", "ndjson"]);
    for output in [
        user.out(&["message", id, "--mask"]),
        user.out(&["message", id, "--mask", "--format", "json"]),
        user.out(&["message", id, "--mask", "--format", "md"]),
        user.out(&["events", "--mask"]),
        user.out(&["report", "--mask", "--since", "all"]),
        user.out(&["report", "--mask", "--since", "all", "--format", "json"]),
        user.out(&["refused", "--mask"]),
        events.clone(),
    ] {
        for personal in personal {
            assert!(!output.contains(personal), "{personal} in\n{output}");
        }
    }
    let first: Value = serde_json::from_str(events.lines().next().unwrap()).unwrap();
    let story = user.json(&["message", id, "--mask", "--format", "json"]);
    assert_eq!(story["stories"][0]["customer"], first["customer"], "one person, one pseudonym");
    assert_eq!(user.out(&["events", "--mask", "--filter", "to:85255311705"]).lines().count(), 2);
    assert_eq!(user.run(&["events", "--mask", "--raw"]).code, Some(2));
}
