//! The help: every action with its key, from the keymap in force; those that have nothing to act on now are greyed.

use super::{centred, dim};
use crate::tui::action::{Action, Group};
use crate::tui::areas::Spot;
use crate::tui::keymap::Keymap;
use crate::tui::lang::{Lang, say};
use crate::tui::look::Look;
use crate::tui::theme::Role;
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, frame as border};
use ratatui::Frame;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// Cells of one column: key and words.
const COLUMN: usize = 36;

/// Cells of the key in it.
const KEY: usize = 10;

/// The help while it is open.
#[derive(Debug)]
pub(in crate::tui) struct Help {
    /// Actions that would do something when it was opened.
    valid: Vec<Action>,
    /// What is looked for, while something is typed.
    search: Option<Input>,
    top: usize,
}

/// A line of the help.
enum Line {
    Title(Group),
    Action(Action),
    Blank,
}

impl Help {
    /// Opens the help; `valid` are the actions that would do something now.
    pub(in crate::tui) fn new(valid: Vec<Action>) -> Self {
        Self { valid, search: None, top: 0 }
    }

    /// Takes a key, which may mean `action`. Says whether the help is closed.
    pub(in crate::tui) fn key(&mut self, key: KeyEvent, action: Option<Action>) -> bool {
        if let Some(search) = &mut self.search {
            match key.code {
                KeyCode::Esc | KeyCode::Enter => self.search = None,
                _ => _ = search.handle_event(&Event::Key(key)),
            }
            self.top = 0;
            return false;
        }
        match action {
            Some(Action::Back | Action::Help | Action::Quit) => return true,
            Some(Action::Filter) => self.search = Some(Input::default()),
            Some(action) => self.top = action.step(self.top, usize::MAX / 2, 10).unwrap_or(self.top),
            None => {}
        }
        false
    }

    /// The wheel was turned.
    pub(in crate::tui) fn scroll(&mut self, down: bool) {
        self.top = if down { self.top + 3 } else { self.top.saturating_sub(3) };
    }

    /// Pasted text is looked for.
    pub(in crate::tui) fn paste(&mut self, text: &str) {
        if let Some(search) = &mut self.search {
            for character in text.chars().filter(|character| !character.is_control()) {
                search.handle(tui_input::InputRequest::InsertChar(character));
            }
        }
    }

    /// Draws it over the dimmed screen.
    pub(in crate::tui) fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: &Look, keymap: &Keymap) {
        let columns = self.columns(keymap, look.lang, (usize::from(area.width.saturating_sub(6)) / COLUMN).clamp(1, 3));
        let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
        let width = u16::try_from(columns.len() * COLUMN + 4).unwrap_or(u16::MAX);
        let height = u16::try_from(rows + 4).unwrap_or(u16::MAX);
        let area = centred(area, width, height);

        let buffer = frame.buffer_mut();
        dim(buffer, buffer.area, look);
        Clear.render(area, buffer);
        buffer.set_style(area, look.style(Role::Popup));
        look.areas.add(area, Spot::Pane(0));
        let (valid, all) = (self.valid_count(), Action::ALL.len());
        let totals = Words::new(look).muted(say!(look, "{valid} of {all} work now", "{all} 个中 {valid} 个现在可用"));
        let inner = border::draw(buffer, area, look, look.lang.pick("Keys", "按键"), vec![totals], true);
        buffer.set_style(area, look.style(Role::Popup));

        let shown = usize::from(inner.height.saturating_sub(2));
        self.top = self.top.min(rows.saturating_sub(shown));
        for (column, lines) in columns.iter().enumerate() {
            let x = inner.x + u16::try_from(column * COLUMN).unwrap_or(u16::MAX);
            for (line, y) in lines.iter().skip(self.top).take(shown).zip(inner.y + 1..) {
                self.draw_line(line, look, keymap).draw(buffer, x, y, COLUMN as u16 - 1);
            }
        }
        if let Some(search) = &self.search {
            let x = Words::new(look).role(Role::Accent, "/ ").draw(buffer, inner.x, inner.y, inner.width);
            Words::new(look).text(search.value().to_owned()).draw(buffer, x, inner.y, inner.width);
            let cursor = x + u16::try_from(search.visual_cursor()).unwrap_or(0);
            frame.set_cursor_position((cursor.min(inner.right()), inner.y));
        }
        let notes = [
            look.lang.pick(
                "grey: has nothing to act on now   keys come from [keys] in the configuration",
                "灰色:现在没有可作用的对象   按键来自配置中的 [keys]",
            ),
            look.lang
                .pick("grey: has nothing to act on now   [keys] in the configuration", "灰色:现在没有可作用的对象"),
            look.lang.pick("grey: has nothing to act on now", "灰色:现在无对象"),
        ];
        let fits = |note: &&&str| cut::width(note) <= usize::from(inner.width);
        let note = notes.iter().find(fits).copied().unwrap_or_default();
        let y = inner.bottom().saturating_sub(1);
        Words::new(look).muted(note).draw(frame.buffer_mut(), inner.x, y, inner.width);
    }

    fn valid_count(&self) -> usize {
        Action::ALL.iter().filter(|action| self.valid.contains(action)).count()
    }

    /// The lines, or only those that are looked for, in columns of about the same height; a group stays together.
    fn columns(&self, keymap: &Keymap, lang: Lang, count: usize) -> Vec<Vec<Line>> {
        let wanted = self.search.as_ref().map(|search| search.value().to_lowercase()).unwrap_or_default();
        let found = |action: &Action| {
            let key = keymap.key(*action).map(|key| key.to_string()).unwrap_or_default();
            action.words(lang).contains(&wanted) || action.name().contains(&wanted) || key.to_lowercase() == wanted
        };
        let groups = Group::ALL.map(|group| {
            let actions = Action::ALL.iter().filter(|action| action.group() == group && found(action));
            (group, actions.map(|action| Line::Action(*action)).collect::<Vec<_>>())
        });
        let groups: Vec<_> = groups.into_iter().filter(|(_, actions)| !actions.is_empty()).collect();
        let height = groups.iter().map(|(_, actions)| actions.len() + 2).sum::<usize>().div_ceil(count);
        let mut columns: Vec<Vec<Line>> = (0..count).map(|_| Vec::new()).collect();
        let mut at = 0;
        for (group, actions) in groups {
            let full =
                columns.get(at).is_some_and(|column| !column.is_empty() && column.len() + actions.len() > height);
            at = (at + usize::from(full)).min(count - 1);
            if let Some(column) = columns.get_mut(at) {
                column.push(Line::Title(group));
                column.extend(actions);
                column.push(Line::Blank);
            }
        }
        columns
    }

    fn draw_line<'a>(&self, line: &Line, look: &'a Look, keymap: &Keymap) -> Words<'a> {
        match line {
            Line::Blank => Words::new(look),
            Line::Title(group) => Words::new(look).strong(group.title(look.lang)),
            Line::Action(action) => {
                let works = self.valid.contains(action);
                let (key_role, role) = if works { (Role::Accent, Role::Text) } else { (Role::Faint, Role::Faint) };
                let key = keymap.key(*action).map_or_else(String::new, |key| key.to_string());
                Words::new(look).role(key_role, key).to(KEY).role(role, action.words(look.lang))
            }
        }
    }
}
