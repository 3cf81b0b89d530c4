//! Journals as earlier engines wrote them: each opens and adds up to what it was. `cargo lab histories` does more with them.

use crate::store::rows::{arrival, contact, put, replayed, state, step};
use campaign_engine::model::id::{EnrollmentId, Lsn};
use campaign_engine::model::journal::{Change, Commit, Key};
use campaign_engine::store::contract::{Frame, Journal, Place, commit};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::record::{Form, formed};
use campaign_engine::store::segments::SegmentJournal;
use campaign_engine::store::start::Options;
use campaign_engine::store::upkeep::state_hash;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/fixtures/histories")
}

/// What every history of today's records was written from.
fn history() -> Vec<Commit> {
    let mut commits = Vec::new();
    for nth in 1..=400_u32 {
        let id = u64::from(nth % 5);
        commits.push(match nth % 4 {
            0 => put(vec![contact(id, &format!("contact {nth}"))]),
            1 => arrival(nth.into(), &format!("{{\"n\":{nth}}}")),
            2 => Commit { changes: vec![Change::Delete(Key::Inbox { row: (nth - 1).into() })], ..put(vec![]) },
            _ => step(id, nth),
        });
    }
    commits
}

fn open(name: &str) -> (tempfile::TempDir, JournaledStore) {
    let dir = tempfile::tempdir().unwrap();
    for part in ["journal", "keys"] {
        let from = kept().join(name).join(part);
        for path in files(&from) {
            std::fs::create_dir_all(dir.path().join(part)).unwrap();
            let target = dir.path().join(part).join(path.file_name().unwrap());
            std::fs::copy(&path, &target).unwrap();
            std::fs::set_permissions(target, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
    let store = JournaledStore::open(dir.path(), Options::small()).unwrap();
    (dir, store)
}

fn files(dir: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

#[test]
fn every_kept_history_adds_up() {
    let mut names: Vec<String> =
        std::fs::read_dir(kept()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let (_dir, store) = open(&name);
        let wanted = std::fs::read_to_string(kept().join(&name).join("state")).unwrap();
        assert_eq!(state_hash(&store).unwrap(), wanted.trim(), "{name}");
    }
}

#[test]
fn plain_and_packed_say_the_same() {
    for name in ["record-2-plain", "record-2-packed", "record-3-plain", "record-3-packed"] {
        let (_dir, store) = open(name);
        let commits: Vec<Commit> = replayed(&store, 1).into_iter().map(|(_, commit)| commit).collect();
        assert_eq!(commits, history(), "{name}");
    }
}

#[test]
fn the_first_records_are_read_from_a_journal() {
    let (_dir, store) = open("record-1-plain");
    let (_, payload): (Vec<Vec<u8>>, Vec<u8>) = postcard::from_bytes(include_bytes!("fixtures/version-1")).unwrap();
    let commits: Vec<Commit> = replayed(&store, 1).into_iter().map(|(_, commit)| commit).collect();
    let (_, form) = formed(&payload).unwrap();
    assert!(matches!(form, Form::Plain(commit) if commits.first() == Some(&*commit) && commits.len() == 1));
    assert_eq!(state(&store).len(), 5);
}

/// Writes the histories of today's records.
#[test]
#[ignore = "run it by hand when the records change, under a new name: what is kept is never changed"]
fn write_the_histories_of_today() {
    for format in ["plain", "packed"] {
        let dir = tempfile::tempdir().unwrap();
        let store = JournaledStore::open(dir.path(), Options { segment_bytes: 16 << 10, ..Options::small() }).unwrap();
        for one in history() {
            commit(&store, vec![one]).unwrap();
        }
        let hash = state_hash(&store).unwrap();
        drop(store);
        pack(&dir.path().join("journal"), format);
        keep(&format!("record-{}-{format}", campaign_engine::store::record::RECORD_VERSION), dir.path(), &hash);
    }
}

/// The commit of version 1, and the history as version 2 wrote it: no engine writes them any more.
#[test]
#[ignore = "run once, when histories began to be kept"]
fn write_the_histories_of_before() {
    let (_, first): (Vec<Vec<u8>>, Vec<u8>) = postcard::from_bytes(include_bytes!("fixtures/version-1")).unwrap();
    write_payloads("record-1-plain", "plain", vec![(vec![], first)]);
    for format in ["plain", "packed"] {
        let second = |one: Commit| {
            let lines: Vec<EnrollmentId> = one.entries.iter().map(|(id, _)| *id).collect();
            (lines, postcard::to_stdvec(&one).unwrap())
        };
        write_payloads(&format!("record-2-{format}"), format, history().into_iter().map(second).collect());
    }
}

/// Payloads as they are, or with the head of version 2 before them: their lines, chained.
fn write_payloads(name: &str, format: &str, payloads: Vec<(Vec<EnrollmentId>, Vec<u8>)>) {
    let dir = tempfile::tempdir().unwrap();
    let journal_dir = dir.path().join("journal");
    std::fs::create_dir(&journal_dir).unwrap();
    let (journal, _) = SegmentJournal::open(&journal_dir, 16 << 10, [1; 16]).unwrap();
    let mut tails = std::collections::HashMap::new();
    for ((lines, commit), nth) in payloads.into_iter().zip(1..) {
        let head = if name.starts_with("record-1") { 0 } else { 5 + 16 * lines.len() };
        let place = journal.place(head + commit.len());
        let mut payload = Vec::new();
        if head > 0 {
            payload.push(2);
            payload.extend((lines.len() as u32).to_le_bytes());
            for id in lines {
                payload.extend(id.0.to_le_bytes());
                payload.extend(tails.insert(id, place).map_or(0, |place: Place| place.0).to_le_bytes());
            }
        }
        payload.extend(commit);
        journal.append(Lsn(nth), &[std::sync::Arc::new(Frame { lsn: Lsn(nth), place, payload })]).unwrap();
    }
    drop(journal);
    pack(&journal_dir, format);
    let copy = dir.path().join("copy");
    std::fs::create_dir_all(copy.join("journal")).unwrap();
    for path in files(&journal_dir) {
        std::fs::copy(&path, copy.join("journal").join(path.file_name().unwrap())).unwrap();
    }
    let hash = state_hash(&JournaledStore::open(&copy, Options::small()).unwrap()).unwrap();
    keep(name, dir.path(), &hash);
}

fn pack(journal: &Path, format: &str) {
    if format == "packed" {
        let (journal, _) = SegmentJournal::open(journal, 16 << 10, [0; 16]).unwrap();
        let mut packed = 0;
        while journal.pack_one().unwrap().is_some() {
            packed += 1;
        }
        assert!(packed > 0);
    }
}

/// Copies a journal, and its keys, among those that are kept; zeros at the end of the last segment are left out.
fn keep(name: &str, dir: &Path, hash: &str) {
    let target = kept().join(name);
    assert!(!target.exists(), "{} is kept and never changed", target.display());
    for part in ["journal", "keys"] {
        for path in files(&dir.join(part)) {
            let mut bytes = std::fs::read(&path).unwrap();
            let is_plain = part == "journal" && bytes[8] == 1;
            if is_plain {
                // A last frame may end with zeros of its own.
                let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| (at + 65).next_multiple_of(8));
                bytes.truncate(used);
            }
            std::fs::create_dir_all(target.join(part)).unwrap();
            std::fs::write(target.join(part).join(path.file_name().unwrap()), bytes).unwrap();
        }
    }
    std::fs::write(target.join("state"), format!("{hash}\n")).unwrap();
}
