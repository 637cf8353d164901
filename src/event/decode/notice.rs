//! Template and account events (PROTOCOL §5).

use super::preview::{line, summary_without};
use super::{Facts, Frame, Post, fault, first};
use crate::event::json::Value;
use crate::event::key::alert_id;
use crate::event::{Detail, ErrorItem, Millis, Notice, Severity, Text, notice};
use compact_str::{CompactString, format_compact};

/// Longest cause, in characters: descriptions are sentences.
const CAUSE: usize = 600;

/// Members that say who and when, and are shown elsewhere.
const COMMON: [&str; 8] = [
    "event",
    "business_phone",
    "merchant_phone",
    "display_phone_number",
    "phone_number",
    "wabaId",
    "time",
    "timestamp",
];

/// Members that name the template.
const TEMPLATE: [&str; 4] =
    ["message_template_id", "message_template_name", "message_template_language", "message_template_category"];

/// What an event says in the terms of a [`Notice`], before it is known whom it is about.
struct Draft {
    event: Option<Text>,
    kind: Text,
    /// One of several things in the account: a number, a flow. Part of the subject.
    object: Option<Text>,
    title: Option<Text>,
    cause: Text,
    severity: Severity,
    reinstates: bool,
    category: Option<Text>,
}

impl Post<'_> {
    pub(super) fn template(&mut self, field: &str, frame: &Frame, path: &str) {
        let value = frame.value;
        let id = first(value, &["message_template_id"]);
        let name = first(value, &["message_template_name"]);
        let language = first(value, &["message_template_language"]);
        let draft = template(field, value, name.as_deref());
        let subject = match joined(id.as_ref().or(name.as_ref()), language.as_ref()) {
            Some(subject) => subject,
            None => account_name(frame, None),
        };
        let title = draft.title.or_else(|| joined(name.as_ref().or(id.as_ref()), language.as_ref()));
        let notice = Notice {
            field: field.into(),
            event: draft.event,
            kind: draft.kind,
            title: title.unwrap_or_else(|| account_title(frame)),
            subject,
            cause: line(&draft.cause, CAUSE),
            severity: draft.severity,
            reinstates: draft.reinstates,
            waba: frame.waba.clone(),
            template_id: id,
            template: name,
            language,
            category: draft.category,
            alert_id: Text::default(),
        };
        self.finish_notice(notice, frame, value, path.into(), Detail::Template);
    }

    pub(super) fn account(&mut self, field: &str, frame: &Frame, path: &str) {
        let draft = account(field, frame);
        let notice = Notice {
            field: field.into(),
            event: draft.event,
            kind: draft.kind,
            subject: account_name(frame, draft.object.as_ref()),
            title: draft.title.unwrap_or_else(|| account_title(frame)),
            cause: line(&draft.cause, CAUSE),
            severity: draft.severity,
            reinstates: draft.reinstates,
            waba: frame.waba.clone(),
            template_id: None,
            template: None,
            language: None,
            category: draft.category,
            alert_id: Text::default(),
        };
        self.finish_notice(notice, frame, frame.value, path.into(), Detail::Account);
    }

    /// An out-of-band error, which stands in a value beside or instead of statuses and messages.
    pub(super) fn error(&mut self, frame: &Frame, element: Value, path: Text) {
        let Some(error) = fault::error(element) else { return };
        let notice = Notice {
            field: CompactString::const_new("errors"),
            event: error.code.map(|code| format_compact!("{code}")),
            kind: CompactString::const_new("errors"),
            subject: account_name(frame, None),
            title: account_title(frame),
            cause: line(&explained(&error), CAUSE),
            severity: notice::error_severity(error.code),
            reinstates: false,
            waba: frame.waba.clone(),
            template_id: None,
            template: None,
            language: None,
            category: None,
            alert_id: Text::default(),
        };
        self.finish_notice(notice, frame, element, path, Detail::Account);
    }

    fn finish_notice(
        &mut self,
        mut notice: Notice,
        frame: &Frame,
        value: Value,
        path: Text,
        detail: fn(Notice) -> Detail,
    ) {
        let provider_at = ["time", "timestamp"].iter().find_map(|key| value.get(key)?.seconds()).or(frame.entry_at);
        let said = notice.event.as_deref().unwrap_or_default();
        let at = provider_at.map_or(self.origin.received_at, Millis::from);
        notice.alert_id = alert_id(&notice.field, &notice.subject, said, at.0);
        let facts = Facts {
            key: self.secret.notice(&notice.field, &notice.subject, said, provider_at, value),
            provider_at,
            number: business_number(frame),
            customer: None,
            name: None,
            detail: detail(notice),
        };
        self.push(path, facts);
    }
}

/// The business number: account events may name it without the usual keys.
fn business_number(frame: &Frame) -> Option<Text> {
    frame.number.clone().or_else(|| first(frame.value, &["display_phone_number", "phone_number"]))
}

/// Whom an account event is about: the WABA (else the number) and the object in it.
fn account_name(frame: &Frame, object: Option<&Text>) -> Text {
    let account = frame.waba.clone().or_else(|| business_number(frame));
    joined(account.as_ref(), object.filter(|&object| Some(object) != account.as_ref())).unwrap_or_default()
}

fn account_title(frame: &Frame) -> Text {
    match (&frame.waba, business_number(frame)) {
        (Some(waba), _) => format_compact!("WABA {waba}"),
        (None, Some(number)) => format_compact!("number {number}"),
        (None, None) => CompactString::const_new("account"),
    }
}

fn joined(one: Option<&Text>, other: Option<&Text>) -> Option<Text> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format_compact!("{one} {other}")),
        (one, other) => one.or(other).cloned(),
    }
}

fn template(field: &str, value: Value, name: Option<&str>) -> Draft {
    let (event, kind, title, cause, category);
    if value.get("new_quality_score").is_some() {
        // Meta's own sample of a quality update carries the field of a status update: the key decides.
        event = first(value, &["new_quality_score"]);
        kind = CompactString::const_new("template_quality");
        title = None;
        cause = changed(first(value, &["previous_quality_score"]), event.clone());
        category = None;
    } else if field == "template_category_update" {
        let (new, correct) = (first(value, &["new_category"]), first(value, &["correct_category"]));
        kind = CompactString::const_new("template_category");
        // An announcement names the category in force `new_category` and the coming one `correct_category`.
        (event, cause) = match (correct, first(value, &["previous_category"])) {
            (Some(correct), _) => {
                (Some(correct.clone()), format_compact!("{}, announced", changed(new, Some(correct))))
            }
            (None, Some(previous)) => (new.clone(), changed(Some(previous), new)),
            (None, None) => (new.clone(), format_compact!("{}, announced or in force", new.unwrap_or_default())),
        };
        let arrow = if cause.contains('→') { " → " } else { " " };
        title = name.zip(event.as_deref()).map(|(name, category)| format_compact!("{name}{arrow}{category}"));
        category = event.clone();
    } else {
        event = first(value, &["event"]);
        title = None;
        category = first(value, &["message_template_category", "category"]);
        (kind, cause) = if field == "message_template_status_update" {
            (CompactString::const_new("template_status"), status_cause(value))
        } else {
            (field.into(), summary_without(value, &[COMMON.as_slice(), &TEMPLATE].concat()))
        };
    }
    let said = event.as_deref().unwrap_or_default();
    let severity = notice::template_severity(&kind, said);
    let reinstates = notice::reinstates(said, &[]);
    Draft { severity, reinstates, event, kind, object: None, title, cause, category }
}

fn changed(from: Option<Text>, to: Option<Text>) -> Text {
    match (from, to) {
        (Some(from), Some(to)) => format_compact!("{from} → {to}"),
        (from, to) => from.or(to).unwrap_or_default(),
    }
}

/// Why a template changed its status: pause, reason (`NONE` and null say nothing), rejection, planned disabling.
fn status_cause(value: Value) -> Text {
    let pause = value.get("other_info").map(|info| [first(info, &["title"]), first(info, &["description"])]);
    let pause = pause.map(|said| said.into_iter().flatten().collect::<Vec<_>>().join(": ").into());
    let reason = first(value, &["reason"]).filter(|reason| reason != "NONE");
    let rejection = value.get("rejection_info").map(|info| summary_without(info, &[]));
    let disabling = value.get("disable_info").and_then(|info| info.get("disable_date")).and_then(moment);
    let disabling = disabling.map(|date| format_compact!("disabling planned for {date}"));
    parts([pause, reason, rejection, disabling])
}

/// What is there, with a dot between.
fn parts<const N: usize>(parts: [Option<Text>; N]) -> Text {
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ").into()
}

/// A time for a reader: as RFC 3339 when it is one, else as it stands.
fn moment(value: Value) -> Option<Text> {
    value.seconds().map(|at| Millis::from(at).rfc3339().into()).or_else(|| value.filled())
}

fn account(field: &str, frame: &Frame) -> Draft {
    let value = frame.value;
    let event = first(value, &["event"]);
    let number = business_number(frame);
    let mut draft = Draft {
        kind: event.as_deref().map_or(field.into(), |event| event.to_ascii_lowercase().into()),
        event,
        object: None,
        title: None,
        cause: Text::default(),
        severity: Severity::Info,
        reinstates: false,
        category: None,
    };
    // The words beside the event that decide how bad it is.
    let mut states: Vec<Text> = Vec::new();
    let mut state = |value: Option<Value>| {
        let Some(value) = value else { return };
        states.extend(value.filled());
        states.extend(value.items().filter_map(Value::filled));
    };
    match field {
        "account_update" => {
            draft.cause = account_cause(value, number.as_ref());
            draft.title = value.get("restriction_info").and_then(restricted);
            state(value.get("ban_info").and_then(|ban| ban.get("waba_ban_state")));
            state(value.get("partner_client_certification_info").and_then(|info| info.get("status")));
        }
        "account_review_update" => {
            draft.event = first(value, &["decision"]).or(draft.event);
            draft.cause = parts([draft.event.clone(), first(value, &["rejection_reason", "reason"])]);
        }
        "account_alerts" => {
            let info = value.get("alert_info").unwrap_or(value);
            draft.event = first(info, &["alert_type"]).or(draft.event);
            draft.object = first(value, &["entity_id"]);
            draft.cause = parts([first(info, &["alert_description"]), first(info, &["alert_status"])]);
            state(info.get("alert_severity"));
        }
        "phone_number_name_update" => {
            draft.event = first(value, &["decision"]).or(draft.event);
            draft.object = number;
            let decision = draft.event.as_deref().unwrap_or_default().to_lowercase();
            draft.title = first(value, &["requested_verified_name"]).map(|name| format_compact!("{name} {decision}"));
            draft.cause = first(value, &["rejection_reason"]).filter(|reason| reason != "NONE").unwrap_or_default();
        }
        "phone_number_quality_update" => {
            let limit = first(value, &["current_limit", "max_daily_conversations_per_business"]);
            draft.cause = changed(first(value, &["old_limit"]), limit);
            (draft.object, draft.title) = (number.clone(), number);
        }
        "security" => {
            draft.cause =
                first(value, &["requester"]).map_or(Text::default(), |who| format_compact!("requester {who}"));
            (draft.object, draft.title) = (number.clone(), number);
        }
        "flows" => {
            draft.object = first(value, &["flow_id"]);
            draft.title = draft.object.as_ref().map(|id| format_compact!("flow {id}"));
            let moved = changed(first(value, &["old_status"]), first(value, &["new_status"]));
            draft.cause = parts([Some(moved), first(value, &["alert_state"]), first(value, &["message", "warning"])]);
            state(value.get("new_status"));
            state(value.get("alert_state"));
        }
        "payment_configuration_update" => {
            draft.event = first(value, &["status"]).or(draft.event);
            draft.object = first(value, &["configuration_name"]);
            draft.title = draft.object.clone();
            draft.cause = parts([draft.event.clone(), first(value, &["provider_name"])]);
        }
        "partner_solutions" => {
            draft.object = first(value, &["solution_id"]);
            draft.title = draft.object.as_ref().map(|id| format_compact!("solution {id}"));
            draft.cause = first(value, &["solution_status"]).unwrap_or_default();
        }
        _ => {
            draft.cause = summary_without(value, &COMMON);
            draft.object = first(value, &["display_phone_number"]);
        }
    }
    let said = draft.event.as_deref().unwrap_or_default();
    draft.severity = notice::account_severity(field, said, &states);
    draft.reinstates = notice::reinstates(said, &states);
    draft
}

/// What an `account_update` adds to its event (PROTOCOL §5.3).
fn account_cause(value: Value, number: Option<&Text>) -> Text {
    if let Some(ban) = value.get("ban_info") {
        let state = ban.get("waba_ban_state");
        let states = state.and_then(Value::filled).or_else(|| Some(listed(state?.items().filter_map(Value::filled))));
        return parts([states, ban.get("waba_ban_date").and_then(moment)]);
    }
    if let Some(violation) = value.get("violation_info") {
        return parts([first(violation, &["violation_type"]), first(violation, &["remediation"])]);
    }
    if let Some(restrictions) = value.get("restriction_info") {
        return listed(each(restrictions).map(|restriction| {
            let until = restriction.get("expiration").and_then(moment).map(|at| format_compact!("until {at}"));
            let what = joined(first(restriction, &["restriction_type"]).as_ref(), until.as_ref());
            parts([what, first(restriction, &["remediation"])])
        }));
    }
    let phone = first(value, &["phone_number"]).filter(|phone| Some(phone) != number);
    parts([phone, Some(summary_without(value, &COMMON))])
}

/// The elements of an array, or the one thing that stands in its place.
fn each(value: Value) -> impl Iterator<Item = Value> {
    let single = (!value.is_array()).then_some(value);
    single.into_iter().chain(value.items())
}

fn listed(parts: impl Iterator<Item = Text>) -> Text {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ").into()
}

/// What is restricted, in the few words a narrow column has: `business-initiated`, `add phone number`.
fn restricted(restrictions: Value) -> Option<Text> {
    let words = |restriction: Value| {
        let code = first(restriction, &["restriction_type"])?;
        let words = ["RESTRICTED_", "RESTRICTION_ON_"].iter().find_map(|prefix| code.strip_prefix(prefix));
        let words = words.unwrap_or(&code).trim_end_matches("_MESSAGING").trim_end_matches("_ACTION");
        let words = words.to_ascii_lowercase().replace("biz_", "business_").replace("_initiated", "-initiated");
        Some(words.replace('_', " ").into())
    };
    Some(listed(each(restrictions).filter_map(words))).filter(|words| !words.is_empty())
}

fn explained(error: &ErrorItem) -> Text {
    let code = error.code.map(|code| format_compact!("{code}"));
    let title = joined(code.as_ref(), error.title.as_ref());
    parts([title, error.details.clone()])
}
