//! An alert of a rule, and how it reads.

use super::measure::Value;
use super::{Metric, Per, Rule, Side};
use crate::event::mask::Masker;
use crate::event::{Millis, Severity, Text, rule_alert_id};
use crate::journal::operator::StoredAlert;
use crate::monitor::figures::{duration, thousands};
use crate::monitor::view::Alert;
use crate::query::{Filter, mask};
use serde::{Deserialize, Serialize};

/// One time that a rule was broken. It is what is stored, so fields are only ever added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleAlert {
    /// Hash of rule, entity and opening minute: the same from every replay of the same journal.
    pub id: Text,
    /// The rule's name.
    pub rule: Text,
    /// What the rule was judged for.
    pub per: Option<Per>,
    /// Which one of these; `None` without `per`.
    pub entity: Option<Text>,
    /// Warning, or critical once it escalated: it does not fall again while it is open.
    pub severity: Severity,
    /// When it opened: the turn of a minute.
    pub opened_at: Millis,
    /// When it became critical after it had opened.
    pub escalated_at: Option<Millis>,
    /// When it was last reminded of.
    pub reminded_at: Option<Millis>,
    /// When it resolved.
    pub resolved_at: Option<Millis>,
    /// What was judged.
    pub metric: Metric,
    /// Its code.
    pub code: Option<i64>,
    /// The filter that it was judged within.
    #[serde(default)]
    pub filter: Option<Text>,
    /// Minutes it was judged over.
    pub window: u32,
    /// The wrong side of the bound.
    pub side: Side,
    /// The bound.
    pub bound: f64,
    /// The value last judged.
    pub value: f64,
    /// What stood behind it.
    pub volume: u64,
    /// The worst value so far.
    pub worst: f64,
}

impl RuleAlert {
    pub(super) fn open(rule: &Rule, entity: Option<&Text>, value: Value, severity: Severity, at: Millis) -> Self {
        Self {
            id: rule_alert_id(&rule.name, entity.map(Text::as_str), at),
            rule: rule.name.clone(),
            per: rule.per,
            entity: entity.cloned(),
            severity,
            opened_at: at,
            escalated_at: None,
            reminded_at: None,
            resolved_at: None,
            metric: rule.metric,
            code: rule.code,
            filter: rule.filter.as_ref().map(|filter| filter.as_str().into()),
            window: rule.window,
            side: rule.bound.side,
            bound: rule.bound.open,
            value: value.value,
            volume: value.volume,
            worst: value.value,
        }
    }

    /// Reads alerts as they are stored. What cannot be read, of a later version say, is left out.
    pub fn stored(alerts: impl IntoIterator<Item = StoredAlert>) -> Vec<Self> {
        alerts.into_iter().filter_map(|stored| serde_json::from_str(&stored.alert).ok()).collect()
    }

    /// The form it is stored in. Nobody was told of it yet.
    pub fn to_store(&self) -> StoredAlert {
        // Texts, numbers and times alone: that is always written.
        let alert = serde_json::to_string(self).unwrap_or_default();
        let (id, opened_at, resolved_at) = (self.id.clone(), self.opened_at, self.resolved_at);
        StoredAlert { id, opened_at, resolved_at, told: Text::default(), alert }
    }

    /// With pseudonyms for whom it is about and whom its filter looks for.
    pub fn masked(self, masker: &Masker) -> Self {
        let entity = match self.per {
            Some(Per::Number) => self.entity.map(|number| masker.phone(&number)),
            _ => self.entity,
        };
        let filter = self.filter.map(|filter| mask::masked(&filter, masker).into());
        Self { entity, filter, ..self }
    }

    /// Whether the rule still judges what opened it; bounds, window and times may be others.
    pub(super) fn is_of(&self, rule: &Rule) -> bool {
        let filter = rule.filter.as_ref().map(Filter::as_str);
        rule.name == self.rule
            && (rule.metric, rule.code, rule.per) == (self.metric, self.code, self.per)
            && filter == self.filter.as_deref()
    }

    /// The business number it is about.
    pub fn number(&self) -> Option<&Text> {
        self.entity.as_ref().filter(|_| self.per == Some(Per::Number))
    }

    /// When it last changed for a reader.
    pub fn changed_at(&self) -> Millis {
        self.resolved_at.or(self.escalated_at).unwrap_or(self.opened_at)
    }

    /// What was judged and how it stands, for a reader: `failed 7.5 % of 1,204 over 5 m, limit 5 %`.
    pub fn detail(&self) -> String {
        let value = self.metric.write(self.value);
        let limit = self.metric.write(self.bound);
        let over = duration(i64::from(self.window) * 60);
        let volume = thousands(self.volume);
        let within = self.filter.as_ref().map_or_else(String::new, |filter| format!(", of {filter}"));
        let detail = match self.metric {
            Metric::FailureRate => format!("failed {value} of {volume} over {over}, limit {limit}"),
            Metric::SettledRate => format!("settled {value} of {volume} over {over}, limit {limit}"),
            Metric::ReadRate => format!("read {value} of {volume} delivered over {over}, limit {limit}"),
            Metric::CodeCount => {
                let code = self.code.map_or_else(String::new, |code| format!(" with {code}"));
                format!("{value} messages failed{code} over {over}, limit {limit}")
            }
            Metric::DeliverP95 => format!("p95 to deliver {value}, n {volume}, over {over}, limit {limit}"),
            Metric::EventsPerSecond => format!("{value} over {over}, limit {limit}"),
            Metric::TransportLag => format!("p95 lag {value}, n {volume}, over {over}, limit {limit}"),
            Metric::Refused => format!("{value} requests refused over {over}, limit {limit}"),
            Metric::Silence => format!("silent for {value}, limit {limit}; {volume} events were to be expected"),
        };
        detail + &within
    }

    /// The alert as it stands among those of templates and accounts.
    pub fn view(&self) -> Alert {
        let subject = match &self.entity {
            Some(entity) => Text::from(format!("{} · {entity}", self.rule)),
            None => self.rule.clone(),
        };
        Alert {
            id: self.id.clone(),
            severity: self.severity,
            kind: "rule".into(),
            title: self.entity.clone().unwrap_or_else(|| "all".into()),
            subject,
            detail: self.detail().into(),
            at: self.opened_at,
            last_at: self.changed_at(),
            superseded_by: None,
            acknowledged: false,
            acknowledgement: None,
            resolved_at: self.resolved_at,
            number: self.number().cloned(),
            what: format!("rule: {}", self.rule).into(),
            seq: 0,
        }
    }
}
