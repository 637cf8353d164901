//! Template and account events: one entry each, the later one superseding the earlier of the same subject and kind.

use super::view::{Alert, Scope};
use crate::event::{Event, Millis, Notice, Severity, Text};
use hashbrown::{HashMap, HashSet};

/// One template or account event as it is kept.
#[derive(Debug, Clone)]
struct Entry {
    number: Option<Text>,
    notice: Notice,
    /// Provider time, else the first receive time.
    at: Millis,
    first: Millis,
    last: Millis,
    seq: u64,
}

/// Every template and account event.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    entries: HashMap<Text, Entry>,
    acknowledged: HashSet<Text>,
}

impl Alerts {
    /// Takes in one template or account event, or an amendment of one.
    pub(super) fn see(&mut self, event: &Event, notice: &Notice) {
        let received = event.received_at;
        let new = Entry {
            number: event.number.clone(),
            notice: notice.clone(),
            at: event.provider_at.map_or(received, Millis::from),
            first: received,
            last: received,
            seq: event.seq,
        };
        match self.entries.get_mut(&notice.alert_id) {
            Some(entry) => entry.join(new),
            None => {
                self.entries.insert(notice.alert_id.clone(), new);
            }
        }
    }

    pub(super) fn acknowledge(&mut self, alerts: impl Iterator<Item = Text>) {
        self.acknowledged = alerts.collect();
    }

    /// Alerts received in the span: what is open first, then the most severe, then the newest.
    pub(super) fn rows(&self, scope: &Scope) -> Vec<Alert> {
        let superseded = self.superseded();
        let mut rows: Vec<Alert> = self
            .entries
            .iter()
            .filter(|(_, entry)| scope.span.contains(entry.first))
            .filter(|(_, entry)| scope.number.is_none() || scope.number == entry.number)
            .map(|(id, entry)| self.row(id, entry, superseded.get(id).map(|by| (*by).clone())))
            .collect();
        rows.sort_by(|a, b| {
            let closed = |row: &Alert| row.superseded_by.is_some() || row.acknowledged;
            (closed(a), b.severity, b.at, &a.id).cmp(&(closed(b), a.severity, a.at, &b.id))
        });
        rows
    }

    /// The newest change that anybody may care about, in everything that is kept.
    pub(super) fn newest(&self) -> Option<Alert> {
        let worth = |entry: &&Entry| entry.notice.severity != Severity::Info;
        let newest = self.entries.values().filter(worth).max_by_key(|entry| (entry.at, &entry.notice.alert_id))?;
        Some(self.row(&newest.notice.alert_id, newest, None))
    }

    fn row(&self, id: &Text, entry: &Entry, superseded_by: Option<Text>) -> Alert {
        let notice = &entry.notice;
        Alert {
            id: id.clone(),
            severity: notice.severity,
            kind: notice.kind.clone(),
            subject: notice.subject.clone(),
            detail: notice.cause.clone(),
            at: entry.at,
            last_at: entry.last,
            superseded_by,
            acknowledged: self.acknowledged.contains(id),
            number: entry.number.clone(),
            what: notice.what(),
            title: notice.title.clone(),
            seq: entry.seq,
        }
    }

    /// Which alert each superseded one gave way to: the next of its subject and kind; for what disables or restricts also
    /// the next that reinstates its subject, whichever is earlier.
    fn superseded(&self) -> HashMap<&Text, &Text> {
        let mut ordered: Vec<(&Text, &Entry)> = self.entries.iter().collect();
        ordered.sort_by_key(|(id, entry)| (entry.at, *id));
        let mut next_of_kind: HashMap<(&Text, &Text), &Text> = HashMap::new();
        let mut next_reinstating: HashMap<&Text, &Text> = HashMap::new();
        let mut superseded = HashMap::new();
        let mut place: HashMap<&Text, usize> = HashMap::new();
        for (at, (id, entry)) in ordered.into_iter().enumerate().rev() {
            place.insert(id, at);
            let notice = &entry.notice;
            let same = next_of_kind.insert((&notice.subject, &notice.kind), id);
            let restored = next_reinstating.get(&notice.subject).copied().filter(|_| notice.restricts());
            let by = [same, restored].into_iter().flatten().min_by_key(|id| place.get(*id).copied());
            if let Some(by) = by {
                superseded.insert(id, by);
            }
            if notice.reinstates {
                next_reinstating.insert(&notice.subject, id);
            }
        }
        superseded
    }

    /// Times, severities and words of the alerts received in the span, for the marks of a chart.
    pub(super) fn marks(&self, scope: &Scope) -> Vec<(Millis, Severity, Text)> {
        let mut marks: Vec<(Millis, Severity, Text)> = self
            .entries
            .values()
            .filter(|entry| scope.span.contains(entry.first) && entry.notice.severity >= Severity::Warning)
            .filter(|entry| scope.number.is_none() || scope.number == entry.number)
            .map(|entry| (entry.first, entry.notice.severity, entry.notice.what()))
            .collect();
        marks.sort();
        marks
    }
}

impl Entry {
    /// Joins two deliveries of one event, in any order.
    fn join(&mut self, other: Self) {
        self.at = self.at.min(other.at);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.seq = if self.seq == 0 { other.seq } else { self.seq.min(other.seq.max(1)) };
        self.number = self.number.take().max(other.number);
        self.notice.join(&other.notice);
    }
}

impl Notice {
    /// Whether it takes something away that a reinstating event gives back.
    fn restricts(&self) -> bool {
        matches!(self.kind.as_str(), "disabled_update" | "account_restriction")
            || (self.kind == "template_status" && !self.reinstates)
    }

    /// Takes in what another delivery says more; where both say something, the greater text.
    fn join(&mut self, other: &Self) {
        if other.cause > self.cause {
            self.cause = other.cause.clone();
        }
        if other.title > self.title {
            self.title = other.title.clone();
        }
        self.severity = self.severity.max(other.severity);
    }
}
