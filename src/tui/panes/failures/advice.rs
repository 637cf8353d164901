//! What to do about the code under the cursor: the catalogue's advice, and what the wire itself says.

use super::{DETAIL, about};
use crate::monitor::view::Failure;
use crate::tui::lang::say;
use crate::tui::panes::View;
use crate::tui::terms;
use crate::tui::theme::Glyph;
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame};
use crate::tui::wrap::{first, wrap};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Cells before the words of the wire, and where there are few rows.
const WIRE: usize = 14;
const FEW_WIRE: usize = 9;

/// Draws the box.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &View<'_>, failure: &Failure) {
    let retry = terms::retry(view.look, failure.retryable);
    let class = terms::class(view.look.lang, &failure.class);
    let totals = say!(view.look, "catalogue · class {class} · retry: {retry}", "目录 · 类别 {class} · 可重试：{retry}");
    let totals = vec![view.words().muted(totals)];
    let inner = frame::draw(buffer, area, view.look, view.pick("What to do", "处理建议"), totals, false);
    let few = inner.height < DETAIL - 2;
    let span = [failure.first_at, failure.last_at].map(|at| format::clock(at, view.zone)).join("–");
    let title = about(view, failure).text("   ").text(terms::failure_title(view.look, failure));
    let received = view.words().muted(view.pick("received", "接收时间")).to(WIRE).value(span);

    // Each takes one row, and what is left over goes to the advice first, to the wire's title last.
    let advice = Told::new(view, "", 0, terms::advice(view.look, failure).into_owned());
    let details = details(view, failure, few);
    let wire = (!few || details.is_none()).then(|| title_on_wire(view, failure, few));
    let told = 1 + usize::from(details.is_some()) + usize::from(wire.is_some()) + if few { 0 } else { 2 };
    let mut spare = usize::from(inner.height).saturating_sub(told);
    let width = usize::from(inner.width);
    let advice = advice.lines_taking(view, width, &mut spare);
    let details = details.map_or_else(Vec::new, |told| told.lines_taking(view, width, &mut spare));
    let wire = wire.map_or_else(Vec::new, |told| told.lines_taking(view, width, &mut spare));
    let blank = if spare > 0 && !few { vec![view.words()] } else { Vec::new() };
    let lines = if few {
        [advice, wire, details].concat()
    } else {
        [vec![title], advice, blank, wire, details, vec![received]].concat()
    };
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        line.draw(buffer, inner.x, y, inner.width);
    }
}

fn title_on_wire<'a>(view: &View<'a>, failure: &Failure, few: bool) -> Told<'a> {
    let wrappers: Vec<_> = failure.platform_codes.iter().map(i64::to_string).collect();
    let tail = if wrappers.is_empty() {
        view.words()
    } else {
        view.words().muted(view.pick("   wrapped in ", "   外层 ")).value(wrappers.join(", "))
    };
    let none = view.look.glyph(Glyph::NoValue);
    let title = failure.wire_title.as_deref().map_or(none.into(), |title| view.look.quoting(first(title, 600)));
    let (label, indent) =
        if few { (view.pick("title", "标题"), FEW_WIRE) } else { (view.pick("wire title", "原始标题"), WIRE) };
    Told { tail, ..Told::new(view, label, indent, title.into_owned()) }
}

/// The wire's details, and how many of the messages say so when not all do.
fn details<'a>(view: &View<'a>, failure: &Failure, few: bool) -> Option<Told<'a>> {
    let (details, messages) = failure.wire_details.as_ref()?;
    let (said, all) = (format::thousands(*messages), format::thousands(failure.messages));
    let tail = match *messages == failure.messages {
        true => view.words(),
        false => view.words().muted(say!(view.look, "   in {said} of {all}", "   {all} 条中 {said} 条")),
    };
    let (label, indent) = if few {
        (view.pick("details", "详情"), FEW_WIRE)
    } else {
        (view.pick("wire details", "原始详情"), WIRE)
    };
    Some(Told { tail, ..Told::new(view, label, indent, view.look.quoting(first(details, 600)).into_owned()) })
}

/// A text behind its label, which may take several lines, and what stands behind its end.
struct Told<'a> {
    label: &'static str,
    indent: usize,
    text: String,
    tail: Words<'a>,
}

impl<'a> Told<'a> {
    fn new(view: &View<'a>, label: &'static str, indent: usize, text: String) -> Self {
        Self { label, indent, text, tail: view.words() }
    }

    /// One line, and more from the `spare` ones.
    fn lines_taking(self, view: &View<'a>, width: usize, spare: &mut usize) -> Vec<Words<'a>> {
        let lines = self.lines(view, width, 1 + *spare);
        *spare -= lines.len().saturating_sub(1);
        lines
    }

    /// At most `rows` lines. What does not fit is cut where it ends, with a sign that it was.
    fn lines(self, view: &View<'a>, width: usize, rows: usize) -> Vec<Words<'a>> {
        let Self { label, indent, text, tail } = self;
        let room = width.saturating_sub(indent);
        let mut lines = wrap(&text, room);
        let room = room.saturating_sub(tail.width());
        if lines.last().is_some_and(|last| cut::width(last) > room) {
            lines = wrap(&text, room);
        }
        if lines.len() > rows {
            let rest = lines.split_off(rows.saturating_sub(1)).join(" ");
            lines.push(cut::cut(&rest, room, view.look.glyph(Glyph::Cut)).into_owned());
        }
        let last = lines.len().saturating_sub(1);
        let line = |(at, text): (usize, String)| {
            let words = view.words().muted(if at == 0 { label } else { "" }).to(indent).value(text);
            if at == last { words.then(tail.clone()) } else { words }
        };
        lines.into_iter().enumerate().map(line).collect()
    }
}
