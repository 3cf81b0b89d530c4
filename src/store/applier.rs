//! The thread that brings durable commits into the tree: takes many, keeps the last of each row, writes them.

use crate::model::id::Lsn;
use crate::store::committer::give_up;
use crate::store::guard::writing;
use crate::store::leaf::RowChange;
use crate::store::overlay::Overlay;
use crate::store::queue::{Durable, GATHERED_ROWS};
use crate::store::sled::Progress;
use crate::store::way::Way;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::RwLock;

/// Runs until the way is closed and all is in the tree, or the tree failed.
pub fn run(way: &Way, progress: &Progress, overlay: &RwLock<Overlay>) {
    while let Some(taken) = way.next_rows() {
        let count = taken.iter().map(|durable| durable.rows.len()).sum();
        let (rows, reached) = coalesce(taken);
        // sled may panic on damage; the journal is whole, so a restart rebuilds the tree.
        let stored = match catch_unwind(AssertUnwindSafe(|| progress.apply(&rows, reached))) {
            Ok(Ok(stored)) => stored,
            Ok(Err(fault)) => return give_up(way, &fault.to_string()),
            Err(_) => return give_up(way, "the progress on disk is damaged: sled panicked"),
        };
        // A portion at a time: readers and writers wait meanwhile.
        rows.chunks(GATHERED_ROWS).for_each(|portion| writing(overlay).uncover(reached, portion));
        way.applied(reached, count, stored);
    }
}

/// The last of each row, in key order, and the last commit among them.
fn coalesce(taken: Vec<Durable>) -> (Vec<RowChange>, Lsn) {
    let mut rows = BTreeMap::new();
    let mut reached = Lsn(0);
    for durable in taken {
        reached = durable.lsn;
        rows.extend(durable.rows);
    }
    (rows.into_iter().collect(), reached)
}
