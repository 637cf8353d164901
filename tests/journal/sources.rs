//! Sources: a journal's history and its future as one stream.

use crate::support::*;
use watop::journal::Reader;
use watop::source::{self, Feed};

#[test]
fn a_live_source_hands_over_history_and_then_commits_without_hole_or_repetition() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    for n in 0..20 {
        post(&journal, &status(&format!("old{n}"), "sent"), *T0).unwrap();
    }
    let mut feed = source::live(&journal, Reader::open(dir.path()).unwrap()).unwrap();
    // Many more than the live channel holds, before anything is taken from the source.
    for n in 0..300 {
        post(&journal, &status(&format!("new{n}"), "sent"), *T0).unwrap();
    }
    let (pages, history) = pages(&mut feed, 320);
    assert_eq!(pages, (1..=320).collect::<Vec<_>>());
    assert!(history >= 20);
}

#[test]
fn a_follower_sees_a_journal_appear_and_grow() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let mut feed = source::follow(&data).unwrap();
    assert!(matches!(feed.blocking_recv(), Some(Feed::CaughtUp)));
    let journal = open(&data);
    for n in 0..10 {
        post(&journal, &status(&n.to_string(), "sent"), *T0).unwrap();
    }
    assert_eq!(pages(&mut feed, 10).0, (1..=10).collect::<Vec<_>>());
    drop(journal);
    let journal = open(&data);
    post(&journal, &status("11", "sent"), *T0).unwrap();
    assert_eq!(pages(&mut feed, 11).0, [11]);
}
