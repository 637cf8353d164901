//! Requests of an HTTP Archive.

use super::Captured;
use crate::event::Millis;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

#[derive(Deserialize)]
struct Archive {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    started_date_time: Option<String>,
    request: Request,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    headers: Vec<Header>,
    post_data: Option<Body>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    text: String,
    encoding: Option<String>,
}

/// Reads all of them.
pub(super) fn read(text: &str) -> Result<Vec<Captured>, String> {
    let archive: Archive = serde_json::from_str(text).map_err(|error| {
        format!("it is JSON and neither a line of a capture nor an HTTP Archive ({error}); write header lines, an empty line, the body")
    })?;
    let requests: Result<Vec<_>, String> = (1..).zip(archive.log.entries).map(|(n, entry)| one(n, entry)).collect();
    let requests = requests?;
    if requests.is_empty() { Err("no request stands in it".to_owned()) } else { Ok(requests) }
}

fn one(n: usize, entry: Entry) -> Result<Captured, String> {
    let body = match entry.request.post_data {
        None => Vec::new(),
        Some(Body { text, encoding: Some(encoding) }) if encoding == "base64" => {
            STANDARD.decode(text).map_err(|error| format!("the base64 of entry {n} is wrong: {error}"))?
        }
        Some(Body { text, .. }) => text.into_bytes(),
    };
    let headers = entry.request.headers.into_iter();
    let at = entry.started_date_time.and_then(|at| at.parse::<jiff::Timestamp>().ok());
    Ok(Captured {
        headers: headers.map(|header| (header.name.to_lowercase().into(), header.value.into_bytes())).collect(),
        body,
        at: at.map(|at| Millis(at.as_millisecond())),
        name: format!("entry {n}"),
    })
}
