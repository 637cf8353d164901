use super::*;
use crate::event::{KeySecret, Origin, decode};

const AT: i64 = 1_767_225_600;
const HORIZON: i64 = 86_400_000;

/// Statuses of the message `A`, as the journal would number them: name, provider seconds after [`AT`], receive ms after it.
fn statuses(told: &[(&str, i64, i64)]) -> Vec<Event> {
    let bodies = told.iter().map(|(name, at, received)| {
        let at = AT + at;
        let body = format!(
            r#"{{"business_phone":"85230174859","statuses":[{{"id":"A","status":"{name}","timestamp":"{at}","recipient_id":"4915112345678"}}]}}"#
        );
        (body, *received)
    });
    numbered(bodies)
}

fn numbered(bodies: impl IntoIterator<Item = (String, i64)>) -> Vec<Event> {
    let mut events = Vec::new();
    for (request, (body, received)) in (1..).zip(bodies) {
        let origin = Origin { received_at: Millis(AT * 1000 + received), verified: None };
        for mut event in decode(body.as_bytes(), &origin, &KeySecret([1; 16])) {
            event.request = request;
            event.seq = events.len() as u64 + 1;
            events.push(event);
        }
    }
    events
}

fn tell(deliveries: Vec<Event>) -> Story {
    let material = Material { deliveries, ..Material::default() };
    Story::tell(&material, Millis(AT * 1000 + 3_600_000), HORIZON).remove(0)
}

fn effects(story: &Story) -> Vec<&'static str> {
    story.steps.iter().map(|step| step.effect.as_str()).collect()
}

#[test]
fn a_plain_message_advances_stage_by_stage_on_the_providers_clock() {
    let story = tell(statuses(&[("sent", 0, 500), ("delivered", 39, 40_000), ("read", 76, 78_000)]));
    assert_eq!(effects(&story), ["first", "advances", "advances"]);
    assert_eq!((story.standing, story.conflict, story.took_s()), (Standing::Read, false, Some(76)));
    let stages: Vec<_> = story.stages.iter().map(|stage| (stage.stage, stage.after_s)).collect();
    assert_eq!(stages, [("sent", None), ("delivered", Some(39)), ("read", Some(37))]);
    assert_eq!(story.steps[0].lag_ms, Some(500));
    assert_eq!(story.number.as_deref(), Some("85230174859"));
}

#[test]
fn a_late_arrival_contradicts_failed_and_an_older_stage_is_out_of_order() {
    let story = tell(statuses(&[
        ("failed", 0, 1000),
        ("delivered", 39, 40_000),
        ("sent", 0, 41_000),
        ("delivered", 45, 46_000),
    ]));
    assert_eq!(effects(&story), ["first", "contradicts_failed", "out_of_order", "again"]);
    assert_eq!((story.standing, story.conflict), (Standing::Delivered, true));
    let story = tell(statuses(&[("delivered", 0, 1000), ("failed", 1, 2000)]));
    assert_eq!(effects(&story), ["first", "contradicts_arrival"]);
    assert!(story.conflict);
    let story = tell(statuses(&[("failed", 0, 1000), ("sent", 0, 2000)]));
    assert_eq!(effects(&story), ["first", "out_of_order"]);
    assert_eq!((story.standing, story.conflict), (Standing::Failed, false));
}

#[test]
fn the_order_of_the_material_does_not_matter() {
    let mut events = statuses(&[("failed", 0, 1000), ("delivered", 39, 40_000), ("read", 50, 60_000)]);
    let told = tell(events.clone());
    events.reverse();
    assert_eq!(tell(events), told);
}

#[test]
fn without_an_outcome_it_waits_until_the_horizon() {
    let material = Material { deliveries: statuses(&[("sent", 0, 0)]), ..Material::default() };
    let standing = |after: i64| Story::tell(&material, Millis(AT * 1000 + after), HORIZON)[0].standing;
    assert_eq!([standing(HORIZON - 1), standing(HORIZON)], [Standing::Waiting, Standing::Silent]);
}

#[test]
fn an_amendment_names_what_it_added_and_a_repetition_adds_nothing() {
    let body = |more: &str| format!(r#"{{"statuses":[{{"id":"A","status":"sent","timestamp":"{AT}"{more}}}]}}"#);
    let cost = r#","meta_message_id":"M","costs":[{"currency":"USD","price":0.1167,"foreign_price":0.0169,"cdr_type":5,"direction":1}]"#;
    let mut events = numbered([(body(""), 0), (body(cost), 1000), (body(""), 2000)]);
    let mut repeat = events.pop().unwrap();
    repeat.seq = 1;
    events[1].amends = Some(1);
    let material = Material { deliveries: events, repeats: vec![repeat], ..Material::default() };
    let story = Story::tell(&material, Millis(AT * 1000), HORIZON).remove(0);
    assert_eq!(effects(&story), ["first", "amends", "repeats"]);
    assert_eq!(story.steps[1].effect, Effect::Amends(vec!["meta id", "cost"]));
    assert_eq!(story.duplicates(), 2);
    assert_eq!((story.meta_message_id.as_deref(), story.costs.len()), (Some("M"), 1));
    assert_eq!(story.costs[0].amount.unwrap().to_string(), "0.0169");
}

#[test]
fn each_participant_of_a_group_has_a_story() {
    let status = |participant: &str, name: &str| {
        format!(
            r#"{{"statuses":[{{"id":"G","status":"{name}","timestamp":"{AT}","recipient_id":"group","recipient_participant_id":"{participant}"}}]}}"#
        )
    };
    let deliveries = numbered([(status("1", "sent"), 0), (status("2", "sent"), 10), (status("1", "read"), 20)]);
    let material = Material { deliveries, ..Material::default() };
    let stories = Story::tell(&material, Millis(AT * 1000), HORIZON);
    let told: Vec<_> = stories.iter().map(|story| (story.participant.as_deref(), story.standing)).collect();
    assert_eq!(told, [(Some("1"), Standing::Read), (Some("2"), Standing::Waiting)]);
}

#[test]
fn the_window_is_that_of_the_moment_the_message_began() {
    let inbound = |at: i64| {
        let at = AT + at;
        (
            format!(
                r#"{{"business_phone":"85230174859","messages":[{{"id":"i{at}","from":"4915112345678","timestamp":"{at}","type":"text","text":{{"body":"hi"}},"context":{{"id":"A"}}}}]}}"#
            ),
            0,
        )
    };
    let with = |times: &[i64]| {
        let inbound = numbered(times.iter().map(|at| inbound(*at)));
        let material = Material { deliveries: statuses(&[("sent", 0, 0)]), inbound, ..Material::default() };
        Story::tell(&material, Millis(AT * 1000), HORIZON).remove(0)
    };
    let story = with(&[-7200, -3600, 60]);
    let window = story.window.unwrap();
    assert_eq!((window.open, window.last_inbound_at), (true, Seconds(AT - 3600)));
    assert!(story.answer.is_some(), "one of them quotes it");
    assert!(!with(&[-90_000]).window.unwrap().open);
    assert_eq!(with(&[60]).window, None);
}

#[test]
fn a_masked_story_still_joins() {
    let material = Material { deliveries: statuses(&[("sent", 0, 0), ("read", 9, 9000)]), ..Material::default() };
    let masked = material.masked(&Masker::new([3; 16]));
    let story = Story::tell(&masked, Millis(AT * 1000), HORIZON).remove(0);
    assert_eq!((story.standing, story.steps.len()), (Standing::Read, 2));
    let text = crate::report::story::text(&[story]);
    assert!(!text.contains("4915112345678") && !text.contains("85230174859"), "{text}");
}
