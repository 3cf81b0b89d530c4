//! The reference store: everything in maps, nothing on disk.
//!
//! Says what the contract means, as plainly as it can be said; every other store is compared with it. The simulator and
//! tests run on it. It does no I/O and has no threads: `done` is called before `submit` returns.

use crate::model::id::{ContactId, EnrollmentId, Fingerprint, Lsn};
use crate::model::journal::{Change, Commit, Entry, Key, Record, Table};
use crate::model::time::Timestamp;
use crate::store::contract::{Done, Figures, Store, StoreFault};
use crate::store::seal::holder::{Holder, holder_of};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::ops::{Bound, ControlFlow};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Rows and commits are copied out in portions of this size, so that `see` may call the store.
const PORTION_ROWS: usize = 256;

/// A store that forgets when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    journal: Vec<Commit>,
    tables: BTreeMap<Table, BTreeMap<Key, Row>>,
    marks: BTreeMap<Fingerprint, Timestamp>,
}

#[derive(Debug)]
struct Row {
    record: Record,
    /// The enrollment's timeline; empty for other rows. It goes with the row.
    lines: Vec<(Lsn, Entry)>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers people who were erased in the store this is a copy of.
    pub fn remember(&self, marks: Vec<(Fingerprint, Timestamp)>) {
        self.write().marks.extend(marks);
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn last(&self) -> Lsn {
        Lsn(self.journal.len() as u64)
    }

    fn take(&mut self, commit: Commit) {
        let lsn = Lsn(self.last().0 + 1);
        for change in &commit.changes {
            match change {
                Change::Put(record) => self.put(record.clone()),
                Change::Delete(key) => {
                    self.tables.entry(key.table()).or_default().remove(key);
                }
            }
        }
        for (enrollment, entry) in &commit.entries {
            if let Some(row) = self.row_mut(&Key::Enrollment(*enrollment)) {
                row.lines.push((lsn, entry.clone()));
            }
        }
        self.journal.push(commit);
    }

    fn put(&mut self, record: Record) {
        let key = record.key();
        let table = self.tables.entry(key.table()).or_default();
        match table.get_mut(&key) {
            Some(row) => row.record = record,
            None => {
                table.insert(key, Row { record, lines: Vec::new() });
            }
        }
    }

    /// Takes a person's records out of rows and journal: what destroying their key does on disk.
    fn erase(&mut self, contact: ContactId, marks: &[Fingerprint], at: Timestamp) {
        let mut theirs = BTreeSet::new();
        for change in self.journal.iter().flat_map(|commit| &commit.changes) {
            if let Change::Put(Record::Enrollment(enrollment)) = change
                && enrollment.contact == contact
            {
                theirs.insert(enrollment.id);
            }
        }
        let mut whose = |id: EnrollmentId| Ok::<_, Infallible>(theirs.contains(&id).then_some(contact));
        let mut is_theirs =
            |record: &Record| matches!(holder_of(record, &mut whose), Ok(Holder::Person(person)) if person == contact);
        for rows in self.tables.values_mut() {
            rows.retain(|_, row| !is_theirs(&row.record));
        }
        for commit in &mut self.journal {
            commit.changes.retain(|change| !matches!(change, Change::Put(record) if is_theirs(record)));
            commit.entries.retain(|(id, _)| !theirs.contains(id));
        }
        self.marks.extend(marks.iter().map(|mark| (*mark, at)));
    }

    fn row(&self, key: &Key) -> Option<&Row> {
        self.tables.get(&key.table())?.get(key)
    }

    fn row_mut(&mut self, key: &Key) -> Option<&mut Row> {
        self.tables.get_mut(&key.table())?.get_mut(key)
    }

    fn rows_after(&self, table: Table, after: Option<&Key>) -> Vec<Record> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = self.tables.get(&table).into_iter().flat_map(|rows| rows.range((from, Bound::Unbounded)));
        rows.take(PORTION_ROWS).map(|(_, row)| row.record.clone()).collect()
    }
}

impl Store for MemoryStore {
    fn submit(&self, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        let last = {
            let mut state = self.write();
            commits.into_iter().for_each(|commit| state.take(commit));
            state.last()
        };
        done(Ok(last));
        Ok(last)
    }

    fn get(&self, key: &Key) -> Result<Option<Record>, StoreFault> {
        Ok(self.read().row(key).map(|row| row.record.clone()))
    }

    fn scan(&self, table: Table, after: Option<&Key>, see: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<(), StoreFault> {
        let mut after = after.cloned();
        loop {
            let portion = self.read().rows_after(table, after.as_ref());
            let Some(last) = portion.last() else { return Ok(()) };
            after = Some(last.key());
            for record in portion {
                if see(record).is_break() {
                    return Ok(());
                }
            }
        }
    }

    fn timeline(&self, enrollment: EnrollmentId) -> Result<Vec<(Lsn, Entry)>, StoreFault> {
        Ok(self.read().row(&Key::Enrollment(enrollment)).map(|row| row.lines.clone()).unwrap_or_default())
    }

    fn replay(&self, from: Lsn, see: &mut dyn FnMut(Lsn, Commit) -> ControlFlow<()>) -> Result<(), StoreFault> {
        let mut next = from.0.max(1);
        loop {
            let skipped = usize::try_from(next - 1).unwrap_or(usize::MAX);
            let portion: Vec<Commit> = self.read().journal.iter().skip(skipped).take(PORTION_ROWS).cloned().collect();
            if portion.is_empty() {
                return Ok(());
            }
            for commit in portion {
                if see(Lsn(next), commit).is_break() {
                    return Ok(());
                }
                next += 1;
            }
        }
    }

    fn settle(&self) -> Result<(), StoreFault> {
        Ok(())
    }

    fn figures(&self) -> Figures {
        let last = self.read().last();
        Figures { last, durable: last, applied: last, journal_bytes: 0, batches: last.0, mended: Vec::new() }
    }

    fn erase(&self, contact: ContactId, marks: &[Fingerprint], at: Timestamp) -> Result<(), StoreFault> {
        self.write().erase(contact, marks, at);
        Ok(())
    }

    fn erased(&self, mark: Fingerprint) -> Option<Timestamp> {
        self.read().marks.get(&mark).copied()
    }

    fn marks(&self) -> Vec<(Fingerprint, Timestamp)> {
        self.read().marks.iter().map(|(mark, at)| (*mark, *at)).collect()
    }
}
