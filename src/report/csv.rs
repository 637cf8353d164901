//! CSV tables for spreadsheets (RFC 4180). Text comes from strangers: it is cleaned and is no formula.

use crate::event::clean::csv_field;
use crate::monitor::view::{Dimension, DimensionRow, Failure};

/// Failures by code.
pub(super) fn failures(rows: &[Failure]) -> String {
    let mut table =
        String::from("code,platform_codes,messages,recipients,class,title,advice,retryable,first_at,last_at\r\n");
    for row in rows {
        let wrappers: Vec<String> = row.platform_codes.iter().map(i64::to_string).collect();
        line(
            &mut table,
            &[
                &maybe(row.code),
                &wrappers.join(" "),
                &row.messages.to_string(),
                &row.recipients.to_string(),
                &csv_field(&row.class),
                &csv_field(&row.title),
                &csv_field(&row.advice),
                &row.retryable.to_string(),
                &row.first_at.rfc3339(),
                &row.last_at.rfc3339(),
            ],
        );
    }
    table
}

/// Delivery by dimensions.
pub(super) fn breakdown(dimensions: &[(Dimension, Vec<DimensionRow>)]) -> String {
    let mut table =
        String::from("dimension,value,attempted,sent,delivered,read,failed,waiting,silent,settled_rate,read_rate\r\n");
    for (dimension, rows) in dimensions {
        for DimensionRow { value, funnel } in rows {
            let outcomes = &funnel.outcomes;
            let counts = [funnel.attempted, funnel.sent, funnel.delivered, funnel.read, outcomes.failed];
            let counts = counts.into_iter().chain([outcomes.waiting, outcomes.silent]).map(|count| count.to_string());
            let rates = [maybe(funnel.settled()), maybe(funnel.read_rate())];
            let figures: Vec<String> = counts.chain(rates).collect();
            line(&mut table, &[dimension.as_str(), &csv_field(value.label()), &figures.join(",")]);
        }
    }
    table
}

fn line(table: &mut String, fields: &[&str]) {
    table.push_str(&fields.join(","));
    table.push_str("\r\n");
}

fn maybe(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
