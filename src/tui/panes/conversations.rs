//! Customers who wrote: who waits for an answer, and how long one may still be given freely.

use super::data::{Closing, closing};
use super::list::List;
use super::{Pane, Place, Size, View};
use crate::monitor::view::{Conversation, ConversationPage, Pick};
use crate::tui::action::Action;
use crate::tui::lang::say;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{Column, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame};
use ratatui::buffer::Buffer;
use std::borrow::Cow;

/// A customer service window, in seconds.
const DAY: i64 = 86_400;

#[derive(Clone, Copy)]
enum Col {
    Unread,
    Name,
    Phone,
    Number,
    Last,
    Inbound,
    LastAt,
    Waits,
    Closes,
}

/// Draws the pane.
pub(super) fn draw(buffer: &mut Buffer, at: Place, view: &View<'_>, list: &mut List) {
    let listed = view.data.conversations.total;
    let inner =
        frame::draw(buffer, at.area, view.look, Pane::Conversations.name(view.look.lang), totals(view), at.focused);
    if listed == 0 && view.data.zoom.pick != Pick::default() {
        let what = view.pick("no conversation is like that", "没有符合条件的会话");
        let keys = |action| view.keys.key(action).map(|key| key.to_string()).unwrap_or_default();
        let (search, unread) = (keys(Action::Filter), keys(Action::Unread));
        let hint = say!(
            view.look,
            "{search} looks for something else, {unread} lists read ones too",
            "{search} 查找其他内容,{unread} 也列出已回复的会话"
        );
        return super::draw_empty(buffer, inner, view, what, &hint);
    }
    if listed == 0 {
        let what = view.pick("nobody wrote in the last 24 h", "最近 24 h 没有客户来信");
        let hint = view.pick(
            "a customer who writes stands here while the window is open",
            "来信的客户在会话窗口开放期间显示在这里",
        );
        return super::draw_empty(buffer, inner, view, what, hint);
    }
    let columns = columns(view, at.zoomed);
    let mut table = Table::new(view.look, &columns, listed);
    list.place(&mut table, inner.height, at.focused);
    table.draw(buffer, inner, |row, column, width| {
        view.data.conversation(row).map_or_else(|| view.words(), |conversation| cell(view, conversation, column, width))
    });
}

fn totals<'a>(view: &View<'a>) -> Vec<Words<'a>> {
    let ConversationPage { open, soon, .. } = view.data.conversations;
    let role = if soon > 0 { Role::Warn } else { Role::Muted };
    let (open, soon) = (format::thousands(open as u64), format::thousands(soon as u64));
    let rate = format::rate(view.data.pulse.inbound_per_s);
    let long = view
        .words()
        .muted(say!(view.look, "{open} open · ", "{open} 开放 · "))
        .role(role, say!(view.look, "{soon} close < 1 h", "{soon} 将在 1 h 内关闭"));
    let short = view.words().muted(format!("{open} · ")).role(role, say!(view.look, "{soon} closing", "{soon} 将关闭"));
    let picked = picked(view);
    let filtered = |totals| {
        let listed = view.data.conversations.total as u64;
        super::filtered(view, listed, |unfiltered| unfiltered.conversations, totals)
    };
    if !picked.is_empty() {
        return filtered(vec![picked.clone().muted(" · ").then(long), picked.clone().muted(" · ").then(short), picked]);
    }
    let totals = vec![
        long.clone().muted(say!(view.look, " · in {rate}/s", " · 来信 {rate}/s")),
        long,
        short,
        view.words().muted(open),
    ];
    super::one_of_four(view, Pane::Conversations, filtered(totals))
}

/// What is listed of the conversations, and how, where that was chosen.
fn picked<'a>(view: &View<'a>) -> Words<'a> {
    let Pick { newest, unread, search } = &view.data.zoom.pick;
    let mut chosen = Vec::new();
    if !search.is_empty() {
        chosen.push(format!("/ {}", view.look.words(search)));
    }
    if *unread {
        chosen.push(view.pick("unread only", "仅未回复").to_owned());
    }
    if *newest {
        chosen.push(view.pick("newest first", "最新在前").to_owned());
    }
    view.words().role(Role::Accent, chosen.join(" · "))
}

/// Whether a click on a head of the zoomed list lists the newest first, or those that close soon: the column's place in [`columns`].
pub(super) fn newest_by(head: usize) -> Option<bool> {
    match head {
        4 | 6 => Some(true),
        8 => Some(false),
        _ => None,
    }
}

fn columns(view: &View<'_>, zoomed: bool) -> Vec<Column<Col>> {
    let unread = Column::text(Col::Unread, "", 1);
    let closes = Column::number(Col::Closes, view.pick("closes in", "距关闭"), 9);
    if zoomed {
        return vec![
            unread,
            Column::text(Col::Name, view.pick("name", "姓名"), 14),
            Column::text(Col::Phone, view.pick("phone", "电话"), 14).after(2).goes(1),
            Column::text(Col::Number, view.pick("number", "号码"), 13).after(2).goes(5),
            Column::text(Col::Last, view.pick("last inbound", "最近来信"), 16).after(2).grows(),
            Column::number(Col::Inbound, view.pick("inbound", "来信"), 7).after(2).goes(4),
            Column::number(Col::LastAt, view.pick("last at", "来信时间"), 8).after(2).goes(2),
            Column::number(Col::Waits, view.pick("waits", "等待"), 9).after(2).goes(3),
            closes.after(2),
        ];
    }
    match view.size {
        Size::One | Size::Narrow => vec![
            unread,
            Column::text(Col::Name, "", 8),
            Column::text(Col::Last, "", 10).grows(),
            Column::number(Col::Closes, "", 6),
        ],
        Size::Normal => vec![
            unread,
            Column::text(Col::Name, view.pick("name", "姓名"), 8),
            Column::text(Col::Phone, view.pick("phone", "电话"), 8),
            Column::text(Col::Last, view.pick("last inbound", "最近来信"), 10).grows(),
            closes,
        ],
        Size::Wide => vec![
            unread,
            Column::text(Col::Name, view.pick("name", "姓名"), 10),
            Column::text(Col::Phone, view.pick("phone", "电话"), 13),
            Column::text(Col::Last, view.pick("last inbound", "最近来信"), 10).grows(),
            closes,
        ],
    }
}

fn cell<'a>(view: &View<'a>, conversation: &'a Conversation, column: Col, width: usize) -> Words<'a> {
    let words = view.words();
    let unread = conversation.unanswered;
    match column {
        Col::Unread if unread => words.glyph(Role::Accent, Glyph::Unread),
        Col::Unread => words,
        Col::Name => {
            let name = conversation.name.as_ref().map(|name| view.look.person(name));
            let customer = || conversation.customer.as_ref().map(|customer| phone(view, customer, width).into());
            let name = name.or_else(customer);
            match name {
                Some(name) if unread => words.strong(name),
                Some(name) => words.text(name),
                None => words.nothing(),
            }
        }
        Col::Phone => match &conversation.customer {
            Some(customer) => words.muted(phone(view, customer, width)),
            None => words.nothing(),
        },
        Col::Number => match &conversation.number {
            Some(number) => words.muted(phone(view, number, width)),
            None => words.nothing(),
        },
        Col::Last if unread => words.text(preview(view, conversation, width)),
        Col::Last => words.muted(preview(view, conversation, width)),
        Col::Inbound => words.value(format::count(conversation.inbound, width)),
        Col::LastAt => {
            let at = format::since(conversation.last_inbound_at, view.data.scope.as_of, view.zone, view.look.lang);
            words.muted(at)
        }
        Col::Waits if unread => words.text(format::countdown(view.age(conversation.last_inbound_at).max(0))),
        Col::Waits => words,
        Col::Closes => {
            // Somebody may have written after the moment that a frozen view shows.
            let seconds = (-view.age(conversation.window_closes_at)).min(DAY);
            let left = if width < 9 { format::short_countdown(seconds) } else { format::countdown(seconds) };
            match closing(conversation, view.data.scope.as_of) {
                Closing::Soon => words.bold(Role::Warn, format::countdown(seconds)),
                Closing::Later => words.muted(left),
                Closing::Closed => words.muted(view.pick("closed", "已关闭")),
            }
        }
    }
}

/// One line of the last inbound. An order whose sum would be cut is told without it: half a number is a wrong one.
fn preview<'a>(view: &View<'_>, conversation: &'a Conversation, width: usize) -> Cow<'a, str> {
    let preview = terms::last_inbound(view.look, conversation);
    match preview.split_once(',') {
        Some((items, _)) if conversation.last_type == "order" && cut::width(&preview) > width => {
            Cow::Owned(say!(view.look, "order: {items}", "订单: {items}"))
        }
        _ => preview,
    }
}

/// A phone, whole where it fits, else by its ends.
fn phone(view: &View<'_>, number: &str, width: usize) -> String {
    let number = view.look.phone(number);
    let fits = cut::width(&number) <= width;
    if fits { number.into_owned() } else { format::phone(&number, view.look.glyph(Glyph::Cut)) }
}
