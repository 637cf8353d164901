//! Stand-ins until the event module has its own.
use crate::event::{Detail, Event, KeySecret};
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

pub(super) trait StandIn {
    fn timeless(&self) -> bool;
    fn print(&self, secret: &KeySecret) -> u64;
    fn union(&mut self, other: &Event);
}

impl StandIn for Event {
    fn timeless(&self) -> bool {
        self.provider_at.is_none() && matches!(self.detail, Detail::Template(_) | Detail::Account(_))
    }
    fn print(&self, secret: &KeySecret) -> u64 {
        let bytes = postcard::to_stdvec(&(self.provider_at, &self.number, &self.customer, &self.name, &self.detail))
            .unwrap_or_default();
        let mut hasher = SipHasher13::new_with_key(&secret.0);
        hasher.write(&bytes);
        hasher.finish()
    }
    fn union(&mut self, other: &Event) {
        self.number = self.number.take().max(other.number.clone());
        self.name = self.name.take().max(other.name.clone());
    }
}
