//! A store that tells a census whose rows are written.

use crate::model::id::{ContactId, EnrollmentId, Fingerprint, Lsn};
use crate::model::journal::{Commit, Entry, Key, Record, Table};
use crate::model::time::Timestamp;
use crate::runtime::census::{Census, Written};
use crate::store::contract::{Done, Figures, Store, StoreFault};
use std::ops::ControlFlow;
use std::sync::Arc;

/// A store and the census of its people. All who write must write through it.
pub struct Watched {
    store: Arc<dyn Store>,
    census: Arc<Census>,
}

impl Watched {
    /// The store, watched from now on: nobody else may write to it.
    pub fn over(store: Arc<dyn Store>) -> Self {
        Self { store, census: Arc::default() }
    }

    /// Reads everybody's row now, so that the first question need not.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn look_around(&self) -> Result<(), StoreFault> {
        self.census.count(&*self.store, |_| ())?;
        self.census.search(&*self.store, |_| ())
    }

    /// Everybody in it.
    pub fn census(&self) -> &Arc<Census> {
        &self.census
    }

    /// Notes whose rows are written, once they are there.
    fn noted(
        &self,
        commits: Vec<Commit>,
        submit: impl FnOnce(&dyn Store, Vec<Commit>) -> Result<Lsn, StoreFault>,
    ) -> Result<Lsn, StoreFault> {
        let written = Written::by(&commits);
        let last = submit(&*self.store, commits)?;
        // Not before: a question in between would read the old row, and hold it for the new one.
        self.census.note(&written);
        Ok(last)
    }
}

impl Store for Watched {
    fn submit(&self, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        self.noted(commits, |store, commits| store.submit(commits, done))
    }

    fn submit_quietly(&self, commits: Vec<Commit>) -> Result<Lsn, StoreFault> {
        self.noted(commits, |store, commits| store.submit_quietly(commits))
    }

    fn get(&self, key: &Key) -> Result<Option<Record>, StoreFault> {
        self.store.get(key)
    }

    fn get_all(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreFault> {
        self.store.get_all(keys)
    }

    fn scan(&self, table: Table, after: Option<&Key>, see: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<(), StoreFault> {
        self.store.scan(table, after, see)
    }

    fn timeline(&self, enrollment: EnrollmentId) -> Result<Vec<(Lsn, Entry)>, StoreFault> {
        self.store.timeline(enrollment)
    }

    fn replay(&self, from: Lsn, see: &mut dyn FnMut(Lsn, Commit) -> ControlFlow<()>) -> Result<(), StoreFault> {
        self.store.replay(from, see)
    }

    fn settle(&self) -> Result<(), StoreFault> {
        self.store.settle()
    }

    fn figures(&self) -> Figures {
        self.store.figures()
    }

    fn erase(&self, contact: ContactId, marks: &[Fingerprint], at: Timestamp) -> Result<(), StoreFault> {
        self.store.erase(contact, marks, at)
    }

    fn erased(&self, mark: Fingerprint) -> Option<Timestamp> {
        self.store.erased(mark)
    }

    fn marks(&self) -> Vec<(Fingerprint, Timestamp)> {
        self.store.marks()
    }
}
