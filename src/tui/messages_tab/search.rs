//! What is looked for: a filter, or a word alone.

use crate::event::Text;
use crate::query::{Filter, FilterError};
use crate::tui::story_page::literal;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// What is in force, and what is being typed.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// As it was typed.
    pub(super) expression: String,
    /// The word, when it is one alone.
    pub(super) word: Option<Text>,
    pub(super) prompt: Option<Prompt>,
}

/// An expression being typed.
#[derive(Debug)]
pub(super) struct Prompt {
    pub(super) input: Input,
    pub(super) error: Option<FilterError>,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typed {
    /// Something else is looked for.
    Filtered,
    /// Nothing but the prompt itself.
    Nothing,
}

impl Search {
    pub(super) fn active(&self) -> bool {
        !self.expression.trim().is_empty()
    }

    /// The filter that it stands for.
    pub(super) fn meaning(&self) -> String {
        expression(&self.expression)
    }

    /// Opens the prompt with what is in force.
    pub(super) fn open(&mut self) {
        self.prompt = Some(Prompt { input: Input::new(self.expression.clone()), error: None });
    }

    /// Looks for something else. What cannot be read opens the prompt at its mistake.
    pub(super) fn set(&mut self, text: &str) {
        if let Err(error) = self.look_for(text) {
            self.prompt = Some(Prompt { input: Input::new(text.to_owned()), error: Some(error) });
        }
    }

    fn look_for(&mut self, text: &str) -> Result<(), FilterError> {
        let text = text.trim();
        Filter::parse(&expression(text))?;
        self.word = word(text).map(Text::from);
        text.clone_into(&mut self.expression);
        Ok(())
    }

    /// A key while the prompt is open. Enter leaves it when the expression can be read; Esc leaves it with the last good one.
    pub(super) fn key(&mut self, key: KeyEvent) -> Typed {
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
    pub(super) fn paste(&mut self, text: &str) -> Typed {
        let Some(prompt) = &mut self.prompt else { return Typed::Nothing };
        for character in text.chars().filter(|character| !character.is_control()) {
            prompt.input.handle(tui_input::InputRequest::InsertChar(character));
        }
        self.read()
    }

    fn read(&mut self) -> Typed {
        let Some(prompt) = &self.prompt else { return Typed::Nothing };
        let text = prompt.input.value().to_owned();
        let error = self.look_for(&text).err();
        let read = error.is_none();
        if let Some(prompt) = &mut self.prompt {
            prompt.error = error;
        }
        if read { Typed::Filtered } else { Typed::Nothing }
    }
}

/// The filter that a text stands for: a word alone is sought as the beginning of an id, a phone and a tag.
fn expression(text: &str) -> String {
    match word(text) {
        Some(word) => {
            let word = word.strip_prefix('+').unwrap_or(word);
            let begin = literal(word);
            let begin = begin.strip_suffix('"').unwrap_or(&begin);
            format!("id:{begin}*\" or customer:{begin}*\" or tag:{begin}*\"")
        }
        None => text.to_owned(),
    }
}

/// The text, when it is one word without any of the marks of a filter.
fn word(text: &str) -> Option<&str> {
    let mark = |c: char| c.is_whitespace() || matches!(c, ':' | '<' | '>' | '"' | '(' | ')');
    (!text.is_empty() && !text.contains(mark) && !text.starts_with('-')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_alone_is_sought_in_ids_phones_and_tags_and_anything_else_is_a_filter() {
        assert_eq!(expression("+4915"), "id:\"4915*\" or customer:\"4915*\" or tag:\"4915*\"");
        assert_eq!(expression("code:131026"), "code:131026");
        assert!(Filter::parse(&expression("wamid.a\"b*")).is_err() || word("wamid.a\"b*").is_none());
        assert!(Filter::parse(&expression("wamid.HBgL/x==")).is_ok());
    }

    #[test]
    fn a_wrong_filter_leaves_the_last_good_one_in_force() {
        let mut search = Search::default();
        search.set("code:131026");
        search.set("coed:1");
        assert!(search.prompt.as_ref().is_some_and(|prompt| prompt.error.is_some()));
        assert_eq!((search.expression.as_str(), search.word.as_deref()), ("code:131026", None));
    }
}
