//! Data from before records were sealed is read, and sealed by `engine store rebuild`.

use crate::store::rows::{commit as commit_of, contact, enrollment, entry, replayed, state};
use campaign_engine::model::id::{ContactId, EnrollmentId, Lsn};
use campaign_engine::model::journal::{Change, Commit};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::{Frame, Journal, Store, StoreFault};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::rebuild::rebuild;
use campaign_engine::store::segments::SegmentJournal;
use campaign_engine::store::start::Options;
use std::path::Path;
use std::sync::Arc;

const NAME: &str = "zephyrine-quillfeather";

/// A frame as version 2 had it: the version, no back pointers, postcard.
fn old_frame(commit: &Commit) -> Vec<u8> {
    [vec![2, 0, 0, 0, 0], postcard::to_stdvec(commit).unwrap()].concat()
}

fn old_journal(dir: &Path) -> Vec<Commit> {
    std::fs::create_dir_all(dir.join("journal")).unwrap();
    let (journal, _) = SegmentJournal::open(&dir.join("journal"), Options::small().segment_bytes, [7; 16]).unwrap();
    let mut commits = vec![commit_of(vec![Change::Put(contact(1, NAME)), Change::Put(enrollment(1, 1))], &[])];
    commits.extend((2..20).map(|nth| Commit {
        entries: vec![(EnrollmentId(1), entry(&format!("{NAME} {nth}")))],
        ..commit_of(vec![Change::Put(enrollment(1, nth))], &[])
    }));
    for (lsn, commit) in (1..).zip(&commits) {
        let payload = old_frame(commit);
        let frame = Arc::new(Frame { lsn: Lsn(lsn), place: journal.place(payload.len()), payload });
        journal.append(Lsn(lsn), &[frame]).unwrap();
    }
    commits
}

fn holds_name(dir: &Path) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds_name(&path);
        }
        std::fs::read(&path).unwrap().windows(NAME.len()).any(|window| window == NAME.as_bytes())
    })
}

#[test]
fn an_old_journal_is_read_then_sealed() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("data");
    let commits = old_journal(&dir);
    assert!(holds_name(&dir.join("journal")));
    let store = JournaledStore::open(&dir, Options::small()).unwrap();
    let read: Vec<Commit> = replayed(&store, 1).into_iter().map(|(_, commit)| commit).collect();
    assert_eq!(read, commits);
    let before = state(&store);
    let refused = store.erase(ContactId(1), &[], Timestamp(0));
    assert!(matches!(refused, Err(StoreFault::Unsealed { .. })), "{refused:?}");
    drop(store);
    let rebuilt = rebuild(&dir, Options::small()).unwrap();
    assert_eq!((rebuilt.kept, rebuilt.lost), (commits.len() as u64, Vec::new()));
    for sealed in ["journal", "sled", "keys"] {
        assert!(!holds_name(&dir.join(sealed)), "{sealed}");
    }
    assert!(holds_name(&dir.join("journal.unsealed-1")), "what was there is kept until somebody deletes it");
    let store = JournaledStore::open(&dir, Options::small()).unwrap();
    let read: Vec<Commit> = replayed(&store, 1).into_iter().map(|(_, commit)| commit).collect();
    assert_eq!(read[..commits.len()], commits);
    assert_eq!(state(&store), before);
    assert_eq!(store.timeline(EnrollmentId(1)).unwrap().len(), 18);
    assert!(
        matches!(store.erase(ContactId(1), &[], Timestamp(0)), Err(StoreFault::Unsealed { .. })),
        "the old one is still there"
    );
    std::fs::remove_dir_all(dir.join("journal.unsealed-1")).unwrap();
    drop(std::fs::remove_dir_all(dir.join("sled.unsealed-1")));
    store.erase(ContactId(1), &[], Timestamp(0)).unwrap();
    assert_eq!(state(&store), []);
    assert!(store.timeline(EnrollmentId(1)).unwrap().is_empty());
}
