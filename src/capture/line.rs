//! The lines of a capture: what stands in each, and the sum at its end.

use super::{Entry, VERSION, read_time};
use crate::event::clean::json_escape_controls;
use crate::event::{Millis, Text, Verified};
use crate::journal::operator::{Acknowledgement, Refused, RefusedCount, StoredAlert};
use crate::journal::{RawRequest, Run};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// The first line: what the capture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// When it was made.
    pub made_at: Millis,
    /// By what, such as `watop 0.1.0`.
    pub by: String,
    /// Whether phones, names, texts and ids are pseudonyms: such bodies decode like the originals and verify no more.
    pub masked: bool,
    /// Requests received before this time were left out.
    pub from: Option<Millis>,
    /// Requests received at or after this time were left out.
    pub to: Option<Millis>,
    /// Requests without an event that this expression finds were left out.
    pub filter: Option<String>,
}

impl Header {
    /// Of a capture of everything, made by this watop.
    pub fn new(made_at: Millis) -> Self {
        let by = concat!("watop ", env!("CARGO_PKG_VERSION")).to_owned();
        Self { made_at, by, masked: false, from: None, to: None, filter: None }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine<'a> {
    watop_capture: u64,
    made_at: String,
    by: Cow<'a, str>,
    masked: bool,
    from: Option<String>,
    to: Option<String>,
    filter: Option<Cow<'a, str>>,
}

/// What any version has.
#[derive(Deserialize)]
struct VersionOnly {
    watop_capture: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestLine<'a> {
    request: u64,
    received_at: String,
    peer: Cow<'a, str>,
    path: Cow<'a, str>,
    verified: Option<Verified>,
    #[serde(borrow)]
    headers: Vec<(Cow<'a, str>, Spelled<'a>)>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    json: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base64: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusedLine<'a> {
    refused: u64,
    at: String,
    peer: Cow<'a, str>,
    path: Cow<'a, str>,
    answer: u16,
    reason: Cow<'a, str>,
    explanation: Option<Cow<'a, str>>,
    headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    body: Spelled<'a>,
    length: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusedMinuteLine<'a> {
    refused_minute: String,
    reason: Cow<'a, str>,
    answer: u16,
    count: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AcknowledgedLine<'a> {
    acknowledged: Cow<'a, str>,
    who: Cow<'a, str>,
    note: Cow<'a, str>,
    at: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleAlertLine<'a> {
    rule_alert: Cow<'a, str>,
    opened_at: String,
    resolved_at: Option<String>,
    told: Cow<'a, str>,
    alert: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunLine {
    run: String,
    until: String,
    ended: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpiredLine {
    expired: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    end: bool,
    entries: u64,
}

/// Bytes as a string where they are UTF-8, else in base64.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Spelled<'a> {
    Text(Cow<'a, str>),
    Base64 { base64: Cow<'a, str> },
}

impl<'a> Spelled<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(_) => Self::Base64 { base64: STANDARD.encode(bytes).into() },
        }
    }

    fn bytes(self) -> Result<Vec<u8>, String> {
        match self {
            Self::Text(text) => Ok(text.into_owned().into_bytes()),
            Self::Base64 { base64 } => from_base64(&base64),
        }
    }
}

fn from_base64(text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|error| format!("its base64 is wrong: {error}"))
}

/// What a line after the first one is.
pub(super) enum Line {
    /// One of many.
    Entry(Entry),
    /// The last one, with the number of entries before it.
    End(u64),
}

pub(super) fn write_header(header: &Header) -> serde_json::Result<String> {
    sealed(&HeaderLine {
        watop_capture: VERSION,
        made_at: header.made_at.rfc3339(),
        by: header.by.as_str().into(),
        masked: header.masked,
        from: header.from.map(Millis::rfc3339),
        to: header.to.map(Millis::rfc3339),
        filter: header.filter.as_deref().map(Cow::Borrowed),
    })
}

pub(super) fn read_header(line: &str) -> Result<Header, String> {
    let Ok(VersionOnly { watop_capture }) = serde_json::from_str(line) else {
        return Err(format!(
            "this is no capture file: its first line does not begin with {{\"watop_capture\":{VERSION}"
        ));
    };
    if !(1..=VERSION).contains(&watop_capture) {
        return Err(format!(
            "the capture has version {watop_capture}, and this watop reads versions 1 to {VERSION}; use a watop that fits it"
        ));
    }
    let line: HeaderLine = read(&unsealed(line)?)?;
    let time = |text: Option<String>| text.map(|text| self::time(&text)).transpose();
    Ok(Header {
        made_at: self::time(&line.made_at)?,
        by: line.by.into_owned(),
        masked: line.masked,
        from: time(line.from)?,
        to: time(line.to)?,
        filter: line.filter.map(Cow::into_owned),
    })
}

pub(super) fn write_entry(entry: &Entry) -> serde_json::Result<String> {
    match entry {
        Entry::Request { number, raw } => write_request(*number, raw),
        Entry::Refused(refused) => sealed(&RefusedLine {
            refused: refused.n,
            at: refused.at.rfc3339(),
            peer: refused.peer.as_str().into(),
            path: refused.path.as_str().into(),
            answer: refused.answer,
            reason: refused.reason.as_str().into(),
            explanation: refused.explanation.as_deref().map(Cow::Borrowed),
            headers: refused.headers.iter().map(|(name, value)| (name.as_str().into(), value.into())).collect(),
            body: Spelled::of(&refused.body),
            length: refused.length,
        }),
        Entry::RefusedCount(count) => sealed(&RefusedMinuteLine {
            refused_minute: count.minute.rfc3339(),
            reason: count.reason.as_str().into(),
            answer: count.answer,
            count: count.count,
        }),
        Entry::Acknowledged(acknowledged) => sealed(&AcknowledgedLine {
            acknowledged: acknowledged.alert.as_str().into(),
            who: acknowledged.who.as_str().into(),
            note: acknowledged.note.as_str().into(),
            at: acknowledged.at.rfc3339(),
        }),
        Entry::RuleAlert(stored) => sealed(&RuleAlertLine {
            rule_alert: stored.id.as_str().into(),
            opened_at: stored.opened_at.rfc3339(),
            resolved_at: stored.resolved_at.map(Millis::rfc3339),
            told: stored.told.as_str().into(),
            alert: stored.alert.as_str().into(),
        }),
        Entry::Run(run) => sealed(&RunLine { run: run.start.rfc3339(), until: run.until.rfc3339(), ended: run.ended }),
        Entry::Expired(expired) => sealed(&ExpiredLine { expired: *expired }),
    }
}

/// The same, without taking the request.
pub(super) fn write_request(number: u64, raw: &RawRequest) -> serde_json::Result<String> {
    let text = std::str::from_utf8(&raw.body).ok();
    let json = text.and_then(one_line_json);
    sealed(&RequestLine {
        request: number,
        received_at: raw.received_at.rfc3339(),
        peer: raw.peer.as_str().into(),
        path: raw.path.as_str().into(),
        verified: raw.verified.clone(),
        headers: raw.headers.iter().map(|(name, value)| (name.as_str().into(), Spelled::of(value))).collect(),
        json,
        text: text.filter(|_| json.is_none()).map(Cow::Borrowed),
        base64: text.is_none().then(|| STANDARD.encode(&raw.body).into()),
    })
}

pub(super) fn write_end(entries: u64) -> serde_json::Result<String> {
    sealed(&EndLine { end: true, entries })
}

/// Reads one line of a capture by itself.
///
/// # Errors
/// It was altered, is not understood, or is the first or the last one, which hold nothing.
pub fn read_line(line: &str) -> Result<Entry, String> {
    match read_any(line)? {
        Line::Entry(entry) => Ok(entry),
        Line::End(_) => Err("the last line of a capture holds no request".into()),
    }
}

pub(super) fn read_any(line: &str) -> Result<Line, String> {
    let content = unsealed(line)?;
    // The order of a line's members is part of the form: its sum covers it.
    let name = content.strip_prefix("{\"").and_then(|rest| rest.split('"').next()).unwrap_or_default();
    Ok(Line::Entry(match name {
        "request" => read_request(read(&content)?)?,
        "refused" => {
            let line: RefusedLine = read(&content)?;
            Entry::Refused(Refused {
                n: line.refused,
                at: time(&line.at)?,
                peer: Text::from(line.peer),
                path: Text::from(line.path),
                answer: line.answer,
                reason: Text::from(line.reason),
                explanation: line.explanation.map(Cow::into_owned),
                headers: line.headers.into_iter().map(|(name, value)| (Text::from(name), value.into_owned())).collect(),
                body: line.body.bytes()?,
                length: line.length,
            })
        }
        "refused_minute" => {
            let line: RefusedMinuteLine = read(&content)?;
            Entry::RefusedCount(RefusedCount {
                minute: time(&line.refused_minute)?,
                reason: Text::from(line.reason),
                answer: line.answer,
                count: line.count,
            })
        }
        "acknowledged" => {
            let line: AcknowledgedLine = read(&content)?;
            Entry::Acknowledged(Acknowledgement {
                alert: Text::from(line.acknowledged),
                who: Text::from(line.who),
                note: line.note.into_owned(),
                at: time(&line.at)?,
            })
        }
        "rule_alert" => {
            let line: RuleAlertLine = read(&content)?;
            Entry::RuleAlert(StoredAlert {
                id: Text::from(line.rule_alert),
                opened_at: time(&line.opened_at)?,
                resolved_at: line.resolved_at.map(|at| time(&at)).transpose()?,
                told: Text::from(line.told),
                alert: line.alert.into_owned(),
            })
        }
        "run" => {
            let line: RunLine = read(&content)?;
            Entry::Run(Run { start: time(&line.run)?, until: time(&line.until)?, ended: line.ended })
        }
        "expired" => Entry::Expired(read::<ExpiredLine>(&content)?.expired),
        "end" => return Ok(Line::End(read::<EndLine>(&content)?.entries)),
        other => return Err(format!("what \"{other}\" is, is not known to this watop")),
    }))
}

fn read_request(line: RequestLine<'_>) -> Result<Entry, String> {
    let body = match (line.json, line.text, line.base64) {
        (Some(json), None, None) => json.get().as_bytes().to_vec(),
        (None, Some(text), None) => text.into_owned().into_bytes(),
        (None, None, Some(base64)) => from_base64(&base64)?,
        _ => return Err("the body must stand there once, as json, text or base64".into()),
    };
    let headers: Result<_, String> =
        line.headers.into_iter().map(|(name, value)| Ok((Text::from(name), Bytes::from(value.bytes()?)))).collect();
    Ok(Entry::Request {
        number: line.request,
        raw: RawRequest {
            received_at: time(&line.received_at)?,
            peer: Text::from(line.peer),
            path: Text::from(line.path),
            headers: headers?,
            verified: line.verified,
            body: Bytes::from(body),
        },
    })
}

/// A body that can stand in a line as it is: JSON to the last byte, without a line break and without characters that a terminal
/// would obey.
fn one_line_json(text: &str) -> Option<&RawValue> {
    let plain = |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let harmless = plain(text)
        || (text.bytes().all(|byte| byte >= 0x20) && json_escape_controls(text.to_owned()).len() == text.len());
    let json: &RawValue = harmless.then(|| serde_json::from_str(text).ok())??;
    (json.get().len() == text.len()).then_some(json)
}

fn read<'a, T: Deserialize<'a>>(content: &'a str) -> Result<T, String> {
    serde_json::from_str(content).map_err(|error| format!("it cannot be read: {error}"))
}

fn time(text: &str) -> Result<Millis, String> {
    read_time(text).ok_or_else(|| format!("{text:?} is no time"))
}

/// What stands before and behind the sum, which is 16 hex digits long.
const SEAL: (&str, &str) = (",\"sum\":\"", "\"}");
const SUM: usize = 16;

/// A line of JSON with its sum, without the line break.
fn sealed(line: &impl Serialize) -> serde_json::Result<String> {
    let mut line = json_escape_controls(serde_json::to_string(line)?);
    // The closing brace comes behind the sum.
    line.pop();
    let sum = sum(&line);
    line.extend([SEAL.0, &sum, SEAL.1]);
    Ok(line)
}

/// The JSON without its sum.
fn unsealed(line: &str) -> Result<String, String> {
    if line.ends_with('\r') {
        return Err("it ends with CR LF: something changed the line ends of the file on its way; \
                    copy it as binary, or compressed (export to a name that ends in .zst)"
            .into());
    }
    let seal = line.len().checked_sub(SEAL.0.len() + SUM + SEAL.1.len());
    let (content, seal) =
        seal.and_then(|at| line.split_at_checked(at)).ok_or("it was cut off or altered: there is no sum at its end")?;
    let given = seal.strip_prefix(SEAL.0).and_then(|rest| rest.strip_suffix(SEAL.1));
    match given {
        Some(given) if given == sum(content) => Ok(format!("{content}}}")),
        Some(_) => Err("it was altered: its sum does not fit".into()),
        None => Err("it was cut off or altered: there is no sum at its end".into()),
    }
}

fn sum(content: &str) -> String {
    let mut sum = hex::encode(Sha256::digest(content));
    sum.truncate(SUM);
    sum
}
