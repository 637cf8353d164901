//! Which of the conversations are listed: the choice, and what is looked for while it is typed.

use crate::monitor::view::Pick;
use crate::tui::page::Outcome;
use ratatui::crossterm::event::{Event, KeyCode};
use tui_input::backend::crossterm::EventHandler;
use tui_input::{Input, InputRequest};

/// The choice, and the prompt while it is open.
#[derive(Debug, Clone, Default)]
pub(super) struct Picking {
    pub(super) pick: Pick,
    pub(super) typed: Option<Input>,
}

impl Picking {
    /// Opens the prompt with what is looked for.
    pub(super) fn open(&mut self) -> Outcome {
        self.typed = Some(Input::new(self.pick.search.clone()));
        Outcome::Changed
    }

    /// A key or pasted text while the prompt is open: what is typed is looked for at once, Enter keeps it, Esc lists all again.
    /// Says whether something else is looked for.
    pub(super) fn take(&mut self, event: &Event) -> bool {
        let Some(typed) = &mut self.typed else { return false };
        match event {
            Event::Key(key) if key.code == KeyCode::Enter => self.typed = None,
            Event::Key(key) if key.code == KeyCode::Esc => {
                self.typed = None;
                return !std::mem::take(&mut self.pick.search).is_empty();
            }
            Event::Paste(text) => {
                for character in text.chars().filter(|character| !character.is_control()) {
                    typed.handle(InputRequest::InsertChar(character));
                }
            }
            event => _ = typed.handle_event(event),
        }
        let wanted = self.typed.as_ref().map(|typed| typed.value().trim().to_lowercase());
        let differs = wanted.as_ref().is_some_and(|wanted| *wanted != self.pick.search);
        self.pick.search = wanted.unwrap_or_else(|| std::mem::take(&mut self.pick.search));
        differs
    }
}
