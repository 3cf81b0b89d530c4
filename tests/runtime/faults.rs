//! What goes wrong on our own side: a disk that is nearly full, errands that never come back.

use crate::runtime::town::Town;
use crate::runtime::wish::Wish;
use crate::store::behind::{Behind, Rule};
use campaign_engine::model::id::Lsn;
use campaign_engine::model::intent::IntentState;
use campaign_engine::model::journal::{Change, Commit, Record};
use campaign_engine::store::contract::{Done, Store, StoreFault};
use campaign_engine::store::memory::MemoryStore;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const PEOPLE: [&str; 3] = ["ada,2h,,,,", "bob,3h,1h,Sure,,", "dan,,,,,"];

/// A disk that has room for an intent only now and then.
#[derive(Default)]
struct Narrow {
    asked: AtomicU64,
}

impl Rule for Narrow {
    fn submit(&self, inner: &dyn Store, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        let opens = |change: &Change| matches!(change, Change::Put(Record::Intent(intent)) if intent.state == IntentState::Open);
        let is_start = commits.iter().flat_map(|commit| &commit.changes).any(opens);
        if is_start && !self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(5) {
            return Err(StoreFault::DiskFull { path: "data".into(), free_mib: 1, needed_mib: 200 });
        }
        inner.submit(commits, done)
    }
}

#[test]
fn a_nearly_full_disk_delays_and_loses_nothing() {
    let narrow = Arc::new(Behind { inner: Arc::new(MemoryStore::new()), rule: Narrow::default() });
    let mut town = Town::new(Wish { people: PEOPLE.to_vec(), store: narrow, ..Wish::default() });
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
