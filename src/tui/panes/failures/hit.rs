//! Who is hit: what is frequent among the messages with the code under the cursor and not among all others.

use crate::monitor::view::{Dimension, Group, Hit, HitRow};
use crate::tui::areas::Spot;
use crate::tui::lang::{Lang, say};
use crate::tui::panes::View;
use crate::tui::panes::data::Listing;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{bars, cut, format, frame, table};
use crate::tui::wrap::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells of the dimension, and from the right edge those of lift, share elsewhere, share here.
const DIMENSION: u16 = 9;
const FIGURES: [u16; 3] = [7, 10, 9];
/// The same in a narrow box, where shares are whole percents and a row takes one line.
const NARROW: u16 = 48;
const NARROW_DIMENSION: u16 = 9;
const NARROW_FIGURES: [u16; 3] = [7, 6, 6];

/// The name of a dimension.
pub(in crate::tui::panes) fn dimension(dimension: Dimension, lang: Lang) -> &'static str {
    match dimension {
        Dimension::Tag => lang.pick("tag", "标签"),
        Dimension::Number => lang.pick("number", "号码"),
        Dimension::Country => lang.pick("country", "国家"),
        Dimension::Category => lang.pick("category", "类别"),
        Dimension::Template => lang.pick("template", "模板"),
    }
}

/// A value of a dimension as it may be shown.
pub(in crate::tui::panes) fn value<'a>(view: &View<'a>, dimension: Dimension, value: &'a Group) -> Words<'a> {
    match value {
        Group::Named(name) => view.words().value(terms::value(view.look, dimension, name)),
        Group::Unnamed => view.words().muted(view.pick("none named", "未指明")),
        Group::Others => view.words().muted(view.pick("others", "其他")),
    }
}

/// Draws the box; with a cursor it has the focus.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    view: &View<'_>,
    (code, hit): (Option<i64>, &Hit),
    cursor: Option<usize>,
) {
    let code = code.map_or_else(|| view.pick("no code", "无代码").to_owned(), |code| code.to_string());
    let against = say!(view.look, "{code} against the rest", "{code} 对比其余");
    let narrow = area.width < NARROW;
    let fixed = hit.rows.iter().find_map(|row| row.explained).filter(|_| narrow);
    let totals = match fixed {
        // Said once for all rows, which have no line of their own for it.
        Some((fixed, _)) => {
            let (fixed, times) = (dimension(fixed, view.look.lang), view.look.glyph(Glyph::Times));
            let once = say!(view.look, "({times}) once {fixed} is fixed", "({times}) 固定{fixed}后");
            vec![view.words().muted(once)]
        }
        None => vec![view.words().muted(against)],
    };
    view.look.areas.add(area, Listing::Hits.spot());
    let inner = frame::draw(buffer, area, view.look, view.pick("Who is hit", "影响范围"), totals, cursor.is_some());
    // In few rows those around the cursor are seen.
    let room = usize::from(inner.height.saturating_sub(u16::from(hit.judged)));
    let skip = if narrow { cursor.map_or(0, |row| (row + 1).saturating_sub(room)) } else { 0 };
    let mut lines = Lines { buffer, view, inner, y: inner.y, cursor, listed: 0, narrow, skip };
    if !hit.judged {
        return lines.not_judged(hit);
    }
    lines.heads();
    let mut named = None;
    for (at, row) in hit.rows.iter().enumerate() {
        lines.row(row, named != Some(row.dimension) || at == skip);
        named = Some(row.dimension);
    }
    if hit.rows.is_empty() {
        lines.say(view.words().text(view.pick("nothing stands out", "没有突出的共同点")));
    }
    for (template, here) in &hit.templates {
        lines.template(template, *here as f64 / hit.here.max(1) as f64);
    }
    lines.gap();
    if let Some(cause) = hit.rows.iter().find(|row| row.explained.is_none()) {
        lines.cause(cause);
        lines.gap();
    }
    let elsewhere = format::thousands(hit.elsewhere);
    let others = say!(view.look, "elsewhere = the other {elsewhere} attempted", "其余 = 另外 {elsewhere} 条提交");
    lines.say(view.words().muted(others));
}

struct Lines<'b, 'a> {
    buffer: &'b mut Buffer,
    view: &'b View<'a>,
    inner: Rect,
    y: u16,
    /// The row under the cursor, of those that can be opened.
    cursor: Option<usize>,
    /// How many of these were drawn or skipped.
    listed: usize,
    /// Whether there is little room.
    narrow: bool,
    /// Rows above those that are seen.
    skip: usize,
}

impl<'a> Lines<'_, 'a> {
    /// Takes the next row, when there is one.
    fn next(&mut self) -> Option<u16> {
        let y = self.y;
        self.y += 1;
        (y < self.inner.bottom()).then_some(y)
    }

    /// The same for what can be opened.
    fn next_listed(&mut self) -> Option<u16> {
        if self.listed < self.skip {
            self.listed += 1;
            return None;
        }
        let y = self.next()?;
        self.view.look.areas.add(Rect { y, height: 1, ..self.inner }, Spot::Row(self.listed));
        if self.cursor == Some(self.listed) {
            table::mark(self.buffer, self.inner, y, self.view.look, true);
        }
        self.listed += 1;
        Some(y)
    }

    fn gap(&mut self) {
        self.y += 1;
    }

    fn say(&mut self, words: Words<'_>) {
        if let Some(y) = self.next() {
            words.draw(self.buffer, self.inner.x, y, self.inner.width);
        }
    }

    fn widths(&self) -> [u16; 3] {
        if self.narrow { NARROW_FIGURES } else { FIGURES }
    }

    /// Where the values begin, and how many cells there are for them.
    fn value_place(&self) -> (u16, u16) {
        let dimension = if self.narrow { NARROW_DIMENSION } else { DIMENSION };
        (dimension, self.inner.width.saturating_sub(dimension + self.widths().iter().sum::<u16>()))
    }

    fn share(&self, share: f64) -> String {
        if self.narrow { format::whole_percent(share) } else { format::percent(share) }
    }

    /// Figures from the right edge: lift, share elsewhere, share here.
    fn figures(&mut self, y: u16, figures: [Words<'_>; 3]) {
        let mut end = self.inner.right();
        for (words, width) in figures.into_iter().zip(self.widths()) {
            words.draw_right(self.buffer, end, y, width);
            end = end.saturating_sub(width);
        }
    }

    fn heads(&mut self) {
        let Some(y) = self.next() else { return };
        let head = |en, zh| self.view.words().muted(self.view.pick(en, zh));
        let elsewhere = if self.narrow { head("else", "其余") } else { head("elsewhere", "其余") };
        let heads = [head("lift", "倍数"), elsewhere, head("here", "此处")];
        self.figures(y, heads);
    }

    fn row(&mut self, row: &HitRow, first: bool) {
        let (view, look) = (self.view, self.view.look);
        let Some(y) = self.next_listed() else { return };
        let quiet = row.explained.is_some();
        let (x, room) = self.value_place();
        if first {
            let name = dimension(row.dimension, look.lang);
            view.words().muted(name).draw(self.buffer, self.inner.x, y, x);
        }
        let value = plain(view, row);
        let value = if row.dimension == Dimension::Number && cut::width(&value) > usize::from(room) {
            format::phone(&value, look.glyph(Glyph::Cut))
        } else {
            value
        };
        let of = if quiet { view.words().muted(value) } else { view.words().value(value) };
        of.draw(self.buffer, self.inner.x + x, y, room);
        let times = look.glyph(Glyph::Times);
        let lift =
            row.lift.map_or_else(|| view.pick("only", "仅此").to_owned(), |lift| format!("{times}{}", factor(lift)));
        let lift = match row.explained {
            Some((_, fixed)) if self.narrow => format!("({times}{})", factor(fixed)),
            _ => lift,
        };
        let share = self.share(row.share);
        let (lift, share) = match quiet {
            true => (view.words().muted(lift), view.words().muted(share)),
            false => (view.words().bold(Role::Failed, lift), view.words().value(share)),
        };
        self.figures(y, [lift, view.words().muted(self.share(row.share_elsewhere)), share]);
        let Some((fixed, lift)) = row.explained.filter(|_| !self.narrow) else { return };
        let (fixed, lift) = (dimension(fixed, look.lang), factor(lift));
        let words = say!(look, "{times}{lift} once the {fixed} is fixed", "固定{fixed}后为 {times}{lift}");
        if let Some(y) = self.next() {
            view.words().muted(words).draw(self.buffer, self.inner.x + x, y, self.inner.width.saturating_sub(x));
        }
    }

    fn template(&mut self, template: &Group, share: f64) {
        let view = self.view;
        let Some(y) = self.next_listed() else { return };
        let name = dimension(Dimension::Template, view.look.lang);
        let (x, room) = self.value_place();
        view.words().muted(name).draw(self.buffer, self.inner.x, y, x);
        let words = view.words().value(crate::event::clean::clean(template.label()).into_owned());
        words.draw(self.buffer, self.inner.x + x, y, room);
        let [lift, elsewhere, here] = self.widths();
        let end = self.inner.right();
        let texts = if self.narrow {
            view.pick("in texts", "错误文本")
        } else {
            view.pick("in error texts", "见错误文本")
        };
        view.words().muted(texts).draw_right(self.buffer, end, y, lift + elsewhere);
        view.words().value(self.share(share)).draw_right(self.buffer, end.saturating_sub(lift + elsewhere), y, here);
    }

    /// How much of what has the cause failed with the code.
    fn cause(&mut self, cause: &HitRow) {
        let view = self.view;
        let (failed, all) = (cause.here, cause.here + cause.elsewhere);
        let name = dimension(cause.dimension, view.look.lang);
        self.say(view.words().muted(format!("{name} ")).value(plain(view, cause)));
        if let Some(y) = self.next() {
            let cells = usize::from(self.inner.width.saturating_sub(10));
            bars::funnel(view.look, cells, failed, all, Role::Failed).draw(
                self.buffer,
                self.inner.x,
                y,
                self.inner.width,
            );
            let share = format::percent(failed as f64 / all.max(1) as f64);
            view.words().value(share).draw_right(self.buffer, self.inner.right(), y, 9);
        }
        let (failed, all) = (format::thousands(failed), format::thousands(all));
        let words =
            say!(view.look, "{failed} of {all} messages with it failed so", "其中 {all} 条消息有 {failed} 条因此失败");
        self.say(view.words().muted(words));
    }

    fn not_judged(&mut self, hit: &Hit) {
        let view = self.view;
        self.say(view.words().text(view.pick("too few messages to judge", "消息太少，无法判断")));
        let (here, elsewhere) = (format::thousands(hit.here), format::thousands(hit.elsewhere));
        let words = say!(
            view.look,
            "{here} here, {elsewhere} elsewhere; 30 of each are needed",
            "此处 {here} 条，其余 {elsewhere} 条；各需 30 条"
        );
        for line in wrap(&words, self.inner.width.into()) {
            self.say(view.words().muted(line));
        }
        for (template, here) in &hit.templates {
            self.template(template, *here as f64 / hit.here.max(1) as f64);
        }
    }
}

/// The value as text, as it may be shown.
fn plain(view: &View<'_>, row: &HitRow) -> String {
    match &row.value {
        Group::Named(name) => terms::value(view.look, row.dimension, name).into_owned(),
        value => crate::event::clean::clean(value.label()).into_owned(),
    }
}

/// `8.3`, from 10 on without decimals; beyond three digits it says no more than that it is very much.
fn factor(lift: f64) -> String {
    if lift < 9.95 { format!("{lift:.1}") } else { format!("{:.0}", lift.min(999.0)) }
}
