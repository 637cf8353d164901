//! How much a template or account event matters, and how it is called (PROTOCOL §5.2 and §5.3).

use super::{Notice, Severity, Text, catalogue};
use compact_str::{CompactString, format_compact};

/// Severity of a template event. `kind` is the alert kind, `event` the status, score or category.
pub(super) fn template_severity(kind: &str, event: &str) -> Severity {
    match (kind, event) {
        ("template_status", "DISABLED" | "REJECTED" | "PAUSED") => Severity::Critical,
        ("template_status", "FLAGGED" | "LOCKED" | "LIMIT_EXCEEDED" | "ARCHIVED") => Severity::Warning,
        ("template_status", "APPROVED" | "REINSTATED") => Severity::Good,
        ("template_quality", "RED") => Severity::Critical,
        ("template_quality", "YELLOW") => Severity::Warning,
        ("template_quality", "GREEN") => Severity::Good,
        ("template_category" | "template_correct_category_detection", _) => Severity::Warning,
        _ => Severity::Info,
    }
}

/// Severity of an account event. `event` is its event or decision, `states` the words beside it that decide: the ban states,
/// the severity of an alert, the state of a flow.
pub(super) fn account_severity(field: &str, event: &str, states: &[Text]) -> Severity {
    let says = |word: &str| states.iter().any(|state| state == word);
    match (field, event) {
        ("account_update", "DISABLED_UPDATE") if reinstates(event, states) => Severity::Good,
        (
            "account_update",
            "DISABLED_UPDATE"
            | "ACCOUNT_DELETED"
            | "ACCOUNT_VIOLATION"
            | "ACCOUNT_RESTRICTION"
            | "ACCOUNT_OFFBOARDED"
            | "PARTNER_REMOVED"
            | "PARTNER_APP_UNINSTALLED",
        ) => Severity::Critical,
        ("account_update", "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE") if says("FAILED") || says("REJECTED") => {
            Severity::Warning
        }
        ("account_alerts", _) if says("CRITICAL") => Severity::Critical,
        ("account_alerts", _) if says("WARNING") => Severity::Warning,
        ("account_alerts", _) => Severity::Info,
        ("account_review_update" | "phone_number_name_update", "REJECTED") => Severity::Critical,
        ("account_review_update", "PENDING" | "DEFERRED") => Severity::Warning,
        ("phone_number_quality_update", "DOWNGRADE") | ("security", _) => Severity::Critical,
        ("phone_number_quality_update", "FLAGGED") => Severity::Warning,
        ("flows", _) if says("BLOCKED") || says("ACTIVATED") => Severity::Critical,
        ("payment_configuration_update", status) if !status.eq_ignore_ascii_case("active") => Severity::Warning,
        (_, "APPROVED" | "REINSTATED" | "VERIFIED" | "VERIFIED_ACCOUNT") => Severity::Good,
        _ => Severity::Info,
    }
}

/// Severity of an error that belongs to no message: what stops everything is critical.
pub(super) fn error_severity(code: Option<i64>) -> Severity {
    match code.and_then(catalogue::lookup).map(|entry| entry.class.as_str()) {
        Some("integrity" | "auth" | "account" | "registration") => Severity::Critical,
        _ => Severity::Warning,
    }
}

/// Whether an event takes a disabling or restriction back. A list of every possible state does not.
pub(super) fn reinstates(event: &str, states: &[Text]) -> bool {
    event == "REINSTATED" || matches!(states, [only] if only == "REINSTATE")
}

impl Notice {
    /// What happened, in a few words: `template paused`, `quality YELLOW`, `category changed`, `account restricted`.
    pub fn what(&self) -> Text {
        let event = self.event.as_deref().unwrap_or_default();
        let words = event.to_ascii_lowercase().replace('_', " ");
        let fixed = match (self.kind.as_str(), self.field.as_str()) {
            ("template_category", _) if self.cause.contains('→') => "category changed",
            ("template_category", _) => "category set",
            ("template_correct_category_detection", _) => "category doubted",
            ("message_template_components_update", _) => "template edited",
            ("account_restriction", _) => "account restricted",
            ("disabled_update", _) if self.reinstates => "account reinstated",
            ("disabled_update", _) => "account disabled",
            ("verified_account", _) => "account verified",
            ("business_capability_update", _) => "limits changed",
            (_, "phone_number_name_update") => "display name",
            ("template_status", _) => return format_compact!("template {words}"),
            ("template_quality", _) => return format_compact!("quality {event}"),
            (_, "account_review_update") => return format_compact!("review {event}"),
            (_, "phone_number_quality_update") => return format_compact!("number {words}"),
            (_, "payment_configuration_update") => return format_compact!("payments {words}"),
            (_, "errors") => return format_compact!("error {event}"),
            _ if words.is_empty() => return self.field.replace('_', " ").into(),
            _ => return words.into(),
        };
        CompactString::const_new(fixed)
    }
}
