//! Watches over a journal for whoever receives: judges the rules, stores what they decide, tells whom they name.
//!
//! It has a thread and a monitor of its own, so neither a screen nor a slow target holds up a rule, and no rule the receiver.
//! It keeps the last day or two of traffic in memory and nothing older. What was decided is stored with the journal before
//! anybody is told, and what was told is noted after: a restart opens nothing twice, and a notice that was on its way when the
//! process died is told again.

use super::dispatch::{Dispatch, Done};
use super::{Setup, Target, standing};
use crate::config::RuleSetting;
use crate::event::{Millis, Text};
use crate::journal::operator::{Operator, RefusedCount, StoredAlert};
use crate::journal::{Batch, OpenError, Reader};
use crate::monitor::rules::{Bodies, Change, Counts, Facts, RuleAlert, Watch, What};
use hashbrown::HashSet;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, watch};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// How long before the present the journal is read: a day for silences to be compared with, and messages under way.
const RUN_UP: i64 = 26 * HOUR;
/// How much is kept before it is read anew from there on.
const KEPT: i64 = 2 * RUN_UP;
/// How long after the turn of a minute it is judged when nothing comes: what was received before is committed by then.
const GRACE: i64 = 2_000;
/// How long an end waits for what is being told.
const PARTING: Duration = Duration::from_secs(3);

pub(super) struct Evaluator {
    setup: Setup,
    reader: Reader,
    operator: Operator,
    watch: Watch,
    /// The last page that was folded.
    page: u64,
    /// When the first of what the monitor holds was received, at the earliest.
    since: Millis,
    dispatch: Dispatch,
    notices: mpsc::Sender<String>,
    /// Targets that failed the last time, with the reason.
    failing: BTreeMap<String, String>,
}

impl Evaluator {
    /// Takes up the work. Must run inside a runtime.
    pub(super) fn open(
        setup: Setup,
        notices: mpsc::Sender<String>,
        done: mpsc::UnboundedSender<Done>,
    ) -> Result<Self, OpenError> {
        let now = (setup.clock)();
        let (reader, mut operator) = (Reader::open(&setup.dir)?, Operator::open(&setup.dir)?);
        let told = setup.rules.iter().flat_map(|setting| &setting.notify);
        operator.keep_notices(&told.map(Target::to_string).collect::<Vec<_>>())?;
        let rules = setup.rules.iter().map(|setting| setting.rule.clone());
        let mut watch = Watch::new(setup.settings, rules);
        let mut gaps = reader.gaps(Millis(0), now)?;
        // One that reaches the present is only that no heartbeat of this run was written yet.
        gaps.retain(|(_, end)| *end < now);
        watch.facts = Facts { gaps, ..Facts::default() };
        let open = RuleAlert::stored(operator.rule_alerts()?).into_iter().filter(|alert| alert.resolved_at.is_none());
        watch.engine_mut().resume(open, operator.rules_judged()?);
        let dispatch = Dispatch::new(setup.rules.iter().flat_map(|setting| &setting.notify), done);
        let since = Millis(now.0 - run_up(&setup.rules));
        let page = reader.page_at(since)?.saturating_sub(1);
        let failing = BTreeMap::new();
        Ok(Self { setup, reader, operator, watch, page, since, dispatch, notices, failing })
    }

    /// Until `stop` comes true or nobody commits any more.
    pub(super) async fn run(
        mut self,
        mut commits: broadcast::Receiver<Arc<Batch>>,
        mut done: mpsc::UnboundedReceiver<Done>,
        mut stop: watch::Receiver<bool>,
    ) {
        let started = self.turn().and_then(|()| self.tell_what_was_not());
        self.check(started);
        loop {
            let outcome = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                commit = commits.recv() => match commit {
                    Ok(batch) => self.commit(&batch),
                    Err(RecvError::Lagged(_)) => self.catch_up(),
                    Err(RecvError::Closed) => break,
                },
                Some(done) = done.recv() => self.done(done),
                () = tokio::time::sleep(self.until_turn()) => self.turn(),
            };
            self.check(outcome);
        }
        let Self { dispatch, mut operator, watch, .. } = self;
        if let Some(judged) = watch.judged() {
            // Judged again after the next start otherwise.
            let _ = operator.store_rule_alerts(&[], judged);
        }
        drop(dispatch);
        let last = async {
            while let Some(done) = done.recv().await {
                note_told(&mut operator, &done.told);
            }
        };
        let _ = tokio::time::timeout(PARTING, last).await;
    }

    fn now(&self) -> Millis {
        (self.setup.clock)()
    }

    fn until_turn(&self) -> Duration {
        let now = self.now().0;
        let next = (now - GRACE).div_euclid(MINUTE) * MINUTE + MINUTE + GRACE;
        Duration::from_millis((next - now).max(1).unsigned_abs())
    }

    /// A failure is told once; what was missed is taken up with the next minute.
    fn check(&mut self, outcome: Result<(), OpenError>) {
        let reason = outcome.err().map(|error| error.to_string());
        self.fares("rules", reason);
    }

    fn fares(&mut self, what: &str, reason: Option<String>) {
        let before = self.failing.get(what).cloned();
        if before == reason {
            return;
        }
        let notice = match &reason {
            Some(reason) => format!("{what}: {reason}"),
            None => format!("{what}: well again"),
        };
        match reason {
            Some(reason) => self.failing.insert(what.to_owned(), reason),
            None => self.failing.remove(what),
        };
        // Nobody may listen, or be slow to: the failure stands in the directory as well.
        let _ = self.notices.try_send(notice);
    }

    fn commit(&mut self, batch: &Batch) -> Result<(), OpenError> {
        if batch.page <= self.page {
            return Ok(());
        }
        if batch.page > self.page + 1 {
            self.read_up_to(batch.page)?;
        }
        self.page = batch.page;
        self.fold(batch)
    }

    fn catch_up(&mut self) -> Result<(), OpenError> {
        self.read_up_to(u64::MAX)
    }

    fn read_up_to(&mut self, end: u64) -> Result<(), OpenError> {
        while self.page + 1 < end
            && let Some(batch) = self.reader.next(self.page)?
        {
            if batch.page >= end {
                break;
            }
            self.page = batch.page;
            self.fold(&batch)?;
        }
        Ok(())
    }

    fn fold(&mut self, batch: &Batch) -> Result<(), OpenError> {
        let received = batch.requests.iter().map(|request| request.received_at).min();
        if let Some(at) = received.filter(|at| self.turns(*at)) {
            self.refresh(at)?;
        }
        let bodies = bodies(&self.reader, self.watch.counts(), batch)?;
        let changes = self.watch.fold(batch, &bodies);
        self.decided(changes)
    }

    /// Whether a minute that was not judged has turned by then.
    fn turns(&self, at: Millis) -> bool {
        self.watch.judged().is_none_or(|judged| at.0 >= judged.0 + MINUTE)
    }

    fn turn(&mut self) -> Result<(), OpenError> {
        self.catch_up()?;
        let at = Millis(self.now().0 - GRACE);
        if self.turns(at) {
            self.refresh(at)?;
        }
        let changes = self.watch.advance(at);
        self.decided(changes)?;
        self.stand(at);
        if at.0 - self.since.0 > KEPT { self.renew(at) } else { Ok(()) }
    }

    /// Takes in what the journal does not hold.
    fn refresh(&mut self, at: Millis) -> Result<(), OpenError> {
        let from = self.watch.judged().map_or(self.since, |judged| judged.min(at));
        let from = Millis(from.0 - i64::from(self.watch.engine().looks_back()) * MINUTE);
        self.watch.facts.refused = refused_by_minute(&self.operator.refused_counts(from, Millis(at.0 + 1))?);
        Ok(())
    }

    /// Lets go of what is old.
    fn renew(&mut self, now: Millis) -> Result<(), OpenError> {
        self.since = Millis(now.0 - run_up(&self.setup.rules));
        let mut counts = Counts::new(self.setup.settings, self.watch.engine().rules());
        let mut page = self.reader.page_at(self.since)?.saturating_sub(1);
        while page < self.page
            && let Some(batch) = self.reader.next(page)?
        {
            page = batch.page;
            counts.fold(&batch, &bodies(&self.reader, &counts, &batch)?);
        }
        self.watch.replace_counts(counts);
        Ok(())
    }

    /// Stores what changed, then tells it.
    fn decided(&mut self, changes: Vec<Change>) -> Result<(), OpenError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.store(&changes)?;
        if self.is_live(&changes) { self.tell(changes) } else { Ok(()) }
    }

    /// Whether it is about the present: what a replay finds is told when all of it is known.
    fn is_live(&self, changes: &[Change]) -> bool {
        changes.iter().all(|change| self.now().0 - change.at.0 <= MINUTE + GRACE)
    }

    fn store(&mut self, changes: &[Change]) -> Result<(), OpenError> {
        let open = self.watch.engine().open().map(RuleAlert::to_store);
        let changed = changes.iter().map(|change| change.alert.to_store());
        let alerts: Vec<StoredAlert> = changed.chain(open).collect();
        let judged = self.watch.judged().unwrap_or_default();
        self.operator.store_rule_alerts(&alerts, judged)
    }

    fn tell(&mut self, mut changes: Vec<Change>) -> Result<(), OpenError> {
        if changes.iter().any(|change| change.what == What::Reminded) {
            let acknowledged: HashSet<Text> =
                self.operator.acknowledged()?.into_iter().map(|(alert, _)| alert).collect();
            changes.retain(|change| change.what != What::Reminded || !acknowledged.contains(&change.alert.id));
        }
        for change in &changes {
            // What no lane carries stands on the screen with being stored.
            if !self.dispatch.reaches(targets(&self.setup.rules, &change.alert.rule)) {
                self.operator.told(&change.alert.id, change.what.name())?;
            }
        }
        let open: Vec<RuleAlert> = self.watch.engine().open().cloned().collect();
        let rules = &self.setup.rules;
        self.dispatch.tell(self.now(), &changes, &open, |rule, target| targets(rules, rule).contains(target));
        Ok(())
    }

    /// What is open is told again to whoever forgets it, and its value stored.
    fn stand(&mut self, at: Millis) {
        let open: Vec<RuleAlert> = self.watch.engine().open().cloned().collect();
        if open.is_empty() {
            return;
        }
        let stored = self.store(&[]);
        self.check(stored);
        let rules = &self.setup.rules;
        self.dispatch.tell(at, &[], &open, |rule, target| targets(rules, rule).contains(target));
    }

    /// Tells how things stand where that differs from what was told last: after a start.
    fn tell_what_was_not(&mut self) -> Result<(), OpenError> {
        let now = self.now();
        let stored = self.operator.rule_alerts()?;
        let known: BTreeMap<Text, Text> = stored.iter().map(|alert| (alert.id.clone(), alert.told.clone())).collect();
        let changes: Vec<Change> = RuleAlert::stored(stored)
            .into_iter()
            .filter_map(|alert| {
                let what = standing(&alert);
                let told = known.get(&alert.id).map_or("", Text::as_str);
                let was_told = told == what.name() || (told == What::Reminded.name() && what != What::Resolved);
                let untold = !was_told && (what != What::Resolved || !told.is_empty());
                untold.then_some(Change { what, alert, at: now })
            })
            .collect();
        self.tell(changes)
    }

    fn done(&mut self, done: Done) -> Result<(), OpenError> {
        let what = format!("notice to {}", done.target);
        let reason = done.outcome.err();
        self.operator.note_notice(&done.target, reason.as_deref(), self.now())?;
        self.fares(&what, reason);
        note_told(&mut self.operator, &done.told);
        Ok(())
    }
}

/// Notes what was told. When that fails it is told again after the next start.
fn note_told(operator: &mut Operator, told: &[(Text, What)]) {
    for (alert, what) in told {
        let _ = operator.told(alert, what.name());
    }
}

fn targets<'r>(rules: &'r [RuleSetting], rule: &Text) -> &'r [Target] {
    rules.iter().find(|setting| setting.rule.name == *rule).map_or(&[], |setting| &setting.notify)
}

/// How long before the first minute to be judged events must be folded, in milliseconds.
pub(crate) fn run_up(rules: &[RuleSetting]) -> i64 {
    let window = rules.iter().map(|setting| setting.rule.window + setting.rule.hold).max().unwrap_or(0);
    RUN_UP + i64::from(window) * MINUTE
}

/// The stored bodies of a batch, where the rules look into them.
pub(crate) fn bodies(reader: &Reader, counts: &Counts, batch: &Batch) -> Result<Bodies, OpenError> {
    let mut bodies = Bodies::new();
    if counts.needs_bodies() {
        for summary in &batch.requests {
            if let Some(request) = reader.request(summary.request)? {
                bodies.insert(summary.request, request.body);
            }
        }
    }
    Ok(bodies)
}

/// Requests answered 401, by minute.
pub(crate) fn refused_by_minute(counts: &[RefusedCount]) -> BTreeMap<u32, u64> {
    let mut minutes = BTreeMap::new();
    for count in counts.iter().filter(|count| count.answer == 401) {
        let minute = u32::try_from(count.minute.0.div_euclid(MINUTE)).unwrap_or_default();
        *minutes.entry(minute).or_default() += count.count;
    }
    minutes
}
