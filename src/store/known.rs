//! Which keys may stand in the tree, in memory. Much of what is asked for is not there: was this event seen, who is this
//! stranger, had this row a predecessor? sled reads a page, of the disk when it is cold, to say so.
//!
//! A Bloom filter never denies what was put into it, so a denial is as good as the tree's own; what it does not deny is
//! asked of the tree. It is filled by the scan that every opening makes anyway, and never emptied: a row that went costs one
//! read. Ten bits a key keep one wrong maybe in a hundred. `cargo bench --bench start` shows what it spares.

use crate::store::guard::{reading, writing};
use fastbloom::AtomicBloomFilter;
use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// One wrong maybe in so many.
const WRONG_MAYBES: f64 = 0.01;
/// Keys the first filter has room for, at least; each one after it has room for eight times as many.
const ROOM_MIN: u64 = 1 << 16;
const GROWTH: u64 = 8;
/// Filters are asked one after another: no more than so many, then the last takes all.
const FILTERS_MAX: usize = 7;
/// Keys are drawn at random or numbered by us: nobody chooses them so that they fall on one another.
const SEED: u128 = 0;

/// Keys that were in the tree since it was opened.
#[derive(Debug)]
pub struct Known {
    filters: RwLock<Vec<Filter>>,
}

#[derive(Debug)]
struct Filter {
    bits: AtomicBloomFilter,
    /// Keys it still has room for.
    room: AtomicU64,
}

impl Filter {
    fn of(keys: u64) -> Self {
        let items = usize::try_from(keys).unwrap_or(usize::MAX);
        Self {
            bits: AtomicBloomFilter::with_false_pos(WRONG_MAYBES).seed(&SEED).expected_items(items),
            room: AtomicU64::new(keys),
        }
    }
}

impl Known {
    /// Room for so many keys and a quarter more, before it grows.
    pub fn with_room(keys: u64) -> Self {
        Self { filters: RwLock::new(vec![Filter::of(ROOM_MIN.max(keys.saturating_add(keys / 4)))]) }
    }

    /// Takes a key in; says whether it may have been in already. It is known to every other thread that learns by a lock
    /// that it is in the tree.
    pub fn insert(&self, key: &[u8]) -> bool {
        let is_full = {
            let filters = reading(&self.filters);
            let Some(last) = filters.last() else { return true };
            let hash = last.bits.source_hash(key);
            if filters.iter().any(|filter| filter.bits.contains_hash(hash)) {
                return true;
            }
            last.bits.insert_hash(hash);
            last.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(1)).is_err()
                && filters.len() < FILTERS_MAX
        };
        if is_full {
            self.grow();
        }
        false
    }

    /// May the key be in the tree? If not, it certainly is not.
    pub fn may_hold(&self, key: &[u8]) -> bool {
        let filters = reading(&self.filters);
        // All are of one seed, so that a key is hashed once.
        let hash = filters.last().map(|last| last.bits.source_hash(key));
        hash.is_some_and(|hash| filters.iter().any(|filter| filter.bits.contains_hash(hash)))
    }

    fn grow(&self) {
        let mut filters = writing(&self.filters);
        let is_full = filters.last().is_none_or(|last| last.room.load(Ordering::Relaxed) == 0);
        if is_full {
            let room = (0..filters.len()).fold(ROOM_MIN, |room, _| room.saturating_mul(GROWTH));
            filters.push(Filter::of(room));
        }
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that cannot go on ends")]
mod tests {
    use super::{Known, ROOM_MIN};
    use std::sync::Arc;

    fn key(nth: u64) -> [u8; 9] {
        let [a, b, c, d, e, f, g, h] = nth.to_be_bytes();
        [6, a, b, c, d, e, f, g, h]
    }

    #[test]
    fn no_key_is_denied_though_it_grows_and_few_others_are_not() {
        let known = Arc::new(Known::with_room(0));
        let many = 3 * ROOM_MIN;
        let threads: Vec<_> = (0..2)
            .map(|side| {
                let known = Arc::clone(&known);
                std::thread::spawn(move || {
                    (0..many).filter(|nth| nth % 2 == side).for_each(|nth| {
                        known.insert(&key(nth));
                    })
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().expect("no thread breaks off"));
        assert!((0..many).all(|nth| known.may_hold(&key(nth))));
        let maybes = (many..many + 10_000).filter(|nth| known.may_hold(&key(*nth))).count();
        assert!(maybes < 400, "{maybes} of 10,000 strangers may be there");
    }
}
