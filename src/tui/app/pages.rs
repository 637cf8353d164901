//! Every page, and which of them shows a place.

use crate::tui::changes_page::ChangesPage;
use crate::tui::costs_tab::CostsTab;
use crate::tui::events_tab::EventsTab;
use crate::tui::forward_tab::ForwardTab;
use crate::tui::messages_tab::MessagesTab;
use crate::tui::page::Page;
use crate::tui::panes::Overview;
use crate::tui::place::Place;
use crate::tui::refused_tab::RefusedTab;
use crate::tui::story_page::StoryPage;
use crate::tui::thread::Thread;

/// Every page. Each keeps its state while another one is looked at.
#[derive(Default)]
pub(in crate::tui) struct Pages {
    pub(in crate::tui) overview: Overview,
    pub(in crate::tui) events: EventsTab,
    pub(in crate::tui) messages: MessagesTab,
    pub(in crate::tui) story: StoryPage,
    pub(in crate::tui) refused: RefusedTab,
    pub(in crate::tui) forward: ForwardTab,
    pub(in crate::tui) thread: Thread,
    pub(in crate::tui) costs: CostsTab,
    pub(in crate::tui) changes: ChangesPage,
}

impl Pages {
    /// The page that shows a place.
    pub(in crate::tui) fn at(&self, place: &Place) -> &dyn Page {
        match place {
            Place::Overview => &self.overview,
            Place::Events { .. } => &self.events,
            Place::Messages { .. } => &self.messages,
            Place::Message { .. } => &self.story,
            Place::Refused => &self.refused,
            Place::Forward { .. } => &self.forward,
            Place::Thread(_) => &self.thread,
            Place::Costs => &self.costs,
            Place::Changes => &self.changes,
        }
    }

    /// All of them.
    pub(in crate::tui) fn all_mut(&mut self) -> [&mut dyn Page; 9] {
        let Self { overview, events, messages, story, refused, thread, forward, costs, changes } = self;
        [overview, events, messages, story, refused, thread, forward, costs, changes]
    }

    /// The same, to change it.
    pub(in crate::tui) fn at_mut(&mut self, place: &Place) -> &mut dyn Page {
        match place {
            Place::Overview => &mut self.overview,
            Place::Events { .. } => &mut self.events,
            Place::Messages { .. } => &mut self.messages,
            Place::Message { .. } => &mut self.story,
            Place::Refused => &mut self.refused,
            Place::Forward { .. } => &mut self.forward,
            Place::Thread(_) => &mut self.thread,
            Place::Costs => &mut self.costs,
            Place::Changes => &mut self.changes,
        }
    }
}
