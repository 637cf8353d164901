//! A receiver of webhooks, told as an Alertmanager would tell it: version 4 of its format, for the many that read it.
//!
//! Each post is about what changed, and the reminders of what is open. What resolved is told with its end.

use super::alertmanager::Said;
use super::command::worst;
use super::dispatch::Post;
use crate::monitor::rules::{Change, What};
use serde::Serialize;
use std::collections::BTreeMap;

/// The end of what has none yet, as Go writes no time.
const OPEN: &str = "0001-01-01T00:00:00Z";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    version: &'static str,
    group_key: &'static str,
    truncated_alerts: usize,
    status: &'static str,
    receiver: &'static str,
    group_labels: BTreeMap<&'static str, String>,
    common_labels: BTreeMap<&'static str, String>,
    common_annotations: BTreeMap<&'static str, String>,
    #[serde(rename = "externalURL")]
    external_url: &'static str,
    alerts: Vec<Entry>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    status: &'static str,
    #[serde(flatten)]
    said: Said,
    starts_at: String,
    ends_at: String,
    #[serde(rename = "generatorURL")]
    generator_url: &'static str,
    /// The alert's id.
    fingerprint: String,
}

impl Entry {
    fn of(change: &Change) -> Self {
        let alert = &change.alert;
        let ends_at = alert.resolved_at.map_or_else(|| OPEN.to_owned(), |at| at.rfc3339());
        Self {
            status: if change.what == What::Resolved { "resolved" } else { "firing" },
            said: Said::of(alert, alert.severity),
            starts_at: alert.opened_at.rfc3339(),
            ends_at,
            generator_url: "",
            fingerprint: alert.id.to_string(),
        }
    }
}

/// The body that tells what changed.
pub(super) fn body(post: &Post) -> Vec<u8> {
    let (changes, more) = worst(&post.changes);
    let alerts: Vec<Entry> = changes.into_iter().map(Entry::of).collect();
    let firing = alerts.iter().any(|entry| entry.status == "firing");
    let body = Body {
        version: "4",
        group_key: "{}:{}",
        truncated_alerts: more,
        status: if firing { "firing" } else { "resolved" },
        receiver: "watop",
        group_labels: BTreeMap::new(),
        common_labels: common(alerts.iter().map(|entry| &entry.said.labels)),
        common_annotations: common(alerts.iter().map(|entry| &entry.said.annotations)),
        external_url: "",
        alerts,
    };
    // Texts and numbers alone: that is always written.
    serde_json::to_vec(&body).unwrap_or_default()
}

/// What all have alike.
fn common<'a>(mut all: impl Iterator<Item = &'a BTreeMap<&'static str, String>>) -> BTreeMap<&'static str, String> {
    let mut common = all.next().cloned().unwrap_or_default();
    all.for_each(|next| common.retain(|name, value| next.get(name) == Some(value)));
    common
}
