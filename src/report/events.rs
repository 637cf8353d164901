//! One event on one line, for people.

use super::markdown::escaped;
use super::text::{fill, or_dash};
use crate::event::clean::clean;
use crate::event::{Detail, Event, Millis, Notice, Status, Text, catalogue};
use crate::tui::widgets::format::duration;

/// Receive time, kind, business number, customer, lag and what happened, in columns; the last is as long as it is. All text
/// from outside is cleaned.
pub fn line(event: &Event) -> String {
    let lag = lag(event);
    let kind = event.kind().as_str();
    let number = fill(&or_dash(event.number.as_ref()), 14);
    let customer = fill(&or_dash(event.customer.as_ref()), 16);
    format!("{}  {kind:12}  {number}  {customer}  {lag:>11}  {}", time(event.received_at), what(event))
}

/// The head of a Markdown table of events.
pub const MARKDOWN_HEAD: &str =
    "| received | kind | number | customer | what | lag |\n| --- | --- | --- | --- | --- | --: |\n";

/// The same as [`line`] as a row of that table, without its line break.
pub fn markdown_row(event: &Event) -> String {
    let text = |text: Option<&Text>| text.map_or_else(|| "–".to_owned(), |text| escaped(text));
    let (number, customer) = (text(event.number.as_ref()), text(event.customer.as_ref()));
    let (time, kind, what) = (time(event.received_at), event.kind().as_str(), escaped(&what(event)));
    format!("| {time} | {kind} | {number} | {customer} | {what} | {} |", lag(event))
}

/// Receive time minus the provider's.
fn lag(event: &Event) -> String {
    event.provider_at.map_or("-".to_owned(), |at| {
        let seconds = (event.received_at.0 - Millis::from(at).0).div_euclid(1000);
        if seconds < 0 { format!("-{}", duration(-seconds)) } else { duration(seconds) }
    })
}

/// RFC 3339 with exactly three decimals, so that times stand below each other.
fn time(at: Millis) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

fn what(event: &Event) -> String {
    match &event.detail {
        Detail::Status(status) => what_became(status),
        Detail::Inbound(inbound) => match &event.name {
            Some(name) => format!("{}: {}", clean(name), clean(&inbound.preview)),
            None => clean(&inbound.preview).into_owned(),
        },
        Detail::Template(notice) | Detail::Account(notice) => what_is_noticed(notice),
        Detail::Other(other) => {
            let event = other.event.as_deref().unwrap_or_default();
            joined(&[&clean(&other.field), &clean(event), &clean(&other.preview)])
        }
        Detail::Unrecognised(unrecognised) => format!("{} at {}", clean(&unrecognised.reason), clean(&event.path)),
    }
}

fn what_became(status: &Status) -> String {
    let name = clean(status.status.as_str()).into_owned();
    let Some(error) = status.errors.first() else { return name };
    let code = error.code.map(|code| code.to_string()).unwrap_or_default();
    let short = error.code.and_then(catalogue::short).unwrap_or_default();
    let title = error.title.as_deref().filter(|_| short.is_empty()).unwrap_or_default();
    let more = match status.errors.len() {
        1 => String::new(),
        errors => format!("(+{} more)", errors - 1),
    };
    joined(&[&name, &code, short, &clean(title), &more])
}

fn what_is_noticed(notice: &Notice) -> String {
    joined(&[&clean(&notice.what()), &clean(&notice.title), &clean(&notice.cause)])
}

fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("  ")
}
