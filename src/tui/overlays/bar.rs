//! The command bar: a line to type a command into, what it can be completed to above it, mistakes in place.

use super::Did;
use crate::event::clean::clean;
use crate::tui::areas::Spot;
use crate::tui::command::{self, Known, Mistake, Offer};
use crate::tui::look::Look;
use crate::tui::terms::sentence;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::cut;
use crate::tui::widgets::frame as border;
use crate::tui::widgets::words::Words;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::{Clear, Widget};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// Completions shown at once.
const SHOWN: usize = 8;

/// Commands remembered.
const REMEMBERED: usize = 100;

/// Cells of a completion before its words.
const NAME: usize = 24;

/// The lines that were run, the oldest first; kept while the program runs.
#[derive(Debug, Default)]
pub(in crate::tui) struct History(Vec<String>);

impl History {
    /// Remembers a line as the newest.
    pub(in crate::tui) fn add(&mut self, line: &str) {
        self.0.retain(|known| known != line);
        self.0.push(line.to_owned());
        let surplus = self.0.len().saturating_sub(REMEMBERED);
        self.0.drain(..surplus);
    }

    /// The lines that begin with `start`, the newest first. With `quiet` those that may name a person are left out.
    fn find<'a>(&'a self, start: &'a str, quiet: bool) -> impl Iterator<Item = &'a String> {
        let personal = |line: &str| ["filter", "number", "export"].iter().any(|verb| line.starts_with(verb));
        self.0.iter().rev().filter(move |line| line.starts_with(start) && !(quiet && personal(line)))
    }
}

/// The command bar while it is open.
#[derive(Debug)]
pub(in crate::tui) struct Bar {
    input: Input,
    /// What was typed before the first completion or step through the history.
    typed: String,
    /// The completion in the line.
    offered: Option<usize>,
    /// The line of the history in the line.
    recalled: Option<usize>,
    mistake: Option<Mistake>,
}

impl Bar {
    /// Opens the bar with `line` in it.
    pub(in crate::tui) fn new(line: &str) -> Self {
        Self {
            input: Input::new(line.to_owned()),
            typed: line.to_owned(),
            offered: None,
            recalled: None,
            mistake: None,
        }
    }

    /// Takes a key.
    pub(in crate::tui) fn key(&mut self, key: KeyEvent, known: &Known<'_>, history: &History, look: &Look) -> Did {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => return Did::Close,
            KeyCode::Char('c') if control => return Did::Close,
            KeyCode::Backspace if self.input.value().is_empty() => return Did::Close,
            KeyCode::Enter => match command::parse(self.input.value(), known) {
                Ok(command) => return Did::Run(command, self.input.value().trim().to_owned()),
                Err(_) if self.input.value().trim().is_empty() => return Did::Close,
                Err(mistake) => self.mistake = Some(mistake),
            },
            KeyCode::Tab => self.complete(1, known, look),
            KeyCode::BackTab => self.complete(-1, known, look),
            KeyCode::Up => self.recall(1, history, look),
            KeyCode::Down => self.recall(-1, history, look),
            _ => {
                self.input.handle_event(&Event::Key(key));
                self.edited();
            }
        }
        Did::Nothing
    }

    /// Pasted text goes into the line as it is: it is never run.
    pub(in crate::tui) fn paste(&mut self, text: &str) {
        for character in text.chars().filter(|character| !character.is_control()) {
            self.input.handle(tui_input::InputRequest::InsertChar(character));
        }
        self.edited();
    }

    /// Takes the completion that was clicked.
    pub(in crate::tui) fn choose(&mut self, row: usize, known: &Known<'_>, look: &Look) {
        self.offered = row.checked_sub(1);
        self.complete(1, known, look);
        self.edited();
    }

    fn edited(&mut self) {
        self.input.value().clone_into(&mut self.typed);
        (self.offered, self.recalled, self.mistake) = (None, None, None);
    }

    fn complete(&mut self, by: isize, known: &Known<'_>, look: &Look) {
        let offers = command::completions(&self.typed, known, look.lang);
        let Some(last) = offers.len().checked_sub(1) else { return };
        let at = match self.offered {
            None if by > 0 => 0,
            None => last,
            Some(at) => (at as isize + by).rem_euclid(offers.len() as isize) as usize,
        };
        if let Some(offer) = offers.get(at) {
            let line = if offer.takes.is_empty() { offer.line.clone() } else { format!("{} ", offer.line) };
            self.input = Input::new(line);
            self.offered = Some(at);
            self.mistake = None;
        }
        if last == 0 {
            self.edited();
        }
    }

    fn recall(&mut self, by: isize, history: &History, look: &Look) {
        let at = match (self.recalled, by) {
            (None, 1..) => Some(0),
            (None, _) => return,
            (Some(0), ..=-1) => None,
            (Some(at), _) => Some(at.saturating_add_signed(by)),
        };
        let line = match at {
            Some(at) => match history.find(&self.typed, look.masker.is_some()).nth(at) {
                Some(line) => line.clone(),
                None => return,
            },
            None => self.typed.clone(),
        };
        self.input = Input::new(line);
        (self.recalled, self.offered, self.mistake) = (at, None, None);
    }

    /// Draws the line into `row`, and completions or a mistake above it.
    pub(in crate::tui) fn draw(&self, frame: &mut Frame<'_>, row: Rect, known: &Known<'_>, look: &Look) {
        let buffer = frame.buffer_mut();
        Clear.render(row, buffer);
        buffer.set_style(row, look.style(Role::Strip));
        let x = Words::new(look).role(Role::Accent, " :").draw(buffer, row.x, row.y, row.width);
        let room = row.right().saturating_sub(x + 1);
        let scroll = self.input.visual_scroll(room.into());
        let value = clean(self.input.value()).into_owned();
        let skipped = cut::head(&value, scroll).len();
        Words::new(look).text(value.split_at(skipped).1.to_owned()).draw(buffer, x, row.y, room);
        if let Some(mistake) = &self.mistake {
            self.draw_mistake(buffer, row, (x, scroll), mistake, look);
        } else {
            self.draw_offers(buffer, row, known, look);
        }
        let cursor = self.input.visual_cursor().saturating_sub(scroll);
        let cursor = x.saturating_add(u16::try_from(cursor).unwrap_or(u16::MAX)).min(row.right().saturating_sub(1));
        frame.set_cursor_position((cursor, row.y));
    }

    fn draw_mistake(&self, buffer: &mut Buffer, row: Rect, (x, scroll): (u16, usize), wrong: &Mistake, look: &Look) {
        let cells = |end: usize| self.input.value().get(..end).map_or(0, cut::width).saturating_sub(scroll);
        let (start, end) = (cells(wrong.span.start), cells(wrong.span.end));
        let cell = |cells: usize| x.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX));
        let area = Rect::new(cell(start), row.y, cell(end).saturating_sub(cell(start)).max(1), 1).intersection(row);
        buffer.set_style(area, look.style(Role::Failed).add_modifier(Modifier::BOLD | Modifier::UNDERLINED));

        let above = Rect { y: row.y.saturating_sub(1), ..row };
        Clear.render(above, buffer);
        buffer.set_style(above, look.style(Role::Popup));
        let words = Words::new(look).text(" ").glyph(Role::Failed, Glyph::Critical).text(" ");
        words.text(clean(&sentence(look.lang, &wrong.message)).into_owned()).draw(
            buffer,
            above.x,
            above.y,
            above.width,
        );
    }

    fn draw_offers(&self, buffer: &mut Buffer, row: Rect, known: &Known<'_>, look: &Look) {
        let offers = command::completions(&self.typed, known, look.lang);
        let room = usize::from(row.y.saturating_sub(buffer.area.y + 4)).min(SHOWN);
        let count = offers.len().min(room);
        if count == 0 {
            return;
        }
        let height = count as u16 + 2;
        let area = Rect::new(row.x, row.y - height, row.width.min(72), height);
        Clear.render(area, buffer);
        buffer.set_style(area, look.style(Role::Popup));
        look.areas.add(area, Spot::Pane(0));
        let total = Words::new(look).muted(offers.len().to_string());
        let inner = border::draw(buffer, area, look, look.lang.pick("Commands", "命令"), vec![total], true);
        buffer.set_style(area, look.style(Role::Popup));
        let first = self.offered.map_or(0, |at| (at + 1).saturating_sub(count));
        for ((at, offer), y) in offers.iter().enumerate().skip(first).take(count).zip(inner.y..) {
            look.areas.add(Rect { y, height: 1, ..inner }, Spot::Row(at));
            if self.offered == Some(at) {
                crate::tui::widgets::table::mark(buffer, inner, y, look, true);
            }
            line(offer, look).draw(buffer, inner.x, y, inner.width);
            Words::new(look).role(Role::Accent, offer.key.as_str()).draw_right(buffer, inner.right(), y, 12);
        }
    }
}

/// A completion: the line, what it takes, what it does.
fn line<'a>(offer: &'a Offer, look: &'a Look) -> Words<'a> {
    let words = Words::new(look).value(offer.shown(look));
    let words = if offer.takes.is_empty() { words } else { words.muted(format!(" {}", offer.takes)) };
    let width = words.width().max(NAME - 1) + 1;
    words.to(width).muted(offer.words)
}
