//! What rules are judged by: a monitor over everything, and what it does not count by itself.

use super::Rule;
use super::sift::Sift;
use crate::event::{Millis, Text};
use crate::journal::Batch;
use crate::monitor::{Monitor, Settings};
use bytes::Bytes;
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// Stored bodies by request number, for rules whose filter looks into them.
pub type Bodies = HashMap<u64, Bytes>;

/// A monitor, and for each rule with a filter or an unusual `per` what only it counts.
#[derive(Debug, Default)]
pub struct Counts {
    monitor: Monitor,
    /// By the rule's name.
    sifts: BTreeMap<Text, Sift>,
}

impl Counts {
    /// Nothing was folded yet.
    pub fn new<'r>(settings: Settings, rules: impl IntoIterator<Item = &'r Rule>) -> Self {
        let sift = |rule: &'r Rule| Some((rule.name.clone(), Sift::of(rule)?));
        Self { monitor: Monitor::new(settings), sifts: rules.into_iter().filter_map(sift).collect() }
    }

    /// Whether a rule looks into stored bodies.
    pub fn needs_bodies(&self) -> bool {
        self.sifts.values().any(Sift::needs_bodies)
    }

    /// Folds a batch. `bodies` are those of its requests, where [`Self::needs_bodies`].
    pub fn fold(&mut self, batch: &Batch, bodies: &Bodies) {
        for summary in &batch.requests {
            self.monitor.fold_request(summary);
            self.heard(summary.received_at);
        }
        for event in &batch.events {
            let touched = self.monitor.take_in(event);
            let body = bodies.get(&event.request).map_or(&[][..], |body| body);
            self.sifts.values_mut().for_each(|sift| sift.see(&mut self.monitor, event, touched, body));
        }
    }

    fn heard(&mut self, at: Millis) {
        self.sifts.values_mut().for_each(|sift| sift.heard(at));
    }

    /// What was counted of everything.
    pub fn monitor(&self) -> &Monitor {
        &self.monitor
    }

    /// What is counted for one rule alone.
    pub(super) fn sift(&self, rule: &Rule) -> Option<&Sift> {
        self.sifts.get(&rule.name)
    }
}
