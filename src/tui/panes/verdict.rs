//! The verdict: one sentence and its consequence, always in the same two rows, so that nothing jumps when trouble starts.

use super::layout::split_rows;
use super::{Intake, Size, View, Watched};
use crate::event::Millis;
use crate::event::clean::clean;
use crate::journal::Health;
use crate::monitor::view::{Level, Verdict};
use crate::receiver::Vitals;
use crate::tui::action::Action;
use crate::tui::look::Look;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::cut;
use crate::tui::widgets::format;
use crate::tui::widgets::strip::{self, Segment};
use crate::tui::widgets::words::Words;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the verdict.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &View<'_>) {
    let verdict = view.verdict();
    buffer.set_style(area, view.look.style(ground(verdict.level)));
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let (first, second) = split_rows(inner, 1);
    if view.size == Size::One {
        let words = chip(view.look, &verdict, false).text(" ").strong(clean(&verdict.short));
        words.draw(buffer, first.x, first.y, first.width);
        return;
    }
    // The sentence of a calm screen is aligned with the one below it; trouble takes the room.
    let indent = if verdict.level == Level::Trouble { 0 } else { 13 };
    let chip = chip(view.look, &verdict, true);
    let chip = if chip.width() < indent { chip.to(indent) } else { chip.text("  ") };
    let room = first.width.saturating_sub(chip.width() as u16);
    let words = chip.then(sentence(view, verdict.level, &verdict.what, room, Weight::Bold));
    words.draw(buffer, first.x, first.y, first.width);

    let key = view.keys.key(Action::Explain).filter(|_| verdict.proof.is_some());
    let hint =
        key.map_or_else(|| view.words(), |key| view.words().role(Role::Accent, key.to_string()).muted(" explain"));
    let room = second.width.saturating_sub(hint.width() as u16 + 2);
    let left = Segment::new(0, sentence(view, verdict.level, &verdict.more, room, Weight::Normal));
    strip::draw(buffer, second, 2, vec![left], vec![Segment::new(1, hint)]);
}

/// Draws the row of a screen that is not the overview itself: the path to it, and the verdict as a chip.
pub(super) fn draw_chip(buffer: &mut Buffer, area: Rect, view: &View<'_>, here: &'static str) {
    buffer.set_style(area, view.look.style(Role::Strip));
    let verdict = view.verdict();
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let path = view.words().muted("Overview ").glyph(Role::Faint, Glyph::PathStep).text(" ").strong(here);
    strip::draw(buffer, inner, 2, vec![Segment::new(0, path)], vec![Segment::new(1, short(view.look, &verdict))]);
}

/// What a verdict is made of: the monitor's, and what only the screen knows.
pub(super) struct Situation<'a> {
    pub(super) verdict: &'a Verdict,
    /// Whether anything was ever received.
    pub(super) arrived: bool,
    pub(super) zone: &'a TimeZone,
    pub(super) vitals: &'a Vitals,
    pub(super) health: &'a Health,
    pub(super) gaps: &'a [(Millis, Millis)],
    pub(super) intake: &'a Intake,
}

impl Situation<'_> {
    /// The monitor's verdict with what only the screen knows laid over it: a journal that cannot write, a receiver that was
    /// down, nobody vouching for what is posted, nothing arrived yet. What is laid over moves to the second line.
    pub(super) fn verdict(&self) -> Verdict {
        if let Health::Failing { reason, since, refused } = self.health {
            return self.failing(reason, *since, *refused);
        }
        let verdict = if self.arrived { self.verdict.clone() } else { self.ready() };
        if verdict.level > Level::Watch {
            return verdict;
        }
        if self.intake.unverified() {
            return unverified(verdict);
        }
        match self.gaps.last() {
            Some((from, to)) if self.arrived && verdict.level < Level::Watch => self.down(verdict, *from, *to),
            _ => verdict,
        }
    }

    fn failing(&self, reason: &str, since: Millis, refused: u64) -> Verdict {
        let (count, since) = (format::thousands(refused), format::clock(since, self.zone));
        Verdict {
            level: Level::Trouble,
            what: said([reason, ": ", &count, " requests answered 503 since ", &since]),
            more: said(["", "none is lost if its sender retries; storing goes on by itself once the cause is gone"]),
            short: format!("503 since {since}"),
            ..self.verdict.clone()
        }
    }

    fn down(&self, verdict: Verdict, from: Millis, to: Millis) -> Verdict {
        let span = [from, to].map(|at| format::clock(at, self.zone)).join("–");
        let length = format::duration((to.0 - from.0) / 1000);
        Verdict {
            level: Level::Watch,
            what: said(["", "receiver down ", &span, ", ", &length, "; senders retry, late events are still counted"]),
            more: verdict.what.clone(),
            short: format!("receiver down {length}"),
            ..verdict
        }
    }

    fn ready(&self) -> Verdict {
        if let Some(watched) = &self.intake.watched {
            let more = match watched {
                Watched::Journal(Some(_)) => "the receiver of this journal has stored nothing yet",
                Watched::Journal(None) => {
                    "nobody receives into this journal: start watop serve, or name another directory"
                }
                Watched::File(_) => "the capture holds no request",
            };
            return Verdict {
                level: Level::Ready,
                what: said(["No event yet."]),
                more: said(["", more]),
                short: "no event yet".to_owned(),
                ..Verdict::default()
            };
        }
        let since = format::clock(self.intake.since, self.zone);
        let refused = match self.vitals.refused {
            0 => "nothing was refused".to_owned(),
            count => format!("{} refused", format::thousands(count)),
        };
        Verdict {
            level: Level::Ready,
            what: said(["No event yet.", &format!(" Listening since {since}; storing works, {refused}.")]),
            more: said([
                "",
                "next         point the sender at the address below; the first event appears here by itself",
            ]),
            short: "no event yet".to_owned(),
            ..Verdict::default()
        }
    }
}

fn unverified(verdict: Verdict) -> Verdict {
    let (nxcloud, meta) = ("WATOP_NXCLOUD_SECRET", "WATOP_META_APP_SECRET");
    Verdict {
        level: Level::Watch,
        what: said(["", "anyone who reaches this port can post; set ", nxcloud, " or ", meta]),
        more: if verdict.level == Level::Ready { verdict.more } else { verdict.what },
        short: "unverified".to_owned(),
        ..verdict
    }
}

/// Pieces that are values and quiet ones in turn, a value first.
fn said<const N: usize>(texts: [&str; N]) -> Vec<(String, bool)> {
    texts.into_iter().zip([true, false].into_iter().cycle()).map(|(text, value)| (text.to_owned(), value)).collect()
}

fn ground(level: Level) -> Role {
    match level {
        Level::Ready | Level::Ok => Role::Strip,
        Level::Watch | Level::Blind => Role::GroundWatch,
        Level::Trouble => Role::GroundTrouble,
    }
}

/// The verdict as a chip: its level, and its short form where there is something to look at.
pub(super) fn short<'a>(look: &'a Look, verdict: &Verdict) -> Words<'a> {
    let chip = chip(look, verdict, true);
    if verdict.level < Level::Watch { chip } else { chip.text(" ").value(clean(&verdict.short).into_owned()) }
}

/// Sign and word of the level; on the smallest screen the sign alone, but `OK` is a word.
fn chip<'a>(look: &'a Look, verdict: &Verdict, with_word: bool) -> Words<'a> {
    let (role, glyph, word) = match verdict.level {
        Level::Ready => (Role::Accent, Glyph::Ready, "READY"),
        Level::Ok => (Role::Ok, Glyph::Good, "OK"),
        Level::Watch => (Role::Warn, Glyph::Warning, "WATCH"),
        Level::Trouble => (Role::Failed, Glyph::Critical, "TROUBLE"),
        Level::Blind => (Role::Warn, Glyph::Unknown, "BLIND"),
    };
    let sign = look.glyph(glyph);
    let with_word = with_word || verdict.level == Level::Ok;
    Words::new(look).bold(role, if with_word { format!("{sign} {word}") } else { sign.to_owned() })
}

/// How much weight the values of a sentence have.
#[derive(Clone, Copy, PartialEq)]
enum Weight {
    Bold,
    Normal,
}

/// The pieces of a sentence that fit: values strong, the rest quiet. Values are drawn whole or not at all, because half a number
/// is a wrong one.
fn sentence<'a>(view: &View<'a>, level: Level, pieces: &[(String, bool)], room: u16, weight: Weight) -> Words<'a> {
    let quiet = if ground(level) == Role::Strip { Role::Muted } else { Role::Text };
    let mut words = view.words();
    let mut left = usize::from(room);
    for (at, (text, value)) in pieces.iter().enumerate() {
        let text = clean(text).into_owned();
        let width = cut::width(&text);
        let is_last = at + 1 == pieces.len();
        if width > left || (width == left && !is_last) {
            let begin = if *value { "" } else { cut::head(&text, left.saturating_sub(1)) };
            let mark = if left > 0 { view.look.glyph(Glyph::Cut) } else { "" };
            return words.role(quiet, format!("{}{mark}", begin.trim_end()));
        }
        left -= width;
        words = match (value, weight) {
            (true, Weight::Bold) => words.strong(text),
            (true, Weight::Normal) => words.value(text),
            (false, _) => words.role(quiet, text),
        };
    }
    words
}
