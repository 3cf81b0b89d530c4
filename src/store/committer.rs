//! The thread that makes commits durable: takes what waits, appends it as one batch, says so.

use crate::store::contract::{Done, Journal, StoreFault};
use crate::store::queue::Way;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs until the way is closed and all is written, or writing failed.
pub fn run(way: &Way, journal: &dyn Journal) {
    while let Some((expected, batch)) = way.next_batch() {
        match journal.append(expected, &batch) {
            Ok(()) => way.wrote(batch.len()).into_iter().for_each(|(done, lsn)| tell(done, Ok(lsn))),
            // Part of the batch may be on the disk. To try again could write it twice; a restart finds out.
            Err(fault) => return give_up(way, &fault.to_string()),
        }
    }
}

/// Poisons the store and tells everybody who waits.
pub fn give_up(way: &Way, because: &str) {
    for done in way.poison(because) {
        tell(done, Err(StoreFault::Poisoned { because: because.to_owned() }));
    }
}

/// A caller that panics when it is told must not take the store along.
fn tell(done: Done, result: Result<crate::model::id::Lsn, StoreFault>) {
    drop(catch_unwind(AssertUnwindSafe(|| done(result))));
}
