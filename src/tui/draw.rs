//! The whole screen, from the state: header, tabs, what is looked at, footer, and what lies over it.

use super::app::{App, Flow, context};
use super::lang::say;
use super::overlays::Over;
use super::page::Page as _;
use super::place::Place;
use super::theme::Role;
use super::widgets::words::Words;
use super::wrap::wrap;
use super::{footer, header, travel};
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
        self.look.areas.clear();
        frame.buffer_mut().set_style(area, self.look.style(Role::Ground).patch(self.look.style(Role::Text)));
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
        self.draw_page(frame, rest, &scope);
        if self.at == Place::Overview && self.pages.overview.has_two_rows() {
            let second = Rect { y: rest.y + 1, height: 1, ..rest };
            travel::draw(frame.buffer_mut(), second, self, &scope, now);
        }
        self.pointer.draw(frame.buffer_mut());
        if self.over.is_none() {
            self.draw_footer(frame, row(area.height - 1), now);
        }
        self.draw_over(frame, area, row(area.height - 1), now);
        self.take_picture(frame.buffer_mut());
    }

    /// Draws what lies over the screen, and the keys it takes.
    fn draw_over(&mut self, frame: &mut Frame<'_>, area: Rect, last: Rect, now: Millis) {
        let Some(mut over) = self.over.take() else { return };
        let above = Rect { height: area.height - 1, ..area };
        self.look.areas.clear();
        let lang = self.look.lang;
        match &mut over {
            Over::Help(help) => help.draw(frame, above, &self.look, &self.known.keymap),
            Over::Palette(palette) => palette.draw(frame, above, &self.look),
            Over::Bar(bar) => bar.draw(frame, last, &self.commands(now), &self.look),
        }
        let keys: &[(&str, &'static str)] = match &over {
            Over::Help(_) => &[
                ("Esc", lang.pick("close", "关闭")),
                ("j k", lang.pick("scroll", "滚动")),
                ("/", lang.pick("find", "查找")),
            ],
            Over::Palette(_) => &[
                ("Enter", lang.pick("do it", "执行")),
                ("Up Down", lang.pick("choose", "选择")),
                ("Esc", lang.pick("close", "关闭")),
            ],
            Over::Bar(_) => &[],
        };
        if !keys.is_empty() {
            footer::draw_own(frame.buffer_mut(), last, self, now, keys);
        }
        self.over = Some(over);
    }

    fn draw_page(&mut self, frame: &mut Frame<'_>, area: Rect, scope: &Scope) {
        if self.at == Place::Overview {
            let ctx = context(&self.known, &self.look, scope, self.view_stamp);
            self.pages.overview.draw(frame, area, &ctx);
            let row = Rect { height: 1, ..area };
            self.pages.overview.draw_prompt(frame, row, &ctx);
            return;
        }
        let path = Rect { height: 1, ..area };
        let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
        let ctx = context(&self.known, &self.look, scope, self.view_stamp);
        let summary = self.pages.at_mut(&self.at).summary(&ctx);
        header::draw_path(frame.buffer_mut(), path, self, summary);
        let page = self.pages.at_mut(&self.at);
        page.draw(frame, area, &ctx);
        page.draw_prompt(frame, path, &ctx);
    }

    fn draw_footer(&self, frame: &mut Frame<'_>, row: Rect, now: Millis) {
        let buffer = frame.buffer_mut();
        let lang = self.look.lang;
        if let Some(keys) = self.page().prompt(lang) {
            footer::draw_own(buffer, row, self, now, &keys);
        } else {
            footer::draw(buffer, row, self, now);
        }
    }

    /// Says how much room is needed, with what must never go: whether it stores and what fails.
    fn draw_too_small(&self, frame: &mut Frame<'_>, area: Rect) {
        let look = &self.look;
        let state = match (&self.known.health, &self.known.flow) {
            (Health::Failing { .. }, _) => look.lang.pick("503, cannot store", "503,无法存储"),
            _ if self.pause.is_some() => look.lang.pick("paused", "已暂停"),
            (_, Flow::Behind(..)) => look.lang.pick("behind", "追赶中"),
            (_, Flow::Lost(_)) => look.lang.pick("retry", "重试中"),
            (_, Flow::Live) => look.lang.pick("live", "实时"),
            (_, Flow::Ended(_)) => look.lang.pick("ended", "已读完"),
        };
        let failed = self.glance.failed;
        let ((least_width, least_height), Rect { width, height, .. }) = (LEAST, area);
        let lines = [
            say!(
                look,
                "watop needs {least_width}×{least_height}, this is {width}×{height}",
                "watop 需要 {least_width}×{least_height},当前 {width}×{height}"
            ),
            say!(look, "{state} · failed {failed}", "{state} · 失败 {failed}"),
        ];
        let lines = lines.iter().flat_map(|line| wrap(line, area.width.into()));
        for (line, y) in lines.zip(area.top()..area.bottom()) {
            Words::new(look).text(line).draw(frame.buffer_mut(), area.x, y, area.width);
        }
    }
}
