//! Sending the requests of events again: of the one under the cursor, or of all that are marked.

use super::EventsTab;
use crate::tui::action::Action;
use crate::tui::confirm::Confirm;
use crate::tui::lang::say;
use crate::tui::page::Outcome;
use crate::tui::panes::Context;
use crate::tui::store::{Job, Resend};
use crate::tui::theme::Role;
use crate::tui::widgets::format;
use crate::tui::widgets::words::Words;

/// What is to be sent again.
#[derive(Debug, Default)]
pub(super) struct Again {
    events: Vec<u64>,
    /// Sending everything marked again.
    pub(super) confirm: Confirm,
}

impl EventsTab {
    /// Sends the request of the event under the cursor again.
    pub(super) fn resend(&mut self) -> Outcome {
        let Some(seq) = self.selected else { return Outcome::Ignored };
        self.again.events.push(seq);
        Outcome::Changed
    }

    /// Sends the requests of all marked events again; asked for twice, as it may be much.
    pub(super) fn resend_marked(&mut self) -> Outcome {
        if self.marks.is_empty() {
            return Outcome::Ignored;
        }
        if self.again.confirm.ask() {
            self.again.events.extend(self.marks.all());
        }
        Outcome::Changed
    }

    pub(super) fn resend_job(&mut self) -> Option<Job> {
        let events = std::mem::take(&mut self.again.events);
        (!events.is_empty()).then_some(Job::Resend(Resend::OfEvents(events)))
    }

    /// The question whether all that is marked is meant, while it stands.
    pub(super) fn resend_question<'a>(&self, ctx: &Context<'a>) -> Option<Words<'a>> {
        if !self.again.confirm.is_open() {
            return None;
        }
        let count = format::thousands(self.marks.all().len() as u64);
        let key = ctx.keys.key(Action::ResendShown).map(|key| key.to_string()).unwrap_or_default();
        let ask = say!(
            ctx.look,
            "send the requests of {count} marked again? {key} once more",
            "再次发送 {count} 个已标记事件的请求?再按一次 {key}"
        );
        Some(Words::new(ctx.look).bold(Role::Warn, ask))
    }
}
