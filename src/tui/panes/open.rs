//! What Enter leads to: the events behind a number, as a filter that is shown and can be edited.

use super::data::{Key, Listing, OverviewData};
use super::delivery::{self, stretch_name};
use super::failures;
use super::figures::{Figure, Stage};
use crate::event::Text;
use crate::monitor::view::{Alert, Dimension, Group, Stretch, term};
use crate::source::thread::Who;
use crate::tui::lang::Lang;
use crate::tui::look::Look;
use crate::tui::place::{Open, Place};
use crate::tui::title::Title;

/// What is behind a row of a pane; of a breakdown, behind one figure of it.
pub(super) fn behind(data: &OverviewData, listing: Listing, row: usize, figure: Figure) -> Option<Open> {
    let (mut filter, title) = match data.key(listing, row)? {
        Key::Stage(stage) => {
            let title = Title::new().said(stage.name(Lang::En), stage.name(Lang::Zh));
            (stage.filter().to_owned(), title)
        }
        Key::Became(became) => {
            let (en, zh) = became.names();
            (became.filter().to_owned(), Title::new().said(en, zh))
        }
        Key::Cohort(_) => ("kind:status".to_owned(), Title::new().said("began then", "该时段开始")),
        Key::Took(stretch, bin) => {
            let (en, zh) = stretch_name(stretch);
            (delivery::took_filter(stretch, bin), Title::new().said(en, zh).text(delivery::took_label(stretch, bin)))
        }
        Key::Group(dimension, group) => {
            let title = group_title(dimension, &group);
            let title = match figure {
                Figure::Stage(Stage::Attempted) => title,
                figure => title.said(figure.name(Lang::En), figure.name(Lang::Zh)),
            };
            (format!("{} {}", figure.filter(), dimension.selects(&group)?), title)
        }
        Key::Code(code) => {
            let short = data.failures.get(row).map_or("", |failure| &failure.short);
            (failed_with(code), Title::new().code(code, short))
        }
        Key::Hit(code, dimension, group) => {
            (format!("{} {}", failed_with(code), dimension.selects(&group)?), group_title(dimension, &group))
        }
        Key::Conversation(number, Some(customer)) => {
            let name = data.conversation(row)?.name.as_deref().unwrap_or_default();
            let title = Title::new().person(name).phone(customer.clone());
            return Some(Open::at(Place::Thread(Who { number, customer }), title));
        }
        Key::Conversation(number, customer) => {
            let conversation = data.conversation(row)?;
            let filter = customer.as_ref().map_or_else(|| "not customer:*".to_owned(), |c| term("customer", c));
            let title = match (&conversation.name, customer) {
                (Some(name), _) => Title::new().person(name.clone()),
                (None, Some(customer)) => Title::new().phone(customer),
                (None, None) => no_number(),
            };
            (number_filter(&filter, number.as_ref()), title)
        }
        Key::Alert(_) => {
            let alert = data.alerts.get(row)?;
            (alert_filter(alert), Title::new().alert(alert))
        }
    };
    if let Some(number) = data.scope.number.as_ref().filter(|_| !filter.contains("number:")) {
        filter = number_filter(&filter, Some(number));
    }
    Some(match data.key(listing, row)? {
        Key::Conversation(..) | Key::Alert(_) => Open::events(filter, title),
        Key::Cohort(span) => Open::messages(filter, title).within(span),
        _ => Open::messages(filter, title),
    })
}

/// The value of a row, as it may be shown: a code, a count, a phone, a subject.
pub(super) fn value(data: &OverviewData, listing: Listing, row: usize, figure: Figure, look: &Look) -> Option<String> {
    Some(match data.key(listing, row)? {
        Key::Group(..) if figure != Figure::ALL[0] => figure.count(&data.zoom.groups.get(row)?.funnel).to_string(),
        Key::Stage(stage) => stage.count(&data.funnel).to_string(),
        Key::Became(became) => became.count(&data.funnel).to_string(),
        Key::Cohort(_) => data.cohorts.get(row)?.1.attempted.to_string(),
        Key::Took(Stretch::Deliver, bin) => data.zoom.deliver.get(bin)?.to_string(),
        Key::Took(Stretch::Read, bin) => data.zoom.read.get(bin)?.to_string(),
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
    code.map_or("outcome:failed not code>=0".to_owned(), |code| format!("code:{code} outcome:failed"))
}

fn group_title(dimension: Dimension, group: &Group) -> Title {
    match group {
        Group::Named(number) if dimension == Dimension::Number => Title::new().phone(number.clone()),
        Group::Named(value) => {
            let [en, zh] = [Lang::En, Lang::Zh].map(|lang| failures::dimension(dimension, lang));
            Title::new().said(en, zh).value(dimension, value.to_string())
        }
        Group::Unnamed | Group::Others => no_number(),
    }
}

fn no_number() -> Title {
    Title::new().said("no number", "无号码")
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
