//! The capture reader on any bytes: entries, then at most one error that names a line, and never a panic. What can be read can be
//! written again and reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use watop::capture::{CaptureError, Entry, Reader, Writer};

fuzz_target!(|bytes: &[u8]| {
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
});
