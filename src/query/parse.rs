//! Text to expression: a recursive descent over the bytes of the expression, so that every mistake has its place.

use super::fields::{FIELDS, Field, Holds, KINDS, SEVERITIES, STATUSES};
use super::moment::{Edge, Moment, Times};
use super::path::Path;
use super::pattern::{Bound, Glob, Pattern, Range, Value};
use super::{Expr, FilterError, Term, duration, suggest};
use regex::RegexBuilder;
use rust_decimal::Decimal;
use std::ops::Range as Span;

/// Longest expression, in bytes.
const MAX_LENGTH: usize = 4096;
/// Deepest nesting of parentheses and `not`.
const MAX_DEPTH: usize = 64;
/// Largest compiled regular expression, in bytes.
const MAX_REGEX: usize = 256 << 10;

/// Parses a whole expression, over single events or over whole messages; an empty one is a conjunction of nothing, which always holds.
pub(super) fn parse(text: &str, of_messages: bool) -> Result<Expr, FilterError> {
    if text.len() > MAX_LENGTH {
        return fail(format!("a filter has at most {MAX_LENGTH} bytes, this one has {}", text.len()), 0..0);
    }
    let mut parser = Parser { text, at: 0, depth: 0, of_messages };
    parser.skip_blanks();
    if parser.rest().is_empty() {
        return Ok(Expr::All(Vec::new()));
    }
    let expr = parser.any()?;
    match parser.rest() {
        "" => Ok(expr),
        _ => fail("there is no ( for this )", parser.at..parser.at + 1),
    }
}

fn fail<T>(message: impl Into<String>, span: Span<usize>) -> Result<T, FilterError> {
    Err(FilterError::new(message, span))
}

struct Parser<'t> {
    text: &'t str,
    /// Byte offset of what comes next.
    at: usize,
    depth: usize,
    /// Whether it is read over whole messages.
    of_messages: bool,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Takes `token` if it comes next.
    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Takes the word `keyword` if it comes next, in upper or lower case, and gives its span.
    fn keyword(&mut self, keyword: &str) -> Option<Span<usize>> {
        let rest = self.rest();
        let word = rest.get(..keyword.len()).filter(|word| word.eq_ignore_ascii_case(keyword))?;
        if rest[word.len()..].starts_with(|c: char| !c.is_whitespace() && !"()\"".contains(c)) {
            return None;
        }
        let span = self.at..self.at + word.len();
        self.at = span.end;
        self.skip_blanks();
        Some(span)
    }

    /// `or` binds weakest.
    fn any(&mut self) -> Result<Expr, FilterError> {
        let mut choices = vec![self.all()?];
        while let Some(or) = self.keyword("or") {
            if self.at_end() {
                return fail("or needs a term on its right too", or);
            }
            choices.push(self.all()?);
        }
        Ok(single(choices, Expr::Any))
    }

    /// Terms side by side, with or without `and`.
    fn all(&mut self) -> Result<Expr, FilterError> {
        let mut parts = vec![self.negation()?];
        loop {
            let and = self.keyword("and");
            let stops = self.at_end() || self.peek_keyword("or");
            match and {
                Some(and) if stops => return fail("and needs a term on its right too", and),
                None if stops => return Ok(single(parts, Expr::All)),
                _ => parts.push(self.negation()?),
            }
        }
    }

    fn at_end(&self) -> bool {
        matches!(self.rest().chars().next(), None | Some(')'))
    }

    fn peek_keyword(&self, keyword: &str) -> bool {
        Parser { ..*self }.keyword(keyword).is_some()
    }

    /// `not term`, `-term`.
    fn negation(&mut self) -> Result<Expr, FilterError> {
        let start = self.at;
        let not = self.keyword("not").or_else(|| self.eat("-").then_some(start..start + 1));
        let Some(not) = not else { return self.primary() };
        if self.at_end() || self.rest().starts_with(char::is_whitespace) {
            return fail("this needs a term to negate, such as not status:failed or -status:failed", not);
        }
        self.nested(not, |parser| Ok(Expr::Not(Box::new(parser.negation()?))))
    }

    fn primary(&mut self) -> Result<Expr, FilterError> {
        let start = self.at;
        let expr = if self.eat("(") {
            self.skip_blanks();
            if self.at_end() {
                return fail("there is nothing inside these parentheses", start..start + 1);
            }
            let inner = self.nested(start..start + 1, Self::any)?;
            if !self.eat(")") {
                return fail("this ( is never closed", start..start + 1);
            }
            inner
        } else if self.rest().starts_with('"') {
            let words = self.quoted(|c| c.to_string())?;
            if words.is_empty() {
                return fail("write the text to look for between the quotes", start..self.at);
            }
            Expr::Term(Term::Words(Glob::containing(&words)))
        } else {
            Expr::Term(self.term()?)
        };
        self.skip_blanks();
        Ok(expr)
    }

    fn nested<T>(
        &mut self,
        span: Span<usize>,
        inner: impl FnOnce(&mut Self) -> Result<T, FilterError>,
    ) -> Result<T, FilterError> {
        if self.depth == MAX_DEPTH {
            return fail(format!("a filter nests at most {MAX_DEPTH} deep"), span);
        }
        self.depth += 1;
        let result = inner(self)?;
        self.depth -= 1;
        Ok(result)
    }

    /// Text between double quotes; `escape` says what stands for a backslash and the character after it.
    fn quoted(&mut self, escape: impl Fn(char) -> String) -> Result<String, FilterError> {
        let start = self.at;
        let mut words = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = start + offset + 1;
                    return Ok(words);
                }
                '\\' => match chars.next() {
                    Some((_, escaped)) => words.push_str(&escape(escaped)),
                    None => break,
                },
                c => words.push(c),
            }
        }
        fail("this \" is never closed", start..start + 1)
    }

    /// `field:value` and its relatives.
    fn term(&mut self) -> Result<Term, FilterError> {
        let start = self.at;
        let rest = self.rest();
        let length = rest.find(|c: char| c.is_whitespace() || ":<>=!()\"".contains(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(length);
        let span = start..start + length;
        let operator = [":~", ":", "<=", "<", ">=", ">"].into_iter().find(|operator| after.starts_with(operator));
        // `age:<10m` is `age<10m`: only what has an order has such values.
        let has_order = Field::named(name).is_some_and(Field::is_ordered);
        let colon = usize::from(has_order && operator == Some(":") && after[1..].starts_with(['<', '>']));
        let operator = match colon {
            0 => operator,
            _ => ["<=", "<", ">=", ">"].into_iter().find(|operator| after[1..].starts_with(operator)),
        };
        let Some(operator) = operator.filter(|_| !name.is_empty()) else {
            return Err(no_term(name, after, span));
        };
        let (holds, place) = if name.contains(['.', '[']) {
            let path =
                Path::parse(name).map_err(|error| FilterError::new(error.message, start + error.at..start + length))?;
            (Holds::Text, Place::Path(path))
        } else {
            let field = Field::named(name).ok_or_else(|| unknown_field(name, span.clone()))?;
            if field.is_of_message() && !self.of_messages {
                return Err(not_of_events(field, span));
            }
            (field.holds, Place::Field(field))
        };
        self.at = span.end + colon + operator.len();
        let pattern = self.pattern(operator, holds, &place, span)?;
        Ok(match place {
            Place::Field(field) => Term::Field { field, pattern },
            Place::Path(path) => Term::Path { path, pattern },
        })
    }

    fn pattern(
        &mut self,
        operator: &str,
        holds: Holds,
        place: &Place,
        name: Span<usize>,
    ) -> Result<Pattern, FilterError> {
        if operator == ":~" {
            if holds == Holds::Time {
                return fail(time_hint(place), name.start..self.at);
            }
            return self.regex(place);
        }
        let start = self.at;
        let quoted = self.rest().starts_with('"');
        let value = if quoted {
            let keep_escape = |c: char| if c == '"' { "\"".to_owned() } else { format!("\\{c}") };
            self.quoted(keep_escape)?
        } else {
            let rest = self.rest();
            let length = rest.find(|c: char| c.is_whitespace() || "()".contains(c)).unwrap_or(rest.len());
            self.at += length;
            rest[..length].to_owned()
        };
        let span = start..self.at;
        // The empty text is a value, too, where it is meant.
        let is_meant = quoted && operator == ":" && matches!(holds, Holds::Text);
        if value.is_empty() && !is_meant {
            return fail(format!("a value is missing here, such as {}", place.example()), name.start..self.at);
        }
        match operator {
            ":" => matching(&value, holds, place, span),
            _ => comparison(operator, &value, holds, place, name.start..span.end),
        }
    }

    /// `/regular expression/`, with `i` behind it for upper and lower case alike.
    fn regex(&mut self, place: &Place) -> Result<Pattern, FilterError> {
        let start = self.at;
        if !self.eat("/") {
            let message = format!("write a regular expression between slashes, such as {}:~/^ab+c/", place.name());
            return fail(message, start.saturating_sub(2)..start);
        }
        let rest = self.rest();
        let mut escaped = false;
        let end = rest.find(|c: char| {
            let closes = c == '/' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        let Some(end) = end else { return fail("this regular expression has no closing /", start..start + 1) };
        self.at += end + 1;
        let ignore_case = self.eat("i");
        let source = rest[..end].replace("\\/", "/");
        RegexBuilder::new(&source)
            .case_insensitive(ignore_case)
            .size_limit(MAX_REGEX)
            .dfa_size_limit(MAX_REGEX)
            .nest_limit(MAX_DEPTH as u32)
            .build()
            .map(Pattern::Regex)
            .map_err(|error| FilterError::new(regex_mistake(&error), start..self.at))
    }
}

/// What a term looks at, before its pattern is known.
enum Place {
    Field(&'static Field),
    Path(Path),
}

impl Place {
    fn name(&self) -> &'static str {
        match self {
            Self::Field(field) => field.name,
            Self::Path(_) => "statuses[0].id",
        }
    }

    fn example(&self) -> &'static str {
        match self {
            Self::Field(field) => field.example,
            Self::Path(_) => "statuses[0].status:failed",
        }
    }

    fn is_path(&self) -> bool {
        matches!(self, Self::Path(_))
    }
}

fn single(mut parts: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            join(parts)
        }
    }
}

/// `:` with a value.
fn matching(value: &str, holds: Holds, place: &Place, span: Span<usize>) -> Result<Pattern, FilterError> {
    match holds {
        Holds::Phone => Ok(Pattern::Glob(Glob::new(value.strip_prefix('+').unwrap_or(value)))),
        Holds::OneOf(words) => {
            let glob = Glob::new(value);
            if words.iter().any(|word| glob.matches(word)) {
                return Ok(Pattern::Glob(glob));
            }
            let meant = suggest::closest(value, words.iter().copied());
            let hint = match meant {
                Some(word) => format!("did you mean {word}?"),
                None => format!("it is one of {}", words.join(", ")),
            };
            let message = format!("{} is never {value}, {hint}", place.name());
            Err(FilterError { message, span, fix: meant.map(str::to_owned) })
        }
        Holds::Duration => match range(value, milliseconds) {
            Some(range) => Ok(Pattern::Range(range)),
            None => fail(duration_hint(place), span),
        },
        Holds::Time => match times(value) {
            Some(times) => Ok(Pattern::Times(times)),
            None => fail(time_hint(place), span),
        },
        Holds::Number => {
            if let Some(range) = range(value, decimal) {
                return Ok(Pattern::Range(range));
            }
            let glob = Glob::new(value);
            let numeric = value.chars().all(|c| c.is_ascii_digit() || "-.*?".contains(c)) && !value.contains("..");
            if numeric && (!glob.is_literal() || decimal(value).is_some()) {
                return Ok(Pattern::Glob(glob));
            }
            fail(number_hint(place), span)
        }
        Holds::Text => match range(value, decimal).filter(|_| place.is_path()) {
            Some(range) => Ok(Pattern::Range(range)),
            None => Ok(Pattern::Glob(Glob::new(value))),
        },
    }
}

/// `<`, `<=`, `>`, `>=` with a value.
fn comparison(
    operator: &str,
    value: &str,
    holds: Holds,
    place: &Place,
    span: Span<usize>,
) -> Result<Pattern, FilterError> {
    if holds == Holds::Time {
        let moment = Moment::parse(value).ok_or_else(|| FilterError::new(time_hint(place), span))?;
        let edge = Some(Edge { moment, over: false, inclusive: operator.ends_with('=') });
        return Ok(Pattern::Times(match operator.starts_with('<') {
            true => Times { low: None, high: edge },
            false => Times { low: edge, high: None },
        }));
    }
    let at = match holds {
        Holds::Duration => milliseconds(value).ok_or_else(|| duration_hint(place)),
        Holds::Number => decimal(value).ok_or_else(|| number_hint(place)),
        Holds::Text if place.is_path() => decimal(value).ok_or_else(|| format!("{operator} compares with a number")),
        Holds::Text | Holds::OneOf(_) | Holds::Phone | Holds::Time => Err(format!(
            "{} is text and has no order, compare it with : or :~, such as {}",
            place.name(),
            place.example()
        )),
    };
    let at = at.map_err(|message| FilterError::new(message, span))?;
    let bound = Some(Bound { at, inclusive: operator.ends_with('=') });
    Ok(Pattern::Range(match operator.starts_with('<') {
        true => Range { low: None, high: bound },
        false => Range { low: bound, high: None },
    }))
}

/// `low..high`, both included, either left out.
fn range(value: &str, read: fn(&str) -> Option<Decimal>) -> Option<Range> {
    let (low, high) = value.split_once("..")?;
    let end = |text: &str| match text {
        "" => Some(None),
        text => read(text).map(|at| Some(Bound { at, inclusive: true })),
    };
    let range = Range { low: end(low)?, high: end(high)? };
    (range.low.is_some() || range.high.is_some()).then_some(range)
}

/// A day, a minute or a second as a whole, or from one time to another, either left out.
fn times(value: &str) -> Option<Times> {
    let Some((low, high)) = value.split_once("..") else { return Times::during(Moment::parse(value)?) };
    let end = |text: &str| match text {
        "" => Some(None),
        text => Moment::parse(text).map(Some),
    };
    let (low, high) = (end(low)?, end(high)?);
    (low.is_some() || high.is_some()).then(|| Times::between(low, high))
}

fn decimal(text: &str) -> Option<Decimal> {
    text.parse().ok()
}

fn milliseconds(text: &str) -> Option<Decimal> {
    duration::parse(text).map(|duration| Decimal::from(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
}

fn number_hint(place: &Place) -> String {
    let name = place.name();
    format!("{name} is a number, such as {}, {name}:13* or {name}:131000..131999", place.example())
}

fn duration_hint(place: &Place) -> String {
    let name = place.name();
    format!("{name} is a length of time, such as {}, {name}>=1h30m or {name}:5m..10m", place.example())
}

fn time_hint(place: &Place) -> String {
    let name = place.name();
    format!(
        "{name} is a time, such as {}, {name}:14:00..14:30, {name}:2026-11-26 or {name}<2026-11-26T10:00",
        place.example()
    )
}

fn unknown_field(name: &str, span: Span<usize>) -> FilterError {
    let meant = suggest::closest(name, FIELDS.iter().map(|field| field.name));
    let hint = match meant {
        Some(field) => format!("did you mean {field}?"),
        None => {
            let names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
            format!("fields are {}; a path into the body has a dot, such as value.{name}", names.join(", "))
        }
    };
    FilterError { message: format!("unknown field {name}, {hint}"), span, fix: meant.map(str::to_owned) }
}

/// Why a field of messages cannot select events, and where it can.
fn not_of_events(field: &Field, span: Span<usize>) -> FilterError {
    let name = field.name;
    let message = format!(
        "{name} is known of whole messages only, not of single events: it selects on the overview, in the Messages tab and in watop report"
    );
    FilterError::new(message, span)
}

/// Why something that has no operator of ours is not a term, and what was probably meant.
fn no_term(name: &str, after: &str, span: Span<usize>) -> FilterError {
    let next = after.chars().next();
    let operator = span.end..span.end + next.map_or(0, char::len_utf8);
    let mut fix = None;
    let (message, span) = match next {
        Some('=') => {
            fix = Some(":".to_owned());
            (format!("= is not an operator, write {name}:…"), operator)
        }
        Some('!') => (format!("! is not an operator, write -{name}:… to leave something out"), operator),
        Some('"') => ("put a blank before the quoted text, or field: to compare a field with it".to_owned(), operator),
        Some(':' | '<' | '>') => ("a field is missing here, such as status:failed".to_owned(), operator),
        _ if name.eq_ignore_ascii_case("or") || name.eq_ignore_ascii_case("and") => {
            (format!("{name} needs a term on its left too"), span)
        }
        _ => {
            let hint;
            (hint, fix) = probably_meant(name);
            (format!("{name} alone is not a term, {hint}"), span)
        }
    };
    FilterError { message, span, fix }
}

/// What to write in place of a word that is no term, in words and, where it is certain, as a term.
fn probably_meant(word: &str) -> (String, Option<String>) {
    let values: [(&str, &[&str]); 3] = [("status", &STATUSES), ("kind", &KINDS), ("severity", &SEVERITIES)];
    let value_of = values.into_iter().find(|(_, words)| words.contains(&word));
    let digits = word.trim_start_matches('+');
    let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let in_quotes = format!("or \"{word}\" in quotes to search the text");
    if let Some(field) = Field::named(word) {
        (format!("give {} a value, such as {}", field.name, field.example), Some(format!("{}:", field.name)))
    } else if let Some((field, _)) = value_of {
        (format!("write {field}:{word}"), Some(format!("{field}:{word}")))
    } else if numeric && digits.len() <= 6 {
        (format!("write code:{digits}, {in_quotes}"), Some(format!("code:{digits}")))
    } else if numeric {
        let meant = format!("customer:{digits}");
        (format!("write {meant} or number:{digits}, {in_quotes}"), Some(meant))
    } else if word.starts_with("wamid.") {
        (format!("write id:{word}"), Some(format!("id:{word}")))
    } else {
        (format!("write field:value such as status:failed, {in_quotes}"), None)
    }
}

/// The one line of a regex error that says what is wrong.
fn regex_mistake(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "this regular expression is too large".to_owned(),
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            format!("in this regular expression: {}", last.trim_start_matches("error: "))
        }
    }
}

impl Holds {
    /// A value as the patterns of this kind of field see it.
    pub(super) fn normal<'v>(self, value: Value<'v>) -> Value<'v> {
        match (self, value) {
            (Self::Phone, Value::Text(text)) => Value::Text(text.strip_prefix('+').unwrap_or(text)),
            (_, value) => value,
        }
    }
}
