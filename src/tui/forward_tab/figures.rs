//! Numbers over attempts.

use crate::event::Millis;
use crate::journal::operator::Attempt;

/// What came of some attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) all: u64,
    /// Answered 2xx.
    pub(super) taken: u64,
    /// Answered 4xx.
    pub(super) refused: u64,
    /// Answered 5xx.
    pub(super) broken: u64,
    /// Not answered, or answered otherwise.
    pub(super) other: u64,
    /// Times of those that were answered, ascending, in milliseconds.
    took: Vec<u32>,
    /// When the last answer came.
    pub(super) last: Option<Millis>,
}

impl Figures {
    pub(super) fn of<'t>(attempts: impl Iterator<Item = &'t Attempt>) -> Self {
        let mut figures = Self::default();
        for attempt in attempts {
            figures.all += 1;
            match attempt.status {
                Some(200..=299) => figures.taken += 1,
                Some(400..=499) => figures.refused += 1,
                Some(500..=599) => figures.broken += 1,
                _ => figures.other += 1,
            }
            if attempt.status.is_some() {
                figures.took.push(attempt.took_ms);
                figures.last = figures.last.max(Some(attempt.at));
            }
        }
        figures.took.sort_unstable();
        figures
    }

    /// Those that were not answered 2xx.
    pub(super) fn failed(&self) -> u64 {
        self.all - self.taken
    }

    /// Nearest-rank percentile of the time to an answer, in microseconds.
    pub(super) fn percentile(&self, percent: usize) -> Option<u64> {
        let rank = (self.took.len() * percent).div_ceil(100).saturating_sub(1);
        self.took.get(rank).map(|ms| u64::from(*ms) * 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_class_and_percentiles_are_nearest_rank() {
        let attempt = |status, took_ms| Attempt { status, took_ms, at: Millis(took_ms.into()), ..Attempt::default() };
        let attempts = [
            attempt(Some(200), 10),
            attempt(Some(202), 30),
            attempt(Some(404), 20),
            attempt(Some(500), 400),
            attempt(Some(302), 40),
            attempt(None, 9000),
        ];
        let figures = Figures::of(attempts.iter());
        assert_eq!((figures.taken, figures.refused, figures.broken, figures.other), (2, 1, 1, 2));
        assert_eq!((figures.all, figures.failed(), figures.last), (6, 4, Some(Millis(400))));
        assert_eq!((figures.percentile(50), figures.percentile(95)), (Some(30_000), Some(400_000)));
        assert_eq!(Figures::default().percentile(50), None);
    }
}
