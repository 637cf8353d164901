//! The filter language on the platform's own examples: each expression finds exactly the events it names.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use watop::event::{Event, KeySecret, Millis, Origin, decode};
use watop::query::Filter;

/// 2026-01-01T00:00:00Z.
const NOW: Millis = Millis(1_767_225_600_000);

/// The 58 examples in order, each body with its one event.
fn examples() -> Vec<(Vec<u8>, Event)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocol/examples");
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let origin = Origin { received_at: NOW, verified: None };
    let one = |path| {
        let body = fs::read(path).unwrap();
        let mut events = decode(&body, &origin, &KeySecret([7; 16]));
        assert_eq!(events.len(), 1);
        (body, events.remove(0))
    };
    let examples: Vec<_> = files.iter().map(one).collect();
    assert_eq!(examples.len(), 58);
    examples
}

/// The numbers of the examples that an expression finds.
fn found(examples: &[(Vec<u8>, Event)], expression: &str) -> Vec<usize> {
    let filter = Filter::parse(expression).unwrap_or_else(|error| panic!("{}", error.with_caret(expression)));
    let hit = |(at, (body, event)): (usize, &(Vec<u8>, Event))| filter.matches(event, body, NOW).then_some(at + 1);
    examples.iter().enumerate().filter_map(hit).collect()
}

#[test]
fn expressions_count_the_examples_exactly() {
    let examples = examples();
    for (expression, count) in [
        ("", 58),
        ("status:failed", 23),
        ("code:131009", 2),
        ("kind:inbound", 17),
        ("code:131009 or code:131000", 4),
        ("kind:template", 8),
        ("kind:account", 7),
        ("kind:status", 26),
        ("-kind:status", 32),
        ("not (kind:status or kind:inbound)", 15),
        ("status:failed -code:131009", 21),
        ("platform_code:10000", 10),
        ("code:130000..131999", 16),
        ("code>132000 code<=132005", 2),
        ("kind:status -status:failed", 3),
    ] {
        assert_eq!(found(&examples, expression).len(), count, "{expression}");
    }
}

#[test]
fn expressions_find_the_very_examples_they_name() {
    let examples = examples();
    for (expression, expected) in [
        ("type:order", &[38][..]),
        ("type:interactive", &[35, 36, 39]),
        ("text:*KFC*", &[33]),
        ("\"牛肉面\"", &[36]),
        ("event:PAUSED", &[47]),
        ("event:yellow", &[49]),
        ("field:account_review_update", &[56]),
        ("code:131031", &[24]),
        ("title:~/[Ll]ocked/", &[24, 25]),
        ("value.errors[0].title:~/been locked/", &[24]),
        ("statuses[0].errors[*].meta_code:132000..132999", &[5, 6, 11]),
        ("value.message_template_name:*hungarian*", &[44]),
        ("amount>0", &[1]),
        ("category:authentication", &[1, 2]),
        ("id:wamid.d7cbc64872dc46ffabf76b8087d39933", &[13, 14]),
        ("name:jay from:85255311705", &[41]),
        ("to:+4915206610292", &[22]),
        ("value.app_id:749", &[26]),
    ] {
        assert_eq!(found(&examples, expression), expected, "{expression}");
    }
}

#[test]
fn a_missing_field_satisfies_nothing_and_its_negation_everything() {
    let examples = examples();
    for term in ["tag:*", "value.no_such_key:*", "secret:~/./", "age<0s"] {
        assert_eq!(found(&examples, term), [0; 0], "{term}");
        assert_eq!(found(&examples, &format!("-{term}")).len(), 58, "-{term}");
    }
}
