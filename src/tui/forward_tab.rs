//! The Forward tab: where requests go on to, what was answered, and sending them again.

mod detail;
mod figures;
mod table;

use super::action::Action;
use super::areas::Hit;
use super::confirm::Confirm;
use super::export::{Export, Row};
use super::lang::say;
use super::look::Look;
use super::page::{Copied, Outcome, Page};
use super::panes::Context;
use super::place::Open;
use super::store::{Forwarded, Job, Resend};
use super::terms::sentence;
use super::theme::{Glyph, Role};
use super::widgets::format;
use super::widgets::words::Words;
use crate::event::clean::clean;
use crate::event::{Millis, Text};
use crate::journal::RawRequest;
use crate::journal::operator::{Attempt, Target};
use crate::report::rows::AttemptRow;
use figures::Figures;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Attempts that are held: what was tried before is listed by `watop forward`.
const HELD: usize = 5_000;

/// How often is looked for new attempts, in milliseconds.
const LOOK: i64 = 1_000;

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Focus {
    Targets,
    #[default]
    Attempts,
    Detail,
}

impl Focus {
    /// From top to bottom.
    const ALL: [Self; 3] = [Self::Targets, Self::Attempts, Self::Detail];
}

/// The tab.
#[derive(Debug, Default)]
pub struct ForwardTab {
    targets: Vec<Target>,
    /// Number of the last request in the journal.
    last_request: u64,
    /// Newest first.
    attempts: VecDeque<Attempt>,
    /// Only attempts for this request.
    request: Option<u64>,
    /// Only attempts to this target.
    target: Option<Text>,
    /// Only attempts that were not answered 2xx.
    failed_only: bool,
    focus: Focus,
    /// Number of the attempt under the cursor; the newest, as long as nothing was selected.
    selected: Option<u64>,
    /// Row of the target under the cursor; 0 stands for all of them.
    target_row: usize,
    top: usize,
    room: usize,
    scrolled: usize,
    /// The request of the attempt that is shown in detail.
    raw: Option<(u64, Option<Box<RawRequest>>)>,
    asked_raw: Option<u64>,
    asked_at: Option<Millis>,
    /// Resends that were asked for and not handed out yet.
    resend: Vec<(u64, Text)>,
    /// Resends under way.
    under_way: usize,
    /// Why something was not sent again.
    trouble: Option<String>,
    /// Sending everything shown again.
    confirm: Confirm,
    paused: bool,
}

impl ForwardTab {
    /// Shows the attempts for one request, or all of them.
    pub fn choose(&mut self, request: Option<u64>) {
        if self.request != request {
            (self.request, self.selected, self.scrolled) = (request, None, 0);
            self.focus = Focus::Attempts;
        }
        self.asked_at = None;
    }

    /// The request whose attempts are shown, when it is one.
    pub fn chosen(&self) -> Option<u64> {
        self.request
    }

    /// Takes in what the reader found.
    pub fn found(&mut self, found: Forwarded) {
        (self.targets, self.last_request) = (found.targets, found.last_request);
        self.find_target();
        let newest = self.attempts.front().map_or(0, |attempt| attempt.n);
        for attempt in found.attempts.into_iter().filter(|attempt| attempt.n > newest) {
            self.attempts.push_front(attempt);
        }
        self.attempts.truncate(HELD);
    }

    /// Takes in a request to be shown in detail.
    pub fn request(&mut self, request: u64, raw: Option<Box<RawRequest>>) {
        self.raw = Some((request, raw));
    }

    /// Requests were sent again; the attempts stand in the list.
    pub fn resent(&mut self, requests: usize, trouble: Option<String>) {
        self.under_way = self.under_way.saturating_sub(requests);
        self.trouble = trouble;
        self.asked_at = None;
    }

    /// The attempts that are listed, newest first.
    fn listed(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(|attempt| {
            self.request.is_none_or(|request| request == attempt.request)
                && self.target.as_ref().is_none_or(|target| *target == attempt.target)
                && !(self.failed_only && attempt.taken())
        })
    }

    /// The attempt under the cursor, and its row.
    fn current(&self) -> Option<(usize, &Attempt)> {
        let at = self.selected.and_then(|n| self.listed().enumerate().find(|(_, attempt)| attempt.n == n));
        at.or_else(|| self.listed().enumerate().next())
    }

    fn walk(&mut self, action: Action) -> Outcome {
        let Some(last) = self.listed().count().checked_sub(1) else { return Outcome::Ignored };
        let row = self.current().map_or(0, |(row, _)| row);
        let Some(to) = action.step(row, last, self.room.max(2) - 1) else { return Outcome::Ignored };
        self.select(to);
        Outcome::Changed
    }

    /// Puts the cursor on a row of the attempts; on the newest it goes on with what comes.
    fn select(&mut self, row: usize) {
        let selected = self.listed().nth(row).map(|attempt| attempt.n).filter(|_| row > 0);
        (self.selected, self.scrolled) = (selected, 0);
    }

    fn walk_targets(&mut self, action: Action) -> Outcome {
        let Some(to) = action.step(self.target_row, self.targets.len(), 7) else { return Outcome::Ignored };
        self.choose_target(to);
        Outcome::Changed
    }

    /// Finds the row of the chosen target again; one that is not there any more chooses nothing.
    fn find_target(&mut self) {
        let Some(chosen) = &self.target else { return };
        match self.targets.iter().position(|target| target.target == *chosen) {
            Some(at) => self.target_row = at + 1,
            None => (self.target, self.target_row) = (None, 0),
        }
    }

    /// Puts the cursor on a row of the targets, which lists its attempts alone; the first row stands for all of them.
    fn choose_target(&mut self, row: usize) {
        self.target_row = row;
        self.target = row.checked_sub(1).and_then(|at| self.targets.get(at)).map(|target| target.target.clone());
        (self.selected, self.scrolled) = (None, 0);
    }

    fn scroll(&mut self, action: Action) -> Outcome {
        let Some(to) = action.step(self.scrolled, usize::MAX / 2, 10) else { return Outcome::Ignored };
        self.scrolled = to;
        Outcome::Changed
    }

    fn turn(&mut self, by: usize) {
        self.focus = Focus::ALL[(self.focus as usize + by) % Focus::ALL.len()];
    }

    /// The events of the attempt's request, where its bytes are too. What was replayed from elsewhere has other numbers.
    fn open(&self) -> Outcome {
        match self.current() {
            Some((_, attempt)) => {
                let request = attempt.request;
                Outcome::Open(Open::request(request))
            }
            None => Outcome::Ignored,
        }
    }

    fn resend_one(&mut self) -> Outcome {
        let Some((_, attempt)) = self.current() else { return Outcome::Ignored };
        self.resend.push((attempt.request, attempt.target.clone()));
        Outcome::Changed
    }

    /// Sends again what is listed, each request once to each target; asked for twice, as it may be much.
    fn resend_shown(&mut self) -> Outcome {
        if self.attempts.is_empty() {
            return Outcome::Ignored;
        }
        if self.confirm.ask() {
            let shown: BTreeSet<_> = self.listed().map(|attempt| (attempt.request, attempt.target.clone())).collect();
            self.resend.extend(shown);
        }
        Outcome::Changed
    }

    fn back(&mut self) -> Outcome {
        if self.confirm.drop() {
            return Outcome::Changed;
        }
        if self.focus != Focus::Attempts {
            self.focus = Focus::Attempts;
        } else if self.selected.is_some() {
            self.selected = None;
        } else if self.target.is_some() || self.failed_only {
            (self.target, self.target_row, self.failed_only) = (None, 0, false);
        } else {
            return Outcome::Ignored;
        }
        Outcome::Changed
    }
}

impl Page for ForwardTab {
    fn summary<'a>(&mut self, ctx: &Context<'a>) -> Vec<Words<'a>> {
        let look = ctx.look;
        let words = || Words::new(look);
        if self.confirm.is_open() {
            let pairs: BTreeSet<_> = self.listed().map(|attempt| (attempt.request, &attempt.target)).collect();
            let count = format::thousands(pairs.len() as u64);
            let key = ctx.keys.key(Action::ResendShown).map(|key| key.to_string()).unwrap_or_default();
            let ask = say!(look, "send {count} again? {key} once more", "再次发送 {count} 条?再按一次 {key}");
            return vec![words().bold(Role::Warn, ask)];
        }
        let figures = Figures::of(self.attempts.iter().filter(|attempt| ctx.scope.span.contains(attempt.at)));
        let down = self.targets.iter().filter(|target| target.fault.is_some()).count();
        let mut summary = Vec::new();
        if down > 0 {
            // First, so that it stays where the targets have no room.
            let said = say!(look, " {down} down", " {down} 个中断");
            summary.push(words().glyph(Role::Failed, Glyph::Critical).bold(Role::Failed, said));
        }
        summary.extend([
            words().value(format::thousands(figures.all)).muted(look.lang.pick(" in the window", " 窗口内")),
            words().value(format::thousands(figures.failed())).muted(look.lang.pick(" not taken", " 未被接收")),
        ]);
        if self.under_way > 0 {
            let count = self.under_way;
            summary.push(words().text(say!(look, "sending {count} again", "正在再次发送 {count} 条")));
        }
        if let Some(trouble) = &self.trouble {
            summary.push(words().role(Role::Failed, clean(&sentence(ctx.look.lang, trouble)).into_owned()));
        }
        summary
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, ctx: &Context<'_>) {
        let buffer = frame.buffer_mut();
        if area.height < 14 {
            match self.focus {
                Focus::Targets => self.draw_targets(buffer, area, ctx),
                Focus::Attempts => self.draw_attempts(buffer, area, ctx),
                Focus::Detail => self.draw_answer(buffer, area, ctx),
            }
            return;
        }
        // Borders, heads, the row of all targets, and why one takes nothing.
        let more = if self.targets.iter().any(|target| target.fault.is_some()) { 5 } else { 4 };
        let rows = u16::try_from(self.targets.len()).unwrap_or(u16::MAX).saturating_add(more);
        let rows = rows.clamp(5, area.height / 4 + 3);
        let [targets, attempts, detail] =
            Layout::vertical([Constraint::Length(rows), Constraint::Fill(3), Constraint::Fill(2)]).areas(area);
        self.draw_targets(buffer, targets, ctx);
        if self.attempts.is_empty() {
            // Nothing to say about an attempt: no empty boxes for it.
            let rest = Rect { height: area.height - targets.height, ..attempts };
            return self.draw_attempts(buffer, rest, ctx);
        }
        self.draw_attempts(buffer, attempts, ctx);
        if area.width < 100 {
            self.draw_answer(buffer, detail, ctx);
            return;
        }
        let [request, answer] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(detail);
        self.draw_request(buffer, request, ctx);
        self.draw_answer(buffer, answer, ctx);
    }

    fn act(&mut self, action: Action) -> Outcome {
        match (action, self.focus) {
            (Action::NextPane, _) => self.turn(1),
            (Action::PreviousPane, _) => self.turn(2),
            (Action::FailedOnly, _) => {
                self.failed_only = !self.failed_only;
                self.selected = None;
            }
            (Action::Resend, _) => return self.resend_one(),
            (Action::ResendShown, _) => return self.resend_shown(),
            (Action::Back, _) => return self.back(),
            (Action::Open, Focus::Targets) => self.focus = Focus::Attempts,
            (Action::Open | Action::Raw, _) => return self.open(),
            (_, Focus::Targets) => return self.walk_targets(action),
            (_, Focus::Attempts) => return self.walk(action),
            (_, Focus::Detail) => return self.scroll(action),
        }
        Outcome::Changed
    }

    fn point(&mut self, hit: &Hit) -> Outcome {
        let Some(focus) = hit.pane.and_then(|pane| Focus::ALL.get(pane)) else { return Outcome::Ignored };
        self.focus = *focus;
        match (focus, hit.row) {
            (Focus::Targets, Some(row)) => self.choose_target(row),
            (Focus::Attempts, Some(row)) => self.select(row),
            _ => {}
        }
        Outcome::Changed
    }

    fn copy(&self, what: Copied, look: &Look) -> Option<String> {
        let (_, attempt) = self.current()?;
        Some(match (what, self.focus) {
            (Copied::Path, _) => format!("request:{}", attempt.request),
            (Copied::Value, Focus::Targets) => clean(self.target.as_ref().unwrap_or(&attempt.target)).into_owned(),
            (Copied::Value, Focus::Attempts) => attempt.request.to_string(),
            (Copied::Value, Focus::Detail) => detail::shown_body(&attempt.body, look),
        })
    }

    fn export(&mut self, ctx: &Context<'_>) -> Option<Export> {
        let rows = self.listed().map(|attempt| Row::of(&AttemptRow::from(&*detail::shown(attempt, ctx.look))));
        Some(Export::Shown(rows.collect()))
    }

    fn remember(&self) -> Option<(&'static str, Value)> {
        Some(("forward", json!({ "target": self.target, "failed_only": self.failed_only })))
    }

    fn recall(&mut self, left: &BTreeMap<String, Value>) {
        let Some(left) = left.get("forward") else { return };
        self.target = left.get("target").and_then(Value::as_str).map(Text::from);
        self.failed_only = left.get("failed_only").and_then(Value::as_bool).unwrap_or(false);
    }

    fn actions(&self) -> Vec<Action> {
        use Action::{
            Back, Down, FailedOnly, First, Last, NextPane, Open, PageDown, PageUp, PreviousPane, Raw, Resend,
            ResendShown, Up,
        };
        let mut actions = vec![NextPane, PreviousPane, Down, Up, PageDown, PageUp, First, Last, FailedOnly];
        if self.current().is_some() {
            actions.extend([Open, Raw, Resend, ResendShown]);
        }
        let narrowed = self.selected.is_some() || self.target.is_some() || self.failed_only;
        if narrowed || self.focus != Focus::Attempts || self.confirm.is_open() {
            actions.push(Back);
        }
        actions
    }

    fn jobs(&mut self, _: &Context<'_>, now: Millis) -> Vec<Job> {
        self.confirm.tick(now);
        let mut jobs = Vec::new();
        if !self.resend.is_empty() {
            self.under_way += self.resend.len();
            self.trouble = None;
            jobs.push(Job::Resend(Resend::Each(std::mem::take(&mut self.resend))));
        }
        if !self.paused && self.asked_at.is_none_or(|at| now.0 - at.0 >= LOOK) {
            self.asked_at = Some(now);
            let after = self.attempts.front().map_or(0, |attempt| attempt.n);
            jobs.push(Job::Forwarded { after, most: HELD });
        }
        let request = self.current().map(|(_, attempt)| attempt.request);
        if request.is_some() && self.asked_raw != request {
            self.asked_raw = request;
            jobs.extend(request.map(Job::Request));
        }
        jobs
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    fn rewritten(&mut self) {
        self.attempts.clear();
        (self.raw, self.asked_raw, self.asked_at) = (None, None, None);
    }
}
