//! A leaf: rows whose keys are neighbours, in one value of the tree. No I/O.
//!
//! What a tree costs, in memory, in time and at every start, it costs an entry, and rows are small: four to ten of them
//! make a leaf. A leaf is found under the key it begins at, and holds every row from there to where the next one begins. Its
//! rows stand in order, each as: how many bytes its key shares with the one before, how many follow, how many the row has (all
//! three as numbers of seven bits a byte), those of the key, those of the row.
//!
//! `cargo bench --bench turns` and `--bench scale` show what it spares.

use crate::store::bytes::{Unreadable, broken, put_number, take_bytes, take_number};
use crate::store::keys::KEY_BYTES_MAX;
use std::cmp::Ordering as Cmp;
use std::sync::Arc;

/// A leaf that would be larger is cut. With twice of it a tree takes a tenth less memory, and writes half as much again for
/// rows that come in no order: routes.
pub const LEAF_BYTES: usize = 512;

/// So many when rows come one after another, as people do who enter: the rest is for rows that grow.
const FILLED_BYTES: usize = LEAF_BYTES / 8 * 7;

/// So many, at most, when it is cut in its middle.
const CUT_BYTES: usize = LEAF_BYTES / 4 * 3;

/// What a row takes beside its own bytes and its key's.
const ROW_HEAD_BYTES: usize = 4;

/// A row's bytes, as `record::row_bytes` makes them.
pub type RowBytes = Arc<[u8]>;

/// A row's key and its bytes; none when it is deleted.
pub type RowChange = (Vec<u8>, Option<RowBytes>);

/// Where a leaf begins, and its bytes.
pub type Leaf = (Vec<u8>, Vec<u8>);

/// A row's key and its bytes, where they stand.
type RowRef<'r> = (&'r [u8], &'r [u8]);

/// Shows each row of the leaf, in order, its key and its bytes, until `see` says that it has seen enough.
pub fn each<'l>(leaf: &'l [u8], mut see: impl FnMut(&[u8], &'l [u8]) -> bool) -> Result<(), Unreadable> {
    let mut key = Vec::with_capacity(KEY_BYTES_MAX);
    let mut rest = leaf;
    while !rest.is_empty() {
        let (shared, after) = take_number(rest)?;
        let (own, after) = take_number(after)?;
        let (len, after) = take_number(after)?;
        let (own, after) = take_bytes(after, own)?;
        let (row, after) = take_bytes(after, len)?;
        let shared = usize::try_from(shared).ok().filter(|shared| *shared <= key.len()).ok_or_else(|| broken("a key is cut"))?;
        key.truncate(shared);
        key.extend(own);
        if !see(&key, row) {
            break;
        }
        rest = after;
    }
    Ok(())
}

/// Where a key stands in a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought<'l> {
    /// Its row.
    Here(&'l [u8]),
    /// In no leaf: a later one is in this.
    Nowhere,
    /// Behind the last of this leaf: another may have it.
    Beyond,
}

/// Looks for a key that is not before the leaf.
pub fn seek<'l>(leaf: &'l [u8], wanted: &[u8]) -> Result<Sought<'l>, Unreadable> {
    let mut sought = Sought::Beyond;
    each(leaf, |key, row| {
        match key.cmp(wanted) {
            Cmp::Less => return true,
            Cmp::Equal => sought = Sought::Here(row),
            Cmp::Greater => sought = Sought::Nowhere,
        }
        false
    })?;
    Ok(sought)
}

/// The leaf's last key.
pub fn last_key(leaf: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut last = Vec::new();
    each(leaf, |key, _| {
        last.clear();
        last.extend(key);
        true
    })?;
    Ok(last)
}

/// What becomes of the leaf that begins at `begin` by changes in the order of their keys: none when no row is left, several
/// when they need more room, the first of them in its place. Of every row that is changed `replaced` is shown the key and
/// what it was before.
pub fn change(
    begin: &[u8],
    leaf: &[u8],
    changes: &[RowChange],
    mut replaced: impl FnMut(&RowChange, Option<&[u8]>),
) -> Result<Vec<Leaf>, Unreadable> {
    let (mut keys, mut ends) = (Vec::with_capacity(leaf.len()), Vec::new());
    each(leaf, |key, row| {
        let from = keys.len();
        keys.extend(key);
        ends.push((from..keys.len(), row));
        true
    })?;
    let mut rows: Vec<RowRef<'_>> = ends.into_iter().map(|(key, row)| (keys.get(key).unwrap_or_default(), row)).collect();
    let is_appended = changes.first().is_some_and(|(key, _)| rows.last().is_none_or(|(last, _)| *last < key.as_slice()));
    for change in changes {
        let (key, new) = (change.0.as_slice(), change.1.as_deref());
        let found = rows.binary_search_by_key(&key, |(key, _)| *key);
        replaced(change, found.ok().and_then(|at| rows.get(at)).map(|(_, old)| *old));
        match (found, new) {
            (Ok(at), Some(new)) => rows.get_mut(at).into_iter().for_each(|row| row.1 = new),
            (Ok(at), None) => drop(rows.remove(at)),
            (Err(at), Some(new)) => rows.insert(at, (key, new)),
            (Err(_), None) => {}
        }
    }
    Ok(cut(begin, &rows, is_appended))
}

/// Leaves of these rows: one, if it is not too large.
fn cut(begin: &[u8], rows: &[RowRef<'_>], is_appended: bool) -> Vec<Leaf> {
    let bytes = |(key, row): &RowRef<'_>| key.len() + row.len() + ROW_HEAD_BYTES;
    let all: usize = rows.iter().map(bytes).sum();
    let share = match (all <= LEAF_BYTES, is_appended) {
        (true, _) => LEAF_BYTES,
        (false, true) => FILLED_BYTES,
        // Each a like part of all, so that none is left nearly empty.
        (false, false) => all.div_ceil(all.div_ceil(CUT_BYTES)),
    };
    let mut leaves: Vec<Leaf> = Vec::new();
    let (mut filled, mut before): (usize, &[u8]) = (usize::MAX, &[]);
    for row in rows {
        // One that is appended to is closed before it is too full, one that is cut when it has its share.
        let next = if is_appended { filled.saturating_add(bytes(row)) } else { filled.saturating_add(1) };
        if next > share {
            let key = if leaves.is_empty() { begin } else { row.0 };
            leaves.push((key.to_vec(), Vec::with_capacity(LEAF_BYTES)));
            (filled, before) = (0, &[]);
        }
        filled += bytes(row);
        if let Some((_, out)) = leaves.last_mut() {
            put(out, before, row);
        }
        before = row.0;
    }
    leaves
}

fn put(out: &mut Vec<u8>, before: &[u8], (key, row): &RowRef<'_>) {
    let shared = before.iter().zip(*key).take_while(|(before, own)| before == own).count();
    let (_, own) = key.split_at(shared);
    for number in [shared, own.len(), row.len()] {
        put_number(out, number as u64);
    }
    out.extend(own);
    out.extend(*row);
}
