//! Journals as earlier engines wrote them: each opens and adds up to what it was. `cargo lab histories` does more with them.

use crate::store::rows::{arrival, contact, put, replayed, state, step};
use campaign_engine::model::account::Budget;
use campaign_engine::model::id::{AccountId, CampaignId, EffectKey, EnrollmentId, Fingerprint, Visit};
use campaign_engine::model::journal::{Change, Commit, Key, Record, RouteKey};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::commit;
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::record::{Form, RECORD_VERSION, formed};
use campaign_engine::store::segments::SegmentJournal;
use campaign_engine::store::start::Options;
use campaign_engine::store::upkeep::state_hash;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/fixtures/histories")
}

/// What every history since the second version of records was written from; since the fourth, `named` follows.
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

/// Rows of which the key says nearly all.
fn named() -> Commit {
    let (account, remote) = (AccountId(1), Fingerprint([7; 16]));
    let key = EffectKey { enrollment: EnrollmentId(3), visit: Visit(2) };
    put(vec![
        Record::Route { key: RouteKey::Public { account, id: remote }, enrollments: vec![EnrollmentId(3), EnrollmentId(300)] },
        Record::Route { key: RouteKey::Contact { id: remote }, enrollments: Vec::new() },
        Record::Claim { account, remote, key },
        Record::Usage { account, budget: Budget::Invites, at: Timestamp(-1), key, campaign: CampaignId(9) },
        Record::Seen { key: remote, at: Timestamp(1 << 40) },
    ])
}

fn open(name: &str) -> (tempfile::TempDir, JournaledStore) {
    open_in(&kept(), name)
}

fn open_in(folder: &Path, name: &str) -> (tempfile::TempDir, JournaledStore) {
    let dir = tempfile::tempdir().unwrap();
    for part in ["journal", "keys"] {
        let from = folder.join(name).join(part);
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
    for (version, named) in [(2, None), (3, None), (4, Some(named()))] {
        for format in ["plain", "packed"] {
            let (_dir, store) = open(&format!("record-{version}-{format}"));
            let commits: Vec<Commit> = replayed(&store, 1).into_iter().map(|(_, commit)| commit).collect();
            let wanted: Vec<Commit> = history().into_iter().chain(named.clone()).collect();
            assert_eq!(commits, wanted, "record-{version}-{format}");
        }
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

/// What today's engine writes is kept as well, and what is kept of it reads as it was written. A new version of the records is
/// kept by `ENGINE_BLESS=1`; what is kept already is never changed.
#[test]
fn todays_records_are_kept() {
    for format in ["plain", "packed"] {
        let name = format!("record-{RECORD_VERSION}-{format}");
        let dir = tempfile::tempdir().unwrap();
        let store = JournaledStore::open(dir.path(), Options { segment_bytes: 16 << 10, ..Options::small() }).unwrap();
        for one in history().into_iter().chain([named()]) {
            commit(&store, vec![one]).unwrap();
        }
        let hash = state_hash(&store).unwrap();
        drop(store);
        pack(&dir.path().join("journal"), format);
        if std::env::var_os("ENGINE_BLESS").is_some() && !kept().join(&name).exists() {
            keep(&kept().join(&name), dir.path(), &hash);
        }
        let copies = tempfile::tempdir().unwrap();
        keep(&copies.path().join(&name), dir.path(), &hash);
        let (_dir, again) = open_in(copies.path(), &name);
        assert_eq!(state_hash(&again).unwrap(), hash, "{name}");
        assert!(kept().join(&name).exists(), "{name} is not kept: `ENGINE_BLESS=1` keeps it");
    }
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

/// Copies a journal, and its keys; zeros at the end of the last segment are left out.
fn keep(target: &Path, dir: &Path, hash: &str) {
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
