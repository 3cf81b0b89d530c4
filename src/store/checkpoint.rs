//! The thread that brings the tree to the disk every few seconds, so that a start after a power cut replays little, and
//! packs segments that are full, one each time.

use crate::model::id::Lsn;
use crate::store::segments::SegmentJournal;
use crate::store::sled::Progress;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Runs until the sender is gone. A checkpoint that fails is no harm by itself: the journal has everything; it is tried
/// again, and a disk that cannot be written shows itself in the committer.
pub fn run(progress: &Progress, journal: &SegmentJournal, every: Duration, stop: &Receiver<()>) {
    let mut done = Lsn(0);
    while stop.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        let applied = progress.applied();
        if applied != done && progress.checkpoint().is_ok() {
            done = applied;
        }
        // A segment that cannot be packed is as good as it was; one that is damaged is found by whoever reads it.
        drop(journal.pack_one());
    }
}
