//! The stages on the provider's clock: an axis from the first to the last, and what the first error means.

use super::StoryPage;
use crate::event::{Detail, Millis, catalogue};
use crate::monitor::story::{Stage, Standing, Story};
use crate::tui::lang::{Lang, say};
use crate::tui::panes::Context;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame as border};
use crate::tui::wrap::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Stages at one moment, and where on the axis they stand.
struct Mark {
    names: String,
    at: Millis,
    failed: bool,
    x: usize,
}

impl StoryPage {
    /// The axis, and below it how long each stage took and what the error means.
    pub(super) fn draw_clock(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>, focused: bool) {
        let look = ctx.look;
        let Some(story) = self.story() else { return };
        let name = look.lang.pick("Provider clock", "平台时钟");
        let totals = match story.took_s() {
            Some(took) => Words::new(look).muted(format::duration(took)),
            None if matches!(story.standing, Standing::Received) => {
                Words::new(look).muted(look.lang.pick("what is received has no stages", "收到的消息没有阶段"))
            }
            None => Words::new(look).muted(look.lang.pick("no times on the wire", "未提供时间")),
        };
        let inner = border::draw(buffer, area, look, name, vec![totals], focused);
        if inner.height == 0 {
            return;
        }
        let mut y = inner.y;
        let marks = marks(story, look.lang, usize::from(inner.width));
        if !marks.is_empty() && inner.height >= 4 {
            draw_axis(buffer, Rect { height: 3, ..inner }, &marks, ctx);
            y += 3;
        }
        for (role, line) in lines(story, ctx, inner.width.into()) {
            if y >= inner.bottom() {
                break;
            }
            Words::new(look).role(role, line).draw(buffer, inner.x, y, inner.width);
            y += 1;
        }
    }
}

fn draw_axis(buffer: &mut Buffer, area: Rect, marks: &[Mark], ctx: &Context<'_>) {
    let look = ctx.look;
    let width = usize::from(area.width);
    let rule = look.glyph(Glyph::FunnelFull).repeat(width);
    Words::new(look).role(Role::AccentDim, rule).draw(buffer, area.x, area.y + 1, area.width);
    let mut ends = [0, 0];
    for mark in marks {
        let (glyph, role) = if mark.failed { (Glyph::Critical, Role::Failed) } else { (Glyph::Live, Role::Strong) };
        Words::new(look).glyph(role, glyph).draw(buffer, area.x + mark.x as u16, area.y + 1, 1);
        // Names above and times below stand under their mark, pushed in from the edges; what has no room goes.
        for (row, text) in [(0, mark.names.clone()), (2, format::clock(mark.at, ctx.zone))] {
            let wide = cut::width(&text);
            let x = mark.x.saturating_sub(wide / 2).min(width.saturating_sub(wide));
            let end = &mut ends[row / 2];
            if x < *end || wide > width {
                continue;
            }
            *end = x + wide + 1;
            let words = Words::new(look);
            let words = if row == 0 { words.role(role, text) } else { words.muted(text) };
            words.draw(buffer, area.x + x as u16, area.y + row as u16, wide as u16);
        }
    }
}

/// The stages that have a time, those of one second together.
fn marks(story: &Story, lang: Lang, width: usize) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut timed: Vec<&Stage> = story.stages.iter().filter(|stage| stage.at.is_some()).collect();
    timed.sort_by_key(|stage| stage.at);
    for stage in timed {
        let Some(at) = stage.at.map(Millis::from) else { continue };
        let failed = stage.stage == "failed";
        match marks.last_mut().filter(|mark| mark.at == at) {
            Some(mark) => {
                mark.names = format!("{}, {}", mark.names, stage_word(stage.stage, lang));
                mark.failed |= failed;
            }
            None => marks.push(Mark { names: stage_word(stage.stage, lang).to_owned(), at, failed, x: 0 }),
        }
    }
    if let (Some(first), Some(last)) = (marks.first().map(|mark| mark.at.0), marks.last().map(|mark| mark.at.0)) {
        let span = (last - first).max(1);
        let end = width.saturating_sub(1) as i64;
        marks.iter_mut().for_each(|mark| mark.x = ((mark.at.0 - first).saturating_mul(end) / span) as usize);
    }
    marks
}

pub(super) fn stage_word(stage: &str, lang: Lang) -> &'static str {
    match stage {
        "sent" => lang.pick("sent", "已发送"),
        "delivered" => lang.pick("delivered", "已送达"),
        "read" => lang.pick("read", "已读"),
        _ => lang.pick("failed", "失败"),
    }
}

fn lines(story: &Story, ctx: &Context<'_>, width: usize) -> Vec<(Role, String)> {
    let look = ctx.look;
    let took = |name: &str| story.stages.iter().find(|stage| stage.stage == name).and_then(|stage| stage.after_s);
    let deliver = took("delivered").map(format::duration);
    let read = took("read").map(format::duration);
    let mut spans = Vec::new();
    spans.extend(deliver.map(|took| say!(look, "{took} to deliver", "送达用时 {took}")));
    spans.extend(read.map(|took| say!(look, "{took} to read", "阅读用时 {took}")));
    let mut lines = Vec::new();
    if !spans.is_empty() {
        lines.push((Role::Text, spans.join("   ")));
        lines.push((Role::Muted, String::new()));
    }
    let first = story.steps.iter().find_map(|step| match &step.event.detail {
        Detail::Status(status) => status.errors.first(),
        Detail::Inbound(inbound) => inbound.errors.first(),
        _ => None,
    });
    if let Some(code) = first.and_then(|error| error.code)
        && let (Some(entry), Some(words)) = (catalogue::lookup(code), terms::wording(look.lang, Some(code)))
    {
        let class = terms::class(look.lang, &entry.class);
        let retry = terms::retry(look, entry.retryable);
        let (class, retry) = (say!(look, "class {class}", "分类 {class}"), say!(look, "retry {retry}", "重试 {retry}"));
        lines.push((Role::Strong, format!("{code} {}   {class}   {retry}", words.title)));
        lines.extend(wrap(&words.action, width).into_iter().map(|line| (Role::Text, line)));
    }
    lines
}
