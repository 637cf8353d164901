//! Acknowledging an alert, with a note that is typed, and taking that back.

use crate::event::Text;
use crate::monitor::view::Alert;
use crate::tui::look::Look;
use crate::tui::store::Job;
use crate::tui::widgets::words::Words;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// Longest note, in characters.
const LONGEST: usize = 500;

/// The note being typed, and what was decided.
#[derive(Debug, Default)]
pub(super) struct Acknowledging {
    typed: Option<(Text, Input)>,
    jobs: Vec<Job>,
}

impl Acknowledging {
    /// Takes an acknowledgement back, or asks for the note of a new one.
    pub(super) fn toggle(&mut self, alert: &Alert) {
        if alert.acknowledged {
            self.jobs.push(Job::Acknowledge { alert: alert.id.clone(), note: None });
        } else {
            self.typed = Some((alert.id.clone(), Input::default()));
        }
    }

    /// Whether a note is being typed.
    pub(super) fn is_typing(&self) -> bool {
        self.typed.is_some()
    }

    /// A key while it is. Enter acknowledges, also without a note; Esc does not.
    pub(super) fn key(&mut self, key: KeyEvent) {
        let Some((alert, input)) = &mut self.typed else { return };
        match key.code {
            KeyCode::Enter => {
                let (alert, note) = (alert.clone(), input.value().trim().into());
                self.jobs.push(Job::Acknowledge { alert, note: Some(note) });
                self.typed = None;
            }
            KeyCode::Esc => self.typed = None,
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => self.typed = None,
            KeyCode::Char(_) if input.value().chars().count() >= LONGEST => {}
            _ => drop(input.handle_event(&Event::Key(key))),
        }
    }

    /// Pasted text, on one line.
    pub(super) fn paste(&mut self, text: &str) {
        let Some((_, input)) = &mut self.typed else { return };
        let room = LONGEST.saturating_sub(input.value().chars().count());
        for character in text.chars().filter(|character| !character.is_control()).take(room) {
            input.handle(tui_input::InputRequest::InsertChar(character));
        }
    }

    /// What is to be done.
    pub(super) fn take(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.jobs)
    }

    /// Draws the note into a row.
    pub(super) fn draw(&self, buffer: &mut Buffer, row: Rect, look: &Look) {
        let Some((_, input)) = &self.typed else { return };
        let label = look.lang.pick(" acknowledge, note: ", " 确认，备注：");
        let note = crate::event::clean::clean(input.value()).into_owned();
        let words = Words::new(look).muted(label).strong(note).text("▏");
        buffer.set_style(row, look.style(crate::tui::theme::Role::Popup));
        Words::new(look).text(" ".repeat(row.width.into())).draw(buffer, row.x, row.y, row.width);
        words.draw(buffer, row.x, row.y, row.width);
    }
}
