//! A store that fails as disks and processes do: full, broken, ended in the middle, its last unsynchronised part gone.

use crate::lab::sim::chance::Chance;
use crate::model::id::{ContactId, EnrollmentId, Fingerprint, Lsn};
use crate::model::intent::IntentState;
use crate::model::journal::{Cause, Change, Commit, Entry, Key, Record, Table};
use crate::model::time::Timestamp;
use crate::store::contract::{Done, Figures, Store, StoreFault};
use crate::store::journaled::JournaledStore;
use crate::store::memory::MemoryStore;
use crate::store::start::Options;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How the process ends at a commit, or what the disk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trip {
    /// Before anything of it is written.
    Before,
    /// Once it is durable, before anybody is told.
    After,
    /// The write fails; what of it is on the disk nobody knows.
    Broken,
}

impl Trip {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Before, Self::After, Self::Broken];
}

/// The store of one seed, over all its crashes.
pub struct Shaky {
    state: Mutex<State>,
}

struct State {
    inner: Arc<dyn Store>,
    /// Of a store on disk: where.
    dir: Option<PathBuf>,
    chance: Chance,
    /// Commits until it trips, and how.
    trip: Option<(u64, Trip)>,
    is_down: bool,
    is_full: bool,
    /// The last commit that somebody was told is durable: no crash takes it away.
    promised: Lsn,
}

impl Shaky {
    /// In memory, or in a folder.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn new(seed: u64, dir: Option<PathBuf>) -> Result<Self, StoreFault> {
        let inner: Arc<dyn Store> = match &dir {
            Some(dir) => Arc::new(JournaledStore::open(dir, Options::small())?),
            None => Arc::new(MemoryStore::new()),
        };
        let chance = Chance::new(seed, "store");
        let state = State { inner, dir, chance, trip: None, is_down: false, is_full: false, promised: Lsn(0) };
        Ok(Self { state: Mutex::new(state) })
    }

    /// Trips at the n-th commit from now.
    pub fn trip(&self, commits: u64, how: Trip) {
        self.lock().trip = Some((commits, how));
    }

    /// From now on the disk has no room for what starts something; or has again.
    pub fn fill(&self, is_full: bool) {
        self.lock().is_full = is_full;
    }

    /// No trips any more, and room enough.
    pub fn calm(&self) {
        let mut state = self.lock();
        (state.trip, state.is_full) = (None, false);
    }

    /// The process ends, and the store is opened anew: what nobody was promised may be gone, from the end.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn reopen(&self) -> Result<(), StoreFault> {
        let mut state = self.lock();
        (state.trip, state.is_down) = (None, false);
        if let Some(dir) = state.dir.clone() {
            // Dropped first: it holds the lock of its folder.
            state.inner = Arc::new(MemoryStore::new());
            state.inner = Arc::new(JournaledStore::open(&dir, Options::small())?);
            return Ok(());
        }
        let last = state.inner.figures().last;
        let loses = last.0.saturating_sub(state.promised.0);
        let kept = last.0 - state.chance.below(loses + 1);
        if kept < last.0 {
            let (again, mut fault) = (MemoryStore::new(), None);
            state.inner.replay(Lsn(1), &mut |lsn, commit| {
                if lsn.0 > kept {
                    return ControlFlow::Break(());
                }
                fault = again.submit(vec![commit], Box::new(drop)).err();
                if fault.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            if let Some(fault) = fault {
                return Err(fault);
            }
            state.inner = Arc::new(again);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inner(&self) -> Arc<dyn Store> {
        Arc::clone(&self.lock().inner)
    }
}

fn opens(change: &Change) -> bool {
    matches!(change, Change::Put(Record::Intent(intent)) if intent.state == IntentState::Open)
}

/// As the store on disk has it: below the threshold nothing is taken that starts something.
fn starts_something(commit: &Commit) -> bool {
    matches!(commit.cause, Cause::Enrolment | Cause::Install) || commit.changes.iter().any(opens)
}

/// Does somebody act on its being durable: a call that starts, a webhook or a command that is answered?
fn is_promised(commit: &Commit) -> bool {
    matches!(commit.cause, Cause::Arrival | Cause::Command { .. }) || commit.changes.iter().any(opens)
}

impl Store for Shaky {
    fn submit(&self, commits: Vec<Commit>, done: Done) -> Result<Lsn, StoreFault> {
        let mut state = self.lock();
        if state.is_down {
            return Err(StoreFault::Poisoned { because: "the process ends here".to_owned() });
        }
        if commits.is_empty() {
            let inner = Arc::clone(&state.inner);
            drop(state);
            let last = inner.submit(commits, done)?;
            let mut state = self.lock();
            state.promised = state.promised.max(last);
            return Ok(last);
        }
        if state.is_full && commits.iter().any(starts_something) {
            return Err(StoreFault::DiskFull { path: PathBuf::from("data"), free_mib: 1, needed_mib: 200 });
        }
        let tripped = match &mut state.trip {
            Some((0, how)) => Some(*how),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        };
        let (inner, is_promised) = (Arc::clone(&state.inner), commits.iter().any(is_promised));
        match tripped {
            None => {
                drop(state);
                let last = inner.submit(commits, done)?;
                if is_promised {
                    let mut state = self.lock();
                    state.promised = state.promised.max(last);
                }
                Ok(last)
            }
            Some(how) => {
                state.is_down = true;
                let is_written = how == Trip::After || (how == Trip::Broken && state.chance.percent(50));
                if is_written {
                    let last = inner.submit(commits, Box::new(drop))?;
                    state.promised = state.promised.max(last);
                }
                let source = Arc::new(std::io::Error::other("the disk does not answer"));
                Err(match how {
                    Trip::Broken => StoreFault::Io { doing: "write", path: PathBuf::from("data"), source },
                    Trip::Before | Trip::After => StoreFault::Poisoned { because: "the process ends here".to_owned() },
                })
            }
        }
    }

    fn get(&self, key: &Key) -> Result<Option<Record>, StoreFault> {
        self.inner().get(key)
    }

    fn scan(&self, table: Table, after: Option<&Key>, see: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<(), StoreFault> {
        self.inner().scan(table, after, see)
    }

    fn timeline(&self, enrollment: EnrollmentId) -> Result<Vec<(Lsn, Entry)>, StoreFault> {
        self.inner().timeline(enrollment)
    }

    fn replay(&self, from: Lsn, see: &mut dyn FnMut(Lsn, Commit) -> ControlFlow<()>) -> Result<(), StoreFault> {
        self.inner().replay(from, see)
    }

    fn settle(&self) -> Result<(), StoreFault> {
        self.inner().settle()
    }

    fn figures(&self) -> Figures {
        self.inner().figures()
    }

    fn erase(&self, contact: ContactId, marks: &[Fingerprint], at: Timestamp) -> Result<(), StoreFault> {
        self.inner().erase(contact, marks, at)
    }

    fn erased(&self, mark: Fingerprint) -> Option<Timestamp> {
        self.inner().erased(mark)
    }

    fn marks(&self) -> Vec<(Fingerprint, Timestamp)> {
        self.inner().marks()
    }
}
