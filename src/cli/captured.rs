//! `watop check --request` and `--refused`: would this request be taken, and why not?

mod curl;
mod har;
mod plain;

use super::Common;
use super::failure::Failure;
use super::output::{Data, Tone};
use super::refused::operator;
use crate::capture::{self, Entry};
use crate::config::Config;
use crate::event::clean::clean;
use crate::event::{Millis, Text};
use crate::journal::operator::Refused;
use crate::receiver::{Finding, examine};
use crate::tui::widgets::format::duration;
use std::io::Cursor;
use std::path::Path;

/// A request as it was captured.
#[derive(Debug, Default, PartialEq, Eq)]
struct Captured {
    headers: Vec<(Text, Vec<u8>)>,
    body: Vec<u8>,
    /// When it was received, where that is known.
    at: Option<Millis>,
    /// What it is called where there are several.
    name: String,
}

/// Explains the request in a file, or each of several.
pub(super) fn file(common: &Common, path: &Path) -> Result<(), Failure> {
    let config = common.load()?.config;
    let bytes =
        std::fs::read(path).map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))?;
    let requests = read(bytes).map_err(|why| Failure::usage(format!("{}: {why}", path.display())))?;
    let mut out = Data::new(common.color);
    let mut good = true;
    for captured in &requests {
        if requests.len() > 1 {
            out.line(&clean(&captured.name))?;
        }
        good &= tell(&mut out, &config, captured)?;
    }
    out.flush()?;
    if good { Ok(()) } else { Err(Failure::told()) }
}

/// Reads the requests of a file: a capture or lines of one, an HTTP Archive, a curl command, or headers and a body as they stand.
fn read(bytes: Vec<u8>) -> Result<Vec<Captured>, String> {
    if capture::is_capture(&bytes) {
        return of_capture(bytes);
    }
    let text = std::str::from_utf8(&bytes).ok();
    match text.map(str::trim_start) {
        Some(text) if text.starts_with("{\"request\":") || text.starts_with("{\"refused\":") => of_lines(text),
        Some(text) if text.starts_with('{') => har::read(text),
        Some(text) if curl::is_command(text) => Ok(vec![curl::read(text)?]),
        _ => Ok(vec![plain::read(&bytes)?]),
    }
}

fn of_capture(bytes: Vec<u8>) -> Result<Vec<Captured>, String> {
    let reader = capture::Reader::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    if reader.header().masked {
        return Err("the capture is masked: pseudonyms have other signatures than what was sent".to_owned());
    }
    let mut requests = Vec::new();
    for entry in reader {
        requests.extend(of_entry(entry.map_err(|error| error.to_string())?)?);
    }
    if requests.is_empty() { Err("no request stands in it".to_owned()) } else { Ok(requests) }
}

/// Single lines of a capture, as grep finds them.
fn of_lines(text: &str) -> Result<Vec<Captured>, String> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let requests = lines.map(|(number, line)| {
        let entry = capture::read_line(line).map_err(|why| format!("line {number}: {why}"))?;
        of_entry(entry)
    });
    requests.filter_map(Result::transpose).collect()
}

fn of_entry(entry: Entry) -> Result<Option<Captured>, String> {
    match entry {
        Entry::Request { number, raw } => Ok(Some(Captured {
            headers: raw.headers.into_iter().map(|(name, value)| (name, value.to_vec())).collect(),
            body: raw.body.to_vec(),
            at: Some(raw.received_at),
            name: format!("request {number}"),
        })),
        Entry::Refused(one) => of_refused(one).map(Some),
        _ => Ok(None),
    }
}

/// A refused request, when all of it was kept.
fn of_refused(one: Refused) -> Result<Captured, String> {
    let name = format!("refused request {}", one.n);
    if one.body.len() as u64 != one.length {
        return Err(format!(
            "only the first {} of the {} bytes of {name} were kept, so it cannot be verified again; when it came: {}",
            one.body.len(),
            one.length,
            clean(one.explanation.as_deref().unwrap_or("nothing more was known"))
        ));
    }
    let headers = one.headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect();
    Ok(Captured { headers, body: one.body, at: Some(one.at), name })
}

/// Explains an entry of the refused list with the secrets of now.
pub(super) fn refused(common: &Common, n: u64) -> Result<(), Failure> {
    let config = common.load()?.config;
    let one = operator(&config.data_dir)?.map_or(Ok(None), |operator| operator.refused_one(n))?;
    let one = one.ok_or_else(|| Failure::failed(format!("there is no refused request {n} in the list")))?;
    let captured = of_refused(one).map_err(Failure::failed)?;
    let mut out = Data::new(common.color);
    let good = tell(&mut out, &config, &captured)?;
    out.flush()?;
    if good { Ok(()) } else { Err(Failure::told()) }
}

/// Prints what is found of a request. Says whether it verifies.
fn tell(out: &mut Data, config: &Config, captured: &Captured) -> Result<bool, Failure> {
    let found = examine(&config.signing, &captured.headers, &captured.body, captured.at).map_err(Failure::usage)?;
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
    Ok(good)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{Har, curl as curl_of};
    use crate::journal::RawRequest;
    use bytes::Bytes;
    use proptest::prelude::*;

    fn raw(headers: Vec<(String, Vec<u8>)>, body: Vec<u8>) -> RawRequest {
        RawRequest {
            received_at: Millis(1_773_297_126_250),
            peer: "127.0.0.1".into(),
            path: "/webhook".into(),
            headers: headers.into_iter().map(|(name, value)| (name.into(), Bytes::from(value))).collect(),
            verified: None,
            body: Bytes::from(body),
        }
    }

    fn line(raw: &RawRequest) -> String {
        let header = capture::Header::new(Millis(0));
        let mut writer = capture::Writer::new(Vec::new(), &header).unwrap();
        writer.entry(&Entry::Request { number: 7, raw: raw.clone() }).unwrap();
        let text = String::from_utf8(writer.end().unwrap()).unwrap();
        text.lines().nth(1).unwrap().to_owned()
    }

    #[test]
    fn an_altered_line_of_a_capture_is_refused_and_named() {
        let line = line(&raw(Vec::new(), b"{\"a\":1}".to_vec()));
        let text = format!("{line}\n{}\n", line.replace("{\"a\":1}", "{\"a\":2}"));
        assert!(read(text.into_bytes()).unwrap_err().starts_with("line 2: it was altered"));
    }

    proptest! {
        /// Every form in which watop writes a request is read back to the byte.
        #[test]
        fn what_is_exported_is_read(
            body in prop_oneof![any::<Vec<u8>>(), any::<String>().prop_map(String::into_bytes)],
            value in "[ -~é\u{202e}]{0,20}",
        ) {
            let headers = vec![("sign".to_owned(), value.trim().as_bytes().to_vec()), ("ts".to_owned(), b"".to_vec())];
            let raw = raw(headers, body);
            let wanted: Vec<(Text, Vec<u8>)> =
                raw.headers.iter().map(|(name, value)| (name.clone(), value.to_vec())).collect();
            let mut har = Har::new(Vec::new()).unwrap();
            har.add(7, &raw, "http://127.0.0.1/webhook").unwrap();
            let forms = [
                (line(&raw).into_bytes(), true),
                (har.end().unwrap(), true),
                (curl_of(&raw, "http://127.0.0.1/webhook").into_bytes(), false),
            ];
            for (form, timed) in forms {
                let shown = String::from_utf8_lossy(&form).into_owned();
                let read = read(form).unwrap();
                prop_assert_eq!(&read[0].body, &raw.body.to_vec(), "{}", shown);
                let headers: Vec<_> = read[0].headers.iter().filter(|(name, _)| name == "sign" || name == "ts").collect();
                prop_assert_eq!(headers, wanted.iter().collect::<Vec<_>>(), "{}", shown);
                prop_assert_eq!(read[0].at, timed.then_some(raw.received_at));
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), begin in prop::sample::select(vec!["", "curl ", "{\"log\":", "{\"request\":"])) {
            let _ = read([begin.as_bytes(), &bytes].concat());
        }
    }
}
