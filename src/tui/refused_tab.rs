//! The Refused tab: which requests were refused, and why each of them was.

use super::action::Action;
use super::areas::{Hit, Spot};
use super::export::{Export, Row};
use super::lang::{Lang, say};
use super::look::Look;
use super::page::{Copied, Outcome, Page};
use super::panes::Context;
use super::terms::sentence;
use super::theme::{Glyph, Role};
use super::widgets::table::{self, Column, Cursor, Table};
use super::widgets::words::Words;
use super::widgets::{cut, format, frame as border};
use super::wrap::wrap;
use crate::capture::masked_refused;
use crate::event::clean::{clean, clean_lines};
use crate::journal::operator::{Refused, RefusedCount};
use crate::report::rows::RefusedRow;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use std::borrow::Cow;

/// The parts that take the focus.
#[derive(Debug, Clone, Copy)]
enum Part {
    List,
    Why,
}

/// Columns of the list.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Time,
    Peer,
    Answer,
    Reason,
    Path,
    Bytes,
    Explained,
}

fn columns(lang: Lang) -> [Column<Cell>; 7] {
    [
        Column::text(Cell::Time, lang.pick("time", "时间"), 12),
        Column::text(Cell::Peer, lang.pick("peer", "来源"), 16).after(2).goes(3),
        Column::text(Cell::Answer, lang.pick("answer", "应答"), 6).after(2),
        Column::text(Cell::Reason, lang.pick("reason", "原因"), 19).after(2),
        Column::text(Cell::Path, lang.pick("path", "路径"), 14).goes(2),
        Column::number(Cell::Bytes, lang.pick("bytes", "字节"), 9).goes(1),
        Column::text(Cell::Explained, lang.pick("explained", "说明"), 16).after(4).grows().goes(4),
    ]
}

/// The tab.
#[derive(Debug, Default)]
pub struct RefusedTab {
    /// Kept requests, newest first.
    list: Vec<Refused>,
    /// Counts of the window.
    counts: Vec<RefusedCount>,
    /// The number of the request under the cursor; the newest, as long as nothing was selected.
    selected: Option<u64>,
    top: usize,
    room: usize,
    /// Lines of the explanation that were scrolled past.
    scrolled: usize,
    explaining: bool,
}

impl RefusedTab {
    /// Requests answered 401 in the window.
    pub fn unauthorised(&self) -> u64 {
        self.counts.iter().filter(|count| count.answer == 401).map(|count| count.count).sum()
    }

    /// Refused requests of every kind in the window.
    fn all(&self) -> u64 {
        self.counts.iter().map(|count| count.count).sum()
    }

    /// Takes in what the reader found.
    pub fn found(&mut self, counts: Vec<RefusedCount>, list: Option<Vec<Refused>>) {
        self.counts = counts;
        self.list = list.unwrap_or(std::mem::take(&mut self.list));
    }

    fn scroll(&mut self, action: Action) -> Outcome {
        let Some(to) = action.step(self.scrolled, usize::MAX / 2, 10) else { return Outcome::Ignored };
        self.scrolled = to;
        Outcome::Changed
    }

    fn walk(&mut self, action: Action) -> Outcome {
        let Some(last) = self.list.len().checked_sub(1) else { return Outcome::Ignored };
        let page = self.room.max(2) - 1;
        let Some(to) = action.step(self.cursor(), last, page) else { return Outcome::Ignored };
        self.select(to);
        Outcome::Changed
    }

    /// Puts the cursor on a row.
    fn select(&mut self, row: usize) {
        self.selected = self.list.get(row).map(|refused| refused.n);
        self.scrolled = 0;
    }

    /// The row under the cursor.
    fn cursor(&self) -> usize {
        self.selected.and_then(|n| self.list.iter().position(|refused| refused.n == n)).unwrap_or(0)
    }

    /// The request under the cursor, as it may be shown.
    fn shown(&self, look: &Look) -> Option<Cow<'_, Refused>> {
        self.list.get(self.cursor()).map(|refused| shown(refused, look))
    }

    fn draw_list(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        ctx.look.areas.add(area, Spot::Pane(Part::List as usize));
        let look = ctx.look;
        let focused = !self.explaining;
        let totals = Words::new(look).muted(look.lang.pick("newest first", "最新在前"));
        let name = look.lang.pick("Refused requests", "被拒收的请求");
        let inner = border::draw(buffer, area, look, name, vec![totals], focused);
        self.room = usize::from(inner.height.saturating_sub(1));
        let row = self.cursor();
        self.top = table::scroll(self.top, row, self.list.len(), self.room.max(1));
        let cursor = (!self.list.is_empty()).then_some(Cursor { row, focused });
        let list: Vec<_> =
            self.list.iter().skip(self.top).take(self.room).map(|refused| shown(refused, look)).collect();
        let top = self.top;
        let columns = columns(look.lang);
        let table = Table { look, columns: &columns, rows: self.list.len(), top, cursor };
        table.draw(buffer, inner, |at, cell, _| {
            list.get(at - top).map_or_else(|| Words::new(look), |refused| words(refused, cell, ctx))
        });
        if self.list.is_empty() && inner.height > 2 {
            let calm = look.lang.pick(
                "nothing was refused: what is refused appears here, with the reason",
                "没有拒收：被拒收的请求会连同原因显示在这里",
            );
            Words::new(look).muted(calm).draw(buffer, inner.x, inner.y + 1, inner.width);
        }
    }

    fn draw_why(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        ctx.look.areas.add(area, Spot::Pane(Part::Why as usize));
        let look = ctx.look;
        let totals =
            Words::new(look).muted(look.lang.pick("only here, never in the answer", "只在这里显示，不写入应答"));
        let name = look.lang.pick("Why it was refused", "拒收原因");
        let inner = border::draw(buffer, area, look, name, vec![totals], self.explaining);
        let Some(refused) = self.shown(look) else { return };
        let lines = why(&refused, inner.width.into(), look);
        self.scrolled = self.scrolled.min(lines.len().saturating_sub(usize::from(inner.height)));
        for (at, ((role, line), y)) in lines.iter().skip(self.scrolled).zip(inner.top()..inner.bottom()).enumerate() {
            let words = Words::new(look);
            let first = at == 0 && self.scrolled == 0;
            let words = if first { words.bold(*role, line.as_str()) } else { words.role(*role, line.as_str()) };
            words.draw(buffer, inner.x, y, inner.width);
        }
    }

    fn draw_headers(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let name = look.lang.pick("Headers", "请求头");
        let Some(refused) = self.shown(look) else {
            border::draw(buffer, area, look, name, Vec::new(), false);
            return;
        };
        let totals = Words::new(look).muted(refused.headers.len().to_string());
        let inner = border::draw(buffer, area, look, name, vec![totals], false);
        for ((name, value), y) in refused.headers.iter().zip(inner.top()..inner.bottom()) {
            let name = cut::cut(name, 16, look.glyph(Glyph::Cut)).into_owned();
            let name = Words::new(look).muted(clean(&name).into_owned()).to(17);
            name.text(clean(value).into_owned()).draw(buffer, inner.x, y, inner.width);
        }
    }

    fn draw_bytes(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let name = look.lang.pick("First bytes", "开头字节");
        let Some(refused) = self.shown(look) else {
            border::draw(buffer, area, look, name, Vec::new(), false);
            return;
        };
        // Masked bytes are others: how many were kept is told of those that came.
        let kept = self.list.get(self.cursor()).map_or(0, |refused| refused.body.len());
        let kept = format::thousands(kept as u64);
        let length = format::thousands(refused.length);
        let totals = Words::new(look).muted(say!(look, "{kept} of {length} kept", "{length} 中保留 {kept}"));
        let inner = border::draw(buffer, area, look, name, vec![totals], false);
        for ((at, bytes), y) in refused.body.chunks(8).enumerate().zip(inner.top()..inner.bottom()) {
            let digits = bytes.iter().map(|byte| format!("{byte:02x} ")).collect::<String>();
            let line = Words::new(look).role(Role::Faint, format!("{:04x}  ", at * 8)).text(format!("{digits:<25}"));
            bytes.iter().fold(line, |line, byte| dumped(line, *byte)).draw(buffer, inner.x, y, inner.width);
        }
    }
}

impl Page for RefusedTab {
    fn summary<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        let words = || Words::new(ctx.look);
        let kept = format::thousands(self.list.len() as u64);
        let kept = say!(ctx.look, "{kept} kept, of at most 1,000", "保留 {kept}，最多 1,000");
        let in_window = ctx.look.lang.pick(" in the window", " 在窗口内");
        let mut summary = vec![words().value(format::thousands(self.all())).muted(in_window), words().muted(kept)];
        if !ctx.narrowing.whole().is_empty() {
            summary.push(words().muted(ctx.look.lang.pick("the filter hides none of them", "不受过滤影响")));
        }
        let mut reasons: Vec<(&str, u64)> = Vec::new();
        for count in &self.counts {
            match reasons.iter_mut().find(|(reason, _)| *reason == count.reason) {
                Some((_, sum)) => *sum += count.count,
                None => reasons.push((&count.reason, count.count)),
            }
        }
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        // Two figures that add up, and not as many reasons as there happens to be room for.
        if reasons.len() > 2 {
            let others = reasons.drain(1..).map(|(_, count)| count).sum();
            reasons.push((ctx.look.lang.pick("others", "其他"), others));
        }
        for (reason, count) in reasons {
            summary.push(words().muted(format!("{} ", clean(reason))).value(format::thousands(count)));
        }
        summary
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        let buffer = frame.buffer_mut();
        if area.height < 14 {
            if self.explaining {
                self.draw_why(buffer, area, ctx)
            } else {
                self.draw_list(buffer, area, ctx)
            }
            return;
        }
        let rows = u16::try_from(self.list.len()).unwrap_or(u16::MAX).saturating_add(3).max(6);
        let [list, rest] =
            Layout::vertical([Constraint::Length(rows.min(area.height * 2 / 5)), Constraint::Fill(1)]).areas(area);
        self.draw_list(buffer, list, ctx);
        if area.width < 100 {
            self.draw_why(buffer, rest, ctx);
            return;
        }
        let [why, sides] = Layout::horizontal([Constraint::Percentage(58), Constraint::Fill(1)]).areas(rest);
        let [headers, bytes] = Layout::vertical([Constraint::Percentage(55), Constraint::Fill(1)]).areas(sides);
        self.draw_why(buffer, why, ctx);
        self.draw_headers(buffer, headers, ctx);
        self.draw_bytes(buffer, bytes, ctx);
    }

    fn act(&mut self, action: Action) -> Outcome {
        match action {
            Action::NextPane | Action::PreviousPane | Action::Open if !self.list.is_empty() => {
                self.explaining = !self.explaining;
                Outcome::Changed
            }
            Action::Back if self.explaining => {
                self.explaining = false;
                Outcome::Changed
            }
            _ if self.explaining => self.scroll(action),
            _ => self.walk(action),
        }
    }

    fn point(&mut self, hit: &Hit) -> Outcome {
        match hit.pane {
            Some(pane) if pane == Part::List as usize => {
                self.explaining = false;
                hit.row.into_iter().for_each(|row| self.select(row));
            }
            Some(pane) if pane == Part::Why as usize => self.explaining = !self.list.is_empty(),
            _ => return Outcome::Ignored,
        }
        Outcome::Changed
    }

    fn copy(&self, what: Copied, look: &Look) -> Option<String> {
        let refused = self.shown(look)?;
        Some(match what {
            Copied::Value => match &refused.explanation {
                Some(explanation) => clean_lines(explanation).into_owned(),
                None => clean(&refused.reason).into_owned(),
            },
            Copied::Path => format!("watop refused {}", refused.n),
        })
    }

    fn export(&mut self, ctx: &Context<'_>) -> Option<Export> {
        let rows = self.list.iter().map(|refused| Row::of(&RefusedRow::from(&*shown(refused, ctx.look))));
        Some(Export::Shown(rows.collect()))
    }

    fn actions(&self) -> Vec<Action> {
        use Action::{Back, Down, First, Last, NextPane, Open, PageDown, PageUp, PreviousPane, Up};
        if self.list.is_empty() {
            return Vec::new();
        }
        let mut actions = vec![Down, Up, PageDown, PageUp, First, Last, NextPane, PreviousPane];
        actions.push(if self.explaining { Back } else { Open });
        actions
    }
}

/// A refused request as it may be shown.
fn shown<'r>(refused: &'r Refused, look: &Look) -> Cow<'r, Refused> {
    match &look.masker {
        Some(masker) => Cow::Owned(masked_refused(refused, masker)),
        None => Cow::Borrowed(refused),
    }
}

fn words<'a>(refused: &Refused, cell: Cell, ctx: &Context<'a>) -> Words<'a> {
    let words = Words::new(ctx.look);
    let in_window = ctx.scope.span.contains(refused.at);
    match cell {
        Cell::Time => {
            let millis = refused.at.0.rem_euclid(1000);
            words.muted(format!("{}.{millis:03}", format::clock(refused.at, ctx.zone)))
        }
        Cell::Peer => words.text(clean(&refused.peer).into_owned()),
        Cell::Answer if in_window => words.bold(Role::Warn, refused.answer.to_string()),
        Cell::Answer => words.muted(refused.answer.to_string()),
        Cell::Reason => words.value(clean(&refused.reason).into_owned()),
        Cell::Path => words.muted(clean(&refused.path).into_owned()),
        Cell::Bytes => words.muted(format::thousands(refused.length)),
        Cell::Explained => {
            let first = refused.explanation.as_deref().and_then(|text| text.lines().next()).unwrap_or_default();
            words.text(clean(&sentence(ctx.look.lang, first)).into_owned())
        }
    }
}

/// The explanation as lines of at most `width` cells: its first line stands out.
fn why(refused: &Refused, width: usize, look: &Look) -> Vec<(Role, String)> {
    let mut lines = Vec::new();
    match &refused.explanation {
        Some(explanation) => {
            for (at, line) in clean_lines(explanation).lines().enumerate() {
                let role = if at == 0 { Role::Warn } else { Role::Text };
                lines.extend(wrap(&sentence(look.lang, line), width).into_iter().map(|line| (role, line)));
            }
        }
        None => {
            let (reason, answer) = (clean(&refused.reason), refused.answer);
            lines.push((Role::Warn, say!(look, "{reason}: answered {answer}", "{reason}：应答 {answer}")));
        }
    }
    lines.push((Role::Muted, String::new()));
    let (n, peer, path) = (refused.n, clean(&refused.peer), clean(&refused.path));
    let about = say!(look, "request {n}, peer {peer}, path {path}", "请求 {n}，来源 {peer}，路径 {path}");
    lines.extend(wrap(&about, width).into_iter().map(|line| (Role::Muted, line)));
    lines
}

/// One byte of the dump as a character; line ends and others that cannot be shown as a dot.
fn dumped(line: Words<'_>, byte: u8) -> Words<'_> {
    match byte {
        b' '..=b'~' => line.text(char::from(byte).to_string()),
        _ => line.glyph(Role::Warn, Glyph::Dot),
    }
}
