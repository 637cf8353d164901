//! The capture reader on any bytes: entries, then at most one error that names a line, and never a panic. What can be read can be
//! written again and reads the same. Each input is read as it is and with the sum of each line made to fit, or almost every change
//! would end at the first sum.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};
use std::io::Cursor;
use watop::capture::{CaptureError, Entry, Reader, Writer};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let sealed: Vec<String> = text.split('\n').map(sealed).collect();
        check(sealed.join("\n").as_bytes());
    }
});

/// A line with the sum that fits what stands before it, where there is one.
fn sealed(line: &str) -> String {
    const SEAL: &str = ",\"sum\":\"";
    match line.rfind(SEAL) {
        Some(at) => format!("{}{SEAL}{}\"}}", &line[..at], &hex::encode(Sha256::digest(&line[..at]))[..16]),
        None => line.to_owned(),
    }
}

fn check(bytes: &[u8]) {
    let Ok(mut reader) = Reader::new(Cursor::new(bytes.to_vec())) else { return };
    let header = reader.header().clone();
    let (mut entries, mut error) = (Vec::<Entry>::new(), None);
    for entry in reader.by_ref() {
        assert!(error.is_none(), "nothing comes after an error");
        match entry {
            Ok(entry) => entries.push(entry),
            Err(why) => error = Some(why),
        }
    }
    if let Some(CaptureError::Damaged { line, .. }) = error {
        assert!(line >= 2, "the first line was read already");
    }
    let mut writer = Writer::new(Vec::new(), &header).expect("memory takes everything");
    for entry in &entries {
        writer.entry(entry).expect("memory takes everything");
    }
    let again = Reader::new(Cursor::new(writer.end().expect("memory takes everything"))).expect("what was written is read");
    assert_eq!(again.map(Result::unwrap).collect::<Vec<_>>(), entries);
}
