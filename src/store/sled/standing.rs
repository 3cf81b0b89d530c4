//! How far the tree is, and the sum of its rows: what tells a tree that is whole from one that is not.

use crate::model::id::Lsn;

/// The key of the standing: before all tables.
pub const STANDING_KEY: &[u8] = &[0];
const STANDING_VERSION: u8 = 1;

/// How far the tree is, and what it must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    pub applied: Lsn,
    pub rows: u64,
    /// Sum of the rows' hashes, modulo 2^64.
    pub sum: u64,
    pub identity: [u8; 16],
}

impl Standing {
    /// As it lies in the tree.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut out = vec![STANDING_VERSION];
        out.extend(self.applied.0.to_le_bytes());
        out.extend(self.rows.to_le_bytes());
        out.extend(self.sum.to_le_bytes());
        out.extend(self.identity);
        out
    }

    /// What lies in the tree; none: no standing.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (applied, rest) = rest.split_first_chunk::<8>()?;
        let (rows, rest) = rest.split_first_chunk::<8>()?;
        let (sum, rest) = rest.split_first_chunk::<8>()?;
        let identity = rest.first_chunk::<16>().filter(|all| all.len() == rest.len())?;
        (*version == STANDING_VERSION).then(|| Self {
            applied: Lsn(u64::from_le_bytes(*applied)),
            rows: u64::from_le_bytes(*rows),
            sum: u64::from_le_bytes(*sum),
            identity: *identity,
        })
    }

    /// Another row stands where the old one stood.
    pub fn replace(&mut self, key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        if let Some(old) = old {
            self.rows = self.rows.wrapping_sub(1);
            self.sum = self.sum.wrapping_sub(hash(key, old));
        }
        if let Some(new) = new {
            self.rows = self.rows.wrapping_add(1);
            self.sum = self.sum.wrapping_add(hash(key, new));
        }
    }
}

/// A hash for finding damage, not malice. It is on disk: never change it without a new version of the standing.
fn hash(key: &[u8], bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut state = (key.len() as u64).wrapping_mul(PRIME) ^ bytes.len() as u64;
    for part in [key, bytes] {
        let words = part.chunks_exact(8);
        let mut last = [0; 8];
        last.iter_mut().zip(words.remainder()).for_each(|(to, from)| *to = *from);
        let word = |word: &[u8]| word.first_chunk::<8>().map_or(0, |word| u64::from_le_bytes(*word));
        for word in words.map(word).chain([u64::from_le_bytes(last)]) {
            state = (state ^ word).wrapping_mul(PRIME);
            state ^= state >> 29;
        }
    }
    state.wrapping_mul(PRIME) ^ (state >> 32)
}
