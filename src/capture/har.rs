//! Stored requests as an HTTP Archive (HAR 1.2), for the tools that read those.

use crate::event::clean::json_escape_controls;
use crate::journal::RawRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes an archive, entry by entry.
pub struct Har<W: Write> {
    out: W,
    entries: u64,
}

impl<W: Write> Har<W> {
    /// Begins an archive.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn new(mut out: W) -> io::Result<Self> {
        let creator = json!({"name": "watop", "version": env!("CARGO_PKG_VERSION")});
        write!(out, "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"entries\":[")?;
        Ok(Self { out, entries: 0 })
    }

    /// Adds a request with its number, as it came to `url`.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn add(&mut self, number: u64, raw: &RawRequest, url: &str) -> io::Result<()> {
        let entry = json_escape_controls(entry(number, raw, url).to_string());
        let before = if self.entries == 0 { "\n" } else { ",\n" };
        self.entries += 1;
        write!(self.out, "{before}{entry}")
    }

    /// Ends the archive and hands back the output.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn end(mut self) -> io::Result<W> {
        self.out.write_all(b"\n]}}\n")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// What the archive asks for and the journal does not keep is said to be unknown (-1), or empty.
fn entry(number: u64, raw: &RawRequest, url: &str) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers: Vec<_> =
        raw.headers.iter().map(|(name, value)| json!({"name": name.as_str(), "value": text(value)})).collect();
    let mime = raw.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| text(value));
    let mut body = json!({"mimeType": mime.unwrap_or_default(), "params": []});
    match std::str::from_utf8(&raw.body) {
        Ok(text) => body["text"] = text.into(),
        Err(_) => {
            body["text"] = STANDARD.encode(&raw.body).into();
            body["encoding"] = "base64".into();
        }
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    json!({
        "startedDateTime": raw.received_at.rfc3339(),
        "time": 0,
        "comment": format!("request {number} of a watop journal"),
        "request": {
            "method": "POST", "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "headers": headers,
            "queryString": query, "postData": body, "headersSize": -1, "bodySize": raw.body.len(),
        },
        "response": {
            "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
            "content": {"size": -1, "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "_peer": raw.peer.as_str(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Millis;
    use bytes::Bytes;

    #[test]
    fn an_archive_is_json_with_the_body_to_the_byte() {
        let mut har = Har::new(Vec::new()).unwrap();
        for body in [b"{\"a\":\"\\u001b\"}".as_slice(), b"\xff\x00"] {
            let raw = RawRequest {
                received_at: Millis(1_700_000_000_123),
                peer: "127.0.0.1".into(),
                path: "/webhook?a=1&b".into(),
                headers: vec![("content-type".into(), Bytes::from_static(b"application/json"))],
                verified: None,
                body: Bytes::copy_from_slice(body),
            };
            har.add(7, &raw, "http://127.0.0.1:8787/webhook?a=1&b").unwrap();
        }
        let archive: Value = serde_json::from_slice(&har.end().unwrap()).unwrap();
        let [first, second] = &archive["log"]["entries"].as_array().unwrap()[..] else { panic!("two entries") };
        assert_eq!(first["request"]["postData"]["text"], "{\"a\":\"\\u001b\"}");
        assert_eq!(first["startedDateTime"], "2023-11-14T22:13:20.123Z");
        assert_eq!(first["request"]["queryString"][1], json!({"name": "b", "value": ""}));
        assert_eq!(second["request"]["postData"]["text"], "/wA=");
        assert_eq!(second["request"]["postData"]["encoding"], "base64");
    }
}
