//! Requests made and signed before a round begins, so that the client only writes bytes while the clock runs.

use bytes::Bytes;
use std::net::SocketAddr;
use watop::receiver::signature::sign_meta;
use watop::simulate::client::request;

/// What the bodies are signed with.
pub(crate) const SECRET: &[u8] = b"the app's secret";
/// The path they are posted to.
pub(crate) const PATH: &str = "/webhook";

/// A status as Meta posts it, with `#` where the digits of the id go and the time.
const BODY: &str = r##"{"object":"whatsapp_business_account","entry":[{"id":"104951380217327","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"16692041193","phone_number_id":"124871190314609"},"statuses":[{"id":"wamid.HBgLODUyNTUzMTE3MDUVAgARGBI################AA==","status":"sent","timestamp":"@@@@@@@@@@","recipient_id":"85255311705","recipient_user_id":"HK.1029384756102938","conversation":{"id":"72569257438b471cae074da84bed1b83","expiration_timestamp":"1873372800","origin":{"type":"marketing"}},"pricing":{"billable":true,"pricing_model":"PMP","type":"regular","category":"marketing"},"biz_opaque_callback_data":"spring-sale"}]},"field":"messages"}]}]}"##;

/// Ready requests, each with an id that never comes again.
pub(crate) struct Pool {
    bytes: Vec<u8>,
    stride: usize,
    next_id: u64,
}

impl Pool {
    pub(crate) fn new(requests: usize) -> Self {
        let stride = make(0).len();
        Self { bytes: vec![0; stride * requests], stride, next_id: 0 }
    }

    /// Fills the pool with requests that were never sent before.
    pub(crate) fn renew(&mut self) {
        for slot in self.bytes.chunks_exact_mut(self.stride) {
            slot.copy_from_slice(&make(self.next_id));
            self.next_id += 1;
        }
    }

    /// A smaller pool of requests that were never sent before.
    pub(crate) fn renewed(&mut self, requests: usize) -> Self {
        let mut pool = Self { bytes: vec![0; self.stride * requests], stride: self.stride, next_id: self.next_id };
        pool.renew();
        self.next_id = pool.next_id;
        pool
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len() / self.stride
    }

    pub(crate) fn get(&self, index: usize) -> Option<&[u8]> {
        self.bytes.chunks_exact(self.stride).nth(index)
    }

    pub(crate) fn body_len(&self) -> usize {
        BODY.len()
    }
}

/// Request number `id`. All are of one length: host and port are those of no server, which none of them looks at.
fn make(id: u64) -> Vec<u8> {
    let seconds = 1_773_297_000 + id / 50_000;
    let body = BODY.replace("################", &format!("{id:016X}")).replace("@@@@@@@@@@", &seconds.to_string());
    let body = Bytes::from(body);
    let signature = sign_meta(&body, SECRET);
    request(SocketAddr::from(([127, 0, 0, 1], 8787)), PATH, &[signature], &body)
}
