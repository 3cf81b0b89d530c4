//! Saving what can be saved: the tree is made anew from the journal, and a damaged journal from what is whole of it and
//! from the tree.
//!
//! The tree carries a sum over its rows, so one that opens is as its journal was at that commit. Where commits of the journal
//! are gone that the tree has seen, their rows are taken from it, in commits of their own: the state comes back, only lines
//! of timelines are lost.

use crate::model::id::{EnrollmentId, Lsn};
use crate::model::journal::{Cause, Change, Commit, Key};
use crate::model::time::Timestamp;
use crate::store::contract::{Frame, Journal, Place, Store, StoreFault};
use crate::store::disk::set_aside;
use crate::store::journaled::JournaledStore;
use crate::store::queue::BATCH_COMMITS_MAX;
use crate::store::segments::SegmentJournal;
use crate::store::segments::salvage::salvage;
use crate::store::sled::{Progress, STANDING_KEY};
use crate::store::start::{self, JOURNAL, Options, PROGRESS};
use crate::store::upkeep::{fold, print};
use crate::store::{keys, record};
use std::collections::HashMap;
use std::ops::{Bound, ControlFlow};
use std::path::Path;
use std::sync::Arc;

/// Rows of the tree that one commit takes over.
const ROWS_MAX: usize = 256;

/// What a rebuilding saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Commits that are whole.
    pub kept: u64,
    /// Commits that are gone: first and last of each gap in the old order.
    pub lost: Vec<(Lsn, Lsn)>,
    /// Rows of lost commits that the tree still had; none: the tree was of no use, and what the lost commits said is gone.
    pub rows_saved: Option<u64>,
    /// What was done, in sentences.
    pub mended: Vec<String>,
}

/// Makes the tree anew from the journal; of a damaged journal everything that is whole is kept, in its order, and rows that
/// only the tree still has are taken from there. The old journal and the old tree stay beside the new ones.
pub fn rebuild(dir: &Path, options: Options) -> Result<Rebuilt, StoreFault> {
    let mut mended = Vec::new();
    let lock = start::lock(dir)?;
    let journal = dir.join(JOURNAL);
    let tree = trusted(&dir.join(PROGRESS), &options);
    let damage = match whole(&journal, &options, tree.as_ref()) {
        Ok(kept) => Err(kept),
        Err(StoreFault::Damaged { file, offset, what }) => Ok(format!("{} at byte {offset}: {what}", file.display())),
        Err(other) => return Err(other),
    };
    let (kept, lost, rows_saved) = match damage {
        Err(kept) => {
            drop(tree);
            if dir.join(PROGRESS).exists() {
                mended.push(format!("the old progress is {}", set_aside(&dir.join(PROGRESS))?.display()));
            }
            (kept, Vec::new(), Some(0))
        }
        Ok(damage) => {
            mended.push(damage);
            let saved = save(dir, &options, tree.as_ref())?;
            drop(tree);
            let aside = start::swap_in(dir)?;
            mended.extend(aside.iter().map(|path| format!("what was there is {}", path.display())));
            saved
        }
    };
    drop(lock);
    mended.extend(JournaledStore::open(dir, options)?.figures().mended);
    Ok(Rebuilt { kept, lost, rows_saved, mended })
}

/// The tree, if it opens and adds up.
fn trusted(dir: &Path, options: &Options) -> Option<Progress> {
    dir.join("db").exists().then(|| Progress::open(dir, options.cache_bytes, None).ok())?
}

/// Reads all of the journal; says how many commits it holds. A tree that has seen more is proof of damage.
fn whole(dir: &Path, options: &Options, tree: Option<&Progress>) -> Result<u64, StoreFault> {
    if !dir.is_dir() || SegmentJournal::is_empty(dir)? {
        let what = "the journal is missing".to_owned();
        return Err(StoreFault::Damaged { file: dir.to_path_buf(), offset: 0, what });
    }
    let journal = SegmentJournal::look(dir, options.segment_bytes, [0; 16])?;
    if let Some(tree) = tree.filter(|tree| tree.identity() == journal.identity() && tree.applied() > journal.last()) {
        let (file, offset) = journal.end();
        let what = format!("the journal ends after commit {}, but commit {} was acknowledged", journal.last(), tree.applied());
        return Err(StoreFault::Damaged { file, offset, what });
    }
    journal.replay(Lsn(1), &mut |frame| {
        let (file, offset) = journal.whereabouts(frame.place);
        record::written(&frame.payload).map_err(|fault| fault.at(&file, offset))?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(journal.last().0)
}

/// A journal in the making, from what is whole of another.
struct Fresh {
    journal: SegmentJournal,
    tails: HashMap<EnrollmentId, Place>,
    said: HashMap<Vec<u8>, u64>,
    batch: Vec<Arc<Frame>>,
    at: Timestamp,
}

/// Commits that are whole, gaps, rows taken from the tree.
type Saved = (u64, Vec<(Lsn, Lsn)>, Option<u64>);

/// Writes what is whole into a fresh journal, numbered anew, its lines chained anew.
fn save(dir: &Path, options: &Options, tree: Option<&Progress>) -> Result<Saved, StoreFault> {
    let (journal, _) = SegmentJournal::open(&start::making(dir)?, options.segment_bytes, *uuid::Uuid::new_v4().as_bytes())?;
    let (tails, said) = (HashMap::new(), HashMap::new());
    let mut fresh = Fresh { journal, tails, said, batch: Vec::new(), at: Timestamp::default() };
    let from = dir.join(JOURNAL);
    let (mut kept, mut rows_saved) = (0, None);
    let mut lost = Vec::new();
    if from.is_dir() {
        lost = salvage(&from, &mut |frame| {
            if let Some(tree) = tree.filter(|tree| rows_saved.is_none() && frame.lsn > tree.applied()) {
                rows_saved = Some(fresh.take_over(tree, dir)?);
            }
            let read = match record::written(&frame.payload) {
                Ok(read) => read,
                // Its checksum is right: another engine wrote it.
                Err(fault) => return Err(fault.at(&from, 0)),
            };
            kept += 1;
            fresh.put(read.commit, read.previous.iter().map(|(id, _)| *id).collect())
        })?;
    }
    if let Some(tree) = tree.filter(|_| rows_saved.is_none()) {
        rows_saved = Some(fresh.take_over(tree, dir)?);
        // What the tree has seen beyond the last whole commit is gone as well.
        let last = lost.last().map_or(0, |(_, last)| last.0).max(kept + lost.iter().map(|(a, b)| b.0 - a.0 + 1).sum::<u64>());
        if tree.applied().0 > last {
            lost.push((Lsn(last + 1), tree.applied()));
        }
    }
    fresh.flush()?;
    Ok((kept, lost, rows_saved))
}

impl Fresh {
    fn put(&mut self, commit: Commit, lines: Vec<EnrollmentId>) -> Result<(), StoreFault> {
        let bytes = record::commit_bytes(&commit).map_err(|fault| fault.at(Path::new(JOURNAL), 0))?;
        let place = self.journal.place(record::payload_len(lines.len(), bytes.len()));
        for change in &commit.changes {
            if let Change::Delete(Key::Enrollment(id)) = change {
                self.tails.remove(id);
            }
        }
        let previous: Vec<_> = lines.into_iter().map(|id| (id, self.tails.insert(id, place))).collect();
        fold(&mut self.said, &commit);
        self.at = commit.at;
        let lsn = Lsn(self.journal.last().0 + self.batch.len() as u64 + 1);
        self.batch.push(Arc::new(Frame { lsn, place, payload: record::payload(&previous, &bytes) }));
        if self.batch.len() >= BATCH_COMMITS_MAX { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreFault> {
        self.journal.append(Lsn(self.journal.last().0 + 1), &std::mem::take(&mut self.batch))
    }

    /// Brings the fold to what the tree holds, which is the state as of its last commit.
    fn take_over(&mut self, tree: &Progress, dir: &Path) -> Result<u64, StoreFault> {
        let (mut changes, mut rows) = (Vec::new(), 0);
        let mut left: HashMap<Vec<u8>, u64> = std::mem::take(&mut self.said);
        let mut begin = Bound::Excluded(STANDING_KEY.to_vec());
        loop {
            let page = tree.page((begin, Bound::Unbounded), ROWS_MAX)?;
            let Some((last, _)) = page.last() else { break };
            begin = Bound::Excluded(last.clone());
            for (key, bytes) in &page {
                let found = record::row(bytes).map_err(|fault| fault.at(&dir.join(PROGRESS), 0))?;
                let told = print(&found);
                if left.remove(key) != Some(told) {
                    changes.push(Change::Put(found));
                }
                self.said.insert(key.clone(), told);
            }
            rows += changes.len() as u64;
            self.take_changes(&mut changes)?;
        }
        for key in left.keys() {
            changes.extend(keys::decode(key).map(Change::Delete));
            rows += 1;
            if changes.len() >= ROWS_MAX {
                self.take_changes(&mut changes)?;
            }
        }
        self.take_changes(&mut changes)?;
        Ok(rows)
    }

    fn take_changes(&mut self, changes: &mut Vec<Change>) -> Result<(), StoreFault> {
        if changes.is_empty() {
            return Ok(());
        }
        let cause = Cause::Command { word: "rebuild".to_owned() };
        self.put(Commit { at: self.at, cause, changes: std::mem::take(changes), entries: Vec::new() }, Vec::new())
    }
}
