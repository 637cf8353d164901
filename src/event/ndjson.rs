//! An event as one line of JSON: the stable form that `events --format ndjson` prints.

use super::clean::json_escape_controls;
use super::{CostLine, Detail, ErrorItem, Event, Kind, Scheme, Text};
use serde::Serialize;

/// All keys, always, in this order; `null` where unknown.
#[derive(Serialize)]
pub(super) struct Line<'e> {
    pub(super) seq: u64,
    pub(super) request: u64,
    pub(super) received_at: String,
    pub(super) kind: Kind,
    pub(super) provider_at: Option<String>,
    pub(super) number: Option<&'e str>,
    pub(super) customer: Option<&'e str>,
    pub(super) message_id: Option<&'e str>,
    pub(super) meta_message_id: Option<&'e str>,
    pub(super) status: Option<&'e str>,
    pub(super) code: Option<i64>,
    pub(super) codes: Vec<i64>,
    pub(super) platform_code: Option<i64>,
    pub(super) title: Option<&'e str>,
    pub(super) r#type: Option<&'e str>,
    pub(super) text: Option<&'e str>,
    pub(super) field: Option<&'e str>,
    pub(super) event: Option<&'e str>,
    pub(super) subject: Option<&'e str>,
    pub(super) tag: Option<&'e str>,
    pub(super) template: Option<&'e str>,
    pub(super) category: Option<&'e str>,
    pub(super) costs: &'e [CostLine],
    pub(super) scheme: Option<Scheme>,
    pub(super) secret: Option<&'e str>,
}

/// The event as one line without a line break. Control, bidi and invisible characters are written as `\uXXXX`.
///
/// `code` and `title` are those of the first error; `codes` are all effective codes. `title` of an alert is what it is about, of
/// an unrecognised element why. `text` is the customer's own words, else the preview; of an alert its cause.
pub fn to_ndjson(event: &Event) -> String {
    // A struct of strings and numbers has no way to fail.
    json_escape_controls(serde_json::to_string(&Line::of(event)).unwrap_or_default())
}

/// One key of that line, for a reader: text and numbers as they are, lists joined by blanks. `None` where it is `null` or empty,
/// or there is no such key.
pub fn value(event: &Event, key: &str) -> Option<String> {
    let line = serde_json::to_value(Line::of(event)).ok()?;
    Some(plain(line.get(key)?)).filter(|text| !text.is_empty())
}

fn plain(value: &serde_json::Value) -> String {
    use serde_json::Value::{Array, Null, Object, String as Words};
    match value {
        Null => String::new(),
        Words(words) => words.clone(),
        Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        Object(members) => {
            let parts = members.values().map(plain).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

impl<'e> Line<'e> {
    pub(super) fn of(event: &'e Event) -> Self {
        let blank = Self {
            seq: event.seq,
            request: event.request,
            received_at: event.received_at.rfc3339(),
            kind: event.kind(),
            provider_at: event.provider_at.map(|at| super::Millis::from(at).rfc3339()),
            number: event.number.as_deref(),
            customer: event.customer.as_deref(),
            message_id: None,
            meta_message_id: None,
            status: None,
            code: None,
            codes: Vec::new(),
            platform_code: None,
            title: None,
            r#type: None,
            text: None,
            field: None,
            event: None,
            subject: None,
            tag: None,
            template: None,
            category: None,
            costs: &[],
            scheme: event.verified.as_ref().map(|by| by.scheme),
            secret: event.verified.as_ref().map(|by| by.secret.as_str()),
        };
        match &event.detail {
            Detail::Status(status) => Self {
                message_id: Some(&status.message_id),
                meta_message_id: status.meta_message_id.as_deref(),
                status: Some(status.status.as_str()),
                tag: status.tag.as_deref(),
                template: status.template.as_deref(),
                category: status.category.as_deref(),
                costs: &status.costs,
                ..blank.with_errors(&status.errors)
            },
            Detail::Inbound(inbound) => Self {
                message_id: Some(&inbound.message_id),
                meta_message_id: inbound.meta_message_id.as_deref(),
                r#type: Some(&inbound.r#type),
                text: inbound.text.as_deref().or(Some(&inbound.preview)),
                costs: &inbound.costs,
                ..blank.with_errors(&inbound.errors)
            },
            Detail::Template(notice) | Detail::Account(notice) => Self {
                title: Some(&notice.title),
                text: filled(&notice.cause),
                field: Some(&notice.field),
                event: notice.event.as_deref(),
                subject: Some(&notice.subject),
                template: notice.template.as_deref(),
                category: notice.category.as_deref(),
                ..blank
            },
            Detail::Other(other) => Self {
                message_id: other.id.as_deref(),
                text: filled(&other.preview),
                field: Some(&other.field),
                event: other.event.as_deref(),
                ..blank
            },
            Detail::Unrecognised(unrecognised) => Self { title: Some(&unrecognised.reason), ..blank },
        }
    }

    fn with_errors(self, errors: &'e [ErrorItem]) -> Self {
        let first = errors.first();
        Self {
            code: first.and_then(|error| error.code),
            codes: errors.iter().filter_map(|error| error.code).collect(),
            platform_code: first.and_then(|error| error.platform_code),
            title: first.and_then(|error| error.title.as_deref()),
            ..self
        }
    }
}

fn filled(text: &Text) -> Option<&str> {
    Some(text.as_str()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{KeySecret, Millis, Origin, Verified, decode};

    const KEYS: &str = "seq,request,received_at,kind,provider_at,number,customer,message_id,meta_message_id,status,code,codes,\
                        platform_code,title,type,text,field,event,subject,tag,template,category,costs,scheme,secret";

    fn lines(body: &str) -> Vec<String> {
        let verified = Some(Verified { scheme: Scheme::Nxcloud, secret: "2026".into() });
        let origin = Origin { received_at: Millis(1_700_000_000_123), verified };
        decode(body.as_bytes(), &origin, &KeySecret([0; 16])).iter().map(to_ndjson).collect()
    }

    #[test]
    fn every_kind_has_all_keys_in_order() {
        let bodies = [
            r#"{"statuses":[{"id":"1","status":"sent","timestamp":"1660019986"}]}"#,
            r#"{"messages":[{"id":"1","type":"text","text":{"body":"a\nb"}}]}"#,
            r#"{"field":"message_template_status_update","value":{"event":"PAUSED"}}"#,
            r#"{"field":"account_update","value":{"event":"ACCOUNT_DELETED"}}"#,
            r#"{"field":"novelty","value":{"id":"1"}}"#,
            "[]",
        ];
        for body in bodies {
            let line = lines(body).concat();
            assert!(!line.contains('\n'));
            let keys: Vec<_> = KEYS.split(',').map(|key| line.find(&format!("\"{key}\":"))).collect();
            assert!(keys.iter().all(Option::is_some) && keys.is_sorted(), "{line}");
        }
    }

    #[test]
    fn a_failed_status_tells_codes_and_costs() {
        let line = lines(
            r#"{"statuses":[{"id":"1","status":"failed","errors":[{"code":10000,"meta_code":131026,"title":"t"},{"code":"131049"}],
            "costs":[{"currency":"USD","price":0.1381,"foreign_price":0.02,"cdr_type":4,"direction":1}]}]}"#,
        )
        .concat();
        for part in [
            r#""received_at":"2023-11-14T22:13:20.123Z","kind":"status","provider_at":null"#,
            r#""code":131026,"codes":[131026,131049],"platform_code":10000,"title":"t""#,
            r#""costs":[{"category":"marketing","direction":"outbound","currency":"USD","amount":"0.02","cny":"0.1381"}]"#,
            r#""scheme":"nxcloud","secret":"2026""#,
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }

    #[test]
    fn hostile_text_is_escaped() {
        let line = lines(
            "{\"messages\":[{\"id\":\"1\",\"type\":\"text\",\"text\":{\"body\":\"\u{1b}[2J\u{202e}\u{9b}\u{200b}\"}}]}",
        )
        .concat();
        assert!(line.contains(r#""text":"\u001b[2J\u202e\u009b\u200b""#), "{line}");
    }
}
