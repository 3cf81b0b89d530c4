//! Rows that are visible but not yet in the tree: readers look here first.

use crate::model::id::Lsn;
use crate::store::leaf::{RowBytes, RowChange};
use crate::store::sled::{Range, Row};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The commit that changed the row last, and the row.
type Covering = (Lsn, Option<RowBytes>);

/// What a key holds, newer than the tree: none means deleted.
#[derive(Debug, Default)]
pub struct Overlay {
    rows: BTreeMap<Vec<u8>, Covering>,
}

impl Overlay {
    /// Some when the tree need not be asked.
    pub fn get(&self, key: &[u8]) -> Option<Option<RowBytes>> {
        self.rows.get(key).map(|(_, bytes)| bytes.clone())
    }

    /// Puts the commit's rows in front of the tree.
    pub fn cover(&mut self, lsn: Lsn, rows: &[RowChange]) {
        for (key, bytes) in rows {
            self.rows.insert(key.clone(), (lsn, bytes.clone()));
        }
    }

    /// Forgets rows that are in the tree, unless a commit after `applied` changed them again.
    pub fn uncover(&mut self, applied: Lsn, rows: &[RowChange]) {
        for (key, _) in rows {
            if self.rows.get(key).is_some_and(|(lsn, _)| *lsn <= applied) {
                self.rows.remove(key);
            }
        }
    }

    /// Merges rows of the tree, in key order, with what covers them in that range.
    pub fn merge(&self, range: Range, tree: Vec<Row>) -> Vec<Row> {
        let mut covering = self.rows.range(range).peekable();
        if covering.peek().is_none() {
            return tree;
        }
        let mut merged: BTreeMap<Vec<u8>, RowBytes> = tree.into_iter().collect();
        for (key, (_, bytes)) in covering {
            match bytes {
                Some(bytes) => drop(merged.insert(key.clone(), Arc::clone(bytes))),
                None => drop(merged.remove(key)),
            }
        }
        merged.into_iter().collect()
    }
}
