//! The last row: the keys that work now, most used first, and the clock with its zone.

use super::action::Action;
use super::app::App;
use super::keymap::{Key, Keymap};
use super::theme::{Role, Theme};
use super::update::valid;
use super::widgets::format;
use super::widgets::words::Words;
use crate::event::Millis;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What the footer offers, most used first: the word, and the actions whose keys stand before it.
const HINTS: &[(&str, &[Action])] = &[
    ("back", &[Action::Back]),
    ("now", &[Action::Now]),
    ("pane", &[Action::NextPane]),
    ("hold", &[Action::Follow]),
    ("open", &[Action::Open]),
    ("view", &[Action::Left, Action::Right]),
    ("filter", &[Action::Filter]),
    ("filter off", &[Action::FilterOff]),
    ("zoom", &[Action::Zoom]),
    ("explain", &[Action::Explain]),
    ("pause", &[Action::Pause]),
    ("window", &[Action::Narrower, Action::Wider]),
    ("step", &[Action::StepBack, Action::StepForward]),
    ("sort", &[Action::Sort]),
    ("move", &[Action::Down, Action::Up]),
    ("raw", &[Action::Raw]),
    ("theme", &[Action::Theme]),
    ("quit", &[Action::Quit]),
];

/// How a frozen view is left: said first.
const GO_ON: &str = "go on";

/// Draws the footer of the screen.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, app: &App, now: Millis) {
    let valid = valid(app, now);
    let hints = HINTS.iter().filter(|(_, actions)| actions.iter().any(|action| valid.contains(action)));
    let hints = hints.map(|(word, actions)| (keys(&app.known.keymap, actions), word_now(app, word)));
    let mut hints: Vec<_> = hints.collect();
    hints.sort_by_key(|(_, word)| *word != GO_ON);
    row(buffer, area, app, now, hints.into_iter(), keys(&app.known.keymap, &[Action::Help]));
}

/// Draws the footer of something that has keys of its own.
pub(super) fn draw_own(buffer: &mut Buffer, area: Rect, app: &App, now: Millis, hints: &[(&str, &'static str)]) {
    let hints = hints.iter().map(|(keys, word)| ((*keys).to_owned(), *word));
    row(buffer, area, app, now, hints, String::new());
}

/// Some words say what the key would do now.
fn word_now(app: &App, word: &'static str) -> &'static str {
    match word {
        "pause" if app.pause.is_some() => GO_ON,
        "hold" if !app.events.follows() => "follow",
        other => other,
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
    let theme = app.theme();
    let zone = &app.known.zone;
    let clock = Words::new(theme).muted(format::hour_minute(now, zone));
    let clock = if area.width >= 100 { clock.muted(format!(" {}", zone_name(zone, now))) } else { clock };
    let clock_width = clock.width();
    clock.draw_right(buffer, area.right().saturating_sub(1), area.y, area.width);

    let last = if help.is_empty() { Words::new(theme) } else { hint(theme, help, "help") };
    let room = usize::from(area.width).saturating_sub(clock_width + 4 + last.width());
    let mut line = Words::new(theme);
    for (keys, word) in hints {
        let hint = hint(theme, keys, word);
        if line.width() + hint.width() > room {
            break;
        }
        line = line.then(hint);
    }
    line.then(last).draw(buffer, area.x + 1, area.y, area.width.saturating_sub(1));
}

fn hint<'a>(theme: &'a Theme, keys: String, word: &'static str) -> Words<'a> {
    Words::new(theme).role(Role::Accent, keys).muted(format!(" {word}  "))
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
