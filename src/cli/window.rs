//! `--since` and `--until`: which receive times a command looks at.

use super::failure::Failure;
use crate::event::Millis;
use crate::query::duration;
use clap::Args;

const MINUTE: i64 = 60_000;

/// A span of receive time, as it is asked for.
#[derive(Debug, Args)]
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
    fn what_is_no_time_is_refused() {
        for text in ["yesterday", "2026-01-01", "15", "", "-5m"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }
}
