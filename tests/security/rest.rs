//! Data at rest is its owner's alone, whatever the umask; the key of all keys is refused where others can read it.

use crate::store::rows::step;
use campaign_engine::store::contract::{StoreFault, commit};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::start::Options;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn open(dir: &Path) -> Result<JournaledStore, StoreFault> {
    JournaledStore::open(dir, Options::small())
}

fn all(dir: &Path) -> Vec<PathBuf> {
    let mut found = vec![dir.to_path_buf()];
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(all(&path)) } else { found.push(path) }
    }
    found
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn nobody_else_gets_in() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    let store = open(&dir).unwrap();
    (1..500).for_each(|nth| assert!(commit(&store, vec![step(nth % 9, nth as u32)]).is_ok()));
    drop(store);
    // What stands in a directory that nobody else may enter is out of reach, whatever its own mode.
    let is_kept = |path: &Path| path.ancestors().take_while(|at| at.starts_with(&dir)).any(|at| at.is_dir() && mode(at) == 0o700);
    for path in all(&dir) {
        assert!(is_kept(&path), "{} has mode {:o}", path.display(), mode(&path));
    }
    for own in ["", "journal", "keys", "sled"] {
        assert_eq!(mode(&dir.join(own)), 0o700, "{own}");
    }
    for own in ["keys/store-1.key", "keys/people-1.keys", "lock", "journal/00000001.segment"] {
        assert_eq!(mode(&dir.join(own)), 0o600, "{own}");
    }
}

#[test]
fn what_is_open_is_closed_or_refused() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    drop(open(&dir).unwrap());
    std::fs::set_permissions(&dir, Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(dir.join("keys"), Permissions::from_mode(0o750)).unwrap();
    let store = open(&dir).unwrap();
    use campaign_engine::store::contract::Store;
    assert_eq!(store.figures().mended.iter().filter(|said| said.starts_with("closed ")).count(), 2);
    drop(store);
    assert_eq!((mode(&dir), mode(&dir.join("keys"))), (0o700, 0o700));
    let key = dir.join("keys/store-1.key");
    for loose in [0o644, 0o640, 0o604, 0o660] {
        std::fs::set_permissions(&key, Permissions::from_mode(loose)).unwrap();
        assert!(matches!(open(&dir).err(), Some(StoreFault::Exposed { mode, .. }) if mode == loose), "{loose:o}");
    }
    std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    assert!(open(&dir).is_ok());
}

#[test]
fn lost_keys_are_said_to_be_lost() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    let store = open(&dir).unwrap();
    commit(&store, vec![step(1, 1)]).unwrap();
    drop(store);
    std::fs::rename(dir.join("keys"), outer.path().join("keys")).unwrap();
    assert!(
        matches!(open(&dir).err(), Some(StoreFault::Keyless { has_table: false, .. })),
        "never fresh keys for sealed records"
    );
    std::fs::create_dir_all(dir.join("keys")).unwrap();
    std::fs::copy(outer.path().join("keys/people-1.keys"), dir.join("keys/people-1.keys")).unwrap();
    assert!(matches!(open(&dir).err(), Some(StoreFault::Keyless { has_table: true, .. })));
    std::fs::copy(outer.path().join("keys/store-1.key"), dir.join("keys/store-1.key")).unwrap();
    assert!(open(&dir).is_ok());
}
