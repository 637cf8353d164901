//! The last row: the keys that work now, most used first, and the clock with its zone.

use super::action::Action;
use super::app::App;
use super::areas::Spot;
use super::keymap::Keymap;
use super::theme::Role;
use super::update::valid;
use super::widgets::words::Words;
use super::widgets::{cut, format};
use crate::event::Millis;
use crate::tui::look::Look;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What the footer offers, most used first: the word in each language, and the actions whose keys stand before it.
const HINTS: &[(&str, &str, &[Action])] = &[
    ("back", "返回", &[Action::Back]),
    ("now", "现在", &[Action::Now]),
    ("pane", "面板", &[Action::NextPane]),
    ("hold", "停住", &[Action::Follow]),
    ("open", "打开", &[Action::Open]),
    ("choose", "切换", &[Action::Left, Action::Right]),
    ("acknowledge", "确认", &[Action::Acknowledge]),
    ("filter", "过滤", &[Action::Filter]),
    ("filter off", "关过滤", &[Action::FilterOff]),
    ("unread", "未回复", &[Action::Unread]),
    ("by", "维度", &[Action::Dimension]),
    ("fold", "折叠", &[Action::FoldLevel, Action::UnfoldLevel]),
    ("mark", "标记", &[Action::Mark]),
    ("next", "下一个", &[Action::Next, Action::Previous]),
    ("zoom", "放大", &[Action::Zoom]),
    ("explain", "解释", &[Action::Explain]),
    ("changed", "变化", &[Action::Changes]),
    ("pause", "暂停", &[Action::Pause]),
    ("number", "号码", &[Action::Number]),
    ("window", "窗口", &[Action::Narrower, Action::Wider]),
    ("step", "步进", &[Action::StepBack, Action::StepForward]),
    ("resend", "重发", &[Action::Resend]),
    ("failed", "失败", &[Action::FailedOnly]),
    ("sort", "排序", &[Action::Sort]),
    ("command", "命令", &[Action::Command]),
    ("move", "移动", &[Action::Down, Action::Up]),
    ("conversation", "会话", &[Action::Conversation]),
    ("raw", "原文", &[Action::Raw]),
    ("forwarded", "转发", &[Action::Forwarded]),
    ("columns", "列", &[Action::Columns]),
    ("theme", "主题", &[Action::Theme]),
    ("quit", "退出", &[Action::Quit]),
];

/// Draws the footer of the screen. How a frozen view is left is said first; a notice, or how a chord can go on, takes the place of
/// all hints.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App, now: Millis) {
    if !app.pending.is_empty() {
        return draw_pending(buffer, area, app, now);
    }
    if let Some(notice) = &app.notice {
        return line(buffer, area, app, now, |_| notice.words(&app.look));
    }
    let valid = valid(app, now);
    let hints = HINTS.iter().filter(|(.., actions)| actions.iter().any(|action| valid.contains(action)));
    let mut hints: Vec<_> = hints.collect();
    hints.sort_by_key(|(.., actions)| app.pause.is_none() || !actions.contains(&Action::Pause));
    let hints = hints.into_iter().map(|hint| Hint::of(&app.known.keymap, hint.2, word_now(app, hint)));
    let help = Hint::of(&app.known.keymap, &[Action::Help], app.look.lang.pick("help", "帮助"));
    row(buffer, area, app, now, hints, Some(help));
}

/// Draws the footer of something that has keys of its own.
pub(super) fn draw_own(buffer: &mut Buffer, area: Rect, app: &App, now: Millis, hints: &[(&str, &'static str)]) {
    let hints = hints.iter().map(|(keys, word)| Hint { keys: vec![(*keys).to_owned()], word, actions: Vec::new() });
    row(buffer, area, app, now, hints, None);
}

/// The keys of a chord that were pressed, and those that can follow.
fn draw_pending(buffer: &mut Buffer, area: Rect, app: &App, now: Millis) {
    let look = &app.look;
    let pressed = app.pending.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let endings = app.known.keymap.endings(&app.pending);
    line(buffer, area, app, now, |room| {
        let pressed = Words::new(look).bold(Role::Accent, pressed).muted(" …  ");
        let ending = |(keys, action): (String, Action)| Hint {
            keys: vec![keys],
            word: action.words(look.lang),
            actions: vec![action],
        };
        let none = Hint { keys: vec!["Esc".to_owned()], word: look.lang.pick("none", "取消"), actions: Vec::new() };
        as_many(pressed, endings.into_iter().map(ending).chain([none]), room, area, look)
    });
}

/// Some words say what the key would do now.
fn word_now(app: &App, (en, zh, actions): &(&'static str, &'static str, &[Action])) -> &'static str {
    let lang = app.look.lang;
    match actions {
        [Action::Back] if app.reads() => lang.pick("stop reading", "停止读取"),
        [Action::Pause] if app.pause.is_some() => lang.pick("go on", "继续"),
        [Action::Follow] if !app.pages.events.follows() => lang.pick("follow", "跟随"),
        _ => lang.pick(*en, *zh),
    }
}

fn row(buffer: &mut Buffer, area: Rect, app: &App, now: Millis, hints: impl Iterator<Item = Hint>, help: Option<Hint>) {
    let look = &app.look;
    line(buffer, area, app, now, |room| {
        let last = help.as_ref().map_or(0, |help| help.words(look).width());
        let words = as_many(Words::new(look), hints, room.saturating_sub(last), area, look);
        as_many(words, help.into_iter(), room, area, look)
    });
}

/// Keys and what they do.
struct Hint {
    keys: Vec<String>,
    word: &'static str,
    /// What a click on each of the keys does.
    actions: Vec<Action>,
}

impl Hint {
    /// The first keys of some actions.
    fn of(keymap: &Keymap, actions: &[Action], word: &'static str) -> Self {
        let bound = actions.iter().filter_map(|action| Some((keymap.key(*action)?.to_string(), *action)));
        let (keys, actions) = bound.unzip();
        Self { keys, word, actions }
    }

    fn words<'a>(&self, look: &'a Look) -> Words<'a> {
        Words::new(look).role(Role::Accent, self.keys.join(" ")).muted(format!(" {}  ", self.word))
    }

    /// Records where it is: each key for its own action, the word for the last one.
    fn record(&self, area: Rect, look: &Look) {
        let mut rest = area;
        for (key, action) in self.keys.iter().zip(&self.actions) {
            look.areas.add(rest, Spot::Act(*action));
            let used = u16::try_from(cut::width(key) + 1).unwrap_or(0).min(rest.width);
            rest = Rect { x: rest.x + used, width: rest.width - used, ..rest };
        }
    }
}

/// As many hints as there is room for, and where they are.
fn as_many<'a>(
    first: Words<'a>,
    hints: impl Iterator<Item = Hint>,
    room: usize,
    area: Rect,
    look: &'a Look,
) -> Words<'a> {
    let mut line = first;
    for hint in hints {
        let words = hint.words(look);
        if line.width() + words.width() > room {
            break;
        }
        let cells = |width: usize| u16::try_from(width).unwrap_or(0);
        let at = Rect::new(area.x + 1 + cells(line.width()), area.y, cells(words.width()), 1);
        hint.record(at, look);
        line = line.then(words);
    }
    line
}

/// Draws the clock at the right, and what `words` gives for the room beside it.
fn line<'a>(buffer: &mut Buffer, area: Rect, app: &'a App, now: Millis, words: impl FnOnce(usize) -> Words<'a>) {
    let look = &app.look;
    let zone = &app.known.zone;
    let clock = Words::new(look).muted(format::hour_minute(now, zone));
    let clock = if area.width >= 100 { clock.muted(format!(" {}", zone_name(zone, now))) } else { clock };
    let clock_width = clock.width();
    clock.draw_right(buffer, area.right().saturating_sub(1), area.y, area.width);
    let room = usize::from(area.width).saturating_sub(clock_width + 4);
    words(room).draw(buffer, area.x + 1, area.y, u16::try_from(room).unwrap_or(u16::MAX));
}

/// `UTC`, `UTC+8`, `UTC−3:30`: the zone of every clock time on the screen.
fn zone_name(zone: &TimeZone, now: Millis) -> String {
    let Ok(now) = jiff::Timestamp::from_millisecond(now.0) else { return "UTC".to_owned() };
    let seconds = zone.to_offset(now).seconds();
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    let sign = if seconds < 0 { '−' } else { '+' };
    match (hours, minutes) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_named_by_their_offset() {
        for (seconds, name) in [(0, "UTC"), (8 * 3600, "UTC+8"), (-12_600, "UTC−3:30"), (19_800, "UTC+5:30")] {
            let zone = TimeZone::fixed(jiff::tz::Offset::from_seconds(seconds).unwrap());
            assert_eq!(zone_name(&zone, Millis(0)), name);
        }
    }
}
