//! I9 and I11: the state is the fold of the journal, and nothing in it ever goes back.

use crate::lab::oracle::{Breach, Invariant};
use crate::model::enrollment::{Enrollment, Facts};
use crate::model::id::{EnrollmentId, Fingerprint, Lsn, fingerprint};
use crate::model::journal::{Change, Record, Table};
use crate::model::time::Timestamp;
use crate::store::contract::{Store, StoreFault};
use crate::store::memory::MemoryStore;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Every table.
pub const TABLES: [Table; 15] = [
    Table::Enrollment,
    Table::Contact,
    Table::Account,
    Table::Campaign,
    Table::Intent,
    Table::Route,
    Table::Claim,
    Table::Usage,
    Table::Inbox,
    Table::Seen,
    Table::Unrouted,
    Table::Meta,
    Table::Move,
    Table::Outgoing,
    Table::Task,
];

/// Names the state of a store: the same rows give the same name.
///
/// # Errors
/// The store cannot be read.
pub fn state(store: &dyn Store) -> Result<Fingerprint, StoreFault> {
    let mut tables = Vec::new();
    for table in TABLES {
        let mut rows: Vec<Vec<u8>> = Vec::new();
        store.scan(table, None, &mut |record| {
            rows.push(postcard::to_stdvec(&record).unwrap_or_default());
            ControlFlow::Continue(())
        })?;
        // Not every store walks its rows in the same order.
        rows.sort_unstable();
        tables.push(fingerprint(&[&rows.concat()]).0);
    }
    let parts: Vec<&[u8]> = tables.iter().map(<[u8; 16]>::as_slice).collect();
    Ok(fingerprint(&parts))
}

/// Judges I9 and I11 by folding the journal once more, from its begin.
///
/// # Errors
/// The store cannot be read.
pub fn judge(store: &dyn Store) -> Result<Vec<Breach>, StoreFault> {
    let (again, mut breaches) = (MemoryStore::new(), Vec::new());
    let mut people: BTreeMap<EnrollmentId, Enrollment> = BTreeMap::new();
    let mut fault = None;
    store.replay(Lsn(1), &mut |lsn, commit| {
        for change in &commit.changes {
            if let Change::Put(Record::Enrollment(enrollment)) = change {
                if let Some(before) = people.get(&enrollment.id) {
                    breaches.extend(backwards(before, enrollment).map(|what| {
                        Breach::new(Invariant::Monotone, format!("{what} of enrollment {} went back at {lsn}", enrollment.id))
                    }));
                }
                people.insert(enrollment.id, enrollment.as_ref().clone());
            }
        }
        match again.submit(vec![commit], Box::new(drop)) {
            Ok(_) => ControlFlow::Continue(()),
            Err(found) => {
                fault = Some(found);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(fault) = fault {
        return Err(fault);
    }
    if state(store)? != state(&again)? {
        breaches.push(Breach::new(Invariant::Fold, "the rows are not the fold of the journal"));
    }
    Ok(breaches)
}

/// What went back, if anything: visits and times of facts only grow. Another run of the same person is another enrollment.
fn backwards(before: &Enrollment, after: &Enrollment) -> Option<&'static str> {
    if after.visits < before.visits {
        return Some("the count of visits");
    }
    let times = |facts: &Facts| -> [Option<Timestamp>; 7] {
        [
            facts.invited_at,
            facts.accepted_at,
            facts.replied_at,
            facts.seen_at,
            facts.delivered_at,
            facts.reacted_at,
            facts.sent_at,
        ]
    };
    let went_back = times(&before.facts).into_iter().zip(times(&after.facts)).any(|(before, after)| after < before);
    went_back.then_some("a fact")
}
