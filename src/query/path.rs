//! Field paths into the stored body: `statuses[0].errors[*].title`.

use crate::event::json::{Document, Kind, Value};

/// A path of keys and array positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
    /// `[*]`: every element.
    Every,
}

/// What is wrong with a path, and the byte offset in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PathError {
    pub(super) message: &'static str,
    pub(super) at: usize,
}

impl Path {
    pub(super) fn parse(text: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(inner) = rest.strip_prefix('[') {
                let end = inner.find(']').ok_or(PathError { message: "this [ is never closed", at })?;
                let position = &inner[..end];
                steps.push(match position.parse() {
                    Ok(index) => Step::Index(index),
                    Err(_) if position == "*" => Step::Every,
                    Err(_) => return Err(PathError { message: "write an array position as [0] or [*]", at }),
                });
                at += end + 2;
                continue;
            }
            let key = rest.strip_prefix('.').filter(|_| at > 0).unwrap_or(rest);
            at += rest.len() - key.len();
            let end = key.find(['.', '[']).unwrap_or(key.len());
            if end == 0 {
                return Err(PathError {
                    message: "a key is missing here, write a path as statuses[0].errors[0].title",
                    at,
                });
            }
            steps.push(Step::Key(key[..end].to_owned()));
            at += end;
        }
        Ok(Self(steps))
    }

    /// The path without its first key, when that is `key` and something follows.
    fn below(&self, key: &str) -> Option<&[Step]> {
        match self.0.as_slice() {
            [Step::Key(first), rest @ ..] if first == key && !rest.is_empty() => Some(rest),
            _ => None,
        }
    }
}

/// A parsed body together with the place of one event's element in it.
pub(super) struct Body<'t> {
    /// `None` when it is not JSON: it has no fields and no text.
    document: Option<Document<'t>>,
    element: Vec<Step>,
}

impl<'t> Body<'t> {
    /// Reads a body. `element` is the event's path, such as `$.entry[0].changes[0].value.statuses[1]`.
    pub(super) fn new(body: &'t str, element: &str) -> Self {
        let element = element.trim_start_matches('$').trim_start_matches('.');
        let element = Path::parse(element).map(|path| path.0).unwrap_or_default();
        Self { document: Document::parse(body).ok(), element }
    }

    /// Whether a scalar at `path` satisfies `test`. The path starts at the body's top. A path that starts with `value` is also
    /// looked for below the `value` object around the event, in a flat post itself, and in the event's own element.
    pub(super) fn any_at(&self, path: &Path, test: &mut dyn FnMut(&str) -> bool) -> bool {
        let Some(top) = self.document.as_ref().map(Document::root) else { return false };
        if any_below(top, &path.0, test) {
            return true;
        }
        let Some(rest) = path.below("value") else { return false };
        let value = self.element.iter().rposition(|step| *step == Step::Key("value".to_owned()));
        let around = value.map_or(&[][..], |at| self.element.get(..=at).unwrap_or_default());
        let mut in_root = |root: Value<'_>| any_below(root, rest, test);
        [around, &self.element].into_iter().any(|root| visit(top, root, &mut in_root))
    }

    /// Whether a string that belongs to the event satisfies `test`: any inside its own element, and the scalars and objects
    /// that stand beside the way to it. Arrays beside the way hold other events, so they are left out.
    pub(super) fn any_string(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        let Some(mut node) = self.document.as_ref().map(Document::root) else { return false };
        for step in &self.element {
            if let Step::Key(way) = step
                && node
                    .entries()
                    .any(|(key, value)| key != way.as_str() && !value.is_array() && any_string(value, test))
            {
                return true;
            }
            match child(node, step) {
                Some(next) => node = next,
                None => return false,
            }
        }
        any_string(node, test)
    }
}

fn child<'d>(node: Value<'d>, step: &Step) -> Option<Value<'d>> {
    match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.items().nth(*index),
        Step::Every => None,
    }
}

/// Whether any node at `steps` below `node` satisfies `test`.
fn visit(node: Value<'_>, steps: &[Step], test: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
    match steps {
        [] => test(node),
        [Step::Every, rest @ ..] => node.items().any(|element| visit(element, rest, test)),
        [step, rest @ ..] => child(node, step).is_some_and(|next| visit(next, rest, test)),
    }
}

/// Whether the text of a scalar at `steps` below `node` satisfies `test`. A null counts as missing.
fn any_below(node: Value<'_>, steps: &[Step], test: &mut dyn FnMut(&str) -> bool) -> bool {
    visit(node, steps, &mut |found| found.text().is_some_and(|text| test(&text)))
}

fn any_string(node: Value<'_>, test: &mut dyn FnMut(&str) -> bool) -> bool {
    let strings = node.walk().filter(|step| step.value.kind() == Kind::String);
    strings.filter_map(|step| step.value.text()).any(|text| test(&text))
}
