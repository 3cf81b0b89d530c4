//! What a restored copy of the data does not know: effects that went out after the backup was made.
//!
//! Only prints of names and texts: what is compared need not be read. How they are found and claimed: `runtime/quarantine`.

use crate::model::account::Budget;
use crate::model::id::{AccountId, ChatId, EffectKey, Fingerprint, RemoteId, fingerprint};
use crate::model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A restored store sends nothing before it knows what went out since its backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// When the backup's last commit was made: what came later is not known.
    pub from: Timestamp,
    /// When an engine first ran on the restored data; none: not yet.
    pub since: Option<Timestamp>,
    /// Accounts whose outgoing history has been read.
    pub read: Vec<AccountId>,
    /// When the last of them was; none: it goes on.
    pub ended: Option<Timestamp>,
}

/// Something that went out through an account of ours and that no effect of this store has claimed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    pub account: AccountId,
    /// Its id at the far side: what a claim names.
    pub remote: RemoteId,
    pub at: Timestamp,
    pub kind: PastKind,
    /// Prints of the person's provider id and public identifier, as far as the list shows them.
    pub person: Option<Fingerprint>,
    pub public: Option<Fingerprint>,
    /// Counted under this name in the account's budgets until it is claimed.
    pub counted: EffectKey,
}

/// What went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PastKind {
    Invite,
    /// Message or InMail: no list tells them apart. `text` is the print of the text as it is compared.
    Message {
        chat: ChatId,
        is_single: bool,
        text: Fingerprint,
    },
}

impl Past {
    /// Its name among all.
    pub fn remote_print(&self) -> Fingerprint {
        remote_print(&self.remote)
    }

    /// The budgets it may have spent: counted in each, for limits hold in any case.
    pub fn budgets(&self) -> &'static [Budget] {
        match self.kind {
            PastKind::Invite => &[Budget::Invites],
            PastKind::Message { is_single: true, .. } => &[Budget::Messages, Budget::Inmails],
            PastKind::Message { is_single: false, .. } => &[Budget::Messages],
        }
    }
}

/// A provider's id as claims are named.
pub fn remote_print(remote: &RemoteId) -> Fingerprint {
    fingerprint(&[b"remote", remote.0.as_bytes()])
}
