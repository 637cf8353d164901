//! Notices: telling somebody that an alert opened, escalated, goes on or resolved.
//!
//! [`Notifier`] judges the rules for the process that receives and tells their [`Target`]s: programs and Alertmanagers by lanes
//! of their own, the terminal's bell and desktop notices by whoever owns the terminal ([`terminal`]).

mod alertmanager;
mod command;
mod dispatch;
mod evaluator;
mod post;
mod target;
pub mod terminal;
#[cfg(test)]
mod tests;
mod webhook;

pub(crate) use evaluator::{bodies, refused_by_minute, run_up};
pub use target::Target;

use crate::config::{Config, RuleSetting};
use crate::event::{Millis, Severity};
use crate::journal::Journal;
use crate::journal::operator::Operator;
use crate::monitor::Settings;
use crate::monitor::rules::{RuleAlert, What};
use evaluator::Evaluator;
use std::path::PathBuf;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, watch};

/// Notices for the user that may wait.
const NOTICES: usize = 16;

/// What the rules are judged by and over.
pub struct Setup {
    /// The data directory.
    pub dir: PathBuf,
    /// What is counted.
    pub settings: Settings,
    /// The rules and whom they tell.
    pub rules: Vec<RuleSetting>,
    /// The clock.
    pub clock: Box<dyn Fn() -> Millis + Send>,
}

impl Setup {
    /// As configured, by the system's clock.
    pub fn new(config: &Config) -> Self {
        Self {
            dir: config.data_dir.clone(),
            settings: config.monitor,
            rules: config.rules.0.clone(),
            clock: Box::new(|| Millis(jiff::Timestamp::now().as_millisecond())),
        }
    }
}

/// Rules being judged over what a journal commits.
pub struct Notifier {
    thread: Option<JoinHandle<()>>,
    stop: watch::Sender<bool>,
    notices: mpsc::Receiver<String>,
}

/// One without rules.
impl Default for Notifier {
    fn default() -> Self {
        Self { thread: None, stop: watch::Sender::new(true), notices: mpsc::channel(1).1 }
    }
}

impl Notifier {
    /// Starts to judge what `journal` holds and commits. Without rules nothing is started.
    pub fn start(journal: &Journal, setup: Setup) -> std::io::Result<Self> {
        let (sender, notices) = mpsc::channel(NOTICES);
        let stop = watch::Sender::new(false);
        let mut notifier = Self { thread: None, stop, notices };
        if setup.rules.is_empty() {
            // Nobody is told any more. A failure that stays would be a mark on the screen, and no more.
            let _ = Operator::open(&setup.dir).and_then(|mut operator| operator.keep_notices(&[]));
            return Ok(notifier);
        }
        // Subscribed before the journal is read, so that nothing falls between the two.
        let (commits, stopped) = (journal.subscribe(), notifier.stop.subscribe());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let run = move || {
            runtime.block_on(async {
                let (done, finished) = mpsc::unbounded_channel();
                match Evaluator::open(setup, sender.clone(), done) {
                    Ok(evaluator) => evaluator.run(commits, finished, stopped).await,
                    // Nobody listens to it when the process is ending already.
                    Err(error) => drop(sender.try_send(format!("rules are not judged: {error}"))),
                }
            });
        };
        notifier.thread = Some(std::thread::Builder::new().name("rules".into()).spawn(run)?);
        Ok(notifier)
    }

    /// What the user should be told: a target that cannot be told, or can again. Waits for ever once there is no more to come.
    pub async fn notice(&mut self) -> String {
        match self.notices.recv().await {
            Some(notice) => notice,
            None => std::future::pending().await,
        }
    }

    /// Ends it. What is on its way has a few seconds.
    pub fn stop(self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread {
            // One that panicked has said so, and what it decided is on the disk.
            let _ = thread.join();
        }
    }
}

/// The last thing that happened to an alert, reminders aside.
pub fn standing(alert: &RuleAlert) -> What {
    match (alert.resolved_at, alert.escalated_at, alert.severity) {
        (Some(_), ..) => What::Resolved,
        (None, Some(_), Severity::Critical) => What::Escalated,
        _ => What::Opened,
    }
}
