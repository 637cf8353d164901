//! `watop report` for scripts and for reading: formats, breakdowns, what changed, conditions, one line.

use crate::{SECRET, User, examples};
use serde_json::Value;

/// A user whose journal holds the 58 examples.
fn with_examples() -> User {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    assert_eq!(user.send(&serving, &examples()).code, Some(0));
    assert_eq!(serving.stop(), Some(0));
    user
}

#[test]
fn a_condition_that_is_met_ends_with_3_and_says_its_value() {
    let user = with_examples();
    let said =
        user.run(&["report", "--since", "all", "--fail-if", "failure_rate>5%", "--fail-if", "code_count(131026)>=1"]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.starts_with("watop report"), "the report is printed all the same");
    assert_eq!(said.err, "watop: failure_rate>5% is met: 95.7 %\nwatop: code_count(131026)>=1 is met: 1\n");
    let said = user.run(&["report", "--since", "all", "--fail-if", "failure_rate>99%", "--fail-if", "refused>0"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
}

#[test]
fn a_condition_without_data_does_not_fail_and_says_so() {
    let said = User::new().run(&["report", "--fail-if", "failure_rate>5%"]);
    assert_eq!(said.code, Some(0));
    assert_eq!(said.err.lines().last(), Some("watop: failure_rate>5% is not tested: nothing to measure"));
}

#[test]
fn a_window_that_ends_before_anything_came_does_not_run_backwards() {
    let report =
        with_examples().json(&["report", "--since", "all", "--until", "2020-01-01T00:00:00Z", "--format", "json"]);
    let window = &report["window"];
    assert_eq!((&window["from"], &report["ingest"]["events"]), (&window["to"], &Value::from(0)), "{window}");
}

#[test]
fn the_text_says_nothing_twice() {
    let user = with_examples();
    let out = user.out(&["report", "--since", "all"]);
    assert!(out.contains("· 1 recipient ·") && out.contains("· 2 recipients ·"), "{out}");
    assert!(out.contains("  reaction 👍") && !out.contains("reaction: reaction") && out.contains("text: OK"), "{out}");
    assert!(out.contains("WABA 1049513xxxx7327\n") && out.contains("welcome en_US · 6048 en_US"), "{out}");
    let of_one = user.out(&["report", "--since", "all", "--number", "85230174859"]);
    assert!(of_one.contains("number 85230174859\n"), "{of_one}");
}

#[test]
fn a_wrong_condition_ends_with_2_and_a_caret() {
    let said = User::new().run(&["report", "--fail-if", "failure_rat>5%"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    let lines: Vec<&str> = said.err.lines().collect();
    assert_eq!(lines[..3], ["watop: the condition is wrong", "failure_rat>5%", "^^^^^^^^^^^"]);
    assert!(lines[3].contains("did you mean \"failure_rate\"?"), "{lines:?}");
    let said = User::new().run(&["report", "--fail-if", "bananas>5"]);
    assert!(said.code == Some(2) && said.err.contains("write one of failure_rate, settled_rate"), "{said:?}");
}

#[test]
fn one_line_says_how_it_is() {
    let user = User::new();
    assert_eq!(user.out(&["report", "--oneline"]), "○ no events yet\n");
    let line = with_examples().out(&["report", "--oneline"]);
    assert!(line.contains("failed 22") && line.lines().count() == 1 && !line.contains('\u{1b}'), "{line}");
    let coloured = user.out(&["report", "--oneline", "--color", "always"]);
    assert_eq!(coloured, "\u{1b}[2m○\u{1b}[0m no events yet\n");
}

#[test]
fn breakdowns_stand_in_every_format_where_they_were_asked_for() {
    let user = with_examples();
    let all = |more: &[&str]| user.out(&[&["report", "--since", "all"], more].concat());
    let csv = all(&["--format", "csv", "--by", "number", "--by", "country"]);
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().starts_with("dimension,value,attempted,"), "{csv}");
    let attempted = |dimension: &str| -> u64 {
        let rows = csv.lines().filter(|line| line.starts_with(&format!("{dimension},")));
        rows.map(|line| line.split(',').nth(2).unwrap().parse::<u64>().unwrap()).sum()
    };
    assert_eq!((attempted("number"), attempted("country")), (23, 23));

    let json: Value = serde_json::from_str(&all(&["--format", "json", "--by", "tag"])).unwrap();
    let rows = json["by"]["tag"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["funnel"]["attempted"].as_u64().unwrap()).sum::<u64>(), 23);
    assert!(all(&["--by", "country"]).contains("BY COUNTRY"));
    assert!(all(&["--by", "country", "--format", "md"]).contains("## By country"));
}

#[test]
fn failures_are_a_table_and_ndjson_is_the_json_line_by_line() {
    let user = with_examples();
    let csv = user.out(&["report", "--since", "all", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 1 + 21, "{csv}");
    let whole = user.json(&["report", "--since", "all", "--format", "json"]);
    let lines = user.out(&["report", "--since", "all", "--format", "ndjson"]);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |section: &str| lines.iter().filter(|line| line["section"] == section).cloned().collect::<Vec<_>>();
    assert_eq!((of("report")[0]["schema"].clone(), of("ingest")[0]["events"].clone()), (1.into(), 58.into()));
    for (section, list) in
        [("failure", "failures"), ("conversation", "conversations"), ("alert", "alerts"), ("cost", "costs")]
    {
        let mut rows = of(section);
        rows.iter_mut().for_each(|row| _ = row.as_object_mut().unwrap().remove("section"));
        assert_eq!(Value::from(rows), whole[list], "{section}");
    }
}

#[test]
fn what_changed_is_said_beside_the_report_and_only_when_asked() {
    let user = with_examples();
    assert!(user.json(&["report", "--format", "json"]).get("compare").is_none());
    let compared = user.json(&["report", "--since", "2h", "--compare", "--format", "json"]);
    let compare = &compared["compare"];
    assert_eq!(compare["now"]["attempted"], 23);
    assert_eq!(compare["before"]["attempted"], 0);
    assert_eq!(compare["overall"].as_array().unwrap().len(), 4);
    let text = user.out(&["report", "--since", "2h", "--compare", "24h-ago"]);
    assert!(text.contains("WHAT CHANGED") && text.contains("nothing is kept from before"), "{text}");
    assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{text}");
    assert!(user.out(&["report", "--compare", "--format", "md"]).contains("## What changed"));
    assert_eq!(user.run(&["report", "--compare", "tomorrow"]).code, Some(2));
}

#[test]
fn a_masked_report_names_no_number_in_its_breakdowns() {
    let user = with_examples();
    for format in ["text", "json", "ndjson", "csv", "md"] {
        let masked = user.out(&["report", "--since", "all", "--by", "number", "--mask", "--format", format]);
        for phone in ["85230174859", "85255311705", "8526612"] {
            assert!(!masked.contains(phone), "{format}: {phone} in {masked}");
        }
    }
}

#[test]
fn a_filter_counts_exactly_what_it_selects() {
    let user = with_examples();
    let counts = |filter: &str| {
        let report = user.json(&["report", "--since", "all", "--format", "json", "--filter", filter]);
        assert_eq!(report["filter"], filter);
        [&report["ingest"]["events"], &report["funnel"]["attempted"]].map(|count| count.as_u64().unwrap())
    };
    assert_eq!(counts("status:failed"), [23, 22]);
    assert_eq!(counts("code:131009"), [2, 2]);
    assert_eq!(counts("kind:inbound"), [17, 0]);
    assert_eq!(counts("code:131009 or code:131000"), [4, 4]);
    assert_eq!(counts("kind:template"), [8, 0]);
    assert_eq!(counts("kind:account"), [7, 0]);
    assert_eq!(counts("status:read"), [3, 1], "all three events of the message that was read");
    assert_eq!(counts("status:sent not status:read"), [0, 0]);
}

#[test]
fn a_wrong_filter_ends_with_2_and_a_caret() {
    let said = User::new().run(&["report", "--filter", "stats:failed"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert_eq!(said.err.lines().nth(2), Some("^^^^^"), "{}", said.err);
}

#[test]
fn a_report_can_be_of_messages_by_their_outcome() {
    let user = with_examples();
    let attempted = |filter: &str| {
        let report = user.json(&["report", "--since", "all", "--format", "json", "--filter", filter]);
        report["funnel"]["attempted"].clone()
    };
    let whole = user.json(&["report", "--since", "all", "--format", "json"]);
    for outcome in ["read", "delivered", "failed", "waiting", "silent"] {
        assert_eq!(attempted(&format!("outcome:{outcome}")), whole["funnel"]["outcomes"][outcome], "{outcome}");
    }
    assert_eq!(attempted("outcome:conflict"), whole["funnel"]["conflicts"]);
    let said = user.run(&["events", "--filter", "status:sent outcome:failed"]);
    assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
    assert_eq!(said.err.lines().nth(2), Some("            ^^^^^^^"), "{}", said.err);
}
