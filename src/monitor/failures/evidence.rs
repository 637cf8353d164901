//! What the failed statuses of one message said.

use crate::event::{Event, Status};
use crate::monitor::intern::{Name, Names};

/// Different titles and details that are kept. A handful is usual; a wire that puts a time into each must not make every message
/// a sum of its own.
const SAID: u32 = 512;

/// Everything that evidence names.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// Recipients, too many to share the names of the monitor, and templates.
    pub(super) names: Names,
    /// Titles and details of errors.
    pub(super) said: Names,
}

/// What the failed statuses of one message said. Where they contradict each other the smallest text stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    pub(super) recipient: Name,
    pub(super) template: Name,
    pub(super) codes: Vec<CodeSeen>,
}

/// What they said of one code.
#[derive(Debug, Clone)]
pub(super) struct CodeSeen {
    /// Effective code; `None` where none was given.
    pub(super) code: Option<i64>,
    /// When it was first received, in milliseconds.
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) wrappers: Vec<i64>,
    pub(super) title: Name,
    pub(super) details: Name,
}

impl Evidence {
    /// What one failed status says.
    pub(super) fn of(event: &Event, status: &Status, texts: &mut Texts) -> Self {
        let at = event.received_at.0;
        let mut evidence = Self {
            recipient: texts.names.intern(event.customer.as_deref()),
            template: texts.names.intern(status.template.as_deref()),
            codes: Vec::with_capacity(status.errors.len().max(1)),
        };
        let named = status.errors.iter().map(Some);
        let unnamed = status.errors.is_empty().then_some(None);
        for error in named.chain(unnamed) {
            let (title, details) =
                error.map_or((None, None), |error| (error.title.as_deref(), error.details.as_deref()));
            let seen = CodeSeen {
                code: error.and_then(|error| error.code),
                first: at,
                last: at,
                wrappers: error.and_then(|error| error.platform_code).into_iter().collect(),
                title: texts.said.intern_up_to(SAID, title),
                details: texts.said.intern_up_to(SAID, details),
            };
            evidence.see(seen, texts);
        }
        evidence
    }

    /// Takes in what else is known of the same message.
    pub(super) fn join(&mut self, other: Self, texts: &Texts) {
        self.recipient = texts.names.smaller(self.recipient, other.recipient);
        self.template = texts.names.smaller(self.template, other.template);
        other.codes.into_iter().for_each(|code| self.see(code, texts));
    }

    fn see(&mut self, new: CodeSeen, texts: &Texts) {
        let Some(seen) = self.codes.iter_mut().find(|seen| seen.code == new.code) else {
            self.codes.push(new);
            return;
        };
        seen.first = seen.first.min(new.first);
        seen.last = seen.last.max(new.last);
        seen.title = texts.said.smaller(seen.title, new.title);
        seen.details = texts.said.smaller(seen.details, new.details);
        for wrapper in new.wrappers {
            if !seen.wrappers.contains(&wrapper) {
                seen.wrappers.push(wrapper);
            }
        }
    }
}
