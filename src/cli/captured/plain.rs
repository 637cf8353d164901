//! A request as it stands on the wire.

use super::Captured;

/// Reads a request: an optional request line, header lines, an empty line, and the body to the byte.
pub(super) fn read(bytes: &[u8]) -> Result<Captured, String> {
    let mut captured = Captured::default();
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

/// `POST /webhook HTTP/1.1`.
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
