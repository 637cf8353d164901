//! The state of the screen: what is looked at, and everything it is drawn from. Pure: no I/O, no clock, no terminal.
//!
//! Messages change it ([`App::feed`], [`App::answered`], [`super::update`]), then it is drawn once ([`App::draw`]). What it wants
//! read from the journal it hands out as jobs ([`App::jobs`]).

mod answers;
mod files;
mod left;
mod pages;
mod pause;
mod way;

use super::alarm::Alarm;
use super::command;
use super::export::ExportJob;
use super::filter_bar;
use super::keymap::{Key, Keymap};
use super::lang::{Lang, say};
use super::look::Look;
use super::narrowing::{Change, Narrowing};
use super::notice::Notice;
use super::overlays::{History, Over};
use super::page::Page;
use super::panes::{Context, Intake, Shown, Watched};
use super::period::{Period, Window, minute, next_minute};
use super::place::{Place, Step};
use super::point::Pointer;
use super::seen::Seen;
use super::session::may_name_people;
use super::store::Job;
use super::theme::{Theme, ThemeError};
use crate::event::mask::Masker;
use crate::event::{Millis, Text};
use crate::journal::operator::NoticeState;
use crate::journal::{Batch, Health};
use crate::monitor::view::{Ingest, Pulse, Scope, Span};
use crate::monitor::{Monitor, Settings};
use crate::receiver::Vitals;
use crate::source::Feed;
use crate::source::filtered;
use jiff::tz::TimeZone;
use left::Began;
use pages::Pages;
use pause::{Pause, Reached};
use ratatui::crossterm::event::KeyEvent;
use std::path::PathBuf;
use tokio::sync::mpsc;

/// What the screen is made with.
pub struct Setup {
    /// Themes, the one to start with first; never empty.
    pub themes: Vec<Theme>,
    /// The language of every text.
    pub lang: Lang,
    /// What the privacy key masks with.
    pub masker: Masker,
    /// Whether everything is masked from the start.
    pub masked: bool,
    /// Key bindings.
    pub keymap: Keymap,
    /// What is counted.
    pub monitor: Monitor,
    /// How what a filter selects is counted.
    pub settings: Settings,
    /// Zone of clock times.
    pub zone: TimeZone,
    /// Where events come in, and who may post them.
    pub intake: Intake,
}

/// Everything that is drawn from and not moved by keys.
pub(super) struct Known {
    pub(super) monitor: Monitor,
    pub(super) narrowing: Narrowing,
    pub(super) zone: TimeZone,
    pub(super) keymap: Keymap,
    pub(super) period: Period,
    /// What the window is called.
    pub(super) window: String,
    pub(super) intake: Intake,
    pub(super) vitals: Vitals,
    pub(super) health: Health,
    pub(super) gaps: Vec<(Millis, Millis)>,
    /// Forward targets that take nothing.
    pub(super) down: usize,
    /// Targets of notices that could not be told the last time.
    pub(super) untold: Vec<NoticeState>,
    /// Since when everything is kept, where older events were removed.
    pub(super) kept_from: Option<Millis>,
    pub(super) flow: Flow,
    /// Filters that were applied, oldest first.
    pub(super) filters: Vec<String>,
    /// Values that filters are completed with.
    pub(super) seen: Seen,
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
    /// Nothing more comes: a capture file was read to its end, or to where it is damaged.
    Ended(Option<String>),
}

/// Numbers for header and strip, asked once per change.
#[derive(Default)]
pub(super) struct Glance {
    stamp: u64,
    pub(super) ingest: Ingest,
    pub(super) pulse: Pulse,
    pub(super) verdict: Shown,
    /// Messages of the cohort whose outcome is failed.
    pub(super) failed: u64,
    /// Where a filter is counted: messages of the cohort that pass it, of how many.
    pub(super) passing: Option<(u64, u64)>,
    /// Business numbers in the window.
    pub(super) numbers: Vec<Text>,
}

/// The state of the screen.
pub struct App {
    pub(super) known: Known,
    pub(super) look: Look,
    pub(super) themes: Vec<Theme>,
    /// Why the file of the theme in use is not taken as it is now.
    pub(super) theme_trouble: Option<String>,
    pub(super) masker: Masker,
    /// What is looked at now.
    pub(super) at: Place,
    /// The way to it: what was left by opening something, outermost first.
    pub(super) path: Vec<Step>,
    pub(super) pages: Pages,
    pub(super) pause: Option<Pause>,
    /// What lies over the screen.
    pub(super) over: Option<Over>,
    /// What was said about the last thing done.
    pub(super) notice: Option<Notice>,
    /// Keys that begin a chord.
    pub(super) pending: Vec<Key>,
    /// Business numbers that were seen when it was laid there, and when alerts were, the newest first.
    numbers: Vec<Text>,
    alerts: Vec<Millis>,
    /// Commands that were run.
    pub(super) history: History,
    /// A file the screen is to be written to once it is drawn, and whether an old one may be replaced.
    picture: Option<(PathBuf, bool)>,
    /// Files to be written.
    exports: Vec<ExportJob>,
    /// What the mouse is doing.
    pub(super) pointer: Pointer,
    /// Whether the mouse is ours.
    pub(super) mouse: bool,
    /// Whether there is a configuration to be read again.
    pub(super) reloads: bool,
    /// What the screen was started with.
    began: Began,
    /// The alert that was jumped to last.
    pub(super) alert: Option<Text>,
    pub(super) glance: Glance,
    /// Changes with everything that is counted.
    stamp: u64,
    /// The same as far as the view shows it: it stays while the view is frozen.
    pub(super) view_stamp: u64,
    asks: Asks,
    alarm: Alarm,
    /// How far the journal is counted.
    reached: Reached,
    /// What is counted anew because what is stored was changed: until everything was read again, the counts of before stand.
    anew: Option<Monitor>,
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
            narrowing: Narrowing::new(setup.settings),
            zone: setup.zone,
            keymap: setup.keymap,
            period: Period::default(),
            window: Period::default().window.label().into_owned(),
            intake: setup.intake,
            vitals: Vitals::default(),
            health: Health::Writable,
            gaps: Vec::new(),
            down: 0,
            untold: Vec::new(),
            kept_from: None,
            flow: Flow::Behind(0, 0),
            filters: Vec::new(),
            seen: Seen::default(),
        };
        let theme = setup.themes.first().cloned().unwrap_or_else(Theme::dark);
        Self {
            known,
            look: Look { lang: setup.lang, masker: setup.masked.then(|| setup.masker.clone()), ..Look::new(theme) },
            themes: setup.themes,
            theme_trouble: None,
            masker: setup.masker,
            at: Place::Overview,
            path: Vec::new(),
            pages: Pages::default(),
            pause: None,
            over: None,
            numbers: Vec::new(),
            alerts: Vec::new(),
            notice: None,
            pending: Vec::new(),
            history: History::default(),
            picture: None,
            exports: Vec::new(),
            pointer: Pointer::default(),
            mouse: false,
            reloads: false,
            began: Began::default(),
            alert: None,
            glance: Glance::default(),
            stamp: 1,
            view_stamp: 1,
            asks: Asks { refused: 1, ..Asks::default() },
            alarm: Alarm::default(),
            reached: Reached::default(),
            anew: None,
        }
    }

    /// With bell and desktop notices as the rules say; without, it rings for nothing.
    pub fn with_alarm(self, alarm: Alarm) -> Self {
        Self { alarm, ..self }
    }

    /// Other rules are in force.
    pub(super) fn alarm_for(&mut self, rules: Vec<crate::config::RuleSetting>) {
        self.alarm.take(rules);
    }

    /// Whoever receives has something to say. It may be about a notice: how these fare is looked at again.
    pub(super) fn said(&mut self, notice: Notice) {
        self.notice = Some(notice);
        self.alarm.ask_again();
    }

    /// What is to be sent to the terminal beside what is drawn: bell and notices.
    pub fn sounds(&mut self) -> Vec<u8> {
        self.alarm.sounds()
    }

    /// The page that is looked at.
    pub(super) fn page(&self) -> &dyn Page {
        self.pages.at(&self.at)
    }

    /// The same, to change it.
    pub(super) fn page_mut(&mut self) -> &mut dyn Page {
        self.pages.at_mut(&self.at)
    }

    /// What is looked at. A frozen view stays where it was.
    pub fn scope(&self, now: Millis) -> Scope {
        let now = self.pause.as_ref().map_or(now, |pause| pause.at);
        let start = self.known.monitor.extent().map(|(first, _)| first);
        Scope { number: self.known.narrowing.number().cloned(), ..self.known.period.scope(now, start) }
    }

    /// Looks at another period.
    pub(super) fn look_at(&mut self, period: Period) {
        self.known.period = period;
        self.known.window = period.window.label().into_owned();
        self.moved();
    }

    /// What commands are read and completed with.
    pub(super) fn commands(&self, now: Millis) -> command::Known<'_> {
        command::Known {
            now,
            zone: &self.known.zone,
            themes: self.themes.iter().map(Theme::name).collect(),
            numbers: &self.numbers,
            alerts: &self.alerts,
            orders: self.page().orders(),
            file: self.export_stem(now),
            keys: &self.known.keymap,
        }
    }

    /// Puts something over the screen. What commands are completed with is asked for once, now.
    pub(super) fn lay_over(&mut self, over: Over, now: Millis) {
        let all = Period { window: Window::All, end: None }.scope(now, self.start());
        self.numbers = self.known.monitor.number_names(&all);
        self.alerts = self.known.monitor.alerts(&all).into_iter().map(|alert| alert.last_at).collect();
        self.alerts.sort_unstable_by_key(|at| std::cmp::Reverse(*at));
        self.over = Some(over);
    }

    /// When the oldest request that is known was received.
    pub(super) fn start(&self) -> Option<Millis> {
        self.known.monitor.extent().map(|(first, _)| first)
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
                self.known.seen.take(&batch, total.saturating_sub(done));
                match &mut self.anew {
                    Some(anew) => {
                        anew.fold_batch(&batch);
                        self.counted_anew(batch.page);
                    }
                    None => self.count(&batch),
                }
                self.known.flow = Flow::Behind(done, total);
            }
            Feed::CaughtUp => {
                self.known.flow = Flow::Live;
                if let Some(monitor) = self.anew.take() {
                    self.known.monitor = monitor;
                    self.all_is_counted();
                    self.rewritten();
                }
            }
            Feed::Rewritten => {
                self.anew = Some(self.known.narrowing.anew());
                self.known.seen = Seen::default();
            }
            Feed::Live(batch) => {
                self.known.flow = Flow::Live;
                self.known.seen.take(&batch, 0);
                self.count(&batch);
                self.live(&batch, now);
            }
            Feed::Lost(why) => self.known.flow = Flow::Lost(why),
            Feed::Writer(holder) => self.known.intake.watched = Some(Watched::Journal(holder)),
            Feed::Ended(damage) => {
                self.known.flow = Flow::Ended(damage);
                // What stands beside the requests comes at the end of a capture.
                self.asks = Asks { refused: 1, ..Asks::default() };
                self.alarm.look_again();
            }
        }
        self.changed();
    }

    /// What is stored was changed, and is counted by now: also a frozen view shows nothing that is not there any more.
    fn rewritten(&mut self) {
        self.pages.all_mut().into_iter().for_each(|page| page.rewritten());
        // Perhaps a customer was forgotten, who is not to be kept in the session either.
        self.known.filters.retain(|filter| !may_name_people(filter));
        self.asks = Asks { refused: 1, ..Asks::default() };
        self.moved();
    }

    fn live(&mut self, batch: &Batch, now: Millis) {
        self.meter(batch);
        let scope = self.scope(now);
        let ctx = context(&self.known, &self.look, &scope, self.view_stamp);
        self.pages.at_mut(&self.at).live(batch, &ctx, now);
    }

    /// Where the counts of the filter over the screen come from, while there is one: what comes is for [`App::counted`].
    pub fn counting(&mut self) -> Option<&mut mpsc::Receiver<filtered::Step>> {
        self.known.narrowing.steps()
    }

    /// Takes in counts of the filter over the screen.
    pub fn counted(&mut self, step: filtered::Step) {
        match self.known.narrowing.take(step) {
            Change::Progress => {}
            Change::Counts => self.changed(),
            Change::Filter => self.moved(),
        }
    }

    /// A key for the page's prompt. A filter that it applies is remembered for every prompt.
    pub(super) fn typed(&mut self, key: KeyEvent, now: Millis) {
        let scope = self.scope(now);
        let ctx = context(&self.known, &self.look, &scope, self.view_stamp);
        self.pages.at_mut(&self.at).key(key, &ctx);
        self.take_filter(now);
    }

    /// Text pasted into the page's prompt.
    pub(super) fn pasted(&mut self, text: &str, now: Millis) {
        self.page_mut().paste(text);
        self.take_filter(now);
    }

    /// Puts in force what was typed into a filter bar.
    fn take_filter(&mut self, now: Millis) {
        if let Some(applied) = self.page_mut().applied() {
            filter_bar::remember(&mut self.known.filters, applied);
        }
        let filter = self.pages.overview.filter();
        if filter.is_some_and(|(filter, on)| self.known.narrowing.filter(filter, on, now)) {
            self.moved();
        }
    }

    /// Switches the filter over the screen off, or on again; it is counted on meanwhile.
    pub(super) fn toggle_filter(&mut self, now: Millis) {
        self.pages.overview.toggle_filter();
        self.take_filter(now);
    }

    /// Ends the reading for a filter over the screen that is not counted yet: what was counted before is in force again. Says
    /// whether there was one.
    pub(super) fn give_up_filter(&mut self) -> bool {
        let Some(before) = self.known.narrowing.give_up() else { return false };
        self.pages.overview.set_filter(&before);
        self.notice = Some(Notice::done(match before.as_str() {
            "" => self.look.lang.pick("given up: nothing is filtered", "已放弃扫描:无过滤").to_owned(),
            _ => {
                let before = self.known.narrowing.shown(&self.look);
                say!(self.look, "given up: / {before} is in force again", "已放弃扫描:恢复 / {before}")
            }
        }));
        self.moved();
        true
    }

    /// Whether the next Esc ends a reading.
    pub(super) fn reads(&self) -> bool {
        self.page().reads() || self.at == Place::Overview && self.known.narrowing.scanning().is_some()
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

    /// Takes in the theme in use as its file says it now. One that is wrong changes nothing but is told.
    pub fn themed(&mut self, theme: Result<Theme, ThemeError>) {
        match theme {
            Ok(theme) => {
                self.theme_trouble = None;
                if let Some(old) = self.themes.iter_mut().find(|old| old.name() == theme.name()) {
                    *old = theme.clone();
                }
                self.look.theme = theme;
            }
            Err(error) => {
                let directory = self.look.theme.file().and_then(|file| file.parent());
                let directory = directory.map(|directory| format!("{}/", directory.display())).unwrap_or_default();
                self.theme_trouble = Some(error.to_string().replace(&directory, ""));
            }
        }
    }

    /// Takes in themes that came since the start: the theme key goes through them, too.
    pub(super) fn shelved(&mut self, arrived: Vec<Theme>) {
        self.themes.extend(arrived);
    }

    /// Takes in whether the journal can write.
    pub fn health(&mut self, health: Health) {
        self.known.health = health;
        self.changed();
    }

    /// What is to be read now.
    pub fn jobs(&mut self, now: Millis) -> Vec<Job> {
        let scope = self.scope(now);
        let mut jobs = Vec::new();
        jobs.extend(self.known.narrowing.job(now));
        jobs.extend(self.missed_job(now));
        if self.asks.span != Some(scope.span) {
            self.asks.span = Some(scope.span);
            self.asks.refused = self.asks.refused.max(1);
            jobs.push(Job::Gaps(scope.span));
        }
        if self.asks.refused > 0 && now.0 - self.asks.refused_at.0 >= 1_000 {
            self.asks.refused -= 1;
            self.asks.refused_at = now;
            jobs.push(Job::Refused { span: scope.span, list: self.at == Place::Refused });
        }
        jobs.extend(self.exports.drain(..).map(|job| Job::Export(Box::new(job))));
        if self.alarm.is_due(now) {
            jobs.push(Job::Alerts);
        }
        let ctx = context(&self.known, &self.look, &scope, self.view_stamp);
        jobs.extend(self.pages.at_mut(&self.at).jobs(&ctx, now));
        jobs
    }

    /// When something shown will change although nothing happens: the turn of the minute, or the rates as their events grow old.
    pub fn next_change(&self, now: Millis) -> Millis {
        let minute = next_minute(now);
        let decay = self.pulse(now).changes_at.unwrap_or(minute);
        // Never at once again, whatever the monitor says.
        Millis(minute.0.min(decay.0.max(now.0 + 100)))
    }

    /// That moment has come.
    pub fn time_passed(&mut self, before: Millis, now: Millis) {
        self.changed();
        if minute(before) != minute(now) && self.at == Place::Refused {
            self.asks.refused = self.asks.refused.max(1);
        }
    }

    /// Asks the monitor for the numbers of header and strip, once per change.
    pub(super) fn refresh(&mut self, now: Millis, scope: &Scope) {
        let stamp = self.stamp;
        if self.glance.stamp != stamp {
            let pulse = self.pulse(now);
            let monitor = &self.known.monitor;
            let ctx = context(&self.known, &self.look, scope, self.view_stamp);
            let counts = ctx.monitor.counts(scope);
            let passing = self.known.narrowing.monitor().map(|_| (counts.attempted, monitor.counts(scope).attempted));
            self.glance = Glance {
                stamp,
                passing,
                ingest: monitor.ingest(scope),
                pulse,
                verdict: self.pages.overview.verdict(&ctx),
                numbers: monitor.number_names(scope),
                failed: counts.outcomes.failed,
            };
        }
    }
}

/// What panes and tabs are drawn from. Free, so that they can be changed while it is borrowed.
pub(super) fn context<'a>(known: &'a Known, look: &'a Look, scope: &'a Scope, stamp: u64) -> Context<'a> {
    Context {
        look,
        monitor: known.narrowing.monitor().unwrap_or(&known.monitor),
        whole: &known.monitor,
        narrowing: &known.narrowing,
        scope,
        window: &known.window,
        zone: &known.zone,
        keys: &known.keymap,
        vitals: &known.vitals,
        health: &known.health,
        gaps: &known.gaps,
        intake: &known.intake,
        filters: &known.filters,
        seen: &known.seen,
        stamp,
    }
}
