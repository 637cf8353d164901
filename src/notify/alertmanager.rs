//! An Alertmanager, told by its API v2.
//!
//! It takes an alert that is not told again for resolved, so every open one is told each minute, each time until a few minutes
//! later, and one that resolved is told with its end.

use super::dispatch::Post;
use crate::event::{Millis, Severity};
use crate::forward::Client;
use crate::monitor::rules::{RuleAlert, What};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an alert is taken for open after it was told, in milliseconds: several minutes may fail.
const LASTS: i64 = 5 * 60_000;
/// Tries within a minute; the next minute tells everything again.
const TRIES: u32 = 4;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    labels: BTreeMap<&'static str, String>,
    annotations: BTreeMap<&'static str, String>,
    starts_at: String,
    ends_at: String,
}

impl Entry {
    fn new(alert: &RuleAlert, severity: Severity, starts: Millis, ends: Millis) -> Self {
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
        Self { labels, annotations, starts_at: starts.rfc3339(), ends_at: ends.rfc3339() }
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

/// Tells it, several times when it does not take it.
///
/// # Errors
/// What it answered last, in words for the user.
pub(super) async fn tell(client: &Client, body: Vec<u8>) -> Result<(), String> {
    let body = bytes::Bytes::from(body);
    let mut tries = 0;
    loop {
        let headers = [("content-type", &b"application/json"[..])];
        let error = match client.post(headers, body.clone()).await {
            Ok(answer) if (200..300).contains(&answer.status) => return Ok(()),
            // What it does not understand it will not understand later.
            Ok(answer) if (400..500).contains(&answer.status) && answer.status != 429 => {
                return Err(format!("answered {}: {}", answer.status, first_line(&answer.first)));
            }
            Ok(answer) => format!("answered {}", answer.status),
            Err(error) => error.to_string(),
        };
        tries += 1;
        if tries == TRIES {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_secs(1 << (tries - 1))).await;
    }
}

fn first_line(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line: String = text.lines().next().unwrap_or_default().chars().take(200).collect();
    crate::event::clean::clean(&line).into_owned()
}
