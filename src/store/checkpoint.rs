//! The thread that brings the tree to the disk every few seconds, so that a start after a power cut replays little, packs
//! segments that are full, one each time, and makes a tree anew that takes much more of the disk than lies in it.

use crate::model::id::Lsn;
use crate::store::segments::SegmentJournal;
use crate::store::sled::Progress;
use crate::store::start::TRIMMED;
use crate::store::way::Way;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// With no more commits from one checkpoint to the next it is quiet: a tree can be made anew, since nobody waits for it. People
/// who enter come a thousand a commit, a hundred commits in that time.
const QUIET_COMMITS: u64 = 30;

/// After so many checkpoints it is tried again, when it had to stop.
const TRIED_AGAIN_AFTER: u32 = 20;

/// Runs until the sender is gone. A checkpoint that fails is no harm by itself: the journal has everything; it is tried
/// again, and a disk that cannot be written shows itself in the committer.
pub fn run(way: &Way, progress: &Progress, journal: &SegmentJournal, every: Duration, stop: &Receiver<()>) {
    let (mut done, mut before, mut resting) = (Lsn(0), Lsn(0), 0);
    while stop.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        let applied = progress.applied();
        if applied != done && progress.checkpoint().is_ok() {
            done = applied;
        }
        // A segment that cannot be packed is as good as it was; one that is damaged is found by whoever reads it.
        drop(journal.pack_one());
        let is_quiet = applied.0 - before.0 <= QUIET_COMMITS;
        before = applied;
        resting = u32::saturating_sub(resting, 1);
        if is_quiet && resting == 0 && progress.is_wasteful() {
            // The tree that is there is as good as it was, too.
            let is_compact = progress.compact(TRIMMED, &|| way.is_pressed()).unwrap_or(false);
            resting = if is_compact { 0 } else { TRIED_AGAIN_AFTER };
        }
    }
}
