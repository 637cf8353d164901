//! The boxes beside the story: what is known of the message, its requests, where it was forwarded.

use super::says::cost_of;
use super::{StoryPage, fitted};
use crate::event::clean::clean;
use crate::event::{Detail, Millis};
use crate::journal::operator::Attempt;
use crate::monitor::story::{Standing, Story};
use crate::tui::events_tab::row::of_severity;
use crate::tui::lang::say;
use crate::tui::panes::Context;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame as border};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::BTreeMap;

/// Cells of a label.
const LABEL: usize = 15;

impl StoryPage {
    /// What is known of the message.
    pub(super) fn draw_facts(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>, focused: bool) {
        let look = ctx.look;
        let Some(story) = self.story() else { return };
        let totals = super::draw::standing(story, look);
        let inner = border::draw(buffer, area, look, look.lang.pick("Message", "消息"), vec![totals], focused);
        let room = usize::from(inner.width).saturating_sub(LABEL);
        for ((label, role, value), y) in facts(story, ctx, room).into_iter().zip(inner.top()..inner.bottom()) {
            Words::new(look).muted(label).to(LABEL).role(role, value).draw(buffer, inner.x, y, inner.width);
        }
    }

    /// The requests that brought it.
    pub(super) fn draw_requests(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let Some(story) = self.story() else { return };
        let count = story.requests.len();
        let totals = Words::new(look).muted(match count {
            1 => look.lang.pick("1 post", "1 次投递").to_owned(),
            _ => say!(look, "{count} posts", "{count} 次投递"),
        });
        let inner = border::draw(buffer, area, look, look.lang.pick("Raw requests", "原始请求"), vec![totals], false);
        let under_cursor = story.steps.get(self.cursor).map(|step| step.event.request);
        let at = story.requests.iter().position(|carrier| Some(carrier.request) == under_cursor).unwrap_or(0);
        let room = usize::from(inner.height.saturating_sub(1));
        let first = at.saturating_sub(room.saturating_sub(1));
        let head =
            format!("{:>9} {:<12} {:>9}", look.lang.pick("request", "请求"), look.lang.pick("received", "接收"), "B");
        Words::new(look).muted(head).draw(buffer, inner.x, inner.y, inner.width);
        for (carrier, y) in story.requests.iter().skip(first).zip(inner.y + 1..inner.bottom()) {
            let here = Some(carrier.request) == under_cursor;
            let number = format!("{:>9} ", format::thousands(carrier.request));
            let words = Words::new(look);
            let words = if here { words.bold(Role::Strong, number) } else { words.value(number) };
            let millis = carrier.received_at.0.rem_euclid(1000);
            let words = words
                .muted(format!("{}.{millis:03}", format::clock(carrier.received_at, ctx.zone)))
                .text(format!(" {:>9}", format::thousands(carrier.bytes)));
            let times = story.steps.iter().filter(|step| step.event.request == carrier.request).count();
            let words = match (carrier.duplicate, times) {
                (true, _) => words.muted(look.lang.pick("  dup", "  重复")),
                (false, 2..) => words.muted(format!("  ×{times}")),
                (false, _) => words,
            };
            words.draw(buffer, inner.x, y, inner.width);
        }
    }

    /// Where its requests were forwarded to.
    pub(super) fn draw_forwarded(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let attempts = self.attempts();
        let name = look.lang.pick("Forwarded", "转发");
        let taken = attempts.iter().filter(|attempt| attempt.taken()).count();
        let totals = match attempts.is_empty() {
            true => Words::new(look).muted(look.lang.pick("not forwarded", "未转发")),
            false => {
                let (sign, role) = if taken > 0 { (Glyph::Good, Role::Ok) } else { (Glyph::Critical, Role::Failed) };
                Words::new(look).glyph(role, sign).muted(format!(" {taken} / {}", attempts.len()))
            }
        };
        let inner = border::draw(buffer, area, look, name, vec![totals], false);
        for ((label, value), y) in forwarded(attempts, ctx).into_iter().zip(inner.top()..inner.bottom()) {
            Words::new(look).muted(label).to(LABEL - 5).text(value).draw(buffer, inner.x, y, inner.width);
        }
    }
}

fn facts(story: &Story, ctx: &Context<'_>, room: usize) -> Vec<(&'static str, Role, String)> {
    let lang = ctx.look.lang;
    let mark = ctx.look.glyph(Glyph::Cut);
    let unknown = || lang.pick("not on the wire", "未提供").to_owned();
    let id = |id: &str| fitted(&clean(id), room, mark);
    let or_unknown =
        |text: &Option<crate::event::Text>| text.as_deref().map_or_else(unknown, |text| clean(text).into_owned());
    let mut facts = vec![(lang.pick("id", "ID"), Role::Strong, id(&story.message_id))];
    facts
        .extend(story.meta_message_id.as_deref().map(|other| (lang.pick("meta id", "Meta ID"), Role::Text, id(other))));
    facts.extend(story.participant.as_deref().map(|who| (lang.pick("participant", "成员"), Role::Text, id(who))));
    facts.push((lang.pick("number", "业务号码"), Role::Text, or_unknown(&story.number)));
    let whom = match story.standing {
        Standing::Received => lang.pick("customer", "客户"),
        _ => lang.pick("recipient", "客户"),
    };
    facts.push((whom, Role::Strong, or_unknown(&story.customer)));
    facts.push((lang.pick("name", "姓名"), Role::Text, or_unknown(&story.name)));
    facts.extend(
        story
            .category
            .as_deref()
            .map(|text| (lang.pick("category", "类别"), Role::Text, terms::category(lang, text).into_owned())),
    );
    facts.extend(story.tag.as_deref().map(|text| (lang.pick("tag", "标签"), Role::Text, clean(text).into_owned())));
    facts.extend(
        story.template.as_deref().map(|text| (lang.pick("template", "模板"), Role::Text, clean(text).into_owned())),
    );
    for state in &story.template_states {
        let since = format::since(state.since, ctx.scope.as_of, ctx.zone, ctx.look.lang);
        let (_, role) = of_severity(state.severity);
        // Each language of a template has a state of its own.
        let language = state.title.strip_prefix(story.template.as_deref().unwrap_or_default()).map(clean);
        let language = language.unwrap_or_default();
        let said = format!("{}{} {since}", clean(&state.state), language.trim_end());
        facts.push((lang.pick("  was then", "  当时状态"), role, said));
    }
    facts.extend(story.costs.iter().map(|line| (lang.pick("cost", "费用"), Role::Text, cost_of(line, lang))));
    facts.extend(story.conversation.as_deref().map(|text| (lang.pick("conversation", "会话"), Role::Text, id(text))));
    facts.push(window(story, ctx));
    let answer = story.answer.as_ref().map(|event| match &event.detail {
        Detail::Inbound(inbound) => clean(&inbound.preview).into_owned(),
        _ => String::new(),
    });
    let nobody = || lang.pick("nobody yet", "暂无").to_owned();
    facts.push((lang.pick("answered by", "回复"), Role::Text, answer.unwrap_or_else(nobody)));
    let source = story.requests.first().and_then(|carrier| carrier.verified.as_ref());
    let source = source.map_or_else(
        || (Role::Failed, lang.pick("UNVERIFIED", "未验证").to_owned()),
        |by| (Role::Text, format!("{} {}", by.scheme.as_str(), clean(&by.secret))),
    );
    facts.push((lang.pick("source", "来源"), source.0, source.1));
    facts
}

/// The customer service window when the message began.
fn window(story: &Story, ctx: &Context<'_>) -> (&'static str, Role, String) {
    let look = ctx.look;
    let label = look.lang.pick("window then", "当时窗口");
    let Some(window) = &story.window else {
        return (label, Role::Muted, look.lang.pick("customer never wrote", "客户未发过消息").to_owned());
    };
    let at = format::since(Millis::from(window.closes_at), ctx.scope.as_of, ctx.zone, ctx.look.lang);
    match window.open {
        true => (label, Role::Ok, say!(look, "open until {at}", "开放至 {at}")),
        false => (label, Role::Warn, say!(look, "closed {at}", "{at} 已关闭")),
    }
}

fn forwarded(attempts: &[Attempt], ctx: &Context<'_>) -> Vec<(&'static str, String)> {
    let lang = ctx.look.lang;
    let Some(last) = attempts.iter().max_by_key(|attempt| attempt.at) else { return Vec::new() };
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for attempt in attempts {
        let answer =
            attempt.status.map_or_else(|| lang.pick("no answer", "无应答").to_owned(), |status| status.to_string());
        *answers.entry(answer).or_default() += 1;
    }
    let answers: Vec<String> = answers.into_iter().map(|(answer, count)| format!("{answer} ×{count}")).collect();
    let slowest = attempts.iter().map(|attempt| u64::from(attempt.took_ms)).max().unwrap_or(0);
    let target = cut::cut(&last.target, 60, ctx.look.glyph(Glyph::Cut)).into_owned();
    vec![
        (lang.pick("target", "目标"), clean(&target).into_owned()),
        (lang.pick("answers", "应答"), answers.join("  ")),
        (lang.pick("slowest", "最慢"), format::latency(slowest * 1000)),
        (lang.pick("last", "最近"), format::clock(last.at, ctx.zone)),
    ]
}
