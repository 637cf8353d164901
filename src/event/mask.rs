//! Stable pseudonyms for phones, names, texts and ids.
//!
//! The same key and the same input give the same pseudonym, so that joins survive masking; without the key nothing leads back.
//! Business identifiers that are no person's (template, WABA, error code, callback data) stay.

mod body;

use super::{Detail, ErrorItem, Event, Inbound, Notice, Other, Status, Text, country};
use compact_str::format_compact;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hasher;

/// Hex digits of a pseudonym: enough that among millions of people, and billions of ids, no two are likely to share one, because
/// masked captures are counted like the originals.
const PERSON: usize = 12;
const ID: usize = 16;

/// Masks with one key.
#[derive(Clone)]
pub struct Masker {
    key: [u8; 16],
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Masker")
    }
}

impl Masker {
    /// A masker with this key. Whoever knows it can test guesses, so it stays with the data directory.
    pub fn new(key: [u8; 16]) -> Self {
        Self { key }
    }

    /// A phone: `+852 ∙ a3f9c1d05e2b`, the country and a pseudonym. A leading `+` makes no difference. What is no phone, such as a
    /// user id, gets the pseudonym alone.
    pub fn phone(&self, phone: &str) -> Text {
        let phone = phone.strip_prefix('+').unwrap_or(phone);
        let pseudonym = self.pseudonym("phone", phone, PERSON);
        match country::code_of(phone) {
            Some(at) => format_compact!("+{} ∙ {pseudonym}", country::CODES[at]),
            None => format_compact!("∙ {pseudonym}"),
        }
    }

    /// A name: `name a3f9c1d05e2b`.
    pub fn name(&self, name: &str) -> Text {
        format_compact!("name {}", self.pseudonym("name", name, PERSON))
    }

    /// A text: its length only, `12 characters`.
    pub fn text(&self, text: &str) -> Text {
        match text.chars().count() {
            1 => "1 character".into(),
            count => format_compact!("{count} characters"),
        }
    }

    /// An address or anything else that says where something came from: `from a3f9c1d05e2b`.
    pub fn origin(&self, origin: &str) -> Text {
        format_compact!("from {}", self.pseudonym("origin", origin, PERSON))
    }

    /// A message id: `id a3f9c1d05e2b7788`.
    pub fn id(&self, id: &str) -> Text {
        format_compact!("id {}", self.pseudonym("id", id, ID))
    }

    /// The whole event, masked. Key, path, times and numbers in the journal stay.
    pub fn event(&self, event: &Event) -> Event {
        Event {
            number: event.number.as_deref().map(|number| self.phone(number)),
            customer: event.customer.as_deref().map(|customer| self.phone(customer)),
            name: event.name.as_deref().map(|name| self.name(name)),
            detail: self.detail(event),
            ..event.clone()
        }
    }

    fn detail(&self, event: &Event) -> Detail {
        let id = |id: &Option<Text>| id.as_deref().map(|id| self.id(id));
        let phone = |phone: &Option<Text>| phone.as_deref().map(|phone| self.phone(phone));
        match &event.detail {
            Detail::Status(status) => Detail::Status(Status {
                message_id: self.id(&status.message_id),
                meta_message_id: id(&status.meta_message_id),
                participant: phone(&status.participant),
                errors: self.errors(&status.errors),
                conversation: id(&status.conversation),
                ..status.clone()
            }),
            Detail::Inbound(inbound) => Detail::Inbound(Inbound {
                message_id: self.id(&inbound.message_id),
                meta_message_id: id(&inbound.meta_message_id),
                text: inbound.text.as_deref().map(|text| self.text(text)),
                preview: format_compact!("{}, {}", inbound.r#type, self.text(&inbound.preview)),
                context: id(&inbound.context),
                context_meta_id: id(&inbound.context_meta_id),
                group: id(&inbound.group),
                errors: self.errors(&inbound.errors),
                ..inbound.clone()
            }),
            Detail::Template(notice) => Detail::Template(self.notice(notice, event.number.as_deref())),
            Detail::Account(notice) => Detail::Account(self.notice(notice, event.number.as_deref())),
            Detail::Other(other) => {
                Detail::Other(Other { id: id(&other.id), preview: self.text(&other.preview), ..other.clone() })
            }
            Detail::Unrecognised(_) => event.detail.clone(),
        }
    }

    /// The platform's own words, which may quote a phone.
    fn errors(&self, errors: &[ErrorItem]) -> Vec<ErrorItem> {
        let said = |text: &Option<Text>| text.as_deref().map(|text| self.without_long_numbers(text).into());
        let of =
            |error: &ErrorItem| ErrorItem { title: said(&error.title), details: said(&error.details), ..error.clone() };
        errors.iter().map(of).collect()
    }

    /// An event about a number has it in its subject and title.
    fn notice(&self, notice: &Notice, number: Option<&str>) -> Notice {
        // It may tell of another number than that of the account.
        let notice = &Notice { cause: self.without_long_numbers(&notice.cause).into(), ..notice.clone() };
        let Some(number) = number else { return notice.clone() };
        let masked = |text: &Text| text.replace(number, &self.phone(number)).into();
        Notice {
            subject: masked(&notice.subject),
            title: masked(&notice.title),
            cause: masked(&notice.cause),
            ..notice.clone()
        }
    }

    fn pseudonym(&self, kind: &str, text: impl AsRef<[u8]>, digits: usize) -> String {
        let mut hasher = SipHasher13::new_with_key(&self.key);
        hasher.write(kind.as_bytes());
        hasher.write_u8(0);
        hasher.write(text.as_ref());
        let mut hash = format!("{:032x}", hasher.finish128().as_u128());
        hash.truncate(digits);
        hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{KeySecret, Millis, Origin, decode};

    fn masker() -> Masker {
        Masker::new([7; 16])
    }

    #[test]
    fn the_same_phone_has_the_same_pseudonym_under_one_key_only() {
        assert_eq!(masker().phone("85255311705"), masker().phone("+85255311705"));
        assert_ne!(masker().phone("85255311705"), masker().phone("85255311706"));
        assert_ne!(masker().phone("85255311705"), Masker::new([8; 16]).phone("85255311705"));
        assert_ne!(masker().pseudonym("phone", "1", 8), masker().pseudonym("name", "1", 8));
    }

    #[test]
    fn only_the_country_of_a_phone_stays() {
        let begins = |phone: &str, begin: &str| {
            let masked = masker().phone(phone);
            assert!(
                masked.starts_with(begin) && masked.chars().count() == begin.chars().count() + PERSON,
                "{phone}: {masked}"
            );
        };
        begins("85255311705", "+852 ∙ ");
        begins("852xxxx705", "+852 ∙ ");
        begins("16505551234", "+1 ∙ ");
        begins("4915206610292", "+49 ∙ ");
        begins("WHATSAPP_ID", "∙ ");
        begins("US.13491208655302741918", "∙ ");
    }

    #[test]
    fn nothing_personal_is_left_of_an_event() {
        let body = r#"{"contacts":[{"profile":{"name":"Jay Chan"},"wa_id":"85255311705"}],"merchant_phone":"85230174859",
            "messages":[{"from":"85255311705","id":"wamid.HBgLODUyNTUzMTE3MDUVAgA=","timestamp":"1701856516","type":"text",
            "text":{"body":"my secret"},"context":{"id":"wamid.HBgLODUyNTUzMTE3MDUVAgB="},"group_id":"g-85255311705"}],
            "errors":[{"code":131031,"title":"locked"}]}"#;
        let origin = Origin { received_at: Millis(0), verified: None };
        let events = decode(body.as_bytes(), &origin, &KeySecret([0; 16]));
        assert_eq!(events.len(), 2);
        for event in events {
            let masked = format!("{:?}", masker().event(&event));
            for personal in ["85255311705", "Jay", "secret", "HBgL", "85230174859"] {
                assert!(!masked.contains(personal), "{personal} in {masked}");
            }
        }
    }
}
