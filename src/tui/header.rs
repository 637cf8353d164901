//! The first rows: the truth about watop itself, the tabs, and what period is looked at.

use super::app::{App, Flow};
use super::areas::Spot;
use super::events_tab::scheme_word;
use super::lang::say;
use super::narrowing::{self, Narrowing, scanning};
use super::panes::{self, Watched};
use super::place::{Place, Tab};
use super::terms::sentence;
use super::theme::{Glyph, Role};
use super::widgets::strip::{self, Segment};
use super::widgets::words::Words;
use super::widgets::{cut, format};
use crate::event::clean::clean;
use crate::event::{Millis, Scheme};
use crate::journal::operator::NoticeState;
use crate::journal::{Health, Holder};
use crate::monitor::view::Scope;
use crate::tui::look::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Width from which the address, ack and backlog are always shown.
const WIDE: u16 = 110;

/// Width under which only what cannot go is shown.
const NARROW: u16 = 70;

/// 99th percentile of an answer from which it is shown at every width, in microseconds.
const SLOW_ACK: u64 = 100_000;

/// Cells of a filter that tell it from others.
const LEGIBLE: usize = 20;

/// Requests waiting for the disk from which they are shown at every width.
const LONG_BACKLOG: u64 = 256;

/// Draws the first row.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App, now: Millis) {
    let look = &app.look;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let gap = if area.width >= NARROW { 2 } else { 1 };
    let mut left = vec![Segment::new(0, Words::new(look).strong("watop")), Segment::new(0, state(app, look, now))];
    if let Flow::Lost(why) = &app.known.flow {
        left.push(Segment::new(1, Words::new(look).muted(clean(&sentence(look.lang, why)).into_owned())));
    }
    if let Some(trouble) = &app.theme_trouble {
        let sign = Words::new(look).glyph(Role::Warn, Glyph::Warning);
        left.push(Segment::new(0, sign.bold(Role::Warn, look.lang.pick(" THEME", " 主题"))));
        left.push(Segment::new(1, Words::new(look).muted(clean(&in_file(look, trouble)).into_owned())));
    }
    if let Some(notice) = app.known.untold.first() {
        let sign = Words::new(look).glyph(Role::Failed, Glyph::Critical);
        left.push(Segment::new(0, sign.bold(Role::Failed, look.lang.pick(" NOTICE FAILS", " 通知失败"))));
        left.push(Segment::new(1, Words::new(look).muted(untold(look, notice))));
    }
    if let Some(watched) = &app.known.intake.watched {
        left.extend(watching(app, look, watched, now));
    } else if area.width >= WIDE && app.pause.is_none() && app.known.period.end.is_none() {
        left.push(Segment::new(6, Words::new(look).muted(short_address(&app.known.intake.address))));
    }
    if app.known.intake.unverified() {
        left.push(Segment::new(0, Words::new(look).bold(Role::Failed, look.lang.pick("UNVERIFIED", "未验签"))));
    } else if area.width >= NARROW {
        for access in &app.known.intake.schemes {
            left.push(Segment::new(3, verified(app, look, access.scheme)));
        }
    }
    // What is far apart reads more easily, but no gauge goes for that.
    let wide = area.width >= WIDE;
    let apart = gauges(app, look, area.width, wide);
    let fits = strip::needs(&left, &apart, gap.into()) <= usize::from(inner.width);
    let right = if wide && !fits { gauges(app, look, area.width, false) } else { apart };
    strip::draw(buffer, inner, gap, left, right);
}

/// Whom a notice did not reach, and why; masked, how they are told and no more.
fn untold(look: &Look, notice: &NoticeState) -> String {
    let way = notice.target.split(':').next().unwrap_or_default();
    let why = notice.failure.as_deref().unwrap_or_default();
    match look.masker {
        Some(_) => way.to_owned(),
        None => clean(&format!("{}: {}", notice.target, sentence(look.lang, why))).into_owned(),
    }
}

/// What is wrong with a file: where stays, what is said in the language of the screen.
fn in_file(look: &Look, trouble: &str) -> String {
    match trouble.split_once(": ") {
        Some((place, what)) if place.contains(':') => format!("{place}: {}", sentence(look.lang, what)),
        _ => sentence(look.lang, trouble).into_owned(),
    }
}

/// In one word: can it store, and is what is shown now?
fn state<'a>(app: &App, look: &'a Look, now: Millis) -> Words<'a> {
    let words = Words::new(look);
    let mark = |role, glyph, word: String| Words::new(look).glyph(role, glyph).bold(role, format!(" {word}"));
    if let Health::Failing { refused, .. } = &app.known.health {
        let count = if *refused > 0 { format!("503 ×{}", format::thousands(*refused)) } else { "503".to_owned() };
        return mark(Role::Failed, Glyph::Critical, count);
    }
    if let Some(pause) = &app.pause {
        let new = format::thousands(pause.new);
        let new = say!(look, "  +{new} new", "  +{new} 新");
        return mark(Role::Warn, Glyph::Paused, look.lang.pick("PAUSED", "已暂停").to_owned()).muted(new);
    }
    if let Some(end) = app.known.period.end {
        return mark(Role::Warn, Glyph::Past, format::countdown((now.0 - end.0) / 1000));
    }
    if let Some((done, total)) = app.behind() {
        let word = match done.saturating_mul(100).checked_div(total) {
            Some(percent) => {
                let percent = percent.min(99);
                say!(look, "BEHIND {percent} %", "追赶中 {percent} %")
            }
            None => look.lang.pick("BEHIND", "追赶中").to_owned(),
        };
        return mark(Role::Warn, Glyph::Live, word);
    }
    match &app.known.flow {
        Flow::Lost(_) => mark(Role::Warn, Glyph::Ready, look.lang.pick("RETRY", "重试中").to_owned()),
        Flow::Live | Flow::Ended(_) if app.known.intake.watched.is_some() => {
            let word = match app.known.intake.watched {
                Some(Watched::File(_)) => look.lang.pick("FILE", "文件"),
                _ => look.lang.pick("WATCH", "旁观"),
            };
            mark(Role::Accent, Glyph::Ready, word.to_owned())
        }
        Flow::Live if app.known.monitor.extent().is_none() => {
            words.glyph(Role::Accent, Glyph::Ready).bold(Role::Accent, look.lang.pick(" READY", " 就绪"))
        }
        _ => mark(Role::Ok, Glyph::Live, look.lang.pick("LIVE", "实时").to_owned()),
    }
}

/// What is watched, in place of an address; for a file the times it spans, and whether it was read to its end.
fn watching<'a>(app: &App, look: &'a Look, watched: &Watched, now: Millis) -> Vec<Segment<'a>> {
    let words = || Words::new(look);
    let name = match watched {
        Watched::Journal(Some(Holder { pid: Some(pid) })) => {
            let pid = format::thousands(u64::from(*pid));
            words().muted(say!(look, "journal of another process, pid {pid}", "另一进程的日志,pid {pid}"))
        }
        Watched::Journal(Some(Holder { pid: None })) => {
            words().muted(look.lang.pick("journal of another process", "另一进程的日志"))
        }
        Watched::Journal(None) => words().muted(look.lang.pick("journal, nobody receives", "日志,无进程接收")),
        Watched::File(name) => words().text(clean(name).into_owned()),
    };
    let mut about = vec![Segment::new(2, name)];
    if matches!(watched, Watched::File(_)) {
        let (day, clock) =
            (|at| format::day(at, now, &app.known.zone, look.lang), |at| format::hour_minute(at, &app.known.zone));
        let times = app.known.monitor.extent().map(|(from, to)| match day(from) == day(to) {
            true => format!("{} {}–{}, ", day(from), clock(from), clock(to)),
            false => format!("{} {} – {} {}, ", day(from), clock(from), day(to), clock(to)),
        });
        let times = words().muted(times.unwrap_or_default());
        about.push(match &app.known.flow {
            Flow::Ended(Some(damage)) => Segment::new(
                0,
                words()
                    .bold(Role::Failed, look.lang.pick("DAMAGED ", "已损坏 "))
                    .text(clean(&sentence(look.lang, damage)).into_owned()),
            ),
            Flow::Ended(None) => Segment::new(3, times.muted(look.lang.pick("ended", "已读完"))),
            _ => Segment::new(3, times.muted(look.lang.pick("reading", "读取中"))),
        });
    }
    about
}

/// Port and path: the host is the one the screen is on.
fn short_address(url: &str) -> String {
    let local = url.strip_prefix("http://127.0.0.1").or_else(|| url.strip_prefix("http://[::1]"));
    local.or_else(|| url.strip_prefix("http://")).unwrap_or(url).to_owned()
}

/// A scheme, and whether it verified something.
fn verified<'a>(app: &App, look: &'a Look, scheme: Scheme) -> Words<'a> {
    let (nxcloud, meta) = app.known.vitals.verified;
    let seen = match scheme {
        Scheme::Nxcloud => nxcloud,
        Scheme::Meta => meta,
    };
    let words = Words::new(look).muted(format!("{} ", scheme_word(scheme)));
    if seen > 0 { words.glyph(Role::Ok, Glyph::Good) } else { words.nothing() }
}

/// The gauges, from the right end: they never move. `apart`, with one cell more between them.
fn gauges<'a>(app: &App, look: &'a Look, width: u16, apart: bool) -> Vec<Segment<'a>> {
    let wide = width >= WIDE;
    let vitals = &app.known.vitals;
    let pulse = &app.glance.pulse;
    let unit = |value: String, unit: &'static str| Words::new(look).strong(value).muted(unit);
    let gauge = |label: &'static str, value: String| Words::new(look).muted(label).strong(value);
    let loud = |label: &'static str, value: String| Words::new(look).muted(label).bold(Role::Warn, value);
    let pad = |words: Words<'a>| if apart { Words::new(look).muted(" ").then(words) } else { words };
    let rate = format::rate(pulse.events_per_s);

    let watched = app.known.intake.watched.as_ref();
    if let Some(Watched::File(_)) = watched {
        let events = format::thousands(app.glance.ingest.events);
        return vec![Segment::new(4, pad(unit(events, look.lang.pick(" events", " 事件"))))];
    }
    let mut gauges =
        vec![Segment::new(2, pad(unit(rate, if width < NARROW { "/s" } else { look.lang.pick(" ev/s", " 事件/秒") })))];
    if width >= NARROW {
        gauges.push(Segment::new(
            4,
            pad(gauge(look.lang.pick("dup ", "重复 "), format::thousands(app.glance.ingest.duplicates))),
        ));
    }
    let refused = app.pages.refused.unauthorised();
    gauges.push(if refused > 0 {
        Segment::new(0, pad(loud(look.lang.pick("refused ", "拒收 "), format::thousands(refused))))
    } else {
        Segment::new(5, pad(gauge(look.lang.pick("refused ", "拒收 "), "0".to_owned())))
    });
    let lag = pulse.lag_s.map_or_else(|| look.glyph(Glyph::NoValue).to_owned(), format::short_duration);
    let lag = Segment::new(3, pad(gauge(look.lang.pick("lag ", "延迟 "), lag)));
    if watched.is_some() {
        gauges.push(lag);
        return gauges;
    }
    let ack = vitals.ack_us.map(|(_, p99)| p99);
    let ack_text = ack.map_or_else(|| look.glyph(Glyph::NoValue).to_owned(), format::latency);
    if ack.is_some_and(|ack| ack >= SLOW_ACK) {
        gauges.push(Segment::new(1, pad(loud(look.lang.pick("ack p99 ", "应答 p99 "), ack_text))));
    } else if wide {
        gauges.push(Segment::new(6, pad(gauge(look.lang.pick("ack p99 ", "应答 p99 "), ack_text))));
    }
    gauges.push(lag);
    let waiting = vitals.gauges.waiting;
    if waiting >= LONG_BACKLOG {
        gauges.push(Segment::new(1, pad(loud(look.lang.pick("backlog ", "积压 "), format::thousands(waiting)))));
    } else if wide {
        gauges.push(Segment::new(6, pad(gauge(look.lang.pick("backlog ", "积压 "), format::thousands(waiting)))));
    }
    gauges
}

/// Draws the second row: tabs on the left, the period on the right.
pub(super) fn draw_tabs(buffer: &mut Buffer, area: Rect, app: &App, scope: &Scope) {
    let look = &app.look;
    let refused = app.pages.refused.unauthorised();
    let mut tabs = Words::new(look);
    for tab in Tab::ALL {
        let (number, name) = (tab.number(), tab_name(tab, look));
        let before = tabs.width();
        let ground = if tab == app.tab() { look.style(Role::Selection) } else { look.style(Role::Ground) };
        if tab == app.tab() {
            let name_style = ground.patch(look.style(Role::Strong)).add_modifier(Modifier::UNDERLINED | Modifier::BOLD);
            tabs = tabs.styled(ground.patch(look.style(Role::Accent)), format!(" {number} ")).styled(name_style, name);
        } else {
            tabs = tabs.muted(format!(" {number} {name}"));
        }
        if tab == Tab::Refused && refused > 0 {
            let style = ground.patch(look.style(Role::Warn)).add_modifier(Modifier::BOLD);
            tabs = tabs.styled(style, format!(" {}", format::thousands(refused)));
        }
        if tab == Tab::Forward && app.known.down > 0 {
            let style = ground.patch(look.style(Role::Failed)).add_modifier(Modifier::BOLD);
            tabs = tabs.styled(style, format!(" {}{}", look.glyph(Glyph::Critical), app.known.down));
        }
        tabs = tabs.styled(ground, " ");
        let cells = |width: usize| u16::try_from(width).unwrap_or(0);
        let room = Rect::new(area.x + cells(before), area.y, cells(tabs.width() - before), 1);
        look.areas.add(room, Spot::Act(tab.action()));
    }
    let inner = Rect { width: area.width.saturating_sub(1), ..area };
    let room = usize::from(inner.width).saturating_sub(tabs.width() + 2);
    strip::draw(buffer, inner, 2, vec![Segment::new(0, tabs)], period(app, look, scope, area.width, room));
}

/// What a tab is called.
fn tab_name(tab: Tab, look: &Look) -> &'static str {
    match tab {
        Tab::Overview => look.lang.pick("Overview", "总览"),
        Tab::Events => look.lang.pick("Events", "事件"),
        Tab::Messages => look.lang.pick("Messages", "消息"),
        Tab::Refused => look.lang.pick("Refused", "拒收"),
        Tab::Forward => look.lang.pick("Forward", "转发"),
        Tab::Costs => look.lang.pick("Costs", "费用"),
    }
}

/// Window, its clock times, number and filter, in `room` cells: what is left out is said before the times are.
fn period<'a>(app: &App, look: &'a Look, scope: &Scope, width: u16, room: usize) -> Vec<Segment<'a>> {
    let zone = &app.known.zone;
    let label = Words::new(look)
        .muted(if width >= WIDE { look.lang.pick("window ", "窗口 ") } else { "" })
        .strong(app.known.period.window.label());
    let (from, to) = (scope.span.from, Millis(scope.span.to.0.min(scope.as_of.0)));
    let mut times = format!("{}–{}", format::hour_minute(from, zone), format::hour_minute(to, zone));
    let day = |at| format::day(at, scope.as_of, zone, look.lang);
    if day(from) != day(scope.as_of) {
        times = format!("{} {times}", day(from));
    }
    let times = Words::new(look).muted(times);
    let narrowing = &app.known.narrowing;
    let number = scope.number.as_ref().map(|number| format::phone(&look.phone(number), look.glyph(Glyph::Cut)));
    let mut left_out = number.map(|number| Words::new(look).bold(Role::Accent, number)).into_iter().collect::<Vec<_>>();
    if narrowing.exists() {
        let used = label.width() + left_out.iter().map(|words| words.width() + 2).sum::<usize>();
        left_out.push(filter(narrowing, look, room.saturating_sub(used + 2), app.glance.passing));
    }
    // Where there is no room for all of it, what is left out goes last.
    let mut about = vec![times.clone()];
    if left_out.is_empty() {
        let dot = |words: Words<'a>| words.muted(" ").glyph(Role::Muted, Glyph::Dot).muted(" ");
        let own = match app.at {
            Place::Events { .. } => app.pages.events.filtered(),
            Place::Messages { .. } => !app.pages.messages.expression().is_empty(),
            _ => false,
        };
        let filter = |words: Words<'a>| match own {
            true => dot(words).text(look.lang.pick("1 filter", "1 个过滤")),
            false => dot(words).muted(look.lang.pick("no filter", "无过滤")),
        };
        about.insert(0, filter(times.clone()));
        if app.glance.numbers.len() > 1 {
            about.insert(0, filter(dot(times.clone()).muted(look.lang.pick("all numbers", "全部号码"))));
        }
    }
    let about = about.into_iter().find(|about| label.width() + about.width() + 2 <= room).unwrap_or(times);
    let left_out = left_out.into_iter().map(|words| Segment::new(0, words));
    [Segment::new(0, label), Segment::new(2, about)].into_iter().chain(left_out).collect()
}

/// The filter over the screen and how far it is, in `room` cells, and how many messages pass of how many.
fn filter<'a>(narrowing: &Narrowing, look: &'a Look, room: usize, passing: Option<(u64, u64)>) -> Words<'a> {
    let state = match narrowing {
        narrowing if !narrowing.on() => look.lang.pick(" off", " 关").to_owned(),
        narrowing if narrowing.lost().is_some() => look.lang.pick(" RETRY", " 重试中").to_owned(),
        narrowing => narrowing.scanning().map_or_else(String::new, |percent| format!(" {}", scanning(look, percent))),
    };
    let role = if narrowing.on() { Role::Accent } else { Role::Muted };
    let passing = passing.filter(|_| narrowing.scanning().is_none());
    let passing =
        passing.map_or_else(String::new, |(passing, all)| format!(" {}", narrowing::passing(look, passing, all)));
    let text = narrowing.shown(look);
    // Of a long filter the end goes before the count, but not so much that it cannot be told from another.
    let left = room.saturating_sub(cut::width(&state) + 2);
    let beside = left.saturating_sub(cut::width(&passing));
    let (passing, left) =
        if beside >= cut::width(&text).min(LEGIBLE) { (passing, beside) } else { (String::new(), left) };
    let text = cut::cut(&text, left, look.glyph(Glyph::Cut)).into_owned();
    let words = Words::new(look).role(role, "/ ");
    let words = if narrowing.on() { words.strong(text) } else { words.muted(text) };
    words.role(if narrowing.on() { Role::Warn } else { Role::Muted }, state).muted(passing)
}

/// Draws the row under the tabs, on every screen but the overview: where we are on the left, the verdict as a chip on the right.
pub(super) fn draw_path(buffer: &mut Buffer, area: Rect, app: &App, summary: Vec<Words<'_>>) {
    let look = &app.look;
    buffer.set_style(area, look.style(Role::Strip));
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut left = vec![Segment::new(0, path(app, look, area.width < NARROW).muted("  "))];
    for (at, words) in summary.into_iter().enumerate() {
        let words = if at > 0 { Words::new(look).glyph(Role::Muted, Glyph::Dot).muted(" ").then(words) } else { words };
        left.push(Segment::new(u8::try_from(at + 1).unwrap_or(u8::MAX), words));
    }
    // What is listed and hidden goes before what the verdict is about; the level never goes.
    let verdict = &app.glance.verdict;
    let level = panes::level(look, verdict.level);
    let used: usize = left.iter().map(|segment| segment.words.width() + 1).sum();
    let chip = panes::chip(look, verdict, &app.known.zone);
    let chip = if used + chip.width() <= usize::from(inner.width) { chip } else { level };
    strip::draw(buffer, inner, 1, left, vec![Segment::new(0, chip)]);
}

/// The way to what is looked at; its last step alone where it is narrow.
fn path<'a>(app: &App, look: &'a Look, narrow: bool) -> Words<'a> {
    let mut here = tab_name(app.tab(), look).to_owned();
    let mut words = Words::new(look);
    for step in &app.path {
        if !narrow {
            words = words.muted(format!("{here} ")).glyph(Role::Faint, Glyph::PathStep).muted(" ");
        }
        here = step.title.shown(look);
    }
    words.strong(here)
}
