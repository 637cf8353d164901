//! What is shown, written to a file: the format is chosen by the file's name, and no file is replaced without being asked for.

use super::look::Look;
use crate::event::clean::{csv_field, json_escape_controls};
use crate::event::mask::Masker;
use crate::event::{Event, Millis, Text, ndjson};
use crate::journal::Reader;
use crate::monitor::view::{Dimension, DimensionRow, Span};
use crate::query::Filter;
use crate::report::events;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What a page gives for CSV and NDJSON. For text, the screen itself is written.
#[derive(Debug, Clone)]
pub enum Export {
    /// Rows with the same columns, to be masked where the privacy key is on.
    Rows(Vec<Row>),
    /// Rows with the same columns that may be shown as they are.
    Shown(Vec<Row>),
    /// The events that a filter finds, read from the journal; as text too.
    Events {
        /// Selects them.
        filter: String,
        /// Whether everything that is kept is looked through; else the window.
        whole: bool,
    },
}

/// A row: named values in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(Vec<(String, Value)>);

impl Row {
    /// The fields of a value in their order; those of values within are named like `outcomes.read`.
    pub fn of(value: &impl Serialize) -> Self {
        let text = serde_json::to_string(value).unwrap_or_default();
        let Self(fields) = Self::parse(&text).unwrap_or(Self(Vec::new()));
        let mut flat = Vec::with_capacity(fields.len());
        for (key, value) in fields {
            flatten(&mut flat, key, value);
        }
        Self(flat)
    }

    /// The funnel of one value of a dimension, as a row.
    pub(super) fn group(dimension: Dimension, row: &DimensionRow) -> Self {
        let mut fields = vec![(dimension.as_str().to_owned(), Value::from(row.value.label()))];
        fields.extend(Self::of(&row.funnel).0);
        Self(fields)
    }

    fn parse(object: &str) -> serde_json::Result<Self> {
        serde_json::from_str(object)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == key).and_then(|(_, value)| value.as_str())
    }
}

fn flatten(flat: &mut Vec<(String, Value)>, key: String, value: Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                flatten(flat, format!("{key}.{name}"), value);
            }
        }
        value => flat.push((key, value)),
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Row;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Row, M::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Row(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Csv,
    Ndjson,
}

impl Format {
    /// The format that a file's name asks for.
    pub(super) fn of(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()? {
            "txt" | "text" => Some(Self::Text),
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

/// A file to be written, with what.
#[derive(Debug, Clone)]
pub struct ExportJob {
    pub(super) file: PathBuf,
    pub(super) replace: bool,
    pub(super) what: What,
}

/// What is written.
#[derive(Debug, Clone)]
pub(super) enum What {
    /// Lines as they are.
    Text(String),
    /// Rows.
    Rows(Format, Vec<Row>),
    /// Events of the journal.
    Events(Format, Box<Events>),
}

/// Which events, and how they may be shown.
#[derive(Debug, Clone)]
pub(super) struct Events {
    pub(super) span: Span,
    pub(super) number: Option<Text>,
    pub(super) filter: String,
    pub(super) now: Millis,
    pub(super) masker: Option<Masker>,
}

/// Writes the file and says how many lines or events it has.
///
/// # Errors
/// In words for the user.
pub(super) fn write(dir: &Path, job: &ExportJob) -> Result<u64, String> {
    let shown = job.file.display();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => format!("{shown} exists; write export! to replace it"),
        _ => format!("cannot write {shown}: {error}"),
    };
    let mut out = BufWriter::new(create(&job.file, job.replace).map_err(failed)?);
    let written = match &job.what {
        What::Text(text) => out.write_all(text.as_bytes()).map(|()| text.lines().count() as u64).map_err(failed),
        What::Rows(format, rows) => write_rows(&mut out, *format, rows).map_err(failed),
        What::Events(format, events) => write_events(&mut out, dir, *format, events),
    };
    let written = written?;
    out.flush().map_err(failed)?;
    Ok(written)
}

/// A file that only its owner may read: what is exported is people's.
fn create(file: &Path, replace: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(!replace).create(true).truncate(replace);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

fn write_rows(out: &mut impl Write, format: Format, rows: &[Row]) -> io::Result<u64> {
    for (at, row) in rows.iter().enumerate() {
        write_row(out, format, row, at == 0)?;
    }
    Ok(rows.len() as u64)
}

fn write_row(out: &mut impl Write, format: Format, row: &Row, first: bool) -> io::Result<()> {
    if format == Format::Ndjson {
        let line = serde_json::to_string(row).map_err(io::Error::other)?;
        return writeln!(out, "{}", json_escape_controls(line));
    }
    if first {
        let heads: Vec<_> = row.0.iter().map(|(key, _)| key.as_str()).collect();
        write!(out, "{}\r\n", heads.join(","))?;
    }
    let cells: Vec<_> = row.0.iter().map(|(_, value)| cell(value)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => csv_field(text).into(),
        Value::Array(values) if values.iter().all(Value::is_number) => {
            values.iter().map(Value::to_string).collect::<Vec<_>>().join(" ")
        }
        Value::Array(_) | Value::Object(_) => csv_field(&value.to_string()).into(),
    }
}

fn write_events(out: &mut impl Write, dir: &Path, format: Format, wanted: &Events) -> Result<u64, String> {
    let words = |error: &dyn std::fmt::Display| format!("cannot write all events: {error}");
    let filter = Filter::parse(&wanted.filter).map_err(|error| words(&error.message))?;
    let reader = Reader::open(dir).map_err(|error| words(&error))?;
    let mut page = reader.page_at(wanted.span.from).map_err(|error| words(&error))?.saturating_sub(1);
    let mut count = 0;
    while let Some(mut batch) = reader.next(page).map_err(|error| words(&error))? {
        page = batch.page;
        if batch.requests.first().is_some_and(|request| request.received_at >= wanted.span.to) {
            break;
        }
        reader.settle(&mut batch).map_err(|error| words(&error))?;
        for event in &batch.events {
            let of_number = wanted.number.is_none() || event.number == wanted.number;
            if !wanted.span.contains(event.received_at) || !of_number {
                continue;
            }
            let body = match filter.needs_body() {
                true => reader.request(event.request).map_err(|error| words(&error))?.map(|request| request.body),
                false => None,
            };
            if filter.matches(event, body.as_deref().unwrap_or_default(), wanted.now) {
                let masked = wanted.masker.as_ref().map(|masker| masker.event(event));
                write_event(out, format, masked.as_ref().unwrap_or(event), count == 0)
                    .map_err(|error| words(&error))?;
                count += 1;
            }
        }
    }
    Ok(count)
}

fn write_event(out: &mut impl Write, format: Format, event: &Event, first: bool) -> io::Result<()> {
    match format {
        Format::Text => writeln!(out, "{}", events::line(event)),
        Format::Ndjson => writeln!(out, "{}", ndjson::to_ndjson(event)),
        Format::Csv => write_row(out, format, &Row::parse(&ndjson::to_ndjson(event))?, first),
    }
}

/// Rows as they may be shown: with the privacy key on, what is somebody's becomes a pseudonym.
pub(super) fn masked(mut rows: Vec<Row>, look: &Look) -> Vec<Row> {
    if look.masker.is_none() {
        return rows;
    }
    for row in &mut rows {
        let number = row.text("number").map(str::to_owned);
        for (key, value) in &mut row.0 {
            let Value::String(text) = value else { continue };
            *text = match key.as_str() {
                "number" | "customer" | "peer" => look.phone(text),
                "name" => look.person(text),
                "preview" | "text" => look.words(text),
                "message_id" | "meta_message_id" => look.id(text),
                _ => look.about(text, number.as_deref()),
            }
            .into_owned();
        }
    }
    rows
}
