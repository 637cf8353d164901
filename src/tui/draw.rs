//! The whole screen, from the state: header, tabs, what is looked at, footer, and what lies over it.

use super::app::{App, Flow, Tab, context};
use super::theme::Role;
use super::widgets::words::Words;
use super::{footer, header};
use crate::event::Millis;
use crate::journal::Health;
use crate::monitor::view::Scope;
use ratatui::Frame;
use ratatui::layout::Rect;

/// The least room the screen needs.
const LEAST: (u16, u16) = (40, 12);

/// The room under which there is no row of tabs.
const TABS: (u16, u16) = (70, 20);

impl App {
    /// Draws everything.
    pub fn draw(&mut self, frame: &mut Frame<'_>, now: Millis) {
        let area = frame.area();
        frame.buffer_mut().set_style(area, self.theme().style(Role::Ground).patch(self.theme().style(Role::Text)));
        let scope = self.scope(now);
        self.refresh(now, &scope);
        if area.width < LEAST.0 || area.height < LEAST.1 {
            self.draw_too_small(frame, area);
            return;
        }
        let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
        let mut used = 1;
        header::draw(frame.buffer_mut(), row(0), self, now);
        if area.width >= TABS.0 && area.height >= TABS.1 {
            header::draw_tabs(frame.buffer_mut(), row(1), self, &scope);
            used += 1;
        }
        let rest = Rect { y: area.y + used, height: area.height - used - 1, ..area };
        self.draw_tab(frame, rest, &scope);
        self.draw_footer(frame, row(area.height - 1), now);
        if let Some(mut help) = self.help.take() {
            let over = Rect { height: area.height - 1, ..area };
            help.draw(frame, over, self.theme(), &self.known.keymap);
            self.help = Some(help);
            self.draw_footer(frame, row(area.height - 1), now);
        }
    }

    fn draw_tab(&mut self, frame: &mut Frame<'_>, area: Rect, scope: &Scope) {
        let theme = &self.themes[self.theme];
        let ctx = context(&self.known, theme, scope, self.view_stamp);
        if self.tab == Tab::Overview {
            self.overview.draw(frame, area, &ctx);
            return;
        }
        let path = Rect { height: 1, ..area };
        let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
        let summary = match self.tab {
            Tab::Events => self.events.summary(&ctx),
            Tab::Overview | Tab::Refused => self.refused.summary(&ctx),
        };
        header::draw_path(frame.buffer_mut(), path, self, summary);
        let ctx = context(&self.known, &self.themes[self.theme], scope, self.view_stamp);
        match self.tab {
            Tab::Events => {
                self.events.draw(frame, area, &ctx);
                self.events.draw_prompt(frame, path, &self.themes[self.theme]);
            }
            Tab::Overview | Tab::Refused => self.refused.draw(frame, area, &ctx),
        }
    }

    fn draw_footer(&self, frame: &mut Frame<'_>, row: Rect, now: Millis) {
        let buffer = frame.buffer_mut();
        if self.help.is_some() {
            footer::draw_own(buffer, row, self, now, &[("Esc", "close"), ("j k", "scroll"), ("/", "find")]);
        } else if self.tab == Tab::Events && self.events.typing() {
            let keys = [("Enter", "apply"), ("Esc", "keep last good"), ("Ctrl-U", "clear"), ("Ctrl-W", "word back")];
            footer::draw_own(buffer, row, self, now, &keys);
        } else {
            footer::draw(buffer, row, self, now);
        }
    }

    /// Says how much room is needed, with what must never go: whether it stores and what fails.
    fn draw_too_small(&self, frame: &mut Frame<'_>, area: Rect) {
        let theme = self.theme();
        let state = match (&self.known.health, &self.known.flow) {
            (Health::Failing { .. }, _) => "503, cannot store",
            _ if self.pause.is_some() => "paused",
            (_, Flow::Behind(..)) => "behind",
            (_, Flow::Lost(_)) => "retry",
            (_, Flow::Live) => "live",
        };
        let failed = self.glance.failed;
        let lines = [
            format!("watop needs {}×{}, this is {}×{}", LEAST.0, LEAST.1, area.width, area.height),
            format!("{state} · failed {failed}"),
        ];
        for (line, y) in lines.into_iter().zip(area.top()..area.bottom()) {
            Words::new(theme).text(line).draw(frame.buffer_mut(), area.x, y, area.width);
        }
    }
}
