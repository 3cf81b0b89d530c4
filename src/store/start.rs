//! Opening a data directory: lock, mend, rebuild what cannot be trusted, catch up with the journal.

use crate::model::id::{ContactId, EnrollmentId, Lsn};
use crate::model::journal::{Commit, Key};
use crate::store::contract::{Frame, Journal, StoreFault};
use crate::store::disk::{beside, io, lock_patiently, private_dir, rename, set_aside, set_aside_as, sync_dir};
use crate::store::keys;
use crate::store::leaf::{RowBytes, RowChange};
use crate::store::order::{self, Current, Prepared};
use crate::store::queue::GATHERED_ROWS;
use crate::store::record::{self, Form};
use crate::store::seal::commit::{self, People};
use crate::store::seal::keyring::newcomers;
use crate::store::seal::safe::Safe;
use crate::store::segments::{SEGMENT_BYTES, SegmentJournal};
use crate::store::sled::{self, Progress, Unusable};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Read;
use std::ops::ControlFlow;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
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
        Self {
            segment_bytes: SEGMENT_BYTES,
            // It takes as much memory as it is told, and twice as much while a tree is made anew. A million people have 340 MB of
            // rows; with twice of it they enter in a tenth less of the time.
            cache_bytes: 128 << 20,
            free_mib_min: 200,
            checkpoint_every: Duration::from_secs(3),
        }
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
    pub safe: Safe,
    pub journal: SegmentJournal,
    pub progress: Progress,
    pub mended: Vec<String>,
    /// The directory is a copy of another: `settle_here` once that is dealt with.
    pub is_copied: bool,
}

/// Opens all of a data directory.
pub fn open(dir: &Path, options: &Options) -> Result<Started, StoreFault> {
    let mut mended = Vec::new();
    mended.extend(private_dir(dir)?);
    let mut lock = lock(dir)?;
    let is_copied = is_from_elsewhere(&mut lock, dir)?;
    mended.extend(finish_swap(dir)?);
    settle_tree(dir)?;
    let journal_dir = dir.join(JOURNAL);
    refuse_headless(dir, &journal_dir)?;
    mended.extend(private_dir(&journal_dir)?);
    let journal = SegmentJournal::look(&journal_dir, options.segment_bytes, *uuid::Uuid::new_v4().as_bytes())?;
    let (safe, said) = open_safe(dir, &journal)?;
    mended.extend(said);
    let progress = open_progress(&dir.join(PROGRESS), &journal, options, &mut mended)?;
    // Only now: had the progress been ahead, what stands there would have been acknowledged.
    mended.extend(journal.cut()?);
    catch_up(&journal, &progress, &safe)?;
    for replaced in beside(dir, TRIMMED)? {
        std::fs::remove_dir_all(&replaced).map_err(io("remove", &replaced))?;
    }
    Ok(Started { lock, safe, journal, progress, mended, is_copied })
}

/// The keys; fresh ones only where nothing of the journal is sealed.
fn open_safe(dir: &Path, journal: &SegmentJournal) -> Result<(Safe, Option<String>), StoreFault> {
    let keys = dir.join(KEYS);
    let mut is_needed = false;
    if !Safe::is_in(&keys)? {
        journal.replay(Lsn(1), &mut |frame: Frame| {
            is_needed = record::is_sealed(&frame.payload);
            Ok(if is_needed { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
    }
    Safe::open(&keys, is_needed)
}

/// The lock says which file it is: a copy of it, in a copied directory, is another file.
fn is_from_elsewhere(lock: &mut File, dir: &Path) -> Result<bool, StoreFault> {
    let mut said = String::new();
    lock.read_to_string(&mut said).map_err(io("read", dir))?;
    Ok(!said.is_empty() && said != home_of(lock, dir)?)
}

/// From now on the data is at home here.
pub fn settle_here(lock: &File, dir: &Path) -> Result<(), StoreFault> {
    let home = home_of(lock, dir)?;
    lock.set_len(home.len() as u64).and_then(|()| lock.write_all_at(home.as_bytes(), 0)).map_err(io("write", dir))
}

fn home_of(lock: &File, dir: &Path) -> Result<String, StoreFault> {
    Ok(format!("file {}\n", lock.metadata().map_err(io("read", dir))?.ino()))
}

/// Where the journal lies.
pub const JOURNAL: &str = "journal";
/// Where the keys lie.
pub const KEYS: &str = "keys";
/// Where the tree lies.
pub const PROGRESS: &str = "sled";
/// Journal and tree that a trimming replaced end so: the next start removes them.
pub const TRIMMED: &str = "trimmed";
/// A whole journal that is about to take the other's place: it is adopted when the other is gone.
const JOURNAL_NEXT: &str = "journal.next";
/// A journal that is being written: worth nothing yet.
const JOURNAL_MAKING: &str = "journal.making";

/// A place for a journal that `swap_in` will put in the place of the present one.
pub fn making(dir: &Path) -> Result<PathBuf, StoreFault> {
    let making = dir.join(JOURNAL_MAKING);
    if making.exists() {
        std::fs::remove_dir_all(&making).map_err(io("remove", &making))?;
    }
    private_dir(&making)?;
    Ok(making)
}

/// Puts the journal that was made, and is durable, in the place of the present one; journal and tree are moved aside, under
/// names ending in `.{word}-N`, and told. A crash leaves the old one, or one that the next start puts in place.
pub fn swap_in(dir: &Path, word: &str) -> Result<Vec<PathBuf>, StoreFault> {
    let (making, next) = (dir.join(JOURNAL_MAKING), dir.join(JOURNAL_NEXT));
    sync_dir(&making)?;
    if next.exists() {
        std::fs::remove_dir_all(&next).map_err(io("remove", &next))?;
    }
    // No tree of the old journal may be taken for one of the new. Without its tree the old one is still whole.
    settle_tree(dir)?;
    let mut aside = Vec::new();
    let tree = dir.join(PROGRESS);
    if tree.exists() {
        aside.push(set_aside_as(&tree, word)?);
    }
    rename(&making, &next)?;
    sync_dir(dir)?;
    let journal = dir.join(JOURNAL);
    if journal.exists() {
        aside.push(set_aside_as(&journal, word)?);
        sync_dir(dir)?;
    }
    rename(&next, &journal)?;
    sync_dir(dir)?;
    Ok(aside)
}

/// Ends what a crash broke off in `swap_in`; refuses data whose journal was never whole.
fn finish_swap(dir: &Path) -> Result<Option<String>, StoreFault> {
    let (journal, next, making) = (dir.join(JOURNAL), dir.join(JOURNAL_NEXT), dir.join(JOURNAL_MAKING));
    if next.exists() && !journal.exists() {
        rename(&next, &journal)?;
        sync_dir(dir)?;
        return Ok(Some("put a rebuilt or restored journal in place, which a crash had kept from it".to_owned()));
    }
    if making.exists() && !journal.exists() {
        return Err(StoreFault::Unfinished { path: dir.to_path_buf() });
    }
    for left in [next, making] {
        if left.exists() {
            std::fs::remove_dir_all(&left).map_err(io("remove", &left))?;
        }
    }
    Ok(None)
}

/// Leaves one tree, under its usual name. Where one was being made anew there may be two, and the older is whole whatever
/// happened: the other was not finished, or the older would have been gone but for a crash, and lacks what the journal has.
pub fn settle_tree(dir: &Path) -> Result<(), StoreFault> {
    let usual = dir.join(PROGRESS);
    let mut trees = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(io("read", dir))? {
        let path = entry.map_err(io("read", dir))?.path();
        if path == usual || (path.file_stem() == usual.file_stem() && sled::number(&path) > 1) {
            trees.push(path);
        }
    }
    trees.sort_by_key(|path| sled::number(path));
    let Some((oldest, others)) = trees.split_first() else { return Ok(()) };
    for other in others {
        std::fs::remove_dir_all(other).map_err(io("remove", other))?;
    }
    if *oldest != usual {
        rename(oldest, &usual)?;
        sync_dir(dir)?;
    }
    Ok(())
}

/// A tree without a journal is what is left of data: to begin a new journal would send everything again.
fn refuse_headless(dir: &Path, journal: &Path) -> Result<(), StoreFault> {
    let is_empty = !journal.is_dir() || SegmentJournal::is_empty(journal)?;
    if is_empty && dir.join(PROGRESS).join("db").exists() {
        let what = "the journal is missing, though its progress is there".to_owned();
        return Err(StoreFault::Damaged { file: journal.to_path_buf(), offset: 0, what });
    }
    Ok(())
}

/// Keeps every other process out as long as the file is held.
pub fn lock(dir: &Path) -> Result<File, StoreFault> {
    let path = dir.join("lock");
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(io("open", &path))?;
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
    let open = || Progress::open(dir, options.cache_bytes, Some(journal.identity()));
    let not_ahead = |applied: Lsn| {
        if applied <= last {
            return Ok(());
        }
        let (file, offset) = journal.end();
        let what = format!("the journal ends after commit {last}, but commit {applied} was acknowledged");
        Err(StoreFault::Damaged { file, offset, what })
    };
    let why = match open() {
        Ok(progress) => return not_ahead(progress.applied()).map(|()| progress),
        Err(Unusable::Fault(fault)) => return Err(fault),
        Err(Unusable::Older { applied }) => {
            not_ahead(applied)?;
            "an older engine wrote the progress, in another form".to_owned()
        }
        Err(Unusable::Rebuild(why)) => format!("distrusted the progress: {why}"),
    };
    let aside = set_aside(dir)?;
    mended.push(format!("{why}; moved it to {}, rebuilt it from the journal", aside.display()));
    let damaged = |why| StoreFault::Damaged { file: dir.to_path_buf(), offset: 0, what: why };
    open().map_err(|unusable| match unusable {
        Unusable::Fault(fault) => fault,
        Unusable::Rebuild(why) => damaged(why),
        Unusable::Older { applied } => damaged(format!("an older engine brought it up to commit {applied}")),
    })
}

/// Brings the tree from where it is to the journal's end. What is sealed is taken over as it is; what is not is sealed.
fn catch_up(journal: &SegmentJournal, progress: &Progress, safe: &Safe) -> Result<(), StoreFault> {
    // To find that nothing follows, a replay would read the whole last segment.
    if progress.applied() == journal.last() {
        return Ok(());
    }
    let from = Lsn(progress.applied().0 + 1);
    let mut rows = BTreeMap::new();
    let mut reached = progress.applied();
    journal.replay(from, &mut |frame: Frame| {
        let damage = |fault: record::Unreadable| {
            let (file, offset) = journal.whereabouts(frame.place);
            fault.at(&file, offset)
        };
        let stored = |rows: &Rows, key: &[u8]| rows.get(key).map_or_else(|| progress.get(key), |row| Ok(row.clone()));
        let prepared = match record::formed(&frame.payload).map_err(damage)?.1 {
            Form::Sealed(commit) => order::prepare(commit).map_err(damage)?,
            Form::Plain(commit) => {
                let whose = |id: EnrollmentId| {
                    let row = stored(&rows, &keys::encode(&Key::Enrollment(id))).ok().flatten();
                    Ok(row.map(|row| record::row_person(&row)).transpose()?.flatten())
                };
                seal_late(&commit, safe, &whose)?.map_err(damage)?
            }
        };
        let mut current = Current::default();
        for id in prepared.enrollments() {
            current.know(id, |key| stored(&rows, key))?;
        }
        let (_, changed, _) = current.chain(prepared, frame.place);
        rows.extend(changed);
        reached = frame.lsn;
        if rows.len() >= GATHERED_ROWS {
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

type Rows = BTreeMap<Vec<u8>, Option<RowBytes>>;
type Whose<'w> = &'w dyn Fn(EnrollmentId) -> Result<Option<ContactId>, record::Unreadable>;

/// Seals a commit of a journal from before records were sealed.
pub fn seal_late(commit: &Commit, safe: &Safe, whose: Whose) -> Result<Result<Prepared, record::Unreadable>, StoreFault> {
    let new = newcomers(&safe.ring(), commit::people_in(commit));
    safe.admit(&new)?;
    Ok(commit::seal(commit, &safe.ring(), &mut People::new(), whose).and_then(order::prepare))
}

fn bring_in(progress: &Progress, rows: &mut Rows, reached: Lsn) -> Result<(), StoreFault> {
    let rows: Vec<RowChange> = std::mem::take(rows).into_iter().collect();
    progress.apply(&rows, reached).map(drop)
}
