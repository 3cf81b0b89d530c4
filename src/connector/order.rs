//! What is asked to be done to somebody, and the definite yes to it. Data only.

use crate::model::account::InmailApi;
use crate::model::id::{ChatId, ProviderAccount, ProviderId, RemoteId};
use std::path::PathBuf;

/// An effect to be performed, with everything the request needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub account: ProviderAccount,
    pub act: Act,
    /// Sent as `Idempotency-Key`, never relied upon.
    pub idempotency_key: String,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Invite {
        person: ProviderId,
        note: Option<String>,
    },
    Withdraw {
        invitation: RemoteId,
    },
    /// In that chat.
    Message {
        chat: ChatId,
        text: String,
        attachments: Vec<Attachment>,
    },
    /// In the 1-to-1 chat with that person, which is found or made.
    StartChat {
        person: ProviderId,
        text: String,
        attachments: Vec<Attachment>,
    },
    Inmail {
        person: ProviderId,
        subject: Option<String>,
        text: String,
        api: InmailApi,
        attachments: Vec<Attachment>,
    },
    /// A new group chat with these people.
    Group {
        people: Vec<ProviderId>,
        subject: String,
        text: String,
        attachments: Vec<Attachment>,
    },
    /// Reads the profile so that the person is told of it.
    Visit {
        person: ProviderId,
    },
    Follow {
        person: ProviderId,
    },
    /// `post` is its `social_id`.
    LikePost {
        post: RemoteId,
    },
    CommentPost {
        post: RemoteId,
        text: String,
    },
    /// `skill` is its `endorsement_id` on that person's profile.
    Endorse {
        person: ProviderId,
        skill: u64,
    },
    /// On a message of theirs.
    React {
        message: RemoteId,
        emoji: String,
    },
}

/// A file to send along; opened and checked again when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub path: PathBuf,
    /// The folder it must lie in, wherever links lead.
    pub root: PathBuf,
    pub name: String,
    /// Recorded speech, shown as such; only where the channel knows that (LinkedIn, WhatsApp).
    pub is_voice: bool,
}

/// A definite yes. `remote` missing on a 2xx that must hold one is not a yes: it is `Refusal` with `Verdict::Unknown`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Performed {
    pub remote: Option<RemoteId>,
    pub chat: Option<ChatId>,
}
