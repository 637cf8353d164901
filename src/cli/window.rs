//! `--since` and `--until`: which receive times a command looks at.

use super::failure::Failure;
use crate::event::Millis;
use crate::monitor::view::{Scope, Span};
use crate::query::duration;
use clap::Args;

const MINUTE: i64 = 60_000;

/// A span of receive time, as it is asked for.
#[derive(Debug, Default, Args)]
pub(super) struct Window {
    /// From this time on: a duration such as 15m or 24h before now, an RFC 3339 time, or all
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Moment>,
    /// Up to this time, exclusively [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Moment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// This many milliseconds before now.
    Ago(i64),
    At(Millis),
    /// No bound.
    All,
}

/// `from` inclusive, `to` exclusive; `None` is no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) from: Option<Millis>,
    pub(super) to: Option<Millis>,
}

impl Window {
    /// Whether anything was asked for.
    pub(super) fn is_given(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// The times asked for, with `since` where nothing was. Durations are rounded outwards to whole minutes, so that the
    /// same words give the same span in every command.
    pub(super) fn bounds(&self, since: Moment, now: Millis) -> Result<Bounds, Failure> {
        let bounds = Bounds {
            from: match self.since.unwrap_or(since) {
                Moment::Ago(ago) => Some(Millis((now.0.saturating_sub(ago)).div_euclid(MINUTE) * MINUTE)),
                Moment::At(at) => Some(at),
                Moment::All => None,
            },
            to: match self.until {
                Some(Moment::Ago(ago)) => {
                    Some(Millis((now.0.saturating_sub(ago)).div_euclid(MINUTE) * MINUTE + MINUTE))
                }
                Some(Moment::At(at)) => Some(at),
                Some(Moment::All) | None => None,
            },
        };
        match bounds {
            Bounds { from: Some(from), to: Some(to) } if from >= to => Err(Failure::usage(format!(
                "the window is empty: --since is {}, --until is {}",
                from.rfc3339(),
                to.rfc3339()
            ))),
            bounds => Ok(bounds),
        }
    }
}

impl Bounds {
    pub(super) fn contains(&self, at: Millis) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

/// The window that `scope` is compared with: `before`, as long and straight before it; such as `24h-ago`, the same one so long
/// ago; or `FROM..TO`.
pub(super) fn shifted(window: &str, scope: &Scope) -> Result<Scope, Failure> {
    let Span { from, to } = scope.span;
    let back = |by: i64| Span { from: Millis(from.0.saturating_sub(by)), to: Millis(to.0.saturating_sub(by)) };
    let ago = window.strip_suffix("-ago").and_then(duration::parse);
    let span = match (window, ago, window.split_once("..")) {
        ("before", ..) => return Ok(scope.before()),
        (_, Some(ago), _) => {
            // Windows are whole minutes.
            let minutes = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX / 2).div_euclid(MINUTE).max(1);
            back(minutes.saturating_mul(MINUTE))
        }
        (_, _, Some((since, until))) => {
            let time =
                |text: &str| moment(text).map_err(|error| Failure::usage(format!("--compare {window}: {error}")));
            let window = Window { since: Some(time(since)?), until: Some(time(until)?) };
            let bounds = window.bounds(Moment::All, scope.as_of)?;
            Span::covering(bounds.from.unwrap_or(Millis(0)), bounds.to.unwrap_or(scope.as_of))
        }
        _ => {
            return Err(Failure::usage(format!(
                "--compare {window}: write before, a shift such as 24h-ago, or FROM..TO with times as for --since"
            )));
        }
    };
    Ok(Scope { span, as_of: span.to.min(scope.as_of), number: scope.number.clone() })
}

/// The time now.
pub(super) fn now() -> Millis {
    Millis(jiff::Timestamp::now().as_millisecond())
}

fn moment(text: &str) -> Result<Moment, String> {
    if text == "all" {
        return Ok(Moment::All);
    }
    if let Some(ago) = duration::parse(text) {
        return Ok(Moment::Ago(i64::try_from(ago.as_millis()).unwrap_or(i64::MAX)));
    }
    let at: Result<jiff::Timestamp, _> = text.parse();
    at.map(|at| Moment::At(Millis(at.as_millisecond())))
        .map_err(|_| "write a duration such as 15m or 24h, a time such as 2026-01-01T08:00:00Z, or all".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_767_225_630_500);

    fn window(since: &str, until: Option<&str>) -> Result<Bounds, Failure> {
        let window = Window { since: Some(moment(since).unwrap()), until: until.map(|until| moment(until).unwrap()) };
        window.bounds(Moment::All, NOW)
    }

    #[test]
    fn durations_cover_whole_minutes_and_times_stand_as_given() {
        let bounds = window("15m", Some("5m")).unwrap();
        assert_eq!(bounds.from.unwrap().rfc3339(), "2025-12-31T23:45:00Z");
        assert_eq!(bounds.to.unwrap().rfc3339(), "2025-12-31T23:56:00Z");
        let bounds = window("2026-01-01T02:00:30+02:00", None).unwrap();
        assert_eq!(bounds.from.unwrap().rfc3339(), "2026-01-01T00:00:30Z");
        assert_eq!(window("all", Some("all")).unwrap(), Bounds { from: None, to: None });
    }

    #[test]
    fn an_empty_window_is_refused() {
        assert!(window("5m", Some("15m")).is_err());
    }

    #[test]
    fn a_window_is_compared_with_one_before_one_ago_or_any_other() {
        let span = Span { from: Millis(100 * MINUTE), to: Millis(115 * MINUTE) };
        let scope = Scope { span, as_of: Millis(110 * MINUTE), number: Some("1".into()) };
        let minutes = |window: &str| {
            let span = shifted(window, &scope).unwrap().span;
            (span.from.0 / MINUTE, span.to.0 / MINUTE)
        };
        assert_eq!(minutes("before"), (85, 100));
        assert_eq!(minutes("1h-ago"), (40, 55));
        assert_eq!(minutes("1970-01-01T00:10:00Z..1970-01-01T00:20:00Z"), (10, 20));
        assert_eq!(minutes("30m..10m"), (80, 101));
        let before = shifted("before", &scope).unwrap();
        assert_eq!((before.as_of, before.number), (Millis(100 * MINUTE), Some("1".into())));
        for wrong in ["yesterday", "24h", "..", "5m..10m", ""] {
            assert!(shifted(wrong, &scope).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["yesterday", "2026-01-01", "15", "", "-5m"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }
}
