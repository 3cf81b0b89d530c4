//! What the store makes of a progress that is missing, damaged, another's, older, or there twice.

use crate::store::disk::{fault, filled, mended, open};
use crate::store::rows::{lines, state};
use campaign_engine::store::contract::StoreFault;

#[test]
fn a_progress_that_is_merely_locked_is_not_distrusted() {
    let dir = filled(30);
    let before = state(&open(dir.path()).unwrap());
    let held = std::fs::File::open(dir.path().join("sled").join("db")).unwrap();
    held.lock().unwrap();
    assert!(matches!(fault(open(dir.path())), StoreFault::Locked { path } if path.ends_with("sled/db")));
    drop(held);
    let store = open(dir.path()).unwrap();
    assert_eq!(state(&store), before);
    assert_eq!(mended(&store), "");
}

#[test]
fn a_progress_that_is_missing_is_rebuilt() {
    let dir = filled(30);
    let before = state(&open(dir.path()).unwrap());
    std::fs::remove_dir_all(dir.path().join("sled")).unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!(state(&store), before);
    assert!(mended(&store).contains("rebuilt it from the journal"), "{}", mended(&store));
}

#[test]
fn a_progress_that_is_garbage_is_moved_aside_and_rebuilt() {
    for garbage in [vec![0xa5; 70_000], vec![0; 70_000], b"short".to_vec(), Vec::new()] {
        let dir = filled(30);
        let before = state(&open(dir.path()).unwrap());
        std::fs::write(dir.path().join("sled/db"), garbage).unwrap();
        let store = open(dir.path()).unwrap();
        assert_eq!(state(&store), before);
        assert_eq!(lines(&store, 1).len(), 10);
    }
}

#[test]
fn of_two_trees_the_older_is_kept_and_one_alone_gets_its_name_back() {
    let dir = filled(30);
    let before = state(&open(dir.path()).unwrap());
    let (usual, second) = (dir.path().join("sled"), dir.path().join("sled.2"));
    // One that was being made anew when the engine died.
    std::fs::create_dir(&second).unwrap();
    std::fs::write(second.join("db"), [7; 4_096]).unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!((state(&store), mended(&store), second.exists()), (before.clone(), String::new(), false));
    drop(store);
    // One that was made anew, and used to the end.
    std::fs::rename(&usual, &second).unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!((state(&store), mended(&store)), (before, String::new()));
    assert_eq!((usual.exists(), second.exists()), (true, false));
}

#[test]
fn a_progress_in_an_older_form_is_rebuilt_unless_it_is_ahead_of_the_journal() {
    // Engines before leaves kept their standing in sled's first tree: its version, and the last commit that is in.
    let older = |applied: u64| {
        let dir = filled(30);
        let before = state(&open(dir.path()).unwrap());
        let db = sled::open(dir.path().join("sled")).unwrap();
        db.insert([0], [vec![1], applied.to_le_bytes().to_vec(), vec![0; 32]].concat()).unwrap();
        db.flush().unwrap();
        drop(db);
        (dir, before)
    };
    let (dir, before) = older(30);
    let store = open(dir.path()).unwrap();
    assert_eq!(state(&store), before);
    assert!(mended(&store).contains("an older engine wrote the progress"), "{}", mended(&store));
    assert!(mended(&store).contains("rebuilt it from the journal"), "{}", mended(&store));
    let (dir, _) = older(1_000_000);
    assert!(matches!(fault(open(dir.path())), StoreFault::Damaged { what, .. } if what.contains("1000000 was acknowledged")));
}

#[test]
fn a_flipped_bit_in_the_progress_changes_nothing() {
    let dir = filled(60);
    let before = state(&open(dir.path()).unwrap());
    let db = std::fs::read(dir.path().join("sled/db")).unwrap();
    let used = db.iter().rposition(|byte| *byte != 0).unwrap();
    let mut rebuilt = 0;
    for nth in 0..40 {
        let mut bytes = db.clone();
        bytes[used * nth / 40] ^= 0x04;
        std::fs::write(dir.path().join("sled/db"), bytes).unwrap();
        let store = open(dir.path()).unwrap();
        assert_eq!(state(&store), before);
        rebuilt += mended(&store).matches("rebuilt").count();
    }
    assert!(rebuilt > 0, "no flip was found out: this test does too little");
}

#[test]
fn a_progress_of_another_journal_is_not_trusted() {
    let (dir, other) = (filled(30), filled(12));
    let before = state(&open(dir.path()).unwrap());
    std::fs::remove_dir_all(dir.path().join("sled")).unwrap();
    std::fs::rename(other.path().join("sled"), dir.path().join("sled")).unwrap();
    let store = open(dir.path()).unwrap();
    assert!(mended(&store).contains("belongs to another journal"), "{}", mended(&store));
    assert_eq!(state(&store), before);
}
