//! The messages that were read, each with its events, under each of their names.

use crate::event::{Detail, Event, Millis, Text};
use crate::monitor::story::{Material, Story};
use crate::source::message::{ids, participant};
use hashbrown::{HashMap, HashSet};

/// A message: an id, and in groups a participant.
pub(super) type Name = (Text, Option<Text>);

/// Everything that was read, newest first by what came last.
#[derive(Debug, Default)]
pub(super) struct Messages {
    all: Vec<Message>,
    names: HashMap<Name, usize>,
    /// Numbers of the messages in the order of the list; `None`: something changed.
    order: Option<Vec<usize>>,
    events: usize,
}

#[derive(Debug, Default)]
struct Message {
    events: Vec<Event>,
    /// Made when it is first drawn, and again for another minute or mask.
    story: Option<(Millis, bool, Box<Story>)>,
}

impl Message {
    fn last(&self) -> Option<(Millis, u64)> {
        self.events.iter().map(|event| (event.received_at, event.seq)).max()
    }
}

impl Messages {
    /// Events that are held.
    pub(super) fn events(&self) -> usize {
        self.events
    }

    /// How many of the messages went out.
    pub(super) fn outbound(&self) -> usize {
        let is_status = |event: &Event| matches!(event.detail, Detail::Status(_));
        self.all.iter().filter(|message| message.events.first().is_some_and(is_status)).count()
    }

    /// Whether the message of an event is here.
    pub(super) fn knows(&self, event: &Event) -> bool {
        names(event).any(|name| self.names.contains_key(&name))
    }

    /// Takes in an event; one that is no message's, or that is here already, changes nothing.
    pub(super) fn take(&mut self, event: Event) {
        let names: Vec<Name> = names(&event).collect();
        let mut known: Vec<usize> = names.iter().filter_map(|name| self.names.get(name).copied()).collect();
        known.sort_unstable();
        known.dedup();
        if names.is_empty() {
            return;
        }
        let at = known.first().copied().unwrap_or_else(|| {
            self.all.push(Message::default());
            self.all.len() - 1
        });
        // Two messages that turn out to be one.
        for other in known.into_iter().skip(1) {
            let events = std::mem::take(&mut self.all[other].events);
            self.all[at].events.extend(events);
            self.names.values_mut().filter(|place| **place == other).for_each(|place| *place = at);
        }
        names.into_iter().for_each(|name| _ = self.names.insert(name, at));
        let message = &mut self.all[at];
        if !message.events.iter().any(|known| known.seq == event.seq) {
            message.events.push(event);
            self.events += 1;
        }
        message.story = None;
        self.order = None;
    }

    /// Drops the messages with these ids.
    pub(super) fn drop_all(&mut self, ids: &HashSet<&Text>) {
        let gone: HashSet<usize> =
            self.names.iter().filter(|((id, _), _)| ids.contains(id)).map(|(_, place)| *place).collect();
        self.names.retain(|_, place| !gone.contains(place));
        for place in gone {
            self.events -= std::mem::take(&mut self.all[place]).events.len();
        }
        self.order = None;
    }

    /// The messages in the order of the list.
    pub(super) fn order(&mut self) -> &[usize] {
        let all = &self.all;
        self.order.get_or_insert_with(|| {
            let mut order: Vec<usize> = (0..all.len()).filter(|at| !all[*at].events.is_empty()).collect();
            order.sort_by_key(|at| std::cmp::Reverse(all[*at].last()));
            order
        })
    }

    /// The name of the message in a row.
    pub(super) fn name(&mut self, row: usize) -> Option<Name> {
        let at = *self.order().get(row)?;
        self.all.get(at)?.events.first().and_then(|event| names(event).next())
    }

    /// The row of a message.
    pub(super) fn position(&mut self, name: &Name) -> Option<usize> {
        let at = *self.names.get(name)?;
        self.order().iter().position(|other| *other == at)
    }

    /// The story of the message in a row, as it stands at `as_of`.
    pub(super) fn story(
        &mut self,
        row: usize,
        as_of: Millis,
        horizon_ms: i64,
        masker: Option<&crate::event::mask::Masker>,
    ) -> Option<&Story> {
        let at = *self.order().get(row)?;
        let message = self.all.get_mut(at)?;
        let stale =
            message.story.as_ref().is_none_or(|(made, masked, _)| *made != as_of || *masked != masker.is_some());
        if stale {
            let material = Material { deliveries: message.events.clone(), ..Material::default() };
            let material = match masker {
                Some(masker) => material.masked(masker),
                None => material,
            };
            let story = Story::tell(&material, as_of, horizon_ms).into_iter().next()?;
            message.story = Some((as_of, masker.is_some(), Box::new(story)));
        }
        message.story.as_ref().map(|(_, _, story)| &**story)
    }
}

/// The names under which the message of an event is known; in groups with the participant.
fn names(event: &Event) -> impl Iterator<Item = Name> {
    ids(event).map(move |id| (id.clone(), participant(event).cloned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{KeySecret, Origin, decode};

    fn event(seq: u64, id: &str, meta: Option<&str>, status: &str) -> Event {
        let meta = meta.map(|meta| format!(r#","meta_message_id":"{meta}""#)).unwrap_or_default();
        let body = format!(r#"{{"statuses":[{{"id":"{id}","status":"{status}","timestamp":"1767225600"{meta}}}]}}"#);
        let origin = Origin { received_at: Millis(seq as i64), verified: None };
        Event { seq, ..decode(body.as_bytes(), &origin, &KeySecret([0; 16])).remove(0) }
    }

    #[test]
    fn names_that_turn_out_to_be_one_message_become_one_row() {
        let mut messages = Messages::default();
        for event in [event(3, "A", None, "read"), event(2, "M", None, "delivered"), event(4, "B", None, "sent")] {
            messages.take(event);
        }
        assert_eq!(messages.order().len(), 3);
        messages.take(event(1, "A", Some("M"), "sent"));
        messages.take(event(1, "A", Some("M"), "sent"));
        assert_eq!((messages.order().len(), messages.events()), (2, 4));
        assert_eq!(messages.name(0).unwrap().0, "B", "what came last stands first");
        assert_eq!(messages.position(&("M".into(), None)), Some(1));
        let story = messages.story(1, Millis(10), 1000, None).unwrap();
        assert_eq!((story.standing.as_str(), story.steps.len()), ("read", 3));
    }
}
