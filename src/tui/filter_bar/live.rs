//! Values that a field has in what is looked at, with how many messages have them.

use crate::event::Text;
use crate::monitor::view::literal;
use crate::monitor::view::{Around, Conversation, Cost, Dimension, Funnel};
use crate::query::Field;
use crate::tui::panes::Context;
use crate::tui::terms;
use crate::tui::widgets::format;
use std::collections::BTreeMap;

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
        let funnel = (field.name == "outcome").then(|| ctx.monitor.counts(ctx.scope));
        let count = |word: &str| became(word, funnel.as_ref()?);
        return field.words().iter().map(|word| Value::new(word, String::new(), count(word))).collect();
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
        "currency" => costs(ctx, |cost| cost.currency.clone()),
        "secret" => secrets(ctx),
        "direction" => costs(ctx, |cost| Some(cost.direction.clone())),
        "platform_code" => platform_codes(ctx),
        "subject" => subjects(ctx),
        "title" => titles(ctx),
        "id" if !open => Vec::new(),
        other => seen(other, ctx),
    }
}

/// Whether the values of a field are those of the messages in the window, and not whatever came.
pub(super) fn of_window(field: &Field) -> bool {
    field.words().is_empty() && !matches!(field.name, "id" | "event" | "field" | "type" | "secret")
}

fn seen(field: &str, ctx: &Context<'_>) -> Vec<Value> {
    let values = ctx.seen.values(field).unwrap_or_default();
    unique(values.into_iter().map(|value| Value::new(value, String::new(), None)))
}

fn titles(ctx: &Context<'_>) -> Vec<Value> {
    let failures = ctx.monitor.failures(ctx.scope).into_iter();
    unique(failures.filter_map(|failure| {
        let code = failure.code.map(|code| code.to_string()).unwrap_or_default();
        Some(Value::new(&failure.wire_title?, code, Some(failure.messages)))
    }))
}

/// Messages with an outcome.
fn became(word: &str, funnel: &Funnel) -> Option<u64> {
    Some(match word {
        "read" => funnel.outcomes.read,
        "delivered" => funnel.outcomes.delivered,
        "failed" => funnel.outcomes.failed,
        "waiting" => funnel.outcomes.waiting,
        "silent" => funnel.outcomes.silent,
        "conflict" => funnel.conflicts,
        _ => return None,
    })
}

/// What costs are told apart by, with the cost lines that have it, most first.
fn costs(ctx: &Context<'_>, of: fn(&Cost) -> Option<Text>) -> Vec<Value> {
    let mut values: BTreeMap<Text, u64> = BTreeMap::new();
    for cost in ctx.monitor.costs(ctx.scope) {
        if let Some(value) = of(&cost) {
            *values.entry(value).or_default() += cost.messages;
        }
    }
    let mut values: Vec<_> =
        values.into_iter().map(|(text, count)| Value::new(&text, String::new(), Some(count))).collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.count));
    values
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
        let last = format::clock(conversation.last_inbound_at, ctx.zone);
        let note = conversation.name.map_or_else(|| last.clone(), |name| format!("{name} · {last}"));
        Some(Value::new(&conversation.customer?, note, None))
    };
    unique(conversations(ctx).into_iter().filter_map(value))
}

fn secrets(ctx: &Context<'_>) -> Vec<Value> {
    let labels = ctx.intake.schemes.iter().flat_map(|access| &access.labels);
    unique(labels.map(|label| Value::new(label, String::new(), None)))
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
