//! Decoding that stays one request's own, whatever it meets.
//!
//! There is no time limit, on purpose. Decoding is one pass without a loop that waits: its work grows with the bytes alone, whose
//! number the receiver bounds (`body_limit`), and it stops counting events at 100,000. Of every hostile shape tried, 4 MiB take
//! less than four seconds in a build without optimisation, and double for double the bytes. A limit could not be kept anyway: a
//! thread that computes cannot be stopped from outside, only be left to go on with its core and its memory.

use super::{Detail, Event, Key, KeySecret, Origin, Unrecognised, decode};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hasher;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// [`decode`], where even a panic yields one unrecognised event: the bytes are kept, and a later version decodes them again.
pub fn decode_isolated(body: &[u8], origin: &Origin, secret: &KeySecret) -> Vec<Event> {
    isolated(body, origin, secret, decode)
}

fn isolated<D>(body: &[u8], origin: &Origin, secret: &KeySecret, decode: D) -> Vec<Event>
where
    D: FnOnce(&[u8], &Origin, &KeySecret) -> Vec<Event>,
{
    catch_unwind(AssertUnwindSafe(|| decode(body, origin, secret)))
        .unwrap_or_else(|_| vec![undecodable(body, origin, secret)])
}

fn undecodable(body: &[u8], origin: &Origin, secret: &KeySecret) -> Event {
    let mut digest = SipHasher13::new_with_key(&secret.0);
    digest.write(body);
    Event {
        seq: 0,
        request: 0,
        received_at: origin.received_at,
        key: Key(digest.finish128().as_u128()),
        amends: None,
        verified: origin.verified.clone(),
        path: "$".into(),
        provider_at: None,
        number: None,
        customer: None,
        name: None,
        detail: Detail::Unrecognised(Unrecognised { reason: "decoding failed: please report this body".into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Kind, Millis};

    #[test]
    fn a_panic_while_decoding_becomes_one_unrecognised_event_known_by_its_bytes() {
        let origin = Origin { received_at: Millis(1), verified: None };
        let decoded =
            |body: &[u8]| isolated(body, &origin, &KeySecret([7; 16]), |_, _, _| panic!("a bug in a decoder"));
        let [event] = &decoded(b"{}")[..] else { unreachable!("one event") };
        assert_eq!(event.kind(), Kind::Unrecognised);
        assert_eq!(event.key, decoded(b"{}")[0].key);
        assert_ne!(event.key, decoded(b"[]")[0].key);
    }
}
