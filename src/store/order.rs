//! From a commit to what is written: the rows it changes, and how its lines are chained in the journal.

use crate::model::id::EnrollmentId;
use crate::model::journal::Key;
use crate::store::contract::Place;
use crate::store::keys;
use crate::store::leaf::{RowBytes, RowChange};
use crate::store::record::{self, Unreadable};
use crate::store::seal::commit::SealedCommit;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Key, the sealed record, the enrollment if it is one's row.
type PreparedChange = (Vec<u8>, Option<Vec<u8>>, Option<EnrollmentId>);

/// A commit made ready outside the locks.
#[derive(Debug)]
pub struct Prepared {
    /// The commit's own bytes.
    pub bytes: Vec<u8>,
    /// The enrollments with a line in it, each once, in order of appearance.
    pub lines: Vec<EnrollmentId>,
    changes: Vec<PreparedChange>,
}

/// For each enrollment with a line the place of the one before; the rows that change; the commit's bytes.
pub type Chained = (Vec<(EnrollmentId, Option<Place>)>, Vec<RowChange>, Vec<u8>);

/// The enrollments' rows as they stand before the next commit.
#[derive(Debug, Default)]
pub struct Current {
    rows: HashMap<EnrollmentId, Option<RowBytes>>,
}

/// Reads everything of a commit that needs no lock.
pub fn prepare(commit: SealedCommit) -> Result<Prepared, Unreadable> {
    let bytes = commit.to_bytes()?;
    let mut known = HashSet::new();
    let lines = commit.lines.iter().map(|lines| lines.enrollment).filter(|id| known.insert(*id)).collect();
    let changes = commit.changes.into_iter().map(|change| {
        let enrollment = if let Some(Key::Enrollment(id)) = keys::decode(&change.key) { Some(id) } else { None };
        (change.key, change.record, enrollment)
    });
    Ok(Prepared { bytes, lines, changes: changes.collect() })
}

impl Prepared {
    /// Every enrollment whose row must be known before `chain`.
    pub fn enrollments(&self) -> impl Iterator<Item = EnrollmentId> + '_ {
        self.changes.iter().filter_map(|(_, _, enrollment)| *enrollment).chain(self.lines.iter().copied())
    }
}

impl Current {
    /// Fetches the enrollment's row unless it is known.
    pub fn know<E>(&mut self, id: EnrollmentId, fetch: impl FnOnce(&[u8]) -> Result<Option<RowBytes>, E>) -> Result<(), E> {
        if let std::collections::hash_map::Entry::Vacant(vacant) = self.rows.entry(id) {
            vacant.insert(fetch(&keys::encode(&Key::Enrollment(id)))?);
        }
        Ok(())
    }

    /// What becomes of the commit once it has its place. Every enrollment of it must be known.
    pub fn chain(&mut self, prepared: Prepared, place: Place) -> Chained {
        let mut rows = Vec::with_capacity(prepared.changes.len());
        let mut touched = BTreeSet::new();
        for (key, bytes, enrollment) in prepared.changes {
            let tail = enrollment.and_then(|id| self.tail(id));
            let bytes: Option<RowBytes> = bytes.map(|bytes| record::row_bytes(tail, &bytes).into());
            match enrollment {
                Some(id) => {
                    self.rows.insert(id, bytes);
                    touched.insert(id);
                }
                None => rows.push((key, bytes)),
            }
        }
        let mut previous = Vec::with_capacity(prepared.lines.len());
        for id in prepared.lines {
            previous.push((id, self.tail(id)));
            let row = self.rows.get(&id).cloned().flatten();
            if let Some(again) = row.as_deref().and_then(|row| record::row_again(row, place).ok()) {
                self.rows.insert(id, Some(again.into()));
                touched.insert(id);
            }
        }
        rows.extend(touched.into_iter().map(|id| (keys::encode(&Key::Enrollment(id)), self.rows.get(&id).cloned().flatten())));
        (previous, rows, prepared.bytes)
    }

    fn tail(&self, id: EnrollmentId) -> Option<Place> {
        let row = self.rows.get(&id)?.as_deref()?;
        record::row_parts(row).ok()?.1
    }
}
