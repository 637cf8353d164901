//! Inbound messages by (business number or none, customer).

use super::rollup::{Minutes, Rollup, Sum, minute_of};
use super::view::{self, Scope};
use crate::event::{Event, Inbound, Millis, Status, StatusName, Text};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::hash::BuildHasher;

/// How long after a customer's last message the business may write freely, in milliseconds.
const WINDOW: i64 = 24 * 3_600_000;

/// Number of a thread.
type Index = u32;

/// What is known of one conversation.
#[derive(Debug, Clone)]
struct Thread {
    number: Option<Text>,
    customer: Option<Text>,
    /// The last inbound message: by provider time, then by id.
    last: Last,
    /// The profile name, by provider time, then the greater text.
    name: Option<(i64, Text)>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Last {
    /// Provider time, else receive time, in milliseconds.
    at: i64,
    id: Text,
    kind: Text,
    preview: Text,
}

/// Every conversation with an inbound message.
#[derive(Debug, Default)]
pub(super) struct Conversations {
    hasher: RandomState,
    threads: Vec<Thread>,
    index: HashMap<(Option<Text>, Option<Text>), Index>,
    counts: Rollup<Counts>,
    /// Provider time of the last answer by conversation, whether or not the customer has written yet.
    answered: HashMap<u64, u32>,
}

impl Conversations {
    /// Takes in an inbound message. An amendment says more about it, but is not another message.
    pub(super) fn see(&mut self, event: &Event, inbound: &Inbound) {
        let at = event.provider_at.map_or(event.received_at, Millis::from).0;
        let last =
            Last { at, id: inbound.message_id.clone(), kind: inbound.r#type.clone(), preview: inbound.preview.clone() };
        let key = (event.number.clone(), event.customer.clone());
        let index = *self.index.entry(key).or_insert_with_key(|(number, customer)| {
            let (number, customer) = (number.clone(), customer.clone());
            self.threads.push(Thread { number, customer, last: last.clone(), name: None });
            (self.threads.len() - 1) as Index
        });
        let thread = &mut self.threads[index as usize];
        if last > thread.last {
            thread.last = last;
        }
        if let Some(name) = &event.name {
            let named = Some((at, name.clone()));
            if named > thread.name {
                thread.name = named;
            }
        }
        if event.amends.is_none() {
            self.counts.add(minute_of(event.received_at.0), &index);
        }
    }

    /// Takes in a status: one that says the business wrote is an answer.
    pub(super) fn see_answer(&mut self, event: &Event, status: &Status) {
        if !matches!(status.status, StatusName::Sent | StatusName::Failed) || event.customer.is_none() {
            return;
        }
        let seconds = event.provider_at.map_or(event.received_at.0 / 1000, |at| at.0);
        let answered = self.answered.entry(self.hash(&event.number, &event.customer)).or_default();
        *answered = u32::try_from(seconds).unwrap_or(0).max(*answered);
    }

    fn hash(&self, number: &Option<Text>, customer: &Option<Text>) -> u64 {
        self.hasher.hash_one((number, customer))
    }

    /// Conversations with a message received in the span, the newest first.
    pub(super) fn rows(&self, scope: &Scope) -> Vec<view::Conversation> {
        let counts = self.counts.total(Minutes::of(scope.span));
        let mut rows: Vec<view::Conversation> = counts
            .0
            .iter()
            .map(|(index, count)| (&self.threads[*index as usize], u64::from(*count)))
            .filter(|(thread, _)| scope.number.is_none() || scope.number == thread.number)
            .map(|(thread, inbound)| self.row(thread, inbound))
            .collect();
        rows.sort_by(|a, b| {
            let key = |row: &view::Conversation| (row.number.clone(), row.customer.clone());
            b.last_inbound_at.cmp(&a.last_inbound_at).then_with(|| key(a).cmp(&key(b)))
        });
        rows
    }

    fn row(&self, thread: &Thread, inbound: u64) -> view::Conversation {
        let answered = self.answered.get(&self.hash(&thread.number, &thread.customer)).copied().unwrap_or(0);
        view::Conversation {
            number: thread.number.clone(),
            customer: thread.customer.clone(),
            name: thread.name.as_ref().map(|(_, name)| name.clone()),
            inbound,
            last_inbound_at: Millis(thread.last.at),
            window_closes_at: Millis(thread.last.at.saturating_add(WINDOW)),
            last_type: thread.last.kind.clone(),
            preview: thread.last.preview.clone(),
            unanswered: i64::from(answered) < thread.last.at.div_euclid(1000),
        }
    }
}

/// Inbound messages by conversation.
#[derive(Debug, Default)]
struct Counts(HashMap<Index, u32>);

impl Sum for Counts {
    type Part = Index;

    fn add(&mut self, index: &Index) {
        *self.0.entry(*index).or_default() += 1;
    }

    fn take(&mut self, index: &Index) {
        if let Some(count) = self.0.get_mut(index) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(index);
            }
        }
    }

    fn join(&mut self, other: &Self) {
        for (index, count) in &other.0 {
            *self.0.entry(*index).or_default() += count;
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
