//! What a journal holds about one conversation, read from its newest end backwards in slices: a customer may have hundreds of
//! thousands of events.

use crate::event::decode::said::{Said, said};
use crate::event::{Detail, Event, Text};
use crate::journal::{OpenError, RawRequest, Reader, Term};
use crate::monitor::view::term;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Whose conversation: a customer's with one of the business numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Who {
    /// The business number; `None` for all.
    pub number: Option<Text>,
    /// The customer, as on the wire.
    pub customer: Text,
}

impl Who {
    /// The filter that selects the events of the conversation, as [`Self::has`] does.
    pub fn filter(&self) -> String {
        let of = match &self.number {
            Some(number) => {
                let number = term("number", number);
                format!(" ({number} or kind:status not number:*)")
            }
            None => String::new(),
        };
        format!("(kind:inbound or kind:status) {}{of}", term("customer", &self.customer))
    }

    /// Whether an event is part of the conversation: the customer's messages to the number, and statuses of answers to the
    /// customer. A status that names no number belongs to every conversation with the customer: most of NXCloud's do not.
    pub fn has(&self, event: &Event) -> bool {
        let plain = |phone: &str| phone.strip_prefix('+').unwrap_or(phone).to_owned();
        let theirs = event.customer.as_deref().is_some_and(|customer| plain(customer) == plain(&self.customer));
        theirs
            && match &event.detail {
                Detail::Inbound(_) => self.number.is_none() || event.number == self.number,
                Detail::Status(_) => event.number.is_none() || self.number.is_none() || event.number == self.number,
                _ => false,
            }
    }
}

/// A piece of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// A message of the customer or a status of an answer, amendments merged in.
    pub event: Event,
    /// What the customer's message says in its parts, from the stored body. `None` for a status, and where the body is gone.
    pub said: Option<Box<Said>>,
}

/// Sequence numbers of everything that may belong to the conversation, ascending.
pub fn candidates(reader: &Reader, who: &Who) -> Result<Vec<u64>, OpenError> {
    reader.candidates_of(&Term::Customer(who.customer.clone()))
}

/// Reads the last of `candidates`, from the newest to older ones, until `most` pieces are found or time is up. Returns the pieces,
/// oldest first, and how many of the candidates are left; at least one is read.
pub fn read(
    reader: &Reader,
    who: &Who,
    candidates: &[u64],
    most: usize,
    time: Duration,
) -> Result<(Vec<Piece>, usize), OpenError> {
    let started = Instant::now();
    let mut pieces = Vec::new();
    let mut left = candidates.len();
    let mut raw: (u64, Option<RawRequest>) = (0, None);
    for seq in candidates.iter().rev() {
        left -= 1;
        if let Some(event) = reader.event(*seq)?.filter(|event| who.has(event)) {
            let mut parts = None;
            if matches!(event.detail, Detail::Inbound(_)) {
                if raw.0 != event.request {
                    raw = (event.request, reader.request(event.request)?);
                }
                parts = raw.1.as_ref().and_then(|raw| said(&raw.body, &event.path)).map(Box::new);
            }
            pieces.push(Piece { event, said: parts });
        }
        if pieces.len() >= most || started.elapsed() >= time {
            break;
        }
    }
    pieces.reverse();
    Ok((pieces, left))
}
