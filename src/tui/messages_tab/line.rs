//! The list as rows of a file.

use super::data::Messages;
use super::draw::code;
use crate::event::{CostLine, Text};
use crate::monitor::story::{Standing, Story};
use crate::tui::export::Row;
use crate::tui::panes::Context;
use serde::Serialize;

/// One message. What it is called is what `watop message --format json` calls it.
#[derive(Serialize)]
struct Line<'s> {
    last_at: String,
    message_id: &'s str,
    meta_message_id: Option<&'s Text>,
    participant: Option<&'s Text>,
    outcome: Standing,
    conflict: bool,
    code: Option<i64>,
    deliver_s: Option<i64>,
    read_s: Option<i64>,
    number: Option<&'s Text>,
    customer: Option<&'s Text>,
    name: Option<&'s Text>,
    tag: Option<&'s Text>,
    category: Option<&'s Text>,
    template: Option<&'s Text>,
    costs: &'s [CostLine],
    events: usize,
}

impl<'s> From<&'s Story> for Line<'s> {
    fn from(story: &'s Story) -> Self {
        let after = |name| story.stages.iter().find(|stage| stage.stage == name).and_then(|stage| stage.after_s);
        Self {
            last_at: story.steps.last().map(|step| step.event.received_at.rfc3339()).unwrap_or_default(),
            message_id: &story.message_id,
            meta_message_id: story.meta_message_id.as_ref(),
            participant: story.participant.as_ref(),
            outcome: story.standing,
            conflict: story.conflict,
            code: code(story),
            deliver_s: after("delivered"),
            read_s: after("read"),
            number: story.number.as_ref(),
            customer: story.customer.as_ref(),
            name: story.name.as_ref(),
            tag: story.tag.as_ref(),
            category: story.category.as_ref(),
            template: story.template.as_ref(),
            costs: &story.costs,
            events: story.steps.len(),
        }
    }
}

/// Every message of the list, as it may be shown.
pub(super) fn rows(list: &mut Messages, ctx: &Context<'_>) -> Vec<Row> {
    let (as_of, horizon, masker) = (ctx.scope.as_of, ctx.monitor.horizon_ms(), ctx.look.masker.as_ref());
    let count = list.order().len();
    (0..count)
        .filter_map(|at| list.story(at, as_of, horizon, masker).map(|story| Row::of(&Line::from(story))))
        .collect()
}
