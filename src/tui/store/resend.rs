//! Sending requests again, on a thread of its own: a slow handler keeps nobody from reading.

use super::{Answer, Routes};
use crate::event::{Millis, Text};
use crate::forward::{self, Resender, Route};
use crate::journal::{RawRequest, Reader, now};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use tokio::sync::mpsc::Sender;

/// What is to be sent again.
#[derive(Debug, Clone)]
pub enum Resend {
    /// Requests, each to its target.
    Each(Vec<(u64, Text)>),
    /// The requests that brought these events, once each, to every target that takes them.
    OfEvents(Vec<u64>),
}

/// What came of it.
#[derive(Debug)]
pub struct Resent {
    /// What was asked for.
    pub wanted: Resend,
    /// Posts that were sent, and those of them that were answered 2xx.
    pub sent: (usize, usize),
    /// Why something was not sent, in words for the user.
    pub trouble: Option<String>,
}

/// Starts the thread. What is sent goes one after the other.
pub(super) fn start(dir: PathBuf, routes: Routes, answers: Sender<Answer>) -> io::Result<mpsc::Sender<Resend>> {
    let (resends, asked) = mpsc::channel::<Resend>();
    std::thread::Builder::new().name("screen-resend".into()).spawn(move || {
        for wanted in asked {
            let routes = routes.borrow().clone();
            if answers.blocking_send(Answer::Resent(resend(&dir, &routes, wanted))).is_err() {
                return;
            }
        }
    })?;
    Ok(resends)
}

/// Sends again. What the configuration says about a target holds.
pub(super) fn resend(dir: &Path, configured: &[Route], wanted: Resend) -> Resent {
    let mut posts = Posts { dir, sent: (0, 0), trouble: None };
    let done = match &wanted {
        Resend::Each(requests) => posts.each(configured, requests),
        Resend::OfEvents(events) => posts.of_events(configured, events),
    };
    let trouble = done.err().or(posts.trouble);
    Resent { sent: posts.sent, wanted, trouble }
}

struct Posts<'d> {
    dir: &'d Path,
    sent: (usize, usize),
    /// What went wrong last, where the others go on.
    trouble: Option<String>,
}

impl Posts<'_> {
    fn each(&mut self, configured: &[Route], requests: &[(u64, Text)]) -> Result<(), String> {
        for (request, target) in requests {
            let route = configured.iter().find(|route| route.to.shown() == target).cloned();
            let route = route.map_or_else(|| target.parse().map(Route::new), Ok);
            let posted = route.and_then(|route| {
                let raw = self.request(*request)?;
                self.post(&mut self.resender(route)?, *request, raw)
            });
            self.count(posted);
        }
        Ok(())
    }

    fn of_events(&mut self, configured: &[Route], events: &[u64]) -> Result<(), String> {
        let routes = forward::usual(self.dir, configured).map_err(|error| error.to_string())?;
        if routes.is_empty() {
            return Err("nothing is forwarded: start with --forward URL, or write a [[forward]]".to_owned());
        }
        let mut targets = routes.into_iter().map(|route| self.resender(route)).collect::<Result<Vec<_>, _>>()?;
        let mut requests = BTreeSet::new();
        let reader = Reader::open(self.dir).map_err(|error| error.to_string())?;
        for seq in events {
            requests.extend(reader.event(*seq).map_err(|error| error.to_string())?.map(|event| event.request));
        }
        let at = Millis(now().0);
        for request in requests {
            let raw = match self.request(request) {
                Ok(raw) => raw,
                Err(why) => {
                    self.trouble = Some(why);
                    continue;
                }
            };
            for target in targets.iter_mut().filter(|target| target.takes(request, &raw, at)) {
                let posted = self.post(target, request, raw.clone());
                self.count(posted);
            }
        }
        match (self.sent.0, &self.trouble) {
            (0, None) => Err("no target of the configuration takes these requests".to_owned()),
            _ => Ok(()),
        }
    }

    fn request(&self, request: u64) -> Result<RawRequest, String> {
        let reader = Reader::open(self.dir).map_err(|error| error.to_string())?;
        let raw = reader.request(request).map_err(|error| error.to_string())?;
        raw.ok_or_else(|| format!("request {request} is no longer in the journal"))
    }

    fn resender(&self, route: Route) -> Result<Resender, String> {
        Resender::open(self.dir, route).map_err(|error| error.to_string())
    }

    /// Sends one request to one target; says whether it was taken.
    fn post(&self, target: &mut Resender, request: u64, raw: RawRequest) -> Result<bool, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let attempt = runtime.block_on(target.resend(request, raw)).map_err(|error| error.to_string())?;
        Ok(attempt.taken())
    }

    fn count(&mut self, posted: Result<bool, String>) {
        match posted {
            Ok(taken) => self.sent = (self.sent.0 + 1, self.sent.1 + usize::from(taken)),
            Err(why) => self.trouble = Some(why),
        }
    }
}
