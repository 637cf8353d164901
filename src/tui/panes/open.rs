//! What Enter leads to: the events behind a number, as a filter that is shown and can be edited.

use super::data::{Key, Listing, OverviewData};
use crate::event::Text;
use crate::event::clean::clean;
use crate::monitor::view::Alert;
use crate::tui::look::Look;
use crate::tui::place::Open;

/// What is behind a row of a pane.
pub(super) fn behind(data: &OverviewData, listing: Listing, row: usize) -> Option<Open> {
    let (mut filter, title) = match data.key(listing, row)? {
        Key::Stage(stage) => (stage.filter().to_owned(), stage.name().to_owned()),
        Key::Number(number) => (number_filter("kind:status", number.as_ref()), named(number.as_ref())),
        Key::Code(code) => {
            let short = data.failures.get(row).map_or("", |failure| failure.short.as_str());
            match code {
                Some(code) => (format!("code:{code} status:failed"), format!("{code} {short}")),
                None => ("status:failed not code>=0".to_owned(), short.to_owned()),
            }
        }
        Key::Conversation(number, customer) => {
            let conversation = data.conversations.get(row)?;
            let filter = customer.as_ref().map_or_else(|| "not customer:*".to_owned(), |c| term("customer", c));
            (number_filter(&filter, number.as_ref()), named(conversation.name.as_ref().or(customer.as_ref())))
        }
        Key::Alert(_) => {
            let alert = data.alerts.get(row)?;
            (alert_filter(alert), format!("{} {}", alert.what, alert.title))
        }
    };
    if let Some(number) = data.scope.number.as_ref().filter(|_| !filter.contains("number:")) {
        filter = number_filter(&filter, Some(number));
    }
    Some(Open::events(filter, clean(&title).into_owned()))
}

/// The value of a row, as it may be shown: a code, a count, a phone, a subject.
pub(super) fn value(data: &OverviewData, listing: Listing, row: usize, look: &Look) -> Option<String> {
    Some(match data.key(listing, row)? {
        Key::Stage(stage) => stage.count(&data.funnel).to_string(),
        Key::Number(number) => look.phone(&number?).into_owned(),
        Key::Code(code) => code?.to_string(),
        Key::Conversation(_, customer) => look.phone(&customer?).into_owned(),
        Key::Alert(_) => {
            let alert = data.alerts.get(row)?;
            look.about(&alert.subject, alert.number.as_deref()).into_owned()
        }
    })
}

/// The proof of the verdict.
pub(super) fn proof(data: &OverviewData) -> Option<Open> {
    let filter = data.verdict.proof.clone()?;
    Some(Open::events(filter, clean(&data.verdict.short).into_owned()))
}

fn named(name: Option<&Text>) -> String {
    name.map_or_else(|| "no number".to_owned(), Text::to_string)
}

fn number_filter(filter: &str, number: Option<&Text>) -> String {
    match number {
        Some(number) => format!("{filter} {}", term("number", number)),
        None => format!("{filter} not number:*"),
    }
}

fn alert_filter(alert: &Alert) -> String {
    let kind = if alert.kind.starts_with("template") { "template" } else { "account" };
    format!("kind:{kind} {}", term("subject", &alert.subject))
}

/// `field:value` in the filter language, with the value taken literally.
fn term(field: &str, value: &str) -> String {
    let mut literal = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '*' | '?' | '\\' | '"') {
            literal.push('\\');
        }
        literal.push(c);
    }
    let plain = value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '*'));
    if plain && !value.is_empty() { format!("{field}:{literal}") } else { format!("{field}:\"{literal}\"") }
}
