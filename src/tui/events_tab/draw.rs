//! How the Events tab looks.

use super::columns::{Column as Kept, Holds, is_theirs};
use super::list::List;
use super::marks::Marks;
use super::row::Row;
use super::{EventsTab, Focus};
use crate::event::Kind;
use crate::event::clean::clean;
use crate::tui::areas::Spot;
use crate::tui::lang::say;
use crate::tui::look::Look;
use crate::tui::panes::Context;
use crate::tui::reading;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{Column, Cursor, Side, Table, scroll_mark};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame as border};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use std::borrow::Cow;

/// A column of the table: the mark, or one of those chosen.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Mark,
    Value(usize),
}

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
            self.draw_inspector(frame, inspector, ctx);
        } else if both && area.height >= STACKED {
            let [list, inspector] = Layout::vertical([Constraint::Percentage(55), Constraint::Fill(1)]).areas(area);
            self.draw_list(frame.buffer_mut(), list, ctx);
            self.draw_inspector(frame, inspector, ctx);
        } else if self.focus == Focus::List {
            self.draw_list(frame.buffer_mut(), area, ctx);
        } else {
            self.draw_inspector(frame, area, ctx);
        }
        self.draw_chooser(frame.buffer_mut(), area, ctx.look);
    }

    fn draw_list(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let focused = self.focus == Focus::List;
        look.areas.add(area, Spot::Pane(super::LIST));
        let name = look.lang.pick("Events", "事件");
        let inner = border::draw(buffer, area, look, name, vec![self.state(ctx)], focused);
        // The column of the cursor stands between the frame and the first column.
        self.room = usize::from(inner.height.saturating_sub(1));
        let first = self.first_row();
        let cursor = self.selected.map(|seq| Cursor { row: self.list.position(seq), focused });
        let rows = self.list.rows();
        let kept = self.list.columns();
        let mut columns = vec![Column::text(Cell::Mark, "", 1)];
        columns.extend(kept.iter().enumerate().map(|(at, column)| placed(at, column, look)));
        let table = Table { look, columns: &columns, rows: rows.len(), top: first, cursor };
        table.draw(buffer, inner, |at, cell, width| match (rows.get(at), cell) {
            (Some(row), Cell::Mark) if self.marks.has(row.seq) => Words::new(look).glyph(Role::Accent, Glyph::Marked),
            (Some(row), Cell::Value(at)) => {
                kept.get(at).map_or_else(|| Words::new(look), |column| words(row, at, column, width, ctx))
            }
            _ => Words::new(look),
        });
        if rows.is_empty() {
            let y = inner.y + 1 + inner.height.saturating_sub(1) / 3;
            if y < inner.bottom() {
                Words::new(look).muted(self.why_empty(look)).draw(buffer, inner.x, y, inner.width);
            }
        }
        scroll_mark(buffer, area, look, first, self.room, rows.len());
        hits(buffer, area, look, &self.list, &self.marks, self.room);
    }

    /// Where the list stands, for its frame.
    fn state<'a>(&self, ctx: &Context<'a>) -> Words<'a> {
        let look = ctx.look;
        let lang = look.lang;
        let words = Words::new(look);
        let newer = self.list.rows().len().saturating_sub(self.first_row() + self.room);
        let words = if self.paused {
            words.glyph(Role::Warn, Glyph::Paused).bold(Role::Warn, lang.pick(" paused", " 已暂停"))
        } else if !self.held {
            words.glyph(Role::Ok, Glyph::Live).bold(Role::Ok, lang.pick(" follow", " 跟随"))
        } else if self.list.attached {
            let newer = format::thousands(newer as u64);
            words.bold(Role::Warn, lang.pick("hold", "停住")).muted(say!(look, " {newer} newer", " {newer} 条更新"))
        } else {
            words.bold(Role::Warn, lang.pick("hold", "停住"))
        };
        let words = words.muted(" ").glyph(Role::Muted, Glyph::Dot);
        if self.list.reading && !self.list.whole && self.first_row() == 0 {
            words.muted(lang.pick(" reading older", " 读取更早的事件"))
        } else if self.list.whole && self.first_row() == 0 && self.held {
            words.muted(lang.pick(" start of the window", " 窗口起点"))
        } else {
            words.muted(lang.pick(" newest last", " 最新在末尾"))
        }
    }

    fn why_empty(&self, look: &Look) -> String {
        let why = if let Some((trouble, _)) = &self.trouble {
            return clean(trouble).into_owned();
        } else if self.list.stopped {
            look.lang.pick("nothing in what was read so far", "已读部分没有符合条件的事件")
        } else if self.list.reading {
            look.lang.pick("reading …", "读取中 …")
        } else if self.bar.active() {
            look.lang.pick("no event in this window passes the filter", "此窗口中没有符合过滤条件的事件")
        } else {
            look.lang.pick("no event in this window; a longer one may hold some", "此窗口中没有事件;更长的窗口或许有")
        };
        why.to_owned()
    }

    fn draw_inspector(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        ctx.look.areas.add(area, Spot::Pane(super::INSPECTOR));
        let look = ctx.look;
        if self.list.rows().is_empty() && !self.list.reading && self.selected.is_none() {
            // What was newest before the list became empty is in no relation to it.
            let (buffer, focused) = (frame.buffer_mut(), self.focus == Focus::Inspector);
            let inner = border::draw(buffer, area, look, look.lang.pick("Event", "事件"), Vec::new(), focused);
            let hint = look.lang.pick("nothing to look into: no event is listed", "列表为空,没有可查看的事件");
            Words::new(look).muted(hint).draw(
                buffer,
                inner.x,
                inner.y + 2,
                if inner.height > 2 { inner.width } else { 0 },
            );
            return;
        }
        let selected = self.selected.is_some() && self.selected == self.inspector.seq();
        self.inspector.draw(frame, area, ctx, self.focus == Focus::Inspector, selected);
    }

    /// The columns to choose from, over the list.
    fn draw_chooser(&self, buffer: &mut Buffer, area: Rect, look: &Look) {
        let Some(chooser) = &self.chooser else { return };
        let height = (chooser.order.len() as u16 + 2).min(area.height);
        let area = Rect { width: area.width.min(38), height, ..area };
        ratatui::widgets::Widget::render(ratatui::widgets::Clear, area, buffer);
        let count = chooser.shown;
        let totals = Words::new(look).muted(say!(look, "{count} shown", "显示 {count} 列"));
        let inner = border::draw(buffer, area, look, look.lang.pick("Columns", "列"), vec![totals], true);
        buffer.set_style(area, look.style(Role::Popup));
        let rows = chooser.order.len();
        let top = crate::tui::widgets::table::scroll(0, chooser.row, rows, inner.height.into());
        for ((at, column), y) in chooser.order.iter().enumerate().skip(top).zip(inner.top()..inner.bottom()) {
            if at == chooser.row {
                crate::tui::widgets::table::mark(buffer, inner, y, look, true);
            }
            let words = Words::new(look);
            let words = if at < chooser.shown {
                words.glyph(Role::Ok, Glyph::Good).text(format!(" {}", column.name))
            } else {
                words.muted(format!("  {}", column.name))
            };
            words.draw(buffer, inner.x, y, inner.width);
            let head = column.head(look.lang);
            if head != column.name {
                Words::new(look).muted(head).draw_right(buffer, inner.right(), y, 12);
            }
        }
    }

    /// What is listed, and how much the filter hides: for the row above the tab, the most important first.
    pub(super) fn counts<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        let words = || Words::new(ctx.look);
        let lang = ctx.look.lang;
        if let Some(question) = self.resend_question(ctx) {
            return vec![question];
        }
        let marks = self.marks.all().len();
        let marked = (marks > 0)
            .then(|| words().value(format::thousands(marks as u64)).muted(lang.pick(" marked", " 个已标记")));
        let spared = ctx.narrowing.spares_events().then(|| {
            words().role(Role::Warn, lang.pick("the screen's filter is of messages", "全屏过滤只针对整条消息"))
        });
        if !self.bar.active() && !self.within.narrowed() && spared.is_none() {
            if self.counted.0 != ctx.stamp {
                self.counted = (ctx.stamp, ctx.monitor.ingest(ctx.scope).events);
            }
            let all =
                words().value(format::thousands(self.counted.1)).muted(lang.pick(" in the window", " 个在窗口内"));
            let mut summary = vec![all, words().muted(lang.pick("0 hidden", "隐藏 0 个"))];
            summary.splice(0..0, self.bar.words(ctx.look));
            summary.extend(marked.into_iter().chain(spared));
            return summary;
        }
        let least = if self.list.whole { "" } else { lang.pick("at least ", "至少 ") };
        let shown = format::thousands(self.list.rows().len() as u64);
        let mut summary = Vec::new();
        summary.extend(self.bar.words(ctx.look));
        summary.extend([
            words().muted(least).value(shown).muted(lang.pick(" shown", " 个显示")),
            words().value(format::thousands(self.list.hidden)).muted(lang.pick(" hidden", " 个隐藏")),
        ]);
        if !self.list.whole {
            summary.push(reading::progress(ctx, self.list.reached, self.list.stopped));
        }
        summary.extend(marked.into_iter().chain(spared));
        summary
    }
}

/// A chosen column, in the table.
fn placed(at: usize, column: &Kept, look: &Look) -> Column<Cell> {
    let head = column.head(look.lang);
    let side = if column.holds == Holds::Number { Side::Right } else { Side::Left };
    let gap = if matches!(column.holds, Holds::Sign) { 2 } else { 1 };
    Column { side, grows: column.grows, gap, goes: column.goes(), ..Column::text(Cell::Value(at), head, column.width) }
}

/// What a column says of a row.
fn words<'a>(row: &Row, at: usize, column: &Kept, width: usize, ctx: &Context<'a>) -> Words<'a> {
    let look = ctx.look;
    let words = Words::new(look);
    let mark = look.glyph(Glyph::Cut);
    let loud = matches!(row.sign.1, Role::Failed | Role::Strong | Role::Warn);
    let value = match column.holds {
        Holds::Who => row.who.as_str(),
        Holds::What => row.what.as_str(),
        _ => row.values.get(at).map_or("", |value| value.as_str()),
    };
    match column.holds {
        Holds::Time if column.name == "received_at" => {
            let millis = row.received_at.0.rem_euclid(1000);
            words.muted(format!("{}.{millis:03}", format::clock(row.received_at, ctx.zone)))
        }
        Holds::Sign => {
            let words = words.glyph(row.sign.1, row.sign.0).text(" ");
            let word = terms::event_word(look.lang, &row.word).into_owned();
            if row.failed() || row.sign.1 == Role::Warn {
                words.role(row.sign.1, word)
            } else if loud {
                words.value(word)
            } else {
                words.muted(word)
            }
        }
        _ if value.is_empty() => words.nothing(),
        Holds::Time => {
            let at = value.parse().map_or(crate::event::Millis(0), |at| crate::event::Seconds(at).into());
            words.muted(format::clock(at, ctx.zone))
        }
        Holds::Number if column.name == "lag" => words.muted(format::short_duration(value.parse().unwrap_or(0))),
        Holds::Number => words.value(clean(value).into_owned()),
        Holds::Phone => words.muted(phone(value, width, mark, look).into_owned()),
        Holds::Who if value.starts_with(|first: char| first.is_ascii_digit()) => {
            // By its ends at any width, so that the column is calm.
            let short =
                if look.masker.is_some() { look.phone(value).into_owned() } else { format::phone(&clean(value), mark) };
            words.text(cut::cut(&short, width, mark).into_owned())
        }
        Holds::Who if is_theirs(row.kind) => words.text(cut::cut(&look.person(value), width, mark).into_owned()),
        Holds::Person => words.text(cut::cut(&look.person(value), width, mark).into_owned()),
        Holds::Id => words.muted(cut::middle(&look.id(value), width, mark).into_owned()),
        Holds::Words if is_theirs(row.kind) => words.text(look.words(value).into_owned()),
        Holds::What => {
            let value = what(row, look).into_owned();
            if loud { words.value(value) } else { words.muted(value) }
        }
        Holds::Who | Holds::Words | Holds::Plain => words.text(cut::cut(&clean(value), width, mark).into_owned()),
    }
}

/// What an event says, in a line.
fn what<'t>(row: &'t Row, look: &Look) -> Cow<'t, str> {
    match row.kind {
        Kind::Inbound => terms::inbound(look, &row.r#type, &row.what),
        Kind::Other => look.words(&row.what),
        Kind::Status if row.failed() => terms::coded(look, &row.what),
        Kind::Template | Kind::Account => terms::happened(look.lang, &row.what),
        Kind::Unrecognised => Cow::Owned(clean(&terms::sentence(look.lang, &row.what)).into_owned()),
        Kind::Status => match row.what.split_once(' ') {
            Some((category, tag)) => Cow::Owned(format!("{} {}", terms::category(look.lang, category), clean(tag))),
            None => terms::category(look.lang, &row.what),
        },
    }
}

/// A phone in a column: whole where it fits, else by its ends; masked it is a pseudonym.
fn phone<'t>(value: &'t str, width: usize, mark: &str, look: &Look) -> Cow<'t, str> {
    if look.masker.is_some() {
        return Cow::Owned(cut::cut(&look.phone(value), width, mark).into_owned());
    }
    let value = clean(value);
    if cut::width(&value) <= width { value } else { Cow::Owned(format::phone(&value, mark)) }
}

/// Marks beside it, on the frame, where failures and marked events stand in the list: those win that are rarer.
fn hits(buffer: &mut Buffer, area: Rect, look: &Look, list: &List, marks: &Marks, room: usize) {
    let rows = list.rows();
    if rows.len() <= room || area.height < 3 {
        return;
    }
    let track = usize::from(area.height - 3);
    let failures = rows.iter().filter(|row| row.failed()).count();
    // Where most rows are failures, marks for them would say nothing.
    let rare = failures * 4 < rows.len();
    for (at, row) in rows.iter().enumerate() {
        let (role, glyph) = if marks.has(row.seq) {
            (Role::Accent, Glyph::Marked)
        } else if rare && row.failed() {
            (Role::FailedUsual, Glyph::Hit)
        } else {
            continue;
        };
        let y = area.y + 1 + u16::try_from(at * track / (rows.len() - 1).max(1)).unwrap_or(0);
        let x = area.right() - 1;
        let taken = buffer[(x, y)].symbol() == look.glyph(Glyph::ScrollBar);
        if !taken || glyph == Glyph::Marked {
            Words::new(look).glyph(role, glyph).draw(buffer, x, y, 1);
        }
    }
}
