//! The delivery funnel of the cohort, its outcomes and latencies.

mod took;
mod zoomed;

pub(super) use took::{edges, filter as took_filter, label as took_label, name as stretch_name};
pub(super) use zoomed::{FIGURES, cohort_rows, draw as draw_zoomed, has_times};

use super::figures::{Became, Stage};
use super::layout::split_rows;
use super::list::List;
use super::{Pane, Place, Size, View};
use crate::monitor::view::{Funnel, Latency};
use crate::tui::areas::Spot;
use crate::tui::lang::say;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::strip::{self, Segment};
use crate::tui::widgets::table::{self, Cursor};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{bars, format, frame};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of a stage's name.
const NAME: u16 = 9;
/// Cells of the part of the step above, with its blanks.
const SHARE: u16 = 9;

/// Whether the pane has room to name all outcomes.
pub(super) fn is_full(area: Rect) -> bool {
    let inner = frame::inner(area);
    inner.width >= 50 && inner.height >= 10
}

/// Draws the pane among the others.
pub(super) fn draw(buffer: &mut Buffer, at: Place, view: &View<'_>, list: &mut List) {
    let mode = view.words().muted(cohort(view));
    let totals = super::one_of_four(view, Pane::Delivery, vec![mode]);
    let inner = frame::draw(buffer, at.area, view.look, Pane::Delivery.name(view.look.lang), totals, at.focused);
    if view.data.funnel.attempted == 0 {
        return draw_empty(buffer, inner, view);
    }
    let cursor = list.cursor(at.focused);
    if is_full(at.area) {
        draw_full(buffer, inner, view, cursor);
    } else {
        draw_short(buffer, inner, view, cursor);
    }
}

/// How the window is understood.
fn cohort(view: &View<'_>) -> String {
    let window = &view.data.window;
    say!(view.look, "cohort {window}", "批次 {window}")
}

fn draw_empty(buffer: &mut Buffer, area: Rect, view: &View<'_>) {
    let what = view.pick("no message began in this window", "此窗口内没有新消息");
    let hint = view.pick("statuses of what you send are counted here", "所发消息的状态在这里统计");
    super::draw_empty(buffer, area, view, what, hint);
}

/// Rows handed out from above; those past the end have no width, so that nothing is drawn into them.
struct Rows(Rect);

impl Rows {
    fn next(&mut self) -> Rect {
        let (row, rest) = split_rows(self.0, 1);
        self.0 = rest;
        if row.height == 0 { Rect { width: 0, height: 1, ..row } } else { row }
    }

    fn skip_if(&mut self, wanted: bool) {
        if wanted {
            self.next();
        }
    }
}

fn draw_full(buffer: &mut Buffer, area: Rect, view: &View<'_>, cursor: Option<Cursor>) {
    let funnel = &view.data.funnel;
    let mut rows = Rows(area);
    let head = rows.next();
    let end_of_counts = head.x + NAME + 2 + count_width(funnel);
    view.words().muted(view.pick("messages", "消息")).draw_right(buffer, end_of_counts, head.y, 8);
    view.words().muted(view.pick("of step above", "占上一步")).draw_right(buffer, head.right(), head.y, 13);
    draw_stages(buffer, &mut rows, view, 2, cursor);
    rows.skip_if(area.height > 10);
    let bar = rows.next();
    draw_outcomes(buffer, bar, view, funnel);
    let (names, counts) = (rows.next(), rows.next());
    draw_legend(buffer, names, counts, view, cursor);
    rows.skip_if(area.height > 16);
    let rates = rows.next();
    draw_rates(buffer, rates, view, cursor);
    let latencies = rows.next();
    draw_latencies(buffer, latencies, view);
    // A breakdown by number where there are rows to spare.
    rows.skip_if(true);
    if view.size == Size::Wide && rows.0.height >= 3 {
        zoomed::draw_breakdown(buffer, rows.0, view);
    }
}

fn draw_short(buffer: &mut Buffer, area: Rect, view: &View<'_>, cursor: Option<Cursor>) {
    let mut rows = Rows(area);
    draw_stages(buffer, &mut rows, view, 1, cursor);
    rows.skip_if(area.height > 7);
    let bar = rows.next();
    draw_outcomes(buffer, bar, view, &view.data.funnel);
    let legend = rows.next();
    draw_short_legend(buffer, legend, view, cursor);
    let rates = rows.next();
    let latency = &view.data.funnel.time_to_deliver_s;
    let words = view.words().muted("p50 ").value_or_nothing(seconds(latency.p50));
    let words = words.muted(" p95 ").value_or_nothing(seconds(latency.p95));
    strip::draw(buffer, rates, 2, vec![Segment::new(0, settled(view))], vec![Segment::new(1, words)]);
}

fn count_width(funnel: &Funnel) -> u16 {
    (format::thousands(funnel.attempted).len() as u16).max(6)
}

fn draw_stages(buffer: &mut Buffer, rows: &mut Rows, view: &View<'_>, gap: u16, cursor: Option<Cursor>) {
    let funnel = &view.data.funnel;
    let width = count_width(funnel);
    let mut above = None;
    for (at, stage) in Stage::ALL.into_iter().enumerate() {
        let row = rows.next();
        if row.width == 0 {
            return;
        }
        view.look.areas.add(row, Spot::Row(at));
        if let Some(cursor) = cursor.filter(|cursor| cursor.row == at) {
            table::mark(buffer, row, row.y, view.look, cursor.focused);
        }
        let count = stage.count(funnel);
        let role = match stage {
            Stage::Attempted | Stage::Sent => Role::Neutral,
            Stage::Delivered => Role::Delivered,
            Stage::Read => Role::Read,
        };
        view.words().text(stage.name(view.look.lang)).draw(buffer, row.x, row.y, NAME);
        let counts = row.x + NAME + gap + width;
        view.words().strong(format::thousands(count)).draw_right(buffer, counts, row.y, width);
        let room = row.right().saturating_sub(counts + 2 + SHARE);
        bars::funnel(view.look, room.into(), count, funnel.attempted, role).draw(buffer, counts + 2, row.y, room);
        let share = match above {
            None => view.words().muted("100 %"),
            Some(0) => view.words().nothing(),
            Some(above) => view.words().value(format::percent(count as f64 / above as f64)),
        };
        share.draw_right(buffer, row.right(), row.y, SHARE);
        above = Some(count);
    }
}

/// One of the outcomes that sum to attempted.
struct Outcome {
    kind: Became,
    name: &'static str,
    count: u64,
    glyph: Glyph,
    role: Role,
}

impl Outcome {
    /// Its sign in a legend: that of the bar, or a small square where the bar is told by its colours.
    fn label<'a>(&self, view: &View<'a>) -> Words<'a> {
        let by_colour = view.look.glyph(Glyph::BarRead) == view.look.glyph(Glyph::BarDelivered);
        let sign = if by_colour { "■" } else { view.look.glyph(self.glyph) };
        view.words().role(self.role, sign)
    }
}

/// The outcomes of a cohort in the order of bar and legend.
fn outcomes(view: &View<'_>, funnel: &Funnel) -> [Outcome; 5] {
    // Failures as usual are a calm red: the bright one is kept for trouble.
    let failed = if view.abnormal() { Role::Failed } else { Role::FailedUsual };
    let outcome = |kind: Became, glyph, role| {
        let (en, zh) = kind.names();
        Outcome { kind, name: view.pick(en, zh), count: kind.count(funnel), glyph, role }
    };
    [
        outcome(Became::Read, Glyph::BarRead, Role::Read),
        outcome(Became::Delivered, Glyph::BarDelivered, Role::Delivered),
        outcome(Became::Waiting, Glyph::BarWaiting, Role::Waiting),
        outcome(Became::Silent, Glyph::NoValue, Role::Muted),
        outcome(Became::Failed, Glyph::BarFailed, failed),
    ]
}

fn draw_outcomes(buffer: &mut Buffer, row: Rect, view: &View<'_>, funnel: &Funnel) {
    let shares = outcomes(view, funnel).map(|outcome| (outcome.count, outcome.glyph, outcome.role));
    bars::shares(view.look, row.width.into(), &shares).draw(buffer, row.x, row.y, row.width);
}

/// Names above, counts below. Silence is named only where there is some.
fn draw_legend(buffer: &mut Buffer, names: Rect, counts: Rect, view: &View<'_>, cursor: Option<Cursor>) {
    let funnel = &view.data.funnel;
    let outcomes = outcomes(view, funnel);
    let shown: Vec<_> = outcomes.iter().filter(|outcome| outcome.count > 0 || outcome.kind != Became::Silent).collect();
    let step = names.width / shown.len().max(1) as u16;
    for (x, outcome) in (0..).map(|at| names.x + at * step).zip(shown) {
        let at = Rect { x, width: step.saturating_sub(2), ..counts };
        if let Some(row) = row_of(view, outcome.kind) {
            view.look.areas.add(Rect { y: names.y, height: 2, ..at }, Spot::Row(row));
            if let Some(cursor) = cursor.filter(|cursor| cursor.row == row) {
                table::mark(buffer, at, names.y, view.look, cursor.focused);
                table::mark(buffer, at, counts.y, view.look, cursor.focused);
            }
        }
        let name = outcome.label(view).muted(format!(" {}", outcome.name));
        name.draw(buffer, x, names.y, step);
        let count = outcome_count(view, view.words(), outcome);
        let share = format::whole_percent(outcome.count as f64 / funnel.attempted.max(1) as f64);
        let with_share = count.clone().muted(format!(" {share}"));
        let fits = with_share.width() + 2 <= usize::from(step);
        (if fits { with_share } else { count }).draw(buffer, x + 2, counts.y, step.saturating_sub(2));
    }
}

fn draw_short_legend(buffer: &mut Buffer, row: Rect, view: &View<'_>, cursor: Option<Cursor>) {
    let [_, _, waiting, silent, failed] = outcomes(view, &view.data.funnel);
    let segment = |outcome: &Outcome, goes| {
        let sign = on(view, outcome.kind, cursor, outcome.label(view));
        Segment::new(goes, outcome_count(view, sign.muted(format!(" {} ", outcome.name)), outcome))
    };
    let mut left = vec![segment(&waiting, 0)];
    if silent.count > 0 {
        left.push(segment(&silent, 1));
    }
    strip::draw(buffer, row, 2, left, vec![segment(&failed, 0)]);
}

/// Adds the count of an outcome: red where failures are out of the ordinary.
fn outcome_count<'a>(view: &View<'a>, words: Words<'a>, outcome: &Outcome) -> Words<'a> {
    let count = format::thousands(outcome.count);
    if outcome.kind == Became::Failed && view.abnormal() {
        words.bold(Role::Failed, count)
    } else {
        words.strong(count)
    }
}

/// In which row of what is listed an outcome stands.
fn row_of(view: &View<'_>, became: Became) -> Option<usize> {
    view.data.became().iter().position(|other| *other == became).map(|at| Stage::ALL.len() + at)
}

/// The sign of the cursor in place of `sign`, where the cursor is on an outcome that has no row of its own.
fn on<'a>(view: &View<'a>, became: Became, cursor: Option<Cursor>, sign: Words<'a>) -> Words<'a> {
    match cursor.filter(|cursor| row_of(view, became) == Some(cursor.row)) {
        Some(cursor) => view.words().glyph(if cursor.focused { Role::Accent } else { Role::Faint }, Glyph::Cursor),
        None => sign,
    }
}

fn draw_rates(buffer: &mut Buffer, row: Rect, view: &View<'_>, cursor: Option<Cursor>) {
    let funnel = &view.data.funnel;
    let so_far =
        view.words().muted(view.pick("so far ", "送达率 ")).value_or_nothing(funnel.so_far().map(format::percent));
    let mut left = vec![Segment::new(0, settled(view)), Segment::new(1, so_far)];
    if funnel.conflicts > 0 {
        left.push(Segment::new(
            3,
            on(view, Became::Conflict, cursor, view.words())
                .muted(view.pick("conflicts ", "冲突 "))
                .value(format::thousands(funnel.conflicts)),
        ));
    }
    let bounds =
        view.words().muted(view.pick("bounds ", "区间 ")).value_or_nothing(funnel.bounds().map(format::percent_range));
    strip::draw(buffer, row, 2, left, vec![Segment::new(2, bounds)]);
}

fn draw_latencies(buffer: &mut Buffer, row: Rect, view: &View<'_>) {
    let side = |name: &str, latency: &Latency| {
        let words = view.words().muted(format!("{name} p50 ")).value_or_nothing(seconds(latency.p50));
        words.muted("  p95 ").value_or_nothing(seconds(latency.p95))
    };
    let left = Segment::new(0, side(view.pick("deliver", "送达"), &view.data.funnel.time_to_deliver_s));
    let right = Segment::new(1, side(view.pick("read", "已读"), &view.data.funnel.time_to_read_s));
    strip::draw(buffer, row, 2, vec![left], vec![right]);
}

fn settled<'a>(view: &View<'a>) -> Words<'a> {
    view.words().muted(view.pick("settled ", "终态率 ")).then(settled_value(view, &view.data.funnel))
}

/// The settled rate of a cohort: red where failures are out of the ordinary and it has its full share of them.
fn settled_value<'a>(view: &View<'a>, funnel: &Funnel) -> Words<'a> {
    match funnel.settled().map(format::percent) {
        None => view.words().nothing(),
        Some(rate) if hit(view, funnel) => view.words().bold(Role::Failed, rate),
        Some(rate) => view.words().strong(rate),
    }
}

/// Whether a part of the cohort is hit: failures are out of the ordinary, and it fails at least as much as the whole.
fn hit(view: &View<'_>, part: &Funnel) -> bool {
    let share = |funnel: &Funnel| funnel.outcomes.failed as f64 / funnel.attempted.max(1) as f64;
    view.abnormal() && share(part) >= share(&view.data.funnel)
}

fn seconds(latency: Option<u64>) -> Option<String> {
    latency.map(|seconds| format::short_duration(seconds.try_into().unwrap_or(i64::MAX)))
}
