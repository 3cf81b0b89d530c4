//! Both sides' books of a world in other processes: the ledger file, and the store once no engine holds it.

use crate::connector::postpress::webhook;
use crate::lab::LabFault;
use crate::lab::oracle::{self, Books, Breach, Invariant, Story, When, bounds, fold, printed, sends};
use crate::lab::rig::told;
use crate::model::id::Lsn;
use crate::model::journal::{Change, Commit, Key, Meta, MetaKey, Record, Table};
use crate::model::time::Timestamp;
use crate::runtime::clock::{Anchor, wall_now};
use crate::runtime::query::Query;
use crate::sim::postpress::ledger::Line;
use crate::store::contract::Store;
use crate::store::journaled::JournaledStore;
use crate::store::start::Options;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

/// What is wrong between the two, and how much was done.
#[derive(Debug, Default)]
pub struct Findings {
    pub breaches: Vec<Breach>,
    /// People who wait for a person's word.
    pub parked: u64,
    /// Effects performed that reach somebody.
    pub effects: u64,
}

impl Findings {
    /// Adds another world's.
    pub fn add(&mut self, other: Self) {
        self.breaches.extend(other.breaches);
        self.parked += other.parked;
        self.effects += other.effects;
    }

    /// How many breaches of an invariant there are.
    pub fn count(&self, invariant: Invariant) -> u64 {
        self.breaches.iter().filter(|breach| breach.invariant == invariant).count() as u64
    }
}

/// Opens a store that no engine has.
///
/// # Errors
/// When it does not open.
pub fn open(data: &Path) -> Result<JournaledStore, LabFault> {
    JournaledStore::open(data, Options::default()).map_err(told("the store does not open"))
}

/// The far side's own book.
///
/// # Errors
/// When it cannot be read.
pub fn ledger(folder: &Path) -> Result<Vec<Line>, LabFault> {
    printed::ledger(&folder.join("ledger.jsonl"))
}

/// Every commit, in order.
///
/// # Errors
/// When the journal cannot be read.
pub fn journal(store: &dyn Store) -> Result<Vec<Commit>, LabFault> {
    let mut commits = Vec::new();
    let mut keep = |_: Lsn, commit: Commit| {
        commits.push(commit);
        ControlFlow::Continue(())
    };
    store.replay(Lsn(1), &mut keep).map_err(told("the journal cannot be read"))?;
    Ok(commits)
}

/// Compares them: I1, I2, I3, I4, I6, I7, I8, I9 and I11. `acknowledged`: the webhooks that were answered 200.
///
/// # Errors
/// When either cannot be read.
pub fn compare(store: &dyn Store, performed: Vec<Line>, acknowledged: &[String], when: When) -> Result<Findings, LabFault> {
    let unread = || told("the store cannot be read");
    let books = Books { performed, stories: stories(store)? };
    let mut breaches = oracle::judge(&books, when);
    breaches.extend(fold::judge(store).map_err(unread())?);
    breaches.extend(dropped(&journal(store)?, acknowledged));
    if let Some(Record::Meta(Meta::Limits { limits })) = store.get(&Key::Meta(MetaKey::Limits)).map_err(unread())? {
        breaches.extend(bounds::windows(&books.performed, &[(Timestamp(i64::MIN), *limits)]));
    }
    let parked = books.stories.iter().filter(|story| story.row.status == "parked").count() as u64;
    let effects = books.performed.iter().filter(|line| sends::reaches(line.kind)).count() as u64;
    Ok(Findings { breaches, parked, effects })
}

/// What the engine says of everybody.
fn stories(store: &dyn Store) -> Result<Vec<Story>, LabFault> {
    let unread = || told("the store cannot be read");
    let now = Anchor::known(store).map_err(unread())?.map_or_else(wall_now, |anchor| anchor.at(wall_now()));
    let query = Query::open(store, now).map_err(told("the store cannot be asked"))?;
    let mut rows = Vec::new();
    let mut keep = |row, _: &_| {
        rows.push(row);
        ControlFlow::Continue(())
    };
    query.contacts(None, &mut keep).map_err(told("the contacts cannot be read"))?;
    let mut ids = Vec::new();
    let mut name = |record| {
        if let Record::Enrollment(enrollment) = record {
            ids.push(enrollment.id);
        }
        ControlFlow::Continue(())
    };
    store.scan(Table::Enrollment, None, &mut name).map_err(unread())?;
    if ids.len() != rows.len() {
        return Err(LabFault(format!("{} enrollments, but {} rows of their status", ids.len(), rows.len())));
    }
    let story = |(id, row): (crate::model::id::EnrollmentId, _)| {
        let lines = store.timeline(id).map_err(told("a timeline cannot be read"))?;
        Ok(Story { enrollment: id.0, row, entries: lines.into_iter().map(|(_, entry)| entry).collect() })
    };
    ids.into_iter().zip(rows).map(story).collect()
}

/// Webhooks that were answered 200 and are not in the journal exactly once. What was told of twice, perhaps by a reading
/// that came first, is there once all the same.
fn dropped(commits: &[Commit], acknowledged: &[String]) -> Vec<Breach> {
    let (mut rows, mut seen): (BTreeMap<_, BTreeSet<u64>>, BTreeSet<_>) = Default::default();
    for change in commits.iter().flat_map(|commit| &commit.changes) {
        match change {
            Change::Put(Record::Inbox(row)) => drop(rows.entry(row.dedup.0).or_default().insert(row.row)),
            Change::Put(Record::Seen { key, .. }) => drop(seen.insert(key.0)),
            Change::Put(_) | Change::Delete(_) => {}
        }
    }
    let mut faults = BTreeSet::new();
    for body in acknowledged {
        let Ok(read) = webhook::read(body.as_bytes()) else { continue };
        let Some(dedup) = read.dedup else { continue };
        let count = rows.get(&dedup.0).map_or(0, BTreeSet::len);
        if count > 1 || (count == 0 && !seen.contains(&dedup.0)) {
            faults.insert(format!("a webhook answered 200 is in the journal {count} times: {body}"));
        }
    }
    faults.into_iter().map(|what| Breach::new(Invariant::DurableAck, what)).collect()
}
