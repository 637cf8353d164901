//! The forms in which a JSON body may have been signed before something on its way wrote it anew.
//!
//! Everything works on the text alone: numbers, key order and duplicate keys stay as they are.

use std::borrow::Cow;

/// Longest form that is made; indenting a deeply nested body would otherwise grow with the square of its depth.
const LIMIT: usize = 4 * super::LIMIT;

/// A body in another form.
pub(super) struct Form<'a> {
    /// Its bytes.
    pub(super) bytes: Cow<'a, [u8]>,
    /// What was done, to be read after "once"; `None` for the body as it came.
    pub(super) description: Option<String>,
}

/// What is done to the space between tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    AsItCame,
    Trimmed,
    /// Without the newline that an editor adds when a captured body is saved.
    WithoutNewline,
    Newline,
    CarriageReturnNewline,
    /// As it was before its line ends were changed to those of Windows.
    LineFeeds,
    Compact,
    /// A blank after each comma and colon, as Python writes by default.
    Spaced,
    Indented(usize),
}

/// What is done inside strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escapes {
    AsTheyCame,
    Made,
    Resolved,
    /// Also `/` as `\/`, as PHP writes by default.
    MadeWithSlashes,
}

/// Every form, the body as it came first, then the smaller changes before the larger. Forms that change nothing are left out.
pub(super) fn forms(body: &[u8]) -> impl Iterator<Item = Form<'_>> {
    use Layout::{
        AsItCame, CarriageReturnNewline, Compact, Indented, LineFeeds, Newline, Spaced, Trimmed, WithoutNewline,
    };
    let spaces = [AsItCame, Trimmed, WithoutNewline, Newline, CarriageReturnNewline, LineFeeds];
    let layouts = spaces.into_iter().chain([Compact, Spaced, Indented(2), Indented(4)]);
    let escapes = [Escapes::AsTheyCame, Escapes::Made, Escapes::Resolved, Escapes::MadeWithSlashes];
    let as_it_came = Form { bytes: Cow::Borrowed(body), description: None };
    let changed = layouts.flat_map(move |layout| {
        let laid_out = layout.apply(body);
        escapes.into_iter().filter_map(move |escapes| {
            let bytes = escapes.apply(laid_out.as_deref()?)?;
            (bytes != body).then(|| Form { bytes: Cow::Owned(bytes), description: Some(describe(layout, escapes)) })
        })
    });
    std::iter::once(as_it_came).chain(changed)
}

fn describe(layout: Layout, escapes: Escapes) -> String {
    let layout = match layout {
        Layout::AsItCame => None,
        Layout::Trimmed => Some("the space around it is removed".to_owned()),
        Layout::WithoutNewline => Some("the newline at its end is removed".to_owned()),
        Layout::Newline => Some("a newline is added at its end".to_owned()),
        Layout::CarriageReturnNewline => Some("CR LF is added at its end".to_owned()),
        Layout::LineFeeds => Some("CR LF is written as LF".to_owned()),
        Layout::Compact => Some("the JSON is written compactly".to_owned()),
        Layout::Spaced => Some("the JSON is written with a blank after each comma and colon".to_owned()),
        Layout::Indented(by) => Some(format!("the JSON is indented by {by}")),
    };
    let escapes = match escapes {
        Escapes::AsTheyCame => None,
        Escapes::Made => Some("non-ASCII text is written as \\u escapes"),
        Escapes::Resolved => Some("\\u escapes are written as plain text"),
        Escapes::MadeWithSlashes => Some("non-ASCII text is written as \\u escapes and / as \\/"),
    };
    [layout.as_deref(), escapes].into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

impl Layout {
    fn apply(self, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::AsItCame => Some(body.to_vec()),
            Self::Trimmed => Some(body.trim_ascii().to_vec()),
            Self::WithoutNewline => {
                let body = body.strip_suffix(b"\n")?;
                Some(body.strip_suffix(b"\r").unwrap_or(body).to_vec())
            }
            Self::Newline => Some([body, b"\n"].concat()),
            Self::CarriageReturnNewline => Some([body, b"\r\n"].concat()),
            Self::LineFeeds => {
                let mut text = Vec::with_capacity(body.len());
                for (place, &byte) in body.iter().enumerate() {
                    if byte != b'\r' || body.get(place + 1) != Some(&b'\n') {
                        text.push(byte);
                    }
                }
                (text.len() < body.len()).then_some(text)
            }
            Self::Compact | Self::Spaced | Self::Indented(_) => self.rewrite(body),
        }
    }

    fn rewrite(self, body: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(body.len());
        let mut depth = 0_usize;
        let mut tokens = tokens(body).peekable();
        while let Some(token) = tokens.next() {
            out.extend_from_slice(token);
            let next = tokens.peek().copied();
            let closes = matches!(next, Some(b"}" | b"]"));
            match token {
                b"{" | b"[" => {
                    depth += 1;
                    if !closes {
                        self.break_line(&mut out, depth);
                    }
                }
                b"," => match self {
                    Self::Spaced => out.push(b' '),
                    _ => self.break_line(&mut out, depth),
                },
                b":" if self != Self::Compact => out.push(b' '),
                _ => {}
            }
            if closes {
                depth = depth.saturating_sub(1);
                if !matches!(token, b"{" | b"[") {
                    self.break_line(&mut out, depth);
                }
            }
            if out.len() > LIMIT {
                return None;
            }
        }
        Some(out)
    }

    fn break_line(self, out: &mut Vec<u8>, depth: usize) {
        if let Self::Indented(by) = self {
            out.push(b'\n');
            out.resize(out.len() + (by * depth).min(LIMIT), b' ');
        }
    }
}

/// Strings, single punctuation marks, and runs of anything else; space between them is dropped.
fn tokens(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = body.trim_ascii();
    std::iter::from_fn(move || {
        let (&first, _) = rest.split_first()?;
        let length = match first {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => string_length(rest),
            _ => rest
                .iter()
                .position(|byte| byte.is_ascii_whitespace() || b"{}[],:\"".contains(byte))
                .unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at_checked(length.max(1))?;
        rest = after.trim_ascii_start();
        Some(token)
    })
}

/// Length of the string at the start of `text`, both quotation marks included.
fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    let end = text.iter().skip(1).position(|&byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |end| end + 2)
}

impl Escapes {
    fn apply(self, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::AsTheyCame => Some(body.to_vec()),
            Self::Made => escape(body, false),
            Self::MadeWithSlashes => escape(body, true),
            Self::Resolved => unescape(body),
        }
    }
}

fn escape(body: &[u8], slashes: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(body.len());
    let mut previous = ' ';
    for letter in std::str::from_utf8(body).ok()?.chars() {
        match letter {
            '/' if slashes && previous != '\\' => out.extend_from_slice(b"\\/"),
            _ if letter.is_ascii() => out.push(letter as u8),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
        }
        previous = letter;
    }
    Some(out)
}

/// Escapes of ASCII stay: `\u0022` cannot be written plainly.
fn unescape(body: &[u8]) -> Option<Vec<u8>> {
    let mut rest = std::str::from_utf8(body).ok()?;
    let mut out = Vec::with_capacity(body.len());
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let length = match escaped_char(escape) {
            Some((letter, length)) if !letter.is_ascii() => {
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                length
            }
            _ => {
                let kept = escape.chars().take(2).map(char::len_utf8).sum();
                out.extend_from_slice(escape.get(..kept)?.as_bytes());
                kept
            }
        };
        rest = escape.get(length..)?;
    }
    out.extend_from_slice(rest.as_bytes());
    Some(out)
}

/// The character that a `\uXXXX`, or a pair of them, stands for, and the length of that.
fn escaped_char(text: &str) -> Option<(char, usize)> {
    fn unit(text: &str) -> Option<u16> {
        u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
    }
    let high = unit(text)?;
    if let Some(letter) = char::from_u32(u32::from(high)) {
        return Some((letter, 6));
    }
    let low = unit(text.get(6..)?)?;
    char::decode_utf16([high, low]).next()?.ok().map(|letter| (letter, 12))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(layout: Layout, body: &str) -> String {
        String::from_utf8(layout.apply(body.as_bytes()).unwrap()).unwrap()
    }

    fn escapes(escapes: Escapes, body: &str) -> String {
        String::from_utf8(escapes.apply(body.as_bytes()).unwrap()).unwrap()
    }

    const BODY: &str = "{ \"a\" :1.0, \"b\":[ ] ,\"c\": {\"d, \\\"e\\\" : {\":[true,null ]}}";

    #[test]
    fn layouts_change_nothing_but_space_between_tokens() {
        assert_eq!(layout(Layout::Compact, BODY), r#"{"a":1.0,"b":[],"c":{"d, \"e\" : {":[true,null]}}"#);
        assert_eq!(layout(Layout::Spaced, BODY), r#"{"a": 1.0, "b": [], "c": {"d, \"e\" : {": [true, null]}}"#);
        assert_eq!(
            layout(Layout::Indented(2), BODY),
            "{\n  \"a\": 1.0,\n  \"b\": [],\n  \"c\": {\n    \"d, \\\"e\\\" : {\": [\n      true,\n      null\n    ]\n  }\n}"
        );
    }

    #[test]
    fn layouts_agree_with_an_encoder() {
        let value: serde_json::Value =
            serde_json::from_str(r#"{"a":[1,{"b":{}},[]],"c":"x: {y}, \\","d":null}"#).unwrap();
        let compact = serde_json::to_string(&value).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(layout(Layout::Indented(2), &compact), pretty);
        assert_eq!(layout(Layout::Compact, &pretty), compact);
    }

    #[test]
    fn escapes_go_to_and_fro() {
        let plain = r#"{"text":"牛小信 🙂 a/b \" \\u4f60"}"#;
        let escaped = r#"{"text":"\u725b\u5c0f\u4fe1 \ud83d\ude42 a/b \" \\u4f60"}"#;
        assert_eq!(escapes(Escapes::Made, plain), escaped);
        assert_eq!(escapes(Escapes::Resolved, escaped), plain);
        assert_eq!(escapes(Escapes::MadeWithSlashes, plain), escaped.replace("a/b", "a\\/b"));
        assert_eq!(escapes(Escapes::Resolved, r#""\u0022 \ud800 \u12""#), r#""\u0022 \ud800 \u12""#);
    }

    #[test]
    fn hostile_bodies_stay_bounded() {
        let deep = "[".repeat(super::super::LIMIT);
        for body in [deep.as_bytes(), b"\"\\", b"\xff\xfe", b"", b"\\u", b"}}}}", "\"\\é".as_bytes()] {
            for form in forms(body) {
                assert!(form.bytes.len() <= 2 * LIMIT, "{:?}", form.description);
            }
        }
    }
}
