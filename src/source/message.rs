//! Everything a journal holds about one message: what its [`Story`](crate::monitor::story::Story) is told from.

use crate::event::{Detail, Event, KeySecret, Millis, Origin, Text, decode_isolated};
use crate::journal::{OpenError, RawRequest, Reader, Term};
use crate::monitor::story::{Carrier, Material};
use crate::monitor::view::Span;
use crate::query::{Filter, Held};
use std::collections::{BTreeMap, BTreeSet};

/// Names that one message may have. Two are usual; more come from events that contradict each other.
const NAMES: usize = 16;
/// Requests with duplicates that are decoded again to find those that repeat the message.
const REPEATS: usize = 2000;
/// Pages that are looked through for such requests.
const REPEAT_PAGES: u64 = 50_000;
/// Events of the customer that are looked at for the service window and an answer.
const CUSTOMER_EVENTS: usize = 500;
/// Newest pages that are looked through for ids that begin as the one asked for.
const CLOSEST_PAGES: usize = 20_000;
/// Ids that are found that way.
const CLOSEST: usize = 1000;

/// Gathers what the journal holds about the message with this id, by either of its names. `None`: it does not know the id.
pub fn gather(reader: &Reader, id: &str) -> Result<Option<Material>, OpenError> {
    let seqs = same_message(reader, id)?;
    let mut deliveries = Vec::new();
    for seq in seqs {
        deliveries.extend(reader.deliveries(seq)?);
    }
    if deliveries.is_empty() {
        return Ok(None);
    }
    deliveries.sort_by_key(|event| event.seq);
    let mut bodies = Bodies { reader, requests: BTreeMap::new() };
    let (repeats, repeats_to) = repeats(&mut bodies, &deliveries)?;
    let inbound = inbound(reader, &deliveries)?;
    let templates = templates(reader, &deliveries)?;
    let carriers: BTreeSet<u64> = deliveries.iter().chain(&repeats).map(|event| event.request).collect();
    let mut requests = Vec::new();
    for number in carriers {
        let Some(raw) = bodies.get(number)? else { continue };
        requests.push(Carrier {
            request: number,
            received_at: raw.received_at,
            bytes: raw.body.len() as u64,
            verified: raw.verified.clone(),
            duplicate: deliveries.iter().all(|event| event.request != number),
        });
    }
    Ok(Some(Material { deliveries, repeats, repeats_to, inbound, templates, requests }))
}

/// Ids among the newest events that begin with `start`, for a reader who has only a part of one.
pub fn closest(reader: &Reader, start: &str) -> Result<BTreeSet<Text>, OpenError> {
    let mut found = BTreeSet::new();
    let mut before = u64::MAX;
    for _ in 0..CLOSEST_PAGES {
        let Some(batch) = reader.previous(before)? else { break };
        before = batch.page;
        let ids = batch.events.iter().flat_map(ids);
        found.extend(ids.filter(|id| id.starts_with(start)).cloned());
        if found.len() >= CLOSEST {
            break;
        }
    }
    Ok(found)
}

/// Sequence numbers of the events of a message, under all names that its events give it.
pub fn same_message(reader: &Reader, id: &str) -> Result<BTreeSet<u64>, OpenError> {
    let mut names = vec![Text::from(id)];
    let mut seqs = BTreeSet::new();
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        for seq in reader.find(&Term::Message(name))? {
            if !seqs.insert(seq) {
                continue;
            }
            for other in reader.event(seq)?.iter().flat_map(ids) {
                if names.len() < NAMES && !names.contains(other) {
                    names.push(other.clone());
                }
            }
        }
    }
    Ok(seqs)
}

/// What a filter selects of a message that several events tell of.
#[derive(Debug, Default)]
pub struct Selected {
    /// Sequence numbers of all events of the message but its amendments, whether selected or not.
    pub seqs: BTreeSet<u64>,
    /// Every delivery of what is selected, amendments as they were committed.
    pub events: Vec<Event>,
}

/// Tests a filter over the message with this id as counts do: a term holds when any event of the message satisfies it, however
/// old that is, and `and`, `or`, `not` combine what holds. In a group each participant's deliveries are a message of their own.
/// With `began` only a message counts whose first event was received in that span, as in a cohort. `now` is for `age`.
pub fn selected(
    reader: &Reader,
    filter: &Filter,
    id: &str,
    began: Option<Span>,
    now: Millis,
) -> Result<Selected, OpenError> {
    let seqs = same_message(reader, id)?;
    let mut bodies = Bodies { reader, requests: BTreeMap::new() };
    let mut messages: BTreeMap<Option<Text>, (Held, Vec<Event>)> = BTreeMap::new();
    for seq in &seqs {
        for event in reader.deliveries(*seq)? {
            let raw = if filter.needs_body() { bodies.get(event.request)? } else { None };
            let held = filter.held(&event, raw.map(|raw| &*raw.body).unwrap_or_default(), now);
            let (known, events) = messages.entry(participant(&event).cloned()).or_default();
            known.join(&held);
            events.push(event);
        }
    }
    let of_cohort = |events: &[Event]| {
        let first = events.iter().map(|event| event.received_at).min();
        began.is_none_or(|span| first.is_some_and(|first| span.contains(first)))
    };
    let chosen = messages.into_values().filter(|(held, events)| filter.selects(held) && of_cohort(events));
    Ok(Selected { seqs, events: chosen.flat_map(|(_, events)| events).collect() })
}

/// In a group: of whom a status tells.
pub fn participant(event: &Event) -> Option<&Text> {
    match &event.detail {
        Detail::Status(status) => status.participant.as_ref(),
        _ => None,
    }
}

/// The names of the message that an event is about.
pub fn ids(event: &Event) -> impl Iterator<Item = &Text> {
    let (id, other) = match &event.detail {
        Detail::Status(status) => (Some(&status.message_id), status.meta_message_id.as_ref()),
        Detail::Inbound(inbound) => (Some(&inbound.message_id), inbound.meta_message_id.as_ref()),
        _ => (None, None),
    };
    id.into_iter().chain(other)
}

/// Raw requests, each read once.
struct Bodies<'r> {
    reader: &'r Reader,
    requests: BTreeMap<u64, Option<RawRequest>>,
}

impl Bodies<'_> {
    fn get(&mut self, number: u64) -> Result<Option<&RawRequest>, OpenError> {
        if !self.requests.contains_key(&number) {
            let raw = self.reader.request(number)?;
            self.requests.insert(number, raw);
        }
        Ok(self.requests.get(&number).and_then(Option::as_ref))
    }

    fn forget(&mut self, number: u64) {
        self.requests.remove(&number);
    }
}

/// Further deliveries of these events. The journal keeps the requests that brought them and counts them, but stores no event, so
/// the requests that brought something known are decoded again, from the first delivery on. Bounded: the second part of the
/// answer is the time up to which was looked, when that was not to the end.
fn repeats(bodies: &mut Bodies<'_>, deliveries: &[Event]) -> Result<(Vec<Event>, Option<Millis>), OpenError> {
    let reader = bodies.reader;
    let (Some(secret), Some(first)) = (reader.key_secret()?, deliveries.first()) else { return Ok((Vec::new(), None)) };
    let Some(first) = reader.batch_of(first.seq)? else { return Ok((Vec::new(), None)) };
    let needles: BTreeSet<&Text> = deliveries.iter().flat_map(ids).collect();
    let (mut found, mut looked) = (Vec::new(), 0);
    let mut page = first.page - 1;
    while let Some(batch) = reader.next(page)? {
        page = batch.page;
        for summary in batch.requests.iter().filter(|summary| summary.duplicates > 0) {
            if looked == REPEATS || page - first.page > REPEAT_PAGES {
                return Ok((found, Some(summary.received_at)));
            }
            looked += 1;
            let Some(raw) = bodies.get(summary.request)? else { continue };
            let repeated = repeated(raw, summary.request, &needles, deliveries, &secret);
            if repeated.is_empty() {
                bodies.forget(summary.request);
            }
            found.extend(repeated);
        }
    }
    Ok((found, None))
}

/// The events in one request that are further deliveries and were not stored.
fn repeated(
    raw: &RawRequest,
    request: u64,
    names: &BTreeSet<&Text>,
    deliveries: &[Event],
    secret: &KeySecret,
) -> Vec<Event> {
    // A slash may stand escaped in JSON; everything else in an id stands as it is.
    let text = String::from_utf8_lossy(&raw.body).replace("\\/", "/");
    if !names.iter().any(|name| text.contains(name.as_str())) {
        return Vec::new();
    }
    let origin = Origin { received_at: raw.received_at, verified: raw.verified.clone() };
    let mut stored: Vec<(crate::event::Key, u64)> = deliveries
        .iter()
        .filter(|event| event.request == request)
        .map(|event| (event.key, event.fingerprint(secret)))
        .collect();
    let mut repeated = Vec::new();
    for mut event in decode_isolated(&raw.body, &origin, secret) {
        let key = (event.key, event.fingerprint(secret));
        if let Some(place) = stored.iter().position(|stored| *stored == key) {
            stored.swap_remove(place);
        } else if let Some(first) = deliveries.iter().find(|first| first.key == event.key) {
            event.request = request;
            event.seq = first.amends.unwrap_or(first.seq);
            repeated.push(event);
        }
    }
    repeated
}

/// Inbound messages of the customer around the message: the last ones up to its end, and the first after it.
fn inbound(reader: &Reader, deliveries: &[Event]) -> Result<Vec<Event>, OpenError> {
    let Some(customer) = deliveries.iter().find_map(|event| event.customer.clone()) else { return Ok(Vec::new()) };
    let seqs = reader.find(&Term::Customer(customer))?;
    let last = deliveries.last().map_or(0, |event| event.seq);
    let here = seqs.partition_point(|seq| *seq <= last);
    let around = here.saturating_sub(CUSTOMER_EVENTS)..seqs.len().min(here + CUSTOMER_EVENTS);
    let mut inbound = Vec::new();
    for seq in seqs.get(around).unwrap_or_default() {
        let event = reader.event(*seq)?;
        inbound.extend(event.filter(|event| matches!(event.detail, Detail::Inbound(_))));
    }
    Ok(inbound)
}

/// Events of the template that the message was made from. Statuses name it in the text of some errors only.
fn templates(reader: &Reader, deliveries: &[Event]) -> Result<Vec<Event>, OpenError> {
    let named = deliveries.iter().find_map(|event| match &event.detail {
        Detail::Status(status) => status.template.clone(),
        _ => None,
    });
    let Some(name) = named else { return Ok(Vec::new()) };
    let mut templates = Vec::new();
    for seq in reader.find(&Term::Template(name))? {
        templates.extend(reader.event(seq)?.filter(|event| matches!(event.detail, Detail::Template(_))));
    }
    Ok(templates)
}
