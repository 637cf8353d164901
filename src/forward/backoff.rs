//! How long to wait before the next attempt.

use std::time::Duration;

/// Doubles from `first` with each failure up to `most`, and takes between half and all of it at random, so that whatever
/// failed together does not come back together.
pub(super) fn pause(first: Duration, most: Duration, failures: u32) -> Duration {
    let doubled = first.saturating_mul(2u32.saturating_pow(failures.saturating_sub(1)));
    doubled.min(most.max(first)).mul_f64(0.5 + fastrand::f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_vary_by_half() {
        let (first, most) = (Duration::from_secs(1), Duration::from_secs(60));
        for (failures, whole) in [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (4_000_000_000, 60)] {
            let pause = pause(first, most, failures);
            let whole = Duration::from_secs(whole);
            assert!((whole / 2..=whole).contains(&pause), "{failures}: {pause:?}");
        }
    }
}
