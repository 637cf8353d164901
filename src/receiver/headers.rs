//! The headers that are kept of a request: those that verify and replay it, and those that say where it came from.

use crate::event::Text;
use axum::http::HeaderMap;
use bytes::Bytes;

/// In lower case, as hyper hands names out. None of them carries a secret.
const KEPT: [&str; 12] = [
    "accesskey",
    "ts",
    "biztype",
    "action",
    "sign",
    "algorithm",
    "x-hub-signature-256",
    "content-type",
    "user-agent",
    "x-forwarded-for",
    "forwarded",
    "x-request-id",
];

/// Names and values of the kept headers in wire order, each value cut to `limit` bytes.
pub(super) fn kept(headers: &HeaderMap, limit: usize) -> impl Iterator<Item = (&str, &[u8])> {
    headers.iter().filter(|(name, _)| KEPT.contains(&name.as_str())).map(move |(name, value)| {
        let value = value.as_bytes();
        (name.as_str(), value.get(..limit).unwrap_or(value))
    })
}

/// The kept headers as the journal takes them. The values share one buffer.
pub(super) fn for_journal(headers: &HeaderMap, limit: usize) -> Vec<(Text, Bytes)> {
    let values: Vec<u8> = kept(headers, limit).flat_map(|(_, value)| value).copied().collect();
    let mut values = Bytes::from(values);
    kept(headers, limit).map(|(name, value)| (Text::new(name), values.split_to(value.len()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_what_verifies_and_replays_is_kept_in_order_and_cut() {
        let mut headers = HeaderMap::new();
        headers.insert("sign", HeaderValue::from_static("abcdef"));
        headers.insert("authorization", HeaderValue::from_static("Bearer hidden"));
        headers.insert("cookie", HeaderValue::from_static("session=hidden"));
        headers.append("x-forwarded-for", HeaderValue::from_static("192.0.2.1"));
        headers.append("x-forwarded-for", HeaderValue::from_static("192.0.2.2"));
        let pair = |name: &str, value: &'static str| (Text::new(name), Bytes::from_static(value.as_bytes()));
        assert_eq!(
            for_journal(&headers, 5),
            [pair("sign", "abcde"), pair("x-forwarded-for", "192.0"), pair("x-forwarded-for", "192.0")]
        );
        assert_eq!(for_journal(&headers, 64).last(), Some(&pair("x-forwarded-for", "192.0.2.2")));
    }
}
