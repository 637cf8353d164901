//! The two lists: targets with their figures, and attempts.

use super::figures::Figures;
use super::{Focus, ForwardTab};
use crate::event::clean::clean;
use crate::journal::operator::{Attempt, Origin, Target};
use crate::tui::areas::Spot;
use crate::tui::lang::{Lang, say};
use crate::tui::look::Look;
use crate::tui::panes::Context;
use crate::tui::terms::sentence;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{self, Column, Cursor, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{format, frame as border};
use crate::tui::wrap::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns of the targets.
#[derive(Debug, Clone, Copy)]
enum Of {
    Target,
    Waiting,
    Taken,
    Refused,
    Broken,
    Other,
    Median,
    Slow,
    GivenUp,
    Last,
}

fn target_columns(lang: Lang) -> [Column<Of>; 10] {
    [
        Column::text(Of::Target, lang.pick("target", "目标"), 20).grows(),
        Column::number(Of::Waiting, lang.pick("waiting", "等待"), 8).after(2),
        Column::number(Of::Taken, "2xx", 8),
        Column::number(Of::Refused, "4xx", 6),
        Column::number(Of::Broken, "5xx", 6),
        Column::number(Of::Other, lang.pick("none", "无应答"), 6).goes(1),
        Column::number(Of::Median, "p50", 7).goes(3),
        Column::number(Of::Slow, "p95", 7).goes(3),
        Column::number(Of::GivenUp, lang.pick("given up", "已放弃"), 8).goes(2),
        Column::text(Of::Last, lang.pick("last answer", "最近应答"), 11).after(2).goes(4),
    ]
}

/// Columns of the attempts.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Time,
    Request,
    Kinds,
    Try,
    Status,
    Took,
    Target,
    Answer,
}

fn attempt_columns(lang: Lang) -> [Column<Cell>; 8] {
    [
        Column::text(Cell::Time, lang.pick("time", "时间"), 12),
        Column::number(Cell::Request, lang.pick("request", "请求"), 9),
        Column::text(Cell::Kinds, lang.pick("kind", "类型"), 12).after(2).goes(3),
        Column::number(Cell::Try, lang.pick("try", "次"), 4).goes(1),
        Column::text(Cell::Status, lang.pick("answer", "应答"), 6).after(2),
        Column::number(Cell::Took, lang.pick("took", "耗时"), 7),
        Column::text(Cell::Target, lang.pick("target", "目标"), 28).after(2).goes(4),
        Column::text(Cell::Answer, lang.pick("what it says", "内容"), 10).after(2).grows(),
    ]
}

/// Columns under which only the attempts are seen.
const NARROW: u16 = 70;

/// That nothing is forwarded, and what to do about it.
fn draw_nothing(buffer: &mut Buffer, area: Rect, look: &Look) {
    let calm = look.lang.pick(
        "nothing is forwarded: start with --forward URL, or write a [[forward]] in the configuration file",
        "没有转发:用 --forward URL 启动,或在配置文件中写 [[forward]]",
    );
    for (line, y) in wrap(calm, area.width.into()).into_iter().zip(area.top()..area.bottom()) {
        Words::new(look).muted(line).draw(buffer, area.x, y, area.width);
    }
}

impl ForwardTab {
    pub(super) fn draw_targets(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        ctx.look.areas.add(area, Spot::Pane(Focus::Targets as usize));
        let look = ctx.look;
        let focused = self.focus == Focus::Targets;
        let window = ctx.window;
        let totals = Words::new(look).muted(say!(look, "answers in {window}", "{window} 内的应答"));
        let inner = border::draw(buffer, area, look, look.lang.pick("Targets", "目标"), vec![totals], focused);
        if self.targets.is_empty() {
            draw_nothing(buffer, inner, look);
            return;
        }
        let in_window = || self.attempts.iter().filter(|attempt| ctx.scope.span.contains(attempt.at));
        let all = Figures::of(in_window());
        let of_target: Vec<_> = self
            .targets
            .iter()
            .map(|target| Figures::of(in_window().filter(|attempt| attempt.target == target.target)))
            .collect();
        let inner = self.draw_fault(buffer, inner, ctx);
        let rows = self.targets.len() + 1;
        let row = self.target_row.min(rows - 1);
        let columns = target_columns(look.lang);
        let mut table = Table { look, columns: &columns, rows, top: 0, cursor: Some(Cursor { row, focused }) };
        table.top = table::scroll(0, row, rows, table.room(inner.height).max(1));
        table.draw(buffer, inner, |at, cell, _| {
            let target = at.checked_sub(1).and_then(|at| self.targets.get(at));
            let figures = at.checked_sub(1).and_then(|at| of_target.get(at)).unwrap_or(&all);
            self.target_words(target, figures, cell, ctx)
        });
    }

    /// Says in the last row why a target takes nothing: the one under the cursor, else the first that does not. Gives what is
    /// left of `inner`.
    fn draw_fault(&self, buffer: &mut Buffer, inner: Rect, ctx: &Context<'_>) -> Rect {
        let down = |target: &Target| self.target.as_ref().is_none_or(|chosen| *chosen == target.target);
        let down = self.targets.iter().filter(|target| down(target)).find_map(|it| Some((it, it.fault.as_ref()?)));
        let Some((target, (fault, since))) = down.filter(|_| inner.height > 2) else { return inner };
        let (target, fault, since) = (
            clean(&target.target),
            clean(&sentence(ctx.look.lang, fault)).into_owned(),
            format::clock(*since, ctx.zone),
        );
        let why =
            say!(ctx.look, "{target} takes nothing since {since}: {fault}", "{target} 自 {since} 起不接收:{fault}");
        let words = Words::new(ctx.look).glyph(Role::Failed, Glyph::Critical).role(Role::Failed, format!(" {why}"));
        words.draw(buffer, inner.x, inner.bottom() - 1, inner.width);
        Rect { height: inner.height - 1, ..inner }
    }

    /// One cell of a target's row; without one, of the row for all of them.
    fn target_words<'a>(&self, target: Option<&Target>, figures: &Figures, cell: Of, ctx: &Context<'a>) -> Words<'a> {
        let words = Words::new(ctx.look);
        let waiting = |target: &Target| target.open + self.last_request.saturating_sub(target.cursor);
        let count = |words: Words<'a>, count: u64, role: Role| match count {
            0 => words.role(Role::Faint, "0"),
            count => words.bold(role, format::thousands(count)),
        };
        let latency = |words: Words<'a>, us: Option<u64>| words.value_or_nothing(us.map(format::latency));
        match cell {
            Of::Target => match target {
                None => words.muted(ctx.look.lang.pick("all targets", "全部目标")),
                Some(target) => {
                    let (role, sign) = match target.fault {
                        None => (Role::Ok, Glyph::Good),
                        Some(_) => (Role::Failed, Glyph::Critical),
                    };
                    words.glyph(role, sign).text(format!(" {}", clean(&target.target)))
                }
            },
            Of::Waiting => match target {
                Some(target) => count(words, waiting(target), Role::Warn),
                None => count(words, self.targets.iter().map(waiting).sum(), Role::Warn),
            },
            Of::Taken => words.value(format::thousands(figures.taken)),
            Of::Refused => count(words, figures.refused, Role::Warn),
            Of::Broken => count(words, figures.broken, Role::Failed),
            Of::Other => count(words, figures.other, Role::Failed),
            Of::Median => latency(words, figures.percentile(50)),
            Of::Slow => latency(words, figures.percentile(95)),
            Of::GivenUp => {
                let given_up = |target: &Target| target.given_up;
                count(words, target.map_or_else(|| self.targets.iter().map(given_up).sum(), given_up), Role::Warn)
            }
            Of::Last => words.value_or_nothing(figures.last.map(|last| format::clock(last, ctx.zone))),
        }
    }

    pub(super) fn draw_attempts(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        ctx.look.areas.add(area, Spot::Pane(Focus::Attempts as usize));
        let look = ctx.look;
        let focused = self.focus == Focus::Attempts;
        let mut totals = vec![Words::new(look).muted(look.lang.pick("newest first", "最新在前"))];
        if self.failed_only {
            totals.insert(0, Words::new(look).text(look.lang.pick("only those not taken", "仅未被接收")));
        }
        let inner = border::draw(buffer, area, look, look.lang.pick("Attempts", "投递"), totals, focused);
        let columns = attempt_columns(look.lang);
        let listed: Vec<&Attempt> = self.listed().collect();
        let rows = listed.len();
        let row = self.current().map(|(row, _)| row);
        let room = Table::new(look, &columns, rows).room(inner.height);
        let top = table::scroll(self.top, row.unwrap_or(0), rows, room.max(1));
        let cursor = row.map(|row| Cursor { row, focused });
        Table { look, columns: &columns, rows, top, cursor }.draw(buffer, inner, |at, cell, _| {
            listed.get(at).map_or_else(|| Words::new(look), |attempt| attempt_words(attempt, cell, ctx))
        });
        if rows == 0 && self.targets.is_empty() && inner.width < NARROW {
            // The box of the targets, which would say so, may have no room here.
            let below = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
            draw_nothing(buffer, below, look);
        } else if rows == 0 && inner.height > 1 {
            let calm = look.lang.pick("no attempt here", "此处没有投递");
            Words::new(look).muted(calm).draw(buffer, inner.x, inner.y + 1, inner.width);
        }
        (self.room, self.top) = (room, top);
    }
}

fn attempt_words<'a>(attempt: &Attempt, cell: Cell, ctx: &Context<'a>) -> Words<'a> {
    let words = Words::new(ctx.look);
    match cell {
        Cell::Time => {
            let millis = attempt.at.0.rem_euclid(1000);
            let time = format!("{}.{millis:03}", format::clock(attempt.at, ctx.zone));
            if ctx.scope.span.contains(attempt.at) { words.text(time) } else { words.muted(time) }
        }
        Cell::Request => words.value(format::thousands(attempt.request)),
        Cell::Kinds => words.text(clean(&attempt.kinds).into_owned()),
        Cell::Try => match attempt.origin {
            Origin::Replay => words.muted(ctx.look.lang.pick("play", "重放")),
            Origin::Forward if attempt.attempt <= 1 => words.muted(attempt.attempt.to_string()),
            Origin::Forward => words.bold(Role::Warn, attempt.attempt.to_string()),
            Origin::Resend => words.bold(Role::Accent, attempt.attempt.to_string()),
        },
        Cell::Status => status_words(words, attempt),
        Cell::Took => words.value(format::latency(u64::from(attempt.took_ms) * 1000)),
        Cell::Target => words.muted(clean(&attempt.target).into_owned()),
        Cell::Answer => match &attempt.error {
            Some(error) => words.role(Role::Failed, clean(&sentence(ctx.look.lang, error)).into_owned()),
            None => {
                let text = String::from_utf8_lossy(&attempt.body);
                let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
                words.text(ctx.look.words(first).into_owned())
            }
        },
    }
}

/// The status, with a sign, so that colour says nothing alone.
pub(super) fn status_words<'a>(words: Words<'a>, attempt: &Attempt) -> Words<'a> {
    let (glyph, role) = match attempt.status {
        _ if attempt.given_up => (Glyph::Critical, Role::Failed),
        Some(200..=299) => (Glyph::Good, Role::Ok),
        Some(300..=499) => (Glyph::Warning, Role::Warn),
        _ => (Glyph::Critical, Role::Failed),
    };
    let words = words.glyph(role, glyph);
    match attempt.status {
        Some(status) => words.bold(role, format!(" {status}")),
        None => words.text(" ").nothing(),
    }
}
