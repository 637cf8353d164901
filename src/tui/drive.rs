//! The loop of the drawing thread: take in what is there, then draw once.
//!
//! Input is drawn at once, data at most 30 times a second, and nothing when nothing changed. Whoever feeds it waits in bounded
//! channels; a terminal that takes no bytes stops this thread and nobody else.

use super::Word;
use super::app::App;
use super::input::Input;
use super::store::{Answer, Job};
use super::term::{self, Term};
use super::theme::ThemeFiles;
use super::update::{self, Effect};
use crate::event::Millis;
use crate::journal::Health;
use crate::receiver::Vitals;
use crate::source::Feed;
use crate::source::filtered::Step;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Least time between two frames that only data asked for.
const FRAME: Duration = Duration::from_millis(33);

/// Longest time spent folding before keys are looked at again.
const FOLDING: Duration = Duration::from_millis(8);

/// How often the receiver's gauges and the theme's files are looked at: they are read, not announced. Looking writes nothing.
const LOOK: Duration = Duration::from_secs(1);

/// Tells what time it is for the view: now, or in a capture file the time of what was read last.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// What the screen is told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// End: the process is asked to, or the terminal hung up.
    End,
    /// The process goes on after a stop.
    Continued,
    /// The size changed.
    Resized,
}

/// Everything that comes in.
pub(super) struct Sources {
    pub(super) inputs: mpsc::Receiver<Input>,
    pub(super) told: mpsc::Receiver<Told>,
    pub(super) feed: mpsc::Receiver<Feed>,
    pub(super) answers: mpsc::Receiver<Answer>,
    pub(super) health: watch::Receiver<Health>,
    pub(super) vitals: Box<dyn Fn() -> Vitals + Send>,
    pub(super) theme_files: ThemeFiles,
    pub(super) jobs: std::sync::mpsc::Sender<Job>,
    pub(super) words: mpsc::Receiver<Word>,
    pub(super) reload: Option<mpsc::Sender<()>>,
    pub(super) clock: Clock,
}

/// When to draw next.
struct Pace {
    last: Option<Instant>,
    wanted: Option<Urgency>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    Data,
    Input,
}

impl Pace {
    fn want(&mut self, urgency: Urgency) {
        self.wanted = self.wanted.max(Some(urgency));
    }

    /// How long to wait for the next frame; `None` when none is wanted.
    fn wait(&self, now: Instant) -> Option<Duration> {
        let last = self.last.filter(|_| self.wanted == Some(Urgency::Data));
        self.wanted.map(|_| last.map_or(Duration::ZERO, |last| (last + FRAME).saturating_duration_since(now)))
    }

    fn drawn(&mut self) {
        *self = Self { last: Some(Instant::now()), wanted: None };
    }
}

/// Runs the screen until it is left. An error means that the terminal is gone.
pub(super) async fn run(app: &mut App, term: &mut Term, mut from: Sources) -> io::Result<()> {
    let clock = Arc::clone(&from.clock);
    let now = &*clock;
    let mut pace = Pace { last: None, wanted: Some(Urgency::Input) };
    let mut looked = Instant::now();
    let mut change_at = app.next_change(now());
    let (mut feeding, mut health_known) = (true, true);
    app.vitals((from.vitals)());
    app.health(from.health.borrow_and_update().clone());
    loop {
        for job in app.jobs(now()) {
            // The reader lives as long as the screen does.
            let _ = from.jobs.send(job);
        }
        term.send(&app.sounds())?;
        if pace.wait(Instant::now()) == Some(Duration::ZERO) {
            term.draw(|frame| app.draw(frame, now()))?;
            pace.drawn();
            change_at = app.next_change(now());
        }
        let wait = wait(&pace, looked, change_at, now());
        let effect = tokio::select! {
            biased;
            told = from.told.recv() => match told {
                Some(Told::End) | None => return Ok(()),
                Some(Told::Continued) => { term.enter_again()?; Effect::Draw }
                Some(Told::Resized) => Effect::Draw,
            },
            input = from.inputs.recv() => match input {
                Some(input) => update::input(app, input, now()),
                None => return Ok(()),
            },
            Some(word) = from.words.recv() => {
                match word {
                    Word::Say(say) => app.said(say(app.look.lang)),
                    Word::Rules(rules) => app.alarm_for(rules),
                }
                Effect::Draw
            }
            Some(answer) = from.answers.recv() => {
                app.answered(answer, now());
                pace.want(Urgency::Data);
                Effect::Nothing
            }
            changed = from.health.changed(), if health_known => {
                health_known = changed.is_ok();
                app.health(from.health.borrow_and_update().clone());
                Effect::Draw
            }
            fed = from.feed.recv(), if feeding => {
                feeding = fed.is_some();
                if let Some(fed) = fed {
                    fold(app, fed, &mut from.feed, now);
                    pace.want(Urgency::Data);
                }
                Effect::Nothing
            }
            Some(step) = next_step(app.counting()) => {
                count(app, step);
                pace.want(Urgency::Data);
                Effect::Nothing
            }
            () = tokio::time::sleep(wait) => Effect::Nothing,
        };
        if looked.elapsed() >= LOOK {
            looked = Instant::now();
            if app.vitals((from.vitals)()) {
                pace.want(Urgency::Data);
            }
            app.shelved(from.theme_files.arrived(&app.themes));
            if let Some(theme) = from.theme_files.look(&app.look.theme) {
                app.themed(theme);
                pace.want(Urgency::Data);
            }
        }
        if now() >= change_at {
            app.time_passed(change_at, now());
            change_at = app.next_change(now());
            pace.want(Urgency::Data);
        }
        match effect {
            Effect::Nothing => {}
            Effect::Draw => pace.want(Urgency::Input),
            Effect::Redraw => {
                term.redraw()?;
                pace.want(Urgency::Input);
            }
            Effect::Copy(text) => {
                term.copy(&text)?;
                pace.want(Urgency::Input);
            }
            Effect::Mouse(on) => {
                term.take_mouse(on)?;
                pace.want(Urgency::Input);
            }
            Effect::Reload => {
                // One that is asked for already will do.
                from.reload.iter().for_each(|reload| _ = reload.try_send(()));
            }
            Effect::Suspend => {
                term.leave();
                term::stop_group();
                term.enter_again()?;
                pace.want(Urgency::Input);
            }
            Effect::Quit => return Ok(()),
        }
    }
}

/// Folds what has come already, for a while.
fn fold(app: &mut App, first: Feed, feed: &mut mpsc::Receiver<Feed>, now: &dyn Fn() -> Millis) {
    let started = Instant::now();
    app.feed(first, now());
    while started.elapsed() < FOLDING {
        let Ok(next) = feed.try_recv() else { break };
        app.feed(next, now());
    }
}

/// The next counts of the filter over the screen; without a filter they never come.
async fn next_step(steps: Option<&mut mpsc::Receiver<Step>>) -> Option<Step> {
    match steps {
        Some(steps) => steps.recv().await,
        None => std::future::pending().await,
    }
}

/// Takes in the counts that have come already, for a while.
fn count(app: &mut App, first: Step) {
    let started = Instant::now();
    app.counted(first);
    while started.elapsed() < FOLDING {
        let Some(next) = app.counting().and_then(|steps| steps.try_recv().ok()) else { break };
        app.counted(next);
    }
}

/// How long there is nothing to do when nothing comes in.
fn wait(pace: &Pace, looked: Instant, change_at: Millis, now: Millis) -> Duration {
    let change = Duration::from_millis(u64::try_from(change_at.0 - now.0).unwrap_or(0));
    let wait = change.min(LOOK.saturating_sub(looked.elapsed()));
    pace.wait(Instant::now()).map_or(wait, |frame| frame.min(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_is_drawn_at_once_and_data_waits_for_its_turn() {
        let now = Instant::now();
        let mut pace = Pace { last: Some(now), wanted: None };
        assert_eq!(pace.wait(now), None, "nothing wanted, nothing drawn");
        pace.want(Urgency::Data);
        assert_eq!(pace.wait(now), Some(FRAME));
        assert_eq!(pace.wait(now + FRAME), Some(Duration::ZERO));
        pace.want(Urgency::Input);
        pace.want(Urgency::Data);
        assert_eq!(pace.wait(now), Some(Duration::ZERO), "data after a key does not delay the key");
    }
}
