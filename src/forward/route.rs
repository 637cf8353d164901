//! Which requests go to a target, and which of them must stay in order.

use crate::event::{Detail, Event, KeySecret, Kind, Millis, Origin, Text, decode_isolated};
use crate::journal::RawRequest;
use crate::query::Filter;
use foldhash::fast::RandomState;
use std::hash::BuildHasher;

/// What a request says, decoded from its bytes: also of a request whose events were all known before.
#[derive(Debug, Default)]
pub(super) struct Content {
    events: Vec<Event>,
}

impl Content {
    /// Decodes a request.
    pub(super) fn of(request: u64, raw: &RawRequest) -> Self {
        let origin = Origin { received_at: raw.received_at, verified: raw.verified.clone() };
        // Nothing is de-duplicated here, so the keys may be anything.
        let mut events = decode_isolated(&raw.body, &origin, &KeySecret([0; 16]));
        events.iter_mut().for_each(|event| event.request = request);
        Self { events }
    }

    /// Whether at least one event is of one of `kinds` (none: any) and at least one satisfies `filter`.
    pub(super) fn goes(&self, kinds: &[Kind], filter: Option<&Filter>, body: &[u8], now: Millis) -> bool {
        let of_kind = |event: &&Event| kinds.is_empty() || kinds.contains(&event.kind());
        let wanted = |event: &Event| filter.is_none_or(|filter| filter.matches(event, body, now));
        match (kinds, filter) {
            ([], None) => true,
            _ => self.events.iter().filter(of_kind).any(wanted),
        }
    }

    /// The kinds of its events, each once, joined by a blank.
    pub(super) fn kinds(&self) -> Text {
        let mut kinds: Vec<_> = self.events.iter().map(Event::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ").into()
    }

    /// Hashes of the message ids in it, each once. Requests that share one are delivered in order; two ids with one hash cost
    /// a wait, nothing more.
    pub(super) fn messages(&self, hasher: &RandomState) -> Vec<u64> {
        let ids = self.events.iter().flat_map(|event| match &event.detail {
            Detail::Status(status) => [Some(&status.message_id), status.meta_message_id.as_ref()],
            Detail::Inbound(inbound) => [Some(&inbound.message_id), inbound.meta_message_id.as_ref()],
            Detail::Template(_) | Detail::Account(_) | Detail::Other(_) | Detail::Unrecognised(_) => [None, None],
        });
        let mut messages: Vec<_> = ids.flatten().map(|id| hasher.hash_one(id)).collect();
        messages.sort_unstable();
        messages.dedup();
        messages
    }
}
