//! The palette: every action and command, found by a few letters of its words or its name.

use super::{Did, centred, dim};
use crate::tui::areas::Spot;
use crate::tui::command::{self, Known, Offer};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::frame as border;
use crate::tui::widgets::table;
use crate::tui::widgets::words::Words;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};
use ratatui::Frame;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::{Clear, Widget};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// Cells of the palette, and rows with frame and input.
const SIZE: (u16, u16) = (76, 20);

/// Cells of the words before the name.
const WORDS: usize = 36;

/// The palette while it is open.
#[derive(Debug)]
pub(in crate::tui) struct Palette {
    input: Input,
    offers: Vec<Offer>,
    /// What is found, the best first: number of the offer, and the characters of its words that were typed.
    found: Vec<(usize, Vec<u32>)>,
    selected: usize,
    top: usize,
    room: usize,
}

impl Palette {
    /// Opens the palette on what it offers.
    pub(in crate::tui) fn new(offers: Vec<Offer>) -> Self {
        let mut palette = Self { input: Input::default(), offers, found: Vec::new(), selected: 0, top: 0, room: 1 };
        palette.find();
        palette
    }

    /// Takes a key.
    pub(in crate::tui) fn key(&mut self, key: KeyEvent, known: &Known<'_>) -> Did {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => return Did::Close,
            KeyCode::Char('c' | 'p') if control => return Did::Close,
            KeyCode::Enter => return self.chosen(known),
            KeyCode::Up | KeyCode::BackTab => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down | KeyCode::Tab => self.step(1),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(self.room),
            KeyCode::PageDown => self.step(self.room),
            _ => {
                self.input.handle_event(&Event::Key(key));
                self.find();
            }
        }
        Did::Nothing
    }

    /// The wheel was turned.
    pub(in crate::tui) fn scroll(&mut self, down: bool) {
        if down { self.step(3) } else { self.selected = self.selected.saturating_sub(3) }
    }

    /// Runs the row that was clicked.
    pub(in crate::tui) fn choose(&mut self, row: usize, known: &Known<'_>) -> Did {
        self.selected = row;
        self.chosen(known)
    }

    /// Pasted text is looked for.
    pub(in crate::tui) fn paste(&mut self, text: &str) {
        for character in text.chars().filter(|character| !character.is_control()) {
            self.input.handle(tui_input::InputRequest::InsertChar(character));
        }
        self.find();
    }

    fn step(&mut self, by: usize) {
        self.selected = (self.selected + by).min(self.found.len().saturating_sub(1));
    }

    /// Runs what is selected; what takes something still is handed to the command bar.
    fn chosen(&self, known: &Known<'_>) -> Did {
        let Some(offer) = self.found.get(self.selected).and_then(|(at, _)| self.offers.get(*at)) else {
            return Did::Nothing;
        };
        match command::parse(&offer.line, known) {
            Ok(command) if offer.takes.is_empty() => Did::Run(command, offer.line.clone()),
            _ => Did::Edit(offer.line.clone()),
        }
    }

    fn find(&mut self) {
        (self.selected, self.top) = (0, 0);
        let pattern = Pattern::parse(self.input.value(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut found = Vec::new();
        for (at, offer) in self.offers.iter().enumerate() {
            let text = Utf32String::from(format!("{} {}", offer.words, offer.line));
            let mut indices = Vec::new();
            if let Some(score) = pattern.indices(text.slice(..), &mut matcher, &mut indices) {
                indices.sort_unstable();
                found.push((score, at, indices));
            }
        }
        // Stable: of equals, the order of the offers.
        found.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
        self.found = found.into_iter().map(|(_, at, indices)| (at, indices)).collect();
    }

    /// Draws it over the dimmed screen.
    pub(in crate::tui) fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: &Look) {
        let area = centred(area, SIZE.0, SIZE.1);
        let buffer = frame.buffer_mut();
        dim(buffer, buffer.area, look);
        Clear.render(area, buffer);
        buffer.set_style(area, look.style(Role::Popup));
        look.areas.add(area, Spot::Pane(0));
        let total = Words::new(look).muted(format!("{} / {}", self.found.len(), self.offers.len()));
        let inner = border::draw(buffer, area, look, look.lang.pick("Palette", "命令面板"), vec![total], true);
        buffer.set_style(area, look.style(Role::Popup));

        let x = Words::new(look).role(Role::Accent, "> ").draw(buffer, inner.x, inner.y, inner.width);
        let typed = self.input.value();
        if typed.is_empty() {
            let hint = look.lang.pick("type a few letters", "输入几个字母");
            Words::new(look).muted(hint).draw(buffer, x, inner.y, inner.width.saturating_sub(2));
        }
        Words::new(look).text(typed.to_owned()).draw(buffer, x, inner.y, inner.width.saturating_sub(2));

        self.room = usize::from(inner.height.saturating_sub(2)).max(1);
        self.top = table::scroll(self.top, self.selected, self.found.len(), self.room);
        for ((row, (at, hits)), y) in self.found.iter().enumerate().skip(self.top).take(self.room).zip(inner.y + 2..) {
            let Some(offer) = self.offers.get(*at) else { continue };
            look.areas.add(Rect { y, height: 1, ..inner }, Spot::Row(row));
            if row == self.selected {
                table::mark(buffer, inner, y, look, true);
            }
            line(offer, hits, look, usize::from(inner.width)).draw(buffer, inner.x, y, inner.width);
            Words::new(look).role(Role::Accent, offer.key.as_str()).draw_right(buffer, inner.right(), y, 10);
        }
        if self.found.is_empty() {
            let nothing = look.lang.pick("nothing is called like this", "没有这样的命令");
            Words::new(look).muted(nothing).draw(buffer, inner.x, inner.y + 2, inner.width);
        }
        let cursor = x + u16::try_from(self.input.visual_cursor()).unwrap_or(0);
        frame.set_cursor_position((cursor.min(inner.right()), inner.y));
    }
}

/// What an offer does, and its name; the letters that were typed stand out.
fn line<'a>(offer: &'a Offer, hits: &[u32], look: &'a Look, width: usize) -> Words<'a> {
    let marked = |words: Words<'a>, text: &str, first: usize, role: Role| {
        text.chars().zip(first..).fold(words, |words, (character, at)| {
            let hit = u32::try_from(at).is_ok_and(|at| hits.binary_search(&at).is_ok());
            let style = if hit { look.style(Role::Accent).add_modifier(Modifier::BOLD) } else { look.style(role) };
            words.styled(style, character.to_string())
        })
    };
    let words = marked(Words::new(look), offer.words, 0, Role::Text);
    let words = words.to(WORDS.min(width * 3 / 5)).text(" ");
    let shown = offer.shown(look);
    let words = marked(words, &shown, offer.words.chars().count() + 1, Role::Muted);
    if offer.takes.is_empty() { words } else { words.muted(offer.takes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::Action;
    use crate::tui::command::Command;
    use crate::tui::keymap::Keymap;
    use crate::tui::lang::Lang;

    fn chosen(typed: &str, lang: Lang) -> Did {
        let keys = Keymap::new(&[]).unwrap();
        let zone = jiff::tz::TimeZone::UTC;
        let known = Known {
            now: crate::event::Millis(0),
            zone: &zone,
            themes: vec!["dark", "light"],
            numbers: &[],
            alerts: &[],
            orders: Vec::new(),
            file: String::new(),
            keys: &keys,
        };
        let mut palette = Palette::new(command::palette(Action::ALL, &known, lang));
        palette.paste(typed);
        palette.key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE), &known)
    }

    #[test]
    fn a_few_letters_find_what_is_meant() {
        let ran = |typed, lang| match chosen(typed, lang) {
            Did::Run(command, _) => command,
            other => panic!("{typed}: {other:?}"),
        };
        assert_eq!(ran("pause", Lang::En), Command::Act(Action::Pause));
        assert_eq!(ran("thlight", Lang::En), Command::Theme("light".to_owned()));
        assert_eq!(ran("暂停", Lang::Zh), Command::Act(Action::Pause));
        assert_eq!(ran("zoom", Lang::Zh), Command::Act(Action::Zoom), "names are the same in every language");
    }

    #[test]
    fn what_takes_something_goes_on_in_the_command_bar() {
        assert_eq!(chosen("goto", Lang::En), Did::Edit("goto ".to_owned()));
        assert_eq!(chosen("zzzzqqq", Lang::En), Did::Nothing);
    }
}
