//! Failures by effective code: what fails, how often, and whether that is new.

mod advice;
mod hit;
mod trend;

pub(super) use hit::{dimension, value};

use super::layout::{split_columns, split_rows};
use super::list::List;
use super::sorting::Sort;
use super::{Pane, Place, Size, View};
use crate::monitor::view::{Failure, Mark, Scope};
use crate::tui::lang::say;
use crate::tui::order::Direction;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{Column, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{format, frame, spark};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Messages in a slice below which a trend does not reach its peak.
const FLOOR: f64 = 12.0;
/// Slices of a trend, and its cells where there is room.
const SLICES: u16 = 15;

#[derive(Clone, Copy)]
enum Col {
    Mark,
    Code,
    What,
    Class,
    Retry,
    Messages,
    Share,
    FineShare,
    OfAttempted,
    Recipients,
    Trend,
    First,
    Last,
    FirstMinute,
    LastMinute,
    Advice,
}

/// Draws the pane. With `hit_row`, the row of who is hit under the cursor, the focus is there.
pub(super) fn draw(buffer: &mut Buffer, at: Place, view: &View<'_>, list: &mut List, hit_row: Option<usize>) {
    let at = Place { focused: at.focused && hit_row.is_none(), ..at };
    let failures = &view.data.failures;
    let Parts { table: area, below, trend, hit } = Parts::of(at, view.size);
    let inner =
        frame::draw(buffer, area, view.look, Pane::Failures.name(view.look.lang), totals(view, at.zoomed), at.focused);
    if failures.is_empty() {
        let what = view.pick("no failure in this window", "此窗口内没有失败");
        let hint = view.pick("a failed message stands here by its code", "失败的消息按代码显示在这里");
        super::draw_empty(buffer, inner, view, what, hint);
    } else {
        let rows = draw_rows(buffer, inner, view, list, at);
        if !at.zoomed {
            draw_note(buffer, inner, view, rows);
        }
    }
    if let (Some(below), Some(failure)) = (below, failures.get(list.row())) {
        advice::draw(buffer, below, view, failure);
    }
    if let (Some(trend), Some(hit), Some(code)) = (trend, hit, view.data.zoom.code) {
        trend::draw(buffer, trend, view, code);
        hit::draw(buffer, hit, view, (code, &view.data.zoom.hit), hit_row);
    }
}

/// Where the pieces of the pane are.
struct Parts {
    table: Rect,
    /// What to do about the code under the cursor.
    below: Option<Rect>,
    trend: Option<Rect>,
    hit: Option<Rect>,
}

/// Rows of the pieces below the zoomed table where there is room for all of them, and columns of who is hit.
const DETAILS: u16 = 19;
const HIT: u16 = 52;
/// The same on a low screen: every piece in few rows.
const FEW_DETAILS: u16 = 12;
const FEW_ADVICE: u16 = 4;
const NARROW_HIT: u16 = 44;
/// Rows of the table beside that: frame, head, five codes.
const LEAST_TABLE: u16 = 8;

impl Parts {
    fn of(at: Place, size: Size) -> Self {
        if !at.zoomed || at.area.height < FEW_DETAILS + LEAST_TABLE {
            let (table, below) = at.with_detail(DETAIL);
            return Self { table, below, trend: None, hit: None };
        }
        let roomy = size >= Size::Normal && at.area.height >= DETAILS + LEAST_TABLE;
        let (details, advice) = if roomy {
            // On a high screen the pieces below share what the table does not need for a usual number of codes.
            let details = DETAILS.max(at.area.height * 11 / 20);
            (details, DETAIL + 1 + (details - DETAILS) / 4)
        } else {
            (FEW_DETAILS, FEW_ADVICE)
        };
        let (table, below) = split_rows(at.area, at.area.height - details);
        let hit_width = if at.area.width >= 2 * HIT { HIT } else { NARROW_HIT };
        if roomy {
            let (left, hit) = split_columns(below, below.width - hit_width);
            let (trend, below) = split_rows(left, details - advice);
            return Self { table, below: Some(below), trend: Some(trend), hit: Some(hit) };
        }
        let (middle, below) = split_rows(below, details - advice);
        let (trend, hit) = split_columns(middle, middle.width - hit_width);
        Self { table, below: Some(below), trend: Some(trend), hit: Some(hit) }
    }
}

/// Columns of the trend in the room of the zoomed pane; 0 when it is not seen.
pub(super) fn trend_columns(area: Rect, size: Size) -> usize {
    let at = Place { area, focused: true, zoomed: true };
    Parts::of(at, size).trend.map_or(0, trend::columns)
}

fn totals<'a>(view: &View<'a>, zoomed: bool) -> Vec<Words<'a>> {
    let funnel = &view.data.funnel;
    let failed = super::listed(view, funnel.outcomes.failed, |unfiltered| unfiltered.failed);
    let share = if funnel.attempted == 0 {
        "–".to_owned()
    } else {
        format::percent(funnel.outcomes.failed as f64 / funnel.attempted as f64)
    };
    let attempted = format::thousands(funnel.attempted);
    let window = &view.data.window;
    let short = view.words().muted(format!("{failed} · {share}"));
    let long = view.words().muted(say!(view.look, "{failed} · {share} of attempted", "{failed} · 占提交 {share}"));
    let full = view.words().muted(say!(
        view.look,
        "{failed} messages · {share} of {attempted} attempted · cohort {window}",
        "{failed} 条消息 · 占 {attempted} 条提交的 {share} · 批次 {window}"
    ));
    let with_mode = view.words().muted(say!(
        view.look,
        "{failed} · {share} of attempted · cohort {window}",
        "{failed} · 占提交 {share} · 批次 {window}"
    ));
    let totals = match (zoomed, view.size) {
        (true, _) => vec![full, long, short],
        (_, Size::Wide) => vec![with_mode, long, short],
        (_, Size::Normal) => vec![long, short],
        _ => vec![short],
    };
    super::one_of_four(view, Pane::Failures, totals)
}

/// Draws the table. Returns how many rows are not seen, and the messages in them.
fn draw_rows(buffer: &mut Buffer, inner: Rect, view: &View<'_>, list: &mut List, at: Place) -> (usize, u64) {
    let failures = &view.data.failures;
    let columns = columns(view, at.zoomed);
    // The last row is for notes; on a narrow screen only when there is something to note.
    let noted = !at.zoomed && (view.size >= Size::Normal || failures.len() + 1 > usize::from(inner.height));
    let (mut area, _) = split_rows(inner, inner.height.saturating_sub(u16::from(noted)));
    let advised = !at.zoomed && view.size == Size::Wide && usize::from(area.height) >= failures.len() + 1 + 4;
    if advised {
        let (rows, advice) = split_rows(area, area.height - 3);
        draw_short_advice(buffer, advice, view, failures.get(list.row()));
        area = rows;
    }
    let mut table = Table::new(view.look, &columns, failures.len());
    list.place(&mut table, area.height, at.focused);
    table.draw(buffer, area, |row, column, width| {
        failures.get(row).map_or_else(|| view.words(), |failure| cell(view, failure, column, width))
    });
    let seen = table.top..table.top + table.room(area.height);
    let unseen = failures.iter().enumerate().filter(|(row, _)| !seen.contains(row));
    unseen.fold((0, 0), |(codes, messages), (_, failure)| (codes + 1, messages + failure.messages))
}

/// What a click on a head of the zoomed list sorts by: the column's place in [`columns`].
pub(super) fn sorts_by(head: usize) -> Option<Sort> {
    Some(match head {
        1 => Sort::Code,
        5 => Sort::Messages,
        8 => Sort::Recipients,
        9 => Sort::First,
        10 => Sort::Last,
        _ => return None,
    })
}

fn columns(view: &View<'_>, zoomed: bool) -> Vec<Column<Col>> {
    let widest = |count: fn(&Failure) -> u64, least: usize| {
        let widths = view.data.failures.iter().map(|failure| format::thousands(count(failure)).len());
        widths.max().unwrap_or(0).clamp(least, 9) as u16
    };
    let messages = Column::number(Col::Messages, view.pick("msgs", "消息"), widest(|failure| failure.messages, 5));
    let recipients =
        Column::number(Col::Recipients, view.pick("recips", "收件人"), widest(|failure| failure.recipients, 6));
    let code = Column::number(Col::Code, view.pick("code", "代码"), 6);
    let what = Column::text(Col::What, view.pick("what", "含义"), 12).grows();
    let class = Column::text(Col::Class, view.pick("class", "类别"), 10);
    if zoomed {
        let first = Column::number(Col::FirstMinute, view.pick("first", "首次"), 7);
        let last = Column::number(Col::LastMinute, view.pick("last", "最近"), 7);
        let sort = view.data.zoom.sort;
        // The heads in English and Chinese, each ascending and descending.
        let sorted = |by: Sort, column: Column<Col>, [en_up, en_down, zh_up, zh_down]: [&'static str; 4]| {
            let head = match sort.direction(by) {
                Some(Direction::Ascending) => view.pick(en_up, zh_up),
                Some(Direction::Descending) => view.pick(en_down, zh_down),
                None => column.head,
            };
            Column { head, ..column }
        };
        // On a wide screen the room is worth what to do about each code.
        let advised = view.size == Size::Wide;
        let what = if advised { Column::text(Col::What, what.head, 24) } else { what };
        let mut columns = vec![
            Column::text(Col::Mark, "", 4),
            sorted(Sort::Code, code, ["code▲", "code▼", "代码▲", "代码▼"]).after(2),
            what.after(2),
            class.after(2).goes(4),
            Column::text(Col::Retry, view.pick("retry", "重试"), 5).after(2).goes(6),
            sorted(Sort::Messages, messages, ["msgs▲", "msgs▼", "消息▲", "消息▼"]).after(1),
            Column::number(Col::FineShare, view.pick("share", "占比"), 6).after(2).goes(2),
            Column::number(Col::OfAttempted, view.pick("of att.", "占提交"), 7).after(2).goes(5),
            sorted(Sort::Recipients, recipients, ["recips▲", "recips▼", "收件人▲", "收件人▼"]).after(2).goes(3),
            sorted(Sort::First, first, ["first▲", "first▼", "首次▲", "首次▼"]).goes(8),
            sorted(Sort::Last, last, ["last▲", "last▼", "最近▲", "最近▼"]).goes(7),
            Column::text(Col::Trend, view.pick("trend", "趋势"), SLICES).after(3).goes(1),
        ];
        if advised {
            columns.push(Column::text(Col::Advice, view.pick("what to do", "处理建议"), 20).after(3).grows().goes(9));
        }
        return columns;
    }
    match view.size {
        Size::One | Size::Narrow => vec![code, what, messages, Column::number(Col::Mark, view.pick("mark", "标记"), 4)],
        Size::Normal => vec![
            code,
            what,
            class.goes(1),
            messages,
            Column::number(Col::Share, view.pick("share", "占比"), 5).goes(2),
            Column::text(Col::Trend, view.pick("trend", "趋势"), 8).goes(3),
            Column::number(Col::Mark, "", 4),
        ],
        Size::Wide => vec![
            code,
            what,
            class,
            messages,
            Column::number(Col::Share, view.pick("share", "占比"), 5),
            recipients,
            Column::text(Col::Trend, view.pick("trend", "趋势"), SLICES),
            Column::number(Col::Mark, "", 4),
            Column::number(Col::First, view.pick("first", "首次"), 8).after(2),
            Column::number(Col::Last, view.pick("last", "最近"), 8).after(2),
        ],
    }
}

fn cell<'a>(view: &View<'a>, failure: &'a Failure, column: Col, width: usize) -> Words<'a> {
    let words = view.words();
    let funnel = &view.data.funnel;
    let marked = failure.mark != Mark::None;
    let share = |whole: u64| failure.messages as f64 / whole.max(1) as f64;
    let clock = |at| format::clock(at, view.zone);
    let minute = |at| format::since(at, view.data.scope.as_of, view.zone, view.look.lang);
    match column {
        Col::Mark => mark(view, failure.mark),
        Col::Code => match failure.code.map(|code| code.to_string()) {
            Some(code) if marked => words.bold(Role::Failed, code),
            Some(code) => words.value(code),
            None => words.nothing(),
        },
        Col::What if marked => words.value(terms::failure(view.look, failure)),
        Col::What => words.text(terms::failure(view.look, failure)),
        Col::Class => words.muted(terms::class(view.look.lang, &failure.class)),
        Col::Retry => words.muted(terms::retry(view.look, failure.retryable)),
        Col::Messages => words.value(format::count(failure.messages, width)),
        Col::Share => words.muted(format::whole_percent(share(funnel.outcomes.failed))),
        Col::FineShare => words.muted(format::percent(share(funnel.outcomes.failed))),
        Col::OfAttempted => words.muted(format::fine_percent(share(funnel.attempted))),
        Col::Recipients => words.muted(format::count(failure.recipients, width)),
        Col::Trend => {
            let role = if marked { Role::Failed } else { Role::Neutral };
            let slices = telling(&failure.trend, &view.data.scope);
            let cells = if width < usize::from(SLICES) { width } else { slices.len().min(width) };
            words.role(role, spark::trend(slices, cells, FLOOR, view.look))
        }
        Col::First => words.muted(clock(failure.first_at)),
        Col::Last => words.muted(clock(failure.last_at)),
        Col::FirstMinute => words.muted(minute(failure.first_at)),
        Col::LastMinute => words.muted(minute(failure.last_at)),
        Col::Advice => words.text(terms::advice(view.look, failure)),
    }
}

fn mark<'a>(view: &View<'a>, mark: Mark) -> Words<'a> {
    match mark {
        Mark::None => view.words(),
        Mark::New => view.words().bold(Role::Failed, view.pick("new", "新增")),
        Mark::Rising(factor) => {
            let (rising, times) = (view.look.glyph(Glyph::Rising), view.look.glyph(Glyph::Times));
            // Beyond two digits the factor says no more than that it is very many times.
            view.words().bold(Role::Failed, format!("{rising}{times}{}", factor.round().clamp(1.0, 99.0)))
        }
    }
}

/// The slices of a trend that are full. One still filling would look like a fall, unless it holds more than the one before it
/// already: then it is the rise to be seen, such as the first failures of a new code.
fn telling<'t>(trend: &'t [u64], scope: &Scope) -> &'t [u64] {
    let span = (scope.span.to.0 - scope.span.from.0).max(1);
    let known = (scope.as_of.0 - scope.span.from.0).clamp(0, span);
    let full = ((known as i128 * trend.len() as i128 / span as i128) as usize).max(1);
    let rises = trend.get(full).is_some_and(|filling| trend.get(full - 1).is_some_and(|before| filling > before));
    trend.get(..full + usize::from(rises)).unwrap_or(trend)
}

/// What is out of sight, and what the marks mean.
fn draw_note(buffer: &mut Buffer, inner: Rect, view: &View<'_>, (codes, messages): (usize, u64)) {
    let Some(y) = inner.bottom().checked_sub(1) else { return };
    let messages = format::thousands(messages);
    let unseen = match (codes, view.size >= Size::Normal) {
        (0, _) => view.words(),
        (1, true) => view.words().muted(say!(view.look, "+1 code, {messages} msgs", "另 1 个代码，{messages} 条")),
        (codes, true) => {
            view.words().muted(say!(view.look, "+{codes} codes, {messages} msgs", "另 {codes} 个代码，{messages} 条"))
        }
        (codes, false) => {
            view.words().muted(say!(view.look, "{codes} more, {messages} msgs", "另 {codes} 个，{messages} 条"))
        }
    };
    let end = unseen.draw(buffer, inner.x, y, inner.width);
    let marks = view.pick(" new: last 5 m against the hour before", " 新增：最近 5 m 对比前一小时");
    let legend = view.words().glyph(Role::Muted, Glyph::Rising).muted(marks);
    if view.size >= Size::Normal && legend.width() + 2 <= usize::from(inner.right() - end) {
        legend.draw_right(buffer, inner.right(), y, inner.width);
    }
}

/// Rows of what to do about a code, below the zoomed table.
const DETAIL: u16 = 7;

fn about<'a>(view: &View<'a>, failure: &'a Failure) -> Words<'a> {
    let code = failure.code.map_or_else(|| view.pick("no code", "无代码").to_owned(), |code| code.to_string());
    view.words().strong(code).text(" ").value(terms::failure(view.look, failure))
}

fn draw_short_advice(buffer: &mut Buffer, area: Rect, view: &View<'_>, failure: Option<&Failure>) {
    let Some(failure) = failure else { return };
    let rule = view.look.glyph(Glyph::Rule).repeat(area.width.into());
    view.words().role(Role::Grid, rule).draw(buffer, area.x, area.y, area.width);
    let about = about(view, failure)
        .muted(view.pick("   class ", "   类别 "))
        .text(terms::class(view.look.lang, &failure.class))
        .muted(view.pick("   retry ", "   重试 "))
        .text(terms::retry(view.look, failure.retryable));
    about.draw(buffer, area.x, area.y + 1, area.width);
    view.words().muted(view.pick("do ", "处理 ")).value(terms::advice(view.look, failure)).draw(
        buffer,
        area.x,
        area.y + 2,
        area.width,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Millis;
    use crate::monitor::view::Span;

    #[test]
    fn a_slice_still_filling_is_drawn_only_when_it_is_a_rise_already() {
        let span = Span { from: Millis(0), to: Millis(15 * 60_000) };
        let scope = |as_of| Scope { span, as_of: Millis(as_of), number: None };
        let falling: Vec<u64> = (0..15).rev().collect();
        assert_eq!(telling(&falling, &scope(14 * 60_000 + 30_000)).len(), 14);
        assert_eq!(telling(&falling, &scope(15 * 60_000)).len(), 15);
        assert_eq!(telling(&falling, &scope(90 * 60_000)).len(), 15);
        assert_eq!(telling(&[], &scope(0)).len(), 0);
        let mut new = vec![0; 15];
        new[14] = 3;
        assert_eq!(telling(&new, &scope(14 * 60_000 + 30_000)).len(), 15, "the first failures of a new code");
        assert_eq!(telling(&new, &scope(13 * 60_000 + 30_000)).len(), 13, "nothing is no rise");
    }
}
