//! The last row: the keys that work now, most used first, and the clock with its zone.

use super::action::Action;
use super::app::App;
use super::keymap::{Key, Keymap};
use super::theme::Role;
use super::update::valid;
use super::widgets::format;
use super::widgets::words::Words;
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
    ("view", "视图", &[Action::Left, Action::Right]),
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
    ("window", "窗口", &[Action::Narrower, Action::Wider]),
    ("number", "号码", &[Action::Number]),
    ("step", "步进", &[Action::StepBack, Action::StepForward]),
    ("resend", "重发", &[Action::Resend]),
    ("failed", "失败", &[Action::FailedOnly]),
    ("sort", "排序", &[Action::Sort]),
    ("move", "移动", &[Action::Down, Action::Up]),
    ("conversation", "会话", &[Action::Conversation]),
    ("raw", "原文", &[Action::Raw]),
    ("forwarded", "转发", &[Action::Forwarded]),
    ("columns", "列", &[Action::Columns]),
    ("theme", "主题", &[Action::Theme]),
    ("quit", "退出", &[Action::Quit]),
];

/// Draws the footer of the screen. How a frozen view is left is said first.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App, now: Millis) {
    let valid = valid(app, now);
    let hints = HINTS.iter().filter(|(.., actions)| actions.iter().any(|action| valid.contains(action)));
    let mut hints: Vec<_> = hints.collect();
    hints.sort_by_key(|(.., actions)| app.pause.is_none() || !actions.contains(&Action::Pause));
    let hints = hints.into_iter().map(|hint| (keys(&app.known.keymap, hint.2), word_now(app, hint)));
    row(buffer, area, app, now, hints, keys(&app.known.keymap, &[Action::Help]));
}

/// Draws the footer of something that has keys of its own.
pub(super) fn draw_own(buffer: &mut Buffer, area: Rect, app: &App, now: Millis, hints: &[(&str, &'static str)]) {
    let hints = hints.iter().map(|(keys, word)| ((*keys).to_owned(), *word));
    row(buffer, area, app, now, hints, String::new());
}

/// Some words say what the key would do now.
fn word_now(app: &App, (en, zh, actions): &(&'static str, &'static str, &[Action])) -> &'static str {
    let lang = app.look.lang;
    match actions {
        [Action::Pause] if app.pause.is_some() => lang.pick("go on", "继续"),
        [Action::Follow] if !app.pages.events.follows() => lang.pick("follow", "跟随"),
        _ => lang.pick(*en, *zh),
    }
}

fn row(
    buffer: &mut Buffer,
    area: Rect,
    app: &App,
    now: Millis,
    hints: impl Iterator<Item = (String, &'static str)>,
    help: String,
) {
    let look = &app.look;
    let zone = &app.known.zone;
    let clock = Words::new(look).muted(format::hour_minute(now, zone));
    let clock = if area.width >= 100 { clock.muted(format!(" {}", zone_name(zone, now))) } else { clock };
    let clock_width = clock.width();
    clock.draw_right(buffer, area.right().saturating_sub(1), area.y, area.width);

    let last = if help.is_empty() { Words::new(look) } else { hint(look, help, look.lang.pick("help", "帮助")) };
    let room = usize::from(area.width).saturating_sub(clock_width + 4 + last.width());
    let mut line = Words::new(look);
    for (keys, word) in hints {
        let hint = hint(look, keys, word);
        if line.width() + hint.width() > room {
            break;
        }
        line = line.then(hint);
    }
    line.then(last).draw(buffer, area.x + 1, area.y, area.width.saturating_sub(1));
}

fn hint<'a>(look: &'a Look, keys: String, word: &'static str) -> Words<'a> {
    Words::new(look).role(Role::Accent, keys).muted(format!(" {word}  "))
}

/// The keys of some actions, with blanks between.
fn keys(keymap: &Keymap, actions: &[Action]) -> String {
    let keys: Vec<_> =
        actions.iter().filter_map(|action| keymap.key(*action)).map(|key: Key| key.to_string()).collect();
    keys.join(" ")
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
