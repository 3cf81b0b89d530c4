//! The progress: every row as it stands, in one sled tree. It can always be rebuilt from the journal, so nothing here is
//! trusted blindly: the tree carries a sum over all its rows, written in the same batch, checked when it is opened.
//!
//! Rows lie in leaves (`leaf`), several in one of sled's entries. A leaf is found by the last entry that does not begin after
//! the row; rows only ever move to a leaf that begins later.
//!
//! sled 0.34 panics on some damage and its `flush` stops short of the disk; this file is where that is lived with.

mod opening;
mod standing;

use crate::model::id::Lsn;
use crate::store::bytes::Unreadable;
use crate::store::contract::StoreFault;
use crate::store::guard::locked;
use crate::store::known::Known;
use crate::store::leaf;
use std::fs::File;
use std::io::Error;
use std::ops::{Bound, RangeBounds};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use opening::{Opened, open_guarded};
pub use standing::STANDING_KEY;
use standing::Standing;

/// A row's bytes, as `record::row_bytes` makes them.
pub type RowBytes = Arc<[u8]>;

/// A row's key and its bytes.
pub type Row = (Vec<u8>, RowBytes);

/// A row's key and its bytes; none when it is deleted.
pub type RowChange = (Vec<u8>, Option<RowBytes>);

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

/// The rows on disk.
#[derive(Debug)]
pub struct Progress {
    db: ::sled::Db,
    leaves: ::sled::Tree,
    dir: PathBuf,
    standing: Mutex<Standing>,
    known: Known,
}

impl Progress {
    /// Opens the tree in `dir`, or makes an empty one of that journal. A tree that does not open, belongs to another
    /// journal, or does not add up must be rebuilt. Without an `identity` a tree of any journal will do.
    pub fn open(dir: &Path, cache_bytes: u64, identity: Option<[u8; 16]>) -> Result<Self, Unusable> {
        let Opened { db, leaves, standing, counted, known } = open_guarded(dir, cache_bytes)?;
        let fresh = || Standing { identity: identity.unwrap_or_default(), ..Standing::default() };
        let standing = standing.unwrap_or_else(fresh);
        if identity.is_some_and(|identity| identity != standing.identity) {
            return Err(Unusable::Rebuild("it belongs to another journal".to_owned()));
        }
        if (counted.rows, counted.sum) != (standing.rows, standing.sum) {
            return Err(Unusable::Rebuild(format!("it holds {} rows that do not add up to its sum", counted.rows)));
        }
        Ok(Self { db, leaves, dir: dir.to_path_buf(), standing: Mutex::new(standing), known })
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
        if !self.known.may_hold(key) {
            return Ok(None);
        }
        let Some((_, leaf)) = self.leaf_of(key)? else { return Ok(None) };
        Ok(leaf::find(&leaf, key).map_err(|fault| self.damaged(fault))?.map(Arc::from))
    }

    /// The first rows of a range, at most so many. What is changed meanwhile may be missing, or be as it was before;
    /// everything else is there, once.
    pub fn page(&self, range: Range, rows_max: usize) -> Result<Vec<Row>, StoreFault> {
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

    /// Writes the rows, then says that everything up to `applied` is in. They are in the order of their keys, each key
    /// once. A crash in between leaves some rows newer than `applied`; applying them again changes nothing.
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

    /// One batch: readers see all of it or nothing. The leaves are read before they are changed; these are also the reads
    /// that sled needs between two batches.
    fn write(&self, standing: &mut Standing, portion: &[RowChange], applied: Lsn) -> Result<(), StoreFault> {
        let mut batch = ::sled::Batch::default();
        let mut next = Standing { applied, ..*standing };
        let mut rest = portion;
        let mut ahead = None;
        while let Some((key, _)) = rest.first() {
            let found = match ahead.take() {
                Some(found) => Some(found),
                None => self.leaf_of(key)?,
            };
            let (begin, leaf) = found.unwrap_or_else(|| (FIRST_LEAF.into(), ::sled::IVec::default()));
            let (own, others) = self.split(&begin, &leaf, rest, &mut ahead)?;
            self.rewrite(&mut batch, (&begin, &leaf), own, &mut next)?;
            rest = others;
        }
        batch.insert(STANDING_KEY, next.to_bytes());
        self.leaves.apply_batch(batch).map_err(|fault| self.fault("write", fault))?;
        *standing = next;
        Ok(())
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

    /// Puts what becomes of the leaf into the batch.
    fn rewrite(
        &self,
        batch: &mut ::sled::Batch,
        (begin, leaf): (&[u8], &[u8]),
        changes: &[RowChange],
        standing: &mut Standing,
    ) -> Result<(), StoreFault> {
        let mut is_changed = false;
        let leaves = leaf::change(begin, leaf, changes, |(key, new), old| {
            // What came and went on its way here the tree never knew of.
            is_changed |= old.is_some() || new.is_some();
            standing.replace(key, old, new.as_deref());
            if new.is_some() {
                self.known.insert(key);
            }
        });
        let leaves = leaves.map_err(|fault| self.damaged(fault))?;
        if !is_changed {
            return Ok(());
        }
        if leaves.is_empty() {
            batch.remove(begin);
        }
        for (begin, leaf) in leaves {
            batch.insert(begin, leaf);
        }
        Ok(())
    }

    /// The leaf in which the key's row stands, if there is one; none: there is no leaf yet that begins so early.
    fn leaf_of(&self, key: &[u8]) -> Result<Option<Found>, StoreFault> {
        let before = (Bound::Excluded(STANDING_KEY), Bound::Included(key));
        self.leaves.range::<&[u8], _>(before).next_back().transpose().map_err(|fault| self.fault("read", fault))
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
mod tests {
    use super::opening::{LARGE_ROWS, LEAVES};
    use super::{Progress, Row, RowChange, Unusable};
    use crate::model::id::Lsn;
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest};
    use std::collections::BTreeMap;
    use std::ops::Bound::{Excluded, Unbounded};
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    const CACHE_BYTES: u64 = 16 << 20;

    fn open(dir: &Path) -> Progress {
        Progress::open(dir, CACHE_BYTES, None).expect("it opens and adds up")
    }

    /// All of it, read in pages of so many rows.
    fn all(tree: &Progress, rows_max: usize) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let begin = rows.last().map_or(Unbounded, |(key, _)| Excluded(key.clone()));
            let page = tree.page((begin, Unbounded), rows_max).expect("a page");
            if page.is_empty() {
                return rows;
            }
            rows.extend(page);
        }
    }

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
        let tree = open(dir.path());
        tree.apply(&rows, Lsn(1)).expect("rows are taken");
        tree.checkpoint().expect("they are on the disk");
        drop(tree);
        let tree = open(dir.path());
        assert!(rows.iter().all(|(key, row)| tree.get(key).ok().flatten() == *row));
        assert_eq!(tree.get(&[6, 9, 9]).ok().flatten(), None);
        drop(tree);
        let db = ::sled::open(dir.path()).expect("sled opens it");
        let leaves = db.open_tree(LEAVES).expect("it has leaves");
        leaves.insert([6, 3, 1], [0, 1, 1, 7, 7].as_slice()).expect("a leaf is put beside it");
        db.flush().expect("it is on the disk");
        drop((leaves, db));
        let opened = Progress::open(dir.path(), CACHE_BYTES, None);
        assert!(matches!(opened, Err(Unusable::Rebuild(why)) if why.contains("do not add up")));
    }

    #[test]
    fn whoever_reads_while_leaves_are_cut_sees_every_row_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let tree = open(dir.path());
        let key = |nth: u64| [&[1], nth.to_be_bytes().as_slice()].concat();
        let lasting: Vec<RowChange> = (0..3_000).map(|nth| (key(nth * 64), Some(Arc::from([1; 40])))).collect();
        tree.apply(&lasting, Lsn(1)).expect("rows are taken");
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for between in (1..64).chain((1..64).rev()) {
                    let is_there = between % 2 == 0;
                    let row = |nth: u64| (key(nth * 64 + between), is_there.then(|| Arc::from([2; 40])));
                    tree.apply(&(0..3_000).map(row).collect::<Vec<RowChange>>(), Lsn(2)).expect("rows are taken");
                }
                is_over.store(true, Ordering::Release);
            });
            let mut looks = 0;
            while looks == 0 || !is_over.load(Ordering::Acquire) {
                let seen = all(&tree, 512);
                assert!(seen.is_sorted_by(|(one, _), (other, _)| one < other));
                let kept = seen.iter().filter(|(_, row)| row.first() == Some(&1)).count();
                assert_eq!(kept, lasting.len());
                looks += 1;
            }
        });
    }

    fn changes() -> impl Strategy<Value = Vec<RowChange>> {
        // Keys that follow one another, keys all over, and a few that are said again and again.
        let key = prop_oneof![
            (0..2_000_u64).prop_map(|id| [&[1], id.to_be_bytes().as_slice()].concat()),
            any::<[u8; 5]>().prop_map(|id| [&[6], id.as_slice()].concat()),
            (1..4_u8).prop_map(|table| vec![table]),
        ];
        let row = prop_oneof![3 => 0..40_usize, 1 => 200..3_000_usize].prop_map(|len| Some(Arc::from(vec![len as u8; len])));
        let change = prop_oneof![3 => row, 1 => proptest::strategy::Just(None)];
        btree_map(key, change, 0..400).prop_map(|changes| changes.into_iter().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
        #[test]
        fn a_tree_holds_what_was_put_into_it_last(all_changes in vec(changes(), 1..12), rows_max in 1..600_usize) {
            let dir = tempfile::tempdir().expect("a folder");
            let mut tree = open(dir.path());
            let mut model = BTreeMap::new();
            for (changes, lsn) in all_changes.iter().zip(1..) {
                tree.apply(changes, Lsn(lsn)).expect("rows are taken");
                for (key, row) in changes {
                    match row {
                        Some(row) => drop(model.insert(key.clone(), Arc::clone(row))),
                        None => drop(model.remove(key)),
                    }
                }
                if lsn % 4 == 0 {
                    drop(tree);
                    tree = open(dir.path());
                }
                for (key, _) in changes {
                    prop_assert_eq!(&tree.get(key).expect("it is read"), &model.get(key).cloned());
                }
                prop_assert_eq!(all(&tree, rows_max), model.clone().into_iter().collect::<Vec<Row>>());
            }
        }
    }
}
