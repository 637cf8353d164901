//! One event as a row of the list: short, and without the event itself, so that many fit in memory.

use super::columns::Column;
use crate::event::{Detail, Event, Inbound, Kind, Millis, Notice, Severity, Status, StatusName, Text, catalogue};
use crate::tui::theme::{Glyph, Role};
use crate::tui::wrap::first;
use compact_str::format_compact;

/// An event in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The event's sequence number: rows are ordered by it, and the cursor is anchored to it.
    pub seq: u64,
    /// The request that brought it.
    pub request: u64,
    /// The page it was committed with.
    pub page: u64,
    /// When it was received.
    pub received_at: Millis,
    /// Sign of its kind, and the role of the sign.
    pub sign: (Glyph, Role),
    /// What kind of thing it is.
    pub kind: Kind,
    /// The type of an inbound message.
    pub r#type: Text,
    /// The word for it: its kind, or the delivery status.
    pub word: Text,
    /// The customer, or the subject of a notice; as on the wire.
    pub who: Text,
    /// What it says, in a line; as on the wire.
    pub what: Text,
    /// What the columns chosen say of it, in their order; as on the wire.
    pub values: Box<[Text]>,
    /// What leads on from it.
    pub leads: Option<Box<Leads>>,
}

/// Where one can go on from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leads {
    /// The message it is about.
    pub message: Option<Text>,
    /// The business number.
    pub number: Option<Text>,
    /// The customer.
    pub customer: Option<Text>,
}

/// Longest text kept of one event, in characters: wider than any screen shows.
const LONGEST: usize = 200;

impl Row {
    /// The row of an event that was committed with `page`, with the values of `columns`.
    pub fn new(event: &Event, page: u64, columns: &[&'static Column]) -> Self {
        let (sign, word, what) = match &event.detail {
            Detail::Status(status) => of_status(status),
            Detail::Inbound(inbound) => of_inbound(inbound),
            Detail::Template(notice) => (of_severity(notice.severity), "template".into(), of_notice(notice)),
            Detail::Account(notice) => (of_severity(notice.severity), "account".into(), of_notice(notice)),
            Detail::Other(other) => {
                let what = format_compact!("field: {} {}", other.field, other.preview);
                ((Glyph::Info, Role::Muted), "other".into(), what)
            }
            Detail::Unrecognised(what) => ((Glyph::Unknown, Role::Warn), "unrecognised".into(), what.reason.clone()),
        };
        let who = match &event.detail {
            Detail::Template(notice) | Detail::Account(notice) => Some(&notice.title),
            _ => event.customer.as_ref().or(event.name.as_ref()),
        };
        Self {
            seq: event.seq,
            request: event.request,
            page,
            received_at: event.received_at,
            sign,
            kind: event.kind(),
            r#type: match &event.detail {
                Detail::Inbound(inbound) => inbound.r#type.clone(),
                _ => Text::default(),
            },
            word: first(&word, LONGEST).into(),
            who: first(who.map(Text::as_str).unwrap_or_default(), LONGEST).into(),
            what: first(&what, LONGEST).into(),
            values: columns.iter().map(|column| first(&column.value(event), LONGEST).into()).collect(),
            leads: leads(event).map(Box::new),
        }
    }

    /// Whether it is a failure: drawn as one.
    pub fn failed(&self) -> bool {
        self.sign.1 == Role::Failed
    }
}

type Parts = ((Glyph, Role), Text, Text);

fn of_status(status: &Status) -> Parts {
    let sign = match &status.status {
        StatusName::Sent => (Glyph::Sent, Role::Muted),
        StatusName::Delivered => (Glyph::DeliveredTick, Role::Delivered),
        StatusName::Read | StatusName::Played => (Glyph::DeliveredTick, Role::Read),
        StatusName::Failed => (Glyph::Critical, Role::Failed),
        StatusName::Deleted | StatusName::Warning | StatusName::Other(_) => (Glyph::Info, Role::Muted),
    };
    let what = match status.errors.first() {
        Some(error) => {
            let code = error.code.map_or_else(Text::default, |code| format_compact!("{code} "));
            let title = error.code.and_then(catalogue::short).or(error.title.as_deref()).unwrap_or("no reason given");
            format_compact!("{code}{title}")
        }
        None => {
            let known = [status.category.as_deref(), status.tag.as_deref()];
            let known: Vec<_> = known.into_iter().flatten().collect();
            if known.is_empty() { status.message_id.clone() } else { known.join(" ").into() }
        }
    };
    (sign, status_word(&status.status), what)
}

/// The status value, as on the wire.
pub(super) fn status_word(status: &StatusName) -> Text {
    match status {
        StatusName::Sent => "sent".into(),
        StatusName::Delivered => "delivered".into(),
        StatusName::Read => "read".into(),
        StatusName::Played => "played".into(),
        StatusName::Failed => "failed".into(),
        StatusName::Deleted => "deleted".into(),
        StatusName::Warning => "warning".into(),
        StatusName::Other(name) => name.clone(),
    }
}

fn of_inbound(inbound: &Inbound) -> Parts {
    ((Glyph::Inbound, Role::Strong), "inbound".into(), inbound.preview.clone())
}

fn of_notice(notice: &Notice) -> Text {
    format_compact!("{} {}", notice.what(), notice.cause)
}

/// Sign and role of a severity.
pub(in crate::tui) fn of_severity(severity: Severity) -> (Glyph, Role) {
    match severity {
        Severity::Critical => (Glyph::Critical, Role::Failed),
        Severity::Warning => (Glyph::Warning, Role::Warn),
        Severity::Good => (Glyph::Good, Role::Ok),
        Severity::Info => (Glyph::Info, Role::Muted),
    }
}

fn leads(event: &Event) -> Option<Leads> {
    let message = match &event.detail {
        Detail::Status(status) => Some(status.message_id.clone()),
        Detail::Inbound(inbound) => Some(inbound.message_id.clone()),
        _ => None,
    };
    let leads = Leads { message, number: event.number.clone(), customer: event.customer.clone() };
    (leads.message.is_some() || leads.customer.is_some()).then_some(leads)
}
