//! What can be looked at, and how one got there.

use super::action::Action;
use super::period::Period;
use super::title::Title;
use crate::event::Text;
use crate::monitor::view::{Span, term};
use crate::source::thread::Who;
use serde::{Deserialize, Serialize};

/// Something that can be looked at. Each is shown by one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Verdict, activity, four panes.
    Overview,
    /// The list of events.
    Events {
        /// Selects them.
        filter: String,
    },
    /// One conversation.
    Thread(Who),
    /// The list of messages.
    Messages {
        /// Selects them; a word alone is looked for.
        filter: String,
    },
    /// One message's story.
    Message {
        /// Its id or meta id.
        id: Text,
    },
    /// Refused requests.
    Refused,
    /// What was forwarded.
    Forward {
        /// Only this request.
        request: Option<u64>,
    },
    /// What messages cost.
    Costs,
    /// What changed against the window before.
    Changes,
}

impl Place {
    /// The filter that selects the events it shows, where one can.
    pub fn filter(&self) -> Option<String> {
        Some(match self {
            Self::Events { filter } | Self::Messages { filter } => filter.clone(),
            Self::Thread(who) => who.filter(),
            Self::Message { id } => term("id", id),
            Self::Forward { request } => format!("request:{}", (*request)?),
            Self::Overview | Self::Refused | Self::Costs | Self::Changes => return None,
        })
    }

    /// The tab it belongs to.
    pub fn tab(&self) -> Tab {
        match self {
            Self::Overview | Self::Changes | Self::Thread(_) => Tab::Overview,
            Self::Events { .. } => Tab::Events,
            Self::Messages { .. } | Self::Message { .. } => Tab::Messages,
            Self::Refused => Tab::Refused,
            Self::Forward { .. } => Tab::Forward,
            Self::Costs => Tab::Costs,
        }
    }
}

/// A page that is switched to by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Verdict, activity, four panes.
    Overview,
    /// The live tail.
    Events,
    /// What became of each message.
    Messages,
    /// Refused requests.
    Refused,
    /// What was forwarded.
    Forward,
    /// What messages cost.
    Costs,
}

impl Tab {
    /// Every tab, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Overview, Self::Events, Self::Messages, Self::Refused, Self::Forward, Self::Costs];

    /// The action that switches to it.
    pub fn action(self) -> Action {
        match self {
            Self::Overview => Action::Overview,
            Self::Events => Action::Events,
            Self::Messages => Action::Messages,
            Self::Refused => Action::Refused,
            Self::Forward => Action::Forward,
            Self::Costs => Action::Costs,
        }
    }

    /// Its name in file names and in the session.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Events => "events",
            Self::Messages => "messages",
            Self::Refused => "refused",
            Self::Forward => "forward",
            Self::Costs => "costs",
        }
    }

    /// The number that switches to it.
    pub fn number(self) -> u8 {
        match self {
            Self::Overview => 1,
            Self::Events => 2,
            Self::Messages => 3,
            Self::Refused => 4,
            Self::Forward => 5,
            Self::Costs => 6,
        }
    }
}

/// Something to be shown in place of what is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    /// The place.
    pub place: Place,
    /// What it is, for the path: `131026 Undeliverable`.
    pub title: Title,
    /// When it is to be looked at, where that is another time than before; Esc walks back to that, too.
    pub window: Option<Span>,
}

impl Open {
    /// A place in the window that is looked at.
    pub fn at(place: Place, title: Title) -> Self {
        Self { place, title, window: None }
    }

    /// The same in another window.
    pub fn within(self, window: Span) -> Self {
        Self { window: Some(window), ..self }
    }

    /// The events that `filter` selects.
    pub fn events(filter: String, title: Title) -> Self {
        Self::at(Place::Events { filter }, title)
    }

    /// The events of one request.
    pub fn request(request: u64) -> Self {
        Self::events(format!("request:{request}"), Title::request(request))
    }

    /// Where a request was forwarded to, and what was answered.
    pub fn forwarded(request: u64) -> Self {
        Self::at(Place::Forward { request: Some(request) }, Title::request(request))
    }

    /// The messages that `filter` selects.
    pub fn messages(filter: String, title: Title) -> Self {
        Self::at(Place::Messages { filter }, title)
    }

    /// What changed against the window before.
    pub fn changes() -> Self {
        Self::at(Place::Changes, Title::new().said("What changed", "变化"))
    }

    /// What was opened when the screen was left.
    pub(super) fn again(place: Place) -> Self {
        let title = match &place {
            Place::Message { id } => return Self::message(id.clone()),
            Place::Thread(who) => Title::new().phone(who.customer.clone()),
            Place::Forward { request: Some(request) } => return Self::forwarded(*request),
            Place::Changes => return Self::changes(),
            _ => Title::new().said("as it was left", "上次离开时"),
        };
        Self::at(place, title)
    }

    /// The story of one message.
    pub fn message(id: Text) -> Self {
        Self::at(Place::Message { id: id.clone() }, Title::new().id(id))
    }
}

/// A step of a drill-down.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// What was left.
    pub(super) from: Place,
    /// What was opened.
    pub(super) title: Title,
    /// The filters of the lists of events and of messages before: a drill-down only borrows these lists.
    pub(super) events: String,
    pub(super) messages: String,
    /// The period before, when what was opened looks at another one.
    pub(super) period: Option<Period>,
}
