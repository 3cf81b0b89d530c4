//! The tree against a map, many readers against one writer, and what compacting leaves as it was.

use super::opening::{LARGE_ROWS, LEAVES};
use super::{Progress, Row, RowChange, Unusable};
use crate::model::id::Lsn;
use crate::store::guard::reading;
use proptest::collection::{btree_map, vec};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const CACHE_BYTES: u64 = 16 << 20;

fn open(dir: &Path) -> Progress {
    Progress::open(dir, CACHE_BYTES, None).expect("it opens and adds up")
}

fn place(tree: &Progress) -> PathBuf {
    reading(&tree.tree).dir.clone()
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

#[test]
fn whoever_reads_a_row_sees_what_was_written_before() {
    let dir = tempfile::tempdir().expect("a folder");
    let tree = open(dir.path());
    let key = |nth: u64| [&[1], nth.to_be_bytes().as_slice()].concat();
    let written = AtomicU64::new(0);
    let read = |nth: u64| {
        let row = tree.get(&key(nth)).expect("it is read")?;
        Some(u64::from_be_bytes(*row.first_chunk().expect("a number")))
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 1..=2_000 {
                // Neighbours come and go, so that leaves are cut and joined meanwhile.
                let row = |nth: u64| {
                    (key(nth), (nth == 7 || (turn + nth).is_multiple_of(3)).then(|| turn.to_be_bytes().as_slice().into()))
                };
                tree.apply(&(0..30).map(row).collect::<Vec<RowChange>>(), Lsn(turn)).expect("rows are taken");
                assert_eq!(read(7), Some(turn));
                written.store(turn, Ordering::Release);
            }
        });
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while last < 2_000 {
                    let before = written.load(Ordering::Acquire);
                    let seen = read(7).unwrap_or_default();
                    assert!(seen >= before.max(last), "{seen} after {before} and {last}");
                    last = seen;
                }
            });
        }
    });
}

#[test]
fn a_tree_made_anew_is_smaller_and_holds_the_same_while_others_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let home = dir.path().join("sled");
    let tree = open(&home);
    let rows = rows();
    for lsn in 1..41 {
        let some: Vec<RowChange> = rows.iter().skip(lsn).step_by(40).cloned().collect();
        tree.apply(&some, Lsn(lsn as u64)).expect("rows are taken");
    }
    tree.checkpoint().expect("they are on the disk");
    let before = all(&tree, 512);
    let file = |dir: &Path| std::fs::metadata(dir.join("db")).expect("a file").len();
    let took = file(&home);
    let leaves = |tree: &Progress| reading(&tree.tree).leaves.len();
    let loose = leaves(&tree);
    assert!(!tree.compact("gone", &|| true).expect("it stops"), "somebody waits");
    assert_eq!((place(&tree), names(dir.path())), (home.clone(), vec!["sled".to_owned()]));
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..3 {
                assert!(tree.compact("gone", &|| false).expect("it is made anew"));
            }
            is_over.store(true, Ordering::Release);
        });
        while !is_over.load(Ordering::Acquire) {
            assert_eq!(all(&tree, 512), before);
        }
    });
    assert_eq!(names(dir.path()), ["sled.4"]);
    // How much smaller depends on when sled found the time to write.
    assert!(file(&place(&tree)) < took, "{} of {took} bytes", file(&place(&tree)));
    assert!(leaves(&tree) * 10 < loose * 9, "{} of {loose} leaves: they are fuller", leaves(&tree));
    let leaf_bytes = tree.leaf_bytes.load(Ordering::Relaxed);
    tree.apply(&[], Lsn(99)).expect("rows are taken");
    drop(tree);
    let tree = open(&dir.path().join("sled.4"));
    assert_eq!((tree.applied(), all(&tree, 512)), (Lsn(99), before));
    assert_eq!(tree.leaf_bytes.load(Ordering::Relaxed), leaf_bytes, "what was counted on the way is what is there");
}

fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
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
        let mut tree = open(&dir.path().join("sled"));
        let mut model = BTreeMap::new();
        for (changes, lsn) in all_changes.iter().zip(1..) {
            tree.apply(changes, Lsn(lsn)).expect("rows are taken");
            for (key, row) in changes {
                match row {
                    Some(row) => drop(model.insert(key.clone(), Arc::clone(row))),
                    None => drop(model.remove(key)),
                }
            }
            if lsn % 3 == 0 {
                assert!(tree.compact("gone", &|| false).expect("it is made anew"));
            }
            if lsn % 4 == 0 {
                let place = place(&tree);
                drop(tree);
                tree = open(&place);
            }
            for (key, _) in changes {
                prop_assert_eq!(&tree.get(key).expect("it is read"), &model.get(key).cloned());
            }
            prop_assert_eq!(all(&tree, rows_max), model.clone().into_iter().collect::<Vec<Row>>());
        }
    }
}
