//! Full segments are packed: everything reads as before, damage is found, and what is whole can be saved.

use crate::store::rows::{lines, replayed, state, step};
use campaign_engine::model::id::Lsn;
use campaign_engine::store::contract::{Store, StoreFault, commit};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::rebuild::rebuild;
use campaign_engine::store::segments::SegmentJournal;
use campaign_engine::store::start::Options;
use campaign_engine::store::upkeep::{state_hash, verify};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const COMMITS: u32 = 3_000;

fn open(dir: &Path) -> JournaledStore {
    JournaledStore::open(dir, Options::small()).unwrap()
}

fn filled() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    (1..=COMMITS).for_each(|nth| assert!(commit(&store, vec![step(u64::from(nth % 3), nth)]).is_ok()));
    dir
}

/// Packs all that is full; how many segments that were.
fn pack(dir: &Path) -> usize {
    let (journal, _) = SegmentJournal::open(&dir.join("journal"), Options::small().segment_bytes, [0; 16]).unwrap();
    let mut packed = 0;
    while let Some(one) = journal.pack_one().unwrap() {
        assert!(one.bytes_after < one.bytes_before, "{one:?}");
        packed += 1;
    }
    packed
}

fn segment(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("journal/{number:08}.segment"))
}

#[test]
fn a_packed_journal_reads_as_before() {
    let dir = filled();
    let before = {
        let store = open(dir.path());
        (state(&store), replayed(&store, 1), lines(&store, 1))
    };
    assert!(pack(dir.path()) >= 3);
    assert_eq!(pack(dir.path()), 0, "what is packed is left alone");
    let store = open(dir.path());
    assert_eq!(before, (state(&store), replayed(&store, 1), lines(&store, 1)));
    assert_eq!(replayed(&store, u64::from(COMMITS) - 10).len(), 11);
    commit(&store, vec![step(1, COMMITS + 1)]).unwrap();
    drop(store);
    std::fs::remove_dir_all(dir.path().join("sled")).unwrap();
    verify(dir.path(), Options::small()).unwrap();
}

#[test]
fn any_changed_byte_of_a_packed_segment_is_found_or_means_nothing() {
    let dir = filled();
    pack(dir.path());
    let hash = state_hash(&open(dir.path())).unwrap();
    let path = segment(dir.path(), 2);
    let whole = std::fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 40).chain([whole.len() - 1, whole.len() - 20, 70]) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        std::fs::write(&path, bytes).unwrap();
        match verify(dir.path(), Options::small()) {
            Ok(stats) => assert_eq!(stats.hash.as_deref(), Some(hash.as_str())),
            Err(StoreFault::Damaged { file, .. }) => assert_eq!(file, path),
            Err(other) => panic!("byte {at}: {other}"),
        }
    }
    rebuild(dir.path(), Options::small()).unwrap();
    assert_eq!(state_hash(&open(dir.path())).unwrap(), hash);
}

#[test]
fn blocks_that_are_whole_are_saved() {
    let dir = filled();
    pack(dir.path());
    let path = segment(dir.path(), 1);
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.len() - 3;
    bytes[at] ^= 0xff;
    std::fs::write(&path, &bytes).unwrap();
    let rebuilt = rebuild(dir.path(), Options::small()).unwrap();
    assert_eq!((rebuilt.kept, rebuilt.lost), (COMMITS.into(), Vec::new()), "the index alone was broken");
    let store = open(dir.path());
    assert_eq!(store.figures().last, Lsn(COMMITS.into()));
    assert_eq!(lines(&store, 1).len(), COMMITS as usize / 3);
}
