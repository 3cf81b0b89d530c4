//! A commit in the making: one durable cause, all its consequences, submitted whole.

use crate::model::account::{Account, Budget};
use crate::model::contact::Contact;
use crate::model::enrollment::Enrollment;
use crate::model::id::{AccountId, ContactId, EffectKey, EnrollmentId};
use crate::model::intent::Intent;
use crate::model::journal::{Cause, Change, Commit, Entry, Key, Record, RouteKey};
use crate::model::outgoing::Outgoing;
use crate::model::time::Timestamp;
use crate::runtime::beside::Heard;
use crate::runtime::limits::Use;
use std::collections::BTreeMap;

/// A commit in the making: one cause, all its consequences.
pub struct Draft {
    pub at: Timestamp,
    cause: Cause,
    /// What a classifier said of the reply this commit is about.
    pub(super) heard: Heard,
    changes: Vec<Change>,
    entries: Vec<(EnrollmentId, Entry)>,
    pub(super) enrollments: BTreeMap<EnrollmentId, Enrollment>,
    pub(super) contacts: BTreeMap<ContactId, Contact>,
    pub(super) accounts: BTreeMap<AccountId, Account>,
    used: Vec<(AccountId, Budget, Use)>,
    unused: Vec<(AccountId, Budget, Timestamp, EffectKey)>,
    intents: BTreeMap<EffectKey, Option<Intent>>,
    letters: BTreeMap<u64, Option<Outgoing>>,
    /// Routes as they shall be.
    pub(super) routes: BTreeMap<RouteKey, Vec<EnrollmentId>>,
}

impl Draft {
    /// An empty one.
    pub fn new(cause: Cause, at: Timestamp) -> Self {
        Self {
            at,
            cause,
            heard: Heard::new(),
            changes: Vec::new(),
            entries: Vec::new(),
            enrollments: BTreeMap::new(),
            contacts: BTreeMap::new(),
            accounts: BTreeMap::new(),
            used: Vec::new(),
            unused: Vec::new(),
            intents: BTreeMap::new(),
            letters: BTreeMap::new(),
            routes: BTreeMap::new(),
        }
    }

    /// A row that is not one of the working copies.
    pub fn put(&mut self, record: Record) {
        self.changes.push(Change::Put(record));
    }

    /// A row that goes.
    pub fn delete(&mut self, key: Key) {
        self.changes.push(Change::Delete(key));
    }

    /// A line of a timeline. Its enrollment is put by the same commit.
    pub fn entry(&mut self, enrollment: EnrollmentId, entry: Entry) {
        self.entries.push((enrollment, entry));
    }

    /// The lines so far.
    pub(super) fn entries(&self) -> &[(EnrollmentId, Entry)] {
        &self.entries
    }

    /// An enrollment as it shall be.
    pub fn stage(&mut self, mut enrollment: Enrollment) {
        enrollment.updated_at = self.at;
        self.enrollments.insert(enrollment.id, enrollment);
    }

    /// A contact as it shall be.
    pub fn stage_contact(&mut self, contact: Contact) {
        self.contacts.insert(contact.id, contact);
    }

    /// An account as it shall be.
    pub fn stage_account(&mut self, account: Account) {
        self.accounts.insert(account.id, account);
    }

    /// An intent as it shall be; none: settled and gone.
    pub fn stage_intent(&mut self, key: EffectKey, intent: Option<Intent>) {
        self.intents.insert(key, intent);
    }

    /// A letter as it shall be; none: it arrived, or is forgotten.
    pub fn stage_letter(&mut self, row: u64, letter: Option<Outgoing>) {
        self.letters.insert(row, letter);
    }

    /// Counts a use of a budget.
    pub fn use_budget(&mut self, account: AccountId, budget: Budget, used: Use) {
        self.used.push((account, budget, used));
    }

    /// Gives a use back.
    pub fn free_budget(&mut self, account: AccountId, budget: Budget, at: Timestamp, key: EffectKey) {
        self.unused.push((account, budget, at, key));
    }

    /// The commit, and what the working copies take over once the store has taken it.
    pub(super) fn into_commit(self) -> (Commit, Memory) {
        let mut changes = self.changes;
        changes.extend(self.contacts.values().cloned().map(|contact| Change::Put(Record::Contact(Box::new(contact)))));
        changes.extend(self.accounts.values().cloned().map(|account| Change::Put(Record::Account(Box::new(account)))));
        for (key, intent) in &self.intents {
            changes.push(match intent {
                Some(intent) => Change::Put(Record::Intent(Box::new(intent.clone()))),
                None => Change::Delete(Key::Intent(*key)),
            });
        }
        for (row, letter) in &self.letters {
            changes.push(match letter {
                Some(letter) => Change::Put(Record::Outgoing(Box::new(letter.clone()))),
                None => Change::Delete(Key::Outgoing { row: *row }),
            });
        }
        for (account, budget, at, key) in &self.unused {
            changes.push(Change::Delete(Key::Usage { account: *account, budget: *budget, at: *at, key: *key }));
        }
        for (account, budget, used) in &self.used {
            let Use { at, key, campaign } = *used;
            changes.push(Change::Put(Record::Usage { account: *account, budget: *budget, at, key, campaign }));
        }
        for (key, enrollments) in self.routes {
            changes.push(Change::Put(Record::Route { key, enrollments }));
        }
        changes
            .extend(self.enrollments.values().cloned().map(|enrollment| Change::Put(Record::Enrollment(Box::new(enrollment)))));
        let commit = Commit { at: self.at, cause: self.cause, changes, entries: self.entries };
        let memory = Memory {
            enrollments: self.enrollments.into_values().collect(),
            accounts: self.accounts.into_values().collect(),
            used: self.used,
            unused: self.unused,
            intents: self.intents,
            letters: self.letters,
        };
        (commit, memory)
    }
}

/// What the working copies take over once the store has taken a commit.
pub(super) struct Memory {
    pub(super) enrollments: Vec<Enrollment>,
    pub(super) accounts: Vec<Account>,
    pub(super) used: Vec<(AccountId, Budget, Use)>,
    pub(super) unused: Vec<(AccountId, Budget, Timestamp, EffectKey)>,
    pub(super) intents: BTreeMap<EffectKey, Option<Intent>>,
    pub(super) letters: BTreeMap<u64, Option<Outgoing>>,
}
