//! What goes wrong on our own side: a disk that is nearly full, errands that never come back.

use crate::runtime::town::Town;
use crate::runtime::wish::Wish;
use campaign_engine::model::id::{ContactId, EnrollmentId, Fingerprint, Lsn};
use campaign_engine::model::intent::IntentState;
use campaign_engine::model::journal::{Change, Commit, Entry, Key, Record, Table};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::{Done, Figures, Store, StoreFault};
use campaign_engine::store::memory::MemoryStore;
use serde_json::json;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const PEOPLE: [&str; 3] = ["ada,2h,,,,", "bob,3h,1h,Sure,,", "dan,,,,,"];

/// A disk that has room for an intent only now and then.
#[derive(Default)]
struct Narrow {
    inner: MemoryStore,
    asked: AtomicU64,
}

impl Store for Narrow {
    fn submit(&self, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        let opens = |change: &Change| matches!(change, Change::Put(Record::Intent(intent)) if intent.state == IntentState::Open);
        let is_start = commits.iter().flat_map(|commit| &commit.changes).any(opens);
        if is_start && !self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(5) {
            return Err(StoreFault::DiskFull { path: "data".into(), free_mib: 1, needed_mib: 200 });
        }
        self.inner.submit(commits, done)
    }

    fn get(&self, key: &Key) -> Result<Option<Record>, StoreFault> {
        self.inner.get(key)
    }

    fn scan(&self, table: Table, after: Option<&Key>, see: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<(), StoreFault> {
        self.inner.scan(table, after, see)
    }

    fn timeline(&self, enrollment: EnrollmentId) -> Result<Vec<(Lsn, Entry)>, StoreFault> {
        self.inner.timeline(enrollment)
    }

    fn replay(&self, from: Lsn, see: &mut dyn FnMut(Lsn, Commit) -> ControlFlow<()>) -> Result<(), StoreFault> {
        self.inner.replay(from, see)
    }

    fn settle(&self) -> Result<(), StoreFault> {
        self.inner.settle()
    }

    fn figures(&self) -> Figures {
        self.inner.figures()
    }

    fn erase(&self, contact: ContactId, marks: &[Fingerprint], at: Timestamp) -> Result<(), StoreFault> {
        self.inner.erase(contact, marks, at)
    }

    fn erased(&self, mark: Fingerprint) -> Option<Timestamp> {
        self.inner.erased(mark)
    }

    fn marks(&self) -> Vec<(Fingerprint, Timestamp)> {
        self.inner.marks()
    }
}

#[test]
fn a_nearly_full_disk_delays_and_loses_nothing() {
    let mut town = Town::new(Wish { people: PEOPLE.to_vec(), store: Arc::new(Narrow::default()), ..Wish::default() });
    town.live(90);
    assert!(town.is_idle());
    town.judge();
    town.judge_texts(2);
}

#[test]
fn errands_that_never_come_back_hold_nothing_up() {
    let faults = json!([{"share": 0.2, "route": "POST", "kind": "504-after"}]);
    for loses in [2, 3, 5] {
        let mut town = Town::new(Wish { people: PEOPLE.to_vec(), faults: faults.clone(), ..Wish::default() });
        town.loses = loses;
        town.live(90);
        assert!(town.is_idle(), "one in {loses}: {:?}", town.outcomes());
        town.judge();
        town.judge_texts(2);
    }
}
