//! The leaves that were read last, one a table. A turn reads a row, decides, and reads it again to chain its lines; and rows
//! that are due together were often written together: most reads find their leaf here, without a walk through sled's tree,
//! which copies a node for each.
//!
//! A leaf counts only while nothing was written since it was read: whoever writes turns the generation on, before and after,
//! so that it is odd while leaves change. Whoever sees what was written sees the generation that came before it.
//! `cargo bench --bench turns` shows what it spares.

use super::Tree;
use crate::store::contract::StoreFault;
use crate::store::leaf::{self, RowBytes, Sought};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// One for each table, by the first byte of its keys; tables that share one take turns.
const PLACES: usize = 16;

/// What was read last.
#[derive(Debug, Default)]
pub(super) struct Near {
    generation: AtomicU64,
    places: [Mutex<Option<Read>>; PLACES],
}

#[derive(Debug)]
struct Read {
    generation: u64,
    begin: ::sled::IVec,
    leaf: ::sled::IVec,
}

/// While it lives leaves change, and nothing that was read before counts.
pub(super) struct Changing<'n>(&'n Near);

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        self.0.generation.fetch_add(1, Ordering::SeqCst);
    }
}

impl Near {
    /// Says that leaves change from now on. One writer at a time.
    pub(super) fn change(&self) -> Changing<'_> {
        self.generation.fetch_add(1, Ordering::SeqCst);
        Changing(self)
    }

    /// The row's bytes, out of the leaf that was read last, or of the tree.
    pub(super) fn row(&self, key: &[u8], tree: &Tree) -> Result<Option<RowBytes>, StoreFault> {
        let generation = self.generation.load(Ordering::SeqCst);
        let place = key.first().and_then(|table| self.places.get(usize::from(*table) % PLACES));
        // Whoever finds it taken reads by itself.
        let mut place = place.and_then(|place| place.try_lock().ok());
        if let Some(Some(last)) = place.as_deref()
            && last.generation == generation
            && last.begin.as_ref() <= key
        {
            match leaf::seek(&last.leaf, key).map_err(|fault| tree.damaged(fault))? {
                Sought::Here(row) => return Ok(Some(row.into())),
                Sought::Nowhere => return Ok(None),
                Sought::Beyond => {}
            }
        }
        let Some((begin, leaf)) = tree.leaf_of(key)? else { return Ok(None) };
        let row = match leaf::seek(&leaf, key).map_err(|fault| tree.damaged(fault))? {
            Sought::Here(row) => Some(row.into()),
            Sought::Nowhere | Sought::Beyond => None,
        };
        let is_still = generation.is_multiple_of(2) && self.generation.load(Ordering::SeqCst) == generation;
        if let Some(place) = place.as_deref_mut().filter(|_| is_still) {
            *place = Some(Read { generation, begin, leaf });
        }
        Ok(row)
    }
}
