//! All chance of a seed: the same seed draws the same, on every machine.

/// Draws numbers.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Of that seed; `what` keeps the drawings of one purpose apart from those of another.
    pub fn new(seed: u64, what: &str) -> Self {
        Self(crate::model::id::draw(&[b"lab", what.as_bytes(), &seed.to_le_bytes()]))
    }

    /// A number of 64 bits (splitmix64).
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `below`, which is left out; 0 when there is nothing to choose from.
    pub fn below(&mut self, below: u64) -> u64 {
        self.number() % below.max(1)
    }

    /// From `least` to `most`, both included.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most - least).unwrap_or(0);
        least + i64::try_from(self.below(span + 1)).unwrap_or(0)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        let at = self.below(from.len() as u64) as usize;
        #[expect(clippy::indexing_slicing, reason = "`below` is smaller than the length; nobody picks out of nothing")]
        from[at]
    }
}
