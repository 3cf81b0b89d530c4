//! A data directory that was copied: two that believe they are the same would both send.

use crate::store::disk::{filled, open};
use campaign_engine::model::journal::{Key, Meta, MetaKey, Record};
use campaign_engine::model::past::Quarantine;
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::Store;
use campaign_engine::store::journaled::JournaledStore;
use std::path::Path;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn standing(store: &JournaledStore) -> Option<Quarantine> {
    match store.get(&Key::Meta(MetaKey::Quarantine)).unwrap() {
        Some(Record::Meta(Meta::Quarantine(standing))) => Some(*standing),
        _ => None,
    }
}

#[test]
fn data_that_was_copied_is_isolated_and_its_original_is_not() {
    let original = filled(20);
    let elsewhere = tempfile::tempdir().unwrap();
    let dir = elsewhere.path().join("data");
    copy(original.path(), &dir);

    let store = open(&dir).unwrap();
    let mended = store.figures().mended;
    assert!(mended.iter().any(|said| said.contains("copied from elsewhere")), "{mended:?}");
    let since = standing(&store).expect("nothing is sent before what went out since is read");
    assert_eq!((since.from, since.ended), (Timestamp(1), None));
    drop(store);
    let again = open(&dir).unwrap();
    assert_eq!(
        (again.figures().mended, standing(&again)),
        (Vec::new(), Some(since)),
        "it is at home here now, and still isolated"
    );
    drop(again);

    let at_home = open(original.path()).unwrap();
    assert_eq!((at_home.figures().mended, standing(&at_home)), (Vec::new(), None));
}
