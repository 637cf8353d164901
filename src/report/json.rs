//! The JSON form of a report: its keys and their order are a promise to programs, versioned by `schema`.

use super::Report;
use crate::event::Millis;
use crate::event::clean::json_escape_controls;
use crate::monitor::view::{Alert, Conversation, Cost, Failure, Funnel, Ingest, rfc3339};
use serde::Serialize;

/// Version of the form. Adding a key keeps it; removing or changing one raises it.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Json<'a> {
    schema: u32,
    #[serde(serialize_with = "rfc3339")]
    as_of: Millis,
    window: Window,
    ingest: &'a Ingest,
    funnel: &'a Funnel,
    failures: &'a [Failure],
    conversations: &'a [Conversation],
    alerts: &'a [Alert],
    costs: &'a [Cost],
}

#[derive(Serialize)]
struct Window {
    #[serde(serialize_with = "rfc3339")]
    from: Millis,
    #[serde(serialize_with = "rfc3339")]
    to: Millis,
}

pub(super) fn write(report: &Report) -> Result<String, serde_json::Error> {
    let Report { scope, ingest, funnel, failures, conversations, alerts, costs } = report;
    let window = Window { from: scope.span.from, to: scope.span.to };
    let json =
        Json { schema: SCHEMA, as_of: scope.as_of, window, ingest, funnel, failures, conversations, alerts, costs };
    serde_json::to_string_pretty(&json).map(json_escape_controls)
}
