//! What Enter leads to: the events behind a number, as a filter that is shown and can be edited.

use super::data::{Key, Listing, OverviewData};
use super::failures;
use crate::event::Text;
use crate::event::clean::clean;
use crate::monitor::view::{Alert, Dimension, Group};
use crate::source::thread::Who;
use crate::tui::look::Look;
use crate::tui::place::{Open, Place};
use crate::tui::terms;
use std::borrow::Cow;

/// What is behind a row of a pane.
pub(super) fn behind(data: &OverviewData, listing: Listing, row: usize, look: &Look) -> Option<Open> {
    let (mut filter, title) = match data.key(listing, row)? {
        Key::Stage(stage) => (stage.filter().to_owned(), stage.name(look.lang).to_owned()),
        Key::Group(Dimension::Number, group) => {
            (number_filter("kind:status", group.name()), named(group.name().map(|number| look.phone(number)), look))
        }
        Key::Group(dimension, group) => {
            let name = failures::dimension(dimension, look.lang);
            let none = matches!(dimension, Dimension::Tag | Dimension::Category).then(|| dimension.as_str());
            match &group {
                Group::Named(value) => {
                    let title = format!("{name} {}", clean(value));
                    (format!("kind:status {}", dimension.term(&group)?), title)
                }
                Group::Unnamed => (format!("kind:status not {}:*", none?), named(None, look)),
                Group::Others => return None,
            }
        }
        Key::Code(code) => {
            let short = data.failures.get(row).map_or(Cow::Borrowed(""), |failure| terms::failure(look, failure));
            match code {
                Some(code) => (format!("code:{code} status:failed"), format!("{code} {short}")),
                None => ("status:failed not code>=0".to_owned(), short.into_owned()),
            }
        }
        Key::Conversation(number, Some(customer)) => {
            let name = data.conversation(row)?.name.as_deref().unwrap_or_default();
            let title = format!("{} {}", look.person(name), look.phone(&customer)).trim_start().to_owned();
            return Some(Open { place: Place::Thread(Who { number, customer }), title });
        }
        Key::Conversation(number, customer) => {
            let conversation = data.conversation(row)?;
            let filter = customer.as_ref().map_or_else(|| "not customer:*".to_owned(), |c| term("customer", c));
            let name = conversation.name.as_ref().map(|name| look.person(name));
            let name = name.or_else(|| customer.as_ref().map(|customer| look.phone(customer)));
            (number_filter(&filter, number.as_ref()), named(name, look))
        }
        Key::Alert(_) => {
            let alert = data.alerts.get(row)?;
            (alert_filter(alert), format!("{} {}", terms::alert(look, alert), terms::alert_title(look, alert)))
        }
    };
    if let Some(number) = data.scope.number.as_ref().filter(|_| !filter.contains("number:")) {
        filter = number_filter(&filter, Some(number));
    }
    Some(match data.key(listing, row)? {
        Key::Code(_) => Open::messages(filter, title),
        _ => Open::events(filter, title),
    })
}

/// The value of a row, as it may be shown: a code, a count, a phone, a subject.
pub(super) fn value(data: &OverviewData, listing: Listing, row: usize, look: &Look) -> Option<String> {
    Some(match data.key(listing, row)? {
        Key::Stage(stage) => stage.count(&data.funnel).to_string(),
        Key::Group(Dimension::Number, group) => look.phone(group.label()).into_owned(),
        Key::Group(_, group) => group.label().to_owned(),
        Key::Code(code) => code?.to_string(),
        Key::Conversation(_, customer) => look.phone(&customer?).into_owned(),
        Key::Alert(_) => {
            let alert = data.alerts.get(row)?;
            look.about(&alert.subject, alert.number.as_deref()).into_owned()
        }
    })
}

fn named(name: Option<Cow<'_, str>>, look: &Look) -> String {
    name.map_or_else(|| look.lang.pick("no number", "无号码").to_owned(), Cow::into_owned)
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
pub(in crate::tui) fn term(field: &str, value: &str) -> String {
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
