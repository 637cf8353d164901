//! Intervals around counted shares and rates, so that a difference is told from chance.
//!
//! A share has the score interval of Wilson, the difference of two shares that of Newcombe (his method 10), the ratio of two rates
//! the one that follows from the share of the second among both counts, which is binomial when the counts are Poisson.

/// Standard deviations of a 95 % interval: what is shown.
pub const SHOWN: f64 = 1.96;
/// Those of a 99.9 % interval: what is judged by, because many differences are looked at together.
pub const JUDGED: f64 = 3.29;

/// A part of a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// What has the property.
    pub part: u64,
    /// What could have it.
    pub whole: u64,
}

impl Share {
    /// The share; 0 of nothing.
    pub fn value(self) -> f64 {
        if self.whole == 0 { 0.0 } else { self.part as f64 / self.whole as f64 }
    }

    /// The score interval of Wilson; everything, of nothing.
    pub fn interval(self, z: f64) -> (f64, f64) {
        if self.whole == 0 {
            return (0.0, 1.0);
        }
        let (n, p) = (self.whole as f64, self.value());
        let middle = p + z * z / (2.0 * n);
        let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z * z / n;
        (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
    }
}

/// The interval of `now − before`, by Newcombe.
pub fn difference(before: Share, now: Share, z: f64) -> (f64, f64) {
    let (p, q) = (before.value(), now.value());
    let ((low_p, high_p), (low_q, high_q)) = (before.interval(z), now.interval(z));
    let below = ((q - low_q).powi(2) + (high_p - p).powi(2)).sqrt();
    let above = ((high_q - q).powi(2) + (p - low_p).powi(2)).sqrt();
    (q - p - below, q - p + above)
}

/// A count within a time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rate {
    /// How many.
    pub count: u64,
    /// Within how many seconds; more than 0.
    pub seconds: f64,
}

/// The ratio of the rate now to that before, and its interval; infinite where there was none before.
pub fn ratio(before: Rate, now: Rate, z: f64) -> (f64, f64, f64) {
    let exposure = before.seconds / now.seconds;
    let odds = |share: f64| if share >= 1.0 { f64::INFINITY } else { share / (1.0 - share) * exposure };
    let share = Share { part: now.count, whole: before.count + now.count };
    let (low, high) = share.interval(z);
    (odds(share.value()), odds(low), odds(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 5e-4, "{a} for {b}");
    }

    #[test]
    fn wilson_as_published() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20.
        for ((part, whole), (low, high)) in
            [((81, 263), (0.2553, 0.3662)), ((15, 148), (0.0624, 0.1605)), ((0, 20), (0.0, 0.1611))]
        {
            let interval = Share { part, whole }.interval(SHOWN);
            close(interval.0, low);
            close(interval.1, high);
        }
    }

    #[test]
    fn newcombe_as_published() {
        // Newcombe 1998, table II, method 10: 56/70 − 48/80 and 9/10 − 3/10.
        let of = |(a, m), (b, n)| difference(Share { part: b, whole: n }, Share { part: a, whole: m }, 1.959_96);
        let (low, high) = of((56, 70), (48, 80));
        close(low, 0.0524);
        close(high, 0.3339);
        let (low, high) = of((9, 10), (3, 10));
        close(low, 0.1705);
        close(high, 0.8090);
    }

    #[test]
    fn a_ratio_of_rates_counts_the_time_and_holds_one_for_equal_rates() {
        let rate = |count, seconds| Rate { count, seconds };
        let (ratio_, low, high) = ratio(rate(100, 60.0), rate(200, 120.0), SHOWN);
        close(ratio_, 1.0);
        assert!(low < 1.0 && high > 1.0);
        let (ratio_, low, high) = ratio(rate(0, 60.0), rate(50, 60.0), SHOWN);
        assert!(ratio_.is_infinite() && high.is_infinite() && low > 10.0);
        let (ratio_, low, high) = ratio(rate(50, 60.0), rate(0, 60.0), SHOWN);
        assert!(ratio_ == 0.0 && low == 0.0 && high < 0.1);
    }

    #[test]
    fn of_nothing_everything_is_possible() {
        assert_eq!(Share::default().interval(SHOWN), (0.0, 1.0));
        let (low, high) = difference(Share::default(), Share::default(), JUDGED);
        assert!(low < 0.0 && high > 0.0);
    }
}
