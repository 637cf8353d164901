//! What one alert is about: what came before it, its template over time, what is in force for its account.

use super::{Alerts, Entry};
use crate::event::{Detail, Millis, Notice, Severity, Text};
use crate::monitor::view::{About, AboutTemplate, Alert, Scope, State};
use std::cmp::Reverse;

impl Alerts {
    /// What is known around an alert, as far as it was received before the end of the scope. Of its template the states alone.
    pub(in crate::monitor) fn about(&self, id: &Text, scope: &Scope) -> Option<About> {
        let Some((entry, notice)) = self.entries.get(id).and_then(|entry| Some((entry, entry.notice()?))) else {
            return self.about_rule(id, scope);
        };
        let place = (entry.at(), &notice.alert_id);
        let earlier = self
            .known(scope)
            .filter(|(other, said)| said.subject == notice.subject && (other.at(), &said.alert_id) < place);
        let before = earlier.max_by_key(|(other, said)| (other.at(), &said.alert_id));
        Some(About {
            id: id.clone(),
            waba: notice.waba.clone(),
            before: before.map(|(other, said)| self.row(other, said)),
            template: matches!(entry.event.detail, Detail::Template(_)).then(|| self.template(notice, scope)),
            account: self.in_force(notice.waba.as_ref(), entry.event.number.as_ref(), scope),
        })
    }

    fn about_rule(&self, id: &Text, scope: &Scope) -> Option<About> {
        let alert = self.rules.iter().find(|alert| alert.id == *id)?;
        let same = |other: &&super::RuleAlert| (&other.rule, &other.entity) == (&alert.rule, &alert.entity);
        let earlier = self.rules.iter().filter(same).filter(|other| other.opened_at < alert.opened_at);
        Some(About {
            id: id.clone(),
            waba: None,
            before: earlier.max_by_key(|other| other.opened_at).map(|other| self.rule_row(other)),
            template: None,
            account: self.in_force(None, alert.number(), scope),
        })
    }

    /// Everything received before the end of the scope.
    fn known(&self, scope: &Scope) -> impl Iterator<Item = (&Entry, &Notice)> {
        let received = self.entries.values().filter(|entry| entry.event.received_at < scope.span.to);
        received.filter_map(|entry| Some((entry, entry.notice()?)))
    }

    /// What account events say of a WABA, or of a number where none is named, and nothing later took back.
    fn in_force(&self, waba: Option<&Text>, number: Option<&Text>, scope: &Scope) -> Vec<Alert> {
        let of_account = self.known(scope).filter(|(entry, notice)| {
            let same = match waba {
                Some(waba) => notice.waba.as_ref() == Some(waba),
                None => number.is_some() && entry.event.number.as_ref() == number,
            };
            same && matches!(entry.event.detail, Detail::Account(_))
        });
        let rows = of_account.map(|(entry, notice)| self.row(entry, notice));
        let mut rows: Vec<Alert> = rows.filter(|alert| alert.superseded_by.is_none()).collect();
        rows.sort_by(|a, b| {
            (Reverse(a.severity), Reverse(a.at), &a.id).cmp(&(Reverse(b.severity), Reverse(b.at), &b.id))
        });
        rows
    }

    fn template(&self, about: &Notice, scope: &Scope) -> AboutTemplate {
        let same = |notice: &Notice| match &about.template_id {
            Some(id) => notice.template_id.as_ref() == Some(id),
            None => notice.subject == about.subject,
        };
        let mut notices: Vec<(Millis, &Notice)> =
            self.known(scope).filter(|(_, notice)| same(notice)).map(|(entry, notice)| (entry.at(), notice)).collect();
        notices.sort_by_key(|(at, notice)| (*at, &notice.alert_id));
        let name = about.template.as_ref().or(about.template_id.as_ref());
        let title = [name, about.language.as_ref()].into_iter().flatten().map(Text::as_str).collect::<Vec<_>>();
        AboutTemplate {
            id: about.template_id.clone(),
            name: name.cloned().unwrap_or_default(),
            title: title.join(" ").into(),
            status: states(&notices, |notice| {
                (notice.kind == "template_status").then(|| (None, notice.event.clone(), notice.severity))
            }),
            quality: states(&notices, |notice| {
                (notice.kind == "template_quality").then(|| (from(notice), notice.event.clone(), notice.severity))
            }),
            category: states(&notices, |notice| match from(notice) {
                // Announced, the category before it is still the one in force.
                Some(before) if notice.cause.ends_with(", announced") => Some((None, Some(before), Severity::Info)),
                before => Some((before, notice.category.clone(), Severity::Info)),
            }),
            ..AboutTemplate::default()
        }
    }
}

/// What a change leads away from: `GREEN` of `GREEN → YELLOW`.
fn from(notice: &Notice) -> Option<Text> {
    notice.cause.split_once(" → ").map(|(from, _)| from.into())
}

/// The values that notices tell one after the other; the same told again goes on.
fn states(
    notices: &[(Millis, &Notice)],
    told: impl Fn(&Notice) -> Option<(Option<Text>, Option<Text>, Severity)>,
) -> Vec<State> {
    let mut states: Vec<State> = Vec::new();
    for (at, notice) in notices {
        let Some((before, Some(said), severity)) = told(notice) else { continue };
        if let Some(before) = before.filter(|_| states.is_empty()) {
            states.push(State { since: None, said: before, severity: Severity::Info });
        }
        if states.last().is_none_or(|last| last.said != said) {
            states.push(State { since: Some(*at), said, severity });
        }
    }
    states
}
