//! The verdict: one sentence and its consequence, always in the same two rows, so that nothing jumps when trouble starts.

mod wording;

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
use crate::tui::widgets::strip::{self, Segment};
use crate::tui::widgets::words::Words;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The verdict as it is shown: the monitor's, with what only the screen knows laid over it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shown {
    /// Level.
    pub level: Level,
    /// Filter expression that selects the proof.
    pub proof: Option<String>,
    /// What is laid over the monitor's verdict.
    over: Option<Over>,
    /// The monitor's, which moves to the second line where something is laid over it.
    verdict: Verdict,
}

/// What only the screen knows.
#[derive(Debug, Clone, PartialEq)]
enum Over {
    /// The journal cannot write.
    Failing { reason: String, since: Millis, refused: u64 },
    /// Nobody vouches for what is posted; what is waited for, where nothing arrived yet.
    Unverified(Option<Waiting>),
    /// No receiver ran.
    Down { from: Millis, to: Millis },
    /// Nothing has ever arrived.
    Ready(Waiting),
    /// What filter and number leave out is worse than what they show.
    Elsewhere(Box<Verdict>),
}

/// Where the first event is to come from.
#[derive(Debug, Clone, PartialEq)]
enum Waiting {
    /// The receiver here: since when it listens, and how many requests it refused.
    Here { since: Millis, refused: u64 },
    /// Something that is only watched.
    Elsewhere(Watched),
}

impl Shown {
    /// The monitor's verdict with nothing laid over it.
    pub fn of(verdict: Verdict) -> Self {
        Self { level: verdict.level, proof: verdict.proof.clone(), over: None, verdict }
    }

    /// In whole sentences, as of a moment.
    pub fn sentences(&self, look: &Look, zone: &TimeZone, as_of: Millis) -> String {
        let wording::Sentences { what, more } = wording::sentences(self, look, zone, as_of, usize::MAX);
        let text = |pieces: Vec<(String, bool)>| pieces.into_iter().map(|(text, _)| text).collect::<String>();
        let said = [what, more].map(text).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// In a few words, for a path or a chip.
    pub fn short(&self, look: &Look, zone: &TimeZone) -> String {
        wording::short(self, look, zone)
    }
}

/// What a verdict is made of: the monitor's, and what only the screen knows.
pub(super) struct Situation<'a> {
    pub(super) verdict: &'a Verdict,
    /// The monitor's over everything, where only a part is looked at.
    pub(super) everything: Option<&'a Verdict>,
    /// Whether anything was ever received.
    pub(super) arrived: bool,
    pub(super) vitals: &'a Vitals,
    pub(super) health: &'a Health,
    pub(super) gaps: &'a [(Millis, Millis)],
    pub(super) intake: &'a Intake,
}

impl Situation<'_> {
    /// The monitor's verdict with what only the screen knows laid over it: a journal that cannot write, a receiver that was
    /// down, nobody vouching for what is posted, nothing arrived yet.
    pub(super) fn verdict(&self) -> Shown {
        let waiting = (!self.arrived).then(|| match &self.intake.watched {
            Some(watched) => Waiting::Elsewhere(watched.clone()),
            None => Waiting::Here { since: self.intake.since, refused: self.vitals.refused },
        });
        let level = if self.arrived { self.verdict.level } else { Level::Ready };
        let (level, over) = match (self.health, self.gaps.last()) {
            (Health::Failing { reason, since, refused }, _) => {
                let failing = Over::Failing { reason: reason.clone(), since: *since, refused: *refused };
                (Level::Trouble, Some(failing))
            }
            _ if level > Level::Watch => (level, None),
            _ if let Some(graver) = self.everything.filter(|all| all.level > level.max(Level::Ok)) => {
                (graver.level, Some(Over::Elsewhere(Box::new(graver.clone()))))
            }
            _ if self.intake.unverified() => (Level::Watch, Some(Over::Unverified(waiting))),
            (_, Some(&(from, to))) if self.arrived && level < Level::Watch => {
                (Level::Watch, Some(Over::Down { from, to }))
            }
            _ => (level, waiting.map(Over::Ready)),
        };
        // What is left out has no list to be opened.
        let proof = self.verdict.proof.clone().filter(|_| !matches!(over, Some(Over::Elsewhere(_))));
        Shown { level, proof, over, verdict: self.verdict.clone() }
    }
}

/// Draws the verdict.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &View<'_>) {
    let shown = view.verdict();
    buffer.set_style(area, view.look.style(ground(shown.level)));
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let (first, second) = split_rows(inner, 1);
    if view.size == Size::One {
        let short = wording::short(&shown, view.look, view.zone);
        let words = sign(view.look, shown.level).text(" ").strong(short);
        words.draw(buffer, first.x, first.y, first.width);
        return;
    }
    // The sentence of a calm screen is aligned with the one below it; trouble takes the room.
    let indent = if shown.level == Level::Trouble { 0 } else { wording::INDENT };
    let chip = level(view.look, shown.level);
    let chip = if chip.width() < indent { chip.to(indent) } else { chip.text("  ") };
    let room = first.width.saturating_sub(chip.width() as u16);
    let said = wording::sentences(&shown, view.look, view.zone, view.data.scope.as_of, usize::from(room));
    let words = chip.then(sentence(view, shown.level, &said.what, room, Weight::Bold));
    words.draw(buffer, first.x, first.y, first.width);

    let hint = hints(view, &shown);
    let room = second.width.saturating_sub(hint.width() as u16 + 2);
    let left = Segment::new(0, sentence(view, shown.level, &said.more, room, Weight::Normal));
    strip::draw(buffer, second, 2, vec![left], vec![Segment::new(1, hint)]);
}

/// The keys that lead on from the verdict: what changed, where that takes no room from the sentence, and what it rests on.
fn hints<'a>(view: &View<'a>, shown: &Shown) -> Words<'a> {
    if shown.proof.is_none() {
        return view.words();
    }
    let changes = (Action::Changes, view.pick(" what changed", " 有何变化"));
    let explain = (Action::Explain, view.pick(" explain", " 解释"));
    let offered = if view.size == Size::Wide { vec![changes, explain] } else { vec![explain] };
    offered.into_iter().fold(view.words(), |words, (action, does)| {
        let Some(key) = view.keys.key(action) else { return words };
        let gap = if words.is_empty() { "" } else { "  " };
        words.muted(gap).role(Role::Accent, key.to_string()).muted(does)
    })
}

/// Draws the row of a screen that is not the overview itself: the path to it, and the verdict as a chip.
pub(super) fn draw_chip(buffer: &mut Buffer, area: Rect, view: &View<'_>, here: &'static str) {
    buffer.set_style(area, view.look.style(Role::Strip));
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let path = view.words().muted(view.pick("Overview ", "总览 ")).glyph(Role::Faint, Glyph::PathStep);
    let path = path.text(" ").strong(here);
    let chip = chip(view.look, &view.verdict(), view.zone);
    strip::draw(buffer, inner, 2, vec![Segment::new(0, path)], vec![Segment::new(1, chip)]);
}

fn ground(level: Level) -> Role {
    match level {
        Level::Ready | Level::Ok => Role::Strip,
        Level::Watch | Level::Blind => Role::GroundWatch,
        Level::Trouble => Role::GroundTrouble,
    }
}

/// A monitor's verdict in a few words.
pub fn short(verdict: &Verdict, look: &Look, zone: &TimeZone) -> String {
    wording::short_finding(&verdict.finding, verdict.since, look, zone)
}

/// A verdict as a chip: its level, and its short form where there is something to look at.
pub fn chip<'a>(look: &'a Look, shown: &Shown, zone: &TimeZone) -> Words<'a> {
    let chip = level(look, shown.level);
    if shown.level < Level::Watch { chip } else { chip.text(" ").value(shown.short(look, zone)) }
}

/// Sign and word of a level.
pub fn level<'a>(look: &'a Look, level: Level) -> Words<'a> {
    let (role, glyph, word) = of_level(look, level);
    Words::new(look).bold(role, format!("{} {word}", look.glyph(glyph)))
}

/// The sign alone, for the smallest screen; but `OK` is a word.
fn sign<'a>(look: &'a Look, at: Level) -> Words<'a> {
    let (role, glyph, _) = of_level(look, at);
    if at == Level::Ok { level(look, at) } else { Words::new(look).bold(role, look.glyph(glyph)) }
}

fn of_level(look: &Look, level: Level) -> (Role, Glyph, &'static str) {
    let pick = |en, zh| look.lang.pick(en, zh);
    match level {
        Level::Ready => (Role::Accent, Glyph::Ready, pick("READY", "就绪")),
        Level::Ok => (Role::Ok, Glyph::Good, pick("OK", "正常")),
        Level::Watch => (Role::Warn, Glyph::Warning, pick("WATCH", "注意")),
        Level::Trouble => (Role::Failed, Glyph::Critical, pick("TROUBLE", "故障")),
        Level::Blind => (Role::Warn, Glyph::Unknown, pick("BLIND", "无数据")),
    }
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
