//! Cost lines (PROTOCOL §3.1 and §3.2).

use super::first;
use crate::event::json::Value;
use crate::event::{CostLine, Text};
use compact_str::{CompactString, format_compact};

/// Where a cost stood: `cdr_type` 8 means different things.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Status,
    Inbound,
}

/// The cost lines of an element in wire order; without any, Meta's pricing category, which names no amount.
pub(super) fn costs(element: Value, place: Place) -> Vec<CostLine> {
    let stated = [element.get("costs"), element.get("cost")].into_iter().flatten();
    let mut lines: Vec<CostLine> = Vec::new();
    for cost in stated {
        if cost.is_object() {
            lines.push(line(cost, place));
        }
        lines.extend(cost.items().filter(|cost| cost.is_object()).map(|cost| line(cost, place)));
    }
    if lines.is_empty() {
        lines.extend(element.get("pricing").and_then(pricing));
    }
    lines
}

fn line(cost: Value, place: Place) -> CostLine {
    CostLine {
        category: category(cost.get("cdr_type").and_then(Value::integer), place),
        direction: match cost.get("direction").and_then(Value::filled).as_deref() {
            Some("1") => CompactString::const_new("outbound"),
            Some("2") => CompactString::const_new("inbound"),
            Some(other) => other.into(),
            None => CompactString::const_new("unknown"),
        },
        currency: first(cost, &["currency"]),
        amount: cost.get("foreign_price").and_then(Value::decimal),
        cny: cost.get("price").and_then(Value::decimal),
    }
}

fn category(cdr_type: Option<i64>, place: Place) -> Text {
    CompactString::const_new(match cdr_type {
        Some(1) => "message",
        Some(4) => "marketing",
        Some(5) => "utility",
        Some(6) => "authentication",
        Some(7) => "service",
        Some(8) if place == Place::Status => "free",
        Some(8) => "advertising",
        Some(9) => "authentication_international",
        Some(10) => "marketing_lite",
        Some(other) => return format_compact!("cdr_{other}"),
        None => "unknown",
    })
}

/// Pricing stands only on outgoing messages. Its categories are spelled with hyphens, all others with underscores.
fn pricing(pricing: Value) -> Option<CostLine> {
    let category = first(pricing, &["category"])?.replace('-', "_");
    let direction = CompactString::const_new("outbound");
    Some(CostLine { category: category.into(), direction, currency: None, amount: None, cny: None })
}
