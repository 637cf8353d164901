//! The journal by behaviour: what is answered is stored, counted once, found again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "journal/message.rs"]
mod message;
#[path = "journal/sources.rs"]
mod sources;
#[path = "journal/support.rs"]
mod support;
#[path = "journal/trouble.rs"]
mod trouble;
#[path = "journal/upkeep.rs"]
mod upkeep;

use serde_json::json;
use std::time::Duration;
use support::*;
use watop::event::{Event, Key, Millis};
use watop::journal::{Options, Reader, Receipt, Stats, Term};

#[test]
fn a_reader_sees_what_was_answered() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let body = json!({"statuses": [status("a", "sent")["statuses"][0], status("b", "read")["statuses"][0]]});
    assert_eq!(post(&journal, &body, *T0).unwrap(), Receipt { request: 1, events: 2, duplicates: 0 });
    let reader = Reader::open(dir.path()).unwrap();
    let stored = events(&reader);
    let expected = submission(&journal, &body, *T0).events;
    assert_eq!(stored.len(), 2);
    for ((stored, expected), seq) in stored.into_iter().zip(expected).zip(1..) {
        assert_eq!(stored, Event { seq, request: 1, ..expected });
    }
    assert_eq!(reader.request(1).unwrap(), Some(raw(&body, *T0)));
    assert_eq!(reader.request(2).unwrap(), None);
    let stats = reader.stats().unwrap();
    assert_eq!((stats.last_page, stats.last_seq, stats.last_request, stats.start), (1, 2, 1, Some(Millis(*T0))));
    drop(journal);
    assert_eq!(events(&reader).len(), 2, "after the receiver ended too");
}

#[test]
fn duplicates_are_known_in_one_batch_in_later_ones_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let body = json!({"statuses": [status("a", "sent")["statuses"][0], status("a", "sent")["statuses"][0]]});
    assert_eq!(post(&journal, &body, *T0).unwrap(), Receipt { request: 1, events: 1, duplicates: 1 });
    let receipts = post_all(&journal, (0..50).map(|_| (body.clone(), *T0 + 5)));
    assert!(receipts.iter().all(|receipt| (receipt.events, receipt.duplicates) == (0, 2)), "{receipts:?}");
    drop(journal);
    let journal = open(dir.path());
    assert_eq!(post(&journal, &body, *T0 + 9).unwrap(), Receipt { request: 52, events: 0, duplicates: 2 });
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(events(&reader).len(), 1);
    assert_eq!(reader.request(52).unwrap(), Some(raw(&body, *T0 + 9)), "the request itself is kept");
}

#[test]
fn a_delivery_that_says_more_amends_and_any_order_gives_the_same_event() {
    let plain = status("a", "sent");
    let mut tagged = plain.clone();
    tagged["statuses"][0]["biz_opaque_callback_data"] = "promo-7".into();
    let mut named = plain.clone();
    named["statuses"][0]["meta_message_id"] = "wamid.X".into();
    let orders = [[&plain, &tagged, &named], [&named, &tagged, &plain], [&tagged, &plain, &named]];
    let mut outcomes = Vec::new();
    for order in orders {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = open(dir.path());
        let mut receipts = Vec::new();
        for round in 0..3 {
            for body in order {
                receipts.push(post(&journal, body, *T0 + round).unwrap());
            }
            drop(journal);
            journal = open(dir.path());
        }
        let counts: Vec<_> = receipts.iter().map(|receipt| (receipt.events, receipt.duplicates)).collect();
        assert_eq!(counts, [[(1, 0)].as_slice(), [(0, 1)].repeat(8).as_slice()].concat());
        let reader = Reader::open(dir.path()).unwrap();
        let stored = events(&reader);
        assert_eq!(stored.iter().map(|event| event.amends).collect::<Vec<_>>(), [None, Some(1), Some(1)]);
        let settled = settled(&reader);
        assert_eq!(settled.len(), 1);
        let one = reader.event(1).unwrap().unwrap();
        assert_eq!(one, settled[0]);
        for term in [Term::Tag("promo-7".into()), Term::Message("wamid.X".into()), Term::Message("a".into())] {
            assert_eq!(reader.find(&term).unwrap(), [1], "{term:?}");
        }
        outcomes.push(Event { key: Key(0), ..one });
    }
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{outcomes:#?}");
}

#[test]
fn a_notice_without_a_time_is_the_same_within_a_day_of_the_last_receipt() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    let body = json!({"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}});
    let start = *T0 - 10 * DAY;
    let mut counts = Vec::new();
    for at in [0, DAY - 1, 2 * DAY - 2, 3 * DAY - 1, 3 * DAY - 2] {
        counts.push(post(&journal, &body, start + at).unwrap().events);
        drop(journal);
        journal = open(dir.path());
    }
    assert_eq!(
        counts,
        [1, 0, 0, 1, 0],
        "each receipt extends; the fourth came a day and a millisecond after the third"
    );
}

#[test]
fn keys_older_than_memory_and_terms_are_found_through_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { recent_keys: 16, ..Options::default() };
    let journal = open_with(dir.path(), options.clone());
    const EVENTS: usize = 70_000;
    for first in (0..EVENTS).step_by(1000) {
        post(&journal, &many(first, 1000), *T0).unwrap();
    }
    wait(|| journal.gauges().unindexed < 32_768);
    assert_eq!(post(&journal, &many(0, 2000), *T0).unwrap().duplicates, 2000);
    assert_eq!(post(&journal, &many(EVENTS - 2000, 2000), *T0).unwrap().duplicates, 2000);
    assert_eq!(post(&journal, &many(EVENTS, 10), *T0).unwrap().events, 10);
    drop(journal);
    let journal = open_with(dir.path(), options);
    assert!(journal.gauges().unindexed < 32_768, "the index was kept: {:?}", journal.gauges());
    assert_eq!(post(&journal, &many(1000, 500), *T0).unwrap().duplicates, 500);
    let reader = Reader::open(dir.path()).unwrap();
    for n in [0, 1, 40_000, EVENTS - 1, EVENTS + 9] {
        assert_eq!(reader.find(&Term::Message(format!("wamid.{n}").into())).unwrap(), [n as u64 + 1]);
    }
    assert_eq!(reader.find(&Term::Customer("+491510000001".into())).unwrap(), [4, 5, 6]);
    assert_eq!(reader.find(&Term::Number("85212345678".into())).unwrap().len(), EVENTS + 10);
    assert_eq!(reader.find(&Term::Code(131026)).unwrap(), [0u64; 0]);
    // The index can be made again from the journal.
    drop(journal);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(dir.path().join(format!("index.db{suffix}")));
    }
    assert_eq!(reader.find(&Term::Customer("491510000001".into())).unwrap(), [4, 5, 6], "without an index too");
    let journal = open(dir.path());
    assert_eq!(post(&journal, &many(0, 100), *T0).unwrap().duplicates, 100);
    wait(|| journal.gauges().unindexed < 32_768);
    assert_eq!(reader.find(&Term::Customer("491510000001".into())).unwrap(), [4, 5, 6]);
    // What is removed is found no more, and is new again.
    drop(journal);
    let journal = open_with(dir.path(), Options { retention: Duration::from_millis(1), ..Options::default() });
    wait(|| reader.stats().unwrap().expired == EVENTS as u64 + 10);
    assert_eq!(reader.find(&Term::Customer("491510000001".into())).unwrap(), [0u64; 0]);
    assert_eq!(post(&journal, &many(0, 10), now()).unwrap().events, 10);
}

#[test]
fn every_example_comes_back_as_it_was_decoded() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let mut expected = Vec::new();
    let mut files: Vec<_> =
        std::fs::read_dir("tests/protocol/examples").unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "json")) {
        let body: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        expected.extend(submission(&journal, &body, *T0).events);
        assert_eq!(post(&journal, &body, *T0).unwrap().events, 1, "{}", file.display());
        assert_eq!(post(&journal, &body, *T0).unwrap().duplicates, 1, "{}", file.display());
    }
    assert_eq!(expected.len(), 58);
    let reader = Reader::open(dir.path()).unwrap();
    for (seq, (stored, expected)) in (1..).zip(events(&reader).into_iter().zip(expected)) {
        assert_eq!(stored, Event { seq, request: stored.request, ..expected });
    }
}

#[test]
fn past_retention_everything_goes_and_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let mut amended = status("old1", "sent");
    amended["statuses"][0]["biz_opaque_callback_data"] = "promo".into();
    let old = *T0 - 3 * DAY;
    for body in [&status("old0", "sent"), &status("old1", "sent"), &amended, &status("old2", "sent")] {
        post(&journal, body, old).unwrap();
    }
    post(&journal, &status("new", "sent"), *T0).unwrap();
    drop(journal);
    let options = Options { retention: Duration::from_secs(2 * 86_400), ..Options::default() };
    let journal = open_with(dir.path(), options);
    let reader = Reader::open(dir.path()).unwrap();
    wait(|| reader.stats().unwrap().expired == 3);
    let stats = reader.stats().unwrap();
    assert_eq!((stats.start, stats.last_seq, stats.last_request), (Some(Millis(*T0)), 5, 5));
    assert_eq!(settled(&reader).len(), 1);
    assert_eq!(reader.request(1).unwrap(), None);
    assert_eq!(reader.event(2).unwrap(), None);
    assert_eq!(reader.find(&Term::Message("old1".into())).unwrap(), [0u64; 0]);
    // Its keys went too, and numbers go on.
    let receipt = post(&journal, &status("old1", "sent"), *T0).unwrap();
    assert_eq!(receipt, Receipt { request: 6, events: 1, duplicates: 0 });
    assert_eq!(reader.event(6).unwrap().unwrap().seq, 6);
}

#[test]
fn numbers_go_on_after_everything_was_removed() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    post(&journal, &status("a", "sent"), *T0 - 40 * DAY).unwrap();
    drop(journal);
    let journal = open(dir.path());
    let reader = Reader::open(dir.path()).unwrap();
    wait(|| reader.stats().unwrap().expired == 1);
    assert_eq!(reader.stats().unwrap().start, None);
    drop(journal);
    let journal = open(dir.path());
    assert_eq!(post(&journal, &status("a", "sent"), *T0).unwrap(), Receipt { request: 2, events: 1, duplicates: 0 });
    assert_eq!(reader.next(0).unwrap().unwrap().page, 2);
}

#[test]
fn pages_are_found_by_time_also_when_the_clock_steps_back() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    for (n, at) in [0, 1000, 400, 2000, 2000, 3000].into_iter().enumerate() {
        post(&journal, &status(&n.to_string(), "sent"), *T0 + at).unwrap();
    }
    let reader = Reader::open(dir.path()).unwrap();
    let at = |offset| reader.page_at(Millis(*T0 + offset)).unwrap();
    assert_eq!([at(-5), at(0), at(1), at(1000), at(1001), at(2000), at(2001), at(3001)], [1, 1, 2, 2, 4, 4, 6, 7]);
    assert_eq!(reader.previous(u64::MAX).unwrap().unwrap().page, 6);
    assert_eq!(reader.previous(6).unwrap().unwrap().page, 5);
    assert_eq!(reader.previous(1).unwrap(), None);
    assert_eq!(reader.next(6).unwrap(), None);
}

#[test]
fn an_absent_journal_is_empty_and_reading_makes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(reader.stats().unwrap(), Stats::default());
    assert_eq!(reader.next(0).unwrap(), None);
    assert_eq!(reader.page_at(Millis(0)).unwrap(), 1);
    assert_eq!(reader.find(&Term::Code(1)).unwrap(), [0u64; 0]);
    assert_eq!(reader.gaps(Millis(0), Millis(*T0)).unwrap(), []);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn time_without_a_receiver_is_a_gap() {
    // Before the first run: the time is taken when it is first asked for.
    let began = *T0;
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    drop(journal);
    let ended = now();
    wait(|| now() > ended + 20);
    let journal = open(dir.path());
    let reader = Reader::open(dir.path()).unwrap();
    let gaps = reader.gaps(Millis(began - DAY), Millis(began + 30_000)).unwrap();
    let [(from, to)] = gaps[..] else { panic!("{gaps:?}") };
    assert!(to.0 - from.0 >= 20 && from.0 >= began, "{gaps:?}");
    drop(journal);
    let gaps = reader.gaps(Millis(began), Millis(began + DAY)).unwrap();
    assert_eq!(gaps.len(), 2);
    assert_eq!(gaps[1].1, Millis(began + DAY), "it goes on until one runs again");
}
