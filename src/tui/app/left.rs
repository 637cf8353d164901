//! How the screen is left, and taken up again.

use super::App;
use crate::tui::filter_bar;
use crate::tui::lang::{Lang, say};
use crate::tui::notice::Notice;
use crate::tui::period::Period;
use crate::tui::place::{Open, Place, Tab};
use crate::tui::session::Session;

/// What the screen was started with: only what the user changed since is remembered.
#[derive(Debug, Default)]
pub(super) struct Began {
    theme: String,
    lang: Lang,
}

impl App {
    /// Takes up how the screen was left. A language that was asked for on the command line stays.
    pub fn recall(&mut self, left: &Session, keep_lang: bool) {
        self.began = Began { theme: self.look.theme.name().to_owned(), lang: self.look.lang };
        if let Some(theme) = self.themes.iter().find(|theme| Some(theme.name()) == left.theme.as_deref()) {
            self.look.theme = theme.clone();
        }
        if let Some(lang) = left.lang.filter(|_| !keep_lang) {
            self.look.lang = lang;
        }
        left.filters.iter().for_each(|filter| filter_bar::remember(&mut self.known.filters, filter.clone()));
        self.known.narrowing.look_at(left.number.clone());
        self.look_at(Period { window: left.window, end: None });
        for page in self.pages.all_mut() {
            page.recall(&left.pages);
        }
        let place = match Tab::ALL.into_iter().find(|tab| tab.name() == left.tab) {
            Some(Tab::Events) => Place::Events { filter: self.pages.events.expression().to_owned() },
            Some(Tab::Messages) => Place::Messages { filter: self.pages.messages.expression().to_owned() },
            Some(Tab::Refused) => Place::Refused,
            Some(Tab::Forward) => Place::Forward { request: None },
            Some(Tab::Costs) => Place::Costs,
            _ => Place::Overview,
        };
        self.show(place);
        left.opened.clone().into_iter().for_each(|place| self.open(Open::again(place)));
    }

    /// The same with what was found of it: damage is ignored with a word.
    pub(in crate::tui) fn take_up(&mut self, found: Result<Option<Session>, String>, keep_lang: bool) {
        match found {
            Ok(left) => self.recall(&left.unwrap_or_else(Session::new), keep_lang),
            Err(why) => {
                self.recall(&Session::new(), keep_lang);
                self.notice = Some(Notice::wrong(say!(
                    self.look,
                    "how the screen was left is not known: {why}",
                    "无法恢复上次的界面状态:{why}"
                )));
            }
        }
    }

    /// How the screen is left now. What a drill-down borrowed is given back before.
    pub fn left(&mut self) -> Session {
        let opened = (!self.path.is_empty()).then(|| self.here());
        while self.walk_back() {}
        let theme = self.look.theme.name();
        let pages = self.pages.all_mut().into_iter().filter_map(|page| page.remember());
        let pages = pages.map(|(name, value)| (name.to_owned(), value)).collect();
        let mut left = Session::new();
        left.theme = (theme != self.began.theme).then(|| theme.to_owned());
        left.lang = (self.look.lang != self.began.lang).then_some(self.look.lang);
        left.window = self.known.period.window;
        left.opened = opened;
        left.filters.clone_from(&self.known.filters);
        left.number = self.known.narrowing.number().cloned();
        self.tab().name().clone_into(&mut left.tab);
        left.pages = pages;
        left
    }
}
