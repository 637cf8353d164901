//! The story as JSON: one object for all stories of an id, or a line for each delivery.

use crate::event::clean::json_escape_controls;
use crate::event::{CostLine, Text, ndjson::to_ndjson};
use crate::monitor::story::{Effect, ServiceWindow, Stage, Standing, Step, Story, TemplateState};
use serde::Serialize;
use serde_json::value::RawValue;

const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Stories<'s> {
    schema: u32,
    id: &'s str,
    stories: Vec<Whole<'s>>,
}

#[derive(Serialize)]
struct Whole<'s> {
    message_id: &'s str,
    meta_message_id: Option<&'s Text>,
    participant: Option<&'s Text>,
    outcome: Standing,
    conflict: bool,
    number: Option<&'s Text>,
    customer: Option<&'s Text>,
    name: Option<&'s Text>,
    tag: Option<&'s Text>,
    category: Option<&'s Text>,
    template: Option<&'s Text>,
    conversation: Option<&'s Text>,
    costs: &'s [CostLine],
    stages: Vec<StageLine>,
    window: Option<WindowLine>,
    template_states: Vec<TemplateLine<'s>>,
    answer: Option<Box<RawValue>>,
    requests: Vec<Request<'s>>,
    duplicates: usize,
    duplicates_looked_for_until: Option<String>,
    steps: Vec<Line<'s>>,
}

#[derive(Serialize)]
struct StageLine {
    stage: &'static str,
    at: Option<String>,
    after_s: Option<i64>,
}

#[derive(Serialize)]
struct WindowLine {
    open: bool,
    last_inbound_at: String,
    closes_at: String,
}

#[derive(Serialize)]
struct TemplateLine<'s> {
    kind: &'s str,
    state: &'s str,
    title: &'s str,
    cause: &'s str,
    since: String,
}

#[derive(Serialize)]
struct Request<'s> {
    request: u64,
    received_at: String,
    bytes: u64,
    duplicate: bool,
    scheme: Option<&'static str>,
    secret: Option<&'s Text>,
}

/// One delivery. `event` has the keys of `watop events --format ndjson`.
#[derive(Serialize)]
struct Line<'s> {
    effect: &'static str,
    lag_s: Option<f64>,
    added: &'s [&'static str],
    event: Option<Box<RawValue>>,
}

/// One indented object with everything about the message `id`.
pub fn json(id: &str, stories: &[Story]) -> String {
    let stories = Stories { schema: SCHEMA, id, stories: stories.iter().map(whole).collect() };
    // Texts and numbers have no way to fail.
    json_escape_controls(serde_json::to_string_pretty(&stories).unwrap_or_default())
}

/// A line for each delivery, in order of receipt.
pub fn ndjson(stories: &[Story]) -> Vec<String> {
    let line = |step| json_escape_controls(serde_json::to_string(&line(step)).unwrap_or_default());
    stories.iter().flat_map(|story| &story.steps).map(line).collect()
}

fn whole(story: &Story) -> Whole<'_> {
    Whole {
        message_id: &story.message_id,
        meta_message_id: story.meta_message_id.as_ref(),
        participant: story.participant.as_ref(),
        outcome: story.standing,
        conflict: story.conflict,
        number: story.number.as_ref(),
        customer: story.customer.as_ref(),
        name: story.name.as_ref(),
        tag: story.tag.as_ref(),
        category: story.category.as_ref(),
        template: story.template.as_ref(),
        conversation: story.conversation.as_ref(),
        costs: &story.costs,
        stages: story.stages.iter().map(stage).collect(),
        window: story.window.map(window),
        template_states: story.template_states.iter().map(template).collect(),
        answer: story.answer.as_ref().and_then(|event| RawValue::from_string(to_ndjson(event)).ok()),
        requests: story
            .requests
            .iter()
            .map(|carrier| Request {
                request: carrier.request,
                received_at: carrier.received_at.rfc3339(),
                bytes: carrier.bytes,
                duplicate: carrier.duplicate,
                scheme: carrier.verified.as_ref().map(|by| by.scheme.as_str()),
                secret: carrier.verified.as_ref().map(|by| &by.secret),
            })
            .collect(),
        duplicates: story.duplicates(),
        duplicates_looked_for_until: story.repeats_to.map(|at| at.rfc3339()),
        steps: story.steps.iter().map(line).collect(),
    }
}

fn stage(stage: &Stage) -> StageLine {
    StageLine {
        stage: stage.stage,
        at: stage.at.map(|at| crate::event::Millis::from(at).rfc3339()),
        after_s: stage.after_s,
    }
}

fn window(window: ServiceWindow) -> WindowLine {
    WindowLine {
        open: window.open,
        last_inbound_at: crate::event::Millis::from(window.last_inbound_at).rfc3339(),
        closes_at: crate::event::Millis::from(window.closes_at).rfc3339(),
    }
}

fn template(state: &TemplateState) -> TemplateLine<'_> {
    TemplateLine {
        kind: &state.kind,
        state: &state.state,
        title: &state.title,
        cause: &state.cause,
        since: state.since.rfc3339(),
    }
}

fn line(step: &Step) -> Line<'_> {
    Line {
        effect: step.effect.as_str(),
        lag_s: step.lag_ms.map(|lag| lag as f64 / 1000.0),
        added: match &step.effect {
            Effect::Amends(added) => added,
            _ => &[],
        },
        event: RawValue::from_string(to_ndjson(&step.event)).ok(),
    }
}
