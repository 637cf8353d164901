use super::*;
use crate::event::{Scheme, Verified};
use bytes::Bytes;
use proptest::prelude::*;

fn raw(body: &[u8]) -> RawRequest {
    RawRequest {
        received_at: Millis(1_767_225_600_123),
        peer: "203.0.113.7".into(),
        path: "/webhook?x=1".into(),
        headers: vec![("content-type".into(), Bytes::from_static(b"application/json"))],
        verified: Some(Verified { scheme: Scheme::Nxcloud, secret: "2026".into() }),
        body: Bytes::copy_from_slice(body),
    }
}

fn entry(number: u64, raw: RawRequest) -> Entry {
    Entry::Request { number, raw }
}

fn refused() -> Entry {
    Entry::Refused(Refused {
        n: 3,
        at: Millis(1_767_225_600_000),
        peer: "203.0.113.9".into(),
        path: "/webhook".into(),
        answer: 401,
        reason: "bad_signature".into(),
        explanation: None,
        headers: vec![("sign".into(), "00".into())],
        body: b"\xff{".to_vec(),
        length: 2,
    })
}

fn written(entries: &[Entry]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &Header::new(Millis(0))).unwrap();
    entries.iter().for_each(|entry| writer.entry(entry).unwrap());
    writer.end().unwrap()
}

/// What can be read, and why it ended early.
fn read(bytes: &[u8]) -> (Vec<Entry>, Option<CaptureError>) {
    let mut entries = Vec::new();
    let reader = match Reader::new(std::io::Cursor::new(bytes.to_vec())) {
        Ok(reader) => reader,
        Err(error) => return (entries, Some(error)),
    };
    for entry in reader {
        match entry {
            Ok(entry) => entries.push(entry),
            Err(error) => return (entries, Some(error)),
        }
    }
    (entries, None)
}

fn line_of(error: &CaptureError) -> u64 {
    match error {
        CaptureError::Damaged { line, .. } => *line,
        CaptureError::Unusable(reason) => panic!("{reason}"),
    }
}

fn three() -> Vec<Entry> {
    vec![entry(4, raw(b"{\"a\":[1,2]}")), entry(5, raw(b"\xff\x00")), entry(9, raw(b"{\n  \"pretty\": true\n}"))]
}

#[test]
fn json_on_one_line_stays_as_it_is_and_everything_else_is_spelled() {
    let spelled = |body: &[u8]| String::from_utf8(written(&[entry(1, raw(body))])).unwrap();
    for json in [r#"{"id":"wamid.1", "x" : 1.0e5}"#, "[]", "1", r#"{"a":"\u001b","name":"牛肉面"}"#] {
        assert!(spelled(json.as_bytes()).contains(&format!(",\"json\":{json},\"sum\"")), "{json}");
    }
    for text in ["", " {}", "{}\n", "{", "{\"a\":\"\u{202e}\"}", "{\"a\":\"\u{7f}\"}", "plain"] {
        let capture = spelled(text.as_bytes());
        assert!(capture.contains(",\"text\":\""), "{capture}");
        assert_eq!(capture.lines().count(), 3, "{capture}");
        assert!(!capture.contains(['\u{202e}', '\u{7f}']), "{capture}");
    }
    assert!(spelled(b"\xff").contains(",\"base64\":\"/w==\","));
}

#[test]
fn every_kind_of_entry_comes_back() {
    let mut entries = three();
    entries.push(refused());
    entries.push(Entry::RefusedCount(RefusedCount {
        minute: Millis(1_767_225_600_000),
        reason: "bad_signature".into(),
        answer: 401,
        count: 7,
    }));
    entries.push(Entry::Acknowledged(Acknowledgement {
        alert: "00ff".into(),
        who: "ana".into(),
        note: "a \"note\"\n".into(),
        at: Millis(5),
    }));
    entries.push(Entry::RuleAlert(StoredAlert {
        id: "00fe".into(),
        opened_at: Millis(60_000),
        resolved_at: Some(Millis(120_000)),
        told: "opened".into(),
        alert: "{\"rule\":\"failures up\"}".into(),
    }));
    entries.push(Entry::Run(Run { start: Millis(1), until: Millis(7), ended: false }));
    entries.push(Entry::Expired(12));
    assert_eq!(read(&written(&entries)), (entries, None));
}

#[test]
fn the_header_says_what_was_left_out_and_whether_it_is_masked() {
    let header = Header {
        masked: true,
        from: Some(Millis(60_000)),
        filter: Some("status:failed \"x\"".into()),
        ..Header::new(Millis(1))
    };
    let capture = Writer::new(Vec::new(), &header).unwrap().end().unwrap();
    assert_eq!(*Reader::new(std::io::Cursor::new(capture)).unwrap().header(), header);
}

#[test]
fn compressed_captures_are_read_by_their_first_bytes_and_cut_off_ones_are_found_out() {
    let entries = three();
    let packed = zstd::encode_all(written(&entries).as_slice(), 3).unwrap();
    assert_eq!(read(&packed), (entries.clone(), None));
    let (kept, error) = read(&packed[..packed.len() - 3]);
    assert!(entries.starts_with(&kept) && error.is_some());
}

#[test]
fn lines_that_were_removed_repeated_or_added_are_found_out() {
    let text = String::from_utf8(written(&three())).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let read = |lines: &[&str]| read(format!("{}\n", lines.join("\n")).as_bytes());
    let (kept, error) = read(&[lines[0], lines[1], lines[3], lines[4]]);
    assert_eq!((kept.len(), error.unwrap().to_string().contains("removed or repeated")), (2, true));
    let (_, error) = read(&[lines[0], lines[1], lines[1], lines[2], lines[3], lines[4]]);
    assert_eq!(line_of(&error.unwrap()), 6);
    let (kept, error) = read(&[lines[0], lines[1], lines[2], lines[3], lines[4], lines[1]]);
    assert_eq!((kept.len(), line_of(&error.unwrap())), (3, 6));
    let (kept, error) = read(&lines[..4]);
    let error = error.unwrap();
    assert_eq!((kept.len(), line_of(&error)), (3, 5));
    assert!(error.to_string().contains("cut off after 3 entries"), "{error}");
}

#[test]
fn another_version_and_another_file_are_named() {
    let text = String::from_utf8(written(&[])).unwrap();
    for later in [0, 3] {
        let text = text.replace("{\"watop_capture\":2", &format!("{{\"watop_capture\":{later}"));
        let error = read(text.as_bytes()).1.unwrap().to_string();
        assert!(
            error.starts_with(&format!("line 1: the capture has version {later}, and this watop reads")),
            "{error}"
        );
    }
    for other in ["{\"statuses\":[]}\n", "\n", "hello", "{\"watop_capture\":\"1\"}"] {
        let error = read(other.as_bytes()).1.unwrap().to_string();
        assert!(error.starts_with("line 1: this is no capture file"), "{error}");
    }
    assert_eq!(read(b"").1.unwrap().to_string(), "line 1: the file is empty");
}

#[test]
fn a_capture_of_the_version_before_is_read() {
    let old = "{\"watop_capture\":1,\"made_at\":\"2026-01-01T00:00:00Z\",\"by\":\"watop 0.1.0\",\"masked\":false,\"from\":null,\
               \"to\":null,\"filter\":null,\"sum\":\"0c1cc22d5904b113\"}\n{\"end\":true,\"entries\":0,\"sum\":\"f3267b350e9cc64a\"}\n";
    assert_eq!(read(old.as_bytes()), (Vec::new(), None));
}

fn any_request() -> impl Strategy<Value = RawRequest> {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..40);
    let json = prop::sample::select(vec![r#"{"a":"\ud800"}"#, "{\"id\" : 1}", "[[]]", "{\"a\":1}\r\n", "\u{feff}{}"]);
    let body = prop_oneof![bytes(), ".*".prop_map(String::into_bytes), json.prop_map(|json| json.as_bytes().to_vec())];
    let headers = proptest::collection::vec((".*", bytes()), 0..3);
    let verified = prop::option::of((any::<bool>(), ".*"));
    (-1_000_000_000_000_i64..100_000_000_000_000, ".*", ".*", headers, verified, body).prop_map(
        |(at, peer, path, headers, verified, body)| RawRequest {
            received_at: Millis(at),
            peer: peer.into(),
            path: path.into(),
            headers: headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            verified: verified.map(|(meta, secret)| Verified {
                scheme: if meta { Scheme::Meta } else { Scheme::Nxcloud },
                secret: secret.into(),
            }),
            body: body.into(),
        },
    )
}

proptest! {
    #[test]
    fn any_request_comes_back_to_the_byte(requests in proptest::collection::vec(any_request(), 0..4)) {
        let entries: Vec<_> = (1..).zip(requests).map(|(number, raw)| entry(number, raw)).collect();
        let capture = written(&entries);
        // Whatever is in it, a terminal would show text.
        prop_assert!(std::str::from_utf8(&capture).unwrap().chars().all(|c| c == '\n' || !c.is_control()));
        prop_assert_eq!(read(&capture), (entries, None));
    }

    #[test]
    fn a_flipped_bit_is_found_in_its_line_and_all_before_it_is_kept(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let entries = three();
        let mut capture = written(&entries);
        let at = at.index(capture.len());
        let line = 1 + capture[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
        let last = at == capture.len() - 1;
        capture[at] ^= 1 << bit;
        let (kept, error) = read(&capture);
        prop_assert!(entries.starts_with(&kept));
        let error = error.expect("the damage is found");
        // A line break that is none any more damages the line that it ended, or the one behind the last.
        prop_assert!(line_of(&error) == line || (last && line_of(&error) <= line + 1), "{} in line {}", error, line);
        prop_assert_eq!(kept.len() as u64, line.saturating_sub(2).min(3));
    }

    #[test]
    fn a_cut_off_capture_gives_what_is_whole_in_it(at in any::<prop::sample::Index>()) {
        let entries = three();
        let capture = written(&entries);
        // The last line break may be missing.
        let at = at.index(capture.len() - 1);
        let (kept, error) = read(&capture[..at]);
        prop_assert!(entries.starts_with(&kept) && error.is_some());
        let whole = capture[..at].iter().filter(|byte| **byte == b'\n').count();
        prop_assert!(kept.len() + 1 >= whole, "{} of {} lines", kept.len(), whole);
    }

    #[test]
    fn any_bytes_are_read_to_an_error_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (kept, error) = read(&bytes);
        prop_assert!(kept.is_empty() && error.is_some());
    }
}
