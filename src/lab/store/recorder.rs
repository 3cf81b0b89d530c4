//! What a disk would hold after a power cut: of each file what its last fsync made sure, and a random part of what came
//! later; of each directory the names that its last fsync made sure, and the first few of those that came later.

use crate::lab::store::script::Dice;
use crate::store::disk::tap::{Deed, Fate, Tap};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a disk writes whole.
const SECTOR_BYTES: usize = 512;

/// A disk as it was found after a power cut.
#[derive(Debug)]
pub struct Disk {
    /// Commits that were acknowledged before the cut.
    pub acknowledged: u64,
    /// Files by their path below the data directory.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

/// Stands between a store and its files, and cuts the power now and then.
pub struct Recorder {
    dir: PathBuf,
    /// Set by whoever is told that a commit is durable.
    pub acknowledged: AtomicU64,
    /// A cut at one operation in so many.
    cuts_of: u64,
    state: Mutex<State>,
}

struct State {
    dice: Dice,
    /// By inode: the content that is sure.
    sure: BTreeMap<u64, Vec<u8>>,
    names: BTreeMap<PathBuf, u64>,
    later: Vec<Renaming>,
    disks: Vec<Disk>,
    syncs: u64,
}

/// A name that is not sure yet.
enum Renaming {
    Named { path: PathBuf, inode: u64 },
    Moved { from: PathBuf, to: PathBuf },
    Gone { path: PathBuf },
}

impl Renaming {
    /// The name that is new, or gone.
    fn name(&self) -> &Path {
        match self {
            Self::Named { path, .. } | Self::Gone { path } | Self::Moved { to: path, .. } => path,
        }
    }
}

impl Recorder {
    /// Of a data directory that is empty; all chance comes of the seed.
    pub fn new(dir: &Path, seed: u64, cuts_of: u64) -> Self {
        let (sure, names) = (BTreeMap::new(), BTreeMap::new());
        let state = State { dice: Dice::new(seed), sure, names, later: Vec::new(), disks: Vec::new(), syncs: 0 };
        Self { dir: dir.to_path_buf(), acknowledged: AtomicU64::new(0), cuts_of, state: Mutex::new(state) }
    }

    /// The disks found so far, and how many fsyncs there were.
    pub fn found(&self) -> (Vec<Disk>, u64) {
        let mut state = self.lock();
        (std::mem::take(&mut state.disks), state.syncs)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cut(&self, state: &mut State) {
        // Before anything is read: what is acknowledged later need not be there.
        let acknowledged = self.acknowledged.load(Ordering::SeqCst);
        let mut names = state.names.clone();
        let sure_renamings = state.dice.throw(state.later.len() as u64 + 1);
        for renaming in state.later.iter().take(sure_renamings as usize) {
            match renaming {
                Renaming::Named { path, inode } => drop(names.insert(path.clone(), *inode)),
                Renaming::Gone { path } => drop(names.remove(path)),
                Renaming::Moved { from, to } => {
                    if let Some(inode) = names.remove(from) {
                        names.insert(to.clone(), inode);
                    }
                }
            }
        }
        let mut present = present_in(&self.dir.join("journal"));
        present.extend(present_in(&self.dir.join("keys")));
        let mut files = BTreeMap::new();
        for (path, inode) in names {
            let sure = state.sure.get(&inode).map_or(&[][..], Vec::as_slice);
            let now = present.get(&inode).cloned().unwrap_or_else(|| sure.to_vec());
            files.insert(self.below(&path), mixed(sure, &now, &mut state.dice));
        }
        // sled makes nothing durable but through the checkpoint: its other files are there or not.
        for (path, inode, now) in all(&self.dir.join("sled")) {
            let sure = state.sure.get(&inode);
            if sure.is_some() || state.dice.throw(2) == 0 {
                let mixed = mixed(sure.map_or(&[][..], Vec::as_slice), &now, &mut state.dice);
                files.insert(self.below(&path), mixed);
            }
        }
        state.disks.push(Disk { acknowledged, files });
    }

    fn below(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.dir).unwrap_or(path).to_path_buf()
    }
}

impl Tap for Recorder {
    fn before(&self, _: &Deed<'_>) -> Fate {
        let mut state = self.lock();
        if state.dice.throw(self.cuts_of) == 0 {
            self.cut(&mut state);
        }
        Fate::Done
    }

    fn after(&self, deed: &Deed<'_>) {
        let mut state = self.lock();
        match deed {
            Deed::Create { path } => {
                if let Ok(about) = std::fs::metadata(path) {
                    state.later.push(Renaming::Named { path: path.to_path_buf(), inode: about.ino() });
                }
            }
            Deed::Write { .. } => {}
            Deed::Sync { path } => {
                state.syncs += 1;
                if let (Ok(about), Ok(bytes)) = (std::fs::metadata(path), std::fs::read(path)) {
                    state.sure.insert(about.ino(), bytes);
                }
            }
            Deed::SyncDir { path } if path.ends_with("journal") || path.ends_with("keys") => {
                state.names.retain(|name, _| !name.starts_with(path));
                state.names.extend(all(path).into_iter().map(|(path, inode, _)| (path, inode)));
                state.later.retain(|renaming| !renaming.name().starts_with(path));
            }
            Deed::SyncDir { .. } => {}
            Deed::Rename { from, to } => {
                state.later.push(Renaming::Moved { from: from.to_path_buf(), to: to.to_path_buf() });
            }
            Deed::Remove { path } => state.later.push(Renaming::Gone { path: path.to_path_buf() }),
        }
    }
}

/// Of each sector the sure content or the present one; the length is either's.
fn mixed(sure: &[u8], now: &[u8], dice: &mut Dice) -> Vec<u8> {
    let len = if dice.throw(2) == 0 { now.len() } else { sure.len().max(now.len().min(sure.len())) };
    let mut out = vec![0; len];
    for (nth, sector) in out.chunks_mut(SECTOR_BYTES).enumerate() {
        let from = if dice.throw(2) == 0 { now } else { sure };
        let begin = nth * SECTOR_BYTES;
        let bytes = from.get(begin..(begin + sector.len()).min(from.len())).unwrap_or_default();
        sector.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    }
    out
}

/// What lies in a directory, by inode.
fn present_in(dir: &Path) -> BTreeMap<u64, Vec<u8>> {
    all(dir).into_iter().map(|(_, inode, bytes)| (inode, bytes)).collect()
}

/// Every file below a directory: its path, inode and content. What vanishes meanwhile is left out.
fn all(dir: &Path) -> Vec<(PathBuf, u64, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(all(&path));
        } else if let (Ok(about), Ok(bytes)) = (std::fs::metadata(&path), std::fs::read(&path)) {
            found.push((path, about.ino(), bytes));
        }
    }
    found
}
