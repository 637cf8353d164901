//! What events can be looked up by.

use crate::event::{Detail, Event, KeySecret, Text};
use siphasher::sip::SipHasher13;
use std::borrow::Cow;
use std::hash::Hasher;

/// What can be looked up through the search index; each by its exact text on the wire, except phones without a leading `+`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// Message id or meta message id.
    Message(Text),
    /// Customer.
    Customer(Text),
    /// Business number.
    Number(Text),
    /// Effective code.
    Code(i64),
    /// Callback data.
    Tag(Text),
    /// Template name.
    Template(Text),
}

/// A term as it is compared and hashed. The kinds are stored: their numbers must not change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Plain<'a> {
    kind: u8,
    text: Cow<'a, str>,
}

impl<'a> Plain<'a> {
    fn message(text: &'a str) -> Self {
        Self { kind: 0, text: text.into() }
    }

    fn customer(text: &'a str) -> Self {
        Self { kind: 1, text: without_plus(text).into() }
    }

    fn number(text: &'a str) -> Self {
        Self { kind: 2, text: without_plus(text).into() }
    }

    fn code(code: i64) -> Self {
        Self { kind: 3, text: code.to_string().into() }
    }

    fn tag(text: &'a str) -> Self {
        Self { kind: 4, text: text.into() }
    }

    fn template(text: &'a str) -> Self {
        Self { kind: 5, text: text.into() }
    }

    /// The term looked for.
    pub(super) fn of(term: &'a Term) -> Self {
        match term {
            Term::Message(text) => Self::message(text),
            Term::Customer(text) => Self::customer(text),
            Term::Number(text) => Self::number(text),
            Term::Code(code) => Self::code(*code),
            Term::Tag(text) => Self::tag(text),
            Term::Template(text) => Self::template(text),
        }
    }

    /// The terms that one event has.
    pub(super) fn all(event: &'a Event) -> impl Iterator<Item = Self> {
        let (ids, errors, tag, template) = match &event.detail {
            Detail::Status(status) => (
                [Some(&status.message_id), status.meta_message_id.as_ref()],
                &status.errors[..],
                status.tag.as_ref(),
                status.template.as_ref(),
            ),
            Detail::Inbound(inbound) => {
                ([Some(&inbound.message_id), inbound.meta_message_id.as_ref()], &inbound.errors[..], None, None)
            }
            Detail::Template(notice) => ([None, None], &[][..], None, notice.template.as_ref()),
            _ => ([None, None], &[][..], None, None),
        };
        let ids = ids.into_iter().flatten().map(|id| Self::message(id));
        let phones = event.customer.iter().map(|text| Self::customer(text));
        let phones = phones.chain(event.number.iter().map(|text| Self::number(text)));
        let codes = errors.iter().filter_map(|error| error.code).map(Self::code);
        let names = tag.map(|tag| Self::tag(tag)).into_iter().chain(template.map(|name| Self::template(name)));
        ids.chain(phones).chain(codes).chain(names)
    }

    /// Its hash in the index, with the journal's secret: ids and texts are chosen by strangers.
    pub(super) fn hash(&self, secret: &KeySecret) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&secret.0);
        hasher.write_u8(self.kind);
        hasher.write(self.text.as_bytes());
        hasher.finish()
    }
}

fn without_plus(phone: &str) -> &str {
    phone.strip_prefix('+').unwrap_or(phone)
}
