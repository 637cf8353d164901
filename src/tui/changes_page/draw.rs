//! How differences are drawn: all messages above, what changed below, and in words how it was judged.

use super::ChangesPage;
use super::Part;
use crate::monitor::compare::{Change, Comparison, Measure, Subject, Turn, Window};
use crate::monitor::view::Group;
use crate::tui::areas::Spot;
use crate::tui::lang::{Lang, say};
use crate::tui::look::Look;
use crate::tui::panes::{Context, dimension_name};
use crate::tui::theme::{Glyph, Role};
use crate::tui::title::Title;
use crate::tui::widgets::table::{self, Column, Cursor, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{format, frame as border};
use crate::tui::wrap::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

/// Rows of the box of all messages: frame, heads, four measures.
const OVERALL: u16 = 7;

/// A column of both tables.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Turn,
    What,
    Measure,
    Now,
    Before,
    Change,
    Interval,
}

impl ChangesPage {
    /// Draws the whole page.
    pub(super) fn draw_all(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let row = self.row();
        let (room, top) = (&mut self.room, &mut self.top);
        let Some((_, known)) = &self.known else { return };
        let overall = if area.height >= OVERALL + 8 { OVERALL } else { 0 };
        let [all, changes] = Layout::vertical([Constraint::Length(overall), Constraint::Fill(1)]).areas(area);
        if overall > 0 {
            draw_overall(buffer, all, known, (row < known.overall.len()).then_some(row), ctx);
        }
        let look = ctx.look;
        let totals = vec![Words::new(look).muted(look.lang.pick("the gravest first", "最严重在前"))];
        let below = row.checked_sub(known.overall.len());
        let name = look.lang.pick("What changed", "变化");
        look.areas.add(changes, Spot::Pane(Part::Changes as usize));
        let inner = border::draw(buffer, changes, look, name, totals, below.is_some());
        let most = usize::from(inner.height / 2).min(usize::from(inner.height.saturating_sub(4)));
        let notes = notes(known, selected(known, row), (inner.width.into(), most), ctx);
        let noted = notes.len() as u16;
        let [list, noted] = Layout::vertical([Constraint::Fill(1), Constraint::Length(noted)]).areas(inner);
        *room = usize::from(list.height.saturating_sub(1));
        *top = table::scroll(*top, below.unwrap_or(0), known.changes.len(), (*room).max(1));
        let cursor = below.map(|row| Cursor { row, focused: true });
        let columns = columns(look.lang);
        let table = Table { look, columns: &columns, rows: known.changes.len(), top: *top, cursor };
        table.draw(buffer, list, |at, cell, _| {
            known.changes.get(at).map_or_else(|| Words::new(look), |change| words(change, cell, ctx))
        });
        if known.changes.is_empty() {
            let nothing = if known.before.attempted == 0 {
                look.lang.pick("nothing to compare with", "无从比较")
            } else {
                look.lang.pick("nothing that chance does not explain", "没有超出偶然的变化")
            };
            Words::new(look).text(nothing).draw(buffer, list.x, list.y + 1, list.width);
        }
        for ((role, note), y) in notes.into_iter().zip(noted.top()..noted.bottom()) {
            Words::new(look).role(role, note).draw(buffer, noted.x, y, noted.width);
        }
    }
}

/// The difference under the cursor.
fn selected(known: &Comparison, row: usize) -> Option<&Change> {
    known.overall.iter().chain(&known.changes).nth(row)
}

fn draw_overall(buffer: &mut Buffer, area: Rect, known: &Comparison, row: Option<usize>, ctx: &Context<'_>) {
    ctx.look.areas.add(area, Spot::Pane(Part::Overall as usize));
    let look = ctx.look;
    let (now, before) = (times(&known.now, ctx), times(&known.before, ctx));
    let long = say!(look, "{now} against {before}", "{now} 对比 {before}");
    let totals = vec![Words::new(look).muted(long), Words::new(look).muted(now)];
    let name = look.lang.pick("All messages", "全部消息");
    let inner = border::draw(buffer, area, look, name, totals, row.is_some());
    let columns = columns(look.lang);
    let cursor = row.map(|row| Cursor { row, focused: true });
    let table = Table { look, columns: &columns, rows: known.overall.len(), top: 0, cursor };
    table.draw(buffer, inner, |at, cell, _| match (known.overall.get(at), cell) {
        (None, _) => Words::new(look),
        (Some(change), Cell::What) => Words::new(look).value(long_measure(change.measure, look.lang)),
        (Some(_), Cell::Measure) => Words::new(look),
        (Some(change), cell) => words(change, cell, ctx),
    });
}

fn columns(lang: Lang) -> [Column<Cell>; 7] {
    [
        Column::text(Cell::Turn, "", 8),
        Column::text(Cell::What, lang.pick("what", "对象"), 12).grows(),
        Column::text(Cell::Measure, lang.pick("measure", "指标"), 7).goes(2),
        Column::number(Cell::Now, lang.pick("now", "现在"), 7),
        Column::number(Cell::Before, lang.pick("before", "之前"), 7).goes(1),
        Column::number(Cell::Change, lang.pick("change", "变化"), 6),
        Column::number(Cell::Interval, lang.pick("95 % interval", "95 % 区间"), 13).goes(3),
    ]
}

fn words<'a>(change: &Change, cell: Cell, ctx: &Context<'a>) -> Words<'a> {
    let look = ctx.look;
    let words = Words::new(look);
    let role = match change.is_worse() {
        Some(true) => Role::Failed,
        Some(false) => Role::Ok,
        None => Role::Neutral,
    };
    match cell {
        Cell::Turn => match change.turn {
            Some(turn @ (Turn::New | Turn::Quiet)) => words.bold(role, turn_word(turn, look.lang)),
            Some(turn) => words.role(role, turn_word(turn, look.lang)),
            None if change.change.is_some() => words.muted(look.lang.pick("unsure", "不定")),
            None => words,
        },
        Cell::What => words.value(title(&change.subject).shown(look)),
        Cell::Measure => words.muted(short_measure(change.measure, look.lang)),
        Cell::Now => match side(change, change.now) {
            Some(figure) => words.value(figure),
            None => words.nothing(),
        },
        Cell::Before => match side(change, change.before) {
            Some(figure) => words.muted(figure),
            None => words.nothing(),
        },
        Cell::Change => match change.difference() {
            Some(difference) if change.turn.is_some() => words.role(role, difference),
            Some(difference) => words.muted(difference),
            None => words.nothing(),
        },
        Cell::Interval if change.change.is_none() => words.nothing(),
        Cell::Interval => {
            let bound = |value: Option<f64>, none: &str| value.map_or(none.to_owned(), |value| change.figure(value));
            let (low, high) = (bound(change.interval.0, "0"), bound(change.interval.1, "∞"));
            words.muted(say!(look, "{low} to {high}", "{low} 至 {high}"))
        }
    }
}

/// A side in figures; `None` for a share of nothing.
fn side(change: &Change, of: (u64, u64)) -> Option<String> {
    (change.measure == Measure::Volume || of.1 > 0).then(|| change.side(of))
}

/// What a difference is about.
pub(super) fn title(subject: &Subject) -> Title {
    match subject {
        Subject::All => Title::new().said("all messages", "全部消息"),
        Subject::Code(None, _) => Title::new().said("failed without a code", "无代码失败"),
        Subject::Code(code, short) => Title::new().code(*code, short.to_string()),
        Subject::Value(of, value) => {
            let [en, zh] = [Lang::En, Lang::Zh].map(|lang| dimension_name(*of, lang));
            let title = Title::new().said(en, zh);
            match value {
                Group::Named(value) => title.value(*of, value.to_string()),
                Group::Unnamed => title.said("none named", "未指明"),
                Group::Others => title.said("others", "其他"),
            }
        }
    }
}

fn turn_word(turn: Turn, lang: Lang) -> &'static str {
    match turn {
        Turn::New => lang.pick("new", "新增"),
        Turn::Quiet => lang.pick("quiet", "沉寂"),
        Turn::Appeared => lang.pick("appeared", "出现"),
        Turn::Rose => lang.pick("rose", "上升"),
        Turn::Fell => lang.pick("fell", "下降"),
    }
}

fn short_measure(measure: Measure, lang: Lang) -> &'static str {
    match measure {
        Measure::CodeRate | Measure::FailureRate => lang.pick("failed", "失败"),
        Measure::SettledRate => lang.pick("settled", "终态率"),
        Measure::ReadRate => lang.pick("read", "已读"),
        Measure::Volume => lang.pick("msgs", "消息"),
    }
}

fn long_measure(measure: Measure, lang: Lang) -> &'static str {
    match measure {
        Measure::CodeRate => lang.pick("with the code, of attempted", "带此代码，占提交"),
        Measure::FailureRate => lang.pick("failed, of attempted", "失败，占提交"),
        Measure::SettledRate => lang.pick("delivered, of delivered or failed", "送达，占送达或失败"),
        Measure::ReadRate => lang.pick("read, of delivered", "已读，占送达"),
        Measure::Volume => lang.pick("messages attempted", "提交的消息"),
    }
}

/// `14:17–14:32`, with the day where it is another one.
fn times(window: &Window, ctx: &Context<'_>) -> String {
    let [from, to] = [window.from, window.to].map(|at| format::hour_minute(at, ctx.zone));
    let day = |at| format::day(at, ctx.scope.as_of, ctx.zone, ctx.look.lang);
    if day(window.from) == day(ctx.scope.as_of) {
        format!("{from}–{to}")
    } else {
        format!("{} {from}–{to}", day(window.from))
    }
}

/// In words: what is not listed, what is not known, the counts behind the difference under the cursor, how it was judged. The last
/// of these go first when there is no room for all.
fn notes(
    known: &Comparison,
    selected: Option<&Change>,
    (width, room): (usize, usize),
    ctx: &Context<'_>,
) -> Vec<(Role, String)> {
    let look = ctx.look;
    let (unsure, few) = (format::thousands(known.unsure), format::thousands(known.too_few));
    let mut texts = Vec::new();
    if known.before.attempted == 0 {
        let before = times(&known.before, ctx);
        let nothing = say!(
            look,
            "no message began in the window before, {before}: what changed stands here once one did",
            "前一窗口 {before} 没有消息：有了之后，变化显示在这里"
        );
        texts.push((Role::Warn, nothing));
    } else {
        let few = say!(
            look,
            "not listed: {unsure} that may be chance, {few} with fewer than 30 messages on a side",
            "未列出：{unsure} 处可能是偶然，{few} 处有一侧不足 30 条消息"
        );
        texts.push((Role::Muted, few));
    }
    if let Some(since) = known.known_since.filter(|_| known.before.attempted > 0) {
        let since = format::since(since, ctx.scope.as_of, ctx.zone, look.lang);
        let partly = say!(
            look,
            "nothing is kept from before {since}: the window before is known in part",
            "{since} 之前没有保留数据：前一窗口不完整"
        );
        texts.push((Role::Warn, partly));
    }
    texts.extend(selected.map(|change| (Role::Text, counts(change, look))));
    let how = look.lang.pick(
        "listed where a 99.9 % interval leaves out no change; shares differ in points, volumes by a factor",
        "99.9 % 区间不含“无变化”时列出；占比以百分点、数量以倍数表示",
    );
    texts.push((Role::Muted, how.to_owned()));

    let mut notes = vec![(Role::Grid, look.glyph(Glyph::Rule).repeat(width))];
    for (role, text) in texts {
        let lines = wrap(&text, width);
        if notes.len() + lines.len() > room {
            break;
        }
        notes.extend(lines.into_iter().map(|line| (role, line)));
    }
    notes
}

/// `131026 Undeliverable: 9 of 1,182 now, 4 of 1,090 before`.
fn counts(change: &Change, look: &Look) -> String {
    let what = title(&change.subject).shown(look);
    let measure = long_measure(change.measure, look.lang);
    let [now, all_now, before, all_before] =
        [change.now.0, change.now.1, change.before.0, change.before.1].map(format::thousands);
    // Of a volume the whole is the seconds over which it was counted.
    let [lasting_now, lasting_before] =
        [change.now.1, change.before.1].map(|seconds| format::duration(i64::try_from(seconds).unwrap_or(i64::MAX)));
    match change.measure {
        Measure::Volume => say!(
            look,
            "{what}: {measure}: {now} in {lasting_now} now, {before} in {lasting_before} before",
            "{what}：{measure}：现在 {lasting_now} 内 {now}，之前 {lasting_before} 内 {before}"
        ),
        _ => say!(
            look,
            "{what}: {measure}: {now} of {all_now} now, {before} of {all_before} before",
            "{what}：{measure}：现在 {all_now} 中的 {now}，之前 {all_before} 中的 {before}"
        ),
    }
}
