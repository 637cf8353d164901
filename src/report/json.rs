//! The JSON form of a report: its keys and their order are a promise to programs, versioned by `schema`.

use super::Report;
use crate::event::Millis;
use crate::event::clean::json_escape_controls;
use crate::monitor::compare::Comparison;
use crate::monitor::view::{Alert, Conversation, Cost, Dimension, DimensionRow, Failure, Funnel, Ingest, rfc3339};
use serde::Serialize;
use std::collections::BTreeMap;

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
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    by: BTreeMap<Dimension, &'a [DimensionRow]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compare: Option<&'a Comparison>,
}

#[derive(Serialize)]
struct Window {
    #[serde(serialize_with = "rfc3339")]
    from: Millis,
    #[serde(serialize_with = "rfc3339")]
    to: Millis,
}

pub(super) fn write(report: &Report) -> Result<String, serde_json::Error> {
    let Report { scope, ingest, funnel, failures, conversations, alerts, costs, extras } = report;
    let json = Json {
        schema: SCHEMA,
        as_of: scope.as_of,
        window: Window::of(report),
        ingest,
        funnel,
        failures,
        conversations,
        alerts,
        costs,
        filter: extras.filter.as_deref(),
        by: extras.by.iter().map(|(dimension, rows)| (*dimension, &rows[..])).collect(),
        compare: extras.comparison.as_ref(),
    };
    serde_json::to_string_pretty(&json).map(json_escape_controls)
}

impl Window {
    fn of(report: &Report) -> Self {
        Self { from: report.scope.span.from, to: report.scope.span.to }
    }
}

/// One object of the NDJSON form.
#[derive(Serialize)]
struct Line<'a, T: Serialize> {
    section: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimension: Option<Dimension>,
    #[serde(flatten)]
    row: &'a T,
}

#[derive(Serialize)]
struct Head<'a> {
    schema: u32,
    #[serde(serialize_with = "rfc3339")]
    as_of: Millis,
    window: Window,
    #[serde(skip_serializing_if = "Option::is_none")]
    filter: Option<&'a str>,
}

pub(super) fn lines(report: &Report) -> Result<String, serde_json::Error> {
    let Report { scope, ingest, funnel, failures, conversations, alerts, costs, extras } = report;
    let mut lines = Lines::default();
    let filter = extras.filter.as_deref();
    lines.push("report", &[Head { schema: SCHEMA, as_of: scope.as_of, window: Window::of(report), filter }])?;
    lines.push("ingest", std::slice::from_ref(ingest))?;
    lines.push("funnel", std::slice::from_ref(funnel))?;
    lines.push("failure", failures)?;
    lines.push("conversation", conversations)?;
    lines.push("alert", alerts)?;
    lines.push("cost", costs)?;
    for (dimension, rows) in &extras.by {
        lines.push_of("by", Some(*dimension), rows)?;
    }
    if let Some(comparison) = &extras.comparison {
        lines.push("overall", &comparison.overall)?;
        lines.push("change", &comparison.changes)?;
    }
    Ok(lines.0)
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn push<T: Serialize>(&mut self, section: &str, rows: &[T]) -> Result<(), serde_json::Error> {
        self.push_of(section, None, rows)
    }

    fn push_of<T: Serialize>(
        &mut self,
        section: &str,
        dimension: Option<Dimension>,
        rows: &[T],
    ) -> Result<(), serde_json::Error> {
        for row in rows {
            let line = serde_json::to_string(&Line { section, dimension, row })?;
            self.0.push_str(&json_escape_controls(line));
            self.0.push('\n');
        }
        Ok(())
    }
}
