//! Retention: timelines of people who have long been out go, and say so; nothing else changes.

use crate::store::rows::{any_commit, enrollment, entry, inbox, replayed, state};
use campaign_engine::model::enrollment::Status;
use campaign_engine::model::id::{EnrollmentId, OutcomeId};
use campaign_engine::model::journal::{Cause, Change, Commit, Entry, EntryKind, Key, Record};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::{Store, StoreFault, commit};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::start::Options;
use campaign_engine::store::trim::{Trimmed, is_due, look, trim};
use campaign_engine::store::upkeep::{state_hash, verify};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};
use std::path::Path;

/// What is older goes.
const BEFORE: Timestamp = Timestamp(50);
const NOW: Timestamp = Timestamp(100);

fn open(dir: &Path) -> JournaledStore {
    JournaledStore::open(dir, Options::small()).unwrap()
}

fn write(dir: &Path, commits: &[Commit]) {
    let store = open(dir);
    commits.iter().for_each(|one| assert!(commit(&store, vec![one.clone()]).is_ok()));
}

fn ended(id: u64, visits: u32, at: Timestamp) -> Record {
    let Record::Enrollment(mut row) = enrollment(id, visits) else { panic!("an enrollment") };
    row.status =
        Status::Ended { outcome: OutcomeId(0), reason: None, at, listens_until: at, handler: None, late_reply_done: false };
    Record::Enrollment(row)
}

fn told(at: i64, record: Record, lines: &[&str]) -> Commit {
    let Key::Enrollment(id) = record.key() else { panic!("an enrollment") };
    let lines = lines.iter().map(|step| (id, entry(step))).collect();
    Commit { at: Timestamp(at), cause: Cause::Enrolment, changes: vec![Change::Put(record)], entries: lines }
}

/// Ada has been out since 20, Ben is on his way since 10, Cem went out at 70, and webhooks came and went.
fn history() -> Vec<Commit> {
    let arrival =
        |at| Commit { at: Timestamp(at), cause: Cause::Arrival, changes: vec![Change::Put(inbox(1, "x"))], entries: vec![] };
    let acted = |at| Commit { changes: vec![Change::Delete(Key::Inbox { row: 1 })], ..arrival(at) };
    vec![
        told(1, enrollment(1, 1), &["invite", "wait"]),
        told(2, enrollment(3, 1), &["invite"]),
        told(10, enrollment(2, 1), &["invite"]),
        arrival(11),
        acted(12),
        told(12, enrollment(1, 2), &["message"]),
        told(20, ended(1, 3, Timestamp(20)), &["end"]),
        told(30, enrollment(2, 2), &["message"]),
        told(60, enrollment(2, 3), &[]),
        told(70, ended(3, 2, Timestamp(70)), &["end"]),
    ]
}

fn timeline(store: &dyn Store, id: u64) -> Vec<Entry> {
    store.timeline(EnrollmentId(id)).unwrap().into_iter().map(|(_, entry)| entry).collect()
}

/// How many lines the one line of a timeline says were removed.
fn removed(lines: &[Entry]) -> Option<u64> {
    let [line] = lines else { return None };
    let (_, count) = line.detail.iter().find(|(name, _)| line.kind == EntryKind::Changed && name == "removed")?;
    count.parse().ok()
}

fn trimmed(dir: &Path) -> Trimmed {
    trim(dir, Options::small(), BEFORE, NOW).unwrap().unwrap()
}

#[test]
fn whoever_has_long_been_out_is_told_of_in_one_line() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &history());
    let (rows, ben, cem, hash) = {
        let store = open(dir.path());
        (state(&store), timeline(&store, 2), timeline(&store, 3), state_hash(&store).unwrap())
    };
    let looked = look(dir.path(), &Options::small(), BEFORE).unwrap().unwrap();
    assert_eq!(replayed(&open(dir.path()), 1).len(), 10, "a look changes nothing");
    let done = trimmed(dir.path());
    assert_eq!((done.timelines, done.lines, done.commits_before, done.commits_after), (1, 4, 10, 7));
    assert_eq!(looked, Trimmed { bytes_after: 0, ..done });
    let store = open(dir.path());
    assert_eq!((state(&store), state_hash(&store).unwrap()), (rows, hash));
    assert_eq!((timeline(&store, 2), timeline(&store, 3)), (ben, cem));
    let ada = timeline(&store, 1);
    assert_eq!((removed(&ada), ada[0].at), (Some(4), NOW));
    drop(store);
    assert!(verify(dir.path(), Options::small()).is_ok());
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("trimmed")), "{left:?}");
}

#[test]
fn a_second_time_there_is_nothing_to_remove() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &history());
    trimmed(dir.path());
    assert_eq!(trim(dir.path(), Options::small(), BEFORE, NOW).unwrap(), None, "trimmed up to there");
    assert_eq!(trim(dir.path(), Options::small(), Timestamp(40), NOW).unwrap(), None, "and up to before");
    let later = trim(dir.path(), Options::small(), Timestamp(65), Timestamp(110)).unwrap().unwrap();
    assert_eq!((later.timelines, later.lines), (0, 0));
    let store = open(dir.path());
    let ada = timeline(&store, 1);
    assert_eq!((removed(&ada), ada[0].at), (Some(4), NOW), "the line says when it was");
    drop(store);
    let last = trim(dir.path(), Options::small(), Timestamp(90), Timestamp(120)).unwrap().unwrap();
    assert_eq!((last.timelines, last.lines), (1, 2), "Cem's");
}

#[test]
fn a_trimming_is_due_when_enough_is_too_old() {
    let dir = tempfile::tempdir().unwrap();
    let due = |before, step| is_due(dir.path(), &Options::small(), Timestamp(before), step).unwrap();
    assert!(!due(50, 10), "there is no data");
    write(dir.path(), &history());
    assert!(due(50, 49) && !due(50, 50));
    trimmed(dir.path());
    assert!(due(80, 30) && !due(79, 30), "counted from the last time");
}

#[test]
fn a_trimming_that_was_broken_off_changes_nothing_or_all() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &history());
    let rows = state(&open(dir.path()));
    // While the new journal was written.
    std::fs::create_dir(dir.path().join("journal.making")).unwrap();
    assert_eq!(state(&open(dir.path())), rows);
    assert_eq!(replayed(&open(dir.path()), 1).len(), 10);
    assert!(!dir.path().join("journal.making").exists());
    // When the old one was aside already.
    let other = tempfile::tempdir().unwrap();
    write(other.path(), &history());
    let old = dir.path().join("journal.trimmed-1");
    std::fs::rename(dir.path().join("journal"), &old).unwrap();
    std::fs::rename(dir.path().join("sled"), dir.path().join("sled.trimmed-1")).unwrap();
    std::fs::rename(other.path().join("journal"), dir.path().join("journal.next")).unwrap();
    std::fs::remove_dir_all(dir.path().join("keys")).unwrap();
    std::fs::rename(other.path().join("keys"), dir.path().join("keys")).unwrap();
    assert_eq!(state(&open(dir.path())), rows);
    assert!(!old.exists() && !dir.path().join("sled.trimmed-1").exists());
}

#[test]
fn where_the_disk_is_too_full_for_a_second_journal_nothing_is_begun() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &history());
    let options = Options { free_mib_min: u64::MAX / 2, ..Options::small() };
    assert!(matches!(trim(dir.path(), options, BEFORE, NOW), Err(StoreFault::DiskFull { .. })));
    assert!(!dir.path().join("journal.making").exists());
    assert_eq!(replayed(&open(dir.path()), 1).len(), 10);
}

#[test]
fn a_store_that_is_open_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &history());
    let store = open(dir.path());
    assert!(matches!(trim(dir.path(), Options::small(), BEFORE, NOW), Err(StoreFault::Locked { .. })));
    assert!(matches!(is_due(dir.path(), &Options::small(), BEFORE, 1), Err(StoreFault::Locked { .. })));
    assert_eq!(timeline(&store, 1).len(), 4);
}

/// Any commit between 0 and 99, in which people may end; lines only of rows that are there afterwards.
fn any_dated() -> impl Strategy<Value = Commit> {
    (any_commit(), 0..100i64, any::<bool>()).prop_map(|(mut commit, at, ends)| {
        commit.at = Timestamp(at);
        let last = |id: EnrollmentId| commit.changes.iter().rev().find(|change| key_of(change) == Key::Enrollment(id));
        let lines = commit.entries.iter().filter(|(id, _)| matches!(last(*id), Some(Change::Put(_)))).cloned();
        commit.entries = lines.collect();
        for change in &mut commit.changes {
            if let Change::Put(Record::Enrollment(row)) = change
                && ends
            {
                *change = Change::Put(ended(row.id.0, row.visits, Timestamp(at)));
            }
        }
        commit
    })
}

fn key_of(change: &Change) -> Key {
    match change {
        Change::Put(record) => record.key(),
        Change::Delete(key) => key.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn a_timeline_stays_whole_or_says_what_was_removed(mut commits in proptest::collection::vec(any_dated(), 1..40)) {
        commits.sort_by_key(|commit| commit.at);
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &commits);
        let (rows, lines) = {
            let store = open(dir.path());
            (state(&store), (0..6).map(|id| timeline(&store, id)).collect::<Vec<_>>())
        };
        let young = commits.iter().filter(|commit| commit.at >= BEFORE).cloned().collect::<Vec<_>>();
        let Some(done) = trim(dir.path(), Options::small(), BEFORE, NOW).unwrap() else {
            prop_assert_eq!(young.len(), commits.len());
            return Ok(());
        };
        let store = open(dir.path());
        prop_assert_eq!(&state(&store), &rows);
        let mut count = (0, 0);
        for (id, before) in (0..6).zip(&lines) {
            let after = timeline(&store, id);
            let row = store.get(&Key::Enrollment(EnrollmentId(id))).unwrap();
            match removed(&after) {
                Some(lines) => {
                    let Some(Record::Enrollment(row)) = row else { panic!("a row") };
                    let Status::Ended { at, .. } = row.status else { panic!("somebody who is out") };
                    prop_assert!(at < BEFORE);
                    prop_assert_eq!(lines, before.len() as u64);
                    count = (count.0 + 1, count.1 + lines);
                }
                None => prop_assert_eq!(&after, before),
            }
        }
        prop_assert_eq!((done.timelines, done.lines), count);
        let now: Vec<Commit> = replayed(&store, 1).into_iter().map(|(_, commit)| commit).collect();
        prop_assert_eq!(&now[now.len() - young.len()..], &young[..]);
        drop(store);
        prop_assert!(verify(dir.path(), Options::small()).is_ok());
    }
}
