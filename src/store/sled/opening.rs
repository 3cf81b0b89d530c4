//! Opening sled, which may panic on damage, and reading all of it.

use super::standing::{STANDING_KEY, Standing};
use super::{Unusable, store_io};
use crate::store::disk::lock_patiently;
use crate::store::keys::LARGE_FROM;
use crate::store::known::Known;
use crate::store::leaf;
use std::fs::{File, TryLockError};
use std::io::Error;
use std::ops::Bound;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::store::contract::StoreFault;

/// The tree of sled's in which the leaves lie. Older engines had a row an entry, in sled's first tree.
pub const LEAVES: &str = "leaves";

/// What a damaged standing claims must not take all memory: beyond it the filters grow with what is found.
const KNOWN_ROWS_MAX: u64 = 1 << 27;

/// Rows from which on more than one thread reads a tree that is opened.
pub const LARGE_ROWS: u64 = 50_000;

/// How often a tree that is merely locked is tried again.
const OPEN_TRIES_MAX: u32 = 3;

/// sled, open and read.
pub struct Opened {
    pub db: ::sled::Db,
    pub leaves: ::sled::Tree,
    /// None: it is empty.
    pub standing: Option<Standing>,
    /// What was found.
    pub counted: Standing,
    /// What all leaves take.
    pub leaf_bytes: u64,
    pub known: Known,
}

/// Opens sled, and reads all of it, in a thread of its own, since damage may make it panic.
pub fn open_guarded(dir: &Path, cache_bytes: u64) -> Result<Opened, Unusable> {
    sweep(dir).map_err(|fault| store_io("read", dir, fault))?;
    let config = config(dir, cache_bytes);
    let locked = dir.join("db");
    let open = move || {
        let db = open_unlocked(&config, &locked)?;
        if let Some(older) = db.get(STANDING_KEY).map_err(unreadable)? {
            return Err(Unusable::Older { applied: Standing::parse(&older).unwrap_or_default().applied });
        }
        let leaves = db.open_tree(LEAVES).map_err(unreadable)?;
        let standing = match leaves.get(STANDING_KEY).map_err(unreadable)? {
            Some(bytes) => Some(Standing::parse(&bytes).ok_or_else(|| rebuild("its standing cannot be read"))?),
            None => None,
        };
        let rows = standing.map_or(0, |standing| standing.rows);
        let known = Known::with_room(rows.min(KNOWN_ROWS_MAX));
        let (counted, leaf_bytes) = count(&leaves, rows, &known)?;
        Ok(Opened { db, leaves, standing, counted, leaf_bytes, known })
    };
    let opening = std::thread::Builder::new().name("store-open".to_owned()).spawn(open);
    match opening.map_err(|fault| store_io("start a thread for", dir, fault))?.join() {
        Ok(opened) => opened,
        Err(_) => Err(rebuild("it does not open (sled panicked)")),
    }
}

/// How sled is opened.
pub fn config(dir: &Path, cache_bytes: u64) -> ::sled::Config {
    ::sled::Config::new().path(dir).cache_capacity(cache_bytes).flush_every_ms(Some(500))
}

/// Removes half-written snapshots: one of them makes every later open fail.
fn sweep(dir: &Path) -> Result<(), Error> {
    if !dir.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Opens sled once its lock is free: the data directory is ours, so whoever still holds it is about to let go, and what
/// is merely busy is not damaged.
fn open_unlocked(config: &::sled::Config, locked: &Path) -> Result<::sled::Db, Unusable> {
    let mut opened = config.open();
    for _ in 0..OPEN_TRIES_MAX {
        if !locked.exists() || !matches!(opened, Err(::sled::Error::Io(_))) {
            break;
        }
        match File::open(locked).map_err(TryLockError::Error).and_then(|file| lock_patiently(&file)) {
            Ok(()) => opened = config.open(),
            Err(TryLockError::WouldBlock) => return Err(Unusable::Fault(StoreFault::Locked { path: locked.to_path_buf() })),
            Err(TryLockError::Error(_)) => break,
        }
    }
    opened.map_err(unreadable)
}

fn rebuild(why: &str) -> Unusable {
    Unusable::Rebuild(why.to_owned())
}

fn unreadable(fault: ::sled::Error) -> Unusable {
    Unusable::Rebuild(format!("it does not open ({fault})"))
}

/// Reads every row, large trees on all processors: opening is mostly this. Says what their leaves take, too.
fn count(leaves: &::sled::Tree, rows: u64, known: &Known) -> Result<(Standing, u64), Unusable> {
    let begins = [Bound::Excluded(STANDING_KEY)].into_iter().chain(LARGE_FROM.iter().map(|key| Bound::Included(*key)));
    let ends = LARGE_FROM.iter().map(|key| Bound::Excluded(*key)).chain([Bound::Unbounded]);
    let ranges: Vec<_> = begins.zip(ends).collect();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if rows < LARGE_ROWS { 1 } else { processors.min(ranges.len()) };
    let next = AtomicUsize::new(0);
    let count_some = || {
        let (mut counted, mut leaf_bytes) = (Standing::default(), 0);
        while let Some(range) = ranges.get(next.fetch_add(1, Ordering::Relaxed)) {
            for leaf in leaves.range::<&[u8], _>(*range) {
                let (_, leaf) = leaf.map_err(unreadable)?;
                leaf_bytes += leaf.len() as u64;
                let counted_one = leaf::each(&leaf, |key, row| {
                    known.insert(key);
                    counted.replace(key, None, Some(row));
                    true
                });
                counted_one.map_err(|_| rebuild("one of its leaves cannot be read"))?;
            }
        }
        Ok::<(Standing, u64), Unusable>((counted, leaf_bytes))
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(count_some)).collect();
        let (mut counted, mut leaf_bytes) = count_some()?;
        for other in others {
            // What panics there panics here: damage, told by whoever opens.
            let (other, bytes) = other.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            counted.rows = counted.rows.wrapping_add(other.rows);
            counted.sum = counted.sum.wrapping_add(other.sum);
            leaf_bytes += bytes;
        }
        Ok((counted, leaf_bytes))
    })
}
