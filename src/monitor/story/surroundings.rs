//! What surrounded a message: the customer service window, the template's state, the answer.

use crate::event::{Detail, Event, Millis, Notice, Seconds, Severity, Text};
use serde::Serialize;
use std::collections::BTreeMap;

/// How long a customer service window stays open after the customer's last message, in seconds.
const WINDOW_S: i64 = 24 * 3600;

/// The customer service window at one moment, from the inbound messages in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ServiceWindow {
    /// Whether it was open.
    pub open: bool,
    /// The customer's last message before, on the provider's clock.
    pub last_inbound_at: Seconds,
    /// When it closed or was to close.
    pub closes_at: Seconds,
}

/// What one of a template's events says that was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplateState {
    /// `template_status`, `template_quality` or `template_category`.
    pub kind: Text,
    /// Such as `PAUSED`.
    pub state: Text,
    /// How good or bad that is.
    #[serde(skip)]
    pub severity: Severity,
    /// Template and language.
    pub title: Text,
    /// Why.
    pub cause: Text,
    /// Since when, by the receiver's clock where the provider gave no time.
    pub since: Millis,
}

/// The window at `at` of the conversation with `number`; `None` when the journal holds no earlier message of the customer.
pub(super) fn window(inbound: &[Event], number: Option<&Text>, at: Millis) -> Option<ServiceWindow> {
    let same_number = |event: &&Event| number.is_none() || event.number.is_none() || event.number.as_ref() == number;
    let times = inbound.iter().filter(same_number).filter_map(|event| event.provider_at);
    let last_inbound_at = times.filter(|time| Millis::from(*time) <= at).max()?;
    let closes_at = Seconds(last_inbound_at.0.saturating_add(WINDOW_S));
    Some(ServiceWindow { open: at < Millis::from(closes_at), last_inbound_at, closes_at })
}

/// The last event of each kind that was received before `at`.
pub(super) fn template(events: &[Event], name: Option<&Text>, at: Millis) -> Vec<TemplateState> {
    let mut states: BTreeMap<(Text, Text), (Millis, &Notice)> = BTreeMap::new();
    for event in events.iter().filter(|event| event.received_at <= at) {
        let Detail::Template(notice) = &event.detail else { continue };
        if notice.template.as_ref() != name {
            continue;
        }
        let since = event.provider_at.map_or(event.received_at, Millis::from);
        let state = states.entry((notice.kind.clone(), notice.subject.clone())).or_insert((since, notice));
        if since >= state.0 {
            *state = (since, notice);
        }
    }
    let state = |(since, notice): (Millis, &Notice)| TemplateState {
        kind: notice.kind.clone(),
        state: notice.event.clone().unwrap_or_default(),
        severity: notice.severity,
        title: notice.title.clone(),
        cause: notice.cause.clone(),
        since,
    };
    states.into_values().map(state).collect()
}

/// The first inbound message whose context is this message, by either name.
pub(super) fn answer(inbound: &[Event], id: &Text, meta_id: Option<&Text>) -> Option<Event> {
    let names = |name: &Option<Text>| name.is_some() && (name.as_ref() == Some(id) || name.as_ref() == meta_id);
    let answers = inbound.iter().filter(|event| match &event.detail {
        Detail::Inbound(inbound) => names(&inbound.context) || names(&inbound.context_meta_id),
        _ => false,
    });
    answers.min_by_key(|event| (event.received_at, event.seq)).cloned()
}
