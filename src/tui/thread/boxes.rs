//! Beside the messages: the customer service window, what the messages add up to, and the one under the cursor.

use super::Thread;
use super::entries::{Entry, Stage, What};
use super::lines::Writer;
use crate::event::clean::clean;
use crate::event::{Millis, catalogue};
use crate::monitor::view::{Scope, Span};
use crate::tui::lang::say;
use crate::tui::look::Look;
use crate::tui::panes::Context;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{bars, cut, format, frame as border};
use crate::tui::wrap::{first, wrap};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

/// How long after a customer's last message one may write freely.
const OPEN_FOR: i64 = 24 * 3_600_000;

/// Time left from which the window closes soon.
const SOON: i64 = 3_600_000;

impl Thread {
    /// Time left in the customer service window, in words, and in milliseconds. `None` where the customer never wrote.
    pub(super) fn window_left<'a>(&self, ctx: &Context<'a>) -> Option<(Words<'a>, i64)> {
        let look = ctx.look;
        let left = self.entries.last_said()?.at.0 + OPEN_FOR - ctx.scope.as_of.0;
        let words = Words::new(look);
        let time = format::countdown(left / 1000);
        let words = match left {
            ..=0 => words.muted(look.lang.pick("window closed", "窗口已关闭")),
            1..SOON => words.bold(Role::Warn, say!(look, "closes in {time}", "{time} 后关闭")),
            _ => words.muted(say!(look, "closes in {time}", "{time} 后关闭")),
        };
        Some((words, left))
    }

    pub(super) fn draw_boxes(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let costs = self.cost_rows(ctx).len() as u16;
        let wanted = [9, 10, costs + 2];
        let mut rows: Vec<Constraint> = wanted.iter().map(|height| Constraint::Length(*height)).collect();
        rows.push(Constraint::Min(0));
        let areas = Layout::vertical(rows).split(area);
        let draws: [fn(&Self, &mut Buffer, Rect, &Context<'_>); 4] =
            [Self::draw_window, Self::draw_counts, Self::draw_costs, Self::draw_selected];
        // What is under the cursor is wanted most: where the room is small, costs and counts go first.
        let fits = area.height >= wanted.iter().sum::<u16>() + 5;
        if fits {
            for (draw, area) in draws.into_iter().zip(areas.iter()) {
                draw(self, buffer, *area, ctx);
            }
            return;
        }
        let [window, rest] =
            Layout::vertical([Constraint::Length(9.min(area.height)), Constraint::Fill(1)]).areas(area);
        self.draw_window(buffer, window, ctx);
        if rest.height >= 20 {
            let [counts, selected] = Layout::vertical([Constraint::Length(10), Constraint::Fill(1)]).areas(rest);
            self.draw_counts(buffer, counts, ctx);
            self.draw_selected(buffer, selected, ctx);
        } else {
            self.draw_selected(buffer, rest, ctx);
        }
    }

    fn draw_window(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let lang = look.lang;
        let left = self.window_left(ctx).map_or(0, |(_, left)| left);
        let state = if left > 0 {
            Words::new(look).role(Role::Ok, lang.pick("open", "开放"))
        } else {
            Words::new(look).muted(lang.pick("closed", "已关闭"))
        };
        let inner = border::draw(buffer, area, look, lang.pick("Window", "服务窗口"), vec![state], false);
        let Some(last) = self.entries.last_said() else {
            let never = lang.pick("the customer never wrote here", "客户从未来信");
            Words::new(look).muted(never).draw(buffer, inner.x, inner.y, inner.width);
            return;
        };
        let mut rows: Vec<(&'static str, Words<'_>)> = Vec::new();
        let time = Words::new(look);
        let time = match left {
            ..=0 => time.muted(lang.pick("closed", "已关闭")),
            1..SOON => time.bold(Role::Warn, format::countdown(left / 1000)),
            _ => time.strong(format::countdown(left / 1000)),
        };
        rows.push((lang.pick("closes in", "距关闭"), time));
        let at = |at: Millis| Words::new(look).value(moment(at, ctx));
        rows.push((lang.pick("last inbound", "最近来信"), at(last.at)));
        rows.push((lang.pick("closes", "关闭时间"), at(Millis(last.at.0 + OPEN_FOR))));
        let opened = self.entries.all().iter().rev().find_map(opened_by);
        let opened = opened.map_or_else(
            || Words::new(look).nothing(),
            |ad| {
                let ad = cut::middle(&clean(&ad), 18, look.glyph(Glyph::Cut)).into_owned();
                Words::new(look).text(say!(look, "ad {ad}", "广告 {ad}"))
            },
        );
        rows.push((lang.pick("from an ad", "来自广告"), opened));
        let unread = self.entries.unread();
        let words = Words::new(look);
        rows.push((
            lang.pick("unread", "未读"),
            if unread > 0 {
                words.glyph(Role::Accent, Glyph::Unread).strong(format!(" {unread}"))
            } else {
                words.value("0")
            },
        ));
        rows.push((lang.pick("after that", "之后"), Words::new(look).muted(lang.pick("templates only", "只能用模板"))));
        let mut y = inner.y;
        for (at, (label, value)) in rows.into_iter().enumerate() {
            if y >= inner.bottom() {
                return;
            }
            pair(buffer, inner, y, look, label, value);
            y += 1;
            if at == 0 && y < inner.bottom() {
                let role = if left < SOON { Role::Warn } else { Role::AccentDim };
                bars::funnel(look, inner.width.into(), left.max(0) as u64, OPEN_FOR as u64, role).draw(
                    buffer,
                    inner.x,
                    y,
                    inner.width,
                );
                y += 1;
            }
        }
    }

    fn draw_counts(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let lang = look.lang;
        let inner = border::draw(buffer, area, look, lang.pick("Messages", "消息"), vec![self.since(ctx)], false);
        let funnel = self.totals.funnel(&everything(ctx));
        let outcomes = &funnel.outcomes;
        let inbound = self.entries.all().iter().filter(|entry| entry.answer().is_none()).count() as u64;
        let number = |count: u64| Words::new(look).value(format::thousands(count));
        let rest = outcomes.waiting + outcomes.silent;
        let failed = Words::new(look).value(format::thousands(rest)).muted(" · ");
        let failed = if outcomes.failed > 0 {
            failed.role(Role::Failed, format::thousands(outcomes.failed))
        } else {
            failed.value("0")
        };
        let rate = funnel.read_rate().map_or_else(
            || Words::new(look).nothing(),
            |rate| {
                let of = format::thousands(funnel.delivered);
                Words::new(look).value(format::percent(rate)).muted(say!(look, " of {of}", ",共 {of}"))
            },
        );
        let median = self.entries.median_answer();
        let median = median.map_or_else(
            || Words::new(look).nothing(),
            |(seconds, _)| Words::new(look).value(format::duration(seconds)),
        );
        let rows = [
            (lang.pick("inbound", "来信"), number(inbound)),
            (lang.pick("answers attempted", "已尝试回复"), number(funnel.attempted)),
            (lang.pick("  read", "  已读"), number(outcomes.read)),
            (lang.pick("  delivered", "  已送达"), number(outcomes.delivered)),
            (lang.pick("  waiting · failed", "  等待 · 失败"), failed),
            (lang.pick("read rate", "已读率"), rate),
            (lang.pick("median answer", "回复中位时间"), median),
        ];
        for ((label, value), y) in rows.into_iter().zip(inner.top()..inner.bottom()) {
            pair(buffer, inner, y, look, label, value);
        }
    }

    /// Whether the whole conversation was counted, or since when.
    fn since<'a>(&self, ctx: &Context<'a>) -> Words<'a> {
        let look = ctx.look;
        let words = Words::new(look);
        match self.entries.all().first() {
            Some(oldest) if !self.is_whole() => {
                let day = format::day(oldest.at, ctx.scope.as_of, ctx.zone, ctx.look.lang);
                words.muted(say!(look, "since {day}", "自 {day}"))
            }
            _ => words.muted(look.lang.pick("all time", "全部时间")),
        }
    }

    fn cost_rows(&self, ctx: &Context<'_>) -> Vec<(String, String)> {
        let mut rows = Vec::new();
        let mut cny = None;
        let mut free = 0;
        for cost in self.totals.costs(&everything(ctx)) {
            match cost.amount.filter(|amount| !amount.is_zero()) {
                Some(amount) => {
                    let currency = cost.currency.as_deref().unwrap_or("?");
                    rows.push((
                        format!("{} {}", clean(currency), terms::category(ctx.look.lang, &cost.category)),
                        amount.normalize().to_string(),
                    ));
                }
                None => free += cost.messages,
            }
            cny = match (cny, cost.cny.filter(|cny| !cny.is_zero())) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            };
        }
        rows.truncate(4);
        if let Some(cny) = cny {
            rows.push((
                ctx.look.lang.pick("CNY, price field", "CNY(price 字段)").to_owned(),
                cny.normalize().to_string(),
            ));
        }
        rows.push((ctx.look.lang.pick("messages free", "免费消息").to_owned(), format::thousands(free)));
        rows
    }

    fn draw_costs(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let inner = border::draw(buffer, area, look, look.lang.pick("Costs", "费用"), vec![self.since(ctx)], false);
        for ((label, value), y) in self.cost_rows(ctx).into_iter().zip(inner.top()..inner.bottom()) {
            Words::new(look).muted(label).draw(buffer, inner.x, y, inner.width);
            Words::new(look).value(value).draw_right(buffer, inner.right(), y, inner.width);
        }
    }

    fn draw_selected(&self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        if area.height < 3 {
            return;
        }
        let Some(entry) = self.entries.all().get(self.place()) else { return };
        let writer = Writer { ctx, entries: &self.entries, width: area.width.into() };
        let state = match &entry.what {
            What::Answer(answer) => match answer.stage() {
                Stage::Failed(_) => Words::new(look)
                    .glyph(Role::Failed, Glyph::Critical)
                    .role(Role::Failed, look.lang.pick(" failed", " 失败")),
                _ => writer.stage(answer),
            },
            What::Said { inbound, .. } => Words::new(look).muted(clean(&inbound.r#type).into_owned()),
        };
        let inner = border::draw(buffer, area, look, look.lang.pick("Selected", "选中"), vec![state], false);
        let width = usize::from(inner.width);
        let id = cut::middle(&look.id(&entry.id), width.saturating_sub(10), look.glyph(Glyph::Cut)).into_owned();
        let mut lines = vec![Words::new(look).muted(format!("{}  ", format::clock(entry.at, ctx.zone))).text(id)];
        if let What::Answer(answer) = &entry.what {
            for error in answer.errors.iter().take(2) {
                let code = error.code.map_or_else(|| "–".to_owned(), |code| code.to_string());
                let known = error.code.and_then(catalogue::lookup);
                let title = error.title.as_deref().unwrap_or_default();
                let title = terms::wording(look.lang, error.code).map_or(title, |words| &words.short);
                lines.push(
                    Words::new(look).role(Role::Failed, format!("{code} ")).value(clean(first(title, 80)).into_owned()),
                );
                if let Some(details) = &error.details {
                    lines.extend(wrapped(look, Role::Text, &look.quoting(details), width, 3));
                }
                if let Some(known) = known {
                    let (retry, class) = (terms::retry(look, known.retryable), terms::class(look.lang, &known.class));
                    lines.push(Words::new(look).muted(say!(
                        look,
                        "class {class}   retry {retry}",
                        "分类 {class}   可重试 {retry}"
                    )));
                    lines.extend(wrapped(look, Role::Text, &look.lang.pick(&known.en, &known.zh).action, width, 6));
                }
            }
            if entry.failed() {
                lines.push(self.next_answer(entry, &writer, look));
            }
        }
        for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
            line.draw(buffer, inner.x, y, inner.width);
        }
    }

    /// Whether a later answer got through.
    fn next_answer<'a>(&self, failed: &Entry, writer: &Writer<'a, '_>, look: &'a Look) -> Words<'a> {
        let later = self.entries.all().iter().find(|entry| entry.at > failed.at && entry.answer().is_some());
        let Some((later, answer)) = later.and_then(|entry| Some((entry, entry.answer()?))) else {
            return Words::new(look).muted(look.lang.pick("no answer after it", "之后没有回复"));
        };
        let after = format::duration((later.at.0 - failed.at.0) / 1000);
        Words::new(look)
            .muted(say!(look, "next answer {after} later: ", "{after} 后的下一条:"))
            .then(writer.stage(answer))
    }
}

fn wrapped<'a>(look: &'a Look, role: Role, text: &str, width: usize, most: usize) -> Vec<Words<'a>> {
    let lines = wrap(&clean(first(text, 600)), width).into_iter().take(most);
    lines.map(|line| Words::new(look).role(role, line)).collect()
}

fn pair(buffer: &mut Buffer, inner: Rect, y: u16, look: &Look, label: &'static str, value: Words<'_>) {
    Words::new(look).muted(label).draw(buffer, inner.x, y, inner.width);
    value.draw_right(buffer, inner.right(), y, inner.width);
}

/// The ad or post that a message came from.
fn opened_by(entry: &Entry) -> Option<String> {
    let What::Said { parts: Some(parts), .. } = &entry.what else { return None };
    let referral = parts.referral.as_ref()?;
    referral.id.as_ref().or(referral.headline.as_ref()).map(|id| id.to_string())
}

/// Everything up to now.
fn everything(ctx: &Context<'_>) -> Scope {
    let as_of = ctx.scope.as_of;
    Scope { span: Span::covering(Millis(0), Millis(as_of.0 + 60_000)), as_of, number: None }
}

/// `today 14:13:07`, `tomorrow 14:13:07`, else with the day.
fn moment(at: Millis, ctx: &Context<'_>) -> String {
    let clock = format::clock(at, ctx.zone);
    let day = |at| format::day(at, ctx.scope.as_of, ctx.zone, ctx.look.lang);
    let now = ctx.scope.as_of;
    let look = ctx.look;
    if day(at) == day(now) {
        say!(look, "today {clock}", "今天 {clock}")
    } else if day(at) == day(Millis(now.0 + OPEN_FOR)) {
        say!(look, "tomorrow {clock}", "明天 {clock}")
    } else if day(at) == day(Millis(now.0 - OPEN_FOR)) {
        say!(look, "yesterday {clock}", "昨天 {clock}")
    } else {
        format!("{} {clock}", day(at))
    }
}
