//! How the inspector looks.

use super::tree::{Row, Tree};
use super::{Inspector, View, notes};
use crate::event::clean::clean;
use crate::event::json::Kind;
use crate::tui::areas::Spot;
use crate::tui::events_tab::scheme_word;
use crate::tui::lang::say;
use crate::tui::look::Look;
use crate::tui::panes::Context;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame as border, table};
use crate::tui::wrap::{first, wrap};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Deepest indentation drawn, in levels; what lies deeper stays at this one.
const DEEPEST: usize = 20;

/// Characters kept of one value: wider than any screen.
const WIDEST: usize = 512;

/// Lines below the tree for a value that its row cannot hold.
const VALUE: usize = 5;

impl Inspector {
    /// Draws it; `selected` is whether its event is the one under the cursor of the list.
    pub(in crate::tui::events_tab) fn draw(
        &mut self,
        frame: &mut Frame<'_>,
        area: Rect,
        ctx: &Context<'_>,
        focused: bool,
        selected: bool,
    ) {
        let look = ctx.look;
        let (name, totals) = self.title(ctx, selected);
        let inner = border::draw(frame.buffer_mut(), area, look, &name, vec![totals], focused);
        if inner.height < 2 {
            return;
        }
        self.draw_views(frame.buffer_mut(), inner, look);
        let below = Rect { y: inner.y + 1, height: inner.height - 1, ..inner };
        if self.tree().is_some() {
            self.draw_tree(frame, area, below, ctx, focused);
        } else {
            self.draw_lines(frame.buffer_mut(), area, below, ctx);
        }
    }

    fn draw_lines(&mut self, buffer: &mut Buffer, area: Rect, below: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        self.room = below.height.into();
        let room = self.room;
        if self.seq().is_none() {
            let hint = look.lang.pick("the newest event, or the one under the cursor", "最新事件,或光标所在的事件");
            Words::new(look).muted(hint).draw(buffer, below.x, below.y + 1, below.width);
            return;
        }
        let count = self.lines(ctx, below.width.into()).len();
        self.top = self.top.min(count.saturating_sub(room));
        let top = self.top;
        for (line, y) in self.lines(ctx, below.width.into()).iter().skip(top).take(room).zip(below.y..) {
            let words = line.iter().fold(Words::new(look), |words, (role, text)| words.role(*role, text.as_str()));
            words.draw(buffer, below.x, y, below.width);
        }
        table::scroll_mark(buffer, area, look, top, room, count);
    }

    /// The rows that are seen; below them the path, and the value where its row is too narrow for it.
    fn draw_tree(&mut self, frame: &mut Frame<'_>, area: Rect, below: Rect, ctx: &Context<'_>, focused: bool) {
        let look = ctx.look;
        let top = self.top;
        let Some(tree) = self.tree() else { return };
        let value = long_value(tree, look, below.width.into());
        let foot = (value.len() as u16 + 2).min(below.height.saturating_sub(3));
        let rows = Rect { height: below.height - foot, ..below };
        let room = usize::from(rows.height);
        let top = table::scroll(top, tree.cursor(), tree.len(), room);
        let buffer = frame.buffer_mut();
        for (row, y) in (top..tree.len()).take(room).zip(rows.y..) {
            look.areas.add(Rect { y, height: 1, ..rows }, Spot::Row(row));
            if row == tree.cursor() {
                table::mark(buffer, rows, y, look, focused);
            }
            draw_row(buffer, rows, y, tree, row, ctx);
        }
        table::scroll_mark(buffer, area, look, top, room, tree.len());
        if foot > 0 {
            draw_foot(buffer, below, foot, tree, value, look);
        }
        (self.top, self.room) = (top, room);
        if foot > 0 {
            self.draw_typed(frame, below, look);
        }
    }

    /// What is looked for, over the row of the path.
    fn draw_typed(&self, frame: &mut Frame<'_>, below: Rect, look: &Look) {
        let Some((input, found)) = &self.typed else { return };
        let y = below.bottom() - 1;
        let buffer = frame.buffer_mut();
        buffer.set_style(Rect { y, height: 1, ..below }, look.style(Role::Strip));
        let blank = " ".repeat(below.width.into());
        Words::new(look).text(blank).draw(buffer, below.x, y, below.width);
        let x = Words::new(look).role(Role::Accent, "/ ").draw(buffer, below.x, y, below.width);
        let typed = clean(input.value()).into_owned();
        let words = if *found { Words::new(look).text(typed) } else { Words::new(look).role(Role::Failed, typed) };
        let end = words.draw(buffer, x, y, below.right().saturating_sub(x));
        if !found {
            let none = look.lang.pick("not here", "没有");
            Words::new(look).muted(none).draw_right(buffer, below.right(), y, below.right().saturating_sub(end + 1));
        }
        let cursor = x.saturating_add(u16::try_from(input.visual_cursor()).unwrap_or(u16::MAX));
        frame.set_cursor_position((cursor.min(below.right().saturating_sub(1)), y));
    }

    /// Number of the event, how it came under the glass, and who vouches for it.
    fn title<'a>(&self, ctx: &Context<'a>, selected: bool) -> (String, Words<'a>) {
        let look = ctx.look;
        let words = Words::new(look);
        let name = look.lang.pick("Event", "事件");
        let Some((event, raw)) = self.parts() else { return (name.to_owned(), words) };
        let how = if selected { look.lang.pick("pinned ", "固定 ") } else { look.lang.pick("newest ", "最新 ") };
        let words = words.muted(how).glyph(Role::Muted, Glyph::Dot).muted(" ");
        let verified = raw.map_or_else(|| event.map(|event| &event.verified), |raw| Some(&raw.verified));
        let words = match verified {
            Some(Some(verified)) => {
                let by = format!(" {} {}", scheme_word(verified.scheme), clean(&verified.secret));
                words.glyph(Role::Ok, Glyph::Good).muted(by)
            }
            Some(None) => words.bold(Role::Failed, look.lang.pick("UNVERIFIED", "未验签")),
            None => words.muted(look.lang.pick("removed by retention", "已过保留期")),
        };
        (format!("{name} {}", format::thousands(self.seq().unwrap_or_default())), words)
    }

    /// The row of words for the sides of the event.
    fn draw_views(&self, buffer: &mut Buffer, inner: Rect, look: &Look) {
        let mut words = Words::new(look);
        for (at, view) in View::ALL.into_iter().enumerate() {
            let word = view.word(look.lang);
            let x = inner.x.saturating_add(words.width() as u16);
            let place = Rect { x, width: cut::width(word) as u16, height: 1, ..inner };
            look.areas.add(place.intersection(inner), Spot::Head(at));
            words = if view == self.view {
                let style = look.style(Role::Selection).patch(look.style(Role::Strong));
                words.styled(style.add_modifier(Modifier::UNDERLINED), word).muted("  ")
            } else {
                words.muted(format!("{word}  "))
            };
        }
        let end = words.draw(buffer, inner.x, inner.y, inner.width);
        if let Some((_, Some(raw))) = self.parts() {
            let bytes = format!(" {} B", format::thousands(raw.body.len() as u64));
            Words::new(look).muted(bytes).draw_right(buffer, inner.right(), inner.y, inner.right().saturating_sub(end));
        }
    }
}

/// One row: fold, name, value, and on the right what the value means.
fn draw_row(buffer: &mut Buffer, area: Rect, y: u16, tree: &Tree, at: usize, ctx: &Context<'_>) {
    let look = ctx.look;
    let Some(row) = tree.row(at) else { return };
    let words = Words::new(look).text("  ".repeat(row.depth.min(DEEPEST)));
    let words = match row.fold {
        Some(true) => words.glyph(Role::Accent, Glyph::Shut),
        Some(false) => words.glyph(Role::Muted, Glyph::Open),
        None => words.text(" "),
    };
    let words = match row.name {
        Some(name) => words.role(Role::Muted, format!(" {}", clean(first(name, WIDEST)))),
        None if row.in_array => words.role(Role::Faint, format!(" {}", row.place)),
        None => words,
    };
    let words = match row.kind {
        Kind::Array => words.muted(format!("  [{}]", row.children)),
        Kind::Object => words.muted(object(&row, look)),
        Kind::String => words.text(format!("  \"{}\"", shown(tree, at, look))),
        _ => words.value(format!("  {}", shown(tree, at, look))),
    };
    let note = notes::note(tree, at, ctx).map(|note| clean(&note).into_owned());
    let end = words.draw(buffer, area.x, y, area.width);
    if let Some(note) = note {
        let words = Words::new(look).glyph(Role::AccentDim, Glyph::Inbound).role(Role::AccentDim, format!(" {note}"));
        // It gives way to the value, which is the truth.
        if words.width() < usize::from(area.right().saturating_sub(end)) {
            words.draw_right(buffer, area.right(), y, area.width);
        }
    }
}

/// What an object holds: its first names while it is shut.
fn object(row: &Row<'_>, look: &Look) -> String {
    let count = row.children;
    if row.inside.is_empty() {
        return format!("  {{{count}}}");
    }
    let names: Vec<_> = row.inside.iter().map(|name| clean(first(name, 40))).collect();
    let more = if count > names.len() { format!(", {}", look.glyph(Glyph::Cut)) } else { String::new() };
    format!("  {{ {}{more} }}", names.join(", "))
}

/// The value under the cursor, as it may be given away: of a container its source.
pub(super) fn chosen(tree: &Tree, look: &Look) -> String {
    let is_container = tree.row(tree.cursor()).is_some_and(|row| matches!(row.kind, Kind::Array | Kind::Object));
    match &look.masker {
        None => tree.chosen(),
        Some(masker) if is_container => masker.text(&tree.chosen()).into(),
        Some(_) => shown(tree, tree.cursor(), look),
    }
}

/// A value as it may be shown on one line.
fn shown(tree: &Tree, at: usize, look: &Look) -> String {
    let value = tree.value(at);
    let is_text = tree.row(at).is_some_and(|row| row.kind == Kind::String);
    if look.masker.is_some() && is_text && !tree.names(at).next().is_some_and(is_open) {
        return look.words(&value).into_owned();
    }
    let value = first(&value, WIDEST).replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    clean(&value).into_owned()
}

/// Whether texts of this name are nobody's: everything else is hidden while phones and texts are masked.
fn is_open(name: &str) -> bool {
    matches!(
        name,
        "status"
            | "type"
            | "timestamp"
            | "code"
            | "meta_code"
            | "href"
            | "field"
            | "event"
            | "object"
            | "messaging_product"
            | "currency"
            | "category"
            | "pricing_model"
            | "biz_opaque_callback_data"
            | "mime_type"
            | "quantity"
            | "item_price"
            | "expiration_timestamp"
            | "language"
            | "message_template_language"
            | "message_template_name"
            | "reason"
            | "emoji"
            | "channel"
            | "app_id"
    )
}

/// The value under the cursor in lines, where it is wider than its row.
fn long_value(tree: &Tree, look: &Look, width: usize) -> Vec<String> {
    let at = tree.cursor();
    let Some(row) = tree.row(at) else { return Vec::new() };
    let value = shown(tree, at, look);
    let used = row.depth.min(DEEPEST) * 2 + 6 + row.name.map_or(4, cut::width);
    if cut::width(&value) + used <= width {
        return Vec::new();
    }
    wrap(&value, width).into_iter().take(VALUE).collect()
}

fn draw_foot(buffer: &mut Buffer, area: Rect, foot: u16, tree: &Tree, value: Vec<String>, look: &Look) {
    let y = area.bottom() - foot;
    let rule = look.glyph(Glyph::Rule).repeat(area.width.into());
    Words::new(look).role(Role::Grid, rule).draw(buffer, area.x, y, area.width);
    for (line, y) in value.into_iter().zip(y + 1..area.bottom() - 1) {
        Words::new(look).text(line).draw(buffer, area.x, y, area.width);
    }
    let (at, all) = (format::thousands(tree.cursor() as u64 + 1), format::thousands(tree.len() as u64));
    let more = if tree.is_cut() { "+" } else { "" };
    let place = Words::new(look).muted(say!(look, "{at} of {all}{more}", "第 {at} 行,共 {all}{more}"));
    let room = area.width.saturating_sub(place.width() as u16 + 1);
    let y = area.bottom() - 1;
    let label = look.lang.pick("path ", "路径 ");
    let path = clean(&tree.path()).into_owned();
    let path =
        cut::middle(&path, usize::from(room).saturating_sub(cut::width(label)), look.glyph(Glyph::Cut)).into_owned();
    Words::new(look).muted(label).text(path).draw(buffer, area.x, y, room);
    place.draw_right(buffer, area.right(), y, area.width);
}
