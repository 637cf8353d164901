//! What one rule counts for itself: what its filter selects, and entities that the monitor does not count by.
//!
//! Over messages a term of the filter holds when any event of the message satisfies it, and then all of its evidence counts;
//! over events the filter is tested on each (DESIGN §7). The state of a message is the monitor's: here stands only which terms
//! hold of it, so that a message that is selected late, or no more, is counted right at the next turn of the minute.

use super::{Metric, Per, Rule};
use crate::event::{Detail, Event, Millis, Text, country};
use crate::monitor::cells::Cell;
use crate::monitor::intern::Name;
use crate::monitor::latency::{Histogram, bin_of};
use crate::monitor::rates::{Rates, Recent};
use crate::monitor::rollup::{Minute, minute_of};
use crate::monitor::store::{Chunks, Index};
use crate::monitor::view::Group;
use crate::monitor::{Monitor, Touched};
use crate::query::{Filter, Held, Sets};
use hashbrown::HashMap;

/// Minutes that lags are kept of: the longest window.
const LAGS: i64 = 24 * 60;

#[derive(Debug)]
pub(super) struct Sift {
    filter: Option<Filter>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Messages(Messages),
    Events(Box<Events>),
}

/// Which messages are selected.
#[derive(Debug, Default)]
struct Messages {
    sets: Sets,
    /// The number of the set of terms that hold, by the monitor's number of the message.
    held: Chunks<u32>,
}

/// The selected events, each under the entity that it names.
#[derive(Debug)]
pub(super) struct Events {
    per: Option<Per>,
    pub(super) rates: Rates,
    lags: Recent<HashMap<Name, Histogram>>,
}

impl Sift {
    /// What a rule needs that no monitor counts; `None` when one does.
    pub(super) fn of(rule: &Rule) -> Option<Self> {
        let filter = rule.filter.clone();
        let by_monitor = match (rule.metric, rule.per) {
            (_, None | Some(Per::Code)) => true,
            (Metric::TransportLag, Some(_)) => false,
            (_, Some(Per::Number)) => true,
            (metric, Some(_)) => !matches!(metric, Metric::DeliverP95 | Metric::EventsPerSecond | Metric::Silence),
        };
        if by_monitor && filter.is_none() {
            return None;
        }
        let kind = match rule.metric.is_of_events() {
            true => Kind::Events(Box::new(Events::new(rule.per))),
            false => Kind::Messages(Messages::default()),
        };
        Some(Self { filter, kind })
    }

    pub(super) fn needs_bodies(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::needs_body)
    }

    /// Something was received.
    pub(super) fn heard(&mut self, at: Millis) {
        if let Kind::Events(events) = &mut self.kind {
            events.rates.heard((at, at));
        }
    }

    /// Takes in an event that the monitor has taken in.
    pub(super) fn see(&mut self, monitor: &mut Monitor, event: &Event, touched: Option<Touched>, body: &[u8]) {
        match (&mut self.kind, &self.filter) {
            (Kind::Messages(messages), Some(filter)) => {
                if let Some(touched) = touched {
                    messages.see(filter, touched, filter.held(event, body, event.received_at));
                }
            }
            (Kind::Messages(_), None) => {}
            (Kind::Events(events), filter) => {
                let matches = |filter: &Filter| filter.matches(event, body, event.received_at);
                if event.amends.is_none() && filter.as_ref().is_none_or(matches) {
                    events.see(monitor, event);
                }
            }
        }
    }

    /// Whether a message counts.
    pub(super) fn selects(&self, message: Index) -> bool {
        match &self.kind {
            Kind::Messages(messages) if self.filter.is_some() => messages.sets.is_selected(*messages.held.get(message)),
            _ => true,
        }
    }

    /// The events that count, for a rule that judges events.
    pub(super) fn events(&self) -> Option<&Events> {
        match &self.kind {
            Kind::Events(events) => Some(events),
            Kind::Messages(_) => None,
        }
    }
}

impl Messages {
    fn see(&mut self, filter: &Filter, touched: Touched, mut held: Held) {
        let known = self.held.len();
        for index in [Some(touched.index), touched.united].into_iter().flatten().filter(|index| *index < known) {
            held.join(self.sets.held(*self.held.get(index)));
        }
        let set = self.sets.number(filter, held);
        // The monitor numbers messages one after the other.
        if touched.index == known {
            self.held.push(set);
        } else {
            *self.held.get_mut(touched.index) = set;
        }
    }
}

impl Events {
    fn new(per: Option<Per>) -> Self {
        Self { per, rates: Rates::default(), lags: Recent::default() }
    }

    fn see(&mut self, monitor: &mut Monitor, event: &Event) {
        let entity = self.per.and_then(|per| entity(per, monitor, event));
        let name = monitor.texts.intern(entity.as_deref());
        self.rates.see(event, name);
        if let Some(at) = event.provider_at
            && let Some(lags) = self.lags.at(i64::from(minute_of(event.received_at.0)), LAGS)
        {
            let lag = event.received_at.0.div_euclid(1000).saturating_sub(at.0).clamp(0, i64::from(u32::MAX));
            lags.entry(name).or_default().add(bin_of(lag.unsigned_abs()), 1);
        }
    }

    /// The lags of each entity in the minutes; without `per` all stand under none.
    pub(super) fn lags(&self, from: Minute, to: Minute) -> HashMap<Name, Histogram> {
        let mut sums: HashMap<Name, Histogram> = HashMap::new();
        for (name, lags) in self.lags.range(i64::from(from)..i64::from(to)).flat_map(|(_, lags)| lags) {
            sums.entry(*name).or_default().join(lags);
        }
        sums
    }
}

/// What an event names; tags and categories as far as the monitor tells them apart.
fn entity(per: Per, monitor: &mut Monitor, event: &Event) -> Option<Text> {
    match per {
        Per::Number => event.number.clone(),
        Per::Country => {
            let code = event.customer.as_deref().and_then(country::code_of)?;
            Some(format!("+{}", country::CODES[code]).into())
        }
        Per::Category | Per::Tag => {
            let Detail::Status(status) = &event.detail else { return None };
            let cell = Cell { traits: monitor.traits.of(event, status), ..Cell::default() };
            match monitor.group(per.dimension()?, cell) {
                Group::Named(name) => Some(name),
                Group::Unnamed | Group::Others => None,
            }
        }
        Per::Code => None,
    }
}
