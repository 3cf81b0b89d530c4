//! The progress: every row as it stands, in one sled tree. It can always be rebuilt from the journal, so nothing here is
//! trusted blindly: the tree carries a sum over all its rows, written in the same batch, checked when it is opened.
//!
//! Rows lie in leaves (`leaf`), several in one of sled's entries. A leaf is found by the last entry that does not begin after
//! the row; rows only ever move to a leaf that begins later.
//!
//! sled 0.34 panics on some damage and its `flush` stops short of the disk; this file is where that is lived with.

mod compact;
mod near;
mod opening;
mod standing;

use crate::model::id::Lsn;
use crate::store::bytes::Unreadable;
use crate::store::contract::StoreFault;
use crate::store::disk::io;
use crate::store::guard::{locked, reading};
use crate::store::known::Known;
use crate::store::leaf::{self, Leaf, RowBytes, RowChange};
use std::fs::File;
use std::io::Error;
use std::ops::{Bound, RangeBounds};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

pub use compact::number;
use near::Near;
use opening::{Opened, open_guarded};
pub use standing::STANDING_KEY;
use standing::Standing;

/// A row's key and its bytes.
pub type Row = (Vec<u8>, RowBytes);

/// From where to where, by key.
pub type Range = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// Where a leaf begins, and its bytes.
type Found = (::sled::IVec, ::sled::IVec);

/// Most rows in one batch. Larger ones, or batches without reads in between, let sled's garbage grow without bound.
const BATCH_KEYS_MAX: usize = 1_000;

/// Where the first leaf begins: behind the standing, before every table.
const FIRST_LEAF: &[u8] = &[1];

/// Why a tree cannot be used.
#[derive(Debug)]
pub enum Unusable {
    /// It must be rebuilt; the sentence says why.
    Rebuild(String),
    /// It is of an engine that had other leaves, and up to that commit; it must be rebuilt.
    Older { applied: Lsn },
    /// Nothing that rebuilding would mend.
    Fault(StoreFault),
}

/// The rows on disk. Whoever writes holds the standing; whoever reads or writes looks into the tree while it stays where it is.
#[derive(Debug)]
pub struct Progress {
    standing: Mutex<Standing>,
    tree: RwLock<Tree>,
    /// What all leaves take.
    leaf_bytes: AtomicU64,
    known: Known,
    near: Near,
    cache_bytes: u64,
}

/// sled, where it lies now.
#[derive(Debug)]
struct Tree {
    db: ::sled::Db,
    leaves: ::sled::Tree,
    dir: PathBuf,
}

impl Progress {
    /// Opens the tree in `dir`, or makes an empty one of that journal. A tree that does not open, belongs to another
    /// journal, or does not add up must be rebuilt. Without an `identity` a tree of any journal will do.
    pub fn open(dir: &Path, cache_bytes: u64, identity: Option<[u8; 16]>) -> Result<Self, Unusable> {
        let Opened { db, leaves, standing, counted, leaf_bytes, known } = open_guarded(dir, cache_bytes)?;
        let fresh = || Standing { identity: identity.unwrap_or_default(), ..Standing::default() };
        let standing = standing.unwrap_or_else(fresh);
        if identity.is_some_and(|identity| identity != standing.identity) {
            return Err(Unusable::Rebuild("it belongs to another journal".to_owned()));
        }
        if (counted.rows, counted.sum) != (standing.rows, standing.sum) {
            return Err(Unusable::Rebuild(format!("it holds {} rows that do not add up to its sum", counted.rows)));
        }
        let tree = RwLock::new(Tree { db, leaves, dir: dir.to_path_buf() });
        Ok(Self {
            standing: Mutex::new(standing),
            tree,
            leaf_bytes: AtomicU64::new(leaf_bytes),
            known,
            near: Near::default(),
            cache_bytes,
        })
    }

    /// The last commit whose rows are all in.
    pub fn applied(&self) -> Lsn {
        locked(&self.standing).applied
    }

    /// How many rows it holds.
    pub fn rows(&self) -> u64 {
        locked(&self.standing).rows
    }

    /// The journal whose tree it is.
    pub fn identity(&self) -> [u8; 16] {
        locked(&self.standing).identity
    }

    /// The row's bytes.
    pub fn get(&self, key: &[u8]) -> Result<Option<RowBytes>, StoreFault> {
        if !self.known.may_hold(key) {
            return Ok(None);
        }
        self.near.row(key, &reading(&self.tree))
    }

    /// The first rows of a range, at most so many. What is changed meanwhile may be missing, or be as it was before;
    /// everything else is there, once.
    pub fn page(&self, range: Range, rows_max: usize) -> Result<Vec<Row>, StoreFault> {
        reading(&self.tree).page(range, rows_max)
    }

    /// Writes the rows, then says that everything up to `applied` is in. They are in the order of their keys, each key
    /// once. A crash in between leaves some rows newer than `applied`; applying them again changes nothing. Returns how many
    /// rows there are then.
    pub fn apply(&self, rows: &[RowChange], applied: Lsn) -> Result<u64, StoreFault> {
        let mut standing = locked(&self.standing);
        let tree = reading(&self.tree);
        let mut portions = rows.chunks(BATCH_KEYS_MAX).peekable();
        if portions.peek().is_none() {
            self.write(&tree, &mut standing, &[], applied)?;
        }
        while let Some(portion) = portions.next() {
            let reached = if portions.peek().is_none() { applied } else { standing.applied };
            self.write(&tree, &mut standing, portion, reached)?;
        }
        Ok(standing.rows)
    }

    /// One batch: readers see all of it or nothing. The leaves are read before they are changed; these are also the reads
    /// that sled needs between two batches.
    fn write(&self, tree: &Tree, standing: &mut Standing, portion: &[RowChange], applied: Lsn) -> Result<(), StoreFault> {
        let mut batch = ::sled::Batch::default();
        let mut next = Standing { applied, ..*standing };
        let mut rest = portion;
        let mut ahead = None;
        while let Some((key, _)) = rest.first() {
            let found = match ahead.take() {
                Some(found) => Some(found),
                None => tree.leaf_of(key)?,
            };
            let (begin, leaf) = found.unwrap_or_else(|| (FIRST_LEAF.into(), ::sled::IVec::default()));
            let (own, others) = tree.split(&begin, &leaf, rest, &mut ahead)?;
            let changed = self.change(&begin, &leaf, own, &mut next).map_err(|fault| tree.damaged(fault))?;
            self.put(&mut batch, &begin, &leaf, changed);
            rest = others;
        }
        batch.insert(STANDING_KEY, next.to_bytes());
        let changing = self.near.change();
        tree.leaves.apply_batch(batch).map_err(|fault| tree.fault("write", fault))?;
        drop(changing);
        *standing = next;
        Ok(())
    }

    /// What becomes of the leaf; none when nothing does.
    fn change(
        &self,
        begin: &[u8],
        leaf: &[u8],
        changes: &[RowChange],
        standing: &mut Standing,
    ) -> Result<Option<Vec<Leaf>>, Unreadable> {
        let mut is_changed = false;
        let leaves = leaf::change(begin, leaf, changes, |(key, new), old| {
            // What came and went on its way here the tree never knew of.
            is_changed |= old.is_some() || new.is_some();
            standing.replace(key, old, new.as_deref());
            if new.is_some() {
                self.known.insert(key);
            }
        })?;
        Ok(is_changed.then_some(leaves))
    }

    fn put(&self, batch: &mut ::sled::Batch, begin: &[u8], leaf: &[u8], changed: Option<Vec<Leaf>>) {
        let Some(leaves) = changed else { return };
        self.leaf_bytes.fetch_sub(leaf.len() as u64, Ordering::Relaxed);
        if leaves.is_empty() {
            batch.remove(begin);
        }
        for (begin, leaf) in leaves {
            self.leaf_bytes.fetch_add(leaf.len() as u64, Ordering::Relaxed);
            batch.insert(begin, leaf);
        }
    }

    /// Brings everything applied so far to the disk: after it a start replays only what came later.
    pub fn checkpoint(&self) -> Result<(), StoreFault> {
        reading(&self.tree).checkpoint()
    }
}

impl Tree {
    fn page(&self, range: Range, rows_max: usize) -> Result<Vec<Row>, StoreFault> {
        let begin = match &range.0 {
            Bound::Included(key) | Bound::Excluded(key) => self.leaf_of(key)?,
            Bound::Unbounded => None,
        };
        let after = begin.as_ref().map_or(STANDING_KEY, |(begin, _)| begin).to_vec();
        let others = self.leaves.range::<Vec<u8>, _>((Bound::Excluded(after), range.1.clone()));
        let within = (range.0.as_ref().map(Vec::as_slice), range.1.as_ref().map(Vec::as_slice));
        let mut rows: Vec<Row> = Vec::new();
        for leaf in begin.map(Ok).into_iter().chain(others) {
            let (_, leaf) = leaf.map_err(|fault| self.fault("read", fault))?;
            let read = leaf::each(&leaf, |key, row| {
                // A leaf that is cut while the page is read shows its later rows again.
                let is_next = rows.last().is_none_or(|(last, _)| last.as_slice() < key);
                if is_next && RangeBounds::<[u8]>::contains(&within, key) {
                    rows.push((key.to_vec(), Arc::from(row)));
                }
                rows.len() < rows_max
            });
            read.map_err(|fault| self.damaged(fault))?;
            if rows.len() >= rows_max {
                break;
            }
        }
        Ok(rows)
    }

    /// The changes that belong into the leaf, and those that come after it; of the first of these the leaf, if it had to be
    /// read to know.
    fn split<'r>(
        &self,
        begin: &[u8],
        leaf: &[u8],
        changes: &'r [RowChange],
        ahead: &mut Option<Found>,
    ) -> Result<(&'r [RowChange], &'r [RowChange]), StoreFault> {
        let last = leaf::last_key(leaf).map_err(|fault| self.damaged(fault))?;
        let within = changes.partition_point(|(key, _)| *key <= last).max(1);
        let Some((key, _)) = changes.get(within) else { return Ok((changes, &[])) };
        // Most often the next change is far away: its leaf is asked for, rather than where this one ends.
        match self.leaf_of(key)? {
            Some(found) if found.0 != begin => {
                *ahead = Some(found);
                Ok(changes.split_at(within))
            }
            _ => {
                let next = self.leaves.get_gt(begin).map_err(|fault| self.fault("read", fault))?;
                let own = next.map_or(changes.len(), |(next, _)| changes.partition_point(|(key, _)| key.as_slice() < &next[..]));
                Ok(changes.split_at(own))
            }
        }
    }

    /// The leaf in which the key's row stands, if there is one; none: there is no leaf yet that begins so early.
    fn leaf_of(&self, key: &[u8]) -> Result<Option<Found>, StoreFault> {
        let before = (Bound::Excluded(STANDING_KEY), Bound::Included(key));
        self.leaves.range::<&[u8], _>(before).next_back().transpose().map_err(|fault| self.fault("read", fault))
    }

    /// sled's own flush ends at the page cache, so its file is synced here.
    fn checkpoint(&self) -> Result<(), StoreFault> {
        self.db.flush().map_err(|fault| self.fault("flush", fault))?;
        let path = self.dir.join("db");
        File::open(&path).and_then(|file| file.sync_data()).map_err(io("sync", &path))
    }

    fn damaged(&self, fault: Unreadable) -> StoreFault {
        fault.at(&self.dir.join("db"), 0)
    }

    fn fault(&self, doing: &'static str, fault: ::sled::Error) -> StoreFault {
        let source = match fault {
            ::sled::Error::Io(source) => source,
            other => Error::other(other.to_string()),
        };
        StoreFault::Io { doing, path: self.dir.clone(), source: Arc::new(source) }
    }
}

fn store_io(doing: &'static str, dir: &Path, source: Error) -> Unusable {
    Unusable::Fault(StoreFault::Io { doing, path: dir.to_path_buf(), source: Arc::new(source) })
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that cannot go on ends")]
mod tests;
