//! The filter over the list: what is in force, what is being typed, and where the mistake is.

use crate::query::{Filter, FilterError};
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// The filter in force, and the prompt while it is open.
#[derive(Debug)]
pub(in crate::tui) struct FilterBar {
    /// The last expression that could be read.
    pub expression: String,
    /// Whether it is switched on.
    pub on: bool,
    /// The prompt.
    pub prompt: Option<Prompt>,
}

/// An expression being typed.
#[derive(Debug)]
pub(in crate::tui) struct Prompt {
    /// The text and its cursor.
    pub input: Input,
    /// Why it cannot be read.
    pub error: Option<FilterError>,
}

/// What a key did to the prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Typed {
    /// Another filter is in force.
    Filtered,
    /// Nothing but the prompt itself.
    Nothing,
}

impl Default for FilterBar {
    fn default() -> Self {
        Self { expression: String::new(), on: true, prompt: None }
    }
}

/// Leaves nothing out.
pub(in crate::tui) fn everything() -> Filter {
    #[expect(clippy::expect_used, reason = "an empty expression matches everything, by definition")]
    Filter::parse("").expect("an empty expression is valid")
}

impl FilterBar {
    /// Whether anything is filtered.
    pub(in crate::tui) fn active(&self) -> bool {
        self.on && !self.expression.trim().is_empty()
    }

    /// Opens the prompt with the last good expression in it.
    pub(in crate::tui) fn open(&mut self) {
        self.prompt = Some(Prompt { input: Input::new(self.expression.clone()), error: None });
    }

    /// Puts `expression` in force. One that cannot be read opens the prompt at its mistake.
    pub(in crate::tui) fn set(&mut self, expression: &str) {
        self.on = true;
        match Filter::parse(expression) {
            Ok(_) => expression.clone_into(&mut self.expression),
            Err(error) => {
                self.prompt = Some(Prompt { input: Input::new(expression.to_owned()), error: Some(error) });
            }
        }
    }

    /// Switches the filter off, or on again.
    pub(in crate::tui) fn toggle(&mut self) {
        self.on = !self.on;
    }

    /// A key while the prompt is open. Enter leaves it when the expression can be read; Esc leaves it with the last good one.
    pub(in crate::tui) fn key(&mut self, key: KeyEvent) -> Typed {
        let Some(prompt) = &mut self.prompt else { return Typed::Nothing };
        match key.code {
            KeyCode::Esc => self.prompt = None,
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => self.prompt = None,
            KeyCode::Enter if prompt.error.is_none() => self.prompt = None,
            KeyCode::Enter => {}
            _ => {
                let before = prompt.input.value().to_owned();
                prompt.input.handle_event(&Event::Key(key));
                if prompt.input.value() != before {
                    return self.read();
                }
            }
        }
        Typed::Nothing
    }

    /// Pasted text goes into the prompt as it is, on one line.
    pub(in crate::tui) fn paste(&mut self, text: &str) -> Typed {
        let Some(prompt) = &mut self.prompt else { return Typed::Nothing };
        for character in text.chars().filter(|character| !character.is_control()) {
            prompt.input.handle(tui_input::InputRequest::InsertChar(character));
        }
        self.read()
    }

    fn read(&mut self) -> Typed {
        let Some(prompt) = &mut self.prompt else { return Typed::Nothing };
        match Filter::parse(prompt.input.value()) {
            Ok(_) => {
                prompt.error = None;
                self.expression = prompt.input.value().to_owned();
                self.on = true;
                Typed::Filtered
            }
            Err(error) => {
                prompt.error = Some(error);
                Typed::Nothing
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(bar: &mut FilterBar, text: &str) {
        for character in text.chars() {
            bar.key(KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE));
        }
    }

    fn press(bar: &mut FilterBar, code: KeyCode) {
        bar.key(KeyEvent::new(code, KeyModifiers::NONE));
    }

    #[test]
    fn the_last_good_expression_stays_in_force_while_a_wrong_one_is_typed() {
        let mut bar = FilterBar::default();
        bar.open();
        typed(&mut bar, "status:failed");
        assert!(bar.active());
        typed(&mut bar, " coed:1");
        let error = bar.prompt.as_ref().unwrap().error.clone().unwrap();
        assert_eq!(error.span, 14..18);
        assert_eq!(bar.expression.trim(), "status:failed");
        press(&mut bar, KeyCode::Enter);
        assert!(bar.prompt.is_some(), "a wrong expression cannot be left with Enter");
        press(&mut bar, KeyCode::Esc);
        assert!(bar.prompt.is_none());
        assert_eq!(bar.expression.trim(), "status:failed");
    }

    #[test]
    fn switched_off_and_on_again_it_is_the_same_filter() {
        let mut bar = FilterBar::default();
        bar.set("kind:inbound");
        bar.toggle();
        assert!(!bar.active());
        bar.toggle();
        assert!(bar.active());
        assert_eq!(bar.expression, "kind:inbound");
    }

    #[test]
    fn pasted_text_is_one_line_of_text() {
        let mut bar = FilterBar::default();
        bar.open();
        bar.paste("status:failed\n\x1b[2J");
        assert_eq!(bar.prompt.as_ref().unwrap().input.value(), "status:failed[2J");
    }
}
