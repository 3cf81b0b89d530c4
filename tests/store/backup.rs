//! Backups: whole or refused, made while somebody writes, restored without touching what is there.

use crate::store::rows::{arrival, lines, replayed, step};
use campaign_engine::model::id::Lsn;
use campaign_engine::model::journal::{Commit, Key, Meta, MetaKey, Record};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::backup::{Restored, backup, inspect};
use campaign_engine::store::contract::{Store, StoreFault, commit};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::seal::carry::store_key_of;
use campaign_engine::store::start::Options;
use campaign_engine::store::upkeep::{state_hash, verify};
use std::path::Path;
use std::sync::mpsc::channel;
use tempfile::TempDir;

const MADE: Timestamp = Timestamp(1_800_000_000_000);

fn open(dir: &Path) -> JournaledStore {
    JournaledStore::open(dir, Options::small()).unwrap()
}

/// More than one small segment.
fn filled(commits: u64) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    (1..=commits).for_each(|nth| assert!(commit(&store, vec![step(nth % 3, nth as u32)]).is_ok()));
    dir
}

/// Restores with the store key of the data the backup was made of.
fn restore(dir: &TempDir, kept: &Path, to: &Path, replace: bool) -> Result<Restored, StoreFault> {
    let key = store_key_of(&dir.path().join("keys")).unwrap().filter(|_| to != dir.path());
    campaign_engine::store::backup::restore(kept, to, replace, key.as_deref())
}

fn commits(store: &dyn Store) -> Vec<Commit> {
    replayed(store, 1).into_iter().map(|(_, commit)| commit).collect()
}

/// The place of a backup beside the data.
fn place(dir: &TempDir) -> (std::path::PathBuf, std::path::PathBuf) {
    (dir.path().join("kept"), dir.path().join("again"))
}

#[test]
fn a_backup_comes_back_marked() {
    let dir = filled(900);
    let (kept, again) = place(&dir);
    let (before, hash) = {
        let store = open(dir.path());
        (commits(&store), state_hash(&store).unwrap())
    };
    let made = backup(dir.path(), &kept, None, MADE).unwrap();
    assert_eq!((made.last, inspect(&kept).unwrap()), (900, made.clone()));
    let restored = restore(&dir, &kept, &again, false).unwrap();
    assert_eq!((restored.from.0, restored.aside.len()), (made.last_at, 0));
    let store = open(&again);
    let after = commits(&store);
    assert_eq!(after[..900], before[..]);
    let mark = store.get(&Key::Meta(MetaKey::Quarantine)).unwrap();
    assert!(
        matches!(mark, Some(Record::Meta(Meta::Quarantine(standing))) if standing.from.0 == made.last_at && standing.since.is_none())
    );
    assert_eq!(lines(&store, 1).len(), 300);
    assert_ne!(state_hash(&store).unwrap(), hash, "the mark is a row");
    commit(&store, vec![step(1, 901)]).unwrap();
    drop(store);
    assert_eq!(lines(&open(&again), 1).len(), 301);
    verify(&again, Options::small()).unwrap();
}

#[test]
fn a_backup_is_made_while_somebody_writes() {
    let dir = filled(400);
    let (kept, again) = place(&dir);
    let store = open(dir.path());
    let (tell, told) = channel();
    let made = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for nth in 401..2_000_u32 {
                commit(&store, vec![step(u64::from(nth % 3), nth), arrival(nth.into(), "{}")]).unwrap();
                tell.send(nth).unwrap();
            }
        });
        assert_eq!(told.iter().take(300).count(), 300);
        let made = backup(dir.path(), &kept, Some(store.figures().durable), MADE).unwrap();
        writer.join().unwrap();
        made
    });
    assert!(made.last > 400 + 300 && made.last < 3_600, "{}", made.last);
    restore(&dir, &kept, &again, false).unwrap();
    let (all, copied) = (commits(&store), commits(&open(&again)));
    assert_eq!(copied[..made.last as usize], all[..made.last as usize]);
    verify(&again, Options::small()).unwrap();
}

#[test]
fn a_changed_backup_is_refused_and_nothing_is_touched() {
    let dir = filled(700);
    let (kept, again) = place(&dir);
    backup(dir.path(), &kept, None, MADE).unwrap();
    let files: Vec<_> = std::fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let whole = std::fs::read(&file).unwrap();
        for at in [0, whole.len() / 3, whole.len() - 2] {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            std::fs::write(&file, bytes).unwrap();
            let refused = restore(&dir, &kept, &again, false).unwrap_err();
            assert!(matches!(refused, StoreFault::BadBackup { .. }), "{}: {refused}", file.display());
            assert!(!again.exists());
        }
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(restore(&dir, &kept, &again, false), Err(StoreFault::BadBackup { .. })));
        std::fs::write(&file, whole).unwrap();
    }
    restore(&dir, &kept, &again, false).unwrap();
}

#[test]
fn data_that_is_there_stays_unless_it_is_to_be_replaced() {
    let dir = filled(10);
    let (kept, _) = place(&dir);
    backup(dir.path(), &kept, None, MADE).unwrap();
    assert!(matches!(backup(dir.path(), &kept, None, MADE), Err(StoreFault::Occupied { .. })));
    commit(&open(dir.path()), vec![step(1, 11)]).unwrap();
    assert!(matches!(restore(&dir, &kept, dir.path(), false), Err(StoreFault::Occupied { .. })));
    assert_eq!(open(dir.path()).figures().last, Lsn(11));
    let store = open(dir.path());
    assert!(matches!(restore(&dir, &kept, dir.path(), true), Err(StoreFault::Locked { .. })));
    commit(&store, (12..=20).map(|nth| step(1, nth)).collect()).unwrap();
    drop(store);
    // The engine that stopped had made its tree anew: it knows more than the backup.
    std::fs::rename(dir.path().join("sled"), dir.path().join("sled.2")).unwrap();
    let aside = restore(&dir, &kept, dir.path(), true).unwrap().aside;
    assert_eq!(aside.len(), 2);
    assert!(aside.iter().all(|path| path.is_dir()));
    // Ten, and the mark.
    assert_eq!(open(dir.path()).figures().last, Lsn(11));
    verify(dir.path(), Options::small()).unwrap();
}

#[test]
fn a_restore_that_was_broken_off_is_refused_or_ended() {
    let dir = filled(10);
    let (kept, again) = place(&dir);
    backup(dir.path(), &kept, None, MADE).unwrap();
    // Broken off while it copied: no journal yet.
    std::fs::create_dir_all(again.join("journal.making")).unwrap();
    let refused = JournaledStore::open(&again, Options::small()).err().unwrap();
    assert!(matches!(refused, StoreFault::Unfinished { .. }), "{refused}");
    restore(&dir, &kept, &again, false).unwrap();
    assert_eq!(open(&again).figures().last, Lsn(11));
    // Broken off between the two names.
    std::fs::rename(again.join("journal"), again.join("journal.next")).unwrap();
    std::fs::remove_dir_all(again.join("sled")).unwrap();
    let store = open(&again);
    assert_eq!(store.figures().last, Lsn(11));
    assert!(store.figures().mended[0].contains("put a rebuilt or restored journal in place"), "{:?}", store.figures().mended);
}

#[test]
fn data_without_its_journal_is_refused() {
    let dir = filled(10);
    let hash = state_hash(&open(dir.path())).unwrap();
    std::fs::remove_dir_all(dir.path().join("journal")).unwrap();
    let refused = JournaledStore::open(dir.path(), Options::small()).err().unwrap();
    assert!(refused.to_string().contains("the journal is missing, though its progress is there"), "{refused}");
    let rebuilt = campaign_engine::store::rebuild::rebuild(dir.path(), Options::small()).unwrap();
    assert_eq!((rebuilt.kept, rebuilt.lost.as_slice()), (0, &[(Lsn(1), Lsn(10))][..]));
    assert_eq!(state_hash(&open(dir.path())).unwrap(), hash);
}

#[test]
fn a_backup_of_a_newer_format_is_refused() {
    let dir = filled(1);
    let (kept, again) = place(&dir);
    backup(dir.path(), &kept, None, MADE).unwrap();
    let manifest = kept.join("manifest.json");
    let told = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, told.replace("\"format\": 1", "\"format\": 9")).unwrap();
    assert!(matches!(restore(&dir, &kept, &again, false), Err(StoreFault::Newer { found: 9, known: 1, .. })));
}
