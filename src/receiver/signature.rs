//! Signature schemes over raw bytes (PROTOCOL §2).

use crate::config::Algorithm;
use bytes::Bytes;

/// Signs a body as NXCloud does; the headers to send, in order. Used by `send`, `demo` and tests.
pub fn sign_nxcloud(
    body: &[u8],
    secret: &[u8],
    access_key: &str,
    action: &str,
    ts_ms: i64,
    algorithm: Algorithm,
) -> Vec<(&'static str, String)> {
    let _ = (body, secret, access_key, action, ts_ms, algorithm);
    unimplemented!()
}

/// Signs a body as Meta does; the header to send.
pub fn sign_meta(body: &Bytes, app_secret: &[u8]) -> (&'static str, String) {
    let _ = (body, app_secret);
    unimplemented!()
}
