//! The verdict: is it OK, what changed, who is hit, since when, what to do. Judged from counts, worded for a reader.

use super::Monitor;
use super::failures::With;
use super::figures::{age, clock, duration, hour_minute, percent, rate, thousands};
use super::hit::FEW;
use super::view::{Alert, Dimension, Failure, Funnel, HitRow, Level, Mark, Scope, Span, Verdict};
use crate::event::ids::short_phone;
use crate::event::{Millis, Severity, Text};
use jiff::tz::TimeZone;

const HOUR: i64 = 3_600_000;
/// Share of attempted from which a code out of the ordinary is trouble.
const MUCH: f64 = 0.01;
/// Share of a code's messages that must have a thing in common to name it.
const IN_COMMON: f64 = 0.8;
/// Silence shorter than this is never remarkable, in milliseconds.
const PAUSE: i64 = 60_000;

/// Text pieces; `true` marks a value.
type Pieces = Vec<(String, bool)>;

pub(super) fn verdict(monitor: &Monitor, scope: &Scope, zone: &TimeZone) -> Verdict {
    let Some((_, last)) = monitor.extent() else { return Verdict::default() };
    if let Some(blind) = blind(monitor, scope, last, zone) {
        return blind;
    }
    let view = Judged {
        failures: monitor.failures(scope),
        funnel: monitor.funnel(scope),
        alerts: monitor.alerts(scope),
        monitor,
        scope,
        zone,
    };
    view.code().or_else(|| view.alert()).unwrap_or_else(|| view.calm())
}

/// Nothing can be said when nothing arrives for much longer than usual.
fn blind(monitor: &Monitor, scope: &Scope, last: Millis, zone: &TimeZone) -> Option<Verdict> {
    let silence = scope.as_of.0 - last.0;
    let usual = monitor.rates.longest_pause()? * 1000;
    let live = scope.span.contains(scope.as_of) || scope.span.to == scope.as_of;
    if !live || silence < PAUSE.max(5 * usual) {
        return None;
    }
    let (silence, usual) = (duration(silence / 60_000 * 60), duration(usual / 1000));
    Some(Verdict {
        level: Level::Blind,
        since: Some(last),
        what: said(&["", "no event for ", &silence, ", usual longest ", &usual, ": sender, tunnel or network"]),
        more: said(&[
            "",
            "last event ",
            &clock(last, zone),
            "  do ",
            "ask the sender whether it still posts to this address",
        ]),
        short: format!("no event for {silence}"),
        ..Verdict::default()
    })
}

struct Judged<'a> {
    monitor: &'a Monitor,
    scope: &'a Scope,
    zone: &'a TimeZone,
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
        let name = worst.code.map_or_else(|| worst.short.clone(), |code| format!("{code} {}", worst.short));
        let since = self.risen_at(worst);
        let minute = Millis(self.scope.as_of.0 - 60_000);
        let lately = self.with_code(worst.code).filter(|with| with.first >= minute).count();
        let (ago, still) = (self.ago(since), rate(lately as f64 / 60.0));
        let mut what = said(&[&name, "  ", &thousands(worst.messages), " messages failed, "]);
        what.extend(said(&[&thousands(worst.recipients), " recipients  since ", &clock(since, self.zone)]));
        what.extend(said(&[
            "",
            &format!(", {ago} ago, "),
            "",
            if lately > 0 { "still " } else { "none in the last minute" },
        ]));
        if lately > 0 {
            what.extend(said(&[&format!("{still}/s")]));
        }
        let code = worst.code.map_or_else(|| "no code".to_owned(), |code| code.to_string());
        let short = format!("{code} {} msgs since {}", thousands(worst.messages), hour_minute(since, self.zone));
        Some(Verdict {
            level: if trouble { Level::Trouble } else { Level::Watch },
            code: worst.code,
            since: Some(since),
            what,
            more: self.who_and_what_to_do(worst),
            short,
            proof: Some(worst.code.map_or_else(|| "status:failed".into(), |code| format!("status:failed code:{code}"))),
        })
    }

    fn ago(&self, at: Millis) -> String {
        age(self.scope.as_of.0.saturating_sub(at.0) / 1000)
    }

    /// Messages of the window that failed with a code.
    fn with_code(&self, code: Option<i64>) -> impl Iterator<Item = With> {
        let monitor = self.monitor;
        monitor.failures.with_code(code, self.scope.span, monitor.number(self.scope), &monitor.messages)
    }

    /// When it began: a new code with its first failure, a rising one five minutes ago at the earliest.
    fn risen_at(&self, failure: &Failure) -> Millis {
        match failure.mark {
            Mark::Rising(_) => failure.first_at.max(Millis(self.scope.as_of.0 - 5 * 60_000)),
            Mark::New | Mark::None => failure.first_at,
        }
    }

    fn who_and_what_to_do(&self, failure: &Failure) -> Pieces {
        let mut more = Vec::new();
        let hit = self.hit(failure);
        if !hit.is_empty() {
            more.extend(said(&["", "who "]));
            more.extend(hit);
            more.extend(said(&["", "  "]));
        }
        let advice = first_clause(&failure.advice);
        if !advice.is_empty() {
            more.extend(said(&["", "do ", &advice]));
        }
        more
    }

    /// What most messages with the code have in common and others have not: the cause first, then where. The template is known
    /// of failures alone, so it is compared with nothing.
    fn hit(&self, failure: &Failure) -> Pieces {
        let hit = self.monitor.hit(failure.code, self.scope);
        let common: Vec<&HitRow> = hit.rows.iter().filter(|row| row.share >= IN_COMMON).collect();
        let of = |dimension| common.iter().find(|row| row.dimension == dimension).and_then(|row| row.value.name());
        let unexplained = |dimension| {
            let row = common.iter().find(|row| row.dimension == dimension && row.explained.is_none());
            row.and_then(|row| row.value.name())
        };
        let number = of(Dimension::Number).map(|number| short_phone(number));
        let template = hit.templates.first().filter(|(_, here)| *here as f64 >= IN_COMMON * hit.here as f64);
        let template = template.and_then(|(template, _)| template.name()).filter(|_| hit.here >= FEW);
        let named: [(&str, &str, Option<&str>); 5] = [
            ("tag ", "tag ", of(Dimension::Tag).map(Text::as_str)),
            ("number ", " on ", number.as_deref()),
            ("category ", ", category ", unexplained(Dimension::Category).map(Text::as_str)),
            ("country ", ", country ", unexplained(Dimension::Country).map(Text::as_str)),
            ("template ", ", template ", template.map(Text::as_str)),
        ];
        let mut pieces = Vec::new();
        for (first, further, value) in named {
            if let Some(value) = value {
                pieces.extend(said(&["", if pieces.is_empty() { first } else { further }, value]));
            }
        }
        pieces
    }

    /// An alert of the window that is still open.
    fn alert(&self) -> Option<Verdict> {
        let open = self.alerts.iter().filter(|alert| alert.is_open() && alert.severity >= Severity::Warning);
        let worst = open.max_by_key(|alert| (alert.severity, alert.at))?;
        let ago = self.ago(worst.at);
        let mut what = said(&[&worst.what, "  ", &worst.title, &format!(", {ago} ago")]);
        if !worst.detail.is_empty() {
            what.extend(said(&["", &format!("  {}", worst.detail)]));
        }
        Some(Verdict {
            level: if worst.severity == Severity::Critical { Level::Trouble } else { Level::Watch },
            code: None,
            since: Some(worst.at),
            what,
            more: self.rates_line(),
            short: format!("{} {}", worst.what, worst.title),
            proof: Some(format!("subject:\"{}\"", worst.subject)),
        })
    }

    /// As usual.
    fn calm(&self) -> Verdict {
        let settled = self.funnel.settled();
        let usual = self.usual().settled().map(|usual| format!(" usual {}", percent(usual)));
        let short = settled.map_or_else(
            || "nothing settled yet".to_owned(),
            |settled| format!("settled {}{}", percent(settled), usual.unwrap_or_default()),
        );
        Verdict { level: Level::Ok, what: self.rates_line(), more: self.last_change(), short, ..Verdict::default() }
    }

    fn rates_line(&self) -> Pieces {
        let usual = self.usual();
        let usually =
            |share: Option<f64>| share.map_or_else(String::new, |share| format!(", usual {}", percent(share)));
        let failed =
            |funnel: &Funnel| (funnel.attempted > 0).then(|| funnel.outcomes.failed as f64 / funnel.attempted as f64);
        let Some(share) = failed(&self.funnel) else {
            return said(&["", "no message was attempted in this window"]);
        };
        let settled = self.funnel.settled().map_or_else(|| "–".to_owned(), percent);
        let (then, failing) = (usually(usual.settled()), usually(failed(&usual)));
        said(&[
            "",
            "settled ",
            &settled,
            &format!("{then}   ·   failed "),
            &percent(share),
            &format!(" of attempted{failing}"),
        ])
    }

    /// The funnel of the hour before the window, as far as it is kept.
    fn usual(&self) -> Funnel {
        let from = self.scope.span.from;
        let span = Span { from: Millis(from.0 - HOUR), to: from };
        self.monitor.funnel(&Scope { span, as_of: self.scope.as_of, number: self.scope.number.clone() })
    }

    fn last_change(&self) -> Pieces {
        let Some(alert) = self.monitor.alerts.newest() else {
            return said(&["", "last change  none in what is kept"]);
        };
        let ago = self.ago(alert.at);
        let cause = if alert.detail.is_empty() { String::new() } else { format!(" {}", alert.detail) };
        said(&["", "last change  ", &format!("{} {}", alert.what, alert.title), &format!("{cause}, {ago} ago")])
    }
}

/// The first clause of an advice, to follow `do`: `stop using it`.
fn first_clause(advice: &str) -> String {
    let clause = advice.split([';', '.']).next().unwrap_or_default().trim();
    let mut letters = clause.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => clause.to_owned(),
    }
}

/// Pieces that are values and quiet ones in turn, a value first; empty ones are left out.
fn said(texts: &[&str]) -> Pieces {
    let turns = texts.iter().zip([true, false].into_iter().cycle());
    turns.filter(|(text, _)| !text.is_empty()).map(|(text, value)| ((*text).to_owned(), value)).collect()
}
