//! How the Events tab looks.

use super::filter::Prompt;
use super::inspector::{View, scheme_word};
use super::row::Row;
use super::{EventsTab, Focus};
use crate::event::clean::clean;
use crate::tui::areas::Spot;
use crate::tui::look::Look;
use crate::tui::panes::Context;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{Column, Cursor, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame as border};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Modifier;

/// Columns of the list.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Received,
    Sign,
    Kind,
    Number,
    Who,
    What,
}

const COLUMNS: [Column<Cell>; 6] = [
    Column::text(Cell::Received, "received", 12).goes(1),
    Column::text(Cell::Sign, "", 1).after(2),
    Column::text(Cell::Kind, "kind", 10),
    Column::text(Cell::Number, "number", 12).goes(2),
    Column::text(Cell::Who, "who", 10),
    Column::text(Cell::What, "what", 16).grows(),
];

/// Width from which list and inspector stand side by side.
const SIDE_BY_SIDE: u16 = 100;

/// Height from which they stand one above the other.
const STACKED: u16 = 16;

impl EventsTab {
    /// Draws list and inspector, as many of them as there is room for.
    pub(super) fn draw_halves(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        let both = !self.zoomed;
        if both && area.width >= SIDE_BY_SIDE {
            let [list, inspector] = Layout::horizontal([Constraint::Percentage(58), Constraint::Fill(1)]).areas(area);
            self.draw_list(frame.buffer_mut(), list, ctx);
            self.draw_inspector(frame.buffer_mut(), inspector, ctx);
        } else if both && area.height >= STACKED {
            let [list, inspector] = Layout::vertical([Constraint::Percentage(55), Constraint::Fill(1)]).areas(area);
            self.draw_list(frame.buffer_mut(), list, ctx);
            self.draw_inspector(frame.buffer_mut(), inspector, ctx);
        } else if self.focus == Focus::List {
            self.draw_list(frame.buffer_mut(), area, ctx);
        } else {
            self.draw_inspector(frame.buffer_mut(), area, ctx);
        }
    }

    fn draw_list(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let focused = self.focus == Focus::List;
        look.areas.add(area, Spot::Pane(super::LIST));
        let inner = border::draw(buffer, area, look, "Events", vec![self.state(ctx)], focused);
        // The column of the cursor stands between the frame and the first column.
        self.room = usize::from(inner.height.saturating_sub(1));
        let first = self.first_row();
        let cursor = self.selected.map(|seq| Cursor { row: self.list.position(seq), focused });
        let rows = self.list.rows();
        let table = Table { look, columns: &COLUMNS, rows: rows.len(), top: first, cursor };
        table.draw(buffer, inner, |at, cell, width| {
            rows.get(at).map_or_else(|| Words::new(look), |row| words(row, cell, width, ctx))
        });
        if rows.is_empty() {
            let y = inner.y + 1 + inner.height.saturating_sub(1) / 3;
            if y < inner.bottom() {
                Words::new(look).muted(self.why_empty()).draw(buffer, inner.x, y, inner.width);
            }
        }
        scroll_mark(buffer, area, look, first, self.room, rows.len());
    }

    /// Where the list stands, for its frame.
    fn state<'a>(&self, ctx: &Context<'a>) -> Words<'a> {
        let words = Words::new(ctx.look);
        let newer = self.list.rows().len().saturating_sub(self.first_row() + self.room);
        let words = if self.paused {
            words.glyph(Role::Warn, Glyph::Paused).bold(Role::Warn, " paused")
        } else if !self.held {
            words.glyph(Role::Ok, Glyph::Live).bold(Role::Ok, " follow")
        } else if self.list.attached {
            words.bold(Role::Warn, "hold").muted(format!(" {} newer", format::thousands(newer as u64)))
        } else {
            words.bold(Role::Warn, "hold")
        };
        let words = words.muted(" ").glyph(Role::Muted, Glyph::Dot);
        if self.list.reading && !self.list.whole && self.first_row() == 0 {
            words.muted(" reading older")
        } else if self.list.whole && self.first_row() == 0 && self.held {
            words.muted(" start of the window")
        } else {
            words.muted(" newest last")
        }
    }

    fn why_empty(&self) -> String {
        if let Some((trouble, _)) = &self.trouble {
            clean(trouble).into_owned()
        } else if self.list.reading {
            "reading …".to_owned()
        } else if self.bar.active() {
            "no event in this window passes the filter".to_owned()
        } else {
            "no event in this window; a longer one may hold some".to_owned()
        }
    }

    fn draw_inspector(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let focused = self.focus == Focus::Inspector;
        let (name, totals) = self.inspector_title(ctx);
        look.areas.add(area, Spot::Pane(super::INSPECTOR));
        let inner = border::draw(buffer, area, look, &name, vec![totals], focused);
        if inner.height < 2 {
            return;
        }
        self.draw_views(buffer, inner, look);
        let room = usize::from(inner.height - 1);
        self.inspector_room = room;
        let empty = self.inspector.seq().is_none();
        let count = self.inspector.lines(ctx, inner.width.into()).len();
        self.inspector.top = self.inspector.top.min(count.saturating_sub(room));
        let top = self.inspector.top;
        for (line, y) in self.inspector.lines(ctx, inner.width.into()).iter().skip(top).take(room).zip(inner.y + 1..) {
            let words = line.iter().fold(Words::new(look), |words, (role, text)| words.role(*role, text.as_str()));
            words.draw(buffer, inner.x, y, inner.width);
        }
        if empty {
            Words::new(look).muted("the newest event, or the one under the cursor").draw(
                buffer,
                inner.x,
                inner.y + 2,
                inner.width,
            );
        }
        scroll_mark(buffer, area, look, top, room, count);
    }

    /// Number of the event, how it came under the glass, and who vouches for it.
    fn inspector_title<'a>(&self, ctx: &Context<'a>) -> (String, Words<'a>) {
        let words = Words::new(ctx.look);
        let Some((event, raw)) = self.inspector.parts() else { return ("Event".to_owned(), words) };
        let seq = self.inspector.seq().unwrap_or_default();
        let words = if self.selected == Some(seq) { words.muted("selected ") } else { words.muted("newest ") };
        let words = words.glyph(Role::Muted, Glyph::Dot).muted(" ");
        let verified = raw.map_or_else(|| event.map(|event| &event.verified), |raw| Some(&raw.verified));
        let words = match verified {
            Some(Some(verified)) => words.glyph(Role::Ok, Glyph::Good).muted(format!(
                " {} {}",
                scheme_word(verified.scheme),
                clean(&verified.secret)
            )),
            Some(None) => words.bold(Role::Failed, "UNVERIFIED"),
            None => words.muted("removed by retention"),
        };
        (format!("Event {}", format::thousands(seq)), words)
    }

    /// The row of words for the sides of the event.
    fn draw_views(&self, buffer: &mut Buffer, inner: Rect, look: &Look) {
        let mut words = Words::new(look);
        for (at, view) in View::ALL.into_iter().enumerate() {
            let x = inner.x + u16::try_from(words.width()).unwrap_or(0);
            let width = u16::try_from(cut::width(view.word())).unwrap_or(0);
            look.areas.add(Rect::new(x, inner.y, width, 1), Spot::Head(at));
            words = if view == self.inspector.view {
                let style = look.style(Role::Selection).patch(look.style(Role::Strong));
                words.styled(style.add_modifier(Modifier::UNDERLINED), view.word()).muted("  ")
            } else {
                words.muted(format!("{}  ", view.word()))
            };
        }
        let end = words.draw(buffer, inner.x, inner.y, inner.width);
        if let Some((_, Some(raw))) = self.inspector.parts() {
            let bytes = format!(" {} B", format::thousands(raw.body.len() as u64));
            Words::new(look).muted(bytes).draw_right(buffer, inner.right(), inner.y, inner.right().saturating_sub(end));
        }
    }

    /// What is listed, and how much the filter hides: for the row above the tab, the most important first.
    pub(super) fn counts<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        let words = || Words::new(ctx.look);
        if !self.bar.active() {
            if self.counted.0 != ctx.stamp {
                self.counted = (ctx.stamp, ctx.monitor.ingest(ctx.scope).events);
            }
            let all = words().value(format::thousands(self.counted.1)).muted(" in the window");
            return vec![all, words().muted("0 hidden")];
        }
        let least = if self.list.whole { "" } else { "at least " };
        let shown = format::thousands(self.list.rows().len() as u64);
        let mut summary = vec![
            words().role(Role::Accent, "/ ").text(ctx.look.filter(self.expression()).into_owned()),
            words().muted(least).value(shown).muted(" shown"),
            words().value(format::thousands(self.list.hidden)).muted(" hidden"),
        ];
        summary.extend(self.progress(ctx).map(|percent| words().muted(format!("read {percent} %"))));
        summary
    }

    /// How much of the window was read for the filter, in percent; `None` when all of it was.
    fn progress(&self, ctx: &Context<'_>) -> Option<i64> {
        if self.list.whole {
            return None;
        }
        let span = ctx.scope.span;
        let end = span.to.0.min(ctx.scope.as_of.0);
        let done = self.list.reached.map_or(0, |at| end.saturating_sub(at.0));
        Some((done * 100 / (end - span.from.0).max(1)).clamp(0, 99))
    }

    /// Draws the prompt over its row, and what is wrong with the expression below it.
    pub(super) fn draw_typed(&self, frame: &mut Frame<'_>, row: Rect, look: &Look) {
        let Some(prompt) = &self.bar.prompt else { return };
        let buffer = frame.buffer_mut();
        ratatui::widgets::Widget::render(ratatui::widgets::Clear, row, buffer);
        buffer.set_style(row, look.style(Role::Strip));
        let x = Words::new(look).role(Role::Accent, " / ").draw(buffer, row.x, row.y, row.width);
        let good = if prompt.error.is_some() { self.bar.expression.trim() } else { "" };
        let room = if good.is_empty() { row.right().saturating_sub(x + 1) } else { row.width * 3 / 5 };
        let scroll = prompt.input.visual_scroll(room.into());
        let value = clean(prompt.input.value()).into_owned();
        let skipped = cut::head(&value, scroll).len();
        Words::new(look).text(value.split_at(skipped).1.to_owned()).draw(buffer, x, row.y, room);
        if !good.is_empty() {
            let room = row.right().saturating_sub(x + room + 2);
            Words::new(look).muted("last good: ").text(look.filter(good).into_owned()).draw_right(
                buffer,
                row.right().saturating_sub(1),
                row.y,
                room,
            );
        }
        mark_mistake(buffer, row, x, scroll, prompt, look);
        let cursor = prompt.input.visual_cursor().saturating_sub(scroll);
        let cursor = x.saturating_add(u16::try_from(cursor).unwrap_or(u16::MAX)).min(row.right().saturating_sub(1));
        frame.set_cursor_position((cursor, row.y));
    }
}

/// Underlines the mistake in the prompt and explains it in a box below, with carets pointing up at it.
fn mark_mistake(buffer: &mut Buffer, row: Rect, x: u16, scroll: usize, prompt: &Prompt, look: &Look) {
    let Some(error) = &prompt.error else { return };
    let value = prompt.input.value();
    let cells = |end: usize| value.get(..end).map_or(0, cut::width);
    let start = cells(error.span.start).saturating_sub(scroll);
    let width = (cells(error.span.end).saturating_sub(scroll)).saturating_sub(start).max(1);
    let at = x.saturating_add(u16::try_from(start).unwrap_or(u16::MAX));
    let mistake = Rect::new(at, row.y, u16::try_from(width).unwrap_or(u16::MAX), 1).intersection(row);
    buffer.set_style(mistake, look.style(Role::Failed).add_modifier(Modifier::BOLD | Modifier::UNDERLINED));

    let message = clean(&error.message).into_owned();
    let wide = (cut::width(&message) + 4).clamp(30, usize::from(row.width));
    let area = Rect::new(row.x, row.y + 1, wide as u16, 3).intersection(buffer.area);
    if area.height < 3 {
        return;
    }
    ratatui::widgets::Widget::render(ratatui::widgets::Clear, area, buffer);
    let inner = border::draw(buffer, area, look, "", Vec::new(), false);
    for x in area.x + 1..area.right() - 1 {
        buffer[(x, area.y)].set_symbol(look.frame(false).horizontal_top); // also where a name would stand
    }
    buffer.set_style(area, look.style(Role::Popup).patch(look.style(Role::Warn)));
    buffer.set_style(inner, look.style(Role::Text));
    Words::new(look).text(message).draw(buffer, inner.x, inner.y, inner.width);
    let carets = Rect::new(mistake.x, area.y, mistake.width, 1).intersection(Rect { width: area.width - 1, ..area });
    for x in carets.left()..carets.right() {
        buffer[(x, area.y)].set_symbol("^");
    }
}

fn words<'a>(row: &Row, cell: Cell, width: usize, ctx: &Context<'a>) -> Words<'a> {
    let words = Words::new(ctx.look);
    let mark = ctx.look.glyph(Glyph::Cut);
    let loud = matches!(row.sign.1, Role::Failed | Role::Strong | Role::Warn);
    match cell {
        Cell::Received => {
            let millis = row.received_at.0.rem_euclid(1000);
            words.muted(format!("{}.{millis:03}", format::clock(row.received_at, ctx.zone)))
        }
        Cell::Sign => words.glyph(row.sign.1, row.sign.0),
        Cell::Kind if row.failed() || row.sign.1 == Role::Warn => words.role(row.sign.1, row.kind.to_string()),
        Cell::Kind if loud => words.value(row.kind.to_string()),
        Cell::Kind => words.muted(row.kind.to_string()),
        Cell::Number => words.muted(format::phone(&row.number, mark)),
        Cell::Who if row.who.is_empty() => words.nothing(),
        Cell::Who if row.who.starts_with(|first: char| first.is_ascii_digit()) => {
            words.text(format::phone(&row.who, mark))
        }
        Cell::Who => words.text(cut::cut(&row.who, width, mark).into_owned()),
        Cell::What if loud => words.value(row.what.to_string()),
        Cell::What => words.muted(row.what.to_string()),
    }
}

/// Marks on the right frame which part of the whole is seen.
fn scroll_mark(buffer: &mut Buffer, area: Rect, look: &Look, first: usize, room: usize, rows: usize) {
    if rows <= room || area.height < 3 {
        return;
    }
    let track = usize::from(area.height - 3);
    let at = first * track / (rows - room).max(1);
    let y = area.y + 1 + u16::try_from(at.min(track)).unwrap_or(0);
    Words::new(look).glyph(Role::AccentDim, Glyph::ScrollBar).draw(buffer, area.right() - 1, y, 1);
}
