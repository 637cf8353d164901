//! Conversations as a screen lists them: only the rows that are seen are made.

use super::{Conversations, Rank, Thread, WINDOW};
use crate::monitor::rollup::Minutes;
use crate::monitor::view::{Around, ConversationPage, Pick, Scope};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How long before its end a window is about to close, in milliseconds.
const SOON: i64 = 3_600_000;

impl Conversations {
    /// The rows around a conversation or a position. `past`: something was received after the span.
    pub(in crate::monitor) fn around(&self, scope: &Scope, around: &Around, past: bool) -> ConversationPage {
        let order = self.order(scope, past);
        let now = scope.as_of.0;
        // Those about to close first, then the newest: three stretches of one order.
        let soon = now - WINDOW + 1..now - WINDOW + SOON;
        let stretches = [soon.clone(), soon.end..i64::MAX, i64::MIN..soon.start];
        let listed = |stretch: &std::ops::Range<i64>| {
            let newest_first = order.range((stretch.start, 0, 0)..(stretch.end, 0, 0)).rev();
            let threads = newest_first.map(|(.., index)| self.threads.get(*index));
            threads.filter(|thread| is_listed(thread, scope, past) && self.is_picked(thread, &around.pick))
        };
        let everything = !past && scope.number.is_none() && is_any(&around.pick);
        let [closing, later, closed] = if everything && scope.span.from.0 <= soon.start {
            let received = |index| self.threads.get(index).received;
            self.order.counts(scope.span.from.0, soon.clone(), received)
        } else {
            stretches.each_ref().map(|stretch| listed(stretch).count())
        };
        let total = closing + later + closed;
        let [soon, open, over] = &stretches;
        let order = if around.pick.newest { [open, soon, over] } else { [soon, open, over] };
        let all = || order.into_iter().flat_map(listed);
        let is =
            |thread: &Thread, (number, customer): &(_, _)| thread.number == *number && thread.customer == *customer;
        let anchor = around.anchor.as_ref().and_then(|key| all().position(|thread| is(thread, key)));
        let row = anchor.unwrap_or(around.row).min(total.saturating_sub(1));
        let first = row.saturating_sub(around.margin);
        let seen = all().skip(first).take(row - first + around.margin + 1);
        let rows = seen.filter_map(|thread| Some(self.row(thread, thread.last.as_ref()?, u64::from(thread.inbound))));
        ConversationPage { rows: rows.collect(), first, anchor, total, open: closing + later, soon: closing }
    }

    fn is_picked(&self, thread: &Thread, pick: &Pick) -> bool {
        if is_any(pick) {
            return true;
        }
        let unread = || thread.last.as_ref().is_some_and(|last| self.is_unanswered(thread, last));
        let names = [&thread.number, &thread.customer].into_iter().flatten();
        let mut texts = names
            .chain(thread.name.as_ref().map(|(_, name)| name))
            .chain(thread.last.as_ref().map(|last| &last.preview));
        (!pick.unread || unread())
            && (pick.search.is_empty() || texts.any(|text| text.to_lowercase().contains(&pick.search)))
    }

    /// Everything by the time of its last message; for a span in the past only what was received in it.
    fn order(&self, scope: &Scope, past: bool) -> Cow<'_, BTreeSet<Rank>> {
        if !past {
            return Cow::Borrowed(self.order.ranks());
        }
        let received = self.counts.total(Minutes::of(scope.span)).0;
        let rank = |index| {
            let thread = self.threads.get(index);
            Some(thread.rank(thread.last.as_ref()?.at, index))
        };
        Cow::Owned(received.into_keys().filter_map(rank).collect())
    }
}

/// Whether no conversation is left out.
fn is_any(pick: &Pick) -> bool {
    !pick.unread && pick.search.is_empty()
}

/// Whether a conversation belongs to what is looked at.
fn is_listed(thread: &Thread, scope: &Scope, past: bool) -> bool {
    (past || thread.received >= scope.span.from.0) && (scope.number.is_none() || scope.number == thread.number)
}
