//! What period is looked at: a window that ends now, or one that lies in the past.

use super::widgets::format;
use crate::event::Millis;
use crate::monitor::view::{Scope, Span};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const MINUTE: i64 = 60_000;

/// Length of what is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Window {
    /// 1 minute.
    Minute,
    /// 5 minutes.
    Minutes5,
    /// 15 minutes.
    #[default]
    Minutes15,
    /// 1 hour.
    Hour,
    /// 6 hours.
    Hours6,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// What the journal holds.
    All,
    /// This many minutes, at least one: a window that was asked for from one time to another.
    Minutes(u32),
}

impl Window {
    /// Those that are stepped through, from short to long.
    pub const ALL: [Self; 8] =
        [Self::Minute, Self::Minutes5, Self::Minutes15, Self::Hour, Self::Hours6, Self::Day, Self::Week, Self::All];

    /// Its length in minutes; `None` for everything.
    pub fn minutes(self) -> Option<u32> {
        match self {
            Self::Minute => Some(1),
            Self::Minutes5 => Some(5),
            Self::Minutes15 => Some(15),
            Self::Hour => Some(60),
            Self::Hours6 => Some(6 * 60),
            Self::Day => Some(24 * 60),
            Self::Week => Some(7 * 24 * 60),
            Self::All => None,
            Self::Minutes(minutes) => Some(minutes.max(1)),
        }
    }

    /// The window of this length; one of the usual ones where there is one.
    pub fn of_minutes(minutes: u32) -> Self {
        let usual = Self::ALL.into_iter().find(|window| window.minutes() == Some(minutes));
        usual.unwrap_or(Self::Minutes(minutes.max(1)))
    }

    /// For a reader.
    pub fn label(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Minute => "1 m",
            Self::Minutes5 => "5 m",
            Self::Minutes15 => "15 m",
            Self::Hour => "1 h",
            Self::Hours6 => "6 h",
            Self::Day => "24 h",
            Self::Week => "7 d",
            Self::All => "all",
            Self::Minutes(minutes) => return Cow::Owned(format::duration(i64::from(minutes) * 60)),
        })
    }

    /// As it is written in commands: the label without its blank.
    pub fn name(self) -> String {
        self.label().replace(' ', "")
    }

    /// The next longer or shorter of the usual ones.
    fn moved(self, longer: bool) -> Option<Self> {
        let length = |window: Self| window.minutes().unwrap_or(u32::MAX);
        let mut usual = Self::ALL.into_iter();
        if longer {
            usual.find(|window| length(*window) > length(self))
        } else {
            usual.rfind(|window| length(*window) < length(self))
        }
    }
}

/// A window and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// The length.
    pub window: Window,
    /// The end, on a whole minute, when it lies in the past.
    pub end: Option<Millis>,
}

impl Period {
    /// The whole minutes that cover `from..to`, as far as they are over: what lies ahead is cut off.
    pub fn between(from: Millis, to: Millis, now: Millis) -> Self {
        let span = Span::covering(from, Millis(to.0.min(next_minute(now).0)));
        Self::of(span)
    }

    /// A window that is looked at as it was.
    pub fn of(span: Span) -> Self {
        let minutes = (span.to.0 - span.from.0) / MINUTE;
        Self { window: Window::of_minutes(u32::try_from(minutes).unwrap_or(u32::MAX)), end: Some(span.to) }
    }

    /// The same length of time with `at` in its middle; at the ends of time as near to that as there is something to see.
    pub fn around(self, at: Millis, now: Millis) -> Self {
        let window = if self.window == Window::All { Window::Hour } else { self.window };
        let length = i64::from(window.minutes().unwrap_or(60)) * MINUTE;
        let end = next_minute(Millis(at.0 + (length - MINUTE) / 2));
        Self { window, end: (end.0 <= minute(now).0).then_some(end) }
    }

    /// What the panes look at. `start` is when the oldest request that is known was received.
    pub fn scope(&self, now: Millis, start: Option<Millis>) -> Scope {
        let start = start.unwrap_or(now);
        let span = match (self.window.minutes(), self.end) {
            (None, _) => Span::covering(start, Millis(now.0 + 1)),
            (Some(minutes), None) => Span::last(minutes, now),
            (Some(minutes), Some(end)) => Span { from: Millis(end.0 - i64::from(minutes) * MINUTE), to: end },
        };
        Scope { span, as_of: self.end.map_or(now, |end| Millis(end.0.min(now.0))), number: None }
    }

    /// The next shorter window, or `None`.
    pub fn narrower(self) -> Option<Self> {
        self.window.moved(false).map(|window| Self { window, ..self })
    }

    /// The next longer window, or `None`. Everything ends now.
    pub fn wider(self) -> Option<Self> {
        let window = self.window.moved(true)?;
        Some(Self { window, end: self.end.filter(|_| window != Window::All) })
    }

    /// One window earlier; `None` where everything is looked at already, or nothing older is known.
    pub fn back(self, now: Millis, start: Option<Millis>) -> Option<Self> {
        let length = i64::from(self.window.minutes()?) * MINUTE;
        let end = self.end.unwrap_or_else(|| minute(now)).0 - length;
        (end > start?.0).then_some(Self { end: Some(Millis(end)), ..self })
    }

    /// One window later, up to now; `None` when it ends now already.
    pub fn forward(self, now: Millis) -> Option<Self> {
        let end = self.end?.0 + i64::from(self.window.minutes()?) * MINUTE;
        Some(Self { end: (end < minute(now).0).then_some(Millis(end)), ..self })
    }
}

/// The start of the minute.
pub fn minute(at: Millis) -> Millis {
    Millis(at.0.div_euclid(MINUTE) * MINUTE)
}

/// The start of the next minute.
pub fn next_minute(at: Millis) -> Millis {
    Millis(minute(at).0 + MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_767_225_600_000 + 90_500); // 00:01:30.5

    #[test]
    fn windows_widen_and_narrow_to_their_ends() {
        let mut period = Period::default();
        while let Some(wider) = period.wider() {
            period = wider;
        }
        assert_eq!(period.window, Window::All);
        while let Some(narrower) = period.narrower() {
            period = narrower;
        }
        assert_eq!(period.window, Window::Minute);
    }

    #[test]
    fn stepping_back_and_forward_comes_back_to_now() {
        let start = Some(Millis(NOW.0 - 10 * 3_600_000));
        let period = Period::default();
        let back = period.back(NOW, start).unwrap();
        let span = back.scope(NOW, start).span;
        assert_eq!(span.to.0 - span.from.0, 15 * MINUTE);
        assert_eq!(span.to, Millis(minute(NOW).0 - 15 * MINUTE));
        let further = back.back(NOW, start).unwrap();
        assert_eq!(further.scope(NOW, start).span.to, span.from, "neighbouring windows share their edge");
        assert_eq!(further.forward(NOW).unwrap(), back);
        assert_eq!(back.forward(NOW).unwrap(), period);
        assert_eq!(period.forward(NOW), None);
    }

    #[test]
    fn a_window_from_one_time_to_another_covers_whole_minutes_and_ends_now_at_the_latest() {
        let from = Millis(NOW.0 - 90 * MINUTE);
        let period = Period::between(from, Millis(from.0 + 47 * MINUTE), NOW);
        let span = period.scope(NOW, None).span;
        assert_eq!(period.window, Window::Minutes(48), "the edges lie within minutes");
        assert!(span.contains(from) && span.contains(Millis(from.0 + 47 * MINUTE)));
        assert_eq!(period.window.label(), "48 m");
        assert_eq!(
            (period.narrower().unwrap().window, period.wider().unwrap().window),
            (Window::Minutes15, Window::Hour)
        );
        let ahead = Period::between(from, Millis(NOW.0 + 90 * MINUTE), NOW).scope(NOW, None);
        assert_eq!((ahead.span.to, ahead.as_of), (next_minute(NOW), NOW));
    }

    #[test]
    fn a_time_is_put_in_the_middle_of_the_window() {
        let at = Millis(NOW.0 - 120 * MINUTE);
        let span = Period::default().around(at, NOW).scope(NOW, None).span;
        assert!((at.0 - span.from.0 - (span.to.0 - at.0)).abs() <= MINUTE, "{span:?}");
        assert_eq!(Period::default().around(NOW, NOW).end, None, "what is now is seen live");
    }

    #[test]
    fn nothing_lies_before_the_start() {
        assert_eq!(Period::default().back(NOW, Some(Millis(NOW.0 - 60_000))), None);
        assert_eq!(Period::default().back(NOW, None), None);
    }

    #[test]
    fn everything_ends_now_even_after_time_travel() {
        let past = Period { window: Window::Week, end: Some(minute(NOW)) };
        assert_eq!(past.wider().unwrap().end, None);
    }
}
