//! What a restored store remembers while it finds out what went out since its backup. What it does with it: `quarantine`.

use crate::model::enrollment::Enrollment;
use crate::model::id::{AccountId, Fingerprint, RemoteId};
use crate::model::past::{Past, PastKind, Quarantine, remote_print};
use crate::model::time::Timestamp;
use crate::runtime::history::person_print;
use std::collections::{BTreeMap, BTreeSet};

/// What went out while this data did not see it.
#[derive(Debug, Default)]
pub(crate) struct Isolation {
    /// None: this data was never restored.
    pub(crate) standing: Option<Quarantine>,
    pub(super) past: BTreeMap<(AccountId, Fingerprint), Past>,
    pub(super) reading: BTreeSet<AccountId>,
    /// After a failure: not before then.
    pub(super) due: BTreeMap<AccountId, Timestamp>,
}

impl Isolation {
    /// A row of the store.
    pub(crate) fn know(&mut self, past: Past) {
        self.past.insert((past.account, past.remote_print()), past);
    }

    /// Is that id of the far side's one that waits to be claimed?
    pub(crate) fn knows(&self, account: AccountId, remote: &RemoteId) -> bool {
        self.past.contains_key(&(account, remote_print(remote)))
    }

    /// May something have gone out to that person that is not claimed yet? Whose id is not known may be anybody.
    pub(crate) fn may_know(&self, enrollment: &Enrollment) -> bool {
        self.past.values().any(|past| {
            enrollment.lines.values().any(|line| {
                let is_person = line.person.as_ref().is_none_or(|person| past.person == Some(person_print(person)));
                is_person || matches!(&past.kind, PastKind::Message { chat, .. } if line.chat.as_ref() == Some(chat))
            })
        })
    }

    /// Not ended.
    pub(super) fn open(&self) -> Option<&Quarantine> {
        self.standing.as_ref().filter(|standing| standing.ended.is_none())
    }
}
