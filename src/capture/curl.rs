//! A stored request as a command that posts it again, for a POSIX shell.
//!
//! Bodies and headers come from strangers, and the command is pasted into a terminal. Text is quoted only where every character
//! of it is plain; all else goes as base64, in which nothing can be hidden.

use crate::event::clean::clean_lines;
use crate::journal::RawRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Longest body that stands in the command itself, in bytes: systems bound an argument's length at 128 KiB.
const LONGEST: usize = 64 << 10;

/// The command that posts `raw` to `url`, with a line break at its end.
pub fn curl(raw: &RawRequest, url: &str) -> String {
    // Globbing would read brackets in the URL, and `Expect` makes some servers answer twice.
    let mut command = format!("curl -sS -i --globoff -X POST {} -H 'Expect:'", quoted(url));
    if !raw.headers.iter().any(|(name, _)| name == "content-type") {
        command.push_str(" -H 'Content-Type:'");
    }
    for (name, value) in &raw.headers {
        command.push_str(" \\\n  -H ");
        command.push_str(&header(name, value));
    }
    let text = std::str::from_utf8(&raw.body).ok().filter(|text| text.len() <= LONGEST && is_plain(text));
    match text {
        // Unlike --data, --data-raw takes a leading @ for what it is.
        Some(text) => format!("{command} \\\n  --data-raw {}\n", quoted(text)),
        None => {
            let body = STANDARD.encode(&raw.body);
            format!("printf %s '{body}' | base64 -d | {command} \\\n  --data-binary @-\n")
        }
    }
}

/// One header as an argument. An empty one ends in a semicolon.
fn header(name: &str, value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok("") if is_plain(name) => quoted(&format!("{name};")),
        Ok(text) if is_plain(name) && is_plain(text) && !text.contains('\n') => quoted(&format!("{name}: {text}")),
        _ => {
            let line = [name.as_bytes(), b": ", value].concat();
            format!("\"$(printf %s '{}' | base64 -d)\"", STANDARD.encode(line))
        }
    }
}

fn is_plain(text: &str) -> bool {
    clean_lines(text) == text
}

/// One word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Millis;
    use bytes::Bytes;

    fn raw(body: &'static [u8], headers: &[(&str, &'static [u8])]) -> RawRequest {
        RawRequest {
            received_at: Millis(0),
            peer: "127.0.0.1".into(),
            path: "/webhook".into(),
            headers: headers.iter().map(|(name, value)| ((*name).into(), Bytes::from_static(value))).collect(),
            verified: None,
            body: Bytes::from_static(body),
        }
    }

    #[test]
    fn plain_text_is_quoted_and_everything_else_is_hidden_from_the_shell() {
        let command =
            curl(&raw(b"{\"it\":\"'$(id)`id`\"}", &[("content-type", b"application/json")]), "http://h/w?a=[1]");
        assert!(command.contains(r#"--data-raw '{"it":"'\''$(id)`id`"}'"#), "{command}");
        assert!(command.contains("-H 'content-type: application/json'") && command.contains("'http://h/w?a=[1]'"));
        for body in [b"\x1b]52;c;x\x07".as_slice(), b"\xff", b"a\0b", "\u{202e}".as_bytes()] {
            let command =
                curl(&raw(Box::leak(body.to_vec().into_boxed_slice()), &[("x-request-id", b"\xff'\n")]), "http://h/");
            assert!(command.is_ascii() && command.contains("base64 -d | curl"), "{command}");
            assert!(command.bytes().all(|byte| byte == b'\n' || byte >= 0x20), "{command}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_makes_exactly_the_original_bytes_of_it() {
        let bodies: [&[u8]; 5] =
            [b"@/etc/passwd", b"", b"it's \\ \"$HOME\" `id` !! \n two", b"\x00\xff\x1b[2J", b"--data"];
        for body in bodies {
            let command = curl(&raw(body, &[("sign", b"a'b; rm"), ("ts", b"")]), "http://h/w");
            // In curl's place: says what it is given.
            let dir = tempfile::tempdir().unwrap();
            let fake = "#!/bin/sh\nfor a; do case $a in @-) cat; exit;; esac; l=$a; done\nprintf %s \"$l\"\n";
            std::fs::write(dir.path().join("curl"), fake).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(dir.path().join("curl"), mode).unwrap();
            let path = format!("{}:/usr/bin:/bin", dir.path().display());
            let said = std::process::Command::new("sh").arg("-c").arg(&command).env("PATH", path).output().unwrap();
            assert_eq!(said.stdout, body, "{command}\n{said:?}");
        }
    }
}
