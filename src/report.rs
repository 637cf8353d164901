//! Headless output of what a monitor or a list of events holds: text for people, JSON and NDJSON for programs.

pub mod csv;
pub mod events;
mod json;
pub mod story;
#[cfg(test)]
mod tests;
mod text;

use crate::event::Text;
use crate::event::mask::Masker;
use crate::monitor::Monitor;
use crate::monitor::view::{Alert, Conversation, Cost, Failure, Funnel, Ingest, Scope};

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
            // An alert about a number has it in its words.
            let Some(number) = alert.number.take() else { continue };
            let pseudonym = masker.phone(&number);
            for text in [&mut alert.subject, &mut alert.detail, &mut alert.title] {
                *text = text.replace(number.as_str(), &pseudonym).into();
            }
            alert.number = Some(pseudonym);
        }
        self.scope.number = self.scope.number.as_deref().map(|number| masker.phone(number));
        self
    }

    /// The stable, versioned JSON form.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        json::write(self)
    }

    /// For people: aligned, 80 columns, without control characters.
    pub fn text(&self) -> String {
        text::write(self)
    }
}
