//! Inbound messages by (business number or none, customer).

mod around;
mod order;

use super::rollup::{Minutes, Rollup, Sum, minute_of};
use super::store::{Chunks, Index, Sharded};
use super::view::{self, Scope};
use crate::event::{Event, Inbound, Millis, Status, StatusName, Text};
use foldhash::fast::{FixedState, RandomState};
use hashbrown::HashMap;
use order::{Order, Times};
use std::hash::BuildHasher;

/// How long after a customer's last message the business may write freely, in milliseconds.
const WINDOW: i64 = 24 * 3_600_000;

/// What is known of one conversation.
#[derive(Debug, Clone)]
struct Thread {
    number: Option<Text>,
    customer: Option<Text>,
    /// The last inbound message: by time, then by id. `None` while only an amendment without a time was seen.
    last: Option<Last>,
    /// The profile name, by provider time, then the greater text.
    name: Option<(Option<i64>, Text)>,
    /// Inbound messages.
    inbound: u32,
    /// When the last of them was received, in milliseconds.
    received: i64,
}

/// Where a conversation stands among others: by the time of its last message in milliseconds, then by a hash of who it is, so
/// that the order of arrival makes no difference.
type Rank = (i64, u64, Index);

impl Thread {
    fn times(&self) -> Times {
        (self.last.as_ref().map(|last| last.at), self.received)
    }

    fn rank(&self, at: i64, index: Index) -> Rank {
        (at, FixedState::default().hash_one((&self.number, &self.customer)), index)
    }
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
    threads: Chunks<Thread>,
    index: Sharded<Index>,
    counts: Rollup<Counts>,
    /// Conversations by their last message.
    order: Order,
    /// Provider time of the last answer by conversation, whether or not the customer has written yet.
    answered: Sharded<u32>,
}

impl Conversations {
    /// Takes in an inbound message, by provider time, else by receive time. An amendment says more about a message, but is
    /// not another one, and when it has no time of its own it says nothing about when.
    pub(super) fn see(&mut self, event: &Event, inbound: &Inbound) {
        let received = event.amends.is_none().then_some(event.received_at);
        let at = event.provider_at.map(Millis::from).or(received).map(|at| at.0);
        let index = self.thread(event);
        let thread = self.threads.get_mut(index);
        let last = at.map(|at| Last {
            at,
            id: inbound.message_id.clone(),
            kind: inbound.r#type.clone(),
            preview: inbound.preview.clone(),
        });
        let before = thread.times();
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
            thread.inbound += 1;
            thread.received = thread.received.max(event.received_at.0);
            self.counts.add(minute_of(event.received_at.0), &index);
        }
        self.order.settle(before, thread.times(), |at| thread.rank(at, index));
    }

    fn thread(&mut self, event: &Event) -> Index {
        let hash = self.hash(&event.number, &event.customer);
        let is = |index: &Index| {
            let thread = self.threads.get(*index);
            thread.number == event.number && thread.customer == event.customer
        };
        if let Some(index) = self.index.find(hash, is) {
            return *index;
        }
        let (number, customer) = (event.number.clone(), event.customer.clone());
        let index =
            self.threads.push(Thread { number, customer, last: None, name: None, inbound: 0, received: i64::MIN });
        self.index.insert(hash, index);
        index
    }

    /// Takes in a status: one that says the business wrote is an answer.
    pub(super) fn see_answer(&mut self, event: &Event, status: &Status) {
        if !matches!(status.status, StatusName::Sent | StatusName::Failed) || event.customer.is_none() {
            return;
        }
        let seconds = event.provider_at.map_or(event.received_at.0 / 1000, |at| at.0);
        let hash = self.hash(&event.number, &event.customer);
        let answered = self.answered.entry(hash, || 0);
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
            .map(|(index, count)| (self.threads.get(*index), u64::from(*count)))
            .filter(|(thread, _)| scope.number.is_none() || scope.number == thread.number)
            .filter_map(|(thread, inbound)| Some(self.row(thread, thread.last.as_ref()?, inbound)))
            .collect();
        rows.sort_by(|a, b| {
            let thread = |row: &'_ view::Conversation| (row.number.clone(), row.customer.clone());
            b.last_inbound_at.cmp(&a.last_inbound_at).then_with(|| thread(a).cmp(&thread(b)))
        });
        rows
    }

    fn row(&self, thread: &Thread, last: &Last, inbound: u64) -> view::Conversation {
        view::Conversation {
            number: thread.number.clone(),
            customer: thread.customer.clone(),
            name: thread.name.as_ref().map(|(_, name)| name.clone()),
            inbound,
            last_inbound_at: Millis(last.at),
            window_closes_at: Millis(last.at.saturating_add(WINDOW)),
            last_type: last.kind.clone(),
            preview: last.preview.clone(),
            unanswered: self.is_unanswered(thread, last),
        }
    }

    fn is_unanswered(&self, thread: &Thread, last: &Last) -> bool {
        let answered = self.answered.get(self.hash(&thread.number, &thread.customer)).copied().unwrap_or(0);
        i64::from(answered) < last.at.div_euclid(1000)
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

    fn join(&mut self, other: &Self) {
        for (index, count) in &other.0 {
            *self.0.entry(*index).or_default() += count;
        }
    }
}
