//! Rows by their keys: one, or many at once.

use super::JournaledStore;
use crate::model::journal::{Key, Record};
use crate::store::contract::StoreFault;
use crate::store::{keys, record};
use std::panic::resume_unwind;

/// From so many keys on more than one thread reads them.
const MANY_KEYS: usize = 4_096;

impl JournaledStore {
    /// The row with that key, as it stands on disk.
    pub(super) fn row(&self, key: &[u8]) -> Result<Option<Record>, StoreFault> {
        let Some(stored) = self.parts.stored(key)? else { return Ok(None) };
        record::row(&self.parts.safe.ring(), key, &stored).map_err(|fault| fault.at(&self.dir, 0))
    }

    /// The rows of many keys, each where its key stands.
    pub(super) fn rows_of(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreFault> {
        let mut wanted: Vec<(Vec<u8>, usize)> = {
            let ring = self.parts.safe.ring();
            (0..).zip(keys).map(|(at, key)| (keys::encode(&ring.masked(key)), at)).collect()
        };
        // In the tree's order neighbours are found on the page that was read last.
        wanted.sort_unstable();
        let read_some = |wanted: &[(Vec<u8>, usize)]| -> Result<Vec<(usize, Option<Record>)>, StoreFault> {
            wanted.iter().map(|(key, at)| Ok((*at, self.row(key)?))).collect()
        };
        let threads = if keys.len() < MANY_KEYS { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) };
        let mut found: Vec<Option<Record>> = std::iter::repeat_with(|| None).take(keys.len()).collect();
        std::thread::scope(|scope| {
            let portions = wanted.chunks(wanted.len().div_ceil(threads).max(1));
            let reading: Vec<_> = portions.map(|portion| scope.spawn(move || read_some(portion))).collect();
            for portion in reading {
                for (at, record) in portion.join().unwrap_or_else(|panic| resume_unwind(panic))? {
                    if let Some(place) = found.get_mut(at) {
                        *place = record;
                    }
                }
            }
            Ok(found)
        })
    }
}
