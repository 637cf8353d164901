//! Which requests of a journal go into a capture.

use super::Selected;
use super::mask::{masked, masked_acknowledgement, masked_refused, masked_rule_alert};
use super::{Entry, Header, Writer};
use crate::event::mask::Masker;
use crate::event::{Event, KeySecret, Millis, Origin, decode_isolated};
use crate::journal::operator::Operator;
use crate::journal::{Batch, OpenError, RawRequest, Reader};
use crate::query::Filter;
use std::collections::BTreeSet;
use std::io::Write;

/// Which requests are meant.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Received at or after this time.
    pub from: Option<Millis>,
    /// Received before this time.
    pub to: Option<Millis>,
    /// Only these, by number.
    pub requests: Option<BTreeSet<u64>>,
    /// With an event that this finds; without one, all of them.
    pub filter: Option<Filter>,
    /// For `age` in the filter.
    pub now: Millis,
}

impl Selection {
    /// Whether a receive time lies in the span.
    pub fn spans(&self, at: Millis) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }

    /// Whether it is one of those, and from that time, that are meant; what the filter says is another question.
    pub(crate) fn covers(&self, request: u64, at: Millis) -> bool {
        self.requests.as_ref().is_none_or(|only| only.contains(&request)) && self.spans(at)
    }

    /// Whether an event that was decoded from the request's bytes is found. Such events have no number.
    pub(crate) fn finds_told(&self, request: u64, raw: &RawRequest) -> bool {
        let Some(filter) = &self.filter else { return true };
        let origin = Origin { received_at: raw.received_at, verified: raw.verified.clone() };
        // The keys of these events are not looked at.
        let told = decode_isolated(&raw.body, &origin, &KeySecret([0; 16])).into_iter();
        told.map(|event| Event { request, ..event }).any(|event| filter.matches(&event, &raw.body, self.now))
    }
}

/// Why a selection ended early.
#[derive(Debug, thiserror::Error)]
pub enum SelectError<E> {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// Whoever takes the requests cannot go on.
    #[error("{0}")]
    Taker(E),
}

/// Hands the selected requests that the journal holds now to `take`, with their numbers and in their order, and tells `progress`
/// how many pages of how many are done.
///
/// # Errors
/// The journal cannot be read, or what `take` says.
pub fn select<E>(
    reader: &Reader,
    selection: &Selection,
    mut progress: impl FnMut(u64, u64),
    mut take: impl FnMut(u64, RawRequest) -> Result<(), E>,
) -> Result<(), SelectError<E>> {
    let mut selected = Selected::new(reader, selection.clone())?;
    while let Some(next) = selected.next() {
        let (number, raw) = next?;
        let (done, total) = selected.progress();
        progress(done, total);
        take(number, raw).map_err(SelectError::Taker)?;
    }
    Ok(())
}

/// The requests of a batch as they came, with their numbers; none when retention has removed them meanwhile.
pub fn raw_requests(reader: &Reader, batch: &Batch) -> Result<Vec<(u64, RawRequest)>, OpenError> {
    let (Some(first), Some(last)) = (batch.requests.first(), batch.requests.last()) else { return Ok(Vec::new()) };
    let mut requests = reader.requests_after(first.request - 1)?;
    requests.retain(|(number, _)| *number <= last.request);
    Ok(requests)
}

/// What a capture is made of.
pub struct Recipe<'a> {
    /// Which requests.
    pub selection: &'a Selection,
    /// The expression that the selection's filter was made from.
    pub filter: &'a str,
    /// Masks, where that is wanted.
    pub masker: Option<&'a Masker>,
}

/// What went into a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Captured {
    /// Requests.
    pub requests: u64,
    /// Refused requests.
    pub refused: u64,
}

/// Writes a capture of what the journal holds and, unless a filter asks for some events only, of what stands beside it: what was
/// refused, acknowledged and decided by rules, when a receiver ran, and how much retention had removed.
///
/// # Errors
/// The journal cannot be read or `out` cannot be written.
pub fn capture<W: Write>(
    reader: &Reader,
    operator: Option<&Operator>,
    recipe: &Recipe,
    out: W,
    progress: impl FnMut(u64, u64),
) -> Result<(W, Captured), SelectError<std::io::Error>> {
    let Recipe { selection, filter, masker } = *recipe;
    let header = Header {
        masked: masker.is_some(),
        from: selection.from,
        to: selection.to,
        filter: selection.filter.as_ref().map(|_| filter.to_owned()),
        ..Header::new(selection.now)
    };
    let mut writer = Writer::new(out, &header).map_err(SelectError::Taker)?;
    let mut captured = Captured::default();
    select(reader, selection, progress, |number, raw| {
        captured.requests += 1;
        match masker {
            Some(masker) => writer.request(number, &masked(&raw, masker)),
            None => writer.request(number, &raw),
        }
    })?;
    if let Some(operator) = operator.filter(|_| selection.filter.is_none()) {
        for entry in aside(operator, selection)? {
            let entry = match masker {
                Some(masker) => masked_entry(entry, masker),
                None => Some(entry),
            };
            let Some(entry) = entry else { continue };
            captured.refused += u64::from(matches!(entry, Entry::Refused(_)));
            writer.entry(&entry).map_err(SelectError::Taker)?;
        }
        for entry in past(reader, selection)? {
            writer.entry(&entry).map_err(SelectError::Taker)?;
        }
    }
    let out = writer.end().map_err(SelectError::Taker)?;
    Ok((out, captured))
}

/// An entry that is no request, with pseudonyms; `None`: it must be left out.
fn masked_entry(entry: Entry, masker: &Masker) -> Option<Entry> {
    Some(match entry {
        Entry::Refused(refused) => Entry::Refused(masked_refused(&refused, masker)),
        Entry::Acknowledged(acknowledgement) => Entry::Acknowledged(masked_acknowledgement(acknowledgement, masker)),
        Entry::RuleAlert(stored) => Entry::RuleAlert(masked_rule_alert(stored, masker)?),
        entry => entry,
    })
}

/// When a receiver ran, and what is not in the journal any more because it was too old. A capture that begins later says nothing
/// of what was before it.
fn past(reader: &Reader, selection: &Selection) -> Result<Vec<Entry>, OpenError> {
    let (from, to) = (selection.from.unwrap_or(Millis(i64::MIN)), selection.to.unwrap_or(Millis(i64::MAX)));
    let expired = reader.stats()?.expired;
    let runs = reader.runs(from, to)?.into_iter().map(Entry::Run);
    Ok(runs.chain((expired > 0 && selection.from.is_none()).then_some(Entry::Expired(expired))).collect())
}

/// What stands in the operator's database.
fn aside(operator: &Operator, selection: &Selection) -> Result<Vec<Entry>, OpenError> {
    let mut refused = operator.refused()?;
    refused.reverse();
    refused.retain(|refused| selection.spans(refused.at));
    let (from, to) = (selection.from.unwrap_or(Millis(i64::MIN)), selection.to.unwrap_or(Millis(i64::MAX)));
    let counts = operator.refused_counts(from, to)?;
    let mut alerts = operator.rule_alerts()?;
    alerts.retain(|alert| alert.opened_at < to && alert.resolved_at.is_none_or(|at| at >= from));
    Ok(refused
        .into_iter()
        .map(Entry::Refused)
        .chain(counts.into_iter().map(Entry::RefusedCount))
        .chain(operator.acknowledgements()?.into_iter().map(Entry::Acknowledged))
        .chain(alerts.into_iter().map(Entry::RuleAlert))
        .collect())
}
