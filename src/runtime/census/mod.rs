//! Everybody, counted by how they stand and found by their names: what pages, `status` and `/metrics` count and what is
//! searched for, without a look at everybody's row.
//!
//! A row costs more than a microsecond to read, and a page may not take a second because a million people are in it. So a
//! [`Census`] holds in memory what is counted of each person ([`counts`]: the [`group::Group`] of people alike they are in,
//! and the few moments that are asked for) and what they are searched by ([`names`]), and what accounts have used. Each is read off every row at its first
//! question. From then on a [`watched::Watched`] store notes whose rows were written, and only those are read again, by the
//! next question: whoever writes pays for a note, and an engine nobody asks for nothing.
//!
//! It holds nothing that is not in the rows, so it is never stored, and a census made anew says the same.

pub mod counts;
pub mod group;
mod kept;
pub mod names;
mod uses;
pub mod watched;

use crate::model::id::{CampaignId, ContactId, EnrollmentId};
use crate::model::journal::{Change, Commit, Key, Record};
use crate::runtime::limits::Usage;
use crate::store::contract::{Store, StoreFault};
use counts::Counts;
use kept::{Kept, OfRows};
use names::Names;
use std::sync::Arc;
use uses::Uses;

/// Everybody. Shared by all who ask.
#[derive(Default)]
pub struct Census {
    counts: Kept<Counts>,
    names: Kept<Names>,
    uses: Kept<Uses>,
}

/// Whose rows commits write.
struct Written {
    enrollments: Vec<EnrollmentId>,
    contacts: Vec<ContactId>,
    /// Contacts that are no more.
    gone: Vec<ContactId>,
    uses: Vec<<Uses as OfRows>::Id>,
}

impl Census {
    /// Lets `see` look at the counts as the store is now. Whoever asks meanwhile waits: `see` should not read the store.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn count<T>(&self, store: &dyn Store, see: impl FnOnce(&Counts) -> T) -> Result<T, StoreFault> {
        self.counts.read(store, |counts| see(counts))
    }

    /// The same, with what people are searched by.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn search<T>(&self, store: &dyn Store, see: impl FnOnce(&Names) -> T) -> Result<T, StoreFault> {
        self.names.read(store, |names| see(names))
    }

    /// What accounts have used; `versions`: id and name of each version of a campaign.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn usage<'n>(
        &self,
        store: &dyn Store,
        versions: impl Iterator<Item = (CampaignId, &'n str)> + Clone,
    ) -> Result<Arc<Usage>, StoreFault> {
        self.uses.read(store, |uses| uses.related(versions))
    }

    fn note(&self, written: &Written) {
        self.counts.note(&written.enrollments);
        self.names.note(&written.contacts);
        self.uses.note(&written.uses);
        // Whoever was erased is nowhere any more, also if nobody asks again.
        self.names.forget(&written.gone);
    }
}

impl Written {
    fn by(commits: &[Commit]) -> Self {
        let mut written = Self { enrollments: Vec::new(), contacts: Vec::new(), gone: Vec::new(), uses: Vec::new() };
        for change in commits.iter().flat_map(|commit| &commit.changes) {
            match change {
                Change::Put(Record::Enrollment(enrollment)) => written.enrollments.push(enrollment.id),
                Change::Delete(Key::Enrollment(id)) => written.enrollments.push(*id),
                Change::Put(Record::Contact(contact)) => written.contacts.push(contact.id),
                Change::Delete(Key::Contact(id)) => written.gone.push(*id),
                Change::Put(Record::Usage { account, budget, at, key, .. })
                | Change::Delete(Key::Usage { account, budget, at, key }) => written.uses.push((*account, *budget, *at, *key)),
                Change::Put(_) | Change::Delete(_) => {}
            }
        }
        written
    }
}
