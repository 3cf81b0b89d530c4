//! Looking after a directory: what is whole is found whole, what is damaged is found out, the rest can be saved.

use crate::store::rows::{fold, lines, replayed, state, step};
use campaign_engine::model::id::Lsn;
use campaign_engine::model::journal::{Commit, Table};
use campaign_engine::store::contract::{Store, StoreFault, commit};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::rebuild::{Rebuilt, rebuild};
use campaign_engine::store::start::Options;
use campaign_engine::store::upkeep::verify;
use std::path::PathBuf;
use tempfile::TempDir;

/// More than one small segment holds.
const COMMITS: u64 = 1_000;

fn filled() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = JournaledStore::open(dir.path(), Options::small()).unwrap();
    (1..=COMMITS as u32).for_each(|nth| assert!(commit(&store, vec![step(u64::from(nth % 3), nth)]).is_ok()));
    let path = dir.path().join("journal/00000001.segment");
    (dir, path)
}

fn damage(path: &PathBuf, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 0xff;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_whole_store_is_found_whole() {
    let (dir, _) = filled();
    let stats = verify(dir.path(), Options::small()).unwrap();
    assert_eq!(stats.figures.last, Lsn(COMMITS));
    assert_eq!(stats.rows.iter().filter(|(_, rows)| *rows > 0).collect::<Vec<_>>(), [&(Table::Enrollment, 3)]);
}

#[test]
fn damage_in_an_old_segment_is_found() {
    let (dir, path) = filled();
    assert!(dir.path().join("journal/00000002.segment").exists());
    damage(&path, 5_000);
    assert!(JournaledStore::open(dir.path(), Options::small()).is_ok(), "old segments are not read at a start");
    assert!(matches!(verify(dir.path(), Options::small()), Err(StoreFault::Damaged { file, .. }) if file == path));
}

/// Damages the first segment, saves what is whole; what is there then, and what was there before.
fn saved(keeps_tree: bool) -> (TempDir, Rebuilt, Vec<Commit>) {
    let (dir, path) = filled();
    let all: Vec<Commit> =
        replayed(&JournaledStore::open(dir.path(), Options::small()).unwrap(), 1).into_iter().map(|(_, commit)| commit).collect();
    damage(&path, 5_000);
    if !keeps_tree {
        std::fs::remove_dir_all(dir.path().join("sled")).unwrap();
    }
    let rebuilt = rebuild(dir.path(), Options::small()).unwrap();
    assert_eq!((rebuilt.lost.len(), rebuilt.kept), (1, COMMITS - 1), "{rebuilt:?}");
    assert!(rebuilt.mended.iter().any(|sentence| sentence.contains("what was there is")), "{rebuilt:?}");
    assert!(verify(dir.path(), Options::small()).is_ok());
    (dir, rebuilt, all)
}

#[test]
fn what_is_whole_is_saved_from_a_damaged_journal() {
    let (dir, rebuilt, all) = saved(false);
    let [(first, last)] = rebuilt.lost[..] else { panic!("{rebuilt:?}") };
    let left: Vec<Commit> = [&all[..first.0 as usize - 1], &all[last.0 as usize..]].concat();
    let store = JournaledStore::open(dir.path(), Options::small()).unwrap();
    assert_eq!(rebuilt.rows_saved, None);
    assert_eq!(replayed(&store, 1).into_iter().map(|(_, commit)| commit).collect::<Vec<_>>(), left);
    assert_eq!(state(&store), fold(&left));
    assert_eq!((0..3).map(|id| lines(&store, id).len()).sum::<usize>() as u64, COMMITS - 1);
}

#[test]
fn the_progress_brings_back_what_the_journal_lost() {
    let (dir, rebuilt, all) = saved(true);
    let store = JournaledStore::open(dir.path(), Options::small()).unwrap();
    assert!(rebuilt.rows_saved.is_some());
    assert_eq!(state(&store), fold(&all));
    assert_eq!((0..3).map(|id| lines(&store, id).len()).sum::<usize>() as u64, COMMITS - 1);
}

#[test]
fn a_whole_journal_is_left_alone() {
    let (dir, path) = filled();
    let before = std::fs::read(&path).unwrap();
    let Rebuilt { kept, lost, .. } = rebuild(dir.path(), Options::small()).unwrap();
    assert_eq!((kept, lost), (COMMITS, Vec::new()));
    assert!(std::fs::read(&path).unwrap() == before);
}

#[test]
fn a_store_in_use_is_not_rebuilt() {
    let (dir, _) = filled();
    let store = JournaledStore::open(dir.path(), Options::small()).unwrap();
    assert!(matches!(rebuild(dir.path(), Options::small()), Err(StoreFault::Locked { .. })));
    assert_eq!(store.figures().last, Lsn(COMMITS));
}
