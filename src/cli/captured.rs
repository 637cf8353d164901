//! `watop check --request` and `--refused`: would this request be taken, and why not?

use super::Common;
use super::failure::Failure;
use super::output::{Data, Tone};
use super::refused::operator;
use crate::config::Config;
use crate::event::clean::clean;
use crate::event::{Millis, Text};
use crate::receiver::{Finding, examine};
use crate::tui::widgets::format::duration;
use std::path::Path;

/// A request as it was captured.
#[derive(Debug, PartialEq, Eq)]
struct Captured {
    headers: Vec<(Text, Vec<u8>)>,
    body: Vec<u8>,
    /// When it was received, where that is known.
    at: Option<Millis>,
}

/// Explains a request in a file.
pub(super) fn file(common: &Common, path: &Path) -> Result<(), Failure> {
    let config = common.load()?.config;
    let bytes =
        std::fs::read(path).map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))?;
    let captured = read(&bytes).map_err(|why| Failure::usage(format!("{}: {why}", path.display())))?;
    tell(common, &config, &captured)
}

/// Explains an entry of the refused list with the secrets of now.
pub(super) fn refused(common: &Common, n: u64) -> Result<(), Failure> {
    let config = common.load()?.config;
    let one = operator(&config.data_dir)?.map_or(Ok(None), |operator| operator.refused_one(n))?;
    let one = one.ok_or_else(|| Failure::failed(format!("there is no refused request {n} in the list")))?;
    if one.body.len() as u64 != one.length {
        return Err(Failure::failed(format!(
            "only the first {} of the {} bytes of refused request {n} were kept, so it cannot be verified again; \
             when it came: {}",
            one.body.len(),
            one.length,
            clean(one.explanation.as_deref().unwrap_or("nothing more was known"))
        )));
    }
    let headers = one.headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
    tell(common, &config, &Captured { headers, body: one.body, at: Some(one.at) })
}

fn tell(common: &Common, config: &Config, captured: &Captured) -> Result<(), Failure> {
    let found = examine(&config.signing, &captured.headers, &captured.body, captured.at).map_err(Failure::usage)?;
    let mut out = Data::new(common.color);
    let good = matches!(found, Finding::Verifies { .. });
    let (word, lines) = match found {
        Finding::Verifies { by, algorithm } => {
            let algorithm = algorithm.map(|algorithm| format!(", {algorithm}")).unwrap_or_default();
            let said = format!("{}, secret {:?}{algorithm}", by.scheme.as_str(), by.secret);
            let time = match captured.at {
                Some(_) => None,
                None => Some("when it was received is not known, so its age was not looked at".to_owned()),
            };
            ("verifies", [Some(said), time].into_iter().flatten().collect())
        }
        Finding::Stale { by, age_ms } => {
            let age = duration(age_ms.abs() / 1000);
            let side = if age_ms < 0 { "ahead of this clock" } else { "old" };
            let said = format!("correctly signed ({}, secret {:?}), but {age} {side}", by.scheme.as_str(), by.secret);
            let advice =
                "watop refused accept N takes in one from the refused list; ts_tolerance = off takes all such in";
            ("stale", vec![said, advice.to_owned()])
        }
        Finding::Wrong { message, explanation } => ("does not verify", vec![message, explanation]),
        Finding::Unverified => {
            let said = "no signature secret is configured: it would be taken unverified".to_owned();
            (
                "unverified",
                vec![said, "set WATOP_NXCLOUD_SECRET or WATOP_META_APP_SECRET, or a configuration".to_owned()],
            )
        }
    };
    out.line(&out.paint(if good { Tone::Good } else { Tone::Bad }, word))?;
    for line in lines {
        out.line(&format!("  {}", clean(&line)))?;
    }
    out.flush()?;
    if good { Ok(()) } else { Err(Failure::told()) }
}

/// Reads a request: an optional request line, header lines, an empty line, and the body to the byte.
fn read(bytes: &[u8]) -> Result<Captured, String> {
    let mut captured = Captured { headers: Vec::new(), body: Vec::new(), at: None };
    let mut rest = bytes;
    let mut number = 0;
    loop {
        number += 1;
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Err(
                "it has no empty line between headers and body; write Name: value lines, an empty line, the body"
                    .to_owned(),
            );
        };
        let (line, after) = rest.split_at(end);
        rest = &after[1..];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            captured.body = rest.to_vec();
            return Ok(captured);
        }
        match line.iter().position(|byte| *byte == b':') {
            _ if number == 1 && is_request_line(line) => {}
            Some(colon) if colon > 0 => {
                let (name, value) = line.split_at(colon);
                let name = String::from_utf8_lossy(name.trim_ascii()).to_lowercase();
                captured.headers.push((name.into(), value[1..].trim_ascii().to_vec()));
            }
            _ => return Err(format!("line {number} is no header; write Name: value")),
        }
    }
}

/// `POST /webhook HTTP/1.1`, or curl's `> POST …`.
fn is_request_line(line: &[u8]) -> bool {
    let mut words = line.split(|byte| *byte == b' ');
    let method = words.next().unwrap_or_default();
    !method.is_empty()
        && method.iter().all(u8::is_ascii_uppercase)
        && words.next().is_some_and(|path| path.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_the_exact_body_are_read_with_either_line_end() {
        for text in
            ["POST /webhook HTTP/1.1\r\nSign: ab:cd\r\nts:1\r\n\r\n{\"a\":1}\n", "Sign: ab:cd\nts: 1\n\n{\"a\":1}\n"]
        {
            let captured = read(text.as_bytes()).unwrap();
            assert_eq!(captured.headers, [("sign".into(), b"ab:cd".to_vec()), ("ts".into(), b"1".to_vec())]);
            assert_eq!(captured.body, b"{\"a\":1}\n");
        }
    }

    #[test]
    fn what_is_no_request_is_refused_with_the_line() {
        assert!(read(b"sign: a\nnonsense\n\n").unwrap_err().contains("line 2"));
        assert!(read(b"sign: a").unwrap_err().contains("no empty line"));
    }
}
