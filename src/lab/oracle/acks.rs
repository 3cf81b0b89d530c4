//! I4 and I5: what was answered 200 stays, and what it forbids does not begin any more.

use crate::connector::postpress::webhook;
use crate::lab::oracle::{Breach, Invariant};
use crate::model::id::Lsn;
use crate::model::journal::{Cause, Change, Record};
use crate::sim::postpress::ledger::Line;
use crate::store::contract::{Store, StoreFault};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Judges I4 of what was answered as known before: what it is known by stands in the journal.
///
/// # Errors
/// The journal cannot be read.
pub fn known(store: &dyn Store, answered: &[Vec<u8>]) -> Result<Vec<Breach>, StoreFault> {
    let mut seen = BTreeSet::new();
    store.replay(Lsn(1), &mut |_, commit| {
        seen.extend(commit.changes.into_iter().filter_map(|change| match change {
            Change::Put(Record::Seen { key, .. }) => Some(key),
            _ => None,
        }));
        ControlFlow::Continue(())
    })?;
    let key_of = |body: &&Vec<u8>| webhook::read(body).ok().and_then(|read| read.dedup);
    let lost = answered.iter().filter(|body| key_of(body).is_some_and(|key| !seen.contains(&key)));
    let breach = |body: &Vec<u8>| {
        let text: String = String::from_utf8_lossy(body).chars().take(200).collect();
        Breach::new(Invariant::DurableAck, format!("answered 200 as known, and nothing in the journal knows it: {text}"))
    };
    Ok(lost.map(breach).collect())
}

/// Judges I4. `answered`: the bodies of webhooks answered as new (not as known before), each time they were.
///
/// # Errors
/// The journal cannot be read.
pub fn durable(store: &dyn Store, answered: &[Vec<u8>]) -> Result<Vec<Breach>, StoreFault> {
    let mut written: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    store.replay(Lsn(1), &mut |_, commit| {
        if commit.cause == Cause::Arrival {
            for change in commit.changes {
                if let Change::Put(Record::Inbox(row)) = change {
                    *written.entry(row.body.into_bytes()).or_default() += 1;
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    let mut breaches = Vec::new();
    let mut expected: BTreeMap<&[u8], usize> = BTreeMap::new();
    answered.iter().for_each(|body| *expected.entry(body.as_slice()).or_default() += 1);
    for (body, count) in expected {
        let found = written.get(body).copied().unwrap_or(0);
        let has_key = webhook::read(body).is_ok_and(|read| read.dedup.is_some());
        // Told without anything to know it by, it may have been written down and the answer lost: it came again, and stands twice.
        if found < count || (has_key && found > count) {
            let text: String = String::from_utf8_lossy(body).chars().take(200).collect();
            let what = format!("answered 200 as new {count} times, in the journal {found} times: {text}");
            breaches.push(Breach::new(Invariant::DurableAck, what));
        }
    }
    Ok(breaches)
}

/// Something after which certain calls may not start: a reply, an opt-out, a takeover, a pause, a stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// Effects performed before the 200.
    pub performed: usize,
    /// Idempotency keys of the calls whose intents were open then.
    pub forbidden: Vec<String>,
    /// What it was.
    pub what: String,
}

/// Judges I5: none of the forbidden calls was performed after the 200.
pub fn stopped(performed: &[Line], halts: &[Halt]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for halt in halts {
        for line in performed.iter().skip(halt.performed) {
            if line.idempotency_key.as_ref().is_some_and(|key| halt.forbidden.contains(key)) {
                let what = format!("{:?} to {} at {} began after {}", line.kind, line.recipient, line.virtual_at, halt.what);
                breaches.push(Breach::new(Invariant::StopMeansStop, what));
            }
        }
    }
    breaches
}
