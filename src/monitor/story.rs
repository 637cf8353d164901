//! One message's story: its deliveries in order of receipt, what each changed, and where the message stands now.
//!
//! Pure: whoever has the deliveries (see [`crate::source::message`]) tells the story. In groups each participant has one.

mod effect;
mod surroundings;

pub use effect::Effect;
pub use surroundings::{ServiceWindow, TemplateState};

use super::costs;
use crate::event::mask::Masker;
use crate::event::{CostLine, Detail, Event, Millis, Seconds, Status, StatusName, Text, Verified};
use effect::Known;
use serde::Serialize;

/// What a story is told from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Material {
    /// Events and amendments of the message as each was committed, in any order.
    pub deliveries: Vec<Event>,
    /// Further deliveries that added nothing: decoded again from the requests that brought them, `seq` is that of the event
    /// they repeat.
    pub repeats: Vec<Event>,
    /// Whether all further deliveries were looked for; otherwise up to which receive time.
    pub repeats_to: Option<Millis>,
    /// Inbound messages of the same customer around that time.
    pub inbound: Vec<Event>,
    /// Events of the template the message was made from, where that is known.
    pub templates: Vec<Event>,
    /// The requests that brought the deliveries, in order.
    pub requests: Vec<Carrier>,
}

/// A request that brought a part of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carrier {
    /// Its number.
    pub request: u64,
    /// When it was received.
    pub received_at: Millis,
    /// Length of its body in bytes.
    pub bytes: u64,
    /// Who vouches for it.
    pub verified: Option<Verified>,
    /// Whether all it said of this message was known.
    pub duplicate: bool,
}

impl Material {
    /// The same with pseudonyms in place of phones, names, texts and ids. Joins survive.
    pub fn masked(mut self, masker: &Masker) -> Self {
        for events in [&mut self.deliveries, &mut self.repeats, &mut self.inbound, &mut self.templates] {
            for event in events.iter_mut() {
                *event = masker.event(event);
            }
        }
        self
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Read, or played.
    Read,
    /// Delivered, not read.
    Delivered,
    /// Failed.
    Failed,
    /// None of these so far, and not for long.
    Waiting,
    /// None of these for longer than the horizon.
    Silent,
    /// A message from a customer.
    Received,
}

impl Standing {
    /// The name in filters and exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Waiting => "waiting",
            Self::Silent => "silent",
            Self::Received => "received",
        }
    }
}

/// One delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What was delivered.
    pub event: Event,
    /// Receive time minus provider time, in milliseconds; the provider's clock has a grain of a second.
    pub lag_ms: Option<i64>,
    /// What it changed.
    pub effect: Effect,
}

/// A stage on the provider's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// `sent`, `delivered`, `read` or `failed`.
    pub stage: &'static str,
    /// When the provider says it was reached first.
    pub at: Option<Seconds>,
    /// Seconds since the stage before it on the way sent, delivered, read.
    pub after_s: Option<i64>,
}

/// A story.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// `id` as on the wire.
    pub message_id: Text,
    /// The other name.
    pub meta_message_id: Option<Text>,
    /// The participant, in groups.
    pub participant: Option<Text>,
    /// The business phone.
    pub number: Option<Text>,
    /// The customer.
    pub customer: Option<Text>,
    /// The customer's profile name.
    pub name: Option<Text>,
    /// Callback data.
    pub tag: Option<Text>,
    /// Conversation or pricing category.
    pub category: Option<Text>,
    /// Template name.
    pub template: Option<Text>,
    /// `conversation.id`.
    pub conversation: Option<Text>,
    /// Where it stands.
    pub standing: Standing,
    /// Whether it both failed and arrived.
    pub conflict: bool,
    /// What it cost: of each category, direction and currency the line that stands.
    pub costs: Vec<CostLine>,
    /// Deliveries in order of receipt, repetitions included.
    pub steps: Vec<Step>,
    /// Stages on the provider's clock, in its order.
    pub stages: Vec<Stage>,
    /// The requests that brought it.
    pub requests: Vec<Carrier>,
    /// The customer service window when the message began.
    pub window: Option<ServiceWindow>,
    /// What the template's last events before the message's first evidence said, by kind.
    pub template_states: Vec<TemplateState>,
    /// The first inbound message that answers, quotes or reacts to it.
    pub answer: Option<Event>,
    /// See [`Material::repeats_to`].
    pub repeats_to: Option<Millis>,
}

impl Story {
    /// Tells the stories of one id: one for a message, one for each participant in a group, in order of first receipt. `horizon`
    /// is how long after its first evidence a message without an outcome waits.
    pub fn tell(material: &Material, as_of: Millis, horizon_ms: i64) -> Vec<Self> {
        let mut deliveries: Vec<&Event> = material.deliveries.iter().chain(&material.repeats).collect();
        // A repetition has the number of the event it repeats, and the time tells it from that.
        deliveries.sort_by_key(|event| (event.received_at, event.request, event.seq));
        let mut participants: Vec<Option<&Text>> = Vec::new();
        for event in &deliveries {
            let participant = participant(event);
            if !participants.contains(&participant) {
                participants.push(participant);
            }
        }
        let of = |wanted: Option<&Text>| -> Vec<&Event> {
            deliveries.iter().filter(|event| participant(event) == wanted).copied().collect()
        };
        participants.into_iter().map(|wanted| Self::of(material, &of(wanted), as_of, horizon_ms)).collect()
    }

    fn of(material: &Material, deliveries: &[&Event], as_of: Millis, horizon_ms: i64) -> Self {
        let mut known = Known::default();
        let steps: Vec<Step> = deliveries
            .iter()
            .map(|event| Step {
                lag_ms: event.provider_at.map(|at| event.received_at.0 - Millis::from(at).0),
                effect: known.see(event, material.repeats.iter().any(|repeat| std::ptr::eq(repeat, *event))),
                event: (*event).clone(),
            })
            .collect();
        let statuses: Vec<&Status> = deliveries.iter().filter_map(|event| status(event)).collect();
        let first_at = deliveries.first().map_or(as_of, |event| event.received_at);
        let stages = stages(deliveries);
        let has = |name| stages.iter().any(|stage| stage.stage == name);
        let arrived = has("delivered") || has("read");
        let standing = match () {
            () if statuses.is_empty() => Standing::Received,
            () if has("read") => Standing::Read,
            () if has("delivered") => Standing::Delivered,
            () if has("failed") => Standing::Failed,
            () if as_of.0.saturating_sub(first_at.0) < horizon_ms => Standing::Waiting,
            () => Standing::Silent,
        };
        let number = greatest(deliveries.iter().map(|event| event.number.as_ref()));
        let customer = greatest(deliveries.iter().map(|event| event.customer.as_ref()));
        let (message_id, meta_message_id) = names(deliveries);
        let began = stages.iter().filter_map(|stage| stage.at).min().map_or(first_at, Millis::from);
        let template = greatest(statuses.iter().map(|status| status.template.as_ref()));
        Self {
            window: surroundings::window(&material.inbound, number.as_ref(), began),
            template_states: surroundings::template(&material.templates, template.as_ref(), first_at),
            answer: surroundings::answer(&material.inbound, &message_id, meta_message_id.as_ref()),
            participant: deliveries.first().and_then(|event| participant(event)).cloned(),
            name: greatest(deliveries.iter().map(|event| event.name.as_ref())),
            tag: greatest(statuses.iter().map(|status| status.tag.as_ref())),
            category: greatest(statuses.iter().map(|status| status.category.as_ref())),
            conversation: greatest(statuses.iter().map(|status| status.conversation.as_ref())),
            conflict: arrived && has("failed"),
            costs: costs::standing(deliveries.iter().map(|event| (cost_lines(event), event.provider_at))),
            requests: material
                .requests
                .iter()
                .filter(|carrier| deliveries.iter().any(|event| event.request == carrier.request))
                .cloned()
                .collect(),
            repeats_to: material.repeats_to,
            message_id,
            meta_message_id,
            number,
            customer,
            template,
            standing,
            steps,
            stages,
        }
    }

    /// Deliveries that repeated what was known: further ones with nothing to add, and amendments.
    pub fn duplicates(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.effect, Effect::Repeats | Effect::Amends(_))).count()
    }

    /// Seconds from the first to the last stage on the provider's clock.
    pub fn took_s(&self) -> Option<i64> {
        let at = || self.stages.iter().filter_map(|stage| stage.at);
        Some(at().max()?.0 - at().min()?.0)
    }
}

fn status(event: &Event) -> Option<&Status> {
    match &event.detail {
        Detail::Status(status) => Some(status),
        _ => None,
    }
}

fn cost_lines(event: &Event) -> &[CostLine] {
    match &event.detail {
        Detail::Status(status) => &status.costs,
        Detail::Inbound(inbound) => &inbound.costs,
        _ => &[],
    }
}

fn participant(event: &Event) -> Option<&Text> {
    status(event).and_then(|status| status.participant.as_ref())
}

/// Of several that state a fact, the greatest text: the same whatever order they came in.
fn greatest<'e>(facts: impl Iterator<Item = Option<&'e Text>>) -> Option<Text> {
    facts.flatten().max().cloned()
}

/// Both names of the message: its id, and the other one where an event gave both.
fn names(deliveries: &[&Event]) -> (Text, Option<Text>) {
    let ids = |event: &Event| match &event.detail {
        Detail::Status(status) => Some((status.message_id.clone(), status.meta_message_id.clone())),
        Detail::Inbound(inbound) => Some((inbound.message_id.clone(), inbound.meta_message_id.clone())),
        _ => None,
    };
    let all: Vec<(Text, Option<Text>)> = deliveries.iter().filter_map(|event| ids(event)).collect();
    let both = all.iter().find(|(id, meta)| meta.as_ref().is_some_and(|meta| meta != id));
    let (id, meta) = both.or(all.first()).cloned().unwrap_or_default();
    let meta =
        meta.filter(|meta| *meta != id).or_else(|| all.iter().map(|(id, _)| id).find(|other| **other != id).cloned());
    (id, meta)
}

/// Stages with the earliest provider time of each, in the order of the provider's clock.
fn stages(deliveries: &[&Event]) -> Vec<Stage> {
    let earliest = |names: &[StatusName]| {
        let seen = deliveries.iter().filter(|event| status(event).is_some_and(|status| names.contains(&status.status)));
        seen.map(|event| event.provider_at).reduce(|a, b| a.into_iter().chain(b).min())
    };
    let mut before: Option<Seconds> = None;
    let mut stages = Vec::new();
    let way: [(&str, &[StatusName]); 3] = [
        ("sent", &[StatusName::Sent]),
        ("delivered", &[StatusName::Delivered]),
        ("read", &[StatusName::Read, StatusName::Played]),
    ];
    for (stage, names) in way {
        let Some(at) = earliest(names) else { continue };
        let after_s = at.zip(before).map(|(at, before)| (at.0 - before.0).max(0));
        stages.push(Stage { stage, at, after_s });
        before = at.or(before);
    }
    if let Some(at) = earliest(&[StatusName::Failed]) {
        let place = stages.iter().position(|stage| at <= stage.at).unwrap_or(stages.len());
        stages.insert(place, Stage { stage: "failed", at, after_s: None });
    }
    stages
}

#[cfg(test)]
mod tests;
