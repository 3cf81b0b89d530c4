//! A tree made anew, close together, of leaves that are full. sled gives room back only when half of its file is free, and frees
//! a part of it only when half of that is: in the end it takes three or four times what lies in it.
//!
//! The new tree is written into a directory beside the old one, with a number that is free, and is used from there on; the old one
//! goes. A crash in between leaves two: the older is whole, whichever step it was, and the journal brings it up to date
//! (`start`).

use super::opening::{LEAVES, config};
use super::standing::{STANDING_KEY, Standing};
use super::{Progress, Tree};
use crate::store::contract::StoreFault;
use crate::store::disk::{free_mib, io, private_dir, set_aside_as, sync_dir};
use crate::store::guard::{locked, reading, writing};
use crate::store::leaf::{self, RowChange};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// A tree that takes less is left as it is.
const COMPACT_BYTES_MIN: u64 = 64 << 20;

/// So many times of what its leaves take, and it is worth it. A fresh one takes some 1.6 times.
const WASTEFUL_TIMES: u64 = 3;

/// Leaves that are brought over at once.
const PORTION_LEAVES: usize = 1_000;

impl Progress {
    /// Does sled take much more of the disk than what lies in it?
    pub fn is_wasteful(&self) -> bool {
        let takes = reading(&self.tree).db.size_on_disk().unwrap_or_default();
        takes > COMPACT_BYTES_MIN && takes / WASTEFUL_TIMES > self.leaf_bytes.load(Ordering::Relaxed)
    }

    /// Puts a tree in the place of this one that holds the same close together; `replaced` ends the names of old ones. Nothing
    /// is applied meanwhile, so it gives up as soon as `must_stop` says so, and says whether it came to its end. Readers go on.
    pub fn compact(&self, replaced: &str, must_stop: &dyn Fn() -> bool) -> Result<bool, StoreFault> {
        let standing = locked(&self.standing);
        let old = reading(&self.tree).dir.clone();
        let needed_mib = (2 * self.leaf_bytes.load(Ordering::Relaxed)) >> 20;
        let Some(dir) = next_name(&old).filter(|_| free_mib(&old).is_ok_and(|free_mib| free_mib > needed_mib)) else {
            return Ok(false);
        };
        private_dir(&dir)?;
        let copied = self.copy(&dir, &standing, must_stop);
        let Ok(Some((tree, leaf_bytes))) = copied else {
            std::fs::remove_dir_all(&dir).map_err(io("remove", &dir))?;
            return copied.map(|_| false);
        };
        // The old one is closed before its directory goes.
        drop(std::mem::replace(&mut *writing(&self.tree), tree));
        self.leaf_bytes.store(leaf_bytes, Ordering::Relaxed);
        drop(standing);
        let aside = set_aside_as(&old, replaced)?;
        sync_dir(aside.parent().unwrap_or(&aside))?;
        std::fs::remove_dir_all(&aside).map_err(io("remove", &aside))?;
        Ok(true)
    }

    /// A durable copy in `dir`, and what its leaves take; none when it had to stop.
    fn copy(&self, dir: &Path, standing: &Standing, must_stop: &dyn Fn() -> bool) -> Result<Option<(Tree, u64)>, StoreFault> {
        let from = reading(&self.tree);
        let fault = |fault| from.fault("copy", fault);
        let db = config(dir, self.cache_bytes).open().map_err(fault)?;
        let leaves = db.open_tree(LEAVES).map_err(fault)?;
        let mut anew = Anew { leaves: &leaves, begin: None, rows: Vec::new(), leaf_bytes: 0 };
        let mut copied = Standing { rows: 0, sum: 0, ..*standing };
        for (nth, entry) in (1..).zip(from.leaves.range(STANDING_KEY..)) {
            let (begin, leaf) = entry.map_err(fault)?;
            if begin == STANDING_KEY {
                leaves.insert(begin, leaf).map_err(fault)?;
                continue;
            }
            leaf::each(&leaf, |key, row| {
                copied.replace(key, None, Some(row));
                anew.rows.push((key.to_vec(), Some(row.into())));
                true
            })
            .map_err(|unreadable| from.damaged(unreadable))?;
            anew.begin.get_or_insert_with(|| begin.to_vec());
            if nth % PORTION_LEAVES == 0 {
                anew.put(&from)?;
                if must_stop() {
                    return Ok(None);
                }
            }
        }
        anew.put(&from)?;
        let leaf_bytes = anew.leaf_bytes;
        let tree = Tree { db, leaves, dir: dir.to_path_buf() };
        tree.checkpoint()?;
        sync_dir(dir)?;
        // What does not add up is damage; the next start finds and mends it.
        Ok((copied == *standing).then_some((tree, leaf_bytes)))
    }
}

/// Rows on their way into leaves as full as those of people who enter one after another. Where routes came in no order, they are
/// three quarters full.
struct Anew<'a> {
    leaves: &'a ::sled::Tree,
    /// Where the first of the rows' old leaves begins.
    begin: Option<Vec<u8>>,
    rows: Vec<RowChange>,
    leaf_bytes: u64,
}

impl Anew<'_> {
    /// Puts the rows' leaves into the new tree.
    fn put(&mut self, from: &Tree) -> Result<(), StoreFault> {
        let Some(begin) = self.begin.take() else { return Ok(()) };
        let leaves = leaf::change(&begin, &[], &self.rows, |_, _| {}).map_err(|unreadable| from.damaged(unreadable))?;
        self.rows.clear();
        let mut batch = ::sled::Batch::default();
        for (begin, leaf) in leaves {
            self.leaf_bytes += leaf.len() as u64;
            batch.insert(begin, leaf);
        }
        self.leaves.apply_batch(batch).map_err(|fault| from.fault("copy", fault))
    }
}

/// The name behind the tree's: `sled`, `sled.2`, `sled.3`. None when something is there already.
fn next_name(dir: &Path) -> Option<PathBuf> {
    let next = number(dir).checked_add(1)?;
    Some(dir.with_extension(next.to_string())).filter(|path| !path.exists())
}

/// Which tree it is, by its name.
pub fn number(dir: &Path) -> u32 {
    dir.extension().and_then(|extension| extension.to_str()?.parse().ok()).unwrap_or(1)
}
