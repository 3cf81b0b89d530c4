//! Saving what can be saved: the tree is made anew from the journal, and a damaged journal from what is whole of it and
//! from the tree.
//!
//! The tree carries a sum over its rows, so one that opens is as its journal was at that commit. Where commits of the journal
//! are gone that the tree has seen, their rows are taken from it, in commits of their own: the state comes back, only lines
//! of timelines are lost.

use crate::model::id::Lsn;
use crate::model::journal::{Cause, Change, Commit, Record};
use crate::model::time::Timestamp;
use crate::store::anew::{Anew, unwritable};
use crate::store::bytes::{self, Unreadable, broken};
use crate::store::contract::{Journal, Store, StoreFault};
use crate::store::disk::set_aside;
use crate::store::journaled::JournaledStore;
use crate::store::record::{self, Form, Version};
use crate::store::seal::commit::{self, People, SealedChange, SealedCommit};
use crate::store::seal::keyring::newcomers;
use crate::store::seal::safe::Safe;
use crate::store::segments::SegmentJournal;
use crate::store::segments::salvage::salvage;
use crate::store::sled::{Progress, STANDING_KEY};
use crate::store::start::{self, JOURNAL, KEYS, Options, PROGRESS};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{Bound, ControlFlow};
use std::path::Path;

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
/// only the tree still has are taken from there. A journal from before records were sealed is written anew, sealed. The old
/// journal and the old tree stay beside the new ones.
pub fn rebuild(dir: &Path, options: Options) -> Result<Rebuilt, StoreFault> {
    let mut mended = Vec::new();
    let lock = start::lock(dir)?;
    start::settle_tree(dir)?;
    let journal = dir.join(JOURNAL);
    let tree = trusted(&dir.join(PROGRESS), &options);
    let why = match whole(&journal, &options, tree.as_ref()) {
        Ok((kept, false)) => Err(kept),
        Ok((_, true)) => Ok(("unsealed", "sealed every record; delete what was there before when all is well".to_owned())),
        Err(StoreFault::Damaged { file, offset, what }) => Ok(("aside", format!("{} at byte {offset}: {what}", file.display()))),
        Err(other) => return Err(other),
    };
    let (kept, lost, rows_saved) = match why {
        Err(kept) => {
            drop(tree);
            if dir.join(PROGRESS).exists() {
                mended.push(format!("the old progress is {}", set_aside(&dir.join(PROGRESS))?.display()));
            }
            (kept, Vec::new(), Some(0))
        }
        Ok((word, why)) => {
            mended.push(why);
            let saved = save(dir, &options, tree.as_ref())?;
            drop(tree);
            let aside = start::swap_in(dir, word)?;
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

/// Reads all of the journal; says how many commits it holds, and whether one is from before they were sealed. A tree that
/// has seen more is proof of damage.
fn whole(dir: &Path, options: &Options, tree: Option<&Progress>) -> Result<(u64, bool), StoreFault> {
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
    let mut is_unsealed = false;
    journal.replay(Lsn(1), &mut |frame| {
        let (file, offset) = journal.whereabouts(frame.place);
        let (_, form) = record::formed(&frame.payload).map_err(|fault| fault.at(&file, offset))?;
        is_unsealed |= matches!(form, Form::Plain(_));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((journal.last().0, is_unsealed))
}

/// A journal in the making, from what is whole of another.
struct Fresh {
    anew: Anew,
    /// Prints of what each row's key holds on disk.
    said: HashMap<Vec<u8>, u64>,
    at: Timestamp,
    /// For what is not sealed yet.
    safe: Safe,
    people: People,
}

/// Key, print and sealed record.
type SealedRow = (Vec<u8>, u64, Vec<u8>);

/// Commits that are whole, gaps, rows taken from the tree.
type Saved = (u64, Vec<(Lsn, Lsn)>, Option<u64>);

/// Writes what is whole into a fresh journal, numbered anew, its lines chained anew.
fn save(dir: &Path, options: &Options, tree: Option<&Progress>) -> Result<Saved, StoreFault> {
    let anew = Anew::begin(dir, options.segment_bytes)?;
    let (safe, _) = Safe::open(&dir.join(KEYS), false)?;
    let mut fresh = Fresh { anew, said: HashMap::new(), at: Timestamp::default(), safe, people: People::new() };
    let from = dir.join(JOURNAL);
    let (mut kept, mut rows_saved) = (0, None);
    let mut lost = Vec::new();
    if from.is_dir() {
        lost = salvage(&from, &mut |frame| {
            if let Some(tree) = tree.filter(|tree| rows_saved.is_none() && frame.lsn > tree.applied()) {
                rows_saved = Some(fresh.take_over(tree, dir)?);
            }
            // Its checksum is right: what cannot be read was written by another engine.
            let (_, form) = record::formed(&frame.payload).map_err(|fault| fault.at(&from, 0))?;
            kept += 1;
            match form {
                Form::Sealed(commit) => fresh.put(commit),
                Form::Plain(commit) => fresh.put_plain(&commit),
            }
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
    fresh.anew.flush()?;
    Ok((kept, lost, rows_saved))
}

impl Fresh {
    fn put(&mut self, commit: SealedCommit) -> Result<(), StoreFault> {
        for SealedChange { key, record } in &commit.changes {
            match record {
                Some(record) => drop(self.said.insert(key.clone(), print(record))),
                None => drop(self.said.remove(key)),
            }
        }
        self.append(commit)
    }

    /// Seals a commit from before that was done. What its rows hold is compared as the tree has it: not sealed.
    fn put_plain(&mut self, commit: &Commit) -> Result<(), StoreFault> {
        let sealed = self.seal(commit)?;
        for (change, SealedChange { key, .. }) in commit.changes.iter().zip(&sealed.changes) {
            match change {
                Change::Put(record) => drop(self.said.insert(key.clone(), print(&plain(record)?))),
                Change::Delete(_) => drop(self.said.remove(key)),
            }
        }
        self.append(sealed)
    }

    fn seal(&mut self, commit: &Commit) -> Result<SealedCommit, StoreFault> {
        let new = newcomers(&self.safe.ring(), commit::people_in(commit));
        self.safe.admit(&new)?;
        commit::seal(commit, &self.safe.ring(), &mut self.people, &|_| Ok(None)).map_err(unwritable)
    }

    fn append(&mut self, commit: SealedCommit) -> Result<(), StoreFault> {
        self.at = commit.at;
        self.anew.append(commit)
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
                let damage = |fault: Unreadable| fault.at(&dir.join(PROGRESS), 0);
                let (version, _, held) = record::row_parts(bytes).map_err(damage)?;
                let (key, told, held) = match version {
                    Version::Now => (key.clone(), print(held), held.to_vec()),
                    Version::One | Version::Two => self.sealed_row(key, bytes).map_err(damage)??,
                };
                if left.remove(&key) != Some(told) {
                    changes.push(SealedChange { key: key.clone(), record: Some(held) });
                }
                self.said.insert(key, told);
            }
            rows += changes.len() as u64;
            self.take_changes(&mut changes)?;
        }
        for key in left.into_keys() {
            changes.push(SealedChange { key, record: None });
            rows += 1;
            if changes.len() >= ROWS_MAX {
                self.take_changes(&mut changes)?;
            }
        }
        self.take_changes(&mut changes)?;
        Ok(rows)
    }

    /// Key, print and sealed record of a row from before rows were sealed.
    fn sealed_row(&mut self, key: &[u8], bytes: &[u8]) -> Result<Result<SealedRow, StoreFault>, Unreadable> {
        let found = record::row(&self.safe.ring(), key, bytes)?.ok_or_else(|| broken("an old row was erased"))?;
        let told = print(&bytes::write(&found)?);
        let commit = Commit { at: self.at, cause: Cause::Install, changes: vec![Change::Put(found)], entries: Vec::new() };
        Ok(self.seal(&commit).map(|mut sealed| {
            let change = sealed.changes.pop();
            change.map_or_else(Default::default, |change| (change.key, told, change.record.unwrap_or_default()))
        }))
    }

    fn take_changes(&mut self, changes: &mut Vec<SealedChange>) -> Result<(), StoreFault> {
        if changes.is_empty() {
            return Ok(());
        }
        let cause = Cause::Command { word: "rebuild".to_owned() };
        self.append(SealedCommit { at: self.at, cause, changes: std::mem::take(changes), lines: Vec::new() })
    }
}

fn plain(record: &Record) -> Result<Vec<u8>, StoreFault> {
    bytes::write(record).map_err(unwritable)
}

/// Equal bytes have equal prints in one process.
fn print(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
