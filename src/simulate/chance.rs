//! Random draws, all from one seed.

use std::ops::Range;

/// The only source of randomness of a simulated world.
#[derive(Debug)]
pub(super) struct Chance(fastrand::Rng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// True with probability `p`.
    pub(super) fn happens(&mut self, p: f64) -> bool {
        self.0.f64() < p
    }

    pub(super) fn between(&mut self, range: Range<i64>) -> i64 {
        self.0.i64(range)
    }

    pub(super) fn index(&mut self, len: usize) -> usize {
        self.0.usize(..len)
    }

    /// One of `choices`, each as likely as the other. `choices` is not empty.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.index(choices.len())]
    }

    /// The position of one of `weights`, each as likely as it is heavy. The weights do not sum to 0.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u32 = weights.clone().sum();
        let mut left = self.0.u32(..total);
        weights
            .take_while(|&weight| {
                let passed = left >= weight;
                left = left.saturating_sub(weight);
                passed
            })
            .count()
    }

    /// A waiting time with the given mean and no memory: the gaps of independent arrivals.
    pub(super) fn gap(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.0.f64()).ln()
    }

    /// A latency: half of the draws lie below `median`, 95 % below `p95`, with a long tail.
    pub(super) fn latency(&mut self, median: f64, p95: f64) -> f64 {
        const Z95: f64 = 1.645;
        let sigma = (p95 / median).ln() / Z95;
        let radius = (-2.0 * (1.0 - self.0.f64()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * self.0.f64()).cos();
        median * (sigma * normal).exp()
    }

    /// `digits` random hex digits, lower case.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from_digit(self.0.u32(..16), 16).unwrap_or('0')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_of_nothing_is_never_drawn_and_the_others_by_their_share() {
        let mut chance = Chance::new(1);
        let mut seen = [0; 3];
        for _ in 0..10_000 {
            seen[chance.weighted([1, 0, 3].into_iter())] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((2_300..2_700).contains(&seen[0]), "{seen:?}");
    }

    #[test]
    fn latencies_have_the_median_and_95th_percentile_that_were_asked_for() {
        let mut chance = Chance::new(2);
        let mut draws: Vec<f64> = (0..20_000).map(|_| chance.latency(2.0, 7.0)).collect();
        draws.sort_by(f64::total_cmp);
        assert!((1.9..2.1).contains(&draws[10_000]), "{}", draws[10_000]);
        assert!((6.5..7.5).contains(&draws[19_000]), "{}", draws[19_000]);
    }
}
