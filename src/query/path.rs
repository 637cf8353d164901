//! Field paths into the stored body: `statuses[0].errors[*].title`.

use serde_json::Value;

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
pub(super) struct Body {
    top: Value,
    element: Vec<Step>,
}

impl Body {
    /// Reads a body. `element` is the event's path, such as `$.entry[0].changes[0].value.statuses[1]`. A body that is not JSON
    /// has no fields and no text.
    pub(super) fn new(body: &[u8], element: &str) -> Self {
        let top = serde_json::from_str(&String::from_utf8_lossy(body)).unwrap_or(Value::Null);
        let element = element.trim_start_matches('$').trim_start_matches('.');
        Self { top, element: Path::parse(element).map(|path| path.0).unwrap_or_default() }
    }

    /// Whether a scalar at `path` satisfies `test`. The path starts at the body's top. A path that starts with `value` is also
    /// looked for below the `value` object around the event, in a flat post itself, and in the event's own element.
    pub(super) fn any_at(&self, path: &Path, test: &mut dyn FnMut(&str) -> bool) -> bool {
        if any_below(&self.top, &path.0, test) {
            return true;
        }
        let Some(rest) = path.below("value") else { return false };
        let value = self.element.iter().rposition(|step| *step == Step::Key("value".to_owned()));
        let around = value.map_or(&[][..], |at| self.element.get(..=at).unwrap_or_default());
        [around, &self.element].into_iter().any(|root| {
            let mut in_root = |found: &Value| any_below(found, rest, test);
            visit(&self.top, root, &mut in_root)
        })
    }

    /// Whether a string that belongs to the event satisfies `test`: any inside its own element, and the scalars and objects
    /// that stand beside the way to it. Arrays beside the way hold other events, so they are left out.
    pub(super) fn any_string(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        let mut node = &self.top;
        for step in &self.element {
            if let (Value::Object(fields), Step::Key(way)) = (node, step)
                && fields.iter().any(|(key, value)| key != way && !value.is_array() && any_string(value, test))
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

fn child<'v>(node: &'v Value, step: &Step) -> Option<&'v Value> {
    match step {
        Step::Key(key) => node.get(key),
        Step::Index(index) => node.get(index),
        Step::Every => None,
    }
}

/// Whether any node at `steps` below `node` satisfies `test`.
fn visit(node: &Value, steps: &[Step], test: &mut dyn FnMut(&Value) -> bool) -> bool {
    match steps {
        [] => test(node),
        [Step::Every, rest @ ..] => {
            node.as_array().is_some_and(|elements| elements.iter().any(|element| visit(element, rest, test)))
        }
        [step, rest @ ..] => child(node, step).is_some_and(|next| visit(next, rest, test)),
    }
}

/// Whether the text of a scalar at `steps` below `node` satisfies `test`. A null counts as missing.
fn any_below(node: &Value, steps: &[Step], test: &mut dyn FnMut(&str) -> bool) -> bool {
    visit(node, steps, &mut |found| match found {
        Value::String(text) => test(text),
        Value::Number(number) => test(&number.to_string()),
        Value::Bool(yes) => test(if *yes { "true" } else { "false" }),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    })
}

fn any_string(node: &Value, test: &mut dyn FnMut(&str) -> bool) -> bool {
    match node {
        Value::String(text) => test(text),
        Value::Array(elements) => elements.iter().any(|element| any_string(element, test)),
        Value::Object(fields) => fields.values().any(|value| any_string(value, test)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
