//! Forgetting a customer and reading again: what is stored changes, and everything that is not meant stays.

use crate::support::{T0, events, open, post, raw, settled, status, submission};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::tempdir;
use watop::capture::{Selected, Selection};
use watop::event::person::Person;
use watop::event::{self, Event, Kind, Millis, Origin};
use watop::journal::upkeep::{Forgotten, Reread, Upkeep};
use watop::journal::{Journal, Reader, Receipt, Submission, Term};
use watop::monitor::view::{Scope, Span};
use watop::monitor::{Monitor, Settings};
use watop::query::Filter;

const CUSTOMER: &str = "4915112345678";
const OTHER: &str = "4915199999999";

fn forget(dir: &Path, name: &str) -> Forgotten {
    let mut person = Person::new(name).unwrap();
    Upkeep::open(dir).unwrap().expect("there is a journal").forget(&mut person, &mut |_, _| {}).unwrap()
}

fn reread(dir: &Path) -> Reread {
    Upkeep::open(dir).unwrap().expect("there is a journal").reread(&mut |_, _| {}).unwrap()
}

/// Files of the directory in which these bytes stand.
fn files_with(dir: &Path, bytes: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let content = std::fs::read(&path).unwrap();
        if content.windows(bytes.len()).any(|window| window == bytes.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn other(id: &str, name: &str) -> Value {
    json!({"business_phone": "85212345678", "statuses": [
        {"id": id, "status": name, "timestamp": "1767225600", "recipient_id": OTHER}]})
}

fn inbound(id: &str, from: &str, text: &str) -> Value {
    json!({"business_phone": "85212345678", "contacts": [{"profile": {"name": format!("name of {from}")}, "wa_id": from}],
        "messages": [{"id": id, "from": from, "timestamp": "1767225600", "type": "text", "text": {"body": text}}]})
}

/// Bodies are compressed, so bytes are sought in what a reader gives as well as in the files.
fn anywhere(dir: &Path, text: &str) -> Vec<String> {
    let mut found = files_with(dir, text);
    let reader = Reader::open(dir).unwrap();
    let last = reader.stats().unwrap().last_request;
    for number in 1..=last {
        let request = reader.request(number).unwrap().expect("numbers go on");
        let told = format!("{} {request:?}", String::from_utf8_lossy(&request.body));
        if told.contains(text) {
            found.push(format!("request {number}"));
        }
    }
    found.extend(
        events(&reader)
            .iter()
            .filter(|event| format!("{event:?}").contains(text))
            .map(|event| format!("event {}", event.seq)),
    );
    found
}

#[test]
fn nothing_of_a_forgotten_customer_is_left_anywhere_and_everything_of_others_is() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    let mixed = json!({"business_phone": "85212345678", "statuses": [
        status("mine-1", "delivered")["statuses"][0], other("theirs", "delivered")["statuses"][0],
        status("mine-2", "sent")["statuses"][0]], "note": "a broken sender"});
    let bodies = [
        status("mine-1", "sent"),
        other("theirs", "sent"),
        mixed,
        inbound("in-1", CUSTOMER, "my words"),
        inbound("in-2", OTHER, &format!("please call +{CUSTOMER} instead")),
        status("mine-1", "sent"),
        json!({"statuses": [{"id": "mine-1", "status": "read", "timestamp": "1767225700"}]}),
        json!({"unknown": {"phone": CUSTOMER}}),
    ];
    for body in &bodies {
        post(&journal, body, *T0).unwrap();
    }
    let before = Reader::open(dir.path()).unwrap().stats().unwrap();
    drop(journal);
    assert!(!files_with(dir.path(), CUSTOMER).is_empty(), "the search can find it");

    let mut person = Person::new(&format!("+{CUSTOMER}")).unwrap();
    let counted = Upkeep::look(dir.path()).unwrap().unwrap().forget(&mut person, &mut |_, _| {}).unwrap();
    assert!(!anywhere(dir.path(), CUSTOMER).is_empty(), "counting changes nothing");
    let forgotten = forget(dir.path(), CUSTOMER);
    assert_eq!(forgotten, counted);
    assert_eq!(
        forgotten,
        Forgotten {
            messages: 3,
            events: 5,
            duplicates: 1,
            events_altered: 1,
            requests_emptied: 5,
            requests_redacted: 2,
            requests: vec![1, 3, 4, 5, 6, 7, 8],
            files_left: Vec::new()
        }
    );
    for text in [CUSTOMER, "mine-1", "mine-2", "in-1", "my words"] {
        assert_eq!(anywhere(dir.path(), text), Vec::<String>::new(), "{text}");
    }

    let reader = Reader::open(dir.path()).unwrap();
    let after = reader.stats().unwrap();
    assert_eq!((after.last_seq, after.last_request), (before.last_seq, before.last_request), "numbers stay");
    assert_eq!(after.expired, 5, "what went is counted");
    let theirs = reader.find(&Term::Message("theirs".into())).unwrap();
    assert_eq!(theirs.len(), 2);
    for seq in theirs {
        let event = reader.event(seq).unwrap().unwrap();
        let request = reader.request(event.request).unwrap().unwrap();
        let origin = Origin { received_at: request.received_at, verified: None };
        let secret = reader.key_secret().unwrap().unwrap();
        let decoded = event::decode(&request.body, &origin, &secret);
        let same = decoded.iter().find(|decoded| decoded.key == event.key).expect("it still stands in its request");
        assert_eq!(same.path, event.path);
    }
    assert_eq!(reader.request(2).unwrap().unwrap().redacted(), None);
    let redacted = reader.request(3).unwrap().unwrap();
    assert!(redacted.redacted().is_some() && String::from_utf8_lossy(&redacted.body).contains("a broken sender"));
    assert!(redacted.headers.iter().all(|(name, _)| name != "x-hub-signature-256"), "it fits no more");
    assert_eq!(reader.request(1).unwrap().unwrap().body.len(), 0);

    let mut monitor = Monitor::new(Settings::default());
    let mut page = 0;
    let (mut counted, mut duplicates) = (0, 0);
    while let Some(batch) = reader.next(page).unwrap() {
        page = batch.page;
        counted += batch.requests.iter().map(|summary| summary.events).sum::<u32>();
        duplicates += batch.requests.iter().map(|summary| summary.duplicates).sum::<u32>();
        monitor.fold_batch(&batch);
    }
    assert_eq!(counted as usize, events(&reader).len(), "every count can be opened");
    assert_eq!(duplicates, 0);
}

#[test]
fn a_name_that_others_have_from_the_customers_contact_goes_with_it() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    // With one contact alone, its name is taken for whoever writes.
    let mut of_other = inbound("theirs", OTHER, "hello");
    of_other["contacts"] = inbound("mine", CUSTOMER, "")["contacts"].clone();
    post(&journal, &of_other, *T0).unwrap();
    let named = format!("name of {CUSTOMER}");
    assert_eq!(events(&Reader::open(dir.path()).unwrap())[0].name.as_deref(), Some(named.as_str()));
    drop(journal);
    let forgotten = forget(dir.path(), CUSTOMER);
    assert_eq!((forgotten.events, forgotten.events_altered, forgotten.requests_redacted), (0, 1, 1));
    let left = events(&Reader::open(dir.path()).unwrap());
    assert_eq!((left.len(), left[0].name.as_deref(), left[0].customer.as_deref()), (1, None, Some(OTHER)));
    assert_eq!(anywhere(dir.path(), "name of"), Vec::<String>::new());
    assert_eq!(reread_twice(dir.path()).changed, 0, "what is left says what is stored of it");
}

#[test]
fn a_delivery_after_forgetting_is_a_new_event_and_one_of_others_is_still_known() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    post(&journal, &status("mine", "sent"), *T0).unwrap();
    post(&journal, &other("theirs", "sent"), *T0).unwrap();
    drop(journal);
    forget(dir.path(), CUSTOMER);
    let journal = open(dir.path());
    let again = |body: &Value| post(&journal, body, *T0 + 1000).unwrap();
    assert_eq!(again(&other("theirs", "sent")), Receipt { request: 3, events: 0, duplicates: 1 });
    assert_eq!(again(&status("mine", "sent")), Receipt { request: 4, events: 1, duplicates: 0 });
    drop(journal);
    assert_eq!(forget(dir.path(), CUSTOMER).events, 1, "and it can be forgotten again");
    assert_eq!(forget(dir.path(), CUSTOMER), Forgotten::default());
}

#[test]
fn masked_numbers_are_exact_text_and_longer_numbers_are_other_people() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    post(&journal, &inbound("a", "852xxxx705", "hello"), *T0).unwrap();
    post(&journal, &inbound("b", "8525531705", "hello"), *T0).unwrap();
    post(&journal, &inbound("c", "85255317051", "hello"), *T0).unwrap();
    drop(journal);
    assert_eq!(forget(dir.path(), "852xxxx705").events, 1);
    assert_eq!(forget(dir.path(), "8525531705").events, 1);
    let left = settled(&Reader::open(dir.path()).unwrap());
    assert_eq!(left.iter().map(|event| event.customer.as_deref().unwrap()).collect::<Vec<_>>(), ["85255317051"]);
    assert!(Person::new("+852").is_none(), "a prefix is nobody");
}

#[test]
fn who_holds_the_journal_must_let_go_of_it_first() {
    let dir = tempdir().unwrap();
    assert!(Upkeep::open(dir.path()).unwrap().is_none(), "no journal, nothing to do");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    let journal = open(dir.path());
    post(&journal, &status("mine", "sent"), *T0).unwrap();
    assert!(Upkeep::open(dir.path()).is_err());
    assert!(Upkeep::look(dir.path()).unwrap().is_some());
}

#[test]
fn in_a_group_only_the_participant_goes() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    let body = |participant: &str| {
        json!({"statuses": [{"id": "G", "status": "sent", "timestamp": "1767225600", "recipient_id": "group-1",
            "recipient_type": "group", "recipient_participant_id": participant}]})
    };
    post(&journal, &body(CUSTOMER), *T0).unwrap();
    post(&journal, &body(OTHER), *T0).unwrap();
    drop(journal);
    assert_eq!(forget(dir.path(), CUSTOMER).events, 1);
    assert_eq!(settled(&Reader::open(dir.path()).unwrap()).len(), 1);
    assert_eq!(anywhere(dir.path(), CUSTOMER), Vec::<String>::new());
}

/// Stores a body as a version did that could not read it.
fn post_unread(journal: &Journal, body: &Value, at: i64) {
    let raw = raw(body, at);
    let origin = Origin { received_at: raw.received_at, verified: None };
    let mut events = event::decode(b"[]", &origin, &journal.key_secret());
    assert_eq!(events[0].kind(), Kind::Unrecognised);
    events[0].key.0 ^= u128::from(at as u64);
    journal.writer().submit(Submission { raw, events }).unwrap().blocking_recv().unwrap().unwrap();
}

fn ids(events: &[Event]) -> Vec<(u64, u64, Kind)> {
    events.iter().map(|event| (event.seq, event.request, event.kind())).collect()
}

#[test]
fn what_could_not_be_read_becomes_an_event_under_the_number_it_had() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    post(&journal, &status("a", "sent"), *T0).unwrap();
    post_unread(&journal, &status("b", "failed"), *T0 + 1);
    post(&journal, &status("c", "sent"), *T0 + 2).unwrap();
    drop(journal);
    let looked = Upkeep::look(dir.path()).unwrap().unwrap().reread(&mut |_, _| {}).unwrap();
    let reread = reread_twice(dir.path());
    assert_eq!(looked, reread);
    assert_eq!((reread.requests, reread.changed), (3, 1));
    assert_eq!((reread.before.unrecognised, reread.before.status, reread.before.failed), (1, 2, 0));
    assert_eq!((reread.after.unrecognised, reread.after.status, reread.after.failed), (0, 3, 1));
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(ids(&settled(&reader)), [(1, 1, Kind::Status), (2, 2, Kind::Status), (3, 3, Kind::Status)]);
    assert_eq!(reader.find(&Term::Message("b".into())).unwrap(), [2]);
    let journal = open(dir.path());
    assert_eq!(post(&journal, &status("b", "failed"), *T0).unwrap().duplicates, 1, "its key is known now");
}

/// Reads again, and once more to see that nothing changes then.
fn reread_twice(dir: &Path) -> Reread {
    let first = reread(dir);
    let second = reread(dir);
    assert_eq!((second.changed, second.before, second.after), (0, first.after, first.after));
    first
}

#[test]
fn more_events_than_there_were_get_new_numbers_and_still_open_their_request() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    let three = json!({"business_phone": "85212345678", "statuses": [
        status("a", "sent")["statuses"][0], status("b", "sent")["statuses"][0], status("c", "sent")["statuses"][0]]});
    post_unread(&journal, &three, *T0);
    post(&journal, &status("c", "sent"), *T0 + 1).unwrap();
    post_unread(&journal, &status("b", "sent"), *T0 + 2);
    drop(journal);
    let reread = reread_twice(dir.path());
    assert_eq!((reread.before.events, reread.after.events), (3, 3));
    assert_eq!((reread.before.duplicates, reread.after.duplicates), (0, 2));
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(ids(&events(&reader)), [(1, 1, Kind::Status), (2, 2, Kind::Status), (4, 1, Kind::Status)]);
    let late = reader.event(4).unwrap().unwrap();
    assert_eq!(late.received_at, Millis(*T0));
    let request = reader.request(late.request).unwrap().unwrap();
    assert!(String::from_utf8_lossy(&request.body).contains("\"b\""));
    assert_eq!(reader.find(&Term::Message("b".into())).unwrap(), [4]);
    let journal = open(dir.path());
    let next = post(&journal, &status("d", "sent"), *T0 + 3).unwrap();
    assert_eq!(next, Receipt { request: 4, events: 1, duplicates: 0 });
    assert_eq!(reader.find(&Term::Message("d".into())).unwrap(), [5]);
}

/// The request `a` and `b`, then `b` again with a tag: both stored by a version that could read neither, and then read again. `b`
/// gets a late number, and what amends it the earlier one that was free.
fn amended_by_an_earlier_number(dir: &Path) {
    let journal = open(dir);
    let two = json!({"business_phone": "85212345678",
        "statuses": [status("a", "sent")["statuses"][0], status("b", "sent")["statuses"][0]]});
    let mut tagged = status("b", "sent");
    tagged["statuses"][0]["biz_opaque_callback_data"] = "promo".into();
    post_unread(&journal, &two, *T0);
    post_unread(&journal, &tagged, *T0 + 1);
    drop(journal);
    let reread = reread_twice(dir);
    assert_eq!((reread.after.events, reread.after.duplicates), (2, 1));
}

#[test]
fn an_event_with_a_late_number_may_be_amended_by_an_earlier_one() {
    let dir = tempdir().unwrap();
    amended_by_an_earlier_number(dir.path());
    let reader = Reader::open(dir.path()).unwrap();
    let stored: Vec<_> = events(&reader).iter().map(|event| (event.seq, event.request, event.amends)).collect();
    assert_eq!(stored, [(1, 1, None), (2, 2, Some(3)), (3, 1, None)]);
    assert_eq!(ids(&settled(&reader)), [(1, 1, Kind::Status), (3, 1, Kind::Status)]);
    assert_eq!(reader.deliveries(3).unwrap().iter().map(|event| event.seq).collect::<Vec<_>>(), [3, 2]);
    let tag = |event: &Event| match &event.detail {
        event::Detail::Status(status) => status.tag.clone(),
        _ => None,
    };
    assert_eq!(settled(&reader).iter().map(tag).collect::<Vec<_>>(), [None, Some("promo".into())]);
    assert_eq!(reader.find(&Term::Message("b".into())).unwrap(), [3]);
    // What is counted does not depend on which of the two came first.
    let mut monitor = Monitor::new(Settings::default());
    let mut page = 0;
    while let Some(batch) = reader.next(page).unwrap() {
        page = batch.page;
        monitor.fold_batch(&batch);
    }
    let as_of = Millis(*T0 + 60_000);
    let scope = Scope { span: Span::last(10, as_of), number: None, as_of };
    assert_eq!(monitor.counts(&scope).attempted, 2);
    assert_eq!((monitor.ingest(&scope).events, monitor.ingest(&scope).duplicates), (2, 1));
    // Both deliveries of b are known: neither is new a third time, told one way or the other.
    let journal = open(dir.path());
    let mut tagged = status("b", "sent");
    tagged["statuses"][0]["biz_opaque_callback_data"] = "promo".into();
    for body in [status("b", "sent"), tagged] {
        let again = post(&journal, &body, *T0 + 2).unwrap();
        assert_eq!((again.events, again.duplicates), (0, 1));
    }
    assert_eq!(events(&reader).len(), 3, "nothing more is stored");
}

#[test]
fn an_event_with_a_late_number_leads_to_its_request_whatever_is_asked_for() {
    let dir = tempdir().unwrap();
    amended_by_an_earlier_number(dir.path());
    let selected = |expression: &str| {
        let filter = Filter::parse(expression).unwrap();
        let now = Millis(*T0 + 60_000);
        let selection = Selection { from: None, to: None, requests: None, filter: Some(filter), now };
        let reader = Reader::open(dir.path()).unwrap();
        let requests = Selected::new(reader, selection).unwrap().map(|next| next.unwrap().0).collect::<Vec<_>>();
        (expression.to_owned(), requests)
    };
    for (expression, requests) in
        [("seq:3", vec![1]), ("tag:promo", vec![1, 2]), ("id:b", vec![1, 2]), ("seq>3", vec![])]
    {
        assert_eq!(selected(expression), (expression.to_owned(), requests));
    }
}

#[test]
fn reading_again_what_was_read_changes_nothing_whatever_was_amended_or_repeated() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    let mut amended = status("a", "sent");
    amended["statuses"][0]["biz_opaque_callback_data"] = "tag".into();
    let twice = json!({"statuses": [status("x", "sent")["statuses"][0], status("x", "sent")["statuses"][0]]});
    let template =
        json!({"field": "message_template_status_update", "value": {"event": "PAUSED", "message_template_id": 7}});
    for body in
        [status("a", "sent"), amended, status("a", "sent"), twice, template.clone(), template, json!([1]), json!([1])]
    {
        post(&journal, &body, *T0).unwrap();
    }
    let before = events(&Reader::open(dir.path()).unwrap());
    drop(journal);
    let reread = reread_twice(dir.path());
    assert_eq!((reread.changed, reread.before), (0, reread.after));
    assert_eq!(events(&Reader::open(dir.path()).unwrap()), before);
}

#[test]
fn a_request_that_was_emptied_stays_empty_when_it_is_read_again() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    post(&journal, &status("mine", "sent"), *T0).unwrap();
    let mixed = json!({"statuses": [status("m", "sent")["statuses"][0], other("theirs", "sent")["statuses"][0]]});
    post(&journal, &mixed, *T0).unwrap();
    let expected = submission(&journal, &other("theirs", "sent"), *T0).events[0].key;
    drop(journal);
    forget(dir.path(), CUSTOMER);
    let reread = reread_twice(dir.path());
    assert_eq!((reread.changed, reread.after.events), (0, 1));
    assert_eq!(events(&Reader::open(dir.path()).unwrap())[0].key, expected);
}
