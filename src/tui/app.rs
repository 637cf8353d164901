//! The state of the screen: what is looked at, and everything it is drawn from. Pure: no I/O, no clock, no terminal.
//!
//! Messages change it ([`App::feed`], [`App::answered`], [`super::update`]), then it is drawn once ([`App::draw`]). What it wants
//! read from the journal it hands out as jobs ([`App::jobs`]).

use super::events_tab::EventsTab;
use super::keymap::Keymap;
use super::overlays::Help;
use super::panes::{Context, Intake, Open, Overview};
use super::period::{Period, minute, next_minute};
use super::refused_tab::RefusedTab;
use super::store::{Answer, Job};
use super::theme::Theme;
use crate::event::Millis;
use crate::journal::{Batch, Health};
use crate::monitor::Monitor;
use crate::monitor::view::{Ingest, Pulse, Scope, Span, Verdict};
use crate::receiver::Vitals;
use crate::source::Feed;
use jiff::tz::TimeZone;

/// A screen that is switched to by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// Verdict, activity, four panes.
    #[default]
    Overview,
    /// The live tail.
    Events,
    /// Refused requests.
    Refused,
}

/// What the screen is made with.
pub struct Setup {
    /// Themes, the one to start with first.
    pub themes: Vec<Theme>,
    /// Key bindings.
    pub keymap: Keymap,
    /// What is counted.
    pub monitor: Monitor,
    /// Zone of clock times.
    pub zone: TimeZone,
    /// Where events come in, and who may post them.
    pub intake: Intake,
}

/// Everything that is drawn from and not moved by keys.
pub(super) struct Known {
    pub(super) monitor: Monitor,
    pub(super) zone: TimeZone,
    pub(super) keymap: Keymap,
    pub(super) period: Period,
    pub(super) intake: Intake,
    pub(super) vitals: Vitals,
    pub(super) health: Health,
    pub(super) gaps: Vec<(Millis, Millis)>,
    pub(super) flow: Flow,
}

/// How far the source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flow {
    /// History is read: pages done, pages in all.
    Behind(u64, u64),
    /// Everything is here as it comes.
    Live,
    /// The source failed and is tried again.
    Lost(String),
}

/// A frozen view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pause {
    /// When it was frozen.
    pub(super) at: Millis,
    /// Events that came since.
    pub(super) new: u64,
}

/// Where a drill-down came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) tab: Tab,
    pub(super) filter: String,
    /// What was opened.
    pub(super) title: String,
}

/// Numbers for header and strip, asked once per change.
#[derive(Default)]
pub(super) struct Glance {
    stamp: u64,
    pub(super) ingest: Ingest,
    pub(super) pulse: Pulse,
    pub(super) verdict: Verdict,
    /// Messages of the cohort whose outcome is failed.
    pub(super) failed: u64,
}

/// The state of the screen.
pub struct App {
    pub(super) known: Known,
    pub(super) themes: Vec<Theme>,
    pub(super) theme: usize,
    pub(super) tab: Tab,
    pub(super) pause: Option<Pause>,
    pub(super) path: Vec<Step>,
    pub(super) overview: Overview,
    pub(super) events: EventsTab,
    pub(super) refused: RefusedTab,
    pub(super) help: Option<Help>,
    pub(super) glance: Glance,
    /// Changes with everything that is counted.
    stamp: u64,
    /// The same as far as the view shows it: it stays while the view is frozen.
    pub(super) view_stamp: u64,
    asks: Asks,
}

/// What was asked of the reader and is to be asked again.
#[derive(Debug, Default)]
struct Asks {
    /// The span for which gaps and refused counts were asked.
    span: Option<Span>,
    /// Looks at the refused list still to be taken, a second apart: they are written a moment after they are counted.
    refused: u8,
    refused_at: Millis,
}

impl App {
    /// A screen on which nothing has happened yet.
    pub fn new(setup: Setup) -> Self {
        let known = Known {
            monitor: setup.monitor,
            zone: setup.zone,
            keymap: setup.keymap,
            period: Period::default(),
            intake: setup.intake,
            vitals: Vitals::default(),
            health: Health::Writable,
            gaps: Vec::new(),
            flow: Flow::Behind(0, 0),
        };
        Self {
            known,
            themes: setup.themes,
            theme: 0,
            tab: Tab::default(),
            pause: None,
            path: Vec::new(),
            overview: Overview::default(),
            events: EventsTab::default(),
            refused: RefusedTab::default(),
            help: None,
            glance: Glance::default(),
            stamp: 1,
            view_stamp: 1,
            asks: Asks { refused: 1, ..Asks::default() },
        }
    }

    /// The theme in use.
    pub(super) fn theme(&self) -> &Theme {
        // There is always one: `theme` is kept below the length, which never changes.
        &self.themes[self.theme]
    }

    /// What is looked at. A frozen view stays where it was.
    pub fn scope(&self, now: Millis) -> Scope {
        let now = self.pause.map_or(now, |pause| pause.at);
        self.known.period.scope(now, self.known.monitor.extent().map(|(first, _)| first))
    }

    /// Something that is counted has changed.
    pub(super) fn changed(&mut self) {
        self.stamp += 1;
        if self.pause.is_none() {
            self.view_stamp = self.stamp;
        }
    }

    /// What is looked at was changed by the user: also a frozen view shows it.
    pub(super) fn moved(&mut self) {
        self.stamp += 1;
        self.view_stamp = self.stamp;
    }

    /// Takes in what the source hands over. History is only counted: the lists read it from the journal when they are looked at.
    pub fn feed(&mut self, feed: Feed, now: Millis) {
        match feed {
            Feed::History { batch, done, total } => {
                self.known.monitor.fold_batch(&batch);
                self.known.flow = Flow::Behind(done, total);
            }
            Feed::CaughtUp => self.known.flow = Flow::Live,
            Feed::Live(batch) => {
                self.known.flow = Flow::Live;
                self.known.monitor.fold_batch(&batch);
                self.live(&batch, now);
            }
            Feed::Lost(why) => self.known.flow = Flow::Lost(why),
        }
        self.changed();
    }

    fn live(&mut self, batch: &Batch, now: Millis) {
        if let Some(pause) = &mut self.pause {
            pause.new += batch.events.iter().filter(|event| event.amends.is_none()).count() as u64;
        }
        if self.tab == Tab::Events {
            let scope = self.scope(now);
            let ctx = context(&self.known, &self.themes[self.theme], &scope, self.view_stamp);
            self.events.live(batch, &ctx, now);
        }
    }

    /// Takes in the receiver's gauges. Says whether anything shown may differ.
    pub fn vitals(&mut self, vitals: Vitals) -> bool {
        if self.known.vitals == vitals {
            return false;
        }
        if self.known.vitals.refused != vitals.refused {
            self.asks.refused = 3;
        }
        self.known.vitals = vitals;
        true
    }

    /// Takes in whether the journal can write.
    pub fn health(&mut self, health: Health) {
        self.known.health = health;
        self.changed();
    }

    /// Takes in what the reader found.
    pub fn answered(&mut self, answer: Answer, now: Millis) {
        match answer {
            Answer::Rows(rows) => self.events.rows(rows),
            Answer::Event { seq, event, raw } => self.events.event(seq, event, raw),
            Answer::Refused { counts, list } => self.refused.found(counts, list),
            Answer::Gaps(gaps) => {
                if self.known.gaps != gaps {
                    self.known.gaps = gaps;
                    self.changed();
                }
            }
            Answer::Failed(why) => self.events.failed(why, now),
        }
    }

    /// What is to be read now.
    pub fn jobs(&mut self, now: Millis) -> Vec<Job> {
        let scope = self.scope(now);
        let mut jobs = Vec::new();
        if self.asks.span != Some(scope.span) {
            self.asks.span = Some(scope.span);
            self.asks.refused = self.asks.refused.max(1);
            jobs.push(Job::Gaps(scope.span));
        }
        if self.asks.refused > 0 && now.0 - self.asks.refused_at.0 >= 1_000 {
            self.asks.refused -= 1;
            self.asks.refused_at = now;
            jobs.push(Job::Refused { span: scope.span, list: self.tab == Tab::Refused });
        }
        if self.tab == Tab::Events {
            let ctx = context(&self.known, &self.themes[self.theme], &scope, self.view_stamp);
            jobs.extend(self.events.jobs(&ctx, now));
        }
        jobs
    }

    /// When something shown will change although nothing happens: the turn of the minute, or the rates as their events grow old.
    pub fn next_change(&self, now: Millis) -> Millis {
        let minute = next_minute(now);
        let decay = self.known.monitor.pulse(now).changes_at.unwrap_or(minute);
        // Never at once again, whatever the monitor says.
        Millis(minute.0.min(decay.0.max(now.0 + 100)))
    }

    /// That moment has come.
    pub fn time_passed(&mut self, before: Millis, now: Millis) {
        self.changed();
        if minute(before) != minute(now) && self.tab == Tab::Refused {
            self.asks.refused = self.asks.refused.max(1);
        }
    }

    /// Opens what is behind something; Esc walks back.
    pub(super) fn open(&mut self, open: Open) {
        let Open::Events { filter, title } = open;
        self.path.push(Step { tab: self.tab, filter: self.events.expression().to_owned(), title });
        self.events.filter(&filter);
        self.show(Tab::Events);
    }

    /// Switches to a tab.
    pub(super) fn show(&mut self, tab: Tab) {
        if self.tab == Tab::Events && tab != Tab::Events {
            self.events.leave();
        }
        if tab == Tab::Refused {
            self.asks.refused = self.asks.refused.max(1);
            self.asks.refused_at = Millis::default();
        }
        self.tab = tab;
    }

    /// Asks the monitor for the numbers of header and strip, once per change.
    pub(super) fn refresh(&mut self, now: Millis, scope: &Scope) {
        let stamp = self.stamp;
        if self.glance.stamp != stamp {
            let monitor = &self.known.monitor;
            let ctx = context(&self.known, &self.themes[self.theme], scope, self.view_stamp);
            self.glance = Glance {
                stamp,
                ingest: monitor.ingest(scope),
                pulse: monitor.pulse(now),
                verdict: self.overview.verdict(&ctx),
                failed: monitor.funnel(scope).outcomes.failed,
            };
        }
    }
}

/// What panes and tabs are drawn from. Free, so that they can be changed while it is borrowed.
pub(super) fn context<'a>(known: &'a Known, theme: &'a Theme, scope: &'a Scope, stamp: u64) -> Context<'a> {
    Context {
        theme,
        monitor: &known.monitor,
        scope,
        window: known.period.window.label(),
        zone: &known.zone,
        keys: &known.keymap,
        vitals: &known.vitals,
        health: &known.health,
        gaps: &known.gaps,
        intake: &known.intake,
        stamp,
    }
}
