//! What one alert is about, beyond its own row.

use super::{Alert, Trend};
use crate::event::{Millis, Severity, Text};

/// What is known around one alert.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// Id of the alert.
    pub id: Text,
    /// The WABA it belongs to.
    pub waba: Option<Text>,
    /// The alert before it of the same subject.
    pub before: Option<Alert>,
    /// The template, when it is about one.
    pub template: Option<AboutTemplate>,
    /// What is in force for its account (without one, for its number): of each kind the last, the gravest first.
    pub account: Vec<Alert>,
}

/// A template over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AboutTemplate {
    /// Its id.
    pub id: Option<Text>,
    /// Its name, as error texts have it.
    pub name: Text,
    /// Name and language.
    pub title: Text,
    /// Its status, oldest first.
    pub status: Vec<State>,
    /// Its quality, oldest first.
    pub quality: Vec<State>,
    /// Its category in force, oldest first.
    pub category: Vec<State>,
    /// Messages of the cohort that failed because of it over time: their error texts name it, or they have a code of class
    /// template and name none.
    pub failed: Trend,
    /// Of these, messages since the alert whose error texts name the template.
    pub named: u64,
    /// Of these, messages since the alert whose error texts name no template at all.
    pub unnamed: u64,
}

/// A value that stood for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Since when; `None` for what is only known from the change away from it.
    pub since: Option<Millis>,
    /// The value, as on the wire.
    pub said: Text,
    /// How bad it is.
    pub severity: Severity,
}
