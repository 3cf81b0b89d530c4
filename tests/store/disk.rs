//! What only the store on disk promises: it comes back, it refuses damage, it keeps others out.

use crate::store::rows::{arrival, contact, lines, put, replayed, state, step};
use campaign_engine::model::id::Lsn;
use campaign_engine::model::journal::{Cause, Commit};
use campaign_engine::store::contract::{Store, StoreFault, commit};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::record::RECORD_VERSION;
use campaign_engine::store::start::Options;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use tempfile::TempDir;

/// A frame's head, and the head of a segment, in bytes.
const FRAME_HEAD: usize = 24;
const SEGMENT_HEAD: usize = 64;

pub fn open(dir: &Path) -> Result<JournaledStore, StoreFault> {
    JournaledStore::open(dir, Options::small())
}

/// A closed store of so many steps of three enrollments, each step a batch of its own.
pub fn filled(steps: u32) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    (1..=steps).for_each(|nth| assert!(commit(&store, vec![step(u64::from(nth % 3), nth)]).is_ok()));
    dir
}

fn segment(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("journal/{number:08}.segment"))
}

/// Where each frame of a segment begins, and where the last ends.
fn frames(bytes: &[u8]) -> Vec<usize> {
    let mut at = SEGMENT_HEAD;
    let mut begins = vec![at];
    while let Some(len) = bytes.get(at..at + 4).map(|len| u32::from_le_bytes(len.try_into().unwrap())).filter(|len| *len > 0) {
        at += (FRAME_HEAD + len as usize).next_multiple_of(8);
        begins.push(at);
    }
    begins
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

pub fn fault(opened: Result<JournaledStore, StoreFault>) -> StoreFault {
    opened.err().expect("the store should have been refused")
}

pub fn mended(store: &JournaledStore) -> String {
    store.figures().mended.join("\n")
}

#[test]
fn a_store_comes_back_as_it_was() {
    let dir = filled(10);
    let store = open(dir.path()).unwrap();
    assert_eq!(mended(&store), "");
    assert_eq!(store.figures().durable, Lsn(10));
    assert_eq!(lines(&store, 1).into_iter().map(|(lsn, _)| lsn).collect::<Vec<_>>(), [1, 4, 7, 10]);
    assert_eq!(commit(&store, vec![step(1, 11)]).unwrap(), Lsn(11));
    assert_eq!(lines(&store, 1).len(), 5);
}

#[test]
fn a_journal_goes_on_in_the_next_segment() {
    let dir = tempfile::tempdir().unwrap();
    let body = "x".repeat(5_000);
    let before = {
        let store = open(dir.path()).unwrap();
        (1..=100).for_each(|row| assert!(commit(&store, vec![arrival(row, &body), step(1, row as u32)]).is_ok()));
        (state(&store), replayed(&store, 1), lines(&store, 1))
    };
    assert!(segment(dir.path(), 8).exists());
    let store = open(dir.path()).unwrap();
    assert_eq!(before, (state(&store), replayed(&store, 1), lines(&store, 1)));
    assert_eq!(replayed(&store, 150).len(), 51);
}

#[test]
fn a_commit_larger_than_a_segment_has_one_for_itself() {
    let dir = tempfile::tempdir().unwrap();
    let large = arrival(1, &"x".repeat(300_000));
    {
        let store = open(dir.path()).unwrap();
        commit(&store, vec![step(1, 1), large.clone(), step(1, 2)]).unwrap();
    }
    let store = open(dir.path()).unwrap();
    assert_eq!(replayed(&store, 2), [(2, large), (3, step(1, 2))]);
}

#[test]
fn a_first_commit_larger_than_a_segment_leaves_an_empty_one() {
    let dir = tempfile::tempdir().unwrap();
    let large = arrival(1, &"x".repeat(300_000));
    commit(&open(dir.path()).unwrap(), vec![large.clone()]).unwrap();
    assert_eq!(replayed(&open(dir.path()).unwrap(), 1), [(1, large)]);
}

#[test]
fn an_unfinished_write_at_the_end_is_cut() {
    let dir = filled(10);
    // What a crash leaves: a frame that was never acknowledged, half of it on the disk.
    edit(&segment(dir.path(), 1), |bytes| {
        let begins = frames(bytes);
        let end = *begins.last().unwrap();
        let half: Vec<u8> = bytes[begins[8]..begins[8] + 40].to_vec();
        bytes[end..end + 40].copy_from_slice(&half);
    });
    // The copied frame is whole up to its head only, so its sum is wrong.
    edit(&segment(dir.path(), 1), |bytes| {
        let end = frames(bytes)[10];
        bytes[end + 30] ^= 1;
    });
    let store = open(dir.path()).unwrap();
    assert!(mended(&store).contains("cut an unfinished write at byte"), "{}", mended(&store));
    assert_eq!(store.figures().last, Lsn(10));
    assert_eq!(commit(&store, vec![step(1, 11)]).unwrap(), Lsn(11));
    drop(store);
    assert_eq!(mended(&open(dir.path()).unwrap()), "");
}

#[test]
fn a_broken_commit_before_a_whole_one_is_refused_with_its_place() {
    let dir = filled(10);
    let path = segment(dir.path(), 1);
    let mut at = 0;
    edit(&path, |bytes| {
        at = frames(bytes)[4];
        bytes[at + FRAME_HEAD + 3] ^= 0x10;
    });
    let before = std::fs::read(&path).unwrap();
    match fault(open(dir.path())) {
        StoreFault::Damaged { file, offset, what } => {
            assert_eq!((file, offset), (path.clone(), at as u64));
            assert!(what.contains("commit 5 is broken"), "{what}");
        }
        other => panic!("{other}"),
    }
    assert!(std::fs::read(&path).unwrap() == before, "a refusal leaves everything as it was");
}

#[test]
fn an_acknowledged_end_that_is_gone_is_refused() {
    let dir = filled(10);
    edit(&segment(dir.path(), 1), |bytes| {
        let end = frames(bytes)[9];
        bytes[end..].fill(0);
    });
    let said = fault(open(dir.path())).to_string();
    assert!(said.contains("the journal ends after commit 9, but commit 10 was acknowledged"), "{said}");
}

#[test]
fn a_missing_or_swapped_segment_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    {
        let store = open(dir.path()).unwrap();
        (1..=60).for_each(|row| assert!(commit(&store, vec![arrival(row, &"x".repeat(5_000))]).is_ok()));
    }
    std::fs::rename(segment(dir.path(), 2), segment(dir.path(), 99)).unwrap();
    let said = fault(open(dir.path())).to_string();
    assert!(said.contains("00000002.segment at byte 0: the segment is missing"), "{said}");
    std::fs::copy(segment(dir.path(), 3), segment(dir.path(), 2)).unwrap();
    let said = fault(open(dir.path())).to_string();
    assert!(said.contains("this is segment 3, under another name"), "{said}");
}

#[test]
fn a_store_is_open_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    assert!(matches!(fault(open(dir.path())), StoreFault::Locked { path } if path == dir.path()));
    drop(store);
    assert!(open(dir.path()).is_ok());
}

#[test]
fn a_half_written_snapshot_is_swept() {
    let dir = filled(5);
    let half = dir.path().join("sled/snap.0000000000001234.generating");
    std::fs::write(&half, b"half").unwrap();
    assert_eq!(mended(&open(dir.path()).unwrap()), "");
    assert!(!half.exists());
}

#[test]
fn a_newer_format_is_refused() {
    let dir = filled(3);
    edit(&segment(dir.path(), 1), |bytes| {
        bytes[8] = 3;
        let sum = crc32fast::hash(&bytes[..60]);
        bytes[60..64].copy_from_slice(&sum.to_le_bytes());
    });
    assert!(matches!(fault(open(dir.path())), StoreFault::Newer { found, known, .. } if found == known + 1));
}

#[test]
fn a_newer_record_is_refused() {
    let dir = filled(3);
    edit(&segment(dir.path(), 1), |bytes| {
        let at = frames(bytes)[2];
        let len = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        bytes[at + FRAME_HEAD] = RECORD_VERSION + 1;
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&bytes[at..at + 4]);
        hasher.update(&bytes[at + 8..at + 20]);
        hasher.update(&bytes[at + FRAME_HEAD..at + FRAME_HEAD + len]);
        bytes[at + 4..at + 8].copy_from_slice(&hasher.finalize().to_le_bytes());
    });
    std::fs::remove_dir_all(dir.path().join("sled")).unwrap();
    assert!(matches!(fault(open(dir.path())), StoreFault::Newer { found, known, .. } if found == known + 1));
}

#[test]
fn a_store_that_could_not_write_takes_nothing_more_and_can_still_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    commit(&store, vec![step(1, 1)]).unwrap();
    // The open segment can be written; the next one cannot be made.
    std::fs::rename(dir.path().join("journal"), dir.path().join("elsewhere")).unwrap();
    let large = vec![arrival(1, &"x".repeat(100_000))];
    assert!(matches!(commit(&store, large), Err(StoreFault::Poisoned { .. })));
    assert!(matches!(commit(&store, vec![step(1, 2)]), Err(StoreFault::Poisoned { .. })));
    assert!(matches!(store.settle(), Err(StoreFault::Poisoned { .. })));
    assert_eq!(state(&store).len(), 2);
}

#[test]
fn a_full_disk_starts_nothing_and_takes_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let store = JournaledStore::open(dir.path(), Options { free_mib_min: u64::MAX, ..Options::small() }).unwrap();
    let refused = commit(&store, vec![step(1, 1)]).unwrap_err();
    assert!(refused.is_transient() && matches!(refused, StoreFault::DiskFull { .. }));
    commit(&store, vec![arrival(1, "{}")]).unwrap();
    let ended = Commit { cause: Cause::Command { word: "answer".to_owned() }, ..step(1, 1) };
    commit(&store, vec![ended]).unwrap();
    assert_eq!(store.figures().last, Lsn(2));
}

#[test]
fn a_disk_without_room_for_a_segment_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let next = dir.path().join("journal/next.making");
    std::os::unix::fs::symlink("/dev/full", &next).unwrap();
    let (tell, told) = channel();
    let large = vec![step(1, 1), arrival(1, &"x".repeat(100_000))];
    store.submit(large, Box::new(move |result| tell.send(result).unwrap())).unwrap();
    while store.figures().durable < Lsn(1) {
        std::thread::yield_now();
    }
    assert_eq!(store.figures().durable, Lsn(1), "the part that had room is durable");
    assert!(told.try_recv().is_err());
    std::fs::remove_file(next).unwrap();
    assert_eq!(told.recv().unwrap().unwrap(), Lsn(2));
}

#[test]
fn a_store_is_for_its_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("a/b");
    drop(open(&data).unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(&data), mode(&data.join("journal")), mode(&data.join("sled"))], [0o700; 3]);
    assert_eq!([mode(&data.join("lock")), mode(&segment(&data, 1))], [0o600; 2]);
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(mended(&open(&data).unwrap()).contains("closed"));
    assert_eq!(mode(&data), 0o700);
}

#[test]
fn done_hears_of_every_commit_before_the_store_closes() {
    let dir = tempfile::tempdir().unwrap();
    let (tell, told) = channel();
    {
        let store = open(dir.path()).unwrap();
        for nth in 1..=500 {
            let tell = tell.clone();
            store.submit(vec![step(1, nth)], Box::new(move |result| tell.send(result.unwrap().0).unwrap())).unwrap();
        }
    }
    drop(tell);
    assert_eq!(told.iter().collect::<Vec<_>>(), (1..=500).collect::<Vec<_>>());
}

#[test]
fn who_is_told_may_be_the_last_to_hold_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(open(dir.path()).unwrap());
    let ((go, wait), (tell, told), held) = (channel(), channel(), Arc::clone(&store));
    let done = move |durable: Result<_, StoreFault>| {
        wait.recv().unwrap();
        drop(held);
        tell.send(durable.is_ok()).unwrap();
    };
    store.submit(vec![step(1, 1)], Box::new(done)).unwrap();
    drop(store);
    go.send(()).unwrap();
    assert_eq!(told.recv(), Ok(true));
}

#[test]
fn more_than_the_queue_holds_goes_in() {
    let dir = tempfile::tempdir().unwrap();
    let store = JournaledStore::open(dir.path(), Options { segment_bytes: 8 << 20, ..Options::small() }).unwrap();
    let commits: Vec<Commit> = (0..20_000).map(|id| put(vec![contact(id, "x")])).collect();
    commit(&store, commits).unwrap();
    store.settle().unwrap();
    assert_eq!(store.figures().applied, Lsn(20_000));
    assert_eq!(state(&store).len(), 20_000);
}
