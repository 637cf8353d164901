//! One event from all sides: what it says, the body that brought it, its headers, and who vouches for it.

mod draw;
mod facts;
mod notes;
mod tree;

use crate::event::json::SyntaxError;
use crate::event::{Event, Scheme};
use crate::journal::RawRequest;
use crate::tui::action::Action;
use crate::tui::lang::Lang;
use crate::tui::look::Look;
use crate::tui::page::Copied;
use crate::tui::panes::Context;
use crate::tui::theme::Role;
use facts::{Line, of_event, of_headers, of_raw, of_verdict};
use ratatui::crossterm::event::{Event as Pressed, KeyCode, KeyEvent};
use tree::Tree;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// A side of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum View {
    /// The normalised event.
    #[default]
    Event,
    /// The body, laid out.
    Json,
    /// The stored headers.
    Headers,
    /// The body as it stands.
    Raw,
    /// Who vouches for it.
    Verdict,
}

impl View {
    /// Every side, in the order of their words.
    pub(super) const ALL: [Self; 5] = [Self::Event, Self::Json, Self::Headers, Self::Raw, Self::Verdict];

    /// The word for it.
    fn word(self, lang: Lang) -> &'static str {
        match self {
            Self::Event => lang.pick("event", "事件"),
            Self::Json => "json",
            Self::Headers => lang.pick("headers", "请求头"),
            Self::Raw => lang.pick("raw", "原文"),
            Self::Verdict => lang.pick("verdict", "验签"),
        }
    }
}

/// The event that is looked at.
#[derive(Debug, Default)]
pub(super) struct Inspector {
    /// The side shown.
    view: View,
    /// The first line shown.
    top: usize,
    /// Lines that were drawn last: what a page is.
    room: usize,
    shown: Option<Shown>,
    /// What is looked for in the tree.
    wanted: String,
    /// The same while it is typed, and whether it is there.
    typed: Option<(Input, bool)>,
}

#[derive(Debug)]
struct Shown {
    seq: u64,
    event: Option<Box<Event>>,
    raw: Option<Box<RawRequest>>,
    /// The body as a tree, once it was looked at.
    tree: Option<Result<Tree, SyntaxError>>,
    /// Lines, and what they were made for.
    lines: Option<(MadeFor, Vec<Line>)>,
}

/// What lines depend on beside the event.
type MadeFor = (View, usize, Lang, bool);

impl Shown {
    fn tree(&mut self) -> Option<&mut Tree> {
        let (raw, event) = (self.raw.as_ref()?, self.event.as_ref());
        let path = event.map_or("$", |event| &event.path);
        self.tree.get_or_insert_with(|| Tree::read(&raw.body, path)).as_mut().ok()
    }
}

impl Inspector {
    /// The event that is shown.
    pub(super) fn seq(&self) -> Option<u64> {
        self.shown.as_ref().map(|shown| shown.seq)
    }

    /// The event that is shown, and its request; either may be gone from the journal.
    pub(super) fn parts(&self) -> Option<(Option<&Event>, Option<&RawRequest>)> {
        self.shown.as_ref().map(|shown| (shown.event.as_deref(), shown.raw.as_deref()))
    }

    /// Shows another event.
    pub(super) fn show(&mut self, seq: u64, event: Option<Box<Event>>, raw: Option<Box<RawRequest>>) {
        if self.seq() != Some(seq) {
            self.top = 0;
        }
        self.shown = Some(Shown { seq, event, raw, tree: None, lines: None });
    }

    /// Shows nothing: what it showed may not be there any more.
    pub(super) fn forget(&mut self) {
        self.shown = None;
    }

    /// Turns to another side.
    pub(super) fn turn(&mut self, view: View) {
        if self.view != view {
            self.view = view;
            self.top = 0;
        }
    }

    /// Turns to the side `by` places further.
    fn turn_by(&mut self, by: isize) {
        let at = View::ALL.iter().position(|view| *view == self.view).unwrap_or(0);
        let count = View::ALL.len() as isize;
        let next = (at as isize + by).rem_euclid(count) as usize;
        self.turn(View::ALL.get(next).copied().unwrap_or_default());
    }

    /// The tree, where it is what is shown.
    fn tree(&mut self) -> Option<&mut Tree> {
        self.shown.as_mut().filter(|_| self.view == View::Json)?.tree()
    }

    /// Whether a tree is shown.
    pub(super) fn has_tree(&self) -> bool {
        let tree = self.shown.as_ref().filter(|_| self.view == View::Json).and_then(|shown| shown.tree.as_ref());
        tree.is_some_and(Result::is_ok)
    }

    /// The lines of the side shown, for a pane of `width` cells; of the body, where it is no JSON, those of its raw side.
    fn lines(&mut self, ctx: &Context<'_>, width: usize) -> &[Line] {
        let view = self.view;
        let Some(shown) = &mut self.shown else { return &[] };
        let made_for = (view, width, ctx.look.lang, ctx.look.masker.is_some());
        if shown.lines.as_ref().is_none_or(|(before, _)| *before != made_for) {
            let lines = match (view, &shown.event, &shown.raw) {
                (View::Event, Some(event), _) => of_event(event, ctx, width),
                (View::Verdict, _, Some(raw)) => of_verdict(raw, ctx, width),
                (View::Headers, _, Some(raw)) => of_headers(raw, ctx, width),
                (View::Json, _, Some(raw)) => {
                    let mut lines = Vec::new();
                    if let Some(Err(error)) = &shown.tree {
                        let what = ctx.look.lang.pick("not JSON: ", "不是 JSON:");
                        lines = vec![vec![(Role::Warn, format!("{what}{error}"))], Vec::new()];
                    }
                    lines.extend(of_raw(raw, ctx, width));
                    lines
                }
                (View::Raw, _, Some(raw)) => of_raw(raw, ctx, width),
                _ => {
                    let gone = ctx
                        .look
                        .lang
                        .pick("no longer in the journal: removed by retention", "已按保留期限从日志中删除");
                    vec![vec![(Role::Muted, gone.to_owned())]]
                }
            };
            shown.lines = Some((made_for, lines));
        }
        shown.lines.as_ref().map_or(&[], |(_, lines)| lines)
    }

    /// Moves, folds, turns. Says whether the action is for the inspector.
    pub(super) fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Left => self.turn_by(-1),
            Action::Right => self.turn_by(1),
            Action::Raw => self.turn(View::Raw),
            Action::Filter if self.has_tree() => self.typed = Some((Input::default(), true)),
            Action::Next => return self.search(false, false),
            Action::Previous => return self.search(true, false),
            _ if self.has_tree() => return self.act_on_tree(action),
            _ => return self.scroll(action),
        }
        true
    }

    /// What can be done now.
    pub(super) fn actions(&self) -> Vec<Action> {
        let mut actions = vec![Action::Left, Action::Right];
        if self.has_tree() {
            use Action::{Filter, FoldAll, FoldLevel, Open, UnfoldAll, UnfoldLevel};
            actions.extend([Open, FoldLevel, UnfoldLevel, FoldAll, UnfoldAll, Filter]);
            if !self.wanted.is_empty() {
                actions.extend([Action::Next, Action::Previous]);
            }
        }
        actions
    }

    /// Takes a click: a word turns to its side of the event, a row takes the cursor of the tree.
    pub(super) fn point(&mut self, row: Option<usize>, head: Option<usize>) {
        if let Some(view) = head.and_then(|at| View::ALL.get(at)) {
            self.turn(*view);
        } else if let (Some(row), Some(tree)) = (row, self.tree()) {
            tree.move_to(row);
        }
    }

    fn act_on_tree(&mut self, action: Action) -> bool {
        let page = self.room.max(2) - 1;
        let Some(tree) = self.tree() else { return false };
        if let Some(to) = action.step(tree.cursor(), usize::MAX, page) {
            tree.move_to(to);
            return true;
        }
        match action {
            Action::Open => tree.toggle(),
            Action::FoldLevel => tree.fold_level(true),
            Action::UnfoldLevel => tree.fold_level(false),
            Action::FoldAll => tree.fold_all(true),
            Action::UnfoldAll => tree.fold_all(false),
            _ => return false,
        }
        true
    }

    fn scroll(&mut self, action: Action) -> bool {
        let page = self.room.max(2) - 1;
        let to = action.step(self.top, usize::MAX / 2, page);
        self.top = to.unwrap_or(self.top);
        to.is_some()
    }

    /// What a copy takes: the value under the cursor, or its path.
    pub(super) fn copied(&self, what: Copied, look: &Look) -> Option<String> {
        let tree = self.shown.as_ref()?.tree.as_ref()?.as_ref().ok()?;
        Some(match what {
            Copied::Path => tree.path(),
            Copied::Value => draw::chosen(tree, look),
        })
    }

    fn search(&mut self, back: bool, here: bool) -> bool {
        let wanted = std::mem::take(&mut self.wanted);
        let found = self.tree().is_some_and(|tree| tree.search(&wanted, back, here));
        self.wanted = wanted;
        found
    }

    /// Whether text to look for is being typed.
    pub(super) fn is_typing(&self) -> bool {
        self.typed.is_some()
    }

    /// A key while it is.
    pub(super) fn key(&mut self, key: KeyEvent) {
        let Some((input, _)) = &mut self.typed else { return };
        match key.code {
            KeyCode::Enter | KeyCode::Esc => self.typed = None,
            _ => {
                input.handle_event(&Pressed::Key(key));
                self.look_for_typed();
            }
        }
    }

    /// Pasted text is looked for.
    pub(super) fn paste(&mut self, text: &str) {
        let Some((input, _)) = &mut self.typed else { return };
        for character in text.chars().filter(|character| !character.is_control()) {
            input.handle(tui_input::InputRequest::InsertChar(character));
        }
        self.look_for_typed();
    }

    fn look_for_typed(&mut self) {
        let Some((input, _)) = &self.typed else { return };
        self.wanted = input.value().to_owned();
        let found = self.wanted.is_empty() || self.search(false, true);
        if let Some((_, there)) = &mut self.typed {
            *there = found;
        }
    }
}

/// The name of a scheme, as configured.
pub fn scheme_word(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Nxcloud => "nxcloud",
        Scheme::Meta => "meta",
    }
}
