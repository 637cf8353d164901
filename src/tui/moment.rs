//! Times as people type them: `14:19`, `14:19:02`, `2026-03-12 14:19`, `15m` ago, RFC 3339.

use crate::event::Millis;
use crate::query::duration;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// What to write, for whoever wrote something else.
pub const FORMS: &str = "14:19, 14:19:02, 2026-03-12 14:19, 15m (ago) or now";

/// Reads a time in `zone`. A clock time without a day is the last one that is not in the future; a duration is that long ago.
pub fn parse(text: &str, now: Millis, zone: &TimeZone) -> Option<Millis> {
    let text = text.trim();
    if text == "now" {
        return Some(now);
    }
    let bare = text.strip_prefix('-').or_else(|| text.strip_suffix(" ago")).unwrap_or(text);
    if let Some(ago) = duration::parse(bare) {
        return Some(Millis(now.0.checked_sub(i64::try_from(ago.as_millis()).ok()?)?));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Millis(at.as_millisecond()));
    }
    let at = match text.split_once([' ', 'T']) {
        Some((day, time)) => day.parse::<Date>().ok()?.to_datetime(clock(time)?),
        None if text.contains(':') => last(clock(text)?, now, zone)?,
        None => text.parse::<Date>().ok()?.to_datetime(Time::midnight()),
    };
    instant(at, zone)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-12 14:32:07 in UTC+8.
    const NOW: Millis = Millis(1_773_297_127_000);

    fn read(text: &str) -> Option<String> {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        parse(text, NOW, &zone).map(Millis::rfc3339)
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
}
