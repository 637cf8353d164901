//! How a conversation looks.

use super::Thread;
use super::lines::Writer;
use crate::event::Millis;
use crate::event::clean::clean;
use crate::tui::areas::Spot;
use crate::tui::lang::say;
use crate::tui::panes::Context;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame as border, table};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

/// Width from which the boxes stand beside the messages.
const BESIDE: u16 = 100;

/// Width of the boxes.
const BOXES: u16 = 36;

impl Thread {
    /// What is shown, the most important first.
    pub(super) fn counts<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        let look = ctx.look;
        let words = || Words::new(look);
        let count = self.entries.all().len() as u64;
        let unit = if count == 1 { " message" } else { " messages" };
        let mut summary = vec![words().value(format::thousands(count)).muted(look.lang.pick(unit, " 条消息"))];
        if let Some((left, _)) = self.window_left(ctx) {
            summary.push(left);
        }
        if !self.wanted.is_empty() {
            let found = self.entries.all().iter().filter(|entry| entry.contains(&self.wanted)).count();
            let found = format::thousands(found as u64);
            let words = words().role(Role::Accent, "/ ").text(clean(&self.wanted).into_owned());
            summary.push(words.muted(say!(look, " {found} found", " 找到 {found} 条")));
        }
        summary
    }

    pub(super) fn draw_all(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        if area.width >= BESIDE {
            let [thread, boxes] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(BOXES)]).areas(area);
            self.draw_thread(frame.buffer_mut(), thread, ctx);
            self.draw_boxes(frame.buffer_mut(), boxes, ctx);
        } else {
            self.draw_thread(frame.buffer_mut(), area, ctx);
        }
        self.draw_typed(frame, area, ctx);
    }

    fn draw_thread(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let name = look.lang.pick("Thread", "会话");
        // The frame first: what stands in it is known only afterwards.
        let inner = border::draw(buffer, area, look, name, Vec::new(), true);
        if self.entries.all().is_empty() {
            let why = match &self.trouble {
                Some((why, _)) => clean(why).into_owned(),
                None if self.reading || !self.is_whole() => look.lang.pick("reading …", "读取中 …").to_owned(),
                None => look
                    .lang
                    .pick("nothing of this conversation is in the journal", "日志中没有此会话的内容")
                    .to_owned(),
            };
            let y = inner.y + inner.height / 3;
            Words::new(look).muted(why).draw(buffer, inner.x, y, inner.width);
            return;
        }
        let shown = self.draw_messages(buffer, inner, ctx);
        border::draw(buffer, area, look, name, self.totals_of(shown, ctx), true);
        let count = self.entries.all().len();
        self.room = shown.1.saturating_sub(shown.0).max(1);
        table::scroll_mark(buffer, area, look, shown.0, self.room, count);
    }

    /// Draws from the first message shown on, so that the one under the cursor is seen whole where it fits. Returns the rows shown.
    fn draw_messages(&mut self, buffer: &mut Buffer, inner: Rect, ctx: &Context<'_>) -> (usize, usize) {
        let room = usize::from(inner.height);
        let count = self.entries.all().len();
        let cursor = self.turned(self.place());
        let writer = Writer { ctx, entries: &self.entries, width: inner.width.into() };
        let entry = |row: usize| self.entries.all().get(self.turned(row));
        let day = |row: usize| entry(row).map(|entry| format::day(entry.at, ctx.scope.as_of, ctx.zone, ctx.look.lang));
        let begins_day = |row: usize| row == 0 || day(row) != day(row - 1);
        let lines = |row: usize| -> Vec<Words<'_>> {
            let Some(this) = entry(row) else { return Vec::new() };
            let rule = begins_day(row).then(|| day_rule(this.at, ctx, inner.width.into()));
            rule.into_iter().chain(writer.lines(this)).collect()
        };
        // Upwards from the cursor as far as it is seen: only what is near is built.
        let mut top = cursor;
        let mut used = lines(cursor).len();
        let wanted = self.top.min(cursor);
        while top > wanted && used < room {
            let more = lines(top - 1).len();
            if used + more > room {
                break;
            }
            used += more;
            top -= 1;
        }
        // At the end there are no empty rows while there is something before.
        let mut below: usize = (cursor + 1..count)
            .take(room)
            .map(|row| lines(row).len())
            .scan(0, |sum, n| {
                *sum += n;
                Some(*sum)
            })
            .find(|sum| used + sum >= room)
            .unwrap_or(usize::MAX);
        if below == usize::MAX {
            below = (cursor + 1..count).take(room).map(|row| lines(row).len()).sum();
            while top > 0 {
                let more = lines(top - 1).len();
                if used + below + more > room {
                    break;
                }
                used += more;
                top -= 1;
            }
        }
        let mut y = inner.y;
        let mut row = top;
        while row < count && y < inner.bottom() {
            for (at, line) in lines(row).into_iter().enumerate() {
                if y == inner.bottom() {
                    break;
                }
                if row == cursor && at >= usize::from(begins_day(row)) {
                    table::mark(buffer, inner, y, ctx.look, true);
                }
                ctx.look.areas.add(Rect { y, height: 1, ..inner }, Spot::Row(row));
                line.draw(buffer, inner.x, y, inner.width);
                y += 1;
            }
            row += 1;
        }
        self.top = top;
        (top, row)
    }

    fn totals_of<'a>(&self, (from, to): (usize, usize), ctx: &Context<'a>) -> Vec<Words<'a>> {
        let look = ctx.look;
        let order = if self.newest_first {
            look.lang.pick("newest first", "最新在前")
        } else {
            look.lang.pick("oldest first", "最早在前")
        };
        let count = format::thousands(self.entries.all().len() as u64);
        let older = self.older.as_ref().map_or(0, Vec::len);
        let (from, to) = (format::thousands(from as u64 + 1), format::thousands(to as u64));
        let words = || Words::new(look).muted(format!("{order} · "));
        let range = say!(look, "{from}–{to} of {count}", "{from}–{to},共 {count}");
        if older > 0 && self.is_full() {
            let older = format::thousands(older as u64);
            return vec![
                words()
                    .muted(range)
                    .role(Role::Warn, say!(look, " · {older} older events", " · 另有 {older} 个更早事件")),
                words().muted(count),
            ];
        }
        if older > 0 && self.reading {
            let older = format::thousands(older as u64);
            return vec![
                words().muted(range).muted(say!(
                    look,
                    " · reading, {older} events left",
                    " · 读取中,剩 {older} 个事件"
                )),
                words().muted(count),
            ];
        }
        let more = if older > 0 { "+" } else { "" };
        vec![words().muted(format!("{range}{more}")), words().muted(count)]
    }

    fn draw_typed(&self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        let Some(input) = &self.typed else { return };
        let look = ctx.look;
        let y = area.bottom().saturating_sub(1);
        let row = Rect { x: area.x + 1, y, width: area.width.min(60), height: 1 };
        let buffer = frame.buffer_mut();
        ratatui::widgets::Widget::render(ratatui::widgets::Clear, row, buffer);
        buffer.set_style(row, look.style(Role::Strip));
        let x = Words::new(look).role(Role::Accent, " / ").draw(buffer, row.x, y, row.width);
        Words::new(look).text(clean(input.value()).into_owned()).draw(buffer, x, y, row.right().saturating_sub(x));
        let cursor = x.saturating_add(u16::try_from(input.visual_cursor()).unwrap_or(u16::MAX));
        frame.set_cursor_position((cursor.min(row.right().saturating_sub(1)), y));
    }
}

/// The line before the first message of a day.
fn day_rule<'a>(at: Millis, ctx: &Context<'a>, width: usize) -> Words<'a> {
    let look = ctx.look;
    let day = format::weekday(at, ctx.scope.as_of, ctx.zone, look.lang);
    let today = format::day(at, ctx.scope.as_of, ctx.zone, ctx.look.lang)
        == format::day(ctx.scope.as_of, ctx.scope.as_of, ctx.zone, ctx.look.lang);
    let day = if today { say!(look, " Today, {day} ", " 今天,{day} ") } else { format!(" {day} ") };
    let room = width.saturating_sub(cut::width(&day));
    let rule = look.glyph(Glyph::Rule);
    Words::new(look).role(Role::Grid, rule.repeat(room / 2)).muted(day).role(Role::Grid, rule.repeat(room - room / 2))
}
