//! Whether a target can be bothered: one that is down is asked now and then, with one request at a time.

use super::backoff;
use super::client::{Answer, PostError};
use crate::event::Millis;
use std::time::Duration;

/// Longest pause between two tries of a target that is down: short, because most are restarted by a developer who waits.
const LONGEST: Duration = Duration::from_secs(15);
/// Longest pause that a target may ask for.
const ASKED: Duration = Duration::from_secs(300);

/// How a target bears what it is sent.
#[derive(Debug, Default)]
pub(super) struct Strain {
    failures: u32,
    until: Millis,
    fault: Option<(String, Millis)>,
}

impl Strain {
    /// Why it takes nothing, and since when.
    pub(super) fn fault(&self) -> Option<(&str, Millis)> {
        self.fault.as_ref().map(|(fault, since)| (fault.as_str(), *since))
    }

    /// How many posts may be under way at `now`, of `most` usually.
    pub(super) fn room(&self, now: Millis, most: usize) -> usize {
        match self.fault {
            None => most,
            Some(_) if now < self.until => 0,
            Some(_) => 1,
        }
    }

    /// When it is tried again, while it rests at `now`.
    pub(super) fn rests_until(&self, now: Millis) -> Option<Millis> {
        (self.fault.is_some() && now < self.until).then_some(self.until)
    }

    /// Learns from an outcome. A server that answers that it is overloaded or that nobody stands behind it is as bad as none.
    pub(super) fn learn(&mut self, outcome: &Result<Answer, PostError>, first: Duration, now: Millis) {
        let (fault, asked) = match outcome {
            Ok(Answer { status: status @ (429 | 502..=504), retry_after, .. }) => {
                (format!("answers {status}"), retry_after.unwrap_or_default().min(ASKED))
            }
            Ok(_) => return *self = Self::default(),
            Err(error) => (error.to_string(), Duration::ZERO),
        };
        // Those that were under way together fail together, and count once.
        if now >= self.until {
            self.failures = self.failures.saturating_add(1);
            let pause = backoff::pause(first, LONGEST, self.failures).max(asked);
            self.until = after(now, pause);
        }
        let since = self.fault.take().map_or(now, |(_, since)| since);
        self.fault = Some((fault, since));
    }
}

/// The time `pause` after `at`.
pub(super) fn after(at: Millis, pause: Duration) -> Millis {
    Millis(at.0.saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(1);

    fn answer(status: u16, retry_after: Option<u64>) -> Result<Answer, PostError> {
        let retry_after = retry_after.map(Duration::from_secs);
        Ok(Answer { status, headers: vec![], retry_after, first: vec![], length: 0, digest: [0; 16] })
    }

    #[test]
    fn a_target_that_is_down_rests_and_is_then_tried_with_one_request() {
        let mut strain = Strain::default();
        assert_eq!(strain.room(Millis(0), 4), 4);
        let down = Err(PostError::Unreachable("connection refused".into()));
        strain.learn(&down, FIRST, Millis(10_000));
        strain.learn(&down, FIRST, Millis(10_001));
        assert_eq!(strain.failures, 1, "two that failed together");
        assert_eq!(strain.room(Millis(10_001), 4), 0);
        let until = strain.rests_until(Millis(10_001)).unwrap();
        assert!((10_500..=11_000).contains(&until.0));
        assert_eq!((strain.room(until, 4), strain.rests_until(until)), (1, None));
        strain.learn(&down, FIRST, until);
        assert_eq!(strain.fault(), Some(("connection refused", Millis(10_000))));
        strain.learn(&answer(500, None), FIRST, Millis(20_000));
        assert_eq!((strain.room(Millis(20_000), 4), strain.fault()), (4, None), "an error of the handler is an answer");
    }

    #[test]
    fn a_pause_that_is_asked_for_is_kept_within_reason() {
        let mut strain = Strain::default();
        strain.learn(&answer(429, Some(30)), FIRST, Millis(0));
        assert_eq!(strain.rests_until(Millis(0)), Some(Millis(30_000)));
        let mut strain = Strain::default();
        strain.learn(&answer(503, Some(86_400)), FIRST, Millis(0));
        assert_eq!(strain.rests_until(Millis(0)), Some(Millis(300_000)));
    }
}
