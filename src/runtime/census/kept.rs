//! Something that is read off the rows of a table, and kept as they are.

use crate::model::journal::{Key, Record, Table};
use crate::store::contract::{Store, StoreFault};
use std::collections::HashSet;
use std::hash::Hash;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One row by its key takes about as long as so many in a row: when more than that share was written, all are read anew.
const ANEW_SHARE: usize = 4;

/// What can be kept.
pub(super) trait OfRows: Default {
    /// Of a row.
    type Id: Copy + Eq + Hash;
    const TABLE: Table;
    fn key(id: Self::Id) -> Key;
    /// The row is like this now. Rows of other tables are let alone.
    fn put(&mut self, record: Record);
    /// There is no such row any more.
    fn remove(&mut self, id: Self::Id);
    /// Rows.
    fn row_count(&self) -> usize;
}

/// It, and whose rows were written since it was read.
pub(super) struct Kept<T: OfRows> {
    /// None: nothing was read yet.
    written: Mutex<Option<HashSet<T::Id>>>,
    held: Mutex<T>,
}

impl<T: OfRows> Default for Kept<T> {
    fn default() -> Self {
        Self { written: Mutex::new(None), held: Mutex::new(T::default()) }
    }
}

impl<T: OfRows> Kept<T> {
    /// Those rows were written.
    pub fn note(&self, ids: &[T::Id]) {
        if ids.is_empty() {
            return;
        }
        if let Some(written) = self.lock_written().as_mut() {
            written.extend(ids);
        }
    }

    /// Those rows are gone: nothing of them is held when this returns.
    pub fn forget(&self, ids: &[T::Id]) {
        if ids.is_empty() {
            return;
        }
        // Of what is read off the rows right now it is removed as well: the reader has the lock.
        let mut held = self.lock_held();
        ids.iter().for_each(|id| held.remove(*id));
    }

    /// Brings it up to what the store says now, and shows it.
    pub fn read<R>(&self, store: &dyn Store, see: impl FnOnce(&mut T) -> R) -> Result<R, StoreFault> {
        let mut held = self.lock_held();
        // What is written from here on is for the next question.
        let written = self.lock_written().replace(HashSet::new());
        let caught_up = match written {
            Some(written) if written.len() <= held.row_count() / ANEW_SHARE => read_again(&mut *held, store, &written),
            _ => read_anew(&mut *held, store),
        };
        if let Err(fault) = caught_up {
            *self.lock_written() = None;
            return Err(fault);
        }
        Ok(see(&mut held))
    }

    fn lock_written(&self) -> MutexGuard<'_, Option<HashSet<T::Id>>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_held(&self) -> MutexGuard<'_, T> {
        self.held.lock().unwrap_or_else(|poisoned| {
            // Somebody panicked in the middle of it.
            *self.lock_written() = None;
            self.held.clear_poison();
            poisoned.into_inner()
        })
    }
}

fn read_again<T: OfRows>(held: &mut T, store: &dyn Store, written: &HashSet<T::Id>) -> Result<(), StoreFault> {
    for id in written {
        match store.get(&T::key(*id))? {
            Some(record) => held.put(record),
            None => held.remove(*id),
        }
    }
    Ok(())
}

fn read_anew<T: OfRows>(held: &mut T, store: &dyn Store) -> Result<(), StoreFault> {
    *held = T::default();
    store.scan(T::TABLE, None, &mut |record| {
        held.put(record);
        ControlFlow::Continue(())
    })
}
