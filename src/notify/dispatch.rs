//! One lane per target: what is told goes one after the other, and a target that is slow holds up no other and no rule.

use super::Target;
use super::{alertmanager, command, post, webhook};
use crate::event::{Millis, Text};
use crate::forward::{Address, Client};
use crate::monitor::rules::{Change, RuleAlert, What};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// Posts that wait in a lane; what comes while it is full is left out and counted.
const WAITING: usize = 4;
/// How long one post over HTTP may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What one target is told at one time.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub(super) at: Millis,
    pub(super) changes: Vec<Change>,
    /// Everything that is open by a rule that names the target.
    pub(super) open: Vec<RuleAlert>,
}

/// What became of a post.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) target: String,
    /// The alerts it was about, and what it said of them.
    pub(super) told: Vec<(Text, What)>,
    pub(super) outcome: Result<(), String>,
}

/// The lanes of all targets.
pub(super) struct Dispatch {
    lanes: Vec<Lane>,
    done: mpsc::UnboundedSender<Done>,
}

struct Lane {
    target: Target,
    posts: mpsc::Sender<Post>,
}

/// How a target is told.
enum Way {
    Command(PathBuf),
    /// Posts the body that is made of what is told.
    Http(Client, fn(&Post) -> Vec<u8>),
}

impl Dispatch {
    /// Opens a lane for each target that is told by this process and not by its terminal. Must run inside a runtime.
    pub(super) fn new<'t>(targets: impl IntoIterator<Item = &'t Target>, done: mpsc::UnboundedSender<Done>) -> Self {
        let mut dispatch = Self { lanes: Vec::new(), done };
        for target in targets {
            if dispatch.lanes.iter().all(|lane| lane.target != *target) {
                dispatch.open(target);
            }
        }
        dispatch
    }

    fn open(&mut self, target: &Target) {
        let way = match target {
            Target::Command(program) => Ok(Way::Command(program.clone())),
            Target::Alertmanager(address) => Self::http(address, alertmanager::body),
            Target::Webhook(address) => Self::http(address, webhook::body),
            Target::Screen | Target::Bell | Target::Desktop => return,
        };
        match way {
            Ok(way) => {
                let (posts, waiting) = mpsc::channel(WAITING);
                tokio::spawn(drive(way, target.to_string(), waiting, self.done.clone()));
                self.lanes.push(Lane { target: target.clone(), posts });
            }
            Err(error) => self.report(target, Vec::new(), Err(error)),
        }
    }

    fn http(address: &Address, body: fn(&Post) -> Vec<u8>) -> Result<Way, String> {
        Ok(Way::Http(Client::new(address, PATIENCE)?, body))
    }

    /// Whether any of these is told by a lane.
    pub(super) fn reaches(&self, targets: &[Target]) -> bool {
        self.lanes.iter().any(|lane| targets.contains(&lane.target))
    }

    /// Hands over what changed and what is open, to each target what names it.
    pub(super) fn tell(
        &self,
        at: Millis,
        changes: &[Change],
        open: &[RuleAlert],
        names: impl Fn(&Text, &Target) -> bool,
    ) {
        for lane in &self.lanes {
            let wanted = |rule: &Text| names(rule, &lane.target);
            let changes: Vec<Change> = changes.iter().filter(|change| wanted(&change.alert.rule)).cloned().collect();
            let mut stands: Vec<RuleAlert> = Vec::new();
            if matches!(lane.target, Target::Alertmanager(_)) {
                stands.extend(open.iter().filter(|alert| wanted(&alert.rule)).cloned());
            }
            if changes.is_empty() && stands.is_empty() {
                continue;
            }
            if let Err(refused) = lane.posts.try_send(Post { at, changes, open: stands }) {
                let left = told(&refused.into_inner().changes);
                let many = left.len();
                self.report(&lane.target, left, Err(format!("is behind: {many} notices were left out")));
            }
        }
    }

    fn report(&self, target: &Target, told: Vec<(Text, What)>, outcome: Result<(), String>) {
        // Whoever listens may have ended already.
        let _ = self.done.send(Done { target: target.to_string(), told, outcome });
    }
}

fn told(changes: &[Change]) -> Vec<(Text, What)> {
    changes.iter().map(|change| (change.alert.id.clone(), change.what)).collect()
}

/// Tells one target after the other, until nobody hands over any more.
async fn drive(way: Way, target: String, mut posts: mpsc::Receiver<Post>, done: mpsc::UnboundedSender<Done>) {
    while let Some(post) = posts.recv().await {
        let outcome = match &way {
            Way::Command(program) => command::run(program, &command::input(&post.changes)).await,
            Way::Http(client, body) => post::post(client, body(&post)).await,
        };
        let _ = done.send(Done { target: target.clone(), told: told(&post.changes), outcome });
    }
}
