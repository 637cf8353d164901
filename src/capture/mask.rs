//! Masking a whole request: what came with the body tells who sent it, too.

use crate::event::mask::Masker;
use crate::journal::RawRequest;
use crate::journal::operator::{Acknowledgement, Refused, StoredAlert};
use crate::monitor::rules::RuleAlert;
use std::borrow::Cow;

/// Headers that are nobody's. Those that say where a request came from become pseudonyms; signatures go, as they verify nothing any
/// more and would let whoever has the secret test guesses at the body.
const KEPT: [&str; 6] = ["content-type", "user-agent", "ts", "biztype", "action", "algorithm"];
const DROPPED: [&str; 2] = ["sign", "x-hub-signature-256"];

/// The request with pseudonyms for everything that is somebody's. Its events join and count like those of the original.
pub fn masked(raw: &RawRequest, masker: &Masker) -> RawRequest {
    let headers = raw.headers.iter().filter(|(name, _)| !DROPPED.contains(&name.as_str()));
    RawRequest {
        received_at: raw.received_at,
        peer: masker.origin(&raw.peer),
        path: without_query(&raw.path).into(),
        headers: headers
            .map(|(name, value)| match KEPT.contains(&name.as_str()) {
                true => (name.clone(), value.clone()),
                false => (name.clone(), masker.origin(&String::from_utf8_lossy(value)).into_string().into()),
            })
            .collect(),
        verified: raw.verified.clone(),
        body: masker.body(&raw.body).into(),
    }
}

/// The value of an answer's header.
pub fn masked_header<'v>(name: &str, value: &'v str, masker: &Masker) -> Cow<'v, str> {
    match KEPT.contains(&name) {
        true => Cow::Borrowed(value),
        false => Cow::Owned(masker.origin(value).into()),
    }
}

/// The same of a refused request, in files, in listings and on the screen. Its body is mostly cut off, and then no more than its length and whether another is equal stays.
pub fn masked_refused(refused: &Refused, masker: &Masker) -> Refused {
    let headers = refused.headers.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
    Refused {
        peer: masker.origin(&refused.peer),
        path: without_query(&refused.path).into(),
        headers: headers.cloned().collect(),
        body: masker.body(&refused.body),
        ..refused.clone()
    }
}

/// The same of an acknowledgement: who, and what they noted.
pub(super) fn masked_acknowledgement(acknowledgement: Acknowledgement, masker: &Masker) -> Acknowledgement {
    Acknowledgement {
        who: masker.name(&acknowledgement.who),
        note: if acknowledgement.note.is_empty() { String::new() } else { masker.text(&acknowledgement.note).into() },
        ..acknowledgement
    }
}

/// The same of an alert of a rule. `None`: one whose form this version does not know, so nobody can tell whom it names.
pub(super) fn masked_rule_alert(stored: StoredAlert, masker: &Masker) -> Option<StoredAlert> {
    let told = stored.told.clone();
    let alert = RuleAlert::stored([stored]).pop()?;
    Some(StoredAlert { told, ..alert.masked(masker).to_store() })
}

fn without_query(target: &str) -> &str {
    target.split('?').next().unwrap_or(target)
}
