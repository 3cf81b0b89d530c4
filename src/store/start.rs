//! Opening a data directory: lock, mend, rebuild what cannot be trusted, catch up with the journal.

use crate::model::id::Lsn;
use crate::store::contract::{Frame, Journal, StoreFault};
use crate::store::disk::{io, lock_patiently, private_dir, set_aside};
use crate::store::order::{self, Current};
use crate::store::record;
use crate::store::segments::{SEGMENT_BYTES, SegmentJournal};
use crate::store::sled::{BATCH_KEYS_MAX, Progress, RowBytes, RowChange, Unusable};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

/// How a store is opened. The defaults are for production; tests make everything smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Size of a journal segment in bytes.
    pub segment_bytes: u64,
    /// Size of sled's cache in bytes.
    pub cache_bytes: u64,
    /// Below so many free MiB only arrivals are taken.
    pub free_mib_min: u64,
    /// Time between two checkpoints.
    pub checkpoint_every: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment_bytes: SEGMENT_BYTES, cache_bytes: 256 << 20, free_mib_min: 200, checkpoint_every: Duration::from_secs(3) }
    }
}

impl Options {
    /// Small segments and a small cache: quick to make, soon full.
    pub fn small() -> Self {
        Self { segment_bytes: 64 << 10, cache_bytes: 1 << 20, free_mib_min: 0, ..Self::default() }
    }
}

/// What opening gives.
pub struct Started {
    pub lock: File,
    pub journal: SegmentJournal,
    pub progress: Progress,
    pub mended: Vec<String>,
}

/// Opens all of a data directory.
pub fn open(dir: &Path, options: &Options) -> Result<Started, StoreFault> {
    let mut mended = Vec::new();
    mended.extend(private_dir(dir)?);
    let lock = lock(dir)?;
    let journal_dir = dir.join("journal");
    mended.extend(private_dir(&journal_dir)?);
    let (journal, cut) = SegmentJournal::open(&journal_dir, options.segment_bytes, *uuid::Uuid::new_v4().as_bytes())?;
    mended.extend(cut);
    let progress = open_progress(&dir.join("sled"), &journal, options, &mut mended)?;
    catch_up(&journal, &progress)?;
    Ok(Started { lock, journal, progress, mended })
}

/// Keeps every other process out as long as the file is held.
pub fn lock(dir: &Path) -> Result<File, StoreFault> {
    let path = dir.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(io("open", &path))?;
    match lock_patiently(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreFault::Locked { path: dir.to_path_buf() }),
        Err(TryLockError::Error(source)) => Err(io("lock", &path)(source)),
    }
}

/// The tree, as it is, or an empty one beside which the distrusted one is kept.
fn open_progress(
    dir: &Path,
    journal: &SegmentJournal,
    options: &Options,
    mended: &mut Vec<String>,
) -> Result<Progress, StoreFault> {
    let last = journal.last();
    if !dir.exists() && last > Lsn(0) {
        mended.push("the progress was missing; rebuilt it from the journal".to_owned());
    }
    mended.extend(private_dir(dir)?);
    match Progress::open(dir, options.cache_bytes, journal.identity()) {
        Ok(progress) if progress.applied() > last => Err(StoreFault::Damaged {
            file: dir.with_file_name("journal"),
            offset: 0,
            what: format!("the journal ends at commit {last}, but commit {} was acknowledged", progress.applied()),
        }),
        Ok(progress) => Ok(progress),
        Err(Unusable::Fault(fault)) => Err(fault),
        Err(Unusable::Rebuild(why)) => {
            let aside = set_aside(dir)?;
            mended.push(format!("distrusted the progress: {why}; moved it to {}, rebuilt it from the journal", aside.display()));
            match Progress::open(dir, options.cache_bytes, journal.identity()) {
                Ok(progress) => Ok(progress),
                Err(Unusable::Fault(fault)) => Err(fault),
                Err(Unusable::Rebuild(why)) => Err(StoreFault::Damaged { file: dir.to_path_buf(), offset: 0, what: why }),
            }
        }
    }
}

/// Brings the tree from where it is to the journal's end.
fn catch_up(journal: &SegmentJournal, progress: &Progress) -> Result<(), StoreFault> {
    let from = Lsn(progress.applied().0 + 1);
    let mut rows = BTreeMap::new();
    let mut reached = progress.applied();
    journal.replay(from, &mut |frame: Frame| {
        let damage = |fault: record::Unreadable| {
            let (file, offset) = journal.whereabouts(frame.place);
            fault.at(&file, offset)
        };
        let written = record::written(&frame.payload).map_err(damage)?;
        let prepared = order::prepare(&written.commit).map_err(damage)?;
        let mut current = Current::default();
        for id in prepared.enrollments() {
            current.know(id, |key| rows.get(key).map_or_else(|| progress.get(key), |row: &Option<RowBytes>| Ok(row.clone())))?;
        }
        let (_, changed, _) = current.chain(prepared, frame.place);
        rows.extend(changed);
        reached = frame.lsn;
        if rows.len() >= BATCH_KEYS_MAX {
            bring_in(progress, &mut rows, reached)?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if reached > progress.applied() {
        bring_in(progress, &mut rows, reached)?;
        progress.checkpoint()?;
    }
    Ok(())
}

fn bring_in(progress: &Progress, rows: &mut BTreeMap<Vec<u8>, Option<RowBytes>>, reached: Lsn) -> Result<(), StoreFault> {
    let rows: Vec<RowChange> = std::mem::take(rows).into_iter().collect();
    progress.apply(&rows, reached)
}
