//! A journal written anew from the commits of another: numbered from 1, its lines chained in the new file.

use crate::model::id::{EnrollmentId, Lsn};
use crate::model::journal::Key;
use crate::store::contract::{Frame, Journal, Place, StoreFault};
use crate::store::keys;
use crate::store::order;
use crate::store::queue::BATCH_COMMITS_MAX;
use crate::store::record::{self, Unreadable};
use crate::store::seal::commit::SealedCommit;
use crate::store::segments::SegmentJournal;
use crate::store::start::{self, JOURNAL};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// A journal in the making, in its own directory until `start::swap_in` puts it in place.
pub struct Anew {
    pub journal: SegmentJournal,
    /// Where the newest commit with a line of each enrollment stands.
    tails: HashMap<EnrollmentId, Place>,
    batch: Vec<Arc<Frame>>,
}

impl Anew {
    /// An empty one in the data directory `dir`, with an identity of its own.
    pub fn begin(dir: &Path, segment_bytes: u64) -> Result<Self, StoreFault> {
        let identity = *uuid::Uuid::new_v4().as_bytes();
        let (journal, _) = SegmentJournal::open(&start::making(dir)?, segment_bytes, identity)?;
        Ok(Self { journal, tails: HashMap::new(), batch: Vec::new() })
    }

    /// Writes the next commit, as soon as a batch is full.
    pub fn append(&mut self, commit: SealedCommit) -> Result<(), StoreFault> {
        for change in commit.changes.iter().filter(|change| change.record.is_none()) {
            if let Some(Key::Enrollment(id)) = keys::decode(&change.key) {
                self.tails.remove(&id);
            }
        }
        let prepared = order::prepare(commit).map_err(unwritable)?;
        let place = self.journal.place(record::payload_len(prepared.lines.len(), prepared.bytes.len()));
        let previous: Vec<_> = prepared.lines.iter().map(|id| (*id, self.tails.insert(*id, place))).collect();
        let lsn = Lsn(self.journal.last().0 + self.batch.len() as u64 + 1);
        self.batch.push(Arc::new(Frame { lsn, place, payload: record::payload(&previous, &prepared.bytes) }));
        if self.batch.len() >= BATCH_COMMITS_MAX { self.flush() } else { Ok(()) }
    }

    /// Makes durable what was appended.
    pub fn flush(&mut self) -> Result<(), StoreFault> {
        self.journal.append(Lsn(self.journal.last().0 + 1), &std::mem::take(&mut self.batch))
    }
}

/// A commit that cannot be written as bytes.
pub fn unwritable(fault: Unreadable) -> StoreFault {
    fault.at(Path::new(JOURNAL), 0)
}
