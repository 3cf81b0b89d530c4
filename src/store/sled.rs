//! The progress: every row as it stands, in one sled tree. It can always be rebuilt from the journal, so nothing here is
//! trusted blindly: the tree carries a sum over all its rows, written in the same batch, checked when it is opened.
//!
//! sled 0.34 panics on some damage and its `flush` stops short of the disk; this file is where that is lived with.

use crate::model::id::Lsn;
use crate::store::contract::StoreFault;
use std::fs::{File, TryLockError};
use std::io::Error;
use std::ops::Bound;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::store::disk::lock_patiently;
use crate::store::guard::locked;
use crate::store::keys::LARGE_FROM;
use crate::store::known::Known;

/// A row's bytes, as `record::row_bytes` makes them.
pub type RowBytes = Arc<[u8]>;

/// A row's key and its bytes.
pub type Row = (Vec<u8>, RowBytes);

/// A row's key and its bytes; none when it is deleted.
pub type RowChange = (Vec<u8>, Option<RowBytes>);

/// From where to where, by key.
pub type Range = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// Most keys in one batch. Larger ones, or batches without reads in between, let sled's garbage grow without bound.
pub const BATCH_KEYS_MAX: usize = 1_000;

/// What a damaged standing claims must not take all memory: beyond it the filters grow with what is found.
const KNOWN_ROWS_MAX: u64 = 1 << 27;

/// Rows from which on more than one thread reads a tree that is opened.
const LARGE_ROWS: u64 = 50_000;

/// How often a tree that is merely locked is tried again.
const OPEN_TRIES_MAX: u32 = 3;

/// The key of the standing: before all tables.
pub const STANDING_KEY: &[u8] = &[0];
const STANDING_VERSION: u8 = 1;

/// Why a tree cannot be used.
#[derive(Debug)]
pub enum Unusable {
    /// It must be rebuilt; the sentence says why.
    Rebuild(String),
    /// Nothing that rebuilding would mend.
    Fault(StoreFault),
}

/// How far the tree is, and what it must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Standing {
    applied: Lsn,
    rows: u64,
    /// Sum of the rows' hashes, modulo 2^64.
    sum: u64,
    identity: [u8; 16],
}

impl Standing {
    fn to_bytes(self) -> Vec<u8> {
        let mut out = vec![STANDING_VERSION];
        out.extend(self.applied.0.to_le_bytes());
        out.extend(self.rows.to_le_bytes());
        out.extend(self.sum.to_le_bytes());
        out.extend(self.identity);
        out
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (applied, rest) = rest.split_first_chunk::<8>()?;
        let (rows, rest) = rest.split_first_chunk::<8>()?;
        let (sum, rest) = rest.split_first_chunk::<8>()?;
        let identity = rest.first_chunk::<16>().filter(|all| all.len() == rest.len())?;
        (*version == STANDING_VERSION).then(|| Self {
            applied: Lsn(u64::from_le_bytes(*applied)),
            rows: u64::from_le_bytes(*rows),
            sum: u64::from_le_bytes(*sum),
            identity: *identity,
        })
    }

    fn replace(&mut self, key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        if let Some(old) = old {
            self.rows = self.rows.wrapping_sub(1);
            self.sum = self.sum.wrapping_sub(hash(key, old));
        }
        if let Some(new) = new {
            self.rows = self.rows.wrapping_add(1);
            self.sum = self.sum.wrapping_add(hash(key, new));
        }
    }
}

/// The rows on disk.
#[derive(Debug)]
pub struct Progress {
    db: ::sled::Db,
    dir: PathBuf,
    standing: Mutex<Standing>,
    known: Known,
}

impl Progress {
    /// Opens the tree in `dir`, or makes an empty one of that journal. A tree that does not open, belongs to another
    /// journal, or does not add up must be rebuilt. Without an `identity` a tree of any journal will do.
    pub fn open(dir: &Path, cache_bytes: u64, identity: Option<[u8; 16]>) -> Result<Self, Unusable> {
        let io = |doing, source| Unusable::Fault(StoreFault::Io { doing, path: dir.to_path_buf(), source: Arc::new(source) });
        sweep(dir).map_err(|fault| io("read", fault))?;
        let (db, found, counted, known) = open_guarded(dir, cache_bytes)?;
        let fresh = Standing { identity: identity.unwrap_or_default(), ..Standing::default() };
        let standing = match found {
            Some(bytes) => Standing::parse(&bytes).ok_or_else(|| Unusable::Rebuild("its standing cannot be read".to_owned()))?,
            None => fresh,
        };
        if identity.is_some_and(|identity| identity != standing.identity) {
            return Err(Unusable::Rebuild("it belongs to another journal".to_owned()));
        }
        if (counted.rows, counted.sum) != (standing.rows, standing.sum) {
            return Err(Unusable::Rebuild(format!("it holds {} rows that do not add up to its sum", counted.rows)));
        }
        Ok(Self { db, dir: dir.to_path_buf(), standing: Mutex::new(standing), known })
    }

    /// The last commit whose rows are all in.
    pub fn applied(&self) -> Lsn {
        locked(&self.standing).applied
    }

    /// The journal whose tree it is.
    pub fn identity(&self) -> [u8; 16] {
        locked(&self.standing).identity
    }

    /// The row's bytes.
    pub fn get(&self, key: &[u8]) -> Result<Option<RowBytes>, StoreFault> {
        Ok(self.read(key)?.map(|bytes| Arc::from(bytes.as_ref())))
    }

    fn read(&self, key: &[u8]) -> Result<Option<::sled::IVec>, StoreFault> {
        if !self.known.may_hold(key) {
            return Ok(None);
        }
        self.db.get(key).map_err(|fault| self.fault("read", fault))
    }

    /// The first rows of a range, at most so many.
    pub fn page(&self, range: Range, rows_max: usize) -> Result<Vec<Row>, StoreFault> {
        let rows = self.db.range(range).take(rows_max);
        rows.map(|row| {
            row.map(|(key, bytes)| (key.to_vec(), Arc::from(bytes.as_ref()))).map_err(|fault| self.fault("read", fault))
        })
        .collect()
    }

    /// Writes the rows, then says that everything up to `applied` is in. Each key stands once in `rows`. A crash in
    /// between leaves some rows newer than `applied`; applying them again changes nothing.
    pub fn apply(&self, rows: &[RowChange], applied: Lsn) -> Result<(), StoreFault> {
        let mut standing = locked(&self.standing);
        let mut portions = rows.chunks(BATCH_KEYS_MAX).peekable();
        if portions.peek().is_none() {
            return self.write(&mut standing, &[], applied);
        }
        while let Some(portion) = portions.next() {
            let reached = if portions.peek().is_none() { applied } else { standing.applied };
            self.write(&mut standing, portion, reached)?;
        }
        Ok(())
    }

    /// One batch. The old rows are read for the sum; these are also the reads that sled needs between two batches.
    fn write(&self, standing: &mut Standing, portion: &[RowChange], applied: Lsn) -> Result<(), StoreFault> {
        let mut batch = ::sled::Batch::default();
        let mut next = Standing { applied, ..*standing };
        for (key, bytes) in portion {
            let may_replace = if bytes.is_some() { self.known.insert(key) } else { self.known.may_hold(key) };
            let old = if may_replace { self.db.get(key).map_err(|fault| self.fault("read", fault))? } else { None };
            next.replace(key, old.as_deref(), bytes.as_deref());
            match bytes {
                Some(bytes) => batch.insert(key.as_slice(), bytes.as_ref()),
                // It came and went on its way here: the tree never knew of it.
                None if !may_replace => {}
                None => batch.remove(key.as_slice()),
            }
        }
        batch.insert(STANDING_KEY, next.to_bytes());
        self.db.apply_batch(batch).map_err(|fault| self.fault("write", fault))?;
        *standing = next;
        Ok(())
    }

    /// Brings everything applied so far to the disk: after it a start replays only what came later. sled's own flush ends
    /// at the page cache, so its file is synced here.
    pub fn checkpoint(&self) -> Result<(), StoreFault> {
        self.db.flush().map_err(|fault| self.fault("flush", fault))?;
        File::open(self.dir.join("db")).and_then(|file| file.sync_data()).map_err(|source| StoreFault::Io {
            doing: "sync",
            path: self.dir.join("db"),
            source: Arc::new(source),
        })
    }

    fn fault(&self, doing: &'static str, fault: ::sled::Error) -> StoreFault {
        let source = match fault {
            ::sled::Error::Io(source) => source,
            other => Error::other(other.to_string()),
        };
        StoreFault::Io { doing, path: self.dir.clone(), source: Arc::new(source) }
    }
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

type Opened = (::sled::Db, Option<::sled::IVec>, Standing, Known);

/// Opens sled, and reads all of it, in a thread of its own, since damage may make it panic.
fn open_guarded(dir: &Path, cache_bytes: u64) -> Result<Opened, Unusable> {
    let config = ::sled::Config::new().path(dir).cache_capacity(cache_bytes).flush_every_ms(Some(500));
    let locked = dir.join("db");
    let open = move || {
        let db = open_unlocked(&config, &locked)?;
        let standing = db.get(STANDING_KEY).map_err(unreadable)?;
        let rows = standing.as_deref().and_then(Standing::parse).map_or(0, |standing| standing.rows);
        let known = Known::with_room(rows.min(KNOWN_ROWS_MAX));
        let counted = count(&db, rows, &known).map_err(unreadable)?;
        Ok::<Opened, Unusable>((db, standing, counted, known))
    };
    let opening = std::thread::Builder::new().name("store-open".to_owned()).spawn(open).map_err(|source| {
        Unusable::Fault(StoreFault::Io { doing: "start a thread for", path: dir.to_path_buf(), source: Arc::new(source) })
    })?;
    match opening.join() {
        Ok(opened) => opened,
        Err(_) => Err(Unusable::Rebuild("it does not open (sled panicked)".to_owned())),
    }
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

fn unreadable(fault: ::sled::Error) -> Unusable {
    Unusable::Rebuild(format!("it does not open ({fault})"))
}

/// Reads every row, large trees on all processors: opening is mostly this.
fn count(db: &::sled::Db, rows: u64, known: &Known) -> Result<Standing, ::sled::Error> {
    let begins = [Bound::Excluded(STANDING_KEY)].into_iter().chain(LARGE_FROM.iter().map(|key| Bound::Included(*key)));
    let ends = LARGE_FROM.iter().map(|key| Bound::Excluded(*key)).chain([Bound::Unbounded]);
    let ranges: Vec<_> = begins.zip(ends).collect();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if rows < LARGE_ROWS { 1 } else { processors.min(ranges.len()) };
    let next = AtomicUsize::new(0);
    let count_some = || {
        let mut counted = Standing::default();
        while let Some(range) = ranges.get(next.fetch_add(1, Ordering::Relaxed)) {
            for row in db.range::<&[u8], _>(*range) {
                let (key, bytes) = row?;
                known.insert(&key);
                counted.replace(&key, None, Some(&bytes));
            }
        }
        Ok::<Standing, ::sled::Error>(counted)
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(count_some)).collect();
        let mut counted = count_some()?;
        for other in others {
            // What panics there panics here: damage, told by whoever opens.
            let other = other.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            counted.rows = counted.rows.wrapping_add(other.rows);
            counted.sum = counted.sum.wrapping_add(other.sum);
        }
        Ok(counted)
    })
}

/// A hash for finding damage, not malice. It is on disk: never change it without a new version of the standing.
fn hash(key: &[u8], bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut state = (key.len() as u64).wrapping_mul(PRIME) ^ bytes.len() as u64;
    for part in [key, bytes] {
        let words = part.chunks_exact(8);
        let mut last = [0; 8];
        last.iter_mut().zip(words.remainder()).for_each(|(to, from)| *to = *from);
        let word = |word: &[u8]| word.first_chunk::<8>().map_or(0, |word| u64::from_le_bytes(*word));
        for word in words.map(word).chain([u64::from_le_bytes(last)]) {
            state = (state ^ word).wrapping_mul(PRIME);
            state ^= state >> 29;
        }
    }
    state.wrapping_mul(PRIME) ^ (state >> 32)
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that cannot go on ends")]
mod tests {
    use super::{LARGE_ROWS, Progress, RowChange, Unusable};
    use crate::model::id::Lsn;
    use std::sync::Arc;

    const CACHE_BYTES: u64 = 16 << 20;

    /// Rows of every table and kind of route, more than one thread is given.
    fn rows() -> Vec<RowChange> {
        let key = |nth: u64| [&[1 + (nth % 16) as u8, (nth / 16 % 8) as u8], nth.to_be_bytes().as_slice()].concat();
        let mut rows: Vec<RowChange> = (0..LARGE_ROWS + 1_000).map(|nth| (key(nth), Some(Arc::from([7; 9])))).collect();
        rows.sort();
        rows
    }

    #[test]
    fn what_several_threads_read_of_a_large_tree_is_all_of_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let rows = rows();
        let open = || Progress::open(dir.path(), CACHE_BYTES, None);
        let tree = open().expect("it opens");
        tree.apply(&rows, Lsn(1)).expect("rows are taken");
        tree.checkpoint().expect("they are on the disk");
        drop(tree);
        let tree = open().expect("all of it adds up");
        assert!(rows.iter().all(|(key, row)| tree.get(key).ok().flatten() == *row));
        assert_eq!(tree.get(&[6, 9, 9]).ok().flatten(), None);
        drop(tree);
        let db = ::sled::open(dir.path()).expect("sled opens it");
        db.insert([6, 3, 1], b"nobody counted it").expect("a row is put beside it");
        db.flush().expect("it is on the disk");
        drop(db);
        assert!(matches!(open(), Err(Unusable::Rebuild(why)) if why.contains("do not add up")));
    }
}
