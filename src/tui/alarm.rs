//! Alerts of rules on the screen: when to look for them, and what to ring.
//!
//! Whoever receives decides and stores them ([`crate::notify`]); the screen reads them once a minute, a moment after they are
//! decided. It rings for what changed after it was started and for nothing older.

use crate::config::RuleSetting;
use crate::event::mask::Masker;
use crate::event::{Millis, Severity, Text};
use crate::journal::operator::Acknowledged;
use crate::monitor::rules::{RuleAlert, What};
use crate::notify::terminal::{BELL, Terminal};
use crate::notify::{Target, standing};

/// How long after the turn of a minute what was decided at it is stored, in milliseconds.
const DECIDED: i64 = 4_000;

/// What the screen does about alerts of rules.
#[derive(Debug, Default)]
pub struct Alarm {
    rules: Vec<RuleSetting>,
    terminal: Terminal,
    /// What was found last; `None` before the first look.
    found: Option<Vec<RuleAlert>>,
    acknowledged: Vec<(Text, Acknowledged)>,
    /// The minute that was asked for last.
    asked: Option<i64>,
    sounds: Vec<u8>,
}

impl Alarm {
    /// For a screen on this terminal.
    pub fn new(rules: Vec<RuleSetting>, terminal: Terminal) -> Self {
        Self { rules, terminal, ..Self::default() }
    }

    /// Other rules are in force: they tell from the next change on.
    pub(super) fn take(&mut self, rules: Vec<RuleSetting>) {
        self.rules = rules;
    }

    /// Whether to look now.
    pub(super) fn is_due(&mut self, now: Millis) -> bool {
        let minute = (now.0 - DECIDED).div_euclid(60_000);
        self.asked.replace(minute) != Some(minute)
    }

    /// Looks at once, and rings for nothing that stands there then: what was looked at was not all there is.
    pub(super) fn look_again(&mut self) {
        (self.asked, self.found) = (None, None);
    }

    /// Looks at once.
    pub(super) fn ask_again(&mut self) {
        self.asked = None;
    }

    /// Takes in what is stored. Says whether it differs from what was known. A desktop shows no more than a masked screen does.
    pub(super) fn found(&mut self, alerts: &[RuleAlert], masker: Option<&Masker>) -> bool {
        let Some(before) = self.found.replace(alerts.to_vec()) else { return !alerts.is_empty() };
        let state = |alert: &RuleAlert| (standing(alert), alert.reminded_at);
        let was = |alert: &RuleAlert| before.iter().find(|known| known.id == alert.id).map(state);
        let changed: Vec<&RuleAlert> = alerts.iter().filter(|alert| was(alert) != Some(state(alert))).collect();
        self.ring(&changed, masker);
        before != alerts
    }

    /// Takes in who acknowledged what. Says whether it differs from what was known.
    pub(super) fn acknowledged(&mut self, acknowledged: &[(Text, Acknowledged)]) -> bool {
        let differs = self.acknowledged != acknowledged;
        self.acknowledged = acknowledged.to_vec();
        differs
    }

    /// One bell and one notice, however many there are.
    fn ring(&mut self, changed: &[&RuleAlert], masker: Option<&Masker>) {
        let wants = |target: &Target| -> Vec<&RuleAlert> {
            let names =
                |alert: &RuleAlert| self.rules.iter().any(|s| s.rule.name == alert.rule && s.notify.contains(target));
            changed.iter().copied().filter(|alert| names(alert)).collect()
        };
        let mut sounds = Vec::new();
        // That something is over needs no bell.
        if wants(&Target::Bell).iter().any(|alert| alert.resolved_at.is_none()) {
            sounds.extend(BELL);
        }
        let told = wants(&Target::Desktop);
        if let Some(worst) = told.iter().max_by_key(|alert| (alert.resolved_at.is_none(), alert.severity)) {
            let more = told.len() - 1;
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            let worst = masker.map_or_else(|| (*worst).clone(), |masker| (*worst).clone().masked(masker));
            let body = format!("{}{}{more}", head(&worst), worst.detail());
            sounds.extend(self.terminal.notice("watop", &body));
        }
        self.sounds.extend(sounds);
    }

    /// What is to be sent to the terminal now.
    pub(super) fn sounds(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.sounds)
    }
}

/// `CRITICAL failures up 85230174859: `
fn head(alert: &RuleAlert) -> String {
    let word = match (standing(alert), alert.severity) {
        (What::Resolved, _) => "resolved",
        (_, Severity::Critical) => "CRITICAL",
        _ => "WARNING",
    };
    let about = alert.entity.as_deref().map_or_else(String::new, |entity| format!(" {entity}"));
    format!("{word} {}{about}: ", alert.rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::rules::{Metric, Per, Side, builtin};

    fn alert(id: &str) -> RuleAlert {
        RuleAlert {
            id: id.into(),
            rule: "failures up".into(),
            per: None,
            entity: None,
            severity: Severity::Warning,
            opened_at: Millis(60_000),
            escalated_at: None,
            reminded_at: None,
            resolved_at: None,
            metric: Metric::FailureRate,
            code: None,
            filter: None,
            window: 5,
            side: Side::Above,
            bound: 0.05,
            value: 0.075,
            volume: 1204,
            worst: 0.075,
        }
    }

    fn alarm() -> Alarm {
        let rule = builtin().into_iter().find(|rule| rule.name == "failures up").unwrap();
        let rules = vec![RuleSetting { rule, notify: vec![Target::Bell, Target::Desktop] }];
        Alarm::new(rules, Terminal::of(|_| None))
    }

    #[test]
    fn it_rings_for_what_happens_while_it_is_watched_and_once() {
        let mut alarm = alarm();
        assert!(alarm.found(&[alert("old")], None));
        assert_eq!(alarm.sounds(), b"", "stood there before");
        assert!(alarm.found(&[alert("old"), alert("new"), alert("newer")], None));
        let sounds = String::from_utf8(alarm.sounds()).unwrap();
        assert!(sounds.starts_with('\x07') && sounds.matches('\x07').count() == 1, "{sounds:?}");
        assert!(
            sounds.contains("WARNING failures up: failed 7.5 % of 1,204 over 5 m, limit 5.0 %, and 1 more"),
            "{sounds:?}"
        );
        assert!(!alarm.found(&[alert("old"), alert("new"), alert("newer")], None));
        assert_eq!(alarm.sounds(), b"");
        let over = RuleAlert { resolved_at: Some(Millis(120_000)), ..alert("new") };
        alarm.found(&[alert("old"), over, alert("newer")], None);
        let sounds = String::from_utf8(alarm.sounds()).unwrap();
        assert!(sounds.contains("resolved failures up") && !sounds.contains('\x07'), "{sounds:?}");
    }

    #[test]
    fn masked_it_names_nobody() {
        let mut alarm = alarm();
        alarm.found(&[], None);
        let number = RuleAlert { per: Some(Per::Number), entity: Some("85230174859".into()), ..alert("new") };
        alarm.found(&[number], Some(&Masker::new([7; 16])));
        let sounds = String::from_utf8(alarm.sounds()).unwrap();
        assert!(sounds.contains("WARNING failures up") && !sounds.contains("85230174859"), "{sounds:?}");
    }

    #[test]
    fn it_looks_once_a_minute_a_moment_after_its_turn() {
        let mut alarm = alarm();
        assert!(alarm.is_due(Millis(59_000)));
        assert!(!alarm.is_due(Millis(60_000)) && !alarm.is_due(Millis(63_999)));
        assert!(alarm.is_due(Millis(64_000)) && !alarm.is_due(Millis(65_000)));
    }
}
