//! Times as people type them: `14:19`, `14:19:02`, `2026-03-12T14:19`, `15m` ago, RFC 3339.

use super::duration;
use crate::event::Millis;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// What to write, for whoever wrote something else.
pub const FORMS: &str = "14:19, 14:19:02, 2026-03-12 14:19, 15m (ago) or now";

/// A time, as it was written: what it is may depend on the time now and on the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The time now.
    Now,
    /// So many milliseconds before now.
    Ago(i64),
    /// An instant, whatever the zone.
    Instant(Millis),
    /// A day and a clock time.
    Civil(DateTime),
    /// A whole day; as a point in time its beginning.
    Day(Date),
    /// The last time the clock showed this.
    Clock(Time),
}

impl Moment {
    /// Reads a time: a duration, with or without `-` before it or `ago` behind it, is that long ago.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "now" {
            return Some(Self::Now);
        }
        let bare = text.strip_prefix('-').or_else(|| text.strip_suffix(" ago")).unwrap_or(text);
        if let Some(ago) = duration::parse(bare) {
            return Some(Self::Ago(i64::try_from(ago.as_millis()).ok()?));
        }
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(Self::Instant(Millis(at.as_millisecond())));
        }
        match text.split_once([' ', 'T']) {
            Some((day, time)) => Some(Self::Civil(day.parse::<Date>().ok()?.to_datetime(clock(time)?))),
            None if text.contains(':') => Some(Self::Clock(clock(text)?)),
            None => Some(Self::Day(text.parse().ok()?)),
        }
    }

    /// When it is. `None` for a time that no calendar has.
    pub fn at(self, now: Millis, zone: &TimeZone) -> Option<Millis> {
        match self {
            Self::Now => Some(now),
            Self::Ago(ago) => Some(Millis(now.0.checked_sub(ago)?)),
            Self::Instant(at) => Some(at),
            Self::Civil(at) => instant(at, zone),
            Self::Day(day) => instant(day.to_datetime(Time::midnight()), zone),
            Self::Clock(time) => instant(last(time, now, zone)?, zone),
        }
    }

    /// When what it names is over, a day, a minute or a second; the moment itself where it is none of these.
    pub fn end(self, now: Millis, zone: &TimeZone) -> Option<Millis> {
        let start = self.at(now, zone)?;
        let grain = |time: Time| if time.second() == 0 { 60_000 } else { 1_000 };
        match self {
            Self::Now | Self::Ago(_) => Some(start),
            Self::Instant(_) => Some(Millis(start.0.checked_add(1_000)?)),
            Self::Civil(at) => Some(Millis(start.0.checked_add(grain(at.time()))?)),
            Self::Clock(time) => Some(Millis(start.0.checked_add(grain(time))?)),
            Self::Day(day) => instant(day.tomorrow().ok()?.to_datetime(Time::midnight()), zone),
        }
    }

    /// The same clock time on the day of `other`, where that names one and this does not.
    pub(super) fn on_day_of(self, other: Self) -> Self {
        match (self, other) {
            (Self::Clock(time), Self::Civil(at)) => Self::Civil(at.date().to_datetime(time)),
            (same, _) => same,
        }
    }

    /// Whether it moves on with time.
    pub(super) fn moves(self) -> bool {
        matches!(self, Self::Now | Self::Ago(_))
    }
}

fn clock(text: &str) -> Option<Time> {
    let mut parts = text.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

/// The last time the clock showed `time`.
fn last(time: Time, now: Millis, zone: &TimeZone) -> Option<DateTime> {
    let today = zone.to_datetime(Timestamp::from_millisecond(now.0).ok()?).date();
    let at = today.to_datetime(time);
    if instant(at, zone)? <= now { Some(at) } else { at.checked_sub(1.day()).ok() }
}

fn instant(at: DateTime, zone: &TimeZone) -> Option<Millis> {
    Some(Millis(zone.to_timestamp(at).ok()?.as_millisecond()))
}

/// Times between two moments, both included; an absent end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) low: Option<Edge>,
    pub(super) high: Option<Edge>,
}

/// One end of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) moment: Moment,
    /// The end of what the moment names, not its beginning.
    pub(super) over: bool,
    pub(super) inclusive: bool,
}

impl Times {
    /// All of a day, a minute or a second; `None` for a moment that has no length.
    pub(super) fn during(moment: Moment) -> Option<Self> {
        if moment.moves() {
            return None;
        }
        let low = Edge { moment, over: false, inclusive: true };
        Some(Self { low: Some(low), high: Some(Edge { moment, over: true, inclusive: false }) })
    }

    /// From the one to the other; an end that is a day holds all of it.
    pub(super) fn between(low: Option<Moment>, high: Option<Moment>) -> Self {
        let high = high.map(|high| low.map_or(high, |low| high.on_day_of(low)));
        let edge = |moment: Moment, over: bool| Edge { moment, over, inclusive: !over };
        Self { low: low.map(|low| edge(low, false)), high: high.map(|high| edge(high, matches!(high, Moment::Day(_)))) }
    }

    /// Whether `at` lies between. Clock times are those of `zone`.
    pub(super) fn contains(&self, at: Millis, now: Millis, zone: &TimeZone) -> bool {
        let when = |edge: Edge| if edge.over { edge.moment.end(now, zone) } else { edge.moment.at(now, zone) };
        let Some(low) = self.low.map_or(Some(None), |low| when(low).map(|at| Some((at, low.inclusive)))) else {
            return false;
        };
        let Some(mut high) = self.high.map_or(Some(None), |high| when(high).map(|at| Some((at, high.inclusive))))
        else {
            return false;
        };
        if let (Some((from, _)), Some((to, _)), Some(Edge { moment: Moment::Clock(_), .. })) =
            (low, &mut high, self.high)
            && *to < from
        {
            // The last 23:00 up to the 01:00 after it.
            to.0 += 86_400_000;
        }
        low.is_none_or(|(from, inclusive)| at > from || (inclusive && at == from))
            && high.is_none_or(|(to, inclusive)| at < to || (inclusive && at == to))
    }

    /// Whether what lies between changes with time.
    pub(super) fn moves(&self) -> bool {
        [self.low, self.high].into_iter().flatten().any(|edge| edge.moment.moves())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-12 14:32:07 in UTC+8.
    const NOW: Millis = Millis(1_773_297_127_000);

    fn zone() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(8))
    }

    fn read(text: &str) -> Option<String> {
        Moment::parse(text)?.at(NOW, &zone()).map(Millis::rfc3339)
    }

    #[test]
    fn clock_times_are_the_last_ones_that_were() {
        assert_eq!(read("14:19").as_deref(), Some("2026-03-12T06:19:00Z"));
        assert_eq!(read("14:19:02").as_deref(), Some("2026-03-12T06:19:02Z"));
        assert_eq!(read("23:00").as_deref(), Some("2026-03-11T15:00:00Z"), "yesterday evening");
    }

    #[test]
    fn days_durations_and_whole_instants_are_read() {
        assert_eq!(read("2026-03-01 09:30").as_deref(), Some("2026-03-01T01:30:00Z"));
        assert_eq!(read("2026-03-01").as_deref(), Some("2026-02-28T16:00:00Z"));
        for ago in ["15m", "-15m", "15m ago"] {
            assert_eq!(read(ago).as_deref(), Some("2026-03-12T06:17:07Z"), "{ago}");
        }
        assert_eq!(read("2026-03-12T00:00:00Z").as_deref(), Some("2026-03-12T00:00:00Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "25:00", "14", "14:19:02:03", "tomorrow", "2026-13-01"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    fn contains(low: &str, high: &str, at: &str) -> bool {
        let moment = |text: &str| Moment::parse(text);
        Times::between(moment(low), moment(high)).contains(moment(at).unwrap().at(NOW, &zone()).unwrap(), NOW, &zone())
    }

    #[test]
    fn both_ends_are_included_a_day_as_a_whole_and_an_end_takes_the_day_of_the_start() {
        assert!(contains("14:19", "14:25", "14:25") && !contains("14:19", "14:25", "14:25:01"));
        assert!(contains("2026-03-01T10:00", "11:00", "2026-03-01 10:59"));
        assert!(!contains("2026-03-01T10:00", "11:00", "2026-03-12 10:59"));
        assert!(contains("2026-03-01", "2026-03-02", "2026-03-02 23:59:59"));
        assert!(!contains("2026-03-01", "2026-03-02", "2026-03-03"));
        assert!(contains("", "14:25", "2020-01-01") && contains("-15m", "", "14:20") && !contains("-15m", "", "14:17"));
        assert!(contains("23:00", "01:00", "2026-03-12 00:30") && !contains("23:00", "01:00", "2026-03-12 01:30"));
    }
}
