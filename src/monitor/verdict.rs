//! The verdict: is it OK, what changed, who is hit, since when, what to do. Judged from counts; whoever
//! shows it finds the words.

use super::Monitor;
use super::hit::FEW;
use super::view::{
    Alert, Common, Dimension, Failure, Finding, Funnel, HitRow, Level, Mark, Outbreak, Rates, Scope, Span, Verdict,
};
use crate::event::{Millis, Severity};

const HOUR: i64 = 3_600_000;
/// Share of attempted from which a code out of the ordinary is trouble.
const MUCH: f64 = 0.01;
/// Share of a code's messages that must have a thing in common to name it.
const IN_COMMON: f64 = 0.8;
/// Silence shorter than this is never remarkable, in milliseconds.
const PAUSE: i64 = 60_000;

pub(super) fn verdict(monitor: &Monitor, scope: &Scope) -> Verdict {
    let Some((_, last)) = monitor.extent() else { return Verdict::default() };
    if let Some(blind) = blind(monitor, scope, last) {
        return blind;
    }
    let view = Judged {
        failures: monitor.failures(scope),
        funnel: monitor.counts(scope),
        alerts: monitor.alerts(scope),
        monitor,
        scope,
    };
    view.code().or_else(|| view.alert()).unwrap_or_else(|| view.calm())
}

/// Nothing can be said when nothing arrives for much longer than usual.
fn blind(monitor: &Monitor, scope: &Scope, last: Millis) -> Option<Verdict> {
    let silence = scope.as_of.0 - last.0;
    let usual = monitor.rates.longest_pause()? * 1000;
    let live = scope.span.contains(scope.as_of) || scope.span.to == scope.as_of;
    if !live || silence < PAUSE.max(5 * usual) {
        return None;
    }
    let finding = Finding::Silence { last, lasting_s: silence / 1000, usual_s: usual / 1000 };
    Some(Verdict { level: Level::Blind, since: Some(last), finding, proof: None })
}

struct Judged<'a> {
    monitor: &'a Monitor,
    scope: &'a Scope,
    failures: Vec<Failure>,
    funnel: Funnel,
    alerts: Vec<Alert>,
}

impl Judged<'_> {
    /// A code out of the ordinary.
    fn code(&self) -> Option<Verdict> {
        let marked = self.failures.iter().filter(|failure| failure.mark != Mark::None);
        let worst = marked.max_by_key(|failure| failure.messages)?;
        let share = worst.messages as f64 / self.funnel.attempted.max(1) as f64;
        let grave = matches!(worst.class.as_str(), "integrity" | "auth" | "account" | "registration");
        let trouble = grave || (worst.messages >= FEW && share >= MUCH);
        let minute = Span { from: Millis(self.scope.as_of.0 - 60_000), to: self.scope.as_of };
        let lately = self.monitor.failures.count(worst.code, minute, self.monitor.number(self.scope));
        let outbreak = Outbreak { failure: worst.clone(), lately, common: self.common(worst) };
        Some(Verdict {
            level: if trouble { Level::Trouble } else { Level::Watch },
            since: Some(self.risen_at(worst)),
            finding: Finding::Outbreak(Box::new(outbreak)),
            proof: Some(worst.code.map_or_else(|| "status:failed".into(), |code| format!("status:failed code:{code}"))),
        })
    }

    /// When it began: a new code with its first failure, a rising one five minutes ago at the earliest.
    fn risen_at(&self, failure: &Failure) -> Millis {
        match failure.mark {
            Mark::Rising(_) => failure.first_at.max(Millis(self.scope.as_of.0 - 5 * 60_000)),
            Mark::New | Mark::None => failure.first_at,
        }
    }

    /// What most messages with the code have in common and others have not: the cause first, then where. The template is known
    /// of failures alone, so it is compared with nothing.
    fn common(&self, failure: &Failure) -> Common {
        let hit = self.monitor.hit(failure.code, self.scope);
        let common: Vec<&HitRow> = hit.rows.iter().filter(|row| row.share >= IN_COMMON).collect();
        let of = |dimension| common.iter().find(|row| row.dimension == dimension).and_then(|row| row.value.name());
        let unexplained = |dimension| {
            let row = common.iter().find(|row| row.dimension == dimension && row.explained.is_none());
            row.and_then(|row| row.value.name())
        };
        let template = hit.templates.first().filter(|(_, here)| *here as f64 >= IN_COMMON * hit.here as f64);
        let template = template.and_then(|(template, _)| template.name()).filter(|_| hit.here >= FEW);
        Common {
            tag: of(Dimension::Tag).cloned(),
            number: of(Dimension::Number).cloned(),
            category: unexplained(Dimension::Category).cloned(),
            country: unexplained(Dimension::Country).cloned(),
            template: template.cloned(),
        }
    }

    /// An alert of the window that is still open.
    fn alert(&self) -> Option<Verdict> {
        let open = self.alerts.iter().filter(|alert| alert.is_open() && alert.severity >= Severity::Warning);
        let worst = open.max_by_key(|alert| (alert.severity, alert.at))?;
        Some(Verdict {
            level: if worst.severity == Severity::Critical { Level::Trouble } else { Level::Watch },
            since: Some(worst.at),
            finding: Finding::Alert { alert: Box::new(worst.clone()), rates: self.rates() },
            proof: Some(format!("subject:\"{}\"", worst.subject)),
        })
    }

    /// As usual. Where more failed than was delivered that may be usual, but it is not OK.
    fn calm(&self) -> Verdict {
        let last_change = self.monitor.alerts.newest().map(Box::new);
        let finding = Finding::Calm { rates: self.rates(), last_change };
        let level = if self.funnel.outcomes.failed > self.funnel.delivered { Level::Watch } else { Level::Ok };
        Verdict { level, finding, ..Verdict::default() }
    }

    fn rates(&self) -> Rates {
        let usual = self.usual();
        let failed =
            |funnel: &Funnel| (funnel.attempted > 0).then(|| funnel.outcomes.failed as f64 / funnel.attempted as f64);
        Rates {
            settled: self.funnel.settled(),
            usual_settled: usual.settled(),
            failed: failed(&self.funnel),
            usual_failed: failed(&usual),
        }
    }

    /// The funnel of the hour before the window, as far as it is kept.
    fn usual(&self) -> Funnel {
        let from = self.scope.span.from;
        let span = Span { from: Millis(from.0 - HOUR), to: from };
        self.monitor.counts(&Scope { span, as_of: self.scope.as_of, number: self.scope.number.clone() })
    }
}
