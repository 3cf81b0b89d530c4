//! A store behind a rule of what it takes, for tests of what goes wrong there.

use campaign_engine::model::id::{ContactId, EnrollmentId, Fingerprint, Lsn};
use campaign_engine::model::journal::{Commit, Entry, Key, Record, Table};
use campaign_engine::model::time::Timestamp;
use campaign_engine::store::contract::{Done, Figures, Store, StoreFault};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What becomes of commits.
pub trait Rule: Send + Sync {
    /// Hands them on, or does not.
    fn submit(&self, inner: &dyn Store, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault>;
}

/// A store that answers as the one behind it, and takes what its rule lets through.
pub struct Behind<R> {
    pub inner: Arc<dyn Store>,
    pub rule: R,
}

impl<R: Rule> Store for Behind<R> {
    fn submit(&self, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        self.rule.submit(&*self.inner, commits, done)
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
