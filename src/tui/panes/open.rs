//! What Enter leads to: the events behind a number, as a filter that is shown and can be edited.

use super::data::{Key, Listing, OverviewData};
use super::failures;
use crate::event::Text;
use crate::monitor::view::{Alert, Dimension, Group, term};
use crate::source::thread::Who;
use crate::tui::look::Look;
use crate::tui::place::{Open, Place};
use crate::tui::terms;
use std::borrow::Cow;

/// What is behind a row of a pane.
pub(super) fn behind(data: &OverviewData, listing: Listing, row: usize, look: &Look) -> Option<Open> {
    let (mut filter, title) = match data.key(listing, row)? {
        Key::Stage(stage) => (stage.filter().to_owned(), stage.name(look.lang).to_owned()),
        Key::Group(dimension, group) => {
            (format!("kind:status {}", dimension.selects(&group)?), group_title(dimension, &group, look))
        }
        Key::Code(code) => {
            let short = data.failures.get(row).map_or(Cow::Borrowed(""), |failure| terms::failure(look, failure));
            let title = code.map_or_else(|| short.to_string(), |code| format!("{code} {short}"));
            (failed_with(code), title)
        }
        Key::Hit(code, dimension, group) => {
            (format!("{} {}", failed_with(code), dimension.selects(&group)?), group_title(dimension, &group, look))
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
        Key::Code(_) | Key::Hit(..) => Open::messages(filter, title),
        _ => Open::events(filter, title),
    })
}

/// The value of a row, as it may be shown: a code, a count, a phone, a subject.
pub(super) fn value(data: &OverviewData, listing: Listing, row: usize, look: &Look) -> Option<String> {
    Some(match data.key(listing, row)? {
        Key::Stage(stage) => stage.count(&data.funnel).to_string(),
        Key::Group(Dimension::Number, group) | Key::Hit(_, Dimension::Number, group) => {
            look.phone(group.label()).into_owned()
        }
        Key::Group(_, group) | Key::Hit(_, _, group) => group.label().to_owned(),
        Key::Code(code) => code?.to_string(),
        Key::Conversation(_, customer) => look.phone(&customer?).into_owned(),
        Key::Alert(_) => {
            let alert = data.alerts.get(row)?;
            look.about(&alert.subject, alert.number.as_deref()).into_owned()
        }
    })
}

/// Selects the messages that failed with a code, or without one.
fn failed_with(code: Option<i64>) -> String {
    code.map_or("status:failed not code>=0".to_owned(), |code| format!("code:{code} status:failed"))
}

fn group_title(dimension: Dimension, group: &Group, look: &Look) -> String {
    match group {
        Group::Named(number) if dimension == Dimension::Number => look.phone(number).into_owned(),
        Group::Named(value) => {
            format!("{} {}", failures::dimension(dimension, look.lang), terms::value(look, dimension, value))
        }
        Group::Unnamed | Group::Others => named(None, look),
    }
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
