//! Numbers that follow from a seed (SplitMix64), so that a plan can be made again.

#[derive(Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another sequence, of its own, for whoever has the name `name`.
    pub fn branch(&self, name: u64) -> Self {
        let mut other = Self(self.0 ^ name.wrapping_mul(0xd6e8_feb8_6659_fd93));
        other.next();
        other
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `low` to `high`, both among them.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high.saturating_sub(low) + 1)
    }

    pub fn chance(&mut self, one_in: u64) -> bool {
        self.next().is_multiple_of(one_in)
    }

    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.next() as usize % items.len().max(1);
        items.get(index)
    }

    /// `0` with the chance that `weights[0]` has of their sum, and so on.
    pub fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.next() % weights.iter().sum::<u64>().max(1);
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_gives_one_sequence_and_branches_give_others() {
        let take = |mut random: Random| (0..4).map(|_| random.between(3, 9)).collect::<Vec<_>>();
        let random = Random::new(42);
        assert_eq!(take(random.clone()), take(Random::new(42)));
        assert_ne!(take(random.branch(1)), take(random.branch(2)));
        assert!(take(random).iter().all(|number| (3..=9).contains(number)));
    }
}
