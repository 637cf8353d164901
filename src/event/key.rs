//! Identity of events: duplicate keys, content digests, fingerprints.
//!
//! Keys are SipHash-128 under the journal's own secret, because ids are chosen by strangers, over length-prefixed parts, so
//! that no two lists of parts read the same. They are stored: what is hashed, and in which order, must never change.

use super::json::{Kind, Step, Value};
use super::{Detail, Event, Key, KeySecret, Seconds, Status, StatusName, Text};
use sha2::{Digest, Sha256};
use siphasher::sip::SipHasher13;
use siphasher::sip128::{self, Hasher128};
use std::hash::{Hash, Hasher};

impl KeySecret {
    /// A status: id, participant, status, provider time (its text when it is no time), effective codes in wire order.
    pub(super) fn status(&self, status: &Status, at: Option<Seconds>, at_text: &str) -> Key {
        let mut key = self.start("status");
        key.part(&status.message_id);
        key.part(status.participant.as_deref().unwrap_or_default());
        key.part(status.status.as_str());
        key.time(at, at_text);
        for error in &status.errors {
            key.number(error.code);
        }
        key.finish()
    }

    /// An inbound message: its id.
    pub(super) fn inbound(&self, message_id: &str) -> Key {
        let mut key = self.start("inbound");
        key.part(message_id);
        key.finish()
    }

    /// A template or account event: field, subject, value and provider time. Without a time the content takes its place,
    /// and the key holds only for receipts within [`TIMELESS_MS`] of each other.
    pub(super) fn notice(&self, field: &str, subject: &str, value: &str, at: Option<Seconds>, content: Value) -> Key {
        let mut key = self.start("notice");
        key.part(field);
        key.part(subject);
        key.part(value);
        match at {
            Some(at) => key.time(Some(at), ""),
            None => key.digest(self.content(content)),
        }
        key.finish()
    }

    /// Anything else: field, event and own id, or the content where there is no id, and the time.
    pub(super) fn other(&self, field: &str, event: &str, id: Option<&str>, at: Option<Seconds>, content: Value) -> Key {
        let mut key = self.start("other");
        key.part(field);
        key.part(event);
        match id {
            Some(id) => key.part(id),
            None => key.digest(self.content(content)),
        }
        key.time(at, "");
        key.finish()
    }

    /// A body, or an element of one, that cannot be read: the body's digest and the path.
    pub(super) fn unrecognised(&self, body: u128, path: &str) -> Key {
        let mut key = self.start("unrecognised");
        key.digest(body);
        key.part(path);
        key.finish()
    }

    /// Digest of a body's bytes.
    pub(super) fn body(&self, body: &[u8]) -> u128 {
        let mut digest = self.start("body");
        digest.bytes(body);
        digest.finish().0
    }

    /// Digest of everything a value says, not of its bytes: the order of members, blanks, escapes, repeated names (the last
    /// counts), `null`s and the difference between `1` and `"1"` do not matter.
    pub(super) fn content(&self, value: Value) -> u128 {
        let steps: Vec<Step> = value.walk().collect();
        // Backwards, children come before their parent and lie on top of the stack, the first child topmost.
        let mut done: Vec<(usize, &str, u128)> = Vec::new();
        for step in steps.iter().rev() {
            let mut digest = self.start(match step.value.kind() {
                Kind::Null => "null",
                Kind::Array => "array",
                Kind::Object => "object",
                Kind::Bool | Kind::Number | Kind::String => "scalar",
            });
            let mut children = Vec::new();
            while let Some(&(depth, name, child)) = done.last()
                && depth > step.depth
            {
                children.push((name, child));
                done.pop();
            }
            if step.value.is_object() {
                let null = self.start("null").finish().0;
                children.reverse();
                children.sort_by_key(|&(name, _)| name);
                children.dedup_by_key(|&mut (name, _)| name);
                children.retain(|&(_, child)| child != null);
            }
            digest.part(step.value.text().as_deref().unwrap_or_default());
            for (name, child) in children {
                digest.part(name);
                digest.digest(child);
            }
            let digest = if step.value.kind() == Kind::Null { self.start("null") } else { digest };
            done.push((step.depth, step.name.as_deref().unwrap_or_default(), digest.finish().0));
        }
        done.pop().map_or(0, |(_, _, digest)| digest)
    }

    /// A secret for another purpose, from which this one cannot be found.
    pub(crate) fn derive(&self, purpose: &str) -> [u8; 16] {
        let mut secret = self.start("derive");
        secret.part(purpose);
        secret.finish().0.to_le_bytes()
    }

    fn start(&self, kind: &str) -> Parts {
        let mut parts = Parts(sip128::SipHasher13::new_with_key(&self.0));
        parts.part(kind);
        parts
    }
}

/// How long the key of an event without a provider time holds: a later receipt of the same content is a new event.
pub const TIMELESS_MS: i64 = 24 * 3_600_000;

/// The parts of one key.
struct Parts(sip128::SipHasher13);

impl Parts {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.write_u64(bytes.len() as u64);
        self.0.write(bytes);
    }

    fn part(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn digest(&mut self, digest: u128) {
        self.bytes(&digest.to_le_bytes());
    }

    fn number(&mut self, number: Option<i64>) {
        match number {
            Some(number) => self.bytes(&number.to_le_bytes()),
            None => self.bytes(&[]),
        }
    }

    fn time(&mut self, at: Option<Seconds>, text: &str) {
        self.number(at.map(|at| at.0));
        if at.is_none() {
            self.part(text);
        }
    }

    fn finish(self) -> Key {
        Key(self.0.finish128().as_u128())
    }
}

impl Event {
    /// Whether this is a template or account event without a provider time. Its key stands for its content, and a receipt
    /// more than [`TIMELESS_MS`] after the previous one is a new event in spite of an equal key.
    pub fn timeless(&self) -> bool {
        self.provider_at.is_none() && matches!(self.detail, Detail::Template(_) | Detail::Account(_))
    }

    /// Fingerprint of everything a delivery says apart from when and how it arrived: equal fingerprints under one key mean
    /// that the second delivery adds nothing.
    pub fn fingerprint(&self, secret: &KeySecret) -> u64 {
        let mut hasher = SipHasher13::new_with_key(&secret.0);
        (self.provider_at, &self.number, &self.customer, &self.name).hash(&mut hasher);
        match &self.detail {
            // The alert id follows the receive time where there is no other.
            Detail::Template(notice) | Detail::Account(notice) => {
                super::Notice { alert_id: Text::default(), ..notice.clone() }.hash(&mut hasher);
            }
            detail => detail.hash(&mut hasher),
        }
        hasher.finish()
    }
}

impl StatusName {
    /// The value as on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed => "failed",
            Self::Deleted => "deleted",
            Self::Warning => "warning",
            Self::Other(name) => name,
        }
    }
}

/// Id of an alert that a rule opened: the same hash, of the rule, what it was judged for and when it opened.
pub(crate) fn rule_alert_id(rule: &str, entity: Option<&str>, opened_at: super::Millis) -> Text {
    alert_id("rule", rule, entity.unwrap_or_default(), opened_at.0)
}

/// Alert id: the first 16 hex digits of SHA-256 over field, subject, value and time.
pub(super) fn alert_id(field: &str, subject: &str, value: &str, at_ms: i64) -> Text {
    let mut sha = Sha256::new();
    for part in [field, subject, value, &at_ms.to_string()] {
        sha.update((part.len() as u64).to_le_bytes());
        sha.update(part);
    }
    let mut id = hex::encode(sha.finalize());
    id.truncate(16);
    id.into()
}
