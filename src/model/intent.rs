//! An effect about to be performed: durable before the first byte leaves (RUNTIME.md §4).

use crate::model::account::{Budget, InmailApi};
use crate::model::id::{AccountId, ChatId, ContactId, EffectKey, ProviderId, RemoteId};
use crate::model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One attempt to perform an effect. At most one per `EffectKey` is not settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub key: EffectKey,
    pub attempt: u16,
    pub account: AccountId,
    pub contact: ContactId,
    pub person: ProviderId,
    pub chat: Option<ChatId>,
    pub request: Request,
    /// The limit's reservation: counted when the intent is made, not when it ends.
    pub budget: Option<Budget>,
    pub at: Timestamp,
    pub state: IntentState,
}

/// What is sent, rendered. Attachments are paths relative to the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    Invite { note: Option<String> },
    Withdraw { invitation: RemoteId },
    Message { text: String, attachments: Vec<String> },
    Inmail { subject: Option<String>, text: String, api: InmailApi, attachments: Vec<String> },
}

/// Whether it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntentState {
    /// Being performed, or the process ended while it was.
    Open,
    /// Not known; found out by reading, never by repeating.
    Unknown { since: Timestamp, next_read: Timestamp, absent_at: Option<Timestamp>, unreadable_since: Option<Timestamp> },
    /// A person must say.
    Parked { since: Timestamp, why: String },
}
