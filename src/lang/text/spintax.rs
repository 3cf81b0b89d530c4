//! Which alternative of `{one|two}` somebody gets: drawn from names, the same at every replay.

use crate::model::id::draw;

/// What the draw is made of, but for the slot.
#[derive(Debug, Clone, Copy)]
pub struct Draw<'a> {
    pub campaign: &'a str,
    pub contact_key: &'a str,
    pub message: &'a str,
    /// `text` or `subject`: their slots are counted apart.
    pub part: &'a str,
}

impl Draw<'_> {
    /// The alternative of that slot, of so many.
    pub fn choose(&self, slot: u32, count: usize) -> usize {
        let slot = format!("{}.{slot}", self.part);
        let parts = [self.campaign, self.contact_key, self.message, &slot].map(str::as_bytes);
        let drawn = draw(&parts);
        usize::try_from(drawn % count.max(1) as u64).unwrap_or_default()
    }
}
