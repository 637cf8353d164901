//! The open requests of one target: which may be sent now, so that requests that share a message go in order and others need
//! not wait for them.

use crate::event::Millis;
use std::collections::{BTreeSet, HashMap};

/// Requests by number. Each stands in the line of each of its messages, and may go when it is the first in all of them.
#[derive(Debug, Default)]
pub(super) struct Queue {
    open: HashMap<u64, Entry>,
    lines: HashMap<u64, BTreeSet<u64>>,
    /// Those that may go, by the time from which on they may, then by number.
    free: BTreeSet<(Millis, u64)>,
}

#[derive(Debug)]
struct Entry {
    messages: Vec<u64>,
    received_at: Millis,
    next_at: Millis,
    under_way: bool,
}

impl Queue {
    /// Adds a request that shares a line with every other one of the same `messages`.
    pub(super) fn push(&mut self, request: u64, messages: Vec<u64>, received_at: Millis, next_at: Millis) {
        for message in &messages {
            self.lines.entry(*message).or_default().insert(request);
        }
        self.open.insert(request, Entry { messages, received_at, next_at, under_way: false });
        self.free_if_first(request);
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    /// How many may go at `now`, counted up to `most`.
    pub(super) fn due(&self, now: Millis, most: usize) -> usize {
        self.free.range(..=(now, u64::MAX)).take(most).count()
    }

    /// When the next one may go.
    pub(super) fn next_due(&self) -> Option<Millis> {
        self.free.first().map(|(at, _)| *at)
    }

    /// Takes one that may go at `now`, with its receive time. It is under way until [`Self::again`] or [`Self::done`].
    pub(super) fn take(&mut self, now: Millis) -> Option<(u64, Millis)> {
        let first = *self.free.first().filter(|(at, _)| *at <= now)?;
        self.free.remove(&first);
        let entry = self.open.get_mut(&first.1)?;
        entry.under_way = true;
        Some((first.1, entry.received_at))
    }

    /// It was not delivered and may go again from `next_at` on. Its messages wait for it.
    pub(super) fn again(&mut self, request: u64, next_at: Millis) {
        if let Some(entry) = self.open.get_mut(&request) {
            entry.under_way = false;
            entry.next_at = next_at;
            self.free_if_first(request);
        }
    }

    /// It is delivered or given up: the next ones of its messages may go.
    pub(super) fn done(&mut self, request: u64) {
        let Some(entry) = self.open.remove(&request) else { return };
        self.free.remove(&(entry.next_at, request));
        for message in entry.messages {
            let Some(line) = self.lines.get_mut(&message) else { continue };
            line.remove(&request);
            match line.first().copied() {
                Some(next) => self.free_if_first(next),
                None => drop(self.lines.remove(&message)),
            }
        }
    }

    fn free_if_first(&mut self, request: u64) {
        let Some(entry) = self.open.get(&request).filter(|entry| !entry.under_way) else { return };
        let first = |message: &u64| self.lines.get(message).and_then(BTreeSet::first) == Some(&request);
        if entry.messages.iter().all(first) {
            self.free.insert((entry.next_at, request));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1000);

    fn queue(requests: &[(u64, &[u64])]) -> Queue {
        let mut queue = Queue::default();
        for (request, messages) in requests {
            queue.push(*request, messages.to_vec(), NOW, Millis(0));
        }
        queue
    }

    fn take_all(queue: &mut Queue) -> Vec<u64> {
        std::iter::from_fn(|| queue.take(NOW).map(|(request, _)| request)).collect()
    }

    #[test]
    fn requests_of_one_message_go_one_after_the_other_and_others_beside_them() {
        let mut queue = queue(&[(1, &[10]), (2, &[10]), (3, &[20]), (4, &[]), (5, &[20, 10])]);
        assert_eq!(take_all(&mut queue), [1, 3, 4]);
        queue.done(3);
        assert!(take_all(&mut queue).is_empty(), "5 is first of 20 now, but not of 10");
        queue.done(1);
        assert_eq!(take_all(&mut queue), [2]);
        queue.done(2);
        assert_eq!(take_all(&mut queue), [5]);
        queue.done(5);
        queue.done(4);
        assert_eq!((queue.len(), queue.lines.len(), queue.free.len()), (0, 0, 0));
    }

    #[test]
    fn a_failed_request_keeps_its_place_and_waits_for_its_time() {
        let mut queue = queue(&[(1, &[10]), (2, &[10])]);
        assert_eq!(take_all(&mut queue), [1]);
        queue.again(1, Millis(2000));
        assert!(take_all(&mut queue).is_empty());
        assert_eq!(queue.next_due(), Some(Millis(2000)));
        assert_eq!((queue.due(NOW, 9), queue.due(Millis(2000), 9)), (0, 1));
        assert_eq!(queue.take(Millis(2000)), Some((1, NOW)));
    }

    #[test]
    fn what_is_done_before_its_time_is_gone() {
        let mut queue = queue(&[(1, &[10]), (2, &[10])]);
        queue.done(1);
        assert_eq!(take_all(&mut queue), [2]);
    }
}
