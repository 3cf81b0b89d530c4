//! The thread that makes commits durable: takes what waits, appends it as one batch, says so.

use crate::model::id::Lsn;
use crate::store::contract::{Done, Journal, StoreFault};
use crate::store::way::Way;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// How often room for a new segment is looked for on a full disk.
const ROOM_EVERY: Duration = Duration::from_millis(500);

/// Runs until the way is closed and all is written, or writing failed.
pub fn run(way: &Way, journal: &dyn Journal) {
    while let Some((expected, batch)) = way.next_batch() {
        match journal.append(expected, &batch) {
            Ok(()) => way.wrote(batch.len()).into_iter().for_each(|(done, lsn)| tell(done, Ok(lsn))),
            Err(fault) if fault.is_transient() => {
                // No room for a new segment: what comes before it is durable, the rest waits for room.
                let written = journal.last().0 + 1 - expected.0;
                let dones = way.wrote(usize::try_from(written).unwrap_or(usize::MAX));
                dones.into_iter().for_each(|(done, lsn)| tell(done, Ok(lsn)));
                if way.pause(ROOM_EVERY) {
                    return give_up(way, &fault.to_string());
                }
            }
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
fn tell(done: Done, result: Result<Lsn, StoreFault>) {
    drop(catch_unwind(AssertUnwindSafe(|| done(result))));
}
