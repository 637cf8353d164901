//! Template and account events, which of them were superseded, and what rules add to them.

mod about;

use super::rules::RuleAlert;
use super::view::{Acknowledged, Alert, Scope};
use crate::event::{Detail, Event, Millis, Notice, Severity, Text};
use hashbrown::HashMap;
use std::sync::OnceLock;

/// One template or account event, its deliveries merged.
#[derive(Debug, Clone)]
struct Entry {
    event: Event,
    /// When it was last received.
    last: Millis,
}

/// Every template and account event.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    entries: HashMap<Text, Entry>,
    acknowledged: HashMap<Text, Acknowledged>,
    rules: Vec<RuleAlert>,
    /// Which alert each superseded one gave way to, worked out when asked after a change.
    superseded: OnceLock<HashMap<Text, Text>>,
}

impl Alerts {
    /// Takes in one template or account event, or an amendment of one. Without a provider time an amendment is skipped: its
    /// key is its content, and its alert id, made of the receive time, is not that of the event it amends.
    pub(super) fn see(&mut self, event: &Event, notice: &Notice) {
        if event.amends.is_some() && event.timeless() {
            return;
        }
        self.superseded.take();
        match self.entries.get_mut(&notice.alert_id) {
            Some(entry) => {
                entry.event.merge(event);
                entry.last = entry.last.max(event.received_at);
            }
            None => {
                let entry = Entry { event: event.clone(), last: event.received_at };
                self.entries.insert(notice.alert_id.clone(), entry);
            }
        }
    }

    pub(super) fn acknowledge(&mut self, acknowledged: HashMap<Text, Acknowledged>) {
        self.acknowledged = acknowledged;
    }

    pub(super) fn set_rules(&mut self, alerts: Vec<RuleAlert>) {
        self.rules = alerts;
    }

    /// When a template or account event was said.
    pub(super) fn at(&self, id: &Text) -> Option<Millis> {
        self.entries.get(id).map(Entry::at)
    }

    /// Alerts received in the span, and those of rules that were open in it: what is open first, then the most severe, then
    /// the newest.
    pub(super) fn rows(&self, scope: &Scope) -> Vec<Alert> {
        let notices = self.of(scope).map(|(entry, notice)| self.row(entry, notice));
        let mut rows: Vec<Alert> = notices.chain(self.of_rules(scope).map(|alert| self.rule_row(alert))).collect();
        rows.sort_by(|a, b| (!a.is_open(), b.severity, b.at, &a.id).cmp(&(!b.is_open(), a.severity, a.at, &b.id)));
        rows
    }

    fn of(&self, scope: &Scope) -> impl Iterator<Item = (&Entry, &Notice)> {
        let received = self.entries.values().filter(|entry| scope.span.contains(entry.event.received_at));
        let of_number = received.filter(|entry| scope.number.is_none() || scope.number == entry.event.number);
        of_number.filter_map(|entry| Some((entry, entry.notice()?)))
    }

    /// Alerts of rules that were open in the span. One that is judged for everything concerns each number.
    fn of_rules(&self, scope: &Scope) -> impl Iterator<Item = &RuleAlert> {
        let until = |alert: &RuleAlert| alert.resolved_at.unwrap_or(Millis(i64::MAX));
        let open =
            self.rules.iter().filter(move |alert| alert.opened_at < scope.span.to && until(alert) >= scope.span.from);
        open.filter(|alert| {
            scope.number.is_none() || alert.number().is_none_or(|number| scope.number.as_ref() == Some(number))
        })
    }

    fn rule_row(&self, alert: &RuleAlert) -> Alert {
        let acknowledgement = self.acknowledged.get(&alert.id).cloned();
        Alert { acknowledged: acknowledgement.is_some(), acknowledgement, ..alert.view() }
    }

    /// The newest change that anybody may care about, in everything that is kept.
    pub(super) fn newest(&self) -> Option<Alert> {
        let notices = self.entries.values().filter_map(|entry| Some((entry, entry.notice()?)));
        let worth = notices.filter(|(_, notice)| notice.severity != Severity::Info);
        let (entry, notice) = worth.max_by_key(|(entry, notice)| (entry.at(), &notice.alert_id))?;
        Some(self.row(entry, notice))
    }

    fn row(&self, entry: &Entry, notice: &Notice) -> Alert {
        let superseded = self.superseded.get_or_init(|| self.supersede());
        let acknowledgement = self.acknowledged.get(&notice.alert_id).cloned();
        Alert {
            id: notice.alert_id.clone(),
            severity: notice.severity,
            kind: notice.kind.clone(),
            subject: notice.subject.clone(),
            detail: notice.cause.clone(),
            at: entry.at(),
            last_at: entry.last,
            superseded_by: superseded.get(&notice.alert_id).cloned(),
            acknowledged: acknowledgement.is_some(),
            acknowledgement,
            resolved_at: None,
            number: entry.event.number.clone(),
            what: notice.what(),
            title: notice.title.clone(),
            seq: entry.event.seq,
        }
    }

    /// Which alert each superseded one gave way to: the next of its subject and kind; for what disables or restricts also
    /// the next that reinstates its subject, whichever is earlier.
    fn supersede(&self) -> HashMap<Text, Text> {
        let mut ordered: Vec<(Millis, &Notice)> =
            self.entries.values().filter_map(|entry| Some((entry.at(), entry.notice()?))).collect();
        ordered.sort_by_key(|(at, notice)| (*at, &notice.alert_id));
        let mut next_of_kind: HashMap<(&Text, &Text), usize> = HashMap::new();
        let mut next_reinstating: HashMap<&Text, usize> = HashMap::new();
        let mut superseded = HashMap::new();
        for (at, (_, notice)) in ordered.iter().enumerate().rev() {
            let same = next_of_kind.insert((&notice.subject, &notice.kind), at);
            let restored = next_reinstating.get(&notice.subject).copied().filter(|_| notice.restricts());
            if let Some(by) = [same, restored].into_iter().flatten().min() {
                superseded.insert(notice.alert_id.clone(), ordered[by].1.alert_id.clone());
            }
            if notice.reinstates {
                next_reinstating.insert(&notice.subject, at);
            }
        }
        superseded
    }

    /// Times, severities and words of the alerts received in the span, for the marks of a chart: not of what happened before it
    /// and was only said late, because a mark answers since when.
    pub(super) fn marks(&self, scope: &Scope) -> Vec<(Millis, Severity, Text)> {
        let grave = self.of(scope).filter(|(_, notice)| notice.severity >= Severity::Warning);
        let notices = grave
            .filter(|(entry, _)| entry.at() >= scope.span.from)
            .map(|(entry, notice)| (entry.event.received_at, notice.severity, notice.what()));
        let opened = self.of_rules(scope).filter(|alert| scope.span.contains(alert.opened_at));
        let rules = opened.map(|alert| (alert.opened_at, alert.severity, alert.view().what));
        let mut marks: Vec<(Millis, Severity, Text)> = notices.chain(rules).collect();
        marks.sort();
        marks
    }
}

impl Entry {
    fn notice(&self) -> Option<&Notice> {
        match &self.event.detail {
            Detail::Template(notice) | Detail::Account(notice) => Some(notice),
            _ => None,
        }
    }

    /// Provider time, else receive time.
    fn at(&self) -> Millis {
        self.event.provider_at.map_or(self.event.received_at, Millis::from)
    }
}

impl Notice {
    /// Whether it takes something away that a reinstating event gives back.
    fn restricts(&self) -> bool {
        !self.reinstates && matches!(self.kind.as_str(), "disabled_update" | "account_restriction")
    }
}
