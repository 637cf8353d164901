//! Events that were marked on the screen, for the commands that take requests.

use crate::{SECRET, User, examples};
use std::collections::BTreeSet;

#[test]
fn marked_events_are_exported_and_replayed_and_nothing_else() {
    let user = User::with(&[SECRET]);
    let serving = user.serve(&[]);
    assert_eq!(user.send(&serving, &examples()).code, Some(0));
    let nothing = user.run(&["export", "--marked"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(1), ""));
    assert!(nothing.err.contains("no event was marked"), "{}", nothing.err);

    let failed = user.run(&["events", "--filter", "status:failed", "--format", "ndjson"]);
    let events = failed.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let marks: Vec<(u64, u64)> =
        events.take(3).map(|event| (event["seq"].as_u64().unwrap(), event["request"].as_u64().unwrap())).collect();
    let left = serde_json::json!({ "version": 1, "theme": null, "lang": null, "window": "Minutes15", "number": null, "tab": "events",
        "pages": { "events": { "marks": marks.iter().map(|(seq, _)| (seq, 0)).collect::<Vec<_>>() } } });
    std::fs::write(user.path(".local/state/watop/screen.json"), left.to_string()).unwrap();

    let requests: BTreeSet<u64> = marks.iter().map(|(_, request)| *request).collect();
    let exported = user.run(&["export", "--marked"]);
    assert_eq!(exported.code, Some(0), "{}", exported.err);
    let carriers = exported.out.lines().filter(|line| line.contains("\"headers\"")).count();
    assert_eq!(carriers, requests.len(), "{}", exported.out);
    let replayed = user.run(&["replay", "--marked", "--to", &serving.url, "--dry-run", "--format", "ndjson"]);
    assert_eq!(replayed.out.lines().count(), requests.len(), "{replayed:?}");
    assert_eq!(serving.stop(), Some(0));
}
