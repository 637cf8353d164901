//! Headless output of what a monitor or a list of events holds: text and Markdown for people, JSON, NDJSON and CSV for programs.

mod compare;
pub mod condition;
mod csv;
pub mod events;
pub mod incident;
mod json;
mod markdown;
pub mod oneline;
pub mod rows;
pub mod story;
#[cfg(test)]
mod tests;
mod text;

use crate::event::Text;
use crate::event::mask::Masker;
use crate::monitor::Monitor;
use crate::monitor::compare::{Comparison, Subject};
use crate::monitor::view::{Alert, Conversation, Cost, Dimension, DimensionRow, Failure, Funnel, Group, Ingest, Scope};

/// Everything `watop report` says about one window. The lists are complete.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What was looked at.
    pub scope: Scope,
    /// What was received.
    pub ingest: Ingest,
    /// What became of the messages.
    pub funnel: Funnel,
    /// Failures by code.
    pub failures: Vec<Failure>,
    /// Who wrote.
    pub conversations: Vec<Conversation>,
    /// Template and account events.
    pub alerts: Vec<Alert>,
    /// What it cost.
    pub costs: Vec<Cost>,
    /// What was asked for beside that.
    pub extras: Extras,
}

/// What a report holds on demand.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extras {
    /// The filter that the counts obey.
    pub filter: Option<String>,
    /// Delivery by dimensions.
    pub by: Vec<(Dimension, Vec<DimensionRow>)>,
    /// What changed.
    pub comparison: Option<Comparison>,
}

impl Report {
    /// Asks `monitor` for everything in `scope`. `refused` and `expired` are known elsewhere: requests answered 401 within
    /// the window, and requests and events that retention has removed so far.
    pub fn new(monitor: &Monitor, scope: Scope, refused: u64, expired: u64) -> Self {
        Self {
            ingest: Ingest { refused, expired, ..monitor.ingest(&scope) },
            funnel: monitor.funnel(&scope),
            failures: monitor.failures(&scope),
            conversations: monitor.conversations(&scope),
            alerts: monitor.alerts(&scope),
            costs: monitor.costs(&scope),
            extras: Extras::default(),
            scope,
        }
    }

    /// The same with pseudonyms in place of phones, names and texts.
    pub fn masked(mut self, masker: &Masker) -> Self {
        for conversation in &mut self.conversations {
            let phone = |phone: &Option<Text>| phone.as_deref().map(|phone| masker.phone(phone));
            conversation.number = phone(&conversation.number);
            conversation.customer = phone(&conversation.customer);
            conversation.name = conversation.name.as_deref().map(|name| masker.name(name));
            conversation.preview = masker.text(&conversation.preview);
        }
        for alert in &mut self.alerts {
            // An alert about a number has it in its words, and may tell of another one.
            alert.detail = masker.without_long_numbers(&alert.detail).into();
            let Some(number) = alert.number.take() else { continue };
            let pseudonym = masker.phone(&number);
            for text in [&mut alert.subject, &mut alert.detail, &mut alert.title] {
                *text = text.replace(number.as_str(), &pseudonym).into();
            }
            alert.number = Some(pseudonym);
        }
        self.scope.number = self.scope.number.as_deref().map(|number| masker.phone(number));
        self.extras = self.extras.masked(masker);
        self
    }

    /// The stable, versioned JSON form.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        json::write(self)
    }

    /// The same, one object per line; `section` says what each is.
    pub fn ndjson(&self) -> Result<String, serde_json::Error> {
        json::lines(self)
    }

    /// For people: aligned, 80 columns, without control characters.
    pub fn text(&self) -> String {
        text::write(self)
    }

    /// For people: Markdown with tables.
    pub fn markdown(&self) -> String {
        markdown::write(self)
    }

    /// One table: the breakdowns where some were asked for, else the failures by code.
    pub fn csv(&self) -> String {
        if self.extras.by.is_empty() { csv::failures(&self.failures) } else { csv::breakdown(&self.extras.by) }
    }
}

impl Extras {
    /// Numbers have pseudonyms; a filter may name whom it likes, so it goes.
    fn masked(mut self, masker: &Masker) -> Self {
        let mask = |dimension: Dimension, value: &mut Group| {
            if let (Dimension::Number, Group::Named(number)) = (dimension, &value) {
                *value = Group::Named(masker.phone(number));
            }
        };
        for (dimension, rows) in &mut self.by {
            rows.iter_mut().for_each(|row| mask(*dimension, &mut row.value));
        }
        if let Some(comparison) = &mut self.comparison {
            for change in &mut comparison.changes {
                if let Subject::Value(dimension, value) = &mut change.subject {
                    mask(*dimension, value);
                }
            }
        }
        self.filter = self.filter.map(|_| "(masked)".to_owned());
        self
    }
}
