//! The screen of one message: its story in order of receipt, what is known of it, the requests that brought it, the provider's
//! clock, and where it was forwarded to. One story at a time; in a group each participant has one.

mod clock;
mod draw;
mod facts;
mod says;

pub(super) use draw::standing;
pub(super) use says::cost as cost_of;

use super::action::Action;
use super::areas::Hit;
use super::export::Export;
use super::look::Look;
use super::page::{Copied, Outcome, Page};
use super::panes::Context;
use super::place::Open;
use super::store::Job;
use super::title::Title;
use super::widgets::words::Words;
use super::widgets::{cut, format};
use crate::capture;
use crate::event::clean::clean_lines;
use crate::event::{Millis, Text};
use crate::journal::operator::Attempt;
use crate::journal::{Batch, RawRequest};
use crate::monitor::story::{Material, Standing, Story};
use crate::monitor::view::term;
use crate::source::message::ids;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Time after which a message that was not found, or could not be read, is looked for again, in milliseconds.
const RETRY_AFTER: i64 = 2_000;

/// What was read of a message.
#[derive(Debug)]
pub struct Found {
    /// Everything the journal holds of it.
    pub material: Material,
    /// Attempts to forward the requests that brought it.
    pub attempts: Vec<Attempt>,
}

/// A part of the screen, where it shows one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    #[default]
    Story,
    Facts,
    Clock,
}

impl Part {
    /// In the order of the focus.
    const ALL: [Self; 3] = [Self::Story, Self::Facts, Self::Clock];
}

/// How far the message is known.
#[derive(Debug, Default)]
enum State {
    /// It is being read.
    #[default]
    Reading,
    /// The journal does not know it.
    Unknown,
    Known(Box<Found>),
}

/// The page.
#[derive(Debug, Default)]
pub struct StoryPage {
    id: Text,
    state: State,
    /// The story shown, of several participants.
    shown: usize,
    /// The step under the cursor.
    cursor: usize,
    /// First line shown of the story, and lines that were seen.
    top: usize,
    room: usize,
    part: Part,
    /// The raw request of the step under the cursor.
    raw: Option<Raw>,
    /// Told from what was found, and what for: the mask, the minute and the finding.
    told: Option<(bool, Millis, Vec<Story>)>,
    /// It is to be read, again or for the first time; not before this time.
    wanted: Option<Millis>,
}

/// A raw request that is looked at.
#[derive(Debug)]
struct Raw {
    request: u64,
    /// `None` until it was read; the inner one: it is gone.
    found: Option<Option<Box<RawRequest>>>,
    asked: bool,
    top: usize,
}

impl StoryPage {
    /// Turns to the message with this id.
    pub fn turn_to(&mut self, id: &Text) {
        if self.id != *id {
            *self = Self { id: id.clone(), ..Self::default() };
        }
        self.wanted = Some(Millis(0));
    }

    /// Takes in what was read of a message; `None`: the journal does not know it.
    pub fn found(&mut self, id: &Text, found: Option<Box<Found>>, now: Millis) {
        if self.id != *id {
            return;
        }
        self.told = None;
        self.state = match found {
            Some(found) => State::Known(found),
            None => {
                self.wanted = Some(Millis(now.0 + RETRY_AFTER));
                State::Unknown
            }
        };
    }

    /// The journal could not be read. It is tried again, but not at once.
    pub fn failed(&mut self, now: Millis) {
        if matches!(self.state, State::Reading) {
            self.wanted = Some(Millis(now.0 + RETRY_AFTER));
        }
    }

    /// Takes in a raw request.
    pub fn request(&mut self, request: u64, found: Option<Box<RawRequest>>) {
        if let Some(raw) = self.raw.as_mut().filter(|raw| raw.request == request) {
            raw.found = Some(found);
        }
    }

    /// The stories, as they may be shown.
    fn tell(&mut self, ctx: &Context<'_>) {
        let State::Known(found) = &self.state else { return };
        let masked = ctx.look.masker.is_some();
        if self.told.as_ref().is_some_and(|(mask, at, _)| *mask == masked && *at == ctx.scope.as_of) {
            return;
        }
        let material = match &ctx.look.masker {
            Some(masker) => found.material.clone().masked(masker),
            None => found.material.clone(),
        };
        let stories = Story::tell(&material, ctx.scope.as_of, ctx.monitor.horizon_ms());
        self.shown = self.shown.min(stories.len().saturating_sub(1));
        let steps = stories.get(self.shown).map_or(0, |story| story.steps.len());
        self.cursor = self.cursor.min(steps.saturating_sub(1));
        self.told = Some((masked, ctx.scope.as_of, stories));
    }

    fn stories(&self) -> &[Story] {
        self.told.as_ref().map_or(&[], |(_, _, stories)| stories)
    }

    fn story(&self) -> Option<&Story> {
        self.stories().get(self.shown)
    }

    fn attempts(&self) -> &[Attempt] {
        match &self.state {
            State::Known(found) => &found.attempts,
            _ => &[],
        }
    }

    fn walk(&mut self, action: Action) -> Outcome {
        let Some(last) = self.story().and_then(|story| story.steps.len().checked_sub(1)) else {
            return Outcome::Ignored;
        };
        let Some(to) = action.step(self.cursor, last, 5) else { return Outcome::Ignored };
        self.cursor = to;
        Outcome::Changed
    }

    /// The next story or the one before, in a group.
    fn turn(&mut self, by: isize) -> Outcome {
        let count = self.stories().len();
        if count < 2 {
            return Outcome::Ignored;
        }
        self.shown = (self.shown as isize + by).rem_euclid(count as isize) as usize;
        (self.cursor, self.top) = (0, 0);
        Outcome::Changed
    }

    fn open_raw(&mut self) -> Outcome {
        let Some(request) = self.story().and_then(|story| story.steps.get(self.cursor)).map(|step| step.event.request)
        else {
            return Outcome::Ignored;
        };
        self.raw = Some(Raw { request, found: None, asked: false, top: 0 });
        Outcome::Changed
    }

    /// Everything the customer of this message told and was told.
    fn events(&self) -> Outcome {
        match &self.state {
            State::Known(_) => Outcome::Open(Open::events(term("id", &self.id), Title::new().id(self.id.clone()))),
            _ => Outcome::Ignored,
        }
    }
}

/// An id in the middle of which something is left out.
pub(super) fn short(id: &str) -> String {
    crate::event::ids::short_id(id).into_owned()
}

impl Raw {
    /// The request as lines: who vouches for it, its headers, its body as it stands.
    fn lines(&self, ctx: &Context<'_>) -> Vec<String> {
        let lang = ctx.look.lang;
        let raw = match &self.found {
            None => return vec![lang.pick("reading …", "读取中 …").to_owned()],
            Some(None) => return vec![lang.pick("removed by retention", "已按保留期删除").to_owned()],
            Some(Some(raw)) => raw,
        };
        let masked = ctx.look.masker.as_ref().map(|masker| capture::masked(raw, masker));
        let shown = masked.as_ref().unwrap_or(raw);
        let verified = raw.verified.as_ref().map_or_else(
            || lang.pick("unverified", "未验证").to_owned(),
            |by| format!("{} {}", by.scheme.as_str(), by.secret),
        );
        let mut lines = vec![
            format!("{}  {}  {} B", raw.received_at.rfc3339(), verified, format::thousands(raw.body.len() as u64)),
            shown.path.to_string(),
        ];
        lines.extend(shown.headers.iter().map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value))));
        lines.push(String::new());
        lines.extend(self.body(ctx.look).unwrap_or_default().lines().map(str::to_owned));
        lines
    }

    /// The body as it may be shown. A masked one would be another: how long it is must do.
    fn body(&self, look: &Look) -> Option<String> {
        let raw = self.found.as_ref()?.as_ref()?;
        let body = String::from_utf8_lossy(&raw.body);
        Some(if look.masker.is_some() { look.words(&body).into_owned() } else { clean_lines(&body).into_owned() })
    }

    fn scroll(&mut self, action: Action) -> Outcome {
        let Some(to) = action.step(self.top, usize::MAX / 2, 10) else { return Outcome::Ignored };
        self.top = to;
        Outcome::Changed
    }
}

impl Page for StoryPage {
    fn summary<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        self.tell(ctx);
        let words = || Words::new(ctx.look);
        let lang = ctx.look.lang;
        let Some(story) = self.story() else { return Vec::new() };
        let mut summary = vec![words().then(draw::standing(story, ctx.look))];
        if self.stories().len() > 1 {
            let (at, count) = (self.shown + 1, self.stories().len());
            summary.push(words().muted(format!("{at}/{count} {}", lang.pick("participants", "位成员"))));
        }
        summary
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        self.tell(ctx);
        self.draw_all(frame.buffer_mut(), area, ctx);
    }

    fn act(&mut self, action: Action) -> Outcome {
        if let Some(raw) = &mut self.raw {
            if action == Action::Back || action == Action::Open || action == Action::Raw {
                self.raw = None;
                return Outcome::Changed;
            }
            return raw.scroll(action);
        }
        match action {
            Action::Open | Action::Raw => self.open_raw(),
            Action::Filter => self.events(),
            Action::Left => self.turn(-1),
            Action::Right => self.turn(1),
            Action::NextPane | Action::PreviousPane => {
                let by = if action == Action::NextPane { 1 } else { Part::ALL.len() - 1 };
                self.part = Part::ALL[(self.part as usize + by) % Part::ALL.len()];
                Outcome::Changed
            }
            _ => self.walk(action),
        }
    }

    fn point(&mut self, hit: &Hit) -> Outcome {
        let Some(part) = hit.pane.and_then(|pane| Part::ALL.get(pane)) else { return Outcome::Ignored };
        self.part = *part;
        self.cursor = hit.row.unwrap_or(self.cursor);
        Outcome::Changed
    }

    fn copy(&self, what: Copied, look: &Look) -> Option<String> {
        match (&self.raw, what) {
            (Some(raw), Copied::Path) => Some(format!("request:{}", raw.request)),
            (Some(raw), Copied::Value) => raw.body(look),
            (None, Copied::Path) => Some(look.filter(&term("id", &self.id)).into_owned()),
            (None, Copied::Value) => Some(look.id(&self.id).into_owned()),
        }
    }

    fn export(&mut self, _ctx: &Context<'_>) -> Option<Export> {
        Some(Export::Events { filter: term("id", &self.id), whole: true })
    }

    fn actions(&self) -> Vec<Action> {
        use Action::{Back, Down, First, Last, Left, NextPane, Open, PageDown, PageUp, PreviousPane, Raw, Right, Up};
        if self.raw.is_some() {
            return vec![Down, Up, PageDown, PageUp, First, Last, Back];
        }
        let mut actions = vec![Down, Up, PageDown, PageUp, First, Last, NextPane, PreviousPane, Open, Raw];
        if self.stories().len() > 1 {
            actions.extend([Left, Right]);
        }
        actions
    }

    fn rewritten(&mut self) {
        self.wanted = Some(Millis(0));
        self.raw.iter_mut().for_each(|raw| (raw.found, raw.asked) = (None, false));
    }

    fn jobs(&mut self, _ctx: &Context<'_>, now: Millis) -> Vec<Job> {
        let mut jobs = Vec::new();
        if self.wanted.is_some_and(|at| at <= now) {
            self.wanted = None;
            jobs.push(Job::Story { id: self.id.clone() });
        }
        if let Some(raw) = self.raw.as_mut().filter(|raw| !raw.asked) {
            raw.asked = true;
            jobs.push(Job::Request(raw.request));
        }
        jobs
    }

    fn live(&mut self, batch: &Batch, _ctx: &Context<'_>, _now: Millis) {
        let State::Known(found) = &self.state else { return };
        let names: Vec<&Text> = found.material.deliveries.iter().flat_map(ids).collect();
        let concerns = |id: &Text| names.contains(&id);
        let repeated = batch.requests.iter().any(|summary| summary.duplicates > 0);
        if repeated || batch.events.iter().flat_map(ids).any(concerns) {
            self.wanted = Some(Millis(0));
        }
    }
}

/// What a message has come to, as a role.
fn role_of(standing: Standing) -> super::theme::Role {
    use super::theme::Role;
    match standing {
        Standing::Read => Role::Read,
        Standing::Delivered => Role::Delivered,
        Standing::Failed => Role::Failed,
        Standing::Waiting | Standing::Silent => Role::Waiting,
        Standing::Received => Role::Strong,
    }
}

/// Text cut in the middle where it is wider.
fn fitted(text: &str, width: usize, mark: &str) -> String {
    cut::middle(text, width, mark).into_owned()
}
