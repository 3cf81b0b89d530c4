//! Whoever was erased is nowhere any more: not in the store, the journal, an old backup, logs, or what old keys could open.

use crate::runtime::town::Town;
use crate::runtime::wish::{Wish, pooled};
use campaign_engine::model::id::{EnrollmentId, Lsn};
use campaign_engine::model::journal::{Record, Table};
use campaign_engine::model::time::Timestamp;
use campaign_engine::runtime::command::Command;
use campaign_engine::runtime::query::Query;
use campaign_engine::store::backup::{backup, restore};
use campaign_engine::store::contract::{Store, StoreFault};
use campaign_engine::store::journaled::JournaledStore;
use campaign_engine::store::start::Options;
use campaign_engine::store::upkeep::{TABLES, verify};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

const ERASED: &str = "zephyrine-quillfeather";
const KEPT: &str = "balthasar-windermere";
const PEOPLE: [&str; 2] =
    ["zephyrine-quillfeather,2h,1h,My mother is ill at Oberursel,,", "balthasar-windermere,2h,1h,Sounds like Marzipan,,"];
/// What is theirs alone: slug, name, reply; in texts sent and received, in ids, in events.
const THEIRS: [&str; 3] = ["quillfeather", "zephyrine", "oberursel"];
const OTHERS: [&str; 3] = ["windermere", "balthasar", "marzipan"];

struct Folder {
    dir: tempfile::TempDir,
    town: Town,
    store: Arc<JournaledStore>,
}

impl Folder {
    /// Two people who were written to and have answered.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(JournaledStore::open(&dir.path().join("data"), Options::small()).unwrap());
        let mut town = Town::new(Wish { people: PEOPLE.to_vec(), store: Arc::clone(&store) as _, ..Wish::default() });
        town.live(3);
        Self { dir, town, store }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    fn whose(&self, slug: &str) -> Vec<EnrollmentId> {
        let query = Query::open(&*self.store, self.town.now()).unwrap();
        query.find(slug, None).unwrap().iter().flat_map(|found| &found.enrollments).map(|one| one.id).collect()
    }

    fn erase(&mut self) {
        let enrollments = self.whose(ERASED);
        self.town.command(&Command::Erase { enrollments });
    }

    fn backup(&self, name: &str) {
        self.store.settle().unwrap();
        backup(&self.path("data"), &self.path(name), Some(self.store.figures().durable), Timestamp(0)).unwrap();
    }

    /// Ends the engine and lets its data go.
    fn end(self) -> tempfile::TempDir {
        let Self { dir, mut town, store } = self;
        town.crash();
        town.store = Arc::new(campaign_engine::store::memory::MemoryStore::new());
        drop(town);
        assert_eq!(Arc::strong_count(&store), 1, "nobody else holds the store");
        drop(store);
        dir
    }
}

/// Every byte of every file below.
fn raw(dir: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(path.display().to_string().into_bytes());
        if path.is_dir() {
            bytes.extend(raw(&path));
        } else {
            bytes.extend(std::fs::read(&path).unwrap());
        }
    }
    bytes
}

/// Which of the words stand there, however they are written.
fn hits(bytes: &[u8], words: &[&'static str]) -> Vec<&'static str> {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    words.iter().filter(|word| text.contains(**word)).copied().collect()
}

/// All that the store can still read: rows, timelines, the whole journal.
fn told(store: &dyn Store) -> Vec<u8> {
    let mut said = String::new();
    let mut people = Vec::new();
    for table in TABLES {
        let mut see = |record: Record| {
            said.push_str(&format!("{record:?}\n"));
            if let Record::Enrollment(enrollment) = record {
                people.push(enrollment.id);
            }
            ControlFlow::Continue(())
        };
        store.scan(table, None, &mut see).unwrap();
    }
    for id in people {
        said.push_str(&format!("{:?}\n", store.timeline(id).unwrap()));
    }
    let mut see = |_, commit| {
        said.push_str(&format!("{commit:?}\n"));
        ControlFlow::Continue(())
    };
    store.replay(Lsn(1), &mut see).unwrap();
    said.into_bytes()
}

#[test]
fn nothing_of_the_erased_can_be_read_and_everything_of_the_others() {
    let mut folder = Folder::new();
    assert_eq!(hits(&told(&*folder.store), &THEIRS), THEIRS, "they were there");
    folder.erase();
    folder.store.settle().unwrap();
    assert!(hits(&told(&*folder.store), &THEIRS).is_empty());
    assert_eq!(hits(&told(&*folder.store), &OTHERS), OTHERS);
    folder.town.live(30);
    let reached = folder.town.reached();
    let dir = folder.end();
    let store = JournaledStore::open(&dir.path().join("data"), Options::small()).unwrap();
    assert!(hits(&told(&store), &THEIRS).is_empty(), "after a start as well");
    assert_eq!(hits(&told(&store), &OTHERS), OTHERS);
    drop(store);
    verify(&dir.path().join("data"), Options::small()).unwrap();
    assert!(reached.iter().any(|line| line.contains(KEPT)), "the others go on: {reached:?}");
}

#[test]
fn a_raw_scan_finds_nobody_erased_or_not() {
    let mut folder = Folder::new();
    folder.backup("old");
    folder.erase();
    folder.backup("new");
    let dir = folder.end();
    for name in ["data", "old", "new"] {
        let bytes = raw(&dir.path().join(name));
        assert!(bytes.len() > 1_000, "{name} holds something");
        assert!(hits(&bytes, &[THEIRS, OTHERS].concat()).is_empty(), "{name}");
    }
}

#[test]
fn an_old_backup_brings_nobody_back() {
    let mut folder = Folder::new();
    folder.backup("old");
    // Whoever stole the backup alone has a table of keys and nothing that opens it.
    let stolen = folder.path("stolen");
    let alone = restore(&folder.path("old"), &stolen, false, None);
    assert!(matches!(alone, Err(StoreFault::Keyless { has_table: true, .. })), "{alone:?}");
    folder.erase();
    let enrollments = folder.whose(KEPT);
    assert_eq!(enrollments.len(), 1);
    let dir = folder.end();
    let (data, old) = (dir.path().join("data"), dir.path().join("old"));
    restore(&old, &data, true, None).unwrap();
    let store = JournaledStore::open(&data, Options::small()).unwrap();
    assert!(hits(&told(&store), &THEIRS).is_empty(), "the journal of before the erasure, with the keys of today");
    assert_eq!(hits(&told(&store), &OTHERS), OTHERS);
    assert!(!store.marks().is_empty(), "and no list brings them back");
    drop(store);
    // The store key of today does not open the table of before.
    let key = std::fs::read_dir(data.join("keys")).unwrap().map(|entry| entry.unwrap().path());
    let key = key.into_iter().find(|path| path.extension().is_some_and(|end| end == "key")).unwrap();
    let tried = restore(&old, &stolen, true, Some(&key));
    assert!(matches!(tried, Err(StoreFault::Damaged { .. })), "{tried:?}");
}

#[test]
fn a_backup_goes_into_an_empty_place_with_its_store_key() {
    let folder = Folder::new();
    folder.backup("backup");
    let dir = folder.end();
    let (key, fresh) = (dir.path().join("data/keys/store-1.key"), dir.path().join("fresh"));
    restore(&dir.path().join("backup"), &fresh, false, Some(&key)).unwrap();
    let store = JournaledStore::open(&fresh, Options::small()).unwrap();
    assert_eq!(hits(&told(&store), &[THEIRS, OTHERS].concat()).len(), 6, "everybody is there");
}

#[test]
fn whoever_was_erased_stays_away() {
    let mut folder = Folder::new();
    folder.erase();
    let why = Query::open(&*folder.store, folder.town.now()).unwrap().find(ERASED, None).unwrap_err().to_string();
    assert!(why.contains("was erased on 20"), "{why}");
    let again = pooled(&[], &PEOPLE, crate::runtime::wish::INTRO, "invites 20 a day, 100 a week", "start 40 a day");
    let enrolled = folder.town.edit(again).unwrap();
    let left: Vec<&str> = enrolled.iter().flat_map(|one| &one.left_out).map(|row| row.reason.as_str()).collect();
    assert!(left.len() == 1 && left[0].starts_with("erased on 20"), "{left:?}");
    let before = folder.town.reached().iter().filter(|line| line.contains(ERASED)).count();
    folder.town.live(20);
    assert_eq!(folder.town.reached().iter().filter(|line| line.contains(ERASED)).count(), before, "nothing more reached them");
    assert!(hits(&told(&*folder.store), &THEIRS).is_empty(), "what they still write is not kept");
}

#[test]
fn what_is_not_sealed_is_no_erasure() {
    let mut folder = Folder::new();
    std::fs::create_dir(folder.path("data/journal.unsealed-1")).unwrap();
    let enrollments = folder.whose(ERASED);
    let said = folder.town.town_command(&Command::Erase { enrollments });
    assert!(said.unwrap_err().contains("from before they were sealed"));
    std::fs::remove_dir(folder.path("data/journal.unsealed-1")).unwrap();
    folder.erase();
    let count = |table: Table| {
        let mut count = 0;
        let mut see = |_| {
            count += 1;
            ControlFlow::Continue(())
        };
        folder.store.scan(table, None, &mut see).unwrap();
        count
    };
    assert_eq!((count(Table::Contact), count(Table::Enrollment)), (1, 1));
}
