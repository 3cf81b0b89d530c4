//! A data directory that was copied from elsewhere is like a backup that was put in place: what its original sent since is
//! not known, so nothing is sent before that is read.

use crate::model::id::Lsn;
use crate::model::journal::{Key, Meta, MetaKey, Record};
use crate::model::time::Timestamp;
use crate::store::backup::quarantine;
use crate::store::contract::{Store, StoreFault, commit};
use std::ops::ControlFlow;

/// What is said of it.
pub const SAYS: &str =
    "this data was copied from elsewhere: before anything is sent, what went out since is read; of the two only one may run";

/// Commits whose latest time is the last one known: turns are taken in order, but for what was found out late.
const LOOKED_AT: u64 = 1_000;

/// Marks it, unless it is marked.
pub fn mark(store: &dyn Store) -> Result<(), StoreFault> {
    let known = store.get(&Key::Meta(MetaKey::Quarantine))?;
    if matches!(known, Some(Record::Meta(Meta::Quarantine(standing))) if standing.ended.is_none()) {
        return Ok(());
    }
    let mut from = Timestamp(i64::MIN);
    let last = store.figures().last.0;
    store.replay(Lsn(last.saturating_sub(LOOKED_AT).max(1)), &mut |_, commit| {
        from = from.max(commit.at);
        ControlFlow::Continue(())
    })?;
    commit(store, vec![quarantine(from)])?;
    Ok(())
}
