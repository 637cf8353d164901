//! What is answered to commands that are typed as lines.

use super::Plain;
use crate::event::{Millis, Severity, catalogue};
use crate::journal::{OpenError, Reader};
use crate::monitor::view::{Alert, Conversation, Failure, Level};
use crate::query::Filter;
use crate::report;
use crate::tui::lang::say;
use crate::tui::look::Look;
use crate::tui::panes::Shown;
use crate::tui::widgets::format;
use std::time::{Duration, Instant};

/// Events listed at most.
const EVENTS: usize = 20;

/// Longest time they are looked for.
const PATIENCE: Duration = Duration::from_secs(3);

/// What can be typed.
pub(super) fn help(look: &Look) -> Vec<String> {
    let lines: &[(&str, &str, &str)] = &[
        ("status", "verdict, window, delivery, counts", "结论、窗口、投递与计数"),
        ("failures", "failures by code, most messages first", "按代码列出的失败"),
        ("open CODE", "one failure code: when, how many, what to do", "某个失败代码的详情与建议"),
        ("conversations", "customers who wrote", "来信客户"),
        ("alerts", "template and account alerts", "模板与账号告警"),
        ("events [FILTER]", "the newest events, such as: events status:failed", "最新事件,例如:events status:failed"),
        ("window 6h", "another window; also: from 14:00 to 15:00, goto 14:19, now", "更换窗口"),
        ("number 852", "one business number, or all", "某个商业号码或 all"),
        ("mask", "mask phones, names, texts and ids, or show them again", "遮蔽或显示号码、姓名、文本和 ID"),
        ("lang zh", "another language", "更换语言"),
        ("quit", "leave", "退出"),
    ];
    lines.iter().map(|(name, en, zh)| format!("{name}: {}", look.lang.pick(*en, *zh))).collect()
}

/// The verdict as a sentence.
pub(super) fn verdict(plain: &Plain) -> String {
    let (look, scope) = (&plain.look, plain.scope());
    let verdict = plain.monitor.verdict(&scope);
    let level = match verdict.level {
        Level::Ready => look.lang.pick("ready", "就绪"),
        Level::Ok => look.lang.pick("ok", "正常"),
        Level::Watch => look.lang.pick("watch", "注意"),
        Level::Trouble => look.lang.pick("trouble", "故障"),
        Level::Blind => look.lang.pick("blind", "失明"),
    };
    let said = Shown::of(verdict).sentences(look, &plain.zone, scope.as_of);
    say!(look, "verdict {level}: {said}", "结论 {level}:{said}")
}

/// An alert as a sentence.
pub(super) fn alert(look: &Look, alert: &Alert) -> String {
    let severity = match alert.severity {
        Severity::Critical => look.lang.pick("critical", "严重"),
        Severity::Warning => look.lang.pick("warning", "警告"),
        Severity::Good => look.lang.pick("good", "良好"),
        Severity::Info => look.lang.pick("info", "信息"),
    };
    let (what, title) = (&alert.what, look.about(&alert.title, alert.number.as_deref()));
    let detail = look.about(&alert.detail, alert.number.as_deref());
    let gap = if detail.is_empty() { "" } else { ", " };
    say!(look, "alert, {severity}: {what} {title}{gap}{detail}", "告警,{severity}:{what} {title}{gap}{detail}")
}

/// Verdict, window, delivery and counts.
pub(super) fn status(plain: &Plain) -> Vec<String> {
    let (look, scope) = (&plain.look, plain.scope());
    let funnel = plain.monitor.funnel(&scope);
    let ingest = plain.monitor.ingest(&scope);
    let (from, to) =
        (format::hour_minute(scope.span.from, &plain.zone), format::hour_minute(scope.span.to, &plain.zone));
    let window = plain.period.window.label();
    let number = scope
        .number
        .as_ref()
        .map_or_else(|| look.lang.pick("all numbers", "全部号码").to_owned(), |number| look.phone(number).into_owned());
    let count = format::thousands;
    let (attempted, sent, delivered, read) =
        (count(funnel.attempted), count(funnel.sent), count(funnel.delivered), count(funnel.read));
    let (failed, waiting, silent) =
        (count(funnel.outcomes.failed), count(funnel.outcomes.waiting), count(funnel.outcomes.silent));
    let (requests, events) = (count(ingest.requests), count(ingest.events));
    let (duplicates, unread) = (count(ingest.duplicates), count(ingest.unrecognised));
    vec![
        say!(look, "window {window}, {from} to {to}, {number}", "窗口 {window},{from} 至 {to},{number}"),
        verdict(plain),
        say!(
            look,
            "delivery: attempted {attempted}, sent {sent}, delivered {delivered}, read {read}; failed {failed}, waiting {waiting}, silent {silent}",
            "投递:尝试 {attempted},已发送 {sent},已送达 {delivered},已读 {read};失败 {failed},等待 {waiting},无回音 {silent}"
        ),
        say!(
            look,
            "received: {requests} requests, {events} events, {duplicates} duplicates, {unread} unrecognised",
            "接收:{requests} 个请求,{events} 个事件,{duplicates} 个重复,{unread} 个无法识别"
        ),
    ]
}

/// Failures by code.
pub(super) fn failures(plain: &Plain) -> Vec<String> {
    let failures = plain.monitor.failures(&plain.scope());
    or_nothing(failures.iter().map(|failure| one(&plain.look, failure)).collect(), plain)
}

fn one(look: &Look, failure: &Failure) -> String {
    let code = failure.code.map_or_else(|| "-".to_owned(), |code| code.to_string());
    let (short, class) = (&failure.short, &failure.class);
    let (messages, recipients) = (format::thousands(failure.messages), format::thousands(failure.recipients));
    say!(
        look,
        "{code} {short}: {messages} messages, {recipients} recipients, {class}",
        "{code} {short}:{messages} 条消息,{recipients} 个收件人,{class}"
    )
}

/// One failure code in full.
pub(super) fn open(plain: &Plain, code: &str) -> Vec<String> {
    let look = &plain.look;
    let Ok(code) = code.parse::<i64>() else {
        return vec![
            look.lang
                .pick("write a code after open, such as open 131026", "请在 open 后写代码,例如 open 131026")
                .into(),
        ];
    };
    let failures = plain.monitor.failures(&plain.scope());
    let Some(failure) = failures.iter().find(|failure| failure.code == Some(code)) else {
        let known = catalogue::short(code).unwrap_or_default();
        return vec![say!(look, "{code} {known}: no message in this window", "{code} {known}:此窗口内没有消息")];
    };
    let at = |at: Millis| format::clock(at, &plain.zone);
    let (first, last) = (at(failure.first_at), at(failure.last_at));
    let advice = &failure.advice;
    vec![
        one(look, failure),
        say!(look, "first {first}, last {last}", "最早 {first},最晚 {last}"),
        say!(look, "what to do: {advice}", "处理建议:{advice}"),
        say!(look, "its events: events code:{code} status:failed", "相关事件:events code:{code} status:failed"),
    ]
}

/// Customers who wrote.
pub(super) fn conversations(plain: &Plain) -> Vec<String> {
    let said = |conversation: &Conversation| {
        let look = &plain.look;
        let name = conversation.name.as_deref().map(|name| look.person(name)).unwrap_or_default();
        let customer = conversation.customer.as_deref().map(|customer| look.phone(customer)).unwrap_or_default();
        let preview = look.words(&conversation.preview);
        format!("{name} {customer}: {preview}")
    };
    or_nothing(plain.monitor.conversations(&plain.scope()).iter().map(said).collect(), plain)
}

/// Template and account alerts.
pub(super) fn alerts(plain: &Plain) -> Vec<String> {
    let said = |one: &Alert| format!("{} {}", format::clock(one.at, &plain.zone), alert(&plain.look, one));
    or_nothing(plain.monitor.alerts(&plain.scope()).iter().map(said).collect(), plain)
}

/// The newest events that a filter finds.
pub(super) fn events(plain: &Plain, filter: &str) -> Vec<String> {
    match Filter::parse(filter) {
        Err(error) => vec![error.message],
        Ok(filter) => match newest(plain, &filter) {
            Ok(lines) => or_nothing(lines, plain),
            Err(error) => vec![error.to_string()],
        },
    }
}

fn newest(plain: &Plain, filter: &Filter) -> Result<Vec<String>, OpenError> {
    let (scope, now) = (plain.scope(), plain.now());
    let until = Instant::now() + PATIENCE;
    let reader = Reader::open(&plain.dir)?;
    let mut page = reader.stats()?.last_page + 1;
    let mut lines = Vec::new();
    while let Some(mut batch) = reader.previous(page)? {
        page = batch.page;
        reader.settle(&mut batch)?;
        for event in batch.events.iter().rev() {
            let body = if filter.needs_body() { reader.request(event.request)?.map(|raw| raw.body) } else { None };
            let wanted = scope.span.contains(event.received_at)
                && (scope.number.is_none() || event.number == scope.number)
                && filter.matches(event, body.as_deref().unwrap_or_default(), now);
            if wanted {
                let masked = plain.look.masker.as_ref().map(|masker| masker.event(event));
                lines.push(report::events::line(masked.as_ref().unwrap_or(event)));
            }
        }
        let older = batch.requests.first().is_some_and(|request| request.received_at < scope.span.from);
        if older || lines.len() >= EVENTS || Instant::now() > until {
            break;
        }
    }
    lines.truncate(EVENTS);
    lines.reverse();
    Ok(lines)
}

fn or_nothing(lines: Vec<String>, plain: &Plain) -> Vec<String> {
    match lines.is_empty() {
        true => vec![plain.look.lang.pick("nothing in this window", "此窗口内没有").to_owned()],
        false => lines,
    }
}
