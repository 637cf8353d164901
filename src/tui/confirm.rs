//! What cannot be taken back is done when it is asked for twice.

use crate::event::Millis;

/// Time in which it is to be asked for again, in milliseconds.
const WITHIN: i64 = 5_000;

/// Whether something was asked for once.
#[derive(Debug, Default)]
pub(super) struct Confirm {
    until: Option<Millis>,
    now: Millis,
}

impl Confirm {
    /// Time passes.
    pub(super) fn tick(&mut self, now: Millis) {
        self.now = now;
    }

    /// It is asked for: says whether that is the second time.
    pub(super) fn ask(&mut self) -> bool {
        let confirmed = self.is_open();
        self.until = (!confirmed).then_some(Millis(self.now.0 + WITHIN));
        confirmed
    }

    /// Whether it is to be asked for once more.
    pub(super) fn is_open(&self) -> bool {
        self.until.is_some_and(|until| self.now <= until)
    }

    /// It is not wanted after all. Says whether it had been asked for.
    pub(super) fn drop(&mut self) -> bool {
        let open = self.is_open();
        self.until = None;
        open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_second_time_within_five_seconds_counts() {
        let mut confirm = Confirm::default();
        confirm.tick(Millis(1_000));
        assert!(!confirm.ask());
        confirm.tick(Millis(6_000));
        assert!(confirm.ask());
        assert!(!confirm.ask(), "what comes next is asked for anew");
        confirm.tick(Millis(11_001));
        assert!(!confirm.is_open() && !confirm.ask());
        assert!(confirm.drop() && !confirm.ask());
    }
}
