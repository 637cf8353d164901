//! How the prompt looks: the expression in its row, and below it the mistake and what could come next.

use super::language::about;
use super::live::of_window;
use super::offers::Offer;
use super::word::Word;
use super::{FilterBar, Prompt};
use crate::event::clean::clean;
use crate::query::FilterError;
use crate::tui::lang::say;
use crate::tui::look::Look;
use crate::tui::panes::Context;
use crate::tui::terms::sentence;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{mark, scroll, scroll_mark};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame as border};
use crate::tui::wrap::wrap;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::{Clear, Widget};

/// Offers that are seen at once.
const ROWS: usize = 8;

/// Lines of the explanation of a mistake.
const LINES: usize = 4;

/// Cells of a value, and of what it means.
const VALUE: usize = 34;
const NOTE: usize = 30;

/// The expression as it stands in its row.
struct Typed {
    row: Rect,
    /// Where it begins.
    x: u16,
    /// Cells of it that are scrolled out on the left.
    scrolled: usize,
}

impl FilterBar {
    /// Draws the prompt over `row`, and what belongs to it over what is below.
    pub fn draw(&mut self, frame: &mut Frame<'_>, row: Rect, ctx: &Context<'_>) {
        let Some(prompt) = &self.prompt else { return };
        let look = ctx.look;
        let typed = self.draw_typed(frame, row, prompt, ctx);
        let buffer = frame.buffer_mut();
        let mut below = Rect { y: row.y + 1, height: buffer.area.bottom().saturating_sub(row.y + 2), ..row };
        if let Some(error) = prompt.shown_error() {
            let used = draw_mistake(buffer, &typed, below, prompt, error, look);
            below = Rect { y: below.y + used, height: below.height - used, ..below };
        }
        draw_offers(buffer, &typed, below, prompt, ctx);
        if let Some(language) = self.prompt.as_mut().and_then(|prompt| prompt.language.as_mut()) {
            language.draw(frame, look);
        }
    }

    /// The row: the expression on the left; on the right what is in force instead, or which of those applied before it is.
    fn draw_typed(&self, frame: &mut Frame<'_>, row: Rect, prompt: &Prompt, ctx: &Context<'_>) -> Typed {
        let look = ctx.look;
        let buffer = frame.buffer_mut();
        Clear.render(row, buffer);
        buffer.set_style(row, look.style(Role::Strip));
        let x = Words::new(look).role(Role::Accent, " / ").draw(buffer, row.x, row.y, row.width);
        let beside = self.beside(prompt, ctx);
        let whole = row.right().saturating_sub(x + 1);
        let room = if beside.is_empty() { whole } else { whole.min(row.width * 3 / 5) };
        let scrolled = prompt.input.visual_scroll(room.into());
        let value = clean(prompt.input.value()).into_owned();
        let skipped = cut::head(&value, scrolled).len();
        Words::new(look).text(value.split_at(skipped).1.to_owned()).draw(buffer, x, row.y, room);
        if value.is_empty() {
            let hint = look.lang.pick(self.hint.0, self.hint.1);
            Words::new(look).muted(hint).draw(buffer, x + 1, row.y, room.saturating_sub(1));
        }
        let left = row.right().saturating_sub(x + room + 2);
        beside.draw_right(buffer, row.right().saturating_sub(1), row.y, left);
        let cursor = prompt.input.visual_cursor().saturating_sub(scrolled);
        let cursor = x.saturating_add(u16::try_from(cursor).unwrap_or(u16::MAX)).min(row.right().saturating_sub(1));
        frame.set_cursor_position((cursor, row.y));
        Typed { row, x, scrolled }
    }

    fn beside<'a>(&self, prompt: &Prompt, ctx: &Context<'a>) -> Words<'a> {
        let (look, words) = (ctx.look, Words::new(ctx.look));
        if prompt.error.is_some() && !self.expression.is_empty() {
            return words.muted(look.lang.pick("last good: ", "上次有效:")).text(clean(&self.expression).into_owned());
        }
        match &prompt.past {
            None if !self.on => words.role(Role::Warn, look.lang.pick("switched off", "已关闭")),
            Some(past) => {
                let (at, of) = (ctx.filters.len().saturating_sub(past.at), ctx.filters.len());
                words.muted(say!(look, "history {at} of {of}", "历史 {at} / {of}"))
            }
            None => words,
        }
    }
}

impl Typed {
    /// Column of a byte of the expression.
    fn column(&self, prompt: &Prompt, byte: usize) -> u16 {
        let cells = prompt.input.value().get(..byte).map_or(0, cut::width).saturating_sub(self.scrolled);
        self.x.saturating_add(u16::try_from(cells).unwrap_or(u16::MAX))
    }
}

/// A box of a given size over `below`, as near to column `x` as there is room.
fn place(below: Rect, x: u16, width: usize, height: usize) -> Rect {
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(below.width);
    let height = u16::try_from(height).unwrap_or(u16::MAX).min(below.height);
    Rect { x: x.clamp(below.x, below.right().saturating_sub(width).max(below.x)), width, height, ..below }
}

/// Underlines the mistake and explains it in a box below, with carets pointing up at it. Returns the rows of the box.
fn draw_mistake(
    buffer: &mut Buffer,
    typed: &Typed,
    below: Rect,
    prompt: &Prompt,
    error: &FilterError,
    look: &Look,
) -> u16 {
    let (start, end) = (typed.column(prompt, error.span.start), typed.column(prompt, error.span.end));
    let mistake = Rect::new(start, typed.row.y, (end - start).max(1), 1).intersection(typed.row);
    buffer.set_style(mistake, look.style(Role::Failed).add_modifier(Modifier::BOLD | Modifier::UNDERLINED));

    let mut message = clean(&sentence(look.lang, &error.message)).into_owned();
    if error.fix.is_some() {
        message.push_str(look.lang.pick("  Tab takes it", "  按 Tab 采用"));
    }
    let mut lines = wrap(&message, usize::from(below.width.saturating_sub(4)));
    lines.truncate(LINES);
    let width = lines.iter().map(|line| cut::width(line)).max().unwrap_or(0) + 4;
    // From the left where that reaches the mistake, so that the box stays while the mistake moves.
    let width = width.max(30);
    let x = (mistake.right() + 1).saturating_sub(u16::try_from(width).unwrap_or(u16::MAX)).max(below.x);
    let area = place(below, x, width, lines.len() + 2);
    if area.height < 3 {
        return 0;
    }
    Clear.render(area, buffer);
    let inner = border::draw(buffer, area, look, "", Vec::new(), false);
    for x in area.x + 1..area.right() - 1 {
        buffer[(x, area.y)].set_symbol(look.frame(false).horizontal_top); // also where a name would stand
    }
    buffer.set_style(area, look.style(Role::Popup).patch(look.style(Role::Warn)));
    buffer.set_style(inner, look.style(Role::Text));
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        Words::new(look).text(line).draw(buffer, inner.x, y, inner.width);
    }
    let carets = Rect { y: area.y, ..mistake }.intersection(Rect { width: area.width - 1, ..area });
    for x in carets.left()..carets.right() {
        buffer[(x, area.y)].set_symbol("^");
    }
    area.height
}

/// What could come next, in a box under the word.
fn draw_offers(buffer: &mut Buffer, typed: &Typed, below: Rect, prompt: &Prompt, ctx: &Context<'_>) {
    let (look, offers, window) = (ctx.look, &prompt.offers, ctx.window);
    let mut notes = notes(prompt, look);
    let wide = offers.rows.iter().map(|offer| row_of(offer, look).iter().map(Words::width).sum::<usize>()).max();
    let Some(wide) = wide else { return };
    let wide = notes.iter().map(Words::width).fold(wide + 1, usize::max).max(36);
    let word = Word::at(prompt.input.value(), prompt.cursor());
    let x = typed.column(prompt, word.span.start).saturating_sub(2);
    let mut shown = offers.rows.len().min(ROWS);
    if shown + notes.len() + 2 > usize::from(below.height) {
        notes.clear();
        shown = shown.min(usize::from(below.height.saturating_sub(2)));
    }
    if shown == 0 {
        return;
    }
    let area = place(below, x, wide + 4, shown + notes.len() + 2);
    Clear.render(area, buffer);
    let (name, scope) = match offers.field {
        Some(field) if of_window(field) => (field.name, say!(look, "messages in {window}", "{window} 内的消息")),
        Some(field) => (field.name, String::new()),
        None => (look.lang.pick("fields", "字段"), String::new()),
    };
    let inner = border::draw(buffer, area, look, name, vec![Words::new(look).muted(scope)], true);
    buffer.set_style(area, look.style(Role::Popup));
    let top = scroll(0, offers.row, offers.rows.len(), shown);
    for ((at, offer), y) in offers.rows.iter().enumerate().skip(top).take(shown).zip(inner.top()..) {
        if at == offers.row {
            mark(buffer, inner, y, look, true);
        }
        let [name, note, count] = row_of(offer, look);
        let left = inner.width.saturating_sub(u16::try_from(count.width()).unwrap_or(0));
        name.then(note).draw(buffer, inner.x, y, left);
        count.draw_right(buffer, inner.right(), y, inner.width);
    }
    scroll_mark(
        buffer,
        Rect { height: u16::try_from(shown + 2).unwrap_or(area.height), ..area },
        look,
        top,
        shown,
        offers.rows.len(),
    );
    for (note, y) in notes.into_iter().zip(inner.top() + u16::try_from(shown).unwrap_or(0)..inner.bottom()) {
        note.draw(buffer, inner.x, y, inner.width);
    }
}

/// An offer: its name, what it is, how many have it.
fn row_of<'a>(offer: &Offer, look: &'a Look) -> [Words<'a>; 3] {
    let words = || Words::new(look);
    match offer {
        Offer::Field(field) => [words().value(field.name).to(15), words().muted(about(field, look.lang)), words()],
        Offer::Value(value) => {
            let cut = |text: &str, most| cut::cut(&clean(text), most, look.glyph(Glyph::Cut)).into_owned();
            let note =
                if value.note.is_empty() { words() } else { words().muted(format!("  {}", cut(&value.note, NOTE))) };
            let count = value.count.map_or_else(words, |count| words().muted(" ").text(format::thousands(count)));
            [words().value(cut(&value.text, VALUE)), note, count]
        }
    }
}

/// What else can be written, and the keys.
fn notes<'a>(prompt: &Prompt, look: &'a Look) -> Vec<Words<'a>> {
    let lang = look.lang;
    let offers = &prompt.offers;
    let mut notes = Vec::new();
    if let Some(field) = offers.field {
        let name = field.name;
        notes.push(Words::new(look).muted(if field.is_ordered() {
            say!(look, "also {name}>1  {name}:1..9 range  -{name}: not", "也可 {name}>1  {name}:1..9 范围  -{name}: 非")
        } else {
            say!(look, "also ab* glob  :~/^ab/ regex  -{name}: not", "也可 ab* 通配  :~/^ab/ 正则  -{name}: 非")
        }));
    }
    let corrects = prompt.shown_error().is_some_and(|error| error.fix.is_some()) && !offers.is_chosen();
    let keys = [
        (if corrects { "" } else { "Tab" }, lang.pick("take", "采用")),
        (if look.ascii() { "Up Down" } else { "↑↓" }, lang.pick("choose", "选择")),
        ("Ctrl-R", lang.pick("history", "历史")),
    ];
    let keys = keys.into_iter().filter(|(key, _)| !key.is_empty());
    notes.push(
        keys.fold(Words::new(look), |line, (key, word)| line.role(Role::Accent, key).muted(format!(" {word}  "))),
    );
    notes
}
