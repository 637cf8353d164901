//! How the screen of a message looks.

use super::says::{head, says};
use super::{Part, State, StoryPage, role_of};
use crate::event::Millis;
use crate::monitor::story::{Standing, Step, Story};
use crate::tui::areas::Spot;
use crate::tui::lang::say;
use crate::tui::look::Look;
use crate::tui::panes::Context;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{format, frame as border};
use crate::tui::wrap::{fill, wrap};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

/// Width from which the boxes stand beside the story, and height from which something stands below it.
const WIDE: u16 = 100;
const HIGH: u16 = 20;

/// One line of the story.
struct Line<'a> {
    step: usize,
    words: Words<'a>,
}

/// Cells of the columns before what a step says.
struct Columns {
    received: usize,
    lag: usize,
    word: usize,
    provider: usize,
}

impl Columns {
    fn of(width: usize) -> Self {
        match width {
            66.. => Self { received: 12, lag: 9, word: 12, provider: 9 },
            52.. => Self { received: 12, lag: 9, word: 12, provider: 0 },
            _ => Self { received: 8, lag: 0, word: 12, provider: 0 },
        }
    }

    fn before(&self) -> usize {
        1 + self.received + self.lag + 2 + self.word + self.provider
    }
}

/// The outcome with its sign.
pub(in crate::tui) fn standing<'a>(story: &Story, look: &'a Look) -> Words<'a> {
    let lang = look.lang;
    let words = Words::new(look);
    let role = role_of(story.standing);
    let (glyph, word) = match story.standing {
        Standing::Read => (Glyph::ReadTick, lang.pick("read", "已读")),
        Standing::Delivered => (Glyph::DeliveredTick, lang.pick("delivered", "已送达")),
        Standing::Failed => (Glyph::Critical, lang.pick("failed", "失败")),
        Standing::Waiting => (Glyph::Ready, lang.pick("waiting", "等待")),
        Standing::Silent => (Glyph::Unknown, lang.pick("silent", "沉默")),
        Standing::Received => (Glyph::Inbound, lang.pick("received", "已接收")),
    };
    let words = words.glyph(role, glyph).text(" ").bold(role, word);
    if story.conflict { words.role(Role::Warn, lang.pick(" conflict", " 冲突")) } else { words }
}

impl StoryPage {
    pub(super) fn draw_all(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        if self.raw.is_some() {
            return self.draw_raw(buffer, area, ctx);
        }
        if self.story().is_none() {
            return self.draw_nothing(buffer, area, ctx);
        }
        if area.width >= WIDE && area.height >= HIGH {
            let side = if area.width >= 160 { 64 } else { 42 };
            let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(side)]).areas(area);
            let [story, clock] = Layout::vertical([Constraint::Fill(1), Constraint::Length(9)]).areas(left);
            let rows = u16::try_from(self.story().map_or(0, |story| story.requests.len())).unwrap_or(u16::MAX);
            let requests = rows.saturating_add(3).clamp(5, area.height / 4);
            let [facts, requests, forwarded] =
                Layout::vertical([Constraint::Fill(1), Constraint::Length(requests), Constraint::Length(6)])
                    .areas(right);
            self.draw_story(buffer, story, ctx, true);
            self.draw_clock(buffer, clock, ctx, false);
            self.draw_facts(buffer, facts, ctx, false);
            self.draw_requests(buffer, requests, ctx);
            self.draw_forwarded(buffer, forwarded, ctx);
        } else if area.height >= HIGH - 2 {
            // What has the focus has the room.
            let height = if self.part == Part::Story { 8 } else { area.height - 6 };
            let [story, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(height)]).areas(area);
            self.draw_story(buffer, story, ctx, self.part == Part::Story);
            match self.part {
                Part::Clock => self.draw_clock(buffer, below, ctx, true),
                part => self.draw_facts(buffer, below, ctx, part == Part::Facts),
            }
        } else {
            match self.part {
                Part::Story => self.draw_story(buffer, area, ctx, true),
                Part::Facts => self.draw_facts(buffer, area, ctx, true),
                Part::Clock => self.draw_clock(buffer, area, ctx, true),
            }
        }
    }

    fn draw_nothing(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let lang = ctx.look.lang;
        let inner = border::draw(buffer, area, ctx.look, lang.pick("Story", "经过"), Vec::new(), true);
        let text = match self.state {
            State::Unknown => {
                lang.pick("the journal does not know this id, or it is past retention", "日志中没有此 ID,或已过保留期")
            }
            State::Reading | State::Known(_) => lang.pick("reading …", "读取中 …"),
        };
        Words::new(ctx.look).muted(text).draw(buffer, inner.x, inner.y + inner.height.min(1), inner.width);
    }

    fn draw_story(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>, focused: bool) {
        ctx.look.areas.add(area, Spot::Pane(Part::Story as usize));
        let look = ctx.look;
        let Some(story) = self.story() else { return };
        let inner = border::draw(buffer, area, look, look.lang.pick("Story", "经过"), totals(story, look), focused);
        if inner.height < 2 {
            return;
        }
        let columns = Columns::of(inner.width.into());
        draw_heads(buffer, inner, &columns, look);
        let lines = lines(story, &columns, inner.width.into(), ctx);
        let room = usize::from(inner.height - 1);
        let first = lines.iter().position(|line| line.step == self.cursor).unwrap_or(0);
        let last = lines.iter().rposition(|line| line.step == self.cursor).unwrap_or(0);
        let top =
            self.top.min(lines.len().saturating_sub(room)).min(first).max((last + 1).saturating_sub(room)).min(first);
        let cursor = self.cursor;
        for (line, y) in lines.into_iter().skip(top).zip(inner.y + 1..inner.bottom()) {
            if line.step == cursor {
                let row = Rect { x: inner.x.saturating_sub(1), y, width: inner.width + 1, height: 1 };
                buffer.set_style(row, look.style(if focused { Role::Selection } else { Role::SelectionIdle }));
                Words::new(look).glyph(Role::Accent, Glyph::Cursor).draw(buffer, inner.x.saturating_sub(1), y, 1);
            }
            look.areas.add(Rect { y, height: 1, ..inner }, Spot::Row(line.step));
            line.words.draw(buffer, inner.x, y, inner.width);
        }
        (self.top, self.room) = (top, room);
    }

    fn draw_raw(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let Some(raw) = &mut self.raw else { return };
        let number = format::thousands(raw.request);
        let name = say!(look, "Raw request {number}", "原始请求 {number}");
        let inner = border::draw(buffer, area, look, &name, Vec::new(), true);
        let width = usize::from(inner.width);
        // What is ours, in the first line, is read as words; the request as it stands.
        let broken = |(at, line): (usize, &String)| {
            let line = crate::event::clean::clean(line);
            if at == 0 { wrap(&line, width) } else { fill(&line, width) }
        };
        let lines: Vec<String> = raw.lines(ctx).iter().enumerate().flat_map(broken).collect();
        raw.top = raw.top.min(lines.len().saturating_sub(usize::from(inner.height)));
        for (line, y) in lines.into_iter().skip(raw.top).zip(inner.top()..inner.bottom()) {
            Words::new(look).text(line).draw(buffer, inner.x, y, inner.width);
        }
    }
}

/// What the frame of the story says, the longest first.
fn totals<'a>(story: &Story, look: &'a Look) -> Vec<Words<'a>> {
    let duplicates = story.duplicates();
    let events = story.steps.len() - duplicates;
    let counts = match look.lang {
        crate::tui::lang::Lang::En => {
            let plural = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
            let duplicates =
                if duplicates > 0 { format!(", {}", plural(duplicates, "duplicate")) } else { String::new() };
            format!("{}{duplicates}", plural(events, "event"))
        }
        crate::tui::lang::Lang::Zh => format!("{events} 个事件,{duplicates} 个重复"),
    };
    let order = look.lang.pick("order of receipt", "按接收顺序");
    let least = if story.repeats_to.is_some() { look.lang.pick(" at least", " 起") } else { "" };
    vec![
        Words::new(look).muted(format!("{counts}{least} · {order}")),
        Words::new(look).muted(format!("{counts}{least}")),
    ]
}

fn draw_heads(buffer: &mut Buffer, inner: Rect, columns: &Columns, look: &Look) {
    let lang = look.lang;
    let mut words = Words::new(look).muted(lang.pick("received", "接收")).to(columns.received + 1);
    if columns.lag > 0 {
        let lag = lang.pick("lag", "延迟");
        words = words.muted(" ".repeat(columns.lag.saturating_sub(crate::tui::widgets::cut::width(lag)))).muted(lag);
    }
    words = words.text("  ").muted(lang.pick("event", "事件")).to(columns.before() - columns.provider);
    if columns.provider > 0 {
        words = words.muted(lang.pick("provider", "平台时间")).to(columns.before());
    }
    words.muted(lang.pick("what it says", "内容")).draw(buffer, inner.x, inner.y, inner.width);
}

/// The whole story as lines.
fn lines<'a>(story: &Story, columns: &Columns, width: usize, ctx: &Context<'a>) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for (at, step) in story.steps.iter().enumerate() {
        let room = width.saturating_sub(columns.before() + 1);
        let mut says = says(step, ctx)
            .into_iter()
            .flat_map(|(role, text)| wrap(&text, room).into_iter().map(move |line| (role, line)));
        let first = says.next().unwrap_or((Role::Muted, String::new()));
        lines.push(Line { step: at, words: row(step, columns, ctx).role(first.0, first.1) });
        for (role, text) in says {
            let bar = columns.before().saturating_sub(columns.word + columns.provider + 2);
            let words = Words::new(ctx.look).to(bar).role(Role::Faint, "│").to(columns.before()).role(role, text);
            lines.push(Line { step: at, words });
        }
    }
    lines.push(Line { step: usize::MAX, words: now(story, columns, ctx) });
    lines
}

/// The columns of a step.
fn row<'a>(step: &Step, columns: &Columns, ctx: &Context<'a>) -> Words<'a> {
    let look = ctx.look;
    let at = step.event.received_at;
    let clock = format::clock(at, ctx.zone);
    let received = if columns.received > 8 { format!("{clock}.{:03}", at.0.rem_euclid(1000)) } else { clock };
    let mut words = Words::new(look).value(received).to(columns.received + 1);
    if columns.lag > 0 {
        let lag = step.lag_ms.map_or_else(
            || look.glyph(Glyph::NoValue).to_owned(),
            |lag| {
                if lag < 0 {
                    format!("-{}", format::short_duration(-lag / 1000))
                } else {
                    format::short_duration(lag / 1000)
                }
            },
        );
        let width = columns.lag;
        words = words.muted(format!("{lag:>width$}"));
    }
    let (glyph, role, word) = head(step, look.lang);
    words = words.text("  ").glyph(role, glyph).text(" ").role(role, word).to(columns.before() - columns.provider);
    if columns.provider > 0 {
        let provider = step
            .event
            .provider_at
            .map_or_else(|| look.glyph(Glyph::NoValue).to_owned(), |at| format::clock(Millis::from(at), ctx.zone));
        words = words.muted(provider).to(columns.before());
    }
    words
}

/// The end of the story: how long nothing has come.
fn now<'a>(story: &Story, columns: &Columns, ctx: &Context<'a>) -> Words<'a> {
    let look = ctx.look;
    let last = story.steps.last().map_or(ctx.scope.as_of, |step| step.event.received_at);
    let quiet = format::age((ctx.scope.as_of.0 - last.0) / 1000);
    let bar = columns.before().saturating_sub(columns.word + columns.provider + 2);
    let words = Words::new(look).to(bar).glyph(Role::Faint, Glyph::Rule).muted(look.lang.pick(" now", " 现在"));
    words.to(columns.before()).muted(say!(look, "nothing for {quiet}", "已 {quiet} 无消息"))
}
