//! Wire JSON as lines for a reader: in the order of the wire, every number and every repeated key as it stands there.
//!
//! Works on the bytes and keeps no tree, so that depth is no limit and a body that is not quite JSON still reads well.

use crate::event::clean::clean;
use crate::tui::theme::Role;
use crate::tui::wrap::first;

/// A piece of a line.
pub(super) type Piece = (Role, String);

/// A line, in pieces.
pub(super) type Line = Vec<Piece>;

/// Lines after which the rest is left to the raw view.
const LONGEST: usize = 20_000;

/// Characters kept of one value: wider than any screen.
const WIDEST: usize = 512;

/// Deepest indentation drawn; what lies deeper stays at this one.
const DEEPEST: usize = 24;

/// The lines of `body`. Without one the body was empty.
pub(super) fn lines(body: &[u8]) -> Vec<Line> {
    let text = String::from_utf8_lossy(body);
    let mut printer = Printer { rest: text.trim_start_matches('\u{feff}'), ..Printer::default() };
    while printer.lines.len() < LONGEST && printer.step() {}
    printer.end_line();
    printer.lines
}

#[derive(Default)]
struct Printer<'t> {
    rest: &'t str,
    lines: Vec<Line>,
    line: Line,
    depth: usize,
}

impl<'t> Printer<'t> {
    /// Takes one token; `false` at the end.
    fn step(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        let Some(first) = self.rest.chars().next() else { return false };
        match first {
            '{' | '[' => self.open(first),
            '}' | ']' => self.close(first),
            ',' => {
                self.take(1);
                self.end_line();
            }
            '"' => {
                let token = self.take(string_end(self.rest));
                if self.rest.trim_start().starts_with(':') {
                    self.key(token);
                } else {
                    self.push(Role::Text, token);
                }
            }
            _ => {
                let end =
                    self.rest.find([',', '}', ']', '{', '[', '"', ' ', '\n', '\r', '\t']).unwrap_or(self.rest.len());
                let token = self.take(end.max(first.len_utf8()));
                self.push(Role::Strong, token);
            }
        }
        true
    }

    fn open(&mut self, bracket: char) {
        let token = self.take(1);
        let inside = self.rest.trim_start();
        if inside.starts_with(closing(bracket)) {
            self.rest = inside;
            let end = self.take(1);
            self.push(Role::Muted, token);
            self.push(Role::Muted, end);
            return;
        }
        self.push(Role::Muted, token);
        self.end_line();
        self.depth += 1;
    }

    fn close(&mut self, bracket: char) {
        self.end_line();
        self.depth = self.depth.saturating_sub(1);
        self.take(bracket.len_utf8());
        self.push(Role::Muted, if bracket == '}' { "}" } else { "]" });
    }

    fn key(&mut self, token: &'t str) {
        self.end_line();
        self.push(Role::Muted, token.trim_matches('"'));
        self.rest = self.rest.trim_start();
        self.take(1);
        self.push(Role::Muted, "  ");
    }

    fn take(&mut self, length: usize) -> &'t str {
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        token
    }

    fn push(&mut self, role: Role, token: &str) {
        if self.line.is_empty() {
            self.line.push((Role::Muted, "  ".repeat(self.depth.min(DEEPEST))));
        }
        self.line.push((role, clean(first(token, WIDEST)).into_owned()));
    }

    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
    }
}

fn closing(bracket: char) -> char {
    if bracket == '{' { '}' } else { ']' }
}

/// Length of the string that `text` begins with, quotes included; all of it when it does not end.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str) -> Vec<String> {
        lines(body.as_bytes()).into_iter().map(|line| line.into_iter().map(|(_, text)| text).collect()).collect()
    }

    #[test]
    fn nested_values_are_indented_in_wire_order_with_numbers_as_they_stand() {
        let body = r#"{"b":[{"z":1.50,"a":"x\"y,}"},[]],"a":null,"a":{}}"#;
        assert_eq!(
            shown(body),
            [
                "{",
                "  b  [",
                "    {",
                "      z  1.50",
                "      a  \"x\\\"y,}\"",
                "    }",
                "    []",
                "  ]",
                "  a  null",
                "  a  {}",
                "}"
            ]
        );
    }

    #[test]
    fn what_is_not_json_is_still_shown() {
        assert_eq!(shown("plain words"), ["plainwords"]);
        assert_eq!(shown("\"never ends"), ["\"never ends"]);
        assert_eq!(shown("]]}"), ["]", "]", "}"]);
        assert!(shown("").is_empty());
    }

    #[test]
    fn depth_is_no_limit() {
        let body = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
        assert_eq!(shown(&body).len(), 10_001);
    }
}
