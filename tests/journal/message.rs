//! Everything the journal knows of one message, whatever came in which order.

use crate::support::{T0, open, post, status};
use serde_json::{Value, json};
use tempfile::tempdir;
use watop::event::Millis;
use watop::journal::{Journal, Reader};
use watop::monitor::story::{Standing, Story};
use watop::source::message::{closest, gather};

fn told(reader: &Reader, id: &str) -> Vec<Story> {
    Story::tell(&gather(reader, id).unwrap().expect("the id is known"), Millis(*T0 + 60_000), 86_400_000)
}

fn effects(story: &Story) -> Vec<&'static str> {
    story.steps.iter().map(|step| step.effect.as_str()).collect()
}

/// Posts one body after the other, a second apart.
fn post_all(journal: &Journal, bodies: impl IntoIterator<Item = Value>) {
    for (body, second) in bodies.into_iter().zip(0..) {
        post(journal, &body, *T0 + second * 1000).unwrap();
    }
}

#[test]
fn a_repeated_delivery_is_found_in_the_request_that_brought_it() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    let two = json!({"business_phone": "85212345678", "statuses": [status("b/1", "sent")["statuses"][0], status("A", "sent")["statuses"][0]]});
    post_all(&journal, [status("A", "sent"), status("A", "delivered"), two, status("A", "sent"), status("B", "sent")]);
    let story = told(&Reader::open(dir.path()).unwrap(), "A").remove(0);
    assert_eq!(effects(&story), ["first", "advances", "repeats", "repeats"]);
    assert_eq!(story.steps.iter().map(|step| step.event.request).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(story.requests.iter().map(|carrier| carrier.duplicate).collect::<Vec<_>>(), [false, false, true, true]);
    assert_eq!((story.repeats_to, story.duplicates()), (None, 2));
}

#[test]
fn both_names_lead_to_one_story_also_where_no_single_event_had_both_at_first() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    let mut both = status("A", "delivered");
    both["statuses"][0]["meta_message_id"] = "M".into();
    post_all(&journal, [status("A", "sent"), status("M", "read"), both]);
    let reader = Reader::open(dir.path()).unwrap();
    for id in ["A", "M"] {
        let stories = told(&reader, id);
        assert_eq!(stories.len(), 1);
        assert_eq!(effects(&stories[0]), ["first", "advances", "out_of_order"]);
        assert_eq!((stories[0].message_id.as_str(), stories[0].meta_message_id.as_deref()), ("A", Some("M")));
        assert_eq!(stories[0].standing, Standing::Read);
    }
}

#[test]
fn an_inbound_message_has_a_story_with_what_answers_it_and_the_template_s_state_is_that_of_the_time() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    let at = *T0 / 1000;
    let template = |event: &str, at: i64| {
        json!({"field": "message_template_status_update", "wabaId": "1", "value": {"event": event, "message_template_id": 7,
            "message_template_name": "order_update", "message_template_language": "en_US", "timestamp": at}})
    };
    let failed = json!({"business_phone": "85212345678", "statuses": [{"id": "F", "status": "failed",
        "timestamp": at.to_string(), "recipient_id": "4915112345678",
        "errors": [{"code": 132015, "title": "Template is paused", "error_data": {"details": "template name (order_update) is paused"}}]}]});
    let inbound = json!({"business_phone": "85212345678", "messages": [{"id": "I", "from": "4915112345678",
        "timestamp": (at - 60).to_string(), "type": "text", "text": {"body": "where is it?"}, "context": {"id": "F"}}]});
    post_all(&journal, [inbound, template("PAUSED", at - 30), failed, template("APPROVED", at + 9)]);
    let reader = Reader::open(dir.path()).unwrap();
    let story = told(&reader, "F").remove(0);
    assert_eq!(story.window.map(|window| window.open), Some(true));
    assert!(story.answer.is_some());
    assert_eq!(told(&reader, "I")[0].standing, Standing::Received);
    assert_eq!(story.template.as_deref(), Some("order_update"));
    let states: Vec<_> = story.template_states.iter().map(|state| state.state.as_str()).collect();
    assert_eq!(states, ["PAUSED"]);
}

#[test]
fn what_is_not_known_is_told_apart_from_what_begins_alike() {
    let dir = tempdir().unwrap();
    let journal = open(dir.path());
    post_all(&journal, [status("wamid.A1", "sent"), status("wamid.A2", "sent"), status("wamid.B", "sent")]);
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(gather(&reader, "wamid.").unwrap(), None);
    let close = |start: &str| closest(&reader, start).unwrap().into_iter().collect::<Vec<_>>();
    assert_eq!(close("wamid.A"), ["wamid.A1", "wamid.A2"]);
    assert_eq!(close("wamid.B"), ["wamid.B"]);
    assert!(close("X").is_empty());
}
