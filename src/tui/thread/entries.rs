//! The messages of a conversation, put together from its pieces: what the customer wrote, and each answer with all its statuses.

use crate::event::decode::said::{Content, Named, Said};
use crate::event::{Detail, ErrorItem, Event, Inbound, Millis, Seconds, Status, StatusName, Text};
use crate::source::thread::Piece;
use std::collections::HashMap;

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// Its id: what the cursor stays on.
    pub id: Text,
    /// When it was written, by the provider's clock; else when it was received.
    pub at: Millis,
    /// Sequence number of its first event.
    pub seq: u64,
    /// What it is.
    pub what: What,
    /// What became of it by later messages of the customer.
    pub fate: Option<Fate>,
}

/// A message of the customer, or an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// Of the customer.
    Said {
        /// What the event says.
        inbound: Box<Inbound>,
        /// The same in parts.
        parts: Option<Box<Said>>,
    },
    /// To the customer.
    Answer(Box<Answer>),
}

/// An answer, as far as its statuses tell: its text is never on the wire.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Answer {
    /// When it reached which stage first.
    pub sent: Option<Millis>,
    /// The same.
    pub delivered: Option<Millis>,
    /// The same; played counts as read.
    pub read: Option<Millis>,
    /// The same.
    pub failed: Option<Millis>,
    /// Why it failed.
    pub errors: Vec<ErrorItem>,
    /// Callback data.
    pub tag: Option<Text>,
    /// Conversation or pricing category.
    pub category: Option<Text>,
    /// Template, where an error named it.
    pub template: Option<Text>,
}

/// What a later message did to an earlier one of the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was worded anew.
    Edited,
    /// It was taken back.
    Deleted,
}

/// Where an answer stands: the better outcome wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Read(Millis),
    Delivered(Millis),
    Failed(Millis),
    Sent(Millis),
    Unknown,
}

impl Answer {
    /// Where it stands.
    pub(super) fn stage(&self) -> Stage {
        let stages = [
            self.read.map(Stage::Read),
            self.delivered.map(Stage::Delivered),
            self.failed.map(Stage::Failed),
            self.sent.map(Stage::Sent),
        ];
        stages.into_iter().flatten().next().unwrap_or(Stage::Unknown)
    }

    fn see(&mut self, event: &Event, status: &Status) {
        let at = time(event);
        let stage = match status.status {
            StatusName::Sent => &mut self.sent,
            StatusName::Delivered => &mut self.delivered,
            StatusName::Read | StatusName::Played => &mut self.read,
            StatusName::Failed => {
                self.errors = status.errors.clone();
                &mut self.failed
            }
            StatusName::Deleted | StatusName::Warning | StatusName::Other(_) => return,
        };
        *stage = Some(stage.map_or(at, |before| before.min(at)));
    }
}

impl Entry {
    /// Whether it is an answer that failed and never arrived.
    pub(super) fn failed(&self) -> bool {
        matches!(&self.what, What::Answer(answer) if matches!(answer.stage(), Stage::Failed(_)))
    }

    /// The answer, if it is one.
    pub(super) fn answer(&self) -> Option<&Answer> {
        match &self.what {
            What::Answer(answer) => Some(answer),
            What::Said { .. } => None,
        }
    }

    /// Whether it contains `text`, which is lower-case.
    pub(super) fn contains(&self, text: &str) -> bool {
        let has = |part: &str| part.to_lowercase().contains(text);
        let optional = |part: &Option<Text>| part.as_deref().is_some_and(has);
        match &self.what {
            What::Said { inbound, .. } => {
                has(&inbound.preview) || optional(&inbound.text) || has(&inbound.r#type) || has(&self.id)
            }
            What::Answer(answer) => {
                let codes = answer
                    .errors
                    .iter()
                    .any(|error| error.code.is_some_and(|code| has(&code.to_string())) || optional(&error.title));
                optional(&answer.tag)
                    || optional(&answer.category)
                    || optional(&answer.template)
                    || has(&self.id)
                    || codes
            }
        }
    }
}

/// The messages, in order of time.
#[derive(Debug, Default)]
pub(super) struct Entries {
    all: Vec<Entry>,
    /// Their places by every name they have.
    names: HashMap<Text, usize>,
}

impl Entries {
    /// Puts the messages together.
    pub(super) fn of<'p>(pieces: impl IntoIterator<Item = &'p Piece>) -> Self {
        let mut all: Vec<Entry> = Vec::new();
        let mut names: HashMap<Text, usize> = HashMap::new();
        for piece in pieces {
            match &piece.event.detail {
                Detail::Inbound(inbound) => {
                    let what = What::Said { inbound: Box::new(inbound.clone()), parts: piece.said.clone() };
                    let at = all.len();
                    all.push(Entry {
                        id: inbound.message_id.clone(),
                        at: time(&piece.event),
                        seq: piece.event.seq,
                        what,
                        fate: None,
                    });
                    names.entry(inbound.message_id.clone()).or_insert(at);
                    names.extend(inbound.meta_message_id.iter().map(|name| (name.clone(), at)));
                }
                Detail::Status(status) => {
                    let of = [Some(&status.message_id), status.meta_message_id.as_ref()];
                    let known = of.into_iter().flatten().find_map(|name| names.get(name).copied());
                    let at = known.unwrap_or_else(|| {
                        let what = What::Answer(Box::default());
                        all.push(Entry {
                            id: status.message_id.clone(),
                            at: time(&piece.event),
                            seq: piece.event.seq,
                            what,
                            fate: None,
                        });
                        all.len() - 1
                    });
                    names.extend(of.into_iter().flatten().map(|name| (name.clone(), at)));
                    if let Some(entry) = all.get_mut(at) {
                        take(entry, &piece.event, status);
                    }
                }
                _ => {}
            }
        }
        Self::ordered(all)
    }

    fn ordered(mut all: Vec<Entry>) -> Self {
        all.sort_by_key(|entry| (entry.at, entry.seq));
        let mut names = HashMap::new();
        for (at, entry) in all.iter().enumerate() {
            names.insert(entry.id.clone(), at);
            if let What::Said { inbound, .. } = &entry.what {
                names.extend(inbound.meta_message_id.iter().map(|name| (name.clone(), at)));
            }
        }
        let mut entries = Self { all, names };
        let fates: Vec<_> = entries.all.iter().filter_map(fate).collect();
        for (of, fate) in fates {
            let at = entries.place(&of);
            if let Some(entry) = at.and_then(|at| entries.all.get_mut(at)) {
                entry.fate = Some(fate);
            }
        }
        entries
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Entry] {
        &self.all
    }

    /// The place of a message, by either of its names.
    pub(super) fn place(&self, named: &Named) -> Option<usize> {
        [&named.id, &named.meta_id].into_iter().flatten().find_map(|name| self.names.get(name).copied())
    }

    /// The place of a message by its id.
    pub(super) fn place_of(&self, id: &str) -> Option<usize> {
        self.names.get(id).copied()
    }

    /// The customer's last message.
    pub(super) fn last_said(&self) -> Option<&Entry> {
        self.all.iter().rev().find(|entry| entry.answer().is_none())
    }

    /// Messages of the customer after the last answer.
    pub(super) fn unread(&self) -> usize {
        self.all.iter().rev().take_while(|entry| entry.answer().is_none()).count()
    }

    /// The median time from a message of the customer that was waiting to the next answer, in seconds, and of how many.
    pub(super) fn median_answer(&self) -> Option<(i64, usize)> {
        let mut waiting: Option<Millis> = None;
        let mut times = Vec::new();
        for entry in &self.all {
            if entry.answer().is_none() {
                waiting = waiting.or(Some(entry.at));
            } else if let Some(since) = waiting.take() {
                times.push((entry.at.0 - since.0) / 1000);
            }
        }
        times.sort_unstable();
        Some((*times.get(times.len() / 2)?, times.len()))
    }
}

fn take(entry: &mut Entry, event: &Event, status: &Status) {
    entry.at = entry.at.min(time(event));
    let What::Answer(answer) = &mut entry.what else { return };
    answer.see(event, status);
    for (kept, new) in [
        (&mut answer.tag, &status.tag),
        (&mut answer.category, &status.category),
        (&mut answer.template, &status.template),
    ] {
        if kept.is_none() {
            kept.clone_from(new);
        }
    }
}

/// What a message does to an earlier one.
fn fate(entry: &Entry) -> Option<(Named, Fate)> {
    let What::Said { parts: Some(parts), .. } = &entry.what else { return None };
    match &parts.content {
        Content::Edit { of, .. } => Some((of.clone(), Fate::Edited)),
        Content::Revoke { of } => Some((of.clone(), Fate::Deleted)),
        _ => None,
    }
}

/// The provider's time, else that of receipt.
fn time(event: &Event) -> Millis {
    event.provider_at.map_or(event.received_at, |at: Seconds| at.into())
}
