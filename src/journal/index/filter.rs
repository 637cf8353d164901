//! A blocked Bloom filter: whether a run may hold a key, in one touch of memory and without the disk.

/// Bits per key; with six of them set, one key in about sixty is looked up in vain.
const BITS_PER_KEY: u64 = 10;
const PROBES: u32 = 6;
/// Words in a block: 512 bits, one line of the processor's cache.
const BLOCK: usize = 8;

/// The filter of one run. Keys are hashes with a secret, so their own bits serve as the hash functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    words: Vec<u64>,
}

impl Filter {
    /// An empty filter for so many keys.
    pub(super) fn new(keys: u64) -> Self {
        let blocks = (keys * BITS_PER_KEY).div_ceil(64 * BLOCK as u64).max(1);
        Self { words: vec![0; blocks as usize * BLOCK] }
    }

    /// Adds a key.
    pub(super) fn insert(&mut self, key: u128) {
        let (block, mut bits) = self.place(key);
        for _ in 0..PROBES {
            self.words[block + (bits >> 6 & 7) as usize] |= 1 << (bits & 63);
            bits >>= 9;
        }
    }

    /// Whether the key may have been added; `false` is certain.
    pub(super) fn may_hold(&self, key: u128) -> bool {
        let (block, mut bits) = self.place(key);
        (0..PROBES).all(|_| {
            let word = self.words[block + (bits >> 6 & 7) as usize];
            let set = word >> (bits & 63) & 1 == 1;
            bits >>= 9;
            set
        })
    }

    /// First word of the key's block, and the bits that choose within it.
    fn place(&self, key: u128) -> (usize, u64) {
        let blocks = (self.words.len() / BLOCK) as u64;
        let block = ((key >> 64) as u64 as u128 * u128::from(blocks)) >> 64;
        (block as usize * BLOCK, key as u64)
    }

    /// Its size in memory and on disk, in bytes.
    pub(super) fn size(&self) -> usize {
        self.words.len() * 8
    }

    /// For the disk.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// From the disk. `None`: that is no filter.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        let whole = rest.is_empty() && !words.is_empty() && words.len() % BLOCK == 0;
        whole.then(|| Self { words: words.iter().map(|word| u64::from_le_bytes(*word)).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_added_and_seldom_more() {
        let mut random = fastrand::Rng::with_seed(1);
        let keys: Vec<u128> = std::iter::repeat_with(|| random.u128(..)).take(20_000).collect();
        let (added, others) = keys.split_at(10_000);
        let mut filter = Filter::new(10_000);
        added.iter().for_each(|&key| filter.insert(key));
        let filter = Filter::from_bytes(&filter.to_bytes()).unwrap();
        assert!(added.iter().all(|&key| filter.may_hold(key)));
        let wrong = others.iter().filter(|&&key| filter.may_hold(key)).count();
        assert!(wrong < 300, "{wrong} of 10,000");
        assert_eq!(Filter::from_bytes(&[0; 63]), None);
    }
}
