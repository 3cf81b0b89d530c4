//! A store that stops in the middle.

use campaign_engine::model::id::{ContactId, EnrollmentId, Fingerprint, Lsn};
use campaign_engine::model::journal::{Commit, Entry, Key, Record, Table};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::{Done, Figures, Store, StoreFault};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A store that takes so many commits more, and then none: what a crash leaves behind.
pub struct Tripping {
    pub inner: Arc<dyn Store>,
    pub left: AtomicI64,
}

impl Store for Tripping {
    fn submit(&self, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        if self.left.fetch_sub(1, Ordering::Relaxed) <= 0 {
            return Err(StoreFault::Poisoned { because: "the test says so".to_owned() });
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
