//! Values that a field has in what is looked at, with how many messages have them.

use crate::monitor::view::literal;
use crate::monitor::view::{Around, Conversation, Dimension};
use crate::query::Field;
use crate::tui::panes::Context;
use crate::tui::terms;

/// Conversations whose customers are offered: the newest of them.
const CUSTOMERS: usize = 100;

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// As it came. Not cleaned.
    pub(super) text: String,
    /// As a filter takes it.
    pub(super) term: String,
    /// What it means, where that is not plain. Not cleaned.
    pub(super) note: String,
    /// Messages that have it, where they are counted.
    pub(super) count: Option<u64>,
}

impl Value {
    fn new(text: &str, note: String, count: Option<u64>) -> Self {
        let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let term = if plain { text.to_owned() } else { literal(text) };
        Self { text: text.to_owned(), term, note, count }
    }
}

/// The values of a field in the scope: its words, else those with most messages first, else the newest first. While people are
/// masked, neither phones nor names: a filter shows what it is made of.
pub(super) fn values(field: &Field, ctx: &Context<'_>) -> Vec<Value> {
    if !field.words().is_empty() {
        return field.words().iter().map(|word| Value::new(word, String::new(), None)).collect();
    }
    let open = ctx.look.masker.is_none();
    match field.name {
        "tag" => by(Dimension::Tag, ctx),
        "category" => by(Dimension::Category, ctx),
        "template" => by(Dimension::Template, ctx),
        "number" if open => by(Dimension::Number, ctx),
        "to" => by(Dimension::Country, ctx),
        "customer" => {
            let mut all = by(Dimension::Country, ctx);
            all.extend(open.then(|| customers(ctx)).into_iter().flatten());
            all
        }
        "from" if open => customers(ctx),
        "name" if open => names(ctx),
        "code" => codes(ctx),
        "platform_code" => platform_codes(ctx),
        "subject" => subjects(ctx),
        _ => Vec::new(),
    }
}

fn by(dimension: Dimension, ctx: &Context<'_>) -> Vec<Value> {
    let rows = ctx.monitor.by(dimension, ctx.scope).into_iter();
    let value = |row: crate::monitor::view::DimensionRow| {
        let term = dimension.term(&row.value)?;
        let (_, term) = term.split_once(':')?;
        let text = row.value.name()?.to_string();
        Some(Value { text, term: term.to_owned(), note: String::new(), count: Some(row.funnel.attempted) })
    };
    rows.filter_map(value).collect()
}

fn codes(ctx: &Context<'_>) -> Vec<Value> {
    let failures = ctx.monitor.failures(ctx.scope).into_iter();
    let value = |failure: crate::monitor::view::Failure| {
        let title = terms::failure(ctx.look, &failure).into_owned();
        Some(Value::new(&failure.code?.to_string(), title, Some(failure.messages)))
    };
    failures.filter_map(value).collect()
}

fn platform_codes(ctx: &Context<'_>) -> Vec<Value> {
    let mut codes: Vec<_> =
        ctx.monitor.failures(ctx.scope).into_iter().flat_map(|failure| failure.platform_codes).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().map(|code| Value::new(&code.to_string(), String::new(), None)).collect()
}

fn conversations(ctx: &Context<'_>) -> Vec<Conversation> {
    ctx.monitor.conversations_around(ctx.scope, &Around { margin: CUSTOMERS, ..Around::default() }).rows
}

fn customers(ctx: &Context<'_>) -> Vec<Value> {
    let value = |conversation: Conversation| {
        let name = conversation.name.map(String::from).unwrap_or_default();
        Some(Value::new(&conversation.customer?, name, None))
    };
    unique(conversations(ctx).into_iter().filter_map(value))
}

fn names(ctx: &Context<'_>) -> Vec<Value> {
    let value = |conversation: Conversation| Some(Value::new(&conversation.name?, String::new(), None));
    unique(conversations(ctx).into_iter().filter_map(value))
}

fn subjects(ctx: &Context<'_>) -> Vec<Value> {
    let alerts = ctx.monitor.alerts(ctx.scope).into_iter();
    unique(alerts.map(|alert| Value::new(&alert.subject, terms::alert(ctx.look, &alert).into_owned(), None)))
}

/// The first of those that are the same.
fn unique(values: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut seen = std::collections::HashSet::new();
    values.filter(|value| seen.insert(value.text.clone())).collect()
}
