//! Values that came, to complete a filter with: those that the monitor does not keep because it counts nothing by them.

use crate::event::{Detail, Event, Text};
use crate::journal::Batch;
use crate::source::message::ids;
use std::collections::{BTreeMap, VecDeque};

/// Different values that are kept of a field: senders write what they like.
const VALUES: usize = 200;

/// Message ids that are kept, the last.
const IDS: usize = 100;

/// What came, by the fields of the filter language.
#[derive(Debug, Default)]
pub struct Seen {
    fields: Values,
    events: Values,
    types: Values,
    ids: VecDeque<Text>,
}

/// Values, and how often each of them came.
#[derive(Debug, Default)]
struct Values(BTreeMap<Text, u64>);

impl Values {
    fn take(&mut self, value: &Text) {
        if let Some(times) = self.0.get_mut(value) {
            *times += 1;
        } else if self.0.len() < VALUES {
            self.0.insert(value.clone(), 1);
        }
    }

    fn most_first(&self) -> Vec<&Text> {
        let mut values: Vec<_> = self.0.iter().collect();
        values.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
        values.into_iter().map(|(value, _)| value).collect()
    }
}

impl Seen {
    /// Takes in a batch of which more than `after` further ones follow: only the ids of the last are worth to be kept.
    pub(super) fn take(&mut self, batch: &Batch, after: u64) {
        for event in &batch.events {
            self.take_names(event);
        }
        if after > IDS as u64 {
            return;
        }
        let last = batch.events.len().saturating_sub(IDS);
        for id in batch.events.iter().skip(last).filter_map(|event| ids(event).next()) {
            self.ids.push_back(id.clone());
        }
        self.ids.drain(..self.ids.len().saturating_sub(IDS));
    }

    fn take_names(&mut self, event: &Event) {
        let (field, name) = match &event.detail {
            Detail::Template(notice) | Detail::Account(notice) => (&notice.field, &notice.event),
            Detail::Other(other) => (&other.field, &other.event),
            Detail::Inbound(inbound) => return self.types.take(&inbound.r#type),
            Detail::Status(_) | Detail::Unrecognised(_) => return,
        };
        self.fields.take(field);
        name.iter().for_each(|name| self.events.take(name));
    }

    /// The values of a field, the most frequent first; ids the newest first. `None` for any other field.
    pub(super) fn values(&self, field: &str) -> Option<Vec<&Text>> {
        Some(match field {
            "field" => self.fields.most_first(),
            "event" => self.events.most_first(),
            "type" => self.types.most_first(),
            "id" => self.ids.iter().rev().collect(),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{KeySecret, Millis, Origin, decode};

    fn batch(body: &str) -> Batch {
        let origin = Origin { received_at: Millis(0), verified: None };
        Batch { page: 1, requests: Vec::new(), events: decode(body.as_bytes(), &origin, &KeySecret([0; 16])) }
    }

    fn status(id: usize) -> Batch {
        batch(&format!(r#"{{"statuses":[{{"id":"wamid.{id}","status":"sent","timestamp":"1767225600"}}]}}"#))
    }

    #[test]
    fn the_newest_ids_are_kept_and_those_of_long_ago_are_not() {
        let mut seen = Seen::default();
        seen.take(&status(0), 5_000);
        (1..=IDS + 5).for_each(|id| seen.take(&status(id), 0));
        let ids = seen.values("id").unwrap();
        assert_eq!((ids.len(), ids[0].as_str()), (IDS, "wamid.105"));
        assert!(seen.values("code").is_none());
    }

    #[test]
    fn names_of_events_and_fields_are_kept_the_most_frequent_first() {
        let notice = |event: &str| {
            batch(&format!(
                r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","time":1,"changes":[{{"field":"message_template_status_update","value":{{"event":"{event}","message_template_id":7,"message_template_name":"a","message_template_language":"en"}}}}]}}]}}"#
            ))
        };
        let mut seen = Seen::default();
        ["APPROVED", "PAUSED", "PAUSED"].iter().for_each(|event| seen.take(&notice(event), 9_000));
        assert_eq!(seen.values("event").unwrap(), ["PAUSED", "APPROVED"]);
        assert_eq!(seen.values("field").unwrap(), ["message_template_status_update"]);
        for event in 0..VALUES + 50 {
            seen.take(&notice(&format!("X{event}")), 0);
        }
        assert_eq!(seen.values("event").unwrap().len(), VALUES);
    }
}
