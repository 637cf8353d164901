//! A request as a curl command: of `watop events --format curl`, of a browser, of somebody's notes.
//!
//! Nothing is run. Of the shell only words, quotes and the two substitutions are understood in which watop itself hides bytes
//! that are not plain text.

use super::Captured;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::iter::Peekable;
use std::str::Chars;

/// What watop puts before and behind bytes in base64.
const HIDDEN: (&str, &str) = ("printf %s '", "' | base64 -d");

/// Whether a text begins like a command for curl.
pub(super) fn is_command(text: &str) -> bool {
    text.starts_with("curl ") || text.starts_with(HIDDEN.0)
}

/// Reads the headers and the body that the command sends.
pub(super) fn read(text: &str) -> Result<Captured, String> {
    let (piped, command) = match text.strip_prefix(HIDDEN.0) {
        Some(rest) => {
            let (body, rest) = rest.split_once(HIDDEN.1).ok_or("what is piped into curl is not understood")?;
            let command = rest.trim_start().strip_prefix('|').ok_or("curl does not follow what is piped into it")?;
            (Some(decoded(body)?), command)
        }
        None => (None, text),
    };
    let mut words = words(command)?.into_iter().skip(1);
    let mut captured = Captured { name: "the command".to_owned(), ..Captured::default() };
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    while let Some(word) = words.next() {
        let word = String::from_utf8_lossy(&word).into_owned();
        let (option, joined) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value.as_bytes().to_vec())),
            _ => match word.char_indices().nth(2) {
                Some((at, _)) if word.starts_with("-H") || word.starts_with("-d") => {
                    (&word[..at], Some(word.as_bytes()[at..].to_vec()))
                }
                _ => (word.as_str(), None),
            },
        };
        let mut value = || joined.clone().or_else(|| words.next()).ok_or(format!("{option} has no value"));
        match option {
            "-H" | "--header" => captured.headers.extend(header(&value()?)),
            "--data-raw" => bodies.push(value()?),
            "-d" | "--data" | "--data-ascii" | "--data-binary" | "--json" => {
                let value = value()?;
                match (value.strip_prefix(b"@"), &piped) {
                    (None, _) => bodies.push(value),
                    (Some(b"-"), Some(piped)) => bodies.push(piped.clone()),
                    (Some(_), _) => {
                        return Err(format!("{option} takes the body from elsewhere; put it into the command"));
                    }
                }
            }
            _ => {}
        }
    }
    captured.body = bodies.join(&b'&');
    Ok(captured)
}

/// `Name: value`, or `Name;` for an empty one. `Name:` takes a header away.
fn header(line: &[u8]) -> Option<(crate::event::Text, Vec<u8>)> {
    let at = line.iter().position(|byte| matches!(byte, b':' | b';'))?;
    let (name, value) = (String::from_utf8_lossy(line[..at].trim_ascii()).to_lowercase(), line[at + 1..].trim_ascii());
    (line[at] == b';' || !value.is_empty()).then(|| (name.into(), value.to_vec()))
}

fn decoded(base64: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(base64).map_err(|error| format!("its base64 is wrong: {error}"))
}

/// The words of a command, as a POSIX shell and, for `$'…'`, bash reads them.
fn words(command: &str) -> Result<Vec<Vec<u8>>, String> {
    let mut chars = command.chars().peekable();
    let mut words = Vec::new();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        match chars.peek().copied() {
            None | Some('|' | ';' | '&' | '>') => return Ok(words),
            Some('\\') if chars.clone().nth(1) == Some('\n') => {
                chars.nth(1);
            }
            Some(_) => words.push(word(&mut chars)?),
        }
    }
}

fn word(chars: &mut Peekable<Chars<'_>>) -> Result<Vec<u8>, String> {
    let mut word = Vec::new();
    while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
        match c {
            '\'' => word.extend(until(chars, '\'')?.bytes()),
            '"' => double_quoted(chars, &mut word)?,
            '$' if chars.next_if_eq(&'\'').is_some() => escaped(chars, &mut word)?,
            '\\' => match chars.next() {
                None | Some('\n') => {}
                Some(c) => push(&mut word, c),
            },
            c => push(&mut word, c),
        }
    }
    Ok(word)
}

fn push(word: &mut Vec<u8>, c: char) {
    word.extend(c.encode_utf8(&mut [0; 4]).bytes());
}

/// What stands before the next `end`, which is taken too.
fn until(chars: &mut Peekable<Chars<'_>>, end: char) -> Result<String, String> {
    let mut text = String::new();
    loop {
        match chars.next() {
            None => return Err(format!("a quote {end} is not closed")),
            Some(c) if c == end => return Ok(text),
            Some(c) => text.push(c),
        }
    }
}

fn double_quoted(chars: &mut Peekable<Chars<'_>>, word: &mut Vec<u8>) -> Result<(), String> {
    loop {
        match chars.next() {
            None => return Err("a quote \" is not closed".to_owned()),
            Some('"') => return Ok(()),
            Some('$') if chars.peek() == Some(&'(') => {
                chars.next();
                let inner = until(chars, ')')?;
                let base64 = inner.strip_prefix(HIDDEN.0).and_then(|rest| rest.strip_suffix(HIDDEN.1));
                word.extend(decoded(
                    base64.ok_or_else(|| format!("$({inner}) is not understood, and nothing is run"))?,
                )?);
            }
            Some('\\') => match chars.next() {
                Some('\n') | None => {}
                Some(c @ ('"' | '\\' | '$' | '`')) => push(word, c),
                Some(c) => word.extend([b"\\", c.encode_utf8(&mut [0; 4]).as_bytes()].concat()),
            },
            Some(c) => push(word, c),
        }
    }
}

/// The inside of `$'…'`.
fn escaped(chars: &mut Peekable<Chars<'_>>, word: &mut Vec<u8>) -> Result<(), String> {
    let open = || "a quote ' is not closed".to_owned();
    loop {
        match chars.next().ok_or_else(open)? {
            '\'' => return Ok(()),
            '\\' => match chars.next().ok_or_else(open)? {
                'n' => word.push(b'\n'),
                'r' => word.push(b'\r'),
                't' => word.push(b'\t'),
                'x' => word.extend(hex(chars, 2).map(|code| code as u8)),
                'u' => hex(chars, 4).and_then(char::from_u32).into_iter().for_each(|c| push(word, c)),
                c => push(word, c),
            },
            c => push(word, c),
        }
    }
}

fn hex(chars: &mut Peekable<Chars<'_>>, most: usize) -> Option<u32> {
    let digits: String = std::iter::from_fn(|| chars.next_if(char::is_ascii_hexdigit)).take(most).collect();
    u32::from_str_radix(&digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(command: &str) -> Result<String, String> {
        read(command).map(|captured| String::from_utf8(captured.body).unwrap())
    }

    #[test]
    fn commands_of_browsers_and_people_are_read() {
        let command = "curl 'http://127.0.0.1/w' \\\n  -H 'Sign: ab' -H \"ts: 1\" -XPOST --compressed \\\n  --data-raw $'{\\u0021\\'\\n}'";
        let captured = read(command).unwrap();
        assert_eq!(captured.headers, [("sign".into(), b"ab".to_vec()), ("ts".into(), b"1".to_vec())]);
        assert_eq!(captured.body, b"{!'\n}");
        assert_eq!(body("curl http://h -d '{\"a\":1}' | jq .").unwrap(), "{\"a\":1}");
        assert_eq!(body("curl --json={} http://h").unwrap(), "{}");
        assert_eq!(body("curl -d\"{\\\"a\\\":\\n}\" http://h").unwrap(), "{\"a\":\\n}");
    }

    #[test]
    fn what_would_have_to_be_run_or_read_is_refused() {
        for (command, says) in [
            ("curl -d @body.json http://h", "takes the body from elsewhere"),
            ("curl -H \"$(cat secret)\" http://h", "nothing is run"),
            ("curl -d 'open", "not closed"),
            ("curl -d", "-d has no value"),
        ] {
            let error = body(command).unwrap_err();
            assert!(error.contains(says), "{command}: {error}");
        }
    }
}
