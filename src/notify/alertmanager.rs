//! An Alertmanager, told by its API v2.
//!
//! It takes an alert that is not told again for resolved, so every open one is told each minute, each time until a few minutes
//! later, and one that resolved is told with its end.

use super::dispatch::Post;
use crate::event::{Millis, Severity};
use crate::monitor::rules::{RuleAlert, What};
use serde::Serialize;
use std::collections::BTreeMap;

/// How long an alert is taken for open after it was told, in milliseconds: several minutes may fail.
const LASTS: i64 = 5 * 60_000;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(flatten)]
    said: Said,
    starts_at: String,
    ends_at: String,
}

/// What an alert is known by and what it says, in the words of Prometheus.
#[derive(Debug, Serialize)]
pub(super) struct Said {
    pub(super) labels: BTreeMap<&'static str, String>,
    pub(super) annotations: BTreeMap<&'static str, String>,
}

impl Said {
    /// Of an alert while it has this severity.
    pub(super) fn of(alert: &RuleAlert, severity: Severity) -> Self {
        let word = if severity == Severity::Critical { "critical" } else { "warning" };
        let mut labels = BTreeMap::from([
            ("alertname", alert.rule.to_string()),
            ("severity", word.to_owned()),
            ("source", "watop".to_owned()),
        ]);
        if let (Some(per), Some(entity)) = (alert.per, &alert.entity) {
            labels.insert(per.name(), entity.to_string());
        }
        let about = alert.entity.as_ref().map_or_else(String::new, |entity| format!(" {entity}"));
        let annotations = BTreeMap::from([
            ("summary", format!("{}{about}", alert.rule)),
            ("description", alert.detail()),
            ("watop_id", alert.id.to_string()),
        ]);
        Self { labels, annotations }
    }
}

impl Entry {
    fn new(alert: &RuleAlert, severity: Severity, starts: Millis, ends: Millis) -> Self {
        Self { said: Said::of(alert, severity), starts_at: starts.rfc3339(), ends_at: ends.rfc3339() }
    }
}

/// The body that tells what is open and what changed. The severity is a label, so what escalates ends as a warning and begins
/// as critical.
pub(super) fn body(post: &Post) -> Vec<u8> {
    let mut entries = Vec::new();
    for alert in &post.open {
        let starts = alert.escalated_at.unwrap_or(alert.opened_at);
        entries.push(Entry::new(alert, alert.severity, starts, Millis(post.at.0 + LASTS)));
    }
    for change in &post.changes {
        let alert = &change.alert;
        match change.what {
            What::Escalated => entries.push(Entry::new(alert, Severity::Warning, alert.opened_at, change.at)),
            What::Resolved => {
                let starts = alert.escalated_at.unwrap_or(alert.opened_at);
                entries.push(Entry::new(alert, alert.severity, starts, change.at));
            }
            What::Opened | What::Reminded => {}
        }
    }
    // Texts alone: that is always written.
    serde_json::to_vec(&entries).unwrap_or_default()
}
