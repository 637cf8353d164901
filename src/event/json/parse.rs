//! Text to nodes, without recursion.

use super::{Kind, Node, SyntaxError};

/// Whether control characters may stand unescaped in a string.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    Allowed,
    Refused,
}

/// Why a text is not JSON, at which byte.
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: &'static str,
}

impl Fault {
    /// The same, for a reader.
    pub(super) fn locate(self, body: &[u8]) -> SyntaxError {
        let before = body.get(..self.at).unwrap_or(body);
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let begin = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(before.get(begin..).unwrap_or_default()).chars().count() + 1;
        SyntaxError { line, column, message: self.message }
    }
}

/// The nodes of a document, in its order.
pub(super) fn parse(text: &str, control: Control) -> Result<Vec<Node>, Fault> {
    if u32::try_from(text.len()).is_err() {
        return Err(Fault { at: 0, message: "more than 4 GiB" });
    }
    let mut parser = Parser { bytes: text.as_bytes(), at: 0, control, nodes: Vec::with_capacity(text.len() / 10) };
    parser.document()?;
    Ok(parser.nodes)
}

struct Parser<'t> {
    bytes: &'t [u8],
    at: usize,
    control: Control,
    nodes: Vec<Node>,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<(), Fault> {
        if self.bytes.starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
        let mut open: Vec<usize> = Vec::new();
        loop {
            if let Some(opened) = self.value()? {
                open.push(opened);
                if self.inside(opened)? {
                    continue;
                }
            }
            loop {
                let Some(&container) = open.last() else {
                    return if self.blank().is_none() {
                        Ok(())
                    } else {
                        self.fail("text after the end of the document")
                    };
                };
                match self.blank() {
                    Some(b',') => {
                        self.at += 1;
                        if self.is_object(container) {
                            self.key()?;
                        }
                        break;
                    }
                    Some(b']') if !self.is_object(container) => self.close(container),
                    Some(b'}') if self.is_object(container) => self.close(container),
                    _ if self.is_object(container) => return self.fail("expected `,` or `}`"),
                    _ => return self.fail("expected `,` or `]`"),
                }
                open.pop();
            }
        }
    }

    /// Reads one scalar, or opens a container and says which.
    fn value(&mut self) -> Result<Option<usize>, Fault> {
        match self.blank() {
            Some(b'{') => Ok(Some(self.open(Kind::Object))),
            Some(b'[') => Ok(Some(self.open(Kind::Array))),
            Some(b'"') => self.string().map(|()| None),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| None),
            Some(b't') => self.word("true", Kind::Bool).map(|()| None),
            Some(b'f') => self.word("false", Kind::Bool).map(|()| None),
            Some(b'n') => self.word("null", Kind::Null).map(|()| None),
            _ => self.fail("expected a value"),
        }
    }

    /// Moves to the first value inside a container just opened; `false` when it is empty.
    fn inside(&mut self, container: usize) -> Result<bool, Fault> {
        match (self.is_object(container), self.blank()) {
            (true, Some(b'}')) | (false, Some(b']')) => Ok(false),
            (true, _) => self.key().map(|()| true),
            (false, _) => Ok(true),
        }
    }

    fn key(&mut self) -> Result<(), Fault> {
        if self.blank() != Some(b'"') {
            return self.fail("expected a key in quotes");
        }
        self.string()?;
        if self.blank() != Some(b':') {
            return self.fail("expected `:`");
        }
        self.at += 1;
        Ok(())
    }

    fn open(&mut self, kind: Kind) -> usize {
        self.nodes.push(Node { kind, escaped: false, start: self.at as u32, end: 0, next: 0 });
        self.at += 1;
        self.nodes.len() - 1
    }

    fn close(&mut self, container: usize) {
        self.at += 1;
        let (end, next) = (self.at as u32, self.nodes.len() as u32);
        if let Some(node) = self.nodes.get_mut(container) {
            node.end = end;
            node.next = next;
        }
    }

    fn is_object(&self, container: usize) -> bool {
        self.nodes.get(container).is_some_and(|node| node.kind == Kind::Object)
    }

    fn string(&mut self) -> Result<(), Fault> {
        let quote = self.at;
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let plain = rest.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < 0x20);
            self.at += plain.unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) if self.control == Control::Refused => return self.fail("control character in a string"),
                Some(_) => self.at += 1,
                None => return Err(Fault { at: quote, message: "string without an end" }),
            }
        }
        self.scalar(Kind::String, escaped, start);
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Fault> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => match self.bytes.get(self.at + 2..self.at + 6) {
                Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => self.at += 6,
                _ => return self.fail("`\\u` without four hex digits"),
            },
            _ => return self.fail("unknown escape"),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        if self.digits()? > 1 && leading_zero {
            return Err(Fault { at: start, message: "number with a leading zero" });
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.scalar(Kind::Number, false, start);
        Ok(())
    }

    fn digits(&mut self) -> Result<usize, Fault> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { self.fail("expected a digit") } else { Ok(self.at - start) }
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<(), Fault> {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return self.fail("expected a value");
        }
        let start = self.at;
        self.at += word.len();
        self.scalar(kind, false, start);
        Ok(())
    }

    fn scalar(&mut self, kind: Kind, escaped: bool, start: usize) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { kind, escaped, start: start as u32, end: self.at as u32, next });
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips blanks and looks at what follows.
    fn blank(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    fn fail<T>(&self, message: &'static str) -> Result<T, Fault> {
        Err(Fault { at: self.at, message })
    }
}
