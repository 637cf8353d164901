//! A filter being typed: what is in force, the prompt with what could come next, where the mistake is, and what was applied before.
//!
//! The last expression that could be read stays in force until the next one can.

mod draw;
mod language;
mod live;
mod offers;
mod word;

use super::lang::Lang;
use super::look::Look;
use super::panes::Context;
use super::theme::Role;
use super::widgets::words::Words;
use crate::query::{Filter, FilterError};
use language::Language;
use offers::Offers;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use std::sync::Arc;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;
use word::Word;

/// Filters that are remembered.
const REMEMBERED: usize = 50;

/// Reads an expression.
pub type Meaning = fn(&str) -> Result<Filter, FilterError>;

/// The filter in force, and the prompt while it is open.
#[derive(Debug)]
pub struct FilterBar {
    meaning: Meaning,
    /// What the prompt says while it is empty: in English, in Chinese.
    hint: (&'static str, &'static str),
    expression: String,
    on: bool,
    filter: Arc<Filter>,
    prompt: Option<Prompt>,
    applied: Option<String>,
}

/// An expression being typed.
#[derive(Debug, Default)]
struct Prompt {
    input: Input,
    error: Option<FilterError>,
    /// It was to be applied as it is: its mistake is shown even where it may only be unfinished.
    insisted: bool,
    /// The filter was switched off or on while it is open: Enter leaves that as it is.
    switched: bool,
    /// What could come next.
    offers: Offers,
    past: Option<Past>,
    /// The help on the language, while it is open.
    language: Option<Language>,
}

/// The walk back through what was applied before.
#[derive(Debug)]
struct Past {
    /// What was typed before it began: only expressions that hold it are shown.
    draft: String,
    /// Where it is, in the list of all.
    at: usize,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// Another filter is in force.
    Filtered,
    /// The one in force was entered again.
    Applied,
    /// Nothing but the prompt itself.
    Nothing,
}

/// Adds an expression to those applied before, oldest first: once, and not too many.
pub fn remember(filters: &mut Vec<String>, applied: String) {
    filters.retain(|filter| *filter != applied);
    filters.push(applied);
    filters.drain(..filters.len().saturating_sub(REMEMBERED));
}

/// What an empty prompt says.
const HINT: (&str, &str) = ("such as status:failed", "例如 status:failed");

impl Default for FilterBar {
    fn default() -> Self {
        Self::new(Filter::parse, HINT)
    }
}

/// Leaves nothing out.
pub(super) fn everything() -> Filter {
    #[expect(clippy::expect_used, reason = "an empty expression matches everything, by definition")]
    Filter::parse("").expect("an empty expression is valid")
}

impl FilterBar {
    /// A bar without a filter. `meaning` reads an expression; the `hint` stands in the empty prompt, in English and in Chinese.
    pub fn new(meaning: Meaning, hint: (&'static str, &'static str)) -> Self {
        Self {
            meaning,
            hint,
            expression: String::new(),
            on: true,
            filter: Arc::new(everything()),
            prompt: None,
            applied: None,
        }
    }

    /// A bar whose filter selects whole messages.
    pub fn of_messages() -> Self {
        Self::new(Filter::parse_for_messages, HINT)
    }

    /// The last expression that could be read, also while it is switched off.
    pub fn last_good(&self) -> &str {
        &self.expression
    }

    /// The expression in force; empty while it is switched off.
    pub fn expression(&self) -> &str {
        if self.on { &self.expression } else { "" }
    }

    /// What it means.
    pub fn filter(&self) -> &Arc<Filter> {
        &self.filter
    }

    /// Whether anything is filtered.
    pub fn active(&self) -> bool {
        !self.expression().is_empty()
    }

    /// Opens the prompt with the last good expression in it.
    pub fn open(&mut self) {
        let mut prompt = Prompt { input: Input::new(self.expression.clone()), ..Prompt::default() };
        if self.expression.is_empty() {
            prompt.offers = Offers::fields();
        }
        self.prompt = Some(prompt);
    }

    /// Puts `expression` in force. One that cannot be read opens the prompt at its mistake.
    pub fn set(&mut self, expression: &str) {
        if let Err(error) = self.read(expression) {
            let input = Input::new(expression.to_owned());
            self.prompt = Some(Prompt { input, error: Some(error), insisted: true, ..Prompt::default() });
        }
    }

    /// Switches the filter off, or on again.
    pub fn toggle(&mut self) {
        self.on = !self.on;
        self.filter = Arc::new((self.meaning)(self.expression()).unwrap_or_else(|_| everything()));
    }

    /// Whether it is switched on.
    pub(super) fn is_on(&self) -> bool {
        self.on
    }

    /// The filter for the row above its list, also while it is switched off; `None` when there is none.
    pub(super) fn words<'a>(&self, look: &'a Look) -> Option<Words<'a>> {
        let words = Words::new(look);
        let shown = || look.filter(&self.expression).into_owned();
        match self.on {
            _ if self.expression.is_empty() => None,
            true => Some(words.role(Role::Accent, "/ ").text(shown())),
            false => Some(words.muted("/ ").muted(shown()).muted(look.lang.pick(" off", " 关"))),
        }
    }

    /// The expression that was typed and applied since this was asked last: to be remembered.
    pub fn applied(&mut self) -> Option<String> {
        self.applied.take()
    }

    fn read(&mut self, expression: &str) -> Result<(), FilterError> {
        let before = expression.len() - expression.trim_start().len();
        let expression = expression.trim();
        let meaning = (self.meaning)(expression).map_err(|error| {
            let span = error.span.start + before..error.span.end + before;
            FilterError { span, ..error }
        })?;
        self.filter = Arc::new(meaning);
        expression.clone_into(&mut self.expression);
        self.on = true;
        Ok(())
    }

    /// A key while the prompt is open. Enter leaves it when the expression can be read; Esc leaves it with the last good one.
    pub fn key(&mut self, key: KeyEvent, ctx: &Context<'_>) -> Typed {
        let Some(prompt) = &mut self.prompt else { return Typed::Nothing };
        if let Some(language) = &mut prompt.language {
            if language.key(key) {
                prompt.language = None;
            }
            return Typed::Nothing;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let before = prompt.input.value().to_owned();
        match key.code {
            KeyCode::Esc => self.leave(),
            KeyCode::Char('c') if control => self.leave(),
            KeyCode::F(1) => prompt.language = Some(Language::default()),
            KeyCode::Enter if prompt.offers.is_chosen() => return self.take_offer(ctx),
            KeyCode::Enter if prompt.error.is_none() => return self.enter(),
            KeyCode::Enter => prompt.insisted = true,
            KeyCode::Tab => return self.take(ctx),
            KeyCode::Char('t') if control && !self.expression.is_empty() => {
                prompt.switched = true;
                self.toggle();
                return Typed::Filtered;
            }
            KeyCode::Char('r') if control => return self.recall(ctx, Direction::Back),
            KeyCode::Up if prompt.past.is_some() || before.is_empty() && !prompt.offers.is_chosen() => {
                return self.recall(ctx, Direction::Back);
            }
            KeyCode::Down if prompt.past.is_some() => return self.recall(ctx, Direction::Forward),
            KeyCode::Up => prompt.offers.step_back(),
            KeyCode::Down => prompt.offers.step(),
            _ => {
                prompt.input.handle_event(&Event::Key(key));
                if prompt.input.value() != before {
                    return self.edited(Some(ctx));
                }
                prompt.offer(ctx, false);
            }
        }
        Typed::Nothing
    }

    /// Pasted text goes into the prompt as it is, on one line.
    pub fn paste(&mut self, text: &str) -> Typed {
        let Some(prompt) = &mut self.prompt else { return Typed::Nothing };
        // Its lines are terms side by side.
        let line = text.trim_end().lines().collect::<Vec<_>>().join(" ");
        for character in line.chars().filter(|character| !character.is_control()) {
            prompt.input.handle(tui_input::InputRequest::InsertChar(character));
        }
        self.edited(None)
    }

    /// While the prompt is open: the keys it takes and what they do.
    pub fn keys(&self, lang: Lang) -> Option<Vec<(&'static str, &'static str)>> {
        let prompt = self.prompt.as_ref()?;
        if prompt.language.is_some() {
            return Some(vec![("Esc", lang.pick("close", "关闭")), ("Up Down", lang.pick("scroll", "滚动"))]);
        }
        let fixes = prompt.shown_error().is_some_and(|error| error.fix.is_some());
        let tab = if fixes { lang.pick("correct", "更正") } else { lang.pick("complete", "补全") };
        Some(vec![
            ("Tab", tab),
            ("Enter", lang.pick("apply", "应用")),
            ("Esc", lang.pick("keep last good", "保留上次有效条件")),
            ("F1", lang.pick("language", "语法")),
            ("Ctrl-U", lang.pick("clear", "清空")),
            ("Ctrl-R", lang.pick("history", "历史")),
            ("Ctrl-T", lang.pick("on, off", "开关")),
        ])
    }

    /// Closes the prompt with what stands in it in force, unless it was switched off in the prompt itself.
    fn enter(&mut self) -> Typed {
        let switched = self.prompt.as_ref().is_some_and(|prompt| prompt.switched);
        let comes_back = !self.on && !switched;
        if comes_back {
            self.toggle();
        }
        self.leave();
        if comes_back { Typed::Filtered } else { Typed::Applied }
    }

    /// Closes the prompt; what is in force stays.
    fn leave(&mut self) {
        self.prompt = None;
        if self.active() {
            self.applied = Some(self.expression.clone());
        }
    }

    /// Puts what stands in the prompt in force, if it can be read. Offers need the numbers: without them there are none.
    fn edited(&mut self, ctx: Option<&Context<'_>>) -> Typed {
        let Some(prompt) = &mut self.prompt else { return Typed::Nothing };
        (prompt.insisted, prompt.past) = (ctx.is_none(), None);
        match ctx {
            Some(ctx) => prompt.offer(ctx, false),
            None => prompt.offers = Offers::default(),
        }
        self.read_prompt()
    }

    fn read_prompt(&mut self) -> Typed {
        let Some(prompt) = &self.prompt else { return Typed::Nothing };
        let text = prompt.input.value().to_owned();
        let error = self.read(&text).err();
        let read = error.is_none();
        if let Some(prompt) = &mut self.prompt {
            prompt.error = error;
        }
        if read { Typed::Filtered } else { Typed::Nothing }
    }

    /// Tab: corrects the mistake that is shown, else takes the offer, else asks for some.
    fn take(&mut self, ctx: &Context<'_>) -> Typed {
        let Some(prompt) = &mut self.prompt else { return Typed::Nothing };
        let mistake = prompt.shown_error().filter(|_| !prompt.offers.is_chosen());
        if let Some((fix, span)) = mistake.and_then(|error| Some((error.fix.clone()?, error.span.clone()))) {
            prompt.replace(span, &fix);
            return self.edited(Some(ctx));
        }
        if prompt.offers.is_empty() {
            prompt.offer(ctx, true);
            return Typed::Nothing;
        }
        self.take_offer(ctx)
    }

    fn take_offer(&mut self, ctx: &Context<'_>) -> Typed {
        let Some(prompt) = &mut self.prompt else { return Typed::Nothing };
        let Some((span, text)) = prompt.offers.taken() else { return Typed::Nothing };
        prompt.replace(span, &text);
        self.edited(Some(ctx))
    }

    /// To an older or a newer expression of those applied before. While people are masked, not to one that names somebody.
    fn recall(&mut self, ctx: &Context<'_>, direction: Direction) -> Typed {
        let Some(prompt) = &mut self.prompt else { return Typed::Nothing };
        let shown = prompt.input.value().to_owned();
        let draft = prompt.past.as_ref().map_or_else(|| shown.clone(), |past| past.draft.clone());
        let at = prompt.past.as_ref().map_or(ctx.filters.len(), |past| past.at);
        let filters = ctx.filters;
        let hidden = |filter: &str| ctx.look.masker.is_some() && ctx.look.filter(filter) != filter;
        let fits = |at: &usize| {
            let filter = filters.get(*at);
            filter.is_some_and(|filter| filter.contains(&draft) && *filter != shown && !hidden(filter))
        };
        let found = match direction {
            Direction::Back => (0..at).rev().find(fits),
            Direction::Forward => (at + 1..filters.len()).find(fits),
        };
        let text = match found.and_then(|at| filters.get(at)) {
            Some(filter) => filter.clone(),
            None if direction == Direction::Back => return Typed::Nothing,
            None => draft.clone(),
        };
        prompt.past = found.map(|at| Past { draft, at });
        prompt.input = Input::new(text);
        prompt.offers = Offers::default();
        self.read_prompt()
    }
}

/// Whither in what was applied before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Back,
    Forward,
}

impl Prompt {
    /// Byte offset of the cursor.
    fn cursor(&self) -> usize {
        let value = self.input.value();
        value.char_indices().nth(self.input.cursor()).map_or(value.len(), |(at, _)| at)
    }

    /// Looks for what could come next; where nothing of it is typed yet, only when it is `asked` for or nothing is typed at all.
    fn offer(&mut self, ctx: &Context<'_>, asked: bool) {
        let word = Word::at(self.input.value(), self.cursor());
        let wanted = asked || !word.is_empty() || self.input.value().is_empty();
        let known = std::mem::take(&mut self.offers);
        if wanted {
            self.offers = Offers::of(&word, known, ctx);
        }
    }

    /// Puts `text` in place of a part, and the cursor behind it.
    fn replace(&mut self, span: std::ops::Range<usize>, text: &str) {
        let mut value = self.input.value().to_owned();
        if value.get(span.clone()).is_none() {
            return;
        }
        value.replace_range(span.clone(), text);
        let cursor = value.get(..span.start + text.len()).map_or(0, |before| before.chars().count());
        self.input = Input::new(value).with_cursor(cursor);
    }

    /// The mistake, unless the word under the cursor only needs to be finished.
    fn shown_error(&self) -> Option<&FilterError> {
        let error = self.error.as_ref()?;
        let word = Word::at(self.input.value(), self.cursor()).span;
        let unfinished = !self.offers.is_empty() && error.span.start <= word.end && word.start <= error.span.end;
        (self.insisted || !unfinished).then_some(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switched_off_and_on_again_it_is_the_same_filter() {
        let mut bar = FilterBar::default();
        bar.set("kind:inbound");
        bar.toggle();
        assert!(!bar.active());
        bar.toggle();
        assert_eq!(bar.expression(), "kind:inbound");
    }

    #[test]
    fn pasted_text_is_one_line_of_text_and_its_mistake_is_shown() {
        let mut bar = FilterBar::default();
        bar.open();
        assert_eq!(bar.paste("status:failed\x1b[2J\nkind:status\n"), Typed::Filtered);
        assert_eq!(bar.expression(), "status:failed[2J kind:status");
        bar.paste(" coed:1");
        let error = bar.prompt.as_ref().and_then(Prompt::shown_error).unwrap();
        assert_eq!((error.span.clone(), error.fix.as_deref()), (29..33, Some("code")));
        assert_eq!(bar.expression(), "status:failed[2J kind:status", "the last good one stays in force");
    }

    #[test]
    fn an_expression_is_remembered_once_and_the_oldest_are_forgotten() {
        let mut filters = Vec::new();
        for code in 0..REMEMBERED + 5 {
            remember(&mut filters, format!("code:{code}"));
        }
        remember(&mut filters, "code:10".to_owned());
        assert_eq!(filters.len(), REMEMBERED);
        assert_eq!(filters.first().map(String::as_str), Some("code:5"));
        assert_eq!(filters.last().map(String::as_str), Some("code:10"));
    }
}
