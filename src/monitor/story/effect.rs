//! What one delivery changes about what was known of its message before it.

use crate::event::{Detail, Event, StatusName};
use std::collections::BTreeMap;

/// What a delivery changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The first evidence of the message.
    First,
    /// A further stage.
    Advances,
    /// A stage before the one already reached: evidence for the funnel, but the message stands where it stood.
    OutOfOrder,
    /// The stage was reached already; this is another event that says so, with another provider time.
    Again,
    /// It arrived although it was said to have failed: that counts as a conflict, and the better outcome stands.
    ContradictsFailed,
    /// It is said to have failed although it arrived: that counts as a conflict, and the better outcome stands.
    ContradictsArrival,
    /// A side flag, which moves nothing.
    Flag,
    /// A known event again, with something to add: these facts.
    Amends(Vec<&'static str>),
    /// A known event again, with nothing to add: stored once.
    Repeats,
}

impl Effect {
    /// The name in exports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Advances => "advances",
            Self::OutOfOrder => "out_of_order",
            Self::Again => "again",
            Self::ContradictsFailed => "contradicts_failed",
            Self::ContradictsArrival => "contradicts_arrival",
            Self::Flag => "flag",
            Self::Amends(_) => "amends",
            Self::Repeats => "repeats",
        }
    }
}

/// What is known before the next delivery.
#[derive(Default)]
pub(super) struct Known {
    any: bool,
    stage: u8,
    failed: bool,
    /// Events by sequence number, amendments merged in.
    events: BTreeMap<u64, Event>,
}

impl Known {
    /// Takes in a delivery and says what it changed.
    pub(super) fn see(&mut self, event: &Event, repeats: bool) -> Effect {
        if repeats {
            return Effect::Repeats;
        }
        if let Some(before) = event.amends.and_then(|of| self.events.get_mut(&of)) {
            let old = before.clone();
            before.merge(event);
            return Effect::Amends(added(&old, before));
        }
        self.events.insert(event.seq, event.clone());
        let effect = match &event.detail {
            Detail::Status(status) => self.status(&status.status),
            _ => Effect::Again,
        };
        let first = !std::mem::replace(&mut self.any, true);
        if first { Effect::First } else { effect }
    }

    fn status(&mut self, name: &StatusName) -> Effect {
        let stage = match name {
            StatusName::Sent => 1,
            StatusName::Delivered => 2,
            StatusName::Read | StatusName::Played => 3,
            StatusName::Failed => {
                let again = std::mem::replace(&mut self.failed, true);
                return match () {
                    () if self.stage > 1 => Effect::ContradictsArrival,
                    () if again => Effect::Again,
                    () => Effect::Advances,
                };
            }
            StatusName::Deleted | StatusName::Warning | StatusName::Other(_) => return Effect::Flag,
        };
        let before = self.stage;
        self.stage = before.max(stage);
        match stage.cmp(&before) {
            std::cmp::Ordering::Less => Effect::OutOfOrder,
            std::cmp::Ordering::Equal => Effect::Again,
            std::cmp::Ordering::Greater if self.failed && stage == 1 => Effect::OutOfOrder,
            std::cmp::Ordering::Greater if self.failed && before < 2 => Effect::ContradictsFailed,
            std::cmp::Ordering::Greater => Effect::Advances,
        }
    }
}

/// The facts in which `after` differs from `before`.
fn added(before: &Event, after: &Event) -> Vec<&'static str> {
    let mut facts = vec![
        ("number", before.number != after.number),
        ("customer", before.customer != after.customer),
        ("name", before.name != after.name),
        ("provider time", before.provider_at != after.provider_at),
    ];
    match (&before.detail, &after.detail) {
        (Detail::Status(before), Detail::Status(after)) => facts.extend([
            ("meta id", before.meta_message_id != after.meta_message_id),
            ("cost", before.costs != after.costs),
            ("error text", before.errors != after.errors),
            ("tag", before.tag != after.tag),
            ("category", before.category != after.category),
            ("template", before.template != after.template),
            ("conversation", before.conversation != after.conversation),
            ("expiry", before.expires_at != after.expires_at),
        ]),
        (Detail::Inbound(before), Detail::Inbound(after)) => facts.extend([
            ("meta id", before.meta_message_id != after.meta_message_id),
            (
                "content",
                (&before.r#type, &before.text, &before.preview) != (&after.r#type, &after.text, &after.preview),
            ),
            ("cost", before.costs != after.costs),
            ("context", before.context != after.context || before.context_meta_id != after.context_meta_id),
            ("error text", before.errors != after.errors),
            ("group", before.group != after.group),
            ("referral", before.referral != after.referral),
        ]),
        (before, after) => facts.push(("content", before != after)),
    }
    facts.into_iter().filter(|(_, changed)| *changed).map(|(fact, _)| fact).collect()
}
