//! Latency histograms over the provider's clock: exact to 64 s, at most 1.6 % off beyond.

use super::bag::Bag;
use super::view::Latency;

/// Seconds up to which every value has a bin of its own.
const EXACT: u64 = 64;
/// Bins in each doubling beyond.
const PER_OCTAVE: u64 = 32;

/// Number of a bin.
pub(super) type Bin = u16;

/// The bin of a latency in seconds.
pub(super) fn bin_of(seconds: u64) -> Bin {
    if seconds < EXACT {
        return seconds as Bin;
    }
    let octave = u64::from(seconds.ilog2()) - 6;
    let within = (seconds >> (octave + 1)) - PER_OCTAVE;
    (EXACT + octave * PER_OCTAVE + within) as Bin
}

/// The middle of a bin, in seconds.
fn seconds_of(bin: Bin) -> u64 {
    let bin = u64::from(bin);
    if bin < EXACT {
        return bin;
    }
    let octave = (bin - EXACT) / PER_OCTAVE;
    let low = ((bin - EXACT) % PER_OCTAVE + PER_OCTAVE) << (octave + 1);
    low + (1 << octave)
}

/// Messages per bin.
pub(super) type Histogram = Bag<Bin>;

impl Histogram {
    pub(super) fn latency(&self) -> Latency {
        let count: u64 = self.iter().map(|(_, count)| count).sum();
        let rank = |percent: u64| self.nearest_rank((count * percent).div_ceil(100));
        Latency { count, p50: rank(50), p95: rank(95), p99: rank(99) }
    }

    /// Counts below the first edge, between each and the next, and from the last on; edges are seconds, ascending.
    pub(super) fn between(&self, edges: &[u64]) -> Vec<u64> {
        let mut counts = vec![0; edges.len() + 1];
        for (bin, count) in self.iter() {
            counts[edges.partition_point(|edge| *edge <= seconds_of(bin))] += count;
        }
        counts
    }

    /// The value with this rank, from 1.
    fn nearest_rank(&self, rank: u64) -> Option<u64> {
        let mut seen = 0;
        self.iter().find_map(|(bin, count)| {
            seen += count;
            (seen >= rank && rank > 0).then(|| seconds_of(bin))
        })
    }
}

/// Many histograms added up: a bin costs one step, wherever it lies.
#[derive(Debug, Default)]
pub(super) struct Pile(Vec<u32>);

impl Pile {
    /// Adds a histogram.
    pub(super) fn add(&mut self, histogram: &Histogram) {
        let bins = histogram.last().map_or(0, |bin| usize::from(bin) + 1);
        if bins > self.0.len() {
            self.0.resize(bins, 0);
        }
        for (bin, count) in histogram.counts() {
            self.0[usize::from(*bin)] += count;
        }
    }

    /// Everything as one histogram.
    pub(super) fn sum(self) -> Histogram {
        (0..).zip(self.0).filter(|(_, count)| *count > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pile_is_the_sum_of_its_histograms() {
        let histogram = |bins: &[Bin]| bins.iter().map(|bin| (*bin, u32::from(*bin) + 1)).collect::<Histogram>();
        let parts = [histogram(&[0, 3, 700]), histogram(&[3]), histogram(&[]), histogram(&[1, 64, 65])];
        let (mut pile, mut joined) = (Pile::default(), Histogram::default());
        for part in &parts {
            pile.add(part);
            joined.join(part);
        }
        assert_eq!(pile.sum(), joined);
    }

    #[test]
    fn bins_rise_and_stay_within_the_promised_error() {
        let mut last = 0;
        for seconds in (0..5_000).chain((5_000..40_000_000).step_by(997)) {
            let bin = bin_of(seconds);
            assert!(bin >= last, "{seconds}");
            last = bin;
            let off = seconds_of(bin).abs_diff(seconds) as f64;
            assert!(off <= 1.0 || off / seconds as f64 <= 0.03, "{seconds} shown as {}", seconds_of(bin));
        }
    }

    #[test]
    fn counts_between_round_edges() {
        let mut histogram = Histogram::default();
        for seconds in [0, 0, 1, 3, 59, 60, 61, 119, 120, 290, 310, 100_000] {
            histogram.add(bin_of(seconds), 1);
        }
        assert_eq!(histogram.between(&[1, 2, 60, 120, 300]), [2, 1, 2, 3, 2, 2]);
        assert_eq!(histogram.between(&[]), [12]);
    }

    #[test]
    fn percentiles_are_nearest_rank() {
        let mut histogram = Histogram::default();
        for seconds in 1..=20 {
            histogram.add(bin_of(seconds), 1);
        }
        assert_eq!(histogram.latency(), Latency { count: 20, p50: Some(10), p95: Some(19), p99: Some(20) });
        assert_eq!(Histogram::default().latency(), Latency::default());
    }
}
