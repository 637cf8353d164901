//! The story for a reader: aligned text, or Markdown to paste into an incident's page.

use crate::event::clean::clean;
use crate::event::{CostLine, Detail, ErrorItem, Event, Millis, Seconds, Text, Verified, catalogue};
use crate::monitor::story::{Effect, Step, Story};
use crate::report::text::fill;
use crate::tui::widgets::format::{duration, thousands};

/// Columns before what an event says.
const INDENT: usize = 64;

/// Name and value of each fact about the message itself, without those that are not known. All text is cleaned.
fn facts(story: &Story) -> Vec<(&'static str, String)> {
    let mut facts = vec![("outcome", outcome(story))];
    let mut add = |name, value: &Option<Text>| {
        facts.extend(value.as_ref().map(|value| (name, clean(value).into_owned())));
    };
    add("id", &Some(story.message_id.clone()));
    add("meta id", &story.meta_message_id);
    add("participant", &story.participant);
    add("number", &story.number);
    add("customer", &story.customer);
    add("name", &story.name);
    add("category", &story.category);
    add("tag", &story.tag);
    add("template", &story.template);
    add("conversation", &story.conversation);
    facts.extend(story.costs.iter().map(|line| ("cost", cost(line))));
    for state in &story.template_states {
        let (kind, name, cause) = (clean(&state.kind), clean(&state.state), clean(&state.cause));
        let cause = if cause.is_empty() { String::new() } else { format!(": {cause}") };
        facts.push(("then", format!("{kind} {name} since {}{cause}", seconds(state.since))));
    }
    facts.push(("window", window(story)));
    if let Some(answer) = &story.answer {
        let said = match &answer.detail {
            Detail::Inbound(inbound) => clean(&inbound.preview).into_owned(),
            _ => String::new(),
        };
        facts.push(("answered by", format!("{said}, {}", time(answer.received_at))));
    }
    facts
}

fn outcome(story: &Story) -> String {
    let conflict = if story.conflict { ", conflict: it is also said to have failed" } else { "" };
    format!("{}{conflict}", story.standing.as_str())
}

fn window(story: &Story) -> String {
    let at = |at: Seconds| seconds(Millis::from(at));
    match &story.window {
        None => "no earlier message of the customer is in the journal".to_owned(),
        Some(window) if window.open => {
            format!("open until {}, the customer wrote at {}", at(window.closes_at), at(window.last_inbound_at))
        }
        Some(window) => format!("closed since {}: only templates could be sent", at(window.closes_at)),
    }
}

fn cost(line: &CostLine) -> String {
    let amount = match (&line.currency, line.amount) {
        (Some(currency), Some(amount)) => format!("{} {}", clean(currency), amount.normalize()),
        (None, Some(amount)) => amount.normalize().to_string(),
        (_, None) => "no amount".to_owned(),
    };
    let cny = line.cny.map(|cny| format!(" (CNY {})", cny.normalize())).unwrap_or_default();
    format!("{amount}{cny} {} {}", clean(&line.category), clean(&line.direction))
}

/// What kind of delivery a step is, in one word: the status, or what the journal made of it.
fn word(step: &Step) -> String {
    match (&step.effect, &step.event.detail) {
        (Effect::Amends(_), _) => "+ amended".to_owned(),
        (Effect::Repeats, _) => "= duplicate".to_owned(),
        (_, Detail::Status(status)) => clean(status.status.as_str()).into_owned(),
        (_, Detail::Inbound(inbound)) => clean(&inbound.r#type).into_owned(),
        (_, _) => step.event.kind().as_str().to_owned(),
    }
}

/// What a delivery says and what it changed, line by line. All text is cleaned.
pub fn says(step: &Step) -> Vec<String> {
    let mut says = Vec::new();
    let effect = match &step.effect {
        Effect::First => Some("first evidence".to_owned()),
        Effect::Advances | Effect::Flag => None,
        Effect::OutOfOrder => Some("out of order: it stands where it stood".to_owned()),
        Effect::Again => Some("said before with another time".to_owned()),
        Effect::ContradictsFailed => Some("late: contradicts failed; arriving wins, conflict +1".to_owned()),
        Effect::ContradictsArrival => Some("contradicts its arrival; arriving wins, conflict +1".to_owned()),
        Effect::Amends(added) if added.is_empty() => Some("differs, and changes nothing".to_owned()),
        Effect::Amends(added) => Some(format!("{} added; both raw requests are kept", added.join(", "))),
        Effect::Repeats => Some(match &step.event.detail {
            Detail::Status(status) => format!("{} again, stored once", clean(status.status.as_str())),
            _ => "again, stored once".to_owned(),
        }),
    };
    let told = matches!(step.effect, Effect::Repeats);
    match &step.event.detail {
        Detail::Status(status) if !told => {
            says.extend(status.errors.iter().flat_map(error));
            says.extend(effect);
            says.extend(status.costs.iter().map(cost));
            says.extend(status.expires_at.map(|at| format!("window expires {}", seconds(Millis::from(at)))));
        }
        Detail::Inbound(inbound) if !told => {
            says.push(clean(&inbound.preview).into_owned());
            says.extend(inbound.errors.iter().flat_map(error));
            says.extend(effect);
            says.extend(inbound.costs.iter().map(cost));
        }
        _ => says.extend(effect),
    }
    says
}

/// An error: code and title, details, and what the catalogue advises.
fn error(error: &ErrorItem) -> Vec<String> {
    let entry = error.code.and_then(catalogue::lookup);
    let title =
        entry.map(|entry| entry.en.title.as_str()).or(error.title.as_deref()).unwrap_or("an error without a title");
    let code = error.code.map(|code| format!("{code} ")).unwrap_or_default();
    let wrapped = error.platform_code.map(|code| format!(" (in {code})")).unwrap_or_default();
    let mut lines = vec![format!("{code}{}{wrapped}", clean(title))];
    let wire = error.title.as_deref().filter(|wire| *wire != title);
    lines.extend(wire.into_iter().chain(error.details.as_deref()).map(|text| clean(text).into_owned()));
    if let Some(entry) = entry {
        lines.push(entry.en.action.clone());
        let retry = if entry.retryable { "yes, the same message may pass later" } else { "no, not unchanged" };
        lines.push(format!("class {}, retry: {retry}", entry.class));
    }
    lines
}

/// For a terminal or a file: one story after the other.
pub fn text(stories: &[Story]) -> String {
    stories.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn one(story: &Story) -> String {
    let mut page = String::new();
    let mut line = |text: &str| {
        page.push_str(text.trim_end());
        page.push('\n');
    };
    line("MESSAGE");
    for (name, value) in facts(story) {
        line(&format!("  {name:<13} {value}"));
    }
    line("");
    line(&format!("STORY  {}", counts(story)));
    line(&format!("  {:<24}  {:>11}  {:<11}  {:<8}  what it says", "received", "lag", "event", "provider"));
    for step in &story.steps {
        let provider = step.event.provider_at.map_or("-".to_owned(), |at| clock(Millis::from(at)));
        let lag = step.lag_ms.map_or("-".to_owned(), lag);
        let head = format!("  {}  {lag:>11}  {}  {provider:<8}  ", time(step.event.received_at), fill(&word(step), 11));
        let mut says = says(step).into_iter();
        line(&format!("{head}{}", says.next().unwrap_or_default()));
        for more in says {
            line(&format!("{:INDENT$}{more}", ""));
        }
    }
    line("");
    line("REQUESTS");
    for carrier in &story.requests {
        let duplicate = if carrier.duplicate { "  duplicate" } else { "" };
        let bytes = format!("{} bytes", thousands(carrier.bytes));
        let vouched = vouched(carrier.verified.as_ref());
        line(&format!("  {:>10}  {}  {bytes:>14}  {vouched}{duplicate}", carrier.request, time(carrier.received_at)));
    }
    if !story.stages.is_empty() {
        line("");
        line(&format!("PROVIDER CLOCK  {}", story.took_s().map(duration).unwrap_or_default()));
        for stage in &story.stages {
            let at = stage.at.map_or("without a time".to_owned(), |at| seconds(Millis::from(at)));
            let after = stage.after_s.map(|after| format!("  {} later", duration(after))).unwrap_or_default();
            line(&format!("  {:<13} {at}{after}", stage.stage));
        }
    }
    page
}

/// `5 events, 1 duplicate, in order of receipt`.
fn counts(story: &Story) -> String {
    let duplicates = story.duplicates();
    let events = story.steps.len() - duplicates;
    let plural = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    let mut counts = plural(events, "event");
    if duplicates > 0 {
        counts.push_str(&format!(", {}", plural(duplicates, "duplicate")));
    }
    if let Some(to) = story.repeats_to {
        counts.push_str(&format!(" (duplicates looked for until {})", seconds(to)));
    }
    format!("{counts}, in order of receipt")
}

fn vouched(verified: Option<&Verified>) -> String {
    verified.map_or("unverified".to_owned(), |by| format!("{}, secret {}", by.scheme.as_str(), clean(&by.secret)))
}

/// The same as Markdown.
pub fn markdown(stories: &[Story]) -> String {
    let mut page = String::new();
    for story in stories {
        page.push_str(&format!("## Message `{}`\n\n", code(&story.message_id)));
        for (name, value) in facts(story) {
            page.push_str(&format!("- **{name}**: {}\n", escaped(&value)));
        }
        page.push_str(&format!("\n{}\n\n", counts(story)));
        page.push_str("| received | lag | event | provider | what it says | request |\n|---|---|---|---|---|---|\n");
        for step in &story.steps {
            let Event { provider_at, received_at, request, .. } = &step.event;
            page.push_str(&format!(
                "| {} | {} | {} | {} | {} | {request} |\n",
                time(*received_at),
                step.lag_ms.map_or("-".to_owned(), lag),
                escaped(&word(step)),
                provider_at.map_or("-".to_owned(), |at| clock(Millis::from(at))),
                says(step).iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>"),
            ));
        }
        page.push('\n');
    }
    page
}

/// Text in Markdown that is only ever text.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '!' | '~' => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Within backticks nothing can be escaped, so a backtick becomes another quote.
fn code(text: &str) -> String {
    clean(text).replace('`', "'")
}

fn lag(milliseconds: i64) -> String {
    let seconds = milliseconds.div_euclid(1000);
    if seconds < 0 { format!("-{}", duration(-seconds)) } else { duration(seconds) }
}

fn clock(at: Millis) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%H:%M:%S").to_string()
}

fn time(at: Millis) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

fn seconds(at: Millis) -> String {
    Millis(at.0.div_euclid(1000) * 1000).rfc3339()
}
